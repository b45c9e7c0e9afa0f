// SPDX-License-Identifier: Apache-2.0
#include "records/bulk.h"

#include <unordered_set>

namespace banmo::records {
namespace {

Error twice() {
  return fail(ErrorCode::invalid, "records.duplicate",
              {"这一批中有相同主键的行，请只保留一行", "another row of this block has the same key; keep one of them"}, "$");
}

Result<Editor::Made> save(Editor& editor, const Principal& principal, std::string_view dataset, const RowChange& change, Editor::Run run) {
  return change.key.empty() ? editor.put(principal, dataset, change.values, run)
                            : editor.update(principal, dataset, change.key, change.values, change.version, run);
}

std::string state_of(const RowChange& change, const Editor::Made& made) {
  if (!made.changed) return "same";
  return change.key.empty() && !made.replaced ? "created" : "changed";
}

}  // namespace

Result<std::vector<RowOutcome>> save_rows(Editor& editor, const Principal& principal, std::string_view dataset, const std::vector<RowChange>& changes,
                                          Editor::Run run, const ShowRow& show) {
  if (changes.size() > kMaxBulkRows)
    return fail(ErrorCode::invalid, "records.bad_limit", {"一次最多保存 1000 行，请分批", "at most 1000 rows at once; send several blocks"},
                "$.rows");
  std::unordered_set<std::string> keys;
  std::vector<RowOutcome> outcomes;
  for (const RowChange& change : changes) {
    // What has no key yet is checked first: the key tells whether the block holds the row twice.
    auto made = save(editor, principal, dataset, change, change.key.empty() ? Editor::Run::check : run);
    if (made.ok() && !keys.insert(made->key).second)
      made = twice();
    else if (made.ok() && change.key.empty() && run == Editor::Run::write)
      made = save(editor, principal, dataset, change, run);
    RowOutcome outcome;
    if (made.ok()) {
      outcome.state = state_of(change, *made);
      BANMO_TRY(outcome.row, show(*made->row));
      outcome.row->changed = made->changed;
    } else {
      if (made.error().code == ErrorCode::unavailable || made.error().code == ErrorCode::storage_full) return made.error();
      outcome.state = "refused";
      outcome.error = made.error();
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace banmo::records
