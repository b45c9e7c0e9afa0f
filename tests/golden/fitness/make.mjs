// SPDX-License-Identifier: Apache-2.0
// Makes students.csv: 2,000 invented students of every grade and sex with results and the totals that the 2014 standard gives them.
//   node tests/golden/fitness/make.mjs --standard <fitness_standard_2014.json> > tests/golden/fitness/students.csv
// It shares no code and no table with the fitness scene: it walks the standard's thresholds from the best score down, in whole tenths and hundredths, and never makes intervals.
// A third of the results lie exactly on a threshold and a third one unit beside it. Every tenth student lacks one item and therefore has no total.
import { readFileSync } from 'node:fs'

const at = process.argv.indexOf('--standard')
if (at < 0 || !process.argv[at + 1]) {
  console.error('usage: node tests/golden/fitness/make.mjs --standard <fitness_standard_2014.json>')
  process.exit(2)
}
const standard = JSON.parse(readFileSync(process.argv[at + 1], 'utf8'))
const gradeNames = ['小一', '小二', '小三', '小四', '小五', '小六', '初一', '初二', '初三', '高一', '高二', '高三', '大一大二', '大一大二', '大三大四', '大三大四']
const columns = { BMI: 'bmi', 肺活量: 'vc', '50米跑': 'run50', 坐位体前屈: 'reach', 一分钟跳绳: 'rope', 一分钟仰卧起坐: 'situp', '50米×8往返跑': 'run50x8', 立定跳远: 'jump',
  引体向上: 'pullup', '800米跑': 'run800', '1000米跑': 'run1000' }
const nStudents = 2000

let seed = 20140707 // the day of the standard
function random() { // mulberry32
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const whole = (from, to) => from + Math.floor(random() * (to - from + 1))

// The items of a student: "A(男)/B(女)" names one item for each sex.
function itemsOf(gradeName, sex) {
  const { weights } = standard.weights.find((block) => block.grades.includes(gradeName))
  return Object.entries(weights).map(([name, weight]) => {
    const parts = name.split('/')
    const own = parts.length === 1 ? name : parts.find((part) => part.endsWith(sex === 'M' ? '(男)' : '(女)')).replace(/\(.\)$/, '')
    return { name: own, weight }
  })
}

// Values are whole tenths in this program, the index whole hundredths.
function bmiOf(gradeName, sex) {
  const row = standard.bmi.find((r) => r.grade === gradeName && r.sex === sex)
  const edges = [row.low_max, ...row.normal, ...row.overweight, row.obese_min].map((v) => Math.round(v * 100))
  const value = random() < 0.4 ? edges[whole(0, edges.length - 1)] + [-5, -4, -1, 0, 1, 4, 5][whole(0, 6)] : whole(1100, 3300)
  const tenths = Math.floor((value + 5) / 10) // one decimal, half up
  const is = (limit) => Math.round(limit * 10)
  const kind = tenths <= is(row.low_max) ? ['低体重', 'low'] : tenths <= is(row.normal[1]) ? ['正常', 'normal'] : tenths <= is(row.overweight[1]) ? ['超重', 'over'] : ['肥胖', 'obese']
  return { value: value / 100, score: standard.bmi_scores[kind[0]], bonus: 0, bmiClass: kind[1] }
}

function resultOf(name, gradeName, sex) {
  const table = standard.tables.find((t) => t.item === name && t.grade === gradeName && t.sex === sex)
  const unit = ['50米跑', '坐位体前屈'].includes(name) ? 1 : 10
  const points = table.points.map(([score, limit]) => [score, Math.round(limit * 10)])
  const better = table.better === 'higher' ? 1 : -1
  const best = points[0][1]
  const worst = points.at(-1)[1]
  const extra = standard.bonus.find((b) => b.item === name && b.sex.includes(sex) && b.grades.includes(gradeName))?.points ?? []
  const limits = [...points.map((p) => p[1]), ...extra.map(([, distance]) => best + distance * 10)]
  const draw = random()
  const far = Math.round(Math.abs(best - worst) * 0.3 / unit) * unit
  let value
  if (draw < 2 / 3) value = limits[whole(0, limits.length - 1)] + (draw < 1 / 3 ? 0 : unit * (random() < 0.5 ? 1 : -1))
  else value = Math.min(best, worst) - far + unit * whole(0, Math.round((Math.abs(best - worst) + 2 * far) / unit))
  if (!['坐位体前屈'].includes(name)) value = Math.max(0, value)
  const reaches = (limit) => (value - limit) * better >= 0
  const score = points.find(([, limit]) => reaches(limit))?.[0] ?? 0
  const bonus = extra.filter(([, distance]) => reaches(best + distance * 10)).reduce((most, [count]) => Math.max(most, count), 0)
  return { value: value / 10, score, bonus }
}

const lines = ['# 合成学生，非真实数据；总分由 tests/golden/fitness/make.mjs 按标准原表独立算出', ['student', 'grade', 'sex', ...Object.values(columns), 'total', 'level', 'bmi_class'].join(',')]
for (let n = 0; n < nStudents; ++n) {
  const grade = (n % 16) + 1
  const sex = Math.floor(n / 16) % 2 === 0 ? 'M' : 'F'
  const gradeName = gradeNames[grade - 1]
  const items = itemsOf(gradeName, sex)
  const missing = n % 10 === 9 ? items[whole(0, items.length - 1)].name : ''
  const cells = {}
  let hundredths = 0
  let bmiClass = ''
  for (const { name, weight } of items) {
    const result = name === 'BMI' ? bmiOf(gradeName, sex) : resultOf(name, gradeName, sex)
    if (name === missing) continue
    cells[columns[name]] = result.value
    hundredths += result.score * weight + result.bonus * 100
    bmiClass = result.bmiClass ?? bmiClass
  }
  const tenths = Math.floor((hundredths + 5) / 10)
  const level = tenths >= 900 ? '1' : tenths >= 800 ? '2' : tenths >= 600 ? '3' : '4'
  const answer = missing ? ['', '', ''] : [tenths / 10, level, bmiClass]
  lines.push([n + 1, grade, sex === 'M' ? '1' : '2', ...Object.values(columns).map((c) => cells[c] ?? ''), ...answer].join(','))
}
console.log(lines.join('\n'))
