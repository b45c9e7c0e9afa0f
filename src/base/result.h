// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. Every function that can fail returns one; exceptions stay inside the .cpp that wraps a library.
// An Error tells a person, in Chinese and in English, what happened, where, and what to do. Values: copyable, thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace banmo {

// Decides the HTTP status and the exit code in one table each. The stable code that programs match on is Error::id.
enum class ErrorCode {
  invalid,
  not_found,
  denied,
  conflict,
  unauthenticated,
  too_large,
  too_many,
  unavailable,
  timeout,
  unsupported,
  storage_full,
  internal
};

std::string_view name_of(ErrorCode code);

// One sentence in both languages. Safe to show: no secrets, no personal data.
struct Message {
  std::string zh;
  std::string en;
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string id;              // stable, "<room>.<what>": "records.unknown_column"
  Message message;             // what, which, and how to repair
  std::string where;           // file:line:column for packs, a JSON path for bodies, empty if neither
  std::string cause;           // technical detail for the log; never shown
  std::vector<Error> details;  // several findings of one check, if there are several
  int64_t retry_after_s = 0;   // of too_many and unavailable: when to come again; 0: not known

  // "where: en sentence (zh sentence) [id]" for logs, terminals and tests.
  std::string to_string() const;
};

// Short way to build one: return fail(ErrorCode::invalid, "sql.no_such_column", {"…", "…"});
Error fail(ErrorCode code, std::string id, Message message, std::string where = {}, std::string cause = {});

struct Unit {};

template <class T = Unit>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result()
    requires std::is_same_v<T, Unit>
      : state_(std::in_place_index<0>) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace banmo

#define BANMO_CONCAT_INNER(a, b) a##b
#define BANMO_CONCAT(a, b) BANMO_CONCAT_INNER(a, b)
// BANMO_TRY(auto rows, store.query(...));  declares rows, or returns the error from the enclosing function.
// A declaration, not a statement expression: those crash g++ 12 around co_await. __COUNTER__ and not __LINE__: a lambda among the arguments may use
// the macros too, and all lines of a macro's arguments have one number.
#define BANMO_TRY(declaration, ...) BANMO_TRY_INNER(BANMO_CONCAT(banmo_result_, __COUNTER__), declaration, __VA_ARGS__)
#define BANMO_TRY_INNER(temporary, declaration, ...)        \
  auto temporary = (__VA_ARGS__);                           \
  if (!temporary.ok()) return std::move(temporary).error(); \
  declaration = std::move(temporary).value()
// BANMO_DO(store.commit());  for results without a value.
#define BANMO_DO(...) BANMO_DO_INNER(BANMO_CONCAT(banmo_done_, __COUNTER__), __VA_ARGS__)
#define BANMO_DO_INNER(done, ...)                                              \
  do {                                                                         \
    if (auto done = (__VA_ARGS__); !done.ok()) return std::move(done).error(); \
  } while (false)
