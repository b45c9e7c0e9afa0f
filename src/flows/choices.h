// SPDX-License-Identifier: Apache-2.0
// What inputs offer to choose from, for a case as it stands: public rows of reference datasets, organisations, what datasets the reader may see and
// their fields. Inside the room; made for one request.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/directory.h"
#include "flows/evaluator.h"
#include "flows/types.h"

namespace banmo::flows {

class Choices {
 public:
  Choices(const Evaluator& evaluator, const directory::Directory& directory, const directory::Principal& principal)
      : evaluator_(evaluator), directory_(directory), orgs_(directory.orgs()), principal_(principal) {}

  //   typed   a part of a title, the beginning of a value, pinyin or its initials; empty: the first ones
  // What begins with it stands first. O(n) in what the source has.
  Result<std::vector<ChoiceItem>> find(const Standing& standing, const pack::FlowInput& input, std::string_view typed, size_t limit) const;
  // What stands in the input; what is not offered (any more) under its own title or value.
  Result<std::vector<ChoiceItem>> chosen(const Standing& standing, const pack::FlowInput& input) const;
  // Whether all that stands in it is offered; an empty one is.
  Result<bool> fits(const Standing& standing, const pack::FlowInput& input) const;

 private:
  using Take = std::function<bool(ChoiceItem item)>;  // false: that is enough
  enum class Of { offer, case_as_it_stands, whole_source };
  Result<> each(const Standing& standing, const pack::FlowInput& input, Of of, const Take& take) const;
  Result<> each_row(const Standing& standing, const pack::FlowChoose& choose, Of of, const Take& take) const;
  void each_org(const Standing& standing, const pack::FlowChoose& choose, Of of, const Take& take) const;
  void each_dataset(const Standing& standing, const pack::FlowInput& input, Of of, const Take& take) const;
  void each_field(const Standing& standing, const pack::FlowChoose& choose, const Take& take) const;
  directory::OrgNo narrowed_to(const Standing& standing, const pack::FlowChoose& choose, Of of) const;
  std::vector<std::string> values_of(const Standing& standing, const pack::FlowInput& input) const;

  const Evaluator& evaluator_;
  const directory::Directory& directory_;
  std::shared_ptr<const directory::OrgTree> orgs_;
  const directory::Principal& principal_;
};

}  // namespace banmo::flows
