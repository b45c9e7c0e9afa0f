// SPDX-License-Identifier: Apache-2.0
#include "ask/ask.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "ask/figures.h"
#include "ask/log_text.h"
#include "ask/sentence.h"
#include "audit/audit.h"
#include "base/city_time.h"
#include "directory/directory.h"

namespace banmo::ask {
namespace {

using directory::Right;

constexpr size_t kMostQuestion_bytes = 600, kMostPlan_bytes = 2000;  // of the audit log

Refusal refusal_of(const Error& error) {
  if (error.code == ErrorCode::denied) return Refusal::forbidden_scope;
  return error.code == ErrorCode::invalid || error.code == ErrorCode::too_large || error.code == ErrorCode::unsupported ? Refusal::unsupported
                                                                                                                        : Refusal::none;
}

}  // namespace

struct Ask::State {
  sql::Stores stores;
  std::shared_ptr<const pack::Catalogue> catalogue;
  directory::Directory& directory;
  metrics::Metrics& metrics;
  const Clock& clock;
  Frame frame;
  std::mutex mutex;  // of the one below
  std::shared_ptr<const Lexicon> lexicon;

  // The vocabulary of the present tree: made again when an organisation changed.
  std::shared_ptr<const Lexicon> lexicon_of(const directory::OrgTree& tree) {
    const std::lock_guard lock(mutex);
    if (lexicon == nullptr || lexicon->tree_version() != tree.version()) lexicon = Lexicon::build(*catalogue, tree);
    return lexicon;
  }

  Viewer viewer_of(const metrics::Principal& principal) const {
    const directory::Scope scope =
        directory.scope(principal, Right::metrics_read, {.org_field = "org", .person_field = {}, .level = pack::Level::l1});
    Viewer viewer;
    viewer.everything = scope.everything;
    viewer.orgs = scope.orgs;
    auto seen = std::make_shared<std::set<std::string>>();
    if (principal.has(Right::metrics_read))
      for (const pack::Metric* metric : metrics.visible(principal)) seen->insert(metric->id);
    viewer.sees_metric = [seen](const std::string& id) { return seen->contains(id); };
    return viewer;
  }

  Result<> log(const metrics::Principal& principal, std::string_view question, const Parsed& parsed) const {
    const Instant now = clock.now();
    json::Object detail{{"question", for_the_log(question, kMostQuestion_bytes)}};
    if (parsed.refusal == Refusal::none)
      detail.set("plan", for_the_log(text_of(parsed.tree), kMostPlan_bytes));
    else
      detail.set("code", kRefusalNames[static_cast<size_t>(parsed.refusal)]);
    const audit::Entry entry{now, principal.account_name, "ask.question", "question", "", 0, std::move(detail)};
    return stores.ledger->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(audit::append(connection, entry, directory.profile()));
      return {};
    });
  }

  Result<> fill(const metrics::Principal& principal, const Viewer& viewer, const directory::OrgTree& tree, Answer& answer) {
    const Tree& asked = answer.understood.tree;
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
    answer.sentence = sentence_of({frame, tree, viewer, asked, figures});
    answer.sentence.zh += "数据截至" + city_date(figures.table.as_of).to_iso() + "。";
    answer.sentence.en += " Data of " + city_date(figures.table.as_of).to_iso() + ".";
    answer.chart = chart_of(asked, frame, figures.table);
    add_caveats(viewer, asked, figures, answer);
    BANMO_TRY(metrics::Explanation explanation, metrics.explain(principal, figures.asked));
    answer.notes = std::move(explanation.metrics);
    answer.sources = std::move(explanation.sources);
    return {};
  }

  // None to be shown: because they are too few people, or because there are no data; then which periods there are.
  Result<> refuse_empty(const metrics::Principal& principal, const Figures& figures, Answer& answer) {
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

  void add_caveats(const Viewer& viewer, const Tree& asked, const Figures& figures, Answer& answer) const {
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
      add("贡献按两期平均权重分解，各部分相加等于可见部分的总变化",
          "parts are weighted by the mean of both periods and add up to the visible change");
  }
};

Ask::Ask(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory, metrics::Metrics& metrics,
         const Clock& clock) {
  const pack::Catalogue& packs = *catalogue;
  state_ =
      std::unique_ptr<State>(new State{std::move(stores), std::move(catalogue), directory, metrics, clock, Frame(packs), {}, nullptr});  // unique_ptr
}
Ask::~Ask() = default;

Result<Answer> Ask::answer(const metrics::Principal& principal, std::string_view question, const std::optional<Tree>& previous) {
  if (!principal.has(Right::metrics_read))
    return fail(ErrorCode::denied, "directory.no_right", {"您的角色不能查询指标", "your role lacks the right metrics.read"});
  const auto tree = state_->directory.orgs();
  const Viewer viewer = state_->viewer_of(principal);
  const Parser parser(state_->lexicon_of(*tree), state_->frame, tree);
  Answer answer;
  bool usable = true;
  if (previous) {
    answer.understood = parser.check(*previous, viewer);
    usable = answer.understood.refusal == Refusal::none;
  }
  if (usable) answer.understood = parser.parse(question, city_date(state_->clock.now()), viewer, previous ? &*previous : nullptr);
  // A follow-up may join parts that do not go together.
  if (usable && answer.understood.refusal == Refusal::none) {
    Parsed checked = parser.check(answer.understood.tree, viewer);
    if (checked.refusal != Refusal::none) {
      answer.understood.refusal = checked.refusal;
      answer.understood.why = checked.why;
    }
  }
  BANMO_DO(state_->log(principal, question, answer.understood));
  if (answer.understood.refusal == Refusal::none) BANMO_DO(state_->fill(principal, viewer, *tree, answer));
  if (answer.understood.refusal != Refusal::none) answer.sentence = answer.understood.why;
  return answer;
}

}  // namespace banmo::ask
