// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"

#include <algorithm>
#include <random>

#include "audit/chain.h"

namespace banmo::audit {
namespace {

constexpr std::string_view kHead = "SELECT seq, hash FROM audit_head WHERE chain = $1";
constexpr std::string_view kHeadLocked = "SELECT seq, hash FROM audit_head WHERE chain = $1 FOR UPDATE";
// A sequential scan of the few heads would make PostgreSQL believe that each transaction read all of them, and refuse one of any two (serializable).
constexpr std::string_view kByIndex = "SELECT set_config('enable_seqscan', 'off', TRUE)";
constexpr std::string_view kMoveHead = "UPDATE audit_head SET seq = $2, hash = $3 WHERE chain = $1";
constexpr std::string_view kInsert =
    "INSERT INTO audit_entry (seq, at, actor, action, object_kind, object, org_no, detail, algorithm, prev_hash, hash) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
constexpr std::string_view kList =
    "SELECT seq, at, actor, action, object_kind, object, org_no, detail, hash FROM audit_entry "
    "WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
constexpr std::string_view kListActor =
    "SELECT seq, at, actor, action, object_kind, object, org_no, detail, hash FROM audit_entry "
    "WHERE seq < $1 AND actor = $3 ORDER BY seq DESC LIMIT $2";
constexpr std::string_view kListAction =
    "SELECT seq, at, actor, action, object_kind, object, org_no, detail, hash FROM audit_entry "
    "WHERE seq < $1 AND action >= $3 AND action < $4 ORDER BY seq DESC LIMIT $2";
constexpr std::string_view kListBoth =
    "SELECT seq, at, actor, action, object_kind, object, org_no, detail, hash FROM audit_entry "
    "WHERE seq < $1 AND actor = $3 AND action >= $4 AND action < $5 ORDER BY seq DESC LIMIT $2";

sql::Blob blob_of(const crypto::Hash& hash) { return {hash.begin(), hash.end()}; }

std::string_view view_of(const sql::Blob& blob) { return {reinterpret_cast<const char*>(blob.data()), blob.size()}; }

void add_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
  out += ',';
}

struct Head {
  int64_t chain = 0;
  int64_t seq = 0;
  sql::Blob hash = sql::Blob(kHashBytes, 0);
};

int64_t any_chain() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return static_cast<int64_t>(random() % static_cast<uint64_t>(kChains));
}

Result<Head> lock_head(sql::Connection& connection) {
  const bool shared = connection.dialect() == sql::Dialect::postgres;
  Head head;
  head.chain = shared ? any_chain() : 0;
  if (shared) {
    BANMO_TRY(const auto set, connection.query(kByIndex));
    static_cast<void>(set);
  }
  BANMO_TRY(const auto rows, connection.query(shared ? kHeadLocked : kHead, {head.chain}));
  if (rows.empty())
    return fail(ErrorCode::internal, "audit.no_head",
                {"审计链的末端记录不见了，请运行 banmo audit verify", "the end of the audit chain is missing: run banmo audit verify"});
  head.seq = sql::int_of(rows[0][0]);
  if (const auto* hash = std::get_if<sql::Blob>(&rows[0][1])) head.hash = *hash;
  return head;
}

// The next number of a chain: the time in units of 10 us, times the number of chains, plus the chain; later than the one before in any case.
int64_t next_seq(const Head& head, Instant at) {
  return std::max((head.seq == 0 ? head.chain : head.seq) + kChains, at.micros / 10 * kChains + head.chain);
}

// The half-open range of actions that a filter means: one name, or all that begin with "org.".
std::pair<std::string, std::string> action_range(const std::string& action) {
  if (!action.ends_with('.')) return {action, action + '\x01'};
  std::string end = action;
  end.back() = '.' + 1;
  return {action, end};
}

Result<Stored> stored_of(const sql::Values& row) {
  Stored stored;
  stored.seq = sql::int_of(row[0]);
  stored.entry.at = Instant{sql::int_of(row[1])};
  stored.entry.actor = sql::text_of(row[2]);
  stored.entry.action = sql::text_of(row[3]);
  stored.entry.object_kind = sql::text_of(row[4]);
  stored.entry.object = sql::text_of(row[5]);
  stored.entry.org_no = sql::int_of(row[6]);
  // What is no JSON (older versions kept U+0000, or somebody tampered) is shown as it stands: one entry must not hide a page.
  std::string detail = sql::text_of(row[7]);
  auto read = json::read(detail);
  stored.entry.detail = read.ok() ? std::move(read).value() : json::Value(std::move(detail));
  if (const auto* hash = std::get_if<sql::Blob>(&row[8])) stored.hash = crypto::to_hex(*hash);
  return stored;
}

}  // namespace

std::string_view algorithm_of(crypto::Profile profile) { return profile == crypto::Profile::sm ? "sm3" : "sha256"; }

std::optional<crypto::Profile> profile_of(std::string_view algorithm) {
  if (algorithm == "sha256") return crypto::Profile::intl;
  if (algorithm == "sm3") return crypto::Profile::sm;
  return std::nullopt;
}

crypto::Hash hash_of(crypto::Profile profile, const Link& link, std::string_view prev_hash) {
  std::string bytes;
  bytes.reserve(160 + link.actor.size() + link.object.size() + link.detail.size());
  add_part(bytes, "banmo-audit-1");
  add_part(bytes, algorithm_of(profile));
  add_part(bytes, std::to_string(link.seq));
  add_part(bytes, std::to_string(link.at));
  for (const std::string_view part : {link.actor, link.action, link.object_kind, link.object}) add_part(bytes, part);
  add_part(bytes, std::to_string(link.org_no));
  add_part(bytes, link.detail);
  add_part(bytes, prev_hash);
  return crypto::hash(profile, bytes);
}

Result<int64_t> append_all(sql::Connection& connection, std::span<const Entry> entries, crypto::Profile profile) {
  if (entries.empty()) return int64_t{0};
  BANMO_TRY(Head head, lock_head(connection));
  sql::Values row(11);
  for (const Entry& entry : entries) {
    head.seq = next_seq(head, entry.at);
    std::string detail = json::write(entry.detail);
    const Link link{head.seq, entry.at.micros, entry.actor, entry.action, entry.object_kind, entry.object, entry.org_no, detail};
    sql::Blob hash = blob_of(hash_of(profile, link, view_of(head.hash)));
    row[0] = head.seq;
    row[1] = entry.at.micros;
    row[2] = entry.actor;
    row[3] = entry.action;
    row[4] = entry.object_kind;
    row[5] = entry.object;
    row[6] = entry.org_no;
    row[7] = std::move(detail);
    row[8] = std::string(algorithm_of(profile));
    row[9] = std::move(head.hash);
    row[10] = hash;
    BANMO_TRY(const int64_t n, connection.execute(kInsert, row));
    static_cast<void>(n);
    head.hash = std::move(hash);
  }
  BANMO_TRY(const int64_t n_moved, connection.execute(kMoveHead, {head.chain, head.seq, std::move(head.hash)}));
  static_cast<void>(n_moved);
  return head.seq;
}

Result<int64_t> append(sql::Connection& connection, const Entry& entry, crypto::Profile profile) {
  return append_all(connection, std::span(&entry, 1), profile);
}

Result<std::vector<Stored>> list(sql::Database& ledger, const Query& query) {
  const int64_t before = query.before_seq > 0 ? query.before_seq : INT64_MAX;
  sql::Values parameters{before, static_cast<int64_t>(std::clamp<size_t>(query.limit, 1, 1000))};
  const auto [from, to] = action_range(query.action);
  std::string_view statement = kList;
  if (!query.actor.empty()) parameters.emplace_back(query.actor), statement = kListActor;
  if (!query.action.empty()) {
    parameters.emplace_back(from);
    parameters.emplace_back(to);
    statement = query.actor.empty() ? kListAction : kListBoth;
  }
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_TRY(const auto rows, lease->query(statement, parameters));
  std::vector<Stored> out;
  for (const sql::Values& row : rows.rows) {
    BANMO_TRY(auto stored, stored_of(row));
    out.push_back(std::move(stored));
  }
  return out;
}

}  // namespace banmo::audit
