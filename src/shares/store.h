// SPDX-License-Identifier: Apache-2.0
// Shares and keys in the ledger. Inside the room: readers go through Shares, which asks who may see what.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/crypto.h"
#include "shares/types.h"

namespace banmo::shares {

// A key as it is kept.
struct KeyRow {
  int64_t no = 0;
  ShareId share;
  int64_t account_no = 0;
  Key key;
};

// What a read adds to the counters.
struct ReadNote {
  const Share& share;
  int64_t key_no = 0;  // 0: a file
  int64_t n_rows = 0;
  Instant at;
};

Statement opening(const Share& share);
Statement ending(const std::string& case_id, const std::string& by, Instant at);

class Store {
 public:
  explicit Store(sql::Database& ledger) : ledger_(ledger) {}
  Result<std::optional<Share>> unscoped_find(const std::string& id) const;
  Result<std::vector<Share>> unscoped_of_case(const std::string& case_id) const;        // the newest first
  Result<std::vector<Share>> held_by(const std::vector<directory::OrgNo>& orgs) const;  // the newest first
  Result<std::vector<Share>> unscoped_all() const;                                      // those that have not ended first
  Result<std::vector<KeyRow>> keys_of(const ShareId& share) const;
  Result<std::optional<KeyRow>> key_by_secret(const crypto::Hash& hash) const;

  // Inside a transaction.
  static Result<std::optional<Share>> read(sql::Connection& connection, const std::string& id);
  static Result<int64_t> n_living_keys(sql::Connection& connection, const ShareId& share);
  static Result<> put_key(sql::Connection& connection, const KeyRow& row, const crypto::Hash& hash);
  static Result<bool> revoke_key(sql::Connection& connection, const ShareId& share, const std::string& name, Instant at);  // false: none was living
  static Result<> count(sql::Connection& connection, const ReadNote& note);

 private:
  sql::Database& ledger_;
};

}  // namespace banmo::shares
