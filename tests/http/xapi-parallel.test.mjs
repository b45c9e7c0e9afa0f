// SPDX-License-Identifier: Apache-2.0
// Clients that send overlapping batches at once, shuffled and again and again: no error, nothing lost, nothing doubled; and a batch of which one statement says something else than
// what is stored is refused whole, whoever else writes at that moment. On any pair of stores.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { base, signIn } from './client.mjs'
import { account, basic, idsOf, makeKey, statement, xapi } from './xapi-client.mjs'

const kClients = 8
const officer = await signIn('city')
const key = await makeKey(officer, ['all'])
const post = (body) => xapi(base, key, 'POST', '/statements', { body })

// The same order in each run: what fails can be looked at.
function shuffled(list, seed) {
  const out = [...list]
  for (let i = out.length - 1; i > 0; --i) {
    seed = (seed * 1103515245 + 12345) % 2147483648
    const j = seed % (i + 1)
    ;[out[i], out[j]] = [out[j], out[i]]
  }
  return out
}
// Statements of one fresh verb, about agents and activities that many of them share.
const poolOf = (n) => {
  const verb = { id: `http://tool.example/parallel/${randomUUID()}` }
  return Array.from({ length: n }, (_, i) => statement({ verb, actor: account(`parallel-${i % 17}`), object: { id: `http://tool.example/lesson/${i % 11}`, definition: { name: { en: `lesson ${i % 5}` } } } }))
}
const inParallel = (work) => Promise.all(Array.from({ length: kClients }, (_, client) => work(client)))
const isThereOnce = async (pool) => {
  const seen = await idsOf(base, key, { verb: pool[0].verb.id })
  assert.equal(new Set(seen).size, seen.length, 'none is doubled')
  assert.deepEqual(new Set(seen), new Set(pool.map((item) => item.id)), 'none is lost')
}

test('eight clients send all of the same statements, each in an order and cuts of its own, and twice', async () => {
  const pool = poolOf(600)
  await inParallel(async (client) => {
    const own = [...shuffled(pool, client + 1), ...shuffled(pool, client + 100)]
    const size = [1, 7, 20, 50, 100, 150, 200, 300][client]
    for (let at = 0; at < own.length; at += size) {
      if (size === 1 && at >= 100) break  // one by one is slow: a part of them
      const batch = [...new Set(own.slice(at, at + size))]
      const answer = await post(size === 1 ? batch[0] : batch)
      assert.equal(answer.status, 200, answer.text)
      assert.deepEqual(answer.body, batch.map((item) => item.id))
    }
  })
  await isThereOnce(pool)
})

test('a client that hears no answer sends the same again, and it is stored once', async () => {
  const pool = poolOf(160)
  await inParallel(async (client) => {
    const batch = pool.slice(client * 20, client * 20 + 20)
    await new Promise((done) => {
      const headers = { authorization: basic(key), 'content-type': 'application/json', 'x-experience-api-version': '2.0.0' }
      const lost = request(`${base}/xapi/statements`, { method: 'POST', headers }).on('error', done).on('close', done)
      lost.end(JSON.stringify(batch), () => lost.destroy()) // gone as soon as it is sent
    })
    for (let again = 0; again < 3; ++again) assert.equal((await post(batch)).status, 200)
  })
  await isThereOnce(pool)
})

test('a batch with one statement that differs is refused whole, while others store the true one', async () => {
  const pool = poolOf(80)
  assert.equal((await post(pool)).status, 200)
  const fresh = poolOf(kClients * 30)
  const answers = await inParallel(async (client) => {
    const own = fresh.slice(client * 30, client * 30 + 30)
    const forged = { ...pool[client], result: { success: false } }
    const refused = await post([...own.slice(0, 15), forged, ...own.slice(15)])
    assert.deepEqual([refused.status, refused.body.code, refused.body.where], [409, 'events.other_statement', '$[15]'], refused.text)
    const half = own.slice(0, 15)
    assert.equal((await post(half)).status, 200)
    return half
  })
  await isThereOnce(answers.flat())
  await isThereOnce(pool)
})
