// SPDX-License-Identifier: Apache-2.0
#include "events/postings.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "crypto/crypto.h"

namespace banmo::events {
namespace {

void add_actor(std::vector<int64_t>& out, const Actor& actor, List list) {
  if (!actor.ifi.empty()) out.push_back(target_of(list, actor.ifi));
  for (const Actor& member : actor.members) add_actor(out, member, list);
}

void add_activities(std::vector<int64_t>& out, const std::vector<Activity>& activities) {
  for (const Activity& activity : activities) out.push_back(target_of(List::activity_related, activity.id));
}

void add_context(std::vector<int64_t>& out, const Context& context) {
  if (context.instructor) add_actor(out, *context.instructor, List::agent_related);
  if (context.team) add_actor(out, *context.team, List::agent_related);
  for (const Actor& actor : context.actors) add_actor(out, actor, List::agent_related);
  for (const auto* list : {&context.parent, &context.grouping, &context.category, &context.other}) add_activities(out, *list);
}

void add_action(std::vector<int64_t>& out, const Action& action, bool is_sub) {
  const List agents = is_sub ? List::agent_related : List::agent;
  add_actor(out, action.actor, agents);
  if (const auto* actor = std::get_if<Actor>(&action.object)) add_actor(out, *actor, agents);
  if (const auto* activity = std::get_if<Activity>(&action.object))
    out.push_back(target_of(is_sub ? List::activity_related : List::activity, activity->id));
  if (const auto* sub = std::get_if<std::shared_ptr<const Action>>(&action.object)) add_action(out, **sub, true);
  add_context(out, action.context);
}

}  // namespace

int64_t target_of(List list, std::string_view value) {
  std::string text(1, static_cast<char>('a' + static_cast<int>(list)));
  text += value;
  const crypto::Hash hash = crypto::sha256(text);
  uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof number);
  return static_cast<int64_t>(number >> 1);
}

std::vector<int64_t> targets_of(const Action& action) {
  std::vector<int64_t> out;
  add_action(out, action, false);
  out.push_back(target_of(List::verb, action.verb.id));
  if (!action.context.registration.empty()) out.push_back(target_of(List::registration, text::lower_ascii(action.context.registration)));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

int64_t reference_target(directory::OrgNo org, const Uuid& id) {
  return target_of(List::reference, std::to_string(org.value) + " " + id.to_string());
}

}  // namespace banmo::events
