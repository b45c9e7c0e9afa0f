// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "base/city_time.h"
#include "base/id.h"
#include "base/log.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

using namespace banmo;

namespace {
Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::invalid, "test.odd", {"不能平分", "cannot halve an odd number"}, "n");
  return n / 2;
}
Result<int> quarter(int n) {
  BANMO_TRY(const int first, half(n));
  BANMO_TRY(const int second, half(first));
  return second;
}
Result<> check_quarter(int n) {
  BANMO_TRY(const int value, quarter(n));
  BANMO_DO(half(value));
  return {};
}
}  // namespace

TEST_CASE("an error travels through BANMO_TRY with its place and both sentences") {
  CHECK(*quarter(8) == 2);
  const auto bad = quarter(6);
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().to_string() == "n: cannot halve an odd number (不能平分) [test.odd]");
  CHECK(check_quarter(8).ok());
  CHECK_FALSE(check_quarter(4).ok());
}

TEST_CASE("dates know the calendar") {
  CHECK(Date::from_ymd(1970, 1, 1)->days == 0);
  CHECK(Date::from_ymd(2024, 2, 29)->to_iso() == "2024-02-29");
  CHECK_FALSE(Date::from_ymd(2023, 2, 29));
  CHECK_FALSE(Date::parse_iso("2023-2-09"));
  CHECK(SchoolYear::of(*Date::parse_iso("2026-08-31")).first_year == 2025);
  CHECK(SchoolYear{2025}.start().to_iso() == "2025-09-01");
  CHECK(SchoolYear{2025}.end().to_iso() == "2026-08-31");
}

TEST_CASE("instants read offsets and print UTC") {
  CHECK(Instant::parse_iso("2026-11-21T08:00:00+08:00")->to_iso() == "2026-11-21T00:00:00.000000Z");
  CHECK(Instant::parse_iso("1969-12-31T23:59:59.5Z")->micros == -500'000);
  CHECK(Instant{-500'000}.to_iso() == "1969-12-31T23:59:59.500000Z");
  CHECK_FALSE(Instant::parse_iso("2026-11-21T08:00:00"));
  CHECK_FALSE(Instant::parse_iso("2026-11-21T24:00:00Z"));
  CHECK(Instant::parse_iso("2026-11-21T23:00:00Z")->local_date(480).to_iso() == "2026-11-22");
}

TEST_CASE("the city's day begins eight hours before that of UTC") {
  CHECK(city_date(*Instant::parse_iso("2026-11-21T15:59:59Z")).to_iso() == "2026-11-21");
  CHECK(city_date(*Instant::parse_iso("2026-11-21T16:00:00Z")).to_iso() == "2026-11-22");
}

TEST_CASE("ids increase and survive text") {
  std::set<std::string> seen;
  Uuid last{};
  for (int i = 0; i < 10'000; ++i) {
    const Uuid id = Uuid::next();
    CHECK(id > last);
    last = id;
    seen.insert(id.to_string());
  }
  CHECK(seen.size() == 10'000);
  CHECK(*Uuid::parse(last.to_string()) == last);
  CHECK_FALSE(Uuid::parse("01912d68-783e-7a44-b9c5-b5d2b1d9e8gz"));
  CHECK(Uuid::derived("a") == Uuid::derived("a"));
  CHECK(Uuid::derived("a") != Uuid::derived("b"));
}

TEST_CASE("log lines are JSON and escape what they carry") {
  std::vector<std::string> lines;
  set_log(LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  BANMO_LOG(debug, "hidden");
  BANMO_LOG(warn, "test.event", {"text", "a\"b\n"}, {"n", 3}, {"ratio", 0.5}, {"yes", true});
  set_log(LogLevel::error, [](std::string_view) {});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find(R"("level":"warn","event":"test.event","text":"a\"b\u000a","n":3,"ratio":0.5,"yes":true})") != std::string::npos);
}

TEST_CASE("log lines with bytes that are no UTF-8 are JSON all the same") {
  std::vector<std::string> lines;
  set_log(LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  BANMO_LOG(warn, "test.event", {"path", "/data/\xD6\xD0/学"});
  set_log(LogLevel::error, [](std::string_view) {});
  REQUIRE(lines.size() == 1);
  CHECK(text::is_utf8(lines[0]));
  CHECK(lines[0].find("\"path\":\"/data/\xEF\xBF\xBD\xEF\xBF\xBD/学\"") != std::string::npos);
}
