// SPDX-License-Identifier: Apache-2.0
#include "metrics/distribution.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace banmo::metrics {
namespace {

constexpr size_t kGroup = 0, kMember = 1, kFigure = 2;  // columns of the answer

struct Part {
  const char* suffix;
  const char* zh;
  const char* en;
  double FiveNumbers::* value;
};
constexpr Part kParts[] = {{"__min", "最低", "lowest", &FiveNumbers::min},
                           {"__q1", "下四分位", "lower quartile", &FiveNumbers::lower},
                           {"__median", "中位数", "median", &FiveNumbers::median},
                           {"__q3", "上四分位", "upper quartile", &FiveNumbers::upper},
                           {"__max", "最高", "highest", &FiveNumbers::max}};

std::optional<double> number_of(const Cell& cell) {
  if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  return std::nullopt;
}

double quantile(const std::vector<double>& sorted, double share) {
  const double at = static_cast<double>(sorted.size() - 1) * share;
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - static_cast<double>(below));
}

bool same_group(const Cell& a, const Cell& b) {
  if (const auto* x = std::get_if<OrgCell>(&a)) {
    const auto* y = std::get_if<OrgCell>(&b);
    return y != nullptr && x->id == y->id;
  }
  if (const auto* x = std::get_if<CodeCell>(&a)) {
    const auto* y = std::get_if<CodeCell>(&b);
    return y != nullptr && x->code == y->code;
  }
  if (std::holds_alternative<std::monostate>(a)) return std::holds_alternative<std::monostate>(b);
  if (const auto* x = std::get_if<std::string>(&a)) {
    const auto* y = std::get_if<std::string>(&b);
    return y != nullptr && *x == *y;
  }
  return number_of(a) == number_of(b);
}

void add_columns(const QueryResult& members, QueryResult& spread) {
  spread.columns.push_back(members.columns[kGroup]);
  const Column& member = members.columns[kMember];
  const Column& figure = members.columns[kFigure];
  spread.columns.push_back({figure.id + "__n", member.title + "数", ColumnKind::metric, "", "int", 0, "Number: " + member.title_en});
  for (const Part& part : kParts)
    spread.columns.push_back({figure.id + part.suffix, figure.title + "·" + part.zh, ColumnKind::metric, figure.unit, "number", figure.decimals,
                              figure.title_en + ", " + part.en});
}

void add_row(const Cell& group, std::vector<double> values, QueryResult& spread) {
  std::vector<Cell>& row = spread.rows.emplace_back(std::vector<Cell>{group, static_cast<int64_t>(values.size())});
  if (values.empty()) {
    for (size_t i = 0; i < std::size(kParts); ++i) {
      spread.suppressed.emplace_back(static_cast<int>(spread.rows.size()) - 1, static_cast<int>(row.size()));
      row.emplace_back();
    }
    return;
  }
  const FiveNumbers numbers = five_numbers(std::move(values));
  for (const Part& part : kParts) row.emplace_back(numbers.*part.value);
}

}  // namespace

FiveNumbers five_numbers(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75), values.back()};
}

QueryResult spread_of(const QueryResult& members) {
  QueryResult spread;
  spread.as_of = members.as_of;
  spread.n = members.n;
  spread.more = members.more;
  add_columns(members, spread);
  std::vector<std::pair<Cell, std::vector<double>>> groups;  // in the order of the answer
  for (const std::vector<Cell>& row : members.rows) {
    const auto known = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return same_group(group.first, row[kGroup]); });
    std::vector<double>& values = known != groups.end() ? known->second : groups.emplace_back(row[kGroup], std::vector<double>{}).second;
    if (const auto value = number_of(row[kFigure])) values.push_back(*value);
  }
  for (auto& [group, values] : groups) add_row(group, std::move(values), spread);
  return spread;
}

}  // namespace banmo::metrics
