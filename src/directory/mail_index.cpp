// SPDX-License-Identifier: Apache-2.0
#include "directory/mail_index.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/signed.h"
#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kByIndex = "SELECT person_no FROM person_contact WHERE email_index = $1 LIMIT 2";
constexpr std::string_view kWithout = "SELECT person_no, email_sealed FROM person_contact WHERE email_sealed IS NOT NULL AND email_index IS NULL";
constexpr std::string_view kSetIndex =
    "UPDATE person_contact SET email_index = $2 WHERE person_no = $1 AND email_sealed IS NOT NULL AND email_index IS NULL";

sql::Value index_of_sha1(const Options& options, const std::string& sha1) {
  if (options.index_key.empty()) return {};
  const crypto::Hash hash = crypto::keyed_hash(options.profile, options.index_key, "person.email " + sha1);
  return sql::Blob(hash.begin(), hash.end());
}

}  // namespace

std::string mail_sha1(std::string_view address) { return crypto::sha1_hex("mailto:" + text::lower_ascii(address)); }

sql::Value mail_index(const Options& options, const std::string& address) {
  return address.empty() ? sql::Value() : index_of_sha1(options, mail_sha1(address));
}

Result<> Directory::State::index_mail() {
  if (options.index_key.empty() || options.field_key.empty()) return {};
  std::vector<sql::Values> found;
  {
    BANMO_TRY(const auto lease, ledger().read());
    BANMO_TRY(auto rows, lease->query(kWithout));
    found = std::move(rows.rows);
  }
  if (found.empty()) return {};
  return ledger().write([&](sql::Connection& connection) -> Result<> {
    for (const sql::Values& row : found) {
      BANMO_TRY(const std::string address, crypto::decrypt(options.field_key, std::get<sql::Blob>(row[1]), "person.email"));
      BANMO_DO(execute_all(connection, kSetIndex, {row[0], mail_index(options, address)}));
    }
    return {};
  });
}

Result<std::unordered_map<std::string, PersonNo>> unscoped_people_by_mail(Directory& directory, const std::vector<std::string>& sha1s) {
  std::unordered_map<std::string, PersonNo> out;
  const Directory::State& state = directory.state();
  if (sha1s.empty() || state.options.index_key.empty()) return out;
  BANMO_TRY(const auto lease, state.ledger().read());
  for (const std::string& sha1 : sha1s) {
    BANMO_TRY(const auto rows, lease->query(kByIndex, {index_of_sha1(state.options, text::lower_ascii(sha1))}));
    if (rows.size() == 1) out[sha1] = {sql::int_of(rows[0][0])};
  }
  return out;
}

}  // namespace banmo::directory
