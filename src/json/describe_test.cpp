// SPDX-License-Identifier: Apache-2.0
#include "json/describe.h"

#include <doctest/doctest.h>

#include <string>

using namespace banmo;

namespace sample {

enum class Kind { entry, reference, derived };
template <class V>
void describe_enum(V& v, Kind*) {
  v.value("entry", Kind::entry);
  v.value("reference", Kind::reference);
  v.value("derived", Kind::derived);
}

struct Two {
  static constexpr const char* kName = "Two";
  std::string zh, en;
};
template <class V>
void describe(V& v, Two& x) {
  v.field("zh", x.zh);
  v.field("en", x.en);
}

struct Tree {
  static constexpr const char* kName = "Tree";
  Two title;
  std::vector<Tree> children;
};
template <class V>
void describe(V& v, Tree& x) {
  v.field("title", x.title);
  v.field("children", x.children);
}

constexpr const char* kModes[] = {"read", "write"};
// One text of a few, a list of such, and a part without fixed members.
struct Wish {
  struct Cells {
    static constexpr const char* kName = "Cells";
    static json::Value schema() { return json::Object{{"type", "object"}, {"additionalProperties", json::Object{{"type", "number"}}}}; }
    json::Value value;
  };
  std::string mode;
  std::vector<std::string> others;
  Cells cells;
};
template <class V>
void describe(V& v, Wish& x) {
  v.field("mode", x.mode, {.one_of = kModes});
  v.field("others", x.others, {.one_of = kModes});
  v.field("cells", x.cells);
}

struct Dataset {
  OrgId id;
  Two title;
  Kind kind = Kind::entry;
  bool masked = false;
  int n_fields = 0;
  int64_t n_rows = 0;
  double rate = 0;
  Date from;
  Instant at;
  std::vector<std::string> grain;
  std::map<std::string, double> shares;
  json::Value extra;
  std::optional<std::string> owner;
  int limit = 50;
};
template <class V>
void describe(V& v, Dataset& x) {
  v.field("id", x.id);
  v.field("title", x.title, {.title = "标题"});
  v.field("kind", x.kind);
  v.field("masked", x.masked);
  v.field("n_fields", x.n_fields, {.minimum = 1, .maximum = 500});
  v.field("n_rows", x.n_rows);
  v.field("rate", x.rate, {.doc = "0..1", .minimum = 0, .maximum = 1.5});
  v.field("from", x.from);
  v.field("at", x.at);
  v.field("grain", x.grain, {.min_length = 1, .max_length = 3});
  v.field("shares", x.shares);
  v.field("extra", x.extra);
  v.field("owner", x.owner, {.min_length = 2, .max_length = 4, .pattern = "^[^0-9]+$"});
  v.field("limit", x.limit, {.minimum = 1, .maximum = 1000, .has_default = true});
}

struct Small {
  uint8_t byte = 0;
  uint64_t big = 0;
  std::vector<Two> items;
};
template <class V>
void describe(V& v, Small& x) {
  v.field("byte", x.byte);
  v.field("big", x.big);
  v.field("items", x.items);
}

constexpr const char* kGood =
    R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":{"zh":"体质","en":"Fitness"},"kind":"derived","masked":true,"n_fields":12,"n_rows":9007199254740993,"rate":0.25,"from":"2026-11-21",)"
    R"("at":"2026-11-21T08:00:00.000000Z","grain":["year","学生"],"shares":{"a b":0.5,"c":1.0},"extra":[null,{"x":1}],"owner":"教育局","limit":10})";

json::Value good() { return *json::read(kGood); }

std::string findings(const json::Value& value) {
  const auto read = json::from_json<Dataset>(value);
  if (read.ok()) return "";
  std::string text;
  for (const Error& finding : read.error().details) text += finding.where + " " + finding.id + "\n";
  return text;
}

json::Value with(std::string name, json::Value value) {
  json::Value changed = good();
  changed.as_object()->set(std::move(name), std::move(value));
  return changed;
}

}  // namespace sample

using namespace sample;

TEST_CASE("a described struct reads and writes every kind of field") {
  const auto read = json::from_json<Dataset>(good());
  REQUIRE(read.ok());
  CHECK(read->kind == Kind::derived);
  CHECK(read->n_rows == 9007199254740993);
  CHECK(read->shares.at("a b") == 0.5);
  CHECK(read->owner == "教育局");
  CHECK(read->grain[1] == "学生");
  CHECK(json::write(json::to_json(*read)) == kGood);
  CHECK(json::to_text(*read) == kGood);
}

TEST_CASE("absent optional members are not written, and a default holds where the member is absent") {
  json::Value value = good();
  value.as_object()->erase("owner");
  value.as_object()->erase("limit");
  const auto read = json::from_json<Dataset>(value);
  REQUIRE(read.ok());
  CHECK_FALSE(read->owner.has_value());
  CHECK(read->limit == 50);
  CHECK(json::to_text(*read).find("owner") == std::string::npos);
  CHECK(json::to_json(*read).find("owner") == nullptr);
}

TEST_CASE("all findings come at once, each with its path and without what was sent") {
  json::Value value = good();
  json::Object& object = *value.as_object();
  object.set("id", "secret-17");
  object.set("title", json::Object{{"zh", 1}, {"em", "x"}});
  object.set("kind", "entri");
  object.set("masked", nullptr);
  object.set("n_fields", 0);
  object.set("grain", json::Array{"a", 2, json::Array{}});
  object.set("shares", json::Object{{"x y", "no"}});
  object.erase("rate");
  object.set("onwer", "x");
  const auto read = json::from_json<Dataset>(value);
  REQUIRE_FALSE(read.ok());
  CHECK(findings(value) ==
        "$.id json.bad_format\n$.title.zh json.wrong_type\n$.title.en json.missing_member\n$.title.em json.unknown_member\n$.kind "
        "json.unknown_value\n$.masked json.wrong_type\n"
        "$.n_fields json.out_of_range\n$.rate json.missing_member\n$.grain[1] json.wrong_type\n$.grain[2] json.wrong_type\n$.shares[\"x y\"] "
        "json.wrong_type\n$.onwer json.unknown_member\n");
  CHECK(read.error().id == "json.invalid");
  CHECK(read.error().where == "$.id");
  CHECK(read.error().to_string() ==
        "$.id: 12 errors, the first: expected an id (UUID) such as 01890a5d-ac96-774b-bcce-b302099a8057 (共有 12 "
        "处错误，第一处：应为标识（UUID），如 01890a5d-ac96-774b-bcce-b302099a8057) "
        "[json.invalid]\n"
        "  $.id: expected an id (UUID) such as 01890a5d-ac96-774b-bcce-b302099a8057 (应为标识（UUID），如 01890a5d-ac96-774b-bcce-b302099a8057) "
        "[json.bad_format]\n"
        "  $.title.zh: expected text, found a whole number (应为文本，实际为整数) [json.wrong_type]\n"
        "  $.title.en: the required member \"en\" is missing (缺少必填成员“en”) [json.missing_member]\n"
        "  $.title.em: there is no member \"em\"; did you mean \"en\"? (没有成员“em”，是否应为“en”？) [json.unknown_member]\n"
        "  $.kind: must be one of: entry, reference, derived (取值须为下列之一：entry、reference、derived) [json.unknown_value]\n"
        "  $.masked: expected true or false, found null; leave the member out if there is no value (应为布尔值 true 或 false，实际为空值 "
        "null；没有值时请不要写此成员) [json.wrong_type]\n"
        "  $.n_fields: must be at least 1 (不能小于 1) [json.out_of_range]\n"
        "  $.rate: the required member \"rate\" is missing (缺少必填成员“rate”) [json.missing_member]\n"
        "  $.grain[1]: expected text, found a whole number (应为文本，实际为整数) [json.wrong_type]\n"
        "  $.grain[2]: expected text, found an array (应为文本，实际为数组) [json.wrong_type]\n"
        "  $.shares[\"x y\"]: expected a number, found text (应为数字，实际为文本) [json.wrong_type]\n"
        "  $.onwer: there is no member \"onwer\"; did you mean \"owner\"? (没有成员“onwer”，是否应为“owner”？) [json.unknown_member]");
}

TEST_CASE("one finding is told as it is, and the given path leads it") {
  const auto read = json::from_json<Two>(*json::read(R"({"zh":"x"})"), "$.items[3]");
  CHECK(read.error().to_string() ==
        "$.items[3].en: the required member \"en\" is missing (缺少必填成员“en”) [json.invalid]\n"
        "  $.items[3].en: the required member \"en\" is missing (缺少必填成员“en”) [json.missing_member]");
  CHECK(json::from_json<Two>(json::Value(1)).error().where == "$");
}

TEST_CASE("an unknown member unlike any other names those there are") {
  const auto read = json::from_json<Two>(*json::read(R"({"zh":"x","en":"y","password":"1"})"));
  CHECK(read.error().message.en == "there is no member \"password\"; there are: zh, en");
  const auto huge = json::from_json<Two>(json::Object{{"zh", "x"}, {"en", "y"}, {std::string(10'000, 'q'), 1}});
  CHECK(huge.error().message.en.size() < 200);
  CHECK(huge.error().where.size() < 100);
  const std::string hanzi = "学学学学学学学学学学学学学学学学学学学学学学学学学学";
  CHECK(json::read(json::write(json::from_json<Two>(json::Object{{"zh", "x"}, {"en", "y"}, {hanzi, 1}}).error().message.en)).ok());
}

TEST_CASE("bounds, lengths and patterns are kept") {
  CHECK(findings(with("n_fields", 500)) == "");
  CHECK(findings(with("n_fields", 501)) == "$.n_fields json.out_of_range\n");
  CHECK(findings(with("rate", 1.5)) == "");
  CHECK(findings(with("rate", 1)) == "");
  CHECK(findings(with("rate", 1.6)) == "$.rate json.out_of_range\n");
  CHECK(findings(with("rate", -0.1)) == "$.rate json.out_of_range\n");
  CHECK(findings(with("limit", 0)) == "$.limit json.out_of_range\n");
  CHECK(findings(with("grain", json::Array{})) == "$.grain json.bad_length\n");
  CHECK(findings(with("grain", json::Array{"a", "b", "c", "d"})) == "$.grain json.bad_length\n");
  CHECK(findings(with("owner", "局")) == "$.owner json.bad_length\n");
  CHECK(findings(with("owner", "教育局长")) == "");
  CHECK(findings(with("owner", "教育局长们")) == "$.owner json.bad_length\n");
  CHECK(findings(with("owner", "局1")) == "$.owner json.bad_pattern\n");
  CHECK(findings(with("owner", std::string(100'000, 'a'))) == "$.owner json.bad_length\n$.owner json.bad_pattern\n");
  CHECK(findings(with("owner", nullptr)) == "$.owner json.wrong_type\n");
}

TEST_CASE("whole numbers may be written 12.0 but not 12.5, and must fit their type") {
  CHECK(json::from_json<int>(json::Value(12.0)).value() == 12);
  CHECK(json::from_json<int>(json::Value(12.5)).error().details[0].id == "json.wrong_type");
  CHECK(json::from_json<int>(json::Value(int64_t{1} << 31)).error().details[0].message.en == "must be from -2147483648 to 2147483647");
  CHECK(json::from_json<int64_t>(json::Value(1e300)).error().details[0].id == "json.out_of_range");
  CHECK(json::from_json<uint8_t>(json::Value(255)).value() == 255);
  CHECK_FALSE(json::from_json<uint8_t>(json::Value(256)).ok());
  CHECK_FALSE(json::from_json<uint64_t>(json::Value(-1)).ok());
  CHECK(json::from_json<double>(json::Value(3)).value() == 3.0);
  CHECK_FALSE(json::from_json<int>(json::Value(true)).ok());
  CHECK_FALSE(json::from_json<bool>(json::Value(1)).ok());
}

TEST_CASE("wrong dates, instants and ids are refused with an example") {
  CHECK(findings(with("from", "2026-02-30")) == "$.from json.bad_format\n");
  CHECK(findings(with("from", "2026/01/05")) == "$.from json.bad_format\n");
  CHECK(findings(with("at", "2026-11-21")) == "$.at json.bad_format\n");
  CHECK(findings(with("id", "")) == "$.id json.bad_format\n");
  CHECK(findings(with("id", 7)) == "$.id json.wrong_type\n");
  CHECK(json::from_json<Date>(json::Value("x")).error().message.en == "expected a date such as 2026-11-21");
  CHECK(json::from_json<Instant>(json::Value("x")).error().message.zh == "应为时间，如 2026-11-21T08:00:00Z");
}

TEST_CASE("findings are bounded") {
  json::Array many(10'000, json::Value(1));
  CHECK(json::from_json<std::vector<std::string>>(json::Value(std::move(many))).error().details.size() == 100);
  json::Object names;
  for (int i = 0; i < 1000; ++i) names.add("unknown_" + std::to_string(i), 1);
  CHECK(json::from_json<Two>(json::Value(std::move(names))).error().details.size() == 100);
}

TEST_CASE("a tree reads, writes and has a schema that refers to itself") {
  const auto tree = json::from_json<Tree>(*json::read(R"({"title":{"zh":"a","en":"b"},"children":[{"title":{"zh":"c","en":"d"},"children":[]}]})"));
  REQUIRE(tree.ok());
  CHECK(tree->children[0].title.zh == "c");
  CHECK(
      json::write(json::schema_of<Tree>()) ==
      R"({"$ref":"#/$defs/Tree","$defs":{"Two":{"type":"object","properties":{"zh":{"type":"string"},"en":{"type":"string"}},"required":["zh","en"],"additionalProperties":false},)"
      R"("Tree":{"type":"object","properties":{"title":{"$ref":"#/$defs/Two"},"children":{"type":"array","items":{"$ref":"#/$defs/Tree"}}},"required":["title","children"],"additionalProperties":false}}})");
}

TEST_CASE("a schema tells types, bounds and what is required") {
  const json::Value schema = json::schema_of<Dataset>();
  const json::Value& properties = *schema.find("properties");
  CHECK(json::write(*properties.find("id")) == R"({"type":"string","format":"uuid"})");
  CHECK(json::write(*properties.find("title")) == R"({"$ref":"#/$defs/Two","title":"标题"})");
  CHECK(json::write(*properties.find("kind")) == R"({"type":"string","enum":["entry","reference","derived"]})");
  CHECK(json::write(*properties.find("n_fields")) == R"({"type":"integer","format":"int32","minimum":1,"maximum":500})");
  CHECK(json::write(*properties.find("n_rows")) == R"({"type":"integer","format":"int64"})");
  CHECK(json::write(*properties.find("rate")) == R"({"type":"number","description":"0..1","minimum":0,"maximum":1.5})");
  CHECK(json::write(*properties.find("from")) == R"({"type":"string","format":"date"})");
  CHECK(json::write(*properties.find("at")) == R"({"type":"string","format":"date-time"})");
  CHECK(json::write(*properties.find("grain")) == R"({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":3})");
  CHECK(json::write(*properties.find("shares")) == R"({"type":"object","additionalProperties":{"type":"number"}})");
  CHECK(json::write(*properties.find("extra")) == "{}");
  CHECK(json::write(*properties.find("owner")) == R"({"type":"string","minLength":2,"maxLength":4,"pattern":"^[^0-9]+$"})");
  CHECK(json::write(*schema.find("required")) == R"(["id","title","kind","masked","n_fields","n_rows","rate","from","at","grain","shares","extra"])");
  CHECK(*schema.find("additionalProperties") == json::Value(false));
}

TEST_CASE("a text of a few words has them in its schema, and another word is refused with its place") {
  const json::Value schema = json::schema_of<Wish>();
  const json::Value& properties = *schema.find("properties");
  CHECK(json::write(*properties.find("mode")) == R"({"type":"string","enum":["read","write"]})");
  CHECK(json::write(*properties.find("others")) == R"({"type":"array","items":{"type":"string","enum":["read","write"]}})");
  CHECK(json::from_json<Wish>(*json::read(R"({"mode":"read","others":["write","read"],"cells":{}})")).ok());
  const auto refused = json::from_json<Wish>(*json::read(R"({"mode":"reed","others":["write","wrote"],"cells":{}})"));
  REQUIRE(refused.error().details.size() == 2);
  CHECK(refused.error().details[0].where == "$.mode");
  CHECK(refused.error().details[1].where == "$.others[1]");
  CHECK(refused.error().details[1].id == "json.unknown_value");
  CHECK(refused.error().details[1].message.en == "must be one of: read, write");
}

TEST_CASE("a part that says its own schema is read and written as it is") {
  CHECK(json::write(*json::schema_of<Wish>().find("properties")->find("cells")) == R"({"$ref":"#/$defs/Cells"})");
  const std::string text = R"({"mode":"read","others":[],"cells":{"b":1,"a":2.5}})";
  const auto wish = json::from_json<Wish>(*json::read(text));
  REQUIRE(wish.ok());
  CHECK(json::to_text(*wish) == text);
  CHECK(json::write(json::to_json(*wish)) == text);
}

TEST_CASE("schemas of one document share their named types, and a name claimed twice is told") {
  json::Schemas schemas("#/components/schemas/");
  CHECK(json::write(schemas.of<std::vector<Two>>()) == R"({"type":"array","items":{"$ref":"#/components/schemas/Two"}})");
  CHECK(json::write(schemas.of<Two>()) == R"({"$ref":"#/components/schemas/Two"})");
  CHECK(schemas.definitions().size() == 1);
  CHECK(schemas.clashes().empty());
}

TEST_CASE("numbers of every width and vectors of structs are written alike by both writers") {
  const Small small{200, uint64_t{1} << 62, {{"一", "one"}, {"\"", "\n"}}};
  CHECK(json::to_text(small) == json::write(json::to_json(small)));
  CHECK(json::to_text(small) == R"({"byte":200,"big":4611686018427387904,"items":[{"zh":"一","en":"one"},{"zh":"\"","en":"\n"}]})");
  CHECK(json::to_text(std::vector<bool>{true, false}) == "[true,false]");
  CHECK(json::to_text(std::map<std::string, int>{{"b", 1}, {"a", 2}}) == R"({"a":2,"b":1})");
  CHECK(json::from_json<std::vector<bool>>(*json::read("[true,false]")).value() == std::vector<bool>{true, false});
}
