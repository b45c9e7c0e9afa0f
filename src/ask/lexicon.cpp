// SPDX-License-Identifier: Apache-2.0
#include "ask/lexicon.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "ask/fold.h"
#include "ask/org_names.h"
#include "ask/words.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

using pack::FieldType;

constexpr size_t kLongestList = 400;  // terms that share two characters, beyond which the pair tells nothing
constexpr std::array<std::u32string_view, 9> kCountEnds = {U"人次", U"册数", U"间数", U"台数", U"班数", U"节数", U"次数", U"件数", U"数"};
constexpr size_t kLeastTopic = 4, kLongestTopic = 6, kLeastMetrics = 3;  // characters; metrics that begin so
constexpr std::u32string_view kDegree = U"程度";
constexpr size_t kLeastPieces = 3;  // characters of a name in pieces
constexpr std::array<std::u32string_view, 2> kShareEnds = {U"率", U"占比"};

bool is_latin(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(), [](char32_t c) { return c < 0x80; });
}

// All characters of `few`, in their order.
bool is_within(std::u32string_view few, std::u32string_view many) {
  size_t at = 0;
  for (const char32_t c : many)
    if (at < few.size() && few[at] == c) ++at;
  return at == few.size();
}

// A word of asking: 区市 is a level to group by, also where some dataset has a field of that title.
bool is_word(std::u32string_view text) {
  return std::any_of(words().begin(), words().end(), [&](const Word& word) { return word.text == text; });
}

// A word that asks or says nothing: no noun, whatever is counted so.
bool is_asking(std::u32string_view text) {
  return std::any_of(words().begin(), words().end(), [&](const Word& word) {
    return word.text == text && word.role != Role::filler && word.role != Role::level && word.role != Role::measure;
  });
}

// In pinyin; ü as u, however it is typed.
std::string sound_of(std::u32string_view text) {
  std::string sound = text::Han::table().pinyin_of(text);
  for (size_t i = 1; i < sound.size(); ++i)
    if (sound[i] == 'v' && (sound[i - 1] == 'l' || sound[i - 1] == 'n')) sound[i] = 'u';
  return sound;
}

uint64_t pair_of(char32_t a, char32_t b) { return uint64_t{a} << 32U | b; }

}  // namespace

// Goes through the packs and the tree and gives every name in all its forms.
class LexiconBuilder {
 public:
  LexiconBuilder(Lexicon& out, const pack::Catalogue& catalogue) : out_(out), catalogue_(catalogue) {}

  void add_metrics() {
    for (const pack::Metric& metric : catalogue_.metrics())
      for (std::u32string& name : whole_names(metric.title.zh, metric.synonyms)) names_.insert(std::move(name));
    for (const pack::Metric& metric : catalogue_.metrics()) {
      add_metric_names(metric, metric.title.zh, metric);
      for (const std::string& synonym : metric.synonyms)
        if (synonym.find(kGap) == std::string::npos)
          add_metric_names(metric, synonym, metric);
        else
          add_pieces(metric, synonym);
      if (!metric.title.en.empty()) add(fold(metric.title.en).text, {TermKind::metric, metric.id, {}, {}, 0, metric.title.zh});
      add_per_head(metric);
    }
  }

  // 同步课堂 of 同步课堂时长: what several metrics of one pack, and none of another, begin with says of which of them one is meant.
  // 体测 of 体测优良率, which 优良率 is called, too; 中考 of 中考考生数: what stands before names of several metrics of a pack and may be left off.
  void add_prefixes() {
    constexpr size_t kLongest = 4;
    std::map<std::string, std::map<std::u32string, bool>> prefixes;  // by pack; whether a title tells it
    std::map<std::string, std::vector<std::u32string>> names;        // by metric
    for (const pack::Metric& metric : catalogue_.metrics()) {
      const std::vector<std::u32string>& all = names[metric.id] = whole_names(metric.title.zh, metric.synonyms);
      // Of synonyms among each other any common beginning would be one: it must stand before several.
      for (const std::u32string& whole : all)
        for (const std::u32string& bare : all)
          if (whole.size() >= bare.size() + 2 && whole.size() <= bare.size() + kLongest && whole.ends_with(bare))
            prefixes[metric.pack][whole.substr(0, whole.size() - bare.size())] |= &whole == &all.front() || &bare == &all.front();
    }
    for (const auto& [id, texts] : prefixes)
      for (const auto& [text, of_title] : texts) {
        const auto n = std::count_if(catalogue_.metrics().begin(), catalogue_.metrics().end(), [&](const pack::Metric& metric) {
          const auto& all = names.at(metric.id);
          const auto with = [&](const std::u32string& name) { return name.starts_with(text); };
          return metric.pack == id && std::any_of(all.begin(), all.end(), with) && !std::all_of(all.begin(), all.end(), with);
        });
        // 体测 of 体测人数 is also a noun; several packs may begin so.
        const auto* there = out_.exactly(text);
        const bool other = there != nullptr && std::any_of(there->begin(), there->end(), [&](uint32_t i) {
                             return out_.terms_[i].kind != TermKind::noun && out_.terms_[i].kind != TermKind::topic;
                           });
        if (n < (of_title ? 2 : 4) || is_word(text) || other) continue;
        const pack::PackInfo* pack = catalogue_.pack(id);
        add(text, {TermKind::topic, id, {}, {}, 0, pack == nullptr ? std::string() : pack->title.zh});
      }
  }

  void add_topics() {
    std::map<std::u32string, std::map<std::string, std::set<std::string>>> beginnings;  // pack, metrics
    for (const pack::Metric& metric : catalogue_.metrics()) {
      const std::u32string name = fold(metric.title.zh).text;
      for (size_t n = kLeastTopic; n <= kLongestTopic && n + 2 <= name.size(); ++n) beginnings[name.substr(0, n)][metric.pack].insert(metric.id);
    }
    for (const auto& [text, packs] : beginnings)
      for (const auto& [id, metrics] : packs) {
        // One metric of another pack may begin so, too: 同步课堂教室.
        const bool own = std::all_of(packs.begin(), packs.end(), [&](const auto& other) { return other.first == id || other.second.size() == 1; });
        if (!own || metrics.size() < kLeastMetrics || is_word(text)) continue;
        const pack::PackInfo* pack = catalogue_.pack(id);
        add(text, {TermKind::topic, id, {}, {}, 0, pack == nullptr ? std::string() : pack->title.zh});
      }
  }

  void add_dimensions() {
    for (const pack::Dimension& dimension : catalogue_.dimensions()) {
      if (!dimension.rollup.empty()) continue;
      add_dimension_name(dimension, dimension.title.zh);
      add_dimension_name(dimension, dimension.title.en);
      for (const std::string& synonym : dimension.synonyms) add_dimension_name(dimension, synonym);
      for (const pack::Dataset& dataset : catalogue_.datasets())
        if (const pack::Field* field = dataset.field(dimension.id)) add_dimension_field(dimension, *field);
    }
  }

  void add_shorthands() {
    for (const pack::CodeList& list : catalogue_.code_lists()) {
      constexpr std::string_view kWords = ".words";
      if (!list.id.ends_with(kWords)) continue;
      const std::string pack = list.id.substr(0, list.id.size() - kWords.size());
      each_name(list, [&](const pack::CodeList::Value& value, const std::u32string& name) {
        add(name, {TermKind::words, pack, value.code, {}, 0, value.title.zh});
      });
    }
  }

  void add_orgs(const directory::OrgTree& tree) {
    const OrgAliases aliases(catalogue_, tree);
    for (const directory::Org& org : tree.all()) {
      using directory::OrgKind;
      if (org.valid_to || org.kind == OrgKind::class_ || org.kind == OrgKind::grade) continue;
      for (const auto& [name, penalty] : aliases.names_of(org)) add(name, {TermKind::org, {}, {}, org.no, penalty, org.title});
    }
  }

  // What the city's officers taught: the words as they were checked, in no other forms.
  void add_synonyms(std::span<const Synonym> own, const directory::OrgTree& tree) {
    for (const Synonym& synonym : own) {
      if (synonym.kind == SynonymKind::metric) {
        if (const pack::Metric* metric = catalogue_.metric(synonym.target))
          add(fold(synonym.word).text, {TermKind::metric, metric->id, {}, {}, 0, metric->title.zh});
      } else if (synonym.kind == SynonymKind::org) {
        const auto id = OrgId::parse(synonym.target);
        const directory::Org* org = id ? tree.find(*id) : nullptr;
        if (org != nullptr && !org->valid_to) add(fold(synonym.word).text, {TermKind::org, {}, {}, org->no, 0, org->title});
      } else if (const pack::Dimension* dimension = catalogue_.dimension(synonym.target)) {
        if (synonym.kind == SynonymKind::dimension)
          add_dimension_name(*dimension, synonym.word);
        else
          add_value_name(dimension->id, synonym);
      }
    }
  }

  // What is stored and cannot be asked as a figure: to be refused by name, not as unknown.
  void add_fields() {
    for (const pack::Dataset& dataset : catalogue_.datasets())
      for (const pack::Field& field : dataset.fields) {
        const bool person = field.names_person() || field.type == FieldType::idno || field.type == FieldType::phone;
        const std::u32string name = fold(field.title.zh).text;
        if (name.size() < 2 || out_.exactly(name) != nullptr || is_word(name)) continue;
        if (person && name == U"学生") continue;
        add(name, {TermKind::field, dataset.id + "." + field.id, person ? "person" : "", {}, 0, field.title.zh});
      }
    for (const pack::CodeList& list : catalogue_.code_lists()) {
      const std::u32string name = fold(list.title.zh).text;
      if (name.size() >= 2 && !list.id.ends_with(".words") && out_.exactly(name) == nullptr && !is_word(name) && !is_longer(name))
        add(name, {TermKind::field, list.id, "", {}, 0, list.title.zh});
    }
  }

 private:
  // 教师职称 ends with a dimension's name, and says of whom it is before.
  bool is_longer(const std::u32string& name) const {
    for (size_t n = 2; n + 2 <= name.size(); ++n)
      if (const auto* terms = out_.exactly(name.substr(name.size() - n));
          terms != nullptr && std::any_of(terms->begin(), terms->end(), [&](uint32_t index) { return out_.term(index).kind == TermKind::dimension; }))
        return true;
    return false;
  }

  void add(const std::u32string& name, Term term) {
    if (name.empty() || name.size() > 60) return;
    if (const auto* there = out_.exactly(name)) {
      for (const uint32_t index : *there) {
        Term& old = out_.terms_[index];
        if (old.kind != term.kind || old.id != term.id || old.code != term.code || old.org != term.org) continue;
        old.penalty = std::min(old.penalty, term.penalty);
        return;
      }
    }
    out_.add(name, std::move(term));
  }

  void add_pieces(const pack::Metric& metric, std::string_view said) {
    Lexicon::Pieces one{{}, fold(metric.title.zh).text, metric.id};
    size_t length = 0;
    for (size_t at = 0; at <= said.size();) {
      const size_t end = std::min(said.find(kGap, at), said.size());
      if (std::u32string piece = fold(said.substr(at, end - at)).text; !piece.empty()) {
        length += piece.size();
        one.pieces.push_back(std::move(piece));
      }
      at = end + kGap.size();
    }
    if (one.pieces.size() >= 2 && length >= kLeastPieces) out_.in_pieces_.push_back(std::move(one));
  }

  void add_metric_names(const pack::Metric& metric, const std::string& said, const pack::Metric& means) {
    const auto names = folded_names(said);
    for (size_t i = 0; i < names.size(); ++i) {
      const int penalty = i == 0 ? 0 : 2;
      // "优良率同比" is a metric and a way of asking it.
      if ((names[i].ends_with(U"同比") || names[i].ends_with(U"环比")) && names_.contains(names[i].substr(0, names[i].size() - 2))) continue;
      add(names[i], {TermKind::metric, means.id, {}, {}, penalty, metric.title.zh});
      add_forms(means, names[i], penalty);
    }
  }

  // "教师数": "教师" where a quantity is asked. "优良率": "优良占比". "学位紧张程度": "学位紧张", of which people say the most.
  void add_forms(const pack::Metric& metric, const std::u32string& name, int penalty) {
    if (name.size() > kDegree.size() + 1 && name.ends_with(kDegree))
      add(name.substr(0, name.size() - kDegree.size()), {TermKind::metric, metric.id, {}, {}, std::max(penalty, 1), metric.title.zh});
    for (const std::u32string_view end : kShareEnds) {
      if (name.size() < end.size() + 2 || !name.ends_with(end)) continue;
      const std::u32string base = name.substr(0, name.size() - end.size());
      add(base, {TermKind::noun, metric.id, "share", {}, penalty, metric.title.zh});
      for (const std::u32string_view other : kShareEnds)
        add(base + std::u32string(other), {TermKind::metric, metric.id, {}, {}, std::max(penalty, 1), metric.title.zh});
      return;
    }
    if (metric.kind == pack::MetricKind::derived) return;
    for (const std::u32string_view end : kCountEnds) {
      if (name.size() <= end.size() || !name.ends_with(end)) continue;
      const std::u32string base = name.substr(0, name.size() - end.size());
      if (base.size() < 2 && base != U"班") return;  // 开班数 is no 开
      if (!is_asking(base)) add(base, {TermKind::noun, metric.id, {}, {}, penalty, metric.title.zh});
      constexpr std::u32string_view kSchool = U"学校";
      if (base.ends_with(kSchool) && base.size() >= kSchool.size() + 2)
        add(base.substr(0, base.size() - kSchool.size()), {TermKind::noun, metric.id, {}, {}, std::max(penalty, 1), metric.title.zh});
      add(base + U"数", {TermKind::metric, metric.id, {}, {}, std::max(penalty, 1), metric.title.zh});
      if (end == U"次数") add(base + U"量", {TermKind::metric, metric.id, {}, {}, std::max(penalty, 1), metric.title.zh});
      if (metric.unit == "人" && base.find(U"学生") == base.npos && base.find(U"教师") == base.npos && base.find(U'生') == base.npos &&
          base.size() >= 2) {
        add(base + U"学生", {TermKind::noun, metric.id, {}, {}, std::max(penalty, 1), metric.title.zh});
        add(base + U"学生数", {TermKind::metric, metric.id, {}, {}, std::max(penalty, 1), metric.title.zh});
      }
      return;
    }
  }

  // "生均图书": also by the full name of what is divided.
  void add_per_head(const pack::Metric& metric) {
    constexpr std::u32string_view kPer = U"生均";
    if (metric.kind != pack::MetricKind::ratio || metric.scale != 1 || !fold(metric.title.zh).text.starts_with(kPer)) return;
    const pack::Metric* above = catalogue_.metric(metric.numerator);
    if (above == nullptr) return;
    for (const std::u32string& name : folded_names(above->title.zh)) {
      add(std::u32string(kPer) + name, {TermKind::metric, metric.id, {}, {}, 1, metric.title.zh});
      for (const std::u32string_view end : kCountEnds)
        if (name.size() > end.size() && name.ends_with(end))
          add(std::u32string(kPer) + name.substr(0, name.size() - end.size()), {TermKind::metric, metric.id, {}, {}, 1, metric.title.zh});
    }
  }

  void add_dimension_name(const pack::Dimension& dimension, const std::string& said) {
    const std::u32string name = fold(said).text;
    if (name.size() >= 2) add(name, {TermKind::dimension, dimension.id, {}, {}, 0, dimension.title.zh});
  }

  // In each list in which some dataset keeps the dimension.
  void add_value_name(const std::string& dimension, const Synonym& synonym) {
    const std::u32string name = fold(synonym.word).text;
    for (const pack::Dataset& dataset : catalogue_.datasets()) {
      const pack::Field* field = dataset.field(dimension);
      if (field == nullptr) continue;
      if (field->type == FieldType::boolean) add(name, {TermKind::flag, dimension, synonym.code, {}, 0, field->title.zh});
      const pack::CodeList* list = field->list.empty() ? nullptr : catalogue_.code_list(field->list);
      if (list == nullptr) continue;
      for (const pack::CodeList::Value& value : list->values)
        if (value.code == synonym.code) add(name, {TermKind::value, list->id, value.code, {}, 0, value.title.zh});
    }
  }

  void add_dimension_field(const pack::Dimension& dimension, const pack::Field& field) {
    if (field.type == FieldType::boolean) {
      std::u32string name = fold(field.title.zh).text;
      if (name.starts_with(U"是否")) name = name.substr(2);
      add(name, {TermKind::flag, dimension.id, "true", {}, 0, field.title.zh});
      for (const std::string& synonym : field.synonyms) add(fold(synonym).text, {TermKind::flag, dimension.id, "true", {}, 1, field.title.zh});
      return;
    }
    add_dimension_name(dimension, field.title.zh);
    for (const std::string& synonym : field.synonyms) add_dimension_name(dimension, synonym);
    const pack::CodeList* list = field.list.empty() ? nullptr : catalogue_.code_list(field.list);
    if (list == nullptr) return;
    if (const std::u32string name = fold(list->title.zh).text; field.type == FieldType::code && !is_word(name) && !is_longer(name))
      add_dimension_name(dimension, list->title.zh);
    if (!lists_.insert(list->id).second) return;
    each_name(*list, [&](const pack::CodeList::Value& value, const std::u32string& name) {
      add(name, {TermKind::value, list->id, value.code, {}, name == fold(value.title.zh).text ? 0 : 1, value.title.zh});
    });
  }

  // "正高级教师" and "男生" say whose value it is: that is a word of its own.
  static std::u32string bare(const std::u32string& name) {
    for (const std::u32string_view end : {U"学生", U"教师"})
      if (name.size() >= 4 && name.ends_with(end)) return name.substr(0, name.size() - 2);
    return name;
  }

  // One character alone says too little, unless it is the title.
  template <class Found>
  static void each_name(const pack::CodeList& list, Found found) {
    for (const pack::CodeList::Value& value : list.values) {
      found(value, fold(value.title.zh).text);
      for (const std::string& synonym : value.synonyms) {
        const std::u32string name = bare(fold(synonym).text);
        if (name.size() < 2 || (is_latin(name) && name.size() < 3)) continue;
        found(value, name);
        // 普高批 of 普通高中批: what the title ends with may stand behind the shorter name, too.
        const std::u32string title = fold(value.title.zh).text;
        constexpr std::u32string_view kKindEnds = U"批类级型式";
        if (!title.empty() && kKindEnds.find(title.back()) != kKindEnds.npos && name.back() != title.back()) found(value, name + title.back());
      }
    }
  }

  Lexicon& out_;
  const pack::Catalogue& catalogue_;
  std::set<std::string> lists_;
  std::set<std::u32string> names_;  // of all metrics, as the packs write them
};

std::shared_ptr<const Lexicon> Lexicon::build(const pack::Catalogue& catalogue, const directory::OrgTree& tree, std::span<const Synonym> own) {
  auto lexicon = std::make_shared<Lexicon>();
  LexiconBuilder builder(*lexicon, catalogue);
  builder.add_metrics();
  builder.add_topics();
  builder.add_prefixes();
  builder.add_dimensions();
  builder.add_shorthands();
  builder.add_orgs(tree);
  builder.add_synonyms(own, tree);
  builder.add_fields();
  // 中考…录取…人 is no 录取人数 that another metric is called, too.
  for (Pieces& one : lexicon->in_pieces_) {
    const pack::Metric& metric = *catalogue.metric(one.metric);
    for (const std::u32string& name : whole_names(metric.title.zh, metric.synonyms)) {
      const auto* terms = lexicon->exactly(name);
      const bool alone =
          terms != nullptr && std::all_of(terms->begin(), terms->end(), [&](uint32_t i) { return lexicon->terms_[i].id == one.metric; });
      if (!alone) continue;
      one.title = name;
      break;
    }
  }
  const auto length = [](const Pieces& one) {
    size_t n = 0;
    for (const std::u32string& piece : one.pieces) n += piece.size();
    return n;
  };
  std::stable_sort(lexicon->in_pieces_.begin(), lexicon->in_pieces_.end(), [&](const Pieces& a, const Pieces& b) { return length(a) > length(b); });
  lexicon->tree_version_ = tree.version();
  lexicon->index_sounds();
  return lexicon;
}

void Lexicon::add(std::u32string name, Term term) {
  uint32_t node = 0;
  for (const char32_t c : name) {
    const auto [edge, fresh] = edges_.try_emplace(uint64_t{node} << 21U | c, static_cast<uint32_t>(nodes_.size()));
    node = edge->second;
    if (fresh) nodes_.emplace_back();
  }
  nodes_[node].push_back(static_cast<uint32_t>(terms_.size()));
  terms_.push_back(std::move(term));
  names_.push_back(std::move(name));
}

const std::vector<uint32_t>* Lexicon::exactly(std::u32string_view text) const {
  uint32_t node = 0;
  for (const char32_t c : text) {
    node = step(node, c);
    if (node == 0) return nullptr;
  }
  return node == 0 || nodes_[node].empty() ? nullptr : &nodes_[node];
}

void Lexicon::index_sounds() {
  for (uint32_t i = 0; i < terms_.size(); ++i) {
    const std::u32string& name = names_[i];
    if (terms_[i].kind == TermKind::metric) by_metric_[terms_[i].id].push_back(i);
    if (name.size() < 2 || terms_[i].kind == TermKind::field || terms_[i].kind == TermKind::topic) continue;
    by_sound_.emplace(sound_of(name), i);
    for (size_t k = 0; k + 1 < name.size(); ++k) {
      by_pair_[pair_of(name[k], name[k + 1])].push_back(i);
      if (terms_[i].kind == TermKind::metric) metrics_by_pair_[pair_of(name[k], name[k + 1])].push_back(i);
    }
  }
}

std::vector<Lexicon::Near> Lexicon::near(std::u32string_view text, size_t at_most) const {
  std::vector<Near> found;
  if (text.size() < 2 || text.size() > 40) return found;
  const std::string sound = sound_of(text);
  if (sound.size() >= 4) {
    const auto [begin, end] = by_sound_.equal_range(sound);
    for (auto at = begin; at != end; ++at) found.push_back({at->second, names_[at->second], 0});
  }
  if (found.empty() && text.size() >= 4) {
    std::unordered_map<uint32_t, int> votes;
    for (size_t i = 0; i + 1 < text.size(); ++i) {
      const auto list = by_pair_.find(pair_of(text[i], text[i + 1]));
      if (list == by_pair_.end() || list->second.size() > kLongestList) continue;
      for (const uint32_t term : list->second) ++votes[term];
    }
    for (const auto& [term, n] : votes) {
      const std::u32string& name = names_[term];
      // 香港路小学 for 香港路实验小学: characters left out between the first and the last.
      const bool left_out =
          text.size() >= 5 && name.size() > text.size() && name.front() == text.front() && name.back() == text.back() && is_within(text, name);
      const int allowed = left_out ? 2 : std::min(name.size(), text.size()) >= 7 ? 2 : 1;
      if (name.size() < 4 || name.size() > text.size() + 2 || text.size() > name.size() + 2) continue;
      const auto distance = static_cast<int>(text::edit_distance(text, std::u32string_view(name)));
      if (distance <= allowed) found.push_back({term, name, distance});
    }
  }
  std::sort(found.begin(), found.end(), [&](const Near& a, const Near& b) {
    return a.distance != b.distance                           ? a.distance < b.distance
           : terms_[a.term].penalty != terms_[b.term].penalty ? terms_[a.term].penalty < terms_[b.term].penalty
                                                              : a.term < b.term;
  });
  if (found.size() > at_most) found.resize(at_most);
  return found;
}

std::vector<uint32_t> Lexicon::metrics_containing(std::u32string_view text) const {
  std::vector<uint32_t> found;
  std::set<std::string> seen;
  if (text.size() < 2) return found;
  const auto list = metrics_by_pair_.find(pair_of(text[0], text[1]));
  if (list == metrics_by_pair_.end()) return found;
  for (const uint32_t term : list->second)
    if (terms_[term].kind == TermKind::metric && names_[term].find(text) != std::u32string::npos && seen.insert(terms_[term].id).second)
      found.push_back(term);
  return found;
}

std::vector<std::string> Lexicon::siblings(const std::string& metric) const {
  std::vector<std::string> found{metric};
  const auto own = by_metric_.find(metric);
  if (own == by_metric_.end()) return found;
  for (const uint32_t i : own->second) {
    for (const uint32_t other : *exactly(names_[i])) {
      const Term& term = terms_[other];
      if (term.kind == TermKind::metric && std::find(found.begin(), found.end(), term.id) == found.end()) found.push_back(term.id);
    }
  }
  return found;
}

}  // namespace banmo::ask
