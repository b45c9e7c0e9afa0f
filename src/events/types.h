// SPDX-License-Identifier: Apache-2.0
// The words of learning records: an xAPI statement as it was understood, the key under which a tool speaks, what is asked and what is answered.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "directory/types.h"
#include "json/json.h"

namespace banmo::events {

enum class Version { v1_0, v2_0 };  // of the specification: 1.0.x (1.0.3) or 2.0.x (IEEE 9274.1.1)

enum class ActorKind { agent, group };
struct Actor {
  ActorKind kind = ActorKind::agent;
  std::string ifi;  // the inverse functional identifier: "mbox mailto:a@b.cn", "account https://home name"; empty: an anonymous group
  std::string name;
  std::vector<Actor> members;
};
struct Verb {
  std::string id;
};
struct Activity {
  std::string id;
  const json::Value* definition = nullptr;  // inside the JSON that was read
};
struct StatementRef {
  Uuid id;
};
struct Action;
// What was acted on: an activity, an agent or group, another statement, or a statement inside this one.
using Object = std::variant<Activity, Actor, StatementRef, std::shared_ptr<const Action>>;

struct Outcome {  // "result"
  std::optional<double> scaled, raw, min, max;
  std::optional<bool> success, completion;
  std::string response, duration;
};
struct Context {
  std::string registration;
  std::optional<Actor> instructor, team;
  std::vector<Activity> parent, grouping, category, other;
  std::vector<Actor> actors;  // contextAgents and contextGroups (2.0)
  std::string revision, platform, language;
  std::optional<Uuid> statement;
};
struct Attachment {
  std::string usage_type, content_type, sha2, file_url;
  int64_t length = 0;
};
// What a statement and a sub-statement have in common.
struct Action {
  Actor actor;
  Verb verb;
  Object object;
  Outcome outcome;
  Context context;
  std::optional<Instant> timestamp;
  std::vector<Attachment> attachments;
};
struct Statement : Action {
  std::optional<Uuid> id;
  std::string version;
};

// Words of the specification.
inline constexpr std::string_view kVoided = "http://adlnet.gov/expapi/verbs/voided";
inline constexpr std::string_view kSignature = "http://adlnet.gov/expapi/attachments/signature";

// What a key may do; a set.
enum class KeyScope : uint32_t { statements_write = 1, statements_read_mine = 2, statements_read = 4, state = 8, profile = 16, all = 31 };
std::optional<KeyScope> scope_of(std::string_view name);  // "statements/read/mine"
std::string_view name_of(KeyScope scope);

// Who speaks: a tool's key, which belongs to one organisation.
struct Key {
  int64_t no = 0;
  std::string key;  // the user name of Basic authentication
  directory::OrgNo org;
  std::string title;
  uint32_t scopes = 0;
  std::string account;  // who made it
  Instant created_at;
  std::optional<Instant> revoked_at;
  bool may(KeyScope scope) const { return (scopes & static_cast<uint32_t>(scope)) == static_cast<uint32_t>(scope); }
  bool may_any(uint32_t any) const { return (scopes & any) != 0; }
};
struct NewKey {
  Key key;
  std::string secret;  // shown once
};

// The bytes behind an attachment.
struct Content {
  std::string sha2, content_type;
  std::string bytes;
};

// Which statements: every filter of the specification. Agents and activities by identifier.
struct StatementQuery {
  std::string agent, verb, activity, registration;  // empty: any; agent is an ifi
  bool related_agents = false, related_activities = false, ascending = false, with_attachments = false;
  std::optional<Instant> since, until;
  size_t limit = 0;    // 0: as many as the store gives at once
  int64_t cursor = 0;  // the number of the last one given; 0: the first page
};
struct Found {
  std::vector<std::string> bodies;  // JSON of each
  int64_t next = 0;                 // 0: that was all
};

// A document of the state and profile resources.
enum class DocumentKind { state, activity_profile, agent_profile };
struct DocumentPlace {
  DocumentKind kind = DocumentKind::state;
  std::string activity, agent, registration;  // agent is an ifi
  std::string id;                             // stateId or profileId
};
struct Document {
  std::string content_type, content, etag;  // the etag is quoted
  Instant updated_at;
};
// Whether a precondition must come with a document: not at all, if it replaces one, or in any case.
enum class Need { never, to_replace, always };
// If-Match and If-None-Match as they came.
struct Precondition {
  std::string if_match, if_none_match;
};

}  // namespace banmo::events
