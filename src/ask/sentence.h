// SPDX-License-Identifier: Apache-2.0
// Inside the room: the answer in one sentence of Chinese (and one of English), and the chart that fits its shape. Pure.
#pragma once

#include <string>

#include "ask/figures.h"
#include "ask/frame.h"
#include "ask/parser.h"

namespace banmo::ask {

struct Telling {
  const Frame& frame;
  const directory::OrgTree& orgs;
  const Viewer& viewer;
  const Tree& tree;
  const Figures& figures;
};

Message sentence_of(const Telling& telling);
std::string chart_of(const Tree& tree, const Frame& frame, const metrics::QueryResult& table);
std::string figure_text(double value, const metrics::Column& column);

}  // namespace banmo::ask
