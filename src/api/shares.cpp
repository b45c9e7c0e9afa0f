// SPDX-License-Identifier: Apache-2.0
// Shares: what an organisation holds of others' data, what is given away, keys of programs, files; and the rows that programs read with a key.
#include "shares/shares.h"

#include "api/builder.h"
#include "api/metric_json.h"
#include "api/metric_query.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "flows/case_shares.h"
#include "flows/flows.h"
#include "metrics/metrics.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

constexpr const char* kWays[] = {"api", "file", "figures"};
constexpr const char* kStates[] = {"living", "expired", "ended"};
constexpr size_t kMaxEndable = 200;  // living shares of a list that say how they are ended

struct ShareFieldShape {
  static constexpr const char* kName = "ShareField";
  std::string id, type;
  Two title;
};
template <class V>
void describe(V& v, ShareFieldShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("type", x.type, {.doc = "As in the catalogue of datasets."});
}

// How the reader may end a share: a move of its case.
struct ShareEndShape {
  static constexpr const char* kName = "ShareEnd";
  std::string move;
  Two label;
  int64_t seq = 0;
  bool note_required = false;
};
template <class V>
void describe(V& v, ShareEndShape& x) {
  v.field("move", x.move);
  v.field("label", x.label);
  v.field("seq", x.seq);
  v.field("note_required", x.note_required);
}

struct ShareShape {
  static constexpr const char* kName = "Share";
  std::string id, case_id, number, flow, dataset, level, way, state, purpose;
  Two dataset_title;
  std::optional<OrgRef> holder, org;
  std::vector<ShareFieldShape> fields;
  Instant until, opened_at;
  std::optional<Instant> ended_at, last_read_at;
  int64_t n_reads = 0, n_rows = 0;
  bool can_manage_keys = false, sees_case = false;
  std::optional<ShareEndShape> end;
};
template <class V>
void describe(V& v, ShareShape& x) {
  v.field("id", x.id);
  v.field("case", x.case_id);
  v.field("number", x.number, {.doc = "Of the case that opened it."});
  v.field("flow", x.flow);
  v.field("holder", x.holder, {.doc = "Who receives the data."});
  v.field("dataset", x.dataset);
  v.field("dataset_title", x.dataset_title);
  v.field("fields", x.fields);
  v.field("org", x.org, {.doc = "Whose rows, with all organisations below."});
  v.field("level", x.level, {.doc = "The highest of its fields when it was granted.", .one_of = kLevelNames});
  v.field("way", x.way, {.one_of = kWays});
  v.field("state", x.state, {.doc = "expired: its last instant is over; ended: taken back or handed back.", .one_of = kStates});
  v.field("purpose", x.purpose);
  v.field("until", x.until);
  v.field("opened_at", x.opened_at);
  v.field("ended_at", x.ended_at);
  v.field("last_read_at", x.last_read_at);
  v.field("n_reads", x.n_reads);
  v.field("n_rows", x.n_rows, {.doc = "Rows given so far."});
  v.field("can_manage_keys", x.can_manage_keys);
  v.field("sees_case", x.sees_case);
  v.field("end", x.end, {.doc = "The move of its case by which the reader may end it now."});
}

struct CaseSharesShape {
  static constexpr const char* kName = "CaseShares";
  std::vector<ShareShape> items;
  int64_t n_without = 0;
};
template <class V>
void describe(V& v, CaseSharesShape& x) {
  v.field("items", x.items);
  v.field("n_without", x.n_without, {.doc = "Grants from before the service opened access: the office sets it up by hand."});
}

struct ShareKeyShape {
  static constexpr const char* kName = "ShareKey";
  std::string key, title, by;
  Instant created_at;
  std::optional<Instant> revoked_at, last_read_at;
};
template <class V>
void describe(V& v, ShareKeyShape& x) {
  v.field("key", x.key);
  v.field("title", x.title);
  v.field("by", x.by);
  v.field("created_at", x.created_at);
  v.field("revoked_at", x.revoked_at);
  v.field("last_read_at", x.last_read_at);
}

struct ShareKeyIn {
  static constexpr const char* kName = "ShareKeyIn";
  std::string title;
};
template <class V>
void describe(V& v, ShareKeyIn& x) {
  v.field("title", x.title, {.title = "用于哪个系统", .min_length = 1, .max_length = 120});
}

struct NewShareKey {
  static constexpr const char* kName = "NewShareKey";
  std::string key, secret;
};
template <class V>
void describe(V& v, NewShareKey& x) {
  v.field("key", x.key);
  v.field("secret", x.secret, {.doc = "The Bearer token. Shown this once."});
}

// What a program learns of its share.
struct SharedShape {
  static constexpr const char* kName = "Shared";
  std::string share, number, dataset, level, purpose;
  Two dataset_title;
  std::optional<OrgRef> org;
  std::vector<ShareFieldShape> fields;
  Instant until;
};
template <class V>
void describe(V& v, SharedShape& x) {
  v.field("share", x.share);
  v.field("number", x.number);
  v.field("dataset", x.dataset);
  v.field("dataset_title", x.dataset_title);
  v.field("fields", x.fields, {.doc = "Those that can be read now."});
  v.field("org", x.org);
  v.field("level", x.level, {.one_of = kLevelNames});
  v.field("purpose", x.purpose);
  v.field("until", x.until);
}

struct SharedRowShape {
  static constexpr const char* kName = "SharedRow";
  static json::Value schema() {
    return json::Object{{"type", "object"},
                        {"description", "The fields of the share and no others; `<field>_title` and `<field>_code` as in rows of datasets."},
                        {"additionalProperties", scalar_schema()}};
  }
  json::Value value;
};

ShareFieldShape field_shape(const pack::Field& field) { return {field.id, name_of(field.type), two_of(field.title)}; }

ShareShape share_shape(const Call& call, const shares::Share& share) {
  const shares::Terms& terms = share.terms;
  const auto tree = call.engines.directory->orgs();
  const pack::Dataset* dataset = call.engines.catalogue->dataset(terms.portion.dataset);
  ShareShape out;
  out.id = share.id.to_string();
  out.case_id = share.of.id;
  out.number = share.of.key;
  out.flow = share.of.flow;
  out.holder = ref_of(*tree, terms.holder);
  out.org = ref_of(*tree, terms.portion.org);
  out.dataset = terms.portion.dataset;
  out.dataset_title = dataset == nullptr ? Two{out.dataset, out.dataset} : two_of(dataset->title);
  for (const std::string& id : terms.portion.fields) {
    const pack::Field* field = dataset == nullptr ? nullptr : dataset->field(id);
    out.fields.push_back(field == nullptr ? ShareFieldShape{id, "text", {id, id}} : field_shape(*field));
  }
  out.level = level_name(terms.portion.level);
  out.way = std::string(shares::name_of(terms.way));
  out.state = share.ended_at ? kStates[2] : share.is_living(call.engines.clock->now()) ? kStates[0] : kStates[1];
  out.purpose = terms.purpose;
  out.until = terms.until;
  out.opened_at = share.opened_at;
  out.ended_at = share.ended_at;
  out.last_read_at = share.last_read_at;
  out.n_reads = share.n_reads;
  out.n_rows = share.n_rows;
  out.can_manage_keys = call.engines.shares->may_manage_keys(call.principal, share);
  return out;
}

// Access is ended by its case alone, so that the case says who ended it and why.
void add_end(const Call& call, ShareShape& out) {
  const auto found = call.engines.flows->find(call.principal, out.case_id);
  out.sees_case = found.ok();
  if (!found.ok()) return;
  for (const flows::Choice& choice : found->choices) {
    if (!choice.move->unshares || choice.refused) continue;
    out.end = ShareEndShape{choice.move->id, two_of(choice.move->label), found->head.seq, choice.move->note_required};
    return;
  }
}

Result<List<ShareShape>> list_shares(const Call& call) {
  const bool given = call.text("view") == "given";
  BANMO_TRY(const auto found, given ? call.engines.shares->given(call.principal) : call.engines.shares->held(call.principal));
  List<ShareShape> list;
  size_t n_endable = 0;
  for (const shares::Share& share : found) {
    ShareShape& shape = list.items.emplace_back(share_shape(call, share));
    if (shape.state == kStates[0] && n_endable++ < kMaxEndable) add_end(call, shape);
  }
  return list;
}

Result<CaseSharesShape> case_shares(const Call& call) {
  BANMO_TRY(const flows::CaseShares found, call.engines.flows->shares(call.principal, call.path("case")));
  CaseSharesShape out;
  for (const shares::Share& share : found.items) out.items.push_back(share_shape(call, share));
  out.n_without = found.n_without;
  return out;
}

Result<List<ShareKeyShape>> list_keys(const Call& call) {
  BANMO_TRY(const auto keys, call.engines.shares->keys(call.principal, call.path("share")));
  List<ShareKeyShape> list;
  for (const shares::Key& key : keys) list.items.push_back({key.name, key.title, key.by, key.created_at, key.revoked_at, key.last_read_at});
  return list;
}

Result<NewShareKey> make_key(const Call& call, const ShareKeyIn& in) {
  BANMO_TRY(shares::NewKey made, call.engines.shares->make_key(call.principal, call.path("share"), in.title));
  return NewShareKey{std::move(made.key.name), std::move(made.secret)};
}

Result<Nothing> revoke_key(const Call& call) {
  BANMO_DO(call.engines.shares->revoke_key(call.principal, call.path("share"), call.path("key")));
  return Nothing{};
}

Result<http::Response> get_file(const Call& call) {
  const std::string format = call.text("format").empty() ? "csv" : call.text("format");
  BANMO_TRY(auto file, call.engines.shares->file(call.principal, call.path("share"), format));
  return file_response(std::move(file.path), "共享数据." + format);
}

Result<shares::Access> access_of(const Call& call) {
  const std::string_view authorization = call.request.header("authorization");
  if (!authorization.starts_with("Bearer "))
    return fail(ErrorCode::unauthenticated, "shares.no_key",
                {"请在请求头写 Authorization: Bearer 密钥", "send the key in the header Authorization: Bearer <key>"});
  return call.engines.shares->authenticate(call.path("share"), authorization.substr(7), call.request.peer);
}

Result<SharedShape> get_shared(const Call& call) {
  BANMO_TRY(const shares::Access access, access_of(call));
  const shares::Share& share = access.share();
  const pack::Dataset& dataset = access.portion().dataset();
  SharedShape out;
  out.share = share.id.to_string();
  out.number = share.of.key;
  out.dataset = dataset.id;
  out.dataset_title = two_of(dataset.title);
  for (const size_t at : access.portion().fields()) out.fields.push_back(field_shape(dataset.fields[at]));
  out.org = ref_of(*call.engines.directory->orgs(), share.terms.portion.org);
  out.level = level_name(access.portion().level());
  out.purpose = share.terms.purpose;
  out.until = share.terms.until;
  return out;
}

Result<List<SharedRowShape>> get_rows(const Call& call) {
  BANMO_TRY(const shares::Access access, access_of(call));
  BANMO_TRY(const records::PageRequest request, page_request(call));
  BANMO_TRY(const records::Page page, call.engines.shares->rows(access, request));
  List<SharedRowShape> list;
  for (const records::Row& row : page.rows) list.items.push_back({cells_json(call.engines, access.portion().dataset(), row, page.fields)});
  if (!page.next.empty()) list.next = page.next;
  return list;
}

Result<ResultShape> get_figures(const Call& call, const QueryShape& shape) {
  BANMO_TRY(const shares::Access access, access_of(call));
  BANMO_TRY(const metrics::Query query, query_of(shape));
  shares::FiguresAsked asked{query.metrics, query.by};
  for (const metrics::Condition& condition : query.where) asked.dimensions.push_back(condition.dimension);
  BANMO_TRY(const directory::Principal asker, call.engines.shares->asker(access, asked));
  BANMO_TRY(const metrics::QueryResult result, call.engines.metrics->query(asker, query));
  BANMO_DO(call.engines.shares->note_figures(access, asked, static_cast<int64_t>(result.rows.size())));
  return shape_of(result);
}

void add_program_routes(Builder& builder) {
  const auto filter = repeated_parameter("filter", "field:op:value over fields of the share; op as for rows of datasets. May repeat: all must hold.");
  const auto order = text_parameter("order", "A field of the share, or -field for descending.");
  builder.route<SharedShape>({.method = "GET",
                              .path = "/shared/{share}",
                              .operation = "get_shared",
                              .summary = {"共享的说明（程序以密钥读取）", "What a share holds, for a program with its key"},
                              .permission = "public"},
                             get_shared);
  builder.route<List<SharedRowShape>>({.method = "GET",
                                       .path = "/shared/{share}/rows",
                                       .operation = "get_shared_rows",
                                       .summary = {"共享的数据行（程序以密钥读取）", "Rows of a share, for a program with its key"},
                                       .permission = "public",
                                       .parameters = page_parameters({filter, order})},
                                      get_rows);
  builder.route<QueryShape, ResultShape>({.method = "POST",
                                          .path = "/shared/{share}/figures",
                                          .operation = "query_shared_figures",
                                          .summary = {"共享的统计数字（程序以密钥查询）", "Figures of a share, for a program with its key"},
                                          .permission = "public"},
                                         get_figures);
}

}  // namespace

void add_share_routes(Builder& builder) {
  builder.tag("shares");
  builder.route<List<ShareShape>>(
      {.method = "GET",
       .path = "/shares",
       .operation = "list_shares",
       .summary = {"共享给本单位的数据，或本单位数据的去向", "Data shared with one's organisation, or given away of its own"},
       .permission = "datasets.export",
       .parameters = {choice_parameter("view", "held (by one's organisation) or given (of the data one answers for).", {"held", "given"})}},
      list_shares);
  builder.route<CaseSharesShape>({.method = "GET",
                                  .path = "/cases/{case}/shares",
                                  .operation = "list_case_shares",
                                  .summary = {"办件开放的共享", "Access that a case has opened"},
                                  .permission = "datasets.read"},
                                 case_shares);
  builder.route<List<ShareKeyShape>>({.method = "GET",
                                      .path = "/shares/{share}/keys",
                                      .operation = "list_share_keys",
                                      .summary = {"一项共享的密钥", "Keys of a share"},
                                      .permission = "datasets.export"},
                                     list_keys);
  // 200: what is answered to a repeated request is kept for a day, which no secret may be.
  builder.route<ShareKeyIn, NewShareKey>({.method = "POST",
                                          .path = "/shares/{share}/keys",
                                          .operation = "create_share_key",
                                          .summary = {"新建密钥；只显示这一次", "Make a key; its secret is shown this once"},
                                          .permission = "xapi.keys"},
                                         make_key);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/shares/{share}/keys/{key}",
                          .operation = "revoke_share_key",
                          .summary = {"撤销密钥", "Revoke a key"},
                          .permission = "xapi.keys"},
                         revoke_key);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/shares/{share}/file",
                                 .operation = "get_share_file",
                                 .summary = {"下载共享的数据，带级别与水印", "Download a share with level and watermark"},
                                 .permission = "datasets.export",
                                 .parameters = {choice_parameter("format", "csv or xlsx.", {"csv", "xlsx"})},
                                 .timeout_ms = 120'000},
                                get_file);
  add_program_routes(builder);
}

}  // namespace banmo::api
