// SPDX-License-Identifier: Apache-2.0
// Learning records: a store of xAPI statements and documents (1.0.3 and 2.0) in the ledger, and the keys under which tools speak to it. A key belongs
// to an organisation: it writes for it alone, and reads it and what lies below it. What is answered is durable. Thread-safe. Tables:
// events_migrations().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "directory/directory.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

struct Options {
  std::string path = "/xapi";                       // where clients find it, with a proxy's prefix
  std::string home_page = "http://localhost/xapi";  // of the accounts that stand for keys: the authority of their statements
  size_t max_batch = 1000;                          // statements in a request
  size_t max_page = 500;                            // statements in an answer
  size_t max_body_bytes = size_t{16} << 20;         // of a request, with its attachments; also of a document
};

class Events {
 public:
  // Migrations must have run. `directory` must outlive it.
  static Result<std::unique_ptr<Events>> create(directory::Directory& directory, Options options);
  ~Events();
  const Options& options() const;

  // Keys. Right xapi_keys over the key's organisation. Errors: denied, not_found as Directory::require; invalid "events.unknown_scope",
  // "events.no_scope", "events.no_title"; denied "events.scope_beyond_right" (a key that reads what others wrote is made by those who may see the
  // organisation's data); not_found "events.no_such_key".
  Result<NewKey> create_key(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes, directory::OrgNo org);
  Result<std::vector<Key>> keys(const directory::Principal& by) const;  // newest first, revoked ones too
  Result<> revoke_key(const directory::Principal& by, const std::string& key);
  // Who speaks. `name` is empty for a Bearer token. ~1 us when cached; a revoked key is refused here at once, by other servers within seconds.
  // Errors: unauthenticated "events.bad_key".
  Result<std::shared_ptr<const Key>> authenticate(const std::string& name, std::string_view secret);

  // The version in which a key last spoke: in that one a request is answered that names none.
  void note_version(const Key& key, Version version);
  Version last_version(const Key& key) const;

  // Stores a statement or a list of them (`body` as JSON), all or none; their ids in order. Errors: invalid "events.*" or "json.*" with the JSON path
  // of the first mistake ("$[3].verb.id"); conflict "events.other_statement"; too_large "events.too_many_statements"; those of the ledger.
  Result<std::vector<std::string>> store(const Key& key, Version version, std::string_view body, const std::optional<Uuid>& put_id,
                                         const std::vector<Content>& contents);
  Result<std::optional<std::string>> statement(const Key& key, const Uuid& id, bool voided) const;
  Result<Found> statements(const Key& key, const StatementQuery& query) const;
  // The bytes behind the attachments of statements.
  Result<std::vector<Content>> contents(const Key& key, const std::vector<std::string>& bodies) const;
  Instant consistent_through() const;

  // Brings what was stored since into the warehouse's table learning_event, each statement exactly once; how many.
  Result<int64_t> feed();

  // The activity with the definition that is known, as JSON; a person with what is known of an agent.
  Result<std::string> activity(const Key& key, const std::string& id) const;
  // The identifier of an agent or group as it stands in a parameter; empty for an anonymous group. Errors: as in a statement.
  static Result<std::string> identifier_of(const json::Value& actor);
  Result<std::string> person(const Key& key, const json::Value& agent) const;
  // format=ids and format=canonical of a statement; `languages` is an Accept-Language.
  static std::string with_ids_only(const std::string& body);
  Result<std::string> canonical(const Key& key, const std::string& body, std::string_view languages) const;

  Result<std::optional<Document>> document(const Key& key, const DocumentPlace& place) const;
  Result<std::vector<std::pair<std::string, Instant>>> documents(const Key& key, const DocumentPlace& place, std::optional<Instant> since) const;
  // `merge`: the members of a JSON object are added (POST). Errors: conflict "events.precondition_failed", "events.precondition_missing"; invalid
  // "events.no_precondition", "events.not_mergeable".
  Result<> put_document(const Key& key, const DocumentPlace& place, Document document, const Precondition& precondition, Need need, bool merge);
  Result<> remove_document(const Key& key, const DocumentPlace& place, const Precondition& precondition);
  Result<> remove_documents(const Key& key, const DocumentPlace& place);

 private:
  struct State;
  explicit Events(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::events
