// SPDX-License-Identifier: Apache-2.0
#include "server/pack_shop.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>

#include "audit/audit.h"
#include "base/id.h"
#include "directory/zip_file.h"
#include "events/recipes.h"
#include "server/pack_stage.h"
#include "server/pack_tests.h"
#include "yaml/yaml.h"

namespace banmo::server {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 500;
constexpr int64_t kMaxUnpacked_bytes = int64_t{64} << 20;
constexpr int64_t kMaxRatio = 200;
constexpr size_t kMaxText_bytes = size_t{4} << 20;  // of a bare pack.yaml
constexpr size_t kChunk_bytes = size_t{64} << 10;

// A folder that goes away with its owner.
class Scratch {
 public:
  explicit Scratch(const std::string& below) : path_(below + "/pack-" + Uuid::next().to_string()) {}
  Scratch(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Error unwritable(const std::string& path, const std::error_code& cause) {
  return fail(ErrorCode::unavailable, "server.unwritable_file", {"写不了 " + path, "cannot write " + path}, path, cause.message());
}

Error no_pack_yaml() {
  return fail(ErrorCode::invalid, "pack.no_pack_yaml",
              {"上传的文件里没有 pack.yaml；请把场景包目录压缩成 zip，或直接上传 pack.yaml",
               "the upload has no pack.yaml: zip the pack's folder, or send pack.yaml alone"},
              "file");
}

Result<std::string> text_of(const std::string& path) {
  const std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  if (!in) return no_pack_yaml();
  return std::move(bytes).str();
}

// The id and version that a pack.yaml gives itself; empty where it is no such text.
std::pair<std::string, std::string> name_in(const std::string& text) {
  const auto root = yaml::read(text, "pack.yaml");
  const yaml::Node* head = root.ok() ? root->find("pack") : nullptr;
  const yaml::Node* id = head == nullptr ? nullptr : head->find("id");
  const yaml::Node* version = head == nullptr ? nullptr : head->find("version");
  return {id == nullptr ? "" : id->scalar(), version == nullptr ? "" : version->scalar()};
}

// "data/bands.csv": below the pack's folder, one level, of a kind that packs have.
bool is_pack_file(std::string_view name) {
  if (name == "pack.yaml" || name == "README.md") return true;
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos || name.find('/', slash + 1) != std::string_view::npos) return false;
  const std::string_view folder = name.substr(0, slash), file = name.substr(slash + 1);
  if (file.empty() || file.starts_with('.') || file.find('\\') != std::string_view::npos) return false;
  if (folder == "recipes") return file.ends_with(".json");
  if (folder != "data" && folder != "sample" && folder != "cases") return false;
  return file.ends_with(".csv") || file.ends_with(".case") || file.ends_with(".xlsx") || file.ends_with(".md");
}

Result<> write_stream(const directory::ByteSource& source, const std::string& path) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  std::ofstream out(path, std::ios::binary);
  std::string chunk(kChunk_bytes, '\0');
  for (;;) {
    BANMO_TRY(const size_t n, source(chunk.data(), chunk.size()));
    if (n == 0) break;
    out.write(chunk.data(), static_cast<std::streamsize>(n));
  }
  out.flush();
  if (!out) return unwritable(path, std::make_error_code(std::errc::io_error));
  return {};
}

Result<> unpack_zip(const std::string& file, const std::string& folder) {
  BANMO_TRY(const auto zip, directory::ZipReader::open(file, {.max_unpacked_bytes = kMaxUnpacked_bytes, .max_ratio = kMaxRatio}));
  const std::vector<std::string> names = zip->names();
  if (names.size() > kMaxFiles)
    return fail(ErrorCode::too_large, "pack.too_many_files", {"压缩包里文件过多", "the zip holds too many files"}, "file");
  std::string prefix;
  const auto top = std::find_if(names.begin(), names.end(), [](const std::string& name) {
    return name == "pack.yaml" || (name.ends_with("/pack.yaml") && name.find('/') == name.size() - std::string_view("/pack.yaml").size());
  });
  if (top == names.end()) return no_pack_yaml();
  prefix = top->substr(0, top->size() - std::string_view("pack.yaml").size());
  for (const std::string& name : names) {
    if (name.ends_with('/')) continue;
    const std::string_view rest = name.starts_with(prefix) ? std::string_view(name).substr(prefix.size()) : std::string_view();
    if (!is_pack_file(rest))
      return fail(ErrorCode::invalid, "pack.bad_name",
                  {"场景包里不能有 " + name + "；只收 pack.yaml 和 data、sample、cases、recipes 下的文件",
                   "a pack has no " + name + ": only pack.yaml and files in data, sample, cases and recipes are taken"},
                  name);
    BANMO_TRY(const directory::ByteSource source, zip->stream(name));
    BANMO_DO(write_stream(source, folder + "/" + std::string(rest)));
  }
  return {};
}

// Findings about what an upgrade takes away; all others are faults of the pack.
bool is_of_upgrade(const Error& finding) { return finding.id == "pack.destructive" || finding.id == "pack.lowers_protection"; }

class Shop final : public api::PackShop {
 public:
  explicit Shop(PackShopOptions options) : options_(std::move(options)) {}

  Result<api::PackVerdict> take(const std::string& account, const std::string& file, bool install) override {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock())
      return fail(ErrorCode::conflict, "pack.busy", {"正在检查另一个场景包，请稍后再试", "another pack is being checked: try again in a moment"});
    BANMO_TRY(api::PackVerdict verdict, take_path(account, file, install, Upgrade::careful));
    if (!verdict.installed) return verdict;
    const std::lock_guard guard(taken_mutex_);
    taken_.insert(verdict.id);
    return verdict;
  }

  Result<api::PackVerdict> take_path(const std::string& account, const std::string& path, bool install, Upgrade upgrade) const {
    const Scratch scratch(options_.temp);
    std::string folder = path;
    if (!fs::is_directory(path)) {
      folder = scratch.path() + "/new";
      BANMO_DO(unpack_pack(path, folder));
    }
    BANMO_TRY(api::PackVerdict verdict, check(folder, upgrade));
    const auto keeps_out = [&](const Error& finding) { return upgrade == Upgrade::careful || !is_of_upgrade(finding); };
    if (!install || std::any_of(verdict.findings.begin(), verdict.findings.end(), keeps_out)) return verdict;
    BANMO_DO(put_in_place(account, folder, verdict));
    verdict.installed = true;
    return verdict;
  }

  Result<std::vector<std::pair<std::string, std::string>>> waiting() override {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& [folder, name] : installed()) {
      const pack::PackInfo* runs = options_.running->pack(name.first);
      if (runs == nullptr || runs->version != name.second || was_taken(name.first)) found.push_back(name);
    }
    return found;
  }

 private:
  bool was_taken(const std::string& id) {
    const std::lock_guard guard(taken_mutex_);
    return taken_.contains(id);
  }

  // Folders of packs with the id and version of each, by name.
  std::vector<std::pair<std::string, std::pair<std::string, std::string>>> installed() const {
    std::set<std::string> folders;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(options_.scenes, failed))
      if (!entry.path().filename().string().starts_with('.') && fs::exists(entry.path() / "pack.yaml", failed)) folders.insert(entry.path().string());
    std::vector<std::pair<std::string, std::pair<std::string, std::string>>> found;
    for (const std::string& folder : folders)
      if (const auto text = text_of(folder + "/pack.yaml"); text.ok()) found.emplace_back(folder, name_in(*text));
    return found;
  }

  Result<api::PackVerdict> check(const std::string& folder, Upgrade upgrade) const {
    api::PackVerdict verdict;
    BANMO_TRY(const std::string text, text_of(folder + "/pack.yaml"));
    std::tie(verdict.id, verdict.version) = name_in(text);
    std::vector<std::string> folders{folder};
    for (const auto& [other, name] : installed()) {
      if (name.first == verdict.id)
        verdict.replaces = name.second;
      else
        folders.push_back(other);
    }
    const auto catalogue = pack::Catalogue::load(folders);
    if (!catalogue.ok()) {
      verdict.findings = catalogue.error().details.empty() ? std::vector<Error>{catalogue.error()} : catalogue.error().details;
    } else {
      verdict.findings = destroyed_by(*options_.running, **catalogue, verdict.id);
      if (const auto recipes = events::Recipes::load(**catalogue); !recipes.ok())
        verdict.findings.insert(verdict.findings.end(), recipes.error().details.begin(), recipes.error().details.end());
      if (verdict.findings.empty() || upgrade == Upgrade::accept) BANMO_DO(run_tests(*catalogue, verdict));
    }
    for (Error& finding : verdict.findings)
      if (finding.where.starts_with(folder)) finding.where = finding.where.substr(folder.size() + 1);
    return verdict;
  }

  static Result<> run_tests(const std::shared_ptr<const pack::Catalogue>& catalogue, api::PackVerdict& verdict) {
    BANMO_TRY(const PackTestReport report, run_pack_tests(catalogue, verdict.id));
    verdict.n_passed = report.n_passed;
    for (const std::string& failure : report.failures) {
      const size_t place = failure.find(": ");
      verdict.findings.push_back(
          fail(ErrorCode::invalid, "pack.test_failed", {failure.substr(place + 2), failure.substr(place + 2)}, failure.substr(0, place)));
    }
    return {};
  }

  // The folder of the installed version, or one named after the id's last word, or after the whole id if that is taken. The audit log tells of it
  // before it is in place, so nothing is installed that the log does not know.
  Result<> put_in_place(const std::string& account, const std::string& folder, const api::PackVerdict& verdict) const {
    std::string name = verdict.id.substr(verdict.id.rfind('.') + 1);
    if (fs::exists(options_.scenes + "/" + name)) name = verdict.id;
    for (const auto& [other, known] : installed())
      if (known.first == verdict.id) name = fs::path(other).filename().string();
    bool noted = false;
    const Result<> done = install_folder(options_.scenes, folder, name, [&]() -> Result<> {
      BANMO_DO(note(account, "pack.install", verdict));
      noted = true;
      return {};
    });
    if (!done.ok() && noted) BANMO_DO(note(account, "pack.install_failed", verdict));
    return done;
  }

  Result<> note(const std::string& account, const std::string& action, const api::PackVerdict& verdict) const {
    json::Object detail{{"version", verdict.version}, {"replaces", verdict.replaces}, {"n_passed", verdict.n_passed}};
    json::Array accepted;
    for (const Error& finding : verdict.findings) accepted.emplace_back(finding.id + " " + finding.where);
    if (!verdict.findings.empty()) detail.set("accepted", std::move(accepted));
    return options_.ledger->write([&](sql::Connection& connection) -> Result<> {
      const audit::Entry entry{options_.clock->now(), account, action, "pack", verdict.id, 0, detail};
      BANMO_DO(audit::append(connection, entry, options_.profile));
      return {};
    });
  }

  PackShopOptions options_;
  std::mutex mutex_;  // one pack at a time
  std::mutex taken_mutex_;
  std::set<std::string> taken_;  // installed since the start: ids
};

Error destroys(const std::string& zh, const std::string& en, const std::string& where) {
  return fail(
      ErrorCode::conflict, "pack.destructive",
      {zh + "；会丢数据的升级请由系统管理员用命令行加 --accept 进行", en + ": an upgrade that loses data is made on the command line, with --accept"},
      where);
}

Error exposes(const std::string& zh, const std::string& en, const std::string& where) {
  return fail(ErrorCode::conflict, "pack.lowers_protection",
              {zh + "；请保持原来的保护，降低保护的升级须由系统管理员用命令行加 --accept 进行",
               en + ": keep the protection as it was; an upgrade that lowers it is made on the command line, with --accept"},
              where);
}

// What protects the values of a field. Any other mask counts: whether it hides less cannot be told from its pattern.
void add_exposed(const std::string& name, const pack::Field& old, const pack::Field& now, std::vector<Error>& findings) {
  if (now.level.declared() < old.level.declared())
    findings.push_back(exposes("字段 " + name + " 的级别降低了", "the level of the field " + name + " is lower", now.where));
  if (old.encrypted && !now.encrypted)
    findings.push_back(exposes("字段 " + name + " 不再加密", "the field " + name + " is no longer encrypted", now.where));
  if (!old.mask.empty() && now.mask != old.mask)
    findings.push_back(exposes("字段 " + name + " 的脱敏方式变了", "the mask of the field " + name + " changed", now.where));
}

// Who sees the rows of a dataset, and which reads the audit log tells of.
void add_exposed(const pack::Dataset& old, const pack::Dataset& now, std::vector<Error>& findings) {
  if (now.level < old.level)
    findings.push_back(exposes("数据集 " + old.id + " 的级别降低了", "the level of the dataset " + old.id + " is lower", now.where));
  if (old.personal && !now.personal)
    findings.push_back(
        exposes("数据集 " + old.id + " 不再是敏感个人信息", "the dataset " + old.id + " is no longer sensitive personal information", now.where));
  if (now.org_field != old.org_field)
    findings.push_back(exposes("数据集 " + old.id + " 的机构字段变了", "the organisation field of " + old.id + " changed", now.where));
  if (now.person_field != old.person_field)
    findings.push_back(exposes("数据集 " + old.id + " 的人员字段变了", "the person field of " + old.id + " changed", now.where));
  for (const pack::Field& field : old.fields)
    if (const pack::Field* same = now.field(field.id); same != nullptr) add_exposed(old.id + "." + field.id, field, *same, findings);
}

}  // namespace

std::unique_ptr<api::PackShop> make_pack_shop(PackShopOptions options) { return std::make_unique<Shop>(std::move(options)); }

Result<api::PackVerdict> install_pack_from(PackShopOptions options, const std::string& account, const std::string& path, Upgrade upgrade) {
  return Shop(std::move(options)).take_path(account, path, true, upgrade);
}

Result<> unpack_pack(const std::string& file, const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return unwritable(folder, failed);
  std::ifstream in(file, std::ios::binary);
  char magic[4] = {};
  in.read(magic, sizeof magic);
  if (std::string_view(magic, sizeof magic) == "PK\x03\x04") return unpack_zip(file, folder);
  if (fs::file_size(file, failed) > kMaxText_bytes || failed) return no_pack_yaml();
  BANMO_TRY(const std::string text, text_of(file));
  if (name_in(text).first.empty() && text.find("pack:") == std::string::npos) return no_pack_yaml();
  fs::copy_file(file, folder + "/pack.yaml", failed);
  if (failed) return unwritable(folder, failed);
  return {};
}

std::vector<Error> destroyed_by(const pack::Catalogue& before, const pack::Catalogue& after, std::string_view pack) {
  std::vector<Error> findings;
  for (const pack::Dataset& old : before.datasets()) {
    if (old.pack != pack) continue;
    const pack::Dataset* now = after.dataset(old.id);
    if (now != nullptr) add_exposed(old, *now, findings);
    if (old.kind == pack::DatasetKind::reference) continue;
    if (now == nullptr) {
      findings.push_back(destroys("数据集 " + old.id + " 不见了", "the dataset " + old.id + " is gone", "pack.yaml"));
      continue;
    }
    if (now->kind != old.kind) findings.push_back(destroys("数据集 " + old.id + " 的种类变了", "the kind of " + old.id + " changed", now->where));
    if (now->grain != old.grain) findings.push_back(destroys("数据集 " + old.id + " 的主键变了", "the grain of " + old.id + " changed", now->where));
    for (const pack::Field& field : old.fields) {
      const pack::Field* same = now->field(field.id);
      if (same == nullptr)
        findings.push_back(destroys("字段 " + old.id + "." + field.id + " 不见了", "the field " + old.id + "." + field.id + " is gone", now->where));
      else if (same->type != field.type)
        findings.push_back(
            destroys("字段 " + old.id + "." + field.id + " 的类型变了", "the type of " + old.id + "." + field.id + " changed", same->where));
    }
  }
  for (const pack::Metric& old : before.metrics()) {
    const pack::Metric* now = old.pack == pack ? after.metric(old.id) : nullptr;
    if (now != nullptr && now->min_cell < old.min_cell)
      findings.push_back(exposes("指标 " + old.id + " 的最小人数降低了", "the smallest cell of the metric " + old.id + " is lower", now->where));
  }
  return findings;
}

}  // namespace banmo::server
