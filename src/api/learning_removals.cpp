// SPDX-License-Identifier: Apache-2.0
// Learning records that go: all of a person, or those that are too old. A dry run counts; an order is written down and worked off behind; orders
// stand here with how far they are.
#include "api/builder.h"
#include "api/city_day.h"
#include "api/read_note.h"
#include "api/session_shapes.h"
#include "api/shapes.h"
#include "base/city_time.h"
#include "directory/directory.h"
#include "events/events.h"
#include "models/admissions.h"

namespace banmo::api {
namespace {

using events::Removal;
using events::RemovalKind;
using events::RemovalPreview;

constexpr int kCount_ms = 300'000;                                                // a dry run reads what it counts
constexpr const char* kKinds[] = {"person", "age"};                               // in the order of RemovalKind
constexpr const char* kStates[] = {"statements", "rows", "attachments", "done"};  // in the order of RemovalState
constexpr const char* kNoRemoval = "events.no_such_removal";

struct CountsShape {
  static constexpr const char* kName = "LearningRemovalCounts";
  events::RemovalCounts counts;
};
template <class V>
void describe(V& v, CountsShape& x) {
  events::RemovalCounts& c = x.counts;
  v.field("n_statements", c.n_statements, {.doc = "The person's, or those that are too old."});
  v.field("n_redacted", c.n_redacted, {.doc = "Of others that name the person besides: they stay, without the identifier."});
  v.field("n_documents", c.n_documents, {.doc = "States and agent profiles."});
  v.field("n_attachments", c.n_attachments, {.doc = "That no statement uses any more. Not counted by a dry run."});
  v.field("n_actors", c.n_actors, {.doc = "Identifiers under which tools spoke of the person."});
  v.field("n_accounts", c.n_accounts, {.doc = "Accounts that were given out."});
  v.field("n_registrations", c.n_registrations, {.doc = "In courses."});
  v.field("n_rows", c.n_rows, {.doc = "Of datasets of kind event. Not counted by a dry run."});
}

struct PartShape {
  static constexpr const char* kName = "LearningRemovalPart";
  std::optional<OrgRef> org;
  int64_t n_statements = 0;
  std::optional<Instant> oldest, newest;
};
template <class V>
void describe(V& v, PartShape& x) {
  v.field("org", x.org, {.doc = "Whose tools wrote them."});
  v.field("n_statements", x.n_statements);
  v.field("oldest", x.oldest, {.doc = "By the statements' own time; by age only."});
  v.field("newest", x.newest);
}

struct RemovalShape {
  static constexpr const char* kName = "LearningRemoval";
  std::string no, kind, state, reason, by;
  std::optional<OrgRef> org;
  std::optional<Instant> done_at;
  std::optional<std::string> before, key, verb, subject;
  bool keep_figures = false;
  Instant at;
  int64_t n_expected = 0;
  CountsShape counts;
};
template <class V>
void describe(V& v, RemovalShape& x) {
  v.field("no", x.no);
  v.field("kind", x.kind, {.one_of = kKinds});
  v.field("state", x.state, {.doc = "What is being taken away; done.", .one_of = kStates});
  v.field("org", x.org, {.doc = "Where the person stood; whose statements go by age, with those below."});
  v.field("before", x.before, {.doc = "A day in the city."});
  v.field("key", x.key);
  v.field("verb", x.verb);
  v.field("keep_figures", x.keep_figures, {.doc = "Rows of datasets stay, and what is counted from them."});
  v.field("subject", x.subject, {.doc = "SHA-256 (hexadecimal) of the person's id: who holds the id can show that this was done."});
  v.field("reason", x.reason);
  v.field("by", x.by);
  v.field("at", x.at);
  v.field("done_at", x.done_at);
  v.field("n_expected", x.n_expected, {.doc = "Statements, as they were counted before."});
  v.field("counts", x.counts, {.doc = "So far."});
}

struct RemovalAnswer {
  static constexpr const char* kName = "LearningRemovalAnswer";
  bool dry_run = true;
  std::optional<CountsShape> expected;
  std::vector<PartShape> parts;
  std::optional<RemovalShape> removal;
  std::optional<int64_t> n_admission_runs;
};
template <class V>
void describe(V& v, RemovalAnswer& x) {
  v.field("dry_run", x.dry_run);
  v.field("expected", x.expected, {.doc = "Of a dry run: what would go. Nothing was changed."});
  v.field("parts", x.parts, {.doc = "Of a dry run: the statements by organisation, most first."});
  v.field("removal", x.removal, {.doc = "What was ordered; absent in a dry run."});
  v.field("n_admission_runs", x.n_admission_runs, {.doc = "Runs of admissions that forget the person; of an erasure that was ordered."});
}

struct ErasureIn {
  static constexpr const char* kName = "LearningErasureIn";
  std::string person;
  bool dry_run = true;
  std::optional<std::string> reason;
};
template <class V>
void describe(V& v, ErasureIn& x) {
  v.field("person", x.person, {.title = "人员", .doc = "Whose records go: all of them, for good.", .min_length = 36, .max_length = 36});
  v.field("dry_run", x.dry_run, {.doc = "Only counts.", .has_default = true});
  v.field("reason", x.reason, {.title = "原因", .doc = "Needed unless dry_run: 4 to 500 characters.", .max_length = 500});
}

struct PurgeIn {
  static constexpr const char* kName = "LearningPurgeIn";
  std::string org, before;
  std::optional<std::string> key, verb, reason;
  bool keep_figures = true, dry_run = true;
};
template <class V>
void describe(V& v, PurgeIn& x) {
  v.field("org", x.org, {.title = "单位", .doc = "Its tools' statements, and those of what lies below it.", .max_length = 36});
  v.field("before", x.before,
          {.title = "早于", .doc = "A day in the city: statements that tell of a time before it.", .pattern = "^\\d{4}-\\d{2}-\\d{2}$"});
  v.field("key", x.key, {.doc = "Only this tool's.", .max_length = 100});
  v.field("verb", x.verb, {.doc = "Only this verb (IRI).", .max_length = 1000});
  v.field("keep_figures", x.keep_figures, {.doc = "Rows of datasets stay, and what is counted from them.", .has_default = true});
  v.field("dry_run", x.dry_run, {.doc = "Only counts.", .has_default = true});
  v.field("reason", x.reason, {.title = "原因", .doc = "Needed unless dry_run: 4 to 500 characters.", .max_length = 500});
}

std::optional<std::string> text_or_none(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

RemovalShape shape_of(const directory::OrgTree& tree, const Removal& removal) {
  RemovalShape shape;
  shape.no = std::to_string(removal.no);
  shape.kind = kKinds[static_cast<size_t>(removal.kind)];
  shape.state = kStates[static_cast<size_t>(removal.state)];
  shape.reason = removal.reason;
  shape.by = removal.asked_by;
  shape.org = ref_of(tree, removal.wish.org);
  if (removal.kind == RemovalKind::age) shape.before = city_date(removal.wish.before).to_iso();
  shape.done_at = removal.done_at;
  shape.key = text_or_none(removal.wish.key);
  shape.verb = text_or_none(removal.wish.verb);
  shape.subject = text_or_none(removal.subject);
  shape.keep_figures = removal.wish.keep_figures;
  shape.at = removal.asked_at;
  shape.n_expected = removal.n_expected;
  shape.counts.counts = removal.counts;
  return shape;
}

RemovalAnswer counted(const Call& call, const RemovalPreview& preview) {
  const auto tree = call.engines.directory->orgs();
  RemovalAnswer answer;
  answer.expected = CountsShape{preview.counts};
  for (const RemovalPreview::Part& part : preview.parts) {
    PartShape shape{ref_of(*tree, part.org), part.n_statements, {}, {}};
    if (part.oldest.micros != 0) shape.oldest = part.oldest;
    if (part.newest.micros != 0) shape.newest = part.newest;
    answer.parts.push_back(std::move(shape));
  }
  return answer;
}

RemovalAnswer ordered(const Call& call, const Removal& removal) {
  RemovalAnswer answer;
  answer.dry_run = false;
  answer.removal = shape_of(*call.engines.directory->orgs(), removal);
  return answer;
}

Result<RemovalAnswer> erase_person(const Call& call, const ErasureIn& in) {
  const PersonId person = PersonId::parse(in.person).value_or(PersonId{});
  if (in.dry_run) {
    BANMO_TRY(const RemovalPreview preview, call.engines.events->preview_erasure(call.principal, person));
    BANMO_DO(note_read(call, pack::Level::l3, "learning.count", "statement", "person=" + std::to_string(preview.person.value),
                       static_cast<size_t>(preview.counts.n_statements)));
    return counted(call, preview);
  }
  // Runs of admissions forget the person too, also when a repeated order finds the records on their way: a stop between the two loses neither.
  const auto erased = call.engines.events->erase(call.principal, person, in.reason.value_or(""));
  if (!erased.ok() && erased.error().id != "events.erasure_runs") return erased.error();
  BANMO_TRY(const int64_t n_runs, call.engines.admissions->forget(call.principal, person));
  BANMO_TRY(const Removal removal, erased);
  RemovalAnswer answer = ordered(call, removal);
  answer.n_admission_runs = n_runs;
  return answer;
}

Result<RemovalAnswer> purge(const Call& call, const PurgeIn& in) {
  BANMO_TRY(const directory::Org* org, find_org(*call.engines.directory->orgs(), in.org));
  BANMO_TRY(const Instant before, city_day(in.before, 0, "$.before"));
  const events::PurgeWish wish{org->no, before, in.key.value_or(""), in.verb.value_or(""), in.keep_figures};
  if (in.dry_run) {
    BANMO_TRY(const RemovalPreview preview, call.engines.events->preview_purge(call.principal, wish));
    return counted(call, preview);
  }
  BANMO_TRY(const Removal removal, call.engines.events->purge(call.principal, wish, in.reason.value_or("")));
  return ordered(call, removal);
}

Result<List<RemovalShape>> list_removals(const Call& call) {
  BANMO_TRY(const int64_t before, call.cursor());
  BANMO_TRY(const events::RemovalPage page, call.engines.events->removals(call.principal, before, static_cast<size_t>(call.integer("limit", 50))));
  const auto tree = call.engines.directory->orgs();
  List<RemovalShape> list;
  for (const Removal& removal : page.items) list.items.push_back(shape_of(*tree, removal));
  if (page.next != 0) list.next = std::to_string(page.next);
  return list;
}

Result<RemovalShape> get_removal(const Call& call) {
  BANMO_TRY(const int64_t no, number_in_path(call, "no", kNoRemoval));
  BANMO_TRY(const Removal removal, call.engines.events->removal(call.principal, no));
  return shape_of(*call.engines.directory->orgs(), removal);
}

}  // namespace

void add_learning_removal_routes(Builder& builder) {
  builder.tag("learning");
  builder.route<ErasureIn, RemovalAnswer>(
      {.method = "POST",
       .path = "/learning/erasures",
       .operation = "erase_learning_person",
       .summary = {"删除一个人的全部学习记录；dry_run 只计数", "Erase all learning records of a person; dry_run only counts"},
       .permission = "people.manage",
       .timeout_ms = kCount_ms},
      erase_person);
  builder.route<PurgeIn, RemovalAnswer>({.method = "POST",
                                         .path = "/learning/purges",
                                         .operation = "purge_learning_records",
                                         .summary = {"按时间清除学习记录；dry_run 只计数", "Remove old learning records; dry_run only counts"},
                                         .permission = "people.manage",
                                         .timeout_ms = kCount_ms},
                                        purge);
  builder.route<List<RemovalShape>>({.method = "GET",
                                     .path = "/learning/removals",
                                     .operation = "list_learning_removals",
                                     .summary = {"删除与清除任务，新的在前", "Removals that were ordered, newest first"},
                                     .permission = "people.manage",
                                     .parameters = page_parameters()},
                                    list_removals);
  builder.route<RemovalShape>({.method = "GET",
                               .path = "/learning/removals/{no}",
                               .operation = "get_learning_removal",
                               .summary = {"一项删除或清除任务及其进度", "A removal and how far it is"},
                               .permission = "people.manage"},
                              get_removal);
}

}  // namespace banmo::api
