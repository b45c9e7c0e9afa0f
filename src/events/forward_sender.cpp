// SPDX-License-Identifier: Apache-2.0
#include "events/forward_sender.h"

#include <algorithm>

#include "audit/audit.h"
#include "events/attachments.h"
#include "events/look_up.h"
#include "events/members.h"
#include "events/sameness.h"

namespace banmo::events {
namespace {

constexpr size_t kMaxBatchBytes = size_t{8} << 20, kMaxRetried = 100;
constexpr int kConflict = 409, kDenied = 403;

// What these say is about the statements; everything else is about the way, the key or the other side's state.
bool is_refusal(int status) { return status == 400 || status == kDenied || status == kConflict || status == 413 || status == 422; }

double chance() {
  const crypto::Bytes two = crypto::random_bytes(2);
  return (two[0] * 256 + two[1]) / 65536.0;
}

}  // namespace

// A voiding statement goes where the voided one goes; of one that is not known here nobody can say, so it goes.
Result<bool> ForwardSender::is_voiding_meant(const json::Value& statement, directory::OrgNo org) const {
  const json::Value* object = statement.find("object");
  const auto id = object == nullptr ? std::nullopt : Uuid::parse(text_at(*object, "id"));
  if (!id) return true;
  BANMO_TRY(const auto lease, site_.ledger.read());
  BANMO_TRY(const auto body, body_by_id(*lease, org, *id));
  if (!body) return true;
  BANMO_TRY(const json::Value voided, json::read(*body));
  return is_meant(forward_.plan, voided);
}

// Nothing for a statement that the filter leaves out.
Result<std::optional<Parcel>> ForwardSender::parcel_of(OutgoingRow row) const {
  BANMO_TRY(const json::Value statement, json::read(row.body));
  bool goes = is_meant(forward_.plan, statement);
  if (const json::Value* verb = statement.find("verb"); !goes && verb != nullptr && text_at(*verb, "id") == kVoided) {
    BANMO_TRY(goes, is_voiding_meant(statement, row.org));
  }
  if (!goes) return std::optional<Parcel>();
  Parcel parcel{std::move(row), {}};
  std::vector<std::string> sha2s;
  add_hashes(sha2s, statement);
  for (const std::string& sha2 : sha2s) {
    BANMO_TRY(const auto lease, site_.ledger.read());
    BANMO_TRY(auto content, content_of(*lease, parcel.row.org, sha2));
    if (content) parcel.contents.push_back(*std::move(content));
  }
  parcel.row.body = body_for(forward_.plan, std::move(parcel.row.body));
  return std::optional(std::move(parcel));
}

// Those of a page that are meant for the other side; the page ends where they would be too many bytes for a request.
Result<std::vector<Parcel>> ForwardSender::parcels_of(OutgoingPage& page) const {
  std::vector<Parcel> parcels;
  size_t n_bytes = 0;
  int64_t last = mark_;
  for (OutgoingRow& row : page.rows) {
    const int64_t no = row.no;
    BANMO_TRY(auto parcel, parcel_of(std::move(row)));
    n_bytes += parcel ? parcel->n_bytes() : 0;
    if (n_bytes > kMaxBatchBytes && !parcels.empty()) {
      page.until = last;
      return parcels;
    }
    if (parcel) parcels.push_back(*std::move(parcel));
    last = no;
  }
  return parcels;
}

ForwardSender::Reply ForwardSender::ask(const OutboundRequest& request) const {
  const auto answer = site_.call(request);
  if (!answer.ok()) return {Verdict::failed, 0, answer.error().message, 0};
  const std::string text = "HTTP " + std::to_string(answer->status) + " " + beginning_of(*answer);
  Reply reply{Verdict::failed, answer->status, {text, text}, 0};
  if (answer->status >= 200 && answer->status < 300) {
    reply.verdict = Verdict::taken;
  } else if (is_refusal(answer->status)) {
    reply.verdict = Verdict::refused;
  } else {
    reply.wait_s = retry_after_s(*answer, site_.clock.now());
  }
  return reply;
}

// Whether the other side has the statement as it is here: a store may answer 409 to what it has already.
bool ForwardSender::has_same(const Parcel& parcel) const {
  const auto ours = json::read(parcel.row.body);
  if (!ours.ok()) return false;
  for (const char* parameter : {"statementId", "voidedStatementId"}) {
    const std::string resource = "/statements?" + std::string(parameter) + "=" + parcel.row.id.to_string();
    const auto answer = site_.call(request_to(forward_.plan, secret_, "GET", resource));
    if (!answer.ok() || answer->status != 200) continue;
    const auto theirs = json::read(answer->body);
    return theirs.ok() && digest_of(*theirs) == digest_of(*ours);
  }
  return false;
}

// 403 to an empty list means the key, not a statement.
bool ForwardSender::takes_statements() const {
  const Reply reply = ask(store_request(forward_.plan, secret_, {}));
  return reply.status != kDenied && reply.verdict != Verdict::failed;
}

Result<> ForwardSender::note(sql::Connection& connection, std::string_view what, json::Object detail) const {
  const audit::Entry entry{site_.clock.now(),       "system",         "xapi_forward." + std::string(what), "xapi_forward", forward_.id,
                           forward_.plan.org.value, std::move(detail)};
  BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, site_.profile));
  return {};
}

// The mark, and what goes with it, told in the audit log. false: the forward is somebody else's by now.
Result<bool> ForwardSender::keep(const ForwardStep& step, const std::function<Result<>(sql::Connection&)>& also) {
  bool is_ours = false;
  BANMO_DO(site_.ledger.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(is_ours, set_mark(connection, forward_.no, site_.lease, step, site_.clock.now()));
    if (!is_ours) return {};
    if (also) BANMO_DO(also(connection));
    if (step.n_sent + step.n_refused == 0) return {};
    return note(connection, "send", json::Object{{"n", step.n_sent}, {"n_refused", step.n_refused}, {"from_no", step.from}, {"to_no", step.to}});
  }));
  if (!is_ours) return false;
  mark_ = std::max(mark_, step.until);
  n_sent_ += step.n_sent;
  n_refused_in_row_ = step.n_sent > 0 ? 0 : n_refused_in_row_ + step.n_refused;
  return true;
}

Result<> ForwardSender::note_failure(const Message& error, int64_t wait_s) {
  const Instant now = site_.clock.now();
  const double pause = std::max(pause_s(forward_.n_failures, chance()), static_cast<double>(wait_s));
  const Instant next{now.micros + static_cast<int64_t>(pause * 1e6)};
  return site_.ledger.write([&](sql::Connection& connection) { return set_failure(connection, forward_.no, error, now, next); });
}

Result<bool> ForwardSender::put_aside(const Parcel& parcel, const Reply& reply) {
  const RefusedStatement refused{parcel.row.no, parcel.row.id, parcel.row.org, site_.clock.now(), reply.status, reply.said.zh, false};
  const ForwardStep step{is_retry_ ? 0 : parcel.row.no, 0, 1, parcel.row.no, parcel.row.no};
  BANMO_TRY(const bool is_ours, keep(step, [&](sql::Connection& connection) { return put_refused(connection, forward_.no, refused); }));
  if (!is_ours) return false;
  ++forward_.n_refused;
  if (is_retry_ || (n_refused_in_row_ < kMaxRefusedInRow && forward_.n_refused < kMaxRefused)) return true;
  // So many mean the address, the version or the filter: somebody should look before all of them lie aside.
  const Message why{"对方拒收的陈述太多，已暂停；请检查地址、版本与筛选后继续。" + reply.said.zh,
                    "too many statements were refused, so it is paused: check address, version and filter, then resume. " + reply.said.en};
  BANMO_DO(site_.ledger.write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(set_paused(connection, forward_.no, why, site_.clock.now()));
    return note(connection, "stop", json::Object{{"n_refused", forward_.n_refused}});
  }));
  return false;
}

// One statement that was refused: perhaps the other side has it, perhaps it takes none under this key.
Result<bool> ForwardSender::settle(const Parcel& parcel, const Reply& reply) {
  if (reply.status == kDenied && !takes_statements()) {
    BANMO_DO(note_failure(reply.said, 0));
    return false;
  }
  if (reply.status != kConflict || !has_same(parcel)) return put_aside(parcel, reply);
  const ForwardStep step{is_retry_ ? 0 : parcel.row.no, 1, 0, parcel.row.no, parcel.row.no};
  return keep(step, [&](sql::Connection& connection) { return drop_refused(connection, forward_.no, parcel.row.no); });
}

// false: nothing more for now.
Result<bool> ForwardSender::deliver(std::span<const Parcel> parcels) {
  if (site_.stop) return false;
  const Reply reply = ask(store_request(forward_.plan, secret_, parcels));
  if (reply.verdict == Verdict::refused && parcels.size() == 1) return settle(parcels[0], reply);
  if (reply.verdict == Verdict::refused) {
    const size_t half = parcels.size() / 2;
    BANMO_TRY(const bool goes_on, deliver(parcels.first(half)));
    return goes_on ? deliver(parcels.subspan(half)) : Result<bool>(false);
  }
  if (reply.verdict == Verdict::taken) {
    const int64_t first = parcels.front().row.no, last = parcels.back().row.no;
    const ForwardStep step{is_retry_ ? 0 : last, static_cast<int64_t>(parcels.size()), 0, first, last};
    return keep(step, [&](sql::Connection& connection) -> Result<> { return is_retry_ ? drop_refused(connection, forward_.no, first) : Result<>(); });
  }
  if (!site_.stop) BANMO_DO(note_failure(reply.said, reply.wait_s));
  return false;
}

// What somebody wants tried once more, each for itself.
Result<bool> ForwardSender::send_refused() {
  std::vector<int64_t> numbers;
  {
    BANMO_TRY(const auto lease, site_.ledger.read());
    BANMO_TRY(numbers, to_retry(*lease, forward_.no, kMaxRetried));
  }
  is_retry_ = true;
  for (const int64_t no : numbers) {
    std::optional<OutgoingRow> row;
    {
      BANMO_TRY(const auto lease, site_.ledger.read());
      BANMO_TRY(row, outgoing_row(*lease, no));
    }
    std::optional<Parcel> parcel;
    if (row) {
      BANMO_TRY(parcel, parcel_of(*std::move(row)));
    }
    // Erased since, or the filter leaves it out by now.
    if (!parcel) {
      BANMO_DO(site_.ledger.write([&](sql::Connection& connection) { return drop_refused(connection, forward_.no, no); }));
      continue;
    }
    BANMO_TRY(const bool goes_on, deliver({&*parcel, 1}));
    if (!goes_on) return false;
  }
  is_retry_ = false;
  return true;
}

Result<bool> ForwardSender::send_page(bool& is_last) {
  OutgoingPage page;
  {
    BANMO_TRY(const auto lease, site_.ledger.read());
    BANMO_TRY(page, outgoing_after(*lease, forward_.plan.org, mark_));
  }
  is_last = page.rows.empty() && !page.is_full;
  if (is_last) return true;
  BANMO_TRY(const auto parcels, parcels_of(page));
  if (!parcels.empty()) {
    BANMO_TRY(const bool goes_on, deliver(parcels));
    if (!goes_on) return false;
  }
  return page.until > mark_ ? keep({page.until, 0, 0, 0, 0}) : Result<bool>(true);
}

Result<int64_t> ForwardSender::run(Instant until) {
  until_ = until;
  BANMO_TRY(bool goes_on, send_refused());
  for (bool is_last = false; goes_on && !is_last && !is_over();) {
    BANMO_TRY(goes_on, send_page(is_last));
  }
  return n_sent_;
}

}  // namespace banmo::events
