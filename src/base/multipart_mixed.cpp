// SPDX-License-Identifier: Apache-2.0
#include "base/multipart_mixed.h"

#include "base/text.h"

namespace banmo {
namespace {

Error bad(Message message) { return fail(ErrorCode::invalid, "xapi.bad_multipart", std::move(message)); }

std::string boundary_of(std::string_view content_type) {
  const std::string lower = text::lower_ascii(content_type);
  const size_t at = lower.find("boundary=");
  if (at == std::string::npos) return {};
  std::string_view value = content_type.substr(at + 9);
  if (value.starts_with('"')) {
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
  }
  return std::string(text::trim(value.substr(0, value.find(';'))));
}

// A line break of either kind taken off the front.
bool take_line_break(std::string_view& text) {
  if (text.starts_with("\r\n")) {
    text.remove_prefix(2);
    return true;
  }
  if (!text.starts_with("\n")) return false;
  text.remove_prefix(1);
  return true;
}

Result<Part> part_of(std::string_view text) {
  Part part;
  while (!take_line_break(text)) {
    const size_t end = text.find('\n');
    const size_t colon = text.find(':');
    if (end == std::string_view::npos || colon > end) return bad({"分段缺少空行或请求头有误", "a part lacks its blank line, or a header is wrong"});
    part.headers.emplace_back(text::lower_ascii(text::trim(text.substr(0, colon))), std::string(text::trim(text.substr(colon + 1, end - colon - 1))));
    text.remove_prefix(end + 1);
  }
  part.bytes = text;
  return part;
}

}  // namespace

std::string_view Part::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

Result<std::vector<Part>> parts_of(std::string_view content_type, std::string_view body) {
  const std::string boundary = boundary_of(content_type);
  if (boundary.empty() || boundary.size() > 70) return bad({"Content-Type 缺少 boundary", "the Content-Type lacks its boundary"});
  const std::string delimiter = "--" + boundary;
  size_t at = body.starts_with(delimiter) ? 0 : body.find("\n" + delimiter);
  if (at == std::string_view::npos) return bad({"正文中没有 boundary", "the boundary does not stand in the body"});
  std::vector<Part> parts;
  if (at != 0) ++at;
  for (;;) {
    std::string_view rest = body.substr(at + delimiter.size());
    if (rest.starts_with("--")) return parts;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (!take_line_break(rest)) return bad({"boundary 之后须换行", "a boundary ends its line"});
    const size_t begin = body.size() - rest.size();
    const size_t next = body.find("\n" + delimiter, begin == 0 ? 0 : begin - 1);
    if (next == std::string_view::npos) return bad({"最后一段没有结束", "the last part does not end"});
    std::string_view whole = next < begin ? std::string_view() : body.substr(begin, next - begin);
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    BANMO_TRY(Part part, part_of(whole));
    parts.push_back(std::move(part));
    at = next + 1;
  }
}

void append_part(std::string& out, std::string_view boundary, const std::vector<std::pair<std::string, std::string>>& headers,
                 std::string_view bytes) {
  out.append("--").append(boundary).append("\r\n");
  for (const auto& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  out.append("\r\n").append(bytes).append("\r\n");
}
void end_parts(std::string& out, std::string_view boundary) { out.append("--").append(boundary).append("--\r\n"); }

std::vector<std::pair<std::string, std::string>> part_headers(const std::string& content_type, const std::string& sha2) {
  return {{"Content-Type", content_type}, {"Content-Transfer-Encoding", "binary"}, {"X-Experience-API-Hash", sha2}};
}

}  // namespace banmo
