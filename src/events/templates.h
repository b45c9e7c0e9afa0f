// SPDX-License-Identifier: Apache-2.0
// An xAPI profile as it is written (xAPI Profiles 1.0, JSON-LD) and what its statement templates say of a statement. Pure; no JSON-LD processing: the
// specification does not ask for it. Patterns are not read. Source: github.com/adlnet/xapi-profiles, part two 6 to 8, part three 2.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/json_path.h"
#include "json/json.h"

namespace banmo::events {

enum class Presence { any, included, excluded, recommended };  // any: nothing is said of it

struct TemplateRule {
  std::string location, selector;  // as written; the selector is empty if there is none
  JsonPath location_path, selector_path;
  Presence presence = Presence::any;
  std::optional<json::Array> any, all, none;
  Message note;  // "scopeNote"
};

struct StatementTemplate {
  std::string id;
  Message title, definition;
  std::string verb, object_type;                                           // determining properties; empty: not named
  std::vector<std::string> parent, grouping, category, other, attachment;  // activity types, and attachment usage types
  bool needs_object_ref = false, needs_context_ref = false;                // the object, or the context, refers to a statement
  std::vector<TemplateRule> rules;
  json::Value example;  // a statement that follows it, if the profile has one; else null
};

struct Profile {
  std::string id;       // IRI
  std::string name;     // its last segment: how addresses here call it
  std::string version;  // IRI of the newest version: what statements name as a category
  Message title, definition;
  std::vector<StatementTemplate> templates;
  json::Value document;  // as it was read
};

// The member of a template that holds an example: JSON-LD asks members of one's own to be IRIs.
inline constexpr std::string_view kTemplateExample = "https://schema.banmo.org/xapi/profiles#example";

// Errors: invalid "events.bad_profile" or "json.*"; `where` is "<file>: $.templates[2].rules[0].location".
Result<Profile> read_profile(std::string_view text, const std::string& file);

// The statement with lists in contextActivities, as rules and determining properties want it; most have them already.
bool has_lone_context(const json::Value& statement);
json::Value with_context_lists(json::Value statement);
// Whether the determining properties are those of the template. The two below want with_context_lists.
bool fits(const StatementTemplate& one, const json::Value& statement);

struct TemplateFinding {
  std::string template_id;  // empty: of none
  std::string rule;         // "included", "excluded", "any", "all", "none", "reference"; of Recipes: "unmatched", "undeclared", "statement"
  JsonPlace place;          // in the statement
  Message message;          // holds nothing of what the statement says
};
// In the order of the rules. What a statement refers to is not at hand: that it refers to one is all that is asked.
std::vector<TemplateFinding> breaks(const StatementTemplate& one, const json::Value& statement);

}  // namespace banmo::events
