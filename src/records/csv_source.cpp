// SPDX-License-Identifier: Apache-2.0
#include "records/csv_source.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "crypto/crypto.h"

namespace banmo::records {
namespace {

constexpr size_t kMaxQuotedBytes = 64 << 10;  // a quoted cell longer than this is a stray quote
constexpr size_t kHeadBytes = 256 << 10;      // what the encoding is told from
constexpr size_t kConvertBytes = 4 << 20;

bool is_blank(std::string_view cell) { return cell.find_first_not_of(" \t") == std::string_view::npos; }

char find_delimiter(std::string_view text) {
  std::array<int64_t, 3> n{};
  constexpr std::string_view kDelimiters = ",;\t";
  bool quoted = false;
  int lines = 0;
  for (const char c : text.substr(0, 64 << 10)) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' && ++lines == 20) break;
    const size_t i = kDelimiters.find(c);
    if (i != std::string_view::npos) ++n[i];
  }
  return kDelimiters[static_cast<size_t>(std::max_element(n.begin(), n.end()) - n.begin())];
}

Error io_error(const std::string& what, const std::string& path) {
  const int number = errno;
  if (number == ENOSPC || number == EDQUOT) {
    return fail(ErrorCode::storage_full, "records.storage_full", {"磁盘已满，请清理空间后重试", "the disk is full; free some space and try again"},
                {}, path + ": " + std::generic_category().message(number));
  }
  return fail(number == ENOENT ? ErrorCode::not_found : ErrorCode::internal, number == ENOENT ? "records.no_file" : "records.file_error",
              {"无法" + std::string(what == "write" ? "写入" : "读取") + "文件，请重新上传",
               "the file cannot be " + std::string(what == "write" ? "written" : "read") + "; upload it again"},
              {}, path + ": " + std::generic_category().message(number));
}

// Where a block of a file in `encoding` may be cut: behind its last line break, never inside a character.
size_t cut_at_line(std::string_view block, text::Encoding encoding) {
  const bool wide = encoding == text::Encoding::utf16le || encoding == text::Encoding::utf16be;
  if (!wide) {
    const size_t end = block.rfind('\n');
    return end == std::string_view::npos ? block.size() : end + 1;
  }
  const size_t low = encoding == text::Encoding::utf16le ? 0 : 1;
  for (size_t i = block.size() / 2; i-- > 0;) {
    if (block[2 * i + low] == '\n' && block[2 * i + 1 - low] == 0) return 2 * i + 2;
  }
  return block.size() - block.size() % 2;
}

Result<> convert(std::string_view bytes, text::Encoding encoding, const std::string& path) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (size_t at = 0; at < bytes.size();) {
    std::string_view block = bytes.substr(at, kConvertBytes);
    if (at + block.size() < bytes.size()) block = block.substr(0, cut_at_line(block, encoding));
    auto converted = text::to_utf8(block, encoding);
    if (!converted.ok()) {
      const size_t line = static_cast<size_t>(std::count(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(at), '\n')) + 1;
      return fail(
          ErrorCode::invalid, "records.bad_encoding",
          {"第 " + std::to_string(line) + " 行之后有无法识别的字符，请将文件另存为 UTF-8 或 GB18030 后再导入",
           "there are bytes behind line " + std::to_string(line) + " that are no text; save the file as UTF-8 or GB18030 and import it again"},
          {}, converted.error().message.en);
    }
    out.write(converted->data(), static_cast<std::streamsize>(converted->size()));
    at += block.size();
  }
  out.close();
  if (!out) return io_error("write", path);
  return {};
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return io_error("read", path);
  struct stat status{};
  MappedFile file;
  if (::fstat(handle, &status) == 0 && status.st_size > 0) {
    void* data = ::mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_PRIVATE, handle, 0);
    if (data == MAP_FAILED) {
      const Error error = io_error("read", path);
      ::close(handle);
      return error;
    }
    ::madvise(data, static_cast<size_t>(status.st_size), MADV_SEQUENTIAL);
    file.data_ = static_cast<const char*>(data);
    file.size_ = static_cast<size_t>(status.st_size);
  }
  ::close(handle);
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}
MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::forget_before(int64_t offset) const {
  const size_t page = 4096;
  const size_t n = std::min(static_cast<size_t>(std::max<int64_t>(offset, 0)), size_) / page * page;
  if (n > 0) ::madvise(const_cast<char*>(data_), n, MADV_DONTNEED);
}

void CsvText::seek(int64_t offset, int64_t line) {
  at_ = std::min(static_cast<size_t>(offset), text_.size());
  line_ = line;
}

void CsvText::take_broken_line(Record& record) {
  const size_t begin = static_cast<size_t>(record.offset);
  const size_t end = std::min(text_.find('\n', begin), text_.size());
  std::string_view raw = text_.substr(begin, end - begin);
  if (raw.ends_with('\r')) raw.remove_suffix(1);
  record.broken = true;
  record.cells.assign(1, raw);
  at_ = std::min(end + 1, text_.size());
  line_ = record.line + 1;
}

void CsvText::retreat_to_first_line(Record& record) { take_broken_line(record); }

// Reads a quoted cell whose opening quote stands at `at`; leaves `at` behind the closing quote. False if the quotes do not fit.
bool CsvText::read_quoted(Record& record, size_t& at, int64_t& line) {
  const size_t begin = ++at;
  bool doubled = false;
  while (true) {
    const size_t quote = text_.find('"', at);
    if (quote == std::string_view::npos || quote - begin > kMaxQuotedBytes) return false;
    at = quote + 1;
    if (at < text_.size() && text_[at] == '"') {
      doubled = true;
      ++at;
      continue;
    }
    break;
  }
  const std::string_view inside = text_.substr(begin, at - 1 - begin);
  line += std::count(inside.begin(), inside.end(), '\n');
  if (!doubled) {
    record.cells.push_back(inside);
    return true;
  }
  std::string plain;
  plain.reserve(inside.size());
  for (size_t i = 0; i < inside.size(); ++i) {
    plain += inside[i];
    if (inside[i] == '"') ++i;
  }
  record.unescaped.push_back(std::move(plain));
  record.cells.push_back(std::string_view());  // set when the record is complete: `unescaped` may still move
  return true;
}

// Reads one record, blank or not, that begins at at_. False at the end of the text.
bool CsvText::read_record(Record& record) {
  record.cells.clear();
  record.unescaped.clear();
  record.broken = false;
  record.offset = static_cast<int64_t>(at_);
  record.line = line_;
  if (at_ >= text_.size()) return false;
  size_t at = at_;
  int64_t line = line_;
  const char* const data = text_.data();
  const size_t size = text_.size();
  while (true) {
    if (at < size && data[at] == '"') {
      if (!read_quoted(record, at, line)) {
        take_broken_line(record);
        return true;
      }
      while (at < size && (data[at] == ' ' || data[at] == '\r')) ++at;
      if (at < size && data[at] != delimiter_ && data[at] != '\n') {
        take_broken_line(record);
        return true;
      }
    } else {
      const size_t begin = at;
      while (at < size && data[at] != delimiter_ && data[at] != '\n') ++at;
      size_t end = at;
      if ((at == size || data[at] == '\n') && end > begin && data[end - 1] == '\r') --end;
      record.cells.push_back(text_.substr(begin, end - begin));
    }
    if (at >= size || data[at] == '\n') break;
    ++at;  // the delimiter
  }
  at_ = at >= size ? size : at + 1;
  line_ = line + 1;
  if (!record.unescaped.empty()) {
    size_t i = 0;
    for (auto& cell : record.cells) {
      if (cell.data() == nullptr) cell = record.unescaped[i++];
    }
  }
  return true;
}

bool CsvText::next(Record& record) {
  while (read_record(record)) {
    if (std::all_of(record.cells.begin() + (numbered_ && !record.cells.empty() ? 1 : 0), record.cells.end(), is_blank)) continue;
    if (numbered_ && !record.broken) {
      int64_t number = 0;
      for (const char c : record.cells.front()) number = c >= '0' && c <= '9' ? number * 10 + (c - '0') : number;
      record.line = number;
      record.cells.erase(record.cells.begin());
    }
    return true;
  }
  return false;
}

Result<CsvFile> CsvFile::open(const std::string& path, const std::string& temporary, bool numbered) {
  CsvFile file;
  BANMO_TRY(file.file_, MappedFile::open(path));
  file.numbered_ = numbered;
  const std::string_view bytes = file.file_.bytes();
  const auto encoding = numbered ? std::optional{text::Encoding::utf8} : text::detect_encoding(bytes.substr(0, kHeadBytes));
  if (!encoding) {
    return fail(ErrorCode::invalid, "records.bad_encoding",
                {"无法识别文件的编码，请另存为 UTF-8 或 GB18030（GBK）的 CSV 后再导入",
                 "the file's encoding is neither UTF-8, GB18030 nor UTF-16; save it as UTF-8 CSV and import it again"});
  }
  file.text_ = bytes;
  if (*encoding == text::Encoding::utf8_bom) file.text_.remove_prefix(3);
  if (*encoding == text::Encoding::gb18030 || *encoding == text::Encoding::utf16le || *encoding == text::Encoding::utf16be) {
    file.temporary_ = temporary;
    BANMO_DO(convert(bytes, *encoding, temporary));
    BANMO_TRY(file.file_, MappedFile::open(temporary));
    file.text_ = file.file_.bytes();
    if (file.text_.starts_with("\xEF\xBB\xBF")) file.text_.remove_prefix(3);
  }
  if (text::trim(file.text_.substr(0, kHeadBytes)).empty()) {
    return fail(ErrorCode::invalid, "records.empty_file", {"文件是空的，请检查后重新上传", "the file is empty; check it and upload it again"});
  }
  file.delimiter_ = numbered ? ',' : find_delimiter(file.text_);
  return file;
}

CsvFile::CsvFile(CsvFile&& other) noexcept
    : file_(std::move(other.file_)),
      temporary_(std::exchange(other.temporary_, {})),
      text_(other.text_),
      delimiter_(other.delimiter_),
      numbered_(other.numbered_) {}

CsvFile::~CsvFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<std::string> file_sha256(const std::string& path) {
  BANMO_TRY(const MappedFile file, MappedFile::open(path));
  crypto::Hasher hasher(crypto::Profile::intl);
  constexpr size_t kBlock = 16 << 20;
  for (size_t at = 0; at < file.bytes().size(); at += kBlock) {
    hasher.add(file.bytes().substr(at, kBlock));
    file.forget_before(static_cast<int64_t>(at));
  }
  return crypto::to_hex(hasher.finish());
}

}  // namespace banmo::records
