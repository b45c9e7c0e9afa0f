// SPDX-License-Identifier: Apache-2.0
// What references are looked up in while a file is checked.
#pragma once

#include <string>

#include "records/engine.h"

namespace banmo::records {

// Makes the temporary table bm_people(code, no) of the parser's writing connection current: every person's code once. ~0.2 s for 1.3M people, nothing
// if none changed.
Result<> refresh_people(Engine& engine, sql::Database& parser);

// Makes the temporary table bm_own_people of the parser's writing connection: those of bm_people whom the scope reaches, now or by a membership that
// has ended, for rows of past years name those who have left.
Result<> select_own_people(Engine& engine, sql::Database& parser, const directory::Scope& scope);

// The relation in the parser that holds a dataset that references name: its table, or for a PostgreSQL warehouse the copy that refresh_reference
// made.
std::string reference_table(const Engine& engine, const pack::Dataset& dataset);
Result<> refresh_reference(Engine& engine, sql::Database& parser, const pack::Dataset& dataset);

}  // namespace banmo::records
