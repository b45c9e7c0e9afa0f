// SPDX-License-Identifier: Apache-2.0
// JSON values, reading and writing. Objects keep the order of their members. Std-only: the parsing library is visible in json.cpp alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace banmo::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

// Members in the order they were written; a name stands once. find is linear: our objects are small.
class Object {
 public:
  Object() = default;
  Object(std::initializer_list<Member> members);  // of a name that stands twice the last value holds
  explicit Object(std::vector<Member> members);   // the names must be distinct
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  Value& set(std::string name, Value value);  // replaces or appends
  Value& add(std::string name, Value value);  // appends without looking: the name must not stand yet (long rows on the hot path)
  void reserve(size_t n);
  bool erase(std::string_view name);
  bool empty() const;
  size_t size() const;
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;
  std::vector<Member>::iterator begin();
  std::vector<Member>::iterator end();
  bool operator==(const Object& other) const;  // the order of members does not matter

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  using Storage = std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object>;
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool v) : data_(v) {}
  Value(int v) : data_(int64_t{v}) {}
  Value(int64_t v) : data_(v) {}
  Value(size_t v) : data_(static_cast<int64_t>(v)) {}
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(Array v) : data_(std::move(v)) {}
  Value(Object v) : data_(std::move(v)) {}

  bool is_null() const { return data_.index() == 0; }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const int64_t* as_int() const { return std::get_if<int64_t>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }  // only if written with a fraction or exponent
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  Array* as_array() { return std::get_if<Array>(&data_); }
  Object* as_object() { return std::get_if<Object>(&data_); }
  // The member of an object, or nullptr if this is no object or has no such member.
  const Value* find(std::string_view name) const;
  const Storage& storage() const { return data_; }
  bool operator==(const Value& other) const = default;  // 1 and 1.0 differ

 private:
  Storage data_;
};

// Here, where Value is complete.
inline Object::Object(std::vector<Member> members) : members_(std::move(members)) {}
inline void Object::reserve(size_t n) { members_.reserve(n); }
inline bool Object::empty() const { return members_.empty(); }
inline size_t Object::size() const { return members_.size(); }
inline std::vector<Member>::const_iterator Object::begin() const { return members_.begin(); }
inline std::vector<Member>::const_iterator Object::end() const { return members_.end(); }
inline std::vector<Member>::iterator Object::begin() { return members_.begin(); }
inline std::vector<Member>::iterator Object::end() { return members_.end(); }

struct ReadLimits {
  size_t max_bytes = 16u << 20;
  size_t max_depth = 32;
  size_t max_values = 1'000'000;  // a value takes 40 bytes here, but two in the text
};

// Reads one JSON text (RFC 8259, UTF-8). Whole numbers beyond int64 become double; 1.0 stays a double. Errors, with "line:column" in `where` (from 1,
// in characters): too_large "json.too_large"; invalid "json.bad_utf8", "json.syntax", "json.incomplete", "json.extra_text", "json.too_deep",
// "json.number_range", "json.duplicate_member".
Result<Value> read(std::string_view text, ReadLimits limits = {});
// Writes compactly; what is written reads back equal. Doubles are written shortest and keep a fraction or exponent (1.0); NaN and infinity become
// null; bytes that are no UTF-8 become U+FFFD. Depth is not limited: build no value deeper than the reader's limit.
std::string write(const Value& value);
void append(std::string& out, const Value& value);
void append_string(std::string& out, std::string_view text);
void append_number(std::string& out, int64_t value);
void append_number(std::string& out, double value);

}  // namespace banmo::json
