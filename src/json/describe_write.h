// SPDX-License-Identifier: Apache-2.0
// to_json, to_text: part of describe_impl.h.
#pragma once

#include "json/describe_impl.h"

namespace banmo::json {
namespace detail {

struct ToValue {
  Object object;
  template <class T>
  void field(std::string_view name, T& member, const FieldOptions& = {}) {
    if constexpr (kIsOptional<T>) {
      if (member) object.add(std::string(name), to_json(*member));
    } else {
      object.add(std::string(name), to_json(member));
    }
  }
};

struct ToText {
  std::string& out;
  bool first = true;
  template <class T>
  void field(std::string_view name, T& member, const FieldOptions& = {}) {
    if constexpr (kIsOptional<T>) {
      if (member) write_member(name, *member);
    } else {
      write_member(name, member);
    }
  }
  template <class T>
  void write_member(std::string_view name, const T& member) {
    if (!std::exchange(first, false)) out += ',';
    append_string(out, name);
    out += ':';
    append_text(out, member);
  }
};

template <class T>
void append_items(std::string& out, const std::vector<T>& items) {
  out += '[';
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append_text(out, static_cast<const T&>(items[i]));
  }
  out += ']';
}

}  // namespace detail

template <class T>
Value to_json(const T& value) {
  using namespace detail;
  static_assert(!kIsOptional<T>, "std::optional stands in a field only");
  if constexpr (std::same_as<T, Value> || std::same_as<T, bool> || std::same_as<T, std::string> || std::floating_point<T>) {
    return Value(value);
  } else if constexpr (Verbatim<T>) {
    return value.value;
  } else if constexpr (WholeNumber<T>) {
    return Value(static_cast<int64_t>(value));
  } else if constexpr (DescribedEnum<T>) {
    return Value(enum_name(value));
  } else if constexpr (Formatted<T>) {
    return Value(format(value));
  } else if constexpr (kIsVector<T>) {
    Array items;
    items.reserve(value.size());
    for (const typename T::value_type& item : value) items.push_back(to_json(item));
    return Value(std::move(items));
  } else if constexpr (kIsMap<T>) {
    Object object;
    for (const auto& [name, item] : value) object.add(name, to_json(item));
    return Value(std::move(object));
  } else if constexpr (DescribedStruct<T>) {
    ToValue visitor;
    describe(visitor, const_cast<T&>(value));  // the visitor only reads
    return Value(std::move(visitor.object));
  } else {
    static_assert(kUnsupported<T>, "describe this type, or see the list of types in json/describe.h");
  }
}

template <class T>
void append_text(std::string& out, const T& value) {
  using namespace detail;
  static_assert(!kIsOptional<T>, "std::optional stands in a field only");
  if constexpr (WholeNumber<T>) {
    append_number(out, static_cast<int64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    append_number(out, static_cast<double>(value));
  } else if constexpr (std::same_as<T, std::string>) {
    append_string(out, value);
  } else if constexpr (Verbatim<T>) {
    append(out, value.value);
  } else if constexpr (DescribedEnum<T>) {
    append_string(out, enum_name(value));
  } else if constexpr (kIsVector<T>) {
    append_items(out, value);
  } else if constexpr (kIsMap<T>) {
    out += '{';
    ToText visitor{out};
    for (const auto& [name, item] : value) visitor.write_member(name, item);
    out += '}';
  } else if constexpr (DescribedStruct<T>) {
    out += '{';
    ToText visitor{out};
    describe(visitor, const_cast<T&>(value));
    out += '}';
  } else {
    append(out, to_json(value));
  }
}

template <class T>
std::string to_text(const T& value) {
  std::string out;
  append_text(out, value);
  return out;
}

}  // namespace banmo::json
