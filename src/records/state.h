// SPDX-License-Identifier: Apache-2.0
// What stands behind Records: its parts in the order in which they begin. Inside the room.
#pragma once

#include <memory>

#include "records/case_rows.h"
#include "records/editor.h"
#include "records/engine.h"
#include "records/event_intake.h"
#include "records/export_quota.h"
#include "records/job_queue.h"
#include "records/journal.h"
#include "records/key_filter.h"
#include "records/levels.h"
#include "records/mappings.h"
#include "records/people_names.h"
#include "records/portions.h"
#include "records/records.h"
#include "records/row_store.h"
#include "records/views.h"

namespace banmo::records {

struct Records::State {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Levels> levels;
  std::unique_ptr<JobStore> jobs;
  std::unique_ptr<RowStore> rows;
  std::unique_ptr<KeyFilter> filter;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Editor> editor;
  std::unique_ptr<CaseRows> cases;
  std::unique_ptr<ExportQuota> quota;
  std::unique_ptr<Portions> portions;
  std::unique_ptr<EventIntake> events;
  std::unique_ptr<MappingStore> mappings;
  std::unique_ptr<ViewStore> views;
  std::unique_ptr<JobQueue> queue;  // last: its thread ends first

  // A row that its reader may see, as they may see it.
  Result<Row> show(const Principal& principal, const Schema& schema, const StoredRow& stored) const;
};

}  // namespace banmo::records
