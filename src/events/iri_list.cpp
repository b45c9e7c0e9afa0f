// SPDX-License-Identifier: Apache-2.0
#include "events/iri_list.h"

#include "events/values.h"

namespace banmo::events {
namespace {

constexpr size_t kMaxListed = 200;

}  // namespace

Result<> check_iris(const std::vector<std::string>& list, std::string_view name) {
  const std::string place = "$." + std::string(name);
  if (list.size() > kMaxListed) return fail(ErrorCode::invalid, "events.list_too_long", {"清单最多 200 项", "a list has 200 entries at most"}, place);
  for (size_t i = 0; i < list.size(); ++i)
    if (!is_iri(list[i]))
      return fail(ErrorCode::invalid, "events.no_iri",
                  {"须为完整的 IRI，如 http://adlnet.gov/expapi/verbs/completed", "must be a whole IRI, as http://adlnet.gov/expapi/verbs/completed"},
                  place + "[" + std::to_string(i) + "]");
  return {};
}

std::vector<std::string> iris_of(const sql::Value& value) {
  std::vector<std::string> out;
  const auto list = json::read(sql::text_of(value));
  if (list.ok() && list->as_array() != nullptr)
    for (const json::Value& one : *list->as_array())
      if (one.as_string() != nullptr) out.push_back(*one.as_string());
  return out;
}

json::Array json_of(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

}  // namespace banmo::events
