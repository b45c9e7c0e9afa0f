// SPDX-License-Identifier: Apache-2.0
// banmo: the command line. Flags here, work in commands.h, serve.h and demo.h.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "base/log.h"
#include "server/commands.h"
#include "server/demo.h"
#include "server/lookup_simulator.h"
#include "server/serve.h"

namespace {

using namespace banmo;
using namespace banmo::server;

// What the flags say; settings are loaded after the data folder is known.
struct Flags {
  std::string data = "data";
  std::string progress = "bar";
  std::vector<std::string> listen;
  std::string scenes, portal, ledger, warehouse, path_prefix, tls_certificate, tls_key, log_level;
  bool no_migrate = false;
};

Result<Settings> settings_of(const Flags& flags) {
  BANMO_TRY(Settings settings, load_settings(flags.data));
  if (!flags.listen.empty()) settings.listen = flags.listen;
  const std::pair<const std::string*, std::string*> texts[] = {
      {&flags.scenes, &settings.scenes},        {&flags.portal, &settings.portal},           {&flags.ledger, &settings.ledger},
      {&flags.warehouse, &settings.warehouse},  {&flags.path_prefix, &settings.path_prefix}, {&flags.tls_certificate, &settings.tls_certificate_file},
      {&flags.tls_key, &settings.tls_key_file}, {&flags.log_level, &settings.log_level}};
  for (const auto& [from, to] : texts)
    if (!from->empty()) *to = *from;
  return settings;
}

void start_log(const std::string& level) {
  const std::map<std::string, LogLevel> levels = {
      {"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warn", LogLevel::warn}, {"error", LogLevel::error}};
  set_log(levels.at(level), [](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fputc('\n', stderr);
  });
}

ProgressStyle style_of(const std::string& name) {
  return name == "json" ? ProgressStyle::json : name == "none" ? ProgressStyle::none : ProgressStyle::bar;
}

using Work = std::function<Result<>(Settings, const Terminal&)>;

void add_common(CLI::App& app, Flags& flags) {
  app.add_option("--data", flags.data, "数据目录 folder of all data")->capture_default_str();
  app.add_option("--progress", flags.progress, "bar, json, none")->check(CLI::IsMember({"bar", "json", "none"}));
  app.add_option("--scenes", flags.scenes, "场景包目录 folder of scene packs");
  app.add_option("--ledger", flags.ledger, "sqlite, postgres:<conninfo>");
  app.add_option("--warehouse", flags.warehouse, "duckdb, postgres:<conninfo>");
  app.add_option("--log-level", flags.log_level, "debug, info, warn, error")->check(CLI::IsMember({"debug", "info", "warn", "error"}));
}

CLI::App* add_command(CLI::App& app, Flags& flags, const std::string& name, const std::string& help, Work& chosen, Work work) {
  CLI::App* command = app.add_subcommand(name, help);
  add_common(*command, flags);
  command->callback([&chosen, work = std::move(work)] { chosen = work; });
  return command;
}

void add_serve(CLI::App& app, Flags& flags, Work& chosen) {
  CLI::App* serving = add_command(app, flags, "serve", "启动服务 serve the city", chosen, [&flags](Settings settings, const Terminal& terminal) {
    return serve(std::move(settings), {.migrate = !flags.no_migrate}, terminal);
  });
  serving->add_option("--listen", flags.listen, "127.0.0.1:8080, [::1]:8080; may repeat");
  serving->add_option("--portal", flags.portal, "门户文件目录 folder of the portal's files");
  serving->add_option("--path-prefix", flags.path_prefix, "/banmo behind a proxy");
  serving->add_option("--tls-certificate", flags.tls_certificate, "PEM");
  serving->add_option("--tls-key", flags.tls_key, "PEM");
  serving->add_flag("--no-migrate", flags.no_migrate, "数据库较旧时拒绝启动 refuse an older database");
}

void add_exchange(CLI::App& app, Flags& flags, Work& chosen) {
  static ImportCommand importing;
  static ExportCommand exporting;
  CLI::App* in = add_command(app, flags, "import", "导入文件 import a file", chosen,
                             [](Settings settings, const Terminal& terminal) { return import_file(std::move(settings), importing, terminal); });
  in->add_option("file", importing.file)->required()->check(CLI::ExistingFile);
  in->add_option("--dataset", importing.dataset, "数据集 dataset id");
  in->add_flag("--oneroster", importing.oneroster, "OneRoster 1.2 CSV zip");
  in->add_option("--people", importing.people, "schools, staff, students: 简易模板 a simple template");
  in->add_option("--under", importing.oneroster_top, "上级组织的代码或名称 code or title of the organisation above");
  in->add_flag("--dry-run", importing.dry_run, "只检查 check only");
  CLI::App* out = add_command(app, flags, "export", "导出文件 export a file", chosen,
                              [](Settings settings, const Terminal& terminal) { return export_file(std::move(settings), exporting, terminal); });
  out->add_option("file", exporting.file)->required();
  out->add_option("--dataset", exporting.dataset, "数据集 dataset id");
  out->add_flag("--oneroster", exporting.oneroster, "OneRoster 1.2 CSV zip");
  out->add_option("--org", exporting.org, "组织的代码或名称 code or title of the organisation");
}

void add_simulator(CLI::App& app, Flags& flags, Work& chosen) {
  static LookupSimulator simulator;
  CLI::App* answering = add_command(app, flags, "simulate-lookups", "模拟被查询的部门 answer look-ups from a file", chosen,
                                    [](const Settings&, const Terminal& terminal) { return simulate_lookups(simulator, terminal); });
  answering->add_option("--listen", simulator.listen)->capture_default_str();
  answering->add_option("--answers", simulator.data, "CSV: lookup,key,result,…")->required()->check(CLI::ExistingFile);
  answering->add_option("--sign", simulator.sign)->check(CLI::IsMember({"hmac", "sm2"}))->capture_default_str();
  answering->add_option("--profile", simulator.profile)->check(CLI::IsMember({"intl", "sm"}))->capture_default_str();
  answering->add_option("--key", simulator.key, "密钥 secret")->required();
  answering->add_option("--public-key", simulator.public_key, "查询方公钥 of who asks (sm2)");
  answering->add_option("--delay-ms", simulator.delay_ms)->check(CLI::Range(0, 60'000));
  answering->add_flag("--wrong", simulator.is_wrong, "签名错误 signs wrongly");
  answering->add_flag("--down", simulator.is_down, "503");
}

void add_operations(CLI::App& app, Flags& flags, Work& chosen) {
  add_command(app, flags, "migrate", "升级数据库 bring the database up to date", chosen,
              [](Settings settings, const Terminal& terminal) { return migrate(std::move(settings), terminal); });
  add_command(app, flags, "doctor", "自检 check everything, one line each", chosen,
              [](Settings settings, const Terminal& terminal) { return doctor(std::move(settings), terminal); });
  static std::string folder;
  static bool verify = false;
  CLI::App* saving = add_command(app, flags, "backup", "备份 consistent snapshot", chosen,
                                 [](Settings settings, const Terminal& terminal) { return backup(std::move(settings), folder, verify, terminal); });
  saving->add_option("--to", folder, "空目录 an empty folder")->required();
  saving->add_flag("--verify", verify, "恢复一次并核对 restore it once and compare");
  CLI::App* restoring = add_command(app, flags, "restore", "恢复 restore a backup", chosen,
                                    [](Settings settings, const Terminal& terminal) { return restore(std::move(settings), folder, terminal); });
  restoring->add_option("--from", folder)->required()->check(CLI::ExistingDirectory);
  static UserCommand account;
  CLI::App* users = add_command(app, flags, "user", "账号 accounts", chosen,
                                [](Settings settings, const Terminal& terminal) { return user(settings, account, terminal); });
  users->add_option("action", account.action)->required()->check(CLI::IsMember({"list", "add", "password", "disable", "enable"}));
  users->add_option("account", account.account);
  users->add_option("--role", account.role);
  users->add_option("--org", account.org);
  static std::string lottery;
  add_command(app, flags, "verify", "重算抽签文件 recompute the file of a draw of lots", chosen,
              [](const Settings&, const Terminal& terminal) { return verify_lottery_file(lottery, terminal); })
      ->add_option("file", lottery)
      ->required()
      ->check(CLI::ExistingFile);
  add_simulator(app, flags, chosen);
  CLI::App* auditing = app.add_subcommand("audit", "审计 audit log");
  auditing->require_subcommand(1);
  add_command(*auditing, flags, "verify", "验证审计链 find the first entry that was tampered with", chosen,
              [](Settings settings, const Terminal& terminal) { return verify_audit(std::move(settings), terminal); });
}

void add_packs(CLI::App& app, Flags& flags, Work& chosen) {
  static std::vector<std::string> folders;
  CLI::App* packs = app.add_subcommand("pack", "场景包 scene packs");
  packs->require_subcommand(1);
  add_command(*packs, flags, "validate", "检查并测试 check and test", chosen, [](Settings settings, const Terminal& terminal) {
    return validate_packs(folders, settings.scenes, terminal);
  })->add_option("folder", folders);
  static std::string path;
  static bool accept = false;
  CLI::App* installing = add_command(*packs, flags, "install", "安装 install", chosen, [](const Settings& settings, const Terminal& terminal) {
    return install_pack(settings, path, accept, terminal);
  });
  installing->add_option("pack", path, "场景包目录、zip 或 pack.yaml a pack's folder, zip or pack.yaml")->required()->check(CLI::ExistingPath);
  installing->add_flag("--accept", accept, "接受会丢数据或降低保护的升级 also an upgrade that loses data or lowers protection");
}

void add_demo(CLI::App& app, Flags& flags, Work& chosen) {
  static DemoOptions options;
  CLI::App* making = add_command(app, flags, "demo", "生成并导入演示城市 make a demonstration city", chosen,
                                 [](Settings settings, const Terminal& terminal) { return make_demo(std::move(settings), options, terminal); });
  making->add_option("--scale", options.scale, "1 = 130 万学生 1.3 million students")->capture_default_str()->check(CLI::Range(0.001, 1.0));
  making->add_option("--seed", options.seed)->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app{"班墨 Banmo: 城市教育数字底座 a city's digital-education base"};
  app.require_subcommand(1);
  Flags flags;
  Work chosen;
  add_serve(app, flags, chosen);
  add_demo(app, flags, chosen);
  add_exchange(app, flags, chosen);
  add_operations(app, flags, chosen);
  add_packs(app, flags, chosen);
  app.add_subcommand("version", "版本 version")->callback([&chosen] {
    chosen = [](Settings, const Terminal& terminal) -> Result<> {
      terminal.line(BANMO_VERSION);
      return {};
    };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Terminal terminal(style_of(flags.progress));
  auto settings = settings_of(flags);
  Result<> done = settings.ok() ? Result<>{} : Result<>(settings.error());
  if (done.ok()) {
    // A command prints its own lines; what it did in detail is for --log-level info.
    start_log(flags.log_level.empty() && !app.got_subcommand("serve") ? "warn" : settings->log_level);
    done = chosen(*std::move(settings), terminal);
  }
  if (done.ok()) return 0;
  terminal.error(done.error());
  return exit_code_of(done.error());
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(077);  // what this program writes is for its own account alone: keys, databases, uploads, spools
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "banmo: %s\n", error.what());
    return 1;
  }
}
