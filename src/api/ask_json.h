// SPDX-License-Identifier: Apache-2.0
// Inside the room: the answer to a question as JSON, for the routes that give one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/metric_json.h"
#include "api/shapes.h"
#include "ask/ask.h"
#include "ask/tree_shape.h"

namespace banmo::api {

inline constexpr const char* kChipKindNames[] = {"metric", "dimension", "filter", "period", "scope", "target", "task"};
inline constexpr std::span<const char* const> kRefusalCodeNames{ask::kRefusalNames + 1, std::size(ask::kRefusalNames) - 1};

struct ChipShape {
  std::string kind, id, text, text_en;
};
template <class V>
void describe(V& v, ChipShape& x) {
  v.field("kind", x.kind, {.one_of = kChipKindNames});
  v.field("id", x.id);
  v.field("text", x.text);
  v.field("text_en", x.text_en);
}

struct AlternativeShape {
  std::string label;
  std::optional<ask::TreeShape> query;
};
template <class V>
void describe(V& v, AlternativeShape& x) {
  v.field("label", x.label);
  v.field("query", x.query);
}

struct AnswerShape {
  static constexpr const char* kName = "AskAnswer";
  std::optional<std::string> id;
  std::vector<ChipShape> understood;
  std::optional<ask::TreeShape> query;
  std::string sentence, sentence_en;
  std::vector<ColumnShape> columns;
  std::vector<std::vector<CellShape>> rows;
  std::vector<std::vector<int>> suppressed;
  int64_t n = 0;
  std::string chart;
  std::vector<Two> caveats;
  std::optional<Instant> as_of;
  std::vector<AlternativeShape> alternatives;
  std::optional<std::string> code;
  std::vector<MetricNoteShape> computed;
  std::vector<FigureSourceShape> sources;
  bool by_model = false;
};
template <class V>
void describe(V& v, AnswerShape& x) {
  v.field("id", x.id, {.doc = "In one's history: to rate, save and share it."});
  v.field("understood", x.understood, {.doc = "What the question was read as, part by part."});
  v.field("query", x.query, {.doc = "The checked query: send it back as `previous` to go on, changed or not."});
  v.field("sentence", x.sentence, {.doc = "The answer, or why there is none."});
  v.field("sentence_en", x.sentence_en);
  v.field("columns", x.columns);
  v.field("rows", x.rows);
  v.field("suppressed", x.suppressed, {.doc = "[row, column] of cells withheld."});
  v.field("n", x.n, {.doc = "Rows of the dataset behind the figures that are shown."});
  v.field("chart", x.chart, {.doc = "kpi, line, bar, rank, heat, map, table, stacked or pie; empty if refused."});
  v.field("caveats", x.caveats);
  v.field("as_of", x.as_of);
  v.field("alternatives", x.alternatives, {.doc = "Other readings, or the nearest things that can be asked."});
  v.field("code", x.code, {.doc = "Present if the question was refused.", .one_of = kRefusalCodeNames});
  v.field("computed", x.computed, {.doc = "Definitions of the metrics behind the answer."});
  v.field("sources", x.sources, {.doc = "The files behind the figures."});
  v.field("by_model", x.by_model, {.doc = "The rules could not read the question; a language model wrote the query."});
}

AnswerShape shape_of(const ask::Answer& answer);

}  // namespace banmo::api
