// SPDX-License-Identifier: Apache-2.0
#include "events/slices.h"

#include "json/json.h"

namespace banmo::events {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Where the string that opens at `at` has its closing quote.
size_t end_of_string(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at;
}

// What stands between the commas of the outermost level.
std::vector<std::string_view> parts_of(std::string_view container) {
  container = trimmed(container);
  if (container.size() < 2) return {};
  const std::string_view inner = container.substr(1, container.size() - 2);
  std::vector<std::string_view> parts;
  size_t begin = 0, depth = 0;
  for (size_t i = 0; i < inner.size(); ++i) {
    const char c = inner[i];
    if (c == '"') i = end_of_string(inner, i);
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != ',' || depth != 0) continue;
    parts.push_back(trimmed(inner.substr(begin, i - begin)));
    begin = i + 1;
  }
  if (const std::string_view last = trimmed(inner.substr(begin)); !last.empty()) parts.push_back(last);
  return parts;
}

std::string decoded(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
  const auto value = json::read(quoted);
  return value.ok() && value->as_string() != nullptr ? *value->as_string() : std::string();
}

}  // namespace

std::vector<std::string_view> items_of(std::string_view array) { return parts_of(array); }

std::vector<MemberSlice> members_of(std::string_view object) {
  std::vector<MemberSlice> members;
  for (const std::string_view part : parts_of(object)) {
    if (part.empty() || part.front() != '"') continue;
    const size_t quote = end_of_string(part, 0);
    const size_t colon = part.find(':', quote);
    if (colon == std::string_view::npos) continue;
    members.push_back({decoded(part.substr(0, quote + 1)), trimmed(part.substr(colon + 1)), part});
  }
  return members;
}

}  // namespace banmo::events
