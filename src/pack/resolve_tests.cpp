// SPDX-License-Identifier: Apache-2.0
// The tests of a pack: their rows and expectations are checked for names here; records/ and metrics/ run them.
#include <algorithm>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The first word, and the rest behind it.
std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
  text = trim(text);
  const size_t end = text.find_first_of(" \t\r\n");
  return end == std::string_view::npos ? std::pair{text, std::string_view{}} : std::pair{text.substr(0, end), trim(text.substr(end))};
}

}  // namespace

void CatalogueBuilder::resolve_tests(PackInfo& out, const DraftPack& draft) {
  for (const DraftTest& test : draft.tests) {
    PackTest& to = out.tests.emplace_back();
    to.name = test.name;
    to.where = test.where;
    for (const DraftTest::Given& given : test.given) {
      const Dataset* dataset = find_dataset(given.dataset);
      if (dataset == nullptr) continue;
      PackTest::Given& rows = to.given.emplace_back();
      rows.dataset = dataset->id;
      for (const DraftRow& row : given.rows) {
        auto& cells = rows.rows.emplace_back();
        for (size_t i = 0; i < row.cells.size(); ++i) {
          const auto& [name, cell] = row.cells[i];
          const size_t index = name.empty() ? i : dataset->field_index(name);
          if (index < dataset->fields.size()) {
            cells.emplace_back(dataset->fields[index].id, cell);
            continue;
          }
          findings_.add("unknown_field",
                        {"数据集 " + in_quotes(dataset->id) + " 没有字段 " + in_quotes(name.empty() ? "#" + std::to_string(i + 1) : name),
                         "the dataset " + in_quotes(dataset->id) + " has no field " + in_quotes(name.empty() ? "#" + std::to_string(i + 1) : name)},
                        row.where);
        }
      }
    }
    for (const Text& text : test.expect) {
      check_expectation(text, draft);
      to.expect.emplace_back(trim(text.text));
    }
  }
}

// "select total from fitness_year => 28.5", "quality [dataset.]rule => 0", "metric fit_n [where sex = '1'] => 3"
void CatalogueBuilder::check_expectation(const Text& text, const DraftPack& pack) {
  const size_t arrow = text.text.rfind("=>");
  const std::string_view question = trim(std::string_view(text.text).substr(0, arrow == std::string::npos ? text.text.size() : arrow));
  const auto [head, rest] = first_word(question);
  if (arrow == std::string::npos || (head != "select" && head != "quality" && head != "metric")) {
    findings_.add("bad_expectation",
                  {"期望须写作 \"select … => 值\"、\"quality 规则 => 行数\" 或 \"metric 指标 [where 条件] => 值\"",
                   "an expectation is \"select … => value\", \"quality rule => rows\" or \"metric id [where condition] => value\""},
                  text.where);
    return;
  }
  if (head == "select") {
    expr::Context parameters;
    parameters.parameters = pack.params;
    auto compiled = expr::Select::compile(text.text.substr(0, arrow), tables_, parameters, text.where);
    if (!compiled.ok() && !reads_broken(question)) findings_.add(std::move(compiled).error());
    return;
  }
  const std::string name(first_word(rest).first);
  if (head == "quality") {
    const size_t dot = name.find('.');
    const std::string rule = dot == std::string::npos ? name : name.substr(dot + 1);
    const bool known = std::any_of(out_->datasets_.begin(), out_->datasets_.end(), [&](const Dataset& dataset) {
      if (dot == std::string::npos ? dataset.pack != pack.info.id : dataset.id != name.substr(0, dot)) return false;
      return std::any_of(dataset.rules.begin(), dataset.rules.end(), [&](const Rule& candidate) { return candidate.id == rule; });
    });
    if (!known) findings_.add("unknown_rule", {"没有规则 " + in_quotes(name), "there is no rule " + in_quotes(name)}, text.where);
    return;
  }
  const size_t position = metric_position({name, text.where});
  if (position == out_->metrics_.size()) return;
  const auto [where, condition] = first_word(first_word(rest).second);
  if (where.empty()) return;
  const auto used = leaves(out_->metrics_[position]);
  const Dataset* dataset = used.empty() ? nullptr : out_->dataset(used[0]->dataset);
  if (dataset != nullptr && broken_.contains(dataset->id)) return;
  if (where != "where" || dataset == nullptr) {
    findings_.add("bad_expectation", {"指标后只能写 where 条件", "behind the metric only a where may stand"}, text.where);
    return;
  }
  auto compiled = expr::Expression::compile(condition, context_of(*dataset, pack), text.where);
  if (!compiled.ok()) findings_.add(std::move(compiled).error());
}

}  // namespace banmo::pack
