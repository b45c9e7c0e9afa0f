// SPDX-License-Identifier: Apache-2.0
// The organisation tree as one immutable picture in memory (tens of thousands of organisations). Directory::orgs() gives the present one; it stays
// valid as long as it is held. Thread-safe: nothing changes after load.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "directory/types.h"

namespace banmo::directory {

class OrgTree {
 public:
  // `orgs` in any order; parents that are missing make an organisation a top. Merged and closed ones belong to it, but are no children.
  static std::shared_ptr<const OrgTree> build(std::vector<Org> orgs, int64_t version);

  const Org* find(OrgNo no) const;  // nullptr if there is none
  const Org* find(OrgId id) const;
  std::span<const OrgNo> children(OrgNo no) const;   // living ones, in the order of code, then title; of 0: the tops
  std::vector<const Org*> path(OrgNo no) const;      // from the top to itself; empty if there is none
  std::vector<OrgNo> subtree(OrgNo no) const;        // itself and all below it, also closed ones
  bool is_within(OrgNo no, OrgNo ancestor) const;    // itself counts
  const Org* nearest(OrgNo no, OrgKind kind) const;  // itself or the nearest above of that kind
  // The school (or college) that a class, grade or school belongs to; otherwise the organisation itself: where people and rows "stand".
  const Org* standing(OrgNo no) const;

  const Org* by_code(OrgKind kind, std::string_view code) const;  // living
  // How files name an organisation: a code, or a title (also without the city's or district's name before it), within `within` if that is given.
  // Living ones only. Errors: not_found "directory.unknown_org"; conflict "directory.ambiguous_org", which names up to three candidates.
  Result<const Org*> resolve(std::string_view text, std::optional<OrgKind> kind = {}, OrgNo within = {}) const;

  const std::vector<Org>& all() const { return orgs_; }  // ascending numbers
  int64_t version() const { return version_; }

 private:
  OrgTree() = default;
  size_t index_of(OrgNo no) const;
  std::vector<Org> orgs_;
  std::vector<size_t> parent_;  // index, npos for tops
  std::vector<std::vector<OrgNo>> children_;
  std::vector<std::vector<size_t>> all_children_;  // also closed ones
  std::vector<OrgNo> tops_;
  std::unordered_map<OrgId, size_t> by_id_;
  std::unordered_multimap<std::string, size_t> by_code_, by_title_;
  int64_t version_ = 0;
};

}  // namespace banmo::directory
