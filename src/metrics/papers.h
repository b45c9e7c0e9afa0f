// SPDX-License-Identifier: Apache-2.0
// What hangs on a plan target beside its figures: evidence files, and the thread of supervision (a note, the responsible unit's reply).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace banmo::pack {
struct Target;
}

namespace banmo::metrics {

constexpr size_t kMaxFile_bytes = size_t{5} << 20;
constexpr size_t kMaxFilesPerYear = 20;

struct PlanFile {
  std::string id, target;
  int year = 0;
  std::string name, type;  // as it was named; MIME type
  int64_t n_bytes = 0;
  std::string sha256, by;
  Instant at;
};
struct PlanNote {
  int64_t no = 0;
  std::string target;
  int year = 0;
  bool reply = false;
  std::string text, by;
  Instant at;
};
struct Papers {
  std::vector<PlanFile> files;  // oldest first
  std::vector<PlanNote> notes;
};
struct PaperCounts {
  int n_files = 0, n_notes = 0;
  bool awaits_reply = false;  // the last word is a note
};

// The MIME type of an evidence file by its name, if its first bytes agree; nullopt for whatever is not taken (programs, web pages, macros).
std::optional<std::string> evidence_type(std::string_view name, std::string_view bytes);

}  // namespace banmo::metrics
