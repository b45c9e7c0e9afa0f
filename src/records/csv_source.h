// SPDX-License-Identifier: Apache-2.0
// A CSV file as records with their physical lines. Converts GB18030 and UTF-16 to a temporary UTF-8 file, hashes the original, finds the delimiter (,
// ; tab). RFC 4180 quoting; a record that is broken (a stray or unclosed quote) costs its own physical line only, never the rest of the file. One
// reader at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace banmo::records {

// A file in memory by mmap, or nothing. Moves.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return {data_, size_}; }
  // Tells the system that the bytes before `offset` are not needed soon, so that they do not count as our memory.
  void forget_before(int64_t offset) const;

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

struct Record {
  int64_t line = 0;                     // physical line of its first byte, from 1; the sheet's row for a numbered file
  int64_t offset = 0;                   // of its first byte
  bool broken = false;                  // quotes do not fit: cells holds the raw line alone
  std::vector<std::string_view> cells;  // valid until the next call
  std::vector<std::string> unescaped;   // what cells with doubled quotes point to
};

// Tokenises text that stays where it is.
class CsvText {
 public:
  CsvText() = default;
  CsvText(std::string_view text, char delimiter, bool numbered) : text_(text), delimiter_(delimiter), numbered_(numbered) {}
  // The next record that is not blank; false at the end.
  bool next(Record& record);
  void seek(int64_t offset, int64_t line);
  int64_t offset() const { return static_cast<int64_t>(at_); }
  int64_t line() const { return line_; }
  char delimiter() const { return delimiter_; }
  // Takes `record` (just read) as its first physical line only and goes on behind that line: what a wrong number of cells over several lines asks
  // for.
  void retreat_to_first_line(Record& record);

 private:
  bool read_quoted(Record& record, size_t& at, int64_t& line);
  bool read_record(Record& record);
  void take_broken_line(Record& record);
  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1;
  char delimiter_ = ',';
  bool numbered_ = false;  // the first cell is the line (a sheet's row); it is taken off
};

class CsvFile {
 public:
  // `temporary` is the path that a converted copy gets (removed by the destructor). `numbered` as in CsvText; such a file must be UTF-8.
  // Errors: not_found "records.no_file", invalid "records.empty_file", invalid "records.bad_encoding" with the offset.
  static Result<CsvFile> open(const std::string& path, const std::string& temporary, bool numbered = false);
  CsvFile(CsvFile&& other) noexcept;
  CsvFile& operator=(CsvFile&&) = delete;
  ~CsvFile();
  std::string_view text() const { return text_; }
  CsvText reader() const { return {text_, delimiter_, numbered_}; }
  char delimiter() const { return delimiter_; }
  bool numbered() const { return numbered_; }
  void forget_before(int64_t offset) const { file_.forget_before(offset); }

 private:
  CsvFile() = default;
  MappedFile file_;
  std::string temporary_;
  std::string_view text_;
  char delimiter_ = ',';
  bool numbered_ = false;
};

// SHA-256 of a file's bytes in hexadecimal.
Result<std::string> file_sha256(const std::string& path);

}  // namespace banmo::records
