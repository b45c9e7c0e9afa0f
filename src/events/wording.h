// SPDX-License-Identifier: Apache-2.0
// Inside the room: a statement in words, Chinese and English: the client's own titles, those of the public vocabulary where a language is missing,
// and a sentence. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "events/types.h"
#include "json/json.h"

namespace banmo::events {

// The two languages of a language map; one stands for the other where that is missing. Empty if there is no map.
Message title_of(const json::Value* language_map);
// What a verb is called: its display, else the vocabulary's title, else the last part of its IRI.
Message verb_title(std::string_view id, const json::Value* display);
// "http://o.cn/a/lesson-1" is "lesson-1".
std::string last_part(std::string_view iri);

// "李雷 完成“一元二次方程”，得分 85（满分 100），达标，用时 12 分 30 秒。" / "Li Lei completed "…", score 85 of 100, passed, in 12 min 30 s."
struct Said {
  Message who, verb, object;
  std::string verb_id;
};
Message sentence_of(const Said& said, const Outcome& outcome);

}  // namespace banmo::events
