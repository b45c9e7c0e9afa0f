// SPDX-License-Identifier: Apache-2.0
// Inside the room: what Ask holds. ask.cpp answers, taught.cpp has what officers teach.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "ask/ask.h"
#include "ask/figures.h"
#include "ask/frame.h"
#include "directory/directory.h"

namespace banmo::ask {

struct Ask::State {
  // What one asker's questions are read with.
  struct Reading {
    std::shared_ptr<const directory::OrgTree> tree;
    Viewer viewer;
    Parser parser;
  };

  // What somebody's question without a place is about, for somebody else.
  enum class Scoped { same, other, hidden };

  State(sql::Stores the_stores, std::shared_ptr<const pack::Catalogue> the_catalogue, directory::Directory& the_directory,
        metrics::Metrics& the_metrics, const Clock& the_clock, Options options)
      : stores(std::move(the_stores)),
        catalogue(std::move(the_catalogue)),
        directory(the_directory),
        metrics(the_metrics),
        clock(the_clock),
        frame(*catalogue),
        notebook(stores.ledger, clock, directory.profile()),
        words(stores.ledger, clock, directory.profile()),
        model(std::move(options.model), std::move(options.call), clock) {}

  sql::Stores stores;
  std::shared_ptr<const pack::Catalogue> catalogue;
  directory::Directory& directory;
  metrics::Metrics& metrics;
  const Clock& clock;
  Frame frame;
  Notebook notebook;
  WordBook words;
  ModelReader model;
  std::atomic<int64_t> swept_at = 0;
  std::mutex renew_mutex;  // one vocabulary is built at a time
  std::mutex mutex;        // of the two below, for a moment only
  std::shared_ptr<const Lexicon> lexicon;
  int64_t words_no = 0;

  Viewer viewer_of(const metrics::Principal& principal) const;
  // The vocabulary as it was last built: those who ask do not wait for a new one, save the first.
  std::shared_ptr<const Lexicon> present_lexicon();
  // Made again if an organisation changed or a word was taught, while others go on with the one before.
  void renew_lexicon();
  Reading reading_for(const metrics::Principal& principal);
  // In the audit log; with `keep` in the asker's history and, if it failed, among those that did.
  Result<> log(const metrics::Principal& principal, std::string_view question, const Answer& answer, bool keep) const;
  Result<> read_by_model(const metrics::Principal& principal, std::string_view question, const Reading& reading, Answer& answer);
  Scoped scoped_for(const Tree& tree, const Viewer& owner, const Reading& reading) const;
  // The figures, or the refusal's sentence.
  Result<> fill(const metrics::Principal& principal, const Reading& reading, Answer& answer);
  Result<> compute(const metrics::Principal& principal, const Reading& reading, Answer& answer);
  Result<> compute_targets(const metrics::Principal& principal, Answer& answer);
  // None to be shown: because they are too few people, or because there are no data; then which periods there are.
  Result<> refuse_empty(const metrics::Principal& principal, const Figures& figures, Answer& answer);
  void add_caveats(const Viewer& viewer, const Tree& asked, const Figures& figures, Answer& answer) const;
};

// denied "directory.no_right"
Result<> check_right(const metrics::Principal& principal, directory::Right right);

}  // namespace banmo::ask
