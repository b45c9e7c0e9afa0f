// SPDX-License-Identifier: Apache-2.0
// The words of asking, as a table: what each means for the query, whatever the scene. A longer one goes before those that it begins with. Immutable.
#pragma once

#include <span>
#include <string_view>

namespace banmo::ask {

enum class Role {
  stop,        // says nothing about the query
  filler,      // a noun that may stand before a metric: "学生" in "学生优良率"
  quantity,    // 多少, 几
  measure,     // 所, 个, 人: argument is the unit of metrics that it counts, if it tells one
  which,       // 哪个: what follows is grouped by, and one is wanted
  which_all,   // 哪些
  group,       // 各, 按, 每个: what follows is grouped by; argument "kind": 各类, by the kinds that the metric knows
  spread,      // 分布, 排名: what stands before is grouped by
  trend,       // over the periods
  when,        // 哪一年; argument "month", "term": 哪个月
  yoy,         // against the same period a year ago
  prior,       // against the period before
  change,      // argument "up", "down", "any": how it moved
  growth,      // 增长率: how it moved, in per cent
  difference,  // 相差多少
  rank,        // argument "desc", "asc"
  rank_of,     // 第几
  most,        // argument "desc", "asc", or "good", "bad", which the metric decides
  head,        // 前: a number of them follows
  tail,        // 后, 倒数
  share,
  compare_op,  // before a number: argument is the operator
  after_op,    // behind a number: 以上
  between,     // 之间
  higher,      // 高, 低 behind 比全市平均: argument is the operator
  without,     // 没有, 未, 非, 除
  outside,     // 以外
  average,
  per,          // 平均每: a ratio
  per_student,  // 生均
  ratio,        // 之比, 除以
  sum,          // 合计: not one by one
  streak,       // 连续
  why,
  chart,     // argument is the kind
  swap,      // 换成: replaces what was there
  more,      // 再: adds to what was there
  follow,    // 那, 只看
  drop,      // 不看, 去掉
  join,      // 和, 、
  versus,    // 对比, 比
  whole,     // 全市
  own,       // 本校: argument is the level
  level,     // 区市, 学校: argument is the level
  unable,    // 中位数, 预测: what is not computed here
  supposed,  // 如果: what would be
  act,       // 发通知: something to be done
  opinion,   // 怎么看: what somebody thinks; argument "soft" where a figure may be meant: 你觉得
  personal,  // 身份证: data about a person
  chat       // not about data
};

struct Word {
  std::u32string_view text;
  Role role;
  std::string_view argument = {};
};

std::span<const Word> words();
// Calls `found(word)` for every word that begins at `at`.
template <class Found>
void each_word_at(std::u32string_view text, size_t at, Found found);
// Indexes of words() by first character.
std::span<const uint16_t> words_beginning(char32_t c);

template <class Found>
void each_word_at(std::u32string_view text, size_t at, Found found) {
  const std::u32string_view rest = text.substr(at);
  for (const uint16_t index : words_beginning(rest.front()))
    if (const Word& word = words()[index]; rest.starts_with(word.text)) found(word);
}

}  // namespace banmo::ask
