// SPDX-License-Identifier: Apache-2.0
#include "shares/shares.h"

#include <algorithm>

#include "audit/audit.h"
#include "base/city_time.h"
#include "base/text.h"
#include "directory/proxy.h"
#include "pack/metric_parts.h"

namespace banmo::shares {
namespace {

using directory::Principal;
using directory::Right;

constexpr int64_t kMinute_us = 60'000'000, kDay_us = int64_t{86'400} * 1'000'000;
constexpr size_t kMaxTitle = 120, kMaxSecret = 200;
constexpr int64_t kMaxKeys = 2;  // so that one can be put in place of the other without a gap
constexpr std::pair<Way, std::string_view> kWays[] = {{Way::api, "api"}, {Way::file, "file"}, {Way::figures, "figures"}};

Error bad_wish(const char* where, std::string zh, std::string en) {
  return fail(ErrorCode::invalid, "shares.bad_wish", {std::move(zh), std::move(en)}, where);
}
Error no_such_share() {
  return fail(ErrorCode::not_found, "shares.no_such_share",
              {"没有这项共享，或不是共享给您单位的；请从“共享给我的数据”中选择",
               "there is no such share, or it is not your organisation's: choose one of \"Data shared with us\""});
}
Error bad_key() {
  return fail(ErrorCode::unauthenticated, "shares.bad_key",
              {"密钥不对或已撤销，请核对共享编号与密钥，必要时由本单位管理员重新生成",
               "the key is wrong or was revoked: check the share and the key, or have your administrator make a new one"});
}

std::string day_of(Instant at) { return city_date(at).to_iso(); }
std::string last_day_of(Instant until) { return day_of(Instant{until.micros - 1}); }

// The role stands in the holding organisation itself: those above it are not given the data.
bool holds(const Principal& by, Right right, directory::OrgNo holder) {
  if (!by.has(right)) return false;
  return std::any_of(by.grants.begin(), by.grants.end(),
                     [&](const directory::Grant& grant) { return grant.org == holder && directory::may(grant.role, right); });
}

std::string cursor_place(const Share& share) { return "share.cursor." + share.id.to_string(); }

}  // namespace

std::string_view name_of(Way way) {
  return std::find_if(std::begin(kWays), std::end(kWays), [&](const auto& one) { return one.first == way; })->second;
}
std::optional<Way> way_of(std::string_view name) {
  const auto found = std::find_if(std::begin(kWays), std::end(kWays), [&](const auto& one) { return one.second == name; });
  return found == std::end(kWays) ? std::nullopt : std::optional(found->first);
}

Result<Terms> Shares::check(const Principal& giver, const Wish& wish) const {
  Terms terms;
  const directory::Org* holder = directory_.orgs()->find(wish.to);
  if (holder == nullptr || !records::is_living(*holder, directory_.today()))
    return bad_wish("to", "接收数据的单位不存在或已撤销，请核对", "the organisation that is to receive the data is no more: check it");
  terms.holder = wish.to;
  const auto way = way_of(wish.way);
  if (!way) return bad_wish("way", "请选择共享方式：接口（api）、文件（file）或统计数字（figures）", "choose a way: api, file or figures");
  terms.way = *way;
  if (text::trim(wish.purpose).empty()) return bad_wish("purpose", "请写明使用目的", "say what the data are used for");
  terms.purpose = wish.purpose;
  if (wish.dataset.empty()) return bad_wish("dataset", "请写明共享哪个数据集", "name the dataset");
  if (wish.fields.empty()) return bad_wish("fields", "请写明共享哪些字段，用逗号隔开", "name the fields with commas between");
  if (wish.org.value == 0) return bad_wish("org", "请选择共享哪个机构的数据", "choose the organisation whose rows are shared");
  const Instant now = directory_.clock().now();
  const Instant latest{now.micros + wish.max_days * kDay_us};
  const std::string last = day_of(Instant{latest.micros - kDay_us});  // a day counts to its end
  if (!wish.until) return bad_wish("until", "请填写截止日期", "fill in until when");
  if (*wish.until <= now || *wish.until > latest)
    return bad_wish("until", "截止日期可填 " + day_of(now) + " 至 " + last + "（至多 " + std::to_string(wish.max_days) + " 天），请重填",
                    "the last day is from " + day_of(now) + " to " + last + " (" + std::to_string(wish.max_days) + " days at most)");
  terms.until = *wish.until;
  BANMO_TRY(terms.portion, records_.portions().offer(giver, wish.dataset, wish.fields, wish.org));
  if (terms.way == Way::figures) BANMO_DO(check_figures(terms.portion));
  return terms;
}

namespace {

// Whether a smallest cell guards the figures of a dataset of people: that of a metric holds for all figures of what it is counted from.
bool is_guarded(const pack::Catalogue& catalogue, const pack::Dataset& dataset) {
  if (dataset.person_field.empty()) return false;
  for (const pack::Metric& metric : catalogue.metrics())
    for (const pack::MetricPart& part : pack::parts_of(catalogue, metric.id))
      if (part.min_cell > 0 && part.metric->dataset == dataset.id) return true;
  return false;
}

// The metrics that a share gives: counted from its dataset alone. Where no smallest cell guards them a figure may be a row's own value, so they read
// no field that was not given.
class Given {
 public:
  Given(const pack::Catalogue& catalogue, const pack::Dataset& dataset, std::vector<std::string> fields)
      : catalogue_(catalogue), dataset_(dataset), fields_(std::move(fields)), is_guarded_(shares::is_guarded(catalogue, dataset)) {}

  bool has(std::string_view metric) const {
    const auto parts = pack::parts_of(catalogue_, metric);
    return !parts.empty() && std::all_of(parts.begin(), parts.end(), [&](const pack::MetricPart& part) {
      return part.metric->dataset == dataset_.id && (is_guarded_ || (reads_given(part.metric->expression) && reads_given(part.metric->filter)));
    });
  }
  std::string names() const {
    std::string out;
    for (const pack::Metric& metric : catalogue_.metrics())
      if (has(metric.id)) out += (out.empty() ? "" : "、") + metric.id;
    return out;
  }

 private:
  bool reads_given(const std::optional<expr::Expression>& expression) const {
    if (!expression) return true;
    const auto& read = expression->fields();
    return std::all_of(read.begin(), read.end(), [&](size_t at) {
      const std::string& id = dataset_.fields[at].id;
      return id == dataset_.org_field || id == dataset_.period_field || std::find(fields_.begin(), fields_.end(), id) != fields_.end();
    });
  }

  const pack::Catalogue& catalogue_;
  const pack::Dataset& dataset_;
  const std::vector<std::string> fields_;
  const bool is_guarded_;
};

}  // namespace

// Figures are counted by school and above; those of people need a smallest cell, which guards them from whoever does not see the rows.
Result<> Shares::check_figures(const records::PortionTerms& terms) const {
  const pack::Catalogue& catalogue = records_.catalogue();
  const pack::Dataset* dataset = catalogue.dataset(terms.dataset);
  const auto tree = directory_.orgs();
  const directory::Org* org = tree->find(terms.org);
  if (dataset == nullptr || dataset->org_field.empty())
    return bad_wish("dataset", "这个数据集不分机构，没有可按范围共享的统计数字，请改用接口或文件",
                    "the rows of this dataset have no organisation, so there are no figures to share: choose api or file");
  if (org == nullptr || tree->standing(terms.org) != org)
    return bad_wish("org", "统计数字按学校及以上提供，请选择学校、区市或全市",
                    "figures are given by school and above: choose a school, a district or the city");
  const auto of_it = [&](const pack::Metric& metric) { return metric.kind == pack::MetricKind::aggregate && metric.dataset == dataset->id; };
  const auto& metrics = catalogue.metrics();
  if (std::none_of(metrics.begin(), metrics.end(), of_it))
    return bad_wish("dataset", "这个数据集没有指标，没有统计数字可共享，请改用接口或文件",
                    "there is no metric over this dataset, so there are no figures to share: choose api or file");
  if (Given(catalogue, *dataset, terms.fields).names().empty())
    return bad_wish("fields", "所列字段算不出任何指标，请加上指标用到的字段，或改用接口、文件",
                    "no metric is counted from these fields alone: add those that metrics read, or choose api or file");
  if (dataset->person_field.empty() || is_guarded(catalogue, *dataset)) return {};
  return bad_wish("dataset", "这个数据集与个人有关，而指标没有设最小人数，不能共享统计数字；请选择其他数据集",
                  "this dataset is about people and its metrics have no smallest cell, so its figures are not shared: choose another");
}

Result<Principal> Shares::asker(const Access& access, const FiguresAsked& asked) const {
  const Terms& terms = access.share().terms;
  if (terms.way != Way::figures)
    return fail(ErrorCode::conflict, "shares.not_figures",
                {"这项共享的方式不是统计数字，请按授权的方式读取", "this share does not give figures: read it in the way that was granted"});
  BANMO_DO(check_figures(terms.portion));
  const pack::Dataset& dataset = access.portion().dataset();
  std::vector<std::string> fields;
  for (const size_t at : access.portion().fields()) fields.push_back(dataset.fields[at].id);
  const Given metrics(records_.catalogue(), dataset, std::move(fields));
  for (const std::string& metric : asked.metrics) {
    if (metrics.has(metric)) continue;
    return fail(ErrorCode::denied, "shares.metric_not_shared",
                {"指标“" + metric + "”不只由共享的数据集计算，或用到没有共享的字段，不能查询；可用：" + metrics.names(),
                 "the metric \"" + metric + "\" is not counted from the shared dataset alone, or reads fields that were not given: there are " +
                     metrics.names()},
                "$.metrics");
  }
  for (const std::string& dimension : asked.dimensions) {
    const bool is_common = dimension == "city" || dimension == "district" || dimension == "school" || dimension == "period";
    if (is_common || (!dataset.period_field.empty() && dimension == dataset.period_field)) continue;
    const auto& given = access.portion().fields();
    if (std::any_of(given.begin(), given.end(), [&](size_t at) { return dataset.fields[at].id == dimension; })) continue;
    return fail(ErrorCode::denied, "records.portion_field",
                {"“" + dimension + "”不在共享的字段中，不能按它统计；可用共享的字段、city、district、school 和 period",
                 "\"" + dimension + "\" is not among the fields of this share: ask by those, city, district, school and period"},
                "$.by");
  }
  // The role reaches figures of the one organisation and no row, at a level for which small cells are withheld; the list of rights leaves it no
  // other.
  Principal principal;
  principal.account_name = access.reader_;
  principal.grants = principal.held = {{directory::Role::teacher, terms.portion.org}};
  principal.token_rights = {Right::metrics_read};
  return principal;
}

Result<> Shares::note_figures(const Access& access, const FiguresAsked& asked, int64_t n_rows) {
  const Share& share = access.share();
  return directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto present, Store::read(connection, share.id.to_string()));
    if (!present) return no_such_share();
    BANMO_DO(check_living(*present));
    BANMO_DO(Store::count(connection, {share, access.key_no_, n_rows, now()}));
    return note(connection, access.reader_, "share.figures", share,
                {{"n_rows", n_rows},
                 {"metrics", json::Array(asked.metrics.begin(), asked.metrics.end())},
                 {"by", json::Array(asked.dimensions.begin(), asked.dimensions.end())}});
  });
}

pack::Title Shares::words(const Terms& terms) const {
  pack::Title out = records_.portions().words(terms.portion);
  if (const pack::Dataset* dataset = records_.catalogue().dataset(terms.portion.dataset); terms.way == Way::figures && dataset != nullptr) {
    const bool guarded = is_guarded(records_.catalogue(), *dataset);
    out.zh += guarded ? "，只给该数据集的统计数字，按上列字段分组，人数过少的不给出" : "，只给由上列字段计算的统计数字";
    out.en +=
        guarded ? ", figures of the dataset alone, by these fields, small cells withheld" : ", figures that are counted from these fields alone";
  }
  const std::string day = last_day_of(terms.until);
  out.zh += "，截至 " + day;
  out.en += ", until " + day;
  return out;
}

Shares::Opening Shares::opening(const Terms& terms, const OfCase& of, const std::string& by, Instant at) const {
  Share share;
  share.id = ShareId::next();
  share.of = of;
  share.terms = terms;
  share.opened_at = at;
  share.opened_by = by;
  json::Object detail{{"share", share.id.to_string()},    {"holder", terms.holder.value},
                      {"dataset", terms.portion.dataset}, {"fields", json::Array(terms.portion.fields.begin(), terms.portion.fields.end())},
                      {"org", terms.portion.org.value},   {"way", std::string(name_of(terms.way))},
                      {"until", terms.until.to_iso()}};
  return {shares::opening(share), std::move(detail)};
}

Result<> Shares::note(sql::Connection& connection, const std::string& actor, std::string action, const Share& share, json::Object detail) const {
  BANMO_TRY([[maybe_unused]] const int64_t seq,
            audit::append(connection, {now(), actor, std::move(action), "share", share.id.to_string(), share.terms.holder.value, std::move(detail)},
                          directory_.profile()));
  return {};
}

Result<> Shares::check_living(const Share& share) const {
  if (share.is_living(now())) return {};
  const Instant end = share.ended_at && *share.ended_at < share.terms.until ? *share.ended_at : share.terms.until;
  return fail(ErrorCode::denied, "shares.ended",
              {"这项共享已于 " + day_of(end) + " 结束，不能再读取；请删除已取得的数据，仍需使用的请重新申请",
               "this share ended on " + day_of(end) + " and gives nothing any more: delete what you have taken, or ask for a new one"});
}

Result<Share> Shares::held_share(const Principal& by, std::string_view id) const {
  const auto parsed = ShareId::parse(id);
  if (!parsed) return no_such_share();
  BANMO_TRY(const auto found, store_.unscoped_find(parsed->to_string()));
  if (!found || !holds(by, Right::datasets_export, found->terms.holder)) return no_such_share();
  return *found;
}

Result<std::vector<Share>> Shares::held(const Principal& by) const {
  std::vector<directory::OrgNo> orgs;
  for (const directory::Grant& grant : by.grants)
    if (holds(by, Right::datasets_export, grant.org)) orgs.push_back(grant.org);
  return store_.held_by(orgs);
}

Result<std::vector<Share>> Shares::given(const Principal& by) const {
  if (!by.has(Right::datasets_export)) return std::vector<Share>();
  BANMO_TRY(std::vector<Share> all, store_.unscoped_all());
  const auto tree = directory_.orgs();
  std::erase_if(all, [&](const Share& share) {
    const pack::Dataset* dataset = records_.catalogue().dataset(share.terms.portion.dataset);
    if (dataset == nullptr) return true;
    const auto scope = directory_.scope(by, Right::datasets_export, {dataset->org_field, dataset->person_field, dataset->level});
    return scope.aggregates_only || !scope.covers(*tree, share.terms.portion.org);
  });
  return all;
}

bool Shares::may_manage_keys(const Principal& by, const Share& share) const {
  return holds(by, Right::xapi_keys, share.terms.holder) && holds(by, Right::datasets_export, share.terms.holder);
}

Result<std::vector<Key>> Shares::keys(const Principal& by, std::string_view id) const {
  BANMO_TRY(const Share share, held_share(by, id));
  BANMO_TRY(const auto rows, store_.keys_of(share.id));
  std::vector<Key> out;
  for (const KeyRow& row : rows) out.push_back(row.key);
  return out;
}

static Result<> check_may_make(const Principal& by, bool may) {
  if (!may)
    return fail(ErrorCode::denied, "shares.not_your_key",
                {"密钥由接收单位的管理员（学校首席信息官或区市管理员）管理，请联系他们",
                 "keys are made and revoked by the administrator of the receiving organisation (its CIO or district officer): ask them"});
  if (by.internal || by.session != 0) return {};
  return fail(ErrorCode::denied, "shares.needs_session",
              {"接口令牌不能新建或撤销密钥，请登录后再操作", "an API token cannot make or revoke keys: sign in first"});
}

Result<NewKey> Shares::make_key(const Principal& by, std::string_view id, const std::string& title) {
  BANMO_TRY(const Share share, held_share(by, id));
  BANMO_DO(check_may_make(by, may_manage_keys(by, share)));
  if (share.terms.way == Way::file)
    return fail(ErrorCode::conflict, "shares.not_by_key",
                {"这项共享的方式是文件，不需要密钥；请直接下载文件", "this share is given as a file and needs no key: download the file"});
  const std::string name(text::trim(title));
  if (name.empty() || name.size() > kMaxTitle)
    return fail(ErrorCode::invalid, "shares.bad_title",
                {"请写明密钥给哪个系统使用（至多 120 字节）", "say which system the key is for, 120 bytes at most"}, "$.title");
  NewKey made;
  made.secret = crypto::new_token();
  made.key = {"bms_" + crypto::to_hex(crypto::random_bytes(8)), name, by.account_name, now(), {}, {}};
  const KeyRow row{0, share.id, by.internal ? 0 : by.account.value, made.key};
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto present, Store::read(connection, share.id.to_string()));
    if (!present) return no_such_share();
    BANMO_DO(check_living(*present));
    BANMO_TRY(const int64_t n, Store::n_living_keys(connection, share.id));
    if (n >= kMaxKeys)
      return fail(ErrorCode::conflict, "shares.two_keys",
                  {"一项共享最多有两个有效密钥，请先撤销不用的一个再新建", "a share has two living keys at most: revoke one first"});
    BANMO_DO(Store::put_key(connection, row, crypto::sha256(made.secret)));
    return note(connection, by.account_name, "share_key.create", share, {{"key", made.key.name}, {"title", name}});
  }));
  return made;
}

Result<> Shares::revoke_key(const Principal& by, std::string_view id, const std::string& key) {
  BANMO_TRY(const Share share, held_share(by, id));
  BANMO_DO(check_may_make(by, may_manage_keys(by, share)));
  return directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const bool done, Store::revoke_key(connection, share.id, key, now()));
    if (!done)
      return fail(ErrorCode::not_found, "shares.no_such_key",
                  {"没有这个密钥或已撤销，请刷新后再看", "there is no such key, or it was revoked already: read the list again"});
    return note(connection, by.account_name, "share_key.revoke", share, {{"key", key}});
  });
}

Result<records::Portions::File> Shares::file(const Principal& by, std::string_view id, const std::string& format) {
  BANMO_TRY(const Share share, held_share(by, id));
  BANMO_DO(check_living(share));
  if (share.terms.way != Way::file)
    return fail(ErrorCode::conflict, "shares.not_as_file",
                {"这项共享的方式不是文件，请按授权的方式使用；需要文件的请另行申请",
                 "this share is not given as a file: use it as it was granted, or ask for another"});
  BANMO_TRY(const records::Portion portion, records_.portions().open(share.terms.portion));
  BANMO_TRY(auto made, records_.portions().file(by, portion, "共享编号：" + share.of.key, format));
  const auto noted = directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto present, Store::read(connection, share.id.to_string()));
    if (!present) return no_such_share();
    BANMO_DO(check_living(*present));  // it may have been ended while the file was written
    BANMO_DO(Store::count(connection, {share, 0, made.n_rows, now()}));
    return note(connection, by.account_name, "share.file", share,
                {{"n_rows", made.n_rows}, {"level", static_cast<int64_t>(portion.level())}, {"format", format}});
  });
  if (noted.ok()) return made;
  ::remove(made.path.c_str());
  // The rows were written down as exported: that nobody was given them is too.
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) {
    return note(connection, by.account_name, "share.refused", share, {{"n_rows", made.n_rows}, {"reason", noted.error().id}});
  }));
  return noted.error();
}

Result<> Shares::take_request(int64_t key_no) {
  const int64_t minute = now().micros / kMinute_us;
  const std::lock_guard lock(mutex_);
  Minute& of = minutes_[key_no];
  if (of.minute != minute) of = {minute, 0};
  if (++of.n <= options_.n_requests_per_minute) return {};
  const int64_t wait_s = 60 - now().micros / 1'000'000 % 60;
  Error error = fail(ErrorCode::too_many, "shares.too_many_requests",
                     {"每个密钥每分钟至多 " + std::to_string(options_.n_requests_per_minute) + " 次请求，请 " + std::to_string(wait_s) + " 秒后再试",
                      "a key may ask " + std::to_string(options_.n_requests_per_minute) + " times a minute: wait " + std::to_string(wait_s) + " s"});
  error.retry_after_s = wait_s;
  return error;
}

// A key dies with its maker's account, right, or place in the holding organisation. That a password has grown old takes nothing away.
Result<bool> Shares::could_make_still(const KeyRow& key, directory::OrgNo holder) const {
  if (key.account_no == 0) return true;
  BANMO_TRY(const auto found, directory_.accounts(key.key.by, "", 1));
  if (found.empty() || found.front().no.value != key.account_no || !found.front().enabled) return false;
  Principal maker;
  maker.grants = maker.held = found.front().grants;
  return holds(maker, Right::xapi_keys, holder) && holds(maker, Right::datasets_export, holder);
}

Result<Access> Shares::authenticate(std::string_view id, std::string_view secret, const std::string& peer) {
  // 256 random bits cannot be guessed: what is limited is asking with wrong ones.
  const auto wrong = [&]() -> Error {
    const auto allowed = peer.empty() ? Result<>() : directory::take_try(directory_, "share " + std::string(id.substr(0, 40)), peer);
    return allowed.ok() ? bad_key() : allowed.error();
  };
  const auto parsed = ShareId::parse(id);
  if (!parsed || secret.empty() || secret.size() > kMaxSecret) return wrong();
  BANMO_TRY(const auto key, store_.key_by_secret(crypto::sha256(secret)));
  if (!key || key->share != *parsed) return wrong();
  BANMO_DO(take_request(key->no));
  BANMO_TRY(const auto share, store_.unscoped_find(parsed->to_string()));
  if (!share || share->terms.way == Way::file) return wrong();
  BANMO_DO(check_living(*share));
  const directory::Org* holder = directory_.orgs()->find(share->terms.holder);
  if (holder == nullptr || !records::is_living(*holder, directory_.today()))
    return fail(ErrorCode::denied, "shares.holder_gone",
                {"接收数据的单位已撤销或合并，不能再读取；仍需使用的，请由承接的单位重新申请",
                 "the organisation that this share was given to is no more: whoever follows it asks for a new one"});
  BANMO_TRY(const bool could_still, could_make_still(*key, share->terms.holder));
  if (!could_still) return wrong();
  BANMO_TRY(records::Portion portion, records_.portions().open(share->terms.portion));
  return Access(*share, std::move(portion), key->key.name, key->no);
}

Result<records::Page> Shares::rows(const Access& access, records::PageRequest request) {
  const Share& share = access.share();
  if (share.terms.way != Way::api)
    return fail(ErrorCode::conflict, "shares.not_rows",
                {"这项共享只给统计数字，不给数据行；请用 POST …/figures 查询", "this share gives figures and no rows: ask with POST …/figures"});
  const std::string place = cursor_place(share);
  if (!request.after.empty()) {
    const auto sealed = crypto::from_base64url(request.after);
    const auto plain = sealed ? crypto::decrypt(options_.seal_key, *sealed, place) : Result<std::string>(bad_key());
    if (!plain.ok())
      return fail(ErrorCode::invalid, "records.bad_cursor",
                  {"翻页参数与查询不符，请从第一页重新开始", "the cursor does not belong to this query; begin at the first page"}, "after");
    request.after = *plain;
  }
  BANMO_TRY(records::Page page, records_.portions().rows(access.portion(), request));
  if (!page.next.empty()) {
    BANMO_TRY(const crypto::Bytes sealed, crypto::encrypt(directory_.profile(), options_.seal_key, page.next, place));
    page.next = crypto::to_base64url(sealed);
  }
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto present, Store::read(connection, share.id.to_string()));
    if (!present) return no_such_share();
    BANMO_DO(check_living(*present));  // ended between the question and the answer: nothing is given
    const auto n_rows = static_cast<int64_t>(page.rows.size());
    BANMO_DO(Store::count(connection, {share, access.key_no_, n_rows, now()}));
    return note(connection, access.reader_, "share.rows", share,
                {{"n_rows", n_rows}, {"level", static_cast<int64_t>(access.portion().level())}, {"dataset", share.terms.portion.dataset}});
  }));
  return page;
}

}  // namespace banmo::shares
