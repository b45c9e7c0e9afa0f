// SPDX-License-Identifier: Apache-2.0
// Papers of cases: files that are taken by what they are, kept sealed and checked before others open them; letters that anyone can check; appeals
// that somebody else hears.
#include <doctest/doctest.h>

#include <fstream>

#include "flows/files.h"
#include "flows/letters.h"
#include "flows/ratings.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

constexpr const char* kAid = R"yaml(pack: {id: edu.aid, version: 1.0.0, engine: banmo/1, title: 资助}
law: {purpose: 测试, basis: 测试}
codes:
  use: {title: 用途, values: {books: 图书, sport: 体育}}
datasets:
- id: aid_case
  title: 资助
  grain: [no]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  retain: {years: 2, then: delete}
  fields:
    no: {type: text, title: 编号}
    st: {type: state, title: 状态}
    school: {type: org, kind: school, title: 学校, required: true}
    use: {type: code, list: use, title: 用途}
    amount: {type: int, title: 金额}
    bank: {type: text, title: 账号, level: L3}
flows:
- id: aid
  title: 资助申请
  title_en: Aid
  guide: 说明
  subject: aid_case
  number: "A{year}-{seq:6}"
  roles:
    school: {title: 学校, title_en: School, who: "$user.role = 'school_cio' and $user.org = school"}
    city: {title: 市局, title_en: City, who: "$user.role = 'city_officer'"}
  states:
    draft: {title: 草稿, title_en: Draft, form: [use, amount, bank]}
    check: {title: 待审, title_en: Check}
    heard: {title: 复核, title_en: Heard}
    granted: {title: 已批准, title_en: Granted, final: true}
    refused: {title: 不予批准, title_en: Refused, final: true}
  files:
  - {id: proof, title: 证明, title_en: Proof, types: [pdf, png], max: 2KB, n: 2, required: "amount > 100", states: [draft]}
  letters:
  - {id: refusal, title: 不予批准通知书, title_en: Refusal, to: school, body: "你校申请{use|title}资助{amount}元（{use}），经{office}审核不予批准。\n理由：{note}。可在{appeal_until}前申诉。办件{case}，{now}。"}
  - {id: grant, title: 批准通知书, title_en: Grant, to: school, body: "同意，拨付至{bank}。"}
  moves:
  - {from: draft, to: check, id: send, by: [school], label: 提交, label_en: Send}
  - {from: [check, heard], to: granted, by: [city], label: 批准, label_en: Grant, then: [{revoke: refusal}, {letter: grant}]}
  - {from: [check, heard], to: refused, by: [city], label: 不予批准, label_en: Refuse, note: required, then: [{letter: refusal}]}
  - {from: refused, to: heard, id: appeal, by: [school], label: 申诉, label_en: Appeal, note: required, appeal: 3wd}
)yaml";

const std::string kPdf = "%PDF-1.7 one page";
Instant at(const char* iso) { return *Instant::parse_iso(iso); }
std::string id_of(const Case& one) { return one.head.id.to_string(); }

struct Aid {
  World& w;
  explicit Aid(World& world) : w(world) { w.open(kAid); }

  Case draft(int64_t amount) { return must(w.flows->open(w.cio, "aid", {{"use", "books"}, {"amount", amount}, {"bank", "6222000011112222"}})); }
  Case now(const Case& one) { return must(w.flows->find(w.cio, id_of(one))); }
  Result<CaseFile> add(const Principal& who, const Case& one, const std::string& bytes, const std::string& name = "证明.pdf",
                       const std::string& file = "proof") {
    const std::string path = w.folder + "/upload";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return w.flows->files().add(who, id_of(one), file, name, path);
  }
  Case refused(const Principal& by) {
    const Case sent = must(w.move(w.cio, draft(50), "send"));
    return must(w.move(by, sent, "refused", {}, "材料不符"));
  }
  std::string opened(const Principal& who, const Case& one, const CaseFile& file) {
    const auto found = w.flows->files().open(who, id_of(one), file.id);
    return found.ok() ? found->second : told(found);
  }
};

void on_each_aid(const std::function<void(Aid& aid, World& w)>& test) {
  on_each_pair([&](World& w) {
    Aid aid(w);
    test(aid, w);
  });
}

}  // namespace

TEST_CASE("a file is taken by its content and within its limits, from those who fill in the form") {
  on_each_aid([](Aid& aid, World& w) {
    const Case one = aid.draft(500);
    CHECK(told(aid.add(w.cio, one, kPdf, "a.pdf", "house")) == "flows.unknown_file: the flow takes no such file; it takes: proof");
    CHECK(told(aid.add(w.cio, one, "")) == "flows.file_empty: the file is empty: choose another");
    CHECK(told(aid.add(w.cio, one, kPdf + std::string(2048, ' '))) == "flows.file_too_large: Proof has at most 2 KB: make it smaller");
    CHECK(told(aid.add(w.cio, one, "MZ program", "证明.pdf")) == "flows.file_type: Proof must be one of: pdf、png (by content, not by name)");
    CHECK(told(aid.add(w.cio, one, "\xFF\xD8\xFFjpeg", "证明.png")) == "flows.file_type: Proof must be one of: pdf、png (by content, not by name)");
    CHECK(told(aid.add(w.officer, one, kPdf)).starts_with("flows.no_such_case"));  // a draft is not theirs to see
    CHECK(told(aid.add(w.cio, one, kPdf, std::string(241, 'a') + ".pdf")) == "flows.file_name: the name of the file is too long: shorten it");
    const CaseFile first = must(aid.add(w.cio, one, kPdf, "../../家庭\n情况.pdf"));
    CHECK(first.name == "家庭情况.pdf");
    CHECK(first.type == "application/pdf");
    CHECK(first.verdict == FileVerdict::open);
    CHECK(aid.now(one).head.seq == one.head.seq + 1);
    must(aid.add(w.cio, one, kPdf));
    CHECK(told(aid.add(w.cio, one, kPdf)) == "flows.too_many_files: Proof takes 2 at most: remove one first");
    CHECK(aid.opened(w.cio, one, first) == kPdf);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.file_add'") == 2);
    const auto lease = must(w.stores.ledger->read());
    const auto rows = must(lease->query("SELECT name, content FROM flow_file"));
    for (const auto& row : rows.rows)
      for (const auto& cell : row) {
        const auto& bytes = std::get<sql::Blob>(cell);
        const std::string stored(bytes.begin(), bytes.end());
        CHECK(stored.find("PDF") == std::string::npos);
        CHECK(stored.find("pdf") == std::string::npos);
      }
  });
}

TEST_CASE("a required file that is missing refuses the move by name, and a case that was sent keeps its files") {
  on_each_aid([](Aid& aid, World& w) {
    const Case small = aid.draft(100);
    CHECK(must(w.move(w.cio, small, "send")).head.state == "check");
    const Case one = aid.draft(500);
    REQUIRE(one.choices.size() == 1);
    CHECK(one.choices[0].refused->en == "hand in Proof first");
    CHECK(told(w.move(w.cio, one, "send")) == "flows.file_missing: hand in Proof first");
    const CaseFile file = must(aid.add(w.cio, one, kPdf));
    CHECK(told(w.move(w.cio, one, "send")).starts_with("flows.case_changed"));  // made from what stood before the file
    const CasePapers papers = must(w.flows->files().list(w.cio, id_of(one)));
    REQUIRE(papers.wanted.size() == 1);
    CHECK(papers.wanted[0].is_required);
    CHECK(papers.wanted[0].can_add);
    CHECK(papers.items[0].can_remove);
    must(w.flows->files().remove(w.cio, id_of(one), file.id));
    CHECK(told(w.move(w.cio, aid.now(one), "send")) == "flows.file_missing: hand in Proof first");
    const CaseFile again = must(aid.add(w.cio, one, kPdf));
    const Case sent = must(w.move(w.cio, aid.now(one), "send"));
    CHECK(sent.head.state == "check");
    CHECK(told(w.flows->files().remove(w.cio, id_of(one), again.id)) ==
          "flows.not_your_form: the case is at 'Check': it is not yours to fill in now");
    CHECK(told(aid.add(w.cio, sent, kPdf)) == "flows.not_your_form: the case is at 'Check': it is not yours to fill in now");
    CHECK(aid.opened(w.officer, sent, again) == kPdf);
    CHECK(aid.opened(w.cio_2, sent, again).starts_with("flows.no_such_case"));
    CHECK(aid.opened(w.officer, small, again) == "flows.no_such_file: there is no such file");
  });
}

TEST_CASE("whoever may not see a file's level learns neither its name nor its content") {
  on_each_aid([](Aid& aid, World& w) {
    const Case one = aid.draft(500);
    const CaseFile file = must(aid.add(w.cio, one, kPdf));
    must(w.move(w.cio, aid.now(one), "send"));
    const CasePapers papers = must(w.flows->files().list(w.teacher, id_of(one)));
    REQUIRE(papers.items.size() == 1);
    CHECK(papers.items[0].name == "");
    CHECK(!papers.items[0].can_open);
    CHECK(aid.opened(w.teacher, one, file) == "flows.file_above_level: the file is above the level that you may see");
  });
}

TEST_CASE("a file waits for the checker, which may be down, and an infected one is opened by nobody") {
  on_each_pair([](World& w) {
    std::string answer;
    int n_calls = 0;
    w.flow_options.file_check_url = "http://127.0.0.1:1/scan";
    w.flow_options.call = [&](const OutboundRequest& request) -> Result<OutboundAnswer> {
      ++n_calls;
      CHECK(request.body == kPdf);
      if (answer.empty()) return fail(ErrorCode::unavailable, "http.outbound_failed", {"连不上", "cannot connect"});
      return OutboundAnswer{200, {}, answer};
    };
    Aid aid(w);
    const Case one = aid.draft(500);
    const CaseFile file = must(aid.add(w.cio, one, kPdf));
    CHECK(file.verdict == FileVerdict::waiting);
    const Case sent = must(w.move(w.cio, aid.now(one), "send"));  // nobody waits for a checker that is down
    CHECK(aid.opened(w.cio, one, file) == kPdf);
    CHECK(aid.opened(w.officer, one, file) == "flows.file_unchecked: the file has not been checked yet: open it in a moment");
    CHECK(must(w.flows->files().run_checks()) == 0);
    CHECK(must(w.flows->files().run_checks()) == 0);
    CHECK(n_calls == 1);  // it is asked again later, not at once
    answer = "{\"infected\": \"no\"}";
    w.clock.advance_micros(31'000'000);
    CHECK(must(w.flows->files().run_checks()) == 0);  // no word that could be trusted
    answer = "{\"infected\": false}";
    w.clock.advance_micros(61'000'000);
    CHECK(must(w.flows->files().run_checks()) == 1);
    CHECK(aid.opened(w.officer, one, file) == kPdf);
    const Case other = aid.draft(500);
    const CaseFile bad = must(aid.add(w.cio, other, kPdf));
    answer = "{\"infected\": true}";
    CHECK(must(w.flows->files().run_checks()) == 1);
    CHECK(aid.opened(w.cio, other, bad) == "flows.file_infected: the file did not pass the check and cannot be opened: ask for another");
    CHECK(told(w.move(w.cio, aid.now(other), "send")) == "flows.file_missing: hand in Proof first");
    const Case third = aid.draft(500);
    must(aid.add(w.cio, third, kPdf));
    const Case decided = must(w.move(w.cio, aid.now(third), "send"));
    CHECK(told(aid.add(w.cio, third, kPdf)).starts_with("flows.not_your_form"));
    CHECK(must(w.flows->files().run_checks()) == 1);
    CHECK(told(w.move(w.officer, decided, "granted")).starts_with("flows.case_changed"));  // made from what stood before
    must(aid.add(w.cio, third, kPdf));                                                     // in place of the infected one
    CHECK(told(aid.add(w.cio, one, kPdf)).starts_with("flows.not_your_form"));
    must(aid.add(w.cio, other, kPdf));
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.file_check'") == 3);
  });
}

TEST_CASE("files go when their dataset no longer keeps its rows") {
  on_each_aid([](Aid& aid, World& w) {
    const Case one = aid.draft(500);
    must(aid.add(w.cio, one, kPdf));
    const Case sent = must(w.move(w.cio, aid.now(one), "send"));
    must(w.move(w.officer, sent, "granted"));
    w.clock.set(at("2028-09-20T02:00:00Z"));
    CHECK(must(w.flows->files().purge()) == 0);
    w.clock.set(at("2028-09-25T02:00:00Z"));
    CHECK(must(w.flows->files().purge()) == 1);
    CHECK(w.count("SELECT COUNT(*) FROM flow_file") == 0);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.files_purge'") == 1);
  });
}

TEST_CASE("a letter is issued by its move, frozen, and checked by anyone with its code") {
  on_each_aid([](Aid& aid, World& w) {
    const Case one = aid.refused(w.officer);
    const auto heads = must(w.flows->letters().list(w.cio, id_of(one)));
    REQUIRE(heads.size() == 1);
    CHECK(heads[0].title.en == "Refusal");
    const Letter letter = must(w.flows->letters().read(w.cio, id_of(one), 1));
    CHECK(letter.number == "A2026-000001-1");
    CHECK(letter.content.to == "第一小学");
    CHECK(letter.content.office == "青岛市");
    CHECK(letter.content.body ==
          "你校申请图书资助50元（books），经青岛市审核不予批准。\n理由：材料不符。可在2026年9月24日前申诉。办件A2026-000001，2026年9月21日。");
    const auto check = must(w.flows->letters().verify(letter.code, "10.0.0.1"));
    REQUIRE(check.has_value());
    CHECK(check->number == "A2026-000001-1");
    CHECK(check->title.en == "Refusal");
    CHECK(!check->revoked_at.has_value());
    std::string typed;
    for (const char c : letter.code) typed += c == '-' ? ' ' : c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
    CHECK(must(w.flows->letters().verify(typed, "10.0.0.1")).has_value());
    std::string wrong = letter.code;
    wrong[0] = wrong[0] == '7' ? '8' : '7';
    CHECK(!must(w.flows->letters().verify(wrong, "10.0.0.1")).has_value());
    CHECK(!must(w.flows->letters().verify("", "10.0.0.1")).has_value());
    CHECK(!must(w.flows->letters().verify(shown_letter_code(new_letter_code()), "10.0.0.1")).has_value());
    CHECK(!must(w.flows->letters().verify(shown_letter_code(new_letter_code()), "10.0.0.1")).has_value());
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'letter.verify' AND actor = 'public'") == 3);  // misses are told once a minute
    w.clock.advance_micros(61'000'000);
    CHECK(!must(w.flows->letters().verify(shown_letter_code(new_letter_code()), "10.0.0.1")).has_value());
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE detail LIKE '%\"n\":2%' AND action = 'letter.verify'") == 1);
    CHECK(told(w.flows->letters().read(w.cio, id_of(one), 2)) == "flows.no_such_letter: there is no such letter");
    std::string later = kAid;
    later.replace(later.find("不予批准通知书"), std::string("不予批准通知书").size(), "另一种通知书");
    w.open(later);
    CHECK(must(w.flows->letters().read(w.cio, id_of(one), 1)).content.title.zh == "不予批准通知书");
  });
}

TEST_CASE("codes are of one form, and one sign or a swap of neighbours is seen") {
  for (int i = 0; i < 200; ++i) {
    const std::string code = new_letter_code();
    REQUIRE(code.size() == 16);
    CHECK(plain_letter_code(shown_letter_code(code)) == code);
    std::string wrong = code;
    const auto place = static_cast<size_t>(i % 16);
    wrong[place] = wrong[place] == 'Z' ? 'Y' : 'Z';
    CHECK(!plain_letter_code(wrong).has_value());
  }
  CHECK(!plain_letter_code("7K2M").has_value());
  CHECK(!plain_letter_code("UUUU-UUUU-UUUU-UUUU").has_value());
}

TEST_CASE("whoever tries many codes, or one again and again, has to wait, and others do not") {
  on_each_aid([](Aid& aid, World& w) {
    const Case one = aid.refused(w.officer);
    const std::string code = must(w.flows->letters().read(w.cio, id_of(one), 1)).code;
    for (int i = 0; i < 5; ++i) CHECK(must(w.flows->letters().verify(code, "10.0.0.2")).has_value());
    CHECK(told(w.flows->letters().verify(code, "10.0.0.2")).starts_with("flows.too_many_checks: too many codes were tried: wait "));
    for (int i = 0; i < 195; ++i) CHECK(!must(w.flows->letters().verify(new_letter_code(), "10.0.0.2")).has_value());
    CHECK(told(w.flows->letters().verify(new_letter_code(), "10.0.0.2")).starts_with("flows.too_many_checks"));
    for (int i = 0; i < 500; ++i) CHECK(!must(w.flows->letters().verify("AAAA-BBBB-CCCC-DDDE", "10.0.0.5")).has_value());  // no code at all
    CHECK(must(w.flows->letters().verify(code, "10.0.0.3")).has_value());
  });
}

TEST_CASE("of two officers who decide at once one letter is issued") {
  on_each_aid([](Aid& aid, World& w) {
    const Case sent = must(w.move(w.cio, aid.draft(50), "send"));
    must(w.move(w.officer, sent, "granted"));
    CHECK(told(w.move(w.officer_b, sent, "refused", {}, "不")).starts_with("flows.case_changed"));
    CHECK(w.count("SELECT COUNT(*) FROM flow_letter") == 1);
    CHECK(must(w.flows->letters().list(w.teacher, id_of(sent))).front().can_read == false);  // an account number of L3 stands in it
    CHECK(told(w.flows->letters().read(w.teacher, id_of(sent), 1)) == "flows.letter_above_level: the letter is above the level that you may see");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.move' AND detail LIKE '%\"letters\":[\"grant\"]%'") == 1);
  });
}

TEST_CASE("an appeal opens a case once, within its time, and somebody else hears it") {
  on_each_aid([](Aid& aid, World& w) {
    const Case one = aid.refused(w.officer);
    const Case seen = aid.now(one);
    CHECK(seen.appeal_until == at("2026-09-24T16:00:00Z"));
    REQUIRE(seen.choices.size() == 1);
    CHECK(!seen.choices[0].refused.has_value());
    CHECK(told(w.move(w.officer, seen, "appeal", {}, "不服")) == "flows.not_your_move: 'Appeal' is made by: School");
    CHECK(told(w.move(w.cio, seen, "appeal")) == "flows.note_missing: 'Appeal' needs a note that says why");
    const Case heard = must(w.move(w.cio, seen, "appeal", {}, "材料齐全"));
    CHECK(heard.head.state == "heard");
    CHECK(!heard.head.closed_at.has_value());
    CHECK(must(w.flows->cases(w.officer_b, {})).items.size() == 1);
    CHECK(told(w.move(w.officer, heard, "granted")) == "flows.heard_by_another: 'Grant' is for somebody else than who made the decision");
    const Case granted = must(w.move(w.officer_b, heard, "granted"));
    CHECK(granted.head.state == "granted");
    const auto letters = must(w.flows->letters().list(w.cio, id_of(one)));
    REQUIRE(letters.size() == 2);
    CHECK(letters[0].revoked_at.has_value());
    CHECK(!letters[1].revoked_at.has_value());
    const auto old = must(w.flows->letters().verify(must(w.flows->letters().read(w.cio, id_of(one), 1)).code, "10.0.0.4"));
    CHECK(old->revoked_at.has_value());
  });
}

TEST_CASE("who decided does not hear the appeal although the case ended by itself after the decision") {
  on_each_pair([](World& w) {
    std::string text = kAid;
    const auto put = [&](const std::string& from, const std::string& to) { text.replace(text.find(from), from.size(), to); };
    put("    granted: {title", "    weighed: 已定\n    granted: {title");
    put("to: refused, by: [city]", "to: weighed, id: refuse, by: [city]");
    text += "  - {from: weighed, to: refused, auto: true, label: 转}\n";
    w.open(text);
    const Case sent = must(w.move(w.cio, must(w.flows->open(w.cio, "aid", {{"amount", 50}})), "send"));
    const Case refused = must(w.move(w.officer, sent, "refuse", {}, "不"));
    CHECK(refused.head.state == "refused");
    const Case heard = must(w.move(w.cio, refused, "appeal", {}, "不服"));
    CHECK(told(w.move(w.officer, heard, "granted")).starts_with("flows.heard_by_another"));
    CHECK(must(w.move(w.officer_b, heard, "granted")).head.state == "granted");
  });
}

TEST_CASE("what was decided on an appeal is final, and after its time there is none") {
  on_each_aid([](Aid& aid, World& w) {
    const Case first = aid.refused(w.officer);
    const Case heard = must(w.move(w.cio, first, "appeal", {}, "不服"));
    const Case upheld = must(w.move(w.officer_b, heard, "refused", {}, "维持"));
    CHECK(!aid.now(upheld).appeal_until.has_value());
    CHECK(told(w.move(w.cio, upheld, "appeal", {}, "再申诉")) ==
          "flows.appealed_already: the case has been appealed once: what was decided then is final");
    const Case second = aid.refused(w.officer);
    w.clock.set(at("2026-09-24T15:59:59Z"));
    CHECK(!aid.now(second).choices[0].refused.has_value());
    w.clock.set(at("2026-09-24T16:00:00Z"));
    CHECK(aid.now(second).choices[0].refused->en == "the time for an appeal ended at 2026-09-24 23:59");
    CHECK(told(w.move(w.cio, second, "appeal", {}, "晚了")) == "flows.appeal_late: the time for an appeal ended at 2026-09-24 23:59");
  });
}

TEST_CASE("who opened a case rates it once, when it has ended, and figures tell what it cost them") {
  on_each_aid([](Aid& aid, World& w) {
    const Case sent = must(w.move(w.cio, aid.draft(50), "send"));
    CHECK(told(w.flows->ratings().rate(w.cio, id_of(sent), 5, "")) == "flows.not_ended: a case is rated when it has ended");
    must(w.move(w.officer, sent, "granted"));
    CHECK(told(w.flows->ratings().rate(w.officer, id_of(sent), 5, "")) == "flows.not_your_rating: a case is rated by who opened it");
    CHECK(told(w.flows->ratings().rate(w.cio, id_of(sent), 6, "")).starts_with("flows.bad_rating: give one to five stars"));
    CHECK(must(w.flows->ratings().find(w.cio, id_of(sent))).can_rate);
    must(w.flows->ratings().rate(w.cio, id_of(sent), 4, "办得快"));
    CHECK(told(w.flows->ratings().rate(w.cio, id_of(sent), 1, "")) == "flows.rated_already: the case has been rated already");
    CHECK(must(w.flows->ratings().find(w.officer, id_of(sent))).rating->words == "办得快");
    CHECK(must(w.flows->ratings().find(w.teacher, id_of(sent))).rating->words == "");
    const FlowFigures figures = must(w.flows->figures(w.officer, "aid"));
    CHECK(figures.n_by_stars == std::array<int64_t, 5>{0, 0, 0, 1, 0});
    CHECK(figures.mean_typed == 3);   // use, amount, bank
    CHECK(figures.mean_filled == 1);  // the school
  });
}

}  // namespace banmo::flows::test
