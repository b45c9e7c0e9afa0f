// SPDX-License-Identifier: Apache-2.0
// What inputs offer: public rows, organisations, datasets and fields; by letters and by pinyin; what is not offered is refused, also later.
#include <doctest/doctest.h>

#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

// The flow `loan` with a street of the school's district to choose, a school that is asked, and what data is wanted.
std::string pack_with_choices(const std::string& streets = "") {
  std::string text = changed(
      "form: [{f: use, required: true}, {f: amount, required: true}, account]",
      "form: [{f: use, required: true}, {f: amount, required: true}, account, {f: district, choose: {orgs: district}}, {f: street, choose: {dataset: "
      "street, value: code, title: name, org: area, in: district, match: {kind: use}}}, {f: other, choose: {orgs: school, in: district}}]");
  const auto put = [&](const std::string& before, const std::string& what) { text.insert(text.find(before), what); };
  put("    fixes: {type: int",
      "    street: {type: text, title: 街道, title_en: Street}\n    other: {type: org, kind: school, title: 参与学校}\n"
      "    dataset: {type: text, title: 数据集, title_en: Dataset}\n    fields: {type: text, title: 字段, title_en: Fields}\n");
  put("- id: day\n",
      "- id: street\n  title: 街道\n  kind: reference\n  grain: [code]\n  class: {category: 公共, level: L1}\n"
      "  fields: {code: {type: text, title: 代码}, name: {type: text, title: 名称}, area: {type: text, title: 区}, kind: {type: text, title: 类}}\n"
      "  rows: [[\"1\", 香港中路, \"370202\", books], [\"2\", 中山路, \"370202\", books], [\"3\", 中山路, \"370203\", books], [\"4\", 体育街, "
      "\"370202\", sport]" +
          streets + "]\n");
  const std::string pass = "form: [{f: opinion, required: true}]";
  text.replace(text.find(pass), pass.size(),
               "form: [{f: opinion, required: true}, {f: dataset, choose: datasets}, {f: fields, choose: {fields: dataset}}]");
  return text;
}

std::string listed(const std::vector<ChoiceItem>& items) {
  std::string out;
  for (const ChoiceItem& item : items)
    out += (out.empty() ? "" : " ") + item.value + ":" + item.title.zh + (item.hint.empty() ? "" : "/" + item.hint);
  return out;
}

struct Choosing {
  World& w;
  Case one;
  explicit Choosing(World& world) : w(world) {
    w.open(pack_with_choices());
    one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
  }
  std::string id() const { return one.head.id.to_string(); }
  std::string offered(const Principal& who, const std::string& field, const std::string& typed = "", const std::string& move = "",
                      const std::string& on = "") {
    const auto found = w.flows->choices(who, id(), {field, move, typed, on});
    return found.ok() ? listed(*found) : told(found);
  }
  std::string saved(json::Object values) {
    auto done = w.flows->save(w.cio, id(), one.head.seq, std::move(values));
    if (done.ok()) one = *std::move(done);
    return told(done);
  }
  std::string id_of(directory::OrgNo org) const { return w.directory->orgs()->find(org)->id.to_string(); }
};

}  // namespace

TEST_CASE("rows are found by letters, by value and by pinyin, in the organisation that the case names, with what tells them apart") {
  on_each_pair([](World& w) {
    Choosing c(w);
    CHECK(c.offered(w.cio, "street") == "1:香港中路/市南区 2:中山路/市南区");  // filled in for the school; of its kind
    CHECK(c.offered(w.cio, "street", "山") == "2:中山路/市南区");
    CHECK(c.offered(w.cio, "street", "zsl") == "2:中山路/市南区");
    CHECK(c.offered(w.cio, "street", "xianggang") == "1:香港中路/市南区");
    CHECK(c.offered(w.cio, "street", "ZHONG") == "2:中山路/市南区 1:香港中路/市南区");  // what begins so stands first
    CHECK(c.offered(w.cio, "street", "2") == "2:中山路/市南区");
    CHECK(c.offered(w.cio, "street", "没有") == "");
    CHECK(c.saved({{"district", nullptr}}) == "");
    CHECK(c.offered(w.cio, "street", "中山") == "2:中山路/市南区");                // the city fills the school's district in again
    CHECK(c.offered(w.cio, "street", "中山", "", "370203") == "3:中山路/市北区");  // as the form says, which is not kept yet
    CHECK(c.saved({{"use", "sport"}}) == "");
    CHECK(c.offered(w.cio, "street") == "4:体育街/市南区");
  });
}

TEST_CASE("organisations are offered by kind to whoever fills in, whatever their directory shows, and no closed ones") {
  on_each_pair([](World& w) {
    Choosing c(w);
    CHECK(c.offered(w.cio, "district") == c.id_of(w.south) + ":市南区 " + c.id_of(w.north) + ":市北区");
    CHECK(c.offered(w.cio, "other", "er") == c.id_of(w.school_2) + ":第二小学/市南区");
    CHECK(c.saved({{"other", c.id_of(w.school_3)}}).starts_with("flows.not_offered"));
    CHECK(c.saved({{"other", c.id_of(w.school_2)}}) == "");
    CHECK(listed(c.one.chosen.at("other")) == c.id_of(w.school_2) + ":第二小学/市南区");
    must(w.directory->merge_org(Principal::system(), w.school_2, w.school_1, city_date(w.clock.now())));
    CHECK(c.offered(w.cio, "other", "第二") == "");
  });
}

TEST_CASE("what is not offered is refused with what to do, and what no longer fits is chosen again") {
  on_each_pair([](World& w) {
    Choosing c(w);
    const std::string refusal =
        "flows.not_offered: 'Street' takes only what its list offers: type a few letters of the name and choose one; choose again if '区市' was "
        "changed";
    CHECK(c.saved({{"street", "中山路"}}) == refusal);
    CHECK(c.saved({{"street", "3"}}) == refusal);  // of the other district
    CHECK(told(w.flows->open(w.cio, "loan", {{"street", "9"}})) == refusal);
    CHECK(c.saved({{"street", "2"}}) == "");
    CHECK(listed(c.one.chosen.at("street")) == "2:中山路/市南区");
    CHECK(c.saved({{"district", c.id_of(w.north)}}) == "");
    CHECK(c.one.chosen.at("street").empty());
    CHECK(c.saved({{"district", c.id_of(w.south)}, {"street", "2"}}) == "");
    // The list is another by the time it is sent: the value stays to be seen, the case is not sent with it.
    std::string later = pack_with_choices();
    const std::string row = "[\"2\", 中山路, \"370202\", books]";
    later.replace(later.find(row), row.size(), "[\"2\", 中山路, \"370203\", books]");
    w.open(later);
    CHECK(c.saved({{"amount", 6000}}) == "");  // which has nothing to do with it
    CHECK(listed(c.one.chosen.at("street")) == "2:中山路/市北区");
    CHECK(told(w.move(w.cio, c.one, "send")) == refusal);
    c.one = must(w.flows->find(w.cio, c.id()));
    CHECK(listed(c.one.chosen.at("street")) == "2:中山路/市北区");
    CHECK(c.saved({{"use", "sport"}}) == "");  // by which it is matched
    CHECK(c.one.chosen.at("street").empty());
    CHECK(c.saved({{"use", "books"}, {"street", "1"}}) == "");
    CHECK(must(w.move(w.cio, c.one, "send")).head.state == "check");
  });
}

TEST_CASE("only who may fill in the form is offered anything, and only of its inputs") {
  on_each_pair([](World& w) {
    Choosing c(w);
    CHECK(c.offered(w.cio, "amount") == "flows.no_choice: this step offers nothing to choose for that field: fill it in");
    CHECK(c.offered(w.cio, "nothing").starts_with("flows.no_choice"));
    CHECK(c.offered(w.district, "street").starts_with("flows.no_such_case"));  // a draft is not theirs to see
    CHECK(c.offered(w.cio, "street", std::string(61, 'a')) == "flows.choice_long: type less: a few letters of the name are enough");
    c.one = must(w.move(w.cio, c.one, "send"));
    CHECK(c.offered(w.cio, "street").starts_with("flows.not_your_form"));
    CHECK(c.offered(w.cio, "dataset", "", "decide").starts_with("flows.not_your_form"));
    CHECK(c.offered(w.officer, "dataset", "", "decide").starts_with("flows.not_your_form"));
    CHECK(c.offered(w.district, "dataset", "", "no_move").starts_with("flows.not_your_form"));
    CHECK(c.offered(w.cio_2, "dataset", "", "decide").starts_with("flows.no_such_case"));
  });
}

TEST_CASE("datasets and fields are offered as far as whoever fills in sees them, several fields with commas, never above L3") {
  on_each_pair([](World& w) {
    Choosing c(w);
    c.one = must(w.move(w.cio, c.one, "send"));
    const std::string datasets = c.offered(w.district, "dataset", "", "decide");
    CHECK(datasets.find("loan_case:借款/管理数据") != std::string::npos);
    CHECK(c.offered(w.district, "fields", "", "decide") == "");  // of no dataset yet
    const std::string fields = c.offered(w.district, "fields", "", "decide", "leave_case");
    CHECK(fields.find("student:学生/L3") != std::string::npos);
    CHECK(fields.find("reason") == std::string::npos);  // L4
    const auto pass = [&](json::Object values) {
      values.set("opinion", "可");
      return w.move(w.district, c.one, "decide", std::move(values));
    };
    CHECK(told(pass({{"dataset", "none"}})).starts_with("flows.not_offered: 'Dataset'"));
    CHECK(told(pass({{"dataset", "leave_case"}, {"fields", "student,reason"}})).starts_with("flows.not_offered: 'Fields'"));
    CHECK(told(pass({{"dataset", "leave_case"}, {"fields", "student,student"}})).starts_with("flows.not_offered: 'Fields'"));
    CHECK(told(pass({{"fields", "no"}})).starts_with("flows.not_offered: 'Fields'"));
    CHECK(must(pass({{"dataset", "leave_case"}, {"fields", "no, student"}})).head.state == "decide");
  });
}

TEST_CASE("among more than fifty the first fifty are offered") {
  on_each_pair([](World& w) {
    std::string more;
    for (int i = 100; i < 180; ++i) more += ", [\"" + std::to_string(i) + "\", 路" + std::to_string(i) + ", \"370202\", books]";
    w.open(pack_with_choices(more));
    const Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    CHECK(must(w.flows->choices(w.cio, one.head.id.to_string(), {"street"})).size() == 50);
    CHECK(listed(must(w.flows->choices(w.cio, one.head.id.to_string(), {"street", "", "路179"}))) == "179:路179/市南区");
  });
}

}  // namespace banmo::flows::test
