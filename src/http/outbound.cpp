// SPDX-License-Identifier: Apache-2.0
#include "http/outbound.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>

#include "base/text.h"
#include "http/networks.h"

namespace banmo::http {
namespace {

constexpr long kConnectMs = 10'000;
constexpr size_t kMaxHeaderBytes = size_t{64} << 10, kMaxIdle = 8;

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

Error bad_url(Message message) { return fail(ErrorCode::invalid, "http.outbound_url", std::move(message), "$.url"); }
Error bad_address() {
  return fail(ErrorCode::denied, "http.outbound_address",
              {"该地址在不许外呼的网段，或未用 https；请用公网的 https 地址，或在配置 outbound_networks 中写明网段",
               "the address lies in a network that may not be called, or is not https: use a public https address, or name the network in "
               "outbound_networks"});
}
Error stopped() {
  return fail(ErrorCode::unavailable, "http.outbound_stopped", {"服务正在停止，不再外呼", "the server is stopping and calls nobody any more"});
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

struct Target {
  bool is_secure = false;
  std::string host;
};
Result<Target> target_of(const std::string& text) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (url == nullptr || text.size() > 2000 || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    return bad_url({"网址写法有误；应如 https://lrs.example.cn/xapi", "this is no address: write it as https://lrs.example.cn/xapi"});
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return bad_url({"网址须以 https:// 开头", "an address begins with https://"});
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT})
    if (!part_of(url.get(), part).empty())
      return bad_url({"网址中不能有用户名、口令和 # 之后的部分", "an address holds no user, no password and nothing behind #"});
  std::string host = part_of(url.get(), CURLUPART_HOST);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return Target{scheme == "https", std::move(host)};
}

// What one call knows; the library's functions get it back as a pointer.
struct Call {
  const Networks& networks;
  const std::atomic<bool>& stopping;
  bool is_secure = false;
  size_t max_bytes = 0, n_header_bytes = 0;
  bool is_refused = false, is_too_large = false;
  OutboundAnswer answer = {};

  bool may_call(const Address& address) const { return networks.holds(address) || (is_secure && is_public(address)); }
};

std::optional<Address> address_in(const curl_sockaddr& from) {
  if (from.family == AF_INET6) {
    sockaddr_in6 found{};
    std::memcpy(&found, &from.addr, sizeof found);
    Address address{};
    std::memcpy(address.data(), &found.sin6_addr, address.size());
    return address;
  }
  if (from.family != AF_INET) return std::nullopt;
  sockaddr_in found{};
  std::memcpy(&found, &from.addr, sizeof found);
  Address address{};
  address[10] = address[11] = 0xff;
  std::memcpy(address.data() + 12, &found.sin_addr, 4);
  return address;
}

curl_socket_t open_socket(void* given, curlsocktype purpose, curl_sockaddr* to) {
  Call& call = *static_cast<Call*>(given);
  const auto address = address_in(*to);
  if (purpose != CURLSOCKTYPE_IPCXN || !address || !call.may_call(*address)) {
    call.is_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

size_t take_body(char* bytes, size_t size, size_t n, void* given) {
  Call& call = *static_cast<Call*>(given);
  call.is_too_large = call.is_too_large || call.answer.body.size() + size * n > call.max_bytes;
  if (call.is_too_large) return 0;
  call.answer.body.append(bytes, size * n);
  return size * n;
}

size_t take_header(char* bytes, size_t size, size_t n, void* given) {
  Call& call = *static_cast<Call*>(given);
  const std::string_view line(bytes, size * n);
  call.n_header_bytes += line.size();
  call.is_too_large = call.is_too_large || call.n_header_bytes > kMaxHeaderBytes;
  if (call.is_too_large) return 0;
  if (line.starts_with("HTTP/")) call.answer.headers.clear();  // those before were of an interim answer
  if (const size_t colon = line.find(':'); colon != std::string_view::npos)
    call.answer.headers.emplace_back(text::lower_ascii(line.substr(0, colon)), std::string(text::trim(line.substr(colon + 1))));
  return line.size();
}

int watch(void* given, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<const Call*>(given)->stopping ? 1 : 0; }

Error error_of(CURLcode code, const Call& call) {
  const std::string cause = curl_easy_strerror(code);
  if (call.is_refused) return bad_address();
  if (call.is_too_large)
    return fail(ErrorCode::too_large, "http.outbound_too_large", {"对方的应答过大，已放弃", "the answer was larger than is taken"});
  if (call.stopping) return stopped();
  if (code == CURLE_OPERATION_TIMEDOUT)
    return fail(ErrorCode::timeout, "http.outbound_timeout",
                {"对方没有及时应答；请检查地址与网络", "no answer in time: check the address and the network"});
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CACERT_BADFILE)
    return fail(ErrorCode::unavailable, "http.outbound_tls",
                {"对方的 TLS 证书不可信（" + cause + "）；请更换证书，或在配置 outbound_ca_file 中写明签发机构",
                 "the certificate of the other side is not trusted (" + cause + "): renew it, or name its issuer in outbound_ca_file"});
  return fail(
      ErrorCode::unavailable, "http.outbound_failed",
      {"连不上对方（" + cause + "）；请检查地址与网络", "the other side cannot be reached (" + cause + "): check the address and the network"});
}

}  // namespace

struct Outbound::State {
  State(Networks the_networks, OutboundOptions given) : networks(std::move(the_networks)), options(std::move(given)) {}
  Handle take();
  void give_back(Handle handle);
  void set_up(CURL* handle, const OutboundRequest& request, const List& headers, Call& call) const;

  const Networks networks;
  const OutboundOptions options;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::vector<Handle> idle;  // with the connections that they keep
};

Handle Outbound::State::take() {
  const std::lock_guard lock(mutex);
  if (idle.empty()) return Handle(curl_easy_init());
  Handle handle = std::move(idle.back());
  idle.pop_back();
  return handle;
}

void Outbound::State::give_back(Handle handle) {
  curl_easy_reset(handle.get());
  const std::lock_guard lock(mutex);
  if (idle.size() < kMaxIdle) idle.push_back(std::move(handle));
}

void Outbound::State::set_up(CURL* handle, const OutboundRequest& request, const List& headers, Call& call) const {
  const auto set = [&](auto option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_USERAGENT, "Banmo");
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "POST" || request.method == "PUT" || !request.body.empty()) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
  set(CURLOPT_HTTPHEADER, headers.get());
  if (!request.user.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, request.user.c_str());
    set(CURLOPT_PASSWORD, request.secret.c_str());
  }
  set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  set(CURLOPT_OPENSOCKETDATA, &call);
  set(CURLOPT_WRITEFUNCTION, take_body);
  set(CURLOPT_WRITEDATA, &call);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_HEADERDATA, &call);
  set(CURLOPT_XFERINFOFUNCTION, watch);
  set(CURLOPT_XFERINFODATA, &call);
  set(CURLOPT_NOPROGRESS, 0L);
}

Outbound::Outbound(std::unique_ptr<State> state) : state_(std::move(state)) {}
Outbound::~Outbound() = default;

Result<std::unique_ptr<Outbound>> Outbound::create(OutboundOptions options) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) return fail(ErrorCode::internal, "http.outbound_failed", {"无法启用外呼", "calls to others cannot be made"});
  BANMO_TRY(Networks networks, Networks::create(options.networks));
  return std::unique_ptr<Outbound>(new Outbound(std::make_unique<State>(std::move(networks), std::move(options))));  // owned by the unique_ptr
}

Result<> Outbound::check(const std::string& url) const {
  BANMO_TRY(const Target target, target_of(url));
  const auto address = address_of(target.host);
  if (!address) return {};  // a name: its addresses are seen when it is called
  return state_->networks.holds(*address) || (target.is_secure && is_public(*address)) ? Result<>() : bad_address();
}

Result<OutboundAnswer> Outbound::call(const OutboundRequest& request) const {
  BANMO_DO(check(request.url));
  if (state_->stopping) return stopped();
  BANMO_TRY(const Target target, target_of(request.url));
  List headers(curl_slist_append(nullptr, "Expect:"));  // no waiting for 100 Continue
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of("\r\n") != std::string::npos) return bad_url({"请求头中不能有换行", "a header holds no line break"});
    headers.reset(curl_slist_append(headers.release(), (name + ": " + value).c_str()));
  }
  Handle handle = state_->take();
  if (handle == nullptr) return fail(ErrorCode::unavailable, "http.outbound_failed", {"内存不足，无法外呼", "there is no memory for a call"});
  Call call{state_->networks, state_->stopping, target.is_secure, request.max_answer_bytes};
  state_->set_up(handle.get(), request, headers, call);
  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  state_->give_back(std::move(handle));
  if (code != CURLE_OK) return error_of(code, call);
  call.answer.status = static_cast<int>(status);
  return std::move(call.answer);
}

void Outbound::stop() { state_->stopping = true; }

}  // namespace banmo::http
