// SPDX-License-Identifier: Apache-2.0
// The recipes of an installation: xAPI profiles that stand in the folder `recipes/` of its packs, and what they say of statements. A statement
// declares a recipe by naming its newest version (or the recipe itself) in contextActivities.category. Immutable and thread-safe once loaded.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/templates.h"

namespace banmo::pack {
class Catalogue;
}

namespace banmo::events {

class Recipes {
 public:
  // All `recipes/*.json` of the packs, in the order of packs and names. Errors: invalid "events.bad_profile" with all findings as details;
  // those of read_profile.
  static Result<std::shared_ptr<const Recipes>> load(const pack::Catalogue& catalogue);

  const std::vector<Profile>& profiles() const { return profiles_; }
  const Profile* by_name(std::string_view name) const;                        // nullptr if there is none
  bool knows(const std::string& iri) const { return by_iri_.contains(iri); }  // a recipe's id, or its newest version's

  // What was found of one statement.
  struct Verdict {
    std::vector<std::string> profiles;   // ids of the recipes that it declares
    std::vector<std::string> templates;  // ids of the templates whose determining properties it has
    std::vector<TemplateFinding> findings;
  };
  // Against the recipes that it declares: it must match a template of each and break no rule. One that declares none is held against all.
  Verdict check(const json::Value& statement) const;
  // Refuses a body (a statement, or a list of them) of which one breaks a recipe that it declares. Errors: invalid "events.template_broken",
  // "events.template_unmatched", with the place of the first finding ("$[3].result.duration") and the others of that statement as details.
  Result<> require(const json::Value& body) const;

 private:
  // Both want with_context_lists.
  std::vector<const Profile*> declared_by(const json::Value& statement) const;
  void judge(const json::Value& statement, const std::vector<const Profile*>& declared, Verdict& verdict) const;

  std::vector<Profile> profiles_;
  std::map<std::string, size_t, std::less<>> by_iri_;
};

}  // namespace banmo::events
