// SPDX-License-Identifier: Apache-2.0
// One row made, changed or deleted by hand: the same cells, limits and rules as in a file, checked in process; then the journal. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "json/json.h"
#include "records/cells.h"
#include "records/engine.h"
#include "records/journal.h"
#include "records/key_filter.h"
#include "records/row_store.h"

namespace banmo::records {

class Editor {
 public:
  Editor(Engine& engine, RowStore& rows, Journal& journal, KeyFilter& filter) : engine_(engine), rows_(rows), journal_(journal), filter_(filter) {}
  // The stored row with its key. Errors: invalid "records.bad_row" with a detail for each field ("$.grade"); conflict "records.row_exists"; denied,
  // not_found.
  struct Made {
    std::string key;
    RowPtr row;             // nullptr: the row is gone
    bool changed = true;    // false: it was so already
    bool replaced = false;  // by put(): a row of the key existed
  };
  // `check` finds out all that `write` would refuse, and writes nothing.
  enum class Run { write, check };
  Result<Made> create(const Principal& principal, std::string_view dataset, const json::Object& values, Run run = Run::write);
  Result<Made> update(const Principal& principal, std::string_view dataset, const std::string& key, const json::Object& values,
                      std::optional<int64_t> if_version, Run run = Run::write);
  // Makes the row, or changes the one that has the key already. What stands is changed in fields that the writer may read only
  // ("records.hidden_field"): an answer "it was so already" would tell the others.
  Result<Made> put(const Principal& principal, std::string_view dataset, const json::Object& values, Run run = Run::write);
  Result<> remove(const Principal& principal, std::string_view dataset, const std::string& key);
  // Takes back a single-row edit of one's own (absent: the row's last change), unless the row has changed since.
  // Errors: conflict "records.undo_not_yours", "records.changed_since"; invalid "records.bad_row" if the row as it was no longer passes the checks.
  Result<Made> undo(const Principal& principal, std::string_view dataset, const std::string& key, std::optional<int64_t> edit);
  // A row of a flow's case (case_rows.h), by field, sealed ones in the clear; who may write what is the flow's to say. `read_case` puts values in and
  // computes; `check_case` finds what keeps the row out of the dataset and gives its bits of warning; a row that is kept all the same has its
  // findings in the log. Errors: invalid "records.bad_row".
  Result<> read_case(const Principal& principal, const Entry& entry, const json::Object& values, sql::Values& plain);
  Result<int64_t> check_case(const Entry& entry, sql::Values& plain, bool keep = false);
  Result<StoredRow> store_case(const Schema& schema, sql::Values plain, int64_t warn) const;
  // The row as its newest writer left it, from the journal, the cache or the warehouse; checks no scope.
  Result<RowPtr> unscoped_find(const Entry& entry, const std::string& key);

 private:
  struct Draft {
    sql::Values plain;  // by column, sealed fields in the clear
    std::vector<Finding> findings;
    int64_t warn = 0;
    bool keep = false;  // whatever is found
  };
  struct Trace;  // what an edit made of a row
  Result<Entry*> editable(const Principal& principal, std::string_view dataset) const;
  struct Writer;  // who writes, how far, and up to which level
  Writer writer(const Principal& principal, const Schema& schema) const;
  Result<> read_values(const Entry& entry, const Writer& writer, const json::Object& values, Draft& draft);
  Result<> check(const Entry& entry, const directory::Scope& scope, Draft& draft);
  Result<std::optional<directory::PersonNo>> find_person(const Column& column, const Writer& writer, const std::string& text, Draft& draft);
  Result<sql::Value> find_reference(const Schema& schema, const Column& column, const Writer& writer, const std::string& text, Draft& draft);
  Result<bool> may_name(const Writer& writer, directory::PersonNo person) const;
  Result<StoredRow> stored(const Schema& schema, const Draft& draft) const;
  Result<Draft> plain(const Schema& schema, const StoredRow& row) const;
  Result<RowPtr> current(const Entry& entry, const directory::Scope& scope, const std::string& key);
  Result<bool> exists(const Entry& entry, const std::string& key);
  // The key is taken: by a row of the writer's scope, or by one that is not there for them, which only a write tells.
  Result<> refuse_taken(const Entry& entry, const directory::Scope& scope, const std::string& key, Run run);
  Result<Trace> trace(const Principal& principal, const Entry& entry, const std::string& key, std::optional<int64_t> edit);
  Result<bool> same(const Schema& schema, const StoredRow& a, const StoredRow& b) const;
  Result<> write(const Principal& principal, Entry& entry, const std::string& key, std::string operation, StoredRow& row, json::Value detail);

  Engine& engine_;
  RowStore& rows_;
  Journal& journal_;
  KeyFilter& filter_;
};

// A row is within what a scope covers: by organisation, by person, or because it covers everything.
bool covers(const directory::Scope& scope, const directory::OrgTree& tree, const Schema& schema, const sql::Values& stored,
            const std::vector<size_t>& slots);

}  // namespace banmo::records
