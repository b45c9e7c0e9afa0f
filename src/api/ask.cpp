// SPDX-License-Identifier: Apache-2.0
// Questions in Chinese: what was understood, the answer, or an honest refusal; and what one may ask.
#include "ask/ask.h"

#include "api/ask_json.h"
#include "api/builder.h"

namespace banmo::api {
namespace {

struct AskShape {
  static constexpr const char* kName = "Ask";
  std::string question;
  std::optional<ask::TreeShape> previous;
};
template <class V>
void describe(V& v, AskShape& x) {
  v.field("question", x.question, {.max_length = 4000});
  v.field("previous", x.previous, {.doc = "`query` of the answer that this follows; with an empty question it is asked as it is."});
}

struct ExampleShape {
  std::string question;
};
template <class V>
void describe(V& v, ExampleShape& x) {
  v.field("question", x.question);
}

struct VocabularyMetricShape {
  std::string id, title, title_en, unit;
  std::vector<std::string> dimensions;
};
template <class V>
void describe(V& v, VocabularyMetricShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("unit", x.unit);
  v.field("dimensions", x.dimensions, {.doc = "By which it is grouped and filtered."});
}

struct VocabularyValueShape {
  std::string code, title, title_en;
};
template <class V>
void describe(V& v, VocabularyValueShape& x) {
  v.field("code", x.code);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
}

struct VocabularyDimensionShape {
  std::string id, title, title_en, kind;
  std::vector<VocabularyValueShape> values;
};
template <class V>
void describe(V& v, VocabularyDimensionShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("kind", x.kind, {.one_of = ask::kDimensionKindNames});
  v.field("values", x.values, {.doc = "Of code and flag."});
}

struct VocabularyShape {
  static constexpr const char* kName = "AskVocabulary";
  std::vector<VocabularyMetricShape> metrics;
  std::vector<VocabularyDimensionShape> dimensions;
};
template <class V>
void describe(V& v, VocabularyShape& x) {
  v.field("metrics", x.metrics);
  v.field("dimensions", x.dimensions);
}

Result<AnswerShape> ask_question(const Call& call, const AskShape& shape) {
  std::optional<ask::Tree> previous;
  if (shape.previous) previous = ask::tree_of(*shape.previous);
  BANMO_TRY(const ask::Answer answer, call.engines.ask->answer(call.principal, shape.question, previous));
  return shape_of(answer);
}

Result<List<ExampleShape>> list_examples(const Call& call) {
  BANMO_TRY(std::vector<std::string> questions, call.engines.ask->examples(call.principal));
  List<ExampleShape> list;
  for (std::string& question : questions) list.items.push_back({std::move(question)});
  return list;
}

Result<VocabularyShape> get_vocabulary(const Call& call) {
  BANMO_TRY(const ask::Vocabulary vocabulary, call.engines.ask->vocabulary(call.principal));
  VocabularyShape shape;
  for (const auto& metric : vocabulary.metrics)
    shape.metrics.push_back({metric.id, metric.title.zh, metric.title.en, metric.unit, metric.dimensions});
  for (const auto& dimension : vocabulary.dimensions) {
    VocabularyDimensionShape& one = shape.dimensions.emplace_back();
    one = {dimension.id, dimension.title.zh, dimension.title.en, dimension.kind, {}};
    for (const auto& [code, title] : dimension.values) one.values.push_back({code, title.zh, title.en});
  }
  return shape;
}

}  // namespace

AnswerShape shape_of(const ask::Answer& answer) {
  AnswerShape out;
  if (!answer.id.empty()) out.id = answer.id;
  out.by_model = answer.by_model();
  const bool refused = answer.understood.refusal != ask::Refusal::none;
  for (const ask::Chip& chip : answer.understood.chips) out.understood.push_back({chip.kind, chip.id, chip.text, chip.text_en});
  out.sentence = answer.sentence.zh;
  out.sentence_en = answer.sentence.en;
  for (const ask::Alternative& one : answer.understood.alternatives)
    out.alternatives.push_back({one.label, one.tree ? std::optional(ask::shape_of(*one.tree)) : std::nullopt});
  for (const Message& caveat : answer.caveats) out.caveats.push_back(Two::of(caveat));
  if (refused) out.code = ask::name_of(answer.understood.refusal);
  if (ask::asks_something(answer.understood.tree) && !answer.understood.chips.empty()) out.query = ask::shape_of(answer.understood.tree);
  if (refused) return out;
  ResultShape table = shape_of(answer.table);
  out.columns = std::move(table.columns);
  out.rows = std::move(table.rows);
  out.suppressed = std::move(table.suppressed);
  out.n = table.n;
  out.chart = answer.chart;
  out.as_of = table.as_of;
  for (const auto& note : answer.notes) out.computed.push_back(shape_of(note));
  for (const auto& source : answer.sources) out.sources.push_back(shape_of(source));
  return out;
}

void add_ask_routes(Builder& builder) {
  builder.tag("metrics");
  builder.route<AskShape, AnswerShape>(
      {.method = "POST", .path = "/ask", .operation = "ask", .summary = {"用中文问数据", "Ask for figures in Chinese"}, .permission = "metrics.read"},
      ask_question);
  builder.route<List<ExampleShape>>({.method = "GET",
                                     .path = "/ask/examples",
                                     .operation = "list_ask_examples",
                                     .summary = {"适合本角色的例句", "Questions to begin with, for one's roles"},
                                     .permission = "metrics.read"},
                                    list_examples);
  builder.route<VocabularyShape>({.method = "GET",
                                  .path = "/ask/vocabulary",
                                  .operation = "get_ask_vocabulary",
                                  .summary = {"可问的指标、维度与取值", "Metrics, dimensions and values that one may ask about"},
                                  .permission = "metrics.read"},
                                 get_vocabulary);
  add_ask_note_routes(builder);
  add_ask_word_routes(builder);
}

}  // namespace banmo::api
