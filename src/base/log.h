// SPDX-License-Identifier: Apache-2.0
// Log facade: one event name and fields, one JSON line on standard error. error = we failed; warn = refused or degraded; info = a business event.
// No secrets and no personal data in fields. Thread-safe. Where the lines go is decided once, by server/.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace banmo {

enum class LogLevel { debug, info, warn, error };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, int64_t, double, bool> value;
  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, int v) : name(n), value(int64_t{v}) {}
  LogField(std::string_view n, int64_t v) : name(n), value(v) {}
  LogField(std::string_view n, size_t v) : name(n), value(static_cast<int64_t>(v)) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
};

using LogSink = std::function<void(std::string_view line)>;

// Set once at start, before threads. Default: info and above to standard error.
void set_log(LogLevel at_least, LogSink sink);
bool log_enabled(LogLevel level);
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace banmo

// BANMO_LOG(info, "import.done", {"dataset", id}, {"n_rows", n});  fields are not evaluated when the level is off.
#define BANMO_LOG(level, event, ...)                                                                                  \
  do {                                                                                                                \
    if (::banmo::log_enabled(::banmo::LogLevel::level)) ::banmo::log(::banmo::LogLevel::level, event, {__VA_ARGS__}); \
  } while (false)
