// SPDX-License-Identifier: Apache-2.0
#include "base/id.h"

#include <cstring>
#include <mutex>
#include <random>

#include "base/text.h"
#include "base/time.h"

namespace banmo {
namespace {

void mark(std::array<uint8_t, 16>& bytes, uint8_t version) {
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
}

// Not for security: only to name demonstration objects.
uint64_t fnv(std::string_view text, uint64_t seed) {
  uint64_t hash = text::fnv_1a(text, seed);
  hash ^= hash >> 32;
  return hash * 0x9e3779b97f4a7c15ULL;
}

// Milliseconds and a 12-bit counter, never going back: the first 60 ordered bits of a UUIDv7.
struct Ticker {
  std::mutex mutex;
  uint64_t last = 0;
  std::mt19937_64 random{std::random_device{}()};
};

Ticker& ticker() {
  static Ticker instance;
  return instance;
}

}  // namespace

std::string Uuid::to_string() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  size_t at = 0;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    text[at++] = kHex[bytes[i] >> 4];
    text[at++] = kHex[bytes[i] & 15];
  }
  return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  size_t at = 0;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      if (text[at++] != '-') return std::nullopt;
    const int high = text::hex_digit(text[at]), low = text::hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<uint8_t>(high << 4 | low);
    at += 2;
  }
  return uuid;
}

Uuid Uuid::next() {
  const auto now_ms = static_cast<uint64_t>(Clock::system().now().micros / 1000);
  Ticker& state = ticker();
  uint64_t tick = 0, random = 0;
  {
    const std::scoped_lock lock(state.mutex);
    state.last = std::max(state.last + 1, now_ms << 12);
    tick = state.last;
    random = state.random();
  }
  Uuid uuid;
  const uint64_t ms = tick >> 12;
  for (size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  uuid.bytes[6] = static_cast<uint8_t>((tick >> 8) & 0x0f);
  uuid.bytes[7] = static_cast<uint8_t>(tick);
  std::memcpy(&uuid.bytes[8], &random, 8);
  mark(uuid.bytes, 7);
  return uuid;
}

Uuid Uuid::derived(std::string_view text) {
  const uint64_t high = fnv(text, 0), low = fnv(text, high);
  Uuid uuid;
  std::memcpy(&uuid.bytes[0], &high, 8);
  std::memcpy(&uuid.bytes[8], &low, 8);
  mark(uuid.bytes, 8);
  return uuid;
}

}  // namespace banmo

size_t std::hash<banmo::Uuid>::operator()(const banmo::Uuid& uuid) const noexcept {
  uint64_t low = 0, high = 0;
  std::memcpy(&low, &uuid.bytes[8], 8);
  std::memcpy(&high, &uuid.bytes[0], 8);
  return static_cast<size_t>(low ^ (high * 0x9e3779b97f4a7c15ULL));
}
