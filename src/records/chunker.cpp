// SPDX-License-Identifier: Apache-2.0
#include "records/chunker.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "base/text.h"

namespace banmo::records {
namespace {

using pack::FieldType;

constexpr size_t kWriteBytes = 1 << 20;
constexpr int64_t kMarkEvery = 1024;
constexpr size_t kMaxBad = 20'000;  // unreadable records in a chunk: they are held in memory

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits with an optional minus, without leading zeros, at most 15: what prints back as it is written.
bool is_plain_int(std::string_view cell) {
  if (cell.starts_with('-')) cell.remove_prefix(1);
  if (cell.empty() || cell.size() > 15 || (cell[0] == '0' && cell.size() > 1)) return false;
  return std::all_of(cell.begin(), cell.end(), is_digit);
}

bool is_plain_decimal(std::string_view cell, int scale) {
  if (cell.starts_with('-')) cell.remove_prefix(1);
  size_t whole = 0;
  while (whole < cell.size() && is_digit(cell[whole])) ++whole;
  if (whole == 0 || whole > 14) return false;
  if (whole == cell.size()) return true;
  if (cell[whole] != '.') return false;
  const std::string_view rest = cell.substr(whole + 1);
  return !rest.empty() && rest.size() <= static_cast<size_t>(scale) && std::all_of(rest.begin(), rest.end(), is_digit);
}

bool is_plain_year(std::string_view cell) {
  return cell.size() == 4 && (cell.starts_with("19") || cell.starts_with("20")) && is_digit(cell[2]) && is_digit(cell[3]);
}

bool is_plain_ascii(std::string_view cell) {
  return std::all_of(cell.begin(), cell.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_word(std::string_view cell) {
  return std::all_of(cell.begin(), cell.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

bool has_control(std::string_view cell) {
  return std::any_of(cell.begin(), cell.end(), [](char c) { return (c >= 0 && c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7F; });
}

// True if it held a line break.
bool append_cell(std::string& out, std::string_view cell) {
  if (cell.find_first_of(",\"\n\r") == std::string_view::npos) {
    out += cell;
    return false;
  }
  bool has_break = false;
  out += '"';
  for (size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] == '"') out += '"';
    if (cell[i] == '\r' && i + 1 < cell.size() && cell[i + 1] == '\n') continue;
    const bool breaks = cell[i] == '\n' || cell[i] == '\r';
    has_break = has_break || breaks;
    out += breaks ? kBreak : cell[i];
  }
  out += '"';
  return has_break;
}

Finding encoding_finding(const Column& column) {
  const Message name = field_name(column);
  return {column.field->id,
          "encoding",
          {"“" + name.zh + "”含有乱码或不可见字符，请重新填写", name.en + " holds bytes that are no text or control characters; write it again"}};
}

Finding columns_finding(size_t n_found, size_t n_expected) {
  return {{},
          "columns",
          {"该行有 " + std::to_string(n_found) + " 列，标题有 " + std::to_string(n_expected) + " 列，请检查多余或缺少的分隔符",
           "the line has " + std::to_string(n_found) + " cells but the heading has " + std::to_string(n_expected) +
               "; look for a separator too many or too few"}};
}

Finding quotes_finding() {
  return {{},
          "columns",
          {"该行的双引号不成对，请删去多余的引号，或把单元格内的引号写成两个",
           "the quotes of this line do not fit; remove the stray one or double it inside a quoted cell"}};
}

// A file that is written in blocks; a full disk is told apart.
class BlockWriter {
 public:
  explicit BlockWriter(const std::string& path) : path_(path), handle_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    failed_ = handle_ < 0 ? errno : 0;
  }
  ~BlockWriter() {
    if (handle_ >= 0) ::close(handle_);
  }
  void write(std::string_view bytes) {
    while (failed_ == 0 && !bytes.empty()) {
      const ssize_t n = ::write(handle_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0)
        failed_ = errno;
      else
        bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  Result<> finish() const {
    if (failed_ == 0) return {};
    if (failed_ == ENOSPC || failed_ == EDQUOT) {
      return fail(ErrorCode::storage_full, "records.storage_full",
                  {"磁盘已满，导入已暂停；清理空间后会从断点继续",
                   "the disk is full and the import has stopped; free some space and it goes on where it stopped"},
                  {}, path_ + ": " + std::generic_category().message(failed_));
    }
    return fail(ErrorCode::internal, "records.file_error",
                {"无法写入临时文件，请联系管理员检查数据目录", "a temporary file cannot be written; ask the administrator to check the data folder"},
                {}, path_ + ": " + std::generic_category().message(failed_));
  }

 private:
  std::string path_;
  int handle_;
  int failed_ = 0;
};

}  // namespace

struct Chunker::Row {
  std::string text;                           // the canonical cells, one behind the other
  std::vector<std::pair<size_t, size_t>> at;  // (begin, end) of each written cell
  std::vector<Finding> findings;
  std::string key;
  int64_t org_no = 0;
  std::string_view cell(size_t slot) const { return std::string_view(text).substr(at[slot].first, at[slot].second - at[slot].first); }
};

Chunker::Chunker(const CsvFile& file, const Headings& headings, const Schema& schema, OrgReader& orgs, const Sealer& sealer,
                 expr::Environment environment)
    : file_(file), headings_(headings), schema_(schema), orgs_(orgs), sealer_(sealer), environment_(environment), reader_(file.reader()) {
  reader_.seek(headings.offset, headings.line);
  for (const size_t field : headings.fields) {
    if (field != kNoField) written_.push_back(field);
  }
  for (const size_t field : schema.grain) {
    const auto it = std::find(written_.begin(), written_.end(), field);
    grain_slots_.push_back(static_cast<size_t>(it - written_.begin()));
  }
  if (!schema.has_sealed) return;
  for (const Column& column : schema.columns) {
    if (column.field->from) written_.push_back(column.index);
  }
}

bool Chunker::canonical_slow(const Column& column, std::string_view cell, Row& row) const {
  if (!text::is_utf8(cell) || has_control(cell)) {
    row.findings.push_back(encoding_finding(column));
    return false;
  }
  auto value = column.ref == RefKind::org ? orgs_.read(column, cell) : read_plain_cell(column, cell);
  if (auto* finding = std::get_if<Finding>(&value)) {
    row.findings.push_back(std::move(*finding));
    return false;
  }
  const auto& read = std::get<sql::Value>(value);
  if (column.sealed() && !in_range(column, read)) {
    row.findings.push_back(range_finding(column));
    return false;
  }
  append_canonical(row.text, read);
  return true;
}

// Appends the canonical form of a cell that is not empty. The quick ways accept only what the slow one would read in the same way.
bool Chunker::canonical(const Column& column, std::string_view cell, Row& row) const {
  bool plain = false;
  switch (column.stored_as) {
    case FieldType::integer: plain = is_plain_int(cell); break;
    case FieldType::decimal: plain = is_plain_decimal(cell, column.field->scale); break;
    case FieldType::date: plain = cell.size() == 10 && Date::parse_iso(cell).has_value(); break;
    case FieldType::year: plain = is_plain_year(cell); break;
    case FieldType::ref: plain = is_word(cell); break;
    case FieldType::text:
    case FieldType::state: plain = !column.sealed() && is_plain_ascii(cell); break;
    case FieldType::boolean:
      if (cell != "0" && cell != "1") break;
      row.text += cell == "1" ? "true" : "false";
      return true;
    case FieldType::code: {
      const auto it = column.codes.find(cell);
      if (it == column.codes.end()) break;
      row.text += it->second;
      return true;
    }
    default: break;
  }
  if (!plain) return canonical_slow(column, cell, row);
  row.text += cell;
  return true;
}

bool Chunker::read_cells(const Record& record, Row& row) const {
  row.text.clear();
  row.at.clear();
  row.findings.clear();
  row.key.clear();
  row.org_no = 0;
  for (size_t i = 0; i < headings_.fields.size(); ++i) {
    if (headings_.fields[i] == kNoField) continue;
    const Column& column = schema_.columns[headings_.fields[i]];
    const std::string_view cell = record.cells[i];
    const size_t begin = row.text.size();
    if (!cell.empty()) (void)canonical(column, cell, row);
    if (row.text.size() == begin && (row.findings.empty() || row.findings.back().field != column.field->id)) {
      if (!sql::is_null(column.default_value))
        append_canonical(row.text, column.default_value);
      else if (column.required)
        row.findings.push_back(required_finding(column));
    }
    row.at.emplace_back(begin, row.text.size());
    if (schema_.org && *schema_.org == column.index) {
      const std::string_view org = row.cell(row.at.size() - 1);
      std::from_chars(org.data(), org.data() + org.size(), row.org_no);
    }
  }
  for (const size_t slot : grain_slots_) {
    if (slot >= row.at.size()) continue;
    if (!row.key.empty()) row.key += '~';
    row.key += row.cell(slot);
  }
  return row.findings.empty();
}

// Derived fields and rules that read sealed fields are evaluated here; then the sealed cells are replaced by hexadecimal.
Result<> Chunker::finish_sealed(Row& row) {
  sql::Values values(schema_.columns.size());
  const size_t n_read = row.at.size();
  for (size_t slot = 0; slot < n_read; ++slot) {
    const Column& column = schema_.columns[written_[slot]];
    if (column.ref == RefKind::person || column.ref == RefKind::dataset) continue;
    values[column.index] = from_canonical(column, row.cell(slot)).value_or(sql::Value{});
  }
  for (size_t slot = n_read; slot < written_.size(); ++slot) {
    const Column& column = schema_.columns[written_[slot]];
    BANMO_TRY(values[column.index], column.field->from->evaluate(values, environment_));
    const size_t begin = row.text.size();
    append_canonical(row.text, values[column.index]);
    row.at.emplace_back(begin, row.text.size());
  }
  for (const RuleColumn& rule : schema_.error_rules) {
    if (!rule.reads_sealed) continue;
    BANMO_TRY(const auto value, rule.rule->row->evaluate(values, environment_));
    if (!expr::is_true(value)) row.findings.push_back(rule_finding(*rule.rule));
  }
  for (size_t slot = 0; slot < row.at.size(); ++slot) {
    const Column& column = schema_.columns[written_[slot]];
    if (!column.sealed() || row.cell(slot).empty()) continue;
    const std::string plain(row.cell(slot));
    BANMO_TRY(const auto sealed, sealer_.seal(schema_, column, plain));
    const size_t begin = row.text.size();
    row.text += crypto::to_hex(sealed) + sealer_.index(schema_, column, plain);
    row.at[slot] = {begin, row.text.size()};
  }
  return {};
}

std::string Chunker::key_at(int64_t offset) const {
  CsvText reader = file_.reader();
  reader.seek(offset, 1);
  Record record;
  if (!reader.next(record)) return {};
  Row row;
  record.cells.resize(std::max(record.cells.size(), headings_.fields.size()));
  read_cells(record, row);
  return row.key;
}

int64_t Chunker::line_at(int64_t offset) const {
  auto it = std::upper_bound(marks_.begin(), marks_.end(), std::pair{offset, INT64_MAX});
  CsvText reader = file_.reader();
  if (it != marks_.begin()) reader.seek(std::prev(it)->first, std::prev(it)->second);
  Record record;
  while (reader.next(record)) {
    if (record.offset >= offset) return record.line;
    if (record.cells.size() > headings_.fields.size()) reader.retreat_to_first_line(record);
  }
  return 0;
}

void Chunker::check_double(const Record& record, Row& row) {
  const uint64_t hash = std::hash<std::string_view>{}(row.key);
  const int64_t first = keys_.find_or_add(hash, record.offset, [&](int64_t offset) { return key_at(offset) == row.key; });
  if (first < 0) return;
  std::string zh, en;
  for (const size_t field : schema_.grain) {
    const Message name = field_name(schema_.columns[field]);
    zh += (zh.empty() ? "" : "、") + name.zh;
    en += (en.empty() ? "" : ", ") + name.en;
  }
  const std::string line = std::to_string(line_at(first));
  row.findings.push_back(
      {{},
       "duplicate",
       {"与第 " + line + " 行重复（" + zh + " 相同），请只保留一行", "repeats line " + line + " (same " + en + "); keep one of them"}});
}

BadLine Chunker::make_bad(const Record& record, std::vector<Finding> findings, const Row* row) const {
  BadLine bad;
  bad.line = record.line;
  bad.findings = std::move(findings);
  for (const auto& cell : record.cells) {
    if (text::is_utf8(cell))
      bad.raw.emplace_back(cell);
    else
      bad.raw.push_back(text::to_utf8(cell, text::Encoding::gb18030).ok() ? *text::to_utf8(cell, text::Encoding::gb18030) : "\xEF\xBF\xBD");
  }
  for (std::string& raw : bad.raw) {  // stores take no NUL in text: it is shown as the sign for one
    for (size_t at = raw.find('\0'); at != std::string::npos; at = raw.find('\0', at)) raw.replace(at, 1, "␀");
  }
  if (row != nullptr) {
    bad.org_no = row->org_no;
    const auto unread = [&](size_t field) {
      return std::any_of(bad.findings.begin(), bad.findings.end(), [&](const Finding& f) { return f.field == schema_.columns[field].field->id; });
    };
    if (std::none_of(schema_.grain.begin(), schema_.grain.end(), unread)) bad.key = row->key;
  }
  return bad;
}

// True if the record goes into the chunk file.
bool Chunker::take(const Record& record, Row& row, Chunk& chunk) {
  if (read_cells(record, row)) {
    if (!grain_slots_.empty()) check_double(record, row);
    if (schema_.has_sealed && row.findings.empty()) {
      auto done = finish_sealed(row);
      if (!done.ok()) row.findings.push_back({{}, "sealing", done.error().message});
    }
  }
  if (!watched_.empty() && !row.key.empty() && watched_.contains(row.key)) chunk.met_keys.push_back(row.key);
  if (row.findings.empty()) return true;
  chunk.bad.push_back(make_bad(record, std::move(row.findings), &row));
  row.findings.clear();
  return false;
}

Result<Chunk> Chunker::next(const std::string& path, ChunkLimits limits) {
  Chunk chunk;
  chunk.path = path;
  std::optional<BlockWriter> out;
  if (!path.empty()) out.emplace(path);
  const size_t n_columns = headings_.fields.size();
  const int64_t begin = reader_.offset();
  std::string block;
  Record record;
  Row row;
  char number[24];
  while (chunk.n_read < limits.n_records && chunk.bad.size() < kMaxBad && reader_.offset() - begin < limits.n_bytes) {
    if (!reader_.next(record)) {
      chunk.last = true;
      break;
    }
    if (n_records_++ % kMarkEvery == 0) marks_.emplace_back(record.offset, record.line);
    ++chunk.n_read;
    while (record.cells.size() > n_columns && record.cells.back().empty()) record.cells.pop_back();
    if (file_.numbered() && record.cells.size() < n_columns) record.cells.resize(n_columns);  // sheets leave empty cells out
    if (record.broken || record.cells.size() != n_columns) {
      const size_t n_found = record.cells.size();
      const bool was_broken = record.broken;
      if (!record.broken && reader_.line() > record.line + 1) reader_.retreat_to_first_line(record);
      chunk.bad.push_back(make_bad(record, {was_broken ? quotes_finding() : columns_finding(n_found, n_columns)}, nullptr));
      continue;
    }
    if (!take(record, row, chunk) || !out) continue;
    chunk.places.emplace_back(record.line, record.offset);
    block.append(number, std::to_chars(number, number + sizeof number, record.line).ptr);
    for (size_t slot = 0; slot < row.at.size(); ++slot) {
      block += ',';
      if (append_cell(block, row.cell(slot))) chunk.has_breaks = true;
    }
    block += '\n';
    if (block.size() >= kWriteBytes) {
      out->write(block);
      block.clear();
    }
  }
  if (reader_.offset() >= n_bytes()) chunk.last = true;
  chunk.next_offset = reader_.offset();
  chunk.next_line = reader_.line();
  file_.forget_before(begin);
  if (!out) return chunk;
  out->write(block);
  BANMO_DO(out->finish());
  return chunk;
}

Result<> Chunker::skip_to(int64_t offset) {
  while (reader_.offset() < offset) {
    BANMO_TRY(const Chunk chunk, next("", {.n_records = INT64_MAX, .n_bytes = std::min<int64_t>(offset - reader_.offset(), 64 << 20)}));
    if (chunk.last) break;
  }
  return {};
}

BadLine Chunker::bad_line(const Chunk& chunk, int64_t line) const {
  const auto it = std::lower_bound(chunk.places.begin(), chunk.places.end(), std::pair{line, int64_t{-1}});
  CsvText reader = file_.reader();
  Record record;
  Row row;
  if (it == chunk.places.end() || it->first != line) return {.line = line, .findings = {}, .raw = {}, .key = {}, .org_no = 0};
  reader.seek(it->second, line);
  if (!reader.next(record)) return {.line = line, .findings = {}, .raw = {}, .key = {}, .org_no = 0};
  record.cells.resize(std::max(record.cells.size(), headings_.fields.size()));
  read_cells(record, row);
  return make_bad(record, {}, &row);
}

}  // namespace banmo::records
