// SPDX-License-Identifier: Apache-2.0
// One dashboard outside the packs, in the words that a pack uses: as its text, as the form that a builder fills in, and checked against a catalogue.
// Text > form > text keeps the meaning; comments stay in the text alone. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pack/pack.h"

namespace banmo::pack {

struct CardForm {
  std::string kind, title, title_en;
  std::vector<std::string> metrics, by;
  std::string compare;
  int top = 0;
  std::string drill;
  bool main = false;
  std::string id;  // empty: numbered
  bool operator==(const CardForm&) const = default;
};

struct BoardForm {
  std::string id, title, title_en;
  std::vector<std::string> roles, filters, org_page;
  std::map<std::string, std::string> defaults;
  bool screen = false;
  std::vector<CardForm> cards;
  bool operator==(const BoardForm&) const = default;
};

// What is wrong, at "dashboard.yaml:line:column", and the place in the form: "$.cards[2].by[0]"; "$" where the form has no such place.
struct BoardFinding {
  Error error;
  std::string field;
};

struct BoardRead {
  std::optional<BoardForm> form;               // also of a faulty text, as far as it could be read
  std::shared_ptr<const Dashboard> dashboard;  // null if there are findings; its `pack` is empty
  std::vector<BoardFinding> findings;
};

// Reads `dashboards:` with one dashboard in it, and nothing else ("pack.only_dashboards"). At most 64 KiB and 60 cards ("pack.board_size"). Its id
// may not be one of the catalogue's dashboards ("pack.duplicate_id"). Keeps a copy of the catalogue without its reference data; reads one text at a
// time.
class BoardReader {
 public:
  explicit BoardReader(const Catalogue& catalogue);
  BoardRead read(std::string_view text) const;

 private:
  std::shared_ptr<Catalogue> copy_;
  mutable std::mutex mutex_;  // a text that is read stands in the copy meanwhile
};
BoardForm form_of(const Dashboard& dashboard);
std::string write_board(const BoardForm& form);

}  // namespace banmo::pack
