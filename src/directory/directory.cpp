// SPDX-License-Identifier: Apache-2.0
#include "directory/directory.h"

#include "base/log.h"
#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kAllOrgs = "SELECT no, id, parent_no, kind, code, title, valid_from, valid_to, merged_into FROM org ORDER BY no";
constexpr std::string_view kVersions = "SELECT name, version FROM directory_version ORDER BY name";
constexpr std::string_view kVersion = "SELECT version FROM directory_version WHERE name = $1";
constexpr std::string_view kBump = "UPDATE directory_version SET version = version + 1 WHERE name = $1 RETURNING version";
constexpr std::string_view kTakeNumbers = "UPDATE number_sequence SET next_no = next_no + $2 WHERE name = $1 RETURNING next_no";
constexpr std::string_view kAllCounts = "SELECT org_no, n_students, n_staff FROM org_count ORDER BY org_no";
constexpr std::string_view kEndedSessions = "SELECT no, token_hash FROM session_end WHERE no > $1 ORDER BY no";
constexpr std::string_view kLastEnded = "SELECT next_no - 1 FROM number_sequence WHERE name = 'session_end'";

Result<Org> org_of(const sql::Values& row) {
  Org org;
  org.no = {sql::int_of(row[0])};
  const auto id = OrgId::parse(sql::text_of(row[1]));
  const auto kind = org_kind_of(sql::text_of(row[3]));
  if (!id || !kind)
    return fail(ErrorCode::internal, "directory.bad_org",
                {"机构表有一行读不懂，请运行 banmo doctor", "a row of the table org cannot be read: run banmo doctor"}, {},
                "org " + std::to_string(org.no.value));
  org.id = *id;
  org.kind = *kind;
  org.parent = {sql::int_of(row[2])};
  org.code = sql::text_of(row[4]);
  org.title = sql::text_of(row[5]);
  org.valid_from = date_of(row[6]).value_or(Date{});
  org.valid_to = date_of(row[7]);
  org.merged_into = {sql::int_of(row[8])};
  return org;
}

// Sums each organisation's own figures over what is below it. Students of a class or grade count in classes and grades only: they are students of the
// school as well.
std::shared_ptr<const Counts> sum_counts(const OrgTree& tree, const std::unordered_map<int64_t, std::pair<int64_t, int64_t>>& own) {
  auto out = std::make_shared<Counts>();
  out->reserve(tree.all().size());
  const auto small = [](const Org& org) { return org.kind == OrgKind::class_ || org.kind == OrgKind::grade; };
  for (const Org& org : tree.all()) {
    (*out)[org.no.value].n_children = static_cast<int64_t>(tree.children(org.no).size());
    const auto found = own.find(org.no.value);
    if (found == own.end()) continue;
    for (const Org* above : tree.path(org.no)) {
      if (small(org) && !small(*above)) continue;
      OrgCounts& counts = (*out)[above->no.value];
      counts.n_students += found->second.first;
      counts.n_staff += found->second.second;
    }
  }
  return out;
}

}  // namespace

Error no_such_org() {
  return fail(ErrorCode::not_found, "directory.no_such_org",
              {"没有这个机构，或不在您的管理范围内", "there is no such organisation, or it is outside your scope"});
}
Error no_such_person() {
  return fail(ErrorCode::not_found, "directory.no_such_person",
              {"没有这个人，或不在您的管理范围内", "there is no such person, or they are outside your scope"});
}

sql::Value date_or_null(const std::optional<Date>& date) { return date ? sql::Value(date->to_iso()) : sql::Value(); }
std::optional<Date> date_of(const sql::Value& value) {
  if (const auto* date = std::get_if<Date>(&value)) return *date;
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::nullopt : Date::parse_iso(*text);
}

std::string numbers_list(std::span<const int64_t> numbers) {
  std::string out = "(";
  for (size_t i = 0; i < numbers.size(); ++i) out += (i > 0 ? ", " : "") + std::to_string(numbers[i]);
  return out + ")";
}

Result<> execute_all(sql::Connection& connection, std::string_view statement, const sql::Values& parameters) {
  const auto done = connection.execute(statement, parameters);
  if (!done.ok()) return done.error();
  return {};
}

Result<int64_t> take_numbers(sql::Connection& connection, std::string_view name, int64_t n) {
  BANMO_TRY(const auto rows, connection.query(kTakeNumbers, {std::string(name), n}));
  if (rows.empty())
    return fail(ErrorCode::internal, "directory.no_sequence",
                {"编号表不完整，请运行 banmo migrate", "the table of numbers is not complete: run banmo migrate"}, {}, std::string(name));
  return sql::int_of(rows[0][0]) - n;
}

Result<int64_t> bump(sql::Connection& connection, std::string_view version) {
  BANMO_TRY(const auto rows, connection.query(kBump, {std::string(version)}));
  if (rows.empty())
    return fail(ErrorCode::internal, "directory.no_version",
                {"版本表不完整，请运行 banmo migrate", "the table of versions is not complete: run banmo migrate"}, {}, std::string(version));
  return sql::int_of(rows[0][0]);
}

Result<> Directory::State::reload_tree() {
  const std::lock_guard one(reload_mutex);
  std::vector<Org> all;
  int64_t version = 0;
  {
    BANMO_TRY(const auto lease, ledger().read());
    // The version first: a change in between is then seen as new once more, never missed.
    BANMO_TRY(const auto rows, lease->query(kVersion, {std::string("org")}));
    version = rows.empty() ? 0 : sql::int_of(rows[0][0]);
    const auto on_row = [&](const sql::Values& row) -> Result<> {
      BANMO_TRY(auto org, org_of(row));
      all.push_back(std::move(org));
      return {};
    };
    BANMO_DO(lease->each(kAllOrgs, {}, on_row));
  }
  auto fresh = OrgTree::build(std::move(all), version);
  {
    const std::lock_guard lock(mutex);
    tree = std::move(fresh);
  }
  return {};
}

Result<> Directory::State::reload_counts() {
  std::unordered_map<int64_t, std::pair<int64_t, int64_t>> own;
  int64_t version = 0;
  {
    BANMO_TRY(const auto lease, ledger().read());
    BANMO_TRY(const auto rows, lease->query(kVersion, {std::string("count")}));
    version = rows.empty() ? 0 : sql::int_of(rows[0][0]);
    BANMO_DO(lease->each(kAllCounts, {}, [&](const sql::Values& row) -> Result<> {
      own[sql::int_of(row[0])] = {sql::int_of(row[1]), sql::int_of(row[2])};
      return {};
    }));
  }
  auto fresh = sum_counts(*current_tree(), own);
  const std::lock_guard lock(mutex);
  counts = std::move(fresh);
  count_version = version;
  return {};
}

Result<> Directory::State::poll(bool now) {
  const int64_t at = clock.now().micros;
  int64_t due = next_poll_micros.load(std::memory_order_relaxed);
  if (!now && at < due) return {};
  if (!next_poll_micros.compare_exchange_strong(due, at + int64_t{options.poll_ms} * 1000) && !now) return {};  // another thread does it
  int64_t org = 0, count = 0, access = 0, person = 0;
  std::vector<crypto::Hash> ended;
  int64_t last_ended = 0;
  {
    const std::lock_guard lock(mutex);
    last_ended = session_end;
  }
  {
    BANMO_TRY(const auto lease, ledger().read());
    BANMO_TRY(const auto versions, lease->query(kVersions));
    for (const auto& row : versions.rows) {
      const std::string name = sql::text_of(row[0]);
      if (name == "org") org = sql::int_of(row[1]);
      if (name == "count") count = sql::int_of(row[1]);
      if (name == "access") access = sql::int_of(row[1]);
      if (name == "person") person = sql::int_of(row[1]);
    }
    BANMO_DO(lease->each(kEndedSessions, {last_ended}, [&](const sql::Values& row) -> Result<> {
      last_ended = sql::int_of(row[0]);
      const auto* blob = std::get_if<sql::Blob>(&row[1]);
      if (blob != nullptr && blob->size() == crypto::Hash{}.size()) std::copy(blob->begin(), blob->end(), ended.emplace_back().begin());
      return {};
    }));
  }
  bool new_access = false, new_counts = false, new_people = false;
  {
    const std::lock_guard lock(mutex);
    new_access = access != access_version;
    new_counts = count != count_version;
    new_people = person != person_version;
    access_version = access;
    person_version = person;
    session_end = std::max(session_end, last_ended);
  }
  for (const crypto::Hash& token : ended) sessions.erase(token);
  if (new_people) names.clear();
  if (new_access) forget_principals();
  const bool new_orgs = org != current_tree()->version();
  if (new_orgs) BANMO_DO(reload_tree());
  if (new_orgs || new_counts) BANMO_DO(reload_counts());
  // While the disk is full nothing can be written down, and reading goes on.
  if (const auto flushed = flush_seen(); !flushed.ok()) BANMO_LOG(warn, "directory.last_seen_not_written", {"id", flushed.error().id});
  return {};
}

Result<> Directory::State::check(const Principal& principal, Right right, OrgNo org) const {
  if (!principal.has(right))
    return fail(ErrorCode::denied, "directory.no_right",
                {"您的角色没有这项权限（" + std::string(name_of(right)) + "），请联系安全管理员",
                 "your role does not have this right (" + std::string(name_of(right)) + "): ask the security administrator"});
  const auto now = current_tree();
  const Scope scope = scope_of(principal, right, Subject{"org", "", pack::Level::l1}, *now);
  if (scope.aggregates_only || !scope.covers(*now, org)) return no_such_org();
  return {};
}

audit::Entry Directory::State::entry(const Principal& by, std::string action, std::string kind, std::string object, OrgNo org,
                                     json::Value detail) const {
  return {clock.now(), by.account_name, std::move(action), std::move(kind), std::move(object), org.value, std::move(detail)};
}

Result<> Directory::State::log(sql::Connection& connection, const audit::Entry& what) const {
  const auto done = audit::append(connection, what, options.profile);
  if (!done.ok()) return done.error();
  return {};
}

Directory::Directory(std::unique_ptr<State> state) : state_(std::move(state)) {}
Directory::~Directory() = default;

Result<std::unique_ptr<Directory>> Directory::create(sql::Stores stores, const Clock& clock, Options options) {
  for (const crypto::Bytes* key : {&options.field_key, &options.index_key})
    if (!key->empty() && key->size() != 32)
      return fail(ErrorCode::invalid, "directory.bad_key",
                  {"字段密钥须为 32 字节，请检查配置 keys", "a field key has 32 bytes: check `keys` in the configuration"});
  auto state = std::make_unique<State>(std::move(stores), clock, std::move(options));
  BANMO_TRY(state->decoy_hash, crypto::hash_password("nobody has this password", state->options.password_cost));
  BANMO_DO(state->reload_tree());
  {
    BANMO_TRY(const auto lease, state->ledger().read());
    BANMO_TRY(const auto access, lease->query(kVersion, {std::string("access")}));
    state->access_version = access.empty() ? 0 : sql::int_of(access[0][0]);
    BANMO_TRY(const auto ended, lease->query(kLastEnded));
    state->session_end = ended.empty() ? 0 : sql::int_of(ended[0][0]);
  }
  BANMO_DO(state->start_day());
  BANMO_DO(state->index_mail());
  BANMO_DO(state->reload_counts());
  BANMO_DO(state->create_mirror());
  return std::unique_ptr<Directory>(new Directory(std::move(state)));
}

std::shared_ptr<const OrgTree> Directory::orgs() const { return state_->current_tree(); }

OrgCounts Directory::counts(OrgNo org) const {
  std::shared_ptr<const Counts> now;
  {
    const std::lock_guard lock(state_->mutex);
    now = state_->counts;
  }
  const auto found = now->find(org.value);
  return found == now->end() ? OrgCounts{} : found->second;
}

Result<> Directory::refresh() {
  BANMO_DO(state_->start_day());
  BANMO_DO(state_->poll(true));
  BANMO_DO(state_->mirror_orgs({}));
  return state_->mirror_people();
}

Scope Directory::scope(const Principal& principal, Right right, const Subject& subject) const {
  return scope_of(principal, right, subject, *state_->current_tree());
}
Result<> Directory::require(const Principal& principal, Right right, OrgNo org) const { return state_->check(principal, right, org); }
const sql::Stores& Directory::stores() const { return state_->stores; }
const Clock& Directory::clock() const { return state_->clock; }
crypto::Profile Directory::profile() const { return state_->options.profile; }
Date Directory::today() const { return state_->today(); }

}  // namespace banmo::directory
