// SPDX-License-Identifier: Apache-2.0
// Inside the room: a language model that may write the query of a question which the rules could not read. Off unless configured. It is told the
// question without numbers of persons and the names of what the asker may ask about; never rows, figures or organisations. What it writes is a tree
// like one that comes from a browser: to be checked, and shown as the model's. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ask/tree.h"
#include "ask/vocabulary.h"
#include "base/outbound.h"
#include "base/time.h"

namespace banmo::ask {

struct ModelOptions {
  std::string url;  // of an OpenAI-compatible chat endpoint, in full; empty: off
  std::string key;  // Bearer token; empty: none
  std::string model;
  std::chrono::milliseconds timeout{5000};
};

class ModelReader {
 public:
  ModelReader(ModelOptions options, OutboundCall call, const Clock& clock) : options_(std::move(options)), call_(std::move(call)), clock_(clock) {}
  // Configured, not busy with others and not in a pause after failures.
  bool is_ready() const;
  // nullopt: it declined, failed, or answered what is no query. At most two calls are under way; after three failures in a row it rests for half a
  // minute. Blocks up to the time limit.
  std::optional<Tree> read(std::string_view question, const Vocabulary& vocabulary, Date today);

 private:
  std::optional<Tree> failed(std::string_view reason);

  ModelOptions options_;
  OutboundCall call_;
  const Clock& clock_;
  std::atomic<int> n_under_way_ = 0, n_failed_ = 0;
  std::atomic<int64_t> rests_until_ = 0;  // microseconds
};

}  // namespace banmo::ask
