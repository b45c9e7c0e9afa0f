// SPDX-License-Identifier: Apache-2.0
#include "metrics/subscriptions.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "audit/audit.h"
#include "base/log.h"
#include "directory/notices.h"
#include "directory/proxy.h"
#include "metrics/engine.h"

namespace banmo::metrics {
namespace {

constexpr std::string_view kMine =
    "SELECT no, dashboard, every, hour, due_at, told_at "
    "FROM subscription WHERE account_no = $1 "
    "ORDER BY no";
constexpr std::string_view kNextNo = "SELECT COALESCE(MAX(no), 0) + 1 FROM subscription";
constexpr std::string_view kInsert =
    "INSERT INTO subscription (no, account_no, account, acting_role, acting_org_no, dashboard, every, hour, created_at, due_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr std::string_view kDelete = "DELETE FROM subscription WHERE no = $1 AND account_no = $2";
constexpr std::string_view kDue =
    "SELECT no, account_no, account, acting_role, acting_org_no, dashboard, every, hour, due_at "
    "FROM subscription WHERE due_at <= $1 AND no > $2 AND no <= $3 "
    "ORDER BY no LIMIT $4";
// The row tells by its due time whether another process or an earlier try was faster.
constexpr std::string_view kPass = "UPDATE subscription SET due_at = $3 WHERE no = $1 AND due_at = $2";
constexpr std::string_view kTold = "UPDATE subscription SET told_at = $2 WHERE no = $1";

constexpr size_t kMostOfOne = 20, kMostAtOnce = 500;
constexpr int kMostFigures = 6;  // in a notice's sentence
constexpr int64_t kSecond_micros = 1'000'000, kDay_s = 86'400;
constexpr std::array<std::string_view, 3> kNames{"day", "week", "month"};

struct Due {
  int64_t no = 0;
  directory::AccountNo account;
  std::string account_name, acting_role;
  directory::OrgNo acting_org;
  std::string dashboard;
  Every every = Every::week;
  int hour = 0;
  int64_t due_micros = 0;
};

bool is_day(Every every, Date day) {
  constexpr int kMonday = 4;  // 1970-01-01 was a Thursday
  return every == Every::day || (every == Every::week ? day.days % 7 == kMonday : day.day() == 1);
}

std::string figure_text(const Column& column, const Cell& cell, bool withheld, bool english) {
  if (withheld) return english ? "withheld (few people)" : "人数过少不显示";
  char text[64] = {};
  if (const auto* whole = std::get_if<int64_t>(&cell))
    std::snprintf(text, sizeof text, "%lld", static_cast<long long>(*whole));
  else if (const auto* number = std::get_if<double>(&cell))
    std::snprintf(text, sizeof text, "%.*f", column.decimals, *number);
  else
    return english ? "no figure" : "暂无";
  return english && column.unit != "%" ? text : text + column.unit;
}

// "《学校条件》：学生数 120人，优良率 45.2%": the figures of the cards that show figures alone.
Message sentence_of(const DashboardResult& board) {
  Message figures;
  int n = 0;
  for (const CardResult& card : board.cards) {
    if (card.card->kind != pack::CardKind::kpi || card.error || card.result.rows.empty()) continue;
    for (size_t c = 0; c < card.result.columns.size() && n < kMostFigures; ++c) {
      const Column& column = card.result.columns[c];
      if (column.kind != ColumnKind::metric) continue;
      const Cell& cell = card.result.rows.front()[c];
      const auto& hidden = card.result.suppressed;
      const bool withheld = std::find(hidden.begin(), hidden.end(), std::pair{0, static_cast<int>(c)}) != hidden.end();
      figures.zh += (n == 0 ? "" : "，") + column.title + " " + figure_text(column, cell, withheld, false);
      figures.en +=
          (n == 0 ? "" : ", ") + (column.title_en.empty() ? column.title : column.title_en) + " " + figure_text(column, cell, withheld, true);
      ++n;
    }
  }
  const pack::Title& title = board.dashboard->title;
  if (n == 0) return {"《" + title.zh + "》有新一期数据，请打开查看", title.en + ": the figures of a new period are there"};
  return {"《" + title.zh + "》：" + figures.zh, title.en + ": " + figures.en};
}

// What the subscriber may see now. Fails closed: an account without the right, or for which the dashboard is not meant, is told nothing.
Result<Message> say(const Engine& engine, const Due& due) {
  BANMO_TRY(const auto principal, directory::principal_of(engine.directory, due.account, due.acting_role, due.acting_org));
  BANMO_TRY(DashboardPtr dashboard, find_dashboard(engine, *principal, due.dashboard));
  BANMO_TRY(const DashboardResult board, read_dashboard(engine, *principal, std::move(dashboard), {}));
  return sentence_of(board);
}

// No answer will ever come of these; of others (a store that is away) one comes later.
bool is_final(ErrorCode code) {
  return code == ErrorCode::denied || code == ErrorCode::not_found || code == ErrorCode::unauthenticated || code == ErrorCode::invalid;
}

// The next time, the notice and the audit entry in one transaction. False if somebody else had told it.
Result<bool> pass(const Engine& engine, const Due& due, const Result<Message>& said) {
  const Instant now = engine.clock.now();
  const Instant next = next_due(now, due.every, due.hour, directory::utc_offset_minutes(engine.directory));
  bool told = false;
  BANMO_DO(engine.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    told = false;
    BANMO_TRY(const int64_t n, connection.execute(kPass, {due.no, due.due_micros, next.micros}));
    if (n == 0) return {};
    json::Object detail{{"account", due.account_name}, {"dashboard", due.dashboard}};
    if (said.ok()) {
      BANMO_DO(connection.execute(kTold, {due.no, now.micros}));
      directory::NoticeTo to;
      to.account = due.account;
      BANMO_DO(directory::add_notice(connection, now, to, {"dashboard.figures", *said, "/dashboards/" + due.dashboard}));
      told = true;
    } else {
      detail.set("reason", said.error().id);
    }
    const audit::Entry entry{now, "system",         said.ok() ? "subscription.tell" : "subscription.skip", "subscription", std::to_string(due.no),
                             0,   std::move(detail)};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  }));
  return told;
}

Due due_of(const sql::Values& row) {
  return {sql::int_of(row[0]),
          {sql::int_of(row[1])},
          sql::text_of(row[2]),
          sql::text_of(row[3]),
          {sql::int_of(row[4])},
          sql::text_of(row[5]),
          every_of(sql::text_of(row[6])).value_or(Every::month),
          static_cast<int>(sql::int_of(row[7])),
          sql::int_of(row[8])};
}

// Those who are due, by turns: first who come after the last that was tried, then from the beginning. So those that wait for long, however many, are
// never all that is tried.
Result<std::vector<Due>> due_now(const Engine& engine, int64_t last_tried) {
  BANMO_TRY(const sql::Lease lease, engine.stores.ledger->read());
  const int64_t now = engine.clock.now().micros;
  std::vector<Due> found;
  for (const auto& [after, up_to] : {std::pair{last_tried, INT64_MAX}, std::pair{int64_t{0}, last_tried}}) {
    const auto n_left = static_cast<int64_t>(kMostAtOnce - found.size());
    BANMO_TRY(const sql::Rows rows, lease->query(kDue, {now, after, up_to, n_left}));
    for (const sql::Values& row : rows.rows) found.push_back(due_of(row));
  }
  return found;
}

// Told, or passed over for good. An error: tried again later.
Result<bool> tell_or_pass(const Engine& engine, const Due& due) {
  const Result<Message> said = say(engine, due);
  if (!said.ok() && !is_final(said.error().code)) return said.error();
  return pass(engine, due, said);
}

Result<> check_session(const Principal& principal) {
  if (principal.session != 0) return {};
  return fail(ErrorCode::denied, "metrics.needs_session",
              {"接口令牌不能管理订阅，请登录后再操作", "an API token keeps no subscriptions: sign in first"});
}

}  // namespace

std::string_view name_of(Every every) { return kNames[static_cast<size_t>(every)]; }

std::optional<Every> every_of(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Every>(i);
  return std::nullopt;
}

Instant next_due(Instant now, Every every, int hour, int utc_offset_minutes) {
  Date day = now.local_date(utc_offset_minutes);
  for (;; ++day.days) {
    const Instant at{(int64_t{day.days} * kDay_s + int64_t{hour} * 3600 - int64_t{utc_offset_minutes} * 60) * kSecond_micros};
    if (is_day(every, day) && at > now) return at;
  }
}

Result<std::vector<Subscription>> Metrics::subscriptions(const Principal& principal) const {
  const Engine& engine = this->engine();
  BANMO_DO(check_session(principal));
  BANMO_TRY(const sql::Lease lease, engine.stores.ledger->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kMine, {principal.account.value}));
  std::vector<Subscription> mine;
  for (size_t i = 0; i < rows.size(); ++i) {
    const sql::Values& row = rows[i];
    Subscription one{sql::int_of(row[0]),
                     sql::text_of(row[1]),
                     {},
                     every_of(sql::text_of(row[2])).value_or(Every::month),
                     static_cast<int>(sql::int_of(row[3])),
                     Instant{sql::int_of(row[4])},
                     {},
                     true};
    if (!sql::is_null(row[5])) one.told_at = Instant{sql::int_of(row[5])};
    const auto dashboard = find_dashboard(engine, principal, one.dashboard);
    one.visible = dashboard.ok();
    one.title = dashboard.ok() ? Message{(*dashboard)->title.zh, (*dashboard)->title.en} : Message{one.dashboard, one.dashboard};
    mine.push_back(std::move(one));
  }
  return mine;
}

Result<Subscription> Metrics::subscribe(const Principal& principal, std::string_view dashboard, Every every, int hour) {
  const Engine& engine = this->engine();
  BANMO_DO(check_session(principal));
  if (hour < 0 || hour > 23) return fail(ErrorCode::invalid, "metrics.bad_hour", {"时刻须在 0 到 23 之间", "the hour must be 0..23"}, "$.hour");
  BANMO_TRY(const DashboardPtr found, find_dashboard(engine, principal, dashboard));
  const Instant now = engine.clock.now();
  const std::string role = principal.acting ? std::string(directory::name_of(principal.acting->role)) : std::string();
  const int64_t org = principal.acting ? principal.acting->org.value : 0;
  Subscription made{0,     found->id, {found->title.zh, found->title.en},
                    every, hour,      next_due(now, every, hour, directory::utc_offset_minutes(engine.directory)),
                    {},    true};
  BANMO_DO(engine.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows mine, connection.query(kMine, {principal.account.value}));
    if (mine.size() >= kMostOfOne)
      return fail(ErrorCode::too_many, "metrics.too_many_subscriptions",
                  {"最多订阅 20 个；请先退订不看的", "at most 20 subscriptions: end some first"});
    for (size_t i = 0; i < mine.size(); ++i)
      if (sql::text_of(mine[i][1]) == made.dashboard && sql::text_of(mine[i][2]) == name_of(every))
        return fail(ErrorCode::conflict, "metrics.subscribed_already",
                    {"已经这样订阅了这个看板", "this dashboard is subscribed to in this way already"});
    BANMO_TRY(const sql::Rows next, connection.query(kNextNo));
    made.no = sql::int_of(next[0][0]);
    BANMO_DO(connection.execute(kInsert, {made.no, principal.account.value, principal.account_name, role, org, made.dashboard,
                                          std::string(name_of(every)), int64_t{hour}, now.micros, made.due_at.micros}));
    const audit::Entry entry{now,
                             principal.account_name,
                             "subscription.create",
                             "subscription",
                             std::to_string(made.no),
                             org,
                             json::Object{{"dashboard", made.dashboard}, {"every", name_of(every)}}};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  }));
  return made;
}

Result<> Metrics::unsubscribe(const Principal& principal, int64_t no) {
  const Engine& engine = this->engine();
  BANMO_DO(check_session(principal));
  return engine.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kDelete, {no, principal.account.value}));
    if (n == 0)
      return fail(ErrorCode::not_found, "metrics.no_such_subscription", {"没有这个订阅，可能已经退订", "no such subscription: it may have ended"});
    const audit::Entry entry{engine.clock.now(), principal.account_name, "subscription.delete", "subscription", std::to_string(no), 0, {}};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  });
}

Result<int> Metrics::tell_subscribers() {
  const Engine& engine = this->engine();
  BANMO_TRY(const std::vector<Due> due, due_now(engine, last_tried_));
  int n_told = 0;
  for (const Due& one : due) {
    last_tried_ = one.no;
    const Result<bool> told = tell_or_pass(engine, one);
    if (!told.ok()) BANMO_LOG(warn, "metrics.subscription_waits", {"no", one.no}, {"error", told.error().id});
    n_told += told.ok() && *told ? 1 : 0;
  }
  return n_told;
}

}  // namespace banmo::metrics
