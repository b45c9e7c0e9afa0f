// SPDX-License-Identifier: Apache-2.0
// Questions over a demonstration city: how many are understood (tests/ask/*.case), whether the figures are those of SQL written apart from the engine
// (tests/ask/figures.tsv), what four roles are shown of the same and of generated questions against SQL within their organisations (limit: 0 cells
// more), parts against the whole, and how long it takes (limits: 97 % of the development questions; parse p99 2 ms with 65,000 terms; answer p95 150
// ms).
//
//   ask_bench [folder of a demonstration city] [n_generated = 2000] [check]      check: only what must hold, without the clock
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "ask/ask.h"
#include "ask/test_cases.h"
#include "base/log.h"
#include "base/text.h"
#include "bench.h"
#include "server/city.h"
#include "server/demo.h"

namespace {

using namespace banmo;
using namespace banmo::bench;
using ask::Tree;
using directory::Role;

constexpr double kLeastRight = 0.97, kParse_ms = 2, kAnswer_ms = 150;
constexpr size_t kTerms = 65'000;
constexpr int kLastYear = 2026;  // of the demonstration city's data

struct Written {
  std::string dataset, expression;
};

std::map<std::string, Written> read_figures() {
  std::map<std::string, Written> figures;
  std::ifstream in(BANMO_SOURCE_DIR "/tests/ask/figures.tsv");
  for (std::string line; std::getline(in, line);) {
    const size_t a = line.find('\t'), b = line.find('\t', a + 1);
    if (b != std::string::npos) figures[line.substr(0, a)] = {line.substr(a + 1, b - a - 1), line.substr(b + 1)};
  }
  return figures;
}

class World {
 public:
  explicit World(const std::string& folder)
      : city_(open(folder)),
        ask_(city_->stores(), city_->catalogue(), city_->directory(), city_->metrics(), clock_),
        figures_(read_figures()),
        orgs_(city_->directory().orgs()) {}

  server::City& city() { return *city_; }
  ask::Ask& ask() { return ask_; }
  const directory::OrgTree& orgs() const { return *orgs_; }
  const std::map<std::string, Written>& figures() const { return figures_; }

  metrics::Principal principal(Role role, directory::OrgNo org) const {
    metrics::Principal made;
    made.account = {7};
    made.account_name = "bench";
    made.grants = {{role, org}};
    return made;
  }
  directory::OrgNo top() const { return orgs_->children({}).front(); }
  metrics::Principal asker(const std::string& title) const {
    for (const directory::Org& org : orgs_->all())
      if (!title.empty() && org.title == title)
        return principal(org.kind == directory::OrgKind::school ? Role::principal : Role::district_officer, org.no);
    return principal(Role::city_officer, top());
  }

  sql::Rows run_sql(const std::string& text) {
    const auto lease = must(city_->stores().warehouse->read(), "read");
    return must(lease->query(text), text.c_str());
  }

  // The figures of a tree's first metric by its groups, within an organisation; nullopt if it is none of figures.tsv.
  std::optional<std::map<std::string, double>> written(const Tree& tree, directory::OrgNo within) {
    const auto figure = figures_.find(tree.metrics.front());
    if (figure == figures_.end()) return std::nullopt;
    const bool systems = figure->second.dataset == "info_system";
    const std::string from = " FROM ds_" + figure->second.dataset + " r JOIN dim_org o ON o.no = r." + (systems ? "owner_org" : "school_id");
    std::string keys, where = " WHERE " + below(within);
    for (const std::string& by : tree.by)
      keys +=
          (keys.empty() ? "" : " || '|' || ") +
          (by == "district" || by == "school"
               ? "(SELECT x.id FROM dim_org x WHERE x.no = " + (by == "school" ? std::string("COALESCE(o.school_no, o.no)") : "o.district_no") + ")"
               : "CAST(r." + by + " AS VARCHAR)");
    for (const ask::Where& one : tree.where) {
      std::string any;
      for (const std::string& value : one.values) {
        const auto id = OrgId::parse(value);
        any += (any.empty() ? "" : " OR ") + (id ? below(orgs_->find(*id)->no) : "CAST(r." + one.dimension + " AS VARCHAR) = '" + value + "'");
      }
      where += " AND (" + any + ")";
    }
    const bool by_period = std::find(tree.by.begin(), tree.by.end(), "school_year") != tree.by.end();
    const bool timed = std::any_of(tree.where.begin(), tree.where.end(), [](const ask::Where& one) { return one.dimension == "school_year"; });
    if (!systems) {
      if (!tree.time.from.empty()) where += " AND r.school_year >= " + tree.time.from;
      if (!tree.time.to.empty()) where += " AND r.school_year <= " + tree.time.to;
      // A stock is told of the last period, unless period by period. Entrants and those who were tested are counted in each.
      const bool stock = figure->second.dataset != "fitness_year" && tree.metrics.front() != "enr_entrants" && !by_period && !timed;
      const int last = stock                                                                    ? 1
                       : tree.time.last > 0                                                     ? tree.time.last
                       : by_period || timed || !tree.time.from.empty() || !tree.time.to.empty() ? 0
                                                                                                : 1;
      if (last > 0)
        where += " AND r.school_year IN (SELECT DISTINCT r.school_year" + from + where + " ORDER BY 1 DESC LIMIT " + std::to_string(last) + ")";
    }
    std::map<std::string, double> found;
    const sql::Rows rows =
        run_sql("SELECT " + (keys.empty() ? "''" : keys) + ", CAST(" + figure->second.expression + " AS DOUBLE)" + from + where + " GROUP BY 1");
    for (size_t i = 0; i < rows.size(); ++i)
      if (!sql::is_null(rows[i][0]) && !sql::is_null(rows[i][1])) found[sql::text_of(rows[i][0])] = sql::double_of(rows[i][1]);
    return found;
  }

 private:
  static std::string below(directory::OrgNo org) {
    const std::string no = std::to_string(org.value);
    return "(o.no = " + no + " OR o.school_no = " + no + " OR o.district_no = " + no + " OR o.city_no = " + no + ")";
  }
  static std::unique_ptr<server::City> open(const std::string& folder) {
    server::Settings settings = must(server::load_settings(folder), "settings");
    settings.data = folder;
    settings.scenes = BANMO_SOURCE_DIR "/scenes";
    return must(server::City::open(settings, true), "city");
  }
  ManualClock clock_{*Instant::parse_iso("2026-11-22T02:00:00Z")};  // the day of the questions
  std::unique_ptr<server::City> city_;
  ask::Ask ask_;
  std::map<std::string, Written> figures_;
  std::shared_ptr<const directory::OrgTree> orgs_;
};

std::string key_of(const metrics::Cell& cell) {
  if (const auto* org = std::get_if<metrics::OrgCell>(&cell)) return org->id;
  if (const auto* code = std::get_if<metrics::CodeCell>(&cell)) return code->code;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&cell)) return std::to_string(*whole);
  return {};
}

// Of a comparison with the year before: the change that is shown beside SQL of both years.
std::string wrong_change(World& world, const ask::Answer& answer, directory::OrgNo within) {
  const Tree& tree = answer.understood.tree;
  if (tree.compare.empty() || tree.intent == ask::Intent::contribution || !world.figures().contains(tree.metrics.front())) return {};
  if (tree.by.size() > 1 || tree.time.last > 0 || (!tree.by.empty() && tree.by.front() == "school_year")) return {};
  Tree before = tree, now = tree;
  const std::string last = tree.time.from.empty() ? std::to_string(kLastYear) : tree.time.from;
  now.time.from = now.time.to = last;
  before.time.from = before.time.to = std::to_string(std::atoll(last.c_str()) - 1);
  const auto a = world.written(now, within), b = world.written(before, within);
  size_t column = 0;
  while (column < answer.table.columns.size() && answer.table.columns[column].id != tree.metrics.front() + "__change") ++column;
  if (column >= answer.table.columns.size()) return "the change is not told";
  for (const auto& row : answer.table.rows) {
    const std::string key = tree.by.empty() ? "" : key_of(row.front());
    if (row[column].index() == 0 || !a->contains(key) || !b->contains(key)) continue;
    const double told = std::get<double>(row[column]), should = a->at(key) - b->at(key);
    if (std::abs(told - should) > 1e-6 * std::max(1.0, std::abs(should)))
      return key + " changed by " + std::to_string(should) + ", not " + std::to_string(told);
  }
  return {};
}

// What of an answer is not what SQL says: a cell that is shown and should not be, or not so. Empty: none.
std::string difference(World& world, const ask::Answer& answer, directory::OrgNo within) {
  const Tree& tree = answer.understood.tree;
  if (std::string wrong = wrong_change(world, answer, within); !wrong.empty()) return wrong;
  const auto gold = world.written(tree, within);
  if (!gold) return {};
  const auto& table = answer.table;
  const auto at = [&](const std::string& id) {
    size_t c = 0;
    while (c < table.columns.size() && table.columns[c].id != id) ++c;
    return c;
  };
  const size_t metric = at(tree.metrics.front());
  size_t n_seen = 0;
  for (const auto& row : table.rows) {
    std::string key;
    bool whole = tree.against_whole && !table.rows.empty() && &row == &table.rows.back();
    for (const std::string& by : tree.by) {
      const size_t c = at(by);
      if (c < row.size()) key += (key.empty() && by == tree.by.front() ? "" : "|") + key_of(row[c]);
      if (c < row.size() && row[c].index() == 0) whole = true;  // rows of no district have no key in the written SQL
    }
    if (whole || metric >= row.size() || row[metric].index() == 0 || tree.intent == ask::Intent::streak) continue;
    const double value = row[metric].index() == 1 ? static_cast<double>(std::get<int64_t>(row[metric])) : std::get<double>(row[metric]);
    const auto found = gold->find(key);
    if (found == gold->end() && value == 0) continue;
    if (found == gold->end()) return "a row " + key + " that should not be there";
    if (std::abs(found->second - value) > 1e-6 * std::max(1.0, std::abs(value)))
      return key + ": " + std::to_string(value) + ", not " + std::to_string(found->second);
    ++n_seen;
  }
  const bool all = tree.order.empty() && tree.having.empty() && tree.intent != ask::Intent::streak && answer.table.suppressed.empty();
  if (all && n_seen < gold->size() && std::none_of(table.rows.begin(), table.rows.end(), [](const auto& row) { return row.front().index() == 0; }))
    return "rows are missing: " + std::to_string(n_seen) + " of " + std::to_string(gold->size());
  if (!tree.order.empty() && tree.member.empty() && !table.rows.empty() && tree.order.find("__") == std::string::npos && table.suppressed.empty()) {
    double best = tree.order[0] == '-' ? -1e300 : 1e300;
    for (const auto& [key, value] : *gold) best = tree.order[0] == '-' ? std::max(best, value) : std::min(best, value);
    const auto& cell = table.rows.front()[metric];
    const double first = cell.index() == 1 ? static_cast<double>(std::get<int64_t>(cell)) : std::get<double>(cell);
    if (std::abs(first - best) > 1e-6 * std::max(1.0, std::abs(best))) return "the first is not the extreme";
  }
  return {};
}

struct Score {
  size_t n = 0, n_read = 0, n_figures = 0, n_wrong_figures = 0, n_refusals = 0, n_right_refusals = 0, n_confident = 0;
  std::map<std::string, int> confusion;  // gold > got, by intent or code
};

std::string first_word(const std::string& text) { return text.starts_with("! ") ? text.substr(2) : text.substr(0, text.find(' ')); }

Score run(World& world, const std::string& file, std::vector<double>& walls, bool tell) {
  Score score;
  for (const ask::test::Case& one : ask::test::read_cases(BANMO_SOURCE_DIR "/tests/ask/" + file)) {
    const auto who = world.asker(one.viewer);
    std::optional<Tree> previous;
    for (const std::string& question : one.before) previous = must(world.ask().answer(who, question, previous), "answer").understood.tree;
    const Stopwatch watch;
    const ask::Answer answer = must(world.ask().answer(who, one.question, previous), "answer");
    walls.push_back(watch.read().wall_s * 1e3);
    const bool refused = answer.understood.refusal != ask::Refusal::none;
    const auto code = static_cast<size_t>(answer.understood.refusal);
    // A question whose data are missing or few is still understood.
    const bool of_data = answer.understood.refusal == ask::Refusal::no_data || answer.understood.refusal == ask::Refusal::small_cell;
    const std::string got =
        refused && !of_data ? "! " + std::string(ask::kRefusalNames[code]) : ask::test::plain_text(answer.understood.tree, world.orgs());
    ++score.n;
    const bool should_refuse = one.gold.starts_with("! ");
    score.n_refusals += should_refuse;
    bool right = got == one.gold;
    if (right && !refused) {
      const std::string wrong = difference(world, answer, who.grants.front().org);
      score.n_figures += world.figures().contains(answer.understood.tree.metrics.front());
      score.n_wrong_figures += !wrong.empty();
      if (!wrong.empty()) std::printf("  figure: %s: %s\n", one.question.c_str(), wrong.c_str());
      right = wrong.empty();
    }
    score.n_read += right;
    score.n_right_refusals += should_refuse && right;
    score.n_confident += !right && !refused;
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
  for (const auto& [pair, n] : score.confusion) std::printf("    %-40s %d\n", pair.c_str(), n);
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
  return place + pick({"", "今年", "去年", "2024年", "近三年", ""}) +
         pick({"", "各区市", "各校", "各年级", "男生", "小学", "民办", "", "", "分性别"}) +
         world.city().catalogue()->metric(metric->first)->title.zh +
         pick({"", "是多少", "最高的学校", "前五的学校", "最低的区市", "变化趋势", "同比", "高于全市平均的区市"});
}

// Answers of four roles against SQL within their organisations. The number of differences.
size_t leaks(World& world, size_t n_generated) {
  std::vector<metrics::Principal> roles;
  const directory::OrgNo district = world.orgs().children(world.top())[0], school = world.orgs().children(district)[0];
  roles.push_back(world.principal(Role::city_leader, world.top()));
  roles.push_back(world.principal(Role::district_officer, district));
  roles.push_back(world.principal(Role::principal, school));
  roles.push_back(world.principal(Role::teacher, school));
  std::vector<std::string> questions;
  for (const char* file : {"development.case", "held_out.case"})
    for (const auto& one : ask::test::read_cases(BANMO_SOURCE_DIR "/tests/ask/" + std::string(file)))
      if (one.before.empty()) questions.push_back(one.question);
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

double only_figure(World& world, const std::string& question) {
  const ask::Answer answer = must(world.ask().answer(world.asker(""), question, std::nullopt), "answer");
  if (answer.table.rows.size() != 1) return std::nan("");
  for (const auto& cell : answer.table.rows.front()) {
    if (const auto* number = std::get_if<double>(&cell)) return *number;
    if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  }
  return std::nan("");
}

// Parts add up to the whole; a filter never enlarges a count. The number of violations.
size_t relations(World& world) {
  size_t n = 0, n_bad = 0;
  for (const char* metric : {"在校生数", "参测人数", "专任教师数", "学校数", "班数", "教室数", "图书册数", "寄宿生数"}) {
    const double whole = only_figure(world, std::string("全市") + metric);
    double parts = 0;
    for (const directory::OrgNo district : world.orgs().children(world.top())) {
      const double part = only_figure(world, world.orgs().find(district)->title + metric);
      parts += std::isnan(part) ? 0 : part;
      n_bad += part > whole;
      ++n;
    }
    n_bad += std::abs(parts - whole) > 1e-6 * whole;
    ++n;
  }
  std::printf("%-34s %zu relations of parts and wholes, %zu broken\n", "metamorphic", n, n_bad);
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
  for (const char* file : {"development.case", "held_out.case"})
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

}  // namespace

int main(int argc, char** argv) {
  set_log(LogLevel::error, [](std::string_view line) { std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()); });
  std::string folder = argc > 1 ? argv[1] : "";
  const std::string made = std::filesystem::temp_directory_path() / ("banmo-ask-bench." + std::to_string(getpid()));
  if (folder.empty()) {
    server::Settings settings;
    settings.data = folder = made;
    settings.scenes = BANMO_SOURCE_DIR "/scenes";
    must(server::make_demo(settings, {.scale = 0.01, .seed = 1}, server::Terminal(server::ProgressStyle::none)), "demo");
  }
  const size_t n_generated = argc > 2 ? static_cast<size_t>(std::atoll(argv[2])) : 2000;
  const bool check = argc > 3;
  bool kept = true;
  {
    World world(folder);
    must(world.city().metrics().settle(), "settle");
    std::vector<double> walls;
    const Score development = run(world, "development.case", walls, true);
    print("development", development);
    kept &= static_cast<double>(development.n_read) >= kLeastRight * static_cast<double>(development.n);
    const Score held_out = run(world, "held_out.case", walls, !check);
    print("held out", held_out);
    const double p50 = percentile(walls, 0.5), p95 = percentile(walls, 0.95);
    std::printf("%-34s p50 %.1f ms   p95 %.1f ms   %s\n", "answer, end to end", p50, p95, verdict(p95 <= kAnswer_ms));
    kept &= relations(world) == 0;
    kept &= leaks(world, n_generated) == 0;
  }
  if (!check) (void)parse_times();
  if (argc <= 1) std::filesystem::remove_all(made);
  return kept ? 0 : 1;
}
