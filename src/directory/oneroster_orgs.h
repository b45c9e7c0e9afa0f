// SPDX-License-Identifier: Apache-2.0
// Organisations of an import: collected first, then written in one change, parents before children. Private to the room.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "directory/import_people.h"

namespace banmo::directory {

struct OrgRow {
  std::string source;         // "org:<sourcedId>", "class:<sourcedId>", "grade:<school>:<code>"
  std::string parent_source;  // empty: under the top of the import
  OrgKind kind = OrgKind::school;
  std::string title, code;
  bool gone = false;  // tobedeleted
  std::string file;
  int64_t line = 0;
};

class OrgRun {
 public:
  OrgRun(Directory& directory, const Principal& by, const ImportOptions& options, ImportReport& report, PeopleRun& people)
      : directory_(directory), by_(by), options_(options), report_(report), people_(people) {}
  Result<> load();
  void add(OrgRow row);
  bool has(const std::string& source) const { return rows_.contains(source) || known_.contains(source); }
  // Writes what was added. Bad rows (unknown parents, loops, taken codes) are reported and left out, with all that hangs below them.
  Result<> write();
  // The number of an organisation that stands, or was made here; 0 if there is none.
  OrgNo find(const std::string& source) const;
  // Of one that find() gave: its kind, and whether the importer may put people there.
  OrgKind kind_of(OrgNo org) const;
  bool in_scope(OrgNo org) const;

 private:
  struct Known {
    OrgNo no;
    int64_t hash = 0;
  };
  struct Plan {
    std::vector<OrgDraft> drafts;
    std::vector<std::string> draft_sources;
    std::vector<OrgUpdate> updates;
    std::vector<std::string> update_sources;
    std::vector<std::pair<OrgNo, OrgNo>> moves;
  };
  std::vector<const OrgRow*> in_order();
  void plan_row(const OrgRow& row, Plan& plan, std::unordered_map<std::string, int64_t>& drafted);
  bool check_row(const OrgRow& row, OrgNo known, OrgNo parent, const Org* drafted_parent);
  Result<> apply(Plan& plan);

  Directory& directory_;
  const Principal& by_;
  const ImportOptions& options_;
  ImportReport& report_;
  PeopleRun& people_;
  std::unordered_map<std::string, OrgRow> rows_;
  std::vector<std::string> order_;  // as added
  std::unordered_map<std::string, Known> known_;
  std::unordered_map<int64_t, OrgKind> dry_kinds_;  // of organisations that a dry run did not make
  std::unordered_map<std::string, int> taken_codes_;
};

}  // namespace banmo::directory
