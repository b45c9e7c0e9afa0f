// SPDX-License-Identifier: Apache-2.0
#include "pack/findings.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/text.h"

namespace banmo::pack {

namespace {

constexpr size_t kMaxWord = 80;  // bytes of a word that a message shows; longer words have no nearest one

// "dir/pack.yaml:12:7" in its parts, so that findings stand in the order of the text.
std::tuple<std::string_view, int, int> place_of(std::string_view where) {
  int numbers[2] = {0, 0};
  for (int i = 1; i >= 0; --i) {
    const size_t colon = where.rfind(':');
    if (colon == std::string_view::npos) break;
    const std::string_view tail = where.substr(colon + 1);
    if (std::from_chars(tail.data(), tail.data() + tail.size(), numbers[i]).ec != std::errc{}) break;
    where = where.substr(0, colon);
  }
  return {where, numbers[0], numbers[1]};
}

}  // namespace

void Findings::add(std::string_view id, Message message, std::string where) {
  list_.push_back(fail(ErrorCode::invalid, "pack." + std::string(id), std::move(message), std::move(where)));
}

void Findings::add(Error error) {
  if (error.details.empty()) {
    list_.push_back(std::move(error));
    return;
  }
  for (Error& detail : error.details) add(std::move(detail));
}

Error Findings::take() {
  const auto same = [](const Error& a, const Error& b) { return a.where == b.where && a.id == b.id && a.message.en == b.message.en; };
  std::stable_sort(list_.begin(), list_.end(), [](const Error& a, const Error& b) { return place_of(a.where) < place_of(b.where); });
  list_.erase(std::unique(list_.begin(), list_.end(), same), list_.end());
  if (list_.size() == 1) return std::move(list_.front());
  const std::string n = std::to_string(list_.size());
  const Error& first = list_.front();
  Error all =
      fail(ErrorCode::invalid, "pack.invalid",
           {"场景包有 " + n + " 处错误，第一处：" + first.message.zh, n + " errors in the scene packs; the first: " + first.message.en}, first.where);
  all.details = std::move(list_);
  return all;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kMaxWord) return {};
  std::string_view best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const size_t distance = text::edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  if (!best.empty()) return best;
  for (const std::string_view candidate : known) {
    if (word.size() >= 3 && candidate.size() >= 3 && (candidate.starts_with(word) || word.starts_with(candidate))) return candidate;
  }
  return {};
}

Message suggestion(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view near = nearest(word, known);
  if (near.empty()) return {};
  return {"，是否应为 " + in_quotes(near) + "？", "; did you mean " + in_quotes(near) + "?"};
}

std::string join(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::string in_quotes(std::string_view word) {
  size_t end = std::min(word.size(), kMaxWord);
  while (end < word.size() && end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) --end;
  return "'" + std::string(word.substr(0, end)) + (end < word.size() ? "…'" : "'");
}

}  // namespace banmo::pack
