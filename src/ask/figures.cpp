// SPDX-License-Identifier: Apache-2.0
#include "ask/figures.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace banmo::ask {
namespace {

using metrics::Cell;
using metrics::ColumnKind;
using metrics::QueryResult;

constexpr int kMostRows = 10'000;

// Keeps the rows for which `keep` holds, with the marks of their withheld cells.
template <class Keep>
void keep_rows(QueryResult& table, Keep keep) {
  std::vector<std::vector<Cell>> rows;
  std::map<int, int> places;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    if (!keep(table.rows[r])) continue;
    places[static_cast<int>(r)] = static_cast<int>(rows.size());
    rows.push_back(std::move(table.rows[r]));
  }
  table.rows = std::move(rows);
  std::erase_if(table.suppressed, [&](const auto& cell) { return !places.contains(cell.first); });
  for (auto& cell : table.suppressed) cell.first = places[cell.first];
}

void drop_column(QueryResult& table, size_t column) {
  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(column));
  for (auto& row : table.rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  std::erase_if(table.suppressed, [&](const auto& cell) { return cell.second == static_cast<int>(column); });
  for (auto& cell : table.suppressed) cell.second -= cell.second > static_cast<int>(column) ? 1 : 0;
}

bool passes(const Having& having, double value, std::optional<double> whole) {
  if (having.whole && !whole) return false;
  const double limit = having.whole ? *whole : having.value;
  if (having.op == ">") return value > limit;
  if (having.op == ">=") return value >= limit;
  if (having.op == "<") return value < limit;
  if (having.op == "<=") return value <= limit;
  if (having.op == "=") return std::abs(value - limit) < 1e-9;
  if (having.op == "!=") return std::abs(value - limit) >= 1e-9;
  return value >= std::min(having.value, having.to) && value <= std::max(having.value, having.to);
}

}  // namespace

std::optional<double> number_in(const Cell& cell) {
  if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  const auto* number = std::get_if<double>(&cell);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::string text_in(const Cell& cell) {
  if (const auto* org = std::get_if<metrics::OrgCell>(&cell)) return org->title;
  if (const auto* code = std::get_if<metrics::CodeCell>(&cell)) return code->title;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&cell)) return std::to_string(*whole);
  return {};
}

std::string key_in(const Cell& cell) {
  if (const auto* org = std::get_if<metrics::OrgCell>(&cell)) return org->id;
  if (const auto* code = std::get_if<metrics::CodeCell>(&cell)) return code->code;
  return text_in(cell);
}

size_t column_of(const QueryResult& table, std::string_view id) {
  size_t at = 0;
  while (at < table.columns.size() && table.columns[at].id != id) ++at;
  return at;
}

// The period stands among the groups even if one is asked for, so that the answer can name it.
metrics::Query FigureReader::query_of(const Tree& tree) const {
  const MetricFrame& first = *frame_.metric(tree.metrics.front());
  metrics::Query query;
  query.metrics = tree.metrics;
  for (const Having& having : tree.having) {
    const std::string base = having.metric.substr(0, having.metric.find("__"));
    if (std::find(query.metrics.begin(), query.metrics.end(), base) == query.metrics.end()) query.metrics.push_back(base);
  }
  query.by = tree.by;
  for (const Where& where : tree.where) query.where.push_back({where.dimension, where.values});
  query.time = tree.time;
  query.compare = tree.compare;
  query.share = tree.intent == Intent::share;
  // Shares are of the rows that agree in all groups but the last: the period goes before.
  if (const auto period = std::find(query.by.begin(), query.by.end(), first.period); query.share && period != query.by.end())
    std::rotate(query.by.begin(), period, std::next(period));
  query.limit = kMostRows;
  const bool by_period = std::find(tree.by.begin(), tree.by.end(), first.period) != tree.by.end() && !first.period.empty();
  const bool timed = !tree.time.from.empty() || !tree.time.to.empty() || tree.time.last > 0 ||
                     std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == first.period; });
  if (first.dating != Dating::none && !by_period && !timed) query.time.last = 1;
  const bool one_period = query.time.last == 1 || (!query.time.from.empty() && query.time.from == query.time.to);
  if (first.dating != Dating::none && !by_period && one_period && query.by.size() < 4 && !query.share) query.by.push_back(first.period);
  return query;
}

void FigureReader::take_period(const Tree& tree, Figures& out) const {
  const MetricFrame& first = *frame_.metric(tree.metrics.front());
  out.grain = tree.time.grain;
  const size_t column = first.period.empty() ? out.table.columns.size() : column_of(out.table, first.period);
  const bool wanted = std::find(tree.by.begin(), tree.by.end(), first.period) != tree.by.end();
  if (column >= out.table.columns.size() || wanted) {
    if (!wanted && !tree.time.from.empty() && tree.time.from == tree.time.to) out.period = tree.time.from;
    return;
  }
  for (const auto& row : out.table.rows) out.period = std::max(out.period, text_in(row[column]));
  keep_rows(out.table, [&](const std::vector<Cell>& row) { return text_in(row[column]) == out.period; });
  drop_column(out.table, column);
}

// <metric>__change, and for counts __growth in per cent, behind the columns that they are computed from.
void FigureReader::add_changes(const Tree& tree, Figures& out) const {
  if (tree.compare.empty()) return;
  QueryResult& table = out.table;
  const std::vector<metrics::Column> columns = table.columns;
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind != ColumnKind::metric) continue;
    const size_t prior = column_of(table, columns[c].id + "__" + tree.compare);
    if (prior >= table.columns.size()) continue;
    const bool percent = columns[c].unit == "%";
    table.columns.push_back({columns[c].id + "__change", columns[c].title + "变化", ColumnKind::compare, percent ? "个百分点" : columns[c].unit,
                             "number", std::max(columns[c].decimals, percent ? 1 : 0), columns[c].title_en + " (change)"});
    const bool grows = !percent;
    if (grows)
      table.columns.push_back(
          {columns[c].id + "__growth", columns[c].title + "增长率", ColumnKind::compare, "%", "number", 1, columns[c].title_en + " (growth)"});
    for (auto& row : table.rows) {
      const auto now = number_in(row[c]), before = number_in(row[prior]);
      row.push_back(now && before ? Cell(*now - *before) : Cell());
      if (grows) row.push_back(now && before && *before != 0 ? Cell((*now - *before) / *before * 100) : Cell());
    }
  }
}

void keep_passing(const Tree& tree, Figures& out) {
  out.n_members = static_cast<int64_t>(out.table.rows.size());
  for (const Having& having : tree.having) {
    const size_t column = column_of(out.table, having.metric);
    if (column >= out.table.columns.size()) {
      out.unfit = true;
      return;
    }
    keep_rows(out.table, [&](const std::vector<Cell>& row) {
      const auto value = number_in(row[column]);
      return value && passes(having, *value, out.whole);
    });
  }
  out.n_passed = static_cast<int64_t>(out.table.rows.size());
}

// The share of one kind within each of the other groups.
void keep_member(const Tree& tree, Figures& out) {
  const size_t column = column_of(out.table, tree.by.back());
  if (column >= out.table.columns.size()) {
    out.unfit = true;
    return;
  }
  const std::vector<std::string> members = members_of(tree);
  keep_rows(out.table, [&](const std::vector<Cell>& row) { return std::find(members.begin(), members.end(), key_in(row[column])) != members.end(); });
}

void put_in_order(const Tree& tree, Figures& out) {
  QueryResult& table = out.table;
  const bool descending = tree.order.starts_with('-');
  const size_t column = column_of(table, descending ? tree.order.substr(1) : tree.order);
  if (column >= table.columns.size()) {
    out.unfit = true;
    return;
  }
  keep_rows(table, [&](const std::vector<Cell>& row) { return number_in(row[column]).has_value(); });
  std::stable_sort(table.rows.begin(), table.rows.end(), [&](const auto& a, const auto& b) {
    const double x = *number_in(a[column]), y = *number_in(b[column]);
    return descending ? x > y : x < y;
  });
  table.suppressed.clear();
  out.n_members = static_cast<int64_t>(table.rows.size());
  const size_t dimension = tree.by.empty() ? table.columns.size() : column_of(table, tree.by.back());
  for (const auto& row : table.rows) {
    if (tree.member.empty() || dimension >= row.size() || key_in(row[dimension]) != tree.member) continue;
    const double own = *number_in(row[column]);
    out.place = 1 + std::count_if(table.rows.begin(), table.rows.end(), [&](const auto& other) {
                  const double value = *number_in(other[column]);
                  return descending ? value > own : value < own;
                });
  }
  // Whoever equals the last that is shown is shown too.
  if (tree.limit > 0 && table.rows.size() > static_cast<size_t>(tree.limit)) {
    size_t keep = static_cast<size_t>(tree.limit);
    const double last = *number_in(table.rows[keep - 1][column]);
    while (keep < table.rows.size() && *number_in(table.rows[keep][column]) == last) ++keep;
    table.more = keep < table.rows.size();
    table.rows.resize(keep);
  }
}

// Members whose figure moved one way in each of the last periods: one row each, with where it began and where it stands.
void find_runs(const Frame& frame, const Tree& tree, Figures& out) {
  QueryResult& table = out.table;
  const MetricFrame& first = *frame.metric(tree.metrics.front());
  const size_t period = column_of(table, first.period), value = column_of(table, tree.metrics.front());
  if (std::max(period, value) >= table.columns.size()) {
    out.unfit = true;
    return;
  }
  struct Run {
    std::vector<Cell> key;
    std::map<std::string, double> values;
  };
  std::map<std::string, Run> runs;
  std::map<std::string, int> periods;
  for (const auto& row : table.rows) {
    std::string key;
    std::vector<Cell> cells;
    for (size_t c = 0; c < period; ++c) {
      key += key_in(row[c]) + "\x1f";
      cells.push_back(row[c]);
    }
    Run& run = runs[key];
    run.key = cells;
    ++periods[text_in(row[period])];
    if (const auto number = number_in(row[value])) run.values[text_in(row[period])] = *number;
  }
  const size_t moves = tree.streak > 0 ? static_cast<size_t>(tree.streak) : periods.empty() ? 0 : periods.size() - 1;
  QueryResult made = table;
  made.rows.clear();
  made.suppressed.clear();
  made.columns.resize(period);
  const metrics::Column& of = table.columns[value];
  made.columns.push_back({of.id + "__from", of.title + "（起）", ColumnKind::compare, of.unit, of.type, of.decimals, of.title_en + " (from)"});
  made.columns.push_back(of);
  made.columns.push_back({of.id + "__change", of.title + "变化", ColumnKind::compare, of.unit == "%" ? "个百分点" : of.unit, "number", of.decimals,
                          of.title_en + " (change)"});
  out.n_members = static_cast<int64_t>(runs.size());
  for (const auto& [key, run] : runs) {
    if (moves == 0 || periods.size() < moves + 1) continue;
    std::vector<double> last;
    auto at = periods.end();
    std::advance(at, -static_cast<std::ptrdiff_t>(moves + 1));
    for (; at != periods.end(); ++at)
      if (const auto found = run.values.find(at->first); found != run.values.end()) last.push_back(found->second);
    bool all = last.size() == moves + 1;
    for (size_t i = 1; all && i < last.size(); ++i) all = tree.direction == "up" ? last[i] > last[i - 1] : last[i] < last[i - 1];
    if (!all) continue;
    std::vector<Cell> row = run.key;
    row.insert(row.end(), {Cell(last.front()), Cell(last.back()), Cell(last.back() - last.front())});
    made.rows.push_back(std::move(row));
  }
  out.n_passed = static_cast<int64_t>(made.rows.size());
  table = std::move(made);
}

void add_ratio(const Tree& tree, Figures& out) {
  const size_t above = column_of(out.table, tree.metrics.front()), below = column_of(out.table, tree.metrics.back());
  if (std::max(above, below) >= out.table.columns.size()) {
    out.unfit = true;
    return;
  }
  out.table.columns.push_back({"ratio", out.table.columns[above].title + "／" + out.table.columns[below].title, ColumnKind::metric, "", "number", 2,
                               out.table.columns[above].title_en + " / " + out.table.columns[below].title_en});
  for (auto& row : out.table.rows) {
    const auto a = number_in(row[above]), b = number_in(row[below]);
    row.push_back(a && b && *b != 0 ? Cell(*a / *b) : Cell());
  }
}

namespace {

// As a column, period by period.
void add_series_of_whole(const QueryResult& whole, const std::string& period, size_t column, Figures& out) {
  QueryResult& table = out.table;
  const size_t at = column_of(table, period), of_whole = column_of(whole, period);
  if (at >= table.columns.size() || of_whole >= whole.columns.size()) return;
  std::map<std::string, Cell> values;
  for (const auto& row : whole.rows) values[key_in(row[of_whole])] = row[column];
  const metrics::Column& of = whole.columns[column];
  table.columns.push_back({of.id + "__whole", "全市" + of.title, ColumnKind::compare, of.unit, of.type, of.decimals, of.title_en + " (whole city)"});
  for (auto& row : table.rows) {
    const auto found = values.find(key_in(row[at]));
    row.push_back(found == values.end() ? Cell() : found->second);
  }
}

}  // namespace

// The figure of everything the asker sees, beside the parts and of their period; beside a series, of each period.
Result<> FigureReader::add_whole(const Tree& tree, Figures& out) {
  Tree whole = tree;
  const std::string& period = frame_.metric(tree.metrics.front())->period;
  const bool series = tree.against_whole && !period.empty() && tree.by == std::vector<std::string>{period};
  if (!series) whole.by.clear();
  if (!out.period.empty()) {
    std::erase_if(whole.where, [&](const Where& one) { return one.dimension == period; });
    whole.time = {tree.time.grain, out.period, out.period, 0};
  }
  whole.having.clear();
  whole.compare.clear();
  std::erase_if(whole.where, [](const Where& one) { return is_level(one.dimension); });
  whole.metrics.resize(1);
  if (!tree.having.empty()) whole.metrics = {tree.having.front().metric.substr(0, tree.having.front().metric.find("__"))};
  whole.intent = Intent::value;
  BANMO_TRY(const QueryResult result, metrics_.query(principal_, query_of(whole)));
  const size_t column = column_of(result, whole.metrics.front());
  if (column >= result.columns.size()) return {};
  if (series) {
    add_series_of_whole(result, period, column, out);
    return {};
  }
  if (!result.rows.empty()) out.whole = number_in(result.rows.back()[column]);
  if (!tree.against_whole) return {};
  QueryResult& table = out.table;
  if (tree.by.empty()) {
    table.columns.insert(table.columns.begin(), {"scope", "范围", ColumnKind::dimension, "", "text", 0, "Scope"});
    for (auto& row : table.rows) row.insert(row.begin(), Cell(std::string("所选")));
    for (auto& cell : table.suppressed) ++cell.second;
  }
  std::vector<Cell> row(table.columns.size());
  row.front() = std::string("全市");  // only who sees it has it beside the parts
  const size_t at = column_of(table, tree.metrics.front());
  if (out.whole && at < row.size()) row[at] = *out.whole;
  table.rows.push_back(std::move(row));
  return {};
}

// The change of everything that was asked about, of which the parts show what is not withheld.
Result<> FigureReader::change_of_whole(const Tree& tree, Figures& out) {
  Tree whole = tree;
  whole.by.clear();
  whole.metrics.resize(1);
  Figures all;
  BANMO_TRY(all.table, metrics_.query(principal_, query_of(whole)));
  take_period(whole, all);
  const size_t now = column_of(all.table, whole.metrics.front()), before = column_of(all.table, whole.metrics.front() + "__" + tree.compare);
  if (all.period != out.period || all.table.rows.size() != 1 || std::max(now, before) >= all.table.columns.size()) return {};
  const auto to = number_in(all.table.rows.front()[now]), from = number_in(all.table.rows.front()[before]);
  if (to && from) out.change = *to - *from;
  return {};
}

Result<> FigureReader::contribution(const Tree& tree, Figures& out) {
  const pack::Metric& metric = *frame_.metric(tree.metrics.front())->metric;
  Tree parts = tree;
  if (metric.kind == pack::MetricKind::ratio) parts.metrics = {metric.id, metric.numerator, metric.denominator};
  metrics::Query query = query_of(parts);
  BANMO_TRY(out.table, metrics_.query(principal_, query));
  out.asked = std::move(query);
  take_period(parts, out);
  BANMO_DO(change_of_whole(tree, out));
  split_change(frame_, tree, out);
  return {};
}

namespace {

// Where the figures of a contribution stand: the metric's own, and what its parts are weighted by.
struct ChangeColumns {
  size_t now, before, n1, n0, d1, d0;
  ChangeColumns(const QueryResult& table, const pack::Metric& metric, const std::string& compare) {
    const auto at = [&](const std::string& id, bool prior) { return column_of(table, prior ? id + "__" + compare : id); };
    const bool ratio = metric.kind == pack::MetricKind::ratio;
    now = at(metric.id, false);
    before = at(metric.id, true);
    n1 = ratio ? at(metric.numerator, false) : now;
    n0 = ratio ? at(metric.numerator, true) : before;
    d1 = ratio ? at(metric.denominator, false) : now;
    d0 = ratio ? at(metric.denominator, true) : before;
  }
  size_t last() const { return std::max({now, before, n1, n0, d1, d0}); }
};

// A member's figures in both periods; 0 where it has no row.
struct Part {
  size_t row = 0;
  double n1 = 0, n0 = 0, d1 = 0, d0 = 0;
  void add(const Part& other) {
    n1 += other.n1;
    n0 += other.n0;
    d1 += other.d1;
    d0 += other.d0;
  }
};

// Those of which nothing is withheld.
std::vector<Part> parts_of(const QueryResult& table, const ChangeColumns& at) {
  std::vector<Part> parts;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const auto withheld = [&](size_t column) {
      return std::any_of(table.suppressed.begin(), table.suppressed.end(),
                         [&](const auto& cell) { return cell.first == static_cast<int>(r) && cell.second == static_cast<int>(column); });
    };
    if (table.rows[r].front().index() == 0 || withheld(at.n1) || withheld(at.n0) || withheld(at.d1) || withheld(at.d0)) continue;
    const auto value = [&](size_t column) { return number_in(table.rows[r][column]).value_or(0); };
    parts.push_back({r, value(at.n1), value(at.n0), value(at.d1), value(at.d0)});
  }
  return parts;
}

// The table of a contribution, without rows.
QueryResult contributions(const QueryResult& table, const pack::Metric& metric, const ChangeColumns& at) {
  QueryResult made = table;
  const metrics::Column of = table.columns[at.now];
  const std::string unit = of.unit == "%" ? "个百分点" : of.unit;
  made.columns = {table.columns.front(), of, table.columns[at.before]};
  made.columns.push_back(
      {metric.id + "__change", of.title + "变化", ColumnKind::compare, unit, "number", of.decimals + 1, of.title_en + " (change)"});
  made.columns.push_back({metric.id + "__contribution", "对总体变化的贡献", ColumnKind::compare, unit, "number", of.decimals + 1, "Contribution"});
  made.rows.clear();
  made.suppressed.clear();
  return made;
}

}  // namespace

// How much each part moved the whole. A count: its own change. A ratio: the change of its rate at its mean weight, and of its weight at how far its
// rate stands from the whole's (mean of both periods). Who has no row in one of the periods counts nothing there: a school that was closed took all
// of its own away. Parts add up to the change of what is visible.
void split_change(const Frame& frame, const Tree& tree, Figures& out) {
  const pack::Metric& metric = *frame.metric(tree.metrics.front())->metric;
  const bool ratio = metric.kind == pack::MetricKind::ratio;
  QueryResult& table = out.table;
  const ChangeColumns at(table, metric, tree.compare);
  out.unfit = at.last() >= table.columns.size();
  if (out.unfit) return;
  out.partly_withheld = !table.suppressed.empty();
  const std::vector<Part> parts = parts_of(table, at);
  Part all;
  for (const Part& one : parts) all.add(one);
  QueryResult made = contributions(table, metric, at);
  const bool empty = ratio && (all.d1 == 0 || all.d0 == 0);
  const double whole1 = ratio ? all.n1 / all.d1 * metric.scale : all.n1, whole0 = ratio ? all.n0 / all.d0 * metric.scale : all.n0;
  if (!out.change) {
    out.change = whole1 - whole0;
    out.change_of_visible = true;
  }
  if (!ratio && !out.change_of_visible && !out.partly_withheld) out.gone = *out.change - (all.n1 - all.n0);
  for (const Part& one : parts) {
    if (empty) break;
    const std::vector<Cell>& row = table.rows[one.row];
    const auto rate1 = number_in(row[at.now]), rate0 = number_in(row[at.before]);
    double part = one.n1 - one.n0;
    if (ratio) {
      const double w1 = one.d1 / all.d1, w0 = one.d0 / all.d0;
      const double r1 = rate1.value_or(0), r0 = rate0.value_or(0);
      part = (w1 + w0) / 2 * (r1 - r0) + ((r1 + r0) / 2 - (whole1 + whole0) / 2) * (w1 - w0);
    }
    made.rows.push_back({row.front(), row[at.now], row[at.before], rate1 && rate0 ? Cell(*rate1 - *rate0) : Cell(), Cell(part)});
  }
  const bool down = tree.direction == "down" || (tree.direction.empty() && *out.change < 0);
  std::stable_sort(made.rows.begin(), made.rows.end(), [&](const auto& a, const auto& b) {
    const double x = number_in(a.back()).value_or(0), y = number_in(b.back()).value_or(0);
    return down ? x < y : x > y;
  });
  table = std::move(made);
}

Result<Figures> FigureReader::read(const Tree& tree) {
  Figures out;
  if (tree.intent == Intent::contribution) {
    BANMO_DO(contribution(tree, out));
    out.withheld = out.table.rows.empty() && out.partly_withheld;
    out.empty = out.table.rows.empty() && !out.withheld;
    return out;
  }
  out.asked = query_of(tree);
  BANMO_TRY(out.table, metrics_.query(principal_, out.asked));
  take_period(tree, out);
  if (tree.compare.empty()) BANMO_DO(zero_if_nothing(tree, out));
  if (asks_for_none(tree)) BANMO_DO(add_members_without(tree, out));
  const bool members = tree.intent == Intent::rank || tree.intent == Intent::threshold || tree.intent == Intent::streak;
  if (members && !tree.by.empty()) keep_rows(out.table, [](const std::vector<Cell>& row) { return row.front().index() != 0; });
  bool any = false;
  for (const auto& row : out.table.rows)
    for (size_t c = 0; c < row.size(); ++c) any |= out.table.columns[c].kind == ColumnKind::metric && row[c].index() != 0;
  out.partly_withheld = !out.table.suppressed.empty();
  out.withheld = !any && out.partly_withheld;
  out.empty = !any && !out.withheld;
  if (!any) return out;
  const bool beside_whole = tree.against_whole || std::any_of(tree.having.begin(), tree.having.end(), [](const Having& one) { return one.whole; });
  add_changes(tree, out);
  if (tree.intent == Intent::share && tree.by.size() > 1 && !tree.member.empty()) keep_member(tree, out);
  if (tree.intent == Intent::ratio) add_ratio(tree, out);
  if (beside_whole) BANMO_DO(add_whole(tree, out));
  if (!tree.having.empty()) keep_passing(tree, out);
  if (tree.intent == Intent::streak && !out.unfit) find_runs(frame_, tree, out);
  if (!tree.order.empty() && !out.unfit) put_in_order(tree, out);
  return out;
}

}  // namespace banmo::ask
