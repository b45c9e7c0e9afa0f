// SPDX-License-Identifier: Apache-2.0
// Panels: reviewers of a case, each with a sheet of their own that nobody else sees before the panel has decided. A reviewer sees the case without
// what tells whose it is, and no other sheet; who named them sees who has handed in. When all sheets are in, the score goes into the row and the
// automatic moves are taken, once. Thread-safe; n servers may share one PostgreSQL.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "directory/types.h"
#include "flows/papers.h"
#include "flows/types.h"

namespace banmo::flows {

struct State;
struct Standing;
struct SeatRow;
struct Candidate;

using SeatId = Id<struct SeatTag>;
enum class SeatStage { asked, in, declined, replaced };

struct Seat {
  SeatId id;
  std::string account;
  directory::OrgNo org;
  SeatStage stage = SeatStage::asked;
  Instant asked_at, changed_at;
  std::string note;             // why it was declined; of a sheet: once the panel has decided
  std::optional<double> score;  // 0..100, once the panel has decided
};
struct PanelView {
  std::string state;
  pack::Title title;
  int n = 0;
  bool can_name = false;  // the reader, now
  bool decided = false;
  std::vector<Seat> seats;
};

// Whom to ask: as many as are missing, or more, out of whom they are drawn by a seed that everybody may know.
struct PanelWish {
  std::vector<std::string> pool;  // accounts, 1..200
  std::string seed;               // needed if some are drawn
};

struct ReviewHead {
  SeatId id;
  std::string flow;
  pack::Title flow_title, state_title;
  SeatStage stage = SeatStage::asked;
  Instant asked_at;
  std::optional<Instant> due_at;
};
struct Review {
  ReviewHead head;
  std::shared_ptr<const pack::Flow> flow;
  const pack::FlowPanel* panel = nullptr;  // of `flow`
  records::Row row;                        // without what tells whose it is
  pack::Level shown = pack::Level::l1;
  std::map<std::string, double> points;  // what the reviewer has given so far
  std::string note;
};
struct SheetWish {
  std::map<std::string, double> points;
  std::string note;
};

class Panels {
 public:
  explicit Panels(State& state) : state_(state) {}

  // By the role that names reviewers, as all below with a case. Errors: conflict "flows.no_panel"; invalid "flows.panel_full", "flows.panel_pool",
  // "flows.panel_seed"; conflict "flows.case_changed".
  Result<PanelView> name(const directory::Principal& by, std::string_view case_id, const PanelWish& wish);
  Result<PanelView> find(const directory::Principal& reader, std::string_view case_id) const;
  // Takes a seat back whose sheet is not in. Errors: conflict "flows.sheet_in".
  Result<PanelView> replace(const directory::Principal& by, std::string_view case_id, std::string_view seat);

  // One's own, while the panel has not decided; those that wait first.
  Result<std::vector<ReviewHead>> reviews(const directory::Principal& reviewer) const;
  // Errors: not_found "flows.no_review".
  Result<Review> review(const directory::Principal& reviewer, std::string_view seat) const;
  // What came with the case, as far as the reviewer may see it (files.h). Errors: those of review() and of a file.
  Result<std::vector<CaseFile>> files(const directory::Principal& reviewer, std::string_view seat) const;
  Result<std::pair<CaseFile, std::string>> open_file(const directory::Principal& reviewer, std::string_view seat, std::string_view file) const;
  // May be handed in again until all are in. Errors: invalid "flows.bad_points"; conflict "flows.panel_complete".
  Result<Review> hand_in(const directory::Principal& reviewer, std::string_view seat, const SheetWish& wish);
  Result<> decline(const directory::Principal& reviewer, std::string_view seat, const std::string& reason);

  // Decides all panels that are complete; how many. Any server may call it at any time.
  Result<int64_t> settle();

 private:
  // A case's panel as it stands, for who names its reviewers.
  struct Named {
    std::shared_ptr<const Standing> standing;
    const pack::FlowPanel* panel = nullptr;
    std::string state, for_account;  // for_account: in whose absence the reader names them
    std::vector<SeatRow> seats;
  };
  Result<Named> named_by(const directory::Principal& by, std::string_view case_id) const;
  Result<std::vector<Candidate>> fit(const Standing& standing, const pack::FlowPanel& panel, const std::vector<SeatRow>& known,
                                     const std::vector<std::string>& pool) const;
  Result<std::vector<Candidate>> chosen(const Standing& standing, const pack::FlowPanel& panel, const std::vector<SeatRow>& known,
                                        const PanelWish& wish) const;
  Result<std::pair<SeatRow, Standing>> seat_of(const directory::Principal& reviewer, std::string_view seat) const;
  Result<bool> settle_case(const std::string& id, const SeatRow& seat, double score);
  Result<> settle_state(const std::string& flow, const pack::FlowState& state, int64_t& n_done);

  State& state_;
};

}  // namespace banmo::flows
