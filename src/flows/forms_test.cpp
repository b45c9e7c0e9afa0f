// SPDX-License-Identifier: Apache-2.0
// Forms whose parts are asked for under conditions, on each pair of stores: what is hidden is neither asked for nor kept with the case.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "flows/files.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

// The flow `loan` with a part for sport, and advice on large sums.
std::string pack_with_parts() {
  std::string text = changed("form: [{f: use, required: true}, {f: amount, required: true}, account]",
                             "form: [{f: use, required: true}, {f: amount, required: true}, account, {part: 场馆, part_en: Venue, when: use = "
                             "'sport', fields: [{f: lease, required: true}, {f: rooms, when: lease = 'long'}]}]");
  const auto put = [&](const std::string& before, const std::string& what) { text.insert(text.find(before), what); };
  put("    fixes: {type: int",
      "    lease: {type: text, title: 租约, title_en: Lease}\n    rooms: {type: int, default: 1, title: 间数}\n"
      "    advice: {type: text, title: 建议, title_en: Advice}\n");
  const std::string pass = "form: [{f: opinion, required: true}]";
  text.replace(text.find(pass), pass.size(), "form: [{f: opinion, required: true}, {f: advice, required: true, when: amount > 5000}]");
  const std::string mend = "form: [amount, account]";
  text.replace(text.find(mend), mend.size(), "form: [amount, {f: account, when: amount >= 1000}]");
  return text;
}

std::string value(World& w, const Case& one, const char* field) {
  const size_t wanted = w.catalogue->dataset("loan_case")->field_index(field);
  const auto at = std::find(one.row.fields.begin(), one.row.fields.end(), wanted) - one.row.fields.begin();
  return static_cast<size_t>(at) == one.row.fields.size() ? "hidden" : sql::text_of(one.row.values[static_cast<size_t>(at)]);
}

std::string asked(const std::vector<bool>& which) {
  std::string out;
  for (const bool one : which) out += one ? '+' : '-';
  return out;
}

std::string id_of(const Case& one) { return one.head.id.to_string(); }

}  // namespace

TEST_CASE("a part is asked for while its condition holds; what was typed comes back with it, and does not leave with the case") {
  on_each_pair([](World& w) {
    w.open(pack_with_parts());
    const auto save = [&](const Case& one, json::Object values) { return must(w.flows->save(w.cio, id_of(one), one.head.seq, std::move(values))); };
    Case one = must(w.flows->open(w.cio, "loan", {{"use", "sport"}, {"amount", 1200}}));
    CHECK(asked(one.asked) == "++++-");
    CHECK(told(w.move(w.cio, one, "send")) == "flows.input_missing: fill in Lease");
    one = save(one, {{"lease", "long"}});
    CHECK(asked(one.asked) == "+++++");
    one = save(one, {{"rooms", 3}});
    one = save(one, {{"use", "books"}});
    CHECK(asked(one.asked) == "+++--");  // what stands behind a hidden field is hidden, whatever was typed into that
    CHECK(value(w, one, "lease") == "long");
    one = save(one, {{"use", "sport"}});
    CHECK(asked(one.asked) == "+++++");
    CHECK(value(w, one, "rooms") == "3");
    one = save(one, {{"use", "books"}});
    const Case sent = must(w.move(w.cio, one, "send"));
    CHECK(sent.head.state == "check");
    CHECK(value(w, sent, "lease") == "");
    CHECK(value(w, sent, "rooms") == "1");  // as in a case in which nobody typed it
    must(w.records->flush());
    const auto lease = must(w.stores.warehouse->read());
    CHECK(sql::is_null(must(lease->query("SELECT lease FROM ds_loan_case"))[0][0]));
  });
}

TEST_CASE("the form of a move asks by what the case says, and takes nothing that it does not ask for") {
  on_each_pair([](World& w) {
    w.open(pack_with_parts());
    const Case small = w.sent(1200), large = w.sent(9000);
    const auto pass = [&](const Case& one) {
      return *std::find_if(one.choices.begin(), one.choices.end(), [](const Choice& choice) { return choice.move->id == "decide"; });
    };
    CHECK(asked(pass(must(w.flows->find(w.district, id_of(small)))).asked) == "+-");
    CHECK(asked(pass(must(w.flows->find(w.district, id_of(large)))).asked) == "++");
    const auto refused = w.move(w.district, small, "decide", {{"opinion", "可"}, {"advice", "多"}});
    CHECK(told(refused) == "flows.not_asked: as the case stands 'Advice' is not asked for: leave it out");
    CHECK(refused.error().where == "$.values.advice");
    CHECK(told(w.move(w.district, large, "decide", {{"opinion", "可"}})) == "flows.input_missing: fill in Advice");
    CHECK(must(w.move(w.district, small, "decide", {{"opinion", "可"}})).head.state == "decide");
    CHECK(must(w.move(w.district, large, "decide", {{"opinion", "可"}, {"advice", "多"}})).head.state == "decide");
  });
}

TEST_CASE("what the program moves on has no hidden fields either") {
  on_each_pair([](World& w) {
    w.open(pack_with_parts());
    Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 2000}, {"account", "6222000011112222"}}));
    one = must(w.move(w.cio, one, "send"));
    must(w.move(w.district, one, "fix", {}, "请核对"));
    one = must(w.flows->find(w.cio, id_of(one)));
    one = must(w.flows->save(w.cio, id_of(one), one.head.seq, {{"amount", 900}}));
    CHECK(value(w, one, "account") == "6222000011112222");
    w.clock.set(*Instant::parse_iso("2026-09-24T02:00:00Z"));
    CHECK(must(w.flows->run_due()) == 1);
    const Case late = must(w.flows->find(w.cio, id_of(one)));
    CHECK(late.head.state == "withdrawn");
    CHECK(value(w, late, "account") == "");
  });
}

TEST_CASE("nobody has more than so many drafts of a service, and those that are left alone for half a year go with all that came with them") {
  on_each_pair([](World& w) {
    w.flow_options.max_drafts = 2;
    std::string text = kPack;
    text.insert(text.find("  deadlines:"), "  files:\n  - {id: plan, title: 计划, types: [pdf], states: [draft]}\n");
    w.open(text);
    directory::NewAccount account;  // who is told
    account.name = "cio";
    account.password = "banmo-demo";
    account.demo = true;
    account.grants = w.cio.grants;
    must(w.directory->create_account(Principal::system(), account));
    const auto open = [&](const Principal& who) { return w.flows->open(who, "loan", {{"use", "books"}, {"amount", 5000}}); };
    const Case sent = must(open(w.cio)), left = must(open(w.cio)), kept = must(open(w.cio_2));
    const auto refused = open(w.cio);
    CHECK(told(refused) == "flows.too_many_drafts: you have 2 drafts of this service that were never sent: send or give up some of them first");
    CHECK(refused.error().code == ErrorCode::too_many);
    CHECK(w.count("SELECT COUNT(*) FROM flow_case") == 3);
    must(w.move(w.cio, sent, "send"));
    const Case again = must(open(w.cio));
    must(w.move(w.cio, again, "withdrawn"));
    const std::string path = w.folder + "/upload";
    std::ofstream(path, std::ios::binary) << "%PDF-1.7";
    must(w.flows->files().add(w.cio, id_of(left), "plan", "计划.pdf", path));
    w.clock.set(*Instant::parse_iso("2027-01-20T02:00:00Z"));
    const Case touched = must(w.flows->save(w.cio_2, id_of(kept), kept.head.seq, {{"amount", 6000}}));
    CHECK(must(w.flows->end_drafts()) == 0);
    w.clock.set(*Instant::parse_iso("2027-03-21T02:00:00Z"));
    CHECK(must(w.flows->end_drafts()) == 1);
    CHECK(must(w.flows->end_drafts()) == 0);
    CHECK(told(w.flows->find(w.cio, id_of(left))) == "flows.no_such_case: there is no such case, or you may not see it");
    CHECK(must(w.flows->find(w.cio_2, id_of(touched))).head.state == "draft");
    CHECK(w.count("SELECT COUNT(*) FROM flow_file") == 0);
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE state = 'check'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM notice WHERE kind = 'flow.draft_ended'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.draft_end' AND actor = 'system'") == 1);
  });
}

TEST_CASE("a case whose flow left with its pack waits until it is put back, and says so") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    std::string text = kPack;
    text.resize(text.find("- id: loan\n"));
    w.open(text);
    CHECK(told(w.flows->find(w.officer, id_of(one))) ==
          "flows.flow_gone: the pack of this flow is no longer installed: ask the system administrator to put it back");
    CHECK(told(w.flows->open(w.cio, "loan", {})) == "flows.no_such_flow: there is no such flow");
    CHECK(must(w.flows->run_due()) == 0);
    w.open();
    CHECK(must(w.flows->find(w.officer, id_of(one))).head.state == "check");
  });
}

}  // namespace banmo::flows::test
