// SPDX-License-Identifier: Apache-2.0
#include "ask/notebook.h"

#include "ask/fold.h"
#include "ask/log_text.h"
#include "ask/tree_shape.h"
#include "audit/audit.h"
#include "base/city_time.h"
#include "base/id.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO ask_history (id, account_no, account, asked_at, question, code, tree, saved, shared, rating, rating_word) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, '', '')";
constexpr std::string_view kSettle = "UPDATE ask_history SET code = $2 WHERE id = $1";
constexpr std::string_view kMine =
    "SELECT id, asked_at, question, code, tree, saved, shared, rating, rating_word, account_no, account "
    "FROM ask_history WHERE account_no = $1 AND id < $2 AND saved >= $3 "
    "ORDER BY id DESC LIMIT $4";
constexpr std::string_view kOne =
    "SELECT id, asked_at, question, code, tree, saved, shared, rating, rating_word, account_no, account "
    "FROM ask_history WHERE id = $1 AND account_no = $2";
constexpr std::string_view kShared =
    "SELECT id, asked_at, question, code, tree, saved, shared, rating, rating_word, account_no, account "
    "FROM ask_history WHERE id = $1 AND shared = 1";
constexpr std::string_view kCountSaved = "SELECT COUNT(*) FROM ask_history WHERE account_no = $1 AND saved = 1";
constexpr std::string_view kSave = "UPDATE ask_history SET saved = $2 WHERE id = $1";
constexpr std::string_view kShare = "UPDATE ask_history SET shared = $2 WHERE id = $1";
constexpr std::string_view kRate = "UPDATE ask_history SET rating = $2, rating_word = $3 WHERE id = $1";
constexpr std::string_view kDelete = "DELETE FROM ask_history WHERE id = $1";
constexpr std::string_view kDeleteAll = "DELETE FROM ask_history WHERE account_no = $1";
constexpr std::string_view kRefused =
    "INSERT INTO ask_failed (id, question, code, n_refused, n_down, last_word, last_day) "
    "VALUES ($1, $2, $3, 1, 0, '', $4) "
    "ON CONFLICT (id) DO UPDATE SET n_refused = ask_failed.n_refused + 1, code = excluded.code, last_day = excluded.last_day";
constexpr std::string_view kMarkedDown =
    "INSERT INTO ask_failed (id, question, code, n_refused, n_down, last_word, last_day) "
    "VALUES ($1, $2, $3, 0, 1, $4, $5) "
    "ON CONFLICT (id) DO UPDATE SET n_down = ask_failed.n_down + 1, last_word = excluded.last_word, last_day = excluded.last_day";
constexpr std::string_view kMarkTaken = "UPDATE ask_failed SET n_down = n_down - 1 WHERE id = $1 AND n_down > 0";
constexpr std::string_view kFailed =
    "SELECT id, question, code, n_refused, n_down, last_word, last_day "
    "FROM ask_failed WHERE n_refused + n_down > 0 AND (n_refused + n_down < $1 OR (n_refused + n_down = $1 AND id > $2)) "
    "ORDER BY n_refused + n_down DESC, id LIMIT $3";
constexpr std::string_view kDismiss = "DELETE FROM ask_failed WHERE id = $1";
constexpr std::string_view kForget =
    "DELETE FROM ask_history WHERE id IN "
    "(SELECT id FROM ask_history WHERE asked_at < $1 AND saved = 0 ORDER BY asked_at LIMIT 1000)";
constexpr std::string_view kTrim =
    "DELETE FROM ask_history WHERE account_no = $1 AND saved = 0 AND id <= "
    "(SELECT id FROM ask_history WHERE account_no = $1 AND saved = 0 ORDER BY id DESC LIMIT 1 OFFSET 2000)";
constexpr std::string_view kFailedToday =
    "SELECT COUNT(*) FROM (SELECT id FROM ask_history WHERE account_no = $1 AND asked_at >= $2 AND code <> '' LIMIT 201) AS own";
constexpr std::string_view kForgetFailed = "DELETE FROM ask_failed WHERE last_day < $1";
constexpr std::string_view kTrimFailed =
    "DELETE FROM ask_failed WHERE id IN "
    "(SELECT id FROM ask_failed ORDER BY n_refused + n_down DESC, last_day DESC, id LIMIT 1000 OFFSET 5000)";

constexpr size_t kMostQuestion_bytes = 600, kMostWord_bytes = 600;
constexpr int64_t kMostSaved = 200, kMostFailuresOfDay = 200, kRound = 1000;
constexpr int kMostRounds = 50;
constexpr int64_t kDay_micros = int64_t{86'400} * 1'000'000;
constexpr std::string_view kAfterAll = "g";  // behind every id, in any collation

Result<> check_session(const directory::Principal& who) {
  if (who.session != 0) return {};
  return fail(ErrorCode::denied, "ask.needs_session", {"问数记录只供本人登录后查看和修改", "one's questions are for oneself, signed in"});
}

Asked asked_of(const sql::Values& row) {
  Asked asked;
  asked.id = sql::text_of(row[0]);
  asked.at = Instant{sql::int_of(row[1])};
  asked.question = sql::text_of(row[2]);
  asked.code = sql::text_of(row[3]);
  // One that an older program wrote in another way is as good as none: the question still stands.
  if (auto tree = read_tree(sql::text_of(row[4])); tree.ok()) asked.tree = *std::move(tree);
  asked.saved = sql::int_of(row[5]) != 0;
  asked.shared = sql::int_of(row[6]) != 0;
  asked.rating = sql::text_of(row[7]);
  asked.word = sql::text_of(row[8]);
  asked.account = {sql::int_of(row[9])};
  asked.by = sql::text_of(row[10]);
  return asked;
}

// One place for all spellings of a question.
std::string failed_id(std::string_view kept) { return Uuid::derived("ask_failed\n" + text::utf8_of(fold(kept).text)).to_string(); }

int64_t today(const Clock& clock) { return city_date(clock.now()).days; }

}  // namespace

Error no_such_question() {
  return fail(ErrorCode::not_found, "ask.no_such_question", {"没有这个问题，可能已被删除", "no such question: it may be gone"});
}

Error bad_cursor() {
  return fail(ErrorCode::invalid, "http.bad_cursor",
              {"after 不是上一页给出的值，请从第一页重新开始", "after is not a value of the page before: begin at the first page"}, "after");
}

Result<> Notebook::log(sql::Connection& connection, const directory::Principal& who, std::string_view action, const std::string& id,
                       json::Value detail) const {
  const audit::Entry entry{clock_.now(), who.account_name, std::string(action), "question", id, 0, std::move(detail)};
  BANMO_DO(audit::append(connection, entry, profile_));
  return {};
}

Result<> Notebook::add(sql::Connection& connection, const directory::Principal& asker, const Asked& asked) const {
  // A value of a query may be a person's number: such a query is not kept, and the question is there to be asked again.
  std::string tree = asked.tree ? json_of(*asked.tree) : "";
  if (for_the_log(tree, tree.size()) != tree) tree.clear();
  BANMO_DO(connection.execute(kInsert, {asked.id, asker.account.value, asker.account_name, asked.at.micros,
                                        for_the_log(asked.question, kMostQuestion_bytes), asked.code, std::move(tree)}));
  if (asked.id.ends_with('0')) BANMO_DO(connection.execute(kTrim, {asker.account.value}));  // of sixteen questions one pays
  return {};
}

Result<> Notebook::count_refusal(sql::Connection& connection, const directory::Principal& asker, std::string_view question,
                                 std::string_view code) const {
  BANMO_TRY(const sql::Rows own, connection.query(kFailedToday, {asker.account.value, clock_.now().micros - kDay_micros}));
  if (sql::int_of(own[0][0]) > kMostFailuresOfDay) return {};
  const std::string kept = for_the_log(question, kMostQuestion_bytes);
  BANMO_DO(connection.execute(kRefused, {failed_id(kept), kept, std::string(code), today(clock_)}));
  return {};
}

Result<> Notebook::settle(const directory::Principal& asker, const std::string& id, std::string_view question, std::string_view code,
                          bool counts) const {
  if (id.empty()) return {};  // an API token's
  return ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.execute(kSettle, {id, std::string(code)}));
    return counts ? count_refusal(connection, asker, question, code) : Result<>();
  });
}

Result<Page<Asked>> Notebook::history(const directory::Principal& who, bool saved_only, const std::string& after, size_t limit) const {
  BANMO_DO(check_session(who));
  BANMO_TRY(const sql::Lease lease, ledger_->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kMine, {who.account.value, after.empty() ? std::string(kAfterAll) : after, int64_t{saved_only},
                                                       static_cast<int64_t>(limit) + 1}));
  Page<Asked> page;
  for (size_t i = 0; i < rows.size() && i < limit; ++i) page.items.push_back(asked_of(rows[i]));
  if (rows.size() > limit) page.next = page.items.back().id;
  return page;
}

Result<> Notebook::change(const directory::Principal& who, const std::string& id, std::string_view action,
                          const std::function<Result<>(sql::Connection&, const Asked& before)>& work) const {
  BANMO_DO(check_session(who));
  return ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows rows, connection.query(kOne, {id, who.account.value}));
    if (rows.empty()) return no_such_question();
    BANMO_DO(work(connection, asked_of(rows[0])));
    return log(connection, who, action, id);
  });
}

Result<> Notebook::mark(const directory::Principal& who, const std::string& id, const Marks& marks) const {
  const std::string action = marks.shared ? (*marks.shared ? "ask.share" : "ask.unshare") : marks.saved.value_or(false) ? "ask.save" : "ask.unsave";
  return change(who, id, action, [&](sql::Connection& connection, const Asked& before) -> Result<> {
    if (marks.shared.value_or(false) && (!before.tree || !before.code.empty()))
      return fail(ErrorCode::conflict, "ask.not_answered", {"没有得到回答的问题不能分享", "a question without an answer is not shared"});
    if (marks.saved) {
      BANMO_TRY(const sql::Rows n, connection.query(kCountSaved, {who.account.value}));
      if (*marks.saved && !before.saved && sql::int_of(n[0][0]) >= kMostSaved)
        return fail(ErrorCode::too_many, "ask.too_many_saved",
                    {"最多收藏 200 个问题；请先取消不用的", "at most 200 questions are saved: let some go first"});
      BANMO_DO(connection.execute(kSave, {id, int64_t{*marks.saved}}));
    }
    if (marks.shared) BANMO_DO(connection.execute(kShare, {id, int64_t{*marks.shared}}));
    return {};
  });
}

Result<> Notebook::rate(const directory::Principal& who, const std::string& id, std::string_view rating, std::string_view word) const {
  const std::string kept = for_the_log(word, kMostWord_bytes);
  return change(who, id, "ask.rate", [&](sql::Connection& connection, const Asked& before) -> Result<> {
    BANMO_DO(connection.execute(kRate, {id, std::string(rating), kept}));
    const std::string failed = failed_id(before.question);
    if (before.rating == "down") BANMO_DO(connection.execute(kMarkTaken, {failed}));
    if (rating == "down") BANMO_DO(connection.execute(kMarkedDown, {failed, before.question, before.code, kept, today(clock_)}));
    return {};
  });
}

Result<> Notebook::remove(const directory::Principal& who, const std::string& id) const {
  return change(who, id, "ask.forget", [&](sql::Connection& connection, const Asked&) -> Result<> {
    BANMO_DO(connection.execute(kDelete, {id}));
    return {};
  });
}

Result<> Notebook::remove_all(const directory::Principal& who) const {
  BANMO_DO(check_session(who));
  return ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kDeleteAll, {who.account.value}));
    return log(connection, who, "ask.forget", "", json::Object{{"n", n}});
  });
}

Result<Asked> Notebook::unscoped_shared(const std::string& id) const {
  BANMO_TRY(const sql::Lease lease, ledger_->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kShared, {id}));
  if (rows.empty()) return no_such_question();
  return asked_of(rows[0]);
}

Result<Page<FailedQuestion>> Notebook::failed(const std::string& after, size_t limit) const {
  int64_t below = INT64_MAX;
  std::string behind;
  if (!after.empty()) {
    const size_t cut = after.find('~');
    const auto number = text::parse_int(after.substr(0, cut));
    if (!number || cut == std::string::npos) return bad_cursor();
    below = *number;
    behind = after.substr(cut + 1);
  }
  BANMO_TRY(const sql::Lease lease, ledger_->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kFailed, {below, behind, static_cast<int64_t>(limit) + 1}));
  Page<FailedQuestion> page;
  for (size_t i = 0; i < rows.size() && i < limit; ++i) {
    const sql::Values& row = rows[i];
    page.items.push_back({sql::text_of(row[0]), sql::text_of(row[1]), sql::text_of(row[2]), sql::int_of(row[3]), sql::int_of(row[4]),
                          sql::text_of(row[5]), Date{static_cast<int32_t>(sql::int_of(row[6]))}});
  }
  if (rows.size() > limit) {
    const FailedQuestion& last = page.items.back();
    page.next = std::to_string(last.n_refused + last.n_down) + "~" + last.id;
  }
  return page;
}

Result<> Notebook::dismiss(const directory::Principal& who, const std::string& id) const {
  return ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kDismiss, {id}));
    if (n == 0) return no_such_question();
    return log(connection, who, "ask.dismiss", id);
  });
}

Result<> Notebook::forget_old() const {
  const Instant now = clock_.now();
  int64_t n_gone = 0;
  // In short transactions: those who ask write the same tables.
  for (int round = 0; round < kMostRounds; ++round) {
    int64_t n = 0;
    BANMO_DO(ledger_->write([&](sql::Connection& connection) -> Result<> {
      BANMO_TRY(n, connection.execute(kForget, {now.micros - kHistory_days * kDay_micros}));
      return {};
    }));
    n_gone += n;
    if (n < kRound) break;
  }
  return ledger_->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n_old, connection.execute(kForgetFailed, {today(clock_) - kHistory_days}));
    BANMO_TRY(const int64_t n_rare, connection.execute(kTrimFailed));
    const int64_t n = n_gone + n_old + n_rare;
    if (n == 0) return {};
    const audit::Entry entry{now, "system", "ask.expire", "question", "", 0, json::Object{{"n", n}}};
    BANMO_DO(audit::append(connection, entry, profile_));
    return {};
  });
}

}  // namespace banmo::ask
