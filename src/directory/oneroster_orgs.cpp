// SPDX-License-Identifier: Apache-2.0
#include "directory/oneroster_orgs.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kSources = "SELECT no, source_id, source_hash FROM org WHERE source_id IS NOT NULL ORDER BY no";
constexpr int64_t kDryFirst = int64_t{1} << 60;

std::string code_key(OrgKind kind, const std::string& code) { return std::string(name_of(kind)) + ' ' + code; }

int64_t hash_of(const OrgRow& row) {
  return static_cast<int64_t>(hash_text(row.title + '\x1f' + row.code + '\x1f' + row.parent_source + '\x1f' + (row.gone ? "gone" : "")) >> 1);
}

}  // namespace

Result<> OrgRun::load() {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  const auto on_row = [&](const sql::Values& row) -> Result<> {
    known_[sql::text_of(row[1])] = {{sql::int_of(row[0])}, sql::int_of(row[2])};
    return {};
  };
  BANMO_DO(lease->each(kSources, {}, on_row));
  // Those made by hand are known by their id, as an export names them.
  std::unordered_map<int64_t, std::string> named;
  for (const auto& [source, known] : known_) named.emplace(known.no.value, source);
  const auto tree = directory_.orgs();
  for (const Org& org : tree->all()) {
    if (named.contains(org.no.value) || org.kind == OrgKind::grade) continue;
    const std::string source = (org.kind == OrgKind::class_ ? "class:" : "org:") + org.id.to_string();
    named.emplace(org.no.value, source);
    known_.emplace(source, Known{org.no, 0});
  }
  for (const Org& org : tree->all()) {
    const Org* school = tree->standing(org.no);
    if (org.kind != OrgKind::grade || org.valid_to || named.contains(org.no.value) || school == nullptr) continue;
    const std::string& above = named[school->no.value];
    known_.emplace("grade:" + above.substr(above.find(':') + 1) + ":" + org.title, Known{org.no, 0});
  }
  return {};
}

void OrgRun::add(OrgRow row) {
  const std::string source = row.source;
  const auto [place, fresh] = rows_.try_emplace(source, std::move(row));
  if (fresh) {
    order_.push_back(source);
    return;
  }
  if (place->second.kind == OrgKind::grade) return;  // made from classes, so met often
  people_.bad(row.file, row.line, "sourcedId", "duplicate",
              {"同一个编号出现两次，保留第一次；请删去重复行", "the id stands twice, the first is kept: remove the second line"});
}

OrgNo OrgRun::find(const std::string& source) const {
  const auto found = known_.find(source);
  return found == known_.end() ? OrgNo{} : found->second.no;
}

OrgKind OrgRun::kind_of(OrgNo org) const {
  const auto dry = dry_kinds_.find(org.value);
  return dry != dry_kinds_.end() ? dry->second : directory_.orgs()->find(org)->kind;
}

bool OrgRun::in_scope(OrgNo org) const {
  return by_.internal || options_.top.value == 0 || dry_kinds_.contains(org.value) || directory_.orgs()->is_within(org, options_.top);
}

// Parents before children; what hangs in a loop is reported and left out.
std::vector<const OrgRow*> OrgRun::in_order() {
  enum class Mark { fresh, open, done, bad };
  std::unordered_map<std::string, Mark> marks;
  std::vector<const OrgRow*> out;
  const std::function<bool(const std::string&, int)> visit = [&](const std::string& source, int depth) {
    const auto found = rows_.find(source);
    if (found == rows_.end()) return known_.contains(source);
    Mark& mark = marks[source];
    if (mark == Mark::done) return true;
    if (mark != Mark::fresh) return false;
    const OrgRow& row = found->second;
    mark = Mark::open;
    const bool parent_there = depth < 32 && (row.parent_source.empty() || visit(row.parent_source, depth + 1));
    marks[source] = parent_there ? Mark::done : Mark::bad;
    if (parent_there)
      out.push_back(&row);
    else
      people_.bad(row.file, row.line, row.file == "classes.csv" ? "schoolSourcedId" : "parentSourcedId", "unknown_ref",
                  {"上级机构不存在、有误或成环，请先补上或改正上级", "the organisation above is missing, bad or in a loop: add or correct it"});
    return parent_there;
  };
  for (const std::string& source : order_) visit(source, 0);
  return out;
}

// What would make the whole change fail is found here, line by line.
bool OrgRun::check_row(const OrgRow& row, OrgNo known, OrgNo parent, const Org* drafted_parent) {
  const auto tree = directory_.orgs();
  const auto complain = [&](const char* field, const char* rule, Message detail) {
    people_.bad(row.file, row.line, field, rule, std::move(detail));
    return false;
  };
  const bool schools = row.file != "classes.csv";
  if (const auto title = check_title(row.title); !title.ok()) return complain(schools ? "name" : "title", "bad_title", title.error().message);
  const Org* above = drafted_parent != nullptr ? drafted_parent : tree->find(parent);
  if (above == nullptr && !row.parent_source.empty())
    return complain(schools ? "parentSourcedId" : "schoolSourcedId", "unknown_ref",
                    {"上级机构有误，未导入，请先改正上级", "the organisation above was not imported: correct it first"});
  if (drafted_parent == nullptr && parent.value != 0 && !in_scope(parent))
    return complain(schools ? "parentSourcedId" : "schoolSourcedId", "outside_scope",
                    {"上级机构不在您的管理范围内，未导入", "the organisation above is outside your scope: this one was not imported"});
  if (above != nullptr && !row.gone && !may_stand_under(row.kind, above->kind))
    return complain(
        schools ? "parentSourcedId" : "schoolSourcedId", "wrong_parent",
        {"这类机构不能放在这个上级下面，请改正类型或上级", "this kind of organisation cannot stand there: correct the type or the parent"});
  const Org* same_code = row.code.empty() ? nullptr : tree->by_code(row.kind, row.code);
  const bool taken = !row.code.empty() && !taken_codes_.emplace(code_key(row.kind, row.code), 1).second;
  if (taken || (same_code != nullptr && same_code->no != known))
    return complain("identifier", "duplicate", {"同类机构中代码重复，请核对", "another organisation of this kind has this code: check it"});
  return true;
}

void OrgRun::plan_row(const OrgRow& row, Plan& plan, std::unordered_map<std::string, int64_t>& drafted) {
  ImportCounts& counts = report_.files[row.file];
  const auto tree = directory_.orgs();
  const int64_t hash = hash_of(row);
  auto known = known_.find(row.source);
  const auto drafted_parent = drafted.find(row.parent_source);
  const OrgNo parent = row.parent_source.empty() ? options_.top : find(row.parent_source);
  const Org* same_code = row.code.empty() ? nullptr : tree->by_code(row.kind, row.code);
  // Made by hand or by another file before: taken as the same.
  if (known == known_.end() && same_code != nullptr) known = known_.emplace(row.source, Known{same_code->no, 0}).first;
  if (!check_row(row, known == known_.end() ? OrgNo{} : known->second.no, parent,
                 drafted_parent == drafted.end() ? nullptr : &plan.drafts[static_cast<size_t>(drafted_parent->second)].org))
    return;
  if (known == known_.end()) {
    if (row.gone) {
      ++counts.n_same;
      return;
    }
    OrgDraft draft;
    draft.org.kind = row.kind;
    draft.org.title = row.title;
    draft.org.code = row.code;
    draft.org.parent = parent;
    if (drafted_parent != drafted.end()) draft.parent_at = drafted_parent->second;
    draft.source_id = row.source;
    draft.source_hash = hash;
    drafted[row.source] = static_cast<int64_t>(plan.drafts.size());
    plan.drafts.push_back(std::move(draft));
    plan.draft_sources.push_back(row.source);
    ++counts.n_new;
    return;
  }
  const Org* org = tree->find(known->second.no);
  if (!in_scope(known->second.no)) {
    people_.bad(row.file, row.line, "sourcedId", "outside_scope",
                {"这个机构不在您的管理范围内，未改动", "the organisation is outside your scope and was not changed"});
    return;
  }
  if (known->second.hash == hash || org == nullptr) {
    ++counts.n_same;
    return;
  }
  ++(row.gone ? counts.n_ended : counts.n_changed);
  plan.updates.push_back({known->second.no, row.title, row.code.empty() ? org->code : row.code, row.source, hash, row.gone});
  plan.update_sources.push_back(row.source);
  if (!row.gone && !row.parent_source.empty() && parent.value != 0 && org->parent != parent) plan.moves.emplace_back(org->no, parent);
}

Result<> OrgRun::apply(Plan& plan) {
  const auto change = [&](sql::Connection& connection, const OrgTree& tree) -> Result<std::vector<OrgNo>> {
    BANMO_DO(directory_.state().insert_orgs(connection, tree, by_, plan.drafts));
    BANMO_DO(directory_.state().update_orgs(connection, tree, by_, plan.updates));
    std::vector<OrgNo> changed;
    for (const OrgDraft& draft : plan.drafts) changed.push_back(draft.org.no);
    for (const OrgUpdate& update : plan.updates) changed.push_back(update.no);
    const json::Value detail = json::Object{{"n_new", plan.drafts.size()}, {"n_changed", plan.updates.size()}};
    BANMO_DO(directory_.state().log(connection, directory_.state().entry(by_, "orgs.import", "org", "*", options_.top, detail)));
    return changed;
  };
  BANMO_DO(directory_.state().change_orgs(change));
  for (const auto& [org, parent] : plan.moves) {
    const auto moved = directory_.move_org(by_, org, parent, directory_.today());
    if (!moved.ok() && moved.error().id != "directory.already_there") return moved.error();
  }
  return {};
}

Result<> OrgRun::write() {
  Plan plan;
  std::unordered_map<std::string, int64_t> drafted;
  for (const OrgRow* row : in_order()) plan_row(*row, plan, drafted);
  if (options_.dry_run) {
    for (size_t i = 0; i < plan.drafts.size(); ++i) {
      Org& org = plan.drafts[i].org;
      org.no = {kDryFirst + static_cast<int64_t>(i)};
      dry_kinds_.emplace(org.no.value, org.kind);
    }
  } else if (!plan.drafts.empty() || !plan.updates.empty()) {
    BANMO_DO(apply(plan));
  }
  for (size_t i = 0; i < plan.drafts.size(); ++i) known_[plan.draft_sources[i]] = {plan.drafts[i].org.no, plan.drafts[i].source_hash};
  for (size_t i = 0; i < plan.updates.size(); ++i) known_[plan.update_sources[i]].hash = plan.updates[i].source_hash;
  rows_.clear();
  order_.clear();
  return {};
}

}  // namespace banmo::directory
