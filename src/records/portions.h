// SPDX-License-Identifier: Apache-2.0
// Parts of datasets for organisations whose scope does not cover them: some fields, of one organisation and all below it, up to a level. A Portion is
// made by Portions alone, of what was checked when it was given away, and the readers below take nothing else: no other field, organisation or
// dataset can be asked for. Fails closed: a field that has been graded above the level is gone, an organisation that is no more gives nothing.
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pack/types.h"
#include "records/types.h"

namespace banmo::records {

class Engine;
class ExportQuota;
class Journal;
struct Schema;

// Whether an organisation stands on a day: one that is to be closed does until then.
inline bool is_living(const directory::Org& org, Date today) {
  return org.merged_into.value == 0 && (!org.valid_to || today < *org.valid_to) && org.valid_from <= today;
}

// What was given away, as it is kept.
struct PortionTerms {
  std::string dataset;              // id
  std::vector<std::string> fields;  // ids, in the dataset's order
  directory::OrgNo org;
  pack::Level level = pack::Level::l1;  // the highest of the fields when it was given
};

class Portion {
 public:
  const pack::Dataset& dataset() const;
  const std::vector<size_t>& fields() const;  // indexes into Dataset::fields, as they are shown now
  pack::Level level() const;                  // the highest that is shown, with the codes of people

 private:
  friend class Portions;
  struct Cut;
  explicit Portion(std::shared_ptr<const Cut> cut) : cut_(std::move(cut)) {}
  std::shared_ptr<const Cut> cut_;
};

class Portions {
 public:
  Portions(Engine& engine, Journal& journal, ExportQuota& quota) : engine_(engine), journal_(journal), quota_(quota) {}
  // What `giver` may give away of what they see in the clear, never above L3. `dataset` and the `fields` between commas are named by id or title.
  // Errors: invalid or denied "records.portion_dataset", "records.portion_fields", "records.portion_org"; `where` is "dataset", "fields" or "org".
  Result<PortionTerms> offer(const directory::Principal& giver, std::string_view dataset, std::string_view fields, directory::OrgNo org) const;
  // Errors: denied "records.portion_gone" if nothing of it can be shown any more; the sentence says why.
  Result<Portion> open(const PortionTerms& terms) const;
  // In words: "学校名录：学校、名称；范围：市南区".
  pack::Title words(const PortionTerms& terms) const;

  // Row::key is empty: it may hold what was not given. Filters and order by other fields than those given are refused: denied
  // "records.portion_field". Others as of Records::rows.
  Result<Page> rows(const Portion& portion, const PageRequest& request) const;
  // A file as of Records::export_rows, of the quota of `taker`; `mark` stands in its first line. The rows that it has are told.
  struct File {
    std::string path;
    int64_t n_rows = 0;
  };
  Result<File> file(const directory::Principal& taker, const Portion& portion, const std::string& mark, const std::string& format) const;

 private:
  Result<const Schema*> given_schema(std::string_view dataset) const;
  Result<> check_asked(const Portion& portion, const PageRequest& request) const;

  Engine& engine_;
  Journal& journal_;
  ExportQuota& quota_;
};

}  // namespace banmo::records
