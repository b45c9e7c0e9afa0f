// SPDX-License-Identifier: Apache-2.0
// Rules for tests that need no stores: one batch with a score and a tie, two quotas.
#pragma once

#include "directory/test_pair.h"
#include "pack/admission.h"

namespace banmo::models::test {

inline pack::Admission admission_of_rules() {
  expr::Context context;
  context.fields = {{"score", expr::Type::decimal}, {"maths", expr::Type::decimal}};
  const auto rule = [&](const char* text) { return banmo::test::must(expr::Expression::compile(text, context)); };
  pack::Admission admission;
  admission.id = "random";
  admission.context = context;
  admission.quotas = {{"one", {}, rule("score > 1"), "open", ""}, {"two", {}, rule("score > 2"), "", ""}};
  pack::AdmissionBatch& batch = admission.batches.emplace_back();
  batch.id = "b";
  batch.max_choices = 8;
  batch.score = rule("score");
  batch.ties = {{pack::AdmissionTie::By::value, rule("maths"), false, {}}, {pack::AdmissionTie::By::number, {}, false, {}}};
  return admission;
}

}  // namespace banmo::models::test
