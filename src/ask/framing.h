// SPDX-License-Identifier: Apache-2.0
// Clauses that only say why somebody asks, who does, or what they say to it: 督导组下周来检查，全市平均班额是多少. They are left out, and said to be.
// A clause that could restrict the question (只看…, 不算…, a value, a number, a noun alone) is never one; a place is kept where a later clause points
// back to it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ask/lexicon.h"
#include "base/time.h"

namespace banmo::ask {

struct Framing {
  std::string question;  // what is left to be read
  std::string left_out;  // the clauses that are context, joined
};

// nullopt if no clause is context, or all are.
std::optional<Framing> without_context(std::string_view question, const Lexicon& lexicon, Date today);

}  // namespace banmo::ask
