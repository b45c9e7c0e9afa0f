// SPDX-License-Identifier: Apache-2.0
// What other engines give to be written as a file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pack/types.h"

namespace banmo::records {

// A table of another engine that leaves as a file. Programs get `name`, people `title`.
enum class CellType { text, decimal, boolean, instant };
struct FileColumn {
  std::string name, title;
  CellType type = CellType::text;
};
struct TableFile {
  std::string name;  // as it stands in the audit log and in the name of the file
  std::vector<FileColumn> columns;
  pack::Level level = pack::Level::l1;
};
struct WrittenTable {
  std::string path;  // of a temporary file that the caller removes
  int64_t n_rows = 0;
};

}  // namespace banmo::records
