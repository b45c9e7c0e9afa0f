// SPDX-License-Identifier: Apache-2.0
#include "ask/plan_answer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ask/sentence.h"
#include "pack/pack.h"

namespace banmo::ask {
namespace {

using metrics::Cell;
using metrics::Column;
using metrics::ColumnKind;
using metrics::Lamp;

constexpr size_t kMostNamed = 8, kMostNotes = 12;

struct Row {
  const pack::Target* target = nullptr;
  const metrics::TargetYear* year = nullptr;
};

Message state_of(Lamp lamp) {
  switch (lamp) {
    case Lamp::green: return {"已达成", "reached"};
    case Lamp::yellow: return {"接近", "near"};
    case Lamp::red: return {"未达成", "not reached"};
    default: return {"暂无数据", "no figure"};
  }
}

bool is_asked(const std::string& lamp, Lamp is) {
  if (lamp.empty()) return true;
  if (lamp == "reached") return is == Lamp::green;
  if (lamp == "missed") return is == Lamp::yellow || is == Lamp::red;
  return lamp == "red" ? is == Lamp::red : lamp == "yellow" ? is == Lamp::yellow : is == Lamp::grey;
}

Message asked_state(const std::string& lamp) {
  if (lamp == "reached") return {"已达成", "reached"};
  if (lamp == "missed") return {"没有达成", "not reached"};
  if (lamp == "red") return {"亮红灯（不到目标值的九成）", "red"};
  if (lamp == "yellow") return {"亮黄灯（达到目标值的九成）", "yellow"};
  return {"暂无数据", "without a figure"};
}

bool is_whole(double value) { return value == std::floor(value); }

class Teller {
 public:
  Teller(const std::vector<metrics::TargetState>& states, const Tree& tree) : tree_(tree) {
    const std::set<std::string> wanted(tree.targets.begin(), tree.targets.end());
    for (const metrics::TargetState& state : states)
      for (const metrics::TargetYear& year : state.years) {
        if (!wanted.empty() && !wanted.contains(state.target->id)) continue;
        years_.insert(year.year);
        const std::string text = std::to_string(year.year);
        if ((!tree.time.from.empty() && text < tree.time.from) || (!tree.time.to.empty() && text > tree.time.to)) continue;
        ++n_of_[year.lamp];
        ++n_all_;
        if (is_asked(tree.lamp, year.lamp)) rows_.push_back({state.target, &year});
      }
    units_ = 0;
    for (const Row& row : rows_) {
      units_ += row.target->unit != rows_.front().target->unit;
      decimals_ = std::max(decimals_, is_whole(row.year->target) && is_whole(row.year->actual.value_or(0)) ? 0 : 1);
    }
  }

  bool is_empty() const { return n_all_ == 0; }
  std::string years() const {
    std::string out;
    for (const int year : years_) out += (out.empty() ? "" : "、") + std::to_string(year);
    return out;
  }

  metrics::QueryResult table() const {
    const auto text = [](const char* id, const char* zh, const char* en) { return Column{id, zh, ColumnKind::dimension, "", "text", 0, en}; };
    const std::string unit = one_unit() ? rows_.front().target->unit : "";
    const auto number = [&](const char* id, const char* zh, const char* en) {
      return Column{id, zh, ColumnKind::metric, unit == "%" && std::string_view(id) == "gap" ? "个百分点" : unit, "number", decimals_, en};
    };
    metrics::QueryResult out;
    out.columns = {text("target", "目标", "Target"), text("plan", "规划", "Plan"), text("year", "年度", "Year"), text("lamp", "状态", "State")};
    if (!one_unit()) out.columns.push_back(text("unit", "单位", "Unit"));
    for (const Column& column : {number("wanted", "目标值", "Wanted"), number("actual", "实际值", "Actual"), number("gap", "差距", "Gap")})
      out.columns.push_back(column);
    for (const Row& row : rows_) {
      std::vector<Cell> cells{row.target->item, row.target->plan, std::to_string(row.year->year), state_of(row.year->lamp).zh};
      if (!one_unit()) cells.emplace_back(row.target->unit);
      cells.emplace_back(row.year->target);
      cells.push_back(row.year->actual ? Cell(*row.year->actual) : Cell());
      cells.push_back(row.year->actual ? Cell(*row.year->actual - row.year->target) : Cell());
      out.rows.push_back(std::move(cells));
    }
    return out;
  }

  Message sentence() const {
    if (tree_.lamp.empty() && rows_.size() == 1) return single();
    const std::string when = tree_.time.from == tree_.time.to ? tree_.time.from : tree_.time.from + "至" + tree_.time.to;
    Message out;
    if (tree_.lamp.empty()) {
      out.zh = when + "年有目标值的" + std::to_string(n_all_) + "项：";
      out.en = std::to_string(n_all_) + " targets of " + when + ":";
      for (const Lamp lamp : {Lamp::green, Lamp::yellow, Lamp::red, Lamp::grey}) {
        out.zh += (lamp == Lamp::green ? "" : "，") + state_of(lamp).zh + std::to_string(count(lamp)) + "项";
        out.en += " " + std::to_string(count(lamp)) + " " + state_of(lamp).en + (lamp == Lamp::grey ? "." : ",");
      }
      out.zh += "。";
      return out;
    }
    const Message state = asked_state(tree_.lamp);
    out.zh = when + "年" + state.zh + "的目标有" + std::to_string(rows_.size()) + "项（共" + std::to_string(n_all_) + "项";
    if (tree_.lamp != "unknown" && count(Lamp::grey) > 0) out.zh += "，其中" + std::to_string(count(Lamp::grey)) + "项暂无数据";
    out.zh += "）";
    for (size_t i = 0; i < rows_.size() && i < kMostNamed; ++i) out.zh += (i == 0 ? "：" : "、") + rows_[i].target->item;
    out.zh += rows_.size() > kMostNamed ? "等。" : "。";
    out.en = std::to_string(rows_.size()) + " of " + std::to_string(n_all_) + " targets of " + when + " are " + state.en + ".";
    return out;
  }

  std::vector<metrics::MetricNote> notes() const {
    std::vector<metrics::MetricNote> out;
    std::set<std::string> told;
    for (const Row& row : rows_)
      if (out.size() < kMostNotes && told.insert(row.target->id).second) {
        metrics::MetricNote& note = out.emplace_back();
        note.id = row.target->id;
        note.title = row.target->item;
        note.definition = row.target->measure;
        note.formula = row.target->responsible + "：" + (row.target->metric.empty() ? "填报" : "由系统计算");
      }
    return out;
  }

 private:
  bool one_unit() const { return units_ == 0 && !rows_.empty(); }
  int count(Lamp lamp) const {
    const auto found = n_of_.find(lamp);
    return found == n_of_.end() ? 0 : found->second;
  }

  Message single() const {
    const Row& row = rows_.front();
    Column of;
    of.unit = row.target->unit;
    of.decimals = decimals_;
    const std::string year = std::to_string(row.year->year), goal = figure_text(row.year->target, of);
    Message out{row.target->item + year + "年的目标是" + goal, row.target->id + ": " + goal + " wanted in " + year};
    if (!row.year->actual) return {out.zh + "，还没有该年的实际数据。", out.en + ", no figure of that year."};
    const std::string actual = figure_text(*row.year->actual, of);
    out.zh += "，实际" + actual;
    out.en += ", " + actual + " there";
    if (row.year->lamp == Lamp::green) return {out.zh + "，已达成。", out.en + ", reached."};
    if (of.unit == "%") of.unit = "个百分点";
    const std::string gap = figure_text(std::abs(row.year->target - *row.year->actual), of);
    const std::string near = row.year->lamp == Lamp::yellow ? "（接近）" : "";
    return {out.zh + "，还差" + gap + near + "。", out.en + ", not reached."};
  }

  const Tree& tree_;
  std::vector<Row> rows_;
  std::set<int> years_;
  std::map<Lamp, int> n_of_;
  int n_all_ = 0, decimals_ = 0;
  size_t units_ = 0;
};

}  // namespace

void answer_targets(const std::vector<metrics::TargetState>& states, Answer& answer) {
  const Teller teller(states, answer.understood.tree);
  if (teller.is_empty()) {
    answer.understood.refusal = Refusal::no_data;
    answer.understood.why = {"这些目标在所问的时间没有目标值；有目标值的年份：" + teller.years(),
                             "these targets have no value of that time; there are values of " + teller.years()};
    return;
  }
  answer.table = teller.table();
  answer.sentence = teller.sentence();
  answer.chart = "table";
  answer.notes = teller.notes();
  answer.caveats.push_back({"全市的目标；达到目标值为已达成，达到九成为接近", "targets of the whole city; near is nine tenths of the value"});
}

}  // namespace banmo::ask
