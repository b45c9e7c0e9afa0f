// SPDX-License-Identifier: Apache-2.0
#include "server/settings.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "json/describe.h"

namespace banmo::server {
namespace {

namespace fs = std::filesystem;

constexpr json::FieldOptions kOptional{.has_default = true};

}  // namespace

template <class V>
void describe(V& v, Settings& x) {
  v.field("ledger", x.ledger, kOptional);
  v.field("warehouse", x.warehouse, kOptional);
  v.field("listen", x.listen, kOptional);
  v.field("path_prefix", x.path_prefix, kOptional);
  v.field("tls_certificate_file", x.tls_certificate_file, kOptional);
  v.field("tls_key_file", x.tls_key_file, kOptional);
  v.field("trusted_proxies", x.trusted_proxies, kOptional);
  v.field("scenes", x.scenes, kOptional);
  v.field("portal", x.portal, kOptional);
  v.field("crypto_profile", x.crypto_profile, {.pattern = "^(intl|sm)$", .has_default = true});
  v.field("password_rules", x.password_rules, {.pattern = "^(dengbao3|asvs)$", .has_default = true});
  v.field("log_level", x.log_level, {.pattern = "^(debug|info|warn|error)$", .has_default = true});
  v.field("n_io_threads", x.n_io_threads, {.minimum = 1, .maximum = 64, .has_default = true});
  v.field("n_workers", x.n_workers, {.minimum = 1, .maximum = 256, .has_default = true});
  v.field("max_connections_per_peer", x.max_connections_per_peer, {.minimum = 1, .maximum = 1'000'000, .has_default = true});
  v.field("warehouse_memory_mb", x.warehouse_memory_mb, {.minimum = 128, .maximum = 1'000'000, .has_default = true});
  v.field("xapi_home_page", x.xapi_home_page, {.pattern = "^https?://[^ ]+$", .has_default = true});
  v.field("xapi_max_batch", x.xapi_max_batch, {.minimum = 1, .maximum = 10'000, .has_default = true});
  v.field("xapi_max_body_mb", x.xapi_max_body_mb, {.minimum = 1, .maximum = 512, .has_default = true});
  v.field("public_address", x.public_address, {.pattern = "^(https?://[^ ]+[^ /])?$", .has_default = true});
  v.field("lookups", x.lookups, kOptional);
  v.field("file_check_url", x.file_check_url, {.pattern = "^(https?://[^ ]+)?$", .has_default = true});
  v.field("outbound_networks", x.outbound_networks, kOptional);
  v.field("outbound_ca_file", x.outbound_ca_file, kOptional);
  v.field("export_rows_per_day", x.export_rows_per_day, {.minimum = 0, .maximum = 2'000'000'000, .has_default = true});
  v.field("ask_model_url", x.ask_model_url, kOptional);
  v.field("ask_model_key", x.ask_model_key, kOptional);
  v.field("ask_model", x.ask_model, kOptional);
  v.field("ask_model_timeout_ms", x.ask_model_timeout_ms, {.minimum = 100, .maximum = 20'000, .has_default = true});
}

namespace {

// Each setting from BANMO_<NAME>; lists are separated by commas.
class FromEnvironment {
 public:
  template <class T>
  void field(std::string_view name, T& value, const json::FieldOptions& = {}) {
    std::string variable = "BANMO_" + std::string(name);
    for (char& c : variable)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (const char* text = std::getenv(variable.c_str())) set(value, text, variable);
  }
  Result<> take() && { return std::move(state_); }

 private:
  void set(std::string& value, std::string_view text, const std::string&) { value = text; }
  void set(std::vector<std::string>& value, std::string_view text, const std::string&) { value = text::split(text, ','); }
  void set(int& value, std::string_view text, const std::string& variable) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
      state_ = fail(ErrorCode::invalid, "server.bad_setting",
                    {"环境变量 " + variable + " 须是整数", "the environment variable " + variable + " must be a whole number"}, variable);
  }
  Result<> state_;
};

Result<std::string> read_file(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file)
    return fail(ErrorCode::unavailable, "server.unreadable_file",
                {"读不了文件 " + path + "；请检查路径与权限", "cannot read " + path + ": check the path and its permissions"}, path);
  return std::move(text).str();
}

}  // namespace

Result<Settings> load_settings(const std::string& data) {
  Settings settings;
  const std::string path = data + "/banmo.json";
  if (fs::exists(path)) {
    BANMO_TRY(const std::string text, read_file(path));
    BANMO_TRY(const json::Value value, json::read(text));
    auto read = json::from_json<Settings>(value);
    if (!read.ok()) {
      Error error = std::move(read).error();
      error.id = "server.bad_setting";
      error.where = path + ": " + error.where;
      return error;
    }
    settings = *std::move(read);
  }
  settings.data = data;
  FromEnvironment environment;
  describe(environment, settings);
  BANMO_DO(std::move(environment).take());
  return settings;
}

Result<> save_settings(const Settings& settings) {
  const std::string path = settings.data + "/banmo.json";
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << json::to_text(settings) << '\n';
  file.flush();
  if (!file)
    return fail(ErrorCode::unavailable, "server.unwritable_file",
                {"写不了文件 " + path + "；请检查磁盘空间与权限", "cannot write " + path + ": check disk space and permissions"}, path);
  return {};
}

Result<> check_settings(const Settings& settings) {
  if (settings.tls_certificate_file.empty() != settings.tls_key_file.empty())
    return fail(ErrorCode::invalid, "server.bad_setting", {"TLS 证书与私钥须同时给出", "give both the TLS certificate and its key, or neither"},
                "tls_certificate_file");
  if (settings.ledger != "sqlite" && !settings.ledger.starts_with("postgres:"))
    return fail(ErrorCode::invalid, "server.bad_setting", {"ledger 须是 sqlite 或 postgres:连接串", "ledger must be sqlite or postgres:<conninfo>"},
                "ledger");
  if (settings.warehouse != "duckdb" && !settings.warehouse.starts_with("postgres:"))
    return fail(ErrorCode::invalid, "server.bad_setting",
                {"warehouse 须是 duckdb 或 postgres:连接串", "warehouse must be duckdb or postgres:<conninfo>"}, "warehouse");
  if (settings.ledger == "sqlite" && settings.warehouse != "duckdb")
    return fail(ErrorCode::invalid, "server.bad_setting",
                {"SQLite 台账须配 DuckDB 数据仓；要用 PostgreSQL 数据仓，请把台账也放入 PostgreSQL",
                 "a SQLite ledger goes with a DuckDB warehouse: put the ledger into PostgreSQL too"},
                "warehouse");
  return {};
}

std::string find_beside_program(const std::string& given, const std::string& name) {
  if (!given.empty()) return given;
  std::error_code ignored;
  fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (int up = 0; up < 5 && !folder.empty(); ++up, folder = folder.parent_path())
    if (fs::is_directory(folder / name, ignored)) return (folder / name).string();
  for (const char* installed : {"/usr/share/banmo/", "/usr/local/share/banmo/"})
    if (fs::is_directory(installed + name, ignored)) return installed + name;
  return {};
}

}  // namespace banmo::server
