// SPDX-License-Identifier: Apache-2.0
// multipart/mixed (RFC 2046), as xAPI statements travel with their attachments. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace banmo {

struct Part {
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string_view bytes;                                    // inside the text that was read
  std::string_view header(std::string_view lower_case_name) const;
};

// Errors: invalid "xapi.bad_multipart".
Result<std::vector<Part>> parts_of(std::string_view content_type, std::string_view body);
// One more part; the boundary must not stand in the bytes.
void append_part(std::string& out, std::string_view boundary, const std::vector<std::pair<std::string, std::string>>& headers,
                 std::string_view bytes);
void end_parts(std::string& out, std::string_view boundary);
// The headers of the bytes behind an attachment of a statement (xAPI 1.0.3 Communication 1.5.2).
std::vector<std::pair<std::string, std::string>> part_headers(const std::string& content_type, const std::string& sha2);

}  // namespace banmo
