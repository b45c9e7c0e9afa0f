// SPDX-License-Identifier: Apache-2.0
// From drafts to one catalogue: names are looked up, expressions compiled, levels derived, reference data read. Each step adds its findings and goes
// on, so that an author sees all of them; a catalogue with findings is thrown away. Private to the room.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pack/draft.h"
#include "pack/findings.h"
#include "pack/pack.h"

namespace banmo::pack {

class CatalogueBuilder {
 public:
  CatalogueBuilder(std::vector<DraftPack> drafts, Findings& findings);
  // On a working copy of a finished catalogue, which is left as it was.
  CatalogueBuilder(std::shared_ptr<Catalogue> on, std::vector<DraftPack> drafts, Findings& findings);
  static std::shared_ptr<Catalogue> working_copy(const Catalogue& finished);  // without the content of reference datasets
  std::shared_ptr<Catalogue> build();
  std::vector<Flow> build_flows();  // the drafts' flows over the catalogue's datasets; worth nothing if there are findings
  Dashboard build_dashboard();      // the drafts' only dashboard, without a pack; worth nothing if there are findings

 private:
  struct Place {  // the draft behind datasets_[i]
    const DraftPack* pack = nullptr;
    const DraftDataset* draft = nullptr;
  };
  enum class Visit { fresh, open, done };

  // resolve_packs.cpp
  void resolve_packs();
  void resolve_needs(const DraftPack& pack);
  void resolve_code_lists(const DraftPack& pack);
  bool register_id(Catalogue::Index& index, const std::string& id, size_t position, std::string_view what, const std::string& where);

  // resolve_datasets.cpp
  void resolve_datasets();
  void resolve_dataset(Dataset& out, const Place& place);
  void resolve_field(Field& out, const DraftField& draft, const Place& place);
  void resolve_field_type(Field& out, const DraftField& draft, const Place& place);
  void resolve_grain(Dataset& out, const DraftDataset& draft);
  void resolve_scope(Dataset& out, const DraftDataset& draft);
  void resolve_shape(const Dataset& dataset, const DraftDataset& draft);
  void compile_fields(Dataset& out, const Place& place);
  void compile_rules(Dataset& out, const Place& place);

  // resolve_events.cpp
  void resolve_event(Dataset& out, const Place& place);
  void resolve_event_field(Field& out, const DraftField& draft);
  void resolve_rollups(Dataset& out, const DraftDataset& draft);

  // resolve_derived.cpp
  void resolve_derived(size_t index);
  void take_columns(Dataset& out, const Place& place);
  void resolve_derived_levels(Dataset& out);
  bool reads_broken(std::string_view select) const;
  const Field* source_field(const std::pair<std::string, std::string>& source) const;

  // reference_data.cpp
  void resolve_rows(Dataset& out, const Place& place);
  std::vector<DraftRow> read_data(const Dataset& dataset, const Place& place);
  void check_rows(const Dataset& dataset, const std::vector<std::string>& places);

  // resolve_metrics.cpp
  void resolve_metrics();
  void resolve_metric(size_t index);
  void resolve_aggregate(Metric& out, const DraftMetric& draft, const DraftPack& pack);
  void resolve_ratio(Metric& out, const DraftMetric& draft);
  void resolve_derivation(Metric& out, const DraftMetric& draft, const DraftPack& pack);
  size_t metric_position(const Text& name);  // metrics_.size() and a finding if there is none
  bool too_deep(std::string_view what, const std::string& where);
  std::vector<const Metric*> leaves(const Metric& metric) const;
  void check_min_cell(const Metric& metric);

  // resolve_views.cpp
  void resolve_dimensions();
  void resolve_dashboards();
  void resolve_card(Card& out, const DraftCard& draft);
  void check_card_by(const Card& card, const Text& by);
  void check_card_figures(const Card& card);
  void check_card_outcome(const std::string& metric, const Text& by);
  bool is_outcome(const Dataset& dataset, std::string_view dimension) const;  // read by the filter of a metric of people with a minimum cell
  void check_screen(const Dashboard& dashboard);
  void resolve_targets();

  // resolve_home.cpp
  void resolve_home();
  void resolve_home_part(HomePart& out, const DraftHome& draft);
  void resolve_org_page(Dashboard& out, const DraftDashboard& draft);
  bool has_dimension(const Dataset& dataset, std::string_view dimension) const;

  // resolve_ask.cpp
  void resolve_examples();
  std::vector<std::string> resolve_roles(const std::vector<Text>& roles);  // as they were named; a finding for each that there is not

  // resolve_portraits.cpp
  void resolve_portraits();
  void resolve_portrait(Portrait& out, const DraftPortrait& draft);
  void resolve_standard(Portrait& out, const DraftPortrait& draft, const Dataset& results);
  void resolve_total(Portrait& out, const DraftPortrait& draft);
  std::string field_in(const Dataset& dataset, const Text& name);  // the id, or "" and a finding

  // resolve_flows.cpp
  void add_state_lists(const DraftPack& pack);
  void resolve_flows();
  void resolve_flow(Flow& out, const DraftFlow& draft, const DraftPack& pack);
  void resolve_subject(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_life_event(Flow& out, const DraftFlow& draft);
  void resolve_calendar(Flow& out, const DraftFlow& draft);
  void resolve_flow_roles(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_states(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_moves(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_move(FlowMove& out, const DraftFlow::Move& draft, const Flow& flow, const Dataset& subject);
  void resolve_effects(FlowMove& out, const DraftFlow::Move& draft, const Flow& flow, const Dataset& subject);
  void resolve_deadlines(Flow& out, const DraftFlow& draft);
  void check_copied(const Dataset& subject, const Field& field, const expr::Expression& value, const std::string& where);

  // resolve_places.cpp
  void resolve_finds(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_find(FlowFind& out, const DraftFlow::Find& draft, const Dataset& of, const expr::Context& context);
  void resolve_places(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_quota(FlowQuota& out, const DraftFlow::Quota& draft, const Flow& flow, const Dataset& subject);
  void check_quota_limit(const FlowQuota& quota, const Flow& flow, const Dataset& subject, const Text& limit);
  void resolve_starts();
  void resolve_start(FlowStart& out, const DraftFlow::Start& draft, const Flow& flow, const Dataset& subject);
  const Flow* other_flow(const Text& name);  // nullptr and a finding if no pack has it
  void check_found(const Flow& flow, const Field& field, const expr::Expression& value, const std::string& where);
  std::optional<expr::Expression> compiled(const Text& text, const expr::Context& context);  // nothing and findings if it does not compile

  // resolve_panels.cpp
  void resolve_panels(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_panel(FlowPanel& out, const DraftFlow::Panel& draft, const Flow& flow, const Dataset& subject);
  void check_panel_role(const Flow& flow, const FlowPanel& panel, const std::string& where);
  std::string settable_field(const Flow& flow, const Dataset& subject, const Text& name);  // the id, or "" and a finding
  void check_seen(const Flow& flow, const FlowMove& move, const Dataset& subject, const std::string& field, const std::string& where);

  // resolve_forms.cpp, resolve_choices.cpp
  enum class FormOf { state, move };
  std::vector<FlowInput> resolve_form(const Flow& flow, const Dataset& subject, const std::vector<DraftInput>& draft, FormOf of);
  void resolve_choose(FlowInput& out, const DraftChoose& draft, const Flow& flow, const Dataset& subject);
  void resolve_chosen_rows(FlowChoose& out, const DraftChoose& draft, const Flow& flow);
  void resolve_when(FlowInput& out, const Text& text, const Flow& flow, const Dataset& subject, std::span<const DraftInput> open);
  void check_first_form(const Flow& flow, const Dataset& subject);
  void resolve_locks(Flow& out, const DraftFlow& draft, const Dataset& subject);

  // resolve_admissions.cpp
  void resolve_admissions();
  void resolve_admission(Admission& out, const DraftAdmission& draft, const DraftPack& pack);
  void check_admission_grain(const Dataset& dataset, std::vector<std::string> grain, const Text& name);
  void check_admission_whole(const Dataset& dataset, const Text& name);
  void check_admission_keys(const Admission& out, const DraftAdmission& draft, const Dataset& applicants, const Dataset& choices,
                            const Dataset& plans);
  void resolve_quotas(Admission& out, const DraftAdmission& draft, class AdmissionRules& rules);
  void resolve_batch(Admission& out, const DraftAdmission::Batch& draft, AdmissionRules& rules);
  void check_batches(const Admission& out, const DraftAdmission& draft, const Dataset& choices);
  void check_public_number(const Admission& out, const DraftAdmission& draft, const Dataset& applicants);
  void resolve_results(Admission& out, const DraftAdmission& draft, AdmissionRules& rules);

  // resolve_papers.cpp
  void resolve_files(Flow& out, const DraftFlow& draft);
  void resolve_letters(Flow& out, const DraftFlow& draft, const Dataset& subject);
  void resolve_body(FlowLetter& out, const Text& body, const Dataset& subject);
  void resolve_issue(FlowMove& out, const DraftFlow::Effect& effect, const Flow& flow, const Dataset& subject);
  void resolve_calls(FlowMove& out, const DraftFlow::Effect& effect, const Flow& flow);
  void resolve_appeal(FlowMove& out, const Text& appeal, const Flow& flow);
  void check_papers(const Flow& flow);

  // resolve_shares.cpp
  void resolve_share(FlowMove& out, const DraftFlow::Share& draft, const Flow& flow, const Dataset& subject);
  static void end_shares_with_case(Flow& flow);

  // resolve_lookups.cpp
  void resolve_lookups(Flow& out, const DraftFlow& draft, const DraftPack& pack, const Dataset& subject);
  void resolve_lookup(Flow& out, const DraftLookup& draft, const Dataset& subject);
  void check_verdict(const Field& field, const std::string& where);

  // resolve_tests.cpp
  void resolve_tests(PackInfo& out, const DraftPack& draft);
  void check_expectation(const Text& text, const DraftPack& pack);

  expr::Context context_of(const Dataset& dataset, const DraftPack& pack) const;
  void add_table(const Dataset& dataset);

  const Dataset* find_dataset(const Text& name);  // nullptr and a finding if there is none
  void unknown_name(std::string_view id, std::string_view what_zh, std::string_view what_en, const Text& name, const Catalogue::Index& known);

  std::vector<DraftPack> drafts_;
  Findings& findings_;
  std::shared_ptr<Catalogue> out_;
  std::vector<Place> places_;  // beside out_->datasets_
  std::vector<std::pair<const DraftPack*, const DraftMetric*>> metric_drafts_;
  std::vector<const DraftDashboard*> dashboard_drafts_;
  std::vector<Visit> dataset_visits_, metric_visits_;
  int depth_ = 0;                              // of datasets or metrics that are being resolved
  std::vector<expr::Table> tables_;            // every dataset whose columns are known
  std::vector<Flow> other_flows_;              // beside an earlier version's: those of the catalogue
  std::vector<const DraftFlow*> flow_drafts_;  // beside out_->flows_
  std::set<std::string, std::less<>> broken_;  // derived datasets whose select has findings: what only follows from that is not reported
};

// May a value of `from` be stored in a field that expressions see as `to`?
inline bool fits(expr::Type from, expr::Type to) {
  return from == to || from == expr::Type::null || (from == expr::Type::integer && to == expr::Type::decimal);
}

// The names behind FROM and JOIN in a select, as the author wrote them: enough to order derived datasets before they are compiled.
std::vector<std::string> tables_of(std::string_view select);

}  // namespace banmo::pack
