// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.h"

#include <boost/beast/http/basic_parser.hpp>

#include "base/text.h"

namespace banmo::http {
namespace {

namespace beast = boost::beast;

bool is_continue(beast::string_view value) { return beast::iequals(value, "100-continue"); }

class Parser final : public beast::http::basic_parser<true> {
 public:
  Parser(size_t max_head_bytes, RequestHead& head, std::string& body) : head_(head), body_(body) {
    header_limit(static_cast<uint32_t>(max_head_bytes));
    body_limit(boost::none);  // the connection counts: the limit depends on the route
  }

 private:
  using View = beast::string_view;
  using Code = beast::error_code;

  void on_request_impl(beast::http::verb, View method, View target, int version, Code&) override {
    head_.method.assign(method.data(), method.size());
    head_.target.assign(target.data(), target.size());
    head_.is_http_1_1 = version == 11;
  }
  void on_field_impl(beast::http::field field, View name, View value, Code&) override {
    if (is_head_complete_) return;  // trailers of a chunked body are read and dropped
    if (field == beast::http::field::expect && is_continue(value)) head_.expects_continue = true;
    head_.headers.emplace_back(text::lower_ascii({name.data(), name.size()}), std::string(value.data(), value.size()));
  }
  void on_header_impl(Code&) override { is_head_complete_ = true; }
  void on_body_init_impl(const boost::optional<uint64_t>&, Code&) override {}
  size_t on_body_impl(View bytes, Code&) override {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(uint64_t, View, Code&) override {}
  size_t on_chunk_body_impl(uint64_t, View bytes, Code&) override {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(Code&) override {}
  void on_response_impl(int, View, int, Code&) override {}

  RequestHead& head_;
  std::string& body_;
  bool is_head_complete_ = false;
};

ReadFault fault_of(const beast::error_code& error) {
  if (error == beast::http::error::header_limit) return ReadFault::head_too_large;
  if (error == beast::http::error::bad_version) return ReadFault::version;
  return ReadFault::malformed;
}

// Beast before 1.86 aborts the program if it sees the last chunk, "0\r\n", before the two bytes that must follow (boostorg/beast#2861), so it gets
// all five at once. Waiting is safe: no body ends less than five bytes after a '0' that begins a chunk or stands in one.
bool may_be_cut_last_chunk(const Parser& parser, std::string_view bytes) {
  return parser.is_header_done() && parser.chunked() && bytes.size() < 5 && bytes.front() == '0';
}

}  // namespace

struct RequestReader::State {
  size_t max_head_bytes;
  RequestHead head;
  std::string body;
  std::optional<Parser> parser;
  ReadFault fault = ReadFault::none;

  void finish_head() {
    head.keep_alive = parser->keep_alive();
    head.has_body = !parser->is_done();
    if (!parser->chunked() && parser->content_length()) head.content_length = *parser->content_length();
  }
};

RequestReader::RequestReader(size_t max_head_bytes) : state_(new State{max_head_bytes, {}, {}, {}, ReadFault::none}) { start(); }  // owned by state_
RequestReader::~RequestReader() = default;

void RequestReader::start() {
  state_->head = RequestHead{};
  state_->body.clear();
  state_->fault = ReadFault::none;
  state_->parser.emplace(state_->max_head_bytes, state_->head, state_->body);
}

size_t RequestReader::put(std::string_view bytes) {
  size_t n_used = 0;
  Parser& parser = *state_->parser;
  while (n_used < bytes.size() && !parser.is_done() && state_->fault == ReadFault::none) {
    if (may_be_cut_last_chunk(parser, bytes.substr(n_used))) break;
    const bool was_head_done = parser.is_header_done();
    beast::error_code error;
    const size_t n = parser.put(boost::asio::const_buffer(bytes.data() + n_used, bytes.size() - n_used), error);
    n_used += n;
    if (error == beast::http::error::need_more) break;
    if (error) {
      state_->fault = fault_of(error);
      break;
    }
    if (!was_head_done && parser.is_header_done()) {
      state_->finish_head();
      break;
    }
  }
  return n_used;
}

bool RequestReader::head_done() const { return state_->parser->is_header_done(); }
bool RequestReader::done() const { return state_->parser->is_done(); }
ReadFault RequestReader::fault() const { return state_->fault; }
RequestHead& RequestReader::head() { return state_->head; }
std::string& RequestReader::body() { return state_->body; }

}  // namespace banmo::http
