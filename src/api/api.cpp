// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <any>

#include "api/builder.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

constexpr std::string_view kSessionCookie = "banmo_session";
constexpr std::string_view kSecureSessionCookie = "__Host-banmo_session";

struct Credential {
  std::string_view token;
  bool from_cookie = false;
};

Credential credential_of(const http::Request& request) {
  const std::string_view authorization = request.header("authorization");
  if (authorization.starts_with("Bearer ")) return {authorization.substr(7), false};
  return {request.cookie(request.secure ? kSecureSessionCookie : kSessionCookie), true};
}

bool changes_something(std::string_view method) { return method != "GET" && method != "HEAD" && method != "OPTIONS"; }

Error no_session() { return fail(ErrorCode::unauthenticated, "session.none", {"请先登录", "sign in first"}); }

// A cookie travels by itself, so a change needs a header that a foreign page cannot send without asking (cross-site request forgery).
Result<> check_origin(const http::Route& route, const http::Request& request) {
  if (!changes_something(route.method) || request.header("x-requested-with") == "banmo") return {};
  return fail(
      ErrorCode::denied, "session.no_csrf_header",
      {"用浏览器会话修改数据时，请求须带 X-Requested-With: banmo", "a change made with the session cookie needs the header X-Requested-With: banmo"});
}

Result<> check_right(const http::Route& route, const directory::Principal& principal) {
  if (route.permission == "signed_in") return {};
  const auto right = directory::right_of(route.permission);
  if (right && principal.has(*right)) return {};
  return fail(ErrorCode::denied, "directory.no_right",
              {"您的角色没有“" + route.permission + "”权限；需要时请联系本单位管理员",
               "your role lacks the right " + route.permission + ": ask your administrator if you need it"});
}

bool allowed_before_password_change(const http::Route& route) {
  return route.operation == "change_password" || route.operation == "delete_session" || route.operation == "get_me";
}

Result<> guard(const Engines& engines, const http::Route& route, http::Request& request) {
  if (route.permission == "public") return {};
  const Credential credential = credential_of(request);
  if (credential.token.empty()) return no_session();
  BANMO_TRY(std::shared_ptr<const directory::Principal> principal, engines.directory->authenticate(credential.token));
  if (credential.from_cookie) BANMO_DO(check_origin(route, request));
  if (principal->must_change_password && !allowed_before_password_change(route))
    return fail(ErrorCode::denied, "session.password_must_change", {"首次登录须先修改密码", "change the password first"});
  BANMO_DO(check_right(route, *principal));
  request.principal = std::move(principal);
  return {};
}

}  // namespace

std::string_view token_of(const http::Request& request) { return credential_of(request).token; }

Result<http::Router> make_router(const Engines& engines) {
  http::Router router;
  json::Schemas schemas("#/components/schemas/");
  const auto shared = std::make_shared<const Engines>(engines);  // handlers keep it alive
  Builder builder(router, *shared, schemas);
  add_session_routes(builder);
  add_org_routes(builder);
  add_people_routes(builder);
  add_account_routes(builder);
  add_dataset_routes(builder);
  add_row_routes(builder);
  add_row_block_routes(builder);
  add_view_routes(builder);
  add_lineage_routes(builder);
  add_classification_routes(builder);
  add_level_routes(builder);
  add_import_routes(builder);
  add_quality_routes(builder);
  add_quality_history_routes(builder);
  add_worklist_routes(builder);
  add_flow_routes(builder);
  add_case_desk_routes(builder);
  add_flow_lock_routes(builder);
  add_case_paper_routes(builder);
  add_admission_routes(builder);
  add_lottery_routes(builder);
  add_metric_routes(builder);
  add_ask_routes(builder);
  add_dashboard_routes(builder);
  add_board_routes(builder);
  add_subscription_routes(builder);
  add_portrait_routes(builder);
  add_plan_routes(builder);
  add_pack_routes(builder);
  add_audit_routes(builder);
  add_home_routes(builder);
  add_me_routes(builder);
  add_search_routes(builder);
  add_learning_routes(builder);
  add_learning_actor_routes(builder);
  add_learning_removal_routes(builder);
  add_xapi_key_routes(builder);
  add_xapi_recipe_routes(builder);
  add_xapi_statement_routes(builder);
  add_xapi_document_routes(builder);
  add_xapi_resource_routes(builder);
  add_forward_routes(builder);
  add_caliper_routes(builder);
  add_course_routes(builder);
  add_share_routes(builder);
  BANMO_DO(builder.state());
  if (!schemas.clashes().empty())
    return fail(ErrorCode::internal, "api.name_clash",
                {"两个类型用了同一个名称 " + schemas.clashes().front(), "two types claim the name " + schemas.clashes().front()});
  for (const auto& [name, schema] : schemas.definitions()) router.add_schema(name, schema);
  router.set_guard([shared](const http::Route& route, http::Request& request) { return guard(*shared, route, request); });
  return router;
}

}  // namespace banmo::api
