// SPDX-License-Identifier: Apache-2.0
#include "records/mappings.h"

#include <unistd.h>

#include <fstream>

#include "audit/audit.h"
#include "base/text.h"
#include "json/json.h"
#include "records/views.h"
#include "records/xlsx_reader.h"

namespace banmo::records {
namespace {

constexpr std::string_view kRead = "SELECT heading, field FROM records_mapping WHERE dataset = $1 AND org_no = $2 ORDER BY heading LIMIT 2000";
constexpr std::string_view kForget = "DELETE FROM records_mapping WHERE dataset = $1 AND org_no = $2 AND heading = $3";
constexpr std::string_view kKeep = "INSERT INTO records_mapping (dataset, org_no, heading, field, account, at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr size_t kMaxMapped = 500, kMaxHeading = 200;

void set(const Schema& schema, Mapping& mapping, const std::string& heading, const std::string& field) {
  const size_t i = field.empty() ? kLeftOut : schema.dataset->field_index(field);
  if (i == kLeftOut || (i < schema.columns.size() && !schema.columns[i].field->from)) mapping[heading] = i;
}

Result<> check(const Schema& schema, const std::vector<std::pair<std::string, std::string>>& chosen) {
  for (const auto& [heading, field] : chosen) {
    const size_t i = field.empty() ? kLeftOut : schema.dataset->field_index(field);
    const bool fits = i == kLeftOut || (i < schema.columns.size() && !schema.columns[i].field->from);
    if (fits && !text::fold_heading(heading).empty() && heading.size() <= kMaxHeading && chosen.size() <= kMaxMapped) continue;
    return fail(ErrorCode::invalid, "records.bad_mapping",
                {"标题“" + heading.substr(0, kMaxHeading) + "”对应的字段不存在或由系统计算，请重新选择",
                 "the field chosen for the heading \"" + heading.substr(0, kMaxHeading) + "\" does not exist or is computed; choose another"},
                "map");
  }
  return {};
}

class Removed {
 public:
  explicit Removed(std::string path) : path_(std::move(path)) {}
  Removed(const Removed&) = delete;
  ~Removed() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

std::string mapping_text(const Schema& schema, const Mapping& mapping) {
  json::Object object;
  for (const auto& [heading, field] : mapping) object.set(heading, field == kLeftOut ? std::string() : schema.columns[field].field->id);
  return json::write(object);
}

Mapping mapping_from_text(const Schema& schema, std::string_view text) {
  Mapping mapping;
  const auto value = json::read(text);
  if (!value.ok() || value->as_object() == nullptr) return mapping;
  for (const auto& [heading, field] : *value->as_object()) {
    if (field.as_string() != nullptr) set(schema, mapping, heading, *field.as_string());
  }
  return mapping;
}

Result<Mapping> MappingStore::remembered(const Principal& principal, const Schema& schema) const {
  Mapping mapping;
  BANMO_TRY(const auto lease, engine_.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kRead, {schema.dataset->id, home_of(principal).value}));
  for (const auto& row : rows.rows) set(schema, mapping, sql::text_of(row[0]), sql::text_of(row[1]));
  return mapping;
}

Result<Mapping> MappingStore::choose(const Principal& principal, const Schema& schema,
                                     const std::vector<std::pair<std::string, std::string>>& chosen) {
  BANMO_DO(check(schema, chosen));
  BANMO_TRY(Mapping mapping, remembered(principal, schema));
  if (chosen.empty()) return mapping;
  const Instant now = engine_.clock().now();
  const int64_t org = home_of(principal).value;
  const std::string& dataset = schema.dataset->id;
  json::Object detail;
  for (const auto& [heading, field] : chosen) {
    set(schema, mapping, text::fold_heading(heading), field);
    detail.set(text::fold_heading(heading), field);
  }
  const auto kept = engine_.ledger().write([&](sql::Connection& connection) -> Result<> {
    for (const auto& [heading, field] : chosen) {
      const std::string folded = text::fold_heading(heading);
      BANMO_DO(connection.execute(kForget, {dataset, org, folded}));
      BANMO_DO(connection.execute(kKeep, {dataset, org, folded, field, principal.account_name, now.micros}));
    }
    const auto seq =
        audit::append(connection, {now, principal.account_name, "mapping.keep", dataset, dataset, org, detail}, engine_.options().profile);
    return seq.ok() ? Result<>() : Result<>(seq.error());
  });
  BANMO_DO(kept);
  return mapping;
}

Result<HeadingReport> read_heading_report(Engine& engine, const Schema& schema, const std::string& path, const Mapping& mapping) {
  std::ifstream in(path, std::ios::binary);
  char head[4] = {};
  in.read(head, 4);
  const bool sheet = std::string_view(head, 4) == std::string_view("PK\x03\x04", 4);
  const Removed converted(sheet ? engine.temporary_path("sheet", "csv") : std::string());
  if (sheet) BANMO_DO(xlsx_to_csv(path, converted.path()));
  BANMO_TRY(const CsvFile file, CsvFile::open(sheet ? converted.path() : path, engine.temporary_path("utf8", "csv"), sheet));
  return report_headings(file.reader(), schema, mapping);
}

}  // namespace banmo::records
