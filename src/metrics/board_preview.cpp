// SPDX-License-Identifier: Apache-2.0
// The city's own dashboards: who may write them, and how one would look to somebody else.
#include <algorithm>

#include "metrics/board_shelf.h"
#include "metrics/engine.h"
#include "metrics/shown.h"

namespace banmo::metrics {
namespace {

using directory::Right;
using pack::Level;

Result<> require_author(const Engine& engine, const Principal& principal) {
  if (!principal.has(Right::dashboards_manage)) return no_right(Right::dashboards_manage);
  if (principal.internal ||
      engine.directory.scope(principal, Right::dashboards_manage, {.org_field = {}, .person_field = {}, .level = pack::Level::l1}).everything)
    return {};
  return fail(ErrorCode::denied, "metrics.city_boards",
              {"自建看板属于全市，只有市级账号可以编辑", "own dashboards are the city's: only its officers write them"});
}

Error wider() {
  return fail(ErrorCode::denied, "metrics.preview_wider",
              {"这个身份看到的比您多，不能以它预览；请换一个身份", "this role sees more than you do there: choose another to preview as"}, "$.as");
}

// Nothing is shown that the author may not see: for each dataset behind the cards the other's organisations lie within the author's, and figures of
// few people, and of raised fields, stand there only for an author who may see the rows at their level.
Result<> check_not_wider(const Engine& engine, const Principal& author, const Principal& other, const pack::Dashboard& dashboard) {
  const auto tree = engine.directory.orgs();
  for (const pack::Card& card : dashboard.cards)
    for (const std::string& metric : card.metrics)
      for (const Cube* cube : engine.cubes_of(metric)) {
        const directory::Scope mine = engine.figures_scope(author, *cube), theirs = engine.figures_scope(other, *cube);
        if (!covers(mine, theirs, *tree)) return wider();
        for (Level level = cube->dataset->level; level <= Level::l5; level = static_cast<Level>(static_cast<int>(level) + 1))
          if (engine.sees_rows(other, *cube, theirs, level) && !engine.sees_rows(author, *cube, mine, level)) return wider();
      }
  return {};
}

// Somebody with that one grant, and nothing else: no person, no classes, no children.
Result<Principal> seen_as(const Engine& engine, const Principal& author, const directory::Grant& grant) {
  BANMO_DO(engine.directory.require(author, Right::metrics_read, grant.org));
  const directory::Org* org = engine.directory.orgs()->find(grant.org);
  if (org == nullptr || !directory::may_stand_in(grant.role, org->kind) || !directory::may(grant.role, Right::metrics_read))
    return fail(ErrorCode::invalid, "metrics.preview_role",
                {"这个角色不在这类机构中，或不看指标；请另选角色或机构",
                 "this role stands in no such organisation, or sees no figures: choose another role or organisation"},
                "$.as");
  Principal other;
  other.account = author.account;
  other.account_name = author.account_name;
  other.grants = other.held = {grant};
  return other;
}

}  // namespace

Result<std::vector<BoardSourcePtr>> Metrics::own_boards(const Principal& principal) const {
  const Engine& engine = this->engine();
  BANMO_DO(require_author(engine, principal));
  std::vector<BoardSourcePtr> found;
  for (const auto& [id, source] : *engine.boards->all()) found.push_back(source);
  return found;
}

Result<BoardSourcePtr> Metrics::board_source(const Principal& principal, std::string_view id) const {
  const Engine& engine = this->engine();
  BANMO_DO(require_author(engine, principal));
  const auto own = engine.boards->all();
  if (const auto found = own->find(id); found != own->end()) return found->second;
  const pack::Dashboard* delivered = engine.catalogue->dashboard(id);
  if (delivered == nullptr) return no_such_dashboard();
  BoardSource source;
  source.id = delivered->id;
  source.read.form = pack::form_of(*delivered);
  source.text = pack::write_board(*source.read.form);
  return std::make_shared<const BoardSource>(std::move(source));
}

Result<BoardPreview> Metrics::preview_board(const Principal& principal, const std::string& text, std::optional<directory::Grant> as,
                                            const std::map<std::string, std::string>& filters) {
  const Engine& engine = this->engine();
  BANMO_DO(require_author(engine, principal));
  if (!principal.has(Right::metrics_read)) return no_right(Right::metrics_read);
  Principal looking = principal;
  if (as) {
    BANMO_TRY(looking, seen_as(engine, principal, *as));
  }
  BoardPreview preview;
  preview.read = engine.boards->read(text);
  if (!preview.read.dashboard) return preview;
  preview.in_audience = !as || in_audience(looking, *preview.read.dashboard);
  if (!preview.in_audience) return preview;
  if (as) BANMO_DO(check_not_wider(engine, principal, looking, *preview.read.dashboard));
  BANMO_TRY(preview.result, read_dashboard(engine, looking, preview.read.dashboard, filters));
  return preview;
}

Result<BoardSourcePtr> Metrics::put_board(const Principal& principal, const std::string& id, int64_t version, const std::string& text) {
  const Engine& engine = this->engine();
  BANMO_DO(require_author(engine, principal));
  if (engine.catalogue->dashboard(id) != nullptr)
    return fail(ErrorCode::conflict, "metrics.delivered_dashboard",
                {"这个看板随场景包交付，不能改；请复制为新看板", "this dashboard comes with a scene pack and is not changed: copy it"}, "id");
  const pack::BoardRead read = engine.boards->read(text);
  if (!read.findings.empty()) {
    Error all = fail(ErrorCode::invalid, "metrics.bad_dashboard",
                     {"看板有 " + std::to_string(read.findings.size()) + " 处要改；见各行",
                      "the dashboard has " + std::to_string(read.findings.size()) + " faults: see each line"},
                     "$.yaml");
    for (const pack::BoardFinding& finding : read.findings) all.details.push_back(finding.error);
    return all;
  }
  if (read.dashboard->id != id)
    return fail(
        ErrorCode::invalid, "metrics.other_dashboard",
        {"文本里的看板标识是 " + read.dashboard->id + "，与地址不同", "the text holds the dashboard " + read.dashboard->id + ", the address another"},
        "$.yaml");
  return engine.boards->put(engine, principal, id, version, text);
}

Result<> Metrics::delete_board(const Principal& principal, const std::string& id, int64_t version) {
  const Engine& engine = this->engine();
  BANMO_DO(require_author(engine, principal));
  if (!engine.boards->all()->contains(id)) return no_such_dashboard();
  return engine.boards->remove(engine, principal, id, version);
}

Result<> Metrics::refresh() { return engine().boards->refresh(); }

}  // namespace banmo::metrics
