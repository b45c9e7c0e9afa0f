// SPDX-License-Identifier: Apache-2.0
// The sessions of courses: launched, spoken in, ended; and what follows from what was said.
#include <algorithm>

#include "audit/audit.h"
#include "events/cmi5_reader.h"
#include "events/cmi5_rules.h"
#include "events/cmi5_statements.h"
#include "events/course_reach.h"
#include "events/course_store.h"
#include "events/courses.h"
#include "events/gate.h"
#include "events/look_up.h"
#include "events/reader.h"

namespace banmo::events {
namespace {

using directory::Principal;

constexpr std::string_view kRaced = "events.cmi5_raced";
constexpr int kMaxTries = 3;
constexpr size_t kMaxTold = 200;  // in one request, and no more than the store takes
constexpr const char* kPreferencesText = R"({"languagePreference":"zh-CN,en","audioPreference":"on"})";

Error raced() {
  return fail(ErrorCode::conflict, "events.cmi5_raced",
              {"同一课程正被另一处启动或改动，请再试一次", "the same registration is being changed elsewhere: try again"});
}
Error bad_token() {
  return fail(ErrorCode::unauthenticated, "events.bad_key", {"口令不对，请重新启动单元", "the token is wrong: launch the unit again"});
}
CourseVoice voice_of(const Events& events, const Course& course, const CourseRegistration& registration, std::string session) {
  return {registration.home_page, registration.account, registration.id, std::move(session), events.options().home_page, course.id};
}

CourseDeed deed_of(const json::Object& statement, int64_t session_no, size_t node, CourseVerb verb, Instant at) {
  return {session_no, node, verb, Uuid::parse(*statement.find("id")->as_string()).value_or(Uuid{}), at, {}};
}

// Why a fetch word gives no token, as FetchAnswer::error; 0: it does.
int fetch_error(const std::optional<SessionRow>& row, Instant now) {
  if (!row) return 2;
  return row->has_token || row->ended_at || !row->may_go_on || now >= row->expires_at ? 1 : 0;
}

// Basic authentication's user and password (8.2.2). Their characters never need the two in which base64url differs from base64.
std::string basic_token(const std::string& name, const std::string& secret) {
  const std::string pair = name + ":" + secret;
  std::string token = crypto::to_base64url(std::span(reinterpret_cast<const uint8_t*>(pair.data()), pair.size()));
  while (token.size() % 4 != 0) token += '=';
  return token;
}

bool is_unit(const Course& course, size_t node) { return node < course.structure.nodes.size() && course.structure.nodes[node].kind == NodeKind::au; }

// What a body says in the session, in its order; each by itself.
Result<std::vector<Said>> said_in(const CourseSession& session, Version version, const json::Value& body, const std::optional<Uuid>& put_id) {
  std::vector<Said> all;
  const auto read_one = [&](const json::Value& value, const Place& place) -> Result<> {
    BANMO_TRY(Statement statement, read_statement(value, version, place));
    if (!statement.id) statement.id = put_id;
    BANMO_TRY(const Said said, check_said(session, statement, value, place.text()));
    all.push_back(said);
    return {};
  };
  const Place root;
  const json::Array* list = put_id ? nullptr : body.as_array();
  if (list == nullptr) BANMO_DO(read_one(body, root));
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) BANMO_DO(read_one((*list)[i], Place{&root, {}, static_cast<int64_t>(i)}));
  return all;
}

// Whether each one's turn has come; `deeds` grows by what is new, which is given.
Result<std::vector<CourseDeed>> take_turns(const CourseSession& session, std::vector<CourseDeed> deeds, const std::vector<Said>& all) {
  std::vector<CourseDeed> fresh;
  for (size_t i = 0; i < all.size(); ++i) {
    const Said& said = all[i];
    BANMO_DO(check_turn(session, deeds, said, all.size() == 1 ? "$" : "$[" + std::to_string(i) + "]"));
    const bool stands = std::any_of(deeds.begin(), deeds.end(), [&](const CourseDeed& deed) { return deed.statement == said.id; });
    if (!said.verb || stands) continue;
    fresh.push_back({session.no, session.node, *said.verb, said.id, said.at, said.score});
    deeds.push_back(fresh.back());
  }
  return fresh;
}

}  // namespace

// One key for an organisation's courses, which its administrators see among their tools. Whoever revokes it ends all sessions; the next launch makes
// another.
Result<std::shared_ptr<const Key>> Courses::key_of(directory::OrgNo org) {
  int64_t no = 0;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(no, course_key(*lease, org));
  }
  if (no != 0) {
    auto key = events_.key_by_no(no);
    if (key.ok() || key.error().code != ErrorCode::unauthenticated) return key;
  }
  BANMO_TRY(const NewKey made,
            events_.create_key(Principal::system(), "课程（cmi5）", {"statements/write", "statements/read/mine", "state", "profile"}, org,
                               {.own_users = true, .verbs = {}, .profiles = {}}));
  int64_t kept = made.key.no;
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(const int64_t now_no, course_key(connection, org));
    kept = now_no == no ? made.key.no : now_no;  // another launch was first: its key is the one
    return now_no == no ? set_course_key(connection, org, kept) : Result<>();
  }));
  if (kept != made.key.no) BANMO_DO(events_.revoke_key(Principal::system(), made.key.key));
  return events_.key_by_no(kept);
}

Result<Launch> Courses::launch(const Principal& by, const std::string& id, const LaunchRequest& request) {
  BANMO_TRY(const CoursePtr course, open_course(by, id));
  if (!is_unit(*course, request.node)) return no_such_unit();
  BANMO_TRY(const auto registrations, enrol(by, *course, is_oneself(by), "no", {by.person.value}));
  auto launched = launch_once(by, *course, registrations[0], request);
  for (int i = 1; i < kMaxTries && !launched.ok() && launched.error().id == kRaced; ++i)
    launched = launch_once(by, *course, registrations[0], request);
  return launched;
}

Result<Launch> Courses::launch_once(const Principal& by, const Course& course, const CourseRegistration& registration, const LaunchRequest& request) {
  BANMO_TRY(const auto key, key_of(course.org));
  const CourseNode& unit = course.structure.nodes[request.node];
  const Instant now = directory_.clock().now();
  SessionRow row;
  row.session.id = Uuid::next().to_string();
  row.session.registration_no = registration.no;
  row.session.node = request.node;
  row.session.mode = request.mode;
  row.session.launched_at = row.last_at = now;
  row.expires_at = Instant{now.micros + kSessionMicros};
  row.key_no = key->no;
  const CourseVoice voice = voice_of(events_, course, registration, row.session.id);
  std::vector<SessionRow> open;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(open, open_sessions(*lease, registration.no));
  }
  Launch launch{row.session.id,
                registration.id,
                activity_of(voice.home_page, course.id, request.node),
                unit.url,
                json::write(actor_of(voice)),
                crypto::new_token(),
                unit.own_window,
                row.expires_at};
  if (!is_web_address(unit.url)) launch.url = request.content_base + course.content_token + "/" + unit.url;

  // 10.1: before the launch. A document stands until the next launch of the unit.
  const std::string actor = identifier_of(registration.home_page, registration.account);
  const DocumentPlace data{DocumentKind::state, launch.activity, actor, registration.id, std::string(kLaunchData)};
  BANMO_DO(events_.put_document(*key, data, {"application/json", json::write(launch_data(voice, unit, request.mode, request.return_url)), {}, {}}, {},
                                Need::never, false));
  const DocumentPlace preferences{DocumentKind::agent_profile, {}, actor, {}, std::string(kPreferences)};
  BANMO_TRY(const auto present, events_.document(*key, preferences));
  if (!present) BANMO_DO(events_.put_document(*key, preferences, {"application/json", kPreferencesText, {}, {}}, {}, Need::never, false));

  json::Array statements;
  std::vector<CourseDeed> deeds;
  for (const SessionRow& one : open) {
    CourseVoice of_old = voice;
    of_old.session = one.session.id;
    auto said = abandoned_statement(of_old, course.structure, one.session.node, one.last_at.micros - one.session.launched_at.micros, now);
    deeds.push_back(deed_of(said, one.session.no, one.session.node, CourseVerb::abandoned, now));
    statements.emplace_back(std::move(said));
  }
  auto said = launched_statement(voice, course.structure, request.node, request.mode, launch.url, now);
  deeds.push_back(deed_of(said, 0, request.node, CourseVerb::launched, now));
  statements.emplace_back(std::move(said));
  const auto keep = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto still, open_sessions(connection, registration.no));
    const bool same = std::equal(still.begin(), still.end(), open.begin(), open.end(),
                                 [](const SessionRow& a, const SessionRow& b) { return a.session.no == b.session.no && a.last_at == b.last_at; });
    if (!same) return raced();
    for (const SessionRow& one : open) BANMO_DO(touch_session(connection, one.session.no, now, true));
    BANMO_TRY(row.session.no, next_no(connection, "cmi5_session"));
    deeds.back().session_no = row.session.no;
    BANMO_DO(add_session(connection, row, crypto::sha256(launch.fetch_word)));
    for (const CourseDeed& deed : deeds) BANMO_DO(add_deed(connection, registration.no, deed));
    return note(connection, by.account_name, "course.launch", course, {{"session", row.session.id}, {"unit", static_cast<int64_t>(request.node)}});
  };
  BANMO_TRY([[maybe_unused]] const auto ids, events_.store(*key, Version::v1_0, json::write(std::move(statements)), {}, {}, keep));
  return launch;
}

Result<FetchAnswer> Courses::fetch(const std::string& word) {
  FetchAnswer answer;
  const crypto::Hash hash = crypto::sha256(word);
  {
    // Anybody may ask here: who has no good word does not get as far as the writer.
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(const auto row, session_by_fetch(*lease, hash, directory_.today()));
    answer.error = fetch_error(row, directory_.clock().now());
    if (answer.error != 0) return answer;
  }
  const std::string secret = crypto::new_token();
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    answer = {};
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(const auto row, session_by_fetch(connection, hash, directory_.today()));
    answer.error = fetch_error(row, directory_.clock().now());
    if (answer.error != 0) return {};
    answer.token = basic_token(std::string(kSessionName) + row->session.id, secret);
    BANMO_DO(set_token(connection, row->session.no, crypto::sha256(secret)));
    BANMO_TRY(const CoursePtr course, load(connection, row->session.course_no));
    return note(connection, "system", "course.token", *course, {{"session", row->session.id}});
  }));
  return answer;
}

Result<std::shared_ptr<const Key>> Courses::authenticate(const std::string& name, std::string_view secret) const {
  const crypto::Hash hash = crypto::sha256(secret);
  std::optional<SessionRow> row;
  CoursePtr course;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(row, session_by_id(*lease, name.substr(kSessionName.size()), directory_.today()));
    if (!row || !row->has_token || row->secret_hash != std::string(hash.begin(), hash.end())) return bad_token();
    BANMO_TRY(course, load(*lease, row->session.course_no));
  }
  const Instant now = directory_.clock().now();
  const bool is_late = row->ended_at && now.micros > row->ended_at->micros + kLateMicros;
  if (!row->may_go_on || is_late || now >= row->expires_at) return session_over();
  BANMO_TRY(const auto speaker, events_.key_by_no(row->key_no));
  if (!is_unit(*course, row->session.node)) return bad_token();
  CourseSession session = row->session;
  const CourseNode& unit = course->structure.nodes[session.node];
  session.course_activity = activity_of(events_.options().home_page, course->id, 0);
  session.activity = activity_of(events_.options().home_page, course->id, session.node);
  session.publisher_id = unit.publisher_id;
  session.mastery_score = unit.mastery_score;
  Key key = *speaker;
  key.session = std::make_shared<const CourseSession>(std::move(session));
  return std::make_shared<const Key>(std::move(key));
}

Result<std::vector<std::string>> Courses::store(const Key& key, Version version, std::string_view body, const std::optional<Uuid>& put_id,
                                                const std::vector<Content>& contents) {
  const CourseSession& session = *key.session;
  BANMO_TRY(const json::Value value, json::read(body, {.max_bytes = events_.options().max_body_bytes}));
  const auto check = [&]() -> Result<std::vector<Said>> {
    BANMO_TRY(auto all, said_in(session, version, value, put_id));
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(auto deeds, deeds_of(*lease, session.registration_no));
    BANMO_TRY([[maybe_unused]] const auto fresh, take_turns(session, std::move(deeds), all));
    return all;
  };
  auto all = check();
  if (!all.ok()) {
    if (all.error().code == ErrorCode::denied) BANMO_DO(note_refusal(directory_, key, all.error()));
    return all.error();
  }
  const auto keep = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(auto deeds, deeds_of(connection, session.registration_no));
    BANMO_TRY(const auto fresh, take_turns(session, std::move(deeds), *all));
    bool ends = false;
    for (const CourseDeed& deed : fresh) {
      BANMO_DO(add_deed(connection, session.registration_no, deed));
      ends |= deed.verb == CourseVerb::terminated;
    }
    return all->empty() ? Result<>() : touch_session(connection, session.no, directory_.clock().now(), ends);
  };
  BANMO_TRY(auto ids, events_.store(key, version, body, put_id, contents, keep));
  const bool moves =
      std::any_of(all->begin(), all->end(), [](const Said& said) { return said.verb == CourseVerb::completed || said.verb == CourseVerb::passed; });
  if (!moves) return ids;
  CoursePtr course;
  std::optional<CourseRegistration> registration;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(course, load(*lease, session.course_no));
    BANMO_TRY(registration, registration_by_no(*lease, session.registration_no));
  }
  if (registration) BANMO_DO(settle(*course, *registration, session.id, session.no));
  return ids;
}

// 9.3.9. What is told already is not told again; of two who come to it at once, one tells it. A large course is told in parts, inner blocks first.
Result<> Courses::settle(const Course& course, const CourseRegistration& registration, const std::string& session, int64_t session_no) {
  while (true) {
    std::vector<size_t> nodes;
    {
      BANMO_TRY(const auto lease, directory_.stores().ledger->read());
      BANMO_TRY(const auto deeds, deeds_of(*lease, registration.no));
      nodes = newly_satisfied(course.structure, deeds);
    }
    if (nodes.empty()) return {};
    BANMO_TRY(const bool told, tell_satisfied(course, registration, session, session_no, nodes));
    if (!told) return {};
  }
}

Result<bool> Courses::tell_satisfied(const Course& course, const CourseRegistration& registration, const std::string& session, int64_t session_no,
                                     const std::vector<size_t>& nodes) {
  BANMO_TRY(const auto key, key_of(course.org));
  const CourseVoice voice = voice_of(events_, course, registration, session);
  const Instant now = directory_.clock().now();
  json::Array statements;
  std::vector<CourseDeed> fresh;
  size_t n_bytes = 0;
  for (const size_t node : nodes) {
    auto said = satisfied_statement(voice, course.structure, node, now);
    n_bytes += json::write(said).size() + 1;
    const bool is_full = fresh.size() >= std::min(kMaxTold, events_.options().max_batch) || n_bytes >= events_.options().max_body_bytes;
    if (is_full && !fresh.empty()) break;
    fresh.push_back(deed_of(said, session_no, node, CourseVerb::satisfied, now));
    statements.emplace_back(std::move(said));
  }
  const auto keep = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto deeds, deeds_of(connection, registration.no));
    if (newly_satisfied(course.structure, deeds) != nodes) return raced();
    for (const CourseDeed& deed : fresh) BANMO_DO(add_deed(connection, registration.no, deed));
    return {};
  };
  const auto stored = events_.store(*key, Version::v1_0, json::write(std::move(statements)), {}, {}, keep);
  if (!stored.ok() && stored.error().id != kRaced) return stored.error();
  return stored.ok();
}

Result<> Courses::waive(const Principal& by, const std::string& id, const std::string& registration_id, size_t node, const std::string& reason) {
  BANMO_TRY(const CoursePtr course, open_course(by, id));
  if (!is_unit(*course, node)) return no_such_unit();
  std::optional<CourseRegistration> registration;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(registration, registration_by_id(*lease, course->no, registration_id, directory_.today(), teaches(directory_, by)));
  }
  if (!registration)
    return fail(ErrorCode::not_found, "events.no_such_registration",
                {"没有这次注册，或学生不在您的范围", "there is no such registration, or its student is outside your scope"}, "$.registration");
  BANMO_TRY(const auto key, key_of(course->org));
  const CourseVoice voice = voice_of(events_, *course, *registration, Uuid::next().to_string());
  const Instant now = directory_.clock().now();
  const json::Object said = waived_statement(voice, course->structure, node, reason, now);
  const auto keep = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto deeds, deeds_of(connection, registration->no));
    for (const CourseDeed& deed : deeds)
      if (deed.node == node && deed.verb == CourseVerb::waived)
        return fail(ErrorCode::conflict, "events.course_waived", {"这个单元已经免修过了", "the unit is waived already"});
    BANMO_DO(add_deed(connection, registration->no, deed_of(said, 0, node, CourseVerb::waived, now)));
    return note(connection, by.account_name, "course.waive", *course,
                {{"person", registration->person.value}, {"unit", static_cast<int64_t>(node)}, {"reason", reason}});
  };
  BANMO_TRY([[maybe_unused]] const auto ids, events_.store(*key, Version::v1_0, json::write(said), {}, {}, keep));
  return settle(*course, *registration, voice.session, 0);
}

}  // namespace banmo::events
