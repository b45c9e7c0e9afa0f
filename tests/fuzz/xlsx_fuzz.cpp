// SPDX-License-Identifier: Apache-2.0
// Any bytes as a workbook, and as one part of an otherwise sound workbook: an error with a sentence, or a CSV that reads back with a number in front
// of every row.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "records/csv_source.h"
#include "records/xlsx_reader.h"

namespace {

using namespace banmo;

void require(bool good) {
  if (!good) std::abort();
}

uint32_t crc32(std::string_view bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

void put(std::string& out, uint32_t value, int n_bytes) {
  for (int i = 0; i < n_bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

// A zip of stored entries (APPNOTE 4.3).
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out, directory;
  for (const auto& [name, bytes] : entries) {
    const auto offset = static_cast<uint32_t>(out.size());
    std::string head;
    put(head, 20, 2);
    put(head, 0, 2);
    put(head, 0, 2);
    put(head, 0, 4);
    put(head, crc32(bytes), 4);
    put(head, static_cast<uint32_t>(bytes.size()), 4);
    put(head, static_cast<uint32_t>(bytes.size()), 4);
    put(head, static_cast<uint32_t>(name.size()), 2);
    put(head, 0, 2);
    put(out, 0x04034b50, 4);
    out += head + name + bytes;
    put(directory, 0x02014b50, 4);
    put(directory, 20, 2);
    directory += head;
    put(directory, 0, 2);
    put(directory, 0, 2);
    put(directory, 0, 2);
    put(directory, 0, 4);
    put(directory, offset, 4);
    directory += name;
  }
  const auto begin = static_cast<uint32_t>(out.size());
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, static_cast<uint32_t>(entries.size()), 2);
  put(out, static_cast<uint32_t>(entries.size()), 2);
  put(out, static_cast<uint32_t>(directory.size()), 4);
  put(out, begin, 4);
  put(out, 0, 2);
  return out;
}

std::vector<std::pair<std::string, std::string>> sound_workbook() {
  return {{"xl/workbook.xml", "<workbook xmlns:r='r'><workbookPr/><sheets><sheet name='a' sheetId='1' r:id='r1'/></sheets></workbook>"},
          {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml'/></Relationships>"},
          {"xl/sharedStrings.xml", "<sst><si><t>甲</t></si><si><r><t>乙</t></r><rPh><t>x</t></rPh></si></sst>"},
          {"xl/styles.xml",
           "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy\"年\"'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf "
           "numFmtId='170'/></cellXfs></styleSheet>"},
          {"xl/worksheets/sheet1.xml",
           "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' s='1'><v>45000.5</v></c></row></sheetData></worksheet>"}};
}

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / ("banmo-xlsx-fuzz-" + std::to_string(::getpid()))).string();
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

void check(const Folder& folder, const std::string& bytes) {
  std::ofstream(folder.path + "/input.xlsx", std::ios::binary | std::ios::trunc) << bytes;
  records::XlsxLimits limits;
  limits.max_total_bytes = 4 << 20;
  limits.max_shared_bytes = 1 << 20;
  limits.max_rows = 5000;
  const std::string csv = folder.path + "/output.csv";
  const auto done = records::xlsx_to_csv(folder.path + "/input.xlsx", csv, limits);
  if (!done.ok()) {
    require(done.error().id == "records.bad_xlsx" || done.error().id == "records.xlsx_bomb");
    require(!done.error().message.zh.empty() && !done.error().message.en.empty());
    return;
  }
  const auto file = records::MappedFile::open(csv);
  require(file.ok());
  records::CsvText reader(file->bytes(), ',', true);
  records::Record record;
  while (reader.next(record)) require(!record.broken && record.line >= 1 && record.line <= limits.max_rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Folder folder;
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  auto entries = sound_workbook();
  const size_t part = data[0] % (entries.size() + 1);
  if (part == entries.size()) {
    check(folder, bytes);
    return 0;
  }
  entries[part].second = bytes;
  check(folder, zip_of(entries));
  return 0;
}
