// SPDX-License-Identifier: Apache-2.0
// The city's own dashboards: their text and form, how they would look to whom, saving and taking away.
#include "api/builder.h"
#include "api/dashboard_json.h"
#include "metrics/metrics.h"

namespace banmo::api {
namespace {

constexpr const char* kCompareNames[] = {"", "prior", "yoy"};

struct CardFormShape {
  static constexpr const char* kName = "CardForm";
  pack::CardForm card;
};
template <class V>
void describe(V& v, CardFormShape& x) {
  v.field("kind", x.card.kind, {.one_of = kCardKindNames});
  v.field("id", x.card.id, {.doc = "Empty: numbered."});
  v.field("title", x.card.title, {.max_length = 200});
  v.field("title_en", x.card.title_en, {.max_length = 200});
  v.field("metrics", x.card.metrics, {.max_length = 40});
  v.field("by", x.card.by, {.max_length = 10});
  v.field("compare", x.card.compare, {.one_of = kCompareNames});
  v.field("top", x.card.top, {.minimum = 0, .maximum = 1000});
  v.field("drill", x.card.drill);
  v.field("main", x.card.main);
}

struct BoardFormShape {
  static constexpr const char* kName = "DashboardForm";
  std::string id, title, title_en;
  std::vector<std::string> roles, filters, org_page;
  std::map<std::string, std::string> defaults;
  bool screen = false;
  std::vector<CardFormShape> cards;
};
template <class V>
void describe(V& v, BoardFormShape& x) {
  v.field("id", x.id, {.max_length = 60});
  v.field("title", x.title, {.max_length = 200});
  v.field("title_en", x.title_en, {.max_length = 200});
  v.field("roles", x.roles, {.doc = "Whom it is for; empty: everybody who sees figures.", .max_length = 20});
  v.field("filters", x.filters, {.max_length = 20});
  v.field("org_page", x.org_page, {.max_length = 10});
  v.field("defaults", x.defaults);
  v.field("screen", x.screen);
  v.field("cards", x.cards, {.max_length = 100});
}

struct BoardFindingShape {
  static constexpr const char* kName = "DashboardFinding";
  std::string where, field, code;
  Two detail;
};
template <class V>
void describe(V& v, BoardFindingShape& x) {
  v.field("where", x.where, {.doc = "dashboard.yaml:line:column"});
  v.field("field", x.field, {.doc = "The place in the form: $.cards[2].by[0]; $ where it has no such place."});
  v.field("code", x.code);
  v.field("detail", x.detail);
}

struct AsShape {
  std::string role, org;
};
template <class V>
void describe(V& v, AsShape& x) {
  v.field("role", x.role);
  v.field("org", x.org);
}

struct PreviewIn {
  static constexpr const char* kName = "DashboardPreviewIn";
  std::optional<std::string> yaml;
  std::optional<BoardFormShape> form;
  std::optional<AsShape> as;
  std::map<std::string, std::string> filters;
};
template <class V>
void describe(V& v, PreviewIn& x) {
  v.field("yaml", x.yaml, {.doc = "As a pack writes it: `dashboards:` with one dashboard. Either this or the form."});
  v.field("form", x.form);
  v.field("as", x.as, {.doc = "As somebody with this one role in this organisation would see it."});
  v.field("filters", x.filters, {.has_default = true});
}

struct PreviewShape {
  static constexpr const char* kName = "DashboardPreview";
  std::string yaml;
  std::optional<BoardFormShape> form;
  std::vector<BoardFindingShape> findings;
  bool in_audience = true;
  std::optional<DashboardShape> dashboard;
};
template <class V>
void describe(V& v, PreviewShape& x) {
  v.field("yaml", x.yaml);
  v.field("form", x.form, {.doc = "As far as the text could be read."});
  v.field("findings", x.findings, {.doc = "Empty: it can be saved."});
  v.field("in_audience", x.in_audience, {.doc = "false: whoever looks is none of those whom it is for."});
  v.field("dashboard", x.dashboard, {.doc = "As GET /dashboards/{id} would answer."});
}

struct BoardIn {
  static constexpr const char* kName = "DashboardIn";
  std::optional<std::string> yaml;
  std::optional<BoardFormShape> form;
  int64_t version = 0;
};
template <class V>
void describe(V& v, BoardIn& x) {
  v.field("yaml", x.yaml);
  v.field("form", x.form);
  v.field("version", x.version, {.doc = "As it was read; 0: a new one.", .minimum = 0});
}

struct SourceShape {
  static constexpr const char* kName = "DashboardSource";
  std::string id, yaml;
  int64_t version = 0;
  bool delivered = false;
  std::optional<BoardFormShape> form;
  std::vector<BoardFindingShape> findings;
  std::optional<std::string> by;
  std::optional<Instant> at;
};
template <class V>
void describe(V& v, SourceShape& x) {
  v.field("id", x.id);
  v.field("yaml", x.yaml);
  v.field("version", x.version);
  v.field("delivered", x.delivered, {.doc = "With a scene pack: it is copied, not changed."});
  v.field("form", x.form);
  v.field("findings", x.findings, {.doc = "What no longer fits the packs of now."});
  v.field("by", x.by);
  v.field("at", x.at);
}

struct SourceRef {
  static constexpr const char* kName = "DashboardSourceRef";
  std::string id, title, title_en, by;
  int64_t version = 0, n_findings = 0;
  Instant at;
};
template <class V>
void describe(V& v, SourceRef& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("version", x.version);
  v.field("n_findings", x.n_findings, {.doc = "More than none: it is shown to nobody until it is mended."});
  v.field("by", x.by);
  v.field("at", x.at);
}

struct KindShape {
  static constexpr const char* kName = "CardKind";
  std::string kind;
  int64_t min_by = 0, max_by = 0, min_metrics = 0, max_metrics = 0;
};
template <class V>
void describe(V& v, KindShape& x) {
  v.field("kind", x.kind, {.one_of = kCardKindNames});
  v.field("min_by", x.min_by);
  v.field("max_by", x.max_by);
  v.field("min_metrics", x.min_metrics);
  v.field("max_metrics", x.max_metrics);
}

struct SourcesShape {
  static constexpr const char* kName = "DashboardSources";
  std::vector<SourceRef> items;
  std::vector<KindShape> kinds;
};
template <class V>
void describe(V& v, SourcesShape& x) {
  v.field("items", x.items);
  v.field("kinds", x.kinds, {.doc = "How many groups and figures a card of each kind draws."});
}

BoardFormShape shape_of(const pack::BoardForm& form) {
  BoardFormShape shape{form.id, form.title, form.title_en, form.roles, form.filters, form.org_page, form.defaults, form.screen, {}};
  for (const pack::CardForm& card : form.cards) shape.cards.push_back({card});
  return shape;
}

pack::BoardForm form_of(const BoardFormShape& shape) {
  pack::BoardForm form{shape.id, shape.title, shape.title_en, shape.roles, shape.filters, shape.org_page, shape.defaults, shape.screen, {}};
  for (const CardFormShape& card : shape.cards) form.cards.push_back(card.card);
  return form;
}

std::vector<BoardFindingShape> shapes_of(const std::vector<pack::BoardFinding>& findings) {
  std::vector<BoardFindingShape> shapes;
  for (const pack::BoardFinding& finding : findings)
    shapes.push_back({finding.error.where, finding.field, finding.error.id, Two::of(finding.error.message)});
  return shapes;
}

SourceShape shape_of(const metrics::BoardSource& source) {
  SourceShape shape;
  shape.id = source.id;
  shape.yaml = source.text;
  shape.version = source.version;
  shape.delivered = source.version == 0;
  if (source.read.form) shape.form = shape_of(*source.read.form);
  shape.findings = shapes_of(source.read.findings);
  if (!shape.delivered) {
    shape.by = source.by;
    shape.at = source.at;
  }
  return shape;
}

Result<std::string> text_of(const std::optional<std::string>& yaml, const std::optional<BoardFormShape>& form) {
  if (yaml.has_value() == form.has_value())
    return fail(ErrorCode::invalid, "metrics.yaml_or_form", {"请给出 yaml 或 form 中的一个", "send either yaml or form"}, "$.yaml");
  return yaml ? *yaml : pack::write_board(form_of(*form));
}

Result<SourcesShape> list_sources(const Call& call) {
  BANMO_TRY(const auto own, call.engines.metrics->own_boards(call.principal));
  SourcesShape list;
  for (const char* const name : kCardKindNames) {
    const pack::CardShape shape = pack::shape_of(pack::card_kind_of(name).value_or(pack::CardKind::table));
    list.kinds.push_back({name, static_cast<int64_t>(shape.min_by), static_cast<int64_t>(shape.max_by), static_cast<int64_t>(shape.min_metrics),
                          static_cast<int64_t>(shape.max_metrics)});
  }
  for (const metrics::BoardSourcePtr& source : own) {
    SourceRef ref{source->id, source->id, source->id, source->by, source->version, static_cast<int64_t>(source->read.findings.size()), source->at};
    if (source->read.form) {
      ref.title = source->read.form->title;
      ref.title_en = source->read.form->title_en.empty() ? ref.title : source->read.form->title_en;
    }
    list.items.push_back(std::move(ref));
  }
  return list;
}

Result<SourceShape> get_source(const Call& call) {
  BANMO_TRY(const metrics::BoardSourcePtr source, call.engines.metrics->board_source(call.principal, call.path("id")));
  return shape_of(*source);
}

Result<directory::Grant> grant_of(const Call& call, const AsShape& as) {
  const auto role = directory::role_of(as.role);
  if (!role) return fail(ErrorCode::invalid, "directory.no_such_role", {"没有这个角色", "there is no such role"}, "$.as.role");
  BANMO_TRY(const directory::Org* org, find_org(*call.engines.directory->orgs(), as.org));
  return directory::Grant{*role, org->no};
}

Result<PreviewShape> preview(const Call& call, const PreviewIn& in) {
  PreviewShape shape;
  BANMO_TRY(shape.yaml, text_of(in.yaml, in.form));
  std::optional<directory::Grant> as;
  if (in.as) {
    BANMO_TRY(as, grant_of(call, *in.as));
  }
  BANMO_TRY(const metrics::BoardPreview preview, call.engines.metrics->preview_board(call.principal, shape.yaml, as, in.filters));
  if (preview.read.form) shape.form = shape_of(*preview.read.form);
  shape.findings = shapes_of(preview.read.findings);
  shape.in_audience = preview.in_audience;
  if (preview.result) shape.dashboard = api::shape_of(*preview.result);
  return shape;
}

Result<SourceShape> put_board(const Call& call, const BoardIn& in) {
  BANMO_TRY(const std::string text, text_of(in.yaml, in.form));
  BANMO_TRY(const metrics::BoardSourcePtr source, call.engines.metrics->put_board(call.principal, call.path("id"), in.version, text));
  return shape_of(*source);
}

Result<Nothing> delete_board(const Call& call) {
  BANMO_DO(call.engines.metrics->delete_board(call.principal, call.path("id"), call.integer("version", 0)));
  return Nothing{};
}

}  // namespace

void add_board_routes(Builder& builder) {
  builder.tag("dashboards");
  builder.route<SourcesShape>({.method = "GET",
                               .path = "/dashboard-sources",
                               .operation = "list_dashboard_sources",
                               .summary = {"本市自建的看板与卡片的种类", "Dashboards that the city wrote itself, and the kinds of cards"},
                               .permission = "dashboards.manage"},
                              list_sources);
  builder.route<SourceShape>({.method = "GET",
                              .path = "/dashboards/{id}/source",
                              .operation = "get_dashboard_source",
                              .summary = {"一个看板的文本与表单", "A dashboard's text and form"},
                              .permission = "dashboards.manage"},
                             get_source);
  builder.route<PreviewIn, PreviewShape>({.method = "POST",
                                          .path = "/dashboards/preview",
                                          .operation = "preview_dashboard",
                                          .summary = {"检查并预览看板，可按某个角色看", "Check a dashboard and see it, also as another role would"},
                                          .permission = "dashboards.manage"},
                                         preview);
  builder.route<BoardIn, SourceShape>({.method = "PUT",
                                       .path = "/dashboards/{id}",
                                       .operation = "put_dashboard",
                                       .summary = {"保存自建看板，立即生效", "Save an own dashboard: in force at once"},
                                       .permission = "dashboards.manage"},
                                      put_board);
  builder.route<Nothing>(
      {.method = "DELETE",
       .path = "/dashboards/{id}",
       .operation = "delete_dashboard",
       .summary = {"删除自建看板", "Take an own dashboard away"},
       .permission = "dashboards.manage",
       .parameters =
           {{.name = "version", .schema = json::Object{{"type", "integer"}, {"minimum", 1}}, .description = "As it was read.", .required = true}}},
      delete_board);
}

}  // namespace banmo::api
