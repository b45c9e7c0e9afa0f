// SPDX-License-Identifier: Apache-2.0
#include "sql/driver.h"

#include <array>
#include <cctype>

namespace banmo::sql {
namespace {

// The databases whose changes run on this thread, innermost last. Two at most in practice: ledger and warehouse.
std::vector<const void*>& running_here() {
  thread_local std::vector<const void*> running;
  return running;
}

}  // namespace

bool worth_caching(std::string_view statement) {
  constexpr size_t kMaxText = 16384;
  constexpr std::array<std::string_view, 7> kWords = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "VALUES"};
  if (statement.size() > kMaxText) return false;
  while (!statement.empty() && std::isspace(static_cast<unsigned char>(statement.front()))) statement.remove_prefix(1);
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return statement.size() > word.size() && std::equal(word.begin(), word.end(), statement.begin(), [](char a, char b) { return a == (b & ~0x20); });
  });
}

bool WriteScope::active(const void* database) {
  const auto& running = running_here();
  return std::find(running.begin(), running.end(), database) != running.end();
}

WriteScope::WriteScope(const void* database) : entered_(!active(database)) {
  if (entered_) running_here().push_back(database);
}

WriteScope::~WriteScope() {
  if (entered_) running_here().pop_back();
}

Result<> run_change(const Change& change, Connection& connection) {
  try {
    return change(connection);
  } catch (const std::exception& thrown) {
    return error_of(Fault::change_threw, thrown.what());
  } catch (...) {
    return error_of(Fault::change_threw, "not a std::exception");
  }
}

}  // namespace banmo::sql
