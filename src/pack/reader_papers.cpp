// SPDX-License-Identifier: Apache-2.0
// Papers of flows: what is handed in, what is issued.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using File = DraftFlow::File;
using Letter = DraftFlow::Letter;

constexpr std::array<Key<File>, 10> kFileKeys{{
    {"id", [](File& out, const yaml::Node& value, Findings& findings) { read_id(value, out.file.id, findings); }, true},
    {"title", [](File& out, const yaml::Node& value, Findings& findings) { read_into(value, out.file.title.zh, findings); }, true},
    {"title_en", [](File& out, const yaml::Node& value, Findings& findings) { read_into(value, out.file.title.en, findings); }},
    {"types", member<&File::types>, true},
    {"max", member<&File::max>},
    {"n", [](File& out, const yaml::Node& value, Findings& findings) { read_into(value, out.file.n, findings); }},
    {"required", member<&File::required>},
    {"when", member<&File::when>},
    {"states", member<&File::states>, true},
    {"level", [](File& out, const yaml::Node& value, Findings& findings) { read_into(value, out.file.level, findings); }},
}};

constexpr std::array<Key<Letter>, 5> kLetterKeys{{
    {"id", [](Letter& out, const yaml::Node& value, Findings& findings) { read_id(value, out.letter.id, findings); }, true},
    {"title", [](Letter& out, const yaml::Node& value, Findings& findings) { read_into(value, out.letter.title.zh, findings); }, true},
    {"title_en", [](Letter& out, const yaml::Node& value, Findings& findings) { read_into(value, out.letter.title.en, findings); }},
    {"to", member<&Letter::to>},
    {"body", member<&Letter::body>, true},
}};

template <class T, size_t n>
void read_list(const yaml::Node& node, std::string_view list, std::string_view what, const std::array<Key<T>, n>& keys, std::vector<T>& out,
               Findings& findings) {
  if (!require_sequence(node, list, findings)) return;
  for (const yaml::Node& item : node.items()) {
    T& one = out.emplace_back();
    one.where = item.where();
    read_map<T>(item, what, keys, one, findings);
  }
}

}  // namespace

void read_flow_files(const yaml::Node& node, DraftFlow& out, Findings& findings) { read_list(node, "files", "file", kFileKeys, out.files, findings); }

void read_flow_letters(const yaml::Node& node, DraftFlow& out, Findings& findings) {
  read_list(node, "letters", "letter", kLetterKeys, out.letters, findings);
}

}  // namespace banmo::pack
