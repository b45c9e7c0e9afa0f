// SPDX-License-Identifier: Apache-2.0
// A tree from outside, or put together from two questions: every name, value and number in it, and that its parts go together. What passes here may
// be computed, told and kept in the audit log.
#include <algorithm>
#include <charconv>

#include "ask/composer.h"

namespace banmo::ask {
namespace {

constexpr size_t kMostMetrics = 10, kMostBy = 4, kMostWhere = 12, kMostValues = 500, kMostHaving = 4;
constexpr size_t kLongestText_bytes = 100, kLongestPeriod = 32;
constexpr int kMostRows = 1000, kMostStreak = 50;
constexpr const char* kGrains[] = {"", "year", "school_year", "term", "month", "day"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size();
}

// 2025, 2025-2, 2025-09-30
bool is_period(std::string_view text) {
  return !text.empty() && text.size() <= kLongestPeriod && text.find_first_not_of("0123456789-") == std::string_view::npos;
}

class Checker {
 public:
  Checker(const Frame& frame, const directory::OrgTree& orgs, const Viewer& viewer, const Tree& tree)
      : frame_(frame), orgs_(orgs), viewer_(viewer), tree_(out_.tree) {
    out_.tree = tree;
  }
  Parsed run() {
    if (tree_.intent == Intent::target) {
      (void)targets();
      return std::move(out_);
    }
    if (!sizes() || !metrics() || !values()) return std::move(out_);
    settle_intent(frame_, tree_);
    (void)(settings() && shape() && columns() && member());
    return std::move(out_);
  }

 private:
  bool refuse(Refusal refusal, std::string zh, std::string en) {
    out_ = {};
    out_.refusal = refusal;
    out_.why = {std::move(zh), std::move(en)};
    return false;
  }
  bool bad(const std::string& what) {
    return refuse(Refusal::unsupported, "查询里的“" + what + "”不可用", "the query's \"" + what + "\" cannot be used");
  }
  const MetricFrame& first() const { return *frame_.metric(tree_.metrics.front()); }

  bool sizes() {
    const bool fit = !tree_.metrics.empty() && tree_.metrics.size() <= kMostMetrics && tree_.by.size() <= kMostBy &&
                     tree_.where.size() <= kMostWhere && tree_.having.size() <= kMostHaving && tree_.limit >= 0 && tree_.limit <= kMostRows &&
                     tree_.streak >= 0 && tree_.streak <= kMostStreak && tree_.time.last >= 0 && tree_.time.last <= kMostRows;
    return fit || bad("query");
  }

  // Of plan targets: which, when and in which state; no part of any other query.
  bool targets() {
    Tree bare;
    bare.intent = Intent::target;
    bare.targets = tree_.targets;
    bare.lamp = tree_.lamp;
    bare.time = tree_.time;
    if (text_of(bare) != text_of(tree_) || tree_.time.last != 0 || !tree_.time.grain.empty() || !is_one_of(kLampNames, tree_.lamp))
      return bad("query");
    if (!is_period(tree_.time.from) || !is_period(tree_.time.to)) return bad("time");
    if (frame_.catalogue().targets().empty()) return refuse(Refusal::unknown_metric, "没有登记规划目标", "there are no plan targets");
    if (tree_.targets.size() > frame_.catalogue().targets().size()) return bad("targets");
    for (const std::string& id : tree_.targets)
      if (frame_.catalogue().target(id) == nullptr) return refuse(Refusal::unknown_metric, "没有这个规划目标", "there is no such plan target");
    return true;
  }

  bool metrics() {
    for (const std::string& id : tree_.metrics) {
      const MetricFrame* metric = frame_.metric(id);
      if (metric == nullptr) return refuse(Refusal::unknown_metric, "没有指标“" + id + "”", "there is no metric " + id);
      if (!viewer_.sees_metric(id)) return refuse(Refusal::forbidden_field, "您的角色看不到这个指标", "your role does not see this metric");
      const auto has = [&](const std::string& dimension) {
        return is_level(dimension) ? metric->has_org : dimension == metric->period ? !dimension.empty() : metric->dimension(dimension) != nullptr;
      };
      for (const std::string& by : tree_.by)
        if (!has(by)) return bad(by);
      for (const Where& where : tree_.where)
        if (!has(where.dimension) || where.values.empty() || where.values.size() > kMostValues) return bad(where.dimension);
    }
    return true;
  }

  bool values() {
    for (const Where& where : tree_.where)
      for (const std::string& value : where.values)
        if (!check_value(where.dimension, value, where.dimension)) return false;
    return true;
  }
  bool check_value(const std::string& dimension, const std::string& value, const std::string& what) {
    if (is_level(dimension)) return check_org(value);
    return fits(dimension, value) || bad(what);
  }
  // Without its title: whoever may not ask about it is not told what it is called.
  bool check_org(const std::string& value) {
    const auto id = OrgId::parse(value);
    const directory::Org* org = id ? orgs_.find(*id) : nullptr;
    if (org == nullptr) return refuse(Refusal::unknown_entity, "没有这个机构", "there is no such organisation");
    if (covers(orgs_, viewer_, org->no)) return true;
    return refuse(Refusal::forbidden_scope, "这个机构不在您的数据范围内", "this organisation is outside of your scope");
  }
  // No more than the dimension can hold.
  bool fits(const std::string& dimension, const std::string& value) const {
    if (dimension == first().period) return is_period(value);
    const AskedDimension* asked = first().dimension(dimension);
    if (asked == nullptr) return false;
    if (asked->kind == DimensionKind::flag) return value == "true" || value == "false";
    if (asked->kind == DimensionKind::whole) return is_whole_number(value);
    const pack::CodeList* list = asked->kind == DimensionKind::code ? frame_.catalogue().code_list(asked->list) : nullptr;
    if (list == nullptr) return value.size() <= kLongestText_bytes;
    return std::any_of(list->values.begin(), list->values.end(), [&](const auto& one) { return one.code == value; });
  }

  // Words of a few, and periods.
  bool settings() {
    if (!is_one_of(kCompareNames, tree_.compare)) return bad("compare");
    if (!is_one_of(kDirectionNames, tree_.direction)) return bad("direction");
    if (!tree_.chart.empty() && !is_one_of(kChartNames, tree_.chart)) return bad("chart");
    const metrics::TimeRange& time = tree_.time;
    if (!is_one_of(kGrains, time.grain) || (!time.from.empty() && !is_period(time.from)) || (!time.to.empty() && !is_period(time.to)))
      return bad("time");
    return true;
  }

  bool shape() {
    const Intent intent = tree_.intent;
    const bool streak = intent == Intent::streak, contribution = intent == Intent::contribution;
    if (!viewer_.everything && (tree_.against_whole || (!tree_.member.empty() && intent == Intent::rank)))
      return refuse(Refusal::forbidden_scope, "全市的数据不在您的数据范围内", "the whole city is outside of your scope");
    if (!scope() || !beside_whole()) return false;
    if ((streak || contribution || !tree_.compare.empty()) && first().dating == Dating::none) return bad("compare");
    if ((intent == Intent::share || contribution || streak) && tree_.by.empty()) return bad("by");
    if (intent == Intent::ratio && tree_.metrics.size() != 2) return bad("metrics");
    if (streak && tree_.by.back() != first().period)
      return refuse(Refusal::unsupported, "连续升降要看各期的数据，不能只问一期；请重新问整句",
                    "a run of periods needs all of them: ask the whole question");
    if (streak && tree_.direction.empty()) return bad("direction");
    if (contribution && tree_.compare.empty())
      return refuse(Refusal::unsupported, "原因要与上一期或上年同期比，请说明与哪一期比", "a cause is of a change: say from which period");
    if (contribution && (tree_.by.size() != 1 || tree_.by.front() == first().period))
      return refuse(Refusal::unsupported, "原因一次只按一个维度分解，请只保留一个", "a change is split by one dimension at a time: keep one");
    return true;
  }

  // A district of which one school is seen is no district: its name would stand before the school's figure. And of a share, or of a place in a
  // ranking, the whole would be one's own part.
  bool scope() {
    if (viewer_.everything || !first().has_org) return true;
    for (const std::string& by : tree_.by)
      if (is_level(by) && within_one(by, false))
        return refuse(Refusal::forbidden_scope, "您只能看到其中一部分机构的数据，不能按这一级汇总；可以问您所在机构的数据",
                      "you see a part of these places only, which is no figure of them: ask for your own organisation");
    if (tree_.by.empty() || !is_level(tree_.by.back()) || !within_one(tree_.by.back(), true)) return true;
    if (tree_.intent == Intent::share)
      return refuse(Refusal::forbidden_scope, "占比要看到全部机构的数据，它们不在您的数据范围内",
                    "a share needs the figures of all, which are outside of your scope");
    if (!tree_.order.empty())
      return refuse(Refusal::forbidden_scope, "排名要看到同类机构的数据，它们不在您的数据范围内",
                    "a ranking needs the figures of the others, which are outside of your scope");
    return true;
  }
  // Whether one of the asker's organisations lies within a single place of that level; or is it, with `itself`.
  bool within_one(std::string_view level, bool itself) const {
    const auto rank_of_level = [](std::string_view one) { return one == "city" ? 0 : one == "district" ? 1 : 2; };
    const auto rank_of_kind = [](directory::OrgKind kind) {
      return kind == directory::OrgKind::city ? 0 : kind == directory::OrgKind::district ? 1 : 2;
    };
    return std::any_of(viewer_.orgs.begin(), viewer_.orgs.end(), [&](directory::OrgNo no) {
      const directory::Org* org = orgs_.find(no);
      return org != nullptr && rank_of_kind(org->kind) + (itself ? 1 : 0) > rank_of_level(level);
    });
  }

  // The whole stands beside places or other groups, or beside periods; not among what is ranked, limited or split by several.
  bool beside_whole() {
    if (!tree_.against_whole) return true;
    const bool fits = tree_.by.size() <= 1 && tree_.order.empty() && tree_.having.empty() && tree_.member.empty() && tree_.metrics.size() == 1 &&
                      (tree_.intent == Intent::value || tree_.intent == Intent::compare || tree_.intent == Intent::trend);
    return fits || refuse(Refusal::unsupported, "与全市相比时不能同时排名、筛选或按几个维度分；请分开问",
                          "beside the whole city nothing is ranked, limited or grouped twice: ask for each by itself");
  }

  // Order and thresholds speak of columns that the answer will have.
  bool columns() {
    const std::string order = tree_.order.starts_with('-') ? tree_.order.substr(1) : tree_.order;
    const bool runs = tree_.intent == Intent::streak;  // has its own columns
    if (!order.empty() && (runs ? order != tree_.metrics.front() && order != tree_.metrics.front() + "__change" : !has_column(order)))
      return refuse_column(order);
    for (const Having& having : tree_.having) {
      if (!has_column(having.metric)) return refuse_column(having.metric);
      if (!is_one_of(kOpNames, having.op)) return bad("having");
      if (having.whole && having.metric != base_of(having.metric))
        return refuse(Refusal::unsupported, "变化不能与整体水平比；请给出一个数", "a change is not compared with the whole's level: give a number");
    }
    return true;
  }
  bool has_column(const std::string& column) const {
    const std::string metric = base_of(column), suffix = column.substr(metric.size());
    if (!is_one_of(tree_.metrics, metric)) return false;
    if (suffix.empty()) return true;
    if (suffix == "__share") return tree_.intent == Intent::share;
    if (tree_.compare.empty()) return false;
    return suffix == "__change" || suffix == "__" + tree_.compare || (suffix == "__growth" && frame_.metric(metric)->grows());
  }
  bool refuse_column(const std::string& column) {
    const std::string metric = base_of(column);
    if (frame_.metric(metric) == nullptr) return refuse(Refusal::unknown_metric, "没有指标“" + metric + "”", "there is no metric " + metric);
    return refuse(Refusal::unsupported, "结果里没有“" + column + "”这一列，不能按它排序或筛选；请换一种问法",
                  "the result has no column " + column + " to order or to filter by: ask in another way");
  }

  bool member() {
    if (tree_.member.empty()) return true;
    if (tree_.intent != Intent::rank && tree_.intent != Intent::share) {
      tree_.member.clear();  // of nobody: no text is carried along that nothing uses
      return true;
    }
    if (tree_.by.empty() || tree_.by.back() == first().period)
      return refuse(Refusal::unsupported, "请说出在哪些同类里比，例如“在各区市中排第几”", "say among which the one is compared");
    if (tree_.intent == Intent::rank && tree_.order.empty()) return bad("order");
    const std::vector<std::string> asked = tree_.intent == Intent::share ? members_of(tree_) : std::vector<std::string>{tree_.member};
    return std::all_of(asked.begin(), asked.end(), [&](const std::string& one) { return check_value(tree_.by.back(), one, "member"); });
  }

  const Frame& frame_;
  const directory::OrgTree& orgs_;
  const Viewer& viewer_;
  Parsed out_;
  Tree& tree_;
};

}  // namespace

Parsed Parser::check(const Tree& tree, const Viewer& viewer) const {
  Parsed parsed = Checker(frame_, *tree_, viewer, tree).run();
  if (parsed.refusal == Refusal::none) parsed.chips = chips_of(parsed.tree, viewer);
  return parsed;
}

}  // namespace banmo::ask
