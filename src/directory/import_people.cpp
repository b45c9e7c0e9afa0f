// SPDX-License-Identifier: Apache-2.0
#include "directory/import_people.h"

#include <algorithm>

#include "base/text.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kPeopleBySource = "SELECT no, COALESCE(source_id, id), source_hash, home_no FROM person ORDER BY no";
constexpr std::string_view kPeopleByCode = "SELECT no, code, source_hash, home_no FROM person WHERE code <> '' ORDER BY no";
constexpr std::string_view kMemberships =
    "SELECT person_no, org_no, role, valid_from, valid_to FROM membership ORDER BY person_no, org_no, role, valid_from";
constexpr std::string_view kLinks = "SELECT guardian_no, ward_no FROM guardian_link WHERE valid_to IS NULL ORDER BY guardian_no, ward_no";
constexpr std::string_view kUpdatePerson = "UPDATE person SET name = $2, code = $3, source_hash = $4, version = $5 WHERE no = $1";
constexpr std::string_view kUpdateDemographics = "UPDATE person SET sex = $2, birth = $3 WHERE no = $1";
constexpr std::string_view kUpdateCitizenId = "UPDATE person SET idno_sealed = $2, idno_index = $3 WHERE no = $1";
constexpr std::string_view kWhoseCitizenId = "SELECT no FROM person WHERE idno_index = $1";
constexpr std::string_view kUpdateMembership =
    "UPDATE membership SET valid_from = $5, valid_to = $6 WHERE person_no = $1 AND org_no = $2 AND role = $3 AND valid_from = $4";
constexpr std::string_view kLeave =
    "UPDATE membership SET valid_to = $4 WHERE person_no = $1 AND role = 'student' AND org_no <> $2 AND org_no <> $3 AND valid_from <= $4 AND "
    "(valid_to IS NULL OR valid_to > $4)";
constexpr std::string_view kEndPerson =
    "UPDATE membership SET valid_to = $2 WHERE person_no = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)";
// Set while an import has written something that finish() has not followed up: a run that was killed is followed up by the next.
constexpr std::string_view kOpenRun = "INSERT INTO directory_version (name, version) VALUES ('import_open', 1) ON CONFLICT (name) DO NOTHING";
constexpr std::string_view kIsOpen = "SELECT version FROM directory_version WHERE name = 'import_open'";
constexpr std::string_view kCloseRun = "DELETE FROM directory_version WHERE name = 'import_open'";
constexpr std::string_view kDropAllCounts = "DELETE FROM org_count";
constexpr std::string_view kAllCounts =
    "INSERT INTO org_count (org_no, n_students, n_staff) SELECT org_no, COUNT(DISTINCT CASE WHEN role = 'student' THEN person_no END), "
    "COUNT(DISTINCT CASE WHEN role <> 'student' AND role <> 'guardian' THEN person_no END) FROM membership "
    "WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) GROUP BY org_no";

uint64_t membership_key(int64_t person, int64_t org, Role role) {
  return mix(mix(static_cast<uint64_t>(person), static_cast<uint64_t>(org)), static_cast<uint64_t>(role));
}

int64_t hash_of(const PersonRow& row) {
  const std::string birth = row.birth ? row.birth->to_iso() : std::string();
  std::string text = row.name + '\x1f' + row.code;
  if (row.with_demographics) text += '\x1f' + row.sex + '\x1f' + birth;
  if (!row.citizen_id.empty()) text += "\x1f#" + row.citizen_id;
  return static_cast<int64_t>(hash_text(text) >> 1);
}

Result<> append_rows(sql::Connection& connection, std::string_view table, const std::vector<std::string>& columns,
                     const std::vector<sql::Values>& rows) {
  if (rows.empty()) return {};
  size_t at = 0;
  const auto next = [&](sql::Values& row) -> Result<bool> {
    if (at == rows.size()) return false;
    row = rows[at++];  // copied: the transaction may run again
    return true;
  };
  const auto done = connection.append(table, columns, next);
  if (!done.ok()) return done.error();
  return {};
}

}  // namespace

void PeopleRun::bad(const std::string& file, int64_t line, std::string field, std::string rule, Message detail) {
  if (quiet_) return;
  ++report_.n_bad;
  ++report_.files[file].n_bad;
  if (report_.bad.size() < options_.max_bad) report_.bad.push_back({file, line, std::move(field), std::move(rule), std::move(detail)});
}

bool PeopleRun::in_scope(const Known& known) const {
  return by_.internal || options_.top.value == 0 || known.home_no == 0 || known.no >= first_no_ ||
         state_.current_tree()->is_within({known.home_no}, options_.top);
}

Result<> PeopleRun::load() {
  today_ = state_.today();
  BANMO_TRY(const auto lease, state_.ledger().read());
  BANMO_TRY(const auto open, lease->query(kIsOpen));
  changed_ = !open.empty() && !options_.dry_run;
  const auto on_person = [&](const sql::Values& row) -> Result<> {
    const Known known{sql::int_of(row[0]), sql::int_of(row[2]), sql::int_of(row[3])};
    const auto* key = std::get_if<std::string>(&row[1]);
    people_.put(hash_text(key == nullptr ? sql::text_of(row[1]) : *key), known);
    return {};
  };
  BANMO_DO(lease->each(key_ == PersonKey::source_id ? kPeopleBySource : kPeopleByCode, {}, on_person));
  const auto on_membership = [&](const sql::Values& row) -> Result<> {
    const auto role = role_of(sql::text_of(row[2]));
    if (!role) return {};
    const auto to = date_of(row[4]);
    const Span span{date_of(row[3]).value_or(Date{}).days, to ? to->days : kOpen};
    const auto [place, fresh] = memberships_.put(membership_key(sql::int_of(row[0]), sql::int_of(row[1]), *role), span);
    if (!fresh) *place = span;  // the youngest
    return {};
  };
  BANMO_DO(lease->each(kMemberships, {}, on_membership));
  const auto on_link = [&](const sql::Values& row) -> Result<> {
    links_.put(mix(static_cast<uint64_t>(sql::int_of(row[0])), static_cast<uint64_t>(sql::int_of(row[1]))), 1);
    return {};
  };
  return lease->each(kLinks, {}, on_link);
}

Result<int64_t> PeopleRun::next_number() {
  if (next_no_ < end_no_) return next_no_++;
  if (options_.dry_run) {
    next_no_ = end_no_ = std::max(end_no_, int64_t{1} << 60);
    end_no_ += 1 << 20;
  } else {
    const auto n = static_cast<int64_t>(options_.chunk_rows);
    const sql::Change take = [&](sql::Connection& connection) -> Result<> {
      BANMO_TRY(next_no_, take_numbers(connection, "person", n));
      return {};
    };
    BANMO_DO(state_.ledger().write(take));
    end_no_ = next_no_ + n;
  }
  first_no_ = std::min(first_no_, next_no_);
  return next_no_++;
}

Result<bool> PeopleRun::citizen_id_taken(const std::string& citizen_id, std::string_view key) {
  const auto [whose, fresh] = citizen_ids_.put(hash_text(citizen_id), hash_text(key));
  if (!fresh) return *whose != hash_text(key);
  BANMO_TRY(const auto sealed, state_.seal_citizen_id(citizen_id));
  BANMO_TRY(const auto lease, state_.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kWhoseCitizenId, {sealed.second}));
  const Known* known = find(key);
  return !rows.empty() && (known == nullptr || known->no != sql::int_of(rows[0][0]));
}

Result<int64_t> PeopleRun::put_person(ImportCounts& counts, const PersonRow& row) {
  const int64_t hash = hash_of(row);
  Known* known = find(row.key);
  if (known != nullptr && known->hash == hash) {
    ++counts.n_same;
    return known->no;
  }
  BANMO_TRY(auto idno, state_.seal_citizen_id(row.citizen_id));
  if (known != nullptr) {
    ++counts.n_changed;
    known->hash = hash;
    changed_people_.push_back({known->no, row.name, row.code, hash, row.with_demographics, row.sex, date_or_null(row.birth), std::move(idno.first),
                               std::move(idno.second)});
    const int64_t no = known->no;
    BANMO_DO(flush_if_full("people"));
    return no;
  }
  ++counts.n_new;
  BANMO_TRY(const int64_t no, next_number());
  people_.put(hash_text(row.key), {no, hash, row.home_no});
  const sql::Value source = key_ == PersonKey::source_id ? sql::Value(row.key) : sql::Value();
  new_people_.push_back({no, PersonId::next().to_string(), row.name, row.sex, date_or_null(row.birth), row.code, row.kind, row.home_no, row.class_no,
                         std::move(idno.first), std::move(idno.second), source, hash, int64_t{0}});
  BANMO_DO(flush_if_full("people"));
  return no;
}

Result<> PeopleRun::end_person(ImportCounts& counts, const Known& known) {
  ++counts.n_ended;
  ended_people_.push_back(known.no);
  touched_.insert(known.no);
  return flush_if_full("people");
}

Result<> PeopleRun::put_membership(ImportCounts& counts, const MembershipRow& row) {
  Span* known = memberships_.find(membership_key(row.person_no, row.org.value, row.role));
  const int32_t to = row.end ? today_.days : row.to ? row.to->days : kOpen;
  const std::string role(name_of(row.role));
  const auto date = [](int32_t days) { return days == kOpen ? sql::Value() : sql::Value(Date{days}.to_iso()); };
  if (known == nullptr || (!row.end && row.from && known->to <= row.from->days)) {
    if (row.end) {
      ++counts.n_same;  // never was here
      return {};
    }
    const int32_t from = row.from ? row.from->days : std::min(SchoolYear::of(today_).start().days, today_.days);
    ++counts.n_new;
    const Span span{from, to};
    const auto [place, fresh] = memberships_.put(membership_key(row.person_no, row.org.value, row.role), span);
    if (!fresh) *place = span;
    new_memberships_.push_back({row.person_no, row.org.value, role, Date{from}.to_iso(), date(to)});
  } else {
    const int32_t from = row.from && !row.end ? row.from->days : known->from;
    if ((from == known->from && to == known->to) || (row.end && known->to <= today_.days)) {
      ++counts.n_same;
      return {};
    }
    ++(row.end ? counts.n_ended : counts.n_changed);
    changed_memberships_.push_back({row.person_no, row.org.value, role, Date{known->from}.to_iso(), Date{from}.to_iso(), date(to)});
    *known = {from, to};
  }
  if (row.person_no < first_no_) touched_.insert(row.person_no);
  return flush_if_full("memberships");
}

Result<> PeopleRun::leave_others(ImportCounts& counts, int64_t person_no, OrgNo school, OrgNo class_no) {
  ++counts.n_ended;
  leavers_.push_back({person_no, school.value, class_no.value, today_.to_iso()});
  touched_.insert(person_no);
  return flush_if_full("memberships");
}

Result<> PeopleRun::put_link(ImportCounts& counts, int64_t guardian_no, int64_t ward_no) {
  if (!links_.put(mix(static_cast<uint64_t>(guardian_no), static_cast<uint64_t>(ward_no)), 1).second) return {};
  ++counts.n_new;
  new_links_.push_back({guardian_no, ward_no, today_.to_iso(), sql::Value()});
  return flush_if_full("guardians");
}

Result<> PeopleRun::flush_if_full(const std::string& what) {
  const size_t n =
      new_people_.size() + changed_people_.size() + new_memberships_.size() + changed_memberships_.size() + new_links_.size() + ended_people_.size();
  return n < options_.chunk_rows ? Result<>{} : flush(what);
}

Result<> PeopleRun::write_chunk(sql::Connection& connection, const std::string& what) {
  BANMO_DO(execute_all(connection, kOpenRun));
  BANMO_TRY(const int64_t version, bump(connection, "person"));
  std::vector<sql::Values> fresh = new_people_;
  for (sql::Values& row : fresh) row.back() = version;
  BANMO_DO(append_rows(
      connection, "person",
      {"no", "id", "name", "sex", "birth", "code", "kind", "home_no", "class_no", "idno_sealed", "idno_index", "source_id", "source_hash", "version"},
      fresh));
  for (const sql::Values& row : changed_people_) {
    BANMO_DO(execute_all(connection, kUpdatePerson, {row[0], row[1], row[2], row[3], version}));
    if (std::get<bool>(row[4])) BANMO_DO(execute_all(connection, kUpdateDemographics, {row[0], row[5], row[6]}));
    if (!sql::is_null(row[8])) BANMO_DO(execute_all(connection, kUpdateCitizenId, {row[0], row[7], row[8]}));
  }
  BANMO_DO(append_rows(connection, "membership", {"person_no", "org_no", "role", "valid_from", "valid_to"}, new_memberships_));
  for (const sql::Values& row : changed_memberships_) BANMO_DO(execute_all(connection, kUpdateMembership, row));
  for (const sql::Values& row : leavers_) BANMO_DO(execute_all(connection, kLeave, row));
  for (const int64_t person : ended_people_) BANMO_DO(execute_all(connection, kEndPerson, {person, today_.to_iso()}));
  BANMO_DO(append_rows(connection, "guardian_link", {"guardian_no", "ward_no", "valid_from", "valid_to"}, new_links_));
  std::vector<PersonNo> touched;
  for (const int64_t person : touched_) touched.push_back({person});
  BANMO_DO(state_.settle_people(connection, touched));
  const json::Value detail = json::Object{{"what", what},
                                          {"n_new_people", new_people_.size()},
                                          {"n_changed_people", changed_people_.size()},
                                          {"n_new_memberships", new_memberships_.size()},
                                          {"n_changed_memberships", changed_memberships_.size()},
                                          {"n_links", new_links_.size()}};
  return state_.log(connection, state_.entry(by_, "people.import", "person", "*", options_.top, detail));
}

Result<> PeopleRun::flush(const std::string& what) {
  if (options_.cancelled && options_.cancelled())
    return fail(ErrorCode::unavailable, "directory.cancelled",
                {"导入已取消；已写入的部分保留，再次导入会接着做",
                 "the import was cancelled; what was written stays, and importing again goes on from there"});
  const bool empty = new_people_.empty() && changed_people_.empty() && new_memberships_.empty() && changed_memberships_.empty() &&
                     new_links_.empty() && ended_people_.empty();
  if (!options_.dry_run && !empty) {
    const sql::Change change = [&](sql::Connection& connection) { return write_chunk(connection, what); };
    BANMO_DO(state_.ledger().write(change));
    changed_ = true;
  }
  new_people_.clear();
  changed_people_.clear();
  new_memberships_.clear();
  changed_memberships_.clear();
  new_links_.clear();
  ended_people_.clear();
  leavers_.clear();
  touched_.clear();
  return {};
}

Result<> PeopleRun::finish() {
  BANMO_DO(flush("rest"));
  if (!changed_) return {};
  const sql::Change change = [&](sql::Connection& connection) -> Result<> {
    BANMO_DO(execute_all(connection, kCloseRun));
    BANMO_DO(execute_all(connection, kDropAllCounts));
    BANMO_DO(execute_all(connection, kAllCounts, {today_.to_iso()}));
    BANMO_TRY(const int64_t count, bump(connection, "count"));
    BANMO_TRY(const int64_t access, bump(connection, "access"));
    static_cast<void>(count + access);
    return {};
  };
  BANMO_DO(state_.ledger().write(change));
  return state_.after_people_change(true);
}

}  // namespace banmo::directory
