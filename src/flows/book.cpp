// SPDX-License-Identifier: Apache-2.0
#include "flows/book.h"

#include "base/log.h"

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

Result<> compile_all(pack::Flow& flow) {
  for (pack::FlowFill& fill : flow.fill) BANMO_DO(compile_again(fill.value, flow.context, flow.where));
  for (pack::FlowMove& move : flow.moves) {
    if (move.guard) BANMO_DO(compile_again(*move.guard, flow.context, move.where));
    for (pack::FlowEffect& effect : move.effects) BANMO_DO(compile_again(effect.value, flow.context, effect.where));
  }
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
  for (expr::Function& function : flow.context.functions)
    function.evaluate = [this](std::span<const sql::Value> arguments) { return org_above(directory_, arguments); };
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
  const std::string& flow = running.flow->id;
  int64_t n_new = 0;
  BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(n_new, connection.execute(kKeep, {flow, running.definition, text}));
    return {};
  }));
  if (n_new > 0) renewed_.push_back(flow);
  return {};
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
  if (present == nullptr)
    return fail(ErrorCode::conflict, "flows.flow_gone",
                {"该流程的场景包已卸下，办件不能继续办理；请联系系统管理员装回",
                 "the pack of this flow is no longer installed: ask the system administrator to put it back"});
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
