// SPDX-License-Identifier: Apache-2.0
#include "ask/tree.h"

#include "base/text.h"

#include <cstdio>

namespace banmo::ask {
namespace {

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : between) + part;
  return out;
}

std::string number_text(double value) {
  char buffer[40];
  (void)std::snprintf(buffer, sizeof buffer, "%.12g", value);
  return buffer;
}

std::string time_text(const metrics::TimeRange& time) {
  std::string out = time.last > 0 ? "last " + std::to_string(time.last) : time.from == time.to ? time.from : time.from + ".." + time.to;
  if (!time.grain.empty()) out = time.grain + (out.empty() ? "" : " ") + out;
  return out;
}

}  // namespace

std::string_view name_of(Intent intent) { return kIntentNames[static_cast<size_t>(intent)]; }

std::vector<std::string> members_of(const Tree& tree) { return tree.member.empty() ? std::vector<std::string>() : text::split(tree.member, '|'); }

std::string text_of(const Tree& tree) {
  std::string out(name_of(tree.intent));
  if (!tree.metrics.empty()) out += " " + joined(tree.metrics, ",");
  const auto part = [&](const char* name, const std::string& text) {
    if (!text.empty()) out += std::string("; ") + name + (text == "-" ? "" : " " + text);
  };
  part("targets", joined(tree.targets, ","));
  part("lamp", tree.lamp);
  part("by", joined(tree.by, ","));
  std::vector<std::string> conditions;
  for (const Where& where : tree.where) conditions.push_back(where.dimension + "=" + joined(where.values, "|"));
  part("where", joined(conditions, " "));
  part("time", time_text(tree.time));
  part("compare", tree.compare);
  part("order", tree.order);
  part("limit", tree.limit == 0 ? "" : std::to_string(tree.limit));
  for (const Having& having : tree.having)
    part("having", having.metric + having.op + (having.whole ? std::string("whole") : number_text(having.value)) +
                       (having.op == "between" ? ".." + number_text(having.to) : ""));
  part("member", tree.member);
  part("whole", tree.against_whole ? "-" : "");
  part("count", tree.count ? "-" : "");
  part("streak", tree.streak == 0 ? "" : std::to_string(tree.streak));
  part("direction", tree.direction);
  part("chart", tree.chart);
  return out;
}

}  // namespace banmo::ask
