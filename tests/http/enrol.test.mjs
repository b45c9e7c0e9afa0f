// SPDX-License-Identifier: Apache-2.0
// Entry to school on the real server: registers that answer, other departments that are asked where they do not, proofs, letters that anyone can check,
// appeals that somebody else hears, and what happens when nobody does anything in time.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Caller, done, refused } from './client.mjs'
import { citizen, handIn, kGuardian, kStreet } from './enrolling.mjs'
import { Server, eventually, freePort, ownCity, simulateLookups, work } from './own-server.mjs'

const port = await freePort()
const folder = ownCity('enrol')
const env = { BANMO_LOOKUPS: `household http://127.0.0.1:${port}/ask one,property http://127.0.0.1:${port}/ask one` }
let server = await Server.start(folder, { env })
let simulator
after(async () => {
  simulator?.kill('SIGKILL')
  await server.stop()
})
const names = ['guardian', 'principal', 'district', 'city', 'auditor']
const signInAll = async () => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.signIn(name)])))
let as = await signInAll()

const fresh = (caller, one) => caller.ok(`/cases/${one.id}`)
const move = async (caller, one, name, more = {}) => caller.post(`/cases/${one.id}/moves`, { seq: (await fresh(caller, one)).seq, move: name, ...more })
const states = async (one) => (await as.guardian.ok(`/cases/${one.id}/history`)).items.map((step) => step.to)
const waiting = async (caller) => (await caller.all('/cases?flow=enrol')).map((one) => one.key)

// Children of a district that does not exist, each with a name of its own; no register knows them.
let n = 0
const child = () => citizen(`98770020200301${String((n += 1)).padStart(3, '0')}`)
const values = (kind, more = {}) => ({
  stage: 'p1',
  kind,
  child_name: `测${String.fromCodePoint(0x4e00 + n * 37)}${String.fromCodePoint(0x5e00 + n * 23)}`,
  child_no: child(),
  guardian_no: kGuardian,
  phone: `138${String(10000000 + n * 137)}`,
  district: kStreet.district,
  street: kStreet.code,
  house_no: 60,
  ...more,
})
async function sent(kind, more) {
  const one = await done(as.guardian.post('/flows/enrol/cases', { values: values(kind, more) }), 201)
  const file = { B: 'lease', C: 'residence', D: 'preference' }[kind]
  if (file) await done(handIn(as.guardian, one, file), 201)
  return done(move(as.guardian, one, 'send'))
}
const compared = (one) => eventually(async () => {
  const now = await fresh(as.guardian, one)
  return now.state === 'checking' ? null : now
}, { within_ms: 40_000, what: 'the answer' })
async function atDistrict() {
  const one = await sent('B')
  return done(move(as.principal, one, 'district', { values: { opinion: '租赁合同齐全' } }))
}
async function letterCode(one, no) {
  const page = await as.guardian.get(`/cases/${one.id}/letters/${no}`)
  return { text: page.text, code: /<strong>([0-9A-Z-]{19})<\/strong>/.exec(page.text)[1] }
}
const verify = (code) => done(new Caller('nobody', undefined, server.url).get(`/letters/verify?code=${code}`))

// What the police and the land register know: two children of the guardian's, another who lives elsewhere, and the house.
const known = { hit: child(), miss: child(), confirmed: child() }
simulator = await simulateLookups(port, 'one', ['lookup,key,result', `household,${known.hit},hit`, `household,${known.confirmed},hit`, `household,${known.miss},miss`, `property,${kGuardian},hit`])
const asked = async (one) => (await as.auditor.ok('/audit?action=lookup.ask&limit=100')).items.filter((entry) => JSON.stringify(entry).includes(one.id))

let offered
test('where the registers of the city agree a seat is offered at once and nobody is asked', async () => {
  const one = await sent('A', { child_no: citizen('99110020200612000'), house_no: 12, agreed: true })
  assert.deepEqual([one.state, one.row.is_automatic, one.row.household_asked ?? null], ['offered', true, null])
  assert.deepEqual(await states(one), ['arrived', 'checking', 'offered'])
  assert.deepEqual(await asked(one), [])
  offered = one
})

test('an offer waits at the desk of the guardian, with its deadline, and at no office', async () => {
  const now = await fresh(as.guardian, offered)
  assert.deepEqual([now.state, now.is_yours, Boolean(now.due_at)], ['offered', true, true])
  assert.ok((await waiting(as.guardian)).includes(now.key))
  for (const office of [as.principal, as.district, as.city]) assert.ok(!(await waiting(office)).includes(now.key), office.account)
  await refused(move(as.principal, now, 'confirm'), 403, 'flows.not_your_move', /“确认入学”由监护人办理/)
})

test('whom the city does not know is asked of the other departments, signed and for this purpose; who agrees brings no papers', async () => {
  const one = await sent('A', { child_no: known.hit, agreed: true })
  assert.deepEqual([one.state, one.awaits.map((title) => title.zh)], ['checking', ['公安户籍', '不动产登记']])
  const now = await compared(one)
  assert.deepEqual([now.state, now.row.household_check, now.row.household_asked, now.row.property_asked], ['offered', 'none', 'hit', 'hit'])
  const entries = await asked(one)
  assert.equal(entries.length, 2)
  assert.match(JSON.stringify(entries), /义务教育入学资格核验/)
  assert.ok(!JSON.stringify(entries).includes(known.hit), 'what was sent is named and not told')
})

test('without consent nobody is asked, and what the registers do not show is shown by a proof, once', async () => {
  const one = await sent('A', { child_no: known.confirmed })
  assert.deepEqual([one.state, one.row.household_asked, one.is_yours], ['fix', 'none', true])
  assert.deepEqual(await asked(one), [])
  await refused(move(as.guardian, one, 'resend'), 422, 'flows.file_missing', /请先上传“户口簿与房产证明/)
  await done(handIn(as.guardian, one, 'home'), 201)
  const again = await done(move(as.guardian, one, 'resend'))
  assert.equal(again.state, 'school')
  assert.deepEqual(await states(one), ['arrived', 'checking', 'fix', 'arrived', 'checking', 'school'])
  const files = (await as.principal.ok(`/cases/${one.id}/files`)).items
  assert.equal((await as.principal.get(`/cases/${one.id}/files/${files[0].id}`)).status, 200, 'the school opens the proof')
})

test('who is known otherwise is asked for the proof as well, and may apply as one who rents instead', async () => {
  const differs = await compared(await sent('A', { child_no: known.miss, agreed: true }))
  assert.deepEqual([differs.state, differs.row.household_asked], ['fix', 'miss'])
  const mended = await done(as.guardian.call('PATCH', `/api/v1/cases/${differs.id}`, { body: { seq: differs.seq, values: { kind: 'B' } } }))
  await done(handIn(as.guardian, mended, 'lease'), 201)
  assert.equal((await done(move(as.guardian, mended, 'resend'))).state, 'school', 'as one who rents, with the lease')
})

test('a letter of admission is the school\'s, can be checked by anyone, and is revoked when the seat is taken back', async () => {
  const offer = await done(move(as.district, await atDistrict(), 'offered'))
  const confirmed = await done(move(as.guardian, offer, 'confirm'))
  assert.equal(confirmed.state, 'done')
  const { text, code } = await letterCode(confirmed, 1)
  assert.match(text, /录取通知书/)
  assert.ok(text.includes(confirmed.row.child_name) && text.includes('小学一年级'), text)
  const school = (await as.principal.ok('/me')).org.title
  const found = await verify(code)
  assert.deepEqual([found.valid, found.title.zh, found.office], [true, '录取通知书', school])
  assert.deepEqual((await as.principal.ok(`/cases/${offer.id}/letters`)).items.length, 1, 'the school sees that there is one')
  await refused(move(as.district, confirmed, 'absent', { note: '未按期报到' }), 403, 'flows.four_eyes', /另一|不同|他人|本人/)
  const other = await server.newAccount('district-two', [{ role: 'district_officer', org: (await as.district.ok('/me')).org.id }])
  const gone = await done(move(other, confirmed, 'absent', { note: '未按期报到，学位收回' }))
  assert.equal(gone.state, 'absent')
  assert.deepEqual([(await verify(code)).valid, Boolean((await as.guardian.ok(`/cases/${offer.id}/letters`)).items[0].revoked_at)], [false, true])
})

test('a refusal is appealed once; who decided does not hear it, and what is overturned is revoked', async () => {
  const ended = await done(move(as.district, await atDistrict(), 'rejected', { note: '租赁合同未备案' }))
  const { text, code } = await letterCode(ended, 1)
  assert.match(text, /不予录取告知书[\s\S]*租赁合同未备案/)
  assert.match(text, /\d{4}年\d+月\d+日 前在线提出申诉/)
  const heard = await done(move(as.guardian, ended, 'appeal', { note: '合同已备案' }))
  assert.equal(heard.state, 'heard')
  await refused(move(as.district, heard, 'grant', { note: '改' }), 403, 'flows.heard_by_another', /作出.*决定|另/)
  const granted = await done(move(as.city, heard, 'grant', { note: '备案属实' }))
  assert.deepEqual([granted.state, (await verify(code)).valid], ['offered', false])
  const second = await done(move(as.district, await atDistrict(), 'rejected', { note: '不在本区居住' }))
  await done(move(as.guardian, second, 'appeal', { note: '请复核' }))
  await done(move(as.city, second, 'uphold', { note: '经核实不在本区居住' }))
  await refused(move(as.guardian, second, 'appeal', { note: '再次申诉' }), 409, 'flows.appealed_already', /申诉/)
})

test('where no address of a department is configured the proof is asked for at once', async () => {
  await server.stop()
  server = await Server.start(folder)
  as = await signInAll()
  const now = await compared(await sent('A', { agreed: true, house_no: 61 }))
  assert.deepEqual([now.state, now.row.household_asked, now.row.property_asked], ['fix', 'err', 'err'])
  await done(handIn(as.guardian, now, 'home'), 201)
  await done(move(as.guardian, now, 'resend'))
  assert.equal((await compared(now)).state, 'school')
})

test('what nobody mends and no offer that nobody takes stands for ever: both end by themselves, and the seat goes to the first in line', async () => {
  const fix = await done(move(as.principal, await sent('B'), 'fix', { note: '请补正' }))
  const offer = await done(move(as.district, await atDistrict(), 'offered'))
  const own = (await as.principal.ok('/me')).org.id
  const held = (await as.city.ok('/datasets/enrol_app/rows?filter=enrol_state:in:offered|done|entered&limit=500')).items.filter((row) => row.offer_school === offer.row.offer_school)
  for (const row of (await as.city.ok(`/datasets/enrol_seats/rows?filter=school_id:eq:${own}&limit=50`)).items)
    if (row.stage === 'p1') await done(as.city.call('PATCH', `/api/v1/datasets/enrol_seats/rows/${row._key}`, { body: { seats: held.length } }))
  const line = await done(move(as.district, await atDistrict(), 'pooled'))
  assert.deepEqual([line.state, line.places.find((place) => place.waits)?.position], ['pooled', 1])
  assert.deepEqual((await fresh(as.guardian, line)).places.find((place) => place.waits).position, 1, 'the guardian sees where the child stands')
  // The same pack, whose deadlines have passed: the next round of the server finds them.
  const scenes = join(work, 'enrol-scenes')
  cpSync(resolve('scenes'), scenes, { recursive: true })
  const file = join(scenes, 'enrol/pack.yaml')
  const text = readFileSync(file, 'utf8')
  const late = text.replace(/^ {2}version: .*$/m, '  version: 1.9.0').replace(/\{state: (fix|offered), within: \d+wd, late: goto\(withdrawn\), remind: \dwd\}/g, '{state: $1, within: 0h, late: goto(withdrawn)}')
  assert.equal(late.split('within: 0h').length, 3)
  writeFileSync(file, late)
  await server.stop()
  server = await Server.start(folder, { args: ['--scenes', scenes] })
  as = await signInAll()
  for (const one of [fix, offer]) {
    const ended = await eventually(async () => ((await fresh(as.guardian, one)).state === 'withdrawn' ? fresh(as.guardian, one) : null), { within_ms: 20_000, what: 'the end of the deadline' })
    assert.ok(ended.closed_at)
    assert.equal((await as.guardian.ok(`/cases/${one.id}/history`)).items.at(-1).label.zh, '逾期')
  }
  const served = await eventually(async () => ((await states(line)).includes('offered') ? states(line) : null), { within_ms: 20_000, what: 'the place in line' })
  assert.ok(served.indexOf('pooled') < served.indexOf('offered'))
})
