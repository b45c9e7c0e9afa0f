// SPDX-License-Identifier: Apache-2.0
// The synthetic city's small tables: school conditions (XLSX), teachers by education and title, enrolment statistics (GB18030 with Chinese headings,
// as many offices still send them), information systems. Figures agree with the roster; earlier years grow towards the present one.
#pragma once

#include "server/demo_fitness.h"

namespace banmo::server {

Result<std::vector<DemoFile>> write_tables(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder);

}  // namespace banmo::server
