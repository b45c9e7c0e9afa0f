// SPDX-License-Identifier: Apache-2.0
#include "ask/parser.h"

#include <algorithm>

#include "ask/composer.h"
#include "ask/framing.h"
#include "ask/rewrite.h"
#include "base/text.h"

namespace banmo::ask {
namespace {

constexpr size_t kMostTargetChips = 5;
constexpr size_t kMostCharacters = 2000;  // as typed
constexpr size_t kMostRead = 600;         // folded: reading takes time by the character

Message level_title(std::string_view id) {
  return id == "city" ? Message{"全市", "city"} : id == "district" ? Message{"区市", "district"} : Message{"学校", "school"};
}

Message dimension_title(const MetricFrame& metric, const std::string& id) {
  if (is_level(id)) return level_title(id);
  if (id == metric.period)
    if (const pack::Field* field = metric.datasets.front()->field(id)) return {field->title.zh, field->title.en};
  const AskedDimension* dimension = metric.dimension(id);
  return dimension == nullptr ? Message{id, id} : Message{dimension->title, dimension->title_en};
}

// Which, when, in which state. None of them has an editor: another question goes on from here.
std::vector<Chip> chips_of_targets(const Frame& frame, const Tree& tree) {
  std::vector<Chip> chips;
  const auto add = [&](const std::string& id, std::string zh, std::string en) { chips.push_back({"target", id, std::move(zh), std::move(en)}); };
  if (tree.targets.empty()) add("all", "全部规划目标", "all plan targets");
  for (size_t i = 0; i < tree.targets.size() && i < kMostTargetChips; ++i)
    if (const pack::Target* target = frame.catalogue().target(tree.targets[i])) add(target->id, target->item, target->id);
  if (tree.targets.size() > kMostTargetChips)
    add("more", "等" + std::to_string(tree.targets.size()) + "项", std::to_string(tree.targets.size()) + " in all");
  const std::string& from = tree.time.from;
  add("year", from + (from == tree.time.to ? "" : "—" + tree.time.to) + "年", from + (from == tree.time.to ? "" : " to " + tree.time.to));
  if (tree.lamp == "reached") add("lamp", "已达成", "reached");
  if (tree.lamp == "missed") add("lamp", "没有达成", "not reached");
  if (tree.lamp == "red") add("lamp", "红灯", "red");
  if (tree.lamp == "yellow") add("lamp", "黄灯", "yellow");
  if (tree.lamp == "unknown") add("lamp", "暂无数据", "no figure");
  return chips;
}

Parsed refused(Refusal refusal, std::string zh, std::string en) {
  Parsed parsed;
  parsed.refusal = refusal;
  parsed.why = {std::move(zh), std::move(en)};
  return parsed;
}

// The tokens of a question, with the nouns that metrics count where they are needed.
std::vector<Token> read_tokens(const Tokenizer& tokenizer, const Lexicon& lexicon, const Folded& text, bool follows) {
  const auto metric_named = [&](const std::vector<Token>& tokens) {
    return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
      return std::any_of(token.terms.begin(), token.terms.end(), [&](uint32_t index) { return lexicon.term(index).kind == TermKind::metric; });
    });
  };
  std::vector<Token> tokens = tokenizer.read(text, true);
  const bool nouns_count = std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.word != nullptr && (token.word->role == Role::without || token.word->role == Role::per || token.word->role == Role::per_student ||
                                     token.word->role == Role::ratio || token.word->role == Role::share);
  });
  // 多少学生，多少专任教师: two things are counted, of which one is no name of a metric.
  const auto n_quantities =
      std::count_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.word != nullptr && token.word->role == Role::quantity; });
  // 学生超过500人且平均班额大于45: a threshold of its own.
  bool limits_noun = false;
  for (size_t i = 0; i + 1 < tokens.size(); ++i)
    limits_noun |= tokens[i].word != nullptr && tokens[i].word->role == Role::filler && tokens[i + 1].word != nullptr &&
                   tokens[i + 1].word->role == Role::compare_op;
  // 只看女生, after another question, filters; it does not count girls.
  const bool adds =
      follows && std::none_of(tokens.begin(), tokens.end(), [](const Token& token) {
        return token.word != nullptr && (token.word->role == Role::quantity || token.word->role == Role::most || token.word->role == Role::measure);
      });
  bool nouns = (!metric_named(tokens) && !adds) || nouns_count || n_quantities > 1 || limits_noun;
  if (!nouns) {
    std::vector<Token> without = tokenizer.read(text, false);
    // 那在校生呢: what only a noun explains is one.
    const auto n_unknown = [](const std::vector<Token>& all) {
      return std::count_if(all.begin(), all.end(), [](const Token& one) { return !one.known(); });
    };
    nouns = n_unknown(without) > n_unknown(tokens);
    if (!nouns) tokens = std::move(without);
  }
  const bool named = metric_named(tokens);
  correct(text, lexicon, nouns, tokens);
  if (nouns && !named && !nouns_count && n_quantities <= 1 && !limits_noun && metric_named(tokens)) {
    tokens = tokenizer.read(text, false);
    correct(text, lexicon, false, tokens);
  }
  return tokens;
}

// 小学，可以吗: behind the last comma nothing is said; what the question ends with stands before it.
void drop_last_words(const Folded& text, std::vector<Token>& tokens) {
  const auto is = [](const Token& one, Role role) {
    return one.terms.empty() && !one.time && !one.number && one.word != nullptr && one.word->role == role;
  };
  size_t n = tokens.size();
  while (n > 1 && is(tokens[n - 1], Role::stop)) --n;
  if (n > 1 && n < tokens.size() && is(tokens[n - 1], Role::join) && text.is_comma(tokens[n - 1].begin))
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(n) - 1, tokens.end());
}

}  // namespace

std::string value_title(const Frame& frame, const directory::OrgTree& tree, const MetricFrame& metric, const std::string& dimension,
                        const std::string& value) {
  if (is_level(dimension)) {
    const auto id = OrgId::parse(value);
    const directory::Org* org = id ? tree.find(*id) : nullptr;
    return org == nullptr ? value : org->title;
  }
  if (dimension == metric.period) return period_title(value, "", metric.dating).zh;
  const AskedDimension* asked = metric.dimension(dimension);
  if (asked == nullptr) return value;
  if (asked->kind == DimensionKind::flag)
    return (value == "true" ? "" : "未") + (asked->title.starts_with("是否") ? asked->title.substr(6) : asked->title);
  if (const pack::CodeList* list = frame.catalogue().code_list(asked->list))
    for (const auto& one : list->values)
      if (one.code == value) return one.title.zh;
  return value;
}

// What was not understood as a whole may be a question with clauses beside it that say what it is for.
Parsed Parser::parse(std::string_view question, Date today, const Viewer& viewer, const Tree* previous) const {
  Parsed whole = parse_whole(question, today, viewer, previous);
  const bool forbidden = whole.refusal == Refusal::forbidden_field || whole.refusal == Refusal::forbidden_scope;
  if (whole.refusal == Refusal::none || forbidden || question.size() > 4 * kMostRead) return whole;
  const auto framing = without_context(question.substr(0, text::valid_utf8_prefix(question)), *lexicon_, today);
  if (!framing) return whole;
  Parsed rest = parse_whole(framing->question, today, viewer, previous);
  rest.notes.insert(rest.notes.begin(), {"未用到：" + framing->left_out, "left out of the question: " + framing->left_out});
  return rest;
}

// A value that the metric does not have is taken apart once: 小学一年级 of a metric that knows stages and grades by themselves.
Parsed Parser::composed(const Tokenizer& tokenizer, const Folded& text, std::vector<Token>& tokens, const Viewer& viewer,
                        const Tree* previous) const {
  Composer composer(*lexicon_, frame_, *tree_, viewer, tokenizer.today, text, sort_out(*lexicon_, text, tokens), previous);
  Parsed parsed = composer.run();
  for (const bool with_nouns : {false, true}) {
    const size_t unfit = composer.unfit_value();
    if (unfit >= tokens.size() || tokens[unfit].numbered || parsed.refusal == Refusal::none) break;
    std::vector<Token> finer = tokens;
    const std::vector<Token> parts = tokenizer.parts(text, tokens[unfit], with_nouns);
    if (!std::all_of(parts.begin(), parts.end(), [](const Token& part) { return part.known() && (part.numbered || !part.number); })) continue;
    finer.insert(finer.erase(finer.begin() + static_cast<std::ptrdiff_t>(unfit)), parts.begin(), parts.end());
    Parsed again = Composer(*lexicon_, frame_, *tree_, viewer, tokenizer.today, text, sort_out(*lexicon_, text, finer), previous).run();
    if (again.refusal != Refusal::none) continue;
    parsed = std::move(again);
    tokens = std::move(finer);
  }
  return parsed;
}

Parsed Parser::parse_whole(std::string_view question, Date today, const Viewer& viewer, const Tree* previous) const {
  Folded text = fold(question.substr(0, text::valid_utf8_prefix(question)));
  if (text.text.empty() && previous != nullptr) return check(*previous, viewer);
  if (text.text.empty()) return refused(Refusal::not_a_data_question, "请输入问题", "ask a question");
  if (text.n_source > kMostCharacters)
    return refused(Refusal::unsupported, "问题太长，最多 2000 个字；请拆成几个问题", "the question is longer than 2,000 characters: split it");
  if (text.text.size() > kMostRead)
    return refused(Refusal::unsupported, "问题太长，除标点和空白外最多 600 个字；请拆成几个问题",
                   "the question is longer than 600 characters, marks and blanks aside: split it");
  if (const auto targets = frame_.plan().read(text, today, previous)) return check(*targets, viewer);
  if (previous != nullptr && previous->intent == Intent::target) previous = nullptr;
  text = put_together(std::move(text), *lexicon_, today);
  const Tokenizer tokenizer{*lexicon_, today};
  std::vector<Token> tokens = read_tokens(tokenizer, *lexicon_, text, previous != nullptr);
  drop_last_words(text, tokens);
  Parsed parsed = composed(tokenizer, text, tokens, viewer, previous);
  for (const Token& token : tokens)
    if (token.corrected && parsed.refusal == Refusal::none) {
      const std::string& title = lexicon_->term(token.terms.front()).title;
      parsed.notes.push_back({"按“" + title + "”理解", "read as " + title});
    }
  if (parsed.refusal == Refusal::none) parsed.chips = chips_of(parsed.tree, viewer);
  return parsed;
}

std::vector<Chip> Parser::chips_of(const Tree& tree, const Viewer& viewer) const {
  if (tree.intent == Intent::target) return chips_of_targets(frame_, tree);
  std::vector<Chip> chips;
  const MetricFrame& first = *frame_.metric(tree.metrics.front());
  for (const std::string& id : tree.metrics) {
    const pack::Metric& metric = *frame_.metric(id)->metric;
    chips.push_back({"metric", id, metric.title.zh, metric.title.en});
  }
  for (const std::string& id : tree.by) {
    const Message title = dimension_title(first, id);
    chips.push_back({"dimension", id, "按" + title.zh, "by " + title.en});
  }
  bool org = false;
  for (const Where& where : tree.where) {
    org |= is_level(where.dimension);
    std::string values;
    for (size_t i = 0; i < where.values.size() && i < 6; ++i)
      values += (i == 0 ? "" : "、") + value_title(frame_, *tree_, first, where.dimension, where.values[i]);
    if (where.values.size() > 6) values += "等" + std::to_string(where.values.size()) + "项";
    const Message title = dimension_title(first, where.dimension);
    chips.push_back({where.dimension == first.period ? "period" : "filter", where.dimension, title.zh + "：" + values, title.en + ": " + values});
  }
  const metrics::TimeRange& time = tree.time;
  const Message from = period_title(time.from, time.grain, first.dating), to = period_title(time.to, time.grain, first.dating);
  if (time.last > 0)
    chips.push_back({"period", first.period, "最近" + std::to_string(time.last) + (first.dating == Dating::school_year ? "个学年" : "期"),
                     "last " + std::to_string(time.last) + " periods"});
  else if (!time.from.empty() || !time.to.empty())
    chips.push_back(
        {"period", first.period, from.zh == to.zh ? from.zh : from.zh + "—" + to.zh, from.en == to.en ? from.en : from.en + " to " + to.en});
  if (!org && first.has_org) {
    if (viewer.everything) chips.push_back({"scope", "city", "全市", "the whole city"});
    for (size_t i = 0; !viewer.everything && i < viewer.orgs.size() && i < 3; ++i)
      if (const directory::Org* own = tree_->find(viewer.orgs[i])) chips.push_back({"scope", "own", own->title, own->title});
  }
  std::vector<Chip> tasks = task_chips(tree);
  std::move(tasks.begin(), tasks.end(), std::back_inserter(chips));
  return chips;
}

}  // namespace banmo::ask
