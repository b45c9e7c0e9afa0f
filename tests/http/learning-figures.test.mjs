// SPDX-License-Identifier: Apache-2.0
// From a statement to a figure on the real binary: what a tool sends stands in the datasets of the teaching scenes and in their dashboards within seconds, once, by the rights of
// whoever looks; what it voids is gone; nobody writes these rows by hand.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Server, eventually, ownCity } from './own-server.mjs'
import { makeKey, statement, xapi } from './xapi-client.mjs'

const server = await Server.start(ownCity('learning-figures'))
after(() => server.stop())
const officer = await server.signIn('city')
const schools = await officer.all('/orgs?kind=school')
const principal = await server.signIn('principal')
const own = (await principal.ok('/me')).grants?.[0]?.org ?? schools[0]

const figure = async (who, metric, where) => (await who.query({ metrics: [metric], where })).rows[0]?.[0] ?? 0
const attended = (more = {}) =>
  statement({
    verb: { id: 'http://adlnet.gov/expapi/verbs/attended' },
    object: { id: 'https://tool.example/lesson/1', definition: { type: 'http://adlnet.gov/expapi/activities/lesson' } },
    context: { platform: '互动课堂', extensions: { 'https://schema.banmo.org/xapi/subject': 'music' } },
    result: { duration: 'PT40M' },
    ...more,
  })
const send = async (key, body) => {
  const answer = await xapi(server.url, key, 'POST', '/statements', { body })
  assert.equal(answer.status, 200, answer.text)
}
const seen = (who, metric, where, wanted) =>
  eventually(async () => (await figure(who, metric, where)) === wanted, { within_ms: 5000, what: `${metric} = ${wanted}` })

test('the demonstration city tells of its lessons, homework, resources and synchronous classrooms', async () => {
  for (const id of ['te_city', 'res_city', 'sync_city']) {
    const board = await officer.ok(`/dashboards/${id}`)
    for (const card of board.cards) {
      assert.equal(card.error, undefined, `${id} ${card.title}: ${JSON.stringify(card.error)}`)
      assert.ok(card.result.rows.length > 0, `${id} ${card.title}`)
    }
  }
  assert.ok((await figure(officer, 'te_lessons')) > 0)
  const rate = await figure(officer, 'te_on_time_rate')
  assert.ok(rate > 70 && rate < 100, rate)
})

test('a statement is in the figures within five seconds, once, and gone when it is voided', async () => {
  const key = await makeKey(officer, ['statements/write'], { org: schools[0].id })
  const music = { subject: 'music' }
  assert.equal(await figure(officer, 'te_attendances', music), 0)
  const one = attended()
  await send(key, [one, attended(), attended()])
  await send(key, one)
  await seen(officer, 'te_attendances', music, 3)
  assert.equal(await figure(officer, 'te_minutes', music), 120)
  assert.equal(await figure(officer, 'te_attendances', { ...music, school: schools[0].id }), 3)
  assert.equal(await figure(officer, 'te_attendances', { ...music, school: schools[1].id }), 0)
  await send(key, { ...statement(), verb: { id: 'http://adlnet.gov/expapi/verbs/voided' }, object: { objectType: 'StatementRef', id: one.id } })
  await seen(officer, 'te_attendances', music, 2)
  const explained = await officer.post('/metrics/explain', { metrics: ['te_attendances'], where: music })
  assert.equal(explained.status, 200, explained.text)
  assert.deepEqual(explained.body.sources.map((source) => source.file), ['测试工具'], 'who sent it')
})

test('rows of events are read by rights and written by nobody', async () => {
  const foreign = schools.find((school) => school.id !== own.id)
  const page = await officer.ok('/datasets/teaching_event/rows?limit=5')
  assert.equal(page.items.length, 5)
  assert.equal((await officer.ok('/datasets')).items.find((item) => item.id === 'teaching_event').kind, 'event')
  const made = await officer.post('/datasets/teaching_event/rows', { verb: 'attended' })
  assert.equal(made.status, 422)
  assert.equal(made.body.code, 'records.event_not_written')
  const key = await makeKey(officer, ['statements/write'], { org: foreign.id })
  await send(key, [attended({ context: { extensions: { 'https://schema.banmo.org/xapi/subject': 'art' } } })])
  await seen(officer, 'te_attendances', { subject: 'art' }, 1)
  assert.equal(await figure(principal, 'te_attendances', { subject: 'art' }), 0)
  const rows = await principal.all('/datasets/teaching_event/rows?filter=subject:eq:art')
  assert.deepEqual(rows, [])
})
