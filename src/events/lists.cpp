// SPDX-License-Identifier: Apache-2.0
#include "events/lists.h"

namespace banmo::events {
namespace {

// Adds the numbers of one list, or of all statements, that pass the filters.
void add_numbers(Question& question, std::optional<int64_t> driver, const std::vector<Filter>& others, const StatementQuery& query,
                 const std::string& condition, size_t limit) {
  std::string& text = question.text;
  const std::string no = driver ? "p.no" : "s.no";
  text += "SELECT " + no + " FROM ";
  if (driver) {
    text += "xapi_posting p JOIN xapi_statement s ON s.no = p.no WHERE p.target = " + question.bound(*driver) + " AND ";
  } else {
    text += "xapi_statement s WHERE ";
  }
  text += "s.voided <> 1 AND " + condition;
  if (query.since) text += " AND " + no + " > " + question.bound(query.since->micros);
  if (query.until) text += " AND " + no + " <= " + question.bound(query.until->micros);
  if (query.cursor > 0) text += " AND " + no + (query.ascending ? " > " : " < ") + question.bound(query.cursor);
  for (const Filter& filter : others) {
    text += " AND EXISTS (SELECT 1 FROM xapi_posting q WHERE q.no = " + no + " AND q.target IN (";
    for (size_t i = 0; i < filter.size(); ++i) text += (i == 0 ? "" : ", ") + question.bound(filter[i]);
    text += "))";
  }
  text += " ORDER BY " + no + (query.ascending ? " ASC" : " DESC") + " LIMIT " + std::to_string(limit);
}

}  // namespace

std::string Question::bound(sql::Value value) {
  values.push_back(std::move(value));
  return "$" + std::to_string(values.size());
}

Question page_question(std::string_view columns, std::vector<Filter> filters, const StatementQuery& query, const std::string& condition,
                       size_t limit) {
  Question question{"SELECT " + std::string(columns) + " FROM xapi_statement s WHERE s.no IN (", {}};
  if (filters.empty()) {
    add_numbers(question, std::nullopt, filters, query, condition, limit);
  } else {
    const Filter drivers = filters.front();
    filters.erase(filters.begin());
    for (size_t i = 0; i < drivers.size(); ++i) {
      question.text += i == 0 ? "SELECT * FROM (" : " UNION SELECT * FROM (";
      add_numbers(question, drivers[i], filters, query, condition, limit);
      question.text += ") AS list" + std::to_string(i);
    }
  }
  question.text += std::string(") ORDER BY s.no ") + (query.ascending ? "ASC" : "DESC") + " LIMIT " + std::to_string(limit);
  return question;
}

}  // namespace banmo::events
