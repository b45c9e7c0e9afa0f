// SPDX-License-Identifier: Apache-2.0
// Forms whose parts come and go, periods that are closed, and uploads that are refused before they reach the disk, on the real server.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { done, refused } from './client.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'

const folder = ownCity('forms')
const server = await Server.start(folder)
after(() => server.stop())
const as = Object.fromEntries(await Promise.all(['student', 'principal', 'district', 'city'].map(async (name) => [name, await server.signIn(name)])))

const open = (values) => done(as.student.post('/flows/student_aid/cases', { values: { account: '6222000000008888', agreed: true, ...values } }), 201)
const save = (one, values) => done(as.student.call('PATCH', `/api/v1/cases/${one.id}`, { body: { seq: one.seq, values } }))
const move = (caller, one, name, more = {}) => caller.post(`/cases/${one.id}/moves`, { seq: one.seq, move: name, ...more })
const asked = (one) => one.form.filter((input) => input.asked).map((input) => input.field)
const part = ['sudden_on', 'sudden_cost']
const lock = (caller, wish) => caller.post('/flows/student_aid/locks', { level: 'school', closes: true, reason: '年度发放已结清', ...wish })

test('a part is asked for by what the case says; what it held comes back with it, and is not in the dataset without it', async () => {
  const guide = (await done(as.student.get('/flows'))).items.find((flow) => flow.id === 'student_aid')
  assert.deepEqual(guide.form.filter((input) => !input.asked).map((input) => [input.field, input.required, input.part.zh]), [['sudden_on', true, '突发困难'], ['sudden_cost', false, '突发困难']])
  let one = await open({ need: 'sudden' })
  assert.ok(part.every((field) => asked(one).includes(field)))
  await refused(move(as.student, one, 'send'), 422, 'flows.input_missing', /请填写“突发情况发生日期”/)
  one = await save(one, { sudden_on: '2026-10-20', sudden_cost: 5200 })
  one = await save(one, { need: 'orphan' })
  assert.ok(part.every((field) => !asked(one).includes(field)))
  one = await save(one, { need: 'sudden' })
  assert.deepEqual(part.map((field) => one.row[field]), ['2026-10-20', 5200], 'nothing typed is lost')
  one = await save(one, { need: 'orphan' })
  one = await done(move(as.student, one, 'send'))
  assert.deepEqual(part.map((field) => one.row[field] ?? null), [null, null])
  const row = await eventually(async () => (await as.city.ok('/datasets/aid_application/rows?limit=100')).items.find((found) => found.aid_no === one.key), { what: 'the row' })
  assert.deepEqual(part.map((field) => row[field] ?? null), [null, null])
})

test('the city closes a year for schools and families with a reason; who is refused is told who opens it, and all of it is in the audit log', async () => {
  const one = await open({ need: 'orphan' })
  const year = String(one.row.aid_year)
  assert.match(year, /^20\d\d$/)
  const before = await done(as.principal.get('/flows/student_aid/locks'))
  assert.deepEqual([before.period_field, before.can_change, before.items, before.levels.map((level) => level.id)], ['aid_year', false, [], ['school', 'district', 'city']])
  await refused(lock(as.principal, { period: year }), 403, 'flows.not_your_period', /期间由市资助中心关闭和重新开放/)
  await refused(lock(as.city, { period: year, reason: '  ' }), 422, 'flows.period_reason', /请写明理由/)
  await refused(lock(as.city, { period: year, until: '2020-01-01' }), 422, 'flows.period_day', /不能早于今天/)
  await refused(lock(as.city, { period: year, level: 'class' }), 422, 'flows.period_unknown', /没有这个期间或层级/)
  const closed = await done(lock(as.city, { period: year }))
  assert.deepEqual(closed.items.map((item) => [item.period, item.level_title.zh, item.closes, item.reason]), [[year, '家庭和学校', true, '年度发放已结清']])
  const seen = await done(as.student.get(`/cases/${one.id}`))
  assert.equal(seen.can_save, false)
  assert.ok(seen.moves.every((choice) => !choice.allowed && /已对家庭和学校关闭.*请联系市资助中心重新开放/.test(choice.refused.zh)))
  await refused(move(as.student, one, 'send'), 403, 'flows.period_closed', /请联系市资助中心重新开放/)
  await refused(as.student.post('/flows/student_aid/cases', { values: { need: 'orphan' } }), 403, 'flows.period_closed', /已对家庭和学校关闭/)
  assert.equal((await done(as.principal.get('/flows/student_aid/locks'))).items[0].reason, '')
  await refused(lock(as.city, { period: year }), 409, 'flows.period_as_is', /已是这个状态/)
  const opened = await done(lock(as.city, { period: year, closes: false, reason: '补一件漏报的' }))
  assert.deepEqual(opened.items.map((item) => [item.closes, item.reason]), [[false, '补一件漏报的']])
  await done(move(as.student, one, 'send'))
  const auditor = await server.signIn('auditor')
  const entries = (await auditor.ok('/audit?limit=200')).items.filter((entry) => entry.action.startsWith('period.'))
  assert.deepEqual(entries.map((entry) => [entry.action, entry.object]).sort(), [['period.close', year], ['period.open', year]])
})

test('figures of a service say how often the promise was kept', async () => {
  const figures = await done(as.city.get('/flows/student_aid/figures'))
  const school = figures.states.find((state) => state.state === 'school')
  assert.ok(school.n_promised >= 1 && school.n_within === school.n_promised, JSON.stringify(school))
  assert.equal(figures.n_promised, figures.states.reduce((sum, state) => sum + state.n_promised, 0))
  assert.ok(figures.promised_days > 0 && figures.used_days >= 0)
})

test('a reviewer reads the files of a work by kind, and neither the name of a file nor what the panel hides', async () => {
  const experts = ['expert1', 'expert2', 'expert3', 'expert4', 'expert5']
  for (const name of ['teacher', 'auditor', ...experts]) as[name] ??= await server.signIn(name)
  const entry = { contest_kind: 'case', entry_title: '一节复习课', entry_subject: '数学', summary: '学生先独立完成，再小组交流，最后由教师归纳方法，并与上一轮比较成效。', is_own: true }
  let one = await done(as.teacher.post('/flows/contest/cases', { values: entry }), 201)
  const ids = {}
  for (const kind of ['work', 'pledge'])
    ids[kind] = (await done(as.teacher.call('POST', `/api/v1/cases/${one.id}/files?file=${kind}&name=${encodeURIComponent('第一中学王老师.pdf')}`, { raw: `%PDF-1.4 ${kind}`, headers: { 'content-type': 'application/pdf' } }), 201)).id
  for (const [who, name, values] of [['teacher', 'send'], ['principal', 'eligible', { recommended_as: '同意推荐' }], ['city', 'review']]) {
    one = await done(as[who].get(`/cases/${one.id}`))
    one = await done(move(as[who], one, name, values ? { values } : {}))
  }
  const panel = await done(as.city.post(`/cases/${one.id}/panel`, { pool: experts }))
  const review = panel.seats.find((seat) => seat.account === 'expert1').id
  const { items } = await done(as.expert1.get(`/reviews/${review}/files`))
  assert.deepEqual(items.map((file) => [file.file, file.name, file.sha256, file.can_open]), [['work', undefined, '', true]])
  const got = await as.expert1.get(`/reviews/${review}/files/${ids.work}`)
  assert.equal(got.text, '%PDF-1.4 work')
  assert.match(decodeURIComponent(got.headers.get('content-disposition')), /^attachment; filename\*=UTF-8''参评作品\.pdf$/)
  await refused(as.expert1.get(`/reviews/${review}/files/${ids.pledge}`), 404, 'flows.no_such_file', /没有这份材料/)
  await refused(as.expert2.get(`/reviews/${review}/files`), 404, 'flows.no_review', /没有这份评审/)
  await eventually(async () => (await as.auditor.ok('/audit?action=review.file_read&limit=5')).items.length === 1, { what: 'the note of the read' })
})

test('a file that is larger than any service takes is refused before it is on the disk', async () => {
  const flows = (await done(as.student.get('/flows'))).items
  const largest = Math.max(...flows.flatMap((flow) => flow.files.map((file) => file.max_bytes)))
  const one = await open({ need: 'orphan' })
  const before = readdirSync(join(folder, 'tmp')).length
  const answer = await as.student.call('POST', `/api/v1/cases/${one.id}/files?file=proof`, { raw: '%PDF-1.4'.padEnd(largest + 70_000), headers: { 'content-type': 'application/octet-stream' } })
  assert.deepEqual([answer.status, answer.body.code], [413, 'http.body_too_large'], answer.text)
  assert.equal(readdirSync(join(folder, 'tmp')).length, before)
})
