// SPDX-License-Identifier: Apache-2.0
#include "models/lotteries.h"

#include <algorithm>

#include "audit/audit.h"
#include "models/season.h"

namespace banmo::models {
namespace {

constexpr std::string_view kColumns =
    "SELECT no, id, admission, year, batch, state, list_sha256, n, listed_by, listed_at, digits, drawn_by, drawn_at, confirmed_by, confirmed_at FROM "
    "admission_lottery ";
constexpr std::string_view kNext = "SELECT COALESCE(MAX(no), 0) + 1 FROM admission_lottery";
constexpr std::string_view kInsert =
    "INSERT INTO admission_lottery (no, id, admission, year, batch, state, list, list_sha256, n, listed_by, listed_at, digits, drawn_by, drawn_at, "
    "confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5, 'listed', $6, $7, $8, $9, $10, '', '', NULL, '', NULL)";
constexpr std::string_view kDraw =
    "UPDATE admission_lottery SET state = 'drawn', digits = $2, drawn_by = $3, drawn_at = $4 WHERE id = $1 AND state = 'listed' AND list_sha256 = $5";
constexpr std::string_view kConfirm =
    "UPDATE admission_lottery SET state = 'confirmed', confirmed_by = $2, confirmed_at = $3 WHERE id = $1 AND state = 'drawn'";
constexpr std::string_view kReject =
    "UPDATE admission_lottery SET state = 'listed', digits = '', drawn_by = '', drawn_at = NULL WHERE id = $1 AND state = 'drawn'";
constexpr std::string_view kList = "SELECT list FROM admission_lottery WHERE id = $1";

constexpr size_t kMaxFiles = 16;  // in memory: some megabytes each

std::optional<Instant> instant_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(Instant{sql::int_of(value)}); }

Result<std::vector<Lottery>> read(sql::Database& ledger, const std::string& condition, const sql::Values& parameters) {
  std::vector<Lottery> out;
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_DO(lease->each(std::string(kColumns) + condition, parameters, [&](const sql::Values& row) -> Result<> {
    Lottery one;
    one.no = sql::int_of(row[0]);
    one.id = LotteryId::parse(sql::text_of(row[1])).value_or(LotteryId{});
    one.admission = sql::text_of(row[2]);
    one.year = sql::int_of(row[3]);
    one.batch = sql::text_of(row[4]);
    const std::string state = sql::text_of(row[5]);
    for (size_t i = 0; i < kLotteryStates.size(); ++i)
      if (kLotteryStates[i] == state) one.state = static_cast<LotteryState>(i);
    one.list_sha256 = sql::text_of(row[6]);
    one.n = sql::int_of(row[7]);
    one.listed_by = sql::text_of(row[8]);
    one.listed_at = {sql::int_of(row[9])};
    one.digits = sql::text_of(row[10]);
    one.drawn_by = sql::text_of(row[11]);
    one.drawn_at = instant_of(row[12]);
    one.confirmed_by = sql::text_of(row[13]);
    one.confirmed_at = instant_of(row[14]);
    out.push_back(std::move(one));
    return {};
  }));
  return out;
}

Result<std::optional<Lottery>> of_batch(sql::Database& ledger, const std::string& admission, int64_t year, const std::string& batch) {
  BANMO_TRY(auto found, read(ledger, "WHERE admission = $1 AND year = $2 AND batch = $3", {admission, year, batch}));
  return found.empty() ? std::optional<Lottery>() : std::optional(std::move(found.front()));
}

Error drawn_already() {
  return fail(ErrorCode::conflict, "models.lottery_drawn",
              {"该批次已经抽过签，名单和数字不能再改", "the lots of this batch are drawn: list and digits stay as they are"});
}

Error list_differs() {
  return fail(ErrorCode::conflict, "models.list_differs",
              {"名单校验值与系统中的不同，请对照抽签前公布的校验值",
               "this is not the hash of the list: compare with the one that was published before the draw"},
              "$.list_sha256");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

Result<std::vector<std::string>> list_of(sql::Database& ledger, const std::string& id) {
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_TRY(const auto rows, lease->query(kList, {id}));
  return rows.empty() ? std::vector<std::string>{} : lines_of(sql::text_of(rows[0][0]));
}

std::string place_of(const Lottery& lottery) { return lottery.admission + " " + std::to_string(lottery.year) + " " + lottery.batch; }

}  // namespace

Result<> require(const Principal& principal, directory::Right right) {
  if (principal.has(right)) return {};
  return fail(
      ErrorCode::denied, "directory.no_right",
      {"您的角色没有“" + std::string(directory::name_of(right)) + "”权限", "your role lacks the right " + std::string(directory::name_of(right))});
}

Result<const pack::Admission*> find_admission(const pack::Catalogue& catalogue, const std::string& id) {
  if (const pack::Admission* admission = catalogue.admission(id)) return admission;
  return fail(ErrorCode::not_found, "models.no_such_admission", {"没有这项招生录取", "there is no such admission"});
}

Result<Lottery> Lotteries::fix(const Principal& principal, const std::string& admission_id, int64_t year, const std::string& batch) {
  BANMO_DO(require(principal, directory::Right::admission_run));
  BANMO_TRY(const pack::Admission* admission, find_admission(records_.catalogue(), admission_id));
  const pack::AdmissionBatch* rules = admission->batch(batch);
  if (rules == nullptr) return fail(ErrorCode::not_found, "models.no_such_batch", {"没有这个批次", "there is no such batch"}, "$.batch");
  if (!rules->has_lottery())
    return fail(ErrorCode::invalid, "models.no_lottery", {"该批次的规则中没有抽签", "the rules of this batch have no lottery"}, "$.batch");
  BANMO_TRY(const auto before, of_batch(*stores_.ledger, admission_id, year, batch));
  if (before)
    return fail(ErrorCode::conflict, "models.lottery_fixed",
                {"该批次的抽签名单已经公布，不能再改", "the list of this batch's draw is published and stays as it is"});
  BANMO_DO(records_.flush());
  const auto index = static_cast<size_t>(rules - admission->batches.data());
  std::vector<std::string> numbers;
  BANMO_DO(read_beside_writer(*stores_.warehouse, *admission, [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const Season season, read_season(connection, records_, *admission, year, index, index + 1, {clock_.now()}));
    numbers.clear();
    int32_t last = -1;
    for (const Wish& wish : season.batches.front().wishes)
      if (wish.applicant != std::exchange(last, wish.applicant)) numbers.push_back(season.numbers[static_cast<size_t>(wish.applicant)]);
    return {};
  }));
  std::string list;
  for (const std::string& number : numbers) list += number + "\n";
  Lottery lottery;
  lottery.id = LotteryId::next();
  lottery.admission = admission_id;
  lottery.year = year;
  lottery.batch = batch;
  lottery.list_sha256 = hash_of_numbers(numbers);
  lottery.n = static_cast<int64_t>(numbers.size());
  const Instant now = clock_.now();
  BANMO_DO(stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto next, connection.query(kNext));
    BANMO_TRY(const int64_t n, connection.execute(kInsert, {sql::int_of(next[0][0]), lottery.id.to_string(), admission_id, year, batch, list,
                                                            lottery.list_sha256, lottery.n, principal.account_name, now.micros}));
    (void)n;
    const audit::Entry entry{
        now, principal.account_name, "lottery.fix", "lottery", place_of(lottery), 0, json::Object{{"list_sha256", lottery.list_sha256}}};
    const auto told = audit::append(connection, entry, profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  }));
  return find(lottery.id.to_string());
}

Result<Lottery> Lotteries::changed(const Principal& principal, const Lottery& lottery, std::string_view statement, const sql::Values& parameters,
                                   const char* action) {
  const Instant now = clock_.now();
  BANMO_DO(stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(statement, parameters));
    if (n == 0) return drawn_already();
    json::Object detail{{"list_sha256", lottery.list_sha256}};
    if (!lottery.digits.empty()) detail.set("digits", lottery.digits);
    const auto told = audit::append(connection, {now, principal.account_name, action, "lottery", place_of(lottery), 0, std::move(detail)}, profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  }));
  return find(lottery.id.to_string());
}

Result<Lottery> Lotteries::draw(const Principal& principal, const std::string& id, const std::string& list_sha256, const std::string& digits) {
  BANMO_DO(require(principal, directory::Right::admission_run));
  BANMO_TRY(Lottery lottery, find(id));
  if (!are_digits(digits))
    return fail(ErrorCode::invalid, "models.digits", {"抽出的数字须为 6 至 64 位，只含 0-9", "the digits drawn are 6 to 64 of 0-9"}, "$.digits");
  if (list_sha256 != lottery.list_sha256) return list_differs();
  lottery.digits = digits;
  return changed(principal, lottery, kDraw, {id, digits, principal.account_name, clock_.now().micros, list_sha256}, "lottery.draw");
}

Result<Lottery> Lotteries::drawn(const Principal& principal, const std::string& id) const {
  BANMO_DO(require(principal, directory::Right::admission_publish));
  BANMO_TRY(Lottery lottery, find(id));
  if (lottery.state != LotteryState::drawn)
    return fail(ErrorCode::conflict, "models.lottery_state",
                {"先由一人录入数字，再由另一人核对一次", "one person enters the digits first, then another confirms once"});
  if (principal.account_name == lottery.drawn_by)
    return fail(ErrorCode::denied, "models.four_eyes", {"须由另一个人核对", "somebody else has to confirm this"});
  return lottery;
}

Result<Lottery> Lotteries::confirm(const Principal& principal, const std::string& id, const std::string& list_sha256, const std::string& digits) {
  BANMO_TRY(const Lottery lottery, drawn(principal, id));
  if (list_sha256 != lottery.list_sha256) return list_differs();
  if (digits != lottery.digits)
    return fail(ErrorCode::conflict, "models.digits_differ",
                {"与先前录入的数字不同，请对照公证记录", "these are not the digits entered before: compare with the minutes of the draw"},
                "$.digits");
  return changed(principal, lottery, kConfirm, {id, principal.account_name, clock_.now().micros}, "lottery.confirm");
}

Result<Lottery> Lotteries::reject(const Principal& principal, const std::string& id) {
  BANMO_TRY(const Lottery lottery, drawn(principal, id));
  return changed(principal, lottery, kReject, {id}, "lottery.reject");
}

Result<std::vector<Lottery>> Lotteries::list(const std::string& admission, int64_t year) const {
  return read(*stores_.ledger, "WHERE admission = $1 AND (CAST($2 AS BIGINT) = 0 OR year = CAST($2 AS BIGINT)) ORDER BY no DESC LIMIT 1000",
              {admission, year});
}

Result<Lottery> Lotteries::find(const std::string& id) const {
  BANMO_TRY(auto found, read(*stores_.ledger, "WHERE id = $1", {id}));
  if (found.empty()) return fail(ErrorCode::not_found, "models.no_such_lottery", {"没有这次抽签", "there is no such draw"});
  return std::move(found.front());
}

Result<LotteryFile> Lotteries::file(const std::string& id) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = files_.find(id); known != files_.end()) return known->second;
  }
  BANMO_TRY(const Lottery lottery, find(id));
  LotteryFile file;
  file.admission = lottery.admission;
  file.year = lottery.year;
  file.batch = lottery.batch;
  file.listed_at = lottery.listed_at.to_iso();
  file.list_sha256 = lottery.list_sha256;
  BANMO_TRY(file.list, list_of(*stores_.ledger, id));
  if (lottery.state != LotteryState::confirmed) return file;
  file.digits = lottery.digits;
  for (const uint32_t position : drawn_order(file.list_sha256, file.digits, file.list.size())) file.order.push_back(file.list[position]);
  file.order_sha256 = hash_of_numbers(file.order);
  const std::lock_guard lock(mutex_);
  if (files_.size() >= kMaxFiles) files_.clear();
  files_.emplace(id, file);
  return file;
}

Result<Lotteries::Places> Lotteries::places(const std::string& admission, int64_t year, const std::string& batch) const {
  BANMO_TRY(const auto lottery, of_batch(*stores_.ledger, admission, year, batch));
  if (!lottery || lottery->state != LotteryState::confirmed)
    return fail(ErrorCode::conflict, "models.lottery_missing",
                {"批次 " + batch + " 还没有抽签：请先公布名单、抽出数字并由两人确认",
                 "the lots of the batch " + batch + " are not drawn: publish the list, draw the digits and have two people confirm them"});
  Places out;
  BANMO_TRY(out.list, list_of(*stores_.ledger, lottery->id.to_string()));
  out.places.resize(out.list.size());
  int32_t place = 0;
  for (const uint32_t position : drawn_order(lottery->list_sha256, lottery->digits, out.list.size())) out.places[position] = place++;
  return out;
}

}  // namespace banmo::models
