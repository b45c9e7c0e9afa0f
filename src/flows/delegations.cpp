// SPDX-License-Identifier: Apache-2.0
#include "flows/delegations.h"

#include <algorithm>

#include "audit/audit.h"
#include "base/city_time.h"
#include "base/log.h"
#include "directory/notices.h"
#include "flows/calendar.h"
#include "flows/desk.h"
#include "flows/notes.h"
#include "flows/wording.h"
#include "json/json.h"

namespace banmo::flows {
namespace {

using directory::Principal;

constexpr int kMaxDays = 366;
constexpr int64_t kMaxLiving = 20;
constexpr std::chrono::seconds kFresh{1};
constexpr size_t kMaxKnown = 10'000;  // accounts

#define BANMO_DELEGATION_COLUMNS "id, from_account, to_account, flows, from_at, until_at, note, given_at, ended_at, sealed_note"
constexpr std::string_view kInsert =
    "INSERT INTO flow_delegation (id, from_account, from_no, to_account, flows, from_at, until_at, note, given_at, ended_by, sealed_note) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, '', $8, '', $9)";
constexpr std::string_view kFind = "SELECT " BANMO_DELEGATION_COLUMNS " FROM flow_delegation WHERE id = $1";
constexpr std::string_view kGiven =
    "SELECT " BANMO_DELEGATION_COLUMNS " FROM flow_delegation WHERE from_account = $1 ORDER BY given_at DESC, id DESC LIMIT 100";
constexpr std::string_view kReceived =
    "SELECT " BANMO_DELEGATION_COLUMNS " FROM flow_delegation WHERE to_account = $1 ORDER BY given_at DESC, id DESC LIMIT 100";
constexpr std::string_view kLiving =
    "SELECT " BANMO_DELEGATION_COLUMNS
    " FROM flow_delegation WHERE to_account = $1 AND ended_at IS NULL AND until_at > $2 ORDER BY given_at, id LIMIT 100";
constexpr std::string_view kCount = "SELECT COUNT(*) FROM flow_delegation WHERE from_account = $1 AND ended_at IS NULL AND until_at > $2";
constexpr std::string_view kEnd = "UPDATE flow_delegation SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL";

// Without its note.
Delegation delegation_of(const sql::Values& row) {
  Delegation out;
  out.id = DelegationId::parse(sql::text_of(row[0])).value_or(DelegationId{});
  out.from_account = sql::text_of(row[1]);
  out.to_account = sql::text_of(row[2]);
  if (const auto flows = json::read(sql::text_of(row[3])); flows.ok() && flows->as_array() != nullptr)
    for (const json::Value& flow : *flows->as_array())
      if (flow.as_string() != nullptr) out.flows.push_back(*flow.as_string());
  out.from_at = {sql::int_of(row[4])};
  out.until_at = {sql::int_of(row[5])};
  out.given_at = {sql::int_of(row[7])};
  if (!sql::is_null(row[8])) out.ended_at = Instant{sql::int_of(row[8])};
  return out;
}

Result<Delegation> whole_of(const sql::Values& row, const Sealing& sealing) {
  Delegation out = delegation_of(row);
  BANMO_TRY(out.note, note_of(sealing, row[6], row[9], place_of_delegation_note(out.id.to_string())));
  return out;
}

std::string text_of_flows(const std::vector<std::string>& flows) {
  json::Array list;
  for (const std::string& flow : flows) list.emplace_back(flow);
  return json::write(list);
}

audit::Entry entry_of(const Delegation& one, const Principal& by, Instant now, std::string action) {
  return {now,
          by.account_name,
          std::move(action),
          "delegation",
          one.id.to_string(),
          0,
          json::Object{{"from", one.from_account},
                       {"to", one.to_account},
                       {"flows", text_of_flows(one.flows)},
                       {"from_at", one.from_at.to_iso()},
                       {"until_at", one.until_at.to_iso()}}};
}

// Offices hand on what they do; a family, a pupil or an enterprise does not, and nobody takes over an administrator's account.
bool is_office(directory::Role role) {
  using enum directory::Role;
  return directory::may(role, directory::Right::cases_handle) && role != student && role != guardian && role != enterprise;
}

// Whether an office grant of one stands where another's does: in the same school or office.
bool is_shared(const directory::OrgTree& tree, const std::vector<directory::Grant>& grants, const directory::Grant& other) {
  const directory::Org* place = is_office(other.role) ? tree.standing(other.org) : nullptr;
  return place != nullptr &&
         std::any_of(grants.begin(), grants.end(), [&](const auto& grant) { return is_office(grant.role) && tree.standing(grant.org) == place; });
}

Error no_such_delegation() {
  return fail(ErrorCode::not_found, "flows.no_such_delegation", {"没有这项委托，或它与您无关", "there is no such delegation, or it is not yours"});
}

Error wrong_delegate() {
  return fail(ErrorCode::invalid, "flows.delegate_who",
              {"受托人须是与您同一单位、有权办理事项的在用账号", "the delegate must be an open account with an office role in your own organisation"},
              "$.to");
}

}  // namespace

bool Deputy::is_for(std::string_view flow) const { return flows.empty() || std::find(flows.begin(), flows.end(), flow) != flows.end(); }

std::optional<directory::Grant> Deputy::holds(const pack::FlowRole& role, const Running& running, const sql::Values& row,
                                              const directory::OrgTree& tree) const {
  const bool is_handed_on = role.person_field.empty() && role.ward_field.empty() && is_for(running.flow->id);
  const auto grant = is_handed_on ? flows::holds(role, *absent, running, row, tree) : std::nullopt;
  return grant && is_office(grant->role) ? grant : std::nullopt;
}

Result<> Delegations::check_delegate(const Principal& by, const std::string& to) const {
  BANMO_TRY(const auto found, directory_.accounts(to, "", 1));
  if (found.empty() || found.front().name != to || !found.front().enabled) return wrong_delegate();
  const auto tree = directory_.orgs();
  const auto& theirs = found.front().grants;
  const bool shared = std::any_of(theirs.begin(), theirs.end(), [&](const auto& grant) { return is_shared(*tree, by.held, grant); });
  return shared ? Result<>() : Result<>(wrong_delegate());
}

Result<> Delegations::check(const Principal& by, const DelegationWish& wish) const {
  if (!by.has(directory::Right::cases_handle) ||
      std::none_of(by.held.begin(), by.held.end(), [](const auto& grant) { return is_office(grant.role); }))
    return fail(ErrorCode::denied, "flows.delegate_none",
                {"您没有可委托他人办理的职责", "there is nothing of yours that somebody else could do for you"});
  if (wish.to == by.account_name)
    return fail(ErrorCode::invalid, "flows.delegate_self", {"不能委托自己，请填写另一个账号", "a delegate is somebody else: give another account"},
                "$.to");
  const Date today = city_date(clock_.now());
  if (wish.until < wish.from || wish.until < today || wish.until.days - wish.from.days >= kMaxDays)
    return fail(ErrorCode::invalid, "flows.delegate_days",
                {"委托的截止日期须不早于开始日期和今天，且不超过 366 天",
                 "a delegation ends on a day not before it begins nor before today, and lasts 366 days at most"},
                "$.until");
  for (const std::string& flow : wish.flows)
    if (book_.find(flow) == nullptr) return no_such_flow();
  return check_delegate(by, wish.to);
}

Result<Delegation> Delegations::give(const Principal& by, const DelegationWish& wish) {
  BANMO_DO(check(by, wish));
  const Instant now = clock_.now();
  Delegation one;
  one.id = DelegationId::next();
  one.from_account = by.account_name;
  one.to_account = wish.to;
  one.flows = wish.flows;
  one.from_at = end_of(Date{wish.from.days - 1});
  one.until_at = end_of(wish.until);
  one.note = wish.note;
  one.given_at = now;
  BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto living, connection.query(kCount, {by.account_name, now.micros}));
    if (sql::int_of(living[0][0]) >= kMaxLiving)
      return fail(ErrorCode::conflict, "flows.delegate_many",
                  {"未到期的委托已有 20 项，请先结束一些", "you have 20 delegations that go on: end some first"});
    BANMO_TRY(sql::Value note, seal_note(sealing_, one.note, place_of_delegation_note(one.id.to_string())));
    const auto kept = connection.execute(kInsert, {one.id.to_string(), one.from_account, by.account.value, one.to_account, text_of_flows(one.flows),
                                                   one.from_at.micros, one.until_at.micros, now.micros, std::move(note)});
    if (!kept.ok()) return kept.error();
    directory::NoticeTo to;
    to.account_name = one.to_account;
    BANMO_DO(directory::add_notice(
        connection, now, to,
        {"flow.delegated", {"有人委托您在其外出期间代为办理事项", "somebody asks you to act for them while they are away"}, "/cases"}));
    const auto told = audit::append(connection, entry_of(one, by, now, "delegation.give"), directory_.profile());
    return told.ok() ? Result<>() : Result<>(told.error());
  }));
  forget(one.to_account);
  return one;
}

Result<std::vector<Delegation>> Delegations::list(const Principal& who) const {
  std::vector<Delegation> out;
  BANMO_TRY(const auto lease, ledger_.read());
  for (const std::string_view statement : {kGiven, kReceived}) {
    BANMO_TRY(const auto rows, lease->query(statement, {who.account_name}));
    for (const auto& row : rows.rows) {
      BANMO_TRY(Delegation one, whole_of(row, sealing_));
      out.push_back(std::move(one));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Delegation& a, const Delegation& b) { return a.given_at > b.given_at; });
  return out;
}

Result<Delegation> Delegations::end(const Principal& by, std::string_view id) {
  const auto parsed = DelegationId::parse(id);
  if (!parsed) return no_such_delegation();
  const Instant now = clock_.now();
  std::optional<Delegation> one;
  BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kFind, {parsed->to_string()}));
    if (rows.empty()) return no_such_delegation();
    BANMO_TRY(one, whole_of(rows[0], sealing_));
    if (one->from_account != by.account_name && one->to_account != by.account_name) return no_such_delegation();
    if (one->ended_at || one->until_at <= now) return {};  // it is over already
    one->ended_at = now;
    BANMO_TRY(const int64_t n, connection.execute(kEnd, {parsed->to_string(), now.micros, by.account_name}));
    if (n == 0) return {};
    const auto told = audit::append(connection, entry_of(*one, by, now, "delegation.end"), directory_.profile());
    return told.ok() ? Result<>() : Result<>(told.error());
  }));
  forget(one->to_account);
  return *one;
}

void Delegations::forget(const std::string& account) const {
  const std::lock_guard lock(mutex_);
  known_.erase(account);
}

// The grants as they are now: a right that the absent colleague lost is not handed on; that their password has grown old meanwhile takes nothing
// away.
Result<Delegations::LivingPtr> Delegations::load(const std::string& account) const {
  std::vector<Delegation> delegations;
  {
    BANMO_TRY(const auto lease, ledger_.read());
    BANMO_DO(lease->each(kLiving, {account, clock_.now().micros}, [&](const sql::Values& row) -> Result<> {
      delegations.push_back(delegation_of(row));
      return {};
    }));
  }
  auto living = std::make_shared<std::vector<Living>>();
  for (Delegation& one : delegations) {
    BANMO_TRY(const auto found, directory_.accounts(one.from_account, "", 1));
    if (found.empty() || found.front().name != one.from_account || !found.front().enabled) continue;
    Principal absent;
    absent.account = found.front().no;
    absent.account_name = one.from_account;
    absent.grants = absent.held = found.front().grants;
    living->push_back({std::move(one), std::move(absent)});
  }
  return LivingPtr(std::move(living));
}

Delegations::LivingPtr Delegations::known(const std::string& account) const {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(account);
    if (found != known_.end() && now - found->second.loaded_at <= kFresh) return found->second.living;
  }
  auto loaded = load(account);
  if (!loaded.ok()) BANMO_LOG(warn, "flows.delegations_not_read", {"error", loaded.error().to_string()});
  LivingPtr living = loaded.ok() ? *std::move(loaded) : std::make_shared<const std::vector<Living>>();
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[account] = {living, now};
  return living;
}

DeputiesPtr Delegations::deputies(const Principal& principal) const {
  if (std::none_of(principal.grants.begin(), principal.grants.end(), [](const auto& grant) { return is_office(grant.role); }) ||
      !principal.has(directory::Right::cases_handle))
    return nullptr;
  const LivingPtr living = known(principal.account_name);
  if (living->empty()) return nullptr;
  auto out = std::make_shared<std::vector<Deputy>>();
  const auto tree = directory_.orgs();
  const Instant now = clock_.now();
  for (const auto& [one, whole] : *living) {
    if (now < one.from_at || now >= one.until_at) continue;
    Principal absent = whole;
    std::erase_if(absent.grants, [&](const directory::Grant& theirs) { return !is_shared(*tree, principal.grants, theirs); });
    if (!absent.grants.empty()) out->push_back({one.from_account, std::make_shared<const Principal>(std::move(absent)), one.flows});
  }
  return out;
}

}  // namespace banmo::flows
