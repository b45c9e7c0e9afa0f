// SPDX-License-Identifier: Apache-2.0
// Whose a mail address is, for rooms that meet addresses in what others send. Addresses are sealed; they are found by a keyed hash alone.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "directory/types.h"

namespace banmo::directory {

class Directory;

// SHA-1 (hexadecimal) of "mailto:" and the address in lower case: the form in which learning tools name somebody without telling the address.
std::string mail_sha1(std::string_view address);
// Who has these addresses (each by its mail_sha1). An address that two people share is nobody's. Without an index key: nobody. Not scoped: the caller
// tells no reader.
Result<std::unordered_map<std::string, PersonNo>> unscoped_people_by_mail(Directory& directory, const std::vector<std::string>& sha1s);

}  // namespace banmo::directory
