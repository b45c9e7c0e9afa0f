// SPDX-License-Identifier: Apache-2.0
// Bad rows as work: how many wait in each school, sending them back to it with a date, and mending one in place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/editor.h"
#include "records/engine.h"
#include "records/job_store.h"

namespace banmo::records {

// By dataset and organisation within the reader's scope; dataset empty: all. `under`: in that organisation and below; 0: everywhere. At most 5000.
Result<std::vector<WorkItem>> read_worklist(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo under);
// Sends the open bad rows of an organisation back to it, with a notice to those who look after quality there. Needs the right to edit
// there without a grant in that organisation itself.
// Errors: denied "records.return_to_self"; not_found "directory.no_such_org"; invalid "records.nothing_to_return", "records.bad_due".
Result<WorkItem> return_bad_rows(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo org, Date due,
                                 const std::string& note);
// One open bad row, as the reader may see it, with its cells by field. Errors: not_found "records.no_such_bad_row".
Result<BadRow> find_bad_row(Engine& engine, JobStore& jobs, const Principal& principal, std::string_view dataset, int64_t id);
// Saves the mended values as a row and closes the bad one, told in the audit log. Errors: those of Editor::put; not_found "records.no_such_bad_row";
// conflict "records.not_this_row" if the values are those of another organisation or of another key than the bad row's.
Result<Editor::Made> fix_bad_row(Engine& engine, JobStore& jobs, Editor& editor, const Principal& principal, std::string_view dataset, int64_t id,
                                 const json::Object& values);

}  // namespace banmo::records
