// SPDX-License-Identifier: Apache-2.0
// from_json: part of describe_impl.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "json/describe_impl.h"

namespace banmo::json {
namespace detail {

// Each reads one kind of value or adds a finding.
void read_bool(const Value& value, const Path& path, bool& out, Findings& findings);
void read_whole(const Value& value, const Path& path, int64_t low, int64_t high, int64_t& out, Findings& findings);
void read_double(const Value& value, const Path& path, double& out, Findings& findings);
// nullptr after a finding.
const std::string* read_string(const Value& value, const Path& path, Findings& findings);
const Array* read_array(const Value& value, const Path& path, Findings& findings);
const Object* read_object(const Value& value, const Path& path, Findings& findings);
// Checks numbers, text and arrays against the options of their field; other values pass.
void check_options(const Value& value, const Path& path, const FieldOptions& options, Findings& findings);

template <class T>
void read_value(const Value& value, const Path& path, T& out, Findings& findings);

class FromValue {
 public:
  FromValue(const Object& object, const Path& path, Findings& findings) : object_(object), path_(path), findings_(findings) {}

  template <class T>
  void field(std::string_view name, T& member, const FieldOptions& options = {}) {
    known_.push_back(name);
    const Value* value = object_.find(name);
    if (!value) {
      if (!kIsOptional<T> && !options.has_default) findings_.missing(path_, name);
      return;
    }
    ++n_found_;
    const Path here{&path_, name};
    const size_t n_before = findings_.size();
    if constexpr (kIsOptional<T>)
      read_value(*value, here, member.emplace(), findings_);
    else
      read_value(*value, here, member, findings_);
    if (findings_.size() == n_before) check_options(*value, here, options, findings_);
  }
  // Call when every field was visited.
  void refuse_unknown() {
    if (n_found_ == object_.size()) return;
    for (const Member& member : object_) {
      if (findings_.full()) return;
      if (std::find(known_.begin(), known_.end(), member.first) == known_.end()) findings_.unknown(path_, member.first, known_);
    }
  }

 private:
  const Object& object_;
  const Path& path_;
  Findings& findings_;
  std::vector<std::string_view> known_;
  size_t n_found_ = 0;
};

template <class E>
void read_enum(const Value& value, const Path& path, E& out, Findings& findings) {
  const std::string* text = read_string(value, path, findings);
  if (!text) return;
  const EnumTable<E>& table = enum_table<E>();
  for (size_t i = 0; i < table.names.size(); ++i)
    if (table.names[i] == *text) {
      out = table.values[i];
      return;
    }
  findings.unknown_value(path, table.names);
}

template <class T>
void read_formatted(const Value& value, const Path& path, T& out, Findings& findings) {
  const std::string* text = read_string(value, path, findings);
  if (!text) return;
  if (const auto parsed = parse<T>(*text))
    out = *parsed;
  else
    findings.bad_format(path, format_example(format_name<T>()));
}

template <class T>
void read_vector(const Value& value, const Path& path, std::vector<T>& out, Findings& findings) {
  const Array* items = read_array(value, path, findings);
  if (!items) return;
  out.clear();
  out.reserve(items->size());
  for (size_t i = 0; i < items->size() && !findings.full(); ++i) {
    T item{};
    read_value((*items)[i], Path{&path, {}, i, true}, item, findings);
    out.push_back(std::move(item));
  }
}

template <class T>
void read_map(const Value& value, const Path& path, std::map<std::string, T>& out, Findings& findings) {
  const Object* object = read_object(value, path, findings);
  if (!object) return;
  out.clear();
  for (const auto& [name, item] : *object) {
    if (findings.full()) return;
    read_value(item, Path{&path, name}, out[name], findings);
  }
}

template <class T>
void read_struct(const Value& value, const Path& path, T& out, Findings& findings) {
  const Object* object = read_object(value, path, findings);
  if (!object) return;
  FromValue visitor(*object, path, findings);
  describe(visitor, out);
  visitor.refuse_unknown();
}

template <class T>
void read_value(const Value& value, const Path& path, T& out, Findings& findings) {
  static_assert(!kIsOptional<T>, "std::optional stands in a field only");
  if constexpr (std::same_as<T, Value>) {
    out = value;
  } else if constexpr (Verbatim<T>) {
    out.value = value;
  } else if constexpr (std::same_as<T, bool>) {
    read_bool(value, path, out, findings);
  } else if constexpr (WholeNumber<T>) {
    constexpr int64_t kHigh = std::in_range<int64_t>(std::numeric_limits<T>::max()) ? static_cast<int64_t>(std::numeric_limits<T>::max()) : INT64_MAX;
    int64_t whole = 0;
    read_whole(value, path, static_cast<int64_t>(std::numeric_limits<T>::min()), kHigh, whole, findings);
    out = static_cast<T>(whole);
  } else if constexpr (std::same_as<T, double>) {
    read_double(value, path, out, findings);
  } else if constexpr (std::same_as<T, std::string>) {
    if (const std::string* text = read_string(value, path, findings)) out = *text;
  } else if constexpr (DescribedEnum<T>) {
    read_enum(value, path, out, findings);
  } else if constexpr (Formatted<T>) {
    read_formatted(value, path, out, findings);
  } else if constexpr (kIsVector<T>) {
    read_vector(value, path, out, findings);
  } else if constexpr (kIsMap<T>) {
    read_map(value, path, out, findings);
  } else if constexpr (DescribedStruct<T>) {
    read_struct(value, path, out, findings);
  } else {
    static_assert(kUnsupported<T>, "describe this type, or see the list of types in json/describe.h");
  }
}

}  // namespace detail

template <class T>
Result<T> from_json(const Value& value, const std::string& where) {
  T out{};
  detail::Findings findings;
  detail::read_value(value, detail::Path{nullptr, where}, out, findings);
  if (findings.size() > 0) return std::move(findings).to_error();
  return out;
}

}  // namespace banmo::json
