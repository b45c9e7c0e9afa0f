// SPDX-License-Identifier: Apache-2.0
// Inside the room: the members of a JSON object, checked by a table of rules. A place is a chain on the stack and becomes text ("$[2].actor.mbox")
// only for a mistake, so that good statements cost nothing.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "events/types.h"
#include "json/json.h"

namespace banmo::events {

struct Place {
  const Place* up = nullptr;
  std::string_view name;
  int64_t index = -1;  // of an item; then there is no name
  std::string text() const;
};

enum class Kind {
  text,
  iri,
  mailto,
  sha1,
  sha2,
  uuid,
  timestamp,
  duration,
  language,
  media_type,
  version,
  language_map,
  extensions,
  boolean,
  number,
  whole,
  object,
  array,
  any  // looked at by the caller
};
struct Rule {
  std::string_view name;
  Kind kind = Kind::any;
  bool required = false;
};

// "$.verb.id": what is wrong and how to mend it. invalid "events.<what>".
Error mistake(const Place& place, std::string what, Message message);
Error mistake(const Place& up, std::string_view name, std::string what, Message message);

// Refuses what is no object, unknown and missing members, null, and values of the wrong kind.
Result<> check_members(const json::Value& value, const Place& place, std::span<const Rule> rules);
inline Result<> check_members(const json::Value& value, const Place& place, std::initializer_list<Rule> rules) {
  return check_members(value, place, std::span(rules.begin(), rules.size()));
}
Result<> check_value(const json::Value& value, const Place& place, Kind kind);

// After check_members: the member's text; empty if it is absent.
std::string text_at(const json::Value& value, std::string_view name);
std::optional<double> number_at(const json::Value& value, std::string_view name);
std::optional<bool> bool_at(const json::Value& value, std::string_view name);

// Members of both; where both have one, `combine(mine, theirs)` holds. Linear: what is merged may have many members.
template <class Combine>
json::Object merged_members(json::Object mine, const json::Object& theirs, const Combine& combine) {
  mine.reserve(mine.size() + theirs.size());  // so that names and values stay where they are
  std::unordered_map<std::string_view, json::Value*> known;
  for (auto& [name, value] : mine) known.emplace(name, &value);
  for (const auto& [name, value] : theirs) {
    const auto found = known.find(name);
    if (found == known.end())
      mine.add(name, value);
    else
      *found->second = combine(std::move(*found->second), value);
  }
  return mine;
}

}  // namespace banmo::events
