// SPDX-License-Identifier: Apache-2.0
// Whom tools speak of, on the real binary: opaque accounts, unknown actors and their mapping, forged actors refused and told, what a key may say, how it fares, and when it dies.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller } from './client.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'
import { account, makeKey, statement, xapi } from './xapi-client.mjs'

const server = await Server.start(ownCity('actors'))
after(() => server.stop())
const officer = await server.signIn('city')
const auditor = await server.signIn('auditor')
const schools = await officer.all('/orgs?kind=school')
const [home, other] = schools
const cio = await server.newAccount('actors-cio', [{ role: 'school_cio', org: home.id }])
const pupils = async (school) => (await officer.ok(`/people?role=student&limit=5&org=${school.id}`)).items
const key = await makeKey(cio, ['all'])
const post = (by, body) => xapi(server.url, by, 'POST', '/statements', { body })
const entries = async (action, actor) => (await auditor.ok(`/audit?limit=200&action=${action}&actor=${actor}`)).items
const roster = async (by, more = {}) => by.post('/learning/accounts', { purpose: 'homework', role: 'student', ...more })
const actorOf = (given) => account(given.name, given.home_page)

test('a tool gets opaque accounts of its own organisation\'s people, the same each time, and that is a read of people', async () => {
  const first = await roster(cio, { limit: 3 })
  assert.equal(first.status, 200, first.text)
  assert.equal(first.body.items.length, 3)
  const [pupil] = first.body.items
  assert.match(pupil.name, /^bma_[0-9a-f]{40}$/)
  const { code } = await officer.ok(`/people/${pupil.person.id}`)
  assert.ok(code && !first.text.includes(code), 'no student number is given out')
  const next = await roster(cio, { limit: 3, after: first.body.next })
  assert.ok(next.body.items.every((item) => !first.body.items.some((had) => had.name === item.name)))
  assert.deepEqual((await roster(cio, { limit: 3 })).body.items, first.body.items)
  assert.notEqual((await roster(cio, { limit: 3, purpose: 'video' })).body.items[0].name, pupil.name)
  assert.equal((await roster(cio, { org: other.id })).status, 404)
  assert.equal((await roster(cio, { within: other.id })).status, 404)
  assert.deepEqual((await roster(await server.signIn('sysadmin'), { org: home.id })).body.items, [], 'an administrator sees nobody')
  assert.equal((await roster(await server.signIn('teacher'))).status, 403)
  const read = async () => (await entries('xapi_accounts.read', 'actors-cio'))[0]
  assert.equal((await eventually(read, { within_ms: 5000, what: 'the read' })).object_kind, 'person')
  assert.equal((await entries('xapi_account.create', 'actors-cio'))[0].detail.n, 3)
})

test('an unknown actor is taken, listed to those who manage its people, mapped to one of them, and let go again', async () => {
  const actor = { name: '小明', ...account('unknown-1') }
  assert.equal((await post(key, [statement({ actor }), statement({ actor })])).status, 200)
  const listed = async (by, state = 'unknown') => (await by.ok(`/learning/actors?state=${state}`)).items.find((item) => item.identifier.endsWith('unknown-1'))
  const found = await listed(cio)
  assert.deepEqual([found.name, found.state, found.org.id], ['小明', 'unknown', home.id])
  assert.ok(await listed(officer))
  const stranger = await server.newAccount('actors-cio-2', [{ role: 'school_cio', org: other.id }])
  assert.equal(await listed(stranger), undefined)
  for (const name of ['teacher', 'sysadmin', 'auditor', 'student']) assert.equal((await (await server.signIn(name)).call('GET', '/api/v1/learning/actors')).status, 403, name)

  const at = `/api/v1/learning/actors/${found.no}`
  const put = (by, person) => by.call('PUT', `${at}/person`, { body: { person } })
  const [own] = await pupils(home)
  const [foreign] = await pupils(other)
  assert.equal((await put(stranger, foreign.id)).body.code, 'events.no_such_actor')
  assert.equal((await put(officer, foreign.id)).body.code, 'events.no_such_person')
  assert.equal((await put(cio, own.id)).status, 204)
  const mapped = await listed(cio, 'mapped')
  assert.deepEqual([mapped.person.id, mapped.person.name, mapped.by], [own.id, own.name, 'actors-cio'])
  assert.equal((await cio.call('DELETE', `${at}/decision`)).status, 204)
  assert.equal((await cio.call('PUT', `${at}/ignored`)).status, 204)
  assert.equal(await listed(cio), undefined)
  assert.equal((await listed(cio, 'ignored')).person, undefined)
  assert.deepEqual((await entries('xapi_actor.', 'actors-cio')).map((entry) => entry.action).sort(), ['xapi_actor.ignore', 'xapi_actor.map', 'xapi_actor.reset'])
  assert.equal((await cio.call('GET', '/api/v1/learning/actors?state=odd')).body.code, 'events.unknown_state')
  assert.equal((await cio.call('PUT', '/api/v1/learning/actors/x/ignored')).status, 404)
  const read = async () => (await entries('xapi_actors.read', 'actors-cio'))[0]
  assert.equal((await eventually(read, { within_ms: 5000, what: 'the read' })).object_kind, 'xapi_actor')
})

test('a forged actor refuses the whole request with its place, and stands in the audit log', async () => {
  const foreign = (await roster(officer, { org: other.id, limit: 1 })).body.items[0]
  const own = (await roster(cio, { limit: 1 })).body.items[0]
  const sent = [statement({ actor: actorOf(own) }), statement({ actor: actorOf(foreign) })]
  const refused = await post(key, sent)
  assert.deepEqual([refused.status, refused.body.code, refused.body.where], [403, 'events.forged_actor', '$[1].actor'])
  assert.equal((await xapi(server.url, key, 'GET', `/statements?statementId=${sent[0].id}`)).status, 404)
  assert.equal((await post(key, statement({ actor: account('bma_00', own.home_page) }))).body.code, 'events.forged_actor')
  const told = await entries('xapi.refused', key.key)
  assert.deepEqual(told.map((entry) => entry.detail.where).sort(), ['$.actor', '$[1].actor'])
  assert.ok(!JSON.stringify(told).includes(foreign.name))
  assert.equal((await post(key, sent[0])).status, 200)
})

test('a key for own users, verbs and profiles says nothing else', async () => {
  const own = (await roster(cio, { limit: 1 })).body.items[0]
  const verb = statement().verb.id
  const strict = await makeKey(cio, ['all'], { own_users: true, verbs: [verb], profiles: ['https://w3id.org/xapi/video'] })
  const context = { contextActivities: { category: [{ id: 'https://w3id.org/xapi/video' }] } }
  const good = () => statement({ actor: actorOf(own), context })
  assert.equal((await post(strict, good())).status, 200)
  const refusals = {
    'events.not_own_user $.actor': { ...good(), actor: account('unknown-2') },
    'events.verb_not_allowed $.verb.id': { ...good(), verb: { id: 'http://adlnet.gov/expapi/verbs/failed' } },
    'events.profile_not_allowed $.context.contextActivities.category': { ...good(), context: undefined },
  }
  for (const [expected, body] of Object.entries(refusals)) {
    const { status, body: problem } = await post(strict, body)
    assert.deepEqual([status, `${problem.code} ${problem.where}`], [403, expected])
  }
  const listed = (await cio.ok('/xapi/keys')).items.find((item) => item.key === strict.key)
  assert.deepEqual([listed.own_users, listed.verbs], [true, [verb]])
  assert.deepEqual([listed.n_requests, listed.n_errors, listed.n_statements], [4, 3, 1])
  assert.ok(Date.now() - Date.parse(listed.last_seen) < 60_000)
  assert.equal((await cio.post('/xapi/keys', { title: 'x', scopes: ['all'], verbs: ['completed'] })).body.where, '$.verbs[0]')
})

test('an API token makes and revokes no keys', async () => {
  const token = (await cio.post('/me/tokens', { title: 'x', rights: ['xapi.keys', 'datasets.read'], days: 1 })).body.token
  const by = new Caller('a token', token, server.url)
  const made = await by.post('/xapi/keys', { title: 'x', scopes: ['state'] })
  assert.deepEqual([made.status, made.body.code], [403, 'events.needs_session'])
  assert.equal((await by.call('DELETE', `/api/v1/xapi/keys/${key.key}`)).body.code, 'events.needs_session')
  assert.ok((await by.ok('/xapi/keys')).items.length > 0)
})

test('wrong keys are limited with a time to wait, and a right one at the same address goes on', async () => {
  const wrong = { key: key.key, secret: 'x'.repeat(43) }
  const statuses = []
  let last
  for (let i = 0; i < 8; ++i) statuses.push((last = await post(wrong, statement())).status)
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429])
  assert.ok(Number(last.headers.get('retry-after')) > 0)
  assert.equal((await post(key, statement())).status, 200)
  assert.ok(await server.signIn('teacher'), 'a dead tool keeps nobody from signing in')
})

test('a key dies with its maker\'s account within seconds', async () => {
  assert.equal((await post(key, statement())).status, 200)
  const closed = await (await server.signIn('sysadmin')).post('/accounts/actors-cio/disable', {})
  assert.ok(closed.status < 300, closed.text)
  await eventually(async () => (await post(key, statement())).status === 401, { within_ms: 12_000, what: 'the end of the key' })
})
