// SPDX-License-Identifier: Apache-2.0
#include "events/reader.h"

namespace banmo::events {
namespace {

constexpr Rule kActorRules[] = {{"objectType", Kind::text}, {"name", Kind::text},      {"mbox", Kind::mailto}, {"mbox_sha1sum", Kind::sha1},
                                {"openid", Kind::iri},      {"account", Kind::object}, {"member", Kind::array}};
constexpr std::string_view kIdentifiers[] = {"mbox", "mbox_sha1sum", "openid", "account"};

Result<std::string> identifier_of(const json::Value& value, const Place& place) {
  std::string identifier;
  for (const std::string_view name : kIdentifiers) {
    const json::Value* member = value.find(name);
    if (member == nullptr) continue;
    if (!identifier.empty())
      return mistake(
          place, name, "two_identifiers",
          {"参与者只能有一种标识（mbox、mbox_sha1sum、openid、account 之一）", "an actor has one identifier of mbox, mbox_sha1sum, openid, account"});
    if (name == "account") {
      const Place at{&place, name};
      BANMO_DO(check_members(*member, at, {{"homePage", Kind::iri, true}, {"name", Kind::text, true}}));
      identifier = "account " + text_at(*member, "homePage") + " " + text_at(*member, "name");
    } else {
      identifier = std::string(name) + " " + *member->as_string();
    }
  }
  return identifier;
}

Result<> read_members(const json::Value& list, const Place& place, Actor& group) {
  int64_t index = 0;
  for (const json::Value& item : *list.as_array()) {
    const Place at{&place, {}, index++};
    BANMO_TRY(Actor member, read_actor(item, at));
    if (member.kind != ActorKind::agent)
      return mistake(at, "group_in_group", {"组的成员只能是个人（Agent）", "the members of a group are agents, not groups"});
    group.members.push_back(std::move(member));
  }
  return {};
}

}  // namespace

Result<Actor> read_actor(const json::Value& value, const Place& place) {
  BANMO_DO(check_members(value, place, kActorRules));
  const std::string type = text_at(value, "objectType");
  if (!type.empty() && type != "Agent" && type != "Group")
    return mistake(place, "objectType", "bad_object_type", {"此处须为 Agent 或 Group", "this must be Agent or Group"});
  Actor actor;
  actor.kind = type == "Group" ? ActorKind::group : ActorKind::agent;
  actor.name = text_at(value, "name");
  BANMO_TRY(actor.ifi, identifier_of(value, place));
  const json::Value* members = value.find("member");
  if (actor.kind == ActorKind::agent && members != nullptr)
    return mistake(place, "member", "unknown_member",
                   {"个人（Agent）没有成员；若是组，请写 objectType: Group", "an agent has no members: say objectType Group"});
  if (actor.kind == ActorKind::agent && actor.ifi.empty())
    return mistake(
        place, "no_identifier",
        {"缺少标识：须有 mbox、mbox_sha1sum、openid、account 之一", "an identifier is missing: one of mbox, mbox_sha1sum, openid, account"});
  if (actor.ifi.empty() && members == nullptr)
    return mistake(place, "member", "missing_member", {"匿名组须列出成员", "an anonymous group lists its members"});
  if (members != nullptr) BANMO_DO(read_members(*members, Place{&place, "member"}, actor));
  return actor;
}

}  // namespace banmo::events
