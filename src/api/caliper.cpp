// SPDX-License-Identifier: Apache-2.0
// The endpoint of Caliper Analytics 1.2 (sections 6.1 and 6.2 of its specification): an envelope is taken whole or not at all, and its events become
// statements of the xAPI store under the same keys. Statuses are those of the specification.
#include <charconv>

#include "api/xapi.h"
#include "base/log.h"
#include "base/text.h"
#include "events/caliper.h"

namespace banmo::api {
namespace {

constexpr std::string_view kPath = "/caliper";
constexpr std::string_view kEntityDocument = "http://purl.imsglobal.org/caliper/Entity";  // the profile document that holds a described entity

int status_for(const Error& error) {
  if (error.id == "events.caliper_version") return 422;
  if (error.id == "xapi.no_scope") return 401;  // "cannot determine that the sensor has sufficient privilege"
  return error.code == ErrorCode::invalid ? 400 : http::status_of(error.code);
}

http::Response refused(const Error& error, const http::Request& request) {
  const int status = status_for(error);
  if (status >= 500) BANMO_LOG(error, "caliper.failed", {"request_id", request.request_id}, {"code", error.id}, {"cause", error.cause});
  return http::problem_with_status(status, error, request);
}

Result<std::shared_ptr<const events::Key>> writer_of(const Engines& engines, const http::Request& request) {
  BANMO_TRY(auto key, key_of(engines, request.header("authorization"), request.peer));
  if (key->may(events::KeyScope::statements_write)) return key;
  return fail(ErrorCode::denied, "xapi.no_scope", {"这个密钥没有范围 statements/write", "this key lacks the scope statements/write"});
}

// Each becomes a document of its own, so they count like statements, and are written by those who may write profiles.
Result<> check_entities(const Engines& engines, const events::Key& key, const events::CaliperData& data) {
  if (data.entities.empty()) return {};
  if (!key.may(events::KeyScope::profile))
    return fail(
        ErrorCode::denied, "xapi.no_scope",
        {"信封中有单独描述的实体，写入它们需要范围 profile", "the envelope describes entities on their own: writing them needs the scope profile"});
  const size_t n = data.entities.size() + data.statements.size(), most = engines.events->options().max_batch;
  if (n <= most) return {};
  return fail(ErrorCode::too_large, "events.too_many_statements",
              {"一次最多 " + std::to_string(most) + " 个事件和实体，请分批发送",
               "at most " + std::to_string(most) + " events and entities a request: send them in parts"});
}

// "$[2].actor" tells of a statement; who sent the envelope knows its data.
Error in_envelope(Error error, const events::CaliperData& data) {
  size_t i = 0;
  if (!error.where.starts_with("$[")) return error;
  const char* end = error.where.data() + error.where.size();
  const auto [after, code] = std::from_chars(error.where.data() + 2, end, i);
  if (code != std::errc() || i >= data.places.size()) return error;
  error.where = "$.data[" + std::to_string(data.places[i]) + std::string(after, end);
  return error;
}

Result<> store(const Engines& engines, const http::Request& request) {
  BANMO_TRY(const auto key, writer_of(engines, request));
  const std::string type = text::lower_ascii(request.header("content-type"));
  if (type.substr(0, type.find(';')) != "application/json")
    return fail(ErrorCode::unsupported, "xapi.bad_content_type",
                {"Caliper 信封须以 application/json 发送", "a Caliper envelope is sent as application/json"}, "header.Content-Type");
  BANMO_TRY(const json::Value envelope, json::read(request.body));
  BANMO_TRY(events::CaliperData data, events::read_caliper(envelope));
  BANMO_DO(check_entities(engines, *key, data));
  if (!data.statements.empty()) {
    auto stored = engines.events->store(*key, events::Version::v2_0, json::write(data.statements), {}, {});
    if (!stored.ok()) return in_envelope(stored.error(), data);
  }
  // After the statements: sent again, both are the same once more.
  for (events::CaliperData::Entity& entity : data.entities) {
    const events::DocumentPlace place{events::DocumentKind::activity_profile, std::move(entity.id), {}, {}, std::string(kEntityDocument)};
    BANMO_DO(engines.events->put_document(*key, place, {"application/json", std::move(entity.content), {}, {}}, {}, events::Need::never, false));
  }
  return {};
}

http::Response post_envelope(const Engines& engines, http::Request& request) {
  const auto stored = store(engines, request);
  return stored.ok() ? http::Response::text({}, "application/json") : refused(stored.error(), request);
}

http::Response get_configuration(const Engines& engines, http::Request& request) {
  const auto key = writer_of(engines, request);
  if (!key.ok()) return refused(key.error(), request);
  return http::Response::json(json::Object{{"caliper_maximum_payload_size", engines.events->options().max_body_bytes / 1024},
                                           {"caliper_supported_versions", json::Array{std::string(events::kCaliper)}}});
}

}  // namespace

void add_caliper_routes(Builder& builder) {
  builder.tag("caliper");
  http::Route post;
  post.method = "POST";
  post.path = kPath;
  post.operation = "caliper_post_envelope";
  post.summary = {"接收 Caliper 1.2 信封", "Take an envelope of Caliper 1.2"};
  post.body = http::BodyKind::any;
  post.max_body_bytes = builder.engines().events->options().max_body_bytes;
  builder.foreign(std::move(post), post_envelope);
  http::Route get;
  get.method = "GET";
  get.path = kPath;
  get.operation = "caliper_get_configuration";
  get.summary = {"Caliper 接收端的配置", "What this Caliper endpoint takes"};
  builder.foreign(std::move(get), get_configuration);
}

}  // namespace banmo::api
