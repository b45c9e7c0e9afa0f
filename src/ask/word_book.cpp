// SPDX-License-Identifier: Apache-2.0
#include "ask/word_book.h"

#include <algorithm>

#include "ask/fold.h"
#include "audit/audit.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr std::string_view kLastNo = "SELECT COALESCE(MAX(no), 0) FROM ask_synonym";
constexpr std::string_view kStanding =
    "SELECT no, id, word, kind, target, code, account, at "
    "FROM ask_synonym s "
    "WHERE living = 1 AND no = (SELECT MAX(no) FROM ask_synonym WHERE id = s.id) "
    "ORDER BY no";
constexpr std::string_view kLastOf =
    "SELECT living "
    "FROM ask_synonym WHERE id = $1 "
    "ORDER BY no DESC LIMIT 1";
constexpr std::string_view kInsert =
    "INSERT INTO ask_synonym (no, id, word, kind, target, code, living, account, at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr size_t kMostWords = 2000;

SynonymKind kind_of(std::string_view name) {
  const auto* const found = std::find(std::begin(kSynonymKindNames), std::end(kSynonymKindNames), name);
  return found == std::end(kSynonymKindNames) ? SynonymKind::metric : static_cast<SynonymKind>(found - std::begin(kSynonymKindNames));
}

std::string id_of(const Synonym& synonym) {
  std::string key = "ask_synonym";
  for (const std::string& part : {text::utf8_of(fold(synonym.word).text), std::string(name_of(synonym.kind)), synonym.target, synonym.code}) {
    key += '\n';
    key += part;
  }
  return Uuid::derived(key).to_string();
}

Result<bool> stands(sql::Connection& connection, const std::string& id) {
  BANMO_TRY(const sql::Rows last, connection.query(kLastOf, {id}));
  return !last.empty() && sql::int_of(last[0][0]) != 0;
}

}  // namespace

std::string_view name_of(SynonymKind kind) { return kSynonymKindNames[static_cast<size_t>(kind)]; }

std::shared_ptr<const WordBook::Picture> WordBook::all() const {
  const std::lock_guard lock(mutex_);
  return picture_;
}

Result<> WordBook::refresh() {
  const std::lock_guard one(refresh_mutex_);
  BANMO_TRY(const sql::Lease lease, ledger_->read());
  BANMO_TRY(const sql::Rows last, lease->query(kLastNo));
  auto fresh = std::make_shared<Picture>();
  fresh->no = sql::int_of(last[0][0]);
  if (fresh->no == all()->no) return {};
  BANMO_TRY(const sql::Rows rows, lease->query(kStanding));
  for (size_t i = 0; i < rows.size(); ++i) {
    const sql::Values& row = rows[i];
    fresh->words.push_back({sql::int_of(row[0]), sql::text_of(row[1]), sql::text_of(row[2]), kind_of(sql::text_of(row[3])), sql::text_of(row[4]),
                            sql::text_of(row[5]), sql::text_of(row[6]), Instant{sql::int_of(row[7])}, ""});
  }
  const std::lock_guard lock(mutex_);
  picture_ = std::move(fresh);
  return {};
}

Result<> WordBook::write(sql::Connection& connection, const directory::Principal& by, const Synonym& synonym, bool living) const {
  BANMO_TRY(const sql::Rows last, connection.query(kLastNo));
  BANMO_DO(connection.execute(kInsert, {sql::int_of(last[0][0]) + 1, synonym.id, synonym.word, std::string(name_of(synonym.kind)), synonym.target,
                                        synonym.code, int64_t{living}, by.account_name, synonym.at.micros}));
  json::Object detail{{"word", synonym.word}, {"kind", name_of(synonym.kind)}, {"target", synonym.target}};
  if (!synonym.code.empty()) detail.set("code", synonym.code);
  const audit::Entry entry{synonym.at, by.account_name,  living ? "ask_synonym.create" : "ask_synonym.delete", "ask_synonym", synonym.id,
                           0,          std::move(detail)};
  BANMO_DO(audit::append(connection, entry, profile_));
  return {};
}

// What is committed is done: that this process does not see it yet is mended by the next look.
void WordBook::look() {
  if (const auto done = refresh(); !done.ok()) BANMO_LOG(warn, "ask.words_not_refreshed", {"error", done.error().id});
}

Result<Synonym> WordBook::put(const directory::Principal& by, Synonym synonym) {
  if (all()->words.size() >= kMostWords)
    return fail(ErrorCode::too_many, "ask.too_many_words",
                {"自有用词最多 2000 个；请先删除不用的", "the city teaches at most 2,000 words: delete some first"});
  synonym.id = id_of(synonym);
  synonym.by = by.account_name;
  synonym.at = clock_.now();
  BANMO_DO(ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const bool there, stands(connection, synonym.id));
    return there ? Result<>() : write(connection, by, synonym, true);
  }));
  look();
  // As it stands: somebody else may have taught it before.
  const auto picture = all();
  const auto found = std::find_if(picture->words.begin(), picture->words.end(), [&](const Synonym& one) { return one.id == synonym.id; });
  return found == picture->words.end() ? synonym : *found;
}

Result<> WordBook::remove(const directory::Principal& by, const std::string& id) {
  BANMO_DO(refresh());
  const auto picture = all();
  const auto found = std::find_if(picture->words.begin(), picture->words.end(), [&](const Synonym& one) { return one.id == id; });
  const Error none = fail(ErrorCode::not_found, "ask.no_such_word", {"没有这个用词，可能已被删除", "no such word: it may have been deleted"});
  if (found == picture->words.end()) return none;
  Synonym gone = *found;
  gone.at = clock_.now();
  BANMO_DO(ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const bool there, stands(connection, id));
    if (!there) return none;
    return write(connection, by, gone, false);
  }));
  look();
  return {};
}

}  // namespace banmo::ask
