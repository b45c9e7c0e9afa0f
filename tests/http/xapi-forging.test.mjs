// SPDX-License-Identifier: Apache-2.0
// The forging matrix on the real binary: every key x every actor x every organisation, by each way in which a statement can come and each place in which it can name somebody.
// What is not of the key's organisation is refused and told in the audit log; nothing of it is stored, and no key reads what is not its organisation's.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { Server, ownCity } from './own-server.mjs'
import { account, basic, idsOf, inParts, makeKey, sha256, statement, xapi } from './xapi-client.mjs'

const server = await Server.start(ownCity('forging'))
after(() => server.stop())
const officer = await server.signIn('city')
const schools = (await officer.all('/orgs?kind=school')).filter((school) => school.n_students > 0)
const districtOf = async (school) => (await officer.ok(`/orgs/${school.id}`)).path.find((org) => org.kind === 'district')
const first = schools[0]
const firstDistrict = await districtOf(first)
let second, elsewhere
for (const school of schools.slice(1)) {
  if ((await districtOf(school))?.id === firstDistrict.id) second ??= school
  else elsewhere ??= school
}
const elsewhereDistrict = await districtOf(elsewhere)
const city = (await officer.ok('/me')).roles[0].org

// Who is within what, by id.
const orgs = { city, firstDistrict, elsewhereDistrict, first, second, elsewhere }
const holds = { city: Object.keys(orgs), firstDistrict: ['firstDistrict', 'first', 'second'], elsewhereDistrict: ['elsewhereDistrict', 'elsewhere'], first: ['first'], second: ['second'], elsewhere: ['elsewhere'] }
const keys = []
for (const name of Object.keys(orgs))
  for (const more of [{}, { own_users: true }]) keys.push({ name, own: more.own_users === true, key: await makeKey(officer, ['all'], { org: orgs[name].id, ...more }) })

// Pupils of three schools, each by the account that was given out and, where one is known, by mail and its hash.
const actors = []
for (const name of ['first', 'second', 'elsewhere']) {
  const roster = await officer.post('/learning/accounts', { purpose: 'forging', role: 'student', org: orgs[name].id, limit: 1 })
  assert.equal(roster.status, 200, roster.text)
  const [given] = roster.body.items
  const email = `forging-${name}@example.org`
  const put = await officer.call('PUT', `/api/v1/people/${given.person.id}/contact`, { body: { phone: '', email } })
  assert.equal(put.status, 200, put.text)
  actors.push({ school: name, by: 'account', actor: account(given.name, given.home_page) })
  actors.push({ school: name, by: 'mbox', actor: { mbox: `mailto:${email}` } })
  actors.push({ school: name, by: 'mbox_sha1sum', actor: { mbox_sha1sum: createHash('sha1').update(`mailto:${email}`).digest('hex') } })
}

// A statement about somebody harmless that names the actor in one place.
const nobodyOf = (key) => account(key.key, 'http://localhost/xapi')
const places = {
  actor: (actor) => ({ actor }),
  group: (actor) => ({ actor: { objectType: 'Group', member: [actor] } }),
  object: (actor, own) => ({ actor: own, object: { objectType: 'Agent', ...actor } }),
  sub_actor: (actor, own) => ({ actor: own, object: { objectType: 'SubStatement', actor, verb: statement().verb, object: { id: 'http://tool.example/a' } } }),
}
const json = (key, method, path, body) => xapi(server.url, key, method, path, { body })
const ways = {
  post: (key, one) => json(key, 'POST', '/statements', one),
  batch: (key, one) => json(key, 'POST', '/statements', [statement({ actor: nobodyOf(key) }), one]),
  put: (key, one) => json(key, 'PUT', `/statements?statementId=${one.id}`, one),
  parts: (key, one) => {
    const bytes = Buffer.from('x')
    const attachments = [{ usageType: 'http://tool.example/work', display: { en: 'w' }, contentType: 'text/plain', length: 1, sha2: sha256(bytes) }]
    return xapi(server.url, key, 'POST', '/statements', inParts({ ...one, attachments }, bytes, sha256(bytes)))
  },
  alternate: (key, one) => {
    const raw = new URLSearchParams({ 'X-Experience-API-Version': '1.0.3', Authorization: basic(key), 'Content-Type': 'application/json', content: JSON.stringify(one), statementId: one.id }).toString()
    return xapi(server.url, null, 'POST', '/statements?method=PUT', { raw, headers: { 'content-type': 'application/x-www-form-urlencoded' }, version: null })
  },
}

const stored = [] // {id, key name}
test('key x actor x organisation, by every way and in every place: 0 leaks', async (t) => {
  let [n, n_refused] = [0, 0]
  for (const { name, own, key } of keys)
    for (const { school, by, actor } of actors) {
      const isOwn = holds[name].includes(school)
      for (const [place, put] of Object.entries(places))
        for (const [way, send] of Object.entries(ways)) {
          if (place !== 'actor' && way !== 'post' && way !== 'put') continue
          const one = statement(put(actor, nobodyOf(key)))
          // The key itself is no person: where only known people may be spoken of, it may not stand as the actor.
          const isTaken = isOwn && !(own && (place === 'object' || place === 'sub_actor' || way === 'batch'))
          const answer = await send(key, one)
          const where = `${name}${own ? ' (own users)' : ''} of ${school} by ${by} as ${place}, ${way}: ${answer.status} ${answer.text.slice(0, 200)}`
          if (isTaken) assert.ok(answer.status === 200 || answer.status === 204, where)
          else assert.equal(answer.status, 403, where)
          if (isTaken) stored.push({ id: one.id, name })
          else n_refused += 1
          n += 1
        }
    }
  assert.equal(n, keys.length * actors.length * (Object.keys(ways).length + 3 * 2))
  const auditor = await server.signIn('auditor')
  assert.equal((await auditor.all('/audit?action=xapi.refused')).length, n_refused, 'each refusal is told')
  t.diagnostic(`${n} statements: ${n - n_refused} taken, ${n_refused} refused, 0 leaks`)
})

test('no key reads what is not of its organisation, by list, by id or by agent', async () => {
  for (const { name, key } of keys) {
    const visible = new Set(await idsOf(server.url, key))
    for (const one of stored) assert.equal(visible.has(one.id), holds[name].includes(one.name), `${name} reads ${one.name}'s`)
    const foreign = stored.find((one) => !holds[name].includes(one.name))
    if (foreign) assert.equal((await json(key, 'GET', `/statements?statementId=${foreign.id}`)).status, 404, name)
    for (const { school, actor } of actors) {
      const found = await idsOf(server.url, key, { agent: JSON.stringify(actor), related_agents: true })
      assert.ok(found.every((id) => visible.has(id)), `${name} finds a pupil of ${school} in what it may see alone`)
    }
  }
})

test('a state, a profile and a voiding statement reach no other organisation', async () => {
  const keyOf = (name) => keys.find((item) => item.name === name && !item.own).key
  const query = new URLSearchParams({ activityId: 'http://tool.example/a', agent: JSON.stringify(actors[0].actor), stateId: randomUUID() })
  assert.equal((await json(keyOf('first'), 'PUT', `/activities/state?${query}`, { a: 1 })).status, 204)
  for (const name of Object.keys(orgs)) assert.equal((await json(keyOf(name), 'GET', `/activities/state?${query}`)).status, name === 'first' ? 200 : 404, name)
  const target = stored.find((one) => one.name === 'first')
  for (const name of ['second', 'elsewhere', 'city']) {
    const voiding = { actor: nobodyOf(keyOf(name)), verb: { id: 'http://adlnet.gov/expapi/verbs/voided' }, object: { objectType: 'StatementRef', id: target.id } }
    await json(keyOf(name), 'POST', '/statements', voiding)
    assert.equal((await json(keyOf('first'), 'GET', `/statements?statementId=${target.id}`)).status, 200, name)
  }
})
