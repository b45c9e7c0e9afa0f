// SPDX-License-Identifier: Apache-2.0
// A pack as its text says it, before names are looked up and expressions compiled: the reader fills drafts, the resolver turns them into the types of
// pack/types.h. Private to the room.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pack/flow.h"
#include "pack/types.h"
#include "sql/sql.h"

namespace banmo::pack {

// A word or expression and the place where it stands. Absent if `where` is empty.
struct Text {
  std::string text;
  std::string where;
  explicit operator bool() const { return !where.empty(); }
};

struct DraftField {
  Field field;
  bool has_level = false;
  Text level_reason;
  Text list, to, type;
  Text from, of;
};

struct DraftRule {
  Rule rule;
  Text row, set;
};

// A row of reference data: its cells by field id, or in field order when the ids are empty.
struct DraftRow {
  std::string where;
  std::vector<std::pair<std::string, std::string>> cells;
};

struct DraftDataset {
  Dataset dataset;
  bool has_level = false;
  Text kind;
  std::vector<Text> grain;
  Text org, person, period_by;
  std::vector<DraftField> fields;
  std::vector<DraftRule> rules;
  Text sql, data, events;
  std::vector<std::vector<Text>> rollups;
  bool has_rows = false;
  std::vector<DraftRow> rows;
};

struct DraftMetric {
  Metric metric;
  Text aggregate, of, expression, filter;
  std::vector<Text> ratio;
  Text derived;
  bool has_scale = false;
};

struct DraftDimension {
  Dimension dimension;
  std::vector<Text> rollup;
  std::vector<std::pair<Text, Text>> join;  // dataset, field
};

struct DraftCard {
  Card card;
  std::vector<Text> metrics, by;
  Text drill;
};

struct DraftDashboard {
  Dashboard dashboard;
  std::vector<Text> roles, filters, org_page;
  std::vector<std::pair<Text, std::string>> defaults;
  std::vector<DraftCard> cards;
};

struct DraftHome {
  HomePart part;
  std::vector<Text> roles, figures, dashboards, datasets;
};

struct DraftTarget {
  Target target;
  Text metric;
};

struct DraftPortrait {
  Portrait portrait;
  Text dataset, item, value;
  Text standard, from, below, score;
  std::vector<Text> match;
  Text total, total_value, total_level;
  std::vector<Text> items;  // the codes, beside portrait.items
};

struct DraftInput {
  Text field;
  bool required = false;
};

struct DraftFlow {
  struct Role {
    FlowRole role;
    Text who;
  };
  struct State {
    FlowState state;
    std::vector<DraftInput> form;
  };
  struct Effect {
    Text field, value;
  };
  struct Move {
    FlowMove move;
    std::vector<Text> from, by;
    Text to, guard, note;
    bool automatic = false;
    std::vector<DraftInput> form;
    std::vector<Effect> effects;
  };
  struct Deadline {
    FlowDeadline deadline;
    Text state, within, late, remind;
    std::vector<Text> lamp;
  };
  Flow flow;
  Text subject, number, calendar;
  std::vector<std::pair<Text, Text>> fill;
  std::vector<Role> roles;
  std::vector<State> states;
  std::vector<Move> moves;
  std::vector<Deadline> deadlines;
};

struct DraftTest {
  struct Given {
    Text dataset;
    std::vector<DraftRow> rows;
  };
  std::string name, where;
  std::vector<Given> given;
  std::vector<Text> expect;
};

struct DraftPack {
  PackInfo info;
  std::string folder;
  std::string where;
  std::vector<Text> needs;
  std::map<std::string, sql::Value> params;
  std::vector<CodeList> code_lists;
  std::vector<std::string> code_list_places;
  std::vector<DraftDataset> datasets;
  std::vector<DraftMetric> metrics;
  std::vector<DraftDimension> dimensions;
  std::vector<DraftDashboard> dashboards;
  std::vector<DraftHome> home;
  std::vector<DraftTarget> targets;
  std::vector<DraftPortrait> portraits;
  std::vector<DraftFlow> flows;
  std::vector<DraftTest> tests;
};

}  // namespace banmo::pack
