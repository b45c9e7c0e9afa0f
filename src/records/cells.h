// SPDX-License-Identifier: Apache-2.0
// One cell as a person wrote it > one value, or a finding that says what to do. The only place that decides what a cell means: file imports, forms
// and filters all come here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "crypto/crypto.h"
#include "directory/org_tree.h"
#include "directory/scope.h"
#include "records/schema.h"
#include "sql/sql.h"

namespace banmo::records {

struct Finding {
  std::string field;  // id; empty: the whole row
  std::string rule;   // "type", "required", "code", "reference", "scope", "range", "duplicate", "columns", "encoding", or a rule's id
  Message message;
};
using Cell = std::variant<sql::Value, Finding>;

// Everything but organisations and references, which need the directory: those give their text. An empty cell gives null (not the default).
Cell read_plain_cell(const Column& column, std::string_view cell);
// "“学校”不能为空…"
Finding required_finding(const Column& column);
Finding range_finding(const Column& column);
Finding reference_finding(const Column& column);
Finding rule_finding(const pack::Rule& rule);
// The value's limits: min, max, length of text.
bool in_range(const Column& column, const sql::Value& value);
// "学校 (school_id)" as the sentences name a field.
Message field_name(const Column& column);

// Organisations as files name them, remembered; not thread-safe: one for each import or edit.
class OrgReader {
 public:
  // Rows of organisations outside `scope` are refused; a null scope allows all.
  OrgReader(std::shared_ptr<const directory::OrgTree> tree, const directory::Scope* scope);
  Cell read(const Column& column, std::string_view cell);
  const directory::OrgTree& tree() const { return *tree_; }
  bool allowed(directory::OrgNo org) const;

 private:
  Cell resolve(const Column& column, std::string_view cell) const;
  std::shared_ptr<const directory::OrgTree> tree_;
  const directory::Scope* scope_;
  std::vector<std::unordered_map<std::string, Cell, TextHash, std::equal_to<>>> known_;  // by column
};

// Values that are stored sealed, and their blind index.
struct Sealer {
  crypto::Profile profile = crypto::Profile::intl;
  crypto::Bytes key;
  Result<sql::Blob> seal(const Schema& schema, const Column& column, std::string_view plain) const;
  std::string index(const Schema& schema, const Column& column, std::string_view plain) const;
  Result<std::string> open(const Schema& schema, const Column& column, const sql::Value& sealed) const;
};

// The canonical text of a value, as the chunk files and row keys carry it: 2026-11-21, 14.5, true, code. Null is empty.
std::string canonical_text(const sql::Value& value);
void append_canonical(std::string& out, const sql::Value& value);
// A value of the column's stored type from its canonical text (row keys, cursors).
std::optional<sql::Value> from_canonical(const Column& column, std::string_view text);
// As a person reads it in an export: code title, organisation title, 是/否.
std::string display_text(const Column& column, const sql::Value& value);

}  // namespace banmo::records
