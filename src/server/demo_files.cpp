// SPDX-License-Identifier: Apache-2.0
#include "server/demo_files.h"

#include <xlsxwriter.h>
#include <zip.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace banmo::server {
namespace {

constexpr size_t kPiece_bytes = 1 << 20;
constexpr uint16_t kZipDate = (2026 - 1980) << 9 | 9 << 5 | 1;  // 1 September 2026 at 0:00, whenever it is made
constexpr time_t kMadeAt = 1'788'220'800;                       // the same

Error unwritable(const std::string& path, std::string cause) {
  return fail(ErrorCode::unavailable, "server.unwritable_file",
              {"写不了文件 " + path + "；请检查磁盘空间与权限", "cannot write " + path + ": check disk space and permissions"}, path,
              std::move(cause));
}

bool is_number(std::string_view text, double& value) {
  if (text.empty() || text.size() > 15 || (text.size() > 1 && text[0] == '0' && text[1] != '.')) return false;  // codes keep their zeros
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<CsvOut> CsvOut::create(const std::string& path, text::Encoding encoding) {
  CsvOut out;
  out.file_.reset(std::fopen(path.c_str(), "wb"));
  if (out.file_ == nullptr) return unwritable(path, std::generic_category().message(errno));
  out.path_ = path;
  out.encoding_ = encoding;
  out.buffer_.reserve(kPiece_bytes + 4096);
  if (encoding == text::Encoding::utf8_bom) {
    out.buffer_ = "\xEF\xBB\xBF";
    out.encoding_ = text::Encoding::utf8;
  }
  return out;
}

CsvOut& CsvOut::cell(std::string_view text) {
  if (in_row_) buffer_ += ',';
  in_row_ = true;
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    buffer_ += text;
    return *this;
  }
  buffer_ += '"';
  for (const char c : text) {
    if (c == '"') buffer_ += '"';
    buffer_ += c;
  }
  buffer_ += '"';
  return *this;
}

CsvOut& CsvOut::raw(std::string_view text) {
  buffer_ += text;
  in_row_ = true;
  return *this;
}

void CsvOut::end_row() {
  buffer_ += "\r\n";
  in_row_ = false;
  if (buffer_.size() >= kPiece_bytes) flush();
}

void CsvOut::row(const std::vector<std::string>& cells) {
  for (const std::string& text : cells) cell(text);
  end_row();
}

void CsvOut::flush() {
  if (encoding_ != text::Encoding::utf8) {
    auto converted = text::from_utf8(buffer_, encoding_);
    failed_ |= !converted.ok();
    if (converted.ok()) buffer_ = *std::move(converted);
  }
  failed_ |= std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size();
  n_bytes_ += static_cast<int64_t>(buffer_.size());
  buffer_.clear();
}

Result<> CsvOut::close() {
  flush();
  failed_ |= std::fflush(file_.get()) != 0;
  const int code = errno;
  file_.reset();
  if (failed_) return unwritable(path_, std::generic_category().message(code));
  return {};
}

Result<> write_csv(const std::string& path, const Sheet& sheet, text::Encoding encoding) {
  BANMO_TRY(CsvOut out, CsvOut::create(path, encoding));
  out.row({std::string(kSyntheticNote)});
  out.row(sheet.headings);
  for (const auto& row : sheet.rows) out.row(row);
  return out.close();
}

Result<> write_xlsx(const std::string& path, const Sheet& sheet) {
  lxw_workbook_options options{};
  options.constant_memory = LXW_FALSE;
  lxw_workbook* book = workbook_new_opt(path.c_str(), &options);
  if (book == nullptr) return unwritable(path, "workbook_new");
  std::string note(kSyntheticNote), title = sheet.name;
  lxw_doc_properties properties{};
  properties.title = title.data();
  properties.comments = note.data();
  properties.created = kMadeAt;
  workbook_set_properties(book, &properties);
  lxw_worksheet* to = workbook_add_worksheet(book, sheet.name.c_str());
  worksheet_write_string(to, 0, 0, note.c_str(), nullptr);
  for (size_t i = 0; i < sheet.headings.size(); ++i) worksheet_write_string(to, 1, static_cast<lxw_col_t>(i), sheet.headings[i].c_str(), nullptr);
  worksheet_freeze_panes(to, 2, 0);
  for (size_t r = 0; r < sheet.rows.size(); ++r) {
    for (size_t i = 0; i < sheet.rows[r].size(); ++i) {
      const std::string& text = sheet.rows[r][i];
      const auto at = static_cast<lxw_row_t>(r + 2);
      double value = 0;
      if (is_number(text, value))
        worksheet_write_number(to, at, static_cast<lxw_col_t>(i), value, nullptr);
      else if (!text.empty())
        worksheet_write_string(to, at, static_cast<lxw_col_t>(i), text.c_str(), nullptr);
    }
  }
  const lxw_error closed = workbook_close(book);
  if (closed != LXW_NO_ERROR) return unwritable(path, lxw_strerror(closed));
  return {};
}

Result<> write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) {
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (zip == nullptr) return unwritable(path, "zip_open " + std::to_string(code));
  for (const auto& [name, file] : files) {
    zip_source_t* source = zip_source_file(zip, file.c_str(), 0, -1);
    const zip_int64_t at = source == nullptr ? -1 : zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
      if (source != nullptr) zip_source_free(source);
      const std::string cause = zip_strerror(zip);
      zip_discard(zip);
      return unwritable(path, cause);
    }
    const auto index = static_cast<zip_uint64_t>(at);
    zip_set_file_compression(zip, index, ZIP_CM_DEFLATE, 1);
    zip_file_set_dostime(zip, index, 0, kZipDate, 0);
    zip_file_set_external_attributes(zip, index, 0, ZIP_OPSYS_UNIX, 0100644u << 16);
  }
  zip_set_archive_comment(zip, kSyntheticNote.data(), static_cast<zip_uint16_t>(kSyntheticNote.size()));
  if (zip_close(zip) != 0) {
    const std::string cause = zip_strerror(zip);
    zip_discard(zip);
    return unwritable(path, cause);
  }
  for (const auto& [name, file] : files) std::filesystem::remove(file);
  return {};
}

}  // namespace banmo::server
