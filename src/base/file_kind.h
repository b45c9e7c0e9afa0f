// SPDX-License-Identifier: Apache-2.0
// What a file is by its first bytes, whatever it calls itself; and its name without what a name may not hold. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace banmo {

struct FileKind {
  std::string_view name;  // "pdf"
  std::string_view type;  // "application/pdf"
};

std::span<const FileKind> file_kinds();  // those that are known
std::optional<FileKind> file_kind_of(std::string_view bytes);
// The last part of a path, without control characters.
std::string plain_file_name(std::string_view name);

}  // namespace banmo
