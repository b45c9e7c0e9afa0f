// SPDX-License-Identifier: Apache-2.0
#include "crypto/signed.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

#include "crypto/crypto.h"

namespace banmo::crypto {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const EVP_MD* digest_of_bits(size_t n_bits) {
  switch (n_bits) {
    case 224: return EVP_sha224();
    case 256: return EVP_sha256();
    case 384: return EVP_sha384();
    case 512: return EVP_sha512();
    default: return nullptr;
  }
}

const EVP_MD* digest_of_algorithm(std::string_view name) {
  if (name == "RS256") return EVP_sha256();
  if (name == "RS384") return EVP_sha384();
  return name == "RS512" ? EVP_sha512() : nullptr;
}

std::string hex_by(const EVP_MD* digest, std::string_view bytes) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> out{};
  unsigned int n = 0;
  if (digest == nullptr || EVP_Digest(bytes.data(), bytes.size(), out.data(), &n, digest, nullptr) != 1) return {};
  return to_hex(std::span(out).first(n));
}

}  // namespace

bool is_rsa_algorithm(std::string_view name) { return digest_of_algorithm(name) != nullptr; }

bool verify_rsa(std::string_view algorithm, std::span<const uint8_t> certificate, std::string_view text, std::span<const uint8_t> signature) {
  const EVP_MD* digest = digest_of_algorithm(algorithm);
  const unsigned char* bytes = certificate.data();
  const std::unique_ptr<X509, Free> read(d2i_X509(nullptr, &bytes, static_cast<long>(certificate.size())));
  EVP_PKEY* key = read ? X509_get0_pubkey(read.get()) : nullptr;
  if (digest == nullptr || key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return false;
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

std::string sha1_hex(std::string_view bytes) { return hex_by(EVP_sha1(), bytes); }
std::string sha2_hex(size_t n_bits, std::string_view bytes) { return hex_by(digest_of_bits(n_bits), bytes); }

}  // namespace banmo::crypto
