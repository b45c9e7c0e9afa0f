// SPDX-License-Identifier: Apache-2.0
// Learning records as people read them: a statement with its sentence, as far as the reader's scope and level go, and what may be asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "directory/types.h"
#include "events/types.h"

namespace banmo::events {

enum class LearningResult { passed, failed, completed };  // result.success true or false; result.completion true

// Which records: newest first as they were stored. Empty: any.
struct LearningQuery {
  std::optional<Instant> from, to;  // of the statement's own time: from <= time < to
  std::string verb, activity;       // IRIs
  std::string activity_type;        // IRI
  std::string key, platform;        // the tool's key; context.platform
  std::string text;                 // in the object's name or id, capitals alike
  std::optional<LearningResult> result;
  directory::PersonNo person;
  directory::OrgNo org;  // about people of it or below; a class: its pupils at that time
  int64_t cursor = 0;    // `next` of the page before
  size_t limit = 50;     // 1..200
};

// One record. What the reader's level does not reach is empty, and `masked` is set.
struct LearningRecord {
  int64_t no = 0;
  Uuid id;
  Instant at, stored;
  Message sentence;
  directory::PersonNo person;  // 0: nobody whom the directory knows
  PersonId person_id;
  std::string person_name;  // as the directory gives it to this reader
  std::string actor;        // identifier that the tool sent; from L3 on
  std::string verb, object_kind, object, activity_type;
  Message verb_title, object_title;
  Outcome outcome;  // response from L3 on
  std::string platform, registration;
  directory::OrgNo org, class_org;  // whom it is about belonged to then; class 0: none
  directory::OrgNo key_org;         // who sent it
  std::string key, key_title;
  bool voided = false, masked = false;
  std::string json;  // whole; from L3 on, for those whose scope holds the organisation
};
struct LearningPage {
  std::vector<LearningRecord> items;  // may be fewer than asked for, none too, while `next` says that there is more to look through
  int64_t next = 0;                   // 0: that was all
};

}  // namespace banmo::events
