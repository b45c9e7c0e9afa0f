// SPDX-License-Identifier: Apache-2.0
// The HTTP API over the engines: one file per engine, each route with its permission, parameters, body and answer declared once. /openapi.json comes
// from that.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/crypto.h"
#include "http/http.h"
#include "sql/sql.h"

namespace banmo::audit {
class ReadLog;
}
namespace banmo::directory {
class Directory;
}
namespace banmo::records {
class Records;
}
namespace banmo::events {
class Courses;
class Events;
class Forwards;
}  // namespace banmo::events
namespace banmo::http {
class Outbound;
}
namespace banmo::flows {
class Flows;
}
namespace banmo::metrics {
class Metrics;
}
namespace banmo::ask {
class Ask;
}
namespace banmo::models {
class Admissions;
}
namespace banmo::shares {
class Shares;
}
namespace banmo::pack {
class Catalogue;
}

namespace banmo::api {

// What became of a scene pack that was handed in.
struct PackVerdict {
  std::string id, version;
  std::string replaces;  // the version that is installed now; empty: a new pack
  int64_t n_passed = 0;  // of the pack's own tests
  bool installed = false;
  std::vector<Error> findings;  // what keeps it from being installed, each with file:line:column inside the pack
};
// Checks and installs packs; the server's, because a pack's tests need stores of their own. Thread-safe.
class PackShop {
 public:
  virtual ~PackShop() = default;
  // `file` is a zip of a pack's folder, or its pack.yaml alone. Errors of the pack are findings; errors here are those of the upload or the disk:
  // invalid "pack.no_pack_yaml", "pack.bad_name", "directory.not_a_zip"; too_large; conflict "pack.busy".
  virtual Result<PackVerdict> take(const std::string& account, const std::string& file, bool install) = 0;
  // Packs in the folder that this process does not run: they take effect at its next start. Id and version.
  virtual Result<std::vector<std::pair<std::string, std::string>>> waiting() = 0;
};

// What the routes call. All outlive the router.
struct Engines {
  directory::Directory* directory = nullptr;
  records::Records* records = nullptr;
  metrics::Metrics* metrics = nullptr;
  ask::Ask* ask = nullptr;
  flows::Flows* flows = nullptr;
  models::Admissions* admissions = nullptr;
  shares::Shares* shares = nullptr;
  events::Events* events = nullptr;
  events::Courses* courses = nullptr;
  events::Forwards* forwards = nullptr;
  const http::Outbound* outbound = nullptr;  // the way to other machines
  audit::ReadLog* reads = nullptr;           // where reads of level-3 data are noted before they are answered
  PackShop* packs = nullptr;
  std::shared_ptr<const pack::Catalogue> catalogue;
  sql::Stores stores;
  const Clock* clock = nullptr;
  std::string temp_directory;
  std::string upload_directory;  // where files that came by HTTP stay for the import; on the disk of temp_directory
  std::string version;
  std::string public_address = {};  // "https://edu.example.cn", where people reach the installation; empty: as the request says
  crypto::Profile profile = crypto::Profile::intl;
};

// Every route of the product, with the guard that makes a principal of a session cookie or bearer token and refuses what its rights do not cover.
Result<http::Router> make_router(const Engines& engines);

}  // namespace banmo::api
