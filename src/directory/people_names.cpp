// SPDX-License-Identifier: Apache-2.0
// What people are called, for rows that name them by number: from memory, and for those who are not there one query for all.
#include <algorithm>

#include "directory/state.h"

namespace banmo::directory {
namespace {

using pack::Level;
using Known = std::unordered_map<int64_t, NameCache::EntryPtr>;

constexpr std::string_view kPlaces =
    "SELECT p.no, p.name, p.code, m.org_no FROM person p LEFT JOIN membership m ON m.person_no = p.no AND m.valid_from <= $1 AND (m.valid_to IS NULL "
    "OR m.valid_to > $1) WHERE p.no ";
constexpr size_t kMaxAsked = 1000;  // in one query

Result<> read_people(sql::Connection& connection, std::string_view day, std::span<const int64_t> people, Known& found) {
  std::string statement(kPlaces);
  sql::Values parameters{std::string(day)};
  // One person is asked for with the same words every time, so that the statement stays prepared.
  if (people.size() == 1) {
    statement += "= $2";
    parameters.emplace_back(people.front());
  } else {
    statement += "IN " + numbers_list(people);
  }
  std::unordered_map<int64_t, NameCache::Entry> entries;
  BANMO_DO(connection.each(statement, parameters, [&](const sql::Values& row) -> Result<> {
    NameCache::Entry& entry = entries[sql::int_of(row[0])];
    entry.name = sql::text_of(row[1]);
    entry.code = sql::text_of(row[2]);
    if (!sql::is_null(row[3])) entry.orgs.push_back({sql::int_of(row[3])});
    return {};
  }));
  for (auto& [person, entry] : entries) found.emplace(person, std::make_shared<const NameCache::Entry>(std::move(entry)));
  return {};
}

}  // namespace

Result<Known> Directory::State::known_people(std::span<const PersonNo> people) const {
  const Date day = today();
  Known known;
  std::vector<int64_t> unknown;
  for (const PersonNo person : people) {
    if (known.contains(person.value)) continue;
    auto entry = names.find(person.value, day);
    if (entry == nullptr) unknown.push_back(person.value);
    known.emplace(person.value, std::move(entry));
  }
  if (unknown.empty()) return known;
  const uint64_t epoch = names.epoch();
  Known fresh;
  BANMO_TRY(const auto lease, ledger().read());
  for (size_t at = 0; at < unknown.size(); at += kMaxAsked)
    BANMO_DO(read_people(*lease, day.to_iso(), std::span(unknown).subspan(at, std::min(kMaxAsked, unknown.size() - at)), fresh));
  names.put(fresh, day, epoch);
  for (auto& [person, entry] : fresh) known[person] = std::move(entry);
  return known;
}

Result<PersonNames> Directory::names(const Scope& scope, Level level, std::span<const PersonNo> people) const {
  PersonNames out;
  const bool sees_people = !scope.sees_nothing() && !scope.aggregates_only;
  if (people.empty() || (!sees_people && level < Level::l3)) return out;
  BANMO_TRY(const Known known, state_->known_people(people));
  const auto tree = orgs();
  for (const auto& [no, entry] : known) {
    if (entry == nullptr) continue;
    PersonName& name = out[no];
    if (level >= Level::l3) name.code = entry->code;
    if (!sees_people) continue;
    const bool covered = scope.covers(*tree, {}, PersonNo{no}) ||
                         std::any_of(entry->orgs.begin(), entry->orgs.end(), [&](OrgNo org) { return scope.covers(*tree, org); });
    if (covered) name.name = std::min(scope.max_level, level) < Level::l2 ? mask_name(entry->name) : entry->name;
  }
  return out;
}

}  // namespace banmo::directory
