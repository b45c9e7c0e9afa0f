// SPDX-License-Identifier: Apache-2.0
// Questions in Chinese: what was understood, the answer, or an honest refusal.
#include "ask/ask.h"

#include "api/builder.h"
#include "api/metric_json.h"
#include "api/shapes.h"

namespace banmo::api {
namespace {

constexpr const char* kCompareNames[] = {"", "prior", "yoy"};
constexpr const char* kDirectionNames[] = {"", "up", "down"};
constexpr const char* kChipNames[] = {"metric", "dimension", "filter", "period", "scope"};
constexpr const char* kCodeNames[] = {"UNKNOWN_METRIC", "UNKNOWN_ENTITY",  "AMBIGUOUS",       "UNSUPPORTED",        "NO_DATA",
                                      "SMALL_CELL",     "FORBIDDEN_SCOPE", "FORBIDDEN_FIELD", "NOT_A_DATA_QUESTION"};

struct HavingShape {
  std::string metric, op;
  double value = 0, to = 0;
  bool whole = false;
};
template <class V>
void describe(V& v, HavingShape& x) {
  v.field("metric", x.metric, {.max_length = 120});
  v.field("op", x.op, {.one_of = ask::kOpNames});
  v.field("value", x.value, {.has_default = true});
  v.field("to", x.to, {.doc = "Of between.", .has_default = true});
  v.field("whole", x.whole, {.doc = "Beside the figure of the whole.", .has_default = true});
}

struct AskTimeShape {
  std::string grain, from, to;
  int last = 0;
};
template <class V>
void describe(V& v, AskTimeShape& x) {
  v.field("grain", x.grain, {.max_length = 20, .has_default = true});
  v.field("from", x.from, {.max_length = 32, .has_default = true});
  v.field("to", x.to, {.max_length = 32, .has_default = true});
  v.field("last", x.last, {.minimum = 0, .maximum = 1000, .has_default = true});
}

struct TreeShape {
  static constexpr const char* kName = "AskQuery";
  std::string intent = "value";
  std::vector<std::string> metrics, by;
  std::map<std::string, std::vector<std::string>> where;
  AskTimeShape time;
  std::string compare, order, member, direction, chart;
  int limit = 0, streak = 0;
  std::vector<HavingShape> having;
  bool against_whole = false, count = false;
};
template <class V>
void describe(V& v, TreeShape& x) {
  v.field("intent", x.intent, {.one_of = ask::kIntentNames, .has_default = true});
  v.field("metrics", x.metrics, {.min_length = 1, .max_length = 10});
  v.field("by", x.by, {.max_length = 4, .has_default = true});
  v.field("where", x.where, {.doc = "dimension: any of these values; organisations by id", .has_default = true});
  v.field("time", x.time, {.has_default = true});
  v.field("compare", x.compare, {.one_of = kCompareNames, .has_default = true});
  v.field("order", x.order, {.max_length = 120, .has_default = true});
  v.field("limit", x.limit, {.minimum = 0, .maximum = 1000, .has_default = true});
  v.field("having", x.having, {.max_length = 4, .has_default = true});
  v.field("member", x.member, {.doc = "Whose rank or share is asked.", .max_length = 100, .has_default = true});
  v.field("against_whole", x.against_whole, {.has_default = true});
  v.field("count", x.count, {.doc = "How many pass, not which.", .has_default = true});
  v.field("streak", x.streak, {.minimum = 0, .maximum = 50, .has_default = true});
  v.field("direction", x.direction, {.one_of = kDirectionNames, .has_default = true});
  v.field("chart", x.chart, {.max_length = 20, .has_default = true});
}

struct AskShape {
  static constexpr const char* kName = "Ask";
  std::string question;
  std::optional<TreeShape> previous;
};
template <class V>
void describe(V& v, AskShape& x) {
  v.field("question", x.question, {.max_length = 4000});
  v.field("previous", x.previous, {.doc = "`query` of the answer that this follows; with an empty question it is asked as it is."});
}

struct ChipShape {
  std::string kind, id, text, text_en;
};
template <class V>
void describe(V& v, ChipShape& x) {
  v.field("kind", x.kind, {.one_of = kChipNames});
  v.field("id", x.id);
  v.field("text", x.text);
  v.field("text_en", x.text_en);
}

struct AlternativeShape {
  std::string label;
  std::optional<TreeShape> query;
};
template <class V>
void describe(V& v, AlternativeShape& x) {
  v.field("label", x.label);
  v.field("query", x.query);
}

struct AnswerShape {
  static constexpr const char* kName = "AskAnswer";
  std::vector<ChipShape> understood;
  std::optional<TreeShape> query;
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
};
template <class V>
void describe(V& v, AnswerShape& x) {
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
  v.field("code", x.code, {.doc = "Present if the question was refused.", .one_of = kCodeNames});
  v.field("computed", x.computed, {.doc = "Definitions of the metrics behind the answer."});
  v.field("sources", x.sources, {.doc = "The files behind the figures."});
}

ask::Tree tree_of(const TreeShape& shape) {
  ask::Tree tree;
  for (size_t i = 0; i < std::size(ask::kIntentNames); ++i)
    if (shape.intent == ask::kIntentNames[i]) tree.intent = static_cast<ask::Intent>(i);
  tree.metrics = shape.metrics;
  tree.by = shape.by;
  for (const auto& [dimension, values] : shape.where) tree.where.push_back({dimension, values});
  tree.time = {shape.time.grain, shape.time.from, shape.time.to, shape.time.last};
  tree.compare = shape.compare;
  tree.order = shape.order;
  tree.limit = shape.limit;
  for (const HavingShape& one : shape.having) tree.having.push_back({one.metric, one.op, one.value, one.to, one.whole});
  tree.member = shape.member;
  tree.against_whole = shape.against_whole;
  tree.count = shape.count;
  tree.streak = shape.streak;
  tree.direction = shape.direction;
  tree.chart = shape.chart;
  return tree;
}

TreeShape tree_shape(const ask::Tree& tree) {
  TreeShape shape;
  shape.intent = ask::name_of(tree.intent);
  shape.metrics = tree.metrics;
  shape.by = tree.by;
  for (const ask::Where& where : tree.where) shape.where[where.dimension] = where.values;
  shape.time = {tree.time.grain, tree.time.from, tree.time.to, tree.time.last};
  shape.compare = tree.compare;
  shape.order = tree.order;
  shape.limit = tree.limit;
  for (const ask::Having& one : tree.having) shape.having.push_back({one.metric, one.op, one.value, one.to, one.whole});
  shape.member = tree.member;
  shape.against_whole = tree.against_whole;
  shape.count = tree.count;
  shape.streak = tree.streak;
  shape.direction = tree.direction;
  shape.chart = tree.chart;
  return shape;
}

Result<AnswerShape> ask_question(const Call& call, const AskShape& shape) {
  std::optional<ask::Tree> previous;
  if (shape.previous) previous = tree_of(*shape.previous);
  BANMO_TRY(const ask::Answer answer, call.engines.ask->answer(call.principal, shape.question, previous));
  AnswerShape out;
  const bool refused = answer.understood.refusal != ask::Refusal::none;
  for (const ask::Chip& chip : answer.understood.chips) out.understood.push_back({chip.kind, chip.id, chip.text, chip.text_en});
  out.sentence = answer.sentence.zh;
  out.sentence_en = answer.sentence.en;
  for (const ask::Alternative& one : answer.understood.alternatives)
    out.alternatives.push_back({one.label, one.tree ? std::optional(tree_shape(*one.tree)) : std::nullopt});
  for (const Message& caveat : answer.caveats) out.caveats.push_back(Two::of(caveat));
  if (refused) out.code = ask::kRefusalNames[static_cast<size_t>(answer.understood.refusal)];
  if (!answer.understood.tree.metrics.empty() && !answer.understood.chips.empty()) out.query = tree_shape(answer.understood.tree);
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

}  // namespace

void add_ask_routes(Builder& builder) {
  builder.tag("metrics");
  builder.route<AskShape, AnswerShape>(
      {.method = "POST", .path = "/ask", .operation = "ask", .summary = {"用中文问数据", "Ask for figures in Chinese"}, .permission = "metrics.read"},
      ask_question);
}

}  // namespace banmo::api
