// SPDX-License-Identifier: Apache-2.0
// The questions of tests/ask over the scenes as they are delivered, without a database; and what comes from outside beside them: edited queries,
// follow-ups that do not fit, numbers of persons.
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include "ask/figures.h"
#include "ask/log_text.h"
#include "ask/sentence.h"
#include "ask/test_cases.h"
#include "ask/test_world.h"
#include "metrics/ask.h"

namespace banmo::ask::test {
namespace {

constexpr double kLeastRight = 0.97;

TEST_CASE("the development questions are understood as they are meant") {
  size_t n = 0, n_right = 0;
  for (const Case& one : read_cases(BANMO_SOURCE_DIR "/tests/ask/development.case")) {
    const std::string got = understood(*world().parser, *world().orgs, one, world().today);
    ++n;
    if (got == one.gold)
      ++n_right;
    else
      MESSAGE(one.file << ":" << one.line << " " << one.question << "\n   gold " << one.gold << "\n   got  " << got);
  }
  MESSAGE(n_right << " of " << n << " questions are understood");
  CHECK(n >= 1);
  CHECK(static_cast<double>(n_right) >= kLeastRight * static_cast<double>(n));
}

using metrics::Cell;
using metrics::ColumnKind;

// Each question follows the one before; what comes of the last is checked as an answer would check it.
Parsed asked(std::initializer_list<const char*> questions, const std::string& viewer = "") {
  const Viewer who = viewer_of(*world().orgs, viewer);
  Parsed parsed;
  const Tree* previous = nullptr;
  Tree kept;
  for (const char* question : questions) {
    CAPTURE(question);
    parsed = world().parser->parse(question, world().today, who, previous);
    REQUIRE(parsed.refusal == Refusal::none);
    kept = parsed.tree;
    previous = &kept;
  }
  const std::vector<Message> notes = parsed.notes;
  parsed = world().parser->check(kept, who);
  parsed.notes = notes;
  return parsed;
}
Parsed checked(const Tree& tree, const std::string& viewer = "") { return world().parser->check(tree, viewer_of(*world().orgs, viewer)); }
std::string code_of(const Parsed& parsed) { return kRefusalNames[static_cast<size_t>(parsed.refusal)]; }

Tree by_district(Intent intent = Intent::compare) {
  Tree tree;
  tree.intent = intent;
  tree.metrics = {"fit_good_rate"};
  tree.by = {"district"};
  return tree;
}

TEST_CASE("a rate moves by points: no question orders or filters by a growth column that a rate does not have") {
  const Parsed fastest = asked({"优良率增幅最大的区市"});
  CHECK(fastest.refusal == Refusal::none);
  CHECK(fastest.tree.order == "-fit_good_rate__change");
  CHECK(asked({"优良率增长率最高的区市"}).tree.order == "-fit_good_rate__change");
  CHECK(asked({"在校生增长最快的区市"}).tree.order == "-enr_students__growth");
  const Parsed follows = asked({"在校生增长最快的区市", "那优良率呢"});
  CHECK(follows.refusal == Refusal::none);
  CHECK(follows.tree.order == "-fit_good_rate__change");
  const Parsed how_many = asked({"优良率增长率超过10%的区市有多少"});
  CHECK(how_many.refusal == Refusal::none);
  REQUIRE(how_many.tree.having.size() == 1);
  CHECK(how_many.tree.having.front().metric == "fit_good_rate__change");
  REQUIRE(!how_many.notes.empty());
  CHECK(how_many.notes.front().zh.find("按变化的百分点比较") != std::string::npos);
}

TEST_CASE("a query orders and filters by columns that its answer has, and by no others") {
  Tree tree = by_district();
  const auto with_order = [&](const char* order, const char* compare) {
    tree.order = order;
    tree.compare = compare;
    return code_of(checked(tree));
  };
  CHECK(with_order("fit_good_rate", "") == "");
  CHECK(with_order("-fit_good_rate__change", "yoy") == "");
  CHECK(with_order("-fit_good_rate__yoy", "yoy") == "");
  CHECK(with_order("x", "") == "UNKNOWN_METRIC");
  CHECK(with_order("enr_students", "") == "UNSUPPORTED");
  CHECK(with_order("fit_good_rate__change", "") == "UNSUPPORTED");
  CHECK(with_order("fit_good_rate__growth", "yoy") == "UNSUPPORTED");
  CHECK(with_order("fit_good_rate__prior", "yoy") == "UNSUPPORTED");
  CHECK(with_order("fit_good_rate__share", "") == "UNSUPPORTED");
  tree = by_district();
  const auto with_having = [&](const char* metric) {
    tree.having = {{metric, ">", 10, 0, false}};
    return checked(tree);
  };
  CHECK(code_of(with_having("fit_good_rate")) == "");
  CHECK(code_of(with_having("nothing")) == "UNKNOWN_METRIC");
  CHECK(with_having("nothing").why.zh == "没有指标“nothing”");
  CHECK(code_of(with_having("enr_students")) == "UNSUPPORTED");
  tree.compare = "yoy";
  tree.having = {{"fit_good_rate__change", ">", 0, 0, true}};
  CHECK(code_of(checked(tree)) == "UNSUPPORTED");
}

TEST_CASE("runs, ranks and causes are refused without what they are made of") {
  CHECK(code_of(asked({"优良率连续两年下降的区市"})) == "");
  const Parsed one_year = asked({"优良率连续两年下降的区市", "那2025年呢"});
  CHECK(code_of(one_year) == "UNSUPPORTED");
  CHECK(one_year.why.zh.find("不能只问一期") != std::string::npos);
  Tree streak = by_district(Intent::streak);
  streak.direction = "down";
  CHECK(code_of(checked(streak)) == "UNSUPPORTED");
  streak.by = {"school_year", "district"};
  CHECK(code_of(checked(streak)) == "UNSUPPORTED");
  streak.by = {"district", "school_year"};
  CHECK(code_of(checked(streak)) == "");
  CHECK(code_of(asked({"市南区优良率排第几"})) == "");
  CHECK(code_of(asked({"市南区优良率排第几", "不分区市"})) == "UNSUPPORTED");
  Tree cause = by_district(Intent::contribution);
  CHECK(code_of(checked(cause)) == "UNSUPPORTED");
  cause.compare = "yoy";
  CHECK(code_of(checked(cause)) == "");
  cause.by = {"district", "sex"};
  CHECK(code_of(checked(cause)) == "UNSUPPORTED");
}

TEST_CASE("a value that a dimension cannot hold is refused before it is kept in a log") {
  Tree tree = by_district();
  const auto with = [&](const char* dimension, const std::string& value) {
    tree.where = {{dimension, {value}}};
    return code_of(checked(tree));
  };
  CHECK(with("sex", "2") == "");
  CHECK(with("sex", "37020219900101123X") == "UNSUPPORTED");
  CHECK(with("school_year", "2025") == "");
  CHECK(with("school_year", "张三") == "UNSUPPORTED");
  tree = by_district();
  tree.time.from = "张三 13800138000";
  CHECK(code_of(checked(tree)) == "UNSUPPORTED");
  tree = by_district();
  tree.chart = "heat";
  CHECK(code_of(checked(tree)) == "");
  tree.chart = "13800138000";
  CHECK(code_of(checked(tree)) == "UNSUPPORTED");
}

TEST_CASE("an organisation outside of the asker's is refused without its name, among the conditions and as the one asked for") {
  const std::string other = id_of("市北区"), own = id_of("市南区");
  REQUIRE(!other.empty());
  Tree tree = by_district();
  tree.where = {{"district", {other}}};
  const Parsed refused = checked(tree, "市南区");
  CHECK(code_of(refused) == "FORBIDDEN_SCOPE");
  CHECK(refused.why.zh == "这个机构不在您的数据范围内");
  CHECK(refused.chips.empty());
  Tree share = by_district(Intent::share);
  share.metrics = {"enr_students"};
  share.member = other;
  CHECK(code_of(checked(share, "市南区")) == "FORBIDDEN_SCOPE");
  CHECK(checked(share, "市南区").why.zh.find("市北") == std::string::npos);
  CHECK(code_of(checked(share)) == "");
  share.member = own;
  CHECK(code_of(checked(share, "市南区")) == "FORBIDDEN_SCOPE");  // of one's own part it is all
  share.member = "nobody";
  CHECK(code_of(checked(share)) == "UNKNOWN_ENTITY");
}

TEST_CASE("a rank for the whole city's askers is refused to others however its intent is written") {
  Tree tree = by_district(Intent::value);
  tree.order = "-fit_good_rate";
  tree.member = id_of("市南区");
  CHECK(code_of(checked(tree)) == "");
  CHECK(code_of(checked(tree, "市南区")) == "FORBIDDEN_SCOPE");
}

TEST_CASE("a question longer than what is read is refused, not answered by its head") {
  std::string question = "各区市优良率";
  for (int i = 0; i < 200; ++i) question += "，优良率";
  const Parsed parsed = world().parser->parse(question + "，只看女生", world().today, viewer_of(*world().orgs, ""), nullptr);
  CHECK(code_of(parsed) == "UNSUPPORTED");
  CHECK(parsed.why.zh.find("600") != std::string::npos);
}

TEST_CASE("a number beyond all counting is no year, no grade and no fault") {
  for (const char* question : {"99999999999999亿年级优良率", "999999999999999亿个月的优良率", "近99999999999999亿年优良率"}) {
    CAPTURE(question);
    CHECK(world().parser->parse(question, world().today, viewer_of(*world().orgs, ""), nullptr).refusal != Refusal::none);
  }
  CHECK(metrics::shifted(metrics::period_of_text("0001-01-01", metrics::Grain::day).value(), metrics::Grain::day, true, -1) <
        metrics::period_of_text("0001-01-01", metrics::Grain::day).value());
  CHECK(!metrics::period_of_text("9223372036854775807", metrics::Grain::school_year));
  CHECK(!metrics::period_of_text("9223372036854775807-1", metrics::Grain::term));
}

TEST_CASE("numbers that may be a person's are starred in the log however they are written") {
  const auto kept = [](const char* text) { return for_the_log(text, 600); };
  CHECK(kept("13800138000的优良率") == "***的优良率");
  CHECK(kept("138 0013 8000的优良率") == "***的优良率");
  CHECK(kept("138-0013-8000的优良率") == "***的优良率");
  CHECK(kept("１３８００１３８０００的优良率") == "***的优良率");
  CHECK(kept("138\u30000013—8000 的优良率") == "*** 的优良率");
  CHECK(kept("一三八零零一三八〇〇〇的优良率") == "***的优良率");
  CHECK(kept("37020219900101123X") == "***X");
  CHECK(kept("2024-2025学年 前10名") == "2024-2025学年 前10名");
  CHECK(kept("2025-09-30 以前") == "2025-09-30 以前");
  CHECK(kept("district=0197a2b1-1111-7222-8333-444455556666") == "district=0197a2b1-1111-7222-8333-444455556666");
  CHECK(kept("13800138-0013-8001-3800-013800138000") == "***");
  CHECK(kept("grade=1|2|3|4|5|6|7|8") == "grade=1|2|3|4|5|6|7|8");
  CHECK(kept("a\nb") == "ab");
  CHECK(for_the_log("优良率优良率", 10) == "优良率");
  CHECK(for_the_log("13800138000", 8) == "***");
}

// --- figures of tables that are written here

metrics::QueryResult table_of(std::vector<metrics::Column> columns, std::vector<std::vector<Cell>> rows) {
  metrics::QueryResult table;
  table.columns = std::move(columns);
  table.rows = std::move(rows);
  return table;
}
metrics::Column column(const char* id, ColumnKind kind = ColumnKind::metric) { return {id, id, kind, "", "number", 1}; }
std::string told(const Tree& tree, const Figures& figures) {
  return sentence_of({*world().frame, *world().orgs, viewer_of(*world().orgs, ""), tree, figures}).zh;
}

TEST_CASE("a column that a table does not have makes figures unfit instead of being read past the end") {
  const auto figures = [] {
    Figures made;
    made.table = table_of({column("district", ColumnKind::dimension), column("fit_good_rate")}, {{Cell(std::string("甲")), Cell(50.0)}});
    return made;
  };
  Tree tree = by_district(Intent::rank);
  tree.order = "-fit_good_rate__growth";
  Figures ordered = figures();
  put_in_order(tree, ordered);
  CHECK(ordered.unfit);
  CHECK(told(tree, ordered).find("甲（（不显示））") != std::string::npos);  // no sentence reads past the end either
  tree.by.clear();
  tree.member = "甲";
  CHECK(told(tree, figures()).find("甲") != std::string::npos);
  tree = by_district(Intent::threshold);
  tree.having = {{"fit_good_rate__growth", ">", 10, 0, false}};
  Figures passing = figures();
  keep_passing(tree, passing);
  CHECK(passing.unfit);
  tree = by_district(Intent::streak);
  Figures runs = figures();
  find_runs(*world().frame, tree, runs);
  CHECK(runs.unfit);
  tree = by_district(Intent::contribution);
  Figures parts = figures();
  split_change(*world().frame, tree, parts);
  CHECK(parts.unfit);
  CHECK(told(tree, figures()).find("影响最大的是") == std::string::npos);  // of nothing that is known
  tree = by_district(Intent::ratio);
  tree.metrics.push_back("enr_students");
  Figures ratio = figures();
  add_ratio(tree, ratio);
  CHECK(ratio.unfit);
}

TEST_CASE("who has no row in one of the periods counts nothing there, and parts add up to the whole") {
  Tree tree = by_district(Intent::contribution);
  tree.metrics = {"enr_students"};
  tree.compare = "yoy";
  Figures moved;
  moved.table = table_of({column("district", ColumnKind::dimension), column("enr_students"), column("enr_students__yoy", ColumnKind::compare)},
                         {{Cell(std::string("甲")), Cell(100.0), Cell(80.0)},
                          {Cell(std::string("乙")), Cell(9.0), Cell(9.0)},
                          {Cell(std::string("新")), Cell(7.0), Cell()}});
  moved.change = 22;  // asked by its own query: another five went with who has no row now
  split_change(*world().frame, tree, moved);
  CHECK(moved.table.rows.size() == 3);
  CHECK(moved.gone == -5);
  const std::string sentence = told(tree, moved);
  CHECK(sentence.find("影响最大的是甲（20") != std::string::npos);
  CHECK(sentence.find("、新（7") != std::string::npos);
  CHECK(sentence.find("乙") == std::string::npos);
  CHECK(sentence.find("上期有、本期没有数据的合计-5") != std::string::npos);
}

TEST_CASE("parts that are withheld are said to be, and the change of the rest is not told as the change of the whole") {
  Tree tree = by_district(Intent::contribution);
  tree.metrics = {"enr_students"};
  tree.compare = "yoy";
  const auto figures = [](Cell hidden) {
    Figures made;
    made.table = table_of({column("district", ColumnKind::dimension), column("enr_students"), column("enr_students__yoy", ColumnKind::compare)},
                          {{Cell(std::string("甲")), hidden, Cell(80.0)}, {Cell(std::string("乙")), Cell(), Cell(5.0)}});
    made.table.suppressed = {{1, 1}};
    return made;
  };
  Figures partly = figures(Cell(100.0));
  split_change(*world().frame, tree, partly);
  CHECK(partly.partly_withheld);
  CHECK(partly.change_of_visible);
  CHECK(partly.change.value_or(0) == 20);
  REQUIRE(partly.table.rows.size() == 1);
  CHECK(told(tree, partly).find("在校生数（可见部分）上升20") != std::string::npos);
  Figures beside_whole = figures(Cell(100.0));
  beside_whole.change = 17;  // asked by its own query
  split_change(*world().frame, tree, beside_whole);
  CHECK(!beside_whole.change_of_visible);
  CHECK(told(tree, beside_whole).find("在校生数上升17") != std::string::npos);
  Figures none = figures(Cell());
  none.table.suppressed.push_back({0, 1});
  split_change(*world().frame, tree, none);
  CHECK(none.partly_withheld);
  CHECK(none.table.rows.empty());
}

TEST_CASE("whether there are data at all is asked of the period that was asked about") {
  Tree tree;
  tree.metrics = {"enr_students"};
  tree.where = {{"sex", {"2"}}, {"school_year", {"2030"}}};
  const Tree all = without_conditions(*world().frame, tree);
  CHECK(all.where == std::vector<Where>{{"school_year", {"2030"}}});
}

}  // namespace
}  // namespace banmo::ask::test
