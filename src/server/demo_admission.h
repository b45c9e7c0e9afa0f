// SPDX-License-Identifier: Apache-2.0
// A year of admission in the synthetic city: pupils of the ninth grade with marks that follow one ability, plans of the city's own senior schools in
// five batches, quotas, and ordered choices for what is near and wanted. No row is spoilt: a run takes no bad ones.
#pragma once

#include "server/demo_fitness.h"

namespace banmo::server {

// Errors: unavailable "server.unwritable_file". Nothing if the packs have no such datasets.
Result<std::vector<DemoFile>> write_admission(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder);

}  // namespace banmo::server
