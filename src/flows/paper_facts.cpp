// SPDX-License-Identifier: Apache-2.0
#include "flows/paper_facts.h"

#include "flows/store.h"

namespace banmo::flows {
namespace {

constexpr std::string_view kFiles = "SELECT file, COUNT(*) FROM flow_file WHERE case_id = $1 AND verdict <> 'infected' GROUP BY file ORDER BY file";
constexpr std::string_view kCalls = "SELECT lookup FROM flow_call WHERE case_id = $1 AND state = 'waiting' ORDER BY lookup";
constexpr std::string_view kMovers = "SELECT from_state, to_state, account, for_account FROM flow_step WHERE case_id = $1 ORDER BY seq, n";

// A step out of a final state is an appeal. Whoever made the last step before it made the decision, also if the case went on from there by itself.
void find_appeal(const pack::Flow& flow, const sql::Rows& steps, PaperFacts& out) {
  for (size_t at = 0; at < steps.size(); ++at) {
    const pack::FlowState* state = flow.state(sql::text_of(steps[at][0]));
    if (state == nullptr || !state->final) continue;
    out.is_appealed = true;
    for (size_t before = at; before-- > 0;) {
      if (sql::text_of(steps[before][2]).empty()) continue;
      out.decided_by = std::vector<std::string>{sql::text_of(steps[before][2]), sql::text_of(steps[before][3])};
      break;
    }
  }
  std::erase(out.decided_by, "");
}

}  // namespace

Result<PaperFacts> paper_facts(sql::Database& ledger, const Running& running, const Record& record) {
  PaperFacts out;
  const pack::Flow& flow = *running.flow;
  const bool may_be_appealed = flow.has_appeal() && record.in_dataset;
  if (flow.files.empty() && flow.lookups.empty() && !may_be_appealed) return out;
  BANMO_TRY(const auto lease, ledger.read());
  const std::string id = record.id.to_string();
  if (!flow.files.empty()) {
    BANMO_TRY(const sql::Rows files, lease->query(kFiles, {id}));
    for (const sql::Values& row : files.rows) out.n_files[sql::text_of(row[0])] = sql::int_of(row[1]);
  }
  if (!flow.lookups.empty()) {
    BANMO_TRY(const sql::Rows calls, lease->query(kCalls, {id}));
    for (const sql::Values& row : calls.rows) out.waits_for.insert(sql::text_of(row[0]));
  }
  if (may_be_appealed) {
    BANMO_TRY(const sql::Rows steps, lease->query(kMovers, {id}));
    find_appeal(flow, steps, out);
  }
  return out;
}

}  // namespace banmo::flows
