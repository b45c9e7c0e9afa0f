// SPDX-License-Identifier: Apache-2.0
// Working with data: blocks of rows and undo, saved views, headings of a file, bad rows sent back and mended, quality over time, lineage, levels.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { ended, importText, signIn } from './client.mjs'

const city = await signIn('city')
const district = await signIn('district')
const principal = await signIn('principal')
const dataset = 'fitness_raw'
const kYear = 2016 // a year that the demonstration has no figures of
const own = (await district.ok('/me')).org
const school = (await district.ok('/orgs?kind=school&limit=1')).items[0]
const students = (await city.all(`/people?org=${school.id}&role=student`)).filter((person) => person.code).slice(0, 8)
const values = (student, item, raw) => ({ school_year: kYear, student_id: student.code, school_id: school.code, grade: 3, sex: student.sex, item, raw, exempt: false, tested_on: `${kYear}-10-10` })
const heading = '学年,学生,学校,年级,性别,项目,实测值,免测,测试日期'
const line = (student, item, raw) => `${kYear},${student.code},${school.code},3,${student.sex === '2' ? '女' : '男'},${item},${raw},否,${kYear}-10-10`
const bulk = (caller, rows, dry_run = false) => caller.post(`/datasets/${dataset}/rows/bulk`, { dry_run, rows })
// What was made by hand goes again, so that other tests find the rows of files first.
const made = new Set()
after(async () => {
  for (const key of made) await city.call('DELETE', `/api/v1/datasets/${dataset}/rows/${encodeURIComponent(key)}`)
})
const states = (answer) => answer.body.items.map((item) => item.state).join(' ')

test('a block of rows is checked without writing, saved row by row, and the same again changes nothing', async () => {
  const rows = [{ values: values(students[0], '肺活量', 1800) }, { values: values(students[1], '肺活量', 1900) }, { values: values(students[1], '肺活量', 1901) }, { values: values(students[2], '肺活量', 999999) }]
  const checked = await bulk(city, rows, true)
  assert.equal(checked.status, 200, checked.text)
  assert.equal(states(checked), 'created created refused refused')
  assert.equal(checked.body.items[2].errors[0].code, 'records.duplicate')
  assert.ok(checked.body.items[3].errors.every((error) => error.where.startsWith('$') && error.detail.zh && error.detail.en))
  const key = encodeURIComponent(checked.body.items[0].key)
  assert.equal((await city.get(`/datasets/${dataset}/rows/${key}`)).status, 404)
  const saved = await bulk(city, rows)
  for (const item of saved.body.items.slice(0, 2)) made.add(item.key)
  assert.equal(states(saved), 'created created refused refused')
  assert.equal((await city.ok(`/datasets/${dataset}/rows/${key}`)).raw, 1800)
  assert.equal(states(await bulk(city, rows)), 'same same refused refused')
  const stale = await bulk(city, [{ key: checked.body.items[0].key, version: 1, values: { raw: 1811 } }])
  assert.equal(stale.body.items[0].errors[0].code, 'records.row_changed')
})

test('a block is refused whole where it is no block, or where the right is missing', async () => {
  assert.equal((await bulk(city, [])).status, 422)
  assert.equal((await bulk(city, Array.from({ length: 1001 }, () => ({ values: {} })))).status, 422)
  assert.equal((await bulk(principal, [{ values: values(students[0], '肺活量', 1) }])).body.code, 'directory.no_right')
})

test('an edit is taken back by whoever made it, and by nobody else', async () => {
  const row = (await bulk(city, [{ values: values(students[3], '肺活量', 1500) }])).body.items[0]
  const path = `/datasets/${dataset}/rows/${encodeURIComponent(row.key)}`
  const changed = await city.call('PATCH', `/api/v1${path}`, { body: { raw: 1600 } })
  assert.equal(changed.status, 200, changed.text)
  const events = (await city.ok(`${path}/history`)).items
  assert.equal(events[0].op, 'update')
  assert.ok(events[0].edit > events[1].edit)
  assert.equal((await district.post(`${path}/undo?edit=${events[0].edit}`)).body.code, 'records.undo_not_yours')
  assert.equal((await city.post(`${path}/undo?edit=${events[1].edit}`)).body.code, 'records.changed_since')
  const undone = await city.post(`${path}/undo?edit=${events[0].edit}`)
  assert.equal(undone.status, 200, undone.text)
  assert.equal(undone.body.row.raw, 1500)
  assert.equal((await city.post(`${path}/undo?edit=${events[1].edit}`)).body.gone, true)
  assert.equal((await city.get(path)).status, 404)
})

test('views are kept in the ledger: private, or shared with those of the same organisation', async () => {
  const view = { dataset, title: `三年级 ${Date.now()}`, shared: false, filters: ['grade:eq:3'], order: '-raw', columns: ['student_id', 'raw'] }
  const kept = await city.post('/views', view)
  assert.equal(kept.status, 201, kept.text)
  const has = async (caller) => (await caller.ok(`/views?dataset=${dataset}`)).items.find((one) => one.id === kept.body.id)
  assert.equal((await has(city)).own, true)
  assert.equal(await has(district), undefined)
  assert.equal((await district.call('PUT', `/api/v1/views/${kept.body.id}`, { body: view })).status, 404)
  assert.equal((await city.call('PUT', `/api/v1/views/${kept.body.id}`, { body: { ...view, shared: true } })).body.shared, true)
  assert.equal(await has(principal), undefined)
  assert.equal((await city.post('/views', { ...view, filters: ['colour:eq:1'] })).body.code, 'records.bad_filter')
  // A person, even by number, stands in no view; what nobody may see is no column; who neither edits nor watches quality shares nothing.
  assert.equal((await city.post('/views', { ...view, filters: ['student_id:eq:59'] })).body.code, 'records.filter_not_kept')
  assert.equal((await city.post('/views', { ...view, columns: ['no_such_column'] })).body.code, 'records.bad_view_column')
  const student = await signIn('student')
  assert.equal((await student.post('/views', { ...view, columns: [], filters: [], order: '', shared: true })).body.code, 'records.may_not_share')
  assert.equal((await district.call('DELETE', `/api/v1/views/${kept.body.id}`)).status, 404)
  assert.equal((await city.call('DELETE', `/api/v1/views/${kept.body.id}`)).status, 204)
})

test('headings are recognised, chosen and remembered; a checked file is written without sending it again', async () => {
  const mine = `成绩值${Date.now()}`
  const raw = 1000 + (Date.now() % 900)
  const text = `${heading.replace('实测值', mine)}\n${line(students[4], '肺活量', raw)}\n`
  const read = () => city.call('POST', `/api/v1/datasets/${dataset}/headings`, { raw: text, headers: { 'content-type': 'text/csv' } })
  const before = await read()
  assert.equal(before.status, 200, before.text)
  const column = before.body.columns.find((one) => one.title === mine)
  assert.equal(column.by, '')
  assert.equal(before.body.samples[0][6], String(raw))
  const refused = await importText(city, dataset, 'a.csv', text, { dryRun: true })
  assert.equal(refused.error.code, 'records.unknown_heading')
  const sent = await city.call('POST', `/api/v1/datasets/${dataset}/import?name=a.csv&dry_run=true&map=${encodeURIComponent(`raw:${mine}`)}`, { raw: text, headers: { 'content-type': 'text/csv' } })
  assert.equal(sent.status, 202, sent.text)
  const checked = await ended(city, sent.body.id)
  assert.equal(checked.state, 'done', JSON.stringify(checked))
  assert.equal(checked.can_write, true)
  assert.equal((await read()).body.columns.find((one) => one.title === mine).by, 'chosen')
  assert.equal((await district.post(`/jobs/${checked.id}/write`)).status, 404)
  const written = await city.post(`/jobs/${checked.id}/write`)
  assert.equal(written.status, 202, written.text)
  const done = await ended(city, written.body.id)
  assert.equal(done.n_new + done.n_changed, 1, JSON.stringify(done))
  assert.equal((await city.post(`/jobs/${checked.id}/write`)).body.code, 'records.not_checked')
})

test('bad rows are work: sent back with a date, mended in place, and closed', async () => {
  const job = await importText(city, dataset, 'bad.csv', `${heading}\n${line(students[5], '肺活量', 999999)}\n${line(students[6], '肺活量', 888888)}\n`)
  assert.equal(job.n_bad, 2)
  const work = async (caller) => (await caller.ok(`/worklist?dataset=${dataset}&org=${school.id}`)).items[0]
  const before = await work(district)
  assert.ok(before.n_open >= 2 && before.can_return && before.can_fix)
  const due = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
  const body = { dataset, org: school.id, due, note: '请核对原始记录' }
  assert.equal((await principal.post('/worklist/return', body)).status, 403)
  assert.equal((await city.post('/worklist/return', { ...body, due: '2020-01-01' })).body.code, 'records.bad_due')
  const returned = await district.post('/worklist/return', body)
  assert.equal(returned.status, 200, returned.text)
  assert.equal(returned.body.state, 'returned')
  assert.equal(returned.body.returned.due, due)
  const rows = (await district.all(`/datasets/${dataset}/quarantine?org=${school.id}`)).filter((bad) => bad.batch === job.batch)
  assert.equal(rows.length, 2)
  const path = `/datasets/${dataset}/quarantine/${rows[0].id}`
  const bad = await district.ok(path)
  assert.equal(bad.values.raw, '999999')
  assert.equal((await district.post(`${path}/fix`, values(students[5], '肺活量', 777777))).body.code, 'records.bad_row')
  const fixed = await district.post(`${path}/fix`, values(students[5], '肺活量', 2100))
  assert.equal(fixed.status, 200, fixed.text)
  assert.equal(fixed.body.raw, 2100)
  made.add(fixed.body._key)
  assert.equal((await district.post(`${path}/fix`, values(students[5], '肺活量', 2100))).status, 404)
  const after = await work(city)
  assert.equal(after.n_fixed, before.n_fixed + 1)
  assert.equal(after.n_returned, returned.body.n_returned - 1)
})

test('quality is told by day, by school and rule, and which school has reported which year', async () => {
  const today = (await city.ok(`/quality/trend?dataset=${dataset}`)).items.at(-1)
  const cards = await city.all(`/quality?dataset=${dataset}`)
  assert.equal(today.n_rows, cards.reduce((sum, card) => sum + card.n_rows, 0))
  assert.equal(today.n_bad, cards.reduce((sum, card) => sum + card.n_bad, 0))
  const lines = (await city.ok(`/datasets/${dataset}/quality`)).items
  assert.ok(lines.some((one) => Object.keys(one.rules).length > 0))
  assert.ok((await district.ok(`/datasets/${dataset}/quality?org=${own.id}`)).items.length < lines.length)
  const calendar = await city.ok(`/datasets/${dataset}/completeness?limit=1000`)
  assert.ok(calendar.periods.includes(kYear))
  const mine = calendar.items.find((item) => item.org.id === school.id)
  assert.ok(mine.n_rows[calendar.periods.indexOf(kYear)] > 0)
  const schools = (await district.ok(`/datasets/${dataset}/completeness?limit=1000`)).items.length
  assert.ok(schools < calendar.items.length && schools > 0)
  assert.equal((await principal.ok(`/datasets/${dataset}/completeness`)).items.length, 1)
  assert.ok((await city.ok('/datasets')).items.find((one) => one.id === dataset).quality_rate > 0)
})

test('lineage leads from a figure down to a file, and files only to those who may read batches', async () => {
  const graph = await city.ok(`/lineage?dataset=${dataset}`)
  const metric = graph.nodes.find((node) => node.kind === 'metric')
  assert.ok(metric)
  const reach = new Set([metric.id])
  for (let n = -1; n !== reach.size; ) {
    n = reach.size
    for (const edge of graph.edges) if (reach.has(edge.from)) reach.add(edge.to)
  }
  assert.ok([...reach].some((id) => id.startsWith('dataset:')))
  assert.ok(graph.nodes.some((node) => node.kind === 'file'))
  assert.ok((await city.ok(`/lineage?metric=${metric.ref}`)).nodes.length < graph.nodes.length + 1)
  const student = await signIn('student')
  assert.ok((await student.ok(`/lineage?dataset=${dataset}`)).nodes.every((node) => node.kind !== 'file' && node.kind !== 'batch'))
  assert.equal((await city.get('/lineage?metric=none')).status, 404)
})

test('lineage names the metrics that one may see, and no others', async () => {
  const all = (await city.ok(`/lineage?dataset=${dataset}`)).nodes.filter((node) => node.kind === 'metric').map((node) => node.ref)
  assert.ok(all.length > 3)
  for (const account of ['city', 'district', 'principal', 'teacher', 'student', 'guardian']) {
    const caller = await signIn(account)
    const metrics = await caller.get('/metrics')
    const visible = new Set(metrics.status === 200 ? metrics.body.items.map((metric) => metric.id) : [])
    const graph = await caller.ok(`/lineage?dataset=${dataset}`)
    const shown = graph.nodes.filter((node) => node.kind === 'metric').map((node) => node.ref)
    assert.deepEqual(shown.filter((id) => !visible.has(id)), [], account)
    for (const id of all) {
      const one = await caller.get(`/lineage?metric=${id}`)
      assert.deepEqual([one.status, one.body.code], visible.has(id) ? [200, undefined] : [404, 'metrics.no_such_metric'], `${account} ${id}`)
    }
  }
  assert.equal((await (await signIn('student')).ok(`/lineage?dataset=${dataset}`)).nodes.filter((node) => node.kind === 'metric').length, 0)
})

test('the classification says what the scope does', async () => {
  const { fields, roles } = await city.ok('/classification')
  assert.ok(fields.some((field) => field.level === 'L3') && fields.every((field) => /^L[1-5]$/.test(field.level)))
  const role = (name) => roles.find((one) => one.role === name)
  assert.deepEqual(role('city_leader').people.slice(0, 3), ['figures', 'figures', 'figures'])
  assert.equal(role('city_officer').people[2], 'rows')
  assert.equal(role('audit_admin').people[0], 'none')
  assert.equal(role('student').people[3], 'rows')
})
