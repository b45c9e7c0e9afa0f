// SPDX-License-Identifier: Apache-2.0
#include "events/feed.h"

#include <algorithm>
#include <map>

#include "events/look_up.h"
#include "events/postings.h"
#include "events/reader.h"
#include "json/json.h"

namespace banmo::events {
namespace {

constexpr std::string_view kColumns =
    "s.no, s.id, s.org_no, s.key_no, s.at, s.voided, s.body, (SELECT k.title FROM xapi_key k WHERE k.no = s.key_no), "
    "(SELECT k.account FROM xapi_key k WHERE k.no = s.key_no)";
constexpr std::string_view kNext = " FROM xapi_statement s WHERE s.no > $1 ORDER BY s.no LIMIT $2";
constexpr std::string_view kById = "SELECT no FROM xapi_statement WHERE id = $1 AND org_no = $2";
constexpr std::string_view kAny = "SELECT no FROM xapi_statement WHERE no > $1 LIMIT 1";
constexpr std::string_view kOldTable =
    "SELECT 1 FROM information_schema.tables WHERE table_name = 'learning_event' AND table_schema = current_schema()";
constexpr std::string_view kDropOld = "DROP TABLE IF EXISTS learning_event; DROP TABLE IF EXISTS learning_event_mark;";
constexpr size_t kChangesAtOnce = 100;
constexpr int64_t kStands = 0;  // xapi_statement.voided

enum Column : size_t { kNo, kId, kOrg, kKey, kAt, kVoidedAt, kBody, kTitle, kAccount };

Uuid uuid_of(const sql::Value& value) {
  Uuid id;
  if (const auto* bytes = std::get_if<sql::Blob>(&value); bytes != nullptr && bytes->size() == id.bytes.size())
    std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
  return id;
}

void add_sender(const sql::Values& stored, records::EventChunk& chunk) {
  const int64_t no = sql::int_of(stored[kKey]);
  for (const records::EventSender& known : chunk.senders)
    if (known.no == no) return;
  chunk.senders.push_back({no, sql::is_null(stored[kTitle]) ? "xAPI" : sql::text_of(stored[kTitle]),
                           sql::is_null(stored[kAccount]) ? "" : sql::text_of(stored[kAccount])});
}

// Before there were datasets of kind event all statements stood in one table that no pack could read.
Result<> drop_old(sql::Database& warehouse) {
  {
    BANMO_TRY(const auto lease, warehouse.read());
    BANMO_TRY(const auto old, lease->query(kOldTable));
    if (old.empty()) return {};
  }
  return warehouse.write([](sql::Connection& connection) { return connection.script(kDropOld); });
}

}  // namespace

Result<> Feed::into(records::Records& records) {
  const std::lock_guard lock(mutex_);
  BANMO_DO(drop_old(*directory_.stores().warehouse));
  records_ = &records;
  targets_.clear();
  for (const pack::Dataset& dataset : records.catalogue().datasets()) {
    if (dataset.kind != pack::DatasetKind::event) continue;
    Target& target = targets_.emplace_back(Target{&dataset, {}});
    for (const pack::Field& field : dataset.fields) target.tellers.push_back(field.of ? teller_of(field.of->word) : nullptr);
  }
  return {};
}

Result<> Feed::add_voided(const sql::Values& stored, const Statement& statement, records::EventChunk& chunk) const {
  const auto* reference = std::get_if<StatementRef>(&statement.object);
  if (reference == nullptr) return {};
  BANMO_TRY(const auto ledger, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, ledger->query(kById, {blob_of(reference->id), stored[kOrg]}));
  if (!rows.empty()) chunk.gone.push_back(sql::int_of(rows[0][0]));
  return {};
}

Result<> Feed::add_rows(const sql::Values& stored, records::EventChunk& chunk) {
  const auto body = json::read(sql::text_of(stored[kBody]));
  if (!body.ok()) return {};
  const auto statement = read_statement(*body, Version::v2_0);
  if (!statement.ok()) return {};  // stored when the rules were less strict: it says nothing to a dataset
  if (statement->verb.id == kVoided) return add_voided(stored, *statement, chunk);
  if (sql::int_of(stored[kVoidedAt]) != kStands) return {};
  const Instant at{sql::int_of(stored[kAt])};
  BANMO_TRY(const Whom whom, people_.whom(directory::OrgNo{sql::int_of(stored[kOrg])}, statement->actor, at));
  const Told told{*statement, *body, uuid_of(stored[kId]), sql::int_of(stored[kNo]), at, whom};
  for (const Target& target : targets_) {
    records::EventRow& row = chunk.rows.emplace_back(records::EventRow{target.dataset, told.no, sql::int_of(stored[kKey]), {}});
    for (size_t i = 0; i < target.tellers.size(); ++i)
      row.said.push_back(target.tellers[i] == nullptr ? sql::Value() : target.tellers[i](told, target.dataset->fields[i].of->iri));
  }
  add_sender(stored, chunk);
  return {};
}

Result<> Feed::add_all(const sql::Rows& stored, records::EventChunk& chunk) {
  for (const sql::Values& one : stored.rows) BANMO_DO(add_rows(one, chunk));
  if (!stored.empty()) chunk.until = sql::int_of(stored.rows.back()[kNo]);
  return {};
}

Result<sql::Rows> Feed::stored_after(int64_t after) const {
  BANMO_TRY(const auto ledger, directory_.stores().ledger->read());
  BANMO_TRY(const auto any, ledger->query(kAny, {after}));
  if (any.empty()) return any;
  return ledger->query("SELECT " + std::string(kColumns) + std::string(kNext), {after, kChunk});
}

Result<int64_t> Feed::run_round() {
  BANMO_TRY(const int64_t after, records_->events_until());
  records::EventChunk chunk;
  chunk.until = after;
  int64_t n_all = 0, n = kChunk;
  for (; n == kChunk && n_all < kRound; n_all += n) {
    BANMO_TRY(const auto stored, stored_after(chunk.until));
    BANMO_DO(add_all(stored, chunk));
    n = static_cast<int64_t>(stored.size());
  }
  if (n_all == 0) return int64_t{0};
  BANMO_DO(records_->take_events(chunk));
  return n_all;
}

Result<> Feed::correct(const ActorChange& change) {
  BANMO_TRY(const int64_t before, records_->corrected_until());
  StatementQuery position;
  position.ascending = true;
  for (;;) {
    BANMO_TRY(const auto stored,
              lists_.page(kColumns, {{target_of(List::agent, change.ifi)}}, position, "s.org_no = " + std::to_string(change.key_org.value), kChunk));
    records::EventChunk chunk;
    BANMO_DO(add_all(stored, chunk));
    const bool last = static_cast<int64_t>(stored.size()) < kChunk;
    BANMO_DO(records_->correct_events(chunk, last ? std::max(before, change.no) : before));
    if (last) return {};
    position.cursor = chunk.until;
  }
}

// Before the next statements are taken: what stands below the watermark is put right, what comes after it is right from the start.
Result<> Feed::run_corrections() {
  BANMO_TRY(const int64_t mark, records_->corrected_until());
  BANMO_TRY(const auto changes, people_.changed_since(mark, kChangesAtOnce));
  if (!changes.empty()) people_.forget();  // another server may have decided: whom this one remembers is older
  for (const ActorChange& change : changes) BANMO_DO(correct(change));
  return {};
}

Result<int64_t> Feed::run(const std::atomic<bool>& stop) {
  const std::lock_guard lock(mutex_);
  if (records_ == nullptr || targets_.empty()) return int64_t{0};
  BANMO_DO(run_corrections());
  for (int64_t n_all = 0;;) {
    BANMO_TRY(const int64_t n, run_round());
    n_all += n;
    if (n < kRound || stop) return n_all;
  }
}

}  // namespace banmo::events
