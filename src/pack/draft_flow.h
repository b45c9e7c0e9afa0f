// SPDX-License-Identifier: Apache-2.0
// A flow as a pack's text says it. A part of pack/draft.h; private to the room.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pack/draft_text.h"
#include "pack/flow.h"

namespace banmo::pack {

struct DraftChoose {
  FlowChoose::From from = FlowChoose::From::rows;
  Text dataset, value, title, org, in, fields;
  std::vector<Text> orgs;
  std::vector<std::pair<Text, Text>> match;
  bool many = false;
  std::string where;
};

struct DraftInput {
  Text field;
  bool required = false;
  Text when, part_when;
  Title part;
  std::optional<DraftChoose> choose;
};

struct DraftFlow {
  struct Role {
    FlowRole role;
    Text who;
  };
  struct Panel {
    FlowPanel panel;
    Text role, by, result;
    std::vector<Text> hide;
  };
  struct State {
    FlowState state;
    std::vector<DraftInput> form;
    std::optional<Panel> panel;
  };
  struct Share {
    FlowShare share;
    Text to, dataset, fields, org, way, until, purpose, says;
  };
  struct Effect {
    Text field, value;           // {set, value}
    Text letter, revoke;         // {letter}, {revoke}
    std::vector<Text> call;      // {call}
    std::optional<Share> share;  // {share}
    bool unshare = false;        // {unshare: true}
    std::string where;
  };
  struct Near {
    Text field, value;
    int edits = 1;
  };
  struct Find {
    FlowFind find;
    Text of, between, from, to;
    std::vector<std::pair<Text, Text>> match;
    std::vector<Near> near;
  };
  struct Quota {
    FlowQuota quota;
    Text limit, waits, order;
    std::vector<Text> by, holds;
  };
  struct Start {
    FlowStart start;
    Text flow, move;
    std::vector<std::pair<Text, Text>> with;
  };
  struct Move {
    FlowMove move;
    std::vector<Start> starts;
    std::vector<Text> from, by;
    Text to, guard, note, appeal;
    bool automatic = false;
    std::vector<DraftInput> form;
    std::vector<Effect> effects;
  };
  struct Deadline {
    FlowDeadline deadline;
    Text state, within, late, remind;
    std::vector<Text> lamp;
  };
  struct File {
    FlowFile file;
    Text max, required, when;
    std::vector<Text> types, states;
    std::string where;
  };
  struct Letter {
    FlowLetter letter;
    Text to, body;
    std::string where;
  };
  struct Locks {
    FlowLocks locks;
    Text period, by;
    std::vector<std::vector<Text>> roles;  // of each level
  };
  Flow flow;
  Text subject, number, calendar, life_event;
  std::vector<std::pair<Text, Text>> fill;
  std::vector<Role> roles;
  std::vector<State> states;
  std::vector<Move> moves;
  std::vector<Deadline> deadlines;
  std::vector<Find> finds;
  std::vector<Quota> quotas;
  std::vector<File> files;
  std::vector<Letter> letters;
  std::optional<Locks> locks;
};

}  // namespace banmo::pack
