// SPDX-License-Identifier: Apache-2.0
#include "events/members.h"

#include <algorithm>

#include "base/text.h"
#include "events/values.h"

namespace banmo::events {
namespace {

struct Wording {
  Kind kind;
  const char* zh;
  const char* en;
};
constexpr Wording kWordings[] = {
    {Kind::text, "须为文本", "must be text"},
    {Kind::iri, "须为带协议名的 IRI，如 https://…", "must be an IRI with a scheme, such as https://…"},
    {Kind::mailto, "须为 mailto: 开头的一个邮箱", "must be one address behind mailto:"},
    {Kind::sha1, "须为 40 位十六进制的 SHA-1", "must be a SHA-1 of 40 hexadecimal digits"},
    {Kind::sha2, "须为十六进制的 SHA-2", "must be a SHA-2 in hexadecimal digits"},
    {Kind::uuid, "须为 UUID", "must be a UUID"},
    {Kind::timestamp, "须为 ISO 8601 时间，如 2026-11-21T08:00:00Z", "must be an ISO 8601 time such as 2026-11-21T08:00:00Z"},
    {Kind::duration, "须为 ISO 8601 时长，如 PT1H30M", "must be an ISO 8601 duration such as PT1H30M"},
    {Kind::language, "须为 RFC 5646 语言标签，如 zh-CN", "must be an RFC 5646 language tag such as zh-CN"},
    {Kind::media_type, "须为媒体类型，如 image/png", "must be a media type such as image/png"},
    {Kind::version, "须为 1.0.x 或 2.0.x", "must be 1.0.x or 2.0.x"},
    {Kind::language_map, "须为“语言标签: 文本”的对象", "must be an object of texts by language tag"},
    {Kind::extensions, "须为以 IRI 为键的对象", "must be an object whose keys are IRIs"},
    {Kind::boolean, "须为 true 或 false", "must be true or false"},
    {Kind::number, "须为数字", "must be a number"},
    {Kind::whole, "须为不小于 0 的整数", "must be a whole number, 0 or more"},
    {Kind::object, "须为对象", "must be an object"},
    {Kind::array, "须为数组", "must be an array"},
    {Kind::any, "不能为 null", "must not be null"},
};

bool text_fits(const std::string& text, Kind kind) {
  switch (kind) {
    case Kind::iri: return is_iri(text);
    case Kind::mailto: return is_mailto(text);
    case Kind::sha1: return is_hex(text, 40);
    case Kind::sha2: return is_sha2(text);
    case Kind::uuid: return is_uuid(text);
    case Kind::timestamp: return timestamp_of(text).has_value();
    case Kind::duration: return is_duration(text);
    case Kind::language: return is_language_tag(text);
    case Kind::media_type: return is_media_type(text);
    case Kind::version: return version_of(text).has_value();
    default: return true;
  }
}

bool map_fits(const json::Value& value, Kind kind) {
  const json::Object* object = value.as_object();
  if (object == nullptr) return false;
  return std::all_of(object->begin(), object->end(), [&](const json::Member& member) {
    return kind == Kind::extensions ? is_iri(member.first) : is_language_tag(member.first) && member.second.as_string() != nullptr;
  });
}

bool fits(const json::Value& value, Kind kind) {
  switch (kind) {
    case Kind::any: return !value.is_null();
    case Kind::object: return value.as_object() != nullptr;
    case Kind::array: return value.as_array() != nullptr;
    case Kind::boolean: return value.as_bool() != nullptr;
    case Kind::number: return value.as_int() != nullptr || value.as_double() != nullptr;
    case Kind::whole: return value.as_int() != nullptr && *value.as_int() >= 0;
    case Kind::language_map:
    case Kind::extensions: return map_fits(value, kind);
    default: return value.as_string() != nullptr && text_fits(*value.as_string(), kind);
  }
}

}  // namespace

std::string Place::text() const {
  if (up == nullptr && name.empty() && index < 0) return "$";
  const std::string before = up == nullptr ? "$" : up->text();
  return index >= 0 ? before + "[" + std::to_string(index) + "]"
                    : before + "." + std::string(name.substr(0, text::valid_utf8_prefix(name.substr(0, 80))));
}

Error mistake(const Place& place, std::string what, Message message) {
  return fail(ErrorCode::invalid, "events." + std::move(what), std::move(message), place.text());
}
Error mistake(const Place& up, std::string_view name, std::string what, Message message) {
  return mistake(Place{&up, name}, std::move(what), std::move(message));
}

Result<> check_value(const json::Value& value, const Place& place, Kind kind) {
  if (fits(value, kind)) return {};
  const auto wording = std::find_if(std::begin(kWordings), std::end(kWordings), [&](const Wording& one) { return one.kind == kind; });
  return mistake(place, "bad_value", {std::string("此处") + wording->zh, std::string("this ") + wording->en});
}

Result<> check_members(const json::Value& value, const Place& place, std::span<const Rule> rules) {
  BANMO_DO(check_value(value, place, Kind::object));
  for (const auto& [name, member] : *value.as_object()) {
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& one) { return one.name == name; });
    if (rule == rules.end())
      return mistake(place, name, "unknown_member", {"规范中没有这个成员，请去掉", "the specification knows no such member here: leave it out"});
    BANMO_DO(check_value(member, Place{&place, rule->name}, rule->kind));
  }
  for (const Rule& rule : rules)
    if (rule.required && value.find(rule.name) == nullptr)
      return mistake(place, rule.name, "missing_member", {"缺少这个必需的成员", "this required member is missing"});
  return {};
}

std::string text_at(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  return member != nullptr && member->as_string() != nullptr ? *member->as_string() : std::string();
}
std::optional<double> number_at(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  if (member == nullptr) return std::nullopt;
  if (member->as_int() != nullptr) return static_cast<double>(*member->as_int());
  return member->as_double() != nullptr ? std::optional(*member->as_double()) : std::nullopt;
}
std::optional<bool> bool_at(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  return member != nullptr && member->as_bool() != nullptr ? std::optional(*member->as_bool()) : std::nullopt;
}

}  // namespace banmo::events
