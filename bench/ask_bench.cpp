// SPDX-License-Identifier: Apache-2.0
// Questions over a demonstration city: how many are understood (tests/ask/*.case), whether the figures are those of SQL written apart from the engine
// (tests/ask/figures.tsv), what four roles are shown of the same and of generated questions against SQL within their organisations (limit: 0 cells
// more), parts against the whole, and how long it takes (limits: 97 % of the development questions; parse p99 2 ms with 65,000 terms; answer p95 150
// ms).
//
//   ask_bench [folder of a demonstration city] [n_generated = 10,000] [check]      check: only what must hold, without the clock
//   ask_bench folder read file.case ...                                            these files alone: how each question was read
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "ask/test_cases.h"
#include "ask_world.h"
#include "base/log.h"
#include "base/text.h"
#include "bench.h"
#include "server/city.h"
#include "server/demo.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr double kLeastRight = 0.97, kParse_ms = 2, kAnswer_ms = 150;
constexpr size_t kCheckedDistricts = 2, kCheckedEvery = 8;  // of a check: a part of what the bench does
constexpr size_t kLeastMetrics = 60, kLeastDimensions = 40;
constexpr size_t kTerms = 65'000;

struct Score {
  size_t n = 0, n_read = 0, n_figures = 0, n_wrong_figures = 0, n_refusals = 0, n_right_refusals = 0, n_confident = 0;
  size_t n_refused_in_vain = 0, n_by_another_code = 0;  // should have been answered; should have been refused by another code
  std::map<std::string, int> confusion;                 // gold > got, by intent or code
  std::set<std::string> metrics, dimensions;            // of what was read right
  bool is_enough() const {
    return static_cast<double>(n_read) >= kLeastRight * static_cast<double>(n) && metrics.size() >= kLeastMetrics &&
           dimensions.size() >= kLeastDimensions;
  }
  void cover(const Tree& tree) {
    metrics.insert(tree.metrics.begin(), tree.metrics.end());
    dimensions.insert(tree.by.begin(), tree.by.end());
    for (const ask::Where& where : tree.where) dimensions.insert(where.dimension);
  }
};

std::string first_word(const std::string& text) { return text.starts_with("! ") ? text.substr(2) : text.substr(0, text.find_first_of(" ;")); }

// A file of tests/ask, or one that begins with "/".
Score run(World& world, const std::string& file, std::map<std::string, std::vector<double>>& walls, bool tell) {
  Score score;
  for (const ask::test::Case& one : ask::test::read_cases(file.starts_with('/') ? file : BANMO_SOURCE_DIR "/tests/ask/" + file)) {
    const auto who = world.asker(one.viewer);
    std::optional<Tree> previous;
    for (const std::string& question : one.before) previous = must(world.ask().answer(who, question, previous), "answer").understood.tree;
    const Stopwatch watch;
    const ask::Answer answer = must(world.ask().answer(who, one.question, previous), "answer");
    const double wall_ms = watch.read().wall_s * 1e3;
    const bool refused = answer.understood.refusal != ask::Refusal::none;
    const auto code = static_cast<size_t>(answer.understood.refusal);
    // A question whose data are missing or few is still understood.
    const bool of_data = answer.understood.refusal == ask::Refusal::no_data || answer.understood.refusal == ask::Refusal::small_cell;
    const std::string got =
        refused && !of_data ? "! " + std::string(ask::kRefusalNames[code]) : ask::test::plain_text(answer.understood.tree, world.orgs());
    walls[first_word(got)].push_back(wall_ms);
    ++score.n;
    const bool should_refuse = one.gold.starts_with("! ");
    score.n_refusals += should_refuse;
    bool right = got == one.gold;
    if (right && !refused) {
      const std::string wrong = difference(world, answer, who.grants.front().org);
      const auto& metrics = answer.understood.tree.metrics;
      score.n_figures += !metrics.empty() && world.figures().contains(metrics.front());
      score.n_wrong_figures += !wrong.empty();
      if (!wrong.empty()) std::printf("  figure: %s: %s\n", one.question.c_str(), wrong.c_str());
      right = wrong.empty();
    }
    score.n_read += right;
    if (right && !refused) score.cover(answer.understood.tree);
    score.n_right_refusals += should_refuse && right;
    score.n_confident += !right && !refused;
    score.n_refused_in_vain += !right && refused && !should_refuse;
    score.n_by_another_code += !right && refused && should_refuse;
    if (!right) ++score.confusion[first_word(one.gold) + " > " + first_word(got)];
    if (!right && tell)
      std::printf("  %s:%d %s\n     gold %s\n     got  %s\n", file.c_str(), one.line, one.question.c_str(), one.gold.c_str(), got.c_str());
  }
  return score;
}

void print(const char* name, const Score& score) {
  std::printf("%-34s %zu questions: %.1f %% right, %.1f %% confidently wrong; refusals %zu of %zu; figures beside SQL: %zu, wrong %zu\n", name,
              score.n, 100.0 * static_cast<double>(score.n_read) / static_cast<double>(score.n),
              100.0 * static_cast<double>(score.n_confident) / static_cast<double>(score.n), score.n_right_refusals, score.n_refusals,
              score.n_figures, score.n_wrong_figures);
  std::printf("%-34s %zu metrics by %zu dimensions\n", "", score.metrics.size(), score.dimensions.size());
  for (const auto& [pair, n] : score.confusion) std::printf("    %-40s %d\n", pair.c_str(), n);
}

// How long answers took, all together and by what was asked, the slowest first.
void tell_times(std::map<std::string, std::vector<double>> walls) {
  std::vector<double> all;
  std::vector<std::pair<double, std::string>> classes;
  for (auto& [name, times] : walls) {
    all.insert(all.end(), times.begin(), times.end());
    classes.emplace_back(percentile(times, 0.95), name);
  }
  std::sort(classes.rbegin(), classes.rend());
  const double p50 = percentile(all, 0.5), p95 = percentile(all, 0.95);
  std::printf("%-34s p50 %.1f ms   p95 %.1f ms   %s\n", "answer, end to end", p50, p95, verdict(p95 <= kAnswer_ms));
  for (const auto& [p95_ms, name] : classes)
    std::printf("    %-20s %4zu   p50 %.1f ms   p95 %.1f ms\n", name.c_str(), walls.at(name).size(), percentile(walls.at(name), 0.5), p95_ms);
}

// 各<dimension> or a value, of those that the metric has, or nothing.
std::string grouped(World& world, const std::string& metric, uint64_t& state) {
  const auto& dimensions = world.frame().metric(metric)->dimensions;
  const uint64_t chance = next_random(state) % 4;
  if (dimensions.empty() || chance < 2) return {};
  const ask::AskedDimension& dimension = dimensions[next_random(state) % dimensions.size()];
  const pack::CodeList* list = world.city().catalogue()->code_list(dimension.list);
  if (chance == 2 || list == nullptr) return "各" + dimension.title;
  return list->values[next_random(state) % list->values.size()].title.zh;
}

// Metric, place, group, filter and year put together at random.
std::string generated(World& world, uint64_t& state) {
  const auto& metrics = world.figures();
  auto metric = metrics.begin();
  std::advance(metric, static_cast<std::ptrdiff_t>(next_random(state) % metrics.size()));
  const auto pick = [&](std::initializer_list<const char*> words) { return std::string(words.begin()[next_random(state) % words.size()]); };
  std::string place;
  if (next_random(state) % 2 == 0) {
    const auto& all = world.orgs().all();
    const directory::Org& org = all[next_random(state) % all.size()];
    if (org.kind == directory::OrgKind::district || org.kind == directory::OrgKind::school) place = org.title;
  }
  return place + pick({"", "今年", "去年", "2024年", "近三年", ""}) + pick({"", "各区市", "各校", "男生", "小学", "民办", "", ""}) +
         grouped(world, metric->first, state) + world.city().catalogue()->metric(metric->first)->title.zh +
         pick({"", "是多少", "最高的学校", "前五的学校", "最低的区市", "变化趋势", "同比", "高于全市平均的区市"});
}

// Answers of four roles against SQL within their organisations. The number of differences.
size_t leaks(World& world, size_t n_generated, size_t every) {
  std::vector<metrics::Principal> roles;
  const directory::OrgNo district = world.orgs().children(world.top())[0], school = world.orgs().children(district)[0];
  roles.push_back(world.principal(Role::city_leader, world.top()));
  roles.push_back(world.principal(Role::district_officer, district));
  roles.push_back(world.principal(Role::principal, school));
  roles.push_back(world.principal(Role::teacher, school));
  std::vector<std::string> questions;
  for (const char* file : {"development.case", "held_out.case", "blind.case"})
    for (const auto& one : ask::test::read_cases(BANMO_SOURCE_DIR "/tests/ask/" + std::string(file)))
      if (one.before.empty() && one.line % every == 0) questions.push_back(one.question);
  uint64_t state = 20261122;
  for (size_t i = 0; i < n_generated; ++i) questions.push_back(generated(world, state));
  size_t n = 0, n_answered = 0, n_leaks = 0;
  for (size_t i = 0; i < questions.size(); ++i)
    for (const auto& who : roles) {
      if (i >= questions.size() - n_generated && &who != &roles[i % roles.size()]) continue;
      const ask::Answer answer = must(world.ask().answer(who, questions[i], std::nullopt), "answer");
      ++n;
      if (answer.understood.refusal != ask::Refusal::none) continue;
      ++n_answered;
      const std::string wrong = difference(world, answer, who.grants.front().org);
      if (wrong.empty()) continue;
      ++n_leaks;
      if (n_leaks <= 20)
        std::printf("  %s: %s: %s\n     %s\n", std::string(directory::name_of(who.grants.front().role)).c_str(), questions[i].c_str(), wrong.c_str(),
                    ask::text_of(answer.understood.tree).c_str());
    }
  std::printf("%-34s %zu questions by four roles, %zu answered, %zu differ from SQL within their organisations\n", "scope", n, n_answered, n_leaks);
  return n_leaks;
}

// Of an answer with one row; not a number if there is none.
double only_figure(World& world, const metrics::Principal& who, const std::string& question) {
  const ask::Answer answer = must(world.ask().answer(who, question, std::nullopt), "answer");
  if (answer.table.rows.size() != 1) return std::nan("");
  for (const auto& cell : answer.table.rows.front()) {
    if (const auto* number = std::get_if<double>(&cell)) return *number;
    if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  }
  return std::nan("");
}

// Parts add up to the whole; a filter never enlarges a count. The number of violations.
size_t relations(World& world, size_t n_districts) {
  size_t n = 0, n_bad = 0;
  for (const char* metric : {"在校生数", "参测人数", "专任教师数", "学校数", "班数", "教室数", "图书册数", "寄宿生数"}) {
    const double whole = only_figure(world, world.asker(""), std::string("全市") + metric);
    double parts = 0;
    for (const directory::OrgNo district : world.orgs().children(world.top())) {
      const double part = only_figure(world, world.asker(""), world.orgs().find(district)->title + metric);
      parts += std::isnan(part) ? 0 : part;
      n_bad += part > whole;
      ++n;
    }
    n_bad += std::abs(parts - whole) > 1e-6 * whole;
    ++n;
  }
  // Whoever stands in a district is told what the city is told of it; a condition more never makes a count larger; other words are the same question.
  const auto same = [&](const metrics::Principal& a, const std::string& one, const metrics::Principal& b, const std::string& other, bool narrower) {
    const double x = only_figure(world, a, one), y = only_figure(world, b, other);
    // Of a register in which a district has no row, the city is told none and the district that there are no data.
    const bool bad = narrower ? y > x : (std::isnan(x) ? 0 : x) != (std::isnan(y) ? 0 : y);
    if (bad) std::printf("  %s: %f; %s: %f\n", one.c_str(), x, other.c_str(), y);
    n_bad += bad;
    ++n;
  };
  const metrics::Principal city = world.asker("");
  for (const auto& [id, figure] : world.figures()) {
    const std::string& title = world.city().catalogue()->metric(id)->title.zh;
    size_t n_asked = 0;
    for (const directory::OrgNo district : world.orgs().children(world.top())) {
      if (n_asked++ >= n_districts) break;
      const std::string place = world.orgs().find(district)->title;
      // Shown cells are the same for all but those who see the rows.
      same(city, place + title, world.asker(place), title, false);
      if (!world.frame().metric(id)->counts) continue;
      // Of one period: the newest there is may be another one under a condition.
      const std::string when = figure.period.empty() ? "" : figure.period == "month" ? "2026年10月" : "2026年";
      for (const char* filter : {"女生", "民办学校", "初中", "数学"})
        same(city, when + place + title, city, when + place + filter + "的" + title, true);
    }
    same(city, title, city, "请问全市" + title + "是多少？", false);
    same(city, title, city, "帮我查一下现在的" + title, false);
  }
  std::printf("%-34s %zu relations of parts, wholes, askers, filters and wordings, %zu broken\n", "metamorphic", n, n_bad);
  return n_bad;
}

bool parse_times() {
  const auto catalogue = must(pack::Catalogue::load_directory(BANMO_SOURCE_DIR "/scenes"), "scenes");
  std::vector<directory::Org> all;
  const auto add = [&](directory::OrgNo parent, directory::OrgKind kind, std::string title) {
    directory::Org org;
    org.no = {static_cast<int64_t>(all.size()) + 1};
    org.id = OrgId{Uuid::derived(title)};
    org.parent = parent;
    org.kind = kind;
    org.title = std::move(title);
    all.push_back(org);
    return org.no;
  };
  const auto city = add({}, directory::OrgKind::city, "某某市");
  for (int d = 0; d < 100; ++d) {
    const auto district = add(city, directory::OrgKind::district, "甲" + std::to_string(d) + "丁区");
    for (int s = 0; s < 120; ++s)
      (void)add(district, directory::OrgKind::school, "乙" + std::to_string(d) + "街第" + std::to_string(s + 1) + (s % 2 == 0 ? "中学" : "实验小学"));
  }
  const auto tree = directory::OrgTree::build(all, 1);
  const Stopwatch building;
  const auto lexicon = ask::Lexicon::build(*catalogue, *tree);
  std::printf("%-34s %zu terms in %.0f ms\n", "vocabulary", lexicon->n_terms(), building.read().wall_s * 1e3);
  const ask::Frame frame(*catalogue);
  const ask::Parser parser(lexicon, frame, tree);
  const ask::Viewer viewer = ask::test::viewer_of(*tree, "");
  std::vector<double> ms;
  for (const char* file : {"development.case", "held_out.case", "blind.case"})
    for (const auto& one : ask::test::read_cases(BANMO_SOURCE_DIR "/tests/ask/" + std::string(file)))
      for (int i = 0; i < 5; ++i) {
        const Stopwatch watch;
        (void)parser.parse(one.question, *Date::from_ymd(2026, 11, 22), viewer, nullptr);
        ms.push_back(watch.read().wall_s * 1e3);
      }
  const double p50 = percentile(ms, 0.5), p99 = percentile(ms, 0.99);
  const bool kept = p99 <= kParse_ms && lexicon->n_terms() >= kTerms;
  std::printf("%-34s p50 %.3f ms   p99 %.3f ms   %s\n", "parse", p50, p99, verdict(kept));
  return kept;
}

// How the questions of these files are read. 0 if all of them are read right.
int read_files(const std::string& folder, std::span<char*> files) {
  World world(folder);
  must(world.city().metrics().settle(), "settle");
  bool all_right = true;
  for (const char* file : files) {
    std::map<std::string, std::vector<double>> walls;
    const Score score = run(world, std::filesystem::absolute(file).string(), walls, true);
    print(std::filesystem::path(file).filename().c_str(), score);
    std::printf("    answered right %zu, answered wrong %zu, refused in vain %zu, refused right %zu, refused by another code %zu\n",
                score.n_read - score.n_right_refusals, score.n_confident, score.n_refused_in_vain, score.n_right_refusals, score.n_by_another_code);
    all_right &= score.n_read == score.n;
  }
  return all_right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  set_log(LogLevel::error, [](std::string_view line) { std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()); });
  std::string folder = argc > 1 ? argv[1] : "";
  if (argc > 3 && std::string_view(argv[2]) == "read") return read_files(folder, std::span(argv + 3, static_cast<size_t>(argc - 3)));
  const std::string made = std::filesystem::temp_directory_path() / ("banmo-ask-bench." + std::to_string(getpid()));
  if (folder.empty()) {
    server::Settings settings;
    settings.data = folder = made;
    settings.scenes = BANMO_SOURCE_DIR "/scenes";
    must(server::make_demo(settings, {.scale = 0.01, .seed = 1}, server::Terminal(server::ProgressStyle::none)), "demo");
  }
  const size_t n_generated = argc > 2 ? static_cast<size_t>(std::atoll(argv[2])) : 10'000;
  const bool check = argc > 3;
  bool kept = true;
  {
    World world(folder);
    must(world.city().metrics().settle(), "settle");
    std::map<std::string, std::vector<double>> walls;  // by intent or code
    const Score development = run(world, "development.case", walls, true);
    print("development", development);
    kept &= development.is_enough();
    const Score held_out = run(world, "held_out.case", walls, !check);
    print("held out", held_out);
    print("blind", run(world, "blind.case", walls, !check));
    print("people", run(world, "people.case", walls, !check));
    tell_times(walls);
    kept &= relations(world, check ? kCheckedDistricts : 100) == 0;
    kept &= leaks(world, n_generated, check ? kCheckedEvery : 1) == 0;
  }
  if (!check) (void)parse_times();
  if (argc <= 1) std::filesystem::remove_all(made);
  return kept ? 0 : 1;
}
