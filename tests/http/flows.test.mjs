// SPDX-License-Identifier: Apache-2.0
// A case walked through its real roles: the guide, a draft, refusals that say what to do, the desks it waits at, two officers at once, the row that
// figures see, and a server that is killed while cases move.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { done, refused } from './client.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'

const folder = ownCity('flows')
let server = await Server.start(folder)
after(() => server.stop())
const names = ['city', 'leader', 'district', 'principal', 'teacher', 'student', 'sysadmin']
const signInAll = async () => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.signIn(name)])))
let as = await signInAll()

const wish = { wanted: '学籍名册', sensitivity: 'inner', sharing_way: 'file', purpose: '入学资格核验' }
// What the city fills in: the names of all districts, until two months from now.
const whole = (await as.city.ok('/orgs')).items[0]
const grant = { granted_dataset: 'core_district', granted_fields: 'name', granted_org: whole.id, granted_until: new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10) }
const at = (one) => `/cases/${one.id}`
const open = (caller, values = wish) => done(caller.post('/flows/data_sharing/cases', { values }), 201)
const move = (caller, one, name, more = {}) => caller.post(`${at(one)}/moves`, { seq: one.seq, move: name, ...more })
const save = (caller, one, values) => caller.call('PATCH', `/api/v1${at(one)}`, { body: { seq: one.seq, values } })
const waiting = async (caller) => (await caller.all('/cases')).map((one) => one.key)

test('the guide says for whom a service is, what it takes and how long', async () => {
  const guide = (await as.principal.ok('/flows')).items.find((flow) => flow.id === 'data_sharing')
  assert.equal(guide.title.zh, '数据共享申请')
  assert.equal(guide.can_start, true)
  assert.equal((await as.teacher.ok('/flows')).items.find((flow) => flow.id === 'data_sharing').can_start, false)
  const district = guide.states.find((state) => state.id === 'district')
  assert.deepEqual([district.by.map((role) => role.zh), district.within], [['区市教体局'], { n: 3, unit: 'working_days' }])
  assert.deepEqual([guide.life_event.title.zh, guide.opened_for], ['数据与资源', ['applicant_org']])
  assert.deepEqual(guide.form.filter((input) => input.required).map((input) => input.field), ['wanted', 'sensitivity', 'sharing_way', 'purpose'])
  assert.equal((await as.leader.get('/flows')).status, 403)
})

test('a case goes from the school over the district to the city, and figures see it', async () => {
  let one = await open(as.principal, {})
  assert.match(one.key, /^DS\d{4}-\d{6}$/)
  assert.equal(one.state, 'draft')
  const own = (await as.principal.ok('/me')).org
  assert.equal(one.row.applicant_org, own.id, 'filled in from the person')
  assert.ok(one.row.applicant_district_title, 'filled in from the school')
  await refused(move(as.principal, one, 'send'), 422, 'flows.input_missing', /请填写“所需数据”/)
  one = await done(save(as.principal, one, wish))
  one = await done(move(as.principal, one, 'send'))
  assert.equal(one.state, 'district')
  assert.equal(one.lamp, 'green')
  assert.deepEqual([one.is_yours, (await as.district.ok(at(one))).is_yours], [false, true])
  assert.ok((await waiting(as.district)).includes(one.key))
  assert.ok(!(await waiting(as.city)).includes(one.key))
  assert.ok((await as.district.ok('/home')).todo.some((todo) => todo.kind === 'cases' && todo.n >= 1 && todo.link === '/work'))
  await refused(move(as.city, one, 'city', { values: { district_opinion: '可' } }), 403, 'flows.not_your_move', /“初审通过”由区市教体局办理/)
  await refused(move(as.district, one, 'fix'), 422, 'flows.note_missing', /须写明理由/)
  one = await done(move(as.district, one, 'fix', { note: '请写明所需字段' }))
  assert.ok((await as.principal.ok('/notices')).items.some((notice) => notice.kind === 'flow.moved' && notice.title.zh.includes(one.key) && notice.link === at(one)))
  one = await done(as.principal.get(at(one)))
  one = await done(save(as.principal, one, { wanted_fields: '学号、年级' }))
  one = await done(move(as.principal, one, 'send'))
  one = await done(as.district.get(at(one)))
  await refused(move(as.district, one, 'fix', { note: '再补' }), 422, 'flows.guard', /已告知补正过一次，请直接审批（补正次数 1）/)
  one = await done(move(as.district, one, 'city', { values: { district_opinion: '同意' } }))
  assert.ok((await waiting(as.city)).includes(one.key))
  one = await done(move(as.city, one, 'granted', { values: grant }))
  assert.match(one.row.granted_scope, /^“区市”中的名称，范围：.+，截至 \d{4}-\d{2}-\d{2}$/, 'what was opened, in words')
  assert.equal(one.row.sharing_state_title, '已授权')
  const row = await eventually(async () => (await as.city.ok(`/datasets/sharing_request/rows?filter=request_no:eq:${one.key}`)).items[0], { what: 'the row' })
  assert.equal(row.sharing_state, 'granted')
  const history = (await as.principal.ok(`${at(one)}/history`)).items
  assert.deepEqual(history.map((step) => step.to), ['sorting', 'district', 'fix', 'sorting', 'district', 'city', 'granted'])
  assert.equal(history[2].note, '请写明所需字段')
  assert.equal(history[2].role.zh, '区市教体局')
  const figures = await as.city.ok('/flows/data_sharing/figures')
  assert.ok(figures.n_returned >= 1 && figures.states.some((state) => state.state === 'district' && state.n_left >= 2))
})

test('open data are granted when the city has confirmed it; personal data without safeguards are refused by name', async () => {
  let open_data = await done(move(as.principal, await open(as.principal, { ...wish, sensitivity: 'open' }), 'send'))
  assert.equal(open_data.state, 'confirm', 'that they are open is not for the applicant to say')
  await refused(move(as.principal, open_data, 'granted'), 403, 'flows.not_your_move', /由市教育局办理/)
  open_data = await done(move(as.city, open_data, 'granted', { values: grant }))
  assert.equal(open_data.state, 'granted')
  assert.match(open_data.row.granted_scope, /^“区市”中的名称/)
  const personal = await open(as.principal, { ...wish, sensitivity: 'personal' })
  const answer = await move(as.principal, personal, 'send')
  assert.equal(answer.status, 422, answer.text)
  assert.match(answer.text, /含个人信息的申请须写明安全措施/)
  assert.equal((await done(as.principal.get(at(personal)))).seq, personal.seq, 'nothing changed')
})

test('of two officers at once the second is told who was first', async () => {
  const sent = await done(move(as.principal, await open(as.principal), 'send'))
  const values = { district_opinion: '同意' }
  const answers = await Promise.all([move(as.district, sent, 'city', { values }), move(as.district, sent, 'refused', { note: '不需要' })])
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 409])
  const late = answers.find((answer) => answer.status === 409).body
  assert.equal(late.code, 'flows.case_changed')
  assert.match(late.detail.zh, /办件已于 .* 由区市教体局办理，现为“.*”；请刷新后再办/)
})

test('a case is not there for those who have nothing to do with it, and its rows are written by nobody else', async () => {
  const one = await open(as.principal)
  assert.equal((await as.student.get(at(one))).status, 404)
  assert.equal((await as.sysadmin.get(at(one))).status, 403)
  const written = await as.city.post('/datasets/sharing_request/rows', { request_no: 'X1', ...wish })
  assert.deepEqual([written.status, written.body.code], [422, 'records.kept_by_flow'])
  const token = (await done(as.principal.post('/me/tokens', { title: '只读', rights: ['datasets.read'], days: 1 }), 201)).token
  const reader = Object.assign(Object.create(Object.getPrototypeOf(as.principal)), { ...as.principal, token })
  assert.equal((await reader.get(at(one))).status, 200)
  assert.equal((await move(reader, one, 'send')).status, 403, 'a token that only reads moves nothing')
})

test('the same request with the same key opens one case', async () => {
  const before = (await as.principal.all('/cases?view=opened')).length
  const headers = { 'idempotency-key': 'flows-once' }
  const [first, second] = [await as.principal.call('POST', '/api/v1/flows/data_sharing/cases', { body: { values: wish }, headers }), await as.principal.call('POST', '/api/v1/flows/data_sharing/cases', { body: { values: wish }, headers })]
  assert.deepEqual([first.status, second.status, second.body.id], [201, 201, first.body.id])
  assert.equal((await as.principal.all('/cases?view=opened')).length, before + 1)
})

test('what was answered stands after the server is killed, once', async () => {
  const answered = []
  const sending = (async () => {
    for (;;) {
      const one = await open(as.principal)
      const sent = await move(as.principal, one, 'send')
      if (sent.status !== 200) return
      answered.push(sent.body)
      if (answered.length === 12) server.child.kill('SIGKILL')
    }
  })().catch(() => null)
  await sending
  assert.ok(answered.length >= 12)
  server = await Server.start(folder)
  as = await signInAll()
  await eventually(async () => (await as.city.ok(`/datasets/sharing_request/rows?filter=request_no:eq:${answered.at(-1).key}`)).items.length === 1, { what: 'the last row' })
  for (const one of answered) {
    const now = await done(as.district.get(at(one)))
    assert.deepEqual([now.state, now.seq], [one.state, one.seq], one.key)
    assert.equal((await as.district.ok(`${at(one)}/history`)).items.length, 2)
    assert.equal((await as.city.ok(`/datasets/sharing_request/rows?filter=request_no:eq:${one.key}`)).items.length, 1)
  }
})
