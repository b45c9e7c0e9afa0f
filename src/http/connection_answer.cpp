// SPDX-License-Identifier: Apache-2.0
// How a connection sends answers: from memory, from a file, as a stream of events.
#include "http/answer.h"
#include "http/connection.h"

namespace banmo::http {
namespace {

constexpr size_t kOneWriteBytes = 64u << 10;  // up to here head and body go out in one write
constexpr int kFileTimeoutMs = 60'000;

bool has_no_body(const Exchange& exchange) {
  return exchange.request.method == "HEAD" || exchange.response.status == 204 || exchange.response.status == 304;
}

HeadFacts facts_of(const Exchange& exchange, std::optional<uint64_t> content_length) {
  return {exchange.request.request_id, content_length, exchange.is_http_1_1, exchange.keep_alive};
}

}  // namespace

Connection::Task<bool> Connection::open_file(Given exchange) {
  if (exchange->response.body_file.empty()) co_return true;
  auto work = std::make_shared<Work>();
  work->run = [exchange] { open_answer_file(*exchange); };
  const WorkEnd end = co_await run_on(*shared_.files, work, kFileTimeoutMs);
  co_return end == WorkEnd::done;
}

Connection::Task<bool> Connection::send(Given exchange) {
  if (exchange->response.events && !has_no_body(*exchange)) {
    const bool is_sent = co_await send_events(exchange);
    co_return is_sent;
  }
  if (exchange->answer_file >= 0) {
    const bool is_sent = co_await send_file(exchange);
    co_return is_sent;
  }
  std::string_view body =
      exchange->response.shared_body ? std::string_view(*exchange->response.shared_body) : std::string_view(exchange->response.body);
  std::string bytes = head_of(exchange->response, facts_of(*exchange, body.size()));
  if (has_no_body(*exchange)) body = {};
  if (body.size() <= kOneWriteBytes) {
    bytes += body;
    body = {};
  }
  bool is_sent = co_await write_all(bytes);
  if (is_sent && !body.empty()) is_sent = co_await write_all(body);
  co_return is_sent;
}

Connection::Task<bool> Connection::send_file(Given exchange) {
  const std::string head = head_of(exchange->response, facts_of(*exchange, exchange->answer_file_bytes));
  bool goes_on = co_await write_all(head);
  uint64_t n_left = has_no_body(*exchange) ? 0 : exchange->answer_file_bytes;
  while (goes_on && n_left > 0) {
    auto work = std::make_shared<Work>();
    work->run = [exchange] { read_answer_file(*exchange); };
    const WorkEnd end = co_await run_on(*shared_.files, work, kFileTimeoutMs);
    if (end != WorkEnd::done || exchange->chunk.empty()) co_return false;  // shorter than was said: only closing tells the client
    const std::string_view piece = std::string_view(exchange->chunk).substr(0, n_left);
    n_left -= piece.size();
    goes_on = co_await write_all(piece);
  }
  co_return goes_on;
}

Connection::Task<bool> Connection::send_events(Given exchange) {
  Response& response = exchange->response;
  if (header_of(response, "content-type").empty()) response.headers.emplace_back("content-type", "text/event-stream; charset=utf-8");
  response.headers.emplace_back("x-accel-buffering", "no");  // nginx shall pass events on at once
  exchange->keep_alive = exchange->keep_alive && exchange->is_http_1_1;
  const std::string head = head_of(response, facts_of(*exchange, std::nullopt));
  bool goes_on = co_await write_all(head);
  int64_t written_at = steady_ms();
  while (goes_on && !exchange->events_ended && !shared_.is_draining.load(std::memory_order_relaxed) && !peer_has_gone()) {
    auto work = std::make_shared<Work>();
    work->run = [exchange] { take_events(*exchange); };
    work->deadline = deadline_of(*exchange);
    const WorkEnd end = co_await run_on(*shared_.workers, work, exchange->route->timeout_ms);
    if (end == WorkEnd::late) co_return false;
    std::string out = end == WorkEnd::done ? format_events(exchange->events) : std::string{};
    const bool is_silent = out.empty();
    if (is_silent && steady_ms() - written_at >= shared_.options.heartbeat_ms) out = ": still here\n\n";
    if (!out.empty()) {
      const std::string piece = exchange->is_http_1_1 ? chunk_of(out) : out;
      goes_on = co_await write_all(piece);
      written_at = steady_ms();
    }
    if (goes_on && is_silent && !exchange->events_ended) co_await pause(response.poll_ms);
  }
  if (!goes_on) co_return false;
  const std::string_view last = exchange->is_http_1_1 ? "0\r\n\r\n" : "";
  goes_on = co_await write_all(last);
  exchange->keep_alive = exchange->keep_alive && !shared_.is_draining.load(std::memory_order_relaxed);
  co_return goes_on;
}

}  // namespace banmo::http
