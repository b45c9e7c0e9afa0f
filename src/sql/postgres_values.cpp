// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres_values.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "sql/convert.h"

namespace banmo::sql {
namespace {

// pg_type.oid, fixed in PostgreSQL's catalogue.
enum : unsigned {
  kBool = 16,
  kBytea = 17,
  kChar = 18,
  kName = 19,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kOid = 26,
  kJson = 114,
  kFloat4 = 700,
  kFloat8 = 701,
  kUnknown = 705,
  kBpchar = 1042,
  kVarchar = 1043,
  kDate = 1082,
  kTimestamp = 1114,
  kTimestamptz = 1184,
  kNumeric = 1700,
  kVoid = 2278,
  kUuid = 2950,
  kJsonb = 3802,
};

constexpr int32_t kDaysTo2000 = 10'957;  // PostgreSQL counts from 2000-01-01
constexpr int64_t kMicrosTo2000 = int64_t{kDaysTo2000} * 86'400'000'000;

template <class T>
T big_endian(const char* data) {
  std::make_unsigned_t<T> number = 0;
  for (size_t i = 0; i < sizeof(T); ++i) number = static_cast<std::make_unsigned_t<T>>((uint64_t{number} << 8) | static_cast<uint8_t>(data[i]));
  return static_cast<T>(number);
}

template <class T>
void put_big_endian(std::string& out, T number) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<uint64_t>(number) >> (8 * (sizeof(T) - 1 - i)));
}

// Digits to the base 10000, weight of the first, sign. Through text, so that the double is the nearest one.
double numeric_of(const char* data) {
  const int n_digits = big_endian<int16_t>(data);
  const int weight = big_endian<int16_t>(data + 2);
  const auto sign = big_endian<uint16_t>(data + 4);
  if (sign == 0xC000) return std::numeric_limits<double>::quiet_NaN();
  if (sign == 0xD000) return std::numeric_limits<double>::infinity();
  if (sign == 0xF000) return -std::numeric_limits<double>::infinity();
  std::string text = sign == 0x4000 ? "-0" : "0";
  for (int i = 0; i < n_digits; ++i) {
    const int digit = big_endian<int16_t>(data + 8 + ptrdiff_t{2} * i);
    for (int power = 1000; power > 0; power /= 10) text += static_cast<char>('0' + digit / power % 10);
  }
  text += 'e' + std::to_string(4 * (weight - n_digits + 1));
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  // Beyond a double, where from_chars leaves the number as it was: infinite if it is large, zero if it is small, as strtod says.
  return code == std::errc::result_out_of_range ? std::strtod(text.c_str(), nullptr) : number;
}

void read_uuid(Value& cell, const char* data) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<uint8_t>(data[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  set_text(cell, text);
}

// 'infinity' and '-infinity' stand at the ends of the range.
void read_date(Value& cell, int32_t days) {
  if (days == std::numeric_limits<int32_t>::max() || days == std::numeric_limits<int32_t>::min()) {
    set_text(cell, days > 0 ? "infinity" : "-infinity");
  } else {
    cell = Date{days + kDaysTo2000};
  }
}

void read_instant(Value& cell, int64_t micros) {
  if (micros == std::numeric_limits<int64_t>::max() || micros == std::numeric_limits<int64_t>::min()) {
    set_text(cell, micros > 0 ? "infinity" : "-infinity");
  } else {
    cell = Instant{micros + kMicrosTo2000};
  }
}

bool is_int(unsigned type) { return type == kInt8 || type == kInt4 || type == kInt2; }

bool fits(int64_t number, unsigned type) {
  if (type == kInt4) return number >= std::numeric_limits<int32_t>::min() && number <= std::numeric_limits<int32_t>::max();
  if (type == kInt2) return number >= std::numeric_limits<int16_t>::min() && number <= std::numeric_limits<int16_t>::max();
  return true;
}

bool put_int(std::string& out, unsigned type, const Value& value) {
  const auto number = to_int(value);
  if (!number || !fits(*number, type)) return false;
  if (type == kInt8) put_big_endian(out, *number);
  if (type == kInt4) put_big_endian(out, static_cast<int32_t>(*number));
  if (type == kInt2) put_big_endian(out, static_cast<int16_t>(*number));
  return true;
}

bool put_float(std::string& out, unsigned type, const Value& value) {
  const auto number = to_double(value);
  if (!number) return false;
  if (type == kFloat8) {
    put_big_endian(out, std::bit_cast<uint64_t>(*number));
  } else {
    put_big_endian(out, std::bit_cast<uint32_t>(static_cast<float>(*number)));
  }
  return true;
}

bool put_bytes(std::string& out, const Value& value) {
  if (const auto* blob = std::get_if<Blob>(&value)) {
    out.append(reinterpret_cast<const char*>(blob->data()), blob->size());
    return true;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr) out += *text;
  return text != nullptr;
}

// Types that are sent in binary; the others go as text.
bool is_binary(unsigned type) {
  return is_int(type) || type == kBool || type == kFloat4 || type == kFloat8 || type == kBytea || type == kDate || type == kTimestamp ||
         type == kTimestamptz;
}

void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\': line += "\\\\"; break;
      case '\n': line += "\\n"; break;
      case '\r': line += "\\r"; break;
      case '\t': line += "\\t"; break;
      default: line += c;
    }
  }
}

template <class T>
bool append_if(std::string& line, const std::optional<T>& value) {
  if (value) append_text(line, Value(*value));
  return value.has_value();
}

}  // namespace

Fault postgres_fault_of(std::string_view state) {
  struct Row {
    std::string_view prefix;
    Fault fault;
  };
  static constexpr Row kRows[] = {
      {"23505", Fault::unique_violation},
      {"23503", Fault::foreign_key_violation},
      {"23502", Fault::not_null_violation},
      {"23", Fault::check_violation},
      {"22", Fault::bad_value},
      {"57014", Fault::interrupted},
      {"53100", Fault::disk_full},
      {"53200", Fault::out_of_memory},
      {"53300", Fault::no_free_connection},
      {"08", Fault::connection_lost},
      {"57P", Fault::connection_lost},
      {"40001", Fault::serialization},
      {"40P01", Fault::serialization},
      {"25006", Fault::read_only},
      {"58030", Fault::io},
      {"XX001", Fault::corrupt},
      {"XX002", Fault::corrupt},
      {"55P03", Fault::busy},
  };
  for (const Row& row : kRows) {
    if (state.starts_with(row.prefix)) return row.fault;
  }
  return Fault::statement;
}

bool postgres_can_read(unsigned type) {
  switch (type) {
    case kChar:
    case kName:
    case kText:
    case kOid:
    case kJson:
    case kUnknown:
    case kBpchar:
    case kVarchar:
    case kNumeric:
    case kVoid:
    case kUuid:
    case kJsonb: return true;
    default: return is_binary(type);
  }
}

void postgres_read_cell(Value& cell, unsigned type, const char* data, int size) {
  const auto n = static_cast<size_t>(size);
  switch (type) {
    case kBool: cell = *data != 0; break;
    case kInt8: cell = big_endian<int64_t>(data); break;
    case kInt4: cell = int64_t{big_endian<int32_t>(data)}; break;
    case kInt2: cell = int64_t{big_endian<int16_t>(data)}; break;
    case kOid: cell = int64_t{big_endian<uint32_t>(data)}; break;
    case kFloat8: cell = std::bit_cast<double>(big_endian<uint64_t>(data)); break;
    case kFloat4: cell = double{std::bit_cast<float>(big_endian<uint32_t>(data))}; break;
    case kNumeric: cell = numeric_of(data); break;
    case kBytea: set_blob(cell, data, n); break;
    case kDate: read_date(cell, big_endian<int32_t>(data)); break;
    case kTimestamp:
    case kTimestamptz: read_instant(cell, big_endian<int64_t>(data)); break;
    case kUuid: read_uuid(cell, data); break;
    case kJsonb: set_text(cell, {data + 1, n - 1}); break;  // a version byte comes first
    case kVoid: cell = std::monostate{}; break;
    default: set_text(cell, {data, n});
  }
}

bool PostgresParameters::encode_one(const Value& value, unsigned type) {
  switch (type) {
    case kInt8:
    case kInt4:
    case kInt2: return put_int(bytes_, type, value);
    case kFloat4:
    case kFloat8: return put_float(bytes_, type, value);
    case kBytea: return put_bytes(bytes_, value);
    case kBool: {
      const auto flag = to_bool(value);
      bytes_ += static_cast<char>(flag.value_or(false) ? 1 : 0);
      return flag.has_value();
    }
    case kDate: {
      const auto date = to_date(value);
      put_big_endian(bytes_, date.value_or(Date{}).days - kDaysTo2000);
      return date.has_value();
    }
    case kTimestamp:
    case kTimestamptz: {
      const auto instant = to_instant(value);
      put_big_endian(bytes_, instant.value_or(Instant{}).micros - kMicrosTo2000);
      return instant.has_value();
    }
    default:
      // The protocol ends a text parameter at its first NUL, so "city\0x" would become "city".
      if (const auto* text = std::get_if<std::string>(&value); text != nullptr && text->find('\0') != std::string::npos) return false;
      append_text(bytes_, value);
      return true;
  }
}

bool PostgresParameters::encode(const Values& values, const std::vector<unsigned>& types) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < values.size(); ++i) {
    starts.push_back(bytes_.size());
    formats_.push_back(is_binary(types[i]) ? 1 : 0);
    if (!is_null(values[i]) && !encode_one(values[i], types[i])) {
      bad_ = i + 1;
      return false;
    }
    lengths_.push_back(static_cast<int>(bytes_.size() - starts.back()));
    bytes_ += '\0';  // ends what is sent as text
  }
  for (size_t i = 0; i < values.size(); ++i) pointers_.push_back(is_null(values[i]) ? nullptr : bytes_.data() + starts[i]);
  return true;
}

bool postgres_copy_cell(std::string& line, unsigned type, const Value& value) {
  if (is_null(value)) {
    line += "\\N";
    return true;
  }
  switch (type) {
    case kInt8:
    case kInt4:
    case kInt2: return append_if(line, to_int(value));
    case kFloat4:
    case kFloat8: return append_if(line, to_double(value));
    case kBool: return append_if(line, to_bool(value));
    case kDate: return append_if(line, to_date(value));
    case kTimestamp:
    case kTimestamptz: return append_if(line, to_instant(value));
    case kBytea: {
      Blob blob;
      if (const auto* text = std::get_if<std::string>(&value)) blob.assign(text->begin(), text->end());
      line += "\\\\x";
      append_text(line, blob.empty() ? value : Value(std::move(blob)));
      return true;
    }
    default:
      if (const auto* text = std::get_if<std::string>(&value)) {
        if (text->find('\0') != std::string::npos) return false;
        append_escaped(line, *text);
      } else {
        append_text(line, value);
      }
      return true;
  }
}

}  // namespace banmo::sql
