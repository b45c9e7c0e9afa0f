// SPDX-License-Identifier: Apache-2.0
// What the program does with files by itself: shows them to the checker of the installation, and removes what has been kept long enough.
#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "flows/desk.h"
#include "flows/files.h"
#include "flows/state.h"
#include "flows/wording.h"
#include "json/json.h"

namespace banmo::flows {
namespace {

constexpr std::string_view kWaiting =
    "SELECT f.id, f.case_id, f.account, f.n_tries, f.try_at FROM flow_file f WHERE f.verdict = 'waiting' AND f.try_at <= $1 "
    "ORDER BY f.try_at, f.id LIMIT $2";
constexpr std::string_view kContent = "SELECT content FROM flow_file WHERE id = $1";
// The decision must not be made from what stood before it.
constexpr std::string_view kMoveOn = "UPDATE flow_case SET seq = seq + 1, moved_at = $2, mover_role = '' WHERE id = $1 AND closed_at IS NULL";
constexpr std::string_view kClaim = "UPDATE flow_file SET try_at = $3, n_tries = n_tries + 1 WHERE id = $1 AND verdict = 'waiting' AND try_at = $2";
constexpr std::string_view kJudge = "UPDATE flow_file SET verdict = $2 WHERE id = $1 AND verdict = 'waiting'";
constexpr std::string_view kOld =
    "SELECT f.id FROM flow_file f JOIN flow_case c ON c.id = f.case_id WHERE c.flow = $1 AND (c.closed_at < $2 OR (c.sent_at IS NULL AND f.at < $3)) "
    "ORDER BY f.id LIMIT 500";
constexpr std::string_view kForget = "DELETE FROM flow_file WHERE id = $1";

constexpr int64_t kSecond = 1'000'000, kDay = 86'400 * kSecond, kLongestPause_s = 600, kYear_days = 366, kDraft_days = 180;
constexpr size_t kPurged = 500, kMaxPurges = 100;
constexpr std::chrono::milliseconds kCheckTime{20'000};

// The checker's word: {"infected": true|false}; nothing if it said anything else.
std::optional<bool> is_infected(const Result<OutboundAnswer>& answer) {
  if (!answer.ok() || answer->status != 200) return std::nullopt;
  const auto said = json::read(answer->body);
  const json::Value* word = said.ok() ? said->find("infected") : nullptr;
  if (word == nullptr || word->as_bool() == nullptr) return std::nullopt;
  return *word->as_bool();
}

// Whom an infected file concerns: who put it, and those at whose desk the case is.
struct Told {
  std::string key;  // of the case
  std::vector<directory::NoticeTo> to = std::vector<directory::NoticeTo>(1);
};
Result<Told> whom_to_tell(State& state, const std::string& case_id, const std::string& account) {
  Told out;
  out.to.front().account_name = account;
  BANMO_TRY(auto record, state.store.unscoped_find(case_id));
  if (!record) return out;
  out.key = record->key;
  if (record->closed_at) return out;
  if (record->opened_by == account) out.to.clear();  // who opened it is among those of the desk
  BANMO_TRY(const Standing standing, state.standing(std::move(*record)));
  auto desk = whom_to_remind(*standing.running, standing.record, standing.row, *state.directory.orgs());
  std::move(desk.begin(), desk.end(), std::back_inserter(out.to));
  return out;
}

// Writes the checker's word. An infected file changes the case: whoever was about to decide looks at it again.
Result<> judge(State& state, const sql::Values& row, bool infected) {
  const std::string id = sql::text_of(row[0]), case_id = sql::text_of(row[1]);
  const std::string verdict(kFileVerdictNames[static_cast<size_t>(infected ? FileVerdict::infected : FileVerdict::clean)]);
  const Instant now = state.clock.now();
  BANMO_TRY(const Told told, whom_to_tell(state, case_id, sql::text_of(row[2])));
  const directory::NewNotice notice{
      "flow.file_infected",
      {"办件 " + told.key + " 的一份材料未通过安全检查，请申请人换一份", "a file of case " + told.key + " did not pass the check: another is needed"},
      "/cases/" + case_id};
  return state.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kJudge, {id, verdict}));
    if (n == 0) return {};
    if (infected) {
      BANMO_TRY([[maybe_unused]] const int64_t moved, connection.execute(kMoveOn, {case_id, now.micros}));
      for (const directory::NoticeTo& to : told.to) BANMO_DO(directory::add_notice(connection, now, to, notice));
    }
    const audit::Entry entry{now, "system", "case.file_check", "case", case_id, 0, json::Object{{"id", id}, {"verdict", verdict}}};
    BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, state.directory.profile()));
    return {};
  });
}

// Nothing if another server has taken it, or the checker did not say.
Result<bool> check_one(State& state, const sql::Values& row) {
  const std::string id = sql::text_of(row[0]);
  const int64_t pause_s = std::min(kLongestPause_s, int64_t{30} << std::min<int64_t>(sql::int_of(row[3]), 6));
  int64_t n = 0;
  BANMO_DO(state.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(n, connection.execute(kClaim, {id, sql::int_of(row[4]), state.clock.now().micros + pause_s * kSecond}));
    return {};
  }));
  if (n == 0) return false;
  OutboundRequest request;
  request.method = "POST";
  request.url = state.options.file_check_url;
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.timeout = kCheckTime;
  sql::Rows content;
  {
    BANMO_TRY(const auto lease, state.stores.ledger->read());
    BANMO_TRY(content, lease->query(kContent, {id}));
  }
  if (content.empty()) return false;
  BANMO_TRY(request.body, crypto::decrypt(state.options.seal_key, std::get<sql::Blob>(content[0][0]), seal_context_of_file(id, "content")));
  const auto infected = is_infected(state.options.call(request));
  if (!infected) {
    BANMO_LOG(warn, "flows.file_not_checked", {"file", id});
    return false;
  }
  BANMO_DO(judge(state, row, *infected));
  return true;
}

// A share of what is too old of a flow; how many.
Result<int64_t> purge_some(State& state, const Running& running, Instant now) {
  const int years = running.subject->retain_years;
  const int64_t ended_before = years == 0 ? INT64_MIN : now.micros - int64_t{years} * kYear_days * kDay;
  int64_t n_old = 0;
  BANMO_DO(state.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows old, connection.query(kOld, {running.flow->id, ended_before, now.micros - kDraft_days * kDay}));
    n_old = static_cast<int64_t>(old.size());
    for (const sql::Values& row : old.rows) {
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(kForget, {sql::text_of(row[0])}));
    }
    if (n_old == 0) return {};
    const audit::Entry entry{now, "system", "case.files_purge", running.flow->id, "", 0, json::Object{{"n", n_old}}};
    BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, state.directory.profile()));
    return {};
  }));
  return n_old;
}

}  // namespace

Result<int64_t> CaseFiles::run_checks(size_t limit) {
  if (state_.options.file_check_url.empty() || !state_.options.call) return int64_t{0};
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(rows, lease->query(kWaiting, {state_.clock.now().micros, static_cast<int64_t>(limit)}));
  }
  int64_t n_judged = 0;
  for (const sql::Values& row : rows.rows) {
    BANMO_TRY(const bool judged, check_one(state_, row));
    n_judged += judged ? 1 : 0;
  }
  return n_judged;
}

Result<int64_t> CaseFiles::purge() {
  int64_t n_gone = 0;
  for (const RunningPtr& running : state_.book->present()) {
    if (running->flow->files.empty()) continue;
    for (size_t i = 0; i < kMaxPurges; ++i) {
      BANMO_TRY(const int64_t n, purge_some(state_, *running, state_.clock.now()));
      n_gone += n;
      if (n < static_cast<int64_t>(kPurged)) break;
    }
  }
  return n_gone;
}

}  // namespace banmo::flows
