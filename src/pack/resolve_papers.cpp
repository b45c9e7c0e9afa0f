// SPDX-License-Identifier: Apache-2.0
// Papers of flows: what is handed in, what is issued, and who may appeal.
#include <algorithm>
#include <charconv>

#include "base/file_kind.h"
#include "pack/builder.h"
#include "pack/flow_words.h"

namespace banmo::pack {

namespace {

constexpr int64_t kMaxFile_bytes = int64_t{20} << 20;
constexpr int kMaxFiles = 20;
constexpr size_t kMaxBody = 8000;
constexpr std::pair<std::string_view, LetterPart::What> kWords[] = {{"now", LetterPart::What::now},
                                                                    {"case", LetterPart::What::number},
                                                                    {"note", LetterPart::What::note},
                                                                    {"office", LetterPart::What::office},
                                                                    {"appeal_until", LetterPart::What::appeal_until}};

// "5MB", "300KB"; 0 for anything else.
int64_t bytes_of(const std::string& text) {
  int64_t n = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  const std::string_view unit(rest, static_cast<size_t>(text.data() + text.size() - rest));
  if (error != std::errc() || n < 1 || n > kMaxFile_bytes || (unit != "MB" && unit != "KB")) return 0;
  return n << (unit == "MB" ? 20 : 10);
}

std::string kind_names() {
  std::string out;
  for (const FileKind& kind : file_kinds()) out += (out.empty() ? "" : ", ") + std::string(kind.name);
  return out;
}

void check_size(FlowFile& out, const Text& max, Findings& findings) {
  if (max) out.max_bytes = bytes_of(max.text);
  const bool fits = out.max_bytes > 0 && out.max_bytes <= kMaxFile_bytes && out.n >= 1 && out.n <= kMaxFiles;
  if (!fits)
    findings.add("flow_file_size",
                 {"材料 " + in_quotes(out.id) + " 的大小须写作 5MB 或 300KB（至多 20MB），份数为 1 到 20",
                  "the size of the file " + in_quotes(out.id) + " is written as 5MB or 300KB (20MB at most), and there are 1 to 20 of it"},
                 max ? max.where : out.where);
}

void check_types(FlowFile& out, const std::vector<Text>& types, Findings& findings) {
  for (const Text& type : types) {
    out.types.push_back(type.text);
    const auto known = file_kinds();
    if (std::any_of(known.begin(), known.end(), [&](const FileKind& kind) { return kind.name == type.text; })) continue;
    findings.add("flow_file_type",
                 {"不能收取 " + in_quotes(type.text) + " 类型的材料；可收：" + kind_names(),
                  "files of the type " + in_quotes(type.text) + " are not taken; there are: " + kind_names()},
                 type.where);
  }
}

// The field of `{field}` or `{field|title}`, or one of the words.
LetterPart part_of(std::string_view inside, const Dataset& subject) {
  LetterPart part;
  const size_t bar = inside.find('|');
  part.titled = bar != std::string_view::npos;
  part.text = inside.substr(0, bar);
  const auto word = letter_word(part.text);
  const bool is_word = word && subject.field(part.text) == nullptr && !part.titled;
  part.what = is_word ? *word : LetterPart::What::field;
  return part;
}

bool is_applicant(const Flow& flow, const std::string& role) {
  return std::any_of(flow.moves.begin(), flow.moves.end(), [&](const FlowMove& move) {
    return std::find(move.from.begin(), move.from.end(), flow.states.front().id) != move.from.end() &&
           std::find(move.by.begin(), move.by.end(), role) != move.by.end();
  });
}

bool is_final(const Flow& flow, const std::string& state) {
  const FlowState* found = flow.state(state);
  return found != nullptr && found->final;
}

bool is_heard_at(const Flow& flow, const std::string& state) {
  return std::any_of(flow.moves.begin(), flow.moves.end(), [&](const FlowMove& move) {
    return std::find(move.from.begin(), move.from.end(), state) != move.from.end() &&
           std::any_of(move.by.begin(), move.by.end(), [&](const std::string& by) { return !is_applicant(flow, by); });
  });
}

}  // namespace

std::optional<LetterPart::What> letter_word(std::string_view word) {
  for (const auto& [name, what] : kWords)
    if (name == word) return what;
  return std::nullopt;
}

void CatalogueBuilder::resolve_files(Flow& out, const DraftFlow& draft) {
  for (const DraftFlow::File& one : draft.files) {
    FlowFile file = one.file;
    file.where = one.where;
    if (file.title.en.empty()) file.title.en = file.title.zh;
    if (out.file(file.id) != nullptr)
      findings_.add("duplicate_id", {in_quotes(file.id) + " 在流程中重复", in_quotes(file.id) + " stands twice in the flow"}, file.where);
    check_types(file, one.types, findings_);
    check_size(file, one.max, findings_);
    for (const Text& state : one.states) {
      const FlowState* known = known_state(out, state, findings_);
      if (known != nullptr && known->final)
        findings_.add("flow_final",
                      {"终态 " + in_quotes(state.text) + " 不能再交材料", "nothing is handed in at the final state " + in_quotes(state.text)},
                      state.where);
      file.states.push_back(state.text);
    }
    const auto condition = [&](const Text& text, std::string_view key, std::optional<expr::Expression>& to) {
      if (!text) return;
      auto value = compiled(text, out.context);
      if (value && value->type() == expr::Type::boolean)
        to = std::move(*value);
      else if (value)
        findings_.add("not_a_condition", {std::string(key) + " 须是 true 或一个条件", std::string(key) + " is true or a condition"}, text.where);
    };
    condition(one.required, "required", file.required);
    condition(one.when, "when", file.when);
    out.files.push_back(std::move(file));
  }
}

// Whoever fills in a state must be able to see what they hand in there.
static void check_files(const Flow& flow, Findings& findings) {
  for (const FlowFile& file : flow.files)
    for (const FlowMove& move : flow.moves) {
      const bool here = std::any_of(move.from.begin(), move.from.end(), [&](const std::string& from) {
        return std::find(file.states.begin(), file.states.end(), from) != file.states.end();
      });
      for (const std::string& by : here ? move.by : std::vector<std::string>()) {
        const FlowRole* role = flow.role(by);
        if (role == nullptr || !is_applicant(flow, by)) continue;
        for (const std::string& name : role->roles)
          if (file.level > shown_to(name) && role->person_field.empty() && role->ward_field.empty())
            return findings.add("flow_file_level",
                                {"材料 " + in_quotes(file.id) + " 的级别超出角色 " + in_quotes(name) + " 可见的级别，交的人自己也打不开",
                                 "the file " + in_quotes(file.id) + " is above the level that the role " + in_quotes(name) +
                                     " may see: who hands it in could not open it"},
                                file.where);
      }
    }
}

void CatalogueBuilder::resolve_letters(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  for (const DraftFlow::Letter& one : draft.letters) {
    FlowLetter letter = one.letter;
    letter.where = one.where;
    if (letter.title.en.empty()) letter.title.en = letter.title.zh;
    if (out.letter(letter.id) != nullptr)
      findings_.add("duplicate_id", {in_quotes(letter.id) + " 在流程中重复", in_quotes(letter.id) + " stands twice in the flow"}, letter.where);
    if (one.to) {
      letter.to_field = field_in(subject, one.to);
      const Field* field = letter.to_field.empty() ? nullptr : subject.field(letter.to_field);
      if (field != nullptr && field->type != FieldType::org && !field->names_person())
        findings_.add("flow_letter_to", {"文书的收件人须是人员或机构字段", "a letter is addressed to a field of a person or an organisation"},
                      one.to.where);
    }
    resolve_body(letter, one.body, subject);
    out.letters.push_back(std::move(letter));
  }
}

// What was handed out cannot be taken back: fields above L3 do not leave in a letter.
void CatalogueBuilder::resolve_body(FlowLetter& out, const Text& body, const Dataset& subject) {
  const auto bad = [&](std::string_view id, Message message) { findings_.add(id, std::move(message), body.where); };
  if (body.text.size() > kMaxBody) bad("flow_letter_long", {"文书正文最多 8000 字节", "the text of a letter has 8,000 bytes at most"});
  std::string_view rest = body.text;
  while (!rest.empty()) {
    const size_t open = std::min(rest.find('{'), rest.size());
    if (open > 0) out.body.push_back({LetterPart::What::words, std::string(rest.substr(0, open)), false});
    rest.remove_prefix(open);
    if (rest.empty()) return;
    const size_t close = rest.find('}');
    if (close == std::string_view::npos) return bad("flow_letter_brace", {"文书里有未闭合的 {", "a { of the letter is not closed"});
    const std::string_view inside = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    const LetterPart part = part_of(inside, subject);
    if (part.titled && !inside.ends_with("|title")) return bad("flow_letter_brace", {"字段后只能写 |title", "only |title may stand behind a field"});
    if (part.what == LetterPart::What::field) {
      const std::string id = field_in(subject, {part.text, body.where});
      if (id.empty()) continue;
      if (subject.field(id)->level > Level::l3)
        bad("flow_letter_level",
            {"字段 " + in_quotes(id) + " 在第三级以上，不能写进文书", "the field " + in_quotes(id) + " is above L3 and may not stand in a letter"});
    }
    out.body.push_back(part);
  }
}

void CatalogueBuilder::resolve_issue(FlowMove& out, const DraftFlow::Effect& effect, const Flow& flow, const Dataset& subject) {
  const int n_kinds = int(bool(effect.field)) + int(bool(effect.letter)) + int(bool(effect.revoke)) + int(!effect.call.empty()) +
                      int(effect.share.has_value()) + int(effect.unshare);
  if (n_kinds != 1 || bool(effect.field) != bool(effect.value))
    findings_.add("flow_effect",
                  {"then 的每一项须是 {set, value}、{letter}、{revoke}、{call}、{share}、{unshare: true} 或 {start} 之一",
                   "each item of then is one of {set, value}, {letter}, {revoke}, {call}, {share}, {unshare: true} or {start}"},
                  effect.where);
  for (const auto& [name, ids] : {std::pair(&effect.letter, &out.letters), std::pair(&effect.revoke, &out.revokes)}) {
    if (!*name) continue;
    known_in(flow.letters, *name, "unknown_letter", "文书", "letter", findings_);
    ids->push_back(name->text);
  }
  if (effect.share) resolve_share(out, *effect.share, flow, subject);
  out.unshares = out.unshares || effect.unshare;
  resolve_calls(out, effect, flow);
}

void CatalogueBuilder::resolve_calls(FlowMove& out, const DraftFlow::Effect& effect, const Flow& flow) {
  for (const Text& call : effect.call) {
    known_in(flow.lookups, call, "unknown_lookup", "查询", "look-up", findings_);
    out.calls.push_back(call.text);
  }
}

// An appeal brings a case out of where it ended: by the applicant, within its time, to a state where an office hears it.
void CatalogueBuilder::resolve_appeal(FlowMove& out, const Text& appeal, const Flow& flow) {
  out.appeal = read_span(appeal, findings_);
  const bool from_ends = std::all_of(out.from.begin(), out.from.end(), [&](const std::string& from) { return is_final(flow, from); });
  if (!from_ends || is_final(flow, out.to) || out.automatic() || !out.appeal || out.appeal->n == 0)
    findings_.add("flow_appeal",
                  {"申诉须从终态出发、到一个非终态，由申请人提出，并写明期限（如 appeal: 10wd）",
                   "an appeal leads from final states to one that is not, by the applicant, within a time (appeal: 10wd)"},
                  appeal.where);
}

static void check_appeals(const Flow& flow, Findings& findings) {
  for (const FlowMove& move : flow.moves) {
    if (!move.appeal) continue;
    for (const std::string& by : move.by)
      if (!is_applicant(flow, by))
        findings.add("flow_appeal_by",
                     {"申诉由发起办件的人提出，角色 " + in_quotes(by) + " 不是",
                      "an appeal is made by whoever opens cases, which " + in_quotes(by) + " does not"},
                     move.where);
    if (!is_heard_at(flow, move.to))
      findings.add("flow_appeal_heard",
                   {"申诉到达的状态 " + in_quotes(move.to) + " 须有一个机构能办理",
                    "an office must be able to act at " + in_quotes(move.to) + ", where the appeal leads"},
                   move.where);
  }
}

void CatalogueBuilder::check_papers(const Flow& flow) {
  check_files(flow, findings_);
  check_appeals(flow, findings_);
}

}  // namespace banmo::pack
