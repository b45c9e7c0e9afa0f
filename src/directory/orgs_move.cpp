// SPDX-License-Identifier: Apache-2.0
// Organisations: moved, merged, closed. What they held goes along, or ends, in the same transaction.
#include <algorithm>

#include "directory/org_steps.h"

namespace banmo::directory {
namespace {

// A merge: who is in $1 on $3 goes on in $2; what was before stays where it was.
constexpr std::string_view kMergeMembers =
    "INSERT INTO membership (person_no, org_no, role, valid_from, valid_to) "
    "SELECT m.person_no, $2, m.role, CASE WHEN m.valid_from > $3 THEN m.valid_from ELSE $3 END, m.valid_to FROM membership m "
    "WHERE m.org_no = $1 AND (m.valid_to IS NULL OR m.valid_to > $3) AND NOT EXISTS (SELECT 1 FROM membership x "
    "WHERE x.person_no = m.person_no AND x.org_no = $2 AND x.role = m.role AND (x.valid_to IS NULL OR x.valid_to > $3)) ON CONFLICT DO NOTHING";
constexpr std::string_view kMergeDropLater = "DELETE FROM membership WHERE org_no = $1 AND valid_from >= $2";
constexpr std::string_view kMergeEnd = "UPDATE membership SET valid_to = $2 WHERE org_no = $1 AND (valid_to IS NULL OR valid_to > $2)";
constexpr std::string_view kBegunAfter =
    "SELECT COUNT(*) FROM membership m JOIN org_closure c ON c.org_no = m.org_no WHERE c.ancestor_no = $1 AND m.valid_from > $2 AND m.valid_from <= "
    "$3";
constexpr std::string_view kMembersOf =
    "SELECT DISTINCT person_no FROM membership WHERE org_no = $1 AND (valid_to IS NULL OR valid_to > $2) ORDER BY person_no";
constexpr std::string_view kMergeGrants =
    "INSERT INTO account_grant (account_no, role, org_no) SELECT account_no, role, $2 FROM account_grant WHERE org_no = $1 ON CONFLICT DO NOTHING";
constexpr std::string_view kGrantsIn =
    "SELECT a.name, g.role FROM account_grant g JOIN account a ON a.no = g.account_no WHERE g.org_no = $1 ORDER BY a.name, g.role";
constexpr std::string_view kDropGrants = "DELETE FROM account_grant WHERE org_no = $1";

// Each grant that ends has its own entry: whoever asks what became of an account finds it there. `into`: what the grant goes on in, or none.
Result<> log_ended_grants(sql::Connection& connection, const Directory::State& state, const Principal& by, const Org& org, const Org* into) {
  std::vector<audit::Entry> entries;
  BANMO_DO(connection.each(kGrantsIn, {org.no.value}, [&](const sql::Values& row) -> Result<> {
    json::Object detail{{"role", sql::text_of(row[1])}, {"org", org.id.to_string()}};
    if (into != nullptr) detail.set("into", into->id.to_string());
    entries.push_back(state.entry(by, "account.grant_end", "account", sql::text_of(row[0]), org.no, std::move(detail)));
    return {};
  }));
  if (entries.empty()) return {};
  const auto logged = audit::append_all(connection, entries, state.options.profile);
  return logged.ok() ? Result<>() : Result<>(logged.error());
}

// Nobody is in the organisation or may act there from `day` on. Those who were.
Result<std::vector<PersonNo>> empty_out(sql::Connection& connection, OrgNo org, const std::string& day) {
  std::vector<PersonNo> people;
  BANMO_DO(connection.each(kMembersOf, {org.value, day}, [&](const sql::Values& row) -> Result<> {
    people.push_back({sql::int_of(row[0])});
    return {};
  }));
  BANMO_DO(execute_all(connection, kMergeDropLater, {org.value, day}));
  BANMO_DO(execute_all(connection, kMergeEnd, {org.value, day}));
  BANMO_DO(execute_all(connection, kDropGrants, {org.value}));
  return people;
}

}  // namespace

Result<Org> Directory::move_org(const Principal& by, OrgNo no, OrgNo to, Date on) {
  BANMO_DO(preview_move(by, no, to, on));
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_TRY(const Org* org, found_org(tree, no));
    BANMO_TRY(const Org* parent, found_org(tree, to));
    BANMO_DO(check_move(tree, *org, *parent));
    const Org* before = tree.find(org->parent);
    const std::string from = before == nullptr ? std::string("-") : before->title;
    BANMO_DO(hang(connection, tree, *org, to, on));
    BANMO_DO(add_events(connection, by, state_->clock.now(),
                        {{no,
                          "moved",
                          {"自 " + on.to_iso() + " 由“" + from + "”划归“" + parent->title + "”",
                           "moved from \"" + from + "\" to \"" + parent->title + "\" on " + on.to_iso()}}}));
    BANMO_DO(state_->log(connection, state_->entry(by, "org.move", "org", org->id.to_string(), no,
                                                   json::Object{{"from", before == nullptr ? std::string() : before->id.to_string()},
                                                                {"to", parent->id.to_string()},
                                                                {"on", on.to_iso()}})));
    return tree.subtree(no);
  };
  BANMO_DO(state_->change_orgs(change));
  return *orgs()->find(no);
}

Result<Org> Directory::merge_org(const Principal& by, OrgNo no, OrgNo to, Date on) {
  BANMO_DO(preview_merge(by, no, to, on));
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_TRY(const Org* org, found_org(tree, no));
    BANMO_TRY(const Org* into, found_org(tree, to));
    BANMO_DO(check_merge(tree, *org, *into));
    const std::string day = on.to_iso();
    for (const OrgNo child : std::vector<OrgNo>(tree.children(no).begin(), tree.children(no).end()))
      BANMO_DO(hang(connection, tree, *tree.find(child), to, on));
    BANMO_DO(execute_all(connection, kMergeMembers, {no.value, to.value, day}));
    BANMO_DO(execute_all(connection, kMergeGrants, {no.value, to.value}));
    BANMO_DO(log_ended_grants(connection, *state_, by, *org, into));
    BANMO_TRY(const auto people, empty_out(connection, no, day));
    BANMO_DO(end_org(connection, no, day, to));
    const std::vector<OrgNo> both{no, to};
    BANMO_DO(state_->settle_people(connection, people));
    BANMO_DO(state_->settle_counts(connection, both));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    BANMO_DO(add_events(connection, by, state_->clock.now(),
                        {{no, "merged", {"自 " + day + " 并入“" + into->title + "”", "merged into \"" + into->title + "\" on " + day}},
                         {to, "merged", {"自 " + day + " 接收“" + org->title + "”", "took in \"" + org->title + "\" on " + day}}}));
    BANMO_DO(state_->log(connection, state_->entry(by, "org.merge", "org", org->id.to_string(), no,
                                                   json::Object{{"into", into->id.to_string()}, {"on", day}, {"n_people", people.size()}})));
    std::vector<OrgNo> changed = tree.subtree(no);
    changed.push_back(to);
    return changed;
  };
  BANMO_DO(state_->change_orgs(change));
  BANMO_DO(state_->after_people_change(true));
  return *orgs()->find(to);
}

Result<Org> Directory::close_org(const Principal& by, OrgNo no, Date on) {
  BANMO_DO(preview_close(by, no, on));
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_TRY(const Org* org, found_org(tree, no));
    BANMO_DO(check_close(tree, *org));
    const std::string day = on.to_iso();
    BANMO_TRY(const auto later, connection.query(kBegunAfter, {no.value, day, state_->today().to_iso()}));
    if (const int64_t n = sql::int_of(later[0][0]); n > 0)
      return fail(ErrorCode::conflict, "directory.memberships_after",
                  {"有 " + std::to_string(n) + " 条任职或学籍在 " + day + " 之后才开始，撤销会使其丢失；请选更晚的日期",
                   std::to_string(n) + " memberships began after " + day + " and would be lost: close on a later day"},
                  "$.on");
    std::vector<OrgNo> closed;
    std::vector<PersonNo> people;
    std::vector<OrgNote> events;
    for (const OrgNo below : tree.subtree(no)) {
      if (tree.find(below)->valid_to) continue;
      BANMO_DO(log_ended_grants(connection, *state_, by, *tree.find(below), nullptr));
      BANMO_TRY(const auto gone, empty_out(connection, below, day));
      people.insert(people.end(), gone.begin(), gone.end());
      BANMO_DO(end_org(connection, below, day, {}));
      closed.push_back(below);
      events.push_back({below, "closed", {"自 " + day + " 起撤销", "closed on " + day}});
    }
    std::sort(people.begin(), people.end());
    people.erase(std::unique(people.begin(), people.end()), people.end());
    BANMO_DO(state_->settle_people(connection, people));
    BANMO_DO(state_->settle_counts(connection, closed));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    BANMO_DO(add_events(connection, by, state_->clock.now(), events));
    BANMO_DO(state_->log(connection, state_->entry(by, "org.close", "org", org->id.to_string(), no,
                                                   json::Object{{"on", day}, {"n_orgs", closed.size()}, {"n_people", people.size()}})));
    return closed;
  };
  BANMO_DO(state_->change_orgs(change));
  BANMO_DO(state_->after_people_change(true));
  return *orgs()->find(no);
}

}  // namespace banmo::directory
