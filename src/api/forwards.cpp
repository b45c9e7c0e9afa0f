// SPDX-License-Identifier: Apache-2.0
// Forwarding of learning records to other stores: where to, how far, what went wrong, what the other side refused. The secret of the other side's key
// is taken and never given back.
#include "events/forwards.h"
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "http/outbound.h"

namespace banmo::api {
namespace {

using events::Forward;
using events::Version;

constexpr const char* kVersions[] = {"1.0.3", "2.0.0"};              // in the order of Version
constexpr const char* kStates[] = {"waiting", "running", "paused"};  // in the order of ForwardState
constexpr const char* kFrom[] = {"now", "beginning"};

struct ForwardIn {
  static constexpr const char* kName = "ForwardIn";
  std::string title, endpoint, version = "2.0.0", key;
  std::optional<std::string> secret, org;
  std::vector<std::string> verbs, profiles;
  std::string from = "now";
};
template <class V>
void describe(V& v, ForwardIn& x) {
  v.field("title", x.title, {.title = "名称", .min_length = 1, .max_length = 120});
  v.field("endpoint", x.endpoint, {.title = "地址", .doc = "Without a slash at its end.", .max_length = 500, .pattern = "^https?://[^ ?#]+[^ ?#/]$"});
  v.field("version", x.version, {.one_of = kVersions, .has_default = true});
  v.field("key", x.key, {.title = "用户名", .min_length = 1, .max_length = 200, .pattern = "^[^:]+$"});
  v.field("secret", x.secret,
          {.title = "口令", .doc = "In a change: absent, it stays; another address or key needs it.", .min_length = 1, .max_length = 500});
  v.field("org", x.org, {.doc = "Whose statements, with those below; absent: one's own. A change leaves it.", .max_length = 36});
  v.field("verbs", x.verbs, {.doc = "IRIs; empty: any verb.", .has_default = true});
  v.field("profiles", x.profiles, {.doc = "IRIs, one of which is a category of the statement; empty: any.", .has_default = true});
  v.field("from", x.from, {.doc = "beginning: what is stored already goes too. A change leaves it.", .one_of = kFrom, .has_default = true});
}

struct ForwardShape {
  static constexpr const char* kName = "Forward";
  std::string id, title, endpoint, version, key;
  std::optional<OrgRef> org;
  std::vector<std::string> verbs, profiles;
  std::string state, made_by;
  Instant made_at;
  std::optional<std::string> released_by = {};
  int64_t n_sent = 0, n_refused = 0, n_behind = 0, behind_s = 0, n_failures = 0;
  std::optional<Instant> sent_at, next_try_at, error_at;
  std::optional<Two> error = {};
  bool can_change = false, can_release = false;
};
template <class V>
void describe(V& v, ForwardShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("endpoint", x.endpoint);
  v.field("version", x.version, {.one_of = kVersions});
  v.field("key", x.key);
  v.field("org", x.org);
  v.field("verbs", x.verbs);
  v.field("profiles", x.profiles);
  v.field("state", x.state, {.doc = "waiting: to be released.", .one_of = kStates});
  v.field("made_by", x.made_by);
  v.field("made_at", x.made_at);
  v.field("released_by", x.released_by);
  v.field("n_sent", x.n_sent);
  v.field("n_refused", x.n_refused);
  v.field("n_behind", x.n_behind, {.doc = "Its statements among the next 100,000 of the installation."});
  v.field("behind_s", x.behind_s, {.doc = "Seconds that the oldest of them has waited."});
  v.field("n_failures", x.n_failures, {.doc = "Tries that went wrong in a row."});
  v.field("sent_at", x.sent_at);
  v.field("next_try_at", x.next_try_at);
  v.field("error_at", x.error_at);
  v.field("error", x.error, {.doc = "Of the last try."});
  v.field("can_change", x.can_change);
  v.field("can_release", x.can_release);
}

// What somebody saw who releases it.
struct ReleaseIn {
  static constexpr const char* kName = "ForwardRelease";
  std::string endpoint;
};
template <class V>
void describe(V& v, ReleaseIn& x) {
  v.field("endpoint", x.endpoint, {.title = "地址", .doc = "Where it leads, as you saw it.", .min_length = 1, .max_length = 500});
}

struct RefusedShape {
  static constexpr const char* kName = "RefusedStatement";
  std::string id;
  std::optional<OrgRef> org;
  Instant at;
  int64_t status = 0;
  std::string answer;
  bool retry = false;
};
template <class V>
void describe(V& v, RefusedShape& x) {
  v.field("id", x.id, {.doc = "Of the statement."});
  v.field("org", x.org);
  v.field("at", x.at);
  v.field("status", x.status, {.doc = "What the other side answered; 0: it did not leave, as it cannot be read here."});
  v.field("answer", x.answer, {.doc = "The beginning of it, for who may export the organisation's data."});
  v.field("retry", x.retry, {.doc = "Will be sent once more."});
}

struct ForwardTestShape {
  static constexpr const char* kName = "ForwardTest";
  bool is_good = false;
  int64_t status = 0;
  std::vector<std::string> versions;
  std::optional<Two> error;
};
template <class V>
void describe(V& v, ForwardTestShape& x) {
  v.field("is_good", x.is_good, {.doc = "It speaks the version and takes statements under the key."});
  v.field("status", x.status, {.doc = "Of its last answer; 0: none."});
  v.field("versions", x.versions, {.doc = "That it speaks."});
  v.field("error", x.error);
}

struct RetriedShape {
  static constexpr const char* kName = "RetriedStatements";
  int64_t n = 0;
};
template <class V>
void describe(V& v, RetriedShape& x) {
  v.field("n", x.n);
}

ForwardShape shape_of(const Call& call, const Forward& forward) {
  const events::ForwardPlan& plan = forward.plan;
  const auto& directory = *call.engines.directory;
  ForwardShape shape{.id = forward.id,
                     .title = plan.title,
                     .endpoint = plan.endpoint,
                     .version = kVersions[static_cast<size_t>(plan.version)],
                     .key = plan.key,
                     .org = ref_of(*directory.orgs(), plan.org),
                     .verbs = plan.verbs,
                     .profiles = plan.profiles,
                     .state = kStates[static_cast<size_t>(forward.state)],
                     .made_by = forward.made_by,
                     .made_at = forward.made_at,
                     .n_sent = forward.n_sent,
                     .n_refused = forward.n_refused,
                     .n_behind = forward.n_behind,
                     .behind_s = forward.behind_seconds,
                     .n_failures = forward.n_failures,
                     .sent_at = forward.sent_at,
                     .next_try_at = forward.next_try_at,
                     .error_at = forward.error_at};
  if (!forward.released_by.empty()) shape.released_by = forward.released_by;
  if (!forward.error.zh.empty()) shape.error = Two::of(forward.error);
  shape.can_change = call.principal.has(directory::Right::packs_install);
  shape.can_release = forward.state == events::ForwardState::waiting && forward.made_by != call.principal.account_name &&
                      forward.changed_by != call.principal.account_name &&
                      directory.require(call.principal, directory::Right::datasets_export, plan.org).ok();
  return shape;
}
Result<ForwardShape> shape_of(const Call& call, Result<Forward> forward) {
  return forward.ok() ? Result<ForwardShape>(shape_of(call, *forward)) : Result<ForwardShape>(std::move(forward).error());
}

Result<events::ForwardPlan> plan_of(const Call& call, const ForwardIn& in) {
  BANMO_DO(call.engines.outbound->check(in.endpoint));
  events::ForwardPlan plan{.title = in.title,
                           .endpoint = in.endpoint,
                           .version = in.version == kVersions[0] ? Version::v1_0 : Version::v2_0,
                           .key = in.key,
                           .secret = in.secret,
                           .verbs = in.verbs,
                           .profiles = in.profiles,
                           .from_beginning = in.from == kFrom[1]};
  if (!call.principal.grants.empty()) plan.org = call.principal.grants.front().org;
  if (in.org) {
    BANMO_TRY(const directory::Org* found, find_org(*call.engines.directory->orgs(), *in.org));
    plan.org = found->no;
  }
  return plan;
}

Result<List<ForwardShape>> list_forwards(const Call& call) {
  BANMO_TRY(const auto forwards, call.engines.forwards->list(call.principal));
  List<ForwardShape> list;
  for (const Forward& forward : forwards) list.items.push_back(shape_of(call, forward));
  return list;
}

Result<ForwardShape> make_forward(const Call& call, const ForwardIn& in) {
  BANMO_TRY(const auto plan, plan_of(call, in));
  return shape_of(call, call.engines.forwards->make(call.principal, plan));
}

Result<ForwardShape> change_forward(const Call& call, const ForwardIn& in) {
  BANMO_TRY(const auto plan, plan_of(call, in));
  return shape_of(call, call.engines.forwards->change(call.principal, call.path("id"), plan));
}

Result<ForwardTestShape> test_forward(const Call& call) {
  BANMO_TRY(const auto test, call.engines.forwards->test(call.principal, call.path("id")));
  ForwardTestShape shape{test.is_good, test.status, test.versions, {}};
  if (test.error) shape.error = Two::of(test.error->message);
  return shape;
}

Result<List<RefusedShape>> list_refused(const Call& call) {
  BANMO_TRY(const int64_t after, call.cursor());
  BANMO_TRY(const auto page, call.engines.forwards->refused(call.principal, call.path("id"), after, static_cast<size_t>(call.integer("limit", 50))));
  List<RefusedShape> list;
  for (const auto& one : page.items)
    list.items.push_back({one.id.to_string(), ref_of(*call.engines.directory->orgs(), one.org), one.at, one.status, one.answer, one.retry});
  if (page.next != 0) list.next = std::to_string(page.next);
  return list;
}

Declaration on_one(std::string method, std::string what, std::string operation, Message summary, std::string permission) {
  return {.method = std::move(method),
          .path = "/learning/forwards/{id}" + std::move(what),
          .operation = std::move(operation),
          .summary = std::move(summary),
          .permission = std::move(permission)};
}

// The steps that answer the forward as it stands afterwards.
using Step = Result<Forward> (events::Forwards::*)(const directory::Principal&, const std::string&);
void add_step(Builder& builder, Declaration declaration, Step step) {
  builder.route<ForwardShape>(std::move(declaration), [step](const Call& call) -> Result<ForwardShape> {
    return shape_of(call, (call.engines.forwards->*step)(call.principal, call.path("id")));
  });
}

}  // namespace

void add_forward_routes(Builder& builder) {
  builder.tag("events");
  builder.route<List<ForwardShape>>({.method = "GET",
                                     .path = "/learning/forwards",
                                     .operation = "list_forwards",
                                     .summary = {"学习记录转发到哪些记录库，进度与错误", "Where learning records are forwarded, how far, and errors"},
                                     .permission = "xapi.keys"},
                                    list_forwards);
  builder.route<ForwardIn, ForwardShape>({.method = "POST",
                                          .path = "/learning/forwards",
                                          .operation = "make_forward",
                                          .summary = {"新建转发；放行之后才会发送", "Make a forward; it sends once it is released"},
                                          .permission = "packs.install",
                                          .answer_status = 201},
                                         make_forward);
  builder.route<ForwardIn, ForwardShape>(
      on_one("PUT", "", "change_forward",
             {"修改转发；地址、密钥、筛选变了须重新放行", "Change a forward; another address, key or filter is released anew"}, "packs.install"),
      change_forward);
  builder.route<Nothing>(on_one("DELETE", "", "remove_forward", {"删除转发", "Delete a forward"}, "packs.install"),
                         [](const Call& call) -> Result<Nothing> {
                           BANMO_DO(call.engines.forwards->remove(call.principal, call.path("id")));
                           return Nothing{};
                         });
  builder.route<ForwardTestShape>(
      on_one("POST", "/test", "test_forward", {"试连对方，不发送记录", "Ask the other side; nothing is sent"}, "packs.install"), test_forward);
  builder.route<ReleaseIn, ForwardShape>(
      on_one("POST", "/release", "release_forward", {"放行：数据可以发往这里", "Release it: the data may go there"}, "datasets.export"),
      [](const Call& call, const ReleaseIn& in) -> Result<ForwardShape> {
        return shape_of(call, call.engines.forwards->release(call.principal, call.path("id"), in.endpoint));
      });
  add_step(builder, on_one("POST", "/pause", "pause_forward", {"暂停转发", "Pause a forward"}, "xapi.keys"), &events::Forwards::pause);
  add_step(builder, on_one("POST", "/resume", "resume_forward", {"继续转发，并立即再试", "Resume a forward, and try at once"}, "xapi.keys"),
           &events::Forwards::resume);
  Declaration refused =
      on_one("GET", "/refused", "list_refused_statements", {"对方拒收的陈述", "Statements that the other side refused"}, "xapi.keys");
  refused.parameters = page_parameters();
  builder.route<List<RefusedShape>>(std::move(refused), list_refused);
  builder.route<RetriedShape>(
      on_one("POST", "/retry", "retry_refused_statements", {"把拒收的陈述再发一次", "Send what was refused once more"}, "xapi.keys"),
      [](const Call& call) -> Result<RetriedShape> {
        BANMO_TRY(const int64_t n, call.engines.forwards->retry(call.principal, call.path("id")));
        return RetriedShape{n};
      });
}

}  // namespace banmo::api
