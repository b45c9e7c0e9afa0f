// SPDX-License-Identifier: Apache-2.0
// What the description-driven mapping does without knowing a type: findings, checks of options, pieces of schemas.
#include "json/describe.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <regex>
#include <unordered_map>

#include "base/text.h"

namespace banmo::json {
namespace {

constexpr size_t kMaxFindings = 100;
constexpr size_t kMaxNameInMessage = 64;               // bytes; a longer one is cut
constexpr size_t kMaxPatternBytes = 1000;              // std::regex recurses over the text
constexpr double kMaxExactWhole = 9007199254740992.0;  // 2^53

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameInMessage && std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// A name as it was sent, cut between characters.
std::string shown(std::string_view name) {
  if (name.size() <= kMaxNameInMessage) return std::string(name);
  size_t cut = kMaxNameInMessage;
  while (cut > 0 && (static_cast<uint8_t>(name[cut]) & 0xC0) == 0x80) --cut;
  return std::string(name.substr(0, cut)) + "…";
}

// The known name that was probably meant: at most a third of it differs.
std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > kMaxNameInMessage) return std::nullopt;
  std::optional<std::string_view> best;
  size_t best_distance = 0;
  for (const std::string_view candidate : known) {
    const size_t d = text::edit_distance(name, candidate);
    if (d <= (candidate.size() + 2) / 3 && (!best || d < best_distance)) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string joined(std::span<const std::string_view> names, std::string_view separator) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += separator;
    text += name;
  }
  return text;
}

std::string number_text(double value) {
  std::string text;
  if (std::abs(value) < kMaxExactWhole && value == std::trunc(value))
    append_number(text, static_cast<int64_t>(value));
  else
    append_number(text, value);
  return text;
}

Value number_value(double value) {
  if (std::abs(value) < kMaxExactWhole && value == std::trunc(value)) return Value(static_cast<int64_t>(value));
  return Value(value);
}

Message kind_of(const Value& value) {
  static const Message kKinds[] = {{"空值 null", "null"}, {"布尔值", "a boolean"}, {"整数", "a whole number"}, {"小数", "a number"},
                                   {"文本", "text"},      {"数组", "an array"},    {"对象", "an object"}};
  return kKinds[value.storage().index()];
}

std::optional<double> number_of(const Value& value) {
  if (const int64_t* whole = value.as_int()) return static_cast<double>(*whole);
  if (const double* number = value.as_double()) return *number;
  return std::nullopt;
}

// Compiled once per literal: compiling costs far more than matching.
bool matches(const char* pattern, const std::string& text) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::unique_ptr<std::regex>> compiled;
  if (text.size() > kMaxPatternBytes) return false;
  const std::regex* regex = nullptr;
  {
    const std::scoped_lock lock(mutex);
    auto& slot = compiled[pattern];
    if (!slot) slot = std::make_unique<std::regex>(pattern, std::regex::ECMAScript | std::regex::optimize);
    regex = slot.get();
  }
  return std::regex_search(text, *regex);
}

}  // namespace

namespace detail {

std::string Path::to_string() const {
  if (!parent) return std::string(name);
  std::string text = parent->to_string();
  if (is_item) return text + "[" + std::to_string(index) + "]";
  if (is_plain_name(name)) return text + "." + std::string(name);
  text += '[';
  append_string(text, shown(name));
  return text + "]";
}

void Findings::add(const Path& path, std::string id, Message message) {
  if (!full()) list_.push_back(fail(ErrorCode::invalid, std::move(id), std::move(message), path.to_string()));
}

bool Findings::full() const { return list_.size() >= kMaxFindings; }

void Findings::wrong_type(const Path& path, const Message& expected, const Value& found) {
  const Message kind = kind_of(found);
  const bool is_null = found.is_null();
  add(path, "json.wrong_type",
      {"应为" + expected.zh + "，实际为" + kind.zh + (is_null ? "；没有值时请不要写此成员" : ""),
       "expected " + expected.en + ", found " + kind.en + (is_null ? "; leave the member out if there is no value" : "")});
}

void Findings::missing(const Path& path, std::string_view name) {
  const std::string text(name);
  add(Path{&path, name}, "json.missing_member", {"缺少必填成员“" + text + "”", "the required member \"" + text + "\" is missing"});
}

void Findings::unknown(const Path& path, std::string_view name, std::span<const std::string_view> known) {
  if (full()) return;
  const std::string text = shown(name);
  Message message{"没有成员“" + text + "”", "there is no member \"" + text + "\""};
  if (const auto meant = nearest(name, known)) {
    message.zh += "，是否应为“" + std::string(*meant) + "”？";
    message.en += "; did you mean \"" + std::string(*meant) + "\"?";
  } else if (!known.empty()) {
    message.zh += "，可用的有：" + joined(known, "、");
    message.en += "; there are: " + joined(known, ", ");
  }
  add(Path{&path, name}, "json.unknown_member", std::move(message));
}

void Findings::unknown_value(const Path& path, std::span<const std::string_view> known) {
  add(path, "json.unknown_value", {"取值须为下列之一：" + joined(known, "、"), "must be one of: " + joined(known, ", ")});
}

void Findings::bad_format(const Path& path, const Message& expected) {
  add(path, "json.bad_format", {"应为" + expected.zh, "expected " + expected.en});
}

Error Findings::to_error() && {
  const Error& first = list_.front();
  const std::string n = std::to_string(list_.size());
  Message message = first.message;
  if (list_.size() > 1) message = {"共有 " + n + " 处错误，第一处：" + message.zh, n + " errors, the first: " + message.en};
  Error error = fail(ErrorCode::invalid, "json.invalid", std::move(message), first.where);
  error.details = std::move(list_);
  return error;
}

void read_bool(const Value& value, const Path& path, bool& out, Findings& findings) {
  if (const bool* found = value.as_bool())
    out = *found;
  else
    findings.wrong_type(path, {"布尔值 true 或 false", "true or false"}, value);
}

void read_whole(const Value& value, const Path& path, int64_t low, int64_t high, int64_t& out, Findings& findings) {
  std::optional<int64_t> whole;
  if (const int64_t* found = value.as_int())
    whole = *found;
  else if (const double* number = value.as_double(); number && *number == std::trunc(*number) && std::abs(*number) <= kMaxExactWhole)
    whole = static_cast<int64_t>(*number);
  const bool is_huge = !whole && value.as_double() && std::abs(*value.as_double()) > kMaxExactWhole;
  if (!whole && !is_huge) {
    findings.wrong_type(path, {"整数", "a whole number"}, value);
  } else if (is_huge || *whole < low || *whole > high) {
    const std::string from = std::to_string(low), to = std::to_string(high);
    findings.add(path, "json.out_of_range", {"须在 " + from + " 到 " + to + " 之间", "must be from " + from + " to " + to});
  } else {
    out = *whole;
  }
}

void read_double(const Value& value, const Path& path, double& out, Findings& findings) {
  if (const auto number = number_of(value))
    out = *number;
  else
    findings.wrong_type(path, {"数字", "a number"}, value);
}

const std::string* read_string(const Value& value, const Path& path, Findings& findings) {
  if (!value.as_string()) findings.wrong_type(path, {"文本", "text"}, value);
  return value.as_string();
}

const Array* read_array(const Value& value, const Path& path, Findings& findings) {
  if (!value.as_array()) findings.wrong_type(path, {"数组", "an array"}, value);
  return value.as_array();
}

const Object* read_object(const Value& value, const Path& path, Findings& findings) {
  if (!value.as_object()) findings.wrong_type(path, {"对象", "an object"}, value);
  return value.as_object();
}

void check_words(const Value& value, const Path& path, std::span<const char* const> words, Findings& findings) {
  if (const Array* items = value.as_array()) {
    for (size_t i = 0; i < items->size(); ++i) check_words((*items)[i], Path{&path, {}, i, true}, words, findings);
    return;
  }
  const std::string* text = value.as_string();
  if (!text || std::find(words.begin(), words.end(), *text) != words.end()) return;
  findings.unknown_value(path, std::vector<std::string_view>(words.begin(), words.end()));
}

void check_options(const Value& value, const Path& path, const FieldOptions& options, Findings& findings) {
  if (const auto number = number_of(value)) {
    if (options.minimum && *number < *options.minimum) {
      const std::string limit = number_text(*options.minimum);
      findings.add(path, "json.out_of_range", {"不能小于 " + limit, "must be at least " + limit});
    }
    if (options.maximum && *number > *options.maximum) {
      const std::string limit = number_text(*options.maximum);
      findings.add(path, "json.out_of_range", {"不能大于 " + limit, "must be at most " + limit});
    }
    return;
  }
  const std::string* text = value.as_string();
  const Array* items = value.as_array();
  if (!text && !items) return;
  if (!options.one_of.empty()) check_words(value, path, options.one_of, findings);
  const Message unit = text ? Message{" 个字符", " characters"} : Message{" 项", " items"};
  const size_t length = text ? text::n_code_points(*text) : items->size();
  if (options.min_length && length < *options.min_length) {
    const std::string limit = std::to_string(*options.min_length);
    findings.add(path, "json.bad_length", {"至少 " + limit + unit.zh, "needs at least " + limit + unit.en});
  }
  if (options.max_length && length > *options.max_length) {
    const std::string limit = std::to_string(*options.max_length);
    findings.add(path, "json.bad_length", {"最多 " + limit + unit.zh, "takes at most " + limit + unit.en});
  }
  if (text && options.pattern && !matches(options.pattern, *text))
    findings.add(path, "json.bad_pattern", {std::string("格式须符合 ") + options.pattern, std::string("must match ") + options.pattern});
}

Message format_example(const char* format_name) {
  if (std::strcmp(format_name, "date") == 0) return {"日期，如 2026-11-21", "a date such as 2026-11-21"};
  if (std::strcmp(format_name, "date-time") == 0) return {"时间，如 2026-11-21T08:00:00Z", "a time such as 2026-11-21T08:00:00Z"};
  return {"标识（UUID），如 01890a5d-ac96-774b-bcce-b302099a8057", "an id (UUID) such as 01890a5d-ac96-774b-bcce-b302099a8057"};
}

void add_options(Value& schema, const FieldOptions& options) {
  Object& object = *schema.as_object();
  const auto type = object.find("type");
  const bool is_array = type && type->as_string() && *type->as_string() == "array";
  if (!options.one_of.empty()) {
    Object& words = is_array ? *object.find("items")->as_object() : object;
    words.set("enum", Value(Array(options.one_of.begin(), options.one_of.end())));
  }
  if (options.title) object.set("title", options.title);
  if (options.doc) object.set("description", options.doc);
  if (options.minimum) object.set("minimum", number_value(*options.minimum));
  if (options.maximum) object.set("maximum", number_value(*options.maximum));
  if (options.min_length) object.set(is_array ? "minItems" : "minLength", Value(*options.min_length));
  if (options.max_length) object.set(is_array ? "maxItems" : "maxLength", Value(*options.max_length));
  if (options.pattern) object.set("pattern", options.pattern);
}

Value object_schema(Object properties, Array required) {
  Object schema{{"type", "object"}};
  schema.add("properties", Value(std::move(properties)));
  if (!required.empty()) schema.add("required", Value(std::move(required)));
  schema.add("additionalProperties", false);
  return Value(std::move(schema));
}

Value type_schema(const char* type, const char* format) {
  Object schema{{"type", type}};
  if (format) schema.add("format", format);
  return Value(std::move(schema));
}

}  // namespace detail

bool Schemas::claim(const std::string& name, const void* type) {
  const auto [owner, is_new] = owners_.emplace(name, type);
  if (!is_new && owner->second != type) clashes_.push_back(name);
  return is_new;
}

}  // namespace banmo::json
