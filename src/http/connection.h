// SPDX-License-Identifier: Apache-2.0
// Inside the room: one IO thread and the connections that live on it. A connection is one coroutine; it holds no buffer while it is idle. Time limits
// are kept by the thread's tick, which cuts every connection that is past its deadline: so each wait has one, and no request arms a timer. Included
// by connection*.cpp and server.cpp only.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "http/channel.h"
#include "http/exchange.h"
#include "http/request_reader.h"
#include "http/shared.h"

namespace banmo::http {

class Connection;

inline constexpr int64_t kNoDeadline = INT64_MAX;

struct IoThread {
  std::vector<char> buffer = std::vector<char>(64u << 10);  // where every connection of the thread reads into, between two suspensions
  std::vector<Connection*> connections;
  std::vector<int64_t> deadlines_ms;   // beside connections, so that a tick reads one array; of the steady clock, kNoDeadline: none
  boost::asio::io_context context{1};  // last: it destroys the connections that are left

  // Cuts what is past its deadline, every 100 ms; ends with the context.
  boost::asio::awaitable<void> tick();
  void drain();  // cuts what is idle
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, IoThread& thread, boost::asio::posix::stream_descriptor descriptor, std::string peer);
  ~Connection();
  // The whole life of a connection.
  static boost::asio::awaitable<void> serve(std::shared_ptr<Connection> self);
  void cut();    // its deadline is over
  void drain();  // ends it if it is idle, wakes it if it pauses
  size_t place() const { return place_; }
  void move_to(size_t place) { place_ = place; }

 private:
  template <class T>
  using Task = boost::asio::awaitable<T>;
  enum class ReadEnd { complete, more, faulty, late, gone };
  enum class WorkEnd { done, busy, late };
  // Work for a pool, shared with it: the pool may come to it after the connection has given up. With a deadline it is either not begun any more, or
  // let come to its own end.
  struct Work {
    enum class Stage : uint8_t { waiting, running, given_up };
    std::function<void()> run;
    std::unique_ptr<Deadline> deadline;
    std::atomic<Stage> stage{Stage::waiting};
    bool is_done = false;
    bool give_up() {
      Stage expected = Stage::waiting;
      return stage.compare_exchange_strong(expected, Stage::given_up);
    }
  };

  // connection_io.cpp: bytes, time and pools. False: the peer has gone, or the deadline is over (is_cut_).
  void limit_time(int timeout_ms);
  Task<bool> wait_for(IoState direction);
  Task<bool> fill();
  Task<bool> write_all(std::string_view bytes);
  Task<WorkEnd> run_on(WorkerPool& pool, std::shared_ptr<Work> work, int timeout_ms);
  std::optional<WorkEnd> look_at(Work& work, std::chrono::steady_clock::time_point end) const;
  std::unique_ptr<Deadline> deadline_of(const Exchange& exchange) const;
  Task<void> pause(int timeout_ms);
  Task<void> linger();
  bool peer_has_gone() const;

  // connection.cpp: requests. What gives an exchange gives the one to answer with, or nullptr if the peer has gone.
  using Given = std::shared_ptr<Exchange>;
  Task<ReadEnd> read_head();
  Task<ReadEnd> next_piece();
  int body_time_left_ms() const;
  Task<bool> serve_one();
  Task<Given> receive_and_answer(Given exchange);
  Task<Given> answer_on_worker(Given exchange);
  Task<Given> receive_upload(Given exchange);
  Task<Given> stream_upload(Given exchange);
  Task<bool> say_continue();
  Given refused_read(ReadEnd end, Given exchange);

  // connection_answer.cpp
  Task<bool> open_file(Given exchange);
  Task<bool> send(Given exchange);
  Task<bool> send_file(Given exchange);
  Task<bool> send_events(Given exchange);

  Shared& shared_;
  IoThread& thread_;
  boost::asio::posix::stream_descriptor descriptor_;
  std::unique_ptr<Channel> channel_;
  std::string peer_;
  RequestReader reader_;
  std::string in_;  // read, but not yet used
  std::optional<boost::asio::steady_timer> timer_;
  size_t place_ = 0;          // in thread_.connections
  bool is_idle_ = false;      // waits for the first byte of a request
  bool is_cut_ = false;       // past its deadline
  bool must_linger_ = false;  // answered before all was read
  int64_t body_began_ms_ = 0;
  uint64_t n_body_bytes_ = 0;  // as they came, with the frames of chunks
};

int64_t steady_ms();

}  // namespace banmo::http
