// SPDX-License-Identifier: Apache-2.0
#include "events/draft.h"

#include "events/postings.h"
#include "events/reader.h"
#include "events/sameness.h"
#include "events/slices.h"

namespace banmo::events {
namespace {

constexpr size_t kMaxStatementBytes = size_t{256} << 10;                     // pages of 500, and the feed's chunks, are read at once
constexpr size_t kMaxValues = 10'000, kMaxNamed = 1000, kMaxTargets = 2000;  // the writer looks each of these up, or writes it

constexpr std::string_view kContextLists[] = {"parent", "grouping", "category", "other"};

const json::Value* activities_of(const json::Value& action) {
  const json::Value* context = action.find("context");
  return context == nullptr ? nullptr : context->find("contextActivities");
}

// A context activity may be sent alone; it is given back as a list.
bool has_lone_activity(const json::Value& action) {
  const json::Value* activities = activities_of(action);
  if (activities == nullptr) return false;
  for (const std::string_view name : kContextLists)
    if (const json::Value* list = activities->find(name); list != nullptr && list->as_object() != nullptr) return true;
  return false;
}

json::Value with_lists(json::Value action) {
  json::Value* context = action.as_object()->find("context");
  json::Value* activities = context == nullptr ? nullptr : context->as_object()->find("contextActivities");
  if (activities == nullptr) return action;
  for (const std::string_view name : kContextLists)
    if (json::Value* list = activities->as_object()->find(name); list != nullptr && list->as_object() != nullptr) {
      json::Value lone = std::move(*list);
      *list = json::Array{std::move(lone)};
    }
  return action;
}

void add_definition(Draft& draft, const Activity& activity) {
  if (activity.definition != nullptr) draft.definitions.emplace_back(activity.id, json::write(*activity.definition));
}

void add_definitions(Draft& draft, const Action& action) {
  if (const auto* activity = std::get_if<Activity>(&action.object)) add_definition(draft, *activity);
  if (const auto* sub = std::get_if<std::shared_ptr<const Action>>(&action.object)) add_definitions(draft, **sub);
  const Context& context = action.context;
  for (const auto* list : {&context.parent, &context.grouping, &context.category, &context.other})
    for (const Activity& activity : *list) add_definition(draft, activity);
}

void append_member(std::string& head, std::string_view name, std::string_view value) {
  if (head.size() > 1) head += ',';
  head.append("\"").append(name).append("\":").append(value);
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

// A value takes 40 bytes in memory and two in the text.
size_t n_values(const json::Value& value) {
  size_t n = 1;
  if (const json::Array* items = value.as_array(); items != nullptr)
    for (const json::Value& item : *items) n += n_values(item);
  if (const json::Object* object = value.as_object(); object != nullptr)
    for (const auto& member : *object) n += n_values(member.second);
  return n;
}

// The members in the order they were sent, without those that the store sets.
std::string head_of(std::string_view text, const json::Value& value, const Statement& statement, const Uuid& id) {
  std::string head = "{";
  head.reserve(text.size() + 400);
  if (!statement.id) append_member(head, "id", quoted(id.to_string()));
  const json::Value& object = *value.find("object");
  for (const MemberSlice& member : members_of(text)) {
    if (member.name == "stored" || member.name == "authority") continue;
    if (member.name == "timestamp" && !member.value.ends_with("Z\"")) {
      append_member(head, "timestamp", quoted(statement.timestamp->to_iso()));
    } else if (member.name == "context" && has_lone_activity(value)) {
      append_member(head, "context", json::write(*with_lists(json::Object{{"context", *value.find("context")}}).find("context")));
    } else if (member.name == "object" && std::holds_alternative<std::shared_ptr<const Action>>(statement.object) && has_lone_activity(object)) {
      append_member(head, "object", json::write(with_lists(object)));
    } else {
      if (head.size() > 1) head += ',';
      head += member.whole;
    }
  }
  return head;
}

}  // namespace

Result<Draft> draft_of(std::string_view text, const json::Value& value, Version version, const std::string& authority,
                       const std::optional<Uuid>& put_id, const Place& place) {
  if (text.size() > kMaxStatementBytes)
    return fail(ErrorCode::too_large, "events.statement_too_large",
                {"一条陈述最多 256 KiB；较大的内容请作为附件发送", "a statement has at most 256 KiB: send what is larger as an attachment"},
                place.text());
  if (n_values(value) > kMaxValues)
    return fail(ErrorCode::too_large, "events.statement_too_large",
                {"一条陈述最多 10000 个值；较大的内容请作为附件发送", "a statement has at most 10,000 values: send what is larger as an attachment"},
                place.text());
  BANMO_TRY(const Statement statement, read_statement(value, version, place));
  if (put_id && statement.id && *put_id != *statement.id)
    return mistake(place, "id", "other_id", {"正文的 id 与参数 statementId 不同", "the id differs from the parameter statementId"});
  Draft draft;
  draft.id = statement.id ? *statement.id : put_id ? *put_id : Uuid::next();
  draft.has_timestamp = statement.timestamp.has_value();
  if (statement.timestamp) draft.at = *statement.timestamp;
  draft.digest = digest_of(value);
  draft.actor = subject_of(statement);
  draft.targets = targets_of(statement);
  if (const auto* reference = std::get_if<StatementRef>(&statement.object)) draft.refers = reference->id;
  draft.voids = statement.verb.id == kVoided;
  draft.attachments = statement.attachments;
  if (const auto* sub = std::get_if<std::shared_ptr<const Action>>(&statement.object))
    draft.attachments.insert(draft.attachments.end(), (*sub)->attachments.begin(), (*sub)->attachments.end());
  add_definitions(draft, statement);
  draft.verb = statement.verb.id;
  for (const Activity& category : statement.context.category) draft.categories.push_back(category.id);
  draft.named = named_in(statement);
  if (draft.named.size() > kMaxNamed || draft.targets.size() > kMaxTargets)
    return fail(ErrorCode::too_large, "events.statement_too_large",
                {"一条陈述最多涉及 1000 个参与者和 2000 个查询词；请拆成多条",
                 "a statement names at most 1,000 agents and is found by 2,000 words: make several of it"},
                place.text());
  draft.head = head_of(text, value, statement, draft.id);
  append_member(draft.head, "authority", authority);
  if (statement.version.empty()) append_member(draft.head, "version", version == Version::v1_0 ? "\"1.0.0\"" : "\"2.0.0\"");
  // What is put into a list stands a level deeper than it was sent.
  const bool is_deepened = has_lone_activity(value) || has_lone_activity(*value.find("object"));
  if (is_deepened && !json::read(body_of(draft, Instant{})).ok())
    return fail(ErrorCode::too_large, "events.too_deep",
                {"陈述嵌套过深；请减少 contextActivities 中的层数", "the statement is nested too deeply: take away a level in contextActivities"},
                place.text());
  return draft;
}

std::string subject_of(const Statement& statement) { return statement.actor.kind == ActorKind::group ? std::string() : statement.actor.ifi; }

std::string body_of(const Draft& draft, Instant stored) {
  const std::string at = quoted(stored.to_iso());
  std::string body = draft.head;
  append_member(body, "stored", at);
  if (!draft.has_timestamp) append_member(body, "timestamp", at);
  body += '}';
  return body;
}

}  // namespace banmo::events
