// SPDX-License-Identifier: Apache-2.0
#include "sql/sql.h"

namespace banmo::sql {
namespace {

std::string quoted(std::string_view text, char mark) {
  std::string out;
  out.reserve(text.size() + 2);
  out += mark;
  for (const char c : text) {
    if (c == mark) out += mark;
    out += c;
  }
  out += mark;
  return out;
}

}  // namespace

std::string quote_identifier(std::string_view name) { return quoted(name, '"'); }
std::string quote_literal(std::string_view text) { return quoted(text, '\''); }

}  // namespace banmo::sql
