// SPDX-License-Identifier: Apache-2.0
// What a password must be, in two profiles. dengbao3: GB/T 22239-2019 8.1.4.1 (complexity and regular change): ten characters, three of four classes,
// not one of the last five, changed every 90 days by staff. asvs: OWASP ASVS 4.0.3 V2.1: twelve characters, no classes, no rotation. Both refuse
// common passwords and the account's name.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "directory/directory.h"

namespace banmo::directory {

inline constexpr int kPasswordHistory = 5;
inline constexpr int kPasswordMaxDays = 90;
inline constexpr int kOneTimeMaxDays = 7;  // of a password that an administrator set and its owner has not changed
inline constexpr size_t kPasswordMaxBytes = 256;

// Errors: invalid "password.too_short", "password.too_long", "password.too_few_classes", "password.common", "password.has_account_name".
Result<> check_password(PasswordRules rules, std::string_view password, std::string_view account);

// A password that both profiles take, of random letters and digits in groups that can be read out: "Kf7m-Qx2p-Wn9r-Ht4c" (about 75 bits).
std::string one_time_password();

}  // namespace banmo::directory
