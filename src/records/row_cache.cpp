// SPDX-License-Identifier: Apache-2.0
#include "records/row_cache.h"

#include <cstring>
#include <functional>
#include <utility>

namespace banmo::records {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr uint32_t kErased = UINT32_MAX;
constexpr size_t kUsualRowBytes = 100, kEnoughRows = 50'000;  // the usual until there are enough to measure

// What stands before the packed row of a record.
struct Head {
  uint32_t n_bytes = 0, mark = 0, dataset = 0, epoch = 0, key_bytes = 0;
};

Head head_of(const char* record) {
  Head head;
  std::memcpy(&head, record, sizeof head);
  return head;
}

std::string_view key_in(const char* record, const Head& head) { return {record + sizeof(Head), head.key_bytes}; }

uint32_t mark_of(uint32_t dataset, uint32_t epoch, std::string_view key) {
  uint64_t hash = std::hash<std::string_view>{}(key) ^ (uint64_t{dataset} << 32 | epoch);
  hash = (hash ^ hash >> 31) * 0x9E3779B97F4A7C15;
  return static_cast<uint32_t>(hash >> 32);
}

// Whole numbers of either sign in as few bytes as they need.
void pack_int(std::string& out, int64_t value) {
  auto bits = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  for (; bits >= 0x80; bits >>= 7) out += static_cast<char>(bits | 0x80);
  out += static_cast<char>(bits);
}

void pack_bytes(std::string& out, const void* bytes, size_t n) {
  pack_int(out, static_cast<int64_t>(n));
  out.append(static_cast<const char*>(bytes), n);
}

struct Packer {
  std::string& out;
  void operator()(std::monostate) const {}
  void operator()(bool value) const { out += static_cast<char>(value); }
  void operator()(int64_t value) const { pack_int(out, value); }
  void operator()(double value) const { out.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void operator()(const std::string& value) const { pack_bytes(out, value.data(), value.size()); }
  void operator()(const sql::Blob& value) const { pack_bytes(out, value.data(), value.size()); }
  void operator()(Date value) const { pack_int(out, value.days); }
  void operator()(Instant value) const { pack_int(out, value.micros); }
};

class Unpacker {
 public:
  explicit Unpacker(const char* at) : at_(at) {}
  int64_t whole() {
    uint64_t bits = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      bits |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) break;
    }
    return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
  }
  sql::Value value() {
    switch (static_cast<size_t>(*at_++)) {
      case 1: return *at_++ != 0;
      case 2: return whole();
      case 3: {
        double number = 0;
        std::memcpy(&number, at_, sizeof number);
        at_ += sizeof number;
        return number;
      }
      case 4: {
        const std::string_view text = bytes();
        return std::string(text);
      }
      case 5: {
        const std::string_view text = bytes();
        return sql::Blob(text.begin(), text.end());
      }
      case 6: return Date{static_cast<int32_t>(whole())};
      case 7: return Instant{whole()};
      default: return {};
    }
  }

 private:
  std::string_view bytes() {
    const auto n = static_cast<size_t>(whole());
    const std::string_view text(at_, n);
    at_ += n;
    return text;
  }
  const char* at_;
};
static_assert(std::variant_size_v<sql::Value> == 8, "a kind of value that packs and unpacks must be told of");

RowPtr unpacked(const char* record) {
  Unpacker unpacker(record + sizeof(Head) + head_of(record).key_bytes);
  auto row = std::make_shared<StoredRow>();
  row->batch = unpacker.whole();
  row->line = unpacker.whole();
  row->warn = unpacker.whole();
  row->version = unpacker.whole();
  row->values.resize(static_cast<size_t>(unpacker.whole()));
  for (auto& value : row->values) value = unpacker.value();
  return row;
}

}  // namespace

void RowCache::Batch::add(std::string_view key, const StoredRow& row) {
  ++n_rows_;
  const size_t begin = records_.size();
  records_.append(sizeof(Head), '\0');
  records_ += key;
  for (const int64_t number : {row.batch, row.line, row.warn, row.version}) pack_int(records_, number);
  pack_int(records_, static_cast<int64_t>(row.values.size()));
  for (const auto& value : row.values) {
    records_ += static_cast<char>(value.index());
    std::visit(Packer{records_}, value);
  }
  const size_t n_bytes = records_.size() - begin;
  if (n_bytes > kBlockBytes) {
    records_.resize(begin);
    return;
  }
  const Head head{static_cast<uint32_t>(n_bytes), mark_of(standing_.dataset, standing_.epoch, key), standing_.dataset, standing_.epoch,
                  static_cast<uint32_t>(key.size())};
  std::memcpy(records_.data() + begin, &head, sizeof head);
}

const char* RowCache::Generation::at(uint32_t place) const { return blocks_[place / kBlockBytes].get() + place % kBlockBytes; }

size_t RowCache::Generation::home(uint32_t mark) const { return mark & (slots_.size() - 1); }

size_t RowCache::Generation::n_bytes() const { return blocks_.size() * kBlockBytes + slots_.size() * sizeof(Slot); }

size_t RowCache::Generation::slot_of(uint32_t mark, uint32_t dataset, uint32_t epoch, std::string_view key) const {
  if (slots_.empty()) return 0;
  for (size_t i = home(mark); slots_[i].at != 0; i = (i + 1) & (slots_.size() - 1)) {
    if (slots_[i].at == kErased || slots_[i].mark != mark) continue;
    const char* const record = at(slots_[i].at - 1);
    const Head head = head_of(record);
    if (head.dataset == dataset && head.epoch == epoch && key_in(record, head) == key) return i;
  }
  return slots_.size();
}

const char* RowCache::Generation::find(uint32_t mark, uint32_t dataset, uint32_t epoch, std::string_view key) const {
  const size_t i = slot_of(mark, dataset, epoch, key);
  return i == slots_.size() ? nullptr : at(slots_[i].at - 1);
}

void RowCache::Generation::erase(uint32_t mark, uint32_t dataset, uint32_t epoch, std::string_view key) {
  const size_t i = slot_of(mark, dataset, epoch, key);
  if (i != slots_.size()) slots_[i].at = kErased;
}

void RowCache::Generation::grow() {
  std::vector<Slot> slots(slots_.empty() ? 1024 : slots_.size() * 2);
  slots.swap(slots_);
  n_used_ = 0;
  for (const Slot& slot : slots) {
    if (slot.at == 0 || slot.at == kErased) continue;
    size_t i = home(slot.mark);
    while (slots_[i].at != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = slot;
    ++n_used_;
  }
}

void RowCache::Generation::put(const char* record, size_t size) {
  if (blocks_.empty() || block_used_ + size > kBlockBytes) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
    block_used_ = 0;
  }
  const auto place = static_cast<uint32_t>((blocks_.size() - 1) * kBlockBytes + block_used_);
  std::memcpy(blocks_.back().get() + block_used_, record, size);
  block_used_ += size;
  const Head head = head_of(record);
  if (const size_t i = slot_of(head.mark, head.dataset, head.epoch, key_in(record, head)); i != slots_.size()) {
    slots_[i].at = place + 1;
    return;
  }
  if (n_used_ * 3 >= slots_.size() * 2) grow();
  size_t i = home(head.mark);
  while (slots_[i].at != 0) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = {head.mark, place + 1};
  ++n_used_;
}

RowCache::Found RowCache::find(uint32_t dataset, std::string_view key) {
  const std::lock_guard lock(mutex_);
  const State& state = states_[dataset];
  Found found{nullptr, {dataset, state.epoch, state.n_changes}};
  const uint32_t mark = mark_of(dataset, state.epoch, key);
  if (const char* const record = young_.find(mark, dataset, state.epoch, key)) {
    found.row = unpacked(record);
  } else if (const char* const kept = old_.find(mark, dataset, state.epoch, key)) {
    found.row = unpacked(kept);
    put_one(kept, head_of(kept).n_bytes);
  }
  return found;
}

// `record` may stand in the generation that goes, so it goes last.
void RowCache::put_one(const char* record, size_t size) {
  if (young_.n_bytes() < max_bytes_ / 2) {
    young_.put(record, size);
    return;
  }
  const Generation gone = std::exchange(old_, std::exchange(young_, Generation{}));
  young_.put(record, size);
}

void RowCache::put(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  const State& state = states_[batch.standing_.dataset];
  if (state.epoch != batch.standing_.epoch || state.n_changes != batch.standing_.n_changes) return;
  for (size_t at = 0; at < batch.records_.size();) {
    const char* const record = batch.records_.data() + at;
    const size_t size = head_of(record).n_bytes;
    put_one(record, size);
    at += size;
  }
}

void RowCache::forget(uint32_t dataset) {
  const std::lock_guard lock(mutex_);
  State& state = states_[dataset];
  ++state.epoch;  // no record of the last epoch is found any more; the generations let go of them in time
  ++state.n_changes;
}

void RowCache::forget(uint32_t dataset, const std::vector<std::string>& keys) {
  const std::lock_guard lock(mutex_);
  State& state = states_[dataset];
  ++state.n_changes;
  for (const auto& key : keys) {
    const uint32_t mark = mark_of(dataset, state.epoch, key);
    young_.erase(mark, dataset, state.epoch, key);
    old_.erase(mark, dataset, state.epoch, key);
  }
}

size_t RowCache::n_bytes() const {
  const std::lock_guard lock(mutex_);
  return young_.n_bytes() + old_.n_bytes();
}

bool RowCache::has_room_for(int64_t n_rows) const {
  const std::lock_guard lock(mutex_);
  const size_t n_here = young_.n_rows() + old_.n_rows();
  const size_t row_bytes = n_here < kEnoughRows ? kUsualRowBytes : (young_.n_bytes() + old_.n_bytes()) / n_here;
  return static_cast<uint64_t>(n_rows) * row_bytes <= max_bytes_ / 5 * 4;
}

}  // namespace banmo::records
