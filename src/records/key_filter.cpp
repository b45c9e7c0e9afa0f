// SPDX-License-Identifier: Apache-2.0
#include "records/key_filter.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "records/row_store.h"

namespace banmo::records {
namespace {

constexpr int64_t kBitsPerKey = 16;
constexpr int kProbes = 4;

uint64_t mixed(uint64_t x) {
  x ^= x >> 31;
  x *= 0x9E3779B97F4A7C15;
  return x ^ (x >> 29);
}

}  // namespace

void KeyFilter::add(Bits& bits, std::string_view key) {
  uint64_t hash = std::hash<std::string_view>{}(key);
  const uint64_t mask = bits.words.size() * 64 - 1;
  for (int i = 0; i < kProbes; ++i, hash = mixed(hash)) bits.words[(hash & mask) >> 6] |= uint64_t{1} << (hash & 63);
}

bool KeyFilter::test(const Bits& bits, std::string_view key) {
  uint64_t hash = std::hash<std::string_view>{}(key);
  const uint64_t mask = bits.words.size() * 64 - 1;
  for (int i = 0; i < kProbes; ++i, hash = mixed(hash)) {
    if ((bits.words[(hash & mask) >> 6] >> (hash & 63) & 1) == 0) return false;
  }
  return true;
}

Result<> KeyFilter::bring_up(const Entry& entry, Bits& bits) {
  const int64_t version = entry.version.load();
  if (bits.version == version) return {};
  const int64_t n_rows = entry.n_rows.load();
  if (bits.words.empty() || std::max(n_rows, bits.n_keys) * kBitsPerKey > static_cast<int64_t>(bits.words.size()) * 64) {
    const auto n_bits = std::bit_ceil(static_cast<uint64_t>(std::max<int64_t>(n_rows + n_rows / 4, 4096) * kBitsPerKey));
    bits = Bits{std::vector<uint64_t>(n_bits / 64), -1, 0};
  }
  const Schema& schema = *entry.schema;
  std::string columns;
  for (const size_t i : schema.grain) columns += (columns.empty() ? "" : ", ") + schema.columns[i].compared_name();
  BANMO_TRY(const auto lease, engine_.warehouse().read());
  std::string key;
  const auto read =
      lease->each("SELECT " + columns + " FROM " + schema.table + " WHERE _version > $1", {bits.version}, [&](const sql::Values& row) -> Result<> {
        key.clear();
        for (const auto& value : row) {
          if (!key.empty()) key += '~';
          key += url_encoded(canonical_text(value));
        }
        add(bits, key);
        ++bits.n_keys;
        return {};
      });
  BANMO_DO(read);
  bits.version = version;
  return {};
}

Result<bool> KeyFilter::may_have(const Entry& entry, const std::string& key) {
  if (engine_.warehouse().dialect() != sql::Dialect::duckdb) return true;
  const std::lock_guard lock(mutex_);
  Bits& bits = filters_[&entry];
  BANMO_DO(bring_up(entry, bits));
  return test(bits, key);
}

}  // namespace banmo::records
