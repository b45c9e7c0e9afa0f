// SPDX-License-Identifier: Apache-2.0
// Inside the room: rows of datasets as JSON with titles beside codes, organisations and people, and page requests from query parameters.
#pragma once

#include <optional>

#include "api/builder.h"
#include "json/json.h"
#include "pack/types.h"
#include "records/types.h"

namespace banmo::api {

Result<const pack::Dataset*> find_dataset(const Call& call);  // by the path's {id}
Result<records::PageRequest> page_request(const Call& call);  // limit, after, filter, order
// filter=field:op:value
Result<records::Filter> filter_of(std::string_view text);
json::Value row_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row, const std::vector<size_t>& fields);
json::Value row_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row);
json::Value page_json(const Engines& engines, const pack::Dataset& dataset, const records::Page& page);
Result<const json::Object*> object_of(const json::Value& body);
Result<std::optional<int64_t>> if_match(const http::Request& request);

}  // namespace banmo::api
