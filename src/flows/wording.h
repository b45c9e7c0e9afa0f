// SPDX-License-Identifier: Apache-2.0
// The sentences of this room. Personal data stands in none of them. Inside the room.
#pragma once

#include <string>
#include <vector>

#include "flows/book.h"
#include "flows/store.h"

namespace banmo::flows {

Error no_such_case();
Error no_such_flow();
Error not_for_you(const pack::Flow& flow);
Error not_your_move(const pack::Flow& flow, const pack::FlowMove& move);
Error not_your_form(const pack::Flow& flow, const std::string& state);
Error four_eyes(const pack::FlowMove& move);
Error note_missing(const pack::FlowMove& move);
Error not_in_form(const pack::Dataset& subject, const std::string& field);
Error no_such_move(const pack::Flow& flow, const std::string& state);
// Who has moved the case meanwhile, when, and where it is now.
Error changed_since(const pack::Flow& flow, const Record& now);
pack::Title state_title(const pack::Flow& flow, const std::string& state);
// "金额 1200、状态 已核" of fields up to L2.
Message values_of(const Running& running, const sql::Values& row, const std::vector<size_t>& fields, const directory::OrgTree& tree);
Message refusal_of(const pack::FlowMove& move, const Message& values);
Message now_stands(const pack::Flow& flow, const Record& record);
Message due_soon(const pack::Flow& flow, const Record& record);
std::vector<directory::NoticeTo> whom_to_remind(const Running& running, const Record& record, const sql::Values& row, const directory::OrgTree& tree);

}  // namespace banmo::flows
