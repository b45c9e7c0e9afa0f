// SPDX-License-Identifier: Apache-2.0
// What somebody may ask about, by name: metrics with their dimensions, dimensions with their values. For people who edit a query, and for a model
// that is to write one. Never rows, never organisations. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ask/parser.h"

namespace banmo::ask {

inline constexpr const char* kDimensionKindNames[] = {"org", "period", "code", "flag", "whole", "text"};

struct VocabularyMetric {
  std::string id, unit;
  Message title;
  std::vector<std::string> dimensions;  // also "district", "school" and the period
};

struct VocabularyDimension {
  std::string id, kind;  // one of kDimensionKindNames
  Message title;
  std::vector<std::pair<std::string, Message>> values;  // of code: code and title; of flag: "true", "false"
};

struct Vocabulary {
  std::vector<VocabularyMetric> metrics;
  std::vector<VocabularyDimension> dimensions;  // of these metrics, each once
  const VocabularyDimension* dimension(std::string_view id) const;
};

Vocabulary vocabulary_of(const Frame& frame, const Viewer& viewer);

}  // namespace banmo::ask
