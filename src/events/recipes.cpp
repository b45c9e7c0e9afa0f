// SPDX-License-Identifier: Apache-2.0
#include "events/recipes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "events/reader.h"
#include "pack/pack.h"

namespace banmo::events {
namespace {

namespace fs = std::filesystem;
constexpr size_t kMaxFiles = 200;

// In the order of their names.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    if (it->path().extension() == ".json" && it->is_regular_file(failed)) files.push_back(it->path().string());
  std::sort(files.begin(), files.end());
  if (files.size() > kMaxFiles) files.resize(kMaxFiles);
  return files;
}

Result<Profile> read_file(const std::string& file) {
  const std::ifstream in(file, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return read_profile(std::move(bytes).str(), file);
}

Error twice(const std::string& file) {
  return fail(ErrorCode::invalid, "events.bad_profile",
              {"另一个文件里已有同名的配方；请改用别的 id", "another file has a recipe of this name: give it another id"}, file + ": $.id");
}

TemplateFinding unmatched(const Profile& profile) {
  return {{},
          "unmatched",
          {std::string("verb")},
          {"与“" + profile.title.zh + "”的任何模板都不相符：请核对动词和活动类型",
           "this fits no template of '" + profile.title.en + "': check the verb and the type of the activity"}};
}

TemplateFinding unknown_to_all() {
  return {{},
          "unmatched",
          {std::string("verb")},
          {"没有配方与这条陈述相符：请核对动词和活动类型", "no recipe fits this statement: check its verb and the type of its activity"}};
}

TemplateFinding undeclared(const Profile& profile) {
  return {{},
          "undeclared",
          {std::string("context"), std::string("contextActivities"), std::string("category")},
          {"陈述没有注明配方：请在 contextActivities.category 中写 " + profile.version,
           "the statement declares no recipe: write " + profile.version + " into contextActivities.category"}};
}

void append(std::vector<TemplateFinding>& findings, std::vector<TemplateFinding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Error refusal(const TemplateFinding& finding, const std::string& place) {
  const char* id = finding.rule == "unmatched" ? "events.template_unmatched" : "events.template_broken";
  return fail(ErrorCode::invalid, id, finding.message, path_of(finding.place, place));
}

}  // namespace

Result<std::shared_ptr<const Recipes>> Recipes::load(const pack::Catalogue& catalogue) {
  auto recipes = std::make_shared<Recipes>();
  std::vector<Error> findings;
  std::set<std::string> names;
  for (const pack::PackInfo& pack : catalogue.packs())
    for (const std::string& file : files_in((fs::path(pack.file).parent_path() / "recipes").string())) {
      auto profile = read_file(file);
      if (!profile.ok()) {
        findings.push_back(std::move(profile).error());
        continue;
      }
      const size_t at = recipes->profiles_.size();
      if (!names.insert(profile->name).second || !recipes->by_iri_.emplace(profile->id, at).second) {
        findings.push_back(twice(file));
        continue;
      }
      recipes->by_iri_.emplace(profile->version, at);
      recipes->profiles_.push_back(*std::move(profile));
    }
  if (findings.empty()) return std::shared_ptr<const Recipes>(std::move(recipes));
  Error all = findings.front();
  all.details = std::move(findings);
  return all;
}

const Profile* Recipes::by_name(std::string_view name) const {
  const auto found = std::find_if(profiles_.begin(), profiles_.end(), [&](const Profile& profile) { return profile.name == name; });
  return found == profiles_.end() ? nullptr : &*found;
}

std::vector<const Profile*> Recipes::declared_by(const json::Value& statement) const {
  static const JsonPath kCategories = *JsonPath::parse("$.context.contextActivities.category[*].id");
  std::vector<const Profile*> declared;
  for (const json::Value* found : kCategories.find(statement)) {
    const std::string* iri = found->as_string();
    const auto known = iri == nullptr ? by_iri_.end() : by_iri_.find(*iri);
    if (known == by_iri_.end()) continue;
    const Profile* profile = &profiles_[known->second];
    if (std::find(declared.begin(), declared.end(), profile) == declared.end()) declared.push_back(profile);
  }
  return declared;
}

void Recipes::judge(const json::Value& statement, const std::vector<const Profile*>& declared, Verdict& verdict) const {
  std::vector<const Profile*> held = declared;
  if (declared.empty())
    for (const Profile& profile : profiles_) held.push_back(&profile);
  for (const Profile* profile : held) {
    const size_t before = verdict.templates.size();
    for (const StatementTemplate& one : profile->templates) {
      if (!fits(one, statement)) continue;
      verdict.templates.push_back(one.id);
      append(verdict.findings, breaks(one, statement));
    }
    const bool matches = verdict.templates.size() != before;
    if (!declared.empty() && !matches) verdict.findings.push_back(unmatched(*profile));
    if (declared.empty() && matches) verdict.findings.push_back(undeclared(*profile));
  }
  if (declared.empty() && verdict.templates.empty()) verdict.findings.push_back(unknown_to_all());
}

Recipes::Verdict Recipes::check(const json::Value& statement) const {
  Verdict verdict;
  if (const auto read = read_statement(statement, Version::v2_0); !read.ok()) {
    const auto path = JsonPath::parse(read.error().where);
    verdict.findings.push_back({{}, "statement", path.ok() ? path->expected() : JsonPlace{}, read.error().message});
    return verdict;
  }
  const json::Value even = with_context_lists(statement);
  const std::vector<const Profile*> declared = declared_by(even);
  for (const Profile* profile : declared) verdict.profiles.push_back(profile->id);
  judge(even, declared, verdict);
  return verdict;
}

Result<> Recipes::require(const json::Value& body) const {
  const json::Array* list = body.as_array();
  const size_t n = list == nullptr ? 1 : list->size();
  for (size_t i = 0; i < n; ++i) {
    const json::Value& sent = list == nullptr ? body : (*list)[i];
    const json::Value mended = has_lone_context(sent) ? with_context_lists(sent) : json::Value();
    const json::Value& even = mended.is_null() ? sent : mended;
    const std::vector<const Profile*> declared = declared_by(even);
    if (declared.empty()) continue;
    Verdict verdict;
    judge(even, declared, verdict);
    if (verdict.findings.empty()) continue;
    const std::string place = list == nullptr ? "$" : "$[" + std::to_string(i) + "]";
    Error error = refusal(verdict.findings.front(), place);
    if (verdict.findings.size() > 1)
      for (const TemplateFinding& finding : verdict.findings) error.details.push_back(refusal(finding, place));
    return error;
  }
  return {};
}

}  // namespace banmo::events
