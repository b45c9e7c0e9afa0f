// SPDX-License-Identifier: Apache-2.0
// Files of the demonstration city: CSV written in pieces, small tables as CSV or XLSX with a note that they are synthetic, zips. The same content
// gives the same bytes.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"

namespace banmo::server {

inline constexpr std::string_view kSyntheticNote = "演示数据：全部由程序合成，与任何真实的学校和个人无关 Synthetic data: no real school or person";
inline constexpr std::string_view kSyntheticSuffix = "-演示数据-synthetic";

// A CSV file that is written in pieces of about a megabyte. Not thread-safe. What went wrong (a full disk) is told by close().
class CsvOut {
 public:
  static Result<CsvOut> create(const std::string& path, text::Encoding encoding = text::Encoding::utf8);
  CsvOut& cell(std::string_view text);  // in quotes where it needs them
  CsvOut& raw(std::string_view text);   // as it stands: a line that is broken on purpose
  void end_row();
  void row(const std::vector<std::string>& cells);
  int64_t n_bytes() const { return n_bytes_; }
  Result<> close();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  CsvOut() = default;
  void flush();
  std::unique_ptr<std::FILE, Closer> file_;
  std::string path_, buffer_;
  text::Encoding encoding_ = text::Encoding::utf8;
  int64_t n_bytes_ = 0;
  bool in_row_ = false, failed_ = false;
};

struct Sheet {
  std::string name;  // of the sheet
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;  // numbers are written as numbers
};
Result<> write_xlsx(const std::string& path, const Sheet& sheet);
// The note stands in a line of its own above the headings.
Result<> write_csv(const std::string& path, const Sheet& sheet, text::Encoding encoding);

// Packs files (name in the zip, path) and removes them afterwards.
Result<> write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace banmo::server
