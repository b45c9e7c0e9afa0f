// SPDX-License-Identifier: Apache-2.0
#include "ask/plan_words.h"

#include <algorithm>
#include <array>

#include "ask/times.h"
#include "ask/words.h"

namespace banmo::ask {
namespace {

constexpr size_t kLeastName = 3, kLeastPlan = 4, kLongestName = 24;
constexpr size_t kMostOfAName = 8;  // targets that share a part of a name, beyond which it names none

enum class Said {
  about,   // that targets are meant
  state,   // argument: which of them by their state
  neutral  // says nothing more
};
struct Phrase {
  std::u32string_view text;
  Said said;
  std::string_view argument = {};
};

constexpr std::array kPhrases = {
    Phrase{U"规划目标", Said::about},
    Phrase{U"规划指标", Said::about},
    Phrase{U"规划任务", Said::about},
    Phrase{U"规划", Said::about},
    Phrase{U"目标值", Said::about},
    Phrase{U"目标", Said::about},
    Phrase{U"行动计划", Said::about},
    Phrase{U"三年计划", Said::about},
    Phrase{U"没达标", Said::state, "missed"},
    Phrase{U"未达标", Said::state, "missed"},
    Phrase{U"没有达标", Said::state, "missed"},
    Phrase{U"不达标", Said::state, "missed"},
    Phrase{U"尚未达标", Said::state, "missed"},
    Phrase{U"还没达标", Said::state, "missed"},
    Phrase{U"没达成", Said::state, "missed"},
    Phrase{U"未达成", Said::state, "missed"},
    Phrase{U"没有达成", Said::state, "missed"},
    Phrase{U"尚未达成", Said::state, "missed"},
    Phrase{U"还没达成", Said::state, "missed"},
    Phrase{U"没完成", Said::state, "missed"},
    Phrase{U"未完成", Said::state, "missed"},
    Phrase{U"没有完成", Said::state, "missed"},
    Phrase{U"尚未完成", Said::state, "missed"},
    Phrase{U"还没完成", Said::state, "missed"},
    Phrase{U"没实现", Said::state, "missed"},
    Phrase{U"未实现", Said::state, "missed"},
    Phrase{U"没有实现", Said::state, "missed"},
    Phrase{U"未达到", Said::state, "missed"},
    Phrase{U"没达到", Said::state, "missed"},
    Phrase{U"没有达到", Said::state, "missed"},
    Phrase{U"落后", Said::state, "missed"},
    Phrase{U"滞后", Said::state, "missed"},
    Phrase{U"达标", Said::state, "reached"},
    Phrase{U"达成", Said::state, "reached"},
    Phrase{U"已完成", Said::state, "reached"},
    Phrase{U"完成了", Said::state, "reached"},
    Phrase{U"已经完成", Said::state, "reached"},
    Phrase{U"绿灯", Said::state, "reached"},
    Phrase{U"红灯", Said::state, "red"},
    Phrase{U"标红", Said::state, "red"},
    Phrase{U"黄灯", Said::state, "yellow"},
    Phrase{U"标黄", Said::state, "yellow"},
    Phrase{U"没有数据", Said::state, "unknown"},
    Phrase{U"暂无数据", Said::state, "unknown"},
    Phrase{U"未填报", Said::state, "unknown"},
    Phrase{U"没填报", Said::state, "unknown"},
    Phrase{U"没有填报", Said::state, "unknown"},
    Phrase{U"未上报", Said::state, "unknown"},
    Phrase{U"灰灯", Said::state, "unknown"},
    Phrase{U"完成情况", Said::neutral},
    Phrase{U"达标情况", Said::neutral},
    Phrase{U"达成情况", Said::neutral},
    Phrase{U"完成得", Said::neutral},
    Phrase{U"完成", Said::neutral},
    Phrase{U"进度", Said::neutral},
    Phrase{U"进展", Said::neutral},
    Phrase{U"实现", Said::neutral},
    Phrase{U"差距", Said::neutral},
    Phrase{U"还差", Said::neutral},
    Phrase{U"差", Said::neutral},
    Phrase{U"距离", Said::neutral},
    Phrase{U"距", Said::neutral},
    Phrase{U"离", Said::neutral},
    Phrase{U"年底", Said::neutral},
    Phrase{U"底", Said::neutral},
    Phrase{U"末", Said::neutral},
    Phrase{U"要求", Said::neutral},
    Phrase{U"指标", Said::neutral},
    Phrase{U"任务", Said::neutral},
    Phrase{U"达到", Said::neutral},
    Phrase{U"亮", Said::neutral},
    Phrase{U"监测", Said::neutral},
    Phrase{U"实际值", Said::neutral},
    Phrase{U"计划", Said::neutral},
    Phrase{U"各项", Said::neutral},
    Phrase{U"多大", Said::neutral},
    Phrase{U"如期", Said::neutral},
};

// 达标率 is a metric, 达标情况 no state.
const Phrase* phrase_at(std::u32string_view rest) {
  const Phrase* best = nullptr;
  for (const Phrase& one : kPhrases) {
    if (!rest.starts_with(one.text) || (best != nullptr && best->text.size() >= one.text.size())) continue;
    if (const auto behind = rest.substr(one.text.size()); behind.starts_with(U"率") || behind.starts_with(U"占比")) continue;
    best = &one;
  }
  return best;
}

bool is_strong(std::u32string_view text) {
  return std::any_of(kPhrases.begin(), kPhrases.end(),
                     [&](const Phrase& one) { return one.said != Said::neutral && text.find(one.text) != std::u32string_view::npos; });
}

// Words of asking that add nothing to what is asked of a target.
size_t idle_at(std::u32string_view text, size_t at) {
  constexpr std::array kIdle = {Role::stop,  Role::quantity, Role::which,      Role::which_all, Role::measure,
                                Role::whole, Role::follow,   Role::difference, Role::join,      Role::sum};
  size_t longest = 0;
  each_word_at(text, at, [&](const Word& word) {
    if (std::find(kIdle.begin(), kIdle.end(), word.role) != kIdle.end()) longest = std::max(longest, word.text.size());
  });
  return longest;
}

bool has_digit(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

void add_parts(std::unordered_map<std::u32string, std::set<std::string>>& to, const std::string& name, size_t least, const std::string& target) {
  for (const std::u32string& folded : folded_names(name))
    for (size_t from = 0; from < folded.size(); ++from)
      for (size_t n = least; n <= kLongestName && from + n <= folded.size(); ++n) to[folded.substr(from, n)].insert(target);
}

}  // namespace

struct PlanWords::Reading {
  bool about = false, asks_whether = false;
  bool begins = false;  // 规划目标 begins anew, 没达标的呢 goes on
  std::string state;
  std::set<std::string> named;
  std::vector<const std::set<std::string>*> groups;
  std::optional<metrics::TimeRange> time;
};

PlanWords::PlanWords(const pack::Catalogue& catalogue) : catalogue_(catalogue) {
  for (const pack::Target& target : catalogue.targets()) {
    all_.push_back(target.id);
    add_parts(names_, target.item, kLeastName, target.id);
    if (const pack::Metric* metric = target.metric.empty() ? nullptr : catalogue.metric(target.metric)) {
      const std::u32string title = fold(metric->title.zh).text;
      for (std::u32string& name : whole_names(metric->title.zh, metric->synonyms)) names_[std::move(name)].insert(target.id);
      if (title.size() > kLeastPlan && title.ends_with(U"数")) names_[title.substr(0, title.size() - 1)].insert(target.id);
    }
    add_parts(groups_, target.plan, kLeastPlan, target.id);
    // The years of a plan's name are years.
    std::erase_if(groups_, [](const auto& one) { return has_digit(one.first); });
    groups_[fold(target.section).text].insert(target.id);
    groups_[fold(target.responsible).text].insert(target.id);
  }
  std::erase_if(names_, [](const auto& one) { return one.second.size() > kMostOfAName; });
  for (const Phrase& one : kPhrases) {
    names_.erase(std::u32string(one.text));
    groups_.erase(std::u32string(one.text));
  }
}

PlanWords::Found PlanWords::name_at(std::u32string_view text, size_t at) const {
  for (size_t n = std::min(kLongestName, text.size() - at); n >= 2; --n) {
    const std::u32string part(text.substr(at, n));
    if (const auto group = groups_.find(part); group != groups_.end()) return {n, &group->second, true};
    if (const auto name = names_.find(part); name != names_.end()) return {n, &name->second, false};
  }
  return {};
}

bool PlanWords::take_time(std::u32string_view text, size_t& at, Date today, Reading& reading) const {
  const auto phrase = time_at(text, at, today);
  if (!phrase) return false;
  const auto meaning = meaning_of(*phrase, Dating::calendar_year, today);
  if (!meaning.ok() || reading.time) return false;
  if (!meaning->latest) {
    metrics::TimeRange range = meaning->range;
    const int year = today.year();
    if (range.last > 0) range = {"", std::to_string(year - range.last + 1), std::to_string(year), 0};
    range.grain.clear();
    reading.time = range;
  }
  at += phrase->length;
  return true;
}

std::vector<std::string> PlanWords::chosen(const Reading& reading) const {
  std::vector<std::string> out;
  for (const std::string& id : all_) {
    const bool in_groups = std::all_of(reading.groups.begin(), reading.groups.end(), [&](const auto* group) { return group->contains(id); });
    if (in_groups && (reading.named.empty() || reading.named.contains(id))) out.push_back(id);
  }
  return out;
}

std::string PlanWords::year_of(const std::vector<std::string>& targets, Date today) const {
  std::set<int> years;
  for (const std::string& id : targets.empty() ? all_ : targets)
    if (const pack::Target* target = catalogue_.target(id))
      for (const auto& [year, value] : target->values) years.insert(year);
  if (years.empty()) return {};
  const auto next = years.lower_bound(today.year());
  return std::to_string(next == years.end() ? *years.rbegin() : *next);
}

std::optional<Tree> PlanWords::read(const Folded& folded, Date today, const Tree* previous) const {
  const std::u32string_view text = folded.text;
  bool follows = previous != nullptr && previous->intent == Intent::target;
  if (all_.empty() || (!follows && !is_strong(text))) return std::nullopt;
  Reading reading;
  reading.asks_whether = text.ends_with(U"吗") || text.ends_with(U"没有") || text.find(U"是否") != text.npos;
  for (size_t at = 0; at < text.size();) {
    const Phrase* phrase = phrase_at(text.substr(at));
    const Found found = name_at(text, at);
    const size_t idle = idle_at(text, at);
    if (found.length > 0 && found.length > idle && (phrase == nullptr || found.length > phrase->text.size())) {
      if (found.group)
        reading.groups.push_back(found.targets);
      else
        reading.named.insert(found.targets->begin(), found.targets->end());
      reading.about |= found.group && text.substr(at, found.length).find(U"计划") != text.npos;
      at += found.length;
    } else if (phrase != nullptr && phrase->text.size() >= idle) {
      reading.about |= phrase->said != Said::neutral;
      reading.begins |= phrase->said == Said::about;
      if (phrase->said == Said::state) reading.state = phrase->argument;
      at += phrase->text.size();
    } else if (text.substr(at) == U"没有") {  // 达到目标没有
      at = text.size();
    } else if (!take_time(text, at, today, reading)) {
      if (idle == 0) return std::nullopt;
      at += idle;
    }
  }
  const bool says = reading.about || !reading.named.empty() || !reading.groups.empty() || reading.time;
  if (!reading.about && !(follows && says)) return std::nullopt;
  follows &= !reading.begins;
  Tree tree;
  tree.intent = Intent::target;
  const bool narrowed = !reading.named.empty() || !reading.groups.empty();
  if (narrowed)
    tree.targets = chosen(reading);
  else if (follows)
    tree.targets = previous->targets;
  if (narrowed && tree.targets.empty()) return std::nullopt;
  // Of a target that was named its state is told, whatever it is.
  const bool lists = reading.named.empty() && !reading.asks_whether;
  if (lists) tree.lamp = reading.state.empty() && follows && !narrowed ? previous->lamp : reading.state;
  if (reading.time)
    tree.time = *reading.time;
  else if (follows)
    tree.time = previous->time;
  else
    tree.time.from = tree.time.to = year_of(tree.targets, today);
  return tree;
}

}  // namespace banmo::ask
