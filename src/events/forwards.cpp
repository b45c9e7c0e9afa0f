// SPDX-License-Identifier: Apache-2.0
#include "events/forwards.h"

#include <algorithm>

#include "audit/audit.h"
#include "base/log.h"
#include "base/text.h"
#include "events/course_store.h"
#include "events/forward_parcel.h"
#include "events/forward_sender.h"
#include "events/forward_store.h"
#include "events/iri_list.h"
#include "events/look_up.h"
#include "events/members.h"
#include "events/values.h"

namespace banmo::events {
namespace {

using directory::Principal;
using directory::Right;

constexpr int64_t kTurnMicros = 5'000'000;   // of one forward, before the next
constexpr int64_t kLookMicros = 60'000'000;  // between two looks for what was erased
constexpr std::string_view kSealed = "xapi_forward.secret";

Error no_such_forward() {
  return fail(ErrorCode::not_found, "events.no_such_forward",
              {"没有这个转发，或不在您的管理范围", "there is no such forward, or it is not yours to manage"});
}

// A forward outlives no session: whoever holds a token alone changes none.
Result<> check_session(const Principal& by) {
  if (by.internal || by.session != 0) return {};
  return fail(ErrorCode::denied, "events.needs_session",
              {"接口令牌不能改动转发，请登录后再操作", "an API token cannot change forwards: sign in first"});
}

// Whoever runs the installation says where data may go; who may export the data says whether it goes (release).
Result<> check_maker(const Principal& by) {
  BANMO_DO(check_session(by));
  if (by.internal || by.has(Right::packs_install)) return {};
  return fail(ErrorCode::denied, "directory.no_right",
              {"只有系统管理员可以新建、修改、删除转发", "only the system administrator makes, changes and deletes forwards"});
}

Result<> check_plan(const ForwardPlan& plan) {
  if (text::trim(plan.title).empty()) return fail(ErrorCode::invalid, "events.no_title", {"转发须有名称", "a forward needs a title"}, "$.title");
  BANMO_DO(check_iris(plan.verbs, "verbs"));
  return check_iris(plan.profiles, "profiles");
}

bool leads_elsewhere(const ForwardPlan& before, const ForwardPlan& after) {
  return before.endpoint != after.endpoint || before.key != after.key || after.secret || before.verbs != after.verbs ||
         before.profiles != after.profiles || before.version != after.version;
}

std::vector<std::string> versions_of(const OutboundAnswer& answer) {
  std::vector<std::string> out;
  const auto value = json::read(answer.body);
  const json::Value* versions = value.ok() ? value->find("version") : nullptr;
  if (versions == nullptr || versions->as_array() == nullptr) return out;
  for (const json::Value& version : *versions->as_array())
    if (version.as_string() != nullptr && out.size() < 20 && version.as_string()->size() < 20) out.push_back(*version.as_string());
  return out;
}

}  // namespace

struct Forwards::State {
  State(directory::Directory& the_directory, crypto::Bytes key, OutboundCall the_call)
      : directory(the_directory), secret_key(std::move(key)), call(std::move(the_call)) {
    // One process holds an embedded ledger: what it left when it was killed is its own.
    const bool is_alone = ledger().dialect() == sql::Dialect::sqlite;
    lease = is_alone ? "alone" : crypto::to_hex(crypto::random_bytes(16));
  }
  sql::Database& ledger() const { return *directory.stores().ledger; }
  // Where the principal may see forwards, as SQL.
  std::string reach(const Principal& by) const {
    return directory.scope(by, Right::xapi_keys, {"org", "", pack::Level::l1}).predicate("f.org_no", "");
  }
  Result<ForwardRow> find(sql::Connection& connection, const Principal& by, const std::string& id) const {
    BANMO_TRY(auto rows, forwards_where(connection, "f.id = $1 AND " + reach(by), {id}));
    return rows.empty() ? Result<ForwardRow>(no_such_forward()) : Result<ForwardRow>(std::move(rows[0]));
  }
  Result<sql::Blob> sealed(const std::string& secret) const { return crypto::encrypt(directory.profile(), secret_key, secret, kSealed); }
  Result<> note(sql::Connection& connection, const Principal& by, std::string action, const Forward& forward) const;
  // Changes one under its lock of the ledger; `change` gives what stands then.
  Result<Forward> change(const Principal& by, const std::string& id, std::string action,
                         const std::function<Result<>(sql::Connection&, ForwardRow&)>& change) const;
  Result<bool> has_work(const Forward& forward) const;
  Result<> forget_erased();
  ForwardSender sender(const Forward& forward, std::string secret, const std::atomic<bool>& stop) const;
  Result<int64_t> serve(int64_t no, const std::atomic<bool>& stop) const;
  Result<> note_failure(const Forward& forward, const Message& error, const std::atomic<bool>& stop) const;
  Result<> count(Forward& forward) const;

  directory::Directory& directory;
  const crypto::Bytes secret_key;
  const OutboundCall call;
  std::string lease;
  Instant looked_at;  // for what was erased; touched by run() alone
};

Result<> Forwards::State::note(sql::Connection& connection, const Principal& by, std::string action, const Forward& forward) const {
  const ForwardPlan& plan = forward.plan;
  const audit::Entry entry{directory.clock().now(),
                           by.account_name,
                           "xapi_forward." + std::move(action),
                           "xapi_forward",
                           forward.id,
                           plan.org.value,
                           json::Object{{"title", plan.title},
                                        {"endpoint", plan.endpoint},
                                        {"verbs", json_of(plan.verbs)},
                                        {"profiles", json_of(plan.profiles)},
                                        {"after_no", forward.mark}}};
  BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, directory.profile()));
  return {};
}

Result<Forward> Forwards::State::change(const Principal& by, const std::string& id, std::string action,
                                        const std::function<Result<>(sql::Connection&, ForwardRow&)>& change) const {
  Forward changed;
  BANMO_DO(ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(ForwardRow row, find(connection, by, id));
    BANMO_DO(change(connection, row));
    BANMO_DO(note(connection, by, action, row.forward));
    changed = std::move(row.forward);
    return {};
  }));
  BANMO_DO(count(changed));  // outside the transaction: it may look at many statements
  return changed;
}

Result<> Forwards::State::count(Forward& forward) const {
  BANMO_TRY(const auto reader, ledger().read());
  return count_behind(*reader, forward, directory.clock().now());
}

Forwards::Forwards(directory::Directory& directory, crypto::Bytes secret_key, OutboundCall call)
    : state_(std::make_unique<State>(directory, std::move(secret_key), std::move(call))) {}
Forwards::~Forwards() = default;

Result<std::vector<Forward>> Forwards::list(const Principal& by) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(auto rows, forwards_where(*lease, state_->reach(by), {}));
  std::vector<Forward> out;
  for (ForwardRow& row : rows) {
    BANMO_DO(count_behind(*lease, row.forward, state_->directory.clock().now()));
    out.push_back(std::move(row.forward));
  }
  return out;
}

Result<Forward> Forwards::forward(const Principal& by, const std::string& id) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(ForwardRow row, state_->find(*lease, by, id));
  BANMO_DO(count_behind(*lease, row.forward, state_->directory.clock().now()));
  return std::move(row.forward);
}

Result<Forward> Forwards::make(const Principal& by, const ForwardPlan& plan) {
  BANMO_DO(check_maker(by));
  BANMO_DO(state_->directory.require(by, Right::xapi_keys, plan.org));
  BANMO_DO(check_plan(plan));
  if (!plan.secret)
    return fail(ErrorCode::invalid, "events.no_secret", {"请填写对方给的口令", "give the secret of the other side's key"}, "$.secret");
  ForwardRow row;
  BANMO_TRY(row.secret, state_->sealed(*plan.secret));
  Forward& forward = row.forward;
  forward.id = Uuid::next().to_string();
  forward.plan = plan;
  forward.plan.secret.reset();
  forward.made_by = by.account_name;
  forward.made_at = state_->directory.clock().now();
  BANMO_DO(state_->ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(const auto all, forwards_where(connection, "f.no > $1", {int64_t{0}}));
    if (all.size() >= kMaxForwards)
      return fail(ErrorCode::conflict, "events.too_many_forwards",
                  {"最多 100 个转发；请先删除不用的", "there are 100 forwards at most: delete one first"});
    BANMO_TRY(forward.no, next_no(connection, "xapi_forward"));
    forward.mark = 0;
    if (!plan.from_beginning) {
      BANMO_TRY(forward.mark, last_statement_no(connection));
    }
    BANMO_DO(add_forward(connection, row));
    return state_->note(connection, by, "make", forward);
  }));
  BANMO_DO(state_->count(forward));
  return forward;
}

Result<Forward> Forwards::change(const Principal& by, const std::string& id, const ForwardPlan& plan) {
  BANMO_DO(check_maker(by));
  BANMO_DO(check_plan(plan));
  sql::Blob secret;
  if (plan.secret) {
    BANMO_TRY(secret, state_->sealed(*plan.secret));
  }
  return state_->change(by, id, "change", [&](sql::Connection& connection, ForwardRow& row) -> Result<> {
    Forward& forward = row.forward;
    // The kept secret is that of the old key: nobody else is to see it.
    if (!plan.secret && (forward.plan.endpoint != plan.endpoint || forward.plan.key != plan.key))
      return fail(ErrorCode::invalid, "events.no_secret",
                  {"地址或用户名变了，请重新填写对方给的口令", "the address or the key is another: give the secret of the other side's key again"},
                  "$.secret");
    if (leads_elsewhere(forward.plan, plan)) {
      forward.changed_by = by.account_name;
      forward.state = ForwardState::waiting;
      forward.released_by.clear();
    }
    const directory::OrgNo org = forward.plan.org;
    forward.plan = plan;
    forward.plan.org = org;
    forward.plan.secret.reset();
    if (plan.secret) row.secret = secret;
    return set_forward(connection, row);
  });
}

Result<> Forwards::remove(const Principal& by, const std::string& id) {
  BANMO_DO(check_maker(by));
  const auto done =
      state_->change(by, id, "remove", [](sql::Connection& connection, ForwardRow& row) { return remove_forward(connection, row.forward.no); });
  return done.ok() ? Result<>() : Result<>(done.error());
}

Result<ForwardTest> Forwards::test(const Principal& by, const std::string& id) const {
  BANMO_DO(check_maker(by));
  ForwardRow row;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(row, state_->find(*lease, by, id));
  }
  const ForwardPlan& plan = row.forward.plan;
  BANMO_TRY(const std::string secret, crypto::decrypt(state_->secret_key, row.secret, kSealed));
  ForwardTest out;
  const auto about = state_->call(request_to(plan, secret, "GET", "/about"));
  if (!about.ok()) {
    out.error = about.error();
    return out;
  }
  out.status = about->status;
  out.versions = versions_of(*about);
  const bool speaks = std::any_of(out.versions.begin(), out.versions.end(), [&](const std::string& one) { return version_of(one) == plan.version; });
  if (!speaks) return out;
  const auto stored = state_->call(store_request(plan, secret, {}));
  if (!stored.ok()) {
    out.error = stored.error();
    return out;
  }
  out.status = stored->status;
  out.is_good = (stored->status >= 200 && stored->status < 300) || stored->status == 400;  // stores differ in what an empty list is
  return out;
}

Result<Forward> Forwards::release(const Principal& by, const std::string& id, const std::string& endpoint) {
  BANMO_DO(check_session(by));
  return state_->change(by, id, "release", [&](sql::Connection& connection, ForwardRow& row) -> Result<> {
    BANMO_DO(state_->directory.require(by, Right::datasets_export, row.forward.plan.org));
    if (row.forward.made_by == by.account_name || row.forward.changed_by == by.account_name)
      return fail(ErrorCode::denied, "events.own_forward",
                  {"自己建的或改的转发须由他人放行", "what you made or changed is released by somebody else"});
    if (row.forward.plan.endpoint != endpoint)
      return fail(ErrorCode::conflict, "events.forward_changed",
                  {"这个转发的地址已被改动；请刷新，看过新地址再放行",
                   "the forward leads elsewhere by now: reload, and look at the new address before you release it"});
    row.forward.state = ForwardState::running;
    row.forward.released_by = by.account_name;
    return set_forward_state(connection, row.forward.no, ForwardState::running, by.account_name);
  });
}

Result<Forward> Forwards::pause(const Principal& by, const std::string& id) {
  return state_->change(by, id, "pause", [](sql::Connection& connection, ForwardRow& row) -> Result<> {
    if (row.forward.state == ForwardState::waiting) return {};
    row.forward.state = ForwardState::paused;
    return set_forward_state(connection, row.forward.no, ForwardState::paused, row.forward.released_by);
  });
}

Result<Forward> Forwards::resume(const Principal& by, const std::string& id) {
  return state_->change(by, id, "resume", [](sql::Connection& connection, ForwardRow& row) -> Result<> {
    if (row.forward.state == ForwardState::waiting)
      return fail(
          ErrorCode::conflict, "events.forward_waits",
          {"这个转发还没有放行；请由可导出该机构数据的人放行", "this forward was not released: who may export the organisation's data does that"});
    row.forward.state = ForwardState::running;
    return set_forward_state(connection, row.forward.no, ForwardState::running, row.forward.released_by);
  });
}

Result<RefusedPage> Forwards::refused(const Principal& by, const std::string& id, int64_t after_no, size_t limit) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const ForwardRow row, state_->find(*lease, by, id));
  RefusedPage page;
  limit = std::min(limit, kMaxPage);
  BANMO_TRY(page.items, refused_after(*lease, row.forward.no, after_no, limit + 1));
  if (page.items.size() > limit) {
    page.items.pop_back();
    page.next = page.items.back().no;
  }
  for (RefusedStatement& one : page.items)
    if (one.status != 0 && !state_->directory.require(by, Right::datasets_export, one.org).ok()) one.answer = "HTTP " + std::to_string(one.status);
  return page;
}

Result<int64_t> Forwards::retry(const Principal& by, const std::string& id) {
  int64_t n = 0;
  BANMO_TRY([[maybe_unused]] const Forward forward, state_->change(by, id, "retry", [&](sql::Connection& connection, ForwardRow& row) -> Result<> {
    BANMO_TRY(n, mark_retry(connection, row.forward.no));
    return {};
  }));
  return n;
}

Result<bool> Forwards::State::has_work(const Forward& forward) const {
  BANMO_TRY(const auto reader, ledger().read());
  BANMO_TRY(const auto again, to_retry(*reader, forward.no, 1));
  if (!again.empty()) return true;
  BANMO_TRY(const OutgoingPage page, outgoing_after(*reader, forward.plan.org, forward.mark));
  return page.is_full || !page.rows.empty();
}

ForwardSender Forwards::State::sender(const Forward& forward, std::string secret, const std::atomic<bool>& stop) const {
  return {{ledger(), directory.clock(), directory.profile(), call, stop, lease}, forward, std::move(secret)};
}

Result<int64_t> Forwards::State::serve(int64_t no, const std::atomic<bool>& stop) const {
  const Instant now = directory.clock().now();
  std::optional<ForwardRow> ours;
  BANMO_DO(ledger().write([&](sql::Connection& connection) -> Result<> {
    ours.reset();
    BANMO_TRY(const bool is_ours, take_lease(connection, no, lease, now));
    if (!is_ours) return {};
    BANMO_TRY(auto rows, forwards_where(connection, "f.no = $1", {no}));
    if (!rows.empty()) ours = std::move(rows[0]);
    return {};
  }));
  if (!ours) return int64_t{0};
  BANMO_TRY(std::string secret, crypto::decrypt(secret_key, ours->secret, kSealed));
  const auto sent = sender(ours->forward, std::move(secret), stop).run(Instant{now.micros + kTurnMicros});
  BANMO_DO(ledger().write([&](sql::Connection& connection) { return end_lease(connection, no, lease); }));
  return sent;
}

// What is wrong with one here (its secret, its rows) is seen where it is listed, and tried again later.
Result<> Forwards::State::note_failure(const Forward& forward, const Message& error, const std::atomic<bool>& stop) const {
  bool is_ours = false;
  BANMO_DO(ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(is_ours, take_lease(connection, forward.no, lease, directory.clock().now()));
    return {};
  }));
  if (!is_ours) return {};
  BANMO_DO(sender(forward, {}, stop).note_failure(error, 0));
  return ledger().write([&](sql::Connection& connection) { return end_lease(connection, forward.no, lease); });
}

Result<> Forwards::State::forget_erased() {
  const Instant now = directory.clock().now();
  if (now.micros - looked_at.micros < kLookMicros) return {};
  looked_at = now;
  {
    BANMO_TRY(const auto reader, ledger().read());
    BANMO_TRY(const bool has_some, has_orphans(*reader));
    if (!has_some) return {};
  }
  return ledger().write([](sql::Connection& connection) { return drop_orphans(connection); });
}

Result<int64_t> Forwards::run(const std::atomic<bool>& stop) {
  BANMO_DO(state_->forget_erased());
  std::vector<ForwardRow> due;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(due, forwards_where(*lease, "f.state = 1 AND f.next_try_at <= $1", {state_->directory.clock().now().micros}));
  }
  int64_t n_sent = 0;
  for (const ForwardRow& row : due) {
    if (stop) break;
    const Forward& forward = row.forward;
    const auto has_work = state_->has_work(forward);
    if (has_work.ok() && !*has_work) continue;
    const auto n = has_work.ok() ? state_->serve(forward.no, stop) : Result<int64_t>(has_work.error());
    n_sent += n.ok() ? *n : 0;
    if (n.ok()) continue;
    BANMO_LOG(warn, "events.not_forwarded", {"forward", forward.id}, {"error", n.error().to_string()});
    if (const auto noted = state_->note_failure(forward, n.error().message, stop); !noted.ok())
      BANMO_LOG(warn, "events.not_forwarded", {"forward", forward.id}, {"error", noted.error().to_string()});
  }
  return n_sent;
}

}  // namespace banmo::events
