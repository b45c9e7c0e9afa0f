// SPDX-License-Identifier: Apache-2.0
// A file of fixed size that is mapped into memory, in two halves: notes go into one while the other is written to the chain. Its blocks are reserved
// when it is made. Not thread-safe. Private to the room.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audit/read_log.h"
#include "base/result.h"

namespace banmo::audit {

class Spool {
 public:
  // The first file of the folder that no living process holds; `left` are the reads that stand in it.
  static Result<Spool> open(const std::string& folder, size_t n_bytes, std::vector<Read>& left);
  // The other files of the folder that no living process holds: ended ones left their reads there.
  static Result<std::vector<Spool>> open_left_behind(const std::string& folder, std::vector<Read>& left);
  Spool(Spool&& other) noexcept : file_(std::exchange(other.file_, -1)), bytes_(std::exchange(other.bytes_, nullptr)), n_bytes_(other.n_bytes_) {}
  Spool& operator=(Spool&&) = delete;
  ~Spool();

  // False if it does not fit into the half any more.
  bool add(size_t half, const Read& read);
  void clear(size_t half);
  void clear_all();
  bool more_than_half_full(size_t half) const { return used(half) * 2 > half_size(); }
  void sync() const;  // to the disk; called when the ledger does not take what stands here

 private:
  Spool(int file, char* bytes, size_t n_bytes) : file_(file), bytes_(bytes), n_bytes_(n_bytes) {}
  static Result<Spool> map(int file, const std::string& path, size_t n_bytes, std::vector<Read>& left);
  size_t half_size() const { return (n_bytes_ - kHead) / 2; }
  size_t used(size_t half) const;
  void set_used(size_t half, uint64_t n) const;
  void read_half(size_t half, std::vector<Read>& out) const;

  static constexpr size_t kHead = 4096;  // a mark and the used bytes of both halves
  int file_;
  char* bytes_;
  size_t n_bytes_;
};

}  // namespace banmo::audit
