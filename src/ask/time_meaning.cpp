// SPDX-License-Identifier: Apache-2.0
// What a phrase means for data that are dated in one way or another.
#include <algorithm>
#include <cstdio>

#include "ask/times.h"

namespace banmo::ask {
namespace {

std::string padded(int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

Error unsupported(std::string zh, std::string en) { return fail(ErrorCode::unsupported, "ask.time_unsupported", {std::move(zh), std::move(en)}); }

// The present period of a unit.
int64_t present(TimeUnit unit, Dating dating, Date today) {
  switch (unit) {
    case TimeUnit::year: return dating == Dating::school_year ? SchoolYear::of(today).first_year : today.year();
    case TimeUnit::school_year: return SchoolYear::of(today).first_year;
    case TimeUnit::calendar_year: return today.year();
    case TimeUnit::term: return term_of(today);
    case TimeUnit::month: return int64_t{today.year()} * 12 + today.month() - 1;
    case TimeUnit::day: return today.days;
  }
  return 0;
}

std::string written(int64_t number, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::term: return std::to_string(number / 2) + "-" + std::to_string(number % 2 + 1);
    case TimeUnit::month: return std::to_string(number / 12) + "-" + padded(number % 12 + 1);
    case TimeUnit::day: return Date{static_cast<int32_t>(number)}.to_iso();
    default: return std::to_string(number);
  }
}

const char* grain_named(TimeUnit unit, Dating dating) {
  switch (unit) {
    case TimeUnit::term: return "term";
    case TimeUnit::month: return "month";
    case TimeUnit::day: return "day";
    case TimeUnit::school_year: return "school_year";
    default: return dating == Dating::school_year ? "school_year" : "year";
  }
}

// The phrase in the unit in which a yearly figure is reported.
Result<TimePhrase> in_years(const TimePhrase& phrase, Dating dating) {
  TimePhrase made = phrase;
  if (phrase.until) {
    const Date day{static_cast<int32_t>(*phrase.to)};
    made.to = dating == Dating::school_year ? SchoolYear::of(day).first_year : day.year();
    made.from = made.to;
    made.unit = TimeUnit::year;
    made.until = false;
    return made;
  }
  if (phrase.unit == TimeUnit::term || phrase.unit == TimeUnit::month || phrase.unit == TimeUnit::day) {
    const bool school = dating == Dating::school_year;
    return unsupported(std::string("这个指标按") + (school ? "学年" : "年") + "报送，没有更细的时间；请改问" + (school ? "某一学年" : "某一年"),
                       std::string("this figure is reported by ") + (school ? "school year" : "year") + " and has no finer time: name a " +
                           (school ? "school year" : "year"));
  }
  if (phrase.unit == TimeUnit::school_year && dating == Dating::calendar_year)
    return unsupported("这个指标按自然年报送，不能按学年问", "this figure is reported by calendar year: name a year");
  return made;
}

std::string joined(const std::string& from, const std::string& to, bool english) {
  if (from == to) return from;
  if (from.empty()) return english ? "until " + to : "截至" + to;
  if (to.empty()) return english ? "since " + from : from + "以来";
  return english ? from + " to " + to : from + "至" + to;
}

}  // namespace

int64_t term_of(Date day) { return int64_t{SchoolYear::of(day).first_year} * 2 + (day.month() >= 2 && day.month() <= 8 ? 1 : 0); }

Message period_title(std::string_view period, std::string_view grain, Dating dating) {
  const std::string text(period);
  if (text.empty()) return {};
  const size_t dash = text.find('-');
  const auto school = [](const std::string& year) { return year + "—" + std::to_string(std::atoll(year.c_str()) + 1); };
  if (grain == "term" && dash != std::string::npos) {
    const bool second = text.substr(dash + 1) == "2";
    return {school(text.substr(0, dash)) + "学年第" + (second ? "二" : "一") + "学期",
            school(text.substr(0, dash)) + (second ? " term 2" : " term 1")};
  }
  if (dash != std::string::npos) return {text, text};
  if (grain == "school_year" || (grain.empty() && dating == Dating::school_year)) return {school(text) + "学年", school(text)};
  return {text + "年", text};
}

Result<TimeMeaning> meaning_of(const TimePhrase& asked, Dating dating, Date today) {
  TimeMeaning meaning;
  if (asked.kind == TimeKind::latest) {
    meaning.latest = true;
    return meaning;
  }
  if (dating == Dating::none)
    return unsupported("这个指标是现状登记，没有时间维度；请去掉时间再问", "this figure is a register of the present without time: ask without one");
  TimePhrase phrase = asked;
  if (dating != Dating::date) {
    BANMO_TRY(phrase, in_years(asked, dating));
  }
  if (phrase.kind == TimeKind::each || phrase.kind == TimeKind::last) {
    meaning.series = phrase.kind == TimeKind::each || phrase.n > 1;
    meaning.range.last = phrase.kind == TimeKind::last ? phrase.n : 0;
    if (dating == Dating::date) meaning.range.grain = grain_named(phrase.unit, dating);
    const std::string unit = dating == Dating::school_year || phrase.unit == TimeUnit::school_year ? "个学年"
                             : phrase.unit == TimeUnit::month                                      ? "个月"
                             : phrase.unit == TimeUnit::day                                        ? "天"
                                                                                                   : "年";
    meaning.said = phrase.kind == TimeKind::each ? "历年" : "最近" + std::to_string(phrase.n) + unit;
    meaning.said_en = phrase.kind == TimeKind::each ? "all periods" : "last " + std::to_string(phrase.n) + " periods";
    return meaning;
  }
  const int64_t now = phrase.relative ? present(phrase.unit, dating, today) : 0;
  const std::string grain = grain_named(phrase.unit, dating);
  const auto bound = [&](const std::optional<int64_t>& number) { return number ? written(*number + now, phrase.unit) : std::string(); };
  meaning.range.from = bound(phrase.from);
  meaning.range.to = bound(phrase.to);
  if (dating == Dating::date) meaning.range.grain = grain;
  meaning.series = !phrase.until && (!phrase.from || !phrase.to || *phrase.from != *phrase.to) && phrase.unit != TimeUnit::day;
  const Message from = period_title(meaning.range.from, grain, dating), to = period_title(meaning.range.to, grain, dating);
  meaning.said = joined(from.zh, to.zh, false);
  meaning.said_en = joined(from.en, to.en, true);
  return meaning;
}

}  // namespace banmo::ask
