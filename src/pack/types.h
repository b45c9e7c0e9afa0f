// SPDX-License-Identifier: Apache-2.0
// What a scene pack declares, after it was read, checked and resolved. Everything here but the level of a field is immutable, and owned by a
// Catalogue; pointers stay valid as long as it lives. Names: a dataset, metric, dashboard or target id is unique in the whole catalogue
// ("fitness_raw"); a code list is "<pack>.<list>" with the last part of the pack's id ("fitness.item", "core.sex"). `where` is file:line:column.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/expr.h"
#include "pack/level.h"
#include "pack/portrait.h"

namespace banmo::pack {

struct CodeList {
  std::string id;
  Title title;
  std::string standard;
  struct Value {
    std::string code;
    Title title;
    std::vector<std::string> synonyms;  // other ways in which files write it
  };
  std::vector<Value> values;  // in display order
};

enum class FieldType { text, integer, decimal, boolean, date, datetime, year, code, org, ref, idno, phone, state };

// What a field of an event dataset takes from a learning record: a word of event_words(), and for an extension its IRI.
struct EventSource {
  std::string word, iri;
};

struct Field {
  std::string id;
  Title title;
  FieldType type = FieldType::text;
  bool required = false;
  LiveLevel level;                    // the dataset's unless raised (or lowered with a reason) here
  std::string level_reason;           // why the level is lower than the dataset's
  std::vector<std::string> synonyms;  // headings and words for it
  std::string list;                   // code: the code list
  std::string org_kind;               // org: "school", "district", ... empty: any
  std::string ref_to;                 // ref: "core.student", "core.person", "core.staff"
  std::optional<double> min, max;     // numbers, and length of text
  int scale = 2;                      // decimal: digits behind the point, 0..6
  std::string unit;
  std::string mask;        // "", "hash", "3****4" (kept at head, stars, kept at tail), "*"
  bool encrypted = false;  // stored sealed, in the installation's crypto profile
  bool blind_index = false;
  std::string default_text;              // written when the cell is empty
  std::optional<expr::Expression> from;  // derived on write: evaluated over the dataset's fields
  std::optional<EventSource> of;         // event datasets
  std::string where;

  bool names_person() const { return type == FieldType::ref && ref_to.starts_with("core."); }
};

enum class Severity { error, warn };

struct Rule {
  std::string id;
  Title title;
  Severity severity = Severity::error;
  std::optional<expr::Expression>
      row;                          // true for a good row; Context::fields are the dataset's fields in order. Exactly one of row and set is present
  std::optional<expr::Select> set;  // returns offending groups
  int64_t max_rows = 0;             // of `set`
  std::string where;
};

enum class DatasetKind { entry, reference, derived, event };

struct Dataset {
  std::string id;
  std::string pack;
  Title title;
  DatasetKind kind = DatasetKind::entry;
  std::string category;
  Level level = Level::l2;
  bool personal = false;  // sensitive personal information
  std::string owner;
  std::vector<std::string> grain;  // field ids: the primary key
  std::string org_field;           // scope: empty means the whole city (level L1/L2 references)
  std::string person_field;
  std::string period_field;  // school_year, year; empty: none
  std::string period_due;    // "12-31"
  int retain_years = 0;      // 0: no limit
  std::string retain_then;   // "delete", "anonymize"; empty if there is no limit
  std::vector<Field> fields;
  std::vector<Rule> rules;
  std::optional<expr::Select> select;             // derived
  std::optional<expr::Expression> events;         // event: which learning records belong here, over the fields; absent: all with the required fields
  std::vector<std::vector<std::string>> rollups;  // event: field ids by which figures are kept, the smallest first
  std::vector<std::vector<std::string>> rows;     // reference: the content, as text in field order (from `rows:` or the CSV file in `data:`)
  std::string flow;                               // whose cases the rows are: nobody else writes them
  std::string where;

  const Field* field(std::string_view field_id) const;
  size_t field_index(std::string_view field_id) const;  // fields.size() if absent
};

// The words that `of` may say, "duration_s" and so on; the room events knows what they mean.
std::vector<std::string_view> event_words();

enum class MetricKind { aggregate, ratio, derived };
enum class Aggregate { count, count_distinct, sum, avg, min, max };

struct Metric {
  std::string id;
  std::string pack;
  Title title;
  MetricKind kind = MetricKind::aggregate;
  // aggregate
  std::string dataset;
  Aggregate aggregate = Aggregate::count;
  std::optional<expr::Expression> expression;  // over the dataset's fields; absent for count
  std::optional<expr::Expression> filter;
  bool stock = false;  // never summed over time: the last period counts
  // ratio: sums over sums; shown as numerator / denominator * scale (100 for "%")
  std::string numerator, denominator;
  double scale = 1;
  // derived: an expression over other metrics' values (fields of its Context in the order of `operands`), each at an offset of periods
  struct Operand {
    std::string metric;
    int periods_back = 0;  // prior(metric, n, school_year)
  };
  std::vector<Operand> operands;
  std::optional<expr::Expression> derivation;
  std::string unit;
  int decimals = 1;
  std::string better;  // "up", "down", ""
  std::vector<std::string> synonyms;
  int min_cell = 0;        // smallest population that may be shown below the dataset's level; 0: none
  std::string warn;        // "> 0.95"
  std::string definition;  // for people: one sentence
  std::string where;
};

struct Dimension {
  std::string id;  // a field id of the datasets that have it
  Title title;
  std::vector<std::string> rollup;  // organisation fields: school, district, city
  std::vector<std::string> synonyms;
  std::map<std::string, std::string> join;  // dataset > the field that stands for it there
  std::string where;
};

enum class CardKind { kpi, line, bar, rank, heat, map, table, stacked, box, scatter, radar, sankey };
std::string_view name_of(CardKind kind);
std::optional<CardKind> card_kind_of(std::string_view name);
// How many groups and figures a kind can draw.
struct CardShape {
  size_t min_by = 0, max_by = 0;
  size_t min_metrics = 1, max_metrics = 20;
};
CardShape shape_of(CardKind kind);

struct Card {
  std::string id;  // "<dashboard>.<n>" unless given
  CardKind kind = CardKind::kpi;
  Title title;
  std::vector<std::string> metrics;
  std::vector<std::string> by;  // field ids, or city, district, school
  std::string compare;          // "", "prior", "yoy"
  int top = 0;
  std::string drill;  // dashboard id
  bool main = false;  // of a screen: stands in the middle
  std::string where;
};

struct Dashboard {
  std::string id;
  std::string pack;
  Title title;
  std::vector<std::string> roles;               // audience; empty: everyone who may read metrics
  std::vector<std::string> filters;             // dimension ids
  std::map<std::string, std::string> defaults;  // filter > value, or "last"
  bool screen = false;                          // made for a wall: one question, one main card, 6..9 cards
  std::vector<std::string> org_page;            // kinds of organisation on whose page its cards stand; it is then in no list
  std::vector<Card> cards;
  std::string where;
};

// What a pack puts on the home of some roles: few figures, and ways in.
struct HomePart {
  std::string pack;
  std::vector<std::string> roles;
  std::vector<std::string> figures;     // metrics, the most telling first
  std::vector<std::string> dashboards;  // ways in
  std::vector<std::string> datasets;
  std::string where;
};

// A question in plain words that is offered to some roles: docs/dev/rooms/ask.md.
struct AskExample {
  std::string pack, question, where;
  std::vector<std::string> roles;
};

struct Target {
  std::string id;
  std::string pack;
  std::string plan, section, item, measure, unit, responsible;
  std::string comparison = ">=";  // ">=", "<=", "="
  std::string metric;             // empty: reported by the responsible unit with evidence, unless:
  std::string packs_tagged;       // counts the installed packs that carry this tag
  std::map<int, double> values;   // year > target
  std::string where;
};

struct Law {
  std::string purpose, basis, minors;
};

struct PackTest {
  // Rows per dataset as text in field order (short form) or by name, and expectations "select ... => value", "quality <rule> => n", "metric <id>
  // [where] => value".
  struct Given {
    std::string dataset;
    std::vector<std::vector<std::pair<std::string, std::string>>> rows;
  };
  std::string name;
  std::vector<Given> given;
  std::vector<std::string> expect;
  std::string where;
};

struct PackInfo {
  std::string id;    // "edu.fitness"
  std::string name;  // "fitness": the last part
  std::string version;
  Title title;
  std::string owner;
  std::vector<std::string> needs, tags;
  Law law;
  std::vector<PackTest> tests;
  std::string file;
  std::string text;         // pack.yaml of a pack with flows: open cases may go on by it
  std::string fingerprint;  // of the pack's files (not cryptographic): differs when their text does. For the upgrade plan
};

}  // namespace banmo::pack
