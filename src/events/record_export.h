// SPDX-License-Identifier: Apache-2.0
// Inside the room: learning records as a file, page by page of what `Browse` gives the reader, so that memory does not grow with the file.
#pragma once

#include <string>

#include "base/result.h"
#include "directory/directory.h"
#include "events/browse.h"
#include "events/learning.h"
#include "records/records.h"

namespace banmo::events {

// `records` writes the file; nullptr: unsupported. Errors: as Events::export_records.
Result<records::WrittenTable> records_file(const directory::Directory& directory, const Browse& browse, records::Records* records,
                                           const directory::Principal& by, const LearningQuery& query, const std::string& format);

}  // namespace banmo::events
