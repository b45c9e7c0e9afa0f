// SPDX-License-Identifier: Apache-2.0
#include "events/wording.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "events/formats.h"
#include "events/values.h"

namespace banmo::events {
namespace {

struct Word {
  std::string_view id, zh, en;
};
// Verbs of the ADL vocabulary, of Activity Streams, the TinCan registry, the video profile and cmi5 in both languages: most tools send one only.
constexpr Word kVerbs[] = {
    {"http://activitystrea.ms/schema/1.0/host", "主持了", "hosted"},
    {"http://activitystrea.ms/schema/1.0/join", "加入了", "joined"},
    {"http://activitystrea.ms/schema/1.0/open", "打开了", "opened"},
    {"http://activitystrea.ms/schema/1.0/submit", "提交了", "submitted"},
    {"http://adlnet.gov/expapi/verbs/answered", "回答了", "answered"},
    {"http://adlnet.gov/expapi/verbs/asked", "提问了", "asked"},
    {"http://adlnet.gov/expapi/verbs/attempted", "尝试了", "attempted"},
    {"http://adlnet.gov/expapi/verbs/attended", "参加了", "attended"},
    {"http://adlnet.gov/expapi/verbs/commented", "评论了", "commented on"},
    {"http://adlnet.gov/expapi/verbs/completed", "完成了", "completed"},
    {"http://adlnet.gov/expapi/verbs/exited", "退出了", "exited"},
    {"http://adlnet.gov/expapi/verbs/experienced", "学习了", "experienced"},
    {"http://adlnet.gov/expapi/verbs/failed", "未通过", "failed"},
    {"http://adlnet.gov/expapi/verbs/initialized", "开始了", "initialized"},
    {"http://adlnet.gov/expapi/verbs/interacted", "操作了", "interacted with"},
    {"http://adlnet.gov/expapi/verbs/launched", "打开了", "launched"},
    {"http://adlnet.gov/expapi/verbs/mastered", "掌握了", "mastered"},
    {"http://adlnet.gov/expapi/verbs/passed", "通过了", "passed"},
    {"http://adlnet.gov/expapi/verbs/progressed", "推进了", "progressed"},
    {"http://adlnet.gov/expapi/verbs/registered", "报名了", "registered for"},
    {"http://adlnet.gov/expapi/verbs/responded", "回应了", "responded to"},
    {"http://adlnet.gov/expapi/verbs/resumed", "继续了", "resumed"},
    {"http://adlnet.gov/expapi/verbs/scored", "得分于", "scored"},
    {"http://adlnet.gov/expapi/verbs/shared", "分享了", "shared"},
    {"http://adlnet.gov/expapi/verbs/suspended", "暂停了", "suspended"},
    {"http://adlnet.gov/expapi/verbs/terminated", "结束了", "terminated"},
    {"http://adlnet.gov/expapi/verbs/voided", "作废了", "voided"},
    {"http://id.tincanapi.com/verb/downloaded", "下载了", "downloaded"},
    {"https://w3id.org/xapi/adl/verbs/abandoned", "中断了", "abandoned"},
    {"https://w3id.org/xapi/adl/verbs/satisfied", "达成了", "satisfied"},
    {"https://w3id.org/xapi/adl/verbs/waived", "免修了", "waived"},
    {"https://w3id.org/xapi/video/verbs/paused", "暂停了", "paused"},
    {"https://w3id.org/xapi/video/verbs/played", "播放了", "played"},
    {"https://w3id.org/xapi/video/verbs/seeked", "拖动了", "seeked in"},
};
constexpr std::string_view kAnswered = "http://adlnet.gov/expapi/verbs/answered";

// Whether the map has a text in the language: "zh", "zh-CN"; "en", "en-US".
std::string text_in(const json::Object& map, std::string_view language) {
  for (const auto& [tag, text] : map)
    if (tag.starts_with(language) && (tag.size() == language.size() || tag[language.size()] == '-') && text.as_string() != nullptr)
      return *text.as_string();
  return {};
}

std::string number_text(double value) {
  std::string out;
  const double rounded = std::round(value * 100) / 100;
  if (rounded == std::floor(rounded) && std::abs(rounded) < 1e15) {
    json::append_number(out, static_cast<int64_t>(rounded));
  } else {
    json::append_number(out, rounded);
  }
  return out;
}

void add(Message& sentence, const std::string& zh, const std::string& en) {
  sentence.zh += "，" + zh;
  sentence.en += ", " + en;
}

void add_score(Message& sentence, const Outcome& outcome) {
  if (outcome.raw) {
    const std::string raw = number_text(*outcome.raw), max = outcome.max ? number_text(*outcome.max) : "";
    add(sentence, "得分 " + raw + (max.empty() ? "" : "（满分 " + max + "）"), "score " + raw + (max.empty() ? "" : " of " + max));
  } else if (outcome.scaled) {
    const std::string percent = number_text(*outcome.scaled * 100) + "%";
    add(sentence, "得分率 " + percent, "score " + percent);
  }
}

void add_duration(Message& sentence, const std::string& duration) {
  const auto seconds = seconds_of(duration);
  if (!seconds || *seconds <= 0) return;
  const auto whole = static_cast<int64_t>(std::min(std::round(*seconds), 1e9));
  const int64_t parts[] = {whole / 3600, whole / 60 % 60, whole % 60};
  constexpr std::string_view kZh[] = {" 小时", " 分", " 秒"}, kEn[] = {" h", " min", " s"};
  std::string zh, en;
  for (size_t i = 0; i < std::size(parts); ++i) {
    if (parts[i] == 0) continue;
    zh += " " + std::to_string(parts[i]) + std::string(kZh[i]);
    en += " " + std::to_string(parts[i]) + std::string(kEn[i]);
  }
  if (!zh.empty()) add(sentence, "用时" + zh, "in" + en);
}

}  // namespace

Message title_of(const json::Value* language_map) {
  if (language_map == nullptr || language_map->as_object() == nullptr || language_map->as_object()->empty()) return {};
  const json::Object& map = *language_map->as_object();
  Message title{text_in(map, "zh"), text_in(map, "en")};
  const json::Value any = one_language(*language_map, title.zh.empty() ? "en" : "zh");
  const auto* first = any.as_object()->begin()->second.as_string();
  if (first == nullptr) return title;
  if (title.zh.empty()) title.zh = *first;
  if (title.en.empty()) title.en = *first;
  return title;
}

Message verb_title(std::string_view id, const json::Value* display) {
  Message title;
  if (display != nullptr && display->as_object() != nullptr) title = {text_in(*display->as_object(), "zh"), text_in(*display->as_object(), "en")};
  const auto word = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const Word& one) { return one.id == id; });
  if (word != std::end(kVerbs)) {
    if (title.zh.empty()) title.zh = word->zh;
    if (title.en.empty()) title.en = word->en;
  }
  const Message any = title_of(display);
  for (auto [mine, other] : {std::pair(&title.zh, &any.zh), std::pair(&title.en, &any.en)})
    if (mine->empty()) *mine = other->empty() ? last_part(id) : *other;
  return title;
}

std::string last_part(std::string_view iri) {
  while (iri.ends_with('/') || iri.ends_with('#')) iri.remove_suffix(1);
  const size_t at = iri.find_last_of("/#:");
  return std::string(at == std::string_view::npos ? iri : iri.substr(at + 1));
}

Message sentence_of(const Said& said, const Outcome& outcome) {
  Message sentence{said.who.zh + " " + said.verb.zh + "“" + said.object.zh + "”", said.who.en + " " + said.verb.en + " “" + said.object.en + "”"};
  add_score(sentence, outcome);
  if (outcome.success) {
    if (said.verb_id == kAnswered)
      add(sentence, *outcome.success ? "答对" : "答错", *outcome.success ? "right" : "wrong");
    else
      add(sentence, *outcome.success ? "达标" : "未达标", *outcome.success ? "successful" : "not successful");
  }
  if (outcome.completion && !*outcome.completion) add(sentence, "未完成", "not finished");
  add_duration(sentence, outcome.duration);
  sentence.zh += "。";
  sentence.en += ".";
  return sentence;
}

}  // namespace banmo::events
