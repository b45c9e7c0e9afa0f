// Caliper 1.2 on the real binary: an envelope becomes statements of the same store under the same keys, whole or not at all, with the statuses of the specification.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Server, ownCity } from './own-server.mjs'

const server = await Server.start(ownCity('caliper'))
after(() => server.stop())
const officer = await server.signIn('city')
const [school] = await officer.all('/orgs?kind=school')
const makeKey = async (scopes) => (await officer.post('/xapi/keys', { title: '测试题库', scopes, org: school.id })).body
const key = await makeKey(['all'])

const version = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const item = { id: 'https://quiz.example/items/6', type: 'AssessmentItem', name: '第六题', isPartOf: 'https://quiz.example/assess/1' }
const event = (more = {}) => ({
  '@context': version,
  id: `urn:uuid:${randomUUID()}`,
  type: 'AssessmentItemEvent',
  profile: 'AssessmentProfile',
  actor: { id: 'https://quiz.example/users/p-1', type: 'Person' },
  action: 'Completed',
  object: item,
  eventTime: '2026-11-15T10:15:00.000Z',
  ...more,
})
const envelope = (...data) => ({ sensor: 'https://quiz.example/sensors/1', sendTime: '2026-11-15T11:05:01.000Z', dataVersion: version, data })

async function send(body, { method = 'POST', by = key, type = 'application/json' } = {}) {
  const headers = { ...(by && { authorization: `Bearer ${by.secret}` }), ...(body !== undefined && { 'content-type': type }) }
  const answer = await fetch(`${server.url}/caliper`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
  const text = await answer.text()
  return { status: answer.status, text, body: text ? JSON.parse(text) : undefined }
}
async function read(query) {
  const answer = await fetch(`${server.url}/xapi/${query}`, { headers: { authorization: `Bearer ${key.secret}`, 'x-experience-api-version': '2.0.0' } })
  return { status: answer.status, body: await answer.json() }
}
const stored = async (id) => (await read(`statements?statementId=${id.replace('urn:uuid:', '')}`))

test('events are found as statements, and the event itself stands in them', async () => {
  const sent = event()
  const answer = await send(envelope(sent))
  assert.deepEqual([answer.status, answer.text], [200, ''])
  const { body } = await stored(sent.id)
  assert.equal(body.verb.id, 'http://adlnet.gov/expapi/verbs/answered')
  assert.deepEqual(body.actor.account, { homePage: 'https://quiz.example/users', name: 'p-1' })
  assert.deepEqual(body.context.extensions[version], sent)
  const found = await read(`statements?${new URLSearchParams({ activity: 'https://quiz.example/assess/1', related_activities: true })}`)
  assert.ok(found.body.statements.some((one) => one.id === body.id), 'by the test that the item belongs to')
})

test('the same envelope twice is stored once; another event under a stored id is refused with its place', async () => {
  const sent = event()
  assert.equal((await send(envelope(sent))).status, 200)
  assert.equal((await send(envelope(sent))).status, 200)
  const other = await send(envelope(item, event(), { ...sent, action: 'Skipped' }))
  assert.equal(other.status, 409, other.text)
  assert.equal(other.body.code, 'events.other_statement')
  assert.match(JSON.stringify(other.body), /\$\.data\[2\]/)
})

test('one faulty event keeps the whole envelope out', async () => {
  const good = event()
  const refused = await send(envelope(good, event({ actor: 'nobody' })))
  assert.equal(refused.status, 400, refused.text)
  assert.match(JSON.stringify(refused.body), /\$\.data\[1\]\.actor/)
  assert.equal((await stored(good.id)).status, 404)
})

test('an entity that is described on its own is kept with its activity', async () => {
  assert.equal((await send(envelope({ '@context': version, ...item }))).status, 200)
  const profile = await read(`activities/profile?${new URLSearchParams({ activityId: item.id, profileId: 'http://purl.imsglobal.org/caliper/Entity' })}`)
  assert.equal(profile.body.name, '第六题')
})

test('entities on their own need the scope of profiles', async () => {
  const writer = await makeKey(['statements/write'])
  assert.equal((await send(envelope(event()), { by: writer })).status, 200)
  const refused = await send(envelope(event(), { ...item, id: 'https://quiz.example/items/7' }), { by: writer })
  assert.deepEqual([refused.status, refused.body.code], [401, 'xapi.no_scope'])
})

test('statuses are those of the specification', async () => {
  const writer = await makeKey(['statements/read'])
  assert.equal((await send(envelope(event()), { by: null })).status, 401)
  assert.equal((await send(envelope(event()), { by: writer })).status, 401)
  assert.equal((await send(envelope(event()), { type: 'text/plain' })).status, 415)
  assert.equal((await send({ data: [event()] })).status, 400)
  assert.equal((await send({ ...envelope(event()), dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p1' })).status, 422)
  const configuration = await send(undefined, { method: 'GET' })
  assert.equal(configuration.status, 200)
  assert.deepEqual(configuration.body.caliper_supported_versions, [version])
})
