// SPDX-License-Identifier: Apache-2.0
// Cuts a text into tokens. Private to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/findings.h"

namespace banmo::expr {

enum class Lexeme : unsigned char { end, name, number, text, parameter, symbol };

struct Token {
  Lexeme kind = Lexeme::end;
  std::string value;  // a text without its quotes, a parameter without its braces
  std::string word;   // a name in lower case, for keywords
  size_t offset = 0;
};

// All tokens and an end token; none after a finding. Refuses what is not UTF-8, comments, and punctuation of Chinese input methods, by name.
std::vector<Token> lex(std::string_view text, Findings& findings);

}  // namespace banmo::expr
