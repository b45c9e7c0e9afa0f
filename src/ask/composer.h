// SPDX-License-Identifier: Apache-2.0
// Inside the room: one question's slots put together into a tree. Each step takes what it understands; the first that must refuses.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ask/composer_types.h"
#include "ask/parser.h"
#include "ask/slots.h"

namespace banmo::ask {

class Composer {
 public:
  Composer(const Lexicon& lexicon, const Frame& frame, const directory::OrgTree& tree, const Viewer& viewer, Date today, const Folded& text,
           Slots slots, const Tree* previous)
      : lexicon_(lexicon), frame_(frame), orgs_(tree), viewer_(viewer), today_(today), text_(text), slots_(std::move(slots)), previous_(previous) {}
  Parsed run();
  // The token of a value that the metric does not have; npos: there is none.
  size_t unfit_value() const { return unfit_value_; }

 private:
  bool refuse(Refusal refusal, std::string zh, std::string en);  // false
  void note(std::string zh, std::string en) { out_.notes.push_back({std::move(zh), std::move(en)}); }

  // metric_choice.cpp, ratio_choice.cpp, unnamed_metric.cpp: which metrics are meant
  bool choose_metrics();
  bool choose_ratio();
  bool choose_per_student(std::vector<size_t> counts);
  bool choose_students_per(const std::vector<size_t>& counts);
  std::vector<std::string> students() const;
  std::vector<std::string> with_their_number(size_t noun) const;
  bool is_before_level(size_t noun) const;
  bool choose_share_metric();
  bool has_own_rate(size_t noun) const;
  bool is_of_part_behind(const std::vector<size_t>& counts) const;
  bool check_ratio_unit();
  bool choose_per_kind(size_t counted);
  void add_counted_part();
  void take_rate_for_limit();
  void values_before_metrics();
  size_t owned_noun() const;
  bool has_all_of_level(size_t before) const;
  std::vector<size_t> metric_mentions();
  std::vector<Candidate> candidates(size_t token, bool nouns, bool of_share = false) const;
  void add_headed(size_t token, std::vector<Candidate>& found) const;
  bool is_topic_of(size_t token, const MetricFrame& metric) const;
  std::vector<size_t> nouns_counted_beside(const std::vector<size_t>& mentions) const;
  std::optional<Where> kind_of(size_t noun, const MetricFrame& other) const;
  bool is_kind_of(size_t noun, size_t other) const;
  bool is_whole_of(size_t noun) const;
  bool is_part_of(size_t noun, size_t all) const;
  bool counts_people(size_t noun) const;
  bool ends_with_level() const;
  bool ends_with_noun() const;
  bool counts_so(size_t noun, size_t what) const;
  bool choose_one(size_t token, std::string& id);
  std::vector<std::string> ids_of(size_t token) const;
  size_t counted_noun() const;
  bool by_unit();
  bool by_kinds();
  bool by_count_word();
  bool by_people();
  bool by_part();
  void keep_fitting(std::vector<uint32_t>& terms) const;
  NoneOf none_of() const;
  std::vector<size_t> joined_nouns(size_t noun) const;
  void widen_to_all();
  bool no_metric();
  int n_unsupported(const std::string& metric) const;

  // conditions.cpp, value_conditions.cpp, org_conditions.cpp: filters, groups, periods
  bool check_unknown();
  bool is_counted_kind(size_t value) const;
  bool is_topic(size_t token) const;
  bool names_chosen(size_t noun) const;
  void join_numbered();
  bool add_values();
  std::optional<Meaning> range_of(const Meaning& from, const Meaning& to) const;
  std::map<size_t, size_t> value_ranges() const;
  bool add_value(size_t token, const Meaning& meaning, NamedValues& named);
  bool refuse_value(size_t token);
  bool add_orgs();
  bool add_org(size_t token, std::map<std::string, std::vector<std::string>>& chosen);
  bool add_own();
  bool add_groups();
  bool add_kinds(std::set<size_t>& levels);
  bool add_times();
  bool meet(const std::vector<TimeMeaning>& meanings);
  bool join_times(const std::vector<TimeMeaning>& meanings);
  TimePhrase in_whole_months(TimePhrase phrase) const;
  bool has_time_range() const;
  bool is_beside_now(const std::vector<TimePhrase>& phrases) const;
  std::optional<Meaning> meaning_of(size_t token, const MetricFrame& metric) const;
  std::optional<Meaning> without_school(size_t token, const MetricFrame& metric) const;
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
  void set_beside_whole();
  void add_periods();
  void add_denied();
  void order_of_higher();
  void rank_among_all();
  bool ranks_periods() const;
  bool both_ends() const;
  bool check_moved_most();
  void add_order();
  void add_having();
  void having_of_each();
  bool schools_that_pass();
  void add_change();
  void add_share();
  std::vector<Where>::iterator shared_condition();
  void share_within_groups();
  bool says_of_city() const;
  bool add_rank_of();
  void add_streak();
  void add_why();
  void add_chart();
  bool follow();  // follow.cpp
  bool check_follow();
  bool follow_thresholds();
  bool follow_condition(const Where& where);
  bool follow_beside(const Where& where);
  bool follow_asked();
  void follow_sum();
  void follow_cause(const Tree& fresh);
  bool is_followed_whole() const;
  void drop_said();
  bool is_fragment() const;
  void need_group();
  bool asks_for_schools() const;

  // two_questions.cpp: what was said in part only, or of two things at once
  bool check_able();
  bool names_person() const;
  bool is_about_person() const;
  bool refuse_person();
  bool check_persons();
  bool check_used();
  bool check_parts();
  bool check_ends();
  bool tells_both_ends() const;
  bool check_beside();
  bool check_versus();
  bool has_dropped_level() const;
  bool check_whom();
  bool check_steps();
  bool check_subjects();
  bool check_mixed();
  bool check_dimensions();
  bool is_joined(size_t token) const;
  bool is_crossed() const;
  bool is_between_metrics() const;
  bool has_unused_level() const;

  // refusal.cpp: by which code, and how the unknown is named
  bool check_request();
  bool is_of_data() const;
  bool wants_done() const;
  bool refuse_talk();
  static bool ends_as_figure(std::u32string_view word);
  bool may_be_part(size_t token) const;
  bool touches(size_t token) const;
  std::string said_of(size_t from, size_t to) const;
  std::string unknown_word(size_t token) const;
  std::string unknown_words() const;
  size_t figure_among(const std::vector<size_t>& unknown) const;
  PlaceSpan place_at(size_t token) const;
  PlaceSpan unknown_place() const;
  bool refuse_place(const PlaceSpan& place);
  bool refuse_shared_part();
  bool refuse_shared_unit();

  // asked_dimensions.cpp: short names of dimensions behind 哪, 各; times as they were said
  bool group_by_briefs();
  bool group_by_brief(size_t marker);
  bool group_by_text(size_t marker, const Brief& brief);
  Brief brief_behind(size_t marker) const;
  bool refuse_group(const std::string& word);
  std::vector<std::string> dimensions_short_for(std::u32string_view brief, const MetricFrame& metric) const;
  std::vector<std::string> kinds_of(size_t behind) const;
  bool is_marker(size_t token) const;
  bool check_quality();
  bool group_by_schools(size_t marker);
  bool check_noun_behind(size_t marker, size_t noun);
  bool is_school_kind(size_t token) const;
  bool time_phrases(std::vector<TimePhrase>& phrases);
  bool whole_in_parts(std::vector<TimePhrase>& phrases);
  bool is_year_ago() const;

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
  NoneOf none_;
  std::optional<Where> widened_;  // what the metric that was named is limited to, where another kind stands beside it
  bool fragment_ = false;
  bool followed_ = false;  // the tree is the question before with what this one changes of it
  bool by_noun_ = false;   // the metric was not named, only what it counts
  bool negated_nouns_ = false;
  bool negation_used_ = false;
  bool unfit_threshold_ = false;  // its number is in another unit than the figure
  bool period_series_ = false;    // several periods were named
  size_t unfit_value_ = std::string::npos;
};

// By the shape of a tree: which intent it has, if no step said so.
void settle_intent(const Frame& frame, Tree& tree);
// "-" where the order is descending: "good" and "bad" by what the metric holds for better.
std::string sign_of(const std::string& order, const pack::Metric& metric);
// The column of the change from the time before. What is in per cent has no growth in per cent: it moves by points.
std::string change_column(const MetricFrame& metric, bool growth);

}  // namespace banmo::ask
