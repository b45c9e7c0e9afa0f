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
Error flow_gone();
Error not_for_you(const pack::Flow& flow);
Error not_your_move(const pack::Flow& flow, const pack::FlowMove& move);
Error not_your_form(const pack::Flow& flow, const std::string& state);
Error four_eyes(const pack::FlowMove& move);
Error note_missing(const pack::FlowMove& move);
Error not_in_form(const pack::Dataset& subject, const std::string& field);
Error not_asked(const pack::Dataset& subject, const std::string& field);  // by a form's condition
Error not_offered(const pack::Dataset& subject, const pack::FlowInput& input);
Error no_such_move(const pack::Flow& flow, const std::string& state);
Error no_place(const pack::FlowQuota& quota);
// A field is empty that says of which places a case needs one.
Error place_unknown(const pack::FlowQuota& quota, const pack::Dataset& subject, const sql::Values& row);
// Who has moved the case meanwhile, when, and where it is now.
Error changed_since(const pack::Flow& flow, const Record& now);
pack::Title state_title(const pack::Flow& flow, const std::string& state);
// "金额 1200、状态 已核" of fields up to L2.
Message values_of(const Running& running, const sql::Values& row, const std::vector<size_t>& fields, const directory::OrgTree& tree);
// "是", a code's title, an organisation's; dates as ISO.
std::string value_text(const Running& running, const pack::Field& field, const sql::Value& value, const directory::OrgTree& tree, bool zh);
std::string city_minute(Instant at);  // "2026-11-22 09:30" in the city
Error file_missing(const pack::FlowFile& file);
Error appealed_already();
Error appeal_late(Instant until);
Error heard_by_another(const pack::FlowMove& move);
Message refusal_of(const pack::FlowMove& move, const Message& values);
Message now_stands(const pack::Flow& flow, const Record& record);
Message due_soon(const pack::Flow& flow, const Record& record);
std::vector<directory::NoticeTo> whom_to_remind(const Running& running, const Record& record, const sql::Values& row, const directory::OrgTree& tree);

}  // namespace banmo::flows
