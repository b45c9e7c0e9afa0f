// SPDX-License-Identifier: Apache-2.0
// Questions to other departments and their answers as they go over the wire, and their signatures. Shared with the simulator of the other side. Pure.
//
//   POST, application/json: {"id", "lookup", "purpose", "case", "at", "send": {field: text}}
//   answer, 200:            {"id" (the same), "result": "hit" | "miss" | "none", "get": {name: text}}
//   both with X-Banmo-Signature: "hmac-sha256=<hex>", "hmac-sm3=<hex>" or "sm2=<hex>" over the bytes of the body
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "pack/flow_papers.h"

namespace banmo::flows {

inline constexpr const char* kSignatureHeader = "X-Banmo-Signature";

// Our secret and, for sm2, their public key. hmac: one secret of both.
struct LookupKeys {
  pack::FlowLookup::Sign sign = pack::FlowLookup::Sign::hmac;
  crypto::Profile profile = crypto::Profile::intl;
  std::string own;    // hmac: the secret; sm2: our private key, 64 hexadecimal digits
  std::string other;  // sm2: their public key, 130 hexadecimal digits (04…)
};
// Errors: invalid "crypto.key".
Result<std::string> sign_body(const LookupKeys& keys, std::string_view body);
bool is_signed(const LookupKeys& keys, std::string_view body, std::string_view signature);

struct LookupAnswer {
  std::string result;  // hit, miss, none, err
  std::vector<std::pair<std::string, std::string>> get;
};
std::string answer_body(const std::string& id, const LookupAnswer& answer);
// Errors: invalid "flows.bad_answer": not JSON, another id, another word.
Result<LookupAnswer> read_answer(const std::string& body, const std::string& id);

}  // namespace banmo::flows
