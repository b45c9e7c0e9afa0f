// SPDX-License-Identifier: Apache-2.0
#include "ask/vocabulary.h"

#include <algorithm>

namespace banmo::ask {
namespace {

class Collector {
 public:
  explicit Collector(const Frame& frame) : frame_(frame) {}

  void add(const MetricFrame& metric) {
    VocabularyMetric& one = out_.metrics.emplace_back();
    one.id = metric.metric->id;
    one.unit = metric.metric->unit;
    one.title = {metric.metric->title.zh, metric.metric->title.en};
    if (metric.has_org) {
      one.dimensions = {"district", "school"};
      (void)place("district", "org", {"区市", "district"});
      (void)place("school", "org", {"学校", "school"});
    }
    if (const pack::Field* field = metric.period.empty() ? nullptr : metric.datasets.front()->field(metric.period)) {
      one.dimensions.push_back(field->id);
      (void)place(field->id, "period", {field->title.zh, field->title.en});
    }
    for (const AskedDimension& dimension : metric.dimensions) {
      one.dimensions.push_back(dimension.id);
      add(dimension);
    }
  }
  Vocabulary take() && { return std::move(out_); }

 private:
  VocabularyDimension& place(const std::string& id, std::string kind, Message title) {
    for (VocabularyDimension& one : out_.dimensions)
      if (one.id == id) return one;
    return out_.dimensions.emplace_back(VocabularyDimension{id, std::move(kind), std::move(title), {}});
  }
  // Metrics may keep one dimension in different lists: it has the values of all.
  void add(const AskedDimension& dimension) {
    constexpr const char* kKinds[] = {"code", "flag", "whole", "text"};
    VocabularyDimension& here = place(dimension.id, kKinds[static_cast<size_t>(dimension.kind)], {dimension.title, dimension.title_en});
    const auto value = [&](const std::string& code, Message title) {
      const bool known = std::any_of(here.values.begin(), here.values.end(), [&](const auto& one) { return one.first == code; });
      if (!known) here.values.emplace_back(code, std::move(title));
    };
    if (dimension.kind == DimensionKind::flag) {
      value("true", {"是", "yes"});
      value("false", {"否", "no"});
    }
    const pack::CodeList* list = dimension.kind == DimensionKind::code ? frame_.catalogue().code_list(dimension.list) : nullptr;
    if (list == nullptr) return;
    for (const auto& one : list->values) value(one.code, {one.title.zh, one.title.en});
  }

  const Frame& frame_;
  Vocabulary out_;
};

}  // namespace

const VocabularyDimension* Vocabulary::dimension(std::string_view id) const {
  const auto found = std::find_if(dimensions.begin(), dimensions.end(), [&](const VocabularyDimension& one) { return one.id == id; });
  return found == dimensions.end() ? nullptr : &*found;
}

Vocabulary vocabulary_of(const Frame& frame, const Viewer& viewer) {
  Collector collector(frame);
  for (const auto& [id, metric] : frame.metrics())
    if (viewer.sees_metric(id)) collector.add(metric);
  return std::move(collector).take();
}

}  // namespace banmo::ask
