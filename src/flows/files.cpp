// SPDX-License-Identifier: Apache-2.0
#include "flows/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/file_kind.h"
#include "base/log.h"
#include "flows/desk.h"
#include "flows/state.h"
#include "flows/wording.h"
#include "json/json.h"

namespace banmo::flows {
namespace {

using directory::Principal;

#define BANMO_FILE_COLUMNS "f.id, f.file, f.name, f.type, f.n_bytes, f.sha256, f.account, f.at, f.verdict, f.level"
constexpr std::string_view kFilesOf = "SELECT " BANMO_FILE_COLUMNS " FROM flow_file f WHERE f.case_id = $1 ORDER BY f.at, f.id";
constexpr std::string_view kFile = "SELECT " BANMO_FILE_COLUMNS ", f.content FROM flow_file f WHERE f.id = $1 AND f.case_id = $2";
constexpr std::string_view kCount =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN verdict = 'infected' THEN 1 ELSE 0 END), 0) FROM flow_file WHERE case_id = $1 AND file = $2";
constexpr std::string_view kOpenBytes = "SELECT CAST(COALESCE(SUM(n_bytes), 0) AS BIGINT) FROM flow_file WHERE account = $1 AND is_open = 1";
constexpr std::string_view kFollow = "UPDATE flow_file SET is_open = $2 WHERE case_id = $1 AND is_open <> $2";
constexpr std::string_view kInsert =
    "INSERT INTO flow_file (id, case_id, file, name, type, n_bytes, sha256, account, at, verdict, n_tries, try_at, content, level) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $9, $11, $12)";
constexpr std::string_view kDelete = "DELETE FROM flow_file WHERE id = $1 AND case_id = $2";
// The case is the lock: two changes of its papers follow each other, and a move that did not see this one is told so.
constexpr std::string_view kTouch = "UPDATE flow_case SET seq = seq + 1, moved_at = $3, mover_role = $4 WHERE id = $1 AND state = $2";

constexpr size_t kMaxName = 240;
constexpr int64_t kMaxOpen_bytes = int64_t{200} << 20;  // of an account, in cases that have not ended

FileVerdict verdict_of(const std::string& word) {
  return static_cast<FileVerdict>(std::find(std::begin(kFileVerdictNames), std::end(kFileVerdictNames), word) - std::begin(kFileVerdictNames));
}

Error no_such_file() { return fail(ErrorCode::not_found, "flows.no_such_file", {"没有这份材料", "there is no such file"}); }

Error unknown_file(const pack::Flow& flow) {
  Message known;
  for (const pack::FlowFile& file : flow.files) {
    known.zh += (known.zh.empty() ? "" : "、") + file.title.zh;
    known.en += (known.en.empty() ? "" : ", ") + file.id;
  }
  if (known.zh.empty()) known = {"无", "none"};
  return fail(ErrorCode::invalid, "flows.unknown_file",
              {"这个流程不收这种材料；收取：" + known.zh, "the flow takes no such file; it takes: " + known.en}, "file");
}

Error file_not_asked(const pack::FlowFile& file) {
  return fail(ErrorCode::invalid, "flows.file_not_asked",
              {"按现在填写的内容不用交“" + file.title.zh + "”；如填写有误，请先改正再上传",
               "as the case stands '" + file.title.en + "' is not asked for: mend what is filled in first if that is wrong"},
              "file");
}

std::string megabytes(int64_t n_bytes) {
  const bool whole = n_bytes % (int64_t{1} << 20) == 0;
  return std::to_string(n_bytes >> (whole ? 20 : 10)) + (whole ? " MB" : " KB");
}

Result<std::string> read_bytes(const std::string& path, const pack::FlowFile& file) {
  std::error_code failed;
  const auto unreadable = [] {
    return fail(
        ErrorCode::unavailable, "flows.file_unreadable",
        {"读不了上传的文件，请重新上传；仍不行请联系系统管理员", "the upload cannot be read: send it again, or tell the system administrator"},
        "file");
  };
  const auto n = std::filesystem::file_size(path, failed);
  if (failed) return unreadable();
  if (n == 0) return fail(ErrorCode::invalid, "flows.file_empty", {"文件是空的，请重新选择", "the file is empty: choose another"}, "file");
  if (n > static_cast<uintmax_t>(file.max_bytes))
    return fail(ErrorCode::too_large, "flows.file_too_large",
                {"“" + file.title.zh + "”最大 " + megabytes(file.max_bytes) + "；请压缩或拍小一些再上传",
                 file.title.en + " has at most " + megabytes(file.max_bytes) + ": make it smaller"},
                "file");
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in) return unreadable();
  return std::move(bytes).str();
}

Result<FileKind> kind_of(const std::string& bytes, const pack::FlowFile& file) {
  const auto kind = file_kind_of(bytes);
  if (kind && std::find(file.types.begin(), file.types.end(), kind->name) != file.types.end()) return *kind;
  std::string known;
  for (const std::string& type : file.types) known += (known.empty() ? "" : "、") + type;
  return fail(
      ErrorCode::invalid, "flows.file_type",
      {"“" + file.title.zh + "”须是 " + known + "（看内容，不看文件名）", file.title.en + " must be one of: " + known + " (by content, not by name)"},
      "file");
}

Result<std::string> name_of(const std::string& given, const pack::FlowFile& file, const FileKind& kind) {
  std::string name = plain_file_name(given);
  if (name.empty()) name = file.title.zh + "." + std::string(kind.name);
  if (name.size() <= kMaxName) return name;
  return fail(ErrorCode::invalid, "flows.file_name", {"文件名太长，请改短后再上传", "the name of the file is too long: shorten it"}, "name");
}

// Who may hand in at the present state; an infected one may be replaced by who put it until the case ends.
std::optional<Actor> giver(const State& state, const Standing& standing, const Principal& principal, const pack::FlowFile& file, bool replaces) {
  const Record& record = standing.record;
  const pack::Flow& flow = *standing.running->flow;
  if (!principal.has(directory::Right::cases_handle) || record.closed_at) return std::nullopt;
  const bool here = std::find(file.states.begin(), file.states.end(), record.state) != file.states.end();
  if (!here && !replaces) return std::nullopt;
  std::vector<std::string> by;
  const auto roles = here ? fillers_of(flow, record.state, record.escalated) : roles_of(flow, file.states.front(), false);
  for (const pack::FlowRole* role : roles) by.push_back(role->id);
  return state.mover().actor(standing, principal, by);
}

bool has_infected(const std::vector<CaseFile>& files, std::string_view kind) {
  return std::any_of(files.begin(), files.end(),
                     [&](const CaseFile& one) { return one.file == kind && one.is_own && one.verdict == FileVerdict::infected; });
}

// Reads, names and judges what stands in the ledger, for one reader.
class FileReader {
 public:
  FileReader(const State& state, const Principal& principal, const Standing& standing)
      : FileReader(state, principal, standing, state.reach(principal, standing)) {}
  FileReader(const State& state, const Principal& principal, const Standing& standing, pack::Level reach)
      : state_(state), principal_(principal), standing_(standing), reach_(reach) {}

  Result<CaseFile> read(const sql::Values& row) const {
    CaseFile out;
    out.id = sql::text_of(row[0]);
    out.file = sql::text_of(row[1]);
    out.type = sql::text_of(row[3]);
    out.n_bytes = sql::int_of(row[4]);
    out.is_own = sql::text_of(row[6]) == principal_.account_name;
    out.at = {sql::int_of(row[7])};
    out.verdict = verdict_of(sql::text_of(row[8]));
    const pack::FlowFile* file = standing_.running->flow->file(out.file);
    out.title = file == nullptr ? pack::Title{out.file, out.file} : file->title;
    out.level = std::max(static_cast<pack::Level>(sql::int_of(row[9])), file == nullptr ? pack::Level::l1 : file->level);
    const bool is_fit = out.verdict == FileVerdict::open || out.verdict == FileVerdict::clean || (out.verdict == FileVerdict::waiting && out.is_own);
    out.can_open = is_fit && reach_ >= out.level;
    const bool infected = out.verdict == FileVerdict::infected;
    out.can_remove = out.is_own && file != nullptr && giver(state_, standing_, principal_, *file, infected).has_value();
    if (reach_ < out.level) return out;
    BANMO_TRY(const std::string named, crypto::decrypt(state_.options.seal_key, std::get<sql::Blob>(row[2]), seal_context_of_file(out.id, "name")));
    const size_t line = named.find('\n');  // the name, and what the bytes hash to
    out.name = named.substr(0, line);
    if (line != std::string::npos) out.sha256 = named.substr(line + 1);
    return out;
  }
  // Why it may not be opened.
  Result<> check(const CaseFile& file) const {
    if (reach_ < file.level)
      return fail(ErrorCode::denied, "flows.file_above_level", {"这份材料超出您可查看的级别", "the file is above the level that you may see"});
    if (file.verdict == FileVerdict::infected)
      return fail(ErrorCode::conflict, "flows.file_infected",
                  {"这份材料未通过安全检查，不能打开；请申请人换一份", "the file did not pass the check and cannot be opened: ask for another"});
    if (!file.can_open)
      return fail(ErrorCode::conflict, "flows.file_unchecked",
                  {"这份材料还没有通过安全检查，请稍后再打开", "the file has not been checked yet: open it in a moment"});
    return {};
  }
  // A file and its bytes as they were handed in.
  Result<std::pair<CaseFile, std::string>> open(std::string_view file) const {
    sql::Rows rows;
    {
      BANMO_TRY(const auto lease, state_.stores.ledger->read());
      BANMO_TRY(rows, lease->query(kFile, {std::string(file), standing_.record.id.to_string()}));
    }
    if (rows.empty()) return no_such_file();
    BANMO_TRY(CaseFile out, read(rows[0]));
    BANMO_DO(check(out));
    BANMO_TRY(std::string bytes, crypto::decrypt(state_.options.seal_key, std::get<sql::Blob>(rows[0][10]), seal_context_of_file(out.id, "content")));
    if (crypto::to_hex(crypto::sha256(bytes)) != out.sha256)
      return fail(ErrorCode::internal, "flows.file_damaged",
                  {"这份材料与上传时的校验值不符，请联系系统管理员", "the file is no longer what was handed in: tell the system administrator"});
    return std::pair(std::move(out), std::move(bytes));
  }

 private:
  const State& state_;
  const Principal& principal_;
  const Standing& standing_;
  const pack::Level reach_;
};

}  // namespace

std::pair<std::string_view, sql::Values> files_follow(const std::string& case_id, bool is_closed) {
  return {kFollow, {case_id, int64_t{!is_closed}}};
}

Result<CasePapers> CaseFiles::list(const Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  const FileReader reader(state_, principal, standing);
  CasePapers out{standing.running->flow, standing.record.seq, {}, {}};
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(const sql::Rows rows, lease->query(kFilesOf, {standing.record.id.to_string()}));
    for (const sql::Values& row : rows.rows) {
      BANMO_TRY(CaseFile file, reader.read(row));
      out.items.push_back(std::move(file));
    }
  }
  BANMO_TRY(const Standing sent, state_.mover().as_sent(standing));
  for (const pack::FlowFile& file : standing.running->flow->files) {
    WantedFile wanted{&file, standing.papers.count(file.id), false, false};
    BANMO_TRY(const bool is_asked, state_.mover().is_asked(sent, file));
    if (!is_asked && wanted.n_there == 0) continue;
    BANMO_TRY(wanted.is_required, state_.mover().is_required(sent, file));
    const auto by = giver(state_, standing, principal, file, has_infected(out.items, file.id));
    wanted.can_add = is_asked && wanted.n_there < file.n && by && state_.mover().check_period(standing, *by).ok();
    out.wanted.push_back(wanted);
  }
  return out;
}

// One change of a case's papers, with its audit entry; the case's sequence moves on.
static Result<> change_papers(State& state, const Standing& standing, const Actor& by, std::string action, json::Object detail,
                              const std::function<Result<>(sql::Connection&)>& change) {
  const Record& record = standing.record;
  const std::string id = record.id.to_string();
  const Instant now = state.clock.now();
  const std::string role = by.role->title.zh + "\t" + by.role->title.en;
  const auto period = state.mover().period_of(standing, by);
  bool is_there = true;
  BANMO_DO(state.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    if (period) BANMO_DO(check_open(connection, *period, now));
    BANMO_TRY(const int64_t n, connection.execute(kTouch, {id, record.state, now.micros, role}));
    is_there = n > 0;
    if (!is_there) return {};
    BANMO_DO(change(connection));
    const audit::Entry entry{now, by.principal->account_name, action, record.flow, id, record.org, detail};
    BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, state.directory.profile()));
    return {};
  }));
  if (is_there) return {};
  BANMO_TRY(const auto fresh, state.store.unscoped_find(id));
  return fresh ? changed_since(*standing.running->flow, *fresh) : no_such_case();
}

Result<CaseFile> CaseFiles::add(const Principal& principal, std::string_view id, const std::string& kind, const std::string& name,
                                const std::string& path) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  const pack::FlowFile* file = standing.running->flow->file(kind);
  if (file == nullptr) return unknown_file(*standing.running->flow);
  BANMO_TRY(const CasePapers before, list(principal, id));
  const auto by = giver(state_, standing, principal, *file, has_infected(before.items, kind));
  if (!by) return not_your_form(*standing.running->flow, standing.record.state);
  BANMO_TRY(const Standing sent, state_.mover().as_sent(standing));
  BANMO_TRY(const bool is_asked, state_.mover().is_asked(sent, *file));
  if (!is_asked) return file_not_asked(*file);
  BANMO_TRY(const std::string bytes, read_bytes(path, *file));
  BANMO_TRY(const FileKind type, kind_of(bytes, *file));
  CaseFile out;
  out.id = Uuid::next().to_string();
  out.file = kind;
  out.title = file->title;
  BANMO_TRY(out.name, name_of(name, *file, type));
  out.type = type.type;
  out.n_bytes = static_cast<int64_t>(bytes.size());
  out.sha256 = crypto::to_hex(crypto::sha256(bytes));
  out.at = state_.clock.now();
  out.verdict = state_.options.file_check_url.empty() ? FileVerdict::open : FileVerdict::waiting;
  out.level = file->level;
  out.is_own = out.can_open = out.can_remove = true;
  const auto profile = state_.directory.profile();
  BANMO_TRY(const sql::Blob sealed_name,
            crypto::encrypt(profile, state_.options.seal_key, out.name + "\n" + out.sha256, seal_context_of_file(out.id, "name")));
  BANMO_TRY(const sql::Blob sealed, crypto::encrypt(profile, state_.options.seal_key, bytes, seal_context_of_file(out.id, "content")));
  const std::string case_id = standing.record.id.to_string();
  const std::string keyed = crypto::to_hex(crypto::keyed_hash(profile, state_.options.seal_key, bytes));  // a plain one tells what is well known
  json::Object detail{{"file", kind}, {"id", out.id}, {"n_bytes", out.n_bytes}};
  BANMO_DO(change_papers(state_, standing, *by, "case.file_add", std::move(detail), [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows n, connection.query(kCount, {case_id, kind}));
    BANMO_TRY(const sql::Rows open, connection.query(kOpenBytes, {principal.account_name}));
    if (sql::int_of(open[0][0]) + out.n_bytes > kMaxOpen_bytes)
      return fail(ErrorCode::too_many, "flows.too_much_handed_in",
                  {"您未办结的办件里已有 200 MB 材料；请先删去不要的，或等办结后再交",
                   "your open cases hold 200 MB of files: remove some first, or wait until one has ended"},
                  "file");
    const int64_t n_infected = sql::int_of(n[0][1]);
    if (sql::int_of(n[0][0]) - n_infected >= file->n || n_infected > file->n)
      return fail(ErrorCode::too_many, "flows.too_many_files",
                  {"“" + file->title.zh + "”至多 " + std::to_string(file->n) + " 份；请先删去不要的",
                   file->title.en + " takes " + std::to_string(file->n) + " at most: remove one first"},
                  "file");
    BANMO_TRY(
        [[maybe_unused]] const int64_t made,
        connection.execute(kInsert, {out.id, case_id, kind, sealed_name, out.type, out.n_bytes, keyed, principal.account_name, out.at.micros,
                                     std::string(kFileVerdictNames[static_cast<size_t>(out.verdict)]), sealed, static_cast<int64_t>(out.level)}));
    return {};
  }));
  return out;
}

Result<std::pair<CaseFile, std::string>> CaseFiles::open(const Principal& principal, std::string_view id, std::string_view file) const {
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  return FileReader(state_, principal, standing).open(file);
}

static bool is_hidden(const pack::FlowPanel& panel, const CaseFile& file) {
  return std::find(panel.hide_files.begin(), panel.hide_files.end(), file.file) != panel.hide_files.end();
}

// What would tell a reviewer whose work it is.
static void take_off_name(CaseFile& file) {
  file.name.clear();
  file.sha256.clear();
  file.can_remove = false;
}

Result<std::vector<CaseFile>> CaseFiles::list_blind(const Principal& reviewer, const Standing& standing, const pack::FlowPanel& panel,
                                                    pack::Level level) const {
  const FileReader reader(state_, reviewer, standing, level);
  BANMO_TRY(const auto lease, state_.stores.ledger->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kFilesOf, {standing.record.id.to_string()}));
  std::vector<CaseFile> out;
  for (const sql::Values& row : rows.rows) {
    BANMO_TRY(CaseFile file, reader.read(row));
    if (!file.can_open || is_hidden(panel, file)) continue;
    take_off_name(file);
    out.push_back(std::move(file));
  }
  return out;
}

Result<std::pair<CaseFile, std::string>> CaseFiles::open_blind(const Principal& reviewer, const Standing& standing, const pack::FlowPanel& panel,
                                                               pack::Level level, std::string_view file) const {
  BANMO_TRY(auto found, FileReader(state_, reviewer, standing, level).open(file));
  if (is_hidden(panel, found.first)) return no_such_file();
  take_off_name(found.first);
  return found;
}

Result<> CaseFiles::remove(const Principal& principal, std::string_view id, std::string_view file) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  BANMO_TRY(const CasePapers papers, list(principal, id));
  const auto found = std::find_if(papers.items.begin(), papers.items.end(), [&](const CaseFile& one) { return one.id == file; });
  if (found == papers.items.end()) return no_such_file();
  const pack::FlowFile* kind = standing.running->flow->file(found->file);
  const bool infected = found->verdict == FileVerdict::infected;
  const auto by = kind == nullptr ? std::nullopt : giver(state_, standing, principal, *kind, infected);
  if (!found->is_own || !by) return not_your_form(*standing.running->flow, standing.record.state);
  json::Object detail{{"file", found->file}, {"id", found->id}};
  return change_papers(state_, standing, *by, "case.file_remove", std::move(detail), [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kDelete, {found->id, standing.record.id.to_string()}));
    return n > 0 ? Result<>() : Result<>(no_such_file());
  });
}

}  // namespace banmo::flows
