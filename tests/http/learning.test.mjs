// SPDX-License-Identifier: Apache-2.0
// Learning records for people on the real binary: who reads what of statements that tools sent, by stream, by id, by person and by class; an actor that is mapped later; every look
// in the audit log. The portal's side: tests/e2e/learning.test.mjs.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { accounts } from './client.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'

const server = await Server.start(ownCity('learning'))
after(() => server.stop())
const as = Object.fromEntries(await Promise.all(accounts.map(async (account) => [account, await server.signIn(account)])))
const me = Object.fromEntries(await Promise.all(accounts.map(async (account) => [account, await as[account].ok('/me')])))
const city = as.city
const school = await city.ok(`/orgs/${me.principal.org.id}`)
const district = school.path.find((step) => step.kind === 'district')
const others = (await city.all('/orgs?kind=school')).filter((one) => one.id !== school.id && one.n_students > 0)
const neighbour = others.find((one) => one.parent === district.id)
const foreign = others.find((one) => one.parent !== district.id)

const keyOf = async (org) => {
  const made = await city.post('/xapi/keys', { title: '学习记录测试', scopes: ['statements/write'], ...(org && { org }) })
  assert.equal(made.status, 201, made.text)
  return made.body
}
const keys = { city: await keyOf(), school: await keyOf(school.id) }
async function send(key, statements) {
  const headers = { authorization: `Bearer ${key.secret}`, 'x-experience-api-version': '2.0.0', 'content-type': 'application/json' }
  const answer = await fetch(`${server.url}/xapi/statements`, { method: 'POST', headers, body: JSON.stringify(statements) })
  assert.equal(answer.status, 200, await answer.clone().text())
  return answer.json()
}
const said = (account, more = {}) => ({
  id: randomUUID(),
  actor: { name: '工具里的名字', account },
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { 'zh-CN': '完成了', en: 'completed' } },
  object: { id: 'http://tool.example/lesson/1', definition: { name: { 'zh-CN': '光的折射', en: 'Refraction' }, type: 'http://adlnet.gov/expapi/activities/lesson' } },
  result: { success: true, completion: true, score: { raw: 85, max: 100 }, response: '秘密作答', duration: 'PT12M30S' },
  ...more,
})

// Pupils who are seen by those who see single people: one's own class, oneself, one's child.
const pupil = Object.fromEntries(await Promise.all(['teacher', 'student', 'guardian'].map(async (account) => [account, (await as[account].ok('/people?limit=50')).items.find((one) => one.roles.includes('student'))])))
const pupilOf = async (org) => (await city.ok(`/people?org=${org.id}&role=student&limit=20`)).items.find((one) => one.code)
const strangers = { neighbour: await pupilOf(neighbour), foreign: await pupilOf(foreign) }
async function accountOf(person) {
  const home = (await city.ok(`/people/${person.id}`)).org
  const found = await eventually(async () => {
    for (let next; ; ) {
      const page = await city.post('/learning/accounts', { purpose: 'test', org: me.city.org.id, within: home.id, role: 'student', limit: 500, ...(next && { after: next }) })
      assert.equal(page.status, 200, page.text)
      const one = page.body.items.find((item) => item.person.id === person.id)
      if (one || !page.body.next) return one
      next = page.body.next
    }
  })
  return { homePage: found.home_page, name: found.name }
}
const of = {}
for (const [name, person] of Object.entries({ ...pupil, ...strangers })) of[name] = said(await accountOf(person))
of.unknown = said({ homePage: 'https://tool.example', name: 'somebody' })
await send(keys.city, ['teacher', 'student', 'guardian', 'neighbour', 'foreign'].map((name) => of[name]))
await send(keys.school, of.unknown)
const read = (account, id, org = '') => as[account].get(`/learning/statements/${id}${org && `?org=${org}`}`)
const stream = async (account, query = '') => (await as[account].ok(`/learning/statements?limit=200${query}`)).items.map((one) => one.id)
await eventually(async () => (await stream('principal')).includes(of.student.id), { within_ms: 5000, what: 'the record in the stream' })

const everybody = ['teacher', 'student', 'guardian', 'neighbour', 'foreign', 'unknown']
const sees = {
  city: everybody,
  leader: null,
  district: ['teacher', 'student', 'guardian', 'neighbour', 'unknown'],
  principal: ['teacher', 'student', 'guardian', 'unknown'],
  teacher: ['teacher'],
  student: ['student'],
  guardian: ['guardian'],
  sysadmin: null,
  secadmin: null,
  auditor: null,
}
// Pupils may be in the teacher's class, and a child's record may be one's own.
const shared = (account, name) => name in pupil && account in pupil && (pupil[account].id === pupil[name].id || account === 'teacher')

test('who may see the person, the school or the class reads a record, by stream and by id; for others it is not there', async () => {
  for (const [account, names] of Object.entries(sees)) {
    if (names === null) {
      assert.equal((await as[account].get('/learning/statements')).status, 403, account)
      assert.equal((await read(account, of.student.id)).status, 403, account)
      continue
    }
    const listed = await stream(account)
    for (const name of everybody) {
      if (!names.includes(name) && shared(account, name)) continue
      assert.equal(listed.includes(of[name].id), names.includes(name), `${account} lists the record of ${name}`)
      const answer = await read(account, of[name].id)
      assert.equal(answer.status, names.includes(name) ? 200 : 404, `${account} reads the record of ${name}: ${answer.text}`)
      if (answer.status === 404) assert.equal(answer.body.code, 'events.no_such_record')
    }
  }
  const absent = await read('principal', randomUUID())
  assert.deepEqual(absent.body.detail, (await read('principal', of.neighbour.id)).body.detail)
  assert.equal((await read('principal', 'no-id')).status, 404)
})

test('the record is a sentence in two languages with its parts; the statement itself is for level 3', async () => {
  const whole = (await read('principal', of.student.id)).body
  assert.equal(whole.person.id, pupil.student.id)
  assert.equal(whole.sentence.zh, `${whole.person.name} 完成了“光的折射”，得分 85（满分 100），达标，用时 12 分 30 秒。`)
  assert.equal(whole.sentence.en, `${whole.person.name} completed “Refraction”, score 85 of 100, successful, in 12 min 30 s.`)
  assert.deepEqual([whole.org.id, whole.class.kind, whole.tool.org.id], [school.id, 'class', me.city.org.id])
  assert.equal(whole.statement.id, of.student.id)
  assert.equal(whole.result.response, '秘密作答')
  assert.equal(whole.masked, false)
  const own = (await read('student', of.student.id)).body
  assert.deepEqual(own.sentence, whole.sentence)
  assert.equal(own.masked, true)
  assert.ok(!('statement' in own) && !('actor' in own) && !('response' in own.result) && !('key' in own.tool), JSON.stringify(own))
  assert.equal((await read('city', of.student.id, me.city.org.id)).status, 200)
  assert.equal((await read('city', of.student.id, school.id)).status, 404, 'the school did not write it')
})

test('filters narrow the stream, and what is wrong in them is told', async () => {
  const only = async (query, names) => assert.deepEqual((await stream('city', `&key=${keys.city.key}${query}`)).sort(), names.map((name) => of[name].id).sort(), query)
  const sent = everybody.slice(0, -1)
  const own = sent.filter((name) => name in pupil && pupil[name].id === pupil.student.id)
  await only('', sent)
  await only(`&person=${pupil.student.id}`, own)
  await only(`&org=${neighbour.id}`, ['neighbour'])
  await only('&verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Fcompleted&result=passed&q=REFRACTION', sent)
  await only('&result=failed', [])
  await only('&from=2026-01-01&to=2026-01-02', [])
  await only('&type=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Factivities%2Flesson&activity=http%3A%2F%2Ftool.example%2Flesson%2F1', sent)
  const refused = async (query, status, code) => {
    const answer = await city.get(`/learning/statements?${query}`)
    assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text)
  }
  await refused('from=1.1.2026', 422, 'learning.bad_day')
  await refused('after=x', 422, 'http.bad_cursor')
  await refused(`person=${randomUUID()}`, 404, 'directory.no_such_person')
  await refused(`org=${randomUUID()}`, 404, 'directory.no_such_org')
  assert.equal((await city.get('/learning/statements?result=perhaps')).status, 422)
  assert.equal((await as.principal.get(`/learning/statements?org=${neighbour.id}`)).status, 404)
  assert.equal((await as.principal.get(`/learning/statements?person=${strangers.neighbour.id}`)).status, 404)
})

test('pages follow one another without a gap', async () => {
  const more = Array.from({ length: 25 }, () => said(of.foreign.actor.account))
  await send(keys.city, more)
  const timeline = `/learning/people/${strangers.foreign.id}/timeline?key=${keys.city.key}`
  await eventually(async () => (await city.ok(`${timeline}&limit=200`)).items.length === 26, { what: 'the records of one person' })
  const met = []
  for (let next = ''; next !== undefined; ) {
    const page = await city.ok(`${timeline}&limit=4${next && `&after=${next}`}`)
    met.push(...page.items.map((one) => one.id))
    next = page.next
  }
  assert.deepEqual(met, [...more.map((one) => one.id).reverse(), of.foreign.id])
})

test('time-lines of a person and a class are for those who may see them', async () => {
  const record = (await read('city', of.teacher.id)).body
  assert.ok((await as.teacher.ok(`/learning/classes/${record.class.id}/timeline`)).items.some((one) => one.id === of.teacher.id))
  assert.ok((await as.principal.ok(`/learning/classes/${record.class.id}/timeline`)).items.every((one) => one.class.id === record.class.id))
  assert.ok((await as.guardian.ok(`/learning/people/${pupil.guardian.id}/timeline`)).items.some((one) => one.id === of.guardian.id))
  const foreignClass = (await read('city', of.foreign.id)).body.class
  for (const account of ['principal', 'teacher', 'student', 'guardian', 'district']) {
    assert.equal((await as[account].get(`/learning/people/${strangers.foreign.id}/timeline`)).status, 404, account)
    assert.equal((await as[account].get(`/learning/classes/${foreignClass.id}/timeline`)).status, 404, account)
  }
  assert.equal((await as.student.get(`/learning/classes/${record.class.id}/timeline`)).status, 404)
  const school404 = await city.get(`/learning/classes/${school.id}/timeline`)
  assert.deepEqual([school404.status, school404.body.code], [422, 'learning.not_a_class'])
})

test('an unknown actor that is mapped takes its earlier records along, and leaves them when that is undone', async () => {
  const actor = await eventually(async () => (await city.ok(`/learning/actors?state=unknown&org=${school.id}`)).items.find((one) => one.identifier.endsWith(' somebody')), { what: 'the unknown actor' })
  const mapped = await city.call('PUT', `/api/v1/learning/actors/${actor.no}/person`, { body: { person: pupil.student.id } })
  assert.equal(mapped.status, 204, mapped.text)
  const timeline = async (account) => (await as[account].ok(`/learning/people/${pupil.student.id}/timeline`)).items.map((one) => one.id)
  await eventually(async () => (await timeline('student')).includes(of.unknown.id), { what: 'the earlier record' })
  assert.equal((await read('student', of.unknown.id)).body.person.id, pupil.student.id)
  assert.equal((await city.call('DELETE', `/api/v1/learning/actors/${actor.no}/decision`)).status, 204)
  await eventually(async () => !(await timeline('principal')).includes(of.unknown.id), { what: 'the record without a person' })
  assert.equal((await read('student', of.unknown.id)).status, 404)
})

test('every look at records stands in the audit log, with numbers and without what was said', async () => {
  await read('teacher', of.teacher.id)
  const entries = async () => (await as.auditor.ok('/audit?action=learning.read&limit=200')).items
  for (const account of ['teacher', 'principal', 'student'])
    await eventually(async () => (await entries()).some((entry) => entry.actor === account), { within_ms: 5000, what: `the look by ${account} in the audit log` })
  const text = JSON.stringify(await entries())
  for (const word of ['光的折射', '秘密作答', pupil.student.name, 'REFRACTION']) assert.ok(!text.includes(word), word)
})
