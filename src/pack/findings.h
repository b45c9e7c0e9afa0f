// SPDX-License-Identifier: Apache-2.0
// What a check of packs found: errors with their places, gathered so that an author sees all of them at once. Private to the room.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace banmo::pack {

class Findings {
 public:
  // `id` without the room: "unknown_key" becomes "pack.unknown_key".
  void add(std::string_view id, Message message, std::string where);
  // Takes over an error of a lower room; its details, if it has some, are taken one by one.
  void add(Error error);
  bool empty() const { return list_.empty(); }
  size_t size() const { return list_.size(); }
  // One error for all: itself if there is one, otherwise the number of findings and the first sentence, with all of them in `details`, in the order
  // of files and lines.
  Error take();

 private:
  std::vector<Error> list_;
};

// The known word that `word` most likely means, or "" if none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
// " — did you mean 'x'?" in both languages, or nothing.
Message suggestion(std::string_view word, std::span<const std::string_view> known);
std::string join(std::span<const std::string_view> words);  // "a, b, c"
std::string in_quotes(std::string_view word);               // 'word'

}  // namespace banmo::pack
