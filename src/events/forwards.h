// SPDX-License-Identifier: Apache-2.0
// Forwarding: what is stored for an organisation and below it goes on to other learning record stores, in the order of storage, exactly once by id.
// A forward knows up to which statement the other side has everything; that mark moves only after the other side has said so, so what is sent twice
// (a stop between its answer and our mark) is a statement that it has already. Whoever runs the installation makes a forward; it sends nothing until
// somebody who may export the organisation's data has released it. Every change, and every batch that leaves, is audited. Thread-safe. Tables:
// events_migrations().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/outbound.h"
#include "base/result.h"
#include "crypto/crypto.h"
#include "directory/directory.h"
#include "events/types.h"

namespace banmo::events {

enum class ForwardState { waiting, running, paused };  // waiting: to be released; as it stands in the table

// What somebody says of a forward.
struct ForwardPlan {
  std::string title;
  std::string endpoint;  // "https://lrs.example.cn/xapi"
  Version version = Version::v2_0;
  std::string key;                                     // user name of Basic authentication there
  std::optional<std::string> secret = {};              // its password. Absent in a change: it stays
  directory::OrgNo org = {};                           // whose statements: of it and below. A change leaves it
  std::vector<std::string> verbs = {}, profiles = {};  // IRIs; empty: any. A voiding statement goes where the voided one goes
  bool from_beginning = false;                         // also what is stored already. A change leaves it
};

struct Forward {
  int64_t no = 0;
  std::string id;
  ForwardPlan plan;  // without the secret
  ForwardState state = ForwardState::waiting;
  std::string made_by, released_by;
  std::string changed_by;  // who last led it elsewhere; empty: nobody since it was made
  Instant made_at;
  int64_t mark = 0;
  int64_t n_sent = 0, n_refused = 0, n_refused_in_row = 0;
  int64_t n_behind = 0;        // of the next kMaxCounted statements those of the organisation, whatever the filter says of them
  int64_t behind_seconds = 0;  // how long the oldest of them has waited
  int64_t n_failures = 0;      // in a row
  std::optional<Instant> sent_at, next_try_at, error_at;
  Message error;  // of the last try; empty: it went well
};

// A statement that the other side did not take.
struct RefusedStatement {
  int64_t no = 0;
  Uuid id;
  directory::OrgNo org;
  Instant at;
  int status = 0;      // 0: it did not leave, as it could not be read here
  std::string answer;  // its beginning; its status alone for who may not export the organisation's data
  bool retry = false;  // will be sent once more
};
struct RefusedPage {
  std::vector<RefusedStatement> items;
  int64_t next = 0;  // 0: that was all
};

// What the other side says of itself.
struct ForwardTest {
  bool is_good = false;  // it speaks the version, and takes statements under this key
  int status = 0;        // of its last answer; 0: none
  std::vector<std::string> versions;
  std::optional<Error> error;
};

class Forwards {
 public:
  // `secret_key`: 32 bytes, seals secrets; `call` goes out. Migrations must have run; `directory` must outlive it.
  Forwards(directory::Directory& directory, crypto::Bytes secret_key, OutboundCall call);
  ~Forwards();

  // Newest first, those whose organisation's keys `by` may manage (right xapi_keys).
  Result<std::vector<Forward>> list(const directory::Principal& by) const;
  Result<Forward> forward(const directory::Principal& by, const std::string& id) const;  // not_found "events.no_such_forward"
  // Right packs_install (who runs the installation), in a session. Errors: denied "directory.no_right", "events.needs_session"; not_found as
  // Directory::require; invalid "events.no_title", "events.no_iri", "events.list_too_long", "events.no_secret"; conflict "events.too_many_forwards".
  Result<Forward> make(const directory::Principal& by, const ForwardPlan& plan);
  // Right as make; another address, key or filter waits to be released anew. Another address or key needs its secret: invalid "events.no_secret".
  Result<Forward> change(const directory::Principal& by, const std::string& id, const ForwardPlan& plan);
  Result<> remove(const directory::Principal& by, const std::string& id);  // right as make
  // Asks the other side; nothing is sent. Right as make.
  Result<ForwardTest> test(const directory::Principal& by, const std::string& id) const;
  // Right datasets_export over the organisation, in a session, not by who made it or led it elsewhere; `endpoint` is where `by` saw it lead. Errors:
  // denied "events.own_forward"; conflict "events.forward_changed".
  Result<Forward> release(const directory::Principal& by, const std::string& id, const std::string& endpoint);
  // Right xapi_keys. pause ends what is on its way before its next request. resume tries again at once. Errors: conflict "events.forward_waits" for
  // one that was not released.
  Result<Forward> pause(const directory::Principal& by, const std::string& id);
  Result<Forward> resume(const directory::Principal& by, const std::string& id);
  // By number, ascending after `after_no`.
  Result<RefusedPage> refused(const directory::Principal& by, const std::string& id, int64_t after_no, size_t limit) const;
  Result<int64_t> retry(const directory::Principal& by, const std::string& id);  // all that were refused; how many

  // Sends what is due, for a few seconds at most to each; how many statements left. One caller at a time in a process; of several processes on one
  // PostgreSQL each forward is served by one. `stop` ends it between two batches.
  Result<int64_t> run(const std::atomic<bool>& stop);

  static constexpr int64_t kMaxCounted = 100'000;
  static constexpr size_t kMaxForwards = 100, kMaxPage = 200;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banmo::events
