// SPDX-License-Identifier: Apache-2.0
// Which metrics are meant: those that are named; of several with one name those that have the dimensions asked for; else what the nouns count.
#include <algorithm>
#include <array>
#include <tuple>

#include "ask/composer.h"
#include "base/text_han.h"

namespace banmo::ask {

std::string Composer::said(size_t i) const {
  return text::utf8_of(std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin));
}

bool Composer::has(size_t i, TermKind kind) const {
  return std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) { return lexicon_.term(index).kind == kind; });
}

bool Composer::refuse(Refusal refusal, std::string zh, std::string en) {
  out_.refusal = refusal;
  out_.why = {std::move(zh), std::move(en)};
  return false;
}

std::vector<Candidate> Composer::candidates(size_t token_index, bool nouns, bool of_share) const {
  std::vector<Candidate> found;
  for (const uint32_t index : token(token_index).terms) {
    const Term& term = lexicon_.term(index);
    if (term.kind == TermKind::noun && (!nouns || (term.code == "share") != of_share)) continue;
    if (term.kind != TermKind::metric && term.kind != TermKind::noun) continue;
    const auto there = std::find_if(found.begin(), found.end(), [&](const Candidate& one) { return one.id == term.id; });
    if (there == found.end())
      found.push_back({term.id, term.penalty, true});
    else
      there->penalty = std::min(there->penalty, term.penalty);
  }
  if (has(token_index, TermKind::metric)) add_headed(token_index, found);
  for (size_t i = 0, n = found.size(); i < n; ++i)
    for (const std::string& sibling : lexicon_.siblings(found[i].id))
      if (std::none_of(found.begin(), found.end(), [&](const Candidate& one) { return one.id == sibling; })) found.push_back({sibling, 3, false});
  std::erase_if(found, [&](const Candidate& one) { return frame_.metric(one.id) == nullptr; });
  return found;
}

// 教学类系统，IPv6支持率谁高: what a name begins with may stand elsewhere in the question.
void Composer::add_headed(size_t token_index, std::vector<Candidate>& found) const {
  const std::u32string_view text = text_.text;
  const std::u32string_view name = text.substr(token(token_index).begin, token(token_index).end - token(token_index).begin);
  if (name.size() < 2 || name == U"学生数" || name == U"教师数") return;
  for (const uint32_t index : lexicon_.metrics_containing(name)) {
    const std::u32string& whole = lexicon_.name(index);
    if (!whole.ends_with(name) || whole.size() < name.size() + 2) continue;
    const std::u32string head = whole.substr(0, whole.size() - name.size());
    const size_t at = text.find(head);
    if (at == text.npos || std::any_of(slots_.values.begin(), slots_.values.end(), [&](size_t i) { return token(i).begin == at; })) continue;
    const auto there = std::find_if(found.begin(), found.end(), [&](const Candidate& one) { return one.id == lexicon_.term(index).id; });
    if (there == found.end())
      found.push_back({lexicon_.term(index).id, -1, true});
    else
      there->penalty = -1;
  }
}

// 同步课堂: of the pack whose metrics begin so.
bool Composer::is_topic_of(size_t i, const MetricFrame& metric) const {
  return std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) {
    const Term& term = lexicon_.term(index);
    return term.kind == TermKind::topic && term.id == metric.metric->pack;
  });
}

std::vector<std::string> Composer::ids_of(size_t token_index) const {
  std::vector<std::string> ids;
  for (const Candidate& one : candidates(token_index, true)) ids.push_back(one.id);
  return ids;
}

// How much of what was said this metric cannot take.
int Composer::n_unsupported(const std::string& id) const {
  const MetricFrame& metric = *frame_.metric(id);
  int n = 0;
  for (const size_t value : slots_.values) {
    const auto meaning = meaning_of(value, metric);
    bool redundant = false;
    n += meaning && std::all_of(meaning->begin(), meaning->end(), [&](const Where& one) { return fits_filter(metric, one, redundant); }) ? 0 : 1;
  }
  for (const size_t dimension : slots_.dimensions) {
    const std::string asked = dimension_of(dimension);
    n += asked == "school_year" || metric.period == asked || metric.dimension(asked) != nullptr ? 0 : 1;
  }
  if (!metric.has_org) n += static_cast<int>(slots_.orgs.size() + slots_.levels.size());
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    if (!is_marker(i)) continue;
    const Brief brief = brief_behind(i);
    const bool unknown = brief.begin < brief.end && !token(brief.begin).known();
    n += unknown && dimensions_short_for(brief.text, metric).size() != 1 ? 1 : 0;
  }
  for (const size_t topic : slots_.topics) n += is_topic_of(topic, metric) ? 0 : 1;
  return n;
}

bool Composer::choose_one(size_t token_index, std::string& id) {
  std::vector<Candidate> all = candidates(token_index, true);
  // 中考录取人数: of the scene that another word is of.
  const auto n_elsewhere = [&](const std::string& candidate) {
    const std::string& pack = frame_.metric(candidate)->metric->pack;
    return std::count_if(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t noun) {
      const std::vector<std::string> ids = noun == token_index || token(noun).word != nullptr ? std::vector<std::string>() : ids_of(noun);
      return !ids.empty() && std::none_of(ids.begin(), ids.end(), [&](const std::string& one) { return frame_.metric(one)->metric->pack == pack; });
    });
  };
  const auto rank = [&](const Candidate& one) {
    return std::tuple(n_unsupported(one.id), viewer_.sees_metric(one.id) ? 0 : 1, one.penalty, n_elsewhere(one.id));
  };
  std::stable_sort(all.begin(), all.end(), [&](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  if (all.empty()) return refuse(Refusal::unknown_metric, "没有“" + said(token_index) + "”这个指标", "there is no such metric");
  id = all.front().id;
  if (!viewer_.sees_metric(id))
    return refuse(Refusal::forbidden_field, "您的角色看不到“" + frame_.metric(id)->metric->title.zh + "”的统计",
                  "your role does not see figures of this dataset");
  std::vector<Candidate> equal;
  for (const Candidate& one : all)
    if (one.direct && rank(one) == rank(all.front())) equal.push_back(one);
  if (equal.size() > 1 && all.front().direct) {
    for (const Candidate& one : equal) out_.alternatives.push_back({frame_.metric(one.id)->metric->title.zh, {}});
    return refuse(Refusal::ambiguous, "“" + said(token_index) + "”可以指几个指标，请选一个", "this may mean several metrics: choose one");
  }
  for (const Candidate& one : all)
    if (one.id != id && viewer_.sees_metric(one.id) && rank(one) > rank(all.front()) && out_.alternatives.size() < 3)
      out_.alternatives.push_back({frame_.metric(one.id)->metric->title.zh, {}});
  return true;
}

// 随迁子女在校生数: what is a metric's name and also a value of the metric right behind it filters that one.
void Composer::values_before_metrics() {
  for (size_t k = 0; k + 1 < slots_.metrics.size(); ++k) {
    const size_t i = slots_.metrics[k], next = slots_.metrics[k + 1];
    const bool is_value = has(i, TermKind::value) || has(i, TermKind::flag) || has(i, TermKind::words);
    if (next != i + 1 || !is_value) continue;
    const std::vector<Candidate> all = candidates(next, false);
    if (std::none_of(all.begin(), all.end(), [&](const Candidate& one) { return meaning_of(i, *frame_.metric(one.id)).has_value(); })) continue;
    slots_.values.push_back(i);
    slots_.metrics.erase(slots_.metrics.begin() + static_cast<std::ptrdiff_t>(k--));
  }
}

// 哪些区, 哪几所学校, somewhere before the token.
bool Composer::has_all_of_level(size_t before) const {
  for (size_t i = 0; i < before; ++i) {
    if (token(i).word == nullptr || token(i).word->role != Role::which_all) continue;
    size_t next = i + 1;
    while (next < before && token(next).word != nullptr && token(next).word->role == Role::measure) ++next;
    if (next < before && token(next).word != nullptr && token(next).word->role == Role::level) return true;
  }
  return false;
}

// Metrics by name, in the order in which they were said.
std::vector<size_t> Composer::metric_mentions() {
  std::vector<size_t> found;
  for (const size_t i : slots_.metrics)
    if (!spent_.contains(i)) found.push_back(i);
  return found;
}

// 没有学生的学校
bool Composer::is_before_level(size_t i) const {
  return token(i).word->role != Role::level && i + 1 < slots_.tokens.size() && token(i + 1).word != nullptr && token(i + 1).word->role == Role::level;
}

bool Composer::choose_metrics() {
  values_before_metrics();
  if (by_people()) return true;
  if (none_ = none_of(); !none_.kinds.empty() && slots_.metrics.empty()) {
    slots_.negated.clear();
    if (none_.counted == std::string::npos) {
      slots_.unit = "所";
      return by_unit() || no_metric();
    }
    std::string id;
    if (!choose_one(none_.counted, id)) return false;
    out_.tree.metrics = {id};
    spent_.insert(none_.counted);
    return true;
  }
  none_ = {};
  if (!choose_ratio() || !choose_share_metric()) return false;
  if (!out_.tree.metrics.empty()) return true;
  std::vector<size_t> mentions = metric_mentions();
  const std::vector<size_t> counted = nouns_counted_beside(mentions);
  mentions.insert(mentions.end(), counted.begin(), counted.end());
  std::sort(mentions.begin(), mentions.end());
  // 没有万兆接入的学校: of what is not there, there are none.
  for (const size_t i : slots_.nouns)
    if (slots_.negated.contains(i) && mentions.empty() && (token(i).word == nullptr || is_before_level(i)) && !candidates(i, true).empty())
      negated_nouns_ = true;
  // 既没接入万兆、也没无线全覆盖: the one is a noun, the other a name.
  const auto denied = [&](size_t i) { return slots_.negated.contains(i); };
  negated_nouns_ |= !mentions.empty() && std::all_of(mentions.begin(), mentions.end(), denied) &&
                    std::any_of(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t i) { return denied(i) && token(i).word == nullptr; });
  if (negated_nouns_)
    for (const size_t i : slots_.nouns)
      if (slots_.negated.contains(i) && !candidates(i, true).empty()) mentions.push_back(i);
  if (mentions.empty())
    if (const size_t noun = counted_noun(); noun != std::string::npos) {
      mentions = joined_nouns(noun);
      const std::vector<size_t> counted_too = nouns_counted_beside(mentions);
      mentions.insert(mentions.end(), counted_too.begin(), counted_too.end());
      std::sort(mentions.begin(), mentions.end());
      by_noun_ = true;
    }
  for (const size_t i : mentions) {
    std::string id;
    if (!choose_one(i, id)) return false;
    if (std::find(out_.tree.metrics.begin(), out_.tree.metrics.end(), id) == out_.tree.metrics.end()) out_.tree.metrics.push_back(id);
    spent_.insert(i);
  }
  if (out_.tree.metrics.empty() && (by_unit() || by_part() || by_kinds())) return out_.refusal == Refusal::none;
  widen_to_all();
  if (!out_.tree.metrics.empty()) return out_.refusal == Refusal::none;
  if (previous_ != nullptr) {
    out_.tree.metrics = previous_->metrics;
    fragment_ = true;
    return true;
  }
  return no_metric();
}

bool Composer::no_metric() {
  const bool ends_as_one = text_.text.find(U'率') != std::u32string::npos || std::any_of(slots_.unknown.begin(), slots_.unknown.end(), [&](size_t i) {
                             constexpr std::u32string_view kFigureEnds = U"率数量比额度值分费";
                             const size_t end = token(i).end;
                             return kFigureEnds.find(text_.text[end - 1]) != kFigureEnds.npos ||
                                    (end < text_.text.size() && kFigureEnds.find(text_.text[end]) != kFigureEnds.npos);
                           });
  const bool of_data = !slots_.values.empty() || !slots_.orgs.empty() || !slots_.nouns.empty() || !slots_.dimensions.empty() ||
                       !slots_.levels.empty() || slots_.says(Role::per_student) || slots_.says(Role::own) || !slots_.fields.empty() || ends_as_one;
  const bool asks = slots_.says(Role::quantity) || slots_.says(Role::share) || slots_.says(Role::most) || slots_.says(Role::yoy) ||
                    slots_.says(Role::rank) || slots_.says(Role::average) || slots_.says(Role::trend) || !slots_.having.empty() ||
                    slots_.says(Role::change) || slots_.says(Role::whole) || slots_.says(Role::rank_of) || slots_.says(Role::growth);
  if (slots_.says(Role::opinion) || (!asks && wants_done()) || (slots_.says(Role::chat) && !(of_data && asks)) || (!of_data && !asks))
    return refuse_talk();
  if (names_person()) return refuse_person();
  if (!refuse_shared_part() || !refuse_shared_unit()) return false;
  if (const PlaceSpan place = unknown_place(); place.end > 0) return refuse_place(place);
  const std::string unknown = unknown_words();
  for (const size_t i : slots_.unknown) {
    const auto span = std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin);
    for (const uint32_t near : lexicon_.metrics_containing(span))
      if (viewer_.sees_metric(lexicon_.term(near).id) && out_.alternatives.size() < 5) out_.alternatives.push_back({lexicon_.term(near).title, {}});
  }
  if (!slots_.fields.empty() && unknown.empty())
    return refuse(Refusal::unsupported, "“" + said(slots_.fields.front()) + "”是登记的字段，没有按它统计的指标",
                  "this is a field that no metric counts by");
  for (const size_t i : slots_.nouns)
    for (const Candidate& one : candidates(i, true))
      if (viewer_.sees_metric(one.id) && out_.alternatives.size() < 5) out_.alternatives.push_back({frame_.metric(one.id)->metric->title.zh, {}});
  // 哪个区教育最好: of nothing that is counted.
  const bool praises = std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
    return one.word != nullptr && one.word->role == Role::most && (one.word->argument == "good" || one.word->argument == "bad");
  });
  if (unknown.empty() && praises && slots_.nouns.empty() && text_.text.find(U"教育") != std::u32string::npos) return refuse_talk();
  if (unknown.empty() && slots_.says(Role::share) && slots_.nouns.empty()) {
    for (const auto& [id, one] : frame_.metrics())
      if (one.metric->unit == "%" && viewer_.sees_metric(id) && out_.alternatives.size() < 5) out_.alternatives.push_back({one.metric->title.zh, {}});
    return refuse(Refusal::ambiguous, "没有说是什么的占比；请说出指标，例如“寄宿生占比”", "the share of what is not said: name a metric");
  }
  if (unknown.empty()) return refuse(Refusal::unknown_metric, "没有听出要问哪个指标", "which metric is meant was not understood");
  return refuse(Refusal::unknown_metric, "没有“" + unknown + "”这样的指标", "there is no such metric");
}

}  // namespace banmo::ask
