// SPDX-License-Identifier: Apache-2.0
#include "server/lookup_simulator.h"

#include <signal.h>

#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "flows/lookup_wire.h"
#include "http/http.h"
#include "pack/csv.h"

namespace banmo::server {
namespace {

using flows::LookupAnswer;
using Sign = pack::FlowLookup::Sign;
using Answers = std::map<std::pair<std::string, std::string>, LookupAnswer>;  // by look-up and key

constexpr size_t kMaxBody = 64u << 10, kFixed = 3;

Result<Answers> read_answers(const std::string& file) {
  const std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  BANMO_TRY(const auto rows, pack::read_csv(text.str(), file));
  const Error bad = fail(ErrorCode::invalid, "server.bad_simulation",
                         {file + " 的表头须以 lookup,key,result 开头，且每行列数相同",
                          "the heading of " + file + " begins with lookup,key,result, and all lines are as long"},
                         file);
  Answers answers;
  if (rows.empty() || rows[0].cells.size() < kFixed || rows[0].cells[0] != "lookup" || rows[0].cells[1] != "key" || rows[0].cells[2] != "result")
    return bad;
  for (size_t i = 1; i < rows.size(); ++i) {
    const auto& cells = rows[i].cells;
    if (cells.size() != rows[0].cells.size()) return bad;
    LookupAnswer& answer = answers[{cells[0], cells[1]}];
    answer.result = cells[2];
    for (size_t at = kFixed; at < cells.size(); ++at)
      if (!cells[at].empty()) answer.get.emplace_back(rows[0].cells[at], cells[at]);
  }
  return answers;
}

std::string text_in(const json::Value& value, std::string_view name) {
  const json::Value* found = value.find(name);
  return found == nullptr || found->as_string() == nullptr ? std::string() : *found->as_string();
}

class Desk {
 public:
  Desk(const LookupSimulator& simulator, Answers answers) : simulator_(simulator), answers_(std::move(answers)) {
    keys_.sign = simulator.sign == "sm2" ? Sign::sm2 : Sign::hmac;
    keys_.profile = simulator.profile == "sm" ? crypto::Profile::sm : crypto::Profile::intl;
    keys_.own = simulator.key;
    keys_.other = simulator.public_key;
  }

  http::Response answer(const http::Request& request) const {
    std::this_thread::sleep_for(std::chrono::milliseconds(simulator_.delay_ms));
    if (simulator_.is_down) return said(503, "down");
    if (!flows::is_signed(keys_, request.body, request.header("x-banmo-signature"))) return said(401, "the signature is not right");
    const auto question = json::read(request.body);
    const json::Value* send = question.ok() ? question->find("send") : nullptr;
    if (send == nullptr || send->as_object() == nullptr || send->as_object()->empty()) return said(400, "no question");
    const json::Value& first = send->as_object()->begin()->second;
    const auto found = answers_.find({text_in(*question, "lookup"), first.as_string() == nullptr ? "" : *first.as_string()});
    const std::string body = flows::answer_body(text_in(*question, "id"), found == answers_.end() ? LookupAnswer{"none", {}} : found->second);
    auto signature = flows::sign_body(keys_, simulator_.is_wrong ? body + " " : body);
    if (!signature.ok()) return said(500, "no key");
    http::Response response = http::Response::text(body, "application/json");
    response.headers.emplace_back(flows::kSignatureHeader, *std::move(signature));
    return response;
  }

 private:
  static http::Response said(int status, const std::string& words) { return http::Response::text(words, "text/plain", status); }
  const LookupSimulator& simulator_;
  const Answers answers_;
  flows::LookupKeys keys_;
};

Result<http::Router> router_of(const Desk& desk) {
  http::Router router;
  http::Route route;
  route.method = "POST";
  route.path = "/{lookup...}";
  route.operation = "answer_lookup";
  route.summary = {"答复查询", "Answer a look-up"};
  route.permission = "public";
  route.foreign = true;
  route.body = http::BodyKind::any;
  route.max_body_bytes = kMaxBody;
  BANMO_DO(router.add(std::move(route), [&desk](http::Request& request) -> Result<http::Response> { return desk.answer(request); }));
  return router;
}

}  // namespace

Result<> simulate_lookups(const LookupSimulator& simulator, const Terminal& terminal) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  BANMO_TRY(Answers answers, read_answers(simulator.data));
  const Desk desk(simulator, std::move(answers));
  BANMO_TRY(http::Router router, router_of(desk));
  http::ServerOptions options;
  options.listen = simulator.listen;
  BANMO_TRY(const auto server, http::Server::create(std::move(options), std::move(router)));
  server->start();
  for (const std::string& address : server->addresses()) terminal.line("班墨查询模拟 Banmo look-ups: http://" + address + "/");
  int signal = 0;
  sigwait(&signals, &signal);
  server->drain();
  return {};
}

}  // namespace banmo::server
