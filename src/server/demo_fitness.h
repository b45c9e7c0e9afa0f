// SPDX-License-Identifier: Apache-2.0
// Fitness results of the synthetic students: a score is drawn from talent, district, school and year, and the result that earns it is looked up in
// the scoring tables of the pack, so that rates come out as a city's do and every figure stands in the standard's own bands.
#pragma once

#include "server/demo_city.h"

namespace banmo::server {

struct DemoFile {
  std::string path;  // in <data>/demo
  std::string dataset;
  int64_t n_rows = 0;  // as written, bad ones too
  int64_t n_bad = 0;   // spoilt on purpose
};

// One file for each district and school year. Errors: unavailable "server.unwritable_file". Nothing if the packs have no fitness dataset.
Result<std::vector<DemoFile>> write_fitness(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder,
                                            const std::function<void(double)>& progress);

}  // namespace banmo::server
