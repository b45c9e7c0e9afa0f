// SPDX-License-Identifier: Apache-2.0
#include "events/templates.h"

#include <algorithm>

#include "events/members.h"

namespace banmo::events {
namespace {

constexpr std::string_view kLists[] = {"parent", "grouping", "category", "other"};

// As JSON means it: 1 and 1.0 are the same number, members have no order.
bool is_same(const json::Value& a, const json::Value& b) {
  const auto number = [](const json::Value& value) -> std::optional<double> {
    if (const int64_t* whole = value.as_int()) return static_cast<double>(*whole);
    return value.as_double() == nullptr ? std::nullopt : std::optional(*value.as_double());
  };
  if (const auto left = number(a), right = number(b); left && right) return *left == *right;
  if (const json::Array *left = a.as_array(), *right = b.as_array(); left != nullptr && right != nullptr)
    return std::equal(left->begin(), left->end(), right->begin(), right->end(), is_same);
  const json::Object *left = a.as_object(), *right = b.as_object();
  if (left == nullptr || right == nullptr) return a == b;
  return left->size() == right->size() && std::all_of(left->begin(), left->end(), [&](const json::Member& member) {
           const json::Value* other = right->find(member.first);
           return other != nullptr && is_same(member.second, *other);
         });
}

bool has(const json::Array& list, const json::Value& value) {
  return std::any_of(list.begin(), list.end(), [&](const json::Value& one) { return is_same(one, value); });
}

const json::Value* at(const json::Value& value, std::initializer_list<std::string_view> names) {
  const json::Value* now = &value;
  for (const std::string_view name : names)
    if (now != nullptr) now = now->find(name);
  return now;
}

bool is_text(const json::Value* value, const std::string& text) {
  return value != nullptr && value->as_string() != nullptr && *value->as_string() == text;
}

// Every wanted type is that of an activity in the list.
bool has_types(const json::Value& statement, std::string_view list_name, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return true;
  const json::Value* found = at(statement, {"context", "contextActivities", list_name});
  const json::Array* list = found == nullptr ? nullptr : found->as_array();
  return list != nullptr && std::all_of(wanted.begin(), wanted.end(), [&](const std::string& type) {
           return std::any_of(list->begin(), list->end(), [&](const json::Value& one) { return is_text(at(one, {"definition", "type"}), type); });
         });
}

bool has_attachments(const json::Value& statement, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return true;
  const json::Value* found = statement.find("attachments");
  const json::Array* list = found == nullptr ? nullptr : found->as_array();
  return list != nullptr && std::all_of(wanted.begin(), wanted.end(), [&](const std::string& usage) {
           return std::any_of(list->begin(), list->end(), [&](const json::Value& one) { return is_text(one.find("usageType"), usage); });
         });
}

// What a rule looks at: values, and those in which its selector found none.
struct Looked {
  std::vector<const json::Value*> values, unmatchable;
};

Looked look(const TemplateRule& rule, const json::Value& statement) {
  Looked looked;
  std::vector<const json::Value*> located = rule.location_path.find(statement);
  if (rule.selector.empty()) {
    looked.values = std::move(located);
    return looked;
  }
  for (const json::Value* one : located) {
    const std::vector<const json::Value*> selected = rule.selector_path.find(*one);
    if (selected.empty()) looked.unmatchable.push_back(one);
    looked.values.insert(looked.values.end(), selected.begin(), selected.end());
  }
  return looked;
}

JsonPlace missed(const TemplateRule& rule, const json::Value& statement, const json::Value* unmatchable) {
  JsonPlace place = place_in(statement, unmatchable);
  for (JsonStep& step : rule.selector_path.expected()) place.push_back(std::move(step));
  return place;
}

// Where the value should have stood.
JsonPlace place_of(const TemplateRule& rule, const json::Value& statement, const Looked& looked) {
  if (!looked.unmatchable.empty()) return missed(rule, statement, looked.unmatchable.front());
  return looked.values.empty() ? rule.location_path.expected() : place_in(statement, looked.values.front());
}

std::string listed(const json::Array& values) {
  std::string out;
  for (const json::Value& value : values) out += (out.empty() ? "" : ", ") + json::write(value);
  return out;
}

// A sentence with the place, and the note of the rule's author behind it.
TemplateFinding finding(const StatementTemplate& one, const TemplateRule& rule, const char* broken, JsonPlace place, const Message& what) {
  const std::string path = path_of(place);
  Message message{"“" + one.title.zh + "”要求：" + path + " " + what.zh, "'" + one.title.en + "' asks: " + path + " " + what.en};
  if (!rule.note.zh.empty()) message.zh += "（" + rule.note.zh + "）";
  if (!rule.note.en.empty()) message.en += " (" + rule.note.en + ")";
  return {one.id, broken, std::move(place), std::move(message)};
}

std::optional<TemplateFinding> broken_by(const StatementTemplate& one, const TemplateRule& rule, const json::Value& statement) {
  const Looked looked = look(rule, statement);
  const auto in = [&](const json::Array& list) { return [&](const json::Value* found) { return has(list, *found); }; };
  if (rule.presence == Presence::excluded) {
    if (looked.values.empty()) return std::nullopt;
    return finding(one, rule, "excluded", place_in(statement, looked.values.front()), {"不得出现", "must not stand here"});
  }
  if (rule.presence == Presence::included && (looked.values.empty() || !looked.unmatchable.empty()))
    return finding(one, rule, "included", place_of(rule, statement, looked), {"必须填写", "must be there"});
  if (rule.presence == Presence::recommended && looked.values.empty()) return std::nullopt;
  if (rule.any && std::none_of(looked.values.begin(), looked.values.end(), in(*rule.any)))
    return finding(one, rule, "any", place_of(rule, statement, looked),
                   {"须有以下之一：" + listed(*rule.any), "must be one of these at least once: " + listed(*rule.any)});
  if (rule.all) {
    const auto other = std::find_if_not(looked.values.begin(), looked.values.end(), in(*rule.all));
    if (!looked.unmatchable.empty() || other != looked.values.end()) {
      JsonPlace place = looked.unmatchable.empty() ? place_in(statement, *other) : missed(rule, statement, looked.unmatchable.front());
      return finding(one, rule, "all", std::move(place), {"只能是：" + listed(*rule.all), "may only be one of " + listed(*rule.all)});
    }
  }
  if (!rule.none) return std::nullopt;
  const auto refused = std::find_if(looked.values.begin(), looked.values.end(), in(*rule.none));
  if (refused == looked.values.end()) return std::nullopt;
  return finding(one, rule, "none", place_in(statement, *refused), {"不能是：" + listed(*rule.none), "must not be one of " + listed(*rule.none)});
}

bool is_reference(const json::Value* value) {
  return value != nullptr && value->find("objectType") != nullptr && *value->find("objectType") == json::Value("StatementRef");
}

TemplateFinding no_reference(const StatementTemplate& one, JsonPlace place) {
  const std::string path = path_of(place);
  return {one.id,
          "reference",
          std::move(place),
          {"“" + one.title.zh + "”要求：" + path + " 须指向另一条陈述（StatementRef）",
           "'" + one.title.en + "' asks: " + path + " must refer to another statement (a StatementRef)"}};
}

}  // namespace

bool has_lone_context(const json::Value& statement) {
  return std::any_of(std::begin(kLists), std::end(kLists), [&](std::string_view name) {
    const json::Value* found = at(statement, {"context", "contextActivities", name});
    return found != nullptr && found->as_object() != nullptr;
  });
}

json::Value with_context_lists(json::Value statement) {
  if (!has_lone_context(statement)) return statement;
  json::Object& lists = *statement.as_object()->find("context")->as_object()->find("contextActivities")->as_object();
  for (const std::string_view name : kLists)
    if (json::Value* lone = lists.find(name); lone != nullptr && lone->as_object() != nullptr) {
      json::Array list;
      list.push_back(std::move(*lone));
      *lone = std::move(list);
    }
  return statement;
}

bool fits(const StatementTemplate& one, const json::Value& statement) {
  if (!one.verb.empty() && !is_text(at(statement, {"verb", "id"}), one.verb)) return false;
  if (!one.object_type.empty() && !is_text(at(statement, {"object", "definition", "type"}), one.object_type)) return false;
  return has_types(statement, "parent", one.parent) && has_types(statement, "grouping", one.grouping) &&
         has_types(statement, "category", one.category) && has_types(statement, "other", one.other) && has_attachments(statement, one.attachment);
}

std::vector<TemplateFinding> breaks(const StatementTemplate& one, const json::Value& statement) {
  std::vector<TemplateFinding> findings;
  if (one.needs_object_ref && !is_reference(statement.find("object"))) findings.push_back(no_reference(one, {std::string("object")}));
  if (one.needs_context_ref && !is_reference(at(statement, {"context", "statement"})))
    findings.push_back(no_reference(one, {std::string("context"), std::string("statement")}));
  for (const TemplateRule& rule : one.rules)
    if (auto broken = broken_by(one, rule, statement)) findings.push_back(std::move(*broken));
  return findings;
}

}  // namespace banmo::events
