// SPDX-License-Identifier: Apache-2.0
// Inside the room: statements as they are asked for with format=ids and format=canonical (xAPI 1.0.3 Communication 2.1.3). Pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace banmo::events {

// Actors, verbs and activities with nothing but what identifies them.
json::Value with_ids_only(json::Value statement);
// Activities with the definition that `known` gives, and one language of each language map.
using Known = std::function<std::optional<json::Value>(const std::string& activity)>;
json::Value canonical_of(json::Value statement, std::string_view languages, const Known& known);
// The entry of a language map that fits an Accept-Language best; the first if none does.
json::Value one_language(const json::Value& map, std::string_view languages);

}  // namespace banmo::events
