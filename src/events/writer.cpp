// SPDX-License-Identifier: Apache-2.0
#include "events/writer.h"

#include <algorithm>
#include <map>

#include "audit/audit.h"
#include "base/worker_pool.h"
#include "events/block.h"
#include "events/look_up.h"
#include "events/members.h"
#include "events/postings.h"
#include "events/references.h"

namespace banmo::events {
namespace {

constexpr size_t kMaxDefinitionBytes = size_t{256} << 10;  // of an activity, as tools made it together
// Of what was erased, too: a number is given once, whatever the clock does.
constexpr std::string_view kLast =
    "SELECT MAX(no) FROM (SELECT MAX(no) AS no FROM xapi_statement UNION ALL SELECT MAX(until_no) FROM xapi_removal) AS last";
constexpr std::string_view kSameIds = "SELECT id, at, digest, no FROM xapi_statement WHERE org_no = $1 AND id IN (";
constexpr std::string_view kContent =
    "INSERT INTO xapi_attachment (org_no, sha2, content_type, content) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
constexpr std::string_view kDefinition = "SELECT definition FROM xapi_activity WHERE org_no = $1 AND id = $2";
constexpr std::string_view kDefine =
    "INSERT INTO xapi_activity (org_no, id, definition) VALUES ($1, $2, $3) ON CONFLICT (org_no, id) DO UPDATE SET definition = excluded.definition";

constexpr std::string_view kOtherStatement = "events.other_statement";

Error other_statement(size_t index, bool is_single) {
  return fail(ErrorCode::conflict, std::string(kOtherStatement),
              {"已有相同 id、内容不同的陈述；请换一个 id", "another statement has this id and says something else: take another id"},
              is_single ? "$" : "$[" + std::to_string(index) + "]");
}

Error busy() {
  Error error = fail(ErrorCode::unavailable, "events.busy",
                     {"服务器繁忙，陈述未能在时限内写入，没有保存任何一条；请稍后原样重发",
                      "the server is busy and the statements could not be written in time; none was kept: send the same request again in a moment"});
  error.retry_after_s = 1;
  return error;
}

std::string bytes_of(const sql::Value& value) {
  const auto* blob = std::get_if<sql::Blob>(&value);
  return blob == nullptr ? std::string() : std::string(blob->begin(), blob->end());
}

// What is stored under an id, or is about to be.
struct Present {
  int64_t at = 0, no = 0;
  std::string digest;
};
using Ids = std::unordered_map<std::string, Present>;

std::string bytes_of(const Uuid& id) { return {id.bytes.begin(), id.bytes.end()}; }
int64_t time_of(const Draft& draft, int64_t no) { return draft.has_timestamp ? draft.at.micros : no; }

// The drafts that are not stored yet. A timestamp counts only where the client gave one.
Result<std::vector<const Draft*>> fresh_of(const Ids& ids, const std::vector<Draft>& drafts, bool is_single) {
  std::vector<const Draft*> fresh;
  for (size_t i = 0; i < drafts.size(); ++i) {
    const Draft& draft = drafts[i];
    const auto found = ids.find(bytes_of(draft.id));
    if (found == ids.end()) {
      fresh.push_back(&draft);
      continue;
    }
    const bool same_time = !draft.has_timestamp || found->second.at == draft.at.micros || found->second.at == found->second.no;
    if (found->second.digest != bytes_of(draft.digest) || !same_time) return other_statement(i, is_single);
  }
  return fresh;
}

Result<> append_statements(sql::Connection& connection, const std::vector<NewStatement>& all) {
  size_t i = 0;
  const Key* key = nullptr;
  int64_t org = 0, by = 0;
  const auto next = [&](sql::Values& row) -> Result<bool> {
    if (i == all.size()) return false;
    const auto& [of, one, no] = all[i++];
    if (key != of) key = of, org = target_of(List::org, std::to_string(key->org.value)), by = target_of(List::key, key->key);
    const Draft& draft = *one;
    std::vector<int64_t> targets = draft.targets;
    targets.insert(targets.end(), {org, by});
    row = {no,
           blob_of(draft.id),
           key->org.value,
           key->no,
           time_of(draft, no),
           int64_t{draft.voids ? 2 : 0},
           draft.digest,
           body_of(draft, Instant{no}),
           draft.actor,
           packed_targets(targets)};
    return true;
  };
  BANMO_TRY([[maybe_unused]] const int64_t n,
            connection.append("xapi_statement", {"no", "id", "org_no", "key_no", "at", "voided", "digest", "body", "actor", "targets"}, next));
  return {};
}

// Members of both; where both have one, objects are merged and otherwise the later holds.
json::Value merged(json::Value before, const json::Value& later) {
  if (before.as_object() == nullptr || later.as_object() == nullptr) return later;
  return merged_members(std::move(*before.as_object()), *later.as_object(),
                        [](json::Value mine, const json::Value& theirs) { return merged(std::move(mine), theirs); });
}

int64_t activity_target(directory::OrgNo org, const std::string& id) { return target_of(List::activity, std::to_string(org.value) + " " + id); }

}  // namespace

bool Writer::knows(int64_t activity, const std::string& definition) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(activity);
  return found != known_.end() && found->second == definition;
}

void Writer::remember(Definitions learned) {
  const std::lock_guard lock(mutex_);
  if (known_.size() + learned.size() > kMaxKnown) known_.clear();
  for (auto& [activity, definition] : learned) known_[activity] = std::move(definition);
}

Result<> Writer::learn(sql::Connection& connection, directory::OrgNo org, const std::vector<Draft>& drafts, Definitions& learned) {
  for (const Draft& draft : drafts) {
    for (const auto& [id, definition] : draft.definitions) {
      const int64_t activity = activity_target(org, id);
      const auto met = learned.find(activity);
      if ((met != learned.end() && met->second == definition) || knows(activity, definition)) continue;
      BANMO_TRY(const auto rows, connection.query(kDefinition, {org.value, id}));
      std::string text = definition;
      if (!rows.empty() && sql::text_of(rows[0][0]) != definition) {
        BANMO_TRY(json::Value before, json::read(sql::text_of(rows[0][0])));
        BANMO_TRY(const json::Value later, json::read(definition));
        text = json::write(merged(std::move(before), later));
        if (text.size() > kMaxDefinitionBytes) text = sql::text_of(rows[0][0]);  // what is known stays: it grows with every tool's words otherwise
      }
      if (rows.empty() || sql::text_of(rows[0][0]) != text) BANMO_DO(execute(connection, kDefine, {org.value, id, text}));
      learned[activity] = definition;
    }
  }
  return {};
}

// A transaction: what the ledger holds under the ids that come, and what is new.
struct Writer::Work {
  std::unordered_map<int64_t, Ids> ids;  // by organisation
  std::vector<NewStatement> fresh;
  int64_t next_no = 0;
  Definitions learned;
};

// Asked once for the whole group: PostgreSQL answers as slowly to one as to fifty.
Result<> Writer::look_up(sql::Connection& connection, const Group& group, Work& work) const {
  std::unordered_map<int64_t, std::vector<sql::Value>> asked;
  for (const Request* request : group)
    for (const Draft& draft : request->drafts) asked[request->key.org.value].emplace_back(blob_of(draft.id));
  for (const auto& [org, ids] : asked)
    BANMO_DO(each_of(connection, kSameIds, {org}, ids, [&, present = &work.ids[org]](const sql::Values& row) -> Result<> {
      (*present)[bytes_of(row[0])] = {sql::int_of(row[1]), sql::int_of(row[3]), bytes_of(row[2])};
      return {};
    }));
  BANMO_TRY(const auto last, connection.query(kLast));
  work.next_no = std::max(sql::int_of(last[0][0]) + 1, clock_.now().micros);
  return {};
}

// What may refuse this request alone is asked before anything of it is kept. Its new statements are written with those of the group.
Result<> Writer::take_in(sql::Connection& connection, Request& request, Work& work) {
  const Key& key = request.key;
  request.added = {};
  Ids& ids = work.ids[key.org.value];
  BANMO_TRY(const auto fresh, fresh_of(ids, request.drafts, request.is_single));
  if (request.also) BANMO_DO(request.also(connection));
  for (const Content& content : request.contents)
    BANMO_DO(
        execute(connection, kContent, {key.org.value, content.sha2, content.content_type, sql::Blob(content.bytes.begin(), content.bytes.end())}));
  if (fresh.empty()) return {};
  const auto n = static_cast<int64_t>(fresh.size());
  request.added = {n, work.next_no, work.next_no + n - 1, fresh.front(), fresh.back(), {}};
  for (const Draft* draft : fresh) {
    const int64_t no = work.next_no++;
    work.fresh.push_back({&key, draft, no});
    ids[bytes_of(draft->id)] = {time_of(*draft, no), no, bytes_of(draft->digest)};
    if (draft->voids && draft->refers) request.added.voids.push_back(*draft->refers);
  }
  BANMO_DO(People::keep(connection, key.org, request.actors, clock_.now()));
  return learn(connection, key.org, request.drafts, work.learned);
}

// One entry for each key: the numbers from `from_no` to `to_no` with this key are what it stored.
Result<> Writer::add_audit(sql::Connection& connection, const Group& group) const {
  struct Sum {
    int64_t n_requests = 0;
    Added added;
  };
  std::map<int64_t, std::pair<const Key*, Sum>> by_key;
  for (const Request* request : group) {
    const Added& added = request->added;
    if (!request->result.ok() || added.n == 0) continue;
    auto& [key, sum] = by_key[request->key.no];
    if (sum.n_requests++ == 0) sum.added.first_no = added.first_no, sum.added.first = added.first;
    key = &request->key;
    sum.added.n += added.n;
    sum.added.last_no = added.last_no;
    sum.added.last = added.last;
    sum.added.voids.insert(sum.added.voids.end(), added.voids.begin(), added.voids.end());
  }
  std::vector<audit::Entry> entries;
  for (const auto& [no, one] : by_key) {
    const auto& [key, sum] = one;
    json::Object detail{{"n", sum.added.n},
                        {"n_requests", sum.n_requests},
                        {"last", sum.added.last->id.to_string()},
                        {"from_no", sum.added.first_no},
                        {"to_no", sum.added.last_no}};
    if (!sum.added.voids.empty()) {
      json::Array voids;
      for (const Uuid& id : sum.added.voids) voids.emplace_back(id.to_string());
      detail.set("voids", std::move(voids));
    }
    entries.push_back({clock_.now(), key->key, "xapi.store", "xapi_statement", sum.added.first->id.to_string(), key->org.value, std::move(detail)});
  }
  if (entries.empty()) return {};
  const auto seq = audit::append_all(connection, entries, profile_);
  return seq.ok() ? Result<>() : Result<>(seq.error());
}

Result<> Writer::write_group(const Group& group) {
  Work work;
  auto done = ledger_.write([&](sql::Connection& connection) -> Result<> {
    work = {};
    BANMO_DO(lock_writer(connection));
    BANMO_DO(look_up(connection, group, work));
    for (Request* request : group) {
      request->result = take_in(connection, *request, work);
      if (!request->result.ok() && request->result.error().id != kOtherStatement) return request->result;
    }
    if (work.fresh.empty()) return {};
    BANMO_DO(append_statements(connection, work.fresh));
    BANMO_DO(follow_references(connection, work.fresh));
    return add_audit(connection, group);
  });
  if (done.ok()) remember(std::move(work.learned));
  return done;
}

// A store that does not answer, or is full, is so for all; any other fault may be one request's: each is told what itself meets.
void Writer::store_group(const Group& group) {
  Deadline mine(std::chrono::steady_clock::now() + group_time_, Deadline::AfterCommit::unlimited);  // the requests' own time is not this one's
  const Deadline::Scope scope(&mine);
  auto done = write_group(group);
  if (done.ok()) return;
  if (done.error().code == ErrorCode::timeout) done = busy();
  const bool is_for_all = done.error().code == ErrorCode::unavailable || done.error().code == ErrorCode::storage_full;
  for (Request* request : group) {
    if (group.size() > 1 && !is_for_all) done = write_group({request});
    if (!done.ok()) request->result = done.error().code == ErrorCode::timeout ? Result<>(busy()) : done;
  }
}

// The next that wait, and whose time is not over: from here on they are answered by the outcome.
Writer::Group Writer::take_group() {
  Group group;
  size_t n_statements = 0;
  while (!queue_.empty() && group.size() < kMaxGroup && n_statements < kMaxStatements) {
    Request* request = queue_.front();
    queue_.pop_front();
    if (request->deadline != nullptr && !request->deadline->begin_commit()) {
      request->result = busy();
      request->stage = Stage::done;
      request->changed.notify_one();
      continue;
    }
    request->stage = Stage::taken;
    n_statements += request->drafts.size();
    group.push_back(request);
  }
  return group;
}

void Writer::wake_next() {
  if (!is_writing_ && !queue_.empty()) queue_.front()->changed.notify_one();
}

// Notifies under the lock: who waits destroys its request as soon as it has the lock.
void Writer::lead(std::unique_lock<std::mutex>& lock) {
  is_writing_ = true;
  const Group group = take_group();
  lock.unlock();
  if (!group.empty()) store_group(group);
  lock.lock();
  for (Request* one : group) {
    if (one->deadline != nullptr) one->deadline->end_commit(one->result.ok());
    one->stage = Stage::done;
    one->changed.notify_one();
  }
  is_writing_ = false;
  wake_next();
}

Result<> Writer::store_with_others(Request& request) {
  constexpr std::chrono::milliseconds kLookAtDeadline{50};
  std::unique_lock lock(queue_mutex_);
  queue_.push_back(&request);
  while (request.stage != Stage::done) {
    if (request.stage == Stage::waiting && !is_writing_) {
      lead(lock);
      continue;
    }
    {
      const WorkerPool::Blocked blocked;  // others may join the next group
      request.changed.wait_for(lock, kLookAtDeadline);
    }
    if (request.stage != Stage::waiting || request.deadline == nullptr || !request.deadline->over()) continue;
    std::erase(queue_, &request);
    wake_next();
    return busy();
  }
  return std::move(request.result);
}

Result<> Writer::store(const Key& key, const std::vector<Draft>& drafts, const std::vector<Content>& contents, const std::vector<ActorToKeep>& actors,
                       bool is_single, const sql::Change& also) {
  const int64_t now = clock_.now().micros;
  {
    const std::lock_guard lock(mutex_);
    entered_.insert(now);
  }
  Request request{key, drafts, contents, actors, also, is_single, Deadline::here()};
  auto done = store_with_others(request);
  const std::lock_guard lock(mutex_);
  entered_.erase(entered_.find(now));
  return done;
}

Instant Writer::consistent_through() const {
  const std::lock_guard lock(mutex_);
  return entered_.empty() ? clock_.now() : Instant{*entered_.begin()};
}

}  // namespace banmo::events
