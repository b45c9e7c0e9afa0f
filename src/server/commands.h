// SPDX-License-Identifier: Apache-2.0
// The subcommands besides serve and demo. Each opens what it needs, says on the terminal what it did, and gives an Error otherwise.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "server/settings.h"
#include "server/terminal.h"

namespace banmo::server {

struct ImportCommand {
  std::string file;
  std::string dataset;        // a dataset's id; or
  std::string oneroster_top;  // with oneroster: code or title of the organisation under which tops come
  std::string people;         // "schools", "staff", "students": a simple template
  bool oneroster = false;
  bool dry_run = false;
};
Result<> import_file(Settings settings, const ImportCommand& command, const Terminal& terminal);

struct ExportCommand {
  std::string file;  // .csv, .xlsx, or .zip with oneroster
  std::string dataset;
  std::string org;  // oneroster: code or title
  bool oneroster = false;
};
Result<> export_file(Settings settings, const ExportCommand& command, const Terminal& terminal);

Result<> migrate(Settings settings, const Terminal& terminal);
// One line for each thing that can be wrong; the error names how many are.
Result<> doctor(Settings settings, const Terminal& terminal);

Result<> backup(Settings settings, const std::string& folder, bool verify, const Terminal& terminal);
// Into settings.data, which must be empty or absent.
Result<> restore(Settings settings, const std::string& folder, const Terminal& terminal);

Result<> validate_packs(const std::vector<std::string>& folders, const std::string& scenes, const Terminal& terminal);
// As over HTTP, with the same checks and audit entry; works beside a running server. `accept`: also an upgrade that loses data or lowers protection.
Result<> install_pack(const Settings& settings, const std::string& path, bool accept, const Terminal& terminal);

struct UserCommand {
  std::string action;  // "list", "add", "password", "disable", "enable"
  std::string account;
  std::string role, org;  // add: a role and the code or title of its organisation
};
// A password is read from standard input, never from the command line.
Result<> user(const Settings& settings, const UserCommand& command, const Terminal& terminal);

// Recomputes a draw of lots from its public file alone (models/lottery_file.h).
Result<> verify_lottery_file(const std::string& path, const Terminal& terminal);
Result<> verify_audit(Settings settings, const Terminal& terminal);

}  // namespace banmo::server
