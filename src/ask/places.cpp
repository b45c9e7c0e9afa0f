// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "ask/parser.h"
#include "ask/tokens.h"
#include "base/text.h"

namespace banmo::ask {
namespace {

using directory::OrgKind;

// What is left of the name of a place that was mistyped or is not ours: 市男区, 某某小学. Known words are suspected of less.
bool looks_like_place(std::u32string_view word, bool known) {
  if (word.find_first_of(U"区市县镇乡街校园院所班") != std::u32string_view::npos) return true;
  if (!known) return word.find_first_of(U"学中小") != std::u32string_view::npos;
  return word.find(U"小学") != std::u32string_view::npos || word.find(U"中学") != std::u32string_view::npos;
}

// "district" or "school"; empty for what no condition can name.
std::string condition_level(OrgKind kind) {
  if (kind == OrgKind::district) return "district";
  return kind == OrgKind::school || kind == OrgKind::college ? "school" : "";
}

}  // namespace

std::optional<std::vector<Where>> Parser::places_in(std::string_view question, Date today, const Viewer& viewer) const {
  const Folded text = fold(question.substr(0, text::valid_utf8_prefix(question)));
  const auto is_org = [&](const Token& token) {
    return std::any_of(token.terms.begin(), token.terms.end(), [&](uint32_t index) { return lexicon_->term(index).kind == TermKind::org; });
  };
  std::vector<Token> tokens = Tokenizer{*lexicon_, today}.read(text, true);
  for (const Token& token : tokens)
    if (!is_org(token) && looks_like_place(std::u32string_view(text.text).substr(token.begin, token.end - token.begin), token.known()))
      return std::nullopt;
  // 海淀优良率中位数: what nothing explains right before what is counted may be a place that is not ours.
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool counted = std::any_of(tokens[i + 1].terms.begin(), tokens[i + 1].terms.end(), [&](uint32_t index) {
      const TermKind kind = lexicon_->term(index).kind;
      return kind == TermKind::metric || kind == TermKind::noun;
    });
    if (counted && !tokens[i].known() && tokens[i].end - tokens[i].begin >= 2) return std::nullopt;
  }
  correct(text, *lexicon_, true, tokens);
  std::vector<Where> places;
  bool left_out = false;
  for (const Token& token : tokens) {
    if (token.word != nullptr) {
      if (token.word->role == Role::whole || token.word->role == Role::own) return std::nullopt;
      left_out |= (token.word->role == Role::without && token.word->text != U"不") || token.word->role == Role::outside;  // 好不好
    }
    std::set<directory::OrgNo> named;
    for (const uint32_t index : token.terms)
      if (const Term& term = lexicon_->term(index); term.kind == TermKind::org && covers(*tree_, viewer, term.org)) named.insert(term.org);
    if (!is_org(token)) continue;
    if (token.corrected || named.size() != 1) return std::nullopt;  // guessed, outside of the asker's, or one of several
    const directory::Org* org = tree_->find(*named.begin());
    const std::string level = org == nullptr ? "" : condition_level(org->kind);
    if (level.empty()) return std::nullopt;
    const auto there = std::find_if(places.begin(), places.end(), [&](const Where& one) { return one.dimension == level; });
    if (there == places.end())
      places.push_back({level, {org->id.to_string()}});
    else
      there->values.push_back(org->id.to_string());
  }
  if (left_out && !places.empty()) return std::nullopt;
  return places;
}

}  // namespace banmo::ask
