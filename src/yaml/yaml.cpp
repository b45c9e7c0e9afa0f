// SPDX-License-Identifier: Apache-2.0
#include "yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "base/text.h"

namespace banmo::yaml {
namespace {

constexpr size_t kMaxBytes = 4u << 20;
constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxNodes = 200'000;
constexpr size_t kMaxAliasNodes = 1000;
constexpr size_t kMaxLinearKeys = 16;      // keys of a map are compared one by one up to here, and kept in a set beyond
constexpr size_t kMaxFlowMarks = 400'000;  // of [ ] { } and comma: yaml-cpp keeps a whole flow collection as tokens before it gives the first event
constexpr size_t kMaxShown = 40;           // characters of a wrong value that a message shows

// The head of a text, cut between characters.
std::string shown(std::string_view text) {
  size_t n = 0, pos = 0;
  for (; pos < text.size(); ++pos)
    if ((static_cast<uint8_t>(text[pos]) & 0xC0) != 0x80 && n++ == kMaxShown) return std::string(text.substr(0, pos)) + "…";
  return std::string(text);
}

Message kind_of(const Node& node) {
  switch (node.kind()) {
    case Kind::null: return {"空值", "nothing"};
    case Kind::sequence: return {"列表", "a list"};
    case Kind::map: return {"映射", "a map"};
    case Kind::scalar: break;
  }
  const std::string value = shown(node.scalar());
  if (node.quoted()) return {"带引号的文本“" + value + "”", "the quoted text \"" + value + "\""};
  return {"“" + value + "”", "\"" + value + "\""};
}

Error wrong_type(const Node& node, const Message& expected) {
  const Message found = kind_of(node);
  return fail(ErrorCode::invalid, "yaml.wrong_type",
              {"应为" + expected.zh + "，此处为" + found.zh, "expected " + expected.en + ", found " + found.en}, node.where());
}

template <class T>
std::optional<T> parse_plain(const Node& node) {
  if (node.kind() != Kind::scalar || node.quoted()) return std::nullopt;
  std::string_view text = node.scalar();
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional<T>(value) : std::nullopt;
}

// Turns the parser's zero-based lines and byte columns into what an editor shows.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (size_t pos = text.find('\n'); pos != std::string_view::npos; pos = text.find('\n', pos + 1)) starts_.push_back(pos + 1);
    for (size_t pos = 0, n = 0; pos <= text.size(); pos += kStride) {
      n_before_.push_back(n);
      n += text::n_code_points(text.substr(pos, kStride));
    }
  }
  int line(const YAML::Mark& mark) const { return std::clamp(mark.line, 0, static_cast<int>(starts_.size()) - 1) + 1; }
  int column(const YAML::Mark& mark) const {
    const auto index = static_cast<size_t>(std::max(mark.line, 0));
    if (index >= starts_.size()) return 1;
    const size_t start = starts_[index], pos = std::min(start + static_cast<size_t>(std::max(mark.column, 0)), text_.size());
    return static_cast<int>(n_code_points_before(pos) - n_code_points_before(start)) + 1;
  }
  std::string where(const std::string& file, const YAML::Mark& mark) const {
    return file + ":" + std::to_string(line(mark)) + ":" + std::to_string(column(mark));
  }
  std::string where(const std::string& file, size_t offset) const {
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
    YAML::Mark mark;
    mark.line = static_cast<int>(next - starts_.begin()) - 1;
    mark.column = static_cast<int>(offset - *(next - 1));
    return where(file, mark);
  }

 private:
  static constexpr size_t kStride = 256;
  size_t n_code_points_before(size_t pos) const {
    const size_t stride = pos / kStride;
    return n_before_[stride] + text::n_code_points(text_.substr(stride * kStride, pos % kStride));
  }

  std::string_view text_;
  std::vector<size_t> starts_;    // of lines
  std::vector<size_t> n_before_;  // code points before each kStride bytes: a place costs the same however long its line is
};

// The first byte that YAML 1.2 §5.1 does not let stand in a text (control characters), or the size. yaml-cpp takes 0x04 for the end of the file.
size_t first_control(std::string_view text) {
  const auto bad = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  return static_cast<size_t>(bad - text.begin());
}

}  // namespace

// Builds the nodes from the parser's events. An event cannot return an error: refuse() keeps it and throws the library's own exception, which parse()
// catches.
class Reader final : public YAML::EventHandler {
 public:
  Reader(std::string_view text, std::string file_name) : lines_(text), file_(std::make_shared<const std::string>(std::move(file_name))) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (n_documents_++ > 0)
      refuse(mark, "yaml.documents", {"一个文件只能有一个 YAML 文档，请删去“---”之后的部分", "one document per file: remove what follows \"---\""});
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(mark, make(frames_.empty() ? YAML::Mark() : mark, Kind::null), anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "yaml.alias", {"锚点不能引用它自身", "an alias cannot stand inside its own anchor"});
    n_alias_nodes_ += n_nodes(found->second);
    if (n_alias_nodes_ > kMaxAliasNodes)
      refuse(mark, "yaml.alias", {"别名展开后超过 1000 个节点，请直接写出内容", "aliases stand for more than 1,000 nodes: write the content itself"});
    if (frames_.size() + depth(found->second) > kMaxDepth) refuse_depth(mark);
    add(mark, found->second, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_tag(mark, tag);
    // yaml-cpp gives U+0085 and U+00A0 as one byte each, which is no UTF-8.
    if (!text::is_utf8(value))
      refuse(mark, "yaml.bad_text",
             {"不支持转义 \\N 和 \\_，请直接写出该字符", "the escapes \\N and \\_ are not supported: write the character itself"});
    Node node = make(mark, Kind::scalar);
    node.quoted_ = tag == "!";
    node.scalar_ = value;
    add(mark, std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::sequence);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::map);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  const std::optional<Error>& refusal() const { return refusal_; }
  const Lines& lines() const { return lines_; }
  const std::string& file() const { return *file_; }
  Node take() {
    if (n_documents_ == 0) return make(YAML::Mark(), Kind::null);
    return std::move(root_);
  }

 private:
  struct Frame {
    Node node;
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;
    std::optional<Node> key;  // of a map: the key whose value comes next
    std::set<std::string, std::less<>> keys;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string id, Message message, ErrorCode code = ErrorCode::invalid) {
    refusal_ = fail(code, std::move(id), std::move(message), lines_.where(*file_, mark));
    throw YAML::ParserException(mark, "refused");
  }
  [[noreturn]] void refuse_depth(const YAML::Mark& mark) {
    refuse(mark, "yaml.too_deep", {"嵌套超过 64 层，请减少层数", "nested deeper than 64: use fewer levels"});
  }
  // Plain scalars and collections have the tag "?" or none, quoted ones "!".
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, "yaml.tag", {"不支持标签“" + shown(tag) + "”，请删去", "tags are not supported: remove \"" + shown(tag) + "\""});
  }
  Node make(const YAML::Mark& mark, Kind kind) const {
    Node node;
    node.kind_ = kind;
    node.file_ = file_;
    node.line_ = lines_.line(mark);
    node.column_ = lines_.column(mark);
    return node;
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    refuse_tag(mark, tag);
    if (frames_.size() >= kMaxDepth) refuse_depth(mark);
    frames_.push_back(Frame{make(mark, kind), mark, anchor, std::nullopt, {}});
  }
  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add(frame.mark, std::move(frame.node), frame.anchor);
  }
  void add(const YAML::Mark& mark, Node node, YAML::anchor_t anchor) {
    if (++n_nodes_ > kMaxNodes)
      refuse(mark, "yaml.too_large", {"节点超过 200000 个，请拆分文件", "more than 200,000 nodes: split the file"}, ErrorCode::too_large);
    if (anchor != 0) keep_for_aliases(mark, anchor, node);
    if (frames_.empty()) {
      root_ = std::move(node);
    } else if (Frame& frame = frames_.back(); frame.node.kind_ == Kind::sequence) {
      frame.node.items_.push_back(std::move(node));
    } else if (!frame.key) {
      add_key(mark, frame, std::move(node));
    } else {
      if (node.kind_ == Kind::null && node.line_ != frame.key->line_)
        std::tie(node.line_, node.column_) = std::pair(frame.key->line_, frame.key->column_);
      frame.node.members_.emplace_back(std::move(*frame.key), std::move(node));
      frame.key.reset();
    }
  }
  // An anchor is a copy of what it names, and anchors may stand inside one another: the copies count as nodes too.
  void keep_for_aliases(const YAML::Mark& mark, YAML::anchor_t anchor, const Node& node) {
    n_nodes_ += n_nodes(node);
    if (n_nodes_ > kMaxNodes)
      refuse(mark, "yaml.too_large", {"节点超过 200000 个，请拆分文件或减少锚点", "more than 200,000 nodes: split the file, or use fewer anchors"},
             ErrorCode::too_large);
    anchors_.insert_or_assign(anchor, node);
  }
  void add_key(const YAML::Mark& mark, Frame& frame, Node key) {
    if (key.kind_ != Kind::scalar) refuse(mark, "yaml.key", {"键必须是文本", "a key must be text"});
    if (!is_new(frame, key.scalar_)) {
      const std::string name = shown(key.scalar_);
      refuse(mark, "yaml.duplicate_key", {"键“" + name + "”出现了两次，请只保留一个", "the key \"" + name + "\" stands twice: keep one"});
    }
    frame.key = std::move(key);
  }
  static bool is_new(Frame& frame, const std::string& name) {
    const auto& members = frame.node.members_;
    if (members.size() < kMaxLinearKeys) return !frame.node.find(name);
    if (frame.keys.empty())
      for (const auto& [key, value] : members) frame.keys.insert(key.scalar_);
    return frame.keys.insert(name).second;
  }
  static size_t n_nodes(const Node& node) {
    size_t n = 1;
    for (const Node& item : node.items_) n += n_nodes(item);
    for (const auto& [key, value] : node.members_) n += 1 + n_nodes(value);
    return n;
  }
  static size_t depth(const Node& node) {
    size_t deepest = 0;
    for (const Node& item : node.items_) deepest = std::max(deepest, depth(item));
    for (const auto& [key, value] : node.members_) deepest = std::max(deepest, depth(value));
    return deepest + (node.kind_ == Kind::sequence || node.kind_ == Kind::map ? 1 : 0);
  }

  Lines lines_;
  std::shared_ptr<const std::string> file_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Node> anchors_;
  size_t n_documents_ = 0, n_nodes_ = 0, n_alias_nodes_ = 0;
  Node root_;
  std::optional<Error> refusal_;
};

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : members_)
    if (name.scalar_ == key) return &value;
  return nullptr;
}

std::string Node::where() const { return (file_ ? *file_ : std::string()) + ":" + std::to_string(line_) + ":" + std::to_string(column_); }

Result<std::string> Node::text() const {
  if (kind_ != Kind::scalar) return wrong_type(*this, {"文本", "text"});
  return scalar_;
}

Result<int64_t> Node::integer() const {
  if (const auto value = parse_plain<int64_t>(*this)) return *value;
  return wrong_type(*this, {"整数", "a whole number"});
}

Result<double> Node::number() const {
  const auto value = parse_plain<double>(*this);
  if (!value || !std::isfinite(*value)) return wrong_type(*this, {"数字", "a number"});
  return *value;
}

Result<bool> Node::boolean() const {
  if (kind_ == Kind::scalar && !quoted_ && (scalar_ == "true" || scalar_ == "false")) return scalar_ == "true";
  return wrong_type(*this, {" true 或 false", "true or false"});
}

namespace {

// The library's own words; it may quote half a character.
std::string printable(const std::string& message) { return text::is_utf8(message) ? message : message.substr(0, text::valid_utf8_prefix(message)); }

// The end-of-document mark is added because yaml-cpp 0.7 takes a quote that is never closed for closed if a line break ends the file.
Result<Node> parse(std::string_view text, Reader& reader) {
  std::istringstream stream{std::string(text) + (text.ends_with('\n') ? "...\n" : "\n...\n")};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(reader)) continue;
    return reader.take();
  } catch (const YAML::Exception& error) {
    if (reader.refusal()) return *reader.refusal();
    return fail(
        ErrorCode::invalid, "yaml.syntax",
        {"YAML 语法错误，请检查此处的缩进、冒号和引号", "YAML syntax error, check indentation, colons and quotes here: " + printable(error.msg)},
        reader.lines().where(reader.file(), error.mark));
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, "yaml.reader", {"读取 YAML 时出错", "reading the YAML failed"}, reader.file(), error.what());
  }
}

}  // namespace

Result<Node> read(std::string_view text, std::string file_name) {
  if (text.size() > kMaxBytes)
    return fail(ErrorCode::too_large, "yaml.too_large", {"文件超过 4 MiB，请拆分", "the file is longer than 4 MiB: split it"}, std::move(file_name));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t bad = std::min(text::valid_utf8_prefix(text), first_control(text));
  if (bad < text.size()) {
    std::string where = Lines(text).where(file_name, bad);
    return fail(ErrorCode::invalid, "yaml.bad_text",
                {"此处不是可读的 UTF-8 文本，请以 UTF-8 另存", "not readable UTF-8 text here: save the file as UTF-8"}, std::move(where));
  }
  const auto n_flow_marks = std::count_if(text.begin(), text.end(), [](char c) { return c == '[' || c == ']' || c == '{' || c == '}' || c == ','; });
  if (static_cast<size_t>(n_flow_marks) > kMaxFlowMarks)
    return fail(ErrorCode::too_large, "yaml.too_large",
                {"括号和逗号超过 400000 个，请拆分文件", "more than 400,000 brackets and commas: split the file"}, std::move(file_name));
  Reader reader(text, std::move(file_name));
  return parse(text, reader);
}

}  // namespace banmo::yaml
