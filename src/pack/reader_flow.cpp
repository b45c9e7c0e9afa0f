// SPDX-License-Identifier: Apache-2.0
// Flows: roles, states, moves, deadlines.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using Role = DraftFlow::Role;
using State = DraftFlow::State;
using Move = DraftFlow::Move;
using Effect = DraftFlow::Effect;
using Deadline = DraftFlow::Deadline;

constexpr std::array<Key<Role>, 3> kRoleKeys{{
    {"title", [](Role& out, const yaml::Node& value, Findings& findings) { read_into(value, out.role.title.zh, findings); }, true},
    {"title_en", [](Role& out, const yaml::Node& value, Findings& findings) { read_into(value, out.role.title.en, findings); }},
    {"who", member<&Role::who>, true},
}};

constexpr std::array<Key<State>, 6> kStateKeys{{
    {"title", [](State& out, const yaml::Node& value, Findings& findings) { read_into(value, out.state.title.zh, findings); }, true},
    {"title_en", [](State& out, const yaml::Node& value, Findings& findings) { read_into(value, out.state.title.en, findings); }},
    {"final", [](State& out, const yaml::Node& value, Findings& findings) { read_into(value, out.state.final, findings); }},
    {"form", [](State& out, const yaml::Node& value, Findings& findings) { read_form(value, out.form, findings); }},
    {"rests", [](State& out, const yaml::Node& value, Findings& findings) { read_into(value, out.state.rests, findings); }},
    {"panel", read_panel},
}};

constexpr std::array<Key<Effect>, 7> kEffectKeys{{{"set", member<&Effect::field>},
                                                  {"value", member<&Effect::value>},
                                                  {"letter", member<&Effect::letter>},
                                                  {"revoke", member<&Effect::revoke>},
                                                  {"call", member<&Effect::call>},
                                                  {"share", read_flow_share},
                                                  {"unshare", member<&Effect::unshare>}}};

void read_effects(Move& out, const yaml::Node& node, Findings& findings) {
  if (!require_sequence(node, "then", findings)) return;
  for (const yaml::Node& item : node.items()) {
    if (item.find("start") != nullptr) {
      read_flow_start(item, out, findings);
      continue;
    }
    Effect& effect = out.effects.emplace_back();
    effect.where = item.where();
    read_map<Effect>(item, "effect", kEffectKeys, effect, findings);
  }
}

constexpr std::array<Key<Move>, 15> kMoveKeys{{
    {"id", [](Move& out, const yaml::Node& value, Findings& findings) { read_id(value, out.move.id, findings); }},
    {"from", member<&Move::from>, true},
    {"to", member<&Move::to>, true},
    {"by", member<&Move::by>},
    {"auto", member<&Move::automatic>},
    {"label", [](Move& out, const yaml::Node& value, Findings& findings) { read_into(value, out.move.label.zh, findings); }, true},
    {"label_en", [](Move& out, const yaml::Node& value, Findings& findings) { read_into(value, out.move.label.en, findings); }},
    {"guard", member<&Move::guard>},
    {"refusal", [](Move& out, const yaml::Node& value, Findings& findings) { read_into(value, out.move.refusal.zh, findings); }},
    {"refusal_en", [](Move& out, const yaml::Node& value, Findings& findings) { read_into(value, out.move.refusal.en, findings); }},
    {"form", [](Move& out, const yaml::Node& value, Findings& findings) { read_form(value, out.form, findings); }},
    {"note",
     [](Move& out, const yaml::Node& value, Findings& findings) {
       constexpr std::array<std::string_view, 1> kNotes{"required"};
       if (read_word(value, "note", kNotes, findings)) out.note = {value.scalar(), value.where()};
     }},
    {"four_eyes", [](Move& out, const yaml::Node& value, Findings& findings) { read_into(value, out.move.four_eyes, findings); }},
    {"appeal", member<&Move::appeal>},
    {"then", [](Move& out, const yaml::Node& value, Findings& findings) { read_effects(out, value, findings); }},
}};

constexpr std::array<Key<Deadline>, 5> kDeadlineKeys{{
    {"state", member<&Deadline::state>, true},
    {"within", member<&Deadline::within>, true},
    {"late", member<&Deadline::late>},
    {"remind", member<&Deadline::remind>},
    {"lamp", member<&Deadline::lamp>},
}};

void read_states(DraftFlow& out, const yaml::Node& node, Findings& findings) {
  if (!require_map(node, "states", findings)) return;
  for (const auto& [key, value] : node.members()) {
    State& state = out.states.emplace_back();
    state.state.where = key.where();
    read_id(key, state.state.id, findings);
    if (value.kind() == yaml::Kind::map)
      read_map<State>(value, "state", kStateKeys, state, findings);
    else
      read_into(value, state.state.title.zh, findings);
  }
}

void read_roles(DraftFlow& out, const yaml::Node& node, Findings& findings) {
  if (!require_map(node, "roles", findings)) return;
  for (const auto& [key, value] : node.members()) {
    Role& role = out.roles.emplace_back();
    role.role.where = key.where();
    read_id(key, role.role.id, findings);
    read_map<Role>(value, "role", kRoleKeys, role, findings);
  }
}

constexpr std::array<Key<DraftFlow>, 19> kFlowKeys{{
    {"id", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_id(value, out.flow.id, findings); }, true},
    {"title", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_into(value, out.flow.title.zh, findings); }, true},
    {"title_en", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_into(value, out.flow.title.en, findings); }},
    {"guide", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_into(value, out.flow.guide.zh, findings); }, true},
    {"guide_en", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_into(value, out.flow.guide.en, findings); }},
    {"subject", member<&DraftFlow::subject>, true},
    {"number", member<&DraftFlow::number>, true},
    {"calendar", member<&DraftFlow::calendar>},
    {"life_event", member<&DraftFlow::life_event>},
    {"fill",
     [](DraftFlow& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "fill", findings)) return;
       for (const auto& [key, item] : value.members()) {
         auto& [field, text] = out.fill.emplace_back();
         field = {key.scalar(), key.where()};
         read_into(item, text, findings);
       }
     }},
    {"roles", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_roles(out, value, findings); }, true},
    {"states", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_states(out, value, findings); }, true},
    {"moves",
     [](DraftFlow& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "moves", findings)) return;
       for (const yaml::Node& item : value.items()) {
         Move& move = out.moves.emplace_back();
         move.move.where = item.where();
         read_map<Move>(item, "move", kMoveKeys, move, findings);
       }
     },
     true},
    {"finds", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_flow_finds(value, out, findings); }},
    {"quotas", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_flow_quotas(value, out, findings); }},
    {"deadlines",
     [](DraftFlow& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "deadlines", findings)) return;
       for (const yaml::Node& item : value.items()) {
         Deadline& deadline = out.deadlines.emplace_back();
         deadline.deadline.where = item.where();
         read_map<Deadline>(item, "deadline", kDeadlineKeys, deadline, findings);
       }
     }},
    {"files", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_flow_files(value, out, findings); }},
    {"letters", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_flow_letters(value, out, findings); }},
    {"locks", [](DraftFlow& out, const yaml::Node& value, Findings& findings) { read_flow_locks(value, out, findings); }},
}};

void exact_form(std::vector<DraftInput>& form, const Source& source) {
  for (DraftInput& input : form) {
    for (Text* text : {&input.when, &input.part_when}) *text = exact_text(*text, source);
    if (!input.choose) continue;
    for (auto& [field, value] : input.choose->match) value = exact_text(value, source);
  }
}

}  // namespace

DraftFlow read_flow(const yaml::Node& node, const Source& source, Findings& findings) {
  DraftFlow out;
  out.flow.where = node.where();
  read_map<DraftFlow>(node, "flow", kFlowKeys, out, findings);
  for (auto& [field, value] : out.fill) value = exact_text(value, source);
  for (Role& role : out.roles) role.who = exact_text(role.who, source);
  place_texts(out, source);
  for (DraftFlow::File& file : out.files)
    for (Text* text : {&file.required, &file.when}) *text = exact_text(*text, source);
  for (State& state : out.states) exact_form(state.form, source);
  for (Move& move : out.moves) {
    exact_form(move.form, source);
    move.guard = exact_text(move.guard, source);
    for (Effect& effect : move.effects) effect.value = exact_text(effect.value, source);
  }
  return out;
}

}  // namespace banmo::pack
