// SPDX-License-Identifier: Apache-2.0
// Questions in Chinese about the city's figures: read into a checked tree, answered by the semantic layer under the asker's rights, told in a
// sentence with table, chart and the way it was computed; or refused by a code that says why. Rules read the question; a language model is asked only
// if it is configured and they could not. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ask/model.h"
#include "ask/notebook.h"
#include "ask/parser.h"
#include "ask/vocabulary.h"
#include "ask/word_book.h"
#include "metrics/metrics.h"
#include "sql/sql.h"

namespace banmo::ask {

struct Answer {
  std::string id;                          // of the entry in the asker's history; empty for an API token, which keeps none
  Parsed understood;                       // with the refusal, if it is one
  Message sentence;                        // the answer, or why there is none
  metrics::QueryResult table;              // with columns of our own behind the engine's: <metric>__change, __growth, __share, rank
  std::string chart;                       // one of kChartNames
  std::vector<Message> caveats;            // what was withheld, assumed, left out
  std::vector<metrics::MetricNote> notes;  // "how computed"
  std::vector<metrics::Source> sources;
  Refusal unread_as = Refusal::none;  // by the rules, where a model read the question
  bool by_model() const { return unread_as != Refusal::none; }
};

// What somebody shared, answered anew for whoever opens it.
struct SharedAnswer {
  std::string question, by;  // empty where the reader may not ask that
  Instant at;
  Answer answer;
};

struct Options {
  ModelOptions model;
  OutboundCall call;  // the way to the model
};

class Ask {
 public:
  // All must outlive it. refresh() before the first question, to know the city's own words.
  Ask(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory, metrics::Metrics& metrics,
      const Clock& clock, Options options = {});
  ~Ask();
  // `previous`: the tree of the answer that this question follows; with an empty question it is asked again as it is (an edited chip). The question
  // and its plan are in the audit log before the answer, and in the asker's history. Errors: denied "directory.no_right"; those of the stores. A
  // refusal is an answer.
  Result<Answer> answer(const metrics::Principal& principal, std::string_view question, const std::optional<Tree>& previous);
  // A question that somebody shared, asked again under the reader's own rights; audited, in nobody's history. Errors: as answer(); not_found
  // "ask.no_such_question".
  Result<SharedAnswer> open_shared(const metrics::Principal& principal, const std::string& id);

  // A mark on one's own question, with a word for the officers in which names are starred out. Errors: those of Notebook::rate.
  Result<> rate(const metrics::Principal& principal, const std::string& id, std::string_view rating, std::string_view word);

  // Questions of the packs for the asker's roles that the asker would be answered, as far as words tell.
  Result<std::vector<std::string>> examples(const metrics::Principal& principal);
  // Errors: denied "directory.no_right".
  Result<Vocabulary> vocabulary(const metrics::Principal& principal);

  // --- for officers of the city (ask_manage, which no other role has). Errors: denied "directory.no_right".
  Result<Page<Synonym>> synonyms(const metrics::Principal& principal, const std::string& after, size_t limit);  // the newest first
  // Errors: also those of check_word (word_check.h) and WordBook::put.
  Result<Synonym> add_synonym(const metrics::Principal& principal, Synonym synonym, bool anyway);
  Result<> remove_synonym(const metrics::Principal& principal, const std::string& id);
  Result<Page<FailedQuestion>> failed(const metrics::Principal& principal, const std::string& after, size_t limit);
  Result<> dismiss(const metrics::Principal& principal, const std::string& id);

  const Notebook& notebook() const;
  Result<> refresh();     // words that another process taught, organisations that changed; called every few seconds
  Result<> forget_old();  // once an hour at most: history that is over; called now and then

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banmo::ask
