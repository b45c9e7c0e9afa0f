// SPDX-License-Identifier: Apache-2.0
// Any bytes as an xAPI profile: read, or refused with a place. The templates of what was read are held against a statement that has everything.
#include <cstdlib>
#include <string>
#include <string_view>

#include "events/templates.h"

namespace {

using namespace banmo;

void must(bool holds) {
  if (!holds) std::abort();
}

const json::Value& whole_statement() {
  static const json::Value statement = *json::read(R"({"actor":{"name":"李明","account":{"homePage":"https://a.cn","name":"1"}},
    "verb":{"id":"https://v.cn/did"},"object":{"objectType":"StatementRef","id":"00000000-0000-4000-8000-000000000001"},
    "result":{"score":{"scaled":0.5,"raw":5},"success":true,"duration":"PT5S","extensions":{"https://x.cn/a":[1,{"b":null}]}},
    "context":{"contextActivities":{"parent":[{"id":"https://o.cn/1"}],"category":[{"id":"https://p.cn/v1"}]},"platform":"p"},
    "attachments":[{"usageType":"https://u.cn/1"}]})");
  return statement;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto profile = events::read_profile(std::string_view(reinterpret_cast<const char*>(data), size), "profile.jsonld");
  if (!profile.ok()) {
    must(profile.error().code == ErrorCode::invalid && !profile.error().message.zh.empty() && profile.error().where.starts_with("profile.jsonld"));
    return 0;
  }
  for (const events::StatementTemplate& one : profile->templates) {
    (void)events::fits(one, whole_statement());
    for (const events::TemplateFinding& finding : events::breaks(one, whole_statement())) must(!finding.rule.empty() && !finding.message.zh.empty());
  }
  return 0;
}
