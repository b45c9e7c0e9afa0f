// SPDX-License-Identifier: Apache-2.0
// How the headings of an organisation's files are meant: chosen in an import, remembered for the next one. In the ledger. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "records/engine.h"
#include "records/headings.h"

namespace banmo::records {

class MappingStore {
 public:
  explicit MappingStore(Engine& engine) : engine_(engine) {}
  // What the principal's organisation chose before, for this dataset.
  Result<Mapping> remembered(const Principal& principal, const Schema& schema) const;
  // The remembered choices with those of this import over them, which are kept. Errors: invalid "records.bad_mapping" for a field that takes no
  // column.
  Result<Mapping> choose(const Principal& principal, const Schema& schema, const std::vector<std::pair<std::string, std::string>>& chosen);

 private:
  Engine& engine_;
};

// As the job keeps it.
std::string mapping_text(const Schema& schema, const Mapping& mapping);
Mapping mapping_from_text(const Schema& schema, std::string_view text);

// What the headings of a file (CSV or XLSX, its beginning suffices for CSV) would be taken for.
Result<HeadingReport> read_heading_report(Engine& engine, const Schema& schema, const std::string& path, const Mapping& mapping);

}  // namespace banmo::records
