// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ask/fold.h"
#include "ask/numbers.h"
#include "ask/times.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

const Date kToday = *Date::from_ymd(2026, 11, 22);

// "2025..2026 school_year", with + where it is told period by period; "-" if it is no time as a whole.
std::string meant(const char* said, Dating dating, Date today = kToday) {
  const Folded text = fold(said);
  const auto phrase = time_at(text.text, 0, today);
  if (!phrase || phrase->length != text.text.size()) return "-";
  const auto meaning = meaning_of(*phrase, dating, today);
  if (!meaning.ok()) return "unsupported";
  if (meaning->latest) return "latest";
  const auto& range = meaning->range;
  std::string out = range.last > 0 ? "last " + std::to_string(range.last) : range.from == range.to ? range.from : range.from + ".." + range.to;
  if (!range.grain.empty()) out += " " + range.grain;
  return out + (meaning->series ? "+" : "");
}

TEST_CASE("times of a figure that is reported by school year") {
  const auto year = [](const char* said) { return meant(said, Dating::school_year); };
  CHECK(year("今年") == "2026");
  CHECK(year("去年") == "2025");
  CHECK(year("前年") == "2024");
  CHECK(year("上学年") == "2025");
  CHECK(year("本学年") == "2026");
  CHECK(year("2025年") == "2025");
  CHECK(year("25年") == "2025");
  CHECK(year("二〇二五年") == "2025");
  CHECK(year("二零二五学年") == "2025");
  CHECK(year("2025-2026学年") == "2025");
  CHECK(year("2025—2026学年") == "2025");
  CHECK(year("2024年到2026年") == "2024..2026+");
  CHECK(year("2024至2026年") == "2024..2026+");
  CHECK(year("2024年以来") == "2024..+");
  CHECK(year("2024年至今") == "2024..+");
  CHECK(year("近三年") == "last 3+");
  CHECK(year("最近5个学年") == "last 5+");
  CHECK(year("过去两年") == "last 2+");
  CHECK(year("历年") == "+");
  CHECK(year("“十四五”以来") == "2021..+");
  CHECK(year("十四五期间") == "2021..2025+");
  CHECK(year("截至9月30日") == "2026");
  CHECK(year("截至2025年底") == "2025");
  CHECK(year("截至2025年8月") == "2024");
  CHECK(year("目前") == "latest");
  CHECK(year("上学期") == "unsupported");
  CHECK(year("上个月") == "unsupported");
  CHECK(year("2025年9月") == "unsupported");
  CHECK(year("2024-2025学年第二学期") == "unsupported");
  CHECK(year("三年级") == "-");
  CHECK(year("二十年") == "-");
}

TEST_CASE("this year is the school year that runs on the day") {
  const Date spring = *Date::from_ymd(2026, 3, 1);
  CHECK(meant("今年", Dating::school_year, spring) == "2025");
  CHECK(meant("今年", Dating::calendar_year, spring) == "2026");
  CHECK(meant("去年", Dating::calendar_year, spring) == "2025");
  CHECK(meant("本学年", Dating::calendar_year, spring) == "unsupported");
}

TEST_CASE("times of a figure that is dated by day") {
  const auto day = [](const char* said) { return meant(said, Dating::date); };
  CHECK(day("今年") == "2026 year");
  CHECK(day("本学年") == "2026 school_year");
  CHECK(day("本学期") == "2026-1 term");
  CHECK(day("上学期") == "2025-2 term");
  CHECK(day("2023-2024学年第二学期") == "2023-2 term");
  CHECK(day("2025年秋季学期") == "2025-1 term");
  CHECK(day("上个月") == "2026-10 month");
  CHECK(day("2025年9月") == "2025-09 month");
  CHECK(day("9月份") == "2026-09 month");
  CHECK(day("12月") == "2025-12 month");
  CHECK(day("2025年第三季度") == "2025-07..2025-09 month+");
  CHECK(day("去年上半年") == "2025-01..2025-06 month+");
  CHECK(day("2025年9月30日") == "2025-09-30 day");
  CHECK(day("截至9月30日") == "..2026-09-30 day");
  CHECK(day("近6个月") == "last 6 month+");
  CHECK(day("昨天") == "2026-11-21 day");
}

TEST_CASE("a register of the present has no times") {
  CHECK(meant("去年", Dating::none) == "unsupported");
  CHECK(meant("目前", Dating::none) == "latest");
}

TEST_CASE("numbers as people say them") {
  const auto number = [](const char* said) {
    const Folded text = fold(said);
    const auto found = number_at(text.text, 0);
    return found && found->length == text.text.size() ? found->value : -1;
  };
  CHECK(number("12") == 12);
  CHECK(number("1,234") == 1234);
  CHECK(number("1.5万") == 15000);
  CHECK(number("３０") == 30);
  CHECK(number("六十") == 60);
  CHECK(number("一百二十") == 120);
  CHECK(number("85%") == 85);
  CHECK(number("85.5％") == 85.5);
  CHECK(number("百分之八十") == 80);
  CHECK(number("六成") == 60);
  CHECK(number("六成半") == 65);
  CHECK(number("四分之一") == 25);
  CHECK(number("一半") == 50);
  CHECK(number("两") == 2);
  CHECK(number("万兆") == -1);
  CHECK(number("优良") == -1);
}

TEST_CASE("question and vocabulary come to one spelling") {
  const auto folded = [](const char* said) { return text::utf8_of(fold(said).text); };
  CHECK(folded("學生的總數量？") == folded("学生总数量"));
  CHECK(folded("老师人数") == "教师数");
  CHECK(folded("女生所占的比例") == "女性学生所占占比");
  CHECK(folded("ＩＰｖ６ 支持率") == "ipv6支持率");
  CHECK(folded("小学生") == "小学学生");
  CHECK(folded("高中生师比") == "高中生师比");
  CHECK(folded("1,234人，2人") == "1234人、2人");
}

}  // namespace
}  // namespace banmo::ask
