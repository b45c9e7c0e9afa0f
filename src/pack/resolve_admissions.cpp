// SPDX-License-Identifier: Apache-2.0
// Admissions: their datasets and fields are looked up, their rules compiled. What would stop a run, or leave two applicants alike, is refused here.
#include <algorithm>
#include <array>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

constexpr size_t kMaxQuotas = 63;  // and the open seats: as many groups as a program can have
constexpr int kMaxChoices = 200;
constexpr size_t kMostTies = 16, kMostBatches = 32;
constexpr std::array<std::string_view, 5> kMechanisms{"deferred_acceptance", "parallel_choice", "immediate_acceptance", "top_trading_cycles",
                                                      "lottery"};

void fall_back(Title& title) {
  if (title.en.empty()) title.en = title.zh;
}

bool is_number(expr::Type type) { return type == expr::Type::integer || type == expr::Type::decimal || type == expr::Type::boolean; }

bool has_grain(const Dataset& dataset, std::vector<std::string> wanted) {
  std::vector<std::string> grain = dataset.grain;
  std::sort(grain.begin(), grain.end());
  std::sort(wanted.begin(), wanted.end());
  return grain == wanted;
}

}  // namespace

std::span<const std::string_view> mechanism_names() { return kMechanisms; }
std::string_view name_of(Mechanism mechanism) { return kMechanisms[static_cast<size_t>(mechanism)]; }

std::optional<Mechanism> mechanism_of(std::string_view name) {
  const auto found = std::find(kMechanisms.begin(), kMechanisms.end(), name);
  return found == kMechanisms.end() ? std::nullopt : std::optional(static_cast<Mechanism>(found - kMechanisms.begin()));
}

// Compiles the rules of one admission.
class AdmissionRules {
 public:
  AdmissionRules(Admission& out, Findings& findings) : out_(out), findings_(findings) {}

  void add_fields(const Dataset& dataset, const std::string& prefix) {
    for (const Field& field : dataset.fields) {
      if (field.encrypted) continue;  // the store cannot compare what is sealed
      out_.context.fields.push_back({prefix + field.id, expression_type(field.type)});
      out_.columns.push_back(field.id);
      levels_.push_back(field.level);
    }
  }

  std::optional<expr::Expression> compile(const Text& text) {
    auto compiled = expr::Expression::compile(text.text, out_.context, text.where);
    if (!compiled.ok()) {
      findings_.add(std::move(compiled).error());
      return std::nullopt;
    }
    for (const size_t field : compiled->fields()) out_.level = std::max(out_.level, levels_[field]);
    return std::move(compiled).value();
  }

  std::optional<expr::Expression> condition(const Text& text) {
    auto compiled = compile(text);
    if (!compiled || compiled->type() == expr::Type::boolean) return compiled;
    findings_.add("not_a_condition",
                  {"条件须为真或假，现为 " + std::string(expr::name_of(compiled->type())),
                   "this must be a condition; it is " + std::string(expr::name_of(compiled->type()))},
                  text.where);
    return std::nullopt;
  }

  std::optional<expr::Expression> number(const Text& text) {
    auto compiled = compile(text);
    if (!compiled || is_number(compiled->type())) return compiled;
    findings_.add("admission_number",
                  {"排序的依据须是数值，现为 " + std::string(expr::name_of(compiled->type())),
                   "what applicants are ordered by must be a number; this is " + std::string(expr::name_of(compiled->type()))},
                  text.where);
    return std::nullopt;
  }

  // Reads fields of the applicant alone.
  bool of_applicant(const std::optional<expr::Expression>& rule) const {
    return !rule || std::all_of(rule->fields().begin(), rule->fields().end(), [&](size_t field) { return field < out_.n_applicant_fields; });
  }

 private:
  Admission& out_;
  Findings& findings_;
  std::vector<Level> levels_;  // beside context.fields
};

void CatalogueBuilder::resolve_admissions() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftAdmission& draft : pack.admissions) {
      if (!register_id(out_->admission_index_, draft.admission.id, out_->admissions_.size(), "admission", draft.admission.where)) continue;
      Admission admission = draft.admission;
      admission.pack = pack.info.id;
      fall_back(admission.title);
      resolve_admission(admission, draft, pack);
      out_->admissions_.push_back(std::move(admission));
    }
  }
}

void CatalogueBuilder::resolve_admission(Admission& out, const DraftAdmission& draft, const DraftPack& pack) {
  const Dataset* applicants = find_dataset(draft.applicants);
  const Dataset* choices = find_dataset(draft.choices);
  const Dataset* plans = find_dataset(draft.plans);
  const Dataset* seats = draft.quota_seats ? find_dataset(draft.quota_seats) : nullptr;
  if (applicants == nullptr || choices == nullptr || plans == nullptr) return;
  out.applicants = {applicants->id, field_in(*applicants, draft.number)};
  out.choices = {choices->id, field_in(*choices, draft.choice_batch), field_in(*choices, draft.choice_order),
                 field_in(*choices, draft.choice_program)};
  out.plans = {plans->id, field_in(*plans, draft.plan_batch), field_in(*plans, draft.plan_program), field_in(*plans, draft.plan_title),
               field_in(*plans, draft.plan_seats)};
  check_admission_keys(out, draft, *applicants, *choices, *plans);
  if (seats != nullptr) {
    out.quota_seats = {seats->id, field_in(*seats, draft.quota_batch), field_in(*seats, draft.quota_program), field_in(*seats, draft.quota_quota),
                       field_in(*seats, draft.quota_n)};
    check_admission_grain(*seats, {seats->period_field, out.quota_seats.batch, out.quota_seats.program, out.quota_seats.quota}, draft.quota_seats);
    check_admission_whole(*seats, draft.quota_n);
  }
  AdmissionRules rules(out, findings_);
  out.context.parameters = pack.params;
  out.level = std::max(applicants->level, choices->level);
  rules.add_fields(*applicants, "");
  out.n_applicant_fields = out.context.fields.size();
  rules.add_fields(*plans, "program.");
  out.n_program_fields = out.context.fields.size() - out.n_applicant_fields;
  rules.add_fields(*choices, "choice.");
  resolve_quotas(out, draft, rules);
  for (const DraftAdmission::Batch& one : draft.batches) resolve_batch(out, one, rules);
  check_batches(out, draft, *choices);
  check_public_number(out, draft, *applicants);
  resolve_results(out, draft, rules);
}

void CatalogueBuilder::check_admission_grain(const Dataset& dataset, std::vector<std::string> grain, const Text& name) {
  if (dataset.kind == DatasetKind::entry && !dataset.period_field.empty() && has_grain(dataset, grain)) return;
  std::string all;
  for (const std::string& field : grain) all += (all.empty() ? "" : ", ") + (field.empty() ? std::string("?") : field);
  findings_.add("admission_grain",
                {"数据集 " + in_quotes(dataset.id) + " 须为填报类、有 period，主键恰为 [" + all + "]",
                 "the dataset " + in_quotes(dataset.id) + " must be an entry dataset with a period and exactly the grain [" + all + "]"},
                name.where);
}

void CatalogueBuilder::check_admission_whole(const Dataset& dataset, const Text& name) {
  const Field* field = dataset.field(name.text);
  if (field == nullptr || field->type == FieldType::integer) return;
  findings_.add("admission_whole", {"字段 " + in_quotes(name.text) + " 须是整数", "the field " + in_quotes(name.text) + " must be a whole number"},
                name.where);
}

void CatalogueBuilder::check_admission_keys(const Admission& out, const DraftAdmission& draft, const Dataset& applicants, const Dataset& choices,
                                            const Dataset& plans) {
  check_admission_grain(applicants, {applicants.period_field, applicants.person_field}, draft.applicants);
  check_admission_grain(choices, {choices.period_field, choices.person_field, out.choices.batch, out.choices.order}, draft.choices);
  check_admission_grain(plans, {plans.period_field, out.plans.batch, out.plans.program}, draft.plans);
  check_admission_whole(choices, draft.choice_order);
  check_admission_whole(plans, draft.plan_seats);
  const Field* number = applicants.field(out.applicants.number);
  if (number != nullptr && (number->type != FieldType::text || number->encrypted || !number->required))
    findings_.add("admission_number_field",
                  {"考生号 " + in_quotes(number->id) + " 须是必填、不加密的文本",
                   "the number " + in_quotes(number->id) + " must be a required text that is not sealed"},
                  draft.number.where);
}

void CatalogueBuilder::resolve_quotas(Admission& out, const DraftAdmission& draft, AdmissionRules& rules) {
  if (draft.quotas.empty() != !draft.quota_seats || draft.quotas.size() > kMaxQuotas)
    findings_.add("admission_quotas",
                  {"quotas（1 至 63 类）与 quota_seats 须同时写明", "quotas (1 to 63 of them) and quota_seats are given together"},
                  draft.admission.where);
  for (size_t i = 0; i < draft.quotas.size(); ++i) {
    const DraftAdmission::Quota& one = draft.quotas[i];
    Title title = one.title;
    fall_back(title);
    auto when = rules.condition(one.when);
    if (when && !rules.of_applicant(when))
      findings_.add("admission_quota_when", {"名额类别的条件只能用考生的字段", "the condition of a quota names fields of the applicant alone"},
                    one.when.where);
    const auto later = std::find_if(draft.quotas.begin() + static_cast<std::ptrdiff_t>(i) + 1, draft.quotas.end(),
                                    [&](const auto& other) { return other.id == one.unused.text; });
    if (one.unused && one.unused.text != "open" && one.unused.text != "none" && later == draft.quotas.end())
      findings_.add("admission_unused", {"unused 须是 open、none 或排在后面的名额类别", "unused is open, none or a quota that stands later"},
                    one.unused.where);
    const auto same = [&](const AdmissionQuota& other) { return other.id == one.id; };
    if (one.id == "open" || one.id == "none" || std::any_of(out.quotas.begin(), out.quotas.end(), same))
      findings_.add("duplicate_id", {in_quotes(one.id) + " 重复或为保留字", in_quotes(one.id) + " stands twice or is a word of the format"},
                    one.where);
    if (when)
      out.quotas.push_back({one.id, title, std::move(*when), !one.unused ? "open" : one.unused.text == "none" ? "" : one.unused.text, one.where});
  }
}

void CatalogueBuilder::resolve_batch(Admission& out, const DraftAdmission::Batch& draft, AdmissionRules& rules) {
  AdmissionBatch batch = draft.batch;
  fall_back(batch.title);
  batch.unused = draft.unused.text;
  if (draft.eligible) batch.eligible = rules.condition(draft.eligible);
  if (draft.floor) batch.floor = rules.condition(draft.floor);
  if (draft.score) batch.score = rules.number(draft.score);
  bool is_common = rules.of_applicant(batch.score);
  for (const DraftAdmission::Tier& one : draft.tiers) {
    auto when = rules.condition(one.when);
    is_common = is_common && rules.of_applicant(when);
    if (!when) continue;
    batch.tiers.push_back({one.title, std::move(*when)});
    fall_back(batch.tiers.back().title);
  }
  for (const DraftAdmission::Tie& one : draft.ties) {
    AdmissionTie tie{one.kind, {}, one.low_first, one.title};
    fall_back(tie.title);
    if (one.kind == AdmissionTie::By::value) tie.value = rules.number(one.by);
    is_common = is_common && rules.of_applicant(tie.value);
    batch.ties.push_back(std::move(tie));
  }
  if (batch.max_choices < 1 || batch.max_choices > kMaxChoices)
    findings_.add("number_range", {"max_choices 须在 1 至 200 之间", "max_choices must be 1 to 200"}, batch.where);
  if (batch.mechanism == Mechanism::parallel_choice && !is_common)
    findings_.add("admission_common_order",
                  {"平行志愿按统一次序投档：tiers、score 和 ties 只能用考生的字段",
                   "parallel choice goes by one order: tiers, score and ties name fields of the applicant alone"},
                  batch.where);
  if (batch.mechanism == Mechanism::lottery && (batch.score || !batch.has_lottery() || batch.ties.size() > 1))
    findings_.add("admission_lottery",
                  {"抽签批次没有 score，ties 只写 [lottery]", "a batch by lottery has no score, and its ties are [lottery] alone"}, batch.where);
  out.batches.push_back(std::move(batch));
}

void CatalogueBuilder::check_batches(const Admission& out, const DraftAdmission& draft, const Dataset& choices) {
  if (out.batches.empty()) findings_.add("admission_batches", {"至少要有一个批次", "there must be a batch at least"}, draft.admission.where);
  if (out.batches.size() > kMostBatches)
    findings_.add("admission_batches", {"批次最多 32 个", "there are 32 batches at most"}, draft.admission.where);
  const Field* field = choices.field(out.choices.batch);
  const CodeList* list = field == nullptr ? nullptr : out_->code_list(field->list);
  for (size_t i = 0; i < out.batches.size(); ++i) {
    const AdmissionBatch& batch = out.batches[i];
    if (batch.ties.size() > kMostTies || batch.tiers.size() > kMostTies)
      findings_.add("admission_order", {"一个批次最多 16 个 tiers、16 个 ties", "a batch has 16 tiers and 16 ties at most"}, batch.where);
    if (out.batch(batch.id) != &batch)
      findings_.add("duplicate_id", {"批次 " + in_quotes(batch.id) + " 重复", "the batch " + in_quotes(batch.id) + " stands twice"}, batch.where);
    if (list != nullptr && std::none_of(list->values.begin(), list->values.end(), [&](const auto& value) { return value.code == batch.id; }))
      findings_.add("unknown_code",
                    {"代码表 " + in_quotes(list->id) + " 没有 " + in_quotes(batch.id),
                     "the code list " + in_quotes(list->id) + " has no " + in_quotes(batch.id)},
                    batch.where);
    const auto is_value = [](const AdmissionTie& tie) { return tie.by == AdmissionTie::By::value; };
    if (batch.ties.empty() || is_value(batch.ties.back()) || !std::all_of(batch.ties.begin(), batch.ties.end() - 1, is_value))
      findings_.add("admission_order",
                    {"ties 须以 lottery 或 number 结尾（只在最后），否则两名考生可能无法分出先后",
                     "ties end in lottery or number (and have them nowhere else): otherwise two applicants may stand alike"},
                    batch.where);
    const bool is_later = std::any_of(out.batches.begin() + static_cast<std::ptrdiff_t>(i) + 1, out.batches.end(),
                                      [&](const AdmissionBatch& other) { return other.id == batch.unused; });
    if (!batch.unused.empty() && !is_later)
      findings_.add("admission_unused", {"批次的 unused 须是后面的批次", "unused of a batch is a later batch"}, draft.batches[i].unused.where);
  }
}

// Lists of draws are public, and a number stands in addresses.
void CatalogueBuilder::check_public_number(const Admission& out, const DraftAdmission& draft, const Dataset& applicants) {
  const Field* number = applicants.field(out.applicants.number);
  if (number == nullptr || number->level <= Level::l1) return;
  findings_.add(
      "admission_public_number",
      {"考生号对外公布：字段 " + in_quotes(number->id) + " 须为 level: L1，并写明 level_reason",
       "the public knows applicants by their number: the field " + in_quotes(number->id) + " must have level: L1 and say why (level_reason)"},
      draft.number.where);
}

void CatalogueBuilder::resolve_results(Admission& out, const DraftAdmission& draft, AdmissionRules& rules) {
  if (!draft.results) return;
  const Dataset* results = find_dataset(draft.results);
  if (results == nullptr) return;
  out.results = {results->id,
                 field_in(*results, draft.result_batch),
                 field_in(*results, draft.result_program),
                 field_in(*results, draft.result_order),
                 draft.result_quota ? field_in(*results, draft.result_quota) : std::string(),
                 {}};
  if (results->kind != DatasetKind::entry || !has_grain(*results, {results->period_field, results->person_field}) || !results->flow.empty())
    findings_.add(
        "admission_results",
        {"录取结果的数据集 " + in_quotes(results->id) + " 须为填报类、不属于流程，主键恰为学年与人员",
         "the dataset " + in_quotes(results->id) + " of results must be an entry dataset of no flow whose grain is its period and its person"},
        draft.results.where);
  for (const auto& [name, text] : draft.also) {
    const std::string field = field_in(*results, name);
    auto value = rules.compile(text);
    if (field.empty() || !value) continue;
    for (const size_t read : value->fields()) {
      if (read >= out.n_applicant_fields + out.n_program_fields)
        findings_.add("admission_set", {"set 只能用考生和计划的字段", "set names fields of the applicant and the program alone"}, text.where);
    }
    out.results.also.emplace_back(field, std::move(*value));
  }
  out_->datasets_[out_->dataset_index_.find(results->id)->second].flow = out.id;
}

}  // namespace banmo::pack
