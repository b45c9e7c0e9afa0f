// SPDX-License-Identifier: Apache-2.0
#include "pack/reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace banmo::pack {

namespace {

std::string kind_name(const yaml::Node& node, bool chinese) {
  switch (node.kind()) {
    case yaml::Kind::map: return chinese ? "映射" : "a map";
    case yaml::Kind::sequence: return chinese ? "列表" : "a list";
    case yaml::Kind::scalar: return chinese ? "单个值" : "a single value";
    case yaml::Kind::null: break;
  }
  return chinese ? "空值" : "nothing";
}

// The byte at which the one-based character `column` of the line starts.
size_t byte_of(std::string_view line, size_t column) {
  size_t at = 0;
  for (size_t n = 1; n < column && at < line.size(); ++n) {
    ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

template <class T>
void assign(Result<T> read, T& out, Findings& findings) {
  if (read.ok()) {
    out = std::move(read).value();
  } else {
    findings.add(std::move(read).error());
  }
}

}  // namespace

void read_into(const yaml::Node& node, std::string& out, Findings& findings) { assign(node.text(), out, findings); }
void read_into(const yaml::Node& node, bool& out, Findings& findings) { assign(node.boolean(), out, findings); }
void read_into(const yaml::Node& node, int64_t& out, Findings& findings) { assign(node.integer(), out, findings); }

void read_into(const yaml::Node& node, double& out, Findings& findings) {
  double value = out;
  assign(node.number(), value, findings);
  if (std::isfinite(value)) {
    out = value;
  } else {
    findings.add("number_range", {"数值须是有限数", "the number must be finite"}, node.where());
  }
}

void read_into(const yaml::Node& node, int& out, Findings& findings) {
  int64_t value = out;
  assign(node.integer(), value, findings);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    findings.add("number_range", {"整数过大或过小", "the whole number is too large or too small"}, node.where());
    return;
  }
  out = static_cast<int>(value);
}

void read_into(const yaml::Node& node, std::optional<double>& out, Findings& findings) {
  double value = out.value_or(0);
  read_into(node, value, findings);
  out = value;
}

void read_into(const yaml::Node& node, Text& out, Findings& findings) {
  read_into(node, out.text, findings);
  out.where = node.where();
}

void read_into(const yaml::Node& node, Level& out, Findings& findings) {
  constexpr std::array<std::string_view, 5> kLevels{"L1", "L2", "L3", "L4", "L5"};
  if (const auto index = read_word(node, "level", kLevels, findings)) out = static_cast<Level>(*index + 1);
}

void read_into(const yaml::Node& node, std::vector<Text>& out, Findings& findings) {
  if (node.kind() == yaml::Kind::sequence) {
    for (const yaml::Node& item : node.items()) read_into(item, out.emplace_back(), findings);
  } else {
    read_into(node, out.emplace_back(), findings);
  }
}

void read_into(const yaml::Node& node, std::vector<std::string>& out, Findings& findings) {
  std::vector<Text> words;
  read_into(node, words, findings);
  for (Text& word : words) out.push_back(std::move(word.text));
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 48 || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void read_id(const yaml::Node& node, std::string& out, Findings& findings) {
  read_into(node, out, findings);
  if (is_id(out)) return;
  findings.add("bad_id",
               {"标识 " + in_quotes(out) + " 须以小写字母开头，只含小写字母、数字和下划线，且不超过 48 个字符",
                "the id " + in_quotes(out) + " must start with a-z and hold only a-z, 0-9 and _, at most 48 characters"},
               node.where());
}

bool require_map(const yaml::Node& node, std::string_view what, Findings& findings) {
  if (node.kind() == yaml::Kind::map) return true;
  findings.add("not_a_map",
               {in_quotes(what) + " 处须是键值映射，现为" + kind_name(node, true),
                in_quotes(what) + " must be a map of keys; here stands " + kind_name(node, false)},
               node.where());
  return false;
}

bool require_sequence(const yaml::Node& node, std::string_view what, Findings& findings) {
  if (node.kind() == yaml::Kind::sequence) return true;
  findings.add(
      "not_a_list",
      {in_quotes(what) + " 处须是列表，现为" + kind_name(node, true), in_quotes(what) + " must be a list; here stands " + kind_name(node, false)},
      node.where());
  return false;
}

void unknown_key(const yaml::Node& key, std::string_view what, std::span<const std::string_view> known, Findings& findings) {
  const Message hint = suggestion(key.scalar(), known);
  if (!hint.zh.empty()) {
    findings.add(
        "unknown_key",
        {in_quotes(what) + " 中没有键 " + in_quotes(key.scalar()) + hint.zh, in_quotes(what) + " has no key " + in_quotes(key.scalar()) + hint.en},
        key.where());
    return;
  }
  const std::string all = join(known);
  findings.add("unknown_key",
               {in_quotes(what) + " 中没有键 " + in_quotes(key.scalar()) + "，可用的键：" + all,
                in_quotes(what) + " has no key " + in_quotes(key.scalar()) + "; known keys: " + all},
               key.where());
}

void missing_key(const yaml::Node& node, std::string_view what, std::string_view key, Findings& findings) {
  findings.add("missing_key", {in_quotes(what) + " 缺少必填键 " + in_quotes(key), in_quotes(what) + " lacks the key " + in_quotes(key)},
               node.where());
}

std::optional<size_t> read_word(const yaml::Node& node, std::string_view what, std::span<const std::string_view> words, Findings& findings) {
  const size_t before = findings.size();
  std::string word;
  read_into(node, word, findings);
  if (findings.size() != before) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), word);
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  const std::string all = join(words);
  findings.add(
      "unknown_word",
      {in_quotes(what) + " 不能是 " + in_quotes(word) + "，可用：" + all, in_quotes(what) + " cannot be " + in_quotes(word) + "; one of: " + all},
      node.where());
  return std::nullopt;
}

Text exact_text(const Text& text, const Source& source) {
  if (!text) return text;
  const size_t second_colon = text.where.rfind(':');
  const size_t first_colon = text.where.rfind(':', second_colon - 1);
  const auto line = static_cast<size_t>(std::stoul(text.where.substr(first_colon + 1, second_colon - first_colon - 1)));
  const auto column = static_cast<size_t>(std::stoul(text.where.substr(second_colon + 1)));
  if (line == 0 || line > source.lines.size()) return text;
  const std::string& first = source.lines[line - 1];
  const std::string place = text.where.substr(0, first_colon + 1);
  const size_t at = byte_of(first, column);
  if (at >= first.size()) return text;
  const char head = first[at];
  if (head == '"' || head == '\'') return {text.text, place + std::to_string(line) + ":" + std::to_string(column + 1)};
  if (head != '|' && head != '>') return text;
  // A block: its lines are those after the head that are indented deeper than the line of the head, or empty.
  const size_t outer = first.find_first_not_of(" -");
  std::string block;
  for (size_t i = line; i < source.lines.size(); ++i) {
    const size_t indent = source.lines[i].find_first_not_of(' ');
    if (indent != std::string::npos && indent <= outer) break;
    block += source.lines[i] + "\n";
  }
  return {block, place + std::to_string(line + 1) + ":1"};
}

}  // namespace banmo::pack
