// SPDX-License-Identifier: Apache-2.0
// Organisations: made, changed by an import, renamed, with history. One change at a time in the whole installation: each takes the row 'org' of
// directory_version, and one that was prepared on an older tree is prepared again.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "directory/org_steps.h"

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
constexpr std::string_view kHistory = "SELECT at, what, detail_zh, detail_en, by_name FROM org_event WHERE org_no = $1 ORDER BY no DESC LIMIT 1000";

Error code_taken(const std::string& code) {
  return fail(ErrorCode::conflict, "directory.code_taken",
              {"代码 " + code + " 已有机构使用，请核对", "the code " + code + " belongs to another organisation: check it"}, "$.code");
}

// A fault that another change came first: the caller prepares again.
Error stale() {
  return fail(ErrorCode::conflict, "directory.stale", {"机构树刚被别人改过，请重试", "the organisation tree has just been changed: try again"});
}

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
  std::vector<OrgNote> events;
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
  std::vector<OrgNote> events;
  for (const OrgUpdate& update : updates) {
    BANMO_TRY(const Org* org, found_org(now, update.no));
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
    BANMO_DO(end_org(connection, update.no, day, {}));
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
    BANMO_TRY(const Org* org, found_org(tree, no));
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
