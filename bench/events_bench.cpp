// SPDX-License-Identifier: Apache-2.0
// The store of learning records, pressed over HTTP as tools press it: the real binary on a demonstration city, statements of about 600 bytes each
// with its own id, durable (synchronous = FULL) and found by every filter. Some are stored first; then, one at a time from 64 clients, in batches of
// 50 and of 500 from 8; beside, in the same run and on the same disk, plain SQLite loops (bare_statements.h). How long the feed into the warehouse
// takes to catch up, what a statement takes on disk, and what pages cost. Limits: 4,000, 15,000 and 25,000 statements a second; at a million
// statements p95 5 ms for the newest 50 and an agent, 20 ms for a related activity, 10 ms for a page at any depth; twice that at ten million.
//
//   events_bench [statements stored first = 200000] [seconds a figure = 4] [program = banmo beside the bench folder] [conninfo of an empty database
//   of PostgreSQL, or BANMO_TEST_PG: the same there, in the same run]
// The current directory must be on a real disk.
#include "bare_statements.h"
#include "crypto/crypto.h"
#include "served.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr size_t kClients = 64, kBatchClients = 8;
constexpr const char* kAccounts = "https://class.example/accounts";

std::string statement(uint64_t& random) {
  const auto some = [&](uint64_t n) { return std::to_string(next_random(random) % n); };
  return R"({"id":")" + Uuid::next().to_string() + R"(","actor":{"objectType":"Agent","account":{"homePage":")" + kAccounts + R"(","name":"p-)" +
         some(50'000) + R"("}},"verb":{"id":"http://adlnet.gov/expapi/verbs/)" + (some(2) == "0" ? "completed" : "answered") +
         R"(","display":{"zh-CN":"完成"}},"object":{"id":"https://class.example/homework/)" + some(2'000) +
         R"(","definition":{"type":"http://adlnet.gov/expapi/activities/assessment","name":{"zh-CN":"课后练习"}}},"result":{"score":{"scaled":0.)" +
         some(100) + R"(},"success":true,"duration":"PT)" + some(900) + R"(S"},"context":{"registration":"00000000-0000-4000-8000-00000000)" +
         std::to_string(1000 + next_random(random) % 9000) + R"(","contextActivities":{"parent":[{"id":"https://class.example/course/)" + some(300) +
         R"("}]},"platform":"class"},"timestamp":"2026-11-21T08:00:00.000Z"})";
}

class Bench {
 public:
  Bench(const Server& server, double seconds) : server_(server), seconds_(seconds) {
    const std::string token = sign_in(server.port(), "city");
    const auto made = json_of(ask_once(server.port(), post_request("/api/v1/xapi/keys", token, R"({"title":"bench","scopes":["all"]})")), "a key");
    secret_ = text_at(made, "secret");
  }

  void fill(size_t n) {
    for (size_t done = 0; done < n; done += kFillBatch * kFillRequests) press_batches(kFillBatch, kFillRequests, 0);
    printf("%zu statements stored first\n", n_stored_);
  }

  void rate(const char* name, size_t batch, size_t n_clients, double limit, double bare) {
    const auto n_requests = static_cast<size_t>(seconds_ * 5 * limit / static_cast<double>(batch)) + n_clients;
    const double cpu = server_.cpu_s(), own = cpu_s();
    Load load = press_batches(batch, n_requests, seconds_, n_clients);
    const double n = static_cast<double>(load.n_requests * batch), rate = n / load.seconds;
    std::printf("%-34s %8.0f /s  %.2f of bare  server cpu %5.1f us, client %4.1f us each  p50 %7.2f  p99 %7.2f ms  %zu failed  limit %.0f/s: %s\n",
                name, rate, rate / bare, (server_.cpu_s() - cpu) * 1e6 / n, (cpu_s() - own) * 1e6 / n, percentile(load.latencies_ms, 0.5),
                percentile(load.latencies_ms, 0.99), load.n_failed, limit, verdict(load.n_failed == 0 && rate >= limit));
    std::fflush(stdout);
  }

  // Until the server has done what it does behind: lists and the warehouse.
  void settle() const {
    const double start = now_s();
    for (double before = 0, cpu = server_.cpu_s(); cpu - before > 0.1 && now_s() - start < 600; cpu = server_.cpu_s()) {
      before = cpu;
      std::this_thread::sleep_for(std::chrono::milliseconds(3000));
    }
    std::printf("%.0f s until the server is idle again\n", now_s() - start);
  }

  // `limit_ms` at a million statements.
  void page(const char* name, const std::vector<std::string>& targets, double limit_ms) {
    std::vector<std::string> requests;
    for (const std::string& target : targets) requests.push_back(with_version(get_request(target, secret_)));
    Load load = press(server_.port(), requests, 1, 0);
    const double limit = n_stored_ > 2'000'000 ? 2 * limit_ms : limit_ms, p95 = percentile(load.latencies_ms, 0.95);
    std::printf("page of 50, %-34s p95 %6.2f ms  %zu failed  limit %.0f ms: %s\n", name, p95, load.n_failed, limit,
                verdict(load.n_failed == 0 && p95 <= limit));
  }

  // The address of the page after `n_pages` more.
  std::string deep(size_t n_pages) {
    std::string target = "/xapi/statements?limit=50";
    for (size_t i = 0; i < n_pages; ++i) {
      const auto page = json_of(ask_once(server_.port(), with_version(get_request(target, secret_))), "a page");
      target = text_at(page, "more");
      if (target.empty()) give_up("there are too few pages");
    }
    return target;
  }
  size_t n_stored() const { return n_stored_; }

 private:
  static constexpr size_t kFillBatch = 500, kFillRequests = 100;
  static std::string with_version(std::string request) {
    request.insert(request.find("\r\n") + 2, "X-Experience-API-Version: 2.0.0\r\n");
    return request;
  }
  Load press_batches(size_t batch, size_t n_requests, double seconds, size_t n_clients = kBatchClients) {
    std::vector<std::string> requests;
    for (size_t i = 0; i < n_requests; ++i) {
      std::string body = batch == 1 ? statement(random_) : "[";
      for (size_t k = 0; batch > 1 && k < batch; ++k) body += (k == 0 ? "" : ",") + statement(random_);
      requests.push_back(with_version(post_request("/xapi/statements", secret_, batch == 1 ? body : body + "]")));
    }
    Load load = press(server_.port(), requests, n_clients, seconds);
    if (load.n_requests > requests.size()) give_up("faster than there were statements");
    n_stored_ += (load.n_requests - load.n_failed) * batch;
    return load;
  }
  const Server& server_;
  double seconds_;
  std::string secret_;
  uint64_t random_ = 88'172'645'463'325'252ull;
  size_t n_stored_ = 0;
};

std::vector<std::string> targets(size_t n, const std::function<std::string(size_t)>& of) {
  std::vector<std::string> out;
  for (size_t i = 0; i < n; ++i) out.push_back(of(i));
  return out;
}

void pages(Bench& bench) {
  bench.page("the newest", targets(200, [](size_t) { return "/xapi/statements?limit=50"; }), 5);
  bench.page("an agent",
             targets(200,
                     [](size_t i) {
                       return std::string("/xapi/statements?limit=50&agent=%7B%22account%22%3A%7B%22homePage%22%3A%22") + kAccounts +
                              "%22%2C%22name%22%3A%22p-" + std::to_string(i * 237) + "%22%7D%7D";
                     }),
             5);
  bench.page("a course as related activity",
             targets(200,
                     [](size_t i) {
                       return "/xapi/statements?limit=50&related_activities=true&activity=https://class.example/course/" + std::to_string(i % 300);
                     }),
             20);
  const std::string deep = bench.deep(200);
  bench.page("the 200th of the newest", targets(200, [&](size_t) { return deep; }), 10);
  bench.page("from the middle of all in order, a verb",
             targets(200, [](size_t) { return "/xapi/statements?limit=50&ascending=true&verb=http://adlnet.gov/expapi/verbs/answered"; }), 10);
}

double bytes_in(const std::string& folder) {
  double n = 0;
  if (!std::filesystem::exists(folder)) return n;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.is_regular_file() && file.path().filename().string().starts_with("ledger")) n += static_cast<double>(file.file_size());
  return n;
}

struct Size {
  size_t n_first;
  double seconds;
};

// A city of its own in `folder`, with `stores` as the program's arguments where it is not SQLite and DuckDB.
void served(const std::string& program, const std::string& folder, const std::vector<std::string>& stores, const Size& size, double bare) {
  std::filesystem::create_directories(folder);
  make_city(program, folder, "0.002", stores);
  const Server server(program, folder + "/data", folder + "/serve.log", stores);
  const double before = bytes_in(folder + "/data");
  Bench bench(server, size.seconds);
  bench.fill(size.n_first);
  bench.rate("over HTTP, single, 64 clients", 1, kClients, 4'000, bare);
  bench.rate("over HTTP, batches of 50", 50, kBatchClients, 15'000, bare);
  bench.rate("over HTTP, batches of 500", 500, kBatchClients, 25'000, bare);
  bench.settle();
  std::printf("%zu statements", bench.n_stored());
  if (stores.empty()) std::printf(", %.0f bytes on disk each", (bytes_in(folder + "/data") - before) / static_cast<double>(bench.n_stored()));
  std::printf("\n");
  pages(bench);
  std::printf("memory of the server %.0f MB\n", server.resident_mb());
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const Size size{argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000, argc > 2 ? std::strtod(argv[2], nullptr) : 4};
  const std::string program = argc > 3 ? std::filesystem::canonical(argv[3]).string() : program_beside_me();
  const char* const given = argc > 4 ? argv[4] : std::getenv("BANMO_TEST_PG");
  const std::string folder = std::filesystem::absolute("events_bench_" + std::to_string(::getpid())).string();
  std::filesystem::create_directories(folder);
  uint64_t random = 1'234'567;
  std::vector<std::string> rows;
  for (int i = 0; i < 100'000; ++i) rows.push_back(statement(random));
  std::printf("statement of %zu bytes\n", rows.front().size());
  const double bare = BareStatements(folder + "/bare.sqlite", false).press(rows, 500);
  const double plain = BareStatements(folder + "/plain.sqlite", true).press(rows, 500);
  std::printf("bare SQLite, groups of 500         %8.0f /s; with a row for each filter %.0f /s\n", bare, plain);
  std::printf("\nSQLite and DuckDB\n");
  served(program, folder + "/embedded", {}, size, bare);
  if (given != nullptr && *given != '\0') {
    std::printf("\nPostgreSQL; the limits are those of SQLite\n");
    const std::string store = std::string("postgres:") + given;
    served(program, folder + "/postgres", {"--ledger", store, "--warehouse", store}, size, bare);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
