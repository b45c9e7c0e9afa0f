// SPDX-License-Identifier: Apache-2.0
// A folded question as the cheapest sequence of what is known: vocabulary, words of asking, times, numbers; and what nothing explains. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ask/fold.h"
#include "ask/lexicon.h"
#include "ask/numbers.h"
#include "ask/times.h"
#include "ask/words.h"

namespace banmo::ask {

struct Token {
  size_t begin = 0, end = 0;    // of the folded text
  std::vector<uint32_t> terms;  // of the lexicon, all that are spelled so
  const Word* word = nullptr;
  std::optional<TimePhrase> time;
  std::optional<Number> number;
  int64_t to = 0;         // of a numbered term: 一至三年级
  bool numbered = false;  // number and terms together: 三年级
  bool corrected = false;

  bool known() const { return !terms.empty() || word != nullptr || time || number; }
};

struct Tokenizer {
  const Lexicon& lexicon;
  Date today;
  // With nouns off, "教师" of "教师数" is no term of its own.
  std::vector<Token> read(const Folded& text, bool nouns) const;
  // What a token consists of, if it is not taken as one: 小学 and 一年级 of 小学一年级.
  std::vector<Token> parts(const Folded& text, const Token& token, bool nouns) const;

 private:
  struct Edge;
  std::vector<Token> read_span(std::u32string_view text, bool nouns, bool split) const;
  static Edge& edge_to(std::vector<Edge>& out, size_t at, size_t end);
  void edges_at(std::u32string_view text, size_t at, bool nouns, std::vector<Edge>& out) const;
  void numbers_at(std::u32string_view text, size_t at, std::vector<Edge>& out) const;
};

// Replaces spans with something unknown in them by the term that sounds or looks nearest, where one does.
void correct(const Folded& text, const Lexicon& lexicon, bool nouns, std::vector<Token>& tokens);

}  // namespace banmo::ask
