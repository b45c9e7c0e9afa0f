// SPDX-License-Identifier: Apache-2.0
#include "expr/functions.h"

#include <algorithm>
#include <cmath>

#include "expr/code_points.h"
#include "expr/print.h"

namespace banmo::expr {
namespace {

using Arguments = std::span<const Cell>;

constexpr int64_t kFirstDay = -719'162;  // 0001-01-01, a Monday
constexpr int64_t kLastDay = 2'932'896;  // 9999-12-31
constexpr int64_t kMaxAddedDays = 4'000'000;
constexpr int64_t kFirstSchoolYear = 1, kLastSchoolYear = 9998;
constexpr int64_t kMaxMicros = 253'402'300'800'000'000;  // 10000-01-01

// Adding and taking away 1.5 * 2^52 rounds a double below 2^51 to the nearest integer, ties to even, with the same two additions in every engine.
constexpr double kRounder = 6755399441055744.0;
constexpr double kGrid = 1048576.0;              // 2^20: noise below 5e-7 of the last digit is taken away first,
constexpr double kOutward = 1.0000000000000004;  // 1 + 2^-51: then ties leave zero behind
constexpr std::array<double, kMaxRoundDigits + 1> kPowers = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

Date date_at(const Cell& cell) { return Date{static_cast<int32_t>(cell.whole)}; }
Cell date_cell(int64_t days) { return days < kFirstDay || days > kLastDay ? Cell{} : Cell::of(Type::date, days); }

Cell absolute(Arguments a, Evaluation&) { return Cell::of_real(std::fabs(a[0].real)); }
Cell rounded(Arguments a, Evaluation&) { return Cell::of_real(round_half_away(a[0].real, a.size() > 1 ? a[1].whole : 0)); }
Cell floored(Arguments a, Evaluation&) { return Cell::of_real(std::floor(a[0].real)); }
Cell ceiled(Arguments a, Evaluation&) { return Cell::of_real(std::ceil(a[0].real)); }
Cell length(Arguments a, Evaluation&) { return Cell::of_whole(static_cast<int64_t>(n_code_points(a[0].text))); }

Cell cased(std::string_view text, char first, char last, Evaluation& evaluation) {
  std::string made(text);
  for (char& c : made)
    if (c >= first && c <= last) c = static_cast<char>(c ^ 0x20);
  return Cell::of_text(evaluation.keep(std::move(made)));
}
Cell lower(Arguments a, Evaluation& evaluation) { return cased(a[0].text, 'A', 'Z', evaluation); }
Cell upper(Arguments a, Evaluation& evaluation) { return cased(a[0].text, 'a', 'z', evaluation); }

Cell trim(Arguments a, Evaluation&) {
  const size_t first = a[0].text.find_first_not_of(' ');
  if (first == std::string_view::npos) return Cell::of_text("");
  return Cell::of_text(a[0].text.substr(first, a[0].text.find_last_not_of(' ') - first + 1));
}
Cell substr(Arguments a, Evaluation&) {
  const auto skipped = static_cast<size_t>(std::max<int64_t>(a[1].whole, 1) - 1);
  return Cell::of_text(code_point_slice(a[0].text, skipped, a.size() > 2 ? static_cast<size_t>(a[2].whole) : std::string_view::npos));
}
Cell starts_with(Arguments a, Evaluation&) { return Cell::of_boolean(a[0].text.starts_with(a[1].text)); }
Cell contains(Arguments a, Evaluation&) { return Cell::of_boolean(a[0].text.find(a[1].text) != std::string_view::npos); }

Cell year(Arguments a, Evaluation&) { return Cell::of_whole(date_at(a[0]).year()); }
Cell month(Arguments a, Evaluation&) { return Cell::of_whole(date_at(a[0]).month()); }
Cell day(Arguments a, Evaluation&) { return Cell::of_whole(date_at(a[0]).day()); }

Cell date_of(Arguments a, Evaluation& evaluation) {
  if (a[0].whole > kMaxMicros || a[0].whole < -kMaxMicros) return {};
  return date_cell(Instant{a[0].whole}.local_date(evaluation.environment.utc_offset_minutes).days);
}
Cell age_on(Arguments a, Evaluation&) {
  const Date birth = date_at(a[0]), on = date_at(a[1]);
  const bool before = on.month() * 100 + on.day() < birth.month() * 100 + birth.day();
  return Cell::of_whole(on.year() - birth.year() - (before ? 1 : 0));
}
Cell sy_start(Arguments a, Evaluation&) {
  if (a[0].whole < kFirstSchoolYear || a[0].whole > kLastSchoolYear) return {};
  return Cell::of(Type::date, SchoolYear{static_cast<int32_t>(a[0].whole)}.start().days);
}
Cell sy_end(Arguments a, Evaluation&) {
  if (a[0].whole < kFirstSchoolYear || a[0].whole > kLastSchoolYear) return {};
  return Cell::of(Type::date, SchoolYear{static_cast<int32_t>(a[0].whole)}.end().days);
}
Cell school_year(Arguments a, Evaluation&) { return Cell::of_whole(SchoolYear::of(date_at(a[0])).first_year); }
Cell days_between(Arguments a, Evaluation&) { return Cell::of_whole(a[1].whole - a[0].whole); }
Cell add_days(Arguments a, Evaluation&) {
  if (a[1].whole < -kMaxAddedDays || a[1].whole > kMaxAddedDays) return {};
  return date_cell(a[0].whole + a[1].whole);
}

// Days from Monday to Friday since 0001-01-01, this one included.
int64_t weekdays_until(int64_t day) {
  const int64_t since = day - kFirstDay;
  return since / 7 * 5 + std::min<int64_t>(since % 7 + 1, 5);
}
Cell workdays(Arguments a, Evaluation&) { return Cell::of_whole(weekdays_until(a[1].whole) - weekdays_until(a[0].whole)); }

Cell now(Arguments, Evaluation& evaluation) { return Cell::of(Type::instant, evaluation.environment.now.micros); }
Cell today(Arguments, Evaluation& evaluation) {
  return date_cell(evaluation.environment.now.local_date(evaluation.environment.utc_offset_minutes).days);
}

using Printed = std::span<const std::string>;

std::string print_round(const PrintOptions& options, Printed arguments) {
  const double power = kPowers[arguments.size() > 1 ? static_cast<size_t>(std::stoi(arguments[1])) : 0];
  const auto real = [&](double value) { return print_real(value, options.dialect); };
  const std::vector<std::string> parts = {arguments[0], real(power * kGrid), real(kRounder), real(kOutward), real(kGrid), real(power)};
  return fill(power == 1 ? "((($1 * $2 + $3 - $3) * $4 / $5) + $3 - $3)" : "(((($1 * $2 + $3 - $3) * $4 / $5) + $3 - $3) / $6)", parts);
}

std::string print_substr(const PrintOptions&, Printed arguments) {
  return fill(arguments.size() == 2 ? "substr($1, $2)" : "substr($1, $2, $3)", arguments);
}

std::string print_date_of(const PrintOptions& options, Printed arguments) {
  const int minutes = options.environment.utc_offset_minutes;
  switch (options.dialect) {
    case sql::Dialect::sqlite: {  // microseconds since year 1, so that the division never meets a negative number; 1721425.5 is the Julian day of
                                  // 0001-01-01
      const int64_t shift = -kFirstDay * 86'400'000'000 + int64_t{minutes} * 60'000'000;
      return "date((" + arguments[0] + " + " + std::to_string(shift) + ") / 86400000000 + 1721425.5)";
    }
    case sql::Dialect::postgres: return "CAST(" + arguments[0] + " + INTERVAL '" + std::to_string(minutes) + " minutes' AS DATE)";
    case sql::Dialect::duckdb: return "CAST(" + arguments[0] + " + INTERVAL (" + std::to_string(minutes) + ") MINUTE AS DATE)";
  }
  return {};
}

std::string print_workdays(const PrintOptions& options, Printed arguments) {
  static constexpr std::array<std::string_view, 3> kSince = {"CAST(julianday($1) - 1721425.5 AS INTEGER)", "($1 - DATE '0001-01-01')",
                                                             "($1 - DATE '0001-01-01')"};
  static constexpr std::array<std::string_view, 3> kWeekdays = {"($1 / 7 * 5 + min($1 % 7 + 1, 5))", "($1 / 7 * 5 + LEAST($1 % 7 + 1, 5))",
                                                                "($1 // 7 * 5 + LEAST($1 % 7 + 1, 5))"};
  const auto dialect = static_cast<size_t>(options.dialect);
  const auto until = [&](const std::string& date) {
    const std::vector<std::string> since = {fill(kSince[dialect], std::span(&date, 1))};
    return fill(kWeekdays[dialect], since);
  };
  return "(" + until(arguments[1]) + " - " + until(arguments[0]) + ")";
}

std::string print_now(const PrintOptions& options, Printed) { return print_literal(options.environment.now, options.dialect); }
std::string print_today(const PrintOptions& options, Printed) {
  return print_literal(options.environment.now.local_date(options.environment.utc_offset_minutes), options.dialect);
}

constexpr std::string_view kAddDays =
    "(CASE WHEN $2 BETWEEN -4000000 AND 4000000 THEN CASE WHEN $1 + CAST($2 AS INTEGER) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' "
    "THEN $1 + CAST($2 AS INTEGER) END END)";

constexpr auto kFixed = Gives::fixed;
constexpr auto kWhole = Type::integer;

std::array<std::string_view, 3> everywhere(std::string_view text) { return {text, text, text}; }

std::vector<Kernel> number_kernels() {
  using enum Want;
  return {
      {"abs", {number}, 1, Type::decimal, Gives::as_argument, absolute, everywhere("abs($1)")},
      {"round", {number, constant}, 1, Type::decimal, Gives::rounded, rounded, {}, print_round},
      {"floor", {number}, 1, kWhole, kFixed, floored, everywhere("floor($1)")},
      {"ceil", {number}, 1, kWhole, kFixed, ceiled, everywhere("ceil($1)")},
  };
}

std::vector<Kernel> text_kernels() {
  using enum Want;
  return {
      {"length", {text}, 1, kWhole, kFixed, length, everywhere("length($1)")},
      {"lower",
       {text},
       1,
       Type::text,
       kFixed,
       lower,
       {"lower($1)", "lower($1 COLLATE \"C\")", "translate($1, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"}},
      {"upper",
       {text},
       1,
       Type::text,
       kFixed,
       upper,
       {"upper($1)", "upper($1 COLLATE \"C\")", "translate($1, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"}},
      {"trim", {text}, 1, Type::text, kFixed, trim, {"trim($1, ' ')", "btrim($1, ' ')", "trim($1, ' ')"}},
      {"substr", {text, constant, constant}, 2, Type::text, kFixed, substr, {}, print_substr},
      {"starts_with", {text, text}, 2, Type::boolean, kFixed, starts_with, {"(instr($1, $2) = 1)", "starts_with($1, $2)", "starts_with($1, $2)"}},
      {"contains", {text, text}, 2, Type::boolean, kFixed, contains, {"(instr($1, $2) > 0)", "(strpos($1, $2) > 0)", "contains($1, $2)"}},
  };
}

std::vector<Kernel> date_part_kernels() {
  using enum Want;
  return {
      {"year", {date}, 1, kWhole, kFixed, year, {"CAST(substr($1, 1, 4) AS INTEGER)", "CAST(EXTRACT(YEAR FROM $1) AS BIGINT)", "year($1)"}},
      {"month", {date}, 1, kWhole, kFixed, month, {"CAST(substr($1, 6, 2) AS INTEGER)", "CAST(EXTRACT(MONTH FROM $1) AS BIGINT)", "month($1)"}},
      {"day", {date}, 1, kWhole, kFixed, day, {"CAST(substr($1, 9, 2) AS INTEGER)", "CAST(EXTRACT(DAY FROM $1) AS BIGINT)", "day($1)"}},
      {"date_of", {date}, 1, Type::date, kFixed, date_of, {}, print_date_of},
      {"age_on",
       {date, date},
       2,
       kWhole,
       kFixed,
       age_on,
       {"CAST(floor((CAST(replace($2, '-', '') AS INTEGER) - CAST(replace($1, '-', '') AS INTEGER)) / 10000.0) AS INTEGER)",
        "CAST(floor(((EXTRACT(YEAR FROM $2) - EXTRACT(YEAR FROM $1)) * 10000 + (EXTRACT(MONTH FROM $2) - EXTRACT(MONTH FROM $1)) * 100"
        " + EXTRACT(DAY FROM $2) - EXTRACT(DAY FROM $1)) / 10000) AS BIGINT)",
        "CAST(floor(((year($2) - year($1)) * 10000 + (month($2) - month($1)) * 100 + day($2) - day($1)) / 10000) AS BIGINT)"}},
  };
}

std::vector<Kernel> calendar_kernels() {
  using enum Want;
  return {
      {"sy_start",
       {whole},
       1,
       Type::date,
       kFixed,
       sy_start,
       {"(CASE WHEN $1 BETWEEN 1 AND 9998 THEN printf('%04d-09-01', $1) END)",
        "(CASE WHEN $1 BETWEEN 1 AND 9998 THEN make_date(CAST($1 AS INTEGER), 9, 1) END)",
        "(CASE WHEN $1 BETWEEN 1 AND 9998 THEN make_date($1, 9, 1) END)"}},
      {"sy_end",
       {whole},
       1,
       Type::date,
       kFixed,
       sy_end,
       {"(CASE WHEN $1 BETWEEN 1 AND 9998 THEN printf('%04d-08-31', $1 + 1) END)",
        "(CASE WHEN $1 BETWEEN 1 AND 9998 THEN make_date(CAST($1 AS INTEGER) + 1, 8, 31) END)",
        "(CASE WHEN $1 BETWEEN 1 AND 9998 THEN make_date($1 + 1, 8, 31) END)"}},
      {"school_year",
       {date},
       1,
       kWhole,
       kFixed,
       school_year,
       {"(CAST(substr($1, 1, 4) AS INTEGER) - (substr($1, 6, 2) < '09'))", "(CAST(EXTRACT(YEAR FROM $1 + INTERVAL '4 months') AS BIGINT) - 1)",
        "(year($1 + INTERVAL 4 MONTH) - 1)"}},
      {"days_between",
       {date, date},
       2,
       kWhole,
       kFixed,
       days_between,
       {"CAST(julianday($2) - julianday($1) AS INTEGER)", "($2 - $1)", "date_diff('day', $1, $2)"}},
      {"add_days",
       {date, whole},
       2,
       Type::date,
       kFixed,
       add_days,
       {"(CASE WHEN $2 BETWEEN -4000000 AND 4000000 AND date($1, $2 || ' days') >= '0001-01-01' THEN date($1, $2 || ' days') END)", kAddDays,
        kAddDays}},
      {"workdays", {date, date}, 2, kWhole, kFixed, workdays, {}, print_workdays},
      {"now", {}, 0, Type::instant, kFixed, now, {}, print_now},
      {"today", {}, 0, Type::date, kFixed, today, {}, print_today},
  };
}

}  // namespace

double round_half_away(double value, int64_t n_digits) {
  const double power = kPowers[static_cast<size_t>(n_digits)];
  const double snapped = (value * (power * kGrid) + kRounder) - kRounder;
  const double whole = (snapped * kOutward / kGrid + kRounder) - kRounder;
  return whole / power;
}

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> table = [] {
    std::vector<Kernel> all;
    for (const auto& group : {number_kernels(), text_kernels(), date_part_kernels(), calendar_kernels()})
      all.insert(all.end(), group.begin(), group.end());
    return all;
  }();
  return table;
}

const Kernel* find_kernel(std::string_view name) {
  const auto& table = kernels();
  const auto found = std::find_if(table.begin(), table.end(), [&](const Kernel& kernel) { return kernel.name == name; });
  return found == table.end() ? nullptr : &*found;
}

const Kernel& date_of_kernel() {
  static const Kernel* const kernel = find_kernel("date_of");
  return *kernel;
}

std::string fill(std::string_view text, std::span<const std::string> arguments) {
  std::string filled;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool placeholder = text[i] == '$' && i + 1 < text.size() && text[i + 1] >= '1' && text[i + 1] <= '9';
    if (!placeholder) {
      filled += text[i];
      continue;
    }
    filled += arguments[static_cast<size_t>(text[++i] - '1')];
  }
  return filled;
}

}  // namespace banmo::expr
