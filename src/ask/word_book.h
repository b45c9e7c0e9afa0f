// SPDX-License-Identifier: Apache-2.0
// The city's own words: synonyms that its officers teach while the servers run. In the ledger; one per process, thread-safe; what another process
// wrote is seen by refresh().
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "crypto/crypto.h"
#include "directory/types.h"
#include "sql/sql.h"

namespace banmo::ask {

enum class SynonymKind { metric, dimension, value, org };
inline constexpr const char* kSynonymKindNames[] = {"metric", "dimension", "value", "org"};
std::string_view name_of(SynonymKind kind);

// What a word means.
struct Synonym {
  int64_t no = 0;    // in the order of teaching
  std::string id;    // of the word with this meaning
  std::string word;  // as it was written
  SynonymKind kind = SynonymKind::metric;
  std::string target;  // a metric, a dimension, an organisation's id; of a value its dimension
  std::string code;    // of a value
  std::string by;
  Instant at;
  std::string title;  // of what it means, where it is told to people
};

class WordBook {
 public:
  struct Picture {
    int64_t no = 0;  // grows with every change
    std::vector<Synonym> words;
  };

  WordBook(std::shared_ptr<sql::Database> ledger, const Clock& clock, crypto::Profile profile)
      : ledger_(std::move(ledger)), clock_(clock), profile_(profile), picture_(std::make_shared<const Picture>()) {}

  std::shared_ptr<const Picture> all() const;
  Result<> refresh();  // a look at one number, and all anew if it changed
  // Audited in the transaction, in force here at once. Its id is given by the word and its meaning: what stands already stays. Errors: too_many
  // "ask.too_many_words".
  Result<Synonym> put(const directory::Principal& by, Synonym synonym);
  Result<> remove(const directory::Principal& by, const std::string& id);  // not_found "ask.no_such_word"

 private:
  void look();
  Result<> write(sql::Connection& connection, const directory::Principal& by, const Synonym& synonym, bool living) const;

  std::shared_ptr<sql::Database> ledger_;
  const Clock& clock_;
  crypto::Profile profile_;
  mutable std::mutex mutex_;  // guards picture_, for a moment only
  std::shared_ptr<const Picture> picture_;
  std::mutex refresh_mutex_;  // one refresh at a time
};

}  // namespace banmo::ask
