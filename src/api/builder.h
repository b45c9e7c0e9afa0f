// SPDX-License-Identifier: Apache-2.0
// Inside the room: declares routes whose schemas come from the described types of their bodies and answers, so that code, check and OpenAPI cannot
// disagree.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/api.h"
#include "directory/types.h"
#include "http/http.h"
#include "json/describe.h"

namespace banmo::api {

// One request in a handler's hands.
struct Call {
  const Engines& engines;
  const directory::Principal& principal;
  http::Request& request;
  std::vector<std::pair<std::string, std::string>>& answer_headers;  // added to the answer if it is a success

  // Query parameters were checked by their schema before the handler runs.
  std::string text(std::string_view name) const { return std::string(request.query_value(name)); }
  int integer(std::string_view name, int if_absent) const;
  Result<int64_t> cursor() const;  // `after` as a number, 0 if absent; invalid "http.bad_cursor"
  bool flag(std::string_view name) const { return request.query_value(name) == "true"; }
  std::string path(std::string_view name) const;
};

// The session or API token that a request comes with; empty if none.
std::string_view token_of(const http::Request& request);

// The answer to a request without a value.
struct Nothing {};

// A route in one line where it is declared; the body and answer follow from the handler's types.
struct Declaration {
  std::string method;
  std::string path;
  std::string operation;
  Message summary;
  std::string permission;                        // "public", "signed_in" or a right
  std::vector<http::Parameter> parameters = {};  // path parameters are added by Builder
  int answer_status = 200;
  bool quick = false;
  int timeout_ms = 30'000;      // of the handler; more where all of something is read
  size_t max_upload_bytes = 0;  // of a route that takes a file; 0: as much as the server takes
};

http::Parameter text_parameter(std::string name, std::string description, int max_length = 200);
http::Parameter choice_parameter(std::string name, std::string description, std::vector<std::string> values);
http::Parameter repeated_parameter(std::string name, std::string description);
http::Parameter flag_parameter(std::string name, std::string description);
std::vector<http::Parameter> page_parameters(std::vector<http::Parameter> more = {});  // limit, after

class Builder {
 public:
  Builder(http::Router& router, const Engines& engines, json::Schemas& schemas) : router_(router), engines_(engines), schemas_(schemas) {}
  void tag(std::string tag) { tag_ = std::move(tag); }
  const Engines& engines() const { return engines_; }

  // Handler: Result<Out>(const Call&). Out is described, or json::Value (any object), or http::Response (raw), or Nothing (204).
  template <class Out>
  void route(Declaration declaration, std::function<Result<Out>(const Call&)> handler) {
    http::Route route = begin(std::move(declaration));
    answer<Out>(route);
    add(std::move(route), [handler = std::move(handler)](const Call& call, int status) -> Result<http::Response> {
      BANMO_TRY(Out out, handler(call));
      return respond(std::move(out), status);
    });
  }
  // Handler: Result<Out>(const Call&, const In&): the body is read and checked by In's description.
  template <class In, class Out>
  void route(Declaration declaration, std::function<Result<Out>(const Call&, const In&)> handler) {
    http::Route route = begin(std::move(declaration));
    route.body = http::BodyKind::json;
    route.body_schema = schemas_.of<In>();
    answer<Out>(route);
    add(std::move(route), [handler = std::move(handler)](const Call& call, int status) -> Result<http::Response> {
      BANMO_TRY(const json::Value body, json::read(call.request.body));
      BANMO_TRY(const In in, json::from_json<In>(body));
      BANMO_TRY(Out out, handler(call, in));
      return respond(std::move(out), status);
    });
  }
  // A route that takes a file: Request::body_file.
  template <class Out>
  void upload(Declaration declaration, std::function<Result<Out>(const Call&)> handler) {
    upload_next_ = true;
    route<Out>(std::move(declaration), std::move(handler));
  }
  // A route of another protocol: outside of /api/v1, of sessions and of problem+json's statuses; the handler sees to all of it.
  void foreign(http::Route route, std::function<http::Response(const Engines&, http::Request&)> handler);
  // The next route answers a raw http::Response whose usual body is a T (it may also stream).
  template <class T>
  void usually_answers() {
    next_answer_ = schemas_.of<T>();
  }
  // The first error of add(), if any: make_router returns it.
  const Result<>& state() const { return state_; }

 private:
  using Inner = std::function<Result<http::Response>(const Call&, int status)>;
  http::Route begin(Declaration declaration);
  void add(http::Route route, Inner inner);
  template <class Out>
  void answer(http::Route& route) {
    if constexpr (std::is_same_v<Out, Nothing>) {
      route.answer_status = 204;
    } else if (!next_answer_.is_null()) {
      route.answer_schema = std::exchange(next_answer_, {});
    } else if constexpr (std::is_same_v<Out, http::Response>) {
      route.answer_type = "application/octet-stream";
      route.answer_schema = json::Value(json::Object{{"type", "string"}, {"format", "binary"}});
    } else {
      route.answer_schema = schemas_.of<Out>();
    }
  }
  template <class Out>
  static http::Response respond(Out out, int status) {
    if constexpr (std::is_same_v<Out, Nothing>)
      return http::Response::no_content();
    else if constexpr (std::is_same_v<Out, http::Response>)
      return out;
    else
      return http::Response::text(json::to_text(out), "application/json", status);
  }

  http::Router& router_;
  const Engines& engines_;
  json::Schemas& schemas_;
  std::string tag_;
  json::Value next_answer_;
  bool upload_next_ = false;
  Result<> state_;
};

// A page: {items, next}.
template <class Item>
struct List {
  std::vector<Item> items;
  std::optional<std::string> next;
};
template <class V, class Item>
void describe(V& v, List<Item>& x) {
  v.field("items", x.items);
  v.field("next", x.next);
}

// One function per file.
void add_session_routes(Builder& builder);
void add_org_routes(Builder& builder);
void add_org_change_routes(Builder& builder);
void add_people_routes(Builder& builder);
void add_account_routes(Builder& builder);
void add_dataset_routes(Builder& builder);
void add_row_routes(Builder& builder);
void add_row_block_routes(Builder& builder);
void add_view_routes(Builder& builder);
void add_lineage_routes(Builder& builder);
void add_classification_routes(Builder& builder);
void add_level_routes(Builder& builder);
void add_import_routes(Builder& builder);
void add_quality_routes(Builder& builder);
void add_quality_history_routes(Builder& builder);
void add_worklist_routes(Builder& builder);
void add_flow_routes(Builder& builder);
void add_case_desk_routes(Builder& builder);
void add_flow_lock_routes(Builder& builder);
void add_case_paper_routes(Builder& builder);
void add_admission_routes(Builder& builder);
void add_lottery_routes(Builder& builder);
void add_metric_routes(Builder& builder);
void add_ask_routes(Builder& builder);
void add_ask_note_routes(Builder& builder);
void add_ask_word_routes(Builder& builder);
void add_dashboard_routes(Builder& builder);
void add_board_routes(Builder& builder);
void add_subscription_routes(Builder& builder);
void add_portrait_routes(Builder& builder);
void add_plan_routes(Builder& builder);
void add_pack_routes(Builder& builder);
void add_audit_routes(Builder& builder);
void add_home_routes(Builder& builder);
void add_me_routes(Builder& builder);
void add_search_routes(Builder& builder);
void add_learning_routes(Builder& builder);
void add_learning_actor_routes(Builder& builder);
void add_learning_removal_routes(Builder& builder);
void add_xapi_key_routes(Builder& builder);
void add_xapi_recipe_routes(Builder& builder);
void add_xapi_statement_routes(Builder& builder);
void add_xapi_document_routes(Builder& builder);
void add_xapi_resource_routes(Builder& builder);
void add_forward_routes(Builder& builder);
void add_caliper_routes(Builder& builder);
void add_course_routes(Builder& builder);
void add_share_routes(Builder& builder);

}  // namespace banmo::api
