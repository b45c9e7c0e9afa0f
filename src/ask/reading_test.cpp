// SPDX-License-Identifier: Apache-2.0
// Classes of questions that were once read as another one: names taken apart, context around a question, kinds of which there are none, shares within
// groups; and two questions in one, which are refused.
#include <doctest/doctest.h>

#include "ask/figures.h"
#include "ask/framing.h"
#include "ask/rewrite.h"
#include "ask/sentence.h"
#include "ask/test_cases.h"
#include "ask/test_world.h"
#include "base/text_han.h"

namespace banmo::ask::test {
namespace {

Parsed parsed(const std::string& question) { return world().parser->parse(question, world().today, viewer_of(*world().orgs, ""), nullptr); }
std::string read(const std::string& question) {
  const Parsed one = parsed(question);
  return one.refusal == Refusal::none ? plain_text(one.tree, *world().orgs) : std::string("! ") + name_of(one.refusal);
}
const Lexicon& lexicon() {
  static const auto made = Lexicon::build(*world().catalogue, *world().orgs);
  return *made;
}
std::string together(const char* question) { return text::utf8_of(put_together(fold(question), lexicon(), world().today).text); }

TEST_CASE("questions of people who had not seen the parser are understood as they meant them") {
  size_t n = 0, n_right = 0, n_wrong = 0;
  for (const char* file : {"/tests/ask/blind.case", "/tests/ask/people.case"})
    for (const Case& one : read_cases(std::string(BANMO_SOURCE_DIR) + file)) {
      const std::string got = understood(*world().parser, *world().orgs, one, world().today);
      ++n;
      n_right += got == one.gold;
      n_wrong += got != one.gold && !got.starts_with("! ");
      if (got != one.gold) MESSAGE(one.file << ":" << one.line << " " << one.question << "\n   gold " << one.gold << "\n   got  " << got);
    }
  MESSAGE(n_right << " of " << n << " questions are understood, " << n_wrong << " are answered as another");
  CHECK(n >= 1'700);
  CHECK(static_cast<double>(n_right) >= 0.97 * static_cast<double>(n));
  CHECK(static_cast<double>(n_wrong) <= 0.01 * static_cast<double>(n));
}

TEST_CASE("names that share their end, and names around a word of asking, are put together") {
  CHECK(together("优良和合格率") == "优良率和合格率");
  CHECK(together("优秀、优良和合格率") == "优秀率、优良率和合格率");
  CHECK(together("优良率和合格率") == "优良率和合格率");
  CHECK(together("小学和初中在校生数") == "小学和初中在校生数");
  CHECK(together("哪个区市学位最紧张") == "哪个区市学位紧张最高");
  CHECK(together("班额最大的学校") == "班额最大学校");
  CHECK(together("智慧校园一共有多少建成率") == "智慧校园建成率一共有多少");
  CHECK(read("学校和系统的IPv6支持率") == "value cond_ipv6_share,sys_ipv6_rate");
  CHECK(read("教师和学生数") == "value cond_teachers,enr_students");
}

TEST_CASE("a clause that says what a figure is for is left out and named; one that may restrict is not") {
  const auto left_out = [](const std::string& question) {
    const auto framing = without_context(question, lexicon(), world().today);
    return framing ? framing->left_out : std::string();
  };
  CHECK(left_out("督导组下周来检查，全市平均班额是多少") == "督导组下周来检查");
  CHECK(left_out("全市平均班额是多少，下午开会要用，谢谢") == "下午开会要用，谢谢");
  CHECK(left_out("写材料用，莱西的生均图书是多少") == "写材料用");
  for (const char* question : {"平均班额是多少，只看双一流的", "平均班额是多少，不算分校", "民办的，平均班额是多少", "双语，平均班额是多少",
                               "市南区要用，平均班额是多少", "平均班额是多少，我要2019年的", "平均班额是多少"}) {
    CAPTURE(question);
    CHECK(left_out(question) == "");
  }
  const Parsed answered = parsed("督导组下周来检查，全市平均班额是多少");
  CHECK(answered.refusal == Refusal::none);
  REQUIRE(!answered.notes.empty());
  CHECK(answered.notes.front().zh == "未用到：督导组下周来检查");
  CHECK(answered.notes.front().en.find("left out") != std::string::npos);
  CHECK(read("平均班额是多少，只看双一流的").starts_with("! "));
  CHECK(read("平均班额是多少，不算分校").starts_with("! "));
}

TEST_CASE("kinds of which places have none are looked for among all that have data") {
  CHECK(read("哪些区没有民办学校") == "threshold cond_schools; by district; where sponsor=private; having cond_schools=0");
  CHECK(read("有几个区市没有民办学校") == "threshold cond_schools; by district; where sponsor=private; having cond_schools=0; count");
  CHECK(read("没有等保三级系统的区市") == "threshold sys_n; by district; where protection_level=3; having sys_n=0");
  CHECK(read("没有接入数字基座的系统数") == "value sys_n; where connected=false");
  const Tree none = parsed("哪些区没有民办学校").tree;
  CHECK(asks_for_none(none));
  Tree some = none;
  some.having.front().value = 1;
  CHECK(!asks_for_none(some));
  Tree unlimited = none;
  unlimited.where.clear();
  CHECK(!asks_for_none(unlimited));
}

TEST_CASE("a share within each group is of that group's own whole, and only the kind asked for is told") {
  CHECK(read("各区市民办学校占比") == "share cond_schools; by district,sponsor; member private");
  CHECK(read("民办学校占比最高的区市") == "share cond_schools; by district,sponsor; order -cond_schools__share; limit 1; member private");
  CHECK(read("市南区民办学校占比") == "share cond_schools; by sponsor; where district=市南区; member private");
  CHECK(read("市南区民办学校占全市民办学校的比例") == "share cond_schools; by district; where sponsor=private; member 市南区");
  const Tree tree = parsed("各区市民办学校占比").tree;
  const auto column = [](const char* id, metrics::ColumnKind kind) { return metrics::Column{id, id, kind, "", "number", 1}; };
  const auto code = [](const char* text) { return metrics::Cell(std::string(text)); };
  Figures figures;
  figures.table.columns = {column("district", metrics::ColumnKind::dimension), column("sponsor", metrics::ColumnKind::dimension),
                           column("cond_schools", metrics::ColumnKind::metric), column("cond_schools__share", metrics::ColumnKind::metric)};
  figures.table.rows = {{code("甲"), code("public"), metrics::Cell(30.0), metrics::Cell(75.0)},
                        {code("甲"), code("private"), metrics::Cell(10.0), metrics::Cell(25.0)},
                        {code("乙"), code("private"), metrics::Cell(5.0), metrics::Cell(50.0)}};
  keep_member(tree, figures);
  REQUIRE(figures.table.rows.size() == 2);
  const std::string told = sentence_of({*world().frame, *world().orgs, viewer_of(*world().orgs, ""), tree, figures}).zh;
  CHECK(told.find("甲") != std::string::npos);
  CHECK(told.find("25") != std::string::npos);
  CHECK(told.find("50") != std::string::npos);
  CHECK(told.find("75") == std::string::npos);
  figures.table.columns.erase(figures.table.columns.begin() + 1);
  keep_member(tree, figures);
  CHECK(figures.unfit);
}

TEST_CASE("two questions in one, and what one order or one limit cannot say, are refused") {
  for (const char* question : {"优良率最高的区市和学校",
                               "各区市优良率最高的学校",
                               "班额最大的学校在哪个区市",
                               "优良率和合格率最高的区市",
                               "市南区优良率和市北区合格率",
                               "学生数和民办学校数",
                               "去年优良率和今年合格率",
                               "市南区小学和市北区初中的优良率",
                               "市南区和香港中路演示小学优良率对比",
                               "优良率高于合格率的学校",
                               "优良率第三名的区市",
                               "优良率前三名和后三名的区市",
                               "近三年优良率和系统接入率",
                               "教师最少的学校有多少学生",
                               "去年优良率最高的区市今年是多少",
                               "近三年在校生增长最快的区市",
                               "平均班额大于45或者小于20的学校",
                               "前10%的学校优良率",
                               "在校生人数变化最大的区市",
                               "哪个班优良率最高",
                               "30所学校的优良率"}) {
    CAPTURE(question);
    CHECK(read(question) == "! UNSUPPORTED");
    CHECK(!parsed(question).why.en.empty());
  }
  for (const char* question : {"不及格学生名单", "优良率最高的学生是谁", "张伟的体测成绩是多少"}) {
    CAPTURE(question);
    CHECK(read(question) == "! FORBIDDEN_FIELD");
  }
  CHECK(read("公办小学和民办小学的平均班额") == "compare cond_class_size; by sponsor; where school_kind=primary sponsor=private|public");
  CHECK(read("市南、市北、崂山三个区优良率对比") == "compare fit_good_rate; by district; where district=崂山区|市北区|市南区");
}

TEST_CASE("what is said behind, between and instead of the words that are known is never dropped") {
  CHECK(read("各双师等级的申请数") == "compare dq_applied; by dq_grade");
  CHECK(read("各专业大类申报数") == "compare major_n; by major_group");
  CHECK(read("市南区以外的优良率").find("where district=市南区") == std::string::npos);
  CHECK(read("学生超过500人且平均班额大于45的学校") ==
        "threshold enr_students,cond_class_size; by school; having enr_students>500; having cond_class_size>45");
  CHECK(read("平度多少学生，多少专任教师") == "value enr_students,cond_teachers; where district=平度市");
  CHECK(read("同步课堂教室现在比2024年多了多少间") == "compare cond_sync_rooms; by school_year; where school_year=2024|2026");
  CHECK(read("高一到高三的优良率") == "value fit_good_rate; where grade=10|11|12");
  CHECK(read("在校生增加最多的区市") == "rank enr_students; by district; compare yoy; order -enr_students__change; limit 1");
  CHECK(read("休学率是多少").starts_with("! "));
  CHECK(read("不看民办，全市学校多少所") == "! UNSUPPORTED");
  CHECK(read("硕士以上老师占几成") == "share staff_n; by education; member doctor|master");
  CHECK(read("有多少所中小学").find("primary") != std::string::npos);
  CHECK(read("有多少所中小学").find("senior") != std::string::npos);
  CHECK(read("周三的授课节数") == "value te_lessons; where weekday=3");
  CHECK(read("男生和女生数") == "compare enr_students; by sex; where sex=1|2");
  CHECK(read("西海岸新区随迁子女占比在全市的排名") == "rank enr_migrant_share; by district; order -enr_migrant_share; member 西海岸新区");
}

TEST_CASE("who asks, what for and what somebody says to it is left aside; a place that is pointed back to is not") {
  CHECK(read("我是退休的老教师了，全市高级职称教师占几成") == "value staff_senior_share");
  CHECK(read("我在辽宁路演示小学门口开小卖部的，这学校现在多少学生啊") == read("辽宁路演示小学有多少学生"));
  CHECK(read("师资最紧，就是生师比最高的是哪个区") == "rank cond_student_teacher; by district; order -cond_student_teacher; limit 1");
  CHECK(read("生均体育场馆面积最小的三个区是谁，娃都没处跑") == "rank cond_sports_per_student; by district; order cond_sports_per_student; limit 3");
  CHECK(read("生均图书不到25册的小学，可以吗") == read("生均图书不到25册的小学"));
  // A noun by itself may restrict the question.
  CHECK(read("全市优良率多少，随班就读学生").starts_with("! "));
  CHECK(read("全市优良率多少，外籍").starts_with("! "));
}

TEST_CASE("the same question of each, a count beside its share, years beside each other, parts in each place") {
  CHECK(read("市南区男生多少女生多少") == "compare enr_students; by sex; where district=市南区 sex=1|2");
  CHECK(read("万兆学校有几所，占比多少") == "value cond_10g,cond_10g_share");
  CHECK(read("图书册数去年跟前年比是多了还是少了") == "compare cond_books; time 2025; compare yoy");
  CHECK(read("去年和前年的图书册数") == "compare cond_books; by school_year; where school_year=2024|2025");
  CHECK(read("每个区本科以上学历老师的比例都报一下") == "compare staff_bachelor_share; by district");
  CHECK(read("从九月到现在用了多少次资源") == "value res_uses; time month 2026-09..");
  CHECK(read("一年级到三年级，每个年级各多少在校生") == "compare enr_students; by grade; where grade=1|2|3 stage=primary");
  CHECK(read("优良率降幅最大的区市") == "rank fit_good_rate; by district; compare yoy; order fit_good_rate__change; limit 1");
  CHECK(read("所有区市的平均班额") == "compare cond_class_size; by district");
  CHECK(read("城区和乡村的学校，每百名学生终端数差多少") == "compare cond_terminals_per_100; by area_kind; where area_kind=city|village");
  CHECK(read("资源使用次数前3的学科") == "rank res_uses; by subject; order -res_uses; limit 3");
  CHECK(read("各区平均每所小学有几个班") == "ratio cond_classes,cond_schools; by district; where school_kind=primary");
  CHECK(read("平均一位老师几台教学终端") == "ratio cond_terminals,cond_teachers");
  CHECK(read("寄宿生里女生占比").starts_with("! "));
  CHECK(read("全市寄宿生里莱西占多少") == "share enr_boarders; by district; member 莱西市");
  CHECK(read("今年超重肥胖的学生里男生占多少") == "share fit_over_n; by sex; time 2026; member 1");
  // Minutes are none of the lessons that were divided; no figures are kept of single classes.
  CHECK(read("同步课堂平均每节课多少分钟") == "! UNSUPPORTED");
  CHECK(read("人均课堂互动最高的5个班级是哪些") == "! UNSUPPORTED");
  // What sounds like 及格 or 高职 is none where a word of asking is a part of it.
  CHECK(read("教师职称结构，每级各占几成") == "share staff_n; by staff_title");
  CHECK(read("告知全市在校生有多少人") == "value enr_students");
}

}  // namespace
}  // namespace banmo::ask::test
