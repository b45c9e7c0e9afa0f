// SPDX-License-Identifier: Apache-2.0
// For tests: one who puts all answers together. Unknown are the populated cells of the finest grid; an answer tells the sum of some of them; a sum is
// known if it is a linear combination of those told. Which cells are empty is known. As every unknown is above zero, bounds pin nothing that this
// does not solve.
#pragma once

#include <cstdint>
#include <vector>

namespace banmo::metrics::test {

// Elimination modulo a prime: a combination over the rationals is one modulo the prime too, and the converse fails once in two thousand million
// times.
class Attacker {
 public:
  explicit Attacker(size_t n_cells) : n_cells_(n_cells), basis_(n_cells) {}

  void learn(const std::vector<size_t>& cells) {
    std::vector<uint64_t> row = reduced(cells);
    for (size_t pivot = 0; pivot < n_cells_; ++pivot) {
      if (row[pivot] == 0) continue;
      const uint64_t scale = inverse(row[pivot]);
      for (uint64_t& value : row) value = value * scale % kPrime;
      basis_[pivot] = std::move(row);
      return;
    }
  }
  bool knows(const std::vector<size_t>& cells) const {
    for (const uint64_t value : reduced(cells))
      if (value != 0) return false;
    return true;
  }

 private:
  static constexpr uint64_t kPrime = 2'147'483'647;

  std::vector<uint64_t> reduced(const std::vector<size_t>& cells) const {
    std::vector<uint64_t> row(n_cells_, 0);
    for (const size_t cell : cells) row[cell] = 1;
    for (size_t pivot = 0; pivot < n_cells_; ++pivot) {
      if (row[pivot] == 0 || basis_[pivot].empty()) continue;
      const uint64_t factor = kPrime - row[pivot];
      for (size_t c = pivot; c < n_cells_; ++c) row[c] = (row[c] + factor * basis_[pivot][c]) % kPrime;
    }
    return row;
  }
  static uint64_t inverse(uint64_t value) {
    uint64_t result = 1;
    for (uint64_t power = kPrime - 2; power > 0; power >>= 1) {
      if ((power & 1) != 0) result = result * value % kPrime;
      value = value * value % kPrime;
    }
    return result;
  }

  size_t n_cells_;
  std::vector<std::vector<uint64_t>> basis_;  // by pivot
};

}  // namespace banmo::metrics::test
