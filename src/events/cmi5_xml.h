// SPDX-License-Identifier: Apache-2.0
// Inside the room: a small XML document as a tree, with the line of each element. Document types and entities are refused, sizes are bounded. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace banmo::events {

struct XmlElement {
  std::string space, name;                                      // namespace and local name
  std::vector<std::pair<std::string, std::string>> attributes;  // those without a namespace
  std::string text;                                             // directly in it, blanks at both ends taken away
  std::vector<XmlElement> children;
  size_t line = 0, column = 0;                                  // from 1
  const std::string* attribute(std::string_view wanted) const;  // nullptr if absent
};

struct XmlLimits {
  size_t max_bytes = size_t{8} << 20;
  size_t max_parts = 200'000;  // elements and attributes; no name is longer than 1,000 bytes with its namespace
  size_t max_name_bytes = size_t{32} << 20;
  size_t max_depth = 32;
};

// Errors: invalid "events.cmi5_bad_xml" with "<file>:line:column"; too_large "events.cmi5_too_large".
Result<XmlElement> read_xml(std::string_view text, const std::string& file, XmlLimits limits = {});

}  // namespace banmo::events
