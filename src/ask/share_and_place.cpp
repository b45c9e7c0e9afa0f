// SPDX-License-Identifier: Apache-2.0
// Shares of a whole, the whole beside its parts, and the place of one among its like.
#include <algorithm>

#include "ask/composer.h"

namespace banmo::ask {

// 占全市多少, 在全市占多少
bool Composer::says_of_city() const { return slots_.says(Role::whole) || text_.text.find(U"占全市") != std::u32string::npos; }

// 民办学校占比, 市南区占全市多少, 各学段构成
void Composer::add_share() {
  Tree& tree = out_.tree;
  if (!slots_.says(Role::share) || !metric().counts || (fragment_ && !followed_)) return;
  if (!tree.by.empty() && tree.by != std::vector<std::string>{metric().period}) {
    tree.intent = Intent::share;
    share_within_groups();
    return;
  }
  const auto where = shared_condition();
  if (where == tree.where.end()) return;
  // 硕士以上占几成, 三级及以上占多少: of one word, so together.
  const auto n_words = std::count_if(slots_.values.begin(), slots_.values.end(), [&](size_t i) {
    const auto meaning = meaning_of(i, metric());
    return meaning && std::any_of(meaning->begin(), meaning->end(), [&](const Where& one) { return one.dimension == where->dimension; });
  });
  if (where->values.size() > 1 && n_words == 1) {
    for (const std::string& one : where->values) tree.member += (tree.member.empty() ? "" : "|") + one;
    tree.by.push_back(where->dimension);
    tree.where.erase(where);
  } else if (where->values.size() > 1) {
    // 公办民办占比: side by side, of all there are.
    tree.by.push_back(where->dimension);
    tree.where.erase(where);
  } else {
    tree.member = where->values.front();
    tree.by.push_back(where->dimension);
    tree.where.erase(where);
  }
  tree.intent = Intent::share;
}

// 各区市民办学校占比: in each district the part of what lies in it, not of all such schools.
void Composer::share_within_groups() {
  Tree& tree = out_.tree;
  const auto where = shared_condition();
  if (where == tree.where.end() || is_level(where->dimension) || where->values.size() != 1 || grouped_by(where->dimension) || tree.by.size() > 2)
    return;
  const bool of_all = std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
    return one.word != nullptr && one.word->role == Role::share && one.word->text.find(U"全市") != std::u32string_view::npos;
  });
  // 小学在校生的户籍构成 is of primary pupils: what they are made of, no part of anything.
  const bool made_of = std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
    constexpr std::u32string_view kMade = U"构结组";
    return one.word != nullptr && one.word->role == Role::share && kMade.find(one.word->text.front()) != kMade.npos;
  });
  if (of_all || made_of || slots_.says(Role::whole)) return;
  tree.member = where->values.front();
  tree.by.push_back(where->dimension);
  tree.where.erase(where);
  if (!tree.order.empty()) tree.order = (tree.order.starts_with('-') ? "-" : "") + tree.metrics.front() + "__share";
}

// 平度市的在校生里小学生占多少: of the conditions the one that stands nearest before the word of sharing; of 占全市 the place.
std::vector<Where>::iterator Composer::shared_condition() {
  Tree& tree = out_.tree;
  size_t word = 0;
  for (size_t i = 0; i < slots_.tokens.size(); ++i)
    if (token(i).word != nullptr && token(i).word->role == Role::share) word = i;
  const bool of_whole = says_of_city();
  const auto place_of = [&](const Where& where) -> size_t {
    size_t last = 0;
    if (is_level(where.dimension)) {
      for (const size_t i : slots_.orgs)
        if (i < word) last = std::max(last, of_whole ? slots_.tokens.size() : i + 1);
    } else {
      for (const size_t i : slots_.values)
        if (const auto meaning = i < word ? meaning_of(i, metric()) : std::nullopt; meaning)
          for (const Where& one : *meaning)
            if (one.dimension == where.dimension) last = std::max(last, i + 1);
    }
    return last;
  };
  auto best = tree.where.end();
  for (auto where = tree.where.begin(); where != tree.where.end(); ++where)
    if (where->dimension != metric().period && (best == tree.where.end() || place_of(*where) >= place_of(*best))) best = where;
  return best;
}

// With 全市, 全市平均: beside the figure of the whole.
void Composer::set_beside_whole() {
  Tree& tree = out_.tree;
  // 西海岸新区优良率比全市平均高吗: beside the whole; no list of those that are above it.
  const bool lists = slots_.says(Role::which) || slots_.says(Role::which_all) || slots_.says(Role::quantity) || !slots_.levels.empty() ||
                     !slots_.grouped.empty() || slots_.orgs.empty();
  if (!lists && slots_.having.size() == 1 && slots_.having.front().whole) {
    slots_.having.clear();
    slots_.said.insert({Role::whole, Role::versus});
  }
  const bool shares = slots_.says(Role::share) && metric().counts;
  // 除莱西市以外，全市…: nothing stands beside the whole.
  const bool named = std::any_of(slots_.orgs.begin(), slots_.orgs.end(), [&](size_t i) { return !slots_.negated.contains(i); });
  const bool against = slots_.says(Role::whole) && named && slots_.having.empty() && !shares && !slots_.says(Role::rank_of);
  // 各区市生师比，跟全市平均对照着看: the whole stands behind the groups.
  const bool groups_against = slots_.says(Role::whole) && slots_.orgs.empty() && slots_.says(Role::versus) && slots_.having.empty() &&
                              slots_.order.empty() && !slots_.says(Role::share) && tree.by.size() == 1 &&
                              std::none_of(tree.where.begin(), tree.where.end(),
                                           [&](const Where& one) { return one.dimension == tree.by.front() && one.values.size() > 1; }) &&
                              tree.by.front() != metric().period && viewer_.everything && !fragment_;
  if (groups_against) tree.against_whole = true;
  if (against && (slots_.says(Role::versus) || slots_.says(Role::difference) || slots_.says(Role::average) || slots_.says(Role::join))) {
    tree.against_whole = true;
    // 市南区和市北区与全市相比: each of them.
    for (const char* level : {"district", "school"})
      if (std::none_of(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == level && one.values.size() > 1; }))
        std::erase(tree.by, level);
  }
}

// 市南区排第几: among its like, and the like must be visible.
bool Composer::add_rank_of() {
  Tree& tree = out_.tree;
  if (!slots_.says(Role::rank_of) || (fragment_ && !followed_)) return true;
  std::string among;
  for (const char* level : {"school", "district"})
    for (const Where& where : tree.where)
      if (among.empty() && where.dimension == level && where.values.size() == 1) among = level;
  for (const Where& where : tree.where)
    if (among.empty() && where.values.size() == 1 && where.dimension != metric().period) among = where.dimension;
  if (among.empty()) return refuse(Refusal::unsupported, "请说出是哪一个的排名，例如“市南区排第几”", "say whose rank is asked");
  if (!viewer_.everything && is_level(among))
    return refuse(Refusal::forbidden_scope, "排名要看到同类机构的数据，它们不在您的数据范围内",
                  "a rank needs the figures of the others, which are outside of your scope");
  const auto where = std::find_if(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == among; });
  tree.member = where->values.front();
  tree.where.erase(where);
  std::erase(tree.by, among);
  if (period_series_) std::erase(tree.by, metric().period);
  tree.by.push_back(among);
  tree.order =
      (slots_.order.empty() ? (metric().metric->better == "down" ? "" : "-") : sign_of(slots_.order, *metric().metric)) + tree.metrics.front();
  tree.intent = Intent::rank;
  return true;
}

}  // namespace banmo::ask
