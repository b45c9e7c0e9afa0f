// SPDX-License-Identifier: Apache-2.0
// The templates behind describe.h; included by it alone. What does not depend on a type is in describe.cpp.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "json/describe.h"

namespace banmo::json::detail {

// A place in the value being read; rendered only when something is found there.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;  // the root's whole text, or a member's name
  size_t index = 0;       // of an item, if is_item
  bool is_item = false;
  std::string to_string() const;
};

class Findings {
 public:
  void add(const Path& path, std::string id, Message message);
  void wrong_type(const Path& path, const Message& expected, const Value& found);
  void missing(const Path& path, std::string_view name);
  void unknown(const Path& path, std::string_view name, std::span<const std::string_view> known);
  void unknown_value(const Path& path, std::span<const std::string_view> known);
  void bad_format(const Path& path, const Message& expected);
  bool full() const;
  size_t size() const { return list_.size(); }
  Error to_error() &&;

 private:
  std::vector<Error> list_;
};

// Does not stand for a type, so that "nothing is known of T" is a compile-time error that names T.
template <class T>
inline constexpr bool kUnsupported = false;

struct AnyVisitor {
  template <class T>
  void field(std::string_view, T&, const FieldOptions& = {}) {}
  template <class E>
  void value(std::string_view, E) {}
};
template <class T>
concept DescribedStruct = std::is_class_v<T> && requires(AnyVisitor& v, T& x) { describe(v, x); };
template <class T>
concept Verbatim = std::is_class_v<T> && requires(T& x) {
  { T::schema() } -> std::same_as<Value>;
  requires std::same_as<decltype(x.value), Value>;
};
template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires(AnyVisitor& v, T* x) { describe_enum(v, x); };
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;
template <class T>
concept Named = requires { std::string(T::kName); };
// What is written as text in a format of its own.
template <class T>
concept Formatted = std::same_as<T, Date> || std::same_as<T, Instant> || std::same_as<T, Uuid> || requires(const T& x) {
  { x.uuid } -> std::convertible_to<Uuid>;
  { T::parse(std::string_view()) } -> std::same_as<std::optional<T>>;
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

template <class E>
struct EnumTable {
  std::vector<std::string_view> names;
  std::vector<E> values;
  void value(std::string_view name, E value) {
    names.push_back(name);
    values.push_back(value);
  }
};
template <class E>
const EnumTable<E>& enum_table() {
  static const EnumTable<E> table = [] {
    EnumTable<E> fresh;
    describe_enum(fresh, static_cast<E*>(nullptr));
    return fresh;
  }();
  return table;
}
// The name of a value; empty if the description leaves it out.
template <class E>
std::string_view enum_name(E value) {
  const EnumTable<E>& table = enum_table<E>();
  for (size_t i = 0; i < table.values.size(); ++i)
    if (table.values[i] == value) return table.names[i];
  return {};
}

template <class T>
std::string format(const T& value) {
  if constexpr (std::same_as<T, Date> || std::same_as<T, Instant>)
    return value.to_iso();
  else
    return value.to_string();
}
template <class T>
std::optional<T> parse(std::string_view text) {
  if constexpr (std::same_as<T, Date> || std::same_as<T, Instant>)
    return T::parse_iso(text);
  else
    return T::parse(text);
}
template <class T>
const char* format_name() {
  return std::same_as<T, Date> ? "date" : std::same_as<T, Instant> ? "date-time" : "uuid";
}
Message format_example(const char* format_name);

}  // namespace banmo::json::detail

#include "json/describe_read.h"
#include "json/describe_schema.h"
#include "json/describe_write.h"
