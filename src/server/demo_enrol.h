// SPDX-License-Identifier: Apache-2.0
// What the synthetic city's schools need to take applications: when, how many seats, who lives where, and registers of children who are in no roster
// yet. The children are the same in every city and every year, so that the cases that come with a pack find them.
#pragma once

#include "server/demo_fitness.h"

namespace banmo::server {

// Files of the datasets that are installed; of others nothing.
Result<std::vector<DemoFile>> write_enrolment(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder);

}  // namespace banmo::server
