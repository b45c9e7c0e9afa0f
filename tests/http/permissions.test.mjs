// SPDX-License-Identifier: Apache-2.0
// The permission matrix, generated from /openapi.json: every operation x every role x an own, a neighbouring (same district, other school) and a foreign
// (other district) object, with the writes that a role may do tried on objects that are thrown away. What a role lacks the right for is 403; what lies
// outside its scope is 404, in the words that something gets which does not exist at all.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller, accounts, password } from './client.mjs'
import { Server, banmo, eventually, ownCity } from './own-server.mjs'

const kNobodysId = '00000000-0000-7000-8000-000000000000'
const kRelations = ['own', 'neighbour', 'foreign']
const dataset = 'fitness_raw'
const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)

const folder = ownCity('matrix')
const server = await Server.start(folder)
after(() => server.stop())
const as = Object.fromEntries(await Promise.all(accounts.map(async (account) => [account, await server.signIn(account)])))
const me = Object.fromEntries(await Promise.all(accounts.map(async (account) => [account, await as[account].ok('/me')])))
const city = as.city
const document = await (await fetch(`${server.url}/openapi.json`)).json()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), id: operation.operationId, right: operation['x-permission'] ?? 'signed_in' })),
)

// --- the world: schools that stand in each relation to the principal's, and what is in them
const own = await city.ok(`/orgs/${me.principal.org.id}`)
const district = own.path.find((step) => step.kind === 'district')
const schools = await city.all('/orgs?kind=school')
const inDistrict = schools.filter((school) => school.parent === district.id && school.id !== own.id && school.n_students > 0)
const outside = schools.filter((school) => school.parent !== district.id && school.n_students > 0)
assert.ok(inDistrict.length >= 3 && outside.length >= 6, `${inDistrict.length} neighbours, ${outside.length} foreign schools`)
assert.equal(me.district.org.id, district.id, 'the district account stands above the principal')
const school = { own, neighbour: inDistrict[0], foreign: outside[0] }
const studentsOf = (org) => city.ok(`/people?org=${org.id}&role=student&limit=20`).then((page) => page.items.filter((person) => person.code))
const students = Object.fromEntries(await Promise.all(kRelations.map(async (relation) => [relation, await studentsOf(school[relation])])))
const rowOf = async (caller, org) => (await caller.ok(`/datasets/${dataset}/rows?limit=1${org ? `&filter=school_id:eq:${org.id}` : ''}`)).items[0]._key

// Of the first of these people who is in one: a guardian is in none.
async function classOf(people) {
  for (const person of people) {
    const { memberships } = await city.ok(`/people/${person.id}`)
    const found = memberships.find((one) => one.org.kind === 'class' && !one.to)
    if (found) return found.org.id
  }
  assert.fail('nobody is in a class')
}

// Those who see single people have their own: a pupil of one's class, oneself, one's child.
async function objectsOf(account, relation) {
  const narrow = relation === 'own' && ['teacher', 'student', 'guardian'].includes(account)
  const people = narrow ? (await as[account].ok('/people?limit=50')).items : students[relation]
  return { org: school[relation].id, person: people[0].id, class: await classOf(people), row: await rowOf(narrow ? as[account] : city, narrow ? null : school[relation]), account: 'matrix-nobody' }
}
const world = {}
for (const account of accounts) {
  world[account] = {}
  for (const relation of kRelations) world[account][relation] = await objectsOf(account, relation)
}

// A course for the students of each school.
let nCourses = 0
async function newCourse(relation) {
  const texts = '<title><langstring>T</langstring></title><description><langstring>D</langstring></description>'
  const id = `https://publisher.example/${++nCourses}`
  const unit = `<au id="${id}/1">${texts}<url>https://units.example/1</url></au>`
  const raw = `<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"><course id="${id}">${texts}</course>${unit}</courseStructure>`
  const made = await city.call('POST', `/api/v1/courses?org=${school[relation].id}`, { raw, headers: { 'content-type': 'application/xml' } })
  assert.equal(made.status, 201, made.text)
  return made.body.id
}
for (const relation of kRelations) {
  const course = await newCourse(relation)
  for (const account of accounts) world[account][relation].course = course
}

// A forward of each school's learning records, as the system administrator makes it.
async function newForward(relation) {
  const made = await as.sysadmin.post('/learning/forwards', forwardOf(relation))
  assert.equal(made.status, 201, made.text)
  return made.body.id
}
const forwardOf = (relation) => ({ title: '矩阵', endpoint: 'http://127.0.0.1:1/xapi', key: 'k', secret: 's', org: school[relation].id })
for (const relation of kRelations) {
  const forward = await newForward(relation)
  for (const account of accounts) world[account][relation].forward = forward
}

// A case of each school, sent by its principal.
for (const relation of kRelations) {
  const opener = relation === 'own' ? as.principal : await server.newAccount(`matrix-${relation}`, [{ role: 'principal', org: school[relation].id }])
  const opened = await opener.post('/flows/data_sharing/cases', { values: { wanted: '学籍名册', sensitivity: 'inner', sharing_way: 'file', purpose: '入学资格核验' } })
  assert.equal(opened.status, 201, opened.text)
  const sent = await opener.post(`/cases/${opened.body.id}/moves`, { seq: 1, move: 'send' })
  assert.equal(sent.status, 200, sent.text)
  for (const account of accounts) world[account][relation].case = opened.body.id
}

// --- the oracle: what safety and scope say, written down once more and not asked of the server
const everything = new Set(kRelations)
const onlyOwn = new Set(['own'])
const sees = {
  city: { org: everything, person: everything, row: everything, class: everything, course: everything, case: everything },
  leader: { org: everything, person: new Set(), row: new Set(), class: new Set(), course: new Set(), case: new Set() },
  district: { org: new Set(['own', 'neighbour']), person: new Set(['own', 'neighbour']), row: new Set(['own', 'neighbour']), class: new Set(['own', 'neighbour']), course: new Set(['own', 'neighbour']), case: new Set(['own', 'neighbour']) },
  principal: { org: onlyOwn, person: onlyOwn, row: onlyOwn, class: onlyOwn, course: onlyOwn, case: onlyOwn },
  teacher: { org: onlyOwn, person: onlyOwn, row: onlyOwn, class: onlyOwn, course: onlyOwn, case: onlyOwn },
  student: { org: onlyOwn, person: onlyOwn, row: onlyOwn, class: new Set(), course: onlyOwn, case: new Set() },
  guardian: { org: onlyOwn, person: onlyOwn, row: onlyOwn, class: new Set(), course: onlyOwn, case: new Set() },
  sysadmin: { org: everything, person: new Set(), row: new Set(), class: new Set(), course: new Set(), case: new Set() },
  secadmin: { org: everything, person: new Set(), row: new Set(), class: new Set(), course: new Set(), case: new Set() },
  auditor: { org: new Set(), person: new Set(), row: new Set(), class: new Set(), course: new Set(), case: new Set() },
}
const may = (account, right) => right === 'signed_in' || me[account].rights.includes(right)
// Forwards go by where one manages keys.
for (const account of accounts) sees[account].forward = may(account, 'xapi.keys') ? sees[account].org : new Set()

function kindOf(path) {
  if (path.startsWith('/api/v1/learning/forwards/{id}')) return 'forward'
  if (path.startsWith('/api/v1/courses/{id}')) return 'course'
  if (path.startsWith('/api/v1/cases/{case}')) return 'case'
  if (path.includes('/rows/{key}')) return 'row'
  if (path.startsWith('/api/v1/orgs/{id}')) return 'org'
  if (/^\/api\/v1\/(learning\/)?people\/\{id\}/.test(path)) return 'person'
  if (path.startsWith('/api/v1/learning/classes/{id}')) return 'class'
  return null
}
function fill(path, at) {
  return path
    .replace('/orgs/{id}', `/orgs/${at.org}`)
    .replace('/people/{id}', `/people/${at.person}`)
    .replace('/classes/{id}', `/classes/${at.class}`)
    .replace('/courses/{id}', `/courses/${at.course}`)
    .replace('/forwards/{id}', `/forwards/${at.forward}`)
    .replace('/cases/{case}', `/cases/${at.case}`)
    .replace('/flows/{flow}', '/flows/data_sharing')
    .replace('/admissions/{admission}', '/admissions/senior_secondary')
    .replace('/datasets/{id}', `/datasets/${dataset}`)
    .replace('/dashboards/{id}', '/dashboards/fit_city')
    .replace('{key}', encodeURIComponent(at.row))
    .replace('{list}', 'core.sex')
    .replace('{account}', at.account)
    .replace(/\{\w+\}/g, kNobodysId)
}
const missing = { case: kNobodysId, course: kNobodysId, forward: kNobodysId, org: kNobodysId, person: kNobodysId, class: kNobodysId, row: 'nobodys~row', account: 'nobody-here' }

// --- writes with a body that is right, each on what may be lost
let year = 1990
const values = (relation, student) => ({ school_year: year, student_id: student.code, school_id: school[relation].code, grade: 3, sex: student.sex ?? '1', item: 'vc', raw: 1800, exempt: false, tested_on: `${year}-10-10` })
// For those who may not change it anyway, one that stands will do.
async function rowToLose(relation, account) {
  return { row: may(account, 'datasets.edit') ? await throwAwayRow(relation) : world[account][relation].row }
}
async function throwAwayRow(relation) {
  ++year
  const made = await city.post(`/datasets/${dataset}/rows`, values(relation, students[relation][0]))
  assert.equal(made.status, 201, made.text)
  return made.body._key
}
// Schools that are moved and merged away: the city's stand in other districts, so that the district's own suffice for it.
const spares = { city: outside.slice(1), district: inDistrict.slice(1) }
const personMove = (relation) => ({ role: 'student', from: school[relation].id, to: inDistrict.at(-1).id, on: today })
const question = (relation) => ({ metrics: ['fit_n'], where: { school: school[relation].id } })
const ownBoard = (id) => `dashboards: [{id: ${id}, title: 矩阵, cards: [{kpi: fit_n}]}]`
const writes = {
  create_row: async (relation, account) => ((year += may(account, 'datasets.edit') ? 1 : 0), { kind: 'row', body: values(relation, students[relation][0]), success: 201, hidden: [403, 404, 422] }),
  update_row: async (relation, account) => ({ kind: 'row', at: await rowToLose(relation, account), body: { raw: 1900 }, success: 200 }),
  delete_row: async (relation, account) => ({ kind: 'row', at: await rowToLose(relation, account), success: 204 }),
  query_metrics: async (relation) => ({ kind: 'org', body: question(relation), success: 200, hidden: [200, 403, 404], empty: (body) => (body.rows ?? []).length === 0 }),
  explain_metrics: async (relation) => ({ kind: 'org', body: question(relation), success: 200, hidden: [200, 403, 404], empty: (body) => (body.n_rows ?? 0) === 0, ownMayBeEmpty: true }),
  rows_behind: async (relation) => ({ kind: 'row', body: { metric: 'fit_n', where: question(relation).where, limit: 5 }, success: 200, hidden: [200, 403, 404], empty: (body) => (body.items ?? []).length === 0, ownMayBeEmpty: true }),
  import_file: async () => ({ raw: '甲,乙\n1,2\n', type: 'text/csv', success: 202 }),
  change_password: async () => ({ body: { old_password: 'not-this-one', new_password: 'Another-Password-1' }, success: 422 }),
  report_target: async () => ({ body: { year: 2025, value: 1, evidence: '测试' }, success: 404 }),
  preview_dashboard: async () => ({ body: { yaml: ownBoard('matrix') }, success: 200 }),
  put_dashboard: async () => ({ body: { yaml: ownBoard('fit_city'), version: 0 }, success: 409 }), // comes with a pack
  ask: async () => ({ body: { question: '优良率是多少' }, success: 200 }),
  change_ask_history: async () => ({ body: { saved: true }, success: 404 }),
  delete_ask_question: async () => ({ success: 404 }),
  delete_ask_history: async () => ({ success: 204 }),
  rate_answer: async () => ({ body: { id: kNobodysId, rating: 'up' }, success: 404 }),
  dismiss_failed_question: async () => ({ success: 404 }),
  add_synonym: async () => ({ body: { word: '矩阵用词', kind: 'metric', target: 'fit_n' }, success: 201 }),
  delete_synonym: async () => ({ success: 404 }),
  subscribe: async () => ({ body: { dashboard: 'fit_city', every: 'day', hour: 8 }, success: [201, 404] }),
  disable_account: async () => ({ success: 204 }),
  enable_account: async () => ({ success: 204 }),
  save_rows: async (relation) => ({ kind: 'row', body: { dry_run: true, rows: [{ values: values(relation, students[relation][0]) }] }, success: 200, hidden: [200, 403, 404], empty: (body) => body.n_created + body.n_changed + body.n_same === 0, ownMayBeEmpty: true }),
  undo_row: async () => ({ kind: 'row', success: [200, 404, 409, 422] }),
  set_person_contact: async () => ({ kind: 'person', body: { phone: '13800000000', email: 'someone@example.org', masked: false }, success: 200 }),
  preview_person_move: async (relation) => ({ kind: 'person', body: personMove(relation), success: [200, 409, 422] }),
  move_person: async (relation) => ({ kind: 'person', body: { ...personMove(relation), to: personMove(relation).from }, success: [409, 422] }),
  preview_org_move: async () => ({ kind: 'org', body: { parent: district.id, on: today }, success: [200, 409, 422] }),
  preview_org_merge: async () => ({ kind: 'org', body: { into: inDistrict[0].id, on: today }, success: [200, 409, 422] }),
  create_xapi_key: async (relation) => ({ kind: 'org', body: { title: '矩阵', scopes: ['statements/write'], org: school[relation].id }, success: 201 }),
  revoke_xapi_key: async () => ({ success: 404 }),
  create_share_key: async () => ({ body: { title: '矩阵' }, success: 404 }),
  revoke_share_key: async () => ({ success: 404 }),
  make_forward: async (relation) => ({ kind: 'org', body: forwardOf(relation), success: 201 }),
  change_forward: async (relation) => ({ kind: 'forward', body: forwardOf(relation), success: 200 }),
  remove_forward: async (relation, account) => ({ kind: 'forward', at: may(account, 'packs.install') ? { forward: await newForward(relation) } : {}, success: 204 }),
  test_forward: async () => ({ kind: 'forward', success: 200 }),
  release_forward: async (relation) => ({ kind: 'forward', body: { endpoint: forwardOf(relation).endpoint }, success: 200 }),
  pause_forward: async () => ({ kind: 'forward', success: 200 }),
  resume_forward: async () => ({ kind: 'forward', success: [200, 409] }),
  retry_refused_statements: async () => ({ kind: 'forward', success: 200 }),
  give_learning_accounts: async (relation) => ({ kind: 'org', body: { purpose: 'matrix', org: school[relation].id, limit: 1 }, success: 200 }),
  erase_learning_person: async (relation, account) => ({ kind: 'person', body: { person: world[account][relation].person }, success: [200, 403] }), // a dry run; 403: tools above know the person too
  purge_learning_records: async (relation) => ({ kind: 'org', body: { org: school[relation].id, before: '2010-01-01' }, success: 200 }),
  map_learning_actor: async (relation) => ({ body: { person: students[relation][0].id }, success: 404 }),
  ignore_learning_actor: async () => ({ success: 404 }),
  reset_learning_actor: async () => ({ success: 404 }),
  enrol_in_course: async (relation, account) => ({ kind: 'course', body: { people: [world[account][relation].person] }, success: [200, 404] }),
  launch_course_unit: async () => ({ kind: 'course', body: { unit: 1 }, success: [200, 404] }), // 404: no student
  waive_course_unit: async () => ({ kind: 'course', body: { registration: kNobodysId, unit: 1, reason: '矩阵' }, success: 404 }),
  close_course: async (relation, account) => ({ kind: 'course', at: may(account, 'datasets.import') ? { course: await newCourse(relation) } : {}, success: 204 }),
  // From one district into the other and back, so that the rest of the matrix finds it where it was.
  move_org: async (relation, account) => {
    const org = account === 'city' ? spares.city[0] : school[relation]
    const there = { parent: district.id, on: today }
    const undo = async () => assert.equal((await city.post(`/orgs/${org.id}/move`, { parent: org.parent, on: today })).status, 200)
    return { kind: 'org', at: { org: org.id }, body: there, success: account === 'city' ? 200 : [200, 409, 422], undo: account === 'city' ? undo : undefined }
  },
  merge_org: async (relation, account) => {
    const org = may(account, 'orgs.manage') && sees[account].org.has(relation) ? spares[account].pop() : school[relation]
    return { kind: 'org', at: { org: org.id }, body: { into: (account === 'city' ? outside[0] : inDistrict[0]).id, on: today }, success: 200 }
  },
  open_case: async () => ({ body: { values: {} }, success: [201, 403] }), // 403: it is not theirs to start
  save_case: async () => ({ body: { seq: 1, values: {} }, success: [200, 403, 409] }),
  rate_case: async () => ({ body: { stars: 5 }, success: [403, 409] }), // 403: not who opened it
  remove_case_file: async () => ({ success: 404 }),
  move_case: async () => ({ body: { seq: 0, move: 'send' }, success: 409 }),
  move_cases: async () => ({ body: { items: [{ case: kNobodysId, seq: 1 }], move: 'send', dry_run: true }, success: 200 }),
  give_delegation: async () => ({ body: { to: 'nobody-here', from: today, until: today }, success: [403, 422] }), // 403: no office
  end_delegation: async () => ({ success: 404 }),
  name_panel: async () => ({ body: { pool: ['nobody-here'] }, success: 409 }), // it has none
  replace_reviewer: async () => ({ success: 409 }),
  change_flow_lock: async () => ({ body: { period: '1999', level: 'school', closes: true, reason: '矩阵测试' }, success: 403 }), // the flow closes no periods
  hand_in_review: async () => ({ body: { points: {} }, success: 404 }),
  decline_review: async () => ({ body: { reason: '矩阵测试' }, success: 404 }),
  run_admission: async () => ({ body: { year: 1999 }, success: 422 }), // nobody applied in that year
  compare_admission: async () => ({ body: { year: 1999, batch: 'general', mechanisms: ['immediate_acceptance'] }, success: 422 }),
  check_admission_run: async () => ({ success: 404 }),
  publish_admission_run: async () => ({ success: 404 }),
  drop_admission_run: async () => ({ success: 404 }),
  fix_admission_lottery: async () => ({ body: { year: 1999, batch: 'vocational' }, success: 422 }),
  draw_admission_lottery: async () => ({ body: { list_sha256: '00', digits: '123456' }, success: 404 }),
  confirm_admission_lottery: async () => ({ body: { list_sha256: '00', digits: '123456' }, success: 404 }),
  reject_admission_lottery: async () => ({ success: 404 }),
  create_org: async (relation) => ({ kind: 'org', body: { parent: school[relation].id, kind: 'class', title: '矩阵班' }, success: 201 }),
  rename_org: async (relation) => ({ kind: 'org', body: { title: school[relation].title }, success: 200 }),
  set_org_contact: async (relation) => ({ kind: 'org', body: { address: `矩阵路 ${kRelations.indexOf(relation)} 号` }, success: 200 }),
  preview_org_close: async () => ({ kind: 'org', body: { on: today }, success: 200 }),
  close_org: async (relation) => ({ kind: 'org', at: { org: (await city.post('/orgs', { parent: school[relation].id, kind: 'class', title: '将撤班' })).body.id }, body: { on: today }, success: 200 }),
  propose_level: async () => ({ body: { dataset, field: 'tested_on', level: 'L2', reason: '矩阵测试' }, success: [201, 409] }),
  approve_level: async () => ({ body: {}, success: 404 }),
  refuse_level: async () => ({ body: { note: '矩阵测试' }, success: 404 }),
}
const kLast = ['move_org', 'merge_org'] // they change the world

const cells = { denied: 0, hidden: 0, allowed_reads: 0, allowed_writes: 0, other_writes: 0 }
const said = (answer) => `${answer.status} ${answer.text.slice(0, 240)}`
const kRefusals = new Set(['metrics.out_of_scope', 'directory.no_right', 'session.needs_session', 'password.needs_session', 'flows.not_your_form'])

// Outside the scope: as if it were not there, and nothing of it is told.
async function checkHidden(caller, operation, answer, at, body, label) {
  assert.equal(answer.status, 404, `${label}: ${said(answer)}`)
  const absent = await caller.call(operation.method, fill(operation.path, missing), body)
  assert.equal(answer.body.code, absent.body.code, `${label}: told apart from what does not exist`)
  assert.deepEqual(answer.body.detail, absent.body.detail, label)
  for (const relation of ['neighbour', 'foreign']) assert.ok(!answer.text.includes(school[relation].title), `${label} names the school`)
  ++cells.hidden
}

async function tryRead(operation, account, relation, kind, label) {
  const at = world[account][relation]
  const answer = await as[account].call(operation.method, fill(operation.path, at))
  assert.ok(answer.status < 500, `${label}: ${said(answer)}`)
  if (!may(account, operation.right)) {
    assert.equal(answer.status, 403, `${label}: ${said(answer)}`)
    return ++cells.denied
  }
  if (kind && !sees[account][kind].has(relation)) return checkHidden(as[account], operation, answer, at, {}, label)
  assert.ok(![401, 403].includes(answer.status) || kRefusals.has(answer.body.code), `${label}: ${said(answer)}`)
  if (kind && !/\{\w+\}.*\{\w+\}/.test(operation.path.replace('{id}/rows/{key}', '{key}'))) assert.notEqual(answer.status, 404, `${label}: ${said(answer)}`)
  ++cells.allowed_reads
}

async function tryWrite(operation, account, relation, label) {
  const given = (await writes[operation.id]?.(relation, account)) ?? { body: {} }
  const kind = given.kind ?? kindOf(operation.path)
  const at = { ...world[account][relation], ...given.at }
  const sent = given.raw === undefined ? { body: given.body } : { raw: given.raw, headers: { 'content-type': given.type } }
  const answer = await as[account].call(operation.method, fill(operation.path, at), sent)
  assert.ok(answer.status < 500, `${label}: ${said(answer)}`)
  if (!may(account, operation.right)) {
    assert.equal(answer.status, 403, `${label}: ${said(answer)}`)
    return ++cells.denied
  }
  if (!writes[operation.id]) {
    assert.notEqual(answer.status, 401, label)
    if (kind && !sees[account][kind].has(relation)) assert.ok(answer.status >= 400, `${label}: ${said(answer)}`)
    return ++cells.other_writes
  }
  if (kind && !sees[account][kind].has(relation)) {
    if (!given.hidden) return checkHidden(as[account], operation, answer, at, sent, label)
    assert.ok(given.hidden.includes(answer.status), `${label}: ${said(answer)}`)
    if (answer.status === 200) assert.ok(given.empty(answer.body), `${label}: ${said(answer)}`)
    return ++cells.hidden
  }
  assert.ok([given.success].flat().includes(answer.status) || kRefusals.has(answer.body?.code), `${label}: ${said(answer)}`)
  if (answer.status === 200 && given.empty && !given.ownMayBeEmpty) assert.ok(!given.empty(answer.body), `${label}: ${said(answer)}`)
  await given.undo?.()
  ++cells.allowed_writes
}

test('nobody gets in without a session', async () => {
  const nobody = new Caller('nobody', undefined, server.url)
  for (const operation of operations) {
    if (operation.right === 'public') continue
    const answer = await nobody.call(operation.method, fill(operation.path, missing), operation.method === 'GET' ? {} : { body: {} })
    assert.equal(answer.status, 401, `${operation.id}: ${said(answer)}`)
  }
})

test('every operation x every role x own, neighbouring and foreign objects', async () => {
  const made = banmo(['user', 'add', 'matrix-nobody', '--role', 'teacher', '--org', own.code, '--data', folder], { input: 'A-Long-Password-2026\n' })
  assert.equal(made.code, 0, made.out)
  const ordered = operations.filter((operation) => operation.path.startsWith('/api/v1') && !['public'].includes(operation.right) && operation.id !== 'delete_session')
  ordered.sort((a, b) => kLast.indexOf(a.id) - kLast.indexOf(b.id))
  for (const operation of ordered) {
    const kind = kindOf(operation.path)
    const write = operation.method !== 'GET'
    for (const account of accounts)
      for (const relation of kind || writes[operation.id]?.length > 0 ? kRelations : ['own']) {
        const label = `${operation.id} as ${account} on ${relation}`
        await (write ? tryWrite(operation, account, relation, label) : tryRead(operation, account, relation, kind, label))
      }
  }
  const n = Object.values(cells).reduce((sum, one) => sum + one, 0)
  console.log(`permission matrix: ${operations.length} operations, ${n} cells: ${JSON.stringify(cells)}`)
  assert.ok(cells.denied > 200 && cells.hidden > 40 && cells.allowed_writes > 20, JSON.stringify(cells))
})

test('what a refused write was about did not change', async () => {
  const at = `/datasets/${dataset}/rows/${encodeURIComponent(await throwAwayRow('foreign'))}`
  for (const account of accounts.filter((one) => one !== 'city')) {
    assert.ok([403, 404].includes((await as[account].call('PATCH', `/api/v1${at}`, { body: { raw: 2222 } })).status), account)
    assert.ok([403, 404].includes((await as[account].call('DELETE', `/api/v1${at}`)).status), account)
  }
  assert.equal((await city.ok(at)).raw, 1800)
  const created = await as.district.post(`/datasets/${dataset}/rows`, { ...values('foreign', students.foreign[0]), school_year: 1980, tested_on: '1980-10-10' })
  assert.ok(created.status >= 400, said(created))
  assert.equal((await city.ok(`/datasets/${dataset}/rows?filter=school_year:eq:1980`)).items.length, 0)
})

test('an account that another process disables is out within five seconds', async () => {
  const account = 'matrix-leaver'
  const made = banmo(['user', 'add', account, '--role', 'city_officer', '--org', me.city.org.title, '--data', folder], { input: 'A-Long-Password-2026\n' })
  assert.equal(made.code, 0, made.out)
  const leaver = await eventually(async () => server.signIn(account, 'A-Long-Password-2026').catch(() => null), { what: 'the new account' })
  assert.equal((await leaver.get('/me')).status, 200, 'an account that another process made is there')
  const disabled = banmo(['user', 'disable', account, '--data', folder])
  assert.equal(disabled.code, 0, disabled.out)
  const began = Date.now()
  await eventually(async () => (await leaver.get('/me')).status === 401, { within_ms: 5000, what: 'the end of the session' })
  console.log(`disabled by another process: out after ${Date.now() - began} ms`)
  const again = await new Caller(account, undefined, server.url).post('/session', { account, password: 'A-Long-Password-2026' })
  assert.equal(again.status, 401)
  assert.equal((await city.get('/me')).status, 200, `others stay (${password.length})`)
})
