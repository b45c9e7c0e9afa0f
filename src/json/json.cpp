// SPDX-License-Identifier: Apache-2.0
// Values and the reader; the writer is in write.cpp. Boost.JSON's event parser is visible here alone.
#include "json/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <exception>
#include <memory>
#include <optional>
#include <set>

#include "base/text.h"

namespace banmo::json {

Object::Object(std::initializer_list<Member> members) {
  members_.reserve(members.size());
  for (const Member& member : members) set(member.first, member.second);
}

const Value* Object::find(std::string_view name) const {
  for (const Member& member : members_)
    if (member.first == name) return &member.second;
  return nullptr;
}

Value* Object::find(std::string_view name) {
  for (Member& member : members_)
    if (member.first == name) return &member.second;
  return nullptr;
}

Value& Object::set(std::string name, Value value) {
  if (Value* old = find(name)) return *old = std::move(value);
  return add(std::move(name), std::move(value));
}

Value& Object::add(std::string name, Value value) { return members_.emplace_back(std::move(name), std::move(value)).second; }

bool Object::erase(std::string_view name) {
  return std::erase_if(members_, [&](const Member& member) { return member.first == name; }) > 0;
}

bool Object::operator==(const Object& other) const {
  if (members_.size() != other.members_.size()) return false;
  for (size_t i = 0; i < members_.size(); ++i) {
    const Member& mine = members_[i];
    const Value* theirs = other.members_[i].first == mine.first ? &other.members_[i].second : other.find(mine.first);
    if (!theirs || !(*theirs == mine.second)) return false;
  }
  return true;
}

const Value* Value::find(std::string_view name) const {
  const Object* object = as_object();
  return object ? object->find(name) : nullptr;
}

namespace {

namespace bj = boost::json;

// Names of an object are compared one by one up to here, and kept in a set beyond, so that a hostile body does not cost the square of its members.
constexpr size_t kMaxLinearNames = 16;

// Why the handler stopped the parser; the parser itself knows only that it was stopped.
enum class Refusal { none, duplicate_member, number_range, too_many_values, nul };

// Builds the value from the parser's events.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit Builder(size_t max_values) : n_values_left_(max_values) {}

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

  bool on_array_begin(bj::error_code&) { return open(false); }
  bool on_object_begin(bj::error_code&) { return open(true); }
  bool on_array_end(std::size_t, bj::error_code& ec) { return add(Value(std::move(pop().items)), ec); }
  bool on_object_end(std::size_t, bj::error_code& ec) { return add(Value(Object(std::move(pop().members))), ec); }

  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& ec) {
    keep(part);
    Frame& frame = frames_.back();
    if (has_nul()) return refuse(Refusal::nul, ec);
    frame.name = std::exchange(text_, {});
    return frame.name_is_new() || refuse(Refusal::duplicate_member, ec);
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_string(bj::string_view part, std::size_t, bj::error_code& ec) {
    keep(part);
    if (has_nul()) return refuse(Refusal::nul, ec);
    return add(Value(std::exchange(text_, {})), ec);
  }
  bool on_number_part(bj::string_view part, bj::error_code&) { return keep(part); }
  bool on_int64(int64_t value, bj::string_view, bj::error_code& ec) {
    text_.clear();
    return add(Value(value), ec);
  }
  bool on_uint64(uint64_t, bj::string_view part, bj::error_code& ec) { return add_double(part, ec); }
  bool on_double(double, bj::string_view part, bj::error_code& ec) { return add_double(part, ec); }
  bool on_bool(bool value, bj::error_code& ec) { return add(Value(value), ec); }
  bool on_null(bj::error_code& ec) { return add(Value(), ec); }

  Refusal refusal() const { return refusal_; }
  const std::string& refused_name() const { return refused_name_; }
  Value take() { return std::move(root_); }

 private:
  struct Frame {
    bool is_object = false;
    Array items;
    std::vector<Member> members;
    std::string name;
    std::set<std::string, std::less<>> names;

    bool name_is_new() {
      if (members.size() < kMaxLinearNames)
        return std::none_of(members.begin(), members.end(), [this](const Member& member) { return member.first == name; });
      if (names.empty())
        for (const Member& member : members) names.insert(member.first);
      return names.insert(name).second;
    }
  };

  bool has_nul() const { return text_.find('\0') != std::string::npos; }
  bool keep(bj::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool refuse(Refusal why, bj::error_code& ec) {
    refusal_ = why;
    if (why == Refusal::duplicate_member) refused_name_ = frames_.back().name;
    ec = bj::make_error_code(bj::error::exception);
    return false;
  }
  bool open(bool is_object) {
    frames_.emplace_back().is_object = is_object;
    return true;
  }
  Frame pop() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    return frame;
  }
  bool add(Value value, bj::error_code& ec) {
    if (n_values_left_-- == 0) return refuse(Refusal::too_many_values, ec);
    if (frames_.empty()) {
      root_ = std::move(value);
    } else if (Frame& frame = frames_.back(); frame.is_object) {
      frame.members.emplace_back(std::move(frame.name), std::move(value));
    } else {
      frame.items.push_back(std::move(value));
    }
    return true;
  }
  // Boost 1.81 rounds doubles up to one unit wrong; std::from_chars does not. What is too small for a double is zero.
  bool add_double(bj::string_view part, bj::error_code& ec) {
    keep(part);
    const std::string written = std::exchange(text_, {});
    double value = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
    if (error == std::errc::result_out_of_range) {
      const double rounded = std::strtod(written.c_str(), nullptr);
      return std::isfinite(rounded) ? add(Value(rounded), ec) : refuse(Refusal::number_range, ec);
    }
    return add(Value(value), ec);
  }

  size_t n_values_left_;
  std::vector<Frame> frames_;
  std::string text_;  // parts of the current name, text or number
  Value root_;
  Refusal refusal_ = Refusal::none;
  std::string refused_name_;
};

// "line:column" of a byte, both from 1, columns in characters.
std::string place(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto n_lines = static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return std::to_string(n_lines + 1) + ":" + std::to_string(text::n_code_points(before.substr(line_start)) + 1);
}

// A name as it was sent, cut between characters.
std::string shown(const std::string& name) {
  constexpr size_t kMaxBytes = 64;
  if (name.size() <= kMaxBytes) return name;
  return name.substr(0, text::valid_utf8_prefix(std::string_view(name).substr(0, kMaxBytes))) + "…";
}

Error refused(const Builder& builder, const ReadLimits& limits, std::string where) {
  switch (builder.refusal()) {
    case Refusal::duplicate_member: {
      const std::string name = shown(builder.refused_name());
      return fail(ErrorCode::invalid, "json.duplicate_member",
                  {"成员“" + name + "”出现了两次，请只保留一个", "member \"" + name + "\" stands twice: keep one"}, std::move(where));
    }
    case Refusal::nul:
      return fail(ErrorCode::invalid, "json.nul", {"文本中不能有 U+0000 字符，请删去", "text cannot hold the character U+0000: remove it"},
                  std::move(where));
    case Refusal::number_range:
      return fail(ErrorCode::invalid, "json.number_range",
                  {"数字超出双精度范围，请改小", "the number is beyond double precision: write a smaller one"}, std::move(where));
    default: {
      const std::string limit = std::to_string(limits.max_values);
      return fail(ErrorCode::too_large, "json.too_large",
                  {"JSON 中的值超过 " + limit + " 个，请分批提交", "more than " + limit + " values: send them in parts"}, std::move(where));
    }
  }
}

Error parse_error(const bj::error_code& ec, const ReadLimits& limits, std::string where) {
  if (ec == bj::error::incomplete)
    return fail(ErrorCode::invalid, "json.incomplete",
                {"JSON 没有写完，请检查末尾的括号和引号", "the JSON ends too early: check the closing brackets and quotes"}, std::move(where),
                ec.message());
  if (ec == bj::error::too_deep) {
    const std::string limit = std::to_string(limits.max_depth);
    return fail(ErrorCode::invalid, "json.too_deep", {"嵌套超过 " + limit + " 层，请减少层数", "nested deeper than " + limit + ": use fewer levels"},
                std::move(where));
  }
  if (ec == bj::error::exponent_overflow)
    return fail(ErrorCode::invalid, "json.number_range", {"数字超出双精度范围，请改小", "the number is beyond double precision: write a smaller one"},
                std::move(where));
  if (ec == bj::error::illegal_leading_surrogate || ec == bj::error::illegal_trailing_surrogate || ec == bj::error::expected_hex_digit)
    return fail(ErrorCode::invalid, "json.syntax",
                {"\\u 转义须有四位十六进制数字，代理项须成对", "a \\u escape needs four hex digits, and surrogates come in pairs"}, std::move(where),
                ec.message());
  return fail(ErrorCode::invalid, "json.syntax",
              {"JSON 语法错误，请检查此处的引号、逗号和括号", "JSON syntax error: check the quotes, commas and brackets here"}, std::move(where),
              ec.message());
}

Result<Value> parse(std::string_view text, const ReadLimits& limits) {
  bj::parse_options options;
  options.max_depth = limits.max_depth;
  options.allow_invalid_utf8 = true;  // checked before, with its own error
  bj::basic_parser<Builder> parser(options, limits.max_values);
  bj::error_code ec;
  const size_t n_read = parser.write_some(false, text.data(), text.size(), ec);
  if (parser.handler().refusal() != Refusal::none) return refused(parser.handler(), limits, place(text, n_read));
  if (ec) return parse_error(ec, limits, place(text, n_read));
  if (n_read < text.size())
    return fail(ErrorCode::invalid, "json.extra_text", {"JSON 结束后还有内容，请删去", "text follows the end of the JSON: remove it"},
                place(text, n_read));
  return parser.handler().take();
}

}  // namespace

Result<Value> read(std::string_view text, ReadLimits limits) {
  if (text.size() > limits.max_bytes) {
    const std::string limit = std::to_string(limits.max_bytes);
    return fail(ErrorCode::too_large, "json.too_large",
                {"JSON 超过 " + limit + " 字节，请分批提交", "the JSON is longer than " + limit + " bytes: send it in parts"});
  }
  if (const size_t n_valid = text::valid_utf8_prefix(text); n_valid < text.size())
    return fail(ErrorCode::invalid, "json.bad_utf8", {"内容不是有效的 UTF-8，请以 UTF-8 编码发送", "not valid UTF-8: send UTF-8"},
                place(text, n_valid));
  try {
    return parse(text, limits);
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, "json.reader", {"读取 JSON 时出错", "reading the JSON failed"}, {}, error.what());
  }
}

}  // namespace banmo::json
