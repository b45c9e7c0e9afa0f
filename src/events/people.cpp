// SPDX-License-Identifier: Apache-2.0
#include "events/people.h"

#include <algorithm>
#include <tuple>

#include "directory/mail_index.h"
#include "directory/proxy.h"
#include "events/look_up.h"

namespace banmo::events {
namespace {

using directory::OrgNo;
using directory::PersonNo;

constexpr std::string_view kActors = "SELECT ifi, how, person_no FROM xapi_actor WHERE org_no = $1 AND ifi IN (";
constexpr std::string_view kAccounts = "SELECT name, home_page, person_no FROM xapi_account WHERE name IN (";
// A guardian belongs where the children do.
constexpr std::string_view kStays =
    "SELECT org_no, valid_from, valid_to, role FROM membership WHERE person_no = $1 UNION ALL SELECT m.org_no, m.valid_from, m.valid_to, 'guardian' "
    "FROM guardian_link g JOIN membership m ON m.person_no = g.ward_no WHERE g.guardian_no = $1";
constexpr std::string_view kChanges = "SELECT change_no, org_no, ifi FROM xapi_actor WHERE change_no > $1 ORDER BY change_no LIMIT $2";
constexpr std::string_view kOfPerson = "SELECT no, org_no, ifi FROM xapi_actor WHERE person_no = $1 ORDER BY no LIMIT 1000";
constexpr std::string_view kNextNo = "SELECT COALESCE(MAX(no), 0) FROM xapi_actor";
constexpr std::string_view kNextChange = "SELECT COALESCE(MAX(change_no), 0) FROM xapi_actor";
// What somebody decided by hand stays; a person who was found later is a change.
constexpr std::string_view kKeep =
    "INSERT INTO xapi_actor (no, org_no, ifi, name, how, person_no, first_seen, last_seen, n_statements) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0) "
    "ON CONFLICT (org_no, ifi) DO UPDATE SET how = excluded.how, person_no = excluded.person_no, change_no = $8 WHERE "
    "xapi_actor.how < 3 AND (xapi_actor.how <> excluded.how OR xapi_actor.person_no IS DISTINCT FROM excluded.person_no)";
constexpr std::string_view kCount =
    "UPDATE xapi_actor SET n_statements = n_statements + $3, last_seen = CASE WHEN last_seen < $4 THEN $4 ELSE last_seen END WHERE org_no = $1 AND "
    "ifi = $2";

constexpr std::string_view kAccountPrefix = "account ", kMailPrefix = "mbox mailto:", kSha1Prefix = "mbox_sha1sum ";
constexpr size_t kCountsAtOnce = 2000;  // in one transaction, so that others are not kept waiting

std::string place_of(OrgNo org, std::string_view ifi) { return std::to_string(org.value) + '\n' + std::string(ifi); }

// The account's own name: what stands behind the last space. Those that are given out here have none in it.
std::string_view account_name(std::string_view ifi) { return ifi.starts_with(kAccountPrefix) ? ifi.substr(ifi.rfind(' ') + 1) : std::string_view(); }

// Which of several stays at one time is taken, for school and class alike: a student's in a class, another of a student, any; then the latest.
std::tuple<bool, bool, Date, int64_t> order_of(const directory::OrgTree& tree, OrgNo org, bool is_student, Date from) {
  const directory::Org* found = tree.find(org);
  return {is_student && found != nullptr && found->kind == directory::OrgKind::class_, is_student, from, org.value};
}

sql::Value person_or_null(PersonNo person) { return person.value == 0 ? sql::Value() : sql::Value(person.value); }

}  // namespace

People::People(directory::Directory& directory, std::string home_page)
    : directory_(directory),
      home_prefix_(std::string(kAccountPrefix) + std::move(home_page) + " "),
      utc_offset_minutes_(directory::utc_offset_minutes(directory)) {}

Result<> People::load_accounts(sql::Connection& connection, std::unordered_map<std::string, Entry>& found) const {
  std::vector<sql::Value> names;
  for (const auto& [ifi, entry] : found)
    if (entry.how < ActorHow::mapped && !account_name(ifi).empty()) names.emplace_back(std::string(account_name(ifi)));
  return each_of(connection, kAccounts, {}, names, [&](const sql::Values& row) -> Result<> {
    const auto place = found.find(std::string(kAccountPrefix) + sql::text_of(row[1]) + " " + sql::text_of(row[0]));
    if (place == found.end() || place->second.how >= ActorHow::mapped) return {};
    place->second.how = ActorHow::account;
    place->second.person = {sql::int_of(row[2])};
    return {};
  });
}

Result<> People::load_mail(std::unordered_map<std::string, Entry>& found) const {
  std::unordered_map<std::string, std::string> ifi_by_sha1;
  std::vector<std::string> sha1s;
  for (const auto& [ifi, entry] : found) {
    if (entry.how >= ActorHow::mapped) continue;
    if (ifi.starts_with(kMailPrefix)) sha1s.push_back(directory::mail_sha1(ifi.substr(kMailPrefix.size())));
    if (ifi.starts_with(kSha1Prefix)) sha1s.push_back(ifi.substr(kSha1Prefix.size()));
    if (ifi.starts_with(kMailPrefix) || ifi.starts_with(kSha1Prefix)) ifi_by_sha1.emplace(ifi, sha1s.back());
  }
  BANMO_TRY(const auto people, directory::unscoped_people_by_mail(directory_, sha1s));
  for (const auto& [ifi, sha1] : ifi_by_sha1) {
    const auto person = people.find(sha1);
    if (person == people.end()) continue;
    found[ifi].how = ActorHow::mail;
    found[ifi].person = person->second;
  }
  return {};
}

Result<> People::load(OrgNo key_org, const std::vector<std::string>& ifis) {
  std::unordered_map<std::string, Entry> found, kept;
  std::vector<sql::Value> asked;
  for (const std::string& ifi : ifis)
    if (found.try_emplace(ifi).second) asked.emplace_back(ifi);
  const int64_t now = directory_.clock().now().micros;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_DO(each_of(*lease, kActors, {key_org.value}, asked, [&](const sql::Values& row) -> Result<> {
      Entry& entry = kept[sql::text_of(row[0])];
      entry.how = static_cast<ActorHow>(sql::int_of(row[1]));
      entry.person = {sql::int_of(row[2])};
      if (entry.how >= ActorHow::mapped) found[sql::text_of(row[0])] = entry;
      return {};
    }));
    BANMO_DO(load_accounts(*lease, found));
  }
  BANMO_DO(load_mail(found));
  const std::lock_guard lock(mutex_);
  if (known_.size() + found.size() > kMaxKnown) known_.clear();
  for (auto& [ifi, entry] : found) {
    const auto row = kept.find(ifi);
    entry.is_kept = row != kept.end() && row->second.how == entry.how && row->second.person == entry.person;
    entry.until = now + (entry.person.value == 0 ? kKnownMicros : kPersonMicros);
    known_[place_of(key_org, ifi)] = entry;
  }
  return {};
}

// Of other processes on the same ledger.
Result<> People::look_for_decisions(int64_t now) {
  {
    const std::lock_guard lock(mutex_);
    if (now < next_look_) return {};
    next_look_ = now + kLookMicros;
  }
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, lease->query(kNextChange));
  const std::lock_guard lock(mutex_);
  if (last_change_ != sql::int_of(rows[0][0])) known_.clear();
  last_change_ = sql::int_of(rows[0][0]);
  return {};
}

Result<> People::know(OrgNo key_org, const std::vector<std::string>& ifis) {
  const int64_t now = directory_.clock().now().micros;
  BANMO_DO(look_for_decisions(now));
  std::vector<std::string> unknown;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& ifi : ifis) {
      const auto found = known_.find(place_of(key_org, ifi));
      if (found == known_.end() || found->second.until <= now) unknown.push_back(ifi);
    }
  }
  return unknown.empty() ? Result<>() : load(key_org, unknown);
}

Result<People::Entry> People::entry_of(OrgNo key_org, const std::string& ifi) {
  const std::string place = place_of(key_org, ifi);
  for (int tries = 0; tries < 2; ++tries) {
    BANMO_DO(know(key_org, {ifi}));
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(place); found != known_.end()) return found->second;
  }
  return Entry{};  // others filled the memory meanwhile: nobody is taken for somebody
}

Result<PersonNo> People::person_of(OrgNo key_org, const std::string& ifi) {
  BANMO_TRY(const Entry entry, entry_of(key_org, ifi));
  return entry.person;
}

bool People::is_false_account(const std::string& ifi) const { return ifi.starts_with(home_prefix_); }

Result<People::Stays> People::stays_of(PersonNo person) {
  const int64_t now = directory_.clock().now().micros;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = stays_.find(person.value); found != stays_.end() && now < found->second.second) return found->second.first;
  }
  auto stays = std::make_shared<std::vector<Stay>>();
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(const auto rows, lease->query(kStays, {person.value}));
    for (const auto& row : rows.rows) {
      const auto from = Date::parse_iso(sql::text_of(row[1]));
      if (from) stays->push_back({{sql::int_of(row[0])}, *from, Date::parse_iso(sql::text_of(row[2])), sql::text_of(row[3]) == "student"});
    }
  }
  const std::lock_guard lock(mutex_);
  if (stays_.size() >= kMaxKnown) stays_.clear();
  stays_[person.value] = {stays, now + kStaysMicros};
  return Stays(stays);
}

Result<Belongs> People::belongs(PersonNo person, OrgNo org, Instant at) {
  BANMO_TRY(const Stays stays, stays_of(person));
  const auto tree = directory_.orgs();
  const Date then = day_of(at), today = directory_.today();
  const auto holds = [](const Stay& stay, Date day) { return stay.from <= day && (!stay.to || day < *stay.to); };
  Belongs found = Belongs::nowhere;
  for (const Stay& stay : *stays) {
    if (!holds(stay, then) && !holds(stay, today)) continue;
    if (tree->is_within(stay.org, org)) return Belongs::here;
    found = Belongs::elsewhere;
  }
  return found;
}

Result<Whom> People::whom(OrgNo key_org, const Actor& actor, Instant at) {
  Whom whom{{}, key_org, {}};
  if (actor.kind == ActorKind::group) return whom;
  BANMO_TRY(const PersonNo person, person_of(key_org, actor.ifi));
  if (person.value == 0) return whom;
  whom.person = person;
  BANMO_TRY(const Stays stays, stays_of(person));
  const auto tree = directory_.orgs();
  const Date day = day_of(at);
  const Stay* taken = nullptr;
  const auto order = [&](const Stay& stay) { return order_of(*tree, stay.org, stay.is_student, stay.from); };
  for (const Stay& stay : *stays) {
    if (day < stay.from || (stay.to && *stay.to <= day) || !tree->is_within(stay.org, key_org)) continue;
    if (taken == nullptr || order(*taken) < order(stay)) taken = &stay;
  }
  if (taken == nullptr) return whom;
  if (std::get<0>(order(*taken))) whom.class_org = taken->org;
  const directory::Org* school = tree->standing(taken->org);
  if (school != nullptr && tree->is_within(school->no, key_org)) whom.org = school->no;
  return whom;
}

Result<std::vector<ActorChange>> People::changed_since(int64_t after, size_t limit) const {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, lease->query(kChanges, {after, static_cast<int64_t>(limit)}));
  std::vector<ActorChange> out;
  for (const auto& row : rows.rows) out.push_back({sql::int_of(row[0]), {sql::int_of(row[1])}, sql::text_of(row[2])});
  return out;
}

Result<std::vector<ActorChange>> People::identifiers_of(PersonNo person) const {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, lease->query(kOfPerson, {person.value}));
  std::vector<ActorChange> out;
  for (const auto& row : rows.rows) out.push_back({sql::int_of(row[0]), {sql::int_of(row[1])}, sql::text_of(row[2])});
  return out;
}

Result<std::vector<ActorToKeep>> People::to_keep(OrgNo key_org, const std::vector<const Named*>& named) {
  std::vector<ActorToKeep> out;
  const std::lock_guard lock(mutex_);
  std::unordered_map<std::string_view, bool> seen;
  for (const Named* one : named) {
    if (!seen.emplace(one->ifi, true).second) continue;
    const auto found = known_.find(place_of(key_org, one->ifi));
    if (found != known_.end() && !found->second.is_kept && found->second.how < ActorHow::mapped)
      out.push_back({one->ifi, one->name, found->second.how, found->second.person});
  }
  return out;
}

Result<> People::keep(sql::Connection& connection, OrgNo key_org, const std::vector<ActorToKeep>& actors, Instant now) {
  if (actors.empty()) return {};
  BANMO_TRY(const auto last, connection.query(kNextNo));
  BANMO_TRY(const auto change, connection.query(kNextChange));
  int64_t no = sql::int_of(last[0][0]), change_no = sql::int_of(change[0][0]);
  for (const ActorToKeep& actor : actors)
    BANMO_DO(execute(
        connection, kKeep,
        {++no, key_org.value, actor.ifi, actor.name, static_cast<int64_t>(actor.how), person_or_null(actor.person), now.micros, ++change_no}));
  return {};
}

void People::kept(OrgNo key_org, const std::vector<const Named*>& named, Instant now) {
  const std::lock_guard lock(mutex_);
  for (const Named* one : named) {
    const std::string place = place_of(key_org, one->ifi);
    if (const auto found = known_.find(place); found != known_.end()) found->second.is_kept = true;
    Count& count = counts_[place];
    count.n += 1;
    count.last = now.micros;
  }
}

Result<> People::flush() {
  std::unordered_map<std::string, Count> counts;
  {
    const std::lock_guard lock(mutex_);
    const int64_t now = directory_.clock().now().micros;
    if (now < next_flush_ || counts_.empty()) return {};
    next_flush_ = now + kFlushMicros;
    counts.swap(counts_);
  }
  for (auto from = counts.begin(); from != counts.end();) {
    auto end = from;
    BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
      end = from;
      BANMO_DO(lock_writer(connection));
      for (size_t n = 0; n < kCountsAtOnce && end != counts.end(); ++n, ++end) {
        const size_t cut = end->first.find('\n');
        BANMO_DO(execute(connection, kCount,
                         {int64_t{std::stoll(end->first.substr(0, cut))}, end->first.substr(cut + 1), end->second.n, end->second.last}));
      }
      return {};
    }));
    from = end;
  }
  return {};
}

void People::forget() {
  const std::lock_guard lock(mutex_);
  known_.clear();
  stays_.clear();
}

}  // namespace banmo::events
