// SPDX-License-Identifier: Apache-2.0
// An opened installation: stores, catalogue, engines, wired by constructor arguments in the order of the rooms. What every subcommand works on.
#pragma once

#include <memory>
#include <string>

#include "api/api.h"
#include "ask/ask.h"
#include "base/result.h"
#include "base/time.h"
#include "directory/directory.h"
#include "events/courses.h"
#include "events/events.h"
#include "events/forwards.h"
#include "flows/flows.h"
#include "http/outbound.h"
#include "metrics/metrics.h"
#include "models/admissions.h"
#include "pack/pack.h"
#include "records/records.h"
#include "server/keys.h"
#include "server/settings.h"
#include "shares/shares.h"
#include "sql/sql.h"

namespace banmo::server {

class City {
 public:
  // Opens or creates the installation in settings.data. With `migrate` false an older database is refused: unsupported "server.migration_needed"
  // (exit code 5).
  static Result<std::unique_ptr<City>> open(Settings settings, bool migrate);
  ~City();

  const Settings& settings() const { return settings_; }
  const Keys& keys() const { return keys_; }
  const sql::Stores& stores() const { return stores_; }
  const std::shared_ptr<const pack::Catalogue>& catalogue() const { return catalogue_; }
  directory::Directory& directory() { return *directory_; }
  records::Records& records() { return *records_; }
  metrics::Metrics& metrics() { return *metrics_; }
  ask::Ask& ask() { return *ask_; }
  events::Events& events() { return *events_; }
  flows::Flows& flows() { return *flows_; }
  models::Admissions& admissions() { return *admissions_; }
  events::Forwards& forwards() { return *forwards_; }
  http::Outbound& outbound() { return *outbound_; }
  api::Engines engines();

 private:
  City() = default;
  Settings settings_;
  Keys keys_;
  sql::Stores stores_;
  std::shared_ptr<const pack::Catalogue> catalogue_;
  std::unique_ptr<directory::Directory> directory_;
  std::unique_ptr<records::Records> records_;
  std::unique_ptr<shares::Shares> shares_;
  std::unique_ptr<flows::Flows> flows_;
  std::unique_ptr<metrics::Metrics> metrics_;
  std::unique_ptr<models::Admissions> admissions_;
  std::unique_ptr<ask::Ask> ask_;
  std::unique_ptr<events::Events> events_;
  std::unique_ptr<events::Courses> courses_;
  std::unique_ptr<http::Outbound> outbound_;
  std::unique_ptr<events::Forwards> forwards_;
  std::unique_ptr<api::PackShop> packs_;
};

// The folder of scene packs. Errors: invalid "server.no_scenes".
Result<std::string> scenes_folder(const Settings& settings);

// The ledger and its directory without an embedded warehouse, which the running server holds alone: for commands that run beside it.
struct OpenDirectory {
  sql::Stores stores;
  std::unique_ptr<directory::Directory> directory;
};
Result<OpenDirectory> open_directory(const Settings& settings);

// Opens the two stores that the settings name (for subcommands that need no engines: backup, audit verify).
Result<sql::Stores> open_stores(const Settings& settings);

}  // namespace banmo::server
