// SPDX-License-Identifier: Apache-2.0
// Admissions: applicants, choices, plans, quotas, batches.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using Draft = DraftAdmission;
using Batch = DraftAdmission::Batch;
using Quota = DraftAdmission::Quota;
using Tie = DraftAdmission::Tie;
using Tier = DraftAdmission::Tier;

constexpr std::array<Key<Draft>, 2> kApplicantsKeys{{{"of", member<&Draft::applicants>, true}, {"number", member<&Draft::number>, true}}};

constexpr std::array<Key<Draft>, 4> kChoicesKeys{{
    {"of", member<&Draft::choices>, true},
    {"batch", member<&Draft::choice_batch>, true},
    {"order", member<&Draft::choice_order>, true},
    {"program", member<&Draft::choice_program>, true},
}};

constexpr std::array<Key<Draft>, 5> kPlansKeys{{
    {"of", member<&Draft::plans>, true},
    {"batch", member<&Draft::plan_batch>, true},
    {"program", member<&Draft::plan_program>, true},
    {"title", member<&Draft::plan_title>, true},
    {"seats", member<&Draft::plan_seats>, true},
}};

constexpr std::array<Key<Draft>, 5> kQuotaSeatsKeys{{
    {"of", member<&Draft::quota_seats>, true},
    {"batch", member<&Draft::quota_batch>, true},
    {"program", member<&Draft::quota_program>, true},
    {"quota", member<&Draft::quota_quota>, true},
    {"seats", member<&Draft::quota_n>, true},
}};

constexpr std::array<Key<Draft>, 6> kResultsKeys{{
    {"of", member<&Draft::results>, true},
    {"batch", member<&Draft::result_batch>, true},
    {"program", member<&Draft::result_program>, true},
    {"order", member<&Draft::result_order>, true},
    {"quota", member<&Draft::result_quota>},
    {"set",
     [](Draft& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "set", findings)) return;
       for (const auto& [key, item] : value.members()) {
         auto& [field, text] = out.also.emplace_back();
         field = {key.scalar(), key.where()};
         read_into(item, text, findings);
       }
     }},
}};

constexpr std::array<Key<Quota>, 5> kQuotaKeys{{
    {"id", [](Quota& out, const yaml::Node& value, Findings& findings) { read_id(value, out.id, findings); }, true},
    {"title", [](Quota& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"title_en", [](Quota& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
    {"when", member<&Quota::when>, true},
    {"unused", member<&Quota::unused>},
}};

constexpr std::array<Key<Tier>, 3> kTierKeys{{
    {"when", member<&Tier::when>, true},
    {"title", [](Tier& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"title_en", [](Tier& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
}};

constexpr std::array<Key<Tie>, 4> kTieKeys{{
    {"by", member<&Tie::by>, true},
    {"first",
     [](Tie& out, const yaml::Node& value, Findings& findings) {
       constexpr std::array<std::string_view, 2> kEnds{"high", "low"};
       if (const auto index = read_word(value, "first", kEnds, findings)) out.low_first = *index == 1;
     }},
    {"title", [](Tie& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"title_en", [](Tie& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
}};

// A word, lottery or number; or a value that is compared.
void read_tie(const yaml::Node& node, Tie& out, Findings& findings) {
  out.where = node.where();
  if (node.kind() == yaml::Kind::map) return read_map<Tie>(node, "tie", kTieKeys, out, findings);
  constexpr std::array<std::string_view, 2> kWords{"lottery", "number"};
  const auto index = read_word(node, "tie", kWords, findings);
  if (!index) return;
  out.kind = *index == 0 ? AdmissionTie::By::lottery : AdmissionTie::By::number;
  out.title = *index == 0 ? Title{"抽签号", "lottery"} : Title{"考生号", "applicant's number"};
}

template <class T>
void read_list(const yaml::Node& node, std::string_view what, std::vector<T>& out, Findings& findings,
               void (*read)(const yaml::Node& node, T& out, Findings& findings)) {
  if (!require_sequence(node, what, findings)) return;
  for (const yaml::Node& item : node.items()) read(item, out.emplace_back(), findings);
}

constexpr std::array<Key<Batch>, 12> kBatchKeys{{
    {"id", [](Batch& out, const yaml::Node& value, Findings& findings) { read_id(value, out.batch.id, findings); }, true},
    {"title", [](Batch& out, const yaml::Node& value, Findings& findings) { read_into(value, out.batch.title.zh, findings); }, true},
    {"title_en", [](Batch& out, const yaml::Node& value, Findings& findings) { read_into(value, out.batch.title.en, findings); }},
    {"mechanism",
     [](Batch& out, const yaml::Node& value, Findings& findings) {
       if (const auto index = read_word(value, "mechanism", mechanism_names(), findings)) out.batch.mechanism = static_cast<Mechanism>(*index);
     },
     true},
    {"max_choices", [](Batch& out, const yaml::Node& value, Findings& findings) { read_into(value, out.batch.max_choices, findings); }, true},
    {"eligible", member<&Batch::eligible>},
    {"floor", member<&Batch::floor>},
    {"tiers",
     [](Batch& out, const yaml::Node& value, Findings& findings) {
       read_list<Tier>(value, "tiers", out.tiers, findings,
                       [](const yaml::Node& item, Tier& tier, Findings& found) { read_map<Tier>(item, "tier", kTierKeys, tier, found); });
     }},
    {"score", member<&Batch::score>},
    {"ties", [](Batch& out, const yaml::Node& value, Findings& findings) { read_list<Tie>(value, "ties", out.ties, findings, read_tie); }, true},
    {"placed",
     [](Batch& out, const yaml::Node& value, Findings& findings) {
       constexpr std::array<std::string_view, 2> kWays{"leave", "stay"};
       if (const auto index = read_word(value, "placed", kWays, findings)) out.batch.placed_leave = *index == 0;
     }},
    {"unused", member<&Batch::unused>},
}};

constexpr std::array<Key<Draft>, 10> kAdmissionKeys{{
    {"id", [](Draft& out, const yaml::Node& value, Findings& findings) { read_id(value, out.admission.id, findings); }, true},
    {"title", [](Draft& out, const yaml::Node& value, Findings& findings) { read_into(value, out.admission.title.zh, findings); }, true},
    {"title_en", [](Draft& out, const yaml::Node& value, Findings& findings) { read_into(value, out.admission.title.en, findings); }},
    {"applicants",
     [](Draft& out, const yaml::Node& value, Findings& findings) { read_map<Draft>(value, "applicants", kApplicantsKeys, out, findings); }, true},
    {"choices", [](Draft& out, const yaml::Node& value, Findings& findings) { read_map<Draft>(value, "choices", kChoicesKeys, out, findings); },
     true},
    {"plans", [](Draft& out, const yaml::Node& value, Findings& findings) { read_map<Draft>(value, "plans", kPlansKeys, out, findings); }, true},
    {"quota_seats",
     [](Draft& out, const yaml::Node& value, Findings& findings) { read_map<Draft>(value, "quota_seats", kQuotaSeatsKeys, out, findings); }},
    {"quotas",
     [](Draft& out, const yaml::Node& value, Findings& findings) {
       read_list<Quota>(value, "quotas", out.quotas, findings, [](const yaml::Node& item, Quota& quota, Findings& found) {
         quota.where = item.where();
         read_map<Quota>(item, "quota", kQuotaKeys, quota, found);
       });
     }},
    {"batches",
     [](Draft& out, const yaml::Node& value, Findings& findings) {
       read_list<Batch>(value, "batches", out.batches, findings, [](const yaml::Node& item, Batch& batch, Findings& found) {
         batch.batch.where = item.where();
         read_map<Batch>(item, "batch", kBatchKeys, batch, found);
       });
     },
     true},
    {"results", [](Draft& out, const yaml::Node& value, Findings& findings) { read_map<Draft>(value, "results", kResultsKeys, out, findings); }},
}};

}  // namespace

DraftAdmission read_admission(const yaml::Node& node, const Source& source, Findings& findings) {
  DraftAdmission out;
  out.admission.where = node.where();
  read_map<DraftAdmission>(node, "admission", kAdmissionKeys, out, findings);
  for (Quota& quota : out.quotas) quota.when = exact_text(quota.when, source);
  for (auto& [field, value] : out.also) value = exact_text(value, source);
  for (Batch& batch : out.batches) {
    for (Text* text : {&batch.eligible, &batch.floor, &batch.score}) *text = exact_text(*text, source);
    for (Tier& tier : batch.tiers) tier.when = exact_text(tier.when, source);
    for (Tie& tie : batch.ties) tie.by = exact_text(tie.by, source);
  }
  return out;
}

}  // namespace banmo::pack
