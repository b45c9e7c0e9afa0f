// SPDX-License-Identifier: Apache-2.0
// Rounds of kill -9 through the whole server: clients send batches and single statements, the server dies at a random moment and starts again. At the end every acknowledged
// statement stands once in the store and once in the dataset of the warehouse, no batch is there in part, and nothing is doubled. BANMO_CRASH_ROUNDS rounds (3), on SQLite with
// DuckDB, and on PostgreSQL where BANMO_TEST_PG names a cluster.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Server, eventually, ownCity, ownPostgresCity } from './own-server.mjs'
import { account, idsOf, makeKey, statement, xapi } from './xapi-client.mjs'

const rounds = Number(process.env.BANMO_CRASH_ROUNDS ?? 3)
const kClients = 6

const lesson = 'https://tool.example/kill/'
function attended(registration) {
  const id = randomUUID()
  return statement({
    id,
    actor: account(`kill-${Math.floor(Math.random() * 40)}`),
    verb: { id: 'http://adlnet.gov/expapi/verbs/attended' },
    object: { id: lesson + id, definition: { type: 'http://adlnet.gov/expapi/activities/lesson' } },
    context: { registration, extensions: { 'https://schema.banmo.org/xapi/subject': 'music' } },
  })
}

// Sends until the server is gone. `sent`: every request as a list of ids; `taken`: those that were acknowledged.
async function client(url, key, registration, { sent, taken }) {
  for (let i = 0; ; ++i) {
    const batch = Array.from({ length: i % 3 === 0 ? 1 : 20 }, () => attended(registration))
    const ids = batch.map((item) => item.id)
    sent.push(ids)
    try {
      const answer = await xapi(url, key, 'POST', '/statements', { body: batch.length === 1 ? batch[0] : batch })
      assert.equal(answer.status, 200, answer.text)
      taken.push(ids)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return
    }
  }
}

// Ids of the rows that the warehouse has of them.
async function rowsOf(officer) {
  const rows = await officer.all('/datasets/teaching_event/rows?filter=subject:eq:music')
  return rows.map((row) => row.activity.slice(lesson.length))
}

async function killAgainAndAgain(t, folder) {
  let server = await Server.start(folder)
  const key = await makeKey(await server.signIn('city'), ['statements/write', 'statements/read/mine'])
  const registration = randomUUID()
  const told = { sent: [], taken: [] }
  assert.deepEqual(await rowsOf(await server.signIn('city')), [])
  for (let round = 0; round < rounds; ++round) {
    const before = told.taken.length
    const clients = Promise.all(Array.from({ length: kClients }, () => client(server.url, key, registration, told)))
    await eventually(() => told.taken.length > before, { what: 'the first answer' })
    await new Promise((wake) => setTimeout(wake, Math.random() * 1500))
    await server.kill()
    await clients
    server = await Server.start(folder)
  }
  const officer = await server.signIn('city')
  const kept = await idsOf(server.url, key, { registration })
  const has = new Set(kept)
  assert.equal(has.size, kept.length, 'none is doubled in the store')
  const lost = told.taken.flat().filter((id) => !has.has(id))
  assert.deepEqual(lost, [], 'no acknowledged statement is lost')
  for (const ids of told.sent) assert.ok([0, ids.length].includes(ids.filter((id) => has.has(id)).length), 'a batch is whole or not there')
  await eventually(async () => (await rowsOf(officer)).length >= has.size, { within_ms: 60_000, what: 'the warehouse has them' })
  const rows = await rowsOf(officer)
  assert.equal(new Set(rows).size, rows.length, 'none is doubled in the warehouse')
  assert.deepEqual(new Set(rows), has)
  const [[figure]] = (await officer.query({ metrics: ['te_attendances'], where: { subject: 'music' } })).rows
  assert.equal(figure, has.size)
  t.diagnostic(`${rounds} rounds: ${told.taken.flat().length} acknowledged in ${told.taken.length} requests, ${has.size} stored, ${rows.length} rows; 0 lost, 0 doubled`)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
}

test('kill -9 at any moment loses and doubles nothing: SQLite and DuckDB', (t) => killAgainAndAgain(t, ownCity('kills')))

test('kill -9 at any moment loses and doubles nothing: PostgreSQL', { skip: !process.env.BANMO_TEST_PG && 'BANMO_TEST_PG names no cluster' }, (t) =>
  killAgainAndAgain(t, ownPostgresCity('kills')),
)
