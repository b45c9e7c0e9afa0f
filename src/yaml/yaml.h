// SPDX-License-Identifier: Apache-2.0
// YAML nodes that know where they stand, so that every finding about a pack names file, line and column. yaml-cpp is visible in yaml.cpp alone.
// Values: copyable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace banmo::yaml {

enum class Kind { null, scalar, sequence, map };

class Node {
 public:
  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool quoted() const { return quoted_; }  // "1" is text, 1 is a number; block scalars (| and >) count as quoted
  const std::string& scalar() const { return scalar_; }
  const std::vector<Node>& items() const { return items_; }
  const std::vector<std::pair<Node, Node>>& members() const { return members_; }  // in the order written; keys are scalars, each once
  const Node* find(std::string_view key) const;                                   // nullptr if this is no map or has no such key
  std::string where() const;  // "scenes/fitness/pack.yaml:12:7", from 1, columns in characters; an absent value stands where its key stands
  int line() const { return line_; }
  int column() const { return column_; }

  // Typed reads; the error ("yaml.wrong_type") says what was expected and what stands there. Only text may be quoted; any scalar is text as it is
  // written (01 stays 01).
  Result<std::string> text() const;
  Result<int64_t> integer() const;  // decimal digits with a sign
  Result<double> number() const;    // finite
  Result<bool> boolean() const;     // true/false only

 private:
  friend class Reader;
  Kind kind_ = Kind::null;
  bool quoted_ = false;
  int line_ = 0, column_ = 0;
  std::shared_ptr<const std::string> file_;
  std::string scalar_;
  std::vector<Node> items_;
  std::vector<std::pair<Node, Node>> members_;
};

// Reads one document; an empty one is null. Refused: anchors' recursion, aliases beyond 1,000 nodes, depth over 64, a key that stands twice, more
// than 4 MiB, 200,000 nodes (what anchors name counts once more for each of them) or 400,000 brackets and commas, tags, several documents, keys that
// are no scalars, control characters, text that is not UTF-8. Error ids: yaml.syntax, yaml.duplicate_key, yaml.alias, yaml.tag, yaml.too_deep,
// yaml.too_large, yaml.documents, yaml.key, yaml.bad_text.
Result<Node> read(std::string_view text, std::string file_name);

}  // namespace banmo::yaml
