// SPDX-License-Identifier: Apache-2.0
#include "api/idempotency.h"

#include <fstream>

#include "base/deadline.h"
#include "base/log.h"
#include "crypto/crypto.h"

namespace banmo::api {
namespace {

constexpr std::string_view kForget = "DELETE FROM api_answer WHERE at < $1";
constexpr std::string_view kFind = "SELECT request_hash, at, status, answer FROM api_answer WHERE account_no = $1 AND key_hash = $2";
constexpr std::string_view kBegin = "INSERT INTO api_answer (account_no, key_hash, request_hash, at) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kBeginAgain = "UPDATE api_answer SET at = $3 WHERE account_no = $1 AND key_hash = $2";
constexpr std::string_view kKeep = "UPDATE api_answer SET status = $3, answer = $4 WHERE account_no = $1 AND key_hash = $2";
constexpr std::string_view kDrop = "DELETE FROM api_answer WHERE account_no = $1 AND key_hash = $2";

constexpr std::string_view kHeader = "idempotency-key";
constexpr std::string_view kContext = "api_answer.answer";
constexpr int64_t kKeptMicros = int64_t{24} * 3600 * 1'000'000;
constexpr int64_t kAbandonedMicros = int64_t{300} * 1'000'000;  // longer than any route may take: its process was killed
constexpr size_t kMaxKeptBytes = 256u << 10;

Error reused() {
  return fail(
      ErrorCode::conflict, "http.idempotency_reused",
      {"这个 Idempotency-Key 已用于另一个请求；新的请求请换一个新的值", "this Idempotency-Key came with another request: take a new one for each"},
      "header.Idempotency-Key");
}

Error running() {
  return fail(
      ErrorCode::conflict, "http.idempotency_running",
      {"带有这个 Idempotency-Key 的请求仍在处理；请稍后再发", "the request with this Idempotency-Key is under way: send it again in a moment"},
      "header.Idempotency-Key");
}

sql::Blob blob_of(const crypto::Hash& hash) { return {hash.begin(), hash.end()}; }

// Each part with its length before it, so that no two lists give the same bytes.
void add(crypto::Hasher& hasher, std::string_view part) {
  hasher.add(std::to_string(part.size()) + ":");
  hasher.add(part);
}

Result<> add_file(crypto::Hasher& hasher, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string piece(256u << 10, ' ');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    hasher.add(std::string_view(piece).substr(0, static_cast<size_t>(file.gcount())));
  if (file.eof()) return {};
  return fail(
      ErrorCode::internal, "http.temp_file",
      {"服务器无法读取收到的文件，请凭请求编号联系管理员", "the server cannot read the file that came: give the request id to the administrator"});
}

// What the request is: also in whose rights, so that nobody is answered by what an earlier role saw.
Result<sql::Blob> hash_of(const Call& call) {
  crypto::Hasher hasher(call.engines.profile);
  const http::Request& request = call.request;
  add(hasher, request.method);
  add(hasher, request.path);
  for (const auto& [name, value] : request.query) {
    add(hasher, name);
    add(hasher, value);
  }
  for (const directory::Grant& grant : call.principal.grants)
    add(hasher, std::to_string(static_cast<int>(grant.role)) + "@" + std::to_string(grant.org.value));
  add(hasher, request.body);
  if (!request.body_file.empty()) BANMO_DO(add_file(hasher, request.body_file));
  return blob_of(hasher.finish());
}

json::Value to_json(const http::Response& response) {
  json::Array headers;
  for (const auto& [name, value] : response.headers) headers.emplace_back(json::Array{name, value});
  return json::Object{{"headers", std::move(headers)}, {"body", response.body}};
}

Result<http::Response> from_json(std::string_view text, int status) {
  BANMO_TRY(const json::Value value, json::read(text, {.max_bytes = 4 * kMaxKeptBytes}));
  http::Response response;
  response.status = status;
  if (const json::Value* body = value.find("body"); body != nullptr && body->as_string() != nullptr) response.body = *body->as_string();
  const json::Value* headers = value.find("headers");
  if (headers == nullptr || headers->as_array() == nullptr) return response;
  for (const json::Value& header : *headers->as_array()) {
    const json::Array* pair = header.as_array();
    if (pair != nullptr && pair->size() == 2 && (*pair)[0].as_string() && (*pair)[1].as_string())
      response.headers.emplace_back(*(*pair)[0].as_string(), *(*pair)[1].as_string());
  }
  return response;
}

// One key of one account.
class Kept {
 public:
  Kept(const Call& call, sql::Blob request_hash) : call_(call), request_hash_(std::move(request_hash)) {
    const std::string key = std::to_string(call.principal.account.value) + "|" + std::string(call.request.header(kHeader));
    key_hash_ = blob_of(crypto::hash(call.engines.profile, "banmo-idempotency-1|" + key));
    seal_ = crypto::hash(call.engines.profile, "banmo-idempotency-seal-1|" + key);
  }

  // The answer of before; nothing if the request is to be carried out now.
  Result<std::optional<http::Response>> begin() {
    const int64_t now = call_.engines.clock->now().micros;
    sql::Rows found;
    BANMO_DO(ledger().write([&](sql::Connection& connection) -> Result<> {
      BANMO_TRY([[maybe_unused]] const int64_t n_old, connection.execute(kForget, {now - kKeptMicros}));
      BANMO_TRY(found, connection.query(kFind, {account(), key_hash_}));
      if (found.empty()) return one(connection, kBegin, {account(), key_hash_, request_hash_, now});
      const bool is_same = found[0][0] == sql::Value(request_hash_);
      const bool is_abandoned = sql::is_null(found[0][2]) && sql::int_of(found[0][1]) < now - kAbandonedMicros;
      if (!is_same || !is_abandoned) return {};
      found.rows.clear();
      return one(connection, kBeginAgain, {account(), key_hash_, now});
    }));
    if (found.empty()) return std::optional<http::Response>();
    if (found[0][0] != sql::Value(request_hash_)) return reused();
    if (sql::is_null(found[0][2])) return running();
    const auto* sealed = std::get_if<sql::Blob>(&found[0][3]);
    BANMO_TRY(const std::string text, crypto::decrypt(seal_, sealed == nullptr ? sql::Blob() : *sealed, kContext));
    BANMO_TRY(http::Response response, from_json(text, static_cast<int>(sql::int_of(found[0][2]))));
    return std::optional<http::Response>(std::move(response));
  }

  // Keeps the answer, or lets the key go. A failure costs the client its second answer and nothing else.
  void end(const Result<http::Response>& response) {
    const Deadline::Scope without_limit(nullptr);  // the request is done
    const bool is_kept = response.ok() && response->status < 300 && response->body_file.empty() && !response->events && !response->shared_body &&
                         response->body.size() <= kMaxKeptBytes;
    const auto done = ledger().write([&](sql::Connection& connection) -> Result<> {
      if (!is_kept) return one(connection, kDrop, {account(), key_hash_});
      BANMO_TRY(sql::Blob sealed, crypto::encrypt(call_.engines.profile, seal_, json::write(to_json(*response)), kContext));
      return one(connection, kKeep, {account(), key_hash_, static_cast<int64_t>(response->status), std::move(sealed)});
    });
    if (!done.ok())
      BANMO_LOG(warn, "http.answer_not_kept", {"request_id", call_.request.request_id}, {"code", done.error().id}, {"cause", done.error().cause});
  }

 private:
  sql::Database& ledger() const { return *call_.engines.stores.ledger; }
  sql::Value account() const { return call_.principal.account.value; }
  static Result<> one(sql::Connection& connection, std::string_view statement, const sql::Values& values) {
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(statement, values));
    return {};
  }

  const Call& call_;
  sql::Blob request_hash_, key_hash_;
  crypto::Hash seal_;
};

}  // namespace

bool takes_idempotency_key(const http::Route& route) {
  return route.method == "POST" && (route.answer_status == 201 || route.answer_status == 202) && route.permission != "public";
}

void declare_idempotency_key(http::Route& route) {
  route.parameters.push_back({.name = "Idempotency-Key",
                              .place = http::ParameterPlace::header,
                              .schema = json::Object{{"type", "string"}, {"maxLength", 200}},
                              .description =
                                  "A new random value for each thing to create (a UUID). The same request with the same value within a day is "
                                  "carried out once and answered the same."});
  route.problem_codes.insert(route.problem_codes.end(), {"http.idempotency_reused", "http.idempotency_running"});
}

Result<http::Response> once(const Call& call, const std::function<Result<http::Response>()>& create) {
  if (call.request.header(kHeader).empty()) return create();
  BANMO_TRY(sql::Blob request_hash, hash_of(call));
  Kept kept(call, std::move(request_hash));
  BANMO_TRY(auto before, kept.begin());
  if (before) return *std::move(before);
  if (Deadline* const deadline = Deadline::here()) deadline->begin_work();  // nothing was created yet
  auto response = create();
  kept.end(response);
  return response;
}

}  // namespace banmo::api
