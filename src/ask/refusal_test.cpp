// SPDX-License-Identifier: Apache-2.0
// By which code questions are refused and how the unknown is named; what stands behind 哪, 各, 每; times that were said by halves.
#include <cstdlib>

#include <doctest/doctest.h>
#include "ask/test_cases.h"
#include "ask/test_world.h"

namespace banmo::ask::test {
namespace {

Parsed parsed(const std::string& question) { return world().parser->parse(question, world().today, viewer_of(*world().orgs, ""), nullptr); }
std::string read(const std::string& question) {
  const Parsed one = parsed(question);
  return one.refusal == Refusal::none ? plain_text(one.tree, *world().orgs) : std::string("! ") + name_of(one.refusal);
}
std::string why(const std::string& question) { return parsed(question).why.zh; }
bool names(const std::string& question, const std::string& word) { return why(question).find("“" + word + "”") != std::string::npos; }

// For who looks at questions of their own: BANMO_ASK_FILE=questions.txt ask_test -tc="the questions of a file*"; one a line, or a case file with
// gold.
TEST_CASE("the questions of a file of one's own" * doctest::skip(std::getenv("BANMO_ASK_FILE") == nullptr)) {
  const std::vector<Case> cases = read_cases(std::getenv("BANMO_ASK_FILE"));
  CHECK(!cases.empty());
  for (const Case& one : cases) {
    const std::string got = understood(*world().parser, *world().orgs, one, world().today);
    const Parsed alone = parsed(one.question);
    std::string told = (one.gold.empty() ? "  " : got == one.gold ? "= " : "# ") + one.question + "\n     " + got;
    if (!alone.why.zh.empty()) told += "\n     " + alone.why.zh;
    for (const Message& note : alone.notes) told += "\n     (" + note.zh + ")";
    for (const Alternative& other : alone.alternatives) told += "\n     | " + other.label;
    if (!one.gold.empty() && got != one.gold) told += "\n     gold " + one.gold;
    MESSAGE(told);
    CHECK((one.gold.empty() || got == one.gold));
  }
}

TEST_CASE("what has the form of a place that the directory does not know is an unknown place, numerals and all") {
  for (const std::string& question : std::initializer_list<std::string>{
           "四方区有多少在校生", "第九十九中学的生师比", "历下区的在校生有多少", "济南市的体质优良率是多少", "青岛电子学校在校生多少人",
           "麻烦查下历下区的平均班额", "青岛九中生师比", "XX街道有多少在校生", "与济南市相比生师比差多少"})
    CHECK_MESSAGE(read(question) == "! UNKNOWN_ENTITY", question, " ", read(question));
  CHECK(names("四方区有多少在校生", "四方区"));
  CHECK(names("麻烦查下历下区的平均班额", "历下区"));
  CHECK(names("第九十九中学的生师比", "第九十九中学"));
  // A known place, a number of places and a kind of school are none.
  CHECK(read("市北区有多少在校生") == "value enr_students; where district=市北区");
  CHECK(read("生师比最高的五所小学") == "rank cond_student_teacher; by school; where school_kind=primary; order -cond_student_teacher; limit 5");
  CHECK(read("优良率第三高的区市") == "! UNSUPPORTED");
}

TEST_CASE("what is to be done or judged is no question about data, whichever figure it names") {
  for (const std::string& question : std::initializer_list<std::string>{
           "帮我给各区发个通知催一下数据", "给平度市打个电话，让他们赶紧整改", "把李沧区的系统接入率改成九十五", "把城阳区上报的专任教师数改成95人",
           "你觉得孩子上公办好还是民办好", "您怎么看网上热议的学区房问题", "优良率太低了怎么办", "推荐一所好学校", "帮我写一份各区市优良率的总结"})
    CHECK_MESSAGE(read(question) == "! NOT_A_DATA_QUESTION", question, " ", read(question));
  CHECK(read("您觉得哪个区市的优良率最高") == "rank fit_good_rate; by district; order -fit_good_rate; limit 1");
  // A follow-up may take one number's place by another.
  const Parsed first = parsed("优良率最高的5个区市");
  const Parsed follows = world().parser->parse("改成前3个", world().today, viewer_of(*world().orgs, ""), &first.tree);
  CHECK(follows.refusal == Refusal::none);
}

TEST_CASE("forecasts, relations and suppositions are unsupported") {
  for (const std::string& question : std::initializer_list<std::string>{
           "帮忙预测一下后年全市在校生数", "预测一下明年在校生", "生师比和优良率有没有相关性", "生师比对优良率影响有多大", "生师比和优良率是什么关系",
           "如果再招100名教师，生师比会是多少", "生均校舍面积的校际差异系数是多少", "每天的授课节数"})
    CHECK_MESSAGE(read(question) == "! UNSUPPORTED", question, " ", read(question));
  CHECK(read("优良率为什么下降，哪个区市影响最大").starts_with("contribution fit_good_rate"));
}

TEST_CASE("a part of a name that several metrics share is ambiguous, with the metrics to choose from") {
  for (const std::string& question :
       std::initializer_list<std::string>{"通过率是多少", "平均办理工作日是几天", "教学案例一共多少件", "全市录取数有多少", "IPv6现在多少"}) {
    const Parsed one = parsed(question);
    CHECK_MESSAGE(name_of(one.refusal) == std::string("AMBIGUOUS"), question, " ", read(question));
    CHECK(one.alternatives.size() >= 2);
  }
}

TEST_CASE("the unknown is named as a whole word") {
  CHECK(read("中职就业率多少") == "! UNKNOWN_METRIC");
  CHECK(names("中职就业率多少", "就业率"));
  CHECK(names("全市中小学生近视率是多少", "近视率"));
  CHECK(names("去年初中的辍学率是多少", "辍学率"));
  CHECK(names("学校食堂满意度是多少", "食堂满意度"));
  CHECK(read("今年高考平均分比去年高了多少") == "! UNKNOWN_METRIC");
}

TEST_CASE("what stands behind 哪 is the dimension that is grouped by, or is refused; never the districts in its place") {
  CHECK(read("哪一科的答题正确率最低") == "rank te_right_rate; by subject; order te_right_rate; limit 1");
  CHECK(read("哪门课的答题正确率最低啊") == "rank te_right_rate; by subject; order te_right_rate; limit 1");
  CHECK(read("哪个科目答题正确率最高") == "rank te_right_rate; by subject; order -te_right_rate; limit 1");
  CHECK(read("哪一批的录取人数最多") == "rank adm_n; by batch; order -adm_n; limit 1");
  CHECK(read("哪个级别的信息系统数最多") == "rank sys_n; by protection_level; order -sys_n; limit 1");
  CHECK(read("哪一类信息系统数最多") == "rank sys_n; by category; order -sys_n; limit 1");
  CHECK(read("哪个月资源使用次数最多") == "rank res_uses; by month; time month; order -res_uses; limit 1");
  CHECK(read("2026年哪个月资源使用次数最多") == "rank res_uses; by month; time month 2026-01..2026-12; order -res_uses; limit 1");
  CHECK(read("哪个区市优良率最高") == "rank fit_good_rate; by district; order -fit_good_rate; limit 1");
  CHECK(read("哪里优良率最高") == "rank fit_good_rate; by district; order -fit_good_rate; limit 1");
  for (const std::string& question :
       std::initializer_list<std::string>{"哪个民族优良率最高", "哪一科优良率最高", "哪个月在校生最多", "哪天资源使用次数最多", "按血型分优良率"})
    CHECK_MESSAGE(read(question).starts_with("! UN"), question, " ", read(question));
}

TEST_CASE("parts of a time that is named beside them, a time a year ago, the present beside another") {
  CHECK(read("每个月同步课堂开课节数") == "trend sync_sessions; by month; time month");
  CHECK(read("2026年每个月资源使用次数") == "trend res_uses; by month; time month 2026-01..2026-12");
  CHECK(read("去年同期万兆接入学校数是多少") == "value cond_10g; time 2025");
  CHECK(read("万兆接入学校数比去年同期增加多少") == "compare cond_10g; compare yoy");
  CHECK(read("作业按时提交率9月以来逐月情况") == "trend te_on_time_rate; by month; time month 2026-09..");
  CHECK(read("同步课堂教室数现在比2024年多多少") == "compare cond_sync_rooms; by school_year; where school_year=2024|2026");
}

}  // namespace
}  // namespace banmo::ask::test
