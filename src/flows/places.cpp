// SPDX-License-Identifier: Apache-2.0
#include "flows/places.h"

#include <algorithm>

namespace banmo::flows {
namespace {

constexpr std::string_view kOwn = "SELECT flow, quota, place_key, waits, line_rank, line_no FROM flow_place WHERE case_id = $1 ORDER BY quota";
constexpr std::string_view kCounts = "SELECT n_held, n_waiting FROM flow_quota WHERE flow = $1 AND quota = $2 AND place_key = $3";
constexpr std::string_view kAhead =
    "SELECT COUNT(*) FROM flow_place WHERE flow = $1 AND quota = $2 AND place_key = $3 AND waits = 1 AND (line_rank, line_no) < ($4, $5)";
constexpr std::string_view kCount =
    "INSERT INTO flow_quota (flow, quota, place_key, n_held, n_waiting, n_came) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (flow, quota, place_key) "
    "DO UPDATE SET n_held = flow_quota.n_held + excluded.n_held, n_waiting = flow_quota.n_waiting + excluded.n_waiting, n_came = flow_quota.n_came + "
    "1";
constexpr std::string_view kGiveBack =
    "UPDATE flow_quota SET n_held = n_held - $4, n_waiting = n_waiting - $5 WHERE flow = $1 AND quota = $2 AND place_key = $3";
constexpr std::string_view kInsertPlace =
    "INSERT INTO flow_place (case_id, quota, flow, place_key, waits, line_rank, line_no) SELECT $1, $2, $3, $4, $5, $6, n_came FROM flow_quota WHERE "
    "flow = $3 AND quota = $2 AND place_key = $4";
constexpr std::string_view kDeletePlace = "DELETE FROM flow_place WHERE case_id = $1 AND quota = $2";
constexpr std::string_view kMoveInLine = "UPDATE flow_place SET line_rank = $3 WHERE case_id = $1 AND quota = $2";
constexpr std::string_view kFirst =
    "SELECT case_id FROM flow_place WHERE flow = $1 AND quota = $2 AND place_key = $3 AND waits = 1 ORDER BY line_rank, line_no LIMIT 1";
constexpr std::string_view kLines = "SELECT flow, quota, place_key FROM flow_quota WHERE flow = $1 AND n_waiting > 0 ORDER BY quota, place_key";

// A row of flow_place.
struct Held {
  PlaceKey at;
  bool waits = false;
  int64_t rank = 0, no = 0;
};

bool same(const PlaceKey& a, const PlaceKey& b) { return a.flow == b.flow && a.quota == b.quota && a.key == b.key; }

Result<std::vector<Held>> own(sql::Connection& ledger, const std::string& case_id) {
  BANMO_TRY(const auto rows, ledger.query(kOwn, {case_id}));
  std::vector<Held> out;
  for (const sql::Values& row : rows.rows)
    out.push_back(
        {{sql::text_of(row[0]), sql::text_of(row[1]), sql::text_of(row[2])}, sql::int_of(row[3]) != 0, sql::int_of(row[4]), sql::int_of(row[5])});
  return out;
}

const Held* find(const std::vector<Held>& places, const PlaceKey& at) {
  const auto found = std::find_if(places.begin(), places.end(), [&](const Held& one) { return same(one.at, at); });
  return found == places.end() ? nullptr : &*found;
}

Result<int64_t> ahead(sql::Connection& ledger, const Held& mine) {
  BANMO_TRY(const auto rows, ledger.query(kAhead, {mine.at.flow, mine.at.quota, mine.at.key, mine.rank, mine.no}));
  return sql::int_of(rows[0][0]);
}

Result<int64_t> left(sql::Connection& ledger, const PlaceKey& at, int64_t limit, const Held* mine) {
  BANMO_TRY(const auto rows, ledger.query(kCounts, {at.flow, at.quota, at.key}));
  if (rows.empty()) return limit;
  const bool waits = mine != nullptr && mine->waits, holds = mine != nullptr && !mine->waits;
  int64_t n_ahead = sql::int_of(rows[0][1]);
  if (waits) {
    BANMO_TRY(n_ahead, ahead(ledger, *mine));
  }
  return limit - sql::int_of(rows[0][0]) + (holds ? 1 : 0) - n_ahead;
}

Result<> take(sql::Connection& ledger, const std::string& case_id, const PlaceWish& wish) {
  const auto& [flow, quota, key] = wish.at;
  BANMO_DO(execute(ledger, kCount, {flow, quota, key, int64_t{!wish.waits}, int64_t{wish.waits}}));
  return execute(ledger, kInsertPlace, {case_id, quota, flow, key, int64_t{wish.waits}, wish.rank});
}

Result<> give_back(sql::Connection& ledger, const std::string& case_id, const Held& place) {
  const auto& [flow, quota, key] = place.at;
  BANMO_DO(execute(ledger, kDeletePlace, {case_id, quota}));
  return execute(ledger, kGiveBack, {flow, quota, key, int64_t{!place.waits}, int64_t{place.waits}});
}

}  // namespace

Result<> execute(sql::Connection& ledger, std::string_view statement, const sql::Values& parameters) {
  const auto done = ledger.execute(statement, parameters);
  return done.ok() ? Result<>() : Result<>(done.error());
}

Result<int64_t> places_left(sql::Connection& ledger, const PlaceKey& at, int64_t limit, const std::string& case_id) {
  BANMO_TRY(const auto held, own(ledger, case_id));
  return left(ledger, at, limit, find(held, at));
}

Result<size_t> first_unmet(sql::Connection& ledger, const std::string& case_id, const std::vector<PlaceWish>& wishes) {
  if (std::all_of(wishes.begin(), wishes.end(), [](const PlaceWish& wish) { return wish.waits; })) return wishes.size();
  BANMO_TRY(const auto held, own(ledger, case_id));
  for (size_t i = 0; i < wishes.size(); ++i) {
    const Held* mine = find(held, wishes[i].at);
    if (wishes[i].waits || (mine != nullptr && !mine->waits)) continue;
    BANMO_TRY(const int64_t n, left(ledger, wishes[i].at, wishes[i].limit, mine));
    if (n < 1) return i;
  }
  return wishes.size();
}

Result<std::vector<PlaceKey>> put_places(sql::Connection& ledger, const std::string& case_id, const std::vector<PlaceWish>& wishes) {
  BANMO_TRY(const auto held, own(ledger, case_id));
  std::vector<PlaceKey> freed;
  for (const Held& place : held) {
    const auto kept =
        std::find_if(wishes.begin(), wishes.end(), [&](const PlaceWish& wish) { return same(wish.at, place.at) && wish.waits == place.waits; });
    if (kept == wishes.end()) {
      BANMO_DO(give_back(ledger, case_id, place));
      if (!place.waits) freed.push_back(place.at);
    } else if (kept->rank != place.rank) {
      BANMO_DO(execute(ledger, kMoveInLine, {case_id, place.at.quota, kept->rank}));
    }
  }
  for (const PlaceWish& wish : wishes) {
    const Held* mine = find(held, wish.at);
    if (mine == nullptr || mine->waits != wish.waits) BANMO_DO(take(ledger, case_id, wish));
  }
  return freed;
}

Result<std::vector<Place>> places_of(sql::Connection& ledger, const std::string& case_id) {
  BANMO_TRY(const auto held, own(ledger, case_id));
  std::vector<Place> out;
  for (const Held& place : held) {
    Place& one = out.emplace_back();
    one.quota = place.at.quota;
    one.waits = place.waits;
    if (!place.waits) continue;
    BANMO_TRY(const int64_t n, ahead(ledger, place));
    one.position = n + 1;
  }
  return out;
}

Result<std::string> first_in_line(sql::Connection& ledger, const PlaceKey& at) {
  BANMO_TRY(const auto rows, ledger.query(kFirst, {at.flow, at.quota, at.key}));
  return rows.empty() ? std::string() : sql::text_of(rows[0][0]);
}

Result<std::vector<PlaceKey>> lines(sql::Connection& ledger, const std::string& flow) {
  BANMO_TRY(const auto rows, ledger.query(kLines, {flow}));
  std::vector<PlaceKey> out;
  for (const sql::Values& row : rows.rows) out.push_back({sql::text_of(row[0]), sql::text_of(row[1]), sql::text_of(row[2])});
  return out;
}

}  // namespace banmo::flows
