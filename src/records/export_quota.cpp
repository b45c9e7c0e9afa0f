// SPDX-License-Identifier: Apache-2.0
#include "records/export_quota.h"

#include "audit/audit.h"
#include "base/city_time.h"
#include "base/log.h"

namespace banmo::records {
namespace {

constexpr size_t kPage = 1000;

int64_t rows_of(const json::Value& detail) {
  const json::Value* n = detail.find("n_rows");
  return n == nullptr || n->as_int() == nullptr ? 0 : *n->as_int();
}

}  // namespace

bool ExportQuota::is_limited(const Principal& principal) const { return !principal.internal && engine_.options().export_rows_per_day > 0; }

Result<int64_t> ExportQuota::exported_today(const std::string& account) const {
  const Date today = city_date(engine_.clock().now());
  int64_t n_rows = 0;
  for (int64_t before = 0;;) {
    BANMO_TRY(const auto page, audit::list(engine_.ledger(), {.actor = account, .action = "rows.export", .before_seq = before, .limit = kPage}));
    for (const audit::Stored& stored : page) {
      if (city_date(stored.entry.at) < today) return n_rows;
      n_rows += rows_of(stored.entry.detail);
    }
    if (page.size() < kPage) return n_rows;
    before = page.back().seq;
  }
}

Error ExportQuota::refuse(const Principal& principal, const std::string& dataset, int64_t n_used) const {
  const int64_t limit = engine_.options().export_rows_per_day;
  const json::Object detail{{"n_used", n_used}, {"n_allowed", limit}};
  const auto written = engine_.ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto seq, audit::append(connection, {engine_.clock().now(), principal.account_name, "rows.export_alarm", dataset, "", 0, detail},
                                            engine_.options().profile));
    static_cast<void>(seq);
    return {};
  });
  BANMO_LOG(warn, "export.quota", {"account", principal.account_name}, {"n_used", n_used}, {"alarm_written", written.ok()});
  const std::string allowed = std::to_string(limit), used = std::to_string(n_used);
  return fail(ErrorCode::too_many, "records.export_quota",
              {"今天的导出行数超过每人每日上限 " + allowed + " 行（已导出 " + used + " 行）；请缩小筛选范围，或明日再导出，确有需要请联系系统管理员",
               "this is beyond the " + allowed + " rows that a person may export in a day (" + used +
                   " exported so far): narrow the filter, export tomorrow, or ask the system administrator"});
}

Result<std::unique_ptr<ExportQuota::Use>> ExportQuota::begin(const Principal& principal, std::string_view dataset) {
  int64_t n_before = 0;
  if (is_limited(principal)) {
    BANMO_TRY(n_before, exported_today(principal.account_name));
    if (n_before >= engine_.options().export_rows_per_day) return refuse(principal, std::string(dataset), n_before);
  }
  return std::make_unique<Use>(*this, principal, dataset, n_before);
}

ExportQuota::Use::~Use() {
  if (n_taken_ == 0) return;
  const std::lock_guard lock(quota_.mutex_);
  const auto found = quota_.running_.find(principal_.account_name);
  found->second -= n_taken_;
  if (found->second == 0) quota_.running_.erase(found);
}

Result<> ExportQuota::Use::take(int64_t n_rows) {
  if (!quota_.is_limited(principal_) || n_rows == 0) return {};
  int64_t n_running = 0;
  {
    const std::lock_guard lock(quota_.mutex_);
    n_running = quota_.running_[principal_.account_name] += n_rows;
  }
  n_taken_ += n_rows;
  if (n_before_ + n_running <= quota_.engine_.options().export_rows_per_day) return {};
  return quota_.refuse(principal_, dataset_, n_before_);
}

}  // namespace banmo::records
