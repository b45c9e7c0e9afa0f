// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "directory/import.h"
#include "directory/test_city.h"
#include "directory/zip_file.h"

namespace banmo::directory {

using test::City;
using test::must;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;  // name, content

std::string make_zip(const City& c, const Files& files) {
  static int n = 0;
  const std::string folder = c.folder + "/zip" + std::to_string(++n);
  std::filesystem::create_directories(folder);
  std::vector<std::pair<std::string, std::string>> packed;
  for (const auto& [name, content] : files) {
    std::ofstream(folder + "/" + name, std::ios::binary) << content;
    packed.emplace_back(name, folder + "/" + name);
  }
  must(write_zip(folder + ".zip", packed));
  return folder + ".zip";
}

Files roster() {
  return {
      {"manifest.csv",
       "propertyName,value\r\nmanifest.version,1.0\r\noneroster.version,1.2\r\nfile.orgs,bulk\r\nfile.users,bulk\r\nfile.roles,bulk\r\nfile.classes,"
       "bulk\r\n"
       "file.enrollments,bulk\r\nfile.academicSessions,bulk\r\nfile.demographics,bulk\r\nfile.courses,absent\r\n"},
      {"academicSessions.csv",
       "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\nT1,,,2026秋,term,2026-09-01,2027-01-31,,2027\n"},
      {"orgs.csv",
       "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nS1,,,实验小学,school,3137000001,D1\nC,,,青岛市,local,370200,\nD1,,,"
       "市南区,district,370202,C\n"
       "S2,,,\"海滨\"\"新\"\"小学\",school,3137000002,D1\n"},
      {"classes.csv",
       "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,"
       "subjectCodes,periods\n"
       "K1,,,六年级1班,06,,,homeroom,,S1,T1,,,\nK2,,,六年级2班,06,,,homeroom,,S1,T1,,,\nK3,,,数学选修,06,,,scheduled,,S1,T1,,,\n"},
      {"demographics.csv", "sourcedId,status,dateLastModified,birthDate,sex\nU1,,,2014-05-06,male\nU2,,,2014-07-08,female\nU3,,,1985-01-02,female\n"},
      {"users.csv",
       "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,"
       "grades,password\n"
       "U1,,,true,,,小明,王,,G001,,,,U4,06,\nU2,,,true,,,小红,李,,G002,,,,,06,\nU3,,,true,,,静,张,,T001,,,,,,\nU4,,,true,,,Ada,Lovelace,,,,,,,,\n"},
      {"roles.csv",
       "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\n"
       "R1,,,U1,primary,student,2026-09-01,,S1,\nR2,,,U2,primary,student,2026-09-01,,S1,\nR3,,,U3,primary,teacher,2020-09-01,,S1,\nR4,,,U4,primary,"
       "guardian,,,S1,\n"},
      {"enrollments.csv",
       "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"
       "E1,,,K1,S1,U1,student,,,\nE2,,,K2,S1,U2,student,,,\nE3,,,K1,S1,U3,teacher,true,,\n"},
  };
}

std::string& file_of(Files& files, const std::string& name) {
  for (auto& [file, content] : files)
    if (file == name) return content;
  FAIL("no such file");
  return files.front().second;
}

std::string told(const ImportReport& report) {
  std::string out;
  for (const BadLine& bad : report.bad)
    out += bad.file + ":" + std::to_string(bad.line) + " " + bad.field + " " + bad.rule + " | " + bad.detail.zh + "\n";
  return out;
}

ImportReport import(City& c, const std::string& zip, ImportOptions options = {}) {
  auto report = import_oneroster(*c.directory, c.system, zip, options);
  must(report);
  return std::move(report).value();
}

void on_each_empty_city(const std::function<void(City&)>& test) {
  for (const auto pair : {test::Pair::sqlite_duckdb, test::Pair::postgres_duckdb, test::Pair::postgres}) {
    if (pair != test::Pair::sqlite_duckdb && !test::postgres_wanted()) return;
    City c(pair);
    test(c);
  }
}

Scope all_of_it() {
  Scope scope;
  scope.everything = true;
  scope.max_level = pack::Level::l3;
  return scope;
}

RowSource rows_from(std::vector<std::vector<std::string>> rows) {
  auto at = std::make_shared<size_t>(0);
  return [rows = std::move(rows), at](std::vector<std::string>& cells, int64_t& line) -> Result<bool> {
    if (*at == rows.size()) return false;
    cells = rows[*at];
    line = static_cast<int64_t>(++*at);
    return true;
  };
}

}  // namespace

TEST_CASE("a OneRoster zip becomes organisations, people, memberships and guardians, and a second time changes nothing") {
  on_each_empty_city([](City& c) {
    const std::string zip = make_zip(c, roster());
    ImportOptions dry;
    dry.dry_run = true;
    const ImportReport tried = import(c, zip, dry);
    CHECK(told(tried) == "");
    CHECK(tried.files.at("users.csv").n_new == 4);
    CHECK(tried.files.at("roles.csv").n_new == 4);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM org") == 0);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM person") == 0);

    const ImportReport first = import(c, zip);
    CHECK(told(first) == "");
    CHECK(first.files.at("orgs.csv").n_new == 4);
    CHECK(first.files.at("classes.csv").n_new == 3);  // two classes and their grade
    CHECK(first.files.at("users.csv").n_new == 4);
    CHECK(first.files.at("enrollments.csv").n_new == 3);
    const auto tree = c.directory->orgs();
    const auto school = tree->resolve("3137000001", OrgKind::school);
    must(school);
    CHECK(tree->nearest((*school)->no, OrgKind::city)->title == "青岛市");
    CHECK((*tree->resolve("3137000002"))->title == "海滨\"新\"小学");
    const auto grade = tree->resolve("六年级", OrgKind::grade);
    must(grade);
    CHECK(tree->children((*grade)->no).size() == 2);
    CHECK(c.directory->counts((*school)->no).n_students == 2);
    CHECK(c.directory->counts((*school)->no).n_staff == 1);
    CHECK(c.directory->counts((*tree->resolve("六年级1班"))->no).n_students == 1);
    const auto found = c.directory->people(all_of_it(), {(*school)->no, "王", {}, {}, 10});
    must(found);
    REQUIRE(found->items.size() == 1);
    CHECK(found->items[0].name == "王小明");
    CHECK(found->items[0].code == "G001");
    CHECK(found->items[0].birth == Date::from_ymd(2014, 5, 6));
    CHECK(found->items[0].roles == std::vector<Role>{Role::student});
    CHECK(c.in_ledger("SELECT COUNT(*) FROM person WHERE name = 'Ada Lovelace'") == 1);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM guardian_link") == 1);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM membership WHERE role = 'homeroom_teacher' AND valid_from = '2026-09-01'") == 1);
    CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_person WHERE code = 'G001' AND kind = 'student' AND class_no IS NOT NULL") == 1);
    CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_org") == 7);

    const ImportReport second = import(c, zip);
    CHECK(told(second) == "");
    for (const auto& [name, counts] : second.files) {
      INFO(name);
      CHECK(counts.n_new + counts.n_changed + counts.n_ended == 0);
    }
  });
}

TEST_CASE("a delta changes, moves and ends what it names") {
  on_each_empty_city([](City& c) {
    Files files = roster();
    import(c, make_zip(c, files));
    file_of(files, "users.csv") =
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,agentSourcedIds\n"
        "U1,active,,true,,,大明,王,,G001,\nU2,tobedeleted,,true,,,小红,李,,G002,\n";
    file_of(files, "orgs.csv") =
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nS1,active,,第一实验小学,school,3137000001,D1\nS2,tobedeleted,,"
        "海滨小学,school,3137000002,D1\n";
    file_of(files, "roles.csv") =
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\nR3,tobedeleted,,U3,"
        "primary,teacher,,,S1,\n";
    file_of(files, "enrollments.csv") =
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\nE1,tobedeleted,,K1,S1,U1,"
        "student,,,\n"
        "E9,active,,K2,S1,U1,student,,2026-11-21,\n";
    const ImportReport report = import(c, make_zip(c, files));
    CHECK(told(report) == "");
    CHECK(report.files.at("users.csv").n_changed == 1);
    CHECK(report.files.at("users.csv").n_ended == 1);
    CHECK(report.files.at("roles.csv").n_ended == 1);
    CHECK(report.files.at("enrollments.csv").n_ended == 1);
    CHECK(report.files.at("enrollments.csv").n_new == 1);
    const auto tree = c.directory->orgs();
    const Org* school = *tree->resolve("3137000001");
    CHECK(school->title == "第一实验小学");
    CHECK(tree->resolve("3137000002").error().id == "directory.unknown_org");
    CHECK(c.directory->counts(school->no).n_students == 1);
    CHECK(c.directory->counts(school->no).n_staff == 0);
    const int64_t class_2 = (*tree->resolve("六年级2班"))->no.value;
    CHECK(c.in_ledger("SELECT class_no FROM person WHERE name = '王大明'") == class_2);
    CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_person WHERE name = '王大明' AND class_no = " + std::to_string(class_2)) == 1);
  });
}

TEST_CASE("bad lines are named with file, line, field and what to do; good ones are taken") {
  City c(test::Pair::sqlite_duckdb);
  Files files = roster();
  file_of(files, "orgs.csv") +=
      "S3,,,山上小学,school,3137000003,D9\nS4,,,新校,school,3137000001,D1\nS5,,,奇怪,moon,,D1\n,,,无编号,school,,D1\nL1,,,甲,district,,L2\nL2,,,乙,"
      "district,,L1\n";
  file_of(files, "users.csv") += "U1,,,true,,,又,王,,G009,,,,,,\nU8,,,true,,,,,,G010,,,,,,\nU9,,,true\n";
  file_of(files, "roles.csv") += "R8,,,U77,primary,student,,,S1,\nR9,,,U1,primary,systemAdministrator,,,S1,\nR10,,,U1,primary,student,昨天,,S1,\n";
  file_of(files, "demographics.csv") += "U4,,,31.02.1980,male\n";
  file_of(files, "orgs.csv") += std::string("S6,,,北\0小学,school,3137000009,D1\n", 37) + "S1,,,又一次,school,3137000001,\n";
  const ImportReport report = import(c, make_zip(c, files));
  const std::string text = told(report);
  for (const char* line :
       {"orgs.csv:6 parentSourcedId unknown_ref | 上级机构不存在、有误或成环，请先补上或改正上级",
        "orgs.csv:7 identifier duplicate | 同类机构中代码重复，请核对",
        "orgs.csv:8 type bad_value | 机构类型不认识，请用 district、school、department、local",
        "orgs.csv:9 sourcedId required | sourcedId 不能为空，请补上", "orgs.csv:12  bad_line | 这一行含有不可见字符 U+0000，请删去后重新保存文件",
        "orgs.csv:13 sourcedId duplicate | 同一个编号出现两次，保留第一次；请删去重复行", "users.csv:7 familyName required | 姓名不能为空，请补上",
        "users.csv:8  bad_line | 这一行有 4 列，标题有 16 列，请检查逗号和引号",
        "roles.csv:6 userSourcedId unknown_ref | users.csv 中没有这个人，请先补上",
        "roles.csv:7 role bad_value | 角色不认识或不能由文件授予（systemAdministrator 须由安全管理员授权）",
        "roles.csv:8 beginDate bad_date | 日期读不懂，请写成 2026-09-01", "demographics.csv:5 birthDate bad_date | 日期读不懂，请写成 2026-09-01"}) {
    INFO(text);
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
  }
  CHECK(report.n_bad == static_cast<int64_t>(report.bad.size()));
  CHECK(report.files.at("roles.csv").n_new == 4);
  CHECK(c.directory->orgs()->all().size() == 7);
}

TEST_CASE("what is no OneRoster 1.2 zip is refused whole, a bomb too") {
  City c(test::Pair::sqlite_duckdb);
  const auto refused = [&](const std::string& path) { return import_oneroster(*c.directory, c.system, path, {}).error().id; };
  std::ofstream(c.folder + "/x.zip") << "hello";
  CHECK(refused(c.folder + "/x.zip") == "directory.not_a_zip");
  CHECK(refused(make_zip(c, {{"a.csv", "a"}})) == "directory.no_manifest");
  CHECK(refused(make_zip(c, {{"manifest.csv", "propertyName,value\noneroster.version,1.1\n"}})) == "directory.oneroster_version");
  Files bomb = roster();
  file_of(bomb, "orgs.csv") += std::string(64u << 20, ',');
  CHECK(refused(make_zip(c, bomb)) == "directory.csv_too_large");
  file_of(bomb, "orgs.csv") = "sourcedId,name,type\n" + std::string(64u << 20, '\n');
  CHECK(refused(make_zip(c, bomb)) == "directory.zip_bomb");
  CHECK(c.in_ledger("SELECT COUNT(*) FROM org") == 0);
}

TEST_CASE("an import cannot touch what stands outside the importer's scope") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  c.add_person("外人", {c.in(c.school_c, Role::student)});
  REQUIRE(c.stores.ledger->write([](sql::Connection& l) { return l.script("UPDATE person SET source_id = 'U1'"); }).ok());
  const auto officer = c.sign_in("officer", {{Role::district_officer, c.south.no}}).principal;
  ImportOptions options;
  options.top = c.south.no;
  Files files = roster();
  file_of(files, "orgs.csv") = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nS1,,,实验小学,school,3137000001,\n" +
                               ("S9,,,我的,school," + c.school_c.code + ",\n");
  const auto report = import_oneroster(*c.directory, *officer, make_zip(c, files), options);
  must(report);
  CHECK(told(*report).find("users.csv:2 sourcedId outside_scope") != std::string::npos);
  CHECK(told(*report).find("orgs.csv:3 sourcedId outside_scope") != std::string::npos);
  CHECK(c.in_ledger("SELECT COUNT(*) FROM person WHERE name = '外人'") == 1);
  CHECK(c.directory->orgs()->find(c.school_c.no)->title == "实验小学");
  options.top = c.city.no;
  CHECK(import_oneroster(*c.directory, *officer, make_zip(c, files), options).error().id == "directory.no_such_org");
  const auto teacher = c.sign_in("teacher", {{Role::teacher, c.school_a.no}}).principal;
  CHECK(import_oneroster(*c.directory, *teacher, make_zip(c, files), options).error().id == "directory.no_right");
}

TEST_CASE("a file puts nobody outside the importer's scope, and no role where it does not belong") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const auto officer = c.sign_in("officer", {{Role::district_officer, c.south.no}}).principal;
  ImportOptions options;
  options.top = c.south.no;
  Files files = roster();
  const std::string south = c.south.id.to_string(), foreign = c.school_c.id.to_string(), foreign_class = c.class_c1.id.to_string();
  file_of(files, "orgs.csv") =
      "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nS1,,,实验小学,school,3137000001,\nS9,,,越界,school,," +
      c.north.id.to_string() + "\n";
  file_of(files, "roles.csv") +=
      "R5,,,U3,primary,principal,,," + south + ",\nR6,,,U3,primary,teacher,,," + foreign + ",\nR7,,,U3,primary,districtAdministrator,,,S1,\n";
  file_of(files, "enrollments.csv") += "E7," + std::string(",,") + foreign_class + ",S1,U3,teacher,true,,\n";
  for (const bool dry_run : {true, false}) {
    options.dry_run = dry_run;
    const auto report = import_oneroster(*c.directory, *officer, make_zip(c, files), options);
    must(report);
    CHECK(told(*report) ==
          "orgs.csv:3 parentSourcedId outside_scope | 上级机构不在您的管理范围内，未导入\n"
          "roles.csv:6 role role_does_not_fit | “校长”只能设在学校；请改正角色或单位\n"
          "roles.csv:7 orgSourcedId outside_scope | 这个机构不在您的管理范围内，未登记\n"
          "roles.csv:8 role role_does_not_fit | “区市管理员”只能设在区市；请改正角色或单位\n"
          "enrollments.csv:5 classSourcedId outside_scope | 这个机构不在您的管理范围内，未登记\n");
  }
  CHECK(c.in_ledger("SELECT COUNT(*) FROM membership WHERE org_no IN (" + std::to_string(c.south.no.value) + ", " +
                    std::to_string(c.school_c.no.value) + ", " + std::to_string(c.class_c1.no.value) + ")") == 0);
  CHECK(c.in_ledger("SELECT COUNT(*) FROM membership WHERE role = 'teacher'") == 1);
}

TEST_CASE("an export imports into an empty city as the same city") {
  on_each_empty_city([](City& c) {
    import(c, make_zip(c, roster()));
    const auto tree = c.directory->orgs();
    const std::string path = c.folder + "/out.zip";
    must(export_oneroster(*c.directory, c.system, tree->children({}).front(), path));
    CHECK_FALSE(std::filesystem::exists(path + ".files"));
    const ImportReport again = import(c, path);
    CHECK(told(again) == "");
    for (const auto& [name, counts] : again.files) {
      INFO(name);
      CHECK(counts.n_new == 0);
      if (name != "orgs.csv" && name != "classes.csv") CHECK(counts.n_changed == 0);
    }
    City other(test::Pair::sqlite_duckdb);
    CHECK(told(import(other, path)) == "");
    for (const char* statement :
         {"SELECT COUNT(*) FROM org", "SELECT COUNT(*) FROM org_closure",
          "SELECT COUNT(*) FROM person WHERE name = '王小明' AND sex = '1' AND birth = '2014-05-06'", "SELECT COUNT(*) FROM membership",
          "SELECT COUNT(*) FROM guardian_link", "SELECT COUNT(*) FROM person WHERE name = 'Ada Lovelace'"}) {
      INFO(statement);
      CHECK(c.in_ledger(statement) == other.in_ledger(statement));
    }
  });
}

TEST_CASE("an export is logged by the configured hash") {
  Options options = test::cheap_options();
  options.profile = crypto::Profile::sm;
  City c(test::Pair::sqlite_duckdb, options);
  c.build();
  must(export_oneroster(*c.directory, c.system, c.school_a.no, c.folder + "/out.zip"));
  CHECK(c.in_ledger("SELECT COUNT(*) FROM audit_entry WHERE action = 'people.export' AND algorithm = 'sm3'") == 1);
  CHECK(c.in_ledger("SELECT COUNT(*) FROM audit_entry WHERE algorithm <> 'sm3'") == 0);
}

TEST_CASE("the Chinese templates read what people write") {
  test::on_each_pair([](City& c) {
    ImportOptions options;
    options.top = c.city.no;
    const auto schools = import_template(*c.directory, c.system, Template::schools, "学校.csv",
                                         rows_from({{"*学校代码（10位）", "学校名称", "所属区市"},
                                                    {"3137000009", "新建小学", "市北区"},
                                                    {"123", "短码", "市北区"},
                                                    {"3137000010", "无区", "火星区"}}),
                                         options);
    must(schools);
    CHECK(schools->files.at("学校.csv").n_new == 1);
    CHECK(told(*schools) ==
          "学校.csv:3 学校代码 bad_value | 学校代码须为 10 位数字，请核对\n学校.csv:4 区市 unknown_ref | 没有叫“火星区”的机构，请核对代码或名称\n");
    const std::vector<std::vector<std::string>> students = {
        {"学籍号", "姓名", "性别", "出生日期", "身份证号", "学校名称", "区市", "年级", "班级", "入学日期"},
        {"G100", "赵一", "男", "2014年5月6日", std::string("37020220140506001") + text::citizen_id_check_digit("37020220140506001"), "新建小学", "",
         "六年级", "1班", "2020.9.1"},
        {"G101", "钱二", "女", "2014/7/8", "", "新建小学", "市北区", "六年级", "1班", ""},
        {"G102", "孙三", "第三", "", "", "新建小学", "", "", "", ""},
        {"G103", "李四", "女", "", std::string("37020220140506001") + (text::citizen_id_check_digit("37020220140506001") == '0' ? '1' : '0'),
         "新建小学", "", "", "", ""},
        {"G104", "周五", "", "", "", "实验小学", "", "", "", ""},
        {"G100", "重复", "男", "", "", "新建小学", "", "", "", ""},
        {"G105", "同号", "男", "", std::string("37020220140506001") + text::citizen_id_check_digit("37020220140506001"), "新建小学", "", "", "", ""}};
    for (int run = 0; run < 2; ++run) {
      const auto report = import_template(*c.directory, c.system, Template::students, "学生.csv", rows_from(students), options);
      must(report);
      CHECK(report->files.at("学生.csv").n_new == (run == 0 ? 2 : 0));
      CHECK(report->files.at("学生.csv").n_same == (run == 0 ? 0 : 2));
      CHECK(report->files.at("学生.csv#memberships").n_new == (run == 0 ? 4 : 0));
      const std::string text = told(*report);
      CHECK(text.find("学生.csv:4 性别 bad_value | 性别须为 男 或 女") != std::string::npos);
      CHECK(text.find("学生.csv:5 身份证号 bad_value") != std::string::npos);
      CHECK(text.find("学生.csv:6 学校名称 unknown_ref | “实验小学”指多个机构") != std::string::npos);
      CHECK(text.find("学生.csv:7 学籍号 duplicate") != std::string::npos);
      CHECK(text.find("学生.csv:8 身份证号 duplicate") != std::string::npos);
    }
    CHECK(c.in_ledger(
              "SELECT COUNT(*) FROM person WHERE code = 'G100' AND idno_sealed IS NOT NULL AND idno_index IS NOT NULL AND birth = '2014-05-06'") ==
          1);
    // The next file has the student in another school: the old one ends.
    const auto moved = import_template(
        *c.directory, c.system, Template::students, "转学.csv",
        rows_from({{"学籍号", "姓名", "性别", "出生日期", "学校代码"}, {"G101", "钱二", "女", "2014-07-08", c.school_b.code}}), options);
    must(moved);
    CHECK(told(*moved) == "");
    CHECK(c.in_ledger("SELECT home_no FROM person WHERE code = 'G101'") == c.school_b.no.value);
    CHECK(c.in_ledger("SELECT class_no FROM person WHERE code = 'G101'") == 0);
    CHECK(c.directory->counts(c.school_b.no).n_students == 1);
    const auto staff = import_template(*c.directory, c.system, Template::staff, "教职工.csv",
                                       rows_from({{"工号", "姓名", "学校代码", "岗位", "班主任班级"},
                                                  {"T1", "吴校长", c.school_b.code, "校长", ""},
                                                  {"T2", "郑老师", c.school_b.code, "教师", "六年级1班"}}),
                                       options);
    must(staff);
    CHECK(told(*staff) == "");
    CHECK(c.in_ledger("SELECT COUNT(*) FROM membership WHERE role = 'principal' AND org_no = " + std::to_string(c.school_b.no.value)) == 1);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM membership WHERE role = 'homeroom_teacher' AND org_no = " + std::to_string(c.class_b1.no.value)) == 1);
    const auto headless = import_template(*c.directory, c.system, Template::students, "坏.csv", rows_from({{"姓名", "学校"}, {"x", "y"}}), options);
    CHECK(told(*headless) == "坏.csv:1 学籍号 missing_column | 缺少“学籍号”这一列，整个文件未导入；请对照模板补上\n");
  });
}

TEST_CASE("a template in GB18030 is read as one in UTF-8") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const std::string text = "学校代码,学校名称,区市\r\n3137000020,\"崂山路小学\",市南区\r\n";
  std::ofstream(c.folder + "/gbk.csv", std::ios::binary) << *text::from_utf8(text, text::Encoding::gb18030);
  const auto rows = open_csv(c.folder + "/gbk.csv");
  must(rows);
  const auto report = import_template(*c.directory, c.system, Template::schools, "gbk.csv", *rows, {});
  must(report);
  CHECK(told(*report) == "");
  CHECK((*c.directory->orgs()->resolve("崂山路小学"))->code == "3137000020");
  CHECK(open_csv(c.folder + "/none.csv").error().id == "directory.empty_file");
  CHECK(template_headings(Template::schools) == std::vector<std::string>{"学校代码", "学校名称", "区市"});
}

TEST_CASE("a killed import is taken up again: chunks that stand cost nothing, the rest follows") {
  on_each_empty_city([](City& c) {
    const std::string zip = make_zip(c, roster());
    ImportOptions options;
    options.chunk_rows = 1;
    int n_chunks = 0;
    options.cancelled = [&] { return ++n_chunks > 5; };
    CHECK(import_oneroster(*c.directory, c.system, zip, options).error().id == "directory.cancelled");
    const int64_t n_before = c.in_ledger("SELECT COUNT(*) FROM person");
    CHECK(n_before > 0);
    const ImportReport rest = import(c, zip);
    CHECK(rest.files.at("users.csv").n_new == 4 - n_before);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM person") == 4);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM membership") == 7);
    CHECK(c.directory->counts((*c.directory->orgs()->resolve("3137000001"))->no).n_students == 2);
  });
}

TEST_CASE("users come in fast") {
  City c(test::Pair::sqlite_duckdb);
  constexpr int kN = 20'000;
  Files files = roster();
  std::string users = "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier\n",
              roles = "sourcedId,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId\n";
  std::string enrollments = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n";
  for (int i = 0; i < kN; ++i) {
    const std::string id = "u-" + std::to_string(i * 7919);
    users += id + ",,,true,,,小" + std::to_string(i) + ",王,,G37020020140506" + std::to_string(i) + "\n";
    roles += "r" + id + "," + id + ",primary,student,2026-09-01,,S1\n";
    enrollments += "e" + id + ",K1,S1," + id + ",student,,2026-09-01,\n";
  }
  file_of(files, "users.csv") = users;
  file_of(files, "roles.csv") = roles;
  file_of(files, "enrollments.csv") = enrollments;
  const std::string zip = make_zip(c, files);
  for (int run = 0; run < 2; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const ImportReport report = import(c, zip);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    CHECK(report.n_bad == 0);
    CHECK(report.files.at("users.csv").n_new == (run == 0 ? kN : 0));
    std::printf("OneRoster import, %s: %.0f users/s with role and enrollment each\n", run == 0 ? "new" : "the same again", kN / seconds);
  }
}

}  // namespace banmo::directory
