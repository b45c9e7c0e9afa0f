// SPDX-License-Identifier: Apache-2.0
#include "crypto/crypto.h"

#include <doctest/doctest.h>

#include <openssl/evp.h>

#include <set>
#include <string>

using namespace banmo;
using namespace std::string_literals;
using crypto::Bytes;
using crypto::Profile;

namespace {

constexpr crypto::PasswordCost kCheap{1, 1u << 16};

std::string hex(const crypto::Hash& hash) { return crypto::to_hex(hash); }
Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
std::string hmac(Profile profile, const std::string& key, const std::string& data) { return hex(crypto::keyed_hash(profile, bytes(key), data)); }

// An HMAC by the library's own MAC interface, to compare with.
std::string hmac_oracle(const char* digest, const std::string& key, const std::string& data) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  std::string name = digest;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", name.data(), 0), OSSL_PARAM_construct_end()};
  crypto::Hash out;
  size_t n = 0;
  const bool good = EVP_MAC_init(context, reinterpret_cast<const uint8_t*>(key.data()), key.size(), parameters) == 1 &&
                    EVP_MAC_update(context, reinterpret_cast<const uint8_t*>(data.data()), data.size()) == 1 &&
                    EVP_MAC_final(context, out.data(), &n, out.size()) == 1;
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  return good ? hex(out) : "failed";
}

}  // namespace

TEST_CASE("both profiles are there") {
  CHECK(crypto::check_profile(Profile::intl).ok());
  CHECK(crypto::check_profile(Profile::sm).ok());
}

TEST_CASE("SHA-256 gives the values of FIPS 180-4") {
  CHECK(hex(crypto::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(crypto::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(crypto::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(crypto::hash(Profile::intl, std::string(1'000'000, 'a'))) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SM3 gives the values of GB/T 32905-2016, annex A") {
  CHECK(hex(crypto::hash(Profile::sm, "abc")) == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  std::string abcd;
  for (int i = 0; i < 16; ++i) abcd += "abcd";
  CHECK(hex(crypto::hash(Profile::sm, abcd)) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}

TEST_CASE("the library's SM4 gives the value of GB/T 32907-2016, annex A") {
  const auto key = *crypto::from_hex("0123456789abcdeffedcba9876543210");
  Bytes out(32);
  int n = 0;
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "SM4-ECB", nullptr);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  REQUIRE(EVP_EncryptInit_ex2(context, cipher, key.data(), nullptr, nullptr) == 1);
  REQUIRE(EVP_EncryptUpdate(context, out.data(), &n, key.data(), 16) == 1);
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  CHECK(crypto::to_hex(std::span(out).first(16)) == "681edf34d206965e86b3e94f536e4246");
}

TEST_CASE("HMAC-SHA-256 gives the values of RFC 4231") {
  CHECK(hmac(Profile::intl, std::string(20, '\x0b'), "Hi There") == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac(Profile::intl, "Jefe", "what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac(Profile::intl, std::string(20, '\xaa'), std::string(50, '\xdd')) == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(hmac(Profile::intl, std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(hmac(Profile::intl, std::string(131, '\xaa'),
             "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by "
             "the HMAC algorithm.") == "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("HMAC equals the library's own for keys around the block size, in both profiles") {
  for (const size_t n_key : {1u, 31u, 32u, 63u, 64u, 65u, 200u})
    for (const size_t n_data : {0u, 1u, 63u, 64u, 65u, 1000u}) {
      const std::string key(n_key, 'k'), data(n_data, 'd');
      CHECK(hmac(Profile::sm, key, data) == hmac_oracle("SM3", key, data));
      CHECK(hmac(Profile::intl, key, data) == hmac_oracle("SHA256", key, data));
    }
  CHECK(hmac(Profile::intl, "", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("a stream hashes like the whole, however it is cut") {
  const std::string text(1000, 'x');
  for (const Profile profile : {Profile::intl, Profile::sm})
    for (const size_t cut : {0u, 1u, 63u, 64u, 65u, 999u, 1000u}) {
      crypto::Hasher hasher(profile);
      hasher.add(text.substr(0, cut));
      crypto::Hasher moved(std::move(hasher));
      moved.add(text.substr(cut));
      CHECK(moved.finish() == crypto::hash(profile, text));
    }
}

TEST_CASE("hex and base64url go there and back, and broken text is refused") {
  CHECK(crypto::to_hex(bytes("\x00\xff\x10"s)) == "00ff10");
  CHECK(crypto::from_hex("00fF10") == bytes("\x00\xff\x10"s));
  CHECK_FALSE(crypto::from_hex("0"));
  CHECK_FALSE(crypto::from_hex("0g"));
  CHECK(crypto::to_base64url(bytes("")) == "");
  CHECK(crypto::to_base64url(bytes("f")) == "Zg");
  CHECK(crypto::to_base64url(bytes("foobar")) == "Zm9vYmFy");
  CHECK(crypto::to_base64url(bytes("\xfb\xff\xfe")) == "-__-");
  for (size_t n = 0; n < 100; ++n) {
    const Bytes random = crypto::random_bytes(n);
    CHECK(crypto::from_base64url(crypto::to_base64url(random)) == random);
    CHECK(crypto::from_hex(crypto::to_hex(random)) == random);
  }
  for (const char* text : {"Zg==", "Zg=", "Z", "Zm 9v", "+/+/", "Zh", "Zm9v\n", "Zm9v."}) CHECK_MESSAGE(!crypto::from_base64url(text), text);
}

TEST_CASE("tokens are 256 bits and never alike") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(crypto::new_token());
  CHECK(seen.size() == 1000);
  CHECK(seen.begin()->size() == 43);
  CHECK(crypto::random_bytes(0).empty());
  CHECK(crypto::from_base64url({})->empty());
  CHECK(crypto::verify_password(*crypto::hash_password({}, kCheap), {}));
}

TEST_CASE("constant-time comparison is right") {
  CHECK(crypto::equal_in_constant_time("", ""));
  CHECK(crypto::equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(crypto::equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(crypto::equal_in_constant_time("abc", "ab"));
}

TEST_CASE("a password verifies, another does not, and two hashes differ") {
  const auto stored = crypto::hash_password("口令 banmo", kCheap);
  REQUIRE(stored.ok());
  CHECK(stored->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  CHECK(crypto::verify_password(*stored, "口令 banmo"));
  CHECK_FALSE(crypto::verify_password(*stored, "口令 banmo "));
  CHECK_FALSE(crypto::verify_password(*stored, ""));
  CHECK(*crypto::hash_password("口令 banmo", kCheap) != *stored);
  CHECK(crypto::verify_password(*crypto::hash_password("", kCheap), ""));
  CHECK(crypto::verify_password(*crypto::hash_password("a\0b"s, kCheap), "a\0b"s));
  CHECK_FALSE(crypto::verify_password(*crypto::hash_password("a\0b"s, kCheap), "a"));
}

TEST_CASE("a hash made elsewhere with Argon2id verifies") {
  // Argon2's reference program: echo -n "password" | argon2 somesalt -id -t 2 -m 16 -p 1
  CHECK(crypto::verify_password("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"));
  CHECK_FALSE(crypto::verify_password("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPd", "password"));
}

TEST_CASE("broken hashes and excessive passwords are refused") {
  for (const std::string& stored :
       {""s, "plain"s, "$argon2id$"s, "$argon2id$v=19$m=64,t=1,p=1$"s, std::string(1000, 'x'), "\0"s, "$2b$10$abcdefghijklmnopqrstuv"s})
    CHECK_FALSE(crypto::verify_password(stored, "x"));
  const std::string huge(1025, 'x');
  CHECK(crypto::hash_password(huge, kCheap).error().id == "crypto.password_length");
  CHECK(crypto::hash_password("x", {0, 1u << 16}).error().id == "crypto.password_cost");
  CHECK(crypto::hash_password("x", {1, 1024}).error().id == "crypto.password_cost");
  CHECK(crypto::hash_password("x", {1, uint64_t{1} << 40}).error().id == "crypto.password_cost");
}

TEST_CASE("a hash of another cost asks to be made again") {
  const auto stored = crypto::hash_password("x", kCheap);
  CHECK_FALSE(crypto::needs_rehash(*stored, kCheap));
  CHECK(crypto::needs_rehash(*stored, {2, 1u << 16}));
  CHECK(crypto::needs_rehash(*stored, {1, 1u << 17}));
  CHECK(crypto::needs_rehash("plain", kCheap));
}

TEST_CASE("a field is opened only as it was sealed, in both profiles") {
  const Bytes key = crypto::random_bytes(32), other_key = crypto::random_bytes(32);
  for (const Profile profile : {Profile::intl, Profile::sm})
    for (const std::string& plain : {""s, "a"s, "11010519491231002X"s, "\0\0"s, std::string(100'000, 'x')}) {
      const auto sealed = crypto::encrypt(profile, key, plain, "people.idno");
      REQUIRE(sealed.ok());
      CHECK((*sealed)[0] == (profile == Profile::sm ? 0x11 : 0x01));
      CHECK(*crypto::decrypt(key, *sealed, "people.idno") == plain);
      CHECK(crypto::decrypt(key, *sealed, "people.phone").error().id == "crypto.sealed");
      CHECK(crypto::decrypt(key, *sealed, "").error().id == "crypto.sealed");
      CHECK(crypto::decrypt(other_key, *sealed, "people.idno").error().id == "crypto.sealed");
      CHECK(*crypto::encrypt(profile, key, plain, "people.idno") != *sealed);
    }
}

TEST_CASE("every changed bit and every cut of a sealed field is found") {
  const Bytes key = crypto::random_bytes(32);
  for (const Profile profile : {Profile::intl, Profile::sm}) {
    const Bytes sealed = *crypto::encrypt(profile, key, "陈小明", "people.name");
    for (size_t i = 0; i < sealed.size() * 8; ++i) {
      Bytes bad = sealed;
      bad[i / 8] = static_cast<uint8_t>(bad[i / 8] ^ (1u << i % 8));
      CHECK_FALSE(crypto::decrypt(key, bad, "people.name").ok());
    }
    for (size_t n = 0; n < sealed.size(); ++n) CHECK_FALSE(crypto::decrypt(key, std::span(sealed).first(n), "people.name").ok());
    Bytes longer = sealed;
    longer.push_back(0);
    CHECK_FALSE(crypto::decrypt(key, longer, "people.name").ok());
  }
}

TEST_CASE("bytes do not pass between the text and its context") {
  const Bytes key = crypto::random_bytes(32);
  const Bytes sealed = *crypto::encrypt(Profile::sm, key, "abc", "d.f");
  Bytes shifted = sealed;
  shifted.insert(shifted.end() - 32, 'd');
  CHECK_FALSE(crypto::decrypt(key, shifted, ".f").ok());
}

TEST_CASE("a key of another length is refused") {
  const Bytes short_key = crypto::random_bytes(16);
  const auto sealed = crypto::encrypt(Profile::intl, short_key, "x", "c");
  REQUIRE_FALSE(sealed.ok());
  CHECK(sealed.error().to_string() == "a key has 32 bytes: check the key file (密钥须为 32 字节，请检查密钥文件) [crypto.key]");
  CHECK(crypto::decrypt(short_key, Bytes{1}, "c").error().id == "crypto.key");
  CHECK(crypto::decrypt(crypto::random_bytes(32), Bytes{}, "c").error().id == "crypto.sealed");
}
