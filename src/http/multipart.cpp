// SPDX-License-Identifier: Apache-2.0
#include "http/multipart.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "http/http.h"

namespace banmo::http {
namespace {

constexpr size_t kMaxPartHeaderBytes = 8192;

Error bad_multipart(const char* zh, const char* en) {
  return fail(ErrorCode::invalid, "http.bad_multipart", {std::string("表单上传有误：") + zh, std::string("the multipart form is wrong: ") + en});
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Reads `"quoted \" text"` or a token from the front of `text` and takes it off.
std::string take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    const size_t end = text.find(';');
    value = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    return value;
  }
  size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
    value += text[i];
  }
  text.remove_prefix(i < text.size() ? i + 1 : i);
  return value;
}

// A parameter of a header value: `form-data; name="file"` has name. The wanted name is in lower case.
std::optional<std::string> parameter_of(std::string_view header, std::string_view wanted) {
  size_t semicolon = header.find(';');
  while (semicolon != std::string_view::npos) {
    header = trimmed(header.substr(semicolon + 1));
    const size_t equals = header.find_first_of("=;");
    if (equals == std::string_view::npos) return std::nullopt;
    if (header[equals] == ';') {
      semicolon = equals;
      continue;
    }
    const std::string name = text::lower_ascii(trimmed(header.substr(0, equals)));
    header = trimmed(header.substr(equals + 1));
    std::string value = take_value(header);
    if (name == wanted) return value;
    semicolon = header.find(';');
  }
  return std::nullopt;
}

// The value of one header in a part's block of headers.
std::string_view header_in(std::string_view block, std::string_view wanted) {
  while (!block.empty()) {
    const size_t end = block.find("\r\n");
    const std::string_view line = block.substr(0, end);
    block = end == std::string_view::npos ? std::string_view{} : block.substr(end + 2);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && text::lower_ascii(trimmed(line.substr(0, colon))) == wanted) return trimmed(line.substr(colon + 1));
  }
  return {};
}

std::string base_name(std::string_view text) {
  if (const size_t slash = text.find_last_of("/\\"); slash != std::string_view::npos) text.remove_prefix(slash + 1);
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  }
  return text::is_utf8(out) && out.size() <= 255 ? out : std::string{};
}

}  // namespace

std::string file_name_of(std::string_view content_disposition) {
  if (const auto extended = parameter_of(content_disposition, "filename*")) {
    const size_t quote = extended->rfind('\'');
    const auto decoded = percent_decode(std::string_view(*extended).substr(quote == std::string::npos ? 0 : quote + 1));
    if (decoded && text::lower_ascii(extended->substr(0, 6)) == "utf-8'") return base_name(*decoded);
  }
  const auto plain = parameter_of(content_disposition, "filename");
  return plain ? base_name(*plain) : std::string{};
}

Result<MultipartReader> MultipartReader::create(std::string_view content_type) {
  const auto boundary = parameter_of(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70)
    return bad_multipart("Content-Type 缺少有效的 boundary", "its Content-Type has no boundary of 1 to 70 characters");
  for (const char c : *boundary) {
    if (c < 0x20 || c > 0x7E) return bad_multipart("boundary 含有不允许的字符", "its boundary has characters that are not allowed");
  }
  MultipartReader reader;
  reader.delimiter_ = "\r\n--" + *boundary;
  return reader;
}

Result<> MultipartReader::put(std::string_view bytes, std::string& file) {
  if (phase_ == Phase::epilogue) return {};
  rest_ += bytes;
  for (;;) {
    BANMO_TRY(const Step next, step(file));
    if (next == Step::need_more) return {};
  }
}

Result<MultipartReader::Step> MultipartReader::step(std::string& file) {
  switch (phase_) {
    case Phase::preamble: return pass_body(nullptr);
    case Phase::file: return pass_body(&file);
    case Phase::delimiter: return read_delimiter();
    case Phase::headers: return read_headers();
    case Phase::epilogue: break;
  }
  rest_.clear();
  return Step::need_more;
}

MultipartReader::Step MultipartReader::pass_body(std::string* file) {
  const size_t found = rest_.find(delimiter_);
  if (found == std::string::npos) {
    const size_t n_sure = rest_.size() < delimiter_.size() ? 0 : rest_.size() - delimiter_.size() + 1;
    if (file) file->append(rest_, 0, n_sure);
    rest_.erase(0, n_sure);
    return Step::need_more;
  }
  if (file) file->append(rest_, 0, found);
  rest_.erase(0, found + delimiter_.size());
  phase_ = Phase::delimiter;
  return Step::again;
}

// Behind a delimiter: "--" ends the form, blanks and a line break begin a part (RFC 2046 §5.1.1).
Result<MultipartReader::Step> MultipartReader::read_delimiter() {
  if (rest_.starts_with("--")) {
    phase_ = Phase::epilogue;
    return Step::again;
  }
  const size_t n_blank = std::min(rest_.find_first_not_of(" \t"), rest_.size());
  if (n_blank > 64) return bad_multipart("分隔行过长", "a delimiter line is too long");
  const std::string_view tail = std::string_view(rest_).substr(n_blank);
  if (tail.empty() || tail == "\r" || rest_ == "-") return Step::need_more;
  if (!tail.starts_with("\r\n")) return bad_multipart("分隔行后有多余内容", "something stands behind a delimiter");
  // The line break stays: it also ends an empty block of headers ("\r\n\r\n").
  rest_.erase(0, n_blank);
  phase_ = Phase::headers;
  return Step::again;
}

Result<MultipartReader::Step> MultipartReader::read_headers() {
  const size_t end = rest_.find("\r\n\r\n");
  if (end == std::string::npos ? rest_.size() > kMaxPartHeaderBytes : end > kMaxPartHeaderBytes)
    return bad_multipart("部分的头过长", "the headers of a part are too long");
  if (end == std::string::npos) return Step::need_more;
  const std::string headers = rest_.substr(0, end);
  rest_.erase(0, end + 4);
  BANMO_DO(take_part(headers));
  phase_ = Phase::file;
  return Step::again;
}

Result<> MultipartReader::take_part(std::string_view headers) {
  const std::string_view disposition = header_in(headers, "content-disposition");
  const auto name = parameter_of(disposition, "name");
  if (!name) return bad_multipart("有一部分没有名称", "a part has no name");
  if (*name != "file" || has_file_) {
    const std::string shown = text::is_utf8(*name) && name->size() <= 100 ? *name : "?";
    return fail(ErrorCode::invalid, "http.unknown_part",
                {"表单只能有一个名为 file 的部分，却有“" + shown + "”；其余内容请放在查询参数中",
                 "the form takes one part named file, but there is \"" + shown + "\": put the rest into the query"});
  }
  has_file_ = true;
  file_name_ = file_name_of(disposition);
  return {};
}

Result<> MultipartReader::finish() const {
  if (phase_ != Phase::epilogue) return bad_multipart("内容在结束分隔行之前中断", "it ends before its last delimiter");
  if (!has_file_) return bad_multipart("缺少名为 file 的部分", "it has no part named file");
  return {};
}

}  // namespace banmo::http
