// SPDX-License-Identifier: Apache-2.0
// Questions whose answers were worked out by hand.
#include "metrics/test_world.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"  // a question names only what it asks for

namespace banmo::metrics::test {
namespace {

void lend(World& world) {
  world.import("loan",
               "1,3702000001,2024-09-15,文学,1,否,10\n"
               "2,3702000001,2024-10-02,科学,1,是,20\n"
               "3,3702000002,2025-01-20,文学,2,否,30\n"
               "4,3702000003,2025-02-10,艺术,1,是,40\n"
               "5,3702000001,2025-09-01,文学,1,是,50\n"
               "6,3702000003,2025-10-05,文学,2,否,60\n"
               "7,3702000004,2025-10-06,科学,3,否,\n"
               "8,3702000002,2026-01-31,艺术,1,是,70\n"
               "9,3702000001,2026-03-01,文学,2,否,80\n");
}

Query by_period(const char* grain, std::vector<std::string> metrics = {"loan_n"}) {
  return {.metrics = std::move(metrics), .by = {"lent_on"}, .time = {.grain = grain}};
}

TEST_CASE("a rate is a sum over a sum at every level, an average weighs by values, and distinct kinds are counted in the rows") {
  on_each_pair([](World& world) {
    lend(world);
    Query query{.metrics = {"loan_n", "late_n", "late_rate", "pages_sum", "pages_avg", "pages_min", "pages_max", "loan_kinds"}};
    const std::string heading = "loan_n|late_n|late_rate|pages_sum|pages_avg|pages_min|pages_max|loan_kinds\n";
    CHECK(world.text(query) == heading + "9|4|44.4444|360|45|10|80|3");
    query.by = {"district"};
    CHECK(world.text(query) == "district|" + heading + "南区|6|3|50|260|43.3333|10|80|3\n北区|3|1|33.3333|100|50|40|60|3");
    query.by = {"school"};
    CHECK(world.text(query) ==
          "school|" + heading + "学校1|4|2|50|160|40|10|80|2\n学校2|2|1|50|100|50|30|70|2\n学校3|2|1|50|100|50|40|60|2\n学校4|1|0|0|-|-|-|-|1");
    query.by = {"city"};
    CHECK(world.text(query) == "city|" + heading + "青岛市|9|4|44.4444|360|45|10|80|3");
  });
}

TEST_CASE("days, months, terms, school years and calendar years each gather their own dates") {
  on_each_pair([](World& world) {
    lend(world);
    CHECK(world.text(by_period("year")) == "lent_on|loan_n\n2024|2\n2025|5\n2026|2");
    CHECK(world.text(by_period("school_year")) == "lent_on|loan_n\n2024|4\n2025|5");
    CHECK(world.text(by_period("term")) == "lent_on|loan_n\n2024-1|3\n2024-2|1\n2025-1|4\n2025-2|1");
    CHECK(world.text(by_period("month")) == "lent_on|loan_n\n2024-09|1\n2024-10|1\n2025-01|1\n2025-02|1\n2025-09|1\n2025-10|2\n2026-01|1\n2026-03|1");
    CHECK(world.text(by_period("")) == world.text(by_period("month")));
    Query days = by_period("day");
    days.time.from = "2025-10-05";
    days.time.to = "2026-01-31";
    CHECK(world.text(days) == "lent_on|loan_n\n2025-10-05|1\n2025-10-06|1\n2026-01-31|1");
    Query last = by_period("term");
    last.time.last = 2;
    CHECK(world.text(last) == "lent_on|loan_n\n2025-1|4\n2025-2|1");
    CHECK(world.text({.metrics = {"loan_n"}, .where = {{"lent_on", {"2024-1", "2025-2"}}}, .time = {.grain = "term"}}) == "loan_n\n4");
  });
}

TEST_CASE("the prior period and the same period of last year stand beside a figure, in every grain") {
  on_each_pair([](World& world) {
    lend(world);
    const auto compared = [&](const char* grain, const char* compare) {
      Query query = by_period(grain);
      query.compare = compare;
      return world.text(query);
    };
    CHECK(compared("term", "prior") == "lent_on|loan_n|loan_n__prior\n2024-1|3|0\n2024-2|1|3\n2025-1|4|1\n2025-2|1|4");
    CHECK(compared("term", "yoy") == "lent_on|loan_n|loan_n__yoy\n2024-1|3|0\n2024-2|1|0\n2025-1|4|3\n2025-2|1|1");
    CHECK(compared("school_year", "prior") == "lent_on|loan_n|loan_n__prior\n2024|4|0\n2025|5|4");
    CHECK(compared("school_year", "yoy") == "lent_on|loan_n|loan_n__yoy\n2024|4|0\n2025|5|4");
    CHECK(compared("year", "prior") == "lent_on|loan_n|loan_n__prior\n2024|2|0\n2025|5|2\n2026|2|5");
    CHECK(compared("month", "prior") ==
          "lent_on|loan_n|loan_n__prior\n2024-09|1|0\n2024-10|1|1\n2025-01|1|0\n2025-02|1|1\n2025-09|1|0\n2025-10|2|1\n2026-01|1|0\n2026-03|1|0");
    CHECK(compared("month", "yoy") ==
          "lent_on|loan_n|loan_n__yoy\n2024-09|1|0\n2024-10|1|0\n2025-01|1|0\n2025-02|1|0\n2025-09|1|1\n2025-10|2|1\n2026-01|1|1\n2026-03|1|0");
    Query day = by_period("day");
    day.compare = "prior";
    day.where = {{"school", {"学校4", "学校3"}}};
    CHECK(world.text(day) == "lent_on|loan_n|loan_n__prior\n2025-02-10|1|0\n2025-10-05|1|0\n2025-10-06|1|1");
    // Without the period in `by` the last period counts, and its prior one.
    CHECK(world.text({.metrics = {"loan_n", "late_rate"}, .time = {.grain = "school_year"}, .compare = "prior"}) ==
          "loan_n|loan_n__prior|late_rate|late_rate__prior\n5|4|40|50");
    CHECK(world.text({.metrics = {"late_rise"}, .by = {"lent_on"}, .time = {.grain = "school_year"}}) == "lent_on|late_rise\n2024|-\n2025|-10");
  });
}

TEST_CASE("the day after a leap day finds its year before") {
  on_each_pair([](World& world) {
    world.import("loan", "1,3702000001,2024-02-28,文学,1,否,1\n2,3702000001,2024-02-29,文学,1,否,1\n3,3702000001,2025-02-28,文学,1,否,1\n");
    Query query = by_period("day");
    query.compare = "yoy";
    CHECK(world.text(query) == "lent_on|loan_n|loan_n__yoy\n2024-02-28|1|0\n2024-02-29|1|0\n2025-02-28|1|1");
  });
}

TEST_CASE("a stock figure is never summed over time") {
  on_each_pair([](World& world) {
    world.import("shelf",
                 "2024,3702000001,文学,100\n2024,3702000001,科学,50\n2024,3702000002,文学,30\n2024,3702000003,文学,40\n"
                 "2025,3702000001,文学,120\n2025,3702000001,科学,60\n2025,3702000002,文学,30\n2025,3702000003,文学,44\n2025,3702000004,文学,10\n");
    CHECK(world.text({.metrics = {"books", "books_growth"}}) == "books|books_growth\n264|20");
    CHECK(world.text({.metrics = {"books"}, .time = {.last = 2}}) == "books\n264");
    CHECK(world.text({.metrics = {"books"}, .by = {"school_year"}, .compare = "prior"}) ==
          "school_year|books|books__prior\n2024|220|-\n2025|264|220");
    CHECK(world.text({.metrics = {"books"}, .by = {"district"}}) == "district|books\n南区|210\n北区|54");
    CHECK(world.text({.metrics = {"books"}, .where = {{"school_year", {"2024"}}}}) == "books\n220");
    CHECK(world.text({.metrics = {"books"}, .time = {.to = "2024"}}) == "books\n220");
  });
}

TEST_CASE("of a stock figure by date the last count of each school in a period stands for it") {
  on_each_pair([](World& world) {
    world.import("count",
                 "2025-03-01,3702000001,5\n2025-03-20,3702000001,7\n2025-06-10,3702000001,9\n2025-03-05,3702000002,20\n2025-06-11,3702000002,22\n"
                 "2026-01-01,3702000003,4\n");
    const auto by = [&](const char* grain) { return world.text({.metrics = {"counted"}, .by = {"counted_on"}, .time = {.grain = grain}}); };
    CHECK(by("month") == "counted_on|counted\n2025-03|27\n2025-06|31\n2026-01|4");
    CHECK(by("year") == "counted_on|counted\n2025|31\n2026|4");
    CHECK(by("term") == "counted_on|counted\n2024-2|31\n2025-1|4");
    CHECK(by("day") == "counted_on|counted\n2025-03-01|5\n2025-03-05|20\n2025-03-20|7\n2025-06-10|9\n2025-06-11|22\n2026-01-01|4");
    CHECK(world.text({.metrics = {"counted"}, .time = {.grain = "year", .to = "2025"}}) == "counted\n31");
    CHECK(world.text({.metrics = {"counted"}, .by = {"counted_on"}, .time = {.grain = "year"}, .compare = "prior"}) ==
          "counted_on|counted|counted__prior\n2025|31|-\n2026|4|31");
  });
}

TEST_CASE("the first of an order come first, empty figures last, and a cut is told") {
  on_each_pair([](World& world) {
    lend(world);
    Query query{.metrics = {"pages_avg"}, .by = {"school"}, .order = "-pages_avg"};
    CHECK(world.text(query) == "school|pages_avg\n学校2|50\n学校3|50\n学校1|40\n学校4|-");
    query.order = "pages_avg";
    CHECK(world.text(query) == "school|pages_avg\n学校1|40\n学校2|50\n学校3|50\n学校4|-");
    query.limit = 2;
    QueryResult cut = world.ask(query);
    CHECK(text_of(cut) == "school|pages_avg\n学校1|40\n学校2|50");
    CHECK(cut.more);
    query.limit = 4;
    CHECK(!world.ask(query).more);
    query.order = "-school";
    CHECK(world.text(query) == "school|pages_avg\n学校4|-\n学校3|50\n学校2|50\n学校1|40");
  });
}

TEST_CASE("a share is of the total of the parent's rows") {
  on_each_pair([](World& world) {
    lend(world);
    CHECK(world.text({.metrics = {"loan_n", "late_rate"}, .by = {"district"}, .share = true}) ==
          "district|loan_n|late_rate|loan_n__share\n南区|6|50|66.6667\n北区|3|33.3333|33.3333");
    CHECK(world.text({.metrics = {"loan_n"}, .by = {"district", "school"}, .share = true}) ==
          "district|school|loan_n|loan_n__share\n南区|学校1|4|66.6667\n南区|学校2|2|33.3333\n北区|学校3|2|66.6667\n北区|学校4|1|33.3333");
  });
}

TEST_CASE("the drill goes from the city through a district to a school, named by title, code or id") {
  on_each_pair([](World& world) {
    lend(world);
    CHECK(world.text({.metrics = {"loan_n"}, .by = {"city"}}) == "city|loan_n\n青岛市|9");
    CHECK(world.text({.metrics = {"loan_n"}, .by = {"district"}, .where = {{"city", {"青岛市"}}}}) == "district|loan_n\n南区|6\n北区|3");
    const std::string id = world.directory->orgs()->find(world.south)->id.to_string();
    for (const std::string& south : {std::string("南区"), std::string("370202"), id})
      CHECK(world.text({.metrics = {"loan_n"}, .by = {"school"}, .where = {{"district", {south}}}}) == "school|loan_n\n学校1|4\n学校2|2");
    CHECK(world.text({.metrics = {"loan_n"}, .by = {"kind"}, .where = {{"school", {"学校1"}}}}) == "kind|loan_n\nlit|3\nsci|1");
    CHECK(world.text({.metrics = {"loan_n"}, .by = {"late"}, .where = {{"late", {"true"}}}}) == "late|loan_n\n" + std::string("true|4"));
  });
}

TEST_CASE("an edit, another import and a deletion each reach the figures, and so does a restart") {
  on_each_pair([](World& world) {
    lend(world);
    const Query query{.metrics = {"loan_n", "pages_sum"}, .by = {"school"}};
    const std::string heading = "school|loan_n|pages_sum\n";
    CHECK(world.text(query) == heading + "学校1|4|160\n学校2|2|100\n学校3|2|100\n学校4|1|-");
    must(world.records->update_row(world.system, "loan", "7", {{"pages", 11}}, {}));
    CHECK(world.text(query) == heading + "学校1|4|160\n学校2|2|100\n学校3|2|100\n学校4|1|11");
    // A row that moves leaves one partition and enters another.
    must(world.records->update_row(world.system, "loan", "6", {{"school_id", world.code_of(4)}, {"lent_on", "2026-02-02"}}, {}));
    CHECK(world.text(query) == heading + "学校1|4|160\n学校2|2|100\n学校3|1|40\n学校4|2|71");
    world.import("loan", "9,3702000001,2026-03-01,文学,2,否,90\n10,3702000003,,文学,2,否,5\n");
    CHECK(world.text(query) == heading + "学校1|4|170\n学校2|2|100\n学校3|2|45\n学校4|2|71");
    must(world.records->delete_row(world.system, "loan", "10"));
    must(world.records->delete_row(world.system, "loan", "4"));
    CHECK(world.text(query) == heading + "学校1|4|170\n学校2|2|100\n学校4|2|71");
    world.open();
    CHECK(world.text(query) == heading + "学校1|4|170\n学校2|2|100\n学校4|2|71");
  });
}

TEST_CASE("nobody is answered with another organisation's figures") {
  on_each_pair([](World& world) {
    lend(world);
    const Query by_school{.metrics = {"loan_n"}, .by = {"school"}};
    const Principal south = world.principal(directory::Role::district_officer, world.south);
    const Principal north = world.principal(directory::Role::district_officer, world.north);
    const Principal head = world.principal(directory::Role::principal, world.schools[2]);
    CHECK(world.text(south, by_school) == "school|loan_n\n学校1|4\n学校2|2");
    CHECK(world.text(north, by_school) == "school|loan_n\n学校3|2\n学校4|1");
    CHECK(world.text(head, by_school) == "school|loan_n\n学校3|2");
    CHECK(world.text(head, {.metrics = {"loan_n", "loan_kinds"}, .by = {"city"}}) == "city|loan_n|loan_kinds\n青岛市|2|2");
    CHECK(world.text(south, {.metrics = {"loan_n"}, .where = {{"district", {"北区"}}}}) == "loan_n");
    CHECK(world.text(south, {.metrics = {"loan_n"}, .by = {"lent_on"}, .time = {.grain = "school_year"}, .compare = "prior"}) ==
          "lent_on|loan_n|loan_n__prior\n2024|3|0\n2025|3|3");
  });
}

TEST_CASE("without a scope nothing is answered") {
  on_each_pair([](World& world) {
    lend(world);
    Principal nobody;
    nobody.account = {99};
    CHECK(world.metrics->query(nobody, {.metrics = {"loan_n"}}).error().id == "directory.no_right");
    CHECK(world.metrics->visible(nobody).empty());
    const Principal administrator = world.principal(directory::Role::system_admin, world.city);
    CHECK(world.metrics->query(administrator, {.metrics = {"loan_n"}}).error().code == ErrorCode::denied);
  });
}

TEST_CASE("a figure that no dimension divides has a smallest cell all the same") {
  on_each_pair([](World& world) {
    const Principal leader = world.principal(directory::Role::city_leader, world.city);
    world.import("badge", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    CHECK(world.text(leader, {.metrics = {"badges"}}) == "badges\nx");
    world.import("badge", "10\n");
    CHECK(world.text(leader, {.metrics = {"badges"}}) == "badges\n10");
  });
}

TEST_CASE("an officer of the city whose office is no more writes nothing to the city's plan") {
  on_each_pair([](World& world) {
    const auto office = [&](const char* title) { return banmo::test::add_org(*world.directory, directory::OrgKind::bureau, world.city, "", title); };
    const directory::OrgNo closed = office("电教馆"), stays = office("教研室");
    const Principal officer = world.principal(directory::Role::city_officer, closed);
    const auto told = [&] { return world.metrics->report_target(officer, "none", 2025, 1, "依据").error(); };
    CHECK(told().id == "metrics.no_such_target");
    must(world.directory->merge_org(world.system, closed, stays, *Date::from_ymd(2026, 11, 20)));
    REQUIRE(officer.has(directory::Right::plan_report));
    CHECK(told().to_string() ==
          "plan targets are the city's: only its officers report, attach evidence and reply "
          "(规划指标属于全市，只有市级账号可以填报、上传依据和回复) [metrics.city_only]");
    CHECK(world.metrics->add_note(officer, "none", 2025, true, "回复").error().id == "metrics.city_only");
  });
}

TEST_CASE("what cannot be answered is told in both languages with what there is") {
  on_each_pair([](World& world) {
    lend(world);
    const auto refused = [&](const Query& query) {
      const auto answer = world.metrics->query(world.system, query);
      REQUIRE(!answer.ok());
      return answer.error().id + "\n" + answer.error().message.zh + "\n" + answer.error().message.en;
    };
    CHECK(refused({.metrics = {"loan_nn"}}) ==
          "metrics.unknown_metric\n没有指标“loan_nn”；是否指 loan_n\nthere is no metric \"loan_nn\"; did you mean loan_n");
    CHECK(refused({.metrics = {"loan_n"}, .by = {"colour"}}) ==
          "metrics.no_such_dimension\n这些指标不能按“colour”查询；可用的维度：city, district, school, lent_on, kind, grade, late\n"
          "these metrics cannot be asked by \"colour\"; dimensions there are: city, district, school, lent_on, kind, grade, late");
    const std::string period =
        "metrics.bad_period\ntime.from、time.to 的写法与时间粒度不符，例如 2025 或 2025-10-01\n"
        "time.from and time.to do not fit the grain: write for example 2025 or 2025-10-01";
    CHECK(refused({.metrics = {"loan_n"}, .by = {"lent_on"}, .time = {.grain = "month", .from = "2025-13"}}) == period);
    CHECK(refused({.metrics = {"loan_n"}, .time = {.grain = "day", .to = "2025-02-30"}}) == period);
    CHECK(refused({.metrics = {"loan_n"}, .time = {.grain = "week"}}) ==
          "metrics.bad_grain\n没有时间粒度“week”；可用 day、month、term、school_year、year\n"
          "there is no grain of time \"week\": there are day, month, term, school_year, year");
    CHECK(refused({.metrics = {"loan_n"}, .where = {{"lent_on", {"前年"}}}}).starts_with("metrics.bad_period\n“前年”不是时期"));
    CHECK(refused({.metrics = {"loan_n"}, .where = {{"grade", {"一"}}}}) ==
          "metrics.bad_condition\n“年级”的条件须是整数\na condition on grade must be a whole number");
    CHECK(refused({.metrics = {"loan_n"}, .by = {"school"}, .order = "-pages"}) ==
          "metrics.bad_order\n不能按“pages”排序；可用的列：school, loan_n\n"
          "the answer has no column \"pages\" to order by; columns there are: school, loan_n");
    CHECK(refused({.metrics = {}}) ==
          "metrics.bad_query\n一次查询 1 至 20 个指标、最多 4 个维度\na query has 1 to 20 metrics and at most 4 dimensions");
  });
}

}  // namespace
}  // namespace banmo::metrics::test
