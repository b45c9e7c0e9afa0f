// SPDX-License-Identifier: Apache-2.0
// Any bytes as a block of the index or as a row's targets: they are read or refused, never past their end; what is packed is read back as it was.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "events/block.h"

namespace {

using namespace banmo;
using events::Posting;

void must(bool holds) {
  if (!holds) std::abort();
}

// Ascending postings of the input, ten bytes each.
std::vector<Posting> postings_of(const uint8_t* data, size_t size) {
  std::vector<Posting> postings;
  for (size_t at = 0; at + 10 <= size; at += 10) {
    uint64_t no = 0;
    std::memcpy(&no, data + at + 2, sizeof no);
    postings.push_back({int64_t{data[at]} - 128, static_cast<int64_t>(no >> (data[at + 1] % 64 | 1))});
  }
  std::sort(postings.begin(), postings.end());
  postings.erase(std::unique(postings.begin(), postings.end()), postings.end());
  return postings;
}

void check_packed(const std::vector<Posting>& postings) {
  std::vector<Posting> again;
  events::BlockPacker packer([&](events::Block block) {
    return events::each_entry(block.content, [&](int64_t target, std::span<const int64_t> numbers) -> Result<> {
      for (const int64_t no : numbers) again.push_back({target, no});
      return {};
    });
  });
  for (const Posting& posting : postings) must(packer.add(posting.target, posting.no).ok());
  must(packer.finish().ok());
  must(again == postings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const sql::Blob content(data, data + size);
  size_t n_all = 0;
  const auto read = events::each_entry(content, [&](int64_t, std::span<const int64_t> numbers) -> Result<> {
    n_all += numbers.size();
    return {};
  });
  must(n_all <= size);  // a number takes a byte at least
  must(read.ok() || read.error().id == "events.broken_block");
  (void)events::numbers_in(content, 1);
  must(events::targets_in(sql::Value(content)).size() <= size);
  check_packed(postings_of(data, size));
  return 0;
}
