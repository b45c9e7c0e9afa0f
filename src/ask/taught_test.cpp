// SPDX-License-Identifier: Apache-2.0
// Words that officers teach, questions that packs offer, queries that a model writes: without a database.
#include <filesystem>

#include "ask/model.h"
#include "ask/test_cases.h"
#include "ask/test_world.h"
#include "ask/tree_shape.h"
#include "ask/word_check.h"

namespace banmo::ask::test {
namespace {

const Viewer& city() {
  static const Viewer viewer = viewer_of(*world().orgs, "");
  return viewer;
}

Synonym word(const char* text, SynonymKind kind, std::string target, std::string code = "") {
  Synonym synonym;
  synonym.word = text;
  synonym.kind = kind;
  synonym.target = std::move(target);
  synonym.code = std::move(code);
  return synonym;
}

// What a question is understood as, once these words are taught.
std::string read_with(const std::vector<Synonym>& own, const char* question) {
  const Parser parser(Lexicon::build(*world().catalogue, *world().orgs, own), *world().frame, world().orgs);
  const Parsed parsed = parser.parse(question, world().today, city(), nullptr);
  return parsed.refusal == Refusal::none ? plain_text(parsed.tree, *world().orgs) : "! " + std::string(name_of(parsed.refusal));
}

std::string checked(const Synonym& synonym, bool anyway = false) {
  static const auto lexicon = Lexicon::build(*world().catalogue, *world().orgs);
  const auto done = check_word({*lexicon, *world().frame, *world().orgs, world().today}, synonym, anyway);
  return done.ok() ? "" : done.error().id;
}

TEST_CASE("a word that is taught is understood like one of the packs") {
  CHECK(read_with({}, "各区市强健度") == "! UNKNOWN_METRIC");
  CHECK(read_with({word("强健度", SynonymKind::metric, "fit_good_rate")}, "各区市强健度") == "compare fit_good_rate; by district");
  // As it was checked, and in no other form.
  CHECK(read_with({word("强健率", SynonymKind::metric, "fit_good_rate")}, "强健率是多少") == "value fit_good_rate");
  CHECK(read_with({word("强健率", SynonymKind::metric, "fit_good_rate")}, "强健占比").starts_with("! "));
  CHECK(read_with({word("浮山湾片", SynonymKind::org, id_of("市南区"))}, "浮山湾片优良率") == "value fit_good_rate; where district=市南区");
  CHECK(read_with({word("囡囡们", SynonymKind::value, "sex", "2")}, "囡囡们优良率") == "value fit_good_rate; where sex=2");
  CHECK(read_with({word("哪一级", SynonymKind::dimension, "grade")}, "按哪一级看优良率") == "compare fit_good_rate; by grade");
}

TEST_CASE("a field's title takes no word of asking away") {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(BANMO_SOURCE_DIR "/scenes")) folders.push_back(entry.path().string());
  const auto all = pack::Catalogue::load(folders);
  REQUIRE(all.ok());
  const Frame frame(**all);
  const Parser parser(Lexicon::build(**all, *world().orgs), frame, world().orgs);
  size_t n = 0, n_right = 0;
  for (const Case& one : read_cases(BANMO_SOURCE_DIR "/tests/ask/development.case")) {
    const std::string got = understood(parser, *world().orgs, one, world().today);
    ++n;
    n_right += got == one.gold;
    if (got != one.gold) MESSAGE(one.question << "\n   gold " << one.gold << "\n   got  " << got);
  }
  MESSAGE(n_right << " of " << n << " questions are understood beside all delivered packs");
  CHECK(static_cast<double>(n_right) >= 0.97 * static_cast<double>(n));
}

TEST_CASE("a word for what is no longer there is left out") {
  CHECK(read_with({word("强健度", SynonymKind::metric, "gone"), word("浮山湾片", SynonymKind::org, "nothing")}, "优良率") == "value fit_good_rate");
  CHECK(read_with({word("强健度", SynonymKind::metric, "gone")}, "强健度是多少") == "! UNKNOWN_METRIC");
}

TEST_CASE("a word is checked before it is taught") {
  const auto metric = [](const char* text) { return word(text, SynonymKind::metric, "fit_good_rate"); };
  CHECK(checked(metric("强健度")) == "");
  CHECK(checked(metric("强")) == "ask.bad_word");
  CHECK(checked(metric("，。")) == "ask.bad_word");
  CHECK(checked(metric("强健强健强健强健强健强健强健强健强健强健强健强健强健强健强健强")) == "ask.bad_word");
  CHECK(checked(metric("强\n健")) == "ask.bad_word");
  CHECK(checked(metric("强\u202e健")) == "ask.bad_word");
  CHECK(checked(metric("强\xff健")) == "ask.bad_word");
  CHECK(checked(metric("13800138000")) == "ask.bad_word");
  CHECK(checked(metric("多少")) == "ask.word_reserved");
  CHECK(checked(metric("今年"), true) == "ask.word_reserved");
  CHECK(checked(metric("身份证"), true) == "ask.word_reserved");
  CHECK(checked(metric("去年强健度"), true) == "ask.word_reserved");
  CHECK(checked(metric("没有女生"), true) == "ask.word_reserved");
  CHECK(checked(metric("优良率最高"), true) == "ask.word_reserved");
  CHECK(checked(metric("前五强健度"), true) == "ask.word_reserved");
  CHECK(checked(metric("优良率")) == "ask.word_known");
  CHECK(checked(metric("合格率")) == "ask.word_taken");
  CHECK(checked(metric("合格率"), true) == "");
  CHECK(checked(metric("市南区")) == "ask.word_taken");
  CHECK(checked(word("强健度", SynonymKind::metric, "nothing")) == "ask.no_such_target");
  CHECK(checked(word("囡囡们", SynonymKind::value, "sex", "2")) == "");
  CHECK(checked(word("囡囡们", SynonymKind::value, "sex", "9x")) == "ask.no_such_target");
  CHECK(checked(word("年级", SynonymKind::dimension, "grade")) == "ask.word_known");
  CHECK(checked(word("哪一级段", SynonymKind::dimension, "nothing")) == "ask.no_such_target");
  CHECK(checked(word("浮山湾片", SynonymKind::org, id_of("市南区"))) == "");
  CHECK(checked(word("浮山湾片", SynonymKind::org, "市南区")) == "ask.no_such_target");
  CHECK(checked(word("市南", SynonymKind::org, id_of("市南区"))) == "ask.word_known");
}

TEST_CASE("every question that a pack offers is understood by each of its roles") {
  size_t n = 0;
  for (const pack::AskExample& example : world().catalogue->ask_examples())
    for (const std::string& role : example.roles) {
      const bool all = role == "city_officer" || role == "city_leader";
      const Viewer viewer = viewer_of(*world().orgs, all ? "" : role == "district_officer" ? "市南区" : "八大峡演示初级中学");
      const Parsed parsed = world().parser->parse(example.question, world().today, viewer, nullptr);
      CHECK_MESSAGE(parsed.refusal == Refusal::none, role << ": " << example.question << ": " << name_of(parsed.refusal) << " " << parsed.why.zh);
      ++n;
    }
  CHECK(n >= 20);
}

TEST_CASE("a query is the same after a way through JSON, and no other JSON is one") {
  Tree tree;
  tree.intent = Intent::threshold;
  tree.metrics = {"fit_good_rate"};
  tree.by = {"district"};
  tree.where = {{"grade", {"7", "8"}}, {"sex", {"2"}}};
  tree.time.last = 3;
  tree.having = {{"fit_good_rate", "between", 10, 20.5, false}};
  tree.order = "-fit_good_rate";
  tree.limit = 5;
  const auto read = read_tree(json_of(tree));
  REQUIRE(read.ok());
  CHECK(text_of(*read) == text_of(tree));
  CHECK(read_tree(R"({"metrics":["a"],"sql":"DROP TABLE x"})").error().id == "json.invalid");
  CHECK(read_tree(R"({"intent":"target","metrics":[],"lamp":"purple"})").error().id == "json.invalid");
  CHECK(read_tree(R"({"metrics":["a"],"intent":"everything"})").error().id == "json.invalid");
  CHECK(read_tree("[[[[[[[[[[1]]]]]]]]]]").error().id == "json.too_deep");
  CHECK(read_tree("").error().id == "json.incomplete");
}

TEST_CASE("the places of a question are kept where somebody else reads the rest") {
  const auto places = [](const char* question, const char* viewer = "") {
    const auto found = world().parser->places_in(question, world().today, viewer_of(*world().orgs, viewer));
    if (!found) return std::string("none");
    std::string out;
    for (const Where& one : *found) out += one.dimension + "=" + std::to_string(one.values.size()) + " ";
    return out;
  };
  CHECK(places("强健度怎么样") == "");
  CHECK(places("市南区强健度") == "district=1 ");
  CHECK(places("市南区和市北区强健度") == "district=2 ");
  CHECK(places("市北区强健度", "市南区") == "none");
  CHECK(places("除市南区以外的强健度") == "none");
  CHECK(places("全市强健度", "市南区") == "none");
  CHECK(places("本校强健度") == "none");
  CHECK(places("市男区强健度") == "none");
  CHECK(places("某某小学强健度") == "none");
}

TEST_CASE("the vocabulary has what the asker sees and no organisation") {
  Viewer few = viewer_of(*world().orgs, "市南区");
  few.sees_metric = [](const std::string& id) { return id == "fit_good_rate"; };
  const Vocabulary vocabulary = vocabulary_of(*world().frame, few);
  REQUIRE(vocabulary.metrics.size() == 1);
  CHECK(vocabulary.metrics[0].id == "fit_good_rate");
  REQUIRE(vocabulary.dimension("sex") != nullptr);
  CHECK(vocabulary.dimension("sex")->kind == "code");
  CHECK(vocabulary.dimension("sex")->values.size() >= 2);
  REQUIRE(vocabulary.dimension("district") != nullptr);
  CHECK(vocabulary.dimension("district")->values.empty());
  CHECK(vocabulary.dimension("sponsor") == nullptr);
}

// A model of a test: gives what it is told to give, and keeps what it was asked.
struct FakeModel {
  std::string body;
  int status = 200;
  int n_asked = 0;
  std::vector<OutboundRequest> requests;
  ManualClock clock{*Instant::parse_iso("2026-11-22T08:00:00Z")};
  ModelReader reader{{"http://127.0.0.1:1/v1/chat/completions", "secret", "m", std::chrono::milliseconds(700)},
                     [this](const OutboundRequest& request) -> Result<OutboundAnswer> {
                       ++n_asked;
                       requests.push_back(request);
                       if (status == 0) return fail(ErrorCode::timeout, "http.outbound_timeout", {"超时", "too late"});
                       OutboundAnswer answer;
                       answer.status = status;
                       answer.body = body;
                       return answer;
                     },
                     clock};

  std::string read() {
    const auto tree = reader.read("强健度怎么样", vocabulary_of(*world().frame, city()), world().today);
    return tree ? text_of(*tree) : "none";
  }
};
std::string call_of(const std::string& arguments, const std::string& name = "query_figures") {
  std::string text;
  json::append_string(text, arguments);
  return R"({"choices":[{"message":{"tool_calls":[{"type":"function","function":{"name":")" + name + R"(","arguments":)" + text + "}}]}}]}";
}

TEST_CASE("a model's tool call is read as a query, and whatever else it says as none") {
  FakeModel model;
  model.body = call_of(R"({"metrics":["fit_good_rate"],"by":["district"]})");
  CHECK(model.read() == "value fit_good_rate; by district");
  const OutboundRequest& sent = model.requests.front();
  CHECK(sent.timeout == std::chrono::milliseconds(700));
  CHECK(sent.body.find("强健度怎么样") != std::string::npos);
  CHECK(sent.body.find("fit_good_rate") != std::string::npos);
  CHECK(sent.body.find("市南区") == std::string::npos);
  CHECK(std::find(sent.headers.begin(), sent.headers.end(), std::pair<std::string, std::string>{"Authorization", "Bearer secret"}) !=
        sent.headers.end());
  for (const std::string& body : {std::string(R"({"choices":[{"message":{"content":"优良率是 50%"}}]})"), call_of(R"({"metrics":["a"],"sql":"x"})"),
                                  call_of("not json"), call_of(R"({"metrics":["a"]})", "run_sql"), std::string(R"({"choices":[]})"),
                                  std::string(R"({"choices":[{"message":{"tool_calls":[{},{}]}}]})"), std::string("[1]"), std::string("null")}) {
    model.body = body;
    CHECK_MESSAGE(model.read() == "none", body);
  }
}

TEST_CASE("a model that fails three times in a row is left alone for half a minute") {
  FakeModel model;
  model.status = 0;
  CHECK(model.read() == "none");
  model.status = 500;
  CHECK(model.read() == "none");
  CHECK(model.reader.is_ready());
  model.status = 200;
  model.body = std::string(100, '[');
  CHECK(model.read() == "none");
  CHECK_FALSE(model.reader.is_ready());
  model.clock.advance_micros(int64_t{31} * 1'000'000);
  CHECK(model.reader.is_ready());
}

TEST_CASE("a model that is not configured is never ready") {
  const ManualClock clock{*Instant::parse_iso("2026-11-22T08:00:00Z")};
  const ModelReader off({}, [](const OutboundRequest&) -> Result<OutboundAnswer> { return OutboundAnswer{}; }, clock);
  CHECK_FALSE(off.is_ready());
}

}  // namespace
}  // namespace banmo::ask::test
