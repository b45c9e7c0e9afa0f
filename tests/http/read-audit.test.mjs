// SPDX-License-Identifier: Apache-2.0
// Whoever reads level-3 data stands in the audit log: who, what, which key or filter, how many rows; nothing personal; also after kill -9.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Server, banmo, eventually, ownCity } from './own-server.mjs'

const folder = ownCity('reads')
let server = await Server.start(folder)
after(() => server.stop())
const principal = await server.signIn('principal')
let auditor = await server.signIn('auditor')
const dataset = 'fitness_raw'

// The entries of an action by an actor that came after `seq`, newest first.
async function entries(action, actor, seq = 0) {
  const { items } = await auditor.ok(`/audit?limit=200&actor=${actor}&action=${action}`)
  return items.filter((entry) => entry.seq > seq)
}
const newest = async () => (await auditor.ok('/audit?limit=1')).items[0]?.seq ?? 0
const noted = (action, actor, test) =>
  eventually(async () => (await entries(action, actor)).find(test), { within_ms: 5000, what: `${action} by ${actor} in the audit log` })
const whats = (entry) => entry.detail.reads.map((read) => read.what)

const page = await principal.ok(`/datasets/${dataset}/rows?limit=5`)
const row = page.items[0]
const key = row._key

test('a page of rows is noted with its filter and how many rows it gave', async () => {
  await principal.ok(`/datasets/${dataset}/rows?limit=3&filter=item:eq:${row.item}&filter=raw:ge:0&order=-raw`)
  const filter = `filter=item:eq:${row.item}, raw:ge:***; order=-raw` // a measured value is level 3, a word of a code list names nobody
  const entry = await noted('rows.read', 'principal', (one) => whats(one).some((what) => what.startsWith(filter)))
  assert.equal(entry.object_kind, dataset)
  const read = entry.detail.reads.find(({ what }) => what.startsWith(filter))
  assert.equal(read.n_rows, 3)
  assert.match(read.what, /; from \S+ to \S+$/)
})

test('one row is noted by its key, its history and the rows behind a figure likewise', async () => {
  const at = `/datasets/${dataset}/rows/${encodeURIComponent(key)}`
  await principal.ok(at)
  await principal.ok(at)
  await principal.ok(`${at}/history`)
  const behind = await principal.post('/metrics/rows', { metric: 'fit_n', limit: 2 })
  assert.equal(behind.status, 200, behind.text)
  await noted('rows.read', 'principal', (one) => one.object_kind === dataset && whats(one).includes(`key=${key}`))
  await noted('rows.history', 'principal', (one) => one.object === `key=${key}` || whats(one).includes(`key=${key}`))
  await noted('rows.read', 'principal', (one) => whats(one).some((what) => what.startsWith('metric=fit_n; filter=')))
})

test('people are noted by their number, and the quarantine by its batch', async () => {
  const people = await principal.ok('/people?limit=2&role=student')
  assert.ok(people.items[0].code, 'a principal sees student numbers')
  await principal.ok(`/people/${people.items[0].id}`)
  await principal.ok(`/datasets/${dataset}/quarantine?limit=1`)
  await noted('people.read', 'principal', (one) => whats(one).some((what) => /role=student; from \d+ to \d+/.test(what)))
  await noted('people.read', 'principal', (one) => whats(one).some((what) => /^no=\d+$/.test(what)))
  await noted('quarantine.read', 'principal', (one) => one.object_kind === dataset)
})

test('the names of one\'s children and a downloaded evidence file are noted', async () => {
  const guardian = await server.signIn('guardian')
  const { persons } = await guardian.ok('/portraits')
  assert.ok(persons.length > 0)
  await noted('people.read', 'guardian', (one) => whats(one).some((what) => /^portraits(; no=\d+)+$/.test(what)))
  const city = await server.signIn('city')
  const target = (await city.ok('/plan')).items.find((one) => one.years.some((year) => year.year === 2025)).id
  const made = await city.call('POST', `/api/v1/plan/targets/${target}/files?year=2025&name=a.txt`, { raw: 'a', headers: { 'content-type': 'application/octet-stream' } })
  assert.equal((await city.get(`/plan/files/${made.body.id}`)).status, 200)
  await noted('plan.file_read', 'city', (one) => whats(one).includes(`target=${target}; file=${made.body.id}`))
})

test('names and student numbers that were searched for are not in the log', async () => {
  const student = (await principal.ok('/people?limit=5&role=student')).items.find((person) => person.code)
  await principal.ok(`/people?q=${encodeURIComponent(student.name)}`)
  await principal.ok(`/people?q=${student.code}`)
  await principal.get(`/datasets/${dataset}/rows?filter=student_id:eq:${student.code}`)
  await noted('people.read', 'principal', (one) => whats(one).some((what) => what.includes('q=***')))
  await noted('rows.read', 'principal', (one) => whats(one).some((what) => what.includes('student_id:eq:***')))
  const { items } = await auditor.ok('/audit?limit=1000&actor=principal')
  const text = JSON.stringify(items)
  assert.ok(!text.includes(student.code) && !text.includes(student.name), 'the log tells nobody by name or number')
})

test('reads of level 1 and 2 leave nothing', async () => {
  const before = await newest()
  const teacher = await server.signIn('teacher')
  await teacher.ok('/datasets/fitness_band/rows?limit=5')
  await principal.ok('/datasets/core_street/rows?limit=5')
  assert.ok((await principal.ok('/datasets/school_condition/rows?limit=5')).items.length > 0)
  await principal.ok(`/datasets/${dataset}/rows?limit=1`) // a read behind them: when it is in the log, they would be
  await eventually(async () => (await entries('rows.read', 'principal', before)).length > 0)
  assert.deepEqual(await entries('rows.read', 'teacher', before), [])
  assert.deepEqual([...new Set((await entries('rows.read', 'principal', before)).map((entry) => entry.object_kind))], [dataset])
})

test('kill -9 right after a read loses no note, and the chain is intact', async () => {
  const before = await newest()
  const answers = await Promise.all(page.items.map((one) => principal.get(`/datasets/${dataset}/rows/${encodeURIComponent(one._key)}`)))
  await server.kill()
  assert.ok(answers.every((answer) => answer.status === 200))
  server = await Server.start(folder)
  auditor = await server.signIn('auditor')
  const found = new Set((await entries('rows.read', 'principal', before)).flatMap(whats))
  for (const one of page.items) assert.ok(found.has(`key=${one._key}`), `${one._key} is in the log: ${[...found]}`)
  await server.stop()
  const verified = banmo(['audit', 'verify', '--data', folder])
  assert.equal(verified.code, 0, verified.out)
  server = await Server.start(folder)
})
