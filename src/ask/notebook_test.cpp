// SPDX-License-Identifier: Apache-2.0
// What is kept of questions, and the city's own words, on each pair of stores.
#include "ask/notebook.h"
#include "ask/migrations.h"
#include "ask/word_book.h"
#include "base/id.h"
#include "directory/test_pair.h"

namespace banmo::ask::test {
namespace {

using banmo::test::must;

struct World : banmo::test::TestStores {
  explicit World(banmo::test::Pair which) : TestStores(which, "ask", "") { must(sql::migrate(*stores.ledger, "ask", ask_migrations())); }

  static directory::Principal person(int64_t no) {
    directory::Principal principal;
    principal.account = {no};
    principal.account_name = "account-" + std::to_string(no);
    principal.session = 7;
    return principal;
  }
  // A question as Ask logs it; its id.
  std::string ask(int64_t who, const std::string& question, const std::string& code = "") {
    Asked asked;
    asked.id = Uuid::next().to_string();
    asked.at = clock.now();
    asked.question = question;
    asked.code = code;
    if (code.empty()) {
      asked.tree.emplace();
      asked.tree->metrics = {"m"};
    }
    must(stores.ledger->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(notebook.add(connection, person(who), asked));
      return code.empty() ? Result<>() : notebook.count_refusal(connection, person(who), question, code);
    }));
    return asked.id;
  }
  std::vector<Asked> of(int64_t who, bool saved = false) { return must(notebook.history(person(who), saved, "", 50)).items; }
  std::string failed() {
    std::string out;
    for (const FailedQuestion& one : must(notebook.failed("", 50)).items)
      out += one.question + " " + one.code + " " + std::to_string(one.n_refused) + " " + std::to_string(one.n_down) + (one.word.empty() ? "" : " ") +
             one.word + "\n";
    return out;
  }
  int64_t n_audited(const std::string& action) {
    const auto lease = must(stores.ledger->read());
    return sql::int_of(must(lease->query("SELECT COUNT(*) FROM audit_entry WHERE action = $1", {action}))[0][0]);
  }

  ManualClock clock{*Instant::parse_iso("2026-11-22T08:00:00Z")};
  Notebook notebook{stores.ledger, clock, crypto::Profile::intl};
};

void on_each(const std::function<void(World&)>& test) { banmo::test::on_each_pair_of<World>(test); }
constexpr int64_t kDay_micros = int64_t{86'400} * 1'000'000;

TEST_CASE("a person reads, saves, shares, marks and deletes own questions and no others") {
  on_each([](World& w) {
    const std::string first = w.ask(1, "13800138000的优良率"), second = w.ask(1, "各区市优良率");
    (void)w.ask(2, "合格率");
    REQUIRE(w.of(1).size() == 2);
    CHECK(w.of(1)[0].question == "各区市优良率");
    CHECK(w.of(1)[1].question == "***的优良率");
    REQUIRE(w.of(1)[0].tree.has_value());
    CHECK(w.of(1)[0].tree->metrics == std::vector<std::string>{"m"});
    CHECK(w.of(2).size() == 1);
    const auto him = World::person(2);
    CHECK(w.notebook.mark(him, first, {.saved = true, .shared = {}}).error().id == "ask.no_such_question");
    CHECK(w.notebook.mark(him, first, {.saved = {}, .shared = true}).error().id == "ask.no_such_question");
    CHECK(w.notebook.rate(him, first, "down", "").error().id == "ask.no_such_question");
    CHECK(w.notebook.remove(him, first).error().id == "ask.no_such_question");
    const auto me = World::person(1);
    must(w.notebook.mark(me, first, {.saved = true, .shared = {}}));
    CHECK(w.of(1, true).size() == 1);
    CHECK(w.notebook.unscoped_shared(first).error().id == "ask.no_such_question");
    must(w.notebook.mark(me, first, {.saved = {}, .shared = true}));
    CHECK(must(w.notebook.unscoped_shared(first)).by == "account-1");
    must(w.notebook.mark(me, first, {.saved = {}, .shared = false}));
    CHECK(w.notebook.unscoped_shared(first).error().id == "ask.no_such_question");
    must(w.notebook.remove(me, second));
    CHECK(w.of(1).size() == 1);
    must(w.notebook.remove_all(me));
    CHECK(w.of(1).empty());
    CHECK(w.of(2).size() == 1);
    CHECK(w.n_audited("ask.share") == 1);
    CHECK(w.n_audited("ask.forget") == 2);
    auto token = World::person(2);
    token.session = 0;
    CHECK(w.notebook.history(token, false, "", 50).error().id == "ask.needs_session");
    CHECK(w.notebook.remove_all(token).error().id == "ask.needs_session");
  });
}

TEST_CASE("a question without an answer is not shared") {
  on_each([](World& w) {
    const std::string id = w.ask(1, "近视率", "UNKNOWN_METRIC");
    CHECK(w.notebook.mark(World::person(1), id, {.saved = {}, .shared = true}).error().id == "ask.not_answered");
  });
}

TEST_CASE("the history comes page by page, the newest first") {
  on_each([](World& w) {
    for (int i = 0; i < 5; ++i) (void)w.ask(1, "问题" + std::to_string(i));
    std::string seen, after;
    for (int i = 0; i < 3; ++i) {
      const auto page = must(w.notebook.history(World::person(1), false, after, 2));
      for (const Asked& one : page.items) seen += one.question + " ";
      after = page.next;
    }
    CHECK(seen == "问题4 问题3 问题2 问题1 问题0 ");
    CHECK(after.empty());
  });
}

TEST_CASE("questions that failed are counted together, without who asked, the most frequent first") {
  on_each([](World& w) {
    (void)w.ask(1, "近视率是多少", "UNKNOWN_METRIC");
    (void)w.ask(1, "强健度？", "UNKNOWN_METRIC");
    (void)w.ask(2, "强健度", "UNKNOWN_METRIC");
    const std::string answered = w.ask(2, "优良率");
    CHECK(w.failed() == "强健度？ UNKNOWN_METRIC 2 0\n近视率是多少 UNKNOWN_METRIC 1 0\n");
    must(w.notebook.rate(World::person(2), answered, "down", "应当是去年的 370202199001011234"));
    CHECK(w.failed().find("优良率  0 1 应当是去年的 ***\n") != std::string::npos);
    must(w.notebook.rate(World::person(2), answered, "down", "还是不对"));
    CHECK(w.failed().find("优良率  0 1 还是不对\n") != std::string::npos);  // one person, one mark
    must(w.notebook.rate(World::person(2), answered, "up", ""));
    CHECK(w.failed().find("优良率 ") == std::string::npos);
    CHECK(w.of(2)[0].rating == "up");
    const auto page = must(w.notebook.failed("", 1));
    REQUIRE(page.items.size() == 1);
    CHECK(page.items[0].last_day == *Date::from_ymd(2026, 11, 22));
    const auto next = must(w.notebook.failed(page.next, 1));
    REQUIRE(next.items.size() == 1);
    CHECK(next.items[0].question == "近视率是多少");
    CHECK(next.next.empty());
    CHECK(w.notebook.failed("nonsense", 1).error().id == "http.bad_cursor");
    must(w.notebook.dismiss(World::person(9), page.items[0].id));
    CHECK(w.failed() == "近视率是多少 UNKNOWN_METRIC 1 0\n");
    CHECK(w.notebook.dismiss(World::person(9), page.items[0].id).error().id == "ask.no_such_question");
  });
}

TEST_CASE("an answer that turned out to be a refusal is kept as one") {
  on_each([](World& w) {
    const std::string id = w.ask(1, "1999年优良率");
    must(w.notebook.settle(World::person(1), id, "1999年优良率", "NO_DATA", true));
    CHECK(w.of(1)[0].code == "NO_DATA");
    CHECK(w.failed() == "1999年优良率 NO_DATA 1 0\n");
  });
}

TEST_CASE("at most two hundred questions are saved, and saving with sharing is one change") {
  on_each([](World& w) {
    const auto me = World::person(1);
    for (int i = 0; i < 200; ++i) must(w.notebook.mark(me, w.ask(1, "问题" + std::to_string(i)), {.saved = true, .shared = {}}));
    CHECK(w.notebook.mark(me, w.ask(1, "多一个"), {.saved = true, .shared = {}}).error().id == "ask.too_many_saved");
    const std::string refused = w.ask(2, "近视率", "UNKNOWN_METRIC");
    CHECK(w.notebook.mark(World::person(2), refused, {.saved = true, .shared = true}).error().id == "ask.not_answered");
    CHECK_FALSE(w.of(2)[0].saved);
  });
}

TEST_CASE("a query with a person's number in it is not kept") {
  on_each([](World& w) {
    Asked asked;
    asked.id = Uuid::next().to_string();
    asked.at = w.clock.now();
    asked.question = "按号码";
    asked.tree.emplace();
    asked.tree->metrics = {"m"};
    asked.tree->where = {{"school", {OrgId::next().to_string()}}, {"period", {"2025-09-30"}}};
    const auto add = [&] {
      must(w.stores.ledger->write([&](sql::Connection& connection) { return w.notebook.add(connection, World::person(1), asked); }));
    };
    add();
    CHECK(w.of(1)[0].tree.has_value());  // ids of organisations and dates are no such numbers
    asked.id = Uuid::next().to_string();
    asked.tree->where.push_back({"name", {"370202199001011234"}});
    add();
    CHECK_FALSE(w.of(1)[0].tree.has_value());
  });
}

TEST_CASE("of one asker no more than two hundred failures a day are counted") {
  on_each([](World& w) {
    for (int i = 0; i < 205; ++i) (void)w.ask(1, "无意义" + std::to_string(i), "NOT_A_DATA_QUESTION");
    (void)w.ask(2, "近视率", "UNKNOWN_METRIC");
    CHECK(must(w.notebook.failed("", 500)).items.size() == 201);
  });
}

TEST_CASE("history goes after half a year, saved questions stay") {
  on_each([](World& w) {
    const std::string kept = w.ask(1, "收藏的");
    (void)w.ask(1, "旧的");
    (void)w.ask(1, "没懂的", "UNSUPPORTED");
    must(w.notebook.mark(World::person(1), kept, {.saved = true, .shared = {}}));
    w.clock.advance_micros((kHistory_days + 1) * kDay_micros);
    (void)w.ask(1, "新的");
    must(w.notebook.forget_old());
    std::string left;
    for (const Asked& one : w.of(1)) left += one.question + " ";
    CHECK(left == "新的 收藏的 ");
    CHECK(w.failed().empty());
    CHECK(w.n_audited("ask.expire") == 1);
    must(w.notebook.forget_old());
    CHECK(w.n_audited("ask.expire") == 1);
  });
}

TEST_CASE("the city teaches two thousand words and no more") {
  on_each([](World& w) {
    must(w.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
      for (int64_t no = 1; no <= 2000; ++no)
        BANMO_DO(
            connection.execute("INSERT INTO ask_synonym (no, id, word, kind, target, code, living, account, at) "
                               "VALUES ($1, $2, $2, 'metric', 'm', '', 1, 'city', 0)",
                               {no, "word-" + std::to_string(no)}));
      return {};
    }));
    WordBook book(w.stores.ledger, w.clock, crypto::Profile::intl);
    must(book.refresh());
    CHECK(book.put(World::person(1), {}).error().id == "ask.too_many_words");
  });
}

TEST_CASE("a word that one server is taught is known to another after a look, and gone when it is taken away") {
  on_each([](World& w) {
    WordBook here(w.stores.ledger, w.clock, crypto::Profile::intl), there(w.stores.ledger, w.clock, crypto::Profile::intl);
    Synonym synonym;
    synonym.word = "强健度";
    synonym.kind = SynonymKind::value;
    synonym.target = "sex";
    synonym.code = "2";
    const Synonym made = must(here.put(World::person(1), synonym));
    CHECK(made.by == "account-1");
    CHECK(here.all()->words.size() == 1);
    CHECK(there.all()->words.empty());
    must(there.refresh());
    REQUIRE(there.all()->words.size() == 1);
    const Synonym& seen = there.all()->words[0];
    CHECK(seen.id == made.id);
    CHECK(seen.word == "强健度");
    CHECK(seen.kind == SynonymKind::value);
    CHECK(seen.code == "2");
    CHECK(must(there.put(World::person(2), synonym)).id == made.id);  // stands already
    CHECK(there.all()->words.size() == 1);
    CHECK(there.all()->words[0].by == "account-1");
    must(there.remove(World::person(2), made.id));
    CHECK(there.all()->words.empty());
    must(here.refresh());
    CHECK(here.all()->words.empty());
    CHECK(here.remove(World::person(1), made.id).error().id == "ask.no_such_word");
    (void)must(here.put(World::person(1), synonym));
    CHECK(here.all()->words.size() == 1);
    CHECK(w.n_audited("ask_synonym.create") == 2);
    CHECK(w.n_audited("ask_synonym.delete") == 1);
  });
}

}  // namespace
}  // namespace banmo::ask::test
