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

constexpr std::string_view kSeqOf = "SELECT seq FROM flow_case WHERE id = $1";
constexpr std::string_view kInsertCase =
    "INSERT INTO flow_case (id, flow, case_key, definition, state, seq, org_no, person_no, opened_by, opened_at, sent_at, entered_at, due_at, "
    "timer_at, reminded, escalated, closed_at, in_dataset, mover_role, moved_at, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
    "$13, $14, "
    "$15, $16, $17, $18, $19, $20, $21)";
constexpr std::string_view kUpdateCase =
    "UPDATE flow_case SET definition = $2, state = $3, seq = $4, org_no = $5, person_no = $6, sent_at = $7, entered_at = $8, due_at = $9, timer_at = "
    "$10, reminded = $11, escalated = $12, closed_at = $13, in_dataset = $14, mover_role = $15, moved_at = $16, content = $17 WHERE id = $1 AND seq "
    "= $18";
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
constexpr std::string_view kDrafts = "SELECT COUNT(*) FROM flow_case WHERE opened_by = $1 AND flow = $2 AND sent_at IS NULL AND closed_at IS NULL";
constexpr std::string_view kForgetDraft = "DELETE FROM flow_case WHERE id = $1 AND seq = $2 AND sent_at IS NULL AND closed_at IS NULL";
// What stands beside a draft: it has made no step, and no letter was issued.
constexpr std::string_view kForgetBeside[] = {"DELETE FROM flow_desk WHERE case_id = $1", "DELETE FROM flow_file WHERE case_id = $1",
                                              "DELETE FROM flow_effort WHERE case_id = $1"};
sql::Value or_null(const std::optional<Instant>& at) { return at ? sql::Value{at->micros} : sql::Value{}; }
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
  std::vector<std::pair<std::string, int64_t>> wanted;
  for (const std::string& desk : desks) wanted.emplace_back(desk, place_of(record, rests));
  BANMO_TRY(const auto before, desks_of(id));
  if (before == wanted) return {};
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto now, connection.query(kSeqOf, {id}));
    if (now.empty() || sql::int_of(now[0][0]) != record.seq) return {};
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

}  // namespace banmo::flows
