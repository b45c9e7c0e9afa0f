// SPDX-License-Identifier: Apache-2.0
// Refusals that hardly ever come: each says what to do and has written nothing.
#include <doctest/doctest.h>

#include <fstream>

#include "flows/files.h"
#include "flows/store.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

// A loan of which a proof is handed in, in the first state.
std::string pack_with_file() {
  std::string text = kPack;
  return text + "  files:\n  - {id: proof, title: 证明, title_en: Proof, types: [pdf], max: 2KB, states: [draft], when: use = 'books'}\n";
}

std::string id_of(const Case& one) { return one.head.id.to_string(); }

// A case as it stands in the ledger, in another state.
Change made_of(World& w, const Case& one) {
  const Store store(*w.stores.ledger, w.records->case_rows(), {}, 1000);
  Change change;
  change.after = *must(store.unscoped_find(id_of(one)));
  change.seq_before = change.after.seq++;
  change.after.state = "fix";
  change.is_moved = true;
  change.tree_version = w.directory->orgs()->version();
  change.audited = {w.clock.now(), "test", "case.move", "loan", id_of(one), 0, {}};
  return change;
}

}  // namespace

TEST_CASE("an upload that cannot be read is told as that, and one that is not asked for is refused by name") {
  on_each_pair([](World& w) {
    w.open(pack_with_file());
    const Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    CHECK(told(w.flows->files().add(w.cio, id_of(one), "proof", "a.pdf", w.folder + "/not there")) ==
          "flows.file_unreadable: the upload cannot be read: send it again, or tell the system administrator");
    const std::string path = w.folder + "/upload";
    std::ofstream(path, std::ios::binary) << "%PDF-1.7 one page";
    const Case sport = must(w.flows->save(w.cio, id_of(one), one.head.seq, {{"use", "sport"}}));
    CHECK(must(w.flows->files().list(w.cio, id_of(one))).wanted.empty());
    CHECK(told(w.flows->files().add(w.cio, id_of(one), "proof", "a.pdf", path)) ==
          "flows.file_not_asked: as the case stands 'Proof' is not asked for: mend what is filled in first if that is wrong");
    must(w.flows->save(w.cio, id_of(one), sport.head.seq, {{"use", "books"}}));
    must(w.flows->files().add(w.cio, id_of(one), "proof", "a.pdf", path));
    CHECK(must(w.flows->files().list(w.cio, id_of(one))).items.size() == 1);
  });
}

TEST_CASE("a file that is no longer what was handed in is given to nobody") {
  on_each_pair([](World& w) {
    w.open(pack_with_file());
    const Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    const std::string path = w.folder + "/upload";
    std::ofstream(path, std::ios::binary) << "%PDF-1.7 one page";
    const CaseFile file = must(w.flows->files().add(w.cio, id_of(one), "proof", "a.pdf", path));
    const auto put = [&](const crypto::Bytes& content) {
      must(w.stores.ledger->write([&](sql::Connection& c) -> Result<> {
        BANMO_TRY([[maybe_unused]] const int64_t n, c.execute("UPDATE flow_file SET content = $2 WHERE id = $1", {file.id, content}));
        return {};
      }));
    };
    put(must(crypto::encrypt(crypto::Profile::intl, w.flow_options.seal_key, "%PDF-1.7 another", "flow_file.content." + file.id)));
    CHECK(told(w.flows->files().open(w.cio, id_of(one), file.id)) ==
          "flows.file_damaged: the file is no longer what was handed in: tell the system administrator");
    put(must(crypto::encrypt(crypto::Profile::intl, w.flow_options.seal_key, "%PDF-1.7 one page", "flow_file.content.other")));
    CHECK(told(w.flows->files().open(w.cio, id_of(one), file.id)).starts_with("crypto.sealed"));
  });
}

TEST_CASE("what an account has handed in counts while its case is open, and again when an appeal opens it") {
  on_each_pair([](World& w) {
    w.open(pack_with_file());
    const auto open_bytes = [&] { return w.count("SELECT COALESCE(SUM(n_bytes), 0) FROM flow_file WHERE is_open = 1"); };
    const std::string path = w.folder + "/upload";
    std::ofstream(path, std::ios::binary) << "%PDF-1.7 one page";
    Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    must(w.flows->files().add(w.cio, id_of(one), "proof", "a.pdf", path));
    one = must(w.flows->find(w.cio, id_of(one)));
    CHECK(open_bytes() == 17);
    one = must(w.move(w.cio, one, "send"));
    CHECK(open_bytes() == 17);
    must(w.move(w.cio, one, "withdrawn"));
    CHECK(open_bytes() == 0);
  });
}

TEST_CASE("a change that was made up on older organisations, or for a place that is gone, is refused whole") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    Store store(*w.stores.ledger, w.records->case_rows(), {}, 1000);
    Change older = made_of(w, one);
    --older.tree_version;
    CHECK(told(store.write(older)) == "flows.older_tree: the organisations have just changed: try again in a moment, nothing was lost");
    Change late = made_of(w, one);
    late.has_places = true;
    late.places = {{{"loan", "seats", "key"}, 0, false, 0}};
    CHECK(told(store.write(late)) == "flows.place_taken: the last place has just been taken: try again, nothing was lost");
    CHECK(must(w.flows->find(w.district, id_of(one))).head.state == "check");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE actor = 'test'") == 0);
    Change good = made_of(w, one);
    good.places = {{{"loan", "seats", "key"}, 1, false, 0}};
    good.has_places = true;
    must(store.write(good));
    CHECK(must(w.flows->find(w.cio, id_of(one))).head.state == "fix");
  });
}

TEST_CASE("a flow that goes on by itself for too long is stopped, and the case stays where it was") {
  on_each_pair([](World& w) {
    std::string states, moves;
    for (int i = 1; i <= 18; ++i) {
      states += "    s" + std::to_string(i) + ": 步骤" + std::to_string(i) + "\n";
      moves += "  - {from: s" + std::to_string(i) + ", to: " + (i == 18 ? "check" : "s" + std::to_string(i + 1)) + ", auto: true, label: 转}\n";
    }
    std::string text = changed("    check: {title: 待初审, title_en: Check}\n", states + "    check: {title: 待初审, title_en: Check}\n");
    const std::string sort = "  - {from: sorting, to: check, auto: true, label: 转初审}\n";
    text.replace(text.find(sort), sort.size(), "  - {from: sorting, to: s1, auto: true, label: 转初审}\n" + moves);
    w.open(text);
    const Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    CHECK(told(w.move(w.cio, one, "send")) ==
          "flows.circle: the flow makes more than 16 moves by itself in a row, so nothing was done and nothing is lost: tell the system "
          "administrator to look at its pack");
    CHECK(must(w.flows->find(w.cio, id_of(one))).head.state == "draft");
    CHECK(w.count("SELECT COUNT(*) FROM flow_step") == 0);
  });
}

TEST_CASE("what people wrote is sealed in the ledger, bound to its place, and what stood there in clear is read as before") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    must(w.move(w.district, one, "fix", {}, "请补齐账号证明"));
    const auto note = [&] { return must(w.flows->history(w.cio, id_of(one))).back().note; };
    CHECK(note() == "请补齐账号证明");
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE note <> ''") == 0);
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE sealed_note IS NOT NULL") == 1);
    must(w.stores.ledger->write(
        [](sql::Connection& c) { return c.script("UPDATE flow_step SET note = '旧的理由', sealed_note = NULL WHERE move = 'fix';"); }));
    CHECK(note() == "旧的理由");
    must(w.flows->run_due());  // and is sealed by the next round
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE note <> ''") == 0);
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE sealed_note IS NOT NULL") == 1);
    CHECK(note() == "旧的理由");
    must(w.stores.ledger->write([&](sql::Connection& c) -> Result<> {  // of another place
      const auto sealed = crypto::encrypt(crypto::Profile::intl, w.flow_options.seal_key, "别处的话", "flow_step.note.other.1.0");
      BANMO_TRY([[maybe_unused]] const int64_t n, c.execute("UPDATE flow_step SET sealed_note = $1 WHERE move = 'fix'", {*sealed}));
      return {};
    }));
    CHECK(told(w.flows->history(w.cio, id_of(one))).starts_with("crypto.sealed"));
  });
}

}  // namespace banmo::flows::test
