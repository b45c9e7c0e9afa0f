// SPDX-License-Identifier: Apache-2.0
// Reading folders of packs, and look-ups in the finished catalogue.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/id.h"
#include "pack/builder.h"
#include "pack/pack.h"
#include "pack/reader.h"
#include "yaml/yaml.h"

namespace banmo::pack {

namespace {

constexpr size_t kMaxPacks = 1000;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

// Reads one pack; false, with a finding, if it is no YAML.
bool read_text(const Catalogue::PackText& pack, std::vector<DraftPack>& drafts, Findings& findings) {
  const std::string file = pack.folder + "/pack.yaml";
  auto root = yaml::read(pack.text, file);
  if (!root.ok()) {
    findings.add(std::move(root).error());
    return false;
  }
  DraftPack draft = read_pack(*root, Source{file, lines_of(pack.text)}, findings);
  draft.folder = pack.folder;
  draft.info.file = file;
  draft.info.fingerprint = pack.text;
  if (!draft.flows.empty()) draft.info.text = pack.text;
  drafts.push_back(std::move(draft));
  return true;
}

template <class T>
const T* named(const std::vector<T>& list, std::string_view id) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& one) { return one.id == id; });
  return found == list.end() ? nullptr : &*found;
}

template <class T>
const T* look_up(const std::map<std::string, size_t, std::less<>>& index, const std::vector<T>& list, std::string_view id) {
  const auto found = index.find(id);
  return found == index.end() ? nullptr : &list[found->second];
}

}  // namespace

Result<std::shared_ptr<const Catalogue>> Catalogue::load(std::span<const std::string> folders) {
  Findings findings;
  std::vector<PackText> texts;
  for (const std::string& folder : folders) {
    const std::string file = folder + "/pack.yaml";
    const std::ifstream in(file, std::ios::binary);
    std::stringstream bytes;
    if (in && bytes << in.rdbuf()) {
      texts.push_back({folder, std::move(bytes).str()});
    } else {
      findings.add(fail(ErrorCode::not_found, "pack.no_file", {"读不到场景包文件 " + file, "cannot read the scene pack " + file}, file));
    }
  }
  if (!findings.empty()) return findings.take();
  return load_texts(texts);
}

Result<std::shared_ptr<const Catalogue>> Catalogue::load_texts(std::span<const PackText> texts) {
  if (texts.size() > kMaxPacks) return fail(ErrorCode::too_large, "pack.too_many", {"场景包超过一千个", "there are more than 1,000 scene packs"});
  Findings findings;
  std::vector<DraftPack> drafts;
  bool all_read = true;
  for (const PackText& text : texts) all_read = read_text(text, drafts, findings) && all_read;
  if (!all_read) return findings.take();  // with a pack missing, every reference to it would be reported
  std::sort(drafts.begin(), drafts.end(), [](const DraftPack& a, const DraftPack& b) { return a.info.id < b.info.id; });
  CatalogueBuilder builder(std::move(drafts), findings);
  std::shared_ptr<Catalogue> catalogue = builder.build();
  if (!findings.empty()) return findings.take();
  return std::shared_ptr<const Catalogue>(std::move(catalogue));
}

Result<std::vector<Flow>> Catalogue::flows_of(std::string_view pack, const std::string& text) const {
  Findings findings;
  std::vector<DraftPack> drafts;
  if (!read_text({std::string(pack), text}, drafts, findings)) return findings.take();
  CatalogueBuilder builder(CatalogueBuilder::working_copy(*this), std::move(drafts), findings);
  std::vector<Flow> flows = builder.build_flows();
  if (!findings.empty()) return findings.take();
  return flows;
}

Result<std::shared_ptr<const Catalogue>> Catalogue::load_directory(const std::string& directory) {
  std::vector<std::string> folders;
  std::error_code error;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with('.')) continue;  // a pack that is being installed, a version control's folder
    if (std::filesystem::exists(it->path() / "pack.yaml", error)) folders.push_back(it->path().string());
  }
  if (error) {
    return fail(ErrorCode::not_found, "pack.no_directory", {"读不到场景包目录 " + directory, "cannot read the directory of scene packs " + directory},
                directory, error.message());
  }
  std::sort(folders.begin(), folders.end());
  return load(folders);
}

const PackInfo* Catalogue::pack(std::string_view id) const { return look_up(pack_index_, packs_, id); }
const Dataset* Catalogue::dataset(std::string_view id) const { return look_up(dataset_index_, datasets_, id); }
const Metric* Catalogue::metric(std::string_view id) const { return look_up(metric_index_, metrics_, id); }
const Dimension* Catalogue::dimension(std::string_view id) const { return look_up(dimension_index_, dimensions_, id); }
const Dashboard* Catalogue::dashboard(std::string_view id) const { return look_up(dashboard_index_, dashboards_, id); }
const Target* Catalogue::target(std::string_view id) const { return look_up(target_index_, targets_, id); }
const Portrait* Catalogue::portrait(std::string_view id) const { return look_up(portrait_index_, portraits_, id); }
const Admission* Catalogue::admission(std::string_view id) const { return look_up(admission_index_, admissions_, id); }
const Flow* Catalogue::flow(std::string_view id) const { return look_up(flow_index_, flows_, id); }
const CodeList* Catalogue::code_list(std::string_view id) const { return look_up(code_list_index_, code_lists_, id); }

std::vector<const Dataset*> Catalogue::dependants(std::string_view dataset) const {
  std::vector<std::string_view> changed{dataset};
  std::vector<const Dataset*> out;
  // Each round adds the derived datasets whose changed sources are all in; no cycles exist, so this ends. A dataset stands behind everything that it
  // reads.
  const auto reads = [](const Dataset& derived, std::string_view name) {
    const auto& tables = derived.select->tables();
    return std::find(tables.begin(), tables.end(), name) != tables.end();
  };
  for (size_t i = 0; i < changed.size(); ++i) {
    for (const Dataset& derived : datasets_) {
      if (!derived.select || !reads(derived, changed[i])) continue;
      const auto again = std::find(out.begin(), out.end(), &derived);
      if (again != out.end()) out.erase(again);
      out.push_back(&derived);
      changed.push_back(derived.id);
    }
  }
  return out;
}

const Field* Dataset::field(std::string_view field_id) const {
  const size_t index = field_index(field_id);
  return index < fields.size() ? &fields[index] : nullptr;
}

size_t Dataset::field_index(std::string_view field_id) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& candidate) { return candidate.id == field_id; });
  return static_cast<size_t>(found - fields.begin());
}

expr::Type expression_type(FieldType type) {
  switch (type) {
    case FieldType::integer:
    case FieldType::year:
    case FieldType::org:
    case FieldType::ref: return expr::Type::integer;
    case FieldType::decimal: return expr::Type::decimal;
    case FieldType::boolean: return expr::Type::boolean;
    case FieldType::date: return expr::Type::date;
    case FieldType::datetime: return expr::Type::instant;
    case FieldType::text:
    case FieldType::code:
    case FieldType::idno:
    case FieldType::phone:
    case FieldType::state: break;
  }
  return expr::Type::text;
}

const AdmissionBatch* Admission::batch(std::string_view batch_id) const { return named(batches, batch_id); }

const FlowState* Flow::state(std::string_view state_id) const { return named(states, state_id); }
const FlowRole* Flow::role(std::string_view role_id) const { return named(roles, role_id); }

const FlowFile* Flow::file(std::string_view file_id) const { return named(files, file_id); }
const FlowLetter* Flow::letter(std::string_view letter_id) const { return named(letters, letter_id); }
const FlowLookup* Flow::lookup(std::string_view lookup_id) const { return named(lookups, lookup_id); }
bool Flow::has_appeal() const {
  return std::any_of(moves.begin(), moves.end(), [](const FlowMove& one) { return one.appeal.has_value(); });
}

const FlowDeadline* Flow::deadline(std::string_view state_id) const {
  const auto found = std::find_if(deadlines.begin(), deadlines.end(), [&](const FlowDeadline& one) { return one.state == state_id; });
  return found == deadlines.end() ? nullptr : &*found;
}

const FlowMove* Flow::move(std::string_view from, std::string_view move_id) const {
  const auto found = std::find_if(moves.begin(), moves.end(), [&](const FlowMove& one) {
    return one.id == move_id && std::find(one.from.begin(), one.from.end(), from) != one.from.end();
  });
  return found == moves.end() ? nullptr : &*found;
}

bool Flow::is_reviewer(std::string_view role_id) const {
  return std::any_of(states.begin(), states.end(), [&](const FlowState& one) { return one.panel && one.panel->role == role_id; });
}

bool handles_cases(std::string_view role) {
  static constexpr std::array<std::string_view, 4> kOthers{"city_leader", "system_admin", "security_admin", "audit_admin"};
  const auto roles = known_roles();
  return std::find(roles.begin(), roles.end(), role) != roles.end() && std::find(kOthers.begin(), kOthers.end(), role) == kOthers.end();
}

Level shown_to(std::string_view role) {
  using enum Level;
  static constexpr std::array<Level, 13> kLevels{l3, l2, l3, l3, l3, l2, l3, l4, l4, l2, l1, l1, l1};  // in the order of known_roles()
  const auto roles = known_roles();
  const auto found = std::find(roles.begin(), roles.end(), role);
  return found == roles.end() ? l1 : kLevels[static_cast<size_t>(found - roles.begin())];
}

std::span<const std::string_view> known_roles() {
  static constexpr std::array<std::string_view, 13> kRoles{"city_officer", "city_leader",      "district_officer", "principal", "school_cio",
                                                           "teacher",      "homeroom_teacher", "student",          "guardian",  "enterprise",
                                                           "system_admin", "security_admin",   "audit_admin"};
  return kRoles;
}

}  // namespace banmo::pack
