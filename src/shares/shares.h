// SPDX-License-Identifier: Apache-2.0
// Access to parts of datasets that cases open for organisations, and end: as rows for programs with a key, or as a file. What may be read is cut by
// records::Portions from the terms that were checked when the share was opened; whether it still may, is asked at each read: the share's end, its
// last instant, the holder, the key and whoever made it. Each read is in the audit log with its number of rows, in the transaction that counts it,
// before anything is given away. Thread-safe; n servers may share one ledger (each counts requests a minute for itself).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "directory/directory.h"
#include "records/records.h"
#include "shares/store.h"
#include "shares/types.h"

namespace banmo::shares {

// That somebody may read a share now. Made by Shares alone; whoever reads takes one.
class Access {
 public:
  const Share& share() const { return share_; }
  const records::Portion& portion() const { return portion_; }

 private:
  friend class Shares;
  Access(Share share, records::Portion portion, std::string reader, int64_t key_no)
      : share_(std::move(share)), portion_(std::move(portion)), reader_(std::move(reader)), key_no_(key_no) {}
  Share share_;
  records::Portion portion_;
  std::string reader_;  // in the audit log: the key's name
  int64_t key_no_ = 0;
};

struct Options {
  crypto::Bytes seal_key;           // 32 bytes: seals cursors, which may hold what was not granted
  int n_requests_per_minute = 120;  // of a key
};

class Shares {
 public:
  Shares(directory::Directory& directory, records::Records& records, Options options)
      : directory_(directory), records_(records), options_(std::move(options)), store_(*directory.stores().ledger) {}

  // --- for flows, in the transaction of a move
  // Whether `giver` may open it. Errors: invalid or denied "shares.bad_wish", "records.portion_dataset", "records.portion_fields",
  // "records.portion_org"; `where` is the member of Wish, and the sentence says what to write.
  Result<Terms> check(const directory::Principal& giver, const Wish& wish) const;
  pack::Title words(const Terms& terms) const;  // what is given, of whom, until when
  // The statement that opens it, and what the audit log says of it.
  struct Opening {
    Statement statement;
    json::Object detail;
  };
  Opening opening(const Terms& terms, const OfCase& of, const std::string& by, Instant at) const;
  Statement ending(const std::string& case_id, const std::string& by, Instant at) const { return shares::ending(case_id, by, at); }
  Result<std::vector<Share>> unscoped_of_case(const std::string& case_id) const { return store_.unscoped_of_case(case_id); }

  // --- for the holder: whoever has the right datasets_export in the holding organisation itself; keys also need xapi_keys and a session
  Result<std::vector<Share>> held(const directory::Principal& by) const;
  bool may_manage_keys(const directory::Principal& by, const Share& share) const;
  Result<std::vector<Key>> keys(const directory::Principal& by, std::string_view share) const;
  // Errors: conflict "shares.two_keys", "shares.not_by_key"; denied "shares.ended", "shares.needs_session"; not_found "shares.no_such_share",
  // "shares.no_such_key".
  Result<NewKey> make_key(const directory::Principal& by, std::string_view share, const std::string& title);
  Result<> revoke_key(const directory::Principal& by, std::string_view share, const std::string& key);
  Result<records::Portions::File> file(const directory::Principal& by, std::string_view share, const std::string& format);

  // --- for whoever answers for the data: right datasets_export, and the share's rows are theirs to see
  Result<std::vector<Share>> given(const directory::Principal& by) const;

  // --- for programs
  // Errors: unauthenticated "shares.bad_key"; too_many "session.too_many" (wrong keys), "shares.too_many_requests"; denied "shares.ended",
  // "shares.holder_gone", "records.portion_gone".
  Result<Access> authenticate(std::string_view share, std::string_view secret, const std::string& peer);
  // A page by filters, order and cursor as of Portions::rows. Errors: those, conflict "shares.not_rows" and invalid "records.bad_cursor".
  Result<records::Page> rows(const Access& access, records::PageRequest request);

  // Who asks for the figures of a share of that way: a principal with the right metrics_read alone, of the share's organisation, whom small cells are
  // withheld from. Metrics read no fields but those given, unless the figures are of people and guarded by a smallest cell. Errors: conflict
  // "shares.not_figures"; denied "shares.metric_not_shared", "records.portion_field".
  Result<directory::Principal> asker(const Access& access, const FiguresAsked& asked) const;
  // Counts and audits an answer of `n_rows` rows, before it is given. Errors: denied "shares.ended".
  Result<> note_figures(const Access& access, const FiguresAsked& asked, int64_t n_rows);

  Instant now() const { return directory_.clock().now(); }
  const records::Records& records() const { return records_; }

 private:
  Result<Share> held_share(const directory::Principal& by, std::string_view id) const;
  Result<> check_living(const Share& share) const;
  Result<> check_figures(const records::PortionTerms& terms) const;
  Result<> take_request(int64_t key_no);
  Result<bool> could_make_still(const KeyRow& key, directory::OrgNo holder) const;
  Result<> note(sql::Connection& connection, const std::string& actor, std::string action, const Share& share, json::Object detail) const;

  directory::Directory& directory_;
  records::Records& records_;
  const Options options_;
  Store store_;
  struct Minute {
    int64_t minute = 0;
    int n = 0;
  };
  std::mutex mutex_;
  std::map<int64_t, Minute> minutes_;  // by key; one for each that was used
};

}  // namespace banmo::shares
