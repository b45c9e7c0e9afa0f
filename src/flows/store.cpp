// SPDX-License-Identifier: Apache-2.0
#include "flows/store.h"

#include <map>

#include "base/city_time.h"
#include "directory/proxy.h"
#include "flows/notes.h"

namespace banmo::flows {
namespace {

constexpr size_t kMaxGroup = 256;
constexpr std::chrono::seconds kGroupTime{10};
constexpr double kDay_us = 86'400'000'000.0;

#define BANMO_CASE_COLUMNS                                                                                                                       \
  "c.id, c.flow, c.case_key, c.definition, c.state, c.seq, c.org_no, c.person_no, c.opened_by, c.opened_at, c.sent_at, c.entered_at, c.due_at, " \
  "c.timer_at, c.reminded, c.escalated, c.closed_at, c.in_dataset, c.mover_role, c.moved_at"

constexpr std::string_view kInsertCase =
    "INSERT INTO flow_case (id, flow, case_key, definition, state, seq, org_no, person_no, opened_by, opened_at, sent_at, entered_at, due_at, "
    "timer_at, "
    "reminded, escalated, closed_at, in_dataset, mover_role, moved_at, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
    "$15, $16, $17, $18, $19, $20, $21)";
constexpr std::string_view kUpdateCase =
    "UPDATE flow_case SET definition = $2, state = $3, seq = $4, org_no = $5, person_no = $6, sent_at = $7, entered_at = $8, due_at = $9, timer_at = "
    "$10, reminded = $11, escalated = $12, closed_at = $13, in_dataset = $14, mover_role = $15, moved_at = $16, content = $17 WHERE id = $1 AND seq "
    "= "
    "$18";
constexpr std::string_view kInsertStep =
    "INSERT INTO flow_step (case_id, seq, n, at, move, label_zh, label_en, from_state, to_state, account, role, role_zh, role_en, org_no, note, "
    "spent, for_account, sealed_note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', $15, $16, $17)";
constexpr std::string_view kClearDesks = "DELETE FROM flow_desk WHERE case_id = $1";
constexpr std::string_view kInsertDesk =
    "INSERT INTO flow_desk (desk, due_at, case_id, flow, state, entered_at, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kCount =
    "INSERT INTO flow_counter (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = flow_counter.value + 1";
constexpr std::string_view kSetCounter =
    "INSERT INTO flow_counter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr std::string_view kCounter = "SELECT value FROM flow_counter WHERE name = $1";
constexpr std::string_view kFind = "SELECT " BANMO_CASE_COLUMNS ", c.content FROM flow_case c WHERE c.id = $1";
constexpr std::string_view kSteps =
    "SELECT at, move, label_zh, label_en, from_state, to_state, role_zh, role_en, org_no, note, for_account, sealed_note, seq, n FROM flow_step "
    "WHERE "
    "case_id = $1 ORDER BY seq, n";
constexpr std::string_view kTookPart =
    "SELECT 1 FROM flow_step WHERE case_id = $1 AND (account = $2 OR for_account = $2) AND from_state <> $3 LIMIT 1";
constexpr std::string_view kAtDesk = "SELECT " BANMO_CASE_COLUMNS
                                     ", '', d.due_at FROM flow_desk d JOIN flow_case c ON c.id = d.case_id WHERE d.desk = $1 AND (d.due_at, "
                                     "d.case_id) > ($2, $3) AND ($4 = '' OR c.flow = $4) "
                                     "ORDER BY d.due_at, d.case_id LIMIT $5";
// The lane after another, of its flow or of the next: asked again and again they name all of a desk without reading what stands in them (SQLite reads
// all of a lane for a comparison of pairs).
constexpr std::string_view kNextState = "SELECT flow, state FROM flow_desk WHERE desk = $1 AND flow = $2 AND state > $3 ORDER BY state LIMIT 1";
constexpr std::string_view kNextFlow = "SELECT flow, state FROM flow_desk WHERE desk = $1 AND flow > $2 ORDER BY flow, state LIMIT 1";
constexpr std::string_view kInLane = "SELECT " BANMO_CASE_COLUMNS
                                     ", '', d.due_at FROM flow_desk d JOIN flow_case c ON c.id = d.case_id WHERE d.desk = $1 AND d.flow = $2 AND "
                                     "d.state = $3 AND (d.due_at, d.case_id) > ($4, $5) AND d.due_at >= $6 AND d.due_at <= $7 AND d.entered_at <= $8 "
                                     "AND d.opened_at >= $9 AND d.opened_at < $10 ORDER BY d.due_at, d.case_id LIMIT $11";
// Those that rest have one place, and their deadlines are the cases' own.
constexpr std::string_view kInRestingLane =
    "SELECT " BANMO_CASE_COLUMNS
    ", '', d.due_at FROM flow_desk d JOIN flow_case c ON c.id = d.case_id WHERE d.desk = $1 AND d.flow = $2 AND "
    "d.state = $3 AND (d.due_at, d.case_id) > ($4, $5) AND d.due_at = $12 AND c.due_at >= $6 AND c.due_at <= $7 "
    "AND d.entered_at <= $8 AND d.opened_at >= $9 AND d.opened_at < $10 ORDER BY d.due_at, d.case_id LIMIT $11";
constexpr std::string_view kNumbered =
    "SELECT " BANMO_CASE_COLUMNS
    " FROM flow_case c WHERE c.flow = $1 AND c.case_key >= $2 AND c.case_key < $3 AND c.case_key > $4 AND c.closed_at "
    "IS NULL ORDER BY c.case_key LIMIT $5";
const std::string kAfterNumber = "zzzz";  // behind what numbers go on with, in any collation; a reader looks at the beginning itself
constexpr std::string_view kOpenedBy =
    "SELECT " BANMO_CASE_COLUMNS
    " FROM flow_case c WHERE c.opened_by = $1 AND (c.opened_at, c.id) < ($2, $3) AND ($4 = '' OR c.flow = $4) ORDER BY c.opened_at DESC, c.id DESC "
    "LIMIT $5";
constexpr std::string_view kDue =
    "SELECT " BANMO_CASE_COLUMNS
    ", c.content FROM flow_case c WHERE c.timer_at <= $1 AND (c.timer_at, c.id) > ($2, $3) ORDER BY c.timer_at, c.id LIMIT $4";
constexpr std::string_view kOpen =
    "SELECT " BANMO_CASE_COLUMNS ", c.content FROM flow_case c WHERE c.flow = $1 AND c.closed_at IS NULL AND c.id > $2 ORDER BY c.id LIMIT $3";
constexpr std::string_view kDrafts = "SELECT COUNT(*) FROM flow_case WHERE opened_by = $1 AND flow = $2 AND sent_at IS NULL AND closed_at IS NULL";
constexpr std::string_view kLeftAlone = "SELECT " BANMO_CASE_COLUMNS
                                        " FROM flow_case c WHERE c.sent_at IS NULL AND c.closed_at IS NULL AND c.opened_by <> '' AND c.moved_at < $1 "
                                        "ORDER BY c.moved_at, c.id LIMIT $2";
constexpr std::string_view kForgetDraft = "DELETE FROM flow_case WHERE id = $1 AND seq = $2 AND sent_at IS NULL AND closed_at IS NULL";
// What stands beside a draft: it has made no step, and no letter was issued.
constexpr std::string_view kForgetBeside[] = {"DELETE FROM flow_desk WHERE case_id = $1", "DELETE FROM flow_file WHERE case_id = $1",
                                              "DELETE FROM flow_effort WHERE case_id = $1"};
constexpr std::string_view kDesksOf = "SELECT desk, due_at FROM flow_desk WHERE case_id = $1 ORDER BY desk";
// What a group reads of cases by scope; the predicate is printed by Scope.
constexpr std::string_view kFigures =
    "SELECT c.state, COUNT(*), SUM(CASE WHEN c.closed_at IS NULL THEN 1 ELSE 0 END), SUM(CASE WHEN c.closed_at IS NULL AND c.due_at < $2 THEN 1 ELSE "
    "0 "
    "END), SUM(CAST(CASE WHEN c.sent_at IS NULL OR c.closed_at IS NULL THEN 0 ELSE c.closed_at - c.sent_at END AS DOUBLE PRECISION)) FROM flow_case "
    "c WHERE "
    "c.flow "
    "= $1 AND c.sent_at IS NOT NULL AND ";
constexpr std::string_view kStepFigures =
    "SELECT s.from_state, s.to_state, COUNT(*), SUM(CAST(s.spent AS DOUBLE PRECISION)) FROM flow_step s JOIN flow_case c ON c.id = s.case_id WHERE "
    "c.flow = $1 "
    "AND "
    "s.from_state <> s.to_state AND ";

sql::Value or_null(const std::optional<Instant>& at) { return at ? sql::Value{at->micros} : sql::Value{}; }
std::optional<Instant> instant_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(Instant{sql::int_of(value)}); }

Record record_of(const sql::Values& row) {
  Record out;
  out.id = CaseId::parse(sql::text_of(row[0])).value_or(CaseId{});
  out.flow = sql::text_of(row[1]);
  out.key = sql::text_of(row[2]);
  out.definition = sql::text_of(row[3]);
  out.state = sql::text_of(row[4]);
  out.seq = sql::int_of(row[5]);
  out.org = sql::int_of(row[6]);
  out.person = sql::int_of(row[7]);
  out.opened_by = sql::text_of(row[8]);
  out.opened_at = {sql::int_of(row[9])};
  out.sent_at = instant_of(row[10]);
  out.entered_at = {sql::int_of(row[11])};
  out.due_at = instant_of(row[12]);
  out.timer_at = instant_of(row[13]);
  out.reminded = sql::int_of(row[14]) != 0;
  out.escalated = sql::int_of(row[15]) != 0;
  out.closed_at = instant_of(row[16]);
  out.in_dataset = sql::int_of(row[17]) != 0;
  out.mover_role = sql::text_of(row[18]);
  out.moved_at = {sql::int_of(row[19])};
  if (row.size() > 20) out.content = sql::text_of(row[20]);
  if (row.size() > 21) out.desk_due = sql::int_of(row[21]);
  return out;
}

Result<std::vector<Record>> read_records(sql::Database& ledger, std::string_view statement, const sql::Values& parameters) {
  std::vector<Record> out;
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_DO(lease->each(statement, parameters, [&](const sql::Values& row) -> Result<> {
    out.push_back(record_of(row));
    return {};
  }));
  return out;
}

// "DS{year}-{seq:6}" and 17 in 2026 make "DS2026-000017".
std::string number_of(const std::string& pattern, int year, int64_t seq) {
  std::string out = pattern;
  const size_t at_year = out.find("{year}");
  if (at_year != std::string::npos) out.replace(at_year, 6, std::to_string(year));
  const size_t at = out.find("{seq:");
  std::string digits = std::to_string(seq);
  const auto width = static_cast<size_t>(out[at + 5] - '0');
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return out.replace(at, 7, digits);
}

Error busy() {
  Error error = fail(ErrorCode::unavailable, "flows.busy",
                     {"服务器繁忙，这一步没有办成，内容未丢；请稍后再点一次",
                      "the server is busy and the move was not made: nothing was lost, try again in a moment"});
  error.retry_after_s = 1;
  return error;
}

Error stale() {
  return fail(ErrorCode::conflict, std::string(kStale), {"办件已被他人办理，请刷新", "the case has been moved by someone else: read it again"});
}

bool is_for_all(const Error& error) { return error.code == ErrorCode::unavailable || error.code == ErrorCode::storage_full; }

Error older_tree() {
  return fail(ErrorCode::unavailable, std::string(kOlderTree),
              {"机构刚有调整，请稍后再点一次；内容未丢", "the organisations have just changed: try again in a moment, nothing was lost"});
}

constexpr std::string_view kTooManyDrafts = "flows.too_many_drafts";

// Refused by itself: nothing of it was written, the others go on.
bool is_its_own(const Error& error) {
  if (error.id == kTooManyDrafts) return true;
  return error.id == kStale || error.id == kOlderTree || error.id == kPlaceTaken || error.id == kPeriodClosed;
}

Error place_taken() {
  return fail(ErrorCode::conflict, std::string(kPlaceTaken),
              {"最后一个名额刚被占用，请再点一次；内容未丢", "the last place has just been taken: try again, nothing was lost"});
}

// Cases that the program starts are nobody's drafts.
Result<> check_drafts(sql::Connection& connection, const Record& record, int64_t most) {
  if (record.opened_by.empty()) return {};
  BANMO_TRY(const auto drafts, connection.query(kDrafts, {record.opened_by, record.flow}));
  if (sql::int_of(drafts[0][0]) < most) return {};
  return fail(ErrorCode::too_many, std::string(kTooManyDrafts),
              {"您在这项服务里已有 " + std::to_string(most) + " 份未提交的草稿，请先提交或撤销几份再新建",
               "you have " + std::to_string(most) + " drafts of this service that were never sent: send or give up some of them first"});
}

int64_t place_of(const Record& record, bool rests) { return rests ? kResting : record.due_at ? record.due_at->micros : kNoDue; }

Result<> write_desks(sql::Connection& connection, const Record& record, const std::vector<std::string>& desks, bool rests) {
  const std::string id = record.id.to_string();
  BANMO_DO(execute(connection, kClearDesks, {id}));
  for (const std::string& desk : desks)
    BANMO_DO(execute(connection, kInsertDesk,
                     {desk, place_of(record, rests), id, record.flow, record.state, record.entered_at.micros, record.opened_at.micros}));
  return {};
}

// The case that starts it is written by then, so that all of it is taken back.
Error of_started(Error error) {
  if (is_its_own(error)) error.id = "flows.no_place";
  return error;
}

std::vector<const Change*> with_started(const Change& change) {
  std::vector<const Change*> all{&change};
  for (const Change& started : change.started) {
    const auto below = with_started(started);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

}  // namespace

struct Store::Request : sql::Group::Request {
  explicit Request(std::vector<Change*> all) : changes(std::move(all)), results(changes.size()) {}
  std::vector<Change*> changes;
  std::vector<Result<>> results;
};

Store::Store(sql::Database& ledger, records::CaseRows& rows, Sealing sealing, int64_t max_drafts)
    : ledger_(ledger),
      rows_(rows),
      sealing_(std::move(sealing)),
      max_drafts_(max_drafts),
      group_([this](const sql::Group::Requests& group) { run(group); }, busy(), kMaxGroup, kGroupTime) {}

Result<> Store::write(Change& change) {
  Request request({&change});
  const auto done = group_.write(request);
  return done.ok() ? request.results.front() : done;
}

std::vector<Result<>> Store::write_all(const std::vector<Change*>& changes) {
  Request request(changes);
  const auto done = group_.write(request);
  if (done.ok()) return std::move(request.results);
  std::vector<Result<>> results(changes.size(), done);
  if (is_for_all(done.error())) return results;
  for (size_t i = 0; i < changes.size(); ++i) results[i] = write(*changes[i]);  // one of them spoilt it for the others
  return results;
}

// A store that does not answer, or is full, is so for all; any other fault may be one request's: each is told what itself meets.
void Store::run(const sql::Group::Requests& group) {
  auto done = write_group(group);
  if (done.ok()) return;
  if (done.error().code == ErrorCode::timeout) done = busy();
  const bool each_alone = group.size() > 1 && !is_for_all(done.error());
  for (sql::Group::Request* request : group) {
    if (each_alone) done = write_group({request});
    if (!done.ok()) request->result = done;
  }
}

Result<> Store::write_group(const sql::Group::Requests& group) {
  records::CaseBatch rows;
  const auto done = ledger_.write([&](sql::Connection& connection) -> Result<> {
    rows.clear();
    std::vector<audit::Entry> entries;
    BANMO_TRY(const int64_t tree_version, directory::hold_org_version(connection));
    for (sql::Group::Request* one : group) {
      auto& request = static_cast<Request&>(*one);
      for (size_t i = 0; i < request.changes.size(); ++i) {
        Change& change = *request.changes[i];
        Result<>& result = request.results[i];
        result = change.is_moved && change.tree_version != tree_version ? Result<>(older_tree()) : write_one(connection, change);
        if (!result.ok() && !is_its_own(result.error())) return result;
        if (!result.ok()) continue;
        for (const Change* written : with_started(change)) {
          rows.add_all(written->rows);
          entries.push_back(written->audited);
        }
      }
    }
    if (entries.empty()) return {};
    BANMO_DO(rows_.write(connection, rows));
    const auto told = audit::append_all(connection, entries, sealing_.profile);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
  if (done.ok()) rows_.written(rows);
  return done;
}

// What may refuse it comes first: a refused change has written nothing.
Result<> Store::write_one(sql::Connection& connection, Change& change) {
  const std::string id = change.after.id.to_string();
  if (change.period) BANMO_DO(check_open(connection, *change.period, change.after.moved_at));
  BANMO_TRY(const size_t unmet, first_unmet(connection, id, change.places));
  if (unmet < change.places.size()) return place_taken();
  BANMO_DO(write_case(connection, change));
  change.freed.clear();
  if (change.has_places) {
    BANMO_TRY(change.freed, put_places(connection, id, change.places));
  }
  for (Change& started : change.started) {
    if (const auto done = write_one(connection, started); !done.ok()) return of_started(done.error());
    rows_.name(started.rows, started.after.key);
  }
  return {};
}

Result<> Store::write_case(sql::Connection& connection, Change& change) {
  Record& c = change.after;
  const std::string id = c.id.to_string();
  if (change.seq_before == 0) {
    BANMO_DO(check_drafts(connection, c, max_drafts_));
    BANMO_DO(execute(connection, kCount, {change.counter}));
    BANMO_TRY(const auto counted, connection.query(kCounter, {change.counter}));
    c.key = number_of(change.number, city_date(c.opened_at).year(), sql::int_of(counted[0][0]));
    BANMO_DO(execute(connection, kInsertCase,
                     {id,
                      c.flow,
                      c.key,
                      c.definition,
                      c.state,
                      c.seq,
                      c.org,
                      c.person,
                      c.opened_by,
                      c.opened_at.micros,
                      or_null(c.sent_at),
                      c.entered_at.micros,
                      or_null(c.due_at),
                      or_null(c.timer_at),
                      int64_t{c.reminded},
                      int64_t{c.escalated},
                      or_null(c.closed_at),
                      int64_t{c.in_dataset},
                      c.mover_role,
                      c.moved_at.micros,
                      c.content}));
  } else {
    BANMO_TRY(const int64_t n, connection.execute(kUpdateCase, {id, c.definition, c.state, c.seq, c.org, c.person, or_null(c.sent_at),
                                                                c.entered_at.micros, or_null(c.due_at), or_null(c.timer_at), int64_t{c.reminded},
                                                                int64_t{c.escalated}, or_null(c.closed_at), int64_t{c.in_dataset}, c.mover_role,
                                                                c.moved_at.micros, c.content, change.seq_before}));
    if (n == 0) return stale();
  }
  for (const auto& [statement, parameters] : change.also) BANMO_DO(execute(connection, statement, parameters));
  if (!change.is_moved) return {};
  int64_t n = 0;
  for (const StepRow& row : change.steps) {
    const Step& step = row.step;
    BANMO_TRY(sql::Value note, seal_note(sealing_, step.note, place_of_step_note(id, c.seq, n)));
    BANMO_DO(execute(connection, kInsertStep,
                     {id, c.seq, n++, step.at.micros, step.move, step.label.zh, step.label.en, step.from, step.to, row.account, row.role,
                      step.role.zh, step.role.en, step.org.value, row.spent_us, row.for_account, std::move(note)}));
  }
  BANMO_DO(write_desks(connection, c, change.desks, change.rests));
  for (const auto& [to, notice] : change.notices) BANMO_DO(directory::add_notice(connection, c.moved_at, to, notice));
  return {};
}

Result<std::optional<Record>> Store::unscoped_find(const std::string& id) const {
  BANMO_TRY(auto found, read_records(ledger_, kFind, {id}));
  return found.empty() ? std::optional<Record>() : std::optional(std::move(found.front()));
}

Result<std::vector<Step>> Store::unscoped_steps(const std::string& id) const {
  std::vector<Step> out;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_DO(lease->each(kSteps, {id}, [&](const sql::Values& row) -> Result<> {
    BANMO_TRY(std::string note, note_of(sealing_, row[9], row[11], place_of_step_note(id, sql::int_of(row[12]), sql::int_of(row[13]))));
    out.push_back({{sql::int_of(row[0])},
                   sql::text_of(row[1]),
                   sql::text_of(row[4]),
                   sql::text_of(row[5]),
                   {sql::text_of(row[2]), sql::text_of(row[3])},
                   {sql::text_of(row[6]), sql::text_of(row[7])},
                   {sql::int_of(row[8])},
                   std::move(note),
                   !sql::text_of(row[10]).empty(),
                   sql::text_of(row[10])});
    return {};
  }));
  return out;
}

Result<bool> Store::unscoped_took_part(const Record& record, const std::string& account) const {
  if (record.opened_by == account) return true;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kTookPart, {record.id.to_string(), account, record.state}));
  return !rows.empty();
}

Result<std::vector<Record>> Store::at_desk(const std::string& desk, const std::string& flow, const At& after, size_t limit) const {
  return read_records(ledger_, kAtDesk, {desk, after.due, after.id, flow, static_cast<int64_t>(limit)});
}

Result<std::vector<Store::Lane>> Store::lanes_at(const std::string& desk) const {
  std::vector<Lane> out;
  BANMO_TRY(const auto lease, ledger_.read());
  for (Lane last;;) {
    BANMO_TRY(sql::Rows next, lease->query(kNextState, {desk, last.flow, last.state}));
    if (next.empty()) {
      BANMO_TRY(next, lease->query(kNextFlow, {desk, last.flow}));
    }
    if (next.empty()) return out;
    last = {sql::text_of(next[0][0]), sql::text_of(next[0][1])};
    out.push_back(last);
  }
}

Result<std::vector<Record>> Store::in_lane(const std::string& desk, const Lane& lane, const Limits& limits, const At& after, size_t limit) const {
  const bool by_deadline = limits.due_before.micros != INT64_MAX;
  sql::Values asked{desk,
                    lane.flow,
                    lane.state,
                    after.due,
                    after.id,
                    limits.due_from.micros,
                    by_deadline ? limits.due_before.micros - 1 : INT64_MAX,
                    limits.entered_by.micros,
                    limits.opened_from.micros,
                    limits.opened_before.micros,
                    static_cast<int64_t>(limit)};
  BANMO_TRY(auto found, read_records(ledger_, kInLane, asked));
  if (found.size() == limit || !by_deadline) return found;
  asked.push_back(kResting);
  BANMO_TRY(auto resting, read_records(ledger_, kInRestingLane, asked));
  for (size_t i = 0; i < resting.size() && found.size() < limit; ++i) found.push_back(std::move(resting[i]));
  return found;
}

Result<std::vector<Record>> Store::unscoped_numbered(const std::string& flow, const std::string& start, const std::string& after,
                                                     size_t limit) const {
  return read_records(ledger_, kNumbered, {flow, start, start + kAfterNumber, after, static_cast<int64_t>(limit)});
}

Result<std::vector<std::pair<std::string, int64_t>>> Store::desks_of(const std::string& id) const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kDesksOf, {id}));
  std::vector<std::pair<std::string, int64_t>> out;
  for (const auto& row : rows.rows) out.emplace_back(sql::text_of(row[0]), sql::int_of(row[1]));
  return out;
}

Result<std::vector<Record>> Store::opened_by(const std::string& account, const std::string& flow, const At& before, size_t limit) const {
  return read_records(ledger_, kOpenedBy, {account, before.due, before.id, flow, static_cast<int64_t>(limit)});
}

Result<std::vector<Record>> Store::unscoped_due(Instant now, const At& after, size_t limit) const {
  return read_records(ledger_, kDue, {now.micros, after.due, after.id, static_cast<int64_t>(limit)});
}

Result<std::vector<Record>> Store::unscoped_open(const std::string& flow, const std::string& after, size_t limit) const {
  return read_records(ledger_, kOpen, {flow, after, static_cast<int64_t>(limit)});
}

Result<std::vector<Record>> Store::unscoped_left_alone(Instant before, size_t limit) const {
  return read_records(ledger_, kLeftAlone, {before.micros, static_cast<int64_t>(limit)});
}

Result<bool> Store::forget_draft(const Record& draft, const directory::NewNotice& notice, const audit::Entry& entry) {
  const std::string id = draft.id.to_string();
  bool is_gone = false;
  BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kForgetDraft, {id, draft.seq}));
    is_gone = n > 0;
    if (!is_gone) return {};
    for (const std::string_view statement : kForgetBeside) BANMO_DO(execute(connection, statement, {id}));
    BANMO_TRY([[maybe_unused]] const auto freed, put_places(connection, id, {}));  // the next round serves who stands in line
    directory::NoticeTo to;
    to.account_name = draft.opened_by;
    BANMO_DO(directory::add_notice(connection, entry.at, to, notice));
    const auto told = audit::append(connection, entry, sealing_.profile);
    return told.ok() ? Result<>() : Result<>(told.error());
  }));
  return is_gone;
}

// Only if the case is as it was read: a move that came between has set its own.
Result<> Store::set_desks(const Record& record, const std::vector<std::string>& desks, bool rests) {
  const std::string id = record.id.to_string();
  {
    BANMO_TRY(const auto lease, ledger_.read());
    BANMO_TRY(const auto before, lease->query(kDesksOf, {id}));
    std::vector<std::pair<std::string, int64_t>> known, wanted;
    for (const auto& row : before.rows) known.emplace_back(sql::text_of(row[0]), sql::int_of(row[1]));
    for (const std::string& desk : desks) wanted.emplace_back(desk, place_of(record, rests));
    if (known == wanted) return {};
  }
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto now, connection.query(kFind, {id}));
    if (now.empty() || record_of(now[0]).seq != record.seq) return {};
    return write_desks(connection, record, desks, rests);
  });
}

Result<int64_t> Store::counter(const std::string& name) const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kCounter, {name}));
  return rows.empty() ? 0 : sql::int_of(rows[0][0]);
}

Result<> Store::set_counter(const std::string& name, int64_t value) {
  return ledger_.write([&](sql::Connection& connection) { return execute(connection, kSetCounter, {name, value}); });
}

Result<FlowFigures> Store::figures(const std::string& flow, const std::string& predicate, Instant now,
                                   const std::vector<std::string>& mending) const {
  FlowFigures out;
  std::map<std::string, StateFigures> states;
  double spent_us = 0;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_DO(lease->each(std::string(kFigures) + predicate + " GROUP BY c.state ORDER BY c.state", {flow, now.micros},
                       [&](const sql::Values& row) -> Result<> {
                         StateFigures& state = states[sql::text_of(row[0])];
                         state.n_open = sql::int_of(row[2]);
                         state.n_late = sql::int_of(row[3]);
                         out.n_opened += sql::int_of(row[1]);
                         out.n_closed += sql::int_of(row[1]) - state.n_open;
                         spent_us += sql::double_of(row[4]);
                         return {};
                       }));
  BANMO_DO(lease->each(std::string(kStepFigures) + predicate + " GROUP BY s.from_state, s.to_state ORDER BY s.from_state, s.to_state", {flow},
                       [&](const sql::Values& row) -> Result<> {
                         StateFigures& state = states[sql::text_of(row[0])];
                         state.n_left += sql::int_of(row[2]);
                         state.mean_days += sql::double_of(row[3]) / kDay_us;
                         if (std::find(mending.begin(), mending.end(), sql::text_of(row[1])) != mending.end()) out.n_returned += sql::int_of(row[2]);
                         return {};
                       }));
  if (out.n_closed > 0) out.mean_days = spent_us / kDay_us / static_cast<double>(out.n_closed);
  for (auto& [id, state] : states) {
    state.state = id;
    if (state.n_left > 0) state.mean_days /= static_cast<double>(state.n_left);
    out.states.push_back(state);
  }
  return out;
}

}  // namespace banmo::flows
