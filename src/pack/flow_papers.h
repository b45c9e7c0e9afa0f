// SPDX-License-Identifier: Apache-2.0
// The papers of a flow: what an applicant hands in, what an office issues, what other departments are asked. A part of the words of pack/flow.h;
// immutable once resolved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "pack/level.h"
#include "pack/portrait.h"

namespace banmo::pack {

// What may be handed in with a case: filled in by whoever fills in the form of one of `states`.
struct FlowFile {
  std::string id;
  Title title;
  std::vector<std::string> types;            // names of base/file_kind.h: "pdf"
  int64_t max_bytes = int64_t{5} << 20;      // of one
  int n = 1;                                 // how many at most
  std::optional<expr::Expression> required;  // over the flow's context: one must be there when a person sends the case on from one of `states`
  std::vector<std::string> states;
  Level level = Level::l3;                    // who may open it
  std::optional<expr::Expression> when = {};  // it is asked for if that holds; over the flow's context
  std::string where;
};

// A piece of a letter's text: words as they stand, or what is put in.
struct LetterPart {
  enum class What { words, field, now, number, note, office, appeal_until };
  What what = What::words;
  std::string text;     // the words, or the field
  bool titled = false;  // the title of a code, not the code
};

struct FlowLetter {
  std::string id;
  Title title;
  std::string to_field;  // whom it is addressed to: a person or an organisation; empty: nobody by name
  std::vector<LetterPart> body;
  std::string where;
};

// What another department is asked when a move calls it: purpose-bound and signed. The case's automatic moves wait for the answer, or until it is
// given up.
struct FlowLookup {
  enum class Sign { hmac, sm2 };
  std::string id;
  Title title;
  std::string purpose;                                   // goes out with the question
  std::vector<std::string> send;                         // fields of the subject; one that is empty: nobody is asked
  std::vector<std::pair<std::string, std::string>> get;  // what the answer calls it, and the field that takes it
  std::string sets;                                      // takes hit, miss, none (nobody was asked) or err (no answer)
  int timeout_s = 5, n_retries = 2, cache_days = 0;      // cache_days 0: asked each time
  std::string consent;                                   // a field that must say so; empty: none is needed
  std::optional<expr::Expression> when;                  // else it is not asked
  Sign sign = Sign::hmac;
  std::string where;
};

// The words that a letter may put in beside fields: {now}, {case}, {note}, {office}, {appeal_until}.
std::optional<LetterPart::What> letter_word(std::string_view word);

}  // namespace banmo::pack
