// SPDX-License-Identifier: Apache-2.0
// What subcommands show on a terminal: lines, a progress bar that is one line while it runs, or one JSON object a line with `--progress json`.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace banmo::server {

enum class ProgressStyle { bar, json, none };

class Terminal {
 public:
  // bar becomes none when standard error is no terminal.
  explicit Terminal(ProgressStyle style);
  void line(std::string_view text) const;  // to standard output
  void error(const Error& error) const;    // to standard error: both sentences, place, code, all details
  void progress(std::string_view what, double done_0_1) const;
  void end_progress() const;  // leaves the bar's line

 private:
  ProgressStyle style_;
};

// 0 ok, 2 usage, 3 configuration, 4 store, 5 migration needed, 6 integrity.
int exit_code_of(const Error& error);

}  // namespace banmo::server
