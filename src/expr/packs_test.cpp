// SPDX-License-Identifier: Apache-2.0
// Every expression of the two model packs (enrolment and fitness) compiles as its place in the pack demands.
#include <doctest/doctest.h>

#include "expr/expr.h"

namespace banmo::expr {
namespace {

const std::vector<Field> kEnrol = {{"app_no", Type::text},        {"year", Type::integer},       {"stage", Type::text},
                                   {"kind", Type::text},          {"child_id", Type::text},      {"child_idno", Type::text},
                                   {"child_birth", Type::date},   {"guardian_id", Type::text},   {"address_id", Type::text},
                                   {"district", Type::text},      {"target_school", Type::text}, {"chk_hukou", Type::text},
                                   {"chk_house", Type::text},     {"state", Type::text},         {"submitted_at", Type::instant},
                                   {"decided_at", Type::instant}, {"fix_times", Type::integer},  {"offer_school", Type::text},
                                   {"city", Type::text},          {"$user.person", Type::text},  {"$user.org", Type::text},
                                   {"seats", Type::integer}};
const std::vector<Field> kFitness = {
    {"school_year", Type::integer},   {"student_id", Type::text}, {"school_id", Type::text},   {"stage", Type::text},
    {"grade", Type::integer},         {"sex", Type::text},        {"item", Type::text},        {"raw", Type::decimal},
    {"exempt", Type::boolean},        {"tested_on", Type::date},  {"lvl", Type::text},         {"total", Type::decimal},
    {"bmi_flag", Type::integer},      {"proof", Type::text},      {"rows", Type::integer},     {"sample_rechecked", Type::decimal},
    {"fit_good_rate", Type::decimal}, {"en_n", Type::integer},    {"en_seats", Type::integer}, {"en_press", Type::decimal}};

Context enrol() {
  Context context;
  context.fields = kEnrol;
  context.parameters = {{"year", int64_t{2026}},
                        {"open", std::string("2026-06-08")},
                        {"close", std::string("2026-06-12")},
                        {"cutoff", std::string("2026-08-31")},
                        {"min_age", int64_t{6}}};
  context.functions = {{"seats_left", {Type::text, Type::text, Type::integer}, Type::integer, {}, {}},
                       {"catchment", {Type::text, Type::text, Type::integer}, Type::text, {}, {}}};
  return context;
}
Context fitness() {
  Context context;
  context.fields = kFitness;
  context.functions = {{"quality_errors", {Type::text}, Type::integer, {}, {}},
                       {"prior", {Type::decimal, Type::integer, Type::null}, Type::decimal, {}, {}}};
  return context;
}

void compiles(const char* text, const Context& context, Type type) {
  const auto expression = Expression::compile(text, context);
  REQUIRE_MESSAGE(expression.ok(), (expression.ok() ? "" : expression.error().to_string()));
  CHECK_MESSAGE(expression->type() == type, text);
}

}  // namespace

TEST_CASE("the enrolment pack's expressions compile") {
  const Context context = enrol();
  for (const char* text : {"stage <> 'p1' or age_on(child_birth, '{cutoff}') >= {min_age}", "length(child_idno) = 18",
                           "decided_at is null or decided_at >= submitted_at", "target_school is not null or state = 'draft'", "seats > 0",
                           "kind = 'C'", "$user.person = guardian_id", "$user.org = target_school", "$user.org = city",
                           "now() between '{open}' and '{close}' and age_on(child_birth, '{cutoff}') >= {min_age}",
                           "kind = 'A' and chk_hukou = 'hit' and chk_house = 'hit' and seats_left(target_school, stage, year) > 0", "fix_times < 1",
                           "seats_left(offer_school, stage, year) > 0", "state not in ('draft','withdrawn')",
                           "state not in ('draft','withdrawn') and kind = 'A' and chk_hukou = 'hit' and chk_house = 'hit'", "decided_at is not null"})
    compiles(text, context, Type::boolean);
  compiles("fix_times + 1", context, Type::integer);
  compiles("now()", context, Type::instant);
  compiles("catchment(address_id, stage, year)", context, Type::text);
  compiles("case when fix_times > 0 then 100.0 else 0 end", context, Type::decimal);
  compiles("workdays(submitted_at, decided_at)", context, Type::integer);
  compiles("seats", context, Type::integer);
  compiles("target_school", context, Type::text);
}

TEST_CASE("the fitness pack's expressions compile") {
  const Context context = fitness();
  compiles("exempt = 1 or raw is not null", context, Type::boolean);
  compiles(
      "raw is null or case item when 'bmi' then raw between 8 and 60 when 'vc' then raw between 300 and 9999 when 'run50' then raw between 5 and 30 "
      "when 'reach' then raw between -30 and 45 else raw >= 0 end",
      context, Type::boolean);
  for (const char* text : {"not (stage = 'p12' and item in ('situp','jump','pullup','run800','run1000'))",
                           "tested_on is null or tested_on between sy_start(school_year) and sy_end(school_year)", "lvl in ('1','2')", "lvl <> '4'",
                           "proof is not null", "quality_errors('fitness_raw') = 0", "sample_rechecked >= 0.02", "rows > 1000000", "en_press > 0.95"})
    compiles(text, context, Type::boolean);
  compiles("bmi_flag * 100.0", context, Type::decimal);
  compiles("total", context, Type::decimal);
  compiles("fit_good_rate - prior(fit_good_rate, 1, school_year)", context, Type::decimal);
  compiles("en_n / nullif(en_seats, 0)", context, Type::decimal);
}

TEST_CASE("the enrolment pack's test case: a child born a day late is too young") {
  const auto rule = *Expression::compile("stage <> 'p1' or age_on(child_birth, '{cutoff}') >= {min_age}", enrol());
  sql::Values row(kEnrol.size());
  row[2] = std::string("p1");
  row[6] = *Date::parse_iso("2020-09-01");
  CHECK_FALSE(is_true(*rule.evaluate(row, {})));
  row[6] = *Date::parse_iso("2020-08-31");
  CHECK(is_true(*rule.evaluate(row, {})));
}

}  // namespace banmo::expr
