// SPDX-License-Identifier: Apache-2.0
#include "crypto/sm_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/crypto.h"

namespace banmo::crypto {
namespace {

constexpr size_t kNumber = 32, kPoint = 65;  // bytes
constexpr std::string_view kIdentity = "1234567812345678";

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Group = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freed<EC_POINT_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

// The public key of a private one; nothing if it is none.
std::optional<Bytes> point_of(const Bytes& secret) {
  const Group group(EC_GROUP_new_by_curve_name(NID_sm2));
  const Number number(BN_bin2bn(secret.data(), static_cast<int>(secret.size()), nullptr));
  const Number order(BN_new());
  if (!group || !number || !order || EC_GROUP_get_order(group.get(), order.get(), nullptr) != 1) return std::nullopt;
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), order.get()) >= 0) return std::nullopt;
  const Point point(EC_POINT_new(group.get()));
  Bytes out(kPoint);
  if (!point || EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) != 1) return std::nullopt;
  if (EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(), nullptr) != kPoint) return std::nullopt;
  return out;
}

Key key_of(const Bytes& point, const Bytes* secret) {
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number number(secret == nullptr ? nullptr : BN_bin2bn(secret->data(), static_cast<int>(secret->size()), nullptr));
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) != 1) return {};
  if (OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) return {};
  if (number && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) != 1) return {};
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return {};
  if (EVP_PKEY_fromdata(context.get(), &key, secret == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, parameters.get()) != 1) return {};
  return Key(key);
}

// A context that signs or verifies under the usual identity.
struct Signer {
  explicit Signer(EVP_PKEY* key) : context(EVP_PKEY_CTX_new(key, nullptr)), digest(EVP_MD_CTX_new()) {
    if (context && digest && EVP_PKEY_CTX_set1_id(context.get(), kIdentity.data(), kIdentity.size()) == 1)
      EVP_MD_CTX_set_pkey_ctx(digest.get(), context.get());
    else
      digest.reset();
  }
  KeyContext context;
  Digest digest;
};

Error bad_key() {
  return fail(ErrorCode::invalid, "crypto.key", {"这不是 SM2 私钥（64 位十六进制）", "this is no SM2 private key of 64 hexadecimal digits"});
}

}  // namespace

std::pair<std::string, std::string> new_sm2_keys() {
  for (;;) {
    const Bytes secret = random_bytes(kNumber);
    if (const auto point = point_of(secret)) return {to_hex(secret), to_hex(*point)};
  }
}

Result<std::string> sm2_sign(std::string_view private_key, std::string_view text) {
  const auto secret = from_hex(private_key);
  const auto point = secret && secret->size() == kNumber ? point_of(*secret) : std::nullopt;
  const Key key = point ? key_of(*point, &*secret) : Key();
  if (!key) return bad_key();
  const Signer signer(key.get());
  size_t n = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (!signer.digest || EVP_DigestSignInit(signer.digest.get(), nullptr, EVP_sm3(), nullptr, key.get()) != 1) return bad_key();
  if (EVP_DigestSign(signer.digest.get(), nullptr, &n, bytes, text.size()) != 1) return bad_key();
  Bytes der(n);
  if (EVP_DigestSign(signer.digest.get(), der.data(), &n, bytes, text.size()) != 1) return bad_key();
  const unsigned char* at = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(n)));
  if (!signature) return bad_key();
  Bytes out(2 * kNumber);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), kNumber);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + kNumber, kNumber);
  return to_hex(out);
}

bool sm2_verify(std::string_view public_key, std::string_view text, std::string_view signature) {
  const auto point = from_hex(public_key), both = from_hex(signature);
  if (!point || point->size() != kPoint || !both || both->size() != 2 * kNumber) return false;
  const Key key = key_of(*point, nullptr);
  const Signature parts(ECDSA_SIG_new());
  if (!key || !parts) return false;
  ECDSA_SIG_set0(parts.get(), BN_bin2bn(both->data(), kNumber, nullptr), BN_bin2bn(both->data() + kNumber, kNumber, nullptr));
  unsigned char* der = nullptr;
  const int n = i2d_ECDSA_SIG(parts.get(), &der);
  if (n <= 0) return false;
  const Bytes encoded(der, der + n);
  OPENSSL_free(der);
  const Signer signer(key.get());
  if (!signer.digest || EVP_DigestVerifyInit(signer.digest.get(), nullptr, EVP_sm3(), nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(signer.digest.get(), encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace banmo::crypto
