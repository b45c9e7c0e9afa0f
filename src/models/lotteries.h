// SPDX-License-Identifier: Apache-2.0
// Draws of lots: the list's hash is published, digits are drawn in public and entered by two people, and the order follows from both; the file lets
// anyone recompute it (lottery_file.h). Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "models/lottery_file.h"
#include "models/types.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::models {

using Principal = directory::Principal;

class Lotteries {
 public:
  Lotteries(sql::Stores stores, records::Records& records, const Clock& clock, crypto::Profile profile)
      : stores_(std::move(stores)), records_(records), clock_(clock), profile_(profile) {}

  // Fixes who takes part, once: all who have a choice in the batch. Right admission_run. Errors: not_found "models.no_such_admission"
  // "models.no_such_batch"; invalid "models.no_lottery", those of reading; conflict "models.lottery_fixed".
  Result<Lottery> fix(const Principal& principal, const std::string& admission, int64_t year, const std::string& batch);
  // `list_sha256` is the hash that was shown before the draw. Right admission_run. Errors: invalid "models.digits"; conflict "models.list_differs",
  // "models.lottery_drawn".
  Result<Lottery> draw(const Principal& principal, const std::string& id, const std::string& list_sha256, const std::string& digits);
  // Another person types the same. Right admission_publish. Errors: denied "models.four_eyes"; conflict "models.list_differs",
  // "models.digits_differ", "models.lottery_state".
  Result<Lottery> confirm(const Principal& principal, const std::string& id, const std::string& list_sha256, const std::string& digits);
  // Another person finds that the digits were mistyped: they are entered anew, the list stays. Right admission_publish. Errors as of confirm().
  Result<Lottery> reject(const Principal& principal, const std::string& id);
  Result<std::vector<Lottery>> list(const std::string& admission, int64_t year) const;  // newest first
  Result<Lottery> find(const std::string& id) const;                                    // not_found "models.no_such_lottery"
  // For everybody: numbers alone. Before the draw is confirmed it holds the list.
  Result<LotteryFile> file(const std::string& id) const;

  // The place of each number in the draw of a batch. Errors: conflict "models.lottery_missing".
  struct Places {
    std::vector<std::string> list;  // ascending
    std::vector<int32_t> places;    // beside it
  };
  Result<Places> places(const std::string& admission, int64_t year, const std::string& batch) const;

 private:
  Result<Lottery> drawn(const Principal& principal, const std::string& id) const;  // for a second person
  Result<Lottery> changed(const Principal& principal, const Lottery& lottery, std::string_view statement, const sql::Values& parameters,
                          const char* action);

  sql::Stores stores_;
  records::Records& records_;
  const Clock& clock_;
  const crypto::Profile profile_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, LotteryFile> files_;  // of confirmed draws, by id: an order is computed once
};

// Errors: denied "directory.no_right".
Result<> require(const Principal& principal, directory::Right right);
Result<const pack::Admission*> find_admission(const pack::Catalogue& catalogue, const std::string& id);

}  // namespace banmo::models
