// SPDX-License-Identifier: Apache-2.0
#include "records/cells.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace banmo::records {
namespace {

using pack::FieldType;

Finding finding(const Column& column, std::string rule, const std::string& zh, const std::string& en) {
  const Message name = field_name(column);
  return {column.field->id, std::move(rule), {"“" + name.zh + "”" + zh, name.en + " " + en}};
}

Finding type_finding(const Column& column, const std::string& zh, const std::string& en) { return finding(column, "type", zh, en); }

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  return end.ec == std::errc() ? std::string(buffer, end.ptr) : std::to_string(value);
}

// Rounds away what binary floating point adds, and refuses more digits than the field has.
std::optional<double> at_scale(double value, int scale) {
  const double factor = std::pow(10.0, scale);
  const double rounded = std::round(value * factor) / factor;
  const double tolerance = 1e-9 * std::max(1.0, std::fabs(value));
  return std::fabs(rounded - value) <= tolerance ? std::optional{rounded} : std::nullopt;
}

Cell read_decimal(const Column& column, std::string_view text) {
  const auto value = text::parse_decimal(text);
  if (!value || !std::isfinite(*value) || std::fabs(*value) >= 1e15)
    return type_finding(column, "应为数字，如 12.5，请改正", "must be a number such as 12.5");
  const auto scaled = at_scale(*value, column.field->scale);
  if (!scaled) {
    const std::string n = std::to_string(column.field->scale);
    return finding(column, "range", "最多 " + n + " 位小数，请四舍五入后再填", "takes at most " + n + " decimals; round it");
  }
  return sql::Value{*scaled};
}

Cell read_code(const Column& column, std::string_view text) {
  auto it = column.codes.find(text);
  if (it == column.codes.end()) it = column.codes.find(text::fold_heading(text));
  if (it != column.codes.end()) return sql::Value{it->second};
  std::vector<std::string> known;
  for (const auto& [code, title] : column.code_titles) known.push_back(code + " " + title);
  std::sort(known.begin(), known.end());
  if (known.size() > 12) {
    known.resize(12);
    known.emplace_back("…");
  }
  std::string list;
  for (const auto& one : known) list += (list.empty() ? "" : "、") + one;
  return finding(column, "code", "不在代码表中，可填：" + list, "is not in the code list; write one of: " + list);
}

Cell read_instant(const Column& column, std::string_view text) {
  if (const auto instant = Instant::parse_iso(text)) return sql::Value{*instant};
  const size_t space = text.find(' ');
  const auto date = text::parse_date(text.substr(0, space), true);
  if (!date) return type_finding(column, "应为日期时间，如 2026-11-21 08:00:00，请改正", "must be a date and time such as 2026-11-21 08:00:00");
  const std::string clock = space == std::string_view::npos ? "00:00:00" : std::string(text::trim(text.substr(space)));
  const auto instant = Instant::parse_iso(date->to_iso() + "T" + (clock.size() == 5 ? clock + ":00" : clock) + "+08:00");
  if (!instant) return type_finding(column, "的时间应如 08:00:00，请改正", "must have a time such as 08:00:00");
  return sql::Value{*instant};
}

Cell read_phone(const Column& column, std::string_view text) {
  const std::string half = text::to_half_width(text);
  std::string digits;
  for (const char c : half) {
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty()))
      digits += c;
    else if (c != ' ' && c != '-' && c != '(' && c != ')')
      return type_finding(column, "应为电话号码，只含数字与 + -，请改正", "must be a phone number: digits, + and -");
  }
  if (digits.size() < 5 || digits.size() > 16)
    return type_finding(column, "应为 5 到 16 位电话号码，请改正", "must be a phone number of 5 to 16 digits");
  return sql::Value{std::move(digits)};
}

Cell read_citizen_id(const Column& column, std::string_view text) {
  std::string half = text::to_half_width(text);
  if (!half.empty() && half.back() == 'x') half.back() = 'X';
  if (!text::is_citizen_id(half)) {
    return type_finding(column, "不是有效的公民身份号码（18 位，校验码须相符），请核对证件",
                        "is no valid citizen number (18 characters with the right check digit); compare it with the document");
  }
  return sql::Value{std::move(half)};
}

}  // namespace

Message field_name(const Column& column) {
  const pack::Field& field = *column.field;
  return {field.title.zh.empty() ? field.id : field.title.zh, field.title.en.empty() || field.title.en == field.title.zh ? field.id : field.title.en};
}

Finding required_finding(const Column& column) { return finding(column, "required", "必填，请补上", "is required; fill it in"); }

Finding range_finding(const Column& column) {
  const pack::Field& field = *column.field;
  const bool is_text = column.stored_as == FieldType::text;
  const std::string lo = field.min ? number_text(*field.min) : "", hi = field.max ? number_text(*field.max) : "";
  const std::string zh_what = is_text ? "的长度" : "", en_what = is_text ? "must have a length " : "must be ";
  if (field.min && field.max)
    return finding(column, "range", zh_what + "应在 " + lo + " 到 " + hi + " 之间，请核对", en_what + "from " + lo + " to " + hi);
  if (field.min) return finding(column, "range", zh_what + "不应小于 " + lo + "，请核对", en_what + "of at least " + lo);
  return finding(column, "range", zh_what + "不应大于 " + hi + "，请核对", en_what + "of at most " + hi);
}

Finding reference_finding(const Column& column) {
  if (column.ref == RefKind::dataset) {
    return finding(column, "reference", "在“" + column.ref_dataset->title.zh + "”中不存在，请核对或先导入该数据集",
                   "does not exist in dataset " + column.ref_dataset->id + "; correct it or import that dataset first");
  }
  // The same whether nobody has the code or somebody elsewhere: who that is, is no business of the writer.
  return finding(column, "reference", "的编号在您负责范围的人员名录中不存在，请核对编号，或先导入人员、办理转入",
                 "is no code of a person within your responsibility; correct it, or first import the people or have them transferred");
}

Finding rule_finding(const pack::Rule& rule) {
  const std::string zh = rule.title.zh.empty() ? rule.id : rule.title.zh;
  const std::string en = rule.title.en.empty() || rule.title.en == rule.title.zh ? rule.id : rule.title.en;
  const std::string text = rule.row ? rule.row->text() : "";
  return {{},
          rule.id,
          {"不符合规则“" + zh + "”，须满足：" + text + "；请核对后改正",
           "breaks the rule " + en + ": it must hold that " + text + "; check and correct the row"}};
}

bool in_range(const Column& column, const sql::Value& value) {
  const pack::Field& field = *column.field;
  if ((!field.min && !field.max) || sql::is_null(value)) return true;
  double x = 0;
  if (const auto* number = std::get_if<double>(&value))
    x = *number;
  else if (const auto* whole = std::get_if<int64_t>(&value))
    x = static_cast<double>(*whole);
  else if (const auto* words = std::get_if<std::string>(&value); words != nullptr && column.stored_as == FieldType::text)
    x = static_cast<double>(text::n_code_points(*words));
  else
    return true;
  return (!field.min || x >= *field.min) && (!field.max || x <= *field.max);
}

Cell read_plain_cell(const Column& column, std::string_view cell) {
  const std::string_view text = text::trim(cell);
  if (text.empty()) return sql::Value{};
  switch (column.stored_as) {
    case FieldType::integer: {
      if (const auto value = text::parse_int(text)) return sql::Value{*value};
      const auto decimal = text::parse_decimal(text);
      if (decimal && std::nearbyint(*decimal) == *decimal && std::fabs(*decimal) < 9e15) return sql::Value{static_cast<int64_t>(*decimal)};
      return type_finding(column, "应为整数，如 12，请改正", "must be a whole number such as 12");
    }
    case FieldType::decimal: return read_decimal(column, text);
    case FieldType::boolean:
      if (const auto value = text::parse_bool(text)) return sql::Value{*value};
      return type_finding(column, "应填 是 或 否", "must be yes or no");
    case FieldType::date:
      if (const auto value = text::parse_date(text, true)) return sql::Value{*value};
      return type_finding(column, "应为日期，如 2026-11-21 或 2026年11月21日，请改正", "must be a date such as 2026-11-21");
    case FieldType::datetime: return read_instant(column, text);
    case FieldType::year:
      if (const auto value = text::parse_school_year(text)) return sql::Value{int64_t{*value}};
      return type_finding(column, "应为学年或年份，如 2025 或 2025-2026，请改正", "must be a year such as 2025 or 2025-2026");
    case FieldType::code: return read_code(column, text);
    case FieldType::idno: return read_citizen_id(column, text);
    case FieldType::phone: return read_phone(column, text);
    case FieldType::org:
    case FieldType::ref: return sql::Value{text::to_half_width(text)};
    default:
      if (text.size() > 65'536) return finding(column, "range", "超过 65536 字节，请缩短", "is longer than 65536 bytes; shorten it");
      return sql::Value{std::string(text)};
  }
}

OrgReader::OrgReader(std::shared_ptr<const directory::OrgTree> tree, const directory::Scope* scope) : tree_(std::move(tree)), scope_(scope) {}

bool OrgReader::allowed(directory::OrgNo org) const {
  if (scope_ == nullptr || scope_->everything) return true;
  return std::any_of(scope_->orgs.begin(), scope_->orgs.end(), [&](directory::OrgNo top) { return tree_->is_within(org, top); });
}

Cell OrgReader::resolve(const Column& column, std::string_view cell) const {
  const auto kind = column.field->org_kind.empty() ? std::optional<directory::OrgKind>{} : directory::org_kind_of(column.field->org_kind);
  // Rows show organisations by their ids: what was read from one, or chosen on a page, is taken back.
  const auto id = OrgId::parse(text::trim(cell));
  const directory::Org* org = id ? tree_->find(*id) : nullptr;
  if (org == nullptr || (kind && org->kind != *kind)) {
    const auto named = tree_->resolve(text::to_half_width(text::trim(cell)), kind);
    if (!named.ok()) {
      const Message& why = named.error().message;
      return finding(column, "reference", "：" + why.zh, "(" + why.en + ")");
    }
    org = *named;
  }
  if (!allowed(org->no))
    return finding(column, "scope", "不在您的管理范围内，请只导入本单位及下属单位的数据",
                   "is outside your responsibility; import only rows of your own organisations");
  return sql::Value{org->no.value};
}

Cell OrgReader::read(const Column& column, std::string_view cell) {
  if (known_.size() <= column.index) known_.resize(column.index + 1);
  auto& known = known_[column.index];
  const auto it = known.find(cell);
  if (it != known.end()) return it->second;
  if (text::trim(cell).empty()) return sql::Value{};
  if (known.size() > 100'000) known.clear();
  return known.emplace(std::string(cell), resolve(column, cell)).first->second;
}

Result<sql::Blob> Sealer::seal(const Schema& schema, const Column& column, std::string_view plain) const {
  if (key.size() != 32) {
    return fail(ErrorCode::unavailable, "records.no_field_key",
                {"字段 " + column.field->id + " 须加密存储，但未配置密钥；请在配置中设置字段密钥",
                 "field " + column.field->id + " is stored sealed, but no field key is configured; set one"});
  }
  return crypto::encrypt(profile, key, plain, schema.dataset->id + "." + column.field->id);
}

std::string Sealer::index(const Schema& schema, const Column& column, std::string_view plain) const {
  return crypto::to_hex(crypto::keyed_hash(profile, key, schema.dataset->id + "." + column.field->id + "\n" + std::string(plain)));
}

Result<std::string> Sealer::open(const Schema& schema, const Column& column, const sql::Value& sealed) const {
  const auto* blob = std::get_if<sql::Blob>(&sealed);
  if (blob == nullptr) return std::string();
  return crypto::decrypt(key, *blob, schema.dataset->id + "." + column.field->id);
}

void append_canonical(std::string& out, const sql::Value& value) {
  char buffer[32];
  if (const auto* words = std::get_if<std::string>(&value)) {
    out += *words;
  } else if (const auto* whole = std::get_if<int64_t>(&value)) {
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, *whole).ptr);
  } else if (const auto* number = std::get_if<double>(&value)) {
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, *number).ptr);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else if (const auto* date = std::get_if<Date>(&value)) {
    out += date->to_iso();
  } else if (const auto* instant = std::get_if<Instant>(&value)) {
    out += instant->to_iso().substr(0, 26);
  }
}

std::string canonical_text(const sql::Value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

std::optional<sql::Value> from_canonical(const Column& column, std::string_view text) {
  if (text.empty()) return sql::Value{};
  switch (column.stored_as) {
    case FieldType::integer:
    case FieldType::year:
    case FieldType::org:
    case FieldType::ref: {
      int64_t value = 0;
      const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
      return end.ec == std::errc() && end.ptr == text.data() + text.size() ? std::optional<sql::Value>{value} : std::nullopt;
    }
    case FieldType::decimal: {
      double value = 0;
      const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
      return end.ec == std::errc() && end.ptr == text.data() + text.size() ? std::optional<sql::Value>{value} : std::nullopt;
    }
    case FieldType::boolean:
      if (text != "true" && text != "false") return std::nullopt;
      return sql::Value{text == "true"};
    case FieldType::date: {
      const auto date = Date::parse_iso(text);
      return date ? std::optional<sql::Value>{*date} : std::nullopt;
    }
    case FieldType::datetime: {
      const auto instant = Instant::parse_iso(std::string(text) + "Z");
      return instant ? std::optional<sql::Value>{*instant} : std::nullopt;
    }
    default: return sql::Value{std::string(text)};
  }
}

std::string display_text(const Column& column, const sql::Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "是" : "否";
  if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
  if (!column.code_titles.empty()) {
    const auto it = column.code_titles.find(sql::text_of(value));
    if (it != column.code_titles.end()) return it->second;
  }
  return canonical_text(value);
}

}  // namespace banmo::records
