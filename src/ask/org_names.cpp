// SPDX-License-Identifier: Apache-2.0
#include "ask/org_names.h"

#include <algorithm>
#include <array>
#include <set>

#include "ask/fold.h"
#include "ask/numbers.h"

namespace banmo::ask {
namespace {

using directory::OrgKind;
using Name = std::u32string;

// What may be left off the end of a place's name, longest first; what is left has two characters at least.
constexpr std::array<std::u32string_view, 5> kPlaceEnds = {U"新区", U"区", U"市", U"县", U"旗"};

struct Shorter {
  std::u32string_view whole, brief;
};
constexpr std::array kKinds = {
    Shorter{U"九年一贯制学校", U"学校"},   Shorter{U"十二年一贯制学校", U"学校"}, Shorter{U"中等职业学校", U"中职"},
    Shorter{U"中等职业学校", U"职业学校"}, Shorter{U"初级中学", U"中学"},         Shorter{U"初级中学", U"初中"},
    Shorter{U"高级中学", U"中学"},         Shorter{U"高级中学", U"高中"},         Shorter{U"实验小学", U"实小"},
    Shorter{U"实验中学", U"实中"},         Shorter{U"实验学校", U"实验"},         Shorter{U"中心小学", U"中心小"},
    Shorter{U"高等职业学校", U"高职"},     Shorter{U"特殊教育学校", U"特校"},
};
constexpr std::array kNumbered = {Shorter{U"中学", U"中"}, Shorter{U"小学", U"小"}, Shorter{U"幼儿园", U"幼"}, Shorter{U"学校", U"校"}};

Name bare_place(const Name& name) {
  for (const auto end : kPlaceEnds)
    if (name.ends_with(end) && name.size() >= end.size() + 2) return name.substr(0, name.size() - end.size());
  return name;
}

// 城阳街道小学 is named after the street, not 街道小学 of 城阳.
bool goes_on(std::u32string_view rest) {
  constexpr std::u32string_view kWithin = U"镇乡路街区县市村";
  return rest.starts_with(U"街道") || kWithin.find(rest.front()) != kWithin.npos;
}

Name in_numerals(int n) {
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九";
  const auto tens = static_cast<size_t>(n / 10), ones = static_cast<size_t>(n % 10);
  Name out;
  if (tens > 1) out += kDigits[tens];
  if (tens > 0) out += U'十';
  if (ones > 0) out += kDigits[ones];
  return out;
}

// 第三十九中学: 三十九中, 39中, 第39中学
void add_numbered(const Name& name, std::set<Name>& out) {
  const size_t at = name.find(U'第');
  if (at == Name::npos) return;
  const auto number = number_at(name, at + 1);
  if (!number || number->percent || number->value < 1 || number->value > 99) return;
  const Name head = name.substr(0, at), tail = name.substr(at + 1 + number->length);
  const Name numeral = in_numerals(static_cast<int>(number->value));
  Name digits;
  for (const char c : std::to_string(static_cast<int>(number->value))) digits += static_cast<char32_t>(c);
  for (const Name& written : {numeral, digits}) {
    out.insert(head + U'第' + written + tail);
    for (const Shorter& kind : kNumbered)
      if (tail == kind.whole) out.insert(head + written + Name(kind.brief));
  }
}

}  // namespace

// A row of a reference table belongs to an organisation if one of its texts is the code of a living one; its other texts without digits name it.
OrgAliases::OrgAliases(const pack::Catalogue& catalogue, const directory::OrgTree& tree) : tree_(tree) {
  std::set<std::string> codes;
  for (const directory::Org& org : tree.all())
    if (!org.code.empty() && (org.kind == OrgKind::district || org.kind == OrgKind::city)) codes.insert(org.code);
  for (const pack::Dataset& dataset : catalogue.datasets()) {
    if (dataset.kind != pack::DatasetKind::reference || dataset.grain.size() != 1) continue;
    const size_t key = dataset.field_index(dataset.grain.front());
    for (const auto& row : dataset.rows) {
      if (key >= row.size() || !codes.contains(row[key])) continue;
      for (size_t i = 0; i < row.size() && i < dataset.fields.size(); ++i)
        if (i != key && dataset.fields[i].type == pack::FieldType::text && !row[i].empty() && row[i].find_first_of("0123456789") == std::string::npos)
          by_code_.emplace(row[key], row[i]);
    }
  }
}

// Names that may stand before it: of the city and the district, whole and bare.
std::vector<Name> OrgAliases::above(const directory::Org& org) const {
  std::vector<Name> names;
  for (const directory::Org* one : tree_.path(org.no)) {
    if (one->no == org.no || (one->kind != OrgKind::city && one->kind != OrgKind::district)) continue;
    const Name whole = fold(one->title).text;
    names.push_back(whole);
    if (bare_place(whole) != whole) names.push_back(bare_place(whole));
  }
  return names;
}

std::vector<std::pair<Name, int>> OrgAliases::names_of(const directory::Org& org) const {
  const Name title = fold(org.title).text;
  std::vector<std::pair<Name, int>> names{{title, 0}};
  std::set<Name> seen{title}, shorter{title};
  const auto [begin, end] = by_code_.equal_range(org.code);
  for (auto at = begin; !org.code.empty() && at != end; ++at) {
    const Name other = fold(at->second).text;
    if (seen.insert(other).second) names.emplace_back(other, 1);
    shorter.insert(other);
  }
  if (org.kind == OrgKind::district || org.kind == OrgKind::city) {
    for (const Name& name : std::set<Name>(shorter)) shorter.insert(bare_place(name));
  } else {
    const std::vector<Name> before = above(org);
    for (const Name& name : std::set<Name>(shorter))
      for (const Name& place : before)
        if (name.starts_with(place) && name.size() >= place.size() + 2 && !goes_on(std::u32string_view(name).substr(place.size())))
          shorter.insert(name.substr(place.size()));
    for (const Name& name : std::set<Name>(shorter))
      for (const Shorter& kind : kKinds)
        if (name.ends_with(kind.whole)) shorter.insert(name.substr(0, name.size() - kind.whole.size()) + Name(kind.brief));
    for (const Name& name : std::set<Name>(shorter)) add_numbered(name, shorter);
    for (const Name& name : std::set<Name>(shorter))
      for (const Name& place : before)
        if (!name.starts_with(place)) shorter.insert(place + name);
  }
  for (const Name& name : shorter)
    if (name.size() >= 2 && seen.insert(name).second) names.emplace_back(name, 3);
  return names;
}

}  // namespace banmo::ask
