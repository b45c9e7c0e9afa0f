// SPDX-License-Identifier: Apache-2.0
#include "expr/parser_rules.h"

#include <algorithm>
#include <array>
#include <charconv>

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

}  // namespace

NodePtr Parser::whole_expression() {
  NodePtr node = expression();
  if (node && token().kind != Lexeme::end) return unexpected();
  return node;
}

bool Parser::is_reserved(const Token& t) const {
  return t.kind == Lexeme::name && (contains(kReserved, t.word) || (in_select_ && contains(kReservedInSelect, t.word)));
}

NodePtr Parser::refuse(size_t offset, std::string id, Message message) {
  findings_.add(offset, std::move(id), std::move(message));
  return nullptr;
}

std::string Parser::shown() const {
  const Token& t = token();
  return t.kind == Lexeme::text ? "'" + t.value + "'" : t.kind == Lexeme::parameter ? "{" + t.value + "}" : t.value;
}

NodePtr Parser::unexpected() {
  if (token().kind == Lexeme::end)
    return refuse(token().offset, "expr.unexpected_end", {"表达式没有写完，请补全", "the expression ends too early: complete it"});
  return refuse(token().offset, "expr.unexpected",
                {"此处不应出现“" + shown() + "”，请检查前面是否缺少运算符、逗号或括号",
                 "unexpected \"" + shown() + "\": is an operator, comma or bracket missing before it?"});
}

bool Parser::expect_word(std::string_view word) {
  if (take_word(word)) return true;
  refuse(token().offset, "expr.expected", {"此处应为 " + std::string(word), "\"" + std::string(word) + "\" is expected here"});
  return false;
}

bool Parser::expect_symbol(std::string_view symbol) {
  if (take_symbol(symbol)) return true;
  refuse(token().offset, "expr.expected", {"此处应为“" + std::string(symbol) + "”", "\"" + std::string(symbol) + "\" is expected here"});
  return false;
}

NodePtr Parser::make_of(Op op, size_t offset, std::vector<NodePtr> children) {
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

NodePtr Parser::too_large(size_t offset) {
  return refuse(offset, "expr.too_large",
                {"表达式过长或嵌套过深（上限 " + std::to_string(kMaxNodes) + " 项、" + std::to_string(kMaxHeight) + " 层），请拆分",
                 "the expression is too long or nested too deeply (limits: " + std::to_string(kMaxNodes) + " terms, " + std::to_string(kMaxHeight) +
                     " levels): split it"});
}

NodePtr Parser::make_literal(size_t offset, sql::Value value, Type type) {
  NodePtr node = make(Op::literal, offset);
  if (!node) return nullptr;
  node->literal = std::move(value);
  node->type = type;
  return node;
}

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

namespace {

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
