// SPDX-License-Identifier: Apache-2.0
#include "records/xlsx_zip.h"

#include <expat.h>
#include <zip.h>

#include <algorithm>
#include <exception>

namespace banmo::records {
namespace {

constexpr size_t kBlock = 64 << 10;
constexpr int64_t kSmall = 1 << 20;  // entries up to this size are not measured by their ratio
constexpr int kMaxDepth = 64;

struct ParserFree {
  void operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }
};

std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

// One document on its way through expat. Errors are kept until expat has stopped: nothing is thrown through C.
struct Reading {
  const XmlHandler& handler;
  XML_Parser parser = nullptr;
  Result<> outcome{};
  XmlAttributes attributes;
  int depth = 0;

  void stop(Error error) {
    outcome = std::move(error);
    XML_StopParser(parser, XML_FALSE);
  }
};

void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
  auto& reading = *static_cast<Reading*>(data);
  if (!reading.outcome.ok()) return;
  if (++reading.depth > kMaxDepth) return reading.stop(bad_xlsx("elements are nested too deeply"));
  reading.attributes.clear();
  for (size_t i = 0; attributes[i] != nullptr; i += 2) reading.attributes.emplace_back(local_name(attributes[i]), attributes[i + 1]);
  auto done = reading.handler.start(local_name(name), reading.attributes);
  if (!done.ok()) reading.stop(std::move(done).error());
}

void on_end(void* data, const XML_Char* name) {
  auto& reading = *static_cast<Reading*>(data);
  if (!reading.outcome.ok()) return;
  --reading.depth;
  auto done = reading.handler.end(local_name(name));
  if (!done.ok()) reading.stop(std::move(done).error());
}

void on_text(void* data, const XML_Char* text, int n) {
  auto& reading = *static_cast<Reading*>(data);
  if (reading.outcome.ok()) reading.handler.text(std::string_view(text, static_cast<size_t>(n)));
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Reading*>(data)->stop(bad_xlsx("a document type is not allowed"));
}

}  // namespace

struct XlsxZip::State {
  zip_t* archive = nullptr;
  XlsxLimits limits;
  int64_t n_unpacked = 0;
  ~State() {
    if (archive != nullptr) zip_discard(archive);
  }
};

XlsxZip::XlsxZip(std::unique_ptr<State> state) : state_(std::move(state)) {}
XlsxZip::XlsxZip(XlsxZip&&) noexcept = default;
XlsxZip::~XlsxZip() = default;

Error bad_xlsx(const std::string& cause) {
  return fail(ErrorCode::invalid, "records.bad_xlsx",
              {"文件不是完好的 XLSX 工作簿，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入",
               "the file is no sound XLSX workbook; open it in a spreadsheet program, save it as .xlsx and import it again"},
              {}, cause);
}

Error xlsx_bomb(const std::string& zh, const std::string& en) {
  return fail(ErrorCode::too_large, "records.xlsx_bomb",
              {"工作簿超出限制：" + zh + "。请拆成几个文件，或另存为 CSV 后导入",
               "the workbook exceeds a limit: " + en + ". Split it into several files, or save it as CSV"});
}

Result<XlsxZip> XlsxZip::open(const std::string& path, XlsxLimits limits) {
  auto state = std::make_unique<State>();
  state->limits = limits;
  int code = 0;
  state->archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (state->archive == nullptr) return bad_xlsx("zip_open: " + std::to_string(code));
  const zip_int64_t n = zip_get_num_entries(state->archive, 0);
  if (n > limits.max_entries) return xlsx_bomb("压缩包内有 " + std::to_string(n) + " 个文件", "it holds " + std::to_string(n) + " entries");
  return XlsxZip(std::move(state));
}

bool XlsxZip::has(const std::string& entry) const { return zip_name_locate(state_->archive, entry.c_str(), 0) >= 0; }

Result<> XlsxZip::parse(const std::string& entry, const XmlHandler& handler) {
  zip_stat_t status;
  if (zip_stat(state_->archive, entry.c_str(), 0, &status) != 0) return bad_xlsx(entry + " is missing");
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(state_->archive, entry.c_str(), 0), zip_fclose);
  if (!file) return bad_xlsx(entry + " cannot be read (encrypted or damaged)");
  const std::unique_ptr<XML_ParserStruct, ParserFree> parser(XML_ParserCreate(nullptr));
  Reading reading{.handler = handler, .parser = parser.get(), .attributes = {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const auto packed = static_cast<int64_t>(std::max<zip_uint64_t>(1, status.comp_size));
  int64_t unpacked = 0;
  while (true) {
    void* const block = XML_GetBuffer(parser.get(), static_cast<int>(kBlock));
    if (block == nullptr) return bad_xlsx(entry + ": no memory");
    const zip_int64_t n = zip_fread(file.get(), block, kBlock);
    if (n < 0) return bad_xlsx(entry + " is damaged");
    unpacked += n;
    state_->n_unpacked += n;
    if (unpacked > kSmall && unpacked / packed > state_->limits.max_ratio)
      return xlsx_bomb("压缩比超过 " + std::to_string(state_->limits.max_ratio) + " 倍",
                       "an entry is packed more than " + std::to_string(state_->limits.max_ratio) + " times");
    if (state_->n_unpacked > state_->limits.max_total_bytes) return xlsx_bomb("解压后过大", "it is too large unpacked");
    const auto parsed = XML_ParseBuffer(parser.get(), static_cast<int>(n), n == 0);
    if (!reading.outcome.ok()) return reading.outcome;
    if (parsed != XML_STATUS_OK) return bad_xlsx(entry + ": " + XML_ErrorString(XML_GetErrorCode(parser.get())));
    if (n == 0) return {};
  }
}

}  // namespace banmo::records
