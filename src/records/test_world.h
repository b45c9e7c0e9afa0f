// SPDX-License-Identifier: Apache-2.0
// A small city with datasets for the tests of this room, on each pair of stores. Gone afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "directory/test_pair.h"
#include "records/records.h"

namespace banmo::records::test {

using banmo::test::must;
using banmo::test::Pair;
using banmo::test::postgres_conninfo;

// City > 市南区, 市北区; schools 3702000001 第一小学 and 3702000002 第二小学 in the first, 3702000003 第三小学 in the second; students G0001..G0020
// of the first two by turns.
struct World : banmo::test::TestStores {
  // `packs`: folders of packs in place of this room's own.
  explicit World(Pair pair, std::string folder = {}, std::vector<std::string> packs = {});

  // Opens the engine (again).
  void open();
  void close();
  std::string write_file(const std::string& name, const std::string& text) const;
  Job import(const std::string& dataset, const std::string& text, bool dry_run = false, const std::string& name = "成绩.csv");
  Job import_file(const std::string& dataset, const std::string& path, bool dry_run = false, const std::string& name = "成绩.csv");
  std::vector<BadRow> bad(const std::string& dataset, const Job& job);
  int64_t count(const std::string& statement) const;  // in the warehouse
  Principal principal(directory::Role role, directory::OrgNo org, const std::string& account) const;
  // Values of the page, "2025|bmi|14.5" a row.
  std::string rows_text(const Principal& who, const std::string& dataset, const PageRequest& request = {});

  int64_t chunk_rows = 500'000;  // for the next open()
  ManualClock clock{*Instant::parse_iso("2026-11-21T08:00:00Z")};
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<directory::Directory> directory;
  std::unique_ptr<Records> records;
  Principal system = Principal::system();
  directory::OrgNo city, south, north, school_1, school_2, school_3;
};

PageRequest where(std::string field, FilterOp op, std::string value);
void on_each_pair(const std::function<void(World& world)>& test);

inline constexpr const char* kHeading = "学年,学生,学校,学段,年级,性别,项目,实测值,免测,测试日期\n";

}  // namespace banmo::records::test
