// SPDX-License-Identifier: Apache-2.0
// What nobody is told or led to believe: names of persons in what is kept, and figures of one's own part under the name of a larger place.
#include <doctest/doctest.h>
#include "ask/test_cases.h"
#include "ask/test_world.h"

namespace banmo::ask::test {
namespace {

Parsed asked(const std::string& question, const std::string& viewer = "") {
  const Viewer who = viewer_of(*world().orgs, viewer);
  const Parsed read = world().parser->parse(question, world().today, who, nullptr);
  return read.refusal == Refusal::none ? world().parser->check(read.tree, who) : read;
}
std::string code(const std::string& question, const std::string& viewer = "") { return name_of(asked(question, viewer).refusal); }
std::string kept(const std::string& question) { return world().parser->without_names(question, world().today); }

TEST_CASE("a question about one person is refused as such, wherever the name stands and whatever is asked") {
  for (const char* question : {"李四是不是贫困生", "李明明住院了", "张伟优良率中位数", "张伟平均总分", "诸葛亮优良率", "初三二班张伟体测成绩",
                               "欧阳娜娜的分数", "张伟的体测成绩"}) {
    CAPTURE(question);
    CHECK(code(question) == "FORBIDDEN_FIELD");
  }
}

TEST_CASE("what may be a person's name is starred out of all that is kept of a question") {
  for (const std::string& name :
       std::initializer_list<std::string>{"张伟", "李明明", "王小红", "李四", "诸葛亮", "欧阳娜娜", "刘洋", "陈晨", "赵子涵", "孙悦", "高圆圆",
                                          "林志玲", "马化腾", "張偉", "周杰", "何炅", "曾丽", "夏雨荷"})
    for (const std::string& rest : std::initializer_list<std::string>{"今天迟到了吗", "住院了", "家里情况怎么样", "是不是贫困生", "优良率中位数",
                                                                      "平均总分", "同学的体测成绩", "的分数"}) {
      CAPTURE(name + rest);
      CHECK(kept(name + rest).find(name) == std::string::npos);
      CHECK(kept("请问" + name + rest).find(name) == std::string::npos);
      CHECK(kept("市南区" + name + rest).find(name) == std::string::npos);
    }
  CHECK(kept("王老师班上的优良率").find("王") == std::string::npos);
  CHECK(kept("李局长要材料，各区市优良率").find("李") == std::string::npos);
  CHECK(code("李局长要材料，各区市优良率") == "");
  CHECK(kept("张 伟的优良率").find("伟") == std::string::npos);
  CHECK(kept("阿依古丽今天迟到了吗").find("古丽") == std::string::npos);
}

TEST_CASE("what officers can teach or should hear of is kept as it was asked") {
  for (const char* question :
       {"各区市强健度", "近视率是多少", "高考录取率", "孩子们身体好不好呀", "李村小学优良率", "张店区优良率", "四方区有多少在校生", "毕业去向落实率",
        "各区市优良率", "市南区女生优良率排第几", "安全事故次数", "课后服务覆盖率", "满意度是多少", "金额有多少"}) {
    CAPTURE(question);
    CHECK(kept(question) == question);
  }
  size_t n = 0, n_starred = 0;
  for (const char* file : {"/tests/ask/development.case", "/tests/ask/held_out.case", "/tests/ask/blind.case"})
    for (const Case& one : read_cases(BANMO_SOURCE_DIR + std::string(file))) {
      if (one.gold == "! FORBIDDEN_FIELD") continue;
      ++n;
      if (kept(one.question) == one.question) continue;
      ++n_starred;
      MESSAGE(kept(one.question) << "   " << one.question);
    }
  CHECK(n > 600);
  CHECK(n_starred * 100 <= n);
}

TEST_CASE("the city's mean is refused to who does not see the city, and an order in which it is said changes nothing") {
  for (const char* question : {"优良率低于全市平均的学校", "哪些学校优良率比全市平均高", "低于全市平均优良率的学校有多少"}) {
    CAPTURE(question);
    CHECK(code(question, "市南区") == "FORBIDDEN_SCOPE");
    CHECK(code(question) == "");
  }
  CHECK(code("优良率低于平均水平的学校", "市南区") == "");
}

TEST_CASE("a place outside of the asker's is refused in the asker's own words") {
  const Parsed foreign = asked("市北优良率", "市南区");
  CHECK(foreign.refusal == Refusal::forbidden_scope);
  CHECK(foreign.why.zh.find("市北区") == std::string::npos);
}

TEST_CASE("a share is of a whole that one sees, and a ranking has others in it") {
  CHECK(code("本区在校生占比", "市南区") == "FORBIDDEN_SCOPE");
  CHECK(code("市南区在校生占全市的比例", "市南区") == "FORBIDDEN_SCOPE");
  CHECK(code("市南区在校生占全市的比例") == "");
  CHECK(code("各学校在校生占比", "市南区") == "");
  CHECK(code("优良率最高的区市", "市南区") == "FORBIDDEN_SCOPE");
  CHECK(code("各区市优良率排名", "市南区") == "FORBIDDEN_SCOPE");
  CHECK(code("优良率最高的学校", "市南区") == "");
  CHECK(code("各区市优良率", "市南区") == "");
}

TEST_CASE("a school's figure is not told under its district's name") {
  const std::string school = [] {
    for (const directory::Org& org : world().orgs->all())
      if (org.kind == directory::OrgKind::school) return org.title;
    return std::string();
  }();
  REQUIRE(!school.empty());
  CHECK(code("各区市优良率", school) == "FORBIDDEN_SCOPE");
  CHECK(code("优良率最高的学校", school) == "FORBIDDEN_SCOPE");
  CHECK(code("本校在校生占比", school) == "FORBIDDEN_SCOPE");
  CHECK(code("优良率", school) == "");
  CHECK(code("各年级优良率", school) == "");
}

TEST_CASE("of a kind within a place the share is of the place, unless the city is named") {
  const Tree in_place = asked("市南区民办学校占比").tree;
  CHECK(in_place.member != id_of("市南区"));
  REQUIRE(in_place.where.size() == 1);
  CHECK(in_place.where.front().dimension == "district");
  const Tree in_city = asked("市南区小学在校生占全市多少").tree;
  CHECK(in_city.member == id_of("市南区"));
}

}  // namespace
}  // namespace banmo::ask::test
