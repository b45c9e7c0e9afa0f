// SPDX-License-Identifier: Apache-2.0
// The demonstration city of ask_bench: who asks, and the figures of SQL written apart from the engine (tests/ask/figures.tsv) beside an answer.
#pragma once

#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ask/ask.h"
#include "base/text.h"
#include "bench.h"
#include "server/city.h"

namespace banmo::bench {

using ask::Tree;
using directory::Role;

constexpr int kLastYear = 2026;  // of the demonstration city's data

// A line of figures.tsv: metric, dataset, expression, "flow" where the dataset's figures are a stock and this is none. Lines that begin with @ come
// first: dataset, field of the organisation, field of the period (or -), stock or flow.
struct Written {
  std::string dataset, expression, org, period;
  bool stock = false;
};

inline std::map<std::string, Written> read_figures() {
  std::map<std::string, Written> figures, datasets;
  std::ifstream in(BANMO_SOURCE_DIR "/tests/ask/figures.tsv");
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> parts = text::split(line, '\t');
    if (parts.size() < 3) continue;
    if (line.starts_with('@')) {
      datasets[parts[0].substr(1)] = {parts[0].substr(1), "", parts[1], parts[2] == "-" ? "" : parts[2], parts.back() == "stock"};
      continue;
    }
    Written made = datasets.at(parts[1]);
    made.expression = parts[2];
    made.stock &= parts.back() != "flow";
    figures[parts[0]] = made;
  }
  return figures;
}

class World {
 public:
  explicit World(const std::string& folder)
      : city_(open(folder)),
        ask_(city_->stores(), city_->catalogue(), city_->directory(), city_->metrics(), clock_),
        figures_(read_figures()),
        frame_(*city_->catalogue()),
        orgs_(city_->directory().orgs()) {}

  server::City& city() { return *city_; }
  ask::Ask& ask() { return ask_; }
  const directory::OrgTree& orgs() const { return *orgs_; }
  const std::map<std::string, Written>& figures() const { return figures_; }
  const ask::Frame& frame() const { return frame_; }

  metrics::Principal principal(Role role, directory::OrgNo org) const {
    metrics::Principal made;
    made.account = {7};
    made.account_name = "bench";
    made.grants = {{role, org}};
    return made;
  }
  directory::OrgNo top() const { return orgs_->children({}).front(); }
  metrics::Principal asker(const std::string& title) const {
    for (const directory::Org& org : orgs_->all())
      if (!title.empty() && org.title == title)
        return principal(org.kind == directory::OrgKind::school ? Role::principal : Role::district_officer, org.no);
    return principal(Role::city_officer, top());
  }

  sql::Rows run_sql(const std::string& text) {
    const auto lease = must(city_->stores().warehouse->read(), "read");
    return must(lease->query(text), text.c_str());
  }

  // The figures of a tree's first metric by its groups, within an organisation; nullopt if it is none of figures.tsv.
  std::optional<std::map<std::string, double>> written(const Tree& tree, directory::OrgNo within) {
    const auto figure = figures_.find(tree.metrics.front());
    if (figure == figures_.end()) return std::nullopt;
    const Written& of = figure->second;
    // Months have no school years and terms in this SQL.
    if (of.period == "month" && (tree.time.grain == "school_year" || tree.time.grain == "term" || tree.time.grain == "year")) return std::nullopt;
    const std::string from = " FROM ds_" + of.dataset + " r JOIN (SELECT no, school_no, district_no, city_no FROM dim_org) o ON o.no = r." + of.org;
    std::string keys, where = " WHERE " + below(within);
    for (const std::string& by : tree.by)
      keys +=
          (keys.empty() ? "" : " || '|' || ") +
          (by == "district" || by == "school"
               ? "(SELECT x.id FROM dim_org x WHERE x.no = " + (by == "school" ? std::string("COALESCE(o.school_no, o.no)") : "o.district_no") + ")"
               : text_of_field(by));
    for (const ask::Where& one : tree.where) {
      std::string any;
      for (const std::string& value : one.values) {
        const auto id = OrgId::parse(value);
        any += (any.empty() ? "" : " OR ") + (id ? below(orgs_->find(*id)->no) : text_of_field(one.dimension) + " = '" + value + "'");
      }
      where += " AND (" + any + ")";
    }
    const bool by_period = std::find(tree.by.begin(), tree.by.end(), of.period) != tree.by.end();
    const bool timed = std::any_of(tree.where.begin(), tree.where.end(), [&](const ask::Where& one) { return one.dimension == of.period; });
    if (!of.period.empty()) {
      const auto bound = [&](const char* op, const std::string& value) {
        if (!value.empty())
          where += " AND LEFT(CAST(r." + of.period + " AS VARCHAR), " + std::to_string(value.size()) + ") " + op + " '" + value + "'";
      };
      bound(">=", tree.time.from);
      bound("<=", tree.time.to);
      // A stock is told of the last period, unless period by period. Entrants and those who were tested are counted in each.
      const bool open = tree.time.from.empty() && tree.time.to.empty();
      const int last = of.stock && !by_period && !timed ? 1 : tree.time.last > 0 ? tree.time.last : by_period || timed || !open ? 0 : 1;
      const std::string period = "r." + of.period;
      if (last > 0)
        where += " AND " + period + " IN (SELECT DISTINCT " + period + from + where + " ORDER BY 1 DESC LIMIT " + std::to_string(last) + ")";
    }
    std::map<std::string, double> found;
    const sql::Rows rows =
        run_sql("SELECT " + (keys.empty() ? "''" : keys) + ", CAST(" + of.expression + " AS DOUBLE)" + from + where + " GROUP BY 1");
    for (size_t i = 0; i < rows.size(); ++i)
      if (!sql::is_null(rows[i][0]) && !sql::is_null(rows[i][1])) found[sql::text_of(rows[i][0])] = sql::double_of(rows[i][1]);
    return found;
  }

 private:
  // A month as it is told, 2026-09; flags as true and false.
  static std::string text_of_field(const std::string& field) {
    const std::string text = "CAST(r." + field + " AS VARCHAR)";
    return field == "month" ? "LEFT(" + text + ", 7)" : text;
  }
  static std::string below(directory::OrgNo org) {
    const std::string no = std::to_string(org.value);
    return "(o.no = " + no + " OR o.school_no = " + no + " OR o.district_no = " + no + " OR o.city_no = " + no + ")";
  }
  static std::unique_ptr<server::City> open(const std::string& folder) {
    server::Settings settings = must(server::load_settings(folder), "settings");
    settings.data = folder;
    settings.scenes = BANMO_SOURCE_DIR "/scenes";
    return must(server::City::open(settings, true), "city");
  }
  ManualClock clock_{*Instant::parse_iso("2026-11-22T02:00:00Z")};  // the day of the questions
  std::unique_ptr<server::City> city_;
  ask::Ask ask_;
  std::map<std::string, Written> figures_;
  ask::Frame frame_;
  std::shared_ptr<const directory::OrgTree> orgs_;
};

inline std::string key_of(const metrics::Cell& cell) {
  if (const auto* org = std::get_if<metrics::OrgCell>(&cell)) return org->id;
  if (const auto* code = std::get_if<metrics::CodeCell>(&cell)) return code->code;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&cell)) return std::to_string(*whole);
  return {};
}

// Of a comparison with the year before: the change that is shown beside SQL of both years.
inline std::string wrong_change(World& world, const ask::Answer& answer, directory::OrgNo within) {
  const Tree& tree = answer.understood.tree;
  if (tree.compare.empty() || tree.intent == ask::Intent::contribution || !world.figures().contains(tree.metrics.front())) return {};
  if (tree.by.size() > 1 || tree.time.last > 0 || (!tree.by.empty() && tree.by.front() == "school_year")) return {};
  Tree before = tree, now = tree;
  const std::string last = tree.time.from.empty() ? std::to_string(kLastYear) : tree.time.from;
  now.time.from = now.time.to = last;
  before.time.from = before.time.to = std::to_string(std::atoll(last.c_str()) - 1);
  const auto a = world.written(now, within), b = world.written(before, within);
  if (!a || !b) return {};  // nothing of it is written apart
  size_t column = 0;
  while (column < answer.table.columns.size() && answer.table.columns[column].id != tree.metrics.front() + "__change") ++column;
  if (column >= answer.table.columns.size()) return "the change is not told";
  for (const auto& row : answer.table.rows) {
    const std::string key = tree.by.empty() ? "" : key_of(row.front());
    if (row[column].index() == 0 || !a->contains(key) || !b->contains(key)) continue;
    const double told = std::get<double>(row[column]), should = a->at(key) - b->at(key);
    if (std::abs(told - should) > 1e-6 * std::max(1.0, std::abs(should)))
      return key + " changed by " + std::to_string(should) + ", not " + std::to_string(told);
  }
  return {};
}

// What of an answer is not what SQL says: a cell that is shown and should not be, or not so. Empty: none.
inline std::string difference(World& world, const ask::Answer& answer, directory::OrgNo within) {
  const Tree& tree = answer.understood.tree;
  if (tree.metrics.empty()) return {};  // targets of plans
  if (std::string wrong = wrong_change(world, answer, within); !wrong.empty()) return wrong;
  const auto gold = world.written(tree, within);
  if (!gold) return {};
  const auto& table = answer.table;
  const auto at = [&](const std::string& id) {
    size_t c = 0;
    while (c < table.columns.size() && table.columns[c].id != id) ++c;
    return c;
  };
  const size_t metric = at(tree.metrics.front());
  size_t n_seen = 0;
  for (const auto& row : table.rows) {
    std::string key;
    bool whole = tree.against_whole && !table.rows.empty() && &row == &table.rows.back();
    for (const std::string& by : tree.by) {
      const size_t c = at(by);
      if (c < row.size()) key += (key.empty() && by == tree.by.front() ? "" : "|") + key_of(row[c]);
      if (c < row.size() && row[c].index() == 0) whole = true;  // rows of no district have no key in the written SQL
    }
    if (whole || metric >= row.size() || row[metric].index() == 0 || tree.intent == ask::Intent::streak) continue;
    const double value = row[metric].index() == 1 ? static_cast<double>(std::get<int64_t>(row[metric])) : std::get<double>(row[metric]);
    const auto found = gold->find(key);
    if (found == gold->end() && value == 0) continue;
    if (found == gold->end()) return "a row " + key + " that should not be there";
    if (std::abs(found->second - value) > 1e-6 * std::max(1.0, std::abs(value)))
      return key + ": " + std::to_string(value) + ", not " + std::to_string(found->second);
    ++n_seen;
  }
  const bool all = tree.order.empty() && tree.having.empty() && tree.intent != ask::Intent::streak && answer.table.suppressed.empty();
  if (all && n_seen < gold->size() && std::none_of(table.rows.begin(), table.rows.end(), [](const auto& row) { return row.front().index() == 0; }))
    return "rows are missing: " + std::to_string(n_seen) + " of " + std::to_string(gold->size());
  // Cells that are withheld are not ranked: their rows are gone, and the answer says so.
  const bool has_withheld =
      std::any_of(answer.caveats.begin(), answer.caveats.end(), [](const Message& one) { return one.en.find("withheld") != std::string::npos; });
  const bool ranks_all = table.suppressed.empty() && !has_withheld && tree.order.find("__") == std::string::npos;
  if (!tree.order.empty() && tree.member.empty() && !table.rows.empty() && ranks_all) {
    double best = tree.order[0] == '-' ? -1e300 : 1e300;
    for (const auto& [key, value] : *gold) best = tree.order[0] == '-' ? std::max(best, value) : std::min(best, value);
    const auto& cell = table.rows.front()[metric];
    const double first = cell.index() == 1 ? static_cast<double>(std::get<int64_t>(cell)) : std::get<double>(cell);
    if (std::abs(first - best) > 1e-6 * std::max(1.0, std::abs(best))) return "the first is not the extreme";
  }
  return {};
}

}  // namespace banmo::bench
