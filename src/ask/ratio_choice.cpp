// SPDX-License-Identifier: Apache-2.0
// Two counts of which one is divided by the other: by a metric of the packs where one does so, else as they are; and counts whose share is a metric.
#include <algorithm>
#include <array>

#include "ask/composer.h"

namespace banmo::ask {

// What a noun counts; 有在校生的学校数 counts schools, too.
std::vector<std::string> Composer::with_their_number(size_t noun) const {
  std::vector<std::string> ids;
  for (const Candidate& one : candidates(noun, true))
    if (one.direct) ids.push_back(one.id);  // 到课 shares a name with 授课 and is no lesson
  const std::u32string end = text_.text.substr(token(noun).begin, token(noun).end - token(noun).begin) + U"数";
  for (const auto& [id, frame] : frame_.metrics())
    if (frame.counts && fold(frame.metric->title.zh).text.ends_with(end)) ids.push_back(id);
  return ids;
}

// The data that count students, under whichever name.
std::vector<std::string> Composer::students() const {
  std::vector<std::string> ids;
  const auto* terms = lexicon_.exactly(U"学生数");
  for (const uint32_t index : terms == nullptr ? std::vector<uint32_t>() : *terms)
    if (lexicon_.term(index).kind == TermKind::metric)
      for (const std::string& id : lexicon_.siblings(lexicon_.term(index).id)) ids.push_back(id);
  return ids;
}

// 生均图书; 民办学校生均教学用房: the places are not what is divided.
bool Composer::choose_per_student(std::vector<size_t> counts) {
  std::erase_if(counts, [&](size_t i) { return token(i).word != nullptr && token(i).word->role == Role::level; });
  for (const size_t i : counts)
    if (const std::string ratio = frame_.ratio_of(ids_of(i), students()); !ratio.empty()) {
      out_.tree.metrics = {ratio};
      spent_.insert(counts.begin(), counts.end());
      return true;
    }
  return counts.empty() ? true
                        : refuse(Refusal::unknown_metric, "没有生均“" + said(counts.front()) + "”这个指标", "there is no such figure per student");
}

// 平均每个班超过45人: of students, though nobody says so.
bool Composer::choose_students_per(const std::vector<size_t>& counts) {
  const bool of_people =
      slots_.unit == "人" || (slots_.having.size() == 1 && slots_.having.front().unit == "人") || text_.text.find(U"数最") != std::u32string::npos;
  const auto below = std::find_if(counts.begin(), counts.end(), [&](size_t i) {
    size_t before = i;
    while (before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::measure) --before;
    return before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::per;
  });
  const bool alone = below != counts.end() && std::all_of(counts.begin(), counts.end(), [&](size_t i) {
                       return i == *below || (token(i).word != nullptr && token(i).word->role == Role::level);
                     });
  if (!of_people || !alone) return false;
  const std::string ratio = frame_.ratio_of(students(), with_their_number(*below));
  if (ratio.empty()) return false;
  out_.tree.metrics = {ratio};
  spent_.insert(*below);
  for (RawHaving& having : slots_.having) having.metric = std::string::npos;
  return true;
}

// 平均每所学校有多少学生, 生均…, 学生和教师之比, 本科教师占专任教师的比例: two counts that a metric of the packs divides.
// 平均每所小学有几个班: of the schools of that kind, in the same data.
bool Composer::choose_per_kind(size_t counted) {
  const bool of_kind = [&] {
    for (size_t i = 0; i + 1 < slots_.tokens.size(); ++i) {
      if (token(i).word == nullptr || token(i).word->role != Role::per) continue;
      const bool measured = token(i + 1).word != nullptr && token(i + 1).word->role == Role::measure;
      if (is_school_kind(i + (measured ? 2 : 1))) return true;
    }
    return false;
  }();
  const auto* schools = lexicon_.exactly(U"学校数");
  const std::vector<Candidate> named = candidates(counted, true);
  if (!of_kind || schools == nullptr) return false;
  for (const Candidate& one : named)
    for (const uint32_t index : *schools) {
      const Term& term = lexicon_.term(index);
      const MetricFrame* below = term.kind == TermKind::metric ? frame_.metric(term.id) : nullptr;
      const MetricFrame& above = *frame_.metric(one.id);
      if (!one.direct || below == nullptr || !above.counts || below->metric->dataset != above.metric->dataset || !viewer_.sees_metric(one.id))
        continue;
      out_.tree.metrics = {one.id, term.id};
      out_.tree.intent = Intent::ratio;
      spent_.insert(counted);
      return true;
    }
  return false;
}

bool Composer::choose_ratio() {
  std::vector<size_t> counts = slots_.metrics;
  counts.insert(counts.end(), slots_.nouns.begin(), slots_.nouns.end());
  std::sort(counts.begin(), counts.end());
  if (slots_.says(Role::per_student)) return choose_per_student(std::move(counts));
  // 学校平均每个班多少册: of three the schools are those that the mean is of.
  if (counts.size() > 2)
    std::erase_if(counts, [&](size_t i) {
      const bool level = token(i).word != nullptr && token(i).word->role == Role::level;
      return level && !(i > 0 && token(i - 1).word != nullptr && (token(i - 1).word->role == Role::per || token(i - 1).word->role == Role::measure));
    });
  const bool per = slots_.says(Role::per) || (slots_.says(Role::ratio) && counts.size() >= 2);
  if (per && choose_students_per(counts)) return true;
  if (slots_.says(Role::per) && counts.size() == 1 && choose_per_kind(counts.front())) return true;
  if (!per || counts.size() < 2) return true;
  // 每百名学生摊到几台: a ratio that is named is none of two others.
  const auto is_total = [&](size_t i) {
    const std::vector<std::string> ids = ids_of(i);
    return !has(i, TermKind::metric) || std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return frame_.metric(id)->counts; });
  };
  if (!std::all_of(counts.begin(), counts.end(), is_total)) return true;
  const auto n_things = std::count_if(counts.begin(), counts.end(), [&](size_t i) { return token(i).word == nullptr; });
  if (n_things > 2)
    return refuse(Refusal::unsupported, "没有看懂用什么除以什么；请只说两个数，例如“平均每所学校有多少册图书”",
                  "what is to be divided by what was not understood: name two figures");
  const size_t first = counts[0], second = counts[1];
  const bool first_is_below = slots_.says(Role::per) || slots_.says(Role::group);
  const std::vector<std::string> one = with_their_number(first), two = with_their_number(second);
  std::string ratio = first_is_below ? frame_.ratio_of(two, one) : frame_.ratio_of(one, two);
  if (ratio.empty()) ratio = first_is_below ? std::string() : frame_.ratio_of(two, one);
  if (!ratio.empty()) {
    out_.tree.metrics = {ratio};
  } else {
    std::string above, below;
    if (!choose_one(first_is_below ? second : first, above) || !choose_one(first_is_below ? first : second, below)) return false;
    out_.tree.metrics = {above, below};
    out_.tree.intent = Intent::ratio;
  }
  spent_.insert({first, second});
  return true;
}

// 女生占比, 大班额占多少, 本科及以上教师占专任教师的比例: a count whose share is a metric.
// Whether what a noun counts is a part, of which a metric tells the rate.
bool Composer::has_own_rate(size_t noun) const {
  const std::vector<std::string> ids = ids_of(noun);
  return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return !frame_.metric(id)->fixed.empty(); }) &&
         !frame_.ratio_of(ids, {}).empty();
}

// 全市寄宿生里莱西的占几成, 超重的学生里男生占多少: of the noun the place or the kind behind it.
bool Composer::is_of_part_behind(const std::vector<size_t>& counts) const {
  const auto behind = [&](size_t part) {
    if (counts.empty() || part <= counts.front()) return false;
    const size_t begin = token(counts.front()).end;
    const std::u32string between = text_.text.substr(begin, token(part).begin - begin);
    constexpr std::array<std::u32string_view, 3> kWithin = {U"里", U"中", U"之中"};
    return std::any_of(kWithin.begin(), kWithin.end(), [&](std::u32string_view one) { return between.find(one) != between.npos; });
  };
  return (counts.size() == 1 && std::any_of(slots_.orgs.begin(), slots_.orgs.end(), behind)) ||
         (counts.size() == 2 && std::any_of(slots_.values.begin(), slots_.values.end(), behind) && token(counts.back()).word != nullptr &&
          token(counts.back()).word->role == Role::filler);
}

bool Composer::choose_share_metric() {
  if (!slots_.says(Role::share) || !out_.tree.metrics.empty()) return true;
  std::vector<size_t> counts = slots_.metrics;
  counts.insert(counts.end(), slots_.nouns.begin(), slots_.nouns.end());
  std::sort(counts.begin(), counts.end());
  // 各区随迁子女占在校生: the part and the whole are both named. 各区在校生占比 is each one's part of all.
  const bool levels = std::all_of(slots_.grouped.begin(), slots_.grouped.end(),
                                  [&](size_t i) { return token(i).word != nullptr && token(i).word->role == Role::level; });
  const bool of_part = counts.size() == 1 && has_own_rate(counts.front());  // 每个区本科以上教师的比例
  if (!slots_.grouped.empty() && !(levels && (counts.size() == 2 || of_part))) return true;
  std::erase_if(
      counts, [&](size_t i) { return slots_.negated.contains(i) && (has(i, TermKind::flag) || has(i, TermKind::value) || has(i, TermKind::words)); });
  // 没有接入数字基座的系统占比: what is denied is a part of the noun.
  const auto denied = std::find_if(counts.begin(), counts.end(), [&](size_t i) { return slots_.negated.contains(i) && has(i, TermKind::noun); });
  if (denied != counts.end() && slots_.levels.empty()) {
    unfit_value_ = *denied;
    return refuse(Refusal::unsupported, "没有看懂要排除什么", "what is to be left out was not understood");
  }
  if (counts.empty() || counts.size() > 2) return true;
  if (is_of_part_behind(counts)) return true;
  // 寄宿生里女生占比: 女生占比 is of all students.
  const auto is_whole = [&](size_t part, const std::string& id) {
    if (counts.size() < 2) return true;
    const std::vector<std::string> whole = ids_of(counts[0] == part ? counts[1] : counts[0]);
    const std::string& below = frame_.metric(id)->metric->denominator;
    return below.empty() || std::any_of(whole.begin(), whole.end(), [&](const std::string& one) {
             return one == below || (frame_.metric(one)->metric->unit == frame_.metric(below)->metric->unit && frame_.metric(one)->fixed.empty());
           });
  };
  // 学生里优秀的占多少: of a figure that is not of all pupils, pupils are only whom it tells of.
  if (counts.size() == 2 && frame_.ratio_of(ids_of(counts[0]), ids_of(counts[1])).empty() &&
      frame_.ratio_of(ids_of(counts[1]), ids_of(counts[0])).empty())
    for (const size_t general : {counts[0], counts[1]})
      if (token(general).word != nullptr && token(general).word->role == Role::filler && counts.size() == 2) std::erase(counts, general);
  for (const size_t i : counts) {
    std::vector<Candidate> named = has(i, TermKind::metric) ? std::vector<Candidate>() : candidates(i, true, true);
    std::erase_if(named, [&](const Candidate& one) {
      return !one.direct || !viewer_.sees_metric(one.id) || n_unsupported(one.id) > 0 || !is_whole(i, one.id);
    });
    if (named.empty()) continue;
    if (std::count_if(named.begin(), named.end(), [&](const Candidate& one) { return one.penalty == named.front().penalty; }) > 1) {
      for (const Candidate& one : named) out_.alternatives.push_back({frame_.metric(one.id)->metric->title.zh, {}});
      return refuse(Refusal::ambiguous, "“" + said(i) + "”可以指几个指标，请选一个", "this may mean several metrics: choose one");
    }
    out_.tree.metrics = {named.front().id};
    spent_.insert(counts.begin(), counts.end());
    return true;
  }
  std::string ratio = frame_.ratio_of(ids_of(counts[0]), counts.size() == 2 ? ids_of(counts[1]) : std::vector<std::string>());
  if (ratio.empty() && counts.size() == 2) ratio = frame_.ratio_of(ids_of(counts[1]), ids_of(counts[0]));  // 学校开人工智能课的比例
  if (ratio.empty() || !viewer_.sees_metric(ratio)) return true;
  // With values or places to take shares of, the count itself is meant: 民办学校占比.
  if (counts.size() == 1 && !slots_.values.empty() && n_unsupported(ratio) > 0) return true;
  out_.tree.metrics = {ratio};
  spent_.insert(counts.begin(), counts.end());
  return true;
}

// 万兆学校有几所，占比多少: the count stands beside its share if both are asked.
void Composer::add_counted_part() {
  if (out_.tree.metrics.size() != 1 || fragment_ || !slots_.having.empty()) return;
  for (const Role other : {Role::most, Role::rank, Role::rank_of, Role::streak, Role::why, Role::growth, Role::versus})
    if (slots_.says(other)) return;
  const pack::Metric& share = *metric().metric;
  const MetricFrame* part = frame_.metric(share.numerator);
  if (share.unit != "%" || part == nullptr || !viewer_.sees_metric(share.numerator)) return;
  const auto role_at = [&](size_t i) { return i < slots_.tokens.size() && token(i).word != nullptr ? token(i).word->role : Role::filler; };
  bool counted = false, asked = false;
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    if (role_at(i) == Role::share && asked) counted = true;
    if (role_at(i) != Role::quantity) continue;
    const bool of_share = (i > 0 && role_at(i - 1) == Role::share) || role_at(i + 1) == Role::share;
    counted |= role_at(i + 1) == Role::measure && !token(i + 1).word->argument.empty() && token(i + 1).word->argument == part->metric->unit;
    asked |=
        !of_share && token(i).word->text.find(U'分') == std::u32string_view::npos && token(i).word->text.find(U'成') == std::u32string_view::npos;
  }
  if (!counted) return;
  out_.tree.metrics.insert(out_.tree.metrics.begin(), share.numerator);
  slots_.said.erase(Role::share);
}

// 开人工智能课的学校不到八成的区市: a part of all is limited, so the rate of it.
void Composer::take_rate_for_limit() {
  if (out_.tree.metrics.size() != 1 || !metric().counts || slots_.having.size() != 1) return;
  RawHaving& limit = slots_.having.front();
  if (!limit.percent || limit.whole || limit.change) return;
  const std::string rate = frame_.ratio_of(out_.tree.metrics, {});
  if (rate.empty() || frame_.metric(rate)->metric->unit != "%" || !viewer_.sees_metric(rate)) return;
  out_.tree.metrics = {rate};
  limit.metric = std::string::npos;
}

}  // namespace banmo::ask
