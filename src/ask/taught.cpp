// SPDX-License-Identifier: Apache-2.0
// What is offered to askers, and what officers see and teach.
#include <algorithm>

#include "ask/state.h"
#include "ask/word_check.h"
#include "base/city_time.h"
#include "base/text.h"

namespace banmo::ask {
namespace {

using directory::Right;

bool is_for(const pack::AskExample& example, const metrics::Principal& principal) {
  return std::any_of(principal.grants.begin(), principal.grants.end(), [&](const directory::Grant& grant) {
    return std::find(example.roles.begin(), example.roles.end(), directory::name_of(grant.role)) != example.roles.end();
  });
}

// What words mean, for people; the target itself where that is gone.
class Titles {
 public:
  template <class State>
  explicit Titles(const State& state) : packs_(*state.catalogue), orgs_(state.directory.orgs()), names_(vocabulary_of(state.frame, everybody())) {}

  std::string of(const Synonym& synonym) const {
    if (synonym.kind == SynonymKind::metric) {
      const pack::Metric* metric = packs_.metric(synonym.target);
      return metric == nullptr ? synonym.target : metric->title.zh;
    }
    if (synonym.kind == SynonymKind::org) {
      const auto id = OrgId::parse(synonym.target);
      const directory::Org* org = id ? orgs_->find(*id) : nullptr;
      return org == nullptr ? synonym.target : org->title;
    }
    const VocabularyDimension* dimension = names_.dimension(synonym.target);
    if (dimension == nullptr) return synonym.target;
    for (const auto& [code, title] : dimension->values)
      if (synonym.kind == SynonymKind::value && code == synonym.code) return dimension->title.zh + "：" + title.zh;
    return dimension->title.zh;
  }

 private:
  static Viewer everybody() {
    Viewer viewer;
    viewer.sees_metric = [](const std::string&) { return true; };
    return viewer;
  }

  const pack::Catalogue& packs_;
  std::shared_ptr<const directory::OrgTree> orgs_;
  Vocabulary names_;
};

}  // namespace

Result<> check_right(const metrics::Principal& principal, Right right) {
  if (principal.has(right)) return {};
  if (right == Right::metrics_read)
    return fail(ErrorCode::denied, "directory.no_right", {"您的角色不能查询指标", "your role lacks the right metrics.read"});
  return fail(ErrorCode::denied, "directory.no_right",
              {"您的角色没有权限 " + std::string(directory::name_of(right)), "your role lacks the right " + std::string(directory::name_of(right))});
}

Result<std::vector<std::string>> Ask::examples(const metrics::Principal& principal) {
  BANMO_DO(check_right(principal, Right::metrics_read));
  const State::Reading reading = state_->reading_for(principal);
  const Date today = city_date(state_->clock.now());
  std::vector<std::string> questions;
  for (const pack::AskExample& example : state_->catalogue->ask_examples()) {
    if (!is_for(example, principal) || std::find(questions.begin(), questions.end(), example.question) != questions.end()) continue;
    if (reading.parser.parse(example.question, today, reading.viewer, nullptr).refusal == Refusal::none) questions.push_back(example.question);
  }
  return questions;
}

Result<Vocabulary> Ask::vocabulary(const metrics::Principal& principal) {
  BANMO_DO(check_right(principal, Right::metrics_read));
  return vocabulary_of(state_->frame, state_->viewer_of(principal));
}

Result<Page<Synonym>> Ask::synonyms(const metrics::Principal& principal, const std::string& after, size_t limit) {
  BANMO_DO(check_right(principal, Right::ask_manage));
  const auto before = after.empty() ? std::optional(INT64_MAX) : text::parse_int(after);
  if (!before) return bad_cursor();
  const auto picture = state_->words.all();
  const Titles titles(*state_);
  Page<Synonym> page;
  for (auto one = picture->words.rbegin(); one != picture->words.rend(); ++one) {
    if (one->no >= *before) continue;
    if (page.items.size() == limit) {
      page.next = std::to_string(page.items.back().no);
      break;
    }
    page.items.push_back(*one);
    page.items.back().title = titles.of(*one);
  }
  return page;
}

Result<Synonym> Ask::add_synonym(const metrics::Principal& principal, Synonym synonym, bool anyway) {
  BANMO_DO(check_right(principal, Right::ask_manage));
  BANMO_DO(state_->words.refresh());
  (void)state_->present_lexicon();
  state_->renew_lexicon();
  const auto tree = state_->directory.orgs();
  const auto lexicon = state_->present_lexicon();
  BANMO_DO(check_word({*lexicon, state_->frame, *tree, city_date(state_->clock.now())}, synonym, anyway));
  BANMO_TRY(Synonym made, state_->words.put(principal, std::move(synonym)));
  state_->renew_lexicon();
  made.title = Titles(*state_).of(made);
  return made;
}

Result<> Ask::remove_synonym(const metrics::Principal& principal, const std::string& id) {
  BANMO_DO(check_right(principal, Right::ask_manage));
  BANMO_DO(state_->words.remove(principal, id));
  state_->renew_lexicon();
  return {};
}

Result<Page<FailedQuestion>> Ask::failed(const metrics::Principal& principal, const std::string& after, size_t limit) {
  BANMO_DO(check_right(principal, Right::ask_manage));
  return state_->notebook.failed(after, limit);
}

Result<> Ask::dismiss(const metrics::Principal& principal, const std::string& id) {
  BANMO_DO(check_right(principal, Right::ask_manage));
  return state_->notebook.dismiss(principal, id);
}

}  // namespace banmo::ask
