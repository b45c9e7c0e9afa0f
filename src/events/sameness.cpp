// SPDX-License-Identifier: Apache-2.0
#include "events/sameness.h"

#include <algorithm>
#include <cmath>

#include "crypto/crypto.h"

namespace banmo::events {
namespace {

enum class Role { plain, statement, sub_statement, verb, object, context, activities, result, duration, members };

Role role_of(Role in, std::string_view name) {
  switch (in) {
    case Role::statement:
    case Role::sub_statement:
      if (name == "verb") return Role::verb;
      if (name == "object") return Role::object;
      if (name == "context") return Role::context;
      if (name == "result") return Role::result;
      return name == "actor" ? Role::object : Role::plain;
    case Role::context:
      if (name == "contextActivities") return Role::context;
      if (name == "parent" || name == "grouping" || name == "category" || name == "other") return Role::activities;
      if (name == "instructor" || name == "team") return Role::object;
      return Role::plain;
    case Role::result: return name == "duration" ? Role::duration : Role::plain;
    case Role::object: return name == "member" ? Role::members : Role::plain;
    default: return Role::plain;
  }
}

bool is_left_out(Role in, std::string_view name) {
  if (in == Role::statement)
    return name == "id" || name == "stored" || name == "authority" || name == "version" || name == "timestamp" || name == "attachments";
  if (in == Role::verb) return name == "display";
  return in == Role::object && name == "definition";
}

void append(std::string& out, const json::Value& value, Role role);

void append_object(std::string& out, const json::Object& object, Role role) {
  std::vector<const json::Member*> members;
  for (const json::Member& member : object)
    if (!is_left_out(role, member.first)) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  out += '{';
  for (const json::Member* member : members) {
    json::append_string(out, member->first);
    out += ':';
    append(out, member->second, role_of(role, member->first));
  }
  out += '}';
}

// The order of a group's members and of context activities means nothing.
void append_unordered(std::string& out, const json::Array& list) {
  std::vector<std::string> parts;
  for (const json::Value& item : list) append(parts.emplace_back(), item, Role::object);
  std::sort(parts.begin(), parts.end());
  out += '[';
  for (const std::string& part : parts) out.append(part).append(",");
  out += ']';
}

std::string cut_duration(const std::string& text) {
  const size_t point = text.find_first_of(".,");
  if (point == std::string::npos) return text;
  const size_t end = std::min(text.find_first_not_of("0123456789", point + 1), text.size());
  return text.substr(0, point + 1) + (text.substr(point + 1, end - point - 1) + "00").substr(0, 2) + text.substr(end);
}

void append(std::string& out, const json::Value& value, Role role) {
  const bool is_sub = role == Role::object && value.find("objectType") != nullptr && *value.find("objectType") == json::Value("SubStatement");
  if (const json::Object* object = value.as_object()) {
    if (role == Role::activities) {
      append_unordered(out, {value});
    } else {
      append_object(out, *object, is_sub ? Role::sub_statement : role);
    }
  } else if (const json::Array* list = value.as_array()) {
    if (role == Role::activities || role == Role::members) {
      append_unordered(out, *list);
      return;
    }
    out += '[';
    for (const json::Value& item : *list) {
      append(out, item, Role::plain);
      out += ',';
    }
    out += ']';
  } else if (const std::string* text = value.as_string(); text != nullptr && role == Role::duration) {
    json::append_string(out, cut_duration(*text));
  } else if (const double* number = value.as_double(); number != nullptr && std::floor(*number) == *number && std::fabs(*number) < 1e15) {
    json::append_number(out, static_cast<int64_t>(*number));
  } else {
    json::append(out, value);
  }
}

}  // namespace

sql::Blob digest_of(const json::Value& statement) {
  std::string text;
  text.reserve(1024);
  append(text, statement, Role::statement);
  const crypto::Hash hash = crypto::sha256(text);
  return {hash.begin(), hash.begin() + 16};
}

}  // namespace banmo::events
