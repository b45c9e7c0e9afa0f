// SPDX-License-Identifier: Apache-2.0
// Inside the room: one question's slots put together into a tree. Each step takes what it understands; the first that must refuses.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ask/parser.h"
#include "ask/slots.h"

namespace banmo::ask {

class Composer {
 public:
  Composer(const Lexicon& lexicon, const Frame& frame, const directory::OrgTree& tree, const Viewer& viewer, Date today, const Folded& text,
           Slots slots, const Tree* previous)
      : lexicon_(lexicon), frame_(frame), orgs_(tree), viewer_(viewer), today_(today), text_(text), slots_(std::move(slots)), previous_(previous) {}
  Parsed run();

 private:
  struct Candidate {
    std::string id;
    int penalty = 0;
    bool direct = true;  // named by the word itself, not by sharing a name
  };
  // A value as it stands in one metric: dimension and codes.
  using Meaning = std::vector<Where>;

  bool refuse(Refusal refusal, std::string zh, std::string en);  // false
  void note(std::string zh, std::string en) { out_.notes.push_back({std::move(zh), std::move(en)}); }

  // metric_choice.cpp: which metrics are meant
  bool choose_metrics();
  bool choose_ratio();
  bool choose_share_metric();
  void values_before_metrics();
  size_t owned_noun() const;
  std::vector<size_t> metric_mentions();
  std::vector<Candidate> candidates(size_t token, bool nouns, bool of_share = false) const;
  bool choose_one(size_t token, std::string& id);
  std::vector<std::string> ids_of(size_t token) const;
  size_t counted_noun() const;
  bool by_unit();
  bool by_part();
  bool no_metric();
  int n_unsupported(const std::string& metric) const;

  // conditions.cpp: filters, groups, periods
  bool check_unknown();
  bool is_topic(size_t token) const;
  void join_numbered();
  bool add_values();
  bool add_orgs();
  bool add_org(size_t token, std::map<std::string, std::vector<std::string>>& chosen);
  bool add_own();
  bool add_groups();
  bool add_kinds(std::set<size_t>& levels);
  bool add_times();
  std::optional<Meaning> meaning_of(size_t token, const MetricFrame& metric) const;
  std::optional<Meaning> numbered(const Token& token, const MetricFrame& metric) const;
  Meaning shorthand(const std::string& code) const;
  std::vector<std::string> others(const MetricFrame& metric, const Where& left_out) const;
  bool fits_filter(const MetricFrame& metric, const Where& where, bool& redundant) const;
  void within_range(Where& where) const;
  bool add_where(const std::string& dimension, const std::vector<std::string>& values);
  bool whole_is_hidden();
  bool grouped_by(const std::string& id) const;
  std::string dimension_of(size_t token) const;

  // intents.cpp: what is to be done with the figures
  void add_order();
  void add_having();
  void having_of_each();
  bool schools_that_pass();
  void add_change();
  void add_share();
  bool add_rank_of();
  void add_streak();
  void add_why();
  void add_chart();
  void follow();
  void drop_said();
  bool is_fragment() const;
  bool check_used();
  bool check_parts();
  void need_group();

  const MetricFrame& metric() const { return *frame_.metric(out_.tree.metrics.front()); }
  const Token& token(size_t i) const { return slots_.tokens[i]; }
  std::string said(size_t i) const;  // in the asker's words
  bool has(size_t i, TermKind kind) const;

  const Lexicon& lexicon_;
  const Frame& frame_;
  const directory::OrgTree& orgs_;
  const Viewer& viewer_;
  Date today_;
  const Folded& text_;
  Slots slots_;
  const Tree* previous_;
  Parsed out_;
  std::set<size_t> spent_;  // nouns and metrics that a step used up
  bool fragment_ = false;
  bool by_noun_ = false;  // the metric was not named, only what it counts
  bool negated_nouns_ = false;
  bool negation_used_ = false;
  bool period_series_ = false;  // several periods were named
};

// By the shape of a tree: which intent it has, if no step said so.
void settle_intent(const Frame& frame, Tree& tree);
// The column of the change from the time before. What is in per cent has no growth in per cent: it moves by points.
std::string change_column(const MetricFrame& metric, bool growth);

}  // namespace banmo::ask
