// SPDX-License-Identifier: Apache-2.0
// What one evaluation costs; the figure counts in a release build.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "expr/expr.h"

namespace banmo::expr {
namespace {

constexpr int kBatches = 40;
constexpr int kBatch = 1'000;

// The best batch: other work on the machine does not count.
double nanoseconds_per_evaluation(const Expression& rule, const sql::Values& row) {
  double best = 1e12;
  for (int batch = 0; batch < kBatches; ++batch) {
    int n_true = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kBatch; ++i) n_true += is_true(*rule.evaluate(row, {})) ? 1 : 0;
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    CHECK(n_true == kBatch);
    best = std::min(best, spent.count() / kBatch);
  }
  return best;
}

}  // namespace

TEST_CASE("the cost of one evaluation of typical rules") {
  Context context;
  context.fields = {{"item", Type::text}, {"raw", Type::decimal}, {"tested_on", Type::date}, {"school_year", Type::integer}, {"stage", Type::text}};
  const sql::Values row = {std::string("run50"), 8.2, *Date::parse_iso("2025-10-10"), int64_t{2025}, std::string("m")};
  for (const char* text : {"raw is null or case item when 'bmi' then raw between 8 and 60 when 'vc' then raw between 300 and 9999 when 'run50' then "
                           "raw between 5 and 30 else raw >= 0 end",
                           "tested_on is null or tested_on between sy_start(school_year) and sy_end(school_year)",
                           "not (stage = 'p12' and item in ('situp','jump','pullup','run800','run1000'))", "school_year > 2000"}) {
    const auto rule = Expression::compile(text, context);
    REQUIRE(rule.ok());
    MESSAGE(static_cast<int>(nanoseconds_per_evaluation(*rule, row)) << " ns: " << std::string(text));
  }
}

}  // namespace banmo::expr
