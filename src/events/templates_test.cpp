// SPDX-License-Identifier: Apache-2.0
// JSONPath, profiles, templates: the recipes that the scenes bring are held against their own examples, and every rule of theirs against a statement
// that breaks it alone.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "events/recipes.h"
#include "events/test_world.h"

namespace banmo::events {
namespace {

using test::must;
using test::on_each_pair;
using test::World;

json::Value value(const std::string& text) { return must(json::read(text)); }

std::string found(const std::string& path, const json::Value& in) {
  std::string out;
  for (const json::Value* one : must(JsonPath::parse(path)).find(in))
    out += (out.empty() ? "" : " ") + pointer_of(place_in(in, one)) + "=" + json::write(*one);
  return out;
}

TEST_CASE("a JSONPath finds members, positions, stars, unions, descent and several paths, each with its place") {
  const json::Value in = value(R"({"a":{"b":[{"c":1},{"c":2,"d":3}],"https://x.cn/~k":4},"c":5})");
  CHECK(found("$.a.b[0].c", in) == "/a/b/0/c=1");
  CHECK(found("a.b[*].c", in) == "/a/b/0/c=1 /a/b/1/c=2");
  CHECK(found("$.a.b[0,1].c", in) == "/a/b/0/c=1 /a/b/1/c=2");
  CHECK(found("$.a['https://x.cn/~k']", in) == "/a/https:~1~1x.cn~1~0k=4");
  CHECK(found("$['c', \"a\"].b[1]['d','c']", in) == "/a/b/1/d=3 /a/b/1/c=2");
  CHECK(found("$..c", in) == "/c=5 /a/b/0/c=1 /a/b/1/c=2");
  CHECK(found("$..['d']", in) == "/a/b/1/d=3");
  CHECK(found("$.c | $.a.b[0].*", in) == "/c=5 /a/b/0/c=1");
  CHECK(found("$.a.b.c", in).empty());
  CHECK(found("$.a.b[7]", in).empty());
  CHECK(pointer_of(must(JsonPath::parse("$.a.b[*].c")).expected()) == "/a/b");
  CHECK(path_of(must(JsonPath::parse("$.a['x y'][3]")).expected()) == "$.a['x y'][3]");
}

TEST_CASE("a JSONPath with a filter, a script, a slice or a loose end is refused with the character") {
  for (const char* path :
       {"", "$", "$.", "$.a[", "$.a[]", "$.a[?(@.b)]", "$.a[(1)]", "$.a[0:2]", "$.a[-1]", "$.a['b]", "$.a |", "$.a b", "$a..", "$.a[0"}) {
    INFO(path);
    const auto read = JsonPath::parse(path);
    REQUIRE(!read.ok());
    CHECK(read.error().id == "events.bad_path");
  }
  CHECK(JsonPath::parse("$.a[0:2]").error().message.en.starts_with("the path cannot be read at character 6: $.a[0:2];"));
}

constexpr const char* kProfile = R"({
  "id": "https://p.cn/demo", "@context": "https://w3id.org/xapi/profiles/context", "type": "Profile",
  "conformsTo": "https://w3id.org/xapi/profiles#1.0", "prefLabel": {"zh-CN": "示例", "en": "Demo"}, "definition": {"en": "for the test"},
  "versions": [{"id": "https://p.cn/demo/v1", "generatedAtTime": "2025-01-01T00:00:00Z"}, {"id": "https://p.cn/demo/v2", "generatedAtTime": "2026-01-01T00:00:00Z"}],
  "author": {"type": "Person", "name": "a"},
  "templates": [{"id": "https://p.cn/demo/t1", "type": "StatementTemplate", "inScheme": "https://p.cn/demo/v2", "prefLabel": {"en": "One"},
    "definition": {"en": "one"}, "verb": "http://v.cn/did", PROPERTIES
    "rules": [{"location": "$.result.duration", "presence": "recommended"}, RULE]}]})";

std::string profile_text(const std::string& rule, const std::string& properties = {}) {
  std::string text = kProfile;
  text.replace(text.find("PROPERTIES"), 10, properties);
  return text.replace(text.find("RULE"), 4, rule);
}

// The rules that the statement breaks, each with its place.
std::string broken(const std::string& rule, const std::string& statement, const std::string& properties = {}) {
  const Profile profile = must(read_profile(profile_text(rule, properties), "p.json"));
  const json::Value even = with_context_lists(value(statement));
  if (!fits(profile.templates[0], even)) return "no match";
  std::string out;
  for (const TemplateFinding& finding : breaks(profile.templates[0], even))
    out += (out.empty() ? "" : " ") + finding.rule + " " + pointer_of(finding.place);
  return out;
}

TEST_CASE("presence, any, all, none and the selector judge as the specification's algorithm does") {
  const auto judge = [](const std::string& rule, const std::string& result) {
    return broken("{" + rule + "}", R"({"verb":{"id":"http://v.cn/did"},"result":)" + result + "}");
  };
  const std::string at = R"("location":"$.result.score.scaled",)", each = R"("location":"$.result.list[*]","selector":"$.id",)";
  CHECK(judge(at + R"("presence":"included")", R"({"score":{"scaled":1}})").empty());
  CHECK(judge(at + R"("presence":"included")", R"({"score":{}})") == "included /result/score/scaled");
  CHECK(judge(at + R"("presence":"excluded")", R"({"score":{}})").empty());
  CHECK(judge(at + R"("presence":"excluded")", R"({"score":{"scaled":1}})") == "excluded /result/score/scaled");
  CHECK(judge(at + R"("presence":"recommended","all":[1])", R"({})").empty());
  CHECK(judge(at + R"("presence":"recommended","all":[1])", R"({"score":{"scaled":0.5}})") == "all /result/score/scaled");
  CHECK(judge(at + R"("any":[1])", R"({"score":{"scaled":1.0}})").empty());  // one number, however written
  CHECK(judge(at + R"("any":[1])", R"({"score":{"scaled":true}})") == "any /result/score/scaled");
  CHECK(judge(at + R"("any":[1])", R"({})") == "any /result/score/scaled");
  CHECK(judge(at + R"("all":[1])", R"({})").empty());
  CHECK(judge(at + R"("none":[1])", R"({"score":{"scaled":1}})") == "none /result/score/scaled");
  CHECK(judge(at + R"("none":[1])", R"({"score":{"scaled":2}})").empty());
  CHECK(judge(each + R"("presence":"included")", R"({"list":[{"id":1},{}]})") == "included /result/list/1/id");
  CHECK(judge(each + R"("presence":"excluded")", R"({"list":[{},{}]})").empty());
  CHECK(judge(each + R"("all":[1,2])", R"({"list":[{"id":1},{"id":2}]})").empty());
  CHECK(judge(each + R"("all":[1,2])", R"({"list":[{"id":1},{"id":3}]})") == "all /result/list/1/id");
  CHECK(judge(each + R"("all":[1,2])", R"({"list":[{"id":1},{}]})") == "all /result/list/1/id");
  CHECK(judge(each + R"("any":[2])", R"({"list":[{"id":1},{"id":2}]})").empty());
  CHECK(judge(at + R"("any":[{"a":[1,2]}])", R"({"score":{"scaled":{"a":[1.0,2]}}})").empty());
}

TEST_CASE("determining properties decide whether a template is meant: a lone context activity is a list of one") {
  const std::string rule = R"({"location":"$.object.id","presence":"included"})",
                    head = R"({"verb":{"id":"http://v.cn/did"},"object":{"id":"http://o.cn/1")";
  CHECK(broken(rule, head + "}}", R"("objectActivityType":"http://t.cn/a",)") == "no match");
  CHECK(broken(rule, head + R"(,"definition":{"type":"http://t.cn/a"}}})", R"("objectActivityType":"http://t.cn/a",)").empty());
  const std::string parents = R"("contextParentActivityType":["http://t.cn/a"],)";
  CHECK(broken(rule, head + R"(},"context":{"contextActivities":{"parent":{"id":"http://o.cn/2","definition":{"type":"http://t.cn/a"}}}}})", parents)
            .empty());
  CHECK(broken(rule, head + R"(},"context":{"contextActivities":{"parent":[{"id":"http://o.cn/2"}]}}})", parents) == "no match");
  CHECK(broken(rule, head + R"(},"attachments":[{"usageType":"http://u.cn/a"}]})", R"("attachmentUsageType":["http://u.cn/a"],)").empty());
  CHECK(broken(rule, head + "}}", R"("attachmentUsageType":["http://u.cn/a"],)") == "no match");
  CHECK(broken(rule, R"({"verb":{"id":"http://v.cn/other"}})") == "no match");
  CHECK(broken(rule, head + "}}", R"("objectStatementRefTemplate":["https://p.cn/demo/t2"],)") == "reference /object");
}

TEST_CASE("a profile that is not one is refused with its file and the place") {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = profile_text(R"({"location":"$.result","presence":"included"})");
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const auto read = read_profile(text, "p.json");
    return read.ok() ? "read" : read.error().where + " " + read.error().id;
  };
  CHECK(refused("\"Person\"", "\"Organization\"") == "read");
  CHECK(refused("\"presence\": \"recommended\"", "\"presense\": \"recommended\"") == "p.json: $.templates[0].rules[0].presense events.bad_profile");
  CHECK(refused("\"presence\": \"recommended\"", "\"presence\": \"maybe\"") == "p.json: $.templates[0].rules[0].presence events.bad_profile");
  CHECK(refused(", \"presence\": \"recommended\"", "") == "p.json: $.templates[0].rules[0] events.bad_profile");
  CHECK(refused("$.result.duration", "$.result[?(@)]") == "p.json: $.templates[0].rules[0].location events.bad_profile");
  CHECK(refused("\"inScheme\": \"https://p.cn/demo/v2\"", "\"inScheme\": \"https://p.cn/demo/v1\"") ==
        "p.json: $.templates[0].inScheme events.bad_profile");
  CHECK(refused("http://v.cn/did", "did") == "p.json: $.templates[0].verb events.bad_profile");
  CHECK(refused("\"type\": \"Profile\"", "\"type\": \"Recipe\"") == "p.json: $.type events.bad_profile");
  CHECK(refused("2026-01-01T00:00:00Z", "soon") == "p.json: $.versions[1].generatedAtTime events.bad_profile");
  CHECK(refused("\"author\"", "\"writer\"") == "p.json: $.writer events.bad_profile");
  CHECK(refused("\"author\"", "\"x:writer\"") == "read");
  CHECK(refused("\"id\": \"https://p.cn/demo\",", "") == "p.json: $.id events.bad_profile");
}

std::shared_ptr<const Recipes> scenes() {
  static const auto kRecipes = must(Recipes::load(*must(pack::Catalogue::load_directory(std::string(BANMO_SOURCE_DIR) + "/scenes"))));
  return kRecipes;
}

json::Value* at(json::Value& root, const JsonPlace& place) {
  json::Value* now = &root;
  for (const JsonStep& step : place) {
    if (const auto* index = std::get_if<size_t>(&step)) {
      json::Array* list = now->as_array();
      now = list == nullptr || *index >= list->size() ? nullptr : &(*list)[*index];
    } else {
      json::Object* object = now->as_object();
      now = object == nullptr ? nullptr : object->find(std::get<std::string>(step));
    }
    if (now == nullptr) return nullptr;
  }
  return now;
}

void take_away(json::Value& root, JsonPlace place) {
  const JsonStep last = place.back();
  place.pop_back();
  if (const auto* name = std::get_if<std::string>(&last)) at(root, place)->as_object()->erase(*name);
}

// Makes the objects that are missing on the way.
void put(json::Value& root, const JsonPlace& place, json::Value what) {
  json::Value* now = &root;
  for (const JsonStep& step : place) {
    if (const auto* index = std::get_if<size_t>(&step)) {
      now = &(*now->as_array())[*index];
      continue;
    }
    const auto& name = std::get<std::string>(step);
    if (now->as_object() == nullptr) *now = json::Object{};
    json::Value* next = now->as_object()->find(name);
    now = next != nullptr ? next : &now->as_object()->set(name, json::Object{});
  }
  *now = std::move(what);
}

// The example with this one rule broken; nullopt for a rule that nothing breaks.
std::optional<json::Value> breaking(const TemplateRule& rule, const json::Value& example) {
  json::Value out = example;
  const auto found = rule.location_path.find(example);
  JsonPlace place = found.empty() ? rule.location_path.expected() : place_in(example, found.front());
  if (!rule.selector.empty())
    for (const JsonStep& step : rule.selector_path.expected()) place.push_back(step);
  if (rule.any || rule.all) {
    put(out, place, "https://wrong.example/");
    return out;
  }
  if (rule.none) {
    put(out, place, rule.none->front());
    return out;
  }
  if (rule.presence == Presence::excluded) {
    put(out, place, json::Object{{"scaled", 1}});
    return out;
  }
  if (rule.presence != Presence::included) return std::nullopt;
  for (const json::Value* one : found) take_away(out, place_in(example, one));
  return out;
}

TEST_CASE("the scenes bring a recipe each for lesson, homework, question, discussion, training, resource, video and synchronous classroom") {
  std::vector<std::string> names;
  for (const Profile& profile : scenes()->profiles()) names.push_back(profile.name);
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"discussion", "homework", "lesson", "question", "resource", "sync-classroom", "training", "video"});
  for (const Profile& profile : scenes()->profiles()) {
    INFO(profile.name);
    CHECK(profile.id == "https://schema.banmo.org/xapi/profiles/" + profile.name);
    CHECK(profile.version == profile.id + "/v1");
    CHECK(profile.templates.size() >= 3);
    CHECK(scenes()->by_name(profile.name) == &profile);
    CHECK(scenes()->knows(profile.version));
  }
}

TEST_CASE("the example of every template follows it, as a statement of 1.0.3 and of 2.0, and is of that template alone") {
  for (const Profile& profile : scenes()->profiles())
    for (const StatementTemplate& one : profile.templates) {
      INFO(one.id);
      REQUIRE(one.example.as_object() != nullptr);
      const Recipes::Verdict verdict = scenes()->check(one.example);
      for (const TemplateFinding& finding : verdict.findings) CHECK(finding.message.en == "");
      CHECK(verdict.profiles == std::vector<std::string>{profile.id});
      CHECK(verdict.templates == std::vector<std::string>{one.id});
      CHECK(scenes()->require(one.example).ok());
    }
}

TEST_CASE("every rule of every template is broken by an example changed in that place, and is told in both languages") {
  int n = 0;
  for (const Profile& profile : scenes()->profiles())
    for (const StatementTemplate& one : profile.templates)
      for (const TemplateRule& rule : one.rules) {
        const auto bad = breaking(rule, one.example);
        if (!bad) continue;
        ++n;
        INFO(one.id << " " << rule.location);
        const auto findings = breaks(one, with_context_lists(*bad));
        const bool is_told = std::any_of(findings.begin(), findings.end(), [&](const TemplateFinding& finding) {
          return finding.template_id == one.id && finding.message.zh.find("“" + one.title.zh + "”要求：$.") == 0 &&
                 finding.message.en.find("'" + one.title.en + "' asks: $.") == 0 &&
                 (rule.note.en.empty() || finding.message.en.find(rule.note.en) != std::string::npos);
        });
        CHECK(is_told);
        if (rule.presence == Presence::excluded) CHECK(findings.front().rule == "excluded");
      }
  CHECK(n >= 200);
}

TEST_CASE("a statement that declares no recipe is held against all, and one that fits none is told so") {
  json::Value lesson = scenes()->by_name("lesson")->templates[0].example;
  lesson.as_object()->find("context")->as_object()->erase("contextActivities");
  const Recipes::Verdict verdict = scenes()->check(lesson);
  CHECK(verdict.profiles.empty());
  CHECK(verdict.templates == std::vector<std::string>{"https://schema.banmo.org/xapi/profiles/lesson/templates/taught"});
  REQUIRE(verdict.findings.size() == 1);
  CHECK(verdict.findings[0].rule == "undeclared");
  CHECK(pointer_of(verdict.findings[0].place) == "/context/contextActivities/category");
  CHECK(verdict.findings[0].message.en ==
        "the statement declares no recipe: write https://schema.banmo.org/xapi/profiles/lesson/v1 into contextActivities.category");
  CHECK(scenes()->require(lesson).ok());  // nobody said that it follows one

  const Recipes::Verdict stranger =
      scenes()->check(value(R"({"actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://v.cn/did"},"object":{"id":"http://o.cn/1"}})"));
  REQUIRE(stranger.findings.size() == 1);
  CHECK(stranger.findings[0].rule == "unmatched");
  const Recipes::Verdict no_statement =
      scenes()->check(value(R"({"actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"did"},"object":{"id":"http://o.cn/1"}})"));
  REQUIRE(no_statement.findings.size() == 1);
  CHECK(no_statement.findings[0].rule == "statement");
  CHECK(pointer_of(no_statement.findings[0].place) == "/verb/id");
}

TEST_CASE("two profiles of one name, and every profile that cannot be read, are findings of the load") {
  World w(banmo::test::Pair::sqlite_duckdb);
  const std::string folder = w.folder + "/pack";
  std::filesystem::create_directories(folder + "/recipes");
  std::ofstream(folder + "/pack.yaml") << "pack: {id: demo, version: 1.0.0, engine: banmo/1, title: 示例}\nlaw: {purpose: 测试, basis: 测试}\n";
  const std::string good = profile_text(R"({"location":"$.result","presence":"included"})");
  std::ofstream(folder + "/recipes/a.json") << good;
  const auto load = [&] { return Recipes::load(*must(pack::Catalogue::load(std::vector<std::string>{folder}))); };
  CHECK(must(load())->profiles().size() == 1);
  std::ofstream(folder + "/recipes/b.json") << good;
  std::ofstream(folder + "/recipes/c.json") << "{";
  const auto loaded = load();
  REQUIRE(!loaded.ok());
  REQUIRE(loaded.error().details.size() == 2);
  CHECK(loaded.error().details[0].where == folder + "/recipes/b.json: $.id");
  CHECK(loaded.error().details[0].message.en == "another file has a recipe of this name: give it another id");
  CHECK(loaded.error().details[1].where.starts_with(folder + "/recipes/c.json: "));
}

TEST_CASE("a key that validates refuses a batch whole with the index, the place and the rule; a statement that declares nothing passes") {
  on_each_pair([](World& w) {
    w.open(scenes());
    const std::string version = "https://schema.banmo.org/xapi/profiles/homework/v1";
    const auto key = [&](const KeyLimits& limits) {
      return must(w.events->create_key(directory::Principal::system(), "测试", {"all"}, w.school_1, limits)).key;
    };
    const Key strict = key({.own_users = false, .verbs = {}, .profiles = {version}, .validate = true}), plain = key({});
    json::Object good = *scenes()->by_name("homework")->templates[0].example.as_object();
    good.find("actor")->as_object()->set("account", json::Object{{"homePage", "https://tool.cn"}, {"name", "a"}});
    json::Object bad = good;
    bad.find("result")->as_object()->erase("duration");
    const auto body = [](const json::Object& first, const json::Object& second) { return json::write(json::Array{first, second}); };
    CHECK(w.refused(strict, body(good, good)) == "stored");
    CHECK(w.refused(strict, body(good, bad)) == "$[1].result.duration events.template_broken");
    CHECK(w.refused(strict, json::write(bad)) == "$.result.duration events.template_broken");
    const auto refused = w.events->store(strict, Version::v2_0, body(good, bad), {}, {});
    CHECK(refused.error().message.zh == "“提交作业”要求：$.result.duration 必须填写（ISO 8601 时长，如 PT40M）");
    CHECK(refused.error().code == ErrorCode::invalid);
    bad.find("context")->as_object()->erase("platform");
    CHECK(w.events->store(strict, Version::v2_0, body(good, bad), {}, {}).error().details.size() == 2);
    json::Object stranger = good;
    stranger.set("verb", json::Object{{"id", "http://v.cn/did"}});
    CHECK(w.refused(strict, body(good, stranger)) == "$[1].verb events.template_unmatched");
    CHECK(w.refused(plain, body(bad, stranger)) == "stored");
    const Key lenient = key({.own_users = false, .verbs = {}, .profiles = {}, .validate = true});
    CHECK(w.refused(lenient, test::statement("0001")) == "stored");
    CHECK(w.count("SELECT COUNT(*) FROM xapi_statement") == 5);
    CHECK(must(w.events->keys(directory::Principal::system())).front().limits.validate);

    const auto unknown = w.events->create_key(directory::Principal::system(), "测试", {"all"}, w.school_1,
                                              {.own_users = false, .verbs = {}, .profiles = {version, "https://other.cn/v1"}, .validate = true});
    CHECK(unknown.error().id == "events.unknown_profile");
    CHECK(unknown.error().where == "$.profiles[1]");
  });
}

}  // namespace
}  // namespace banmo::events
