// SPDX-License-Identifier: Apache-2.0
// Fields that are graded anew: a higher level takes effect at once, a lower one waits for somebody else's approval.
#include <charconv>

#include "api/builder.h"
#include "api/shapes.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr const char* kStateNames[] = {"open", "applied", "refused", "withdrawn"};

struct LevelWishShape {
  static constexpr const char* kName = "LevelWish";
  std::string dataset, field, level, reason;
};
template <class V>
void describe(V& v, LevelWishShape& x) {
  v.field("dataset", x.dataset, {.max_length = 200});
  v.field("field", x.field, {.max_length = 200});
  v.field("level", x.level, {.one_of = kLevelNames});
  v.field("reason", x.reason, {.title = "理由", .max_length = 2000});
}

struct LevelNoteShape {
  static constexpr const char* kName = "LevelNote";
  std::string note;
};
template <class V>
void describe(V& v, LevelNoteShape& x) {
  v.field("note", x.note, {.max_length = 2000, .has_default = true});
}

struct LevelChangeShape {
  static constexpr const char* kName = "LevelChange";
  std::string id, dataset, dataset_title, field, field_title, from, to, reason, state, by;
  Instant at;
  std::optional<std::string> decided_by, note;
  std::optional<Instant> decided_at;
  bool own = false;
};
template <class V>
void describe(V& v, LevelChangeShape& x) {
  v.field("id", x.id);
  v.field("dataset", x.dataset);
  v.field("dataset_title", x.dataset_title);
  v.field("field", x.field);
  v.field("field_title", x.field_title);
  v.field("from", x.from, {.one_of = kLevelNames});
  v.field("to", x.to, {.one_of = kLevelNames});
  v.field("reason", x.reason);
  v.field("state", x.state, {.one_of = kStateNames});
  v.field("by", x.by);
  v.field("at", x.at);
  v.field("decided_by", x.decided_by);
  v.field("decided_at", x.decided_at);
  v.field("note", x.note);
  v.field("own", x.own, {.doc = "Proposed by the caller, who may withdraw it."});
}

LevelChangeShape shape_of(const Call& call, const records::LevelChange& change) {
  LevelChangeShape shape;
  shape.id = std::to_string(change.no);
  shape.dataset = shape.dataset_title = change.dataset;
  shape.field = shape.field_title = change.field;
  if (const pack::Dataset* dataset = call.engines.catalogue->dataset(change.dataset)) {
    shape.dataset_title = dataset->title.zh;
    if (const pack::Field* field = dataset->field(change.field)) shape.field_title = field->title.zh;
  }
  shape.from = level_name(change.from);
  shape.to = level_name(change.to);
  shape.reason = change.reason;
  shape.state = change.state;
  shape.by = change.by;
  shape.at = change.at;
  if (!change.decided_by.empty()) shape.decided_by = change.decided_by;
  shape.decided_at = change.decided_at;
  if (!change.note.empty()) shape.note = change.note;
  shape.own = change.by == call.principal.account_name;
  return shape;
}

std::optional<int64_t> number_of(std::string_view text) {
  int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Result<List<LevelChangeShape>> list_changes(const Call& call) {
  int64_t before = INT64_MAX;
  if (const std::string after = call.text("after"); !after.empty()) {
    const auto number = number_of(after);
    if (!number) return fail(ErrorCode::invalid, "http.bad_cursor", {"after 不是上一页给出的值", "after is not a value of the page before"}, "after");
    before = *number;
  }
  const int limit = call.integer("limit", 50);
  BANMO_TRY(auto changes, call.engines.records->level_changes(call.principal, call.text("state"), limit + 1, before));
  const bool more = changes.size() > static_cast<size_t>(limit);
  if (more) changes.pop_back();
  List<LevelChangeShape> list;
  for (const auto& change : changes) list.items.push_back(shape_of(call, change));
  if (more) list.next = list.items.back().id;
  return list;
}

Result<LevelChangeShape> propose(const Call& call, const LevelWishShape& in) {
  records::LevelWish wish{in.dataset, in.field, pack::Level::l1, in.reason};
  for (int i = 0; i < 5; ++i)
    if (in.level == kLevelNames[i]) wish.level = static_cast<pack::Level>(i + 1);
  BANMO_TRY(const auto change, call.engines.records->propose_level(call.principal, wish));
  return shape_of(call, change);
}

Result<LevelChangeShape> decide(const Call& call, records::LevelDecision decision, const std::string& note) {
  BANMO_TRY(const auto change, call.engines.records->decide_level(call.principal, number_of(call.path("id")).value_or(0), decision, note));
  return shape_of(call, change);
}
Result<LevelChangeShape> approve(const Call& call, const LevelNoteShape& in) { return decide(call, records::LevelDecision::approve, in.note); }
Result<LevelChangeShape> refuse(const Call& call, const LevelNoteShape& in) { return decide(call, records::LevelDecision::refuse, in.note); }

}  // namespace

void add_level_routes(Builder& builder) {
  builder.tag("datasets");
  builder.route<List<LevelChangeShape>>(
      {.method = "GET",
       .path = "/classification/changes",
       .operation = "list_level_changes",
       .summary = {"级别调整：待批准的与已处理的，最新在前", "Levels graded anew: what waits and what was decided, newest first"},
       .permission = "levels.manage",
       .parameters = page_parameters({choice_parameter("state", "Only these.", {std::begin(kStateNames), std::end(kStateNames)})})},
      list_changes);
  builder.route<LevelWishShape, LevelChangeShape>(
      {.method = "POST",
       .path = "/classification/changes",
       .operation = "propose_level",
       .summary = {"调整字段级别：提高立即生效，降低须另一人批准", "Grade a field anew: higher at once, lower when somebody else approves"},
       .permission = "levels.manage",
       .answer_status = 201},
      propose);
  builder.route<LevelNoteShape, LevelChangeShape>(
      {.method = "POST",
       .path = "/classification/changes/{id}/approve",
       .operation = "approve_level",
       .summary = {"批准降低级别（不能批准自己的提议）", "Approve a lower level, of somebody else's proposal"},
       .permission = "levels.manage"},
      approve);
  builder.route<LevelNoteShape, LevelChangeShape>({.method = "POST",
                                                   .path = "/classification/changes/{id}/refuse",
                                                   .operation = "refuse_level",
                                                   .summary = {"拒绝提议，或撤回自己的提议", "Refuse a proposal, or withdraw one's own"},
                                                   .permission = "levels.manage"},
                                                  refuse);
}

}  // namespace banmo::api
