// SPDX-License-Identifier: Apache-2.0
// Routes outside the API: /livez, /readyz, /version, /metrics (Prometheus), /openapi.json.
#pragma once

#include <functional>

#include "http/http.h"
#include "server/city.h"

namespace banmo::server {

// `figures` are the HTTP server's own, known after it is made.
Result<> add_health_routes(http::Router& router, City& city, std::function<http::ServerFigures()> figures);
// After all other routes stand: the document is made once.
Result<> add_openapi_route(http::Router& router);

}  // namespace banmo::server
