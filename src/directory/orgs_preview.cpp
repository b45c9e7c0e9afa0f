// SPDX-License-Identifier: Apache-2.0
// Organisations: whether they may be moved, merged or closed, and what it would do.
#include <algorithm>

#include "directory/org_steps.h"

namespace banmo::directory {
namespace {

// Accounts whose rights stand in $1 or below, by a grant or by their person's membership on $2.
constexpr std::string_view kAccountsIn =
    "SELECT COUNT(*) FROM (SELECT g.account_no AS no FROM account_grant g JOIN org_closure c ON c.org_no = g.org_no WHERE c.ancestor_no = $1 UNION "
    "SELECT a.no FROM account a JOIN membership m ON m.person_no = a.person_no JOIN org_closure c ON c.org_no = m.org_no WHERE c.ancestor_no = $1 "
    "AND a.person_no <> 0 AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)) AS concerned";

Result<int64_t> accounts_in(const Directory::State& state, OrgNo org) {
  BANMO_TRY(const auto lease, state.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kAccountsIn, {org.value, state.today().to_iso()}));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

}  // namespace

Result<> check_date(Date on, Date today, Date from) {
  if (on <= today && on >= from) return {};
  return fail(ErrorCode::invalid, "directory.bad_date",
              {"生效日期须在 " + from.to_iso() + " 与今天（" + today.to_iso() + "）之间",
               "the day must be between " + from.to_iso() + " and today (" + today.to_iso() + ")"},
              "$.on");
}

Result<> check_move(const OrgTree& tree, const Org& org, const Org& parent) {
  if (org.valid_to || parent.valid_to)
    return fail(ErrorCode::conflict, "directory.org_closed", {"机构已撤并，不能再移动", "the organisation is closed and cannot be moved"});
  if (tree.is_within(parent.no, org.no))
    return fail(ErrorCode::invalid, "directory.loop", {"不能把机构移到自己或自己的下级下面", "an organisation cannot be moved under itself"},
                "$.parent");
  if (org.parent == parent.no)
    return fail(ErrorCode::conflict, "directory.already_there", {"机构已经在这个上级下面", "the organisation stands there already"}, "$.parent");
  if (!may_stand_under(org.kind, parent.kind)) return wrong_parent(org.kind, parent);
  return {};
}

Result<> check_merge(const OrgTree& tree, const Org& org, const Org& into) {
  if (org.valid_to || into.valid_to)
    return fail(ErrorCode::conflict, "directory.org_closed", {"机构已撤并，不能再合并", "the organisation is closed and cannot be merged"});
  if (org.kind != into.kind)
    return fail(ErrorCode::invalid, "directory.unlike_orgs", {"只能合并同类机构（学校并入学校）", "only organisations of one kind can be merged"},
                "$.into");
  if (tree.is_within(into.no, org.no) || tree.is_within(org.no, into.no))
    return fail(ErrorCode::invalid, "directory.loop",
                {"不能与自己或上下级合并", "an organisation cannot be merged with itself, or with one above or below it"}, "$.into");
  return {};
}

Result<> check_close(const OrgTree& tree, const Org& org) {
  if (org.valid_to) return fail(ErrorCode::conflict, "directory.org_closed", {"机构已经撤销", "the organisation is closed already"});
  for (const OrgNo no : tree.subtree(org.no)) {
    const Org& below = *tree.find(no);
    if (no == org.no || below.valid_to || below.kind == OrgKind::grade || below.kind == OrgKind::class_) continue;
    return fail(ErrorCode::conflict, "directory.orgs_below",
                {"“" + below.title + "”还在它下面，请先划归别处或撤销", "\"" + below.title + "\" stands below it: move or close that first"});
  }
  return {};
}

Result<OrgPreview> Directory::preview_move(const Principal& by, OrgNo no, OrgNo to, Date on) const {
  BANMO_DO(state_->check(by, Right::orgs_manage, no));
  BANMO_DO(state_->check(by, Right::orgs_manage, to));
  const auto tree = orgs();
  BANMO_TRY(const Org* org, found_org(*tree, no));
  BANMO_TRY(const Org* parent, found_org(*tree, to));
  BANMO_DO(check_move(*tree, *org, *parent));
  BANMO_DO(check_date(on, today(), org->valid_from));
  const OrgCounts figures = counts(no);
  OrgPreview preview{static_cast<int64_t>(tree->subtree(no).size()), figures.n_students, figures.n_staff, 0, {}, {}};
  BANMO_TRY(preview.n_accounts, accounts_in(*state_, no));
  preview.effects.push_back({"“" + org->title + "”自 " + on.to_iso() + " 起归“" + parent->title + "”管理",
                             "\"" + org->title + "\" stands under \"" + parent->title + "\" from " + on.to_iso()});
  const Org *before = tree->nearest(no, OrgKind::district), *after = tree->nearest(to, OrgKind::district);
  if (!org->code.empty()) preview.effects.push_back({"代码 " + org->code + " 不变", "the code " + org->code + " stays"});
  if (before != after)
    preview.effects.push_back(
        {"原区市的管理员从此看不到它，新区市的管理员可以看到；以前各期的统计留在原处",
         "officers of the old district no longer see it, those of the new one do; figures of past periods stay where they were"});
  return preview;
}

Result<OrgPreview> Directory::preview_merge(const Principal& by, OrgNo no, OrgNo to, Date on) const {
  BANMO_DO(state_->check(by, Right::orgs_manage, no));
  BANMO_DO(state_->check(by, Right::orgs_manage, to));
  const auto tree = orgs();
  BANMO_TRY(const Org* org, found_org(*tree, no));
  BANMO_TRY(const Org* into, found_org(*tree, to));
  BANMO_DO(check_merge(*tree, *org, *into));
  BANMO_DO(check_date(on, today(), std::max(org->valid_from, into->valid_from)));
  const OrgCounts figures = counts(no);
  OrgPreview preview{static_cast<int64_t>(tree->subtree(no).size()) - 1, figures.n_students, figures.n_staff, 0, {}, {}};
  BANMO_TRY(preview.n_accounts, accounts_in(*state_, no));
  if (!org->code.empty()) {
    preview.codes.push_back(org->code);
    preview.effects.push_back(
        {"代码 " + org->code + " 停用：以后的文件请写“" + into->title + "”" + (into->code.empty() ? "" : "的代码 " + into->code),
         "the code " + org->code + " ends: files name \"" + into->title + "\" from now on" +
             (into->code.empty() ? "" : " by the code " + into->code)});
  }
  preview.effects.push_back(
      {"“" + org->title + "”自 " + on.to_iso() + " 起撤销，年级、班级、师生和账号权限转入“" + into->title + "”",
       "\"" + org->title + "\" is closed on " + on.to_iso() + "; its grades, classes, people and rights go on in \"" + into->title + "\""});
  preview.effects.push_back(
      {"以前的任职、学籍和统计仍留在“" + org->title + "”名下", "past memberships and figures stay with \"" + org->title + "\""});
  return preview;
}

Result<OrgPreview> Directory::preview_close(const Principal& by, OrgNo no, Date on) const {
  const auto tree = orgs();
  BANMO_DO(state_->check(by, Right::orgs_manage, no));
  BANMO_TRY(const Org* org, found_org(*tree, no));
  BANMO_DO(state_->check(by, Right::orgs_manage, org->parent));
  BANMO_DO(check_close(*tree, *org));
  BANMO_DO(check_date(on, today(), org->valid_from));
  const OrgCounts figures = counts(no);
  OrgPreview preview{0, figures.n_students, figures.n_staff, 0, {}, {}};
  for (const OrgNo below : tree->subtree(no)) {
    const Org& one = *tree->find(below);
    if (one.valid_to) continue;
    if (below != no) ++preview.n_orgs;
    if (!one.code.empty()) preview.codes.push_back(one.code);
  }
  BANMO_TRY(preview.n_accounts, accounts_in(*state_, no));
  preview.effects.push_back(
      {"“" + org->title + "”连同其年级、班级自 " + on.to_iso() + " 起撤销；以前的任职、学籍和统计留在原处",
       "\"" + org->title + "\" is closed with its grades and classes on " + on.to_iso() + "; past memberships and figures stay where they were"});
  if (figures.n_students + figures.n_staff > 0)
    preview.effects.push_back({"在其中的师生从此不属于任何学校；要转到别处的，请先转校（调动）或改用合并",
                               "the people in it belong to no school from then on: move those who go elsewhere first, or merge instead"});
  return preview;
}

}  // namespace banmo::directory
