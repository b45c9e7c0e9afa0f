// SPDX-License-Identifier: Apache-2.0
// The real binary on a demonstration city of its own, pressed from outside.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "http_client.h"
#include "json/json.h"

namespace banmo::bench {

// Runs a program in the source's folder (it finds its scenes there); what it prints goes to `out`. It does not outlive this one.
inline pid_t run(const std::vector<std::string>& arguments, const std::string& out) {
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

inline std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

// The server under test; ends with the object.
class Server {
 public:
  Server(const std::string& program, const std::string& data, const std::string& log, const std::vector<std::string>& stores = {}) {
    std::vector<std::string> arguments{program, "serve", "--data", data, "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), stores.begin(), stores.end());
    id_ = run(arguments, log);
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

inline json::Value json_of(const Answer& answer, const std::string& what) {
  if (answer.status() / 100 != 2) give_up(what + ": " + answer.body());
  return must(json::read(answer.body()), what.c_str());
}

inline std::string text_at(const json::Value& value, std::string_view name) {
  const json::Object* object = value.as_object();
  const json::Value* found = object == nullptr ? nullptr : object->find(name);
  return found == nullptr || found->as_string() == nullptr ? std::string() : *found->as_string();
}

inline std::string sign_in(uint16_t port, const std::string& account) {
  const auto answer = ask_once(port, post_request("/api/v1/session", "", R"({"account":")" + account + R"(","password":"banmo-demo"})"));
  return text_at(json_of(answer, "sign in as " + account), "token");
}

// The city, with `stores` as the program's arguments where it is not SQLite and DuckDB.
inline void make_city(const std::string& program, const std::string& folder, const std::string& scale, const std::vector<std::string>& stores = {}) {
  std::vector<std::string> arguments{program, "demo", "--data", folder + "/data", "--scale", scale, "--seed", "1", "--progress", "none"};
  arguments.insert(arguments.end(), stores.begin(), stores.end());
  int status = 0;
  const pid_t making = run(arguments, folder + "/demo.log");
  if (::waitpid(making, &status, 0) != making || status != 0) give_up("no demonstration city: " + text_of_file(folder + "/demo.log"));
}

inline std::string program_beside_me() { return (std::filesystem::canonical("/proc/self/exe").parent_path().parent_path() / "banmo").string(); }

}  // namespace banmo::bench
