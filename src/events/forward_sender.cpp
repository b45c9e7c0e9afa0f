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
constexpr int64_t kRenewMicros = 20'000'000;  // a call takes no longer than what is then left of the lease
constexpr int kConflict = 409, kDenied = 403, kPatience = 429;

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
  const auto voided = json::read(*body);
  return !voided.ok() || is_meant(forward_.plan, *voided);
}

// Nothing for a statement that the filter leaves out.
Result<std::optional<Parcel>> ForwardSender::parcel_of(OutgoingRow row) const {
  const auto read = json::read(row.body);
  if (!read.ok()) return std::optional(Parcel{std::move(row), {}, true});
  const json::Value& statement = *read;
  bool goes = is_meant(forward_.plan, statement);
  if (const json::Value* verb = statement.find("verb"); !goes && verb != nullptr && text_at(*verb, "id") == kVoided) {
    BANMO_TRY(goes, is_voiding_meant(statement, row.org));
  }
  if (!goes) return std::optional<Parcel>();
  Parcel parcel{std::move(row), {}, false};
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

// Those of a page that are meant for the other side; the page ends where they would be too many bytes for a request. A broken one stands alone.
Result<std::vector<Parcel>> ForwardSender::parcels_of(OutgoingPage& page) const {
  std::vector<Parcel> parcels;
  size_t n_bytes = 0;
  int64_t last = mark_;
  for (OutgoingRow& row : page.rows) {
    const int64_t no = row.no;
    BANMO_TRY(auto parcel, parcel_of(std::move(row)));
    n_bytes += parcel ? parcel->n_bytes() : 0;
    const bool is_broken = parcel && parcel->is_broken;
    if ((n_bytes > kMaxBatchBytes || is_broken) && !parcels.empty()) {
      page.until = last;
      return parcels;
    }
    if (parcel) parcels.push_back(*std::move(parcel));
    last = no;
    if (is_broken) {
      page.until = no;
      return parcels;
    }
  }
  return parcels;
}

// Whether the forward is still ours to send and there is time; asked before each request, so that a pause holds within one.
Result<bool> ForwardSender::may_ask() {
  if (site_.stop || (has_kept_ && is_over())) return false;
  const Instant now = site_.clock.now();
  if (now.micros - renewed_at_.micros <= kRenewMicros) {
    BANMO_TRY(const auto reader, site_.ledger.read());
    return has_lease(*reader, forward_.no, site_.lease, false, now);
  }
  bool is_ours = false;
  BANMO_DO(site_.ledger.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(is_ours, has_lease(connection, forward_.no, site_.lease, true, now));
    return {};
  }));
  renewed_at_ = now;
  return is_ours;
}

Result<ForwardSender::Reply> ForwardSender::ask(const OutboundRequest& request) {
  BANMO_TRY(const bool goes_on, may_ask());
  if (!goes_on) return Reply{.verdict = Verdict::over};
  auto answer = site_.call(request);
  if (!answer.ok()) return Reply{.said = answer.error().message};
  const std::string status = "HTTP " + std::to_string(answer->status);
  Reply reply{.status = answer->status, .said = {status, status}, .answer = status + " " + beginning_of(*answer)};
  if (answer->status >= 200 && answer->status < 300) {
    reply.verdict = Verdict::taken;
  } else if (is_refusal(answer->status)) {
    reply.verdict = Verdict::refused;
  } else {
    reply.wait_s = retry_after_s(*answer, site_.clock.now());
  }
  reply.body = std::move(answer->body);
  return reply;
}

// Whether the other side has the statement as it is here (taken) or another (refused): a store may answer 409 to what it has already.
Result<ForwardSender::Reply> ForwardSender::compare(const Parcel& parcel) {
  const Reply differs{.verdict = Verdict::refused};
  const auto ours = json::read(parcel.row.body);
  if (!ours.ok()) return differs;
  for (const char* parameter : {"statementId", "voidedStatementId"}) {
    const std::string resource = "/statements?" + std::string(parameter) + "=" + parcel.row.id.to_string();
    BANMO_TRY(Reply reply, ask(request_to(forward_.plan, secret_, "GET", resource)));
    if (reply.verdict == Verdict::over || reply.status == 0 || reply.status == kPatience || reply.status >= 500) return reply;
    if (reply.status != 200) continue;
    const auto theirs = json::read(reply.body);
    return theirs.ok() && digest_of(*theirs) == digest_of(*ours) ? Reply{.verdict = Verdict::taken} : differs;
  }
  return differs;
}

// 403 to an empty list means the key, not a statement.
Result<ForwardSender::Reply> ForwardSender::takes_statements(Reply denied) {
  BANMO_TRY(Reply reply, ask(store_request(forward_.plan, secret_, {})));
  if (reply.status != kDenied) return reply;
  denied.verdict = Verdict::failed;
  return denied;
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
  has_kept_ = true;
  renewed_at_ = site_.clock.now();
  n_sent_ += step.n_sent;
  if (step.n_sent > 0) n_refused_in_row_ = 0;
  if (!is_retry_) n_refused_in_row_ += step.n_refused;
  return true;
}

Result<> ForwardSender::note_failure(const Message& error, int64_t wait_s) {
  const Instant now = site_.clock.now();
  const double pause = std::max(pause_s(forward_.n_failures, chance()), static_cast<double>(wait_s));
  const Instant next{now.micros + static_cast<int64_t>(pause * 1e6)};
  return site_.ledger.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY([[maybe_unused]] const bool is_ours, set_failure(connection, forward_.no, site_.lease, error, now, next));
    return {};
  });
}

Result<bool> ForwardSender::put_aside(const Parcel& parcel, const Reply& reply) {
  const RefusedStatement refused{parcel.row.no, parcel.row.id, parcel.row.org, site_.clock.now(), reply.status, reply.answer, false};
  const ForwardStep step{is_retry_ ? 0 : parcel.row.no, 0, 1, parcel.row.no, parcel.row.no};
  BANMO_TRY(const bool is_ours, keep(step, [&](sql::Connection& connection) { return put_refused(connection, forward_.no, refused); }));
  if (!is_ours) return false;
  if (is_retry_) return true;
  ++forward_.n_refused;
  if (n_refused_in_row_ < kMaxRefusedInRow && forward_.n_refused < kMaxRefused) return true;
  // So many mean the address, the version or the filter: somebody should look before all of them lie aside.
  const Message why{"对方拒收的陈述太多，已暂停；请检查地址、版本与筛选后继续。" + reply.said.zh,
                    "too many statements were refused, so it is paused: check address, version and filter, then resume. " + reply.said.en};
  BANMO_DO(site_.ledger.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const bool still_ours, set_paused(connection, forward_.no, site_.lease, why, site_.clock.now()));
    if (!still_ours) return {};
    return note(connection, "stop", json::Object{{"n_refused", forward_.n_refused}});
  }));
  return false;
}

// What is neither taken nor refused ends the run; a failure is written down, unless somebody wants the end.
Result<bool> ForwardSender::end_with(const Reply& reply) {
  if (reply.verdict == Verdict::failed && !site_.stop) BANMO_DO(note_failure(reply.said, reply.wait_s));
  return false;
}

// One statement that was refused: perhaps the other side has it, perhaps it takes none under this key.
Result<bool> ForwardSender::settle(const Parcel& parcel, const Reply& reply) {
  if (reply.status == kDenied) {
    BANMO_TRY(const Reply empty, takes_statements(reply));
    if (empty.verdict == Verdict::failed || empty.verdict == Verdict::over) return end_with(empty);
  }
  if (reply.status != kConflict) return put_aside(parcel, reply);
  BANMO_TRY(const Reply same, compare(parcel));
  if (same.verdict == Verdict::refused) return put_aside(parcel, reply);
  if (same.verdict != Verdict::taken) return end_with(same);
  const ForwardStep step{is_retry_ ? 0 : parcel.row.no, 1, 0, parcel.row.no, parcel.row.no};
  return keep(step, [&](sql::Connection& connection) { return drop_refused(connection, forward_.no, parcel.row.no); });
}

// false: nothing more for now.
Result<bool> ForwardSender::deliver(std::span<const Parcel> parcels) {
  if (parcels[0].is_broken) {
    const Message why{"本库存储的这条陈述无法再读取，没有发出", "the statement stored here cannot be read again and was not sent"};
    return put_aside(parcels[0], {.verdict = Verdict::refused, .said = why, .answer = why.zh + " / " + why.en});
  }
  BANMO_TRY(const Reply reply, ask(store_request(forward_.plan, secret_, parcels)));
  if (reply.verdict == Verdict::refused && parcels.size() == 1) return settle(parcels[0], reply);
  if (reply.verdict == Verdict::refused) {
    const size_t half = parcels.size() / 2;
    BANMO_TRY(const bool goes_on, deliver(parcels.first(half)));
    return goes_on ? deliver(parcels.subspan(half)) : Result<bool>(false);
  }
  if (reply.verdict != Verdict::taken) return end_with(reply);
  const int64_t first = parcels.front().row.no, last = parcels.back().row.no;
  const ForwardStep step{is_retry_ ? 0 : last, static_cast<int64_t>(parcels.size()), 0, first, last};
  return keep(step, [&](sql::Connection& connection) -> Result<> { return is_retry_ ? drop_refused(connection, forward_.no, first) : Result<>(); });
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
