// SPDX-License-Identifier: Apache-2.0
// Inside the room: multipart/mixed (RFC 2046) as statements and their attachments travel. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace banmo::api {

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

}  // namespace banmo::api
