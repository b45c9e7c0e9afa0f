// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "records/test_world.h"

namespace banmo::records::test {
namespace {

using Run = Records::BulkRun;

json::Object values(const std::string& student, const std::string& item, const json::Value& raw) {
  return {
      {"school_year", 2025}, {"student_id", student},    {"school_id", "3702000001"}, {"stage", "p12"}, {"grade", 1}, {"sex", "男"}, {"item", item},
      {"raw", raw},          {"tested_on", "2025-10-10"}};
}

std::string states(const std::vector<RowOutcome>& outcomes) {
  std::string text;
  for (const auto& one : outcomes) text += (text.empty() ? "" : " ") + one.state;
  return text;
}

double raw_of(World& world, const std::string& key) { return std::get<double>(must(world.records->row(world.system, "fitness_raw", key)).values[7]); }

TEST_CASE("a block of rows is saved row by row, tells each outcome, and changes nothing when it is sent again") {
  on_each_pair([](World& world) {
    const Row first = must(world.records->create_row(world.system, "fitness_raw", values("G0001", "bmi", 15)));
    const std::vector<RowChange> block = {{first.key, first.version, {{"raw", 16}}},
                                          {"", {}, values("G0003", "bmi", 17)},
                                          {"", {}, values("G0003", "bmi", 18)},
                                          {"", {}, values("G0005", "bmi", 99)},
                                          {"", {}, values("G0007", "vc", "很高")}};
    CHECK(states(must(world.records->save_rows(world.system, "fitness_raw", block, Run::check))) == "changed created refused refused refused");
    CHECK(raw_of(world, first.key) == 15);
    const auto outcomes = must(world.records->save_rows(world.system, "fitness_raw", block, Run::write));
    CHECK(states(outcomes) == "changed created refused refused refused");
    CHECK(outcomes[2].error->id == "records.duplicate");
    CHECK(outcomes[3].error->details[0].id == "records.raw_range");
    CHECK(outcomes[4].error->details[0].where == "$.raw");
    CHECK(raw_of(world, first.key) == 16);
    CHECK(states(must(world.records->save_rows(world.system, "fitness_raw", block, Run::write))) == "same same refused refused refused");
    must(world.records->flush());
    CHECK(world.records->n_rows("fitness_raw") == 2);
    CHECK(must(world.records->history(world.system, "fitness_raw", first.key)).size() == 2);
  });
}

TEST_CASE("a pasted row whose version is old is refused, and rows of another school are not found") {
  on_each_pair([](World& world) {
    const Row made = must(world.records->create_row(world.system, "fitness_raw", values("G0001", "bmi", 15)));
    (void)must(world.records->update_row(world.system, "fitness_raw", made.key, {{"raw", 16}}, {}));
    const auto stale = must(world.records->save_rows(world.system, "fitness_raw", {{made.key, made.version, {{"raw", 17}}}}, Run::write));
    CHECK(stale[0].error->id == "records.row_changed");
    const Principal neighbour = world.principal(directory::Role::school_cio, world.school_2, "neighbour");
    const auto foreign = must(world.records->save_rows(neighbour, "fitness_raw", {{made.key, {}, {{"raw", 17}}}}, Run::write));
    CHECK(foreign[0].error->code == ErrorCode::not_found);
  });
}

TEST_CASE("one's own edits can be taken back one after another, but not those of others and not over a later change") {
  on_each_pair([](World& world) {
    const Principal own = world.principal(directory::Role::school_cio, world.school_1, "own");
    const Row made = must(world.records->create_row(own, "fitness_raw", values("G0001", "bmi", 15)));
    const Row second = must(world.records->update_row(own, "fitness_raw", made.key, {{"raw", 16}}, {}));
    const Row third = must(world.records->update_row(own, "fitness_raw", made.key, {{"raw", 17}}, {}));
    const auto edit = [](const Row& row) { return (row.version - 1) / 2; };
    CHECK(world.records->undo(own, "fitness_raw", made.key, edit(second)).error().id == "records.changed_since");
    CHECK(world.records->undo(world.system, "fitness_raw", made.key, edit(third)).error().id == "records.undo_not_yours");
    const Principal neighbour = world.principal(directory::Role::school_cio, world.school_2, "neighbour");
    CHECK(world.records->undo(neighbour, "fitness_raw", made.key, edit(third)).error().id == "records.no_such_row");
    CHECK(must(world.records->undo(own, "fitness_raw", made.key, edit(third))).has_value());
    CHECK(raw_of(world, made.key) == 16);
    CHECK(must(world.records->undo(own, "fitness_raw", made.key, edit(second))).has_value());
    CHECK(raw_of(world, made.key) == 15);
    CHECK(!must(world.records->undo(own, "fitness_raw", made.key, edit(made))).has_value());
    CHECK(world.records->row(own, "fitness_raw", made.key).error().id == "records.no_such_row");
    CHECK(must(world.records->undo(own, "fitness_raw", made.key, {})).has_value());
    CHECK(raw_of(world, made.key) == 15);
    const auto events = must(world.records->history(own, "fitness_raw", made.key));
    CHECK(events.front().operation == "insert");
    CHECK(events.front().edit > edit(third));
  });
}

TEST_CASE("a row that came from a file is no edit to take back") {
  on_each_pair([](World& world) {
    (void)world.import("fitness_raw", std::string(kHeading) + "2025,G0001,3702000001,p12,1,男,bmi,15,0,2025-10-10\n");
    const Page page = must(world.records->rows(world.system, "fitness_raw", {}));
    CHECK(world.records->undo(world.system, "fitness_raw", page.rows[0].key, {}).error().id == "records.undo_not_yours");
  });
}

TEST_CASE("a view is one's own, or seen by those who stand in the same organisation once it is shared") {
  on_each_pair([](World& world) {
    const Principal own = world.principal(directory::Role::school_cio, world.school_1, "own");
    const Principal colleague = world.principal(directory::Role::principal, world.school_1, "colleague");
    const Principal stranger = world.principal(directory::Role::school_cio, world.school_2, "stranger");
    View view;
    view.dataset = "fitness_raw";
    view.title = "一年级";
    view.filters = {"grade:eq:1"};
    view.order = "-raw";
    view.columns = {"student_id", "raw"};
    View kept = must(world.records->put_view(own, view));
    CHECK(must(world.records->views(own, "fitness_raw")).size() == 1);
    CHECK(must(world.records->views(colleague, "fitness_raw")).empty());
    kept.shared = true;
    (void)must(world.records->put_view(own, kept));
    const auto seen = must(world.records->views(colleague, "fitness_raw"));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].filters == view.filters);
    CHECK(seen[0].order == "-raw");
    CHECK(!seen[0].own);
    CHECK(must(world.records->views(stranger, "fitness_raw")).empty());
    CHECK(world.records->put_view(colleague, kept).error().id == "records.no_such_view");
    CHECK(world.records->delete_view(colleague, kept.id).error().id == "records.no_such_view");
    must(world.records->delete_view(own, kept.id));
    CHECK(must(world.records->views(own, "")).empty());
    view.title = " ";
    CHECK(world.records->put_view(own, view).error().id == "records.bad_view");
  });
}

TEST_CASE("headings are told before an import, and a choice is used and remembered for the organisation") {
  on_each_pair([](World& world) {
    const std::string text = "某校体测\n年度,学生,学校,学段,年级,性别,测试项,结果,备注\n2025,G0001,3702000001,p12,1,男,bmi,15,好\n";
    const std::string path = world.write_file("a.csv", text);
    const auto report = must(world.records->headings(world.system, "fitness_raw", path));
    REQUIRE(report.columns.size() == 9);
    CHECK(report.line == 2);
    CHECK(report.columns[0].by.empty());
    CHECK(report.columns[1].by == "title");
    CHECK(report.columns[6].by == "synonym");
    CHECK(report.columns[6].field == "item");
    CHECK(report.missing == std::vector<std::string>{"school_year"});
    REQUIRE(report.samples.size() == 1);
    CHECK(report.samples[0][7] == "15");

    ImportOptions options{.dataset = "fitness_raw", .file = path, .file_name = "a.csv", .dry_run = true};
    options.mapping = {{"年度", "school_year"}, {"结果", "raw"}, {"备注", ""}};
    const Job checked = must(world.records->wait(world.system, must(world.records->import(world.system, options)).id));
    CHECK(checked.state == JobState::done);
    CHECK(checked.n_good == 1);
    CHECK(checked.can_write);
    CHECK(must(world.records->rows(world.system, "fitness_raw", {})).rows.empty());

    const Job written = must(world.records->wait(world.system, must(world.records->write_checked(world.system, checked.id)).id));
    CHECK(written.n_new == 1);
    CHECK(!written.dry_run);
    CHECK(world.records->write_checked(world.system, checked.id).error().id == "records.not_checked");

    const auto again = must(world.records->headings(world.system, "fitness_raw", world.write_file("b.csv", text)));
    CHECK(again.columns[0].by == "chosen");
    CHECK(again.columns[8].by == "left_out");
    CHECK(again.missing.empty());
    const Principal other = world.principal(directory::Role::school_cio, world.school_1, "other");
    CHECK(must(world.records->headings(other, "fitness_raw", world.write_file("c.csv", text))).columns[0].by.empty());

    options.file = world.write_file("d.csv", text);
    options.mapping = {{"备注", "colour"}};
    CHECK(world.records->import(world.system, options).error().id == "records.bad_mapping");
  });
}

TEST_CASE("bad rows go back to their school with a date, are mended there, and the city sees how far it is") {
  on_each_pair([](World& world) {
    const std::string text = std::string(kHeading) +
                             "2025,G0001,3702000001,p12,1,男,bmi,99,0,2025-10-10\n2025,G0003,3702000001,p12,1,男,vc,1500,0,2025-10-10\n" +
                             "2025,G0002,3702000002,p12,1,男,bmi,98,0,2025-10-10\n";
    const Job job = world.import("fitness_raw", text);
    REQUIRE(job.n_bad == 2);
    const auto before = must(world.records->worklist(world.system, "fitness_raw", {}));
    REQUIRE(before.size() == 2);
    CHECK(before[0].org == world.school_1);
    CHECK(before[0].n_open == 1);

    const Principal district = world.principal(directory::Role::district_officer, world.south, "south");
    const Principal cio = world.principal(directory::Role::school_cio, world.school_1, "cio");
    const Date due = *Date::from_ymd(2026, 11, 30);
    CHECK(world.records->return_bad_rows(cio, "fitness_raw", world.school_1, due, "").error().id == "records.return_to_self");
    CHECK(world.records->return_bad_rows(cio, "fitness_raw", world.school_2, due, "").error().id == "directory.no_such_org");
    CHECK(world.records->return_bad_rows(district, "fitness_raw", world.school_1, *Date::from_ymd(2026, 11, 1), "").error().id == "records.bad_due");
    CHECK(world.records->return_bad_rows(district, "fitness_raw", world.school_3, due, "").error().id == "directory.no_such_org");
    const WorkItem returned = must(world.records->return_bad_rows(district, "fitness_raw", world.school_1, due, "请核对"));
    CHECK(returned.n_open == 0);
    CHECK(returned.n_returned == 1);
    CHECK(returned.returned->due == due);
    CHECK(returned.returned->note == "请核对");

    const auto mine = must(world.records->worklist(cio, "fitness_raw", {}));
    REQUIRE(mine.size() == 1);
    CHECK(mine[0].n_returned == 1);
    const auto bad = must(world.records->bad_rows(cio, "fitness_raw", "", 10, 0));
    REQUIRE(bad.size() == 1);
    const BadRow one = must(world.records->bad_row(cio, "fitness_raw", bad[0].id));
    std::string raw;
    for (const auto& [field, cell] : one.values) raw += field == "raw" ? cell : "";
    CHECK(raw == "99");
    CHECK(world.records->fix_bad_row(cio, "fitness_raw", one.id, values("G0001", "bmi", 97)).error().id == "records.bad_row");
    const Principal neighbour = world.principal(directory::Role::school_cio, world.school_2, "neighbour");
    CHECK(world.records->fix_bad_row(neighbour, "fitness_raw", one.id, values("G0001", "bmi", 15)).error().id == "records.no_such_bad_row");
    (void)must(world.records->fix_bad_row(cio, "fitness_raw", one.id, values("G0001", "bmi", 15)));
    CHECK(world.records->fix_bad_row(cio, "fitness_raw", one.id, values("G0001", "bmi", 15)).error().id == "records.no_such_bad_row");
    const auto after = must(world.records->worklist(world.system, "fitness_raw", world.school_1));
    REQUIRE(after.size() == 1);
    CHECK(after[0].n_fixed == 1);
    CHECK(after[0].n_open + after[0].n_returned == 0);
    must(world.records->flush());
    const auto cards = must(world.records->scorecards(world.system, "fitness_raw", world.school_1, 10, ""));
    REQUIRE(cards.size() == 1);
    CHECK(cards[0].n_bad == 0);
    CHECK(cards[0].n_rows == 2);
  });
}

TEST_CASE("quality is told by day, by school and rule, and by period") {
  on_each_pair([](World& world) {
    (void)world.import("fitness_raw", std::string(kHeading) +
                                          "2025,G0001,3702000001,p12,1,男,bmi,99,0,2025-10-10\n2025,G0002,3702000002,p12,1,男,bmi,15,0,2025-10-10\n");
    world.clock.advance_micros(int64_t{3} * 86'400 * 1'000'000);
    (void)world.import("fitness_raw", std::string(kHeading) + "2024,G0001,3702000001,p12,1,男,bmi,15,0,2024-10-10\n", false, "次年.csv");
    world.clock.advance_micros(int64_t{86'400} * 1'000'000);
    const auto points = must(world.records->trend(world.system, "fitness_raw", "", {}, 30));
    REQUIRE(points.size() == 3);
    CHECK(points[0].day.to_iso() == "2026-11-21");
    CHECK(points[0].n_rows == 1);
    CHECK(points[0].n_bad == 1);
    CHECK(points[1].day.to_iso() == "2026-11-24");
    CHECK(points[1].n_rows == 2);
    CHECK(points[2].day.to_iso() == "2026-11-25");
    CHECK(points[2].n_rows == 2);
    CHECK(must(world.records->trend(world.system, "fitness_raw", "", world.school_2, 30)).back().n_bad == 0);
    CHECK(must(world.records->trend(world.system, "fitness_raw", "raw_range", {}, 30)).back().n_bad == 1);

    const auto lines = must(world.records->rule_rows(world.system, "fitness_raw", {}));
    REQUIRE(lines.size() >= 2);
    const auto school = std::find_if(lines.begin(), lines.end(), [&](const RuleRow& line) { return line.card.org == world.school_1; });
    REQUIRE(school != lines.end());
    CHECK(school->rules.front() == std::pair<std::string, int64_t>("raw_range", 1));
    CHECK(must(world.records->rates(world.system)).at("fitness_raw") == doctest::Approx(2.0 / 3));

    const auto calendar = must(world.records->completeness(world.system, "fitness_raw", {}, 2, {}));
    CHECK(calendar.periods == std::vector<int64_t>{2024, 2025, 2026});
    REQUIRE(calendar.lines.size() == 2);
    CHECK(calendar.lines[0].n_rows == std::vector<int64_t>{1, 0, 0});
    CHECK(calendar.lines[1].n_rows == std::vector<int64_t>{0, 1, 0});
    const auto rest = must(world.records->completeness(world.system, "fitness_raw", {}, 2, calendar.next));
    REQUIRE(rest.lines.size() == 1);
    CHECK(rest.lines[0].org == world.school_3);
    CHECK(rest.next.value == 0);
    const Principal cio = world.principal(directory::Role::school_cio, world.school_2, "cio");
    CHECK(must(world.records->completeness(cio, "fitness_raw", {}, 10, {})).lines.size() == 1);
    CHECK(world.records->completeness(cio, "contact", {}, 10, {}).error().id == "records.no_period");
  });
}

}  // namespace
}  // namespace banmo::records::test
