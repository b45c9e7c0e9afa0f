// SPDX-License-Identifier: Apache-2.0
// Reading: fixed phrases in a table, then years, terms, months and days with numbers in them.
#include "ask/times.h"

#include <array>

#include "ask/numbers.h"

namespace banmo::ask {
namespace {

using Kind = TimeKind;
using Unit = TimeUnit;

struct Fixed {
  std::u32string_view words;
  Kind kind;
  Unit unit = Unit::year;
  int from = 0, to = 0;  // relative
};
constexpr std::array kFixed = {
    Fixed{U"目前", Kind::latest},
    Fixed{U"现在", Kind::latest},
    Fixed{U"当前", Kind::latest},
    Fixed{U"最新", Kind::latest},
    Fixed{U"眼下", Kind::latest},
    Fixed{U"如今", Kind::latest},
    Fixed{U"现如今", Kind::latest},
    Fixed{U"这会儿", Kind::latest},
    Fixed{U"当下", Kind::latest},
    Fixed{U"现时", Kind::latest},
    Fixed{U"此刻", Kind::latest},
    Fixed{U"现阶段", Kind::latest},
    Fixed{U"截至目前", Kind::latest},
    Fixed{U"截止目前", Kind::latest},
    Fixed{U"到目前为止", Kind::latest},
    Fixed{U"今年", Kind::span, Unit::year, 0, 0},
    Fixed{U"本年度", Kind::span, Unit::year, 0, 0},
    Fixed{U"今年度", Kind::span, Unit::year, 0, 0},
    Fixed{U"本年", Kind::span, Unit::year, 0, 0},
    Fixed{U"当年", Kind::span, Unit::year, 0, 0},
    Fixed{U"这一年", Kind::span, Unit::year, 0, 0},
    Fixed{U"去年", Kind::span, Unit::year, -1, -1},
    Fixed{U"上年", Kind::span, Unit::year, -1, -1},
    Fixed{U"上一年", Kind::span, Unit::year, -1, -1},
    Fixed{U"上年度", Kind::span, Unit::year, -1, -1},
    Fixed{U"去年度", Kind::span, Unit::year, -1, -1},
    Fixed{U"前年", Kind::span, Unit::year, -2, -2},
    Fixed{U"大前年", Kind::span, Unit::year, -3, -3},
    Fixed{U"明年", Kind::span, Unit::year, 1, 1},
    Fixed{U"后年", Kind::span, Unit::year, 2, 2},
    Fixed{U"本学年", Kind::span, Unit::school_year, 0, 0},
    Fixed{U"这学年", Kind::span, Unit::school_year, 0, 0},
    Fixed{U"这个学年", Kind::span, Unit::school_year, 0, 0},
    Fixed{U"当前学年", Kind::span, Unit::school_year, 0, 0},
    Fixed{U"今学年", Kind::span, Unit::school_year, 0, 0},
    Fixed{U"新学年", Kind::span, Unit::school_year, 0, 0},
    Fixed{U"上学年", Kind::span, Unit::school_year, -1, -1},
    Fixed{U"上一学年", Kind::span, Unit::school_year, -1, -1},
    Fixed{U"上个学年", Kind::span, Unit::school_year, -1, -1},
    Fixed{U"去学年", Kind::span, Unit::school_year, -1, -1},
    Fixed{U"下学年", Kind::span, Unit::school_year, 1, 1},
    Fixed{U"下一学年", Kind::span, Unit::school_year, 1, 1},
    Fixed{U"本学期", Kind::span, Unit::term, 0, 0},
    Fixed{U"当前学期", Kind::span, Unit::term, 0, 0},
    Fixed{U"本学期以来", Kind::span, Unit::term, 0, 0},
    Fixed{U"这学期以来", Kind::span, Unit::term, 0, 0},
    Fixed{U"开学以来", Kind::span, Unit::term, 0, 0},
    Fixed{U"本学年以来", Kind::span, Unit::school_year, 0, 0},
    Fixed{U"今年以来", Kind::span, Unit::year, 0, 0},
    Fixed{U"本月以来", Kind::span, Unit::month, 0, 0},
    Fixed{U"这学期", Kind::span, Unit::term, 0, 0},
    Fixed{U"这个学期", Kind::span, Unit::term, 0, 0},
    Fixed{U"上学期", Kind::span, Unit::term, -1, -1},
    Fixed{U"上个学期", Kind::span, Unit::term, -1, -1},
    Fixed{U"上一学期", Kind::span, Unit::term, -1, -1},
    Fixed{U"下学期", Kind::span, Unit::term, 1, 1},
    Fixed{U"本月", Kind::span, Unit::month, 0, 0},
    Fixed{U"这个月", Kind::span, Unit::month, 0, 0},
    Fixed{U"上个月", Kind::span, Unit::month, -1, -1},
    Fixed{U"上月", Kind::span, Unit::month, -1, -1},
    Fixed{U"今天", Kind::span, Unit::day, 0, 0},
    Fixed{U"今日", Kind::span, Unit::day, 0, 0},
    Fixed{U"昨天", Kind::span, Unit::day, -1, -1},
    Fixed{U"前天", Kind::span, Unit::day, -2, -2},
    Fixed{U"明天", Kind::span, Unit::day, 1, 1},
    Fixed{U"后天", Kind::span, Unit::day, 2, 2},
    Fixed{U"下周", Kind::span, Unit::day, 1, 7},
    Fixed{U"下个月", Kind::span, Unit::month, 1, 1},
    Fixed{U"下月", Kind::span, Unit::month, 1, 1},
    Fixed{U"昨日", Kind::span, Unit::day, -1, -1},
    Fixed{U"本周", Kind::span, Unit::day, -6, 0},
    Fixed{U"上周", Kind::span, Unit::day, -13, -7},
    Fixed{U"历年", Kind::each},
    Fixed{U"历年来", Kind::each},
    Fixed{U"逐年", Kind::each},
    Fixed{U"一年一年", Kind::each},
    Fixed{U"一年年", Kind::each},
    Fixed{U"年度变化", Kind::each},
    Fixed{U"年度趋势", Kind::each},
    Fixed{U"分年份", Kind::each},
    Fixed{U"每一学期", Kind::each, Unit::term},
    Fixed{U"一个月一个月", Kind::each, Unit::month},
    Fixed{U"一月一月", Kind::each, Unit::month},
    Fixed{U"月月", Kind::each, Unit::month},
    Fixed{U"月度变化", Kind::each, Unit::month},
    Fixed{U"月度趋势", Kind::each, Unit::month},
    Fixed{U"月度走势", Kind::each, Unit::month},
    Fixed{U"一学年一学年", Kind::each, Unit::school_year},
    Fixed{U"一个学期一个学期", Kind::each, Unit::term},
    Fixed{U"每年", Kind::each},
    Fixed{U"各年", Kind::each},
    Fixed{U"各年度", Kind::each},
    Fixed{U"每一年", Kind::each},
    Fixed{U"分年度", Kind::each},
    Fixed{U"按年", Kind::each},
    Fixed{U"按年度", Kind::each},
    Fixed{U"按年份", Kind::each},
    Fixed{U"分年", Kind::each},
    Fixed{U"这几年", Kind::each},
    Fixed{U"近几年", Kind::each},
    Fixed{U"近年来", Kind::each},
    Fixed{U"近年", Kind::each},
    Fixed{U"最近几年", Kind::each},
    Fixed{U"这些年", Kind::each},
    Fixed{U"历学年", Kind::each, Unit::school_year},
    Fixed{U"各学年", Kind::each, Unit::school_year},
    Fixed{U"每学年", Kind::each, Unit::school_year},
    Fixed{U"按学年", Kind::each, Unit::school_year},
    Fixed{U"分学年", Kind::each, Unit::school_year},
    Fixed{U"逐学年", Kind::each, Unit::school_year},
    Fixed{U"各学期", Kind::each, Unit::term},
    Fixed{U"每学期", Kind::each, Unit::term},
    Fixed{U"按学期", Kind::each, Unit::term},
    Fixed{U"逐月", Kind::each, Unit::month},
    Fixed{U"每月", Kind::each, Unit::month},
    Fixed{U"各月", Kind::each, Unit::month},
    Fixed{U"按月", Kind::each, Unit::month},
    Fixed{U"每个月", Kind::each, Unit::month},
    Fixed{U"每一个月", Kind::each, Unit::month},
    Fixed{U"各个月", Kind::each, Unit::month},
    Fixed{U"各月份", Kind::each, Unit::month},
    Fixed{U"每月份", Kind::each, Unit::month},
    Fixed{U"每个月份", Kind::each, Unit::month},
    Fixed{U"按月份", Kind::each, Unit::month},
    Fixed{U"分月", Kind::each, Unit::month},
    Fixed{U"分月份", Kind::each, Unit::month},
    Fixed{U"逐个月", Kind::each, Unit::month},
    Fixed{U"每个学期", Kind::each, Unit::term},
    Fixed{U"各个学期", Kind::each, Unit::term},
    Fixed{U"逐学期", Kind::each, Unit::term},
    Fixed{U"分学期", Kind::each, Unit::term},
    Fixed{U"每个学年", Kind::each, Unit::school_year},
    Fixed{U"每一学年", Kind::each, Unit::school_year},
    Fixed{U"各个学年", Kind::each, Unit::school_year},
    Fixed{U"逐个学年", Kind::each, Unit::school_year},
};

// The five-year plans: 2021..2025 is the fourteenth.
struct Plan {
  std::u32string_view words;
  int first_year;
};
constexpr std::array kPlans = {Plan{U"十二五", 2011}, Plan{U"十三五", 2016}, Plan{U"十四五", 2021}, Plan{U"十五五", 2026}};

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

// Takes what stands at the front of the rest; counts what it took.
class Cursor {
 public:
  Cursor(std::u32string_view text, size_t at) : text_(text), begin_(at), at_(at) {}
  size_t taken() const { return at_ - begin_; }
  bool take(std::u32string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool take_any(std::initializer_list<std::u32string_view> words) {
    for (const auto word : words)
      if (take(word)) return true;
    return false;
  }
  // 2025, 二〇二五, and two digits of this century before 年 or 学年.
  std::optional<int64_t> take_year() {
    size_t n = 0;
    int64_t year = 0;
    while (n < 5 && at_ + n < text_.size()) {
      const int digit = digit_of(text_[at_ + n]);
      if (digit < 0 || (n > 0 && is_digit(text_[at_ + n]) != is_digit(text_[at_]))) break;
      year = year * 10 + digit;
      ++n;
    }
    const std::u32string_view after = text_.substr(at_ + n);
    if (n == 2 && is_digit(text_[at_]) && (after.starts_with(U"年") || after.starts_with(U"学年")) && !after.starts_with(U"年级")) {
      at_ += 2;
      return 2000 + year;
    }
    if (n != 4 || year < 1900 || year > 2200) return std::nullopt;
    at_ += 4;
    return year;
  }
  std::optional<int64_t> take_number(int64_t most) {
    const auto number = number_at(text_, at_);
    if (!number || number->percent || number->value < 0 || number->value > static_cast<double>(most) ||
        number->value != static_cast<double>(static_cast<int64_t>(number->value)))
      return std::nullopt;
    at_ += number->length;
    return static_cast<int64_t>(number->value);
  }

 private:
  static int digit_of(char32_t c) {
    if (is_digit(c)) return static_cast<int>(c - U'0');
    constexpr std::u32string_view kDigits = U"〇一二三四五六七八九";
    const size_t at = kDigits.find(c == U'零' ? U'〇' : c);
    return at == std::u32string_view::npos ? -1 : static_cast<int>(at);
  }
  std::u32string_view text_;
  size_t begin_, at_;
};

TimePhrase span(Unit unit, std::optional<int64_t> from, std::optional<int64_t> to) {
  TimePhrase phrase;
  phrase.kind = Kind::span;
  phrase.unit = unit;
  phrase.from = from;
  phrase.to = to;
  return phrase;
}

std::optional<TimePhrase> fixed(std::u32string_view rest) {
  std::optional<TimePhrase> best;
  for (const Fixed& one : kFixed) {
    if (!rest.starts_with(one.words) || (best && best->length >= one.words.size())) continue;
    TimePhrase phrase;
    phrase.kind = one.kind;
    phrase.unit = one.unit;
    if (one.kind == Kind::span) {
      phrase.relative = true;
      phrase.from = one.from;
      phrase.to = one.to;
    }
    phrase.length = one.words.size();
    best = phrase;
  }
  return best;
}

// 第二学期, 上学期, 秋季学期: 0 or 1
std::optional<int64_t> term_in_year(Cursor& cursor) {
  if (cursor.take_any({U"第一学期", U"第1学期", U"上学期", U"秋季学期", U"上半学期"})) return 0;
  if (cursor.take_any({U"第二学期", U"第2学期", U"下学期", U"春季学期", U"下半学期"})) return 1;
  return std::nullopt;
}

// 月, 月份, and the day after it.
std::optional<TimePhrase> month_of(Cursor& cursor, int64_t year) {
  Cursor look = cursor;
  const auto month = look.take_number(12);
  // 9-11月
  if (Cursor last = look; month && *month >= 1 && last.take_any({U"到", U"至", U"-"}))
    if (const auto to = last.take_number(12); to && *to > *month && last.take_any({U"月份", U"月"})) {
      cursor = last;
      return span(Unit::month, year * 12 + *month - 1, year * 12 + *to - 1);
    }
  if (!month || *month < 1 || !look.take_any({U"月份", U"月"})) return std::nullopt;
  cursor = look;
  const int64_t number = year * 12 + *month - 1;
  if (cursor.take_any({U"底", U"末"})) return span(Unit::month, number, number);
  if (cursor.take_any({U"以来", U"至今", U"开始", U"起"})) return span(Unit::month, number, {});
  Cursor last = cursor;  // 9月到11月
  if (last.take_any({U"到", U"至", U"-"}))
    if (const auto to = last.take_number(12); to && *to > *month && last.take_any({U"月份", U"月"})) {
      cursor = last;
      return span(Unit::month, number, year * 12 + *to - 1);
    }
  const auto day = look.take_number(31);
  if (day && look.take_any({U"日", U"号"})) {
    const auto date = Date::from_ymd(static_cast<int>(year), static_cast<int>(*month), static_cast<int>(*day));
    if (date) {
      cursor = look;
      return span(Unit::day, date->days, date->days);
    }
  }
  return span(Unit::month, number, number);
}

std::optional<TimePhrase> part_of_year(Cursor& cursor, int64_t year) {
  if (cursor.take(U"上半年")) return span(Unit::month, year * 12, year * 12 + 5);
  if (cursor.take(U"下半年")) return span(Unit::month, year * 12 + 6, year * 12 + 11);
  if (cursor.take_any({U"年底", U"底", U"年末", U"末"})) return span(Unit::month, year * 12 + 11, year * 12 + 11);
  Cursor look = cursor;
  (void)look.take(U"第");
  const auto quarter = look.take_number(4);
  if (quarter && *quarter >= 1 && look.take(U"季度")) {
    cursor = look;
    return span(Unit::month, year * 12 + (*quarter - 1) * 3, year * 12 + *quarter * 3 - 1);
  }
  return month_of(cursor, year);
}

bool take_to(Cursor& cursor) { return cursor.take_any({U"年到", U"年至", U"年-", U"学年到", U"学年至", U"学年-", U"到", U"至", U"-", U"/"}); }

// 2025年, 2024-2025学年第二学期, 2023到2025年, 2023年以来, 2025年9月30日
std::optional<TimePhrase> years(Cursor& cursor) {
  const auto first = cursor.take_year();
  if (!first) return std::nullopt;
  Cursor range = cursor;
  if (take_to(range)) {
    if (const auto last = range.take_year(); last && *last >= *first) {
      const bool school = range.take_any({U"学年度", U"学年"});
      if (!school) (void)range.take_any({U"年度", U"年"});
      cursor = range;
      if (school && *last == *first + 1) {
        if (const auto term = term_in_year(cursor)) return span(Unit::term, *first * 2 + *term, *first * 2 + *term);
        return span(Unit::school_year, first, first);
      }
      return span(school ? Unit::school_year : Unit::year, first, last);
    }
    if (range.take_any({U"今", U"现在", U"目前"})) {
      cursor = range;
      return span(Unit::year, first, {});
    }
  }
  if (cursor.take_any({U"学年度", U"学年"})) {
    if (const auto term = term_in_year(cursor)) return span(Unit::term, *first * 2 + *term, *first * 2 + *term);
    return span(Unit::school_year, first, cursor.take_any({U"以来", U"起", U"至今"}) ? std::nullopt : first);
  }
  if (cursor.take_any({U"年以来", U"以来", U"年起", U"年至今", U"年之后", U"年以后"})) return span(Unit::year, first, {});
  if (cursor.take_any({U"年以前", U"年之前"})) return span(Unit::year, {}, *first - 1);
  if (!cursor.take_any({U"年度", U"年"})) {
    if (*first < 2000 || *first >= 2100) return std::nullopt;
    return span(Unit::year, first, first);  // 2025优良率
  }
  if (const auto term = term_in_year(cursor)) return span(Unit::term, *first * 2 + *term, *first * 2 + *term);
  if (auto part = part_of_year(cursor, *first)) return part;
  return span(Unit::year, first, first);
}

// 近三年, 最近5个学年, 过去两年, 这三年; 三年的数据
std::optional<TimePhrase> last_periods(Cursor& cursor) {
  const bool said = cursor.take_any({U"最近这", U"最近", U"过去这", U"过去", U"近", U"前", U"这"});
  const auto n = cursor.take_number(50);
  if (!n || *n < 1) return std::nullopt;
  (void)cursor.take(U"个");
  TimePhrase phrase;
  phrase.kind = Kind::last;
  phrase.n = static_cast<int>(*n);
  if (cursor.take_any({U"学年"}))
    phrase.unit = Unit::school_year;
  else if (cursor.take(U"学期"))
    phrase.unit = Unit::term;
  else if (cursor.take(U"月"))
    phrase.unit = Unit::month;
  else if (cursor.take_any({U"天", U"日"}))
    phrase.unit = Unit::day;
  else if (!cursor.take_any({U"年来", U"年间", U"年"}))
    return std::nullopt;
  if (said)
    (void)cursor.take_any({U"以来", U"来", U"内"});
  else if (!cursor.take_any({U"来", U"数据", U"数", U"走势", U"趋势", U"情况", U"变化趋势", U"变化情况", U"变化"}))
    return std::nullopt;
  return phrase;
}

std::optional<TimePhrase> plans(Cursor& cursor, Date today) {
  for (const Plan& plan : kPlans) {
    if (!cursor.take(plan.words)) continue;
    if (cursor.take_any({U"规划以来", U"以来", U"开局以来"})) return span(Unit::year, plan.first_year, {});
    (void)cursor.take_any({U"规划期间", U"规划期", U"期间", U"时期", U"规划"});
    return span(Unit::year, plan.first_year, std::min<int64_t>(plan.first_year + 4, std::max(today.year(), plan.first_year)));
  }
  return std::nullopt;
}

int64_t last_day_of(const TimePhrase& phrase, Date today) {
  const int64_t last = *phrase.to + (!phrase.relative ? 0 : phrase.unit == Unit::year ? today.year() : today.days);
  const auto end_of = [](int64_t year, int64_t month) {
    const int64_t next = year * 12 + month;
    return Date::from_ymd(static_cast<int>(next / 12), static_cast<int>(next % 12) + 1, 1)->days - 1;
  };
  switch (phrase.unit) {
    case Unit::month: return end_of(last / 12, last % 12 + 1);
    case Unit::day: return last;
    default: return end_of(last, 12);
  }
}

// 秋季学期, 春季学期 without a year: the last one that has begun.
std::optional<TimePhrase> season_term(Cursor& cursor, Date today) {
  const bool autumn = cursor.take_any({U"秋季学期", U"今秋学期", U"秋学期"});
  if (!autumn && !cursor.take_any({U"春季学期", U"春学期"})) return std::nullopt;
  const int64_t now = term_of(today);
  const int64_t term = (now % 2 == 0) == autumn ? now : now - 1;
  return span(Unit::term, term, term);
}

std::optional<TimePhrase> within_this_year(Cursor& cursor, Date today) {
  for (const int years_ago : {0, 1, 2}) {
    Cursor look = cursor;
    constexpr std::array<std::u32string_view, 3> kYears = {U"今年", U"去年", U"前年"};
    if (!look.take(kYears[static_cast<size_t>(years_ago)])) continue;
    if (auto part = part_of_year(look, today.year() - years_ago)) {
      cursor = look;
      return part;
    }
  }
  Cursor look = cursor;
  auto part = part_of_year(look, today.year());
  // A month that has not come is last year's.
  const int64_t now = int64_t{today.year()} * 12 + today.month() - 1;
  if (part && part->unit == Unit::month && *part->from > now)
    part = span(Unit::month, *part->from - 12, part->to ? std::optional(*part->to - 12) : std::nullopt);
  if (part) cursor = look;
  return part;
}

std::optional<TimePhrase> until(Cursor& cursor, std::u32string_view text, size_t at, Date today) {
  if (!cursor.take_any({U"截至到", U"截止到", U"截至", U"截止"})) return std::nullopt;
  auto phrase = time_at(text, at + cursor.taken(), today);
  if (!phrase || phrase->kind != Kind::span || !phrase->to || (phrase->relative && phrase->unit != Unit::day && phrase->unit != Unit::year))
    return std::nullopt;
  const size_t length = cursor.taken() + phrase->length;
  const int64_t last = last_day_of(*phrase, today);
  TimePhrase made = span(Unit::day, {}, std::min<int64_t>(last, today.days));
  made.until = true;
  made.length = length;
  return made;
}

}  // namespace

std::optional<TimePhrase> time_at(std::u32string_view text, size_t at, Date today) {
  std::optional<TimePhrase> best = fixed(text.substr(at));
  const auto consider = [&](std::optional<TimePhrase> found, const Cursor& cursor) {
    if (!found) return;
    if (found->length == 0) found->length = cursor.taken();
    if (!best || found->length > best->length) best = found;
  };
  {
    Cursor cursor(text, at);
    consider(years(cursor), cursor);
  }
  {
    Cursor cursor(text, at);
    consider(last_periods(cursor), cursor);
  }
  {
    Cursor cursor(text, at);
    consider(season_term(cursor, today), cursor);
  }
  {
    Cursor cursor(text, at);
    consider(plans(cursor, today), cursor);
  }
  {
    Cursor cursor(text, at);
    consider(within_this_year(cursor, today), cursor);
  }
  {
    Cursor cursor(text, at);
    consider(until(cursor, text, at, today), cursor);
  }
  return best;
}

}  // namespace banmo::ask
