// SPDX-License-Identifier: Apache-2.0
#include "expr/findings.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "expr/code_points.h"

namespace banmo::expr {
namespace {

constexpr size_t kMaxFindings = 20;
constexpr size_t kMaxNameCompared = 64;
constexpr size_t kMaxShown = 80;  // characters of the text in the summary

struct Place {
  std::string file;
  size_t line = 1;
  size_t column = 1;
};

bool take_number(std::string_view& text, size_t& number) {
  const size_t colon = text.rfind(':');
  const std::string_view tail = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), number);
  if (tail.empty() || error != std::errc{} || end != tail.data() + tail.size()) return false;
  text = colon == std::string_view::npos ? std::string_view{} : text.substr(0, colon);
  return true;
}

// "packs/x.yaml:12:7" to its parts; anything else is a file name alone.
Place place_of(std::string_view where) {
  std::string_view rest = where;
  Place place;
  if (take_number(rest, place.column) && take_number(rest, place.line)) {
    place.file = rest;
    return place;
  }
  return {std::string(where), 1, 1};
}

}  // namespace

void Findings::add(size_t offset, std::string id, Message message) {
  if (all_.size() >= kMaxFindings) return;
  all_.emplace(offset, fail(ErrorCode::invalid, std::move(id), std::move(message), place(offset)));
}

std::string Findings::place(size_t offset) const {
  Place place = place_of(where_);
  for (size_t i = 0; i < std::min(offset, text_.size()); ++i) {
    if (text_[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else if (!is_continuation(text_[i])) {
      ++place.column;
    }
  }
  return (place.file.empty() ? std::string() : place.file + ":") + std::to_string(place.line) + ":" + std::to_string(place.column);
}

Error Findings::error() const {
  const std::string head = text::is_utf8(text_) ? std::string(code_point_slice(text_, 0, kMaxShown)) : std::string();
  const std::string shown = head.size() == text_.size() ? head : head + "…";
  const std::string n = std::to_string(all_.size());
  Error error = fail(ErrorCode::invalid, "expr.invalid",
                     {"表达式“" + shown + "”有 " + n + " 处错误，请按下列位置修改",
                      "the expression \"" + shown + "\" has " + n + " error(s): mend them where listed"},
                     all_.empty() ? std::string(where_) : all_.begin()->second.where);
  for (const auto& [offset, finding] : all_) error.details.push_back(finding);
  return error;
}

Message type_name(Type type) {
  switch (type) {
    case Type::boolean: return {"是否", "boolean"};
    case Type::integer: return {"整数", "integer"};
    case Type::decimal: return {"小数", "decimal"};
    case Type::text: return {"文本", "text"};
    case Type::date: return {"日期", "date"};
    case Type::instant: return {"时刻", "instant"};
    case Type::null: return {"空值", "null"};
  }
  return {"空值", "null"};
}

Message suggestion(std::string_view name, const std::vector<std::string_view>& known) {
  const std::u32string wanted = code_points_folded(name);
  if (wanted.size() > kMaxNameCompared) return {};
  std::string_view best;
  size_t best_distance = std::max<size_t>(1, wanted.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const size_t distance = text::edit_distance(wanted, code_points_folded(candidate));
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  if (best.empty()) return {};
  return {"，是否想写“" + std::string(best) + "”？", "; did you mean \"" + std::string(best) + "\"?"};
}

}  // namespace banmo::expr
