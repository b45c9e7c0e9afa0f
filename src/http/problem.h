// SPDX-License-Identifier: Apache-2.0
// Inside the room: problems whose status the table of error codes does not know (400, 405, 408, 431), and the words of the status line.
#pragma once

#include <string_view>

#include "http/http.h"

namespace banmo::http {

Response problem_with_status(int status, const Error& error, const Request& request);
std::string_view reason_of(int status);  // "Not Found"; "Unknown" for numbers that this server never sends

}  // namespace banmo::http
