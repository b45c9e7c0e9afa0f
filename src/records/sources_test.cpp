// SPDX-License-Identifier: Apache-2.0
// What stands before the database: CSV text, workbooks, chunk files.
#include <doctest/doctest.h>

#include "records/chunker.h"
#include "records/csv_source.h"
#include "records/key_set.h"
#include "records/sheet_writer.h"
#include "records/test_world.h"
#include "records/xlsx_reader.h"

namespace banmo::records::test {
namespace {

std::string told(std::string_view text, char delimiter = ',') {
  CsvText reader(text, delimiter, false);
  Record record;
  std::string out;
  while (reader.next(record)) {
    out += std::to_string(record.line) + (record.broken ? "!" : ":");
    for (const auto& cell : record.cells) out += "[" + std::string(cell) + "]";
    out += " ";
  }
  return out;
}

TEST_CASE("records know their physical line whatever stands in their quotes") {
  CHECK(told("a,b\n1,2\n") == "1:[a][b] 2:[1][2] ");
  CHECK(told("a,b\r\n\r\n1,2") == "1:[a][b] 3:[1][2] ");
  CHECK(told("\"x\ny\",2\nz,3") == "1:[x\ny][2] 3:[z][3] ");
  CHECK(told("\"he said \"\"no\"\"\",2\n") == "1:[he said \"no\"][2] ");
  CHECK(told("\"open,2\nz,3\n") == "1![\"open,2] 2:[z][3] ");
  CHECK(told("\"a\"b,2\nz,3\n") == "1![\"a\"b,2] 2:[z][3] ");
  CHECK(told(",,\n  ,\nx,,\n") == "3:[x][][] ");
  CHECK(told("a;b\n", ';') == "1:[a][b] ");
  CHECK(told("") == "");
}

TEST_CASE("a set of keys asks for confirmation and finds what was added") {
  KeySet keys;
  for (int64_t i = 0; i < 10'000; ++i) CHECK(keys.find_or_add(std::hash<int64_t>{}(i) * 0x9E3779B97F4A7C15, i, [](int64_t) { return false; }) == -1);
  for (int64_t i = 0; i < 10'000; ++i)
    CHECK(keys.find_or_add(std::hash<int64_t>{}(i) * 0x9E3779B97F4A7C15, 99'999, [&](int64_t offset) { return offset == i; }) == i);
}

TEST_CASE("a workbook beyond a limit or without sense is refused with a sentence") {
  World world(Pair::sqlite_duckdb);
  const std::string path = world.folder + "/bomb.xlsx", csv = world.folder + "/bomb.csv";
  {
    auto sheet = must(open_sheet("xlsx", path));
    for (int i = 0; i < 60'000; ++i) must(sheet->row({{"同样的内容"}, {"1", true}, {"同样的内容"}}));
    must(sheet->finish());
  }
  must(xlsx_to_csv(path, csv));
  XlsxLimits limits;
  limits.max_ratio = 3;
  CHECK(xlsx_to_csv(path, csv, limits).error().message.zh == "工作簿超出限制：压缩比超过 3 倍。请拆成几个文件，或另存为 CSV 后导入");
  limits = {};
  limits.max_rows = 100;
  CHECK(xlsx_to_csv(path, csv, limits).error().id == "records.xlsx_bomb");
  limits = {};
  limits.max_total_bytes = 10'000;
  CHECK(xlsx_to_csv(path, csv, limits).error().code == ErrorCode::too_large);
  const Job broken = world.import("contact", "PK\x03\x04 this is no workbook", false, "x.xlsx");
  REQUIRE(broken.error);
  CHECK(broken.error->id == "records.bad_xlsx");
}

TEST_CASE("a full disk while a chunk is written is told as such") {
  World world(Pair::sqlite_duckdb);
  const std::string path = world.write_file("full.csv", "学校,电话,姓名\n3702000001,13800000001,张三\n");
  const auto schema = must(Schema::build(*world.catalogue, *world.catalogue->dataset("contact")));
  const auto file = must(CsvFile::open(path, world.folder + "/utf8.csv"));
  const auto headings = must(read_headings(file.reader(), *schema));
  OrgReader orgs(world.directory->orgs(), nullptr);
  const Sealer sealer{crypto::Profile::intl, crypto::Bytes(32, 7)};
  Chunker chunker(file, headings, *schema, orgs, sealer, {});
  CHECK(chunker.next("/dev/full", {}).error().code == ErrorCode::storage_full);
}

TEST_CASE("an organisation is taken by its code or by the id that rows show, of the right kind and within one's responsibility") {
  World world(Pair::sqlite_duckdb);
  const auto tree = world.directory->orgs();
  const auto schema = must(Schema::build(*world.catalogue, *world.catalogue->dataset("contact")));
  const Column& column = schema->columns[schema->dataset->field_index("school_id")];
  const directory::Org* school = must(tree->resolve("3702000001"));
  const directory::Scope nothing;
  OrgReader all(tree, nullptr), none(tree, &nothing);
  CHECK(sql::int_of(std::get<sql::Value>(all.read(column, "3702000001"))) == school->no.value);
  CHECK(sql::int_of(std::get<sql::Value>(all.read(column, school->id.to_string()))) == school->no.value);
  CHECK(std::get<Finding>(none.read(column, school->id.to_string())).rule == "scope");
  const directory::Org* above = tree->find(school->parent);
  CHECK(std::get<Finding>(all.read(column, above->id.to_string())).rule == "reference");
  CHECK(std::get<Finding>(all.read(column, OrgId::next().to_string())).rule == "reference");
}

TEST_CASE("a thousand bad rows of every kind come back in the order of the file") {
  on_each_pair([](World& world) {
    std::string text = "学校,电话,姓名\n";
    for (int i = 0; i < 1000; ++i) {
      text += i % 3 == 0   ? "3702000001,1,短\n"
              : i % 3 == 1 ? "3702000001," + std::to_string(13'000'000'000 + i) + "," + std::string(21, 'x') + "\n"
                           : "没有,2\n";
    }
    const Job job = world.import("contact", text);
    CHECK(job.n_bad == 1000);
    CHECK(job.n_good == 0);
    const auto bad = world.bad("contact", job);
    REQUIRE(bad.size() == 1000);
    for (int i = 0; i < 1000; ++i) {
      CHECK(bad[static_cast<size_t>(i)].line == i + 2);
      CHECK(bad[static_cast<size_t>(i)].rule == (i % 3 == 0 ? "type" : i % 3 == 1 ? "range" : "columns"));
    }
  });
}

}  // namespace
}  // namespace banmo::records::test
