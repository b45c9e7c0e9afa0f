// SPDX-License-Identifier: Apache-2.0
#include "records/row_store.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "records/test_world.h"

namespace banmo::records::test {
namespace {

// Students G0001..G0020, two items each: 40 rows of fitness_raw.
void import_results(World& world, int raw) {
  std::string text = kHeading;
  for (int i = 1; i <= 20; ++i) {
    const std::string code = "G00" + std::string(i < 10 ? "0" : "") + std::to_string(i);
    for (const char* const item : {"bmi", "rope"})
      text += "2025," + code + "," + (i % 2 == 1 ? "3702000001" : "3702000002") + ",p12,1,1," + item + "," + std::to_string(raw) + ",0,2025-10-10\n";
  }
  REQUIRE(world.import("fitness_raw", text).n_good == 40);
}

std::vector<Row> all_rows(World& world, const std::string& dataset) {
  PageRequest request;
  request.limit = 1000;
  return must(world.records->rows(world.system, dataset, request)).rows;
}

TEST_CASE("rows asked for one after another are read ahead, and are those of the table") {
  on_each_pair([](World& world) {
    import_results(world, 15);
    const auto rows = all_rows(world, "fitness_raw");
    REQUIRE(rows.size() == 40);
    RecordsOptions options;
    options.folder = world.folder + "/second";
    options.field_key.assign(32, 7);
    const auto engine = must(Engine::create(world.stores, world.catalogue, *world.directory, world.clock, options));
    RowStore store(*engine);
    const Entry& entry = *engine->find("fitness_raw");
    for (const Row& row : rows) {
      const RowPtr found = must(store.unscoped_find(entry, row.key));
      REQUIRE(found != nullptr);
      CHECK(found->values == row.values);
      CHECK(found->shown_version() == row.version);
      CHECK(found->line == row.line);
    }
    CHECK(store.n_questions() == (world.pair == Pair::sqlite_duckdb ? 5 : 40));  // four alone, then the neighbours of the fifth
    for (const Row& row : rows) CHECK(must(store.unscoped_find(entry, row.key)) != nullptr);
    CHECK(store.n_questions() == (world.pair == Pair::sqlite_duckdb ? 5 : 40));
    CHECK(must(store.unscoped_find(entry, "2025~99~bmi")) == nullptr);
    CHECK(store.unscoped_find(entry, "2025~bmi").error().id == "records.no_such_row");
  });
}

TEST_CASE("rows that find no room in memory are read all the same") {
  on_each_pair([](World& world) {
    import_results(world, 15);
    const auto rows = all_rows(world, "fitness_raw");
    RecordsOptions options;
    options.folder = world.folder + "/second";
    options.field_key.assign(32, 7);
    options.row_cache_mb = 0;
    const auto engine = must(Engine::create(world.stores, world.catalogue, *world.directory, world.clock, options));
    RowStore store(*engine);
    for (int round = 0; round < 3; ++round) {
      for (const Row& row : rows) {
        const RowPtr found = must(store.unscoped_find(*engine->find("fitness_raw"), row.key));
        REQUIRE(found != nullptr);
        CHECK(found->values == row.values);
      }
    }
    CHECK(store.n_questions() > 100);  // of 120: what is read ahead pushes itself out
  });
}

TEST_CASE("a key that is written in another way finds the same row, and the newest one") {
  on_each_pair([](World& world) {
    import_results(world, 15);
    const std::string key = all_rows(world, "fitness_raw").front().key;
    for (const double raw : {16.0, 17.0}) {
      (void)must(world.records->update_row(world.system, "fitness_raw", key, {{"raw", raw}}, {}));
      must(world.records->flush());
      CHECK(std::get<double>(must(world.records->row(world.system, "fitness_raw", "0" + key)).values[7]) == raw);
    }
  });
}

TEST_CASE("rows of a derived table are read ahead and follow their sources") {
  on_each_pair([](World& world) {
    import_results(world, 15);
    const auto rows = all_rows(world, "fitness_year");
    REQUIRE(rows.size() == 20);
    const auto total = [&](const Row& row) {
      return std::get<double>(must(world.records->row(world.system, "fitness_year", row.key)).values.back());
    };
    const size_t at = 3;  // of the values: after year, student, school
    CHECK(rows.front().values.size() == at + 1);
    for (const Row& row : rows) CHECK(total(row) == 15 * 15 + 15 * 20);
    import_results(world, 20);
    for (const Row& row : rows) CHECK(total(row) == 20 * 15 + 20 * 20);
  });
}

// Each change raises a value; a reader that began after a change was answered must see it or a later one.
TEST_CASE("a lookup during and after commits sees the newest committed row") {
  on_each_pair([](World& world) {
    import_results(world, 8);
    const auto rows = all_rows(world, "fitness_raw");
    const std::string rope = rows.front().key.ends_with("rope") ? rows.front().key : rows[1].key;
    std::atomic<int> answered = 0;
    std::atomic<bool> ended = false;
    std::atomic<int> n_stale = 0, n_read = 0;
    std::vector<std::thread> readers;
    for (int t = 0; t < 3; ++t) {
      readers.emplace_back([&, t] {
        for (size_t i = static_cast<size_t>(t); !ended || i < 60; ++i) {
          const int at_least = answered;
          const auto row = world.records->row(world.system, "fitness_raw", i % 3 == 0 ? rows[i % rows.size()].key : rope);
          if (!row.ok()) ++n_stale;
          if (row.ok() && row->key == rope && std::get<double>(row->values[7]) < at_least) ++n_stale;
          ++n_read;
        }
      });
    }
    for (int value = 9; value <= 60; ++value) {
      (void)must(world.records->update_row(world.system, "fitness_raw", rope, {{"raw", value}}, {}));
      answered = value;
      if (value % 20 == 0) {
        import_results(world, value);  // takes the row too, and forgets all that is in memory
        must(world.records->flush());
      } else if (value % 5 == 0) {
        must(world.records->flush());
      }
    }
    ended = true;
    for (auto& reader : readers) reader.join();
    CHECK(n_stale == 0);
    CHECK(n_read >= 180);
    CHECK(std::get<double>(must(world.records->row(world.system, "fitness_raw", rope)).values[7]) == 60);
    (void)must(world.records->update_row(world.system, "fitness_raw", rope, {{"raw", 61}}, {}));
    must(world.records->flush());
    CHECK(std::get<double>(must(world.records->row(world.system, "fitness_raw", rope)).values[7]) == 61);
    must(world.records->delete_row(world.system, "fitness_raw", rope));
    must(world.records->flush());
    CHECK(world.records->row(world.system, "fitness_raw", rope).error().id == "records.no_such_row");
  });
}

}  // namespace
}  // namespace banmo::records::test
