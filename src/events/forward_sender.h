// SPDX-License-Identifier: Apache-2.0
// Inside the room: sends what one forward has before it. Batches go in the order of storage; one that the other side refuses is cut in halves until
// the statements that it does not take stand alone: these are put aside with its answer, and the rest goes on. Whatever else goes wrong (no network,
// a wrong key, 5xx) ends the run, and the next begins after a pause. For one thread.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/outbound.h"
#include "base/result.h"
#include "crypto/crypto.h"
#include "events/forward_parcel.h"
#include "events/forward_store.h"

namespace banmo::events {

class ForwardSender {
 public:
  struct Site {
    sql::Database& ledger;
    const Clock& clock;
    crypto::Profile profile;
    const OutboundCall& call;
    const std::atomic<bool>& stop;
    std::string lease;
  };
  ForwardSender(Site site, const Forward& forward, std::string secret)
      : site_(std::move(site)),
        forward_(forward),
        secret_(std::move(secret)),
        mark_(forward.mark),
        renewed_at_(site_.clock.now()),
        n_refused_in_row_(forward.n_refused_in_row) {}
  // Until nothing is left, the time is over, or it must pause. How many statements left. Errors: those of the ledger.
  Result<int64_t> run(Instant until);
  // Writes down that a try failed, and when the next is due.
  Result<> note_failure(const Message& error, int64_t wait_s);

  static constexpr int64_t kMaxRefusedInRow = 100, kMaxRefused = 10'000;

 private:
  enum class Verdict { taken, refused, failed, over };  // over: it was not asked, as the run ends before it
  struct Reply {
    Verdict verdict = Verdict::failed;
    int status = 0;
    Message said = {};  // of an answer its status alone: what else it says may name people
    int64_t wait_s = 0;
    std::string answer = {};  // its beginning, kept with what was refused
    std::string body = {};
  };
  Result<std::optional<Parcel>> parcel_of(OutgoingRow row) const;
  Result<bool> is_voiding_meant(const json::Value& statement, directory::OrgNo org) const;
  Result<std::vector<Parcel>> parcels_of(OutgoingPage& page) const;
  Result<bool> may_ask();
  Result<Reply> ask(const OutboundRequest& request);
  Result<Reply> compare(const Parcel& parcel);
  Result<Reply> takes_statements(Reply denied);
  Result<bool> end_with(const Reply& reply);
  Result<bool> send_page(bool& is_last);
  Result<bool> send_refused();
  Result<bool> deliver(std::span<const Parcel> parcels);
  Result<bool> settle(const Parcel& parcel, const Reply& reply);
  Result<bool> put_aside(const Parcel& parcel, const Reply& reply);
  Result<bool> keep(const ForwardStep& step, const std::function<Result<>(sql::Connection&)>& also = {});
  Result<> note(sql::Connection& connection, std::string_view what, json::Object detail) const;
  bool is_over() const { return site_.stop || site_.clock.now() >= until_; }

  Site site_;
  Forward forward_;
  std::string secret_;
  int64_t mark_;
  Instant until_, renewed_at_;
  int64_t n_sent_ = 0, n_refused_in_row_ = 0;
  bool has_kept_ = false;  // a run gets on by a step at least, however short its time
  bool is_retry_ = false;  // what is sent was refused before: the mark stays
};

}  // namespace banmo::events
