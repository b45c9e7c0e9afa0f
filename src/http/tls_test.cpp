// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "http/outbound.h"
#include "http/test_client.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

namespace {

// A key and a certificate for "localhost" that signs itself, as PEM files.
void write_certificate(const std::string& certificate_file, const std::string& key_file) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  REQUIRE(X509_sign(certificate, key, EVP_sha256()) > 0);
  FILE* out = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(key_file.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

struct TlsClient {
  explicit TlsClient(const std::string& address) : tcp(address), context(SSL_CTX_new(TLS_client_method())), ssl(SSL_new(context)) {
    SSL_set_fd(ssl, tcp.socket());
    is_connected = SSL_connect(ssl) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  // Everything up to `end`, which closes the answer.
  std::string ask(const std::string& text, const std::string& end) {
    REQUIRE(SSL_write(ssl, text.data(), static_cast<int>(text.size())) > 0);
    std::string out;
    char buffer[4096];
    for (int n = 1; n > 0 && !out.ends_with(end);) {
      n = SSL_read(ssl, buffer, sizeof buffer);
      if (n > 0) out.append(buffer, static_cast<size_t>(n));
    }
    return out;
  }
  Client tcp;
  SSL_CTX* context;
  SSL* ssl;
  bool is_connected = false;
};

struct Secured {
  TempDirectory directory;
  ServerOptions options;
  Secured() {
    options.listen = {"127.0.0.1:0"};
    options.tls_certificate_file = directory.path() + "/certificate.pem";
    options.tls_key_file = directory.path() + "/key.pem";
    write_certificate(options.tls_certificate_file, options.tls_key_file);
  }
};

Router make_router() {
  Router router;
  REQUIRE(router
              .add(route("GET", "/api/v1/who", "who"),
                   [](Request& request) -> Result<Response> {
                     return Response::json(json::Object{{"secure", request.secure}, {"filler", std::string(200'000, 'f')}});
                   })
              .ok());
  return router;
}

}  // namespace

TEST_CASE("TLS serves many requests over one connection") {
  const Secured secured;
  const auto server = started(secured.options, make_router());
  TlsClient client(server->addresses().front());
  REQUIRE(client.is_connected);
  for (int i = 0; i < 3; ++i) {
    const std::string answer = client.ask("GET /api/v1/who HTTP/1.1\r\nHost: a\r\n\r\n", "f\"}");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find(R"({"secure":true,)") != std::string::npos);
    CHECK(answer.size() > 200'000);
  }
}

TEST_CASE("a handshake that does not come is cut off, and plain HTTP gets nothing") {
  Secured secured;
  secured.options.header_timeout_ms = 150;
  const auto server = started(secured.options, make_router());
  Client silent(server->addresses().front());
  CHECK(silent.is_closed());
  Client plain(server->addresses().front());
  plain.say("GET /api/v1/who HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(plain.head().status == 0);
}

TEST_CASE("certificates that cannot be used are told with their file") {
  Secured secured;
  secured.directory.write("key.pem", "no key");
  const auto bad_key = Server::create(secured.options, make_router());
  REQUIRE_FALSE(bad_key.ok());
  CHECK(bad_key.error().id == "http.bad_tls");
  CHECK(bad_key.error().message.en ==
        "the TLS key " + secured.options.tls_key_file + " cannot be used: it must be PEM and belong to the certificate");
  secured.options.tls_key_file.clear();
  const auto half = Server::create(secured.options, make_router());
  REQUIRE_FALSE(half.ok());
  CHECK(half.error().message.en == "give both the TLS certificate and the key, or neither");
}

TEST_CASE("a call goes to whoever has a certificate of a trusted issuer for the name that is called, and to nobody else") {
  const Secured secured;
  const auto server = started(secured.options, make_router());
  const std::string port = server->addresses().front().substr(server->addresses().front().rfind(':'));
  const auto said = [&](const std::string& ca_file, const std::string& host) {
    OutboundRequest request;
    request.url = "https://" + host + port + "/api/v1/who";
    const auto outbound = Outbound::create({.networks = {"127.0.0.0/8", "::1"}, .ca_file = ca_file});
    REQUIRE(outbound.ok());
    const auto answer = (*outbound)->call(request);
    return answer.ok() ? "HTTP " + std::to_string(answer->status) : answer.error().id;
  };
  CHECK(said(secured.options.tls_certificate_file, "localhost") == "HTTP 200");
  CHECK(said(secured.options.tls_certificate_file, "127.0.0.1") == "http.outbound_tls");  // the certificate is of another name
  CHECK(said({}, "localhost") == "http.outbound_tls");
}
