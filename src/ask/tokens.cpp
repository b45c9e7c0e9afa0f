// SPDX-License-Identifier: Apache-2.0
#include "ask/tokens.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text_han.h"

namespace banmo::ask {
namespace {

// Costs of a token: a longer one is cheaper than its parts, and what is unknown costs more than any reading without it.
constexpr int kTime = 9, kTerm = 10, kNoun = 11, kTopic = 12, kShortName = 11, kWord = 11, kNumber = 13, kUnknown = 60, kDenied = -4;
constexpr size_t kMostFixed = 4;              // unknown spans that are looked up
constexpr double kGreatestNumbered = 10'000;  // 三年级

// What begins the name of a value that says what is not.
bool is_denial(char32_t c) { return c == U'未' || c == U'无' || c == U'非' || c == U'没'; }

bool is_unknown(const Token& token) { return !token.known(); }

}  // namespace

struct Tokenizer::Edge {
  Token token;
  int cost = 0;
};

Tokenizer::Edge& Tokenizer::edge_to(std::vector<Edge>& out, size_t at, size_t end) {
  for (Edge& edge : out)
    if (edge.token.end == end) return edge;
  out.push_back({{.begin = at, .end = end, .terms = {}, .word = nullptr, .time = {}, .number = {}}, std::numeric_limits<int>::max()});
  return out.back();
}

void Tokenizer::edges_at(std::u32string_view text, size_t at, bool nouns, std::vector<Edge>& out) const {
  out.clear();
  const bool of_share = text.find(U'占') != std::u32string_view::npos;
  lexicon.each_at(text, at, [&](size_t length, const std::vector<uint32_t>& terms) {
    std::vector<uint32_t> kept;
    int cost = std::numeric_limits<int>::max();
    for (const uint32_t index : terms) {
      const Term& term = lexicon.term(index);
      // "大班额" of 大班额比例 where a share is asked.
      if (term.kind == TermKind::noun && (!nouns || (term.code == "share" && !of_share))) continue;
      kept.push_back(index);
      // 未定级系统占比: 未定级 is a value, not what is not 定级系统占比.
      const bool denied = (term.kind == TermKind::value || term.kind == TermKind::flag) && length > 1 && is_denial(text[at]);
      cost = std::min(cost, denied                         ? kDenied
                            : term.kind == TermKind::topic ? kTopic
                            : term.kind == TermKind::noun  ? kNoun
                            : term.penalty >= 3            ? kShortName
                                                           : kTerm);
    }
    if (kept.empty()) return;
    Edge& edge = edge_to(out, at, at + length);
    edge.token.terms = std::move(kept);
    edge.cost = std::min(edge.cost, cost);
  });
  each_word_at(text, at, [&](const Word& word) {
    Edge& edge = edge_to(out, at, at + word.text.size());
    edge.token.word = &word;
    edge.cost = std::min(edge.cost, kWord);
  });
  if (auto time = time_at(text, at, today)) {
    Edge& edge = edge_to(out, at, at + time->length);
    edge.token.time = time;
    edge.cost = std::min(edge.cost, kTime);
  }
  numbers_at(text, at, out);
}

// A number, and 三年级, 一至三年级: a number before the name of a dimension.
void Tokenizer::numbers_at(std::u32string_view text, size_t at, std::vector<Edge>& out) const {
  const auto number = number_at(text, at);
  if (!number) return;
  Edge& edge = edge_to(out, at, at + number->length);
  edge.token.number = number;
  edge.cost = std::min(edge.cost, kNumber);
  size_t next = at + number->length;
  std::optional<Number> last = number;
  if (next < text.size() && (text[next] == U'-' || text[next] == U'到' || text[next] == U'至')) {
    last = number_at(text, next + 1);
    if (last) next += 1 + last->length;
  }
  if (!last || next >= text.size() || number->value > kGreatestNumbered || last->value > kGreatestNumbered) return;
  lexicon.each_at(text, next, [&](size_t length, const std::vector<uint32_t>& terms) {
    std::vector<uint32_t> dimensions;
    for (const uint32_t index : terms)
      if (lexicon.term(index).kind == TermKind::dimension) dimensions.push_back(index);
    if (dimensions.empty()) return;
    Edge& numbered = edge_to(out, at, next + length);
    if (numbered.token.time) return;
    numbered.token.terms.insert(numbered.token.terms.end(), dimensions.begin(), dimensions.end());
    numbered.token.number = number;
    numbered.token.to = static_cast<int64_t>(last->value);
    // 一二年级 is the first and the second, no twelfth.
    constexpr std::u32string_view kDigits = U"一二三四五六七八九";
    const std::u32string_view said = text.substr(at, number->length);
    if (said.size() > 1 && last->value == number->value && said.find_first_not_of(kDigits) == said.npos) {
      numbered.token.number->value = static_cast<double>(kDigits.find(said.front()) + 1);
      numbered.token.to = static_cast<int64_t>(kDigits.find(said.back()) + 1);
    }
    numbered.token.numbered = true;
    numbered.cost = kTerm;
  });
}

std::vector<Token> Tokenizer::parts(const Folded& folded, const Token& token, bool nouns) const {
  std::vector<Token> parts = read_span(std::u32string_view(folded.text).substr(token.begin, token.end - token.begin), nouns, true);
  for (Token& part : parts) {
    part.begin += token.begin;
    part.end += token.begin;
  }
  return parts;
}

std::vector<Token> Tokenizer::read(const Folded& folded, bool nouns) const { return read_span(folded.text, nouns, false); }

std::vector<Token> Tokenizer::read_span(std::u32string_view text, bool nouns, bool split) const {
  struct Best {
    int cost = std::numeric_limits<int>::max() / 2;
    Token token;
  };
  std::vector<Best> best(text.size() + 1);
  best[0].cost = 0;
  std::vector<Edge> edges;
  for (size_t at = 0; at < text.size(); ++at) {
    edges_at(text, at, nouns, edges);
    edges.push_back({{.begin = at, .end = at + 1, .terms = {}, .word = nullptr, .time = {}, .number = {}}, kUnknown});
    for (Edge& edge : edges) {
      if (split && edge.token.begin == 0 && edge.token.end == text.size()) continue;
      Best& there = best[edge.token.end];
      if (best[at].cost + edge.cost >= there.cost) continue;
      there.cost = best[at].cost + edge.cost;
      there.token = std::move(edge.token);
    }
  }
  std::vector<Token> tokens;
  for (size_t at = text.size(); at > 0; at = best[at].token.begin) tokens.push_back(best[at].token);
  std::reverse(tokens.begin(), tokens.end());
  // Neighbouring unknown characters are one.
  std::vector<Token> joined;
  for (Token& token : tokens) {
    if (!joined.empty() && is_unknown(token) && is_unknown(joined.back()))
      joined.back().end = token.end;
    else
      joined.push_back(std::move(token));
  }
  return joined;
}

namespace {

struct Fix {
  size_t from = 0, to = 0;  // tokens
  std::vector<uint32_t> terms;
  int distance = 0;
  size_t length = 0;
};

// The name of a metric among the tokens.
bool swallows_metric(const Lexicon& lexicon, const std::vector<Token>& tokens, size_t from, size_t to) {
  for (size_t i = from; i <= to; ++i)
    for (const uint32_t index : tokens[i].terms)
      if (lexicon.term(index).kind == TermKind::metric) return true;
  return false;
}

// A part of the names of several metrics, spelled right.
bool is_shared_part(const Lexicon& lexicon, std::u32string_view span) { return lexicon.metrics_containing(span).size() > 1; }

// The same sound, n for l and a hushed consonant aside.
bool sound_alike(char32_t a, char32_t b) {
  const auto sound = [](char32_t c) {
    std::string said = text::Han::table().pinyin_of(std::u32string_view(&c, 1));
    if (said.size() > 1 && said[1] == 'h') said.erase(1, 1);
    if (!said.empty() && said[0] == 'n' && said.size() > 1) said[0] = 'l';
    if (said.ends_with("ng")) said.pop_back();
    return said;
  };
  return !sound(a).empty() && sound(a) == sound(b);
}

bool look_alike(char32_t a, char32_t b);

// A slip of the keys gives a character that sounds or looks alike, or one too many or too few; another word is no slip: 千兆 is not 万兆.
bool is_slip(std::u32string_view span, std::u32string_view name) {
  if (span.size() == name.size()) {
    size_t n_moved = 0;
    for (size_t i = 0; i < span.size(); ++i) {
      if (span[i] == name[i] || sound_alike(span[i], name[i]) || look_alike(span[i], name[i])) continue;
      ++n_moved;
    }
    // Two that changed places.
    std::u32string a(span), b(name);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return n_moved == 0 || a == b;
  }
  if (span.front() != name.front() && !sound_alike(span.front(), name.front())) return false;  // 线网络 behind 有
  const auto [few, many] = span.size() < name.size() ? std::pair(span, name) : std::pair(name, span);
  size_t at = 0;
  for (const char32_t c : many)
    if (at < few.size() && (few[at] == c || sound_alike(few[at], c))) ++at;
  return at == few.size();
}

// 提交率 is not 提交数; 双师型教师申请数 is not 双师型教师数: another kind of figure, or a word of two characters left out.
bool is_other_figure(std::u32string_view span, std::u32string_view name) {
  constexpr std::u32string_view kEnds = U"率数比度量积分长额次";
  if (name.starts_with(span)) return false;
  const bool alike = span.back() == name.back() || sound_alike(span.back(), name.back()) || look_alike(span.back(), name.back());
  if (!alike && (kEnds.find(span.back()) != kEnds.npos || kEnds.find(name.back()) != kEnds.npos)) return true;
  if (span.size() < name.size() + 2) return false;
  size_t at = 0;
  for (const char32_t c : span)
    if (at < name.size() && name[at] == c) ++at;
  return at == name.size();
}

// Characters that are taken for each other by their looks.
bool look_alike(char32_t a, char32_t b) {
  constexpr std::array<std::u32string_view, 15> kAlike = {U"人入八", U"己已巳", U"未末", U"士土",   U"日曰目", U"大太犬", U"干千于", U"候侯",
                                                          U"拨拔",   U"晴睛",   U"师帅", U"折拆析", U"率卒",   U"优忧",   U"长常"};
  return std::any_of(kAlike.begin(), kAlike.end(), [&](std::u32string_view one) { return one.find(a) != one.npos && one.find(b) != one.npos; });
}

// Where one character stands for another, it is one of what nothing explains: what is known was not mistyped.
bool changes_known(const std::vector<Token>& tokens, size_t from, size_t to, std::u32string_view name, const Folded& text) {
  const size_t begin = tokens[from].begin, end = tokens[to].end;
  if (name.size() != end - begin) return false;
  for (size_t i = from; i <= to; ++i) {
    const bool known = tokens[i].known() && !tokens[i].number && !(tokens[i].word != nullptr && tokens[i].word->role == Role::stop);
    for (size_t k = tokens[i].begin; known && k < tokens[i].end; ++k)
      if (text.text[k] != name[k - begin] && !look_alike(text.text[k], name[k - begin])) return true;
  }
  return false;
}

bool ends_in_asking(const std::vector<Token>& tokens, size_t from, size_t to) {
  const auto asks = [](const Token& one) {
    const Role role = one.word == nullptr ? Role::stop : one.word->role;
    return role == Role::group || role == Role::which || role == Role::which_all || role == Role::quantity;
  };
  return asks(tokens[from]) || asks(tokens[to]);
}

// Spans around the unknown token with two neighbours on each side at most. What sounds alike is sure; of others the longest with the fewest changes.
std::optional<Fix> nearest_fix(const Folded& text, const Lexicon& lexicon, bool nouns, const std::vector<Token>& tokens, size_t unknown) {
  std::optional<Fix> best;
  const size_t first = unknown >= 2 ? unknown - 2 : 0, last = std::min(tokens.size() - 1, unknown + 3);
  for (size_t from = first; from <= unknown; ++from)
    for (size_t to = unknown; to <= last; ++to) {
      const size_t begin = tokens[from].begin, end = tokens[to].end;
      if (end - begin > 24) continue;
      const auto near = lexicon.near(std::u32string_view(text.text).substr(begin, end - begin), 4);
      Fix fix{from, to, {}, 0, end - begin};
      for (const auto& one : near) {
        // 双师等级申请: what is spelled right and has something behind it is no slip of the keys; the rest would be dropped.
        if (one.distance > 0 && std::u32string_view(text.text).substr(begin, end - begin).find(one.name) != std::u32string_view::npos) continue;
        // 批的录取人数: a metric that is spelled right is not swallowed by a longer name.
        if (one.distance > 0 && swallows_metric(lexicon, tokens, from, to)) continue;
        if (one.distance > 0 && !is_slip(std::u32string_view(text.text).substr(begin, end - begin), one.name)) continue;
        if (one.distance > 0 && is_other_figure(std::u32string_view(text.text).substr(begin, end - begin), one.name)) continue;
        // 每级各占: what sounds like 及格 is no slip of the keys where a word of asking is a part of it.
        if (one.distance == 0 && ends_in_asking(tokens, from, to)) continue;
        // 平均办理工作日: a part that several names share is no slip of the keys, nor is 高考 for 中考.
        if (one.distance > 0 &&
            (is_shared_part(lexicon, std::u32string_view(text.text).substr(begin, end - begin)) || changes_known(tokens, from, to, one.name, text)))
          continue;
        if (one.distance != near.front().distance || (lexicon.term(one.term).kind == TermKind::noun && !nouns)) continue;
        fix.terms.push_back(one.term);
        fix.distance = one.distance;
      }
      if (fix.terms.empty()) continue;
      const auto merit = [](const Fix& one) { return static_cast<int>(one.length) - 3 * one.distance; };
      if (!best || merit(fix) > merit(*best)) best = fix;
    }
  return best;
}

}  // namespace

void correct(const Folded& text, const Lexicon& lexicon, bool nouns, std::vector<Token>& tokens) {
  size_t looked = 0;
  for (size_t i = 0; i < tokens.size() && looked < kMostFixed; ++i) {
    if (!is_unknown(tokens[i])) continue;
    ++looked;
    const auto fix = nearest_fix(text, lexicon, nouns, tokens, i);
    if (!fix) continue;
    Token made{.begin = tokens[fix->from].begin, .end = tokens[fix->to].end, .terms = fix->terms, .word = nullptr, .time = {}, .number = {}};
    made.corrected = true;
    tokens[fix->from] = std::move(made);
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(fix->from) + 1, tokens.begin() + static_cast<std::ptrdiff_t>(fix->to) + 1);
    i = fix->from;
  }
}

}  // namespace banmo::ask
