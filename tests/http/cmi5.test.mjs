// SPDX-License-Identifier: Apache-2.0
// Courses that are launched (cmi5) on the real binary: a package is imported, a unit is launched in a browser's shape by the public client (@xapi/cmi5), what it says moves the course
// on, and whatever reaches beyond its session is refused.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Server, ownCity, work } from './own-server.mjs'

const require = createRequire(new URL('../../portal/package.json', import.meta.url))
const { JSDOM } = require('jsdom')

const server = await Server.start(ownCity('cmi5'))
after(() => server.stop())
const [city, district, principal, teacher, student, guardian] = await Promise.all(
  ['city', 'district', 'principal', 'teacher', 'student', 'guardian'].map((account) => server.signIn(account)),
)
const own = (await principal.ok('/orgs')).items[0]
const schools = await city.all('/orgs?kind=school')
const foreign = schools.find((school) => school.id !== own.id && school.parent !== own.parent && school.n_students > 0)
const self = (await student.ok('/people?limit=1')).items[0].id
const pupils = (await teacher.ok('/people?role=student&limit=5')).items.map((person) => person.id)

const space = 'https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd'
const texts = (title) => `<title><langstring lang="zh-CN">${title}</langstring></title><description><langstring lang="zh-CN">说明</langstring></description>`
const unit = (id, attributes, url) => `<au id="https://publisher.example/${id}" ${attributes}>${texts(id)}<url>${url}</url></au>`
const structure = (id, nodes) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<courseStructure xmlns="${space}">\n<course id="https://publisher.example/${id}">${texts('圆的面积')}</course>\n${nodes}\n</courseStructure>\n`
const block = (id, nodes) => `<block id="https://publisher.example/${id}">${texts(id)}${nodes}</block>`

// A package of these files, by name.
function packed(name, files) {
  const folder = join(work, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  execFileSync('zip', ['-q', '-r', '../' + name + '.zip', '.'], { cwd: folder })
  return readFileSync(folder + '.zip')
}
const send = (by, org, raw, type = 'application/zip') => by.call('POST', `/api/v1/courses?org=${org}`, { raw, headers: { 'content-type': type } })
async function imported(id, nodes, { by = city, org = own.id } = {}) {
  const answer = await send(by, org, structure(id, nodes), 'application/xml')
  assert.equal(answer.status, 201, answer.text)
  return answer.body.id
}
async function launch(course, no = 1, more = {}) {
  const answer = await student.post(`/courses/${course}/launch`, { unit: no, ...more })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const parameters = (launched) => Object.fromEntries(new URL(launched.url).searchParams)
const fetched = async (address) => (await fetch(address, { method: 'POST' })).json()
const progress = async (course, by = student) => (await by.ok(`/courses/${course}/progress`)).items

// A session by hand, for what the public client would not do.
async function session(course, no = 1, more = {}) {
  const launched = await launch(course, no, more)
  const { endpoint, fetch: address, actor, registration, activityId } = parameters(launched)
  const token = (await fetched(address))['auth-token']
  assert.ok(token, 'the fetch address gives a token')
  const call = async (method, path, body, headers = {}) => {
    const answer = await fetch(endpoint + path, {
      method,
      headers: { authorization: `Basic ${token}`, 'x-experience-api-version': '1.0.3', 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text }
  }
  const place = { activityId, agent: actor, registration }
  const { contextTemplate: template } = (await call('GET', `activities/state?${new URLSearchParams({ ...place, stateId: 'LMS.LaunchData' })}`)).body
  const said = (verb, { result, defined = true, judges = Boolean(result?.success !== undefined || result?.completion), extensions, ...rest } = {}) => ({
    id: randomUUID(),
    actor: JSON.parse(actor),
    verb: { id: verb.includes(':') ? verb : `http://adlnet.gov/expapi/verbs/${verb}` },
    object: { id: activityId },
    timestamp: new Date().toISOString(),
    ...(result && { result }),
    context: {
      ...template,
      registration,
      contextActivities: {
        ...template.contextActivities,
        ...(defined && {
          category: ['cmi5', ...(judges ? ['moveon'] : [])].map((word) => ({ id: `https://w3id.org/xapi/cmi5/context/categories/${word}` })),
        }),
      },
      extensions: { ...template.extensions, ...extensions },
    },
    ...rest,
  })
  const tell = (...args) => call('POST', 'statements', said(...args))
  return { ...launched, endpoint, address, actor, activityId, place, token, call, said, tell }
}
const duration = 'PT30S'
const completed = { completion: true, duration }
async function told(done, expected) {
  const answer = await done
  assert.equal(answer.status, expected === 200 ? 200 : 403, JSON.stringify(answer.body))
  if (expected !== 200) assert.equal(answer.body.code, expected)
}

test('a unit that is launched works with the public client, across sites, and the course is satisfied', async () => {
  const course = await imported('client', block('b', unit('1', 'moveOn="CompletedAndPassed" masteryScore="0.6"', 'https://units.example/start?lang=zh')))
  const launched = await launch(course, 2)
  const dom = new JSDOM('', { url: launched.url })
  const names = ['window', 'document', 'navigator', 'XMLHttpRequest']
  const kept = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))
  const put = (name, to) => (to ? Object.defineProperty(globalThis, name, to) : delete globalThis[name])
  for (const name of names) put(name, { value: name === 'window' ? dom.window : dom.window[name], configurable: true, writable: true })
  try {
    const Cmi5 = require('@xapi/cmi5/dist/Cmi5.umd.js')
    const client = new (Cmi5.default ?? Cmi5)({ ...parameters(launched), actor: JSON.parse(parameters(launched).actor) })
    await client.initialize()
    assert.equal(client.getLaunchData().masteryScore, 0.6)
    assert.equal(client.getLearnerPreferences().audioPreference, 'on')
    await client.progress(50)
    await client.complete()
    assert.equal((await progress(course))[0].satisfied_at, undefined)
    await client.pass({ scaled: 0.8 })
    await client.terminate()
  } finally {
    names.forEach((name, i) => put(name, kept[i]))
    dom.window.close()
  }
  const [mine] = await progress(course)
  assert.equal(mine.person.id, self)
  assert.ok(mine.satisfied_at, JSON.stringify(mine))
  assert.deepEqual([mine.n_met, mine.n_units], [1, 1])
  const { completed: isCompleted, passed, score, met } = mine.units[0]
  assert.deepEqual({ isCompleted, passed, score, met }, { isCompleted: true, passed: true, score: 0.8, met: true })
  const verbs = await verbsOf(launched.registration)
  assert.deepEqual(verbs, ['launched', 'initialized', 'progressed', 'completed', 'passed', 'satisfied', 'satisfied', 'terminated'])
})

// The verbs of a registration in the order of storage, read by a key of the school.
const reader = (await city.post('/xapi/keys', { title: '读取', scopes: ['statements/read'], org: own.id })).body
async function statementsOf(registration) {
  const answer = await fetch(`${server.url}/xapi/statements?registration=${registration}&ascending=true`, {
    headers: { authorization: `Bearer ${reader.secret}`, 'x-experience-api-version': '1.0.3' },
  })
  return (await answer.json()).statements
}
const verbsOf = async (registration) => (await statementsOf(registration)).map((one) => one.verb.id.split('/').pop())

test('the token is given once, and only for a launch', async () => {
  const course = await imported('fetch', unit('1', 'moveOn="Completed"', 'https://units.example/1'))
  const { fetch: address } = parameters(await launch(course))
  const answer = await fetch(address, { method: 'POST' })
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.ok((await answer.json())['auth-token'])
  assert.equal((await fetched(address))['error-code'], '1')
  assert.equal((await fetched(address.replace(/[^/]*$/, 'x'.repeat(43))))['error-code'], '2')
  assert.equal((await fetch(address)).status, 405)
})

test('what a unit says is held against its session', async () => {
  const course = await imported('rules', unit('1', 'moveOn="Passed" masteryScore="0.6"', 'https://units.example/1') + unit('2', '', 'https://units.example/2'))
  const one = await session(course)
  await told(one.tell('completed', { result: completed }), 'events.cmi5_order')
  await told(one.tell('initialized', { actor: { account: { ...JSON.parse(one.actor).account, name: 'bma_other' } } }), 'events.cmi5_statement')
  await told(one.tell('initialized', { object: { id: one.activityId.replace(/1$/, '2') } }), 'events.cmi5_statement')
  const named = one.said('initialized')
  named.context.instructor = { mbox: 'mailto:somebody@school.example' }
  await told(one.call('POST', 'statements', named), 'events.cmi5_statement')
  await told(one.tell('initialized', { defined: false }), 'events.cmi5_order')
  const first = one.said('initialized')
  await told(one.call('POST', 'statements', { ...first, context: { ...first.context, registration: randomUUID() } }), 'events.cmi5_statement')
  await told(one.call('POST', 'statements', first), 200)
  await told(one.call('POST', 'statements', first), 200)
  await told(one.tell('initialized'), 'events.cmi5_order')
  await told(one.tell('https://w3id.org/xapi/adl/verbs/satisfied'), 'events.cmi5_statement')
  await told(one.tell('experienced', { defined: false }), 200)
  const mastery = { 'https://w3id.org/xapi/cmi5/context/extensions/masteryscore': 0.6 }
  const judged = (success, scaled) => ({ result: { success, score: { scaled }, duration }, extensions: mastery })
  await told(one.tell('passed', judged(true, 0.5)), 'events.cmi5_statement')
  await told(one.tell('voided', { defined: false, object: { objectType: 'StatementRef', id: first.id } }), 'events.cmi5_statement')
  // All of a batch or nothing: the second of these comes too late.
  await told(one.call('POST', 'statements', [one.said('failed', judged(false, 0.1)), one.said('passed', judged(true, 0.9))]), 'events.cmi5_order')
  assert.equal((await progress(course))[0].units[0].failed, false)
  await told(one.tell('failed', judged(false, 0.1)), 200)
  await told(one.tell('terminated', { result: { duration } }), 200)
  await told(one.tell('experienced', { defined: false }), 'events.cmi5_session_over')
  const refusals = (await (await server.signIn('auditor')).ok('/audit?action=xapi.refused&limit=100')).items
  assert.ok(refusals.length >= 8, `${refusals.length} refusals stand in the log`)
  const again = await session(course)
  await told(again.tell('initialized'), 200)
  await told(again.tell('passed', judged(true, 0.9)), 200)
  const third = await session(course)
  await told(third.tell('initialized'), 200)
  await told(third.tell('failed', judged(false, 0.2)), 'events.cmi5_order')
  await told(again.tell('experienced', { defined: false }), 'events.cmi5_session_over')
  assert.ok((await progress(course))[0].satisfied_at)
})

test('a launch while a session is open abandons it, once', async () => {
  const course = await imported('abandoned', unit('1', 'moveOn="Completed"', 'https://units.example/1'))
  const one = await session(course)
  await told(one.tell('initialized'), 200)
  const two = await session(course)
  await told(one.tell('completed', { result: completed }), 'events.cmi5_session_over')
  await told(two.tell('initialized'), 200)
  await told(two.tell('terminated', { result: { duration } }), 200)
  await session(course)
  assert.deepEqual(await verbsOf(one.registration), ['launched', 'initialized', 'abandoned', 'launched', 'initialized', 'terminated', 'launched'])
  const abandoned = (await statementsOf(one.registration))[2]
  assert.match(abandoned.result.duration, /^PT\d+S$/)
  assert.equal(abandoned.context.extensions['https://w3id.org/xapi/cmi5/context/extensions/sessionid'], one.session)
})

test('of many who complete at once one is taken, and the course is satisfied once', async () => {
  const course = await imported('race', unit('1', 'moveOn="Completed"', 'https://units.example/1'))
  const one = await session(course)
  await told(one.tell('initialized'), 200)
  const answers = await Promise.all(Array.from({ length: 8 }, () => one.tell('completed', { result: completed })))
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, ...Array(7).fill(403)])
  assert.deepEqual((await verbsOf(one.registration)).filter((verb) => verb === 'completed' || verb === 'satisfied'), ['completed', 'satisfied'])
})

test('the token reaches its own learner, registration and course, by xAPI alone', async () => {
  const course = await imported('reach', unit('1', 'moveOn="Completed"', 'https://units.example/1'))
  const other = await imported('reach-2', unit('1', 'moveOn="Completed"', 'https://units.example/1'))
  const far = await session(other)
  const one = await session(course)
  await told(one.tell('initialized'), 200)
  const state = (more) => `activities/state?${new URLSearchParams({ ...one.place, stateId: 'bookmark', ...more })}`
  assert.equal((await one.call('PUT', state(), { page: 3 })).status, 204)
  assert.equal((await one.call('GET', state())).body.page, 3)
  await told(one.call('PUT', state({ stateId: 'LMS.LaunchData' }), {}), 'events.cmi5_place')
  await told(one.call('DELETE', `activities/state?${new URLSearchParams(one.place)}`), 'events.cmi5_place')
  await told(one.call('GET', state({ registration: far.registration })), 'events.cmi5_place')
  await told(one.call('GET', state({ agent: far.actor })), 'events.cmi5_place')
  await told(one.call('GET', state({ activityId: far.activityId })), 'events.cmi5_place')
  await told(one.call('GET', `agents/profile?${new URLSearchParams({ agent: far.actor, profileId: 'cmi5LearnerPreferences' })}`), 'events.cmi5_place')
  await told(one.call('GET', `agents?${new URLSearchParams({ agent: far.actor })}`), 'events.cmi5_place')
  await told(one.call('GET', `statements?registration=${far.registration}`), 'events.cmi5_place')
  const listed = (await one.call('GET', 'statements')).body.statements
  assert.deepEqual(listed.map((item) => item.context.registration), [one.registration, one.registration])
  const [foreignId] = await statementsOf(far.registration)
  assert.equal((await one.call('GET', `statements?statementId=${foreignId.id}`)).status, 404)
  const caliper = await fetch(`${server.url}/caliper`, { method: 'POST', headers: { authorization: `Basic ${one.token}`, 'content-type': 'application/json' }, body: '{}' })
  assert.notEqual(caliper.status, 200)
  const portal = await fetch(`${server.url}/api/v1/me`, { headers: { authorization: `Basic ${one.token}` } })
  assert.equal(portal.status, 401)
  const wrong = Buffer.from(Buffer.from(one.token, 'base64').toString().replace(/:.*/, ':wrong')).toString('base64')
  assert.equal((await one.call('GET', 'statements', undefined, { authorization: `Basic ${wrong}` })).status, 401)
})

test('a package is served from where no session counts, and a broken one is refused whole', async () => {
  const files = { 'index.html': '<script src="js/a.js"></script>', 'js/a.js': 'let a', 'js/数据.json': '{}' }
  const course = await send(city, own.id, packed('good', { 'cmi5.xml': structure('files', unit('1', '', 'index.html?x=1#top')), ...files }))
  assert.equal(course.status, 201, course.text)
  const launched = await launch(course.body.id, 1, { return_path: '/courses' })
  assert.match(launched.url, /^http:\/\/[^/]+\/cmi5\/content\/[\w-]{43}\/index\.html\?x=1&endpoint=.*#top$/)
  const page = await fetch(launched.url)
  const text = await page.text()
  assert.ok(text.startsWith('<script>(() => {') && text.includes("'localStorage', 'sessionStorage'") && text.endsWith(`})()</script>${files['index.html']}`), text)
  const policy = page.headers.get('content-security-policy')
  assert.match(policy, /^sandbox allow-scripts/)
  assert.doesNotMatch(policy, /allow-same-origin|allow-top-navigation/)
  assert.equal(page.headers.get('set-cookie'), null)
  const script = await fetch(new URL('js/a.js', launched.url))
  assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8')
  assert.equal((await fetch(new URL('js/数据.json', launched.url))).status, 200)
  for (const path of ['gone.html', 'cmi5.xml', '..%2f..%2fledger.sqlite', 'js']) assert.equal((await fetch(new URL(path, launched.url))).status, 404, path)
  assert.equal((await city.call('DELETE', `/api/v1/courses/${course.body.id}`)).status, 204)
  assert.equal((await fetch(launched.url)).status, 404)

  const bad = structure('bad', unit('1', 'moveOn="Done"', 'gone.html'))
  const refused = await send(city, own.id, packed('bad', { 'cmi5.xml': bad }))
  assert.equal(refused.status, 422, refused.text)
  assert.equal(refused.body.code, 'events.cmi5_structure')
  assert.match(refused.text, /cmi5\.xml:4:\d+.*moveOn.*cmi5\.xml:4:\d+.*gone\.html/s)
  assert.equal((await send(city, own.id, packed('none', { 'a.txt': 'a' }))).body.code, 'events.cmi5_package')
  assert.equal((await send(city, own.id, '<!DOCTYPE a><a/>', 'application/xml')).body.code, 'events.cmi5_bad_xml')
  assert.equal((await send(city, own.id, structure('client', unit('9', '', 'https://units.example/9')), 'application/xml')).body.code, 'events.course_exists')
  assert.ok(!(await city.all('/courses')).some((item) => item.publisher_id.endsWith('/bad')))
})

test('who may see, register, launch and waive', async () => {
  const here = await imported('here', unit('1', 'moveOn="Passed"', 'https://units.example/1') + unit('2', '', 'https://units.example/2'))
  const there = await imported('there', unit('1', '', 'https://units.example/1'), { org: foreign.id })
  for (const by of [student, teacher, principal, guardian]) {
    assert.equal((await by.get(`/courses/${there}`)).status, 404, by.account)
    assert.ok(!(await by.all('/courses')).some((item) => item.id === there), by.account)
  }
  assert.equal((await student.post(`/courses/${there}/launch`, { unit: 1 })).body.code, 'events.no_such_course')
  assert.equal((await city.ok(`/courses/${here}`)).by, 'city')
  for (const by of [student, teacher, guardian]) assert.equal((await by.ok(`/courses/${here}`)).by, undefined, by.account)
  for (const by of [student, teacher, principal, guardian]) assert.equal((await send(by, own.id, structure('x', ''), 'application/xml')).status, 403, by.account)
  assert.equal((await send(district, foreign.id, structure('x', unit('1', '', 'https://units.example/1')), 'application/xml')).status, 404)
  assert.equal((await teacher.post(`/courses/${here}/launch`, { unit: 1 })).body.code, 'events.no_such_student')
  assert.equal((await student.post(`/courses/${here}/launch`, { unit: 9 })).body.code, 'events.no_such_unit')

  const enrolled = await teacher.post(`/courses/${here}/registrations`, { people: pupils })
  assert.equal(enrolled.status, 200, enrolled.text)
  assert.equal(enrolled.body.items.length, pupils.length)
  const again = await teacher.post(`/courses/${here}/registrations`, { people: pupils })
  assert.deepEqual(again.body.items.map((item) => item.id).sort(), enrolled.body.items.map((item) => item.id).sort())
  const stranger = (await city.ok(`/people?org=${foreign.id}&role=student&limit=1`)).items[0].id
  assert.equal((await teacher.post(`/courses/${here}/registrations`, { people: [stranger] })).body.code, 'events.no_such_student')
  assert.equal((await city.post(`/courses/${here}/registrations`, { people: [stranger] })).body.code, 'events.no_such_student')
  assert.equal((await guardian.post(`/courses/${here}/registrations`, { people: pupils })).body.code, 'events.no_such_student')

  const [registration] = enrolled.body.items
  const waiver = { registration: registration.id, unit: 1, reason: 'Tested Out' }
  assert.equal((await student.post(`/courses/${here}/waivers`, waiver)).body.code, 'events.no_such_registration')
  assert.equal((await teacher.post(`/courses/${here}/waivers`, waiver)).status, 204)
  assert.equal((await teacher.post(`/courses/${here}/waivers`, waiver)).body.code, 'events.course_waived')
  const seen = (await progress(here, teacher)).find((item) => item.registration === registration.id)
  assert.ok(seen.units[0].waived && seen.satisfied_at, JSON.stringify(seen))
  assert.ok(seen.person.name)
  assert.deepEqual(await verbsOf(registration.id), ['waived', 'satisfied'])
  const classes = (await teacher.ok(`/courses/${here}/classes`)).items
  assert.equal(classes.reduce((sum, item) => sum + item.n_registered, 0), pupils.length)
  assert.equal(classes.reduce((sum, item) => sum + item.n_satisfied, 0), 1)
  assert.deepEqual((await guardian.ok(`/courses/${here}/classes`)).items, [])
})
