// SPDX-License-Identifier: Apache-2.0
// The bodies of the routes on admissions. Private to the room.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "json/describe.h"

namespace banmo::api {

// Without trading cycles by lot: what a batch can be compared with.
inline constexpr const char* kComparedNames[] = {"deferred_acceptance", "parallel_choice", "immediate_acceptance", "top_trading_cycles"};

// What a run and a draw of lots are of.
struct AdmissionBatchIn {
  int64_t year = 0;
  std::string batch;
};
template <class V>
void describe_batch(V& v, AdmissionBatchIn& x, bool may_be_all) {
  v.field("year", x.year, {.minimum = 1900, .maximum = 9999});
  v.field("batch", x.batch, {.max_length = 48, .has_default = may_be_all});
}

struct AdmissionRunIn : AdmissionBatchIn {
  static constexpr const char* kName = "AdmissionRunIn";
};
template <class V>
void describe(V& v, AdmissionRunIn& x) {
  describe_batch(v, x, true);
}
struct AdmissionLotteryIn : AdmissionBatchIn {
  static constexpr const char* kName = "AdmissionLotteryIn";
};
template <class V>
void describe(V& v, AdmissionLotteryIn& x) {
  describe_batch(v, x, false);
}

struct AdmissionCompareIn : AdmissionBatchIn {
  static constexpr const char* kName = "AdmissionCompareIn";
  std::vector<std::string> mechanisms;
};
template <class V>
void describe(V& v, AdmissionCompareIn& x) {
  describe_batch(v, x, false);
  v.field("mechanisms", x.mechanisms, {.min_length = 1, .max_length = 4, .one_of = kComparedNames});
}

struct AdmissionRecallIn {
  static constexpr const char* kName = "AdmissionRecallIn";
  std::string reason;
};
template <class V>
void describe(V& v, AdmissionRecallIn& x) {
  v.field("reason", x.reason, {.title = "撤回理由", .max_length = 2000});
}

}  // namespace banmo::api
