// SPDX-License-Identifier: Apache-2.0
// Inside the room: the HTML pages of course packages. They run with an origin that has no cookies and no storage, where merely to ask for them is an
// error: half of all programs ask. A few lines before their first script give them empty ones that last as long as the page. Pure.
#pragma once

#include <string>

namespace banmo::api {

// The page with these lines as the first of its head; as it was if it is no text that ASCII can be put into (UTF-16). O(n).
std::string with_empty_storage(std::string html);

}  // namespace banmo::api
