// SPDX-License-Identifier: Apache-2.0
#include "server/demo_events.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "api/api.h"
#include "audit/read_log.h"
#include "base/text.h"
#include "http/http.h"
#include "server/demo_statements.h"

namespace banmo::server {
namespace {

using directory::OrgKind;
using directory::Principal;

constexpr size_t kBatch = 500;
constexpr std::string_view kLength = "content-length:";
constexpr const char* kPurpose = "demo";
const events::KeyLimits kStrict{.own_users = false, .verbs = {}, .profiles = {}, .validate = true};

Error not_sent(const std::string& cause) {
  return fail(ErrorCode::unavailable, "server.demo_not_sent",
              {"演示学习记录没有发送成功；请重新生成演示城市", "the demonstration's learning records could not be sent: make the city again"}, {},
              cause);
}

// One connection to a server on loopback, used again for each request.
class Connection {
 public:
  explicit Connection(const std::string& address) : address_(address), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;

  Result<> open() {
    const size_t colon = address_.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    uint16_t port = 0;
    std::from_chars(address_.data() + colon + 1, address_.data() + address_.size(), port);
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, address_.substr(0, colon).c_str(), &to.sin_addr);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return not_sent("connect " + address_);
    return {};
  }

  // Answers below 300 are good; the body of others is the cause.
  Result<> post(const std::string& path, const std::string& head, const std::string& body) {
    const std::string request = "POST " + path + " HTTP/1.1\r\nHost: " + address_ + "\r\nContent-Type: application/json\r\n" + head +
                                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (size_t sent = 0; sent < request.size();) {
      const ssize_t n = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return not_sent("send");
      sent += static_cast<size_t>(n);
    }
    BANMO_TRY(const std::string answer, read_answer());
    if (answer.size() < 12 || answer[9] != '2') return not_sent(answer.substr(0, 2000));
    return {};
  }

 private:
  Result<std::string> read_answer() {
    std::string answer;
    char buffer[16'384];
    for (;;) {
      if (const size_t end = answer.find("\r\n\r\n"); end != std::string::npos) {
        const size_t at = text::lower_ascii(answer.substr(0, end)).find(kLength);
        size_t length = 0;
        if (at != std::string::npos) {
          const std::string_view number = text::trim(std::string_view(answer).substr(at + kLength.size(), end - at - kLength.size()));
          std::from_chars(number.data(), number.data() + number.size(), length);
        }
        if (answer.size() >= end + 4 + length) return answer;
      }
      const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) return not_sent("recv");
      answer.append(buffer, static_cast<size_t>(n));
    }
  }

  std::string address_;
  int socket_;
};

// Keys of the tools, and the accounts under which they know people.
class Sender {
 public:
  Sender(City& city, const DemoCity& plan) : city_(city), plan_(plan) {}

  Result<int64_t> run(const std::function<void(double)>& progress) {
    BANMO_TRY(const auto reads,
              audit::ReadLog::create(*city_.stores().ledger, {.folder = city_.settings().data, .profile = city_.settings().profile()}));
    api::Engines engines = city_.engines();
    engines.reads = reads.get();
    BANMO_TRY(http::Router router, api::make_router(engines));
    http::ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.temp_directory = city_.settings().data + "/tmp";
    BANMO_TRY(const auto server, http::Server::create(options, std::move(router)));
    server->start();
    connection_ = std::make_unique<Connection>(server->addresses().front());
    BANMO_DO(connection_->open());
    BANMO_DO(make_keys());
    BANMO_TRY(const int64_t n, send_all(progress));
    for (const auto& key : keys_) BANMO_DO(city_.events().revoke_key(Principal::system(), key.key.key));
    connection_.reset();
    server->drain();
    reads->close();
    return n;
  }

 private:
  Result<> make_keys() {
    const directory::Org* top = city_.directory().orgs()->by_code(OrgKind::city, plan_.code);
    if (top == nullptr) return not_sent("no city");
    top_ = top->no;
    for (const std::string_view title : kDemoTools) {
      BANMO_TRY(auto key, city_.events().create_key(Principal::system(), std::string(title), {"statements/write"}, top_, kStrict));
      keys_.push_back(std::move(key));
    }
    return {};
  }

  Result<> know(const DemoClass& of) {
    std::vector<std::string> codes = of.pupils;
    if (!of.teacher.empty()) codes.push_back(of.teacher);
    std::vector<directory::PersonNo> people;
    for (const std::string& code : codes) {
      BANMO_TRY(const auto person, city_.directory().unscoped_person_by_code(code));
      if (!person) return not_sent("no person");
      people.push_back(*person);
    }
    BANMO_TRY(const auto accounts, city_.events().accounts(Principal::system(), top_, kPurpose, people));
    accounts_.clear();
    for (size_t i = 0; i < accounts.size(); ++i)
      accounts_[codes[i]] = {{"objectType", "Agent"}, {"account", json::Object{{"homePage", accounts[i].home_page}, {"name", accounts[i].name}}}};
    return {};
  }

  Result<int64_t> send_all(const std::function<void(double)>& progress) {
    const std::vector<DemoClass> classes = demo_classes(plan_);
    const Date until = std::min(city_.directory().today(), SchoolYear{plan_.last_year}.end());
    int64_t n = 0;
    for (size_t i = 0; i < classes.size(); ++i) {
      BANMO_DO(know(classes[i]));
      for (DemoStatement& one : demo_statements(plan_, classes[i], partner_of(*classes[i].school), until)) {
        one.statement.set("actor", accounts_[one.actor]);
        std::string& waiting = waiting_[static_cast<size_t>(one.tool)];
        waiting += (waiting.empty() ? "[" : ",") + json::write(std::move(one.statement));
        ++n;
        if (++n_waiting_[static_cast<size_t>(one.tool)] == kBatch) BANMO_DO(send(one.tool));
      }
      progress(static_cast<double>(i + 1) / static_cast<double>(classes.size()));
    }
    for (const DemoTool tool : {DemoTool::classroom, DemoTool::homework, DemoTool::resources, DemoTool::sync}) BANMO_DO(send(tool));
    return n;
  }

  // The next school of another kind of area: town and country by turns.
  const DemoSchool& partner_of(const DemoSchool& school) const {
    for (size_t step = 1; step < plan_.schools.size(); ++step) {
      const DemoSchool& other = plan_.schools[(static_cast<size_t>(school.serial) + step) % plan_.schools.size()];
      if (!other.grades.empty() && (other.area_kind == "city") != (school.area_kind == "city")) return other;
    }
    return school;
  }

  Result<> send(DemoTool tool) {
    const auto at = static_cast<size_t>(tool);
    if (waiting_[at].empty()) return {};
    const std::string& path = city_.events().options().path;
    BANMO_DO(connection_->post(path + "/statements", "X-Experience-API-Version: 2.0.0\r\nAuthorization: Bearer " + keys_[at].secret + "\r\n",
                               waiting_[at] + "]"));
    waiting_[at].clear();
    n_waiting_[at] = 0;
    return {};
  }

  City& city_;
  const DemoCity& plan_;
  directory::OrgNo top_;
  std::vector<events::NewKey> keys_;
  std::map<std::string, json::Object> accounts_;  // by code, of the class that is told of
  std::array<std::string, kDemoTools.size()> waiting_;
  std::array<size_t, kDemoTools.size()> n_waiting_{};
  std::unique_ptr<Connection> connection_;
};

}  // namespace

Result<int64_t> tell_demo_events(City& city, const DemoCity& plan, const std::function<void(double)>& progress) {
  BANMO_TRY(const int64_t n, Sender(city, plan).run(progress));
  BANMO_DO(city.events().feed());
  return n;
}

}  // namespace banmo::server
