// SPDX-License-Identifier: Apache-2.0
#include "directory/password_rules.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace banmo::directory {
namespace {

constexpr size_t kMinDengbao3 = 10, kMinAsvs = 12;

// Cores of the passwords that people here choose first; digits and signs around them do not help.
constexpr std::array<std::string_view, 24> kCommon = {
    "password", "passw0rd", "p@ssword", "p@ssw0rd", "qwerty",  "qwertyuiop", "1qaz2wsx", "admin",  "administrator", "welcome",  "iloveyou", "woaini",
    "abc",      "test",     "qingdao",  "student",  "teacher", "school",     "letmein",  "dragon", "monkey",        "changeme", "root",     "guest"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

int n_classes(std::string_view password) {
  bool small = false, large = false, digit = false, other = false;
  for (const char c : password) {
    if (c >= 'a' && c <= 'z')
      small = true;
    else if (c >= 'A' && c <= 'Z')
      large = true;
    else if (is_digit(c))
      digit = true;
    else
      other = true;
  }
  return int{small} + int{large} + int{digit} + int{other};
}

// Runs like 1234567890, aaaaaaaa or abcdefgh: at most three different steps from one character to the next are no password.
bool is_run(std::string_view password) {
  size_t n_same_step = 0;
  for (size_t i = 2; i < password.size(); ++i)
    if (password[i] - password[i - 1] == password[i - 1] - password[i - 2]) ++n_same_step;
  return password.size() > 3 && n_same_step * 4 >= password.size() * 3;
}

bool is_common(std::string_view password) {
  std::string core;
  for (const char c : password) core += lower(c);
  while (!core.empty() && !is_letter(core.back())) core.pop_back();
  const auto first = std::find_if(core.begin(), core.end(), is_letter);
  core.erase(core.begin(), first);
  return core.empty() || is_run(password) || std::find(kCommon.begin(), kCommon.end(), core) != kCommon.end();
}

bool has_name(std::string_view password, std::string_view account) {
  std::string folded;
  for (const char c : password) folded += lower(c);
  return account.size() >= 4 && folded.find(account) != std::string::npos;
}

}  // namespace

Result<> check_password(PasswordRules rules, std::string_view password, std::string_view account) {
  const size_t min = rules == PasswordRules::dengbao3 ? kMinDengbao3 : kMinAsvs;
  const std::string where = "$.new_password";
  if (text::n_code_points(password) < min)
    return fail(
        ErrorCode::invalid, "password.too_short",
        {"口令至少 " + std::to_string(min) + " 个字符，请加长", "a password has at least " + std::to_string(min) + " characters: make it longer"},
        where);
  if (password.size() > kPasswordMaxBytes)
    return fail(ErrorCode::invalid, "password.too_long", {"口令最长 256 字节，请缩短", "a password has at most 256 bytes: make it shorter"}, where);
  if (rules == PasswordRules::dengbao3 && n_classes(password) < 3)
    return fail(ErrorCode::invalid, "password.too_few_classes",
                {"口令须含大写字母、小写字母、数字、符号中的三类", "a password has three of: capital letters, small letters, digits, signs"}, where);
  if (has_name(password, account))
    return fail(ErrorCode::invalid, "password.has_account_name",
                {"口令不能包含账号名，请换一个", "a password does not contain the account's name: choose another"}, where);
  if (is_common(password))
    return fail(ErrorCode::invalid, "password.common",
                {"这个口令太常见，容易被猜中，请换一个", "this password is too common and easily guessed: choose another"}, where);
  return {};
}

std::string one_time_password() {
  // Without 0 O 1 l I, which are read out wrongly.
  constexpr std::string_view kUpper = "ABCDEFGHJKLMNPQRSTUVWXYZ", kLower = "abcdefghijkmnpqrstuvwxyz", kDigits = "23456789";
  constexpr std::array<std::string_view, 4> kGroup{kUpper, kLower, kDigits, kLower};
  constexpr size_t kGroups = 4;
  std::string out;
  for (size_t group = 0; group < kGroups; ++group) {
    if (group > 0) out += '-';
    for (const std::string_view letters : kGroup) {
      // Values beyond the last whole multiple are drawn again, so that every letter is as likely as the next.
      uint8_t drawn = 255;
      while (drawn >= 256 - 256 % letters.size()) drawn = crypto::random_bytes(1)[0];
      out += letters[drawn % letters.size()];
    }
  }
  return out;
}

}  // namespace banmo::directory
