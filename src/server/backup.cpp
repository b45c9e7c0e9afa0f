// SPDX-License-Identifier: Apache-2.0
// banmo backup, banmo restore: a consistent snapshot of the embedded stores with a manifest of hashes and an audit checkpoint. keys.json is part of
// it: guard the folder.
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "audit/audit.h"
#include "json/describe.h"
#include "server/city.h"
#include "server/commands.h"

namespace banmo::server {
namespace {

namespace fs = std::filesystem;

struct Manifest {
  std::string version;
  Instant at;
  std::map<std::string, std::string> files;  // name > SHA-256
};
template <class V>
void describe(V& v, Manifest& x) {
  v.field("version", x.version);
  v.field("at", x.at);
  v.field("files", x.files);
}

constexpr const char* kSmallFiles[] = {"banmo.json", "keys.json", "audit.checkpoints"};
constexpr const char* kManifest = "manifest.json";

Result<std::string> hash_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::not_found, "server.backup_differs", {"备份缺少文件 " + path, "the backup lacks the file " + path}, path);
  crypto::Hasher hasher(crypto::Profile::intl);
  std::string buffer(size_t{1} << 20, '\0');
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0)
    hasher.add({buffer.data(), static_cast<size_t>(file.gcount())});
  return crypto::to_hex(hasher.finish());
}

Error cannot_copy(const std::string& path, const std::error_code& why) {
  return fail(ErrorCode::unavailable, "server.unwritable_file",
              {"复制不了 " + path + "；请检查磁盘空间与权限", "cannot copy " + path + ": check disk space and permissions"}, path, why.message());
}

Result<Manifest> read_manifest(const std::string& folder) {
  const std::ifstream file(folder + "/" + kManifest, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto value = json::read(text.str());
  if (!file || !value.ok())
    return fail(ErrorCode::invalid, "server.backup_differs",
                {folder + " 不是一个备份：没有完好的 manifest.json", folder + " is no backup: it has no sound manifest.json"}, folder);
  return json::from_json<Manifest>(*value);
}

// Every file of the manifest has its hash.
Result<Manifest> check_backup(const std::string& folder) {
  BANMO_TRY(const Manifest manifest, read_manifest(folder));
  for (const auto& [name, expected] : manifest.files) {
    BANMO_TRY(const std::string actual, hash_file(folder + "/" + name));
    if (actual != expected)
      return fail(ErrorCode::conflict, "server.backup_differs",
                  {"备份文件 " + name + " 与清单不符，已损坏或被改动；请换一份备份",
                   "the file " + name + " differs from the manifest: it is damaged or was changed; use another backup"},
                  folder + "/" + name);
  }
  return manifest;
}

Result<> copy_files(const Manifest& manifest, const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::create_directories(to, failed);
  for (const auto& [name, hash] : manifest.files) {
    fs::copy_file(from + "/" + name, to + "/" + name, failed);
    if (failed) return cannot_copy(to + "/" + name, failed);
  }
  if (fs::exists(to + "/keys.json")) fs::permissions(to + "/keys.json", fs::perms::owner_read | fs::perms::owner_write, failed);
  return {};
}

// Restores into a folder of its own, opens it and reads the audit chain.
Result<> try_restore(const Settings& settings, const std::string& folder, const Terminal& terminal) {
  BANMO_TRY(const Manifest manifest, check_backup(folder));
  Settings copy = settings;
  copy.data = folder + "/.verify";
  fs::remove_all(copy.data);
  BANMO_DO(copy_files(manifest, folder, copy.data));
  Result<> done;
  {
    const auto city = City::open(copy, true);
    if (city.ok()) {
      // The checkpoint was written before the copy, so a log that was cut off does not pass.
      const auto verdict = audit::verify(*(*city)->stores().ledger, copy.data + "/audit.checkpoints", (*city)->keys().audit_key);
      if (!verdict.ok())
        done = verdict.error();
      else if (!verdict->intact())
        done =
            fail(ErrorCode::conflict, "server.backup_differs", {"恢复后的审计链不完整", "the audit chain of the restored copy is not whole"}, folder);
    } else {
      done = city.error();
    }
  }
  fs::remove_all(copy.data);
  if (done.ok()) terminal.line("备份可以恢复 the backup restores");
  return done;
}

}  // namespace

Result<> backup(Settings settings, const std::string& folder, bool verify, const Terminal& terminal) {
  if (fs::exists(folder) && !fs::is_empty(folder))
    return fail(ErrorCode::conflict, "server.folder_not_empty", {folder + " 不是空目录；请换一个目录", folder + " is not empty: name another folder"},
                folder);
  fs::create_directories(folder);
  BANMO_TRY(const Keys keys, load_or_make_keys(settings.data));
  BANMO_TRY(const sql::Stores stores, open_stores(settings));
  Manifest manifest{BANMO_VERSION, Clock::system().now(), {}};
  BANMO_DO(audit::write_checkpoint(*stores.ledger, settings.data + "/audit.checkpoints", keys.audit_key, manifest.at, settings.profile()));
  BANMO_DO(stores.ledger->copy_to(folder + "/ledger.sqlite"));
  BANMO_DO(stores.warehouse->copy_to(folder + "/warehouse.duckdb"));
  std::error_code failed;
  for (const char* name : kSmallFiles) {
    if (!fs::exists(settings.data + "/" + name)) continue;
    fs::copy_file(settings.data + "/" + name, folder + "/" + name, failed);
    if (failed) return cannot_copy(folder + "/" + name, failed);
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    BANMO_TRY(manifest.files[name], hash_file(entry.path().string()));
    terminal.line(manifest.files[name] + "  " + name);
  }
  std::ofstream(folder + "/" + kManifest, std::ios::binary) << json::to_text(manifest) << '\n';
  return verify ? try_restore(settings, folder, terminal) : Result<>{};
}

Result<> restore(Settings settings, const std::string& folder, const Terminal& terminal) {
  if (fs::exists(settings.data) && !fs::is_empty(settings.data))
    return fail(ErrorCode::conflict, "server.folder_not_empty",
                {settings.data + " 已有数据；恢复只写入空目录", settings.data + " holds data: a restore goes into an empty folder"}, settings.data);
  BANMO_TRY(const Manifest manifest, check_backup(folder));
  BANMO_DO(copy_files(manifest, folder, settings.data));
  terminal.line("已恢复到 restored into " + settings.data);
  return {};
}

}  // namespace banmo::server
