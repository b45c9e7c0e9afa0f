// SPDX-License-Identifier: Apache-2.0
#include "metrics/board_shelf.h"

#include "audit/audit.h"
#include "base/log.h"
#include "metrics/engine.h"

namespace banmo::metrics {
namespace {

constexpr std::string_view kLastNo = "SELECT COALESCE(MAX(no), 0) FROM own_dashboard";
constexpr std::string_view kStanding =
    "SELECT id, version, text, account, at "
    "FROM own_dashboard o "
    "WHERE text <> '' AND no = (SELECT MAX(no) FROM own_dashboard WHERE id = o.id) "
    "ORDER BY id";
constexpr std::string_view kLastOf =
    "SELECT version, text "
    "FROM own_dashboard WHERE id = $1 "
    "ORDER BY no DESC LIMIT 1";
constexpr std::string_view kInsert =
    "INSERT INTO own_dashboard (no, id, version, text, account, at) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
constexpr size_t kMostBoards = 200;

Error changed(int64_t now) {
  if (now == 0)
    return fail(ErrorCode::conflict, "metrics.dashboard_changed",
                {"这个看板已被删除；请另存为新看板", "this dashboard was deleted meanwhile: save it as a new one"}, "version");
  return fail(ErrorCode::conflict, "metrics.dashboard_changed",
              {"这个看板已被别人改到第 " + std::to_string(now) + " 版；请重新打开再改",
               "this dashboard was changed meanwhile, to version " + std::to_string(now) + ": open it again"},
              "version");
}

}  // namespace

Result<std::unique_ptr<BoardShelf>> BoardShelf::create(std::shared_ptr<sql::Database> ledger, const pack::Catalogue& catalogue) {
  std::unique_ptr<BoardShelf> shelf(new BoardShelf(std::move(ledger), catalogue));  // owned by the unique_ptr: the constructor is private
  BANMO_DO(shelf->refresh());
  return shelf;
}

std::shared_ptr<const BoardShelf::Picture> BoardShelf::all() const {
  const std::lock_guard lock(mutex_);
  return picture_;
}

Result<> BoardShelf::refresh() {
  const std::lock_guard one(refresh_mutex_);
  BANMO_TRY(const sql::Lease lease, ledger_->read());
  BANMO_TRY(const sql::Rows last, lease->query(kLastNo));
  const int64_t no = sql::int_of(last[0][0]);
  if (no == seen_no_) return {};
  auto fresh = std::make_shared<Picture>();
  const auto before = all();
  BANMO_TRY(const sql::Rows rows, lease->query(kStanding));
  for (size_t i = 0; i < rows.size(); ++i) {
    const sql::Values& row = rows[i];
    BoardSource source{sql::text_of(row[0]), sql::int_of(row[1]), sql::text_of(row[2]), sql::text_of(row[3]), Instant{sql::int_of(row[4])}, {}};
    if (const auto same = before->find(source.id); same != before->end() && same->second->version == source.version) {
      fresh->insert(*same);
      continue;
    }
    source.read = reader_.read(source.text);
    if (!source.read.dashboard) BANMO_LOG(warn, "metrics.dashboard_no_longer_fits", {"id", source.id}, {"finding", source.read.findings[0].error.id});
    const std::string id = source.id;
    fresh->emplace(id, std::make_shared<const BoardSource>(std::move(source)));
  }
  const std::lock_guard lock(mutex_);
  picture_ = std::move(fresh);
  seen_no_ = no;
  return {};
}

Result<BoardSourcePtr> BoardShelf::put(const Engine& engine, const directory::Principal& by, const std::string& id, int64_t version,
                                       const std::string& text) {
  if (version == 0 && all()->size() >= kMostBoards)
    return fail(ErrorCode::too_many, "metrics.too_many_dashboards",
                {"自建看板最多 200 个；请先删除不用的", "the city writes at most 200 dashboards: delete some first"});
  BANMO_DO(write(engine, by, id, version, text));
  const auto picture = all();
  const auto found = picture->find(id);
  if (found == picture->end()) return changed(0);  // deleted in the same moment
  return found->second;
}

Result<> BoardShelf::remove(const Engine& engine, const directory::Principal& by, const std::string& id, int64_t version) {
  return write(engine, by, id, version, "");
}

Result<> BoardShelf::write(const Engine& engine, const directory::Principal& by, const std::string& id, int64_t version, const std::string& text) {
  const Instant now = engine.clock.now();
  BANMO_DO(ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows before, connection.query(kLastOf, {id}));
    const int64_t last = before.empty() ? 0 : sql::int_of(before[0][0]);
    const int64_t standing = before.empty() || sql::text_of(before[0][1]).empty() ? 0 : last;
    if (standing != version) return changed(standing);
    BANMO_TRY(const sql::Rows next, connection.query(kLastNo));
    BANMO_DO(connection.execute(kInsert, {sql::int_of(next[0][0]) + 1, id, last + 1, text, by.account_name, now.micros}));
    const audit::Entry entry{
        now, by.account_name, text.empty() ? "dashboard.delete" : "dashboard.save", "dashboard", id, 0, json::Object{{"version", last + 1}}};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  }));
  return refresh();
}

}  // namespace banmo::metrics
