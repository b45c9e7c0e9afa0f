// SPDX-License-Identifier: Apache-2.0
// Any bytes are read or refused as JSON; what was read is written as UTF-8 that reads back equal, and is mapped to a described struct or refused.
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "json/describe.h"
#include "json/json.h"

namespace {

using namespace banmo;

enum class Kind { one, two };
template <class V>
void describe_enum(V& v, Kind*) {
  v.value("one", Kind::one);
  v.value("two", Kind::two);
}

struct Sample {
  std::string a;
  std::optional<int> b;
  std::vector<Sample> c;
  std::map<std::string, double> d;
  Kind e = Kind::one;
  std::optional<Date> f;
  bool g = false;
};
template <class V>
void describe(V& v, Sample& x) {
  v.field("a", x.a, {.max_length = 8, .pattern = "^[a-z]*$", .has_default = true});
  v.field("b", x.b, {.minimum = 0, .maximum = 9});
  v.field("c", x.c, {.has_default = true});
  v.field("d", x.d, {.has_default = true});
  v.field("e", x.e, {.has_default = true});
  v.field("f", x.f);
  v.field("g", x.g, {.has_default = true});
}

void require(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = json::read(text);
  if (!value.ok()) {
    require(value.error().code != ErrorCode::internal && !value.error().message.zh.empty() && text::is_utf8(value.error().to_string()));
    return 0;
  }
  const std::string written = json::write(*value);
  require(text::is_utf8(written));
  const auto back = json::read(written);
  require(back.ok() && *back == *value && json::write(*back) == written);
  const auto sample = json::from_json<Sample>(*value);
  if (sample.ok())
    require(json::to_text(*sample) == json::write(json::to_json(*sample)));
  else
    require(!sample.error().details.empty() && sample.error().details.size() <= 100 && text::is_utf8(sample.error().to_string()));
  return 0;
}
