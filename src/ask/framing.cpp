// SPDX-License-Identifier: Apache-2.0
#include "ask/framing.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ask/tokens.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr size_t kMostClauses = 12;
constexpr size_t kLeastOfStory = 4;  // unexplained characters, with which a clause that speaks of pupils tells a story

// What people say of themselves and of what they need a figure for. A clause without any of it may restrict the question.
constexpr std::u32string_view kPurposes[] = {
    // who speaks and to whom
    U"我", U"俺", U"咱", U"您", U"他们", U"你好", U"谢", U"辛苦", U"打扰", U"抱歉", U"好意思", U"麻烦", U"烦", U"劳", U"领导", U"局长", U"主任",
    U"处长", U"科长", U"书记", U"校长", U"记者", U"家长", U"老人", U"同志", U"亲戚", U"邻居", U"群里", U"大家", U"闺女", U"儿子", U"媳妇",
    // what is asked of the answer
    U"要", U"用", U"来", U"问", U"让", U"给", U"想", U"请", U"盼", U"望告", U"望回", U"告知", U"回复", U"说说", U"说一", U"说下", U"要讲", U"讲讲",
    U"查一", U"查查", U"查下", U"要准", U"准数", U"准话", U"别搞", U"别弄", U"太细", U"一句", U"急", U"快点", U"快些", U"赶紧", U"抓紧", U"心里",
    U"有底", U"有数", U"记一下", U"关心", U"好奇", U"纳闷", U"听说", U"据说",
    // what it is for
    U"写", U"做", U"准备", U"开会", U"会上", U"会议", U"上会", U"例会", U"报告", U"材料", U"汇报", U"检查", U"督导", U"方案", U"发言", U"采访",
    U"调研", U"座谈", U"总结", U"存档", U"归档", U"备查", U"备案", U"参考", U"考核", U"填表", U"填报", U"通报", U"简报", U"年报", U"月报", U"台账",
    U"核对", U"核实", U"对账", U"盯", U"研判", U"工作需要", U"公文", U"回函", U"答复", U"提案", U"审计", U"巡查", U"巡视", U"验收", U"迎检", U"述职",
    U"宣传", U"新闻", U"报道", U"节目"};

bool is_mark(char32_t c) {
  constexpr std::u32string_view kMarks = U"，,。；;：:！!？?\n";
  return kMarks.find(c) != kMarks.npos;
}

bool is_digit(char32_t c) { return (c >= U'0' && c <= U'9') || (c >= U'０' && c <= U'９'); }

std::vector<std::u32string> clauses_of(const std::u32string& text) {
  std::vector<std::u32string> clauses(1);
  for (size_t i = 0; i < text.size(); ++i) {
    const bool in_number = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);  // 1,234
    if (is_mark(text[i]) && !in_number)
      clauses.emplace_back();
    else
      clauses.back() += text[i];
  }
  std::erase_if(clauses, [](const std::u32string& one) { return std::all_of(one.begin(), one.end(), is_blank); });
  return clauses;
}

// Names of dimensions and of what is stored restrict nothing by themselves: 年度 of 写年度报告用.
bool restricts(const Token& token, const Lexicon& lexicon) {
  return std::any_of(token.terms.begin(), token.terms.end(), [&](uint32_t index) {
    const TermKind kind = lexicon.term(index).kind;
    return kind != TermKind::dimension && kind != TermKind::field;
  });
}

bool is_context(const std::u32string& clause, const Lexicon& lexicon, Date today) {
  constexpr std::u32string_view kPlaces = U"区市县镇乡街校院园";
  if (clause.ends_with(U'的') && !clause.ends_with(U"用的")) return false;
  const Folded text = fold(text::utf8_of(clause));
  // 很多家长关心孩子的作业负担: told, not asked; whatever it names is no condition.
  constexpr std::array<std::u32string_view, 12> kTold = {U"关心", U"注意到", U"反映", U"听说", U"看到",   U"寻思",
                                                         U"我猜", U"记得",   U"以为", U"估摸", U"印象里", U"听人说"};
  const bool tells = std::any_of(kTold.begin(), kTold.end(), [&](std::u32string_view one) { return clause.find(one) != clause.npos; });
  const bool pressed = clause.find(U"领导") != clause.npos || clause.find(U"局长") != clause.npos || clause.find(U'急') != clause.npos;
  size_t n_unknown = 0;
  bool pupils = false;
  for (const Token& token : Tokenizer{lexicon, today}.read(text, true)) {
    const auto span = std::u32string_view(text.text).substr(token.begin, token.end - token.begin);
    if (!token.known()) {
      if (span.find_first_of(kPlaces) != span.npos) return false;
      n_unknown += span.size();
      continue;
    }
    if ((token.number && !(tells && token.numbered)) || (token.time && !(token.time->relative && token.time->unit == TimeUnit::day))) return false;
    const bool filler = token.word != nullptr && token.word->role == Role::filler;
    pupils |= filler;
    if (filler || token.time) continue;
    if (restricts(token, lexicon) && !tells) return false;
    if (token.word == nullptr) continue;
    const Role role = token.word->role;
    if (tells && (role == Role::whole || role == Role::streak || role == Role::higher || role == Role::change)) continue;
    if (role == Role::act && pressed) continue;         // 领导催得紧
    if (role == Role::swap && span == U"用") continue;  // 写材料用
    if (role != Role::stop && role != Role::chat && role != Role::join && role != Role::measure) return false;
  }
  if (pupils && n_unknown < kLeastOfStory) return false;
  return std::any_of(std::begin(kPurposes), std::end(kPurposes), [&](std::u32string_view one) { return clause.find(one) != clause.npos; });
}

// 师资最紧，就是生师比最高的: said once more in other words, of which the second are read.
bool is_said_again(const std::u32string& clause, const std::u32string& next, const Lexicon& lexicon, Date today) {
  constexpr std::array<std::u32string_view, 8> kAgain = {U"就是", U"也就是", U"即", U"说白了", U"换句话说", U"意思是", U"我说的是", U"指的是"};
  if (std::none_of(kAgain.begin(), kAgain.end(), [&](std::u32string_view one) { return next.starts_with(one); })) return false;
  const std::vector<Token> tokens = Tokenizer{lexicon, today}.read(fold(text::utf8_of(clause)), true);
  const auto limits = [&](const Token& one) {
    return one.number || one.time || std::any_of(one.terms.begin(), one.terms.end(), [&](uint32_t index) {
             const TermKind kind = lexicon.term(index).kind;
             return kind == TermKind::org || kind == TermKind::value || kind == TermKind::flag || kind == TermKind::words;
           });
  };
  const bool free = std::none_of(tokens.begin(), tokens.end(), limits);
  return free && std::any_of(tokens.begin(), tokens.end(), [](const Token& one) { return !one.known(); });
}

// 娃都没处跑: what somebody says to a figure. It names nothing that is counted but pupils.
bool is_comment(const std::u32string& clause, const Lexicon& lexicon, Date today) {
  constexpr std::array<std::u32string_view, 18> kComments = {U"都没",   U"没处",   U"愁",     U"担心",   U"难怪",   U"怪不得",
                                                             U"不容易", U"受不了", U"吃不消", U"不像话", U"可不行", U"太不容",
                                                             U"心疼",   U"真是",   U"够呛",   U"老错",   U"老是",   U"可不少"};
  if (clause.ends_with(U'的') ||
      std::none_of(kComments.begin(), kComments.end(), [&](std::u32string_view one) { return clause.find(one) != clause.npos; }))
    return false;
  const std::vector<Token> tokens = Tokenizer{lexicon, today}.read(fold(text::utf8_of(clause)), true);
  return std::none_of(tokens.begin(), tokens.end(), [&](const Token& one) {
    if (one.word != nullptr && one.word->role == Role::filler) return false;
    const bool level = one.word != nullptr && one.word->role == Role::level;
    return one.number || one.time || level || restricts(one, lexicon);
  });
}

// 我是退休教师了: who asks. A place in it is kept for a clause that points back to it.
struct Introduction {
  bool is_one = false;
  std::u32string place;  // as it was said; empty: none
};

Introduction introduction_of(const std::u32string& clause, const Lexicon& lexicon, Date today) {
  constexpr std::array<std::u32string_view, 18> kBegin = {U"家里", U"我们家", U"孩子要", U"娃要", U"我是", U"俺是", U"咱是", U"本人", U"我们是",
                                                          U"作为", U"我在",   U"俺在",   U"我家", U"俺家", U"我刚", U"俺刚", U"刚",   U"我从"};
  if (std::none_of(kBegin.begin(), kBegin.end(), [&](std::u32string_view one) { return clause.starts_with(one); })) return {};
  const Folded text = fold(text::utf8_of(clause));
  Introduction out{true, {}};
  for (const Token& token : Tokenizer{lexicon, today}.read(text, true)) {
    const Role role = token.word == nullptr ? Role::stop : token.word->role;
    const bool asks = role == Role::quantity || role == Role::which || role == Role::which_all || role == Role::most || role == Role::group;
    if (token.number || asks) return {};
    if (role == Role::filler || role == Role::level || token.time || !restricts(token, lexicon)) continue;
    const bool place = std::any_of(token.terms.begin(), token.terms.end(), [&](uint32_t index) { return lexicon.term(index).kind == TermKind::org; });
    if (!place || !out.place.empty()) return {};
    out.place = text.text.substr(token.begin, token.end - token.begin);
  }
  return out;
}

// 这学校: puts the place that was introduced there; whether something points back.
bool put_place(std::u32string& clause, const std::u32string& place) {
  constexpr std::array<std::u32string_view, 16> kBack = {U"那边",     U"那里",     U"那儿",     U"该校",   U"这个学校", U"这所学校",
                                                         U"那所学校", U"我们学校", U"他们学校", U"这学校", U"那学校",   U"我们校",
                                                         U"我校",     U"我们区",   U"这个区",   U"我区"};
  for (const std::u32string_view one : kBack)
    if (const size_t at = clause.find(one); at != clause.npos) {
      clause.replace(at, one.size(), place);
      return true;
    }
  return false;
}

}  // namespace

std::optional<Framing> without_context(std::string_view question, const Lexicon& lexicon, Date today) {
  std::vector<std::u32string> clauses = clauses_of(text::code_points_of(question));
  if (clauses.size() < 2 || clauses.size() > kMostClauses) return std::nullopt;
  Framing framing;
  for (size_t i = 0; i < clauses.size(); ++i) {
    const std::u32string& clause = clauses[i];
    const Introduction who = introduction_of(clause, lexicon, today);
    const bool pointed = std::any_of(clauses.begin() + static_cast<std::ptrdiff_t>(i) + 1, clauses.end(),
                                     [&](std::u32string& later) { return !who.place.empty() && put_place(later, who.place); });
    const bool introduced = who.is_one && (who.place.empty() || pointed);
    const bool again = i + 1 < clauses.size() && is_said_again(clause, clauses[i + 1], lexicon, today);
    const bool aside = introduced || again || is_comment(clause, lexicon, today) || is_context(clause, lexicon, today);
    std::string& to = aside ? framing.left_out : framing.question;
    to += (to.empty() ? "" : "，") + text::utf8_of(clause);
  }
  if (framing.left_out.empty() || framing.question.empty()) return std::nullopt;
  return framing;
}

}  // namespace banmo::ask
