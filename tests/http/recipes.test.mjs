// SPDX-License-Identifier: Apache-2.0
// Recipes on the real binary: what they give tool makers, what a key that validates refuses, and that the scenes read what they describe.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller } from './client.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'
import { makeKey, xapi } from './xapi-client.mjs'

const server = await Server.start(ownCity('recipes'))
after(() => server.stop())
const [city, student, auditor] = await Promise.all(['city', 'student', 'auditor'].map((account) => server.signIn(account)))
const recipes = (await city.ok('/xapi/profiles')).items
const templates = recipes.flatMap((recipe) => recipe.templates.map((template) => ({ ...template, recipe })))
const template = (id) => templates.find((one) => one.id.endsWith(id))
const copy = (value) => JSON.parse(JSON.stringify(value))
const check = async (...statements) => (await city.post('/xapi/validate', { statements })).body.items
const [own] = (await city.post('/learning/accounts', { purpose: 'recipes', role: 'student', limit: 1 })).body.items
// The example of a template, told of a pupil of this city.
function example(id, change = () => {}) {
  const made = copy(template(id).example)
  made.actor.account = { homePage: own.home_page, name: own.name }
  change(made)
  return made
}
const send = (key, body) => xapi(server.url, key, 'POST', '/statements', { body })

test('everybody who is signed in reads the recipes, as lists and as they are written', async () => {
  assert.deepEqual(recipes.map((recipe) => recipe.id).sort(), ['discussion', 'homework', 'lesson', 'question', 'resource', 'sync-classroom', 'training', 'video'])
  assert.deepEqual((await student.ok('/xapi/profiles')).items.length, recipes.length)
  assert.equal((await new Caller('nobody', undefined, server.url).get('/xapi/profiles')).status, 401)
  const written = await student.ok('/xapi/profiles/homework')
  assert.deepEqual([written.type, written.conformsTo, written.id], ['Profile', 'https://w3id.org/xapi/profiles#1.0', recipes.find((recipe) => recipe.id === 'homework').iri])
  const [submitted] = written.templates
  assert.equal(submitted.verb, 'http://activitystrea.ms/schema/1.0/submit')
  const listed = template('homework/templates/submitted')
  assert.deepEqual(listed.properties, [{ place: 'verb.id', iri: submitted.verb }, { place: 'object.definition.type', iri: submitted.objectActivityType }])
  assert.deepEqual(listed.rules.map((rule) => [rule.location, rule.presence]), submitted.rules.map((rule) => [rule.location, rule.presence]))
  const missing = await student.get('/xapi/profiles/cooking')
  assert.deepEqual([missing.status, missing.body.code], [404, 'events.no_such_recipe'])
})

test('every example is valid, and what is wrong with others is told by pointer, rule and sentence', async () => {
  for (const verdict of await check(...templates.map((one) => one.example))) assert.deepEqual([verdict.valid, verdict.findings], [true, []])
  const late = example('homework/templates/submitted', (made) => { delete made.result.duration })
  const unknown = example('homework/templates/submitted', (made) => { made.verb.id = 'http://v.example/did' })
  const silent = example('lesson/templates/attended', (made) => { delete made.context.contextActivities })
  const broken = example('lesson/templates/attended', (made) => { made.verb = 'attended' })
  const role = example('sync-classroom/templates/joined', (made) => { made.context.extensions['https://schema.banmo.org/xapi/room-role'] = 'main' })
  const verdicts = await check(late, unknown, silent, broken, role)
  const told = verdicts.map(({ valid, findings }) => [valid, ...findings.map((finding) => `${finding.rule} ${finding.pointer}`)])
  assert.deepEqual(told, [
    [false, 'included /result/duration'], [false, 'unmatched /verb'], [false, 'undeclared /context/contextActivities/category'], [false, 'statement /verb'],
    [false, 'all /context/extensions/https:~1~1schema.banmo.org~1xapi~1room-role'],
  ])
  assert.deepEqual(verdicts[0].findings[0], {
    pointer: '/result/duration', rule: 'included', template: template('homework/templates/submitted').id,
    detail: { zh: '“提交作业”要求：$.result.duration 必须填写（ISO 8601 时长，如 PT40M）', en: "'Homework is handed in' asks: $.result.duration must be there (a duration of ISO 8601, as PT40M)" },
  })
  assert.deepEqual(verdicts[2].templates, [template('lesson/templates/attended').id])
  assert.equal((await city.post('/xapi/validate', { statements: Array(101).fill(late) })).status, 422)
  assert.equal((await city.post('/xapi/validate', { statements: [] })).status, 422)
})

test('a key that validates refuses the batch whole, with the place; what it refuses is stored nowhere', async () => {
  const homework = recipes.find((recipe) => recipe.id === 'homework')
  const key = await makeKey(city, ['statements/write', 'statements/read/mine'], { profiles: [homework.version], validate: true })
  assert.equal((await city.ok('/xapi/keys')).items.find((one) => one.key === key.key).validate, true)
  const good = () => example('homework/templates/submitted')
  const bad = example('homework/templates/submitted', (made) => { delete made.context.extensions['https://schema.banmo.org/xapi/due'] })
  const refused = await send(key, [good(), bad])
  assert.deepEqual([refused.status, refused.body.code, refused.body.where], [400, 'events.template_broken', "$[1].context.extensions['https://schema.banmo.org/xapi/due']"])
  assert.match(refused.body.detail.zh, /“提交作业”要求.*必须填写（截止时间/)
  assert.match(refused.body.detail.en, /'Homework is handed in' asks: .* must be there/)
  delete bad.result
  assert.equal((await send(key, bad)).body.errors.length, 2)
  const stranger = await send(key, example('homework/templates/submitted', (made) => { made.verb.id = 'http://v.example/did' }))
  assert.deepEqual([stranger.status, stranger.body.code, stranger.body.where], [400, 'events.template_unmatched', '$.verb'])
  assert.equal((await xapi(server.url, key, 'GET', '/statements')).body.statements.length, 0)
  assert.equal((await send(key, [good(), good()])).status, 200)
  assert.equal((await send(await makeKey(city, ['all']), bad)).status, 200, 'a key that does not validate takes it')
  const unknown = await city.post('/xapi/keys', { title: 'x', scopes: ['all'], profiles: [homework.version, 'https://w3id.org/xapi/video'], validate: true })
  assert.deepEqual([unknown.status, unknown.body.code, unknown.body.where], [422, 'events.unknown_profile', '$.profiles[1]'])
  assert.equal((await auditor.ok(`/audit?action=xapi_key.create&limit=100`)).items.find((entry) => entry.object === key.key).detail.validate, true)
})

test('what the recipes describe, the scenes read: every example becomes a row of its scene', async () => {
  const key = await makeKey(city, ['all'], { validate: true })
  // Of a film the scene counts playing and completing.
  const isRead = (one) => !/video\/templates\/(paused|seeked|terminated)$/.test(one.id)
  const sent = templates.map((one, n) => example(one.id, (made) => { made.object.id = `https://recipe.example/${n}` }))
  const answer = await send(key, sent)
  assert.equal(answer.status, 200, answer.text)
  const scenes = { teaching_event: ['lesson', 'homework', 'question', 'discussion', 'training'], resource_event: ['resource', 'video'], sync_event: ['sync-classroom'] }
  const place = { teaching_event: 'activity', resource_event: 'resource', sync_event: 'session' }
  for (const [dataset, of] of Object.entries(scenes)) {
    const wanted = templates.map((one, n) => (of.includes(one.recipe.id) && isRead(one) ? `https://recipe.example/${n}` : '')).filter(Boolean).sort()
    const rows = async () => {
      const found = await Promise.all(wanted.map((id) => city.ok(`/datasets/${dataset}/rows?filter=${encodeURIComponent(`${place[dataset]}:eq:${id}`)}`)))
      return found.every((page) => page.items.length === 1)
    }
    await eventually(rows, { what: `the examples stand in ${dataset}` })
  }
})
