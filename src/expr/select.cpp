// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "expr/check.h"
#include "expr/coerce.h"
#include "expr/expr.h"
#include "expr/parser.h"
#include "expr/print.h"

namespace banmo::expr {
namespace {

class SelectChecker {
 public:
  SelectChecker(SelectTree& tree, std::span<const Table> tables, const Context& context, Findings& findings)
      : tree_(tree), tables_(tables), context_(context), findings_(findings) {}

  // False with findings.
  bool run() {
    for (size_t i = 0; i < tree_.sources.size(); ++i) source(i);
    if (!findings_.empty()) return false;
    Checker checker(names_, context_.functions, findings_);
    for (size_t i = 1; i < tree_.sources.size(); ++i) join(checker, i);
    if (tree_.where) checker.check_condition(tree_.where, false);
    for (NodePtr& key : tree_.group) group_key(checker, key);
    for (SelectItem& item : tree_.items) checker.check(item.node, true);
    if (tree_.having) checker.check_condition(tree_.having, true);
    names();
    if (findings_.empty()) grouping(checker);
    for (SelectItem& item : tree_.items)
      if (findings_.empty()) finish(item.node);
    return findings_.empty();
  }

 private:
  void source(size_t i) {
    const SelectSource& source = tree_.sources[i];
    const auto table = std::find_if(tables_.begin(), tables_.end(), [&](const Table& t) { return t.name == source.table; });
    if (table == tables_.end()) {
      std::vector<std::string_view> known;
      for (const Table& t : tables_) known.push_back(t.name);
      const Message hint = suggestion(source.table, known);
      return findings_.add(source.offset, "expr.unknown_table",
                           {"没有名为“" + source.table + "”的数据集" + hint.zh, "there is no dataset \"" + source.table + "\"" + hint.en});
    }
    for (size_t j = 0; j < i; ++j)
      if (tree_.sources[j].alias == source.alias)
        return findings_.add(
            source.offset, "expr.duplicate_name",
            {"表名“" + source.alias + "”用了两次，请另起别名", "the table name \"" + source.alias + "\" is used twice: give it another alias"});
    for (const Field& field : table->fields) {
      names_.push_back({source.alias + "." + field.name, field.name, field.type});
      tree_.columns.push_back({i, field.name});
    }
  }

  void join(Checker& checker, size_t i) {
    NodePtr& on = tree_.sources[i].on;
    if (!checker.check_condition(on, false)) return;
    walk(*on, [&](const Node& node) {
      if (node.op != Op::field || tree_.columns[node.field].source <= i) return;
      findings_.add(node.offset, "expr.joined_later",
                    {"“" + node.name + "”所在的表此时尚未连接，请调整 join 的次序",
                     "the table of \"" + node.name + "\" is joined later: change the order of the joins"});
    });
  }

  void group_key(Checker& checker, NodePtr& key) {
    if (!checker.check(key, false)) return;
    bool has_field = false;
    walk(*key, [&](const Node& node) { has_field = has_field || node.op == Op::field; });
    if (!has_field)
      findings_.add(key->offset, "expr.constant_group",
                    {"group by 后面须是字段，不能是常量或序号", "group by takes fields, not constants or positions"});
  }

  void names() {
    std::set<std::string> seen;
    for (const SelectItem& item : tree_.items) {
      if (item.name.empty())
        findings_.add(item.offset, "expr.unnamed_column", {"计算列须起名：… as 名称", "a computed column needs a name: ... as name"});
      if (item.name.empty() || seen.insert(item.name).second) continue;
      findings_.add(item.offset, "expr.duplicate_name",
                    {"列名“" + item.name + "”重复，请另起别名", "the column name \"" + item.name + "\" is used twice: give it another alias"});
    }
  }

  void grouping(Checker& checker) {
    bool aggregates = !tree_.group.empty() || tree_.having != nullptr;
    for (const SelectItem& item : tree_.items) walk(*item.node, [&](const Node& node) { aggregates = aggregates || node.op == Op::aggregate; });
    if (!aggregates) return;
    const Message hint = {"，也不在 group by 中，请加入其一", " and is not in group by: add it to one of them"};
    for (const SelectItem& item : tree_.items) checker.check_grouping(*item.node, tree_.group, hint);
    if (tree_.having) checker.check_grouping(*tree_.having, tree_.group, hint);
  }

  SelectTree& tree_;
  std::span<const Table> tables_;
  const Context& context_;
  Findings& findings_;
  std::vector<Name> names_;
};

std::vector<std::pair<std::string, std::string>> sources_of(const Node& node, const SelectTree& tree) {
  std::set<std::pair<std::string, std::string>> all;
  walk(node, [&](const Node& below) {
    if (below.op != Op::field) return;
    const auto& column = tree.columns[below.field];
    all.emplace(tree.sources[column.source].table, column.name);
  });
  return {all.begin(), all.end()};
}

// Every expression of the tree but the items.
std::vector<const Node*> conditions_of(const SelectTree& tree) {
  std::vector<const Node*> all;
  all.reserve(tree.sources.size() + tree.group.size() + 2);
  for (const SelectSource& source : tree.sources) all.push_back(source.on.get());
  all.push_back(tree.where.get());
  for (const NodePtr& key : tree.group) all.push_back(key.get());
  all.push_back(tree.having.get());
  std::erase(all, nullptr);
  return all;
}

}  // namespace

Result<Select> Select::compile(std::string_view text, std::span<const Table> tables, const Context& context, std::string_view where) {
  Findings findings(text, where);
  auto tree = std::make_shared<SelectTree>();
  if (!parse_select(text, context.parameters, findings, *tree)) return findings.error();
  if (!SelectChecker(*tree, tables, context, findings).run()) return findings.error();
  Select made;
  std::set<std::pair<std::string, std::string>> fields;
  for (const SelectItem& item : tree->items) {
    made.columns_.push_back({item.name, item.node->type, sources_of(*item.node, *tree)});
    fields.insert(made.columns_.back().sources.begin(), made.columns_.back().sources.end());
  }
  for (const Node* condition : conditions_of(*tree)) {
    const auto sources = sources_of(*condition, *tree);
    fields.insert(sources.begin(), sources.end());
  }
  made.fields_.assign(fields.begin(), fields.end());
  for (const SelectSource& source : tree->sources)
    if (std::find(made.tables_.begin(), made.tables_.end(), source.table) == made.tables_.end()) made.tables_.push_back(source.table);
  made.tree_ = std::move(tree);
  return made;
}

Result<std::string> Select::print(const PrintOptions& options, const std::function<std::string(const std::string& table)>& table) const {
  PrintOptions inner = options;
  inner.column = [this](size_t field) {
    const auto& column = tree_->columns[field];
    return sql::quote_identifier(tree_->sources[column.source].alias) + "." + sql::quote_identifier(column.name);
  };
  std::string text = "SELECT ";
  for (const SelectItem& item : tree_->items) {
    BANMO_TRY(const std::string printed, print_node(*item.node, inner));
    text += (&item == &tree_->items.front() ? "" : ", ") + printed + " AS " + sql::quote_identifier(item.name);
  }
  for (const SelectSource& source : tree_->sources) {
    text += std::string(!source.on    ? " FROM "
                        : source.left ? " LEFT JOIN "
                                      : " JOIN ") +
            table(source.table) + " AS " + sql::quote_identifier(source.alias);
    if (!source.on) continue;
    BANMO_TRY(const std::string on, print_node(*source.on, inner));
    text += " ON " + on;
  }
  const auto clause = [&](std::string_view keyword, const Node* node) -> Result<> {
    if (node == nullptr) return {};
    BANMO_TRY(const std::string printed, print_node(*node, inner));
    text += std::string(keyword) + printed;
    return {};
  };
  BANMO_DO(clause(" WHERE ", tree_->where.get()));
  for (const NodePtr& key : tree_->group) BANMO_DO(clause(&key == &tree_->group.front() ? " GROUP BY " : ", ", key.get()));
  BANMO_DO(clause(" HAVING ", tree_->having.get()));
  return text;
}

}  // namespace banmo::expr
