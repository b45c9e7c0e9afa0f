// SPDX-License-Identifier: Apache-2.0
// Writes the tables of the fitness scene from the facts of the 2014 standard: node tools/gen/fitness_tables.mjs --standard <fitness_standard_2014.json> [--out scenes/fitness/data]
// The standard gives thresholds; a table of bands gives, for each grade, sex and item, the half-open intervals [lo, hi) of the measured value in which a score holds, so that one
// comparison finds it. Values have two decimals at most: "at most 10.3 s" becomes "below 10.31 s".
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const grades = { 小一: [1], 小二: [2], 小三: [3], 小四: [4], 小五: [5], 小六: [6], 初一: [7], 初二: [8], 初三: [9], 高一: [10], 高二: [11], 高三: [12], 大一大二: [13, 14], 大三大四: [15, 16] }
const sexes = { M: ['1'], F: ['2'], MF: ['1', '2'] }
const items = {
  BMI: 'bmi', 肺活量: 'vc', '50米跑': 'run50', 坐位体前屈: 'reach', 一分钟跳绳: 'rope', 一分钟仰卧起坐: 'situp', '50米×8往返跑': 'run50x8', 立定跳远: 'jump', 引体向上: 'pullup',
  '1000米跑': 'run1000', '800米跑': 'run800',
}
const itemsBySex = { '引体向上(男)/一分钟仰卧起坐(女)': { 1: 'pullup', 2: 'situp' }, '1000米跑(男)/800米跑(女)': { 1: 'run1000', 2: 'run800' } }
const lowest = -1000 // below and above everything that can be measured
const highest = 100000
const source = '# 国家学生体质健康标准（2014年修订），教体艺〔2014〕5号；由 tools/gen/fitness_tables.mjs 生成，请勿手改'

function argument(name, fallback) {
  const at = process.argv.indexOf(name)
  if (at > 0 && process.argv[at + 1]) return process.argv[at + 1]
  if (fallback) return fallback
  console.error(`usage: node tools/gen/fitness_tables.mjs --standard <fitness_standard_2014.json> [--out <folder>]`)
  process.exit(2)
}

const hundredths = (value) => Math.round(value * 100)
const text = (n) => String(n / 100)

// Steps from worst to best, each {score, bonus, from}: the step holds from `from` on, in the direction in which results get better.
function steps(table, bonus) {
  const worstFirst = [...table.points].sort((a, b) => a[0] - b[0]).map(([score, threshold]) => ({ score, bonus: 0, from: hundredths(threshold) }))
  const best = worstFirst.at(-1).from
  const extra = [...(bonus?.points ?? [])].sort((a, b) => a[0] - b[0]).map(([points, distance]) => ({ score: 100, bonus: points, from: best + hundredths(distance) }))
  return [...worstFirst, ...extra]
}

function bands(table, bonus) {
  const list = steps(table, bonus)
  const higher = table.better === 'higher'
  const edge = (step) => (higher ? step.from : step.from + 1)
  const out = [{ score: 0, bonus: 0, near: higher ? hundredths(lowest) : hundredths(highest), far: edge(list[0]) }]
  list.forEach((step, i) => {
    const end = i + 1 < list.length ? edge(list[i + 1]) : higher ? hundredths(highest) : hundredths(lowest)
    out.push({ score: step.score, bonus: step.bonus, near: edge(step), far: end })
  })
  return out.map(({ score, bonus: points, near, far }) => ({ lo: Math.min(near, far), hi: Math.max(near, far), score, bonus: points, bmi_class: '' }))
}

// The index is rounded to one decimal before it is looked up: 18.15 counts as 18.2.
function bmiBands(row, scores) {
  const start = (value) => hundredths(value) - 5
  const edges = [hundredths(lowest), start(row.normal[0]), start(row.overweight[0]), start(row.obese_min), hundredths(highest)]
  return [['低体重', 'low'], ['正常', 'normal'], ['超重', 'over'], ['肥胖', 'obese']].map(([name, bmiClass], i) => ({
    lo: edges[i], hi: edges[i + 1], score: scores[name], bonus: 0, bmi_class: bmiClass }))
}

const standard = JSON.parse(readFileSync(argument('--standard'), 'utf8'))
const out = argument('--out', 'scenes/fitness/data')
mkdirSync(out, { recursive: true })

const rows = []
const add = (gradeName, sexName, item, list) => {
  for (const grade of grades[gradeName]) for (const sex of sexes[sexName]) for (const band of list) rows.push({ grade, sex, item, ...band })
}
for (const table of standard.tables) {
  const bonus = standard.bonus.find((b) => b.item === table.item && b.sex.includes(table.sex) && b.grades.includes(table.grade))
  add(table.grade, table.sex, items[table.item], bands(table, bonus))
}
for (const row of standard.bmi) add(row.grade, row.sex, 'bmi', bmiBands(row, standard.bmi_scores))
const stageOf = (grade) => (grade <= 2 ? 'p12' : grade <= 4 ? 'p34' : grade <= 6 ? 'p56' : 'm')
const weights = new Map() // "stage,sex,item" > per cent
for (const block of standard.weights) {
  const stage = stageOf(grades[block.grades[0]][0])
  for (const sex of ['1', '2']) {
    for (const [name, weight] of Object.entries(block.weights)) weights.set([stage, sex, itemsBySex[name]?.[sex] ?? items[name]].join(','), weight)
  }
}
const order = Object.values(items)
rows.sort((a, b) => a.grade - b.grade || a.sex.localeCompare(b.sex) || order.indexOf(a.item) - order.indexOf(b.item) || a.lo - b.lo)
const weightOf = (r) => weights.get([stageOf(r.grade), r.sex, r.item].join(','))
const bandLines = rows.map((r) => [r.grade, r.sex, r.item, text(r.lo), text(r.hi), r.score, r.bonus, weightOf(r), r.bmi_class].join(','))
writeFileSync(join(out, 'bands_2014.csv'), [source, 'grade,sex,item,lo,hi,score,bonus,weight,bmi_class', ...bandLines, ''].join('\n'))

const weightLines = [...weights].map(([key, weight]) => `${key},${weight}`)
writeFileSync(join(out, 'weights_2014.csv'), [source, 'stage,sex,item,weight', ...weightLines, ''].join('\n'))
console.log(`${rows.length} bands, ${weightLines.length} weights`)
