// SPDX-License-Identifier: Apache-2.0
// Takes scene packs that come over HTTP: unpacks, checks against all installed ones, runs the pack's tests, puts it into the folder of packs.
#pragma once

#include <memory>
#include <string>

#include "api/api.h"
#include "crypto/crypto.h"
#include "pack/pack.h"
#include "sql/sql.h"

namespace banmo::server {

struct PackShopOptions {
  std::string scenes;  // the folder of packs
  std::string temp;    // on the same disk or not
  std::shared_ptr<const pack::Catalogue> running;
  sql::Database* ledger = nullptr;  // for the audit log
  crypto::Profile profile = crypto::Profile::intl;
};
std::unique_ptr<api::PackShop> make_pack_shop(PackShopOptions options);

// Unpacks a zip of a pack (or takes a bare pack.yaml) into `folder`. A single folder around everything is taken off. Errors: invalid
// "pack.no_pack_yaml", "pack.bad_name" (paths that leave the folder, files that no pack has), too_large "pack.too_many_files".
Result<> unpack_pack(const std::string& file, const std::string& folder);
// What the new version would destroy in the old one: datasets and fields that are gone, types and grains that changed ("pack.destructive"); and what
// it would lay open: lower levels, encryption, masks and the mark of personal data taken away, other fields of scope ("pack.lowers_protection").
std::vector<Error> destroyed_by(const pack::Catalogue& before, const pack::Catalogue& after, std::string_view pack);

}  // namespace banmo::server
