// SPDX-License-Identifier: Apache-2.0
// Inside the room: whoever is given fields of level 3 or above leaves a note in the audit log first (audit/read_log.h). The note says which key or
// filter and how many rows; people stand in it by their number, values that could tell a person are left out.
#pragma once

#include <string>

#include "api/builder.h"
#include "pack/types.h"
#include "records/types.h"

namespace banmo::api {

// Reads of a dataset's rows by `call.principal`; nothing is noted if it sees fields of L1 and L2 only. Errors: unavailable "audit.reads_not_written":
// then nothing may be given away.
Result<> note_rows(const Call& call, const pack::Dataset& dataset, std::string action, std::string what, size_t n_rows);
// The same without a dataset, for a level that the caller knows.
Result<> note_read(const Call& call, pack::Level level, std::string action, std::string object_kind, std::string what, size_t n_rows);

// "key=2025~73~vc"
std::string what_of_key(const pack::Dataset& dataset, std::string_view key);
// "filter=school_id:eq:3702…, sex:eq:1; order=-raw; from=<key> to=<key>"
std::string what_of_page(const pack::Dataset& dataset, const records::PageRequest& request, const records::Page& page);

}  // namespace banmo::api
