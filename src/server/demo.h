// SPDX-License-Identifier: Apache-2.0
// banmo demo: writes the files of a synthetic city (OneRoster zip, CSV, XLSX; every file says that it is synthetic) into <data>/demo and imports them
// by the same path as a user's, with the errors that such files have. The same seed and scale give the same files.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "server/settings.h"
#include "server/terminal.h"

namespace banmo::server {

struct DemoOptions {
  double scale = 0.02;  // 1: about 1.3 million students
  uint64_t seed = 1;
};

// Refuses a data folder that holds a city already (conflict "server.folder_not_empty").
Result<> make_demo(Settings settings, const DemoOptions& options, const Terminal& terminal);

}  // namespace banmo::server
