// SPDX-License-Identifier: Apache-2.0
#include "models/season.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <unordered_map>

#include "crypto/crypto.h"

namespace banmo::models {
namespace {

constexpr int kLooks = 4;                                                // at rows that change while they are read, before the writer is held
constexpr double kBehindAll = -std::numeric_limits<double>::infinity();  // who has no value of a tie

Error refused(const char* id, std::string zh, std::string en) { return fail(ErrorCode::invalid, id, {std::move(zh), std::move(en)}); }

class Reader {
 public:
  Reader(sql::Connection& warehouse, const records::Records& records, Season& season, const expr::Environment& environment)
      : warehouse_(warehouse), names_(records, *season.admission), season_(season), environment_(environment) {}

  Result<> applicants() {
    std::string statement = "SELECT a." + names_.person + ", " + (names_.org.empty() ? "0" : "a." + names_.org) + ", a." + names_.number;
    for (const pack::AdmissionQuota& quota : season_.admission->quotas) {
      BANMO_TRY(const std::string when, flag(quota.when));
      statement += ", " + when;
    }
    statement +=
        " FROM " + names_.applicants + " AS a WHERE a." + names_.applicant_period + " = $1 ORDER BY a." + names_.number + ", a." + names_.person;
    BANMO_DO(warehouse_.each(statement, {season_.year}, [&](const sql::Values& row) -> Result<> {
      season_.persons.push_back(sql::int_of(row[0]));
      season_.orgs.push_back(sql::int_of(row[1]));
      season_.numbers.push_back(sql::text_of(row[2]));
      uint64_t categories = uint64_t{1} << 63;
      for (size_t i = 3; i < row.size(); ++i) categories |= static_cast<uint64_t>(sql::int_of(row[i])) << (i - 3);
      season_.categories.push_back(categories);
      return {};
    }));
    if (season_.numbers.empty())
      return refused("models.no_applicants", "该年度没有考生，请先导入", "there are no applicants of this year: import them first");
    if (std::adjacent_find(season_.numbers.begin(), season_.numbers.end()) != season_.numbers.end())
      return refused("models.number_twice", "有两名考生的考生号相同，请先改正", "two applicants have the same number: mend that first");
    seq_of_.reserve(season_.persons.size());
    for (size_t a = 0; a < season_.persons.size(); ++a) seq_of_.emplace(season_.persons[a], static_cast<int32_t>(a));
    return {};
  }

  Result<> batch(BatchInput& out) {
    BANMO_DO(plan(out));
    if (!out.rules->unused.empty()) BANMO_DO(later(out));
    if (!names_.quotas.empty()) BANMO_DO(quotas(out));
    BANMO_DO(wishes(out));
    sort(out);
    return {};
  }

 private:
  Result<std::string> print(const expr::Expression& rule) const { return print_rule(rule, *season_.admission, warehouse_.dialect(), environment_); }
  Result<std::string> flag(const expr::Expression& rule) const {
    BANMO_TRY(const std::string printed, print(rule));
    return "CASE WHEN " + printed + " THEN 1 ELSE 0 END";
  }
  Result<std::string> number(const expr::Expression& rule) const {
    BANMO_TRY(const std::string printed, print(rule));
    if (rule.type() == expr::Type::boolean) return "CAST(CASE WHEN " + printed + " THEN 1 WHEN NOT (" + printed + ") THEN 0 END AS DOUBLE PRECISION)";
    return "CAST(" + printed + " AS DOUBLE PRECISION)";
  }

  Result<> plan(BatchInput& out) {
    BANMO_DO(warehouse_.each("SELECT p." + names_.plan_program + ", p." + names_.plan_title + ", p." + names_.plan_seats + " FROM " + names_.plans +
                                 " AS p WHERE p." + names_.plan_period + " = $1 AND p." + names_.plan_batch + " = $2 ORDER BY p." +
                                 names_.plan_program,
                             {season_.year, out.rules->id}, [&](const sql::Values& row) -> Result<> {
                               out.programs.push_back({sql::text_of(row[0]), sql::text_of(row[1]), {{-1, seats_of(row[2])}}});
                               return {};
                             }));
    if (!out.programs.empty()) return {};
    return refused("models.no_plan", "批次“" + out.rules->title.zh + "”没有招生计划，请先导入",
                   "the batch '" + out.rules->title.en + "' has no plan: import it first");
  }

  Result<> later(BatchInput& out) {
    return warehouse_.each("SELECT p." + names_.plan_program + " FROM " + names_.plans + " AS p WHERE p." + names_.plan_period + " = $1 AND p." +
                               names_.plan_batch + " = $2",
                           {season_.year, out.rules->unused}, [&](const sql::Values& row) -> Result<> {
                             out.later.insert(sql::text_of(row[0]));
                             return {};
                           });
  }

  static int32_t seats_of(const sql::Value& value) {
    return static_cast<int32_t>(std::clamp<int64_t>(sql::int_of(value), 0, std::numeric_limits<int32_t>::max() / 64));
  }

  Result<> quotas(BatchInput& out) {
    std::map<std::string, size_t, std::less<>> programs;
    for (size_t i = 0; i < out.programs.size(); ++i) programs.emplace(out.programs[i].code, i);
    const auto& known = season_.admission->quotas;
    BANMO_DO(warehouse_.each(
        "SELECT q." + names_.quota_program + ", q." + names_.quota + ", q." + names_.quota_seats + " FROM " + names_.quotas + " AS q WHERE q." +
            names_.quota_period + " = $1 AND q." + names_.quota_batch + " = $2",
        {season_.year, out.rules->id}, [&](const sql::Values& row) -> Result<> {
          const std::string id = sql::text_of(row[1]);
          const auto quota = std::find_if(known.begin(), known.end(), [&](const pack::AdmissionQuota& one) { return one.id == id; });
          const auto program = programs.find(sql::text_of(row[0]));
          if (quota == known.end() || program == programs.end())
            return refused("models.unknown_quota", "名额表中有计划里没有的专业，或规则里没有的名额类别：" + sql::text_of(row[0]) + " / " + id,
                           "the table of quotas names a program that is not in the plan, or a quota that the rules do not know: " +
                               sql::text_of(row[0]) + " / " + id);
          out.programs[program->second].groups.push_back({static_cast<int>(quota - known.begin()), seats_of(row[2])});
          return {};
        }));
    for (Program& program : out.programs) complete(program);
    return {};
  }

  // In the pack's order, open seats last; a quota that seats flow to is there even if it has none of its own.
  void complete(Program& program) const {
    const auto& known = season_.admission->quotas;
    for (size_t i = 0; i < program.groups.size(); ++i) {
      if (program.groups[i].quota < 0) continue;
      const std::string& to = known[static_cast<size_t>(program.groups[i].quota)].unused;
      const auto target = std::find_if(known.begin(), known.end(), [&](const pack::AdmissionQuota& one) { return one.id == to; });
      const int index = static_cast<int>(target - known.begin());
      const auto has = [&](const SeatGroup& group) { return group.quota == index; };
      if (target != known.end() && std::none_of(program.groups.begin(), program.groups.end(), has)) program.groups.push_back({index, 0});
    }
    std::sort(program.groups.begin(), program.groups.end(), [](const SeatGroup& a, const SeatGroup& b) {
      return static_cast<unsigned>(a.quota) < static_cast<unsigned>(b.quota);  // -1 becomes the greatest
    });
  }

  // What a row of choices says, in this order: applicant, program, order, flags and tier in one number, keys. Few and small columns: there are as
  // many rows as choices.
  Result<std::string> wish_columns(const BatchInput& out) {
    const pack::AdmissionBatch& rules = *out.rules;
    std::string columns = "a." + names_.person + ", p._no, c." + names_.choice_order + ", CAST(";
    for (const auto* rule : {&rules.eligible, &rules.floor}) {
      std::string printed = "1";
      if (*rule) {
        BANMO_TRY(printed, flag(**rule));
      }
      columns += printed + (rule == &rules.eligible ? " + 2 * " : " + 4 * ");
    }
    std::string tiers;
    for (size_t i = 0; i < rules.tiers.size(); ++i) {
      BANMO_TRY(const std::string when, print(rules.tiers[i].when));
      tiers += " WHEN " + when + " THEN " + std::to_string(i);
    }
    columns += tiers.empty() ? "0" : "CASE" + tiers + " ELSE " + std::to_string(rules.tiers.size()) + " END";
    columns += " AS INTEGER)";
    if (rules.score) {
      BANMO_TRY(const std::string score, number(*rules.score));
      columns += ", " + score;
    }
    for (const pack::AdmissionTie& tie : rules.ties) {
      if (!tie.value) continue;
      BANMO_TRY(const std::string value, number(*tie.value));
      columns += ", " + (tie.low_first ? "-(" + value + ")" : value);
    }
    return columns;
  }

  Result<> wishes(BatchInput& out) {
    BANMO_TRY(const std::string columns, wish_columns(out));
    const std::string statement =
        "SELECT " + columns + " FROM " + names_.choices + " AS c LEFT JOIN " + names_.applicants + " AS a ON a." + names_.person + " = c." +
        names_.choice_person + " AND a." + names_.applicant_period + " = $1 LEFT JOIN (SELECT *, ROW_NUMBER() OVER (ORDER BY " + names_.plan_program +
        ") - 1 AS _no FROM " + names_.plans + " WHERE " + names_.plan_period + " = $1 AND " + names_.plan_batch + " = $2) AS p ON p." +
        names_.plan_program + " = c." + names_.choice_program + " WHERE c." + names_.choice_period + " = $1 AND c." + names_.choice_batch + " = $2";
    const bool has_score = out.rules->score.has_value();
    int64_t n_unknown = 0;
    out.n_keys = (has_score ? 1 : 0) + static_cast<size_t>(std::count_if(out.rules->ties.begin(), out.rules->ties.end(),
                                                                         [](const pack::AdmissionTie& tie) { return tie.value.has_value(); }));
    BANMO_DO(warehouse_.each(statement, {season_.year, out.rules->id}, [&](const sql::Values& row) -> Result<> {
      const int64_t person = sql::int_of(row[0], kNobody);
      if (person != last_person_) {
        const auto found = seq_of_.find(person);
        last_person_ = person;
        last_seq_ = found == seq_of_.end() ? -1 : found->second;
      }
      if (last_seq_ < 0) {
        ++n_unknown;
        return {};
      }
      Wish wish;
      wish.applicant = last_seq_;
      wish.program = static_cast<int32_t>(sql::int_of(row[1], -1));
      wish.order = sql::int_of(row[2]);
      const int64_t flags = sql::int_of(row[3]);
      wish.is_eligible = (flags & 1) != 0;
      wish.is_above_floor = (flags & 2) != 0;
      wish.tier = static_cast<int32_t>(flags >> 2);
      wish.has_score = !has_score || !sql::is_null(row[4]);
      out.wishes.push_back(wish);
      for (size_t i = 0; i < out.n_keys; ++i) out.keys.push_back(sql::double_of(row[4 + i], kBehindAll) + 0.0);
      return {};
    }));
    if (n_unknown == 0) return {};
    return refused("models.unknown_applicants",
                   "批次“" + out.rules->title.zh + "”有 " + std::to_string(n_unknown) + " 条志愿的填报人不在考生名单中，请先改正",
                   "in the batch '" + out.rules->title.en + "' " + std::to_string(n_unknown) +
                       " choices are of people who are not among the applicants: mend that first");
  }

  // By applicant (counted), within one by order: the store gives them in any order.
  void sort(BatchInput& out) const {
    const size_t n = out.wishes.size();
    std::vector<uint32_t> begin(season_.numbers.size() + 1), order(n);
    for (const Wish& wish : out.wishes) ++begin[static_cast<size_t>(wish.applicant) + 1];
    for (size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
    std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
    for (uint32_t i = 0; i < n; ++i) order[next[static_cast<size_t>(out.wishes[i].applicant)]++] = i;
    for (size_t a = 0; a + 1 < begin.size(); ++a)
      std::sort(order.begin() + begin[a], order.begin() + begin[a + 1],
                [&](uint32_t one, uint32_t other) { return out.wishes[one].order < out.wishes[other].order; });
    std::vector<Wish> wishes(n);
    std::vector<double> keys(out.keys.size());
    for (size_t i = 0; i < n; ++i) {
      wishes[i] = out.wishes[order[i]];
      std::copy_n(out.keys.begin() + static_cast<std::ptrdiff_t>(order[i] * out.n_keys), out.n_keys,
                  keys.begin() + static_cast<std::ptrdiff_t>(i * out.n_keys));
    }
    out.wishes = std::move(wishes);
    out.keys = std::move(keys);
  }

  sql::Connection& warehouse_;
  const SeasonNames names_;
  Season& season_;
  const expr::Environment& environment_;
  static constexpr int64_t kNobody = INT64_MIN;
  std::unordered_map<int64_t, int32_t> seq_of_;  // by person
  int64_t last_person_ = kNobody;
  int32_t last_seq_ = -1;
};

// Text with its length, numbers as their eight bytes: no two inputs write alike.
class Writer {
 public:
  void add(const std::string& text) {
    add(static_cast<int64_t>(text.size()));
    buffer_ += text;
    if (buffer_.size() > kBlock) flush();
  }
  void add(int64_t value) { raw(&value); }
  void add(double value) { raw(&value); }
  std::string finish() {
    flush();
    return crypto::to_hex(hasher_.finish());
  }

 private:
  static constexpr size_t kBlock = 1 << 16;
  void raw(const void* eight_bytes) {
    buffer_.append(static_cast<const char*>(eight_bytes), 8);  // little-endian: the only machines that we build for
    if (buffer_.size() > kBlock) flush();
  }
  void flush() {
    hasher_.add(buffer_);
    buffer_.clear();
  }
  crypto::Hasher hasher_{crypto::Profile::intl};
  std::string buffer_;
};

void add_rules(Writer& out, const pack::AdmissionBatch& batch) {
  const auto text = [](const std::optional<expr::Expression>& rule) { return rule ? rule->text() : std::string(); };
  for (const std::string& part :
       {batch.id, std::string(pack::name_of(batch.mechanism)), text(batch.eligible), text(batch.floor), text(batch.score), batch.unused})
    out.add(part);
  out.add(static_cast<int64_t>(batch.max_choices));
  out.add(static_cast<int64_t>(batch.placed_leave));
  for (const pack::AdmissionTier& tier : batch.tiers) out.add(tier.when.text());
  for (const pack::AdmissionTie& tie : batch.ties) {
    out.add(static_cast<int64_t>(tie.by) * 2 + (tie.low_first ? 1 : 0));
    out.add(text(tie.value));
  }
}

std::string quoted(const pack::Catalogue& catalogue, const records::Records& records, const std::string& dataset, const std::string& field) {
  const pack::Dataset* found = catalogue.dataset(dataset);
  const pack::Field* column = found == nullptr || field.empty() ? nullptr : found->field(field);
  return column == nullptr ? std::string() : records.column(*column);
}

// Up to which change the warehouse has the datasets that a run reads.
Result<std::vector<std::string>> versions_of(sql::Connection& warehouse, const pack::Admission& admission) {
  std::vector<std::string> out;
  for (const std::string& dataset :
       {admission.applicants.dataset, admission.choices.dataset, admission.plans.dataset, admission.quota_seats.dataset}) {
    if (dataset.empty()) continue;
    BANMO_TRY(const auto rows, warehouse.query("SELECT version FROM bm_state WHERE dataset = $1", {dataset}));
    out.push_back(rows.empty() ? std::string() : sql::text_of(rows[0][0]));
  }
  return out;
}

}  // namespace

SeasonNames::SeasonNames(const records::Records& records, const pack::Admission& admission) {
  const pack::Catalogue& catalogue = records.catalogue();
  const auto in = [&](const std::string& dataset, const std::string& field) { return quoted(catalogue, records, dataset, field); };
  const auto period = [&](const std::string& dataset) { return in(dataset, catalogue.dataset(dataset)->period_field); };
  const std::string& a = admission.applicants.dataset;
  applicants = records.table(a);
  applicant_period = period(a);
  person = in(a, catalogue.dataset(a)->person_field);
  org = in(a, catalogue.dataset(a)->org_field);
  number = in(a, admission.applicants.number);
  const auto& c = admission.choices;
  choices = records.table(c.dataset);
  choice_period = period(c.dataset);
  choice_person = in(c.dataset, catalogue.dataset(c.dataset)->person_field);
  choice_batch = in(c.dataset, c.batch);
  choice_order = in(c.dataset, c.order);
  choice_program = in(c.dataset, c.program);
  const auto& p = admission.plans;
  plans = records.table(p.dataset);
  plan_period = period(p.dataset);
  plan_batch = in(p.dataset, p.batch);
  plan_program = in(p.dataset, p.program);
  plan_title = in(p.dataset, p.title);
  plan_seats = in(p.dataset, p.seats);
  const auto& q = admission.quota_seats;
  if (q.dataset.empty()) return;
  quotas = records.table(q.dataset);
  quota_period = period(q.dataset);
  quota_batch = in(q.dataset, q.batch);
  quota_program = in(q.dataset, q.program);
  quota = in(q.dataset, q.quota);
  quota_seats = in(q.dataset, q.seats);
}

Result<std::string> print_rule(const expr::Expression& rule, const pack::Admission& admission, sql::Dialect dialect,
                               const expr::Environment& environment) {
  expr::PrintOptions options;
  options.dialect = dialect;
  options.environment = environment;
  options.column = [&](size_t field) {
    const char* const table = field < admission.n_applicant_fields                                ? "a."
                              : field < admission.n_applicant_fields + admission.n_program_fields ? "p."
                                                                                                  : "c.";
    return table + sql::quote_identifier(admission.columns[field]);
  };
  return rule.print(options);
}

Result<> read_beside_writer(sql::Database& warehouse, const pack::Admission& admission, const sql::Change& read) {
  for (int i = 0; i < kLooks; ++i) {
    BANMO_TRY(const auto lease, warehouse.read());
    BANMO_TRY(const auto before, versions_of(*lease, admission));
    const auto done = read(*lease);
    BANMO_TRY(const auto after, versions_of(*lease, admission));
    if (before == after) return done;
  }
  return warehouse.write(read);
}

Result<Season> read_season(sql::Connection& warehouse, const records::Records& records, const pack::Admission& admission, int64_t year, size_t first,
                           size_t end, const expr::Environment& environment) {
  Season season;
  season.admission = &admission;
  season.year = year;
  Reader reader(warehouse, records, season, environment);
  BANMO_DO(reader.applicants());
  for (size_t i = first; i < end; ++i) {
    BatchInput& batch = season.batches.emplace_back();
    batch.rules = &admission.batches[i];
    batch.index = static_cast<int>(i);
    BANMO_DO(reader.batch(batch));
  }
  return season;
}

std::string hash_of(const Season& season, const Before& before) {
  Writer out;
  out.add(season.admission->id);
  out.add(season.year);
  for (const pack::AdmissionQuota& quota : season.admission->quotas) {
    for (const std::string& part : {quota.id, quota.when.text(), quota.unused}) out.add(part);
  }
  out.add(static_cast<int64_t>(season.numbers.size()));
  for (size_t i = 0; i < season.numbers.size(); ++i) {
    out.add(season.numbers[i]);
    out.add(static_cast<int64_t>(before.is_gone[i]));
    out.add(static_cast<int64_t>(season.categories[i]));
  }
  for (const auto& [seats, n] : before.more_seats) {
    out.add(seats.first);
    out.add(static_cast<int64_t>(seats.second) << 32 | n);
  }
  for (const BatchInput& batch : season.batches) {
    add_rules(out, *batch.rules);
    for (const size_t length : {batch.programs.size(), batch.wishes.size(), batch.n_keys}) out.add(static_cast<int64_t>(length));
    for (const Program& program : batch.programs) {
      out.add(program.code);
      for (const SeatGroup& group : program.groups) out.add(static_cast<int64_t>(group.quota) << 32 | group.seats);
    }
    for (const Wish& wish : batch.wishes) {
      out.add(static_cast<int64_t>(wish.applicant));
      out.add(wish.order);
      out.add(static_cast<int64_t>(wish.program) << 32 | static_cast<int64_t>(wish.tier) << 3 | (wish.is_eligible ? 1 : 0) |
              (wish.is_above_floor ? 2 : 0) | (wish.has_score ? 4 : 0));
    }
    for (const double key : batch.keys) out.add(key);
    for (const int32_t place : batch.place) out.add(static_cast<int64_t>(place));
  }
  return out.finish();
}

}  // namespace banmo::models
