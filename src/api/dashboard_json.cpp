// SPDX-License-Identifier: Apache-2.0
#include "api/dashboard_json.h"

namespace banmo::api {
namespace {

FilterShape shape_of(const metrics::FilterChoice& filter) {
  FilterShape shape{filter.id, filter.title, filter.title_en, {}, {}};
  for (const auto& [value, title] : filter.values) shape.values.push_back({value, title.zh, title.en});
  if (!filter.current.empty()) shape.current = filter.current;
  return shape;
}

CardShape shape_of(const metrics::CardResult& result) {
  const pack::Card& card = *result.card;
  CardShape shape{card.id,
                  std::string(pack::name_of(card.kind)),
                  card.title.zh,
                  card.title.en,
                  card.metrics,
                  card.by,
                  {},
                  card.main,
                  api::shape_of(result.result),
                  {}};
  if (!card.drill.empty()) shape.drill = card.drill;
  if (result.error) shape.error = CardProblem{result.error->id, Two::of(result.error->message)};
  return shape;
}

}  // namespace

DashboardShape shape_of(const metrics::DashboardResult& found) {
  const pack::Dashboard& dashboard = *found.dashboard;
  DashboardShape shape{dashboard.id, dashboard.title.zh, dashboard.title.en, dashboard.screen, {}, {}, found.as_of};
  for (const auto& filter : found.filters) shape.filters.push_back(shape_of(filter));
  for (const auto& card : found.cards) shape.cards.push_back(shape_of(card));
  return shape;
}

}  // namespace banmo::api
