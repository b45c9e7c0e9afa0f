// SPDX-License-Identifier: Apache-2.0
// Seats over HTTP: five hundred applications race for few of them, from many connections and through a kill -9; whoever waits goes on in the order of
// coming. The applications are the guardian's of the demonstration city, for children who are in no roster.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { done, importText } from './client.mjs'
import { citizen, handIn, kGuardian, kStreet } from './enrolling.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'

const folder = ownCity('seats')
let server = await Server.start(folder)
after(() => server.stop())
let [city, guardian, district, principal] = []
const signIn = async () => {
  ;[city, guardian, district, principal] = await Promise.all(['city', 'guardian', 'district', 'principal'].map((name) => server.signIn(name)))
}
await signIn()

const kSeats = 30
const kChildren = 500

// Of an area that does not exist.
const child = (n) => citizen(`98${String(Math.floor(n / 900)).padStart(4, '0')}20200301${String(n % 900).padStart(3, '0')}`)
const house = (n) => 1 + (n % 90)
const values = (n, more = {}) => ({
  stage: 'p1',
  kind: 'A',
  child_name: `测${String.fromCodePoint(0x4e00 + n * 37)}${String.fromCodePoint(0x5e00 + n * 23)}`,
  child_no: child(n),
  guardian_no: kGuardian,
  phone: `139${String(10000000 + n * 137)}`,
  district: kStreet.district,
  street: kStreet.code,
  house_no: house(n),
  ...more,
})

async function upload(dataset, heading, rows) {
  const job = await importText(city, dataset, `${dataset}.csv`, [heading, ...rows].map((row) => row.join(',')).join('\n'))
  assert.deepEqual([job.state, job.n_bad], ['done', 0], JSON.stringify(job))
}
const open = (n, more) => done(guardian.post('/flows/enrol/cases', { values: values(n, more) }), 201)
const move = (caller, one, name, more = {}) => caller.post(`/cases/${one.id}/moves`, { seq: one.seq, move: name, ...more })
const state = async (one) => (await guardian.ok(`/cases/${one.id}`)).state
const school = async () => (await principal.ok('/me')).org
// In lots of so many at once.
async function inLots(list, size, task) {
  const out = []
  for (let i = 0; i < list.length; i += size) out.push(...(await Promise.all(list.slice(i, i + size).map(task))))
  return out
}

const numbers = Array.from({ length: kChildren }, (_, n) => n)
let sent = []
let plan

test('the registers and the plan are imported like every file', async () => {
  await upload('household_register', ['儿童证件号', '监护人证件号', '街道代码', '门牌', '区市'], numbers.map((n) => [child(n), kGuardian, kStreet.code, house(n), kStreet.district]))
  await upload('property_register', ['权利人证件号', '街道代码', '门牌', '区市'], [...new Set(numbers.map(house))].map((no) => [kGuardian, kStreet.code, no, kStreet.district]))
  // One account for all of them: the city has so many children on record.
  const [known] = (await city.ok('/datasets/guardian_identity/rows?limit=5')).items
  await done(city.call('PATCH', `/api/v1/datasets/guardian_identity/rows/${known._key}`, { body: { n_children: 2 * kChildren } }))
  const own = await school()
  const rows = (await city.ok(`/datasets/enrol_seats/rows?filter=school_id:eq:${own.id}&limit=50`)).items
  plan = rows.filter((row) => row.stage === 'p1')
  assert.ok(plan.length >= 1, 'the demonstration city has a plan')
  // What the cases of the pack hold already is beside the thirty.
  const taken = (await city.ok('/datasets/enrol_app/rows?filter=enrol_state:in:offered|done|entered&limit=100')).items.length
  for (const row of plan) await done(city.call('PATCH', `/api/v1/datasets/enrol_seats/rows/${row._key}`, { body: { seats: kSeats + taken } }))
})

test('of five hundred exactly thirty have a seat, all others stand in line in the order in which they came', async () => {
  const drafts = await inLots(numbers, 25, (n) => open(n))
  const answers = await Promise.all(drafts.map((one) => move(guardian, one, 'send')))
  for (const answer of answers) assert.equal(answer.status, 200, answer.text)
  sent = answers.map((answer) => answer.body)
  const offered = sent.filter((one) => one.state === 'offered')
  const waiting = sent.filter((one) => one.state === 'pooled')
  assert.equal(offered.length, kSeats)
  assert.equal(waiting.length, kChildren - kSeats)
  assert.ok(offered.every((one) => one.places.some((place) => place.quota === 'seats' && !place.waits)))
  const positions = waiting.map((one) => one.places.find((place) => place.quota === 'seats').position)
  assert.equal(new Set((await inLots(waiting, 25, (one) => guardian.ok(`/cases/${one.id}`))).map((one) => one.places.find((place) => place.waits).position)).size, waiting.length)
  assert.ok(positions.every((position) => position >= 1))
})

test('a seat that is given back goes to the first in line, and to nobody else', async () => {
  const waiting = await inLots(sent.filter((one) => one.state === 'pooled').slice(0, 60), 20, (one) => guardian.ok(`/cases/${one.id}`))
  const line = waiting.sort((a, b) => a.places.find((place) => place.waits).position - b.places.find((place) => place.waits).position)
  const first = (await guardian.ok(`/cases/${line[0].id}`)).places.find((place) => place.waits).position
  const holder = sent.find((one) => one.state === 'offered')
  await done(move(guardian, await guardian.ok(`/cases/${holder.id}`), 'withdrawn'))
  const second = (await guardian.ok(`/cases/${line[0].id}`)).places.find((place) => place.waits)
  assert.equal(second === undefined ? 0 : second.position, first - 1, 'everybody moves up by one')
})

test('a second application for a child is refused with what to do, and an officer finds no seat either', async () => {
  const again = await open(sent.findIndex((one) => one.state === 'pooled'), { child_name: '另一名' })
  const refused = await move(guardian, again, 'send')
  assert.deepEqual([refused.status, refused.body.code], [409, 'flows.no_place'], refused.text)
  assert.match(refused.body.detail.zh, /该儿童今年已有申请在办/)
  const draft = await open(kChildren + 1, { kind: 'B' })
  await done(handIn(guardian, draft, 'lease'), 201)
  let rented = await done(move(guardian, await guardian.ok(`/cases/${draft.id}`), 'send'))
  assert.equal(rented.state, 'school')
  rented = await done(move(principal, await principal.ok(`/cases/${rented.id}`), 'district', { values: { opinion: '同意' } }))
  const full = await move(district, await district.ok(`/cases/${rented.id}`), 'offered')
  assert.deepEqual([full.status, full.body.code], [409, 'flows.no_place'], full.text)
  assert.match(full.body.detail.zh, /该校学位已满/)
})

test('confirmed children are in the register, once, also when the server is killed while they confirm', async () => {
  const offered = (await inLots(sent, 25, (one) => guardian.ok(`/cases/${one.id}`))).filter((one) => one.state === 'offered')
  const before = await inRegister()
  const answered = []
  await Promise.all(
    offered.map(async (one) => {
      const answer = await move(guardian, one, 'confirm').catch(() => null)
      if (answer?.status !== 200) return
      answered.push(answer.body)
      if (answered.length === 8) server.child.kill('SIGKILL')
    }),
  )
  assert.ok(answered.length >= 8)
  server = await Server.start(folder)
  await signIn()
  const now = await inLots(offered, 25, (one) => guardian.ok(`/cases/${one.id}`))
  const confirmed = now.filter((one) => one.state === 'done')
  assert.ok(confirmed.length >= answered.length)
  for (const one of answered) assert.equal(await state(one), 'done', one.key)
  const added = await eventually(async () => {
    const rows = await inRegister()
    return rows.length - before.length === confirmed.length && rows
  }, { what: 'the register' })
  const from = added.map((row) => row.from_case).filter(Boolean)
  assert.equal(new Set(from).size, from.length, 'each application has one entry')
  assert.equal(now.filter((one) => one.state === 'offered').length + confirmed.length, offered.length)
})

async function inRegister() {
  return (await city.ok('/datasets/student_register/rows?filter=register_state:eq:entry&limit=500')).items
}
