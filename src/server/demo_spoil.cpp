// SPDX-License-Identifier: Apache-2.0
#include "server/demo_spoil.h"

namespace banmo::server {
namespace {

using pack::Field;
using pack::FieldType;

constexpr int kKinds = 9;  // those of change(), then a row twice, then a column too many

bool is_org(const Field& field) { return field.type == FieldType::org; }
bool is_person(const Field& field) { return field.type == FieldType::ref; }
bool is_code(const Field& field) { return field.type == FieldType::code; }
bool is_date(const Field& field) { return field.type == FieldType::date; }
bool is_number(const Field& field) { return field.type == FieldType::integer || field.type == FieldType::decimal; }
bool is_limited(const Field& field) { return is_number(field) && field.max.has_value(); }
bool is_free_number(const Field& field) { return field.type == FieldType::decimal || is_limited(field); }

}  // namespace

// The last column of the kind: the first ones are keys.
size_t Spoiler::find(bool (*wanted)(const Field&)) const {
  for (size_t i = fields_.size(); i > 0; --i)
    if (wanted(*fields_[i - 1])) return i - 1;
  return fields_.size();
}

// False if the file has no column for this kind.
bool Spoiler::change(std::vector<std::string>& cells, int kind) {
  const auto set = [&](size_t at, std::string text) {
    if (at < cells.size()) cells[at] = std::move(text);
    return at < cells.size();
  };
  const auto required = [&] {
    for (size_t i = fields_.size(); i > 0; --i)
      if (fields_[i - 1]->required) return i - 1;
    return find(is_number);
  };
  switch (kind) {
    case 0: return set(find(is_org), "9999999999");                                      // a school that does not exist
    case 1: return set(find(is_free_number), "999999999");                               // out of range
    case 2: return set(required(), "");                                                  // missing
    case 3: return set(find(is_date), "2025-13-45") || set(find(is_limited), "约三十");  // no date; no number
    case 4: return set(find(is_code), "未知");                                           // not in the code list
    case 5: return set(find(is_person), "G00000000000000000X");                          // a person whom nobody knows
    case 6: return set(find(is_number), "３０l");                                        // a letter for a digit
    default: return false;
  }
}

void Spoiler::write(CsvOut& out, std::vector<std::string> cells) {
  ++n_bad_;
  for (;;) {
    const int kind = turn_++ % kKinds;
    if (kind == 7) {
      out.row(cells);
      break;
    }
    if (kind == 8) {
      cells.emplace_back("多出的一列");
      break;
    }
    if (change(cells, kind)) break;
  }
  out.row(cells);
}

void Spoiler::spoil(std::vector<std::string>& cells, std::vector<std::vector<std::string>>& more) {
  ++n_bad_;
  for (;;) {
    const int kind = turn_++ % kKinds;
    if (kind == 7) {
      more.push_back(cells);
      return;
    }
    if (kind < 7 && change(cells, kind)) return;
  }
}

}  // namespace banmo::server
