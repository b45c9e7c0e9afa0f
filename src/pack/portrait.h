// SPDX-License-Identifier: Apache-2.0
// A part of pack/types.h: titles, and portraits.
#pragma once

#include <string>
#include <vector>

namespace banmo::pack {

struct Title {
  std::string zh;
  std::string en;  // falls back to zh
};

// What a family sees of one person: results against a standard, the trend of a total, what to practise. Never another person's.
struct Portrait {
  std::string id;
  std::string pack;
  Title title;
  std::string dataset;      // a row for each person, period and item
  std::string item, value;  // its fields: a code and a number
  struct Standard {         // the row whose `match` fields equal the result's and whose [from, below) holds the value gives the score
    std::string dataset;
    std::vector<std::string> match;
    std::string from, below, score;
  } standard;
  struct Total {
    std::string dataset;  // a row for each person and period; empty: no total
    std::string value, level;
    Title unit;
  } total;
  struct Band {
    double from = 0;  // of a score: this and more
    Title title;
    Title say;  // to the family
  };
  std::vector<Band> bands;  // best first; the last begins at 0 or less
  struct Item {
    std::string code;
    Title unit;
    Title practise;
  };
  std::vector<Item> items;
  std::string where;
};

}  // namespace banmo::pack
