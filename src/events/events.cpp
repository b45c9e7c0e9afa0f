// SPDX-License-Identifier: Apache-2.0
#include "events/events.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <span>
#include <unordered_map>

#include "base/text.h"
#include "events/about.h"
#include "events/actors.h"
#include "events/attachments.h"
#include "events/browse.h"
#include "events/cmi5.h"
#include "events/cmi5_rules.h"
#include "events/documents.h"
#include "events/draft.h"
#include "events/erase.h"
#include "events/feed.h"
#include "events/finder.h"
#include "events/formats.h"
#include "events/gate.h"
#include "events/keys.h"
#include "events/people.h"
#include "events/pulse.h"
#include "events/purge.h"
#include "events/reader.h"
#include "events/recipes.h"
#include "events/record_export.h"
#include "events/remover.h"
#include "events/slices.h"
#include "events/writer.h"

namespace banmo::events {

struct Events::State {
  State(directory::Directory& the_directory, Options given)
      : directory(the_directory),
        options(std::move(given)),
        keys(directory),
        people(directory, options.home_page),
        actors(directory, people, options.home_page, options.account_key),
        gate(directory, people),
        pulse(*directory.stores().ledger, directory.clock()),
        writer(*directory.stores().ledger, directory.clock(), directory.profile()),
        lists(*directory.stores().ledger, index),
        finder(*directory.stores().ledger, directory, lists, options.home_page, options.max_page),
        documents(*directory.stores().ledger, directory.clock(), directory.profile()),
        feed(directory, people, lists),
        about(*directory.stores().ledger, directory.clock(), people, lists),
        browse(directory, people, lists),
        forgetting(index),
        erasing(directory, people, forgetting),
        purging(directory),
        remover(directory, people, forgetting, options.home_page) {}
  Result<> end_by_bytes(const Key& key, Found& found) const;
  Result<std::vector<Draft>> read(const Key& key, Version version, std::string_view body, const json::Value& value, const std::optional<Uuid>& put_id,
                                  const Contents& contents) const;

  directory::Directory& directory;
  Options options;
  Keys keys;
  People people;
  Actors actors;
  Gate gate;
  Pulse pulse;
  Writer writer;
  Index index;
  Lists lists;
  Finder finder;
  Documents documents;
  Feed feed;
  About about;
  Browse browse;
  Forgetting forgetting;
  Erasing erasing;
  Purging purging;
  Remover remover;
  std::atomic<bool> stopping = false;
  records::Records* records = nullptr;  // before feed_into
  std::mutex mutex;
  std::unordered_map<int64_t, Version> spoken;  // by key: the version of its last request
};

namespace {

constexpr size_t kMaxNamed = 10'000;  // of one request: each is looked up, and written when it is new
std::string authority_of(const Options& options, const Key& key) {
  return json::write(
      json::Object{{"objectType", "Agent"}, {"name", key.title}, {"account", json::Object{{"homePage", options.home_page}, {"name", key.key}}}});
}

Error too_many(size_t limit) {
  const std::string n = std::to_string(limit);
  return fail(ErrorCode::too_large, "events.too_many_statements",
              {"一次最多 " + n + " 条陈述，请分批发送", "a request holds " + n + " statements at most: send them in parts"}, "$");
}

// Each once.
Result<std::vector<std::string>> hashes_of(std::span<const std::string> bodies) {
  std::vector<std::string> sha2s;
  for (const std::string& body : bodies) {
    BANMO_TRY(const json::Value value, json::read(body));
    add_hashes(sha2s, value);
  }
  std::sort(sha2s.begin(), sha2s.end());
  sha2s.erase(std::unique(sha2s.begin(), sha2s.end()), sha2s.end());
  return sha2s;
}

Error no_session_way() {
  return fail(ErrorCode::denied, "events.cmi5_place",
              {"学习会话的口令只能通过 xAPI 读写本次会话的记录", "a session's token reads and writes the records of its session, by xAPI alone"});
}

Result<> check_reach(const Key& key, const DocumentPlace& place, bool writes) {
  return key.session == nullptr ? Result<>() : check_place(*key.session, place, writes);
}

// A launched unit reads what was said in its registration.
bool is_of_session(const CourseSession& session, const std::string& body) {
  const auto value = json::read(body);
  const json::Value* context = value.ok() ? value->find("context") : nullptr;
  return context != nullptr && text::lower_ascii(text_at(*context, "registration")) == session.registration;
}

// A key that validates speaks of recipes that are here.
Result<> check_known(const Recipes* recipes, const std::vector<std::string>& profiles) {
  for (size_t i = 0; i < profiles.size(); ++i)
    if (recipes == nullptr || !recipes->knows(profiles[i]))
      return fail(ErrorCode::invalid, "events.unknown_profile",
                  {"没有安装这个配方，无法校验；请从配方列表里选，或不作校验",
                   "there is no such recipe here to validate by: choose one of the list of recipes, or do not validate"},
                  "$.profiles[" + std::to_string(i) + "]");
  return {};
}

Result<> check_ids(const std::vector<Draft>& drafts) {
  std::set<Uuid> ids;
  for (size_t i = 0; i < drafts.size(); ++i)
    if (!ids.insert(drafts[i].id).second)
      return fail(ErrorCode::invalid, "events.repeated_id", {"同一请求中的 id 不能重复", "an id stands once in a request"},
                  "$[" + std::to_string(i) + "].id");
  return {};
}

}  // namespace

Events::Events(std::unique_ptr<State> state) : state_(std::move(state)) {}
Events::~Events() = default;

Result<std::unique_ptr<Events>> Events::create(directory::Directory& directory, Options options) {
  auto events =
      std::unique_ptr<Events>(new Events(std::make_unique<State>(directory, std::move(options))));  // owned by events: its constructor is private
  return events;
}

const Options& Events::options() const { return state_->options; }

Result<NewKey> Events::create_key(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes,
                                  directory::OrgNo org, const KeyLimits& limits) {
  if (limits.validate) BANMO_DO(check_known(state_->options.recipes.get(), limits.profiles));
  return state_->keys.create(by, title, scopes, org, limits);
}
Result<std::vector<Key>> Events::keys(const directory::Principal& by) const { return state_->keys.list(by); }
Result<> Events::revoke_key(const directory::Principal& by, const std::string& key) { return state_->keys.revoke(by, key); }
Result<std::shared_ptr<const Key>> Events::authenticate(const std::string& name, std::string_view secret, const std::string& peer) {
  return state_->keys.authenticate(name, secret, peer);
}
Result<std::unordered_map<int64_t, KeyHealth>> Events::key_health(const directory::Principal& by) const {
  return state_->pulse.health(state_->keys.reach(by, "k.org_no"));
}
Result<std::shared_ptr<const Key>> Events::key_by_no(int64_t no) const { return state_->keys.by_no(no); }
void Events::note_request(const Key& key, bool is_error) { state_->pulse.request(key, is_error); }

Result<ActorPage> Events::actors(const directory::Principal& by, const ActorQuery& query) const { return state_->actors.list(by, query); }
Result<> Events::map_actor(const directory::Principal& by, int64_t actor, PersonId person) { return state_->actors.map(by, actor, person); }
Result<> Events::ignore_actor(const directory::Principal& by, int64_t actor) { return state_->actors.ignore(by, actor); }
Result<> Events::reset_actor(const directory::Principal& by, int64_t actor) { return state_->actors.reset(by, actor); }
Result<std::vector<RosterAccount>> Events::accounts(const directory::Principal& by, directory::OrgNo org, const std::string& purpose,
                                                    const std::vector<directory::PersonNo>& people) {
  return state_->actors.accounts(by, org, purpose, people);
}

Result<> Events::flush() {
  BANMO_DO(state_->pulse.flush());
  return state_->people.flush();
}

void Events::note_version(const Key& key, Version version) {
  const std::lock_guard lock(state_->mutex);
  state_->spoken[key.no] = version;
}
Version Events::last_version(const Key& key) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->spoken.find(key.no);
  return found == state_->spoken.end() ? Version::v2_0 : found->second;
}

// The page goes on to the statement whose attachments would be too many bytes; the next page begins with it.
Result<> Events::State::end_by_bytes(const Key& key, Found& found) const {
  BANMO_TRY(const auto sha2s, hashes_of(found.bodies));
  BANMO_TRY(const auto sizes, finder.sizes(key, sha2s));
  std::set<std::string> counted;
  int64_t n_bytes = 0;
  for (size_t i = 0; i < found.bodies.size(); ++i) {
    BANMO_TRY(const auto own, hashes_of(std::span(found.bodies).subspan(i, 1)));
    for (const std::string& sha2 : own)
      if (const auto size = sizes.find(sha2); size != sizes.end() && counted.insert(sha2).second) n_bytes += size->second;
    if (i == 0 || n_bytes <= static_cast<int64_t>(options.max_page_bytes)) continue;
    found.bodies.resize(i);
    found.numbers.resize(i);
    found.next = found.numbers.back();
  }
  return {};
}

Result<std::vector<Draft>> Events::State::read(const Key& key, Version version, std::string_view body, const json::Value& value,
                                               const std::optional<Uuid>& put_id, const Contents& contents) const {
  const json::Array* list = put_id ? nullptr : value.as_array();
  if (list != nullptr && list->size() > options.max_batch) return too_many(options.max_batch);
  const std::string authority = authority_of(options, key);
  std::vector<Draft> drafts;
  const Place root;
  if (list == nullptr) {
    BANMO_TRY(Draft draft, draft_of(body, value, version, authority, put_id, root));
    BANMO_DO(check_signature(draft, contents, root));
    drafts.push_back(std::move(draft));
  } else {
    const auto items = items_of(body);
    for (size_t i = 0; i < list->size(); ++i) {
      const Place place{&root, {}, static_cast<int64_t>(i)};
      BANMO_TRY(Draft draft, draft_of(items[i], (*list)[i], version, authority, {}, place));
      BANMO_DO(check_signature(draft, contents, place));
      drafts.push_back(std::move(draft));
    }
    BANMO_DO(check_ids(drafts));
  }
  BANMO_DO(check_contents(drafts, contents));
  return drafts;
}

Result<std::vector<std::string>> Events::store(const Key& key, Version version, std::string_view body, const std::optional<Uuid>& put_id,
                                               const std::vector<Content>& contents, const sql::Change& also) {
  if (key.session != nullptr && !also) return no_session_way();
  BANMO_TRY(const json::Value value, json::read(body, {.max_bytes = state_->options.max_body_bytes}));
  const bool is_single = put_id || value.as_array() == nullptr;
  BANMO_TRY(const auto drafts, state_->read(key, version, body, value, put_id, Contents(contents)));
  std::vector<std::string> ids;
  std::vector<const Named*> named;
  for (const Draft& draft : drafts) {
    ids.push_back(draft.id.to_string());
    for (const Named& one : draft.named) named.push_back(&one);
  }
  if (drafts.empty()) return ids;
  if (named.size() > kMaxNamed)
    return fail(ErrorCode::too_large, "events.too_many_statements",
                {"一次请求最多涉及 10000 个参与者，请分批发送", "a request names at most 10,000 agents: send it in parts"});
  BANMO_DO(state_->gate.check(key, drafts, is_single));
  if (key.limits.validate && state_->options.recipes) BANMO_DO(state_->options.recipes->require(value));
  BANMO_TRY(const auto actors, state_->people.to_keep(key.org, named));
  BANMO_DO(state_->writer.store(key, drafts, contents, actors, is_single, also));
  state_->people.kept(key.org, named, state_->directory.clock().now());
  state_->pulse.stored(key, drafts.size());
  return ids;
}

Result<std::optional<std::string>> Events::statement(const Key& key, const Uuid& id, bool voided) const {
  BANMO_TRY(auto found, state_->finder.one(key, id, voided));
  if (found && key.session != nullptr && !is_of_session(*key.session, *found)) found.reset();
  return found;
}
Result<Found> Events::statements(const Key& key, const StatementQuery& query) const {
  StatementQuery asked = query;
  if (key.session != nullptr) {
    if (!query.registration.empty() && text::lower_ascii(query.registration) != key.session->registration) return no_session_way();
    asked.registration = key.session->registration;
  }
  BANMO_TRY(Found found, state_->finder.find(key, asked));
  if (query.with_attachments) BANMO_DO(state_->end_by_bytes(key, found));
  return found;
}
Instant Events::consistent_through() const { return state_->writer.consistent_through(); }

Result<> Events::each_content(const Key& key, const std::vector<std::string>& bodies, const std::function<void(const Content&)>& give) const {
  BANMO_TRY(const auto sha2s, hashes_of(bodies));
  for (const std::string& sha2 : sha2s) {
    BANMO_TRY(const auto content, state_->finder.content(key, sha2));
    if (content) give(*content);
  }
  return {};
}

Result<> Events::feed_into(records::Records& records) {
  state_->records = &records;
  state_->remover.into(records);
  return state_->feed.into(records);
}
Result<int64_t> Events::feed() { return state_->feed.run(state_->stopping); }
Result<int64_t> Events::file() { return state_->about.run(state_->stopping); }
void Events::stop() { state_->stopping = true; }
Result<LearningPage> Events::browse(const directory::Principal& by, const LearningQuery& query) const { return state_->browse.page(by, query); }
Result<LearningRecord> Events::record(const directory::Principal& by, const Uuid& id, directory::OrgNo key_org) const {
  return state_->browse.one(by, id, key_org);
}

Result<records::WrittenTable> Events::export_records(const directory::Principal& by, const LearningQuery& query, const std::string& format) const {
  return records_file(state_->directory, state_->browse, state_->records, by, query, format);
}

Result<RemovalPreview> Events::preview_erasure(const directory::Principal& by, PersonId person) const { return state_->erasing.preview(by, person); }
Result<Removal> Events::erase(const directory::Principal& by, PersonId person, const std::string& reason) {
  return state_->erasing.order(by, person, reason);
}
Result<RemovalPreview> Events::preview_purge(const directory::Principal& by, const PurgeWish& wish) const {
  return state_->purging.preview(by, wish);
}
Result<Removal> Events::purge(const directory::Principal& by, const PurgeWish& wish, const std::string& reason) {
  return state_->purging.order(by, wish, reason);
}
Result<RemovalPage> Events::removals(const directory::Principal& by, int64_t before_no, size_t limit) const {
  constexpr size_t kMaxPage = 200;
  BANMO_TRY(const auto lease, state_->directory.stores().ledger->read());
  return removals_before(*lease, removal_reach(state_->directory, by).predicate("org_no", ""), before_no, std::clamp<size_t>(limit, 1, kMaxPage));
}
Result<Removal> Events::removal(const directory::Principal& by, int64_t no) const {
  BANMO_TRY(const auto lease, state_->directory.stores().ledger->read());
  BANMO_TRY(const RemovalRow row, removal_by_no(*lease, no));
  if (removal_reach(state_->directory, by).covers(*state_->directory.orgs(), row.told.wish.org)) return row.told;
  return no_such_removal();
}
Result<int64_t> Events::remove() { return state_->remover.run(); }

Result<std::string> Events::activity(const Key& key, const std::string& id) const {
  json::Object out{{"objectType", "Activity"}, {"id", id}};
  BANMO_TRY(const auto known, state_->finder.definition(key, id));
  if (known) {
    BANMO_TRY(json::Value definition, json::read(*known));
    out.set("definition", std::move(definition));
  }
  return json::write(std::move(out));
}

Result<std::string> Events::identifier_of(const json::Value& value) {
  BANMO_TRY(const Actor actor, read_actor(value, Place{}));
  return actor.ifi;
}

Result<std::string> Events::person(const Key& key, const json::Value& agent) const {
  BANMO_TRY(const Actor actor, read_actor(agent, Place{}));
  if (key.session != nullptr && actor.ifi != key.session->actor) return no_session_way();
  json::Object out{{"objectType", "Person"}};
  std::string name = actor.name;
  BANMO_TRY(const auto latest, state_->finder.latest_of(key, actor.ifi));
  if (name.empty() && latest) {
    BANMO_TRY(const json::Value value, json::read(*latest));
    const auto statement = read_statement(value, Version::v2_0);
    if (statement.ok() && statement->actor.ifi == actor.ifi) name = statement->actor.name;
  }
  if (!name.empty()) out.set("name", json::Array{name});
  for (const std::string_view member : {"mbox", "mbox_sha1sum", "openid", "account"})
    if (const json::Value* value = agent.find(member)) out.set(std::string(member), json::Array{*value});
  return json::write(std::move(out));
}

std::string Events::with_ids_only(const std::string& body) {
  auto value = json::read(body);
  return value.ok() ? json::write(events::with_ids_only(*std::move(value))) : body;
}

Result<std::string> Events::canonical(const Key& key, const std::string& body, std::string_view languages) const {
  BANMO_TRY(json::Value value, json::read(body));
  const auto known = [&](const std::string& activity) -> std::optional<json::Value> {
    const auto text = state_->finder.definition(key, activity);
    if (!text.ok() || !*text) return std::nullopt;
    auto definition = json::read(**text);
    return definition.ok() ? std::optional(*std::move(definition)) : std::nullopt;
  };
  return json::write(canonical_of(std::move(value), languages, known));
}

Result<std::optional<Document>> Events::document(const Key& key, const DocumentPlace& place) const {
  BANMO_DO(check_reach(key, place, false));
  return state_->documents.get(key, place);
}
Result<std::vector<std::pair<std::string, Instant>>> Events::documents(const Key& key, const DocumentPlace& place,
                                                                       std::optional<Instant> since) const {
  BANMO_DO(check_reach(key, place, false));
  return state_->documents.list(key, place, since);
}
Result<> Events::put_document(const Key& key, const DocumentPlace& place, Document document, const Precondition& precondition, Need need,
                              bool merge) {
  BANMO_DO(check_reach(key, place, true));
  return state_->documents.put(key, place, std::move(document), precondition, need, merge);
}
Result<> Events::remove_document(const Key& key, const DocumentPlace& place, const Precondition& precondition) {
  BANMO_DO(check_reach(key, place, true));
  return state_->documents.remove(key, place, precondition);
}
Result<> Events::remove_documents(const Key& key, const DocumentPlace& place) {
  BANMO_DO(check_reach(key, place, true));
  return state_->documents.remove_all(key, place);
}

}  // namespace banmo::events
