// SPDX-License-Identifier: Apache-2.0
// The vocabulary of one installation: names of metrics, dimensions, values and organisations in all the forms in which people say them, found at any
// place of a folded text in one walk; and, for what is not found, what sounds or looks nearest. Built from the packs, the organisation tree and the
// city's own words; immutable, thread-safe. 65,000 terms take about 0.7 s to build.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ask/tree.h"
#include "ask/word_book.h"
#include "base/time.h"
#include "directory/org_tree.h"
#include "pack/pack.h"

namespace banmo::ask {

enum class TermKind {
  metric,     // names a metric: id
  noun,       // what a metric counts: "教师" of "教师数"; means the metric where a quantity is asked
  dimension,  // id is a dimension
  value,      // id is a code list, code one of its values
  flag,       // id is a yes-or-no dimension, code "true" or "false"
  words,      // a pack's shorthand: id is the pack, code conditions "grade=1-6" (see docs/dev/rooms/ask.md)
  org,        // org is an organisation
  topic,      // what the names of a pack's metrics begin with: id is the pack
  field       // a field that is neither metric nor dimension; code "person" where it tells about a person
};

struct Term {
  TermKind kind = TermKind::metric;
  std::string id, code;
  directory::OrgNo org;
  int penalty = 0;  // 0 as written in the pack, 1 a form of it, 2 without what stood in brackets, 3 a short name
  std::string title;
};

class Lexicon {
 public:
  // Words for what is no longer there are left out.
  static std::shared_ptr<const Lexicon> build(const pack::Catalogue& catalogue, const directory::OrgTree& tree, std::span<const Synonym> own = {});

  // Calls `found(length, terms)` for every term that begins at `at`, shortest first.
  template <class Found>
  void each_at(std::u32string_view text, size_t at, Found found) const {
    uint32_t node = 0;
    for (size_t i = at; i < text.size(); ++i) {
      node = step(node, text[i]);
      if (node == 0) return;
      if (const auto& terms = nodes_[node]; !terms.empty()) found(i + 1 - at, terms);
    }
  }
  const Term& term(uint32_t index) const { return terms_[index]; }
  const std::u32string& name(uint32_t index) const { return names_[index]; }  // folded
  const std::vector<uint32_t>* exactly(std::u32string_view text) const;

  // Calls `found(first, gap, second, terms)` for every name of two pieces of at least two characters each, the first at `at`, with 1..most characters
  // between them.
  template <class Found>
  void each_apart(std::u32string_view text, size_t at, size_t most, Found found) const {
    uint32_t node = 0;
    for (size_t i = at; i < text.size() && (node = step(node, text[i])) != 0; ++i) {
      const size_t first = i + 1 - at;
      for (size_t gap = 1; first >= 2 && gap <= most; ++gap) {
        uint32_t behind = node;
        const size_t begin = i + 1 + gap;
        for (size_t k = begin; k < text.size() && (behind = step(behind, text[k])) != 0; ++k)
          if (const auto& terms = nodes_[behind]; k > begin && !terms.empty()) found(first, gap, k + 1 - begin, terms);
      }
    }
  }
  // A name of a metric in pieces that have other words between them: 每百名学生…终端. Those with most characters first.
  struct Pieces {
    std::vector<std::u32string> pieces;
    std::u32string title;  // a name that is the metric's alone, folded
    std::string metric;
  };
  std::span<const Pieces> in_pieces() const { return in_pieces_; }
  size_t n_terms() const { return terms_.size(); }
  int64_t tree_version() const { return tree_version_; }

  // Terms that sound like `text` (its pinyin, or what was typed as pinyin), or differ from it by one or two characters: nearest first.
  struct Near {
    uint32_t term = 0;
    std::u32string_view name;
    int distance = 0;  // 0: the same sound
  };
  std::vector<Near> near(std::u32string_view text, size_t at_most) const;
  // Names of metrics that contain the text.
  std::vector<uint32_t> metrics_containing(std::u32string_view text) const;
  // All metrics that share a name with this one, in any form: "学生数" of two datasets.
  std::vector<std::string> siblings(const std::string& metric) const;

 private:
  friend class LexiconBuilder;
  uint32_t step(uint32_t node, char32_t c) const {
    const auto found = edges_.find(uint64_t{node} << 21U | c);
    return found == edges_.end() ? 0 : found->second;
  }
  void add(std::u32string name, Term term);
  void index_sounds();

  std::vector<Term> terms_;
  std::vector<std::u32string> names_;             // of terms_, folded
  std::vector<std::vector<uint32_t>> nodes_{1};   // terms that end here; node 0 is the root
  std::unordered_map<uint64_t, uint32_t> edges_;  // node and character
  std::unordered_multimap<std::string, uint32_t> by_sound_;
  std::unordered_map<uint64_t, std::vector<uint32_t>> by_pair_;          // two neighbouring characters
  std::unordered_map<uint64_t, std::vector<uint32_t>> metrics_by_pair_;  // of metrics alone: schools share 小学 by the thousand
  std::unordered_map<std::string, std::vector<uint32_t>> by_metric_;
  std::vector<Pieces> in_pieces_;
  int64_t tree_version_ = 0;
};

}  // namespace banmo::ask
