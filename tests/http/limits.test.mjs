// SPDX-License-Identifier: Apache-2.0
// What a city keeps to: text without U+0000, one thing for one Idempotency-Key, a told time to come again, and no files left over or open to others.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Caller } from './client.mjs'
import { Server, banmo, ownCity, work } from './own-server.mjs'

const folder = ownCity('limits')
const tmp = join(folder, 'tmp')
const left = join(tmp, 'banmo-upload-Ab3xYz')
const old = join(tmp, 'copy-of-an-import.csv')
const young = join(tmp, 'somebody-works-here.csv')
rmSync(tmp, { recursive: true, force: true })
mkdirSync(tmp)
for (const file of [left, old, young]) writeFileSync(file, 'half a file')
utimesSync(old, new Date(Date.now() - 7_200_000), new Date(Date.now() - 7_200_000))
const server = await Server.start(folder)
after(() => server.kill())
const filesIn = (path) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name)

test('what a killed process left of uploads is gone after the start, and what is young stays', () => {
  assert.deepEqual(filesIn(tmp), ['somebody-works-here.csv'])
})

test('a name with U+0000 is no name: nobody is signed in by its first part', async () => {
  const answer = await new Caller('city', undefined, server.url).post('/session', { account: 'city\u0000zz', password: 'banmo-demo' })
  assert.equal(answer.status, 400)
  assert.equal(answer.body.code, 'json.nul')
  const asked = await (await server.signIn('city')).get('/orgs?q=a%00b')
  assert.ok(asked.status === 422 || asked.status === 400, asked.text)
})

test('too many tries say in the header what they say in words', async () => {
  const caller = new Caller('nobody', undefined, server.url)
  let answer
  for (let i = 0; i < 50 && answer?.status !== 429; ++i) answer = await caller.post('/session', { account: 'no-such-account', password: 'wrong' })
  assert.equal(answer.status, 429)
  const seconds = /in (\d+) seconds/.exec(answer.body.detail.en)[1]
  assert.equal(answer.headers.get('retry-after'), seconds)
})

test('one Idempotency-Key creates one thing, and answers the same', async () => {
  const city = await server.signIn('city')
  const dataset = (await city.ok('/datasets')).items[0].id
  const key = randomUUID()
  const body = { dataset, title: 'twice', shared: false }
  const send = (caller, sent, path = '/views') => caller.call('POST', `/api/v1${path}`, { body: sent, headers: { 'idempotency-key': key } })
  const first = await send(city, body)
  assert.equal(first.status, 201, first.text)
  const again = await send(city, body)
  assert.equal(again.status, 201)
  assert.equal(again.text, first.text)
  assert.equal(again.headers.get('content-type'), first.headers.get('content-type'))
  assert.equal((await city.ok(`/views?dataset=${dataset}`)).items.filter((view) => view.title === 'twice').length, 1)
  const other = await send(city, { ...body, title: 'another' })
  assert.equal(other.status, 409)
  assert.equal(other.body.code, 'http.idempotency_reused')
  assert.equal((await send(city, body, '/me/tokens')).status, 409)
  const district = await server.signIn('district')
  const theirs = await send(district, body)
  assert.equal(theirs.status, 201, 'a key is one account\'s own')
  assert.notEqual(theirs.body.id, first.body.id)
  const long = await city.call('POST', '/api/v1/views', { body, headers: { 'idempotency-key': 'k'.repeat(300) } })
  assert.equal(long.status, 422)
})

test('requests with one key that come at once create one thing', async () => {
  const city = await server.signIn('city')
  const dataset = (await city.ok('/datasets')).items[0].id
  const body = { dataset, title: 'at once', shared: false }
  const headers = { 'idempotency-key': randomUUID() }
  const answers = await Promise.all(Array.from({ length: 8 }, () => city.call('POST', '/api/v1/views', { body, headers })))
  for (const answer of answers) assert.ok(answer.status === 201 || answer.body.code === 'http.idempotency_running', answer.text)
  assert.equal(new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.body.id)).size, 1)
  assert.equal((await city.ok(`/views?dataset=${dataset}`)).items.filter((view) => view.title === 'at once').length, 1)
})

test('an error is not kept: the same key may be tried again', async () => {
  const city = await server.signIn('city')
  const dataset = (await city.ok('/datasets')).items[0].id
  const headers = { 'idempotency-key': randomUUID() }
  const bad = { dataset, title: 'mended', shared: false, filters: ['no_such_field:eq:1'] }
  assert.equal((await city.call('POST', '/api/v1/views', { body: bad, headers })).status, 422)
  assert.equal((await city.call('POST', '/api/v1/views', { body: { ...bad, filters: [] }, headers })).status, 201)
})

test('the document says which operations take the key: those that create, and sign-in does not', async () => {
  const document = await (await fetch(`${server.url}/openapi.json`)).json()
  const takes = (operation) => (operation.parameters ?? []).some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key')
  assert.ok(takes(document.paths['/api/v1/views'].post))
  assert.ok(takes(document.paths['/api/v1/datasets/{id}/import'].post))
  assert.ok(!takes(document.paths['/api/v1/session'].post))
  assert.ok(!takes(document.paths['/api/v1/metrics/query'].post))
})

test('what the program writes is for its own account alone, and a file that was imported leaves no copy', async () => {
  const other = ownCity('limits-commands')
  const dataset = (await (await server.signIn('city')).ok('/datasets')).items.find((one) => one.can?.import && one.n_rows > 0).id
  const file = join(work, 'rows.csv')
  const exported = banmo(['export', file, '--data', other, '--dataset', dataset, '--progress', 'none'])
  assert.equal(exported.code, 0, exported.out)
  assert.equal(lstatSync(file).mode & 0o077, 0)
  for (const name of filesIn(join(other, 'tmp'))) rmSync(join(other, 'tmp', name))
  banmo(['import', file, '--data', other, '--dataset', dataset, '--progress', 'none'])
  assert.deepEqual(filesIn(join(other, 'tmp')), [])
  const backup = join(work, 'backup')
  mkdirSync(backup)
  const saved = banmo(['backup', '--to', backup, '--data', other, '--progress', 'none'])
  assert.equal(saved.code, 0, saved.out)
  for (const name of filesIn(backup)) assert.equal(lstatSync(join(backup, name)).mode & 0o077, 0, name)
})
