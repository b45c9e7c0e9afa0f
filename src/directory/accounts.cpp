// SPDX-License-Identifier: Apache-2.0
// Accounts: who has one, what is granted to it, its password. Principals are made here.
#include <algorithm>

#include "directory/password_rules.h"
#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kInsertAccount =
    "INSERT INTO account (no, name, password, person_no, enabled, must_change_password, demo, created_at, password_changed_at, last_sign_in) "
    "VALUES ($1, $2, $3, $4, TRUE, $5, $6, $7, $7, NULL)";
constexpr std::string_view kAccountByName = "SELECT no, enabled FROM account WHERE name = $1";
constexpr std::string_view kAccount = "SELECT name, person_no, enabled, must_change_password, demo, password_changed_at FROM account WHERE no = $1";
constexpr std::string_view kSetEnabled = "UPDATE account SET enabled = $2 WHERE no = $1";
constexpr std::string_view kDropSessions = "DELETE FROM session WHERE account_no = $1";
constexpr std::string_view kDropTokens = "DELETE FROM api_token WHERE account_no = $1";
constexpr std::string_view kGrants = "SELECT role, org_no FROM account_grant WHERE account_no = $1 ORDER BY role, org_no";
constexpr std::string_view kDropGrants = "DELETE FROM account_grant WHERE account_no = $1";
constexpr std::string_view kInsertGrant = "INSERT INTO account_grant (account_no, role, org_no) VALUES ($1, $2, $3)";
constexpr std::string_view kSetPassword =
    "UPDATE account SET password = $2, password_changed_at = $3, must_change_password = $4, demo = FALSE WHERE no = $1";
constexpr std::string_view kKeepPassword =
    "INSERT INTO password_history (account_no, changed_at, password) SELECT no, $2, password FROM account WHERE no = $1 ON CONFLICT DO NOTHING";
constexpr std::string_view kListAccounts =
    "SELECT a.no, a.name, a.enabled, a.last_sign_in, p.name FROM account a LEFT JOIN person p ON p.no = a.person_no "
    "WHERE a.name > $1 AND (a.name >= $2 AND a.name < $3) ORDER BY a.name LIMIT $4";
constexpr std::string_view kAdministrators =
    "SELECT a.name, g.role FROM account_grant g JOIN account a ON a.no = g.account_no WHERE a.person_no = $1 AND a.no <> $2 ORDER BY a.name, g.role";
constexpr std::string_view kPersonOf = "SELECT person_no FROM account WHERE no = $1";
constexpr std::string_view kFigures =
    "SELECT COUNT(CASE WHEN a.person_no = 0 AND NOT EXISTS (SELECT 1 FROM account_grant g WHERE g.account_no = a.no) THEN 1 END), "
    "COUNT(CASE WHEN a.last_sign_in IS NULL AND a.created_at < $1 THEN 1 END) FROM account a WHERE a.enabled";
constexpr std::string_view kDemoLeft = "SELECT COUNT(*) FROM account WHERE demo AND enabled";
constexpr std::string_view kMemberships =
    "SELECT role, org_no FROM membership WHERE person_no = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY role, org_no";
constexpr std::string_view kWards =
    "SELECT g.ward_no, p.home_no FROM guardian_link g JOIN person p ON p.no = g.ward_no "
    "WHERE g.guardian_no = $1 AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2) ORDER BY g.ward_no";
constexpr std::string_view kRoll =
    "SELECT person_no FROM membership WHERE org_no = $1 AND role = 'student' AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY "
    "person_no LIMIT 500";

Error no_such_account() {
  return fail(ErrorCode::not_found, "account.unknown", {"没有这个账号，请核对", "there is no such account: check its name"});
}

Result<> check_name(const std::string& name) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '@'; };
  if (name.size() >= 2 && name.size() <= 64 && std::all_of(name.begin(), name.end(), good)) return {};
  return fail(ErrorCode::invalid, "account.bad_name",
              {"账号须为 2 到 64 个字母、数字或 . _ - @", "an account's name has 2 to 64 letters, digits or . _ - @"}, "$.account");
}

// Three-person separation of administrators (GB/T 22239-2019 8.1.5): no account is two of them.
Result<> check_apart(const std::vector<Grant>& grants) {
  std::optional<Role> first;
  for (const Grant& grant : grants) {
    if (!is_administrator(grant.role)) continue;
    if (first && *first != grant.role)
      return fail(ErrorCode::invalid, "account.administrators_apart",
                  {"系统管理员、安全管理员、审计管理员三员分立，不能授予同一账号；请另建账号",
                   "system, security and audit administrator are never one account: make another account"},
                  "$.grants");
    first = grant.role;
  }
  return {};
}

Result<> check_grants(const OrgTree& tree, const std::vector<Grant>& grants) {
  BANMO_DO(check_apart(grants));
  for (const Grant& grant : grants) BANMO_DO(check_place(tree, grant.role, grant.org, "$.grants"));
  return {};
}

// Nor is one person two of them by two accounts.
Result<> check_person_apart(sql::Connection& connection, int64_t person, int64_t account, const std::vector<Grant>& grants) {
  const auto administrator = std::find_if(grants.begin(), grants.end(), [](const Grant& grant) { return is_administrator(grant.role); });
  if (person == 0 || administrator == grants.end()) return {};
  BANMO_TRY(const auto rows, connection.query(kAdministrators, {person, account}));
  for (const auto& row : rows.rows) {
    const auto role = role_of(sql::text_of(row[1]));
    if (!role || !is_administrator(*role) || *role == administrator->role) continue;
    const std::string other = sql::text_of(row[0]);
    return fail(ErrorCode::conflict, "account.person_is_administrator",
                {"此人的账号 " + other + " 已是" + std::string(title_of(*role).first) + "，三员分立，须由另一人担任",
                 "this person's account " + other + " is " + std::string(title_of(*role).second) + " already: another person has to do it"},
                "$.grants");
  }
  return {};
}

Result<> put_grants(sql::Connection& connection, int64_t account, const std::vector<Grant>& grants) {
  BANMO_DO(execute_all(connection, kDropGrants, {account}));
  std::vector<std::pair<std::string, int64_t>> rows;
  for (const Grant& grant : grants) rows.emplace_back(std::string(name_of(grant.role)), grant.org.value);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  for (const auto& [role, org] : rows) BANMO_DO(execute_all(connection, kInsertGrant, {account, role, org}));
  return {};
}

json::Value grants_json(const std::vector<Grant>& grants) {
  json::Array out;
  for (const Grant& grant : grants) out.emplace_back(json::Object{{"role", std::string(name_of(grant.role))}, {"org_no", grant.org.value}});
  return out;
}

std::string fold_name(std::string name) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return name;
}

Result<int64_t> number_of(sql::Connection& connection, const std::string& account) {
  BANMO_TRY(const auto rows, connection.query(kAccountByName, {account}));
  if (rows.empty()) return no_such_account();
  return sql::int_of(rows[0][0]);
}

bool rotates(const Principal& principal) {
  return std::any_of(principal.grants.begin(), principal.grants.end(),
                     [](const Grant& grant) { return grant.role != Role::student && grant.role != Role::guardian; });
}

void add_grant(Principal& principal, Role role, OrgNo org) {
  const bool there =
      std::any_of(principal.grants.begin(), principal.grants.end(), [&](const Grant& grant) { return grant.role == role && grant.org == org; });
  if (!there) principal.grants.push_back({role, org});
}

// What was granted to the account itself.
Result<std::vector<Grant>> given_grants(sql::Connection& connection, AccountNo account) {
  std::vector<Grant> out;
  BANMO_DO(connection.each(kGrants, {account.value}, [&](const sql::Values& row) -> Result<> {
    if (const auto role = role_of(sql::text_of(row[0]))) out.push_back({*role, {sql::int_of(row[1])}});
    return {};
  }));
  return out;
}

// Memberships are grants too, but for those roles that only an account is granted.
Result<> add_memberships(sql::Connection& connection, const OrgTree& tree, const std::string& today, Principal& principal) {
  BANMO_DO(connection.each(kMemberships, {principal.person.value, today}, [&](const sql::Values& row) -> Result<> {
    const auto role = role_of(sql::text_of(row[0]));
    const OrgNo org{sql::int_of(row[1])};
    if (!role || is_administrator(*role) || *role == Role::city_officer || *role == Role::city_leader) return {};
    add_grant(principal, *role, org);
    const Org* where = tree.find(org);
    const bool teaches = *role == Role::teacher || *role == Role::homeroom_teacher;
    if (teaches && where != nullptr && where->kind == OrgKind::class_ && !where->valid_to) principal.classes.push_back(org);
    return {};
  }));
  std::sort(principal.classes.begin(), principal.classes.end());
  principal.classes.erase(std::unique(principal.classes.begin(), principal.classes.end()), principal.classes.end());
  for (const OrgNo class_no : principal.classes) {
    ClassRoll& roll = principal.rolls.emplace_back(ClassRoll{class_no, {}});
    BANMO_DO(connection.each(kRoll, {class_no.value, today}, [&](const sql::Values& row) -> Result<> {
      roll.students.push_back({sql::int_of(row[0])});
      return {};
    }));
  }
  return connection.each(kWards, {principal.person.value, today}, [&](const sql::Values& row) -> Result<> {
    principal.wards.push_back({sql::int_of(row[0])});
    if (sql::int_of(row[1]) != 0) add_grant(principal, Role::guardian, {sql::int_of(row[1])});
    return {};
  });
}

// Leaves what the chosen grant gives: its organisation, its classes, children only for a guardian. A grant that is no longer held leaves nothing.
void narrow(Principal& principal, const Grant& acting, const OrgTree& tree) {
  principal.acting = acting;
  const bool held = std::find(principal.held.begin(), principal.held.end(), acting) != principal.held.end();
  principal.grants = held ? std::vector<Grant>{acting} : std::vector<Grant>{};
  if (!held || acting.role != Role::guardian) principal.wards.clear();
  const bool teaches = held && (acting.role == Role::teacher || acting.role == Role::homeroom_teacher);
  const auto outside = [&](OrgNo class_no) { return !teaches || !tree.is_within(class_no, acting.org); };
  std::erase_if(principal.classes, outside);
  std::erase_if(principal.rolls, [&](const ClassRoll& roll) { return outside(roll.class_no); });
}

}  // namespace

Result<std::shared_ptr<const Principal>> Directory::State::load_principal(sql::Connection& connection, AccountNo account, int64_t session,
                                                                          std::vector<Right> token_rights, std::optional<Grant> acting) {
  BANMO_TRY(const auto rows, connection.query(kAccount, {account.value}));
  if (rows.empty() || sql::int_of(rows[0][2]) == 0) return no_such_account();
  auto principal = std::make_shared<Principal>();
  principal->account = account;
  principal->account_name = sql::text_of(rows[0][0]);
  principal->person = {sql::int_of(rows[0][1])};
  principal->session = session;
  principal->token_rights = std::move(token_rights);
  principal->demo = sql::int_of(rows[0][4]) != 0;
  BANMO_TRY(principal->grants, given_grants(connection, account));
  if (principal->person.value != 0) BANMO_DO(add_memberships(connection, *current_tree(), today().to_iso(), *principal));
  std::sort(principal->grants.begin(), principal->grants.end(),
            [](const Grant& a, const Grant& b) { return std::tie(a.role, a.org) < std::tie(b.role, b.org); });
  principal->held = principal->grants;
  const int64_t age_days = (clock.now().micros - sql::int_of(rows[0][5])) / (int64_t{86'400} * 1'000'000);
  const bool old = options.password_rules == PasswordRules::dengbao3 && !principal->demo && rotates(*principal) && age_days >= kPasswordMaxDays;
  principal->must_change_password = sql::int_of(rows[0][3]) != 0 || old;
  if (acting) narrow(*principal, *acting, *current_tree());
  return std::shared_ptr<const Principal>(std::move(principal));
}

Result<AccountNo> Directory::create_account(const Principal& by, const NewAccount& account) {
  if (!by.has(Right::accounts_manage)) return state_->check(by, Right::accounts_manage, {}).error();
  const std::string name = fold_name(account.name);
  BANMO_DO(check_name(name));
  if (!account.grants.empty() && !by.has(Right::security_manage))
    return fail(ErrorCode::denied, "account.grants_by_security",
                {"建账号的人不能授予角色：先建账号，再请安全管理员授权",
                 "who opens an account does not grant roles: open it without, then ask the security administrator"},
                "$.grants");
  BANMO_DO(check_grants(*orgs(), account.grants));
  if (!account.demo) BANMO_DO(check_password(state_->options.password_rules, account.password, name));
  BANMO_TRY(const std::string password, crypto::hash_password(account.password, state_->options.password_cost));
  if (account.person) {
    BANMO_TRY(const OrgNo home, state_->home_of(*account.person));
    static_cast<void>(home);
  }
  AccountNo no;
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto taken, connection.query(kAccountByName, {name}));
    if (!taken.empty())
      return fail(ErrorCode::conflict, "account.name_taken", {"账号名已被使用，请换一个", "the account's name is taken: choose another"},
                  "$.account");
    BANMO_DO(check_person_apart(connection, account.person.value_or(PersonNo{}).value, 0, account.grants));
    BANMO_TRY(no.value, take_numbers(connection, "account", 1));
    const int64_t now = state_->clock.now().micros;
    BANMO_DO(execute_all(
        connection, kInsertAccount,
        {no.value, name, password, account.person.value_or(PersonNo{}).value, account.must_change_password && !account.demo, account.demo, now}));
    BANMO_DO(put_grants(connection, no.value, account.grants));
    return state_->log(connection, state_->entry(by, "account.create", "account", name, {}, json::Object{{"grants", grants_json(account.grants)}}));
  };
  BANMO_DO(state_->ledger().write(change));
  return no;
}

Result<> Directory::set_account_enabled(const Principal& by, const std::string& account, bool enabled) {
  if (!by.has(Right::accounts_manage)) return state_->check(by, Right::accounts_manage, {});
  if (!enabled && fold_name(account) == by.account_name)
    return fail(ErrorCode::conflict, "account.own",
                {"不能停用自己的账号，请由另一位安全管理员操作", "nobody disables their own account: ask another security administrator"});
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t no, number_of(connection, fold_name(account)));
    BANMO_DO(execute_all(connection, kSetEnabled, {no, enabled}));
    if (!enabled) {
      BANMO_DO(execute_all(connection, kDropSessions, {no}));
      BANMO_DO(execute_all(connection, kDropTokens, {no}));
    }
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    return state_->log(connection, state_->entry(by, enabled ? "account.enable" : "account.disable", "account", fold_name(account), {}));
  };
  BANMO_DO(state_->ledger().write(change));
  state_->forget_principals();
  return {};
}

Result<> Directory::set_grants(const Principal& by, const std::string& account, const std::vector<Grant>& grants) {
  if (!by.has(Right::security_manage)) return state_->check(by, Right::security_manage, {});
  if (fold_name(account) == by.account_name)
    return fail(ErrorCode::conflict, "account.own",
                {"不能给自己的账号授权，请由另一位安全管理员操作", "nobody grants rights to their own account: ask another security administrator"});
  BANMO_DO(check_grants(*orgs(), grants));
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t no, number_of(connection, fold_name(account)));
    BANMO_TRY(const auto person, connection.query(kPersonOf, {no}));
    BANMO_DO(check_person_apart(connection, sql::int_of(person[0][0]), no, grants));
    BANMO_DO(put_grants(connection, no, grants));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    return state_->log(connection,
                       state_->entry(by, "account.grant", "account", fold_name(account), {}, json::Object{{"grants", grants_json(grants)}}));
  };
  BANMO_DO(state_->ledger().write(change));
  state_->forget_principals();
  return {};
}

Result<> Directory::reset_password(const Principal& by, const std::string& account, const std::string& password) {
  if (!by.has(Right::security_manage)) return state_->check(by, Right::security_manage, {});
  BANMO_DO(check_password(state_->options.password_rules, password, fold_name(account)));
  BANMO_TRY(const std::string hash, crypto::hash_password(password, state_->options.password_cost));
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t no, number_of(connection, fold_name(account)));
    const int64_t now = state_->clock.now().micros;
    BANMO_DO(execute_all(connection, kKeepPassword, {no, now}));
    BANMO_DO(execute_all(connection, kSetPassword, {no, hash, now, true}));
    BANMO_DO(execute_all(connection, kDropSessions, {no}));
    BANMO_DO(execute_all(connection, kDropTokens, {no}));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    return state_->log(connection, state_->entry(by, "account.reset_password", "account", fold_name(account), {}));
  };
  BANMO_DO(state_->ledger().write(change));
  state_->forget_principals();
  return {};
}

Result<std::string> Directory::reset_password(const Principal& by, const std::string& account) {
  if (fold_name(account) == by.account_name)
    return fail(ErrorCode::conflict, "account.own", {"自己的口令请在“修改密码”中改", "change your own password on the page for that"});
  const std::string password = one_time_password();
  BANMO_DO(reset_password(by, account, password));
  return password;
}

Result<std::string> Directory::open_account(const Principal& by, const std::string& name, const std::string& person_code) {
  if (!by.has(Right::accounts_manage)) return state_->check(by, Right::accounts_manage, {}).error();
  NewAccount account;
  account.name = name;
  account.password = one_time_password();
  if (!person_code.empty()) {
    BANMO_TRY(account.person, unscoped_person_by_code(person_code));
    if (!account.person)
      return fail(ErrorCode::not_found, "account.no_such_person",
                  {"没有这个学号或工号的人，请核对", "nobody has this student or staff number: check it"}, "$.person_code");
  }
  BANMO_DO(create_account(by, account));
  return account.password;
}

Result<std::vector<Account>> Directory::accounts(const std::string& q, const std::string& after_name, size_t limit) const {
  const std::string start = fold_name(q);
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows,
            lease->query(kListAccounts, {after_name, start, start + "\x7f", static_cast<int64_t>(std::clamp<size_t>(limit, 1, 1000))}));
  std::vector<Account> out;
  for (const auto& row : rows.rows) {
    Account account{{sql::int_of(row[0])}, sql::text_of(row[1]), sql::text_of(row[4]), {}, {}, sql::int_of(row[2]) != 0, {}};
    if (!sql::is_null(row[3])) account.last_sign_in = Instant{sql::int_of(row[3])};
    BANMO_TRY(const auto principal, state_->load_grants(*lease, account.no));
    account.grants = principal;
    BANMO_TRY(account.given, given_grants(*lease, account.no));
    out.push_back(std::move(account));
  }
  return out;
}

// What an account is granted and what its person's memberships give, also while it is disabled.
Result<std::vector<Grant>> Directory::State::load_grants(sql::Connection& connection, AccountNo account) const {
  Principal principal;
  BANMO_TRY(const auto rows, connection.query(kAccount, {account.value}));
  if (rows.empty()) return no_such_account();
  principal.person = {sql::int_of(rows[0][1])};
  BANMO_TRY(principal.grants, given_grants(connection, account));
  if (principal.person.value != 0) BANMO_DO(add_memberships(connection, *current_tree(), today().to_iso(), principal));
  return std::move(principal.grants);
}

Result<AccountFigures> Directory::account_figures() const {
  constexpr int64_t kWeekMicros = int64_t{7} * 86'400 * 1'000'000;
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kFigures, {state_->clock.now().micros - kWeekMicros}));
  return AccountFigures{sql::int_of(rows[0][0]), sql::int_of(rows[0][1])};
}

Result<int64_t> Directory::demo_accounts_left() const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kDemoLeft));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

}  // namespace banmo::directory
