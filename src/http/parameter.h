// SPDX-License-Identifier: Apache-2.0
// Inside the room: the parameters of one route, compiled once, checked against every request. Immutable, so thread-safe.
#pragma once

#include <memory>
#include <regex>
#include <vector>

#include "http/http.h"

namespace banmo::http {

class ParameterCheck {
 public:
  // Errors: invalid "http.bad_route" (a pattern that is no regular expression, a type other than string, integer, number, boolean or object).
  static Result<ParameterCheck> create(const Route& route);
  // All findings at once: one error, or one with `details`.
  Result<> check(const Request& request) const;

 private:
  struct One {
    Parameter parameter;
    std::string type;
    std::shared_ptr<const std::regex> pattern;
  };
  void check_unknown(const Request& request, std::vector<Error>& findings) const;
  void check_one(const One& one, const Request& request, std::vector<Error>& findings) const;

  std::vector<One> all_;
  std::string known_;  // names of query parameters, for the message
  bool takes_any_query_ = false;
};

}  // namespace banmo::http
