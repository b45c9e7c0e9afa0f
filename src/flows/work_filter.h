// SPDX-License-Identifier: Apache-2.0
// What a work-list is narrowed by. The colour of a lamp is a range of deadlines in each state, so that a lane of the ledger is read from where it
// begins. Inside the room; made for one request.
#pragma once

#include <string>

#include "flows/book.h"
#include "flows/store.h"

namespace banmo::flows {

class WorkFilter {
 public:
  WorkFilter(const Book& book, const CaseQuery& query, Instant now);
  const std::string& flow() const { return query_.flow; }  // empty: all
  bool is_plain() const;                                   // nothing but the flow is asked, which the order of a desk serves
  // What is asked of a lane. A state that the present flow does not have is red when it is late.
  Store::Limits limits_of(const Store::Lane& lane) const;
  // The same of one case; not the text.
  bool fits(const Running* running, const Record& record) const;
  // What is looked for as the beginning of a number; empty: it cannot be one.
  std::string number() const;

 private:
  Instant first_not(const Running& running, const pack::FlowDeadline* deadline, Lamp lamp) const;
  Instant entered_by(const Running* running) const;

  const Book& book_;
  const CaseQuery& query_;
  const Instant now_;
};

}  // namespace banmo::flows
