// SPDX-License-Identifier: Apache-2.0
#include "server/health.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <fstream>
#include <memory>

namespace banmo::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

http::Route plain_route(std::string path, std::string operation, Message summary) {
  http::Route route;
  route.method = "GET";
  route.path = std::move(path);
  route.operation = std::move(operation);
  route.tag = "operations";
  route.summary = std::move(summary);
  route.permission = "public";
  route.answer_schema = json::Object{{"type", "object"}};
  return route;
}

MetricFamily single(std::string name, std::string help, MetricType type, double value) {
  MetricFamily family{std::move(name), std::move(help), type, {}};
  ClientMetric& metric = family.metric.emplace_back();
  if (type == MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return family;
}

MetricFamily latency(const http::ServerFigures& figures) {
  MetricFamily family{"banmo_http_request_seconds", "Time from the request's last byte to the answer's first.", MetricType::Histogram, {}};
  auto& histogram = family.metric.emplace_back().histogram;
  histogram.sample_count = figures.n_requests;
  for (const auto& [bound, count] : figures.latency_buckets) histogram.bucket.push_back({count, bound});
  return family;
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::vector<MetricFamily> dataset_families(City& city) {
  MetricFamily rows{"banmo_dataset_rows", "Rows of a dataset.", MetricType::Gauge, {}};
  for (const pack::Dataset& dataset : city.catalogue()->datasets()) {
    ClientMetric& metric = rows.metric.emplace_back();
    metric.label.push_back({"dataset", dataset.id});
    metric.gauge.value = static_cast<double>(city.records().n_rows(dataset.id));
  }
  return {std::move(rows)};
}

std::string prometheus_text(City& city, const http::ServerFigures& figures) {
  std::vector<MetricFamily> families;
  families.push_back(single("banmo_http_requests_total", "Requests answered.", MetricType::Counter, static_cast<double>(figures.n_requests)));
  families.push_back(single("banmo_http_errors_total", "Answers of 500 and above.", MetricType::Counter, static_cast<double>(figures.n_errors_5xx)));
  families.push_back(single("banmo_http_connections", "Open connections.", MetricType::Gauge, static_cast<double>(figures.n_connections)));
  families.push_back(
      single("banmo_http_refused_total", "Connections refused at a limit.", MetricType::Counter, static_cast<double>(figures.n_refused)));
  families.push_back(latency(figures));
  families.push_back(single("banmo_ledger_writable", "1 if the ledger takes writes.", MetricType::Gauge, city.stores().ledger->writable() ? 1 : 0));
  families.push_back(
      single("banmo_warehouse_writable", "1 if the warehouse takes writes.", MetricType::Gauge, city.stores().warehouse->writable() ? 1 : 0));
  families.push_back(single("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge, resident_bytes()));
  for (MetricFamily& family : dataset_families(city)) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

bool is_loopback(const std::string& peer) { return peer.starts_with("127.") || peer == "::1"; }

Result<http::Response> readiness(City& city) {
  const bool ledger = city.stores().ledger->writable(), warehouse = city.stores().warehouse->writable();
  auto reading = city.stores().ledger->read();
  const bool readable = reading.ok() && reading->operator*().query("SELECT 1").ok();
  const json::Object state{{"ready", readable},
                           {"writable", ledger && warehouse},
                           {"mode", !readable             ? "down"
                                    : ledger && warehouse ? "normal"
                                                          : "read-only"}};
  return http::Response::json(state, readable ? 200 : 503);
}

}  // namespace

Result<> add_health_routes(http::Router& router, City& city, std::function<http::ServerFigures()> figures) {
  http::Route live = plain_route("/livez", "livez", {"进程在运行", "The process runs"});
  live.quick = true;
  BANMO_DO(router.add(std::move(live), [](http::Request&) -> Result<http::Response> { return http::Response::json(json::Object{{"live", true}}); }));
  BANMO_DO(
      router.add(plain_route("/readyz", "readyz", {"能否读写", "Whether it reads and writes"}), [&city](http::Request&) { return readiness(city); }));
  BANMO_DO(router.add(plain_route("/version", "version", {"版本", "Version"}),
                      [](http::Request&) -> Result<http::Response> { return http::Response::json(json::Object{{"version", BANMO_VERSION}}); }));
  http::Route metrics = plain_route("/metrics", "metrics", {"Prometheus 指标，仅限本机", "Prometheus figures, from this machine only"});
  metrics.answer_type = "text/plain; version=0.0.4";
  metrics.answer_schema = json::Object{{"type", "string"}};
  return router.add(std::move(metrics), [&city, figures = std::move(figures)](http::Request& request) -> Result<http::Response> {
    if (!is_loopback(request.peer)) return fail(ErrorCode::not_found, "http.not_found", {"没有这个页面", "there is no such page"});
    return http::Response::text(prometheus_text(city, figures()), "text/plain; version=0.0.4");
  });
}

Result<> add_openapi_route(http::Router& router) {
  const auto document = std::make_shared<std::string>();
  BANMO_DO(router.add(plain_route("/openapi.json", "openapi", {"接口描述（OpenAPI 3.1）", "Description of the interface (OpenAPI 3.1)"}),
                      [document](http::Request&) -> Result<http::Response> { return http::Response::text(*document, "application/json"); }));
  *document = json::write(router.openapi("Banmo 班墨", BANMO_VERSION));
  return {};
}

}  // namespace banmo::server
