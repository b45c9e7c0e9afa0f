// SPDX-License-Identifier: Apache-2.0
// Learning records: a store of xAPI statements and documents (1.0.3 and 2.0) in the ledger, and the keys under which tools speak to it. A key belongs
// to an organisation: it writes for it alone, and reads it and what lies below it. What is answered is durable. Thread-safe. Tables:
// events_migrations().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/crypto.h"
#include "directory/directory.h"
#include "events/learning.h"
#include "events/removal.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::records {
class Records;
struct WrittenTable;
}  // namespace banmo::records

namespace banmo::events {

class Recipes;

struct Options {
  std::string path = "/xapi";                       // where clients find it, with a proxy's prefix
  std::string home_page = "http://localhost/xapi";  // of the accounts that stand for keys: the authority of their statements
  size_t max_batch = 1000;                          // statements in a request
  size_t max_page = 500;                            // statements in an answer
  size_t max_body_bytes = size_t{16} << 20;         // of a request, with its attachments; also of a document
  size_t max_page_bytes = size_t{16} << 20;  // of attachments in an answer: the page ends where they would be more, after one statement at least
  std::shared_ptr<const Recipes> recipes;    // recipes.h; absent: there are none
  crypto::Bytes account_key;                 // 32 bytes: the names of accounts that are given out. Empty: they are drawn
};

class Events {
 public:
  // Migrations must have run. `directory` must outlive it.
  static Result<std::unique_ptr<Events>> create(directory::Directory& directory, Options options);
  ~Events();
  const Options& options() const;

  // Keys. Right xapi_keys over the key's organisation. Errors: denied, not_found as Directory::require; invalid "events.unknown_scope",
  // "events.no_scope", "events.no_title"; denied "events.scope_beyond_right" (a key that reads what others wrote is made by those who may see the
  // organisation's data); not_found "events.no_such_key"; denied "events.needs_session" for an API token; invalid "events.no_iri",
  // "events.list_too_long", "events.unknown_profile" (one that is to be validated and is no recipe here). A key dies with its maker's account, or the
  // rights that making it needs.
  Result<NewKey> create_key(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes, directory::OrgNo org,
                            const KeyLimits& limits = {});
  Result<std::vector<Key>> keys(const directory::Principal& by) const;  // newest first, revoked ones too
  Result<> revoke_key(const directory::Principal& by, const std::string& key);
  // By key number, for the keys that `by` may manage.
  Result<std::unordered_map<int64_t, KeyHealth>> key_health(const directory::Principal& by) const;
  // Who speaks. `name` is empty for a Bearer token; `peer` is the address that asks, empty where none does. ~1 us when cached; a revoked key is
  // refused here at once, by other servers within seconds. Errors: unauthenticated "events.bad_key"; too_many "session.too_many" after wrong ones.
  Result<std::shared_ptr<const Key>> authenticate(const std::string& name, std::string_view secret, const std::string& peer = {});
  void note_request(const Key& key, bool is_error);
  Result<std::shared_ptr<const Key>> key_by_no(int64_t no) const;  // if it is good now. Errors: unauthenticated "events.bad_key"

  // Who an actor is: right people_manage over the key's organisation. A person must be, or have been, of that organisation or below it. Errors:
  // not_found "events.no_such_actor", "events.no_such_person"; conflict "events.actor_is_known".
  Result<ActorPage> actors(const directory::Principal& by, const ActorQuery& query) const;
  Result<> map_actor(const directory::Principal& by, int64_t actor, PersonId person);
  Result<> ignore_actor(const directory::Principal& by, int64_t actor);
  Result<> reset_actor(const directory::Principal& by, int64_t actor);  // as if nobody had decided
  // Opaque accounts of people of `org` for its tools, made where missing: in the order of `people`, 1000 at most. Rights xapi_keys over `org`,
  // people_read (L3) of the people. Errors: invalid "events.bad_purpose"; not_found "events.no_such_person".
  Result<std::vector<RosterAccount>> accounts(const directory::Principal& by, directory::OrgNo org, const std::string& purpose,
                                              const std::vector<directory::PersonNo>& people);

  // The version in which a key last spoke: in that one a request is answered that names none.
  void note_version(const Key& key, Version version);
  Version last_version(const Key& key) const;

  // Stores a statement or a list of them (`body` as JSON), all or none; their ids in order. Errors: invalid "events.*" or "json.*" with the JSON path
  // of the first mistake ("$[3].verb.id"); conflict "events.other_statement"; too_large "events.too_many_statements"; denied "events.forged_actor",
  // "events.not_own_user", "events.verb_not_allowed", "events.profile_not_allowed"; of a key that validates those of Recipes::require; unavailable
  // "events.busy"; those of the ledger.
  // `also` runs in the same transaction; its error is the request's. A key with a session stores through Courses (courses.h), which gives one.
  Result<std::vector<std::string>> store(const Key& key, Version version, std::string_view body, const std::optional<Uuid>& put_id,
                                         const std::vector<Content>& contents, const sql::Change& also = {});
  Result<std::optional<std::string>> statement(const Key& key, const Uuid& id, bool voided) const;
  Result<Found> statements(const Key& key, const StatementQuery& query) const;
  // The bytes behind the attachments of statements, one after the other, so that they are held once.
  Result<> each_content(const Key& key, const std::vector<std::string>& bodies, const std::function<void(const Content&)>& give) const;
  Instant consistent_through() const;

  // Writes down what is counted in memory (keys, actors). Called every second or so.
  Result<> flush();
  // The datasets of kind event that statements fill; before it there is nothing to feed. `records` must outlive the last feed().
  Result<> feed_into(records::Records& records);
  // Brings what was stored since into those datasets, each statement exactly once, and puts right what was told of actors since; how many statements.
  Result<int64_t> feed();

  // Files what was stored since under the people, schools and classes that it is about, for `browse`; how many statements.
  Result<int64_t> file();
  // From any thread: feed() and file() end between two rounds, as the server stops.
  void stop();
  // What `by` may read (right datasets_read) of people and classes: by the person's school and class at the time of the statement; of an actor whom
  // nobody knows, by the key's organisation. Rows are what they are for records::Records: a leader and an administrator get none. ~2 ms a page.
  Result<LearningPage> browse(const directory::Principal& by, const LearningQuery& query) const;
  // Voided ones too. Organisations may use the same id: `key_org` is the writing one; 0: the newest. Errors: not_found "events.no_such_record".
  Result<LearningRecord> record(const directory::Principal& by, const Uuid& id, directory::OrgNo key_org) const;

  // Those records, as `browse` gives them, in a temporary file that the caller removes: "csv" for people, "jsonl" and "parquet" for programs. Rights
  // datasets_export and datasets_read. Errors: denied; invalid "records.bad_format"; too_many "records.export_quota"; unsupported before feed_into().
  Result<records::WrittenTable> export_records(const directory::Principal& by, const LearningQuery& query, const std::string& format) const;

  // Removal (removal.h): right people_manage, in a session. A preview counts and changes nothing. An order is worked off by remove(). Errors:
  // not_found "directory.no_such_person"; denied "events.erase_beyond_reach" (tools of organisations beyond know the person too),
  // "events.needs_session"; conflict "events.erasure_runs"; invalid "events.no_reason", "events.purge_of_future"; not_found "events.no_such_key",
  // "events.no_such_removal".
  Result<RemovalPreview> preview_erasure(const directory::Principal& by, PersonId person) const;
  Result<Removal> erase(const directory::Principal& by, PersonId person, const std::string& reason);
  Result<RemovalPreview> preview_purge(const directory::Principal& by, const PurgeWish& wish) const;
  Result<Removal> purge(const directory::Principal& by, const PurgeWish& wish, const std::string& reason);
  Result<RemovalPage> removals(const directory::Principal& by, int64_t before_no, size_t limit) const;
  Result<Removal> removal(const directory::Principal& by, int64_t no) const;
  // A share of the work that was ordered; how many steps: 0 if nothing is left, or what is concerned is not filed and fed yet. Nothing before
  // feed_into().
  Result<int64_t> remove();

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
