// SPDX-License-Identifier: Apache-2.0
// The words of papers: what is handed in with a case, what is issued by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/outbound.h"
#include "base/time.h"
#include "crypto/crypto.h"
#include "pack/flow.h"
#include "pack/level.h"

namespace banmo::shares {
class Shares;
}

namespace banmo::flows {

// Where a look-up is asked, as the operator says; packs name none.
struct LookupSite {
  std::string id, url;
  std::string key;         // the secret of both sides (hmac), or our private key (sm2)
  std::string public_key;  // theirs (sm2)
};

// What the room is given beside its stores.
struct Options {
  crypto::Bytes seal_key = {};           // 32 bytes: seals files and letters; empty: none are taken and none issued
  OutboundCall call = {};                // the way to other machines
  std::string file_check_url = {};       // who says whether a file is infected; empty: nobody is asked
  std::vector<LookupSite> lookups = {};  // one that is not here has no answer
  int64_t max_drafts = 1000;             // that an account may have begun of one flow and not sent
  shares::Shares* shares = nullptr;      // opens and ends access; without it a flow that shares is refused
};

// By which the room seals papers, and hashes their codes.
struct Sealing {
  crypto::Profile profile = crypto::Profile::intl;
  crypto::Bytes key;
};

// open: nobody is asked. waiting: kept, but for nobody else to open until it was checked.
enum class FileVerdict { open, waiting, clean, infected };
inline constexpr const char* kFileVerdictNames[] = {"open", "waiting", "clean", "infected"};

struct CaseFile {
  std::string id, file;  // file: of the flow, "house_proof"
  pack::Title title;
  std::string name;  // as it was called; empty for whoever may not open it
  std::string type;  // MIME, by its content
  int64_t n_bytes = 0;
  std::string sha256;
  Instant at;
  FileVerdict verdict = FileVerdict::open;
  pack::Level level = pack::Level::l3;
  bool is_own = false;  // the reader put it
  bool can_open = false, can_remove = false;
};

// What a flow asks for, as the case stands.
struct WantedFile {
  const pack::FlowFile* file = nullptr;  // of CaseFiles::flow
  int64_t n_there = 0;
  bool is_required = false;
  bool can_add = false;  // by the reader, now
};
struct CasePapers {
  std::shared_ptr<const pack::Flow> flow;
  int64_t seq = 0;
  std::vector<WantedFile> wanted;
  std::vector<CaseFile> items;  // the oldest first
};

// A letter as a move makes it; frozen when it is issued.
struct IssuedLetter {
  std::string letter;  // of the flow
  pack::Level level = pack::Level::l1;
  pack::Title title, flow_title;
  std::string office, role;  // who issued it
  std::string to, masked;    // whom it is addressed to; the same as a stranger may read it
  std::string body;
  Instant at;
};

struct LetterHead {
  int64_t no = 0;  // in its case, from 1
  std::string letter;
  pack::Title title;
  Instant issued_at;
  std::optional<Instant> revoked_at;
  bool can_read = false;
};
struct Letter {
  LetterHead head;
  IssuedLetter content;
  std::string number;  // "DS2026-000017-1"
  std::string code;    // "7K2M-…"
};

// What a stranger is told who has the code.
struct LetterCheck {
  pack::Title flow_title, title;
  std::string number, office, masked;
  Instant issued_at;
  std::optional<Instant> revoked_at;
};

}  // namespace banmo::flows
