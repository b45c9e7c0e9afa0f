// SPDX-License-Identifier: Apache-2.0
// A pack as its text says it, before names are looked up and expressions compiled: the reader fills drafts, the resolver turns them into the types of
// pack/types.h. Private to the room.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pack/admission.h"
#include "pack/draft_flow.h"
#include "pack/draft_text.h"
#include "pack/types.h"
#include "sql/sql.h"

namespace banmo::pack {

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

struct DraftExample {
  AskExample example;
  std::vector<Text> roles;
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

struct DraftAdmission {
  struct Quota {
    std::string id, where;
    Title title;
    Text when, unused;
  };
  struct Tier {
    Title title;
    Text when;
  };
  struct Tie {
    AdmissionTie::By kind = AdmissionTie::By::value;
    bool low_first = false;
    Title title;
    Text by;
    std::string where;
  };
  struct Batch {
    AdmissionBatch batch;
    Text eligible, floor, score, unused;
    std::vector<Tier> tiers;
    std::vector<Tie> ties;
  };
  Admission admission;
  Text applicants, number;
  Text choices, choice_batch, choice_order, choice_program;
  Text plans, plan_batch, plan_program, plan_title, plan_seats;
  Text quota_seats, quota_batch, quota_program, quota_quota, quota_n;
  Text results, result_batch, result_program, result_order, result_quota;
  std::vector<std::pair<Text, Text>> also;
  std::vector<Quota> quotas;
  std::vector<Batch> batches;
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

struct DraftLookup {
  FlowLookup lookup;
  std::vector<Text> send;
  std::vector<std::pair<std::string, Text>> get;
  Text sets, consent, when;
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
  std::vector<DraftExample> examples;
  std::vector<DraftTarget> targets;
  std::vector<DraftPortrait> portraits;
  std::vector<DraftFlow> flows;
  std::vector<DraftLookup> lookups;
  std::vector<DraftAdmission> admissions;
  std::vector<DraftTest> tests;
};

}  // namespace banmo::pack
