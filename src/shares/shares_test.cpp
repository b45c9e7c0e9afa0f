// SPDX-License-Identifier: Apache-2.0
#include "shares/shares.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "shares/test_world.h"

namespace banmo::shares::test {
namespace {

Wish with(Wish wish, const std::function<void(Wish& wish)>& change) {
  change(wish);
  return wish;
}

std::string words_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

}  // namespace

TEST_CASE("what cannot be given is refused with the place and what to write") {
  on_each_pair([](World& w) {
    const auto refusal = [&](const std::function<void(Wish & wish)>& change) { return told(w.shares->check(w.officer, with(w.wish(), change))); };
    CHECK(refusal([](Wish&) {}) == "");
    CHECK(refusal([](Wish& wish) { wish.to = {}; }).starts_with("to/shares.bad_wish"));
    CHECK(refusal([](Wish& wish) { wish.dataset = ""; }).starts_with("dataset/shares.bad_wish: name the dataset"));
    CHECK(refusal([](Wish& wish) { wish.dataset = "marks_of_all"; }).starts_with("dataset/records.portion_dataset: there is no such dataset"));
    CHECK(refusal([](Wish& wish) {
            wish.dataset = "visit";
            wish.fields = "school";
          }).starts_with("dataset/records.portion_dataset: the rows of this dataset are cases"));
    CHECK(refusal([](Wish& wish) { wish.fields = ""; }).starts_with("fields/shares.bad_wish"));
    CHECK(refusal([](Wish& wish) { wish.fields = "分数，体重"; }) == "fields/records.portion_fields: the dataset has no field \"体重\"");
    CHECK(refusal([](Wish& wish) { wish.fields = "points,illness"; }) ==
          "fields/records.portion_fields: the field illness is L4 and cannot be given away: leave it out");
    CHECK(refusal([](Wish& wish) { wish.org = {}; }).starts_with("org/shares.bad_wish"));
    CHECK(refusal([](Wish& wish) { wish.org = {999'999}; }).starts_with("org/records.portion_org: there is no such organisation"));
    CHECK(refusal([](Wish& wish) { wish.way = "figures"; }) == "");
    CHECK(refusal([&](Wish& wish) {
            wish.way = "figures";
            wish.dataset = "street";
            wish.fields = "name";
            wish.org = w.city;
          }).starts_with("dataset/shares.bad_wish: the rows of this dataset have no organisation"));
    CHECK(refusal([](Wish& wish) {
            wish.way = "figures";
            wish.dataset = "bare";
            wish.fields = "school";
          }).starts_with("dataset/shares.bad_wish: there is no metric"));
    CHECK(refusal([](Wish& wish) {
            wish.way = "figures";
            wish.dataset = "open_mark";
            wish.fields = "school";
          }).starts_with("dataset/shares.bad_wish: this dataset is about people and its metrics have no smallest cell"));
    CHECK(refusal([](Wish& wish) {
            wish.way = "figures";
            wish.dataset = "stock";
            wish.fields = "school";
          }).starts_with("fields/shares.bad_wish: no metric is counted from these fields alone"));
    CHECK(refusal([](Wish& wish) { wish.way = "fax"; }).starts_with("way/shares.bad_wish: choose a way"));
    CHECK(refusal([](Wish& wish) { wish.purpose = "  "; }).starts_with("purpose/shares.bad_wish"));
    CHECK(refusal([](Wish& wish) { wish.until = {}; }).starts_with("until/shares.bad_wish"));
    CHECK(
        refusal([&](Wish& wish) { wish.until = w.clock.now(); }).starts_with("until/shares.bad_wish: the last day is from 2026-11-21 to 2027-11-21"));
    CHECK(
        refusal([](Wish& wish) { wish.max_days = 99; }).starts_with("until/shares.bad_wish: the last day is from 2026-11-21 to 2027-02-27 (99 days"));
    // Rows of the whole city are given as a whole.
    const auto street = [](Wish& wish) {
      wish.dataset = "street";
      wish.fields = "name";
    };
    CHECK(refusal(street).starts_with("org/records.portion_org: the rows of this dataset belong to the whole city"));
    CHECK(refusal([&](Wish& wish) {
            street(wish);
            wish.org = w.city;
          }) == "");
  });
}

TEST_CASE("nobody gives what they do not see themselves") {
  on_each_pair([](World& w) {
    const auto as = [&](const Principal& who, directory::OrgNo org) {
      return told(w.shares->check(who, with(w.wish(), [&](Wish& wish) { wish.org = org; })));
    };
    CHECK(as(w.district, w.south) == "");
    CHECK(as(w.district, w.north).starts_with("org/records.portion_org: the organisation is not one that you may see"));
    CHECK(as(w.district, w.city).starts_with("org/records.portion_org"));
    CHECK(as(w.leader, w.south).starts_with("dataset/records.portion_dataset: you do not see the rows"));
    CHECK(as(w.teacher, w.school_1).starts_with("dataset/records.portion_dataset: you do not see the rows"));
  });
}

TEST_CASE("a key reads exactly the fields and organisations that were granted") {
  on_each_pair([](World& w) {
    const Share share = w.open();
    const NewKey key = w.key(share);
    CHECK(w.page(must(w.enter(share, key.secret))) == "第一小学|71\n第一小学|72\n第二小学|73\n");
    const Access access = must(w.enter(share, key.secret));
    CHECK(access.portion().level() == pack::Level::l2);
    // Neither a filter nor an order over what was not given, which would tell it.
    records::PageRequest request;
    request.filters = {{"phone", records::FilterOp::eq, {"13800000001"}}};
    CHECK(told(w.shares->rows(access, request)).starts_with("filter/records.portion_field: \"phone\" is not among the fields"));
    request.filters = {{"points", records::FilterOp::ge, {"72"}}};
    CHECK(w.page(access, request) == "第一小学|72\n第二小学|73\n");
    request.order_by = "illness";
    CHECK(told(w.shares->rows(access, request)).starts_with("order/records.portion_field"));
    // Pages hang together, and a cursor says nothing of the grain, which was not given.
    request = {};
    request.limit = 2;
    const records::Page first = must(w.shares->rows(access, request));
    REQUIRE(first.rows.size() == 2);
    request.after = first.next;
    CHECK(w.page(access, request) == "第二小学|73\n");
    records::PageRequest again;
    again.limit = 2;
    const std::string inside = must(w.records->portions().rows(access.portion(), again)).next;  // as records makes it: with the grain
    const auto sealed = crypto::from_base64url(first.next);
    REQUIRE(sealed);
    CHECK(inside.size() > 20);
    CHECK(std::string(sealed->begin(), sealed->end()).find(inside) == std::string::npos);
    const Share other = w.open();
    const Access elsewhere = must(w.enter(other, w.key(other).secret));
    CHECK(told(w.shares->rows(elsewhere, request)).starts_with("after/records.bad_cursor"));
  });
}

TEST_CASE("people stand in a share as its level allows, and no more is shown when a field is graded up") {
  on_each_pair([](World& w) {
    Wish wish = w.wish();
    wish.fields = "pupil,points";
    const Share share = w.open(wish);
    CHECK(share.terms.portion.level == pack::Level::l3);
    const NewKey key = w.key(share);
    CHECK(w.page(must(w.enter(share, key.secret))) == "#|71|甲 G0001\n#|72|乙 G0002\n#|73|丙 G0003\n");
    w.catalogue->dataset("mark")->field("pupil")->level.regrade(pack::Level::l4);
    CHECK(w.page(must(w.enter(share, key.secret))) == "71\n72\n73\n");
    w.catalogue->dataset("mark")->field("points")->level.regrade(pack::Level::l4);
    CHECK(told(w.enter(share, key.secret)).starts_with("/records.portion_gone: the fields that were granted are gone"));
  });
}

TEST_CASE("a share gives nothing from its end or its last instant on, whatever its case says") {
  on_each_pair([](World& w) {
    const Share ended = w.open(), expiring = w.open();
    const NewKey one = w.key(ended), two = w.key(expiring);
    const Access before = must(w.enter(ended, one.secret));
    w.end(ended);
    CHECK(told(w.enter(ended, one.secret)) ==
          "/shares.ended: this share ended on 2026-11-21 and gives nothing any more: delete what you have taken, or ask for a new one");
    CHECK(told(w.shares->rows(before, {})).find("shares.ended") != std::string::npos);  // who was let in just before
    CHECK(told(w.shares->make_key(w.cio, ended.id.to_string(), "再来")).find("shares.ended") != std::string::npos);
    w.clock.set(Instant{expiring.terms.until.micros - 1});
    CHECK(told(w.enter(expiring, two.secret)) == "");
    w.clock.set(expiring.terms.until);
    CHECK(told(w.enter(expiring, two.secret)).find("shares.ended") != std::string::npos);
    CHECK(w.count("SELECT COUNT(*) FROM share WHERE ended_at IS NULL") == 1);  // no deadline had to run
  });
}

TEST_CASE("a share of an organisation that is closed gives nothing, and a holder that is closed reads nothing") {
  on_each_pair([](World& w) {
    Wish wish = w.wish();
    wish.org = w.school_3;
    const Share share = w.open(wish);
    const NewKey key = w.key(share);
    must(w.directory->close_org(Principal::system(), w.school_3, *Date::from_ymd(2026, 11, 21)));
    CHECK(told(w.enter(share, key.secret)).starts_with("/records.portion_gone: the organisation of the share is no more"));
    const Share other = w.open();
    const NewKey second = w.key(other);
    must(w.directory->close_org(Principal::system(), w.school_1, *Date::from_ymd(2026, 11, 21)));
    CHECK(told(w.enter(other, second.secret)).starts_with("/shares.holder_gone: the organisation that this share was given to is no more"));
  });
}

TEST_CASE("an organisation that is to be closed stands until its last day") {
  const Date last = *Date::from_ymd(2026, 11, 25);
  directory::Org org;
  org.valid_from = *Date::from_ymd(2020, 9, 1);
  CHECK(records::is_living(org, last));
  org.valid_to = last;
  CHECK(records::is_living(org, Date{last.days - 1}));
  CHECK_FALSE(records::is_living(org, last));
  CHECK_FALSE(records::is_living(org, Date{org.valid_from.days - 1}));
  org.merged_into = {7};
  CHECK_FALSE(records::is_living(org, Date{last.days - 1}));
}

TEST_CASE("keys are the holder's administrator's: two at a time, each shown once, dead when revoked") {
  on_each_pair([](World& w) {
    const Share share = w.open();
    const std::string id = share.id.to_string();
    CHECK(told(w.shares->make_key(w.cio_2, id, "x")).starts_with("/shares.no_such_share"));
    CHECK(told(w.shares->make_key(w.district, id, "x")).starts_with("/shares.no_such_share"));  // those above hold nothing
    CHECK(told(w.shares->make_key(w.teacher, id, "x")).starts_with("/shares.no_such_share"));
    CHECK(told(w.shares->make_key(w.head, id, "x")).starts_with("/shares.not_your_key"));
    Principal token = w.cio;
    token.session = 0;
    CHECK(told(w.shares->make_key(token, id, "x")).starts_with("/shares.needs_session"));
    CHECK(told(w.shares->make_key(w.cio, id, " ")).starts_with("$.title/shares.bad_title"));
    const NewKey one = w.key(share), two = w.key(share);
    CHECK(told(w.shares->make_key(w.cio, id, "x")).starts_with("/shares.two_keys: a share has two living keys"));
    CHECK(must(w.shares->keys(w.head, id)).size() == 2);
    CHECK(told(w.shares->revoke_key(w.cio_2, id, one.key.name)).starts_with("/shares.no_such_share"));
    must(w.shares->revoke_key(w.cio, id, one.key.name));
    CHECK(told(w.shares->revoke_key(w.cio, id, one.key.name)).starts_with("/shares.no_such_key"));
    CHECK(told(w.enter(share, one.secret)).starts_with("/shares.bad_key"));
    CHECK(told(w.enter(share, two.secret)) == "");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'share_key.create'") == 2);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'share_key.revoke'") == 1);
    // Of another share it is no key at all, and wrong ones are counted.
    const Share other = w.open();
    CHECK(told(w.enter(other, two.secret)).starts_with("/shares.bad_key"));
    std::string last;
    for (int i = 0; i < 6; ++i) last = told(w.enter(other, "wrong", "10.0.0.1"));
    CHECK(last.find("session.too_many") != std::string::npos);
    CHECK(told(w.enter(share, two.secret, "10.0.0.1")) == "");  // who has the right one waits for nobody
    const Share file = w.open(with(w.wish(), [](Wish& wish) { wish.way = "file"; }));
    CHECK(told(w.shares->make_key(w.cio, file.id.to_string(), "x")).starts_with("/shares.not_by_key"));
  });
}

TEST_CASE("a key asks so often in a minute, and each page is counted and in the audit log") {
  on_each_pair([](World& w) {
    const Share share = w.open();
    const NewKey key = w.key(share);
    for (int i = 0; i < 5; ++i) CHECK(w.page(must(w.enter(share, key.secret))).size() > 10);
    const auto refused = w.enter(share, key.secret);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().id == "shares.too_many_requests");
    CHECK(refused.error().retry_after_s > 0);
    w.clock.set(Instant{w.clock.now().micros + 60'000'000});
    CHECK(told(w.enter(share, key.secret)) == "");
    const Share now = must(w.shares->held(w.cio)).front();
    CHECK(now.n_reads == 5);
    CHECK(now.n_rows == 15);
    CHECK(now.last_read_at.has_value());
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'share.rows' AND actor = '" + key.key.name + "' AND object = '" +
                  share.id.to_string() + "'") == 5);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'share.rows' AND detail LIKE '%第一小学%'") == 0);
  });
}

TEST_CASE("figures are asked of the one dataset, by the fields that were given, by nobody who sees a row") {
  on_each_pair([](World& w) {
    Wish wish = w.wish();
    wish.way = "figures";
    const Share share = w.open(wish);
    const Access access = must(w.enter(share, w.key(share).secret));
    CHECK(told(w.shares->rows(access, {})).starts_with("/shares.not_rows"));
    const auto refused = [&](FiguresAsked asked) { return told(w.shares->asker(access, asked)); };
    CHECK(refused({{"mark_n"}, {"school", "points", "district"}}) == "");
    CHECK(refused({{"mark_share"}, {}})
              .starts_with("$.metrics/shares.metric_not_shared: the metric \"mark_share\" is not counted from the shared dataset alone"));
    CHECK(refused({{"nothing"}, {}}).starts_with("$.metrics/shares.metric_not_shared"));
    CHECK(refused({{"mark_n"}, {"sex"}}).starts_with("$.by/records.portion_field: \"sex\" is not among the fields"));
    const Principal asker = must(w.shares->asker(access, {{"mark_n"}, {}}));
    const pack::Dataset& mark = *w.catalogue->dataset("mark");
    const auto scope = [&](directory::Right right) { return w.directory->scope(asker, right, {mark.org_field, mark.person_field, mark.level}); };
    CHECK(scope(directory::Right::metrics_read).orgs == std::vector<directory::OrgNo>{w.south});
    CHECK(scope(directory::Right::metrics_read).max_level < mark.level);  // so that small cells are withheld
    for (const auto right :
         {directory::Right::datasets_read, directory::Right::people_read, directory::Right::datasets_export, directory::Right::cases_handle})
      CHECK((!asker.has(right) && scope(right).sees_nothing()));
    must(w.shares->note_figures(access, {{"mark_n"}, {"school"}}, 2));
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'share.figures' AND detail LIKE '%mark_n%'") == 1);
    w.end(share);
    CHECK(told(w.shares->note_figures(access, {{"mark_n"}, {}}, 2)).find("shares.ended") != std::string::npos);
    const Share rows = w.open();
    CHECK(told(w.shares->asker(must(w.enter(rows, w.key(rows).secret)), {{"mark_n"}, {}})).starts_with("/shares.not_figures"));
  });
}

TEST_CASE("figures that no smallest cell guards read no field that was not given") {
  on_each_pair([](World& w) {
    Wish wish = w.wish();
    wish.way = "figures";
    wish.dataset = "room";
    wish.fields = "school,no";
    const Share share = w.open(wish);
    const Access access = must(w.enter(share, w.key(share).secret));
    const auto refused = [&](const char* metric) { return told(w.shares->asker(access, {{metric}, {}})); };
    CHECK(refused("room_n") == "");
    CHECK(refused("room_top") == "");
    CHECK(refused("room_cost") ==
          "$.metrics/shares.metric_not_shared: the metric \"room_cost\" is not counted from the shared dataset alone, or reads fields that were not "
          "given: there are room_n、room_top");
    CHECK(refused("room_dear").starts_with("$.metrics/shares.metric_not_shared"));
    CHECK(refused("room_mean").starts_with("$.metrics/shares.metric_not_shared"));
    CHECK(w.shares->words(share.terms).en.find("figures that are counted from these fields alone, until") != std::string::npos);
    wish.dataset = "mark";
    wish.fields = "school";
    const Share marks = w.open(wish);
    CHECK(told(w.shares->asker(must(w.enter(marks, w.key(marks).secret)), {{"mark_mean"}, {}})) == "");  // of people, with a smallest cell
    CHECK(w.shares->words(marks.terms).en.find("small cells withheld, until") != std::string::npos);
  });
}

TEST_CASE("a key dies when its maker leaves the holding organisation, also for one above it, and not for an old password") {
  on_each_pair([](World& w) {
    const Share share = w.open();
    const auto no = must(w.directory->create_account(
        Principal::system(), {.name = "maker", .password = "Ab3%kfmWq92x", .person = {}, .grants = {{Role::school_cio, w.school_1}}}));
    Principal maker = w.principal(Role::school_cio, w.school_1, "maker");
    maker.account = no;
    const NewKey key = must(w.shares->make_key(maker, share.id.to_string(), "教务系统"));
    CHECK(told(w.enter(share, key.secret)) == "");
    w.clock.set(Instant{w.clock.now().micros + int64_t{95} * 86'400 * 1'000'000});
    CHECK(told(w.enter(share, key.secret)) == "");
    must(w.directory->set_grants(Principal::system(), "maker", {{Role::district_officer, w.south}}));
    CHECK(told(w.enter(share, key.secret)).starts_with("/shares.bad_key"));
    must(w.directory->set_grants(Principal::system(), "maker", {{Role::school_cio, w.school_1}}));
    CHECK(told(w.enter(share, key.secret)) == "");
    must(w.directory->set_account_enabled(Principal::system(), "maker", false));
    CHECK(told(w.enter(share, key.secret)).starts_with("/shares.bad_key"));
  });
}

TEST_CASE("asking with a key counts before anything is looked up, also of a share that has ended") {
  on_each_pair([](World& w) {
    const Share share = w.open();
    const NewKey key = w.key(share);
    w.end(share);
    for (int i = 0; i < 5; ++i) CHECK(told(w.enter(share, key.secret)).starts_with("/shares.ended"));
    CHECK(told(w.enter(share, key.secret)).starts_with("/shares.too_many_requests"));
  });
}

TEST_CASE("a file holds the same part with its mark, and is the holder's alone") {
  on_each_pair([](World& w) {
    const Share share = w.open(with(w.wish(), [](Wish& wish) { wish.way = "file"; }));
    const std::string id = share.id.to_string();
    const auto made = must(w.shares->file(w.head, id, "csv"));
    const std::string text = words_of(made.path);
    CHECK(made.n_rows == 3);
    CHECK(text.find("共享编号：" + share.of.key) != std::string::npos);
    CHECK(text.find("导出人：head") != std::string::npos);
    CHECK(text.find("学校,分数") != std::string::npos);
    CHECK(text.find("G000") == std::string::npos);
    CHECK(text.find("3702000003") == std::string::npos);
    ::remove(made.path.c_str());
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'share.file' AND object = '" + id + "'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'rows.export'") == 1);  // of the quota of whoever took it
    CHECK(told(w.shares->file(w.cio_2, id, "csv")).starts_with("/shares.no_such_share"));
    CHECK(told(w.shares->file(w.teacher, id, "csv")).starts_with("/shares.no_such_share"));
    CHECK(told(w.shares->file(w.head, id, "pdf")).find("records.bad_format") != std::string::npos);
    CHECK(told(w.shares->file(w.head, w.open().id.to_string(), "csv")).starts_with("/shares.not_as_file"));
    w.end(share);
    CHECK(told(w.shares->file(w.head, id, "csv")).find("shares.ended") != std::string::npos);
  });
}

TEST_CASE("shares are listed for their holder, and for whoever answers for all of their rows") {
  on_each_pair([](World& w) {
    w.open();
    w.open(with(w.wish(), [&](Wish& wish) {
      wish.to = w.south;
      wish.org = w.school_3;
    }));
    CHECK(must(w.shares->held(w.cio)).size() == 1);
    CHECK(must(w.shares->held(w.head)).size() == 1);
    CHECK(must(w.shares->held(w.cio_2)).empty());
    CHECK(must(w.shares->held(w.teacher)).empty());
    CHECK(must(w.shares->held(w.district)).size() == 1);  // its own, none of its schools'
    CHECK(must(w.shares->held(w.officer)).empty());
    CHECK(must(w.shares->given(w.officer)).size() == 2);
    CHECK(must(w.shares->given(w.district)).size() == 1);
    CHECK(must(w.shares->given(w.cio)).empty());
    CHECK(must(w.shares->given(w.teacher)).empty());
    CHECK(must(w.shares->given(w.leader)).empty());
  });
}

}  // namespace banmo::shares::test
