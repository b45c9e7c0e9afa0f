// A generated city: ten districts with schools, people, fitness results and school conditions. Deterministic; no real person or school.

const districtNames = ['市南区', '市北区', '李沧区', '崂山区', '西海岸新区', '城阳区', '即墨区', '胶州市', '平度市', '莱西市']
const surnames = '王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗'
const given = ['一诺', '子涵', '欣怡', '浩然', '雨桐', '梓萱', '宇轩', '思远', '佳宁', '明哲', '若曦', '俊杰', '嘉懿', '诗涵', '博文']
export const at = '2026-11-20T08:30:00.000000Z'

function dice(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

const uuid = (kind, n) => `01936f00-0000-7000-8${kind}00-${String(n).padStart(12, '0')}`
const codes = (list) => Object.entries(list).map(([code, title]) => ({ code, title }))
const levelOf = (total) => (total >= 90 ? '1' : total >= 80 ? '2' : total >= 60 ? '3' : '4')

export function makeCity() {
  const roll = dice(7)
  const orgs = new Map()
  const addOrg = (org) => { orgs.set(org.id, { n_children: 0, n_students: 0, n_staff: 0, valid_from: '2020-09-01', ...org }); const up = orgs.get(org.parent); if (up) up.n_children += 1; return orgs.get(org.id) }
  const city = addOrg({ id: uuid(0, 1), title: '青岛市（演示）', kind: 'city', code: '370200' })
  const people = []
  const fitness = []
  const conditions = []
  districtNames.forEach((name, d) => {
    const district = addOrg({ id: uuid(1, d + 1), title: name, kind: 'district', parent: city.id, code: `3702${String(d + 1).padStart(2, '0')}` })
    for (let s = 0; s < 5; s += 1) {
      const kind = ['第一小学', '第二小学', '实验初级中学', '第三中学', '高级中学'][s]
      const school = addOrg({ id: uuid(2, d * 10 + s + 1), title: `${name.slice(0, 2)}演示${kind}`, kind: 'school', parent: district.id, code: `37020${d}${s}001` })
      const grades = s < 2 ? [1, 2, 3, 4, 5, 6] : s < 4 ? [7, 8, 9] : [10, 11, 12]
      for (const g of grades) {
        const grade = addOrg({ id: uuid(3, d * 1000 + s * 100 + g), title: `${g} 年级`, kind: 'grade', parent: school.id })
        const group = addOrg({ id: uuid(4, d * 1000 + s * 100 + g), title: `${g} 年级 1 班`, kind: 'class', parent: grade.id })
        const n = d === 3 && s === 4 ? 3 : 12 + Math.floor(roll() * 8)
        for (let i = 0; i < n; i += 1) {
          const person = { id: uuid(5, people.length + 1), name: surnames[Math.floor(roll() * surnames.length)] + given[Math.floor(roll() * given.length)], sex: roll() < 0.52 ? '1' : '2', birth: `${2026 - 6 - g}-0${1 + Math.floor(roll() * 9)}-15`, roles: ['student'], org: { id: group.id, title: `${school.title} ${group.title}`, kind: 'class' }, school: school.id, district: district.id }
          people.push(person)
          for (const year of [2024, 2025]) {
            const total = Math.min(118, Math.max(35, Math.round((70 + d * 0.7 + (year - 2024) * 2 + (roll() + roll() + roll() - 1.5) * 22) * 10) / 10))
            fitness.push({ school_year: year, student_no: `G${uuid(5, people.length).slice(-9)}`, student_name: person.name, school: school.id, grade: g, sex: person.sex, height: Math.round(110 + g * 5 + roll() * 15), weight: Math.round(20 + g * 3.6 + roll() * 12), vital_capacity: Math.round(900 + g * 240 + roll() * 700), total_score: total, level: levelOf(total), tested_on: `${year}-10-${10 + Math.floor(roll() * 18)}`, _file: `${name}体测${year}.csv`, _line: 2 + Math.floor(roll() * 900), _batch: 'b-0001' })
          }
        }
        for (const org of [group, grade, school, district, city]) org.n_students += n
      }
      const staff = Math.round(school.n_students / 11) + 6
      for (const org of [school, district, city]) org.n_staff += staff
      people.push({ id: uuid(6, d * 10 + s), name: `${surnames[(d + s) % surnames.length]}老师`, sex: '2', roles: ['teacher'], org: { id: school.id, title: school.title, kind: 'school' }, school: school.id, district: district.id })
      conditions.push({ year: 2026, school: school.id, classes: grades.length * 6, bandwidth: roll() < 0.72 ? 10000 : 1000, wlan: roll() < 0.9, ipv6: roll() < 0.8, books: Math.round(school.n_students * (25 + roll() * 20)), area: Math.round(4200 + roll() * 18000), smart_campus: roll() < 0.63, _file: '办学条件2026.xlsx', _line: d * 5 + s + 2, _batch: 'b-0002' })
    }
  })
  for (let i = 0; i < 9; i += 1) fitness[i * 300]._warn = ['in_window']
  return { city, orgs, people, tables: { fitness_year: keyed(fitness, ['school_year', 'student_no']), conditions: keyed(conditions, ['year', 'school']), fitness_weight: keyed(weights(), ['stage', 'item']) }, datasets: datasets(), bad: badRows(orgs), batches: batches(), jobs: new Map(), sessions: new Map(), disabled: new Set(), plan: plan(), history: new Map(), audit: audit() }
}

export function keyed(rows, grain) {
  return new Map(rows.map((row) => { const key = grain.map((id) => encodeURIComponent(row[id])).join('~'); return [key, { _key: key, ...row }] }))
}

const weights = () => [['p12', 'bmi', 15], ['p12', 'vc', 15], ['p12', 'run50', 20], ['p12', 'reach', 30], ['p12', 'rope', 20], ['m', 'bmi', 15], ['m', 'vc', 15], ['m', 'run50', 20], ['m', 'reach', 10], ['m', 'jump', 10]].map(([stage, item, weight]) => ({ stage, item, weight }))
const field = (id, title, type, more = {}) => ({ id, title, type, required: false, level: 'L2', masked: false, ...more })
const sexes = codes({ 1: '男', 2: '女' })

function datasets() {
  return [
    { id: 'fitness_year', pack: 'edu.fitness', title: '学生体质健康学年总分', kind: 'entry', level: 'L3', category: '学生数据/体质健康', owner: '体育卫生与艺术教育处', grain: ['school_year', 'student_no'], updated_at: at, quality_rate: 0.987, law: { purpose: '国家学生体质健康标准年度测试、上报与干预', basis: '教体艺〔2014〕5 号' }, lineage: { from: ['fitness_weight'], to: [] },
      fields: [field('school_year', '学年', 'year', { required: true }), field('student_no', '学籍号', 'text', { required: true, level: 'L3' }), field('student_name', '姓名', 'text', { level: 'L3' }), field('school', '学校', 'org', { required: true }), field('grade', '年级', 'int', { required: true, min: 1, max: 12 }), field('sex', '性别', 'code', { required: true, list: 'sex', codes: sexes }), field('height', '身高', 'decimal', { unit: '厘米', level: 'L3', min: 80, max: 220 }), field('weight', '体重', 'decimal', { unit: '千克', level: 'L3', min: 10, max: 200 }), field('vital_capacity', '肺活量', 'int', { unit: '毫升', level: 'L3', min: 300, max: 9999 }), field('total_score', '总分', 'decimal', { required: true, unit: '分', level: 'L3', min: 0, max: 120, scale: 1 }), field('level', '等级', 'code', { list: 'fitness_level', codes: codes({ 1: '优秀', 2: '良好', 3: '及格', 4: '不及格' }) }), field('tested_on', '测试日期', 'date')],
      rules: [{ id: 'score_range', title: '总分越界', severity: 'error', expr: 'total_score between 0 and 120' }, { id: 'grade_range', title: '年级越界', severity: 'error', expr: 'grade between 1 and 12' }, { id: 'in_window', title: '日期不在学年内', severity: 'warn', expr: 'tested_on is null or tested_on between sy_start(school_year) and sy_end(school_year)' }] },
    { id: 'conditions', pack: 'edu.conditions', title: '办学条件', kind: 'entry', level: 'L2', category: '学校数据/办学条件', owner: '发展规划处', grain: ['year', 'school'], updated_at: at, quality_rate: 0.94, law: { purpose: '教育事业统计', basis: '教育统计管理规定' }, lineage: { from: [], to: [] },
      fields: [field('year', '年份', 'year', { required: true }), field('school', '学校', 'org', { required: true }), field('classes', '班级数', 'int', { unit: '个', min: 0 }), field('bandwidth', '出口带宽', 'int', { unit: 'Mbps', min: 0 }), field('wlan', '无线网覆盖', 'bool'), field('ipv6', '支持 IPv6', 'bool'), field('books', '图书', 'int', { unit: '册' }), field('area', '校舍面积', 'int', { unit: '平方米' }), field('smart_campus', '智慧校园', 'bool')],
      rules: [{ id: 'area_pos', title: '校舍面积须大于 0', severity: 'error', expr: 'area > 0' }] },
    { id: 'fitness_weight', pack: 'edu.fitness', title: '体测项目权重', kind: 'reference', level: 'L1', category: '标准规范', owner: '体育卫生与艺术教育处', grain: ['stage', 'item'], updated_at: at, lineage: { from: [], to: ['fitness_year'] },
      fields: [field('stage', '学段', 'code', { level: 'L1', codes: codes({ p12: '小学一二年级', m: '初中及以上' }) }), field('item', '项目', 'code', { level: 'L1', codes: codes({ bmi: '体重指数', vc: '肺活量', run50: '50 米跑', reach: '坐位体前屈', rope: '一分钟跳绳', jump: '立定跳远' }) }), field('weight', '权重', 'int', { level: 'L1', unit: '%' })], rules: [] },
  ]
}

function badRows(orgs) {
  const schools = [...orgs.values()].filter((org) => org.kind === 'school')
  return Array.from({ length: 73 }, (_, i) => {
    const school = schools[(i * 7) % schools.length]
    const score = 121 + i
    return { id: `q-${i + 1}`, dataset: 'fitness_year', batch: 'b-0001', file: '市南体测2025.csv', line: 12 + i * 9, field: 'total_score', rule: 'score_range', detail: { zh: `总分 ${score} 超过上限 120。请核对原始成绩后改正。`, en: `Total ${score} is above 120. Check the raw results and correct it.` }, raw: { 学年: '2025', 学籍号: `G0000${i}`, 学校: school.code, 年级: '5', 总分: String(score) }, org: { id: school.id, title: school.title, kind: 'school' } }
  })
}

const batches = () => [
  { id: 'b-0001', dataset: 'fitness_year', file: '市南体测2025.csv', sha256: 'a3f1'.repeat(16), by: 'district', at, n_good: 5480, n_bad: 73, n_warn: 9, state: 'done' },
  { id: 'b-0002', dataset: 'conditions', file: '办学条件2026.xlsx', sha256: '9c04'.repeat(16), by: 'city', at, n_good: 50, n_bad: 0, n_warn: 0, state: 'done' },
]

const target = (id, plan, section, item, unit, op, source, responsible, goals, actuals, more = {}) => ({ id, plan, section, item, unit, op, source, responsible, measure: more.measure ?? item, metric: more.metric, years: [2025, 2026, 2027].map((year, i) => ({ year, target: goals[i], actual: actuals[i], lamp: lampOf(op, goals[i], actuals[i]), source: actuals[i] === undefined ? undefined : source, evidence: source === 'reported' && actuals[i] !== undefined ? more.evidence : undefined, at: actuals[i] === undefined ? undefined : at })) })

export function lampOf(op, goal, actual) {
  if (actual === undefined) return 'grey'
  const share = op === '<=' ? goal / actual : actual / goal
  return share >= 1 ? 'green' : share >= 0.9 ? 'yellow' : 'red'
}

function plan() {
  const digital = '教育数字化三年行动计划（2025—2027）'
  const vocational = '职业教育三年行动计划（2025—2027）'
  return [
    target('bandwidth', digital, '基础环境', '学校万兆接入', '%', '>=', 'computed', '电教馆', [60, 80, 100], [64, 72], { metric: 'cond_10g_rate', measure: '万兆接入学校数 ÷ 学校数' }),
    target('wlan', digital, '基础环境', '无线网全覆盖', '%', '>=', 'computed', '电教馆', [80, 90, 100], [86, 88], { metric: 'cond_wlan_rate' }),
    target('smart', digital, '基础环境', '智慧校园场景学校占比', '%', '>=', 'computed', '电教馆', [50, 65, 80], [52, 64], { metric: 'cond_smart_rate' }),
    target('sync', digital, '智能应用', '智慧同步课堂', '间', '>=', 'reported', '基础教育处', [400, 700, 1000], [420, 605], { evidence: '青教办〔2026〕12 号（演示）' }),
    target('cases', digital, '资源', '跨学科 AI 教学案例', '个', '>=', 'reported', '教科院', [100, 200, 300], [118], { evidence: '案例征集公示（演示）' }),
    target('students', vocational, '办学规模', '高职在校生', '万人', '>=', 'reported', '职业教育处', [12.2, 12.6, 13], [12.4, 12.7], { evidence: '高校事业统计表（演示）' }),
    target('centres', vocational, '产教融合', '市级公共实训中心', '个', '>=', 'reported', '职业教育处', [4, 7, 10], [3, 6], { evidence: '市级认定名单（演示）' }),
  ]
}

const audit = () => Array.from({ length: 120 }, (_, i) => ({ seq: 120 - i, at, actor: ['city', 'district', 'principal', 'sysadmin'][i % 4], action: ['session.create', 'rows.read', 'import.done', 'rows.update'][i % 4], object: i % 4 === 0 ? 'session' : 'dataset fitness_year', detail: i % 4 === 2 ? { batch: 'b-0001', n_good: 5480 } : {} }))
