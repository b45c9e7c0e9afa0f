// SPDX-License-Identifier: Apache-2.0
#include "shares/store.h"

#include "json/describe.h"

namespace banmo::shares {
namespace {

#define BANMO_SHARE_COLUMNS                                                                                                                    \
  "id, case_id, case_key, flow, holder_no, dataset, fields, org_no, level, way, purpose, until_at, opened_at, opened_by, ended_at, ended_by, " \
  "last_read_at, n_reads, n_rows"
constexpr std::string_view kInsert =
    "INSERT INTO share (id, case_id, case_key, flow, holder_no, dataset, fields, org_no, level, way, purpose, until_at, opened_at, opened_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
constexpr std::string_view kEnd = "UPDATE share SET ended_at = $2, ended_by = $3 WHERE case_id = $1 AND ended_at IS NULL";
constexpr std::string_view kFind = "SELECT " BANMO_SHARE_COLUMNS " FROM share WHERE id = $1";
constexpr std::string_view kOfCase = "SELECT " BANMO_SHARE_COLUMNS " FROM share WHERE case_id = $1 ORDER BY opened_at DESC, id DESC";
constexpr std::string_view kHeldBy = "SELECT " BANMO_SHARE_COLUMNS " FROM share WHERE holder_no IN (";
constexpr std::string_view kNewestFirst = ") ORDER BY opened_at DESC, id DESC LIMIT 1000";
constexpr std::string_view kAll =
    "SELECT " BANMO_SHARE_COLUMNS " FROM share ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, opened_at DESC, id DESC LIMIT 5000";
constexpr std::string_view kCountReads = "UPDATE share SET last_read_at = $2, n_reads = n_reads + 1, n_rows = n_rows + $3 WHERE id = $1";

#define BANMO_KEY_COLUMNS "no, share_id, account_no, name, title, account, created_at, revoked_at, last_read_at"
constexpr std::string_view kKeysOf = "SELECT " BANMO_KEY_COLUMNS " FROM share_key WHERE share_id = $1 ORDER BY no DESC";
constexpr std::string_view kBySecret = "SELECT " BANMO_KEY_COLUMNS " FROM share_key WHERE secret_hash = $1 AND revoked_at IS NULL";
constexpr std::string_view kLiving = "SELECT COUNT(*) FROM share_key WHERE share_id = $1 AND revoked_at IS NULL";
constexpr std::string_view kNextNo = "SELECT COALESCE(MAX(no), 0) + 1 FROM share_key";
constexpr std::string_view kInsertKey =
    "INSERT INTO share_key (no, name, share_id, secret_hash, title, account, account_no, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kRevoke = "UPDATE share_key SET revoked_at = $3 WHERE share_id = $1 AND name = $2 AND revoked_at IS NULL";
constexpr std::string_view kKeyRead = "UPDATE share_key SET last_read_at = $2 WHERE no = $1";

std::optional<Instant> instant_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(Instant{sql::int_of(value)}); }

Result<Share> share_of(const sql::Values& row) {
  Share out;
  out.id = ShareId::parse(sql::text_of(row[0])).value_or(ShareId{});
  out.of = {sql::text_of(row[1]), sql::text_of(row[2]), sql::text_of(row[3])};
  out.terms.holder = {sql::int_of(row[4])};
  out.terms.portion.dataset = sql::text_of(row[5]);
  BANMO_TRY(const json::Value fields, json::read(sql::text_of(row[6])));
  BANMO_TRY(out.terms.portion.fields, json::from_json<std::vector<std::string>>(fields));
  out.terms.portion.org = {sql::int_of(row[7])};
  out.terms.portion.level = static_cast<pack::Level>(sql::int_of(row[8]));
  out.terms.way = way_of(sql::text_of(row[9])).value_or(Way::figures);  // the one that gives no rows
  out.terms.purpose = sql::text_of(row[10]);
  out.terms.until = {sql::int_of(row[11])};
  out.opened_at = {sql::int_of(row[12])};
  out.opened_by = sql::text_of(row[13]);
  out.ended_at = instant_of(row[14]);
  out.ended_by = sql::text_of(row[15]);
  out.last_read_at = instant_of(row[16]);
  out.n_reads = sql::int_of(row[17]);
  out.n_rows = sql::int_of(row[18]);
  return out;
}

KeyRow key_of(const sql::Values& row) {
  KeyRow out{sql::int_of(row[0]), ShareId::parse(sql::text_of(row[1])).value_or(ShareId{}), sql::int_of(row[2]), {}};
  out.key = {sql::text_of(row[3]), sql::text_of(row[4]), sql::text_of(row[5]), {sql::int_of(row[6])}, instant_of(row[7]), instant_of(row[8])};
  return out;
}

Result<std::vector<Share>> read_shares(sql::Connection& connection, std::string_view statement, const sql::Values& parameters = {}) {
  std::vector<Share> out;
  BANMO_DO(connection.each(statement, parameters, [&](const sql::Values& row) -> Result<> {
    BANMO_TRY(Share share, share_of(row));
    out.push_back(std::move(share));
    return {};
  }));
  return out;
}

Result<std::optional<Share>> first_of(Result<std::vector<Share>> found) {
  if (!found.ok()) return found.error();
  return found->empty() ? std::optional<Share>() : std::optional(std::move(found->front()));
}

sql::Blob blob_of(const crypto::Hash& hash) { return {hash.begin(), hash.end()}; }

Result<> execute(sql::Connection& connection, std::string_view statement, const sql::Values& values) {
  BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(statement, values));
  return {};
}

}  // namespace

Statement opening(const Share& share) {
  const Terms& terms = share.terms;
  return {kInsert,
          {share.id.to_string(), share.of.id, share.of.key, share.of.flow, terms.holder.value, terms.portion.dataset,
           json::write(json::Value(json::Array(terms.portion.fields.begin(), terms.portion.fields.end()))), terms.portion.org.value,
           static_cast<int64_t>(terms.portion.level), std::string(name_of(terms.way)), terms.purpose, terms.until.micros, share.opened_at.micros,
           share.opened_by}};
}

Statement ending(const std::string& case_id, const std::string& by, Instant at) { return {kEnd, {case_id, at.micros, by}}; }

Result<std::optional<Share>> Store::read(sql::Connection& connection, const std::string& id) {
  return first_of(read_shares(connection, kFind, {id}));
}

Result<std::optional<Share>> Store::unscoped_find(const std::string& id) const {
  BANMO_TRY(const auto lease, ledger_.read());
  return read(*lease, id);
}

Result<std::vector<Share>> Store::unscoped_of_case(const std::string& case_id) const {
  BANMO_TRY(const auto lease, ledger_.read());
  return read_shares(*lease, kOfCase, {case_id});
}

Result<std::vector<Share>> Store::held_by(const std::vector<directory::OrgNo>& orgs) const {
  if (orgs.empty()) return std::vector<Share>();
  std::string statement(kHeldBy);
  for (size_t i = 0; i < orgs.size(); ++i) statement += (i == 0 ? "" : ", ") + std::to_string(orgs[i].value);
  statement += kNewestFirst;
  BANMO_TRY(const auto lease, ledger_.read());
  return read_shares(*lease, statement);
}

Result<std::vector<Share>> Store::unscoped_all() const {
  BANMO_TRY(const auto lease, ledger_.read());
  return read_shares(*lease, kAll);
}

Result<std::vector<KeyRow>> Store::keys_of(const ShareId& share) const {
  std::vector<KeyRow> out;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kKeysOf, {share.to_string()}));
  for (const sql::Values& row : rows.rows) out.push_back(key_of(row));
  return out;
}

Result<std::optional<KeyRow>> Store::key_by_secret(const crypto::Hash& hash) const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kBySecret, {blob_of(hash)}));
  return rows.empty() ? std::optional<KeyRow>() : std::optional(key_of(rows[0]));
}

Result<int64_t> Store::n_living_keys(sql::Connection& connection, const ShareId& share) {
  BANMO_TRY(const auto rows, connection.query(kLiving, {share.to_string()}));
  return sql::int_of(rows[0][0]);
}

Result<> Store::put_key(sql::Connection& connection, const KeyRow& row, const crypto::Hash& hash) {
  BANMO_TRY(const auto next, connection.query(kNextNo));
  return execute(connection, kInsertKey,
                 {sql::int_of(next[0][0]), row.key.name, row.share.to_string(), blob_of(hash), row.key.title, row.key.by, row.account_no,
                  row.key.created_at.micros});
}

Result<bool> Store::revoke_key(sql::Connection& connection, const ShareId& share, const std::string& name, Instant at) {
  BANMO_TRY(const int64_t n, connection.execute(kRevoke, {share.to_string(), name, at.micros}));
  return n > 0;
}

Result<> Store::count(sql::Connection& connection, const ReadNote& note) {
  BANMO_DO(execute(connection, kCountReads, {note.share.id.to_string(), note.at.micros, note.n_rows}));
  return note.key_no == 0 ? Result<>() : execute(connection, kKeyRead, {note.key_no, note.at.micros});
}

}  // namespace banmo::shares
