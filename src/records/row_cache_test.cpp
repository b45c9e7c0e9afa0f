// SPDX-License-Identifier: Apache-2.0
#include "records/row_cache.h"

#include <doctest/doctest.h>

#include <limits>

namespace banmo::records {
namespace {

StoredRow row_of(int64_t line, sql::Values values) {
  StoredRow row;
  row.values = std::move(values);
  row.batch = 3;
  row.line = line;
  row.warn = 5;
  row.version = -1;
  return row;
}

void put(RowCache& cache, uint32_t dataset, const std::string& key, const StoredRow& row) {
  RowCache::Batch batch(cache.find(dataset, key).standing);
  batch.add(key, row);
  cache.put(batch);
}

TEST_CASE("a row comes out of the cache as it went in, whatever its values") {
  RowCache cache(1 << 22);
  const sql::Values values = {sql::Value{},
                              true,
                              false,
                              int64_t{0},
                              int64_t{-1},
                              std::numeric_limits<int64_t>::max(),
                              std::numeric_limits<int64_t>::min(),
                              14.74,
                              -0.0,
                              std::string(),
                              std::string("一分钟跳绳\0x", 17),
                              sql::Blob{0, 255, 128},
                              Date{-1},
                              Date{20'000},
                              Instant{-5},
                              Instant{1'763'000'000'000'000}};
  put(cache, 1, "2025~7~bmi", row_of(std::numeric_limits<int64_t>::max(), values));
  const auto found = cache.find(1, "2025~7~bmi").row;
  REQUIRE(found != nullptr);
  CHECK(found->values == values);
  CHECK(found->batch == 3);
  CHECK(found->line == std::numeric_limits<int64_t>::max());
  CHECK(found->warn == 5);
  CHECK(found->version == -1);
  CHECK(cache.find(2, "2025~7~bmi").row == nullptr);
  CHECK(cache.find(1, "2025~7~bm").row == nullptr);
}

TEST_CASE("the newest row of a key is found, and a forgotten one is not") {
  RowCache cache(1 << 22);
  put(cache, 1, "a", row_of(1, {int64_t{1}}));
  put(cache, 1, "b", row_of(2, {int64_t{2}}));
  put(cache, 2, "a", row_of(3, {int64_t{3}}));
  put(cache, 1, "a", row_of(4, {int64_t{4}}));
  CHECK(cache.find(1, "a").row->line == 4);
  cache.forget(1, {"a", "nothing"});
  CHECK(cache.find(1, "a").row == nullptr);
  CHECK(cache.find(1, "b").row->line == 2);
  put(cache, 1, "a", row_of(5, {int64_t{5}}));
  cache.forget(1);
  CHECK(cache.find(1, "a").row == nullptr);
  CHECK(cache.find(1, "b").row == nullptr);
  CHECK(cache.find(2, "a").row->line == 3);
}

TEST_CASE("what was read before something was forgotten is not taken in") {
  RowCache cache(1 << 22);
  RowCache::Batch late(cache.find(1, "a").standing);
  RowCache::Batch later(cache.find(1, "b").standing);
  RowCache::Batch other(cache.find(2, "a").standing);
  late.add("a", row_of(1, {}));
  later.add("b", row_of(1, {}));
  other.add("a", row_of(1, {}));
  cache.forget(1, {"a"});
  cache.put(late);
  cache.put(later);
  cache.put(other);
  CHECK(cache.find(1, "a").row == nullptr);
  CHECK(cache.find(1, "b").row == nullptr);
  CHECK(cache.find(2, "a").row != nullptr);
  RowCache::Batch last(cache.find(1, "a").standing);
  last.add("a", row_of(1, {}));
  cache.forget(1);
  cache.put(last);
  CHECK(cache.find(1, "a").row == nullptr);
}

TEST_CASE("the cache stays within its bytes, and what is asked for again and again stays in it") {
  constexpr size_t kMaxBytes = size_t{8} << 20;
  RowCache cache(kMaxBytes);
  put(cache, 1, "kept", row_of(7, {std::string("kept")}));
  const std::string filling(1000, 'x');
  for (int i = 0; i < 50'000; ++i) {
    put(cache, 1, std::to_string(i), row_of(i, {filling}));
    if (i % 500 == 0) REQUIRE(cache.find(1, "kept").row != nullptr);
  }
  CHECK(cache.n_bytes() <= kMaxBytes + (size_t{2} << 20));
  CHECK(cache.find(1, "0").row == nullptr);
  CHECK(cache.find(1, "49999").row->line == 49'999);
  CHECK(cache.has_room_for(1000));
  CHECK_FALSE(cache.has_room_for(100'000));
  put(cache, 1, "huge", row_of(1, {std::string(size_t{2} << 20, 'x')}));
  CHECK(cache.find(1, "huge").row == nullptr);
}

}  // namespace
}  // namespace banmo::records
