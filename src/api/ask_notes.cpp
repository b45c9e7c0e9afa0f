// SPDX-License-Identifier: Apache-2.0
// One's own questions: history, saved ones, links to share, marks.
#include "api/ask_json.h"
#include "api/builder.h"

namespace banmo::api {
namespace {

struct AskedShape {
  static constexpr const char* kName = "AskedQuestion";
  std::string id, question;
  Instant at;
  std::optional<std::string> code;
  std::optional<ask::TreeShape> query;
  bool saved = false, shared = false;
  std::string rating, word;
};
template <class V>
void describe(V& v, AskedShape& x) {
  v.field("id", x.id);
  v.field("question", x.question, {.doc = "Long numbers are starred out; of an edited answer what it was read as."});
  v.field("at", x.at);
  v.field("code", x.code, {.doc = "Of a refusal.", .one_of = kRefusalCodeNames});
  v.field("query", x.query, {.doc = "To be asked again with an empty question."});
  v.field("saved", x.saved, {.doc = "Kept until it is deleted; others go after 180 days."});
  v.field("shared", x.shared, {.doc = "Opens by its id for whoever may see it."});
  v.field("rating", x.rating, {.one_of = ask::kRatingNames});
  v.field("word", x.word);
}

struct AskedPatch {
  static constexpr const char* kName = "AskedQuestionPatch";
  std::optional<bool> saved, shared;
};
template <class V>
void describe(V& v, AskedPatch& x) {
  v.field("saved", x.saved);
  v.field("shared", x.shared);
}

struct RatingShape {
  static constexpr const char* kName = "AskRating";
  std::string id, rating, word;
};
template <class V>
void describe(V& v, RatingShape& x) {
  v.field("id", x.id, {.doc = "Of the answer.", .max_length = 40});
  v.field("rating", x.rating, {.doc = "Empty takes the mark away.", .one_of = ask::kRatingNames});
  v.field("word", x.word, {.doc = "What was wrong, or right.", .max_length = 200, .has_default = true});
}

struct SharedShape {
  static constexpr const char* kName = "SharedQuestion";
  std::string question, by;
  Instant at;
  AnswerShape answer;
};
template <class V>
void describe(V& v, SharedShape& x) {
  v.field("question", x.question, {.doc = "Empty where the reader may not ask it."});
  v.field("by", x.by);
  v.field("at", x.at, {.doc = "When it was asked first; the answer is of now."});
  v.field("answer", x.answer);
}

AskedShape asked_shape(const ask::Asked& asked) {
  AskedShape shape;
  shape.id = asked.id;
  shape.question = asked.question;
  shape.at = asked.at;
  if (!asked.code.empty()) shape.code = asked.code;
  if (asked.tree) shape.query = ask::shape_of(*asked.tree);
  shape.saved = asked.saved;
  shape.shared = asked.shared;
  shape.rating = asked.rating;
  shape.word = asked.word;
  return shape;
}

Result<List<AskedShape>> list_history(const Call& call) {
  BANMO_TRY(const auto page, call.engines.ask->notebook().history(call.principal, call.flag("saved"), call.text("after"),
                                                                  static_cast<size_t>(call.integer("limit", 50))));
  List<AskedShape> list;
  for (const ask::Asked& asked : page.items) list.items.push_back(asked_shape(asked));
  if (!page.next.empty()) list.next = page.next;
  return list;
}

Result<Nothing> change_asked(const Call& call, const AskedPatch& patch) {
  BANMO_DO(call.engines.ask->notebook().mark(call.principal, call.path("id"), {patch.saved, patch.shared}));
  return Nothing{};
}

Result<Nothing> delete_asked(const Call& call) {
  BANMO_DO(call.engines.ask->notebook().remove(call.principal, call.path("id")));
  return Nothing{};
}

Result<Nothing> delete_history(const Call& call) {
  BANMO_DO(call.engines.ask->notebook().remove_all(call.principal));
  return Nothing{};
}

Result<Nothing> rate(const Call& call, const RatingShape& shape) {
  BANMO_DO(call.engines.ask->rate(call.principal, shape.id, shape.rating, shape.word));
  return Nothing{};
}

Result<SharedShape> open_shared(const Call& call) {
  BANMO_TRY(const ask::SharedAnswer shared, call.engines.ask->open_shared(call.principal, call.path("id")));
  return SharedShape{shared.question, shared.by, shared.at, shape_of(shared.answer)};
}

}  // namespace

void add_ask_note_routes(Builder& builder) {
  builder.route<List<AskedShape>>({.method = "GET",
                                   .path = "/ask/history",
                                   .operation = "list_ask_history",
                                   .summary = {"我问过的问题，新的在前", "Questions that one asked, the newest first"},
                                   .permission = "metrics.read",
                                   .parameters = page_parameters({flag_parameter("saved", "Only saved ones.")})},
                                  list_history);
  builder.route<AskedPatch, Nothing>({.method = "PATCH",
                                      .path = "/ask/history/{id}",
                                      .operation = "change_ask_history",
                                      .summary = {"收藏或分享一个问题", "Save or share a question"},
                                      .permission = "metrics.read"},
                                     change_asked);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/ask/history/{id}",
                          .operation = "delete_ask_question",
                          .summary = {"删除一个问题，分享的链接随之失效", "Delete a question; a link to it ends"},
                          .permission = "metrics.read"},
                         delete_asked);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/ask/history",
                          .operation = "delete_ask_history",
                          .summary = {"删除我的全部提问记录", "Delete all of one's questions"},
                          .permission = "metrics.read"},
                         delete_history);
  builder.route<RatingShape, Nothing>({.method = "POST",
                                       .path = "/ask/ratings",
                                       .operation = "rate_answer",
                                       .summary = {"评价一个回答", "Say whether an answer was good"},
                                       .permission = "metrics.read"},
                                      rate);
  builder.route<SharedShape>(
      {.method = "GET",
       .path = "/ask/shared/{id}",
       .operation = "open_shared_question",
       .summary = {"打开别人分享的问题，按读者自己的权限重新回答", "Open a question that was shared, answered under one's own rights"},
       .permission = "metrics.read"},
      open_shared);
}

}  // namespace banmo::api
