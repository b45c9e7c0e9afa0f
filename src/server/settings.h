// SPDX-License-Identifier: Apache-2.0
// What a server is told: <data>/banmo.json < environment BANMO_* < flags of the command line. Only this room knows settings; engines get what they
// need as arguments.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/crypto.h"

namespace banmo::server {

struct Settings {
  std::string data = "data";         // folder of everything that is kept
  std::string ledger = "sqlite";     // "sqlite", or a libpq conninfo with "postgres:" before it
  std::string warehouse = "duckdb";  // "duckdb", or as above; the same text as `ledger` means one database
  std::vector<std::string> listen = {"127.0.0.1:8080"};
  std::string path_prefix;
  std::string tls_certificate_file, tls_key_file;
  std::vector<std::string> trusted_proxies;
  std::string scenes;                       // folder of scene packs; empty: beside the program
  std::string portal;                       // folder of the portal's files; empty: beside the program
  std::string crypto_profile = "intl";      // "intl" or "sm"
  std::string password_rules = "dengbao3";  // "dengbao3" or "asvs"
  std::string log_level = "info";
  int n_io_threads = 1;
  int n_workers = 4;
  int max_connections_per_peer = 2000;  // of one address: a school may stand behind one
  int warehouse_memory_mb = 900;
  std::string xapi_home_page = "http://localhost/xapi";  // names this store in the authority of statements: say it once, before the first of them
  int xapi_max_batch = 1000;                             // statements in a request
  std::string public_address;                            // where people reach the installation: stands on letters; empty: as the reader came
  std::vector<std::string> lookups;                      // "hukou https://… secret [their public key]": where look-ups of packs are asked
  std::string file_check_url;                            // who is shown files that are handed in (docs/guide/operations.md); empty: nobody
  int xapi_max_body_mb = 16;                             // of a request, with its attachments
  // What the server may call besides public https addresses: networks that are called without TLS too. Empty: none.
  std::vector<std::string> outbound_networks = {"127.0.0.0/8", "::1/128"};
  std::string outbound_ca_file;         // PEM: whose certificates are believed there; empty: the system's
  int export_rows_per_day = 5'000'000;  // of one account; 0: no limit
  // A language model for questions that the rules cannot read: the whole URL of an OpenAI-compatible chat endpoint; empty: none. The key is better
  // given by the environment (BANMO_ASK_MODEL_KEY) than written into the file.
  std::string ask_model_url, ask_model_key, ask_model;
  int ask_model_timeout_ms = 5000;

  crypto::Profile profile() const { return crypto_profile == "sm" ? crypto::Profile::sm : crypto::Profile::intl; }
};

// Reads <data>/banmo.json if there is one, then the environment. Errors: invalid "server.bad_setting" naming the file and the member.
Result<Settings> load_settings(const std::string& data);
// Writes <data>/banmo.json (what is not the default, and the stores).
Result<> save_settings(const Settings& settings);
// Refuses values that cannot work together, before anything is opened.
Result<> check_settings(const Settings& settings);

// The folder that holds `name` ("scenes", "portal/dist"): the given one, or found from the program upwards; empty if there is none.
std::string find_beside_program(const std::string& given, const std::string& name);

}  // namespace banmo::server
