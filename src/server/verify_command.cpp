// SPDX-License-Identifier: Apache-2.0
// banmo verify: recomputes a draw of lots from its public file alone. No city, no network.
#include <fstream>
#include <sstream>

#include "models/lottery_file.h"
#include "server/commands.h"

namespace banmo::server {
namespace {

// What a stranger's file says, without what a terminal would obey.
std::string plain(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text.substr(0, 200);
}

}  // namespace

Result<> verify_lottery_file(const std::string& path, const Terminal& terminal) {
  const std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  if (!in || !(bytes << in.rdbuf())) return fail(ErrorCode::not_found, "server.unreadable_file", {"读不到文件 " + path, "cannot read " + path}, path);
  const auto verified = models::verify_lottery(bytes.str());
  if (!verified.ok()) {
    Error error = verified.error();
    error.where = path + (error.where.empty() ? "" : ": " + error.where);
    return error;
  }
  const models::LotteryFile& file = *verified;
  terminal.line(plain(file.admission) + " " + std::to_string(file.year) + " " + plain(file.batch) + ": " + std::to_string(file.list.size()) +
                " 人 people");
  terminal.line("名单 list      SHA-256 " + file.list_sha256);
  terminal.line("请对照抽签前公布的名单校验值 compare it with the one published before the draw" +
                (file.listed_at.empty() ? std::string() : "，公布于 at " + plain(file.listed_at)));
  if (file.digits.empty()) {
    terminal.line("名单已公布，尚未抽签 the list is published, nothing is drawn yet");
    return {};
  }
  terminal.line("抽出数字 digits " + file.digits);
  terminal.line("次序 order     SHA-256 " + file.order_sha256);
  terminal.line("重算一致：次序只由名单和数字决定 recomputed: the order follows from the list and the digits alone");
  return {};
}

}  // namespace banmo::server
