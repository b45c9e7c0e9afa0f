// SPDX-License-Identifier: Apache-2.0
// Organisations: made, renamed, moved, merged, with history. One change at a time in the whole installation: each takes the row 'org' of
// directory_version, and one that was prepared on an older tree is prepared again.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "directory/state.h"

namespace banmo::directory {

static constexpr size_t kMaxTitleBytes = 300;

// What may stand under what. A top is always allowed for whoever may make tops.
bool may_stand_under(OrgKind kind, OrgKind parent) {
  using enum OrgKind;
  const bool office = parent == city || parent == bureau || parent == district;
  switch (kind) {
    case city: return parent == city;
    case bureau: return office;
    case district: return parent == city || parent == bureau;
    case school: return office || parent == college;
    case college: return office || parent == school || parent == college;
    case grade: return parent == school || parent == college;
    case class_: return parent == grade || parent == school || parent == college;
    case enterprise: return office;
  }
  return false;
}

Result<> check_title(const std::string& title) {
  if (text::trim(title).empty() || title.size() > kMaxTitleBytes)
    return fail(ErrorCode::invalid, "directory.bad_title", {"机构名称不能为空，最长 100 个汉字", "an organisation has a title of at most 300 bytes"},
                "$.title");
  return {};
}

namespace {

constexpr std::string_view kCodeTaken = "SELECT no FROM org WHERE kind = $1 AND code = $2 AND valid_to IS NULL";
constexpr std::string_view kCodes = "SELECT kind, code FROM org WHERE valid_to IS NULL AND code <> '' ORDER BY no";
constexpr std::string_view kRename = "UPDATE org SET title = $2 WHERE no = $1";
constexpr std::string_view kUpdate = "UPDATE org SET title = $2, code = $3, source_id = $4, source_hash = $5 WHERE no = $1";
constexpr std::string_view kSetParent = "UPDATE org SET parent_no = $2 WHERE no = $1";
constexpr std::string_view kClose = "UPDATE org SET valid_to = $2, merged_into = $3 WHERE no = $1";
constexpr std::string_view kDropPlace = "DELETE FROM org_place WHERE org_no = $1 AND valid_to IS NULL AND valid_from >= $2";
constexpr std::string_view kEndPlace = "UPDATE org_place SET valid_to = $2 WHERE org_no = $1 AND valid_to IS NULL";
constexpr std::string_view kAddPlace = "INSERT INTO org_place (org_no, parent_no, valid_from, valid_to) VALUES ($1, $2, $3, NULL)";
constexpr std::string_view kDropClosure = "DELETE FROM org_closure WHERE org_no = $1";
constexpr std::string_view kHistory = "SELECT at, what, detail_zh, detail_en, by_name FROM org_event WHERE org_no = $1 ORDER BY no DESC LIMIT 1000";
// A merge: who is in $1 on $3 goes on in $2; what was before stays where it was.
constexpr std::string_view kMergeMembers =
    "INSERT INTO membership (person_no, org_no, role, valid_from, valid_to) "
    "SELECT m.person_no, $2, m.role, CASE WHEN m.valid_from > $3 THEN m.valid_from ELSE $3 END, m.valid_to FROM membership m "
    "WHERE m.org_no = $1 AND (m.valid_to IS NULL OR m.valid_to > $3) AND NOT EXISTS (SELECT 1 FROM membership x "
    "WHERE x.person_no = m.person_no AND x.org_no = $2 AND x.role = m.role AND (x.valid_to IS NULL OR x.valid_to > $3)) ON CONFLICT DO NOTHING";
constexpr std::string_view kMergeDropLater = "DELETE FROM membership WHERE org_no = $1 AND valid_from >= $2";
constexpr std::string_view kMergeEnd = "UPDATE membership SET valid_to = $2 WHERE org_no = $1 AND (valid_to IS NULL OR valid_to > $2)";
constexpr std::string_view kBegunAfter =
    "SELECT COUNT(*) FROM membership m JOIN org_closure c ON c.org_no = m.org_no WHERE c.ancestor_no = $1 AND m.valid_from > $2 AND m.valid_from <= "
    "$3";
constexpr std::string_view kMembersOf =
    "SELECT DISTINCT person_no FROM membership WHERE org_no = $1 AND (valid_to IS NULL OR valid_to > $2) ORDER BY person_no";
constexpr std::string_view kMergeGrants =
    "INSERT INTO account_grant (account_no, role, org_no) SELECT account_no, role, $2 FROM account_grant WHERE org_no = $1 ON CONFLICT DO NOTHING";
constexpr std::string_view kDropGrants = "DELETE FROM account_grant WHERE org_no = $1";
// Accounts whose rights stand in $1 or below, by a grant or by their person's membership on $2.
constexpr std::string_view kAccountsIn =
    "SELECT COUNT(*) FROM (SELECT g.account_no AS no FROM account_grant g JOIN org_closure c ON c.org_no = g.org_no WHERE c.ancestor_no = $1 UNION "
    "SELECT a.no FROM account a JOIN membership m ON m.person_no = a.person_no JOIN org_closure c ON c.org_no = m.org_no WHERE c.ancestor_no = $1 "
    "AND a.person_no <> 0 AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)) AS concerned";

Error wrong_parent(OrgKind kind, const Org& parent) {
  return fail(ErrorCode::invalid, "directory.wrong_parent",
              {std::string(name_of(kind)) + " 不能放在 " + std::string(name_of(parent.kind)) + "“" + parent.title + "”下面，请选别的上级",
               "a " + std::string(name_of(kind)) + " cannot stand under the " + std::string(name_of(parent.kind)) + " \"" + parent.title +
                   "\": choose another parent"},
              "$.parent");
}

Error code_taken(const std::string& code) {
  return fail(ErrorCode::conflict, "directory.code_taken",
              {"代码 " + code + " 已有机构使用，请核对", "the code " + code + " belongs to another organisation: check it"}, "$.code");
}

// A fault that another change came first: the caller prepares again.
Error stale() {
  return fail(ErrorCode::conflict, "directory.stale", {"机构树刚被别人改过，请重试", "the organisation tree has just been changed: try again"});
}

// Titles and parents of one run, to build the closure of organisations that are not in the tree yet.
struct Made {
  std::unordered_map<int64_t, const Org*> by_no;
  const Org* find(OrgNo no, const OrgTree& tree) const {
    const auto found = by_no.find(no.value);
    return found != by_no.end() ? found->second : tree.find(no);
  }
};

Result<> check_codes(sql::Connection& connection, std::span<const OrgDraft> drafts) {
  std::set<std::pair<std::string, std::string>> taken;
  constexpr size_t kFew = 50;  // more are checked against all codes at once
  if (drafts.size() > kFew) {
    BANMO_DO(connection.each(kCodes, {}, [&](const sql::Values& row) -> Result<> {
      taken.emplace(sql::text_of(row[0]), sql::text_of(row[1]));
      return {};
    }));
  }
  for (const OrgDraft& draft : drafts) {
    if (draft.org.code.empty()) continue;
    const std::string kind(name_of(draft.org.kind));
    if (!taken.emplace(kind, draft.org.code).second) return code_taken(draft.org.code);
    if (drafts.size() > kFew) continue;
    BANMO_TRY(const auto rows, connection.query(kCodeTaken, {kind, draft.org.code}));
    if (!rows.empty()) return code_taken(draft.org.code);
  }
  return {};
}

Result<> append_rows(sql::Connection& connection, std::string_view table, const std::vector<std::string>& columns, std::vector<sql::Values> rows) {
  size_t at = 0;
  const auto done = connection.append(table, columns, [&](sql::Values& row) -> Result<bool> {
    if (at == rows.size()) return false;
    row = std::move(rows[at++]);
    return true;
  });
  if (!done.ok()) return done.error();
  return {};
}

Result<> add_closure(sql::Connection& connection, const Made& made, const OrgTree& tree, std::span<const OrgNo> orgs) {
  std::vector<sql::Values> rows;
  for (const OrgNo no : orgs) {
    int depth = 0;
    for (const Org* above = made.find(no, tree); above != nullptr && depth < 64;
         above = above->parent.value == 0 ? nullptr : made.find(above->parent, tree), ++depth)
      rows.push_back({above->no.value, no.value});
  }
  return append_rows(connection, "org_closure", {"ancestor_no", "org_no"}, std::move(rows));
}

struct Event {
  OrgNo org;
  std::string what;
  Message detail;
};

Result<> add_events(sql::Connection& connection, const Principal& by, Instant at, const std::vector<Event>& events) {
  BANMO_TRY(int64_t no, take_numbers(connection, "org_event", static_cast<int64_t>(events.size())));
  std::vector<sql::Values> rows;
  for (const Event& event : events) rows.push_back({no++, event.org.value, at.micros, event.what, event.detail.zh, event.detail.en, by.account_name});
  return append_rows(connection, "org_event", {"no", "org_no", "at", "what", "detail_zh", "detail_en", "by_name"}, std::move(rows));
}

// The subtree of `org` hangs under `parent` from `on`.
Result<> hang(sql::Connection& connection, const OrgTree& tree, const Org& org, OrgNo parent, Date on) {
  BANMO_DO(execute_all(connection, kSetParent, {org.no.value, parent.value}));
  BANMO_DO(execute_all(connection, kDropPlace, {org.no.value, on.to_iso()}));
  BANMO_DO(execute_all(connection, kEndPlace, {org.no.value, on.to_iso()}));
  BANMO_DO(execute_all(connection, kAddPlace, {org.no.value, parent.value, on.to_iso()}));
  Org moved = org;
  moved.parent = parent;
  Made made;
  made.by_no.emplace(org.no.value, &moved);
  const std::vector<OrgNo> below = tree.subtree(org.no);
  for (const OrgNo no : below) BANMO_DO(execute_all(connection, kDropClosure, {no.value}));
  return add_closure(connection, made, tree, below);
}

Result<> check_date(Date on, Date today, Date from) {
  if (on <= today && on >= from) return {};
  return fail(ErrorCode::invalid, "directory.bad_date",
              {"生效日期须在 " + from.to_iso() + " 与今天（" + today.to_iso() + "）之间",
               "the day must be between " + from.to_iso() + " and today (" + today.to_iso() + ")"},
              "$.on");
}

Result<> check_move(const OrgTree& tree, const Org& org, const Org& parent) {
  if (org.valid_to || parent.valid_to)
    return fail(ErrorCode::conflict, "directory.org_closed", {"机构已撤并，不能再移动", "the organisation is closed and cannot be moved"});
  if (tree.is_within(parent.no, org.no))
    return fail(ErrorCode::invalid, "directory.loop", {"不能把机构移到自己或自己的下级下面", "an organisation cannot be moved under itself"},
                "$.parent");
  if (org.parent == parent.no)
    return fail(ErrorCode::conflict, "directory.already_there", {"机构已经在这个上级下面", "the organisation stands there already"}, "$.parent");
  if (!may_stand_under(org.kind, parent.kind)) return wrong_parent(org.kind, parent);
  return {};
}

Result<> check_merge(const OrgTree& tree, const Org& org, const Org& into) {
  if (org.valid_to || into.valid_to)
    return fail(ErrorCode::conflict, "directory.org_closed", {"机构已撤并，不能再合并", "the organisation is closed and cannot be merged"});
  if (org.kind != into.kind)
    return fail(ErrorCode::invalid, "directory.unlike_orgs", {"只能合并同类机构（学校并入学校）", "only organisations of one kind can be merged"},
                "$.into");
  if (tree.is_within(into.no, org.no) || tree.is_within(org.no, into.no))
    return fail(ErrorCode::invalid, "directory.loop",
                {"不能与自己或上下级合并", "an organisation cannot be merged with itself, or with one above or below it"}, "$.into");
  return {};
}

Result<int64_t> accounts_in(const Directory::State& state, OrgNo org) {
  BANMO_TRY(const auto lease, state.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kAccountsIn, {org.value, state.today().to_iso()}));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

Result<> check_close(const OrgTree& tree, const Org& org) {
  if (org.valid_to) return fail(ErrorCode::conflict, "directory.org_closed", {"机构已经撤销", "the organisation is closed already"});
  for (const OrgNo no : tree.subtree(org.no)) {
    const Org& below = *tree.find(no);
    if (no == org.no || below.valid_to || below.kind == OrgKind::grade || below.kind == OrgKind::class_) continue;
    return fail(ErrorCode::conflict, "directory.orgs_below",
                {"“" + below.title + "”还在它下面，请先划归别处或撤销", "\"" + below.title + "\" stands below it: move or close that first"});
  }
  return {};
}

// Nobody is in the organisation or may act there from `day` on. Those who were.
Result<std::vector<PersonNo>> empty_out(sql::Connection& connection, OrgNo org, const std::string& day) {
  std::vector<PersonNo> people;
  BANMO_DO(connection.each(kMembersOf, {org.value, day}, [&](const sql::Values& row) -> Result<> {
    people.push_back({sql::int_of(row[0])});
    return {};
  }));
  BANMO_DO(execute_all(connection, kMergeDropLater, {org.value, day}));
  BANMO_DO(execute_all(connection, kMergeEnd, {org.value, day}));
  BANMO_DO(execute_all(connection, kDropGrants, {org.value}));
  return people;
}

Result<const Org*> found(const OrgTree& tree, OrgNo no) {
  const Org* org = tree.find(no);
  if (org == nullptr) return no_such_org();
  return org;
}

}  // namespace

Result<> Directory::State::change_orgs(const OrgChange& change) {
  constexpr int kMaxTries = 5;
  for (int n_tries = 1;; ++n_tries) {
    const auto now = current_tree();
    std::vector<OrgNo> changed;
    const auto done = ledger().write([&](sql::Connection& connection) -> Result<> {
      BANMO_TRY(const int64_t version, bump(connection, "org"));
      if (version != now->version() + 1) return stale();
      BANMO_TRY(changed, change(connection, *now));
      return {};
    });
    if (!done.ok() && (done.error().id != "directory.stale" || n_tries == kMaxTries)) return done.error();
    BANMO_DO(reload_tree());
    if (!done.ok()) continue;
    BANMO_DO(reload_counts());
    return mirror_orgs(changed);
  }
}

Result<> Directory::State::insert_orgs(sql::Connection& connection, const OrgTree& now, const Principal& by, std::span<OrgDraft> drafts) {
  if (drafts.empty()) return {};
  BANMO_DO(check_codes(connection, drafts));
  BANMO_TRY(const int64_t first_no, take_numbers(connection, "org", static_cast<int64_t>(drafts.size())));
  int64_t no = first_no;
  Made made;
  std::vector<sql::Values> rows, places;
  std::vector<OrgNo> numbers;
  std::vector<Event> events;
  for (OrgDraft& draft : drafts) {
    Org& org = draft.org;
    org.no = {no++};
    if (org.id.is_nil()) org.id = OrgId::next();
    if (draft.parent_at >= 0) org.parent = {first_no + draft.parent_at};
    if (org.valid_from == Date{}) org.valid_from = today();
    BANMO_DO(check_title(org.title));
    const Org* parent = org.parent.value == 0 ? nullptr : made.find(org.parent, now);
    if (org.parent.value != 0 && (parent == nullptr || parent->valid_to)) return no_such_org();
    if (parent != nullptr && !may_stand_under(org.kind, parent->kind)) return wrong_parent(org.kind, *parent);
    made.by_no.emplace(org.no.value, &org);
    numbers.push_back(org.no);
    rows.push_back({org.no.value, org.id.to_string(), org.parent.value, std::string(name_of(org.kind)), org.code, org.title, org.valid_from.to_iso(),
                    sql::Value(), int64_t{0}, draft.source_id.empty() ? sql::Value() : sql::Value(draft.source_id), draft.source_hash});
    places.push_back({org.no.value, org.parent.value, org.valid_from.to_iso(), sql::Value()});
    events.push_back({org.no, "created", {"建立“" + org.title + "”", "created \"" + org.title + "\""}});
  }
  BANMO_DO(append_rows(connection, "org",
                       {"no", "id", "parent_no", "kind", "code", "title", "valid_from", "valid_to", "merged_into", "source_id", "source_hash"},
                       std::move(rows)));
  BANMO_DO(append_rows(connection, "org_place", {"org_no", "parent_no", "valid_from", "valid_to"}, std::move(places)));
  BANMO_DO(add_closure(connection, made, now, numbers));
  return add_events(connection, by, clock.now(), events);
}

Result<> Directory::State::update_orgs(sql::Connection& connection, const OrgTree& now, const Principal& by, std::span<const OrgUpdate> updates) {
  std::vector<Event> events;
  for (const OrgUpdate& update : updates) {
    BANMO_TRY(const Org* org, found(now, update.no));
    BANMO_DO(check_title(update.title));
    if (update.code != org->code && !update.code.empty()) {
      BANMO_TRY(const auto taken, connection.query(kCodeTaken, {std::string(name_of(org->kind)), update.code}));
      if (!taken.empty()) return code_taken(update.code);
    }
    BANMO_DO(execute_all(connection, kUpdate, {update.no.value, update.title, update.code, update.source_id, update.source_hash}));
    if (update.title != org->title)
      events.push_back({update.no,
                        "renamed",
                        {"由“" + org->title + "”更名为“" + update.title + "”", "renamed from \"" + org->title + "\" to \"" + update.title + "\""}});
    if (!update.close || org->valid_to) continue;
    const std::string day = today().to_iso();
    BANMO_DO(execute_all(connection, kClose, {update.no.value, day, int64_t{0}}));
    BANMO_DO(execute_all(connection, kEndPlace, {update.no.value, day}));
    events.push_back({update.no, "closed", {"自 " + day + " 起撤销", "closed on " + day}});
  }
  return events.empty() ? Result<>{} : add_events(connection, by, clock.now(), events);
}

Result<Org> Directory::create_org(const Principal& by, const NewOrg& org) {
  BANMO_TRY(auto made, create_orgs(by, {org}));
  return std::move(made.front());
}

Result<std::vector<Org>> Directory::create_orgs(const Principal& by, const std::vector<NewOrg>& orgs) {
  for (const NewOrg& org : orgs)
    if (org.parent_at < 0) BANMO_DO(state_->check(by, Right::orgs_manage, org.parent));
  std::vector<Org> out;
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    std::vector<OrgDraft> drafts;
    for (const NewOrg& org : orgs)
      drafts.push_back({Org{{}, org.id, org.parent, org.kind, org.code, org.title, org.valid_from.value_or(Date{}), {}, {}}, org.parent_at, {}, 0});
    BANMO_DO(state_->insert_orgs(connection, tree, by, drafts));
    out.clear();
    std::vector<OrgNo> changed;
    std::vector<audit::Entry> entries;
    for (OrgDraft& draft : drafts) {
      const Org& org = out.emplace_back(std::move(draft.org));
      changed.push_back(org.no);
      entries.push_back(state_->entry(by, "org.create", "org", org.id.to_string(), org.no, json::Object{{"title", org.title}, {"code", org.code}}));
    }
    const auto logged = audit::append_all(connection, entries, state_->options.profile);
    if (!logged.ok()) return logged.error();
    return changed;
  };
  BANMO_DO(state_->change_orgs(change));
  return out;
}

Result<Org> Directory::rename_org(const Principal& by, OrgNo no, const std::string& title) {
  BANMO_DO(state_->check(by, Right::orgs_manage, no));
  BANMO_DO(check_title(title));
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_TRY(const Org* org, found(tree, no));
    BANMO_DO(execute_all(connection, kRename, {no.value, title}));
    BANMO_DO(
        add_events(connection, by, state_->clock.now(),
                   {{no, "renamed", {"由“" + org->title + "”更名为“" + title + "”", "renamed from \"" + org->title + "\" to \"" + title + "\""}}}));
    BANMO_DO(state_->log(connection,
                         state_->entry(by, "org.rename", "org", org->id.to_string(), no, json::Object{{"before", org->title}, {"after", title}})));
    return std::vector<OrgNo>{no};
  };
  BANMO_DO(state_->change_orgs(change));
  return *orgs()->find(no);
}

Result<OrgPreview> Directory::preview_move(const Principal& by, OrgNo no, OrgNo to, Date on) const {
  BANMO_DO(state_->check(by, Right::orgs_manage, no));
  BANMO_DO(state_->check(by, Right::orgs_manage, to));
  const auto tree = orgs();
  BANMO_TRY(const Org* org, found(*tree, no));
  BANMO_TRY(const Org* parent, found(*tree, to));
  BANMO_DO(check_move(*tree, *org, *parent));
  BANMO_DO(check_date(on, today(), org->valid_from));
  const OrgCounts figures = counts(no);
  OrgPreview preview{static_cast<int64_t>(tree->subtree(no).size()), figures.n_students, figures.n_staff, 0, {}, {}};
  BANMO_TRY(preview.n_accounts, accounts_in(*state_, no));
  preview.effects.push_back({"“" + org->title + "”自 " + on.to_iso() + " 起归“" + parent->title + "”管理",
                             "\"" + org->title + "\" stands under \"" + parent->title + "\" from " + on.to_iso()});
  const Org *before = tree->nearest(no, OrgKind::district), *after = tree->nearest(to, OrgKind::district);
  if (!org->code.empty()) preview.effects.push_back({"代码 " + org->code + " 不变", "the code " + org->code + " stays"});
  if (before != after)
    preview.effects.push_back(
        {"原区市的管理员从此看不到它，新区市的管理员可以看到；以前各期的统计留在原处",
         "officers of the old district no longer see it, those of the new one do; figures of past periods stay where they were"});
  return preview;
}

Result<Org> Directory::move_org(const Principal& by, OrgNo no, OrgNo to, Date on) {
  BANMO_DO(preview_move(by, no, to, on));
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_TRY(const Org* org, found(tree, no));
    BANMO_TRY(const Org* parent, found(tree, to));
    BANMO_DO(check_move(tree, *org, *parent));
    const Org* before = tree.find(org->parent);
    const std::string from = before == nullptr ? std::string("-") : before->title;
    BANMO_DO(hang(connection, tree, *org, to, on));
    BANMO_DO(add_events(connection, by, state_->clock.now(),
                        {{no,
                          "moved",
                          {"自 " + on.to_iso() + " 由“" + from + "”划归“" + parent->title + "”",
                           "moved from \"" + from + "\" to \"" + parent->title + "\" on " + on.to_iso()}}}));
    BANMO_DO(state_->log(connection, state_->entry(by, "org.move", "org", org->id.to_string(), no,
                                                   json::Object{{"from", before == nullptr ? std::string() : before->id.to_string()},
                                                                {"to", parent->id.to_string()},
                                                                {"on", on.to_iso()}})));
    return tree.subtree(no);
  };
  BANMO_DO(state_->change_orgs(change));
  return *orgs()->find(no);
}

Result<OrgPreview> Directory::preview_merge(const Principal& by, OrgNo no, OrgNo to, Date on) const {
  BANMO_DO(state_->check(by, Right::orgs_manage, no));
  BANMO_DO(state_->check(by, Right::orgs_manage, to));
  const auto tree = orgs();
  BANMO_TRY(const Org* org, found(*tree, no));
  BANMO_TRY(const Org* into, found(*tree, to));
  BANMO_DO(check_merge(*tree, *org, *into));
  BANMO_DO(check_date(on, today(), std::max(org->valid_from, into->valid_from)));
  const OrgCounts figures = counts(no);
  OrgPreview preview{static_cast<int64_t>(tree->subtree(no).size()) - 1, figures.n_students, figures.n_staff, 0, {}, {}};
  BANMO_TRY(preview.n_accounts, accounts_in(*state_, no));
  if (!org->code.empty()) {
    preview.codes.push_back(org->code);
    preview.effects.push_back(
        {"代码 " + org->code + " 停用：以后的文件请写“" + into->title + "”" + (into->code.empty() ? "" : "的代码 " + into->code),
         "the code " + org->code + " ends: files name \"" + into->title + "\" from now on" +
             (into->code.empty() ? "" : " by the code " + into->code)});
  }
  preview.effects.push_back(
      {"“" + org->title + "”自 " + on.to_iso() + " 起撤销，年级、班级、师生和账号权限转入“" + into->title + "”",
       "\"" + org->title + "\" is closed on " + on.to_iso() + "; its grades, classes, people and rights go on in \"" + into->title + "\""});
  preview.effects.push_back(
      {"以前的任职、学籍和统计仍留在“" + org->title + "”名下", "past memberships and figures stay with \"" + org->title + "\""});
  return preview;
}

Result<Org> Directory::merge_org(const Principal& by, OrgNo no, OrgNo to, Date on) {
  BANMO_DO(preview_merge(by, no, to, on));
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_TRY(const Org* org, found(tree, no));
    BANMO_TRY(const Org* into, found(tree, to));
    BANMO_DO(check_merge(tree, *org, *into));
    const std::string day = on.to_iso();
    for (const OrgNo child : std::vector<OrgNo>(tree.children(no).begin(), tree.children(no).end()))
      BANMO_DO(hang(connection, tree, *tree.find(child), to, on));
    BANMO_DO(execute_all(connection, kMergeMembers, {no.value, to.value, day}));
    BANMO_DO(execute_all(connection, kMergeGrants, {no.value, to.value}));
    BANMO_TRY(const auto people, empty_out(connection, no, day));
    BANMO_DO(execute_all(connection, kClose, {no.value, day, to.value}));
    BANMO_DO(execute_all(connection, kEndPlace, {no.value, day}));
    const std::vector<OrgNo> both{no, to};
    BANMO_DO(state_->settle_people(connection, people));
    BANMO_DO(state_->settle_counts(connection, both));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    BANMO_DO(add_events(connection, by, state_->clock.now(),
                        {{no, "merged", {"自 " + day + " 并入“" + into->title + "”", "merged into \"" + into->title + "\" on " + day}},
                         {to, "merged", {"自 " + day + " 接收“" + org->title + "”", "took in \"" + org->title + "\" on " + day}}}));
    BANMO_DO(state_->log(connection, state_->entry(by, "org.merge", "org", org->id.to_string(), no,
                                                   json::Object{{"into", into->id.to_string()}, {"on", day}, {"n_people", people.size()}})));
    std::vector<OrgNo> changed = tree.subtree(no);
    changed.push_back(to);
    return changed;
  };
  BANMO_DO(state_->change_orgs(change));
  BANMO_DO(state_->after_people_change(true));
  return *orgs()->find(to);
}

Result<OrgPreview> Directory::preview_close(const Principal& by, OrgNo no, Date on) const {
  const auto tree = orgs();
  BANMO_DO(state_->check(by, Right::orgs_manage, no));
  BANMO_TRY(const Org* org, found(*tree, no));
  BANMO_DO(state_->check(by, Right::orgs_manage, org->parent));
  BANMO_DO(check_close(*tree, *org));
  BANMO_DO(check_date(on, today(), org->valid_from));
  const OrgCounts figures = counts(no);
  OrgPreview preview{0, figures.n_students, figures.n_staff, 0, {}, {}};
  for (const OrgNo below : tree->subtree(no)) {
    const Org& one = *tree->find(below);
    if (one.valid_to) continue;
    if (below != no) ++preview.n_orgs;
    if (!one.code.empty()) preview.codes.push_back(one.code);
  }
  BANMO_TRY(preview.n_accounts, accounts_in(*state_, no));
  preview.effects.push_back(
      {"“" + org->title + "”连同其年级、班级自 " + on.to_iso() + " 起撤销；以前的任职、学籍和统计留在原处",
       "\"" + org->title + "\" is closed with its grades and classes on " + on.to_iso() + "; past memberships and figures stay where they were"});
  if (figures.n_students + figures.n_staff > 0)
    preview.effects.push_back({"在其中的师生从此不属于任何学校；要转到别处的，请先转校（调动）或改用合并",
                               "the people in it belong to no school from then on: move those who go elsewhere first, or merge instead"});
  return preview;
}

Result<Org> Directory::close_org(const Principal& by, OrgNo no, Date on) {
  BANMO_DO(preview_close(by, no, on));
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_TRY(const Org* org, found(tree, no));
    BANMO_DO(check_close(tree, *org));
    const std::string day = on.to_iso();
    BANMO_TRY(const auto later, connection.query(kBegunAfter, {no.value, day, state_->today().to_iso()}));
    if (const int64_t n = sql::int_of(later[0][0]); n > 0)
      return fail(ErrorCode::conflict, "directory.memberships_after",
                  {"有 " + std::to_string(n) + " 条任职或学籍在 " + day + " 之后才开始，撤销会使其丢失；请选更晚的日期",
                   std::to_string(n) + " memberships began after " + day + " and would be lost: close on a later day"},
                  "$.on");
    std::vector<OrgNo> closed;
    std::vector<PersonNo> people;
    std::vector<Event> events;
    for (const OrgNo below : tree.subtree(no)) {
      if (tree.find(below)->valid_to) continue;
      BANMO_TRY(const auto gone, empty_out(connection, below, day));
      people.insert(people.end(), gone.begin(), gone.end());
      BANMO_DO(execute_all(connection, kClose, {below.value, day, int64_t{0}}));
      BANMO_DO(execute_all(connection, kEndPlace, {below.value, day}));
      closed.push_back(below);
      events.push_back({below, "closed", {"自 " + day + " 起撤销", "closed on " + day}});
    }
    std::sort(people.begin(), people.end());
    people.erase(std::unique(people.begin(), people.end()), people.end());
    BANMO_DO(state_->settle_people(connection, people));
    BANMO_DO(state_->settle_counts(connection, closed));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    BANMO_DO(add_events(connection, by, state_->clock.now(), events));
    BANMO_DO(state_->log(connection, state_->entry(by, "org.close", "org", org->id.to_string(), no,
                                                   json::Object{{"on", day}, {"n_orgs", closed.size()}, {"n_people", people.size()}})));
    return closed;
  };
  BANMO_DO(state_->change_orgs(change));
  BANMO_DO(state_->after_people_change(true));
  return *orgs()->find(no);
}

Result<std::vector<OrgEvent>> Directory::org_history(OrgNo org) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kHistory, {org.value}));
  std::vector<OrgEvent> out;
  for (const auto& row : rows.rows)
    out.push_back({Instant{sql::int_of(row[0])}, sql::text_of(row[1]), {sql::text_of(row[2]), sql::text_of(row[3])}, sql::text_of(row[4])});
  return out;
}

std::vector<const Org*> Directory::visible_tops(const OrgTree& tree, const Scope& scope) const {
  std::vector<const Org*> out;
  const auto add = [&](OrgNo no) {
    const Org* org = tree.find(no);
    if (org != nullptr && !org->valid_to) out.push_back(org);
  };
  if (scope.everything) {
    for (const OrgNo no : tree.children({})) add(no);
    return out;
  }
  for (const OrgNo no : scope.orgs) {
    const bool inside = std::any_of(scope.orgs.begin(), scope.orgs.end(), [&](OrgNo other) { return other != no && tree.is_within(no, other); });
    if (!inside) add(no);
  }
  return out;
}

}  // namespace banmo::directory
