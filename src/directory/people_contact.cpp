// SPDX-License-Identifier: Apache-2.0
// How to reach a person: phone and mail address are L3, sealed in the ledger. Below L3 they are masked (138****5678), below L2 not told.
#include <algorithm>

#include "directory/state.h"

namespace banmo::directory {
namespace {

using pack::Level;

constexpr std::string_view kContact = "SELECT phone_sealed, email_sealed FROM person_contact WHERE person_no = $1";
constexpr std::string_view kSetContact =
    "INSERT INTO person_contact (person_no, phone_sealed, email_sealed, email_index) VALUES ($1, $2, $3, $4) ON CONFLICT (person_no) DO UPDATE SET "
    "phone_sealed = excluded.phone_sealed, email_sealed = excluded.email_sealed, email_index = excluded.email_index";
constexpr std::string_view kPersonId = "SELECT id FROM person WHERE no = $1";
constexpr std::string_view kAccounts = "SELECT name, enabled FROM account WHERE person_no = $1 ORDER BY name";
constexpr size_t kMaxEmailBytes = 200;

std::string mask_phone(const std::string& phone) {
  if (phone.size() < 8) return "****";
  return phone.substr(0, 3) + "****" + phone.substr(phone.size() - 4);
}
std::string mask_email(const std::string& email) {
  const size_t at = email.find('@');
  return at == std::string::npos || at == 0 ? "***" : email.substr(0, 1) + "***" + email.substr(at);
}

Result<> check_contact(const Contact& contact) {
  BANMO_DO(check_phone(contact.phone));
  const size_t at = contact.email.find('@');
  const bool email_ok = contact.email.empty() || (at != std::string::npos && at > 0 && at + 1 < contact.email.size() &&
                                                  contact.email.find('@', at + 1) == std::string::npos && contact.email.size() <= kMaxEmailBytes);
  if (!email_ok) return fail(ErrorCode::invalid, "directory.bad_email", {"邮箱格式不对，应为 名字@域名", "a mail address is name@domain"}, "$.email");
  return {};
}

}  // namespace

Result<> check_phone(const std::string& phone) {
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == ' '; };
  if (phone.empty() || (phone.size() >= 5 && phone.size() <= 20 && std::all_of(phone.begin(), phone.end(), digit))) return {};
  return fail(ErrorCode::invalid, "directory.bad_phone",
              {"电话须为 5 到 20 位数字，可带 + - 和空格", "a phone number has 5 to 20 digits, with + - and spaces if need be"}, "$.phone");
}

Result<Contact> Directory::contact(const Scope& scope, PersonNo person) const {
  Contact out;
  if (scope.max_level < Level::l2) return out;
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(rows, lease->query(kContact, {person.value}));
  }
  if (rows.empty()) return out;
  const Options& options = state_->options;
  const auto open = [&](const sql::Value& sealed, const char* field) -> Result<std::string> {
    const auto* blob = std::get_if<sql::Blob>(&sealed);
    if (blob == nullptr || options.field_key.empty()) return std::string();
    return crypto::decrypt(options.field_key, *blob, field);
  };
  BANMO_TRY(out.phone, open(rows[0][0], "person.phone"));
  BANMO_TRY(out.email, open(rows[0][1], "person.email"));
  if (scope.max_level >= Level::l3) return out;
  out.masked = true;
  if (!out.phone.empty()) out.phone = mask_phone(out.phone);
  if (!out.email.empty()) out.email = mask_email(out.email);
  return out;
}

Result<> Directory::set_contact(const Principal& by, PersonNo person, const Contact& contact) {
  BANMO_TRY(const OrgNo home, state_->home_of(person));
  BANMO_DO(state_->check(by, Right::people_manage, home));
  BANMO_DO(check_contact(contact));
  const Options& options = state_->options;
  if (options.field_key.empty())
    return fail(
        ErrorCode::unsupported, "directory.no_key",
        {"未配置字段密钥，不能保存联系方式；请配置 keys 后再填", "no field keys are configured, so contacts cannot be kept: configure `keys` first"});
  const auto seal = [&](const std::string& value, const char* field) -> Result<sql::Value> {
    if (value.empty()) return sql::Value();
    BANMO_TRY(auto sealed, crypto::encrypt(options.profile, options.field_key, value, field));
    return sql::Value(std::move(sealed));
  };
  BANMO_TRY(const sql::Value phone, seal(contact.phone, "person.phone"));
  BANMO_TRY(const sql::Value email, seal(contact.email, "person.email"));
  return state_->ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kPersonId, {person.value}));
    if (rows.empty()) return no_such_person();
    BANMO_DO(execute_all(connection, kSetContact, {person.value, phone, email, mail_index(options, contact.email)}));
    return state_->log(connection, state_->entry(by, "person.contact", "person", sql::text_of(rows[0][0]), home));
  });
}

Result<std::vector<PersonAccount>> Directory::person_accounts(const Principal& by, PersonNo person) const {
  BANMO_TRY(const OrgNo home, state_->home_of(person));
  BANMO_DO(state_->check(by, Right::people_manage, home));
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kAccounts, {person.value}));
  std::vector<PersonAccount> out;
  for (const auto& row : rows.rows) out.push_back({sql::text_of(row[0]), sql::int_of(row[1]) != 0});
  return out;
}

}  // namespace banmo::directory
