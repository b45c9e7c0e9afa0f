// SPDX-License-Identifier: Apache-2.0
#include "events/named.h"

namespace banmo::events {
namespace {

void add(std::vector<Named>& out, const Actor& actor, const std::string& where, bool is_author) {
  if (actor.kind == ActorKind::agent) {
    out.push_back({actor.ifi, actor.name, where, is_author});
    return;
  }
  for (size_t i = 0; i < actor.members.size(); ++i) add(out, actor.members[i], where + ".member[" + std::to_string(i) + "]", is_author);
}

void add_action(std::vector<Named>& out, const Action& action, const std::string& where) {
  add(out, action.actor, where + ".actor", true);
  if (const auto* actor = std::get_if<Actor>(&action.object)) add(out, *actor, where + ".object", true);
  if (const auto* sub = std::get_if<std::shared_ptr<const Action>>(&action.object)) add_action(out, **sub, where + ".object");
  const Context& context = action.context;
  if (context.instructor) add(out, *context.instructor, where + ".context.instructor", false);
  if (context.team) add(out, *context.team, where + ".context.team", false);
  for (const Actor& actor : context.actors) add(out, actor, where + ".context", false);
}

}  // namespace

std::vector<Named> named_in(const Action& action) {
  std::vector<Named> out;
  add_action(out, action, "");
  return out;
}

}  // namespace banmo::events
