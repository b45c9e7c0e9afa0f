// SPDX-License-Identifier: Apache-2.0
// The statement resource of xAPI: store, fetch one, ask by filters, page, with attachments.
#include <charconv>

#include "api/xapi.h"
#include "base/multipart_mixed.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "events/courses.h"

namespace banmo::api {
namespace {

using events::Content;
using events::KeyScope;

constexpr std::string_view kPath = "/xapi/statements";

Error bad_request(std::string id, Message message) { return fail(ErrorCode::invalid, "xapi." + std::move(id), std::move(message)); }

// What a request brings: the statements as JSON, and bytes behind attachments.
struct Sent {
  std::string_view json;
  std::vector<Content> contents;
};

Result<Sent> sent_in_parts(const XapiCall& call, const std::string& content_type) {
  BANMO_TRY(const auto parts, parts_of(content_type, call.body));
  if (parts.empty() || !text::lower_ascii(parts[0].header("content-type")).starts_with("application/json"))
    return bad_request("bad_multipart", {"第一段须为 application/json 的陈述", "the first part is the statements as application/json"});
  Sent sent{parts[0].bytes, {}};
  for (size_t i = 1; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (part.header("content-transfer-encoding") != "binary")
      return bad_request("bad_multipart",
                         {"附件段须有 Content-Transfer-Encoding: binary", "an attachment's part has Content-Transfer-Encoding: binary"});
    if (part.header("x-experience-api-hash").empty())
      return bad_request("bad_multipart", {"附件段须有 X-Experience-API-Hash", "an attachment's part has X-Experience-API-Hash"});
    sent.contents.push_back({std::string(part.header("x-experience-api-hash")), std::string(part.header("content-type")), std::string(part.bytes)});
  }
  return sent;
}

Result<Sent> sent_with(const XapiCall& call) {
  const std::string type = call.header("content-type"), lower = text::lower_ascii(type);
  if (lower.starts_with("multipart/mixed")) return sent_in_parts(call, type);
  if (lower.substr(0, lower.find(';')) == "application/json") return Sent{call.body, {}};
  return bad_request("bad_content_type",
                     {"陈述须以 application/json 或 multipart/mixed 发送", "statements are sent as application/json or multipart/mixed"});
}

// What a launched unit says is held against the rules of its session.
Result<std::vector<std::string>> store(const XapiCall& call, const Sent& sent, const std::optional<Uuid>& put_id) {
  if (call.by().session != nullptr) return call.engines.courses->store(call.by(), call.version, sent.json, put_id, sent.contents);
  return call.engines.events->store(call.by(), call.version, sent.json, put_id, sent.contents);
}

Result<http::Response> post_statements(XapiCall& call) {
  BANMO_DO(require_scope(call, {KeyScope::statements_write}));
  BANMO_DO(check_parameters(call, {}));
  BANMO_TRY(const Sent sent, sent_with(call));
  BANMO_TRY(const auto ids, store(call, sent, {}));
  return http::Response::json(json::Array(ids.begin(), ids.end()));
}

Result<http::Response> put_statement(XapiCall& call) {
  BANMO_DO(require_scope(call, {KeyScope::statements_write}));
  BANMO_DO(check_parameters(call, {}, {"statementId"}));
  BANMO_TRY(const std::string id, uuid_in(call, "statementId"));
  BANMO_TRY(const Sent sent, sent_with(call));
  BANMO_TRY(const auto ids, store(call, sent, Uuid::parse(id)));
  return http::Response::no_content();
}

enum class Format { exact, ids, canonical };
Result<Format> format_in(const XapiCall& call) {
  const std::string text = call.parameter("format");
  if (text.empty() && !call.has("format")) return Format::exact;
  if (text == "exact") return Format::exact;
  if (text == "ids") return Format::ids;
  if (text == "canonical") return Format::canonical;
  return bad_parameter("format", {"须为 ids、exact 或 canonical", "must be ids, exact or canonical"});
}

Result<> apply_format(const XapiCall& call, Format format, std::vector<std::string>& bodies) {
  for (std::string& body : bodies) {
    if (format == Format::ids) body = events::Events::with_ids_only(body);
    if (format == Format::canonical) {
      BANMO_TRY(body, call.engines.events->canonical(call.by(), body, call.header("accept-language")));
    }
  }
  return {};
}

// The text, then what is behind the attachments of `bodies`: each goes into the answer as it is read.
Result<http::Response> in_parts(const XapiCall& call, std::string_view text, const std::vector<std::string>& bodies) {
  const std::string boundary = "banmo-" + crypto::to_hex(crypto::random_bytes(16));
  http::Response response;
  response.headers.emplace_back("content-type", "multipart/mixed; boundary=" + boundary);
  append_part(response.body, boundary, {{"Content-Type", "application/json"}}, text);
  BANMO_DO(call.engines.events->each_content(call.by(), bodies, [&](const Content& content) {
    append_part(response.body, boundary, part_headers(content.content_type, content.sha2), content.bytes);
  }));
  end_parts(response.body, boundary);
  return response;
}

// The instant at which a statement was stored: its last member that we wrote.
std::string stored_date(const std::string& body) {
  const auto value = json::read(body);
  const json::Value* stored = value.ok() ? value->find("stored") : nullptr;
  const auto at = stored != nullptr && stored->as_string() != nullptr ? Instant::parse_iso(*stored->as_string()) : std::nullopt;
  return http_date(at ? *at : Instant{});
}

Result<http::Response> answer_with(const XapiCall& call, const std::vector<std::string>& bodies, std::string text, bool with_attachments) {
  BANMO_DO(note_read(call, "statement", bodies.size()));
  if (!with_attachments) return http::Response::text(std::move(text), "application/json");
  return in_parts(call, text, bodies);
}

Result<http::Response> get_one(const XapiCall& call, bool voided) {
  const std::string_view name = voided ? "voidedStatementId" : "statementId";
  BANMO_DO(check_parameters(call, {"attachments", "format"}, {name}));
  BANMO_TRY(const std::string id, uuid_in(call, name));
  BANMO_TRY(const Format format, format_in(call));
  BANMO_TRY(const bool with_attachments, flag_in(call, "attachments"));
  BANMO_TRY(auto body, call.engines.events->statement(call.by(), *Uuid::parse(id), voided));
  if (!body) return fail(ErrorCode::not_found, "xapi.no_such_statement", {"没有这条陈述", "there is no such statement"});
  std::vector<std::string> bodies{*body};
  const std::string date = stored_date(*body);
  BANMO_DO(apply_format(call, format, bodies));
  BANMO_TRY(http::Response response, answer_with(call, {*body}, bodies[0], with_attachments));
  response.headers.emplace_back("last-modified", date);
  return response;
}

Result<int64_t> number_in(const XapiCall& call, std::string_view name) {
  const std::string text = call.parameter(name);
  int64_t number = 0;
  if (!call.has(name)) return number;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || number < 0)
    return bad_parameter(name, {"须为不小于 0 的整数", "must be a whole number, 0 or more"});
  return number;
}

Result<events::StatementQuery> query_of(const XapiCall& call) {
  events::StatementQuery query;
  if (call.has("agent")) {
    BANMO_TRY(query.agent, agent_ifi(call, "agent"));
  }
  BANMO_TRY(query.verb, iri_in(call, "verb"));
  BANMO_TRY(query.activity, iri_in(call, "activity"));
  BANMO_TRY(query.registration, uuid_in(call, "registration"));
  BANMO_TRY(query.related_activities, flag_in(call, "related_activities"));
  BANMO_TRY(query.related_agents, flag_in(call, "related_agents"));
  BANMO_TRY(query.ascending, flag_in(call, "ascending"));
  BANMO_TRY(query.with_attachments, flag_in(call, "attachments"));
  BANMO_TRY(query.since, time_in(call, "since"));
  BANMO_TRY(query.until, time_in(call, "until"));
  BANMO_TRY(query.cursor, number_in(call, "cursor"));
  BANMO_TRY(const int64_t limit, number_in(call, "limit"));
  query.limit = static_cast<size_t>(limit);
  return query;
}

// The same question from where this page ends.
std::string more_of(const XapiCall& call, int64_t next) {
  if (next == 0) return {};
  std::string more = call.engines.events->options().path + "/statements?";
  for (const auto& [name, value] : call.parameters)
    if (name != "cursor") more.append(name).append("=").append(http::percent_encode(value)).append("&");
  return more + "cursor=" + std::to_string(next);
}

Result<http::Response> get_statements(XapiCall& call) {
  BANMO_DO(require_scope(call, {KeyScope::statements_read, KeyScope::statements_read_mine}));
  if (call.has("statementId")) return get_one(call, false);
  if (call.has("voidedStatementId")) return get_one(call, true);
  BANMO_DO(check_parameters(call, {"agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit",
                                   "format", "attachments", "ascending", "cursor"}));
  BANMO_TRY(const Format format, format_in(call));
  BANMO_TRY(const events::StatementQuery query, query_of(call));
  BANMO_TRY(const events::Found found, call.engines.events->statements(call.by(), query));
  std::vector<std::string> bodies = found.bodies;
  BANMO_DO(apply_format(call, format, bodies));
  std::string text = "{\"statements\":[";
  for (size_t i = 0; i < bodies.size(); ++i) text.append(i == 0 ? "" : ",").append(bodies[i]);
  text += "],\"more\":";
  json::append_string(text, more_of(call, found.next));
  text += '}';
  BANMO_TRY(http::Response response, answer_with(call, found.bodies, std::move(text), query.with_attachments));
  if (!found.bodies.empty())
    response.headers.emplace_back("last-modified", stored_date(query.ascending ? found.bodies.back() : found.bodies.front()));
  return response;
}

}  // namespace

void add_xapi_statement_routes(Builder& builder) {
  builder.tag("xapi");
  add_xapi_resource(builder, {std::string(kPath), {{"GET", get_statements}, {"PUT", put_statement}, {"POST", post_statements}}},
                    {{"GET",
                      "xapi_get_statements",
                      {"查询学习记录陈述，或取一条", "Ask for statements, or fetch one"},
                      {"statementId", "voidedStatementId", "agent", "verb", "activity", "registration", "related_activities", "related_agents",
                       "since", "until", "limit", "format", "attachments", "ascending"}},
                     {"PUT", "xapi_put_statement", {"存入一条陈述", "Store one statement"}, {"statementId"}},
                     {"POST", "xapi_post_statements", {"存入一条或一批陈述", "Store a statement or a list of them"}, {"method"}}});
}

}  // namespace banmo::api
