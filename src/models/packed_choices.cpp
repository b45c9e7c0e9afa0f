// SPDX-License-Identifier: Apache-2.0
#include "models/packed_choices.h"

#include <algorithm>
#include <bit>

#include "models/types.h"

namespace banmo::models {
namespace {

constexpr uint8_t kHasScore = 1, kHasNeededScore = 2;

// Seven bits a byte, the lowest first; the sign stands in the lowest bit.
void put(sql::Blob& out, int64_t number) {
  uint64_t rest = static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63);
  for (; rest >= 0x80; rest >>= 7) out.push_back(static_cast<uint8_t>(rest | 0x80));
  out.push_back(static_cast<uint8_t>(rest));
}
void put(sql::Blob& out, double number) {
  const auto bits = std::bit_cast<uint64_t>(number);
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<uint8_t>(bits >> shift));
}

// Reads what put() wrote; past the end it is broken and gives zeros.
class Bytes {
 public:
  explicit Bytes(const sql::Blob& bytes) : bytes_(bytes) {}
  bool at_end() const { return at_ == bytes_.size(); }
  bool broken() const { return broken_; }
  uint8_t byte() {
    if (at_ == bytes_.size()) broken_ = true;
    return broken_ ? uint8_t{0} : bytes_[at_++];
  }
  int64_t number() {
    uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t next = byte();
      bits |= static_cast<uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
    }
    broken_ = true;
    return 0;
  }
  double real() {
    uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 8) bits |= static_cast<uint64_t>(byte()) << shift;
    return std::bit_cast<double>(bits);
  }

 private:
  const sql::Blob& bytes_;
  size_t at_ = 0;
  bool broken_ = false;
};

}  // namespace

void pack_choice(sql::Blob& out, const PackedChoice& choice) {
  out.push_back(static_cast<uint8_t>((choice.score ? kHasScore : 0) | (choice.needed_score ? kHasNeededScore : 0)));
  for (const int64_t number :
       {choice.order, choice.program, choice.outcome, choice.tier, choice.standing, choice.needed, choice.needed_tier, choice.decided, choice.quota})
    put(out, number);
  if (choice.score) put(out, *choice.score);
  if (choice.needed_score) put(out, *choice.needed_score);
}

Result<std::vector<PackedChoice>> unpack_choices(const sql::Value& packed) {
  std::vector<PackedChoice> choices;
  const auto* const blob = std::get_if<sql::Blob>(&packed);
  static const sql::Blob kNone;
  Bytes bytes(blob == nullptr ? kNone : *blob);
  while (!bytes.at_end() && !bytes.broken()) {
    PackedChoice& one = choices.emplace_back();
    const uint8_t has = bytes.byte();
    for (int64_t* const number :
         {&one.order, &one.program, &one.outcome, &one.tier, &one.standing, &one.needed, &one.needed_tier, &one.decided, &one.quota})
      *number = bytes.number();
    if ((has & kHasScore) != 0) one.score = bytes.real();
    if ((has & kHasNeededScore) != 0) one.needed_score = bytes.real();
  }
  const auto is_known = [](const PackedChoice& one) { return one.outcome >= 0 && static_cast<size_t>(one.outcome) < kOutcomes.size(); };
  if (blob != nullptr && !bytes.broken() && std::all_of(choices.begin(), choices.end(), is_known)) return choices;
  return fail(ErrorCode::internal, "models.damaged_choices",
              {"投档结果的存储已损坏，请联系维护人员检查数据仓库", "stored choices of a run are damaged: have the warehouse checked"});
}

}  // namespace banmo::models
