// SPDX-License-Identifier: Apache-2.0
// One row made, changed or deleted by hand: the same cells, limits and rules as in a file, checked in process; then the journal. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "json/json.h"
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
    RowPtr row;
  };
  Result<Made> create(const Principal& principal, std::string_view dataset, const json::Object& values);
  Result<Made> update(const Principal& principal, std::string_view dataset, const std::string& key, const json::Object& values,
                      std::optional<int64_t> if_version);
  Result<> remove(const Principal& principal, std::string_view dataset, const std::string& key);
  // The row as its newest writer left it, from the journal, the cache or the warehouse; checks no scope.
  Result<RowPtr> unscoped_find(const Entry& entry, const std::string& key);

 private:
  struct Draft;
  Result<Entry*> editable(const Principal& principal, std::string_view dataset) const;
  Result<> read_values(const Entry& entry, const directory::Scope& scope, const json::Object& values, Draft& draft);
  Result<> check(const Entry& entry, const directory::Scope& scope, Draft& draft);
  Result<sql::Value> find_reference(const Column& column, const std::string& text, Draft& draft);
  Result<StoredRow> stored(const Schema& schema, const Draft& draft) const;
  Result<Draft> plain(const Schema& schema, const StoredRow& row) const;
  Result<RowPtr> current(const Entry& entry, const directory::Scope& scope, const std::string& key);
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
