// SPDX-License-Identifier: Apache-2.0
#include "flows/lookups.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "flows/state.h"

namespace banmo::flows {
namespace {

constexpr std::string_view kDue =
    "SELECT case_id, lookup, seq, n_tries, next_at FROM flow_call WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, case_id, lookup LIMIT "
    "$2";
constexpr std::string_view kClaim =
    "UPDATE flow_call SET next_at = $5, n_tries = n_tries + 1 WHERE case_id = $1 AND lookup = $2 AND seq = $3 AND next_at = $4 AND state = 'waiting'";
constexpr std::string_view kAgain = "UPDATE flow_call SET next_at = $4 WHERE case_id = $1 AND lookup = $2 AND seq = $3 AND state = 'waiting'";
constexpr std::string_view kDone =
    "UPDATE flow_call SET state = 'done', result = $4 WHERE case_id = $1 AND lookup = $2 AND seq = $3 AND state = 'waiting'";
constexpr std::string_view kStands = "SELECT 1 FROM flow_call WHERE case_id = $1 AND lookup = $2 AND seq = $3 AND state = 'waiting'";
constexpr std::string_view kRemember =
    "INSERT INTO flow_answer (question, until, content) VALUES ($1, $2, $3) "
    "ON CONFLICT (question) DO UPDATE SET until = excluded.until, content = excluded.content";
constexpr std::string_view kRemembered = "SELECT content FROM flow_answer WHERE question = $1 AND until > $2";
constexpr std::string_view kForget = "DELETE FROM flow_answer WHERE until <= $1";

constexpr int64_t kSecond = 1'000'000, kDay = 86'400 * kSecond, kLease_s = 30, kFirstPause_s = 5;
constexpr int kMaxRaces = 16;
constexpr size_t kMaxAnswer = 64u << 10;

// As the other side knows it: people and organisations by their codes, everything else as it is written.
Result<std::string> text_for_others(const directory::Directory& directory, const pack::Field& field, const sql::Value& value) {
  if (field.names_person()) {
    const auto everything = directory.scope(directory::Principal::system(), directory::Right::people_read, {});
    const directory::PersonNo numbers[] = {{sql::int_of(value)}};
    BANMO_TRY(const auto names, directory.names(everything, pack::Level::l3, numbers));
    const auto found = names.find(numbers[0].value);
    return found == names.end() ? std::string() : found->second.code;
  }
  if (field.type != pack::FieldType::org) return sql::text_of(value);
  const directory::Org* org = directory.orgs()->find(directory::OrgNo{sql::int_of(value)});
  return org == nullptr ? std::string() : org->code;
}

const LookupSite* site_of(const Options& options, const std::string& lookup) {
  for (const LookupSite& site : options.lookups)
    if (site.id == lookup) return &site;
  return nullptr;
}

}  // namespace

Result<Lookups::Question> Lookups::question_of(const Standing& standing, const pack::FlowLookup& lookup) const {
  Question out;
  out.id = Uuid::next().to_string();
  json::Object send;
  for (const std::string& name : lookup.send) {
    const size_t at = standing.running->subject->field_index(name);
    BANMO_TRY(std::string text, text_for_others(state_.directory, standing.running->subject->fields[at], standing.row[at]));
    send.set(name, std::move(text));
    out.fields += (out.fields.empty() ? "" : ", ") + name;
  }
  if (lookup.cache_days > 0) {
    const std::string asked = "flow_answer\n" + lookup.id + "\n" + lookup.purpose + "\n" + json::write(send);
    out.key = crypto::to_hex(crypto::keyed_hash(state_.sealing.profile, state_.sealing.key, asked));
  }
  out.sent = json::write(send);
  out.body = json::write(json::Object{{"id", out.id},
                                      {"lookup", lookup.id},
                                      {"purpose", lookup.purpose},
                                      {"case", standing.record.key},
                                      {"at", state_.clock.now().to_iso()},
                                      {"send", std::move(send)}});
  return out;
}

Result<std::optional<LookupAnswer>> Lookups::remembered(const Question& question) const {
  if (question.key.empty()) return std::optional<LookupAnswer>();
  BANMO_TRY(const auto lease, state_.stores.ledger->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kRemembered, {question.key, state_.clock.now().micros}));
  if (rows.empty()) return std::optional<LookupAnswer>();
  BANMO_TRY(const std::string body, crypto::decrypt(state_.sealing.key, std::get<sql::Blob>(rows[0][0]), "flow_answer." + question.key));
  BANMO_TRY(LookupAnswer answer, read_answer(body, ""));
  return std::optional(std::move(answer));
}

// False: another server asks. What is about to go out is in the audit log before it does.
Result<bool> Lookups::claim(const Due& due, const pack::FlowLookup& lookup, const Standing& standing, const Question& question) {
  const Instant now = state_.clock.now();
  const int64_t until = now.micros + (lookup.timeout_s + kLease_s) * kSecond;
  int64_t n = 0;
  BANMO_DO(state_.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(n, connection.execute(kClaim, {due.case_id, due.lookup, due.seq, due.next_at, until}));
    if (n == 0) return {};
    const audit::Entry entry{now,
                             "system",
                             "lookup.ask",
                             standing.record.flow,
                             due.case_id,
                             standing.record.org,
                             json::Object{{"lookup", lookup.id}, {"purpose", lookup.purpose}, {"sent", question.fields}}};
    BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, state_.directory.profile()));
    return {};
  }));
  return n > 0;
}

// Nothing: no answer that could be believed.
Result<std::optional<LookupAnswer>> Lookups::ask(const Due& due, const Standing& standing, const pack::FlowLookup& lookup, const Question& question) {
  const LookupSite* site = site_of(state_.options, lookup.id);
  if (site == nullptr || !state_.options.call) return std::optional<LookupAnswer>();
  const LookupKeys keys{lookup.sign, state_.sealing.profile, site->key, site->public_key};
  OutboundRequest request;
  request.method = "POST";
  request.url = site->url;
  request.body = question.body;
  request.timeout = std::chrono::seconds(lookup.timeout_s);
  request.max_answer_bytes = kMaxAnswer;
  BANMO_TRY(const std::string signature, sign_body(keys, request.body));
  request.headers = {{"Content-Type", "application/json"}, {kSignatureHeader, signature}};
  const auto answer = state_.options.call(request);
  const bool is_good = answer.ok() && answer->status == 200 && is_signed(keys, answer->body, answer->header("x-banmo-signature"));
  if (is_good) {
    auto read = read_answer(answer->body, question.id);
    if (read.ok()) return std::optional(*std::move(read));
  }
  const std::string why = !answer.ok()            ? answer.error().id
                          : answer->status != 200 ? "http " + std::to_string(answer->status)
                                                  : "signature or content";
  BANMO_LOG(warn, "flows.lookup_unanswered", {"lookup", lookup.id}, {"case", standing.record.id.to_string()}, {"why", why}, {"try", due.n_tries + 1});
  return std::optional<LookupAnswer>();
}

Result<> Lookups::put_off(const Due& due, Instant until) {
  return state_.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(kAgain, {due.case_id, due.lookup, due.seq, until.micros}));
    return {};
  });
}

// The answer goes into the case and the question out of the outbox, in one transaction.
Result<Lookups::Outcome> Lookups::settle(const Due& due, const LookupAnswer& answer, const Question& question, bool is_fresh) {
  for (int n = 0; n < kMaxRaces; ++n) {
    const auto done = state_.on_present_tree([&]() -> Result<Outcome> {
      {
        BANMO_TRY(const auto lease, state_.stores.ledger->read());
        BANMO_TRY(const sql::Rows stands, lease->query(kStands, {due.case_id, due.lookup, due.seq}));
        if (stands.empty()) return Outcome::nothing;
      }
      BANMO_TRY(auto record, state_.store.unscoped_find(due.case_id));
      if (!record) return Outcome::nothing;
      BANMO_TRY(Standing standing, state_.standing(std::move(*record)));
      const pack::FlowLookup* lookup = standing.running->flow->lookup(due.lookup);
      if (lookup == nullptr || standing.record.closed_at) {
        BANMO_DO(drop(due));
        return Outcome::settled;
      }
      BANMO_TRY(const Question now, question_of(standing, *lookup));
      if (now.sent != question.sent) {  // the row was changed while it was asked about
        BANMO_DO(put_off(due, state_.clock.now()));
        return Outcome::nothing;
      }
      BANMO_TRY(Change change, state_.mover().answered(std::move(standing), *lookup, answer));
      change.also.push_back({kDone, {due.case_id, due.lookup, due.seq, answer.result}});
      if (is_fresh && !question.key.empty() && answer.result != "err") {
        BANMO_TRY(const sql::Blob sealed,
                  crypto::encrypt(state_.sealing.profile, state_.sealing.key, answer_body("", answer), "flow_answer." + question.key));
        change.also.push_back({kRemember, {question.key, state_.clock.now().micros + lookup->cache_days * kDay, sealed}});
      }
      BANMO_DO(state_.store.write(change));
      state_.serve_lines(std::move(change.freed));
      return Outcome::settled;
    });
    if (done.ok() || done.error().id != kStale) return done;
  }
  return Outcome::nothing;  // it is due again when the claim is over
}

Result<> Lookups::drop(const Due& due) {
  return state_.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(kDone, {due.case_id, due.lookup, due.seq, std::string("none")}));
    return {};
  });
}

Result<Lookups::Outcome> Lookups::give_up_or_wait(const Due& due, const pack::FlowLookup& lookup, const Question& question) {
  const bool has_site = site_of(state_.options, lookup.id) != nullptr;
  if (!has_site || due.n_tries >= lookup.n_retries) {
    BANMO_TRY(const Outcome done, settle(due, {"err", {}}, question, false));
    return done == Outcome::settled ? Outcome::given_up : done;
  }
  BANMO_DO(put_off(due, {state_.clock.now().micros + (kFirstPause_s << std::min<int64_t>(due.n_tries, 6)) * kSecond}));
  return Outcome::unanswered;
}

Result<Lookups::Outcome> Lookups::run_one(const Due& due, bool is_down) {
  BANMO_TRY(auto record, state_.store.unscoped_find(due.case_id));
  if (!record) return Outcome::nothing;
  BANMO_TRY(const Standing standing, state_.standing(std::move(*record)));
  const pack::FlowLookup* lookup = standing.running->flow->lookup(due.lookup);
  if (lookup == nullptr || standing.record.closed_at) {
    BANMO_DO(drop(due));
    return Outcome::settled;
  }
  BANMO_TRY(const Question question, question_of(standing, *lookup));
  BANMO_TRY(auto answer, remembered(question));
  if (answer) return settle(due, *answer, question, false);
  BANMO_TRY(const bool ours, claim(due, *lookup, standing, question));
  if (!ours) return Outcome::nothing;
  if (!is_down) {
    BANMO_TRY(answer, ask(due, standing, *lookup, question));
  }
  return answer ? settle(due, *answer, question, true) : give_up_or_wait(due, *lookup, question);
}

// One that cannot be asked keeps no other waiting, and a department that does not answer costs one round one timeout.
Result<int64_t> Lookups::run(size_t limit) {
  std::vector<Due> due;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(const sql::Rows rows, lease->query(kDue, {state_.clock.now().micros, static_cast<int64_t>(limit)}));
    for (const sql::Values& row : rows.rows)
      due.push_back({sql::text_of(row[0]), sql::text_of(row[1]), sql::int_of(row[2]), sql::int_of(row[3]), sql::int_of(row[4])});
  }
  int64_t n_settled = 0;
  std::set<std::string> down;
  for (const Due& one : due) {
    const auto done = run_one(one, down.contains(one.lookup));
    if (!done.ok()) BANMO_LOG(warn, "flows.lookup_failed", {"lookup", one.lookup}, {"error", done.error().to_string()});
    if (!done.ok()) continue;
    if (*done == Outcome::unanswered || *done == Outcome::given_up) down.insert(one.lookup);
    if (*done == Outcome::settled || *done == Outcome::given_up) ++n_settled;
  }
  return n_settled;
}

Result<> Lookups::purge() {
  return state_.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(kForget, {state_.clock.now().micros}));
    return {};
  });
}

}  // namespace banmo::flows
