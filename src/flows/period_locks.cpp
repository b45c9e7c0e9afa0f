// SPDX-License-Identifier: Apache-2.0
#include "flows/period_locks.h"

#include <algorithm>
#include <charconv>

#include "base/city_time.h"
#include "flows/period.h"
#include "flows/state.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

using directory::Principal;

constexpr size_t kMaxReason = 1000;
constexpr std::string_view kLast = "SELECT closes, from_at, n FROM flow_lock WHERE flow = $1 AND period = $2 AND level = $3 ORDER BY n DESC LIMIT 1";
constexpr std::string_view kAll =
    "SELECT l.period, l.level, l.closes, l.from_at, l.at, l.org_no, l.note, l.n FROM flow_lock l WHERE l.flow = $1 AND l.n = (SELECT MAX(o.n) FROM "
    "flow_lock o WHERE o.flow = l.flow AND o.period = l.period AND o.level = l.level) ORDER BY l.period DESC, l.level LIMIT 1000";
constexpr std::string_view kAct =
    "INSERT INTO flow_lock (flow, period, level, n, closes, from_at, account, org_no, at, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

std::string context_of(const std::string& flow, const std::string& period, const std::string& level, int64_t n) {
  return "flow_lock." + flow + "." + period + "." + level + "." + std::to_string(n);
}

// The grant by which somebody closes periods; the role names roles of the directory alone, so that no row is asked.
std::optional<directory::Grant> closer(const Running& running, const Principal& principal) {
  const pack::FlowRole& role = *running.flow->role(running.flow->locks->by);
  const auto held = std::find_if(principal.grants.begin(), principal.grants.end(), [&](const directory::Grant& grant) {
    return std::find(role.roles.begin(), role.roles.end(), directory::name_of(grant.role)) != role.roles.end();
  });
  return held == principal.grants.end() || !principal.has(directory::Right::cases_handle) ? std::nullopt : std::optional(*held);
}

// The period as a value of its field; nothing if it cannot be one.
std::optional<sql::Value> value_of(const Running& running, const pack::Field& field, const std::string& text) {
  if (field.type != pack::FieldType::code) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(sql::Value{number}) : std::nullopt;
  }
  const pack::CodeList* list = running.catalogue->code_list(field.list);
  const bool known = list != nullptr && std::any_of(list->values.begin(), list->values.end(), [&](const auto& one) { return one.code == text; });
  return known ? std::optional(sql::Value{text}) : std::nullopt;
}

pack::Title title_of(const Running& running, const sql::Value& period, const directory::OrgTree& tree) {
  const pack::Field& field = *running.subject->field(running.flow->locks->period);
  return {value_text(running, field, period, tree, true), value_text(running, field, period, tree, false)};
}

// `until` was the last day: it ends with the midnight at which the period closes.
std::optional<Date> last_day(Instant from, Instant act) { return from > act ? std::optional(city_date({from.micros - 1})) : std::nullopt; }

Result<> check(const Running& running, const LockWish& wish, Date today) {
  const pack::FlowLocks& locks = *running.flow->locks;
  if (locks.level(wish.level) == nullptr || !value_of(running, *running.subject->field(locks.period), wish.period))
    return fail(ErrorCode::invalid, "flows.period_unknown",
                {"没有这个期间或层级，请从列出的里选", "there is no such period or level: choose one of those that are listed"}, "$.period");
  if (wish.reason.find_first_not_of(" \t\r\n") == std::string::npos || wish.reason.size() > kMaxReason)
    return fail(ErrorCode::invalid, "flows.period_reason", {"请写明理由，不超过一千字节", "give the reason, in at most 1,000 bytes"}, "$.reason");
  if (wish.until && (*wish.until < today || !wish.closes))
    return fail(ErrorCode::invalid, "flows.period_day",
                {"截止日不能早于今天；重新开放不写截止日", "the last day is today or later, and opening again takes none"}, "$.until");
  return {};
}

Error not_your_period(const pack::Flow& flow) {
  if (!flow.locks)
    return fail(ErrorCode::denied, "flows.not_your_period",
                {"“" + flow.title.zh + "”没有期间封账", "the periods of '" + flow.title.en + "' are not closed"});
  const pack::Title& by = flow.role(flow.locks->by)->title;
  return fail(ErrorCode::denied, "flows.not_your_period", {"期间由" + by.zh + "关闭和重新开放", "periods are closed and opened again by: " + by.en});
}

}  // namespace

Result<> check_open(sql::Connection& ledger, const PeriodAsked& asked, Instant now) {
  BANMO_TRY(const sql::Rows last, ledger.query(kLast, {asked.flow, asked.period, asked.level}));
  const bool is_closed = !last.empty() && sql::int_of(last[0][0]) != 0 && sql::int_of(last[0][1]) <= now.micros;
  return is_closed ? Result<>(fail(ErrorCode::denied, std::string(kPeriodClosed), asked.refusal)) : Result<>();
}

std::optional<PeriodAsked> Mover::period_of(const Standing& standing, const Actor& actor) const {
  const pack::Flow& flow = *standing.running->flow;
  const pack::FlowLockLevel* level = !flow.locks || actor.role == nullptr ? nullptr : flow.locks->level_of(actor.role->id);
  if (level == nullptr) return std::nullopt;
  const sql::Value& value = standing.row[standing.running->subject->field_index(flow.locks->period)];
  if (sql::is_null(value)) return std::nullopt;
  const pack::Title period = title_of(*standing.running, value, *orgs_);
  const pack::Title& by = flow.role(flow.locks->by)->title;
  return PeriodAsked{flow.id,
                     sql::text_of(value),
                     level->id,
                     {"“" + period.zh + "”的办件已对" + level->title.zh + "关闭，不能再办理或修改；确需办理，请联系" + by.zh + "重新开放",
                      "cases of '" + period.en + "' are closed for " + level->title.en + " and can no longer be changed: ask " + by.en +
                          " to open the period again"}};
}

Result<> Mover::check_period(const Standing& standing, const Actor& actor) const {
  const auto asked = period_of(standing, actor);
  if (!asked) return {};
  BANMO_TRY(const auto lease, ledger_.read());
  return check_open(*lease, *asked, now_);
}

Result<LocksOf> PeriodLocks::list(const Principal& principal, std::string_view flow) const {
  BANMO_DO(check_right(principal, directory::Right::datasets_read));
  const RunningPtr running = state_.book->find(flow);
  if (running == nullptr) return no_such_flow();
  LocksOf out{running->flow, false, {}};
  if (!running->flow->locks) return out;
  out.can_change = closer(*running, principal).has_value();
  const pack::FlowLocks& locks = *running->flow->locks;
  const pack::Field& field = *running->subject->field(locks.period);
  const auto tree = state_.directory.orgs();
  BANMO_TRY(const auto lease, state_.stores.ledger->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kAll, {running->flow->id}));
  for (const sql::Values& row : rows.rows) {
    PeriodLock one;
    one.period = sql::text_of(row[0]);
    one.level = sql::text_of(row[1]);
    one.period_title = title_of(*running, value_of(*running, field, one.period).value_or(sql::Value{one.period}), *tree);
    const pack::FlowLockLevel* level = locks.level(one.level);
    one.level_title = level == nullptr ? pack::Title{one.level, one.level} : level->title;
    one.closes = sql::int_of(row[2]) != 0;
    one.at = {sql::int_of(row[4])};
    if (one.closes) one.until = last_day({sql::int_of(row[3])}, one.at);
    one.org = {sql::int_of(row[5])};
    if (out.can_change) {
      const std::string context = context_of(running->flow->id, one.period, one.level, sql::int_of(row[7]));
      BANMO_TRY(one.reason, crypto::decrypt(state_.sealing.key, std::get<sql::Blob>(row[6]), context));
    }
    out.items.push_back(std::move(one));
  }
  return out;
}

Result<LocksOf> PeriodLocks::change(const Principal& principal, std::string_view flow, const LockWish& wish) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  const RunningPtr running = state_.book->find(flow);
  if (running == nullptr) return no_such_flow();
  const auto by = running->flow->locks ? closer(*running, principal) : std::nullopt;
  if (!by) return not_your_period(*running->flow);
  const Instant now = state_.clock.now();
  BANMO_DO(check(*running, wish, city_date(now)));
  const Instant from = wish.until ? end_of(*wish.until) : now;
  const std::string& id = running->flow->id;
  BANMO_DO(state_.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows last, connection.query(kLast, {id, wish.period, wish.level}));
    const bool is_closed = !last.empty() && sql::int_of(last[0][0]) != 0;
    const bool same = is_closed && wish.closes && (sql::int_of(last[0][1]) == from.micros || (!wish.until && sql::int_of(last[0][1]) <= now.micros));
    if (same || (!wish.closes && !is_closed))
      return fail(ErrorCode::conflict, "flows.period_as_is",
                  {"这个期间已是这个状态，请刷新查看", "the period stands like that already: read it again"});
    const int64_t n = last.empty() ? 1 : sql::int_of(last[0][2]) + 1;
    BANMO_TRY(const sql::Blob sealed,
              crypto::encrypt(state_.sealing.profile, state_.sealing.key, wish.reason, context_of(id, wish.period, wish.level, n)));
    BANMO_TRY([[maybe_unused]] const int64_t made, connection.execute(kAct, {id, wish.period, wish.level, n, int64_t{wish.closes}, from.micros,
                                                                             principal.account_name, by->org.value, now.micros, sealed}));
    const audit::Entry entry{now,
                             principal.account_name,
                             wish.closes ? "period.close" : "period.open",
                             id,
                             wish.period,
                             by->org.value,
                             json::Object{{"level", wish.level}, {"from", from.to_iso()}}};
    BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, state_.directory.profile()));
    return {};
  }));
  return list(principal, flow);
}

}  // namespace banmo::flows
