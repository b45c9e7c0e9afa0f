// SPDX-License-Identifier: Apache-2.0
// banmo migrate, doctor, pack, user, audit verify.
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <iostream>

#include "audit/audit.h"
#include "events/recipes.h"
#include "server/city.h"
#include "server/commands.h"
#include "server/pack_shop.h"
#include "server/pack_stage.h"
#include "server/pack_tests.h"

namespace banmo::server {
namespace {

namespace fs = std::filesystem;
using directory::Principal;

constexpr uintmax_t kLittleSpace_bytes = uintmax_t{2} << 30;

// Each gives what is well, or the error that says what to do.
using Check = std::function<Result<std::string>()>;

Result<std::string> check_space(const Settings& settings) {
  std::error_code failed;
  const fs::space_info space = fs::space(settings.data, failed);
  const std::string free_gb = std::to_string(space.available >> 30) + " GiB";
  if (failed || space.available < kLittleSpace_bytes)
    return fail(ErrorCode::storage_full, "server.little_space",
                {"数据盘只剩 " + free_gb + "；请清理或扩容", "only " + free_gb + " are left on the data disk: free some or enlarge it"},
                settings.data);
  return free_gb;
}

Result<std::string> check_synchronous(const sql::Stores& stores) {
  if (stores.ledger->dialect() != sql::Dialect::postgres) return std::string("WAL, synchronous=FULL");
  BANMO_TRY(const sql::Lease lease, stores.ledger->read());
  BANMO_TRY(const sql::Rows rows,
            lease->query("SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('synchronous_standby_names')"));
  const std::string commit = sql::text_of(rows[0][0]), fsync = sql::text_of(rows[0][1]), standbys = sql::text_of(rows[0][2]);
  if (commit == "off" || fsync == "off")
    return fail(ErrorCode::invalid, "server.unsafe_postgres",
                {"PostgreSQL 的 synchronous_commit 或 fsync 已关闭，断电会丢失已确认的数据；请打开",
                 "synchronous_commit or fsync of PostgreSQL is off: acknowledged data can be lost; turn it on"});
  return "synchronous_commit=" + commit +
         (standbys.empty() ? "; 没有同步备机，切换可能丢失数据 no synchronous standby: a fail-over may lose data" : "; standbys " + standbys);
}

Result<std::string> check_audit(const Settings& settings, const Keys& keys, const sql::Stores& stores) {
  const std::string file = settings.data + "/audit.checkpoints";
  BANMO_TRY(const audit::Verdict verdict, audit::verify(*stores.ledger, fs::exists(file) ? file : std::string(), keys.audit_key));
  if (!verdict.intact()) return fail(ErrorCode::conflict, "audit.broken", verdict.why, "seq " + std::to_string(verdict.bad_seq));
  return std::to_string(verdict.n_entries) + " entries, " + std::to_string(verdict.n_checkpoints) + " checkpoints";
}

Result<directory::Org> org_named(const directory::Directory& directory, const std::string& text) {
  const auto tree = directory.orgs();
  BANMO_TRY(const directory::Org* org, tree->resolve(text));
  return *org;
}

// Without an echo where a terminal asks; from a pipe otherwise.
Result<std::string> read_password() {
  if (::isatty(STDIN_FILENO) != 0) {
    const char* text = ::getpass("密码 password: ");  // NOLINT(concurrency-mt-unsafe): before any thread
    return std::string(text == nullptr ? "" : text);
  }
  std::string line;
  if (!std::getline(std::cin, line)) return fail(ErrorCode::invalid, "server.usage", {"请从标准输入给出密码", "give the password on standard input"});
  return line;
}

Result<> add_user(directory::Directory& directory, const UserCommand& command) {
  const auto role = directory::role_of(command.role);
  if (!role)
    return fail(ErrorCode::invalid, "server.usage", {"没有“" + command.role + "”这个角色", "there is no role \"" + command.role + "\""}, "--role");
  BANMO_TRY(const directory::Org org, org_named(directory, command.org));
  directory::NewAccount account;
  account.name = command.account;
  account.grants = {{*role, org.no}};
  BANMO_TRY(account.password, read_password());
  BANMO_DO(directory.create_account(Principal::system(), account));
  return {};
}

}  // namespace

Result<> migrate(Settings settings, const Terminal& terminal) {
  BANMO_TRY(const auto city, City::open(std::move(settings), true));
  terminal.line("数据库已是当前版本 the database is up to date");
  return {};
}

Result<> doctor(Settings settings, const Terminal& terminal) {
  Keys keys;
  sql::Stores stores;
  const std::pair<std::string, Check> checks[] = {
      {"settings",
       [&]() -> Result<std::string> {
         BANMO_DO(check_settings(settings));
         return settings.data;
       }},
      {"disk", [&] { return check_space(settings); }},
      {"keys",
       [&]() -> Result<std::string> {
         BANMO_TRY(keys, load_or_make_keys(settings.data));
         return std::string("keys.json");
       }},
      {"scenes",
       [&]() -> Result<std::string> {
         BANMO_TRY(const auto catalogue, pack::Catalogue::load_directory(find_beside_program(settings.scenes, "scenes")));
         BANMO_DO(events::Recipes::load(*catalogue));
         return std::to_string(catalogue->packs().size()) + " packs";
       }},
      {"portal",
       [&]() -> Result<std::string> {
         const std::string folder = find_beside_program(settings.portal, "portal/dist");
         if (folder.empty())
           return fail(ErrorCode::not_found, "server.no_portal",
                       {"找不到门户文件；请先执行 make portal", "the portal's files are missing: run make portal"});
         return folder;
       }},
      {"stores",
       [&]() -> Result<std::string> {
         BANMO_TRY(stores, open_stores(settings));
         return settings.ledger.substr(0, 8) + " + " + settings.warehouse.substr(0, 8);
       }},
      {"durability", [&]() -> Result<std::string> { return stores.ledger ? check_synchronous(stores) : Result<std::string>(std::string("-")); }},
      {"audit", [&]() -> Result<std::string> { return stores.ledger ? check_audit(settings, keys, stores) : Result<std::string>(std::string("-")); }},
  };
  int n_wrong = 0;
  for (const auto& [name, check] : checks) {
    const auto found = check();
    terminal.line((found.ok() ? "ok    " : "wrong ") + name + ": " +
                  (found.ok() ? *found : found.error().message.zh + "  " + found.error().message.en));
    n_wrong += found.ok() ? 0 : 1;
  }
  if (n_wrong > 0)
    return fail(ErrorCode::invalid, "server.doctor", {std::to_string(n_wrong) + " 项有问题", std::to_string(n_wrong) + " checks failed"});
  return {};
}

Result<> validate_packs(const std::vector<std::string>& folders, const std::string& scenes, const Terminal& terminal) {
  std::vector<std::string> all = folders;
  const std::string installed = find_beside_program(scenes, "scenes");
  if (!installed.empty())
    for (const auto& entry : fs::directory_iterator(installed))
      if (fs::exists(entry.path() / "pack.yaml") &&
          std::none_of(folders.begin(), folders.end(), [&](const std::string& folder) { return fs::equivalent(folder, entry.path()); }))
        all.push_back(entry.path().string());
  BANMO_TRY(const auto catalogue, pack::Catalogue::load(all));
  BANMO_DO(events::Recipes::load(*catalogue));
  BANMO_TRY(const PackTestReport report, run_pack_tests(catalogue));
  for (const std::string& finding : report.failures) terminal.line(finding);
  terminal.line(std::to_string(catalogue->packs().size()) + " packs, " + std::to_string(report.n_passed) + " passed, " +
                std::to_string(report.failures.size()) + " failed");
  if (!report.failures.empty()) return fail(ErrorCode::invalid, "pack.tests_failed", {"场景包的测试未通过", "tests of the pack failed"});
  return {};
}

Result<> install_pack(const Settings& settings, const std::string& path, bool accept, const Terminal& terminal) {
  BANMO_TRY(const std::string scenes, scenes_folder(settings));
  BANMO_TRY(const OpenDirectory opened, open_directory(settings));
  BANMO_DO(repair_install(scenes));
  BANMO_TRY(auto running, pack::Catalogue::load_directory(scenes));
  const PackShopOptions options{scenes, settings.data + "/tmp", std::move(running), opened.stores.ledger.get(), settings.profile(), &Clock::system()};
  BANMO_TRY(const api::PackVerdict verdict,
            install_pack_from(options, Principal::system().account_name, path, accept ? Upgrade::accept : Upgrade::careful));
  for (const Error& finding : verdict.findings) terminal.line(finding.to_string());
  if (!verdict.installed)
    return fail(ErrorCode::conflict, "pack.not_installed",
                {"场景包未安装：" + std::to_string(verdict.findings.size()) + " 处问题，见上；改正后再装",
                 "the pack was not installed: " + std::to_string(verdict.findings.size()) + " findings, see above; mend them and try again"});
  terminal.line(verdict.id + " " + verdict.version + ": " + std::to_string(verdict.n_passed) +
                " passed; 已安装，重启服务后生效 installed; restart the server");
  return {};
}

Result<> user(const Settings& settings, const UserCommand& command, const Terminal& terminal) {
  BANMO_TRY(const OpenDirectory opened, open_directory(settings));
  directory::Directory& directory = *opened.directory;
  if (command.action == "add") return add_user(directory, command);
  if (command.action == "disable" || command.action == "enable")
    return directory.set_account_enabled(Principal::system(), command.account, command.action == "enable");
  if (command.action == "password") {
    BANMO_TRY(const std::string password, read_password());
    return directory.reset_password(Principal::system(), command.account, password);
  }
  BANMO_TRY(const auto accounts, directory.accounts("", "", 1000));
  for (const directory::Account& account : accounts) terminal.line(account.name + "\t" + (account.enabled ? "" : "disabled\t") + account.person_name);
  return {};
}

Result<> verify_audit(Settings settings, const Terminal& terminal) {
  BANMO_TRY(const Keys keys, load_or_make_keys(settings.data));
  BANMO_TRY(const sql::Stores stores, open_stores(settings));
  BANMO_TRY(const std::string found, check_audit(settings, keys, stores));
  terminal.line("审计链完整 the audit chain is whole: " + found);
  return {};
}

}  // namespace banmo::server
