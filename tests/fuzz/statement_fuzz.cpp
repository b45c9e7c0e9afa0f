// SPDX-License-Identifier: Apache-2.0
// Any JSON is taken as a statement or refused with a JSON path; what was taken is cut, kept and read back as the same statement.
#include <cstdlib>
#include <string>
#include <string_view>

#include "events/draft.h"
#include "events/formats.h"
#include "events/reader.h"
#include "events/sameness.h"
#include "json/json.h"

namespace {

using namespace banmo;

void must(bool holds) {
  if (!holds) std::abort();
}

void try_version(std::string_view text, const json::Value& value, events::Version version) {
  const auto draft = events::draft_of(text, value, version, R"({"mbox":"mailto:a@b.cn"})", {}, events::Place{});
  if (!draft.ok()) {
    must(draft.error().code == ErrorCode::invalid && draft.error().where.starts_with("$"));
    return;
  }
  const std::string body = events::body_of(*draft, Instant{1'700'000'000'000'000});
  const auto again = json::read(body);
  must(again.ok());
  must(events::read_statement(*again, events::Version::v2_0).ok());
  must(events::digest_of(*again) == draft->digest);
  (void)events::with_ids_only(*again);
  (void)events::canonical_of(*again, "zh-CN, en;q=0.5", [](const std::string&) { return std::nullopt; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = json::read(text);
  if (!value.ok()) return 0;
  try_version(text, *value, events::Version::v1_0);
  try_version(text, *value, events::Version::v2_0);
  return 0;
}
