// SPDX-License-Identifier: Apache-2.0
// How a connection reads requests and gets them answered.
#include "http/connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/id.h"
#include "base/log.h"
#include "http/problem.h"
#include "http/upload.h"

namespace banmo::http {
namespace {

namespace asio = boost::asio;

constexpr int kFileTimeoutMs = 60'000;
constexpr size_t kRequestsPerTurn = 64;  // of one connection that never makes us wait, before the others have theirs

void refuse(Exchange& exchange, int status, const Error& error) {
  if (exchange.request.request_id.empty()) exchange.request.request_id = Uuid::next().to_string();
  exchange.response = status == 0 ? problem(error, exchange.request) : problem_with_status(status, error, exchange.request);
}

Error bad_request() { return fail(ErrorCode::invalid, "http.bad_request", {"请求不是有效的 HTTP/1.1 报文", "the request is not valid HTTP/1.1"}); }
Error head_too_large() {
  return fail(ErrorCode::too_large, "http.header_too_large",
              {"请求头过大：请缩短地址、Cookie 或请求头", "the request's head is too large: shorten address, cookies or headers"});
}
Error bad_version() {
  return fail(ErrorCode::unsupported, "http.bad_version", {"只支持 HTTP/1.0 与 HTTP/1.1", "only HTTP/1.0 and HTTP/1.1 are spoken here"});
}
Error too_slow() {
  return fail(ErrorCode::timeout, "http.request_timeout", {"请求没有在限定时间内发完，请重试", "the request did not arrive in time: try again"});
}
Error busy() { return fail(ErrorCode::unavailable, "http.busy", {"服务器繁忙，请稍后重试", "the server is busy: try again in a moment"}); }
Error took_too_long() {
  return fail(ErrorCode::timeout, "http.timeout", {"处理超时：请缩小范围后重试", "this took too long: ask for less and try again"});
}
Error body_too_large(uint64_t max_bytes) {
  const std::string limit = std::to_string(max_bytes);
  return fail(ErrorCode::too_large, "http.body_too_large",
              {"内容超过 " + limit + " 字节的上限，请拆分后发送", "the body is larger than the limit of " + limit + " bytes: send it in parts"});
}

// An exchange for an answer while a worker still holds the true one.
struct Identity {
  std::string request_id, method;
  bool prefers_english, is_http_1_1;
  explicit Identity(const Exchange& exchange)
      : request_id(exchange.request.request_id),
        method(exchange.request.method),
        prefers_english(exchange.request.prefers_english),
        is_http_1_1(exchange.is_http_1_1) {}
  std::shared_ptr<Exchange> refused(int status, const Error& error) const {
    auto exchange = std::make_shared<Exchange>();
    exchange->request.request_id = request_id;
    exchange->request.method = method;
    exchange->request.prefers_english = prefers_english;
    exchange->is_http_1_1 = is_http_1_1;
    exchange->keep_alive = false;
    refuse(*exchange, status, error);
    return exchange;
  }
};

}  // namespace

Connection::Task<void> Connection::serve(std::shared_ptr<Connection> self) {
  try {
    bool goes_on = self->channel_ != nullptr;
    for (size_t n = 1; goes_on; ++n) {
      goes_on = co_await self->serve_one();
      if (n % kRequestsPerTurn == 0) co_await asio::post(asio::use_awaitable);
    }
    if (self->must_linger_) co_await self->linger();
    if (self->channel_) self->channel_->say_goodbye();
  } catch (const std::exception& error) {
    BANMO_LOG(error, "http.connection_failed", {"cause", error.what()});
  } catch (...) {
    BANMO_LOG(error, "http.connection_failed", {"cause", "not a std::exception"});
  }
}

Connection::Task<Connection::ReadEnd> Connection::read_head() {
  reader_.start();
  bool has_begun = false;
  limit_time(channel_->is_ready() ? shared_.options.idle_timeout_ms : shared_.options.header_timeout_ms);
  for (;;) {
    if (!has_begun) in_.erase(0, std::min(in_.find_first_not_of("\r\n"), in_.size()));  // RFC 9112 §2.2: blank lines before a request
    if (!in_.empty()) {
      if (!has_begun) limit_time(shared_.options.header_timeout_ms);
      has_begun = true;
      const size_t n_used = reader_.put(in_);
      in_.erase(0, n_used);
      if (reader_.fault() != ReadFault::none) co_return ReadEnd::faulty;
      if (reader_.head_done()) co_return ReadEnd::complete;
    }
    is_idle_ = !has_begun;
    const bool has_more = co_await fill();
    is_idle_ = false;
    if (!has_more) co_return is_cut_&& has_begun ? ReadEnd::late : ReadEnd::gone;
  }
}

// More of the body into reader_.body().
Connection::Task<Connection::ReadEnd> Connection::next_piece() {
  for (;;) {
    if (reader_.done()) co_return ReadEnd::complete;
    if (!in_.empty()) {
      const size_t n_used = reader_.put(in_);
      in_.erase(0, n_used);
      if (reader_.fault() != ReadFault::none || in_.size() > thread_.buffer.size() + shared_.options.max_header_bytes) co_return ReadEnd::faulty;
      if (reader_.done()) co_return ReadEnd::complete;
      if (in_.size() > shared_.options.max_header_bytes) co_return ReadEnd::faulty;  // the line of a chunk, or trailers, without an end
      if (n_used > 0) co_return ReadEnd::more;
    }
    const int time_left_ms = std::min(shared_.options.body_idle_timeout_ms, body_time_left_ms());
    if (time_left_ms <= 0) co_return ReadEnd::late;
    limit_time(time_left_ms);
    const size_t n_before = in_.size();
    const bool has_more = co_await fill();
    if (!has_more) co_return is_cut_ ? ReadEnd::late : ReadEnd::gone;
    n_body_bytes_ += in_.size() - n_before;
  }
}

// What came buys time for what is still to come, so that a body which trickles in does not hold its connection for ever.
int Connection::body_time_left_ms() const {
  const uint64_t bought_ms = n_body_bytes_ * 1000 / std::max<size_t>(shared_.options.min_body_bytes_per_s, 1);
  const int64_t left = body_began_ms_ + shared_.options.body_free_ms + static_cast<int64_t>(bought_ms) - steady_ms();
  return static_cast<int>(std::clamp<int64_t>(left, 0, INT32_MAX));
}

Connection::Given Connection::refused_read(ReadEnd end, Given exchange) {
  if (end == ReadEnd::gone) return nullptr;
  if (end == ReadEnd::late) {
    refuse(*exchange, 408, too_slow());
  } else if (reader_.fault() == ReadFault::head_too_large) {
    refuse(*exchange, 431, head_too_large());
  } else if (reader_.fault() == ReadFault::version) {
    refuse(*exchange, 505, bad_version());
  } else {
    refuse(*exchange, 400, bad_request());
  }
  exchange->keep_alive = false;
  return exchange;
}

Connection::Task<bool> Connection::serve_one() {
  const ReadEnd end = co_await read_head();
  if (end == ReadEnd::gone) co_return false;
  auto exchange = std::make_shared<Exchange>();
  if (end != ReadEnd::complete) {
    exchange = refused_read(end, exchange);
  } else if (auto prepared = prepare(shared_, reader_.head(), peer_, shared_.tls != nullptr, *exchange); !prepared.ok()) {
    refuse(*exchange, 400, prepared.error());
    exchange->keep_alive = false;
  } else {
    exchange = co_await receive_and_answer(exchange);
  }
  if (!exchange) co_return false;
  if (!reader_.done()) {
    must_linger_ = true;
    exchange->keep_alive = false;
  }
  if (shared_.is_draining.load(std::memory_order_relaxed)) exchange->keep_alive = false;
  const bool is_open = co_await open_file(exchange);
  if (!is_open) co_return false;
  count(shared_, *exchange);
  const bool is_sent = co_await send(exchange);
  co_return is_sent && exchange->keep_alive;
}

Connection::Task<bool> Connection::say_continue() {
  const bool is_asked = reader_.head().expects_continue && in_.empty();
  if (!is_asked) co_return true;
  const std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  const bool is_sent = co_await write_all(line);
  co_return is_sent;
}

Connection::Task<Connection::Given> Connection::receive_and_answer(Given exchange) {
  body_began_ms_ = steady_ms();
  n_body_bytes_ = 0;
  if (exchange->way == Way::upload) {
    Given uploaded = co_await receive_upload(exchange);
    co_return uploaded;
  }
  const RequestHead& head = reader_.head();
  if (head.has_body) {
    const uint64_t limit = exchange->max_body_bytes;
    bool is_too_large = head.content_length.value_or(0) > limit;
    if (!is_too_large) {
      const bool is_sent = co_await say_continue();
      if (!is_sent) co_return nullptr;
    }
    while (!is_too_large && !reader_.done()) {
      const ReadEnd end = co_await next_piece();
      if (end != ReadEnd::complete && end != ReadEnd::more) co_return refused_read(end, exchange);
      is_too_large = reader_.body().size() > limit;
    }
    if (is_too_large) {
      refuse(*exchange, 0, body_too_large(limit));
      co_return exchange;
    }
    exchange->request.body = std::move(reader_.body());
  }
  if (exchange->way == Way::inline_answer) {
    answer(shared_, *exchange);
    co_return exchange;
  }
  Given answered = co_await answer_on_worker(exchange);
  co_return answered;
}

Connection::Task<Connection::Given> Connection::answer_on_worker(Given exchange) {
  const Identity identity(*exchange);
  auto work = std::make_shared<Work>();
  Shared& shared = shared_;
  work->run = [&shared, exchange] { answer(shared, *exchange); };
  work->deadline = deadline_of(*exchange);
  const WorkEnd end = co_await run_on(*shared_.workers, work, exchange->route->timeout_ms);
  if (end == WorkEnd::done) co_return exchange;
  if (end == WorkEnd::late) {
    BANMO_LOG(warn, "http.timeout", {"request_id", identity.request_id}, {"operation", exchange->route->operation});
    co_return identity.refused(0, took_too_long());
  }
  shared_.counters.n_refused.fetch_add(1, std::memory_order_relaxed);
  refuse(*exchange, 0, busy());
  co_return exchange;
}

// The caller is known and allowed before the first byte of the body is taken.
Connection::Task<Connection::Given> Connection::receive_upload(Given exchange) {
  const Identity identity(*exchange);
  auto work = std::make_shared<Work>();
  auto refusal = std::make_shared<std::optional<Response>>();
  Shared& shared = shared_;
  work->run = [&shared, exchange, refusal] { *refusal = shared.router.admit(exchange->request); };
  work->deadline = deadline_of(*exchange);
  const WorkEnd end = co_await run_on(*shared_.workers, work, exchange->route->timeout_ms);
  if (end == WorkEnd::late) co_return identity.refused(0, took_too_long());
  if (end == WorkEnd::busy) {
    shared_.counters.n_refused.fetch_add(1, std::memory_order_relaxed);
    refuse(*exchange, 0, busy());
    co_return exchange;
  }
  if (*refusal) {
    exchange->response = std::move(**refusal);
    co_return exchange;
  }
  if (reader_.head().content_length.value_or(0) > exchange->max_body_bytes) {
    refuse(*exchange, 0, body_too_large(exchange->max_body_bytes));
    co_return exchange;
  }
  Given uploaded = co_await stream_upload(exchange);
  co_return uploaded;
}

Connection::Task<Connection::Given> Connection::stream_upload(Given exchange) {
  const Identity identity(*exchange);
  auto created = UploadSink::create(exchange->request, shared_.options.temp_directory, exchange->max_body_bytes);
  if (!created.ok()) {
    refuse(*exchange, 0, created.error());
    co_return exchange;
  }
  const bool is_sent = co_await say_continue();
  if (!is_sent) co_return nullptr;
  auto sink = std::make_shared<UploadSink>(std::move(*created));
  body_began_ms_ = steady_ms();  // the caller was looked up meanwhile
  auto stored = std::make_shared<Result<>>();
  for (bool is_complete = false; !is_complete;) {
    const ReadEnd piece = co_await next_piece();
    if (piece != ReadEnd::complete && piece != ReadEnd::more) co_return refused_read(piece, exchange);
    is_complete = piece == ReadEnd::complete;
    *stored = sink->take(reader_.body());
    reader_.body().clear();
    if (stored->ok() && (is_complete || sink->wants_flush())) {
      auto work = std::make_shared<Work>();
      work->run = [sink, stored, exchange, is_complete] { *stored = is_complete ? sink->finish(exchange->request) : sink->flush(); };
      const WorkEnd end = co_await run_on(*shared_.files, work, kFileTimeoutMs);
      if (end == WorkEnd::late) co_return identity.refused(0, took_too_long());
      if (end == WorkEnd::busy) *stored = busy();
    }
    if (!stored->ok()) {
      if (status_of(stored->error().code) >= 500)
        BANMO_LOG(error, "http.upload_failed", {"request_id", identity.request_id}, {"code", stored->error().id}, {"cause", stored->error().cause});
      refuse(*exchange, 0, stored->error());
      co_return exchange;
    }
  }
  Given answered = co_await answer_on_worker(exchange);
  co_return answered;
}

}  // namespace banmo::http
