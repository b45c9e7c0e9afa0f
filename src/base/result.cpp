// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace banmo {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::denied: return "denied";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::too_many: return "too_many";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::timeout: return "timeout";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::storage_full: return "storage_full";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

std::string Error::to_string() const {
  std::string text;
  if (!where.empty()) text += where + ": ";
  text += message.en + " (" + message.zh + ") [" + id + "]";
  for (const Error& detail : details) text += "\n  " + detail.to_string();
  return text;
}

Error fail(ErrorCode code, std::string id, Message message, std::string where, std::string cause) {
  return Error{code, std::move(id), std::move(message), std::move(where), std::move(cause), {}, 0};
}

}  // namespace banmo
