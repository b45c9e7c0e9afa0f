// SPDX-License-Identifier: Apache-2.0
// Admissions: who applies, what is on offer, and by which rules places are given, batch by batch. A part of the words of pack/types.h; immutable once
// resolved. What runs them is the room models.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/expr.h"
#include "pack/level.h"
#include "pack/portrait.h"

namespace banmo::pack {

enum class Mechanism { deferred_acceptance, parallel_choice, immediate_acceptance, top_trading_cycles, lottery };
std::string_view name_of(Mechanism mechanism);
std::optional<Mechanism> mechanism_of(std::string_view name);

// Seats of a program that are kept for some of the applicants. The plan's own seats are open to all and stand behind these.
struct AdmissionQuota {
  std::string id;
  Title title;
  expr::Expression when;  // over the applicant's fields: whose they are
  std::string unused;     // what stays empty is added to this later quota, to "open", or to nothing ("")
  std::string where;
};

struct AdmissionTier {
  Title title;
  expr::Expression when;
};

struct AdmissionTie {
  enum class By { value, lottery, number };
  By by = By::value;
  std::optional<expr::Expression> value;  // of By::value
  bool low_first = false;
  Title title;
};

struct AdmissionBatch {
  std::string id;
  Title title;
  Mechanism mechanism = Mechanism::deferred_acceptance;
  int max_choices = 1;
  std::optional<expr::Expression> eligible, floor;
  std::vector<AdmissionTier> tiers;  // the first that holds; none: behind all of them
  std::optional<expr::Expression> score;
  std::vector<AdmissionTie> ties;  // in order; the last is the lottery or the applicant's number
  bool placed_leave = true;        // who is placed takes no part in later batches
  std::string unused;              // a later batch, to which seats that stay empty go; empty: they stay empty
  std::string where;

  bool has_lottery() const { return !ties.empty() && ties.back().by == AdmissionTie::By::lottery; }
};

struct Admission {
  std::string id, pack;
  Title title;
  struct Applicants {
    std::string dataset, number;  // `number`: by which the public knows an applicant
  } applicants;
  struct Choices {
    std::string dataset, batch, order, program;
  } choices;
  struct Plans {
    std::string dataset, batch, program, title, seats;
  } plans;
  struct QuotaSeats {
    std::string dataset, batch, program, quota, seats;  // dataset empty: there are none
  } quota_seats;
  struct Results {
    std::string dataset, batch, program, order, quota;           // dataset empty: what is published stays in the runs; quota may be empty
    std::vector<std::pair<std::string, expr::Expression>> also;  // further fields
  } results;
  std::vector<AdmissionQuota> quotas;   // in the order in which seats are filled
  std::vector<AdmissionBatch> batches;  // in their order
  expr::Context context;                // the applicant's fields, then program.<field of the plan>, then choice.<field of the choice>
  std::vector<std::string> columns;     // beside context.fields: the field's id in its dataset
  size_t n_applicant_fields = 0, n_program_fields = 0;
  Level level = Level::l1;  // the highest of what the rules read
  std::string where;

  const AdmissionBatch* batch(std::string_view batch_id) const;
};

}  // namespace banmo::pack
