// SPDX-License-Identifier: Apache-2.0
// What officers see of questions, without persons, and the words that they teach.
#include <algorithm>

#include "api/ask_json.h"
#include "api/builder.h"

namespace banmo::api {
namespace {

struct FailedShape {
  static constexpr const char* kName = "FailedQuestion";
  std::string id, question, code, word;
  int64_t n_refused = 0, n_down = 0;
  Date last_day;
};
template <class V>
void describe(V& v, FailedShape& x) {
  v.field("id", x.id);
  v.field("question", x.question, {.doc = "Long numbers are starred out."});
  v.field("code", x.code, {.doc = "Of the last refusal; empty if it was answered and marked down."});
  v.field("n_refused", x.n_refused);
  v.field("n_down", x.n_down, {.doc = "Marks against its answer."});
  v.field("word", x.word, {.doc = "That came with the last bad mark."});
  v.field("last_day", x.last_day);
}

struct SynonymIn {
  static constexpr const char* kName = "SynonymIn";
  std::string word, kind, target, code;
  bool anyway = false;
};
template <class V>
void describe(V& v, SynonymIn& x) {
  v.field("word", x.word, {.min_length = 1, .max_length = 60});
  v.field("kind", x.kind, {.one_of = ask::kSynonymKindNames});
  v.field("target", x.target, {.doc = "A metric, a dimension, an organisation's id; of a value its dimension.", .max_length = 120});
  v.field("code", x.code, {.doc = "Of a value.", .max_length = 120, .has_default = true});
  v.field("anyway", x.anyway, {.doc = "Although it means something else already.", .has_default = true});
}

struct SynonymShape {
  static constexpr const char* kName = "Synonym";
  std::string id, word, kind, target, code, title, by;
  Instant at;
};
template <class V>
void describe(V& v, SynonymShape& x) {
  v.field("id", x.id);
  v.field("word", x.word);
  v.field("kind", x.kind, {.one_of = ask::kSynonymKindNames});
  v.field("target", x.target);
  v.field("code", x.code);
  v.field("title", x.title, {.doc = "What it means, for people."});
  v.field("by", x.by);
  v.field("at", x.at);
}

SynonymShape shape_of(const ask::Synonym& synonym) {
  return {synonym.id, synonym.word, std::string(ask::name_of(synonym.kind)), synonym.target, synonym.code, synonym.title, synonym.by, synonym.at};
}

Result<List<FailedShape>> list_failed(const Call& call) {
  BANMO_TRY(const auto page, call.engines.ask->failed(call.principal, call.text("after"), static_cast<size_t>(call.integer("limit", 50))));
  List<FailedShape> list;
  for (const ask::FailedQuestion& one : page.items)
    list.items.push_back({one.id, one.question, one.code, one.word, one.n_refused, one.n_down, one.last_day});
  if (!page.next.empty()) list.next = page.next;
  return list;
}

Result<Nothing> dismiss(const Call& call) {
  BANMO_DO(call.engines.ask->dismiss(call.principal, call.path("id")));
  return Nothing{};
}

Result<List<SynonymShape>> list_synonyms(const Call& call) {
  BANMO_TRY(const auto page, call.engines.ask->synonyms(call.principal, call.text("after"), static_cast<size_t>(call.integer("limit", 50))));
  List<SynonymShape> list;
  for (const ask::Synonym& one : page.items) list.items.push_back(shape_of(one));
  if (!page.next.empty()) list.next = page.next;
  return list;
}

Result<SynonymShape> add_synonym(const Call& call, const SynonymIn& in) {
  ask::Synonym synonym;
  synonym.word = in.word;
  const auto* const kind = std::find(std::begin(ask::kSynonymKindNames), std::end(ask::kSynonymKindNames), in.kind);
  synonym.kind = static_cast<ask::SynonymKind>(kind - std::begin(ask::kSynonymKindNames));  // checked by the description
  synonym.target = in.target;
  synonym.code = in.code;
  BANMO_TRY(const ask::Synonym made, call.engines.ask->add_synonym(call.principal, std::move(synonym), in.anyway));
  return shape_of(made);
}

Result<Nothing> delete_synonym(const Call& call) {
  BANMO_DO(call.engines.ask->remove_synonym(call.principal, call.path("id")));
  return Nothing{};
}

}  // namespace

void add_ask_word_routes(Builder& builder) {
  builder.route<List<FailedShape>>(
      {.method = "GET",
       .path = "/ask/failed",
       .operation = "list_failed_questions",
       .summary = {"没有得到回答或评价不好的问题，不记录是谁问的", "Questions without an answer, or with a bad one; not by whom"},
       .permission = "ask.manage",
       .parameters = page_parameters()},
      list_failed);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/ask/failed/{id}",
                          .operation = "dismiss_failed_question",
                          .summary = {"从清单中去掉一个问题", "Take a question off the list"},
                          .permission = "ask.manage"},
                         dismiss);
  builder.route<List<SynonymShape>>({.method = "GET",
                                     .path = "/ask/synonyms",
                                     .operation = "list_synonyms",
                                     .summary = {"本市自有的问数用词，新的在前", "The city's own words for questions, the newest first"},
                                     .permission = "ask.manage",
                                     .parameters = page_parameters()},
                                    list_synonyms);
  builder.route<SynonymIn, SynonymShape>({.method = "POST",
                                          .path = "/ask/synonyms",
                                          .operation = "add_synonym",
                                          .summary = {"添加一个用词，立即生效", "Teach a word: in force at once"},
                                          .permission = "ask.manage",
                                          .answer_status = 201},
                                         add_synonym);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/ask/synonyms/{id}",
                          .operation = "delete_synonym",
                          .summary = {"删除一个用词", "Take a word away"},
                          .permission = "ask.manage"},
                         delete_synonym);
}

}  // namespace banmo::api
