// SPDX-License-Identifier: Apache-2.0
// Inside the room: cuts JSON text that json::read has taken into its items and members without changing a byte, so that what a client sent is kept as
// it was written. Only for text that was read before: nothing is checked here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banmo::events {

struct MemberSlice {
  std::string name;        // decoded
  std::string_view value;  // as written
  std::string_view whole;  // with its name
};

std::vector<std::string_view> items_of(std::string_view array);
std::vector<MemberSlice> members_of(std::string_view object);

}  // namespace banmo::events
