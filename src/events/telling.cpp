// SPDX-License-Identifier: Apache-2.0
#include "events/telling.h"

#include <unordered_map>

#include "events/look_up.h"
#include "events/wording.h"

namespace banmo::events {
namespace {

using directory::OrgNo;
using directory::PersonNo;
using pack::Level;

constexpr std::string_view kKeys = "SELECT no, name, title FROM xapi_key WHERE no IN (";
constexpr std::string_view kPeople = "SELECT no, id FROM person WHERE no IN (";
constexpr std::string_view kDefinition = "SELECT definition FROM xapi_activity WHERE org_no = $1 AND id = $2";

Message words_of(const Object& object) {
  if (std::holds_alternative<Actor>(object)) return {"一名人员或小组", "a person or group"};
  if (std::holds_alternative<StatementRef>(object)) return {"一条学习记录", "a learning record"};
  return {"一项打算", "a plan"};
}

std::string kind_of(const Object& object) {
  if (std::holds_alternative<Activity>(object)) return "activity";
  if (const auto* actor = std::get_if<Actor>(&object)) return actor->kind == ActorKind::agent ? "agent" : "group";
  return std::holds_alternative<StatementRef>(object) ? "statement" : "sub_statement";
}

// An actor whom the directory does not know. The tool's own name for it is for those who see the whole.
Message unknown_words(const Actor& actor, bool whole) {
  if (whole && !actor.name.empty()) return {actor.name, actor.name};
  if (actor.kind == ActorKind::group) return {"一个小组", "A group"};
  return {"未对应的人员", "An unknown person"};
}

Message known_words(const directory::PersonName& name) {
  const std::string& shown = name.name.empty() ? name.code : name.name;
  return shown.empty() ? Message{"一名人员", "A person"} : Message{shown, shown};
}

}  // namespace

bool Reader::sees(const Whom& whom) const {
  if (data.aggregates_only) return false;
  return data.covers(*tree, whom.org, whom.person.value_or(PersonNo{})) || (whom.class_org && data.covers(*tree, *whom.class_org));
}

bool Reader::sees_whole(const Whom& whom) const { return data.max_level >= Level::l3 && data.covers(*tree, whom.org); }

bool Reader::is_about(const Whom& whom, OrgNo org) const {
  return tree->is_within(whom.org, org) || (whom.class_org && tree->is_within(*whom.class_org, org));
}

// The statement's own definition of its activity, else what others said of it.
Result<const json::Value*> Telling::definition_of(OrgNo org, const Activity& activity) {
  if (activity.definition != nullptr && activity.definition->find("name") != nullptr) return activity.definition;
  const auto [place, is_new] = definitions_.try_emplace({org.value, activity.id});
  const json::Value* known = &place->second;
  if (!is_new) return known;
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, lease->query(kDefinition, {org.value, activity.id}));
  if (!rows.empty()) {
    BANMO_TRY(place->second, json::read(sql::text_of(rows[0][0])));
  }
  return known;
}

Result<LearningRecord> Telling::draft(const StoredStatement& stored, const Whom& whom) {
  const Statement& statement = stored.statement;
  const bool whole = reader_.sees_whole(whom);
  LearningRecord record;
  record.no = stored.no;
  record.id = stored.id;
  record.at = stored.at;
  record.stored = Instant{stored.no};
  record.person = whom.person.value_or(PersonNo{});
  record.org = whom.org;
  record.class_org = whom.class_org.value_or(OrgNo{});
  record.key_org = stored.key_org;
  record.voided = stored.voided;
  record.masked = !whole;
  record.verb = statement.verb.id;
  record.verb_title = verb_title(statement.verb.id, stored.body.find("verb")->find("display"));
  record.outcome = statement.outcome;
  record.platform = statement.context.platform;
  record.registration = statement.context.registration;
  record.object_kind = kind_of(statement.object);
  record.object_title = words_of(statement.object);
  if (whole) {
    record.actor = statement.actor.ifi;
    record.json = stored.text;
  } else {
    record.outcome.response.clear();
  }
  if (const auto* reference = std::get_if<StatementRef>(&statement.object)) record.object = reference->id.to_string();
  const auto* activity = std::get_if<Activity>(&statement.object);
  if (activity == nullptr) return record;
  record.object = activity->id;
  BANMO_TRY(const json::Value* definition, definition_of(stored.key_org, *activity));
  record.object_title = title_of(definition->find("name"));
  if (record.object_title.zh.empty()) record.object_title = {last_part(activity->id), last_part(activity->id)};
  if (const json::Value* type = definition->find("type"); type != nullptr && type->as_string() != nullptr) record.activity_type = *type->as_string();
  return record;
}

void Telling::take(LearningRecord record, const StoredStatement& stored) {
  Message who = unknown_words(stored.statement.actor, !record.masked);
  taken_.push_back({std::move(record), stored.key_no, std::move(who)});
}

Result<> Telling::add_keys() {
  std::vector<sql::Value> numbers;
  for (const Taken& one : taken_) numbers.emplace_back(one.key_no);
  std::unordered_map<int64_t, std::pair<std::string, std::string>> keys;
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_DO(each_of(*lease, kKeys, {}, numbers, [&](const sql::Values& row) -> Result<> {
    keys[sql::int_of(row[0])] = {sql::text_of(row[1]), sql::text_of(row[2])};
    return {};
  }));
  for (Taken& one : taken_) {
    const auto& [name, title] = keys[one.key_no];
    one.record.key_title = title;
    if (!one.record.masked) one.record.key = name;
  }
  return {};
}

Result<> Telling::add_people() {
  std::vector<PersonNo> people;
  for (const Taken& one : taken_)
    if (one.record.person.value != 0) people.push_back(one.record.person);
  if (people.empty()) return {};
  BANMO_TRY(const auto names, directory_.names(reader_.people, reader_.data.max_level, people));
  std::vector<sql::Value> numbers;
  for (const PersonNo person : people)
    if (const auto name = names.find(person.value); name != names.end() && !name->second.name.empty()) numbers.emplace_back(person.value);
  std::unordered_map<int64_t, PersonId> ids;
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_DO(each_of(*lease, kPeople, {}, numbers, [&](const sql::Values& row) -> Result<> {
    ids[sql::int_of(row[0])] = PersonId::parse(sql::text_of(row[1])).value_or(PersonId{});
    return {};
  }));
  for (Taken& one : taken_) {
    if (one.record.person.value == 0) continue;
    const auto name = names.find(one.record.person.value);
    const directory::PersonName shown = name == names.end() ? directory::PersonName{} : name->second;
    one.record.person_name = shown.name;
    one.record.person_id = ids[one.record.person.value];
    one.who = known_words(shown);
  }
  return {};
}

Result<std::vector<LearningRecord>> Telling::finish() {
  std::vector<LearningRecord> records;
  if (taken_.empty()) return records;
  BANMO_DO(add_keys());
  BANMO_DO(add_people());
  for (Taken& one : taken_) {
    LearningRecord& record = one.record;
    record.sentence = sentence_of({one.who, record.verb_title, record.object_title, record.verb}, record.outcome);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace banmo::events
