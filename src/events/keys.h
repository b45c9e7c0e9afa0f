// SPDX-License-Identifier: Apache-2.0
// Inside the room: the keys of tools. A secret is 256 random bits, so its plain hash is safe to keep and quick to compare; a key that was found is
// remembered for seconds, so that a stream of statements costs one question of the ledger now and then. Then it is asked anew whether who made the
// key could still make it: a key dies with its maker's account or right. Every change is audited. Thread-safe.
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
  Result<NewKey> create(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes, directory::OrgNo org,
                        const KeyLimits& limits);
  Result<std::vector<Key>> list(const directory::Principal& by) const;
  Result<> revoke(const directory::Principal& by, const std::string& key);
  // A secret that was not right lately is a try under the directory's limiter; `peer` is the address, empty for no limit.
  Result<std::shared_ptr<const Key>> authenticate(const std::string& name, std::string_view secret, const std::string& peer);
  Result<std::shared_ptr<const Key>> by_no(int64_t no) const { return load("no = $1", no); }
  // SQL over xapi_key: where the principal may manage keys.
  std::string reach(const directory::Principal& by, std::string_view org_column) const;

 private:
  struct Known {
    std::shared_ptr<const Key> key;
    int64_t until = 0;
  };
  static constexpr int64_t kKnownMicros = 5'000'000;
  static constexpr size_t kMaxKnown = 10'000;
  Result<std::shared_ptr<const Key>> load(std::string_view condition, const sql::Value& value) const;  // "no = $1"
  Result<std::shared_ptr<const Key>> load(const crypto::Hash& hash) const { return load("secret_hash = $1", sql::Blob(hash.begin(), hash.end())); }
  Result<std::shared_ptr<const Key>> load_limited(const crypto::Hash& hash, const std::string& name, const std::string& peer) const;

  directory::Directory& directory_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;  // by the secret's hash
};

}  // namespace banmo::events
