// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>

using namespace banmo;
using namespace banmo::text;
using namespace std::string_literals;

namespace {

std::string utf8_of(char32_t code) {
  std::string out;
  if (code < 0x80) return {static_cast<char>(code)};
  const int n_tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xFF00 >> (n_tail + 1) & 0xFF) | (code >> (6 * n_tail)));
  for (int i = n_tail - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
  return out;
}

std::string gbk(std::string_view text) { return *from_utf8(text, Encoding::gb18030); }

std::string iso(std::string_view text, bool allow_serial = false) {
  const auto date = parse_date(text, allow_serial);
  return date ? date->to_iso() : "none";
}

}  // namespace

TEST_CASE("every code point is valid UTF-8, every head of it is not, and it survives GB18030 and UTF-16") {
  for (char32_t code = 1; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    const std::string one = utf8_of(code);
    if (!is_utf8(one)) FAIL_CHECK("U+" << static_cast<uint32_t>(code));
    for (size_t n = 1; n < one.size(); ++n)
      if (is_utf8(one.substr(0, n))) FAIL_CHECK("head of U+" << static_cast<uint32_t>(code));
  }
  std::string all;
  for (char32_t code = 1; code <= 0x10FFFF; ++code)
    if ((code < 0xD800 || code > 0xDFFF) && code != 0xFEFF) all += utf8_of(code);
  for (const Encoding encoding : {Encoding::gb18030, Encoding::utf16le, Encoding::utf16be, Encoding::utf8, Encoding::utf8_bom}) {
    const auto there = from_utf8(all, encoding);
    REQUIRE(there.ok());
    const auto back = to_utf8(*there, encoding);
    REQUIRE(back.ok());
    CHECK((*back == all));
  }
}

TEST_CASE("overlong forms, surrogates, stray and lonely bytes are no UTF-8") {
  for (const std::string& bad :
       {"\x80"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x80\x80"s, "\xE0\x9F\xBF"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x80\x80\x80"s,
        "\xF0\x8F\xBF\xBF"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s, "\xFE"s, "\xE4\xB8"s, "\xE4\x41\x80"s, "\xC3\x28"s})
    CHECK_FALSE(is_utf8(bad));
  CHECK(is_utf8(""));
  CHECK(is_utf8("\0"s));
  CHECK(valid_utf8_prefix("0123456789abc\xFFz") == 13);
  CHECK(valid_utf8_prefix("班墨\xE4\xB8") == 6);
}

TEST_CASE("every pair of bytes is judged alike whether alone or behind eight ASCII bytes") {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const std::string pair{static_cast<char>(a), static_cast<char>(b)};
      if (is_utf8(pair) != is_utf8("12345678" + pair + "12345678")) FAIL_CHECK(a << ' ' << b);
    }
}

TEST_CASE("the encoding of a file head cut anywhere is found") {
  const std::string text = "学校,姓名,身高（cm）,备注\n深圳市第一小学,欧阳锋,152.5,良好—优秀，𠮷野家\n广州,陈,1,〇\n";
  const std::string in_gbk = gbk(text);
  CHECK_FALSE(is_utf8(in_gbk));
  for (size_t n = 4; n <= in_gbk.size(); ++n) CHECK(detect_encoding(in_gbk.substr(0, n)) == Encoding::gb18030);
  for (size_t n = 0; n <= text.size(); ++n) CHECK(detect_encoding(text.substr(0, n)) == Encoding::utf8);
  const std::string marked = *from_utf8(text, Encoding::utf8_bom), little = *from_utf8(text, Encoding::utf16le),
                    big = *from_utf8(text, Encoding::utf16be);
  for (size_t n = 3; n < marked.size(); ++n) CHECK(detect_encoding(marked.substr(0, n)) == Encoding::utf8_bom);
  for (size_t n = 2; n < little.size(); ++n) CHECK(detect_encoding(little.substr(0, n)) == Encoding::utf16le);
  for (size_t n = 2; n < big.size(); ++n) CHECK(detect_encoding(big.substr(0, n)) == Encoding::utf16be);
}

TEST_CASE("GBK words whose bytes are also UTF-8 are taken for GBK, accented Latin and Cyrillic for UTF-8") {
  const std::string unicom = "\xC1\xAA\xCD\xA8";  // 联通
  CHECK(detect_encoding(unicom) == Encoding::gb18030);
  CHECK(*to_utf8(unicom, Encoding::gb18030) == "联通");
  const std::string both = "\xC2\xB7\xC3\xB7";  // 路梅 in GBK, ·÷ in UTF-8
  CHECK(is_utf8(both));
  CHECK(detect_encoding("id,name\n1," + both + "\n") == Encoding::gb18030);
  CHECK(*to_utf8(both, Encoding::gb18030) == "路梅");
  CHECK(detect_encoding("name\nJosé\nZoë\n") == Encoding::utf8);
  CHECK(detect_encoding("area m²\n12 m²\n") == Encoding::utf8);
  CHECK(detect_encoding("Россия") == Encoding::utf8);
  CHECK(detect_encoding("阿依古丽·买买提 " + both) == Encoding::utf8);
}

TEST_CASE("what is neither UTF-8 nor GB18030 has no encoding") {
  CHECK(detect_encoding("plain") == Encoding::utf8);
  CHECK(detect_encoding("") == Encoding::utf8);
  CHECK_FALSE(detect_encoding("PK\x03\x04\x14\0\x08"s));
  CHECK_FALSE(detect_encoding("\xFF\x41\x42"));
  CHECK_FALSE(detect_encoding("\xB0\x20 text"));
  CHECK_FALSE(detect_encoding("a\0b\0"s));
}

TEST_CASE("bad bytes are named by their offset") {
  const auto gb = to_utf8(gbk("学校") + "\xB0\x20", Encoding::gb18030);
  REQUIRE_FALSE(gb.ok());
  CHECK(gb.error().to_string() ==
        "byte 4: byte 4 is not valid GB18030: save the file as UTF-8 or GB18030 and try again (第 4 字节处不是有效的 GB18030，请以 UTF-8 或 GB18030 "
        "另存后重试) "
        "[text.bad_encoding]");
  CHECK(to_utf8("\xE3\x32\x9A\x36 beyond", Encoding::gb18030).error().where == "byte 0");  // behind U+10FFFF
  CHECK(to_utf8("ok\xE3\x32\x9A\x36", Encoding::gb18030).error().where == "byte 2");
  CHECK(to_utf8("ab\xC3", Encoding::utf8).error().where == "byte 2");
  CHECK(to_utf8("\xFF\xFE\x41", Encoding::utf16le).error().where == "byte 2");
  CHECK(to_utf8("\x00\xDC"s, Encoding::utf16le).error().where == "byte 0");
  CHECK(to_utf8("\x00\x41\xD8\x00\x00\x41"s, Encoding::utf16be).error().where == "byte 2");
  CHECK(to_utf8("\xD8\x00"s, Encoding::utf16be).error().where == "byte 0");
  CHECK_FALSE(from_utf8("\xFF", Encoding::gb18030).ok());
}

TEST_CASE("GB18030 of every length is converted, across the converter's chunks too") {
  CHECK(gbk("中") == "\xD6\xD0");
  CHECK(*to_utf8("\x81\x30\x84\x36", Encoding::gb18030) == "¥");
  CHECK(*to_utf8("\x95\x32\x82\x36", Encoding::gb18030) == "𠀀");
  CHECK(*to_utf8("\x84\x31\x95\x33\xD6\xD0", Encoding::gb18030) == "中");
  for (const size_t n : {8190, 8191, 8192, 8193, 20000}) {
    const std::string text = std::string(n, 'a') + "𠮷中𠮷";
    CHECK(*to_utf8(gbk(text), Encoding::gb18030) == text);
  }
}

TEST_CASE("blanks of every kind are trimmed and text of many bytes is not cut") {
  CHECK(trim("　 \t\r\n学校\xC2\xA0\xEF\xBB\xBF　") == "学校");
  CHECK(trim("　") == "");
  CHECK(trim("") == "");
  CHECK(trim("\xE2\x80\x8B零宽\xE2\x80\x89") == "零宽");
  CHECK(trim("a　b") == "a　b");
  CHECK(trim("\x80 ") == "\x80");
  CHECK(trim(" \xE3\x80") == "\xE3\x80");
}

TEST_CASE("split keeps empty parts and gives none for nothing") {
  CHECK(split("a|b|c", '|') == std::vector<std::string>{"a", "b", "c"});
  CHECK(split("|a|", '|') == std::vector<std::string>{"", "a", ""});
  CHECK(split("", '|').empty());
}

TEST_CASE("full-width forms become half-width and other characters stay") {
  CHECK(to_half_width("１２３ＡＢｚ（）　！～，：") == "123ABz() !~,:");
  CHECK(to_half_width("中文、。《》￥") == "中文、。《》￥");
  CHECK(to_half_width("坏\xFF字") == "坏\xFF字");
}

TEST_CASE("headings compare equal however they are decorated") {
  for (const char* heading :
       {"身高", " 身 高 ", "身高(cm)", "身高（厘米）*", "身高：", "*身高\r\n（cm，保留一位）", "【必填】身高", "身高〔注〕", "身高%", "身高((a)b)"})
    CHECK(fold_heading(heading) == "身高");
  CHECK(fold_heading("ＰＭ２.５") == "pm25");
  CHECK(fold_heading("School Name") == "schoolname");
  CHECK(fold_heading("身高(cm") == "身高");
  CHECK(fold_heading("（一）") == "一");
  CHECK(fold_heading("A+") == "a+");
  CHECK(fold_heading("") == "");
}

TEST_CASE("code points are counted, not bytes") {
  CHECK(n_code_points("") == 0);
  CHECK(n_code_points("a中𠮷") == 3);
}

TEST_CASE("dates of every shape people write are read") {
  for (const char* text : {"2026-11-21",
                           "2026/11/21",
                           "2026.11.21",
                           "20261121",
                           "2026年11月21日",
                           "二〇二六年十一月二十一日",
                           "二○二六年十一月二十一日",
                           "二零二六年十一月二十一日",
                           "二0二六年十一月二十一日",
                           "２０２６－１１－２１",
                           "２０２６年１１月２１日",
                           "２０２６／１１／２１",
                           "２０２６．１１．２１",
                           "　2026-11-21　",
                           "2026-11-21 08:00:00",
                           "2026-11-21 8:05",
                           "2026-11-21T08:00:00",
                           "2026-11-21 08:00:00.000",
                           "2026/11/21  23:59:59",
                           "20261121 08:00",
                           "2026年11月21日 08:00",
                           "2026年11月21日08:00:00",
                           "2026 年 11 月 21 日",
                           "2026年11月21号",
                           "２０２６年１１月２１日　０８：００"})
    CHECK_MESSAGE(iso(text) == "2026-11-21", text);
  for (const char* text : {"2026-1-5", "2026-01-05", "2026/1/5", "2026.1.5", "20260105", "2026年1月5日", "2026年01月05日", "二〇二六年一月五日",
                           "２０２６年１月５日", "2026-1-05"})
    CHECK_MESSAGE(iso(text) == "2026-01-05", text);
  CHECK(iso("二〇二六年十月十日") == "2026-10-10");
  CHECK(iso("二〇二六年十二月三十日") == "2026-12-30");
  CHECK(iso("一九四九年十月一日") == "1949-10-01");
  CHECK(iso("2024-02-29") == "2024-02-29");
  CHECK(iso("2000-02-29") == "2000-02-29");
}

TEST_CASE("wrong dates and half dates are refused") {
  for (const char* text : {"",
                           " ",
                           "2026",
                           "2026-11",
                           "2026年11月",
                           "2026-13-01",
                           "2026-00-10",
                           "2026-11-31",
                           "2025-02-29",
                           "1900-02-29",
                           "2026-11-00",
                           "2026-1/5",
                           "2026--5",
                           "26-11-21",
                           "0926-11-21",
                           "2026-11-211",
                           "2026-111-2",
                           "20261321",
                           "20261131",
                           "2026112",
                           "202611210",
                           "2026-11-21x",
                           "2026-11-2108:00",
                           "2026-11-21 24:00",
                           "2026-11-21 08:60",
                           "2026-11-21 08:00:60",
                           "2026-11-21 08",
                           "2026-11-21 08:00:00.",
                           "2026-11-21T",
                           "2026-11-21T08:00:00Z",
                           "2026-11-21T16:00:00.000Z",
                           "2026-11-21T08:00:00+08:00",
                           "21/11/2026",
                           "11-21-2026",
                           "二〇二六年十三月一日",
                           "二〇二六年二月三十日",
                           "二〇二六年一月",
                           "二千零二十六年一月五日",
                           "二六年一月五日",
                           "二〇二六年一一月五日",
                           "年月日",
                           "2026年月5日",
                           "2026年1月日",
                           "2026月1年5日",
                           "2026年1月5日日",
                           "今天",
                           "46347",
                           "-2026-1-5"})
    CHECK_MESSAGE(iso(text) == "none", text);
}

TEST_CASE("Excel serials are read only where they are allowed, and only in their range") {
  CHECK(iso("46347", true) == "2026-11-21");
  CHECK(iso("４６３４７", true) == "2026-11-21");
  CHECK(iso("46347.5", true) == "2026-11-21");
  CHECK(iso("20000", true) == "1954-10-03");
  CHECK(iso("80000", true) == "2119-01-11");
  for (const char* text : {"19999", "80001", "4634", "463470", "46347.", "46347.5.1", "-46347", "46347x", "4634a"})
    CHECK_MESSAGE(iso(text, true) == "none", text);
  CHECK(iso("20261121", true) == "2026-11-21");
}

TEST_CASE("whole numbers are read in digits, groups and Chinese numerals") {
  const std::pair<const char*, int64_t> good[] = {{"0", 0},
                                                  {"007", 7},
                                                  {"1,234", 1234},
                                                  {"12,345,678", 12345678},
                                                  {"１２３", 123},
                                                  {"１，２３４", 1234},
                                                  {" 5 ", 5},
                                                  {"-5", -5},
                                                  {"+5", 5},
                                                  {"−5", -5},
                                                  {"9223372036854775807", INT64_MAX},
                                                  {"-9223372036854775808", INT64_MIN},
                                                  {"三百二十一", 321},
                                                  {"二〇二六", 2026},
                                                  {"二零二六", 2026},
                                                  {"十", 10},
                                                  {"十五", 15},
                                                  {"二十", 20},
                                                  {"零", 0},
                                                  {"〇", 0},
                                                  {"九", 9},
                                                  {"一百", 100},
                                                  {"一百零一", 101},
                                                  {"一百一十", 110},
                                                  {"一百十五", 115},
                                                  {"一千零五", 1005},
                                                  {"一千零五十", 1050},
                                                  {"两千", 2000},
                                                  {"一万", 10000},
                                                  {"一万零五", 10005},
                                                  {"一万五千", 15000},
                                                  {"十二万三千四百五十六", 123456},
                                                  {"一千二百三十四万五千六百七十八", 12345678},
                                                  {"三亿", 300000000},
                                                  {"三万亿", 3000000000000},
                                                  {"一亿零三万", 100030000},
                                                  {"一亿二千万零一", 120000001},
                                                  {"壹佰贰拾叁", 123},
                                                  {"伍仟陆佰", 5600}};
  for (const auto& [text, value] : good) CHECK_MESSAGE(parse_int(text) == value, text);
}

TEST_CASE("what is no whole number, or could be two, is refused") {
  for (const char* text : {"",
                           "-",
                           "+",
                           "--5",
                           "1,23",
                           "1,2345",
                           ",123",
                           "123,",
                           "1,,234",
                           "1 234",
                           "1.0",
                           "1e5",
                           "0x10",
                           "9223372036854775808",
                           "-9223372036854775809",
                           "百",
                           "百三",
                           "三百二",
                           "一千五",
                           "一万二",
                           "十十",
                           "二十十",
                           "一百二百",
                           "三十百",
                           "一亿亿",
                           "万",
                           "零万",
                           "一百零",
                           "零零五十",
                           "一百零零五",
                           "三3",
                           "三百x",
                           "-三",
                           "1万",
                           "abc",
                           "十万零",
                           "五1",
                           "\xBA\x8C\xE4",
                           "\xE4\xBA",
                           "一二三四五六七八九一二三四五六七八九一"})
    CHECK_MESSAGE(!parse_int(text).has_value(), text);
}

TEST_CASE("every number below ten thousand reads back from its Chinese numerals") {
  const char* digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  const char* units[] = {"千", "百", "十", ""};
  for (int n = 1; n < 10000; ++n) {
    std::string text;
    bool zero = false;
    for (int i = 0, scale = 1000; i < 4; ++i, scale /= 10) {
      const int digit = n / scale % 10;
      if (digit == 0) {
        zero = !text.empty();
        continue;
      }
      if (std::exchange(zero, false)) text += digits[0];
      text += digits[digit] + std::string(units[i]);
    }
    if (parse_int(text) != n) FAIL_CHECK(n << " " << text);
    if (n >= 10 && n < 20 && parse_int(text.substr(3)) != n) FAIL_CHECK(n << " without 一");
  }
}

TEST_CASE("decimals are read, per cent and exponents refused") {
  const std::pair<const char*, double> good[] = {{"1,234.5", 1234.5},
                                                 {"１２．５", 12.5},
                                                 {"12", 12},
                                                 {"-0.25", -0.25},
                                                 {".5", 0.5},
                                                 {"-.5", -0.5},
                                                 {"0.1", 0.1},
                                                 {"三百", 300},
                                                 {"１２３，４５６．７５", 123456.75},
                                                 {"99999999999999999999", 1e20}};
  for (const auto& [text, value] : good) CHECK_MESSAGE(parse_decimal(text) == value, text);
  for (const char* text :
       {"", ".", "5.", "-", "12.5%", "1e5", "1.2e3", "nan", "inf", "1,23.5", "1.2.3", "1.2,3", "0x1p3", "1. 5", "--1.5", "三点五", "1.5a"})
    CHECK_MESSAGE(!parse_decimal(text).has_value(), text);
  CHECK_FALSE(parse_decimal(std::string(400, '9')).has_value());
}

TEST_CASE("yes and no are read as people mark them") {
  for (const char* text : {"是", "有", "√", "1", "true", "TRUE", "Y", "y", " 是　", "１", "Ｙ", "✓", "yes"})
    CHECK_MESSAGE(parse_bool(text) == true, text);
  for (const char* text : {"否", "无", "×", "0", "false", "False", "N", "n", "０", "no"}) CHECK_MESSAGE(parse_bool(text) == false, text);
  for (const char* text : {"", "2", "是否", "不", "01", "t", "x"}) CHECK_MESSAGE(!parse_bool(text).has_value(), text);
}

TEST_CASE("school years are read by their first year") {
  for (const char* text : {"2025", "2025-2026", "2025学年", "2025—2026学年", "2025-2026学年度", "2025–2026", "2025——2026学年", "2025/2026",
                           "2025~2026", "2025至2026学年", "２０２５－２０２６学年", "2025 - 2026 学年", " 2025 学年 "})
    CHECK_MESSAGE(parse_school_year(text) == 2025, text);
  for (const char* text : {"", "25", "2025-2027", "2025-2025", "2026-2025", "2025-26", "2025学", "2025学年第一学期", "学年", "202", "20255", "2025-",
                           "1899", "2200", "2025年"})
    CHECK_MESSAGE(!parse_school_year(text).has_value(), text);
}

TEST_CASE("a citizen id needs its check digit and a real birth date") {
  CHECK(is_citizen_id("11010519491231002X"));  // the standard's own example
  CHECK(is_citizen_id("440524188001010014"));  // and the other
  CHECK(citizen_id_check_digit("11010519491231002") == 'X');
  CHECK(citizen_id_check_digit("44052418800101001") == '4');
  for (const char digit : "012345678 9x"s)
    if (std::string id = "11010519491231002"; digit != 'X') CHECK_FALSE(is_citizen_id(id + digit));
  const auto with_check = [](std::string first17) { return first17 + citizen_id_check_digit(first17); };
  CHECK(is_citizen_id(with_check("44030520120229001")));
  CHECK_FALSE(is_citizen_id(with_check("44030520130229001")));
  CHECK_FALSE(is_citizen_id(with_check("44030520131301001")));
  CHECK_FALSE(is_citizen_id(with_check("44030517991231001")));
  CHECK_FALSE(is_citizen_id(with_check("04030520120229001")));
  CHECK_FALSE(is_citizen_id(""));
  CHECK_FALSE(is_citizen_id("440524188001010014 "));
  CHECK_FALSE(is_citizen_id("44052418800101001４"));
  CHECK(citizen_id_check_digit("1234") == '?');
  CHECK(citizen_id_check_digit("1101051949123100a") == '?');
}

TEST_CASE("any one wrong or swapped digit of a citizen id is found") {
  const std::string good = "11010519491231002X";
  for (size_t i = 0; i < 17; ++i)
    for (char c = '0'; c <= '9'; ++c) {
      std::string bad = good;
      bad[i] = c;
      if (c != good[i]) CHECK_FALSE(is_citizen_id(bad));
    }
  for (size_t i = 0; i + 1 < 17; ++i) {
    std::string bad = good;
    std::swap(bad[i], bad[i + 1]);
    if (bad != good) CHECK_FALSE(is_citizen_id(bad));
  }
}

TEST_CASE("names are compared by edits, a swap of neighbours being one") {
  CHECK(text::edit_distance("", "abc") == 3);
  CHECK(text::edit_distance("school", "school") == 0);
  CHECK(text::edit_distance("scohol", "school") == 1);
  CHECK(text::edit_distance("kitten", "sitting") == 3);
  CHECK(text::edit_distance(U"学校名", U"校学名") == 1);
  CHECK(text::lower_ascii("X-ÄB学") == "x-Äb学");
  CHECK(text::hex_digit('f') == 15);
  CHECK(text::hex_digit('F') == 15);
  CHECK(text::hex_digit('g') == -1);
  CHECK(text::fnv_1a("") == 0xcbf29ce484222325ULL);
  CHECK(text::fnv_1a("a") == 0xaf63dc4c8601ec8cULL);  // the authors' test vector
}
