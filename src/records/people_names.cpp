// SPDX-License-Identifier: Apache-2.0
#include "records/people_names.h"

#include <algorithm>

namespace banmo::records {

directory::Scope people_scope(const Engine& engine, const Principal& principal) {
  return engine.directory().scope(principal, directory::Right::people_read, {"org_no", "no", pack::Level::l3});
}

PeopleNames::PeopleNames(const Engine& engine, const Principal& principal, const Schema& schema, pack::Level level)
    : PeopleNames(engine, people_scope(engine, principal), schema, level) {}

PeopleNames::PeopleNames(const Engine& engine, directory::Scope people, const Schema& schema, pack::Level level)
    : engine_(engine), schema_(schema), level_(level) {
  has_people_ = std::any_of(schema.columns.begin(), schema.columns.end(), [](const Column& column) { return column.ref == RefKind::person; });
  if (!has_people_) return;
  scope_ = std::move(people);
  sees_ = !scope_.sees_nothing() && !scope_.aggregates_only && scope_.max_level >= pack::Level::l2;
}

Result<directory::PersonNames> PeopleNames::of(const std::vector<directory::PersonNo>& people) const {
  return engine_.directory().names(scope_, level_, people);
}

Result<> PeopleNames::fill(std::span<Row> rows, const std::vector<size_t>& fields) const {
  if (!has_people_) return {};
  // A masked person is text by now: nobody is named.
  const auto each = [&](const auto& visit) {
    for (Row& row : rows)
      for (size_t i = 0; i < fields.size(); ++i) {
        const auto* no = std::get_if<int64_t>(&row.values[i]);
        if (no != nullptr && schema_.columns[fields[i]].ref == RefKind::person) visit(row, fields[i], *no);
      }
  };
  std::vector<directory::PersonNo> people;
  each([&](Row&, size_t, int64_t no) { people.push_back({no}); });
  BANMO_TRY(const auto names, of(people));
  each([&](Row& row, size_t field, int64_t no) {
    if (const auto found = names.find(no); found != names.end()) row.people.push_back({field, found->second});
  });
  return {};
}

std::string PeopleNames::title(const directory::PersonName& name) {
  return name.name.empty() || name.code.empty() ? name.name + name.code : name.name + " " + name.code;
}

pack::Level shown_level(const Schema& schema, const Visible& visible, const PeopleNames& names, pack::Level max_level) {
  pack::Level level = level_of(schema, max_level);
  if (!names.gives_codes()) return level;
  for (size_t i = 0; i < visible.fields.size(); ++i)
    if (!visible.masked[i] && schema.columns[visible.fields[i]].ref == RefKind::person) level = std::max(level, pack::Level::l3);
  return level;
}

}  // namespace banmo::records
