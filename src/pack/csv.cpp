// SPDX-License-Identifier: Apache-2.0
#include "pack/csv.h"

#include "base/text.h"

namespace banmo::pack {

namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<std::vector<CsvRow>> read() {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    if (!text::is_utf8(text_))
      return fail(ErrorCode::invalid, "pack.csv", {"CSV 不是 UTF-8 编码，请另存为 UTF-8", "the CSV is not UTF-8: save it as UTF-8"}, file_ + ":1:1");
    skip_comments();
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      BANMO_TRY(CsvRow row, read_row());
      if (row.cells.size() > 1 || !row.cells[0].empty()) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  void skip_comments() {
    while (at_ < text_.size() && text_[at_] == '#') {
      const size_t end = text_.find('\n', at_);
      at_ = end == std::string_view::npos ? text_.size() : end + 1;
      next_line();
    }
  }

  void next_line() {
    ++line_;
    line_start_ = at_;
  }

  bool at_line_end() const {
    return at_ >= text_.size() || text_[at_] == '\n' || (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
  }

  Result<CsvRow> read_row() {
    CsvRow row{line_, {}};
    for (;;) {
      BANMO_TRY(std::string cell, read_cell());
      row.cells.push_back(std::move(cell));
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      at_ = at_ >= text_.size() ? at_ : text_.find('\n', at_) + 1;
      next_line();
      return row;
    }
  }

  Result<std::string> read_cell() {
    if (at_ >= text_.size() || text_[at_] != '"') {
      const size_t start = at_;
      while (!at_line_end() && text_[at_] != ',') ++at_;
      return std::string(text_.substr(start, at_ - start));
    }
    const std::string where = place();
    std::string cell;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') {
        cell += text_[at_];
        if (text_[at_] == '\n') {
          ++line_;
          line_start_ = at_ + 1;
        }
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell += '"';
        ++at_;
      } else {
        ++at_;
        if (at_line_end() || text_[at_] == ',') return cell;
        return fail(ErrorCode::invalid, "pack.csv", {"引号结束后须是逗号或换行", "behind a closing quote stands neither a comma nor the line's end"},
                    place());
      }
    }
    return fail(ErrorCode::invalid, "pack.csv", {"引号没有结束", "the quote does not end"}, where);
  }

  std::string place() const { return file_ + ":" + std::to_string(line_) + ":" + std::to_string(at_ - line_start_ + 1); }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0, line_start_ = 0;
  int line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> read_csv(std::string_view text, const std::string& file) { return CsvReader(text, file).read(); }

}  // namespace banmo::pack
