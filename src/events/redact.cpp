// SPDX-License-Identifier: Apache-2.0
#include "events/redact.h"

#include <algorithm>

#include "events/members.h"

namespace banmo::events {
namespace {

constexpr std::string_view kErasedName = "erased";

bool names(const Actor& actor, const std::set<std::string>& ifis) {
  return ifis.contains(actor.ifi) || std::any_of(actor.members.begin(), actor.members.end(), [&](const Actor& one) { return names(one, ifis); });
}

// As read_actor puts it together (Actor::ifi); empty for what is no actor.
std::string identifier_in(const json::Value& value) {
  for (const std::string_view member : {"mbox", "mbox_sha1sum", "openid"})
    if (const json::Value* found = value.find(member); found != nullptr && found->as_string() != nullptr)
      return std::string(member) + " " + *found->as_string();
  const json::Value* account = value.find("account");
  if (account == nullptr || account->find("homePage") == nullptr || account->find("name") == nullptr) return {};
  return "account " + text_at(*account, "homePage") + " " + text_at(*account, "name");
}

}  // namespace

bool tells_of(const Action& action, const std::set<std::string>& ifis) {
  if (names(action.actor, ifis)) return true;
  const auto* object = std::get_if<Actor>(&action.object);
  return object != nullptr && names(*object, ifis);
}

bool redact(json::Value& value, const std::set<std::string>& ifis, const std::string& home_page) {
  bool changed = false;
  if (json::Array* list = value.as_array())
    for (json::Value& item : *list) changed = redact(item, ifis, home_page) || changed;
  json::Object* object = value.as_object();
  if (object == nullptr) return changed;
  if (const std::string ifi = identifier_in(value); !ifi.empty() && ifis.contains(ifi)) {
    for (const std::string_view member : {"mbox", "mbox_sha1sum", "openid", "account", "name"}) object->erase(member);
    object->set("account", json::Object{{"homePage", home_page}, {"name", kErasedName}});
    changed = true;
  }
  for (auto& [name, member] : *object) changed = redact(member, ifis, home_page) || changed;
  return changed;
}

}  // namespace banmo::events
