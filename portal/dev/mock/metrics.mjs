// Metrics over the generated rows, counted anew for every question.
import { at } from './city.mjs'

const share = (rows, fits) => (rows.length === 0 ? null : Math.round((rows.filter(fits).length / rows.length) * 1000) / 10)
const mean = (rows, id) => (rows.length === 0 ? null : Math.round((rows.reduce((sum, row) => sum + row[id], 0) / rows.length) * 10) / 10)
const fitnessDims = [['city', '全市'], ['district', '区市'], ['school', '学校'], ['grade', '年级'], ['sex', '性别'], ['school_year', '学年'], ['level', '等级']].map(([id, title]) => ({ id, title }))
const conditionDims = [['district', '区市'], ['school', '学校'], ['year', '年份']].map(([id, title]) => ({ id, title }))

const fit = (id, title, unit, definition, formula, count) => ({ id, pack: 'edu.fitness', title, unit, better: 'up', kind: unit === '人' ? 'aggregate' : 'ratio', dataset: 'fitness_year', dims: fitnessDims, min_cell: 10, synonyms: [], definition, formula, count })
const cond = (id, title, definition, formula, count) => ({ id, pack: 'edu.conditions', title, unit: '%', better: 'up', kind: 'ratio', dataset: 'conditions', dims: conditionDims, synonyms: [], definition, formula, count })

export const metrics = [
  fit('fit_n', '测试人数', '人', '参加测试并有总分的学生人数。', 'count()', (rows) => rows.length),
  fit('fit_good_rate', '优良率', '%', '总分 80 分及以上的学生占比，比率按人数合计计算。', "sum(level in ('1','2')) / count()", (rows) => share(rows, (row) => row.total_score >= 80)),
  fit('fit_pass_rate', '及格率', '%', '总分 60 分及以上的学生占比。', "sum(level <> '4') / count()", (rows) => share(rows, (row) => row.total_score >= 60)),
  fit('fit_avg', '平均分', '分', '总分的平均值。', 'avg(total_score)', (rows) => mean(rows, 'total_score')),
  cond('cond_10g_rate', '万兆接入率', '出口带宽达到 10 Gbps 的学校占比。', 'sum(bandwidth >= 10000) / count()', (rows) => share(rows, (row) => row.bandwidth >= 10000)),
  cond('cond_smart_rate', '智慧校园占比', '已建成智慧校园场景的学校占比。', 'sum(smart_campus) / count()', (rows) => share(rows, (row) => row.smart_campus)),
]

export function publicMetric({ count, formula, ...metric }) {
  return metric
}

function valueOf(city, row, dim) {
  const org = city.orgs.get(row.school)
  if (dim === 'school') return { id: org.id, title: org.title }
  if (dim === 'district') { const up = city.orgs.get(org.parent); return { id: up.id, title: up.title } }
  if (dim === 'city') return { id: city.city.id, title: city.city.title }
  return row[dim]
}

const keyOf = (value) => (typeof value === 'object' && value !== null ? (value.id ?? value.code) : value)

export function rowsFor(city, scope, dataset, where = {}) {
  return [...city.tables[dataset].values()].filter((row) => scope(row) && Object.entries(where).every(([dim, wanted]) => (Array.isArray(wanted) ? wanted : [wanted]).map(String).includes(String(keyOf(valueOf(city, row, dim))))))
}

export function query(city, scope, { metrics: ids, by = [], where = {}, order, limit = 200, compare }) {
  const chosen = ids.map((id) => metrics.find((metric) => metric.id === id))
  const dataset = chosen[0].dataset
  const yearDim = dataset === 'conditions' ? 'year' : 'school_year'
  const groups = new Map()
  for (const row of rowsFor(city, scope, dataset, where)) {
    const values = by.map((dim) => valueOf(city, row, dim))
    const key = values.map(keyOf).join('|')
    if (!groups.has(key)) groups.set(key, { values, rows: [] })
    groups.get(key).rows.push(row)
  }
  const columns = [...by.map((id) => ({ id, title: chosen[0].dims.find((dim) => dim.id === id)?.title ?? id, kind: 'dimension', type: ['city', 'district', 'school'].includes(id) ? 'org' : 'text' })), ...chosen.map(({ id, title, unit }) => ({ id, title, kind: 'metric', unit, type: 'decimal' })), ...(compare ? chosen.map(({ id, title, unit }) => ({ id: `${id}__${compare}`, title: `${title}（上期）`, kind: 'compare', unit, type: 'decimal' })) : [])]
  let rows = [...groups.values()].map(({ values, rows: members }) => {
    const hidden = chosen.some((metric) => members.length < (metric.min_cell ?? 0))
    const prior = compare ? rowsFor(city, scope, dataset, { ...where, ...Object.fromEntries(by.map((dim, i) => [dim, keyOf(values[i])])), [yearDim]: Number(where[yearDim] ?? 2025) - 1 }) : []
    return { hidden, values: [...values.map((value, i) => label(city, dataset, by[i], value)), ...chosen.map((metric) => (hidden ? null : metric.count(members))), ...(compare ? chosen.map((metric) => metric.count(prior)) : [])] }
  })
  const at0 = order ? columns.findIndex((column) => column.id === order.replace(/^-/, '')) : -1
  if (at0 >= 0) rows.sort((a, b) => (order.startsWith('-') ? -1 : 1) * ((a.values[at0] ?? -1) - (b.values[at0] ?? -1)))
  else if (by.length > 0) rows.sort((a, b) => String(keyOf(a.values[0])).localeCompare(String(keyOf(b.values[0])), 'en', { numeric: true }))
  rows = rows.slice(0, limit)
  const suppressed = rows.flatMap((row, r) => (row.hidden ? chosen.map((_, i) => [r, by.length + i]) : []))
  return { columns, rows: rows.map((row) => row.values), suppressed, as_of: city.as_of ?? at }
}

function label(city, dataset, dim, value) {
  const codes = city.datasets.find((one) => one.id === dataset).fields.find((field) => field.id === dim)?.codes
  const known = codes?.find((code) => code.code === value)
  return known ? { code: known.code, title: known.title } : value
}

const card = (id, kind, title, ids, by, more = {}) => ({ id, kind, title, metrics: ids, by, ...more })
export const dashboards = [
  { id: 'fitness', pack: 'edu.fitness', title: '学生体质健康', filters: ['school_year', 'district', 'sex'], cards: [
    card('main', 'kpi', '总体', ['fit_n', 'fit_good_rate', 'fit_pass_rate', 'fit_avg'], []),
    card('map', 'map', '各区市优良率', ['fit_good_rate'], ['district'], { drill: 'school' }),
    card('rank', 'rank', '各区市及格率', ['fit_pass_rate'], ['district'], { drill: 'fit_school', order: '-fit_pass_rate' }),
    card('schools', 'rank', '学校优良率（前 12）', ['fit_good_rate'], ['school'], { drill: 'fit_school', order: '-fit_good_rate', limit: 12 }),
    card('years', 'line', '逐年优良率', ['fit_good_rate', 'fit_pass_rate'], ['school_year'], { free: ['school_year'] }),
    card('grades', 'bar', '各年级男女平均分', ['fit_avg'], ['grade', 'sex']),
    card('heat', 'heat', '区市与年级优良率', ['fit_good_rate'], ['district', 'grade'], { drill: 'school' }),
    card('table', 'table', '区市一览', ['fit_n', 'fit_good_rate', 'fit_pass_rate', 'fit_avg'], ['district'], { drill: 'school' }),
  ] },
  { id: 'fit_school', pack: 'edu.fitness', title: '学校体质健康', filters: ['school_year', 'sex'], cards: [card('main', 'kpi', '本校情况', ['fit_n', 'fit_good_rate', 'fit_avg'], [], { compare: 'prior' }), card('grades', 'bar', '各年级优良率', ['fit_good_rate'], ['grade', 'sex'])] },
  { id: 'conditions', pack: 'edu.conditions', title: '办学条件', filters: ['year'], cards: [card('main', 'kpi', '总体', ['cond_10g_rate', 'cond_smart_rate'], []), card('rank', 'rank', '各区市万兆接入率', ['cond_10g_rate'], ['district'], { drill: 'school', order: '-cond_10g_rate' }), card('bar', 'bar', '各区市对比', ['cond_10g_rate', 'cond_smart_rate'], ['district'], { drill: 'school' })] },
]

function filterValues(city, id) {
  if (id === 'school_year') return { id, title: '学年', values: [{ value: 2024, title: '2024—2025 学年' }, { value: 2025, title: '2025—2026 学年' }], current: 2025 }
  if (id === 'year') return { id, title: '年份', values: [{ value: 2026, title: '2026' }], current: 2026 }
  if (id === 'sex') return { id, title: '性别', values: [{ value: '1', title: '男' }, { value: '2', title: '女' }] }
  return { id, title: '区市', values: [...city.orgs.values()].filter((org) => org.kind === 'district').map((org) => ({ value: org.id, title: org.title })) }
}

export function dashboard(city, scope, spec, params) {
  const chosen = Object.fromEntries(params.getAll('filter').map((text) => [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]))
  const filters = spec.filters.map((id) => ({ ...filterValues(city, id), ...(chosen[id] !== undefined ? { current: chosen[id] } : {}) }))
  const where = { ...chosen, ...Object.fromEntries(filters.filter((filter) => filter.current !== undefined).map((filter) => [filter.id, filter.current])) }
  const cards = spec.cards.map(({ free = [], order, limit, ...rest }) => ({ ...rest, result: query(city, scope, { metrics: rest.metrics, by: rest.by, order, limit, where: Object.fromEntries(Object.entries(where).filter(([id]) => !free.includes(id))), compare: rest.compare }) }))
  return { id: spec.id, title: spec.title, filters, cards, as_of: city.as_of ?? at }
}

export function explain(city, scope, { metrics: ids, by = [], where = {} }) {
  const chosen = ids.map((id) => metrics.find((metric) => metric.id === id))
  const rows = rowsFor(city, scope, chosen[0].dataset, where)
  const files = Map.groupBy ? Map.groupBy(rows, (row) => row._file) : rows.reduce((map, row) => map.set(row._file, [...(map.get(row._file) ?? []), row]), new Map())
  const conditions = Object.entries(where).map(([dim, value]) => `${dim} = ${JSON.stringify(value)}`).join(' and ')
  return { metrics: chosen.map((metric) => ({ id: metric.id, title: metric.title, definition: metric.definition, formula: metric.formula, dataset: metric.dataset, filters: conditions })), sources: [...files].slice(0, 12).map(([file, members], i) => ({ batch: `b-${i}-${file}`, file: file ?? '', at, n_rows: members.length })), n_rows: rows.length, sql: `SELECT ${[...by, ...chosen.map((metric) => `${metric.formula} AS ${metric.id}`)].join(', ')}\nFROM "${chosen[0].dataset}"\nWHERE ${conditions || 'true'}${by.length > 0 ? `\nGROUP BY ${by.join(', ')}` : ''}` }
}
