// SPDX-License-Identifier: Apache-2.0
// The public file of a draw, and its recomputation from nothing but the file: the hash of the list was published first, then digits were drawn in
// public, and both give the order. Pure; numbers of applicants alone, no names.
//   list_sha256  = SHA-256 of the numbers, each followed by a line feed, in ascending order of their bytes
//   seed         = list_sha256 in hexadecimal, ":", the digits
//   order        = the list shuffled from the end (Fisher-Yates) by HMAC_DRBG with SHA-256 over the seed; crypto/drbg.h
//   order_sha256 = as list_sha256, over the numbers in the order drawn
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace banmo::models {

inline constexpr const char* kLotteryFormat = "banmo-lottery/1";

struct LotteryFile {
  static constexpr const char* kName = "LotteryFile";
  std::string format = kLotteryFormat, admission, batch;
  int64_t year = 0;
  std::string listed_at;                          // when the list and its hash were published, ISO in UTC
  std::string list_sha256, digits, order_sha256;  // digits and order_sha256 are empty before the draw
  std::vector<std::string> list, order;
};
template <class V>
void describe(V& v, LotteryFile& x) {
  v.field("format", x.format);
  v.field("admission", x.admission);
  v.field("year", x.year);
  v.field("batch", x.batch);
  v.field("listed_at", x.listed_at, {.has_default = true});
  v.field("list_sha256", x.list_sha256);
  v.field("digits", x.digits, {.has_default = true});
  v.field("order_sha256", x.order_sha256, {.has_default = true});
  v.field("list", x.list);
  v.field("order", x.order, {.has_default = true});
}

std::string hash_of_numbers(const std::vector<std::string>& numbers);
bool are_digits(std::string_view text);  // 6 to 64 of 0-9
// Position in the list of who was drawn first, second and so on.
std::vector<uint32_t> drawn_order(std::string_view list_sha256, std::string_view digits, size_t n);

// Recomputes all that the file says. Errors: invalid "models.lottery_format" (not such a file), "models.lottery_list" (the list is out of order, has
// somebody twice, or another hash), "models.lottery_order" (another order), each with what differs.
Result<LotteryFile> verify_lottery(std::string_view text);

}  // namespace banmo::models
