// SPDX-License-Identifier: Apache-2.0
#include "events/cmi5_xml.h"

#include <expat.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <tuple>

#include "base/text.h"

namespace banmo::events {
namespace {

constexpr char kSeparator = '\n';  // stands in no name and in no namespace
constexpr size_t kMaxName = 1000;  // with its namespace
constexpr size_t kMaxParserBytes = size_t{64} << 20;

// Expat writes the namespace before the name of each attribute and asks nobody until it has the whole element, so what it may hold is bounded.
struct alignas(std::max_align_t) Block {
  size_t n_bytes = 0;
};
thread_local size_t n_held = 0;  // by the parsers of this thread

void* reallocate(void* data, size_t n) {
  Block* old = data == nullptr ? nullptr : static_cast<Block*>(data) - 1;
  const size_t n_others = n_held - (old == nullptr ? 0 : old->n_bytes);
  if (n > kMaxParserBytes || n_others + n > kMaxParserBytes) return nullptr;
  auto* block = static_cast<Block*>(std::realloc(old, sizeof(Block) + n));
  if (block == nullptr) return nullptr;
  block->n_bytes = n;
  n_held = n_others + n;
  return block + 1;
}
void* allocate(size_t n) { return reallocate(nullptr, n); }
void release(void* data) {
  if (data == nullptr) return;
  Block* block = static_cast<Block*>(data) - 1;
  n_held -= block->n_bytes;
  std::free(block);
}
constexpr XML_Memory_Handling_Suite kMemory{allocate, reallocate, release};

struct ParserFree {
  void operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }
};

// One document on its way through expat. An error is kept until expat has stopped: nothing is thrown through C.
struct Reading {
  const std::string& file;
  XmlLimits limits;
  XML_Parser parser = nullptr;
  Result<> outcome = {};
  std::vector<XmlElement> open = {};  // from the root inwards
  XmlElement root = {};
  size_t n_parts = 0, n_name_bytes = 0;

  size_t line() const { return XML_GetCurrentLineNumber(parser); }
  size_t column() const { return XML_GetCurrentColumnNumber(parser) + 1; }
  std::string place() const { return file + ":" + std::to_string(line()) + ":" + std::to_string(column()); }
  void stop(Error error) {
    outcome = std::move(error);
    XML_StopParser(parser, XML_FALSE);
  }
};

Error bad_xml(std::string where, Message message, std::string cause = {}) {
  return fail(ErrorCode::invalid, "events.cmi5_bad_xml", std::move(message), std::move(where), std::move(cause));
}

Error too_large(std::string where, std::string cause = {}) {
  return fail(ErrorCode::too_large, "events.cmi5_too_large",
              {"课程结构过大、嵌套过深或名称过长，请拆成几门课程或改短名称",
               "the course structure is too large, nested too deeply or has a name that is too long: split the course, or shorten the name"},
              std::move(where), std::move(cause));
}

// Whether the document is within its limits with this element. Names are counted because each element keeps its namespace.
bool fits(Reading& reading, const XML_Char* name, const XML_Char** attributes) {
  const auto is_short = [&](const XML_Char* one) {
    const size_t n = strnlen(one, kMaxName + 1);
    reading.n_name_bytes += n;
    return n <= kMaxName;
  };
  if (reading.open.size() >= reading.limits.max_depth || !is_short(name)) return false;
  ++reading.n_parts;
  for (size_t i = 0; attributes[i] != nullptr; i += 2)
    if (++reading.n_parts > reading.limits.max_parts || !is_short(attributes[i])) return false;
  return reading.n_parts <= reading.limits.max_parts && reading.n_name_bytes <= reading.limits.max_name_bytes;
}

std::pair<std::string, std::string> name_of(const char* expanded) {
  const std::string_view whole(expanded);
  const size_t at = whole.rfind(kSeparator);
  if (at == std::string_view::npos) return {{}, std::string(whole)};
  return {std::string(whole.substr(0, at)), std::string(whole.substr(at + 1))};
}

void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
  auto& reading = *static_cast<Reading*>(data);
  if (!reading.outcome.ok()) return;
  if (!fits(reading, name, attributes)) return reading.stop(too_large(reading.place()));
  XmlElement element;
  std::tie(element.space, element.name) = name_of(name);
  for (size_t i = 0; attributes[i] != nullptr; i += 2) {
    auto [space, local] = name_of(attributes[i]);
    if (space.empty()) element.attributes.emplace_back(std::move(local), std::string(text::trim(attributes[i + 1])));
  }
  element.line = reading.line();
  element.column = reading.column();
  reading.open.push_back(std::move(element));
}

void on_end(void* data, const XML_Char*) {
  auto& reading = *static_cast<Reading*>(data);
  if (!reading.outcome.ok()) return;
  XmlElement element = std::move(reading.open.back());
  reading.open.pop_back();
  element.text = std::string(text::trim(element.text));
  if (reading.open.empty())
    reading.root = std::move(element);
  else
    reading.open.back().children.push_back(std::move(element));
}

void on_text(void* data, const XML_Char* text, int n) {
  auto& reading = *static_cast<Reading*>(data);
  if (reading.outcome.ok() && !reading.open.empty()) reading.open.back().text.append(text, static_cast<size_t>(n));
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  auto& reading = *static_cast<Reading*>(data);
  reading.stop(bad_xml(reading.place(), {"不允许 DOCTYPE，请删去这一行", "a document type is not allowed: delete this line"}));
}

}  // namespace

const std::string* XmlElement::attribute(std::string_view wanted) const {
  for (const auto& [name_here, value] : attributes)
    if (name_here == wanted) return &value;
  return nullptr;
}

Result<XmlElement> read_xml(std::string_view text, const std::string& file, XmlLimits limits) {
  if (text.size() > limits.max_bytes)
    return fail(ErrorCode::too_large, "events.cmi5_too_large",
                {"课程结构文件最大 " + std::to_string(limits.max_bytes >> 20) + " MiB",
                 "a course structure has at most " + std::to_string(limits.max_bytes >> 20) + " MiB"},
                file);
  const std::unique_ptr<XML_ParserStruct, ParserFree> parser(XML_ParserCreate_MM(nullptr, &kMemory, &kSeparator));
  Reading reading{.file = file, .limits = limits, .parser = parser.get()};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const auto parsed = XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  BANMO_DO(std::move(reading.outcome));
  if (parsed == XML_STATUS_OK) return std::move(reading.root);
  const XML_Error code = XML_GetErrorCode(parser.get());
  if (code == XML_ERROR_NO_MEMORY) return too_large(reading.place(), XML_ErrorString(code));
  return bad_xml(reading.place(),
                 {"这里不是完好的 XML：标签未闭合、字符非法或编码不符", "this is no well-formed XML: a tag is open, or a character is not allowed"},
                 XML_ErrorString(code));
}

}  // namespace banmo::events
