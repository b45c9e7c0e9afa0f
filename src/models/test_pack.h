// SPDX-License-Identifier: Apache-2.0
// The pack of the tests of this room and of the bench: applicants, choices, plans, quotas, results; `high` with three batches, `bench` with one that
// is large, and a flow in which places of `high` are confirmed.
#pragma once

namespace banmo::models::test {

inline constexpr const char* kAdmissionPack = R"yaml(pack: {id: edu.high, version: 1.0.0, engine: banmo/1, title: 招生}
law: {purpose: 测试, basis: 测试}
codes:
  batch: {title: 批次, values: {early: 提前批, main: 普通批, lots: 抽签批, first_of_all: 新批次}}
datasets:
- id: high_who
  title: 考生
  grain: [year, student]
  class: {category: 学生数据, level: L3}
  scope: {org: school, person: student}
  period: {by: year}
  fields:
    year: {type: year, title: 年}
    student: {type: ref, to: core.student, title: 学生, required: true}
    school: {type: org, kind: school, title: 学校, required: true}
    no: {type: text, title: 考生号, required: true, level: L1, level_reason: 抽签名单须公布}
    score: {type: decimal, title: 总分}
    maths: {type: decimal, title: 数学}
    artist: {type: bool, title: 艺术生}
- id: high_wish
  title: 志愿
  grain: [year, student, batch, nth]
  class: {category: 学生数据, level: L3}
  scope: {person: student}
  period: {by: year}
  fields:
    year: {type: year, title: 年}
    student: {type: ref, to: core.student, title: 学生, required: true}
    batch: {type: code, list: batch, title: 批次}
    nth: {type: int, title: 次序}
    program: {type: text, title: 专业}
    bonus: {type: decimal, title: 加分}
- id: high_plan
  title: 计划
  grain: [year, batch, program]
  class: {category: 公共, level: L1}
  period: {by: year}
  fields:
    year: {type: year, title: 年}
    batch: {type: code, list: batch, title: 批次}
    program: {type: text, title: 专业}
    name: {type: text, title: 名称}
    seats: {type: int, title: 名额}
    floor: {type: decimal, title: 分数线}
- id: high_quota
  title: 名额
  grain: [year, batch, program, quota]
  class: {category: 公共, level: L1}
  period: {by: year}
  fields:
    year: {type: year, title: 年}
    batch: {type: code, list: batch, title: 批次}
    program: {type: text, title: 专业}
    quota: {type: text, title: 类别}
    seats: {type: int, title: 名额}
- id: high_result
  title: 结果
  grain: [year, student]
  class: {category: 学生数据, level: L3}
  scope: {org: school, person: student}
  period: {by: year}
  fields:
    year: {type: year, title: 年}
    student: {type: ref, to: core.student, title: 学生, required: true}
    school: {type: org, kind: school, title: 学校, required: true}
    batch: {type: code, list: batch, title: 批次}
    program: {type: text, title: 专业}
    name: {type: text, title: 名称}
    nth: {type: int, title: 次序}
- id: high_arrival
  title: 报到
  grain: [no]
  class: {category: 学生数据, level: L3}
  scope: {org: school, person: student}
  fields:
    no: {type: text, title: 编号}
    student: {type: ref, to: core.student, title: 学生}
    school: {type: org, kind: school, title: 学校}
    st: {type: state, title: 状态}
flows:
- id: arrival
  title: 报到确认
  title_en: Arrival
  guide: 录取后确认名额
  subject: high_arrival
  number: "BD{seq:6}"
  finds: {place: {of: high_result, match: {student: student}}}
  quotas: [{id: once, title: 名额, by: [student], limit: 1, holds: [here]}]
  roles: {office: {title: 学校, who: "$user.role = 'principal' and $user.org = school"}}
  states: {new: 新, here: 已确认, gone: {title: 已放弃, final: true}}
  moves:
  - {id: confirm, from: new, to: here, by: [office], label: 确认, guard: $place.program is not null}
  - {id: leave, from: here, to: gone, by: [office], label: 放弃}
admissions:
- id: bench
  title: 测量
  applicants: {of: high_who, number: no}
  choices: {of: high_wish, batch: batch, order: nth, program: program}
  plans: {of: high_plan, batch: batch, program: program, title: name, seats: seats}
  batches:
  - {id: main, title: 普通批, mechanism: deferred_acceptance, max_choices: 8, eligible: score is not null, floor: score >= program.floor,
     tiers: [{when: choice.bonus > 8, title: 特长}], score: score + choice.bonus, ties: [{by: maths, title: 数学}, number]}
- id: high
  title: 高中招生
  title_en: High schools
  applicants: {of: high_who, number: no}
  choices: {of: high_wish, batch: batch, order: nth, program: program}
  plans: {of: high_plan, batch: batch, program: program, title: name, seats: seats}
  quota_seats: {of: high_quota, batch: batch, program: program, quota: quota, seats: seats}
  quotas: [{id: art, title: 艺术, title_en: Art, when: artist}]
  batches:
  - {id: early, title: 提前批, title_en: Early, mechanism: deferred_acceptance, max_choices: 2, eligible: score is not null, floor: score >= program.floor,
     score: score, ties: [{by: maths, title: 数学, title_en: Maths}, number], unused: main}
  - {id: main, title: 普通批, title_en: Main, mechanism: parallel_choice, max_choices: 2, score: score, ties: [{by: maths, title: 数学}, number]}
  - {id: lots, title: 抽签批, title_en: Lots, mechanism: lottery, max_choices: 1, ties: [lottery], placed: stay}
  results: {of: high_result, batch: batch, program: program, order: nth, set: {school: school, name: program.name}}
)yaml";

}  // namespace banmo::models::test
