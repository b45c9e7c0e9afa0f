// SPDX-License-Identifier: Apache-2.0
// Inside the room: whom a statement names, and where. Authors are those of whom it says that they did something or that something was done to them;
// the others (an instructor, a team) only stand by.
#pragma once

#include <string>
#include <vector>

#include "events/types.h"

namespace banmo::events {

struct Named {
  std::string ifi, name;
  std::string where;  // inside the statement: ".actor.member[2]"
  bool is_author = false;
};
// Agents alone: a group stands for its members. In the order of the statement; one who is named twice stands there twice.
std::vector<Named> named_in(const Action& action);

}  // namespace banmo::events
