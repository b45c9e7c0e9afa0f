// SPDX-License-Identifier: Apache-2.0
// From a question to a checked tree, or to an honest refusal; without a database. What the asker may see comes in as a Viewer. Pure and thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ask/frame.h"
#include "ask/lexicon.h"
#include "ask/tree.h"
#include "base/result.h"

namespace banmo::ask {

struct Folded;
struct Token;
struct Tokenizer;

enum class Refusal {
  none,
  unknown_metric,
  unknown_entity,
  ambiguous,
  unsupported,
  no_data,
  forbidden_scope,
  forbidden_field,
  small_cell,
  not_a_data_question
};
inline constexpr const char* kRefusalNames[] = {"",        "UNKNOWN_METRIC",  "UNKNOWN_ENTITY",  "AMBIGUOUS",  "UNSUPPORTED",
                                                "NO_DATA", "FORBIDDEN_SCOPE", "FORBIDDEN_FIELD", "SMALL_CELL", "NOT_A_DATA_QUESTION"};
inline const char* name_of(Refusal refusal) { return kRefusalNames[static_cast<size_t>(refusal)]; }

struct Alternative {
  std::string label;
  std::optional<Tree> tree;  // to be asked as it is; else the label is a word to ask with
};

struct Parsed {
  Refusal refusal = Refusal::none;
  Message why;  // of a refusal
  Tree tree;
  std::vector<Chip> chips;
  std::vector<Message> notes;  // what was assumed or corrected
  std::vector<Alternative> alternatives;
};

// Where the asker stands: which organisations are theirs to ask about.
struct Viewer {
  bool everything = false;
  std::vector<directory::OrgNo> orgs;  // and what lies below them
  std::function<bool(const std::string& metric)> sees_metric;
};

class Parser {
 public:
  Parser(std::shared_ptr<const Lexicon> lexicon, const Frame& frame, std::shared_ptr<const directory::OrgTree> tree)
      : lexicon_(std::move(lexicon)), frame_(frame), tree_(std::move(tree)) {}
  // `previous`: what a fragment ("那高中呢") adds to.
  Parsed parse(std::string_view question, Date today, const Viewer& viewer, const Tree* previous) const;
  // A tree that came from outside: every name, value and number in it. Its organisations are checked against the viewer as a question's are.
  Parsed check(const Tree& tree, const Viewer& viewer) const;
  std::vector<Chip> chips_of(const Tree& tree, const Viewer& viewer) const;
  // The organisations that a question names, as conditions for a tree that somebody else made of it. nullopt if what it says of places is more than
  // that (several readings, a place left out, 全市 or 本校), or outside of the asker's.
  std::optional<std::vector<Where>> places_in(std::string_view question, Date today, const Viewer& viewer) const;
  // The question as it may be kept: what may be a person's name is starred out (persons.h). Of a long one the head.
  std::string without_names(std::string_view question, Date today) const;

 private:
  std::vector<Chip> task_chips(const Tree& tree) const;  // chips.cpp
  Parsed parse_whole(std::string_view question, Date today, const Viewer& viewer, const Tree* previous) const;
  Parsed composed(const Tokenizer& tokenizer, const Folded& text, std::vector<Token>& tokens, const Viewer& viewer, const Tree* previous) const;

  std::shared_ptr<const Lexicon> lexicon_;
  const Frame& frame_;
  std::shared_ptr<const directory::OrgTree> tree_;
};

bool covers(const directory::OrgTree& tree, const Viewer& viewer, directory::OrgNo org);
// The value of a dimension as a person reads it.
std::string value_title(const Frame& frame, const directory::OrgTree& tree, const MetricFrame& metric, const std::string& dimension,
                        const std::string& value);

}  // namespace banmo::ask
