// SPDX-License-Identifier: Apache-2.0
// What was said in part only, and what are two questions in one sentence: one tree would answer them as another question, so they are refused.
#include <algorithm>
#include <set>

#include "ask/composer.h"
#include "ask/persons.h"

namespace banmo::ask {

// 中位数, 预测: no figure of this room is one.
bool Composer::check_able() {
  const bool swaps = std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
    return one.word != nullptr && one.word->role == Role::swap && (one.word->text.starts_with(U"改") || one.word->text.starts_with(U"换"));
  });
  // 不看民办 changes a question before it; in a question by itself 不含 says it.
  const bool drops = std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
    return one.word != nullptr && one.word->role == Role::drop && !one.word->text.starts_with(U"不分") && !one.word->text.starts_with(U"不限") &&
           !one.word->text.starts_with(U"不按");
  });
  if (drops && previous_ == nullptr)
    return refuse(Refusal::unsupported, "没有看懂要去掉什么；请说“不含…”或“除…外”", "what is to go was not understood: say what is to be left out");
  if (swaps && previous_ == nullptr && slots_.chart.empty() && slots_.grouped.empty())
    return refuse(Refusal::unsupported, "这里只回答问题，不修改数据；要改数据请到相应的数据集或办理页面",
                  "questions are answered here, data are not changed: go to the dataset or the service");
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    if (token(i).word != nullptr && token(i).word->text == U"第" && i + 1 < slots_.tokens.size() && token(i + 1).number && !token(i + 1).numbered &&
        unknown_place().end == 0)
      return refuse(Refusal::unsupported, "不能只列出“第" + said(i + 1) + "”；可以问前几名，或某一个排第几",
                    "a place in the middle of a ranking cannot be asked: ask for the first few, or for the place of one");
    // 为什么下降，哪个区影响最大; 周一到周五每天
    const std::u32string_view word = token(i).word == nullptr ? std::u32string_view() : token(i).word->text;
    const bool in_cause = word == U"影响" && slots_.says(Role::why);
    const bool in_week = (word == U"每天" || word == U"每日") && text_.text.find(U"星期") != std::u32string::npos;
    const bool untold = word == U"每天" && !slots_.unknown.empty() && slots_.metrics.empty();  // 每天睡几个小时: of nothing that is known
    if (token(i).word != nullptr && token(i).word->role == Role::unable && token(i).terms.empty() && !in_cause && !in_week && !untold)
      return refuse(Refusal::unsupported, "这里只回答已有数据的统计数字，不做“" + said(i) + "”；可以问数值、排名、趋势和同比",
                    "figures of the data there are can be asked, not this: ask for values, ranks, trends and changes");
  }
  return true;
}

// 张伟的体测成绩, 王五的优良率: what nothing explains and begins as a name of a person does.
bool Composer::names_person() const {
  constexpr std::u32string_view kSurnames =
      U"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范廖贾夏韦付邹孟熊秦邱尹薛闫段"
      U"侯龚邵钱覃";
  constexpr std::u32string_view kPlaces = U"区市县镇乡街道校园院所班级村路";
  for (const size_t i : slots_.unknown) {
    const auto span = std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin);
    if (kSurnames.find(span.front()) == kSurnames.npos || span.size() > 3 || span.find_first_of(kPlaces) != span.npos) continue;
    if (is_title(std::u32string_view(text_.text).substr(token(i).begin + 1))) continue;
    const bool begins = i == 0 || (token(i - 1).word != nullptr && token(i - 1).word->role == Role::stop);
    if (i + 1 == slots_.tokens.size()) {
      if (begins && i > 0) return true;
      continue;
    }
    const Token& next = token(i + 1);
    const bool numbered = span.size() == 1 && span != U"周" && next.number && next.end - next.begin == 1 && !next.number->percent;  // 张三
    const bool place = (next.word != nullptr && next.word->role == Role::level) || has(i + 1, TermKind::value) || has(i + 1, TermKind::org);
    if (begins && (numbered || (span.size() >= 2 && !place))) return true;
  }
  return false;
}

// 李四是不是贫困生, 初三二班张伟体测成绩: before anything else of it is read.
bool Composer::is_about_person() const {
  const std::vector<NameSpan> names = names_in(text_, slots_.tokens);
  return std::any_of(names.begin(), names.end(), [](const NameSpan& one) { return one.sure; });
}

bool Composer::refuse_person() {
  return refuse(Refusal::forbidden_field, "这里只回答统计数字，不提供个人信息", "figures are answered here, never data about a person");
}

// 不及格学生名单, 优良率最高的学生, 哪个班: persons and classes are none of what a figure is told of.
bool Composer::check_persons() {
  const auto role_at = [&](size_t i) { return i < slots_.tokens.size() && token(i).word != nullptr ? token(i).word->role : Role::stop; };
  size_t most = std::string::npos;
  for (size_t i = 0; i < slots_.tokens.size(); ++i)
    if (role_at(i) == Role::most && most == std::string::npos) most = i;
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    if (role_at(i) != Role::filler || spent_.contains(i) || slots_.grouped.contains(i)) continue;
    size_t before = i;
    while (before > 0 && (role_at(before - 1) == Role::measure || token(before - 1).number)) --before;
    const bool asked = before > 0 && (role_at(before - 1) == Role::which || role_at(before - 1) == Role::which_all);
    const bool ranked =
        most != std::string::npos && i > most && out_.tree.member.empty() &&
        std::none_of(slots_.levels.begin(), slots_.levels.end(), [&](size_t level) { return level > most; }) &&
        (i + 1 == slots_.tokens.size() || role_at(i + 1) == Role::stop || role_at(i + 1) == Role::which || role_at(i + 1) == Role::which_all);
    if (!asked && !ranked) continue;
    const std::u32string_view what = token(i).word->text;
    if (what != U"班" && what != U"系统") return refuse_person();
    return refuse(Refusal::unsupported, "没有到“" + said(i) + "”这一级的统计；可以问区市、学校和年级",
                  "there are no figures of single classes or systems: ask for districts, schools and grades");
  }
  if (!slots_.says(Role::which_all) || !out_.tree.by.empty()) return true;
  if (metric().metric->unit == "人")
    return refuse(Refusal::forbidden_field, "这里只回答统计数字，不提供名单和个人信息", "figures are answered here, never lists of persons");
  return refuse(Refusal::unsupported, "这里只回答统计数字，不列出“" + metric().metric->title.zh + "”背后的记录；可以问按区市、学校或某个维度的统计",
                "figures are answered here, not the records behind them: ask by district, by school or by a dimension");
}

// 各区市优良率最高的学校, 班额最大的学校在哪个区市: places of a second kind, for which the answer would have no place.
bool Composer::has_unused_level() const {
  size_t most = std::string::npos;
  for (size_t i = 0; i < slots_.tokens.size(); ++i)
    if (token(i).word != nullptr && (token(i).word->role == Role::most || token(i).word->role == Role::rank)) most = std::min(most, i);
  return std::any_of(slots_.levels.begin(), slots_.levels.end(), [&](size_t level) {
    const std::string id(token(level).word->argument);
    return level > most && id != "city" && !spent_.contains(level) && !grouped_by(id);
  });
}

// A word that compares, with nothing beside what is asked: 住校生比列.
bool Composer::check_versus() {
  const Tree& tree = out_.tree;
  if (!slots_.says(Role::versus)) return true;
  const bool beside = tree.against_whole || !tree.compare.empty() || !tree.by.empty() || !tree.having.empty() || tree.metrics.size() > 1 ||
                      tree.intent == Intent::ratio ||
                      std::any_of(tree.where.begin(), tree.where.end(), [](const Where& one) { return one.values.size() > 1; });
  return beside || refuse(Refusal::unsupported, "没有看懂与什么比较；请说出另一个区市、类别、年份，或“与全市平均相比”",
                          "with what it is to be compared was not understood: name another place, kind or year, or the whole city");
}

// What is found in one step and asked of in a second: 去年优良率最高的区市今年是多少, 教师最少的学校有多少学生.
bool Composer::check_steps() {
  const Tree& tree = out_.tree;
  const auto role_at = [&](size_t i) { return i < slots_.tokens.size() && token(i).word != nullptr ? token(i).word->role : Role::stop; };
  if (!tree.order.empty()) {
    const bool two_times = std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& one) {
      return one.dimension == metric().period && one.values.size() > 1 && !grouped_by(one.dimension);
    });
    const bool over_years = tree.order.find("__") != std::string::npos && tree.intent != Intent::share &&
                            (tree.time.last > 1 || (tree.time.from != tree.time.to && !tree.time.from.empty()));
    if (two_times || over_years)
      return refuse(Refusal::unsupported, "一次只能在一个时期里排名，变化只与上一期或上年同期比；请分开问",
                    "a ranking is of one period, and a change is from the one before: ask one after the other");
  }
  if (!tree.order.empty() || !tree.having.empty())
    for (size_t i = 1; i < slots_.tokens.size(); ++i) {
      size_t before = i - 1;
      while (before > 0 && role_at(before) == Role::measure) --before;
      if (role_at(i) == Role::filler && !spent_.contains(i) && role_at(before) == Role::quantity && !slots_.grouped.contains(i))
        return refuse(Refusal::unsupported, "这要分两步问：先找出是哪一个，再问它的“" + said(i) + "”",
                      "these are two questions: find the one first, then ask about it");
    }
  if (slots_.far_from_whole)
    return refuse(Refusal::unsupported, "只能问高于或低于全市平均，不能再说高低多少；请先问与全市平均相比",
                  "whether a figure is above or below the whole can be asked, not by how much: ask to compare with the whole");
  if (unfit_threshold_)
    return refuse(Refusal::unsupported, "数字的单位与“" + metric().metric->title.zh + "”不同；请用同一单位的数，或问增长率、占比",
                  "the number is in another unit than the figure: use the figure's unit, or ask for its growth or share");
  const bool one_end =
      std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) { return one.word != nullptr && one.word->text == U"以"; });
  if (slots_.says(Role::head) || slots_.says(Role::tail) || one_end)
    return refuse(Refusal::unsupported, "没有看懂“前”“后”“以…”是从哪里算起；请说出起止的年份或名次", "say from when to when, or how many");
  const bool several_periods = tree.time.last > 1 || tree.time.from != tree.time.to;
  const bool in_streak = tree.intent == Intent::streak &&
                         std::any_of(slots_.times.begin(), slots_.times.end(), [&](size_t i) { return token(i).time->kind == TimeKind::span; });
  // 近两年哪一年: the steps before have let go of how many; 2026年哪个月 still holds its bounds.
  const bool lost_last = slots_.says(Role::when) && !slots_.order.empty() && tree.time.from.empty() && tree.time.to.empty() &&
                         std::any_of(slots_.times.begin(), slots_.times.end(), [&](size_t i) { return token(i).time->kind == TimeKind::last; });
  if (in_streak || lost_last || (period_series_ && slots_.says(Role::why) && (several_periods || !slots_.times.empty())))
    return refuse(Refusal::unsupported, "不能只在这几期里找原因、连续升降或最高的一年；请不限时期再问",
                  "causes, runs and the best year are not looked for within these periods: ask without them");
  if (slots_.having.size() > 1 && std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
        return one.word != nullptr && one.word->role == Role::join && one.word->text.starts_with(U"或");
      }))
    return refuse(Refusal::unsupported, "几个条件之间只能是“且”，不能是“或”；请分开问",
                  "several conditions must all hold: ask for each of them by itself");
  if (slots_.says(Role::outside) && slots_.negated.empty() && slots_.having.empty())
    return refuse(Refusal::unsupported, "没有看懂要排除什么", "what is to be left out was not understood");
  return true;
}

// Of which of several things the most is asked for.
bool Composer::check_subjects() {
  const Tree& tree = out_.tree;
  if (tree.order.empty()) return true;
  if (tree.metrics.size() > 1)
    return refuse(Refusal::unsupported, "一次只能按一个指标排名；请把几个指标分开问", "a ranking is by one metric: ask for each of them by itself");
  if (grouped_by("school") && metric().metric->unit == "所" && metric().fixed.empty() && metric().counts &&
      tree.order.find("__") == std::string::npos)
    return refuse(Refusal::unsupported, "一所学校里没有“" + metric().metric->title.zh + "”的多少；请说出比什么，例如在校生数",
                  "by what the schools are to be compared was not said, for example by students");
  if (!tree.member.empty()) return true;
  const auto n_groups = std::count_if(tree.by.begin(), tree.by.end(), [&](const std::string& id) { return id != metric().period; });
  if (has_unused_level() || (tree.limit > 0 && n_groups > 1))
    return refuse(Refusal::unsupported, "一次只能在一类对象里排名；例如先问“优良率最高的区市”，再问“市南区优良率最高的学校”",
                  "a ranking is among one kind of places: ask for the district first, then for the schools in it");
  for (size_t i = 0; i + 2 < slots_.tokens.size(); ++i) {
    const auto level = [&](size_t k) { return token(k).word != nullptr && token(k).word->role == Role::level && !spent_.contains(k); };
    if (level(i) && level(i + 2) && token(i + 1).word != nullptr && token(i + 1).word->role == Role::join)
      return refuse(Refusal::unsupported, "“" + said(i) + "”和“" + said(i + 2) + "”的排名请分开问", "ask for these two rankings one after the other");
  }
  return true;
}

// 市南区小学和市北区初中: values of two dimensions by turns belong together in pairs, which no table of all with all is.
bool Composer::is_crossed() const {
  std::vector<std::pair<size_t, std::string>> said;  // token and dimension
  for (const size_t i : slots_.orgs) said.emplace_back(i, "place");
  for (const size_t i : slots_.times)
    if (token(i).time->kind == TimeKind::span) said.emplace_back(i, "time");
  for (const size_t i : slots_.values)
    if (const auto meaning = spent_.contains(i) ? std::nullopt : meaning_of(i, metric()); meaning && !meaning->empty())
      said.emplace_back(i, meaning->front().dimension);
  std::sort(said.begin(), said.end());
  // 公办小学和民办小学: what is said twice pairs nothing.
  const auto varies = [&](const std::string& id) {
    std::set<std::string> names;
    for (const auto& [i, dimension] : said)
      if (dimension == id) names.insert(this->said(i));
    return names.size() > 1;
  };
  for (size_t a = 0; a < said.size(); ++a)
    for (size_t b = a + 1; b < said.size(); ++b) {
      if (said[b].second == said[a].second || !varies(said[a].second) || !varies(said[b].second)) continue;
      const auto again = [&](const std::string& id, size_t from) {
        for (size_t k = from; k < said.size(); ++k)
          if (said[k].second == id) return k;
        return said.size();
      };
      const size_t third = again(said[a].second, b + 1);
      if (third < said.size() && again(said[b].second, third + 1) < said.size()) return true;
    }
  return false;
}

// 学生数和民办学校数, 今年优良率和去年合格率: a condition that only the second of them has.
bool Composer::is_between_metrics() const {
  if (out_.tree.metrics.size() < 2) return false;
  size_t first = std::string::npos, last = 0;
  for (const size_t i : spent_)
    if (has(i, TermKind::metric) || has(i, TermKind::noun)) {
      first = std::min(first, i);
      last = std::max(last, i);
    }
  const auto between = [&](size_t i) { return i > first && i < last && !spent_.contains(i); };
  return std::any_of(slots_.values.begin(), slots_.values.end(), between) || std::any_of(slots_.orgs.begin(), slots_.orgs.end(), between) ||
         std::any_of(slots_.times.begin(), slots_.times.end(), between);
}

// Behind or before 和, 与, 比.
bool Composer::is_joined(size_t i) const {
  const auto is = [&](size_t k, Role role) { return k < slots_.tokens.size() && token(k).word != nullptr && token(k).word->role == role; };
  const auto joins = [&](size_t k) { return is(k, Role::join) || is(k, Role::versus) || (is(k, Role::sum) && token(k).word->text == U"加"); };
  size_t behind = i + 1;
  while (is(behind, Role::filler) || is(behind, Role::higher)) ++behind;  // 男性学生和, 男性学生多还是
  return joins(behind) || (i > 0 && joins(i - 1));
}

// Conditions that belong to a part of what was asked.
bool Composer::check_mixed() {
  if (is_between_metrics() || is_crossed())
    return refuse(Refusal::unsupported, "这是两个条件不同的问题；请分开问，例如先问“市南区优良率”，再问“市北区合格率”",
                  "these are two questions with conditions of their own: ask one after the other");
  bool district = false, school = false;
  for (const size_t i : slots_.orgs) {
    if (!is_joined(i)) continue;
    for (const uint32_t index : token(i).terms) {
      const directory::Org* org = orgs_.find(lexicon_.term(index).org);
      if (org == nullptr) continue;
      district |= org->kind == directory::OrgKind::district;
      school |= org->kind == directory::OrgKind::school || org->kind == directory::OrgKind::college;
    }
  }
  if (district && school)
    return refuse(Refusal::unsupported, "区市和学校不能并排比较；请分开问，或问“某校与全市平均相比”",
                  "a district and a school are not compared side by side: ask for each of them");
  return check_dimensions();
}

// What is asked of several metrics at once, all of them must have.
bool Composer::check_dimensions() {
  const Tree& tree = out_.tree;
  for (const std::string& id : tree.metrics) {
    const MetricFrame& one = *frame_.metric(id);
    const auto lacks = [&](const std::string& dimension) {
      return is_level(dimension) ? !one.has_org : dimension != one.period && one.dimension(dimension) == nullptr;
    };
    const bool timed = !tree.time.from.empty() || !tree.time.to.empty() || tree.time.last > 0;
    if (std::any_of(tree.by.begin(), tree.by.end(), lacks) || (timed && one.dating == Dating::none) ||
        std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& where) { return lacks(where.dimension); }))
      return refuse(Refusal::unsupported, "“" + one.metric->title.zh + "”不能与“" + metric().metric->title.zh + "”按同样的条件和分组一起问；请分开问",
                    "these metrics do not have the same conditions and groups: ask for each of them");
  }
  return true;
}

// 优良率最高和最低的区市分别是哪个: the whole ranking tells both, without a number and without the distance between them.
bool Composer::tells_both_ends() const {
  return !slots_.top && !slots_.says(Role::difference) && !slots_.says(Role::versus) && !slots_.says(Role::head) && !slots_.says(Role::tail) &&
         slots_.direction.empty() && out_.tree.by.size() == 1 && out_.tree.having.empty() && !slots_.says(Role::when);
}

// Both ends of a ranking, and places in the middle of it, are more than one order and one limit can say.
bool Composer::check_ends() {
  bool most = false, least = false;
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    const Word* word = token(i).word;
    if (word == nullptr) continue;
    most |= (word->role == Role::most && (word->argument == "desc" || word->argument == "good")) || word->role == Role::head;
    least |= (word->role == Role::most && (word->argument == "asc" || word->argument == "bad")) || word->role == Role::tail;
  }
  if (most && least && tells_both_ends()) return true;
  return !(most && least) || refuse(Refusal::unsupported, "最高和最低请分开问", "ask for the most and for the least one after the other");
}

// 优良率高于合格率的学校, 女生比男生多的学校: two figures of each beside each other.
bool Composer::check_beside() {
  const bool metrics_beside = slots_.says(Role::compare_op) || (slots_.says(Role::higher) && out_.tree.metrics.size() > 1);
  bool lists = false;
  for (size_t i = 0, higher = 0; i < slots_.tokens.size(); ++i) {
    if (token(i).word == nullptr) continue;
    if (token(i).word->role == Role::higher) higher = i + 1;
    lists |= higher > 0 && token(i).word->role == Role::level && !spent_.contains(i) && !slots_.grouped.contains(i);
  }
  const bool values_beside = slots_.says(Role::versus) && slots_.says(Role::higher) && lists && slots_.having.empty();
  if (!metrics_beside && !values_beside) return true;
  return refuse(Refusal::unsupported, "不能逐个比较两项数字的高低；请与一个数或全市平均比较",
                "two figures of each cannot be compared: compare with a number or with the mean");
}

// What was said in part only would be answered as another question.
bool Composer::check_parts() {
  if (slots_.top && slots_.says(Role::whole) && !slots_.orgs.empty() && out_.tree.member.empty())
    return refuse(Refusal::unsupported, "不能先在全市排名、再数其中的机构；请分开问",
                  "a rank in the whole city and a count within it are two questions");
  const bool beside = slots_.says(Role::versus) || slots_.says(Role::yoy) || slots_.says(Role::prior) || slots_.says(Role::difference) ||
                      slots_.says(Role::whole) || slots_.says(Role::average) || slots_.says(Role::which) ||
                      (slots_.says(Role::which_all) && !out_.tree.by.empty());
  if (slots_.says(Role::after_op) || (slots_.says(Role::higher) && !beside))
    return refuse(Refusal::unsupported, "没有看懂“以上”“以下”“高”“低”是与什么比；请说出数", "say with which number it is to be compared");
  if (out_.tree.intent == Intent::share && out_.tree.metrics.size() > 1)
    return refuse(Refusal::unsupported, "一次只能问一个指标的占比；请分开问", "a share is of one metric: ask for each of them by itself");
  const bool shares = out_.tree.intent == Intent::share || out_.tree.intent == Intent::ratio || !out_.tree.having.empty();
  if (slots_.says(Role::share) && metric().counts && !shares)
    return refuse(Refusal::unsupported, "没有看懂“" + metric().metric->title.zh + "”占什么的比例", "of what it is a share was not understood");
  return true;
}

// 教师合格率: whom the figures are about, no name of their pack says.
bool Composer::check_whom() {
  constexpr std::u32string_view kTeachers = U"教师";
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    if (token(i).word == nullptr || token(i).word->role != Role::filler || token(i).word->text != kTeachers || slots_.grouped.contains(i) ||
        spent_.contains(i))
      continue;
    const std::string& pack = metric().metric->pack;
    const auto names = [&](const pack::Metric& one) {
      const std::vector<std::u32string> all = whole_names(one.title.zh, one.synonyms);
      return std::any_of(all.begin(), all.end(), [&](const std::u32string& name) { return name.find(kTeachers) != name.npos; });
    };
    const bool known = std::any_of(frame_.metrics().begin(), frame_.metrics().end(),
                                   [&](const auto& one) { return one.second.metric->pack == pack && names(*one.second.metric); });
    if (!known && fold(metric().metric->definition).text.find(kTeachers) == std::u32string::npos &&
        fold(frame_.catalogue().pack(pack)->title.zh).text.find(kTeachers) == std::u32string::npos)
      return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”说的不是教师", "this figure is not about teachers");
  }
  return true;
}

// 同步课堂参与学校: places at the end that are neither counted nor grouped by.
bool Composer::has_dropped_level() const {
  if (!ends_with_level() || slots_.levels.empty()) return false;
  const size_t level = slots_.levels.back();
  const std::string id(token(level).word->argument);
  const bool named = has(level, TermKind::noun) && names_chosen(level);
  return id != "city" && !spent_.contains(level) && !named && out_.tree.member.empty() && !grouped_by(id) &&
         (slots_.orgs.empty() || slots_.orgs.back() + 1 != level);
}

// 每节课多少分钟: minutes are none of the lessons that were divided.
bool Composer::check_ratio_unit() {
  if (out_.tree.intent != Intent::ratio) return true;
  for (size_t i = 0; i + 1 < slots_.tokens.size(); ++i) {
    const Token& unit = token(i + 1);
    if (token(i).word == nullptr || token(i).word->role != Role::quantity || unit.word == nullptr || unit.word->role != Role::measure) continue;
    const std::string asked = said(i + 1);
    if (asked == "个") continue;
    if (frame_.metric(out_.tree.metrics.back())->metric->unit == asked) std::reverse(out_.tree.metrics.begin(), out_.tree.metrics.end());
    const bool counted =
        std::any_of(frame_.metrics().begin(), frame_.metrics().end(), [&](const auto& one) { return one.second.metric->unit == asked; });
    if (counted && frame_.metric(out_.tree.metrics.front())->metric->unit != asked)
      return refuse(Refusal::unsupported, "没有看懂用什么除以什么；请说出两个数的名称", "name the two figures that are to be divided");
  }
  return true;
}

// Words that change the meaning of the whole and that no step could use: an answer without them would be to another question.
bool Composer::check_used() {
  if (fragment_) return true;
  if (!check_persons() || !check_ends() || !check_beside() || !check_versus() || !check_steps() || !check_parts() || !check_subjects() ||
      !check_mixed())
    return false;
  if (has_dropped_level())
    return refuse(Refusal::unsupported, "没有看懂“" + said(slots_.levels.back()) + "”与“" + metric().metric->title.zh + "”的关系",
                  "how these go together was not understood");
  if (!check_whom()) return false;
  // 平均每节课互动多少次 is no 人均互动.
  for (size_t i = 0; i + 1 < slots_.tokens.size(); ++i) {
    if (token(i).word == nullptr || token(i).word->role != Role::per || out_.tree.intent == Intent::ratio || metric().counts) continue;
    size_t below = i + 1;
    while (below < slots_.tokens.size() && token(below).word != nullptr && token(below).word->role == Role::measure) ++below;
    const MetricFrame* whole = frame_.metric(metric().metric->denominator);
    const std::vector<std::string> counted = below < slots_.tokens.size() && has(below, TermKind::noun) ? ids_of(below) : std::vector<std::string>();
    const bool own = std::any_of(counted.begin(), counted.end(),
                                 [&](const std::string& id) { return whole != nullptr && frame_.metric(id)->metric->unit == whole->metric->unit; });
    if (below < slots_.tokens.size() && !spent_.contains(below) && !own && !(has(below, TermKind::noun) && names_chosen(below)))
      return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”不是按“" + said(below) + "”平均的",
                    "this figure is not a mean of that");
  }
  if (!check_ratio_unit()) return false;
  // 几所学校，多少个班: a second quantity that nothing counts.
  for (size_t i = 1; i < slots_.tokens.size(); ++i) {
    size_t before = i;
    while (before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::measure) --before;
    const bool asked = before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::quantity;
    const bool counted = has(i, TermKind::noun) && !kind_of(i, metric()) && (token(i).word == nullptr || token(i).word->role == Role::level);
    if (asked && counted && !spent_.contains(i) && !grouped_by(token(i).word == nullptr ? "" : std::string(token(i).word->argument)) &&
        !names_chosen(i) && !out_.tree.count)
      return refuse(Refusal::unsupported, "“" + said(i) + "”的数量请另外问", "ask for the number of these by itself");
  }
  if (slots_.says(Role::without) && !negation_used_)
    return refuse(Refusal::unsupported, "没有看懂要排除什么", "what is to be left out was not understood");
  const auto role_at = [&](size_t i) { return i < slots_.tokens.size() && token(i).word != nullptr ? token(i).word->role : Role::filler; };
  bool groups = false;
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    if (role_at(i) != Role::group || !(token(i).word->text.starts_with(U"各") || token(i).word->text.starts_with(U"按"))) continue;
    size_t next = i + 1;
    while (role_at(next) == Role::stop) ++next;
    const bool by_metric = next < slots_.tokens.size() && has(next, TermKind::metric) && !has(next, TermKind::dimension);  // 按授课节数算
    groups |= role_at(next) != Role::quantity && !by_metric;                                                               // 学生和教师各有多少
  }
  if (groups && out_.tree.by.empty())
    return refuse(Refusal::unsupported, "没有看懂要按什么分；请说出维度的名称，例如“各区市”“按学段”",
                  "by what it is to be grouped was not understood: name a dimension");
  const bool beside_whole =
      out_.tree.against_whole || std::any_of(slots_.having.begin(), slots_.having.end(), [](const RawHaving& one) { return one.whole; });
  if ((slots_.says(Role::per) || slots_.says(Role::average)) && metric().counts && out_.tree.intent != Intent::ratio && !beside_whole)
    return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”是总数，没有这样的平均数；可以问生均、校均的指标",
                  "this is a total, of which there is no such mean");
  return true;
}

}  // namespace banmo::ask
