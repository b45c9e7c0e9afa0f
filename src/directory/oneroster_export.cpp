// SPDX-License-Identifier: Apache-2.0
// Export of a OneRoster 1.2 CSV zip in bulk mode, by streams from the ledger into files beside the zip. What import_oneroster reads from it changes
// nothing.
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "directory/flat_map.h"
#include "directory/import.h"
#include "directory/state.h"
#include "directory/zip_file.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kSources = "SELECT no, source_id FROM org WHERE source_id IS NOT NULL ORDER BY no";
// $1 today, $2 the organisation. People with a living membership at or below it.
constexpr std::string_view kPeople =
    "SELECT p.no, COALESCE(p.source_id, p.id), p.name, p.code, p.sex, p.birth, p.kind FROM person p WHERE EXISTS (SELECT 1 FROM membership m "
    "WHERE m.person_no = p.no AND m.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1) AND m.org_no IN (SELECT org_no FROM org_closure "
    "WHERE ancestor_no = $2)) ORDER BY p.no";
constexpr std::string_view kMemberships =
    "SELECT COALESCE(p.source_id, p.id), m.org_no, m.role, m.valid_from, m.valid_to FROM membership m JOIN person p ON p.no = m.person_no "
    "WHERE m.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1) AND m.org_no IN (SELECT org_no FROM org_closure WHERE ancestor_no = $2) "
    "ORDER BY m.person_no, m.org_no, m.role";
constexpr std::string_view kAgents =
    "SELECT g.ward_no, COALESCE(p.source_id, p.id) FROM guardian_link g JOIN person p ON p.no = g.guardian_no WHERE g.valid_to IS NULL ORDER BY "
    "g.ward_no, g.guardian_no";

using Cells = std::vector<std::string>;

class CsvFile {
 public:
  CsvFile(const std::string& folder, std::string name, const Cells& heading)
      : name_(std::move(name)), path_(folder + "/" + name_), out_(path_, std::ios::binary | std::ios::trunc) {
    add(heading);
  }
  void add(const Cells& cells) {
    line_.clear();
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line_ += ',';
      append_csv_cell(line_, cells[i]);
    }
    line_ += "\r\n";
    out_ << line_;
  }
  Result<std::pair<std::string, std::string>> close() {
    out_.close();
    if (!out_)
      return fail(ErrorCode::storage_full, "directory.export_not_written",
                  {"导出文件写不进去，请检查磁盘空间", "the export cannot be written: check the disk"}, name_);
    return std::pair{name_, path_};
  }

 private:
  std::string name_, path_;
  std::ofstream out_;
  std::string line_;
};

// Gone with the object: nobody's personal data stays behind.
struct Folder {
  std::string path;
  explicit Folder(std::string p) : path(std::move(p)) {
    std::error_code ignored;
    std::filesystem::create_directories(path, ignored);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

std::string_view org_type(OrgKind kind) {
  switch (kind) {
    case OrgKind::city: return "local";
    case OrgKind::district: return "district";
    case OrgKind::bureau:
    case OrgKind::enterprise: return "department";
    default: return "school";
  }
}

std::string_view role_out(Role role) {
  switch (role) {
    case Role::student: return "student";
    case Role::principal: return "principal";
    case Role::school_cio: return "siteAdministrator";
    case Role::district_officer: return "districtAdministrator";
    case Role::guardian: return "guardian";
    default: return "teacher";
  }
}

// 王小明 > 王 + 小明; Ada Lovelace > Lovelace + Ada: import joins them to the same name.
std::pair<std::string, std::string> family_and_given(const std::string& name) {
  const bool latin = !name.empty() && static_cast<unsigned char>(name.back()) < 0x80;
  const size_t blank = name.rfind(' ');
  if (latin) return blank == std::string::npos ? std::pair{std::string(), name} : std::pair{name.substr(blank + 1), name.substr(0, blank)};
  size_t end = 1;
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) ++end;
  return {name.substr(0, end), name.substr(end)};
}

bool is_small(OrgKind kind) { return kind == OrgKind::class_ || kind == OrgKind::grade; }

class Export {
 public:
  Export(const OrgTree& tree, OrgNo top, std::string folder, std::string today, bool full)
      : tree_(tree), top_(top), folder_(std::move(folder)), today_(std::move(today)), full_(full) {}

  Result<std::vector<std::pair<std::string, std::string>>> write(sql::Connection& connection) {
    const auto on_source = [&](const sql::Values& row) -> Result<> {
      sources_[sql::int_of(row[0])] = sql::text_of(row[1]);
      return {};
    };
    BANMO_DO(connection.each(kSources, {}, on_source));
    std::vector<std::pair<std::string, std::string>> files;
    BANMO_TRY(auto manifest, write_manifest());
    BANMO_TRY(auto orgs, write_orgs());
    BANMO_TRY(auto classes, write_classes());
    files = {manifest, orgs, classes};
    BANMO_DO(write_people(connection, files));
    BANMO_DO(write_memberships(connection, files));
    return files;
  }

 private:
  // The sourcedId as it came, without the word that tells organisations from classes here.
  std::string source_of(const Org& org) const {
    const auto found = sources_.find(org.no.value);
    if (found == sources_.end()) return org.id.to_string();
    const size_t colon = found->second.find(':');
    return org.kind == OrgKind::grade ? found->second : found->second.substr(colon + 1);
  }

  Result<std::pair<std::string, std::string>> write_manifest() {
    CsvFile file(folder_, "manifest.csv", {"propertyName", "value"});
    file.add({"manifest.version", "1.0"});
    file.add({"oneroster.version", "1.2"});
    for (const char* name : {"orgs", "classes", "users", "roles", "enrollments"}) file.add({std::string("file.") + name, "bulk"});
    file.add({"file.demographics", full_ ? "bulk" : "absent"});
    for (const char* name : {"academicSessions", "courses", "userProfiles", "categories", "classResources", "courseResources", "lineItems",
                             "resources", "results", "userResources"})
      file.add({std::string("file.") + name, "absent"});
    file.add({"source.systemName", "Banmo"});
    return file.close();
  }

  Result<std::pair<std::string, std::string>> write_orgs() {
    CsvFile file(folder_, "orgs.csv", {"sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId", "metadata.kind"});
    for (const OrgNo no : tree_.subtree(top_)) {
      const Org& org = *tree_.find(no);
      if (org.valid_to || is_small(org.kind)) continue;
      const Org* parent = no == top_ ? nullptr : tree_.find(org.parent);
      file.add({source_of(org), "", "", org.title, std::string(org_type(org.kind)), org.code, parent == nullptr ? "" : source_of(*parent),
                std::string(name_of(org.kind))});
    }
    return file.close();
  }

  Result<std::pair<std::string, std::string>> write_classes() {
    CsvFile file(folder_, "classes.csv",
                 {"sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classCode", "classType", "location",
                  "schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods"});
    for (const OrgNo no : tree_.subtree(top_)) {
      const Org& org = *tree_.find(no);
      if (org.valid_to || org.kind != OrgKind::class_) continue;
      const Org* grade = tree_.nearest(no, OrgKind::grade);
      const Org* school = tree_.standing(no);
      // "grade:<school>:<code>" for grades that came from a roster; others are named by their title.
      std::string code = grade == nullptr ? std::string() : source_of(*grade);
      if (grade != nullptr) code = code.starts_with("grade:") ? code.substr(code.rfind(':') + 1) : grade->title;
      file.add({source_of(org), "", "", org.title, code, "", "", "homeroom", "", school == nullptr ? "" : source_of(*school), "", "", "", ""});
    }
    return file.close();
  }

  Result<> write_people(sql::Connection& connection, std::vector<std::pair<std::string, std::string>>& files) {
    std::unordered_map<int64_t, std::string> agents;
    const auto on_agent = [&](const sql::Values& row) -> Result<> {
      std::string& list = agents[sql::int_of(row[0])];
      list += (list.empty() ? "" : ",") + sql::text_of(row[1]);
      return {};
    };
    BANMO_DO(connection.each(kAgents, {}, on_agent));
    CsvFile users(folder_, "users.csv",
                  {"sourcedId",
                   "status",
                   "dateLastModified",
                   "enabledUser",
                   "username",
                   "userIds",
                   "givenName",
                   "familyName",
                   "middleName",
                   "identifier",
                   "email",
                   "sms",
                   "phone",
                   "agentSourcedIds",
                   "grades",
                   "password",
                   "userMasterIdentifier",
                   "preferredGivenName",
                   "preferredMiddleName",
                   "preferredFamilyName",
                   "primaryOrgSourcedId",
                   "pronouns"});
    std::optional<CsvFile> demographics;
    if (full_) demographics.emplace(folder_, "demographics.csv", Cells{"sourcedId", "status", "dateLastModified", "birthDate", "sex"});
    const auto on_person = [&](const sql::Values& row) -> Result<> {
      const std::string id = sql::text_of(row[1]), sex = sql::text_of(row[4]);
      const auto [family, given] = family_and_given(sql::text_of(row[2]));
      const auto agent = agents.find(sql::int_of(row[0]));
      Cells cells(22);
      cells[0] = id;
      cells[3] = "true";
      cells[6] = given;
      cells[7] = family;
      if (full_) cells[9] = sql::text_of(row[3]);
      if (agent != agents.end()) cells[13] = agent->second;
      users.add(cells);
      if (demographics)
        demographics->add({id, "", "", sql::text_of(row[5]), sex == "1" ? "male" : sex == "2" ? "female" : sex == "9" ? "unspecified" : ""});
      return {};
    };
    BANMO_DO(connection.each(kPeople, {today_, top_.value}, on_person));
    BANMO_TRY(auto closed, users.close());
    files.push_back(closed);
    if (demographics) {
      BANMO_TRY(auto more, demographics->close());
      files.push_back(more);
    }
    return {};
  }

  Result<> write_memberships(sql::Connection& connection, std::vector<std::pair<std::string, std::string>>& files) {
    CsvFile roles(folder_, "roles.csv",
                  {"sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId",
                   "userProfileSourcedId"});
    CsvFile enrollments(
        folder_, "enrollments.csv",
        {"sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"});
    std::string last_user;
    const auto on_membership = [&](const sql::Values& row) -> Result<> {
      const std::string user = sql::text_of(row[0]), from = sql::text_of(row[3]), to = sql::text_of(row[4]);
      const Org* org = tree_.find(OrgNo{sql::int_of(row[1])});
      const auto role = role_of(sql::text_of(row[2]));
      if (org == nullptr || !role || org->kind == OrgKind::grade) return {};
      const std::string place = source_of(*org), id = user + "-" + place + "-" + std::string(name_of(*role));
      if (org->kind != OrgKind::class_) {
        roles.add({id, "", "", user, user == last_user ? "secondary" : "primary", std::string(role_out(*role)), from, to, place, ""});
        last_user = user;
        return {};
      }
      const Org* school = tree_.standing(org->no);
      const bool student = *role == Role::student;
      enrollments.add({id, "", "", place, school == nullptr ? "" : source_of(*school), user, student ? "student" : "teacher",
                       *role == Role::homeroom_teacher ? "true" : "false", from, to});
      return {};
    };
    BANMO_DO(connection.each(kMemberships, {today_, top_.value}, on_membership));
    BANMO_TRY(auto first, roles.close());
    BANMO_TRY(auto second, enrollments.close());
    files.push_back(first);
    files.push_back(second);
    return {};
  }

  const OrgTree& tree_;
  OrgNo top_;
  std::string folder_, today_;
  bool full_;
  std::unordered_map<int64_t, std::string> sources_;
};

}  // namespace

Result<> export_oneroster(const Directory& directory, const Principal& by, OrgNo org, const std::string& zip_path) {
  BANMO_DO(directory.require(by, Right::people_read, org));
  const Scope scope = directory.scope(by, Right::people_read, Subject{"org", "person", pack::Level::l2});
  const auto tree = directory.orgs();
  // A whole roster leaves only by those who see all of it: a teacher's own classes are no roster.
  if (scope.aggregates_only || !scope.covers(*tree, org)) return no_such_org();
  const Folder folder(zip_path + ".files");
  const bool full = scope.max_level >= pack::Level::l3;
  std::vector<std::pair<std::string, std::string>> files;
  {
    BANMO_TRY(const auto lease, directory.stores().ledger->read());
    Export out(*tree, org, folder.path, directory.today().to_iso(), full);
    BANMO_TRY(files, out.write(*lease));
  }
  BANMO_DO(write_zip(zip_path, files));
  const Org* top = tree->find(org);
  const sql::Change log = [&](sql::Connection& connection) -> Result<> {
    const audit::Entry entry{
        directory.clock().now(),     by.account_name, "people.export", "org", top == nullptr ? "" : top->id.to_string(), org.value,
        json::Object{{"full", full}}};
    const auto done = audit::append(connection, entry, directory.profile());
    if (!done.ok()) return done.error();
    return {};
  };
  return directory.stores().ledger->write(log);
}

}  // namespace banmo::directory
