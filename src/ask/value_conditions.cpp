// SPDX-License-Identifier: Apache-2.0
// The values that a question names: conditions, ranges of them, side by side, or all but them.
#include <algorithm>

#include "ask/composer.h"
#include "base/text.h"

namespace banmo::ask {
namespace {

void add_unique(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

}  // namespace

bool Composer::add_where(const std::string& dimension, const std::vector<std::string>& values) {
  for (Where& where : out_.tree.where) {
    if (where.dimension != dimension) continue;
    const auto within = [](const std::vector<std::string>& few, const std::vector<std::string>& many) {
      return few.size() < many.size() &&
             std::all_of(few.begin(), few.end(), [&](const std::string& one) { return std::find(many.begin(), many.end(), one) != many.end(); });
    };
    if (where.values == values) return false;
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
    if (const auto meaning = meaning_of(i, metric()); meaning && meaning->size() > 1) continue;  // grade 1 of a stage is no number by itself
    slots_.tokens[i].to = token(to).to;
    slots_.values.erase(slots_.values.begin() + static_cast<std::ptrdiff_t>(k) + 1);
  }
}

// 高一到高三, 等保二级到三级: the values between the two, of the one dimension in which they differ.
std::optional<Meaning> Composer::range_of(const Meaning& from, const Meaning& to) const {
  if (from.size() != to.size()) return std::nullopt;
  Meaning range = from;
  int n_differ = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] == to[i]) continue;
    const AskedDimension* dimension = metric().dimension(from[i].dimension);
    if (++n_differ > 1 || dimension == nullptr || from[i].dimension != to[i].dimension) return std::nullopt;
    range[i].values.clear();
    if (dimension->kind == DimensionKind::whole) {
      const auto first = text::parse_int(from[i].values.front()), last = text::parse_int(to[i].values.back());
      for (int64_t n = first.value_or(1); first && last && n <= *last && *last - *first <= 100; ++n) range[i].values.push_back(std::to_string(n));
    } else if (const pack::CodeList* list = frame_.catalogue().code_list(dimension->list)) {
      const auto at = [&](const std::string& code) {
        return std::find_if(list->values.begin(), list->values.end(), [&](const auto& one) { return one.code == code; });
      };
      const auto first = at(from[i].values.front()), last = at(to[i].values.back());
      if (last == list->values.end()) return std::nullopt;
      for (auto one = first; first <= last && one <= last; ++one) range[i].values.push_back(one->code);
    }
    if (range[i].values.size() < 2) return std::nullopt;
  }
  return n_differ == 1 ? std::optional(range) : std::nullopt;
}

// Values with 到 between them: the first and the last token.
std::map<size_t, size_t> Composer::value_ranges() const {
  std::map<size_t, size_t> ranges;
  for (const size_t i : slots_.values) {
    if (i + 2 >= slots_.tokens.size() || token(i + 1).word == nullptr) continue;
    const std::u32string_view between = token(i + 1).word->text;
    if ((between == U"到" || between == U"至") && std::find(slots_.values.begin(), slots_.values.end(), i + 2) != slots_.values.end())
      ranges[i] = i + 2;
  }
  return ranges;
}

bool Composer::refuse_value(size_t i) {
  unfit_value_ = i;
  std::string can;
  for (const AskedDimension& dimension : metric().dimensions) can += (can.empty() ? "" : "、") + dimension.title;
  return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”不能按“" + said(i) + "”统计；可用的维度：" + can,
                "this metric has no dimension for \"" + said(i) + "\"");
}

bool Composer::add_value(size_t i, const Meaning& meaning, NamedValues& named) {
  const bool shorthand = meaning.size() > 1;
  for (Where where : meaning) {
    if (shorthand && named.plain.contains(where.dimension)) continue;
    if (!shorthand) named.plain.insert(where.dimension);
    if (token(i).numbered && where.values.size() == 1) within_range(where);
    if (slots_.negated.contains(i)) {
      negation_used_ = true;
      Where& out = named.left_out.try_emplace(where.dimension, Where{where.dimension, {}}).first->second;
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
    if (add_where(where.dimension, where.values)) ++named.mentions[where.dimension];
  }
  return true;
}

bool Composer::add_values() {
  join_numbered();
  NamedValues named;
  const std::map<size_t, size_t> ranges = value_ranges();
  if (widened_ && add_where(widened_->dimension, widened_->values)) ++named.mentions[widened_->dimension];
  for (const size_t noun : slots_.nouns)
    if (!spent_.contains(noun) && !fragment_ && token(noun).word == nullptr && !has(noun, TermKind::value))
      if (const auto kind = kind_of(noun, metric()); kind && add_where(kind->dimension, kind->values)) ++named.mentions[kind->dimension];
  std::set<std::string> ranged;
  std::vector<size_t> values = slots_.values;
  std::stable_partition(values.begin(), values.end(), [&](size_t i) { return has(i, TermKind::value) && !token(i).numbered; });
  for (const size_t i : values) {
    if (slots_.grouped.contains(i) || spent_.contains(i)) continue;
    if (std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.second == i; })) continue;
    auto meaning = meaning_of(i, metric());
    if (!meaning && !slots_.negated.contains(i) && is_topic(i)) continue;  // 义务教育 of 义务教育入学报名
    if (!meaning) return refuse_value(i);
    if (const auto range = ranges.find(i); range != ranges.end()) {
      const auto to = meaning_of(range->second, metric());
      if (!to) return refuse_value(range->second);
      meaning = range_of(*meaning, *to);
      if (!meaning)
        return refuse(Refusal::unsupported, "“" + said(i) + "”到“" + said(range->second) + "”不是一段连续的取值；请逐个说出",
                      "these two are not the ends of a range of values: name them one by one");
      for (const Where& one : *meaning)
        if (one.values.size() > 1) ranged.insert(one.dimension);
    }
    if (!add_value(i, *meaning, named)) return false;
  }
  for (const auto& [dimension, out] : named.left_out) {
    const std::vector<std::string> rest = others(metric(), out);
    if (rest.empty()) return refuse(Refusal::unsupported, "不能排除“" + dimension + "”的这些取值", "these values cannot be left out");
    (void)add_where(dimension, rest);
  }
  // 周一到周五分别多少, 一到三年级每天: one by one.
  const bool each = text_.text.find(U"分别") != std::u32string::npos || text_.text.find(U"每天") != std::u32string::npos ||
                    text_.text.find(U'各') != std::u32string::npos;
  for (const std::string& dimension : ranged)
    if (each && !slots_.says(Role::sum) && slots_.grouped.empty() && !grouped_by(dimension)) out_.tree.by.push_back(dimension);
  for (const size_t i : slots_.values) {
    const bool range = token(i).numbered && token(i).to > static_cast<int64_t>(token(i).number->value);
    const auto meaning = range && each ? meaning_of(i, metric()) : std::nullopt;
    if (meaning && !slots_.says(Role::sum) && slots_.grouped.empty() && !grouped_by(meaning->front().dimension))
      out_.tree.by.push_back(meaning->front().dimension);
  }
  // 小学和初中: side by side, unless together.
  for (const auto& [dimension, n] : named.mentions)
    if (n >= 2 && !slots_.says(Role::sum) && !grouped_by(dimension) && !(slots_.says(Role::share) && metric().counts))
      out_.tree.by.push_back(dimension);
  return true;
}

}  // namespace banmo::ask
