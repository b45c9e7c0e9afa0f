// SPDX-License-Identifier: Apache-2.0
#include "directory/org_tree.h"

#include <algorithm>

#include "base/text.h"

namespace banmo::directory {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);
constexpr int kMaxDepth = 64;  // a tree is at most about eight deep; a loop made by hand in the database must not hang us

std::string key_of(std::string_view text) { return text::to_half_width(text::trim(text)); }

}  // namespace

std::shared_ptr<const OrgTree> OrgTree::build(std::vector<Org> orgs, int64_t version) {
  std::shared_ptr<OrgTree> tree(new OrgTree());
  std::sort(orgs.begin(), orgs.end(), [](const Org& a, const Org& b) { return a.no < b.no; });
  tree->orgs_ = std::move(orgs);
  tree->version_ = version;
  const size_t n = tree->orgs_.size();
  tree->parent_.assign(n, kNone);
  tree->children_.resize(n);
  tree->all_children_.resize(n);
  tree->by_id_.reserve(n);
  tree->by_code_.reserve(n);
  tree->by_title_.reserve(n);
  for (size_t i = 0; i < n; ++i) {
    const Org& org = tree->orgs_[i];
    tree->by_id_.emplace(org.id, i);
    const size_t parent = tree->index_of(org.parent);
    tree->parent_[i] = parent == i ? kNone : parent;
    if (tree->parent_[i] != kNone) tree->all_children_[parent].push_back(i);
    if (org.valid_to) continue;
    (tree->parent_[i] == kNone ? tree->tops_ : tree->children_[parent]).push_back(org.no);
    if (!org.code.empty()) tree->by_code_.emplace(org.code, i);
    tree->by_title_.emplace(key_of(org.title), i);
  }
  const auto in_order = [&](OrgNo a, OrgNo b) {
    const Org &x = *tree->find(a), &y = *tree->find(b);
    return std::tie(x.code, x.title, x.no) < std::tie(y.code, y.title, y.no);
  };
  for (auto& list : tree->children_) std::sort(list.begin(), list.end(), in_order);
  std::sort(tree->tops_.begin(), tree->tops_.end(), in_order);
  return tree;
}

size_t OrgTree::index_of(OrgNo no) const {
  const auto found = std::lower_bound(orgs_.begin(), orgs_.end(), no, [](const Org& org, OrgNo key) { return org.no < key; });
  return found != orgs_.end() && found->no == no ? static_cast<size_t>(found - orgs_.begin()) : kNone;
}

const Org* OrgTree::find(OrgNo no) const {
  const size_t i = index_of(no);
  return i == kNone ? nullptr : &orgs_[i];
}

const Org* OrgTree::find(OrgId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &orgs_[found->second];
}

std::span<const OrgNo> OrgTree::children(OrgNo no) const {
  if (no.value == 0) return tops_;
  const size_t i = index_of(no);
  return i == kNone ? std::span<const OrgNo>{} : std::span<const OrgNo>(children_[i]);
}

std::vector<const Org*> OrgTree::path(OrgNo no) const {
  std::vector<const Org*> out;
  for (size_t i = index_of(no); i != kNone && out.size() < kMaxDepth; i = parent_[i]) out.push_back(&orgs_[i]);
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<OrgNo> OrgTree::subtree(OrgNo no) const {
  std::vector<OrgNo> out;
  const size_t start = index_of(no);
  if (start == kNone) return out;
  std::vector<size_t> waiting{start};
  while (!waiting.empty() && out.size() <= orgs_.size()) {
    const size_t i = waiting.back();
    waiting.pop_back();
    out.push_back(orgs_[i].no);
    waiting.insert(waiting.end(), all_children_[i].begin(), all_children_[i].end());
  }
  return out;
}

bool OrgTree::is_within(OrgNo no, OrgNo ancestor) const {
  int depth = 0;
  for (size_t i = index_of(no); i != kNone && depth < kMaxDepth; i = parent_[i], ++depth)
    if (orgs_[i].no == ancestor) return true;
  return false;
}

const Org* OrgTree::nearest(OrgNo no, OrgKind kind) const {
  int depth = 0;
  for (size_t i = index_of(no); i != kNone && depth < kMaxDepth; i = parent_[i], ++depth)
    if (orgs_[i].kind == kind) return &orgs_[i];
  return nullptr;
}

const Org* OrgTree::standing(OrgNo no) const {
  int depth = 0;
  for (size_t i = index_of(no); i != kNone && depth < kMaxDepth; i = parent_[i], ++depth)
    if (orgs_[i].kind != OrgKind::class_ && orgs_[i].kind != OrgKind::grade) return &orgs_[i];
  return find(no);
}

const Org* OrgTree::by_code(OrgKind kind, std::string_view code) const {
  const auto [from, to] = by_code_.equal_range(std::string(code));
  for (auto it = from; it != to; ++it)
    if (orgs_[it->second].kind == kind) return &orgs_[it->second];
  return nullptr;
}

Result<const Org*> OrgTree::resolve(std::string_view text, std::optional<OrgKind> kind, OrgNo within) const {
  const std::string key = key_of(text);
  std::vector<const Org*> found;
  const auto collect = [&](const std::unordered_multimap<std::string, size_t>& index, const std::string& name) {
    const auto [from, to] = index.equal_range(name);
    for (auto it = from; it != to; ++it) {
      const Org& org = orgs_[it->second];
      if ((!kind || org.kind == *kind) && (within.value == 0 || is_within(org.no, within))) found.push_back(&org);
    }
  };
  collect(by_code_, key);
  if (found.empty()) collect(by_title_, key);
  // "青岛市市南区实验小学" for 实验小学 in 市南区: a title with the names of what is above it in front.
  for (size_t at = 3; found.empty() && at + 3 <= key.size(); ++at) {
    if ((static_cast<unsigned char>(key[at]) & 0xc0) == 0x80) continue;
    const std::string head = key.substr(0, at), tail = key.substr(at);
    collect(by_title_, tail);
    std::erase_if(found, [&](const Org* org) {
      std::string above;
      for (const Org* ancestor : path(org->parent)) above += key_of(ancestor->title);
      return !above.ends_with(head);
    });
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    return fail(ErrorCode::not_found, "directory.unknown_org",
                {"没有叫“" + std::string(text) + "”的机构，请核对代码或名称",
                 "no organisation is called \"" + std::string(text) + "\": check its code or title"});
  std::sort(found.begin(), found.end(), [](const Org* a, const Org* b) { return a->no < b->no; });
  std::string candidates;
  for (size_t i = 0; i < found.size() && i < 3; ++i) {
    const Org* parent = find(found[i]->parent);
    candidates += (i > 0 ? ", " : "") + (parent != nullptr ? parent->title + " " : std::string()) + found[i]->title +
                  (found[i]->code.empty() ? "" : " (" + found[i]->code + ")");
  }
  return fail(ErrorCode::conflict, "directory.ambiguous_org",
              {"“" + std::string(text) + "”指多个机构（" + candidates + "），请写代码",
               "\"" + std::string(text) + "\" names several organisations (" + candidates + "): give the code"});
}

}  // namespace banmo::directory
