// SPDX-License-Identifier: Apache-2.0
// Hashes, text forms, random bytes, passwords; field encryption is in seal.cpp.
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "base/text.h"

namespace banmo::crypto {
namespace {

constexpr size_t kBlockBytes = 64;  // of SHA-256 and of SM3
constexpr size_t kMaxPasswordBytes = 1024;

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) std::abort();  // no source of random bytes
}

// A library that lacks its hash or is out of memory must not yield a wrong one.
void must(int openssl_result, const char* what) {
  if (openssl_result == 1) return;
  BANMO_LOG(error, "crypto.library_failed", {"what", what});
  std::abort();
}

// Looked up once: fetching by name costs more than a short hash.
const EVP_MD* digest_of(Profile profile) {
  static const EVP_MD* const sha256_digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sm3_digest = EVP_MD_fetch(nullptr, "SM3", nullptr);
  return profile == Profile::sm ? sm3_digest : sha256_digest;
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

DigestContext begin(Profile profile) {
  DigestContext context(EVP_MD_CTX_new());
  must(context && digest_of(profile) ? 1 : 0, "digest");
  must(EVP_DigestInit_ex2(context.get(), digest_of(profile), nullptr), "digest init");
  return context;
}
void update(const DigestContext& context, const void* bytes, size_t n) { must(EVP_DigestUpdate(context.get(), bytes, n), "digest update"); }
Hash finish(const DigestContext& context) {
  Hash out;
  must(EVP_DigestFinal_ex(context.get(), out.data(), nullptr), "digest final");
  return out;
}

// libsodium takes no null pointer, not even for nothing.
const char* characters_of(std::string_view text) { return text.data() ? text.data() : ""; }

}  // namespace

Result<> check_profile(Profile profile) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, profile == Profile::sm ? "SM4-CTR" : "AES-256-GCM", nullptr);
  const bool has_cipher = cipher != nullptr;
  EVP_CIPHER_free(cipher);
  if (digest_of(profile) && has_cipher) return {};
  const std::string name = profile == Profile::sm ? "SM3/SM4" : "SHA-256/AES-256-GCM";
  return fail(ErrorCode::unsupported, "crypto.profile",
              {"本机 OpenSSL 不支持 " + name + "，请安装 OpenSSL 3 的完整版本或改用另一套算法",
               "this machine's OpenSSL lacks " + name + ": install a full OpenSSL 3 or choose the other profile"});
}

Hash hash(Profile profile, std::string_view bytes) {
  const DigestContext context = begin(profile);
  update(context, bytes.data(), bytes.size());
  return finish(context);
}

Hash sha256(std::string_view bytes) { return hash(Profile::intl, bytes); }

Hash keyed_hash(Profile profile, std::span<const uint8_t> key, std::string_view bytes) {
  std::array<uint8_t, kBlockBytes> inner{}, outer{};
  if (key.size() > kBlockBytes) {
    const Hash short_key = hash(profile, {reinterpret_cast<const char*>(key.data()), key.size()});
    std::memcpy(inner.data(), short_key.data(), short_key.size());
  } else if (!key.empty()) {
    std::memcpy(inner.data(), key.data(), key.size());
  }
  for (size_t i = 0; i < kBlockBytes; ++i) {
    outer[i] = inner[i] ^ 0x5C;
    inner[i] ^= 0x36;
  }
  const DigestContext context = begin(profile);
  update(context, inner.data(), inner.size());
  update(context, bytes.data(), bytes.size());
  const Hash inner_hash = finish(context);
  must(EVP_DigestInit_ex2(context.get(), digest_of(profile), nullptr), "digest init");
  update(context, outer.data(), outer.size());
  update(context, inner_hash.data(), inner_hash.size());
  sodium_memzero(inner.data(), inner.size());
  sodium_memzero(outer.data(), outer.size());
  return finish(context);
}

struct Hasher::State {
  DigestContext context;
};
Hasher::Hasher(Profile profile) : state_(std::make_unique<State>(State{begin(profile)})) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
void Hasher::add(std::string_view bytes) { update(state_->context, bytes.data(), bytes.size()); }
Hash Hasher::finish() { return crypto::finish(state_->context); }

std::string to_hex(std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = text::hex_digit(text[i]), low = text::hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return out;
}

std::string to_base64url(std::span<const uint8_t> bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kVariant);
  out.pop_back();  // the terminating NUL
  return out;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes out(text.size() / 4 * 3 + 3);
  size_t n_bytes = 0;
  const char* end = nullptr;
  const int failed =
      sodium_base642bin(out.data(), out.size(), characters_of(text), text.size(), nullptr, &n_bytes, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (failed != 0 || end != characters_of(text) + text.size()) return std::nullopt;
  out.resize(n_bytes);
  return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string url(text);
  for (char& c : url) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return from_base64url(url);
}

Bytes random_bytes(size_t n) {
  start_sodium();
  Bytes out(n);
  if (n > 0) randombytes_buf(out.data(), n);
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

std::string new_token() { return to_base64url(random_bytes(32)); }

Result<std::string> hash_password(std::string_view password, PasswordCost cost) {
  start_sodium();
  if (password.size() > kMaxPasswordBytes)
    return fail(ErrorCode::invalid, "crypto.password_length",
                {"密码不能超过 1024 字节，请改短", "a password takes at most 1,024 bytes: choose a shorter one"});
  constexpr uint64_t kMaxPasses = 64, kMinMemory = crypto_pwhash_MEMLIMIT_MIN, kMaxMemory = 1u << 30;
  if (cost.n_operations < 1 || cost.n_operations > kMaxPasses || cost.memory_bytes < kMinMemory || cost.memory_bytes > kMaxMemory)
    return fail(ErrorCode::invalid, "crypto.password_cost",
                {"密码散列的代价须为 1 至 64 遍、8 KiB 至 1 GiB，请修改配置",
                 "the cost of password hashes must be 1..64 passes and 8 KiB..1 GiB: change the configuration"});
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, characters_of(password), password.size(), cost.n_operations, cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(ErrorCode::unavailable, "crypto.memory", {"内存不足，请稍后再试", "not enough memory: try again later"});
  return std::string(out);
}

namespace {

// libsodium reads a fixed buffer; empty if the text is too long for it or holds a NUL.
std::optional<std::array<char, crypto_pwhash_STRBYTES>> buffer_of(std::string_view stored) {
  std::array<char, crypto_pwhash_STRBYTES> buffer{};
  if (stored.empty() || stored.size() >= buffer.size() || stored.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(buffer.data(), stored.data(), stored.size());
  return buffer;
}

}  // namespace

bool verify_password(std::string_view stored, std::string_view password) {
  start_sodium();
  const auto buffer = buffer_of(stored);
  return buffer && password.size() <= kMaxPasswordBytes && crypto_pwhash_str_verify(buffer->data(), characters_of(password), password.size()) == 0;
}

bool needs_rehash(std::string_view stored, PasswordCost cost) {
  const auto buffer = buffer_of(stored);
  return !buffer || crypto_pwhash_str_needs_rehash(buffer->data(), cost.n_operations, cost.memory_bytes) != 0;
}

}  // namespace banmo::crypto
