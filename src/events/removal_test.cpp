// SPDX-License-Identifier: Apache-2.0
// Learning records of a person that go, and that nothing else does.
#include "events/removal.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events/test_removal.h"

namespace banmo::events {
namespace {

using namespace test;

TEST_CASE("all that tools told of a person goes, in every table of both stores, and nobody else's") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    c.talk();
    CHECK(c.left() != kNothingLeft);
    const RemovalPreview expected = must(w.events->preview_erasure(officer(w.city), c.ann.id));
    CHECK(expected.counts.n_statements == 8);  // with 0007 and 0010, which are found by what they refer to
    CHECK(expected.counts.n_redacted == 1);
    CHECK(expected.counts.n_documents == 2);
    CHECK(expected.counts.n_actors == 3);
    CHECK(expected.counts.n_accounts == 1);
    CHECK(expected.counts.n_registrations == 1);
    CHECK(w.found(w.all).size() == 44);  // nothing was changed
    const Removal ordered = c.erase();
    CHECK(ordered.state == RemovalState::statements);
    work_off(w);
    const Removal done = must(w.events->removal(officer(w.city), ordered.no));
    CHECK(done.state == RemovalState::done);
    CHECK(done.subject == crypto::to_hex(crypto::sha256(c.ann.id.to_string())));
    CHECK(done.counts.n_statements == 6);
    CHECK(done.counts.n_redacted == 1);
    CHECK(done.counts.n_documents == 2);
    CHECK(done.counts.n_attachments == 1);
    CHECK(done.counts.n_rows == 10);  // five stood in each of two datasets: 0009 was voided
    CHECK(c.left() == kNothingLeft);
    check_the_rest_stands(c);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action IN ('xapi_erasure.order', 'xapi_erasure.done')") == 2);
    CHECK(must(w.events->remove()) == 0);
  });
}

TEST_CASE("an erasure goes on after a stop behind any of its steps") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    c.talk();
    const int64_t no = c.erase().no;
    int n_stops = 0;
    for (; must(w.events->removal(Principal::system(), no)).state != RemovalState::done; ++n_stops) {
      REQUIRE(n_stops < 100);
      w.start();
      must(w.events->remove());
    }
    CHECK(n_stops >= 4);
    CHECK(must(w.events->removal(Principal::system(), no)).counts.n_statements == 6);
    CHECK(c.left() == kNothingLeft);
    check_the_rest_stands(c);
  });
}

TEST_CASE("what has not been filed and fed yet waits, so that nothing comes back") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    w.store(w.one, said("0001", account(c.ann_account)));
    c.erase();
    CHECK(must(w.events->remove()) == 0);
    must(w.events->file());
    CHECK(must(w.events->remove()) == 0);
    must(w.events->feed());
    work_off(w);
    CHECK(c.left() == kNothingLeft);
    must(w.events->feed());
    CHECK(c.left() == kNothingLeft);
  });
}

TEST_CASE("what is said after an erasure is new: the account is nobody's any more, another name is taken as ever") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    c.talk();
    c.erase();
    CHECK(w.refused(w.one, said("0020", account(c.ann_account))) == "$.actor events.forged_actor");
    w.clock.advance_micros(1'000'000);
    w.store(w.one, said("0021", R"({"mbox":"mailto:ann@family.cn"})"));
    work_off(w);
    CHECK(w.found(w.one).starts_with("0021 "));
    CHECK(must(w.events->browse(Principal::system(), about(c.ann))).items.size() == 1);
    CHECK(w.asked("SELECT COUNT(*) FROM ds_seen WHERE who = " + std::to_string(c.ann.no.value)) == "1|\n");
    const auto actors = must(w.events->actors(Principal::system(), {})).items;
    CHECK(std::none_of(actors.begin(), actors.end(), [](const KnownActor& one) { return one.ifi.empty(); }));
    // Numbers of actors and of their changes are never given twice.
    CHECK(w.count("SELECT COUNT(*) - COUNT(DISTINCT no) FROM xapi_actor") == 0);
    CHECK(w.count("SELECT MIN(change_no) FROM xapi_actor WHERE org_no = 0") >= 2);
  });
}

TEST_CASE("after an erasure a newly given account is another one, so that nothing leads back") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    c.erase();
    const auto given = [&] { return must(w.events->accounts(Principal::system(), w.school_1, "homework", {c.ann.no, c.ben.no})); };
    const std::string fresh = given()[0].name;
    CHECK(fresh != c.ann_account);
    CHECK(given()[0].name == fresh);
    CHECK(given()[1].name == c.ben_account);
    work_off(w);
    c.erase();
    CHECK(given()[0].name != fresh);
  });
}

TEST_CASE("a mail address that two people have is neither's: the statements of the other stay") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    const std::string mail = R"({"mbox":"mailto:ann@family.cn"})", own = "account " + std::string(kHome) + " " + c.ann_account;
    w.store(w.one, said("0001", mail));
    w.store(w.one, said("0002", account(c.ann_account)));
    must(w.directory->set_contact(Principal::system(), c.ben.no, {"", "ann@family.cn"}));
    put_state(w, "mbox mailto:ann@family.cn");
    put_state(w, own);
    c.erase();
    work_off(w);
    CHECK(w.found(w.one) == "0001");
    CHECK(w.count("SELECT COUNT(*) FROM xapi_document") == 1);
  });
}

TEST_CASE("an address goes however a tool spells it, also where an organisation ignored it, and stays where it was mapped to somebody else") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    std::string sha1 = directory::mail_sha1("ann@family.cn");
    std::transform(sha1.begin(), sha1.end(), sha1.begin(), [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    w.store(w.one, said("0001", R"({"mbox":"mailto:Ann@Family.cn"})"));
    w.store(w.one, said("0002", R"({"mbox_sha1sum":")" + sha1 + "\"}"));
    w.store(w.one, said("0003", R"({"mbox":"mailto:ann@family.cn"})"));
    w.store(w.all, said("0004", R"({"mbox":"mailto:ann@family.cn"})"));
    const directory::Person other = w.person("小丙", {w.school_2});
    for (const auto& actor : must(w.events->actors(Principal::system(), {})).items) {
      if (actor.org == w.city) must(w.events->map_actor(Principal::system(), actor.no, other.id));
      if (actor.org == w.school_1) must(w.events->ignore_actor(Principal::system(), actor.no));
    }
    c.erase();
    work_off(w);
    CHECK(w.found(w.all) == "0004");
    CHECK(w.count("SELECT COUNT(*) FROM xapi_actor WHERE org_no = " + std::to_string(w.school_1.value)) == 0);
  });
}

std::string signed_with(const std::string& bytes) {
  std::string attachments = with_file(bytes);
  attachments.replace(attachments.find("http://a.cn/u"), 13, std::string(kSignature));
  return attachments.replace(attachments.find("text/plain"), 10, "application/octet-stream");
}

TEST_CASE("who is taken out of a statement also leaves its signature and a raw event of Caliper") {
  json::Value body = must(json::read(
      R"({"actor":{"mbox":"mailto:b@x.cn"},"context":{"instructor":{"account":{"homePage":"https://t.cn","name":"ann"}},"extensions":{"http://e.cn":{"actor":)"
      R"({"id":"https://t.cn/ann","type":"Person","name":"安安","email":"a@x.cn"},"membership":{"member":"https://t.cn:ann"},"by":"mailto:a@x.cn",)"
      R"("other":{"id":"https://t.cn/anna","name":"安娜"}}}})" +
      signed_with("signature") + "}"));
  CHECK(redact_statement(body, {"account https://t.cn ann", "mbox mailto:a@x.cn"}, kHome));
  CHECK(take_signatures(body) == std::vector{crypto::sha2_hex(256, std::string("signature"))});
  const std::string text = json::write(body);
  CHECK(text.find(R"("actor":{"id":"https://city.cn/xapi/erased","type":"Person"},"membership":{"member":"https://city.cn/xapi/erased"})") !=
        std::string::npos);
  CHECK(text.find(R"("by":"https://city.cn/xapi/erased","other":{"id":"https://t.cn/anna","name":"安娜"})") != std::string::npos);
  CHECK(text.find("attachments") == std::string::npos);
  CHECK(text.find("安安") == std::string::npos);
  CHECK_FALSE(redact_statement(body, {"account https://t.cn ann", "mbox mailto:a@x.cn"}, kHome));
}

TEST_CASE("the contents of attachments go in many transactions, whatever the case of their hashes, and those that others have stay") {
  static constexpr int kFiles = 450;  // more than two transactions
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    const std::string shared = "of both";
    must(w.events->store(w.one, Version::v2_0, said("0001", account(c.ben_account), with_file(shared)), {}, {content(shared)}));
    must(w.events->store(w.one, Version::v2_0, said("0002", account(c.ann_account), with_file(shared)), {}, {content(shared)}));
    for (int i = 0; i < kFiles; i += 90) {
      std::string body;
      std::vector<Content> contents;
      for (int j = 0; j < 90; ++j) {
        Content file = content("file " + std::to_string(i + j));
        std::string attachment = with_file(file.bytes);
        if (j == 0) {
          const std::string lower = file.sha2;
          std::transform(lower.begin(), lower.end(), file.sha2.begin(), [](unsigned char one) { return static_cast<char>(std::toupper(one)); });
          attachment.replace(attachment.find(lower), lower.size(), file.sha2);
        }
        body += (j == 0 ? "[" : ",") + said(std::to_string(1000 + i + j), account(c.ann_account), attachment);
        contents.push_back(std::move(file));
      }
      must(w.events->store(w.one, Version::v2_0, body + "]", {}, contents));
    }
    CHECK(w.count("SELECT COUNT(*) FROM xapi_attachment") == kFiles + 1);
    const int64_t no = c.erase().no;
    work_off(w);
    CHECK(must(w.events->removal(Principal::system(), no)).counts.n_attachments == kFiles);
    CHECK(w.count("SELECT COUNT(*) FROM xapi_attachment") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM xapi_removal_content") == 0);
  });
}

TEST_CASE("an order that fails holds up none behind it, and its error is told") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    tell_of_years(w);
    const int64_t first = c.erase().no;
    const int64_t second = must(w.events->purge(officer(w.city), older(w.city), kReason)).no;
    const std::string broken = R"(INSERT INTO xapi_statement (no, id, org_no, key_no, at, voided, digest, body) VALUES (1, )";
    const std::string blob = w.pair == Pair::postgres ? "'\\x00'" : "x'00'";
    must(w.stores.ledger->write([&](sql::Connection& connection) {  // its attachments cannot be read
      return connection.script(broken + blob + ", 0, 0, 0, 0, " + blob + R"(, '{"attachments":'); UPDATE xapi_removal SET state = 2 WHERE no = )" +
                               std::to_string(first) + "; INSERT INTO xapi_removal_content (removal_no, org_no, sha2) VALUES (" +
                               std::to_string(first) + ", 1, 'aa')");
    }));
    Result<int64_t> step = w.events->remove();
    for (int i = 0; i < 100 && step.ok() && *step != 0; ++i) step = w.events->remove();
    CHECK_FALSE(step.ok());
    CHECK(must(w.events->removal(Principal::system(), first)).state == RemovalState::contents);
    CHECK(must(w.events->removal(Principal::system(), second)).counts.n_statements == 3);
  });
}

TEST_CASE("nobody erases a person whom they do not manage everywhere, without a session or without a reason, or twice at once") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    c.talk();
    const auto erase = [&](const Principal& by, const std::string& reason = kReason) { return refusal(w.events->erase(by, c.ann.id, reason)); };
    CHECK(erase(officer(w.school_2, Role::school_cio)) == "directory.no_such_person");
    CHECK(erase(officer(w.school_1, Role::teacher)) == "directory.no_such_person");
    CHECK(erase(officer(w.school_1, Role::principal)) == "directory.no_such_person");
    CHECK(erase(officer(w.city, Role::system_admin)) == "directory.no_such_person");
    CHECK(erase(officer(w.school_1, Role::school_cio)) == "events.erase_beyond_reach");  // the city's tool knows ann too
    CHECK(refusal(w.events->preview_erasure(officer(w.school_1, Role::school_cio), c.ann.id)) == "events.erase_beyond_reach");
    Principal token = officer(w.city);
    token.session = 0;
    CHECK(erase(token) == "events.needs_session");
    CHECK(erase(officer(w.city), "  想  ") == "events.no_reason");
    CHECK(w.count("SELECT COUNT(*) FROM xapi_removal") == 0);
    CHECK(refusal(w.events->erase(officer(w.school_1, Role::school_cio), c.ben.id, kReason)) == "done");
    CHECK(erase(officer(w.city)) == "done");
    CHECK(erase(officer(w.city)) == "events.erasure_runs");
    CHECK(must(w.events->removals(officer(w.school_2, Role::school_cio), 0, 50)).items.empty());
    CHECK(must(w.events->removals(officer(w.school_1, Role::school_cio), 0, 1)).next == 2);
    CHECK(refusal(w.events->removal(officer(w.school_2, Role::school_cio), 1)) == "events.no_such_removal");
    CHECK(refusal(w.events->removal(officer(w.city), 9)) == "events.no_such_removal");
  });
}

// Works off until it is killed, or until nothing is left.
[[noreturn]] void run_victim(Fed& w) {
  while (must(w.events->remove()) != 0) must(w.events->feed());
  _exit(0);
}

TEST_CASE("kill -9 at any moment of an erasure: it goes on, takes all of the person and nothing else") {
  constexpr int kStatements = 3000;
  Fed w(Pair::sqlite_duckdb);
  Class c(w);
  c.talk();
  for (int i = 0; i < kStatements / 100; ++i) {
    std::string body;
    for (int j = 0; j < 100; ++j) {
      const std::string no = std::to_string(1000 + i * 100 + j);
      body += (j == 0 ? "[" : ",") + said(no, account(j % 2 == 0 ? c.ann_account : c.ben_account));
    }
    w.store(w.one, body + "]");
    w.clock.advance_micros(1000);
  }
  must(w.events->file());
  must(w.events->feed());
  const int64_t no = c.erase().no;
  int n_killed = 0;
  for (int round = 0; round < 30; ++round) {
    w.close();
    const pid_t victim = ::fork();
    REQUIRE(victim >= 0);
    if (victim == 0) {
      w.reopen();
      run_victim(w);
    }
    ::usleep(static_cast<useconds_t>(15'000 * (round + 1)));
    ::kill(victim, SIGKILL);
    int status = 0;
    ::waitpid(victim, &status, 0);
    w.reopen();
    if (!WIFSIGNALED(status)) break;
    ++n_killed;
  }
  CHECK(n_killed >= 2);
  work_off(w);
  const Removal done = must(w.events->removal(Principal::system(), no));
  CHECK(done.state == RemovalState::done);
  CHECK(done.counts.n_statements == 6 + kStatements / 2);
  CHECK(c.left() == kNothingLeft);
  CHECK(w.count("SELECT COUNT(*) FROM xapi_statement") == 4 + kStatements / 2);
  CHECK(w.asked("SELECT COUNT(*) FROM ds_every") == std::to_string(3 + kStatements / 2) + "|\n");
}

}  // namespace
}  // namespace banmo::events
