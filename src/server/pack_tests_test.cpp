// SPDX-License-Identifier: Apache-2.0
#include "server/pack_tests.h"

#include <doctest/doctest.h>

using namespace banmo;
using namespace banmo::server;

namespace {

constexpr std::string_view kPack =
    "pack: {id: edu.t, version: 1.0.0, engine: banmo/1, title: 测试}\n"
    "law: {purpose: 测试, basis: 测试}\n"
    "datasets:\n"
    "  - id: t_row\n"
    "    title: 甲\n"
    "    grain: [school_id, k]\n"
    "    class: {category: 测试, level: L2}\n"
    "    scope: {org: school_id}\n"
    "    fields:\n"
    "      school_id: {type: org, kind: school, title: 学校}\n"
    "      k: {type: int, title: 键}\n"
    "      v: {type: int, title: 值}\n"
    "    quality:\n"
    "      - {id: positive, sev: error, title: 须为正, expr: v > 0}\n"
    "      - {id: small, sev: warn, title: 须小, expr: v < 100}\n"
    "metrics:\n"
    "  - {id: t_sum, title: 和, agg: sum, of: t_row, expr: v, definition: 和}\n"
    "tests:\n"
    "  - name: sums\n"
    "    given: {t_row: [[1, 1, 5], [1, 2, 7], [2, 1, -1], [2, 2, 200]]}\n"
    "    expect:\n";

PackTestReport run(const std::string& expectations) {
  const std::vector<pack::Catalogue::PackText> texts = {{"/nowhere", std::string(kPack) + expectations}};
  const auto catalogue = pack::Catalogue::load_texts(texts);
  REQUIRE_MESSAGE(catalogue.ok(), (catalogue.ok() ? "" : catalogue.error().to_string()));
  const auto report = run_pack_tests(*catalogue);
  REQUIRE_MESSAGE(report.ok(), (report.ok() ? "" : report.error().to_string() + " " + report.error().cause));
  return *report;
}

}  // namespace

TEST_CASE("a pack's test imports its rows and asks for rows, rules and metrics") {
  const PackTestReport report =
      run("      - select count(*) as n from t_row => 3\n"
          "      - select v from t_row where k = 1 => 5\n"
          "      - quality positive => 1\n"
          "      - quality t_row.small => 1\n"
          "      - metric t_sum => 212\n");
  CHECK(report.failures == std::vector<std::string>{});
  CHECK(report.n_passed == 1);
}

TEST_CASE("an expectation that fails is told with its place, what was expected and what was found") {
  const PackTestReport report = run("      - metric t_sum => 213\n");
  REQUIRE(report.failures.size() == 1);
  CHECK(report.failures[0].find("/nowhere/pack.yaml:19:") != std::string::npos);
  CHECK(report.failures[0].find("sums: metric t_sum: 期望 expected 213, 得到 got 212") != std::string::npos);
  CHECK(report.n_passed == 0);
}

TEST_CASE("the tests of all scenes pass") {
  const auto catalogue = pack::Catalogue::load_directory(std::string(BANMO_SOURCE_DIR) + "/scenes");
  REQUIRE_MESSAGE(catalogue.ok(), (catalogue.ok() ? "" : catalogue.error().to_string()));
  const auto report = run_pack_tests(*catalogue);
  REQUIRE_MESSAGE(report.ok(), (report.ok() ? "" : report.error().to_string() + " " + report.error().cause));
  for (const std::string& failure : report->failures) FAIL_CHECK(failure);
  CHECK(report->n_passed >= 15);
}
