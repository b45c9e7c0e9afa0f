// SPDX-License-Identifier: Apache-2.0
// Entries of a zip fed to an XML parser in a stream, under limits. Private to the XLSX reader.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "records/xlsx_reader.h"

namespace banmo::records {

using XmlAttributes = std::vector<std::pair<std::string_view, std::string_view>>;  // names without their namespace's prefix

// What an XML document says, without namespaces' prefixes. An error ends the reading.
struct XmlHandler {
  std::function<Result<>(std::string_view name, const XmlAttributes& attributes)> start;
  std::function<Result<>(std::string_view name)> end;
  std::function<void(std::string_view text)> text;
};

class XlsxZip {
 public:
  static Result<XlsxZip> open(const std::string& path, XlsxLimits limits);
  XlsxZip(XlsxZip&&) noexcept;
  ~XlsxZip();
  bool has(const std::string& entry) const;
  // Feeds one entry to the handler. Document types and entities are refused.
  Result<> parse(const std::string& entry, const XmlHandler& handler);

 private:
  struct State;
  explicit XlsxZip(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

Error bad_xlsx(const std::string& cause);
Error xlsx_bomb(const std::string& zh, const std::string& en);

}  // namespace banmo::records
