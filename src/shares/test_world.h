// SPDX-License-Identifier: Apache-2.0
// A small city with datasets and shares for the tests of this room, on each pair of stores. Gone afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "directory/test_pair.h"
#include "records/records.h"
#include "shares/shares.h"

namespace banmo::shares::test {

using banmo::test::must;
using banmo::test::Pair;
using directory::Principal;
using directory::Role;

// City > 南区 (schools 1, 2), 北区 (school 3). Pupils of each school with a mark, a phone number (L3) and an illness (L4) stand in `mark`; `street`
// is the whole city's; `visit` is a flow's.
struct World : banmo::test::TestStores {
  explicit World(Pair which);
  Principal principal(Role role, directory::OrgNo org, const std::string& account) const;
  Wish wish() const;  // the marks of 南区 for school 1, a hundred days
  Share open(const Wish& wish);
  Share open() { return open(wish()); }
  void end(const Share& share, const std::string& by = "officer");
  NewKey key(const Share& share) { return must(shares->make_key(cio, share.id.to_string(), "教务系统")); }
  Result<Access> enter(const Share& share, const std::string& secret, const std::string& peer = "") {
    return shares->authenticate(share.id.to_string(), secret, peer);
  }
  std::string page(const Access& access, records::PageRequest request = {});  // "第一小学|甲|80", a row a line
  int64_t count(const std::string& statement) const;                          // in the ledger

  ManualClock clock{*Instant::parse_iso("2026-11-21T08:00:00Z")};
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<directory::Directory> directory;
  std::unique_ptr<records::Records> records;
  std::unique_ptr<Shares> shares;
  directory::OrgNo city, south, north, school_1, school_2, school_3;
  Principal cio, head, cio_2, district, officer, leader, teacher;
};

void on_each_pair(const std::function<void(World& world)>& test);
// The sentence in English with the place before it, or "" if it succeeded.
template <class T>
std::string told(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().where + "/" + result.error().id + ": " + result.error().message.en;
}

}  // namespace banmo::shares::test
