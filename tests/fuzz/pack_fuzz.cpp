// SPDX-License-Identifier: Apache-2.0
// Any text is a catalogue or findings with places, never a crash: read, resolve, compile, and the look-ups of what was made.
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "expr/expr.h"
#include "pack/pack.h"
#include "sql/sql.h"
#include "yaml/yaml.h"

namespace {

using namespace banmo;

void require(bool good) {
  if (!good) std::abort();
}

void check_error(const Error& error) {
  for (const Error& detail : error.details) {
    require(!detail.where.empty() && !detail.message.zh.empty() && !detail.message.en.empty());
    require(detail.code == ErrorCode::invalid || detail.code == ErrorCode::too_large || detail.code == ErrorCode::unsupported);
  }
  require(text::is_utf8(error.to_string()));
}

void check_catalogue(const pack::Catalogue& catalogue) {
  for (const pack::Dataset& dataset : catalogue.datasets()) {
    require(catalogue.dataset(dataset.id) == &dataset && !dataset.grain.empty());
    for (const auto& row : dataset.rows) require(row.size() == dataset.fields.size());
    for (const pack::Dataset* after : catalogue.dependants(dataset.id)) require(after->select.has_value() && after->level >= pack::Level::l1);
    if (dataset.select) require(dataset.select->columns().size() == dataset.fields.size());
  }
  for (const pack::Metric& metric : catalogue.metrics()) {
    require(catalogue.metric(metric.id) == &metric);
    for (const auto& operand : metric.operands) require(catalogue.metric(operand.metric) != nullptr);
  }
  for (const pack::Dashboard& dashboard : catalogue.dashboards()) {
    for (const pack::Card& card : dashboard.cards) require(!card.id.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<pack::Catalogue::PackText> texts{{"fuzz", std::string(reinterpret_cast<const char*>(data), size)}};
  const auto loaded = pack::Catalogue::load_texts(texts);
  if (loaded.ok()) {
    check_catalogue(**loaded);
  } else {
    check_error(loaded.error());
  }
  return 0;
}
