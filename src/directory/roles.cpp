// SPDX-License-Identifier: Apache-2.0
// The words of the directory and the one table role x right. What a right reaches (which rows) is in scope.cpp.
#include <algorithm>
#include <array>

#include "directory/types.h"

namespace banmo::directory {
namespace {

using R = Right;

template <class T>
struct Word {
  T value;
  std::string_view name;
};

constexpr std::array kOrgKinds = {
    Word<OrgKind>{OrgKind::city, "city"},       Word<OrgKind>{OrgKind::bureau, "bureau"},         Word<OrgKind>{OrgKind::district, "district"},
    Word<OrgKind>{OrgKind::school, "school"},   Word<OrgKind>{OrgKind::grade, "grade"},           Word<OrgKind>{OrgKind::class_, "class"},
    Word<OrgKind>{OrgKind::college, "college"}, Word<OrgKind>{OrgKind::enterprise, "enterprise"},
};

struct RoleRow {
  Role role;
  std::string_view name, title_zh, title_en;
  bool administrator;
  std::array<bool, 8> kinds;  // of organisations in which the role is held
  std::array<bool, 27> rights;
};

constexpr std::array<bool, 27> rights(std::initializer_list<Right> list) {
  std::array<bool, 27> row{};
  for (const Right right : list) row[static_cast<size_t>(right)] = true;
  return row;
}

constexpr std::array<bool, 8> kinds(std::initializer_list<OrgKind> list) {
  std::array<bool, 8> row{};
  for (const OrgKind kind : list) row[static_cast<size_t>(kind)] = true;
  return row;
}

// A role reaches what lies below its organisation: a principal of a district would be one of all its schools.
constexpr auto kInCity = kinds({OrgKind::city, OrgKind::bureau});
constexpr auto kInDistrict = kinds({OrgKind::district});
constexpr auto kAtSchool = kinds({OrgKind::school, OrgKind::grade, OrgKind::class_, OrgKind::college});
constexpr auto kLeadsSchool = kinds({OrgKind::school, OrgKind::college});
constexpr auto kInEnterprise = kinds({OrgKind::enterprise});

// Who may do what at all. Administrators hold no business right: the system administrator runs the installation and opens and closes accounts, the
// security administrator says what an account may do and lets its owner back in, the audit administrator reads the log, and nobody is two of them. A
// city leader has figures and no rows, so neither datasets.read nor people.read.
constexpr std::array kRoles = {
    RoleRow{Role::city_officer, "city_officer", "市级管理员", "City officer", false, kInCity,
            rights({R::orgs_read,      R::orgs_manage,     R::people_read,   R::people_manage,     R::datasets_read, R::datasets_import,
                    R::datasets_edit,  R::datasets_export, R::quality_read,  R::metrics_read,      R::plan_read,     R::plan_report,
                    R::plan_supervise, R::packs_read,      R::jobs_read,     R::dashboards_manage, R::levels_manage, R::xapi_keys,
                    R::cases_handle,   R::ask_manage,      R::admission_run, R::admission_publish})},
    RoleRow{Role::city_leader, "city_leader", "市级领导", "City leader", false, kInCity,
            rights({R::orgs_read, R::quality_read, R::metrics_read, R::plan_read, R::plan_supervise, R::packs_read, R::admission_publish})},
    RoleRow{Role::district_officer, "district_officer", "区市管理员", "District officer", false, kInDistrict,
            rights({R::orgs_read, R::orgs_manage, R::people_read, R::people_manage, R::datasets_read, R::datasets_import, R::datasets_edit,
                    R::datasets_export, R::quality_read, R::metrics_read, R::plan_read, R::packs_read, R::jobs_read, R::xapi_keys, R::cases_handle})},
    RoleRow{Role::principal, "principal", "校长", "Principal", false, kLeadsSchool,
            rights({R::orgs_read, R::people_read, R::datasets_read, R::datasets_export, R::quality_read, R::metrics_read, R::plan_read, R::packs_read,
                    R::jobs_read, R::cases_handle})},
    RoleRow{Role::school_cio, "school_cio", "学校首席信息官", "School CIO", false, kLeadsSchool,
            rights({R::orgs_read, R::orgs_manage, R::people_read, R::people_manage, R::datasets_read, R::datasets_import, R::datasets_edit,
                    R::datasets_export, R::quality_read, R::metrics_read, R::plan_read, R::packs_read, R::jobs_read, R::xapi_keys, R::cases_handle})},
    RoleRow{Role::teacher, "teacher", "教师", "Teacher", false, kAtSchool,
            rights({R::orgs_read, R::people_read, R::datasets_read, R::metrics_read, R::packs_read, R::cases_handle})},
    RoleRow{Role::homeroom_teacher, "homeroom_teacher", "班主任", "Homeroom teacher", false, kAtSchool,
            rights({R::orgs_read, R::people_read, R::datasets_read, R::quality_read, R::metrics_read, R::packs_read, R::cases_handle})},
    RoleRow{Role::student, "student", "学生", "Student", false, kAtSchool, rights({R::orgs_read, R::people_read, R::datasets_read, R::cases_handle})},
    RoleRow{Role::guardian, "guardian", "监护人", "Guardian", false, kAtSchool,
            rights({R::orgs_read, R::people_read, R::datasets_read, R::cases_handle})},
    RoleRow{Role::enterprise, "enterprise", "企业用户", "Enterprise", false, kInEnterprise,
            rights({R::orgs_read, R::datasets_read, R::datasets_import, R::datasets_edit, R::jobs_read, R::cases_handle})},
    RoleRow{Role::system_admin, "system_admin", "系统管理员", "System administrator", true, kInCity,
            rights({R::orgs_read, R::packs_read, R::packs_install, R::jobs_read, R::accounts_manage, R::accounts_read, R::xapi_keys})},
    RoleRow{Role::security_admin, "security_admin", "安全管理员", "Security administrator", true, kInCity,
            rights({R::orgs_read, R::security_manage, R::accounts_read, R::levels_manage})},
    RoleRow{Role::audit_admin, "audit_admin", "审计管理员", "Audit administrator", true, kInCity, rights({R::audit_read, R::accounts_read})},
};

constexpr std::array kRights = {
    Word<R>{R::orgs_read, "orgs.read"},
    Word<R>{R::orgs_manage, "orgs.manage"},
    Word<R>{R::people_read, "people.read"},
    Word<R>{R::people_manage, "people.manage"},
    Word<R>{R::datasets_read, "datasets.read"},
    Word<R>{R::datasets_import, "datasets.import"},
    Word<R>{R::datasets_edit, "datasets.edit"},
    Word<R>{R::datasets_export, "datasets.export"},
    Word<R>{R::quality_read, "quality.read"},
    Word<R>{R::metrics_read, "metrics.read"},
    Word<R>{R::plan_read, "plan.read"},
    Word<R>{R::plan_report, "plan.report"},
    Word<R>{R::packs_read, "packs.read"},
    Word<R>{R::packs_install, "packs.install"},
    Word<R>{R::accounts_manage, "accounts.manage"},
    Word<R>{R::security_manage, "security.manage"},
    Word<R>{R::audit_read, "audit.read"},
    Word<R>{R::jobs_read, "jobs.read"},
    Word<R>{R::accounts_read, "accounts.read"},
    Word<R>{R::plan_supervise, "plan.supervise"},
    Word<R>{R::dashboards_manage, "dashboards.manage"},
    Word<R>{R::levels_manage, "levels.manage"},
    Word<R>{R::xapi_keys, "xapi.keys"},
    Word<R>{R::cases_handle, "cases.handle"},
    Word<R>{R::ask_manage, "ask.manage"},
    Word<R>{R::admission_run, "admission.run"},
    Word<R>{R::admission_publish, "admission.publish"},
};

// The tables are in the order of their enumerations, so that a look-up is an index.
template <class Table, class Get>
constexpr bool in_order(const Table& table, Get get) {
  for (size_t i = 0; i < table.size(); ++i)
    if (static_cast<size_t>(get(table[i])) != i) return false;
  return true;
}
static_assert(in_order(kRoles, [](const RoleRow& row) { return row.role; }) && kRoles.size() == 13);
static_assert(in_order(kRights, [](const Word<Right>& word) { return word.value; }) && kRights.size() == 27);
static_assert(in_order(kOrgKinds, [](const Word<OrgKind>& word) { return word.value; }) && kOrgKinds.size() == 8);

const RoleRow& row_of(Role role) { return kRoles[static_cast<size_t>(role)]; }

}  // namespace

std::string_view name_of(OrgKind kind) { return kOrgKinds[static_cast<size_t>(kind)].name; }
std::string_view name_of(Role role) { return row_of(role).name; }
std::string_view name_of(Right right) { return kRights[static_cast<size_t>(right)].name; }

std::optional<OrgKind> org_kind_of(std::string_view name) {
  const auto found = std::find_if(kOrgKinds.begin(), kOrgKinds.end(), [&](const auto& word) { return word.name == name; });
  return found == kOrgKinds.end() ? std::nullopt : std::optional(found->value);
}

std::optional<Role> role_of(std::string_view name) {
  const auto found = std::find_if(kRoles.begin(), kRoles.end(), [&](const auto& row) { return row.name == name; });
  return found == kRoles.end() ? std::nullopt : std::optional(found->role);
}

std::optional<Right> right_of(std::string_view name) {
  const auto found = std::find_if(kRights.begin(), kRights.end(), [&](const auto& word) { return word.name == name; });
  return found == kRights.end() ? std::nullopt : std::optional(found->value);
}

bool may(Role role, Right right) { return row_of(role).rights[static_cast<size_t>(right)]; }
bool may_stand_in(Role role, OrgKind kind) { return row_of(role).kinds[static_cast<size_t>(kind)]; }
bool is_administrator(Role role) { return row_of(role).administrator; }
std::pair<std::string_view, std::string_view> title_of(Role role) { return {row_of(role).title_zh, row_of(role).title_en}; }

bool Principal::has(Right right) const {
  if (internal) return true;
  if (!token_rights.empty() && std::find(token_rights.begin(), token_rights.end(), right) == token_rights.end()) return false;
  return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) { return may(grant.role, right); });
}

Principal Principal::system() {
  Principal principal;
  principal.account_name = "system";
  principal.internal = true;
  return principal;
}

std::vector<Role> all_roles() {
  std::vector<Role> out;
  for (const RoleRow& row : kRoles) out.push_back(row.role);
  return out;
}

std::vector<Right> rights_of(const Principal& principal) {
  std::vector<Right> out;
  for (const auto& word : kRights)
    if (principal.has(word.value)) out.push_back(word.value);
  return out;
}

std::vector<Right> rights_of(Role role) {
  std::vector<Right> out;
  for (const auto& word : kRights)
    if (may(role, word.value)) out.push_back(word.value);
  return out;
}

}  // namespace banmo::directory
