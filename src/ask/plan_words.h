// SPDX-License-Identifier: Apache-2.0
// Questions about the targets of plans (规划目标): which of them, of which year, in which state. Read apart from those about metrics, since a target
// has names, years and lamps of its own. What is said beside that makes it another question. Pure, immutable, thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ask/fold.h"
#include "ask/tree.h"
#include "base/time.h"
#include "pack/pack.h"

namespace banmo::ask {

class PlanWords {
 public:
  explicit PlanWords(const pack::Catalogue& catalogue);
  // A tree with Intent::target; nullopt if this is no question about targets, or says more than is understood here. `previous`: a question about
  // targets that this one follows, or none.
  std::optional<Tree> read(const Folded& text, Date today, const Tree* previous) const;
  // The year that is meant where none was named: this year's, else the next that these targets have, else the last.
  std::string year_of(const std::vector<std::string>& targets, Date today) const;

 private:
  struct Reading;
  struct Found {
    size_t length = 0;
    const std::set<std::string>* targets = nullptr;
    bool group = false;  // a plan, a section, a unit: narrows; names add up
  };
  Found name_at(std::u32string_view text, size_t at) const;
  bool take_time(std::u32string_view text, size_t& at, Date today, Reading& reading) const;
  std::vector<std::string> chosen(const Reading& reading) const;

  const pack::Catalogue& catalogue_;
  std::unordered_map<std::u32string, std::set<std::string>> names_, groups_;  // parts of names, folded > targets
  std::vector<std::string> all_;
};

}  // namespace banmo::ask
