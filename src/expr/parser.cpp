// SPDX-License-Identifier: Apache-2.0
#include "expr/parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "expr/lexer.h"

namespace banmo::expr {
namespace {

constexpr size_t kMaxTextBytes = 65'536;
constexpr size_t kMaxNodes = 4'000;
constexpr unsigned kMaxHeight = 100;  // of the tree; also bounds the parser's recursion
constexpr size_t kMaxDigits = 17;     // of a number with a fraction: what a double can tell apart
constexpr size_t kMaxWholeDigits = 18;

constexpr std::array<std::string_view, 17> kReserved = {"and",  "or",   "not",  "between", "in",   "like",  "is",       "null", "case",
                                                        "when", "then", "else", "end",     "true", "false", "distinct", "as"};
constexpr std::array<std::string_view, 14> kReservedInSelect = {"select", "from",  "where", "group", "having", "join",  "left",
                                                                "inner",  "outer", "on",    "order", "limit",  "union", "by"};

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Recursive descent; a null NodePtr means that a finding was added, and everyone returns.
class Parser {
 public:
  Parser(std::vector<Token> tokens, const Parameters& parameters, Findings& findings)
      : tokens_(std::move(tokens)), parameters_(parameters), findings_(findings) {}

  NodePtr whole_expression() {
    NodePtr node = expression();
    if (node && token().kind != Lexeme::end) return unexpected();
    return node;
  }
  bool whole_select(SelectTree& tree);

 private:
  const Token& token() const { return tokens_[at_]; }
  const Token& following() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool is_word(std::string_view word) const { return token().kind == Lexeme::name && token().word == word; }
  bool is_symbol(std::string_view symbol) const { return token().kind == Lexeme::symbol && token().value == symbol; }
  bool take_word(std::string_view word) { return is_word(word) && advance(); }
  bool take_symbol(std::string_view symbol) { return is_symbol(symbol) && advance(); }
  bool advance() {
    ++at_;
    return true;
  }
  bool is_reserved(const Token& t) const {
    return t.kind == Lexeme::name && (contains(kReserved, t.word) || (in_select_ && contains(kReservedInSelect, t.word)));
  }

  NodePtr refuse(size_t offset, std::string id, Message message) {
    findings_.add(offset, std::move(id), std::move(message));
    return nullptr;
  }
  std::string shown() const {
    const Token& t = token();
    return t.kind == Lexeme::text ? "'" + t.value + "'" : t.kind == Lexeme::parameter ? "{" + t.value + "}" : t.value;
  }
  NodePtr unexpected() {
    if (token().kind == Lexeme::end)
      return refuse(token().offset, "expr.unexpected_end", {"表达式没有写完，请补全", "the expression ends too early: complete it"});
    return refuse(token().offset, "expr.unexpected",
                  {"此处不应出现“" + shown() + "”，请检查前面是否缺少运算符、逗号或括号",
                   "unexpected \"" + shown() + "\": is an operator, comma or bracket missing before it?"});
  }
  bool expect_word(std::string_view word) {
    if (take_word(word)) return true;
    refuse(token().offset, "expr.expected", {"此处应为 " + std::string(word), "\"" + std::string(word) + "\" is expected here"});
    return false;
  }
  bool expect_symbol(std::string_view symbol) {
    if (take_symbol(symbol)) return true;
    refuse(token().offset, "expr.expected", {"此处应为“" + std::string(symbol) + "”", "\"" + std::string(symbol) + "\" is expected here"});
    return false;
  }

  template <class... Children>
  NodePtr make(Op op, size_t offset, Children... children) {
    std::vector<NodePtr> all;
    (all.push_back(std::move(children)), ...);
    return make_of(op, offset, std::move(all));
  }
  NodePtr make_of(Op op, size_t offset, std::vector<NodePtr> children) {
    auto node = std::make_unique<Node>();
    node->op = op;
    node->offset = offset;
    for (const NodePtr& child : children) {
      if (!child) return nullptr;
      node->height = std::max(node->height, child->height + 1);
    }
    node->children = std::move(children);
    if (++n_nodes_ > kMaxNodes || node->height > kMaxHeight) return too_large(offset);
    return node;
  }
  NodePtr too_large(size_t offset) {
    return refuse(offset, "expr.too_large",
                  {"表达式过长或嵌套过深（上限 " + std::to_string(kMaxNodes) + " 项、" + std::to_string(kMaxHeight) + " 层），请拆分",
                   "the expression is too long or nested too deeply (limits: " + std::to_string(kMaxNodes) + " terms, " + std::to_string(kMaxHeight) +
                       " levels): split it"});
  }
  NodePtr make_literal(size_t offset, sql::Value value, Type type) {
    NodePtr node = make(Op::literal, offset);
    if (!node) return nullptr;
    node->literal = std::move(value);
    node->type = type;
    return node;
  }

  NodePtr expression();
  NodePtr conjunction();
  NodePtr inversion();
  NodePtr predicate();
  NodePtr comparison(NodePtr left);
  NodePtr between(NodePtr left, bool negated);
  NodePtr in_list(NodePtr left, bool negated);
  NodePtr like(NodePtr left, bool negated);
  NodePtr sum();
  NodePtr product();
  NodePtr unary();
  NodePtr primary();
  NodePtr number();
  NodePtr parameter();
  NodePtr dated(Type type);
  NodePtr name();
  NodePtr call(const Token& name);
  NodePtr case_when();
  bool select_items(SelectTree& tree);
  bool select_source(SelectTree& tree, bool joined);
  bool select_joins(SelectTree& tree);
  bool select_tail(SelectTree& tree);

  std::vector<Token> tokens_;
  const Parameters& parameters_;
  Findings& findings_;
  size_t at_ = 0;
  size_t n_nodes_ = 0;
  unsigned depth_ = 0;
  bool in_select_ = false;
};

NodePtr Parser::expression() {
  if (depth_ >= kMaxHeight) return too_large(token().offset);
  ++depth_;
  std::vector<NodePtr> operands;
  const size_t offset = token().offset;
  do {
    operands.push_back(conjunction());
    if (!operands.back()) return nullptr;
  } while (take_word("or"));
  --depth_;
  return operands.size() == 1 ? std::move(operands.front()) : make_of(Op::any_of, offset, std::move(operands));
}

NodePtr Parser::conjunction() {
  std::vector<NodePtr> operands;
  const size_t offset = token().offset;
  do {
    operands.push_back(inversion());
    if (!operands.back()) return nullptr;
  } while (take_word("and"));
  return operands.size() == 1 ? std::move(operands.front()) : make_of(Op::all_of, offset, std::move(operands));
}

NodePtr Parser::inversion() {
  const size_t offset = token().offset;
  size_t n = 0;
  while (take_word("not")) ++n;
  NodePtr node = predicate();
  if (n > kMaxHeight) return too_large(offset);
  for (; node && n > 0; --n) node = make(Op::negation, offset, std::move(node));
  return node;
}

NodePtr Parser::predicate() {
  NodePtr left = sum();
  if (!left) return nullptr;
  if (take_word("is")) {
    const size_t offset = left->offset;
    const bool negated = take_word("not");
    if (!expect_word("null")) return nullptr;
    NodePtr node = make(Op::is_null, offset, std::move(left));
    if (node) node->negated = negated;
    return node;
  }
  const bool negated = is_word("not");
  if (negated) advance();
  if (take_word("between")) return between(std::move(left), negated);
  if (take_word("in")) return in_list(std::move(left), negated);
  if (take_word("like")) return like(std::move(left), negated);
  if (negated) return unexpected();
  return comparison(std::move(left));
}

NodePtr Parser::comparison(NodePtr left) {
  constexpr std::array<std::pair<std::string_view, Op>, 6> kSigns = {
      {{"=", Op::equal}, {"<>", Op::not_equal}, {"<", Op::less}, {"<=", Op::less_equal}, {">", Op::greater}, {">=", Op::greater_equal}}};
  const auto sign_here = [&] { return std::find_if(kSigns.begin(), kSigns.end(), [&](const auto& sign) { return is_symbol(sign.first); }); };
  const auto sign = sign_here();
  if (sign == kSigns.end()) return left;
  advance();
  const size_t offset = left->offset;
  NodePtr node = make(sign->second, offset, std::move(left), sum());
  if (node && sign_here() != kSigns.end())
    return refuse(token().offset, "expr.chained",
                  {"比较不能连写，请用 and 分开或用 between", "comparisons cannot be chained: join two with and, or use between"});
  return node;
}

NodePtr Parser::between(NodePtr left, bool negated) {
  const size_t offset = left->offset;
  NodePtr low = sum();
  if (!low || !expect_word("and")) return nullptr;
  NodePtr high = sum();
  NodePtr node = make(Op::between, offset, std::move(left), std::move(low), std::move(high));
  if (node) node->negated = negated;
  return node;
}

NodePtr Parser::in_list(NodePtr left, bool negated) {
  const size_t offset = left->offset;
  if (!expect_symbol("(")) return nullptr;
  std::vector<NodePtr> operands;
  operands.push_back(std::move(left));
  do {
    operands.push_back(sum());
    if (!operands.back()) return nullptr;
  } while (take_symbol(","));
  if (!expect_symbol(")")) return nullptr;
  NodePtr node = make_of(Op::in_list, offset, std::move(operands));
  if (node) node->negated = negated;
  return node;
}

NodePtr Parser::like(NodePtr left, bool negated) {
  const Message message = {"like 后面须是文本常量，例如 '山东%'；% 代表任意多字，_ 代表一字，\\% 代表百分号本身",
                           "like takes a literal text such as 'ab%': % is any number of characters, _ is one, \\% is a percent sign"};
  const size_t offset = left->offset, place = token().offset;
  const NodePtr pattern = primary();
  if (!pattern) return nullptr;
  const auto* text = std::get_if<std::string>(&pattern->literal);
  if (text == nullptr) return refuse(place, "expr.bad_pattern", message);
  for (size_t i = 0; i < text->size(); ++i) {
    if ((*text)[i] != '\\') continue;
    ++i;
    if (i >= text->size() || std::string_view("%_\\").find((*text)[i]) == std::string_view::npos) return refuse(place, "expr.bad_pattern", message);
  }
  NodePtr node = make(Op::like, offset, std::move(left));
  if (!node) return nullptr;
  node->negated = negated;
  node->name = *text;
  return node;
}

NodePtr Parser::sum() {
  NodePtr left = product();
  while (left) {
    const Op op = is_symbol("+") ? Op::add : is_symbol("-") ? Op::subtract : is_symbol("||") ? Op::concat : Op::literal;
    if (op == Op::literal) break;
    advance();
    const size_t offset = left->offset;
    left = make(op, offset, std::move(left), product());
  }
  return left;
}

NodePtr Parser::product() {
  NodePtr left = unary();
  while (left) {
    const Op op = is_symbol("*") ? Op::multiply : is_symbol("/") ? Op::divide : Op::literal;
    if (op == Op::literal) break;
    advance();
    const size_t offset = left->offset;
    left = make(op, offset, std::move(left), unary());
  }
  return left;
}

NodePtr Parser::unary() {
  const size_t offset = token().offset;
  size_t n = 0;
  for (; is_symbol("-") || is_symbol("+"); advance()) n += is_symbol("-") ? 1U : 0U;
  NodePtr node = primary();
  if (n > kMaxHeight) return too_large(offset);
  for (; node && n > 0; --n) node = make(Op::negate, offset, std::move(node));
  return node;
}

NodePtr Parser::primary() {
  const Token& t = token();
  switch (t.kind) {
    case Lexeme::number: return number();
    case Lexeme::parameter: return parameter();
    case Lexeme::text: {
      advance();
      return make_literal(t.offset, t.value, Type::text);
    }
    case Lexeme::name: break;
    case Lexeme::symbol: {
      if (!take_symbol("(")) return unexpected();
      NodePtr node = expression();
      return node && expect_symbol(")") ? std::move(node) : nullptr;
    }
    case Lexeme::end: return unexpected();
  }
  if (t.word == "case") return case_when();
  if (t.word == "true" || t.word == "false") {
    advance();
    return make_literal(t.offset, t.word == "true", Type::boolean);
  }
  if (take_word("null")) return make_literal(t.offset, std::monostate{}, Type::null);
  if (following().kind == Lexeme::text || following().kind == Lexeme::parameter) {
    if (t.word == "date") return dated(Type::date);
    if (t.word == "instant") return dated(Type::instant);
  }
  return is_reserved(t) ? unexpected() : name();
}

NodePtr Parser::number() {
  const Token& t = token();
  advance();
  const size_t point = t.value.find('.');
  const size_t n_digits = t.value.size() - (point == std::string::npos ? 0 : 1);
  if (n_digits > (point == std::string::npos ? kMaxWholeDigits : kMaxDigits))
    return refuse(t.offset, "expr.bad_number",
                  {"数的位数过多：整数最多 18 位，小数最多 17 位", "too many digits: at most 18 for an integer, 17 for a decimal"});
  const char* end = t.value.data() + t.value.size();
  if (point == std::string::npos) {
    int64_t whole = 0;
    std::from_chars(t.value.data(), end, whole);
    return make_literal(t.offset, whole, Type::integer);
  }
  double decimal = 0;
  std::from_chars(t.value.data(), end, decimal);
  return make_literal(t.offset, decimal, Type::decimal);
}

NodePtr Parser::parameter() {
  const Token& t = token();
  advance();
  const auto found = parameters_.find(t.value);
  if (found == parameters_.end()) {
    std::vector<std::string_view> known;
    for (const auto& [parameter, value] : parameters_) known.push_back(parameter);
    const Message hint = suggestion(t.value, known);
    return refuse(t.offset, "expr.unknown_parameter", {"没有参数 {" + t.value + "}" + hint.zh, "there is no parameter {" + t.value + "}" + hint.en});
  }
  constexpr std::array<Type, 8> kTypes = {Type::null, Type::boolean, Type::integer, Type::decimal, Type::text, Type::null, Type::date, Type::instant};
  if (std::holds_alternative<sql::Blob>(found->second))
    return refuse(t.offset, "expr.bad_parameter",
                  {"参数 {" + t.value + "} 是二进制值，不能用于表达式", "parameter {" + t.value + "} is binary and cannot stand in an expression"});
  NodePtr node = make_literal(t.offset, found->second, kTypes[found->second.index()]);
  if (node && sql::is_null(found->second)) node->name = t.value;  // tells it from the word null
  return node;
}

NodePtr Parser::dated(Type type) {
  const size_t offset = token().offset;
  advance();
  NodePtr node = primary();
  if (!node || node->type == type) return node;
  const auto* text = std::get_if<std::string>(&node->literal);
  const auto date = text != nullptr && type == Type::date ? Date::parse_iso(*text) : std::nullopt;
  const auto instant = text != nullptr && type == Type::instant ? Instant::parse_iso(*text) : std::nullopt;
  if (date) return make_literal(offset, *date, Type::date);
  if (instant) return make_literal(offset, *instant, Type::instant);
  return refuse(node->offset, "expr.bad_date",
                {"不是有效的日期或时刻：日期写成 '2026-11-21'，时刻写成 '2026-11-21T08:00:00+08:00'",
                 "no valid date or instant: write a date as '2026-11-21', an instant as '2026-11-21T08:00:00+08:00'"});
}

NodePtr Parser::name() {
  const Token& first = token();
  advance();
  if (is_symbol("(")) return call(first);
  std::string full = first.value;
  while (is_symbol(".") && following().kind == Lexeme::name) {
    advance();
    full += "." + token().value;
    advance();
  }
  NodePtr node = make(Op::field, first.offset);
  if (node) node->name = std::move(full);
  return node;
}

NodePtr Parser::call(const Token& name) {
  advance();  // (
  const bool star = is_symbol("*");
  const bool distinct = !star && take_word("distinct");
  std::vector<NodePtr> arguments;
  if (star) {
    advance();
    if (name.word != "count") return refuse(name.offset, "expr.unexpected", {"只有 count 可以写成 count(*)", "only count can be written with *"});
  } else if (!is_symbol(")")) {
    do {
      arguments.push_back(expression());
      if (!arguments.back()) return nullptr;
    } while (take_symbol(","));
  }
  if (!expect_symbol(")")) return nullptr;
  NodePtr node = make_of(Op::kernel, name.offset, std::move(arguments));
  if (!node) return nullptr;
  node->name = name.value;
  node->distinct = distinct;
  return node;
}

NodePtr Parser::case_when() {
  const size_t offset = token().offset;
  advance();
  std::vector<NodePtr> parts;
  const bool simple = !is_word("when");
  if (simple) parts.push_back(expression());
  if (simple && !parts.back()) return nullptr;
  if (!is_word("when")) return expect_word("when"), nullptr;
  while (take_word("when")) {
    parts.push_back(expression());
    if (!parts.back() || !expect_word("then")) return nullptr;
    parts.push_back(expression());
    if (!parts.back()) return nullptr;
  }
  if (take_word("else")) parts.push_back(expression());
  if (!parts.back() || !expect_word("end")) return nullptr;
  return make_of(simple ? Op::simple_case : Op::searched_case, offset, std::move(parts));
}

bool Parser::select_items(SelectTree& tree) {
  do {
    SelectItem item;
    item.offset = token().offset;
    if (is_symbol("*")) {
      refuse(token().offset, "expr.select_star", {"不能写 *，请逐列写出名称", "* is not allowed: name every column"});
      return false;
    }
    item.node = expression();
    if (!item.node) return false;
    const bool as = take_word("as");
    if (token().kind == Lexeme::name && !is_reserved(token())) {
      item.name = token().value;
      advance();
    } else if (as) {
      return unexpected() != nullptr;
    } else if (item.node->op == Op::field) {
      item.name = item.node->name.substr(item.node->name.rfind('.') + 1);
    }
    tree.items.push_back(std::move(item));
  } while (take_symbol(","));
  return true;
}

bool Parser::select_source(SelectTree& tree, bool joined) {
  if (is_symbol("(")) {
    refuse(token().offset, "expr.subquery", {"不支持子查询，请先定义一个派生数据集", "subqueries are not supported: define a derived dataset first"});
    return false;
  }
  if (token().kind != Lexeme::name || is_reserved(token())) return unexpected() != nullptr;
  SelectSource source;
  source.offset = token().offset;
  source.table = token().value;
  advance();
  while (is_symbol(".") && following().kind == Lexeme::name) {  // core.student
    advance();
    source.table += "." + token().value;
    advance();
  }
  source.alias = source.table;
  const bool as = take_word("as");
  if (token().kind == Lexeme::name && !is_reserved(token())) {
    source.alias = token().value;
    advance();
  } else if (as) {
    return unexpected() != nullptr;
  }
  if (joined) {
    if (!expect_word("on")) return false;
    source.on = expression();
    if (!source.on) return false;
  }
  tree.sources.push_back(std::move(source));
  return true;
}

bool Parser::select_joins(SelectTree& tree) {
  while (is_word("join") || is_word("inner") || is_word("left")) {
    const bool left = take_word("left");
    if (left) take_word("outer");
    if (!left) take_word("inner");
    if (!expect_word("join") || !select_source(tree, true)) return false;
    tree.sources.back().left = left;
  }
  if (!is_symbol(",")) return true;
  refuse(token().offset, "expr.comma_join", {"表之间请写 join … on …，不用逗号", "join tables with join ... on ..., not with a comma"});
  return false;
}

bool Parser::select_tail(SelectTree& tree) {
  if (take_word("where")) {
    tree.where = expression();
    if (!tree.where) return false;
  }
  if (take_word("group")) {
    if (!expect_word("by")) return false;
    do {
      tree.group.push_back(expression());
      if (!tree.group.back()) return false;
    } while (take_symbol(","));
  }
  if (take_word("having")) {
    tree.having = expression();
    if (!tree.having) return false;
  }
  return true;
}

bool Parser::whole_select(SelectTree& tree) {
  in_select_ = true;
  if (!expect_word("select")) return false;
  if (is_word("distinct")) {
    refuse(token().offset, "expr.unsupported", {"不支持 select distinct，请用 group by", "select distinct is not supported: use group by"});
    return false;
  }
  if (!select_items(tree) || !expect_word("from") || !select_source(tree, false) || !select_joins(tree) || !select_tail(tree)) return false;
  if (is_word("order") || is_word("limit") || is_word("union")) {
    refuse(token().offset, "expr.unsupported",
           {"派生数据集不支持 " + token().value + "，请删除", token().value + " is not supported in a derived dataset: remove it"});
    return false;
  }
  return token().kind == Lexeme::end || unexpected() != nullptr;
}

std::vector<Token> tokens_of(std::string_view text, Findings& findings) {
  if (text.size() <= kMaxTextBytes) return lex(text, findings);
  findings.add(0, "expr.too_large", {"表达式超过 64 KiB，请拆分", "the expression is longer than 64 KiB: split it"});
  return {};
}

}  // namespace

NodePtr parse_expression(std::string_view text, const Parameters& parameters, Findings& findings) {
  auto tokens = tokens_of(text, findings);
  return tokens.empty() ? nullptr : Parser(std::move(tokens), parameters, findings).whole_expression();
}

bool parse_select(std::string_view text, const Parameters& parameters, Findings& findings, SelectTree& tree) {
  auto tokens = tokens_of(text, findings);
  return !tokens.empty() && Parser(std::move(tokens), parameters, findings).whole_select(tree);
}

}  // namespace banmo::expr
