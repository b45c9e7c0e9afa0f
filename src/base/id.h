// SPDX-License-Identifier: Apache-2.0
// Ids: UUIDv7 (RFC 9562 §5.7), typed by what they name, ordered by time. External numbers (school code, student number) are attributes, never ids.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace banmo {

struct Uuid {
  std::array<uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
  bool is_nil() const { return *this == Uuid{}; }
  std::string to_string() const;  // 36 characters, lower case
  static std::optional<Uuid> parse(std::string_view text);
  // A fresh UUIDv7. Strictly increasing within the process, also within one millisecond. Thread-safe.
  static Uuid next();
  // The same text always gives the same id (UUIDv8 over a 128-bit hash): demonstration cities are reproducible.
  static Uuid derived(std::string_view text);
};

template <class Tag>
struct Id {
  Uuid uuid;
  auto operator<=>(const Id&) const = default;
  bool is_nil() const { return uuid.is_nil(); }
  std::string to_string() const { return uuid.to_string(); }
  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>{Id{*uuid}} : std::nullopt;
  }
  static Id next() { return Id{Uuid::next()}; }
};

using OrgId = Id<struct OrgTag>;
using PersonId = Id<struct PersonTag>;
using AccountId = Id<struct AccountTag>;
using SessionId = Id<struct SessionTag>;
using BatchId = Id<struct BatchTag>;
using JobId = Id<struct JobTag>;

}  // namespace banmo

template <>
struct std::hash<banmo::Uuid> {
  size_t operator()(const banmo::Uuid& uuid) const noexcept;
};
template <class Tag>
struct std::hash<banmo::Id<Tag>> {
  size_t operator()(const banmo::Id<Tag>& id) const noexcept { return std::hash<banmo::Uuid>{}(id.uuid); }
};
