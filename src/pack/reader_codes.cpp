// SPDX-License-Identifier: Apache-2.0
// Code lists and the tests of a pack.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using CodeValue = CodeList::Value;

constexpr std::array<Key<CodeValue>, 3> kValueKeys{{
    {"title", [](CodeValue& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"title_en", [](CodeValue& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
    {"syn", member<&CodeValue::synonyms>},
}};

// {"1": 男} or {"1": {title: 男, title_en: male, syn: [M, 男性]}}
void read_values(CodeList& out, const yaml::Node& node, Findings& findings) {
  if (!require_map(node, "values", findings)) return;
  for (const auto& [key, value] : node.members()) {
    CodeValue& code = out.values.emplace_back();
    read_into(key, code.code, findings);
    if (value.kind() == yaml::Kind::map) {
      read_map<CodeValue>(value, "code", kValueKeys, code, findings);
    } else {
      read_into(value, code.title.zh, findings);
    }
  }
  if (out.values.empty()) findings.add("empty_list", {"代码表没有取值", "the code list has no values"}, node.where());
}

constexpr std::array<Key<CodeList>, 4> kListKeys{{
    {"title", [](CodeList& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"title_en", [](CodeList& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
    {"std", member<&CodeList::standard>},
    {"values", read_values, true},
}};

struct Given {
  const Source* source = nullptr;
  DraftTest test;
};

constexpr std::array<Key<Given>, 3> kTestKeys{{
    {"name", [](Given& out, const yaml::Node& value, Findings& findings) { read_into(value, out.test.name, findings); }},
    {"given",
     [](Given& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "given", findings)) return;
       for (const auto& [key, rows] : value.members()) {
         DraftTest::Given& given = out.test.given.emplace_back();
         read_into(key, given.dataset, findings);
         given.rows = read_rows(rows, findings);
       }
     }},
    {"expect",
     [](Given& out, const yaml::Node& value, Findings& findings) {
       std::vector<Text> expectations;
       read_into(value, expectations, findings);
       for (const Text& text : expectations) out.test.expect.push_back(exact_text(text, *out.source));
     },
     true},
}};

}  // namespace

void read_codes(const yaml::Node& node, DraftPack& out, Findings& findings) {
  if (!require_map(node, "codes", findings)) return;
  for (const auto& [key, value] : node.members()) {
    CodeList& list = out.code_lists.emplace_back();
    out.code_list_places.push_back(key.where());
    read_id(key, list.id, findings);
    read_map<CodeList>(value, "code list", kListKeys, list, findings);
  }
}

void read_tests(const yaml::Node& node, const Source& source, DraftPack& out, Findings& findings) {
  if (!require_sequence(node, "tests", findings)) return;
  for (const yaml::Node& item : node.items()) {
    Given given{&source, {}};
    given.test.where = item.where();
    read_map<Given>(item, "test", kTestKeys, given, findings);
    if (given.test.name.empty()) given.test.name = "test " + std::to_string(out.tests.size() + 1);
    out.tests.push_back(std::move(given.test));
  }
}

}  // namespace banmo::pack
