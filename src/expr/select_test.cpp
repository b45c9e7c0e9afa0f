// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "expr/engines_test.h"
#include "expr/expr.h"

namespace banmo::expr {
namespace {

const std::vector<Table> kTables = {
    {"fitness_raw",
     {{"school_year", Type::integer},
      {"student_id", Type::text},
      {"school_id", Type::text},
      {"stage", Type::text},
      {"grade", Type::integer},
      {"sex", Type::text},
      {"item", Type::text},
      {"raw", Type::decimal},
      {"exempt", Type::boolean},
      {"tested_on", Type::date}}},
    {"fitness_band",
     {{"grade", Type::integer}, {"sex", Type::text}, {"item", Type::text}, {"lo", Type::decimal}, {"hi", Type::decimal}, {"score", Type::integer}}},
    {"fitness_weight", {{"stage", Type::text}, {"sex", Type::text}, {"item", Type::text}, {"weight", Type::integer}}},
    {"enrol_app", {{"year", Type::integer}, {"child_id", Type::text}, {"state", Type::text}}},
};

constexpr std::string_view kFitnessYear = R"(
    select r.school_year, r.student_id, r.school_id, r.stage, r.grade, r.sex,
           round(sum(b.score * w.weight) / 100.0, 1) as total,
           case when sum(b.score * w.weight) >= 9000 then '1' when sum(b.score * w.weight) >= 8000 then '2'
                when sum(b.score * w.weight) >= 6000 then '3' else '4' end as lvl,
           max(case when r.item = 'bmi' and b.score < 100 then 1 else 0 end) as bmi_flag
    from fitness_raw r join fitness_weight w on w.stage = r.stage and w.sex = r.sex and w.item = r.item
    join fitness_band b on b.grade = r.grade and b.sex = r.sex and b.item = r.item and r.raw >= b.lo and r.raw < b.hi
    where r.exempt = 0 group by r.school_year, r.student_id, r.school_id, r.stage, r.grade, r.sex)";

std::string findings(std::string_view text, std::string_view where = {}) {
  const auto select = Select::compile(text, kTables, {}, where);
  if (select.ok()) return "";
  std::string all;
  for (const Error& detail : select.error().details) all += (all.empty() ? "" : "\n") + detail.where + " " + detail.id + ": " + detail.message.en;
  return all;
}

std::string printed(std::string_view text, sql::Dialect dialect) {
  const auto select = Select::compile(text, kTables, {});
  if (!select.ok()) return select.error().to_string();
  return *select->print({dialect, {}, {}}, [](const std::string& table) { return sql::quote_identifier(table); });
}

using Sources = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("a derived dataset is known column by column") {
  const auto select = Select::compile(kFitnessYear, kTables, {});
  REQUIRE_MESSAGE(select.ok(), (select.ok() ? "" : select.error().to_string()));
  const auto& columns = select->columns();
  REQUIRE(columns.size() == 9);
  CHECK(columns[0].name == "school_year");
  CHECK(columns[0].type == Type::integer);
  CHECK(columns[0].sources == Sources{{"fitness_raw", "school_year"}});
  CHECK(columns[6].name == "total");
  CHECK(columns[6].type == Type::decimal);
  CHECK(columns[6].sources == Sources{{"fitness_band", "score"}, {"fitness_weight", "weight"}});
  CHECK(columns[7].type == Type::text);
  CHECK(columns[8].type == Type::integer);
  CHECK(columns[8].sources == Sources{{"fitness_band", "score"}, {"fitness_raw", "item"}});
  CHECK(select->tables() == std::vector<std::string>{"fitness_raw", "fitness_weight", "fitness_band"});
  const auto reads = [&](const char* table, const char* field) {
    return std::count(select->fields().begin(), select->fields().end(), std::pair<std::string, std::string>{table, field}) == 1;
  };
  CHECK(reads("fitness_raw", "exempt"));
  CHECK(reads("fitness_band", "hi"));
  CHECK_FALSE(reads("fitness_raw", "tested_on"));
}

TEST_CASE("the fitness total of two items comes out alike on every engine") {
  testing::Engines engines;
  const std::string p12 = "p12", bmi = "bmi", vc = "vc", one = "1";
  const Date day = *Date::parse_iso("2025-10-10");
  engines.make_table("fitness_raw", kTables[0].fields,
                     {{int64_t{2025}, std::string("k1"), std::string("s1"), p12, int64_t{1}, one, bmi, 15.0, false, day},
                      {int64_t{2025}, std::string("k1"), std::string("s1"), p12, int64_t{1}, one, vc, 1500.0, false, day},
                      {int64_t{2025}, std::string("k2"), std::string("s1"), p12, int64_t{1}, one, vc, 1599.99, true, day}});
  engines.make_table("fitness_band", kTables[1].fields,
                     {{int64_t{1}, one, bmi, 13.5, 18.2, int64_t{100}}, {int64_t{1}, one, vc, 1500.0, 1600.0, int64_t{90}}});
  engines.make_table("fitness_weight", kTables[2].fields, {{p12, one, bmi, int64_t{15}}, {p12, one, vc, int64_t{15}}});
  const auto select = Select::compile(kFitnessYear, kTables, {});
  REQUIRE(select.ok());
  for (testing::Engine& engine : engines.all) {
    CAPTURE(engine.name);
    auto lease = engine.database->read();
    REQUIRE(lease.ok());
    const auto rows =
        (*lease)->query(*select->print({engine.database->dialect(), {}, {}}, [](const std::string& table) { return sql::quote_identifier(table); }));
    REQUIRE_MESSAGE(rows.ok(), (rows.ok() ? "" : rows.error().cause));
    REQUIRE(rows->size() == 1);
    CHECK(sql::double_of((*rows)[0][6]) == 28.5);
    CHECK(sql::text_of((*rows)[0][7]) == "4");
    CHECK(sql::int_of((*rows)[0][8]) == 0);
  }
}

TEST_CASE("the packs' set rules compile") {
  for (const char* text : {"select school_id, count(*) bad from fitness_raw group by school_id, tested_on having count(*) > 20000",
                           "select school_id from fitness_raw where exempt = 0 group by school_id having sum(case when raw is null then 1 else 0 "
                           "end) * 100 > 5 * count(*)",
                           "select stage, sex from fitness_weight group by stage, sex having sum(weight) <> 100",
                           "select year, child_id from enrol_app where state <> 'withdrawn' group by year, child_id having count(*) > 1"})
    CHECK_MESSAGE(findings(text) == "", text);
  CHECK(Select::compile("select school_id, count(*) bad from fitness_raw group by school_id", kTables, {})->columns()[1].name == "bad");
  CHECK(Select::compile("select count(*) n from fitness_raw", kTables, {})->columns()[0].sources.empty());
}

TEST_CASE("a select prints with quoted names only") {
  CHECK(printed("select r.item, w.weight * 2 as twice from fitness_raw r left join fitness_weight w on w.item = r.item and w.weight > 0",
                sql::Dialect::duckdb) ==
        "SELECT \"r\".\"item\" AS \"item\", (CASE WHEN abs((CAST(\"w\".\"weight\" AS DOUBLE) * 2e0)) < 9223372036854775808e0 THEN "
        "CAST((CAST(\"w\".\"weight\" AS DOUBLE) * 2e0) AS BIGINT) "
        "END) AS \"twice\" FROM \"fitness_raw\" AS \"r\" LEFT JOIN \"fitness_weight\" AS \"w\" ON ((\"w\".\"item\" = \"r\".\"item\") AND "
        "(\"w\".\"weight\" > 0))");
  CHECK(printed("select stage, sum(weight) as all_weights from fitness_weight where sex = '1' group by stage having sum(weight) <> 100",
                sql::Dialect::postgres) ==
        "SELECT \"fitness_weight\".\"stage\" AS \"stage\", (CASE WHEN abs(CAST(sum(\"fitness_weight\".\"weight\") AS DOUBLE PRECISION)) < "
        "9223372036854775808::DOUBLE PRECISION THEN "
        "CAST(CAST(sum(\"fitness_weight\".\"weight\") AS DOUBLE PRECISION) AS BIGINT) END) AS \"all_weights\" FROM \"fitness_weight\" AS "
        "\"fitness_weight\" WHERE "
        "(\"fitness_weight\".\"sex\" = '1') GROUP BY \"fitness_weight\".\"stage\" HAVING (CAST(sum(\"fitness_weight\".\"weight\") AS DOUBLE "
        "PRECISION) <> 100::DOUBLE PRECISION)");
}

TEST_CASE("mistakes in a select are named where they are") {
  CHECK(findings("select * from fitness_raw") == "1:8 expr.select_star: * is not allowed: name every column");
  CHECK(findings("select itme from fitness_raw") == "1:8 expr.unknown_name: there is no field \"itme\"; did you mean \"item\"?");
  CHECK(findings("select item from fitness_row") == "1:18 expr.unknown_table: there is no dataset \"fitness_row\"; did you mean \"fitness_raw\"?");
  CHECK(findings("select r.itme from fitness_raw r") == "1:8 expr.unknown_name: there is no field \"r.itme\"; did you mean \"r.item\"?");
  CHECK(findings("select item from fitness_raw r join fitness_weight w on w.stage = r.stage") ==
        "1:8 expr.ambiguous_name: \"item\" is in several tables: write r.item");
  CHECK(findings("select length(item) from fitness_raw") == "1:8 expr.unnamed_column: a computed column needs a name: ... as name");
  CHECK(findings("select item, stage as item from fitness_raw") ==
        "1:14 expr.duplicate_name: the column name \"item\" is used twice: give it another alias");
  CHECK(findings("select item, count(*) n from fitness_raw group by stage") ==
        "1:8 expr.not_grouped: \"item\" stands outside an aggregate and is not in group by: add it to one of them");
  CHECK(findings("select stage from fitness_raw group by stage having raw > 1") ==
        "1:53 expr.not_grouped: \"raw\" stands outside an aggregate and is not in group by: add it to one of them");
  CHECK(findings("select item from fitness_raw where count(*) > 1") ==
        "1:36 expr.aggregate_not_allowed: this looks at one row: the aggregate count is not allowed");
  CHECK(findings("select item from fitness_raw where grade") == "1:36 expr.wrong_type: this must be a condition, but it is integer");
  CHECK(findings("select item from fitness_raw group by 1, item").find("expr.constant_group") != std::string::npos);
  CHECK(findings("select r.item from fitness_raw r join fitness_weight w on b.item = r.item join fitness_band b on b.item = r.item") ==
        "1:59 expr.joined_later: the table of \"b.item\" is joined later: change the order of the joins");
  CHECK(findings("select r.item from fitness_raw r join fitness_weight r on 1 = 1") ==
        "1:39 expr.duplicate_name: the table name \"r\" is used twice: give it another alias");
  CHECK(findings("select item from fitness_raw, fitness_band") == "1:29 expr.comma_join: join tables with join ... on ..., not with a comma");
  CHECK(findings("select item from (select 1)") == "1:18 expr.subquery: subqueries are not supported: define a derived dataset first");
  CHECK(findings("select item from fitness_raw order by item") == "1:30 expr.unsupported: order is not supported in a derived dataset: remove it");
  CHECK(findings("select distinct item from fitness_raw") == "1:8 expr.unsupported: select distinct is not supported: use group by");
  CHECK(findings("select item\nfrom fitness_raw\nwhere item = ", "p.yaml:7:5") ==
        "p.yaml:9:14 expr.unexpected_end: the expression ends too early: complete it");
  CHECK(findings("select item from fitness_raw; drop table x") == "1:29 expr.unexpected: unknown sign \";\": remove it");
}

}  // namespace banmo::expr
