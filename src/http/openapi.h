// SPDX-License-Identifier: Apache-2.0
// Inside the room: OpenAPI 3.1 from routes and named schemas.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "http/http.h"

namespace banmo::http {

// Names in a path's braces, in order: "/orgs/{id}" gives {"id"}.
std::vector<std::string> names_in_path(std::string_view path);
json::Value openapi_of(const std::vector<Route>& routes, const std::map<std::string, json::Value>& schemas, std::string_view title,
                       std::string_view version);

}  // namespace banmo::http
