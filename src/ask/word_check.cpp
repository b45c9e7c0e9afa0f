// SPDX-License-Identifier: Apache-2.0
#include "ask/word_check.h"

#include <algorithm>

#include "ask/log_text.h"
#include "ask/tokens.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr size_t kFewestCharacters = 2, kMostCharacters = 30;
constexpr size_t kMostBytes = 400;

// What no keyboard writes into a word: controls, marks of direction, what joins without being seen.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || (c >= 0xE000 && c <= 0xF8FF) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFF) || c >= 0xE0000;
}

Result<> check_text(const std::string& word, const std::u32string& folded) {
  const auto bad = [](const char* zh, const char* en) -> Result<> { return fail(ErrorCode::invalid, "ask.bad_word", {zh, en}, "$.word"); };
  if (!text::is_utf8(word) || word.size() > kMostBytes) return bad("用词不是有效的文字", "the word is no text");
  const std::u32string all = text::code_points_of(word);
  if (std::any_of(all.begin(), all.end(), is_hidden))
    return bad("用词里有看不见的字符，请重新输入", "the word has characters that are not seen: type it again");
  if (folded.size() < kFewestCharacters || folded.size() > kMostCharacters) return bad("用词须为 2 到 30 个字", "a word has 2 to 30 characters");
  if (for_the_log(word, kMostBytes) != word) return bad("用词里不能有证件号、手机号这样的长数字", "a word has no long numbers");
  return {};
}

bool has_target(const WordsOfNow& now, const Synonym& synonym) {
  if (synonym.kind == SynonymKind::metric) return now.frame.metric(synonym.target) != nullptr;
  if (synonym.kind == SynonymKind::org) {
    const auto id = OrgId::parse(synonym.target);
    const directory::Org* org = id ? now.orgs.find(*id) : nullptr;
    return org != nullptr && !org->valid_to && org->kind != directory::OrgKind::class_ && org->kind != directory::OrgKind::grade;
  }
  return std::any_of(now.frame.metrics().begin(), now.frame.metrics().end(), [&](const auto& entry) {
    const AskedDimension* dimension = entry.second.dimension(synonym.target);
    if (dimension == nullptr || synonym.kind == SynonymKind::dimension) return dimension != nullptr;
    if (dimension->kind == DimensionKind::flag) return synonym.code == "true" || synonym.code == "false";
    const pack::CodeList* list = now.frame.catalogue().code_list(dimension->list);
    return list != nullptr && std::any_of(list->values.begin(), list->values.end(), [&](const auto& one) { return one.code == synonym.code; });
  });
}

bool means(const WordsOfNow& now, const Term& term, const Synonym& synonym) {
  switch (synonym.kind) {
    case SynonymKind::metric: return term.kind == TermKind::metric && term.id == synonym.target;
    case SynonymKind::dimension: return term.kind == TermKind::dimension && term.id == synonym.target;
    case SynonymKind::value:
      if (term.kind == TermKind::flag) return term.id == synonym.target && term.code == synonym.code;
      return term.kind == TermKind::value && term.code == synonym.code &&
             std::any_of(now.frame.metrics().begin(), now.frame.metrics().end(), [&](const auto& entry) {
               const AskedDimension* dimension = entry.second.dimension(synonym.target);
               return dimension != nullptr && dimension->list == term.id;
             });
    case SynonymKind::org: break;
  }
  const directory::Org* org = term.kind == TermKind::org ? now.orgs.find(term.org) : nullptr;
  return org != nullptr && org->id.to_string() == synonym.target;
}

// What the word is read as today.
struct Today {
  bool unknown = false;  // some of it is not understood
  bool named = false;    // something of it names a metric, a value, an organisation ...
  bool person = false;
  bool asks = false;  // holds a time, a negation, a number, a word of asking that would be swallowed
  std::string titles;
};

// One character may be part of any name ("达优比"); not one that turns the meaning round.
bool is_asking(const Token& token, bool may_have_numbers) {
  if (token.time || (token.number && !may_have_numbers)) return true;
  if (token.word == nullptr) return false;
  if (token.word->role == Role::without || token.word->role == Role::outside) return true;
  return token.end - token.begin >= 2 && token.word->role != Role::filler && token.word->role != Role::stop;
}

Today today_of(const WordsOfNow& now, const Folded& folded, bool may_have_numbers) {
  Today found;
  for (const Token& token : Tokenizer{now.lexicon, now.today}.read(folded, true)) {
    bool named = false;
    for (const uint32_t index : token.terms) {
      const Term& term = now.lexicon.term(index);
      found.person |= term.kind == TermKind::field && term.code == "person";
      if (term.kind == TermKind::field || named) continue;
      named = true;
      found.titles += (found.titles.empty() ? "" : "、") + term.title;
    }
    found.named |= named;
    found.asks |= !named && is_asking(token, may_have_numbers);
    found.unknown |= !named && token.word == nullptr && !token.time && !token.number;
  }
  return found;
}

}  // namespace

Result<> check_word(const WordsOfNow& now, const Synonym& synonym, bool anyway) {
  const Folded folded = fold(synonym.word.substr(0, text::valid_utf8_prefix(synonym.word)));
  BANMO_DO(check_text(synonym.word, folded.text));
  if (!has_target(now, synonym))
    return fail(ErrorCode::not_found, "ask.no_such_target",
                {"没有这个指标、维度、取值或机构", "there is no such metric, dimension, value or organisation"}, "$.target");
  if (const auto* const terms = now.lexicon.exactly(folded.text))
    for (const uint32_t index : *terms)
      if (means(now, now.lexicon.term(index), synonym))
        return fail(ErrorCode::conflict, "ask.word_known", {"这个用词已经是这个意思", "the word means that already"}, "$.word");
  const Today today = today_of(now, folded, synonym.kind == SynonymKind::org);  // 第三十九中学
  if (today.person || today.asks || (!today.unknown && !today.named))
    return fail(ErrorCode::conflict, "ask.word_reserved",
                {"里面有提问用的词、时间、数字、否定或个人信息，不能另作他用",
                 "it holds a word of asking, a time, a number or a negation, or is about persons: it cannot mean anything else"},
                "$.word");
  if (!today.unknown && !anyway)
    return fail(ErrorCode::conflict, "ask.word_taken",
                {"这个用词现在读作“" + today.titles + "”；确要增加一个意思，请勾选“仍要添加”",
                 "the word is now read as " + today.titles + ": say that it is to be added anyway"},
                "$.word");
  return {};
}

}  // namespace banmo::ask
