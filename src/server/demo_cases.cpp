// SPDX-License-Identifier: Apache-2.0
#include "server/demo_cases.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

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

struct DemoCase {
  std::string by;
  json::Value values = json::Object{};
  std::vector<DemoMove> moves;
};
template <class V>
void describe(V& v, DemoCase& x) {
  v.field("by", x.by);
  v.field("values", x.values);
  v.field("moves", x.moves);
}

namespace {

using People = std::map<std::string, directory::SignedIn>;

Result<const directory::Principal*> signed_in(City& city, People& people, const std::string& account) {
  auto known = people.find(account);
  if (known == people.end()) {
    BANMO_TRY(auto session, city.directory().sign_in(account, kDemoPassword, "demo"));
    known = people.emplace(account, std::move(session)).first;
  }
  return known->second.principal.get();
}

json::Object object_in(const json::Value& value) {
  const json::Object* object = value.as_object();
  return object == nullptr ? json::Object{} : *object;
}

Result<> run_case(City& city, People& people, const std::string& flow, const DemoCase& one) {
  BANMO_TRY(const directory::Principal* opener, signed_in(city, people, one.by));
  BANMO_TRY(flows::Case now, city.flows().open(*opener, flow, object_in(one.values)));
  for (const DemoMove& move : one.moves) {
    BANMO_TRY(const directory::Principal* mover, signed_in(city, people, move.by));
    BANMO_TRY(now, city.flows().move(*mover, now.head.id.to_string(), {now.head.seq, move.move, object_in(move.values), move.note}));
  }
  return {};
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
  People people;
  int64_t n = 0;
  for (const pack::Flow& flow : city.catalogue()->flows()) {
    const auto folder = std::filesystem::path(city.catalogue()->pack(flow.pack)->file).parent_path();
    const std::string file = (folder / "sample" / (flow.id + ".cases.json")).string();
    const auto cases = cases_of(file);
    if (!cases.ok()) return in_file(cases.error(), file);
    for (const DemoCase& one : *cases) {
      const auto done = run_case(city, people, flow.id, one);
      if (!done.ok()) return in_file(done.error(), file);
      ++n;
    }
  }
  for (const auto& [account, session] : people) BANMO_DO(city.directory().sign_out(session.token));
  return n;
}

}  // namespace banmo::server
