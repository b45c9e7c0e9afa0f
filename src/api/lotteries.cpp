// SPDX-License-Identifier: Apache-2.0
// Draws of lots and their public files.
#include "models/admissions.h"

#include "api/admission_json.h"
#include "api/builder.h"

namespace banmo::api {
namespace {

constexpr int kListTimeout_ms = 300'000;  // of a city's year: all choices of a batch are read

struct LotteryShape {
  static constexpr const char* kName = "AdmissionLottery";
  models::Lottery one;
  std::string id, state;
};
template <class V>
void describe(V& v, LotteryShape& x) {
  models::Lottery& l = x.one;
  v.field("id", x.id);
  v.field("admission", l.admission);
  v.field("year", l.year);
  v.field("batch", l.batch);
  v.field("state", x.state, {.one_of = models::kLotteryStates});
  v.field("n", l.n);
  v.field("list_sha256", l.list_sha256);
  v.field("listed_at", l.listed_at);
  v.field("digits", l.digits);
  v.field("listed_by", l.listed_by);
  v.field("drawn_by", l.drawn_by);
  v.field("confirmed_by", l.confirmed_by);
  v.field("drawn_at", l.drawn_at);
  v.field("confirmed_at", l.confirmed_at);
}

struct DigitsIn {
  static constexpr const char* kName = "AdmissionDigitsIn";
  std::string list_sha256, digits;
};
template <class V>
void describe(V& v, DigitsIn& x) {
  v.field("list_sha256", x.list_sha256, {.max_length = 64});
  v.field("digits", x.digits, {.max_length = 64});
}

// Who did what is for those who run and publish.
LotteryShape shape_of(const Call& call, const models::Lottery& lottery) {
  LotteryShape shape{lottery, lottery.id.to_string(), models::kLotteryStates[static_cast<size_t>(lottery.state)]};
  if (lottery.state != models::LotteryState::confirmed) shape.one.digits.clear();  // what somebody typed is not yet what was drawn
  if (!call.principal.has(directory::Right::admission_run) && !call.principal.has(directory::Right::admission_publish))
    shape.one.listed_by = shape.one.drawn_by = shape.one.confirmed_by = {};
  return shape;
}
Result<LotteryShape> lottery_answer(const Call& call, Result<models::Lottery> done) {
  BANMO_TRY(const models::Lottery lottery, std::move(done));
  return shape_of(call, lottery);
}

Result<List<LotteryShape>> list_lotteries(const Call& call) {
  BANMO_TRY(const auto lotteries, call.engines.admissions->lotteries().list(call.path("admission"), 0));
  List<LotteryShape> list;
  for (const models::Lottery& lottery : lotteries) list.items.push_back(shape_of(call, lottery));
  return list;
}
Result<LotteryShape> fix_lottery(const Call& call, const AdmissionLotteryIn& in) {
  return lottery_answer(call, call.engines.admissions->lotteries().fix(call.principal, call.path("admission"), in.year, in.batch));
}
Result<LotteryShape> draw_lottery(const Call& call, const DigitsIn& in) {
  return lottery_answer(call, call.engines.admissions->lotteries().draw(call.principal, call.path("lottery"), in.list_sha256, in.digits));
}
Result<LotteryShape> confirm_lottery(const Call& call, const DigitsIn& in) {
  return lottery_answer(call, call.engines.admissions->lotteries().confirm(call.principal, call.path("lottery"), in.list_sha256, in.digits));
}
Result<LotteryShape> reject_lottery(const Call& call) {
  return lottery_answer(call, call.engines.admissions->lotteries().reject(call.principal, call.path("lottery")));
}
Result<models::LotteryFile> lottery_file(const Call& call) { return call.engines.admissions->lotteries().file(call.path("lottery")); }

}  // namespace

void add_lottery_routes(Builder& builder) {
  builder.tag("admissions");
  builder.route<List<LotteryShape>>({.method = "GET",
                                     .path = "/admissions/{admission}/lotteries",
                                     .operation = "list_admission_lotteries",
                                     .summary = {"抽签：名单校验值与抽出的数字", "Draws of lots: the list's hash and the digits drawn"},
                                     .permission = "orgs.read"},
                                    list_lotteries);
  builder.route<AdmissionLotteryIn, LotteryShape>({.method = "POST",
                                                   .path = "/admissions/{admission}/lotteries",
                                                   .operation = "fix_admission_lottery",
                                                   .summary = {"固定抽签名单并公布其校验值", "Fix the list of a draw and publish its hash"},
                                                   .permission = "admission.run",
                                                   .answer_status = 201,
                                                   .timeout_ms = kListTimeout_ms},
                                                  fix_lottery);
  builder.route<DigitsIn, LotteryShape>({.method = "POST",
                                         .path = "/admissions/lotteries/{lottery}/draw",
                                         .operation = "draw_admission_lottery",
                                         .summary = {"录入公开抽出的数字", "Enter the digits that were drawn in public"},
                                         .permission = "admission.run"},
                                        draw_lottery);
  builder.route<DigitsIn, LotteryShape>({.method = "POST",
                                         .path = "/admissions/lotteries/{lottery}/confirm",
                                         .operation = "confirm_admission_lottery",
                                         .summary = {"另一个人再录一遍数字以确认", "Somebody else types the digits again"},
                                         .permission = "admission.publish"},
                                        confirm_lottery);
  builder.route<LotteryShape>({.method = "POST",
                               .path = "/admissions/lotteries/{lottery}/reject",
                               .operation = "reject_admission_lottery",
                               .summary = {"数字录错：退回重录，名单不变", "The digits were mistyped: they are entered anew, the list stays"},
                               .permission = "admission.publish"},
                              reject_lottery);
  builder.route<models::LotteryFile>(
      {.method = "GET",
       .path = "/admissions/lotteries/{lottery}/file",
       .operation = "admission_lottery_file",
       .summary = {"抽签文件：人人可据此重算（banmo verify），只有考生号", "The file of a draw that anyone recomputes (banmo verify); numbers alone"},
       .permission = "public"},
      lottery_file);
}

}  // namespace banmo::api
