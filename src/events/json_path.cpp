// SPDX-License-Identifier: Apache-2.0
#include "events/json_path.h"

#include <algorithm>

namespace banmo::events {
namespace {

constexpr size_t kMaxText = 2000, kMaxSteps = 32;

Error bad_path(std::string_view text, size_t at) {
  const std::string shown(text.substr(0, 200)), place = std::to_string(at + 1);
  return fail(
      ErrorCode::invalid, "events.bad_path",
      {"路径第 " + place + " 个字符处看不懂：" + shown + "；只能用 .成员、['成员']、[序号]、[*]、..，多条路径用 | 相连",
       "the path cannot be read at character " + place + ": " + shown + "; it has .member, ['member'], [position], [*], .., and | between paths"});
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_plain(const std::string& name) { return !name.empty() && std::all_of(name.begin(), name.end(), is_name_char); }

std::string in_brackets(const std::string& name) {
  std::string out = "['";
  for (const char c : name) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "']";
}

using Values = std::vector<const json::Value*>;

void add_children(const json::Value& of, Values& out) {
  if (const json::Object* object = of.as_object())
    for (const auto& [name, value] : *object) out.push_back(&value);
  if (const json::Array* list = of.as_array())
    for (const json::Value& value : *list) out.push_back(&value);
}

// nullptr if there is none.
const json::Value* child(const json::Value& of, const JsonStep& step) {
  if (const auto* name = std::get_if<std::string>(&step)) return of.find(*name);
  const json::Array* list = of.as_array();
  return list == nullptr || std::get<size_t>(step) >= list->size() ? nullptr : &(*list)[std::get<size_t>(step)];
}

// The value and all that is below it, parents first.
void add_descent(const json::Value& of, Values& out) {
  out.push_back(&of);
  Values children;
  add_children(of, children);
  for (const json::Value* one : children) add_descent(*one, out);
}

// Adds the steps that lead to it.
bool leads_to(const json::Value& from, const json::Value* inside, JsonPlace& place) {
  if (&from == inside) return true;
  const auto below = [&](const json::Value& next, JsonStep step) {
    place.push_back(std::move(step));
    if (leads_to(next, inside, place)) return true;
    place.pop_back();
    return false;
  };
  if (const json::Object* object = from.as_object())
    return std::any_of(object->begin(), object->end(), [&](const json::Member& member) { return below(member.second, member.first); });
  const json::Array* list = from.as_array();
  for (size_t i = 0; list != nullptr && i < list->size(); ++i)
    if (below((*list)[i], i)) return true;
  return false;
}

}  // namespace

std::string pointer_of(const JsonPlace& place) {
  std::string out;
  for (const JsonStep& step : place) {
    out += '/';
    if (const auto* at = std::get_if<size_t>(&step)) {
      out += std::to_string(*at);
      continue;
    }
    for (const char c : std::get<std::string>(step)) {
      if (c == '~')
        out += "~0";
      else if (c == '/')
        out += "~1";
      else
        out += c;
    }
  }
  return out;
}

std::string path_of(const JsonPlace& place, std::string before) {
  for (const JsonStep& step : place) {
    if (const auto* at = std::get_if<size_t>(&step)) {
      before += "[" + std::to_string(*at) + "]";
      continue;
    }
    const auto& name = std::get<std::string>(step);
    before += is_plain(name) ? "." + name : in_brackets(name);
  }
  return before;
}

JsonPlace place_in(const json::Value& root, const json::Value* inside) {
  JsonPlace place;
  leads_to(root, inside, place);
  return place;
}

class JsonPath::Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::vector<Steps>> read() {
    if (text_.empty() || text_.size() > kMaxText) return bad_path(text_, 0);
    std::vector<Steps> paths;
    do {
      BANMO_TRY(Steps steps, path());
      paths.push_back(std::move(steps));
    } while (take('|'));
    if (at_ != text_.size()) return bad_path(text_, at_);
    return paths;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_end_of_path() {
    skip_space();
    return at_ == text_.size() || text_[at_] == '|';
  }

  Result<Steps> path() {
    Steps steps;
    if (!take('$') && !at_end_of_path() && is_name_char(text_[at_])) {
      BANMO_TRY(Step first, named());
      steps.push_back(std::move(first));
    }
    while (!at_end_of_path()) {
      BANMO_TRY(Step next, step());
      steps.push_back(std::move(next));
      if (steps.size() > kMaxSteps) return bad_path(text_, at_);
    }
    if (steps.empty()) return bad_path(text_, at_);
    return steps;
  }

  Result<Step> step() {
    if (take('[')) return bracket();
    if (!take('.')) return bad_path(text_, at_);
    const bool descends = take('.');
    Result<Step> read = descends && take('[') ? bracket() : named();
    if (read.ok()) read->descends = descends;
    return read;
  }

  Result<Step> named() {
    if (take('*')) return Step{.descends = false, .star = true, .choices = {}};
    const size_t begin = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    if (at_ == begin) return bad_path(text_, at_);
    return Step{.descends = false, .star = false, .choices = {std::string(text_.substr(begin, at_ - begin))}};
  }

  Result<Step> bracket() {
    Step step;
    do {
      skip_space();
      if (take('*')) {
        step.star = true;
        continue;
      }
      BANMO_TRY(JsonStep choice, this->choice());
      step.choices.push_back(std::move(choice));
    } while (take(','));
    if (!take(']')) return bad_path(text_, at_);
    return step;
  }

  Result<JsonStep> choice() {
    if (at_ == text_.size()) return bad_path(text_, at_);
    const char quote = text_[at_];
    if (quote == '\'' || quote == '"') return quoted(quote);
    size_t number = 0, n_digits = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && n_digits < 9; ++at_, ++n_digits)
      number = number * 10 + static_cast<size_t>(text_[at_] - '0');
    if (n_digits == 0) return bad_path(text_, at_);
    return JsonStep(number);
  }

  Result<JsonStep> quoted(char quote) {
    std::string name;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\') ++at_;
      if (at_ == text_.size()) break;
      name += text_[at_];
    }
    if (at_ == text_.size()) return bad_path(text_, at_);
    ++at_;
    return JsonStep(std::move(name));
  }

  std::string_view text_;
  size_t at_ = 0;
};

Result<JsonPath> JsonPath::parse(std::string_view text) {
  JsonPath path;
  BANMO_TRY(path.paths_, Reader(text).read());
  return path;
}

Values JsonPath::find(const json::Value& root) const {
  Values all;
  for (const Steps& steps : paths_) {
    Values now{&root}, from, next;
    for (const Step& step : steps) {
      if (step.descends) {
        from.clear();
        for (const json::Value* one : now) add_descent(*one, from);
        now.swap(from);
      }
      next.clear();
      for (const json::Value* one : now) {
        if (step.star) add_children(*one, next);
        for (const JsonStep& choice : step.choices)
          if (const json::Value* found = child(*one, choice)) next.push_back(found);
      }
      now.swap(next);
      if (now.empty()) break;
    }
    all.insert(all.end(), now.begin(), now.end());
  }
  return all;
}

JsonPlace JsonPath::expected() const {
  JsonPlace place;
  for (const Step& step : paths_.front()) {
    if (step.star || step.descends || step.choices.size() != 1) break;
    place.push_back(step.choices.front());
  }
  return place;
}

}  // namespace banmo::events
