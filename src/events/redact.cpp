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

// Puts an account that is nobody's (of `home_page`) where one of these stands, wherever it is, and drops the name; whether there was any.
bool redact_actors(json::Value& value, const std::set<std::string>& ifis, const std::string& home_page) {
  bool changed = false;
  if (json::Array* list = value.as_array())
    for (json::Value& item : *list) changed = redact_actors(item, ifis, home_page) || changed;
  json::Object* object = value.as_object();
  if (object == nullptr) return changed;
  if (const std::string ifi = identifier_in(value); !ifi.empty() && ifis.contains(ifi)) {
    for (const std::string_view member : {"mbox", "mbox_sha1sum", "openid", "account", "name"}) object->erase(member);
    object->set("account", json::Object{{"homePage", home_page}, {"name", kErasedName}});
    changed = true;
  }
  for (auto& [name, member] : *object) changed = redact_actors(member, ifis, home_page) || changed;
  return changed;
}

// How Caliper writes those whom a statement names so (caliper.cpp, agent_of).
std::set<std::string> iris_of(const std::set<std::string>& ifis) {
  constexpr std::string_view kAccount = "account ", kMail = "mbox ";
  std::set<std::string> iris;
  for (const std::string& ifi : ifis) {
    if (ifi.starts_with(kMail)) iris.insert(ifi.substr(kMail.size()));
    const size_t cut = ifi.find(' ', kAccount.size());
    if (!ifi.starts_with(kAccount) || cut == std::string::npos) continue;
    const std::string home = ifi.substr(kAccount.size(), cut - kAccount.size()), name = ifi.substr(cut + 1);
    iris.insert({home + "/" + name, home + ":" + name});
    if (name.find(':') != std::string::npos) iris.insert(name);
  }
  return iris;
}

// An entity keeps its type alone: what else it says is about the person.
bool redact_entities(json::Value& value, const std::set<std::string>& iris, const std::string& erased) {
  bool changed = false;
  if (const std::string* text = value.as_string(); text != nullptr && iris.contains(*text)) {
    value = json::Value(erased);
    return true;
  }
  if (json::Array* list = value.as_array())
    for (json::Value& item : *list) changed = redact_entities(item, iris, erased) || changed;
  json::Object* object = value.as_object();
  if (object == nullptr) return changed;
  if (iris.contains(text_at(value, "id"))) {
    json::Object left{{"id", erased}};
    if (const json::Value* type = object->find("type")) left.set("type", *type);
    value = json::Value(std::move(left));
    return true;
  }
  for (auto& [name, member] : *object) changed = redact_entities(member, iris, erased) || changed;
  return changed;
}

json::Value* member_of(json::Value* value, std::string_view name) {
  json::Object* object = value == nullptr ? nullptr : value->as_object();
  return object == nullptr ? nullptr : object->find(name);
}

}  // namespace

bool tells_of(const Action& action, const std::set<std::string>& ifis) {
  if (names(action.actor, ifis)) return true;
  const auto* object = std::get_if<Actor>(&action.object);
  return object != nullptr && names(*object, ifis);
}

bool redact_statement(json::Value& statement, const std::set<std::string>& ifis, const std::string& home_page) {
  bool changed = redact_actors(statement, ifis, home_page);
  const std::set<std::string> iris = iris_of(ifis);
  for (json::Value* action : {&statement, member_of(&statement, "object")})
    if (json::Value* extensions = member_of(member_of(action, "context"), "extensions"))
      changed = redact_entities(*extensions, iris, home_page + "/" + std::string(kErasedName)) || changed;
  return changed;
}

std::vector<std::string> take_signatures(json::Value& statement) {
  std::vector<std::string> hashes;
  for (json::Value* action : {&statement, member_of(&statement, "object")}) {
    json::Value* value = member_of(action, "attachments");
    json::Array* list = value == nullptr ? nullptr : value->as_array();
    if (list == nullptr) continue;
    std::erase_if(*list, [&](const json::Value& attachment) {
      if (text_at(attachment, "usageType") != kSignature) return false;
      hashes.push_back(text_at(attachment, "sha2"));
      return true;
    });
    if (list->empty()) action->as_object()->erase("attachments");
  }
  return hashes;
}

}  // namespace banmo::events
