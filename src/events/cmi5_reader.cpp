// SPDX-License-Identifier: Apache-2.0
#include "events/cmi5_reader.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <set>

#include "base/text.h"
#include "events/cmi5_xml.h"
#include "events/values.h"

namespace banmo::events {
namespace {

constexpr std::string_view kSpace = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd";
constexpr size_t kMaxFindings = 100, kMaxNodes = 5000, kMaxText = 8000;
constexpr size_t kMaxValue = size_t{64} << 10, kMaxNodeTexts = size_t{128} << 10;  // what a launch can hold, and a statement
// 8.1: the names that a launch adds to the address.
constexpr std::string_view kLaunchNames[] = {"endpoint", "fetch", "actor", "registration", "activityId"};

struct Child {
  std::string_view name;
  bool required = false, repeated = false;
};
// In the order of the schema. A course's nodes may stand in any order among themselves.
constexpr Child kTop[] = {{"course", true}, {"objectives"}, {"au", false, true}, {"block", false, true}};
constexpr Child kCourse[] = {{"title", true}, {"description", true}};
constexpr Child kBlock[] = {{"title", true}, {"description", true}, {"objectives"}, {"au", false, true}, {"block", false, true}};
constexpr Child kAu[] = {{"title", true}, {"description", true}, {"objectives"}, {"url", true}, {"launchParameters"}, {"entitlementKey"}};
constexpr Child kObjectives[] = {{"objective", true, true}};
constexpr Child kTexts[] = {{"langstring", true, true}};

bool is_node(std::string_view name) { return name == "au" || name == "block"; }

enum class Order { as_listed, any };

class Reader {
 public:
  explicit Reader(const HasFile& has_file) : has_file_(has_file) {}
  Result<CourseStructure> read(const XmlElement& root);

 private:
  void find(const XmlElement& at, std::string zh, std::string en);
  std::string id_of(const XmlElement& element, std::set<std::string>& taken);
  template <size_t n>
  void check_children(const XmlElement& element, const Child (&known)[n], Order order = Order::as_listed);
  void check_attributes(const XmlElement& element, std::initializer_list<std::string_view> known);
  const XmlElement* child(const XmlElement& element, std::string_view name) const;
  LanguageMap texts_of(const XmlElement& element, std::string_view name);
  void read_objectives(const XmlElement& top);
  std::vector<std::string> objectives_of(const XmlElement& element);
  void read_nodes(const XmlElement& element, int64_t parent);
  void read_unit(const XmlElement& element, CourseNode& node);
  void read_score(const XmlElement& element, CourseNode& node);
  bool is_short(const XmlElement& element);
  void check_url(const XmlElement& url);
  void check_size(const XmlElement& element, const CourseNode& node);
  void add_node(const XmlElement& element, NodeKind kind, int64_t parent);

  const HasFile& has_file_;
  CourseStructure course_;
  std::set<std::string> ids_, objectives_;
  std::vector<Error> findings_;
};

void Reader::find(const XmlElement& at, std::string zh, std::string en) {
  if (findings_.size() == kMaxFindings) return;
  findings_.push_back(fail(ErrorCode::invalid, "events.cmi5_structure", {std::move(zh), std::move(en)},
                           "cmi5.xml:" + std::to_string(at.line) + ":" + std::to_string(at.column)));
}

template <size_t n>
void Reader::check_children(const XmlElement& element, const Child (&known)[n], Order order) {
  size_t reached = 0;
  std::set<std::string_view> met;
  for (const XmlElement& one : element.children) {
    if (one.space != kSpace) continue;
    const auto rule = std::find_if(std::begin(known), std::end(known), [&](const Child& child) { return child.name == one.name; });
    if (rule == std::end(known)) {
      find(one, "<" + element.name + "> 中没有元素 <" + one.name + ">，请删去或改正", "<" + element.name + "> has no element <" + one.name + ">");
      continue;
    }
    const auto place = static_cast<size_t>(rule - std::begin(known));
    if (order == Order::as_listed && place < reached && !is_node(one.name))
      find(one, "<" + one.name + "> 的位置不对，须在 <" + std::string(known[reached].name) + "> 之前",
           "<" + one.name + "> stands before <" + std::string(known[reached].name) + ">");
    reached = std::max(reached, place);
    if (!met.insert(rule->name).second && !rule->repeated) find(one, "<" + one.name + "> 只能出现一次", "<" + one.name + "> stands once only");
  }
  for (const Child& rule : known)
    if (rule.required && !met.contains(rule.name))
      find(element, "<" + element.name + "> 缺少 <" + std::string(rule.name) + ">", "<" + element.name + "> lacks <" + std::string(rule.name) + ">");
}

void Reader::check_attributes(const XmlElement& element, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : element.attributes)
    if (std::find(known.begin(), known.end(), name) == known.end())
      find(element, "<" + element.name + "> 没有属性 " + name, "<" + element.name + "> has no attribute " + name);
}

const XmlElement* Reader::child(const XmlElement& element, std::string_view name) const {
  const auto found =
      std::find_if(element.children.begin(), element.children.end(), [&](const XmlElement& one) { return one.space == kSpace && one.name == name; });
  return found == element.children.end() ? nullptr : &*found;
}

// An IRI that stands once in the file (13.1.1 to 13.1.4).
std::string Reader::id_of(const XmlElement& element, std::set<std::string>& taken) {
  const std::string* id = element.attribute("id");
  if (id == nullptr || !is_iri(*id)) {
    find(element, "<" + element.name + "> 须有 id，且为完整的 IRI", "<" + element.name + "> needs an id that is a whole IRI");
    return {};
  }
  if (!taken.insert(*id).second) find(element, "id 重复：" + *id + "；每个 id 只能用一次", "the id stands twice: " + *id);
  return *id;
}

LanguageMap Reader::texts_of(const XmlElement& element, std::string_view name) {
  LanguageMap texts;
  const XmlElement* holder = child(element, name);
  if (holder == nullptr) return texts;  // check_children tells
  check_attributes(*holder, {});
  check_children(*holder, kTexts);
  for (const XmlElement& one : holder->children) {
    if (one.space != kSpace || one.name != "langstring") continue;
    check_attributes(one, {"lang"});
    const std::string* language = one.attribute("lang");
    const std::string key = language == nullptr ? "und" : *language;
    if (!is_language_tag(key)) find(one, "lang 须为语言标记，如 zh-CN", "lang is a language tag, as zh-CN");
    if (one.text.size() > kMaxText) find(one, "文字过长，最多 8000 字节", "the text is too long: 8000 bytes at most");
    if (!texts.emplace(key, one.text).second) find(one, "同一语言的文字重复", "a language stands twice");
  }
  return texts;
}

void Reader::read_objectives(const XmlElement& top) {
  const XmlElement* list = child(top, "objectives");
  if (list == nullptr) return;
  check_children(*list, kObjectives);
  for (const XmlElement& one : list->children) {
    if (one.space != kSpace || one.name != "objective") continue;
    check_attributes(one, {"id"});
    check_children(one, kCourse, Order::any);
    id_of(one, objectives_);
    texts_of(one, "title");
    texts_of(one, "description");
  }
}

std::vector<std::string> Reader::objectives_of(const XmlElement& element) {
  std::vector<std::string> found;
  const XmlElement* list = child(element, "objectives");
  if (list == nullptr) return found;
  check_children(*list, kObjectives);
  for (const XmlElement& one : list->children) {
    if (one.space != kSpace || one.name != "objective") continue;
    check_attributes(one, {"idref"});
    const std::string* id = one.attribute("idref");
    if (id != nullptr && objectives_.contains(*id))
      found.push_back(*id);
    else
      find(one, "idref 所指的目标不在 <objectives> 中", "idref names an objective that <objectives> does not have");
  }
  return found;
}

bool Reader::is_short(const XmlElement& element) {
  if (element.text.size() <= kMaxValue) return true;
  find(element, "<" + element.name + "> 过长，最多 64 KiB", "<" + element.name + "> is too long: 64 KiB at most");
  return false;
}

// What statements say of a node, all together.
void Reader::check_size(const XmlElement& element, const CourseNode& node) {
  size_t n = node.publisher_id.size() + (node.activity_type ? node.activity_type->size() : 0);
  for (const LanguageMap* texts : {&node.title, &node.description})
    for (const auto& [language, text] : *texts) n += language.size() + text.size();
  if (n > kMaxNodeTexts)
    find(element, "<" + element.name + "> 的标识、标题与说明合计过长，最多 128 KiB",
         "the id, titles and descriptions of <" + element.name + "> are too long together: 128 KiB at most");
}

// An address keeps its own parameters, which are not those of a launch; a file must be in the package.
void Reader::check_url(const XmlElement& url) {
  const size_t query = url.text.find('?');
  if (query != std::string::npos)
    for (const std::string& piece : text::split(std::string_view(url.text).substr(query + 1, url.text.find('#', query) - query - 1), '&'))
      if (std::find(std::begin(kLaunchNames), std::end(kLaunchNames), piece.substr(0, piece.find('='))) != std::end(kLaunchNames))
        find(url, "地址的参数与启动参数同名：" + piece.substr(0, piece.find('=')), "a parameter of the address has the name of a launch parameter");
  if (is_web_address(url.text)) return;
  if (is_iri(url.text) || url.text.starts_with("/") || url.text.empty())
    find(url, "url 须为 http(s) 地址，或课程包内文件的相对路径", "url is an http(s) address, or the path of a file in the package");
  else if (!has_file_(file_of(url.text)))
    find(url, "课程包里没有文件 " + file_of(url.text), "the package has no file " + file_of(url.text));
}

void Reader::read_score(const XmlElement& element, CourseNode& node) {
  const std::string* score = element.attribute("masteryScore");
  if (score == nullptr) return;
  const auto number = text::parse_decimal(*score);
  const size_t point = score->find('.');
  const bool is_plain = std::all_of(score->begin(), score->end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  const bool is_short = point == std::string::npos || score->size() - point - 1 <= 4;
  if (!number || !is_plain || !is_short || *number < 0 || *number > 1)
    find(element, "masteryScore 须为 0 到 1 的小数，最多四位", "masteryScore is a decimal from 0 to 1 with four places at most");
  else
    node.mastery_score = *number;
}

void Reader::read_unit(const XmlElement& element, CourseNode& node) {
  check_attributes(element, {"id", "moveOn", "masteryScore", "launchMethod", "activityType"});
  check_children(element, kAu);
  read_score(element, node);
  if (const std::string* name = element.attribute("moveOn")) {
    const auto move_on = move_on_of(*name);
    if (move_on)
      node.move_on = *move_on;
    else
      find(element, "moveOn 须为 NotApplicable、Passed、Completed、CompletedAndPassed 或 CompletedOrPassed",
           "moveOn is NotApplicable, Passed, Completed, CompletedAndPassed or CompletedOrPassed");
  }
  if (const std::string* method = element.attribute("launchMethod")) {
    node.own_window = *method == "OwnWindow";
    if (!node.own_window && *method != "AnyWindow")
      find(element, "launchMethod 须为 AnyWindow 或 OwnWindow", "launchMethod is AnyWindow or OwnWindow");
  }
  if (const std::string* type = element.attribute("activityType"); type != nullptr && !type->empty()) {
    node.activity_type = *type;
    if (!is_iri(*type)) find(element, "activityType 须为完整的 IRI", "activityType is a whole IRI");
  }
  if (const XmlElement* url = child(element, "url")) {
    node.url = url->text;
    if (is_short(*url)) check_url(*url);
  }
  if (const XmlElement* parameters = child(element, "launchParameters"); parameters != nullptr && is_short(*parameters))
    node.launch_parameters = parameters->text;
  if (const XmlElement* key = child(element, "entitlementKey"); key != nullptr && is_short(*key)) node.entitlement_key = key->text;
}

void Reader::add_node(const XmlElement& element, NodeKind kind, int64_t parent) {
  CourseNode node;
  node.kind = kind;
  node.parent = parent;
  node.publisher_id = id_of(element, ids_);
  node.title = texts_of(element, "title");
  node.description = texts_of(element, "description");
  if (kind != NodeKind::course) node.objectives = objectives_of(element);
  if (kind == NodeKind::au) read_unit(element, node);
  check_size(element, node);
  course_.nodes.push_back(std::move(node));
}

void Reader::read_nodes(const XmlElement& element, int64_t parent) {
  bool any = false;
  for (const XmlElement& one : element.children) {
    if (one.space != kSpace || !is_node(one.name)) continue;
    any = true;
    if (course_.nodes.size() > kMaxNodes) return;
    const bool is_block = one.name == "block";
    if (is_block) {
      check_attributes(one, {"id"});
      check_children(one, kBlock);
    }
    add_node(one, is_block ? NodeKind::block : NodeKind::au, parent);
    if (is_block) read_nodes(one, static_cast<int64_t>(course_.nodes.size()) - 1);
  }
  if (!any) find(element, "<" + element.name + "> 中至少要有一个 <au> 或 <block>", "<" + element.name + "> has one <au> or <block> at least");
}

Result<CourseStructure> Reader::read(const XmlElement& root) {
  if (root.space != kSpace || root.name != "courseStructure") {
    find(root, "最外层须为 cmi5 的 <courseStructure>，命名空间为 " + std::string(kSpace),
         "the outermost element is <courseStructure> of the namespace " + std::string(kSpace));
  } else {
    check_attributes(root, {});
    check_children(root, kTop);
    if (const XmlElement* course = child(root, "course")) {
      check_attributes(*course, {"id"});
      check_children(*course, kCourse);
      read_objectives(root);
      add_node(*course, NodeKind::course, -1);
      read_nodes(root, 0);
    }
  }
  if (course_.nodes.size() > kMaxNodes)
    return fail(ErrorCode::too_large, "events.cmi5_too_large",
                {"一门课程最多 5000 个单元与分组，请拆开", "a course has at most 5000 units and blocks: split it"}, "cmi5.xml");
  if (findings_.empty()) return std::move(course_);
  const std::string n = std::to_string(findings_.size());
  Error error = fail(ErrorCode::invalid, "events.cmi5_structure",
                     {"课程结构有 " + n + " 处错误，课程没有导入；请按行号逐处改正后再导入",
                      "the course structure has " + n + " mistakes, and nothing was imported: mend each at its line and import again"},
                     findings_.front().where);
  error.details = std::move(findings_);
  return error;
}

}  // namespace

std::string file_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  std::string path;
  for (size_t i = 0; i < url.size(); ++i) {
    const bool escaped = url[i] == '%' && i + 2 < url.size() && text::hex_digit(url[i + 1]) >= 0 && text::hex_digit(url[i + 2]) >= 0;
    path += escaped ? static_cast<char>(text::hex_digit(url[i + 1]) * 16 + text::hex_digit(url[i + 2])) : url[i];
    if (escaped) i += 2;
  }
  if (path.starts_with("./")) path.erase(0, 2);
  return path;
}

bool is_web_address(std::string_view url) {
  const std::string start = text::lower_ascii(url.substr(0, 8));
  return start.starts_with("http://") || start.starts_with("https://");
}

Result<CourseStructure> read_course(std::string_view xml, const HasFile& has_file) {
  BANMO_TRY(const XmlElement root, read_xml(xml, "cmi5.xml"));
  return Reader(has_file).read(root);
}

}  // namespace banmo::events
