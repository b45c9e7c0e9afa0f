// SPDX-License-Identifier: Apache-2.0
// The small formats of statements: identifiers, times, languages. Pure functions over what was sent; nothing is trimmed or guessed.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "events/types.h"

namespace banmo::events {

bool is_iri(std::string_view text);     // RFC 3987 with a scheme: absolute
bool is_mailto(std::string_view text);  // "mailto:" and one address
bool is_hex(std::string_view text, size_t n_digits);
bool is_uuid(std::string_view text);          // 8-4-4-4-12 hexadecimal digits
bool is_language_tag(std::string_view text);  // RFC 5646, well-formed
bool is_media_type(std::string_view text);    // type/subtype, with parameters
bool is_duration(std::string_view text);      // ISO 8601: P1Y2M3DT4H5M6.7S, P3W
// A duration in seconds; nullopt if it has years or months, which are of no fixed length, or is no duration.
std::optional<double> seconds_of(std::string_view duration);
bool is_sha2(std::string_view text);  // SHA-224, -256, -384 or -512 in hexadecimal
// ISO 8601 with date and time; an offset or Z may be absent (UTC then). "-00:00" is refused, as both specifications ask.
std::optional<Instant> timestamp_of(std::string_view text);
// "1.0", "1.0.3", "2.0", "2.0.0"; nullopt for any other.
std::optional<Version> version_of(std::string_view text);

}  // namespace banmo::events
