// SPDX-License-Identifier: Apache-2.0
// Packs and what they need of each other; code lists; the order of the other steps.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/id.h"
#include "pack/builder.h"

namespace banmo::pack {

namespace {

// "1.2.0" as comparable numbers; missing parts are 0.
std::array<int, 3> version_of(std::string_view text) {
  std::array<int, 3> out{};
  for (int& part : out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc{}) break;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.starts_with('.')) text.remove_prefix(1);
  }
  return out;
}

}  // namespace

CatalogueBuilder::CatalogueBuilder(std::vector<DraftPack> drafts, Findings& findings)
    : drafts_(std::move(drafts)), findings_(findings), out_(std::make_shared<Catalogue>()) {}

CatalogueBuilder::CatalogueBuilder(std::shared_ptr<Catalogue> on, std::vector<DraftPack> drafts, Findings& findings)
    : drafts_(std::move(drafts)), findings_(findings), out_(std::move(on)) {}

std::shared_ptr<Catalogue> CatalogueBuilder::working_copy(const Catalogue& finished) {
  auto copy = std::make_shared<Catalogue>(finished);
  for (Dataset& dataset : copy->datasets_) dataset.rows.clear();
  return copy;
}

Dashboard CatalogueBuilder::build_dashboard() {
  const size_t before = out_->dashboards_.size();
  resolve_dashboards();
  if (out_->dashboards_.size() == before) return {};  // its id was taken
  Dashboard built = std::move(out_->dashboards_.back());
  out_->dashboards_.pop_back();
  out_->dashboard_index_.erase(built.id);
  return built;
}

std::shared_ptr<Catalogue> CatalogueBuilder::build() {
  resolve_packs();
  resolve_datasets();
  resolve_dimensions();
  resolve_metrics();
  resolve_dashboards();
  resolve_home();
  resolve_examples();
  resolve_targets();
  resolve_portraits();
  resolve_flows();
  resolve_admissions();
  for (size_t i = 0; i < drafts_.size(); ++i) resolve_tests(out_->packs_[i], drafts_[i]);
  for (PackInfo& pack : out_->packs_) pack.fingerprint = Uuid::derived(pack.fingerprint).to_string();
  return std::move(out_);
}

void CatalogueBuilder::resolve_packs() {
  for (const DraftPack& draft : drafts_) {
    register_id(out_->pack_index_, draft.info.id, out_->packs_.size(), "pack", draft.where);
    for (const PackInfo& other : out_->packs_) {
      if (other.id == draft.info.id || other.name != draft.info.name) continue;
      findings_.add("duplicate_id",
                    {"包 " + in_quotes(draft.info.id) + " 与 " + in_quotes(other.id) + " 的末段同名，代码表会混淆",
                     "the packs " + in_quotes(draft.info.id) + " and " + in_quotes(other.id) + " end in the same word: their code lists would mix"},
                    draft.where);
    }
    out_->packs_.push_back(draft.info);
    for (const Text& need : draft.needs) out_->packs_.back().needs.push_back(need.text);
  }
  for (const DraftPack& draft : drafts_) {
    resolve_needs(draft);
    resolve_code_lists(draft);
    add_state_lists(draft);
  }
}

// "core>=1": the other pack must be there in at least that version.
void CatalogueBuilder::resolve_needs(const DraftPack& pack) {
  for (const Text& need : pack.needs) {
    const size_t sign = need.text.find(">=");
    const std::string name = need.text.substr(0, sign);
    const auto found = out_->pack_index_.find(name);
    if (found == out_->pack_index_.end()) {
      unknown_name("unknown_pack", "场景包", "scene pack", {name, need.where}, out_->pack_index_);
      continue;
    }
    if (sign == std::string::npos) continue;
    const std::string& version = out_->packs_[found->second].version;
    if (version_of(version) >= version_of(need.text.substr(sign + 2))) continue;
    findings_.add("old_pack", {"需要 " + need.text + "，现有版本为 " + version, "needs " + need.text + ", but the version here is " + version},
                  need.where);
  }
}

void CatalogueBuilder::resolve_code_lists(const DraftPack& pack) {
  for (size_t i = 0; i < pack.code_lists.size(); ++i) {
    CodeList list = pack.code_lists[i];
    const std::string& where = pack.code_list_places[i];
    list.id = pack.info.name + "." + list.id;
    if (list.title.en.empty()) list.title.en = list.title.zh;
    std::map<std::string, std::string> words;  // word > code
    for (CodeList::Value& value : list.values) {
      if (value.title.en.empty()) value.title.en = value.title.zh;
      std::vector<std::string> all = value.synonyms;
      all.push_back(value.title.zh);
      for (const std::string& word : all) {
        const auto [other, fresh] = words.emplace(word, value.code);
        if (fresh || other->second == value.code) continue;
        findings_.add(
            "ambiguous_code",
            {"代码表 " + in_quotes(list.id) + " 中 " + in_quotes(word) + " 同时指 " + in_quotes(other->second) + " 和 " + in_quotes(value.code),
             "in the code list " + in_quotes(list.id) + " " + in_quotes(word) + " means both " + in_quotes(other->second) + " and " +
                 in_quotes(value.code)},
            where);
      }
    }
    if (register_id(out_->code_list_index_, list.id, out_->code_lists_.size(), "code list", where)) out_->code_lists_.push_back(std::move(list));
  }
}

bool CatalogueBuilder::register_id(Catalogue::Index& index, const std::string& id, size_t position, std::string_view what, const std::string& where) {
  if (index.emplace(id, position).second) return true;
  findings_.add("duplicate_id",
                {in_quotes(id) + " 重复：" + std::string(what) + " 的标识在全目录中须唯一",
                 "the " + std::string(what) + " " + in_quotes(id) + " stands twice: ids are unique in the whole catalogue"},
                where);
  return false;
}

void CatalogueBuilder::unknown_name(std::string_view id, std::string_view what_zh, std::string_view what_en, const Text& name,
                                    const Catalogue::Index& known) {
  if (name.where.empty()) return;  // nothing was written there, which is a finding already
  std::vector<std::string_view> names;
  for (const auto& [key, position] : known) names.push_back(key);
  const Message hint = suggestion(name.text, names);
  findings_.add(id,
                {"没有" + std::string(what_zh) + " " + in_quotes(name.text) + hint.zh,
                 "there is no " + std::string(what_en) + " " + in_quotes(name.text) + hint.en},
                name.where);
}

const Dataset* CatalogueBuilder::find_dataset(const Text& name) {
  const Dataset* found = out_->dataset(name.text);
  if (found == nullptr) unknown_name("unknown_dataset", "数据集", "dataset", name, out_->dataset_index_);
  return found;
}

}  // namespace banmo::pack
