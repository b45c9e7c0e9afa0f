// SPDX-License-Identifier: Apache-2.0
// Letters that moves issue: composed from the case as the move leaves it, written in the move's transaction, sealed and never changed. Each has a
// verification code of 75 random bits and a check sign, by which a stranger learns that it is genuine and little else. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "directory/limiter.h"
#include "directory/types.h"
#include "flows/papers.h"
#include "flows/store.h"

namespace banmo::directory {
class Directory;
}

namespace banmo::flows {

struct Running;
struct State;

// What a letter is made of.
struct LetterFacts {
  const Running& running;
  const sql::Values& row;
  const std::string& number;  // of the case
  const pack::FlowMove& move;
  const std::string& note;
  directory::OrgNo office;  // 0: the city
  pack::Title role;
  Instant now;
};
Result<IssuedLetter> compose(const pack::FlowLetter& letter, const LetterFacts& facts, const directory::Directory& directory);
// Seals the letters of a change and puts them to its statements. Errors: invalid "crypto.key".
Result<> put_letters(Change& change, const Sealing& sealing);
// Until when a case that a move brings to `state` may be appealed; nothing if it may not.
std::optional<Instant> appeal_until(const Running& running, std::string_view state, Instant closed_at);

// 15 signs of Crockford's base 32 and a check sign (Luhn mod 32).
std::string new_letter_code();
// In its one form: upper case, without hyphens and blanks, O as 0, I and L as 1; nothing if it cannot be one.
std::optional<std::string> plain_letter_code(std::string_view typed);
std::string shown_letter_code(std::string_view plain);  // "7K2M-9QWE-…"

class Letters {
 public:
  explicit Letters(State& state) : state_(state) {}

  Result<std::vector<LetterHead>> list(const directory::Principal& principal, std::string_view id) const;
  // Errors: not_found "flows.no_such_letter"; denied "flows.letter_above_level".
  Result<Letter> read(const directory::Principal& principal, std::string_view id, int64_t no) const;
  // What anyone may ask; nothing: there is no such letter. What was found is in the audit log each time, what was not once a minute with its number;
  // what cannot be a code costs nothing. Errors: too_many "flows.too_many_checks" (an address beyond 200 codes and 20 a minute, or one code beyond 5
  // a minute).
  Result<std::optional<LetterCheck>> verify(const std::string& code, const std::string& peer);

 private:
  Result<> note_check(const std::string& letter, Instant now);

  State& state_;
  directory::Limiter limiter_;
  std::mutex mutex_;
  int64_t n_missed_ = 0;  // since told_at_
  Instant told_at_;
};

}  // namespace banmo::flows
