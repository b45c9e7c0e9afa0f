// SPDX-License-Identifier: Apache-2.0
#include "expr/random_test.h"

namespace banmo::expr::testing {
namespace {

template <class T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}

const std::vector<std::string> kTexts = {"",  "a",     "A", "abc", "ABC",  "Z",     "z",    "中文", "李明", "李明abc", "😀x", "é",      "10",
                                         "9", " a b ", "%", "a_b", "a\\b", "*?[x]", "it's", "\t",   "ａ",   "ß",       "à",   "\u00A0", "𠮷野家"};
const std::vector<std::string> kPatterns = {"%",     "_",      "__",  "a%",    "%c",  "%b%", "A_C",   "李%",  "_明%", "%\\%%",
                                            "a\\_b", "a\\\\b", "%[%", "*?[x]", "%*%", "",    "it''s", "%😀%", "_x",   "%b_"};
const std::vector<std::string> kDates = {"1949-10-01", "1970-01-01", "2000-02-29", "2019-12-31", "2020-09-01", "2024-02-29",
                                         "2025-08-31", "2025-09-01", "2026-03-01", "2026-03-02", "2099-12-31"};
const std::vector<std::string> kInstants = {"1969-12-31T23:59:59.999999Z", "2026-03-01T15:59:59.999999Z", "2026-03-01T16:00:00Z",
                                            "2026-03-01T17:30:00.5Z",      "2024-02-29T00:00:00Z",        "1900-01-01T00:00:00Z"};

}  // namespace

std::string Generator::any(int depth) {
  switch (random_() % 11) {
    case 10: return instant(depth);
    case 0:
    case 1: return whole(depth);
    case 2:
    case 3: return number(depth);
    case 4: return text(depth);
    case 5: return date(depth);
    default: return boolean(depth);
  }
}

std::string Generator::boolean(int depth) {
  if (depth <= 0) return one_of({"f", "g", "f", "g", "true", "false"});
  const int d = depth - 1;
  switch (roll(19)) {
    case 14: return "(" + whole(d) + maybe_not() + "in (" + whole(0) + ", " + whole(0) + ", " + (roll(4) == 0 ? number(0) : whole(0)) + "))";
    case 15: return "(" + whole(d) + maybe_not() + "between " + whole(0) + " and " + whole(0) + ")";
    case 16: return "(" + date(d) + maybe_not() + "between " + date(0) + " and " + instant(0) + ")";
    case 17: return "(" + text(d) + maybe_not() + "between " + text(0) + " and " + text(0) + ")";
    case 18: return "(" + boolean(d) + one_of({" = ", " <> "}) + boolean(d) + ")";
    case 0: return "(" + boolean(d) + " and " + boolean(d) + ")";
    case 1: return "(" + boolean(d) + " or " + boolean(d) + " or " + boolean(d) + ")";
    case 2: return "(not " + boolean(d) + ")";
    case 3: return "(" + number(d) + comparison() + number(d) + ")";
    case 4: return "(" + whole(d) + comparison() + number(d) + ")";
    case 5: return "(" + text(d) + comparison() + text(d) + ")";
    case 6: return "(" + date(d) + comparison() + (roll(2) == 0 ? date(d) : instant(0)) + ")";
    case 7: return "(" + instant(d) + comparison() + (roll(2) == 0 ? instant(0) : "'" + pick(random_, kDates) + "'") + ")";
    case 8: return "(" + number(d) + maybe_not() + "between " + number(d) + " and " + number(d) + ")";
    case 9: return "(" + text(d) + maybe_not() + "in (" + text(0) + ", " + text(0) + (roll(4) == 0 ? ", null" : "") + "))";
    case 10: return "(" + text(d) + maybe_not() + "like '" + pick(random_, kPatterns) + "')";
    case 11: return "(" + anything(d) + (roll(2) == 0 ? " is null)" : " is not null)");
    case 12: return "(f = " + one_of({"1", "0", "true", "g"}) + ")";
    case 13: return one_of({"starts_with(", "contains("}) + text(d) + ", " + text(0) + ")";
    default: return "(" + raw() + comparison() + raw() + ")";
  }
}

std::string Generator::number(int depth) {
  if (depth <= 0 && roll(12) == 0) return decimal_literal();
  if (depth <= 0) return one_of({"x", "m", "x", "m", "b", "0.1", "2.675", "-7.25", "0", "0.3", "100", "100000.5"});
  const int d = depth - 1;
  switch (roll(12)) {
    case 0: return "(" + number(d) + " + " + number(d) + ")";
    case 1: return "(" + number(d) + " - " + number(d) + ")";
    case 2: return "(" + number(d) + " * " + number(d) + ")";
    case 3: return "(" + number(d) + " / " + number(d) + ")";
    case 4: return "(- " + number(d) + ")";
    case 5: return "round(" + number(d) + ", " + std::to_string(roll(5)) + ")";
    case 6: return "abs(" + number(d) + ")";
    case 7: return "case when " + boolean(d) + " then " + number(d) + " else " + number(d) + " end";
    case 8: return "coalesce(" + number(d) + ", " + number(d) + ")";
    case 9: return "nullif(" + number(d) + ", " + number(0) + ")";
    case 10: return one_of({"least(", "greatest("}) + number(d) + ", " + number(0) + (roll(2) == 0 ? ", " + number(0) : "") + ")";
    default: return whole(d);
  }
}

std::string Generator::whole(int depth) {
  if (depth <= 0) return one_of({"a", "b", "b", "0", "1", "-3", "2026", "9007199254740993"});
  const int d = depth - 1;
  switch (roll(15)) {
    case 0: return "(" + whole(d) + " + " + whole(d) + ")";
    case 1: return "(" + whole(d) + " - " + whole(d) + ")";
    case 2: return "(" + whole(d) + " * " + whole(d) + ")";
    case 3: return "length(" + text(d) + ")";
    case 4: return one_of({"year(", "month(", "day(", "school_year("}) + date(d) + ")";
    case 5: return "age_on(" + date(d) + ", " + date(0) + ")";
    case 6: return "days_between(" + date(d) + ", " + date(0) + ")";
    case 7: return "workdays(" + date(d) + ", " + date(0) + ")";
    case 8: return one_of({"round(", "floor(", "ceil("}) + number(d) + ")";
    case 9:
      return "case " + text(d) + " when " + text(0) + " then " + whole(d) + " when " + text(0) + " then " + whole(0) +
             (roll(2) == 0 ? " end" : " else null end");
    case 10: return "coalesce(" + whole(d) + ", " + whole(0) + ")";
    case 11: return one_of({"least(", "greatest("}) + whole(d) + ", " + whole(0) + ")";
    case 12: return "abs(" + whole(d) + ")";
    case 13: return "nullif(" + whole(d) + ", " + whole(0) + ")";
    default: return "case " + whole(d) + " when " + whole(0) + " then 1 when " + number(0) + " then 2 else 3 end";
  }
}

std::string Generator::text(int depth) {
  if (depth <= 0) return roll(3) == 0 ? sql::quote_literal(pick(random_, kTexts)) : one_of({"s", "t"});
  const int d = depth - 1;
  switch (roll(8)) {
    case 0: return "(" + text(d) + " || " + text(d) + ")";
    case 1: return one_of({"lower(", "upper(", "trim("}) + text(d) + ")";
    case 2: return "substr(" + text(d) + ", " + std::to_string(1 + roll(4)) + (roll(2) == 0 ? ", " + std::to_string(roll(4)) : "") + ")";
    case 3: return "coalesce(" + text(d) + ", " + text(0) + ")";
    case 4: return "nullif(" + text(d) + ", " + text(0) + ")";
    case 5: return one_of({"least(", "greatest("}) + text(d) + ", " + text(0) + ")";
    case 6: return "case when " + boolean(d) + " then " + text(d) + " else " + text(0) + " end";
    default: return text(0);
  }
}

std::string Generator::date(int depth) {
  if (depth <= 0) return roll(3) == 0 ? "date '" + pick(random_, kDates) + "'" : one_of({"p", "q"});
  const int d = depth - 1;
  switch (roll(8)) {
    case 0: return "add_days(" + date(d) + ", " + whole(0) + ")";
    case 1: return one_of({"sy_start(", "sy_end("}) + whole(d) + ")";
    case 2: return "coalesce(" + date(d) + ", '" + pick(random_, kDates) + "')";
    case 3: return "date_of(" + instant(d) + ")";
    case 4: return one_of({"least(", "greatest("}) + date(d) + ", " + date(0) + ")";
    case 5: return "case when " + boolean(d) + " then " + date(d) + " else " + date(0) + " end";
    case 6: return "today()";
    default: return date(0);
  }
}

std::string Generator::instant(int depth) {
  if (depth <= 0) return roll(2) == 0 ? "i" : roll(3) == 0 ? "now()" : "instant '" + pick(random_, kInstants) + "'";
  const int d = depth - 1;
  switch (roll(4)) {
    case 0: return "coalesce(" + instant(d) + ", " + instant(0) + ")";
    case 1: return one_of({"least(", "greatest("}) + instant(d) + ", " + instant(0) + ")";
    case 2: return "case when " + boolean(d) + " then " + instant(d) + " end";
    default: return "nullif(" + instant(d) + ", " + instant(0) + ")";
  }
}

std::string Generator::decimal_literal() {
  std::string text = std::to_string(random_() % 1'000'000'000) + std::to_string(random_() % 100'000'000);
  text.insert(roll(text.size() - 1) + 1, ".");
  return text;
}

std::string Generator::aggregate() {
  switch (roll(10)) {
    case 0: return "count(*)";
    case 1: return "count(" + (roll(2) == 0 ? text(1) : number(1)) + ")";
    case 2: return "count(distinct " + (roll(2) == 0 ? text(1) : roll(2) == 0 ? whole(1) : date(1)) + ")";
    case 3: return one_of({"sum(", "avg("}) + one_of({"b", "length(s)", "b * 2 + 1", "month(p)", "b / 4", "a - a"}) + ")";
    case 4: return "sum(case when " + boolean(2) + " then 1 else 0 end)";
    case 5: return "sum(b) * 100 / nullif(count(*), 0)";
    case 6: return one_of({"min(", "max("}) + number(2) + ")";
    case 7: return one_of({"min(", "max("}) + text(2) + ")";
    case 8: return one_of({"min(", "max("}) + (roll(2) == 0 ? date(2) : instant(0)) + ")";
    default: return "round(avg(case when f then 100.0 else 0 end), 1)";
  }
}

sql::Values random_row(Random& random) {
  static const std::vector<int64_t> extremes = {0,
                                                1,
                                                -1,
                                                2,
                                                5,
                                                9998,
                                                9999,
                                                7,
                                                2026,
                                                -2147483649,
                                                2147483648,
                                                9007199254740992,
                                                9007199254740993,
                                                -9007199254740993,
                                                INT64_MAX,
                                                INT64_MIN,
                                                4'000'000,
                                                4'000'001,
                                                2'932'896};
  static const std::vector<double> doubles = {0,         0.5,        -0.5,
                                              0.1,       0.2,        0.3,
                                              1.005,     2.675,      -2.675,
                                              100,       1e6,        123456789.0625,
                                              -7.25,     1e17,       1e-5,
                                              2.0 / 3.0, 1e15 + 0.5, -1e12 - 0.25,
                                              1000.15,   0.145,      4503599627370497.5,
                                              8,         60.5,       99.995};
  static const std::vector<int64_t> ten_thousandths = {
      0, 1, -1, 26'750, 10'050, -72'500, 1'000, 80'000, 99'999'999'999'999, -123'456'789'0625, 3, 1'449'999, 50};
  const auto maybe = [&](sql::Value value) { return random() % 7 == 0 ? sql::Value{} : std::move(value); };
  const auto any_date = [&] {
    return random() % 12 == 0  ? *Date::parse_iso(random() % 2 == 0 ? "0001-01-01" : "9999-12-31")
           : random() % 2 == 0 ? *Date::parse_iso(pick(random, kDates))
                               : Date{static_cast<int32_t>(random() % 60'000) - 20'000};
  };
  const auto any_instant = [&] {
    return random() % 2 == 0 ? *Instant::parse_iso(pick(random, kInstants))
                             : Instant{(static_cast<int64_t>(random()) - 1'000'000'000) * 1'000'000 + static_cast<int64_t>(random() % 1'000'000)};
  };
  return {maybe(pick(random, extremes)),
          maybe(static_cast<int64_t>(random() % 41) - 20),
          maybe(pick(random, doubles)),
          maybe(static_cast<double>(pick(random, ten_thousandths)) / 10'000.0),
          maybe(pick(random, kTexts)),
          maybe(pick(random, kTexts)),
          maybe(random() % 2 == 0),
          maybe(random() % 2 == 0),
          maybe(any_date()),
          maybe(any_date()),
          maybe(any_instant())};
}

}  // namespace banmo::expr::testing
