// SPDX-License-Identifier: Apache-2.0
// /openapi.json lints clean; lists hold nothing from outside the caller's scope. Each single operation: permissions.test.mjs.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { base, signIn } from './client.mjs'

const document = await (await fetch(`${base}/openapi.json`)).json()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
)

function references(node, found = []) {
  if (node && typeof node === 'object')
    for (const [key, value] of Object.entries(node)) key === '$ref' ? found.push(value) : references(value, found)
  return found
}

test('the document is OpenAPI 3.1 without a loose end', () => {
  assert.match(document.openapi, /^3\.1\./)
  assert.ok(document.info.title && document.info.version && document.info.license)
  const ids = operations.map((operation) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length, 'operationIds are unique')
  const tags = new Set((document.tags ?? []).map((tag) => tag.name))
  for (const operation of operations) {
    assert.ok(operation.summary, `${operation.operationId} has a summary`)
    for (const tag of operation.tags ?? []) assert.ok(tags.has(tag), `tag ${tag} is described`)
    const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
    assert.deepEqual(declared.sort(), named.sort(), `${operation.operationId} declares its path parameters`)
    assert.ok(Object.keys(operation.responses).some((code) => code.startsWith('2')), `${operation.operationId} has a success answer`)
  }
  for (const reference of references(document)) {
    const target = reference.slice(2).split('/').reduce((node, step) => node?.[step], document)
    assert.ok(target, `${reference} leads somewhere`)
  }
})

test('own, neighbouring and foreign organisations: what is outside the scope is not there', async () => {
  const principal = await signIn('principal')
  const city = await signIn('city')
  const own = (await principal.ok('/orgs')).items[0]
  const schools = await city.all('/orgs?kind=school')
  const foreign = schools.filter((school) => school.id !== own.id)
  assert.ok(foreign.length > 5)
  for (const school of foreign.slice(0, 20)) {
    assert.equal((await principal.get(`/orgs/${school.id}`)).status, 404)
    assert.equal((await principal.get(`/orgs/${school.id}/history`)).status, 404)
    const people = await principal.ok(`/people?org=${school.id}`)
    assert.equal(people.items.length, 0)
    const rows = await principal.get(`/datasets/fitness_raw/rows?filter=school_id:eq:${school.id}`)
    if (rows.status === 200) assert.equal(rows.body.items.length, 0)
  }
  const foreignRow = (await city.ok(`/datasets/fitness_raw/rows?limit=1&filter=school_id:eq:${foreign[0].id}`)).items[0]
  if (foreignRow) assert.equal((await principal.get(`/datasets/fitness_raw/rows/${encodeURIComponent(foreignRow._key)}`)).status, 404)
  const mine = await principal.ok('/datasets/fitness_raw/rows?limit=50')
  assert.ok(mine.items.every((row) => row.school_id === own.id))
  for (const account of ['sysadmin', 'secadmin', 'auditor']) {
    const rows = await (await signIn(account)).get('/datasets/fitness_raw/rows')
    assert.ok([403, 404].includes(rows.status) || rows.body.items.length === 0, account)
  }
})

test('a student sees own rows only, a guardian those of the children', async () => {
  for (const account of ['student', 'guardian']) {
    const caller = await signIn(account)
    const answer = await caller.get('/datasets/fitness_raw/rows?limit=1000')
    assert.equal(answer.status, 200, answer.text)
    const students = new Set(answer.body.items.map((row) => row.student_id))
    assert.ok(students.size >= 1 && students.size <= 2, `${account} sees ${students.size} students`)
  }
})
