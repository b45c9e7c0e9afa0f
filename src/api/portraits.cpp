// SPDX-License-Identifier: Apache-2.0
// Portraits for students and guardians: oneself or one's own children, never another's.
#include "api/builder.h"
#include "api/read_note.h"
#include "api/shapes.h"
#include "metrics/metrics.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

struct ChildShape {
  static constexpr const char* kName = "Child";
  std::string id, name;
};
template <class V>
void describe(V& v, ChildShape& x) {
  v.field("id", x.id);
  v.field("name", x.name);
}

struct PortraitRef {
  std::string id;
  Two title;
};
template <class V>
void describe(V& v, PortraitRef& x) {
  v.field("id", x.id);
  v.field("title", x.title);
}

struct PortraitsShape {
  static constexpr const char* kName = "Portraits";
  std::vector<PortraitRef> items;
  std::vector<ChildShape> persons;
};
template <class V>
void describe(V& v, PortraitsShape& x) {
  v.field("items", x.items);
  v.field("persons", x.persons, {.doc = "Whose portraits the caller may open."});
}

struct BandShape {
  double from = 0;
  Two title, say;
};
template <class V>
void describe(V& v, BandShape& x) {
  v.field("from", x.from);
  v.field("title", x.title);
  v.field("say", x.say);
}

struct PointShape {
  std::string period;
  double value = 0;
  std::optional<double> score;
};
template <class V>
void describe(V& v, PointShape& x) {
  v.field("period", x.period);
  v.field("value", x.value);
  v.field("score", x.score);
}

struct StepShape {
  double value = 0;
  bool upwards = true;
  int band = 0;
};
template <class V>
void describe(V& v, StepShape& x) {
  v.field("value", x.value);
  v.field("upwards", x.upwards, {.doc = "Reach the value; else stay below it."});
  v.field("band", x.band);
}

struct PortraitItemShape {
  static constexpr const char* kName = "PortraitItem";
  std::string code;
  Two title, unit, practise;
  std::vector<PointShape> points;
  std::optional<int> band;
  std::optional<StepShape> next;
};
template <class V>
void describe(V& v, PortraitItemShape& x) {
  v.field("code", x.code);
  v.field("title", x.title);
  v.field("unit", x.unit);
  v.field("practise", x.practise);
  v.field("points", x.points, {.doc = "By period; the last is the present one."});
  v.field("band", x.band, {.doc = "Index into bands; absent for an item that is no longer tested."});
  v.field("next", x.next, {.doc = "The nearest value at which a better band begins."});
}

struct TotalShape {
  std::string period;
  double value = 0;
  Two level;
};
template <class V>
void describe(V& v, TotalShape& x) {
  v.field("period", x.period);
  v.field("value", x.value);
  v.field("level", x.level);
}

struct PortraitShape {
  static constexpr const char* kName = "Portrait";
  std::string id;
  Two title;
  ChildShape person;
  std::string period;
  std::vector<BandShape> bands;
  std::vector<PortraitItemShape> items;
  std::vector<TotalShape> totals;
  Two total_unit;
  std::vector<std::string> practise;
  Two source, standard;
  std::optional<Instant> updated_at;
};
template <class V>
void describe(V& v, PortraitShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("person", x.person);
  v.field("period", x.period);
  v.field("bands", x.bands, {.doc = "Of the score, best first."});
  v.field("items", x.items);
  v.field("totals", x.totals);
  v.field("total_unit", x.total_unit);
  v.field("practise", x.practise, {.doc = "Codes of at most two items, weakest first."});
  v.field("source", x.source);
  v.field("standard", x.standard);
  v.field("updated_at", x.updated_at);
}

PortraitItemShape shape_of(const metrics::PortraitItem& item) {
  PortraitItemShape shape;
  shape.code = item.code;
  shape.title = two_of(item.title);
  if (item.words != nullptr) {
    shape.unit = two_of(item.words->unit);
    shape.practise = two_of(item.words->practise);
  }
  for (const metrics::PortraitPoint& point : item.points) shape.points.push_back({point.period, point.value, point.score});
  if (item.band) shape.band = static_cast<int>(*item.band);
  if (item.next) shape.next = StepShape{item.next->value, item.next->upwards, static_cast<int>(item.next->band)};
  return shape;
}

PortraitShape shape_of(const metrics::PortraitResult& found, const pack::Catalogue& catalogue) {
  const pack::Portrait& portrait = *found.portrait;
  PortraitShape shape;
  shape.id = portrait.id;
  shape.title = two_of(portrait.title);
  shape.person = {found.person.id.to_string(), found.person.name};
  shape.period = found.period;
  for (const auto& band : portrait.bands) shape.bands.push_back({band.from, two_of(band.title), two_of(band.say)});
  for (const metrics::PortraitItem& item : found.items) shape.items.push_back(shape_of(item));
  for (const metrics::PortraitTotal& total : found.totals) shape.totals.push_back({total.period, total.value, two_of(total.level)});
  shape.total_unit = two_of(portrait.total.unit);
  for (const size_t item : found.practise) shape.practise.push_back(found.items[item].code);
  shape.source = two_of(catalogue.dataset(portrait.dataset)->title);
  shape.standard = two_of(catalogue.dataset(portrait.standard.dataset)->title);
  shape.updated_at = found.updated_at;
  return shape;
}

Result<PortraitsShape> list_portraits(const Call& call) {
  PortraitsShape shape;
  BANMO_TRY(const auto family, call.engines.metrics->family(call.principal));
  for (const directory::Person& person : family) shape.persons.push_back({person.id.to_string(), person.name});
  if (family.empty()) return shape;
  std::string what = "portraits";
  for (const directory::Person& person : family) what += "; no=" + std::to_string(person.no.value);
  BANMO_DO(note_read(call, pack::Level::l3, "people.read", "person", what, family.size()));
  for (const pack::Portrait& portrait : call.engines.catalogue->portraits()) shape.items.push_back({portrait.id, two_of(portrait.title)});
  return shape;
}

Result<PortraitShape> get_portrait(const Call& call) {
  BANMO_TRY(const metrics::PortraitResult found, call.engines.metrics->portrait(call.principal, call.path("id"), call.text("person")));
  const pack::Dataset& dataset = *call.engines.catalogue->dataset(found.portrait->dataset);
  BANMO_DO(
      note_rows(call, dataset, "rows.read", "portrait=" + found.portrait->id + "; no=" + std::to_string(found.person.no.value), found.items.size()));
  return shape_of(found, *call.engines.catalogue);
}

}  // namespace

void add_portrait_routes(Builder& builder) {
  builder.tag("portraits");
  builder.route<PortraitsShape>({.method = "GET",
                                 .path = "/portraits",
                                 .operation = "list_portraits",
                                 .summary = {"本人与孩子的画像", "Portraits of oneself and one's children"},
                                 .permission = "datasets.read"},
                                list_portraits);
  builder.route<PortraitShape>({.method = "GET",
                                .path = "/portraits/{id}",
                                .operation = "get_portrait",
                                .summary = {"一个孩子的画像", "The portrait of a child"},
                                .permission = "datasets.read",
                                .parameters = {text_parameter("person", "Whose; the first child if absent.", 36)}},
                               get_portrait);
}

}  // namespace banmo::api
