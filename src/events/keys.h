// SPDX-License-Identifier: Apache-2.0
// Inside the room: the keys of tools. A secret is 256 random bits, so its plain hash is safe to keep and quick to compare; a key that was found is
// remembered for seconds, so that a stream of statements costs one question of the ledger now and then. Every change is audited. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "crypto/crypto.h"
#include "directory/directory.h"
#include "events/types.h"

namespace banmo::events {

class Keys {
 public:
  explicit Keys(directory::Directory& directory) : directory_(directory) {}
  Result<NewKey> create(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes, directory::OrgNo org);
  Result<std::vector<Key>> list(const directory::Principal& by) const;
  Result<> revoke(const directory::Principal& by, const std::string& key);
  Result<std::shared_ptr<const Key>> authenticate(const std::string& name, std::string_view secret);

 private:
  struct Known {
    std::shared_ptr<const Key> key;
    int64_t until = 0;
  };
  static constexpr int64_t kKnownMicros = 5'000'000;
  static constexpr size_t kMaxKnown = 10'000;
  Result<std::shared_ptr<const Key>> load(const crypto::Hash& hash) const;

  directory::Directory& directory_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;  // by the secret's hash
};

}  // namespace banmo::events
