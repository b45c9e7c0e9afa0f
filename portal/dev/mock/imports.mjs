// Imports that take their time, so that progress can be looked at.
import { parseCsv } from './files.mjs'

export function newJob(ctx, dataset) {
  const id = `j-${ctx.city.jobs.size + 1}`
  const job = { id, kind: 'import', dataset: dataset.id, file: ctx.params.get('name') ?? 'upload.csv', dry_run: ctx.params.get('dry_run') === 'true', state: 'queued', phase: 'queued', progress: 0, n_read: 0, n_good: 0, n_bad: 0, n_warn: 0, n_new: 0, n_changed: 0, n_same: 0, by: ctx.me.account, created_at: new Date().toISOString() }
  ctx.city.jobs.set(id, job)
  return job
}

const problem = (zh, en) => ({ type: 'about:blank', title: zh, status: 422, code: 'import.unreadable', detail: { zh, en } })

function typed(field, text, orgs) {
  if (text === undefined || text === '') return null
  if (['int', 'year', 'decimal'].includes(field.type)) return Number(text)
  if (field.type === 'org') return [...orgs.values()].find((org) => org.id === text || org.code === text || org.title === text)?.id ?? text
  if (field.codes) return field.codes.find((code) => code.title === text)?.code ?? text
  return text
}

function fault(dataset, row, orgs) {
  for (const field of dataset.fields) {
    const value = row[field.id]
    if (value === null && field.required) return { field: field.id, rule: 'required', detail: { zh: `缺少${field.title}，请补上。`, en: `${field.title} is missing; fill it in.` } }
    if (typeof value === 'number' && (Number.isNaN(value) || value < (field.min ?? -Infinity) || value > (field.max ?? Infinity))) return { field: field.id, rule: field.id === 'total_score' ? 'score_range' : 'type', detail: { zh: `${field.title}不在允许的范围内，请核对后改正。`, en: `${field.title} is out of range; check and correct it.` } }
    if (field.type === 'org' && value !== null && !orgs.has(value)) return { field: field.id, rule: 'reference', detail: { zh: `没有学校“${value}”，请用目录中的代码或名称。`, en: `There is no school "${value}"; use a code or name from the directory.` } }
  }
  return null
}

export function runImport(ctx, dataset, job) {
  const { city } = ctx
  let lines
  try {
    lines = parseCsv(ctx.body.toString('utf8'))
  } catch {
    lines = []
  }
  const step = (change, next) => setTimeout(() => { Object.assign(job, change); next?.() }, ctx.stepMs)
  const fail = (zh, en) => step({ state: 'failed', phase: 'failed', error: problem(zh, en), finished_at: new Date().toISOString() })
  if (ctx.body.subarray(0, 2).toString() === 'PK') return fail('开发用的模拟服务器不读 XLSX，请用 CSV。', 'The development server reads CSV only.')
  const head = (lines.shift() ?? []).map((title) => dataset.fields.find((field) => field.id === title.trim() || field.title === title.trim()))
  if (!head.some((field) => field !== undefined)) return fail('表头没有一个字段认得。请用模板的表头。', 'No heading is known. Use the headings of the template.')
  job.batch = `b-${job.id}`
  const good = []
  const bad = []
  lines.forEach((cells, i) => {
    const row = Object.fromEntries(dataset.fields.map((field) => [field.id, typed(field, cells[head.indexOf(field)], city.orgs)]))
    const wrong = fault(dataset, row, city.orgs)
    const org = city.orgs.get(row.school)
    if (wrong) bad.push({ id: `q-${job.id}-${i}`, dataset: dataset.id, batch: job.batch, file: job.file, line: i + 2, ...wrong, raw: Object.fromEntries(cells.map((cell, c) => [head[c]?.title ?? `#${c + 1}`, cell])), ...(org ? { org: { id: org.id, title: org.title, kind: org.kind } } : {}) })
    else good.push({ ...row, level: row.level ?? undefined, _file: job.file, _line: i + 2, _batch: job.batch })
  })
  const table = city.tables[dataset.id]
  const keyOf = (row) => dataset.grain.map((id) => encodeURIComponent(row[id])).join('~')
  const fresh = good.filter((row) => !table.has(keyOf(row))).length
  step({ state: 'running', phase: 'read', progress: 0.2, n_read: lines.length }, () => step({ phase: 'check', progress: 0.6, n_good: good.length, n_bad: bad.length }, () => step({ phase: job.dry_run ? 'report' : 'write', progress: 0.9 }, () => {
    city.bad.push(...bad)
    if (!job.dry_run) {
      for (const row of good) table.set(keyOf(row), { ...row, _key: keyOf(row) })
      city.batches.unshift({ id: job.batch, dataset: dataset.id, file: job.file, sha256: '0'.repeat(64), by: job.by, at: new Date().toISOString(), n_good: good.length, n_bad: bad.length, n_warn: 0, state: 'done' })
    }
    step({ state: 'done', phase: 'done', progress: 1, n_new: fresh, n_changed: good.length - fresh, finished_at: new Date().toISOString() })
  })))
  return undefined
}

export function streamJob(ctx, job) {
  ctx.response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  const tell = () => {
    ctx.response.write(`event: job\ndata: ${JSON.stringify(job)}\n\n`)
    if (job.state === 'done' || job.state === 'failed') { clearInterval(timer); ctx.response.end() }
  }
  const timer = setInterval(tell, Math.max(20, ctx.stepMs / 2))
  ctx.request.on('close', () => clearInterval(timer))
  tell()
  return undefined
}
