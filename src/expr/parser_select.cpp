// SPDX-License-Identifier: Apache-2.0
#include "expr/parser_rules.h"

namespace banmo::expr {

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

}  // namespace banmo::expr
