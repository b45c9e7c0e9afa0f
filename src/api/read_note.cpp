// SPDX-License-Identifier: Apache-2.0
#include "api/read_note.h"

#include "audit/read_log.h"
#include "base/text.h"
#include "directory/types.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr size_t kMaxValue = 60, kMaxWhat = 600;  // bytes
constexpr std::string_view kWithheld = "***";

// Whether a value of the field may stand in the log: organisations, periods and words of a code list name nobody, whatever the level; of the rest,
// numbers and dates below level 3.
bool is_tellable(const pack::Field& field) {
  using enum pack::FieldType;
  if (field.type == org || field.type == code || field.type == state || field.type == year || field.type == boolean) return true;
  return field.level < pack::Level::l3 && field.type != text && field.type != idno && field.type != phone && field.type != ref;
}

// Of a key: people stand in it by number, sealed values by their blind index.
bool is_tellable_in_key(const pack::Dataset& dataset, const pack::Field& field) {
  using enum pack::FieldType;
  const bool words = field.type == text || field.type == idno || field.type == phone || field.type == date;
  return field.encrypted || field.id == dataset.person_field || field.level < pack::Level::l3 || !words;
}

std::string_view name_of(records::FilterOp op) {
  constexpr std::string_view kNames[] = {"eq", "ne", "lt", "le", "gt", "ge", "like", "null", "in"};
  return kNames[static_cast<size_t>(op)];
}

std::string filter_text(const pack::Dataset& dataset, const records::Filter& filter) {
  const pack::Field* field = dataset.field(filter.field);
  std::string out = filter.field + ":" + std::string(name_of(filter.op));
  const bool told = field != nullptr && is_tellable(*field);
  for (size_t i = 0; i < filter.values.size() && out.size() < kMaxWhat; ++i) {
    out += i == 0 ? ':' : '|';
    out += told ? filter.values[i].substr(0, kMaxValue) : std::string(kWithheld);
  }
  return out;
}

}  // namespace

std::string what_of_key(const pack::Dataset& dataset, std::string_view key) {
  std::string out = "key=";
  const auto parts = text::split(key, '~');
  for (size_t i = 0; i < parts.size(); ++i) {
    const pack::Field* field = i < dataset.grain.size() ? dataset.field(dataset.grain[i]) : nullptr;
    if (i > 0) out += '~';
    out += field != nullptr && is_tellable_in_key(dataset, *field) ? std::string(parts[i]) : std::string(kWithheld);
  }
  return out.substr(0, kMaxWhat);
}

std::string what_of_page(const pack::Dataset& dataset, const records::PageRequest& request, const records::Page& page) {
  std::string out = "filter=";
  for (size_t i = 0; i < request.filters.size() && out.size() < kMaxWhat; ++i) out += (i == 0 ? "" : ", ") + filter_text(dataset, request.filters[i]);
  if (!request.order_by.empty()) out += std::string("; order=") + (request.descending ? "-" : "") + request.order_by;
  if (!page.rows.empty())
    out += "; from " + what_of_key(dataset, page.rows.front().key).substr(4) + " to " + what_of_key(dataset, page.rows.back().key).substr(4);
  return out;
}

Result<> note_read(const Call& call, pack::Level level, std::string action, std::string object_kind, std::string what, size_t n_rows) {
  if (level < pack::Level::l3) return {};
  return call.engines.reads->note({call.engines.clock->now(), call.principal.account_name, std::move(action), std::move(object_kind), std::move(what),
                                   static_cast<int64_t>(n_rows)});
}

Result<> note_rows(const Call& call, const pack::Dataset& dataset, std::string action, std::string what, size_t n_rows) {
  return note_read(call, call.engines.records->shown_level(call.principal, dataset.id), std::move(action), dataset.id, std::move(what), n_rows);
}

}  // namespace banmo::api
