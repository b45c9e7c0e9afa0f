// SPDX-License-Identifier: Apache-2.0
// Inside the room: the JSONPath of statement templates (xAPI Profiles 1.0, part two, 8.1): members, positions, the star, unions of these, descent,
// and several paths joined by "|". Filters, scripts and slices do not exist there. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace banmo::events {

using JsonStep = std::variant<std::string, size_t>;  // a member's name, or a position in a list
using JsonPlace = std::vector<JsonStep>;
std::string pointer_of(const JsonPlace& place);                         // RFC 6901: "/context/extensions/https:~1~1a.cn~1due"
std::string path_of(const JsonPlace& place, std::string before = "$");  // as the places of errors: "$.result.score"

// Where a value stands that lies inside of `root`; empty for root itself, and for one that does not. O(n).
JsonPlace place_in(const json::Value& root, const json::Value* inside);

class JsonPath {
 public:
  // The leading "$" may be left out. Errors: invalid "events.bad_path".
  static Result<JsonPath> parse(std::string_view text);
  // Inside of `root`, in the order of the paths and of the members.
  std::vector<const json::Value*> find(const json::Value& root) const;
  // Where a value is missed if none is found: the first path as far as it names one place.
  JsonPlace expected() const;

 private:
  struct Step {
    bool descends = false;          // from the value and from all below it
    bool star = false;              // all children
    std::vector<JsonStep> choices;  // else these
  };
  using Steps = std::vector<Step>;
  class Reader;
  std::vector<Steps> paths_;
};

}  // namespace banmo::events
