// SPDX-License-Identifier: Apache-2.0
#include "metrics/papers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "audit/audit.h"
#include "base/file_kind.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "directory/notices.h"
#include "metrics/engine.h"

namespace banmo::metrics {
namespace {

constexpr std::string_view kFilesOf =
    "SELECT id, target, year, name, type, n_bytes, sha256, account, at "
    "FROM plan_file WHERE target = $1 "
    "ORDER BY year, no";
constexpr std::string_view kFile =
    "SELECT id, target, year, name, type, n_bytes, sha256, account, at, content "
    "FROM plan_file WHERE id = $1";
constexpr std::string_view kNextFile = "SELECT COALESCE(MAX(no), 0) + 1 FROM plan_file";
constexpr std::string_view kFilesOfYear = "SELECT COUNT(*) FROM plan_file WHERE target = $1 AND year = $2";
constexpr std::string_view kInsertFile =
    "INSERT INTO plan_file (no, id, target, year, name, type, n_bytes, sha256, content, account, at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
constexpr std::string_view kNotesOf =
    "SELECT no, target, year, kind, text, account, at "
    "FROM plan_note WHERE target = $1 "
    "ORDER BY no";
constexpr std::string_view kNextNote = "SELECT COALESCE(MAX(no), 0) + 1 FROM plan_note";
constexpr std::string_view kInsertNote =
    "INSERT INTO plan_note (no, target, year, kind, text, account, at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kFileCounts = "SELECT target, COUNT(*) FROM plan_file GROUP BY target ORDER BY target";
constexpr std::string_view kNoteCounts = "SELECT target, kind FROM plan_note ORDER BY no";
constexpr size_t kMaxNote_bytes = 8000;
constexpr size_t kMaxName_bytes = 240;

struct EvidenceKind {
  std::string_view extension, type, magic;  // magic empty: text
};
constexpr EvidenceKind kKinds[] = {
    {".pdf", "application/pdf", "%PDF-"},
    {".png", "image/png", "\x89PNG\r\n"},
    {".jpg", "image/jpeg", "\xFF\xD8\xFF"},
    {".jpeg", "image/jpeg", "\xFF\xD8\xFF"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04"},
    {".csv", "text/csv; charset=utf-8", ""},
    {".txt", "text/plain; charset=utf-8", ""},
};

PlanFile file_of(const sql::Values& row) {
  return {sql::text_of(row[0]), sql::text_of(row[1]), static_cast<int>(sql::int_of(row[2])),
          sql::text_of(row[3]), sql::text_of(row[4]), sql::int_of(row[5]),
          sql::text_of(row[6]), sql::text_of(row[7]), Instant{sql::int_of(row[8])}};
}

Error no_such_year(int year) {
  return fail(ErrorCode::invalid, "metrics.no_such_year",
              {"这个指标没有 " + std::to_string(year) + " 年的目标值", "this target has no value for " + std::to_string(year)}, "year");
}

Result<std::string> read_bytes(const std::string& path) {
  std::error_code failed;
  const auto n = std::filesystem::file_size(path, failed);
  if (failed || n == 0)
    return fail(ErrorCode::invalid, "metrics.empty_file", {"文件是空的，请重新选择", "the file is empty: choose another"}, "file");
  if (n > kMaxFile_bytes)
    return fail(ErrorCode::too_large, "metrics.file_too_large",
                {"依据文件最大 5 MB；请压缩或拆分后再上传", "an evidence file has at most 5 MB: compress or split it"}, "file");
  const std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  if (!in)
    return fail(ErrorCode::unavailable, "metrics.unreadable_file", {"读不了上传的文件，请重试", "the upload cannot be read: try again"}, "file");
  return std::move(bytes).str();
}

// A note goes to those of the city who report figures, a reply to whoever wrote the last note.
Result<> tell(const Engine& engine, sql::Connection& connection, const PlanNote& note, const pack::Target& target, const sql::Rows& before) {
  directory::NoticeTo to;
  if (note.reply) {
    for (size_t i = 0; i < before.size(); ++i)
      if (sql::text_of(before[i][3]) == "note") to.account_name = sql::text_of(before[i][5]);
  } else {
    const auto tops = engine.directory.orgs()->children(directory::OrgNo{});
    if (tops.empty()) return {};
    to.org = tops.front();
    to.right = directory::Right::plan_report;
  }
  directory::NewNotice notice;
  notice.kind = note.reply ? "plan.reply" : "plan.note";
  notice.title = note.reply ? Message{"督导意见已回复：" + target.item, "Your note of supervision was answered: " + target.item}
                            : Message{"有新的督导意见：" + target.item, "A new note of supervision: " + target.item};
  notice.link = "/plan?target=" + target.id;
  return directory::add_notice(connection, note.at, to, notice);
}

sql::Blob blob_of(const std::string& bytes) { return sql::Blob(bytes.begin(), bytes.end()); }

}  // namespace

std::optional<std::string> evidence_type(std::string_view name, std::string_view bytes) {
  const std::string lower = text::lower_ascii(name);
  for (const EvidenceKind& kind : kKinds) {
    if (!lower.ends_with(kind.extension) || lower.size() == kind.extension.size()) continue;
    const bool fits = kind.magic.empty() ? bytes.find('\0') == std::string_view::npos && text::is_utf8(bytes) : bytes.starts_with(kind.magic);
    if (fits) return std::string(kind.type);
  }
  return std::nullopt;
}

Result<PlanFile> write_file(const Engine& engine, const Principal& principal, const pack::Target& target, int year, const std::string& name,
                            const std::string& path) {
  if (!target.values.contains(year)) return no_such_year(year);
  BANMO_TRY(const std::string bytes, read_bytes(path));
  PlanFile file{Uuid::next().to_string(), target.id,         year, plain_file_name(name), "", static_cast<int64_t>(bytes.size()), "",
                principal.account_name,   engine.clock.now()};
  const auto type = evidence_type(file.name, bytes);
  if (!type || file.name.size() > kMaxName_bytes)
    return fail(ErrorCode::invalid, "metrics.file_type",
                {"依据文件须是 PDF、PNG、JPG、XLSX、DOCX、CSV 或 TXT，且内容与扩展名一致",
                 "an evidence file is a PDF, PNG, JPG, XLSX, DOCX, CSV or TXT, and its content fits its name"},
                "file");
  file.type = *type;
  file.sha256 = crypto::to_hex(crypto::sha256(bytes));
  BANMO_DO(engine.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows n, connection.query(kFilesOfYear, {target.id, int64_t{year}}));
    if (sql::int_of(n[0][0]) >= static_cast<int64_t>(kMaxFilesPerYear))
      return fail(ErrorCode::too_many, "metrics.too_many_files", {"一个指标一年最多 20 份依据文件", "a target has at most 20 evidence files a year"},
                  "file");
    BANMO_TRY(const sql::Rows next, connection.query(kNextFile));
    BANMO_DO(connection.execute(kInsertFile, {sql::int_of(next[0][0]), file.id, file.target, int64_t{year}, file.name, file.type, file.n_bytes,
                                              file.sha256, blob_of(bytes), file.by, file.at.micros}));
    const audit::Entry entry{file.at,
                             file.by,
                             "plan.file",
                             "target",
                             target.id,
                             0,
                             json::Object{{"year", year}, {"file", file.id}, {"sha256", file.sha256}, {"n_bytes", file.n_bytes}}};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  }));
  return file;
}

Result<std::pair<PlanFile, std::string>> read_file(const Engine& engine, const std::string& id) {
  BANMO_TRY(const sql::Lease lease, engine.stores.ledger->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kFile, {id}));
  if (rows.empty()) return fail(ErrorCode::not_found, "metrics.no_such_file", {"没有这份文件", "no such file"});
  PlanFile file = file_of(rows[0]);
  const auto* content = std::get_if<sql::Blob>(&rows[0][9]);
  std::string bytes = content == nullptr ? std::string() : std::string(content->begin(), content->end());
  if (crypto::to_hex(crypto::sha256(bytes)) != file.sha256)
    return fail(ErrorCode::internal, "metrics.file_changed",
                {"这份文件与上传时的校验值不符，请联系系统管理员", "the file is no longer what was handed in: tell the system administrator"}, id);
  return std::pair(std::move(file), std::move(bytes));
}

Result<PlanNote> write_note(const Engine& engine, const Principal& principal, const pack::Target& target, int year, bool reply,
                            const std::string& text) {
  if (!target.values.contains(year)) return no_such_year(year);
  if (text.empty() || text.size() > kMaxNote_bytes)
    return fail(ErrorCode::invalid, "metrics.note_length", {"请写一到两千字", "write one to 2,000 characters"}, "$.text");
  PlanNote note{0, target.id, year, reply, text, principal.account_name, engine.clock.now()};
  BANMO_DO(engine.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows before, connection.query(kNotesOf, {target.id}));
    if (reply && before.empty())
      return fail(ErrorCode::conflict, "metrics.nothing_to_answer", {"还没有督导意见可以回复", "there is no note to reply to yet"});
    BANMO_TRY(const sql::Rows next, connection.query(kNextNote));
    note.no = sql::int_of(next[0][0]);
    const std::string kind = reply ? "reply" : "note";
    BANMO_DO(connection.execute(kInsertNote, {note.no, note.target, int64_t{year}, kind, text, note.by, note.at.micros}));
    BANMO_DO(tell(engine, connection, note, target, before));
    const audit::Entry entry{note.at, note.by, "plan." + kind, "target", target.id, 0, json::Object{{"year", year}, {"note", note.no}}};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  }));
  return note;
}

Result<Papers> read_papers(const Engine& engine, const pack::Target& target) {
  BANMO_TRY(const sql::Lease lease, engine.stores.ledger->read());
  Papers papers;
  BANMO_TRY(const sql::Rows files, lease->query(kFilesOf, {target.id}));
  for (size_t i = 0; i < files.size(); ++i) papers.files.push_back(file_of(files[i]));
  BANMO_TRY(const sql::Rows notes, lease->query(kNotesOf, {target.id}));
  for (size_t i = 0; i < notes.size(); ++i) {
    const sql::Values& row = notes[i];
    papers.notes.push_back({sql::int_of(row[0]), sql::text_of(row[1]), static_cast<int>(sql::int_of(row[2])), sql::text_of(row[3]) == "reply",
                            sql::text_of(row[4]), sql::text_of(row[5]), Instant{sql::int_of(row[6])}});
  }
  return papers;
}

Result<std::map<std::string, PaperCounts>> count_papers(const Engine& engine) {
  BANMO_TRY(const sql::Lease lease, engine.stores.ledger->read());
  std::map<std::string, PaperCounts> counts;
  BANMO_TRY(const sql::Rows files, lease->query(kFileCounts));
  for (size_t i = 0; i < files.size(); ++i) counts[sql::text_of(files[i][0])].n_files = static_cast<int>(sql::int_of(files[i][1]));
  BANMO_TRY(const sql::Rows notes, lease->query(kNoteCounts));
  for (size_t i = 0; i < notes.size(); ++i) {
    PaperCounts& of = counts[sql::text_of(notes[i][0])];
    ++of.n_notes;
    of.awaits_reply = sql::text_of(notes[i][1]) == "note";
  }
  return counts;
}

}  // namespace banmo::metrics
