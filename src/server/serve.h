// SPDX-License-Identifier: Apache-2.0
// banmo serve: opens the city, serves until SIGTERM or SIGINT, then drains.
#pragma once

#include "server/settings.h"
#include "server/terminal.h"

namespace banmo::server {

struct ServeOptions {
  bool migrate = true;  // apply missing migrations at start; false: refuse an older database (exit code 5)
};

Result<> serve(Settings settings, const ServeOptions& options, const Terminal& terminal);

}  // namespace banmo::server
