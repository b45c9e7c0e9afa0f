// SPDX-License-Identifier: Apache-2.0
#include "server/demo_names.h"

#include <cstdio>
#include <string_view>

#include "base/text.h"

namespace banmo::server {
namespace {

// Characters of three bytes each; common surnames stand more than once.
constexpr std::string_view kSurnames =
    "王王王王李李李李张张张刘刘刘陈陈杨杨赵孙周徐胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文";
constexpr std::string_view kBoyFirst = "浩宇子俊博文明泽家志晨天建思嘉鹏一睿奕梓铭承景瑞昊逸";
constexpr std::string_view kBoyLast = "然轩宇涵豪杰辰阳洋涛翔睿恒霖毅航楷哲铭瑞源峰博宸凯";
constexpr std::string_view kGirlFirst = "雨欣子梓思佳诗可若语一嘉梦晓雅静婉紫芷沐艺书锦云";
constexpr std::string_view kGirlLast = "涵萱怡琪妍瑶彤悦晴雯菲婷洁颖敏琳宁岚蕾宜然桐熙";
constexpr size_t kBytes = 3;

std::string_view draw(Random& random, std::string_view table) {
  return table.substr(static_cast<size_t>(random.below(static_cast<int64_t>(table.size() / kBytes))) * kBytes, kBytes);
}

}  // namespace

void append_person_name(std::string& out, Random& random, char sex) {
  out += draw(random, kSurnames);
  const bool boy = sex == '1';
  if (!random.chance(0.18)) out += draw(random, boy ? kBoyFirst : kGirlFirst);
  out += draw(random, boy ? kBoyLast : kGirlLast);
}

std::string synthetic_citizen_id(int area, Date birth, int serial, char sex) {
  const int odd_for_boys = serial * 2 + (sex == '1' ? 1 : 0);
  char digits[32];
  std::snprintf(digits, sizeof digits, "99%04d%04d%02d%02d%03d", area % 10'000, birth.year(), birth.month(), birth.day(), odd_for_boys % 1000);
  std::string out(digits, 17);
  out += text::citizen_id_check_digit(out);
  return out;
}

}  // namespace banmo::server
