// SPDX-License-Identifier: Apache-2.0
// The top of a pack: its head, law and parameters, and the lists of everything else.
#include <algorithm>
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

constexpr std::array<Key<DraftPack>, 8> kHeadKeys{{
    {"id", [](DraftPack& out, const yaml::Node& value, Findings& findings) { read_into(value, out.info.id, findings); }, true},
    {"version", [](DraftPack& out, const yaml::Node& value, Findings& findings) { read_into(value, out.info.version, findings); }, true},
    {"engine",
     [](DraftPack&, const yaml::Node& value, Findings& findings) {
       constexpr std::array<std::string_view, 1> kEngines{"banmo/1"};
       read_word(value, "engine", kEngines, findings);
     },
     true},
    {"title", [](DraftPack& out, const yaml::Node& value, Findings& findings) { read_into(value, out.info.title.zh, findings); }, true},
    {"title_en", [](DraftPack& out, const yaml::Node& value, Findings& findings) { read_into(value, out.info.title.en, findings); }},
    {"owner", [](DraftPack& out, const yaml::Node& value, Findings& findings) { read_into(value, out.info.owner, findings); }},
    {"needs", member<&DraftPack::needs>},
    {"tags", [](DraftPack& out, const yaml::Node& value, Findings& findings) { read_into(value, out.info.tags, findings); }},
}};

// "edu.fitness": ids joined by dots.
bool is_pack_id(std::string_view id) {
  for (;;) {
    const size_t dot = id.find('.');
    if (!is_id(id.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    id.remove_prefix(dot + 1);
  }
}

// "1.0.0"
bool is_version(std::string_view version) {
  int n_dots = 0;
  bool digit_before = false;
  for (const char c : version) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c != '.' || !digit_before)) return false;
    n_dots += digit ? 0 : 1;
    digit_before = digit;
  }
  return digit_before && n_dots == 2;
}

void read_head(const yaml::Node& node, DraftPack& out, Findings& findings) {
  const size_t before = findings.size();
  read_map<DraftPack>(node, "pack", kHeadKeys, out, findings);
  out.where = node.where();
  if (findings.size() != before) return;
  if (!is_pack_id(out.info.id)) {
    findings.add("bad_id", {"包标识须由小写标识用点相连，如 edu.fitness", "the pack's id must be ids joined by dots, such as edu.fitness"},
                 node.find("id")->where());
  }
  if (!is_version(out.info.version)) {
    findings.add("bad_version", {"版本须是三段数字，如 1.0.0", "the version must be three numbers, such as 1.0.0"}, node.find("version")->where());
  }
  out.info.name = out.info.id.substr(out.info.id.rfind('.') + 1);
}

// The words below a node, with their keys, in one line: {pipl: 法定职责, ref: 第九条} becomes "法定职责；第九条".
void read_words(const yaml::Node& node, std::string& out, Findings& findings) {
  const auto add = [&](const yaml::Node& part) {
    if (!out.empty()) out += "；";
    std::string words;
    read_into(part, words, findings);
    out += words;
  };
  if (node.kind() == yaml::Kind::map) {
    for (const auto& [key, value] : node.members()) read_words(value, out, findings);
  } else if (node.kind() == yaml::Kind::sequence) {
    for (const yaml::Node& item : node.items()) read_words(item, out, findings);
  } else {
    add(node);
  }
}

constexpr std::array<Key<Law>, 3> kLawKeys{{
    {"purpose", member<&Law::purpose>, true},
    {"basis", [](Law& out, const yaml::Node& value, Findings& findings) { read_words(value, out.basis, findings); }, true},
    {"minors", [](Law& out, const yaml::Node& value, Findings& findings) { read_words(value, out.minors, findings); }},
}};

void read_params(const yaml::Node& node, DraftPack& out, Findings& findings) {
  if (!require_map(node, "params", findings)) return;
  for (const auto& [key, value] : node.members()) {
    std::string name;
    read_id(key, name, findings);
    if (value.kind() != yaml::Kind::scalar) {
      findings.add("bad_param", {"参数 " + in_quotes(name) + " 须是单个值", "the parameter " + in_quotes(name) + " must be a single value"},
                   value.where());
      continue;
    }
    sql::Value parameter = value.scalar();
    if (!value.quoted()) {
      if (const auto whole = value.integer(); whole.ok()) {
        parameter = *whole;
      } else if (const auto number = value.number(); number.ok()) {
        parameter = *number;
      } else if (const auto flag = value.boolean(); flag.ok()) {
        parameter = *flag;
      }
    }
    out.params.emplace(name, std::move(parameter));
  }
}

struct TopKey {
  std::string_view name;
  void (*read)(const yaml::Node& value, const Source& source, DraftPack& out, Findings& findings);
};

constexpr std::array<TopKey, 16> kTopKeys{{
    {"pack", [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) { read_head(value, out, findings); }},
    {"law", [](const yaml::Node& value, const Source&, DraftPack& out,
               Findings& findings) { read_map<Law>(value, "law", kLawKeys, out.info.law, findings); }},
    {"params", [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) { read_params(value, out, findings); }},
    {"codes", [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) { read_codes(value, out, findings); }},
    {"datasets",
     [](const yaml::Node& value, const Source& source, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "datasets", findings)) return;
       for (const yaml::Node& item : value.items()) out.datasets.push_back(read_dataset(item, source, findings));
     }},
    {"flows",
     [](const yaml::Node& value, const Source& source, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "flows", findings)) return;
       for (const yaml::Node& item : value.items()) out.flows.push_back(read_flow(item, source, findings));
     }},
    {"lookups",
     [](const yaml::Node& value, const Source& source, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "lookups", findings)) return;
       for (const yaml::Node& item : value.items()) out.lookups.push_back(read_lookup(item, source, findings));
     }},
    {"admissions",
     [](const yaml::Node& value, const Source& source, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "admissions", findings)) return;
       for (const yaml::Node& item : value.items()) out.admissions.push_back(read_admission(item, source, findings));
     }},
    {"metrics",
     [](const yaml::Node& value, const Source& source, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "metrics", findings)) return;
       for (const yaml::Node& item : value.items()) out.metrics.push_back(read_metric(item, source, findings));
     }},
    {"dimensions",
     [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) {
       if (!require_map(value, "dimensions", findings)) return;
       for (const auto& [key, item] : value.members()) out.dimensions.push_back(read_dimension(key, item, findings));
     }},
    {"dashboards",
     [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "dashboards", findings)) return;
       for (const yaml::Node& item : value.items()) out.dashboards.push_back(read_dashboard(item, findings));
     }},
    {"home",
     [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "home", findings)) return;
       for (const yaml::Node& item : value.items()) out.home.push_back(read_home(item, findings));
     }},
    {"ask", [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) { read_ask(value, out, findings); }},
    {"targets",
     [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "targets", findings)) return;
       for (const yaml::Node& item : value.items()) out.targets.push_back(read_target(item, findings));
     }},
    {"portraits",
     [](const yaml::Node& value, const Source&, DraftPack& out, Findings& findings) {
       if (!require_sequence(value, "portraits", findings)) return;
       for (const yaml::Node& item : value.items()) out.portraits.push_back(read_portrait(item, findings));
     }},
    {"tests", [](const yaml::Node& value, const Source& source, DraftPack& out, Findings& findings) { read_tests(value, source, out, findings); }},
}};

// Keys of the pack format whose engines are not part of this version.
constexpr std::array<std::string_view, 2> kLaterKeys{"index", "demo"};

}  // namespace

DraftPack read_pack(const yaml::Node& root, const Source& source, Findings& findings) {
  DraftPack out;
  if (!require_map(root, source.file, findings)) return out;
  std::vector<std::string_view> known;
  for (const TopKey& key : kTopKeys) known.push_back(key.name);
  for (const auto& [key, value] : root.members()) {
    const auto found = std::find_if(kTopKeys.begin(), kTopKeys.end(), [&](const TopKey& candidate) { return candidate.name == key.scalar(); });
    if (found != kTopKeys.end()) {
      found->read(value, source, out, findings);
    } else if (std::find(kLaterKeys.begin(), kLaterKeys.end(), key.scalar()) != kLaterKeys.end()) {
      findings.add("unsupported_key",
                   {"本版本不运行 " + in_quotes(key.scalar()) + "，请先从包中去掉",
                    "this version does not run " + in_quotes(key.scalar()) + ": leave it out of the pack"},
                   key.where());
    } else {
      unknown_key(key, "the pack", known, findings);
    }
  }
  if (root.find("pack") == nullptr) missing_key(root, "the pack", "pack", findings);
  if (root.find("law") == nullptr) missing_key(root, "the pack", "law", findings);
  return out;
}

}  // namespace banmo::pack
