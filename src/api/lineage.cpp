// SPDX-License-Identifier: Apache-2.0
// Lineage as a graph, from a figure down to a file: metric > metrics and dataset that it is made of > source datasets > import batches > files.
#include <algorithm>
#include <map>
#include <set>

#include "api/builder.h"
#include "api/shapes.h"
#include "metrics/metrics.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr int kBatches = 5;  // the newest of a dataset
constexpr size_t kMaxNodes = 400;

constexpr const char* kNodeKindNames[] = {"metric", "dataset", "batch", "file"};

struct NodeShape {
  static constexpr const char* kName = "LineageNode";
  std::string id, kind, ref, title, title_en;
  std::optional<std::string> level;  // of a dataset
  std::optional<Instant> at;         // of a batch
  std::optional<int64_t> n_rows;
};
template <class V>
void describe(V& v, NodeShape& x) {
  v.field("id", x.id);
  v.field("kind", x.kind, {.one_of = kNodeKindNames});
  v.field("ref", x.ref);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("level", x.level, {.one_of = kLevelNames});
  v.field("at", x.at);
  v.field("n_rows", x.n_rows);
}

struct EdgeShape {
  std::string from, to;
};
template <class V>
void describe(V& v, EdgeShape& x) {
  v.field("from", x.from);
  v.field("to", x.to);
}

struct GraphShape {
  static constexpr const char* kName = "Lineage";
  std::vector<NodeShape> nodes;
  std::vector<EdgeShape> edges;
  bool cut = false;  // there is more than the graph shows
};
template <class V>
void describe(V& v, GraphShape& x) {
  v.field("nodes", x.nodes);
  v.field("edges", x.edges);
  v.field("cut", x.cut);
}

// Walks down from what it is given; each thing stands once.
class Walk {
 public:
  explicit Walk(const Call& call) : call_(call), catalogue_(*call.engines.catalogue) {
    for (const pack::Metric* metric : call.engines.metrics->visible(call.principal)) visible_.insert(metric->id);
  }

  bool sees(const pack::Metric& metric) const { return visible_.contains(metric.id); }

  // Nothing of a metric that the reader does not see.
  Result<> metric(const pack::Metric& metric) {
    if (!sees(metric)) return {};
    const std::string id = "metric:" + metric.id;
    if (!add({id, "metric", metric.id, metric.title.zh, metric.title.en, {}, {}, {}})) return {};
    std::set<std::string> parts = {metric.numerator, metric.denominator};
    for (const auto& operand : metric.operands) parts.insert(operand.metric);
    for (const auto& part : parts) {
      const pack::Metric* below = part.empty() ? nullptr : catalogue_.metric(part);
      if (below == nullptr) continue;
      BANMO_DO(this->metric(*below));
      edge(id, "metric:" + part);
    }
    const pack::Dataset* dataset = metric.dataset.empty() ? nullptr : catalogue_.dataset(metric.dataset);
    if (dataset == nullptr) return {};
    BANMO_DO(this->dataset(*dataset));
    edge(id, "dataset:" + dataset->id);
    return {};
  }

  Result<> dataset(const pack::Dataset& dataset) {
    const std::string id = "dataset:" + dataset.id;
    const int64_t n_rows = call_.engines.records->n_rows(dataset.id);
    if (!add({id, "dataset", dataset.id, dataset.title.zh, dataset.title.en, level_name(dataset.level), {}, n_rows})) return {};
    if (dataset.select) {
      for (const std::string& table : dataset.select->tables()) {
        const pack::Dataset* source = catalogue_.dataset(table);
        if (source == nullptr) continue;
        BANMO_DO(this->dataset(*source));
        edge(id, "dataset:" + table);
      }
      return {};
    }
    return batches(dataset, id);
  }

  GraphShape take() { return std::move(graph_); }

 private:
  // Batches and files are told to those who may read them.
  Result<> batches(const pack::Dataset& dataset, const std::string& id) {
    const bool is_written = dataset.kind == pack::DatasetKind::entry || dataset.kind == pack::DatasetKind::event;  // by files, or by tools
    if (!is_written || !call_.principal.has(directory::Right::quality_read)) return {};
    BANMO_TRY(const auto batches, call_.engines.records->batches(call_.principal, dataset.id, kBatches, ""));
    for (const records::Batch& batch : batches) {
      const std::string batch_id = "batch:" + batch.id.to_string();
      add({batch_id, "batch", batch.id.to_string(), batch.at.to_iso(), batch.at.to_iso(), {}, batch.at, batch.n_good});
      edge(id, batch_id);
      const std::string file_id = "file:" + dataset.id + "/" + batch.file_name;
      add({file_id, "file", batch.file_name, batch.file_name, batch.file_name, {}, {}, {}});
      edge(batch_id, file_id);
    }
    return {};
  }

  bool add(NodeShape node) {
    if (!known_.insert(node.id).second) return false;
    if (graph_.nodes.size() >= kMaxNodes) {
      graph_.cut = true;
      known_.erase(node.id);
      return false;
    }
    graph_.nodes.push_back(std::move(node));
    return true;
  }
  void edge(const std::string& from, const std::string& to) {
    if (known_.contains(from) && known_.contains(to) && edges_.emplace(from, to).second) graph_.edges.push_back({from, to});
  }

  const Call& call_;
  const pack::Catalogue& catalogue_;
  GraphShape graph_;
  std::set<std::string> visible_;  // metrics
  std::set<std::string> known_;
  std::set<std::pair<std::string, std::string>> edges_;
};

// The datasets that are made of one, however far.
std::set<std::string> made_of(const pack::Catalogue& catalogue, const std::string& id) {
  std::set<std::string> found = {id};
  std::vector<std::string> next = {id};
  while (!next.empty()) {
    const std::string one = next.back();
    next.pop_back();
    for (const pack::Dataset* above : catalogue.dependants(one)) {
      if (found.insert(above->id).second) next.push_back(above->id);
    }
  }
  return found;
}

// The metrics over these datasets, and those that are made of such metrics.
std::vector<const pack::Metric*> metrics_of(const pack::Catalogue& catalogue, const std::set<std::string>& datasets) {
  std::vector<const pack::Metric*> found;
  std::set<std::string> known;
  for (bool more = true; more;) {
    more = false;
    for (const pack::Metric& metric : catalogue.metrics()) {
      const bool over =
          datasets.contains(metric.dataset) || known.contains(metric.numerator) || known.contains(metric.denominator) ||
          std::any_of(metric.operands.begin(), metric.operands.end(), [&](const auto& operand) { return known.contains(operand.metric); });
      if (!over || !known.insert(metric.id).second) continue;
      found.push_back(&metric);
      more = true;
    }
  }
  return found;
}

Result<GraphShape> get_lineage(const Call& call) {
  const pack::Catalogue& catalogue = *call.engines.catalogue;
  Walk walk(call);
  if (const std::string id = call.text("metric"); !id.empty()) {
    const pack::Metric* metric = catalogue.metric(id);
    if (metric == nullptr || !walk.sees(*metric))
      return fail(ErrorCode::not_found, "metrics.no_such_metric", {"没有这个指标；请从指标目录中选择", "no such metric: choose one of the catalogue"},
                  "metric");
    BANMO_DO(walk.metric(*metric));
    return walk.take();
  }
  const pack::Dataset* dataset = catalogue.dataset(call.text("dataset"));
  if (dataset == nullptr)
    return fail(ErrorCode::not_found, "records.no_such_dataset",
                {"没有这个数据集；请从数据目录中选择", "no such dataset: choose one from the catalogue"}, "dataset");
  const auto above = made_of(catalogue, dataset->id);
  for (const std::string& id : above) BANMO_DO(walk.dataset(*catalogue.dataset(id)));
  for (const pack::Metric* metric : metrics_of(catalogue, above)) BANMO_DO(walk.metric(*metric));
  return walk.take();
}

}  // namespace

void add_lineage_routes(Builder& builder) {
  builder.tag("datasets");
  builder.route<GraphShape>({.method = "GET",
                             .path = "/lineage",
                             .operation = "get_lineage",
                             .summary = {"血缘图：从指标到文件", "Lineage from a figure down to a file"},
                             .permission = "datasets.read",
                             .parameters = {text_parameter("metric", "From this metric down."),
                                            text_parameter("dataset", "This dataset with what it is made of and the figures made of it.")}},
                            get_lineage);
}

}  // namespace banmo::api
