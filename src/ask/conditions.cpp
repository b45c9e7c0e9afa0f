// SPDX-License-Identifier: Apache-2.0
// Filters, groups and periods of the chosen metric.
#include <algorithm>
#include <charconv>

#include "ask/composer.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

using directory::OrgKind;

std::string level_of(OrgKind kind) { return kind == OrgKind::city ? "city" : kind == OrgKind::district ? "district" : "school"; }

void add_unique(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

// "1-6" as 1..6; anything else as it is written.
std::vector<std::string> spread_out(const std::string& values) {
  std::vector<std::string> out;
  for (const std::string& part : text::split(values, '|')) {
    const size_t dash = part.find('-');
    int64_t from = 0, to = 0;
    const auto read = [](std::string_view digits, int64_t& number) {
      const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      return code == std::errc() && end == digits.data() + digits.size();
    };
    if (dash == std::string::npos || !read(std::string_view(part).substr(0, dash), from) || !read(std::string_view(part).substr(dash + 1), to) ||
        to - from > 100) {
      out.push_back(part);
      continue;
    }
    for (int64_t i = from; i <= to; ++i) out.push_back(std::to_string(i));
  }
  return out;
}

}  // namespace

bool covers(const directory::OrgTree& tree, const Viewer& viewer, directory::OrgNo org) {
  return viewer.everything || std::any_of(viewer.orgs.begin(), viewer.orgs.end(), [&](directory::OrgNo top) { return tree.is_within(org, top); });
}

std::string Composer::dimension_of(size_t i) const {
  for (const uint32_t index : token(i).terms)
    if (lexicon_.term(index).kind == TermKind::dimension) {
      const std::string& id = lexicon_.term(index).id;
      // One name may stand for several dimensions: the one that the metric has.
      if (out_.tree.metrics.empty() || metric().dimension(id) != nullptr || metric().period == id) return id;
    }
  for (const uint32_t index : token(i).terms)
    if (lexicon_.term(index).kind == TermKind::dimension) return lexicon_.term(index).id;
  return token(i).word == nullptr ? std::string() : std::string(token(i).word->argument);
}

Composer::Meaning Composer::shorthand(const std::string& code) const {
  Meaning meaning;
  for (const std::string& part : text::split(code, ';')) {
    const size_t equals = part.find('=');
    if (equals != std::string::npos) meaning.push_back({part.substr(0, equals), spread_out(part.substr(equals + 1))});
  }
  return meaning;
}

std::optional<Composer::Meaning> Composer::numbered(const Token& one, const MetricFrame& metric) const {
  for (const uint32_t index : one.terms) {
    const AskedDimension* dimension = metric.dimension(lexicon_.term(index).id);
    if (dimension == nullptr || dimension->kind != DimensionKind::whole) continue;
    const auto from = static_cast<int64_t>(one.number->value), to = one.to;
    if (from < 0 || to < from || to - from > 100) return std::nullopt;
    return Meaning{{dimension->id, spread_out(std::to_string(from) + "-" + std::to_string(to))}};
  }
  return std::nullopt;
}

// A word may be a value of several lists ("高中"): of those that the metric has. A by-name that most lists use for one thing is not read as another
// ("高中" as an education) unless that dimension is named beside it.
std::optional<Composer::Meaning> Composer::meaning_of(size_t i, const MetricFrame& metric) const {
  std::map<std::string, int> uses;
  int most = 0;
  for (const uint32_t index : token(i).terms)
    if (const Term& term = lexicon_.term(index); term.kind == TermKind::value) most = std::max(most, ++uses[term.code]);
  std::optional<Meaning> found;
  for (const uint32_t index : token(i).terms) {
    const Term& term = lexicon_.term(index);
    if (term.kind == TermKind::words && term.id == frame_.catalogue().pack(metric.metric->pack)->name) {
      Meaning meaning = shorthand(term.code);
      if (std::all_of(meaning.begin(), meaning.end(), [&](const Where& one) { return metric.dimension(one.dimension) != nullptr; })) return meaning;
    }
    if (term.kind == TermKind::flag && metric.dimension(term.id) != nullptr) return Meaning{{term.id, {term.code}}};
    if (term.kind != TermKind::value) continue;
    for (const AskedDimension& dimension : metric.dimensions) {
      if (dimension.list != term.id) continue;
      bool named = false;
      for (const size_t other : slots_.dimensions)
        named |= (other == i + 1 || other + 1 == i || other + 2 == i) && dimension_of(other) == dimension.id;
      if (term.penalty > 0 && uses[term.code] < most && !named) continue;
      if (!found || named) found = Meaning{{dimension.id, {term.code}}};
    }
  }
  return found || !token(i).numbered ? found : numbered(token(i), metric);
}

// "体质" of 学生体质健康: the subject of the metric's own data says nothing new.
bool Composer::is_topic(size_t i) const {
  const std::u32string_view span = std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin);
  if (span.size() < 2 || token(i).number || out_.tree.metrics.empty()) return false;
  // 智慧校园建成率: of what is a rate more was said than a subject.
  if (const auto behind = std::u32string_view(text_.text).substr(token(i).end); behind.starts_with(U"率") || behind.starts_with(U"占比"))
    return false;
  if (const pack::PackInfo* pack = frame_.catalogue().pack(metric().metric->pack);
      pack != nullptr && fold(pack->title.zh).text.find(span) != std::u32string::npos)
    return true;
  return std::any_of(metric().datasets.begin(), metric().datasets.end(),
                     [&](const pack::Dataset* dataset) { return fold(dataset->title.zh).text.find(span) != std::u32string::npos; });
}

bool Composer::check_unknown() {
  std::vector<size_t> left;
  for (const size_t i : slots_.unknown)
    if (!is_topic(i)) left.push_back(i);
  if (left.empty() && !slots_.fields.empty())
    return refuse(Refusal::unsupported, "“" + said(slots_.fields.front()) + "”是登记的字段或代码，没有按它统计的指标或维度",
                  "this is stored and is no metric or dimension");
  if (left.empty()) {
    for (const size_t noun : slots_.nouns)
      if (!spent_.contains(noun) && token(noun).word == nullptr && !fragment_ &&
          std::find(slots_.values.begin(), slots_.values.end(), noun) == slots_.values.end())
        return refuse(Refusal::unsupported, "没有看懂“" + said(noun) + "”与“" + metric().metric->title.zh + "”的关系",
                      "how these go together was not understood");
    return true;
  }
  const size_t i = left.front();
  const std::string word = said(i);
  const bool number = token(i).number.has_value();
  if (number) return refuse(Refusal::unsupported, "没有看懂数字“" + word + "”的用途", "what the number " + word + " is for was not understood");
  const bool before_metric =
      i + 1 < slots_.tokens.size() && has(i + 1, TermKind::metric) && text_.at[token(i + 1).begin] == text_.at[token(i).end - 1] + 1;
  const bool place =
      i + 1 < slots_.tokens.size() && ((token(i + 1).word != nullptr && token(i + 1).word->role == Role::level) || has(i + 1, TermKind::value));
  if (!out_.tree.metrics.empty() && !fragment_ && before_metric && !place && token(i).end - token(i).begin <= 4 && slots_.orgs.empty()) {
    for (const std::string& id : out_.tree.metrics) out_.alternatives.push_back({frame_.metric(id)->metric->title.zh, {}});
    return refuse(Refusal::unknown_metric, "没有“" + word + said(i + 1) + "”这个指标", "there is no such metric");
  }
  if (by_noun_ && !place) return refuse(Refusal::unknown_metric, "没有“" + word + "”这样的指标", "there is no such metric");
  return refuse(Refusal::unknown_entity, "没有看懂“" + word + "”；它不是这里的机构、指标或取值",
                "\"" + word + "\" is no organisation, metric or value here");
}

// The values of a code dimension but these.
std::vector<std::string> Composer::others(const MetricFrame& metric, const Where& left_out) const {
  const AskedDimension* dimension = metric.dimension(left_out.dimension);
  std::vector<std::string> rest;
  if (dimension == nullptr) return rest;
  const auto keep = [&](const std::string& value) {
    if (std::find(left_out.values.begin(), left_out.values.end(), value) == left_out.values.end()) rest.push_back(value);
  };
  if (dimension->kind == DimensionKind::flag) {
    keep("true");
    keep("false");
  } else if (const pack::CodeList* list = frame_.catalogue().code_list(dimension->list)) {
    for (const auto& value : list->values) keep(value.code);
  } else if (const pack::Field* field = metric.datasets.front()->field(dimension->id);
             field != nullptr && field->min && field->max && *field->max - *field->min <= 100) {
    for (auto i = static_cast<int64_t>(*field->min); i <= static_cast<int64_t>(*field->max); ++i) keep(std::to_string(i));
  }
  return rest;
}

// What the metric is limited to anyway says nothing new, or contradicts it.
bool Composer::fits_filter(const MetricFrame& metric, const Where& where, bool& redundant) const {
  for (const auto& [field, filter] : metric.fixed) {
    if (field != where.dimension) continue;
    redundant = where.values.size() == 1 && filter.find(field + " = '" + where.values.front() + "'") != std::string::npos;
    return redundant;
  }
  return true;
}

// 初中三年级: the third of grades 7 to 9.
void Composer::within_range(Where& where) const {
  for (const Where& range : out_.tree.where) {
    if (range.dimension != where.dimension || range.values.size() < 2) continue;
    if (std::find(range.values.begin(), range.values.end(), where.values.front()) != range.values.end()) return;
    const size_t place = static_cast<size_t>(text::parse_int(where.values.front()).value_or(0));
    if (place >= 1 && place <= range.values.size()) where.values.front() = range.values[place - 1];
    return;
  }
}

bool Composer::add_where(const std::string& dimension, const std::vector<std::string>& values) {
  for (Where& where : out_.tree.where) {
    if (where.dimension != dimension) continue;
    const auto within = [](const std::vector<std::string>& few, const std::vector<std::string>& many) {
      return few.size() < many.size() &&
             std::all_of(few.begin(), few.end(), [&](const std::string& one) { return std::find(many.begin(), many.end(), one) != many.end(); });
    };
    // 小学三年级 is the narrower of the two.
    if (within(where.values, values)) return false;
    if (within(values, where.values)) {
      where.values = values;
      return false;
    }
    for (const std::string& value : values) add_unique(where.values, value);
    return true;
  }
  out_.tree.where.push_back({dimension, values});
  return true;
}

// 一年级到三年级: from the one to the other.
void Composer::join_numbered() {
  for (size_t k = 0; k + 1 < slots_.values.size(); ++k) {
    const size_t i = slots_.values[k], to = slots_.values[k + 1];
    if (to != i + 2 || !token(i).numbered || !token(to).numbered || token(i + 1).word == nullptr) continue;
    if (token(i + 1).word->text != U"到" && token(i + 1).word->text != U"至") continue;
    slots_.tokens[i].to = token(to).to;
    slots_.values.erase(slots_.values.begin() + static_cast<std::ptrdiff_t>(k) + 1);
  }
}

bool Composer::add_values() {
  join_numbered();
  std::map<std::string, Where> left_out;
  std::map<std::string, int> mentions;
  std::set<std::string> plain;  // dimensions that a value of theirs names
  std::vector<size_t> values = slots_.values;
  std::stable_partition(values.begin(), values.end(), [&](size_t i) { return has(i, TermKind::value) && !token(i).numbered; });
  for (const size_t i : values) {
    if (slots_.grouped.contains(i) || spent_.contains(i)) continue;
    const auto meaning = meaning_of(i, metric());
    if (!meaning) {
      std::string can;
      for (const AskedDimension& dimension : metric().dimensions) can += (can.empty() ? "" : "、") + dimension.title;
      return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”不能按“" + said(i) + "”统计；可用的维度：" + can,
                    "this metric has no dimension for \"" + said(i) + "\"");
    }
    const bool shorthand = meaning->size() > 1;
    for (Where where : *meaning) {
      if (shorthand && plain.contains(where.dimension)) continue;
      if (!shorthand) plain.insert(where.dimension);
      if (token(i).numbered && where.values.size() == 1) within_range(where);
      if (slots_.negated.contains(i)) {
        negation_used_ = true;
        Where& out = left_out.try_emplace(where.dimension, Where{where.dimension, {}}).first->second;
        for (const std::string& value : where.values) add_unique(out.values, value);
        continue;
      }
      bool redundant = false;
      for (const std::string& id : out_.tree.metrics)
        if (!fits_filter(*frame_.metric(id), where, redundant))
          return refuse(Refusal::unsupported,
                        "“" + frame_.metric(id)->metric->title.zh + "”的定义已限定“" + where.dimension + "”，不能再按“" + said(i) + "”筛选",
                        "the metric's definition already limits this");
      if (redundant) continue;
      if (add_where(where.dimension, where.values)) ++mentions[where.dimension];
    }
  }
  for (const auto& [dimension, out] : left_out) {
    const std::vector<std::string> rest = others(metric(), out);
    if (rest.empty()) return refuse(Refusal::unsupported, "不能排除“" + dimension + "”的这些取值", "these values cannot be left out");
    (void)add_where(dimension, rest);
  }
  // 小学和初中: side by side, unless together.
  for (const auto& [dimension, n] : mentions)
    if (n >= 2 && !slots_.says(Role::sum) && !grouped_by(dimension) && !slots_.says(Role::share)) out_.tree.by.push_back(dimension);
  return true;
}

bool Composer::grouped_by(const std::string& id) const { return std::find(out_.tree.by.begin(), out_.tree.by.end(), id) != out_.tree.by.end(); }

bool Composer::add_org(size_t i, std::map<std::string, std::vector<std::string>>& chosen) {
  std::vector<const directory::Org*> named;
  int least = 9;
  for (const uint32_t index : token(i).terms) {
    const Term& term = lexicon_.term(index);
    const directory::Org* org = term.kind == TermKind::org ? orgs_.find(term.org) : nullptr;
    if (org == nullptr || term.penalty > least) continue;
    if (term.penalty < least) named.clear();
    least = term.penalty;
    named.push_back(org);
  }
  if (named.empty()) return true;
  std::vector<const directory::Org*> seen;
  for (const directory::Org* org : named)
    if (covers(orgs_, viewer_, org->no)) seen.push_back(org);
  if (seen.size() > 1 && chosen.contains("district")) {
    std::vector<const directory::Org*> within;
    for (const directory::Org* org : seen)
      for (const std::string& id : chosen["district"])
        if (const directory::Org* district = orgs_.find(*OrgId::parse(id)); district != nullptr && orgs_.is_within(org->no, district->no))
          within.push_back(org);
    if (!within.empty()) seen = within;
  }
  if (seen.empty())
    return refuse(Refusal::forbidden_scope, "“" + named.front()->title + "”不在您的数据范围内", "this organisation is outside of your scope");
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
    chosen.erase("district");
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
    if (ids.size() >= 2 && !left_out.contains(level) && !slots_.says(Role::sum) && !slots_.says(Role::share)) out_.tree.by.push_back(level);
  }
  return add_own();
}

// 本区, 我校, 全市
bool Composer::add_own() {
  if (slots_.says(Role::whole) && !viewer_.everything && metric().has_org && slots_.orgs.empty())
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

// 各类学校, 各类系统: by the one dimension of the metric that tells kinds. The level behind it is what is of these kinds.
bool Composer::add_kinds(std::set<size_t>& levels) {
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    const Word* word = token(i).word;
    if (word == nullptr || word->role != Role::group || word->argument != "kind") continue;
    size_t next = i + 1;
    while (next < slots_.tokens.size() && token(next).word != nullptr && token(next).word->role == Role::stop) ++next;
    if (next < slots_.tokens.size() && has(next, TermKind::dimension)) continue;
    std::vector<std::string> kinds;
    for (const AskedDimension& dimension : metric().dimensions)
      if (dimension.title.ends_with("类型") || dimension.title.ends_with("类别") || dimension.title.ends_with("大类")) kinds.push_back(dimension.id);
    // Of several that of what was said: 学校类型 of 各类学校.
    if (kinds.size() > 1 && next < slots_.tokens.size()) {
      const std::u32string_view behind = std::u32string_view(text_.text).substr(token(next).begin, 2);
      std::erase_if(kinds, [&](const std::string& id) { return !fold(metric().dimension(id)->title).text.starts_with(behind); });
    }
    if (kinds.size() != 1)
      return refuse(Refusal::unsupported, "没有看懂“" + said(i) + "”按什么分；请说出维度的名称",
                    "by which kinds was not understood: name the dimension");
    if (!grouped_by(kinds.front())) out_.tree.by.push_back(kinds.front());
    levels.erase(next);
  }
  return true;
}

bool Composer::add_groups() {
  const auto take = [&](size_t i) -> bool {
    std::string id = dimension_of(i);
    if (id.empty() || id == "city") return true;
    if (id == "school_year" || id == metric().period) {
      id = metric().period;
      if (id.empty()) return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”没有时间维度", "this metric has no time");
    } else if (is_level(id) ? !metric().has_org : metric().dimension(id) == nullptr) {
      std::string can = metric().has_org ? "区市、学校" : "";
      for (const AskedDimension& dimension : metric().dimensions) can += (can.empty() ? "" : "、") + dimension.title;
      return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”不能按“" + said(i) + "”分；可用的维度：" + can,
                    "this metric cannot be asked by that dimension");
    }
    if (!grouped_by(id) && out_.tree.by.size() < 4) out_.tree.by.push_back(id);
    return true;
  };
  std::set<size_t> levels(slots_.levels.begin(), slots_.levels.end());
  if (!add_kinds(levels)) return false;
  std::vector<size_t> all = slots_.dimensions;
  for (const size_t level : levels)
    if (slots_.grouped.contains(level)) all.push_back(level);
  std::sort(all.begin(), all.end());
  for (const size_t i : all) {
    // 学历为本科, 本科及以上学历: the name of what is filtered by
    const std::string id = dimension_of(i);
    const bool label = !slots_.grouped.contains(i) &&
                       (std::any_of(out_.tree.where.begin(), out_.tree.where.end(), [&](const Where& one) { return one.dimension == id; }) ||
                        std::any_of(metric().fixed.begin(), metric().fixed.end(), [&](const auto& one) { return one.first == id; }));
    if (!label && !take(i)) return false;
  }
  return true;
}

bool Composer::add_times() {
  std::vector<TimePhrase> phrases;
  for (const size_t i : slots_.times)
    if (token(i).time->kind != TimeKind::latest) phrases.push_back(*token(i).time);
  // 连续三年优良率: the last three of them
  if (phrases.empty() && slots_.streak > 0 && slots_.direction.empty() && metric().dating != Dating::none) {
    out_.tree.time.last = slots_.streak;
    period_series_ = true;
  }
  if (phrases.empty()) return true;
  std::vector<TimeMeaning> meanings;
  for (const TimePhrase& phrase : phrases) {
    auto meaning = ask::meaning_of(phrase, metric().dating, today_);
    if (!meaning.ok()) return refuse(Refusal::unsupported, meaning.error().message.zh, meaning.error().message.en);
    // Learning records are told by month.
    if (meaning->range.grain == "day" && metric().datasets.front()->kind == pack::DatasetKind::event)
      return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”按月统计，没有更细的时间；请改问某一月",
                    "this figure is kept by month and has no finer time: name a month");
    meanings.push_back(std::move(meaning).value());
  }
  Tree& tree = out_.tree;
  tree.time = meanings.front().range;
  period_series_ = meanings.front().series;
  if (meanings.size() > 1) {
    // 2024年和2025年; 今年比去年: side by side. "近三年每年" is one series.
    std::vector<std::string> values;
    for (const TimeMeaning& one : meanings)
      if (!one.series && !one.range.from.empty() && one.range.from == one.range.to) add_unique(values, one.range.from);
    if (values.size() == meanings.size()) {
      std::sort(values.begin(), values.end());
      tree.time = {meanings.front().range.grain, "", "", 0};
      if (values.size() == 1)
        tree.time = meanings.front().range;
      else
        tree.where.push_back({metric().period, values});
      period_series_ = values.size() > 1;
    } else {
      for (const TimeMeaning& one : meanings)
        if (one.range.last > 0 || !one.range.from.empty() || !one.range.to.empty()) tree.time = one.range;
      period_series_ = true;
    }
  }
  if (phrases.front().until) note("按学年报送的指标取该日期所在的学年", "a yearly figure is taken of the year in which the day lies");
  return true;
}

}  // namespace banmo::ask
