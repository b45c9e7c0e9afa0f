// SPDX-License-Identifier: Apache-2.0
// What the server answers is what its /openapi.json says: the portal's types are made of it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { base, signIn } from './client.mjs'

const document = await (await fetch(`${base}/openapi.json`)).json()
const kinds = { string: (v) => typeof v === 'string', boolean: (v) => typeof v === 'boolean', integer: Number.isInteger, number: (v) => typeof v === 'number', null: (v) => v === null, array: Array.isArray, object: (v) => typeof v === 'object' && v !== null && !Array.isArray(v) }

// Where a value leaves its schema: the part of JSON Schema that the document uses.
function* misfits(schema, value, where = '$') {
  if (schema.$ref) return yield* misfits(document.components.schemas[schema.$ref.split('/').pop()], value, where)
  if (schema.anyOf && !schema.anyOf.some((one) => misfits(one, value, where).next().done)) return yield `${where}: ${JSON.stringify(value)} is none of its schemas`
  if (schema.type && ![schema.type].flat().some((type) => kinds[type](value))) return yield `${where}: ${JSON.stringify(value)} is no ${schema.type}`
  if (schema.enum && !schema.enum.includes(value)) return yield `${where}: "${value}" is none of ${schema.enum.join(', ')}`
  if (schema.type === 'array') for (const [at, item] of value.entries()) yield* misfits(schema.items, item, `${where}[${at}]`)
  if (schema.type !== 'object') return
  for (const name of schema.required ?? []) if (!(name in value)) yield `${where}.${name} is missing`
  for (const [name, member] of Object.entries(value)) {
    const known = schema.properties?.[name] ?? schema.additionalProperties
    if (known === false) yield `${where}.${name} is not described`
    else if (known !== undefined && known !== true) yield* misfits(known, member, `${where}.${name}`)
  }
}

// First ids that paths with a parameter can be asked with.
async function examples(caller) {
  const first = async (path, member) => (await caller.get(path)).body?.items?.[0]?.[member]
  const org = await first('/orgs', 'id')
  const dataset = 'fitness_raw'
  return {
    '/orgs/{id}': org, '/orgs/{id}/history': org, '/orgs/{id}/page': org, '/people/{id}': await first('/people', 'id'),
    '/datasets/{id}': dataset, '/datasets/{id}/rows': dataset, '/datasets/{id}/quality': dataset, '/datasets/{id}/quarantine': dataset, '/datasets/{id}/completeness': 'fitness_year',
    '/dashboards/{id}': await first('/dashboards', 'id'), '/jobs/{id}': await first('/jobs', 'id'), '/packs/{id}': await first('/packs', 'id'),
    '/portraits/{id}': await first('/portraits', 'id'), '/plan/targets/{id}/papers': await first('/plan', 'id'),
  }
}

for (const account of ['city', 'leader', 'principal', 'guardian', 'sysadmin', 'secadmin', 'auditor']) {
  test(`what ${account} reads has the shape that the document tells`, async () => {
    const caller = await signIn(account)
    const ids = await examples(caller)
    let read = 0
    for (const [path, item] of Object.entries(document.paths)) {
      const schema = item.get?.responses['200']?.content?.['application/json']?.schema
      const short = path.replace('/api/v1', '')
      if (short === '/letters/verify') continue // each wrong code counts against this address: papers.test.mjs
      if (!schema || !path.startsWith('/api/v1') || (short.includes('{') && ids[short] === undefined)) continue
      const needs = { '/search': '?q=a', '/lineage': '?dataset=fitness_raw' }[short] ?? ''
      const answer = await caller.get(short.replace(/\{\w+\}/, ids[short]) + needs)
      if (answer.status === 403 || answer.status === 404) continue
      assert.equal(answer.status, 200, `${short} ${answer.text}`)
      assert.deepEqual([...misfits(schema, answer.body)].slice(0, 5), [], short)
      read += 1
    }
    assert.ok(read >= 8, `${read} answers were read`)
  })
}

test('a figure, its cells and the rows behind it have the shapes that the document tells', async () => {
  const city = await signIn('city')
  const of = (path) => document.paths[`/api/v1${path}`].post.responses['200'].content['application/json'].schema
  for (const [path, body] of [['/metrics/query', { metrics: ['fit_n'], by: ['district', 'sex'] }], ['/metrics/explain', { metrics: ['fit_n'] }], ['/metrics/rows', { metric: 'fit_n', limit: 20 }]]) {
    const answer = await city.post(path, body)
    assert.equal(answer.status, 200, `${path} ${answer.text}`)
    assert.deepEqual([...misfits(of(path), answer.body)].slice(0, 5), [], path)
  }
})

test('the check itself finds a missing member, a foreign one, a wrong kind and a word that is not listed', () => {
  const schema = { type: 'object', required: ['a', 'b'], additionalProperties: false, properties: { a: { enum: ['x'], type: 'string' }, b: { type: 'array', items: { type: 'integer' } } } }
  assert.deepEqual([...misfits(schema, { a: 'y', b: [1, 'z'], c: 1 })], ['$.a: "y" is none of x', '$.b[1]: "z" is no integer', '$.c is not described'])
  assert.deepEqual([...misfits(schema, { a: 'x' })], ['$.b is missing'])
})
