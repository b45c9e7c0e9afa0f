// SPDX-License-Identifier: Apache-2.0
// Inside the room: a course package (section 14: a zip with cmi5.xml at its top, or that file alone) read whole under limits.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "events/cmi5.h"
#include "events/course_store.h"

namespace banmo::events {

struct CoursePackage {
  CourseStructure structure;
  std::vector<PackageFile> files;  // without cmi5.xml
};

// At most 80 MiB and 4,000 entries, of them 2,000 files, 16 MiB each, 64 MiB together unpacked. Errors: as read_course; invalid "events.cmi5_package"
// (no cmi5.xml, a name that leaves the package), "directory.not_a_zip", "directory.zip_broken"; too_large "directory.zip_bomb",
// "events.cmi5_too_large".
Result<CoursePackage> read_package(const std::string& file);

// "text/html" for "index.html"; what is not known is application/octet-stream.
std::string content_type_of(const std::string& path);

}  // namespace banmo::events
