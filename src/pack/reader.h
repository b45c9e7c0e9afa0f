// SPDX-License-Identifier: Apache-2.0
// Reading a pack's text into drafts. Every map of a pack has a table of its keys, each with its reader: a key that is not in the table is refused
// with the nearest known one. Private to the room.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pack/draft.h"
#include "pack/findings.h"
#include "yaml/yaml.h"

namespace banmo::pack {

// Single values. What does not fit becomes a finding and leaves `out` as it was.
void read_into(const yaml::Node& node, std::string& out, Findings& findings);
void read_into(const yaml::Node& node, bool& out, Findings& findings);
void read_into(const yaml::Node& node, int& out, Findings& findings);
void read_into(const yaml::Node& node, int64_t& out, Findings& findings);
void read_into(const yaml::Node& node, double& out, Findings& findings);
void read_into(const yaml::Node& node, std::optional<double>& out, Findings& findings);
void read_into(const yaml::Node& node, Text& out, Findings& findings);
void read_into(const yaml::Node& node, Level& out, Findings& findings);
void read_into(const yaml::Node& node, std::vector<std::string>& out, Findings& findings);  // one word or a list of words
void read_into(const yaml::Node& node, std::vector<Text>& out, Findings& findings);
// An id: a-z, then a-z 0-9 _, at most 48 characters (databases cut longer names).
void read_id(const yaml::Node& node, std::string& out, Findings& findings);
bool is_id(std::string_view text);

bool require_map(const yaml::Node& node, std::string_view what, Findings& findings);
bool require_sequence(const yaml::Node& node, std::string_view what, Findings& findings);
void unknown_key(const yaml::Node& key, std::string_view what, std::span<const std::string_view> known, Findings& findings);
void missing_key(const yaml::Node& node, std::string_view what, std::string_view key, Findings& findings);

// One key of a map and its reader.
template <class T>
struct Key {
  std::string_view name;
  void (*read)(T& out, const yaml::Node& value, Findings& findings);
  bool required = false;
};

// The reader of a plain member.
template <auto Member>
constexpr auto member = [](auto& out, const yaml::Node& value, Findings& findings) { read_into(value, out.*Member, findings); };

// Reads a map by its table. `what` names it in findings: "dataset", "field".
template <class T>
void read_map(const yaml::Node& node, std::string_view what, std::span<const Key<T>> keys, T& out, Findings& findings) {
  if (!require_map(node, what, findings)) return;
  for (const auto& [key, value] : node.members()) {
    const Key<T>* found = nullptr;
    for (const Key<T>& candidate : keys) {
      if (candidate.name == key.scalar()) found = &candidate;
    }
    if (found != nullptr) {
      found->read(out, value, findings);
      continue;
    }
    std::vector<std::string_view> known;
    for (const Key<T>& candidate : keys) known.push_back(candidate.name);
    unknown_key(key, what, known, findings);
  }
  for (const Key<T>& key : keys) {
    if (key.required && node.find(key.name) == nullptr) missing_key(node, what, key.name, findings);
  }
}

// The word of a closed list: `words[i]` gives i. A finding names all of them.
std::optional<size_t> read_word(const yaml::Node& node, std::string_view what, std::span<const std::string_view> words, Findings& findings);

// The text of the pack, for the places of expressions that run over several lines.
struct Source {
  std::string file;  // as shown
  std::vector<std::string> lines;
};
// An expression whose places are exact: a text of several lines is handed on as it stands in the file, with `where` at its first line, column 1.
Text exact_text(const Text& text, const Source& source);

std::span<const std::string_view> org_kind_names();
std::span<const std::string_view> mechanism_names();  // in the order of Mechanism

// One reader per subject, each in its own file. `out.where` is set by them.
DraftPack read_pack(const yaml::Node& root, const Source& source, Findings& findings);
void read_codes(const yaml::Node& node, DraftPack& out, Findings& findings);
void read_tests(const yaml::Node& node, const Source& source, DraftPack& out, Findings& findings);
DraftDataset read_dataset(const yaml::Node& node, const Source& source, Findings& findings);
std::vector<DraftRow> read_rows(const yaml::Node& node, Findings& findings);
DraftMetric read_metric(const yaml::Node& node, const Source& source, Findings& findings);
DraftDimension read_dimension(const yaml::Node& key, const yaml::Node& node, Findings& findings);
DraftDashboard read_dashboard(const yaml::Node& node, Findings& findings);
DraftHome read_home(const yaml::Node& node, Findings& findings);
void read_ask(const yaml::Node& node, DraftPack& out, Findings& findings);
DraftTarget read_target(const yaml::Node& node, Findings& findings);
void read_form(const yaml::Node& node, std::vector<DraftInput>& out, Findings& findings);
void read_flow_locks(const yaml::Node& node, DraftFlow& out, Findings& findings);
void read_panel(DraftFlow::State& out, const yaml::Node& node, Findings& findings);
DraftAdmission read_admission(const yaml::Node& node, const Source& source, Findings& findings);
DraftFlow read_flow(const yaml::Node& node, const Source& source, Findings& findings);
void read_flow_finds(const yaml::Node& node, DraftFlow& out, Findings& findings);
void read_flow_quotas(const yaml::Node& node, DraftFlow& out, Findings& findings);
void read_flow_start(const yaml::Node& node, DraftFlow::Move& out, Findings& findings);
void read_flow_share(DraftFlow::Effect& out, const yaml::Node& node, Findings& findings);
void place_texts(DraftFlow& flow, const Source& source);  // of the three
void read_flow_files(const yaml::Node& node, DraftFlow& out, Findings& findings);
DraftLookup read_lookup(const yaml::Node& node, const Source& source, Findings& findings);
void read_flow_letters(const yaml::Node& node, DraftFlow& out, Findings& findings);
DraftPortrait read_portrait(const yaml::Node& node, Findings& findings);

}  // namespace banmo::pack
