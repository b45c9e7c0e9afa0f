// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>

#include "audit/audit.h"
#include "audit/chain.h"

namespace banmo::audit {
namespace {

constexpr std::string_view kAll =
    "SELECT seq, at, actor, action, object_kind, object, org_no, detail, algorithm, prev_hash, hash FROM audit_entry ORDER BY seq";
constexpr std::string_view kHeads = "SELECT chain, seq, hash FROM audit_head ORDER BY chain";

std::string bytes_of(const sql::Value& value) {
  const auto* blob = std::get_if<sql::Blob>(&value);
  return blob == nullptr ? std::string() : std::string(blob->begin(), blob->end());
}

std::string hex_of(std::string_view bytes) { return crypto::to_hex({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}); }

// Reads a text column without a copy; numbers and nulls (a tampered column) give an empty text, which breaks the hash.
std::string_view text_in(const sql::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string seal_of(crypto::Profile profile, std::span<const uint8_t> key, int64_t seq, const std::string& hash, const std::string& at) {
  const std::string text = "banmo-checkpoint-1|" + std::string(algorithm_of(profile)) + '|' + std::to_string(seq) + '|' + hash + '|' + at;
  return crypto::to_hex(crypto::keyed_hash(profile, key, text));
}

Error bad_line(const std::string& file, int64_t line) {
  return fail(ErrorCode::invalid, "audit.bad_checkpoint",
              {"检查点文件这一行不是本系统所写，或密钥不符；请换上原来的文件和密钥",
               "this line of the checkpoint file is not ours or the key does not fit: use the original file and key"},
              file + ":" + std::to_string(line));
}

// Every checkpoint of the file by its number; two of one number must agree.
Result<std::map<int64_t, std::string>> read_checkpoints(const std::string& file, std::span<const uint8_t> key) {
  std::map<int64_t, std::string> found;
  if (file.empty()) return found;
  std::ifstream in(file);
  if (!in)
    return fail(ErrorCode::not_found, "audit.no_checkpoint_file",
                {"找不到检查点文件，请核对路径", "there is no such checkpoint file: check the path"}, file);
  std::string line;
  for (int64_t n = 1; std::getline(in, line); ++n) {
    if (in.eof()) break;  // without its line break: the power failed while it was written, and write_checkpoint never answered for it
    if (line.empty()) continue;
    const auto value = json::read(line);
    if (!value.ok()) return bad_line(file, n);
    const json::Value *seq = value->find("seq"), *hash = value->find("hash"), *at = value->find("at"), *algorithm = value->find("algorithm"),
                      *seal = value->find("seal");
    if (!seq || !seq->as_int() || !hash || !hash->as_string() || !at || !at->as_string() || !algorithm || !algorithm->as_string() || !seal ||
        !seal->as_string())
      return bad_line(file, n);
    const auto profile = profile_of(*algorithm->as_string());
    if (!profile || !crypto::equal_in_constant_time(seal_of(*profile, key, *seq->as_int(), *hash->as_string(), *at->as_string()), *seal->as_string()))
      return bad_line(file, n);
    const auto [place, fresh] = found.emplace(*seq->as_int(), *hash->as_string());
    if (!fresh && place->second != *hash->as_string()) return bad_line(file, n);
  }
  return found;
}

struct End {
  int64_t seq = 0;
  std::string hash = std::string(kHashBytes, '\0');
};
using Ends = std::array<End, static_cast<size_t>(kChains)>;

Result<Ends> read_ends(sql::Connection& connection) {
  Ends ends;
  BANMO_TRY(const auto rows, connection.query(kHeads));
  for (const auto& row : rows.rows) {
    const int64_t chain = sql::int_of(row[0], -1);
    if (chain < 0 || chain >= kChains || sql::is_null(row[2])) continue;
    ends[static_cast<size_t>(chain)] = {sql::int_of(row[1]), bytes_of(row[2])};
  }
  return ends;
}

class Walk {
 public:
  Walk(std::map<int64_t, std::string> checkpoints, Ends ends) : checkpoints_(std::move(checkpoints)), ends_(std::move(ends)) {}

  // One entry in the order of seq. After the first finding nothing more is looked at.
  void step(const sql::Values& row) {
    if (!verdict_.intact()) return;
    const int64_t seq = sql::int_of(row[0]);
    if (seq <= 0 || seq > ends_[static_cast<size_t>(seq % kChains)].seq)
      return found(seq == 0 ? -1 : seq, {"它不在任何一条链上（编号 " + std::to_string(seq) + "）：是绕过系统放进去的",
                                         "it stands in no chain (number " + std::to_string(seq) + "): it was put in past the program"});
    End& last = last_[static_cast<size_t>(seq % kChains)];
    if (bytes_of(row[9]) != last.hash)
      return found(
          seq, {"与前一条的哈希不衔接：它前面有记录被删除、替换或插入", "it does not follow the entry before: one was removed, replaced or put in"});
    const auto profile = profile_of(text_in(row[8]));
    const Link link{
        seq, sql::int_of(row[1]), text_in(row[2]), text_in(row[3]), text_in(row[4]), text_in(row[5]), sql::int_of(row[6]), text_in(row[7])};
    std::string hash = bytes_of(row[10]);
    if (!profile || blob_text(hash_of(*profile, link, last.hash)) != hash)
      return found(seq, {"内容与哈希不符，记录被改动", "the content does not fit its hash: the entry was changed"});
    last = {seq, std::move(hash)};
    ++verdict_.n_entries;
    const auto checkpoint = checkpoints_.find(seq);
    if (checkpoint == checkpoints_.end()) return;
    if (checkpoint->second != hex_of(last.hash))
      return found(seq, {"与库外检查点不符，整条链被重写", "it differs from the checkpoint outside the database: the chain was written anew"});
    ++verdict_.n_checkpoints;
    checkpoints_.erase(checkpoint);
  }

  Verdict finish() {
    if (verdict_.intact() && !checkpoints_.empty())
      found(checkpoints_.begin()->first, {"库外检查点记有这一条，库里没有：链被截断或重写",
                                          "a checkpoint outside the database has it, the database does not: the chain was cut off or written anew"});
    for (size_t chain = 0; chain < ends_.size() && verdict_.intact(); ++chain)
      if (ends_[chain].seq != last_[chain].seq || ends_[chain].hash != last_[chain].hash)
        found(std::max(ends_[chain].seq, last_[chain].seq),
              {"链尾与末端记录不符，链尾被删除或末端被改动",
               "the end of the chain does not fit its head: its end was cut off or the head was changed"});
    return verdict_;
  }

 private:
  static std::string blob_text(const crypto::Hash& hash) { return {hash.begin(), hash.end()}; }
  void found(int64_t seq, Message why) {
    verdict_.bad_seq = seq;
    verdict_.why = std::move(why);
  }

  std::map<int64_t, std::string> checkpoints_;
  Ends ends_;  // as the heads tell them
  Ends last_;  // as the entries so far
  Verdict verdict_;
};

// The file of checkpoints, held by this process alone while it is written.
class CheckpointFile {
 public:
  explicit CheckpointFile(const std::string& path) : path_(path), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}
  ~CheckpointFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  CheckpointFile(const CheckpointFile&) = delete;

  // Adds whole lines and makes them durable, or leaves the file as it was.
  Result<> append(const std::string& lines) {
    if (fd_ < 0 || ::flock(fd_, LOCK_EX) != 0) return failed("open");
    const off_t end = ::lseek(fd_, 0, SEEK_END);
    const off_t whole = end < 0 ? end : end_of_whole_lines(end);
    if (whole < 0) return failed("read");
    if (whole != end && ::ftruncate(fd_, whole) != 0) return failed("ftruncate");
    if (!write_at(whole, lines)) {
      const int code = errno;
      static_cast<void>(::ftruncate(fd_, whole));
      errno = code;
      return failed("write");
    }
    if (::fsync(fd_) != 0 || (end == 0 && !sync_folder())) return failed("fsync");
    return {};
  }

 private:
  // A line that a loss of power cut off is no checkpoint: nobody was told that it was written.
  off_t end_of_whole_lines(off_t end) const {
    char byte = 0;
    for (; end > 0; --end) {
      if (::pread(fd_, &byte, 1, end - 1) != 1) return -1;
      if (byte == '\n') break;
    }
    return end;
  }
  bool write_at(off_t at, std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), at);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      at += n;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  // Of a new file the folder's entry must be durable too.
  bool sync_folder() const {
    const size_t slash = path_.rfind('/');
    const int folder = ::open(slash == std::string::npos ? "." : path_.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_synced = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0) ::close(folder);
    return is_synced;
  }
  Error failed(const char* call) const {
    return fail(
        ErrorCode::unavailable, "audit.checkpoint_not_written",
        {"检查点文件写不进去，请检查目录权限和磁盘空间", "the checkpoint file cannot be written: check the folder's permissions and the disk"}, path_,
        std::string(call) + ": " + std::generic_category().message(errno));
  }

  const std::string& path_;
  int fd_;
};

}  // namespace

Result<Checkpoint> write_checkpoint(sql::Database& ledger, const std::string& file, std::span<const uint8_t> key, Instant at,
                                    crypto::Profile profile) {
  Checkpoint checkpoint{{}, at};
  Ends ends;
  {
    BANMO_TRY(const auto lease, ledger.read());
    BANMO_TRY(ends, read_ends(*lease));
  }
  const std::string time = at.to_iso();
  std::string lines;
  for (const End& end : ends) {
    if (end.seq == 0) continue;
    checkpoint.heads.push_back({end.seq, hex_of(end.hash)});
    json::append(lines, json::Object{{"seq", end.seq},
                                     {"hash", checkpoint.heads.back().hash},
                                     {"at", time},
                                     {"algorithm", std::string(algorithm_of(profile))},
                                     {"seal", seal_of(profile, key, end.seq, checkpoint.heads.back().hash, time)}});
    lines += '\n';
  }
  if (!lines.empty()) BANMO_DO(CheckpointFile(file).append(lines));
  return checkpoint;
}

Result<Verdict> verify(sql::Database& ledger, const std::string& checkpoint_file, std::span<const uint8_t> key) {
  BANMO_TRY(auto checkpoints, read_checkpoints(checkpoint_file, key));
  BANMO_TRY(const auto lease, ledger.read());
  // One snapshot for the ends and the entries: what is written meanwhile is in neither. The lease ends the transaction.
  BANMO_DO(lease->script(lease->dialect() == sql::Dialect::postgres ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN"));
  BANMO_TRY(Ends ends, read_ends(*lease));
  Walk walk(std::move(checkpoints), std::move(ends));
  BANMO_DO(lease->each(kAll, {}, [&](const sql::Values& row) -> Result<> {
    walk.step(row);
    return {};
  }));
  return walk.finish();
}

}  // namespace banmo::audit
