// SPDX-License-Identifier: Apache-2.0
// Inside the room: whether a word may be taught, and whether what it is to mean is there. Pure.
#pragma once

#include "ask/frame.h"
#include "ask/lexicon.h"
#include "ask/word_book.h"
#include "base/result.h"

namespace banmo::ask {

struct WordsOfNow {
  const Lexicon& lexicon;
  const Frame& frame;
  const directory::OrgTree& orgs;
  Date today;
};

// Errors: invalid "ask.bad_word" (length, characters, numbers of persons); conflict "ask.word_reserved" (a word of asking, a time, a number, a field
// about persons), "ask.word_known" (means that already), "ask.word_taken" (means something else; `anyway` lets it have both meanings); not_found
// "ask.no_such_target".
Result<> check_word(const WordsOfNow& now, const Synonym& synonym, bool anyway);

}  // namespace banmo::ask
