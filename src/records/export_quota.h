// SPDX-License-Identifier: Apache-2.0
// How many rows one account may take away in files in a day. What it took stands in the audit log, so the count outlives the process and holds over
// several; what is being written at the moment is kept here. A refusal is an alarm in the audit log. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "records/engine.h"

namespace banmo::records {

class ExportQuota {
 public:
  explicit ExportQuota(Engine& engine) : engine_(engine) {}

  // One export while it is written; gives its rows back at its end, when the audit log has them.
  class Use {
   public:
    Use(ExportQuota& quota, const Principal& principal, std::string_view dataset, int64_t n_before)
        : quota_(quota), principal_(principal), dataset_(dataset), n_before_(n_before) {}
    ~Use();
    Use(const Use&) = delete;
    // Errors: too_many "records.export_quota"; the file is then thrown away.
    Result<> take(int64_t n_rows);

   private:
    ExportQuota& quota_;
    const Principal& principal_;
    std::string dataset_;
    int64_t n_before_;  // rows of today that the audit log knew at the beginning
    int64_t n_taken_ = 0;
  };
  // `principal` must outlive it. Errors: too_many "records.export_quota" if nothing is left of today.
  Result<std::unique_ptr<Use>> begin(const Principal& principal, std::string_view dataset);

 private:
  bool is_limited(const Principal& principal) const;
  Result<int64_t> exported_today(const std::string& account) const;
  Error refuse(const Principal& principal, const std::string& dataset, int64_t n_used) const;

  Engine& engine_;
  std::mutex mutex_;
  std::map<std::string, int64_t> running_;  // account > rows of exports that are being written
};

}  // namespace banmo::records
