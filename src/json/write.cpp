// SPDX-License-Identifier: Apache-2.0
// The writer: one pass that appends to one string.
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "json/json.h"

namespace banmo::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// 0: stands as it is; 'u': \u00XX; else the letter behind the backslash.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> table{};
  for (size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\t'] = 't';
  table['\n'] = 'n';
  table['\f'] = 'f';
  table['\r'] = 'r';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

constexpr uint64_t kEveryByte = 0x0101010101010101ULL;
constexpr uint64_t kHighBits = 0x8080808080808080ULL;

// The high bit of each byte that is zero in `word`; a byte above a true one may be marked wrongly, which costs only a second look.
constexpr uint64_t zero_bytes(uint64_t word) { return (word - kEveryByte) & ~word & kHighBits; }

// True if one of eight bytes is a control character, a quote or a backslash (or possibly is).
bool may_need_escape(uint64_t word) {
  const uint64_t control = (word - kEveryByte * 0x20) & ~word & kHighBits;
  return (control | zero_bytes(word ^ (kEveryByte * '"')) | zero_bytes(word ^ (kEveryByte * '\\'))) != 0;
}

// The first byte at or behind pos that must be escaped, or text.size().
size_t next_escape(std::string_view text, size_t pos) {
  while (pos + 8 <= text.size()) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + pos, 8);
    if (may_need_escape(word)) break;
    pos += 8;
  }
  while (pos < text.size() && kEscapes[static_cast<uint8_t>(text[pos])] == 0) ++pos;
  return pos;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const char escape = kEscapes[static_cast<uint8_t>(c)];
  out += '\\';
  out += escape;
  if (escape != 'u') return;
  out += "00";
  out += kHex[static_cast<uint8_t>(c) >> 4];
  out += kHex[static_cast<uint8_t>(c) & 15];
}

void append_valid(std::string& out, std::string_view text) {
  for (size_t pos = 0; pos < text.size();) {
    const size_t stop = next_escape(text, pos);
    out.append(text, pos, stop - pos);
    if (stop < text.size()) append_escape(out, text[stop]);
    pos = stop + 1;
  }
}

struct Appender {
  std::string& out;
  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(int64_t value) const { append_number(out, value); }
  void operator()(double value) const { append_number(out, value); }
  void operator()(const std::string& value) const { append_string(out, value); }
  void operator()(const Array& items) const {
    out += '[';
    bool first = true;
    for (const Value& item : items) {
      if (!std::exchange(first, false)) out += ',';
      append(out, item);
    }
    out += ']';
  }
  void operator()(const Object& object) const {
    out += '{';
    bool first = true;
    for (const auto& [name, value] : object) {
      if (!std::exchange(first, false)) out += ',';
      append_string(out, name);
      out += ':';
      append(out, value);
    }
    out += '}';
  }
};

}  // namespace

void append_number(std::string& out, int64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  const std::string_view written(buffer, end);
  out += written;
  if (written.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const size_t n_valid = text::valid_utf8_prefix(text);
    append_valid(out, text.substr(0, n_valid));
    if (n_valid == text.size()) break;
    out += kReplacement;
    text.remove_prefix(n_valid + 1);
  }
  out += '"';
}

void append(std::string& out, const Value& value) { std::visit(Appender{out}, value.storage()); }

std::string write(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace banmo::json
