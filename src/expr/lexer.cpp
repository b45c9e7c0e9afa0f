// SPDX-License-Identifier: Apache-2.0
#include "expr/lexer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "expr/code_points.h"

namespace banmo::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_ascii_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Offset of the first byte that is not UTF-8 (overlong forms, surrogates and U+0000 included).
std::optional<size_t> first_bad_byte(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (lead == 0 || size == 0 || i + size > text.size()) return i;
    for (size_t j = 1; j < size; ++j)
      if (!is_continuation(text[i + j])) return i;
    const char32_t c = code_point_at(text.substr(0, i + size), i);
    constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    if (c < kSmallest[size] || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF) return i;
    i += size;
  }
  return std::nullopt;
}

// Letters of names beyond ASCII: everything but blanks, general punctuation, and the punctuation and full-width forms of Chinese input.
bool is_wide_name(char32_t c) {
  return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c < 0x2E80) && !(c >= 0x3000 && c < 0x3040) && !(c >= 0xFE00 && c < 0x10000) &&
         c < 0xE0000;
}

class Lexer {
 public:
  Lexer(std::string_view text, Findings& findings) : text_(text), findings_(findings) {}

  std::vector<Token> run() {
    if (const auto bad = first_bad_byte(text_)) {
      findings_.add(*bad, "expr.not_utf8", {"此处不是有效的 UTF-8 文字，请以 UTF-8 保存", "not valid UTF-8 here: save the file as UTF-8"});
      return {};
    }
    while (at_ < text_.size() && findings_.empty()) next();
    tokens_.push_back({Lexeme::end, "", "", text_.size()});
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void emit(Lexeme kind, std::string value, size_t offset) {
    std::string word;
    if (kind == Lexeme::name) {
      word = value;
      std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    }
    tokens_.push_back({kind, std::move(value), std::move(word), offset});
  }

  void next() {
    const char c = peek();
    if (is_blank(c)) {
      ++at_;
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
    } else if (c == '\'') {
      text();
    } else if (c == '{') {
      parameter();
    } else if (is_ascii_name(c) || (c == '$' && is_ascii_name(peek(1))) ||
               (static_cast<unsigned char>(c) >= 0x80 && is_wide_name(code_point_at(text_, at_)))) {
      name();
    } else {
      symbol();
    }
  }

  void number() {
    const size_t start = at_;
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) ++at_;
    while (is_digit(peek())) ++at_;
    if (is_ascii_name(peek()) || peek() == '.')
      return findings_.add(start, "expr.bad_number", {"数写法不对，请写成 12 或 12.5", "this is no number: write 12 or 12.5"});
    emit(Lexeme::number, std::string(text_.substr(start, at_ - start)), start);
  }

  void text() {
    const size_t start = at_++;
    std::string value;
    for (;; ++at_) {
      if (at_ >= text_.size())
        return findings_.add(start, "expr.open_text",
                             {"文本缺少右单引号 '，文本内的单引号写两个 ''", "this text lacks its closing ': write '' for a quote inside"});
      if (peek() == '\'' && peek(1) != '\'') break;
      if (peek() == '\'') ++at_;
      value += peek();
    }
    ++at_;
    const bool is_parameter = value.size() > 2 && value.front() == '{' && value.find_first_of("{}", 1) == value.size() - 1 && value.back() == '}';
    if (is_parameter) return emit(Lexeme::parameter, value.substr(1, value.size() - 2), start);
    emit(Lexeme::text, std::move(value), start);
  }

  void parameter() {
    const size_t start = at_, end = text_.find('}', at_);
    if (end == std::string_view::npos || end == start + 1)
      return findings_.add(start, "expr.bad_parameter",
                           {"参数写成 {名称}，此处缺少 } 或名称", "a parameter is written {name}: the } or the name is missing"});
    emit(Lexeme::parameter, std::string(text_.substr(start + 1, end - start - 1)), start);
    at_ = end + 1;
  }

  void name() {
    const size_t start = at_;
    ++at_;  // a letter or $
    if (static_cast<unsigned char>(text_[start]) >= 0x80) at_ = start + code_point_size(text_, start);
    while (at_ < text_.size()) {
      const bool goes_on =
          static_cast<unsigned char>(peek()) < 0x80 ? is_ascii_name(peek()) || is_digit(peek()) : is_wide_name(code_point_at(text_, at_));
      if (!goes_on) break;
      at_ += code_point_size(text_, at_);
    }
    emit(Lexeme::name, std::string(text_.substr(start, at_ - start)), start);
  }

  void symbol() {
    const std::string_view two = text_.substr(at_, 2);
    if (two == "--" || two == "/*")
      return findings_.add(at_, "expr.comment",
                           {"表达式里不能写注释，请写在 YAML 的 # 之后", "comments are not allowed here: write them after # in the YAML"});
    if (two == "==") return findings_.add(at_, "expr.unexpected", {"相等写一个等号 =", "equality is written with one ="});
    if (two == "<=" || two == ">=" || two == "<>" || two == "!=" || two == "||") {
      emit(Lexeme::symbol, two == "!=" ? "<>" : std::string(two), at_);
      at_ += 2;
      return;
    }
    if (std::string_view("+-*/(),.=<>").find(peek()) != std::string_view::npos) {
      emit(Lexeme::symbol, std::string(1, peek()), at_);
      ++at_;
      return;
    }
    refuse();
  }

  void refuse() {
    const std::string shown(text_.substr(at_, code_point_size(text_, at_)));
    if (peek() == '"')
      return findings_.add(at_, "expr.unexpected", {"文本用单引号 '…'，名称不加引号", "text stands in single quotes '…', names in none"});
    if (static_cast<unsigned char>(peek()) >= 0x80)
      return findings_.add(at_, "expr.wide_symbol",
                           {"“" + shown + "”是全角或中文标点，请改用半角符号", "\"" + shown + "\" is a full-width sign: use the ASCII one"});
    const bool printable = peek() >= ' ' && peek() < 127;
    findings_.add(at_, "expr.unexpected",
                  {"不认识的符号" + (printable ? "“" + shown + "”" : std::string()) + "，请删除",
                   "unknown sign" + (printable ? " \"" + shown + "\"" : std::string()) + ": remove it"});
  }

  std::string_view text_;
  Findings& findings_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

std::vector<Token> lex(std::string_view text, Findings& findings) {
  auto tokens = Lexer(text, findings).run();
  return findings.empty() ? std::move(tokens) : std::vector<Token>{};
}

}  // namespace banmo::expr
