// SPDX-License-Identifier: Apache-2.0
#include "yaml/yaml.h"

#include <doctest/doctest.h>

#include <string>

using namespace banmo;
using namespace std::string_literals;
using yaml::Kind;

namespace {

std::string told(std::string_view text) {
  const auto node = yaml::read(text, "p.yaml");
  return node.ok() ? "ok" : node.error().where + " " + node.error().id;
}

yaml::Node good(std::string_view text) {
  auto node = yaml::read(text, "p.yaml");
  if (!node.ok()) FAIL(node.error().to_string());
  return *node;
}

std::string flat(const yaml::Node& node) {
  std::string text;
  switch (node.kind()) {
    case Kind::null: return "null";
    case Kind::scalar: return node.quoted() ? "'" + node.scalar() + "'" : node.scalar();
    case Kind::sequence:
      for (const yaml::Node& item : node.items()) text += (text.empty() ? "" : ",") + flat(item);
      return "[" + text + "]";
    case Kind::map:
      for (const auto& [key, value] : node.members()) text += (text.empty() ? "" : ",") + key.scalar() + ":" + flat(value);
      return "{" + text + "}";
  }
  return text;
}

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("a pack reads with every node's line and column, columns in characters") {
  const yaml::Node pack =
      good("# 体质\nid: fitness\ntitle: {zh: 体质, en: Fitness}\nfields:\n  - id: height\n    range: [1, 2.5]\n  - \"x\"\nempty:\nlast: ~\n");
  CHECK(flat(pack) == "{id:fitness,title:{zh:体质,en:Fitness},fields:[{id:height,range:[1,2.5]},'x'],empty:null,last:null}");
  CHECK(pack.where() == "p.yaml:2:1");
  CHECK(pack.find("id")->where() == "p.yaml:2:5");
  CHECK(pack.find("title")->find("en")->where() == "p.yaml:3:21");
  CHECK(pack.find("fields")->items()[0].find("range")->items()[1].where() == "p.yaml:6:16");
  CHECK(pack.find("empty")->where() == "p.yaml:8:1");
  CHECK(pack.find("last")->where() == "p.yaml:9:7");
  CHECK(pack.members()[2].first.where() == "p.yaml:4:1");
  CHECK(pack.find("none") == nullptr);
  CHECK(pack.find("id")->find("x") == nullptr);
  CHECK(pack.find("fields")->line() == 5);
}

TEST_CASE("columns are right on long lines of any characters") {
  std::string text = "[";
  for (int i = 0; i < 2000; ++i) text += i % 3 == 0 ? "学," : i % 3 == 1 ? "𠮷𠮷," : "a,";
  const yaml::Node node = good(text + "]");
  int column = 2;
  for (size_t i = 0; i < node.items().size(); ++i) {
    if (node.items()[i].column() != column) FAIL_CHECK(i);
    column += i % 3 == 1 ? 3 : 2;
  }
}

TEST_CASE("line breaks of Windows and a byte-order mark do not move the columns") {
  const yaml::Node node = good(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 名\r\n");
  CHECK(node.find("a")->where() == "p.yaml:1:4");
  CHECK(node.find("b")->where() == "p.yaml:2:4");
  CHECK(node.find("b")->scalar() == "名");
}

TEST_CASE("scalars keep what was written and whether it was quoted") {
  CHECK(flat(good("[01, '01', \"a\\nb\", null, ~, 'null', yes, 1.50, '']")) == "[01,'01','a\nb',null,null,'null',yes,1.50,'']");
  CHECK(good("|\n  a\n  b\n").scalar() == "a\nb\n");
  CHECK(good(">\n  a\n  b\n").scalar() == "a b\n");
  CHECK(good("|\n  1\n").quoted());
}

TEST_CASE("typed reads take what they are for") {
  CHECK(good("x").text().value() == "x");
  CHECK(good("'1'").text().value() == "1");
  CHECK(good("007").text().value() == "007");
  CHECK(good("-12").integer().value() == -12);
  CHECK(good("+12").integer().value() == 12);
  CHECK(good("9223372036854775807").integer().value() == INT64_MAX);
  CHECK(good("1").number().value() == 1.0);
  CHECK(good("-1.5e3").number().value() == -1500.0);
  CHECK(good("true").boolean().value());
  CHECK_FALSE(good("false").boolean().value());
}

TEST_CASE("typed reads say what was expected and what stands there") {
  const auto told_of = [](const auto& result) { return result.ok() ? "ok" : result.error().to_string(); };
  CHECK(told_of(good("a: abc").find("a")->integer()) ==
        "p.yaml:1:4: expected a whole number, found \"abc\" (应为整数，此处为“abc”) [yaml.wrong_type]");
  CHECK(told_of(good("'12'").integer()) ==
        "p.yaml:1:1: expected a whole number, found the quoted text \"12\" (应为整数，此处为带引号的文本“12”) [yaml.wrong_type]");
  CHECK(told_of(good("[1]").text()) == "p.yaml:1:1: expected text, found a list (应为文本，此处为列表) [yaml.wrong_type]");
  CHECK(told_of(good("a:").find("a")->text()) == "p.yaml:1:1: expected text, found nothing (应为文本，此处为空值) [yaml.wrong_type]");
  CHECK(told_of(good("{}").number()) == "p.yaml:1:1: expected a number, found a map (应为数字，此处为映射) [yaml.wrong_type]");
  CHECK(told_of(good("yes").boolean()) == "p.yaml:1:1: expected true or false, found \"yes\" (应为 true 或 false，此处为“yes”) [yaml.wrong_type]");
  for (const char* text : {"1.0", "1e3", "0x10", "1_000", "9223372036854775808", "+-1", "- 1", "''", "1 2"})
    CHECK_MESSAGE(!good(text).integer().ok(), text);
  for (const char* text : {".inf", "-.inf", ".nan", "inf", "nan", "1e999", "0x1p3", "1,5", "'1.5'"}) CHECK_MESSAGE(!good(text).number().ok(), text);
  for (const char* text : {"True", "on", "1", "'true'", "null"}) CHECK_MESSAGE(!good(text).boolean().ok(), text);
  CHECK(good(std::string(5000, 'x')).integer().error().message.en.size() < 120);
}

TEST_CASE("a key that stands twice is refused, in small maps and in large") {
  const auto bad = yaml::read("id: a\ntitle: b\nid: c\n", "p.yaml");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().to_string() == "p.yaml:3:1: the key \"id\" stands twice: keep one (键“id”出现了两次，请只保留一个) [yaml.duplicate_key]");
  CHECK(told("{a: 1, 'a': 2}") == "p.yaml:1:8 yaml.duplicate_key");
  CHECK(told("a: {x: 1}\nb: {x: 1}") == "ok");
  for (const int n : {15, 16, 17, 18, 50}) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "k" + std::to_string(i) + ": 1\n";
    CHECK(told(text) == "ok");
    CHECK(told(text + "k3: 1\n").ends_with("yaml.duplicate_key"));
    CHECK(told(text + "k" + std::to_string(n - 1) + ": 1\n").ends_with("yaml.duplicate_key"));
  }
}

TEST_CASE("keys must be text") {
  CHECK(told("? [a]\n: 1") == "p.yaml:1:3 yaml.key");
  CHECK(told("{a: 1}: 2").ends_with("yaml.key"));
  CHECK(told("~: 1") == "p.yaml:1:1 yaml.key");
  CHECK(told("1: a") == "ok");
}

TEST_CASE("aliases are copied within their bounds and never into themselves") {
  const yaml::Node node = good("base: &b {x: 1, y: [2]}\nuse: *b\nlist: [*b, &c z, *c]\n");
  CHECK(flat(node) == "{base:{x:1,y:[2]},use:{x:1,y:[2]},list:[{x:1,y:[2]},z,z]}");
  CHECK(node.find("use")->find("x")->where() == "p.yaml:1:14");
  CHECK(told("a: &a [*a]") == "p.yaml:1:8 yaml.alias");
  CHECK(told("&a {b: *a}") == "p.yaml:1:8 yaml.alias");
  CHECK(told("a: *none").ends_with("yaml.syntax"));
  CHECK(told("a: &a 1\nb: &a 2\nc: *a") == "ok");
  CHECK(good("a: &a 1\nb: &a 2\nc: *a").find("c")->scalar() == "2");
  std::string many = "a: &a [" + std::string(99 * 2, ' ');
  for (int i = 0; i < 98; ++i) many += "1,";
  many += "1]\nb: [";
  std::string within = many, beyond = many;
  for (int i = 0; i < 10; ++i) within += "*a,";
  for (int i = 0; i < 11; ++i) beyond += "*a,";
  CHECK(told(within + "]") == "ok");
  CHECK(told(beyond + "]").ends_with("yaml.alias"));
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 20; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) laughs += "*a" + std::to_string(i - 1) + ",";
    laughs += "]\n";
  }
  CHECK(told(laughs).ends_with("yaml.alias"));
}

TEST_CASE("depth, size and number of nodes are bounded") {
  CHECK(told(nested(64)) == "ok");
  CHECK(told(nested(65)) == "p.yaml:1:65 yaml.too_deep");
  CHECK(told(nested(30'000)).ends_with("yaml.too_deep"));
  CHECK(told(std::string(60'000, '[')).ends_with("yaml.too_deep"));
  CHECK(told("a: &a " + nested(40) + "\nb: " + std::string(40, '[') + "*a" + std::string(40, ']')).ends_with("yaml.too_deep"));
  std::string block;
  for (int i = 0; i < 70; ++i) block += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  CHECK(told(block).ends_with("yaml.too_deep"));
  CHECK(told(std::string((4u << 20) + 1, ' ')) == "p.yaml yaml.too_large");
  std::string items;
  for (int i = 0; i < 200'001; ++i) items += "- 1\n";
  CHECK(told(items).ends_with("yaml.too_large"));
  CHECK(told("[" + std::string(400'000, ',') + "]") == "p.yaml yaml.too_large");
}

TEST_CASE("an escape that would not give UTF-8 is refused where it stands, others are read") {
  for (const char* text : {R"(a: "x\Ny")", R"(a: "x\_y")"}) CHECK_MESSAGE(told(text) == "p.yaml:1:4 yaml.bad_text", text);
  CHECK(good(R"(a: "\L\u00a0\x85")").find("a")->scalar() == "\u2028\u00a0\u0085");
}

TEST_CASE("tags, several documents and broken YAML are refused where they stand") {
  CHECK(told("a: !!int 1") == "p.yaml:1:4 yaml.tag");
  CHECK(told("a: !mine {}") == "p.yaml:1:4 yaml.tag");
  CHECK(told("a: !!seq []").ends_with("yaml.tag"));
  CHECK(told("---\na: 1\n---\nb: 2\n") == "p.yaml:3:1 yaml.documents");
  for (const char* text : {"---\na: 1\n...\n", "a: 1\n...", "a: 1", "a: 1\n...\n...\n", "[]\n...\n# end\n", "...\n"})
    CHECK_MESSAGE(told(text) == "ok", text);
  for (const char* text : {"a: \"x", "a: \"x\n", "a: 'x\n\n\n", "a: \"x\n\nb: 1\n", "a: \"x\n# c", "- 'x\n  \n", "{a: 'x\n", "'"})
    CHECK_MESSAGE(told(text).ends_with("yaml.syntax"), text);
  CHECK(good("a: |+\n  x\n\n").find("a")->scalar() == "x\n\n");
  CHECK(good("a: |-\n  x\n").find("a")->scalar() == "x");
  CHECK(told("a: 1\n b: 2\n").ends_with("yaml.syntax"));
  CHECK(told("a: [1, 2\nb: 1").ends_with("yaml.syntax"));
  CHECK(told("a:\n\t- 1").ends_with("yaml.syntax"));
  CHECK(told("a: b: c") == "p.yaml:1:5 yaml.syntax");
  CHECK(yaml::read("\"\\中\"", "p.yaml").error().message.en ==
        "YAML syntax error, check indentation, colons and quotes here: unknown escape character: ");
  const auto bad = yaml::read("名称: x\n 名: y: z", "p.yaml");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().message.zh == "YAML 语法错误，请检查此处的缩进、冒号和引号");
  CHECK(bad.error().message.en.starts_with("YAML syntax error, check indentation, colons and quotes here: "));
}

TEST_CASE("an empty file is null") {
  CHECK(good("").is_null());
  CHECK(good("# nothing\n").is_null());
  CHECK(good("---\n").is_null());
  CHECK(good("").where() == "p.yaml:1:1");
}

TEST_CASE("bytes that are no UTF-8 text are refused") {
  CHECK(told("a: 1\nb: \xD6\xD0\n") == "p.yaml:2:4 yaml.bad_text");
  CHECK(told("a: 1\n名: \x04 b") == "p.yaml:2:4 yaml.bad_text");
  CHECK(told("a: \0b"s) == "p.yaml:1:4 yaml.bad_text");
  CHECK(told("a: \x7F") == "p.yaml:1:4 yaml.bad_text");
}

TEST_CASE("every cut and every changed byte of a pack is read or refused") {
  const std::string text = "id: &a x\nl: [1, 'b', \"c\\u4e2d\", *a]\nm:\n  - {k: v}\n  - |\n    t\n";
  REQUIRE(told(text) == "ok");
  for (size_t n = 0; n < text.size(); ++n) (void)yaml::read(text.substr(0, n), "p.yaml");
  for (size_t i = 0; i < text.size(); ++i)
    for (int c = 0; c < 128; ++c) {
      std::string changed = text;
      changed[i] = static_cast<char>(c);
      const auto node = yaml::read(changed, "p.yaml");
      if (!node.ok() && node.error().code == ErrorCode::internal) FAIL_CHECK(changed);
    }
}

TEST_CASE("nested anchors cannot multiply the memory of a file") {
  // Each of 40 nested anchors is a copy of all that stands within it: 40 times 10,000 nodes.
  std::string text;
  for (int i = 0; i < 40; ++i) text += "&a" + std::to_string(i) + " [";
  for (int i = 0; i < 10'000; ++i) text += "x, ";
  text += "x" + std::string(40, ']');
  CHECK(told(text).ends_with(" yaml.too_large"));
  CHECK(told("a: &a [1, 2, 3]\nb: &b {c: *a}\nd: *b\n") == "ok");
}
