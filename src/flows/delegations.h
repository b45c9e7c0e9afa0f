// SPDX-License-Identifier: Apache-2.0
// Who acts for whom during an absence: offices only, for a time, for some flows or all; it ends by itself, and either of the two may end it. A
// delegate counts as both where a flow asks for a second person. Thread-safe; what another process changes holds here within a second.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "crypto/crypto.h"
#include "directory/directory.h"
#include "flows/deputy.h"
#include "flows/papers.h"

namespace banmo::flows {

using DelegationId = Id<struct DelegationTag>;

struct DelegationWish {
  std::string to;                  // account
  std::vector<std::string> flows;  // empty: all
  Date from, until;                // days of the city, both included
  std::string note;
};

struct Delegation {
  DelegationId id;
  std::string from_account, to_account;
  std::vector<std::string> flows;
  Instant from_at, until_at;
  std::string note;
  Instant given_at;
  std::optional<Instant> ended_at;
};

class Delegations {
 public:
  Delegations(sql::Database& ledger, directory::Directory& directory, const Book& book, const Clock& clock, Sealing sealing)
      : ledger_(ledger), directory_(directory), book_(book), clock_(clock), sealing_(std::move(sealing)) {}

  // The giver is absent. Right cases_handle. Errors: invalid "flows.delegate_self", "flows.delegate_who", "flows.delegate_days",
  // "flows.delegate_none"; not_found "flows.no_such_flow"; conflict "flows.delegate_many".
  Result<Delegation> give(const directory::Principal& by, const DelegationWish& wish);
  // Given and received ones, the newest first; at most 100 of each.
  Result<std::vector<Delegation>> list(const directory::Principal& who) const;
  // Errors: not_found "flows.no_such_delegation".
  Result<Delegation> end(const directory::Principal& by, std::string_view id);

  // In whose absence the principal may act now: by grants of the absent that stand in an organisation where the principal acts in an office themself.
  // Nobody if the ledger does not answer.
  DeputiesPtr deputies(const directory::Principal& principal) const;

 private:
  // Somebody absent, and for what.
  struct Living {
    Delegation delegation;
    directory::Principal absent;  // with the grants that they hold now, whether or not they could sign in
  };
  using LivingPtr = std::shared_ptr<const std::vector<Living>>;
  struct Known {
    LivingPtr living;
    std::chrono::steady_clock::time_point loaded_at;
  };
  Result<> check(const directory::Principal& by, const DelegationWish& wish) const;
  Result<> check_delegate(const directory::Principal& by, const std::string& to) const;
  Result<LivingPtr> load(const std::string& account) const;
  LivingPtr known(const std::string& account) const;
  void forget(const std::string& account) const;

  sql::Database& ledger_;
  directory::Directory& directory_;
  const Book& book_;
  const Clock& clock_;
  const Sealing sealing_;
  mutable std::mutex mutex_;  // of what is known; nothing is read from the ledger under it
  mutable std::map<std::string, Known> known_;
};

}  // namespace banmo::flows
