// SPDX-License-Identifier: Apache-2.0
// What a move that opens access may not say, each with the sentence and the place: the ^ in a text.
#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack::testing;

namespace {

std::string flow(const std::string& share, const std::string& more = "", const std::string& ways = "{api: 接口, file: 文件}") {
  return "  way: {title: 方式, values: " + ways +
         "}\n"
         "datasets:\n- {id: d, title: 办件, grain: [no], class: {category: c, level: L2}, scope: {org: s}, fields: {no: {type: text, title: 编号}, "
         "s: {type: org, title: 单位}, st: {type: state, title: 状态}, what: {type: text, title: 数据集}, which: {type: text, title: 字段}, "
         "part: {type: org, title: 范围}, way: {type: code, list: way, title: 方式}, day: {type: date, title: 截止}, why: {type: text, title: 目的}, "
         "said: {type: text, title: 内容}, secret: {type: text, level: L3, title: 秘密}}}\n"
         "flows:\n- id: f\n  title: 申请\n  guide: 说明\n  subject: d\n  number: \"F{year}-{seq:6}\"\n"
         "  roles: {maker: {title: 申请人, who: \"$user.role = 'school_cio' and $user.org = s\"}, desk: {title: 审批, who: \"$user.role = "
         "'city_officer'\"}}\n"
         "  states: {draft: {title: 草稿, form: [why]}, check: 待审, open: 已开放, over: {title: 到期}, done: {title: 办结, final: true}}\n"
         "  moves:\n  - {from: draft, to: check, by: [maker], label: 提交}\n"
         "  - {from: check, to: open, by: [desk], label: 同意, then: [" +
         share +
         "]}\n"
         "  - {from: open, to: over, by: [desk], label: 到期}\n"
         "  - {from: over, to: done, auto: true, label: 收回, then: [{unshare: true}" +
         more + "]}\n";
}

const std::string kShare = "{share: {to: s, dataset: what, fields: which, org: part, way: way, until: day, purpose: why, says: said, max_days: 90}}";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kShare;
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a move that opens access, and one that ends it, load") { CHECK(findings_of(flow(kShare)) == ""); }

TEST_CASE("the terms of a share stand in fields of the right type, up to L2") {
  CHECK(findings_of(flow(with("dataset: what", "dataset: ^day"))) == "^: the field 'day' must be of text [pack.flow_share_field]");
  CHECK(findings_of(flow(with("org: part", "org: ^why"))) == "^: the field 'why' must be of an organisation [pack.flow_share_field]");
  CHECK(findings_of(flow(with("until: day", "until: ^why"))) == "^: the field 'why' must be of a date or datetime [pack.flow_share_field]");
  CHECK(findings_of(flow(with("way: way", "way: ^why"))) == "^: the field 'why' must be of a code [pack.flow_share_field]");
  CHECK(findings_of(flow(with("purpose: why", "purpose: ^secret"))) ==
        "^: the field 'secret' says the terms of a share and may not be above L2 [pack.flow_share_level]");
  CHECK(findings_of(flow(with("fields: which", "fields: ^whihc"))) ==
        "^: the dataset 'd' has no field 'whihc'; did you mean 'which'? [pack.unknown_field]");
  CHECK(findings_of(flow(with("says: said", "says: ^st"))).find("the field 'st' is the flow's own and cannot be set here") != std::string::npos);
  CHECK(findings_of(flow("{share: ^{to: s}}")).find("'share'") != std::string::npos);
}

TEST_CASE("access ends with its case, and no move opens it that ends the case") {
  std::string text = flow(kShare);
  const std::string open = "from: check, to: open", over = "then: [{unshare: true}]";
  text.replace(text.find(over), over.size(), "then: [{set: said, value: why}]");
  const auto loaded = banmo::pack::Catalogue::load_texts(std::vector<banmo::pack::Catalogue::PackText>{{"/nowhere", with_head(text)}});
  REQUIRE(loaded.ok());
  for (const banmo::pack::FlowMove& move : (*loaded)->flows().front().moves) CHECK(move.unshares == (move.to == "done"));
  text = flow(with("{to: s", "^{to: s"));
  text.replace(text.find(open), open.size(), "from: check, to: done");
  CHECK(findings_of(text).find("^: a move that opens access may not end the case, with which access ends: let it lead to a state such as 'granted' "
                               "[pack.flow_share_end]") != std::string::npos);
}

TEST_CASE("a share has a way that there is, an end, and somebody who grants it") {
  CHECK(findings_of(flow(with("way: way", "way: ^way"), "", "{api: 接口, fax: 传真}")) ==
        "^: a way is api, file or figures; there is no 'fax' [pack.flow_share_way]");
  CHECK(findings_of(flow(with("{to: s", "^{to: s").replace(with("{to: s", "^{to: s").find("90"), 2, "5000"))) ==
        "^: max_days is from 1 to 1096 [pack.flow_share_days]");
  CHECK(findings_of(flow(kShare, ", " + with("{to: s", "^{to: s"))) ==
        "^: a share is granted by a person: an automatic move opens none [pack.flow_share_by]");
  CHECK(findings_of(flow(kShare + ", " + with("{to: s", "^{to: s"))) == "^: a move opens one share [pack.flow_share_by]");
}
