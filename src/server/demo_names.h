// SPDX-License-Identifier: Apache-2.0
// Names and numbers of people who do not exist: names from tables of common characters, numbers of an area code that was never given out.
#pragma once

#include <string>

#include "base/time.h"
#include "server/demo_random.h"

namespace banmo::server {

void append_person_name(std::string& out, Random& random, char sex);
// 18 characters with a right check digit (GB 11643-1999). area 0..9999 is put behind 99, which no area code begins with; serial 0..499 for each sex.
std::string synthetic_citizen_id(int area, Date birth, int serial, char sex);

}  // namespace banmo::server
