// SPDX-License-Identifier: Apache-2.0
#include "ask/fold.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text_han.h"

namespace banmo::ask {
namespace {

// What people say and what is read, longest first of those that begin alike. A word that reads as itself is protected from a shorter rule.
struct Same {
  std::u32string_view said, read;
};
constexpr std::array kSame = {
    Same{U"平均每一个学生", U"生均"},
    Same{U"平均每个学生", U"生均"},
    Same{U"平均每名学生", U"生均"},
    Same{U"平均每位学生", U"生均"},
    Same{U"每百名学生", U"每百名学生"},
    Same{U"每100名学生", U"每百名学生"},
    Same{U"每一百名学生", U"每百名学生"},
    Same{U"每百人", U"每百名学生"},
    Same{U"平均每生", U"生均"},
    Same{U"每个学生", U"生均"},
    Same{U"每名学生", U"生均"},
    Same{U"每位学生", U"生均"},
    Same{U"学生人均", U"生均"},
    Same{U"每名教师负担学生数", U"每名教师负担学生数"},
    Same{U"每生", U"生均"},
    Same{U"校均规模", U"校均规模"},
    Same{U"校均", U"平均每所学校"},
    Same{U"所占比例", U"占比"},
    Same{U"所占比重", U"占比"},
    Same{U"比例", U"占比"},
    Same{U"比重", U"占比"},
    Same{U"百分比", U"占比"},
    Same{U"百分率", U"占比"},
    Same{U"比率", U"占比"},
    Same{U"份额", U"占比"},
    Same{U"个数据", U"个数据"},
    Same{U"人数据", U"人数据"},
    Same{U"总人数", U"数"},
    Same{U"总数量", U"数"},
    Same{U"人数", U"数"},
    Same{U"数量", U"数"},
    Same{U"总数", U"数"},
    Same{U"个数", U"数"},
    Same{U"总量", U"数"},
    Same{U"数目", U"数"},
    Same{U"老师们", U"教师"},
    Same{U"教师们", U"教师"},
    Same{U"老师", U"教师"},
    Same{U"仨", U"三个"},
    Same{U"俩", U"两个"},
    Same{U"比列", U"占比"},
    Same{U"增涨", U"增长"},
    Same{U"男娃", U"男性学生"},
    Same{U"女娃", U"女性学生"},
    Same{U"语数英", U"语文、数学、英语"},
    Same{U"语数外", U"语文、数学、英语"},
    Same{U"数理化", U"数学、物理、化学"},
    Same{U"理化生", U"物理、化学、生物"},
    Same{U"政史地", U"政治、历史、地理"},
    Same{U"没有及格", U"不及格"},
    Same{U"不和格", U"不及格"},
    Same{U"和格", U"合格"},
    Same{U"那会儿", U""},
    Same{U"那会", U""},
    Same{U"那阵子", U""},
    Same{U"那会议", U"那会议"},
    Same{U"没及格", U"不及格"},
    Same{U"未及格", U"不及格"},
    Same{U"不合格", U"不及格"},
    Same{U"人工智能课程", U"人工智能课程"},
    Same{U"人工智能课", U"人工智能课程"},
    Same{U"ai课程", U"人工智能课程"},
    Same{U"ai课", U"人工智能课程"},
    Same{U"接上", U"接入"},
    Same{U"接通", U"接入"},
    Same{U"接到", U"接入"},
    Same{U"接了", U"接入"},
    Same{U"连上", U"接入"},
    Same{U"连入", U"接入"},
    Same{U"连到", U"接入"},
    Same{U"接万兆", U"接入万兆"},
    Same{U"用得", U"使用"},
    Same{U"第一志愿", U"第一志愿"},
    Same{U"一志愿", U"第一志愿"},
    Same{U"数字资源", U"资源"},
    Same{U"数字教育资源", U"资源"},
    Same{U"语文课", U"语文"},
    Same{U"数学课", U"数学"},
    Same{U"英语课", U"英语"},
    Same{U"物理课", U"物理"},
    Same{U"化学课", U"化学"},
    Same{U"生物课", U"生物"},
    Same{U"历史课", U"历史"},
    Same{U"地理课", U"地理"},
    Same{U"政治课", U"政治"},
    Same{U"音乐课", U"音乐"},
    Same{U"美术课", U"美术"},
    Same{U"科学课", U"科学"},
    Same{U"劳动课", U"劳动"},
    Same{U"信息科技课", U"信息科技"},
    Same{U"信息技术课", U"信息技术"},
    Same{U"周一", U"1星期"},
    Same{U"周二", U"2星期"},
    Same{U"周三", U"3星期"},
    Same{U"周四", U"4星期"},
    Same{U"周五", U"5星期"},
    Same{U"周六", U"6星期"},
    Same{U"周日", U"7星期"},
    Same{U"周天", U"7星期"},
    Same{U"星期一", U"1星期"},
    Same{U"星期二", U"2星期"},
    Same{U"星期三", U"3星期"},
    Same{U"星期四", U"4星期"},
    Same{U"星期五", U"5星期"},
    Same{U"星期六", U"6星期"},
    Same{U"星期日", U"7星期"},
    Same{U"星期天", U"7星期"},
    Same{U"礼拜一", U"1星期"},
    Same{U"礼拜二", U"2星期"},
    Same{U"礼拜三", U"3星期"},
    Same{U"礼拜四", U"4星期"},
    Same{U"礼拜五", U"5星期"},
    Same{U"礼拜六", U"6星期"},
    Same{U"礼拜日", U"7星期"},
    Same{U"礼拜天", U"7星期"},
    Same{U"三科的", U"三个"},
    Same{U"两科的", U"两个"},
    Same{U"四科的", U"四个"},
    Same{U"五科的", U"五个"},
    Same{U"没定级", U"未定级"},
    Same{U"没有定级", U"未定级"},
    // The examination is what these figures are of.
    Same{U"中考招生", U"中考"},
    Same{U"中考考生", U"考生"},
    Same{U"中考第一志愿", U"第一志愿"},
    Same{U"中考一志愿", U"第一志愿"},
    Same{U"中考平均总分", U"考生平均总分"},
    Same{U"中考平均分", U"考生平均总分"},
    Same{U"中考均分", U"考生平均总分"},
    Same{U"中考平均成绩", U"考生平均总分"},
    Same{U"班级规模", U"班级规模"},
    Same{U"学校规模最", U"学校学生数最"},
    Same{U"班级人数", U"班级人数"},
    Same{U"小姑娘", U"女性学生"},
    Same{U"小伙子", U"男性学生"},
    Same{U"班人数", U"班人数"},
    Same{U"过半数", U"超过50%"},
    Same{U"过半", U"超过50%"},
    Same{U"超半数", U"超过50%"},
    Same{U"不到半数", U"不到50%"},
    Same{U"不足半数", U"不足50%"},
    Same{U"班级", U"班"},
    Same{U"教学班", U"班"},
    Same{U"区县", U"区市"},
    Same{U"县区", U"区市"},
    Same{U"县市区", U"区市"},
    Same{U"区市县", U"区市"},
    Same{U"小学段", U"小学"},
    Same{U"初中段", U"初中"},
    Same{U"高中段", U"高中"},
    Same{U"小学生师比", U"小学生师比"},
    Same{U"初中生师比", U"初中生师比"},
    Same{U"高中生师比", U"高中生师比"},
    Same{U"中职生师比", U"中职生师比"},
    Same{U"小学生均", U"小学生均"},
    Same{U"初中生均", U"初中生均"},
    Same{U"高中生均", U"高中生均"},
    Same{U"中职生均", U"中职生均"},
    Same{U"小学生", U"小学学生"},
    Same{U"初中生", U"初中学生"},
    Same{U"高中生", U"高中学生"},
    Same{U"中职生", U"中职学生"},
    Same{U"高职生", U"高职学生"},
    Same{U"男女生", U"男女学生"},
    Same{U"男学生", U"男性学生"},
    Same{U"女学生", U"女性学生"},
    Same{U"男生", U"男性学生"},
    Same{U"女生", U"女性学生"},
    Same{U"男娃娃", U"男性学生"},
    Same{U"女娃娃", U"女性学生"},
    Same{U"男孩子", U"男性学生"},
    Same{U"女孩子", U"女性学生"},
    Same{U"男同学", U"男性学生"},
    Same{U"女同学", U"女性学生"},
    Same{U"娃娃", U"学生"},
    Same{U"娃们", U"学生"},
    Same{U"孩子们", U"学生"},
    Same{U"学生们", U"学生"},
    Same{U"同学们", U"学生"},
    Same{U"娃儿", U"学生"},
    Same{U"娃子", U"学生"},
    Same{U"学娃", U"学生"},
    Same{U"小孩子", U"学生"},
    Same{U"小孩儿", U"学生"},
    Same{U"小娃", U"学生"},
    Same{U"娃", U"学生"},
    Same{U"小孩", U"学生"},
    Same{U"小朋友", U"学生"},
    Same{U"每一百个学生", U"每百名学生"},
    Same{U"每100个学生", U"每百名学生"},
    Same{U"每百个学生", U"每百名学生"},
    Same{U"一百个学生", U"每百名学生"},
    Same{U"100个学生", U"每百名学生"},
    Same{U"一百名学生", U"每百名学生"},
    Same{U"100名学生", U"每百名学生"},
    Same{U"每一百个孩子", U"每百名学生"},
    Same{U"每百个孩子", U"每百名学生"},
    Same{U"多少回", U"多少次"},
    Same{U"几多", U"多少"},
    Same{U"多少多少", U"多少"},
    Same{U"哪片儿", U"哪个区"},
    Same{U"哪一片", U"哪个区"},
    Same{U"哪片", U"哪个区"},
    Same{U"几回", U"几次"},
    Same{U"越来越高", U"变化趋势"},
    Same{U"越来越低", U"变化趋势"},
    Same{U"越来越多", U"变化趋势"},
    Same{U"越来越少", U"变化趋势"},
    Same{U"越来越好", U"变化趋势"},
    Same{U"越来越差", U"变化趋势"},
    Same{U"越来越大", U"变化趋势"},
    Same{U"越来越小", U"变化趋势"},
    Same{U"多的在前", U"从高到低"},
    Same{U"高的在前", U"从高到低"},
    Same{U"大的在前", U"从高到低"},
    Same{U"高的排前面", U"从高到低"},
    Same{U"多的排前面", U"从高到低"},
    Same{U"少的在前", U"从低到高"},
    Same{U"低的在前", U"从低到高"},
    Same{U"小的在前", U"从低到高"},
    Same{U"一年比一年高", U"逐年上升"},
    Same{U"一年比一年多", U"逐年上升"},
    Same{U"一年比一年好", U"逐年上升"},
    Same{U"一年比一年大", U"逐年上升"},
    Same{U"一年比一年低", U"逐年下降"},
    Same{U"一年比一年少", U"逐年下降"},
    Same{U"一年比一年差", U"逐年下降"},
    Same{U"一年比一年小", U"逐年下降"},
    Same{U"一年不如一年", U"逐年下降"},
    Same{U"男孩", U"男性学生"},
    Same{U"女孩", U"女性学生"},
    Same{U"孩子", U"学生"},
    Same{U"同学科", U"同学科"},
    Same{U"同学段", U"同学段"},
    Same{U"同学校", U"同学校"},
    Same{U"同学年", U"同学年"},
    Same{U"同学期", U"同学期"},
    Same{U"同学历", U"同学历"},
    Same{U"同学", U"学生"},
    Same{U"电脑", U"计算机"},
    Same{U"wi-fi", U"无线网络"},
    Same{U"wifi", U"无线网络"},
    Same{U"无线网络", U"无线网络"},
    Same{U"无线网", U"无线网络"},
    Same{U"所有区市", U"各区市"},
    Same{U"全部区市", U"各区市"},
    Same{U"所有的区市", U"各区市"},
    Same{U"所有区", U"各区"},
    Same{U"全部区", U"各区"},
    Same{U"所有学校的", U"所有学校的"},
    Same{U"各地区", U"各地区"},
    Same{U"各地市", U"各地市"},
    Same{U"各地", U"各区市"},
    Same{U"一个区一个区", U"各区"},
    Same{U"一个区市一个区市", U"各区市"},
    Same{U"一所学校一所学校", U"各学校"},
    Same{U"挨个区", U"各区"},
    Same{U"挨个学校", U"各学校"},
    Same{U"挨个学科", U"各学科"},
    Same{U"哪一个", U"哪个"},
    Same{U"哪一所", U"哪所"},
    Same{U"谁家", U"谁"},
    Same{U"数目前", U"数目前"},
    Same{U"数目的", U"数目的"},
    Same{U"从高往低", U"从高到低"},
    Same{U"从低往高", U"从低到高"},
    Same{U"从大往小", U"从高到低"},
    Same{U"从小往大", U"从低到高"},
    Same{U"从多往少", U"从高到低"},
    Same{U"从少往多", U"从低到高"},
    Same{U"由高往低", U"从高到低"},
    Same{U"由低往高", U"从低到高"},
    Same{U"三年间", U"近三年"},
    Same{U"两年间", U"近两年"},
    Same{U"五年间", U"近五年"},
    Same{U"区市层面", U"各区市"},
    Same{U"区级层面", U"各区市"},
    Same{U"区县层面", U"各区市"},
    Same{U"学校层面", U"各学校"},
    Same{U"校级层面", U"各学校"},
    Same{U"全市层面", U"全市"},
    Same{U"市级层面", U"全市"},
    Same{U"变动的原因", U"变化原因"},
    Same{U"几点钟", U"几点"},
    Same{U"在校升", U"在校学生"},
    Same{U"再校升", U"在校学生"},
    Same{U"报名入学", U"入学报名"},
    Same{U"报名上学", U"入学报名"},
    Same{U"每一个", U"每个"},
    Same{U"每一级", U"每级"},
    Same{U"每一类", U"每类"},
    Same{U"每一种", U"每种"},
    Same{U"每一科", U"每科"},
    Same{U"初、中、高级", U"初级、中级、高级"},
    Same{U"初中高级", U"初级、中级、高级"},
    Same{U"晚上几点", U"几点"},
    Same{U"白天几点", U"几点"},
    Same{U"上午几点", U"几点"},
    Same{U"下午几点", U"几点"},
    Same{U"早上几点", U"几点"},
    Same{U"每一所", U"每所"},
    Same{U"各个", U"各"},
    Same{U"专职教师", U"专任教师"},
    Same{U"有没有", U"有"},
    Same{U"能不能", U""},
    Same{U"可不可以", U""},
    Same{U"万兆网络", U"万兆"},
    Same{U"万兆网", U"万兆"},
    Same{U"目的", U"目的"},
    Same{U"的确", U"的确"},
    Same{U"的", U""},
};

// Marks that end or frame, and say nothing here.
bool is_frame(char32_t c) {
  constexpr std::u32string_view kFrames = U"?!。;:\"'“”‘’「」『』《》〈〉()[]{}【】〔〕…·`*#_|\\^$&@";
  return kFrames.find(c) != std::u32string_view::npos;
}

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

// 1,234 is a number, not two of a list.
bool groups_thousands(const std::u32string& text, size_t at) {
  if (text[at] != U'、' || at == 0 || !is_digit(text[at - 1]) || at + 3 >= text.size()) return false;
  for (size_t i = 1; i <= 3; ++i)
    if (!is_digit(text[at + i])) return false;
  return at + 4 >= text.size() || !is_digit(text[at + 4]);
}

// 涨没涨 asks by saying a word twice: it is said once. 高不高 asks for the figure.
void drop_doubled_question(Folded& text) {
  constexpr std::u32string_view kDoubled = U"涨升降增减高低多大小快慢强达够超";  // 要不要, 好不好 ask for an opinion
  for (size_t i = 0; i + 2 < text.text.size(); ++i) {
    if (kDoubled.find(text.text[i]) == kDoubled.npos || text.text[i] != text.text[i + 2] || (text.text[i + 1] != U'没' && text.text[i + 1] != U'不'))
      continue;
    constexpr std::u32string_view kHowMuch = U"高低多大小快慢强";
    const size_t from = kHowMuch.find(text.text[i]) == kHowMuch.npos || text.text[i + 1] == U'没' ? i + 1 : i;
    text.text.erase(from, i + 3 - from);
    text.at.erase(text.at.begin() + static_cast<std::ptrdiff_t>(from), text.at.begin() + static_cast<std::ptrdiff_t>(i) + 3);
  }
}

// 千人以上（含一千）: that the bound itself counts is how 以上 is read.
std::u32string without_included_bounds(std::u32string text) {
  constexpr std::u32string_view kNumerals = U"0123456789０１２３４５６７８９.%％一二两三四五六七八九十百千万本数人所个";
  for (size_t at = text.find(U'含'); at != text.npos; at = text.find(U'含', at + 1)) {
    const bool open = at > 0 && (text[at - 1] == U'（' || text[at - 1] == U'(');
    const size_t end = text.find_first_not_of(kNumerals, at + 1);
    if (open && end != text.npos && end > at + 1 && (text[end] == U'）' || text[end] == U')')) text.replace(at - 1, end + 2 - at, end + 2 - at, U' ');
  }
  return text;
}

// 前3的学科: what is dropped keeps number and name apart, so that no 3学科 is read.
bool ends_with_head(std::u32string_view text) {
  constexpr std::u32string_view kNumerals = U"0123456789一二两三四五六七八九十";
  const size_t last = text.find_last_not_of(kNumerals);
  return last != text.npos && last + 1 < text.size() && (text[last] == U'前' || text[last] == U'后');
}

const Same* rule_at(std::u32string_view text) {
  const Same* best = nullptr;
  for (const Same& rule : kSame)
    if (text.starts_with(rule.said) && (best == nullptr || rule.said.size() > best->said.size())) best = &rule;
  return best;
}

}  // namespace

bool is_blank(char32_t c) {
  return c <= 0x20 || c == 0xA0 || c == 0x7F || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || c == 0x2060 || c == 0x3000 ||
         c == 0xFEFF;
}

char32_t plain(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c >= U'A' && c <= U'Z') return c + 32;
  switch (c) {
    case U',': return U'、';
    case U'，': return U'、';
    case U'—':
    case U'–':
    case U'－':
    case U'～': return U'-';
    case U'~': return U'-';
    case U'＞': return U'>';
    case U'＜': return U'<';
    default: return text::Han::table().simplified(c);
  }
}

Folded fold(std::string_view source) {
  Folded plain_text;
  const std::u32string all = without_included_bounds(text::code_points_of(source));
  for (size_t i = 0; i < all.size(); ++i) {
    const char32_t c = plain(all[i]);
    // 15:1 is no 151.
    const bool ratio = c == U':' && i > 0 && i + 1 < all.size() && is_digit(plain(all[i - 1])) && is_digit(plain(all[i + 1]));
    if (ratio) {
      plain_text.text += U'∶';
      plain_text.at.push_back(i);
      continue;
    }
    if (is_blank(c) || is_frame(c)) continue;
    plain_text.text += c;
    plain_text.at.push_back(i);
  }
  Folded out;
  out.n_source = all.size();
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i] == U'，' || all[i] == U',') out.commas.push_back(i);
  drop_doubled_question(plain_text);
  for (size_t i = 0; i < plain_text.text.size();) {
    const std::u32string_view rest = std::u32string_view(plain_text.text).substr(i);
    if (groups_thousands(plain_text.text, i)) {
      ++i;
    } else if (const Same* rule = rule_at(rest)) {
      const std::u32string_view read = rule->said == U"的" && ends_with_head(out.text) ? U"个" : rule->read;
      out.text += read;
      out.at.insert(out.at.end(), read.size(), plain_text.at[i]);
      i += rule->said.size();
    } else {
      out.text += rest.front();
      out.at.push_back(plain_text.at[i]);
      ++i;
    }
  }
  return out;
}

std::vector<std::u32string> folded_names(std::string_view title) {
  std::vector<std::u32string> names{fold(title).text};
  std::u32string bare;
  int depth = 0;
  for (const char32_t c : text::code_points_of(title)) {
    if (c == U'（' || c == U'(') ++depth;
    if (depth == 0) bare += c;
    if ((c == U'）' || c == U')') && depth > 0) --depth;
  }
  const std::u32string without = fold(text::utf8_of(bare)).text;
  if (!without.empty() && without != names.front()) names.push_back(without);
  return names;
}

std::vector<std::u32string> whole_names(std::string_view title, const std::vector<std::string>& synonyms) {
  std::vector<std::u32string> names{fold(title).text};
  for (const std::string& synonym : synonyms)
    if (synonym.find(kGap) == std::string::npos) names.push_back(fold(synonym).text);
  return names;
}

}  // namespace banmo::ask
