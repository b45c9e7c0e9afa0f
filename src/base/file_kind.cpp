// SPDX-License-Identifier: Apache-2.0
#include "base/file_kind.h"

namespace banmo {
namespace {

constexpr FileKind kKinds[] = {{"pdf", "application/pdf"}, {"jpg", "image/jpeg"}, {"png", "image/png"}};
constexpr std::string_view kMagic[] = {"%PDF-", "\xFF\xD8\xFF", "\x89PNG\r\n\x1A\n"};

}  // namespace

std::span<const FileKind> file_kinds() { return kKinds; }

std::optional<FileKind> file_kind_of(std::string_view bytes) {
  for (size_t i = 0; i < std::size(kKinds); ++i)
    if (bytes.starts_with(kMagic[i])) return kKinds[i];
  return std::nullopt;
}

std::string plain_file_name(std::string_view name) {
  const size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string plain;
  for (const char c : name)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) plain += c;
  return plain;
}

}  // namespace banmo
