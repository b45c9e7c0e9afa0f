// SPDX-License-Identifier: Apache-2.0
// Where organisations are and how they are reached.
#include <cmath>

#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kContact = "SELECT address, phone, longitude, latitude FROM org_contact WHERE org_no = $1";
constexpr std::string_view kSetContact =
    "INSERT INTO org_contact (org_no, address, phone, longitude, latitude) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_no) DO UPDATE SET address = "
    "excluded.address, phone = excluded.phone, longitude = excluded.longitude, latitude = excluded.latitude";
constexpr size_t kMaxAddressBytes = 300;

sql::Value value_of(const std::optional<double>& degrees) { return degrees ? sql::Value{*degrees} : sql::Value{}; }
std::optional<double> degrees_of(const sql::Value& value) {
  const auto* degrees = std::get_if<double>(&value);
  return degrees == nullptr ? std::nullopt : std::optional(*degrees);
}

Result<> check(const OrgContact& contact) {
  if (contact.address.size() > kMaxAddressBytes)
    return fail(ErrorCode::invalid, "directory.bad_address", {"地址最长 100 个汉字", "an address has at most 300 bytes"}, "$.address");
  BANMO_DO(check_phone(contact.phone));
  const bool both = contact.longitude.has_value() == contact.latitude.has_value();
  const auto within = [](const std::optional<double>& degrees, double most) { return !degrees || std::abs(*degrees) <= most; };
  if (both && within(contact.longitude, 180) && within(contact.latitude, 90)) return {};
  return fail(ErrorCode::invalid, "directory.bad_position",
              {"经度须在 -180 到 180、纬度须在 -90 到 90 之间，两者都填或都不填",
               "a longitude is from -180 to 180, a latitude from -90 to 90: give both or neither"},
              "$.longitude");
}

}  // namespace

Result<OrgContact> Directory::org_contact(OrgNo org) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kContact, {org.value}));
  if (rows.empty()) return OrgContact{};
  return OrgContact{sql::text_of(rows[0][0]), sql::text_of(rows[0][1]), degrees_of(rows[0][2]), degrees_of(rows[0][3])};
}

Result<> Directory::set_org_contacts(const Principal& by, const std::vector<std::pair<OrgNo, OrgContact>>& contacts) {
  const auto tree = orgs();
  std::vector<audit::Entry> entries;
  for (const auto& [no, contact] : contacts) {
    BANMO_DO(state_->check(by, Right::orgs_manage, no));
    const Org* org = tree->find(no);
    if (org == nullptr) return no_such_org();
    BANMO_DO(check(contact));
    entries.push_back(
        state_->entry(by, "org.contact", "org", org->id.to_string(), no, json::Object{{"address", contact.address}, {"phone", contact.phone}}));
  }
  return state_->ledger().write([&](sql::Connection& connection) -> Result<> {
    for (const auto& [no, contact] : contacts)
      BANMO_DO(
          execute_all(connection, kSetContact, {no.value, contact.address, contact.phone, value_of(contact.longitude), value_of(contact.latitude)}));
    const auto logged = audit::append_all(connection, entries, state_->options.profile);
    return logged.ok() ? Result<>() : Result<>(logged.error());
  });
}

}  // namespace banmo::directory
