// SPDX-License-Identifier: Apache-2.0
#include "api/admission_json.h"

namespace banmo::api {
namespace {

std::string text_of(double score) {
  std::string text = std::to_string(score);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

Two because(const models::ChoiceResult& choice, const Two& decided) {
  const std::string standing = std::to_string(choice.standing), needed = std::to_string(choice.needed);
  switch (choice.outcome) {
    case models::Outcome::placed: return {"录取", "placed here"};
    case models::Outcome::not_reached: return {"前面的志愿已录取，此志愿不再投档", "a choice before this one was given"};
    case models::Outcome::passed_over:
      return {"排位第 " + standing + "，本来够格，但名额已给了先填或交换得到的考生",
              "standing " + standing + " would have been enough, but the seat went to somebody who asked earlier or traded"};
    case models::Outcome::not_eligible: return {"不符合该批次的报考条件", "the conditions of the batch are not met"};
    case models::Outcome::below_floor: return {"未达到最低分数线", "below the floor"};
    case models::Outcome::no_score: return {"没有成绩", "there is no score"};
    case models::Outcome::no_program: return {"该批次的计划中没有这个专业", "the plan of the batch has no such program"};
    case models::Outcome::repeated: return {"与前面的志愿重复", "the same as a choice before"};
    case models::Outcome::beyond_limit: return {"超出该批次可填的志愿数", "beyond the number of choices that the batch takes"};
    case models::Outcome::gone: return {"已在前面的批次录取", "placed in an earlier batch"};
    case models::Outcome::full: break;
  }
  if (choice.needed == 0) return {"没有面向该考生的名额", "there is no seat for such applicants"};
  if (choice.decided == models::kByScore && choice.score && choice.needed_score)
    return {"排位第 " + standing + "，须在第 " + needed + " 以内；最后一名 " + text_of(*choice.needed_score) + " 分，本人 " + text_of(*choice.score) +
                " 分",
            "standing " + standing + ", " + needed + " was needed; the last one placed has " + text_of(*choice.needed_score) + ", this applicant " +
                text_of(*choice.score)};
  return {"排位第 " + standing + "，须在第 " + needed + " 以内；与最后一名相比，差在“" + decided.zh + "”",
          "standing " + standing + ", " + needed + " was needed; what decided was: " + decided.en};
}

}  // namespace banmo::api
