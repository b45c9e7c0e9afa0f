// SPDX-License-Identifier: Apache-2.0
// What a pack may put on the home of roles and on the page of an organisation.
#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack::testing;

namespace {

// A dataset of schools with a count, and a dashboard of it with `more` keys.
std::string world(std::string_view more = "", std::string_view rest = "") {
  return "datasets:\n- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, scope: {org: s}, fields: {k: {type: int, title: 键}, s: "
         "{type: "
         "org, title: 校}}}\nmetrics:\n- {id: m, title: 数, agg: count, of: d, definition: 数}\ndashboards:\n- {id: b, title: 板, cards: [{kpi: m}]" +
         std::string(more) + "}\n" + std::string(rest);
}

}  // namespace

TEST_CASE("home and org_page take metrics, dashboards, datasets, roles and kinds that exist") {
  CHECK(findings_of(world(", org_page: [city, district, school]", "home: [{roles: [principal], figures: [m], dashboards: [b], datasets: [d]}]\n")) ==
        "");
  CHECK(findings_of(world("", "home: [{roles: [^principle], figures: [m]}]\n")) ==
        "^: there is no role 'principle'; did you mean 'principal'? [pack.unknown_role]");
  CHECK(findings_of(world("", "home: [{roles: [principal], figures: [^mm]}]\n")) ==
        "^: there is no metric 'mm'; did you mean 'm'? [pack.unknown_metric]");
  CHECK(findings_of(world("", "home: [{roles: [principal], dashboards: [^bb]}]\n")) ==
        "^: there is no dashboard 'bb'; did you mean 'b'? [pack.unknown_dashboard]");
  CHECK(findings_of(world("", "home: [{roles: [principal], datasets: [^dd]}]\n")) ==
        "^: there is no dataset 'dd'; did you mean 'd'? [pack.unknown_dataset]");
  CHECK(findings_of(world("", "home: [^{figures: [m]}]\n")) == "^: 'home' lacks the key 'roles' [pack.missing_key]");
  CHECK(findings_of(world(", org_page: [^class]")) == "^: org_page takes city, district, school [pack.unknown_word]");
}

TEST_CASE("a question that is offered names its roles and fits on a button") {
  CHECK(findings_of("ask: {examples: [{roles: [principal], question: 优良率是多少}]}\n") == "");
  CHECK(findings_of("ask: {examples: [{roles: [^principle], question: 优良率是多少}]}\n") ==
        "^: there is no role 'principle'; did you mean 'principal'? [pack.unknown_role]");
  CHECK(findings_of("ask: {examples: [^{roles: [principal]}]}\n").starts_with("^: 'examples' lacks the key 'question' [pack.missing_key]"));
  CHECK(findings_of("ask: {examples: [^{roles: [principal], question: ''}]}\n") == "^: a question has 1 to 60 characters [pack.bad_example]");
  CHECK(findings_of("ask: {^example: []}\n") == "^: 'ask' has no key 'example'; did you mean 'examples'? [pack.unknown_key]");
}

TEST_CASE("a home has few figures") {
  CHECK(findings_of(world("", "home: [^{roles: [principal], figures: [m, m, m, m, m]}]\n")) ==
        "^: a pack puts at most 4 figures on the home of a role: keep the most telling [pack.too_many_figures]");
}
