// SPDX-License-Identifier: Apache-2.0
// Questions to other departments: called by moves, kept in an outbox that the move's transaction fills, asked from there, and answered into the case
// by a change like any other. Each answer takes effect once, whoever is killed when: the change that writes it down also takes the question out. What
// goes out and what comes back is in the audit log, without the values. Thread-safe; any number of servers may share one outbox.
#pragma once

#include <string>
#include <vector>

#include "flows/lookup_wire.h"
#include "flows/mover.h"

namespace banmo::flows {

struct State;

class Lookups {
 public:
  explicit Lookups(State& state) : state_(state) {}
  // Asks what is due; how many were answered or given up. Blocks while others answer. Errors: those of the ledger.
  Result<int64_t> run(size_t limit = 200);
  // Forgets answers that are too old to be used again.
  Result<> purge();

 private:
  struct Due {
    std::string case_id, lookup;
    int64_t seq = 0, n_tries = 0, next_at = 0;
  };
  struct Question {
    std::string id, body, key;  // key: by which an answer is found again; empty: it is asked each time
    std::string sent;           // what is asked about
    std::string fields;         // their names
  };
  enum class Outcome { settled, given_up, unanswered, nothing };  // nothing: it was somebody else's, or is asked anew
  //   is_down   the department did not answer a moment ago: this counts as a try of its own
  Result<Outcome> run_one(const Due& due, bool is_down);
  Result<Outcome> give_up_or_wait(const Due& due, const pack::FlowLookup& lookup, const Question& question);
  Result<std::optional<LookupAnswer>> ask(const Due& due, const Standing& standing, const pack::FlowLookup& lookup, const Question& question);
  Result<Question> question_of(const Standing& standing, const pack::FlowLookup& lookup) const;
  Result<std::optional<LookupAnswer>> remembered(const Question& question) const;
  Result<bool> claim(const Due& due, const pack::FlowLookup& lookup, const Standing& standing, const Question& question);
  Result<Outcome> settle(const Due& due, const LookupAnswer& answer, const Question& question, bool is_fresh);
  Result<> put_off(const Due& due, Instant until);
  Result<> drop(const Due& due);

  State& state_;
};

}  // namespace banmo::flows
