// SPDX-License-Identifier: Apache-2.0
// Inside the room: the figures of a tree, asked of the semantic layer and put into the shape of the question. Works on visible cells alone: what was
// withheld stays empty in every column that is computed from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ask/frame.h"
#include "ask/tree.h"
#include "metrics/metrics.h"

namespace banmo::ask {

struct Figures {
  metrics::QueryResult table;
  metrics::Query asked;       // as it went to the engine, for "how computed"
  std::string period, grain;  // the one period that all figures are of; empty if there are several or none
  bool withheld = false;      // nothing but withheld cells
  bool empty = false;         // no data
  bool partly_withheld = false;
  int64_t n_members = 0;  // threshold, streak: how many there were to look at
  int64_t n_passed = 0;
  std::optional<int64_t> place;    // of the member asked for, among n_members
  std::optional<double> whole;     // the figure of the whole, where it was asked beside the parts
  std::optional<double> change;    // contribution: of the whole
  bool change_of_visible = false;  // or, where the whole's is not to be had, of the parts that are shown
  double gone = 0;                 // contribution to a count: of those that have no row in the later period, together
  bool unfit = false;              // the tree speaks of a column that the table does not have
};

class FigureReader {
 public:
  FigureReader(metrics::Metrics& metrics, const Frame& frame, const metrics::Principal& principal)
      : metrics_(metrics), frame_(frame), principal_(principal) {}
  Result<Figures> read(const Tree& tree);

 private:
  metrics::Query query_of(const Tree& tree) const;
  Result<> add_whole(const Tree& tree, Figures& out);
  Result<> contribution(const Tree& tree, Figures& out);
  Result<> change_of_whole(const Tree& tree, Figures& out);
  void take_period(const Tree& tree, Figures& out) const;
  void add_changes(const Tree& tree, Figures& out) const;
  // zero_figures.cpp
  Result<> zero_if_nothing(const Tree& tree, Figures& out);
  Result<> add_members_without(const Tree& tree, Figures& out);

  metrics::Metrics& metrics_;
  const Frame& frame_;
  const metrics::Principal& principal_;
};

// What is done with a table that was read; pure.
void keep_passing(const Tree& tree, Figures& out);                      // thresholds
void keep_member(const Tree& tree, Figures& out);                       // share of one kind in each of several groups
void put_in_order(const Tree& tree, Figures& out);                      // order, limit, the member's place
void find_runs(const Frame& frame, const Tree& tree, Figures& out);     // streaks
void split_change(const Frame& frame, const Tree& tree, Figures& out);  // contributions
void add_ratio(const Tree& tree, Figures& out);                         // of two metrics
bool asks_for_none(const Tree& tree);                                   // which members have none of a kind
Tree without_conditions(const Frame& frame, Tree tree);                 // but those on the period

std::optional<double> number_in(const metrics::Cell& cell);
std::string text_in(const metrics::Cell& cell);                            // an organisation's or code's title
std::string key_in(const metrics::Cell& cell);                             // its id or code
size_t column_of(const metrics::QueryResult& table, std::string_view id);  // columns.size() if absent

}  // namespace banmo::ask
