// SPDX-License-Identifier: Apache-2.0
// The document resources of xAPI: activity state, activity profile, agent profile, with ETags.
#include "api/xapi.h"
#include "base/text.h"

namespace banmo::api {
namespace {

using events::Document;
using events::DocumentKind;
using events::DocumentPlace;
using events::KeyScope;

std::string_view id_name(DocumentKind kind) { return kind == DocumentKind::state ? "stateId" : "profileId"; }

// Parameters of the kind checked, and the place they name.
Result<DocumentPlace> place_of(const XapiCall& call, DocumentKind kind, bool needs_id, bool takes_since) {
  BANMO_DO(require_scope(call, {kind == DocumentKind::state ? KeyScope::state : KeyScope::profile}));
  const std::string_view id = id_name(kind);
  const std::string_view since = takes_since ? "since" : id, optional_id = id;
  switch (kind) {
    case DocumentKind::state: BANMO_DO(check_parameters(call, {"registration", since, optional_id}, {"activityId", "agent"})); break;
    case DocumentKind::activity_profile: BANMO_DO(check_parameters(call, {since, optional_id}, {"activityId"})); break;
    case DocumentKind::agent_profile: BANMO_DO(check_parameters(call, {since, optional_id}, {"agent"})); break;
  }
  if (needs_id && !call.has(id)) return bad_parameter(id, {"缺少这个参数", "this parameter is missing"});
  DocumentPlace place;
  place.kind = kind;
  BANMO_TRY(place.activity, iri_in(call, "activityId"));
  if (call.has("agent")) {
    BANMO_TRY(place.agent, agent_ifi(call, "agent"));
  }
  BANMO_TRY(place.registration, uuid_in(call, "registration"));
  place.id = call.parameter(id);
  return place;
}

events::Precondition precondition_of(const XapiCall& call) { return {call.header("if-match"), call.header("if-none-match")}; }

Result<http::Response> get_one(const XapiCall& call, const DocumentPlace& place) {
  BANMO_TRY(auto document, call.engines.events->document(call.by(), place));
  if (!document) return fail(ErrorCode::not_found, "xapi.no_such_document", {"没有这个文档", "there is no such document"});
  BANMO_DO(note_read(call, "document", 1));
  http::Response response = http::Response::text(std::move(document->content), document->content_type);
  response.headers.emplace_back("etag", document->etag);
  response.headers.emplace_back("last-modified", http_date(document->updated_at));
  return response;
}

Result<http::Response> get_document(XapiCall& call, DocumentKind kind) {
  const bool one = call.has(id_name(kind));
  BANMO_TRY(const DocumentPlace place, place_of(call, kind, false, !one));
  if (one) return get_one(call, place);
  BANMO_TRY(const auto since, time_in(call, "since"));
  BANMO_TRY(const auto found, call.engines.events->documents(call.by(), place, since));
  json::Array ids;
  Instant last;
  for (const auto& [id, at] : found) {
    ids.emplace_back(id);
    last = std::max(last, at);
  }
  BANMO_DO(note_read(call, "document", found.size()));
  http::Response response = http::Response::json(std::move(ids));
  if (last.micros != 0) response.headers.emplace_back("last-modified", http_date(last));
  return response;
}

Result<http::Response> store_document(XapiCall& call, DocumentKind kind, bool merge) {
  BANMO_TRY(const DocumentPlace place, place_of(call, kind, true, false));
  Document document;
  document.content_type = call.header("content-type");
  if (document.content_type.empty()) document.content_type = "application/octet-stream";
  document.content = std::string(call.body);
  const std::string type = text::lower_ascii(document.content_type);
  if (type.substr(0, type.find(';')) == "application/json") {
    BANMO_TRY([[maybe_unused]] const json::Value checked, json::read(document.content));
  }
  // 1.0.3 asks for one with every profile (and none with state), 2.0 wherever a document would be replaced.
  events::Need need = merge ? events::Need::never : events::Need::to_replace;
  if (!merge && call.version == events::Version::v1_0) need = kind == DocumentKind::state ? events::Need::never : events::Need::always;
  BANMO_DO(call.engines.events->put_document(call.by(), place, std::move(document), precondition_of(call), need, merge));
  return http::Response::no_content();
}

Result<http::Response> delete_document(XapiCall& call, DocumentKind kind) {
  const bool all = kind == DocumentKind::state && !call.has("stateId");
  BANMO_TRY(const DocumentPlace place, place_of(call, kind, !all, false));
  if (all) {
    BANMO_DO(call.engines.events->remove_documents(call.by(), place));
  } else {
    BANMO_DO(call.engines.events->remove_document(call.by(), place, precondition_of(call)));
  }
  return http::Response::no_content();
}

void add_kind(Builder& builder, DocumentKind kind, const std::string& path, const std::string& noun, const Message& title,
              const std::vector<std::string>& parameters) {
  const auto summary = [&](const char* zh, const char* en) { return Message{zh + title.zh, en + title.en}; };
  add_xapi_resource(builder,
                    {path,
                     {{"GET", [kind](XapiCall& call) { return get_document(call, kind); }},
                      {"PUT", [kind](XapiCall& call) { return store_document(call, kind, false); }},
                      {"POST", [kind](XapiCall& call) { return store_document(call, kind, true); }},
                      {"DELETE", [kind](XapiCall& call) { return delete_document(call, kind); }}}},
                    {{"GET", "xapi_get_" + noun, summary("取", "Fetch "), parameters},
                     {"PUT", "xapi_put_" + noun, summary("写入", "Store "), parameters},
                     {"POST", "xapi_post_" + noun, summary("合并", "Merge into "), parameters},
                     {"DELETE", "xapi_delete_" + noun, summary("删除", "Delete "), parameters}});
}

}  // namespace

void add_xapi_document_routes(Builder& builder) {
  builder.tag("xapi");
  add_kind(builder, DocumentKind::state, "/xapi/activities/state", "state", {"活动状态文档", "a state document"},
           {"activityId", "agent", "registration", "stateId", "since"});
  add_kind(builder, DocumentKind::activity_profile, "/xapi/activities/profile", "activity_profile", {"活动档案文档", "an activity profile document"},
           {"activityId", "profileId", "since"});
  add_kind(builder, DocumentKind::agent_profile, "/xapi/agents/profile", "agent_profile", {"参与者档案文档", "an agent profile document"},
           {"agent", "profileId", "since"});
}

}  // namespace banmo::api
