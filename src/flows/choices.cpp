// SPDX-License-Identifier: Apache-2.0
#include "flows/choices.h"

#include <algorithm>

#include "base/city_time.h"
#include "base/text.h"
#include "base/text_han.h"
#include "flows/mover.h"
#include "flows/state.h"
#include "flows/wording.h"
#include "records/portions.h"

namespace banmo::flows {
namespace {

using From = pack::FlowChoose::From;
using directory::Org;
using directory::OrgNo;

constexpr size_t kMaxOffered = 50, kMaxTyped = 60;

std::string lowered(std::string_view text) {
  const text::Han& han = text::Han::table();
  std::u32string out;
  for (const char32_t c : text::code_points_of(text)) out += c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : han.simplified(c);
  return text::utf8_of(out);
}

// The first letter of each character's reading: "xgzl" of 香港中路.
std::string initials_of(std::u32string_view title) {
  const text::Han& han = text::Han::table();
  std::string out;
  for (const char32_t c : title)
    if (const std::string_view pinyin = han.pinyin(c); !pinyin.empty()) out += pinyin.front();
  return out;
}

enum class Likeness { none, within, begins };

Likeness likeness(std::string_view text, std::string_view typed) {
  const size_t at = text.find(typed);
  return at == std::string_view::npos ? Likeness::none : at == 0 ? Likeness::begins : Likeness::within;
}

// How what was typed, in lower case, meets an item.
Likeness likeness(const ChoiceItem& item, const std::string& typed) {
  Likeness best = std::max(likeness(lowered(item.title.zh), typed), likeness(lowered(item.title.en), typed));
  if (item.value.starts_with(typed)) best = Likeness::begins;
  const bool is_latin = std::all_of(typed.begin(), typed.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (best == Likeness::begins || !is_latin) return best;
  const std::u32string title = text::code_points_of(item.title.zh);
  return std::max({best, likeness(initials_of(title), typed), likeness(text::Han::table().pinyin_of(title), typed)});
}

// Codes say of which kind they are by their length; a code names one living organisation.
const Org* by_code(const directory::OrgTree& tree, std::string_view code) {
  using enum directory::OrgKind;
  for (const directory::OrgKind kind : {district, school, city, bureau, college, enterprise})
    if (const Org* found = tree.by_code(kind, code)) return found;
  return nullptr;
}

}  // namespace

OrgNo Choices::narrowed_to(const Standing& standing, const pack::FlowChoose& choose, Of of) const {
  if (choose.on.empty() || of == Of::whole_source) return {};
  return {sql::int_of(standing.row[standing.running->subject->field_index(choose.on)])};
}

Result<> Choices::each_row(const Standing& standing, const pack::FlowChoose& choose, Of of, const Take& take) const {
  const pack::Dataset* dataset = standing.running->catalogue->dataset(choose.dataset);
  if (dataset == nullptr) return {};
  const OrgNo under = narrowed_to(standing, choose, of);
  std::vector<std::pair<size_t, std::string>> wanted;
  for (const pack::FlowChoose::Match& match : choose.match) {
    if (of == Of::whole_source) break;
    BANMO_TRY(const sql::Value value, evaluator_.evaluate(match.value, standing, {}));
    if (!sql::is_null(value)) wanted.emplace_back(dataset->field_index(match.field), sql::text_of(value));
  }
  const size_t value = dataset->field_index(choose.value), title = dataset->field_index(choose.title), org_at = dataset->field_index(choose.org);
  for (const std::vector<std::string>& row : dataset->rows) {
    if (std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) { return row[one.first] != one.second; })) continue;
    const Org* org = org_at < row.size() ? by_code(*orgs_, row[org_at]) : nullptr;
    if (under.value != 0 && (org == nullptr || !orgs_->is_within(org->no, under))) continue;
    if (!take({row[value], {row[title], row[title]}, org == nullptr ? std::string() : org->title})) return {};
  }
  return {};
}

void Choices::each_org(const Standing& standing, const pack::FlowChoose& choose, Of of, const Take& take) const {
  const OrgNo under = narrowed_to(standing, choose, of);
  const Date today = directory_.today();
  std::vector<const Org*> found;
  for (const Org& org : orgs_->all()) {
    const bool is_kind = std::find(choose.kinds.begin(), choose.kinds.end(), directory::name_of(org.kind)) != choose.kinds.end();
    if (is_kind && records::is_living(org, today) && (under.value == 0 || orgs_->is_within(org.no, under))) found.push_back(&org);
  }
  std::sort(found.begin(), found.end(),
            [](const Org* a, const Org* b) { return std::tie(a->code, a->title, a->no) < std::tie(b->code, b->title, b->no); });
  for (const Org* org : found) {
    const Org* above = orgs_->find(org->parent);
    const Org* district = orgs_->nearest(org->parent, directory::OrgKind::district);
    const bool is_below_top = above != nullptr && above->parent.value != 0;  // the city itself says nothing to its people
    const Org* hint = district != nullptr ? district : is_below_top ? above : nullptr;
    if (!take({org->id.to_string(), {org->title, org->title}, hint == nullptr ? std::string() : hint->title})) return;
  }
}

// Those whose rows the reader sees; what shows figures alone offers none. Where access is opened by it, none that the grant
// would refuse: whoever names one all the same is told why by the grant.
void Choices::each_dataset(const Standing& standing, const pack::FlowInput& input, Of of, const Take& take) const {
  const auto& moves = standing.running->flow->moves;
  const bool is_given = of == Of::offer && std::any_of(moves.begin(), moves.end(),
                                                       [&](const pack::FlowMove& move) { return move.share && move.share->dataset == input.field; });
  for (const pack::Dataset& dataset : standing.running->catalogue->datasets()) {
    if (is_given && (!dataset.flow.empty() || (dataset.org_field.empty() && !dataset.person_field.empty()))) continue;
    const auto scope = directory_.scope(principal_, directory::Right::datasets_read, {dataset.org_field, dataset.person_field, dataset.level});
    if (scope.sees_nothing() || scope.aggregates_only || scope.max_level < dataset.level) continue;
    if (!take({dataset.id, dataset.title, dataset.category})) return;
  }
}

void Choices::each_field(const Standing& standing, const pack::FlowChoose& choose, const Take& take) const {
  const sql::Value& named = standing.row[standing.running->subject->field_index(choose.on)];
  const pack::Dataset* dataset = sql::is_null(named) ? nullptr : standing.running->catalogue->dataset(sql::text_of(named));
  if (dataset == nullptr) return;
  const auto scope = directory_.scope(principal_, directory::Right::datasets_read, {dataset->org_field, dataset->person_field, dataset->level});
  if (scope.sees_nothing() || scope.aggregates_only) return;
  for (const pack::Field& field : dataset->fields) {
    if (field.level > scope.max_level || field.level > pack::Level::l3) continue;
    if (!take({field.id, field.title, "L" + std::to_string(static_cast<int>(pack::Level(field.level)))})) return;
  }
}

Result<> Choices::each(const Standing& standing, const pack::FlowInput& input, Of of, const Take& take) const {
  const pack::FlowChoose& choose = *input.choose;
  switch (choose.from) {
    case From::rows: return each_row(standing, choose, of, take);
    case From::orgs: each_org(standing, choose, of, take); break;
    case From::datasets: each_dataset(standing, input, of, take); break;
    case From::fields: each_field(standing, choose, take); break;
  }
  return {};
}

Result<std::vector<ChoiceItem>> Choices::find(const Standing& standing, const pack::FlowInput& input, std::string_view typed, size_t limit) const {
  const std::string wanted = lowered(typed);
  std::vector<ChoiceItem> begins, within;
  BANMO_DO(each(standing, input, Of::offer, [&](ChoiceItem item) {
    const Likeness like = wanted.empty() ? Likeness::begins : likeness(item, wanted);
    if (like == Likeness::begins)
      begins.push_back(std::move(item));
    else if (like == Likeness::within && within.size() < limit)
      within.push_back(std::move(item));
    return begins.size() < limit;
  }));
  for (size_t i = 0; i < within.size() && begins.size() < limit; ++i) begins.push_back(std::move(within[i]));
  return begins;
}

// As the form has them: the public id of an organisation, texts between commas where several may stand.
std::vector<std::string> Choices::values_of(const Standing& standing, const pack::FlowInput& input) const {
  const sql::Value& value = standing.row[standing.running->subject->field_index(input.field)];
  if (sql::is_null(value)) return {};
  if (input.choose->from == From::orgs) {
    const Org* org = orgs_->find(OrgNo{sql::int_of(value)});
    return {org == nullptr ? std::string() : org->id.to_string()};
  }
  const std::string text = sql::text_of(value);
  if (!input.choose->many) return {text};
  std::vector<std::string> out;
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = std::min(text.find(',', from), text.size());
    out.emplace_back(text::trim(std::string_view(text).substr(from, comma - from)));
    from = comma + 1;
  }
  return out;
}

Result<bool> Choices::fits(const Standing& standing, const pack::FlowInput& input) const {
  std::vector<std::string> left = values_of(standing, input);
  std::sort(left.begin(), left.end());
  if (std::adjacent_find(left.begin(), left.end()) != left.end()) return false;  // the same twice
  if (left.empty()) return true;
  BANMO_DO(each(standing, input, Of::case_as_it_stands, [&](const ChoiceItem& item) {
    std::erase(left, item.value);
    return !left.empty();
  }));
  return left.empty();
}

Result<std::vector<ChoiceItem>> Choices::chosen(const Standing& standing, const pack::FlowInput& input) const {
  std::vector<ChoiceItem> out;
  for (const std::string& value : values_of(standing, input)) out.push_back({value, {value, value}, {}});
  size_t n_unnamed = out.size();
  if (n_unnamed == 0) return out;
  BANMO_DO(each(standing, input, Of::whole_source, [&](const ChoiceItem& item) {
    for (ChoiceItem& one : out)
      if (one.value == item.value) {
        one = item;
        --n_unnamed;
      }
    return n_unnamed > 0;
  }));
  return out;
}

namespace {

const pack::FlowInput* input_in(const std::vector<pack::FlowInput>& form, std::string_view field) {
  const auto found = std::find_if(form.begin(), form.end(), [&](const pack::FlowInput& one) { return one.field == field; });
  return found == form.end() ? nullptr : &*found;
}

// The form in which the reader may fill in the field now; nullptr: none.
const std::vector<pack::FlowInput>* open_form(const Mover& moves, const Standing& standing, const directory::Principal& principal,
                                              const ChoiceWish& wish) {
  const pack::Flow& flow = *standing.running->flow;
  if (wish.move.empty()) {
    const pack::FlowState* state = flow.state(standing.record.state);
    return state != nullptr && moves.saver(standing, principal) ? &state->form : nullptr;
  }
  const pack::FlowMove* move = flow.move(standing.record.state, wish.move);
  return move != nullptr && !move->automatic() && moves.maker(standing, principal, *move) ? &move->form : nullptr;
}

}  // namespace

Result<std::vector<ChoiceItem>> Flows::choices(const directory::Principal& principal, std::string_view id, const ChoiceWish& wish) const {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  if (wish.typed.size() > kMaxTyped)
    return fail(ErrorCode::invalid, "flows.choice_long", {"输入太长，请只输几个字或拼音首字母", "type less: a few letters of the name are enough"},
                "q");
  BANMO_TRY(Standing standing, state_->visible(principal, id));
  const Mover moves = state_->mover_for(principal);
  const std::vector<pack::FlowInput>* form = open_form(moves, standing, principal, wish);
  if (form == nullptr) return not_your_form(*standing.running->flow, standing.record.state);
  const pack::FlowInput* input = input_in(*form, wish.field);
  if (input == nullptr || !input->choose)
    return fail(ErrorCode::not_found, "flows.no_choice",
                {"这一步没有可选的这一项，请直接填写", "this step offers nothing to choose for that field: fill it in"});
  if (!wish.on.empty() && input_in(*form, input->choose->on) != nullptr)
    BANMO_DO(state_->records.case_rows().fill(principal, standing.running->subject->id, {{input->choose->on, wish.on}}, standing.row));
  return moves.choices(principal).find(standing, *input, text::trim(wish.typed), kMaxOffered);
}

}  // namespace banmo::flows
