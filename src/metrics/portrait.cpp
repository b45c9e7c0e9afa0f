// SPDX-License-Identifier: Apache-2.0
#include "metrics/portrait.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "audit/audit.h"
#include "metrics/engine.h"

namespace banmo::metrics {
namespace {

using directory::Right;
using directory::Role;

constexpr int kPage_rows = 1000;
constexpr size_t kMostRows = 20'000;  // of one family
constexpr size_t kMostAdvice = 2;

// The principal as a student or guardian only: what the same account may see as a teacher or an officer is no family matter.
Principal family_of(const Principal& principal) {
  Principal family = principal;
  std::erase_if(family.grants, [](const directory::Grant& grant) { return grant.role != Role::student && grant.role != Role::guardian; });
  family.internal = false;
  return family;
}

double number_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Rows of one person; values in the order of Page::fields.
struct OwnRows {
  std::vector<size_t> fields;
  std::vector<sql::Values> rows;
  const sql::Value* value(size_t row, size_t field) const {
    const auto at = std::find(fields.begin(), fields.end(), field);
    return at == fields.end() ? nullptr : &rows[row][static_cast<size_t>(at - fields.begin())];
  }
  std::string text(size_t row, size_t field) const {
    const sql::Value* found = value(row, field);
    return found == nullptr || sql::is_null(*found) ? std::string() : sql::text_of(*found);
  }
};

Result<OwnRows> own_rows(const Engine& engine, const Principal& family, const pack::Dataset& dataset, directory::PersonNo person) {
  OwnRows own;
  const size_t person_field = dataset.field_index(dataset.person_field);
  records::PageRequest request;
  request.limit = kPage_rows;
  for (size_t n_read = 0;;) {
    BANMO_TRY(const records::Page page, engine.records.rows(family, dataset.id, request));
    own.fields = page.fields;
    for (const records::Row& row : page.rows) {
      const auto at = std::find(page.fields.begin(), page.fields.end(), person_field);
      if (at == page.fields.end()) continue;
      const auto* no = std::get_if<int64_t>(&row.values[static_cast<size_t>(at - page.fields.begin())]);
      if (no != nullptr && *no == person.value) own.rows.push_back(row.values);
    }
    n_read += page.rows.size();
    if (page.next.empty() || n_read >= kMostRows) return own;
    request.after = page.next;
  }
}

// One in the last digit that the field keeps.
double smallest_step(const pack::Field& field) { return field.type == pack::FieldType::decimal ? std::pow(10.0, -field.scale) : 1.0; }

pack::Title title_of_code(const pack::Catalogue& catalogue, const pack::Field& field, const std::string& code) {
  if (const pack::CodeList* list = field.list.empty() ? nullptr : catalogue.code_list(field.list))
    for (const auto& entry : list->values)
      if (entry.code == code) return entry.title;
  return {code, code};
}

class Painter {
 public:
  Painter(const Engine& engine, const Principal& family, const pack::Portrait& portrait) : engine_(engine), family_(family), portrait_(portrait) {}

  Result<PortraitResult> paint(directory::Person person) {
    PortraitResult made;
    made.portrait = &portrait_;
    BANMO_DO(add_items(person.no, made));
    BANMO_DO(add_totals(person.no, made));
    made.updated_at = engine_.records.updated_at(portrait_.dataset);
    made.person = std::move(person);
    return made;
  }

 private:
  // The standard's rows whose match fields equal those of a result.
  std::vector<StandardRow> standard_for(const OwnRows& own, size_t row) const {
    const pack::Dataset& results = *engine_.catalogue->dataset(portrait_.dataset);
    const pack::Dataset& standard = *engine_.catalogue->dataset(portrait_.standard.dataset);
    std::vector<std::pair<size_t, std::string>> wanted;
    for (const std::string& field : portrait_.standard.match)
      wanted.emplace_back(standard.field_index(field), own.text(row, results.field_index(field)));
    const size_t from = standard.field_index(portrait_.standard.from), below = standard.field_index(portrait_.standard.below),
                 score = standard.field_index(portrait_.standard.score);
    std::vector<StandardRow> found;
    for (const auto& cells : standard.rows)
      if (std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) { return cells[want.first] == want.second; }))
        found.push_back({number_of(cells[from]), number_of(cells[below]), number_of(cells[score])});
    return found;
  }

  Result<> add_items(directory::PersonNo person, PortraitResult& made) {
    const pack::Dataset& dataset = *engine_.catalogue->dataset(portrait_.dataset);
    BANMO_TRY(const OwnRows own, own_rows(engine_, family_, dataset, person));
    const size_t item = dataset.field_index(portrait_.item), value = dataset.field_index(portrait_.value),
                 period = dataset.field_index(dataset.period_field);
    std::map<std::string, std::map<std::string, size_t>> by_item;  // code > period > row
    for (size_t row = 0; row < own.rows.size(); ++row) {
      if (own.text(row, value).empty()) continue;  // not tested
      const std::string at = own.text(row, period);
      by_item[own.text(row, item)][at] = row;
      made.period = std::max(made.period, at);
    }
    for (const auto& [code, rows] : by_item) {
      PortraitItem& to = made.items.emplace_back();
      to.code = code;
      to.title = title_of_code(*engine_.catalogue, dataset.fields[item], code);
      const auto words = std::find_if(portrait_.items.begin(), portrait_.items.end(), [&](const auto& one) { return one.code == code; });
      if (words != portrait_.items.end()) to.words = &*words;
      for (const auto& [at, row] : rows) {
        const double result = sql::double_of(*own.value(row, value));
        to.points.push_back({at, result, score_of(standard_for(own, row), result)});
      }
      if (rows.rbegin()->first != made.period || !to.points.back().score) continue;  // an item of an earlier grade: its history alone
      to.band = band_of(portrait_.bands, *to.points.back().score);
      to.next = next_step(standard_for(own, rows.rbegin()->second), portrait_.bands, to.points.back().value);
      if (to.next && !to.next->upwards) to.next->value -= smallest_step(dataset.fields[value]);  // a band ends before its bound
    }
    put_in_order(made);
    return {};
  }

  // In the pack's order; what to practise from the weakest.
  void put_in_order(PortraitResult& made) const {
    std::stable_sort(made.items.begin(), made.items.end(), [&](const PortraitItem& a, const PortraitItem& b) {
      const auto place = [&](const PortraitItem& one) {
        return one.words == nullptr ? portrait_.items.size() : size_t(one.words - portrait_.items.data());
      };
      return place(a) < place(b);
    });
    for (size_t i = 0; i < made.items.size(); ++i)
      if (made.items[i].band && *made.items[i].band > 0 && made.items[i].words != nullptr) made.practise.push_back(i);
    std::stable_sort(made.practise.begin(), made.practise.end(),
                     [&](size_t a, size_t b) { return *made.items[a].points.back().score < *made.items[b].points.back().score; });
    made.practise.resize(std::min(made.practise.size(), kMostAdvice));
  }

  Result<> add_totals(directory::PersonNo person, PortraitResult& made) {
    if (portrait_.total.dataset.empty()) return {};
    const pack::Dataset& dataset = *engine_.catalogue->dataset(portrait_.total.dataset);
    BANMO_TRY(const OwnRows own, own_rows(engine_, family_, dataset, person));
    const size_t period = dataset.field_index(dataset.period_field), value = dataset.field_index(portrait_.total.value),
                 level = dataset.field_index(portrait_.total.level);
    std::map<std::string, PortraitTotal> by_period;
    for (size_t row = 0; row < own.rows.size(); ++row) {
      const sql::Value* total = own.value(row, value);
      if (total == nullptr || sql::is_null(*total)) continue;
      PortraitTotal& to = by_period[own.text(row, period)];
      to = {own.text(row, period), sql::double_of(*total), {}};
      if (level < dataset.fields.size()) to.level = title_of_code(*engine_.catalogue, dataset.fields[level], own.text(row, level));
    }
    for (auto& [at, total] : by_period) made.totals.push_back(std::move(total));
    return {};
  }

  const Engine& engine_;
  const Principal& family_;
  const pack::Portrait& portrait_;
};

// Written before the answer leaves: a read that is in no log does not happen.
Result<> audit_read(const Engine& engine, const Principal& principal, const pack::Dataset& dataset, const PortraitResult& made) {
  if (dataset.level < pack::Level::l3) return {};
  return engine.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    const audit::Entry entry{engine.clock.now(),
                             principal.account_name,
                             "portrait.read",
                             dataset.id,
                             made.person.id.to_string(),
                             made.person.org.value,
                             json::Object{{"portrait", made.portrait->id}, {"period", made.period}}};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  });
}

}  // namespace

Result<std::vector<directory::Person>> read_family(const Engine& engine, const Principal& principal) {
  const Principal family = family_of(principal);
  if (!family.has(Right::people_read)) return std::vector<directory::Person>{};
  directory::PeopleQuery query;
  query.limit = 100;
  BANMO_TRY(directory::PersonPage page,
            engine.directory.people(
                engine.directory.scope(family, Right::people_read, {.org_field = "org_no", .person_field = "no", .level = pack::Level::l3}), query));
  const bool student = std::any_of(family.grants.begin(), family.grants.end(), [](const auto& grant) { return grant.role == Role::student; });
  std::erase_if(page.items, [&](const directory::Person& person) {
    const bool ward = std::find(family.wards.begin(), family.wards.end(), person.no) != family.wards.end();
    return !ward && !(student && person.no == family.person);
  });
  return std::move(page.items);
}

Result<PortraitResult> read_portrait(const Engine& engine, const Principal& principal, const pack::Portrait& portrait, std::string_view person) {
  BANMO_TRY(std::vector<directory::Person> family, read_family(engine, principal));
  const auto wanted =
      std::find_if(family.begin(), family.end(), [&](const directory::Person& one) { return person.empty() || one.id.to_string() == person; });
  if (wanted == family.end())
    return fail(ErrorCode::not_found, "directory.no_such_person",
                {"这里只有本人或自己孩子的画像", "here are portraits of yourself or your own children only"}, "person");
  const Principal as_family = family_of(principal);
  BANMO_TRY(PortraitResult made, Painter(engine, as_family, portrait).paint(std::move(*wanted)));
  BANMO_DO(audit_read(engine, principal, *engine.catalogue->dataset(portrait.dataset), made));
  return made;
}

}  // namespace banmo::metrics
