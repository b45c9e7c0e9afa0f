// SPDX-License-Identifier: Apache-2.0
// Work-lists: what waits for somebody, what they opened, narrowed and searched.
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "flows/desk.h"
#include "flows/state.h"
#include "flows/wording.h"
#include "records/case_rows.h"
#include "records/records.h"

namespace banmo::flows {

using directory::Principal;

CaseHead head_of(const Running* running, const Record& record, Instant now) {
  CaseHead head;
  head.id = record.id;
  head.flow = record.flow;
  head.key = record.key;
  head.state = record.state;
  head.state_title = running == nullptr ? pack::Title{record.state, record.state} : state_title(*running->flow, record.state);
  head.seq = record.seq;
  head.opened_at = record.opened_at;
  head.entered_at = record.entered_at;
  head.due_at = record.due_at;
  head.closed_at = record.closed_at;
  head.lamp = running == nullptr ? Lamp::none : lamp_of(*running, record, now);
  head.escalated = record.escalated;
  const pack::FlowState* state = running == nullptr ? nullptr : running->flow->state(record.state);
  head.rests = state != nullptr && state->rests;
  return head;
}

namespace {

constexpr size_t kMaxLimit = 1000, kMaxLooked = 1000, kMaxText = 60;
constexpr size_t kShare = 250;
constexpr int kMaxWaits_wd = 250;

// "due~id"; the empty cursor is the first page.
Result<Store::At> at_of(const std::string& cursor, int64_t first) {
  Store::At at{first, {}};
  if (cursor.empty()) return at;
  const size_t sign = cursor.find('~');
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + std::min(sign, cursor.size()), at.due);
  if (sign == std::string::npos || error != std::errc() || end != cursor.data() + sign || !CaseId::parse(cursor.substr(sign + 1)))
    return fail(ErrorCode::invalid, "flows.bad_cursor", {"翻页参数无效，请从第一页重新开始", "the cursor is not valid; begin at the first page"},
                "after");
  at.id = cursor.substr(sign + 1);
  return at;
}

Result<> check(const CaseQuery& query) {
  if (query.limit < 1 || query.limit > kMaxLimit)
    return fail(ErrorCode::invalid, "flows.bad_limit", {"每页件数应为 1 到 1000", "limit must be from 1 to 1000"}, "limit");
  if (query.waits_longer_wd < 0 || query.waits_longer_wd > kMaxWaits_wd)
    return fail(ErrorCode::invalid, "flows.bad_filter", {"等待天数应为 0 到 250 个工作日", "give 0 to 250 working days"}, "waits_longer");
  if (query.opened_from && query.opened_until && *query.opened_until < *query.opened_from)
    return fail(ErrorCode::invalid, "flows.bad_filter", {"发起的截止日期不能早于开始日期", "the last day cannot be before the first"},
                "opened_until");
  if (query.text.size() > kMaxText)
    return fail(ErrorCode::invalid, "flows.bad_filter", {"查找的文字太长，请只输编号或几个字", "look for less: a number, or a few letters"}, "q");
  return {};
}

// Looks for a text in what one reader sees of cases.
class Search {
 public:
  Search(const State& state, const Principal& principal, const std::string& text)
      : state_(state), principal_(principal), wanted_(text::lower_ascii(text)) {}
  pack::Level shown() const { return shown_; }

  Result<bool> finds(const Record& found) {
    if (has(found.key)) return true;
    BANMO_TRY(auto record, state_.store.unscoped_find(found.id.to_string()));
    const auto running = record ? state_.book->of(record->flow, record->state, record->definition) : Result<RunningPtr>(no_such_case());
    if (!running.ok()) return false;
    const std::string& subject = (*running)->subject->id;
    BANMO_TRY(sql::Values row, state_.records.case_rows().from_text(subject, record->content));
    row[(*running)->key_at] = found.key;
    const Standing standing{*running, *std::move(record), std::move(row)};
    const pack::Level level = state_.level_for(principal_, standing).value_or(pack::Level::l1);
    BANMO_TRY(const records::Row seen, state_.records.case_rows().show(principal_, subject, standing.row, level));
    shown_ = std::max(shown_, state_.records.case_rows().shown_level(principal_, subject, standing.row, level));
    return tells(seen, *(*running)->subject);
  }

 private:
  bool has(const std::string& text) const { return text::lower_ascii(text).find(wanted_) != std::string::npos; }
  bool tells(const records::Row& seen, const pack::Dataset& subject) const {
    for (size_t i = 0; i < seen.fields.size(); ++i)
      if (subject.fields[seen.fields[i]].type == pack::FieldType::text && !sql::is_null(seen.values[i]) && has(sql::text_of(seen.values[i])))
        return true;
    return std::any_of(seen.people.begin(), seen.people.end(),
                       [&](const records::Row::Named& one) { return has(one.name.name) || has(one.name.code); });
  }

  const State& state_;
  const Principal& principal_;
  const std::string wanted_;
  pack::Level shown_ = pack::Level::l1;
};

}  // namespace

Result<std::vector<Listed>> State::waiting(const Principal& principal, const WorkFilter& filter, const Store::At& after, size_t limit) const {
  std::vector<Listed> found;
  const auto take = [&](std::vector<Record> part, const std::string& for_account) {
    for (Record& record : part) found.push_back({std::move(record), for_account});
  };
  const auto look = [&](const std::vector<std::string>& desks, const std::string& flow, const std::string& for_account) -> Result<> {
    for (const std::string& desk : desks) {
      if (filter.is_plain()) {
        BANMO_TRY(auto part, store.at_desk(desk, flow, after, limit));
        take(std::move(part), for_account);
        continue;
      }
      BANMO_TRY(const auto lanes, store.lanes_at(desk));
      for (const Store::Lane& lane : lanes) {
        if (!flow.empty() && lane.flow != flow) continue;
        BANMO_TRY(auto part, store.in_lane(desk, lane, filter.limits_of(lane), after, limit));
        take(std::move(part), for_account);
      }
    }
    return {};
  };
  BANMO_DO(each_desk(principal, filter.flow(), look));
  std::sort(found.begin(), found.end(), [](const Listed& a, const Listed& b) {
    return std::tie(a.record.desk_due, a.record.id, a.for_account) < std::tie(b.record.desk_due, b.record.id, b.for_account);
  });
  found.erase(std::unique(found.begin(), found.end(), [](const Listed& a, const Listed& b) { return a.record.id == b.record.id; }), found.end());
  return found;
}

// The reader's own desks, and those of absent colleagues for what was handed on.
Result<> State::each_desk(const Principal& principal, const std::string& flow, const LookAtDesks& look) const {
  BANMO_DO(look(desks_of(principal), flow, ""));
  const DeputiesPtr deputies = delegations.deputies(principal);
  for (size_t i = 0; deputies && i < deputies->size(); ++i) {
    const Deputy& deputy = (*deputies)[i];
    const auto desks = office_desks_of(*deputy.absent);
    if (deputy.flows.empty()) BANMO_DO(look(desks, flow, deputy.account));
    for (const std::string& one : deputy.flows)
      if (flow.empty() || flow == one) BANMO_DO(look(desks, one, deputy.account));
  }
  return {};
}

// In whose name a case waits for the reader: for their own roles ("") before those of absent colleagues; nothing if not for them.
Result<std::optional<std::string>> State::waits_for(const Principal& principal, Record& record) const {
  BANMO_TRY(const auto stands_at, store.desks_of(record.id.to_string()));
  std::optional<std::string> whose;
  BANMO_DO(each_desk(principal, record.flow, [&](const auto& desks, const std::string&, const std::string& for_account) -> Result<> {
    for (const auto& [desk, due] : stands_at)
      if (!whose && std::find(desks.begin(), desks.end(), desk) != desks.end()) {
        whose = for_account;
        record.desk_due = due;
      }
    return {};
  }));
  return whose;
}

Result<std::optional<std::vector<Listed>>> State::waiting_numbered(const Principal& principal, const WorkFilter& filter, const std::string& start,
                                                                   size_t limit) const {
  std::vector<Listed> found;
  for (const RunningPtr& running : book->present()) {
    if (!filter.flow().empty() && running->flow->id != filter.flow()) continue;
    std::string after;
    for (size_t n_looked = 0;; n_looked += kShare) {
      if (n_looked >= kMaxLooked) return std::optional<std::vector<Listed>>();
      BANMO_TRY(auto share, store.unscoped_numbered(running->flow->id, start, after, kShare));
      const bool more = share.size() == kShare;
      if (more) after = share.back().key;
      for (Record& record : share) {
        if (!record.key.starts_with(start) || !filter.fits(running.get(), record)) continue;
        BANMO_TRY(const auto whose, waits_for(principal, record));
        if (!whose) continue;
        if (found.size() == limit) return std::optional<std::vector<Listed>>();
        found.push_back({std::move(record), *whose});
      }
      if (!more) break;
    }
  }
  return std::optional(std::move(found));
}

namespace {

// One page of a list that is read share by share until enough was found or looked at.
struct Reading {
  const State& state;
  const Principal& principal;
  const CaseQuery& query;
  const WorkFilter filter;
  std::optional<Search> search;

  Result<std::vector<Listed>> share(const Store::At& at, size_t limit) const {
    if (query.view == CaseView::waiting) return state.waiting(principal, filter, at, limit);
    BANMO_TRY(auto opened, state.store.opened_by(principal.account_name, query.flow, at, limit));
    std::vector<Listed> out;
    for (Record& record : opened) out.push_back({std::move(record), {}});
    return out;
  }
  Store::At place_of(const Record& record) const {
    return {query.view == CaseView::waiting ? record.desk_due : record.opened_at.micros, record.id.to_string()};
  }
  Result<bool> takes(const Listed& one, const Running* running) {
    if (query.view == CaseView::opened && !filter.fits(running, one.record)) return false;
    return search ? search->finds(one.record) : Result<bool>(true);
  }
};

}  // namespace

Result<CasePage> Flows::cases(const Principal& principal, const CaseQuery& query) const {
  BANMO_DO(check_right(principal, directory::Right::datasets_read));
  BANMO_DO(check(query));
  const bool waiting = query.view == CaseView::waiting;
  BANMO_TRY(Store::At at, at_of(query.after, waiting ? INT64_MIN : INT64_MAX));
  const Instant now = state_->clock.now();
  Reading reading{*state_, principal, query, WorkFilter(*state_->book, query, now), {}};
  const std::string number = reading.filter.number();
  CasePage page;
  const auto put = [&](const Listed& one, const Running* running) {
    page.items.push_back(head_of(running, one.record, now));
    page.items.back().for_account = one.for_account;
  };
  if (waiting && !number.empty() && query.after.empty()) {
    BANMO_TRY(const auto found, state_->waiting_numbered(principal, reading.filter, number, query.limit));
    for (size_t i = 0; found && i < found->size(); ++i) put((*found)[i], state_->book->find((*found)[i].record.flow).get());
    if (!page.items.empty()) return page;  // else it may be a part of one, or of a name, or there are too many
  }
  if (!query.text.empty()) reading.search.emplace(*state_, principal, query.text);
  const bool narrows = reading.search.has_value() || (!waiting && !reading.filter.is_plain());
  for (size_t n_looked = 0;;) {
    const size_t share = narrows ? std::max<size_t>(query.limit, kShare) : query.limit;
    BANMO_TRY(const auto found, reading.share(at, share + 1));
    page.next.clear();
    for (size_t i = 0; i < found.size() && i < share && page.items.size() < query.limit; ++i, ++n_looked) {
      const auto running = state_->book->of(found[i].record.flow, found[i].record.state, found[i].record.definition);
      const Running* by = running.ok() ? running->get() : nullptr;
      BANMO_TRY(const bool taken, reading.takes(found[i], by));
      if (taken) put(found[i], by);
      at = reading.place_of(found[i].record);
      page.next = i + 1 < found.size() ? std::to_string(at.due) + "~" + at.id : std::string();
    }
    if (page.next.empty() || page.items.size() == query.limit || n_looked >= kMaxLooked) break;
  }
  if (reading.search) page.shown = reading.search->shown();
  return page;
}

}  // namespace banmo::flows
