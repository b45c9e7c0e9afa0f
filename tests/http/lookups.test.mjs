// SPDX-License-Identifier: Apache-2.0
// Another department is asked on the real server: by `banmo simulate-lookups`, which is down at first, then signs wrongly, then answers; and a server that
// is killed while a question is out.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Server, eventually, freePort, ownCity, simulateLookups } from './own-server.mjs'

const port = await freePort()
const folder = ownCity('lookups')
const env = { BANMO_LOOKUPS: `relief http://127.0.0.1:${port}/ask secret` }
let server = await Server.start(folder, { env })
let simulator
after(async () => {
  simulator?.kill('SIGKILL')
  await server.stop()
})
const names = ['student', 'guardian', 'auditor']
const signInAll = async () => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.signIn(name)])))
let as = await signInAll()
const code = (await as.student.ok('/people?limit=5')).items[0].code
const sibling = (await as.guardian.ok('/people?limit=5')).items.find((person) => person.roles.includes('student') && person.code !== code)
async function simulate(...more) {
  simulator?.kill('SIGKILL')
  simulator = await simulateLookups(port, 'secret', ['lookup,key,result,need', `relief,${code},hit,orphan`], ...more)
}
async function sent(caller, more = {}) {
  const made = await caller.post('/flows/student_aid/cases', { values: { need: 'allowance', agreed: true, account: '6222000000007777', ...more } })
  assert.equal(made.status, 201, made.text)
  const moved = await caller.post(`/cases/${made.body.id}/moves`, { seq: made.body.seq, move: 'send' })
  assert.equal(moved.status, 200, moved.text)
  return moved.body
}
const settled = (caller, one) => eventually(async () => {
  const now = await caller.ok(`/cases/${one.id}`)
  return now.state === 'sorting' ? null : now
}, { within_ms: 40_000, what: 'the answer' })

test('a case waits while the department is down and the server is killed, and its answer takes effect once', async () => {
  const one = await sent(as.student)
  assert.deepEqual([one.state, one.awaits.map((title) => title.zh)], ['sorting', ['民政社会救助']])
  await server.kill()
  server = await Server.start(folder, { env })
  as = await signInAll()
  await simulate()
  const now = await settled(as.student, one)
  assert.deepEqual([now.state, now.row.relief, now.row.need, now.awaits], ['district', 'hit', 'orphan', []])
  const history = (await as.student.ok(`/cases/${one.id}/history`)).items
  assert.deepEqual(history.map((step) => step.to), ['sorting', 'district'])
  const entries = (await as.auditor.ok('/audit?action=lookup.ask&limit=20')).items
  assert.ok(JSON.stringify(entries).includes('student_id'), 'what was sent is named')
  assert.ok(!JSON.stringify(entries).includes(code), 'and not told')
})

test('an answer serves again for the same question', async () => {
  simulator.kill('SIGKILL')
  const one = await sent(as.student)
  assert.equal((await settled(as.student, one)).row.relief, 'hit')
})

test('who signs wrongly has not answered: a proof is asked for', async () => {
  await simulate('--wrong')
  const one = await sent(as.guardian, { student_id: sibling.code })
  const now = await settled(as.guardian, one)
  assert.deepEqual([now.state, now.row.relief], ['fix', 'err'])
  assert.equal((await as.guardian.ok(`/cases/${one.id}/files`)).wanted[0].is_required, true)
})
