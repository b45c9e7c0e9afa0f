// SPDX-License-Identifier: Apache-2.0
// Forwarding on the real binary: one server sends what it stores to another, through kill -9 of either, refusals and lost answers; at the end the other has exactly the same
// statements by id. And the way out: no redirect, no other protocol, no network that is not open.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createSocket } from 'node:net'
import { Server, eventually, ownCity } from './own-server.mjs'
import { idsOf, inParts, makeKey, sha256, statement, xapi } from './xapi-client.mjs'

const freePort = () =>
  new Promise((done) => {
    const socket = createSocket().listen(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => done(port))
    })
  })
const [folderA, folderB] = [ownCity('forward-a'), ownCity('forward-b')]
const portB = await freePort()
const startB = () => Server.start(folderB, { args: ['--listen', `127.0.0.1:${portB}`] })
let a = await Server.start(folderA)
let b = await startB()
after(() => Promise.all([a.stop(), b.stop()]))

let [officer, admin] = [await a.signIn('city'), await a.signIn('sysadmin')]
const officerB = await b.signIn('city')
const source = await makeKey(officer, ['statements/write'])
const urlB = `http://127.0.0.1:${portB}`
officerB.at = urlB // the address that stays through its restarts
const step = (by, id, what, body) => by.post(`/learning/forwards/${id}${what}`, body)
const forwardOf = async (id) => (await officer.ok('/learning/forwards')).items.find((item) => item.id === id)

async function makeForward(endpoint, key, more = {}) {
  const city = (await officer.ok('/me')).roles[0].org.id
  const made = await admin.post('/learning/forwards', { title: '测试转发', endpoint, key: key.key, secret: key.secret, org: city, ...more })
  assert.equal(made.status, 201, made.text)
  assert.equal(made.body.state, 'waiting')
  const released = await step(officer, made.body.id, '/release', { endpoint })
  assert.equal(released.status, 200, released.text)
  assert.equal(released.body.state, 'running')
  return made.body.id
}
const send = async (body, more) => {
  const answer = await xapi(a.url, source, 'POST', '/statements', { body, ...more })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const isThrough = (id) => eventually(async () => (await forwardOf(id)).n_behind === 0, { within_ms: 60_000, what: 'everything is sent' })
const restartA = async () => {
  await a.kill()
  a = await Server.start(folderA)
  ;[officer, admin] = [await a.signIn('city'), await a.signIn('sysadmin')]
}

test('through kill -9 of either side the other store ends with exactly the same ids, attachments included', async () => {
  const key = await makeKey(officerB, ['statements/write', 'statements/read/mine'])
  const id = await makeForward(`${urlB}/xapi`, key)
  const ids = []
  const batch = () => Array.from({ length: 50 }, () => statement())
  const sendSome = async (n) => {
    for (let i = 0; i < n; ++i) ids.push(...(await send(batch())))
  }
  const bytes = Buffer.from('作业\0 binary')
  const attached = statement({ attachments: [{ usageType: 'http://tool.example/work', display: { 'zh-CN': '作业' }, contentType: 'text/plain', length: bytes.length, sha2: sha256(bytes) }] })
  ids.push(...(await send(undefined, inParts(attached, bytes, sha256(bytes)))))
  for (let round = 0; round < 3; ++round) {
    await sendSome(20)
    await eventually(async () => (await forwardOf(id)).n_sent > 0, { what: 'something is sent' })
    await restartA()
    await sendSome(5)
    await b.kill()
    await sendSome(5)
    await eventually(async () => (await forwardOf(id)).n_failures > 0, { what: 'the failure is seen' })
    b = await startB()
  }
  const target = statement()
  ids.push(...(await send([target, statement({ verb: { id: 'http://adlnet.gov/expapi/verbs/voided' }, object: { objectType: 'StatementRef', id: target.id } })])))
  await isThrough(id)
  const had = await idsOf(urlB, key)
  assert.equal(new Set(had).size, had.length, 'none is doubled')
  const wanted = ids.filter((one) => one !== target.id)  // lists leave out what was voided
  assert.deepEqual(new Set(had), new Set(wanted))
  assert.equal((await xapi(urlB, key, 'GET', `/statements?voidedStatementId=${target.id}`)).status, 200)
  const back = await xapi(urlB, key, 'GET', `/statements?statementId=${attached.id}&attachments=true`)
  assert.ok(back.text.includes(`X-Experience-API-Hash: ${sha256(bytes)}`) && back.text.includes(bytes.toString()), 'the attachment came along')
  const now = await forwardOf(id)
  assert.deepEqual([now.n_refused, now.error], [0, undefined])
  assert.equal((await step(admin, id, '/test')).body.is_good, true)
})

test('a statement that the other store refuses lies aside with its answer, the others of its batch are there', async () => {
  const key = await makeKey(officerB, ['statements/write', 'statements/read/mine'])
  const poison = statement()
  assert.equal((await xapi(urlB, key, 'POST', '/statements', { body: { ...poison, actor: { account: { homePage: 'https://tool.example', name: 'somebody-else' } } } })).status, 200)
  const id = await makeForward(`${urlB}/xapi`, key)
  const batch = [...Array.from({ length: 30 }, () => statement()), poison, ...Array.from({ length: 30 }, () => statement())]
  await send(batch)
  await isThrough(id)
  const refused = await officer.ok(`/learning/forwards/${id}/refused`)
  assert.deepEqual(refused.items.map((item) => [item.id, item.status]), [[poison.id, 409]])
  assert.match(refused.items[0].answer, /events\.other_statement/)
  assert.deepEqual(new Set(await idsOf(urlB, key)), new Set(batch.map((item) => item.id)))
  const again = await step(officer, id, '/retry')
  assert.deepEqual([again.status, again.body.n], [200, 1])
  await eventually(async () => (await officer.ok(`/learning/forwards/${id}/refused`)).items[0]?.retry === false, { what: 'it was tried again' })
})

// A store that this test plays: it answers 409 to a batch of which it has one already, and fails as it is told.
async function otherStore() {
  const has = new Map()
  const paths = []
  const plan = []
  const server = createServer((request, answer) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      paths.push(`${request.method} ${request.url}`)
      const end = (status, body = '', headers = {}) => answer.writeHead(status, headers).end(body)
      const asked = new URL(request.url, 'http://x').searchParams.get('statementId')
      if (request.method === 'GET') return asked && has.has(asked) ? end(200, JSON.stringify(has.get(asked))) : end(404)
      const what = plan.shift()
      if (what?.status) return end(what.status, what.body, what.headers)
      const text = Buffer.concat(chunks).toString()
      const sent = JSON.parse(text.startsWith('--') ? text.slice(text.indexOf('\r\n\r\n') + 4, text.indexOf(']\r\n--') + 1) : text) // of parts the first
      if (sent.some((item) => has.has(item.id))) return end(409, 'have it')
      for (const item of sent) has.set(item.id, item)
      if (what === 'die') return request.socket.destroy()
      end(200, JSON.stringify(sent.map((item) => item.id)), { 'content-type': 'application/json' })
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  after(() => server.close())
  return { has, paths, plan, url: `http://127.0.0.1:${server.address().port}` }
}

test('a city sends what it has from the beginning, of its whole tree', async () => {
  const other = await otherStore()
  const id = await makeForward(`${other.url}/lrs`, { key: 'k', secret: 's' }, { from: 'beginning', title: '从头转发' })
  await isThrough(id)
  const wanted = await idsOf(a.url, await makeKey(officer, ['statements/read']))
  assert.ok(wanted.length > 5000, 'the demonstration has so many')
  // Lists leave out what was voided.
  for (const item of other.has.values()) if (item.verb.id.endsWith('/voided')) wanted.push(item.object.id)
  assert.deepEqual(new Set(other.has.keys()), new Set(wanted))
  assert.equal((await forwardOf(id)).n_sent, other.has.size)
})

test('a store that answers 409 to what it has, loses answers and asks for patience gets everything once', async () => {
  const other = await otherStore()
  other.plan.push('die', { status: 503, body: 'later', headers: { 'retry-after': '1' } }, { status: 429 })
  const id = await makeForward(`${other.url}/lrs`, { key: 'k', secret: 's' })
  const ids = await send(Array.from({ length: 40 }, () => statement()))
  await eventually(async () => (await forwardOf(id)).n_failures > 0, { what: 'the lost answer is seen' })
  ids.push(...(await send(Array.from({ length: 40 }, () => statement()))))
  await isThrough(id)
  assert.deepEqual(new Set(other.has.keys()), new Set(ids))
  const now = await forwardOf(id)
  assert.deepEqual([now.n_sent, now.n_refused, now.error, now.n_failures], [80, 0, undefined, 0])
})

test('a pause holds, a resume goes on at once, a deleted forward sends nothing more', async () => {
  const other = await otherStore()
  const id = await makeForward(`${other.url}/lrs`, { key: 'k', secret: 's' })
  assert.equal((await step(officer, id, '/pause')).body.state, 'paused')
  const [first] = await send([statement()])
  assert.equal((await forwardOf(id)).n_behind, 1)
  assert.equal((await step(officer, id, '/resume')).body.state, 'running')
  await isThrough(id)
  assert.ok(other.has.has(first))
  assert.equal((await admin.call('DELETE', `/api/v1/learning/forwards/${id}`)).status, 204)
  assert.equal(await forwardOf(id), undefined)
  const auditor = await a.signIn('auditor')
  const told = (await auditor.ok('/audit?limit=200&action=xapi_forward.')).items.filter((entry) => entry.object === id)
  assert.deepEqual(told.map((entry) => entry.action).sort(), ['make', 'pause', 'release', 'remove', 'resume', 'send'].map((action) => `xapi_forward.${action}`))
})

test('a redirect leads nowhere, and only http and https to open networks are taken', async () => {
  const [other, inside] = [await otherStore(), await otherStore()]
  const away = { status: 302, headers: { location: `${inside.url}/lrs/statements` } }
  other.plan.push(away, away, away)
  const id = await makeForward(`${other.url}/lrs`, { key: 'k', secret: 's' })
  await send([statement()])
  await eventually(async () => /^HTTP 302/.test((await forwardOf(id)).error?.zh ?? ''), { what: 'the redirect is seen as an error' })
  await isThrough(id)
  assert.deepEqual(other.paths, Array(4).fill('POST /lrs/statements'), 'it was sent again to the same place')
  assert.deepEqual(inside.paths, [])
  const make = async (endpoint) => (await admin.post('/learning/forwards', { title: 'x', endpoint, key: 'k', secret: 's' })).body.code
  for (const endpoint of ['file:///etc/passwd', 'gopher://127.0.0.1/x', 'http://127.0.0.1/x?a=b', 'http://127.0.0.1/x#y', 'lrs.example.cn/xapi']) assert.equal(await make(endpoint), 'json.invalid', endpoint)
  assert.equal(await make('http://user:word@127.0.0.1/xapi'), 'http.outbound_url')
  for (const endpoint of ['http://10.0.0.1/xapi', 'https://192.168.1.1/xapi', 'https://169.254.169.254/xapi', 'http://8.8.8.8/xapi', 'https://[fe80::1]/xapi'])
    assert.equal(await make(endpoint), 'http.outbound_address', endpoint)
})

test('the system administrator makes a forward, somebody who may export the data releases it, others do neither, and the secret is never given back', async () => {
  const body = { title: '两人', endpoint: `${urlB}/xapi`, key: 'k', secret: 'sehr-geheim' }
  for (const name of ['city', 'district', 'principal', 'teacher', 'secadmin', 'auditor']) {
    const answer = await (await a.signIn(name)).post('/learning/forwards', body)
    assert.equal(answer.status, 403, name)
  }
  const made = await admin.post('/learning/forwards', body)
  assert.equal(made.status, 201, made.text)
  const seen = { endpoint: body.endpoint }
  assert.equal((await step(admin, made.body.id, '/release', seen)).status, 403)
  const unseen = await step(officer, made.body.id, '/release', { endpoint: 'https://lrs.example.cn/xapi' })
  assert.deepEqual([unseen.status, unseen.body.code], [409, 'events.forward_changed'])
  const { secret: _, ...led } = { ...body, endpoint: `${urlB}/elsewhere` }
  const change = await admin.call('PUT', `/api/v1/learning/forwards/${made.body.id}`, { body: led })
  assert.deepEqual([change.status, change.body.code], [422, 'events.no_secret'])
  const district = await a.signIn('district')
  assert.equal((await step(district, made.body.id, '/release', seen)).body.code, 'events.no_such_forward')
  const list = await officer.get('/learning/forwards')
  assert.ok(!list.text.includes('sehr-geheim'))
  assert.deepEqual([list.body.items[0].can_release, list.body.items[0].can_change], [true, false])
  assert.ok(!(await district.get('/learning/forwards')).text.includes(made.body.id))
})
