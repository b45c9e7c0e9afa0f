// SPDX-License-Identifier: Apache-2.0
// The questions of tests/ask over the scenes as they are delivered, without a database.
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include "ask/test_cases.h"

namespace banmo::ask::test {
namespace {

constexpr double kLeastRight = 0.97;

struct World {
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::shared_ptr<const directory::OrgTree> orgs;
  std::unique_ptr<Frame> frame;
  std::unique_ptr<Parser> parser;
  Date today = *Date::from_ymd(2026, 11, 22);

  World() {
    std::vector<std::string> folders;
    for (const char* name : {"core", "conditions", "enrolment-stats", "fitness", "plan", "systems"})
      folders.push_back(std::string(BANMO_SOURCE_DIR "/scenes/") + name);
    auto loaded = pack::Catalogue::load(folders);
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

World& world() {
  static World world;
  return world;
}

TEST_CASE("the development questions are understood as they are meant") {
  size_t n = 0, n_right = 0;
  for (const Case& one : read_cases(BANMO_SOURCE_DIR "/tests/ask/development.case")) {
    const std::string got = understood(*world().parser, *world().orgs, one, world().today);
    ++n;
    if (got == one.gold)
      ++n_right;
    else
      MESSAGE(one.file << ":" << one.line << " " << one.question << "\n   gold " << one.gold << "\n   got  " << got);
  }
  MESSAGE(n_right << " of " << n << " questions are understood");
  CHECK(n >= 1);
  CHECK(static_cast<double>(n_right) >= kLeastRight * static_cast<double>(n));
}

}  // namespace
}  // namespace banmo::ask::test
