// SPDX-License-Identifier: Apache-2.0
// For tests: random rows of a table with a field of every type, and random typed expressions over it. Reproducible from the seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "expr/expr.h"

namespace banmo::expr::testing {

using Random = std::mt19937;

inline const Environment kEnvironment{*Instant::parse_iso("2026-03-01T17:30:00.5Z"), 480};

// a b: integers, the first with extremes. x: DOUBLE. m: DECIMAL(18, 4). s t: text. f g: boolean. p q: dates. i: instant.
inline const std::vector<Field> kFields = {{"a", Type::integer}, {"b", Type::integer}, {"x", Type::decimal}, {"m", Type::decimal},
                                           {"s", Type::text},    {"t", Type::text},    {"f", Type::boolean}, {"g", Type::boolean},
                                           {"p", Type::date},    {"q", Type::date},    {"i", Type::instant}};

sql::Values random_row(Random& random);

// Writes expressions of a wanted type.
class Generator {
 public:
  explicit Generator(Random& random) : random_(random) {}

  std::string any(int depth);
  std::string boolean(int depth);
  std::string number(int depth);
  std::string whole(int depth);
  std::string text(int depth);
  std::string date(int depth);
  std::string instant(int depth);
  std::string aggregate();  // whose result does not depend on the order of rows

 private:
  size_t roll(size_t n) { return random_() % n; }
  std::string one_of(std::initializer_list<const char*> all) { return all.begin()[roll(all.size())]; }
  std::string comparison() { return one_of({" = ", " <> ", " < ", " <= ", " > ", " >= "}); }
  std::string maybe_not() { return one_of({" ", " not "}); }
  std::string anything(int depth) { return roll(2) == 0 ? number(depth) : roll(2) == 0 ? text(depth) : date(depth); }
  std::string raw() { return one_of({"x", "m", "m", "0.1", "8", "2.675", "-7.25", "123456789.0625", "0", "0.12345678901234567"}); }

  std::string decimal_literal();

  Random& random_;
};

}  // namespace banmo::expr::testing
