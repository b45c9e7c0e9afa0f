// SPDX-License-Identifier: Apache-2.0
#include "events/attachments.h"

#include <unordered_set>

#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/signed.h"
#include "events/sameness.h"

namespace banmo::events {
namespace {

Error bad(std::string what, Message message, std::string where = "$") {
  return fail(ErrorCode::invalid, "events." + what, std::move(message), std::move(where));
}

std::string_view text_of(const crypto::Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

struct Jws {
  json::Value header, payload;
  std::string signed_text;
  crypto::Bytes signature;
};

std::optional<Jws> read_jws(std::string_view text) {
  const auto parts = text::split(text::trim(text), '.');
  if (parts.size() != 3) return std::nullopt;
  const auto header = crypto::from_base64url(parts[0]), payload = crypto::from_base64url(parts[1]);
  auto signature = crypto::from_base64url(parts[2]);
  if (!header || !payload || !signature) return std::nullopt;
  auto header_json = json::read(text_of(*header)), payload_json = json::read(text_of(*payload));
  if (!header_json.ok() || !payload_json.ok() || payload_json->as_object() == nullptr) return std::nullopt;
  return Jws{*std::move(header_json), *std::move(payload_json), parts[0] + "." + parts[1], *std::move(signature)};
}

// The first certificate of x5c; nothing if there is none: then the signature cannot be checked here.
bool fits_certificate(const Jws& jws, const std::string& algorithm) {
  const json::Value* chain = jws.header.find("x5c");
  if (chain == nullptr) return true;
  const json::Array* list = chain->as_array();
  if (list == nullptr || list->empty() || list->front().as_string() == nullptr) return false;
  const auto certificate = crypto::from_base64(*list->front().as_string());
  return certificate && crypto::verify_rsa(algorithm, *certificate, jws.signed_text, jws.signature);
}

}  // namespace

Contents::Contents(const std::vector<Content>& all) : all_(all) {
  for (const Content& content : all) by_sha2_.emplace(text::lower_ascii(content.sha2), &content);
}
const Content* Contents::find(std::string_view sha2) const {
  const auto found = by_sha2_.find(text::lower_ascii(sha2));
  return found == by_sha2_.end() ? nullptr : found->second;
}

Result<> check_contents(const std::vector<Draft>& drafts, const Contents& contents) {
  std::unordered_set<std::string> wanted;
  for (const Draft& draft : drafts)
    for (const Attachment& attachment : draft.attachments) wanted.insert(text::lower_ascii(attachment.sha2));
  for (const Content& content : contents.all()) {
    if (!is_sha2_of(content))
      return bad("attachment_hash", {"附件内容与 X-Experience-API-Hash 不符", "an attachment does not hash to its X-Experience-API-Hash"});
    if (!wanted.contains(text::lower_ascii(content.sha2)))
      return bad("attachment_stray", {"有附件不属于任何陈述", "an attachment belongs to none of the statements"});
  }
  for (size_t i = 0; i < drafts.size(); ++i)
    for (const Attachment& attachment : drafts[i].attachments)
      if (attachment.file_url.empty() && contents.find(attachment.sha2) == nullptr)
        return bad("attachment_missing",
                   {"缺少附件内容：没有 fileUrl 的附件须随请求一起发送", "an attachment without a fileUrl comes with the request"},
                   "$[" + std::to_string(i) + "].attachments");
  return {};
}

void add_hashes(std::vector<std::string>& out, const json::Value& statement) {
  for (const json::Value* action : {&statement, statement.find("object")}) {
    const json::Value* list = action == nullptr ? nullptr : action->find("attachments");
    if (list == nullptr || list->as_array() == nullptr) continue;
    for (const json::Value& attachment : *list->as_array()) out.push_back(text_at(attachment, "sha2"));
  }
}

bool is_sha2_of(const Content& content) { return crypto::sha2_hex(content.sha2.size() * 4, content.bytes) == text::lower_ascii(content.sha2); }

Result<> check_signature(const Draft& draft, const Contents& contents, const Place& place) {
  for (const Attachment& attachment : draft.attachments) {
    if (attachment.usage_type != kSignature) continue;
    const Place at{&place, "attachments"};
    if (attachment.content_type != "application/octet-stream")
      return mistake(at, "bad_signature", {"签名附件的类型须为 application/octet-stream", "a signature is of the type application/octet-stream"});
    const Content* content = contents.find(attachment.sha2);
    const auto jws = content == nullptr ? std::nullopt : read_jws(content->bytes);
    if (!jws) return mistake(at, "bad_signature", {"签名须为 JWS 紧凑格式", "a signature is a JWS in compact form"});
    const std::string algorithm = text_at(jws->header, "alg");
    if (!crypto::is_rsa_algorithm(algorithm))
      return mistake(at, "bad_signature", {"签名算法须为 RS256、RS384 或 RS512", "a signature is by RS256, RS384 or RS512"});
    if (digest_of(jws->payload) != draft.digest)
      return mistake(at, "bad_signature", {"签名的内容与陈述不同", "what was signed is not this statement"});
    if (!fits_certificate(*jws, algorithm))
      return mistake(at, "bad_signature", {"签名与所附证书不符", "the signature is not by the key of its certificate"});
  }
  return {};
}

}  // namespace banmo::events
