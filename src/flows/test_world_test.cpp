// SPDX-License-Identifier: Apache-2.0
#include "flows/test_world.h"

#include "flows/migrations.h"
#include "records/migrations.h"
#include "shares/migrations.h"

namespace banmo::flows::test {

const char* const kPack = R"yaml(pack: {id: edu.loans, version: 1.0.0, engine: banmo/1, title: 借款}
law: {purpose: 测试, basis: 测试}
codes:
  use: {title: 用途, values: {books: 图书, sport: 体育}}
datasets:
- id: loan_case
  title: 借款
  grain: [no]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields:
    no: {type: text, title: 编号}
    st: {type: state, title: 状态}
    school: {type: org, kind: school, title: 学校, required: true}
    district: {type: org, kind: district, title: 区市}
    use: {type: code, list: use, title: 用途, required: true}
    amount: {type: int, min: 1, title: 金额, title_en: Amount, required: true}
    account: {type: text, title: 账号, enc: true, level: L3}
    opinion: {type: text, title: 意见, title_en: Opinion}
    fixes: {type: int, default: 0, title: 补正次数}
    granted_at: {type: datetime, title: 批准时间}
  quality:
  - {id: sport_small, sev: error, expr: "use <> 'sport' or amount < 90000", title: 体育借款须少于九万元, title_en: A loan for sport is below 90000}
- id: leave_case
  title: 请假
  grain: [no]
  class: {category: 学生数据, level: L3, spi: true}
  scope: {org: school, person: student}
  fields:
    no: {type: text, title: 编号}
    st: {type: state, title: 状态}
    student: {type: ref, to: core.student, title: 学生, required: true, mask: hash}
    school: {type: org, kind: school, title: 学校, required: true}
    reason: {type: text, title: 事由, level: L4}
- id: day
  title: 日历
  kind: reference
  grain: [day]
  class: {category: 公共, level: L1}
  fields: {day: {type: date, title: 日}, working: {type: bool, title: 上班}}
  rows: [["2026-09-25", 0], ["2026-09-26", 0], ["2026-09-27", 0], ["2026-09-28", 1], ["2026-10-10", 1]]
flows:
- id: leave
  title: 请假
  title_en: Leave
  guide: 学生请假
  subject: leave_case
  number: "Q{seq:4}"
  roles:
    family: {title: 监护人, title_en: Guardian, who: "$user.role = 'guardian' and $user.ward = student"}
    pupil: {title: 学生本人, title_en: Pupil, who: "$user.role = 'student' and $user.person = student"}
    school: {title: 学校, title_en: School, who: "$user.role = 'school_cio' and $user.org = school"}
  states: {draft: {title: 草稿, form: [school, reason]}, asked: 待准假, done: {title: 已准假, final: true}}
  moves:
  - {id: ask, from: draft, to: asked, by: [family, pupil], label: 申请, label_en: Ask}
  - {from: asked, to: done, by: [school], label: 准假, label_en: Allow}
- id: loan
  title: 借款申请
  title_en: Loans
  guide: 学校向市里借款
  subject: loan_case
  number: "L{year}-{seq:6}"
  calendar: day
  fill: {district: "org_above(school, 'district')"}
  roles:
    school: {title: 学校, title_en: School, who: "$user.role in ('school_cio', 'principal') and $user.org = school"}
    district: {title: 区市, title_en: District, who: "$user.role = 'district_officer' and within(school, $user.org)"}
    city: {title: 市局, title_en: City, who: "$user.role = 'city_officer'"}
  states:
    draft: {title: 草稿, title_en: Draft, form: [{f: use, required: true}, {f: amount, required: true}, account]}
    sorting: {title: 分办, title_en: Sorting}
    check: {title: 待初审, title_en: Check}
    fix: {title: 待补正, title_en: Mend, form: [amount, account]}
    decide: {title: 待审批, title_en: Decide}
    granted: {title: 已批准, title_en: Granted, final: true}
    refused: {title: 不予批准, title_en: Refused, final: true}
    withdrawn: {title: 已撤回, title_en: Withdrawn, final: true}
  moves:
  - {from: [draft, fix], to: sorting, id: send, by: [school], label: 提交, label_en: Send, guard: "amount < 1000000", refusal: 金额须少于一百万元, refusal_en: The amount must be below a million}
  - {from: sorting, to: granted, auto: true, label: 小额免审, guard: "amount <= 500 and use = 'books'", then: [{set: granted_at, value: now()}]}
  - {from: sorting, to: check, auto: true, label: 转初审}
  - {from: check, to: decide, by: [district], label: 初审通过, label_en: Pass, form: [{f: opinion, required: true}]}
  - {from: check, to: fix, by: [district], label: 退回补正, label_en: Send back, note: required, guard: "fixes < 1", refusal: 只能退回一次, refusal_en: A case is sent back once, then: [{set: fixes, value: fixes + 1}]}
  - {from: decide, to: granted, by: [city, district], label: 批准, label_en: Grant, four_eyes: true, then: [{set: granted_at, value: now()}]}
  - {from: decide, to: refused, by: [city], label: 不予批准, label_en: Refuse, note: required}
  - {from: [draft, check, fix, decide], to: withdrawn, by: [school], label: 撤回, label_en: Withdraw}
  deadlines:
  - {state: check, within: 3wd, late: escalate(city), remind: 1wd, lamp: [yellow 2wd, red 1wd]}
  - {state: fix, within: 2d, late: goto(withdrawn)}
  - {state: decide, within: 24h}
)yaml";

World::World(Pair which, std::string where) : TestStores(which, "flows", std::move(where)) {
  must(sql::migrate(*stores.ledger, "records", records_migrations()));
  must(sql::migrate(*stores.ledger, "shares", shares_migrations()));
  must(sql::migrate(*stores.ledger, "flows", flows_migrations()));
  directory = banmo::test::open_directory(stores, clock);
  using directory::OrgKind;
  const auto org = [&](OrgKind kind, directory::OrgNo parent, const std::string& code, const std::string& title) {
    const directory::Org* known = directory->orgs()->by_code(kind, code);
    return known != nullptr ? known->no : banmo::test::add_org(*directory, kind, parent, code, title);
  };
  city = org(OrgKind::city, {}, "370200", "青岛市");
  south = org(OrgKind::district, city, "370202", "市南区");
  north = org(OrgKind::district, city, "370203", "市北区");
  school_1 = org(OrgKind::school, south, "3702000001", "第一小学");
  school_2 = org(OrgKind::school, south, "3702000002", "第二小学");
  school_3 = org(OrgKind::school, north, "3702000003", "第三小学");
  cio = principal(Role::school_cio, school_1, "cio");
  cio_2 = principal(Role::school_cio, school_2, "cio_2");
  district = principal(Role::district_officer, south, "district");
  district_b = principal(Role::district_officer, south, "district_b");
  north_district = principal(Role::district_officer, north, "north_district");
  officer = principal(Role::city_officer, city, "officer");
  officer_b = principal(Role::city_officer, city, "officer_b");
  teacher = principal(Role::teacher, school_1, "teacher");
  auditor = principal(Role::audit_admin, city, "auditor");
  open();
}

void World::open(const std::string& text) {
  close();
  catalogue = banmo::test::load_pack(folder, text.empty() ? kPack : text.c_str());
  if (!directory) directory = banmo::test::open_directory(stores, clock);
  records::RecordsOptions options;
  options.folder = folder;
  options.field_key = crypto::Bytes(32, 7);
  records = must(records::Records::create(stores, catalogue, *directory, clock, options));
  shares = std::make_unique<shares::Shares>(*directory, *records, shares::Options{.seal_key = flow_options.seal_key});
  flow_options.shares = shares.get();
  flows = must(Flows::create(stores, catalogue, *directory, *records, clock, flow_options));
}

void World::close() {
  flows.reset();
  shares.reset();
  records.reset();
}

Principal World::principal(Role role, directory::OrgNo org, const std::string& account) const {
  Principal who;
  who.account_name = account;
  who.grants = {{role, org}};
  who.held = who.grants;
  return who;
}

Case World::sent(int64_t amount, const Principal& by) {
  const Case opened = must(flows->open(by, "loan", {{"use", "books"}, {"amount", amount}}));
  return must(move(by, opened, "send"));
}

Result<Case> World::move(const Principal& who, const Case& one, const std::string& move, json::Object values, const std::string& note) {
  return flows->move(who, one.head.id.to_string(), {one.head.seq, move, std::move(values), note});
}

std::string World::in_warehouse(const std::string& key) {
  must(records->flush());
  const auto lease = must(stores.warehouse->read());
  const auto rows = must(lease->query("SELECT st, amount FROM ds_loan_case WHERE no = $1", {key}));
  return rows.empty() ? std::string() : sql::text_of(rows[0][0]) + "|" + sql::text_of(rows[0][1]);
}

int64_t World::count(const std::string& statement) const {
  const auto lease = must(stores.ledger->read());
  return sql::int_of(must(lease->query(statement))[0][0]);
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = kPack;
  const size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

void on_each_pair(const std::function<void(World& world)>& test) { banmo::test::on_each_pair_of<World>(test); }

}  // namespace banmo::flows::test
