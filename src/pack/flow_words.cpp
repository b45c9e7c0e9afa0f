// SPDX-License-Identifier: Apache-2.0
#include "pack/flow_words.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

constexpr int kMaxSpan = 4000;
constexpr size_t kMaxText = 500;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || c == '.'; }

// Words, 'quoted' words with their first quote, and single signs.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text[i] == '\'') {
      end = std::min(text.find('\'', end), text.size() - 1) + 1;
      out.emplace_back(text.substr(i, end - i - 1));
    } else {
      while (is_word(text[i]) && end < text.size() && is_word(text[end])) ++end;
      if (text[i] != ' ' && text[i] != '\n') out.emplace_back(text.substr(i, end - i));
    }
    i = end;
  }
  return out;
}

bool take(std::string& to, const std::string& word) {
  const bool fresh = to.empty() && is_id(word);
  if (fresh) to = word;
  return fresh;
}

bool take_roles(std::vector<std::string>& to, std::span<const std::string> tokens) {
  if (!to.empty() || tokens.empty()) return false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool is_name = tokens[i].starts_with('\'') && tokens[i].size() > 1;
    if (i % 2 == 0 ? !is_name : tokens[i] != ",") return false;
    if (i % 2 == 0) to.push_back(tokens[i].substr(1));
  }
  return tokens.size() % 2 == 1;
}

// False if the condition has none of the forms, or says again what another said.
bool take_condition(std::span<const std::string> t, FlowRole& out) {
  if (t.size() == 6 && t[0] == "within" && t[1] == "(" && t[3] == "," && t[4] == "$user.org" && t[5] == ")") {
    out.above = true;
    return take(out.org_field, t[2]);
  }
  if (t.size() == 3 && t[0] == "$user.role" && t[1] == "=") return take_roles(out.roles, t.subspan(2));
  if (t.size() >= 5 && t[0] == "$user.role" && t[1] == "in" && t[2] == "(" && t.back() == ")")
    return take_roles(out.roles, t.subspan(3, t.size() - 4));
  if (t.size() != 3 || t[1] != "=") return false;
  if (t[0] == "$user.org") return take(out.org_field, t[2]);
  if (t[0] == "$user.person") return take(out.person_field, t[2]);
  return t[0] == "$user.ward" && take(out.ward_field, t[2]);
}

bool take_who(const std::string& text, FlowRole& out) {
  const std::vector<std::string> tokens = tokens_of(text);
  const std::span<const std::string> all(tokens);
  for (size_t begin = 0;;) {
    const auto end = static_cast<size_t>(std::find(tokens.begin() + static_cast<ptrdiff_t>(begin), tokens.end(), "and") - tokens.begin());
    if (!take_condition(all.subspan(begin, end - begin), out)) return false;
    if (end == tokens.size()) return true;
    begin = end + 1;
  }
}

}  // namespace

const FlowState* known_state(const Flow& flow, const Text& name, Findings& findings) {
  return known_in(flow.states, name, "unknown_state", "状态", "state", findings);
}

const FlowRole* known_role(const Flow& flow, const Text& name, Findings& findings) {
  return known_in(flow.roles, name, "unknown_flow_role", "角色", "role", findings);
}

FlowRole read_who(const DraftFlow::Role& draft, Findings& findings) {
  FlowRole out = draft.role;
  if (draft.who.text.size() > kMaxText || !take_who(draft.who.text, out)) {
    findings.add(
        "flow_who",
        {"看不懂角色条件 " + in_quotes(draft.who.text) +
             "；可写：$user.role = '…'、$user.role in ('…', '…')、$user.org = 字段、within(字段, $user.org)、$user.person = 字段、$user.ward = "
             "字段，用 and 相连，每种一次",
         "the condition " + in_quotes(draft.who.text) +
             " of a role is not understood: write $user.role = '…', $user.role in ('…', '…'), $user.org = field, within(field, $user.org), "
             "$user.person = field, $user.ward = field, joined by and, each once"},
        draft.who.where);
    return out;
  }
  if (out.roles.empty() && out.person_field.empty() && out.ward_field.empty())
    findings.add("flow_role_wide",
                 {"角色 " + in_quotes(out.id) + " 只限定了机构，该机构的学生和家长也会有权办理；请加上 $user.role",
                  "the role " + in_quotes(out.id) + " names an organisation alone: its pupils and their guardians could act; add $user.role"},
                 draft.who.where);
  return out;
}

std::optional<FlowSpan> read_span(const Text& text, Findings& findings) {
  FlowSpan span;
  const char* const end = text.text.data() + text.text.size();
  const auto [rest, error] = std::from_chars(text.text.data(), end, span.n);
  const std::string_view unit(rest, static_cast<size_t>(end - rest));
  span.unit = unit == "h" ? SpanUnit::hours : unit == "d" ? SpanUnit::days : SpanUnit::working_days;
  const bool known = unit == "wd" || unit == "d" || unit == "h" || (unit.empty() && span.n == 0);
  if (error == std::errc() && known && span.n >= 0 && span.n <= kMaxSpan) return span;
  findings.add("flow_span",
               {"期限 " + in_quotes(text.text) + " 须写作 5wd（工作日）、3d（天）或 12h（小时），不超过 4000",
                "the time " + in_quotes(text.text) + " must be written as 5wd (working days), 3d (days) or 12h (hours), at most 4000"},
               text.where);
  return std::nullopt;
}

void read_late(const Text& text, FlowDeadline& out, Findings& findings) {
  const size_t open = text.text.find('(');
  const std::string word = text.text.substr(0, open);
  if (open != std::string::npos && text.text.ends_with(')') && (word == "goto" || word == "escalate")) {
    (word == "goto" ? out.late_to : out.escalate_to) = text.text.substr(open + 1, text.text.size() - open - 2);
    return;
  }
  findings.add("flow_late", {"逾期处理须写作 goto(状态) 或 escalate(角色)", "what happens when it is late must be goto(state) or escalate(role)"},
               text.where);
}

void read_lamp(const std::vector<Text>& lamp, FlowDeadline& out, Findings& findings) {
  for (const Text& text : lamp) {
    const size_t space = text.text.find(' ');
    const std::string colour = text.text.substr(0, space);
    const bool known = (colour == "yellow" || colour == "red") && space != std::string::npos;
    if (!known) {
      findings.add("flow_lamp", {"灯须写作 yellow 1wd 或 red 0", "a lamp must be written as yellow 1wd or red 0"}, text.where);
      continue;
    }
    (colour == "yellow" ? out.yellow : out.red) = read_span({text.text.substr(space + 1), text.where}, findings);
  }
}

}  // namespace banmo::pack
