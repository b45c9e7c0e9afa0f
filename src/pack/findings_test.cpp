// SPDX-License-Identifier: Apache-2.0
// Every kind of error of a pack shows its place: the ^ in a text.
#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack::testing;

namespace {

// A dataset d of people with the fields that `more` adds.
std::string people(std::string_view rest, std::string_view more = "") {
  return "datasets:\n- {id: d, title: 甲, grain: [k], class: {category: c, level: L3, spi: true}, scope: {org: s}, fields: {k: {type: int, title: "
         "键}, s: {type: org, title: 校}" +
         std::string(more) + "}}\n" + std::string(rest);
}

}  // namespace

TEST_CASE("a pack without findings loads") { CHECK(findings_of(people("")) == ""); }

TEST_CASE("unknown keys are refused with the nearest known key") {
  CHECK(findings_of("^dataset: []\n") == "^: 'the pack' has no key 'dataset'; did you mean 'datasets'? [pack.unknown_key]");
  CHECK(findings_of(people("metrics:\n- {id: m, title: 数, ^aggr: count, agg: count, of: d, definition: 数}\n")) ==
        "^: 'metric' has no key 'aggr'; did you mean 'agg'? [pack.unknown_key]");
  CHECK(findings_of("^index: []\n") == "^: this version does not run 'index': leave it out of the pack [pack.unsupported_key]");
  CHECK(findings_of(people("", ", x: {type: int, title: 数, zzzzzzzz: 1}"))
            .find("'field' has no key 'zzzzzzzz'; known keys: type, title, title_en, required") != std::string::npos);
}

TEST_CASE("missing keys, wrong shapes and wrong words name what was expected") {
  CHECK(findings_of("datasets: ^{}\n") == "^: 'datasets' must be a list; here stands a map [pack.not_a_list]");
  CHECK(findings_of("datasets: [^7]\n").starts_with("^: 'dataset' must be a map of keys; here stands a single value [pack.not_a_map]"));
  CHECK(findings_of("metrics:\n- ^{id: m, agg: count, of: d}\n").find("^: 'metric' lacks the key 'title' [pack.missing_key]") != std::string::npos);
  CHECK(findings_of(people("", ", x: {type: ^integer, title: 数}")) ==
        "^: 'type' cannot be 'integer'; one of: text, int, decimal, bool, date, datetime, year, code, org, ref, idno, phone, state "
        "[pack.unknown_word]");
  CHECK(findings_of(people("", ", ^X: {type: int, title: 数}")) ==
        "^: the id 'X' must start with a-z and hold only a-z, 0-9 and _, at most 48 characters [pack.bad_id]");
}

TEST_CASE("names that do not exist are refused with the nearest one") {
  CHECK(findings_of(people("", ", x: {type: code, list: ^color, title: 色}")) ==
        "^: there is no code list 't.color'; did you mean 't.colour'? [pack.unknown_list]");
  CHECK(findings_of(people("metrics: [{id: m, title: 数, agg: count, of: ^dd, definition: 数}]\n")) ==
        "^: there is no dataset 'dd'; did you mean 'd'? [pack.unknown_dataset]");
  CHECK(findings_of(
            people("targets: [{id: t, plan: p, section: s, item: i, measure: m, unit: u, responsible: r, metric: ^none, value: {2025: 1}}]\n")) ==
        "^: there is no metric 'none' [pack.unknown_metric]");
  CHECK(findings_of(people("dashboards: [{id: b, title: 板, audience: {roles: [^principle]}, cards: []}]\n")) ==
        "^: there is no role 'principle'; did you mean 'principal'? [pack.unknown_role]");
  CHECK(findings_of(people("", ", x: {type: ref, to: ^core.dog, title: 狗}")) ==
        "^: a field cannot refer to 'core.dog'; one of: core.person, core.staff, core.student [pack.unknown_ref]");
  CHECK(findings_of("datasets:\n- {id: d, title: 甲, grain: [^q], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}}}\n") ==
        "^: the dataset 'd' has no field 'q' for its grain [pack.unknown_field]");
  // What lacks a name altogether is one finding with its place, not a second one without.
  CHECK(findings_of(people("flows: [{name: x}]\n")).find("there is no dataset") == std::string::npos);
}

TEST_CASE("expressions are compiled against the fields, and their findings stand at the exact place") {
  const std::string head =
      "datasets:\n- id: d\n  title: 甲\n  grain: [k]\n  class: {category: c, level: L2}\n  fields: {k: {type: int, title: 键}}\n  quality:\n";
  CHECK(findings_of(head + "  - {id: r, sev: error, title: 规, expr: \"k > 0 and ^kk < 5\"}\n").starts_with("^: there is no field \"kk\""));
  CHECK(findings_of(head + "  - {id: r, sev: error, title: 规, expr: k > 0 and ^kk < 5}\n").starts_with("^: there is no field \"kk\""));
  CHECK(findings_of(head + "  - id: r\n    sev: error\n    title: 规\n    expr: |\n      k > 0\n      and ^kk < 5\n")
            .starts_with("^: there is no field \"kk\""));
  CHECK(findings_of(head + "  - {id: r, sev: error, title: 规, expr: ^k + 1}\n") ==
        "^: a rule must be a condition; this is integer [pack.not_a_condition]");
  CHECK(findings_of(head + "  - ^{id: r, sev: error, title: 规}\n") == "^: a rule has exactly one of expr and set [pack.rule_shape]");
  CHECK(findings_of(head + "  - {id: r, sev: error, title: 规, set: select ^z from d}\n").starts_with("^: "));
}

TEST_CASE("levels cannot be lowered by accident") {
  CHECK(findings_of(people("", ", ^x: {type: int, title: 数, level: L1}")) ==
        "^: the field 'x' is L1, below its dataset's L3: give a level_reason [pack.level_lowered]");
  CHECK(findings_of(people("", ", x: {type: int, title: 数, level: L1, level_reason: 公开数字}")) == "");
  CHECK(findings_of(people("- ^{id: e, kind: derived, title: 乙, grain: [k], class: {category: c, level: L2}, sql: select k from d}\n")) ==
        "^: the derived dataset 'e' is declared below its sources: it must be at least L3 [pack.level_too_low]");
  CHECK(findings_of("datasets:\n- ^{id: d, title: 甲, grain: [k], class: {category: c, level: L3}, fields: {k: {type: int, title: 键}}}\n") ==
        "^: the dataset 'd' is L3: its scope must name the organisation or the person, or nothing could limit who reads it [pack.no_scope]");
}

TEST_CASE("derived datasets declare what they compute, and do not read themselves") {
  const std::string base = "datasets:\n- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}}}\n";
  const std::string derived = "- {id: e, kind: derived, title: 乙, grain: [k], class: {category: c, level: L2}, ";
  CHECK(findings_of(base + derived + "sql: \"^select k, k * 2 as t from d\"}\n") ==
        "^: the derived column 't' must be declared in fields, with type and title [pack.undeclared_column]");
  CHECK(findings_of(base + derived + "sql: \"select k, k * 2 as t from d\", fields: {^t: {type: text, title: 倍}}}\n") ==
        "^: the derived column 't' is computed as integer, not as declared [pack.column_type]");
  CHECK(findings_of(base + derived + "sql: select k from d, fields: {^t: {type: int, title: 倍}}}\n") ==
        "^: the sql has no column 't' [pack.unknown_field]");
  CHECK(findings_of("datasets:\n" + std::string("- ^") + derived.substr(2) +
                    "sql: select k from f}\n- {id: f, kind: derived, title: 丙, grain: [k], class: {category: c, level: L2}, sql: select k from e}\n")
            .find("^: the derived dataset 'e' reads itself by way of others [pack.cycle]") != std::string::npos);
}

TEST_CASE("metrics keep sums over sums, conditions and smallest cells") {
  const std::string numbers =
      "datasets:\n- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}, t: {type: text, title: "
      "文}}}\nmetrics:\n";
  const std::string n = "- {id: n, title: 数, agg: count, of: d, definition: 数}\n";
  CHECK(findings_of(numbers + n +
                    "- {id: a, title: 均, agg: avg, of: d, expr: k, definition: 均}\n- {id: r, title: 率, ratio: [^a, n], definition: 率}\n") ==
        "^: a ratio is a sum over a sum: 'a' is neither a count nor a sum [pack.ratio_not_additive]");
  CHECK(findings_of(numbers + "- {id: s, title: 和, agg: sum, of: d, expr: ^t, definition: 和}\n") ==
        "^: this must be a number, it is text [pack.expression_type]");
  CHECK(findings_of(numbers + "- {id: s, title: 和, agg: count, of: d, where: ^k, definition: 和}\n") ==
        "^: this must be a condition, it is integer [pack.expression_type]");
  CHECK(findings_of(numbers + "- ^{id: s, title: 和, agg: sum, of: d, definition: 和}\n") ==
        "^: count takes no expr, every other aggregate needs one [pack.metric_shape]");
  CHECK(findings_of(numbers + n + "- ^{id: x, title: 甲, derived: y + 1, definition: 甲}\n- {id: y, title: 乙, derived: x + 1, definition: 乙}\n") ==
        "^: the metric 'x' is computed from itself by way of others [pack.cycle]");
  CHECK(findings_of(numbers + n + "- {id: x, title: 甲, derived: \"^n - prior(n, 0, year)\", definition: 甲}\n") ==
        "^: prior is written prior(metric, periods, period_field) with 1..20 periods [pack.bad_prior]");
  CHECK(findings_of(numbers + n + "- {id: x, title: 甲, derived: \"^n - prior(n, 1, year)\", definition: 甲}\n") ==
        "^: the period of the dataset 'd' is not 'year' [pack.bad_prior]");
  CHECK(findings_of(numbers + n + "- {id: x, title: 甲, derived: \"n - ^nn\", definition: 甲}\n").starts_with("^: "));
  CHECK(findings_of(
            people("metrics:\n- {id: n, title: 数, agg: count, of: d, definition: 数}\n- ^{id: r, title: 率, ratio: [n, n], definition: 率}\n")) ==
        "^: the metric 'r' is computed from sensitive personal information: give it a min_cell of at least 5 [pack.min_cell_missing]");
  CHECK(findings_of(numbers + "- {id: s, title: 和, agg: count, of: d, warn: ^high, definition: 和}\n") ==
        "^: warn must be a comparison and a number, such as \"> 0.95\" [pack.bad_warn]");
}

TEST_CASE("a ratio over two datasets needs a common organisation and period") {
  CHECK(findings_of("datasets:\n"
                    "- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, scope: {org: s}, fields: {k: {type: int, title: 键}, s: "
                    "{type: org, title: 校}}}\n"
                    "- {id: e, title: 乙, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}}}\n"
                    "metrics:\n- {id: a, title: 甲, agg: count, of: d, definition: 甲}\n- {id: b, title: 乙, agg: count, of: e, definition: 乙}\n- "
                    "^{id: r, title: 率, ratio: [a, b], definition: 率}\n") ==
        "^: the ratio divides 'd' by 'e': both must declare an organisation (scope.org) and a period, or neither [pack.ratio_unlike]");
}

TEST_CASE("cards show what their metrics have") {
  const std::string head =
      people("metrics: [{id: n, title: 数, agg: count, of: d, definition: 数}]\ndimensions: {s: {rollup: [school]}}\ndashboards:\n");
  CHECK(findings_of(head + "- {id: b, title: 板, cards: [{bar: n, by: s}, {kpi: [n]}, {map: n, by: district}]}\n") == "");
  CHECK(findings_of(head + "- {id: b, title: 板, cards: [{bar: n, by: ^q}]}\n") ==
        "^: there is no dimension 'q'; did you mean 's'? [pack.unknown_dimension]");
  CHECK(findings_of(head + "- {id: b, title: 板, cards: [^{heat: n, by: s}]}\n") ==
        "^: a 'heat' card takes 2 groups (by) and 1..20 metrics [pack.card_shape]");
  CHECK(findings_of(head + "- {id: b, title: 板, cards: [{bar: n, by: s, drill: ^c}]}\n") ==
        "^: there is no dashboard 'c'; did you mean 'b'? [pack.unknown_dashboard]");
  CHECK(findings_of(head + "- {id: b, title: 板, cards: [^{by: s}]}\n").starts_with("^: a card names its kind and metrics, such as {kpi: [fit_n]}"));
  CHECK(findings_of(head + "- {id: b, title: 板, defaults: {^s: last}, cards: []}\n") == "^: 's' is not one of the filters [pack.unknown_filter]");
}

TEST_CASE("a card of people's data is not grouped by a field that a metric of theirs filters by") {
  const std::string head = people(
      "metrics:\n- {id: n, title: 数, agg: count, of: d, min_cell: 10, definition: 数}\n- {id: low, title: 低, agg: count, of: d, where: band = 1, "
      "min_cell: 10, definition: 低}\ndimensions: {band: {}, sex: {}}\ndashboards:\n",
      ", band: {type: int, title: 档}, sex: {type: int, title: 性别}");
  CHECK(findings_of(head + "- {id: b, title: 板, cards: [{bar: n, by: sex}]}\n") == "");
  CHECK(findings_of(head + "- {id: b, title: 板, cards: [{bar: n, by: ^band}]}\n") ==
        "^: the metric 'n' cannot be grouped by 'band': a metric of the same dataset filters by it, and the dataset has a minimum cell that "
        "differences would get round [pack.outcome_group]");
}

TEST_CASE("reference data is checked as an import would be, with the line of the CSV") {
  const Folder folder;
  folder.write("pack.yaml", with_head("datasets:\n"
                                      "- {id: d, kind: reference, title: 甲, grain: [k], class: {category: c, level: L1}, data: d.csv, quality: "
                                      "[{id: r, sev: error, title: 正, title_en: positive, expr: k > 0}],\n"
                                      "   fields: {k: {type: int, title: 键}, c: {type: code, list: colour, title: 色}}}\n"));
  folder.write("d.csv", "k,c\n1,r\n1,g\nx,r\n3,b\n-4,r\n5\n,g\n");
  CHECK(findings_of(folder) ==
        "d.csv:3:1: a row of reference data with a key that stood before [pack.duplicate_row]\n"
        "d.csv:4:1: the field 'k' does not take 'x' [pack.bad_cell]\n"
        "d.csv:5:1: the field 'c' does not take 'b' [pack.bad_cell]\n"
        "d.csv:6:1: the row breaks the rule 'r': positive [pack.bad_row]\n"
        "d.csv:7:1: the row has 1 cells, the heading 2 [pack.row_shape]\n"
        "d.csv:8:1: the required field 'k' is empty [pack.bad_cell]");
  folder.write("d.csv", "k,cc\n1,r\n");
  CHECK(findings_of(folder) == "d.csv:1:1: the dataset 'd' has no field 'cc'; did you mean 'c'? [pack.unknown_field]");
}

TEST_CASE("data stays inside the pack's folder") {
  const auto with_data = [](const std::string& data) {
    return "datasets:\n- {id: d, kind: reference, title: 甲, grain: [k], class: {category: c, level: L1}, fields: {k: {type: int, title: 键}}, data: "
           "^" +
           data + "}\n";
  };
  const std::string outside = "data must name a file inside the pack's folder [pack.data_outside]";
  CHECK(findings_of(with_data("../secret.csv")) == "^: " + outside);
  CHECK(findings_of(with_data("a/../../secret.csv")) == "^: " + outside);
  CHECK(findings_of(with_data("/etc/passwd")) == "^: " + outside);
  CHECK(findings_of(with_data("none.csv")) == "^: cannot read the data file 'none.csv', or it is beyond 32 MB [pack.no_data]");
  const Folder folder;
  std::string text = with_head(with_data("link.csv"));
  text.erase(text.find('^'), 1);
  folder.write("pack.yaml", text);
  std::filesystem::create_symlink("/etc/passwd", folder.path() + "/link.csv");
  CHECK(findings_of(folder).ends_with(outside));
}

TEST_CASE("packs name what they need, and ids are unique in all of them") {
  const Folder a, b;
  a.write("pack.yaml",
          "pack: {id: edu.a, version: 1.2.0, engine: banmo/1, title: 甲}\nlaw: {purpose: p, basis: b}\ncodes: {c: {title: 色, values: {r: 红, g: "
          "红}}}\n");
  b.write("pack.yaml",
          "pack: {id: edu.b, version: 1.0.0, engine: banmo/1, title: 乙, needs: [\"edu.a>=1.10\", edu.c]}\nlaw: {purpose: p, basis: b}\n");
  const std::vector<std::string> folders{a.path(), b.path()};
  const auto loaded = banmo::pack::Catalogue::load(folders);
  REQUIRE_FALSE(loaded.ok());
  REQUIRE(loaded.error().details.size() == 3);
  CHECK(loaded.error().details[0].to_string() ==
        a.path() +
            "/pack.yaml:3:9: in the code list 'a.c' '红' means both 'r' and 'g' (代码表 'a.c' 中 '红' 同时指 'r' 和 'g') [pack.ambiguous_code]");
  CHECK(loaded.error().details[1].to_string() ==
        b.path() + "/pack.yaml:1:70: needs edu.a>=1.10, but the version here is 1.2.0 (需要 edu.a>=1.10，现有版本为 1.2.0) [pack.old_pack]");
  CHECK(loaded.error().details[2].message.en == "there is no scene pack 'edu.c'; did you mean 'edu.a'?");
  CHECK(findings_of(people("- ^{id: d, title: 又, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}}}\n")) ==
        "^: the dataset 'd' stands twice: ids are unique in the whole catalogue [pack.duplicate_id]");
}

TEST_CASE("tests of a pack are checked for names before they run") {
  const std::string head = people("tests:\n");
  CHECK(findings_of(head + "- {given: {d: [^{q: 1}]}, expect: []}\n") == "^: the dataset 'd' has no field 'q' [pack.unknown_field]");
  CHECK(findings_of(head + "- {expect: [^count d]}\n") ==
        "^: an expectation is \"select … => value\", \"quality rule => rows\" or \"metric id [where condition] => value\" [pack.bad_expectation]");
  CHECK(findings_of(head + "- {expect: [^quality none => 0]}\n") == "^: there is no rule 'none' [pack.unknown_rule]");
  CHECK(findings_of(head + "- {expect: [^metric none => 0]}\n") == "^: there is no metric 'none' [pack.unknown_metric]");
  CHECK(findings_of(head + "- {expect: [select ^kk from d => 0]}\n").starts_with("^: "));
}

TEST_CASE("many findings are told at once, in the order of the text") {
  const Folder folder;
  folder.write("pack.yaml", with_head("tests: 1\nmetrics: 2\ndatasets: 3\n"));
  const std::vector<std::string> folders{folder.path()};
  const auto loaded = banmo::pack::Catalogue::load(folders);
  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.error().id == "pack.invalid");
  CHECK(loaded.error().message.zh == "场景包有 3 处错误，第一处：'tests' 处须是列表，现为单个值");
  CHECK(loaded.error().details[2].where == folder.path() + "/pack.yaml:8:11");
}

TEST_CASE("what is no pack is refused") {
  const Folder folder;
  CHECK(findings_of(folder) == "pack.yaml: cannot read the scene pack " + folder.path() + "/pack.yaml [pack.no_file]");
  folder.write("pack.yaml", "pack: [\n");
  CHECK(findings_of(folder).starts_with("pack.yaml:"));
  folder.write("pack.yaml", "- 1\n");
  CHECK(findings_of(folder).find("must be a map of keys; here stands a list [pack.not_a_map]") != std::string::npos);
  folder.write("pack.yaml", "codes: {}\n");
  CHECK(findings_of(folder).find("'the pack' lacks the key 'pack' [pack.missing_key]") != std::string::npos);
  CHECK(banmo::pack::Catalogue::load_directory("/nowhere").error().id == "pack.no_directory");
}

TEST_CASE("fields keep to what their type allows") {
  CHECK(findings_of(people("", ", x: {type: text, title: 文, mask: ^some}")) == "^: the mask must be hash, * or of the form 3****4 [pack.bad_mask]");
  CHECK(findings_of(people("", ", x: {type: text, title: 文, mask: \"3****4\"}")) == "");
  CHECK(findings_of(people("", ", x: {type: text, title: 文, list: ^colour}")) == "^: 'list' is for the type code only [pack.field_shape]");
  CHECK(findings_of(people("", ", ^x: {type: code, title: 色}")) == "^: the field 'x' of type code lacks 'list' [pack.missing_key]");
  CHECK(findings_of(people("", ", ^x: {type: int, title: 数, min: 3, max: 2}")) == "^: the field 'x' has min above max [pack.bad_bounds]");
  CHECK(findings_of(people("", ", ^x: {type: bool, title: 否, min: 3}")) == "^: only numbers and text take min and max [pack.bad_bounds]");
  CHECK(findings_of(people("", ", ^x: {type: text, title: 文, index: true}")) ==
        "^: the field 'x' is not encrypted and needs no blind index [pack.index_without_enc]");
  CHECK(findings_of(people("", ", x: {type: decimal, title: 数, scale: ^9}")) == "^: scale must be 0..6 [pack.bad_scale]");
  CHECK(findings_of(people("", ", x: {type: text, title: 文, from: ^k + 1}")) ==
        "^: the expression is integer and cannot be stored in the field 'x' [pack.from_type]");
  CHECK(findings_of(people("", ", x: {type: int, title: 数, from: k + 1}, y: {type: int, title: 数, from: ^x + 1}")) ==
        "^: the derived field 'y' must not read the derived field 'x' [pack.from_chain]");
  CHECK(
      findings_of(
          "datasets:\n- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, scope: {org: ^k}, fields: {k: {type: int, title: 键}}}\n") ==
      "^: the field 'k' must be of type org [pack.scope_type]");
  CHECK(findings_of(people("", ", x: {type: int, title: 数, min: ^many}")).starts_with("^: "));
}

TEST_CASE("kinds of datasets take only their own keys") {
  const std::string rest = "title: 甲, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}}}\n";
  CHECK(findings_of("datasets:\n- {id: d, sql: ^select k from d, " + rest) ==
        "^: 'sql' is for derived datasets (kind: derived) only [pack.dataset_shape]");
  CHECK(findings_of("datasets:\n- {id: d, data: ^d.csv, " + rest)
            .starts_with("^: 'data' is for reference datasets (kind: reference) only [pack.dataset_shape]"));
  CHECK(findings_of("datasets:\n- ^{id: d, kind: derived, " + rest) == "^: the derived dataset 'd' lacks 'sql' [pack.missing_key]");
  CHECK(
      findings_of("datasets:\n- {id: d, period: {by: k, due: ^\"13-40\"}, " + rest).find("^: due must be month-day, such as 12-31 [pack.bad_due]") !=
      std::string::npos);
}

TEST_CASE("a hostile pack is bounded") {
  std::string metrics = people("metrics:\n");
  for (int i = 0; i < 200; ++i)
    metrics += "- {id: m" + std::to_string(i) + ", title: 数, derived: m" + std::to_string(i + 1) + " + 1, definition: 数}\n";
  metrics += "- {id: m200, title: 数, agg: count, of: d, min_cell: 5, definition: 数}\n";
  CHECK(findings_of(metrics).find("a metric refers to another over more than 32 steps [pack.too_deep]") != std::string::npos);
  std::string fields = "datasets:\n- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, fields: ^{k: {type: int, title: 键}";
  for (int i = 0; i < 400; ++i) fields += ", f" + std::to_string(i) + ": {type: int, title: 数}";
  CHECK(findings_of(fields + "}}\n").find("^: 'fields' has more than 400 entries: make several datasets of it [pack.too_many]") != std::string::npos);
  CHECK(findings_of("^" + std::string(500, 'a') + ": 1\n").find("has no key '" + std::string(80, 'a') + "…'") != std::string::npos);
}

TEST_CASE("an event dataset says what each field takes of a learning record, and other datasets take nothing of them") {
  const auto events = [](std::string_view fields, std::string_view rest = "") {
    return "datasets:\n- {id: d, title: 甲, kind: event, grain: [n], class: {category: c, level: L2}" + std::string(rest) +
           ", fields: {n: {type: int, of: number, title: 号}" + std::string(fields) + "}}\n";
  };
  CHECK(findings_of(events(", v: {type: code, list: colour, of: verb, title: 动}, m: {type: date, of: month, title: 月}",
                           ", where: \"v = 'r'\", rollups: [[v], []]")) == "");
  CHECK(findings_of(events(", x: {type: text, of: ^verbs, title: 动}")) ==
        "^: a learning record has no 'verbs'; did you mean 'verb'? [pack.unknown_event_word]");
  CHECK(findings_of(events(", x: {type: int, of: ^verb, title: 动}")) == "^: the type of the field 'x' cannot hold 'verb' [pack.event_type]");
  CHECK(findings_of(events(", ^x: {type: int, title: 动}")) ==
        "^: the field 'x' of an event dataset has exactly one of of and from [pack.field_shape]");
  CHECK(findings_of(events(", x: {type: text, of: ^context_extension, title: 科}")) ==
        "^: an extension is written \"context_extension <IRI>\"; other words take none [pack.event_extension]");
  CHECK(findings_of(events("", ", rollups: [[^q]]")) == "^: the dataset 'd' has no field 'q' [pack.unknown_field]");
  CHECK(findings_of(events("", ", where: ^n")) == "^: where must be a condition; this is integer [pack.not_a_condition]");
  CHECK(findings_of("datasets:\n- ^{id: d, title: 甲, kind: event, grain: [k], class: {category: c, level: L2}, fields: {k: {type: datetime, of: "
                    "stored, title: 键}}}\n") == "^: the grain of the event dataset 'd' must be its one field with of: number [pack.event_grain]");
  CHECK(findings_of(people("", ", x: {type: text, of: ^verb, title: 动}")) ==
        "^: 'of' is for event datasets (kind: event) only [pack.dataset_shape]");
}
