// SPDX-License-Identifier: Apache-2.0
// Inside the room: rows of datasets as JSON with titles beside codes, organisations and people, and page requests from query parameters.
#pragma once

#include <optional>

#include "api/builder.h"
#include "json/json.h"
#include "pack/types.h"
#include "records/types.h"

namespace banmo::api {

// A row as it is told: each field under its own id, and beside it where the row came from. What fields there are is the dataset's to say.
struct RowShape {
  static constexpr const char* kName = "Row";
  static json::Value schema();
  json::Value value;
};
// What a row is made of or changed by: values by field.
struct RowValues {
  static constexpr const char* kName = "RowValues";
  static json::Value schema();
  json::Value value;
};

Result<const pack::Dataset*> find_dataset(const Call& call);  // by the path's {id}
Result<records::PageRequest> page_request(const Call& call);  // limit, after, filter, order
// filter=field:op:value
Result<records::Filter> filter_of(std::string_view text);
// The cells alone: nothing of where the row came from, nor its key.
json::Object cells_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row, const std::vector<size_t>& fields);
RowShape row_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row, const std::vector<size_t>& fields);
RowShape row_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row);
List<RowShape> page_json(const Engines& engines, const pack::Dataset& dataset, const records::Page& page);
Result<const json::Object*> object_of(const json::Value& body);
Result<std::optional<int64_t>> if_match(const http::Request& request);

}  // namespace banmo::api
