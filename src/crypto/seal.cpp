// SPDX-License-Identifier: Apache-2.0
// Authenticated encryption of fields. A sealed value is: one format byte, the nonce, the encrypted text, the tag.
//   0x01  AES-256-GCM (NIST SP 800-38D): random nonce of 12 bytes, tag of 16. The format byte and the context are authenticated with it.
//   0x11  SM4-CTR (GB/T 32907), then HMAC-SM3 over format, nonce, encrypted text, context and the context's length (encrypt-then-MAC): random counter
//   block of 16
//         bytes, tag of 32. The two keys are HMAC-SM3 of the given one over the labels below, as SM4 takes 16 bytes and one key must not serve two
//         algorithms.
// Random nonces of 12 bytes allow 2^32 values under one key (SP 800-38D §8.3): change keys before.
#include <openssl/evp.h>
#include <sodium.h>

#include <cstring>
#include <memory>

#include "crypto/crypto.h"

namespace banmo::crypto {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kMaxPlainBytes = 1u << 26;  // a field, not a file
constexpr uint8_t kAesGcm = 0x01, kSm4CtrHmac = 0x11;
constexpr size_t kGcmNonce = 12, kGcmTag = 16, kCtrNonce = 16, kHmacTag = 32, kSm4Key = 16;
constexpr std::string_view kEncryptLabel = "banmo field encryption sm4-ctr", kAuthenticateLabel = "banmo field authentication hmac-sm3";

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// Looked up once; nullptr if this OpenSSL lacks it.
const EVP_CIPHER* aes_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}
const EVP_CIPHER* sm4_ctr() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "SM4-CTR", nullptr);
  return cipher;
}

const uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }
std::string_view text_of(std::span<const uint8_t> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Error library_failed(const char* what) {
  return fail(ErrorCode::internal, "crypto.library", {"加密库出错，请查看日志", "the cryptographic library failed: see the log"}, {}, what);
}
Error bad_sealed() {
  return fail(ErrorCode::invalid, "crypto.sealed",
              {"密文被改动、移位或密钥不符，请从备份恢复或检查密钥",
               "the encrypted value was changed or moved, or the key is another: restore it or check the key"});
}

enum class Direction { decrypt = 0, encrypt = 1 };

// Runs AES-256-GCM from `in` to `out` of the same length; the tag is written or, decrypting, checked. False if the library fails or the tag does not
// fit.
bool run_gcm(Direction direction, std::span<const uint8_t> key, const uint8_t* nonce, std::string_view context, std::span<const uint8_t> in,
             uint8_t* out, uint8_t* tag) {
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  const bool encrypts = direction == Direction::encrypt;
  const uint8_t format = kAesGcm;
  int n = 0;
  uint8_t last[16];
  if (!cipher || !aes_gcm() || EVP_CipherInit_ex2(cipher.get(), aes_gcm(), key.data(), nonce, static_cast<int>(direction), nullptr) != 1)
    return false;
  if (EVP_CipherUpdate(cipher.get(), nullptr, &n, &format, 1) != 1) return false;
  if (!context.empty() && EVP_CipherUpdate(cipher.get(), nullptr, &n, bytes_of(context), static_cast<int>(context.size())) != 1) return false;
  if (!in.empty() && EVP_CipherUpdate(cipher.get(), out, &n, in.data(), static_cast<int>(in.size())) != 1) return false;
  if (!encrypts && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kGcmTag), tag) != 1) return false;
  if (EVP_CipherFinal_ex(cipher.get(), last, &n) != 1) return false;
  return !encrypts || EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kGcmTag), tag) == 1;
}

// CTR is its own inverse.
bool run_ctr(std::span<const uint8_t> key, const uint8_t* nonce, std::span<const uint8_t> in, uint8_t* out) {
  const Hash derived = keyed_hash(Profile::sm, key, kEncryptLabel);
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int n = 0;
  static_assert(sizeof(derived) >= kSm4Key);
  if (!cipher || !sm4_ctr() || EVP_EncryptInit_ex2(cipher.get(), sm4_ctr(), derived.data(), nonce, nullptr) != 1) return false;
  return in.empty() || EVP_EncryptUpdate(cipher.get(), out, &n, in.data(), static_cast<int>(in.size())) == 1;
}

// Over format, nonce and encrypted text as they stand in `head`, then the context and its length, so that no byte can pass from one part to the
// other.
Hash tag_of(std::span<const uint8_t> key, std::span<const uint8_t> head, std::string_view context) {
  const Hash derived = keyed_hash(Profile::sm, key, kAuthenticateLabel);
  std::string message(text_of(head));
  message += context;
  for (int shift = 56; shift >= 0; shift -= 8) message += static_cast<char>(uint64_t{context.size()} >> shift & 0xFF);
  return keyed_hash(Profile::sm, derived, message);
}

Result<Bytes> seal_gcm(std::span<const uint8_t> key, std::string_view plain, std::string_view context) {
  Bytes sealed(1 + kGcmNonce + plain.size() + kGcmTag);
  const Bytes nonce = random_bytes(kGcmNonce);
  sealed[0] = kAesGcm;
  std::memcpy(&sealed[1], nonce.data(), kGcmNonce);
  uint8_t* out = sealed.data() + 1 + kGcmNonce;
  if (!run_gcm(Direction::encrypt, key, nonce.data(), context, {bytes_of(plain), plain.size()}, out, out + plain.size()))
    return library_failed("AES-256-GCM");
  return sealed;
}

Result<Bytes> seal_sm4(std::span<const uint8_t> key, std::string_view plain, std::string_view context) {
  Bytes sealed(1 + kCtrNonce + plain.size() + kHmacTag);
  const Bytes nonce = random_bytes(kCtrNonce);
  sealed[0] = kSm4CtrHmac;
  std::memcpy(&sealed[1], nonce.data(), kCtrNonce);
  if (!run_ctr(key, nonce.data(), {bytes_of(plain), plain.size()}, sealed.data() + 1 + kCtrNonce)) return library_failed("SM4-CTR");
  const size_t n_head = sealed.size() - kHmacTag;
  const Hash tag = tag_of(key, std::span(sealed).first(n_head), context);
  std::memcpy(sealed.data() + n_head, tag.data(), kHmacTag);
  return sealed;
}

Result<std::string> open_gcm(std::span<const uint8_t> key, std::span<const uint8_t> sealed, std::string_view context) {
  if (sealed.size() < 1 + kGcmNonce + kGcmTag) return bad_sealed();
  const std::span<const uint8_t> nonce = sealed.subspan(1, kGcmNonce), in = sealed.subspan(1 + kGcmNonce, sealed.size() - 1 - kGcmNonce - kGcmTag);
  std::array<uint8_t, kGcmTag> tag;
  std::memcpy(tag.data(), sealed.data() + sealed.size() - kGcmTag, kGcmTag);
  std::string plain(in.size(), '\0');
  if (run_gcm(Direction::decrypt, key, nonce.data(), context, in, reinterpret_cast<uint8_t*>(plain.data()), tag.data())) return plain;
  sodium_memzero(plain.data(), plain.size());
  return bad_sealed();
}

Result<std::string> open_sm4(std::span<const uint8_t> key, std::span<const uint8_t> sealed, std::string_view context) {
  if (sealed.size() < 1 + kCtrNonce + kHmacTag) return bad_sealed();
  const std::span<const uint8_t> head = sealed.first(sealed.size() - kHmacTag), in = head.subspan(1 + kCtrNonce);
  const Hash tag = tag_of(key, head, context);
  if (!equal_in_constant_time(text_of(tag), text_of(sealed.last(kHmacTag)))) return bad_sealed();
  std::string plain(in.size(), '\0');
  if (!run_ctr(key, head.data() + 1, in, reinterpret_cast<uint8_t*>(plain.data()))) return library_failed("SM4-CTR");
  return plain;
}

Result<> check_key(std::span<const uint8_t> key) {
  if (key.size() == kKeyBytes) return {};
  return fail(ErrorCode::invalid, "crypto.key", {"密钥须为 32 字节，请检查密钥文件", "a key has 32 bytes: check the key file"});
}

}  // namespace

Result<Bytes> encrypt(Profile profile, std::span<const uint8_t> key, std::string_view plain, std::string_view context) {
  BANMO_DO(check_key(key));
  if (plain.size() > kMaxPlainBytes || context.size() > kMaxPlainBytes)
    return fail(ErrorCode::too_large, "crypto.too_long", {"一个字段最多加密 64 MiB，请改用文件", "a field takes at most 64 MiB: use a file"});
  return profile == Profile::sm ? seal_sm4(key, plain, context) : seal_gcm(key, plain, context);
}

Result<std::string> decrypt(std::span<const uint8_t> key, std::span<const uint8_t> sealed, std::string_view context) {
  BANMO_DO(check_key(key));
  if (sealed.empty() || sealed.size() > kMaxPlainBytes + 64 || context.size() > kMaxPlainBytes) return bad_sealed();
  if (sealed[0] == kAesGcm) return open_gcm(key, sealed, context);
  if (sealed[0] == kSm4CtrHmac) return open_sm4(key, sealed, context);
  return bad_sealed();
}

}  // namespace banmo::crypto
