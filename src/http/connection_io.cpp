// SPDX-License-Identifier: Apache-2.0
// Bytes, deadlines and pools of a connection.
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "base/log.h"
#include "http/connection.h"

namespace banmo::http {
namespace {

namespace asio = boost::asio;

constexpr auto kTick = std::chrono::milliseconds(100);
constexpr int kLingerMs = 2000;
constexpr size_t kMaxLingerBytes = 64u << 20;
constexpr size_t kKeptBytes = 2048;                       // what an idle connection may keep of its input buffer
constexpr auto kGrace = std::chrono::milliseconds(2000);  // for a handler past its deadline to answer for itself
constexpr auto kLookAgain = std::chrono::milliseconds(50);

// What work throws is logged: its end must be told in any case.
void run_safely(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    BANMO_LOG(error, "http.work_failed", {"cause", error.what()});
  } catch (...) {
    BANMO_LOG(error, "http.work_failed", {"cause", "not a std::exception"});
  }
}

}  // namespace

int64_t steady_ms() { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

asio::awaitable<void> IoThread::tick() {
  asio::steady_timer timer(context);
  for (;;) {
    timer.expires_after(kTick);
    co_await timer.async_wait(asio::use_awaitable);
    const int64_t now = steady_ms();
    for (size_t i = 0; i < connections.size(); ++i) {
      if (deadlines_ms[i] <= now) connections[i]->cut();
    }
  }
}

void IoThread::drain() {
  for (Connection* connection : connections) connection->drain();
}

Connection::Connection(Shared& shared, IoThread& thread, asio::posix::stream_descriptor descriptor, std::string peer)
    : shared_(shared),
      thread_(thread),
      descriptor_(std::move(descriptor)),
      channel_(shared.tls ? shared.tls->channel(descriptor_.native_handle()) : plain_channel(descriptor_.native_handle())),
      peer_(std::move(peer)),
      reader_(shared.options.max_header_bytes),
      place_(thread.connections.size()) {
  thread_.connections.push_back(this);
  thread_.deadlines_ms.push_back(kNoDeadline);
}

Connection::~Connection() {
  Connection* last = thread_.connections.back();
  thread_.connections[place_] = last;
  thread_.deadlines_ms[place_] = thread_.deadlines_ms.back();
  last->move_to(place_);
  thread_.connections.pop_back();
  thread_.deadlines_ms.pop_back();
  channel_.reset();
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  shared_.peers.leave(peer_);
}

void Connection::cut() {
  is_cut_ = true;
  thread_.deadlines_ms[place_] = kNoDeadline;
  boost::system::error_code ignored;
  descriptor_.cancel(ignored);
}

void Connection::drain() {
  boost::system::error_code ignored;
  if (is_idle_) descriptor_.cancel(ignored);
  if (timer_) timer_->cancel();
}

void Connection::limit_time(int timeout_ms) {
  is_cut_ = false;
  thread_.deadlines_ms[place_] = timeout_ms > 0 ? steady_ms() + timeout_ms : kNoDeadline;
}

Connection::Task<bool> Connection::wait_for(IoState direction) {
  boost::system::error_code error;
  const auto kind = direction == IoState::want_write ? asio::posix::stream_descriptor::wait_write : asio::posix::stream_descriptor::wait_read;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (is_cut_) co_return false;
  co_await descriptor_.async_wait(kind, token);
  co_return !is_cut_ && (!error || error == asio::error::operation_aborted);
}

// Reads what has come, behind what is left in in_.
Connection::Task<bool> Connection::fill() {
  if (in_.empty() && in_.capacity() > kKeptBytes) std::string().swap(in_);
  const bool was_ready = channel_->is_ready();
  for (;;) {
    const IoStep step = channel_->read(thread_.buffer.data(), thread_.buffer.size());
    if (step.state == IoState::done) {
      in_.append(thread_.buffer.data(), step.n_bytes);
      co_return true;
    }
    if (step.state == IoState::closed || (is_idle_ && shared_.is_draining.load(std::memory_order_relaxed))) co_return false;
    if (!was_ready && is_idle_ && channel_->is_ready()) limit_time(shared_.options.idle_timeout_ms);  // the handshake is over
    const bool is_ready = co_await wait_for(step.state);
    if (!is_ready) co_return false;
  }
}

Connection::Task<bool> Connection::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const IoStep step = channel_->write(bytes);
    if (step.state == IoState::done) {
      bytes.remove_prefix(step.n_bytes);
      continue;
    }
    if (step.state == IoState::closed) co_return false;
    limit_time(shared_.options.body_idle_timeout_ms);
    const bool is_ready = co_await wait_for(step.state);
    if (!is_ready) co_return false;
  }
  co_return true;
}

// How a wait for work ends, if it does now. Work that runs under a deadline is told so by the deadline itself, and has a moment to answer for itself;
// a change in its commit is waited for, because only its outcome is true.
std::optional<Connection::WorkEnd> Connection::look_at(Work& work, std::chrono::steady_clock::time_point end) const {
  if (work.is_done) return work.stage == Work::Stage::given_up ? WorkEnd::busy : WorkEnd::done;
  const auto now = std::chrono::steady_clock::now();
  const bool is_stopping = work.deadline && shared_.is_stopping.load(std::memory_order_relaxed);
  if (is_stopping && work.give_up()) return WorkEnd::busy;
  if (now < end) return std::nullopt;
  if (!work.deadline || work.give_up()) return WorkEnd::late;
  if (now >= end + kGrace && work.deadline->end()) return WorkEnd::late;
  return std::nullopt;
}

// The pool's thread posts the end back to this connection's thread, so `is_done` is touched by one thread only, and the last holder of the connection
// lets go of it there.
Connection::Task<Connection::WorkEnd> Connection::run_on(WorkerPool& pool, std::shared_ptr<Work> work, int timeout_ms) {
  limit_time(0);
  if (!timer_) timer_.emplace(thread_.context);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  auto job = [self = shared_from_this(), work]() mutable {
    // The worker that a stop has freed comes here at once, perhaps before this connection's thread has seen the stop.
    if (work->deadline && self->shared_.is_stopping.load(std::memory_order_relaxed)) work->give_up();
    Work::Stage expected = Work::Stage::waiting;
    if (work->stage.compare_exchange_strong(expected, Work::Stage::running)) {
      const Deadline::Scope scope(work->deadline.get());
      run_safely(work->run);
    }
    asio::io_context& context = self->thread_.context;
    asio::post(context, [self = std::move(self), work = std::move(work)] {
      work->is_done = true;
      self->timer_->cancel();
    });
  };
  if (!pool.post(std::move(job))) co_return WorkEnd::busy;
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (;;) {
    const auto ended = look_at(*work, end);
    if (ended) co_return *ended;
    const auto next = std::max(end, std::chrono::steady_clock::now() + kLookAgain);
    timer_->expires_at(std::chrono::steady_clock::now() < end ? end : next);
    co_await timer_->async_wait(token);
  }
}

std::unique_ptr<Deadline> Connection::deadline_of(const Exchange& exchange) const {
  const bool reads = exchange.request.method == "GET" || exchange.request.method == "HEAD";
  return std::make_unique<Deadline>(std::chrono::steady_clock::now() + std::chrono::milliseconds(exchange.route->timeout_ms),
                                    reads ? Deadline::AfterCommit::limited : Deadline::AfterCommit::unlimited, &shared_.is_stopping);
}

Connection::Task<void> Connection::pause(int timeout_ms) {
  limit_time(0);
  if (!timer_) timer_.emplace(thread_.context);
  timer_->expires_after(std::chrono::milliseconds(timeout_ms));
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await timer_->async_wait(token);
}

// Reads on for a moment after an early answer: closing at once would make the kernel drop what the peer has not read yet.
Connection::Task<void> Connection::linger() {
  channel_->say_goodbye();
  ::shutdown(descriptor_.native_handle(), SHUT_WR);
  limit_time(kLingerMs);
  for (size_t n_bytes = 0; n_bytes < kMaxLingerBytes;) {
    in_.clear();
    const bool has_more = co_await fill();
    if (!has_more) break;
    n_bytes += in_.size();
  }
}

bool Connection::peer_has_gone() const {
  char byte;
  const ssize_t n = ::recv(const_cast<asio::posix::stream_descriptor&>(descriptor_).native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace banmo::http
