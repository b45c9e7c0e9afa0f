// SPDX-License-Identifier: Apache-2.0
// What is published becomes rows of the pack's dataset of results, by the import that every file takes: batch and line lead a figure back to the run.
// The rows are merged on their key, so that doing it again after a stop changes nothing.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "base/worker_pool.h"
#include "directory/csv.h"
#include "models/admissions.h"
#include "models/run_rows.h"
#include "models/run_store.h"

namespace banmo::models {
namespace {

constexpr size_t kPeople = 10'000;  // whose codes are looked up at once
constexpr std::string_view kFileStem = "admission-";

// People's codes stand in the file: it goes however this ends.
struct GoneAfterwards {
  const std::string path;
  explicit GoneAfterwards(std::string file) : path(std::move(file)) {}
  GoneAfterwards(const GoneAfterwards&) = delete;
  ~GoneAfterwards() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

class Rows {
 public:
  void cell(std::string_view text) {
    if (!line_is_empty_) text_ += ',';
    directory::append_csv_cell(text_, text);
    line_is_empty_ = false;
  }
  void end() {
    text_ += '\n';
    line_is_empty_ = true;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool line_is_empty_ = true;
};

}  // namespace

// Files that a stop left.
void Admissions::sweep_files() const {
  std::error_code error;
  std::vector<std::filesystem::path> left;
  for (std::filesystem::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error))
    if (it->path().filename().string().starts_with(kFileStem)) left.push_back(it->path());
  for (const auto& path : left) std::filesystem::remove(path, error);
}

Result<> Admissions::bring_into_datasets() {
  const WorkerPool::Blocked blocked;  // others are served while the import waits for its turn
  const std::lock_guard lock(publishing_);
  Result<> first_error;
  // What was taken back goes first: others that are published come again after it.
  for (const RunState state : {RunState::recalled, RunState::published}) {
    BANMO_TRY(const auto waiting, store_->unscoped_waiting());
    for (const Run& run : waiting) {
      const pack::Admission* admission = catalogue_->admission(run.admission);
      if (run.state != state || admission == nullptr) continue;  // its pack is gone
      const bool comes = state == RunState::published;
      const auto done = admission->results.dataset.empty() ? Result<>()
                        : comes                            ? bring_into_dataset(run, *admission)
                                                           : take_out_of_dataset(run, *admission);
      if (done.ok()) BANMO_DO(store_->in_dataset(run.no, comes));
      if (first_error.ok()) first_error = done;
    }
  }
  return first_error;
}

Result<> Admissions::bring_into_dataset(const Run& run, const pack::Admission& admission) {
  BANMO_TRY(const std::string text, write_results(run, admission));
  const std::string path = folder_ + "/" + std::string(kFileStem) + Uuid::next().to_string() + ".csv";
  const GoneAfterwards gone_afterwards(path);
  {
    std::ofstream out(path, std::ios::binary);
    if (!out.write(text.data(), static_cast<std::streamsize>(text.size())))
      return fail(ErrorCode::unavailable, "models.unwritable_file",
                  {"写不了临时文件，请检查磁盘空间", "cannot write a temporary file: check the disk"}, path);
  }
  records::ImportOptions options;
  options.dataset = admission.results.dataset;
  options.file = path;
  options.file_name = admission.title.zh + " " + std::to_string(run.year) + " " + run.id.to_string() + ".csv";
  const auto principal = Principal::system();
  BANMO_TRY(const records::Job queued, records_.import(principal, std::move(options)));
  BANMO_TRY(const records::Job job, records_.wait(principal, queued.id));
  if (job.error) return *job.error;
  if (job.n_bad > 0)
    return fail(ErrorCode::invalid, "models.results_refused",
                {"公布的结果有 " + std::to_string(job.n_bad) + " 行未能写入结果数据集，请查看该数据集的待改正数据",
                 std::to_string(job.n_bad) + " published rows did not get into the dataset of results: see its rows to be mended"},
                run.id.to_string());
  return {};
}

// As a file would say it: people and organisations by code.
Result<std::string> Admissions::write_results(const Run& run, const pack::Admission& admission) const {
  const pack::Dataset& dataset = *catalogue_->dataset(admission.results.dataset);
  const auto& names = admission.results;
  BANMO_TRY(const auto found, rows_->placed(run));
  Rows rows;
  for (const std::string& field : {dataset.period_field, dataset.person_field, names.batch, names.program, names.order}) rows.cell(field);
  if (!names.quota.empty()) rows.cell(names.quota);
  for (const auto& [field, value] : names.also) rows.cell(field);
  rows.end();
  const auto tree = directory_.orgs();
  const auto scope = directory_.scope(Principal::system(), directory::Right::people_read, {"org", "person", pack::Level::l4});
  for (size_t begin = 0; begin < found.size(); begin += kPeople) {
    const size_t end = std::min(found.size(), begin + kPeople);
    std::vector<directory::PersonNo> people;
    for (size_t i = begin; i < end; ++i) people.push_back({found[i].person});
    BANMO_TRY(const auto codes, directory_.names(scope, pack::Level::l4, people));
    for (size_t i = begin; i < end; ++i) {
      const PlacedRow& row = found[i];
      const auto person = codes.find(row.person);
      rows.cell(std::to_string(run.year));
      rows.cell(person == codes.end() ? std::string() : person->second.code);
      rows.cell(row.batch);
      rows.cell(row.program);
      rows.cell(std::to_string(row.order));
      if (!names.quota.empty()) rows.cell(row.quota);
      for (const auto& [field, value] : names.also) {
        const auto kept = std::find_if(row.also.begin(), row.also.end(), [&, name = &field](const auto& one) { return one.first == *name; });
        const std::string text = kept == row.also.end() ? std::string() : kept->second;
        const bool is_org = dataset.field(field)->type == pack::FieldType::org && !text.empty();
        const directory::Org* org = is_org ? tree->find(directory::OrgNo{std::stoll(text)}) : nullptr;
        rows.cell(org == nullptr ? text : org->code.empty() ? org->title : org->code);
      }
      rows.end();
    }
  }
  return rows.text();
}

}  // namespace banmo::models
