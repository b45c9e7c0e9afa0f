// SPDX-License-Identifier: Apache-2.0
// The scenes as they are delivered, over the organisations of tests/ask/orgs.tsv, without a database.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ask/parser.h"

namespace banmo::ask::test {

struct World {
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::shared_ptr<const directory::OrgTree> orgs;
  std::unique_ptr<Frame> frame;
  std::unique_ptr<Parser> parser;
  Date today = *Date::from_ymd(2026, 11, 22);

  World() {
    auto loaded = pack::Catalogue::load_directory(BANMO_SOURCE_DIR "/scenes");
    REQUIRE_MESSAGE(loaded.ok(), (loaded.ok() ? "" : loaded.error().to_string()));
    catalogue = *loaded;
    std::ifstream in(BANMO_SOURCE_DIR "/tests/ask/orgs.tsv");
    std::vector<directory::Org> all;
    std::map<std::string, directory::OrgNo> by_code;
    std::string kind, code, title, parent;
    while (in >> kind >> code >> title >> parent) {
      directory::Org org;
      org.no = {static_cast<int64_t>(all.size()) + 1};
      org.id = OrgId{Uuid::derived(code)};
      org.kind = *directory::org_kind_of(kind);
      org.code = code;
      org.title = title;
      org.parent = parent == "-" ? directory::OrgNo{} : by_code.at(parent);
      by_code[code] = org.no;
      all.push_back(org);
    }
    orgs = directory::OrgTree::build(all, 1);
    frame = std::make_unique<Frame>(*catalogue);
    parser = std::make_unique<Parser>(Lexicon::build(*catalogue, *orgs), *frame, orgs);
  }
};

inline World& world() {
  static World world;
  return world;
}

inline std::string id_of(const std::string& title) {
  for (const directory::Org& org : world().orgs->all())
    if (org.title == title) return org.id.to_string();
  return {};
}

}  // namespace banmo::ask::test
