// SPDX-License-Identifier: Apache-2.0
#include "api/course_page.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace banmo::api {
namespace {

constexpr size_t kLooked_bytes = 16'384;  // where a page's head begins, comments before it included

constexpr std::string_view kScript =
    "<script>(() => {\n"
    "  const kept = () => {\n"
    "    const all = new Map();\n"  // owned by the page
    "    return { getItem: (name) => all.get(String(name)) ?? null, setItem: (name, value) => void all.set(String(name), String(value)),\n"
    "      removeItem: (name) => void all.delete(String(name)), clear: () => all.clear(), key: (n) => [...all.keys()][n] ?? null,\n"
    "      get length() { return all.size; } };\n"
    "  };\n"
    "  const put = (on, name, how) => { try { void on[name]; } catch { Object.defineProperty(on, name, { configurable: true, ...how }); } };\n"
    "  put(document, 'cookie', { get: () => '', set: () => undefined });\n"
    "  for (const name of ['localStorage', 'sessionStorage']) put(window, name, { value: kept() });\n"
    "})()</script>";

// The place behind the tag; npos if there is none. `head` is in lower case.
size_t after_tag(std::string_view head, std::string_view tag) {
  for (size_t at = head.find(tag); at != std::string_view::npos; at = head.find(tag, at + 1)) {
    const size_t next = at + tag.size();
    if (next < head.size() && (head[next] == '>' || head[next] == ' ' || head[next] == '\n' || head[next] == '\r' || head[next] == '\t')) {
      const size_t end = head.find('>', next);
      return end == std::string_view::npos ? end : end + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string with_empty_storage(std::string html) {
  const std::string head = text::lower_ascii(html.substr(0, kLooked_bytes));
  if (head.find('\0') != std::string::npos) return html;
  size_t at = head.starts_with("\xef\xbb\xbf") ? 3 : 0;
  for (const std::string_view tag : {"<head", "<html", "<!doctype"})
    if (const size_t after = after_tag(head, tag); after != std::string_view::npos) {
      at = after;
      break;
    }
  html.insert(at, kScript);
  return html;
}

}  // namespace banmo::api
