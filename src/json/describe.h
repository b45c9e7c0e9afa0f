// SPDX-License-Identifier: Apache-2.0
// The one description-driven mapping. A struct is described once, beside its definition:
//
//   struct Login {
//     static constexpr const char* kName = "Login";  // optional: the schema's name, for $ref
//     std::string account;
//     std::optional<std::string> locale;
//   };
//   template <class V> void describe(V& v, Login& x) {
//     v.field("account", x.account, {.title = "账号", .min_length = 1, .max_length = 64});
//     v.field("locale", x.locale);
//   }
//   enum class Kind { entry, derived };
//   template <class V> void describe_enum(V& v, Kind*) { v.value("entry", Kind::entry); v.value("derived", Kind::derived); }
//
// and from that come to_json, to_text, from_json and schema_of. Both functions are found in the type's own namespace and need nothing from here
// unless options are given. Absent is std::optional (in a field only) or `.has_default`; null is no synonym; unknown members are errors. Supported:
// bool, whole numbers, double, std::string, json::Value (anything), Date, Instant, Uuid and Id<Tag>, described enums, std::optional, std::vector,
// std::map<std::string, T>, described structs, and structs of one json::Value `value` with a static `json::Value schema()`: for what has no fixed
// members, such as a row.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "json/json.h"

namespace banmo::json {

// What a field may hold besides its type; checked by from_json and told by schema_of. All are literals: they live as long as the program.
struct FieldOptions {
  const char* title = nullptr;  // Chinese, for people
  const char* doc = nullptr;
  std::optional<double> minimum = {}, maximum = {};        // of numbers, inclusive
  std::optional<size_t> min_length = {}, max_length = {};  // of text in characters, of arrays in items
  const char* pattern = nullptr;                           // ECMAScript, must match somewhere (use ^ and $); text beyond 1,000 bytes never matches
  std::span<const char* const> one_of = {};                // words that text, or an item of an array of texts, may be
  bool has_default = false;                                // may be absent: the member keeps the value it has in a fresh T
};

template <class T>
Value to_json(const T& value);
// The same as write(to_json(value)), without the tree in between.
template <class T>
std::string to_text(const T& value);
template <class T>
void append_text(std::string& out, const T& value);

// `where` is the JSON path of the value ("$", "$.roles[2].org"). The error is "json.invalid"; its `details` are all findings (at most 100) in the
// order of the description, each with its own path: json.missing_member, json.unknown_member, json.wrong_type, json.out_of_range, json.bad_length,
// json.bad_pattern, json.unknown_value, json.bad_format. No finding repeats a value that was sent; names of members it does.
template <class T>
Result<T> from_json(const Value& value, const std::string& where = "$");

// JSON Schema 2020-12, as used by OpenAPI 3.1, in one piece: named types that T uses stand under "$defs".
template <class T>
Value schema_of();

// Schemas of many types that share their named ones, for one document: prefix "#/components/schemas/" and definitions() under it.
class Schemas {
 public:
  explicit Schemas(std::string prefix) : prefix_(std::move(prefix)) {}
  template <class T>
  Value of();  // a $ref if T has a kName, else the schema itself
  const Object& definitions() const { return definitions_; }
  // Names that two different types claim: must be empty.
  const std::vector<std::string>& clashes() const { return clashes_; }

 private:
  template <class T>
  Value described();
  template <class T>
  Value spelled();  // described, or as the type itself says
  // True if the name is new and its definition is to be made now.
  bool claim(const std::string& name, const void* type);

  std::string prefix_;
  Object definitions_;
  std::map<std::string, const void*> owners_;
  std::vector<std::string> clashes_;
};

}  // namespace banmo::json

#include "json/describe_impl.h"
