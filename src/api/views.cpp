// SPDX-License-Identifier: Apache-2.0
// Views of a dataset's grid that a person keeps for himself or shares with his organisation.
#include "api/builder.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

struct ViewIn {
  static constexpr const char* kName = "ViewIn";
  std::string dataset, title;
  bool shared = false;
  std::vector<std::string> filters;
  std::string order;
  std::vector<std::string> columns;
};
template <class V>
void describe(V& v, ViewIn& x) {
  v.field("dataset", x.dataset, {.max_length = 100});
  v.field("title", x.title, {.min_length = 1, .max_length = 120});
  v.field("shared", x.shared, {.has_default = true});
  v.field("filters", x.filters, {.max_length = 20, .has_default = true});
  v.field("order", x.order, {.max_length = 200, .has_default = true});
  v.field("columns", x.columns, {.max_length = 300, .has_default = true});
}

struct ViewShape {
  static constexpr const char* kName = "View";
  std::string id;
  ViewIn view;
  bool own = false;
  std::string by;
  std::optional<OrgRef> org;
  Instant updated_at;
};
template <class V>
void describe(V& v, ViewShape& x) {
  v.field("id", x.id);
  v.field("dataset", x.view.dataset);
  v.field("title", x.view.title);
  v.field("shared", x.view.shared);
  v.field("filters", x.view.filters);
  v.field("order", x.view.order);
  v.field("columns", x.view.columns);
  v.field("own", x.own);
  v.field("by", x.by);
  v.field("org", x.org);
  v.field("updated_at", x.updated_at);
}

Result<records::PageRequest> request_of(const std::vector<std::string>& filters, const std::string& order) {
  records::PageRequest request;
  request.order_by = order;
  if (request.order_by.starts_with('-')) {
    request.descending = true;
    request.order_by.erase(0, 1);
  }
  for (const auto& text : filters) {
    BANMO_TRY(records::Filter filter, filter_of(text));
    request.filters.push_back(std::move(filter));
  }
  return request;
}

// Whether the caller may ask what the view asks: a condition over a hidden field would tell.
Result<> check(const Call& call, const std::string& dataset, const std::vector<std::string>& filters, const std::string& order) {
  BANMO_TRY(const records::PageRequest request, request_of(filters, order));
  return call.engines.records->check_request(call.principal, dataset, request);
}

ViewShape shape_of(const Call& call, const records::View& view) {
  return {view.id,
          {view.dataset, view.title, view.shared, view.filters, view.order, view.columns},
          view.own,
          view.by,
          ref_of(*call.engines.directory->orgs(), view.org),
          view.updated_at};
}

Result<List<ViewShape>> list_views(const Call& call) {
  BANMO_TRY(const auto views, call.engines.records->views(call.principal, call.text("dataset")));
  List<ViewShape> list;
  for (const records::View& view : views) {
    if (!view.own && !check(call, view.dataset, view.filters, view.order).ok()) continue;
    list.items.push_back(shape_of(call, view));
  }
  return list;
}

Result<ViewShape> put_view(const Call& call, const ViewIn& in, std::string id) {
  BANMO_DO(check(call, in.dataset, in.filters, in.order));
  records::View view;
  view.id = std::move(id);
  view.dataset = in.dataset;
  view.title = in.title;
  view.shared = in.shared;
  view.filters = in.filters;
  view.order = in.order;
  view.columns = in.columns;
  BANMO_TRY(const records::View kept, call.engines.records->put_view(call.principal, std::move(view)));
  return shape_of(call, kept);
}

Result<ViewShape> create_view(const Call& call, const ViewIn& in) { return put_view(call, in, ""); }
Result<ViewShape> change_view(const Call& call, const ViewIn& in) { return put_view(call, in, call.path("view")); }

Result<Nothing> delete_view(const Call& call) {
  BANMO_DO(call.engines.records->delete_view(call.principal, call.path("view")));
  return Nothing{};
}

}  // namespace

void add_view_routes(Builder& builder) {
  builder.tag("views");
  builder.route<List<ViewShape>>(
      {.method = "GET",
       .path = "/views",
       .operation = "list_views",
       .summary = {"已保存的视图：自己的，以及本单位共享的", "Saved views: one's own, and those shared in one's organisation"},
       .permission = "datasets.read",
       .parameters = {text_parameter("dataset", "Only of this dataset.")}},
      list_views);
  builder.route<ViewIn, ViewShape>({.method = "POST",
                                    .path = "/views",
                                    .operation = "create_view",
                                    .summary = {"保存视图", "Save a view"},
                                    .permission = "datasets.read",
                                    .answer_status = 201},
                                   create_view);
  builder.route<ViewIn, ViewShape>(
      {.method = "PUT", .path = "/views/{view}", .operation = "change_view", .summary = {"修改视图", "Change a view"}, .permission = "datasets.read"},
      change_view);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/views/{view}",
                          .operation = "delete_view",
                          .summary = {"删除视图", "Delete a view"},
                          .permission = "datasets.read"},
                         delete_view);
}

}  // namespace banmo::api
