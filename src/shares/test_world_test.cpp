// SPDX-License-Identifier: Apache-2.0
#include "shares/test_world.h"

#include <fstream>

#include "records/migrations.h"
#include "shares/migrations.h"

namespace banmo::shares::test {
namespace {

constexpr const char* kPack = R"yaml(pack: {id: edu.marks, version: 1.0.0, engine: banmo/1, title: 成绩}
law: {purpose: 测试, basis: 测试}
datasets:
- id: mark
  title: 成绩
  title_en: Marks
  grain: [pupil]
  class: {category: 学生数据, level: L3, spi: true}
  scope: {org: school, person: pupil}
  fields:
    pupil: {type: ref, to: core.student, title: 学生, title_en: Pupil, required: true, mask: hash}
    school: {type: org, kind: school, title: 学校, title_en: School, required: true, level: L1, level_reason: 公开维度}
    points: {type: int, title: 分数, title_en: Points, level: L2, level_reason: 不指向个人}
    phone: {type: phone, title: 电话, title_en: Phone, mask: "3****4"}
    illness: {type: text, title: 病史, title_en: Illness, level: L4}
- id: street
  title: 街道
  kind: reference
  grain: [code]
  class: {category: 公共, level: L1}
  fields: {code: {type: text, title: 代码}, name: {type: text, title: 名称}}
  rows: [["1", "香港中路"], ["2", "延安三路"]]
- id: bare
  title: 无指标
  grain: [school]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields: {school: {type: org, kind: school, title: 学校, required: true}}
- id: room
  title: 教室
  grain: [school, no]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields: {school: {type: org, kind: school, title: 学校, required: true}, no: {type: int, title: 号, title_en: No}, cost: {type: int, title: 造价}}
- id: stock
  title: 库存
  grain: [school]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields: {school: {type: org, kind: school, title: 学校, required: true}, value: {type: int, title: 价值}}
- id: open_mark
  title: 公开成绩
  grain: [pupil]
  class: {category: 学生数据, level: L2}
  scope: {org: school, person: pupil}
  fields: {pupil: {type: ref, to: core.student, title: 学生, required: true}, school: {type: org, kind: school, title: 学校, required: true}}
- id: visit
  title: 来访
  grain: [no]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields: {no: {type: text, title: 编号}, st: {type: state, title: 状态}, school: {type: org, kind: school, title: 学校, required: true}}
metrics:
- {id: mark_n, title: 成绩数, agg: count, of: mark, min_cell: 5, unit: 个, definition: 有成绩的人数}
- {id: open_n, title: 公开成绩数, agg: count, of: open_mark, unit: 个, definition: 公开成绩的人数}
- {id: room_n, title: 教室数, agg: count, of: room, unit: 间, definition: 教室的间数}
- {id: room_top, title: 最大号, agg: max, of: room, expr: no, unit: 号, definition: 最大的教室号}
- {id: room_cost, title: 造价, agg: sum, of: room, expr: cost, unit: 元, definition: 教室的造价}
- {id: room_dear, title: 贵教室数, agg: count, of: room, where: cost > 100, unit: 间, definition: 造价高的教室}
- {id: room_mean, title: 平均造价, ratio: [room_cost, room_n], unit: 元, definition: 平均造价}
- {id: stock_value, title: 库存价值, agg: sum, of: stock, expr: value, unit: 元, definition: 库存的价值}
- {id: mark_mean, title: 平均分, agg: avg, of: mark, expr: points, unit: 分, definition: 平均分数, min_cell: 5}
- {id: mark_share, title: 每间教室成绩数, ratio: [mark_n, room_n], unit: 个, min_cell: 5, definition: 平均每间教室的成绩数}
flows:
- id: visiting
  title: 来访
  guide: 来访
  subject: visit
  number: "V{seq:4}"
  roles: {school: {title: 学校, who: "$user.role = 'school_cio' and $user.org = school"}}
  states: {draft: 草稿, here: 来访, done: {title: 已办, final: true}}
  moves: [{from: draft, to: here, by: [school], label: 登记}, {from: here, to: done, by: [school], label: 办结}]
)yaml";

}  // namespace

World::World(Pair which) : TestStores(which, "shares", {}) {
  must(sql::migrate(*stores.ledger, "records", records_migrations()));
  must(sql::migrate(*stores.ledger, "shares", shares_migrations()));
  directory = banmo::test::open_directory(stores, clock);
  using directory::OrgKind;
  city = banmo::test::add_org(*directory, OrgKind::city, {}, "370200", "青岛市");
  south = banmo::test::add_org(*directory, OrgKind::district, city, "370202", "南区");
  north = banmo::test::add_org(*directory, OrgKind::district, city, "370203", "北区");
  school_1 = banmo::test::add_org(*directory, OrgKind::school, south, "3702000001", "第一小学");
  school_2 = banmo::test::add_org(*directory, OrgKind::school, south, "3702000002", "第二小学");
  school_3 = banmo::test::add_org(*directory, OrgKind::school, north, "3702000003", "第三小学");
  const std::pair<const char*, directory::OrgNo> pupils[] = {{"甲", school_1}, {"乙", school_1}, {"丙", school_2}, {"丁", school_3}};
  std::string rows = "学生,学校,分数,电话,病史\n";
  int n = 0;
  for (const auto& [name, school] : pupils) {
    const std::string code = "G000" + std::to_string(++n);
    must(directory->add_person(Principal::system(), {.name = name,
                                                     .sex = "1",
                                                     .code = code,
                                                     .birth = {},
                                                     .citizen_id = {},
                                                     .id = {},
                                                     .memberships = {{school, Role::student, *Date::from_ymd(2025, 9, 1), {}}}}));
    rows += code + "," + directory->orgs()->find(school)->code + "," + std::to_string(70 + n) + ",1380000000" + std::to_string(n) + ",无\n";
  }
  cio = principal(Role::school_cio, school_1, "cio");
  head = principal(Role::principal, school_1, "head");
  cio_2 = principal(Role::school_cio, school_2, "cio_2");
  district = principal(Role::district_officer, south, "district");
  officer = principal(Role::city_officer, city, "officer");
  leader = principal(Role::city_leader, city, "leader");
  teacher = principal(Role::teacher, school_1, "teacher");
  catalogue = banmo::test::load_pack(folder, kPack);
  records::RecordsOptions options;
  options.folder = folder;
  options.field_key = crypto::Bytes(32, 7);
  records = must(records::Records::create(stores, catalogue, *directory, clock, options));
  shares = std::make_unique<Shares>(*directory, *records, Options{.seal_key = crypto::Bytes(32, 9), .n_requests_per_minute = 5});
  std::ofstream(folder + "/marks.csv", std::ios::binary) << rows;
  const auto job = must(records->import(Principal::system(), {.dataset = "mark", .file = folder + "/marks.csv", .file_name = "成绩.csv"}));
  REQUIRE(must(records->wait(Principal::system(), job.id)).n_good == 4);
}

Principal World::principal(Role role, directory::OrgNo org, const std::string& account) const {
  Principal who;
  who.account_name = account;
  who.grants = {{role, org}};
  who.held = who.grants;
  who.session = 1;
  return who;
}

Wish World::wish() const {
  return {school_1, "成绩", "学校、points", south, "api", Instant{clock.now().micros + int64_t{100} * 86'400 * 1'000'000}, "教研", 366};
}

Share World::open(const Wish& wish) {
  const Terms terms = must(shares->check(officer, wish));
  static int n = 0;
  const std::string id = Uuid::next().to_string();
  auto opening = shares->opening(terms, {id, "DS" + std::to_string(++n), "sharing"}, "officer", clock.now());
  must(stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    const auto done = connection.execute(opening.statement.first, opening.statement.second);
    return done.ok() ? Result<>() : Result<>(done.error());
  }));
  return must(shares->unscoped_of_case(id)).front();
}

void World::end(const Share& share, const std::string& by) {
  const Statement ending = shares->ending(share.of.id, by, clock.now());
  must(stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    const auto done = connection.execute(ending.first, ending.second);
    return done.ok() ? Result<>() : Result<>(done.error());
  }));
}

std::string World::page(const Access& access, records::PageRequest request) {
  const records::Page page = must(shares->rows(access, std::move(request)));
  std::string text;
  for (const records::Row& row : page.rows) {
    std::string line;
    for (size_t i = 0; i < row.values.size(); ++i) {
      const pack::Field& field = access.portion().dataset().fields[page.fields[i]];
      const directory::Org* org =
          field.type == pack::FieldType::org ? directory->orgs()->find(directory::OrgNo{sql::int_of(row.values[i])}) : nullptr;
      line += (line.empty() ? "" : "|") + (org != nullptr ? org->title : field.names_person() ? std::string("#") : sql::text_of(row.values[i]));
    }
    for (const auto& named : row.people) line += "|" + named.name.name + " " + named.name.code;
    CHECK(row.key.empty());
    text += line + "\n";
  }
  return text;
}

int64_t World::count(const std::string& statement) const {
  const auto lease = must(stores.ledger->read());
  return sql::int_of(must(lease->query(statement))[0][0]);
}

void on_each_pair(const std::function<void(World& world)>& test) { banmo::test::on_each_pair_of<World>(test); }

}  // namespace banmo::shares::test
