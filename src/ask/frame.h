// SPDX-License-Identifier: Apache-2.0
// What can be asked of each metric: its dimensions with their code lists, how its data are dated, what its own filter already says. From the
// catalogue alone; immutable, thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ask/plan_words.h"
#include "ask/times.h"
#include "pack/pack.h"

namespace banmo::ask {

enum class DimensionKind { code, flag, whole, text };
struct AskedDimension {
  std::string id, title, title_en, list;
  DimensionKind kind = DimensionKind::text;
};

struct MetricFrame {
  const pack::Metric* metric = nullptr;
  std::vector<const pack::Dataset*> datasets;  // that it reads, directly or through others
  std::vector<AskedDimension> dimensions;      // those that all of them have; without organisation and period
  bool has_org = false;
  Dating dating = Dating::none;
  std::string period;  // the period's field id
  bool stock = false;
  bool counts = false;  // a number of things, which has shares and growth in per cent
  int min_cell = 0;
  std::vector<std::pair<std::string, std::string>> fixed;  // field, filter: what the metric itself is limited to

  const AskedDimension* dimension(std::string_view id) const;
  bool grows() const { return metric->unit != "%"; }  // its change can be told in per cent
};

class Frame {
 public:
  explicit Frame(const pack::Catalogue& catalogue);
  const pack::Catalogue& catalogue() const { return catalogue_; }
  const PlanWords& plan() const { return plan_; }
  const MetricFrame* metric(std::string_view id) const;
  const std::map<std::string, MetricFrame, std::less<>>& metrics() const { return metrics_; }
  // Whether some metric's dimension of that id holds values of this code list.
  bool has_list(const std::string& dimension, const std::string& list) const { return lists_.contains({dimension, list}); }
  // A ratio of these two, or of what shares their names; empty if there is none. `below` empty: any ratio of `above` by which a part of a whole is
  // meant.
  std::string ratio_of(const std::vector<std::string>& above, const std::vector<std::string>& below) const;

 private:
  void collect(const pack::Metric& metric, MetricFrame& out, int depth) const;
  void add_dimensions(MetricFrame& out) const;
  bool is_outcome(const pack::Dataset& dataset, size_t field) const;
  const pack::Catalogue& catalogue_;
  std::set<const pack::Dataset*> guarded_;  // a smallest cell guards some figure of it
  PlanWords plan_;
  std::set<std::pair<std::string, std::string>> lists_;  // dimension and code list
  std::map<std::string, MetricFrame, std::less<>> metrics_;
};

}  // namespace banmo::ask
