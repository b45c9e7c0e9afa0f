// SPDX-License-Identifier: Apache-2.0
// schema_of, Schemas: part of describe_impl.h.
#pragma once

#include "json/describe_impl.h"

namespace banmo::json {
namespace detail {

// Adds what the options say to a field's schema.
void add_options(Value& schema, const FieldOptions& options);
Value object_schema(Object properties, Array required);
Value type_schema(const char* type, const char* format = nullptr);

template <class T>
inline constexpr char kTypeTag = 0;  // its address tells types apart

class ToSchema {
 public:
  explicit ToSchema(Schemas& schemas) : schemas_(schemas) {}
  template <class T>
  void field(std::string_view name, T&, const FieldOptions& options = {}) {
    Value schema;
    if constexpr (kIsOptional<T>)
      schema = schemas_.of<typename T::value_type>();
    else
      schema = schemas_.of<T>();
    add_options(schema, options);
    properties_.add(std::string(name), std::move(schema));
    if (!kIsOptional<T> && !options.has_default) required_.emplace_back(name);
  }
  Value take() { return object_schema(std::move(properties_), std::move(required_)); }

 private:
  Schemas& schemas_;
  Object properties_;
  Array required_;
};

}  // namespace detail

template <class T>
Value Schemas::described() {
  detail::ToSchema visitor(*this);
  T fresh{};
  describe(visitor, fresh);
  return visitor.take();
}

template <class T>
Value Schemas::spelled() {
  if constexpr (detail::Verbatim<T>)
    return T::schema();
  else
    return described<T>();
}

template <class T>
Value Schemas::of() {
  using namespace detail;
  if constexpr (std::same_as<T, Value>) {
    return Value(Object{});
  } else if constexpr (std::same_as<T, bool>) {
    return type_schema("boolean");
  } else if constexpr (WholeNumber<T>) {
    return type_schema("integer", sizeof(T) == 8 ? "int64" : sizeof(T) == 4 ? "int32" : nullptr);
  } else if constexpr (std::same_as<T, double>) {
    return type_schema("number");
  } else if constexpr (std::same_as<T, std::string>) {
    return type_schema("string");
  } else if constexpr (DescribedEnum<T>) {
    Array names;
    for (const std::string_view name : enum_table<T>().names) names.emplace_back(name);
    return Value(Object{{"type", "string"}, {"enum", std::move(names)}});
  } else if constexpr (Formatted<T>) {
    return type_schema("string", format_name<T>());
  } else if constexpr (kIsVector<T>) {
    return Value(Object{{"type", "array"}, {"items", of<typename T::value_type>()}});
  } else if constexpr (kIsMap<T>) {
    return Value(Object{{"type", "object"}, {"additionalProperties", of<typename T::mapped_type>()}});
  } else if constexpr (Verbatim<T> && !Named<T>) {
    return T::schema();
  } else if constexpr ((DescribedStruct<T> || Verbatim<T>) && Named<T>) {
    if (claim(T::kName, &kTypeTag<T>)) {
      Value schema = spelled<T>();
      definitions_.set(T::kName, std::move(schema));
    }
    return Value(Object{{"$ref", prefix_ + T::kName}});
  } else if constexpr (DescribedStruct<T>) {
    return described<T>();
  } else {
    static_assert(kUnsupported<T>, "describe this type, or see the list of types in json/describe.h");
  }
}

template <class T>
Value schema_of() {
  Schemas schemas("#/$defs/");
  Value schema = schemas.of<T>();
  if (!schemas.definitions().empty()) schema.as_object()->add("$defs", Value(schemas.definitions()));
  return schema;
}

}  // namespace banmo::json
