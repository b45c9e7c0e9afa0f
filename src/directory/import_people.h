// SPDX-License-Identifier: Apache-2.0
// The part that all imports of people share: what stands already is held in memory by the hash of its key, so a line that changes nothing costs no
// query; new rows go in by the append path in transactions of Options::chunk_rows. One import at a time per object; not thread-safe. Private to the
// room.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "directory/flat_map.h"
#include "directory/import.h"
#include "directory/state.h"

namespace banmo::directory {

// How a source names people.
enum class PersonKey { source_id, code };

struct PersonRow {
  std::string key;  // sourcedId, or student or staff number
  std::string name, code, sex, citizen_id;
  std::optional<Date> birth;
  bool with_demographics = true;      // false: sex and birth stay as they are
  int64_t home_no = 0, class_no = 0;  // of a new person
  std::string kind;
};

struct MembershipRow {
  int64_t person_no = 0;
  OrgNo org;
  Role role = Role::student;
  std::optional<Date> from, to;
  bool end = false;  // ends today
};

class PeopleRun {
 public:
  struct Known {
    int64_t no = 0, hash = 0, home_no = 0;
  };
  PeopleRun(Directory::State& state, const Principal& by, const ImportOptions& options, ImportReport& report, PersonKey key)
      : state_(state), by_(by), options_(options), report_(report), key_(key) {}

  Result<> load();  // what stands already
  Known* find(std::string_view key) { return people_.find(hash_text(key)); }
  Known* find_hash(uint64_t key) { return people_.find(key); }
  bool in_scope(const Known& known) const;  // a person who stands elsewhere is not this importer's

  // True if a citizen number belongs to someone else than the person of this key.
  Result<bool> citizen_id_taken(const std::string& citizen_id, std::string_view key);
  // The person's number; counts new, changed, same.
  Result<int64_t> put_person(ImportCounts& counts, const PersonRow& row);
  Result<> end_person(ImportCounts& counts, const Known& known);
  Result<> put_membership(ImportCounts& counts, const MembershipRow& row);
  // Ends the memberships as a student elsewhere than in this school and class.
  Result<> leave_others(ImportCounts& counts, int64_t person_no, OrgNo school, OrgNo class_no);
  Result<> put_link(ImportCounts& counts, int64_t guardian_no, int64_t ward_no);
  Result<> flush(const std::string& what);  // one transaction, with its audit entry
  Result<> finish();                        // figures, versions, the warehouse

  void set_quiet(bool quiet) { quiet_ = quiet; }  // findings are not told
  void bad(const std::string& file, int64_t line, std::string field, std::string rule, Message detail);

 private:
  struct Span {
    int32_t from = 0, to = 0;  // days; kOpen: no end
  };
  static constexpr int32_t kOpen = INT32_MAX;
  Result<int64_t> next_number();
  Result<> write_chunk(sql::Connection& connection, const std::string& what);
  Result<> flush_if_full(const std::string& what);

  Directory::State& state_;
  const Principal& by_;
  const ImportOptions& options_;
  ImportReport& report_;
  PersonKey key_;
  Date today_;
  FlatMap<Known> people_;
  FlatMap<Span> memberships_;
  FlatMap<char> links_;
  FlatMap<uint64_t> citizen_ids_;  // of this run: whose they are
  int64_t next_no_ = 0, end_no_ = 0, first_no_ = INT64_MAX;
  bool changed_ = false, quiet_ = false;
  std::unordered_set<int64_t> touched_;
  std::vector<sql::Values> new_people_, changed_people_, new_memberships_, changed_memberships_, new_links_, leavers_;
  std::vector<int64_t> ended_people_;
};

}  // namespace banmo::directory
