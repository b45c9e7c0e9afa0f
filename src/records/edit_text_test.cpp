// SPDX-License-Identifier: Apache-2.0
// Edits that wait in the journal while the pack changes: a killed server starts with the new pack, and what was answered stands.
#include "records/edit_text.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "records/test_world.h"

namespace banmo::records::test {
namespace {

json::Object contact(int64_t i) {
  return {{"school_id", "3702000002"},
          {"phone", std::to_string(13'900'000'000 + i)},
          {"idno", "11010519491231002X"},
          {"name", "编辑" + std::to_string(i)}};
}

// The folder of the world's pack with a field more in the middle, and one less.
std::string other_fields(const std::string& folder) {
  std::stringstream text;
  text << std::ifstream(folder + "/pack/pack.yaml").rdbuf();
  std::string yaml = text.str();
  const std::string phone = "    phone: {type: phone", name = "    name: {type: text, title: 姓名, max: 20}\n";
  REQUIRE(yaml.find(phone) != std::string::npos);
  yaml.insert(yaml.find(phone), "    desk: {type: text, title: 科室, default: 教务处}\n");
  REQUIRE(yaml.find(name) != std::string::npos);
  yaml.erase(yaml.find(name), name.size());
  std::filesystem::create_directories(folder + "/changed");
  std::ofstream(folder + "/changed/pack.yaml", std::ios::binary) << yaml;
  return folder + "/changed";
}

std::string key_of_contact(World& world, int64_t i) { return std::to_string(world.school_2.value) + "~" + std::to_string(13'900'000'000 + i); }

// "phone idno name|desk" of a contact, wherever it stands.
std::string shown(World& world, int64_t i) {
  const Row row = must(world.records->row(world.system, "contact", key_of_contact(world, i)));
  const pack::Dataset& dataset = *world.catalogue->dataset("contact");
  std::string text;
  for (size_t at = 0; at < row.fields.size(); ++at)
    if (dataset.fields[row.fields[at]].id != "school_id") text += (text.empty() ? "" : " ") + sql::text_of(row.values[at], "-");
  return text;
}

// Killed as soon as `n` edits were answered: they wait in the journal for company.
void die_with_edits(const std::string& folder, int64_t n) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t victim = ::fork();
  REQUIRE(victim >= 0);
  if (victim == 0) {
    World world(Pair::sqlite_duckdb, folder);
    for (int64_t i = 0; i < n; ++i)
      if (!world.records->create_row(world.system, "contact", contact(i)).ok()) _exit(2);
    if (::write(ends[1], &n, sizeof n) != static_cast<ssize_t>(sizeof n)) _exit(3);
    for (;;) ::pause();
  }
  ::close(ends[1]);
  int64_t told = 0;
  REQUIRE(::read(ends[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told));
  ::kill(victim, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(victim, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("a server that was killed with edits in the journal starts with a pack that gained a field and lost one") {
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo_records_fields_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  die_with_edits(folder, 5);
  {
    World world(Pair::sqlite_duckdb, folder, {other_fields(folder)});
    CHECK(shown(world, 4) == "- 13900000004 11010519491231002X");
    must(world.records->flush());
    CHECK(world.count("SELECT COUNT(*) FROM ds_contact WHERE desk IS NULL") == 5);
    CHECK(shown(world, 0) == "- 13900000000 11010519491231002X");
    must(world.records->update_row(world.system, "contact", key_of_contact(world, 0), {{"desk", "总务处"}}, {}));
    CHECK(shown(world, 0) == "总务处 13900000000 11010519491231002X");
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("edits stand when the engine is opened again with other fields, on both pairs") {
  on_each_pair([](World& world) {
    must(world.records->create_row(world.system, "contact", contact(0)));
    world.close();
    world.catalogue = banmo::test::load_packs({other_fields(world.folder)});
    world.open();
    CHECK(shown(world, 0) == "- 13900000000 11010519491231002X");
    must(world.records->create_row(world.system, "contact", {{"school_id", "3702000002"}, {"phone", "13900000001"}}));
    CHECK(shown(world, 1) == "教务处 13900000001 -");
  });
}

TEST_CASE("an edit that an earlier version kept by place is read, and refused with what to do where the fields are others") {
  World world(Pair::sqlite_duckdb);
  const auto leave = [&](const std::string& payload) {
    world.close();
    must(world.stores.ledger->write([&](sql::Connection& ledger) -> Result<> {
      BANMO_DO(ledger.script("UPDATE records_counter SET value = value + 1 WHERE name = 'journal';"));
      const auto kept = ledger.execute(
          "INSERT INTO records_journal (seq, dataset, row_key, op, payload, account, at) SELECT value, 'contact', $2, "
          "'insert', "
          "$1, 'earlier', 0 FROM records_counter WHERE name = 'journal'",
          {payload, key_of_contact(world, 7)});
      return kept.ok() ? Result<>() : Result<>(kept.error());
    }));
  };
  const std::string school = std::to_string(world.school_2.value);
  leave("[0, \"" + school + "\", \"13900000007\", null, null, \"旧\"]");
  world.open();
  CHECK(shown(world, 7) == "13900000007 - 旧");
  leave("[0, \"" + school + "\", \"13900000007\"]");
  RecordsOptions options;
  options.folder = world.folder + "/uploads";
  const auto opened = Records::create(world.stores, world.catalogue, *world.directory, world.clock, options);
  REQUIRE(!opened.ok());
  CHECK(opened.error().id == "records.bad_journal");
  CHECK(opened.error().message.en ==
        "edits of contact that an earlier version wrote are not in the warehouse yet and have other fields than the pack now: start once with the "
        "earlier pack, then upgrade");
}

TEST_CASE("what is no edit is not taken for one") {
  World world(Pair::sqlite_duckdb);
  pack::Catalogue const& catalogue = *world.catalogue;
  const auto schema = must(Schema::build(catalogue, *catalogue.dataset("contact")));
  for (const char* text :
       {"7", "{}", R"({"warn": 0, "fields": {"phone": 1}, "sealed": {}})", R"({"warn": 0, "fields": {}, "sealed": {"idno": ["zz", ""]}})"}) {
    const auto read = row_of_edit(*schema, text);
    REQUIRE_MESSAGE(!read.ok(), text);
    CHECK(read.error().message.en == "the journal of edits is damaged; restore it from the backup");
  }
  StoredRow row;
  row.warn = 3;
  row.values = {int64_t{12}, std::string("139"), sql::Blob{1, 255}, std::string("index"), sql::Value{}};
  const StoredRow again = must(row_of_edit(*schema, edit_text_of(*schema, row)));
  CHECK(again.warn == 3);
  CHECK(again.values == row.values);
}

}  // namespace banmo::records::test
