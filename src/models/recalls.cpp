// SPDX-License-Identifier: Apache-2.0
// Taking back what was published: asked for with a reason by one person, decided by another, refused while something rests on it that somebody was
// promised. Its rows leave the dataset of results; those of other batches come in again, since one may have covered another's.
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "models/admissions.h"
#include "models/run_rows.h"
#include "models/run_store.h"
#include "models/season.h"

namespace banmo::models {
namespace {

constexpr size_t kShortestReason = 5, kLongestReason = 500;  // characters
constexpr int kPage = 1000;
constexpr std::string_view kOrgsOfRun = "SELECT DISTINCT org_no FROM admission_applicant WHERE run_no = $1 AND org_no <> 0";
constexpr size_t kRemovers = 8;  // threads: changes that come together share a commit

Error blocked(std::vector<Error> details) {
  Error error =
      fail(ErrorCode::conflict, "models.recall_blocked",
           {"这次结果已有后续办理，不能撤回；请先逐项退回：", "others rest on this result, and it cannot be taken back: undo these first: "});
  for (size_t i = 0; i < details.size(); ++i) {
    error.message.zh += (i > 0 ? "；" : "") + details[i].message.zh;
    error.message.en += (i > 0 ? "; " : "") + details[i].message.en;
  }
  error.details = std::move(details);
  return error;
}

Error what_blocks(const Consequence& one) {
  const std::string n = std::to_string(one.n_confirmed);
  if (one.kind == "batch")
    return fail(ErrorCode::conflict, "models.later_published",
                {"后面的批次“" + one.title.zh + "”已公布，先撤回它", "the later batch '" + one.title.en + "' is published: take that back"}, one.of);
  return fail(ErrorCode::conflict, "models.places_confirmed",
              {"“" + one.title.zh + "”中有 " + n + " 件已确认名额，请经办单位先在办件中退回",
               n + " cases of '" + one.title.en + "' hold a place: have their office give them back in the cases"},
              one.of);
}

// Deletes rows by their keys, and passes over those that are gone already.
Result<> delete_rows(records::Records& records, const std::string& dataset, const std::vector<std::string>& keys) {
  std::atomic<size_t> next = 0;
  std::vector<Result<>> ended(std::min(kRemovers, keys.size()));
  std::vector<std::thread> threads;
  for (Result<>& end : ended)
    threads.emplace_back([&] {
      for (size_t i = next++; i < keys.size() && end.ok(); i = next++) {
        end = records.delete_row(Principal::system(), dataset, keys[i]);
        if (!end.ok() && end.error().id == "records.no_such_row") end = {};
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const Result<>& end : ended) BANMO_DO(end);
  return {};
}

Result<int64_t> n_in_results(sql::Connection& warehouse, const records::Records& records, const Run& run, const pack::Admission& admission) {
  const pack::Dataset& dataset = *records.catalogue().dataset(admission.results.dataset);
  const auto column = [&](const std::string& field) { return records.column(*dataset.field(field)); };
  sql::Values parameters{run.year};
  std::string list;
  for (const std::string& batch : batches_of(admission, run)) {
    parameters.emplace_back(batch);
    list += (list.empty() ? "$" : ", $") + std::to_string(parameters.size());
  }
  BANMO_TRY(const auto rows, warehouse.query("SELECT COUNT(*) FROM " + records.table(dataset.id) + " WHERE " + column(dataset.period_field) +
                                                 " = $1 AND " + column(admission.results.batch) + " IN (" + list + ")",
                                             parameters));
  return sql::int_of(rows[0][0]);
}

struct Cases {
  int64_t n = 0, n_confirmed = 0;
};

// Of those who are placed by a run, in a flow that looks up results: all that were sent, and those in a state that holds a place. Where cases are of
// a year, of that year.
Result<Cases> cases_of_placed(sql::Connection& warehouse, const records::Records& records, const Run& run, const pack::Flow& flow) {
  const pack::Dataset& subject = *records.catalogue().dataset(flow.subject);
  const auto column = [&](const std::string& field) { return "s." + records.column(*subject.field(field)); };
  sql::Values parameters{run.no};
  std::string holds;
  for (const pack::FlowQuota& quota : flow.quotas)
    for (const std::string& state : quota.holds) {
      parameters.emplace_back(state);
      holds += (holds.empty() ? "$" : ", $") + std::to_string(parameters.size());
    }
  const std::string confirmed =
      holds.empty() ? "0" : "COALESCE(SUM(CASE WHEN " + column(flow.state_field) + " IN (" + holds + ") THEN 1 ELSE 0 END), 0)";
  std::string of_year;
  if (!subject.period_field.empty() && subject.field(subject.period_field)->type == pack::FieldType::year) {
    parameters.emplace_back(run.year);
    of_year = " AND " + column(subject.period_field) + " = $" + std::to_string(parameters.size());
  }
  BANMO_TRY(const auto rows,
            warehouse.query("SELECT COUNT(*), CAST(" + confirmed + " AS BIGINT) FROM " + records.table(subject.id) + " AS s WHERE " +
                                column(subject.person_field) +
                                " IN (SELECT person_no FROM admission_applicant WHERE run_no = $1 AND program <> '' AND person_no <> 0)" + of_year,
                            parameters));
  return Cases{sql::int_of(rows[0][0]), sql::int_of(rows[0][1])};
}

}  // namespace

// A published run, for somebody who may publish.
Result<Run> Admissions::for_recall(const Principal& principal, const std::string& id) const {
  BANMO_DO(require(principal, directory::Right::admission_publish));
  BANMO_TRY(Run run, find(principal, id));
  if (run.state == RunState::published) return run;
  return fail(ErrorCode::conflict, "models.recall_state", {"只有已公布的结果可以撤回", "only what is published can be taken back"});
}

Result<std::vector<Consequence>> Admissions::consequences(const Principal& principal, const std::string& id) const {
  BANMO_TRY(const Run run, for_recall(principal, id));
  BANMO_TRY(const pack::Admission* admission, find_admission(*catalogue_, run.admission));
  return follows(run, *admission);
}

Result<std::vector<Consequence>> Admissions::follows(const Run& run, const pack::Admission& admission) const {
  std::vector<Consequence> out;
  const auto own = batches_of(admission, run);
  const pack::AdmissionBatch* const last = own.empty() ? nullptr : admission.batch(own.back());
  for (const pack::AdmissionBatch& batch : admission.batches) {
    if (last == nullptr || &batch <= last) continue;
    BANMO_TRY(const auto later, store_->published_run(admission.id, run.year, batch.id));
    if (later) out.push_back({"batch", batch.id, batch.title, 1, 0, true});
  }
  const std::string& results = admission.results.dataset;
  if (results.empty()) return out;
  BANMO_TRY(const auto lease, stores_.warehouse->read());
  BANMO_TRY(const int64_t n_rows, n_in_results(*lease, records_, run, admission));
  out.push_back({"rows", results, catalogue_->dataset(results)->title, n_rows, 0, false});
  for (const pack::Flow& flow : catalogue_->flows()) {
    const bool looks = std::any_of(flow.finds.begin(), flow.finds.end(), [&](const pack::FlowFind& find) { return find.dataset == results; });
    if (!looks || catalogue_->dataset(flow.subject)->person_field.empty()) continue;
    BANMO_TRY(const Cases cases, cases_of_placed(*lease, records_, run, flow));
    out.push_back({"cases", flow.id, flow.title, cases.n, cases.n_confirmed, cases.n_confirmed > 0});
  }
  return out;
}

Result<> Admissions::check_unblocked(const Run& run) const {
  BANMO_TRY(const pack::Admission* admission, find_admission(*catalogue_, run.admission));
  BANMO_DO(records_.flush());
  BANMO_TRY(const auto found, follows(run, *admission));
  std::vector<Error> details;
  for (const Consequence& one : found)
    if (one.blocks) details.push_back(what_blocks(one));
  return details.empty() ? Result<>() : Result<>(blocked(std::move(details)));
}

Result<Run> Admissions::ask_recall(const Principal& principal, const std::string& id, const std::string& reason) {
  BANMO_TRY(Run run, for_recall(principal, id));
  const size_t n = text::n_code_points(text::trim(reason));
  if (n < kShortestReason || n > kLongestReason)
    return fail(ErrorCode::invalid, "models.recall_reason", {"请写明撤回的理由，5 至 500 字", "say why it is taken back, in 5 to 500 characters"},
                "$.reason");
  BANMO_DO(check_unblocked(run));
  run.recall.reason = std::string(text::trim(reason));
  run.recall.asked_by = principal.account_name;
  run.recall.asked_at = clock_.now();
  BANMO_DO(store_->ask_recall(run));
  return find(principal, id);
}

// Whoever ran, checked, published and asked, and at the schools of its applicants those who tell the families. These read it with their own results.
Result<std::vector<std::pair<directory::NoticeTo, directory::NewNotice>>> Admissions::notices_of(const Run& run,
                                                                                                 const pack::Admission& admission) const {
  const pack::AdmissionBatch* const batch = admission.batch(run.batch);
  const std::string year = std::to_string(run.year);
  const directory::NewNotice notice{"admission.recalled",
                                    {"“" + admission.title.zh + "”" + year + " 年" + (batch == nullptr ? std::string() : batch->title.zh) +
                                         "结果已撤回，等待重新公布，请勿再依据原结果办理",
                                     "The results of " + admission.title.en + " " + year + (batch == nullptr ? "" : ", " + batch->title.en) +
                                         " were taken back: wait until they are published anew, and do not rely on what was shown before"},
                                    "/admissions"};
  std::vector<std::pair<directory::NoticeTo, directory::NewNotice>> out;
  std::set<std::string> accounts{run.account, run.checked_by, run.published_by, run.recall.asked_by};
  accounts.erase(run.recall.decided_by);
  accounts.erase("");
  for (const std::string& account : accounts) out.push_back({{.account_name = account}, notice});
  const auto tree = directory_.orgs();
  std::set<int64_t> schools;
  BANMO_TRY(const auto lease, stores_.warehouse->read());
  BANMO_DO(lease->each(kOrgsOfRun, {run.no}, [&](const sql::Values& row) -> Result<> {
    if (const directory::Org* school = tree->nearest({sql::int_of(row[0])}, directory::OrgKind::school)) schools.insert(school->no.value);
    return {};
  }));
  for (const int64_t school : schools)
    for (const directory::Role role : {directory::Role::principal, directory::Role::school_cio})
      out.push_back({{.org = {school}, .role = role}, notice});
  return out;
}

Result<Run> Admissions::confirm_recall(const Principal& principal, const std::string& id) {
  BANMO_TRY(Run run, for_recall(principal, id));
  if (run.recall.is_asked() && run.recall.asked_by == principal.account_name)
    return fail(ErrorCode::denied, "models.four_eyes", {"须由另一个人确认撤回", "somebody else has to decide on taking it back"});
  BANMO_DO(check_unblocked(run));
  BANMO_TRY(const pack::Admission* admission, find_admission(*catalogue_, run.admission));
  std::vector<std::string> later;
  const auto own = batches_of(*admission, run);
  const pack::AdmissionBatch* const last = own.empty() ? nullptr : admission->batch(own.back());
  for (const pack::AdmissionBatch& batch : admission->batches)
    if (last != nullptr && &batch > last) later.push_back(batch.id);
  run.recall.decided_by = principal.account_name;
  run.recall.decided_at = clock_.now();
  BANMO_TRY(const auto notices, notices_of(run, *admission));
  BANMO_DO(store_->recall(run, later, notices));
  // It is taken back: nobody is shown it any more. Rows that do not leave the dataset of results now do so later.
  if (const auto brought = bring_into_datasets(); !brought.ok())
    log(LogLevel::error, "admission.results_late", {{"why", brought.error().to_string()}});
  return find(principal, id);
}

Result<Run> Admissions::decline_recall(const Principal& principal, const std::string& id) {
  BANMO_TRY(Run run, for_recall(principal, id));
  run.recall.decided_by = principal.account_name;
  run.recall.decided_at = clock_.now();
  BANMO_DO(store_->decline_recall(run));
  return find(principal, id);
}

Result<> Admissions::take_out_of_dataset(const Run& run, const pack::Admission& admission) {
  const pack::Dataset& dataset = *catalogue_->dataset(admission.results.dataset);
  BANMO_DO(records_.flush());
  for (const std::string& batch : batches_of(admission, run)) {
    records::PageRequest request;
    request.limit = kPage;
    request.filters = {{dataset.period_field, records::FilterOp::eq, {std::to_string(run.year)}},
                       {admission.results.batch, records::FilterOp::eq, {batch}}};
    for (std::string first;;) {
      BANMO_TRY(const records::Page page, records_.rows(Principal::system(), dataset.id, request));
      if (page.rows.empty()) break;
      if (std::exchange(first, page.rows.front().key) == page.rows.front().key)
        return fail(
            ErrorCode::internal, "models.results_stay",
            {"撤回的结果未能从结果数据集中移除，系统将自动重试", "rows that were taken back do not leave the dataset of results: it is tried again"});
      std::vector<std::string> keys;
      for (const records::Row& row : page.rows) keys.push_back(row.key);
      BANMO_DO(delete_rows(records_, dataset.id, keys));
      BANMO_DO(records_.flush());
    }
  }
  return store_->bring_again(run.admission, run.year);
}

}  // namespace banmo::models
