// SPDX-License-Identifier: Apache-2.0
// Rows that a flow keeps: the same cells, limits and rules as in a form; the flow writes them to the journal in its own transaction of the ledger,
// with the state of the case, and from there they reach the warehouse as every edit does. Who may read or write a case is the flow's to decide before
// it comes here. A row is its values by field, sealed ones in the clear. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/types.h"
#include "json/json.h"
#include "pack/level.h"
#include "records/types.h"
#include "sql/sql.h"

namespace banmo::records {

class Editor;
class Engine;
struct RowQuestion;
class RowIndexes;
class JobStore;
class Journal;

// Rows that are written together.
class CaseBatch {
 public:
  CaseBatch();
  ~CaseBatch();
  CaseBatch(CaseBatch&& other) noexcept;
  CaseBatch& operator=(CaseBatch&& other) noexcept;
  void clear();
  void add_all(const CaseBatch& others);
  bool empty() const;
  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

class CaseRows {
 public:
  CaseRows(Engine& engine, Editor& editor, Journal& journal, JobStore& jobs);
  ~CaseRows();
  sql::Values blank(std::string_view dataset) const;  // with the fields' defaults
  // Puts in what somebody typed. Errors: invalid "records.bad_row" with a detail for each field ("$.grade").
  Result<> fill(const directory::Principal& principal, std::string_view dataset, const json::Object& values, sql::Values& row);
  // Whether the row may stand in the dataset. Errors as of fill().
  Result<> check(std::string_view dataset, const sql::Values& row) const;
  // For the ledger, by field id, sealed fields sealed; what the dataset no longer has is left out when it is read.
  Result<std::string> to_text(std::string_view dataset, const sql::Values& row) const;
  Result<sql::Values> from_text(std::string_view dataset, const std::string& text) const;

  // As a reader sees it whose scope covers it; where it does not, at `otherwise`, or not_found "records.no_such_row".
  Result<Row> show(const directory::Principal& principal, std::string_view dataset, const sql::Values& row,
                   std::optional<pack::Level> otherwise) const;
  bool covers(const directory::Principal& principal, std::string_view dataset, const sql::Values& row) const;
  // A row of any dataset, for the program itself (row_finder.h).
  Result<std::optional<sql::Values>> unscoped_find(std::string_view dataset, const RowQuestion& question) const;
  // What rows have in common that are alike in some fields, sealed ones by their blind index; nothing if one of them is empty.
  std::optional<std::string> likeness(std::string_view dataset, const sql::Values& row, const std::vector<std::string>& fields) const;
  pack::Level shown_level(const directory::Principal& principal, std::string_view dataset, const sql::Values& row, pack::Level otherwise) const;
  // The highest level that the reader may see in the row's scope, whatever fields there are; where it does not cover the row, `otherwise`.
  pack::Level reach(const directory::Principal& principal, std::string_view dataset, const sql::Values& row, pack::Level otherwise) const;

  // Checks the row and puts it to those that are written. What the program does by itself has nobody to mend the row: it is written with what is
  // wrong in the log. Errors as of fill(); unavailable "records.journal_full".
  enum class By { person, program };
  Result<> add(CaseBatch& batch, std::string_view dataset, sql::Values row, bool is_new, const std::string& account, By by);
  // Gives the only row of a batch the key that it was made without. Not at all if the batch is empty.
  void name(CaseBatch& batch, const std::string& key) const;
  Result<> write(sql::Connection& ledger, CaseBatch& batch);  // inside the transaction
  void written(CaseBatch& batch);                             // after its commit

 private:
  Engine& engine_;
  Editor& editor_;
  Journal& journal_;
  JobStore& jobs_;
  std::unique_ptr<RowIndexes> indexes_;
};

}  // namespace banmo::records
