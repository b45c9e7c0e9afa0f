// SPDX-License-Identifier: Apache-2.0
#include "server/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "json/describe.h"

namespace banmo::server {
namespace {

constexpr size_t kKeyBytes = 32;

struct KeyFile {
  std::string field_key, index_key, audit_key;  // hexadecimal
};
template <class V>
void describe(V& v, KeyFile& x) {
  v.field("field_key", x.field_key, {.pattern = "^[0-9a-f]{64}$"});
  v.field("index_key", x.index_key, {.pattern = "^[0-9a-f]{64}$"});
  v.field("audit_key", x.audit_key, {.pattern = "^[0-9a-f]{64}$"});
}

Error bad_keys(const std::string& path, Message message) { return fail(ErrorCode::invalid, "server.bad_keys", std::move(message), path); }

crypto::Bytes bytes_of(const std::string& hex) {
  crypto::Bytes bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

// Creates the file with mode 0600, complete and on disk before it has its name.
Result<> write_new(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  ok = ok && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!ok)
    return fail(ErrorCode::unavailable, "server.unwritable_file",
                {"写不了密钥文件 " + path + "；请检查磁盘空间与权限", "cannot write the key file " + path + ": check disk space and permissions"},
                path);
  return {};
}

}  // namespace

Result<Keys> load_or_make_keys(const std::string& data) {
  const std::string path = data + "/keys.json";
  if (!std::filesystem::exists(path)) {
    const Keys keys{crypto::random_bytes(kKeyBytes), crypto::random_bytes(kKeyBytes), crypto::random_bytes(kKeyBytes)};
    BANMO_DO(write_new(
        path, json::to_text(KeyFile{crypto::to_hex(keys.field_key), crypto::to_hex(keys.index_key), crypto::to_hex(keys.audit_key)}) + "\n"));
    return keys;
  }
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0)
    return bad_keys(path, {"密钥文件能被他人读取；请执行 chmod 600 " + path, "the key file can be read by others: chmod 600 " + path});
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto value = json::read(text.str());
  const auto keys = value.ok() ? json::from_json<KeyFile>(*value) : Result<KeyFile>(value.error());
  if (!keys.ok())
    return bad_keys(path, {"密钥文件已损坏；请从备份恢复，缺少它则加密字段无法读取",
                           "the key file is damaged: restore it from a backup, sealed fields cannot be read without it"});
  return Keys{bytes_of(keys->field_key), bytes_of(keys->index_key), bytes_of(keys->audit_key)};
}

}  // namespace banmo::server
