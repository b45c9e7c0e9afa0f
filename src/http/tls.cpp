// SPDX-License-Identifier: Apache-2.0
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>

#include "http/channel.h"

namespace banmo::http {
namespace {

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL; this one is two calls.
int bio_read(BIO* bio, char* data, int n) {
  BIO_clear_retry_flags(bio);
  const IoStep step =
      step_of(::recv(static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))), data, static_cast<size_t>(n), 0), IoState::want_read);
  if (step.state == IoState::want_read) BIO_set_retry_read(bio);
  return step.state == IoState::done ? static_cast<int>(step.n_bytes) : -1;
}

int bio_write(BIO* bio, const char* data, int n) {
  BIO_clear_retry_flags(bio);
  const int socket = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  const IoStep step = step_of(::send(socket, data, static_cast<size_t>(n), MSG_NOSIGNAL), IoState::want_write);
  if (step.state == IoState::want_write) BIO_set_retry_write(bio);
  return step.state == IoState::done ? static_cast<int>(step.n_bytes) : -1;
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int choose_protocol(SSL*, const unsigned char** out, unsigned char* n_out, const unsigned char* in, unsigned n_in, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, n_out, kHttp11, sizeof kHttp11 - 1, in, n_in) != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

class TlsChannel final : public Channel {
 public:
  explicit TlsChannel(SSL* ssl) : ssl_(ssl) {}
  ~TlsChannel() override { SSL_free(ssl_); }
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  IoStep read(char* data, size_t n) override {
    ERR_clear_error();
    return step(SSL_read(ssl_, data, static_cast<int>(std::min<size_t>(n, INT_MAX))));
  }
  IoStep write(std::string_view bytes) override {
    ERR_clear_error();
    return step(SSL_write(ssl_, bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), INT_MAX))));
  }
  bool is_ready() const override { return SSL_is_init_finished(ssl_) == 1; }
  void say_goodbye() override {
    ERR_clear_error();
    if (is_ready() && !is_broken_) SSL_shutdown(ssl_);
  }

 private:
  IoStep step(int n) {
    if (n > 0) return {IoState::done, static_cast<size_t>(n)};
    const int error = SSL_get_error(ssl_, n);
    if (error == SSL_ERROR_WANT_READ) return {IoState::want_read, 0};
    if (error == SSL_ERROR_WANT_WRITE) return {IoState::want_write, 0};
    is_broken_ = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    return {IoState::closed, 0};
  }

  SSL* ssl_;
  bool is_broken_ = false;
};

Error bad_tls(const std::string& zh, const std::string& en) {
  char text[256];
  ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
  ERR_clear_error();
  return fail(ErrorCode::invalid, "http.bad_tls", {zh, en}, {}, text);
}

}  // namespace

struct TlsContext::State {
  SSL_CTX* context = nullptr;
  BIO_METHOD* method = nullptr;
  ~State() {
    SSL_CTX_free(context);
    BIO_meth_free(method);
  }
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::create(const std::string& certificate_file, const std::string& key_file) {
  auto state = std::make_unique<State>();
  state->context = SSL_CTX_new(TLS_server_method());
  state->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "banmo");
  if (!state->context || !state->method) return bad_tls("无法初始化 TLS", "TLS cannot be set up");
  BIO_meth_set_read(state->method, bio_read);
  BIO_meth_set_write(state->method, bio_write);
  BIO_meth_set_ctrl(state->method, bio_control);
  SSL_CTX_set_min_proto_version(state->context, TLS1_2_VERSION);
  SSL_CTX_set_options(state->context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(state->context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(state->context, choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(state->context, certificate_file.c_str()) != 1) {
    return bad_tls("无法读取 TLS 证书 " + certificate_file + "：须为 PEM",
                   "the TLS certificate " + certificate_file + " cannot be read: it must be PEM");
  }
  if (SSL_CTX_use_PrivateKey_file(state->context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(state->context) != 1) {
    return bad_tls("无法使用 TLS 私钥 " + key_file + "：须为 PEM，且与证书配对",
                   "the TLS key " + key_file + " cannot be used: it must be PEM and belong to the certificate");
  }
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(state)));
}

std::unique_ptr<Channel> TlsContext::channel(int socket) const {
  SSL* ssl = SSL_new(state_->context);
  BIO* bio = ssl ? BIO_new(state_->method) : nullptr;
  if (!bio) {
    SSL_free(ssl);
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(socket)));  // NOLINT(performance-no-int-to-ptr): OpenSSL only hands it back
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  return std::make_unique<TlsChannel>(ssl);
}

}  // namespace banmo::http
