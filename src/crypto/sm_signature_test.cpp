// SPDX-License-Identifier: Apache-2.0
#include "crypto/sm_signature.h"

#include <doctest/doctest.h>

using namespace banmo::crypto;

// GB/T 32918.5 (2017) A.2: the public key that belongs to the private key of the example, and its signature of "message digest".
TEST_CASE("the standard's signature is verified, and no other text or key") {
  const std::string public_key =
      "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
  const std::string signature =
      "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
  CHECK(sm2_verify(public_key, "message digest", signature));
  CHECK(!sm2_verify(public_key, "message digest.", signature));
  CHECK(!sm2_verify(new_sm2_keys().second, "message digest", signature));
  CHECK(!sm2_verify(public_key, "message digest", signature.substr(2)));
  CHECK(!sm2_verify("04", "message digest", signature));
}

TEST_CASE("what one signs others verify") {
  const auto [secret, open] = new_sm2_keys();
  CHECK(secret.size() == 64);
  CHECK(open.size() == 130);
  const auto signature = sm2_sign(secret, "入学资格核验");
  REQUIRE(signature.ok());
  CHECK(sm2_verify(open, "入学资格核验", *signature));
  CHECK(!sm2_verify(open, "入学资格", *signature));
  CHECK(sm2_sign("00", "x").error().id == "crypto.key");
  CHECK(sm2_sign(std::string(64, '0'), "x").error().id == "crypto.key");
  CHECK(sm2_sign(std::string(64, 'f'), "x").error().id == "crypto.key");
}
