// SPDX-License-Identifier: Apache-2.0
// Metrics: aggregates over a dataset, ratios of aggregates (sums over sums), and expressions over other metrics.
#include <algorithm>
#include <cctype>
#include <charconv>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

bool is_numeric(expr::Type type) { return type == expr::Type::integer || type == expr::Type::decimal || type == expr::Type::null; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool is_additive(const Metric& metric) {
  return metric.kind == MetricKind::aggregate &&
         (metric.aggregate == Aggregate::count || metric.aggregate == Aggregate::count_distinct || metric.aggregate == Aggregate::sum);
}

struct Word {
  size_t at = 0;
  std::string_view text;
};

// Walks the words of an expression, past literals.
std::optional<Word> next_word(std::string_view text, size_t from) {
  for (size_t i = from; i < text.size();) {
    if (text[i] == '\'') {
      const size_t end = text.find('\'', i + 1);
      if (end == std::string_view::npos) return std::nullopt;
      i = end + 1;
    } else if (std::isalpha(static_cast<unsigned char>(text[i])) || text[i] == '_') {
      size_t end = i;
      while (end < text.size() && is_word(text[end])) ++end;
      return Word{i, text.substr(i, end - i)};
    } else if (std::isdigit(static_cast<unsigned char>(text[i]))) {
      while (i < text.size() && is_word(text[i])) ++i;
    } else {
      ++i;
    }
  }
  return std::nullopt;
}

struct Prior {
  size_t at = 0, end = 0;  // of the whole call
  std::string metric, period;
  int periods_back = 0;
};

// "(metric, n, period)" behind a `prior` that stands at `at`; nullopt if it is not written so.
std::optional<Prior> read_prior(std::string_view text, size_t at) {
  const size_t open = text.find_first_not_of(" \t\r\n", at + 5);
  if (open == std::string_view::npos || text[open] != '(') return std::nullopt;
  const size_t close = text.find(')', open);
  if (close == std::string_view::npos) return std::nullopt;
  std::vector<std::string> parts(1);
  for (const char c : text.substr(open + 1, close - open - 1)) {
    if (c == ',') {
      parts.emplace_back();
    } else if (!std::isspace(static_cast<unsigned char>(c))) {
      parts.back() += c;
    }
  }
  if (parts.size() != 3) return std::nullopt;
  Prior out{at, close + 1, parts[0], parts[2], 0};
  const char* end = parts[1].data() + parts[1].size();
  const auto read = std::from_chars(parts[1].data(), end, out.periods_back);
  const bool words = std::all_of(out.metric.begin(), out.metric.end(), is_word) && !out.metric.empty();
  if (!words || read.ec != std::errc{} || read.ptr != end || out.periods_back < 1 || out.periods_back > 20) return std::nullopt;
  return out;
}

std::string operand_name(const Metric::Operand& operand) {
  return operand.periods_back == 0 ? operand.metric : operand.metric + "__prior" + std::to_string(operand.periods_back);
}

}  // namespace

void CatalogueBuilder::resolve_metrics() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftMetric& draft : pack.metrics) {
      if (!register_id(out_->metric_index_, draft.metric.id, out_->metrics_.size(), "metric", draft.metric.where)) continue;
      out_->metrics_.push_back(draft.metric);
      metric_drafts_.emplace_back(&pack, &draft);
    }
  }
  metric_visits_.assign(out_->metrics_.size(), Visit::fresh);
  for (size_t i = 0; i < out_->metrics_.size(); ++i) resolve_metric(i);
  for (const Metric& metric : out_->metrics_) check_min_cell(metric);
}

void CatalogueBuilder::resolve_metric(size_t index) {
  Metric& out = out_->metrics_[index];
  const auto& [pack, draft] = metric_drafts_[index];
  if (metric_visits_[index] == Visit::done) return;
  if (metric_visits_[index] == Visit::open) {
    findings_.add(
        "cycle",
        {"指标 " + in_quotes(out.id) + " 经由其他指标算到自己", "the metric " + in_quotes(out.id) + " is computed from itself by way of others"},
        out.where);
    return;
  }
  if (too_deep("metric", out.where)) return;
  metric_visits_[index] = Visit::open;
  ++depth_;
  out.pack = pack->info.id;
  if (out.title.en.empty()) out.title.en = out.title.zh;
  const int n_kinds = (draft->aggregate ? 1 : 0) + (draft->ratio.empty() ? 0 : 1) + (draft->derived ? 1 : 0);
  if (n_kinds != 1) {
    findings_.add("metric_shape",
                  {"指标 " + in_quotes(out.id) + " 须在 agg、ratio、derived 中恰写一项",
                   "the metric " + in_quotes(out.id) + " has exactly one of agg, ratio and derived"},
                  out.where);
  } else if (draft->aggregate) {
    resolve_aggregate(out, *draft, *pack);
  } else if (draft->derived) {
    resolve_derivation(out, *draft, *pack);
  } else {
    resolve_ratio(out, *draft);
  }
  if (!draft->aggregate && (draft->of || draft->expression || draft->filter || out.stock)) {
    findings_.add("metric_shape", {"of、expr、where、stock 只与 agg 同用", "of, expr, where and stock go with agg only"}, out.where);
  }
  metric_visits_[index] = Visit::done;
  --depth_;
}

// Chains of names are short in practice; the limit keeps a hostile pack from filling the stack.
bool CatalogueBuilder::too_deep(std::string_view what, const std::string& where) {
  constexpr int kMaxDepth = 32;
  if (depth_ < kMaxDepth) return false;
  findings_.add("too_deep", {"相互引用超过 32 层", "a " + std::string(what) + " refers to another over more than 32 steps"}, where);
  return true;
}

void CatalogueBuilder::resolve_aggregate(Metric& out, const DraftMetric& draft, const DraftPack& pack) {
  out.kind = MetricKind::aggregate;
  if (out.aggregate == Aggregate::count && draft.metric.decimals == 1) out.decimals = 0;
  if (!draft.of) {
    findings_.add("missing_key",
                  {"指标 " + in_quotes(out.id) + " 缺少 'of'（数据集）", "the metric " + in_quotes(out.id) + " lacks 'of', its dataset"}, out.where);
    return;
  }
  const Dataset* dataset = find_dataset(draft.of);
  if (dataset == nullptr) return;
  out.dataset = dataset->id;
  if (broken_.contains(dataset->id)) return;
  const bool counts = out.aggregate == Aggregate::count;
  if (counts == bool(draft.expression)) {
    findings_.add("metric_shape", {"count 不写 expr，其他聚合须写 expr", "count takes no expr, every other aggregate needs one"}, out.where);
    return;
  }
  const expr::Context context = context_of(*dataset, pack);
  const auto compile = [&](const Text& text, std::optional<expr::Expression>& target, auto&& accepts, std::string_view must_zh,
                           std::string_view must_en) {
    if (!text) return;
    auto compiled = expr::Expression::compile(text.text, context, text.where);
    if (!compiled.ok()) {
      findings_.add(std::move(compiled).error());
    } else if (!accepts(compiled->type())) {
      findings_.add("expression_type",
                    {"这里须是" + std::string(must_zh) + "，现为 " + std::string(expr::name_of(compiled->type())),
                     "this must be " + std::string(must_en) + ", it is " + std::string(expr::name_of(compiled->type()))},
                    text.where);
    } else {
      target = std::move(*compiled);
    }
  };
  const bool any_type = out.aggregate == Aggregate::count_distinct;
  compile(draft.expression, out.expression, [&](expr::Type type) { return any_type || is_numeric(type); }, "数值", "a number");
  compile(draft.filter, out.filter, [](expr::Type type) { return type == expr::Type::boolean; }, "条件", "a condition");
}

size_t CatalogueBuilder::metric_position(const Text& name) {
  const auto found = out_->metric_index_.find(name.text);
  if (found != out_->metric_index_.end()) return found->second;
  unknown_name("unknown_metric", "指标", "metric", name, out_->metric_index_);
  return out_->metrics_.size();
}

void CatalogueBuilder::resolve_ratio(Metric& out, const DraftMetric& draft) {
  out.kind = MetricKind::ratio;
  if (!draft.has_scale && out.unit == "%") out.scale = 100;
  if (draft.ratio.size() != 2) {
    findings_.add("metric_shape", {"ratio 须写分子和分母两个指标", "ratio names two metrics, numerator and denominator"}, draft.ratio[0].where);
    return;
  }
  const Metric* parts[2] = {nullptr, nullptr};
  for (size_t i = 0; i < 2; ++i) {
    const size_t position = metric_position(draft.ratio[i]);
    if (position == out_->metrics_.size()) return;
    resolve_metric(position);
    parts[i] = &out_->metrics_[position];
    if (is_additive(*parts[i])) continue;
    findings_.add("ratio_not_additive",
                  {"比率的分子分母须是计数或求和：全市比率是和与和之比，" + in_quotes(parts[i]->id) + " 不能相加",
                   "a ratio is a sum over a sum: " + in_quotes(parts[i]->id) + " is neither a count nor a sum"},
                  draft.ratio[i].where);
    return;
  }
  out.numerator = parts[0]->id;
  out.denominator = parts[1]->id;
  out.min_cell = std::max({out.min_cell, parts[0]->min_cell, parts[1]->min_cell});
  const Dataset* above = out_->dataset(parts[0]->dataset);
  const Dataset* below = out_->dataset(parts[1]->dataset);
  if (above == nullptr || below == nullptr || above == below || broken_.contains(above->id) || broken_.contains(below->id)) return;
  if (above->org_field.empty() != below->org_field.empty() || above->period_field.empty() != below->period_field.empty()) {
    findings_.add("ratio_unlike",
                  {"比率的分子分母来自 " + in_quotes(above->id) + " 和 " + in_quotes(below->id) + "，二者须同样写明机构（scope.org）和周期（period）",
                   "the ratio divides " + in_quotes(above->id) + " by " + in_quotes(below->id) +
                       ": both must declare an organisation (scope.org) and a period, or neither"},
                  out.where);
  }
}

// prior(metric, n, period) becomes an operand of its own; blanks fill its place, so that columns in findings stay true.
void CatalogueBuilder::resolve_derivation(Metric& out, const DraftMetric& draft, const DraftPack& pack) {
  out.kind = MetricKind::derived;
  std::string text = draft.derived.text;
  const auto add = [&](Metric::Operand operand) {
    const auto same = [&](const Metric::Operand& other) { return other.metric == operand.metric && other.periods_back == operand.periods_back; };
    if (std::none_of(out.operands.begin(), out.operands.end(), same)) out.operands.push_back(operand);
    const size_t position = out_->metric_index_.find(operand.metric)->second;
    resolve_metric(position);
    out.min_cell = std::max(out.min_cell, out_->metrics_[position].min_cell);
  };
  for (auto word = next_word(text, 0); word; word = next_word(text, word->at + word->text.size())) {
    if (word->text == "prior") {
      const auto prior = read_prior(text, word->at);
      if (!prior) {
        findings_.add(
            "bad_prior",
            {"prior 须写作 prior(指标, 期数, 周期字段)，期数 1 到 20", "prior is written prior(metric, periods, period_field) with 1..20 periods"},
            draft.derived.where);
        return;
      }
      if (metric_position({prior->metric, draft.derived.where}) == out_->metrics_.size()) return;
      const Metric::Operand operand{prior->metric, prior->periods_back};
      add(operand);
      std::string name = operand_name(operand);
      name.resize(std::max(name.size(), prior->end - prior->at), ' ');
      text.replace(prior->at, prior->end - prior->at, name);
      word = Word{prior->at, std::string_view(text).substr(prior->at, name.size())};
      for (const Metric* leaf : leaves(out_->metrics_[out_->metric_index_.at(prior->metric)])) {
        const Dataset* dataset = out_->dataset(leaf->dataset);
        if (dataset == nullptr || broken_.contains(dataset->id) || dataset->period_field == prior->period) continue;
        findings_.add("bad_prior",
                      {"数据集 " + in_quotes(dataset->id) + " 的周期不是 " + in_quotes(prior->period),
                       "the period of the dataset " + in_quotes(dataset->id) + " is not " + in_quotes(prior->period)},
                      draft.derived.where);
      }
    } else if (out_->metric_index_.contains(word->text)) {
      add({std::string(word->text), 0});
    }
  }
  expr::Context context;
  for (const Metric::Operand& operand : out.operands) context.fields.push_back({operand_name(operand), expr::Type::decimal});
  context.parameters = pack.params;
  auto compiled = expr::Expression::compile(text, context, draft.derived.where);
  if (!compiled.ok()) {
    findings_.add(std::move(compiled).error());
  } else if (!is_numeric(compiled->type())) {
    findings_.add("expression_type",
                  {"这里须是数值，现为 " + std::string(expr::name_of(compiled->type())),
                   "this must be a number, it is " + std::string(expr::name_of(compiled->type()))},
                  draft.derived.where);
  } else {
    out.derivation = std::move(*compiled);
  }
}

std::vector<const Metric*> CatalogueBuilder::leaves(const Metric& metric) const {
  std::vector<const Metric*> out;
  std::vector<const Metric*> open{&metric};
  std::set<std::string> seen{metric.id};
  const auto visit = [&](const std::string& id) {
    const Metric* part = out_->metric(id);
    if (part != nullptr && seen.insert(id).second) open.push_back(part);
  };
  while (!open.empty()) {
    const Metric* next = open.back();
    open.pop_back();
    if (next->kind == MetricKind::aggregate) out.push_back(next);
    if (next->kind == MetricKind::ratio) {
      visit(next->numerator);
      visit(next->denominator);
    }
    for (const Metric::Operand& operand : next->operands) visit(operand.metric);
  }
  return out;
}

// Shares and averages of people need a smallest population: a rate over two children tells about each of them.
void CatalogueBuilder::check_min_cell(const Metric& metric) {
  constexpr int kSmallest = 5;
  const bool counts = metric.kind == MetricKind::aggregate && is_additive(metric);
  if (counts || metric.min_cell >= kSmallest) return;
  for (const Metric* leaf : leaves(metric)) {
    const Dataset* dataset = out_->dataset(leaf->dataset);
    if (dataset == nullptr || !dataset->personal) continue;
    findings_.add("min_cell_missing",
                  {"指标 " + in_quotes(metric.id) + " 由敏感个人信息算出，须写 min_cell，不小于 5",
                   "the metric " + in_quotes(metric.id) + " is computed from sensitive personal information: give it a min_cell of at least 5"},
                  metric.where);
    return;
  }
}

}  // namespace banmo::pack
