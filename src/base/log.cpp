// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <mutex>

#include "base/text.h"
#include "base/time.h"

namespace banmo {
namespace {

struct LogState {
  std::atomic<LogLevel> at_least{LogLevel::info};
  std::mutex mutex;
  LogSink sink = [](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fputc('\n', stderr);
  };
};

LogState& state() {
  static LogState instance;
  return instance;
}

// What is no UTF-8 (a path, a library's words) becomes U+FFFD, byte by byte: every line is JSON.
std::string as_utf8(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const size_t n = text::valid_utf8_prefix(bytes);
    out.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    if (bytes.empty()) break;
    out += "\xEF\xBF\xBD";
    bytes.remove_prefix(1);
  }
  return out;
}

void append_quoted(std::string& out, std::string_view given) {
  const std::string mended = text::is_utf8(given) ? std::string() : as_utf8(given);
  const std::string_view text = mended.empty() ? given : std::string_view(mended);
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
      out += buffer;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_value(std::string& out, std::string_view value) { append_quoted(out, value); }
void append_value(std::string& out, bool value) { out += value ? "true" : "false"; }
void append_value(std::string& out, int64_t value) { out += std::to_string(value); }
void append_value(std::string& out, double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6g", value);
  out += std::isfinite(value) ? buffer : "null";
}

std::string_view label(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  return "error";
}

}  // namespace

void set_log(LogLevel at_least, LogSink sink) {
  const std::scoped_lock lock(state().mutex);
  state().at_least = at_least;
  state().sink = std::move(sink);
}

bool log_enabled(LogLevel level) { return level >= state().at_least.load(std::memory_order_relaxed); }

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = "{\"at\":\"" + Clock::system().now().to_iso() + "\",\"level\":\"" + std::string(label(level)) + "\",\"event\":";
  append_quoted(line, event);
  for (const LogField& field : fields) {
    line += ',';
    append_quoted(line, field.name);
    line += ':';
    std::visit([&](auto value) { append_value(line, value); }, field.value);
  }
  line += '}';
  const std::scoped_lock lock(state().mutex);
  state().sink(line);
}

}  // namespace banmo
