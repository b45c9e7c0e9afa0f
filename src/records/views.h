// SPDX-License-Identifier: Apache-2.0
// Views of a grid that a person keeps: filters, order, columns. Private, or shared with the person's own organisation. In the ledger. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.h"
#include "directory/types.h"
#include "records/types.h"
#include "sql/sql.h"

namespace banmo::records {

class ViewStore {
 public:
  ViewStore(sql::Database& ledger, const Clock& clock, crypto::Profile profile) : ledger_(ledger), clock_(clock), profile_(profile) {}
  // One's own, and those shared in an organisation where one stands oneself; by title. dataset empty: all.
  Result<std::vector<View>> list(const directory::Principal& principal, std::string_view dataset) const;
  // Makes one (id empty), or replaces one's own. Errors: not_found "records.no_such_view"; invalid "records.bad_view"; too_many
  // "records.too_many_views".
  Result<View> put(const directory::Principal& principal, View view);
  Result<> remove(const directory::Principal& principal, std::string_view id);

 private:
  sql::Database& ledger_;
  const Clock& clock_;
  crypto::Profile profile_;
};

// The organisation for which somebody works here: that of the first grant, 0 for the program itself.
directory::OrgNo home_of(const directory::Principal& principal);

}  // namespace banmo::records
