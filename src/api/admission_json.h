// SPDX-License-Identifier: Apache-2.0
// The bodies and answers of the routes on admissions, and the sentence that tells why a choice ended as it did. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/admission_bodies.h"
#include "api/shapes.h"
#include "models/types.h"

namespace banmo::api {

struct AdmissionBatchShape {
  static constexpr const char* kName = "AdmissionBatch";
  std::string id, mechanism;
  Two title;
  int max_choices = 0;
  bool has_lottery = false;
};
template <class V>
void describe(V& v, AdmissionBatchShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("mechanism", x.mechanism, {.one_of = models::kMechanismNames});
  v.field("max_choices", x.max_choices);
  v.field("has_lottery", x.has_lottery);
}

struct AdmissionShape {
  static constexpr const char* kName = "Admission";
  std::string id, pack, applicants, choices, plans;
  std::optional<std::string> results;
  Two title;
  std::vector<AdmissionBatchShape> batches;
};
template <class V>
void describe(V& v, AdmissionShape& x) {
  v.field("id", x.id);
  v.field("pack", x.pack);
  v.field("title", x.title);
  v.field("applicants", x.applicants);
  v.field("choices", x.choices);
  v.field("plans", x.plans);
  v.field("results", x.results);
  v.field("batches", x.batches);
}

// That a published result is to be taken back, or was.
struct AdmissionRecallShape {
  static constexpr const char* kName = "AdmissionRecall";
  models::Recall one;
};
template <class V>
void describe(V& v, AdmissionRecallShape& x) {
  v.field("reason", x.one.reason);
  v.field("asked_by", x.one.asked_by);
  v.field("asked_at", x.one.asked_at, {.doc = "Absent: it was declined."});
  v.field("decided_by", x.one.decided_by);
  v.field("decided_at", x.one.decided_at);
}

struct AdmissionRunShape {
  static constexpr const char* kName = "AdmissionRun";
  std::string id, admission, state, batch;
  int64_t year = 0;
  std::string by, checked_by, published_by;
  Instant begun_at;
  std::optional<Instant> computed_at, checked_at, published_at;
  std::string input_sha256, output_sha256;
  bool in_dataset = false;
  std::vector<models::BatchFigures> batches;
  std::optional<AdmissionRecallShape> recall;
  int64_t n_forgotten = 0;
};
template <class V>
void describe(V& v, AdmissionRunShape& x) {
  v.field("id", x.id);
  v.field("admission", x.admission);
  v.field("year", x.year);
  v.field("batch", x.batch);
  v.field("state", x.state, {.one_of = models::kRunStates});
  v.field("by", x.by);
  v.field("begun_at", x.begun_at);
  v.field("computed_at", x.computed_at);
  v.field("checked_by", x.checked_by);
  v.field("checked_at", x.checked_at);
  v.field("published_by", x.published_by);
  v.field("published_at", x.published_at);
  v.field("input_sha256", x.input_sha256);
  v.field("output_sha256", x.output_sha256);
  v.field("in_dataset", x.in_dataset);
  v.field("batches", x.batches);
  v.field("recall", x.recall, {.doc = "For those who run and publish, once somebody asked to take it back."});
  v.field("n_forgotten", x.n_forgotten, {.doc = "Applicants whose rows name nobody any more."});
}

struct AdmissionConsequenceShape {
  static constexpr const char* kName = "AdmissionConsequence";
  models::Consequence one;
  Two title;
};
template <class V>
void describe(V& v, AdmissionConsequenceShape& x) {
  v.field("kind", x.one.kind, {.one_of = models::kConsequenceKinds});
  v.field("of", x.one.of);
  v.field("title", x.title);
  v.field("n", x.one.n);
  v.field("n_confirmed", x.one.n_confirmed, {.doc = "Cases that hold a place."});
  v.field("blocks", x.one.blocks, {.doc = "The result cannot be taken back before this is undone."});
}

struct AdmissionVerdictShape {
  static constexpr const char* kName = "AdmissionVerdict";
  models::Verdict one;
};
template <class V>
void describe(V& v, AdmissionVerdictShape& x) {
  bool agrees = x.one.agrees();
  v.field("agrees", agrees);
  v.field("rows_sha256", x.one.rows_sha256, {.doc = "Over the rows as they are stored now."});
  v.field("expected_sha256", x.one.expected_sha256);
  v.field("n_choices", x.one.n_choices);
  v.field("n_forgotten", x.one.n_forgotten);
  v.field("n_unsound", x.one.n_unsound, {.doc = "Groups of seats and choices that break a rule."});
}

// A run's certificate: stable, or what keeps it from being so (the first hundred).
struct AdmissionCertificateShape {
  static constexpr const char* kName = "AdmissionCertificate";
  AdmissionRunShape run;
  bool stable = false;
  int64_t n_exceptions = 0;
  std::vector<models::RunException> exceptions;
};
template <class V>
void describe(V& v, AdmissionCertificateShape& x) {
  v.field("run", x.run);
  v.field("stable", x.stable);
  v.field("n_exceptions", x.n_exceptions);
  v.field("exceptions", x.exceptions);
}

struct AdmissionCutOffShape {
  static constexpr const char* kName = "AdmissionCutOff";
  std::string batch, program, title, quota;
  int64_t seats = 0, capacity = 0, n_placed = 0, standing = 0;
  int tier = 0;
  std::optional<double> score;
  bool hidden = false;
};
template <class V>
void describe(V& v, AdmissionCutOffShape& x) {
  v.field("batch", x.batch);
  v.field("program", x.program);
  v.field("title", x.title);
  v.field("quota", x.quota);
  v.field("seats", x.seats);
  v.field("capacity", x.capacity);
  v.field("n_placed", x.n_placed);
  v.field("standing", x.standing);
  v.field("tier", x.tier);
  v.field("score", x.score);
  v.field("hidden", x.hidden);
}

struct AdmissionPlacedShape {
  static constexpr const char* kName = "AdmissionResult";
  std::string number, batch, program, title, quota;
  int64_t order = 0;
};
template <class V>
void describe(V& v, AdmissionPlacedShape& x) {
  v.field("number", x.number);
  v.field("batch", x.batch);
  v.field("program", x.program);
  v.field("title", x.title);
  v.field("quota", x.quota);
  v.field("order", x.order);
}

struct AdmissionChoiceShape {
  static constexpr const char* kName = "AdmissionChoice";
  std::string batch, program, title, quota, outcome;
  int64_t order = 0, standing = 0, needed = 0;
  int tier = 0, needed_tier = 0;
  std::optional<double> score, needed_score;
  std::optional<Two> decided_by;
  Two because;
};
template <class V>
void describe(V& v, AdmissionChoiceShape& x) {
  v.field("batch", x.batch);
  v.field("order", x.order);
  v.field("program", x.program);
  v.field("title", x.title);
  v.field("quota", x.quota);
  v.field("outcome", x.outcome, {.one_of = models::kOutcomes});
  v.field("tier", x.tier);
  v.field("score", x.score);
  v.field("standing", x.standing);
  v.field("needed", x.needed);
  v.field("needed_tier", x.needed_tier);
  v.field("needed_score", x.needed_score);
  v.field("decided_by", x.decided_by);
  v.field("because", x.because);
}

struct AdmissionExplanationShape {
  static constexpr const char* kName = "AdmissionExplanation";
  AdmissionRunShape run;
  Two admission_title;
  AdmissionPlacedShape result;
  std::vector<AdmissionChoiceShape> choices;
};
template <class V>
void describe(V& v, AdmissionExplanationShape& x) {
  v.field("run", x.run);
  v.field("admission_title", x.admission_title);
  v.field("result", x.result);
  v.field("choices", x.choices);
}

struct AdmissionComparisonShape {
  static constexpr const char* kName = "AdmissionComparison";
  models::Comparison one;
};
template <class V>
void describe(V& v, AdmissionComparisonShape& x) {
  models::Comparison& c = x.one;
  v.field("mechanism", c.mechanism, {.one_of = models::kMechanismNames});
  v.field("is_own", c.is_own);
  v.field("n_applicants", c.n_applicants);
  v.field("n_placed", c.n_placed);
  v.field("n_first", c.n_first);
  v.field("mean_order", c.mean_order);
  v.field("n_better", c.n_better);
  v.field("n_worse", c.n_worse);
  v.field("n_exceptions", c.n_exceptions);
  v.field("output_sha256", c.output_sha256);
}

// Why, in a sentence that names what would have been needed. `decided`: in what the choice and the last one placed differ.
Two because(const models::ChoiceResult& choice, const Two& decided);

}  // namespace banmo::api
