// SPDX-License-Identifier: Apache-2.0
#include "http/answer.h"

#include <zlib.h>

#include <charconv>
#include <cstring>
#include <ctime>

#include "http/problem.h"

namespace banmo::http {
namespace {

constexpr size_t kMinGzipBytes = 1024;

// Seconds of the wall clock change rarely: each thread keeps the line of its second.
std::string_view date_line() {
  struct Line {
    std::time_t at = -1;
    char text[48] = {};
    size_t size = 0;
  };
  thread_local Line line;
  const std::time_t now = std::time(nullptr);
  if (now != line.at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    line.size = std::strftime(line.text, sizeof line.text, "date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    line.at = now;
  }
  return {line.text, line.size};
}

bool is_same_name(std::string_view name, std::string_view lower_case_name) {
  if (name.size() != lower_case_name.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    if (c != lower_case_name[i]) return false;
  }
  return true;
}

void append_clean(std::string& out, std::string_view text) {
  const size_t start = out.size();
  out += text;
  for (size_t i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
}

// Framing is decided here, whatever a handler wrote.
bool is_framing(std::string_view name) {
  for (const std::string_view framing : {"content-length", "transfer-encoding", "connection", "keep-alive"}) {
    if (is_same_name(name, framing)) return true;
  }
  return false;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

void append_number(std::string& out, uint64_t number) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
}

struct Deflater {
  z_stream stream{};
  bool is_set = false;
  int level = 0;
  ~Deflater() {
    if (is_set) deflateEnd(&stream);
  }
  bool reset(int wanted) {
    if (is_set && level == wanted) return deflateReset(&stream) == Z_OK;
    if (is_set) deflateEnd(&stream);
    stream = z_stream{};
    is_set = deflateInit2(&stream, wanted, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
    level = wanted;
    return is_set;
  }
};

bool any_tag_matches(std::string_view list, std::string_view tag) {
  const auto strong = [](std::string_view text) { return text.starts_with("W/") ? text.substr(2) : text; };
  while (!list.empty()) {
    const size_t comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == "*" || strong(one) == strong(tag)) return true;
  }
  return false;
}

}  // namespace

std::string_view header_of(const Response& response, std::string_view lower_case_name) {
  for (const auto& [name, value] : response.headers) {
    if (is_same_name(name, lower_case_name)) return value;
  }
  return {};
}

std::string head_of(const Response& response, const HeadFacts& facts) {
  std::string out;
  out.reserve(512);
  out += "HTTP/1.1 ";
  append_number(out, static_cast<uint64_t>(response.status));
  out += ' ';
  out += reason_of(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_framing(name)) append_header(out, name, value);
  }
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body && facts.content_length) {
    out += "content-length: ";
    append_number(out, *facts.content_length);
    out += "\r\n";
  } else if (has_body && facts.is_http_1_1) {
    out += "transfer-encoding: chunked\r\n";
  }
  if (!facts.keep_alive) out += "connection: close\r\n";
  if (facts.keep_alive && !facts.is_http_1_1) out += "connection: keep-alive\r\n";
  if (header_of(response, "cache-control").empty()) out += "cache-control: no-store\r\n";
  out += "x-content-type-options: nosniff\r\nreferrer-policy: same-origin\r\nx-frame-options: DENY\r\n";
  append_header(out, "x-request-id", facts.request_id);
  out += date_line();
  out += "\r\n";
  return out;
}

void apply_not_modified(const Request& request, Response& response) {
  if (response.status != 200 || (request.method != "GET" && request.method != "HEAD")) return;
  const std::string_view wanted = request.header("if-none-match");
  const std::string_view tag = header_of(response, "etag");
  if (wanted.empty() || tag.empty() || !any_tag_matches(wanted, tag)) return;
  response.status = 304;
  response.body.clear();
  response.shared_body.reset();
}

bool accepts_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const size_t comma = accept_encoding.find(',');
    std::string_view one = accept_encoding.substr(0, comma);
    accept_encoding = comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (!one.starts_with("gzip")) continue;
    const size_t quality = one.find("q=");
    return quality == std::string_view::npos || one.find_first_of("123456789", quality) != std::string_view::npos;
  }
  return false;
}

bool is_compressible(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  if (content_type == "text/event-stream") return false;
  return content_type.starts_with("text/") || content_type == "application/json" || content_type.ends_with("+json") ||
         content_type == "image/svg+xml" || content_type == "application/javascript" || content_type == "application/manifest+json";
}

std::string gzip(std::string_view bytes, int level) {
  thread_local Deflater deflater;
  if (!deflater.reset(level)) return {};
  z_stream& stream = deflater.stream;
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return {};
  out.resize(stream.total_out);
  return out;
}

void compress_if_accepted(const Request& request, Response& response) {
  const std::string_view type = header_of(response, "content-type");
  if (response.body.size() < kMinGzipBytes || response.body.size() > (1u << 30) || !is_compressible(type)) return;
  if (!header_of(response, "content-encoding").empty()) return;
  response.headers.emplace_back("vary", "accept-encoding");
  if (!accepts_gzip(request.header("accept-encoding"))) return;
  std::string small = gzip(response.body, 1);
  if (small.empty() || small.size() >= response.body.size()) return;
  response.body = std::move(small);
  response.headers.emplace_back("content-encoding", "gzip");
}

std::string format_events(const std::vector<Event>& events) {
  std::string out;
  for (const Event& event : events) {
    if (!event.name.empty()) {
      out += "event: ";
      append_clean(out, event.name);
      out += '\n';
    }
    std::string_view rest = event.data;
    for (;;) {
      const size_t end = rest.find('\n');
      out += "data: ";
      append_clean(out, rest.substr(0, end));
      out += '\n';
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
    out += '\n';
  }
  return out;
}

std::string chunk_of(std::string_view bytes) {
  char size[20];
  std::string out(size, std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
  return out;
}

}  // namespace banmo::http
