// SPDX-License-Identifier: Apache-2.0
#include "ask/frame.h"

#include <algorithm>

namespace banmo::ask {
namespace {

constexpr int kDeepest = 8;  // metrics of metrics

Dating dating_of(const pack::Dataset& dataset) {
  const pack::Field* field = dataset.period_field.empty() ? nullptr : dataset.field(dataset.period_field);
  if (field == nullptr) return Dating::none;
  if (field->type == pack::FieldType::date || field->type == pack::FieldType::datetime) return Dating::date;
  return field->id == "school_year" ? Dating::school_year : Dating::calendar_year;
}

DimensionKind kind_of(const pack::Field& field) {
  if (!field.list.empty()) return DimensionKind::code;
  if (field.type == pack::FieldType::boolean) return DimensionKind::flag;
  return field.type == pack::FieldType::integer || field.type == pack::FieldType::year ? DimensionKind::whole : DimensionKind::text;
}

// As the semantic layer keeps roll-ups: nothing free, nothing sealed.
bool can_group(const pack::Field& field) {
  switch (field.type) {
    case pack::FieldType::integer:
    case pack::FieldType::boolean:
    case pack::FieldType::year:
    case pack::FieldType::code:
    case pack::FieldType::state:
    case pack::FieldType::date: return !field.encrypted;
    default: return false;
  }
}

bool contains(const std::vector<std::string>& all, const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

}  // namespace

const AskedDimension* MetricFrame::dimension(std::string_view id) const {
  const auto found = std::find_if(dimensions.begin(), dimensions.end(), [&](const AskedDimension& one) { return one.id == id; });
  return found == dimensions.end() ? nullptr : &*found;
}

Frame::Frame(const pack::Catalogue& catalogue) : catalogue_(catalogue), plan_(catalogue) {
  for (const pack::Metric& metric : catalogue.metrics()) {
    MetricFrame frame;
    frame.metric = &metric;
    frame.min_cell = metric.min_cell;
    collect(metric, frame, 0);
    if (frame.datasets.empty()) continue;
    const pack::Dataset& first = *frame.datasets.front();
    frame.has_org = std::all_of(frame.datasets.begin(), frame.datasets.end(), [](const pack::Dataset* one) { return !one->org_field.empty(); });
    frame.dating = dating_of(first);
    frame.period = first.period_field;
    frame.counts = metric.kind == pack::MetricKind::aggregate && metric.aggregate != pack::Aggregate::avg &&
                   metric.aggregate != pack::Aggregate::min && metric.aggregate != pack::Aggregate::max;
    if (metric.min_cell > 0) guarded_.insert(frame.datasets.begin(), frame.datasets.end());
    metrics_.emplace(metric.id, std::move(frame));
  }
  for (auto& [id, frame] : metrics_) {
    add_dimensions(frame);
    for (const AskedDimension& one : frame.dimensions)
      if (!one.list.empty()) lists_.emplace(one.id, one.list);
  }
}

void Frame::collect(const pack::Metric& metric, MetricFrame& out, int depth) const {
  if (depth > kDeepest) return;
  const auto below = [&](const std::string& id) {
    if (const pack::Metric* found = catalogue_.metric(id)) collect(*found, out, depth + 1);
  };
  if (metric.kind == pack::MetricKind::ratio) {
    below(metric.numerator);
    below(metric.denominator);
    return;
  }
  for (const auto& operand : metric.operands) below(operand.metric);
  const pack::Dataset* dataset = metric.kind == pack::MetricKind::aggregate ? catalogue_.dataset(metric.dataset) : nullptr;
  if (dataset == nullptr) return;
  if (std::find(out.datasets.begin(), out.datasets.end(), dataset) == out.datasets.end()) out.datasets.push_back(dataset);
  out.stock |= metric.stock;
  if (metric.filter)
    for (const size_t field : metric.filter->fields()) out.fixed.emplace_back(dataset->fields[field].id, metric.filter->text());
}

// Of people's data a field that some metric's filter reads is no dimension there (src/metrics/cube.cpp says why).
bool Frame::is_outcome(const pack::Dataset& dataset, size_t field) const {
  if (!guarded_.contains(&dataset)) return false;
  return std::any_of(catalogue_.metrics().begin(), catalogue_.metrics().end(), [&](const pack::Metric& metric) {
    if (metric.kind != pack::MetricKind::aggregate || metric.dataset != dataset.id || !metric.filter) return false;
    const auto& fields = metric.filter->fields();
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  });
}

void Frame::add_dimensions(MetricFrame& out) const {
  for (const pack::Dimension& dimension : catalogue_.dimensions()) {
    const bool everywhere = std::all_of(out.datasets.begin(), out.datasets.end(), [&](const pack::Dataset* dataset) {
      const pack::Field* field = dataset->field(dimension.id);
      return field != nullptr && dimension.id != dataset->org_field && dimension.id != dataset->period_field && can_group(*field) &&
             !is_outcome(*dataset, dataset->field_index(dimension.id));
    });
    if (!everywhere) continue;
    const pack::Field& field = *out.datasets.front()->field(dimension.id);
    out.dimensions.push_back(
        {dimension.id, field.title.zh.empty() ? dimension.title.zh : field.title.zh, field.title.en, field.list, kind_of(field)});
  }
}

const MetricFrame* Frame::metric(std::string_view id) const {
  const auto found = metrics_.find(id);
  return found == metrics_.end() ? nullptr : &found->second;
}

std::string Frame::ratio_of(const std::vector<std::string>& above, const std::vector<std::string>& below) const {
  for (const pack::Metric& metric : catalogue_.metrics()) {
    if (metric.kind != pack::MetricKind::ratio || !contains(above, metric.numerator)) continue;
    if (below.empty() ? metric.scale == 100 && metric.unit == "%" : contains(below, metric.denominator)) return metric.id;
  }
  return {};
}

}  // namespace banmo::ask
