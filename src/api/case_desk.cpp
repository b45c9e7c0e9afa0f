// SPDX-License-Identifier: Apache-2.0
// Work on many cases and with others: bulk moves, who acts for whom, panels and the sheets of their reviewers.
#include <map>

#include "api/builder.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "flows/delegations.h"
#include "flows/flows.h"
#include "flows/panels.h"

namespace banmo::api {
namespace {

constexpr int kMaxNote = 2000, kMaxReason = 500;
constexpr size_t kMaxBulk = 500, kMaxPool = 200;
constexpr const char* kSeatStages[] = {"asked", "in", "declined", "replaced"};

struct BulkItemIn {
  static constexpr const char* kName = "CaseMoveItem";
  std::string case_id;
  int64_t seq = 0;
};
template <class V>
void describe(V& v, BulkItemIn& x) {
  v.field("case", x.case_id);
  v.field("seq", x.seq);
}

struct BulkIn {
  static constexpr const char* kName = "CaseMovesIn";
  std::vector<BulkItemIn> items;
  std::string move;
  RowValues values{json::Object{}};
  std::string note;
  bool dry_run = false;
};
template <class V>
void describe(V& v, BulkIn& x) {
  v.field("items", x.items, {.min_length = 1, .max_length = kMaxBulk});
  v.field("move", x.move);
  v.field("values", x.values, {.has_default = true});
  v.field("note", x.note, {.max_length = kMaxNote, .has_default = true});
  v.field("dry_run", x.dry_run, {.doc = "Tells what would happen; nothing is written."});
}

struct RefusalShape {
  static constexpr const char* kName = "CaseMoveRefusal";
  std::string code, where;
  Two detail;
};
template <class V>
void describe(V& v, RefusalShape& x) {
  v.field("code", x.code);
  v.field("detail", x.detail);
  v.field("where", x.where);
}

struct OutcomeShape {
  static constexpr const char* kName = "CaseMoveOutcome";
  std::string case_id, key, from;
  std::optional<std::string> to;
  Two from_title;
  std::optional<Two> to_title;
  std::optional<int64_t> seq;
  std::optional<RefusalShape> refused;
};
template <class V>
void describe(V& v, OutcomeShape& x) {
  v.field("case", x.case_id);
  v.field("key", x.key);
  v.field("from", x.from);
  v.field("from_title", x.from_title);
  v.field("to", x.to);
  v.field("to_title", x.to_title);
  v.field("seq", x.seq);
  v.field("refused", x.refused);
}

struct OutcomesShape {
  static constexpr const char* kName = "CaseMoveOutcomes";
  bool dry_run = false;
  int64_t n_moved = 0, n_refused = 0;
  std::vector<OutcomeShape> items;
};
template <class V>
void describe(V& v, OutcomesShape& x) {
  v.field("dry_run", x.dry_run);
  v.field("n_moved", x.n_moved, {.doc = "Or would be moved."});
  v.field("n_refused", x.n_refused);
  v.field("items", x.items);
}

struct DelegationIn {
  static constexpr const char* kName = "DelegationIn";
  std::string to;
  std::vector<std::string> flows;
  Date from, until;
  std::string note;
};
template <class V>
void describe(V& v, DelegationIn& x) {
  v.field("to", x.to, {.doc = "Account of the delegate, of one's own organisation.", .max_length = 64});
  v.field("flows", x.flows, {.doc = "Empty: all.", .max_length = 100, .has_default = true});
  v.field("from", x.from);
  v.field("until", x.until, {.doc = "Included."});
  v.field("note", x.note, {.max_length = kMaxReason, .has_default = true});
}

struct DelegationShape {
  static constexpr const char* kName = "Delegation";
  std::string id, from, to;
  std::vector<std::string> flows;
  Instant from_at, until_at;
  std::string note;
  Instant given_at;
  std::optional<Instant> ended_at;
  bool is_mine = false, holds = false;
};
template <class V>
void describe(V& v, DelegationShape& x) {
  v.field("id", x.id);
  v.field("from", x.from, {.doc = "Account of whoever is absent."});
  v.field("to", x.to);
  v.field("flows", x.flows);
  v.field("from_at", x.from_at);
  v.field("until_at", x.until_at);
  v.field("note", x.note);
  v.field("given_at", x.given_at);
  v.field("ended_at", x.ended_at);
  v.field("is_mine", x.is_mine, {.doc = "Given by the reader."});
  v.field("holds", x.holds, {.doc = "Now."});
}

struct SeatShape {
  static constexpr const char* kName = "PanelSeat";
  std::string id, account;
  std::optional<OrgRef> org;
  std::string stage;
  Instant asked_at, changed_at;
  std::string note;
  std::optional<double> score;
};
template <class V>
void describe(V& v, SeatShape& x) {
  v.field("id", x.id);
  v.field("account", x.account);
  v.field("org", x.org);
  v.field("stage", x.stage, {.one_of = kSeatStages});
  v.field("asked_at", x.asked_at);
  v.field("changed_at", x.changed_at);
  v.field("note", x.note);
  v.field("score", x.score, {.doc = "0 to 100, once the panel has decided."});
}

struct PanelShape {
  static constexpr const char* kName = "Panel";
  std::string state;
  Two title;
  int n = 0;
  bool can_name = false, decided = false;
  std::vector<SeatShape> seats;
};
template <class V>
void describe(V& v, PanelShape& x) {
  v.field("state", x.state);
  v.field("title", x.title);
  v.field("n", x.n);
  v.field("can_name", x.can_name);
  v.field("decided", x.decided);
  v.field("seats", x.seats);
}

struct PanelIn {
  static constexpr const char* kName = "PanelIn";
  std::vector<std::string> pool;
  std::string seed;
};
template <class V>
void describe(V& v, PanelIn& x) {
  v.field("pool", x.pool,
          {.doc = "Accounts. If they are more than what is missing, they are drawn by the seed.", .min_length = 1, .max_length = kMaxPool});
  v.field("seed", x.seed, {.max_length = 100, .has_default = true});
}

struct SheetItemShape {
  static constexpr const char* kName = "SheetItem";
  std::string id;
  Two title;
  int max = 0;
};
template <class V>
void describe(V& v, SheetItemShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("max", x.max);
}

struct ReviewHeadShape {
  static constexpr const char* kName = "ReviewHead";
  std::string id, flow, stage;
  Two flow_title, state_title;
  Instant asked_at;
  std::optional<Instant> due_at;
};
template <class V>
void describe_review(V& v, ReviewHeadShape& x) {
  v.field("id", x.id);
  v.field("flow", x.flow);
  v.field("flow_title", x.flow_title);
  v.field("state_title", x.state_title);
  v.field("stage", x.stage, {.one_of = kSeatStages});
  v.field("asked_at", x.asked_at);
  v.field("due_at", x.due_at);
}
template <class V>
void describe(V& v, ReviewHeadShape& x) {
  describe_review(v, x);
}

struct ReviewShape : ReviewHeadShape {
  static constexpr const char* kName = "Review";
  std::string dataset;
  RowShape row;
  std::vector<SheetItemShape> sheet;
  std::map<std::string, double> points;
  std::string note;
};
template <class V>
void describe(V& v, ReviewShape& x) {
  describe_review(v, x);
  v.field("dataset", x.dataset);
  v.field("row", x.row, {.doc = "Without what tells whose it is."});
  v.field("sheet", x.sheet);
  v.field("points", x.points, {.doc = "By item; empty until they are handed in."});
  v.field("note", x.note);
}

struct SheetIn {
  static constexpr const char* kName = "SheetIn";
  std::map<std::string, double> points;
  std::string note;
};
template <class V>
void describe(V& v, SheetIn& x) {
  v.field("points", x.points);
  v.field("note", x.note, {.max_length = kMaxNote, .has_default = true});
}

struct DeclineIn {
  static constexpr const char* kName = "ReviewDeclineIn";
  std::string reason;
};
template <class V>
void describe(V& v, DeclineIn& x) {
  v.field("reason", x.reason, {.min_length = 1, .max_length = kMaxReason});
}

Result<OutcomesShape> move_cases(const Call& call, const BulkIn& in) {
  BANMO_TRY(const json::Object* values, object_of(in.values.value));
  flows::BulkWish wish{{}, in.move, *values, in.note, in.dry_run};
  for (const BulkItemIn& item : in.items) wish.items.push_back({item.case_id, item.seq});
  BANMO_TRY(const auto outcomes, call.engines.flows->move_all(call.principal, wish));
  OutcomesShape shape;
  shape.dry_run = in.dry_run;
  for (const flows::MoveOutcome& one : outcomes) {
    OutcomeShape& out = shape.items.emplace_back();
    out.case_id = one.id;
    out.key = one.key;
    out.from = one.from;
    out.from_title = two_of(one.from_title);
    ++(one.refused ? shape.n_refused : shape.n_moved);
    if (one.refused) {
      out.refused = RefusalShape{one.refused->id, one.refused->where, Two::of(one.refused->message)};
      continue;
    }
    out.to = one.to;
    out.to_title = two_of(one.to_title);
    out.seq = one.seq;
  }
  return shape;
}

DelegationShape shape_of(const Call& call, const flows::Delegation& one) {
  const Instant now = call.engines.clock->now();
  DelegationShape out;
  out.id = one.id.to_string();
  out.from = one.from_account;
  out.to = one.to_account;
  out.flows = one.flows;
  out.from_at = one.from_at;
  out.until_at = one.until_at;
  out.note = one.note;
  out.given_at = one.given_at;
  out.ended_at = one.ended_at;
  out.is_mine = one.from_account == call.principal.account_name;
  out.holds = !one.ended_at && one.from_at <= now && now < one.until_at;
  return out;
}

Result<List<DelegationShape>> list_delegations(const Call& call) {
  BANMO_TRY(const auto all, call.engines.flows->delegations().list(call.principal));
  List<DelegationShape> list;
  for (const flows::Delegation& one : all) list.items.push_back(shape_of(call, one));
  return list;
}

Result<DelegationShape> give_delegation(const Call& call, const DelegationIn& in) {
  BANMO_TRY(const auto one, call.engines.flows->delegations().give(call.principal, {in.to, in.flows, in.from, in.until, in.note}));
  return shape_of(call, one);
}

Result<DelegationShape> end_delegation(const Call& call) {
  BANMO_TRY(const auto one, call.engines.flows->delegations().end(call.principal, call.path("delegation")));
  return shape_of(call, one);
}

Result<PanelShape> panel_shape(const Call& call, Result<flows::PanelView> view) {
  BANMO_DO(view.ok() ? Result<>() : Result<>(view.error()));
  const auto tree = call.engines.directory->orgs();
  PanelShape shape{view->state, two_of(view->title), view->n, view->can_name, view->decided, {}};
  for (const flows::Seat& seat : view->seats)
    shape.seats.push_back({seat.id.to_string(), seat.account, ref_of(*tree, seat.org), kSeatStages[static_cast<size_t>(seat.stage)], seat.asked_at,
                           seat.changed_at, seat.note, seat.score});
  return shape;
}

Result<PanelShape> get_panel(const Call& call) { return panel_shape(call, call.engines.flows->panels().find(call.principal, call.path("case"))); }

Result<PanelShape> name_panel(const Call& call, const PanelIn& in) {
  return panel_shape(call, call.engines.flows->panels().name(call.principal, call.path("case"), {in.pool, in.seed}));
}

Result<PanelShape> replace_reviewer(const Call& call) {
  return panel_shape(call, call.engines.flows->panels().replace(call.principal, call.path("case"), call.path("seat")));
}

void fill_head(const flows::ReviewHead& head, ReviewHeadShape& shape) {
  shape.id = head.id.to_string();
  shape.flow = head.flow;
  shape.flow_title = two_of(head.flow_title);
  shape.state_title = two_of(head.state_title);
  shape.stage = kSeatStages[static_cast<size_t>(head.stage)];
  shape.asked_at = head.asked_at;
  shape.due_at = head.due_at;
}

Result<List<ReviewHeadShape>> list_reviews(const Call& call) {
  BANMO_TRY(const auto reviews, call.engines.flows->panels().reviews(call.principal));
  List<ReviewHeadShape> list;
  for (const flows::ReviewHead& head : reviews) fill_head(head, list.items.emplace_back());
  return list;
}

Result<ReviewShape> review_shape(const Call& call, Result<flows::Review> found) {
  BANMO_TRY(const flows::Review review, std::move(found));
  BANMO_DO(note_read(call, review.shown, "review.read", review.head.flow, "seat=" + review.head.id.to_string(), 1));
  ReviewShape shape;
  fill_head(review.head, shape);
  shape.dataset = review.flow->subject;
  shape.row = row_json(call.engines, *call.engines.catalogue->dataset(review.flow->subject), review.row);
  for (const pack::FlowSheetItem& item : review.panel->sheet) shape.sheet.push_back({item.id, two_of(item.title), item.max});
  shape.points = review.points;
  shape.note = review.note;
  return shape;
}

Result<ReviewShape> get_review(const Call& call) {
  return review_shape(call, call.engines.flows->panels().review(call.principal, call.path("review")));
}

Result<ReviewShape> hand_in_review(const Call& call, const SheetIn& in) {
  return review_shape(call, call.engines.flows->panels().hand_in(call.principal, call.path("review"), {in.points, in.note}));
}

Result<Nothing> decline_review(const Call& call, const DeclineIn& in) {
  BANMO_DO(call.engines.flows->panels().decline(call.principal, call.path("review"), in.reason));
  return Nothing{};
}

void add_delegation_routes(Builder& builder) {
  builder.route<List<DelegationShape>>({.method = "GET",
                                        .path = "/delegations",
                                        .operation = "list_delegations",
                                        .summary = {"外出委托：我委托的与委托我的", "Who acts for me, and for whom I act"},
                                        .permission = "cases.handle"},
                                       list_delegations);
  builder.route<DelegationIn, DelegationShape>({.method = "POST",
                                                .path = "/delegations",
                                                .operation = "give_delegation",
                                                .summary = {"外出期间委托同单位同事代办", "Let a colleague act for me while I am away"},
                                                .permission = "cases.handle",
                                                .answer_status = 201},
                                               give_delegation);
  builder.route<DelegationShape>({.method = "POST",
                                  .path = "/delegations/{delegation}/end",
                                  .operation = "end_delegation",
                                  .summary = {"提前结束委托", "End a delegation early"},
                                  .permission = "cases.handle"},
                                 end_delegation);
}

void add_panel_routes(Builder& builder) {
  builder.route<PanelShape>({.method = "GET",
                             .path = "/cases/{case}/panel",
                             .operation = "get_panel",
                             .summary = {"办件的评审：请了谁、谁已交表", "The panel of a case: who was asked, who has handed in"},
                             .permission = "cases.handle"},
                            get_panel);
  builder.route<PanelIn, PanelShape>({.method = "POST",
                                      .path = "/cases/{case}/panel",
                                      .operation = "name_panel",
                                      .summary = {"指派或抽签确定评审", "Name reviewers, or draw them out of a list by a seed"},
                                      .permission = "cases.handle"},
                                     name_panel);
  builder.route<PanelShape>({.method = "POST",
                             .path = "/cases/{case}/panel/{seat}/replace",
                             .operation = "replace_reviewer",
                             .summary = {"撤下未交表的评审，以便另请", "Take a seat back whose sheet is not in"},
                             .permission = "cases.handle"},
                            replace_reviewer);
  builder.route<List<ReviewHeadShape>>({.method = "GET",
                                        .path = "/reviews",
                                        .operation = "list_reviews",
                                        .summary = {"请我评审的作品", "What I am asked to review"},
                                        .permission = "cases.handle"},
                                       list_reviews);
  builder.route<ReviewShape>({.method = "GET",
                              .path = "/reviews/{review}",
                              .operation = "get_review",
                              .summary = {"一份评审：隐去作者的内容和我的评分表", "One review: the work without its author, and my sheet"},
                              .permission = "cases.handle"},
                             get_review);
  builder.route<SheetIn, ReviewShape>({.method = "PUT",
                                       .path = "/reviews/{review}",
                                       .operation = "hand_in_review",
                                       .summary = {"交评分表；全部交齐前可改", "Hand in the sheet; it may be changed until all are in"},
                                       .permission = "cases.handle"},
                                      hand_in_review);
  builder.route<DeclineIn, Nothing>({.method = "POST",
                                     .path = "/reviews/{review}/decline",
                                     .operation = "decline_review",
                                     .summary = {"回避：有利害关系等", "Decline, as for a conflict of interest"},
                                     .permission = "cases.handle"},
                                    decline_review);
}

}  // namespace

void add_case_desk_routes(Builder& builder) {
  builder.tag("flows");
  builder.route<BulkIn, OutcomesShape>(
      {.method = "POST",
       .path = "/cases/moves",
       .operation = "move_cases",
       .summary = {"批量办理：可先预览，每件各有结果", "One move of many cases, with a preview; each has its own outcome"},
       .permission = "cases.handle",
       .timeout_ms = 60'000},
      move_cases);
  add_delegation_routes(builder);
  add_panel_routes(builder);
}

}  // namespace banmo::api
