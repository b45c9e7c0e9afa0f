// SPDX-License-Identifier: Apache-2.0
// Reads a profile strictly: members that the specification does not know must be IRIs, so that a slip of the pen is found.
#include <algorithm>

#include "events/members.h"
#include "events/templates.h"
#include "events/values.h"

namespace banmo::events {
namespace {

constexpr size_t kMaxBytes = 1u << 20, kMaxTemplates = 500, kMaxRules = 200;

using Names = std::initializer_list<std::string_view>;

Error bad(const Place& place, Message message) { return mistake(place, "bad_profile", std::move(message)); }
Error bad(const Place& up, std::string_view name, Message message) { return bad(Place{&up, name}, std::move(message)); }

// Members outside of the list must be IRIs, compact or whole, or keywords of JSON-LD.
Result<> check_names(const json::Value& value, const Place& place, Names known) {
  if (value.as_object() == nullptr) return bad(place, {"这里须是对象", "this must be an object"});
  for (const auto& [name, member] : *value.as_object())
    if (name.find(':') == std::string::npos && !name.starts_with('@') && std::find(known.begin(), known.end(), name) == known.end())
      return bad(place, name,
                 {"规范中没有这个成员；自定义成员须用 IRI 作名称", "the specification knows no such member: one of your own has an IRI as its name"});
  return {};
}

Result<std::string> text_of(const json::Value& value, std::string_view name, const Place& place, bool required = true) {
  const json::Value* found = value.find(name);
  if (found == nullptr && !required) return std::string();
  if (found == nullptr || found->as_string() == nullptr || found->as_string()->empty())
    return bad(place, name, {"须填写文字", "this must be a text"});
  return *found->as_string();
}

Result<std::string> iri_of(const json::Value& value, std::string_view name, const Place& place, bool required = true) {
  BANMO_TRY(std::string iri, text_of(value, name, place, required));
  if (!iri.empty() && !is_iri(iri)) return bad(place, name, {"须为完整的 IRI", "this must be a whole IRI"});
  return iri;
}

Result<> check_word(const json::Value& value, std::string_view name, const Place& place, std::string_view word) {
  BANMO_TRY(const std::string text, text_of(value, name, place));
  if (text == word) return {};
  return bad(place, name, {"须为 " + std::string(word), "this must be " + std::string(word)});
}

// The text in Chinese and English, each else the other, else whichever there is.
Result<Message> words_of(const json::Value& value, std::string_view name, const Place& place, bool required = true) {
  const json::Value* found = value.find(name);
  if (found == nullptr && !required) return Message{};
  const json::Object* map = found == nullptr ? nullptr : found->as_object();
  if (map == nullptr || map->empty()) return bad(place, name, {"须为按语言填写的文字", "this must be a language map"});
  Message words;
  for (const auto& [tag, text] : *map) {
    if (text.as_string() == nullptr || text.as_string()->empty()) return bad(place, name, {"每种语言都须有文字", "each language must have a text"});
    if (tag.starts_with("zh") && words.zh.empty()) words.zh = *text.as_string();
    if (tag.starts_with("en") && words.en.empty()) words.en = *text.as_string();
  }
  const std::string& other = *map->begin()->second.as_string();
  if (words.zh.empty()) words.zh = words.en.empty() ? other : words.en;
  if (words.en.empty()) words.en = words.zh;
  return words;
}

// Empty if it is absent.
Result<const json::Array*> list_of(const json::Value& value, std::string_view name, const Place& place, size_t limit, bool required = false) {
  static const json::Array kNone;
  const json::Value* found = value.find(name);
  if (found == nullptr && !required) return &kNone;
  const json::Array* list = found == nullptr ? nullptr : found->as_array();
  if (list == nullptr || list->empty() || list->size() > limit)
    return bad(place, name, {"须为 1 到 " + std::to_string(limit) + " 项的列表", "this must be a list of 1 to " + std::to_string(limit)});
  return list;
}

Result<std::vector<std::string>> iris_of(const json::Value& value, std::string_view name, const Place& place) {
  BANMO_TRY(const json::Array* list, list_of(value, name, place, 100));
  std::vector<std::string> iris;
  for (const json::Value& one : *list) {
    if (one.as_string() == nullptr || !is_iri(*one.as_string()))
      return bad(place, name, {"每一项须为完整的 IRI", "each of these must be a whole IRI"});
    iris.push_back(*one.as_string());
  }
  return iris;
}

Result<JsonPath> path_at(const std::string& text, std::string_view name, const Place& place) {
  auto path = JsonPath::parse(text);
  if (!path.ok()) return bad(place, name, path.error().message);
  return path;
}

Result<std::optional<json::Array>> values_of(const json::Value& value, std::string_view name, const Place& place) {
  BANMO_TRY(const json::Array* list, list_of(value, name, place, 1000));
  return list->empty() ? std::nullopt : std::optional(*list);
}

Result<Presence> presence_of(const json::Value& value, const Place& place) {
  BANMO_TRY(const std::string word, text_of(value, "presence", place, false));
  if (word.empty()) return Presence::any;
  if (word == "included") return Presence::included;
  if (word == "excluded") return Presence::excluded;
  if (word == "recommended") return Presence::recommended;
  return bad(place, "presence", {"只能是 included、excluded 或 recommended", "this is included, excluded or recommended"});
}

Result<TemplateRule> read_rule(const json::Value& value, const Place& place) {
  BANMO_DO(check_names(value, place, {"location", "selector", "presence", "any", "all", "none", "scopeNote"}));
  TemplateRule rule;
  BANMO_TRY(rule.location, text_of(value, "location", place));
  BANMO_TRY(rule.location_path, path_at(rule.location, "location", place));
  BANMO_TRY(rule.selector, text_of(value, "selector", place, false));
  if (!rule.selector.empty()) {
    BANMO_TRY(rule.selector_path, path_at(rule.selector, "selector", place));
  }
  BANMO_TRY(rule.presence, presence_of(value, place));
  BANMO_TRY(rule.any, values_of(value, "any", place));
  BANMO_TRY(rule.all, values_of(value, "all", place));
  BANMO_TRY(rule.none, values_of(value, "none", place));
  BANMO_TRY(rule.note, words_of(value, "scopeNote", place, false));
  if (rule.presence == Presence::any && !rule.any && !rule.all && !rule.none)
    return bad(place, {"规则须有 presence、any、all、none 之一", "a rule has one of presence, any, all, none at least"});
  return rule;
}

Result<StatementTemplate> read_template(const json::Value& value, const Place& place, const std::string& version) {
  BANMO_DO(check_names(value, place,
                       {"id", "type", "inScheme", "prefLabel", "definition", "deprecated", "verb", "objectActivityType",
                        "contextGroupingActivityType", "contextParentActivityType", "contextOtherActivityType", "contextCategoryActivityType",
                        "attachmentUsageType", "objectStatementRefTemplate", "contextStatementRefTemplate", "rules"}));
  StatementTemplate one;
  BANMO_TRY(one.id, iri_of(value, "id", place));
  BANMO_DO(check_word(value, "type", place, "StatementTemplate"));
  BANMO_DO(check_word(value, "inScheme", place, version));
  BANMO_TRY(one.title, words_of(value, "prefLabel", place));
  BANMO_TRY(one.definition, words_of(value, "definition", place));
  BANMO_TRY(one.verb, iri_of(value, "verb", place, false));
  BANMO_TRY(one.object_type, iri_of(value, "objectActivityType", place, false));
  BANMO_TRY(one.grouping, iris_of(value, "contextGroupingActivityType", place));
  BANMO_TRY(one.parent, iris_of(value, "contextParentActivityType", place));
  BANMO_TRY(one.other, iris_of(value, "contextOtherActivityType", place));
  BANMO_TRY(one.category, iris_of(value, "contextCategoryActivityType", place));
  BANMO_TRY(one.attachment, iris_of(value, "attachmentUsageType", place));
  BANMO_TRY(const auto object_refs, iris_of(value, "objectStatementRefTemplate", place));
  BANMO_TRY(const auto context_refs, iris_of(value, "contextStatementRefTemplate", place));
  one.needs_object_ref = !object_refs.empty();
  one.needs_context_ref = !context_refs.empty();
  if (one.needs_object_ref && !one.object_type.empty())
    return bad(place,
               {"objectStatementRefTemplate 与 objectActivityType 只能有一个", "only one of objectStatementRefTemplate and objectActivityType"});
  BANMO_TRY(const json::Array* rules, list_of(value, "rules", place, kMaxRules));
  const Place in_rules{&place, "rules"};
  for (size_t i = 0; i < rules->size(); ++i) {
    BANMO_TRY(TemplateRule rule, read_rule((*rules)[i], Place{&in_rules, {}, static_cast<int64_t>(i)}));
    one.rules.push_back(std::move(rule));
  }
  if (const json::Value* example = value.find(kTemplateExample)) one.example = *example;
  return one;
}

// The version that was made last.
Result<std::string> newest_version(const json::Value& value, const Place& place) {
  BANMO_TRY(const json::Array* versions, list_of(value, "versions", place, 100, true));
  const Place in_list{&place, "versions"};
  std::string newest;
  std::optional<Instant> newest_at;
  for (size_t i = 0; i < versions->size(); ++i) {
    const Place here{&in_list, {}, static_cast<int64_t>(i)};
    BANMO_DO(check_names((*versions)[i], here, {"id", "wasRevisionOf", "generatedAtTime"}));
    BANMO_TRY(std::string id, iri_of((*versions)[i], "id", here));
    BANMO_TRY(const std::string made, text_of((*versions)[i], "generatedAtTime", here));
    const auto made_at = Instant::parse_iso(made);
    if (!made_at) return bad(here, "generatedAtTime", {"须为 ISO 8601 时间", "this must be a time of ISO 8601"});
    if (newest_at && made_at->micros <= newest_at->micros) continue;
    newest = std::move(id);
    newest_at = made_at;
  }
  return newest;
}

Result<> check_concepts(const json::Value& value, const Place& place, const std::string& version) {
  BANMO_TRY(const json::Array* concepts, list_of(value, "concepts", place, 2000));
  const Place in_list{&place, "concepts"};
  for (size_t i = 0; i < concepts->size(); ++i) {
    const Place here{&in_list, {}, static_cast<int64_t>(i)};
    BANMO_DO(iri_of((*concepts)[i], "id", here));
    BANMO_DO(text_of((*concepts)[i], "type", here));
    BANMO_DO(check_word((*concepts)[i], "inScheme", here, version));
  }
  return {};
}

Result<Profile> profile_of(json::Value document) {
  const Place root;
  BANMO_DO(check_names(
      document, root, {"id", "type", "conformsTo", "prefLabel", "definition", "seeAlso", "versions", "author", "concepts", "templates", "patterns"}));
  Profile profile;
  BANMO_TRY(profile.id, iri_of(document, "id", root));
  profile.name = profile.id.substr(profile.id.rfind('/') + 1);
  BANMO_DO(check_word(document, "type", root, "Profile"));
  BANMO_DO(check_word(document, "conformsTo", root, "https://w3id.org/xapi/profiles#1.0"));
  BANMO_TRY(profile.title, words_of(document, "prefLabel", root));
  BANMO_TRY(profile.definition, words_of(document, "definition", root));
  BANMO_TRY(profile.version, newest_version(document, root));
  BANMO_DO(check_concepts(document, root, profile.version));
  BANMO_TRY(const json::Array* templates, list_of(document, "templates", root, kMaxTemplates));
  const Place in_list{&root, "templates"};
  for (size_t i = 0; i < templates->size(); ++i) {
    const Place here{&in_list, {}, static_cast<int64_t>(i)};
    BANMO_TRY(StatementTemplate one, read_template((*templates)[i], here, profile.version));
    const auto same = [&](const StatementTemplate& other) { return other.id == one.id; };
    if (std::any_of(profile.templates.begin(), profile.templates.end(), same))
      return bad(here, "id", {"模板标识不能重复", "the id of a template stands once"});
    profile.templates.push_back(std::move(one));
  }
  profile.document = std::move(document);
  return profile;
}

}  // namespace

Result<Profile> read_profile(std::string_view text, const std::string& file) {
  auto document = json::read(text, {.max_bytes = kMaxBytes});
  auto profile = document.ok() ? profile_of(*std::move(document)) : Result<Profile>(document.error());
  if (profile.ok()) return profile;
  Error error = std::move(profile).error();
  error.where = file + ": " + error.where;
  return error;
}

}  // namespace banmo::events
