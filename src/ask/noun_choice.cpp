// SPDX-License-Identifier: Apache-2.0
// What the nouns of a question count: which of them is asked for, which go with it, which only say of what kind the others are.
#include <algorithm>
#include <array>

#include "ask/composer.h"

namespace banmo::ask {

// 存在大班额的学校, 有寄宿生的学校: the noun of which those that are meant have at least one.
size_t Composer::owned_noun() const {
  constexpr std::array<std::u32string_view, 8> kHave = {U"有", U"存在", U"出现", U"具有", U"拥有", U"具备", U"现有", U"目前有"};
  for (size_t i = 1; i < slots_.tokens.size(); ++i) {
    const Word* before = token(i - 1).word;
    const Word* behind = i + 1 < slots_.tokens.size() ? token(i + 1).word : nullptr;
    const bool counted = has(i, TermKind::noun) || has(i, TermKind::metric);
    if (counted && before != nullptr && behind != nullptr && behind->role == Role::level && !slots_.negated.contains(i) &&
        std::find(kHave.begin(), kHave.end(), before->text) != kHave.end())
      return i;
    // 有大班额的是哪些学校
    size_t next = i + 1;
    while (next < slots_.tokens.size() && token(next).word != nullptr && token(next).word->role == Role::stop && token(next).terms.empty()) ++next;
    const bool listed = next < slots_.tokens.size() && token(next).word != nullptr &&
                        (token(next).word->role == Role::which_all || token(next).word->role == Role::which);
    if (counted && listed && before != nullptr && !slots_.negated.contains(i) && std::find(kHave.begin(), kHave.end(), before->text) != kHave.end())
      return i;
    // 哪些区还有大班额: the places were named before.
    bool last = true;  // 还有大班额的班
    for (size_t k = i + 1; k < slots_.tokens.size(); ++k)
      last &=
          token(k).word != nullptr && (token(k).word->role == Role::stop || token(k).word->role == Role::filler || token(k).word->role == Role::join);
    if (counted && last && has_all_of_level(i) && !slots_.negated.contains(i) && before != nullptr &&
        (before->text == U"还有" || std::find(kHave.begin(), kHave.end(), before->text) != kHave.end()))
      return i;
  }
  return std::string::npos;
}

// 没有民办学校的区市, 哪些学校没有女生: a kind of which the places asked for have none. What is counted is the noun behind the kind.
NoneOf Composer::none_of() const {
  constexpr std::array<std::u32string_view, 5> kNone = {U"没有", U"没", U"无", U"还没有", U"还没"};  // 未 stands before what is done
  for (size_t i = 0; i + 1 < slots_.tokens.size(); ++i) {
    const Word* word = token(i).word;
    if (word == nullptr || word->role != Role::without || std::find(kNone.begin(), kNone.end(), word->text) == kNone.end()) continue;
    size_t next = i + 1;
    while (next < slots_.tokens.size() && token(next).word != nullptr && token(next).word->role == Role::stop && token(next).terms.empty()) ++next;
    NoneOf found;
    const auto is_kind = [&](size_t k) { return k < slots_.tokens.size() && has(k, TermKind::value) && !has(k, TermKind::metric); };
    while (!is_kind(next) && next < slots_.tokens.size() && has(next, TermKind::dimension)) ++next;  // 等保三级
    for (; is_kind(next); ++next) found.kinds.push_back(next);
    if (found.kinds.empty()) continue;
    while (next < slots_.tokens.size() && has(next, TermKind::dimension) && !has(next, TermKind::noun)) ++next;  // 三级等保系统
    if (next < slots_.tokens.size() && has(next, TermKind::noun)) found.counted = next;
    const bool subject = std::any_of(slots_.levels.begin(), slots_.levels.end(), [&](size_t level) { return level != found.counted; });
    if (subject) return found;
  }
  return {};
}

// What the metric of a noun is limited to, as a condition on another metric: 女生 is sex=2.
std::optional<Where> Composer::kind_of(size_t noun, const MetricFrame& other) const {
  for (const std::string& id : ids_of(noun)) {
    const MetricFrame& kind = *frame_.metric(id);
    if (kind.metric == other.metric || kind.fixed.size() != 1) continue;
    const auto& [field, filter] = kind.fixed.front();
    const std::string begin = field + " = '";
    if (!filter.starts_with(begin) || filter.find('\'', begin.size()) + 1 != filter.size() || other.dimension(field) == nullptr) continue;
    if (std::any_of(other.fixed.begin(), other.fixed.end(), [&, of = field](const auto& one) { return one.first == of; })) continue;
    return Where{field, {filter.substr(begin.size(), filter.size() - begin.size() - 1)}};
  }
  return std::nullopt;
}

// Whether what a noun names is a kind of what another counts, in data of another dataset.
bool Composer::is_kind_of(size_t noun, size_t other) const {
  if (token(other).word != nullptr || has(other, TermKind::value)) return false;
  const std::vector<std::string> ids = ids_of(other);
  return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return kind_of(noun, *frame_.metric(id)).has_value(); });
}

// 第一志愿录取 beside 考生: of the same scene and unit, and limited where the other counts all.
bool Composer::is_part_of(size_t noun, size_t all) const {
  if (token(noun).word != nullptr || token(all).word != nullptr || slots_.negated.contains(noun)) return false;
  const std::vector<std::string> parts = ids_of(noun), wholes = ids_of(all);
  return std::any_of(parts.begin(), parts.end(), [&](const std::string& one) {
    const MetricFrame& part = *frame_.metric(one);
    return !part.fixed.empty() && std::any_of(wholes.begin(), wholes.end(), [&](const std::string& other) {
      const MetricFrame& whole = *frame_.metric(other);
      return whole.fixed.empty() && whole.metric->pack == part.metric->pack && whole.metric->unit == part.metric->unit &&
             whole.metric->aggregate == pack::Aggregate::count;
    });
  });
}

// 入学报名里补正的比例: of the rows of which the metric counts a part. 寄宿生里女生占比 is none: boarders are not all that girls are a part of.
bool Composer::is_whole_of(size_t noun) const {
  if (is_joined(noun)) return false;
  const std::vector<Candidate> named = candidates(noun, true);
  return std::any_of(named.begin(), named.end(), [&](const Candidate& one) {
    const std::string& below = metric().metric->denominator;
    return one.direct && (below.empty() ? !frame_.ratio_of({out_.tree.metrics.front()}, {one.id}).empty() : one.id == below);
  });
}

// 超大班额 counts classes, as 班 beside it says.
bool Composer::counts_so(size_t noun, size_t what) const {
  const std::u32string end = text_.text.substr(token(what).begin, token(what).end - token(what).begin) + U"数";
  const std::vector<std::string> ids = ids_of(noun);
  return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
    const std::u32string title = fold(frame_.metric(id)->metric->title.zh).text;
    return title != end && title.ends_with(end);
  });
}

bool Composer::counts_people(size_t noun) const {
  const std::vector<std::string> ids = ids_of(noun);
  return !has(noun, TermKind::value) &&
         std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return frame_.metric(id)->metric->unit == "人"; });
}

// 有大班额的学校: which they are is asked.
bool Composer::ends_with_level() const {
  return std::any_of(slots_.levels.begin(), slots_.levels.end(), [&](size_t level) { return level + 1 == slots_.tokens.size(); });
}

// 中职学校在校生: of whom is said, and then what is counted.
bool Composer::ends_with_noun() const {
  // 那在校生呢
  if (previous_ != nullptr && slots_.values.empty() && slots_.orgs.empty() && slots_.times.empty() && slots_.nouns.size() == 1 &&
      text_.text.ends_with(U"呢"))
    return true;
  return previous_ == nullptr && (!slots_.values.empty() || !slots_.orgs.empty()) && slots_.unknown.empty() && !slots_.nouns.empty() &&
         slots_.nouns.back() + 1 == slots_.tokens.size() &&
         (token(slots_.nouns.back()).word == nullptr || token(slots_.nouns.back()).word->role == Role::filler);
}

// The noun whose number is asked: beside 多少 or 最多, else the last that is no group of the answer.
size_t Composer::counted_noun() const {
  const bool asks = slots_.says(Role::quantity) || slots_.says(Role::measure) || slots_.says(Role::most) || slots_.says(Role::share) ||
                    slots_.says(Role::trend) || !slots_.direction.empty() || !slots_.grouped.empty() || slots_.says(Role::rank) ||
                    slots_.says(Role::sum) || slots_.says(Role::which) || slots_.says(Role::which_all) || slots_.says(Role::yoy) ||
                    slots_.says(Role::why) || slots_.says(Role::higher) || slots_.says(Role::prior) || slots_.says(Role::rank_of) ||
                    slots_.says(Role::difference) || slots_.says(Role::versus) || slots_.says(Role::ratio) || !slots_.times.empty() ||
                    !slots_.having.empty();
  if (!asks && !ends_with_level() && !ends_with_noun()) return std::string::npos;
  if (const size_t owned = owned_noun(); owned != std::string::npos && has(owned, TermKind::noun)) return owned;
  size_t best = std::string::npos;
  int best_merit = -9;
  for (const size_t i : slots_.nouns) {
    const bool is_level = token(i).word != nullptr && token(i).word->role == Role::level;
    if (slots_.grouped.contains(i) || slots_.negated.contains(i) || spent_.contains(i)) continue;
    // 最大的学校: of what it is the largest is not said.
    if (is_level && i > 0 && token(i - 1).word != nullptr && token(i - 1).word->role == Role::most) continue;
    const auto quantity_at = [&](size_t k) {
      if (k >= slots_.tokens.size() || token(k).word == nullptr) return false;
      const Role role = token(k).word->role;
      return role == Role::quantity || role == Role::measure || role == Role::most || role == Role::sum;
    };
    int merit = static_cast<int>(i) > 0 && quantity_at(i - 1) ? 3 : quantity_at(i + 1) || quantity_at(i + 2) ? 4 : 1;
    // "学生最多的学校": what is most is the students, the school is what is ranked.
    // 有多少学生参加了体测: pupils are what any of them counts.
    const auto is_general = [&](size_t noun) { return token(noun).word != nullptr && token(noun).word->role == Role::filler; };
    if (is_general(i) && std::any_of(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t other) {
          return !is_general(other) && (token(other).word == nullptr || token(other).word->role != Role::level) &&
                 (counts_people(other) || counts_so(other, i));
        }))
      merit -= 5;
    // 多少考生是第一志愿录取的: those who are a part of them.
    if (std::any_of(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t other) { return other != i && is_part_of(other, i); })) merit -= 5;
    // 参加体测的女生有多少: girls are a kind of those who were tested.
    if (std::any_of(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t other) { return other != i && is_kind_of(i, other); })) merit -= 5;
    if (is_level && slots_.nouns.size() > 1) merit -= slots_.says(Role::most) || !slots_.having.empty() ? 4 : 1;
    if (merit >= best_merit) {
      best = i;
      best_merit = merit;
    }
  }
  return best;
}

// 多少学生，多少专任教师: nouns with a quantity of their own beside a metric that is named.
std::vector<size_t> Composer::nouns_counted_beside(const std::vector<size_t>& mentions) const {
  const auto is_quantity = [&](size_t i) { return i < slots_.tokens.size() && token(i).word != nullptr && token(i).word->role == Role::quantity; };
  const auto compares = [&](size_t i) { return i < slots_.tokens.size() && token(i).word != nullptr && token(i).word->role == Role::compare_op; };
  std::vector<size_t> found;
  if (mentions.empty()) return found;
  const bool several = slots_.having.size() > 1 || std::count_if(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
                                                     return one.word != nullptr && one.word->role == Role::quantity;
                                                   }) > 1;
  for (const size_t i : slots_.nouns)
    if (several && !slots_.negated.contains(i) && !has(i, TermKind::value) &&
        ((i > 0 && is_quantity(i - 1)) || is_quantity(i + 1) || compares(i + 1)) && std::find(mentions.begin(), mentions.end(), i) == mentions.end())
      found.push_back(i);
  return found;
}

// 学生和教师各有多少: the nouns that 和 joins to it, in the order in which they were said.
std::vector<size_t> Composer::joined_nouns(size_t noun) const {
  std::vector<size_t> all{noun};
  const std::vector<std::string> named = ids_of(noun);
  // 城区学校，每百名学生终端数: the schools are those that the figure is of.
  if (std::none_of(named.begin(), named.end(), [&](const std::string& id) { return frame_.metric(id)->counts; })) return all;
  const auto is_kind = [&](size_t i) {  // the pupils of 男生和女生
    return i > 0 && token(i).word != nullptr && token(i).word->role == Role::filler && has(i - 1, TermKind::value);
  };
  const auto joined = [&](size_t join, size_t other) {
    return other < slots_.tokens.size() && token(join).word != nullptr && token(join).word->role == Role::join && has(other, TermKind::noun) &&
           !slots_.grouped.contains(other) && !slots_.negated.contains(other) && !has(other, TermKind::value) && !is_kind(other);
  };
  for (size_t i = noun; i >= 2 && joined(i - 1, i - 2); i -= 2) all.insert(all.begin(), i - 2);
  for (size_t i = noun; i + 2 < slots_.tokens.size() && joined(i + 1, i + 2); i += 2) all.push_back(i + 2);
  // 几所学校、多少个班: each with its own quantity.
  const auto asked = [&](size_t i) {
    size_t before = i;
    while (before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::measure) --before;
    return before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::quantity;
  };
  if (all.size() == 1 && asked(noun))
    for (const size_t i : slots_.nouns)
      if (i != noun && asked(i) && !slots_.grouped.contains(i) && !has(i, TermKind::value)) all.push_back(i);
  std::sort(all.begin(), all.end());
  return all;
}

// 男生和女生数: the metric of all of them, if what was named counts a kind of it and another kind stands beside it.
void Composer::widen_to_all() {
  if (out_.tree.metrics.size() != 1 || metric().fixed.size() != 1 || metric().metric->kind != pack::MetricKind::aggregate) return;
  const MetricFrame& kind = metric();
  const auto& [field, filter] = kind.fixed.front();
  const std::string begin = field + " = '";
  if (!filter.starts_with(begin) || !filter.ends_with('\'')) return;
  const std::string own = filter.substr(begin.size(), filter.size() - begin.size() - 1);
  const auto text = [](const pack::Metric& one) { return one.expression ? one.expression->text() : std::string(); };
  for (const auto& entry : frame_.metrics()) {
    const std::string& id = entry.first;
    const MetricFrame& all = entry.second;
    const pack::Metric& one = *all.metric;
    if (one.kind != kind.metric->kind || one.dataset != kind.metric->dataset || one.aggregate != kind.metric->aggregate || one.filter ||
        text(one) != text(*kind.metric) || !viewer_.sees_metric(id))
      continue;
    const bool beside = std::any_of(slots_.values.begin(), slots_.values.end(), [&](size_t i) {
      // 男生和女生数, 男生女生数
      const auto is_between = [&](size_t k) {
        return token(k).word != nullptr && (token(k).word->role == Role::filler || token(k).word->role == Role::join);
      };
      size_t behind = i + 1;
      while (behind < slots_.tokens.size() && is_between(behind)) ++behind;
      const bool beside_name = std::find(slots_.metrics.begin(), slots_.metrics.end(), behind) != slots_.metrics.end() ||
                               std::find(slots_.nouns.begin(), slots_.nouns.end(), behind) != slots_.nouns.end();
      const auto meaning = slots_.negated.contains(i) || !(is_joined(i) || beside_name) ? std::nullopt : meaning_of(i, all);
      return meaning && meaning->size() == 1 && meaning->front().dimension == field && meaning->front().values != std::vector<std::string>{own};
    });
    if (!beside) continue;
    out_.tree.metrics = {id};
    widened_ = Where{field, {own}};
    return;
  }
}

}  // namespace banmo::ask
