// SPDX-License-Identifier: Apache-2.0
#include "pack/board.h"

#include <algorithm>
#include <array>

#include "pack/builder.h"
#include "pack/reader.h"
#include "yaml/yaml.h"

namespace banmo::pack {

namespace {

constexpr size_t kMaxText_bytes = size_t{64} << 10;
constexpr size_t kMaxCards = 60;
constexpr const char* kFile = "dashboard.yaml";

using Places = std::map<std::string, std::string, std::less<>>;  // file:line:column > place in the form

// The first that stands somewhere names it: a map before its first key.
void add_places(const yaml::Node& node, const std::string& path, Places& places) {
  places.emplace(node.where(), path);
  for (size_t i = 0; i < node.items().size(); ++i) add_places(node.items()[i], path + "[" + std::to_string(i) + "]", places);
  for (const auto& [key, value] : node.members()) {
    const std::string below = path + "." + (card_kind_of(key.scalar()) ? "metrics" : key.scalar());
    places.emplace(key.where(), below);
    add_places(value, below, places);
  }
}

std::vector<std::string> words_of(const std::vector<Text>& texts) {
  std::vector<std::string> words;
  for (const Text& text : texts) words.push_back(text.text);
  return words;
}

CardForm form_of(const DraftCard& draft) {
  const Card& card = draft.card;
  return {std::string(name_of(card.kind)),
          card.title.zh,
          card.title.en,
          words_of(draft.metrics),
          words_of(draft.by),
          card.compare,
          card.top,
          draft.drill.text,
          card.main,
          card.id};
}

BoardForm form_of(const DraftDashboard& draft) {
  const Dashboard& dashboard = draft.dashboard;
  BoardForm form{dashboard.id,
                 dashboard.title.zh,
                 dashboard.title.en,
                 words_of(draft.roles),
                 words_of(draft.filters),
                 words_of(draft.org_page),
                 {},
                 dashboard.screen,
                 {}};
  for (const auto& [filter, value] : draft.defaults) form.defaults[filter.text] = value;
  for (const DraftCard& card : draft.cards) form.cards.push_back(form_of(card));
  return form;
}

// The one dashboard of the text; nullptr with findings if it holds anything else.
const yaml::Node* only_dashboard(const yaml::Node& root, Findings& findings) {
  if (!require_map(root, kFile, findings)) return nullptr;
  for (const auto& [key, value] : root.members())
    if (key.scalar() != "dashboards")
      findings.add("only_dashboards",
                   {"这里只能写 dashboards，" + in_quotes(key.scalar()) + " 要随场景包安装",
                    "only dashboards are written here: " + in_quotes(key.scalar()) + " is installed with a scene pack"},
                   key.where());
  const yaml::Node* list = root.find("dashboards");
  if (list == nullptr) {
    missing_key(root, "the text", "dashboards", findings);
    return nullptr;
  }
  if (!require_sequence(*list, "dashboards", findings)) return nullptr;
  if (list->items().size() == 1) return &list->items().front();
  findings.add("one_dashboard", {"dashboards 下须正好有一个看板", "one dashboard stands under dashboards, no more and no less"}, list->where());
  return nullptr;
}

void check_size(const yaml::Node& node, const DraftDashboard& draft, Findings& findings) {
  if (const yaml::Node* title = node.find("title"); title != nullptr && draft.dashboard.title.zh.empty())
    findings.add("board_title", {"看板须有中文名称", "a dashboard has a Chinese title"}, title->where());
  if (draft.cards.size() > kMaxCards)
    findings.add("board_size", {"一个看板最多 60 张卡片", "a dashboard has at most 60 cards"}, node.find("cards")->where());
}

std::vector<BoardFinding> placed(Findings& findings, const Places& places) {
  std::vector<BoardFinding> out;
  if (findings.empty()) return out;
  Error all = findings.take();
  std::vector<Error> list = all.details.empty() ? std::vector<Error>{std::move(all)} : std::move(all.details);
  for (Error& error : list) {
    const auto place = places.find(error.where);
    out.push_back({std::move(error), place == places.end() ? "$" : place->second});
  }
  return out;
}

// Read back as it is: an id of the format, or in double quotes.
std::string scalar(const std::string& text) {
  constexpr std::array<std::string_view, 3> kWords{"true", "false", "null"};
  if (is_id(text) && std::find(kWords.begin(), kWords.end(), text) == kWords.end()) return text;
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr const char* kHex = "0123456789ABCDEF";
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + scalar(word);
  return "[" + out + "]";
}

void write_card(const CardForm& card, std::string& out) {
  out += "      - " + card.kind + ": " + list_of(card.metrics) + "\n";
  const auto line = [&](std::string_view key, const std::string& value) { out += "        " + std::string(key) + ": " + value + "\n"; };
  if (!card.id.empty()) line("id", scalar(card.id));
  if (!card.title.empty()) line("title", scalar(card.title));
  if (!card.title_en.empty()) line("title_en", scalar(card.title_en));
  if (!card.by.empty()) line("by", list_of(card.by));
  if (!card.compare.empty()) line("compare", scalar(card.compare));
  if (card.top != 0) line("top", std::to_string(card.top));
  if (!card.drill.empty()) line("drill", scalar(card.drill));
  if (card.main) line("main", "true");
}

}  // namespace

BoardReader::BoardReader(const Catalogue& catalogue) : copy_(CatalogueBuilder::working_copy(catalogue)) {}

BoardRead BoardReader::read(std::string_view text) const {
  BoardRead out;
  Findings findings;
  Places places;
  if (text.size() > kMaxText_bytes) {
    findings.add("board_size", {"看板的文本最多 64 KB", "the text of a dashboard has at most 64 KB"}, kFile);
    out.findings = placed(findings, places);
    return out;
  }
  const auto root = yaml::read(text, kFile);
  if (!root.ok()) findings.add(root.error());
  const yaml::Node* node = root.ok() ? only_dashboard(*root, findings) : nullptr;
  if (node != nullptr) {
    add_places(*node, "$", places);
    DraftPack draft;
    draft.dashboards.push_back(read_dashboard(*node, findings));
    out.form = form_of(draft.dashboards.front());
    check_size(*node, draft.dashboards.front(), findings);
    std::vector<DraftPack> drafts;
    drafts.push_back(std::move(draft));
    if (findings.empty()) {
      const std::lock_guard lock(mutex_);
      Dashboard dashboard = CatalogueBuilder(copy_, std::move(drafts), findings).build_dashboard();
      if (findings.empty()) out.dashboard = std::make_shared<const Dashboard>(std::move(dashboard));
    }
  }
  out.findings = placed(findings, places);
  return out;
}

BoardForm form_of(const Dashboard& dashboard) {
  BoardForm form{dashboard.id,       dashboard.title.zh, dashboard.title.en,
                 dashboard.roles,    dashboard.filters,  dashboard.org_page,
                 dashboard.defaults, dashboard.screen,   {}};
  for (const Card& card : dashboard.cards) {
    const bool numbered = card.id.find('.') != std::string::npos;
    form.cards.push_back({std::string(name_of(card.kind)), card.title.zh, card.title.en, card.metrics, card.by, card.compare, card.top, card.drill,
                          card.main, numbered ? std::string() : card.id});
  }
  return form;
}

std::string write_board(const BoardForm& form) {
  std::string out = "dashboards:\n  - id: " + scalar(form.id) + "\n";
  const auto line = [&](std::string_view key, const std::string& value) { out += "    " + std::string(key) + ": " + value + "\n"; };
  line("title", scalar(form.title));
  if (!form.title_en.empty()) line("title_en", scalar(form.title_en));
  if (!form.roles.empty()) line("audience", "{roles: " + list_of(form.roles) + "}");
  if (form.screen) line("screen", "true");
  if (!form.org_page.empty()) line("org_page", list_of(form.org_page));
  if (!form.filters.empty()) line("filters", list_of(form.filters));
  if (!form.defaults.empty()) {
    std::string pairs;
    for (const auto& [filter, value] : form.defaults) pairs += (pairs.empty() ? "" : ", ") + scalar(filter) + ": " + scalar(value);
    line("defaults", "{" + pairs + "}");
  }
  out += form.cards.empty() ? "    cards: []\n" : "    cards:\n";
  for (const CardForm& card : form.cards) write_card(card, out);
  return out;
}

}  // namespace banmo::pack
