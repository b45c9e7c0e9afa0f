// SPDX-License-Identifier: Apache-2.0
// The whole server, pressed over HTTP as portals press it: a demonstration city that this program makes, served by the real binary, signed in as its
// accounts. Measured: a row by its key for a principal (checked by scope), few keys and all of the school's; the same over the whole city; who am I;
// a row made with audit; a dashboard. Beside each the bare Beast loop as the limit of requests a second. Processor time is the server's, from
// /proc/<pid>/stat. Limits: 25,000 requests/s and 0.08 ms for a row by key, 0.2 ms for a row made.
//
//   api_bench [scale = 0.01] [program = banmo beside the bench folder] [seconds a figure = 4] [client connections = 64] [only figures whose name has
//   this]
#include <fcntl.h>
#include <sys/prctl.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "http_bare.h"
#include "http_client.h"
#include "json/json.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr double kLimitPerSecond = 25'000, kLimitMs = 0.08, kLimitCreateMs = 0.2;
constexpr const char* kDataset = "fitness_raw";
constexpr int kCreateYear = 2040;

// Runs a program in the source's folder (it finds its scenes there); what it prints goes to `out`. It does not outlive this one.
pid_t run(const std::vector<std::string>& arguments, const std::string& out) {
  const pid_t id = ::fork();
  if (id != 0) return id;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  if (::chdir(BANMO_SOURCE_DIR) != 0) std::_Exit(127);
  std::vector<char*> words;
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  std::_Exit(127);
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "api_bench: %s\n", why.c_str());
  std::exit(1);
}

// The server under test; ends with the object.
class Server {
 public:
  Server(const std::string& program, const std::string& data, const std::string& log) {
    id_ = run({program, "serve", "--data", data, "--listen", "127.0.0.1:0"}, log);
    constexpr std::string_view kBefore = "http://127.0.0.1:";
    for (const double begin = now_s(); port_ == 0 && now_s() - begin < 60; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
      const std::string told = text_of_file(log);
      if (const size_t at = told.find(kBefore); at != std::string::npos)
        port_ = static_cast<uint16_t>(std::strtoul(told.c_str() + at + kBefore.size(), nullptr, 10));
    }
    if (port_ == 0) give_up("the server did not start: " + text_of_file(log));
  }
  ~Server() {
    ::kill(id_, SIGTERM);
    int status = 0;
    ::waitpid(id_, &status, 0);
  }
  Server(const Server&) = delete;
  uint16_t port() const { return port_; }

  // Of the whole process since it began, user and system.
  double cpu_s() const {
    const std::string stat = text_of_file("/proc/" + std::to_string(id_) + "/stat");
    const char* at = stat.c_str() + stat.rfind(')') + 1;
    unsigned long user = 0, system = 0;
    if (std::sscanf(at, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) give_up("no processor time of the server");
    return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  double resident_mb() const {
    const std::string status = text_of_file("/proc/" + std::to_string(id_) + "/status");
    return std::strtod(status.c_str() + status.find("VmRSS:") + 6, nullptr) / 1024;
  }

 private:
  pid_t id_ = -1;
  uint16_t port_ = 0;
};

json::Value json_of(const Answer& answer, const std::string& what) {
  if (answer.status() / 100 != 2) give_up(what + ": " + answer.body());
  return must(json::read(answer.body()), what.c_str());
}

std::string text_at(const json::Value& value, std::string_view name) {
  const json::Object* object = value.as_object();
  const json::Value* found = object == nullptr ? nullptr : object->find(name);
  return found == nullptr || found->as_string() == nullptr ? std::string() : *found->as_string();
}

std::string sign_in(uint16_t port, const std::string& account) {
  const auto answer = ask_once(port, post_request("/api/v1/session", "", R"({"account":")" + account + R"(","password":"banmo-demo"})"));
  return text_at(json_of(answer, "sign in as " + account), "token");
}

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
  const std::filesystem::path here = std::filesystem::canonical("/proc/self/exe").parent_path();
  const std::string program = argc > 2 ? std::filesystem::canonical(argv[2]).string() : (here.parent_path() / "banmo").string();
  const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 4;
  const size_t n_connections = argc > 4 ? static_cast<size_t>(std::atoi(argv[4])) : 64;
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo-api-bench-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  int status = 0;
  const pid_t making =
      run({program, "demo", "--data", folder + "/data", "--scale", scale, "--seed", "1", "--progress", "none"}, folder + "/demo.log");
  if (::waitpid(making, &status, 0) != making || status != 0) give_up("no demonstration city: " + text_of_file(folder + "/demo.log"));
  {
    const Server server(program, folder + "/data", folder + "/serve.log");
    bench_all(server, n_connections, seconds, argc > 5 ? argv[5] : "");
  }
  std::filesystem::remove_all(folder);
  return 0;
}
