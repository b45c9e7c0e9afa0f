// SPDX-License-Identifier: Apache-2.0
// The kinds of cards: their words, and how many groups and figures each can draw.
#include <array>

#include "pack/types.h"

namespace banmo::pack {

namespace {

struct KindRow {
  CardKind kind;
  std::string_view name;
  CardShape shape;
};

// A box stands for the spread of `by[1]` inside `by[0]`; dots of a scatter lie at two figures, a third is their size; a flow runs from group to
// group.
constexpr std::array kKinds{
    KindRow{CardKind::kpi, "kpi", {0, 0, 1, 20}},     KindRow{CardKind::line, "line", {1, 2, 1, 20}},
    KindRow{CardKind::bar, "bar", {1, 2, 1, 20}},     KindRow{CardKind::rank, "rank", {1, 2, 1, 20}},
    KindRow{CardKind::heat, "heat", {2, 2, 1, 20}},   KindRow{CardKind::map, "map", {1, 1, 1, 20}},
    KindRow{CardKind::table, "table", {1, 4, 1, 20}}, KindRow{CardKind::stacked, "stacked", {1, 2, 1, 20}},
    KindRow{CardKind::box, "box", {2, 2, 1, 1}},      KindRow{CardKind::scatter, "scatter", {1, 2, 2, 3}},
    KindRow{CardKind::radar, "radar", {0, 1, 3, 10}}, KindRow{CardKind::sankey, "sankey", {2, 4, 1, 1}},
};

constexpr bool in_order() {
  for (size_t i = 0; i < kKinds.size(); ++i)
    if (static_cast<size_t>(kKinds[i].kind) != i) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view name_of(CardKind kind) { return kKinds[static_cast<size_t>(kind)].name; }

std::optional<CardKind> card_kind_of(std::string_view name) {
  for (const KindRow& row : kKinds)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

CardShape shape_of(CardKind kind) { return kKinds[static_cast<size_t>(kind)].shape; }

}  // namespace banmo::pack
