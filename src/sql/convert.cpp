// SPDX-License-Identifier: Apache-2.0
#include "sql/convert.h"

#include <charconv>
#include <cmath>

namespace banmo::sql {
namespace {

constexpr int64_t kMicrosPerDay = 86'400'000'000;
constexpr double kTwoTo63 = 9223372036854775808.0;

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional<T>{number} : std::nullopt;
}

std::optional<int64_t> whole(double number) {
  if (!(number >= -kTwoTo63 && number < kTwoTo63) || std::trunc(number) != number) return std::nullopt;
  return static_cast<int64_t>(number);
}

template <class T>
void append_number(std::string& out, T number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  out.append(buffer, end);
}

void append_hex(std::string& out, const Blob& blob) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const uint8_t byte : blob) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

}  // namespace

std::optional<bool> to_bool(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<int64_t>(&value)) return *number != 0;
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (*text == "true" || *text == "1" || *text == "t") return true;
    if (*text == "false" || *text == "0" || *text == "f") return false;
  }
  return std::nullopt;
}

std::optional<int64_t> to_int(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* number = std::get_if<double>(&value)) return whole(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return parse_number<int64_t>(*text);
  if (const auto* instant = std::get_if<Instant>(&value)) return instant->micros;
  return std::nullopt;
}

std::optional<double> to_double(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1.0 : 0.0;
  if (const auto* text = std::get_if<std::string>(&value)) return parse_number<double>(*text);
  return std::nullopt;
}

std::optional<Date> to_date(const Value& value) {
  if (const auto* date = std::get_if<Date>(&value)) return *date;
  if (const auto* instant = std::get_if<Instant>(&value)) return instant->utc_date();
  if (const auto* text = std::get_if<std::string>(&value)) return Date::parse_iso(*text);
  return std::nullopt;
}

std::optional<Instant> to_instant(const Value& value) {
  if (const auto* instant = std::get_if<Instant>(&value)) return *instant;
  if (const auto* date = std::get_if<Date>(&value)) return Instant{date->days * kMicrosPerDay};
  if (const auto* number = std::get_if<int64_t>(&value)) return Instant{*number};
  if (const auto* text = std::get_if<std::string>(&value)) return Instant::parse_iso(*text);
  return std::nullopt;
}

void append_text(std::string& out, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out += *text;
  } else if (const auto* number = std::get_if<int64_t>(&value)) {
    append_number(out, *number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_number(out, *real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* date = std::get_if<Date>(&value)) {
    out += date->to_iso();
  } else if (const auto* instant = std::get_if<Instant>(&value)) {
    out += instant->to_iso();
  } else if (const auto* blob = std::get_if<Blob>(&value)) {
    append_hex(out, *blob);
  }
}

std::string to_text(const Value& value) {
  std::string out;
  append_text(out, value);
  return out;
}

void set_text(Value& cell, std::string_view text) {
  if (auto* old = std::get_if<std::string>(&cell)) {
    old->assign(text);
  } else {
    cell.emplace<std::string>(text);
  }
}

void set_blob(Value& cell, const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  if (auto* old = std::get_if<Blob>(&cell)) {
    old->assign(bytes, bytes + size);
  } else {
    cell.emplace<Blob>(bytes, bytes + size);
  }
}

int parameter_number(const char* name) {
  if (name == nullptr) return 0;
  std::string_view digits = name;
  if (digits.starts_with('$')) digits.remove_prefix(1);
  return parse_number<int>(digits).value_or(0);
}

}  // namespace banmo::sql
