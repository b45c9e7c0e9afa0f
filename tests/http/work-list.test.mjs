// SPDX-License-Identifier: Apache-2.0
// The work-list narrowed: by lamp, waiting, days, number and words that the reader sees; and what a search leaves in the audit log.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { done } from './client.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'

const server = await Server.start(ownCity('work-list'))
after(() => server.stop())
const as = Object.fromEntries(await Promise.all(['city', 'district', 'principal', 'guardian', 'auditor'].map(async (name) => [name, await server.signIn(name)])))
const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)
const wish = (wanted) => ({ wanted, sensitivity: 'inner', sharing_way: 'file', purpose: '入学资格核验' })
async function sent(wanted) {
  const one = await done(as.principal.post('/flows/data_sharing/cases', { values: wish(wanted) }), 201)
  return done(as.principal.post(`/cases/${one.id}/moves`, { seq: one.seq, move: 'send' }))
}
const keys = async (caller, query) => (await caller.all(`/cases?${new URLSearchParams(query)}`)).map((one) => one.key)

const first = await sent('独一无二的甲名册')
const second = await sent('独一无二的乙名册')

test('words of a case lead to it, at the desk where it waits and in what one has opened', async () => {
  assert.deepEqual(await keys(as.district, { q: '独一无二的甲' }), [first.key])
  assert.deepEqual((await keys(as.district, { q: '独一无二' })).toSorted(), [first.key, second.key])
  assert.deepEqual(await keys(as.principal, { view: 'opened', q: '独一无二的乙' }), [second.key])
  assert.deepEqual(await keys(as.city, { q: '独一无二' }), [], 'it does not wait there')
  assert.deepEqual(await keys(as.guardian, { view: 'opened', q: '独一无二' }), [])
})

test('the beginning of a number leads to a case, and to none at another desk', async () => {
  assert.deepEqual(await keys(as.district, { q: first.key }), [first.key])
  assert.deepEqual(await keys(as.district, { q: first.key.toLowerCase() }), [first.key])
  assert.ok((await keys(as.district, { q: first.key.slice(0, -1) })).includes(first.key))
  assert.deepEqual(await keys(as.city, { q: first.key }), [])
  assert.deepEqual(await keys(as.district, { q: first.key, flow: 'enrol' }), [])
})

test('lamps, waiting and days narrow the list to what the heads say', async () => {
  const all = await as.district.all('/cases')
  for (const lamp of ['yellow', 'red']) assert.deepEqual(await keys(as.district, { lamp }), all.filter((one) => one.lamp === lamp).map((one) => one.key), lamp)
  const late = all.filter((one) => one.due_at !== undefined && Date.parse(one.due_at) <= Date.now()).map((one) => one.key)
  assert.deepEqual(await keys(as.district, { lamp: 'late' }), late)
  assert.ok((await keys(as.district, { opened_from: today })).includes(first.key))
  assert.ok(!(await keys(as.district, { opened_until: '2020-01-01' })).includes(first.key))
  assert.ok(!(await keys(as.district, { waits_longer: 1 })).includes(first.key), 'it came just now')
})

test('what cannot be meant is refused with what to write', async () => {
  const refusals = [['lamp=blue', 'lamp'], ['waits_longer=251', 'waits_longer'], ['opened_from=2026-13-01', 'opened_from'], [`q=${'a'.repeat(61)}`, 'q']]
  for (const [query, where] of refusals) {
    const answer = await as.district.get(`/cases?${query}`)
    assert.deepEqual([answer.status, answer.body.where], [422, `query.${where}`], `${query}: ${answer.text}`)
  }
  const turned = await as.district.get('/cases?opened_from=2026-02-01&opened_until=2026-01-01')
  assert.deepEqual([turned.status, turned.body.code], [422, 'flows.bad_filter'])
  assert.match(turned.body.detail.zh, /截止日期不能早于开始日期/)
})

test('a search in what is above L2 is noted', async () => {
  const child = { stage: 'p1', kind: 'A', child_name: '寻寻觅觅', district: '370211' }
  await done(as.guardian.post('/flows/enrol/cases', { values: child }), 201)
  assert.equal((await keys(as.guardian, { view: 'opened', q: '寻寻' })).length, 1)
  await eventually(async () => (await as.auditor.ok('/audit?action=case.search&limit=20')).items.some((entry) => entry.actor === 'guardian'), { what: 'the note of the search' })
})

test('moves of others are marked as theirs', async () => {
  const { moves } = await as.principal.ok(`/cases/${first.id}`)
  assert.ok(moves.some((move) => move.is_others && !move.allowed), 'the district\'s')
  assert.ok(moves.every((move) => !(move.is_others && move.allowed)))
})
