// SPDX-License-Identifier: Apache-2.0
#include "ask/ask.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "ask/figures.h"
#include "ask/log_text.h"
#include "ask/plan_answer.h"
#include "ask/sentence.h"
#include "ask/state.h"
#include "audit/audit.h"
#include "base/city_time.h"
#include "base/id.h"
#include "directory/proxy.h"

namespace banmo::ask {
namespace {

using directory::Right;

constexpr size_t kMostQuestion_bytes = 600, kMostPlan_bytes = 2000;  // of the audit log

// What an officer may mend by teaching a word, or a pack by having data; not what rights and small cells forbid.
bool is_failure(Refusal refusal) {
  switch (refusal) {
    case Refusal::unknown_metric:
    case Refusal::unknown_entity:
    case Refusal::ambiguous:
    case Refusal::unsupported:
    case Refusal::no_data:
    case Refusal::not_a_data_question: return true;
    default: return false;
  }
}

// Of an edited answer, which has no words of its own.
std::string label_of(const std::vector<Chip>& chips) {
  std::string text;
  for (const Chip& chip : chips) text += (text.empty() ? "" : " · ") + chip.text;
  return text;
}

Refusal refusal_of(const Error& error) {
  if (error.code == ErrorCode::denied) return Refusal::forbidden_scope;
  return error.code == ErrorCode::invalid || error.code == ErrorCode::too_large || error.code == ErrorCode::unsupported ? Refusal::unsupported
                                                                                                                        : Refusal::none;
}

}  // namespace

Viewer Ask::State::viewer_of(const metrics::Principal& principal) const {
  const directory::Scope scope = directory.scope(principal, Right::metrics_read, {.org_field = "org", .person_field = {}, .level = pack::Level::l1});
  Viewer viewer;
  viewer.everything = scope.everything;
  viewer.orgs = scope.orgs;
  auto seen = std::make_shared<std::set<std::string>>();
  if (principal.has(Right::metrics_read))
    for (const pack::Metric* metric : metrics.visible(principal)) seen->insert(metric->id);
  viewer.sees_metric = [seen](const std::string& id) { return seen->contains(id); };
  return viewer;
}

std::shared_ptr<const Lexicon> Ask::State::present_lexicon() {
  {
    const std::lock_guard lock(mutex);
    if (lexicon != nullptr) return lexicon;
  }
  renew_lexicon();
  const std::lock_guard lock(mutex);
  return lexicon;
}

void Ask::State::renew_lexicon() {
  const std::lock_guard one(renew_mutex);
  const auto own = words.all();
  const auto tree = directory.orgs();
  {
    const std::lock_guard lock(mutex);
    if (lexicon != nullptr && lexicon->tree_version() == tree->version() && words_no == own->no) return;
  }
  auto fresh = Lexicon::build(*catalogue, *tree, own->words);
  const std::lock_guard lock(mutex);
  lexicon = std::move(fresh);
  words_no = own->no;
}

Ask::State::Reading Ask::State::reading_for(const metrics::Principal& principal) {
  auto tree = directory.orgs();
  Parser parser(present_lexicon(), frame, tree);
  return {std::move(tree), viewer_of(principal), std::move(parser)};
}

Result<> Ask::State::log(const metrics::Principal& principal, std::string_view question, const Answer& answer, bool keep) const {
  const Parsed& parsed = answer.understood;
  const Instant now = clock.now();
  const bool refused = parsed.refusal != Refusal::none;
  json::Object detail{{"question", for_the_log(question, kMostQuestion_bytes)}};
  if (refused)
    detail.set("code", name_of(parsed.refusal));
  else
    detail.set("plan", for_the_log(text_of(parsed.tree), kMostPlan_bytes));
  if (answer.by_model()) detail.set("read_by", "model");
  const audit::Entry entry{now, principal.account_name, "ask.question", "question", answer.id, 0, std::move(detail)};
  Asked asked;
  asked.id = answer.id;
  asked.at = now;
  asked.question = question.empty() ? label_of(parsed.chips) : std::string(question);
  asked.code = name_of(parsed.refusal);
  const bool kept = keep && !answer.id.empty();
  if (asks_something(parsed.tree) && !parsed.chips.empty()) asked.tree = parsed.tree;
  const Refusal unread = answer.by_model() ? answer.unread_as : parsed.refusal;
  return stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    if (kept) BANMO_DO(notebook.add(connection, principal, asked));
    if (kept && is_failure(unread) && !question.empty()) BANMO_DO(notebook.count_refusal(connection, principal, question, name_of(unread)));
    BANMO_DO(audit::append(connection, entry, directory.profile()));
    return {};
  });
}

// The question leaves the server: that is in the log before it does. One that may name a person does not leave it at all.
Result<> Ask::State::read_by_model(const metrics::Principal& principal, std::string_view question, const Reading& reading, Answer& answer) {
  const Refusal refusal = answer.understood.refusal;
  const bool unread = refusal == Refusal::unknown_metric || refusal == Refusal::unsupported || refusal == Refusal::not_a_data_question;
  if (!unread || question.empty() || !model.is_ready()) return {};
  const Date today = city_date(clock.now());
  const auto places = reading.parser.places_in(question, today, reading.viewer);
  if (!places || reading.parser.without_names(question, today) != question) return {};
  const std::string sent = for_the_log(question, question.size());
  if (sent.size() > kMostQuestion_bytes) return {};  // never a part of a question
  const audit::Entry entry{clock.now(), principal.account_name, "ask.model_call", "question", "", 0, json::Object{{"question", sent}}};
  BANMO_DO(stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(audit::append(connection, entry, directory.profile()));
    return {};
  }));
  auto tree = model.read(sent, vocabulary_of(frame, reading.viewer), today);
  if (!tree) return {};
  // Places are those that the rules found, whatever the model wrote.
  std::erase_if(tree->where, [](const Where& one) { return is_level(one.dimension); });
  tree->where.insert(tree->where.end(), places->begin(), places->end());
  tree->member.clear();
  Parsed checked = reading.parser.check(*tree, reading.viewer);
  if (checked.refusal != Refusal::none) return {};
  checked.notes.push_back(
      {"规则没有读懂这句话，由模型读成查询；请核对上面的理解", "the rules could not read this and a model did: check what it understood"});
  answer.understood = std::move(checked);
  answer.unread_as = refusal;
  return {};
}

Result<> Ask::State::fill(const metrics::Principal& principal, const Reading& reading, Answer& answer) {
  if (answer.understood.refusal == Refusal::none) BANMO_DO(compute(principal, reading, answer));
  if (answer.understood.refusal != Refusal::none) answer.sentence = answer.understood.why;
  return {};
}

Result<> Ask::State::compute(const metrics::Principal& principal, const Reading& reading, Answer& answer) {
  const Tree& asked = answer.understood.tree;
  if (asked.intent == Intent::target) return compute_targets(principal, answer);
  FigureReader reader(metrics, frame, principal);
  auto read = reader.read(asked);
  if (!read.ok()) {
    const Refusal refusal = refusal_of(read.error());
    if (refusal == Refusal::none) return std::move(read).error();
    answer.understood.refusal = refusal;
    answer.understood.why = read.error().message;
    return {};
  }
  const Figures& figures = *read;
  if (figures.unfit) {
    answer.understood.refusal = Refusal::unsupported;
    answer.understood.why = {"查询要用的列不在结果里；请换一种问法",
                             "the query speaks of a column that its result does not have: ask in another way"};
    return {};
  }
  if (figures.withheld || figures.empty) return refuse_empty(principal, figures, answer);
  answer.table = figures.table;
  answer.sentence = sentence_of({frame, *reading.tree, reading.viewer, asked, figures});
  answer.sentence.zh += "数据截至" + city_date(figures.table.as_of).to_iso() + "。";
  answer.sentence.en += " Data of " + city_date(figures.table.as_of).to_iso() + ".";
  answer.chart = chart_of(asked, frame, figures.table);
  add_caveats(reading.viewer, asked, figures, answer);
  BANMO_TRY(metrics::Explanation explanation, metrics.explain(principal, figures.asked));
  answer.notes = std::move(explanation.metrics);
  answer.sources = std::move(explanation.sources);
  return {};
}

// Plans are the city's: whoever may read them sees all of them.
Result<> Ask::State::compute_targets(const metrics::Principal& principal, Answer& answer) {
  const auto states = metrics.plan(principal);
  if (!states.ok() && states.error().code != ErrorCode::denied) return states.error();
  if (!states.ok()) {
    answer.understood.refusal = Refusal::forbidden_field;
    answer.understood.why = states.error().message;
    return {};
  }
  answer_targets(*states, answer);
  answer.table.as_of = clock.now();
  return {};
}

// None to be shown: because they are too few people, or because there are no data; then which periods there are.
Result<> Ask::State::refuse_empty(const metrics::Principal& principal, const Figures& figures, Answer& answer) {
  Parsed& parsed = answer.understood;
  if (figures.withheld) {
    parsed.refusal = Refusal::small_cell;
    parsed.why = {"涉及的人数太少，为保护个人信息不显示；请扩大范围再问", "too few people are behind this figure to show it: ask for more of them"};
    return {};
  }
  parsed.refusal = Refusal::no_data;
  const MetricFrame& first = *frame.metric(parsed.tree.metrics.front());
  std::string from, to;
  if (!first.period.empty()) {
    metrics::Query query;
    query.metrics = {first.metric->id};
    query.by = {first.period};
    query.time.grain = parsed.tree.time.grain;
    BANMO_TRY(const metrics::QueryResult periods, metrics.query(principal, query));
    if (!periods.rows.empty()) {
      from = period_title(text_in(periods.rows.front().front()), query.time.grain, first.dating).zh;
      to = period_title(text_in(periods.rows.back().front()), query.time.grain, first.dating).zh;
    }
  }
  parsed.why = {"没有符合条件的数据" + (from.empty() ? std::string() : "；现有数据的时间为" + (from == to ? from : from + "至" + to)),
                "there are no data for this"};
  return {};
}

void Ask::State::add_caveats(const Viewer& viewer, const Tree& asked, const Figures& figures, Answer& answer) const {
  const auto add = [&](std::string zh, std::string en) { answer.caveats.push_back({std::move(zh), std::move(en)}); };
  for (const Message& note : answer.understood.notes) answer.caveats.push_back(note);
  const MetricFrame& first = *frame.metric(asked.metrics.front());
  if (first.dating == Dating::school_year) add("按学年统计（九月至次年八月）", "by school year (September to August)");
  const bool several = asked.time.last > 1 || asked.time.from != asked.time.to;
  if (first.stock && several && std::find(asked.by.begin(), asked.by.end(), first.period) == asked.by.end())
    add("时点数不能跨期相加，取所问时间里最后一期", "a stock is not summed over time: the last period of those asked for");
  if (figures.partly_withheld)
    add("人数太少或为保护它们的单元格不显示，也不计入排名和计数", "cells of few people are withheld, and are not ranked or counted");
  if (!viewer.everything && !asked.by.empty() && first.has_org) add("只包含您数据范围内的机构", "organisations of your scope only");
  if (figures.table.more) add("只列出前面的部分", "only the first are listed");
  if (asked.intent == Intent::contribution)
    add("贡献按两期平均权重分解，各部分相加等于可见部分的总变化", "parts are weighted by the mean of both periods and add up to the visible change");
}

Ask::Ask(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory, metrics::Metrics& metrics,
         const Clock& clock, Options options)
    : state_(std::make_unique<State>(std::move(stores), std::move(catalogue), directory, metrics, clock, std::move(options))) {}
Ask::~Ask() = default;

const Notebook& Ask::notebook() const { return state_->notebook; }

Result<Answer> Ask::answer(const metrics::Principal& principal, std::string_view question, const std::optional<Tree>& previous) {
  BANMO_DO(check_right(principal, Right::metrics_read));
  const State::Reading reading = state_->reading_for(principal);
  const Parser& parser = reading.parser;
  Answer answer;
  if (principal.session != 0) answer.id = Uuid::next().to_string();
  bool usable = true;
  if (previous) {
    answer.understood = parser.check(*previous, reading.viewer);
    usable = answer.understood.refusal == Refusal::none;
  }
  if (usable) answer.understood = parser.parse(question, city_date(state_->clock.now()), reading.viewer, previous ? &*previous : nullptr);
  // A follow-up may join parts that do not go together.
  if (usable && answer.understood.refusal == Refusal::none) {
    Parsed checked = parser.check(answer.understood.tree, reading.viewer);
    if (checked.refusal != Refusal::none) {
      answer.understood.refusal = checked.refusal;
      answer.understood.why = checked.why;
    }
  }
  if (usable) BANMO_DO(state_->read_by_model(principal, question, reading, answer));
  const std::string kept = parser.without_names(question, city_date(state_->clock.now()));
  BANMO_DO(state_->log(principal, kept, answer, true));
  const bool readable = answer.understood.refusal == Refusal::none;
  BANMO_DO(state_->fill(principal, reading, answer));
  if (readable && answer.understood.refusal != Refusal::none)
    BANMO_DO(state_->notebook.settle(principal, answer.id, kept, name_of(answer.understood.refusal),
                                     !question.empty() && is_failure(answer.understood.refusal)));
  return answer;
}

Result<> Ask::rate(const metrics::Principal& principal, const std::string& id, std::string_view rating, std::string_view word) {
  const State::Reading reading = state_->reading_for(principal);
  return state_->notebook.rate(principal, id, rating, reading.parser.without_names(word, city_date(state_->clock.now())));
}

// A question without a place is about all that its asker sees: for others its words, and what it is a share or a mean of, would mean another.
Ask::State::Scoped Ask::State::scoped_for(const Tree& tree, const Viewer& owner, const Reading& reading) const {
  if (tree.intent == Intent::target || !asks_something(tree)) return Scoped::same;
  const MetricFrame* first = frame.metric(tree.metrics.front());
  const bool placed = std::any_of(tree.where.begin(), tree.where.end(), [](const Where& one) { return is_level(one.dimension); });
  const bool of_whole = tree.against_whole || std::any_of(tree.having.begin(), tree.having.end(), [](const Having& one) { return one.whole; });
  if (first == nullptr || !first->has_org || (placed && !of_whole)) return Scoped::same;
  const auto within = [&](const Viewer& inner, const Viewer& outer) {
    return outer.everything || (!inner.everything && std::all_of(inner.orgs.begin(), inner.orgs.end(),
                                                                 [&](directory::OrgNo no) { return covers(*reading.tree, outer, no); }));
  };
  const bool sees_all = within(owner, reading.viewer);
  if (sees_all && within(reading.viewer, owner)) return Scoped::same;
  const bool by_place = !tree.by.empty() && std::any_of(tree.by.begin(), tree.by.end(), [](const std::string& id) { return is_level(id); });
  return sees_all || (by_place && !of_whole) ? Scoped::other : Scoped::hidden;
}

Result<SharedAnswer> Ask::open_shared(const metrics::Principal& principal, const std::string& id) {
  BANMO_DO(check_right(principal, Right::metrics_read));
  BANMO_TRY(Asked asked, state_->notebook.unscoped_shared(id));
  // A link lives no longer than what its owner may ask.
  const auto owner = directory::principal_of(state_->directory, asked.account, "", {});
  if (!asked.tree || !owner.ok() || !(*owner)->has(Right::metrics_read)) return no_such_question();
  const State::Reading reading = state_->reading_for(principal);
  SharedAnswer shared;
  shared.at = asked.at;
  shared.answer.understood = reading.parser.check(*asked.tree, reading.viewer);
  using Scoped = State::Scoped;
  const Scoped scoped = state_->scoped_for(*asked.tree, state_->viewer_of(**owner), reading);
  if (scoped == Scoped::hidden && shared.answer.understood.refusal == Refusal::none) {
    shared.answer.understood = {};
    shared.answer.understood.refusal = Refusal::forbidden_scope;
    shared.answer.understood.why = {"这个问题问的范围比您的数据范围大；可以问您所在机构的数据",
                                    "this question is about more than your scope: ask about your own organisation"};
  }
  shared.answer.id = id;  // for the log; the reader has no such entry
  BANMO_DO(state_->log(principal, "", shared.answer, false));
  shared.answer.id.clear();
  BANMO_DO(state_->fill(principal, reading, shared.answer));
  // Words may name what the reader must not hear of.
  if (const Refusal refusal = shared.answer.understood.refusal; refusal == Refusal::none || refusal == Refusal::no_data) {
    if (scoped == Scoped::same) shared.question = std::move(asked.question);
    if (scoped != Scoped::same) shared.question = label_of(shared.answer.understood.chips);
    shared.by = std::move(asked.by);
  }
  if (scoped != Scoped::same && shared.answer.understood.refusal == Refusal::none)
    shared.answer.caveats.push_back({"按您的数据范围重新统计，与分享人看到的范围不同", "counted anew within your scope, which is not the sharer's"});
  return shared;
}

Result<> Ask::refresh() {
  BANMO_DO(state_->words.refresh());
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->lexicon == nullptr) return {};  // nobody has asked yet
  }
  state_->renew_lexicon();
  return {};
}

Result<> Ask::forget_old() {
  constexpr int64_t kHour_micros = int64_t{3600} * 1'000'000;
  const int64_t now = state_->clock.now().micros;
  if (now - state_->swept_at.load() < kHour_micros) return {};
  BANMO_DO(state_->notebook.forget_old());
  state_->swept_at = now;
  return {};
}

}  // namespace banmo::ask
