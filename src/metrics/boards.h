// SPDX-License-Identifier: Apache-2.0
// The words of dashboards that the city writes itself: pack text in the ledger, in force at once.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "metrics/types.h"
#include "pack/board.h"

namespace banmo::metrics {

struct BoardSource {
  std::string id;
  int64_t version = 0;  // 0: delivered with a pack, to be copied
  std::string text, by;
  Instant at;
  pack::BoardRead read;  // of the city's own against the packs of now: a metric may be gone since it was written
};
using BoardSourcePtr = std::shared_ptr<const BoardSource>;

struct BoardPreview {
  pack::BoardRead read;
  bool in_audience = true;                // whether whoever looks is one of the dashboard's roles
  std::optional<DashboardResult> result;  // none if there are findings, or for those who do not see it
};

}  // namespace banmo::metrics
