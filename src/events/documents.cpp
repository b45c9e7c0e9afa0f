// SPDX-License-Identifier: Apache-2.0
#include "events/documents.h"

#include "audit/audit.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "events/look_up.h"
#include "events/members.h"
#include "events/postings.h"
#include "json/json.h"

namespace banmo::events {
namespace {

constexpr std::string_view kOne =
    "SELECT content_type, content, etag, updated_at FROM xapi_document WHERE org_no = $1 AND kind = $2 AND owner = $3 AND registration = $4 AND id = "
    "$5";
constexpr std::string_view kList =
    "SELECT id, MAX(updated_at) FROM xapi_document WHERE org_no = $1 AND kind = $2 AND owner = $3 AND ($4 = '' OR registration = $4) AND updated_at "
    "> "
    "$5 GROUP BY id ORDER BY id";
constexpr std::string_view kPut =
    "INSERT INTO xapi_document (org_no, kind, owner, registration, id, content_type, content, etag, updated_at, agent) VALUES ($1, $2, $3, $4, $5, "
    "$6, "
    "$7, $8, $9, $10) ON CONFLICT (org_no, kind, owner, registration, id) DO UPDATE SET content_type = excluded.content_type, content = "
    "excluded.content, etag = excluded.etag, updated_at = excluded.updated_at, agent = excluded.agent";
constexpr std::string_view kRemove = "DELETE FROM xapi_document WHERE org_no = $1 AND kind = $2 AND owner = $3 AND registration = $4 AND id = $5";
constexpr std::string_view kRemoveAll = "DELETE FROM xapi_document WHERE org_no = $1 AND kind = $2 AND owner = $3 AND ($4 = '' OR registration = $4)";

sql::Value owner_of(const DocumentPlace& place) { return document_owner(place.activity, place.agent); }

sql::Values values_of(const Key& key, const DocumentPlace& place, bool one = true) {
  sql::Values values{key.org.value, static_cast<int64_t>(place.kind), owner_of(place), text::lower_ascii(place.registration)};
  if (one) values.emplace_back(place.id);
  return values;
}

std::optional<Document> document_of(const sql::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  const auto* bytes = std::get_if<sql::Blob>(&rows[0][1]);
  return Document{sql::text_of(rows[0][0]), bytes == nullptr ? std::string() : std::string(bytes->begin(), bytes->end()), sql::text_of(rows[0][2]),
                  Instant{sql::int_of(rows[0][3])}};
}

bool names(std::string_view tags, std::string_view etag) {
  if (text::trim(tags) == "*") return true;
  for (const std::string& tag : text::split(tags, ',')) {
    std::string_view one = text::trim(tag);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
  }
  return false;
}

// RFC 9110, 13.1: If-Match wants the present document, If-None-Match another or none.
Result<> check(const Precondition& wanted, const std::optional<Document>& present, Need need) {
  const bool failed = (!wanted.if_match.empty() && (!present || !names(wanted.if_match, present->etag))) ||
                      (!wanted.if_none_match.empty() && present && names(wanted.if_none_match, present->etag));
  if (failed)
    return fail(
        ErrorCode::conflict, "events.precondition_failed",
        {"文档已被别人改动：请重新读取，带上新的 ETag 再试", "the document was changed meanwhile: read it again and send the ETag that it has now"});
  const bool has_none = wanted.if_match.empty() && wanted.if_none_match.empty();
  if (need == Need::always && !present && has_none)
    return fail(ErrorCode::invalid, "events.no_precondition",
                {"写入此类文档须带 If-Match 或 If-None-Match", "such a document is stored with If-Match or If-None-Match"});
  if (need != Need::never && present && has_none)
    return fail(ErrorCode::conflict, "events.precondition_missing",
                {"文档已存在：请先读取，再用 If-Match 带上它的 ETag", "the document exists: read it first and send its ETag as If-Match"});
  return {};
}

bool is_json(std::string_view content_type) { return text::lower_ascii(content_type.substr(0, content_type.find(';'))) == "application/json"; }

Error not_mergeable() {
  return fail(ErrorCode::invalid, "events.not_mergeable",
              {"只有两个 JSON 对象才能合并；要替换请用 PUT", "only two JSON objects can be merged: use PUT to replace the document"});
}

Result<std::string> merged(const Document& before, const Document& later) {
  if (!is_json(before.content_type) || !is_json(later.content_type)) return not_mergeable();
  const auto old_value = json::read(before.content), new_value = json::read(later.content);
  if (!old_value.ok() || !new_value.ok() || old_value->as_object() == nullptr || new_value->as_object() == nullptr) return not_mergeable();
  return json::write(
      merged_members(*old_value->as_object(), *new_value->as_object(), [](const json::Value&, const json::Value& theirs) { return theirs; }));
}

constexpr std::string_view kKinds[] = {"state", "activity_profile", "agent_profile"};

}  // namespace

int64_t document_owner(const std::string& activity, const std::string& agent) { return target_of(List::agent, activity + "\n" + agent); }
int64_t agent_hash(const std::string& agent) { return agent.empty() ? 0 : target_of(List::agent, agent); }

// A document stands under the hash of its activity and agent: neither they nor its own name, which a tool may make of somebody's, are written down.
Result<> Documents::note(sql::Connection& connection, const Key& key, const DocumentPlace& place, std::string action, json::Object detail) const {
  detail.set("kind", std::string(kKinds[static_cast<size_t>(place.kind)]));
  const auto seq = audit::append(
      connection, {clock_.now(), key.key, std::move(action), "xapi_document", sql::text_of(owner_of(place)), key.org.value, std::move(detail)},
      profile_);
  return seq.ok() ? Result<>() : Result<>(seq.error());
}

Result<std::optional<Document>> Documents::get(const Key& key, const DocumentPlace& place) const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kOne, values_of(key, place)));
  return document_of(rows);
}

Result<std::vector<std::pair<std::string, Instant>>> Documents::list(const Key& key, const DocumentPlace& place, std::optional<Instant> since) const {
  sql::Values values = values_of(key, place, false);
  values.emplace_back(since ? since->micros : int64_t{0});
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kList, values));
  std::vector<std::pair<std::string, Instant>> out;
  for (const auto& row : rows.rows) out.emplace_back(sql::text_of(row[0]), Instant{sql::int_of(row[1])});
  return out;
}

Result<> Documents::put(const Key& key, const DocumentPlace& place, Document document, const Precondition& precondition, Need need, bool merge) {
  if (merge && is_json(document.content_type))
    if (const auto value = json::read(document.content); !value.ok() || value->as_object() == nullptr) return not_mergeable();
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kOne, values_of(key, place)));
    const std::optional<Document> present = document_of(rows);
    BANMO_DO(check(precondition, present, need));
    std::string content = document.content;
    if (merge && present) {
      BANMO_TRY(content, merged(*present, document));
    }
    const crypto::Hash hash = crypto::sha256(content);
    const std::string etag = crypto::to_hex(std::span(hash).first(20));
    sql::Values values = values_of(key, place);
    values.insert(values.end(), {document.content_type, sql::Blob(content.begin(), content.end()), "\"" + etag + "\"", clock_.now().micros,
                                 agent_hash(place.agent)});
    BANMO_DO(execute(connection, kPut, values));
    return note(connection, key, place, "xapi.put_document", {{"etag", etag}, {"n_bytes", static_cast<int64_t>(content.size())}});
  });
}

Result<> Documents::remove(const Key& key, const DocumentPlace& place, const Precondition& precondition) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kOne, values_of(key, place)));
    BANMO_DO(check(precondition, document_of(rows), Need::never));
    BANMO_TRY(const int64_t n, connection.execute(kRemove, values_of(key, place)));
    return n == 0 ? Result<>() : note(connection, key, place, "xapi.remove_document", {{"n", n}});
  });
}

Result<> Documents::remove_all(const Key& key, const DocumentPlace& place) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kRemoveAll, values_of(key, place, false)));
    return n == 0 ? Result<>() : note(connection, key, place, "xapi.remove_document", {{"n", n}});
  });
}

}  // namespace banmo::events
