// SPDX-License-Identifier: Apache-2.0
#include "flows/book.h"

#include "base/log.h"
#include "base/text.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

constexpr std::string_view kDefinition = "SELECT body FROM flow_definition WHERE flow = $1 AND definition = $2";
constexpr std::string_view kKeep = "INSERT INTO flow_definition (flow, definition, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

// org_above(school_id, 'district'): the organisation itself or the nearest above of that kind.
sql::Value org_above(const directory::Directory& directory, std::span<const sql::Value> arguments) {
  const auto kind = directory::org_kind_of(sql::text_of(arguments[1]));
  if (sql::is_null(arguments[0]) || !kind) return {};
  const auto tree = directory.orgs();
  const directory::Org* found = tree->nearest({sql::int_of(arguments[0])}, *kind);
  return found == nullptr ? sql::Value{} : sql::Value{found->no.value};
}

Result<> compile_again(expr::Expression& expression, const expr::Context& context, const std::string& where) {
  BANMO_TRY(expression, expr::Expression::compile(expression.text(), context, where));
  return {};
}

// Of a citizen's number (GB 11643): the day in it, and the sex by its last digit but one (GB/T 2261.1: 1 and 2). Of anything else nothing.
sql::Value birth_of(std::span<const sql::Value> arguments) {
  const std::string number = sql::text_of(arguments[0]);
  if (!text::is_citizen_id(number)) return {};
  const auto day = Date::parse_iso(number.substr(6, 4) + "-" + number.substr(10, 2) + "-" + number.substr(12, 2));
  return day ? sql::Value{*day} : sql::Value{};
}
sql::Value sex_of(std::span<const sql::Value> arguments) {
  const std::string number = sql::text_of(arguments[0]);
  if (!text::is_citizen_id(number)) return {};
  return std::string((number[16] - '0') % 2 == 1 ? "1" : "2");
}

Result<> compile_find(pack::FlowFind& find, const expr::Context& context) {
  for (pack::FlowFind::Match& match : find.match) BANMO_DO(compile_again(match.value, context, find.where));
  if (find.between) BANMO_DO(compile_again(*find.between, context, find.where));
  for (pack::FlowFind::Near& near : find.near) BANMO_DO(compile_again(near.value, context, find.where));
  return {};
}

Result<> compile_form(std::vector<pack::FlowInput>& form, const pack::Flow& flow) {
  for (pack::FlowInput& input : form) {
    for (expr::Expression& when : input.when) BANMO_DO(compile_again(when, flow.context, flow.where));
    if (!input.choose) continue;
    for (pack::FlowChoose::Match& match : input.choose->match) BANMO_DO(compile_again(match.value, flow.context, flow.where));
  }
  return {};
}

Result<> compile_all(pack::Flow& flow) {
  for (pack::FlowState& state : flow.states) BANMO_DO(compile_form(state.form, flow));
  for (pack::FlowFill& fill : flow.fill) BANMO_DO(compile_again(fill.value, flow.context, flow.where));
  for (pack::FlowMove& move : flow.moves) {
    BANMO_DO(compile_form(move.form, flow));
    if (move.guard) BANMO_DO(compile_again(*move.guard, flow.context, move.where));
    for (pack::FlowEffect& effect : move.effects) BANMO_DO(compile_again(effect.value, flow.context, effect.where));
    for (pack::FlowStart& start : move.starts)
      for (pack::FlowStart::With& with : start.with) BANMO_DO(compile_again(with.value, flow.context, start.where));
  }
  for (pack::FlowFile& file : flow.files)
    for (auto* condition : {&file.required, &file.when})
      if (*condition) BANMO_DO(compile_again(**condition, flow.context, file.where));
  for (pack::FlowLookup& lookup : flow.lookups)
    if (lookup.when) BANMO_DO(compile_again(*lookup.when, flow.context, flow.where));
  for (pack::FlowFind& find : flow.finds) BANMO_DO(compile_find(find, flow.context));
  for (pack::FlowQuota& quota : flow.quotas) BANMO_DO(compile_again(quota.limit, flow.context, quota.where));
  return {};
}

}  // namespace

Result<std::unique_ptr<Book>> Book::create(sql::Database& ledger, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory) {
  auto book = std::unique_ptr<Book>(new Book(ledger, std::move(catalogue), directory));
  for (const pack::Flow& flow : book->catalogue_->flows()) {
    const pack::PackInfo& info = *book->catalogue_->pack(flow.pack);
    BANMO_TRY(RunningPtr running, book->run(flow, info.fingerprint));
    BANMO_DO(book->keep(*running, info.text));
    book->present_.push_back(std::move(running));
  }
  return book;
}

Result<RunningPtr> Book::run(pack::Flow flow, std::string definition) const {
  for (expr::Function& function : flow.context.functions) {
    if (function.name == "org_above")
      function.evaluate = [this](std::span<const sql::Value> arguments) { return org_above(directory_, arguments); };
    else if (function.name == "birth_of")
      function.evaluate = birth_of;
    else if (function.name == "sex_of")
      function.evaluate = sex_of;
  }
  BANMO_DO(compile_all(flow));
  auto running = std::make_shared<Running>();
  running->catalogue = catalogue_.get();
  running->subject = catalogue_->dataset(flow.subject);
  running->key_at = running->subject->field_index(flow.key_field);
  running->state_at = running->subject->field_index(flow.state_field);
  BANMO_TRY(WorkCalendar calendar, WorkCalendar::of(*catalogue_, flow));
  running->calendar = std::make_shared<const WorkCalendar>(std::move(calendar));
  running->definition = std::move(definition);
  running->flow = std::make_shared<const pack::Flow>(std::move(flow));
  return RunningPtr(std::move(running));
}

Result<> Book::keep(const Running& running, const std::string& text) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    const auto kept = connection.execute(kKeep, {running.flow->id, running.definition, text});
    return kept.ok() ? Result<>() : Result<>(kept.error());
  });
}

RunningPtr Book::find(std::string_view flow) const {
  for (const RunningPtr& running : present_)
    if (running->flow->id == flow) return running;
  return nullptr;
}

Result<RunningPtr> Book::load(const Running& present, const std::string& definition) const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kDefinition, {present.flow->id, definition}));
  if (!rows.empty()) {
    auto flows = catalogue_->flows_of(present.flow->pack, sql::text_of(rows[0][0]));
    if (flows.ok()) {
      for (pack::Flow& flow : *flows)
        if (flow.id == present.flow->id) return run(std::move(flow), definition);
    } else {
      BANMO_LOG(warn, "flows.definition_lost", {"flow", present.flow->id}, {"error", flows.error().to_string()});
    }
  }
  return fail(
      ErrorCode::conflict, "flows.definition_lost",
      {"办件所用的流程版本已与现有数据集不符，不能继续办理；请联系系统管理员装回旧版场景包",
       "the version of the flow that this case needs no longer fits the datasets: ask the system administrator to put the earlier pack back"});
}

Result<RunningPtr> Book::of(std::string_view flow, std::string_view state, const std::string& definition) const {
  const RunningPtr present = find(flow);
  if (present == nullptr) return flow_gone();
  if (definition == present->definition || present->flow->state(state) != nullptr) return present;
  const std::lock_guard lock(mutex_);
  const auto key = std::pair(present->flow->id, definition);
  const auto known = earlier_.find(key);
  if (known != earlier_.end()) return known->second;
  auto loaded = load(*present, definition);
  if (loaded.ok() || loaded.error().id == "flows.definition_lost")
    earlier_.emplace(key, loaded);  // a ledger that did not answer may answer the next time
  return loaded;
}

}  // namespace banmo::flows
