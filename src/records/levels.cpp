// SPDX-License-Identifier: Apache-2.0
#include "records/levels.h"

#include <algorithm>
#include <map>

#include "audit/audit.h"
#include "base/text.h"
#include "directory/notices.h"

namespace banmo::records {
namespace {

using directory::Right;
using pack::Level;
using FieldName = std::pair<std::string, std::string>;  // dataset, field

constexpr size_t kMinReason = 2, kMaxReason = 500;  // characters

constexpr std::string_view kList =
    "SELECT no, dataset, field, old_level, new_level, reason, state, account, at, decided_by, decided_at, note, person_no, by_security "
    "FROM records_level_change WHERE ($1 = '' OR state = $1) AND no < $2 ORDER BY no DESC LIMIT $3";
constexpr std::string_view kOne =
    "SELECT no, dataset, field, old_level, new_level, reason, state, account, at, decided_by, decided_at, note, person_no, by_security "
    "FROM records_level_change WHERE no = $1";
constexpr std::string_view kApplied =
    "SELECT dataset, field, new_level, declared_level FROM records_level_change WHERE applied_no IS NOT NULL ORDER BY applied_no";
constexpr std::string_view kLastApplied =
    "SELECT new_level, declared_level FROM records_level_change WHERE dataset = $1 AND field = $2 AND applied_no IS NOT NULL "
    "ORDER BY applied_no DESC LIMIT 1";
constexpr std::string_view kTakeNumber = "UPDATE records_counter SET value = value + 1 WHERE name = 'level' RETURNING value";
constexpr std::string_view kInsert =
    "INSERT INTO records_level_change (no, dataset, field, old_level, new_level, declared_level, reason, state, account, person_no, by_security, at, "
    "decided_by, decided_at, note, applied_no) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', $15)";
constexpr std::string_view kOpen = "SELECT no FROM records_level_change WHERE dataset = $1 AND field = $2 AND state = 'open'";
constexpr std::string_view kDecide =
    "UPDATE records_level_change SET state = $2, decided_by = $3, decided_at = $4, note = $5, applied_no = $6 WHERE no = $1";

int64_t number_of(Level level) { return static_cast<int64_t>(level); }
Level level_of_number(int64_t number) { return static_cast<Level>(std::clamp<int64_t>(number, 1, 5)); }
std::string word_of(Level level) { return "L" + std::to_string(number_of(level)); }

// A level that was decided, and the one that the pack declared then.
struct Decided {
  Level level = Level::l1, declared = Level::l1;
};
using FieldLevels = std::map<FieldName, Level>;

Level level_of(const Decided& decided, Level declared_now) {
  return decided.declared == declared_now ? decided.level : std::max(decided.level, declared_now);
}

Level highest_source(const expr::SelectColumn& column, const FieldLevels& levels) {
  Level highest = Level::l1;
  for (const auto& source : column.sources) {
    const auto found = levels.find(source);
    if (found != levels.end()) highest = std::max(highest, found->second);
  }
  return highest;
}

// Of what a field of the same row is computed from: the highest level that was raised. As declared, a band may stand below its measurement.
Level highest_regraded(const pack::Dataset& dataset, const pack::Field& field, const FieldLevels& levels) {
  Level highest = Level::l1;
  if (!field.from) return highest;
  for (const size_t at : field.from->fields()) {
    const pack::Field& source = dataset.fields[at];
    const auto found = levels.find({dataset.id, source.id});
    if (found != levels.end() && found->second > source.level.declared()) highest = std::max(highest, found->second);
  }
  return highest;
}

// No field of a derived dataset stays below what it is computed from, and none of a row below a raised one that it is computed from. True if one was
// raised.
bool raise_derived(const pack::Dataset& dataset, FieldLevels& levels) {
  bool raised = false;
  const auto raise = [&](const std::string& field, Level least) {
    const auto own = levels.find({dataset.id, field});
    if (own == levels.end() || own->second >= least) return;
    own->second = least;
    raised = true;
  };
  for (const pack::Field& field : dataset.fields) raise(field.id, highest_regraded(dataset, field, levels));
  if (!dataset.select) return raised;
  for (const expr::SelectColumn& column : dataset.select->columns()) raise(column.name, highest_source(column, levels));
  return raised;
}

struct Proposal {
  LevelChange change;
  directory::PersonNo person;
  bool by_security = false;
};

Proposal proposal_of(const sql::Values& row) {
  Proposal out;
  LevelChange& change = out.change;
  change.no = sql::int_of(row[0]);
  change.dataset = sql::text_of(row[1]);
  change.field = sql::text_of(row[2]);
  change.from = level_of_number(sql::int_of(row[3]));
  change.to = level_of_number(sql::int_of(row[4]));
  change.reason = sql::text_of(row[5]);
  change.state = sql::text_of(row[6]);
  change.by = sql::text_of(row[7]);
  change.at = Instant{sql::int_of(row[8])};
  change.decided_by = sql::text_of(row[9]);
  if (!sql::is_null(row[10])) change.decided_at = Instant{sql::int_of(row[10])};
  change.note = sql::text_of(row[11]);
  out.person = {sql::int_of(row[12])};
  out.by_security = sql::int_of(row[13]) != 0;
  return out;
}

Result<> require_right(const Principal& principal) {
  if (principal.has(Right::levels_manage)) return {};
  return fail(ErrorCode::denied, "records.no_right",
              {"只有安全管理员和市级管理员可以调整数据级别", "only the security administrator and city officers may grade data anew"});
}

Result<> check_words(const std::string& words, std::string_view where) {
  const size_t n = text::n_code_points(text::trim(words));
  if (n >= kMinReason && n <= kMaxReason) return {};
  return fail(ErrorCode::invalid, "records.level_reason", {"请写明理由，2 到 500 字", "give a reason of 2 to 500 characters"}, std::string(where));
}

// Who approves is another person than who proposed, and one of the two is the security administrator.
Result<> check_four_eyes(const Principal& principal, const Proposal& proposal) {
  const bool same_person = proposal.person.value != 0 && proposal.person == principal.person;
  if (same_person || proposal.change.by == principal.account_name)
    return fail(
        ErrorCode::denied, "records.level_four_eyes",
        {"降低级别须由另一人批准，不能批准自己的提议", "a lower level is approved by somebody else: nobody approves a proposal of their own"});
  if (proposal.by_security || principal.has(Right::security_manage)) return {};
  return fail(ErrorCode::denied, "records.level_needs_security",
              {"提议人和批准人中须有一人是安全管理员", "the security administrator proposes or approves: ask them to approve"});
}

Result<int64_t> take_number(sql::Connection& connection) {
  BANMO_TRY(const auto rows, connection.query(kTakeNumber));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

// The field's level as this process has it, or a higher one that another has just decided. The number is taken: nobody decides meanwhile.
Result<Level> standing_level(sql::Connection& connection, const std::string& dataset, const pack::Field& field) {
  BANMO_TRY(const auto rows, connection.query(kLastApplied, {dataset, field.id}));
  if (rows.empty()) return Level{field.level};
  const Decided last{level_of_number(sql::int_of(rows[0][0])), level_of_number(sql::int_of(rows[0][1]))};
  return std::max(Level{field.level}, level_of(last, field.level.declared()));
}

Result<> log(sql::Connection& connection, const Engine& engine, const Principal& principal, const std::string& action, const LevelChange& change,
             const std::string& words) {
  const json::Object detail = {{"no", change.no}, {"from", word_of(change.from)}, {"to", word_of(change.to)}, {"reason", words}};
  const auto seq =
      audit::append(connection, {engine.clock().now(), principal.account_name, action, "field", change.dataset + "." + change.field, 0, detail},
                    engine.options().profile);
  return seq.ok() ? Result<>() : Result<>(seq.error());
}

// Those who may decide stand in the city itself.
Result<> tell(sql::Connection& connection, const Engine& engine, const LevelChange& change) {
  const pack::Field& field = *engine.catalogue().dataset(change.dataset)->field(change.field);
  const std::string step = word_of(change.from) + " → " + word_of(change.to);
  for (const directory::OrgNo top : engine.directory().orgs()->children({})) {
    directory::NoticeTo to;
    to.org = top;
    to.right = Right::levels_manage;
    BANMO_DO(directory::add_notice(connection, engine.clock().now(), to,
                                   {"level.proposed",
                                    {"字段“" + field.title.zh + "”提议降低级别：" + step + "，等待另一人批准",
                                     "a lower level is proposed for the field “" + field.title.en + "” (" + step + "): somebody else approves it"},
                                    "/classification"}));
  }
  return {};
}

}  // namespace

Result<> Levels::load() {
  const std::lock_guard one(mutex_);
  std::map<FieldName, Decided> decided;
  {
    BANMO_TRY(const auto lease, engine_.ledger().read());
    BANMO_DO(lease->each(kApplied, {}, [&](const sql::Values& row) -> Result<> {
      decided[{sql::text_of(row[0]), sql::text_of(row[1])}] = {level_of_number(sql::int_of(row[2])), level_of_number(sql::int_of(row[3]))};
      return {};
    }));
  }
  FieldLevels levels;
  const auto& datasets = engine_.catalogue().datasets();
  for (const pack::Dataset& dataset : datasets) {
    for (const pack::Field& field : dataset.fields) {
      const auto found = decided.find({dataset.id, field.id});
      levels[{dataset.id, field.id}] = found == decided.end() ? field.level.declared() : level_of(found->second, field.level.declared());
    }
  }
  // Derived from derived: as many rounds as the chain is long.
  while (std::any_of(datasets.begin(), datasets.end(), [&](const pack::Dataset& dataset) { return raise_derived(dataset, levels); })) {
  }
  for (const auto& [name, level] : levels) engine_.catalogue().dataset(name.first)->field(name.second)->level.regrade(level);
  return {};
}

Result<std::vector<LevelChange>> Levels::list(const Principal& principal, std::string_view state, int limit, int64_t before) const {
  BANMO_DO(require_right(principal));
  BANMO_TRY(const auto lease, engine_.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kList, {std::string(state), before, int64_t{std::clamp(limit, 1, 1001)}}));
  std::vector<LevelChange> changes;
  for (const auto& row : rows.rows) changes.push_back(proposal_of(row).change);
  return changes;
}

Result<> Levels::check(const Principal& principal, const LevelWish& wish) const {
  BANMO_DO(require_right(principal));
  const pack::Dataset* dataset = engine_.catalogue().dataset(wish.dataset);
  const pack::Field* field = dataset == nullptr ? nullptr : dataset->field(wish.field);
  if (field == nullptr)
    return fail(ErrorCode::not_found, "records.no_such_field", {"没有这个数据集或字段", "there is no such dataset or field"}, "$.field");
  BANMO_DO(check_words(wish.reason, "$.reason"));
  if (wish.level == field->level)
    return fail(ErrorCode::invalid, "records.same_level", {"该字段已是 " + word_of(wish.level), "the field is " + word_of(wish.level) + " already"},
                "$.level");
  if (!dataset->select) return {};
  for (const expr::SelectColumn& column : dataset->select->columns()) {
    if (column.name != field->id) continue;
    for (const auto& [from, name] : column.sources) {
      const pack::Dataset* source = engine_.catalogue().dataset(from);
      const pack::Field* below = source == nullptr ? nullptr : source->field(name);
      if (below != nullptr && wish.level < below->level)
        return fail(ErrorCode::invalid, "records.level_below_sources",
                    {"派生字段不能低于来源 " + from + "." + name + "（" + word_of(below->level) + "），请先调整来源",
                     "a derived field is not below its source " + from + "." + name + " (" + word_of(below->level) + "): grade that first"},
                    "$.level");
    }
  }
  return {};
}

Result<LevelChange> Levels::propose(const Principal& principal, const LevelWish& wish) {
  BANMO_DO(check(principal, wish));
  const pack::Field& field = *engine_.catalogue().dataset(wish.dataset)->field(wish.field);
  LevelChange change;
  const auto write = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t no, take_number(connection));
    BANMO_TRY(const auto open, connection.query(kOpen, {wish.dataset, wish.field}));
    BANMO_TRY(const Level stands, standing_level(connection, wish.dataset, field));
    const bool raises = wish.level > stands;
    if (!open.empty() && !raises)
      return fail(ErrorCode::conflict, "records.level_pending",
                  {"该字段已有一项提议等待批准（第 " + std::to_string(sql::int_of(open[0][0])) + " 号）",
                   "a proposal for the field waits already (number " + std::to_string(sql::int_of(open[0][0])) + ")"},
                  "$.field");
    const Instant now = engine_.clock().now();
    change = {
        no,  wish.dataset, wish.field, stands, wish.level, std::string(text::trim(wish.reason)), raises ? "applied" : "open", principal.account_name,
        now, "",           {},         ""};
    if (raises) change.decided_by = principal.account_name;
    if (raises) change.decided_at = now;
    BANMO_DO(connection.execute(
        kInsert, {no, wish.dataset, wish.field, number_of(change.from), number_of(change.to), number_of(field.level.declared()), change.reason,
                  change.state, change.by, principal.person.value, int64_t{principal.has(Right::security_manage)}, now.micros, change.decided_by,
                  raises ? sql::Value{now.micros} : sql::Value{}, raises ? sql::Value{no} : sql::Value{}}));
    if (!raises) BANMO_DO(tell(connection, engine_, change));
    return log(connection, engine_, principal, raises ? "level.raise" : "level.propose", change, change.reason);
  };
  BANMO_DO(engine_.ledger().write(write));
  BANMO_DO(load());
  return change;
}

Result<LevelChange> Levels::decide(const Principal& principal, int64_t no, LevelDecision decision, const std::string& note) {
  BANMO_DO(require_right(principal));
  if (decision == LevelDecision::refuse) BANMO_DO(check_words(note, "$.note"));
  LevelChange change;
  const auto write = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t applied_no, take_number(connection));  // holds the row of the counter: one decision at a time
    BANMO_TRY(const auto rows, connection.query(kOne, {no}));
    if (rows.empty()) return fail(ErrorCode::not_found, "records.no_such_level_change", {"没有这项级别提议", "there is no such proposal"});
    const Proposal proposal = proposal_of(rows[0]);
    change = proposal.change;
    if (change.state != "open") return fail(ErrorCode::conflict, "records.level_decided", {"这项提议已经处理过", "the proposal was decided before"});
    const bool own = change.by == principal.account_name;
    if (decision == LevelDecision::approve) {
      BANMO_DO(check_four_eyes(principal, proposal));
      const pack::Dataset* dataset = engine_.catalogue().dataset(change.dataset);
      const pack::Field* field = dataset == nullptr ? nullptr : dataset->field(change.field);
      bool is_as_proposed = field != nullptr;
      if (is_as_proposed) {
        BANMO_TRY(const Level stands, standing_level(connection, change.dataset, *field));
        is_as_proposed = stands == change.from;
      }
      if (!is_as_proposed)
        return fail(ErrorCode::conflict, "records.level_changed",
                    {"提议之后该字段的级别已变，请拒绝后重新提议", "the field's level has changed since: refuse the proposal and make another"});
    }
    const Instant now = engine_.clock().now();
    change.state = decision == LevelDecision::approve ? "applied" : own ? "withdrawn" : "refused";
    change.decided_by = principal.account_name;
    change.decided_at = now;
    change.note = std::string(text::trim(note));
    BANMO_DO(connection.execute(
        kDecide, {no, change.state, change.decided_by, now.micros, change.note, change.state == "applied" ? sql::Value{applied_no} : sql::Value{}}));
    const std::string action = change.state == "applied" ? "level.approve" : own ? "level.withdraw" : "level.refuse";
    return log(connection, engine_, principal, action, change, change.note);
  };
  BANMO_DO(engine_.ledger().write(write));
  BANMO_DO(load());
  return change;
}

}  // namespace banmo::records
