// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "api/api.h"
#include "audit/audit.h"
#include "audit/read_log.h"
#include "base/log.h"
#include "flows/files.h"
#include "flows/lookups.h"
#include "server/city.h"
#include "server/every.h"
#include "server/health.h"

namespace banmo::server {
namespace {

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; worker-src 'self' blob:; connect-src "
    "'self'; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'; object-src 'none'";

constexpr std::chrono::seconds kRefresh{2}, kFeed{1}, kForward{1};
constexpr std::chrono::seconds kTell{20}, kDeadlines{5}, kFileChecks{1}, kPurge{3600}, kTendAdmissions{600};

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]") || address.starts_with("localhost:");
}

// A demonstration city has published passwords, so nobody beyond this machine may reach it.
Result<> check_exposure(City& city) {
  bool beyond = false;
  for (const std::string& address : city.settings().listen) beyond |= !is_loopback(address);
  if (!beyond) return {};
  BANMO_TRY(const int64_t n_left, city.directory().demo_accounts_left());
  if (n_left == 0) return {};
  return fail(ErrorCode::denied, "server.demo_passwords",
              {"这个城市还有 " + std::to_string(n_left) + " 个账号使用公开的演示密码，只能监听本机地址（127.0.0.1、[::1]）；请先修改这些密码",
               std::to_string(n_left) +
                   " accounts still have the published demonstration password, so this city listens on loopback only: change them first"},
              "listen");
}

http::ServerOptions server_options(const Settings& settings) {
  http::ServerOptions options;
  options.listen = settings.listen;
  options.path_prefix = settings.path_prefix;
  options.tls_certificate_file = settings.tls_certificate_file;
  options.tls_key_file = settings.tls_key_file;
  options.trusted_proxies = settings.trusted_proxies;
  options.n_io_threads = static_cast<size_t>(settings.n_io_threads);
  options.n_workers = static_cast<size_t>(settings.n_workers);
  options.max_connections_per_peer = static_cast<size_t>(settings.max_connections_per_peer);
  options.temp_directory = settings.data + "/tmp";
  options.files.directory = find_beside_program(settings.portal, "portal/dist");
  options.files.content_security_policy = kContentSecurityPolicy;
  return options;
}

// systemd's readiness protocol (sd_notify(3)), without its library: one datagram.
void notify_supervisor(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t n = std::min(std::strlen(path), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path, n);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + n));
  ::close(socket);
}

// Each connection is a file: take as many as the system allows instead of the usual 1024.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) BANMO_LOG(warn, "server.file_limit_not_raised", {"cause", std::generic_category().message(errno)});
}

// What other processes changed (banmo user, another server) shows within seconds, also where nobody asks anything: streams end, memberships begin.
void refresh(City& city) {
  if (const auto done = city.directory().refresh(); !done.ok()) BANMO_LOG(warn, "directory.not_refreshed", {"error", done.error().to_string()});
  if (const auto done = city.metrics().refresh(); !done.ok()) BANMO_LOG(warn, "metrics.not_refreshed", {"error", done.error().to_string()});
  if (const auto done = city.ask().refresh(); !done.ok()) BANMO_LOG(warn, "ask.not_refreshed", {"error", done.error().to_string()});
  if (const auto done = city.records().refresh_levels(); !done.ok())
    BANMO_LOG(warn, "records.levels_not_refreshed", {"error", done.error().to_string()});
}

// Figures for subscribers whose hour has come. Every server asks; each is told by one.
void tell_subscribers(City& city) {
  if (const auto done = city.metrics().tell_subscribers(); !done.ok())
    BANMO_LOG(warn, "metrics.subscribers_not_told", {"error", done.error().to_string()});
}

// Learning records reach their lists soon after they are stored: until then readers keep them in memory, so this does not wait for the warehouse.
void file(City& city) {
  if (const auto done = city.events().file(); !done.ok()) BANMO_LOG(warn, "events.not_filed", {"error", done.error().to_string()});
}

// What is counted of tools and actors is written down; learning records reach the warehouse soon after they are stored; those that were ordered to go
// do so, a share at a time; what fails is tried again.
void feed(City& city) {
  if (const auto done = city.events().flush(); !done.ok()) BANMO_LOG(warn, "events.not_flushed", {"error", done.error().to_string()});
  if (const auto done = city.events().feed(); !done.ok()) BANMO_LOG(warn, "events.not_fed", {"error", done.error().to_string()});
  if (const auto done = city.events().remove(); !done.ok()) BANMO_LOG(warn, "events.not_removed", {"error", done.error().to_string()});
}

// What is due leaves for other stores of learning records; what fails is tried again by its own plan.
void forward(City& city, const std::atomic<bool>& stop) {
  if (const auto done = city.forwards().run(stop); !done.ok()) BANMO_LOG(warn, "events.not_forwarded", {"error", done.error().to_string()});
}

// Deadlines of cases; each is done once, by whichever server comes first.
void run_deadlines(City& city) {
  if (const auto done = city.flows().refresh(); !done.ok()) BANMO_LOG(warn, "flows.not_refreshed", {"error", done.error().to_string()});
  if (const auto done = city.flows().run_due(); !done.ok()) BANMO_LOG(warn, "flows.deadlines_not_run", {"error", done.error().to_string()});
  if (const auto done = city.ask().forget_old(); !done.ok()) BANMO_LOG(warn, "ask.history_not_forgotten", {"error", done.error().to_string()});
}

// Files that wait for the checker; those that came with cases which ended long ago go.
void check_files(City& city) {
  if (const auto done = city.flows().files().run_checks(); !done.ok())
    BANMO_LOG(warn, "flows.files_not_checked", {"error", done.error().to_string()});
}
void ask_others(City& city) {
  if (const auto done = city.flows().lookups().run(); !done.ok()) BANMO_LOG(warn, "flows.lookups_not_run", {"error", done.error().to_string()});
}
void purge_files(City& city) {
  if (const auto done = city.flows().files().purge(); !done.ok()) BANMO_LOG(warn, "flows.files_not_purged", {"error", done.error().to_string()});
  if (const auto done = city.flows().end_drafts(); !done.ok()) BANMO_LOG(warn, "flows.drafts_not_ended", {"error", done.error().to_string()});
  if (const auto done = city.flows().lookups().purge(); !done.ok()) BANMO_LOG(warn, "flows.answers_not_purged", {"error", done.error().to_string()});
}

void print_addresses(const Terminal& terminal, const http::Server& server, City& city) {
  for (const std::string& address : server.addresses())
    terminal.line("班墨 Banmo: " + std::string(city.settings().tls_key_file.empty() ? "http://" : "https://") + address +
                  city.settings().path_prefix + "/");
  const auto n_demo = city.directory().demo_accounts_left();
  if (n_demo.ok() && *n_demo > 0)
    terminal.line(
        "演示账号 demonstration accounts: city leader district principal teacher student guardian sysadmin secadmin auditor  密码 password: "
        "banmo-demo");
}

// What a process that was killed had received of uploads, and copies that a command left. Called before the server listens. Others may use the folder
// (a command beside a server on PostgreSQL): what is young stays.
void clear_temporary_files(const std::string& folder) {
  namespace fs = std::filesystem;
  constexpr auto kOld = std::chrono::hours(1);
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    std::error_code one;
    const bool is_ours = file->path().filename().string().starts_with("banmo-upload-");  // of this server, which is not up yet
    const bool is_old = now - file->last_write_time(one) > kOld;
    if (file->is_regular_file(one) && (is_ours || is_old)) fs::remove(file->path(), one);
  }
}

}  // namespace

Result<> serve(Settings settings, const ServeOptions& options, const Terminal& terminal) {
  // Before any thread: they all inherit the mask, and this one waits for the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();

  BANMO_TRY(const std::unique_ptr<City> city, City::open(std::move(settings), options.migrate));
  BANMO_DO(check_exposure(*city));
  clear_temporary_files(city->settings().data + "/tmp");
  BANMO_TRY(const std::unique_ptr<audit::ReadLog> reads,
            audit::ReadLog::create(*city->stores().ledger, {.folder = city->settings().data, .profile = city->settings().profile()}));
  api::Engines engines = city->engines();
  engines.reads = reads.get();
  BANMO_TRY(http::Router router, api::make_router(engines));
  http::Server* running = nullptr;
  BANMO_DO(add_health_routes(router, *city, [&running] { return running == nullptr ? http::ServerFigures{} : running->figures(); }));
  BANMO_DO(add_openapi_route(router));
  BANMO_TRY(const std::unique_ptr<http::Server> server, http::Server::create(server_options(city->settings()), std::move(router)));
  running = server.get();
  server->start();
  const Every refreshing(kRefresh, [&city] { refresh(*city); });
  const Every telling(kTell, [&city] { tell_subscribers(*city); });
  const Every watching(kDeadlines, [&city] { run_deadlines(*city); });
  const Every checking(kFileChecks, [&city] { check_files(*city); });
  const Every asking(kFileChecks, [&city] { ask_others(*city); });
  const Every purging(kPurge, [&city] { purge_files(*city); });
  const Every tending(kTendAdmissions, [&city] { city->admissions().tend(); });
  const Every filing(kFeed, [&city] { file(*city); });
  const Every feeding(kFeed, [&city] { feed(*city); });
  std::atomic<bool> stopping = false;
  const Every forwarding(kForward, [&city, &stopping] { forward(*city, stopping); });
  print_addresses(terminal, *server, *city);
  notify_supervisor("READY=1");
  BANMO_LOG(info, "server.started", {"version", BANMO_VERSION});

  int signal = 0;
  sigwait(&signals, &signal);
  BANMO_LOG(info, "server.draining", {"signal", signal});
  notify_supervisor("STOPPING=1");
  stopping = true;
  city->outbound().stop();
  city->events().stop();
  server->drain();
  reads->close();
  BANMO_DO(audit::write_checkpoint(*city->stores().ledger, city->settings().data + "/audit.checkpoints", city->keys().audit_key, engines.clock->now(),
                                   city->settings().profile()));
  return {};
}

}  // namespace banmo::server
