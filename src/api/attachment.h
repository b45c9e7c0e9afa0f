// SPDX-License-Identifier: Apache-2.0
// Inside the room: bytes that somebody handed in, given to be saved and never drawn inside the portal's origin.
#pragma once

#include <string>

#include "http/http.h"

namespace banmo::api {

inline http::Response attachment(std::string bytes, const std::string& type, const std::string& name) {
  http::Response response;
  response.body = std::move(bytes);
  response.headers.emplace_back("Content-Type", type);
  response.headers.emplace_back("Content-Disposition", "attachment; filename*=UTF-8''" + http::percent_encode(name));
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  return response;
}

}  // namespace banmo::api
