// SPDX-License-Identifier: Apache-2.0
// Follow-ups that ask for something of the question before, or for nothing; the whole beside parts; and the chips that tell queries apart.
#include <doctest/doctest.h>
#include "ask/figures.h"
#include "ask/sentence.h"
#include "ask/test_cases.h"
#include "ask/test_world.h"

namespace banmo::ask::test {
namespace {

// The last of them, as an answer would check it.
std::string thread(std::initializer_list<const char*> questions) {
  const Viewer who = viewer_of(*world().orgs, "");
  Tree previous;
  bool follows = false;
  for (const char* question : questions) {
    Parsed parsed = world().parser->parse(question, world().today, who, follows ? &previous : nullptr);
    if (parsed.refusal == Refusal::none) parsed = world().parser->check(parsed.tree, who);
    if (parsed.refusal != Refusal::none) return std::string("! ") + name_of(parsed.refusal);
    previous = parsed.tree;
    follows = true;
  }
  return plain_text(previous, *world().orgs);
}

TEST_CASE("a follow-up that asks for a place, a share or the whole is of the question before") {
  CHECK(thread({"市南区优良率", "那市北区排第几"}) == thread({"市北区优良率排第几"}));
  CHECK(thread({"市南区优良率", "排第几呢"}) == thread({"市南区优良率排第几"}));
  CHECK(thread({"市南区优良率排第几", "市北区呢"}) == thread({"市北区优良率排第几"}));
  CHECK(thread({"市南区优良率", "和全市比呢"}) == thread({"市南区优良率与全市平均相比"}));
  CHECK(thread({"市南区优良率", "与全市平均相比"}) == thread({"市南区优良率与全市平均相比"}));
  CHECK(thread({"市南区优良率", "和市北区比谁高"}) == thread({"市南区和市北区优良率对比"}));
  CHECK(thread({"市南区在校生数", "占全市多少呢"}) == thread({"市南区在校生占全市多少"}));
  CHECK(thread({"各学段在校生数", "占比呢"}) == thread({"各学段在校生占比"}));
  CHECK(thread({"民办学校占比", "公办呢"}) == thread({"公办学校占比"}));
  CHECK(thread({"各区市在校生数", "合计"}) == thread({"在校生数"}));
  CHECK(thread({"优良率低于60%的区市", "那合格率呢"}) == thread({"合格率低于60%的区市"}));
  CHECK(thread({"优良率低于60%的区市", "那在校生呢"}) == "! UNSUPPORTED");
}

TEST_CASE("a follow-up that says nothing, or what nobody can know, is refused and not answered by the figure before") {
  for (const char* nothing : {"谢谢", "你好", "再见", "对吗"}) {
    CAPTURE(nothing);
    CHECK(thread({"市南区优良率", nothing}) == "! NOT_A_DATA_QUESTION");
  }
  CHECK(thread({"市南区优良率", "其他区呢"}) == "! UNSUPPORTED");
  CHECK(thread({"市南区优良率", "为什么这么低"}) == "! UNSUPPORTED");
  CHECK(thread({"市南区优良率", "占比呢"}) == "! UNSUPPORTED");
  CHECK(thread({"市南区优良率", "为什么下降"}) == thread({"市南区优良率为什么下降"}));
  const std::string grade = thread({"各年级优良率"});
  CHECK(thread({"优良率", "一年级呢", "全部年级"}) == grade);
}

TEST_CASE("the whole city stands beside places and periods, not among what is ranked or limited") {
  Tree tree;
  tree.metrics = {"fit_good_rate"};
  tree.against_whole = true;
  tree.by = {"district"};
  const auto code = [&] { return std::string(name_of(world().parser->check(tree, viewer_of(*world().orgs, "")).refusal)); };
  CHECK(code() == "");
  tree.order = "-fit_good_rate";
  CHECK(code() == "UNSUPPORTED");
  tree.order.clear();
  tree.having = {{"fit_good_rate", "<", 60, 0, false}};
  CHECK(code() == "UNSUPPORTED");
  tree.having.clear();
  tree.by = {"district", "sex"};
  CHECK(code() == "UNSUPPORTED");
  tree.by = {"school_year"};
  CHECK(code() == "");
  CHECK(thread({"市南区和市北区与全市优良率相比"}).find("by district") != std::string::npos);
}

TEST_CASE("two queries that differ in what is done with the figures have chips that differ") {
  const auto label = [](const char* question) {
    const Parsed parsed = world().parser->parse(question, world().today, viewer_of(*world().orgs, ""), nullptr);
    REQUIRE(parsed.refusal == Refusal::none);
    std::string text;
    for (const Chip& chip : parsed.chips) text += (text.empty() ? "" : " · ") + chip.text;
    return text;
  };
  CHECK(label("优良率低于60%的区市").find("优良率低于60%") != std::string::npos);
  CHECK(label("优良率最高的三个区市").find("优良率从高到低前3") != std::string::npos);
  CHECK(label("市南区优良率排第几").find("“市南区”的名次") != std::string::npos);
  CHECK(label("市南区在校生占全市多少").find("求“市南区”的占比") != std::string::npos);
  CHECK(label("优良率同比").find("与上年同期比") != std::string::npos);
  CHECK(label("优良率连续两年下降的区市").find("连续2期下降") != std::string::npos);
  CHECK(label("市南区优良率与全市平均相比").find("与全市比") != std::string::npos);
  CHECK(label("优良率为什么下降").find("分解下降") != std::string::npos);
  CHECK(label("各区市优良率").find("从高到低") == std::string::npos);
}

}  // namespace
}  // namespace banmo::ask::test
