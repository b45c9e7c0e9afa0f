// SPDX-License-Identifier: Apache-2.0
// Whom rows are about, as their reader may know them: code and name beside the number that is stored.
#pragma once

#include <span>
#include <vector>

#include "records/row_text.h"

namespace banmo::records {

// Whom a principal may see by name, as the directory answers it.
directory::Scope people_scope(const Engine& engine, const Principal& principal);

class PeopleNames {
 public:
  // level: up to which the reader sees the rows.
  PeopleNames(const Engine& engine, const Principal& principal, const Schema& schema, pack::Level level);
  // For whom no principal stands: `people` is whom they may know.
  PeopleNames(const Engine& engine, directory::Scope people, const Schema& schema, pack::Level level);
  bool any() const { return has_people_; }                                 // the dataset names people
  bool gives_codes() const { return level_ >= pack::Level::l3; }           // a student number holds a citizen number: L3
  bool gives_names() const { return level_ >= pack::Level::l2 && sees_; }  // whole ones
  // Fills Row::people: one look-up for all rows.
  Result<> fill(std::span<Row> rows, const std::vector<size_t>& fields) const;
  Result<directory::PersonNames> of(const std::vector<directory::PersonNo>& people) const;
  // "王小明 G3702…", as much of it as is known; empty if nothing.
  static std::string title(const directory::PersonName& name);

 private:
  const Engine& engine_;
  const Schema& schema_;
  directory::Scope scope_;
  pack::Level level_;
  bool has_people_ = false, sees_ = false;
};

// The highest level of what a reader of such rows is shown in the clear: of the fields, and of the codes of people.
pack::Level shown_level(const Schema& schema, const Visible& visible, const PeopleNames& names, pack::Level max_level);

}  // namespace banmo::records
