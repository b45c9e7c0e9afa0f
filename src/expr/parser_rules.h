// SPDX-License-Identifier: Apache-2.0
// The parser's state and rules: expressions in parser.cpp, SELECT in parser_select.cpp. Private to the two.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "expr/lexer.h"
#include "expr/parser.h"

namespace banmo::expr {

// Recursive descent; a null NodePtr means that a finding was added, and everyone returns.
class Parser {
 public:
  Parser(std::vector<Token> tokens, const Parameters& parameters, Findings& findings)
      : tokens_(std::move(tokens)), parameters_(parameters), findings_(findings) {}

  NodePtr whole_expression();
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
  bool is_reserved(const Token& t) const;

  NodePtr refuse(size_t offset, std::string id, Message message);
  std::string shown() const;
  NodePtr unexpected();
  bool expect_word(std::string_view word);
  bool expect_symbol(std::string_view symbol);

  template <class... Children>
  NodePtr make(Op op, size_t offset, Children... children) {
    std::vector<NodePtr> all;
    (all.push_back(std::move(children)), ...);
    return make_of(op, offset, std::move(all));
  }
  NodePtr make_of(Op op, size_t offset, std::vector<NodePtr> children);
  NodePtr too_large(size_t offset);
  NodePtr make_literal(size_t offset, sql::Value value, Type type);

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

}  // namespace banmo::expr
