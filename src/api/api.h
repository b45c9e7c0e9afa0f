// SPDX-License-Identifier: Apache-2.0
// The HTTP API over the engines: one file per engine, each route with its permission, parameters, body and answer declared once. /openapi.json comes
// from that.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "http/http.h"
#include "sql/sql.h"

namespace banmo::directory {
class Directory;
}
namespace banmo::records {
class Records;
}
namespace banmo::metrics {
class Metrics;
}
namespace banmo::pack {
class Catalogue;
}

namespace banmo::api {

// What the routes call. All outlive the router.
struct Engines {
  directory::Directory* directory = nullptr;
  records::Records* records = nullptr;
  metrics::Metrics* metrics = nullptr;
  std::shared_ptr<const pack::Catalogue> catalogue;
  sql::Stores stores;
  const Clock* clock = nullptr;
  std::string temp_directory;
  std::string upload_directory;  // where files that came by HTTP stay for the import; on the disk of temp_directory
  std::string version;
};

// Every route of the product, with the guard that makes a principal of a session cookie or bearer token and refuses what its rights do not cover.
Result<http::Router> make_router(const Engines& engines);

}  // namespace banmo::api
