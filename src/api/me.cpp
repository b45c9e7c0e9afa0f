// SPDX-License-Identifier: Apache-2.0
// The caller's own sessions, API tokens and notices.
#include "api/builder.h"
#include "api/session_shapes.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

using directory::Right;

struct TokenShape {
  static constexpr const char* kName = "ApiToken";
  std::string id, title;
  std::vector<std::string> rights;
  Instant created_at, expires_at;
};
template <class V>
void describe(V& v, TokenShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("rights", x.rights);
  v.field("created_at", x.created_at);
  v.field("expires_at", x.expires_at);
}

struct NewToken {
  static constexpr const char* kName = "NewApiToken";
  std::string title;
  std::vector<std::string> rights;
  int days = 0;
};
template <class V>
void describe(V& v, NewToken& x) {
  v.field("title", x.title, {.min_length = 1, .max_length = 200});
  v.field("rights", x.rights);
  v.field("days", x.days);
}

struct TokenSecret {
  static constexpr const char* kName = "ApiTokenSecret";
  std::string token;
};
template <class V>
void describe(V& v, TokenSecret& x) {
  v.field("token", x.token, {.doc = "Told once; only its hash is kept."});
}

struct NoticeShape {
  static constexpr const char* kName = "Notice";
  std::string id;
  Instant at;
  std::string kind;
  Two title;
  std::string link;
  bool read = false;
};
template <class V>
void describe(V& v, NoticeShape& x) {
  v.field("id", x.id);
  v.field("at", x.at);
  v.field("kind", x.kind);
  v.field("title", x.title);
  v.field("link", x.link);
  v.field("read", x.read);
}

struct NoticeList {
  static constexpr const char* kName = "NoticeList";
  std::vector<NoticeShape> items;
  std::optional<std::string> next;
  int64_t n_unread = 0;
};
template <class V>
void describe(V& v, NoticeList& x) {
  v.field("items", x.items);
  v.field("next", x.next);
  v.field("n_unread", x.n_unread, {.doc = "Counted up to 100."});
}

struct ReadMark {
  static constexpr const char* kName = "NoticeReadMark";
  std::optional<std::string> id, up_to;
};
template <class V>
void describe(V& v, ReadMark& x) {
  v.field("id", x.id, {.doc = "One notice.", .max_length = 20});
  v.field("up_to", x.up_to, {.doc = "Or this one and all older ones.", .max_length = 20});
}

Result<List<SessionShape>> my_sessions(const Call& call) {
  BANMO_TRY(const auto sessions, call.engines.directory->sessions(call.principal));
  List<SessionShape> list;
  for (const auto& session : sessions) list.items.push_back(shape_of(session));
  return list;
}

Result<Nothing> end_my_session(const Call& call) {
  BANMO_TRY(const int64_t no, number_in_path(call, "id", "session.unknown"));
  BANMO_DO(call.engines.directory->end_own_session(call.principal, no));
  return Nothing{};
}

Result<List<TokenShape>> my_tokens(const Call& call) {
  BANMO_TRY(const auto tokens, call.engines.directory->tokens(call.principal));
  List<TokenShape> list;
  for (const auto& token : tokens) {
    TokenShape shape{std::to_string(token.no), token.title, {}, token.created_at, token.expires_at};
    for (const Right right : token.rights) shape.rights.emplace_back(directory::name_of(right));
    list.items.push_back(std::move(shape));
  }
  return list;
}

Result<TokenSecret> create_token(const Call& call, const NewToken& wanted) {
  std::vector<Right> rights;
  for (const std::string& name : wanted.rights) {
    const auto right = directory::right_of(name);
    if (!right)
      return fail(ErrorCode::invalid, "directory.unknown_right", {"没有“" + name + "”这项权限", "there is no right \"" + name + "\""}, "$.rights");
    rights.push_back(*right);
  }
  BANMO_TRY(const std::string token, call.engines.directory->create_token(call.principal, wanted.title, rights, wanted.days));
  return TokenSecret{token};
}

Result<Nothing> revoke_token(const Call& call) {
  BANMO_TRY(const int64_t no, number_in_path(call, "id", "token.unknown"));
  BANMO_DO(call.engines.directory->revoke_token(call.principal, no));
  return Nothing{};
}

Result<NoticeList> list_notices(const Call& call) {
  directory::NoticeQuery query;
  query.unread_only = call.flag("unread");
  query.limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(query.before_no, call.cursor());
  BANMO_TRY(const auto page, call.engines.directory->notices(call.principal, query));
  NoticeList list;
  list.n_unread = page.n_unread;
  for (const auto& notice : page.items)
    list.items.push_back({std::to_string(notice.no), notice.at, notice.kind, Two::of(notice.title), notice.link, notice.read});
  if (page.next != 0) list.next = std::to_string(page.next);
  return list;
}

Result<Nothing> mark_read(const Call& call, const ReadMark& mark) {
  if (mark.id.has_value() == mark.up_to.has_value())
    return fail(ErrorCode::invalid, "notice.which", {"id 与 up_to 给一个", "give one of id and up_to"}, "$");
  BANMO_TRY(const int64_t no, number_in(mark.id ? *mark.id : *mark.up_to, "notice.unknown"));
  BANMO_DO(call.engines.directory->mark_notices_read(call.principal, mark.id ? std::optional(no) : std::nullopt, no));
  return Nothing{};
}

}  // namespace

void add_me_routes(Builder& builder) {
  builder.tag("session");
  builder.route<List<SessionShape>>({.method = "GET",
                                     .path = "/me/sessions",
                                     .operation = "list_my_sessions",
                                     .summary = {"我的登录会话", "My sessions"},
                                     .permission = "signed_in"},
                                    my_sessions);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/me/sessions/{id}",
                          .operation = "end_my_session",
                          .summary = {"结束我的一个会话", "End one of my sessions"},
                          .permission = "signed_in"},
                         end_my_session);
  builder.route<List<TokenShape>>(
      {.method = "GET", .path = "/me/tokens", .operation = "list_my_tokens", .summary = {"我的接口令牌", "My API tokens"}, .permission = "signed_in"},
      my_tokens);
  builder.route<NewToken, TokenSecret>({.method = "POST",
                                        .path = "/me/tokens",
                                        .operation = "create_my_token",
                                        .summary = {"新建接口令牌", "Create an API token"},
                                        .permission = "signed_in",
                                        .answer_status = 201},
                                       create_token);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/me/tokens/{id}",
                          .operation = "revoke_my_token",
                          .summary = {"撤销接口令牌", "Revoke an API token"},
                          .permission = "signed_in"},
                         revoke_token);
  builder.tag("home");
  builder.route<NoticeList>({.method = "GET",
                             .path = "/notices",
                             .operation = "list_notices",
                             .summary = {"给我的通知，最新在前", "Notices for me, newest first"},
                             .permission = "signed_in",
                             .parameters = page_parameters({flag_parameter("unread", "Only those that I have not read.")})},
                            list_notices);
  builder.route<ReadMark, Nothing>({.method = "POST",
                                    .path = "/notices/read",
                                    .operation = "mark_notices_read",
                                    .summary = {"标为已读", "Mark as read"},
                                    .permission = "signed_in"},
                                   mark_read);
}

}  // namespace banmo::api
