// SPDX-License-Identifier: Apache-2.0
// Any bytes are read or refused as YAML; every node has a place inside the text and answers every typed read.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "yaml/yaml.h"

namespace {

using namespace banmo;

void require(bool good) {
  if (!good) std::abort();
}

void visit(const yaml::Node& node, int n_lines, int depth) {
  require(depth <= 65);
  require(node.line() >= 1 && node.line() <= n_lines && node.column() >= 1);
  require(text::is_utf8(node.scalar()));
  (void)node.text();
  (void)node.integer();
  (void)node.boolean();
  if (const auto number = node.number(); !number.ok()) require(text::is_utf8(number.error().to_string()));
  for (const yaml::Node& item : node.items()) visit(item, n_lines, depth + 1);
  for (const auto& [key, value] : node.members()) {
    require(key.kind() == yaml::Kind::scalar && node.find(key.scalar()) == &value);
    visit(value, n_lines, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto node = yaml::read(text, "fuzz.yaml");
  if (node.ok())
    visit(*node, static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1, 0);
  else
    require(node.error().code != ErrorCode::internal && text::is_utf8(node.error().to_string()));
  return 0;
}
