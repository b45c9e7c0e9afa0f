// SPDX-License-Identifier: Apache-2.0
// The engine against accounts that may see figures but no rows, and that put all their answers together.
#include <map>
#include <random>
#include <set>

#include "metrics/test_attacker.h"
#include "metrics/test_world.h"

namespace banmo::metrics::test {
namespace {

using Pupil = std::map<std::string, std::string>;  // value by dimension

const std::vector<std::string> kDimensions = {"district", "school", "school_year", "grade", "sex", "kind"};
const std::vector<std::string> kFinest = {"school", "school_year", "grade", "sex", "kind"};
const std::map<std::string, std::vector<std::string>> kValues = {{"district", {"南区", "北区"}},
                                                                 {"school", {"学校1", "学校2", "学校3", "学校4"}},
                                                                 {"school_year", {"2024", "2025"}},
                                                                 {"grade", {"1", "2", "3"}},
                                                                 {"sex", {"1", "2"}},
                                                                 {"kind", {"lit", "sci"}}};

std::vector<Pupil> pupils(std::mt19937_64& random, int n) {
  std::vector<Pupil> made;
  const auto some = [&](const char* dimension) {
    const auto& values = kValues.at(dimension);
    return values[std::min(random() % values.size(), random() % values.size())];  // the first are more common
  };
  for (int i = 0; i < n; ++i) {
    Pupil pupil;
    for (const std::string& dimension : kFinest) pupil[dimension] = some(dimension.c_str());
    pupil["district"] = pupil["school"] <= "学校2" ? "南区" : "北区";
    made.push_back(std::move(pupil));
  }
  return made;
}

std::string csv_of(const World& world, const std::vector<Pupil>& pupils) {
  std::string text;
  for (size_t i = 0; i < pupils.size(); ++i) {
    const Pupil& pupil = pupils[i];
    text += pupil.at("school_year") + "," + std::to_string(i + 1) + "," + world.code_of(pupil.at("school").back() - '0') + "," + pupil.at("grade") +
            "," + pupil.at("sex") + "," + pupil.at("kind") + "," + std::to_string(120 + i % 40) + "\n";
  }
  return text;
}

// Questions by up to three dimensions, each without and with conditions.
std::vector<Query> questions(std::mt19937_64& random, int n_variants) {
  std::vector<Query> made;
  for (uint32_t set = 0; set < 1U << kDimensions.size(); ++set) {
    if (std::popcount(set) > 3) continue;
    for (int variant = 0; variant < n_variants; ++variant) {
      Query query;
      query.metrics = {"people", "height_avg"};
      query.limit = 10'000;
      for (size_t d = 0; d < kDimensions.size(); ++d)
        if ((set >> d & 1) != 0) query.by.push_back(kDimensions[d]);
      for (int c = 0; c < variant; ++c) {
        const std::string& dimension = kDimensions[random() % kDimensions.size()];
        Condition condition{dimension, {}};
        for (const std::string& value : kValues.at(dimension))
          if (random() % 2 == 0) condition.values.push_back(value);
        if (!condition.values.empty()) query.where.push_back(std::move(condition));
      }
      // Of two conditions on the period the last would count: one is asked.
      std::set<std::string> asked;
      std::erase_if(query.where, [&](const Condition& condition) { return !asked.insert(condition.dimension).second; });
      made.push_back(std::move(query));
    }
  }
  return made;
}

class Attack {
 public:
  explicit Attack(const std::vector<Pupil>& all) : pupils_(all) {
    for (const Pupil& pupil : pupils_) cells_.emplace(finest(pupil), cells_.size());
  }

  // What an answer's rows tell; `sees` limits the pupils to those of the account.
  void hear(const Query& query, const QueryResult& result, const std::function<bool(const Pupil&)>& sees) {
    std::map<std::vector<std::string>, std::pair<int64_t, std::set<size_t>>> groups;
    for (const Pupil& pupil : pupils_) {
      if (!sees(pupil) || !satisfies(pupil, query)) continue;
      std::vector<std::string> key;
      for (const std::string& dimension : query.by) key.push_back(pupil.at(dimension));
      auto& [n, cells] = groups[key];
      ++n;
      cells.insert(cells_.at(finest(pupil)));
    }
    REQUIRE(result.rows.size() == groups.size());
    for (const auto& row : result.rows) {
      std::vector<std::string> key;
      for (size_t d = 0; d < query.by.size(); ++d) key.push_back(text_of(row[d]));
      const auto& [n, cells] = groups.at(key);
      std::vector<size_t> sum(cells.begin(), cells.end());
      const Cell& people = row[query.by.size()];
      ++(n >= 10 ? n_large : n_small);
      if (std::holds_alternative<std::monostate>(people)) {
        CHECK(std::holds_alternative<std::monostate>(row[query.by.size() + 1]));
        withheld_.insert(std::move(sum));
      } else {
        CHECK(std::get<int64_t>(people) == n);
        CHECK(n >= 10);
        ++n_shown;
        shown_.insert(std::move(sum));
      }
    }
  }

  size_t n_solved() const {
    Attacker attacker(cells_.size());
    for (const auto& sum : shown_) attacker.learn(sum);
    size_t n = 0;
    for (const auto& sum : withheld_) n += attacker.knows(sum) ? 1 : 0;
    return n;
  }
  size_t n_withheld() const { return withheld_.size(); }
  size_t n_cells() const { return cells_.size(); }

  size_t n_large = 0, n_small = 0, n_shown = 0;

 private:
  static std::string finest(const Pupil& pupil) {
    std::string key;
    for (const std::string& dimension : kFinest) key += pupil.at(dimension) + "|";
    return key;
  }
  static bool satisfies(const Pupil& pupil, const Query& query) {
    return std::all_of(query.where.begin(), query.where.end(), [&](const Condition& condition) {
      return std::find(condition.values.begin(), condition.values.end(), pupil.at(condition.dimension)) != condition.values.end();
    });
  }

  const std::vector<Pupil>& pupils_;
  std::map<std::string, size_t> cells_;
  std::set<std::vector<size_t>> shown_, withheld_;
};

TEST_CASE("one account's answers together solve no withheld cell, and neither do those of three accounts with different scopes") {
  on_each_pair([](World& world) {
    std::mt19937_64 random(7);
    const std::vector<Pupil> all = pupils(random, 420);
    world.import("health", csv_of(world, all));
    const std::vector<Query> asked = questions(random, 6);
    Attack alone(all), together(all);
    const auto leader = world.principal(directory::Role::city_leader, world.city);
    const auto of_district = world.principal(directory::Role::district_officer, world.south);
    const auto of_school = world.principal(directory::Role::principal, world.schools[0]);
    for (const Query& query : asked) {
      const QueryResult whole = world.ask(leader, query);
      alone.hear(query, whole, [](const Pupil&) { return true; });
      together.hear(query, whole, [](const Pupil&) { return true; });
      together.hear(query, world.ask(of_district, query), [](const Pupil& pupil) { return pupil.at("district") == "南区"; });
      together.hear(query, world.ask(of_school, query), [](const Pupil& pupil) { return pupil.at("school") == "学校1"; });
    }
    CHECK(alone.n_solved() == 0);
    CHECK(together.n_solved() == 0);
    CHECK(alone.n_withheld() > 200);
    MESSAGE(asked.size() << " questions over " << alone.n_cells() << " cells: " << alone.n_shown << " of " << alone.n_large
                         << " large answers shown, " << alone.n_withheld() << " different sums withheld (" << together.n_withheld()
                         << " of three accounts), none solvable");
  });
}

// In the town above nearly every finest cell is small and nearly all is withheld. Where most are large, most must be shown.
TEST_CASE("a district of usual size is shown nearly all its large figures, and its small cells stay unsolvable") {
  on_each_pair([](World& world) {
    std::mt19937_64 random(11);
    const std::vector<Pupil> all = pupils(random, 5000);
    world.import("health", csv_of(world, all));
    Attack attack(all);
    const auto leader = world.principal(directory::Role::city_leader, world.city);
    for (const Query& query : questions(random, 1)) attack.hear(query, world.ask(leader, query), [](const Pupil&) { return true; });
    CHECK(attack.n_solved() == 0);
    CHECK(attack.n_small > 0);
    CHECK(attack.n_shown > attack.n_large * 4 / 5);
    MESSAGE(attack.n_shown << " of " << attack.n_large << " large answers shown, " << attack.n_small << " small ones withheld");
  });
}

TEST_CASE("who may see the rows has nothing withheld, and the pattern follows the rows") {
  on_each_pair([](World& world) {
    const auto leader = world.principal(directory::Role::city_leader, world.city);
    std::string rows;
    for (int i = 0; i < 60; ++i) rows += "2025," + std::to_string(i + 1) + "," + world.code_of(i < 4 ? 1 : i < 30 ? 2 : 3) + ",1,1,lit,130\n";
    world.import("health", rows);
    Query query;
    query.metrics = {"people", "height_avg"};
    query.by = {"school"};
    CHECK(world.text(leader, query) == "school|people|height_avg\n学校1|x|x\n学校2|x|x\n学校3|30|130");
    CHECK(world.text(world.system, query) == "school|people|height_avg\n学校1|4|130\n学校2|26|130\n学校3|30|130");
    Query total = query;
    total.by = {"district"};
    CHECK(world.text(leader, total) == "district|people|height_avg\n南区|30|130\n北区|30|130");
    std::string more;
    for (int i = 60; i < 70; ++i) more += "2025," + std::to_string(i + 1) + "," + world.code_of(1) + ",1,1,lit,130\n";
    world.import("health", more);
    CHECK(world.text(leader, query) == "school|people|height_avg\n学校1|14|130\n学校2|26|130\n学校3|30|130");
    for (int i = 1; i <= 4; ++i) must(world.records->delete_row(world.system, "health", "2025~" + std::to_string(i)));
    for (int i = 61; i <= 64; ++i) must(world.records->delete_row(world.system, "health", "2025~" + std::to_string(i)));
    CHECK(world.text(leader, query) == "school|people|height_avg\n学校1|x|x\n学校2|x|x\n学校3|30|130");
    world.open();
    CHECK(world.text(leader, query) == "school|people|height_avg\n学校1|x|x\n学校2|x|x\n学校3|30|130");
  });
}

}  // namespace
}  // namespace banmo::metrics::test
