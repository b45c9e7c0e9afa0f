// SPDX-License-Identifier: Apache-2.0
#include "events/forward_parcel.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <set>

#include "base/multipart_mixed.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "events/members.h"
#include "events/slices.h"
#include "events/values.h"

namespace banmo::events {
namespace {

constexpr double kFirstPause_s = 1, kLongestPause_s = 600;
constexpr int64_t kDay_s = 86'400;
constexpr size_t kMaxShown = 300;
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool holds(const std::vector<std::string>& list, const std::string& iri) { return std::find(list.begin(), list.end(), iri) != list.end(); }

// "Sun, 22 Nov 2026 03:00:00 GMT" (RFC 9110 5.6.7); the two obsolete forms are not read.
std::optional<Instant> http_date(std::string_view value) {
  const auto parts = text::split(value, ' ');
  if (parts.size() != 6 || parts[5] != "GMT") return std::nullopt;
  const auto month = std::find(std::begin(kMonths), std::end(kMonths), parts[2]);
  if (month == std::end(kMonths)) return std::nullopt;
  const std::string number = std::to_string(month - std::begin(kMonths) + 1);
  return Instant::parse_iso(parts[3] + (number.size() == 1 ? "-0" : "-") + number + "-" + parts[1] + "T" + parts[4] + "Z");
}

}  // namespace

size_t Parcel::n_bytes() const {
  size_t n = row.body.size();
  for (const Content& content : contents) n += content.bytes.size();
  return n;
}

std::string_view header_of(Version version) { return version == Version::v1_0 ? "1.0.3" : "2.0.0"; }

bool is_meant(const ForwardPlan& plan, const json::Value& statement) {
  const json::Value* verb = statement.find("verb");
  if (!plan.verbs.empty() && (verb == nullptr || !holds(plan.verbs, text_at(*verb, "id")))) return false;
  if (plan.profiles.empty()) return true;
  const json::Value* context = statement.find("context");
  const json::Value* activities = context == nullptr ? nullptr : context->find("contextActivities");
  const json::Value* categories = activities == nullptr ? nullptr : activities->find("category");
  if (categories == nullptr || categories->as_array() == nullptr) return false;
  const auto& list = *categories->as_array();
  return std::any_of(list.begin(), list.end(), [&](const json::Value& category) { return holds(plan.profiles, text_at(category, "id")); });
}

std::string body_for(const ForwardPlan& plan, std::string body) {
  const auto members = members_of(body);
  const auto version = std::find_if(members.begin(), members.end(), [](const MemberSlice& member) { return member.name == "version"; });
  if (version == members.end() || version->value.size() < 2 ||
      version_of(std::string(version->value.substr(1, version->value.size() - 2))) == plan.version)
    return body;
  std::string out = "{";
  for (const MemberSlice& member : members)
    if (member.name != "version") out.append(out.size() > 1 ? "," : "").append(member.whole);
  return out + "}";
}

OutboundRequest request_to(const ForwardPlan& plan, const std::string& secret, std::string_view method, std::string_view resource) {
  OutboundRequest request;
  request.method = method;
  request.url = plan.endpoint + std::string(resource);
  request.headers = {{"X-Experience-API-Version", std::string(header_of(plan.version))}};
  request.user = plan.key;
  request.secret = secret;
  return request;
}

OutboundRequest store_request(const ForwardPlan& plan, const std::string& secret, std::span<const Parcel> parcels) {
  OutboundRequest request = request_to(plan, secret, "POST", "/statements");
  std::string list = "[";
  bool has_contents = false;
  for (const Parcel& parcel : parcels) {
    list.append(list.size() > 1 ? "," : "").append(parcel.row.body);
    has_contents = has_contents || !parcel.contents.empty();
  }
  list += ']';
  if (!has_contents) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(list);
    return request;
  }
  const std::string boundary = "banmo-" + crypto::to_hex(crypto::random_bytes(16));
  request.headers.emplace_back("Content-Type", "multipart/mixed; boundary=" + boundary);
  append_part(request.body, boundary, {{"Content-Type", "application/json"}}, list);
  std::set<std::string_view> added;
  for (const Parcel& parcel : parcels)
    for (const Content& content : parcel.contents)
      if (added.insert(content.sha2).second) append_part(request.body, boundary, part_headers(content.content_type, content.sha2), content.bytes);
  end_parts(request.body, boundary);
  return request;
}

int64_t retry_after_s(const OutboundAnswer& answer, Instant now) {
  const std::string_view value = answer.header("retry-after");
  int64_t seconds = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (value.empty() || code != std::errc() || end != value.data() + value.size()) {
    const auto at = http_date(value);
    seconds = at ? (at->micros - now.micros) / 1'000'000 : 0;
  }
  return std::clamp<int64_t>(seconds, 0, kDay_s);
}

double pause_s(int64_t n_failures, double chance) {
  const double whole = std::min(kLongestPause_s, kFirstPause_s * std::exp2(static_cast<double>(std::min<int64_t>(n_failures, 20))));
  return whole * (1 - chance / 2);
}

std::string beginning_of(const OutboundAnswer& answer) {
  std::string shown = answer.body.substr(0, kMaxShown);
  shown.resize(text::valid_utf8_prefix(shown));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return shown;
}

}  // namespace banmo::events
