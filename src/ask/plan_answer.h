// SPDX-License-Identifier: Apache-2.0
// The answer to a question about targets: goal, figure, gap and state of each in each year. Pure.
#pragma once

#include <vector>

#include "ask/ask.h"
#include "metrics/types.h"

namespace banmo::ask {

// Fills sentence, table, chart, caveats and notes; refuses with NO_DATA if no target has a value of that time.
//   states   the whole plan as the asker may see it
void answer_targets(const std::vector<metrics::TargetState>& states, Answer& answer);

}  // namespace banmo::ask
