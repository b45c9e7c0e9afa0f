// SPDX-License-Identifier: Apache-2.0
#include "flows/lookup_wire.h"

#include <algorithm>

#include "crypto/sm_signature.h"

namespace banmo::flows {
namespace {

using Sign = pack::FlowLookup::Sign;

std::span<const uint8_t> bytes_of(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

std::string hmac_of(const LookupKeys& keys, std::string_view body) {
  const bool is_sm = keys.profile == crypto::Profile::sm;
  return (is_sm ? "hmac-sm3=" : "hmac-sha256=") + crypto::to_hex(crypto::keyed_hash(keys.profile, bytes_of(keys.own), body));
}

Error bad_answer(const char* zh, const char* en) { return fail(ErrorCode::invalid, "flows.bad_answer", {zh, en}); }

std::string text_in(const json::Value& value, std::string_view name) {
  const json::Value* found = value.find(name);
  return found == nullptr || found->as_string() == nullptr ? std::string() : *found->as_string();
}

}  // namespace

Result<std::string> sign_body(const LookupKeys& keys, std::string_view body) {
  if (keys.sign == Sign::hmac) return hmac_of(keys, body);
  BANMO_TRY(const std::string signature, crypto::sm2_sign(keys.own, body));
  return "sm2=" + signature;
}

bool is_signed(const LookupKeys& keys, std::string_view body, std::string_view signature) {
  if (keys.sign == Sign::hmac) return crypto::equal_in_constant_time(hmac_of(keys, body), signature);
  return signature.starts_with("sm2=") && crypto::sm2_verify(keys.other, body, signature.substr(4));
}

std::string answer_body(const std::string& id, const LookupAnswer& answer) {
  json::Object get;
  for (const auto& [name, text] : answer.get) get.set(name, text);
  return json::write(json::Object{{"id", id}, {"result", answer.result}, {"get", std::move(get)}});
}

Result<LookupAnswer> read_answer(const std::string& body, const std::string& id) {
  const auto document = json::read(body);
  if (!document.ok()) return bad_answer("对方的答复不是 JSON", "the answer is no JSON");
  if (text_in(*document, "id") != id) return bad_answer("答复的编号不是所问的", "the answer is to another question");
  LookupAnswer out;
  out.result = text_in(*document, "result");
  if (out.result != "hit" && out.result != "miss" && out.result != "none")
    return bad_answer("答复的 result 须是 hit、miss 或 none", "the result of an answer is hit, miss or none");
  const json::Value* get = document->find("get");
  if (get == nullptr || get->as_object() == nullptr) return out;
  for (const auto& [name, value] : *get->as_object())
    if (value.as_string() != nullptr) out.get.emplace_back(name, *value.as_string());
  return out;
}

}  // namespace banmo::flows
