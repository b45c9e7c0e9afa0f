// SPDX-License-Identifier: Apache-2.0
#include "ask/slots.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace banmo::ask {
namespace {

constexpr double kMostTop = 1000;

class Sorter {
 public:
  Sorter(const Lexicon& lexicon, const Folded& text, std::vector<Token> tokens) : lexicon_(lexicon), text_(text) {
    slots_.tokens = std::move(tokens);
  }

  Slots run() {
    for (at_ = 0; at_ < size(); ++at_) one();
    mark_spread();
    mark_negated();
    // 增加了，主要是哪几个区: where it came from.
    constexpr std::array<std::u32string_view, 5> kMainly = {U"主要是哪", U"主要在哪", U"主要靠哪", U"主要是谁", U"主要由哪"};
    if ((!slots_.direction.empty() || slots_.says(Role::yoy) || slots_.says(Role::prior)) &&
        std::any_of(kMainly.begin(), kMainly.end(), [&](std::u32string_view one) { return text_.text.find(one) != std::u32string::npos; }))
      slots_.said.insert(Role::why);
    // 增长百分之几 asks for growth, no share.
    if (share_asked_ && (!slots_.direction.empty() || slots_.says(Role::yoy) || slots_.says(Role::prior))) slots_.said.erase(Role::share);
    return std::move(slots_);
  }

 private:
  size_t size() const { return slots_.tokens.size(); }
  const Token& token(size_t i) const { return slots_.tokens[i]; }
  bool is(size_t i, Role role) const { return i < size() && token(i).word != nullptr && token(i).word->role == role; }
  bool has(size_t i, TermKind kind) const {
    return i < size() && std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) { return lexicon_.term(index).kind == kind; });
  }
  bool is_number(size_t i) const { return i < size() && token(i).number && !token(i).numbered; }
  bool idle(size_t i) const { return is(i, Role::stop) && !has(i, TermKind::metric); }
  size_t skip_idle(size_t i) const {
    while (idle(i)) ++i;
    return i;
  }

  std::u32string_view said(size_t i) const { return std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin); }

  void one() {
    const Token& now = token(at_);
    if (take_threshold() || take_top()) return;
    if (now.time) {
      slots_.times.push_back(at_);
      return;
    }
    if (!now.known()) {
      slots_.unknown.push_back(at_);
      return;
    }
    if (is_number(at_) && now.terms.empty() && now.word == nullptr && now.number->value != 1) slots_.unknown.push_back(at_);
    if (!now.terms.empty()) take_terms();
    if (now.word != nullptr) take_word(*now.word);
  }

  void take_terms() {
    // 语数英三科: as many as are named.
    if (token(at_).numbered && token(at_).number->value > 1 && counts_names(token(at_).number->value) && !said(at_).ends_with(U"年级")) return;
    if (token(at_).numbered) {
      slots_.values.push_back(at_);
      return;
    }
    if (has(at_, TermKind::metric))
      slots_.metrics.push_back(at_);
    else if (has(at_, TermKind::noun))
      slots_.nouns.push_back(at_);
    if (has(at_, TermKind::metric)) return;
    if (has(at_, TermKind::org))
      slots_.orgs.push_back(at_);
    else if (has(at_, TermKind::value) || has(at_, TermKind::flag) || has(at_, TermKind::words))
      slots_.values.push_back(at_);
    if (has(at_, TermKind::dimension)) slots_.dimensions.push_back(at_);
    if (has(at_, TermKind::field) && token(at_).terms.size() == 1) slots_.fields.push_back(at_);
    if (has(at_, TermKind::topic)) slots_.topics.push_back(at_);
    mark_grouped();
  }

  // A dimension behind 各, 按, 哪个 (with a count word between: 哪一所学校).
  void mark_grouped() {
    if (!has(at_, TermKind::dimension) && !is(at_, Role::level)) return;
    if (text_.text[token(at_).begin] == U'各') slots_.grouped.insert(at_);                               // 各年级 may be one name
    if (const std::u32string_view name = said(at_); name.starts_with(U"几") || name.ends_with(U"几")) {  // 几点, 星期几
      slots_.grouped.insert(at_);
      if (at_ == 0 || !is(at_ - 1, Role::group)) slots_.picked.insert(at_);
    }
    size_t before = at_;
    while (before > 0 && (is(before - 1, Role::measure) || is(before - 1, Role::stop) || is_number(before - 1))) --before;
    if (before == 0) return;
    const size_t marker = before - 1;
    // 前三名的学校 and 多少所学校 count them; 各 and 哪个 group by them.
    if (is(marker, Role::group) || is(marker, Role::which) || is(marker, Role::which_all) || is(marker, Role::more) || is(marker, Role::swap)) {
      slots_.grouped.insert(at_);
      if (is(marker, Role::which)) slots_.picked.insert(at_);
    }
    // 按学段和性别, 分学段、性别
    if (is(marker, Role::join) && marker > 0 && slots_.grouped.contains(marker - 1)) slots_.grouped.insert(at_);
    // 各学段性别
    if (slots_.grouped.contains(marker) && has(at_, TermKind::dimension)) slots_.grouped.insert(at_);
  }

  void take_word(const Word& word) {
    slots_.said.insert(word.role);
    switch (word.role) {
      case Role::level:
        slots_.levels.push_back(at_);
        mark_grouped();
        break;
      case Role::rank:
        if (slots_.order.empty() || word.argument == "asc") slots_.order = word.argument;
        break;
      case Role::most: slots_.order = word.argument; break;
      case Role::change:
      case Role::growth:
        if (slots_.direction.empty() || slots_.direction == "any") slots_.direction = word.argument;
        break;
      case Role::chart: slots_.chart = word.argument; break;
      case Role::own: slots_.own = word.argument; break;
      case Role::streak: take_streak(); break;
      case Role::quantity:
        if (word.text == U"几成" || word.text == U"百分之几" || word.text == U"百分之多少") {
          share_asked_ = !slots_.says(Role::share);
          slots_.said.insert(Role::share);
        }
        if (const size_t next = skip_idle(at_ + 1); is(next, Role::measure)) slots_.unit = token(next).word->argument;
        break;
      default: break;
    }
  }

  // 连续三年, 连续两个学年: the periods in a row, whether they were read as a number or as a time.
  void take_streak() {
    slots_.streak = std::max(slots_.streak, 0);
    size_t next = at_ + 1;
    if (!is_number(next)) return;
    slots_.streak = static_cast<int>(std::min(token(next).number->value, 50.0));
    ++next;
    while (is(next, Role::measure) || (next < size() && is(next, Role::stop)) || has(next, TermKind::dimension)) ++next;
    at_ = next - 1;
  }

  // "超过 90%", "90% 以上", "在 40% 到 60% 之间". The number's token and those around it are used up.
  bool take_threshold() {
    if (token(at_).word != nullptr && token(at_).word->text == U"过" && is_number(at_ + 1)) {  // 班额过四十
      add_having(">", token(at_ + 1).number->value, 0);
      at_ = behind_number(at_ + 1);
      return true;
    }
    // 优良率最多40%的学校
    if (is(at_, Role::most) && is_number(at_ + 1) && token(at_ + 1).number->percent &&
        (token(at_).word->argument == "desc" || token(at_).word->argument == "asc")) {
      const std::string op = token(at_).word->argument == "desc" ? "<=" : ">=";
      add_having(op, token(at_ + 1).number->value, 0);
      at_ = behind_number(at_ + 1);
      return true;
    }
    if (is(at_, Role::compare_op) && is(skip_idle(at_ + 1), Role::quantity)) return true;  // 目前达到多少
    if (is(at_, Role::compare_op)) return take_compared();
    if (is(at_, Role::versus) && (is(at_ + 1, Role::whole) || is(at_ + 1, Role::average))) return take_beside_whole();
    return is_number(at_) && take_number_limit();
  }

  // 超过90%, 高于全市平均, 平度超过莱西
  bool take_compared() {
    const size_t number = skip_idle(at_ + 1);
    if (take_whole(number, std::string(token(at_).word->argument))) return true;
    // 平度超过莱西了吗: one beside the other.
    const auto named = [&](size_t i) { return i < size() && (has(i, TermKind::org) || has(i, TermKind::value)); };
    if (named(number) && token(at_).word->argument == "=") return true;  // 学历正好是本科
    if (named(number) &&
        (std::any_of(slots_.orgs.begin(), slots_.orgs.end(), named) || std::any_of(slots_.values.begin(), slots_.values.end(), named))) {
      slots_.said.insert(Role::versus);
      return true;
    }
    if (!is_number(number)) return false;
    add_having(std::string(token(at_).word->argument), token(number).number->value, 0);
    at_ = behind_number(number);
    if (is(at_ + 1, Role::outside) || is(at_ + 1, Role::after_op)) ++at_;
    return true;
  }

  // 比全市平均高, 比全市平均优良率高
  bool take_beside_whole() {
    size_t end = at_ + 1;
    while (is(end, Role::whole) || is(end, Role::average) || idle(end)) ++end;
    // 比全市平均优良率高
    const bool named = has(end, TermKind::metric) && is(skip_idle(end + 1), Role::higher);
    const size_t metric = end;
    if (named) end = skip_idle(end + 1);
    if (!is(end, Role::higher)) return false;
    if (named) slots_.metrics.push_back(metric);
    const std::string op(token(end).word->argument);
    if (!take_whole(at_ + 1, op)) return false;
    if (named) at_ = end;
    return true;
  }

  // 90%以上, 40%到60%之间, 百分之五十都不到
  bool take_number_limit() {
    const size_t after = behind_number(at_) + 1;
    // 连百分之五十都不到
    const size_t op = skip_idle(after);
    if (is(op, Role::compare_op) && token(op).word->argument == "<" && !is_number(skip_idle(op + 1)) && said(op).ends_with(U"到")) {
      add_having("<", token(at_).number->value, 0);
      at_ = op;
      return true;
    }
    if (is(after, Role::after_op)) {
      add_having(std::string(token(after).word->argument), token(at_).number->value, 0);
      at_ = after;
      return true;
    }
    // 万兆接入率百分之百的区市: the figure itself.
    if (token(at_).number->percent && at_ > 0 && has(at_ - 1, TermKind::metric) && !is_number(after + 1) && !is(after, Role::between) &&
        (is(after, Role::level) || is(after, Role::which) || is(after, Role::which_all) || idle(after))) {
      add_having("=", token(at_).number->value, 0);
      at_ = after - 1;
      return true;
    }
    if ((is(after, Role::stop) || is(after, Role::join)) && is_number(after + 1)) {
      const size_t end = behind_number(after + 1) + 1;
      const bool framed = (said(after) == U"-" && !slots_.metrics.empty()) || is(end, Role::between) || is_between(end) ||
                          (at_ > 0 && is(at_ - 1, Role::stop) && (token(at_ - 1).word->text == U"在" || token(at_ - 1).word->text == U"介于"));
      if (!framed && !(token(at_).number->percent || token(after + 1).number->percent)) return false;
      add_having("between", token(at_).number->value, token(after + 1).number->value);
      at_ = is(end, Role::between) || is_between(end) ? end : end - 1;
      return true;
    }
    return false;
  }

  // 之间, which is also a word of groups.
  bool is_between(size_t i) const { return i < size() && token(i).word != nullptr && token(i).word->text == U"之间"; }

  // 高于全市平均, 低于平均水平
  bool take_whole(size_t next, std::string op) {
    size_t end = next;
    bool said = false, city = false;
    while (is(end, Role::whole) || is(end, Role::average) || idle(end)) {
      city |= is(end, Role::whole);
      said |= !idle(end++);
    }
    if (!said) return false;
    if (is(end, Role::higher)) ++end;
    // 低于全市平均5个百分点以上: by how much is more than is compared.
    slots_.far_from_whole |= is_number(end);
    add_having(std::move(op), 0, 0);
    slots_.having.back().whole = true;
    slots_.having.back().city = city;
    at_ = end - 1;
    return true;
  }

  // The last token of a number with its unit.
  size_t behind_number(size_t number) const {
    size_t last = number;
    while (is(last + 1, Role::measure) || (is(last + 1, Role::group) && said(last + 1) == U"分" && !has(last + 2, TermKind::dimension)) ||
           (is(last + 1, Role::stop) && token(last + 1).word->text == U"∶1"))
      ++last;
    return last;
  }

  void add_having(std::string op, double value, double to) {
    RawHaving having;
    having.op = std::move(op);
    having.value = value;
    having.to = to;
    if (!slots_.metrics.empty())
      having.metric = slots_.metrics.back();
    else if (!slots_.nouns.empty())
      having.metric = slots_.nouns.back();
    for (size_t before = at_; before > 0 && at_ - before < 2; --before) having.change |= is(before - 1, Role::change) || is(before - 1, Role::growth);
    for (size_t i = at_; i < std::min(size(), at_ + 4); ++i)
      if (token(i).number && token(i).number->value == value) {
        having.percent = token(i).number->percent;
        for (size_t k = i + 1; is(k, Role::measure); ++k)
          if (!token(k).word->argument.empty()) having.unit = token(k).word->argument;  // 六十六个人
        break;
      }
    slots_.having.push_back(having);
  }

  // 前三, 前10名, 倒数第二 is more than is understood; 最高的五所, 五个最高的
  bool take_top() {
    const bool head = is(at_, Role::head), tail = is(at_, Role::tail);
    if (head || tail) {
      const size_t number = at_ + 1;
      if (!is_number(number) || token(number).number->percent || token(number).number->value > kMostTop || token(number).number->value < 1)
        return false;
      slots_.top = static_cast<int>(token(number).number->value);
      slots_.said.insert(Role::most);
      if (tail)
        slots_.order = slots_.order.empty() || slots_.order == "desc" ? "asc" : slots_.order;
      else if (slots_.order.empty())
        slots_.order = "desc";
      at_ = behind_number(number);
      return true;
    }
    if (!is_number(at_) || token(at_).number->percent || token(at_).number->value > kMostTop || token(at_).number->value < 1) return false;
    const bool near_most = says_most();
    if (!near_most) {
      // 两个区市, 三所学校 beside their names: says nothing new. Any other number says something that no step would use.
      size_t next = behind_number(at_) + 1;
      if (next < size() && !token(next).known() && said(next) == U"科") ++next;  // 语数英三科
      if (next == at_ + 1 && is(next, Role::stop) && (said(next) == U"年" || said(next) == U"月") && counts_times(token(at_).number->value)) {
        at_ = next;  // 2024、2025、2026三年
        return true;
      }
      if (next == at_ + 1 && is(next, Role::level) && token(at_).number->value > 1 && counts_names(token(at_).number->value))
        return true;  // 崂山、李沧、城阳三区
      if (next == at_ + 1 && next < size() && is(next, Role::stop) && said(next) == U"数" && counts_asked(token(at_).number->value, next))
        return true;
      if (next == at_ + 1 || !(counts_names(token(at_).number->value) || counts_asked(token(at_).number->value, next))) return false;
      // 初中三个年级: each of them.
      if (next < size() && has(next, TermKind::dimension) && !has(next, TermKind::metric) && token(at_).number->value > 1)
        slots_.grouped.insert(next);
      at_ = next - 1;
      return true;
    }
    slots_.top = static_cast<int>(token(at_).number->value);
    at_ = behind_number(at_);
    return true;
  }
  // As many organisations or values as are named, or one.
  bool counts_names(double value) const {
    size_t n_orgs = 0, n_values = 0;
    for (size_t i = 0; i < size(); ++i) {
      n_orgs += has(i, TermKind::org);
      n_values += !token(i).numbered && (has(i, TermKind::value) || has(i, TermKind::flag) || has(i, TermKind::words));
    }
    return value == 1 || (value >= 2 && (value == static_cast<double>(n_orgs) || value == static_cast<double>(n_values))) ||
           (slots_.top && value == *slots_.top);
  }
  // As many times as are named.
  bool counts_times(double value) const {
    const auto n =
        std::count_if(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) { return one.time && one.time->kind == TimeKind::span; });
    return value >= 2 && value == static_cast<double>(n);
  }
  // 几所学校、多少个班，两个数都给我: as many as are asked for. 三个年级: how many a dimension has of them.
  bool counts_asked(double value, size_t next) const {
    if (value > 1 && next < size() && has(next, TermKind::dimension)) return true;
    // 在十个区市里排第几: how many places there are says nothing new.
    if (is(next, Role::level) && std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
          return one.word != nullptr && (one.word->role == Role::rank_of || one.word->role == Role::rank);
        }))
      return true;
    size_t n_named = 0, n_asked = 0;
    for (size_t i = 0; i < size(); ++i) {
      n_named += has(i, TermKind::metric);
      n_asked += is(i, Role::quantity);
    }
    const bool figures = next >= size() || is(next, Role::stop) || is(next, Role::join);
    return figures && value >= 2 && (value == static_cast<double>(n_named) || value == static_cast<double>(n_asked));
  }
  // 哪三个区市最高: the number may stand far from it.
  bool says_most() const {
    for (size_t i = 0; i < size(); ++i)
      if (is(i, Role::most)) return true;
    return false;
  }

  // 学段分布, 区市排名: what stands right before is grouped by.
  void mark_spread() {
    for (size_t i = 1; i < size(); ++i)
      if (is(i, Role::spread) && (has(i - 1, TermKind::dimension) || is(i - 1, Role::level))) slots_.grouped.insert(i - 1);
    // 区市和学段交叉: each of those that are joined.
    const auto kind = [&](size_t i) { return has(i, TermKind::dimension) || is(i, Role::level); };
    const std::u32string_view text = text_.text;
    if (text.find(U"交叉") == text.npos && text.find(U"二维") == text.npos) return;
    for (size_t i = 1; i + 1 < size(); ++i)
      if (is(i, Role::join) && kind(i - 1) && kind(i + 1)) slots_.grouped.insert({i - 1, i + 1});
  }

  // 没有X, 除X外, 不含X和Y
  void mark_negated() {
    for (size_t i = 0; i < size(); ++i) {
      if (is(i, Role::outside) && i > 0 && (has(i - 1, TermKind::org) || has(i - 1, TermKind::value))) slots_.negated.insert(i - 1);  // 市南区以外
      if (is(i, Role::tail) && slots_.negated.contains(i - 1)) slots_.said.erase(Role::tail);  // 剔除西海岸新区后
      if (!is(i, Role::without)) continue;
      // 高职的不算，剩下的: what stands before.
      const std::u32string_view word = token(i).word->text;
      if ((word == U"不算" || word == U"不计" || word == U"除外" || word == U"不算在内") && i > 0 &&
          (has(i - 1, TermKind::org) || has(i - 1, TermKind::value)) &&
          !(i + 1 < size() && (has(i + 1, TermKind::org) || has(i + 1, TermKind::value)))) {
        slots_.negated.insert(i - 1);
        continue;
      }
      size_t next = i + 1;
      while (next < size() && is(next, Role::stop)) ++next;
      if (next >= size()) continue;
      for (;;) {
        slots_.negated.insert(next);
        if (!is(next + 1, Role::join)) break;
        // 除了高中，优良率: what is left out ends with the clause.
        const bool value = has(next, TermKind::org) || has(next, TermKind::value);
        next += 2;
        if (next >= size() || is(next, Role::without)) break;
        if (value && !has(next, TermKind::org) && !has(next, TermKind::value)) break;
        // 既没接入也没定级: 没定级 is a value that denies by itself.
        if (const char32_t begin = said(next).front(); !token(next).terms.empty() && (begin == U'没' || begin == U'未' || begin == U'无')) break;
      }
    }
  }

  const Lexicon& lexicon_;
  const Folded& text_;
  Slots slots_;
  size_t at_ = 0;
  bool share_asked_ = false;  // by 百分之几 alone
};

}  // namespace

Slots sort_out(const Lexicon& lexicon, const Folded& text, std::vector<Token> tokens) { return Sorter(lexicon, text, std::move(tokens)).run(); }

}  // namespace banmo::ask
