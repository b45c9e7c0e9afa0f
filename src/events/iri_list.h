// SPDX-License-Identifier: Apache-2.0
// Inside the room: lists of IRIs (verbs, profiles) as people give them and as tables keep them: a JSON list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "sql/sql.h"

namespace banmo::events {

// `name` is the member of the body. Errors: invalid "events.list_too_long", "events.no_iri".
Result<> check_iris(const std::vector<std::string>& list, std::string_view name);
std::vector<std::string> iris_of(const sql::Value& value);
json::Array json_of(const std::vector<std::string>& list);

}  // namespace banmo::events
