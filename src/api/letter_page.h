// SPDX-License-Identifier: Apache-2.0
// Inside the room: letters as pages to print, and the page where anyone checks one. No scripts; everything that is put in is escaped. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "flows/papers.h"

namespace banmo::api {

// What these pages may load: nothing but their own style.
inline constexpr std::string_view kLetterPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

//   verify_url   where its code is checked, without the code
std::string letter_page(const flows::Letter& letter, const std::string& verify_url);
//   code   as it was typed; empty: nothing was asked yet
std::string verify_page(const std::string& code, const std::optional<flows::LetterCheck>& found, const std::string& refused);

}  // namespace banmo::api
