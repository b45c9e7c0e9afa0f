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

struct CourseSession;  // cmi5.h

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

// How an actor came to its person; as it stands in the table.
enum class ActorHow : int64_t { unknown = 0, account = 1, mail = 2, mapped = 3, ignored = 4 };

// What a key may do; a set.
enum class KeyScope : uint32_t { statements_write = 1, statements_read_mine = 2, statements_read = 4, state = 8, profile = 16, all = 31 };
std::optional<KeyScope> scope_of(std::string_view name);  // "statements/read/mine"
std::string_view name_of(KeyScope scope);

// What a key may say, besides its scopes. Absent lists allow everything.
struct KeyLimits {
  bool own_users = false;             // about people of its organisation alone: an actor whom nobody knows is refused
  std::vector<std::string> verbs;     // IRIs; voiding stands among them or is refused
  std::vector<std::string> profiles;  // IRIs: a statement has one of them as a category
  bool validate = false;              // a statement that declares a recipe follows it, or its request is refused
};
// How a key fared in the last 24 hours.
struct KeyHealth {
  int64_t n_requests = 0, n_errors = 0, n_statements = 0;
  std::optional<Instant> last_seen;
};

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
  int64_t account_no = 0;  // of who made it; 0: the program itself
  KeyLimits limits;
  std::optional<Instant> last_seen;              // as it was written down last: seconds old
  std::shared_ptr<const CourseSession> session;  // of a launched unit: it speaks within its session alone
  bool may(KeyScope scope) const { return (scopes & static_cast<uint32_t>(scope)) == static_cast<uint32_t>(scope); }
  bool may_any(uint32_t any) const { return (scopes & any) != 0; }
};
struct NewKey {
  Key key;
  std::string secret;  // shown once
};

// An actor as the keys of an organisation name it.
struct KnownActor {
  int64_t no = 0;
  directory::OrgNo org;
  std::string ifi, name;  // the name is what the tool says
  ActorHow how = ActorHow::unknown;
  directory::PersonNo person;  // 0: none
  std::string person_id;
  std::string decided_by;
  std::optional<Instant> decided_at;
  Instant first_seen, last_seen;  // last_seen and n_statements follow within a minute
  int64_t n_statements = 0;
};
struct ActorQuery {
  directory::OrgNo org;  // its keys' and those of what lies below; 0: all in scope
  std::optional<ActorHow> how;
  int64_t before_no = 0;  // the last one given; 0: the first page
  size_t limit = 50;      // 1..200
};
struct ActorPage {
  std::vector<KnownActor> items;  // newest first
  int64_t next = 0;               // 0: that was all
};
// Under which account the tools of an organisation speak of a person for one purpose.
struct RosterAccount {
  directory::PersonNo person;
  std::string home_page, name;
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
  std::vector<int64_t> numbers;     // of each: what a cursor is
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
