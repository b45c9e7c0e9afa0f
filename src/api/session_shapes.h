// SPDX-License-Identifier: Apache-2.0
// Inside the room: sessions as their owner and the security administrator see them, and numbers that come as text.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "api/builder.h"
#include "base/result.h"
#include "directory/types.h"

namespace banmo::api {

struct SessionShape {
  static constexpr const char* kName = "SessionInfo";
  std::string id;
  Instant created_at, last_seen, expires_at;
  std::string peer;
  bool current = false;
};
template <class V>
void describe(V& v, SessionShape& x) {
  v.field("id", x.id);
  v.field("created_at", x.created_at);
  v.field("last_seen", x.last_seen);
  v.field("expires_at", x.expires_at);
  v.field("peer", x.peer);
  v.field("current", x.current);
}

inline SessionShape shape_of(const directory::SessionInfo& session) {
  return {std::to_string(session.no), session.created_at, session.last_seen, session.expires_at, session.peer, session.current};
}

// A number that the API gave out as text (63 bits do not fit a JSON number everywhere); not_found `error` for anything else.
inline Result<int64_t> number_in(std::string_view text, std::string error) {
  int64_t no = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), no);
  if (code == std::errc() && end == text.data() + text.size() && no > 0) return no;
  return fail(ErrorCode::not_found, std::move(error), {"没有这一项，可能已经删除", "there is no such thing: it may have been removed"});
}
inline Result<int64_t> number_in_path(const Call& call, std::string_view name, std::string error) {
  return number_in(call.path(name), std::move(error));
}

}  // namespace banmo::api
