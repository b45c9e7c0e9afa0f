// SPDX-License-Identifier: Apache-2.0
// Questions about targets of plans: what is read as one and what is not, and how goals, figures and gaps are told.
#include "ask/figures.h"
#include "ask/plan_answer.h"
#include "ask/test_cases.h"
#include "ask/test_world.h"

namespace banmo::ask::test {
namespace {

using metrics::Lamp;
using metrics::TargetState;
using metrics::TargetYear;

std::string read_as(const char* question, const Tree* previous = nullptr) {
  const auto tree = world().frame->plan().read(fold(question), world().today, previous);
  return tree ? text_of(*tree) : "-";
}

TEST_CASE("a question about targets names some of them, a year, or a state") {
  CHECK(read_as("规划目标完成情况") == "target; time 2026");
  CHECK(read_as("哪些目标没达标") == "target; lamp missed; time 2026");
  CHECK(read_as("到2027年万兆接入的目标是多少") == "target; targets dig_10g; time 2027");
  CHECK(read_as("无线网络全覆盖的目标达成了吗") == "target; targets dig_wlan; time 2026");
  CHECK(read_as("近两年亮红灯的目标") == "target; lamp red; time 2025..2026");
}

TEST_CASE("of a target without a value this year the next year is told that has one") {
  CHECK(read_as("高职在校生的目标") == "target; targets voc_students; time 2027");
}

TEST_CASE("a plan, a section and a unit narrow what is asked") {
  const auto of_plan = world().frame->plan().read(fold("教育数字化三年行动计划完成情况"), world().today, nullptr);
  const auto of_section = world().frame->plan().read(fold("人才队伍的目标没达成的有哪些"), world().today, nullptr);
  REQUIRE(of_plan);
  REQUIRE(of_section);
  CHECK(of_plan->targets.size() > of_section->targets.size());
  for (const std::string& id : of_plan->targets) CHECK(id.starts_with("dig_"));
  for (const std::string& id : of_section->targets) CHECK(world().catalogue->target(id)->section == "人才队伍");
  CHECK(of_section->lamp == "missed");
}

TEST_CASE("what says more than a target, or of something else, is left to the reader of metrics") {
  for (const char* question :
       {"优良率的目标是多少", "市南区万兆接入的目标", "哪些学校没达标", "达标率是多少", "去年体质达标率", "各区市在校生数", "没完成作业的学生"})
    CHECK_MESSAGE(read_as(question) == "-", question);
}

TEST_CASE("a follow-up keeps what it does not change") {
  Tree before = *world().frame->plan().read(fold("万兆接入的目标是多少"), world().today, nullptr);
  CHECK(read_as("那2027年呢", &before) == "target; targets dig_10g; time 2027");
  CHECK(read_as("那无线网络全覆盖呢", &before) == "target; targets dig_wlan; time 2026");
  CHECK(read_as("那优良率呢", &before) == "-");
  CHECK(read_as("规划目标完成情况", &before) == "target; time 2026");
  before = *world().frame->plan().read(fold("哪些目标没达标"), world().today, nullptr);
  CHECK(read_as("2025年呢", &before) == "target; lamp missed; time 2025");
}

Tree target_tree() {
  Tree tree;
  tree.intent = Intent::target;
  tree.time.from = tree.time.to = "2026";
  return tree;
}

TEST_CASE("a query of targets from outside holds nothing else, and names targets that there are") {
  const auto code = [](const Tree& tree) { return std::string(name_of(world().parser->check(tree, viewer_of(*world().orgs, "")).refusal)); };
  Tree tree = target_tree();
  CHECK(code(tree) == "");
  tree.targets = {"nothing"};
  CHECK(code(tree) == "UNKNOWN_METRIC");
  tree = target_tree();
  tree.intent = Intent::value;
  CHECK(code(tree) == "UNSUPPORTED");
  tree = target_tree();
  tree.lamp = "purple";
  CHECK(code(tree) == "UNSUPPORTED");
  tree = target_tree();
  tree.metrics = {"fit_good_rate"};
  CHECK(code(tree) == "UNSUPPORTED");
  tree = target_tree();
  tree.where = {{"district", {id_of("市南区")}}};
  CHECK(code(tree) == "UNSUPPORTED");
  tree = target_tree();
  tree.time.from = "'; DROP TABLE";
  CHECK(code(tree) == "UNSUPPORTED");
}

struct Plan {
  pack::Target share, total;
  std::vector<TargetState> states;
  Plan() {
    share.id = "a";
    share.item = "甲目标";
    share.unit = "%";
    total.id = "b";
    total.item = "乙目标";
    total.unit = "个";
    TargetYear red{2026, 60, 45.5, Lamp::red, true, "", "", {}}, grey{2026, 100, {}, Lamp::grey, false, "", "", {}};
    TargetYear green{2027, 120, 130, Lamp::green, false, "", "", {}};
    states.push_back({&share, {red}, {}});
    states.push_back({&total, {grey, green}, {}});
  }
  Answer answered(const Tree& tree) const {
    Answer answer;
    answer.understood.tree = tree;
    answer_targets(states, answer);
    return answer;
  }
};

TEST_CASE("one target is told with goal, figure and gap in its unit") {
  const Plan plan;
  Tree tree = target_tree();
  tree.targets = {"a"};
  const Answer answer = plan.answered(tree);
  CHECK(answer.sentence.zh == "甲目标2026年的目标是60.0%，实际45.5%，还差14.5个百分点。");
  CHECK(answer.sentence.en == "a: 60.0% wanted in 2026, 45.5% there, not reached.");
  REQUIRE(answer.table.rows.size() == 1);
  CHECK(answer.table.columns.back().unit == "个百分点");
  CHECK(*number_in(answer.table.rows.front().back()) == doctest::Approx(-14.5));
  tree.targets = {"b"};
  CHECK(plan.answered(tree).sentence.zh == "乙目标2026年的目标是100个，还没有该年的实际数据。");
  tree.time.from = tree.time.to = "2027";
  CHECK(plan.answered(tree).sentence.zh == "乙目标2027年的目标是120个，实际130个，已达成。");
}

TEST_CASE("all targets are counted by their states, and those of one state are named") {
  const Plan plan;
  Tree tree = target_tree();
  CHECK(plan.answered(tree).sentence.zh == "2026年有目标值的2项：已达成0项，接近0项，未达成1项，暂无数据1项。");
  CHECK(plan.answered(tree).table.columns[4].id == "unit");
  tree.lamp = "missed";
  CHECK(plan.answered(tree).sentence.zh == "2026年没有达成的目标有1项（共2项，其中1项暂无数据）：甲目标。");
  tree.lamp = "reached";
  CHECK(plan.answered(tree).sentence.zh == "2026年已达成的目标有0项（共2项，其中1项暂无数据）。");
  CHECK(plan.answered(tree).understood.refusal == Refusal::none);
}

TEST_CASE("a year without values is refused with the years that have some") {
  Tree tree = target_tree();
  tree.time.from = tree.time.to = "2030";
  const Answer answer = Plan().answered(tree);
  CHECK(answer.understood.refusal == Refusal::no_data);
  CHECK(answer.understood.why.zh == "这些目标在所问的时间没有目标值；有目标值的年份：2026、2027");
}

}  // namespace
}  // namespace banmo::ask::test
