// SPDX-License-Identifier: Apache-2.0
#include "events/block.h"

#include <cstring>

namespace banmo::events {
namespace {

constexpr size_t kTargetBytes = 8;

void put_fixed(sql::Blob& out, int64_t value) {
  for (size_t i = 0; i < kTargetBytes; ++i) out.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i)));
}

int64_t fixed_at(const uint8_t* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kTargetBytes; ++i) value |= uint64_t{bytes[i]} << (8 * i);
  return static_cast<int64_t>(value);
}

void put_varint(sql::Blob& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

Error broken() {
  return fail(
      ErrorCode::internal, "events.broken_block",
      {"学习记录的索引已损坏；请从备份恢复，或联系支持人员", "the index of the learning records is damaged: restore a backup or ask for support"});
}

// Reads forward and never past the end.
class Bytes {
 public:
  Bytes(const uint8_t* begin, const uint8_t* end) : at_(begin), end_(end) {}
  bool done() const { return at_ == end_; }
  bool fixed(int64_t& out) {
    if (static_cast<size_t>(end_ - at_) < kTargetBytes) return false;
    out = fixed_at(at_);
    at_ += kTargetBytes;
    return true;
  }
  bool varint(uint64_t& out) {
    out = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const uint8_t byte = *at_++;
      out |= uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }
  bool part(uint64_t n, Bytes& out) {
    if (n > static_cast<uint64_t>(end_ - at_)) return false;
    out = Bytes(at_, at_ + n);
    at_ += n;
    return true;
  }

 private:
  const uint8_t *at_, *end_;
};

bool read_numbers(Bytes bytes, std::vector<int64_t>& out) {
  uint64_t n = 0, no = 0, distance = 0;
  if (!bytes.varint(n) || !bytes.varint(no) || n == 0 || n > BlockPacker::kEntryNumbers) return false;
  out.push_back(static_cast<int64_t>(no));
  for (uint64_t i = 1; i < n; ++i) {
    if (!bytes.varint(distance)) return false;
    no += distance;
    out.push_back(static_cast<int64_t>(no));
  }
  return bytes.done();
}

}  // namespace

Result<> BlockPacker::end_entry() {
  if (numbers_.empty()) return {};
  if (block_.content.empty()) block_.first = {target_, numbers_.front()};
  sql::Blob body;
  put_varint(body, numbers_.size());
  put_varint(body, static_cast<uint64_t>(numbers_.front()));
  for (size_t i = 1; i < numbers_.size(); ++i) put_varint(body, static_cast<uint64_t>(numbers_[i] - numbers_[i - 1]));
  put_fixed(block_.content, target_);
  put_varint(block_.content, body.size());
  block_.content.insert(block_.content.end(), body.begin(), body.end());
  numbers_.clear();
  return block_.content.size() < kBytes ? Result<>() : give_(std::exchange(block_, {}));
}

Result<> BlockPacker::add(int64_t target, int64_t no) {
  if (target != target_ || numbers_.size() == kEntryNumbers) BANMO_DO(end_entry());
  target_ = target;
  numbers_.push_back(no);
  return {};
}

Result<> BlockPacker::finish() {
  BANMO_DO(end_entry());
  return block_.content.empty() ? Result<>() : give_(std::exchange(block_, {}));
}

Result<std::vector<int64_t>> numbers_in(const sql::Blob& content, int64_t target) {
  std::vector<int64_t> numbers;
  for (Bytes bytes(content.data(), content.data() + content.size()); !bytes.done();) {
    int64_t met = 0;
    uint64_t length = 0;
    Bytes body(nullptr, nullptr);
    if (!bytes.fixed(met) || !bytes.varint(length) || !bytes.part(length, body)) return broken();
    if (met > target) break;
    if (met == target && !read_numbers(body, numbers)) return broken();
  }
  return numbers;
}

Result<> each_entry(const sql::Blob& content, const std::function<Result<>(int64_t target, std::span<const int64_t> numbers)>& entry) {
  std::vector<int64_t> numbers;
  for (Bytes bytes(content.data(), content.data() + content.size()); !bytes.done();) {
    int64_t target = 0;
    uint64_t length = 0;
    Bytes body(nullptr, nullptr);
    numbers.clear();
    if (!bytes.fixed(target) || !bytes.varint(length) || !bytes.part(length, body) || !read_numbers(body, numbers)) return broken();
    BANMO_DO(entry(target, numbers));
  }
  return {};
}

sql::Blob packed_targets(std::span<const int64_t> targets) {
  sql::Blob out;
  out.reserve(targets.size() * kTargetBytes);
  for (const int64_t target : targets) put_fixed(out, target);
  return out;
}

std::vector<int64_t> targets_in(const sql::Value& packed) {
  std::vector<int64_t> targets;
  const auto* bytes = std::get_if<sql::Blob>(&packed);
  if (bytes == nullptr) return targets;
  for (size_t i = 0; i + kTargetBytes <= bytes->size(); i += kTargetBytes) targets.push_back(fixed_at(bytes->data() + i));
  return targets;
}

}  // namespace banmo::events
