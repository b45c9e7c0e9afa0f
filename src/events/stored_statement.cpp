// SPDX-License-Identifier: Apache-2.0
#include "events/stored_statement.h"

#include <algorithm>

#include "events/reader.h"
#include "json/json.h"

namespace banmo::events {

std::unique_ptr<const StoredStatement> stored_of(const sql::Values& row) {
  auto stored = std::make_unique<StoredStatement>();
  stored->no = sql::int_of(row[0]);
  if (const auto* bytes = std::get_if<sql::Blob>(&row[1]); bytes != nullptr && bytes->size() == stored->id.bytes.size())
    std::copy(bytes->begin(), bytes->end(), stored->id.bytes.begin());
  stored->key_org = {sql::int_of(row[2])};
  stored->key_no = sql::int_of(row[3]);
  stored->at = Instant{sql::int_of(row[4])};
  stored->voided = sql::int_of(row[5]) == 1;
  stored->text = sql::text_of(row[6]);
  auto body = json::read(stored->text);
  if (!body.ok()) return nullptr;
  stored->body = *std::move(body);
  auto statement = read_statement(stored->body, Version::v2_0);
  if (!statement.ok()) return nullptr;
  stored->statement = *std::move(statement);
  return stored;
}

}  // namespace banmo::events
