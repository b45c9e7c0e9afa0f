// SPDX-License-Identifier: Apache-2.0
// What an admission may not be, each with the sentence and the place: the ^ in a text.
#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack::testing;

namespace {

constexpr const char* kHead =
    "  applicants: {of: who, number: no}\n  choices: {of: wish, batch: batch, order: nth, program: prog}\n  plans: {of: plan, batch: batch, program: "
    "prog, title: name, seats: seats}\n";
constexpr const char* kBatches =
    "  batches:\n  - {id: r, title: 一, mechanism: deferred_acceptance, max_choices: 3, eligible: \"local = 1\", floor: \"score >= program.floor\", "
    "tiers: [{when: \"choice.nth = 1\", title: 第一志愿}], score: score, ties: [{by: maths, title: 数学}, lottery]}\n";

// Datasets of applicants, choices, plans and quotas, and an admission over them, in parts.
std::string admission(std::string_view batches = kBatches, std::string_view more = "", std::string_view head = kHead) {
  return "datasets:\n"
         "- {id: who, title: 考生, grain: [year, person], class: {category: c, level: L3}, scope: {org: school, person: person}, period: {by: year}, "
         "fields: {year: {type: year, title: 年}, person: {type: ref, to: core.student, title: 学生}, school: {type: org, title: 学校}, no: {type: "
         "text, title: 号, required: true, level: L1, level_reason: 公布}, score: {type: decimal, title: 分}, maths: {type: decimal, title: 数学}, "
         "local: {type: bool, title: "
         "本地}, "
         "word: {type: text, title: 词}, secret: {type: text, title: 密, enc: true}}}\n"
         "- {id: wish, title: 志愿, grain: [year, person, batch, nth], class: {category: c, level: L3}, scope: {person: person}, period: {by: year}, "
         "fields: {year: {type: year, title: 年}, person: {type: ref, to: core.student, title: 学生}, batch: {type: code, list: colour, title: 批}, "
         "nth: "
         "{type: int, title: 次}, prog: {type: text, title: 专业}}}\n"
         "- {id: plan, title: 计划, grain: [year, batch, prog], class: {category: c, level: L1}, period: {by: year}, fields: {year: {type: year, "
         "title: "
         "年}, batch: {type: code, list: colour, title: 批}, prog: {type: text, title: 专业}, name: {type: text, title: 名}, seats: {type: int, "
         "title: "
         "数}, floor: {type: decimal, title: 线}}}\n"
         "- {id: quota, title: 名额, grain: [year, batch, prog, kind], class: {category: c, level: L1}, period: {by: year}, fields: {year: {type: "
         "year, "
         "title: 年}, batch: {type: code, list: colour, title: 批}, prog: {type: text, title: 专业}, kind: {type: text, title: 类}, n: {type: int, "
         "title: "
         "数}}}\n"
         "- {id: got, title: 结果, grain: [year, person], class: {category: c, level: L3}, scope: {org: school, person: person}, period: {by: year}, "
         "fields: {year: {type: year, title: 年}, person: {type: ref, to: core.student, title: 学生}, school: {type: org, title: 学校}, batch: "
         "{type: "
         "text, title: 批}, prog: {type: text, title: 专业}, nth: {type: int, title: 次}}}\n"
         "admissions:\n- id: a\n  title: 招生\n" +
         std::string(head) + std::string(batches) + std::string(more);
}
std::string batch(const std::string& what) {
  return "  batches:\n  - {id: r, title: 一, mechanism: deferred_acceptance, max_choices: 3, " + what + "}\n";
}
constexpr const char* kQuotas =
    "  quota_seats: {of: quota, batch: batch, program: prog, quota: kind, seats: n}\n  quotas: [{id: art, title: 艺术, when: \"word = 'art'\"}]\n";
constexpr const char* kResults = "  results: {of: got, batch: batch, program: prog, order: nth, set: {school: school}}\n";

bool says(const std::string& findings, std::string_view what) { return findings.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("an admission with quotas, tiers, ties, a lottery and results loads") {
  CHECK(findings_of(admission(kBatches, std::string(kQuotas) + kResults)) == "");
}

TEST_CASE("unknown keys, fields and mechanisms of an admission are refused with the nearest one") {
  CHECK(says(findings_of(admission(batch("^tie: [number]"))), "^: 'batch' has no key 'tie'; did you mean 'ties'? [pack.unknown_key]"));
  CHECK(findings_of(admission(batch("score: ^scor, ties: [number]"))).find("^: ") != std::string::npos);
  CHECK(says(findings_of(admission(batch("ties: [^lotery]"))), "^: 'tie' cannot be 'lotery'; one of: lottery, number"));
  CHECK(says(findings_of(admission("  batches:\n  - {id: r, title: 一, max_choices: 1, ties: [number], mechanism: ^boston}\n")),
             "^: 'mechanism' cannot be 'boston'; one of: deferred_acceptance, parallel_choice, immediate_acceptance, top_trading_cycles, lottery"));
  CHECK(says(
      findings_of(admission(kBatches, "",
                            "  applicants: {of: who, number: ^nr}\n  choices: {of: wish, batch: batch, order: nth, program: prog}\n  plans: {of: "
                            "plan, batch: batch, program: prog, title: name, seats: seats}\n")),
      "^: the dataset 'who' has no field 'nr'"));
}

TEST_CASE("an order in which two applicants could stand alike is refused") {
  const std::string words =
      "ties end in lottery or number (and have them nowhere else): otherwise two applicants may stand alike [pack.admission_order]";
  CHECK(says(findings_of(admission(batch("ties: [{by: maths, title: 数学}]"))), words));
  CHECK(says(findings_of(admission(batch("ties: [number, {by: maths, title: 数学}]"))), words));
  CHECK(says(findings_of(admission(batch("ties: [lottery, number]"))), words));
}

TEST_CASE("more ties and batches than anybody can read are refused") {
  std::string ties, batches = "  batches:\n";
  for (int i = 0; i < 16; ++i) ties += "{by: maths, title: 数学}, ";
  CHECK(says(findings_of(admission(batch("ties: [" + ties + "number]"))), "a batch has 16 tiers and 16 ties at most [pack.admission_order]"));
  for (int i = 0; i < 33; ++i)
    batches += "  - {id: b" + std::to_string(i) + ", title: 一, mechanism: deferred_acceptance, max_choices: 1, ties: [number]}\n";
  CHECK(says(findings_of(admission(batches)), "there are 32 batches at most [pack.admission_batches]"));
}

TEST_CASE("rules of the wrong type, and sealed fields, are refused") {
  CHECK(says(findings_of(admission(batch("eligible: ^score, ties: [number]"))), "^: this must be a condition; it is decimal [pack.not_a_condition]"));
  CHECK(says(findings_of(admission(batch("score: ^word, ties: [number]"))), "^: what applicants are ordered by must be a number; this is text"));
  CHECK(says(findings_of(admission(batch("eligible: \"secret = '1'\", ties: [number]"))), "secret"));
}

TEST_CASE("parallel choice goes by one order, a lottery by lots alone") {
  const auto with = [](const std::string& mechanism, const std::string& rest) {
    return admission("  batches:\n  - {id: r, title: 一, max_choices: 1, mechanism: " + mechanism + ", " + rest + "}\n");
  };
  CHECK(says(findings_of(with("parallel_choice", "score: score + program.floor, ties: [number]")),
             "parallel choice goes by one order: tiers, score and ties name fields of the applicant alone [pack.admission_common_order]"));
  CHECK(findings_of(with("parallel_choice", "eligible: \"score >= program.floor\", score: score, ties: [number]")) == "");
  CHECK(says(findings_of(with("lottery", "score: score, ties: [lottery]")),
             "a batch by lottery has no score, and its ties are [lottery] alone [pack.admission_lottery]"));
  CHECK(findings_of(with("lottery", "ties: [lottery]")) == "");
}

TEST_CASE("batches and quotas that stand twice, are unknown, or pass seats backwards are refused") {
  const std::string two =
      "  batches:\n  - {id: r, title: 一, mechanism: deferred_acceptance, max_choices: 1, ties: [number]}\n  - {id: ID, title: 二, mechanism: "
      "deferred_acceptance, max_choices: 1, ties: [number], unused: r}\n";
  const auto second = [&](const std::string& id) { return std::string(two).replace(two.find("ID"), 2, id); };
  CHECK(says(findings_of(admission(second("g"))), "unused of a batch is a later batch [pack.admission_unused]"));
  CHECK(says(findings_of(admission(second("r"))), "the batch 'r' stands twice [pack.duplicate_id]"));
  CHECK(says(findings_of(admission(second("b9"))), "has no 'b9' [pack.unknown_code]"));
  CHECK(says(findings_of(admission(kBatches, "  quotas: [{id: art, title: 艺术, when: \"word = 'art'\"}]\n")),
             "quotas (1 to 63 of them) and quota_seats are given together [pack.admission_quotas]"));
  CHECK(
      says(findings_of(admission(kBatches,
                                 "  quota_seats: {of: quota, batch: batch, program: prog, quota: kind, seats: n}\n  quotas: [{id: art, title: 艺术, "
                                 "when: \"program.seats > 1\", unused: art}]\n")),
           "the condition of a quota names fields of the applicant alone"));
}

TEST_CASE("datasets that could give an applicant or a program twice are refused") {
  CHECK(
      says(findings_of(admission(kBatches, "",
                                 "  applicants: {of: ^plan, number: prog}\n  choices: {of: wish, batch: batch, order: nth, program: prog}\n  plans: "
                                 "{of: plan, batch: batch, program: prog, title: name, seats: seats}\n")),
           "must be an entry dataset with a period and exactly the grain"));
  CHECK(says(findings_of(admission(kBatches, "  results: {of: ^wish, batch: batch, program: prog, order: nth}\n")),
             "must be an entry dataset of no flow whose grain is its period and its person [pack.admission_results]"));
}

TEST_CASE("numbers by which the public knows applicants are graded so") {
  const std::string text = admission();
  const std::string closed =
      std::string(text).replace(text.find(", level: L1, level_reason: 公布"), std::string(", level: L1, level_reason: 公布").size(), "");
  CHECK(says(
      findings_of(closed),
      "the public knows applicants by their number: the field 'no' must have level: L1 and say why (level_reason) [pack.admission_public_number]"));
}
