// SPDX-License-Identifier: Apache-2.0
#include "flows/ratings.h"

#include "flows/state.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

using directory::Principal;

constexpr std::string_view kFind = "SELECT stars, words, at FROM flow_rating WHERE case_id = $1";
constexpr std::string_view kInsert = "INSERT INTO flow_rating (case_id, stars, words, at) VALUES ($1, $2, $3, $4) ON CONFLICT (case_id) DO NOTHING";
constexpr std::string_view kEffort =
    "INSERT INTO flow_effort (case_id, n_typed, n_filled) VALUES ($1, $2, $3) "
    "ON CONFLICT (case_id) DO UPDATE SET n_typed = flow_effort.n_typed + excluded.n_typed";
constexpr std::string_view kRatings = "SELECT r.stars, COUNT(*) FROM flow_rating r JOIN flow_case c ON c.id = r.case_id WHERE c.flow = $1 AND ";
constexpr std::string_view kEfforts =
    "SELECT COUNT(*), SUM(CAST(e.n_typed AS DOUBLE PRECISION)), SUM(CAST(e.n_filled AS DOUBLE PRECISION)) FROM flow_effort e "
    "JOIN flow_case c ON c.id = e.case_id WHERE c.flow = $1 AND c.sent_at IS NOT NULL AND ";
constexpr int kMaxStars = 5;
constexpr size_t kMaxWords = 1000;

std::string context_of(const std::string& id) { return "flow_rating." + id; }

Result<> check(const Principal& principal, const Record& record, int stars, const std::string& words) {
  if (stars < 1 || stars > kMaxStars || words.size() > kMaxWords)
    return fail(ErrorCode::invalid, "flows.bad_rating",
                {"请评一到五星，文字不超过一千字节", "give one to five stars and at most 1,000 bytes of words"}, "$.stars");
  if (record.opened_by != principal.account_name || !record.in_dataset)
    return fail(ErrorCode::denied, "flows.not_your_rating", {"由发起办件的人评价", "a case is rated by who opened it"});
  if (!record.closed_at) return fail(ErrorCode::conflict, "flows.not_ended", {"办结之后才能评价", "a case is rated when it has ended"});
  return {};
}

}  // namespace

void note_effort(Change& change, int64_t n_typed, int64_t n_filled) {
  if (n_typed + n_filled > 0) change.also.push_back({kEffort, {change.after.id.to_string(), n_typed, n_filled}});
}

int64_t n_filled_in(const Running& running, const sql::Values& blank, const sql::Values& row, const json::Object& typed) {
  int64_t n = 0;
  for (size_t at = 0; at < running.subject->fields.size(); ++at) {
    const pack::Field& field = running.subject->fields[at];
    const bool is_own = at == running.key_at || at == running.state_at || field.from;
    if (!is_own && !sql::is_null(row[at]) && row[at] != blank[at] && typed.find(field.id) == nullptr) ++n;
  }
  return n;
}

Result<RatingOf> Ratings::find(const Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  const std::string key = standing.record.id.to_string();
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(rows, lease->query(kFind, {key}));
  }
  RatingOf out;
  out.can_rate = rows.empty() && principal.has(directory::Right::cases_handle) && check(principal, standing.record, 1, "").ok();
  if (rows.empty()) return out;
  out.rating = Rating{static_cast<int>(sql::int_of(rows[0][0])), "", {sql::int_of(rows[0][2])}};
  // What people write may name people.
  const bool own = standing.record.opened_by == principal.account_name;
  if (!own && state_.reach(principal, standing) < pack::Level::l3) return out;
  BANMO_TRY(out.rating->words, crypto::decrypt(state_.sealing.key, std::get<sql::Blob>(rows[0][1]), context_of(key)));
  return out;
}

Result<Rating> Ratings::rate(const Principal& principal, std::string_view id, int stars, const std::string& words) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  BANMO_DO(check(principal, standing.record, stars, words));
  const std::string key = standing.record.id.to_string();
  const Rating rating{stars, words, state_.clock.now()};
  BANMO_TRY(const sql::Blob sealed, crypto::encrypt(state_.sealing.profile, state_.sealing.key, words, context_of(key)));
  BANMO_DO(state_.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kInsert, {key, int64_t{stars}, sealed, rating.at.micros}));
    if (n == 0) return fail(ErrorCode::conflict, "flows.rated_already", {"本件已评价过", "the case has been rated already"});
    const audit::Entry entry{rating.at,           principal.account_name,        "case.rate", standing.record.flow, key,
                             standing.record.org, json::Object{{"stars", stars}}};
    BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, state_.directory.profile()));
    return {};
  }));
  return rating;
}

Result<> Ratings::add_to(FlowFigures& figures, const std::string& flow, const std::string& predicate) const {
  BANMO_TRY(const auto lease, state_.stores.ledger->read());
  BANMO_DO(lease->each(std::string(kRatings) + predicate + " GROUP BY r.stars ORDER BY r.stars", {flow}, [&](const sql::Values& row) -> Result<> {
    figures.n_by_stars[static_cast<size_t>(sql::int_of(row[0]) - 1)] = sql::int_of(row[1]);
    return {};
  }));
  BANMO_TRY(const sql::Rows effort, lease->query(std::string(kEfforts) + predicate, {flow}));
  const int64_t n = sql::int_of(effort[0][0]);
  if (n == 0) return {};
  figures.mean_typed = sql::double_of(effort[0][1]) / static_cast<double>(n);
  figures.mean_filled = sql::double_of(effort[0][2]) / static_cast<double>(n);
  return {};
}

}  // namespace banmo::flows
