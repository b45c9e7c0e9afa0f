// SPDX-License-Identifier: Apache-2.0
// The words of sharing: what an office wants to give, what was given, the keys of programs that read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "directory/types.h"
#include "records/portions.h"
#include "sql/sql.h"

namespace banmo::shares {

using ShareId = Id<struct ShareTag>;

enum class Way { api, file, figures };
std::string_view name_of(Way way);
std::optional<Way> way_of(std::string_view name);

// As a case says it, unchecked.
struct Wish {
  directory::OrgNo to;          // 0: not filled in
  std::string dataset, fields;  // in words or ids
  directory::OrgNo org;
  std::string way;
  std::optional<Instant> until;
  std::string purpose;
  int max_days = 0;
};

// What a program asks of figures: metrics, and by which dimensions it groups or narrows them.
struct FiguresAsked {
  std::vector<std::string> metrics, dimensions;
};

// What has been checked: it can be opened.
struct Terms {
  directory::OrgNo holder;
  records::PortionTerms portion;
  Way way = Way::api;
  Instant until;
  std::string purpose;
};

// Of which case a share is.
struct OfCase {
  std::string id, key, flow;
};

struct Share {
  ShareId id;
  OfCase of;
  Terms terms;
  Instant opened_at;
  std::string opened_by;  // account
  std::optional<Instant> ended_at;
  std::string ended_by;  // account, "system" for a deadline
  std::optional<Instant> last_read_at;
  int64_t n_reads = 0, n_rows = 0;
  bool is_living(Instant now) const { return !ended_at && now < terms.until; }
};

struct Key {
  std::string name, title, by;  // name: "bms_…", in lists and in the audit log; by: account
  Instant created_at;
  std::optional<Instant> revoked_at, last_read_at;
};
struct NewKey {
  Key key;
  std::string secret;  // shown this once
};

// One statement of a case's transaction.
using Statement = std::pair<std::string_view, sql::Values>;

}  // namespace banmo::shares
