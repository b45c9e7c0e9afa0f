// SPDX-License-Identifier: Apache-2.0
#include "directory/csv.h"

#include <algorithm>

namespace banmo::directory {
namespace {

constexpr size_t kBufferBytes = 256u << 10;

Error too_large(int64_t line) {
  return fail(ErrorCode::too_large, "directory.csv_too_large",
              {"这一行过长（单元格超过 64 KiB 或超过 500 列），请检查引号和分隔符",
               "this line is too long (a cell over 64 KiB or over 500 cells): check quotes and separators"},
              "line " + std::to_string(line));
}

}  // namespace

Result<int> CsvReader::get() {
  if (pushed_back_ != -2) {
    const int c = pushed_back_;
    pushed_back_ = -2;
    return c;
  }
  if (at_ == size_) {
    if (buffer_.empty()) buffer_.resize(kBufferBytes);
    at_ = 0;
    BANMO_TRY(size_, source_(buffer_.data(), buffer_.size()));
    if (size_ == 0) return -1;
    if (!started_ && size_ >= 3 && std::string_view(buffer_).starts_with("\xef\xbb\xbf")) at_ = 3;
    started_ = true;
    if (at_ == size_) return get();
  }
  return static_cast<unsigned char>(buffer_[at_++]);
}

Result<bool> CsvReader::record(std::vector<std::string>& cells, size_t& n_cells) {
  const int64_t first_line = line_;
  const auto open_cell = [&]() -> std::string& {
    if (n_cells == cells.size()) cells.emplace_back();
    cells[n_cells].clear();
    return cells[n_cells++];
  };
  n_cells = 0;
  std::string* cell = &open_cell();
  bool quoted = false, was_quoted = false, any = false;
  for (;;) {
    // The common run of plain bytes is taken at once.
    if (pushed_back_ == -2 && at_ < size_) {
      const size_t start = at_;
      while (at_ < size_ && buffer_[at_] != '"' && buffer_[at_] != '\n' && (quoted || (buffer_[at_] != ',' && buffer_[at_] != '\r'))) ++at_;
      cell->append(buffer_, start, at_ - start);
      any = any || at_ > start;
      if (cell->size() > kMaxCellBytes) return too_large(first_line);
    }
    BANMO_TRY(const int c, get());
    if (c == -1) {
      if (quoted)
        return fail(ErrorCode::invalid, "directory.csv_open_quote",
                    {"引号没有闭合，请检查这一行之后的内容", "a quote is not closed: check this line and those after it"},
                    "line " + std::to_string(first_line));
      return any || n_cells > 1;
    }
    any = any || (c != '\n' && c != '\r');
    if (quoted) {
      if (c == '\n') ++line_;
      if (c != '"') {
        cell->push_back(static_cast<char>(c));
        continue;
      }
      BANMO_TRY(const int after, get());
      if (after == '"') {
        cell->push_back('"');
      } else {
        quoted = false;
        pushed_back_ = after;
      }
    } else if (c == '"' && cell->empty() && !was_quoted) {
      quoted = was_quoted = true;
    } else if (c == ',') {
      if (n_cells == kMaxCells) return too_large(first_line);
      cell = &open_cell();
      was_quoted = false;
    } else if (c == '\n') {
      ++line_;
      return true;
    } else if (c == '\r') {
      BANMO_TRY(const int after, get());
      if (after != '\n') pushed_back_ = after;
      ++line_;
      return true;
    } else {
      cell->push_back(static_cast<char>(c));
    }
  }
}

Result<bool> CsvReader::next(std::vector<std::string>& cells, int64_t& line) {
  for (;;) {
    line = line_;
    size_t n_cells = 0;
    BANMO_TRY(const bool more, record(cells, n_cells));
    if (!more && n_cells <= 1) return false;
    if (n_cells == 1 && cells[0].empty()) continue;
    cells.resize(n_cells);
    return true;
  }
}

bool has_nul(const std::vector<std::string>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.find('\0') != std::string::npos; });
}

Message nul_words() {
  return {"这一行含有不可见字符 U+0000，请删去后重新保存文件", "the line holds the character U+0000: remove it and save the file again"};
}

void append_csv_cell(std::string& out, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace banmo::directory
