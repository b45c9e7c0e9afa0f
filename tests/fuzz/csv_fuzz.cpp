// SPDX-License-Identifier: Apache-2.0
// Any bytes as a CSV file: every physical line is where it is said to be, every record becomes a row of the chunk file or a bad line, and the chunk
// file reads back whole.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "directory/org_tree.h"
#include "pack/pack.h"
#include "records/chunker.h"

namespace {

using namespace banmo;

constexpr const char* kPack = R"yaml(pack: {id: edu.t, version: 1.0.0, engine: banmo/1, title: 测试}
law: {purpose: 测试, basis: 测试}
codes:
  colour: {title: 颜色, values: {r: 红, g: 绿}}
datasets:
- id: t
  title: 表
  grain: [a, b]
  class: {category: 测试, level: L1}
  fields:
    a: {type: int, title: 甲}
    b: {type: text, title: 乙}
    c: {type: code, list: colour, title: 丙}
    d: {type: date, title: 丁}
    e: {type: decimal, scale: 2, title: 戊}
    f: {type: bool, title: 己, default: 0}
)yaml";

void require(bool good) {
  if (!good) std::abort();
}

struct World {
  std::string folder = (std::filesystem::temp_directory_path() / ("banmo-csv-fuzz-" + std::to_string(::getpid()))).string();
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<records::Schema> schema;
  std::shared_ptr<const directory::OrgTree> tree = directory::OrgTree::build({}, 1);
  records::Sealer sealer;

  World() {
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/pack.yaml") << kPack;
    const std::vector<std::string> folders{folder};
    auto loaded = pack::Catalogue::load(folders);
    require(loaded.ok());
    catalogue = std::move(loaded).value();
    auto built = records::Schema::build(*catalogue, *catalogue->dataset("t"));
    require(built.ok());
    schema = std::move(built).value();
  }
  ~World() { std::filesystem::remove_all(folder); }
};

void check_lines(std::string_view text, char delimiter) {
  records::CsvText reader(text, delimiter, false);
  records::Record record;
  int64_t before = -1, line = 1, counted = 0;
  while (reader.next(record)) {
    require(record.offset > before);
    for (; counted < record.offset; ++counted) line += text[static_cast<size_t>(counted)] == '\n';
    require(record.line == line);
    require(!record.cells.empty());
    before = record.offset;
  }
  require(reader.offset() == static_cast<int64_t>(text.size()));
}

size_t n_records(const std::string& path, size_t n_cells) {
  const auto file = records::MappedFile::open(path);
  require(file.ok());
  records::CsvText reader(file->bytes(), ',', false);
  records::Record record;
  size_t n = 0;
  while (reader.next(record)) {
    require(!record.broken && record.cells.size() == n_cells);
    for (const auto& cell : record.cells) require(text::is_utf8(cell));
    ++n;
  }
  return n;
}

void check_file(World& world, const std::string& path) {
  auto file = records::CsvFile::open(path, world.folder + "/utf8.csv");
  if (!file.ok()) return;
  const auto headings = records::read_headings(file->reader(), *world.schema);
  if (!headings.ok()) {
    require(headings.error().code == ErrorCode::invalid && !headings.error().message.zh.empty());
    return;
  }
  records::OrgReader orgs(world.tree, nullptr);
  records::Chunker chunker(*file, *headings, *world.schema, orgs, world.sealer, {});
  const std::string chunk_path = world.folder + "/chunk.csv";
  for (bool last = false; !last;) {
    const auto chunk = chunker.next(chunk_path, {.n_records = 50, .n_bytes = 4096});
    require(chunk.ok());
    require(chunk->n_read == static_cast<int64_t>(chunk->places.size() + chunk->bad.size()));
    require(n_records(chunk_path, chunker.written().size() + 1) == chunk->places.size());
    require(std::is_sorted(chunk->places.begin(), chunk->places.end()));
    for (const auto& bad : chunk->bad) require(!bad.findings.empty() && !bad.findings.front().message.en.empty());
    if (!chunk->places.empty()) require(chunker.bad_line(*chunk, chunk->places.front().first).raw.size() >= headings->fields.size());
    last = chunk->last;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char delimiter : {',', ';', '\t'}) check_lines(text, delimiter);
  const std::string path = world.folder + "/input.csv";
  for (const char* const heading : {"", "甲,乙,丙,丁,戊,己\n"}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << heading << text;
    check_file(world, path);
  }
  return 0;
}
