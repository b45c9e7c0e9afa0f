// SPDX-License-Identifier: Apache-2.0
// Work on many cases and with others, over HTTP: a bulk move that is looked at first, a colleague who acts during an absence, reviewers who do not know
// whose work it is.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { done } from './client.mjs'
import { Server, ownCity } from './own-server.mjs'

const server = await Server.start(ownCity('case-desk'))
after(() => server.stop())
const names = ['city', 'district', 'principal', 'teacher', 'expert1', 'expert2', 'expert3', 'expert4', 'expert5']
const as = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.signIn(name)])))

const open = (caller, flow, values) => done(caller.post(`/flows/${flow}/cases`, { values }), 201)
const move = (caller, one, name, more = {}) => done(caller.post(`/cases/${one.id}/moves`, { seq: one.seq, move: name, ...more }))
const wish = { wanted: '学籍名册', sensitivity: 'inner', sharing_way: 'file', purpose: '入学资格核验' }
const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)

test('a list of cases is looked at, then moved, each with its own outcome', async () => {
  const sent = []
  for (let i = 0; i < 3; ++i) sent.push(await move(as.principal, await open(as.principal, 'data_sharing', wish), 'send'))
  const items = [...sent.map(({ id, seq }) => ({ case: id, seq })), { case: sent[0].id, seq: 1 }]
  items[1].seq -= 1
  const body = { items, move: 'city', values: { district_opinion: '同意' }, dry_run: true }
  const looked = await done(as.district.post('/cases/moves', body))
  assert.deepEqual([looked.n_moved, looked.n_refused, looked.dry_run], [2, 2, true])
  assert.deepEqual(looked.items.map((item) => item.refused?.code), [undefined, 'flows.case_changed', undefined, 'flows.case_twice'])
  assert.equal(looked.items[0].to_title.zh, '待市级审批')
  assert.match(looked.items[1].refused.detail.zh, /请刷新后再办/)
  assert.equal((await done(as.district.get(`/cases/${sent[0].id}`))).seq, sent[0].seq, 'nothing was written')
  const moved = await done(as.district.post('/cases/moves', { ...body, dry_run: false }))
  assert.deepEqual(moved.items.map((item) => item.refused?.code ?? item.to), ['city', 'flows.case_changed', 'city', 'flows.case_twice'])
  assert.equal((await done(as.district.get(`/cases/${sent[2].id}`))).state, 'city')
  const empty = await as.district.post('/cases/moves', { ...body, items: [] })
  assert.equal(empty.status, 422, empty.text)
})

test('a colleague acts during an absence, in both names, and no longer', async () => {
  const one = await open(as.principal, 'data_sharing', wish)
  assert.equal((await as.teacher.get(`/cases/${one.id}`)).status, 404)
  const refused = await as.principal.post('/delegations', { to: 'city', from: today, until: today })
  assert.deepEqual([refused.status, refused.body.code, refused.body.where], [422, 'flows.delegate_who', '$.to'])
  const given = await done(as.principal.post('/delegations', { to: 'teacher', flows: ['data_sharing'], from: today, until: today, note: '出差' }), 201)
  assert.deepEqual([given.holds, given.is_mine], [true, true])
  const listed = (await as.teacher.all('/cases')).find((head) => head.id === one.id)
  assert.equal(listed.for_account, 'principal')
  const sent = await move(as.teacher, one, 'send')
  assert.equal(sent.state, 'district')
  const steps = (await as.principal.ok(`/cases/${one.id}/history`)).items
  assert.deepEqual(steps.map((step) => [step.on_behalf, step.for_account]), [[true, 'principal'], [false, '']])
  assert.equal((await as.teacher.ok('/delegations')).items[0].is_mine, false)
  await done(as.teacher.post(`/delegations/${given.id}/end`))
  const after_it = await as.teacher.post(`/cases/${one.id}/moves`, { seq: sent.seq, move: 'withdrawn' })
  assert.deepEqual([after_it.status, after_it.body.code], [403, 'flows.not_your_move'])
  assert.equal((await as.district.post(`/delegations/${given.id}/end`)).status, 404, 'a stranger sees nothing of it')
})

test('five reviewers give points to a work that names nobody, and the middle three count', async () => {
  const summary = '学生经历切割、拼合与比较，推导圆的面积公式。'
  let one = await open(as.teacher, 'contest', { contest_kind: 'lesson', entry_title: '圆的面积', entry_subject: '数学', summary, is_own: true })
  one = await move(as.teacher, one, 'send')
  one = await move(as.principal, one, 'eligible', { values: { recommended_as: '同意推荐' } })
  one = await move(as.city, one, 'review')
  const experts = names.filter((name) => name.startsWith('expert'))
  const own = await as.city.post(`/cases/${one.id}/panel`, { pool: ['teacher', ...experts.slice(1)] })
  assert.deepEqual([own.status, own.body.code], [422, 'flows.panel_pool'])
  assert.match(own.body.detail.zh, /不合适：teacher/)
  assert.equal((await as.principal.get(`/cases/${one.id}/panel`)).body.code, 'flows.no_panel')
  const panel = await done(as.city.post(`/cases/${one.id}/panel`, { pool: experts }))
  assert.equal(panel.seats.length, 5)
  assert.ok(panel.seats.every((seat) => seat.org.kind === 'school'), 'a school says where a reviewer is from, a class does not')
  const asked = panel.seats.find((seat) => seat.account === 'expert1').id
  assert.ok((await as.expert1.ok('/notices')).items.some((notice) => notice.kind === 'flow.review' && notice.link === `/review?id=${asked}`))
  for (const [at, name] of experts.entries()) {
    const head = (await as[name].ok('/reviews')).items.find((item) => item.id === panel.seats.find((seat) => seat.account === name).id)
    const review = await done(as[name].get(`/reviews/${head.id}`))
    assert.equal(review.row.entry_title, '圆的面积')
    for (const field of ['author', 'entry_school', 'entry_no', 'recommended_as']) assert.ok(!(field in review.row), field)
    assert.ok(!JSON.stringify(review).includes(one.key))
    assert.equal((await as[name].get(`/cases/${one.id}`)).status, 404)
    const points = Object.fromEntries(review.sheet.map((item) => [item.id, item.max - at * 2]))
    if (at === 0) {
      const wrong = await as[name].call('PUT', `/api/v1/reviews/${head.id}`, { body: { points: { ...points, design: 31 } } })
      assert.deepEqual([wrong.status, wrong.body.code, wrong.body.where], [422, 'flows.bad_points', '$.points.design'])
    }
    await done(as[name].call('PUT', `/api/v1/reviews/${head.id}`, { body: { points, note: '好' } }))
  }
  const scored = await done(as.city.get(`/cases/${one.id}`))
  assert.deepEqual([scored.state, scored.row.score], ['scored', 84]) // 100, 92, 84, 76, 68
  const seen = await done(as.city.get(`/cases/${one.id}/panel`))
  assert.equal(seen.decided, true)
  assert.deepEqual(seen.seats.map((seat) => seat.score).sort((a, b) => a - b), [68, 76, 84, 92, 100])
  const first = await as.city.post(`/cases/${one.id}/moves`, { seq: scored.seq, move: 'shown', values: { prize: 'first' } })
  assert.deepEqual([first.status, first.body.code], [422, 'records.bad_row'], first.text)
  const shown = await move(as.city, scored, 'shown', { values: { prize: 'second' } })
  assert.deepEqual([shown.state, shown.rests], ['shown', true])
})
