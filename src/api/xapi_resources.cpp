// SPDX-License-Identifier: Apache-2.0
// The small resources of xAPI: agents, activities, about.
#include "api/xapi.h"

namespace banmo::api {
namespace {

using events::KeyScope;

constexpr std::initializer_list<KeyScope> kAnyRead = {KeyScope::statements_read, KeyScope::statements_read_mine, KeyScope::state, KeyScope::profile};

Result<http::Response> get_person(XapiCall& call) {
  BANMO_DO(require_scope(call, kAnyRead));
  BANMO_DO(check_parameters(call, {}, {"agent"}));
  BANMO_TRY(const json::Value agent, agent_in(call, "agent"));
  BANMO_TRY(std::string person, call.engines.events->person(call.by(), agent));
  BANMO_DO(note_read(call, "agent", 1));
  return http::Response::text(std::move(person), "application/json");
}

Result<http::Response> get_activity(XapiCall& call) {
  BANMO_DO(require_scope(call, kAnyRead));
  BANMO_DO(check_parameters(call, {}, {"activityId"}));
  BANMO_TRY(const std::string id, iri_in(call, "activityId"));
  BANMO_TRY(std::string activity, call.engines.events->activity(call.by(), id));
  return http::Response::text(std::move(activity), "application/json");
}

Result<http::Response> get_about(XapiCall&) {
  return http::Response::json(json::Object{{"version", json::Array{"1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"}}});
}

}  // namespace

void add_xapi_resource_routes(Builder& builder) {
  builder.tag("xapi");
  add_xapi_resource(builder, {"/xapi/agents", {{"GET", get_person}}},
                    {{"GET", "xapi_get_person", {"参与者已知的标识与名称", "What is known of an agent"}, {"agent"}}});
  add_xapi_resource(builder, {"/xapi/activities", {{"GET", get_activity}}},
                    {{"GET", "xapi_get_activity", {"活动已知的定义", "What is known of an activity"}, {"activityId"}}});
  add_xapi_resource(builder, {"/xapi/about", {{"GET", get_about}}, true},
                    {{"GET", "xapi_get_about", {"支持的 xAPI 版本", "The versions of xAPI spoken here"}, {}}});
}

}  // namespace banmo::api
