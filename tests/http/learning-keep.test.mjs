// SPDX-License-Identifier: Apache-2.0
// Learning records leave, on the real binary: as files within the reader's scope, for good when a person is erased, and by age; a killed server goes on.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Server, eventually, ownCity } from './own-server.mjs'
import { account, makeKey, statement, xapi } from './xapi-client.mjs'

const folder = ownCity('keep')
let server = await Server.start(folder)
after(() => server.stop())
const officer = await server.signIn('city')
const auditor = await server.signIn('auditor')
const [home, other] = await officer.all('/orgs?kind=school')
const cio = await server.newAccount('keep-cio', [{ role: 'school_cio', org: home.id }])
const stranger = await server.newAccount('keep-stranger', [{ role: 'school_cio', org: other.id }])
const key = await makeKey(cio, ['all'])
const send = async (body) => {
  const answer = await xapi(server.url, key, 'POST', '/statements', { body })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const roster = async (purpose) => (await cio.post('/learning/accounts', { purpose, role: 'student', limit: 2 })).body.items
const entries = async (action) => (await auditor.ok(`/audit?limit=200&action=${action}`)).items
const lesson = (n) => ({ id: `http://tool.example/keep/${n}`, definition: { type: 'http://adlnet.gov/expapi/activities/lesson', name: { 'zh-CN': `保留测试${n}` } } })
const seen = async (by, activity) => (await by.ok(`/learning/statements?activity=${encodeURIComponent(activity)}`)).items.length
const reason = '监护人书面申请'
const erase = (by, body) => by.post('/learning/erasures', body)
const done = (no, by = officer) =>
  eventually(async () => {
    const removal = await by.ok(`/learning/removals/${no}`)
    return removal.state === 'done' && removal
  }, { within_ms: 30_000, what: `removal ${no}` })

async function fileOf(by, query) {
  const answer = await fetch(`${server.url}/api/v1/learning/export?${query}`, { headers: { authorization: `Bearer ${by.token}` } })
  return { status: answer.status, type: answer.headers.get('content-type'), bytes: Buffer.from(await answer.arrayBuffer()) }
}

test('an export holds what the reader sees by the same filters, in three formats', async () => {
  const [pupil] = await roster('export')
  const actor = account(pupil.name, pupil.home_page)
  await send([1, 2, 3].map((n) => statement({ actor, object: lesson('export'), result: { response: n === 1 ? '=cmd|x' : `${n}` } })))
  const asked = `activity=${encodeURIComponent(lesson('export').id)}`
  await eventually(async () => (await seen(cio, lesson('export').id)) === 3, { what: 'the statements' })
  const csv = await fileOf(cio, asked)
  assert.equal(csv.status, 200)
  assert.match(csv.type, /^text\/csv/)
  const lines = csv.bytes.toString().trim().split('\r\n')
  assert.equal(lines.length, 2 + 3, 'watermark, headings, rows')
  assert.match(lines[0], /导出人：keep-cio/)
  assert.match(csv.bytes.toString(), /,'=cmd\|x,/)
  const jsonl = (await fileOf(cio, `${asked}&format=jsonl`)).bytes.toString().trim().split('\n').map((line) => JSON.parse(line))
  assert.equal(jsonl.length, 3)
  assert.ok(jsonl.every((line) => line.person_name === pupil.person.name && line.org_id === home.id && JSON.parse(line.statement).actor))
  const parquet = await fileOf(cio, `${asked}&format=parquet`)
  assert.equal(parquet.bytes.subarray(0, 4).toString(), 'PAR1')
  assert.equal((await fileOf(stranger, `${asked}&format=jsonl`)).bytes.length, 0, 'another school sees none of it')
  assert.equal((await fileOf(stranger, `${asked}&org=${home.id}`)).status, 404)
  assert.equal((await fileOf(cio, `${asked}&format=xlsx`)).status, 422)
  for (const name of ['teacher', 'student', 'guardian', 'sysadmin', 'leader']) assert.equal((await fileOf(await server.signIn(name), asked)).status, 403, name)
  const noted = await eventually(async () => (await entries('learning.export')).find((entry) => entry.actor === 'keep-cio'), { what: 'the note' })
  assert.equal(noted.object_kind, 'statement')
  assert.equal((await entries('rows.export')).filter((entry) => entry.object_kind === 'learning_record' && entry.actor === 'keep-cio')[0].detail.format, 'parquet')
})

test('a person is erased by who manages them everywhere: counted first, with a reason, followed to its end, and nobody else is touched', async () => {
  const [ann, ben] = await roster('erase')
  const at = lesson('erase')
  await send([ann, ann, ben].map((pupil) => statement({ actor: account(pupil.name, pupil.home_page), object: at })))
  await eventually(async () => (await seen(cio, at.id)) === 3, { what: 'the statements' })
  const person = ann.person.id
  assert.equal((await erase(stranger, { person })).status, 404)
  assert.equal((await erase(await server.signIn('teacher'), { person })).status, 403)
  const known = await erase(officer, { person })
  assert.equal(known.status, 200, known.text)
  assert.equal(known.body.dry_run, true)
  assert.ok(known.body.expected.n_statements >= 2)
  assert.equal(known.body.removal, undefined)
  assert.equal(await seen(cio, at.id), 3)
  const hasty = await erase(officer, { person, dry_run: false })
  assert.deepEqual([hasty.status, hasty.body.code, hasty.body.where], [422, 'events.no_reason', '$.reason'])
  const ordered = await erase(officer, { person, dry_run: false, reason })
  assert.equal(ordered.status, 200, ordered.text)
  const removal = await done(ordered.body.removal.no)
  assert.equal(removal.counts.n_statements, known.body.expected.n_statements)
  assert.equal(removal.reason, reason)
  assert.match(removal.subject, /^[0-9a-f]{64}$/)
  assert.equal(await seen(cio, at.id), 1)
  assert.deepEqual((await officer.ok(`/learning/people/${person}/timeline`)).items, [])
  const refused = await xapi(server.url, key, 'POST', '/statements', { body: statement({ actor: account(ann.name, ann.home_page) }) })
  assert.deepEqual([refused.status, refused.body.code], [403, 'events.forged_actor'])
  assert.ok((await officer.ok('/learning/removals')).items.some((item) => item.no === removal.no))
  assert.equal((await stranger.get(`/learning/removals/${removal.no}`)).body.code, 'events.no_such_removal')
  const told = (await entries('xapi_erasure.')).filter((entry) => entry.object === removal.no)
  assert.deepEqual(told.map((entry) => entry.action).sort(), ['xapi_erasure.done', 'xapi_erasure.order'])
  assert.ok(!JSON.stringify(told).includes(ann.name) && !JSON.stringify(told).includes(person))
})

test('old records are counted by school and go; another school may not; a day in the future is none', async () => {
  const at = lesson('purge')
  const old = (year) => statement({ actor: account('keep-old'), object: at, timestamp: `${year}-05-01T08:00:00Z` })
  await send([old(2011), old(2012), old(2025)])
  const wish = { org: home.id, before: '2013-01-01' }
  const counted = await cio.post('/learning/purges', wish)
  assert.equal(counted.status, 200, counted.text)
  assert.deepEqual(counted.body.parts.map((part) => [part.org.id, part.n_statements, part.oldest, part.newest]), [[home.id, 2, '2011-05-01T08:00:00.000000Z', '2012-05-01T08:00:00.000000Z']])
  assert.equal((await stranger.post('/learning/purges', wish)).status, 404)
  assert.equal((await cio.post('/learning/purges', { ...wish, before: '2199-01-01' })).body.code, 'events.purge_of_future')
  assert.equal((await cio.post('/learning/purges', { ...wish, before: '2013-02-30' })).body.code, 'learning.bad_day')
  assert.equal((await cio.post('/learning/purges', { ...wish, key: 'bmk_none' })).body.code, 'events.no_such_key')
  const ordered = await cio.post('/learning/purges', { ...wish, dry_run: false, reason: '超过保存期限' })
  assert.equal(ordered.status, 200, ordered.text)
  assert.equal(ordered.body.removal.keep_figures, true)
  const removal = await done(ordered.body.removal.no, cio)
  assert.deepEqual([removal.counts.n_statements, removal.counts.n_rows], [2, 0])
  await eventually(async () => (await seen(cio, at.id)) === 1, { what: 'the purge' })
})

test('a server that is killed in the middle goes on when it starts again', async () => {
  const [, ben] = await roster('killed')
  const actor = account(ben.name, ben.home_page)
  for (let i = 0; i < 6; ++i) await send(Array.from({ length: 500 }, () => statement({ actor, object: lesson('killed') })))
  const ordered = await erase(officer, { person: ben.person.id, dry_run: false, reason })
  assert.equal(ordered.status, 200, ordered.text)
  await eventually(async () => (await officer.ok(`/learning/removals/${ordered.body.removal.no}`)).counts.n_statements > 0, { what: 'the first statements' })
  await server.kill()
  server = await Server.start(folder)
  const again = await server.signIn('city')
  const removal = await done(ordered.body.removal.no, again)
  assert.ok(removal.counts.n_statements >= 3000)
  assert.equal(await seen(again, lesson('killed').id), 0)
})
