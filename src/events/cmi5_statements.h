// SPDX-License-Identifier: Apache-2.0
// Inside the room: what the course system itself says (9.3: launched, abandoned, waived, satisfied), and the launch data that a unit
// reads. Pure.
#pragma once

#include <string>
#include <string_view>

#include "events/cmi5.h"
#include "json/json.h"

namespace banmo::events {

// Of whom, and in which registration and session, something is said.
struct CourseVoice {
  std::string account_home, account_name;  // the learner's opaque account
  std::string registration, session;       // UUIDs
  std::string home_page, course_id;        // activity_of()
};
json::Object actor_of(const CourseVoice& voice);

// Each has a fresh id, and the timestamp `at`. `node` is the position in the course.
json::Object launched_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, LaunchMode mode, const std::string& launch_url,
                                Instant at);
json::Object abandoned_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, int64_t duration_micros, Instant at);
json::Object waived_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, const std::string& reason, Instant at);
json::Object satisfied_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, Instant at);

// 10.2: the document LMS.LaunchData.
json::Object launch_data(const CourseVoice& voice, const CourseNode& unit, LaunchMode mode, const std::string& return_url);

}  // namespace banmo::events
