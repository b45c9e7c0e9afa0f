// SPDX-License-Identifier: Apache-2.0
// The questions of tests/ask/*.case, for the unit test and the bench:
//
//   = compare fit_good_rate; by district        what all questions below must be understood as (organisations by title)
//   ! UNKNOWN_METRIC                            or how they must be refused
//   各区市优良率                                 a question
//   + 那合格率呢                                 one that follows the one above it
//   @ 市南区                                     asked from now on by somebody of this organisation (@ alone: of the whole city)
//   # a comment
#pragma once

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "ask/parser.h"

namespace banmo::ask::test {

struct Case {
  std::string question, gold, viewer, file;
  std::vector<std::string> before;  // the questions that it follows
  int line = 0;
};

inline std::vector<Case> read_cases(const std::string& path) {
  std::vector<Case> cases;
  std::ifstream in(path);
  std::string line, gold, viewer;
  std::vector<std::string> before;
  for (int n = 1; std::getline(in, line); ++n) {
    if (line.empty() || line[0] == '#') continue;
    const std::string rest = line.size() > 2 ? line.substr(2) : std::string();
    if (line[0] == '=' || line[0] == '!') {
      gold = line[0] == '!' ? "! " + rest : rest;
    } else if (line[0] == '@') {
      viewer = rest;
    } else {
      const bool follows = line[0] == '+';
      if (!follows) before.clear();
      const std::string question = follows ? rest : line;
      cases.push_back({question, gold, viewer, path.substr(path.rfind('/') + 1), before, n});
      before.push_back(question);
    }
  }
  return cases;
}

// A tree with organisations by title, conditions in the order of their names and values: two writings of one query compare as one.
inline std::string plain_text(Tree tree, const directory::OrgTree& orgs) {
  const auto titled = [&](std::string& value) {
    const auto id = OrgId::parse(value);
    const directory::Org* org = id ? orgs.find(*id) : nullptr;
    if (org != nullptr) value = org->title;
  };
  for (Where& where : tree.where) {
    for (std::string& value : where.values) titled(value);
    std::sort(where.values.begin(), where.values.end());
  }
  std::sort(tree.where.begin(), tree.where.end(), [](const Where& a, const Where& b) { return a.dimension < b.dimension; });
  titled(tree.member);
  return text_of(tree);
}

inline Viewer viewer_of(const directory::OrgTree& orgs, const std::string& title) {
  Viewer viewer;
  viewer.sees_metric = [](const std::string&) { return true; };
  viewer.everything = title.empty();
  for (const directory::Org& org : orgs.all())
    if (!title.empty() && org.title == title) viewer.orgs.push_back(org.no);
  return viewer;
}

// What a question of a file is understood as, in the words of the file.
inline std::string understood(const Parser& parser, const directory::OrgTree& orgs, const Case& one, Date today) {
  const Viewer viewer = viewer_of(orgs, one.viewer);
  Tree previous;
  bool follows = false;
  for (const std::string& question : one.before) {
    const Parsed before = parser.parse(question, today, viewer, follows ? &previous : nullptr);
    if (before.refusal != Refusal::none) return "before: " + std::string(kRefusalNames[static_cast<size_t>(before.refusal)]);
    previous = before.tree;
    follows = true;
  }
  const Parsed parsed = parser.parse(one.question, today, viewer, follows ? &previous : nullptr);
  if (parsed.refusal != Refusal::none) return "! " + std::string(kRefusalNames[static_cast<size_t>(parsed.refusal)]);
  return plain_text(parsed.tree, orgs);
}

}  // namespace banmo::ask::test
