// The routes of the contract over the generated city.
import { accountsOf, meOf } from './accounts.mjs'
import { at, lampOf } from './city.mjs'
import { csv, xlsx } from './files.mjs'
import { newJob, runImport, streamJob } from './imports.mjs'
import { dashboard, dashboards, explain, metrics, publicMetric, query, rowsFor } from './metrics.mjs'

class Refusal extends Error {
  constructor(status, code, zh, en, errors) { super(code); Object.assign(this, { status, code, detail: { zh, en }, errors }) }
}

const json = (status, body) => ({ status, body })
const missing = () => new Refusal(404, 'not_found', '没有这个对象，或您无权查看。', 'There is no such object, or you may not see it.')

export async function answer(city, request, url, body, response, stepMs) {
  let out
  try {
    const parts = url.pathname.split('/').slice(3).map(decodeURIComponent)
    const me = session(city, request)
    const ctx = { city, request, params: url.searchParams, body, me, parts, stepMs, response, json: () => JSON.parse(body.toString() || '{}') }
    if (me === undefined && parts[0] !== 'session') throw new Refusal(401, 'session.required', '请先登录。', 'Sign in first.')
    if (!['GET', 'HEAD'].includes(request.method) && request.headers['x-requested-with'] !== 'banmo') throw new Refusal(403, 'session.cross_site', '缺少 X-Requested-With。', 'X-Requested-With is missing.')
    const handler = handlers[`${request.method} ${parts[0]}`]
    if (handler === undefined) throw missing()
    out = await handler(ctx)
  } catch (error) {
    if (!(error instanceof Refusal)) { console.error(error); error = new Refusal(500, 'internal', '服务器出错。', 'The server failed.') }
    const english = request.headers['accept-language'] === 'en'
    out = { status: error.status, type: 'application/problem+json', body: { type: 'about:blank', title: english ? error.detail.en : error.detail.zh, status: error.status, code: error.code, detail: error.detail, errors: error.errors, request_id: 'mock' } }
  }
  if (out === undefined) return
  const headers = { 'Content-Type': out.type ?? 'application/json', ...(out.headers ?? {}) }
  response.writeHead(out.status, headers).end(out.body === undefined ? undefined : Buffer.isBuffer(out.body) || typeof out.body === 'string' ? out.body : JSON.stringify(out.body))
}

function session(city, request) {
  const token = /banmo_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  return city.sessions.get(token)
}

function need(ctx, right) {
  if (!ctx.me.rights.includes(right)) throw new Refusal(403, 'denied', '您的角色没有这项权限。', 'Your role does not have this right.')
}

function page(ctx, items) {
  const start = Number(ctx.params.get('after') ?? 0)
  const limit = Number(ctx.params.get('limit') ?? 50)
  return json(200, { items: items.slice(start, start + limit), ...(start + limit < items.length ? { next: String(start + limit) } : {}) })
}

function datasetOf(ctx, right) {
  need(ctx, right ?? 'datasets.read')
  const dataset = ctx.city.datasets.find((one) => one.id === ctx.parts[1])
  if (dataset === undefined) throw missing()
  return dataset
}

const able = (ctx, dataset) => { const entry = dataset.kind === 'entry'; return { import: entry && ctx.me.rights.includes('datasets.import'), edit: entry && ctx.me.rights.includes('datasets.edit'), export: ctx.me.rights.includes('datasets.export') } }
const scopeOf = (ctx, dataset) => (dataset === 'fitness_weight' ? () => true : ctx.me.see)
const summary = (ctx, { fields, rules, law, lineage, ...dataset }) => ({ ...dataset, n_rows: rowsFor(ctx.city, scopeOf(ctx, dataset.id), dataset.id).length, can: able(ctx, dataset) })

const titled = (ctx, dataset, row) => {
  const out = { ...row }
  for (const field of dataset.fields) {
    if (field.type === 'org') out[`${field.id}_title`] = ctx.city.orgs.get(row[field.id])?.title
    if (field.codes) out[`${field.id}_title`] = field.codes.find((code) => code.code === row[field.id])?.title
  }
  delete out._history
  return out
}

function filtered(ctx, dataset) {
  const tests = ctx.params.getAll('filter').map((text) => {
    const [id, op, ...rest] = text.split(':')
    const value = rest.join(':')
    if (!dataset.fields.some((field) => field.id === id)) throw new Refusal(422, 'invalid', `没有字段 ${id}。`, `There is no field ${id}.`)
    const cmp = (a) => (typeof a === 'number' ? a - Number(value) : String(a ?? '').localeCompare(value))
    return { eq: (row) => String(row[id]) === value, ne: (row) => String(row[id]) !== value, lt: (row) => cmp(row[id]) < 0, le: (row) => cmp(row[id]) <= 0, gt: (row) => cmp(row[id]) > 0, ge: (row) => cmp(row[id]) >= 0, like: (row) => String(row[id] ?? '').includes(value), null: (row) => row[id] === undefined || row[id] === null, in: (row) => value.split('|').includes(String(row[id])) }[op]
  })
  const rows = rowsFor(ctx.city, scopeOf(ctx, dataset.id), dataset.id).filter((row) => tests.every((test) => test(row)))
  const order = ctx.params.get('order')
  const id = order?.replace(/^-/, '')
  const turn = order?.startsWith('-') ? -1 : 1
  return id ? rows.sort((a, b) => turn * (typeof a[id] === 'number' ? a[id] - b[id] : String(a[id] ?? '').localeCompare(String(b[id] ?? '')))) : rows
}

function checked(dataset, body) {
  const errors = []
  for (const [id, value] of Object.entries(body)) {
    const field = dataset.fields.find((one) => one.id === id)
    if (field === undefined) errors.push({ where: `$.${id}`, code: 'unknown_field', detail: { zh: '没有这个字段。', en: 'There is no such field.' } })
    else if (typeof value === 'number' && (value < (field.min ?? -Infinity) || value > (field.max ?? Infinity))) errors.push({ where: `$.${id}`, code: 'out_of_range', detail: { zh: `${field.title}越界。`, en: `${field.title} is out of range.` } })
  }
  if (errors.length > 0) throw new Refusal(422, 'rows.invalid', '这一行没有通过规则。', 'The row broke a rule.', errors)
  return body
}

const file = (name, type, body) => ({ status: 200, type, body, headers: { 'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` } })
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const sheet = (ctx, name, rows) => (ctx.params.get('format') === 'csv' ? file(`${name}.csv`, 'text/csv; charset=utf-8', csv(rows)) : file(`${name}.xlsx`, sheetType, xlsx(rows)))

function record(city, key, event) {
  city.history.set(key, [event, ...(city.history.get(key) ?? [])])
}

function rowsGet(ctx) {
  const dataset = datasetOf(ctx)
  if (ctx.parts[3] === undefined) return page(ctx, filtered(ctx, dataset).map((row) => titled(ctx, dataset, row)))
  const row = ctx.city.tables[dataset.id].get(ctx.parts[3])
  if (row === undefined || !scopeOf(ctx, dataset.id)(row)) throw missing()
  if (ctx.parts[4] !== 'history') return json(200, titled(ctx, dataset, row))
  const first = { at, by: 'district', op: 'insert', source: { batch: row._batch, file: row._file, line: row._line }, changes: [] }
  return json(200, { items: [...(ctx.city.history.get(row._key) ?? []), first] })
}

const datasetGets = {
  rows: rowsGet,
  template: (ctx) => { const dataset = datasetOf(ctx); return sheet(ctx, `${dataset.title}模板`, [dataset.fields.map((field) => field.title)]) },
  export: (ctx) => { const dataset = datasetOf(ctx, 'datasets.export'); return sheet(ctx, `${dataset.title}-${dataset.level}`, [[`${ctx.me.account} ${at}`], dataset.fields.map((field) => field.title), ...filtered(ctx, dataset).map((row) => dataset.fields.map((field) => row[field.id]))]) },
  quarantine: (ctx) => { const dataset = datasetOf(ctx); return page(ctx, badOf(ctx, dataset.id)) },
  'quarantine.xlsx': (ctx) => { const dataset = datasetOf(ctx); const rows = badOf(ctx, dataset.id); return file('quarantine.xlsx', sheetType, xlsx([[...Object.keys(rows[0]?.raw ?? {}), 'error'], ...rows.map((bad) => [...Object.values(bad.raw), bad.detail.zh])])) },
}

function badOf(ctx, dataset) {
  const batch = ctx.params.get('batch')
  const org = ctx.params.get('org')
  return ctx.city.bad.filter((bad) => bad.dataset === dataset && (!batch || bad.batch === batch) && (!org || bad.org?.id === org) && (bad.org === undefined || ctx.me.see({ school: bad.org.id })))
}

function qualityOf(ctx) {
  const rows = new Map()
  for (const dataset of ctx.city.datasets.filter((one) => one.kind === 'entry')) {
    for (const row of rowsFor(ctx.city, ctx.me.see, dataset.id)) {
      const key = `${dataset.id} ${row.school}`
      const org = ctx.city.orgs.get(row.school)
      const line = rows.get(key) ?? { dataset: dataset.id, org: { id: org.id, title: org.title, kind: org.kind }, n_rows: 0, n_bad: 0, n_warn: 0 }
      line.n_rows += 1
      line.n_warn += row._warn ? 1 : 0
      rows.set(key, line)
    }
  }
  for (const bad of ctx.city.bad) { const line = rows.get(`${bad.dataset} ${bad.org?.id}`); if (line) { line.n_bad += 1; line.n_rows += 1 } }
  return [...rows.values()].map((line) => ({ ...line, rate: (line.n_rows - line.n_bad) / line.n_rows })).sort((a, b) => a.rate - b.rate)
}

const handlers = {
  'POST session': (ctx) => {
    const { account, password } = ctx.json()
    const found = accountsOf(ctx.city).find((one) => one.account === account)
    if (found === undefined || password !== 'banmo-demo' || ctx.city.disabled.has(account)) throw new Refusal(401, 'session.bad_credentials', '账号或密码不对。', 'The account or the password is wrong.')
    const token = `${account}-${ctx.city.sessions.size}`
    ctx.city.sessions.set(token, found)
    return { ...json(201, { token, expires_at: '2026-11-22T08:00:00.000000Z', me: meOf(found) }), headers: { 'Set-Cookie': `banmo_session=${token}; Path=/; HttpOnly; SameSite=Strict` } }
  },
  'DELETE session': () => ({ status: 204, headers: { 'Set-Cookie': 'banmo_session=; Path=/; Max-Age=0' } }),
  'GET me': (ctx) => json(200, meOf(ctx.me)),
  'PUT me': (ctx) => { if (ctx.json().old_password !== 'banmo-demo') throw new Refusal(422, 'password.wrong_old', '现在的密码不对。', 'The present password is wrong.'); return { status: 204 } },
  'GET home': (ctx) => json(200, home(ctx)),
  'GET orgs': (ctx) => {
    need(ctx, 'orgs.read')
    const [, id, part] = ctx.parts
    const { orgs } = ctx.city
    if (id === undefined) {
      const q = ctx.params.get('q')
      const parent = ctx.params.get('parent')
      return page(ctx, [...orgs.values()].filter((org) => (q ? org.title.includes(q) || org.code === q : parent ? org.parent === parent : org.id === ctx.me.org.id)))
    }
    const org = orgs.get(id)
    if (org === undefined) throw missing()
    if (part === 'history') return json(200, { items: [{ at: '2020-09-01T00:00:00.000000Z', what: 'created', detail: { zh: `设立${org.title}。`, en: `${org.title} was founded.` }, by: 'sysadmin' }] })
    const path = []
    for (let up = org; up; up = orgs.get(up.parent)) path.unshift({ id: up.id, title: up.title, kind: up.kind })
    return json(200, { ...org, path })
  },
  'GET people': (ctx) => {
    need(ctx, 'people.read')
    const seen = ctx.city.people.filter((person) => ctx.me.see(person))
    const plain = ({ school, district, ...person }) => person
    if (ctx.parts[1]) { const one = seen.find((person) => person.id === ctx.parts[1]); if (!one) throw missing(); return json(200, { ...plain(one), memberships: [{ org: one.org, role: one.roles[0], from: '2025-09-01' }], accounts: [], can_manage: false }) }
    const q = ctx.params.get('q') ?? ''
    const org = ctx.params.get('org')
    return page(ctx, seen.filter((person) => person.name.includes(q) && (!org || [person.school, person.district, person.org.id, ctx.city.city.id].includes(org))).map(plain))
  },
  'GET datasets': (ctx) => {
    if (ctx.parts[1] === undefined) { need(ctx, 'datasets.read'); return json(200, { items: ctx.city.datasets.map((dataset) => summary(ctx, dataset)) }) }
    if (ctx.parts[2] === undefined) { const dataset = datasetOf(ctx); return json(200, { ...dataset, ...summary(ctx, dataset) }) }
    const get = datasetGets[ctx.parts[2]]
    if (get === undefined) throw missing()
    return get(ctx)
  },
  'POST datasets': (ctx) => {
    if (ctx.parts[2] === 'import') {
      const dataset = datasetOf(ctx, 'datasets.import')
      const job = newJob(ctx, dataset)
      runImport(ctx, dataset, job)
      return json(202, job)
    }
    const dataset = datasetOf(ctx, 'datasets.edit')
    const row = checked(dataset, ctx.json())
    const key = dataset.grain.map((id) => encodeURIComponent(row[id])).join('~')
    if (ctx.city.tables[dataset.id].has(key)) throw new Refusal(409, 'rows.exists', '已有相同主键的行。', 'A row with this key exists.')
    ctx.city.tables[dataset.id].set(key, { _key: key, ...row })
    return json(201, titled(ctx, dataset, { _key: key, ...row }))
  },
  'PATCH datasets': (ctx) => {
    const dataset = datasetOf(ctx, 'datasets.edit')
    const row = ctx.city.tables[dataset.id].get(ctx.parts[3])
    if (row === undefined) throw missing()
    const changes = Object.entries(checked(dataset, ctx.json())).map(([field, after]) => ({ field, before: row[field] ?? null, after }))
    for (const { field, after } of changes) row[field] = after
    record(ctx.city, row._key, { at: new Date().toISOString(), by: ctx.me.account, op: 'update', source: {}, changes })
    return json(200, titled(ctx, dataset, row))
  },
  'DELETE datasets': (ctx) => { const dataset = datasetOf(ctx, 'datasets.edit'); if (!ctx.city.tables[dataset.id].delete(ctx.parts[3])) throw missing(); return { status: 204 } },
  'GET jobs': (ctx) => {
    const job = ctx.city.jobs.get(ctx.parts[1])
    if (job === undefined) throw missing()
    return (ctx.request.headers.accept ?? '').includes('text/event-stream') ? streamJob(ctx, job) : json(200, job)
  },
  'GET batches': (ctx) => { need(ctx, 'datasets.read'); return page(ctx, ctx.city.batches.filter((batch) => !ctx.params.get('dataset') || batch.dataset === ctx.params.get('dataset'))) },
  'GET quality': (ctx) => {
    need(ctx, 'quality.read')
    const dataset = ctx.params.get('dataset')
    if (ctx.parts[1] === 'rules') return json(200, { items: ctx.city.datasets.filter((one) => !dataset || one.id === dataset).flatMap((one) => one.rules.map((rule) => ({ dataset: one.id, rule: rule.id, title: rule.title, severity: rule.severity, n_bad: rule.severity === 'warn' ? 9 : ctx.city.bad.filter((bad) => bad.rule === rule.id).length }))) })
    return page(ctx, qualityOf(ctx).filter((line) => (!dataset || line.dataset === dataset) && (!ctx.params.get('org') || line.org.id === ctx.params.get('org'))))
  },
  'GET metrics': (ctx) => { need(ctx, 'metrics.read'); return json(200, { items: metrics.map(publicMetric) }) },
  'POST metrics': (ctx) => {
    need(ctx, 'metrics.read')
    const body = ctx.json()
    if (ctx.parts[1] === 'query') return json(200, query(ctx.city, ctx.me.see, body))
    if (ctx.parts[1] === 'explain') return json(200, explain(ctx.city, ctx.me.see, body))
    const metric = metrics.find((one) => one.id === body.metric)
    const dataset = ctx.city.datasets.find((one) => one.id === metric.dataset)
    return json(200, { items: rowsFor(ctx.city, ctx.me.see, metric.dataset, body.where).slice(0, body.limit ?? 50).map((row) => titled(ctx, dataset, row)) })
  },
  'GET dashboards': (ctx) => {
    need(ctx, 'metrics.read')
    if (ctx.parts[1] === undefined) return json(200, { items: dashboards.map(({ id, pack, title }) => ({ id, pack, title })) })
    const spec = dashboards.find((one) => one.id === ctx.parts[1])
    if (spec === undefined) throw missing()
    return json(200, dashboard(ctx.city, ctx.me.see, spec, ctx.params))
  },
  'GET plan': (ctx) => { need(ctx, 'plan.read'); return json(200, { items: ctx.city.plan, units: [...new Set(ctx.city.plan.map((target) => target.responsible))] }) },
  'POST plan': (ctx) => {
    need(ctx, 'plan.report')
    const target = ctx.city.plan.find((one) => one.id === ctx.parts[2])
    const { year, value, evidence } = ctx.json()
    const line = target.years.find((one) => one.year === year)
    Object.assign(line, { actual: value, evidence, source: 'reported', at: new Date().toISOString(), lamp: lampOf(target.op, line.target, value) })
    return json(200, target)
  },
  'GET packs': (ctx) => { need(ctx, 'packs.read'); return json(200, { items: [{ id: 'edu.fitness', version: '1.0.0', title: '学生体质健康', owner: '体育卫生与艺术教育处', n_datasets: 2, n_metrics: 4, n_dashboards: 1, n_targets: 0, tags: [], n_tests: 14 }, { id: 'edu.conditions', version: '1.0.0', title: '办学条件', owner: '发展规划处', n_datasets: 1, n_metrics: 2, n_dashboards: 1, n_targets: 3, tags: [], n_tests: 6 }] }) },
  'GET audit': (ctx) => { need(ctx, 'audit.read'); return page(ctx, ctx.city.audit.filter((entry) => (!ctx.params.get('actor') || entry.actor === ctx.params.get('actor')) && (!ctx.params.get('action') || entry.action === ctx.params.get('action')))) },
  'GET accounts': (ctx) => { need(ctx, 'accounts.read'); const q = ctx.params.get('q') ?? ''; return page(ctx, accountsOf(ctx.city).filter((one) => (one.account + one.name).includes(q)).map((one) => ({ account: one.account, name: one.name, roles: [one.role], grants: [], enabled: !ctx.city.disabled.has(one.account), last_sign_in: one.account === 'leader' ? undefined : at }))) },
  'GET notices': (ctx) => json(200, { items: [{ id: '2', at, kind: 'import.done', title: { zh: '“体测”导入完成：写入 9 行，退回 1 行', en: 'Imported: 9 rows, 1 sent back' }, link: '/datasets/fitness_year/quarantine', read: ctx.city.read?.has(ctx.me.account) ?? false }], n_unread: ctx.city.read?.has(ctx.me.account) ? 0 : 1 }),
  'POST notices': (ctx) => { (ctx.city.read ??= new Set()).add(ctx.me.account); return { status: 204 } },
  'GET search': (ctx) => { const q = ctx.params.get('q') ?? ''; return json(200, { items: [...ctx.city.orgs.values()].filter((org) => org.kind === 'school' && org.title.includes(q)).slice(0, 8).map((org) => ({ kind: 'org', title: { zh: org.title, en: org.title }, note: { zh: '', en: '' }, link: `/orgs/${org.id}` })) }) },
  'POST accounts': (ctx) => { need(ctx, 'accounts.manage'); if (ctx.parts[2] === 'disable') ctx.city.disabled.add(ctx.parts[1]); else ctx.city.disabled.delete(ctx.parts[1]); return { status: 204 } },
}

function home(ctx) {
  const may = (right) => ctx.me.rights.includes(right)
  const value = (id) => { const result = query(ctx.city, ctx.me.see, { metrics: [id] }); const metric = metrics.find((one) => one.id === id); return { metric: id, title: metric.title, unit: metric.unit, value: result.rows[0]?.[0] ?? null, suppressed: result.suppressed.length > 0, n: 120, period: '2025', source: { zh: '示例数据', en: 'Sample' }, data_at: at } }
  const bad = badOf(ctx, 'fitness_year').length
  return {
    todo: [...(may('datasets.import') && bad > 0 ? [{ kind: 'quarantine', title: { zh: '行体测数据待改正', en: 'fitness rows to mend' }, n: bad, link: '/datasets/fitness_year/quarantine' }] : []), ...(may('plan.report') ? [{ kind: 'plan', title: { zh: '个目标待填报', en: 'targets to report' }, n: ctx.city.plan.filter((target) => target.source === 'reported' && target.years[1].actual === undefined).length, link: '/plan?lamp=grey' }] : [])],
    figures: may('metrics.read') ? ['fit_n', 'fit_good_rate', 'fit_pass_rate', 'cond_10g_rate'].map(value) : [],
    shortcuts: [...(may('metrics.read') ? [{ title: { zh: '学生体质健康看板', en: 'Fitness dashboard' }, link: '/dashboards/fitness' }] : []), ...(may('datasets.import') ? [{ title: { zh: '导入体测成绩', en: 'Import fitness results' }, link: '/datasets/fitness_year/import' }] : []), ...(may('audit.read') ? [{ title: { zh: '查看审计', en: 'Audit log' }, link: '/audit' }] : [])],
  }
}
