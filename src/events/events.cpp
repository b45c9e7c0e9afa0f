// SPDX-License-Identifier: Apache-2.0
#include "events/events.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <unordered_map>

#include "events/attachments.h"
#include "events/documents.h"
#include "events/draft.h"
#include "events/feed.h"
#include "events/finder.h"
#include "events/formats.h"
#include "events/keys.h"
#include "events/reader.h"
#include "events/slices.h"
#include "events/writer.h"

namespace banmo::events {

struct Events::State {
  State(directory::Directory& the_directory, Options given)
      : directory(the_directory),
        options(std::move(given)),
        keys(directory),
        writer(*directory.stores().ledger, directory.clock()),
        finder(*directory.stores().ledger, directory, options.home_page, options.max_page),
        documents(*directory.stores().ledger, directory.clock()),
        feed(directory.stores()) {}
  directory::Directory& directory;
  Options options;
  Keys keys;
  Writer writer;
  Finder finder;
  Documents documents;
  Feed feed;
  std::mutex mutex;
  std::unordered_map<int64_t, Version> spoken;  // by key: the version of its last request
};

namespace {

std::string authority_of(const Options& options, const Key& key) {
  return json::write(
      json::Object{{"objectType", "Agent"}, {"name", key.title}, {"account", json::Object{{"homePage", options.home_page}, {"name", key.key}}}});
}

Error too_many(size_t limit) {
  const std::string n = std::to_string(limit);
  return fail(ErrorCode::too_large, "events.too_many_statements",
              {"一次最多 " + n + " 条陈述，请分批发送", "a request holds " + n + " statements at most: send them in parts"}, "$");
}

// Of a statement that was stored: nothing is checked again, the rules may have become stricter since.
void add_hashes(std::vector<std::string>& out, const json::Value& action) {
  const json::Value* list = action.find("attachments");
  if (list == nullptr || list->as_array() == nullptr) return;
  for (const json::Value& attachment : *list->as_array()) out.push_back(text_at(attachment, "sha2"));
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
  BANMO_DO(events->state_->feed.prepare());
  return events;
}

const Options& Events::options() const { return state_->options; }

Result<NewKey> Events::create_key(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes,
                                  directory::OrgNo org) {
  return state_->keys.create(by, title, scopes, org);
}
Result<std::vector<Key>> Events::keys(const directory::Principal& by) const { return state_->keys.list(by); }
Result<> Events::revoke_key(const directory::Principal& by, const std::string& key) { return state_->keys.revoke(by, key); }
Result<std::shared_ptr<const Key>> Events::authenticate(const std::string& name, std::string_view secret) {
  return state_->keys.authenticate(name, secret);
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

Result<std::vector<std::string>> Events::store(const Key& key, Version version, std::string_view body, const std::optional<Uuid>& put_id,
                                               const std::vector<Content>& contents) {
  BANMO_TRY(const json::Value value, json::read(body, {.max_bytes = state_->options.max_body_bytes}));
  const json::Array* list = put_id ? nullptr : value.as_array();
  if (list != nullptr && list->size() > state_->options.max_batch) return too_many(state_->options.max_batch);
  const std::string authority = authority_of(state_->options, key);
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
  std::vector<std::string> ids;
  for (const Draft& draft : drafts) ids.push_back(draft.id.to_string());
  if (!drafts.empty()) BANMO_DO(state_->writer.store(key, drafts, contents, list == nullptr));
  return ids;
}

Result<std::optional<std::string>> Events::statement(const Key& key, const Uuid& id, bool voided) const {
  return state_->finder.one(key, id, voided);
}
Result<Found> Events::statements(const Key& key, const StatementQuery& query) const { return state_->finder.find(key, query); }
Instant Events::consistent_through() const { return state_->writer.consistent_through(); }

Result<std::vector<Content>> Events::contents(const Key& key, const std::vector<std::string>& bodies) const {
  std::vector<std::string> sha2s;
  for (const std::string& body : bodies) {
    BANMO_TRY(const json::Value value, json::read(body));
    add_hashes(sha2s, value);
    if (const json::Value* object = value.find("object")) add_hashes(sha2s, *object);
  }
  std::sort(sha2s.begin(), sha2s.end());
  sha2s.erase(std::unique(sha2s.begin(), sha2s.end()), sha2s.end());
  return state_->finder.contents(key, sha2s);
}

Result<int64_t> Events::feed() { return state_->feed.run(); }

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

Result<std::optional<Document>> Events::document(const Key& key, const DocumentPlace& place) const { return state_->documents.get(key, place); }
Result<std::vector<std::pair<std::string, Instant>>> Events::documents(const Key& key, const DocumentPlace& place,
                                                                       std::optional<Instant> since) const {
  return state_->documents.list(key, place, since);
}
Result<> Events::put_document(const Key& key, const DocumentPlace& place, Document document, const Precondition& precondition, Need need,
                              bool merge) {
  return state_->documents.put(key, place, std::move(document), precondition, need, merge);
}
Result<> Events::remove_document(const Key& key, const DocumentPlace& place, const Precondition& precondition) {
  return state_->documents.remove(key, place, precondition);
}
Result<> Events::remove_documents(const Key& key, const DocumentPlace& place) { return state_->documents.remove_all(key, place); }

}  // namespace banmo::events
