// SPDX-License-Identifier: Apache-2.0
#include "events/facts.h"

#include <algorithm>
#include <array>

#include "base/city_time.h"
#include "events/formats.h"
#include "events/members.h"
#include "events/values.h"

namespace banmo::events {
namespace {

constexpr int64_t kHour_us = int64_t{3600} * 1'000'000;

sql::Value text_or_null(std::string text) { return text.empty() ? sql::Value() : sql::Value(std::move(text)); }
template <class T>
sql::Value or_null(const std::optional<T>& value) {
  return value ? sql::Value(*value) : sql::Value();
}

const Activity* activity_of(const Told& told) { return std::get_if<Activity>(&told.statement.object); }
const json::Value* definition_of(const Activity* activity) { return activity == nullptr ? nullptr : activity->definition; }

sql::Value type_of(const Activity* activity) {
  const json::Value* definition = definition_of(activity);
  return definition == nullptr ? sql::Value() : text_or_null(text_at(*definition, "type"));
}

sql::Value name_of(const Activity* activity) {
  const json::Value* definition = definition_of(activity);
  const json::Value* names = definition == nullptr ? nullptr : definition->find("name");
  if (names == nullptr || names->as_object() == nullptr || names->as_object()->size() == 0) return {};
  const json::Value one = one_language(*names, "zh-CN, zh;q=0.9, en;q=0.5");
  const std::string* text = one.as_object()->begin()->second.as_string();
  return text == nullptr ? sql::Value() : text_or_null(*text);
}

sql::Value first_id(const std::vector<Activity>& activities) { return activities.empty() ? sql::Value() : sql::Value(activities.front().id); }
const Activity* first(const std::vector<Activity>& activities) { return activities.empty() ? nullptr : &activities.front(); }

// Numbers and truth as text: the field knows what they are. Lists and objects say nothing.
sql::Value extension(const json::Value* holder, const std::string& iri) {
  const json::Value* extensions = holder == nullptr ? nullptr : holder->find("extensions");
  const json::Value* value = extensions == nullptr ? nullptr : extensions->find(iri);
  if (value == nullptr || value->as_object() != nullptr || value->as_array() != nullptr) return {};
  if (const std::string* text = value->as_string()) return text_or_null(*text);
  const std::string written = json::write(*value);
  return written == "null" ? sql::Value() : sql::Value(written);
}

sql::Value object_type(const Told& told) {
  const Object& object = told.statement.object;
  if (std::holds_alternative<Activity>(object)) return std::string("activity");
  if (const auto* actor = std::get_if<Actor>(&object)) return std::string(actor->kind == ActorKind::agent ? "agent" : "group");
  return std::string(std::holds_alternative<StatementRef>(object) ? "statement" : "sub_statement");
}

Date first_of_month(Date date) { return Date::from_ymd(date.year(), date.month(), 1).value_or(date); }
int64_t hour_of(Instant at) {
  const int64_t local = at.micros / kHour_us * kHour_us + int64_t{kCityUtcOffset_minutes} * 60 * 1'000'000;
  return (local / kHour_us) % 24;
}
// 1970-01-01 was a Thursday.
int64_t weekday_of(Date date) { return ((date.days + 3) % 7 + 7) % 7 + 1; }

using T = const Told&;
using I = const std::string&;
constexpr std::array<std::pair<std::string_view, Teller>, 31> kTellers{{
    {"number", [](T t, I) -> sql::Value { return t.no; }},
    {"id", [](T t, I) -> sql::Value { return t.id.to_string(); }},
    {"timestamp", [](T t, I) -> sql::Value { return t.at; }},
    {"stored", [](T t, I) -> sql::Value { return Instant{t.no}; }},
    {"date", [](T t, I) -> sql::Value { return city_date(t.at); }},
    {"month", [](T t, I) -> sql::Value { return first_of_month(city_date(t.at)); }},
    {"school_year", [](T t, I) -> sql::Value { return int64_t{SchoolYear::of(city_date(t.at)).first_year}; }},
    {"weekday", [](T t, I) -> sql::Value { return weekday_of(city_date(t.at)); }},
    {"hour", [](T t, I) -> sql::Value { return hour_of(t.at); }},
    {"verb", [](T t, I) -> sql::Value { return t.statement.verb.id; }},
    {"object_type", [](T t, I) { return object_type(t); }},
    {"activity", [](T t, I) { return activity_of(t) == nullptr ? sql::Value() : sql::Value(activity_of(t)->id); }},
    {"activity_type", [](T t, I) { return type_of(activity_of(t)); }},
    {"activity_name", [](T t, I) { return name_of(activity_of(t)); }},
    {"parent", [](T t, I) { return first_id(t.statement.context.parent); }},
    {"parent_type", [](T t, I) { return type_of(first(t.statement.context.parent)); }},
    {"grouping", [](T t, I) { return first_id(t.statement.context.grouping); }},
    {"category", [](T t, I) { return first_id(t.statement.context.category); }},
    {"registration", [](T t, I) { return text_or_null(t.statement.context.registration); }},
    {"platform", [](T t, I) { return text_or_null(t.statement.context.platform); }},
    {"person", [](T t, I) { return t.whom.person ? sql::Value(t.whom.person->value) : sql::Value(); }},
    {"org", [](T t, I) -> sql::Value { return t.whom.class_org.value_or(t.whom.org).value; }},
    {"school", [](T t, I) -> sql::Value { return t.whom.org.value; }},
    {"success", [](T t, I) { return or_null(t.statement.outcome.success); }},
    {"completion", [](T t, I) { return or_null(t.statement.outcome.completion); }},
    {"score_scaled", [](T t, I) { return or_null(t.statement.outcome.scaled); }},
    {"score_raw", [](T t, I) { return or_null(t.statement.outcome.raw); }},
    {"duration_s", [](T t, I) { return or_null(seconds_of(t.statement.outcome.duration)); }},
    {"activity_extension", [](T t, I iri) { return extension(definition_of(activity_of(t)), iri); }},
    {"context_extension", [](T t, I iri) { return extension(t.body.find("context"), iri); }},
    {"result_extension", [](T t, I iri) { return extension(t.body.find("result"), iri); }},
}};

}  // namespace

Teller teller_of(std::string_view word) {
  const auto found = std::find_if(kTellers.begin(), kTellers.end(), [&](const auto& one) { return one.first == word; });
  return found == kTellers.end() ? nullptr : found->second;
}

}  // namespace banmo::events
