// SPDX-License-Identifier: Apache-2.0
#include "metrics/test_world.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "metrics/migrations.h"
#include "records/migrations.h"

namespace banmo::metrics::test {
namespace {

constexpr const char* kPack = R"yaml(pack: {id: edu.loan, version: 1.0.0, engine: banmo/1, title: 图书}
law: {purpose: 测试, basis: 测试}
codes:
  kind: {title: 类别, values: {lit: 文学, sci: 科学, art: 艺术}}
  sex: {title: 性别, values: {"1": 男, "2": 女}}
datasets:
- id: loan
  title: 借阅
  grain: [loan_no]
  class: {category: 图书, level: L1}
  scope: {org: school_id}
  period: {by: lent_on}
  fields:
    loan_no: {type: int, title: 流水号, required: true}
    school_id: {type: org, kind: school, title: 学校, required: true}
    lent_on: {type: date, title: 日期}
    kind: {type: code, list: kind, title: 类别}
    grade: {type: int, title: 年级}
    late: {type: bool, title: 逾期}
    pages: {type: decimal, scale: 2, title: 页数}
- id: shelf
  title: 馆藏
  grain: [school_year, school_id, kind]
  class: {category: 图书, level: L1}
  scope: {org: school_id}
  period: {by: school_year}
  fields:
    school_year: {type: year, title: 学年, required: true}
    school_id: {type: org, kind: school, title: 学校, required: true}
    kind: {type: code, list: kind, title: 类别, required: true}
    n_books: {type: int, title: 册数}
- id: count
  title: 盘点
  grain: [counted_on, school_id]
  class: {category: 图书, level: L1}
  scope: {org: school_id}
  period: {by: counted_on}
  fields:
    counted_on: {type: date, title: 盘点日期, required: true}
    school_id: {type: org, kind: school, title: 学校, required: true}
    n_books: {type: int, title: 册数}
- id: health
  title: 体检
  grain: [school_year, pupil]
  class: {category: 学生数据, level: L4, spi: true}
  scope: {org: school_id}
  period: {by: school_year}
  fields:
    school_year: {type: year, title: 学年, required: true}
    pupil: {type: int, title: 编号, required: true}
    school_id: {type: org, kind: school, title: 学校, required: true}
    grade: {type: int, title: 年级}
    sex: {type: code, list: sex, title: 性别}
    kind: {type: code, list: kind, title: 社团}
    height: {type: decimal, scale: 1, title: 身高}
- id: visit
  title: 问诊
  grain: [school_year, visit_no]
  class: {category: 学生数据, level: L3, spi: true}
  scope: {org: school_id}
  period: {by: school_year}
  fields:
    school_year: {type: year, title: 学年, required: true}
    visit_no: {type: int, title: 编号, required: true}
    school_id: {type: org, kind: school, title: 学校, required: true}
    grade: {type: int, title: 年级}
    kind: {type: code, list: kind, title: 社团}
    height: {type: decimal, scale: 1, title: 身高}
- id: badge
  title: 徽章
  grain: [badge_no]
  class: {category: 图书, level: L2}
  fields: {badge_no: {type: int, title: 徽章号, required: true}}
metrics:
- {id: badges, title: 徽章数, agg: count, of: badge, unit: 枚, min_cell: 10, definition: 徽章数。}
- {id: loan_n, title: 借阅次数, agg: count, of: loan, unit: 次, definition: 借阅次数。}
- {id: late_n, title: 逾期次数, agg: count, of: loan, where: late = true, unit: 次, definition: 逾期次数。}
- {id: late_rate, title: 逾期率, ratio: [late_n, loan_n], unit: "%", better: down, definition: 逾期次数占借阅次数。}
- {id: pages_sum, title: 页数, agg: sum, of: loan, expr: pages, unit: 页, definition: 页数之和。}
- {id: pages_avg, title: 平均页数, agg: avg, of: loan, expr: pages, unit: 页, definition: 平均页数。}
- {id: pages_min, title: 最少页数, agg: min, of: loan, expr: pages, unit: 页, definition: 最少页数。}
- {id: pages_max, title: 最多页数, agg: max, of: loan, expr: pages, unit: 页, definition: 最多页数。}
- {id: loan_kinds, title: 类别数, agg: count_distinct, of: loan, expr: kind, unit: 种, definition: 不同类别。}
- {id: late_rise, title: 逾期率环比, derived: "late_rate - prior(late_rate, 1, lent_on)", unit: 个百分点, definition: 比上一期。}
- {id: books, title: 册数, agg: sum, of: shelf, expr: n_books, stock: true, unit: 册, definition: 学年的册数。}
- {id: books_growth, title: 增长, derived: "(books - prior(books, 1, school_year)) / nullif(prior(books, 1, school_year), 0) * 100", unit: "%", definition: 增长。}
- {id: counted, title: 盘点册数, agg: sum, of: count, expr: n_books, stock: true, unit: 册, definition: 盘点所得册数。}
- {id: people, title: 人数, agg: count, of: health, unit: 人, min_cell: 10, definition: 人数。}
- {id: visits, title: 问诊数, agg: count, of: visit, unit: 人, min_cell: 10, definition: 问诊数。}
- {id: visit_height, title: 问诊身高, agg: avg, of: visit, expr: height, unit: cm, min_cell: 10, definition: 问诊者平均身高。}
- {id: height_avg, title: 平均身高, agg: avg, of: health, expr: height, unit: cm, min_cell: 10, definition: 平均身高。}
dimensions:
  lent_on: {syn: [日期]}
  kind: {syn: [类]}
  grade: {syn: [级]}
  sex: {syn: [男女]}
  late: {syn: [逾期否]}
  school_year: {syn: [学年度]}
  school_id: {rollup: [school, district, city]}
)yaml";

constexpr std::pair<const char*, const char*> kHeadings[] = {
    {"loan", "流水号,学校,日期,类别,年级,逾期,页数\n"}, {"shelf", "学年,学校,类别,册数\n"},           {"count", "盘点日期,学校,册数\n"},
    {"health", "学年,编号,学校,年级,性别,社团,身高\n"}, {"visit", "学年,编号,学校,年级,社团,身高\n"}, {"badge", "徽章号\n"}};

}  // namespace

World::World(Pair which) : TestStores(which, "metrics", {}), catalogue(banmo::test::load_pack(folder, kPack)) {
  must(sql::migrate(*stores.ledger, "records", records_migrations()));
  must(sql::migrate(*stores.ledger, "metrics", metrics_migrations()));
  directory = banmo::test::open_directory(stores, clock);
  const auto add = [&](directory::OrgKind kind, directory::OrgNo parent, const std::string& code, const std::string& title) {
    return banmo::test::add_org(*directory, kind, parent, code, title);
  };
  city = add(directory::OrgKind::city, {}, "3702", "青岛市");
  south = add(directory::OrgKind::district, city, "370202", "南区");
  north = add(directory::OrgKind::district, city, "370203", "北区");
  for (int i = 1; i <= 4; ++i) schools.push_back(add(directory::OrgKind::school, i <= 2 ? south : north, code_of(i), "学校" + std::to_string(i)));
  open();
}

void World::open() {
  metrics.reset();
  records.reset();
  records::RecordsOptions options;
  options.folder = folder + "/uploads";
  options.field_key.assign(32, 7);
  options.memory_limit_mb = 500;
  records = must(records::Records::create(stores, catalogue, *directory, clock, options));
  metrics = must(Metrics::create(stores, catalogue, *directory, *records, clock));
}

void World::import(const std::string& dataset, const std::string& rows) {
  const auto* const heading =
      std::find_if(std::begin(kHeadings), std::end(kHeadings), [&](const auto& candidate) { return dataset == candidate.first; });
  const std::string path = folder + "/upload.csv";
  std::ofstream(path, std::ios::binary) << heading->second << rows;
  const auto job = must(records->import(system, {.dataset = dataset, .file = path, .file_name = "表.csv", .dry_run = false}));
  const auto done = must(records->wait(system, job.id));
  REQUIRE_MESSAGE(!done.error, done.error->to_string());
  REQUIRE(done.n_bad == 0);
}

std::string World::code_of(int school) const { return "370200000" + std::to_string(school); }

QueryResult World::ask(const Principal& who, const Query& query) {
  must(metrics->settle());
  return must(metrics->query(who, query));
}

std::string World::text(const Principal& who, const Query& query) { return text_of(ask(who, query)); }

Principal World::principal(directory::Role role, directory::OrgNo org) const {
  Principal who;
  who.account = {static_cast<int64_t>(role) + 1};
  who.account_name = std::string(directory::name_of(role));
  who.grants = {{role, org}};
  return who;
}

std::string text_of(const Cell& cell) {
  if (const auto* whole = std::get_if<int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* org = std::get_if<OrgCell>(&cell)) return org->title;
  if (const auto* code = std::get_if<CodeCell>(&cell)) return code->code;
  if (const auto* number = std::get_if<double>(&cell)) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", *number);
    return buffer;
  }
  return "-";
}

std::string text_of(const QueryResult& result) {
  const std::set<std::pair<int, int>> withheld(result.suppressed.begin(), result.suppressed.end());
  std::string text;
  for (size_t c = 0; c < result.columns.size(); ++c) text += (c == 0 ? "" : "|") + result.columns[c].id;
  for (size_t r = 0; r < result.rows.size(); ++r)
    for (size_t c = 0; c < result.rows[r].size(); ++c)
      text += (c == 0 ? "\n" : "|") + (withheld.contains({static_cast<int>(r), static_cast<int>(c)}) ? std::string("x") : text_of(result.rows[r][c]));
  return text;
}

void on_each_pair(const std::function<void(World& world)>& test) { banmo::test::on_each_pair_of<World>(test); }

}  // namespace banmo::metrics::test
