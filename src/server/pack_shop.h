// SPDX-License-Identifier: Apache-2.0
// Takes scene packs, over HTTP and on the command line: unpacks, checks against all installed ones, runs the pack's tests, puts it into the folder of
// packs.
#pragma once

#include <memory>
#include <string>

#include "api/api.h"
#include "base/time.h"
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
  const Clock* clock = nullptr;
};
std::unique_ptr<api::PackShop> make_pack_shop(PackShopOptions options);

// What becomes of an upgrade that loses data or lowers protection: only the command line may accept it, and the audit entry tells what was accepted.
enum class Upgrade { careful, accept };
// The same for the command line: `path` is a pack's folder, a zip of one, or a pack.yaml. The verdict names what was found also where it was
// accepted.
Result<api::PackVerdict> install_pack_from(PackShopOptions options, const std::string& account, const std::string& path, Upgrade upgrade);

// Unpacks a zip of a pack (or takes a bare pack.yaml) into `folder`. A single folder around everything is taken off. Errors: invalid
// "pack.no_pack_yaml", "pack.bad_name" (paths that leave the folder, files that no pack has), too_large "pack.too_many_files".
Result<> unpack_pack(const std::string& file, const std::string& folder);
// What the new version would destroy in the old one: datasets and fields that are gone, kinds, types and grains that changed ("pack.destructive");
// and what it would lay open: lower levels, encryption, masks and the mark of personal data taken away, other fields of scope, smaller smallest cells
// ("pack.lowers_protection").
std::vector<Error> destroyed_by(const pack::Catalogue& before, const pack::Catalogue& after, std::string_view pack);

}  // namespace banmo::server
