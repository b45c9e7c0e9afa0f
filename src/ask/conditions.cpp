// SPDX-License-Identifier: Apache-2.0
// Filters, groups and periods of the chosen metric.
#include <algorithm>
#include <charconv>

#include "ask/composer.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

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

Meaning Composer::shorthand(const std::string& code) const {
  Meaning meaning;
  for (const std::string& part : text::split(code, ';')) {
    const size_t equals = part.find('=');
    if (equals != std::string::npos) meaning.push_back({part.substr(0, equals), spread_out(part.substr(equals + 1))});
  }
  return meaning;
}

std::optional<Meaning> Composer::numbered(const Token& one, const MetricFrame& metric) const {
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
std::optional<Meaning> Composer::meaning_of(size_t i, const MetricFrame& metric) const {
  std::map<std::string, int> uses;
  int most = 0;
  for (const uint32_t index : token(i).terms)
    if (const Term& term = lexicon_.term(index); term.kind == TermKind::value) most = std::max(most, ++uses[term.code]);
  // Where the same dimension holds what most lists use it for, it is meant: 小学 of an entry to school is its first year of primary school.
  const auto holds_usual = [&](const std::string& dimension) {
    return std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) {
      const Term& term = lexicon_.term(index);
      return term.kind == TermKind::value && uses.at(term.code) == most && frame_.has_list(dimension, term.id);
    });
  };
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
      const bool own = term.id.starts_with(frame_.catalogue().pack(metric.metric->pack)->name + ".");  // 高中 of a batch of admission
      if (term.penalty > 0 && uses[term.code] < most && !named && !own && !holds_usual(dimension.id)) continue;
      if (!found || named) found = Meaning{{dimension.id, {term.code}}};
    }
  }
  if (!found) found = without_school(i, metric);
  return found || !token(i).numbered ? found : numbered(token(i), metric);
}

// 中职学校 of a metric that knows stages and no kinds of schools: what it is called without 学校.
std::optional<Meaning> Composer::without_school(size_t i, const MetricFrame& metric) const {
  constexpr std::u32string_view kSchool = U"学校";
  const auto span = std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin);
  if (!is_school_kind(i) || !span.ends_with(kSchool) || span.size() < kSchool.size() + 2) return std::nullopt;
  const auto* terms = lexicon_.exactly(span.substr(0, span.size() - kSchool.size()));
  for (const uint32_t index : terms == nullptr ? std::vector<uint32_t>() : *terms) {
    const Term& term = lexicon_.term(index);
    const bool same_code =
        std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t own) { return lexicon_.term(own).code == term.code; });
    if (term.kind != TermKind::value || !same_code) continue;
    for (const AskedDimension& dimension : metric.dimensions)
      if (dimension.list == term.id) return Meaning{{dimension.id, {term.code}}};
  }
  return std::nullopt;
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

// 中考考生: a second name of the metric that was chosen.
bool Composer::names_chosen(size_t noun) const {
  const std::vector<std::string> ids = ids_of(noun);
  if (std::find(ids.begin(), ids.end(), out_.tree.metrics.front()) != ids.end()) return true;
  // 参评作品的获奖率: what it is a rate of.
  for (const std::string* part : {&metric().metric->denominator, &metric().metric->numerator})
    if (!part->empty() && std::find(ids.begin(), ids.end(), *part) != ids.end()) return true;
  // 中考各批次录取人数: all that the same scene counts.
  if (std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
        const MetricFrame& all = *frame_.metric(id);
        return all.metric->pack == metric().metric->pack && all.fixed.empty() && all.metric->aggregate == pack::Aggregate::count;
      }))
    return true;
  // 体测不及格的: all of whom it counts a part.
  const auto counted_by = [](const MetricFrame& one) { return one.metric->expression ? one.metric->expression->text() : std::string(); };
  if (std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
        const MetricFrame& all = *frame_.metric(id);
        return all.counts && metric().counts && all.fixed.empty() && !metric().fixed.empty() && all.datasets == metric().datasets &&
               counted_by(all) == counted_by(metric());
      }))
    return true;
  // 超大班额还剩几个班: what its name says it counts.
  const std::u32string counted = text_.text.substr(token(noun).begin, token(noun).end - token(noun).begin) + U"数";
  return metric().counts && fold(metric().metric->title.zh).text.ends_with(counted);
}

bool Composer::check_unknown() {
  for (const size_t i : slots_.topics)
    if (!out_.tree.metrics.empty() && !spent_.contains(i) && !is_topic_of(i, metric()) &&
        std::all_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) { return lexicon_.term(index).kind == TermKind::topic; }))
      return refuse(Refusal::unsupported, "没有看懂“" + said(i) + "”与“" + metric().metric->title.zh + "”的关系",
                    "how these go together was not understood");
  std::vector<size_t> left;
  for (const size_t i : slots_.unknown)
    if (!is_topic(i)) left.push_back(i);
  if (left.empty() && !slots_.fields.empty())
    return refuse(Refusal::unsupported, "“" + said(slots_.fields.front()) + "”是登记的字段或代码，没有按它统计的指标或维度",
                  "this is stored and is no metric or dimension");
  if (left.empty()) {
    for (const size_t noun : slots_.nouns)
      if (!spent_.contains(noun) && token(noun).word == nullptr && !fragment_ && !has(noun, TermKind::dimension) && !is_topic_of(noun, metric()) &&
          !names_chosen(noun) && !kind_of(noun, metric()) && !is_whole_of(noun) &&
          std::find(slots_.values.begin(), slots_.values.end(), noun) == slots_.values.end())
        return refuse(Refusal::unsupported, "没有看懂“" + said(noun) + "”与“" + metric().metric->title.zh + "”的关系",
                      "how these go together was not understood");
    return true;
  }
  if (const PlaceSpan place = unknown_place(); place.end > 0) return refuse_place(place);
  const size_t i = figure_among(left);
  const std::string word = unknown_word(i);
  const bool number = token(i).number.has_value();
  if (number && names_person()) return refuse_person();  // 张三
  if (number) return refuse(Refusal::unsupported, "没有看懂数字“" + word + "”的用途", "what the number " + word + " is for was not understood");
  const bool before_metric =
      i + 1 < slots_.tokens.size() && has(i + 1, TermKind::metric) && text_.at[token(i + 1).begin] == text_.at[token(i).end - 1] + 1;
  const bool place =
      i + 1 < slots_.tokens.size() && ((token(i + 1).word != nullptr && token(i + 1).word->role == Role::level) || has(i + 1, TermKind::value));
  if (!out_.tree.metrics.empty() && !fragment_ && before_metric && !place && token(i).end - token(i).begin <= 8) {
    for (const std::string& id : out_.tree.metrics) out_.alternatives.push_back({frame_.metric(id)->metric->title.zh, {}});
    return refuse(Refusal::unknown_metric, "没有“" + word + said(i + 1) + "”这个指标", "there is no such metric");
  }
  if (names_person()) return refuse_person();
  if (by_noun_ && !place) return refuse(Refusal::unknown_metric, "没有“" + word + "”这样的指标", "there is no such metric");
  // 视力不良率: the name of a figure, whatever stands beside it.
  if (ends_as_figure(text::code_points_of(word))) return refuse(Refusal::unknown_metric, "没有“" + word + "”这个指标", "there is no such metric");
  // 烟台的生师比, 跟上海比: where a place is named, though nothing of it says that it is one.
  const auto begins = [&](size_t at) {
    return at == 0 || (token(at - 1).word != nullptr && (token(at - 1).word->role == Role::join || token(at - 1).word->role == Role::versus));
  };
  const bool first = begins(i) || (i > 0 && may_be_part(i - 1) && begins(i - 1));
  if (place || (first && token(i).end - token(i).begin <= 3))
    return refuse(Refusal::unknown_entity, "没有看懂“" + word + "”；它不是这里的机构、指标或取值",
                  "\"" + word + "\" is no organisation, metric or value here");
  return refuse(Refusal::unknown_metric, "没有看懂“" + word + "”；它不是这里的指标、机构或取值",
                "\"" + word + "\" is no metric, organisation or value here");
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
    // As many as the filter names, and each of them.
    const auto n_named = static_cast<size_t>(std::count(filter.begin(), filter.end(), '\'')) / 2;
    redundant = where.values.size() == n_named &&
                std::all_of(where.values.begin(), where.values.end(),
                            [&, &named = filter](const std::string& value) { return named.find("'" + value + "'") != std::string::npos; });
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

bool Composer::grouped_by(const std::string& id) const { return std::find(out_.tree.by.begin(), out_.tree.by.end(), id) != out_.tree.by.end(); }

// 各类学校, 各类系统: by the one dimension of the metric that tells kinds. The level behind it is what is of these kinds.
bool Composer::add_kinds(std::set<size_t>& levels) {
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    const Word* word = token(i).word;
    if (word == nullptr || word->role != Role::group || word->argument != "kind") continue;
    size_t next = i + 1;
    while (next < slots_.tokens.size() && token(next).word != nullptr && token(next).word->role == Role::stop) ++next;
    // 按户籍分，各类占比: the kinds are named.
    if (!slots_.dimensions.empty() && (next >= slots_.tokens.size() || (token(next).word != nullptr && (token(next).word->role == Role::share ||
                                                                                                        token(next).word->role == Role::quantity))))
      continue;
    if (next < slots_.tokens.size() && (has(next, TermKind::dimension) || (slots_.grouped.contains(next) && !token(next).known()))) continue;
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
    // 在平台上: where it is, not by what it is grouped.
    const bool within = !slots_.grouped.contains(i) && i > 0 && token(i - 1).word != nullptr && token(i - 1).word->text == U"在" &&
                        i + 1 < slots_.tokens.size() && token(i + 1).word != nullptr && token(i + 1).terms.empty() &&
                        (token(i + 1).word->text == U"上" || token(i + 1).word->text == U"里" || token(i + 1).word->text == U"中");
    // 视频平均进度…的进度: a part of the metric's own name.
    const bool own =
        !slots_.grouped.contains(i) &&
        folded_names(metric().metric->title.zh).back().find(std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin)) !=
            std::u32string::npos;
    if (!label && !within && !own && !take(i)) return false;
  }
  return true;
}

// 截至10月31日累计: learning records are kept by month, and the day is the last of one.
TimePhrase Composer::in_whole_months(TimePhrase phrase) const {
  if (!phrase.until || !phrase.to || metric().datasets.front()->kind != pack::DatasetKind::event) return phrase;
  const Date next{static_cast<int32_t>(*phrase.to) + 1}, last{static_cast<int32_t>(*phrase.to)};
  if (next.day() != 1) return phrase;
  phrase.unit = TimeUnit::month;
  phrase.to = int64_t{last.year()} * 12 + last.month() - 1;
  return phrase;
}

// 前年到今年: from the one to the other.
bool Composer::has_time_range() const {
  for (const size_t i : slots_.times)
    if (i + 2 < slots_.tokens.size() && token(i + 2).time && token(i + 1).word != nullptr &&
        (token(i + 1).word->text == U"到" || token(i + 1).word->text == U"至"))
      return true;
  return false;
}

// 现在比2024年多了多少: one earlier year, and a word that compares right before or behind it.
bool Composer::is_beside_now(const std::vector<TimePhrase>& phrases) const {
  if (phrases.size() != 1 || phrases.front().kind != TimeKind::span || phrases.front().unit != TimeUnit::year ||
      phrases.front().from != phrases.front().to || !phrases.front().from)
    return false;
  for (const size_t i : slots_.times) {
    if (token(i).time->kind != TimeKind::span) continue;
    const auto compares = [&](size_t k) { return k < slots_.tokens.size() && token(k).word != nullptr && token(k).word->role == Role::versus; };
    const bool joined = i > 0 && token(i - 1).word != nullptr && token(i - 1).word->role == Role::join;  // 与2024年相比
    const bool year_now = phrases.front().relative && *phrases.front().from == 0;
    return !year_now && ((i > 0 && compares(i - 1)) || (joined && compares(i + 1)));
  }
  return false;
}

namespace {

bool is_bounded(const metrics::TimeRange& range) { return range.last > 0 || !range.from.empty() || !range.to.empty(); }

// A school year in its months, September to August.
metrics::TimeRange in_months(metrics::TimeRange range) {
  if (range.grain != "school_year" || range.from.empty() || range.to.empty()) return range;
  const auto to = text::parse_int(range.to);
  if (!to) return range;
  return {"month", range.from + "-09", std::to_string(*to + 1) + "-08", 0};
}

}  // namespace

// 截至9月30日本学年: where both hold. Times that have no such meeting are not read as one of them.
bool Composer::meet(const std::vector<TimeMeaning>& meanings) {
  metrics::TimeRange met;
  for (const TimeMeaning& meaning : meanings) {
    metrics::TimeRange one = meaning.range;
    if (!is_bounded(one)) continue;
    if (!is_bounded(met) || (one.grain == met.grain && one.from == met.from && one.to == met.to && one.last == met.last)) {
      met = one;
      continue;
    }
    if (met.grain != one.grain) {
      met = in_months(met);
      one = in_months(one);
    }
    if (met.last > 0 || one.last > 0 || met.grain != one.grain)
      return refuse(Refusal::unsupported, "没有看懂这几个时间怎样一起用；请只说一个时间", "it is not clear how these times go together: name one");
    met.from = std::max(met.from, one.from);
    if (met.to.empty() || (!one.to.empty() && one.to < met.to)) met.to = one.to;
  }
  if (is_bounded(met)) out_.tree.time = met;
  return true;
}

bool Composer::join_times(const std::vector<TimeMeaning>& meanings) {
  Tree& tree = out_.tree;
  tree.time = meanings.front().range;
  period_series_ = meanings.front().series;
  if (meanings.size() == 1) return true;
  // 2024年和2025年, 今年比去年, 从前年到今年每年: side by side. "近三年每年" is one series.
  std::vector<std::string> values;
  size_t n_bounded = 0;
  std::string grain;
  for (const TimeMeaning& one : meanings) {
    if (!is_bounded(one.range)) continue;
    ++n_bounded;
    if (one.series || one.range.from.empty() || one.range.from != one.range.to) continue;
    if (grain.empty()) grain = one.range.grain;
    add_unique(values, one.range.from);
  }
  if (values.size() != n_bounded || n_bounded == 0 || (n_bounded == 1 && meanings.size() > 1)) {
    period_series_ = std::any_of(meanings.begin(), meanings.end(), [](const TimeMeaning& one) { return one.series; });
    return meet(meanings);
  }
  std::sort(values.begin(), values.end());
  tree.time = {grain, "", "", 0};
  if (values.size() == 2 && has_time_range()) {
    tree.time.from = values.front();
    tree.time.to = values.back();
  } else {
    tree.where.push_back({metric().period, values});
  }
  period_series_ = true;
  return true;
}

bool Composer::add_times() {
  std::vector<TimePhrase> phrases;
  if (!time_phrases(phrases)) return false;
  // 连续三年优良率: the last three of them
  if (phrases.empty() && slots_.streak > 0 && slots_.direction.empty() && metric().dating != Dating::none) {
    out_.tree.time.last = slots_.streak;
    period_series_ = true;
  }
  if (is_beside_now(phrases)) {
    TimePhrase now;
    now.kind = TimeKind::span;
    now.relative = true;
    now.from = now.to = 0;
    phrases.push_back(now);
  }
  if (phrases.empty()) return true;
  std::vector<TimeMeaning> meanings;
  for (const TimePhrase& phrase : phrases) {
    auto meaning = ask::meaning_of(in_whole_months(phrase), metric().dating, today_);
    if (!meaning.ok()) return refuse(Refusal::unsupported, meaning.error().message.zh, meaning.error().message.en);
    // Learning records are told by month.
    if (meaning->range.grain == "day" && metric().datasets.front()->kind == pack::DatasetKind::event)
      return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”按月统计，没有更细的时间；请改问某一月",
                    "this figure is kept by month and has no finer time: name a month");
    meanings.push_back(std::move(meaning).value());
  }
  if (!join_times(meanings)) return false;
  if (phrases.front().until) note("按学年报送的指标取该日期所在的学年", "a yearly figure is taken of the year in which the day lies");
  return true;
}

}  // namespace banmo::ask
