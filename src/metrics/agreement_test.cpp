// SPDX-License-Identifier: Apache-2.0
// Random questions over random rows: the engine, which sums roll-ups, against a loop over the rows.
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "metrics/test_world.h"

namespace banmo::metrics::test {
namespace {

struct Loan {
  int no = 0, school = 1;
  std::optional<Date> lent_on;
  std::string kind;  // code; empty: none
  std::optional<int> grade;
  std::optional<bool> late;
  std::optional<double> pages;
};

const std::vector<std::string> kMetrics = {"loan_n", "late_n", "late_rate", "pages_sum", "pages_avg", "pages_min", "pages_max", "loan_kinds"};
const std::vector<std::string> kGrains = {"day", "month", "term", "school_year", "year"};
const std::map<std::string, std::string> kKinds = {{"lit", "文学"}, {"sci", "科学"}, {"art", "艺术"}};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& values) {
    return values[static_cast<size_t>(below(static_cast<int>(values.size())))];
  }

  std::vector<Loan> loans(int n) {
    std::vector<Loan> made;
    for (int i = 1; i <= n; ++i) {
      Loan loan{.no = i, .school = 1 + below(4), .lent_on = {}, .kind = {}, .grade = {}, .late = {}, .pages = {}};
      if (!chance(5)) loan.lent_on = Date{Date::from_ymd(2024, 1, 1)->days + below(900)};
      if (!chance(10)) loan.kind = one_of<std::string>({"lit", "sci", "art"});
      if (!chance(10)) loan.grade = 1 + below(3);
      if (!chance(10)) loan.late = chance(30);
      if (!chance(15)) loan.pages = below(4000) / 4.0 - 100;
      made.push_back(loan);
    }
    return made;
  }

  Query question() {
    Query query;
    for (const std::string& metric : kMetrics)
      if (chance(40)) query.metrics.push_back(metric);
    if (query.metrics.empty()) query.metrics.push_back("loan_n");
    for (const char* dimension : {"district", "school", "kind", "grade", "late", "lent_on"})
      if (query.by.size() < 4 && chance(30)) query.by.push_back(dimension);
    query.time.grain = one_of(kGrains);
    if (chance(30)) query.where.push_back({"school", {"学校" + std::to_string(1 + below(4)), "学校" + std::to_string(1 + below(4))}});
    if (chance(20)) query.where.push_back({"district", {one_of<std::string>({"南区", "北区"})}});
    if (chance(30)) query.where.push_back({"kind", chance(50) ? std::vector<std::string>{"lit"} : std::vector<std::string>{"sci", "art"}});
    if (chance(30)) query.where.push_back({"grade", {std::to_string(1 + below(3)), "3"}});
    if (chance(20)) query.where.push_back({"late", {one_of<std::string>({"true", "false"})}});
    if (chance(20)) query.time = {.grain = "month", .from = "2024-06", .to = "2025-07"};
    query.limit = 10'000;
    return query;
  }

 private:
  std::mt19937_64 random_;
};

// The period that a date falls in, by another way than the engine's: from the calendar's words.
std::string period_of(const Loan& loan, const std::string& grain) {
  if (!loan.lent_on) return "-";
  const int year = loan.lent_on->year(), month = loan.lent_on->month();
  const int school_year = month >= 9 ? year : year - 1;
  if (grain == "day") return loan.lent_on->to_iso();
  if (grain == "month") return loan.lent_on->to_iso().substr(0, 7);
  if (grain == "term") return std::to_string(school_year) + (month >= 2 && month <= 8 ? "-2" : "-1");
  return std::to_string(grain == "school_year" ? school_year : year);
}

std::string value_of(const Loan& loan, const std::string& dimension, const std::string& grain) {
  if (dimension == "school") return "学校" + std::to_string(loan.school);
  if (dimension == "district") return loan.school <= 2 ? "南区" : "北区";
  if (dimension == "kind") return loan.kind.empty() ? "-" : loan.kind;
  if (dimension == "grade") return loan.grade ? std::to_string(*loan.grade) : "-";
  if (dimension == "late") return loan.late ? *loan.late ? "true" : "false" : "-";
  return period_of(loan, grain);
}

bool satisfies(const Loan& loan, const Query& query) {
  for (const Condition& condition : query.where) {
    const std::string value = value_of(loan, condition.dimension, query.time.grain);
    if (value == "-" || std::find(condition.values.begin(), condition.values.end(), value) == condition.values.end()) return false;
  }
  if (query.time.from.empty()) return true;
  const std::string period = period_of(loan, query.time.grain);
  return period != "-" && period >= query.time.from && period <= query.time.to;
}

struct Group {
  int n = 0, n_late = 0, n_pages = 0;
  double sum = 0, least = INFINITY, most = -INFINITY;
  std::set<std::string> kinds;
  void add(const Loan& loan) {
    ++n;
    n_late += loan.late.value_or(false) ? 1 : 0;
    if (!loan.kind.empty()) kinds.insert(loan.kind);
    if (!loan.pages) return;
    ++n_pages;
    sum += *loan.pages;
    least = std::min(least, *loan.pages);
    most = std::max(most, *loan.pages);
  }
  Cell figure(const std::string& metric) const {
    if (metric == "loan_n") return int64_t{n};
    if (metric == "late_n") return int64_t{n_late};
    if (metric == "late_rate") return static_cast<double>(n_late) / n * 100;
    if (metric == "loan_kinds") return static_cast<int64_t>(kinds.size());
    if (n_pages == 0) return {};
    return metric == "pages_sum" ? sum : metric == "pages_avg" ? sum / n_pages : metric == "pages_min" ? least : most;
  }
};

std::set<std::string> expected(const std::vector<Loan>& loans, const Query& query) {
  std::map<std::string, Group> groups;
  for (const Loan& loan : loans) {
    if (!satisfies(loan, query)) continue;
    std::string key;
    for (const std::string& dimension : query.by) key += value_of(loan, dimension, query.time.grain) + "|";
    groups[key].add(loan);
  }
  std::set<std::string> lines;
  for (const auto& [key, group] : groups) {
    std::string line = key;
    for (size_t m = 0; m < query.metrics.size(); ++m) line += (m == 0 ? "" : "|") + text_of(group.figure(query.metrics[m]));
    lines.insert(line);
  }
  return lines;
}

std::set<std::string> lines_of(const QueryResult& result) {
  std::set<std::string> lines;
  for (const auto& row : result.rows) {
    std::string line;
    for (const Cell& cell : row) line += (line.empty() ? "" : "|") + text_of(cell);
    lines.insert(line);
  }
  return lines;
}

std::string told(const Query& query) {
  std::string text;
  for (const auto& metric : query.metrics) text += metric + " ";
  text += "by ";
  for (const auto& dimension : query.by) text += dimension + " ";
  for (const auto& condition : query.where) text += "where " + condition.dimension + " " + condition.values.front() + ".. ";
  return text + query.time.grain + " " + query.time.from;
}

std::string csv_of(const World& world, const Loan& loan) {
  return std::to_string(loan.no) + "," + world.code_of(loan.school) + "," + (loan.lent_on ? loan.lent_on->to_iso() : "") + "," +
         (loan.kind.empty() ? "" : kKinds.at(loan.kind)) + "," + (loan.grade ? std::to_string(*loan.grade) : "") + "," +
         (loan.late ? *loan.late ? "是" : "否" : "") + "," + (loan.pages ? text_of(Cell(*loan.pages)) : "") + "\n";
}

TEST_CASE("random questions over random rows are answered as a loop over the rows answers them, before and after changes") {
  size_t n_questions = 0, n_cells = 0;
  on_each_pair([&](World& world) {
    Generator random(20261121);
    std::vector<Loan> loans = random.loans(500);
    for (int round = 0; round < 3; ++round) {
      std::string file;
      for (const Loan& loan : loans) file += csv_of(world, loan);
      world.import("loan", file);
      for (int i = 0; i < 60; ++i) {
        const Query query = random.question();
        const QueryResult result = world.ask(query);
        CHECK_MESSAGE(lines_of(result) == expected(loans, query), told(query));
        ++n_questions;
        n_cells += result.rows.size() * query.metrics.size();
      }
      // The next file moves every seventh row, and every eleventh is deleted by hand.
      const std::vector<Loan> others = random.loans(500);
      for (size_t at = 0; at < loans.size(); at += 7) {
        const int no = loans[at].no;
        loans[at] = others[at];
        loans[at].no = no;
      }
      for (size_t at = loans.size(); at-- > 0;)
        if (at % 110 == 5) {
          must(world.records->delete_row(world.system, "loan", std::to_string(loans[at].no)));
          loans.erase(loans.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
  });
  MESSAGE(n_questions << " questions, " << n_cells << " cells agree");
}

}  // namespace
}  // namespace banmo::metrics::test
