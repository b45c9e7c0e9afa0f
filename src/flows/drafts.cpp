// SPDX-License-Identifier: Apache-2.0
// Drafts that nobody comes back to: what was typed and handed in is not kept for ever, and nobody but its author ever saw it.
#include "flows/state.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

constexpr int64_t kDay_us = 86'400'000'000, kDays = 180;
constexpr size_t kPage = 500;

}  // namespace

Result<int64_t> Flows::end_drafts() {
  const Instant now = state_->clock.now();
  int64_t n_gone = 0;
  BANMO_TRY(const auto drafts, state_->store.unscoped_left_alone({now.micros - kDays * kDay_us}, kPage));
  for (const Record& draft : drafts) {
    const pack::Flow* flow = state_->book->find(draft.flow) == nullptr ? nullptr : state_->book->find(draft.flow)->flow.get();
    const Message title = flow == nullptr ? Message{draft.flow, draft.flow} : Message{flow->title.zh, flow->title.en};
    const std::string days = std::to_string(kDays);
    const directory::NewNotice notice{
        "flow.draft_ended",
        {"“" + title.zh + "”的草稿 " + draft.key + " 已 " + days + " 天没有改动，已清除；需要办理请重新发起",
         title.en + ": the draft " + draft.key + " was not touched for " + days + " days and was removed; begin anew if needed"},
        "/services"};
    const audit::Entry entry{now, "system", "case.draft_end", draft.flow, draft.id.to_string(), draft.org, {}};
    BANMO_TRY(const bool is_gone, state_->store.forget_draft(draft, notice, entry));
    n_gone += is_gone ? 1 : 0;
  }
  return n_gone;
}

}  // namespace banmo::flows
