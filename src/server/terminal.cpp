// SPDX-License-Identifier: Apache-2.0
#include "server/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "json/json.h"

namespace banmo::server {
namespace {

constexpr int kBarWidth = 30;

void write_line(std::FILE* to, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fputc('\n', to);
  std::fflush(to);
}

}  // namespace

Terminal::Terminal(ProgressStyle style) : style_(style == ProgressStyle::bar && ::isatty(STDERR_FILENO) == 0 ? ProgressStyle::none : style) {}

void Terminal::line(std::string_view text) const { write_line(stdout, text); }

void Terminal::error(const Error& error) const {
  write_line(stderr, "banmo: " + error.message.zh);
  write_line(stderr, "       " + error.message.en + " [" + error.id + "]" + (error.where.empty() ? "" : "  (" + error.where + ")"));
  if (!error.cause.empty()) write_line(stderr, "       " + error.cause);
  for (const Error& detail : error.details) write_line(stderr, "  " + detail.to_string());
}

void Terminal::progress(std::string_view what, double done_0_1) const {
  const double done = std::clamp(done_0_1, 0.0, 1.0);
  if (style_ == ProgressStyle::json) write_line(stderr, json::write(json::Object{{"what", std::string(what)}, {"done", done}}));
  if (style_ != ProgressStyle::bar) return;
  const int filled = static_cast<int>(done * kBarWidth);
  std::string bar = "\r\033[K[";
  for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "·";
  char percent[16];
  std::snprintf(percent, sizeof percent, "] %3d%% ", static_cast<int>(done * 100));
  bar += percent;
  bar += what;
  std::fwrite(bar.data(), 1, bar.size(), stderr);
  std::fflush(stderr);
}

void Terminal::end_progress() const {
  if (style_ == ProgressStyle::bar) write_line(stderr, "\r\033[K");
}

int exit_code_of(const Error& error) {
  if (error.id == "server.migration_needed") return 5;
  if (error.id.starts_with("sql.") || error.id == "audit.no_spool") return 4;
  if (error.id.starts_with("audit.") || error.id == "server.backup_differs" || error.id.starts_with("models.lottery_")) return 6;
  if (error.id.starts_with("server.") || error.id.starts_with("pack.") || error.id.starts_with("json.") || error.id.starts_with("yaml.")) return 3;
  return 1;
}

}  // namespace banmo::server
