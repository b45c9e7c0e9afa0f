// SPDX-License-Identifier: Apache-2.0
// What is handed in with a case and what is issued by it; and the check of a letter that anyone may make.
#include <algorithm>
#include <charconv>

#include "api/attachment.h"
#include "api/builder.h"
#include "api/letter_page.h"
#include "api/read_note.h"
#include "api/shapes.h"
#include "base/file_kind.h"
#include "flows/files.h"
#include "flows/flows.h"
#include "flows/letters.h"
#include "flows/panels.h"
#include "flows/ratings.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

constexpr const char* kVerifyPath = "/letters/verify";
constexpr size_t kMaxCode = 40;

struct FileShape {
  static constexpr const char* kName = "CaseFile";
  std::string id, file;
  Two title;
  std::optional<std::string> name;
  std::string type;
  int64_t n_bytes = 0;
  std::string sha256;
  Instant at;
  std::string verdict, level;
  bool is_own = false, can_open = false, can_remove = false;
};
template <class V>
void describe(V& v, FileShape& x) {
  v.field("id", x.id);
  v.field("file", x.file, {.doc = "What the flow calls it: FlowFile.id."});
  v.field("title", x.title);
  v.field("name", x.name, {.doc = "As it was called; absent for whoever may not see its level."});
  v.field("type", x.type);
  v.field("n_bytes", x.n_bytes);
  v.field("sha256", x.sha256);
  v.field("at", x.at);
  v.field("verdict", x.verdict, {.one_of = flows::kFileVerdictNames});
  v.field("level", x.level, {.one_of = kLevelNames});
  v.field("is_own", x.is_own);
  v.field("can_open", x.can_open);
  v.field("can_remove", x.can_remove);
}

struct WantedFileShape {
  static constexpr const char* kName = "WantedFile";
  std::string file;
  Two title;
  std::vector<std::string> types;
  int64_t max_bytes = 0, n_there = 0;
  int n = 0;
  bool is_required = false, can_add = false;
};
template <class V>
void describe(V& v, WantedFileShape& x) {
  v.field("file", x.file);
  v.field("title", x.title);
  v.field("types", x.types);
  v.field("max_bytes", x.max_bytes);
  v.field("n", x.n, {.doc = "How many at most."});
  v.field("n_there", x.n_there);
  v.field("is_required", x.is_required, {.doc = "By what the case says now."});
  v.field("can_add", x.can_add);
}

struct PapersShape {
  static constexpr const char* kName = "CaseFiles";
  int64_t seq = 0;
  std::vector<WantedFileShape> wanted;
  std::vector<FileShape> items;
};
template <class V>
void describe(V& v, PapersShape& x) {
  v.field("seq", x.seq, {.doc = "Of the case: adding and removing a file moves it on."});
  v.field("wanted", x.wanted);
  v.field("items", x.items);
}

struct LetterShape {
  static constexpr const char* kName = "CaseLetter";
  int64_t no = 0;
  std::string letter;
  Two title;
  Instant issued_at;
  std::optional<Instant> revoked_at;
  bool can_read = false;
};
template <class V>
void describe(V& v, LetterShape& x) {
  v.field("no", x.no);
  v.field("letter", x.letter);
  v.field("title", x.title);
  v.field("issued_at", x.issued_at);
  v.field("revoked_at", x.revoked_at);
  v.field("can_read", x.can_read);
}

struct CheckShape {
  static constexpr const char* kName = "LetterCheck";
  bool valid = false;
  std::optional<Two> flow_title, title;
  std::optional<std::string> number, office, name;
  std::optional<Instant> issued_at, revoked_at;
};
template <class V>
void describe(V& v, CheckShape& x) {
  v.field("valid", x.valid, {.doc = "Issued by this installation and not revoked."});
  v.field("flow_title", x.flow_title);
  v.field("title", x.title);
  v.field("number", x.number);
  v.field("office", x.office);
  v.field("name", x.name, {.doc = "To whom, masked."});
  v.field("issued_at", x.issued_at);
  v.field("revoked_at", x.revoked_at);
}

struct RatingShape {
  static constexpr const char* kName = "Rating";
  int stars = 0;
  std::optional<std::string> words;
  Instant at;
};
template <class V>
void describe(V& v, RatingShape& x) {
  v.field("stars", x.stars);
  v.field("words", x.words);
  v.field("at", x.at);
}

struct RatingOfShape {
  static constexpr const char* kName = "CaseRating";
  bool can_rate = false;
  std::optional<RatingShape> rating;
};
template <class V>
void describe(V& v, RatingOfShape& x) {
  v.field("can_rate", x.can_rate);
  v.field("rating", x.rating);
}

struct RatingIn {
  static constexpr const char* kName = "RatingIn";
  int stars = 0;
  std::string words;
};
template <class V>
void describe(V& v, RatingIn& x) {
  v.field("stars", x.stars, {.minimum = 1, .maximum = 5});
  v.field("words", x.words, {.max_length = 300, .has_default = true});
}

FileShape shape_of(const flows::CaseFile& file) {
  FileShape shape{file.id, file.file, two_of(file.title), {}, file.type, file.n_bytes, file.sha256, file.at, {}, level_name(file.level)};
  if (!file.name.empty()) shape.name = file.name;
  shape.verdict = flows::kFileVerdictNames[static_cast<size_t>(file.verdict)];
  shape.is_own = file.is_own;
  shape.can_open = file.can_open;
  shape.can_remove = file.can_remove;
  return shape;
}

// The names of files may name people.
Result<> note_names(const Call& call, const flows::CasePapers& papers) {
  pack::Level level = pack::Level::l1;
  for (const flows::CaseFile& file : papers.items)
    if (!file.name.empty() && !file.is_own) level = std::max(level, file.level);
  return note_read(call, level, "case.files", papers.flow->id, "case=" + call.path("case"), papers.items.size());
}

Result<PapersShape> list_files(const Call& call) {
  BANMO_TRY(const flows::CasePapers papers, call.engines.flows->files().list(call.principal, call.path("case")));
  BANMO_DO(note_names(call, papers));
  PapersShape shape;
  shape.seq = papers.seq;
  for (const flows::WantedFile& one : papers.wanted) {
    const pack::FlowFile& file = *one.file;
    shape.wanted.push_back({file.id, two_of(file.title), file.types, file.max_bytes, one.n_there, file.n, one.is_required, one.can_add});
  }
  for (const flows::CaseFile& file : papers.items) shape.items.push_back(shape_of(file));
  return shape;
}

Result<FileShape> add_file(const Call& call) {
  const std::string name = call.text("name").empty() ? call.request.upload_name : call.text("name");
  BANMO_TRY(const flows::CaseFile file,
            call.engines.flows->files().add(call.principal, call.path("case"), call.text("file"), name, call.request.body_file));
  return shape_of(file);
}

Result<http::Response> get_file(const Call& call) {
  BANMO_TRY(auto found, call.engines.flows->files().open(call.principal, call.path("case"), call.path("file")));
  const flows::CaseFile& file = found.first;
  // Nobody has looked at what a handed-in file holds, so each download is noted as a read of level 3 is.
  const pack::Level level = std::max(file.level, pack::Level::l3);
  BANMO_DO(note_read(call, level, "case.file_read", file.file, "case=" + call.path("case") + "; file=" + file.id, 1));
  return attachment(std::move(found.second), file.type, file.name);
}

Result<List<FileShape>> list_review_files(const Call& call) {
  BANMO_TRY(const auto files, call.engines.flows->panels().files(call.principal, call.path("review")));
  List<FileShape> list;
  for (const flows::CaseFile& file : files) list.items.push_back(shape_of(file));
  return list;
}

// Its own name would tell whose it is.
Result<http::Response> get_review_file(const Call& call) {
  BANMO_TRY(auto found, call.engines.flows->panels().open_file(call.principal, call.path("review"), call.path("file")));
  const flows::CaseFile& file = found.first;
  const pack::Level level = std::max(file.level, pack::Level::l3);
  BANMO_DO(note_read(call, level, "review.file_read", file.file, "review=" + call.path("review") + "; file=" + file.id, 1));
  const auto kinds = file_kinds();
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const FileKind& one) { return one.type == file.type; });
  return attachment(std::move(found.second), file.type, file.title.zh + (kind == kinds.end() ? std::string() : "." + std::string(kind->name)));
}

Result<Nothing> remove_file(const Call& call) {
  BANMO_DO(call.engines.flows->files().remove(call.principal, call.path("case"), call.path("file")));
  return Nothing{};
}

Result<List<LetterShape>> list_letters(const Call& call) {
  BANMO_TRY(const auto letters, call.engines.flows->letters().list(call.principal, call.path("case")));
  List<LetterShape> list;
  for (const flows::LetterHead& head : letters)
    list.items.push_back({head.no, head.letter, two_of(head.title), head.issued_at, head.revoked_at, head.can_read});
  return list;
}

RatingShape shape_of(const flows::Rating& rating) {
  RatingShape shape{rating.stars, {}, rating.at};
  if (!rating.words.empty()) shape.words = rating.words;
  return shape;
}

Result<RatingOfShape> get_rating(const Call& call) {
  BANMO_TRY(const flows::RatingOf found, call.engines.flows->ratings().find(call.principal, call.path("case")));
  RatingOfShape shape{found.can_rate, {}};
  if (!found.rating) return shape;
  const pack::Level level = found.rating->words.empty() ? pack::Level::l1 : pack::Level::l3;
  BANMO_DO(note_read(call, level, "case.rating_read", "case", "case=" + call.path("case"), 1));
  shape.rating = shape_of(*found.rating);
  return shape;
}

Result<RatingShape> rate_case(const Call& call, const RatingIn& in) {
  BANMO_TRY(const flows::Rating rating, call.engines.flows->ratings().rate(call.principal, call.path("case"), in.stars, in.words));
  return shape_of(rating);
}

http::Response html(std::string text, int status = 200) {
  http::Response response = http::Response::text(std::move(text), "text/html; charset=utf-8", status);
  response.headers.emplace_back("Content-Security-Policy", kLetterPolicy);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> get_letter(const Call& call) {
  int64_t no = 0;
  const std::string text = call.path("no");
  std::from_chars(text.data(), text.data() + text.size(), no);
  BANMO_TRY(const flows::Letter letter, call.engines.flows->letters().read(call.principal, call.path("case"), no));
  BANMO_DO(note_read(call, letter.content.level, "case.letter_read", letter.head.letter, "case=" + call.path("case") + "; no=" + text, 1));
  const std::string& given = call.engines.public_address;
  const std::string address = given.empty() ? (call.request.secure ? "https://" : "http://") + std::string(call.request.header("host")) : given;
  return html(letter_page(letter, address + kVerifyPath));
}

Result<CheckShape> check_letter(const Call& call) {
  BANMO_TRY(const auto found, call.engines.flows->letters().verify(call.text("code"), call.request.peer));
  CheckShape shape;
  if (!found) return shape;
  shape.valid = !found->revoked_at;
  shape.flow_title = two_of(found->flow_title);
  shape.title = two_of(found->title);
  shape.number = found->number;
  shape.office = found->office;
  if (!found->masked.empty()) shape.name = found->masked;
  shape.issued_at = found->issued_at;
  shape.revoked_at = found->revoked_at;
  return shape;
}

// The same for people: a page that works without scripts.
http::Response check_page(const Engines& engines, http::Request& request) {
  const std::string code(request.query_value("code").substr(0, kMaxCode));
  if (code.empty()) return html(verify_page("", {}, ""));
  const auto found = engines.flows->letters().verify(code, request.peer);
  if (found.ok()) return html(verify_page(code, *found, ""));
  return html(verify_page(code, {}, found.error().message.zh), http::status_of(found.error().code));
}

}  // namespace

// More than the largest file of any flow is refused before it reaches the disk; around it stands what a form of a browser adds.
static size_t largest_file_bytes(const Engines& engines) {
  constexpr int64_t kAround_bytes = 64 << 10;
  int64_t largest = 0;
  for (const pack::Flow& flow : engines.catalogue->flows())
    for (const pack::FlowFile& file : flow.files) largest = std::max(largest, file.max_bytes);
  return static_cast<size_t>(largest + kAround_bytes);
}

static void add_review_file_routes(Builder& builder) {
  builder.route<List<FileShape>>({.method = "GET",
                                  .path = "/reviews/{review}/files",
                                  .operation = "list_review_files",
                                  .summary = {"作品的材料（不显示文件名）", "Files of the work under review, without their names"},
                                  .permission = "cases.handle"},
                                 list_review_files);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/reviews/{review}/files/{file}",
                                 .operation = "get_review_file",
                                 .summary = {"下载作品的一份材料", "Download a file of the work under review"},
                                 .permission = "cases.handle"},
                                get_review_file);
}

static void add_file_routes(Builder& builder) {
  builder.route<PapersShape>({.method = "GET",
                              .path = "/cases/{case}/files",
                              .operation = "list_case_files",
                              .summary = {"办件的材料：要交什么、已交什么", "Files of a case: what is asked for, what was handed in"},
                              .permission = "datasets.read"},
                             list_files);
  http::Parameter file = text_parameter("file", "Which of those that the flow asks for.", 60);
  file.required = true;
  builder.upload<FileShape>({.method = "POST",
                             .path = "/cases/{case}/files",
                             .operation = "add_case_file",
                             .summary = {"上传一份材料（看内容定类型）", "Hand in a file; its content says what type it is"},
                             .permission = "cases.handle",
                             .parameters = {file, text_parameter("name", "The file's name; that of the upload if absent.", 240)},
                             .answer_status = 201,
                             .max_upload_bytes = largest_file_bytes(builder.engines())},
                            add_file);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/cases/{case}/files/{file}",
                                 .operation = "get_case_file",
                                 .summary = {"下载一份材料", "Download a file"},
                                 .permission = "datasets.read"},
                                get_file);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/cases/{case}/files/{file}",
                          .operation = "remove_case_file",
                          .summary = {"删去自己交的一份材料", "Take back a file of one's own"},
                          .permission = "cases.handle"},
                         remove_file);
}

void add_case_paper_routes(Builder& builder) {
  builder.tag("flows");
  add_file_routes(builder);
  add_review_file_routes(builder);
  builder.route<List<LetterShape>>({.method = "GET",
                                    .path = "/cases/{case}/letters",
                                    .operation = "list_case_letters",
                                    .summary = {"办件出具的文书", "Letters that a case was issued"},
                                    .permission = "datasets.read"},
                                   list_letters);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/cases/{case}/letters/{no}",
                                 .operation = "get_case_letter",
                                 .summary = {"一份文书，可打印（HTML）", "A letter to print (HTML)"},
                                 .permission = "datasets.read"},
                                get_letter);
  builder.route<RatingOfShape>({.method = "GET",
                                .path = "/cases/{case}/rating",
                                .operation = "get_case_rating",
                                .summary = {"申请人的评价", "How the applicant rated it"},
                                .permission = "datasets.read"},
                               get_rating);
  builder.route<RatingIn, RatingShape>({.method = "POST",
                                        .path = "/cases/{case}/rating",
                                        .operation = "rate_case",
                                        .summary = {"办结后评价，一次", "Rate a case that has ended, once"},
                                        .permission = "cases.handle",
                                        .answer_status = 201},
                                       rate_case);
  http::Parameter code = text_parameter("code", "As it is printed on the letter.", kMaxCode);
  code.required = true;
  builder.route<CheckShape>({.method = "GET",
                             .path = kVerifyPath,
                             .operation = "verify_letter",
                             .summary = {"核验文书（任何人）", "Check a letter (anyone)"},
                             .permission = "public",
                             .parameters = {code}},
                            check_letter);
  http::Route page;
  page.method = "GET";
  page.path = kVerifyPath;
  page.operation = "verify_letter_page";
  page.summary = {"核验文书的网页（任何人）", "The page where anyone checks a letter"};
  page.parameters = {text_parameter("code", "As it is printed on the letter.", kMaxCode)};
  page.answer_type = "text/html";
  page.answer_schema = json::Value(json::Object{{"type", "string"}});
  builder.foreign(std::move(page), check_page);
}

}  // namespace banmo::api
