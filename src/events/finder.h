// SPDX-License-Identifier: Apache-2.0
// Inside the room: reads statements by every filter. A filter is a list of numbers (lists.h), and pages go on from a number. What a key may see is in
// each question: its organisation and those below, or its own. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/lists.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

class Finder {
 public:
  Finder(sql::Database& ledger, directory::Directory& directory, Lists& lists, std::string home_page, size_t max_page)
      : ledger_(ledger), directory_(directory), lists_(lists), home_page_(std::move(home_page)), max_page_(max_page) {}
  Result<Found> find(const Key& key, const StatementQuery& query) const;
  // nullopt if there is none that the key may see; `voided` asks for one that was voided.
  Result<std::optional<std::string>> one(const Key& key, const Uuid& id, bool voided) const;
  // How long the attachments are, by sha2; and one of them, to be given on and let go.
  Result<std::unordered_map<std::string, int64_t>> sizes(const Key& key, const std::vector<std::string>& sha2s) const;
  Result<std::optional<Content>> content(const Key& key, const std::string& sha2) const;
  Result<std::optional<std::string>> definition(const Key& key, const std::string& activity) const;
  // The latest statement that an agent stands in as actor or object.
  Result<std::optional<std::string>> latest_of(const Key& key, const std::string& ifi) const;

 private:
  bool sees_all(const Key& key) const;
  Result<Filter> organisations_of(const Key& key) const;
  std::string visible(const Key& key, std::string_view org_column) const;

  sql::Database& ledger_;
  directory::Directory& directory_;
  Lists& lists_;
  std::string home_page_;
  size_t max_page_;
};

}  // namespace banmo::events
