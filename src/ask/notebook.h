// SPDX-License-Identifier: Apache-2.0
// What is kept of questions: each person's own history, links to share, what people thought of an answer; and, apart from persons, which questions
// found no answer. In the ledger; thread-safe. What a person wrote is kept without numbers of persons (log_text.h).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ask/tree.h"
#include "base/time.h"
#include "crypto/crypto.h"
#include "directory/types.h"
#include "json/json.h"
#include "sql/sql.h"

namespace banmo::ask {

inline constexpr int kHistory_days = 180;
inline constexpr const char* kRatingNames[] = {"", "up", "down"};

// A question that somebody asked.
struct Asked {
  std::string id;
  Instant at;
  std::string question;      // or, of an edited answer, what it was read as
  std::string code;          // of a refusal; empty: answered
  std::optional<Tree> tree;  // what was understood
  bool saved = false, shared = false;
  std::string rating, word;
  directory::AccountNo account;
  std::string by;  // its name
};

// What is to be changed of an entry.
struct Marks {
  std::optional<bool> saved, shared;
};

struct FailedQuestion {
  std::string id, question, code;
  int64_t n_refused = 0, n_down = 0;
  std::string word;  // that somebody wrote with the last bad mark
  Date last_day;
};

template <class Item>
struct Page {
  std::vector<Item> items;
  std::string next;  // empty: the last page
};

Error no_such_question();
Error bad_cursor();

class Notebook {
 public:
  Notebook(std::shared_ptr<sql::Database> ledger, const Clock& clock, crypto::Profile profile)
      : ledger_(std::move(ledger)), clock_(clock), profile_(profile) {}

  // --- inside the transaction that logs a question
  Result<> add(sql::Connection& connection, const directory::Principal& asker, const Asked& asked) const;
  // Among those that failed; no more than 200 of one asker a day, so that nobody drives out what others lack.
  Result<> count_refusal(sql::Connection& connection, const directory::Principal& asker, std::string_view question, std::string_view code) const;
  // The answer turned out to be a refusal.
  Result<> settle(const directory::Principal& asker, const std::string& id, std::string_view question, std::string_view code, bool counts) const;

  // --- one's own. Errors: denied "ask.needs_session" for an API token, which has fewer rights than its owner; not_found "ask.no_such_question".
  // Changes are audited in their transaction.
  Result<Page<Asked>> history(const directory::Principal& who, bool saved_only, const std::string& after, size_t limit) const;
  // Both in one transaction: too_many "ask.too_many_saved"; conflict "ask.not_answered" for sharing what was refused.
  Result<> mark(const directory::Principal& who, const std::string& id, const Marks& marks) const;
  Result<> rate(const directory::Principal& who, const std::string& id, std::string_view rating, std::string_view word) const;
  Result<> remove(const directory::Principal& who, const std::string& id) const;
  Result<> remove_all(const directory::Principal& who) const;  // saved and shared ones too

  // What somebody shares, whoever asks: not_found "ask.no_such_question". Nothing of it may be told before the reader's rights are checked.
  Result<Asked> unscoped_shared(const std::string& id) const;

  // --- of all, without persons
  Result<Page<FailedQuestion>> failed(const std::string& after, size_t limit) const;  // the most frequent first
  Result<> dismiss(const directory::Principal& who, const std::string& id) const;     // not_found "ask.no_such_question"

  // What is older than half a year goes, a share at a time; of the failed ones those beyond 5,000 that were asked least.
  Result<> forget_old() const;

 private:
  Result<> change(const directory::Principal& who, const std::string& id, std::string_view action,
                  const std::function<Result<>(sql::Connection&, const Asked& before)>& work) const;
  Result<> log(sql::Connection& connection, const directory::Principal& who, std::string_view action, const std::string& id,
               json::Value detail = {}) const;

  std::shared_ptr<sql::Database> ledger_;
  const Clock& clock_;
  crypto::Profile profile_;
};

}  // namespace banmo::ask
