// SPDX-License-Identifier: Apache-2.0
#include "json/json.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "base/text.h"

using namespace banmo;
using namespace std::string_literals;
using json::Array;
using json::Object;
using json::Value;

namespace {

std::string again(std::string_view text) {
  const auto value = json::read(text);
  return value.ok() ? json::write(*value) : value.error().where + " " + value.error().id;
}

std::string nested(size_t depth, char open, char close) {
  std::string text;
  for (size_t i = 0; i < depth; ++i) text += open == '{' ? "{\"a\":"s : "["s;
  if (open == '{') text += "1";
  return text + std::string(depth, close);
}

}  // namespace

TEST_CASE("JSON is read and written back with its members in order") {
  CHECK(again(R"({"z":1,"a":[true,false,null,"x",{}],"m":{"k":-1.5}})") == R"({"z":1,"a":[true,false,null,"x",{}],"m":{"k":-1.5}})");
  CHECK(again(" \t\r\n[ 1 , 2 ]\n ") == "[1,2]");
  CHECK(again("\"学校\"") == "\"学校\"");
  CHECK(again("null") == "null");
  CHECK(again("\"\"") == "\"\"");
  CHECK(again(R"({"":0})") == R"({"":0})");
}

TEST_CASE("whole numbers stay whole, what was written with a fraction stays a double") {
  CHECK(*json::read("1")->as_int() == 1);
  CHECK(*json::read("1.0")->as_double() == 1.0);
  CHECK(*json::read("1e2")->as_double() == 100.0);
  CHECK(again("1.0") == "1.0");
  CHECK(again("-0.0") == "-0.0");
  CHECK(again("-0") == "0");
  CHECK(again("1E+2") == "100.0");
  CHECK(again("9223372036854775807") == "9223372036854775807");
  CHECK(again("-9223372036854775808") == "-9223372036854775808");
  CHECK(*json::read("9223372036854775808")->as_double() == 9223372036854775808.0);
  CHECK(*json::read("-9223372036854775809")->as_double() == -9223372036854775808.0);
  CHECK(*json::read("18446744073709551616")->as_double() == 18446744073709551616.0);
  CHECK(*json::read("1" + std::string(300, '0'))->as_double() == 1e300);
}

TEST_CASE("numbers beyond a double are refused, those too small become zero") {
  CHECK(again("1e400") == "1:6 json.number_range");
  CHECK(again("[1,-1e309]").ends_with("json.number_range"));
  CHECK(again("1" + std::string(400, '0')).ends_with("json.number_range"));
  CHECK(again("1e99999999999999999999").ends_with("json.number_range"));
  CHECK(again("1e-400") == "0.0");
  CHECK(again("-1e-400") == "-0.0");
  CHECK(again("0e99999") == "0.0");
  CHECK(again("4.9e-324") == "5e-324");
  CHECK(*json::read("0." + std::string(500, '0') + "1")->as_double() == 0.0);
}

TEST_CASE("doubles are read to the nearest and written so that they read back the same") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    std::string text;
    json::append_number(text, value);
    const auto back = json::read(text);
    if (!back.ok() || !back->as_double() || *back->as_double() != value) FAIL_CHECK(text);
  }
  CHECK(*json::read("0.1")->as_double() == 0.1);
  CHECK(*json::read("2.2250738585072011e-308")->as_double() == 2.2250738585072011e-308);
  CHECK(*json::read("1.7976931348623157e308")->as_double() == 1.7976931348623157e308);
  CHECK(*json::read("9007199254740993.0")->as_double() == 9007199254740992.0);
  CHECK(*json::read("123456789012345678901234567890.5")->as_double() == 123456789012345678901234567890.5);
}

TEST_CASE("what is not JSON is refused with line and column") {
  CHECK(again("") == "1:1 json.incomplete");
  CHECK(again("   ") == "1:4 json.incomplete");
  CHECK(again("{\"a\": 1,\n \"b\": tru}") == "2:7 json.syntax");
  CHECK(again("{\"学校\": x}") == "1:8 json.syntax");
  CHECK(again("[1,2") == "1:5 json.incomplete");
  CHECK(again("\"abc") == "1:5 json.incomplete");
  CHECK(again("1 2") == "1:3 json.extra_text");
  CHECK(again("{}{}") == "1:3 json.extra_text");
  CHECK(again("[]]") == "1:3 json.extra_text");
  for (const char* text :
       {"[1,]",     "{\"a\":1,}", "{a:1}",       "{'a':1}",   "[01]",   "[1.]", "[.5]",  "[+1]",      "[1e]",     "[--1]", "NaN",
        "Infinity", "tru",        "nul",         "TRUE",      "/*c*/1", "1//c", "[1 2]", "{\"a\" 1}", "{\"a\":}", "{1:2}", "\"\t\"",
        "\"\n\"",   "\"\\x\"",    "\"\\u12g4\"", "\"\\u12\"", "[",      "{",    "]",     ",",         ":",        "-",     "\xEF\xBB\xBF{}",
        "0x1",      "1e+",        "[1,,2]",      "{,}",       "\"\\"})
    CHECK_MESSAGE(!json::read(text).ok(), text);
  CHECK(json::read("[1,}").error().message.en == "JSON syntax error: check the quotes, commas and brackets here");
  CHECK(json::read("[1,}").error().message.zh == "JSON 语法错误，请检查此处的引号、逗号和括号");
}

TEST_CASE("a name that stands twice is refused, in small objects and in large") {
  const auto bad = json::read("{\"a\":1,\n\"b\":2,\"a\":3}");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().to_string() == "2:9: member \"a\" stands twice: keep one (成员“a”出现了两次，请只保留一个) [json.duplicate_member]");
  CHECK(again(R"({"a":1,"\u0061":2})").ends_with("json.duplicate_member"));
  CHECK(again(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})") == R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})");
  for (const size_t n : {15u, 16u, 17u, 18u, 100u})
    for (size_t twice = 0; twice < n; ++twice) {
      std::string text = "{";
      for (size_t i = 0; i < n; ++i) text += "\"k" + std::to_string(i) + "\":1,";
      CHECK(json::read(text + "\"last\":1}").ok());
      CHECK(again(text + "\"k" + std::to_string(twice) + "\":1}").ends_with("json.duplicate_member"));
    }
}

TEST_CASE("a hundred thousand members cost no square") {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"member_" + std::to_string(i) + "\":1,";
  CHECK(json::read(text + "\"last\":1}").ok());
}

TEST_CASE("depth, size and number of values are bounded") {
  CHECK(json::read(nested(32, '[', ']')).ok());
  CHECK(json::read(nested(32, '{', '}')).ok());
  CHECK(again(nested(33, '[', ']')) == "1:33 json.too_deep");
  CHECK(again(nested(1'000'000, '[', ']')).ends_with("json.too_deep"));
  CHECK(again(nested(100'000, '{', '}')).ends_with("json.too_deep"));
  CHECK(json::read(nested(500, '[', ']'), {.max_depth = 500}).ok());
  const auto long_text = json::read("[1,2,3]", {.max_bytes = 6});
  CHECK(long_text.error().code == ErrorCode::too_large);
  CHECK(long_text.error().message.en == "the JSON is longer than 6 bytes: send it in parts");
  CHECK(json::read("[1,2,3]", {.max_values = 4}).ok());
  const auto many = json::read("[1,2,3]", {.max_values = 3});
  CHECK(many.error().code == ErrorCode::too_large);
  CHECK(many.error().id == "json.too_large");
}

TEST_CASE("escapes and surrogate pairs are read, lone surrogates refused") {
  CHECK(*json::read(R"("\"\\\/\b\f\n\r\t\u0041\u5b66\ud83d\ude00")")->as_string() == "\"\\/\b\f\n\r\tA学😀"s);
  for (const char* text : {R"("\ud800")", R"("\ud800x")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud83d\n")", R"("\ud83d\u0041")",
                           R"("\ude00\ud83d")", R"({"\ud800":1})"}) {
    const auto bad = json::read(text);
    CHECK_MESSAGE(!bad.ok(), text);
    if (!bad.ok()) CHECK(bad.error().id == "json.syntax");
  }
  CHECK(json::read(R"("\udc00")").error().message.en == "a \\u escape needs four hex digits, and surrogates come in pairs");
}

TEST_CASE("text that is not UTF-8 is refused where it stands") {
  CHECK(again("\"ab\xFF\"") == "1:4 json.bad_utf8");
  CHECK(again("{\n\"学\xD6\xD0\": 1}") == "2:3 json.bad_utf8");
  CHECK(again("\"\xED\xA0\x80\"") == "1:2 json.bad_utf8");
  CHECK(again("\"\xE4\xB8") == "1:2 json.bad_utf8");
  CHECK(again("\xFF\xFE\"\0"s) == "1:1 json.bad_utf8");
  CHECK(again("\0"s) == "1:1 json.syntax");
  CHECK(again("\"\0\""s).ends_with("json.syntax"));
}

TEST_CASE("every cut of a text is refused and every change of a byte is read or refused, never more") {
  const std::string text = R"({"名":"班\u58a8\ud83d\ude00","n":[-1.5e3,0,true,null,{"k":{}}]})";
  REQUIRE(json::read(text).ok());
  for (size_t n = 0; n < text.size(); ++n) CHECK_FALSE(json::read(text.substr(0, n)).ok());
  for (size_t i = 0; i < text.size(); ++i)
    for (int c = 0; c < 256; ++c) {
      std::string changed = text;
      changed[i] = static_cast<char>(c);
      const auto value = json::read(changed);
      if (value.ok() && !(*json::read(json::write(*value)) == *value)) FAIL_CHECK(changed);
    }
}

TEST_CASE("every control character is escaped wherever it stands") {
  for (int c = 0; c < 128; ++c)
    for (size_t before = 0; before < 18; ++before) {
      const std::string text = std::string(before, 'x') + static_cast<char>(c) + "学12345678";
      std::string out;
      json::append_string(out, text);
      const auto back = json::read(out);
      if (c == 0 ? back.ok() || back.error().id != "json.nul" : !back.ok() || *back->as_string() != text) FAIL_CHECK(out);
    }
  std::string out;
  json::append_string(out, "a\"\\\n\x01\x1f/");
  CHECK(out == R"("a\"\\\n\u0001\u001f/")");
}

TEST_CASE("bytes that are no UTF-8 are written as replacement characters") {
  std::string out;
  json::append_string(out, "学\xD6\xD0x\xE4\xB8");
  CHECK(out == "\"学\xEF\xBF\xBD\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(text::is_utf8(out));
}

TEST_CASE("NaN and infinity become null") {
  CHECK(json::write(Array{std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) == "[null,null,null]");
}

TEST_CASE("objects replace, append, erase and compare without regard to order") {
  Object object{{"a", 1}, {"b", "x"}, {"a", 2}};
  CHECK(object.size() == 2);
  CHECK(*object.find("a")->as_int() == 2);
  object.set("c", true);
  object.set("b", nullptr);
  CHECK(json::write(object) == R"({"a":2,"b":null,"c":true})");
  CHECK(object.erase("b"));
  CHECK_FALSE(object.erase("b"));
  CHECK(Value(object) == Value(Object{{"c", true}, {"a", 2}}));
  CHECK_FALSE(Value(object) == Value(Object{{"c", true}, {"a", 3}}));
  CHECK_FALSE(Value(object) == Value(Object{{"c", true}}));
  CHECK_FALSE(Value(1) == Value(1.0));
  CHECK(Value(object).find("zz") == nullptr);
  CHECK(Value(1).find("a") == nullptr);
}

TEST_CASE("text with U+0000 is refused, as a value and as a name") {
  const auto told = [](std::string_view text) {
    const auto value = json::read(text);
    return value.ok() ? std::string("ok") : value.error().where + " " + value.error().id;
  };
  CHECK(told(R"({"account": "city\u0000zz"})").ends_with(" json.nul"));
  CHECK(told(R"({"a\u0000": 1})").ends_with(" json.nul"));
  CHECK(told(R"({"account": "city\\u0000zz"})") == "ok");  // six characters, no escape
  CHECK(json::read(R"(["\u0000"])").error().message.en == "text cannot hold the character U+0000: remove it");
}

TEST_CASE("a long name that stands twice is told in a few words") {
  std::string name;
  for (int i = 0; i < 5000; ++i) name += "学";
  const auto value = json::read("{\"" + name + "\": 1, \"" + name + "\": 2}");
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().id == "json.duplicate_member");
  CHECK(value.error().message.zh.size() < 200);
  CHECK(text::is_utf8(value.error().message.zh));
}
