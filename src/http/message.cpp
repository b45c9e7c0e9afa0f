// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "base/text.h"
#include "http/http.h"

namespace banmo::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// What may stand in a path or a query once decoded: UTF-8 without control characters.
bool is_clean(std::string_view text) {
  bool is_ascii = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return false;
    is_ascii = is_ascii && byte < 0x80;
  }
  return is_ascii || text::is_utf8(text);
}

Error bad_target() {
  return fail(ErrorCode::invalid, "http.bad_target",
              {"请求地址无法解读：请检查 % 转义，只使用 UTF-8，且不含控制字符",
               "the address cannot be read: check its % escapes, use UTF-8 and no control characters"});
}

bool read_query(std::string_view text, std::vector<std::pair<std::string, std::string>>& query) {
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view piece = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (piece.empty()) continue;
    const size_t equals = piece.find('=');
    auto name = percent_decode(piece.substr(0, equals), true);
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : piece.substr(equals + 1), true);
    if (!name || !value || !is_clean(*name) || !text::is_utf8(*value) || value->find('\0') != std::string::npos) return false;
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return true;
}

// "http://host:port/path" (RFC 9112 §3.2.2) to "/path".
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const size_t slash = target.find_first_of("/?", scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target;
}

}  // namespace

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

std::string_view Request::query_value(std::string_view wanted) const {
  for (const auto& [name, value] : query) {
    if (name == wanted) return value;
  }
  return {};
}

std::string_view Request::cookie(std::string_view wanted) const {
  for (const auto& [name, value] : headers) {
    if (name != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const size_t end = rest.find(';');
      const std::string_view piece = trimmed(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      if (piece.size() > wanted.size() && piece.starts_with(wanted) && piece[wanted.size()] == '=') return piece.substr(wanted.size() + 1);
    }
  }
  return {};
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = text::hex_digit(text[i + 1]);
      const int low = text::hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

Result<Request> request_of(std::string method, std::string_view target) {
  Request request;
  request.method = std::move(method);
  target = without_authority(target);
  target = target.substr(0, target.find('#'));
  const size_t question = target.find('?');
  const std::string_view encoded = target.substr(0, question);
  if (encoded.empty() || (encoded.front() != '/' && encoded != "*")) return bad_target();
  auto path = percent_decode(encoded);
  if (!path || !is_clean(*path)) return bad_target();
  request.path = std::move(*path);
  request.encoded_path = std::string(encoded);
  if (question != std::string_view::npos && !read_query(target.substr(question + 1), request.query)) return bad_target();
  return request;
}

bool asks_for_english(std::string_view accept_language) {
  double zh = -1;
  double en = -1;
  while (!accept_language.empty()) {
    const size_t end = accept_language.find(',');
    const std::string_view piece = trimmed(accept_language.substr(0, end));
    accept_language = end == std::string_view::npos ? std::string_view{} : accept_language.substr(end + 1);
    const size_t quality_at = piece.find(";q=");
    const double quality = quality_at == std::string_view::npos ? 1.0 : std::strtod(std::string(piece.substr(quality_at + 3)).c_str(), nullptr);
    const std::string_view tag = piece.substr(0, 2);
    if (tag == "zh" && quality > zh) zh = quality;
    if (tag == "en" && quality > en) en = quality;
  }
  return en > zh && en > 0;
}

Response Response::json(const json::Value& value, int status) {
  Response response;
  response.status = status;
  response.headers.emplace_back("content-type", "application/json");
  json::append(response.body, value);
  return response;
}

Response Response::text(std::string text, std::string content_type, int status) {
  Response response;
  response.status = status;
  response.headers.emplace_back("content-type", std::move(content_type));
  response.body = std::move(text);
  return response;
}

Response Response::no_content() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace banmo::http
