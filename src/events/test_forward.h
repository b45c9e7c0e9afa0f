// SPDX-License-Identifier: Apache-2.0
// For tests of forwarding: another side that the test plays, and a city that forwards to it.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "events/forward_parcel.h"
#include "events/forwards.h"
#include "events/test_world.h"

namespace banmo::events::test {

using directory::Principal;
using directory::Role;

// What went wrong, or "ok".
inline std::string error_of(const auto& result) { return result.ok() ? "ok" : result.error().id; }
inline std::string short_id(const json::Value& statement) { return statement.find("id")->as_string()->substr(32); }

// The other store: takes what it is not told to refuse, each id once.
struct OtherSide {
  std::map<std::string, std::string> has;  // id to verb
  std::string order;                       // short ids as they came first
  std::set<std::string> refuses;           // short ids answered with `refusal`
  int refusal = 400;
  std::deque<OutboundAnswer> next;  // answers that come before anything is looked at
  int n_dead = 0;                   // so many calls find nobody
  bool dies_after_taking = false;   // the answer to what it took is lost
  std::vector<OutboundRequest> calls;

  Result<OutboundAnswer> operator()(const OutboundRequest& request) {
    calls.push_back(request);
    if (n_dead > 0) {
      --n_dead;
      return fail(ErrorCode::unavailable, "http.outbound_failed", {"连不上", "not reached"});
    }
    if (!next.empty()) {
      OutboundAnswer answer = next.front();
      next.pop_front();
      return answer;
    }
    if (request.method == "GET") return look(request);
    return take(request);
  }
  OutboundAnswer look(const OutboundRequest& request) const {
    if (request.url.ends_with("/about")) return {200, {}, R"({"version":["1.0.3","2.0.0"]})"};
    const auto found = has.find(request.url.substr(request.url.size() - 36));
    if (found == has.end() || request.url.find("?statementId") == std::string::npos) return {404, {}, ""};
    return {200, {}, found->second};
  }
  Result<OutboundAnswer> take(const OutboundRequest& request) {
    std::string list = request.body;
    if (const size_t begin = list.find("\r\n\r\n"); list.starts_with("--")) list = list.substr(begin + 4, list.find("\r\n--", begin) - begin - 4);
    const json::Value statements = must(json::read(list));
    for (const json::Value& one : *statements.as_array())
      if (refuses.contains(short_id(one))) return OutboundAnswer{refusal, {}, "no " + short_id(one)};
    for (const json::Value& one : *statements.as_array())
      if (const auto known = has.find(*one.find("id")->as_string()); known != has.end() && known->second != json::write(one))
        return OutboundAnswer{409, {}, "other"};
    for (const json::Value& one : *statements.as_array())
      if (has.emplace(*one.find("id")->as_string(), json::write(one)).second) order += (order.empty() ? "" : " ") + short_id(one);
    if (std::exchange(dies_after_taking, false)) return fail(ErrorCode::timeout, "http.outbound_timeout", {"没有应答", "no answer"});
    return OutboundAnswer{200, {}, "[]"};
  }
};

// A world with somebody who runs the installation, an officer, and a forward of school_1 that was released.
struct Both {
  explicit Both(World& world, bool from_beginning = false)
      : w(world),
        forwards(*world.directory, crypto::Bytes(32, 7), [this](const OutboundRequest& request) { return other(request); }),
        officer(person({{Role::city_officer, w.city}}, 2)),
        admin(person({{Role::system_admin, w.city}}, 1)) {
    ForwardPlan plan{.title = "区平台", .endpoint = "https://lrs.cn/xapi", .key = "k", .secret = "geheim", .org = w.school_1};
    plan.from_beginning = from_beginning;
    id = must(forwards.make(admin, plan)).id;
  }
  static Principal person(std::vector<directory::Grant> grants, int64_t no) {
    Principal who;
    who.account = {no};
    who.account_name = "account-" + std::to_string(no);
    who.session = no;
    who.grants = std::move(grants);
    return who;
  }
  void release() { must(forwards.release(officer, id, now().plan.endpoint)); }
  int64_t run() { return must(forwards.run(stop)); }
  Forward now() { return must(forwards.forward(admin, id)); }
  std::string refused() {
    std::string out;
    for (const RefusedStatement& one : must(forwards.refused(officer, id, 0, 100)).items)
      out += (out.empty() ? "" : " ") + one.id.to_string().substr(32) + ":" + std::to_string(one.status);
    return out;
  }

  World& w;
  OtherSide other;
  Forwards forwards;
  Principal officer, admin;
  std::string id;
  std::atomic<bool> stop = false;
};

}  // namespace banmo::events::test
