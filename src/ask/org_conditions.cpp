// SPDX-License-Identifier: Apache-2.0
// The organisations that a question names: as conditions, side by side, or left out; and the asker's own.
#include <algorithm>

#include "ask/composer.h"

namespace banmo::ask {
namespace {

using directory::OrgKind;

std::string level_of(OrgKind kind) { return kind == OrgKind::city ? "city" : kind == OrgKind::district ? "district" : "school"; }

void add_unique(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

}  // namespace

bool Composer::add_org(size_t i, std::map<std::string, std::vector<std::string>>& chosen) {
  // Of those that the asker may ask about: another's name neither hides one's own nor is told.
  std::vector<const directory::Org*> seen;
  bool foreign = false;
  int least = 9;
  for (const uint32_t index : token(i).terms) {
    const Term& term = lexicon_.term(index);
    const directory::Org* org = term.kind == TermKind::org ? orgs_.find(term.org) : nullptr;
    if (org == nullptr) continue;
    const bool own = covers(orgs_, viewer_, org->no);
    foreign |= !own;
    if (!own || term.penalty > least) continue;
    if (term.penalty < least) seen.clear();
    least = term.penalty;
    seen.push_back(org);
  }
  if (seen.empty() && !foreign) return true;
  if (seen.size() > 1 && chosen.contains("district")) {
    std::vector<const directory::Org*> within;
    for (const directory::Org* org : seen)
      for (const std::string& id : chosen["district"])
        if (const directory::Org* district = orgs_.find(*OrgId::parse(id)); district != nullptr && orgs_.is_within(org->no, district->no))
          within.push_back(org);
    if (!within.empty()) seen = within;
  }
  if (seen.empty()) return refuse(Refusal::forbidden_scope, "“" + said(i) + "”不在您的数据范围内", "this organisation is outside of your scope");
  if (seen.size() > 1) {
    for (const directory::Org* org : seen) {
      const directory::Org* above = orgs_.find(org->parent);
      out_.alternatives.push_back({(above == nullptr ? std::string() : above->title) + org->title, {}});
    }
    return refuse(Refusal::ambiguous, "“" + said(i) + "”可以指几个机构，请选一个", "this may mean several organisations: choose one");
  }
  const directory::Org& org = *seen.front();
  if (org.kind == OrgKind::city) {
    slots_.said.insert(Role::whole);
    return viewer_.everything || refuse(Refusal::forbidden_scope, "全市的数据不在您的数据范围内", "the whole city is outside of your scope");
  }
  add_unique(chosen[level_of(org.kind)], org.id.to_string());
  return true;
}

bool Composer::add_orgs() {
  std::map<std::string, std::vector<std::string>> chosen, left_out;
  if (!metric().has_org && (!slots_.orgs.empty() || !slots_.own.empty()))
    return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”不分机构", "this metric has no organisations");
  for (const size_t i : slots_.orgs)
    if (!add_org(i, slots_.negated.contains(i) ? left_out : chosen)) return false;
  // A district that only says where the school is.
  if (chosen.contains("district") && chosen.contains("school")) {
    const auto& districts = chosen["district"];
    const bool all_within = std::all_of(chosen["school"].begin(), chosen["school"].end(), [&](const std::string& school) {
      return std::any_of(districts.begin(), districts.end(), [&](const std::string& district) {
        return orgs_.is_within(orgs_.find(*OrgId::parse(school))->no, orgs_.find(*OrgId::parse(district))->no);
      });
    });
    if (!all_within) return refuse(Refusal::unknown_entity, "所说的学校不在所说的区市里", "the school is not in the district that was named");
    // 学校在市南区各校中排第几: among those of the district.
    const auto kind_at = [&](size_t i) { return orgs_.find(lexicon_.term(token(i).terms.front()).org)->kind; };
    const bool among = slots_.says(Role::rank_of) && slots_.orgs.size() == 2 && kind_at(slots_.orgs.front()) != OrgKind::district &&
                       kind_at(slots_.orgs.back()) == OrgKind::district;
    if (!among) chosen.erase("district");
  }
  negation_used_ |= !left_out.empty();
  for (const auto& [level, ids] : left_out) {
    for (const directory::Org& org : orgs_.all())
      if (!org.valid_to && level_of(org.kind) == level && (org.kind == OrgKind::district || org.kind == OrgKind::school) &&
          covers(orgs_, viewer_, org.no) && std::find(ids.begin(), ids.end(), org.id.to_string()) == ids.end())
        add_unique(chosen[level], org.id.to_string());
    if (chosen[level].empty()) return refuse(Refusal::no_data, "排除之后没有机构", "nothing is left");
  }
  for (const auto& [level, ids] : chosen) {
    (void)add_where(level, ids);
    const bool each = text_.text.find(U'各') != std::u32string::npos || text_.text.find(U"分别") != std::u32string::npos;
    if (ids.size() >= 2 && (!left_out.contains(level) || each) && !slots_.says(Role::sum) && !(slots_.says(Role::share) && metric().counts))
      out_.tree.by.push_back(level);
  }
  return add_own();
}

// 本区, 我校, 全市
bool Composer::add_own() {
  // 低于全市平均 as well as 全市: for others it would be told of their own part.
  const bool city = std::any_of(slots_.having.begin(), slots_.having.end(), [](const RawHaving& one) { return one.city; });
  if (((slots_.says(Role::whole) && slots_.orgs.empty()) || city) && !viewer_.everything && metric().has_org)
    return refuse(Refusal::forbidden_scope, "全市的数据不在您的数据范围内；可以问您所在的机构",
                  "the whole city is outside of your scope: ask about your own organisation");
  if (slots_.own.empty()) return true;
  std::vector<std::string> own;
  std::string level = slots_.own == "here" ? "" : slots_.own;
  for (const directory::OrgNo no : viewer_.orgs) {
    const directory::Org* org = level.empty() ? orgs_.standing(no) : orgs_.nearest(no, level == "school" ? OrgKind::school : OrgKind::district);
    if (org == nullptr) continue;
    if (level.empty()) level = level_of(org->kind);
    if (!covers(orgs_, viewer_, org->no))
      return refuse(Refusal::forbidden_scope, "“" + org->title + "”整体的数据不在您的数据范围内",
                    "the figures of your whole " + level + " are outside of your scope");
    add_unique(own, org->id.to_string());
  }
  if (own.empty() && slots_.own == "here" && viewer_.everything) return true;
  if (own.empty())
    return refuse(Refusal::unknown_entity, "您的账号不属于某一所学校或某一个区市，请说出名称",
                  "your account stands in no school or district: name one");
  (void)add_where(level, own);
  return true;
}

}  // namespace banmo::ask
