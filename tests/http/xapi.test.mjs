// SPDX-License-Identifier: Apache-2.0
// The store of learning records on the real binary: keys and scopes, forged organisations, filters and pages, voiding, attachments, documents, versions; what was acknowledged
// survives kill -9. Every requirement of the specification: tools/xapi-conformance, where the public suite is at hand.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { createSign, randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Server, eventually, ownCity, work } from './own-server.mjs'
import { basic, idsOf, inParts, makeKey as makeKeyBy, sha256, statement, xapi } from './xapi-client.mjs'

const folder = ownCity('xapi')
let server = await Server.start(folder)
after(() => server.stop())
const officer = await server.signIn('city')
const schools = await officer.all('/orgs?kind=school')

const makeKey = (scopes, org, by = officer) => makeKeyBy(by, scopes, org && { org })
const one = await makeKey(['all'], schools[0].id)
const two = await makeKey(['all'], schools[1].id)
const call = (key, method, path, more) => xapi(server.url, key, method, path, more)
const ids = (answer) => answer.body.statements.map((item) => item.id)
const get = (key, query) => call(key, 'GET', `/statements?${new URLSearchParams(query)}`)

test('a key is shown once, listed without its secret, and of no use once revoked', async () => {
  const key = await makeKey(['statements/write'], schools[0].id)
  const listed = (await officer.ok('/xapi/keys')).items.find((item) => item.key === key.key)
  assert.deepEqual(listed.scopes, ['statements/write'])
  assert.equal(listed.org.id, schools[0].id)
  assert.ok(!JSON.stringify(listed).includes(key.secret))
  assert.equal((await call(key, 'POST', '/statements', { body: statement() })).status, 200)
  const bearer = { authorization: `Bearer ${key.secret}` }
  assert.equal((await call(null, 'POST', '/statements', { body: statement(), headers: bearer })).status, 200)
  assert.equal((await officer.call('DELETE', `/api/v1/xapi/keys/${key.key}`)).status, 204)
  const refused = await call(key, 'POST', '/statements', { body: statement() })
  assert.equal(refused.status, 401)
  assert.equal(refused.body.code, 'events.bad_key')
  assert.match(refused.headers.get('www-authenticate'), /^Basic /)
  assert.equal((await call(null, 'GET', '/statements')).status, 401)
  assert.equal((await call({ ...one, secret: two.secret }, 'GET', '/statements')).status, 401)
})

test('a session is no key, and who may not manage keys makes none', async () => {
  assert.equal((await call(null, 'GET', '/statements', { headers: { authorization: `Bearer ${officer.token}` } })).status, 401)
  for (const account of ['principal', 'teacher', 'student', 'secadmin', 'auditor'])
    assert.equal((await (await server.signIn(account)).post('/xapi/keys', { title: 'x', scopes: ['all'] })).status, 403, account)
  const cio = await server.newAccount('xapi-cio', [{ role: 'school_cio', org: schools[0].id }])
  const own = await makeKey(['statements/read'], undefined, cio)
  const foreign = await cio.post('/xapi/keys', { title: 'x', scopes: ['all'], org: schools[1].id })
  assert.equal(foreign.status, 404)
  const seen = (await cio.ok('/xapi/keys')).items
  assert.ok(seen.some((item) => item.key === own.key))
  assert.ok(seen.every((item) => item.org.id === schools[0].id))
  assert.equal((await cio.call('DELETE', `/api/v1/xapi/keys/${two.key}`)).status, 404)
  const audit = (await (await server.signIn('auditor')).ok('/audit?limit=200&action=xapi_key.create')).items
  assert.ok(audit.some((entry) => entry.actor === 'xapi-cio' && entry.object === own.key))
})

test('the system administrator makes keys that write, and none that read what others wrote', async () => {
  const system = await server.signIn('sysadmin')
  await makeKey(['statements/write', 'statements/read/mine'], schools[0].id, system)
  for (const scope of ['statements/read', 'state', 'profile', 'all']) {
    const refused = await system.post('/xapi/keys', { title: 'x', scopes: [scope], org: schools[0].id })
    assert.deepEqual([refused.status, refused.body.code], [403, 'events.scope_beyond_right'], scope)
    assert.match(refused.body.detail.en, /statements\/write/)
  }
})

test('a statement that is too large is refused with its place, and nothing of its batch is kept', async () => {
  const small = statement()
  const large = statement({ result: { response: 'x'.repeat(300 * 1024) } })
  const refused = await call(one, 'POST', '/statements', { body: [small, large] })
  assert.equal(refused.status, 413)
  assert.match(refused.text, /statement_too_large/)
  assert.match(refused.text, /\$\[1\]/)
  assert.equal((await call(one, 'GET', `/statements?statementId=${small.id}`)).status, 404)
})

test('each scope opens its resources and no others', async () => {
  const agent = JSON.stringify(statement().actor)
  const state = `/activities/state?${new URLSearchParams({ activityId: 'http://o.example', agent, stateId: 's' })}`
  const profile = `/agents/profile?${new URLSearchParams({ agent, profileId: 'p' })}`
  const tries = {
    'statements/write': ['POST', '/statements', statement()],
    'statements/read': ['GET', '/statements'],
    state: ['PUT', state, { a: 1 }],
    profile: ['PUT', profile, { a: 1 }],
  }
  for (const scope of Object.keys(tries)) {
    const key = await makeKey([scope], schools[2].id)
    for (const [of, [method, path, body]] of Object.entries(tries)) {
      const answer = await call(key, method, path, { body, headers: of === 'profile' ? { 'if-none-match': '"none"' } : {} })
      assert.equal(answer.status === 403, of !== scope, `${scope} on ${of}: ${answer.status} ${answer.text}`)
    }
  }
  const mine = await makeKey(['statements/write', 'statements/read/mine'], schools[0].id)
  const own = statement()
  await call(mine, 'POST', '/statements', { body: own })
  await call(one, 'POST', '/statements', { body: statement() })
  assert.deepEqual(ids(await get(mine, {})), [own.id])
})

test('a key writes for its organisation alone, whatever it says, and reads no other', async () => {
  const forged = statement({ authority: { account: { homePage: 'http://localhost/xapi', name: two.key } } })
  assert.equal((await call(one, 'POST', '/statements', { body: forged })).status, 200)
  const kept = (await get(one, { statementId: forged.id })).body
  assert.equal(kept.authority.account.name, one.key)
  assert.equal((await get(two, { statementId: forged.id })).status, 404)
  assert.ok(!ids(await get(two, {})).includes(forged.id))
  const taken = await call(two, 'POST', '/statements', { body: { ...forged, actor: { mbox: 'mailto:other@tool.example' } } })
  assert.equal(taken.status, 200, 'the id of another organisation is free here')
  const city = await makeKey(['statements/read'], (await officer.ok('/me')).org.id)
  assert.equal((await get(city, { agent: JSON.stringify({ mbox: 'mailto:other@tool.example' }) })).body.statements.length, 1)
})

test('who reads stands in the audit log by key, with what was asked and never about whom', async () => {
  const reader = await makeKey(['statements/read'], schools[0].id)
  await get(reader, { agent: JSON.stringify(statement().actor), limit: 1 })
  const auditor = await server.signIn('auditor')
  const found = async () => (await auditor.ok(`/audit?limit=200&action=xapi.read&actor=${reader.key}`)).items[0]
  const entry = await eventually(found, { within_ms: 5000, what: 'the read of the key' })
  assert.equal(entry.object_kind, 'statement')
  assert.match(JSON.stringify(entry), /by agent, limit/)
  assert.ok(!JSON.stringify(entry).includes('tool.example'))
})

test('asking for an agent, and for the ids of documents, is a read like others', async () => {
  const reader = await makeKey(['all'], schools[0].id)
  const agent = JSON.stringify(statement().actor)
  const place = (more) => `/agents/profile?${new URLSearchParams({ agent, ...more })}`
  await call(reader, 'PUT', place({ profileId: 'p' }), { body: { a: 1 }, headers: { 'if-none-match': '*' } })
  await call(reader, 'GET', place({}))
  await call(reader, 'GET', `/agents?${new URLSearchParams({ agent })}`)
  const auditor = await server.signIn('auditor')
  const kinds = async () => (await auditor.ok(`/audit?limit=200&action=xapi.read&actor=${reader.key}`)).items.map((entry) => entry.object_kind)
  await eventually(async () => (await kinds()).sort().join() === 'agent,document', { within_ms: 5000, what: 'both reads of the key' })
})

test('what is stored and removed stands in the audit log by key, and not what it says', async () => {
  const writer = await makeKey(['all'], schools[0].id)
  const sent = [statement(), statement(), statement()]
  await call(writer, 'POST', '/statements', { body: sent })
  const place = `/activities/state?${new URLSearchParams({ activityId: 'http://tool.example/1', agent: JSON.stringify(sent[0].actor), stateId: 's' })}`
  await call(writer, 'PUT', place, { body: { a: 1 } })
  await call(writer, 'DELETE', place)
  const { items } = await (await server.signIn('auditor')).ok(`/audit?limit=200&actor=${writer.key}`)
  assert.deepEqual(items.map((entry) => entry.action).sort(), ['xapi.put_document', 'xapi.remove_document', 'xapi.store'])
  const stored = items.find((entry) => entry.action === 'xapi.store')
  assert.deepEqual([stored.object, stored.detail.last, stored.detail.n, stored.detail.n_requests], [sent[0].id, sent[2].id, 3, 1])
  assert.ok(!JSON.stringify(items).includes('tool.example'))
})

test('filters meet, and more leads through all pages', async () => {
  const course = `http://tool.example/course/${randomUUID()}`
  const actor = { mbox: `mailto:${randomUUID()}@tool.example` }
  const batch = Array.from({ length: 25 }, (_, i) => statement({ actor: i % 5 ? actor : statement().actor, context: { contextActivities: { parent: [{ id: course }] } } }))
  assert.deepEqual((await call(one, 'POST', '/statements', { body: batch })).body, batch.map((item) => item.id))
  const mine = batch.filter((item) => item.actor === actor).map((item) => item.id)
  const query = { activity: course, related_activities: true, agent: JSON.stringify(actor), limit: 7 }
  const seen = []
  for (let answer = await get(one, query); ; answer = await call(one, 'GET', answer.body.more.replace(/^\/xapi/, ''))) {
    seen.push(...ids(answer))
    if (!answer.body.more) break
  }
  assert.deepEqual(seen, mine.toReversed())
  assert.deepEqual(ids(await get(one, { ...query, limit: 3, ascending: true })), mine.slice(0, 3))
  assert.deepEqual(ids(await get(one, { ...query, activity: 'http://tool.example/none' })), [])
  for (const bad of [{ agent: '{' }, { limit: -1 }, { since: 'yesterday' }, { registration: 'x' }, { format: 'short' }, { Agent: '{}' }, { statementId: randomUUID(), limit: 1 }]) {
    const answer = await get(one, bad)
    assert.equal(answer.status, 400, JSON.stringify(bad))
    assert.ok(answer.headers.get('x-experience-api-consistent-through'))
    assert.ok(answer.body.where.startsWith('query.'), answer.text)
  }
})

test('a batch is all or none and names its first bad statement; the same id says the same or is refused', async () => {
  const good = statement()
  const bad = await call(one, 'POST', '/statements', { body: [good, statement({ verb: { id: 'completed' } })] })
  assert.equal(bad.status, 400)
  assert.equal(bad.body.where, '$[1].verb.id')
  assert.ok(bad.body.detail.zh && bad.body.detail.en)
  assert.equal((await get(one, { statementId: good.id })).status, 404)
  assert.equal((await call(one, 'POST', '/statements', { body: good })).status, 200)
  assert.equal((await call(one, 'POST', '/statements', { body: good })).status, 200)
  assert.equal((await call(one, 'PUT', `/statements?statementId=${good.id}`, { body: good })).status, 204)
  const other = await call(one, 'PUT', `/statements?statementId=${good.id}`, { body: { ...good, object: { id: 'http://tool.example/other' } } })
  assert.equal(other.status, 409)
  const many = await call(one, 'POST', '/statements', { body: Array.from({ length: 1001 }, () => statement()) })
  assert.equal(many.status, 413)
})

test('a voided statement is found as voided only', async () => {
  const target = statement()
  const voiding = statement({ verb: { id: 'http://adlnet.gov/expapi/verbs/voided' }, object: { objectType: 'StatementRef', id: target.id } })
  await call(one, 'POST', '/statements', { body: [target, voiding] })
  assert.equal((await get(one, { statementId: target.id })).status, 404)
  assert.equal((await get(one, { voidedStatementId: target.id })).body.id, target.id)
  assert.equal((await get(one, { voidedStatementId: voiding.id })).status, 404)
})

test('attachments travel as multipart in both directions', async () => {
  const bytes = Buffer.from('第一课\r\n--c--\0 binary')
  const sha2 = sha256(bytes)
  const sent = statement({ attachments: [{ usageType: 'http://tool.example/work', display: { 'zh-CN': '作业' }, contentType: 'text/plain', length: bytes.length, sha2 }] })
  assert.equal((await call(one, 'POST', '/statements', { body: sent })).body.code, 'events.attachment_missing')
  assert.equal((await call(one, 'POST', '/statements', inParts(sent, bytes, '0'.repeat(64)))).body.code, 'events.attachment_hash')
  assert.equal((await call(one, 'POST', '/statements', inParts(sent, bytes, sha2))).status, 200)
  const back = await get(one, { statementId: sent.id, attachments: true })
  const boundary = /boundary=(\S+)/.exec(back.headers.get('content-type'))[1]
  const parts = back.text.split(`--${boundary}`)
  assert.equal(parts.length, 4)
  assert.equal(JSON.parse(parts[1].split('\r\n\r\n')[1]).id, sent.id)
  assert.match(parts[2], new RegExp(`X-Experience-API-Hash: ${sha2}`))
  assert.ok(parts[2].endsWith(`${bytes}\r\n`))
})

test('a signed statement is taken if the signature is of it and of its certificate', async () => {
  const made = (name) => {
    const [key, certificate] = [join(work, `${name}.key`), join(work, `${name}.pem`)]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-subj', `/CN=${name}`], { stdio: 'pipe' })
    return { key: readFileSync(key), x5c: [readFileSync(certificate, 'utf8').replace(/-----[A-Z ]+-----|\s/g, '')] }
  }
  const [signer, stranger] = [made('signer'), made('stranger')]
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const send = (payload, { key = signer.key, x5c = signer.x5c, alg = 'RS256', sent = payload } = {}) => {
    const text = `${encoded({ alg, x5c })}.${encoded(payload)}`
    const jws = Buffer.from(`${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`)
    const about = { usageType: 'http://adlnet.gov/expapi/attachments/signature', display: { en: 'signature' }, contentType: 'application/octet-stream', length: jws.length, sha2: sha256(jws) }
    return call(one, 'POST', '/statements', inParts({ ...sent, attachments: [about] }, jws, about.sha2, about.contentType))
  }
  assert.equal((await send(statement())).status, 200)
  const refusals = [send(statement(), { sent: statement({ object: { id: 'http://tool.example/other' } }) }), send(statement(), { key: stranger.key }), send(statement(), { alg: 'HS256' })]
  for (const answer of await Promise.all(refusals)) assert.equal(answer.body.code, 'events.bad_signature', answer.text)
})

test('documents keep to their ETag', async () => {
  const at = `/activities/profile?${new URLSearchParams({ activityId: 'http://tool.example/a', profileId: randomUUID() })}`
  assert.equal((await call(one, 'PUT', at, { body: { a: 1 }, headers: { 'if-none-match': '*' } })).status, 204)
  assert.equal((await call(one, 'PUT', at, { body: { a: 2 } })).status, 409)
  assert.equal((await call(one, 'PUT', at, { body: { a: 2 }, headers: { 'if-match': '"other"' } })).status, 412)
  const first = await call(one, 'GET', at)
  assert.deepEqual(first.body, { a: 1 })
  assert.equal((await call(one, 'POST', at, { body: { b: 2 }, headers: { 'if-match': first.headers.get('etag') } })).status, 204)
  assert.deepEqual((await call(one, 'GET', at)).body, { a: 1, b: 2 })
  assert.equal((await call(two, 'GET', at)).status, 404)
  assert.equal((await call(one, 'DELETE', at)).status, 204)
  assert.equal((await call(one, 'GET', at)).status, 404)
})

test('a request is answered in the line of its version', async () => {
  for (const [version, line] of [['1.0', '1.0.3'], ['1.0.1', '1.0.3'], ['2.0.0', '2.0.0']]) {
    const answer = await call(one, 'GET', '/statements?limit=1', { version })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('x-experience-api-version'), line)
  }
  for (const version of [null, '0.95', '1.1.0', '3.0.0']) assert.equal((await call(one, 'GET', '/statements', { version })).status, 400, String(version))
  const about = await call(null, 'GET', '/about', { version: null })
  assert.deepEqual(about.body.version.slice(-2), ['1.0.3', '2.0.0'])
  const form = new URLSearchParams({ 'X-Experience-API-Version': '1.0.3', Authorization: basic(one), limit: '1' })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await call(null, 'POST', '/statements?method=GET', { raw: form.toString(), headers, version: null })).status, 200)
  form.set('X-Experience-API-Version', '2.0.0')
  assert.equal((await call(null, 'POST', '/statements?method=GET', { raw: form.toString(), headers, version: null })).status, 400)
})

test('what was acknowledged is there after kill -9, and nothing of what was not is half there', async () => {
  for (let round = 0; round < 3; ++round) {
    const verb = { id: `http://tool.example/kill/${round}/${randomUUID()}` }
    const acknowledged = []
    let stopped = false
    const client = async () => {
      while (!stopped) {
        const batch = [statement({ verb }), statement({ verb }), statement({ verb })]
        try {
          const answer = await call(one, 'POST', '/statements', { body: batch })
          if (answer.status === 200) acknowledged.push(...answer.body)
        } catch {
          return
        }
      }
    }
    const clients = Array.from({ length: 6 }, client)
    while (acknowledged.length < 90) await new Promise((wake) => setImmediate(wake))
    server.child.kill('SIGKILL')
    stopped = true
    await Promise.all(clients)
    server = await Server.start(folder)
    const seen = await idsOf(server.url, one, { verb: verb.id })
    const kept = new Set(seen)
    assert.equal(kept.size, seen.length, 'none is doubled')
    assert.ok(acknowledged.every((id) => kept.has(id)), 'none is lost')
    assert.equal(kept.size % 3, 0, 'a batch is whole or not there')
  }
})

test('a stored document opened as a page can do nothing on this origin', async () => {
  const place = `/agents/profile?${new URLSearchParams({ agent: JSON.stringify({ account: { homePage: 'https://tool.example', name: 'p-1' } }), profileId: 'page' })}`
  const put = await call(one, 'PUT', place, { raw: '<script>alert(1)</script>', headers: { 'content-type': 'text/html', 'if-none-match': '*' } })
  assert.equal(put.status, 204, put.text)
  const got = await call(one, 'GET', place)
  assert.equal(got.status, 200)
  assert.match(got.headers.get('content-security-policy'), /^sandbox; default-src 'none'$/)
})

test('a statement of too many values or agents is refused, and documents of many members are merged', async () => {
  const many = await call(one, 'POST', '/statements', { body: statement({ context: { extensions: { 'http://x.example/y': Array(11_000).fill(1) } } }) })
  assert.deepEqual([many.status, many.body.code], [413, 'events.statement_too_large'])
  const member = Array.from({ length: 1100 }, (_, i) => ({ account: { homePage: 'https://tool.example', name: `m-${i}` } }))
  const crowd = await call(one, 'POST', '/statements', { body: statement({ context: { team: { objectType: 'Group', member } } }) })
  assert.deepEqual([crowd.status, crowd.body.code], [413, 'events.statement_too_large'])
  const place = `/activities/profile?${new URLSearchParams({ activityId: 'http://tool.example/lesson/1', profileId: 'many' })}`
  const members = (letter) => Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`${letter}${i}`, i]))
  assert.equal((await call(one, 'PUT', place, { body: members('a'), headers: { 'if-none-match': '*' } })).status, 204)
  const merged = await call(one, 'POST', place, { body: members('b') })
  assert.equal(merged.status, 204, merged.text)
  assert.equal(Object.keys((await call(one, 'GET', place)).body).length, 120_000)
})
