// SPDX-License-Identifier: Apache-2.0
// Scene packs: read, validate, resolve into one immutable catalogue that every engine reads. Thread-safe once built.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pack/admission.h"
#include "pack/flow.h"
#include "pack/types.h"

namespace banmo::pack {

class Catalogue {
 public:
  // Reads `<folder>/pack.yaml` (and the CSV files beside it) of each folder. Order does not matter: `needs` is resolved. All findings of all packs
  // come in Error::details, each with file:line:column: unknown keys (with the nearest known one), types, duplicate ids, unknown lists, fields,
  // metrics, roles, dashboards, expressions that do not compile, derived datasets whose level is below their sources', grains without fields, ratio
  // of unlike datasets, weights, cycles.
  static Result<std::shared_ptr<const Catalogue>> load(std::span<const std::string> folders);
  // The same for texts that are not in files yet (an upload, a test): `folder` is where a pack's CSV files would be, `text` its pack.yaml.
  struct PackText {
    std::string folder;
    std::string text;
  };
  static Result<std::shared_ptr<const Catalogue>> load_texts(std::span<const PackText> texts);
  // All packs found directly below `directory`, save in folders whose name begins with a dot.
  static Result<std::shared_ptr<const Catalogue>> load_directory(const std::string& directory);

  const std::vector<PackInfo>& packs() const { return packs_; }
  const std::vector<Dataset>& datasets() const { return datasets_; }
  const std::vector<Metric>& metrics() const { return metrics_; }
  const std::vector<Dimension>& dimensions() const { return dimensions_; }
  const std::vector<Dashboard>& dashboards() const { return dashboards_; }
  const std::vector<HomePart>& home() const { return home_; }
  const std::vector<AskExample>& ask_examples() const { return ask_examples_; }
  const std::vector<Target>& targets() const { return targets_; }
  const std::vector<Portrait>& portraits() const { return portraits_; }
  const std::vector<Flow>& flows() const { return flows_; }
  const std::vector<Admission>& admissions() const { return admissions_; }
  const std::vector<CodeList>& code_lists() const { return code_lists_; }

  // nullptr if there is none.
  const PackInfo* pack(std::string_view id) const;
  const Dataset* dataset(std::string_view id) const;
  const Metric* metric(std::string_view id) const;
  const Dimension* dimension(std::string_view id) const;
  const Dashboard* dashboard(std::string_view id) const;
  const Target* target(std::string_view id) const;
  const Portrait* portrait(std::string_view id) const;
  const Flow* flow(std::string_view id) const;
  const Admission* admission(std::string_view id) const;
  // The flows of an earlier text of an installed pack over the datasets of this catalogue. Errors: what no longer fits, as load() tells it.
  Result<std::vector<Flow>> flows_of(std::string_view pack, const std::string& text) const;
  const CodeList* code_list(std::string_view id) const;
  // Derived datasets that read `dataset`, directly or through others, in an order in which they can be refreshed.
  std::vector<const Dataset*> dependants(std::string_view dataset) const;

 private:
  friend class CatalogueBuilder;
  using Index = std::map<std::string, size_t, std::less<>>;
  std::vector<PackInfo> packs_;
  std::vector<Dataset> datasets_;
  std::vector<Metric> metrics_;
  std::vector<Dimension> dimensions_;
  std::vector<Dashboard> dashboards_;
  std::vector<HomePart> home_;
  std::vector<AskExample> ask_examples_;
  std::vector<Target> targets_;
  std::vector<Portrait> portraits_;
  std::vector<Flow> flows_;
  std::vector<Admission> admissions_;
  std::vector<CodeList> code_lists_;
  Index pack_index_, dataset_index_, metric_index_, dimension_index_, dashboard_index_, target_index_, portrait_index_, flow_index_, admission_index_,
      code_list_index_;
};

// The roles that a dashboard's audience may name: those of directory/types.h, which this room may not include (a test there compares the two).
std::span<const std::string_view> known_roles();
// The highest level of fields that a role is shown in rows about others (scope.cpp of the directory; a test there compares the two). L1 if unknown.
Level shown_to(std::string_view role);

// The type by which expressions see a field: code, text, idno, phone, state as text; org and ref as integer (their number); year as integer.
expr::Type expression_type(FieldType type);

}  // namespace banmo::pack
