// SPDX-License-Identifier: Apache-2.0
// The tests that stand in packs, run before a pack is installed: given rows go through the same import and refresh as a user's, in stores of their
// own that are thrown away.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pack/pack.h"

namespace banmo::server {

struct PackTestReport {
  int64_t n_passed = 0;
  std::vector<std::string> failures;  // "scenes/x/pack.yaml:12:3: expected ... got ..."
};

// Those of one pack if `only` names it.
Result<PackTestReport> run_pack_tests(const std::shared_ptr<const pack::Catalogue>& catalogue, std::string_view only = {});

}  // namespace banmo::server
