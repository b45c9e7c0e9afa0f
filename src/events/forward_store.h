// SPDX-License-Identifier: Apache-2.0
// Inside the room: the tables of forwarding, and the statements that are to leave. Free functions over a connection of the ledger; thread-safe as the
// connection is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "events/forwards.h"
#include "sql/sql.h"

namespace banmo::events {

// A forward as its table has it.
struct ForwardRow {
  Forward forward;
  sql::Blob secret;  // sealed
};
// A statement that may leave, as it is stored.
struct OutgoingRow {
  int64_t no = 0;
  Uuid id;
  directory::OrgNo org;
  std::string body;
};
// The statements between two marks: what was read, and up to where everything was looked at.
struct OutgoingPage {
  std::vector<OutgoingRow> rows;
  int64_t until = 0;     // the mark where nothing of it is left
  bool is_full = false;  // it looked at as many statements as it may
};
// What a batch did: told in the audit log with the mark.
struct ForwardStep {
  int64_t until = 0;  // the mark; 0: it stays
  int64_t n_sent = 0, n_refused = 0;
  int64_t from = 0, to = 0;  // the first and the last of them
};

Result<> add_forward(sql::Connection& connection, const ForwardRow& row);
Result<> set_forward(sql::Connection& connection, const ForwardRow& row);  // what a plan says, the state and who released it
Result<> set_forward_state(sql::Connection& connection, int64_t no, ForwardState state, const std::string& released_by);
Result<> remove_forward(sql::Connection& connection, int64_t no);
// `condition` over f, with its parameters from $1 on; newest first.
Result<std::vector<ForwardRow>> forwards_where(sql::Connection& connection, const std::string& condition, const sql::Values& values);
// Fills n_behind and behind_seconds; looks at so many statements at most, whoever wrote them.
Result<> count_behind(sql::Connection& connection, Forward& forward, Instant now);
Result<int64_t> last_statement_no(sql::Connection& connection);

// Statements of the organisation and below with numbers above `after`, in order.
Result<OutgoingPage> outgoing_after(sql::Connection& connection, directory::OrgNo org, int64_t after);
Result<std::optional<OutgoingRow>> outgoing_row(sql::Connection& connection, int64_t no);
Result<std::optional<std::string>> body_by_id(sql::Connection& connection, directory::OrgNo org, const Uuid& id);
Result<std::optional<Content>> content_of(sql::Connection& connection, directory::OrgNo org, const std::string& sha2);

// false: it is paused, or another process sends.
Result<bool> take_lease(sql::Connection& connection, int64_t no, const std::string& lease, Instant now);
Result<> end_lease(sql::Connection& connection, int64_t no, const std::string& lease);
// Whether it still runs and the lease is ours; `renew`: for as long again.
Result<bool> has_lease(sql::Connection& connection, int64_t no, const std::string& lease, bool renew, Instant now);
// The mark, the counts, a longer lease and the error's end; false if the lease is no longer ours.
Result<bool> set_mark(sql::Connection& connection, int64_t no, const std::string& lease, const ForwardStep& step, Instant now);
// These two only while it runs and the lease is ours; else false.
Result<bool> set_failure(sql::Connection& connection, int64_t no, const std::string& lease, const Message& error, Instant now, Instant next_try);
Result<bool> set_paused(sql::Connection& connection, int64_t no, const std::string& lease, const Message& error, Instant now);

Result<> put_refused(sql::Connection& connection, int64_t forward_no, const RefusedStatement& refused);
Result<> drop_refused(sql::Connection& connection, int64_t forward_no, int64_t statement_no);
Result<std::vector<RefusedStatement>> refused_after(sql::Connection& connection, int64_t forward_no, int64_t after_no, size_t limit);
Result<std::vector<int64_t>> to_retry(sql::Connection& connection, int64_t forward_no, size_t limit);
// Those whose statements were erased: what the other side answered may speak of people.
Result<bool> has_orphans(sql::Connection& connection);
Result<> drop_orphans(sql::Connection& connection);
Result<int64_t> mark_retry(sql::Connection& connection, int64_t forward_no);

}  // namespace banmo::events
