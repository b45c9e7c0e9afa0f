// SPDX-License-Identifier: Apache-2.0
// Inside the room: the words of the status line.
#pragma once

#include <string_view>

#include "http/http.h"

namespace banmo::http {

std::string_view reason_of(int status);  // "Not Found"; "Unknown" for numbers that this server never sends

}  // namespace banmo::http
