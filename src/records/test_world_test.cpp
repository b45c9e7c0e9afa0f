// SPDX-License-Identifier: Apache-2.0
#include "records/test_world.h"

#include <fstream>

namespace banmo::records::test {
namespace {

constexpr const char* kPack = R"yaml(pack: {id: edu.fit, version: 1.0.0, engine: banmo/1, title: 体质}
law: {purpose: 测试, basis: 测试}
codes:
  item: {title: 项目, values: {bmi: 体重指数, vc: 肺活量, run50: 50米跑, reach: 坐位体前屈, rope: 一分钟跳绳}}
  stage: {title: 学段, values: {p12: 小学一二年级, p34: 小学三四年级}}
  sex: {title: 性别, values: {"1": 男, "2": 女}}
datasets:
- id: fitness_raw
  title: 体测原始成绩
  grain: [school_year, student_id, item]
  class: {category: 学生数据/体质健康, level: L3, spi: true}
  scope: {org: school_id, person: student_id}
  period: {by: school_year}
  fields:
    school_year: {type: year, title: 学年, required: true, level: L1, level_reason: 公开维度}
    student_id: {type: ref, to: core.student, title: 学生, required: true, mask: hash}
    school_id: {type: org, kind: school, title: 学校, required: true, syn: [校], level: L1, level_reason: 公开维度}
    stage: {type: code, list: stage, title: 学段, required: true, level: L1, level_reason: 公开维度}
    grade: {type: int, min: 1, max: 12, title: 年级, level: L1, level_reason: 公开维度}
    sex: {type: code, list: sex, title: 性别, syn: [男女]}
    item: {type: code, list: item, title: 项目, required: true, syn: [测试项], level: L1, level_reason: 公开维度}
    raw: {type: decimal, scale: 2, title: 实测值}
    exempt: {type: bool, default: 0, title: 免测, level: L1, level_reason: 公开维度}
    tested_on: {type: date, title: 测试日期}
  quality:
  - {id: raw_present, sev: error, expr: "exempt = 1 or raw is not null", title: 未免测须有成绩}
  - {id: raw_range, sev: error, expr: "raw is null or case item when 'bmi' then raw between 8 and 60 when 'vc' then raw between 300 and 9999 else raw >= -30 end", title: 实测值越界}
  - {id: in_window, sev: warn, expr: "tested_on is null or tested_on between sy_start(school_year) and sy_end(school_year)", title: 日期不在学年内}
  - {id: few, sev: warn, set: "select school_id from fitness_raw group by school_id having count(*) < 2", max_rows: 0, title: 学校数据过少}
- id: fitness_weight
  kind: reference
  title: 项目权重
  class: {category: 标准, level: L1}
  grain: [item]
  fields: {item: {type: code, list: item, title: 项目}, weight: {type: int, title: 权重}}
  rows: [[bmi, 15], [vc, 15], [run50, 20], [reach, 30], [rope, 20]]
- id: fitness_year
  title: 学年总分
  kind: derived
  class: {category: 学生数据/体质健康, level: L3, spi: true}
  grain: [school_year, student_id]
  scope: {org: school_id, person: student_id}
  fields: {total: {type: decimal, scale: 1, title: 总分}}
  sql: >
    select r.school_year, r.student_id, r.school_id, sum(r.raw * w.weight) as total
    from fitness_raw r join fitness_weight w on w.item = r.item
    where r.exempt = 0 group by r.school_year, r.student_id, r.school_id
- id: contact
  title: 联系人
  grain: [school_id, phone]
  class: {category: 个人信息, level: L3, spi: true}
  scope: {org: school_id}
  fields:
    school_id: {type: org, kind: school, title: 学校, required: true}
    phone: {type: phone, title: 电话, required: true}
    idno: {type: idno, title: 身份证号, enc: true, index: true, level: L4, mask: "3****4"}
    name: {type: text, title: 姓名, max: 20}
)yaml";

}  // namespace

PageRequest where(std::string field, FilterOp op, std::string value) {
  PageRequest request;
  request.filters.push_back({std::move(field), op, {std::move(value)}});
  return request;
}

World::World(Pair which, std::string where, std::vector<std::string> packs)
    : TestStores(which, "records", std::move(where)),
      catalogue(packs.empty() ? banmo::test::load_pack(folder, kPack) : banmo::test::load_packs(packs)) {
  directory = banmo::test::open_directory(stores, clock);
  using directory::OrgKind;
  if (directory->orgs()->all().empty()) {
    city = banmo::test::add_org(*directory, OrgKind::city, {}, "3702", "青岛市");
    south = banmo::test::add_org(*directory, OrgKind::district, city, "370202", "市南区");
    north = banmo::test::add_org(*directory, OrgKind::district, city, "370203", "市北区");
    school_1 = banmo::test::add_org(*directory, OrgKind::school, south, "3702000001", "第一小学");
    school_2 = banmo::test::add_org(*directory, OrgKind::school, south, "3702000002", "第二小学");
    school_3 = banmo::test::add_org(*directory, OrgKind::school, north, "3702000003", "第三小学");
    for (int i = 1; i <= 20; ++i) {
      const std::string code = "G00" + std::string(i < 10 ? "0" : "") + std::to_string(i);
      must(directory->add_person(system,
                                 {.name = "学生" + std::to_string(i),
                                  .sex = "1",
                                  .code = code,
                                  .birth = {},
                                  .citizen_id = {},
                                  .id = {},
                                  .memberships = {{i % 2 == 1 ? school_1 : school_2, directory::Role::student, *Date::from_ymd(2025, 9, 1), {}}}}));
    }
  }
  const auto tree = directory->orgs();
  const auto find = [&](OrgKind kind, const char* code) { return tree->by_code(kind, code)->no; };
  city = find(OrgKind::city, "3702");
  south = find(OrgKind::district, "370202");
  north = find(OrgKind::district, "370203");
  school_1 = find(OrgKind::school, "3702000001");
  school_2 = find(OrgKind::school, "3702000002");
  school_3 = find(OrgKind::school, "3702000003");
  open();
}

void World::open() {
  RecordsOptions options;
  options.folder = folder + "/uploads";
  options.field_key.assign(32, 7);
  options.memory_limit_mb = 500;
  options.chunk_rows = chunk_rows;
  records = must(Records::create(stores, catalogue, *directory, clock, options));
}

void World::close() { records.reset(); }

std::string World::write_file(const std::string& name, const std::string& text) const {
  const std::string path = folder + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

Job World::import_file(const std::string& dataset, const std::string& path, bool dry_run, const std::string& name) {
  const Job job = must(records->import(system, {.dataset = dataset, .file = path, .file_name = name, .dry_run = dry_run}));
  return must(records->wait(system, job.id));
}

Job World::import(const std::string& dataset, const std::string& text, bool dry_run, const std::string& name) {
  return import_file(dataset, write_file("upload.csv", text), dry_run, name);
}

std::vector<BadRow> World::bad(const std::string& dataset, const Job& job) {
  REQUIRE(job.batch);
  return must(records->bad_rows(system, dataset, job.batch->to_string(), 1000, -1));
}

int64_t World::count(const std::string& statement) const {
  const auto lease = must(stores.warehouse->read());
  return sql::int_of(must(lease->query(statement))[0][0]);
}

Principal World::principal(directory::Role role, directory::OrgNo org, const std::string& account) const {
  Principal who;
  who.account = {static_cast<int64_t>(std::hash<std::string>{}(account) >> 2)};
  who.account_name = account;
  who.grants = {{role, org}};
  return who;
}

std::string World::rows_text(const Principal& who, const std::string& dataset, const PageRequest& request) {
  const Page page = must(records->rows(who, dataset, request));
  std::string text;
  for (const auto& row : page.rows) {
    std::string line;
    for (const auto& value : row.values) line += (line.empty() ? "" : "|") + sql::text_of(value);
    text += line + "\n";
  }
  return text;
}

void on_each_pair(const std::function<void(World& world)>& test) { banmo::test::on_each_pair_of<World>(test); }

}  // namespace banmo::records::test
