// SPDX-License-Identifier: Apache-2.0
// Inside the room: the shapes that several routes share, described once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "http/http.h"
#include "json/describe.h"
#include "pack/types.h"

namespace banmo::api {

struct Two {
  static constexpr const char* kName = "Two";
  std::string zh, en;
  static Two of(const Message& message) { return {message.zh, message.en}; }
};
template <class V>
void describe(V& v, Two& x) {
  v.field("zh", x.zh);
  v.field("en", x.en);
}

inline Two two_of(const pack::Title& title) { return {title.zh, title.en}; }

// Words that several shapes use; a word of one shape stands beside it.
inline constexpr const char* kOrgKindNames[] = {"city", "bureau", "district", "school", "grade", "class", "college", "enterprise"};
inline constexpr const char* kLevelNames[] = {"L1", "L2", "L3", "L4", "L5"};
inline constexpr const char* kSeverityNames[] = {"error", "warn"};

struct OrgRef {
  static constexpr const char* kName = "OrgRef";
  std::string id, title, kind;
};
template <class V>
void describe(V& v, OrgRef& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("kind", x.kind, {.one_of = kOrgKindNames});
}

OrgRef ref_of(const directory::Org& org);
// nullopt if there is no such organisation.
std::optional<OrgRef> ref_of(const directory::OrgTree& tree, directory::OrgNo no);
Error no_such_org();  // "directory.no_such_org", also for one outside the scope
// By id, as text from a path or query; not_found "directory.no_such_org".
Result<const directory::Org*> find_org(const directory::OrgTree& tree, std::string_view id);
std::string level_name(pack::Level level);  // "L3"
const char* name_of(pack::FieldType type);
const char* name_of(pack::DatasetKind kind);
const char* name_of(pack::Severity severity);
const char* name_of(pack::MetricKind kind);
// A file that the answer sends and then deletes. `name` may hold Chinese: RFC 6266 filename*.
http::Response file_response(std::string path, const std::string& name);
// JSON of a stored value.
json::Value json_of(const sql::Value& value);
// The schema of what json_of gives: text, a number, true or false, or null.
json::Value scalar_schema();

}  // namespace banmo::api
