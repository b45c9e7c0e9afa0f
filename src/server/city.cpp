// SPDX-License-Identifier: Apache-2.0
#include "server/city.h"

#include <algorithm>
#include <filesystem>

#include "api/migrations.h"
#include "ask/migrations.h"
#include "audit/migrations.h"
#include "base/text.h"
#include "directory/migrations.h"
#include "events/migrations.h"
#include "events/recipes.h"
#include "flows/migrations.h"
#include "metrics/migrations.h"
#include "models/migrations.h"
#include "records/migrations.h"
#include "server/pack_shop.h"
#include "server/pack_stage.h"
#include "shares/migrations.h"
#include "sql/migrate.h"

namespace banmo::server {
namespace {

constexpr std::string_view kPostgres = "postgres:";

// Rooms with tables in the ledger, lower ones first.
Result<> migrate_ledger(sql::Database& ledger, bool migrate) {
  const std::pair<std::string_view, std::span<const sql::Migration>> rooms[] = {
      {"audit", audit_migrations()},     {"directory", directory_migrations()}, {"records", records_migrations()},
      {"events", events_migrations()},   {"shares", shares_migrations()},       {"flows", flows_migrations()},
      {"metrics", metrics_migrations()}, {"models", models_migrations()},       {"ask", ask_migrations()},
      {"api", api_migrations()}};
  for (const auto& [room, migrations] : rooms) {
    if (!migrate) {
      BANMO_TRY(const bool needed, sql::migration_needed(ledger, room, migrations));
      if (needed)
        return fail(ErrorCode::unsupported, "server.migration_needed",
                    {"数据库版本较旧；请先备份（banmo backup），再执行 banmo migrate",
                     "the database is older than this program: back up (banmo backup), then run banmo migrate"},
                    std::string(room));
    }
    BANMO_DO(sql::migrate(ledger, room, migrations));
  }
  return {};
}

Result<std::shared_ptr<sql::Database>> open_postgres(const std::string& setting) {
  BANMO_TRY(auto database, sql::open_postgres({.conninfo = setting.substr(kPostgres.size()), .schema = "banmo"}));
  return std::shared_ptr<sql::Database>(std::move(database));
}

Result<std::shared_ptr<sql::Database>> open_ledger(const Settings& settings) {
  if (settings.ledger.starts_with(kPostgres)) return open_postgres(settings.ledger);
  BANMO_TRY(auto ledger, sql::open_sqlite({.path = settings.data + "/ledger.sqlite"}));
  return std::shared_ptr<sql::Database>(std::move(ledger));
}

directory::Options directory_options(const Settings& settings, const Keys& keys) {
  directory::Options options;
  options.profile = settings.profile();
  options.field_key = keys.field_key;
  options.index_key = keys.index_key;
  options.password_rules = settings.password_rules == "asvs" ? directory::PasswordRules::asvs : directory::PasswordRules::dengbao3;
  return options;
}

// Each "id url key [public key]": of a look-up that a pack has, at an address that may be called. Errors: invalid "server.bad_setting"; those of
// Outbound::check.
Result<std::vector<flows::LookupSite>> sites_of(const std::vector<std::string>& lookups, const pack::Catalogue& catalogue,
                                                const http::Outbound& outbound) {
  std::vector<flows::LookupSite> sites;
  for (const std::string& one : lookups) {
    const auto words = text::split(one, ' ');
    if (words.size() < 3 || words.size() > 4)
      return fail(ErrorCode::invalid, "server.bad_setting",
                  {"lookups 的每一项须是“标识 地址 密钥 [对方公钥]”，用空格隔开", "each of lookups is 'id url key [public key]' with blanks between"},
                  "lookups");
    const auto& flows = catalogue.flows();
    if (std::none_of(flows.begin(), flows.end(), [&](const pack::Flow& flow) { return flow.lookup(words[0]) != nullptr; }))
      return fail(
          ErrorCode::invalid, "server.bad_setting",
          {"没有场景包的流程调用查询 " + words[0] + "，请核对 lookups", "no flow of a pack calls the look-up " + words[0] + ": check lookups"},
          "lookups");
    BANMO_DO(outbound.check(words[1]));
    sites.push_back({words[0], words[1], words[2], words.size() == 4 ? words[3] : std::string()});
  }
  return sites;
}

// A model that may not be called is found out at the start, not by the first who asks.
Result<ask::Options> options_of_ask(const Settings& settings, const http::Outbound& outbound) {
  ask::Options options;
  if (settings.ask_model_url.empty()) return options;
  BANMO_DO(outbound.check(settings.ask_model_url));
  options.model = {settings.ask_model_url, settings.ask_model_key, settings.ask_model, std::chrono::milliseconds(settings.ask_model_timeout_ms)};
  options.call = [&outbound](const OutboundRequest& request) { return outbound.call(request); };
  return options;
}

}  // namespace

Result<sql::Stores> open_stores(const Settings& settings) {
  sql::Stores stores;
  BANMO_TRY(stores.ledger, open_ledger(settings));
  if (settings.warehouse == settings.ledger) {
    stores.warehouse = stores.ledger;
  } else if (settings.warehouse.starts_with(kPostgres)) {
    BANMO_TRY(stores.warehouse, open_postgres(settings.warehouse));
  } else {
    BANMO_TRY(auto warehouse, sql::open_duckdb({.path = settings.data + "/warehouse.duckdb",
                                                .memory_limit_mb = static_cast<size_t>(settings.warehouse_memory_mb),
                                                .temp_directory = settings.data + "/tmp"}));
    stores.warehouse = std::move(warehouse);
  }
  return stores;
}

Result<std::string> scenes_folder(const Settings& settings) {
  std::string folder = find_beside_program(settings.scenes, "scenes");
  if (folder.empty())
    return fail(ErrorCode::invalid, "server.no_scenes",
                {"找不到场景包目录 scenes；请用 --scenes 指定", "there is no folder of scene packs: name it with --scenes"});
  return folder;
}

Result<OpenDirectory> open_directory(const Settings& settings) {
  BANMO_DO(check_settings(settings));
  BANMO_TRY(const Keys keys, load_or_make_keys(settings.data));
  OpenDirectory opened;
  BANMO_TRY(opened.stores.ledger, open_ledger(settings));
  if (settings.warehouse == settings.ledger) opened.stores.warehouse = opened.stores.ledger;
  BANMO_DO(migrate_ledger(*opened.stores.ledger, true));
  BANMO_TRY(opened.directory, directory::Directory::create(opened.stores, Clock::system(), directory_options(settings, keys)));
  return opened;
}

Result<std::unique_ptr<City>> City::open(Settings settings, bool migrate) {
  BANMO_DO(check_settings(settings));
  std::error_code made;
  std::filesystem::create_directories(settings.data + "/tmp", made);
  std::filesystem::create_directories(settings.data + "/uploads", made);
  if (made)
    return fail(ErrorCode::unavailable, "server.unwritable_data",
                {"建不了数据目录 " + settings.data + "；请检查路径与权限",
                 "cannot make the data folder " + settings.data + ": check the path and its permissions"},
                settings.data);
  auto city = std::unique_ptr<City>(new City);  // owned by the unique_ptr: the constructor is private
  BANMO_TRY(city->keys_, load_or_make_keys(settings.data));
  BANMO_TRY(const std::string scenes, scenes_folder(settings));
  BANMO_DO(repair_install(scenes));
  BANMO_TRY(city->catalogue_, pack::Catalogue::load_directory(scenes));
  BANMO_TRY(city->stores_, open_stores(settings));
  BANMO_DO(migrate_ledger(*city->stores_.ledger, migrate));
  const Clock& clock = Clock::system();
  BANMO_TRY(city->directory_, directory::Directory::create(city->stores_, clock, directory_options(settings, city->keys_)));
  records::RecordsOptions records_options;
  records_options.folder = settings.data + "/uploads";
  records_options.profile = settings.profile();
  records_options.field_key = city->keys_.field_key;
  records_options.memory_limit_mb = static_cast<size_t>(settings.warehouse_memory_mb);
  records_options.export_rows_per_day = settings.export_rows_per_day;
  BANMO_TRY(city->records_, records::Records::create(city->stores_, city->catalogue_, *city->directory_, clock, std::move(records_options)));
  BANMO_TRY(city->outbound_, http::Outbound::create({settings.outbound_networks, settings.outbound_ca_file}));
  const http::Outbound& outbound = *city->outbound_;
  const OutboundCall call = [&outbound](const OutboundRequest& request) { return outbound.call(request); };
  BANMO_TRY(auto lookups, sites_of(settings.lookups, *city->catalogue_, outbound));
  city->shares_ = std::make_unique<shares::Shares>(*city->directory_, *city->records_, shares::Options{.seal_key = city->keys_.field_key});
  BANMO_TRY(city->flows_, flows::Flows::create(city->stores_, city->catalogue_, *city->directory_, *city->records_, clock,
                                               {.seal_key = city->keys_.field_key,
                                                .call = call,
                                                .file_check_url = settings.file_check_url,
                                                .lookups = std::move(lookups),
                                                .shares = city->shares_.get()}));
  BANMO_TRY(city->metrics_, metrics::Metrics::create(city->stores_, city->catalogue_, *city->directory_, *city->records_, clock));
  BANMO_TRY(city->admissions_, models::Admissions::create(city->stores_, city->catalogue_, *city->directory_, *city->records_, clock,
                                                          settings.data + "/uploads", city->keys_.field_key));
  events::Options events_options;
  events_options.path = settings.path_prefix + events_options.path;
  events_options.home_page = settings.xapi_home_page;
  events_options.account_key = city->keys_.index_key;
  events_options.max_batch = static_cast<size_t>(settings.xapi_max_batch);
  events_options.max_body_bytes = static_cast<size_t>(settings.xapi_max_body_mb) << 20;
  BANMO_TRY(events_options.recipes, events::Recipes::load(*city->catalogue_));
  BANMO_TRY(city->events_, events::Events::create(*city->directory_, std::move(events_options)));
  city->courses_ = std::make_unique<events::Courses>(*city->directory_, *city->events_);
  BANMO_DO(city->events_->feed_into(*city->records_));
  BANMO_TRY(ask::Options ask_options, options_of_ask(settings, outbound));
  city->ask_ = std::make_unique<ask::Ask>(city->stores_, city->catalogue_, *city->directory_, *city->metrics_, clock, std::move(ask_options));
  BANMO_DO(city->ask_->refresh());
  city->forwards_ = std::make_unique<events::Forwards>(*city->directory_, city->keys_.field_key, call);
  city->packs_ = make_pack_shop({scenes, settings.data + "/tmp", city->catalogue_, city->stores_.ledger.get(), settings.profile(), &clock});
  city->settings_ = std::move(settings);
  return city;
}

City::~City() = default;

api::Engines City::engines() {
  return {.directory = directory_.get(),
          .records = records_.get(),
          .metrics = metrics_.get(),
          .ask = ask_.get(),
          .flows = flows_.get(),
          .admissions = admissions_.get(),
          .shares = shares_.get(),
          .events = events_.get(),
          .courses = courses_.get(),
          .forwards = forwards_.get(),
          .outbound = outbound_.get(),
          .packs = packs_.get(),
          .catalogue = catalogue_,
          .stores = stores_,
          .clock = &Clock::system(),
          .temp_directory = settings_.data + "/tmp",
          .upload_directory = settings_.data + "/uploads",
          .version = BANMO_VERSION,
          .public_address = settings_.public_address,
          .profile = settings_.profile()};
}

}  // namespace banmo::server
