// SPDX-License-Identifier: Apache-2.0
// The whole server, pressed over HTTP as portals press it: a demonstration city that this program makes, served by the real binary, signed in as its
// accounts. Measured: a row by its key for a principal (checked by scope), few keys and all of the school's; the same over the whole city; who am I;
// a row made with audit; a dashboard. Beside each the bare Beast loop as the limit of requests a second. Processor time is the server's, from
// /proc/<pid>/stat. Limits: 25,000 requests/s and 0.08 ms for a row by key, 0.2 ms for a row made.
//
//   api_bench [scale = 0.01] [program = banmo beside the bench folder] [seconds a figure = 4] [client connections = 64] [only figures whose name has
//   this]
#include "http_bare.h"
#include "served.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr double kLimitPerSecond = 25'000, kLimitMs = 0.08, kLimitCreateMs = 0.2;
constexpr const char* kDataset = "fitness_raw";
constexpr int kCreateYear = 2040;

// Items of a list, page by page.
std::vector<json::Value> items(uint16_t port, const std::string& target, const std::string& token, size_t at_most) {
  std::vector<json::Value> all;
  std::string after;
  do {
    const auto page = json_of(ask_once(port, get_request(target + (after.empty() ? "" : "&after=" + after), token)), target);
    for (const auto& item : *page.as_object()->find("items")->as_array()) all.push_back(item);
    after = text_at(page, "next");
  } while (!after.empty() && all.size() < at_most);
  return all;
}

void shuffle(std::vector<std::string>& texts) {
  uint64_t state = 88'172'645'463'325'252ull;
  for (size_t i = texts.size(); i > 1; --i) std::swap(texts[i - 1], texts[next_random(state) % i]);
}

// Requests for rows of the dataset that an account sees, in random order.
std::vector<std::string> row_requests(uint16_t port, const std::string& token, size_t at_most) {
  const std::string rows = std::string("/api/v1/datasets/") + kDataset + "/rows";
  std::vector<std::string> requests;
  for (const auto& row : items(port, rows + "?limit=1000", token, at_most)) requests.push_back(get_request(rows + "/" + text_at(row, "_key"), token));
  if (requests.empty()) give_up("the account sees no rows");
  shuffle(requests);
  return requests;
}

// One new row for each student and item, in a school year that has none.
std::vector<std::string> create_requests(uint16_t port, const std::string& token, size_t n) {
  std::vector<std::string> requests;
  const auto students = items(port, "/api/v1/people?role=student&limit=1000", token, n);
  for (int year = kCreateYear; requests.size() < n && year < kCreateYear + 50; ++year) {
    for (const auto& student : students) {
      if (requests.size() >= n) break;
      json::Object row{
          {"school_year", year}, {"student_id", text_at(student, "code")}, {"school_id", text_at(*student.as_object()->find("org"), "title")},
          {"grade", 3},          {"sex", text_at(student, "sex")},         {"item", "bmi"},
          {"raw", 15.5}};
      requests.push_back(post_request(std::string("/api/v1/datasets/") + kDataset + "/rows", token, json::write(row)));
    }
  }
  shuffle(requests);
  return requests;
}

struct Limit {
  double per_second = 0, cpu_ms = 0;  // 0: none
};

class Bench {
 public:
  Bench(const Server& server, size_t n_connections, double seconds, std::string only)
      : server_(server), n_connections_(n_connections), seconds_(seconds), only_(std::move(only)) {}

  void bare() {
    Process process = spawn_bare();
    Load load = press(process.port, {get_request("/quick", "0123456789abcdef0123456789abcdef0123456789a")}, n_connections_, seconds_);
    const double cpu = cpu_seconds_at_end(process);
    bare_per_second_ = load.per_second();
    print("bare Beast loop (limit)", load, cpu, {});
  }

  enum class Times { over_and_over, once };
  void measure(const char* name, const std::vector<std::string>& requests, Limit limit, Times times = Times::over_and_over) {
    if (std::string_view(name).find(only_) == std::string_view::npos) return;
    const double before = server_.cpu_s();
    Load load = press(server_.port(), requests, n_connections_, times == Times::once ? 0 : seconds_);
    print(name, load, server_.cpu_s() - before, limit);
  }

 private:
  void print(const char* name, Load& load, double cpu_s, Limit limit) const {
    const double cpu_ms = cpu_s * 1e3 / static_cast<double>(load.n_requests);
    std::string words;
    if (load.n_failed > 0) words += std::to_string(load.n_failed) + " FAILED ";
    if (limit.cpu_ms > 0) words += "limit " + std::to_string(limit.cpu_ms).substr(0, 4) + " ms: " + verdict(cpu_ms <= limit.cpu_ms) + "; ";
    if (limit.per_second > 0)
      words += "limit " + std::to_string(static_cast<int>(limit.per_second)) + "/s: " + verdict(load.per_second() >= limit.per_second);
    std::printf("%-50s %8.0f req/s (%.2f of bare)   server cpu %.4f ms   p50 %7.2f   p99 %7.2f ms   %s\n", name, load.per_second(),
                load.per_second() / bare_per_second_, cpu_ms, percentile(load.latencies_ms, 0.5), percentile(load.latencies_ms, 0.99), words.c_str());
    std::fflush(stdout);
  }

  const Server& server_;
  size_t n_connections_;
  double seconds_, bare_per_second_ = 1;
  std::string only_;
};

void bench_all(const Server& server, size_t n_connections, double seconds, const std::string& only) {
  const uint16_t port = server.port();
  const std::string principal = sign_in(port, "principal"), city = sign_in(port, "city");
  const auto of_school = row_requests(port, principal, 100'000), of_city = row_requests(port, city, 300'000);
  const std::vector<std::string> few(of_school.begin(), of_school.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(of_school.size(), 16)));
  std::printf("%zu rows of the school, %zu of the city\n", of_school.size(), of_city.size());
  Bench bench(server, n_connections, seconds, only);
  bench.bare();
  const Limit row{kLimitPerSecond, kLimitMs};
  bench.measure("a row by key, each of the school's once, cold", of_school, {0, kLimitMs}, Bench::Times::once);
  bench.measure("a row by key, 16 of the school's", few, row);
  bench.measure("a row by key, all of the school's", of_school, row);
  bench.measure("a row by key, each of the city's once, cold", of_city, {0, kLimitMs}, Bench::Times::once);
  bench.measure("a row by key, all of the city's", of_city, row);
  bench.measure("who am I", {get_request("/api/v1/me", principal)}, {});
  bench.measure("the city dashboard", {get_request("/api/v1/dashboards/fit_city", city)}, {});
  bench.measure("a row made, with audit", create_requests(port, city, 20'000), {0, kLimitCreateMs}, Bench::Times::once);
  std::printf("memory of the server %.0f MB\n", server.resident_mb());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string scale = argc > 1 ? argv[1] : "0.01";
  const std::string program = argc > 2 ? std::filesystem::canonical(argv[2]).string() : program_beside_me();
  const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 4;
  const size_t n_connections = argc > 4 ? static_cast<size_t>(std::atoi(argv[4])) : 64;
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo-api-bench-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  make_city(program, folder, scale);
  {
    const Server server(program, folder + "/data", folder + "/serve.log");
    bench_all(server, n_connections, seconds, argc > 5 ? argv[5] : "");
  }
  std::filesystem::remove_all(folder);
  return 0;
}
