// SPDX-License-Identifier: Apache-2.0
#include "server/demo_cases.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "flows/files.h"
#include "flows/panels.h"
#include "json/describe.h"
#include "server/demo_accounts.h"

namespace banmo::server {

struct DemoMove {
  std::string by, move;
  json::Value values = json::Object{};
  std::string note;
};
template <class V>
void describe(V& v, DemoMove& x) {
  v.field("by", x.by);
  v.field("move", x.move);
  v.field("values", x.values, {.has_default = true});
  v.field("note", x.note, {.has_default = true});
}

// What is handed in with a case: a file beside the list of cases.
struct DemoPaper {
  std::string file, path;
};
template <class V>
void describe(V& v, DemoPaper& x) {
  v.field("file", x.file);
  v.field("path", x.path);
}

// Reviewers and what they give, after the moves.
struct DemoPanel {
  std::string by;
  std::vector<std::string> pool;
};
template <class V>
void describe(V& v, DemoPanel& x) {
  v.field("by", x.by);
  v.field("pool", x.pool);
}

struct DemoSheet {
  std::string by;
  std::map<std::string, double> points;
  std::string note;
};
template <class V>
void describe(V& v, DemoSheet& x) {
  v.field("by", x.by);
  v.field("points", x.points);
  v.field("note", x.note, {.has_default = true});
}

struct DemoCase {
  std::string by;
  json::Value values = json::Object{};
  std::vector<DemoPaper> files;
  std::vector<DemoMove> moves;
  std::optional<DemoPanel> panel;
  std::vector<DemoSheet> sheets;
};
template <class V>
void describe(V& v, DemoCase& x) {
  v.field("by", x.by);
  v.field("values", x.values);
  v.field("files", x.files, {.has_default = true});
  v.field("moves", x.moves);
  v.field("panel", x.panel);
  v.field("sheets", x.sheets, {.has_default = true});
}

namespace {

// A day that the demonstration city is made on, or an organisation of it, is not known when the sample is written: {"days_from_today": 90} and
// {"org_of": "district"}, the organisation of that account.
struct DemoLater {
  std::optional<int64_t> days_from_today;
  std::optional<std::string> org_of;
};
template <class V>
void describe(V& v, DemoLater& x) {
  v.field("days_from_today", x.days_from_today);
  v.field("org_of", x.org_of);
}

Result<json::Value> value_now(City& city, DemoPeople& people, const json::Value& value) {
  if (value.as_object() == nullptr) return value;
  BANMO_TRY(const DemoLater later, json::from_json<DemoLater>(value));
  if (later.days_from_today) return json::Value(Date{city.directory().today().days + static_cast<int32_t>(*later.days_from_today)}.to_iso());
  BANMO_TRY(const directory::Principal* who, people.signed_in(later.org_of.value_or("")));
  const directory::Org* org = who->grants.empty() ? nullptr : city.directory().orgs()->find(who->grants.front().org);
  return org == nullptr ? json::Value() : json::Value(org->id.to_string());
}

Result<json::Object> object_in(City& city, DemoPeople& people, const json::Value& value) {
  json::Object out;
  if (value.as_object() == nullptr) return out;
  for (const auto& [name, one] : *value.as_object()) {
    BANMO_TRY(json::Value now, value_now(city, people, one));
    out.set(name, std::move(now));
  }
  return out;
}

Result<> run_panel(City& city, DemoPeople& people, const std::string& case_id, const DemoCase& one) {
  BANMO_TRY(const directory::Principal* officer, people.signed_in(one.panel->by));
  BANMO_TRY(const flows::PanelView view, city.flows().panels().name(*officer, case_id, {one.panel->pool, ""}));
  for (const DemoSheet& sheet : one.sheets) {
    BANMO_TRY(const directory::Principal* reviewer, people.signed_in(sheet.by));
    for (const flows::Seat& seat : view.seats) {
      if (seat.account != sheet.by) continue;
      const auto done = city.flows().panels().hand_in(*reviewer, seat.id.to_string(), {sheet.points, sheet.note});
      if (!done.ok()) return done.error();
    }
  }
  return {};
}

//   folder   where the files are that are handed in
Result<> run_case(City& city, DemoPeople& people, const std::string& flow, const std::string& folder, const DemoCase& one) {
  BANMO_TRY(const directory::Principal* opener, people.signed_in(one.by));
  BANMO_TRY(const json::Object values, object_in(city, people, one.values));
  BANMO_TRY(flows::Case now, city.flows().open(*opener, flow, values));
  const std::string id = now.head.id.to_string();
  for (const DemoPaper& paper : one.files) BANMO_DO(city.flows().files().add(*opener, id, paper.file, paper.path, folder + "/" + paper.path));
  if (!one.files.empty()) {
    BANMO_TRY(now, city.flows().find(*opener, id));
  }
  for (const DemoMove& move : one.moves) {
    BANMO_TRY(const directory::Principal* mover, people.signed_in(move.by));
    BANMO_TRY(const json::Object given, object_in(city, people, move.values));
    BANMO_TRY(now, city.flows().move(*mover, now.head.id.to_string(), {now.head.seq, move.move, given, move.note}));
  }
  return one.panel ? run_panel(city, people, id, one) : Result<>();
}

// Nothing if the pack brings no such file.
Result<std::vector<DemoCase>> cases_of(const std::string& file) {
  const std::ifstream in(file, std::ios::binary);
  if (!in) return std::vector<DemoCase>{};
  std::stringstream bytes;
  bytes << in.rdbuf();
  BANMO_TRY(const json::Value document, json::read(bytes.str()));
  return json::from_json<std::vector<DemoCase>>(document);
}

Error in_file(Error error, const std::string& file) {
  error.where = file + (error.where.empty() ? "" : ": " + error.where);
  return error;
}

}  // namespace

Result<int64_t> open_demo_cases(City& city) {
  DemoPeople people(city);
  int64_t n = 0;
  for (const pack::Flow& flow : city.catalogue()->flows()) {
    const auto folder = std::filesystem::path(city.catalogue()->pack(flow.pack)->file).parent_path() / "sample";
    const std::string file = (folder / (flow.id + ".cases.json")).string();
    const auto cases = cases_of(file);
    if (!cases.ok()) return in_file(cases.error(), file);
    for (const DemoCase& one : *cases) {
      const auto done = run_case(city, people, flow.id, folder.string(), one);
      if (!done.ok()) return in_file(done.error(), file);
      ++n;
    }
  }
  BANMO_DO(people.sign_out());
  return n;
}

}  // namespace banmo::server
