// SPDX-License-Identifier: Apache-2.0
#include "api/shapes.h"

#include "crypto/crypto.h"
#include "http/http.h"

namespace banmo::api {
namespace {

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

const char* content_type_of(std::string_view name) {
  if (name.ends_with(".csv")) return "text/csv; charset=utf-8";
  if (name.ends_with(".xlsx")) return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  if (name.ends_with(".jsonl")) return "application/jsonl";
  if (name.ends_with(".parquet")) return "application/vnd.apache.parquet";
  return "application/octet-stream";
}

json::Value json_of_alternative(std::monostate) { return nullptr; }
json::Value json_of_alternative(bool value) { return value; }
json::Value json_of_alternative(int64_t value) { return value; }
json::Value json_of_alternative(double value) { return value; }
json::Value json_of_alternative(const std::string& value) { return value; }
json::Value json_of_alternative(const sql::Blob& value) { return crypto::to_base64url(value); }
json::Value json_of_alternative(Date value) { return value.to_iso(); }
json::Value json_of_alternative(Instant value) { return value.to_iso(); }

}  // namespace

OrgRef ref_of(const directory::Org& org) { return {org.id.to_string(), org.title, std::string(directory::name_of(org.kind))}; }

std::optional<OrgRef> ref_of(const directory::OrgTree& tree, directory::OrgNo no) {
  const directory::Org* org = tree.find(no);
  return org == nullptr ? std::nullopt : std::optional(ref_of(*org));
}

Error no_such_org() {
  return fail(ErrorCode::not_found, "directory.no_such_org",
              {"没有这个组织，或不在您的范围内；请从组织树中选择", "no such organisation, or not in your scope: choose one from the tree"});
}

Result<const directory::Org*> find_org(const directory::OrgTree& tree, std::string_view id) {
  const auto parsed = OrgId::parse(id);
  const directory::Org* org = parsed ? tree.find(*parsed) : nullptr;
  if (org == nullptr) return no_such_org();
  return org;
}

std::string level_name(pack::Level level) { return "L" + std::to_string(static_cast<int>(level)); }

const char* name_of(pack::FieldType type) {
  using enum pack::FieldType;
  switch (type) {
    case text: return "text";
    case integer: return "int";
    case decimal: return "decimal";
    case boolean: return "bool";
    case date: return "date";
    case datetime: return "datetime";
    case year: return "year";
    case code: return "code";
    case org: return "org";
    case ref: return "ref";
    case idno: return "idno";
    case phone: return "phone";
    case state: return "state";
  }
  return "text";
}

const char* name_of(pack::DatasetKind kind) {
  switch (kind) {
    case pack::DatasetKind::entry: return "entry";
    case pack::DatasetKind::reference: return "reference";
    case pack::DatasetKind::derived: return "derived";
    case pack::DatasetKind::event: return "event";
  }
  return "entry";
}

const char* name_of(pack::Severity severity) { return severity == pack::Severity::error ? "error" : "warn"; }

const char* name_of(pack::MetricKind kind) {
  switch (kind) {
    case pack::MetricKind::aggregate: return "aggregate";
    case pack::MetricKind::ratio: return "ratio";
    case pack::MetricKind::derived: return "derived";
  }
  return "aggregate";
}

http::Response file_response(std::string path, const std::string& name) {
  http::Response response;
  response.body_file = std::move(path);
  response.delete_body_file = true;
  response.headers.emplace_back("Content-Type", content_type_of(name));
  response.headers.emplace_back("Content-Disposition", "attachment; filename*=UTF-8''" + percent_encode(name));
  return response;
}

json::Value scalar_schema() { return json::Object{{"type", json::Array{"string", "number", "boolean", "null"}}}; }

json::Value json_of(const sql::Value& value) {
  return std::visit([](const auto& alternative) { return json_of_alternative(alternative); }, value);
}

}  // namespace banmo::api
