// SPDX-License-Identifier: Apache-2.0
// Inside the room: a course structure (cmi5.xml, section 13 and its schema CourseStructure.xsd) read strictly, all or nothing. Elements and
// attributes of other namespaces are passed over, as the schema allows. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "events/cmi5.h"

namespace banmo::events {

// Whether the package has a file of this path. A lone cmi5.xml has none.
using HasFile = std::function<bool(const std::string& path)>;

// Errors: as read_xml; invalid "events.cmi5_structure" whose details are all findings (100 at most), each with "cmi5.xml:line:column".
Result<CourseStructure> read_course(std::string_view xml, const HasFile& has_file);

// "lesson/index.html?page=2#top" is the file "lesson/index.html": what stands before the query, with escapes read.
std::string file_of(std::string_view url);
bool is_web_address(std::string_view url);  // http or https

}  // namespace banmo::events
