// SPDX-License-Identifier: Apache-2.0
#include "ask/persons.h"

#include <algorithm>
#include <array>

#include "ask/parser.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr size_t kLongestName = 4;
constexpr size_t kMostKept_bytes = 2000;  // more than any log keeps of it

// Surnames that begin hardly any other word, and those that do.
constexpr std::u32string_view kPlainSurnames =
    U"王李张刘陈杨赵吴徐孙朱胡郭罗郑梁谢宋唐韩冯邓曹彭肖董袁潘蒋蔡杜叶苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾韦邹孟熊秦邱尹薛闫侯龚邵覃阎郝贺倪汤邢樊"
    U"殷顾鲁葛翁霍裴戚窦岑滕詹聂娄鄢俞柯甄祝庞阮柳耿焦瞿褚蔺佟仇邬欧冉辛佘蒲桂";
constexpr std::u32string_view kOtherSurnames =
    U"周黄林马何高程曾许余任段钱夏付方石金白万毛江史武齐易乔康施平时龙雷陶洪孔常严毕成田安文温于牛钮单申向关巩查柴莫伍管路项涂温舒凌"
    U"尤戴车房米季连古司景鲍华纪卫党宫燕容全练相阳桑栾海冷简饶空曲晏冼苗童宗";
constexpr std::array<std::u32string_view, 17> kDoubleSurnames = {U"欧阳", U"诸葛", U"司马", U"上官", U"司徒", U"东方", U"独孤", U"南宫", U"夏侯",
                                                                 U"尉迟", U"皇甫", U"公孙", U"慕容", U"令狐", U"端木", U"长孙", U"宇文"};
// Of the other surnames: what is asked of education with them.
constexpr std::array<std::u32string_view, 47> kWords = {
    U"戴眼", U"高考", U"高校", U"高中", U"高级", U"高职", U"高层", U"高峰", U"方案", U"方式", U"金额", U"万人", U"文化", U"文科", U"文明", U"温度",
    U"毛入", U"常住", U"常规", U"严重", U"毕业", U"成绩", U"成本", U"成长", U"安全", U"安保", U"田径", U"平台", U"平安", U"时间", U"时长", U"康复",
    U"任课", U"任教", U"周边", U"周课", U"单亲", U"单位", U"申报", U"管理", U"项目", U"车辆", U"房屋", U"党员", U"党建", U"全职", U"海洋"};
// Behind a surname.
constexpr std::array<std::u32string_view, 22> kTitles = {U"局",   U"老师", U"教师", U"同学", U"校长", U"主任", U"局长", U"处长",
                                                         U"科长", U"书记", U"院长", U"园长", U"区长", U"市长", U"教授", U"医生",
                                                         U"先生", U"女士", U"小姐", U"家长", U"妈妈", U"爸爸"};
// What somebody has.
constexpr std::array<std::u32string_view, 12> kOwned = {U"分数", U"成绩", U"得分", U"名次", U"体测", U"出勤",
                                                        U"作业", U"评语", U"表现", U"情况", U"今天", U"昨天"};
// Of one person, whoever it is.
constexpr std::array<std::u32string_view, 44> kOfOnePerson = {
    U"同学", U"老师",     U"迟到",   U"旷课",   U"早退",   U"逃课",   U"缺课",   U"住院", U"生病", U"请假",   U"病假",
    U"家里", U"家庭情况", U"家境",   U"贫困生", U"单亲",   U"离婚",   U"抑郁",   U"自杀", U"处分", U"打架",   U"早恋",
    U"违纪", U"退学",     U"休学",   U"辍学",   U"考了",   U"考几分", U"考多少", U"得了", U"几分", U"班主任", U"他家",
    U"她家", U"这孩子",   U"那孩子", U"我孩子", U"我儿子", U"我女儿", U"妈妈",   U"爸爸", U"奶奶", U"爷爷",   U"喜欢"};

bool is_grammar(char32_t c) {
  constexpr std::u32string_view kGrammar = U"的了呢吗吧啊呀嘛哦么是在于对把将被由因和与及或以并且有这那我你您他她们";
  return kGrammar.find(c) != kGrammar.npos;
}

bool is_figure(std::u32string_view run) {
  constexpr std::u32string_view kEnds = U"率数量度额费比值";
  return run.size() >= 2 && kEnds.find(run.back()) != kEnds.npos;
}

template <class Words>
bool begins_with_one(std::u32string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(), [&](std::u32string_view one) { return text.starts_with(one); });
}

class Finder {
 public:
  Finder(const Folded& text, const std::vector<Token>& tokens) : text_(text.text), free_(text.text.size(), false), unknown_(text.text.size(), false) {
    for (const Token& token : tokens) {
      const bool single = token.end - token.begin == 1 && token.terms.empty() && !token.time;
      for (size_t i = token.begin; i < token.end; ++i) {
        // 张三
        const bool numeral = single && token.number && i > 0 && kPlainSurnames.find(text_[i - 1]) != std::u32string_view::npos && free_[i - 1];
        unknown_[i] = !token.known() || numeral;
        free_[i] = (!token.known() || (single && !is_grammar(text_[i])));
      }
    }
    of_one_ = std::any_of(kOfOnePerson.begin(), kOfOnePerson.end(), [&](std::u32string_view one) { return text_.find(one) != text_.npos; });
  }

  std::vector<NameSpan> run() {
    for (size_t begin = 0; begin < text_.size();) {
      if (!free_[begin]) {
        ++begin;
        continue;
      }
      size_t end = begin;
      while (end < text_.size() && free_[end]) ++end;
      look_at(begin, end);
      begin = end;
    }
    return std::move(names_);
  }

 private:
  // One run of what is no part of a longer known word.
  void look_at(size_t begin, size_t end) {
    const auto has_unknown = [&](size_t from, size_t to) {
      return std::find(unknown_.begin() + static_cast<std::ptrdiff_t>(from), unknown_.begin() + static_cast<std::ptrdiff_t>(to), true) !=
             unknown_.begin() + static_cast<std::ptrdiff_t>(to);
    };
    if (!has_unknown(begin, end)) return;
    const std::u32string_view all = text_.substr(begin, end - begin);
    if (is_place(all, end)) return;
    for (size_t i = begin; i < end; ++i) {
      const std::u32string_view run = head_of(text_.substr(i, end - i));
      const bool first = i == begin, plain = kPlainSurnames.find(run.front()) != run.npos, other = kOtherSurnames.find(run.front()) != run.npos;
      const bool two = begins_with_one(run, kDoubleSurnames);
      if (!plain && !other && !two) continue;
      const std::u32string_view behind = text_.substr(i + 1);
      if (begins_with_one(behind, kTitles)) {
        if (unknown_[i]) names_.push_back({i, i + 1, false});
        continue;
      }
      const size_t length = std::min(run.size(), kLongestName);
      if (run.size() < (two ? 3U : 2U) || !has_unknown(i, i + length)) continue;
      if (plain || two) {
        if (!first && is_figure(run)) continue;
        names_.push_back({i, i + length, first && run.size() <= kLongestName && !is_figure(run)});
        i += length - 1;
        continue;
      }
      if (!first || is_figure(run) || begins_with_one(run, kWords) || (run.size() > kLongestName && !of_one_)) continue;
      names_.push_back({i, i + length, false});
      i += length - 1;
    }
    // In a question about one person whatever nothing explains may be the name.
    const bool asked_of = text_.substr(end).starts_with(U"是不是");
    if ((of_one_ || asked_of) && all.size() >= 2 && !is_figure(all)) names_.push_back({begin, end, false});
  }

  // 欧阳娜娜的分数, 李明明住院了: the name before them.
  static std::u32string_view head_of(std::u32string_view run) {
    size_t end = run.size();
    for (size_t i = 2; i < end; ++i)
      if (begins_with_one(run.substr(i), kOwned) || begins_with_one(run.substr(i), kOfOnePerson)) end = i;
    return run.substr(0, end);
  }

  // 李村小学, 张店区, 某某街道: the name of a place with its kind.
  bool is_place(std::u32string_view run, size_t end) const {
    constexpr std::u32string_view kKinds = U"区市县镇乡村庄";
    constexpr std::u32string_view kBefore = U"路村镇庄湾岛河山沟家港桥店埠口滩疃岭";
    constexpr std::array<std::u32string_view, 13> kSchools = {U"小学", U"中学", U"学校", U"幼儿园", U"街道", U"学院", U"大学",
                                                              U"高中", U"初中", U"中职", U"职校",   U"职高", U"小"};
    if (run.size() >= 3 && kKinds.find(run.back()) != kKinds.npos) return true;
    for (const std::u32string_view one : kSchools)
      if (run.size() > one.size() + 1 && run.ends_with(one) && one.size() > 1) return true;
    return kBefore.find(run.back()) != kBefore.npos && begins_with_one(text_.substr(end), kSchools);
  }

  std::u32string_view text_;
  std::vector<bool> free_, unknown_;
  bool of_one_ = false;
  std::vector<NameSpan> names_;
};

}  // namespace

std::vector<NameSpan> names_in(const Folded& text, const std::vector<Token>& tokens) { return Finder(text, tokens).run(); }

bool is_title(std::u32string_view behind_surname) { return begins_with_one(behind_surname, kTitles); }

std::string starred(std::string_view question, const Folded& text, const std::vector<NameSpan>& names) {
  const std::u32string source = text::code_points_of(question);
  std::vector<bool> hidden(source.size(), false);
  for (const NameSpan& name : names)
    for (size_t i = text.at[name.begin]; i <= text.at[name.end - 1] && i < hidden.size(); ++i) hidden[i] = true;
  std::u32string out;
  for (size_t i = 0; i < source.size(); ++i) {
    if (!hidden[i])
      out += source[i];
    else if (i == 0 || !hidden[i - 1])
      out += U"***";
  }
  return text::utf8_of(out);
}

std::string Parser::without_names(std::string_view question, Date today) const {
  question = question.substr(0, kMostKept_bytes);
  question = question.substr(0, text::valid_utf8_prefix(question));
  const Folded text = fold(question);
  return starred(question, text, names_in(text, Tokenizer{*lexicon_, today}.read(text, true)));
}

}  // namespace banmo::ask
