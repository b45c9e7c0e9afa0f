// SPDX-License-Identifier: Apache-2.0
#include "http/parameter.h"

#include <charconv>
#include <cmath>

#include "base/id.h"
#include "base/text.h"
#include "base/time.h"

namespace banmo::http {
namespace {

// std::regex recurses once per character: longer values are refused before they reach it.
constexpr size_t kMaxPatternBytes = 1024;
// Whoever has no session yet is told of so many mistakes, in so many words.
constexpr size_t kMaxFindings = 100;
constexpr size_t kMaxShownBytes = 64;

// A name as it was sent, cut between characters.
std::string shown(const std::string& name) {
  if (name.size() <= kMaxShownBytes) return name;
  return name.substr(0, text::valid_utf8_prefix(std::string_view(name).substr(0, kMaxShownBytes))) + "…";
}

std::string text_of(const json::Value* value) { return value && value->as_string() ? *value->as_string() : std::string{}; }

std::optional<double> number_of(const json::Value* value) {
  if (!value) return std::nullopt;
  if (const int64_t* whole = value->as_int()) return static_cast<double>(*whole);
  if (const double* real = value->as_double()) return *real;
  return std::nullopt;
}

std::string shortest(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Message> wrong_range(const json::Value& schema, double number) {
  if (const auto least = number_of(schema.find("minimum")); least && number < *least) {
    return Message{"不能小于 " + shortest(*least), "must be at least " + shortest(*least)};
  }
  if (const auto most = number_of(schema.find("maximum")); most && number > *most) {
    return Message{"不能大于 " + shortest(*most), "must be at most " + shortest(*most)};
  }
  return std::nullopt;
}

std::optional<Message> wrong_number(const json::Value& schema, const std::string& type, std::string_view value) {
  if (type == "integer") {
    const auto whole = parsed<int64_t>(value);
    if (!whole) return Message{"须为整数", "must be a whole number"};
    return wrong_range(schema, static_cast<double>(*whole));
  }
  const auto real = parsed<double>(value);
  if (!real || !std::isfinite(*real)) return Message{"须为数字", "must be a number"};
  return wrong_range(schema, *real);
}

std::optional<Message> wrong_length(const json::Value& schema, std::string_view value) {
  const auto length = static_cast<double>(text::n_code_points(value));
  if (const auto least = number_of(schema.find("minLength")); least && length < *least) {
    return Message{"至少 " + shortest(*least) + " 个字符", "needs at least " + shortest(*least) + " characters"};
  }
  if (const auto most = number_of(schema.find("maxLength")); most && length > *most) {
    return Message{"最多 " + shortest(*most) + " 个字符", "takes at most " + shortest(*most) + " characters"};
  }
  return std::nullopt;
}

std::optional<Message> wrong_format(const std::string& format, std::string_view value) {
  if (format == "uuid" && !Uuid::parse(value)) return Message{"须为 UUID", "must be a UUID"};
  if (format == "date" && !Date::parse_iso(value)) return Message{"须为日期，形如 2026-11-21", "must be a date such as 2026-11-21"};
  if (format == "date-time" && !Instant::parse_iso(value)) {
    return Message{"须为带时区的时间，形如 2026-11-21T08:00:00Z", "must be a time with its zone, such as 2026-11-21T08:00:00Z"};
  }
  return std::nullopt;
}

std::optional<Message> wrong_choice(const json::Value& schema, std::string_view value) {
  const json::Value* choices = schema.find("enum");
  if (!choices || !choices->as_array()) return std::nullopt;
  std::string known;
  for (const json::Value& choice : *choices->as_array()) {
    const std::string written = choice.as_string() ? *choice.as_string() : json::write(choice);
    if (written == value) return std::nullopt;
    known += (known.empty() ? "" : ", ") + written;
  }
  return Message{"取值须为下列之一：" + known, "must be one of: " + known};
}

std::optional<Message> wrong_value(const json::Value& schema, const std::string& type, const std::regex* pattern, std::string_view value) {
  if (type == "integer" || type == "number") {
    if (auto wrong = wrong_number(schema, type, value)) return wrong;
  } else if (type == "boolean") {
    if (value != "true" && value != "false") return Message{"须为 true 或 false", "must be true or false"};
  } else {
    if (auto wrong = wrong_length(schema, value)) return wrong;
    if (auto wrong = wrong_format(text_of(schema.find("format")), value)) return wrong;
    if (pattern && (value.size() > kMaxPatternBytes || !std::regex_search(value.begin(), value.end(), *pattern))) {
      return Message{"格式须符合 " + text_of(schema.find("pattern")), "must match " + text_of(schema.find("pattern"))};
    }
  }
  return wrong_choice(schema, value);
}

std::string where_of(const Parameter& parameter) {
  const std::string_view place = parameter.place == ParameterPlace::path ? "path" : parameter.place == ParameterPlace::query ? "query" : "header";
  return std::string(place) + "." + parameter.name;
}

std::vector<std::string_view> values_of(const Parameter& parameter, const Request& request) {
  std::vector<std::string_view> values;
  if (parameter.place == ParameterPlace::path) {
    if (const auto found = request.path_parameters.find(parameter.name); found != request.path_parameters.end()) values.emplace_back(found->second);
    return values;
  }
  const std::string wanted = parameter.place == ParameterPlace::header ? text::lower_ascii(parameter.name) : parameter.name;
  for (const auto& [name, value] : parameter.place == ParameterPlace::header ? request.headers : request.query) {
    if (name == wanted) values.emplace_back(value);
  }
  return values;
}

}  // namespace

Result<ParameterCheck> ParameterCheck::create(const Route& route) {
  ParameterCheck check;
  for (const Parameter& parameter : route.parameters) {
    One one{parameter, text_of(parameter.schema.find("type")), nullptr};
    if (one.type.empty()) one.type = "string";
    const bool is_known = one.type == "string" || one.type == "integer" || one.type == "number" || one.type == "boolean";
    if (!is_known && !(one.type == "object" && parameter.place == ParameterPlace::query)) {
      return fail(ErrorCode::invalid, "http.bad_route", {"参数类型不受支持：" + one.type, "a parameter cannot have this type: " + one.type},
                  route.operation + "." + parameter.name);
    }
    if (const std::string pattern = text_of(parameter.schema.find("pattern")); !pattern.empty()) {
      try {
        one.pattern = std::make_shared<const std::regex>(pattern, std::regex::ECMAScript | std::regex::optimize);
      } catch (const std::regex_error& error) {
        return fail(ErrorCode::invalid, "http.bad_route",
                    {"参数的正则表达式有误：" + pattern, "the pattern of a parameter is no regular expression: " + pattern},
                    route.operation + "." + parameter.name, error.what());
      }
    }
    if (one.type == "object") {
      check.takes_any_query_ = true;
    } else if (parameter.place == ParameterPlace::query) {
      check.known_ += (check.known_.empty() ? "" : ", ") + parameter.name;
    }
    check.all_.push_back(std::move(one));
  }
  return check;
}

void ParameterCheck::check_unknown(const Request& request, std::vector<Error>& findings) const {
  if (takes_any_query_) return;
  for (const auto& item : request.query) {
    if (findings.size() >= kMaxFindings) return;
    bool is_known = false;
    for (const One& one : all_) is_known = is_known || (one.parameter.place == ParameterPlace::query && one.parameter.name == item.first);
    if (is_known) continue;
    const std::string name = shown(item.first);
    const Message message =
        known_.empty() ? Message{"此接口没有查询参数，请去掉“" + name + "”", "there are no query parameters here: leave out \"" + name + "\""}
                       : Message{"没有查询参数“" + name + "”；可用：" + known_, "there is no query parameter \"" + name + "\"; known are: " + known_};
    findings.push_back(fail(ErrorCode::invalid, "http.unknown_parameter", message, "query." + name));
  }
}

void ParameterCheck::check_one(const One& one, const Request& request, std::vector<Error>& findings) const {
  if (one.type == "object") return;
  const Parameter& parameter = one.parameter;
  const auto values = values_of(parameter, request);
  if (values.empty() && parameter.required) {
    findings.push_back(fail(ErrorCode::invalid, "http.missing_parameter",
                            {"缺少参数“" + parameter.name + "”", "the parameter \"" + parameter.name + "\" is missing"}, where_of(parameter)));
  }
  if (values.size() > 1 && !parameter.repeated) {
    findings.push_back(fail(ErrorCode::invalid, "http.repeated_parameter",
                            {"参数“" + parameter.name + "”只能出现一次", "the parameter \"" + parameter.name + "\" may stand only once"},
                            where_of(parameter)));
    return;
  }
  for (const std::string_view value : values) {
    if (findings.size() >= kMaxFindings) return;
    const auto wrong = wrong_value(parameter.schema, one.type, one.pattern.get(), value);
    if (!wrong) continue;
    findings.push_back(fail(ErrorCode::invalid, "http.bad_parameter",
                            {"参数“" + parameter.name + "”有误：" + wrong->zh, "the parameter \"" + parameter.name + "\" is wrong: it " + wrong->en},
                            where_of(parameter)));
  }
}

Result<> ParameterCheck::check(const Request& request) const {
  std::vector<Error> findings;
  check_unknown(request, findings);
  for (const One& one : all_) check_one(one, request, findings);
  if (findings.empty()) return {};
  if (findings.size() == 1) return std::move(findings.front());
  Error error = findings.front();
  error.details = std::move(findings);
  return error;
}

}  // namespace banmo::http
