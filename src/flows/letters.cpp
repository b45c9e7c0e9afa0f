// SPDX-License-Identifier: Apache-2.0
#include "flows/letters.h"

#include <algorithm>

#include "base/city_time.h"
#include "flows/state.h"
#include "flows/wording.h"
#include "json/describe.h"

namespace banmo::pack {
template <class V>
void describe(V& v, Title& x) {
  v.field("zh", x.zh);
  v.field("en", x.en);
}
}  // namespace banmo::pack

namespace banmo::flows {

using directory::Principal;

// As it is sealed.
struct Kept {
  pack::Title title, flow_title;
  std::string office, role, to, masked, body, code;
};
template <class V>
void describe(V& v, Kept& x) {
  v.field("title", x.title);
  v.field("flow_title", x.flow_title);
  v.field("office", x.office);
  v.field("role", x.role);
  v.field("to", x.to);
  v.field("masked", x.masked);
  v.field("body", x.body);
  v.field("code", x.code);
}

namespace {

#define BANMO_LETTER_COLUMNS "l.id, l.no, l.letter, l.level, l.issued_at, l.revoked_at, l.content"
constexpr std::string_view kInsert =
    "INSERT INTO flow_letter (id, case_id, no, letter, level, code_hash, issued_at, content) "
    "VALUES ($1, $2, (SELECT COALESCE(MAX(o.no), 0) + 1 FROM flow_letter o WHERE o.case_id = $2), $3, $4, $5, $6, $7)";
constexpr std::string_view kRevoke = "UPDATE flow_letter SET revoked_at = $3 WHERE case_id = $1 AND letter = $2 AND revoked_at IS NULL";
constexpr std::string_view kLettersOf = "SELECT " BANMO_LETTER_COLUMNS " FROM flow_letter l WHERE l.case_id = $1 ORDER BY l.no";
constexpr std::string_view kByCode =
    "SELECT " BANMO_LETTER_COLUMNS ", c.case_key FROM flow_letter l JOIN flow_case c ON c.id = l.case_id WHERE l.code_hash = $1";

constexpr std::string_view kSigns = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCode = 16, kRandom = kCode - 1, kGroup = 4;
constexpr int64_t kMinute = 60'000'000;
const std::string kNothing = "—", kWithheld = "（不予显示）";

size_t sign_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  return kSigns.find(c);
}

// Luhn mod 32 over all signs but the last: one wrong sign, and nearly every swap of neighbours, is seen before anything is looked up.
size_t check_sign(std::string_view signs) {
  size_t sum = 0, factor = 2;
  for (size_t i = signs.size(); i-- > 0; factor = 3 - factor) {
    const size_t product = factor * sign_of(signs[i]);
    sum += product / kSigns.size() + product % kSigns.size();
  }
  return (kSigns.size() - sum % kSigns.size()) % kSigns.size();
}

std::string context_of(const std::string& id) { return "flow_letter." + id; }

std::string hash_of(const Sealing& sealing, const std::string& code) {
  return crypto::to_hex(crypto::keyed_hash(sealing.profile, sealing.key, "flow_letter.code." + code));
}

std::string chinese_date(Date day) {
  const std::string iso = day.to_iso();
  return iso.substr(0, 4) + "年" + std::to_string(std::stoi(iso.substr(5, 2))) + "月" + std::to_string(std::stoi(iso.substr(8, 2))) + "日";
}

Result<std::string> person_name(const directory::Directory& directory, int64_t person) {
  const auto everything = directory.scope(Principal::system(), directory::Right::people_read, {});
  const directory::PersonNo numbers[] = {{person}};
  BANMO_TRY(const auto names, directory.names(everything, pack::Level::l3, numbers));
  const auto found = names.find(person);
  return found == names.end() ? kNothing : found->second.name;
}

// The first sign of a name, and a star for each other.
std::string masked_name(const std::string& name) {
  std::string out;
  size_t n_signs = 0;
  for (const char c : name) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    n_signs += begins ? 1 : 0;
    if (n_signs == 1) out += c;
    if (n_signs > 1 && begins) out += '*';
  }
  return out;
}

Result<std::string> field_text(const LetterFacts& facts, const std::string& name, bool titled, const directory::Directory& directory) {
  const size_t at = facts.running.subject->field_index(name);
  const pack::Field& field = facts.running.subject->fields[at];
  const sql::Value& value = facts.row[at];
  if (sql::is_null(value)) return kNothing;
  if (field.level > pack::Level::l3) return kWithheld;  // graded up since the pack was loaded
  if (field.names_person()) return person_name(directory, sql::int_of(value));
  if (const auto* day = std::get_if<Date>(&value)) return chinese_date(*day);
  if (const auto* instant = std::get_if<Instant>(&value)) return chinese_date(city_date(*instant)) + city_minute(*instant).substr(10);
  const bool is_code = !field.list.empty();
  return is_code && !titled ? sql::text_of(value) : value_text(facts.running, field, value, *directory.orgs(), true);
}

std::string office_title(const directory::Directory& directory, directory::OrgNo office) {
  const auto tree = directory.orgs();
  const auto tops = tree->children({});
  const directory::Org* org = tree->find(office.value != 0 || tops.empty() ? office : tops.front());
  return org == nullptr ? std::string() : org->title;
}

Result<std::string> part_text(const pack::LetterPart& part, const LetterFacts& facts, const std::string& issuer,
                              const directory::Directory& directory) {
  using enum pack::LetterPart::What;
  switch (part.what) {
    case words: return part.text;
    case field: return field_text(facts, part.text, part.titled, directory);
    case now: return chinese_date(city_date(facts.now));
    case number: return facts.number;
    case note: return facts.note.empty() ? kNothing : facts.note;
    case office: return issuer;
    case appeal_until: {
      const auto until = flows::appeal_until(facts.running, facts.move.to, facts.now);
      return until ? chinese_date(city_date(Instant{until->micros - 1})) : kNothing;
    }
  }
  return kNothing;
}

Result<Kept> open_letter(const Sealing& sealing, const sql::Values& row) {
  BANMO_TRY(const std::string text, crypto::decrypt(sealing.key, std::get<sql::Blob>(row[6]), context_of(sql::text_of(row[0]))));
  BANMO_TRY(const json::Value document, json::read(text));
  return json::from_json<Kept>(document);
}

LetterHead head_of(const sql::Values& row, const Kept& kept, pack::Level reach) {
  LetterHead head{sql::int_of(row[1]), sql::text_of(row[2]), kept.title, {sql::int_of(row[4])}, {}, false};
  if (!sql::is_null(row[5])) head.revoked_at = Instant{sql::int_of(row[5])};
  head.can_read = reach >= static_cast<pack::Level>(sql::int_of(row[3]));
  return head;
}

}  // namespace

std::string new_letter_code() {
  const crypto::Bytes bytes = crypto::random_bytes(kRandom);
  std::string code;
  for (const uint8_t byte : bytes) code += kSigns[byte % kSigns.size()];  // 256 is a multiple of 32: each sign is equally likely
  code += kSigns[check_sign(code)];
  return code;
}

std::optional<std::string> plain_letter_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    const size_t sign = sign_of(c);
    if (sign == std::string_view::npos || code.size() == kCode) return std::nullopt;
    code += kSigns[sign];
  }
  if (code.size() != kCode || kSigns[check_sign(std::string_view(code).substr(0, kRandom))] != code.back()) return std::nullopt;
  return code;
}

std::string shown_letter_code(std::string_view plain) {
  std::string out;
  for (size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i % kGroup == 0) out += '-';
    out += plain[i];
  }
  return out;
}

std::optional<Instant> appeal_until(const Running& running, std::string_view state, Instant closed_at) {
  std::optional<Instant> until;
  for (const pack::FlowMove& move : running.flow->moves)
    if (move.appeal && std::find(move.from.begin(), move.from.end(), state) != move.from.end())
      until = std::max(until.value_or(closed_at), running.calendar->after(closed_at, *move.appeal));
  return until;
}

Result<IssuedLetter> compose(const pack::FlowLetter& letter, const LetterFacts& facts, const directory::Directory& directory) {
  const pack::Dataset& subject = *facts.running.subject;
  IssuedLetter out{letter.id, pack::Level::l1, letter.title, facts.running.flow->title, office_title(directory, facts.office), facts.role.zh, "", "",
                   "",        facts.now};
  for (const pack::LetterPart& part : letter.body) {
    BANMO_TRY(const std::string text, part_text(part, facts, out.office, directory));
    out.body += text;
    if (part.what == pack::LetterPart::What::field) out.level = std::max<pack::Level>(out.level, subject.field(part.text)->level);
  }
  if (letter.to_field.empty()) return out;
  const pack::Field& to = *subject.field(letter.to_field);
  BANMO_TRY(out.to, field_text(facts, letter.to_field, true, directory));
  out.masked = to.names_person() ? masked_name(out.to) : out.to;
  out.level = std::max<pack::Level>(out.level, to.level);
  return out;
}

Result<> put_letters(Change& change, const Sealing& sealing) {
  const std::string case_id = change.after.id.to_string();
  for (const std::string& letter : change.revoked) change.also.push_back({kRevoke, {case_id, letter, change.after.moved_at.micros}});
  for (const IssuedLetter& one : change.letters) {
    const std::string id = Uuid::next().to_string();
    const std::string code = new_letter_code();
    Kept kept{one.title, one.flow_title, one.office, one.role, one.to, one.masked, one.body, code};
    BANMO_TRY(const sql::Blob sealed, crypto::encrypt(sealing.profile, sealing.key, json::to_text(kept), context_of(id)));
    change.also.push_back({kInsert, {id, case_id, one.letter, static_cast<int64_t>(one.level), hash_of(sealing, code), one.at.micros, sealed}});
  }
  return {};
}

Result<std::vector<LetterHead>> Letters::list(const Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  const pack::Level reach = state_.reach(principal, standing);
  std::vector<LetterHead> out;
  BANMO_TRY(const auto lease, state_.stores.ledger->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kLettersOf, {standing.record.id.to_string()}));
  for (const sql::Values& row : rows.rows) {
    BANMO_TRY(const Kept kept, open_letter(state_.sealing, row));
    out.push_back(head_of(row, kept, reach));
  }
  return out;
}

Result<Letter> Letters::read(const Principal& principal, std::string_view id, int64_t no) const {
  BANMO_TRY(const Standing standing, state_.visible(principal, id));
  const pack::Level reach = state_.reach(principal, standing);
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(rows, lease->query(kLettersOf, {standing.record.id.to_string()}));
  }
  for (const sql::Values& row : rows.rows) {
    if (sql::int_of(row[1]) != no) continue;
    BANMO_TRY(const Kept kept, open_letter(state_.sealing, row));
    Letter out;
    out.head = head_of(row, kept, reach);
    if (!out.head.can_read)
      return fail(ErrorCode::denied, "flows.letter_above_level",
                  {"这份文书的内容超出您可查看的级别", "the letter is above the level that you may see"});
    const auto level = static_cast<pack::Level>(sql::int_of(row[3]));
    out.content = {out.head.letter, level, kept.title, kept.flow_title, kept.office, kept.role, kept.to, kept.masked, kept.body, out.head.issued_at};
    out.number = standing.record.key + "-" + std::to_string(no);
    out.code = shown_letter_code(kept.code);
    return out;
  }
  return fail(ErrorCode::not_found, "flows.no_such_letter", {"没有这份文书", "there is no such letter"});
}

// Nobody signs in for a check, so what it writes is bounded: one entry a minute for all that was not found.
Result<> Letters::note_check(const std::string& letter, Instant now) {
  int64_t n_missed = 0;
  if (letter.empty()) {
    const std::lock_guard lock(mutex_);
    ++n_missed_;
    if (now.micros - told_at_.micros < kMinute) return {};
    told_at_ = now;
    n_missed = std::exchange(n_missed_, 0);
  }
  json::Object detail{{"valid", !letter.empty()}};
  if (n_missed > 0) detail.set("n", n_missed);
  const audit::Entry entry{now, "public", "letter.verify", "letter", letter, 0, std::move(detail)};
  return state_.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY([[maybe_unused]] const int64_t seq, audit::append(connection, entry, state_.directory.profile()));
    return {};
  });
}

Result<std::optional<LetterCheck>> Letters::verify(const std::string& code, const std::string& peer) {
  const auto plain = plain_letter_code(code);
  if (!plain) return std::optional<LetterCheck>();
  const Instant now = state_.clock.now();
  const std::string hash = hash_of(state_.sealing, *plain);
  if (const int64_t wait_s = limiter_.take("letter " + hash, peer, now); wait_s > 0) {
    Error error =
        fail(ErrorCode::too_many, "flows.too_many_checks",
             {"核验次数过多，请 " + std::to_string(wait_s) + " 秒后再试", "too many codes were tried: wait " + std::to_string(wait_s) + " s"});
    error.retry_after_s = wait_s;
    return error;
  }
  std::optional<LetterCheck> out;
  std::string found;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(const sql::Rows rows, lease->query(kByCode, {hash}));
    if (!rows.empty()) {
      const sql::Values& row = rows[0];
      BANMO_TRY(const Kept kept, open_letter(state_.sealing, row));
      const LetterHead head = head_of(row, kept, pack::Level::l1);
      found = sql::text_of(row[0]);
      out = LetterCheck{kept.flow_title, kept.title,     sql::text_of(row[7]) + "-" + std::to_string(head.no), kept.office, kept.masked,
                        head.issued_at,  head.revoked_at};
    }
  }
  BANMO_DO(note_check(found, now));
  return out;
}

}  // namespace banmo::flows
