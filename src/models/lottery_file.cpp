// SPDX-License-Identifier: Apache-2.0
#include "models/lottery_file.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "crypto/drbg.h"
#include "json/describe.h"

namespace banmo::models {
namespace {

Error refused(const char* id, std::string zh, std::string en) { return fail(ErrorCode::invalid, id, {std::move(zh), std::move(en)}); }

constexpr json::ReadLimits kLimits{.max_bytes = size_t{256} << 20, .max_depth = 4, .max_values = 8'000'000};

}  // namespace

std::string hash_of_numbers(const std::vector<std::string>& numbers) {
  crypto::Hasher hasher(crypto::Profile::intl);
  for (const std::string& number : numbers) hasher.add(number + "\n");
  return crypto::to_hex(hasher.finish());
}

bool are_digits(std::string_view text) {
  return text.size() >= 6 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<uint32_t> drawn_order(std::string_view list_sha256, std::string_view digits, size_t n) {
  crypto::HmacDrbg generator(std::string(list_sha256) + ":" + std::string(digits));
  return crypto::shuffled(n, generator);
}

Result<LotteryFile> verify_lottery(std::string_view text) {
  BANMO_TRY(const json::Value document, json::read(text, kLimits));
  BANMO_TRY(LotteryFile file, json::from_json<LotteryFile>(document));
  if (file.format != kLotteryFormat)
    return refused("models.lottery_format", "不是抽签文件（" + std::string(kLotteryFormat) + "）",
                   "this is no file of a draw (" + std::string(kLotteryFormat) + ")");
  if (std::adjacent_find(file.list.begin(), file.list.end(), std::greater_equal<>()) != file.list.end())
    return refused("models.lottery_list", "名单没有按编号排序，或有人出现两次", "the list is not in ascending order, or has a number twice");
  if (const std::string hash = hash_of_numbers(file.list); hash != file.list_sha256)
    return refused("models.lottery_list", "名单的校验值是 " + hash + "，与文件所写的不同：名单被改过",
                   "the list's hash is " + hash + ", not the one that the file says: the list was changed");
  if (file.digits.empty() && file.order.empty() && file.order_sha256.empty()) return file;  // published, not yet drawn
  if (!are_digits(file.digits)) return refused("models.lottery_format", "抽出的数字须为 6 至 64 位", "the digits drawn are 6 to 64 of 0-9");
  const std::vector<uint32_t> positions = drawn_order(file.list_sha256, file.digits, file.list.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    if (i < file.order.size() && file.order[i] == file.list[positions[i]]) continue;
    const std::string place = std::to_string(i + 1);
    return refused("models.lottery_order", "第 " + place + " 位应是 " + file.list[positions[i]] + "，文件所写不同：结果被改过",
                   "place " + place + " should be " + file.list[positions[i]] + ", the file says otherwise: the order was changed");
  }
  if (file.order.size() != positions.size() || hash_of_numbers(file.order) != file.order_sha256)
    return refused("models.lottery_order", "结果的人数或校验值不对", "the order has another length or another hash");
  return file;
}

}  // namespace banmo::models
