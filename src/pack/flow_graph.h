// SPDX-License-Identifier: Apache-2.0
// How the states of a flow hang together: every case can begin, go on and end. Private to the room.
#pragma once

#include "pack/findings.h"
#include "pack/flow.h"

namespace banmo::pack {

// All names are known. Findings: flow_empty, flow_start, unreachable_state, no_way_out, flow_cannot_end, flow_final, shadowed_move, automatic_cycle.
void check_graph(const Flow& flow, Findings& findings);

}  // namespace banmo::pack
