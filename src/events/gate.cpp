// SPDX-License-Identifier: Apache-2.0
#include "events/gate.h"

#include <algorithm>

#include "audit/audit.h"

namespace banmo::events {
namespace {

Error forged(std::string where) {
  return fail(ErrorCode::denied, "events.forged_actor",
              {"参与者是其他机构的人，或冒用了本系统的账号；密钥只能写本机构及下级机构的人，请核对账号名单",
               "the actor belongs to another organisation, or claims an account that was not given out here: a key writes about people of its own "
               "organisation and those below"},
              std::move(where));
}
Error not_own_user(std::string where) {
  return fail(ErrorCode::denied, "events.not_own_user",
              {"这个密钥只能写本机构的人，而这个参与者没有对应到人；请使用系统发放的账号，或先在“待对应的人员”中对应",
               "this key writes about people of its organisation alone, and nobody knows this actor: use the accounts that are given out here, or "
               "map the actor first"},
              std::move(where));
}

bool contains(const std::vector<std::string>& list, const std::string& one) { return std::find(list.begin(), list.end(), one) != list.end(); }

}  // namespace

Result<> Gate::check_words(const Key& key, const Draft& draft, const std::string& place) const {
  const KeyLimits& limits = key.limits;
  if (!limits.verbs.empty() && !contains(limits.verbs, draft.verb))
    return fail(ErrorCode::denied, "events.verb_not_allowed",
                {"这个密钥不能使用此动词，请核对密钥允许的动词", "this key may not use this verb: see the verbs that it allows"}, place + ".verb.id");
  const bool has_profile = limits.profiles.empty() || std::any_of(draft.categories.begin(), draft.categories.end(),
                                                                  [&](const std::string& category) { return contains(limits.profiles, category); });
  if (has_profile) return {};
  return fail(ErrorCode::denied, "events.profile_not_allowed",
              {"陈述须在 contextActivities.category 中注明密钥允许的规范（profile）之一",
               "a statement names one of the profiles that this key allows in contextActivities.category"},
              place + ".context.contextActivities.category");
}

Result<> Gate::check_people(const Key& key, const Draft& draft, const std::string& place) {
  const Instant at = draft.has_timestamp ? draft.at : directory_.clock().now();
  for (const Named& named : draft.named) {
    if (!named.is_author) continue;
    BANMO_TRY(const directory::PersonNo person, people_.person_of(key.org, named.ifi));
    if (person.value == 0) {
      if (key.limits.own_users) return not_own_user(place + named.where);
      if (people_.is_false_account(named.ifi) && !named.ifi.ends_with(" " + key.key)) return forged(place + named.where);
      continue;
    }
    BANMO_TRY(const Belongs belongs, people_.belongs(person, key.org, at));
    if (belongs == Belongs::elsewhere || (belongs == Belongs::nowhere && key.limits.own_users)) return forged(place + named.where);
  }
  return {};
}

Result<> note_refusal(const directory::Directory& directory, const Key& key, const Error& error) {
  return directory.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    const auto seq = audit::append(connection,
                                   {directory.clock().now(), key.key, "xapi.refused", "xapi_key", key.key, key.org.value,
                                    json::Object{{"code", error.id}, {"where", error.where}}},
                                   directory.profile());
    return seq.ok() ? Result<>() : Result<>(seq.error());
  });
}

Result<> Gate::check(const Key& key, const std::vector<Draft>& drafts, bool is_single) {
  std::vector<std::string> ifis;
  for (const Draft& draft : drafts)
    for (const Named& named : draft.named) ifis.push_back(named.ifi);
  BANMO_DO(people_.know(key.org, ifis));
  for (size_t i = 0; i < drafts.size(); ++i) {
    const std::string place = is_single ? "$" : "$[" + std::to_string(i) + "]";
    auto done = check_words(key, drafts[i], place);
    if (done.ok()) done = check_people(key, drafts[i], place);
    if (done.ok()) continue;
    if (done.error().code == ErrorCode::denied) BANMO_DO(note_refusal(directory_, key, done.error()));
    return done;
  }
  return {};
}

}  // namespace banmo::events
