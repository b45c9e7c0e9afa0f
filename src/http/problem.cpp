// SPDX-License-Identifier: Apache-2.0
#include "http/problem.h"

#include <algorithm>
#include <iterator>

namespace banmo::http {
namespace {

json::Value two_languages(const Message& message) { return json::Object{{"zh", message.zh}, {"en", message.en}}; }

// Text that is no JSON at all is 400; JSON that does not fit its schema is 422. These are the findings of json::read.
bool is_malformed(const Error& error) {
  static constexpr std::string_view kIds[] = {"json.bad_utf8", "json.syntax",       "json.incomplete",       "json.extra_text",
                                              "json.too_deep", "json.number_range", "json.duplicate_member", "json.nul"};
  return error.code == ErrorCode::invalid && std::find(std::begin(kIds), std::end(kIds), error.id) != std::end(kIds);
}

int64_t retry_after_s(int status, const Error& error) {
  if (status != 429 && status != 503) return 0;
  return error.retry_after_s > 0 ? error.retry_after_s : status == 429 ? 30 : 2;
}

json::Value list_of(const std::vector<Error>& details) {
  json::Array list;
  for (const Error& detail : details) {
    list.emplace_back(json::Object{{"where", detail.where}, {"code", detail.id}, {"detail", two_languages(detail.message)}});
  }
  return list;
}

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return 422;
    case ErrorCode::not_found: return 404;
    case ErrorCode::denied: return 403;
    case ErrorCode::conflict: return 409;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::too_large: return 413;
    case ErrorCode::too_many: return 429;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::timeout: return 504;
    case ErrorCode::unsupported: return 415;  // what was sent is of a kind that we do not read: the sender's to mend, so no 501
    case ErrorCode::storage_full: return 507;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
  }
}

Response problem_with_status(int status, const Error& error, const Request& request) {
  json::Object body{{"type", "urn:banmo:problem:" + error.id},
                    {"title", request.prefers_english ? error.message.en : error.message.zh},
                    {"status", status},
                    {"code", error.id},
                    {"detail", two_languages(error.message)}};
  if (!error.where.empty()) body.set("where", error.where);
  body.set("request_id", request.request_id);
  if (!error.details.empty()) body.set("errors", list_of(error.details));
  Response response = Response::json(std::move(body), status);
  response.headers.front().second = "application/problem+json";
  response.headers.emplace_back("content-language", request.prefers_english ? "en" : "zh-CN");
  if (status == 401) response.headers.emplace_back("www-authenticate", "Bearer");
  if (const int64_t seconds = retry_after_s(status, error); seconds > 0) response.headers.emplace_back("retry-after", std::to_string(seconds));
  return response;
}

Response problem(const Error& error, const Request& request) {
  return problem_with_status(is_malformed(error) ? 400 : status_of(error.code), error, request);
}

}  // namespace banmo::http
