// SPDX-License-Identifier: Apache-2.0
// Questions that are offered to roles, and roles wherever a pack names some. Whether a question finds an answer is the tests' to say: this room does
// not read questions.
#include <algorithm>

#include "base/text.h"
#include "pack/builder.h"

namespace banmo::pack {

namespace {

constexpr size_t kLongestExample = 60;  // characters: it stands on a button

}  // namespace

void CatalogueBuilder::resolve_examples() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftExample& draft : pack.examples) {
      AskExample example = draft.example;
      example.pack = pack.info.id;
      example.roles = resolve_roles(draft.roles);
      const size_t length = text::n_code_points(example.question);
      if (length == 0 || length > kLongestExample)
        findings_.add(
            "bad_example",
            {"问题须为 1 到 " + std::to_string(kLongestExample) + " 个字", "a question has 1 to " + std::to_string(kLongestExample) + " characters"},
            example.where);
      out_->ask_examples_.push_back(std::move(example));
    }
  }
}

std::vector<std::string> CatalogueBuilder::resolve_roles(const std::vector<Text>& roles) {
  const auto known = known_roles();
  std::vector<std::string> out;
  for (const Text& role : roles) {
    if (std::find(known.begin(), known.end(), role.text) == known.end()) {
      const Message hint = suggestion(role.text, known);
      findings_.add("unknown_role", {"没有角色 " + in_quotes(role.text) + hint.zh, "there is no role " + in_quotes(role.text) + hint.en}, role.where);
    }
    out.push_back(role.text);
  }
  return out;
}

}  // namespace banmo::pack
