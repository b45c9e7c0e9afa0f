// SPDX-License-Identifier: Apache-2.0
// Names that a question takes apart, put together again before it is read: 优良和合格率 is 优良率和合格率, 学位最紧张 is the most of 学位紧张. Only
// what makes names of metrics on both sides is changed. A name whose pieces stand apart (每百名学生配了几台终端) is put together where only words of
// asking, particles, times, places and values stand between. Pure.
#pragma once

#include "ask/fold.h"
#include "ask/lexicon.h"

namespace banmo::ask {

Folded put_together(Folded text, const Lexicon& lexicon, Date today);

}  // namespace banmo::ask
