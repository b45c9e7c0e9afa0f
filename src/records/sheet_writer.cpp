// SPDX-License-Identifier: Apache-2.0
#include "records/sheet_writer.h"

#include <xlsxwriter.h>

#include <charconv>
#include <filesystem>
#include <fstream>

namespace banmo::records {
namespace {

constexpr uint32_t kMaxXlsxRows = 1'048'576;
constexpr size_t kMaxXlsxText = 32'767;

Error cannot_write(const std::string& cause) {
  return fail(ErrorCode::storage_full, "records.storage_full",
              {"无法写完导出文件，请检查磁盘空间后重试", "the exported file cannot be completed; check the disk's space and try again"}, {}, cause);
}

class CsvWriter final : public SheetWriter {
 public:
  explicit CsvWriter(const std::string& path) : out_(path, std::ios::binary | std::ios::trunc) { block_ = "\xEF\xBB\xBF"; }
  Result<> row(const std::vector<SheetCell>& cells) override {
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) block_ += ',';
      add(cells[i].is_number ? cells[i].text : neutralised(cells[i].text));
    }
    block_ += "\r\n";
    return block_.size() < (1u << 20) ? Result<>() : flush();
  }
  Result<> heading(const std::vector<SheetCell>& cells) override { return row(cells); }
  Result<> finish() override {
    BANMO_DO(flush());
    out_.close();
    return out_ ? Result<>() : Result<>(cannot_write("close"));
  }

 private:
  void add(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      block_ += text;
      return;
    }
    block_ += '"';
    for (const char c : text) {
      if (c == '"') block_ += '"';
      block_ += c;
    }
    block_ += '"';
  }
  Result<> flush() {
    out_.write(block_.data(), static_cast<std::streamsize>(block_.size()));
    block_.clear();
    return out_ ? Result<>() : Result<>(cannot_write("write"));
  }
  std::ofstream out_;
  std::string block_;
};

class XlsxWriter final : public SheetWriter {
 public:
  explicit XlsxWriter(const std::string& path) : folder_(std::filesystem::path(path).parent_path().string()) {
    lxw_workbook_options options = {};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder_.data();
    book_ = workbook_new_opt(path.c_str(), &options);
    if (book_ == nullptr) return;
    sheet_ = workbook_add_worksheet(book_, nullptr);
    bold_ = workbook_add_format(book_);
    format_set_bold(bold_);
  }
  ~XlsxWriter() override {
    if (book_ != nullptr) (void)workbook_close(book_);
  }
  XlsxWriter(const XlsxWriter&) = delete;
  Result<> row(const std::vector<SheetCell>& cells) override { return write(cells, nullptr); }
  Result<> heading(const std::vector<SheetCell>& cells) override { return write(cells, bold_); }
  Result<> finish() override {
    if (book_ == nullptr) return cannot_write("workbook_new");
    const lxw_error error = workbook_close(book_);
    book_ = nullptr;
    return error == LXW_NO_ERROR ? Result<>() : Result<>(cannot_write(lxw_strerror(error)));
  }

 private:
  Result<> write(const std::vector<SheetCell>& cells, lxw_format* format) {
    if (sheet_ == nullptr) return cannot_write("workbook_new");
    if (row_ >= kMaxXlsxRows) {
      return fail(ErrorCode::too_large, "records.too_many_rows",
                  {"XLSX 最多 1048576 行，请加筛选条件或导出为 CSV", "XLSX holds at most 1048576 rows; filter them or export CSV"});
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      double number = 0;
      const std::string& text = cells[i].text;
      const bool is_number =
          cells[i].is_number && std::from_chars(text.data(), text.data() + text.size(), number).ptr == text.data() + text.size() && !text.empty();
      const lxw_error error = is_number
                                  ? worksheet_write_number(sheet_, row_, column, number, format)
                                  : worksheet_write_string(sheet_, row_, column,
                                                           text.size() > kMaxXlsxText ? text.substr(0, kMaxXlsxText).c_str() : text.c_str(), format);
      if (error != LXW_NO_ERROR && error != LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED) return cannot_write(lxw_strerror(error));
    }
    ++row_;
    return {};
  }
  std::string folder_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* bold_ = nullptr;
  lxw_row_t row_ = 0;
};

}  // namespace

std::string neutralised(const std::string& text) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  return !text.empty() && kFormula.find(text.front()) != std::string_view::npos ? "'" + text : text;
}

Result<std::unique_ptr<SheetWriter>> open_sheet(const std::string& format, const std::string& path) {
  if (format == "csv") return std::unique_ptr<SheetWriter>(std::make_unique<CsvWriter>(path));
  if (format == "xlsx") return std::unique_ptr<SheetWriter>(std::make_unique<XlsxWriter>(path));
  return fail(ErrorCode::invalid, "records.bad_format", {"文件格式只能是 csv 或 xlsx", "the format is csv or xlsx"}, "format");
}

}  // namespace banmo::records
