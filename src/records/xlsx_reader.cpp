// SPDX-License-Identifier: Apache-2.0
#include "records/xlsx_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "records/xlsx_zip.h"

namespace banmo::records {
namespace {

constexpr size_t kWriteBytes = 1 << 20;
constexpr size_t kMaxCellBytes = 1 << 20;
constexpr size_t kMaxFormats = 100'000;

std::string_view attribute(const XmlAttributes& attributes, std::string_view name) {
  const auto it = std::find_if(attributes.begin(), attributes.end(), [&](const auto& one) { return one.first == name; });
  return it == attributes.end() ? std::string_view() : it->second;
}

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && !text.empty() ? std::optional{value} : std::nullopt;
}

// The column of a reference: "AB12" is 27. -1 if there is none.
int64_t column_of(std::string_view reference) {
  int64_t column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + (c - 'A' + 1);
    if (column > 100'000) break;
  }
  return column - 1;
}

// ECMA-376 part 1, 18.8.30: built-in formats of dates are 14..22, 27..36, 45..47, 50..58; others are told by their letters outside quotes and
// brackets.
bool is_date_format(int64_t id, const std::map<int64_t, std::string>& formats) {
  const auto it = formats.find(id);
  if (it == formats.end()) return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
  bool quoted = false, bracketed = false;
  for (size_t i = 0; i < it->second.size(); ++i) {
    const char c = it->second[i];
    if (c == '"')
      quoted = !quoted;
    else if (c == '\\')
      ++i;
    else if (c == '[')
      bracketed = true;
    else if (c == ']')
      bracketed = false;
    else if (!quoted && !bracketed && std::string_view("ymdhsYMDHS").find(c) != std::string_view::npos)
      return true;
  }
  return false;
}

struct Workbook {
  std::string sheet;  // path of the first visible sheet
  bool since_1904 = false;
  std::vector<std::string> shared;
  std::vector<bool> is_date;  // by cell style
};

Result<std::string> find_sheet(XlsxZip& zip, Workbook& book) {
  std::string relation;
  XmlHandler handler;
  handler.start = [&](std::string_view name, const XmlAttributes& attributes) -> Result<> {
    if (name == "workbookPr") book.since_1904 = attribute(attributes, "date1904") == "1" || attribute(attributes, "date1904") == "true";
    const std::string_view state = attribute(attributes, "state");
    if (name == "sheet" && relation.empty() && state != "hidden" && state != "veryHidden") {
      for (const auto& [key, value] : attributes) {
        if (key == "id") relation = value;  // r:id
      }
    }
    return {};
  };
  handler.end = [](std::string_view) -> Result<> { return {}; };
  handler.text = [](std::string_view) {};
  BANMO_DO(zip.parse("xl/workbook.xml", handler));
  std::string target;
  handler.start = [&](std::string_view name, const XmlAttributes& attributes) -> Result<> {
    if (name == "Relationship" && attribute(attributes, "Id") == relation) target = attribute(attributes, "Target");
    return {};
  };
  BANMO_DO(zip.parse("xl/_rels/workbook.xml.rels", handler));
  if (target.empty()) return bad_xlsx("no visible sheet");
  if (target.starts_with('/')) return target.substr(1);
  return "xl/" + target;
}

Result<> read_shared(XlsxZip& zip, const XlsxLimits& limits, std::vector<std::string>& shared) {
  std::string text;
  bool inside = false;
  int phonetic = 0;  // <rPh> repeats the text in another script
  int64_t n_bytes = 0;
  XmlHandler handler;
  handler.start = [&](std::string_view name, const XmlAttributes&) -> Result<> {
    if (name == "si") text.clear();
    if (name == "rPh") ++phonetic;
    inside = name == "t" && phonetic == 0;
    return {};
  };
  handler.end = [&](std::string_view name) -> Result<> {
    inside = false;
    if (name == "rPh") --phonetic;
    if (name != "si") return {};
    n_bytes += static_cast<int64_t>(text.size());
    if (static_cast<int64_t>(shared.size()) >= limits.max_shared_strings || n_bytes > limits.max_shared_bytes)
      return xlsx_bomb("共享字符串过多", "it has too many shared strings");
    shared.push_back(text);
    return {};
  };
  handler.text = [&](std::string_view more) {
    if (inside && text.size() + more.size() <= kMaxCellBytes) text += more;
  };
  return zip.parse("xl/sharedStrings.xml", handler);
}

Result<> read_styles(XlsxZip& zip, std::vector<bool>& is_date) {
  std::map<int64_t, std::string> formats;
  bool in_cells = false;
  XmlHandler handler;
  handler.start = [&](std::string_view name, const XmlAttributes& attributes) -> Result<> {
    if (name == "numFmt") formats[number(attribute(attributes, "numFmtId")).value_or(-1)] = std::string(attribute(attributes, "formatCode"));
    if (name == "cellXfs") in_cells = true;
    if (name == "xf" && in_cells) is_date.push_back(is_date_format(number(attribute(attributes, "numFmtId")).value_or(0), formats));
    if (is_date.size() > kMaxFormats || formats.size() > kMaxFormats) return xlsx_bomb("样式过多", "it has too many styles");
    return {};
  };
  handler.end = [&](std::string_view name) -> Result<> {
    if (name == "cellXfs") in_cells = false;
    return {};
  };
  handler.text = [](std::string_view) {};
  return zip.parse("xl/styles.xml", handler);
}

// A serial number of days as a date, with the time if it has one. Day 60 of the 1900 system never was; earlier days are not told apart (no school
// record is that old).
std::string date_text(double serial, bool since_1904) {
  const double days = std::floor(serial);
  auto seconds = static_cast<int64_t>(std::llround((serial - days) * 86'400));
  Date date{static_cast<int32_t>(days) - (since_1904 ? 24'107 : 25'569)};
  if (seconds >= 86'400) {
    ++date.days;
    seconds = 0;
  }
  std::string text = date.to_iso();
  if (seconds == 0) return text;
  std::array<char, 16> clock{};
  (void)std::snprintf(clock.data(), clock.size(), " %02d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                      static_cast<int>(seconds % 60));
  return text + clock.data();
}

// 14.739999999999998 as a person typed it: 14.74. Whole numbers stay whole.
std::string number_text(std::string_view raw, double value) {
  if (raw.size() < 15 && raw.find_first_of("eE") == std::string_view::npos) return std::string(raw);
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 15);
  const std::string_view shortened(buffer.data(), static_cast<size_t>(end.ptr - buffer.data()));
  if (shortened.find_first_of("eE") == std::string_view::npos) return std::string(shortened);
  const auto fixed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return fixed.ec == std::errc() ? std::string(buffer.data(), fixed.ptr) : std::string(raw);
}

class RowsToCsv {
 public:
  RowsToCsv(const Workbook& book, const XlsxLimits& limits, const std::string& path)
      : book_(book), limits_(limits), out_(path, std::ios::binary | std::ios::trunc) {}

  Result<> start(std::string_view name, const XmlAttributes& attributes) {
    if (name == "row") {
      row_ = number(attribute(attributes, "r")).value_or(row_ + 1);
      n_columns_ = 0;
      line_.clear();
      if (row_ > limits_.max_rows || row_ < 1)
        return xlsx_bomb("行数超过 " + std::to_string(limits_.max_rows), "it has more than " + std::to_string(limits_.max_rows) + " rows");
    } else if (name == "c") {
      const int64_t column = column_of(attribute(attributes, "r"));
      column_ = column < 0 ? n_columns_ : column;
      if (column_ >= limits_.max_columns)
        return xlsx_bomb("列数超过 " + std::to_string(limits_.max_columns), "it has more than " + std::to_string(limits_.max_columns) + " columns");
      type_ = attribute(attributes, "t");
      style_ = number(attribute(attributes, "s")).value_or(0);
      value_.clear();
    }
    inside_ = name == "v" || name == "t";
    return {};
  }

  Result<> end(std::string_view name) {
    inside_ = false;
    if (name == "c") add_cell();
    if (name != "row" || n_columns_ == 0) return {};
    block_ += std::to_string(row_);
    block_ += line_;
    block_ += '\n';
    if (block_.size() < kWriteBytes) return {};
    return write();
  }

  void text(std::string_view more) {
    if (inside_ && value_.size() + more.size() <= kMaxCellBytes) value_ += more;
  }

  Result<> write() {
    out_.write(block_.data(), static_cast<std::streamsize>(block_.size()));
    out_.flush();
    block_.clear();
    if (out_) return {};
    return fail(ErrorCode::storage_full, "records.storage_full", {"磁盘已满，请清理空间后重试", "the disk is full; free some space and try again"});
  }

 private:
  std::string cell_text() const {
    if (type_ == "s") {
      const auto i = number(value_);
      return i && *i >= 0 && *i < static_cast<int64_t>(book_.shared.size()) ? book_.shared[static_cast<size_t>(*i)] : std::string();
    }
    if (type_ == "e") return {};
    if (!type_.empty() && type_ != "n") return value_;
    double value = 0;
    const auto parsed = std::from_chars(value_.data(), value_.data() + value_.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != value_.data() + value_.size()) return value_;
    const bool is_date = style_ >= 0 && style_ < static_cast<int64_t>(book_.is_date.size()) && book_.is_date[static_cast<size_t>(style_)];
    if (is_date && value >= 1 && value < 2'958'466) return date_text(value, book_.since_1904);
    return number_text(value_, value);
  }

  void add_cell() {
    for (; n_columns_ < column_; ++n_columns_) line_ += ',';
    if (column_ < n_columns_) return;  // a second cell in the same place
    ++n_columns_;
    line_ += ',';
    const std::string text = cell_text();
    const bool quoted = text.find_first_of(",\"\r\n") != std::string::npos;
    if (!quoted) {
      line_ += text;
      return;
    }
    line_ += '"';
    for (const char c : text) {
      if (c == '"') line_ += '"';
      line_ += c == '\n' || c == '\r' ? ' ' : c;
    }
    line_ += '"';
  }

  const Workbook& book_;
  const XlsxLimits& limits_;
  std::ofstream out_;
  std::string block_, line_, value_, type_;
  int64_t row_ = 0, column_ = 0, n_columns_ = 0, style_ = 0;
  bool inside_ = false;
};

}  // namespace

Result<> xlsx_to_csv(const std::string& path, const std::string& csv_path, XlsxLimits limits) {
  BANMO_TRY(XlsxZip zip, XlsxZip::open(path, limits));
  Workbook book;
  BANMO_TRY(book.sheet, find_sheet(zip, book));
  if (zip.has("xl/sharedStrings.xml")) BANMO_DO(read_shared(zip, limits, book.shared));
  if (zip.has("xl/styles.xml")) BANMO_DO(read_styles(zip, book.is_date));
  RowsToCsv writer(book, limits, csv_path);
  XmlHandler handler;
  handler.start = [&](std::string_view name, const XmlAttributes& attributes) { return writer.start(name, attributes); };
  handler.end = [&](std::string_view name) { return writer.end(name); };
  handler.text = [&](std::string_view text) { writer.text(text); };
  BANMO_DO(zip.parse(book.sheet, handler));
  return writer.write();
}

}  // namespace banmo::records
