// SPDX-License-Identifier: Apache-2.0
// Any text as the JSONPath of a template: refused, or it finds values that stand in the document, each where it says.
#include <cstdlib>
#include <string_view>

#include "events/json_path.h"

namespace {

using namespace banmo;

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const json::Value document = *json::read(R"({"a":{"b":[1,2,{"c":"x"}],"https://x.cn/'y'":{"a":[]}},"b":[[0],[[1]]],"":null})");
  const auto path = events::JsonPath::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!path.ok()) {
    must(path.error().id == "events.bad_path");
    return 0;
  }
  for (const json::Value* found : path->find(document)) {
    must(found != nullptr);
    must(found == &document || !events::place_in(document, found).empty());
  }
  (void)events::pointer_of(path->expected());
  return 0;
}
