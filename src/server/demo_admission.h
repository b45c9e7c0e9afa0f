// SPDX-License-Identifier: Apache-2.0
// Two years of admission in the synthetic city: last year's, by which the tenth grade entered, and that of the ninth grade, which nobody has run yet.
// Marks follow one ability; plans are of the city's own senior schools in five batches, with quotas; choices are for what is near and wanted. No row
// is spoilt: a run takes no bad ones.
#pragma once

#include "server/demo_fitness.h"

namespace banmo::server {

// Errors: unavailable "server.unwritable_file". Nothing if the packs have no such datasets.
Result<std::vector<DemoFile>> write_admission(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder);

}  // namespace banmo::server
