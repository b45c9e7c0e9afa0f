// SPDX-License-Identifier: Apache-2.0
// Names that a question takes apart, put together again before it is read: 优良和合格率 is 优良率和合格率, 学位最紧张 is the most of 学位紧张. Only
// what makes names of metrics on both sides is changed. Pure.
#pragma once

#include "ask/fold.h"
#include "ask/lexicon.h"

namespace banmo::ask {

Folded put_together(Folded text, const Lexicon& lexicon);

}  // namespace banmo::ask
