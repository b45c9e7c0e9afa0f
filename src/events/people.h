// SPDX-License-Identifier: Apache-2.0
// Inside the room: who an actor is. An actor resolves to a person of the directory as somebody mapped it by hand, by an opaque account that was given
// out here, or by a mail address that the directory knows; nobody else's word counts. Kept in memory, at most kKnownMicros old, or kPersonMicros
// where somebody was found (a decision made in this process: at once; by another: kLookMicros). Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "directory/directory.h"
#include "events/named.h"
#include "events/types.h"

namespace banmo::events {

// Whom a statement is about.
struct Whom {
  std::optional<directory::PersonNo> person;  // nothing: unknown, ignored, or a group
  directory::OrgNo org;                       // the person's school (or office) at that time if the key's organisation reaches it, else the key's
  std::optional<directory::OrgNo> class_org;  // the class in which the person was a student at that time
};

// Where somebody is a member: in an organisation or below it, only elsewhere, or nowhere.
enum class Belongs { here, elsewhere, nowhere };

// An actor whose person changed after it was stored: its identifier, as the keys of one organisation write it.
struct ActorChange {
  int64_t no = 0;  // ascending, each once
  directory::OrgNo key_org;
  std::string ifi;
};

// An actor that the table does not have, or has with another person.
struct ActorToKeep {
  std::string ifi, name;
  ActorHow how = ActorHow::unknown;
  directory::PersonNo person;  // 0: none
};

class People {
 public:
  People(directory::Directory& directory, std::string home_page);

  // `key_org`: the organisation of the key that wrote the statement (xapi_statement.org_no); `at`: the statement's own time. ~1 us when known; a
  // question or two of the ledger otherwise. Errors: those of the ledger.
  Result<Whom> whom(directory::OrgNo key_org, const Actor& actor, Instant at);
  // The same actors asked at once: one question for all that are not in memory. Call it before a loop of whom().
  Result<> know(directory::OrgNo key_org, const std::vector<std::string>& ifis);
  // Who was mapped, unmapped or found since: changes with a number above `after`, oldest first, at most `limit`. A reader that has seen up to a
  // number has seen everything below it.
  Result<std::vector<ActorChange>> changed_since(int64_t after, size_t limit) const;
  // As whom a person is spoken of, and by the keys of which organisations.
  Result<std::vector<ActorChange>> identifiers_of(directory::PersonNo person) const;

  // The person behind an identifier, 0 if there is none; where somebody belongs, then or now; whether an identifier of nobody claims to be one of
  // ours.
  Result<directory::PersonNo> person_of(directory::OrgNo key_org, const std::string& ifi);
  Result<Belongs> belongs(directory::PersonNo person, directory::OrgNo org, Instant at);
  bool is_false_account(const std::string& ifi) const;  // of our home page; person_of() gave 0

  // Storing. What must be written with the statements; writes it (inside their transaction, one writer at a time); and, when that is kept, counts.
  Result<std::vector<ActorToKeep>> to_keep(directory::OrgNo key_org, const std::vector<const Named*>& named);
  static Result<> keep(sql::Connection& connection, directory::OrgNo key_org, const std::vector<ActorToKeep>& actors, Instant now);
  void kept(directory::OrgNo key_org, const std::vector<const Named*>& named, Instant now);
  // Writes the counts, once in kFlushMicros.
  Result<> flush();
  void forget();  // everything in memory about actors; the counts stay

  static constexpr int64_t kKnownMicros = 30'000'000, kPersonMicros = 300'000'000, kStaysMicros = 60'000'000;
  static constexpr int64_t kLookMicros = 2'000'000, kFlushMicros = 30'000'000;

 private:
  struct Entry {
    ActorHow how = ActorHow::unknown;
    directory::PersonNo person;
    bool is_kept = false;  // the table has it so
    int64_t until = 0;
  };
  struct Stay {
    directory::OrgNo org;
    Date from;
    std::optional<Date> to;
    bool is_student = false;
  };
  using Stays = std::shared_ptr<const std::vector<Stay>>;
  struct Count {
    int64_t n = 0, last = 0;
  };
  using Places = std::unordered_map<std::string, Entry>;  // by organisation and identifier
  Result<> look_for_decisions(int64_t now);
  Result<> load(directory::OrgNo key_org, const std::vector<std::string>& ifis);
  Result<> load_accounts(sql::Connection& connection, std::unordered_map<std::string, Entry>& found) const;
  Result<> load_mail(std::unordered_map<std::string, Entry>& found) const;
  Result<Entry> entry_of(directory::OrgNo key_org, const std::string& ifi);
  Result<Stays> stays_of(directory::PersonNo person);
  Date day_of(Instant at) const { return at.local_date(utc_offset_minutes_); }

  static constexpr size_t kMaxKnown = 400'000;
  directory::Directory& directory_;
  const std::string home_prefix_;
  const int utc_offset_minutes_;
  mutable std::mutex mutex_;
  Places known_;
  std::unordered_map<int64_t, std::pair<Stays, int64_t>> stays_;  // by person, until when
  std::unordered_map<std::string, Count> counts_;                 // as known_
  int64_t next_flush_ = 0, next_look_ = 0, last_change_ = 0;
};

}  // namespace banmo::events
