// SPDX-License-Identifier: Apache-2.0
#include "events/formats.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace banmo::events {
namespace {

struct Wish {
  std::string tag;  // lower case; "*" for any
  double weight = 1;
};

std::vector<Wish> wishes_of(std::string_view languages) {
  std::vector<Wish> wishes;
  for (const std::string& part : text::split(languages, ',')) {
    const auto fields = text::split(part, ';');
    if (fields.empty()) continue;
    Wish wish{text::lower_ascii(text::trim(fields[0]))};
    for (size_t i = 1; i < fields.size(); ++i) {
      const std::string_view field = text::trim(fields[i]);
      if (field.starts_with("q=")) std::from_chars(field.data() + 2, field.data() + field.size(), wish.weight);
    }
    wishes.push_back(std::move(wish));
  }
  std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) { return a.weight > b.weight; });
  return wishes;
}

// "zh" fits "zh-CN" and the other way round.
bool is_akin(std::string_view a, std::string_view b) {
  return a == b || (a.size() < b.size() && b.starts_with(a) && b[a.size()] == '-') || (b.size() < a.size() && a.starts_with(b) && a[b.size()] == '-');
}

json::Value keep(const json::Value& value, std::initializer_list<std::string_view> names) {
  json::Object out;
  for (const std::string_view name : names)
    if (const json::Value* member = value.find(name)) out.add(std::string(name), *member);
  return out;
}

using Change = std::function<void(json::Value&)>;
struct Changes {
  Change actor, verb, activity;
};

void on_each(json::Value* list, const Change& change) {
  if (list == nullptr) return;
  if (json::Array* items = list->as_array()) {
    for (json::Value& item : *items) change(item);
  } else {
    change(*list);
  }
}

void on_context(json::Object& context, const Changes& changes) {
  on_each(context.find("instructor"), changes.actor);
  on_each(context.find("team"), changes.actor);
  if (json::Value* activities = context.find("contextActivities"))
    for (auto& member : *activities->as_object()) on_each(&member.second, changes.activity);
}

void on_action(json::Value& action, const Changes& changes) {
  json::Object& object = *action.as_object();
  on_each(object.find("actor"), changes.actor);
  on_each(object.find("verb"), changes.verb);
  on_each(object.find("authority"), changes.actor);
  if (json::Value* context = object.find("context")) on_context(*context->as_object(), changes);
  json::Value* target = object.find("object");
  const json::Value* type = target->find("objectType");
  if (type == nullptr || *type == json::Value("Activity")) {
    changes.activity(*target);
  } else if (*type == json::Value("SubStatement")) {
    on_action(*target, changes);
  } else if (*type != json::Value("StatementRef")) {
    changes.actor(*target);
  }
}

void strip_actor(json::Value& actor) {
  const bool named = actor.find("mbox") || actor.find("mbox_sha1sum") || actor.find("openid") || actor.find("account");
  json::Value kept = keep(actor, {"objectType", "mbox", "mbox_sha1sum", "openid", "account"});
  if (!named && actor.find("member") != nullptr) {
    json::Value members = *actor.find("member");
    for (json::Value& member : *members.as_array()) strip_actor(member);
    kept.as_object()->add("member", std::move(members));
  }
  actor = std::move(kept);
}

void shorten(json::Value* object, std::string_view name, std::string_view languages) {
  json::Value* map = object->as_object()->find(name);
  if (map != nullptr) *map = one_language(*map, languages);
}

}  // namespace

json::Value one_language(const json::Value& map, std::string_view languages) {
  const json::Object* object = map.as_object();
  if (object == nullptr || object->size() < 2) return map;
  for (const Wish& wish : wishes_of(languages)) {
    if (wish.weight <= 0) continue;
    for (const bool exactly : {true, false})
      for (const auto& [tag, text] : *object)
        if (const std::string lower = text::lower_ascii(tag); exactly ? lower == wish.tag : is_akin(wish.tag, lower))
          return json::Object{{tag, text}};
  }
  return json::Object{*object->begin()};
}

json::Value with_ids_only(json::Value statement) {
  const Changes changes{strip_actor, [](json::Value& verb) { verb = keep(verb, {"id"}); },
                        [](json::Value& activity) { activity = keep(activity, {"id"}); }};
  on_action(statement, changes);
  return statement;
}

json::Value canonical_of(json::Value statement, std::string_view languages, const Known& known) {
  const auto activity = [&](json::Value& value) {
    const auto definition = known(*value.find("id")->as_string());
    if (!definition) return;
    json::Value shown = *definition;
    shorten(&shown, "name", languages);
    shorten(&shown, "description", languages);
    for (const std::string_view list : {"choices", "scale", "source", "target", "steps"})
      if (json::Value* items = shown.as_object()->find(list))
        for (json::Value& item : *items->as_array()) shorten(&item, "description", languages);
    value.as_object()->set("definition", std::move(shown));
  };
  on_action(statement, {[](json::Value&) {}, [&](json::Value& verb) { shorten(&verb, "display", languages); }, activity});
  return statement;
}

}  // namespace banmo::events
