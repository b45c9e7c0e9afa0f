// SPDX-License-Identifier: Apache-2.0
// The kernel's functions, one table: what they take, what they give, how they run here and how they are written for each database. All give null if
// an argument is null. Private to the room.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/cell.h"

namespace banmo::expr {

enum class Want : unsigned char { number, whole, text, date, constant };  // number: as IEEE double; constant: a literal integer 0..kMaxConstant
constexpr int64_t kMaxConstant = 100'000;
constexpr int64_t kMaxRoundDigits = 9;

enum class Gives : unsigned char { fixed, as_argument, rounded };

struct Kernel {
  std::string_view name;
  std::vector<Want> wants;
  size_t n_required = 0;
  Type result = Type::null;
  Gives gives = Gives::fixed;
  Cell (*evaluate)(std::span<const Cell> arguments, Evaluation& evaluation) = nullptr;
  std::array<std::string_view, 3> templates;                                                            // by sql::Dialect; $1..$3 are the arguments
  std::string (*print)(const PrintOptions& options, std::span<const std::string> arguments) = nullptr;  // instead of templates
};

const std::vector<Kernel>& kernels();
const Kernel* find_kernel(std::string_view name);
const Kernel& date_of_kernel();  // the local date of an instant

// `text` with $1..$9 replaced by the arguments.
std::string fill(std::string_view text, std::span<const std::string> arguments);

double round_half_away(double value, int64_t n_digits);

}  // namespace banmo::expr
