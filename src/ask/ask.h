// SPDX-License-Identifier: Apache-2.0
// Questions in Chinese about the city's figures: read into a checked tree, answered by the semantic layer under the asker's rights, told in a
// sentence with table, chart and the way it was computed; or refused by a code that says why. No language model. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ask/parser.h"
#include "metrics/metrics.h"
#include "sql/sql.h"

namespace banmo::ask {

struct Answer {
  Parsed understood;                       // with the refusal, if it is one
  Message sentence;                        // the answer, or why there is none
  metrics::QueryResult table;              // with columns of our own behind the engine's: <metric>__change, __growth, __share, rank
  std::string chart;                       // one of kChartNames
  std::vector<Message> caveats;            // what was withheld, assumed, left out
  std::vector<metrics::MetricNote> notes;  // "how computed"
  std::vector<metrics::Source> sources;
};

class Ask {
 public:
  // All must outlive it.
  Ask(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory, metrics::Metrics& metrics,
      const Clock& clock);
  ~Ask();
  // `previous`: the tree of the answer that this question follows; with an empty question it is asked again as it is (an edited chip). The question
  // and its plan are in the audit log before the answer. Errors: denied "directory.no_right"; those of the stores. A refusal is an answer.
  Result<Answer> answer(const metrics::Principal& principal, std::string_view question, const std::optional<Tree>& previous);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banmo::ask
