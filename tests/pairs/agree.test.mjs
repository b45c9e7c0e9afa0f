// SPDX-License-Identifier: Apache-2.0
// One demonstration city on two pairs of stores: BANMO_URL and BANMO_OTHER_URL give the same answers. Ids are made anew in each city, so they are compared as "an id".
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller, base, password } from '../http/client.mjs'

const other = process.env.BANMO_OTHER_URL
assert.ok(other, 'BANMO_OTHER_URL names the second server: tools/http-postgres sets it')

async function token(url, account) {
  const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ account, password }) })
  assert.equal(answer.status, 201, `${account} signs in at ${url}`)
  return (await answer.json()).token
}

// The same call to both cities.
class Both {
  constructor(account, tokens) {
    this.account = account
    this.tokens = tokens
  }
  async call(method, path, body) {
    const ask = async (url, token) => {
      const headers = { accept: 'application/json', authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
      const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
      return { status: answer.status, body: await answer.json() }
    }
    return Promise.all([ask(base, this.tokens[0]), ask(other, this.tokens[1])])
  }
}
const signIn = async (account) => new Both(account, [await token(base, account), await token(other, account)])

const kId = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g
const kMoment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g
const kOfItsOwn = new Set(['batch', '_batch', 'sql', 'request_id', 'next', 'updated_at', 'as_of'])

// What must be equal: without ids, moments and names of batches.
function plain(value) {
  if (typeof value === 'string') return value.replace(kId, 'an id').replace(kMoment, 'a moment')
  if (Array.isArray(value)) return value.map(plain)
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).filter(([key]) => !kOfItsOwn.has(key)).map(([key, inner]) => [key, plain(inner)]))
  return value
}

// The first place where two answers differ; undefined if they do not. Sums may run in another order: the last digits of a number are its own.
function difference(a, b, at = '$') {
  if (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.abs(a)) return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b ? undefined : `${at}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[key], b[key], `${at}.${key}`)
    if (found) return found
  }
  return undefined
}

function same([a, b], what) {
  assert.equal(difference({ status: a.status, ...plain(a.body) }, { status: b.status, ...plain(b.body) }), undefined, what)
  return a
}
const get = async (both, path) => same(await both.call('GET', path), `${both.account} GET ${path}`)
const query = async (both, question) => same(await both.call('POST', '/metrics/query', question), `${both.account} ${JSON.stringify(question)}`)

test('every metric by every dimension and pair of dimensions, compared and shared', async () => {
  let questions = 0
  let cells = 0
  for (const account of ['city', 'leader', 'district', 'principal']) {
    const both = await signIn(account)
    const metrics = (await get(both, '/metrics')).body.items
    const groups = new Map() // metrics that are asked alike go into one question
    for (const metric of metrics) {
      const dims = metric.dims.map((dim) => dim.id)
      groups.set(dims.join(), { dims, metrics: [...(groups.get(dims.join())?.metrics ?? []), metric.id] })
    }
    for (const { dims, metrics: ids } of groups.values()) {
      const asked = [[], ...dims.map((dim) => [dim])]
      if (account !== 'principal') for (const a of dims) for (const b of dims) if (a < b) asked.push([a, b])
      for (const by of asked)
        for (let first = 0; first < ids.length; first += 20) {
          const question = { metrics: ids.slice(first, first + 20), by, limit: 10000 }
          if (by.length === 1) Object.assign(question, { compare: by[0] === dims[0] ? 'yoy' : 'prior', share: true })
          const answer = await query(both, question)
          questions += 1
          cells += (answer.body.rows?.length ?? 0) * question.metrics.length
        }
    }
  }
  assert.ok(questions > 100 && cells > 5000, `${questions} questions, ${cells} cells`)
  console.log(`${questions} questions, ${cells} cells agree`)
})

test('order, limit and the last periods', async () => {
  const city = await signIn('city')
  for (const order of ['fit_good_rate', '-fit_good_rate', '-fit_n'])
    for (const limit of [1, 7]) await query(city, { metrics: ['fit_good_rate', 'fit_n'], by: ['district', 'grade'], order, limit, time: { last: 1 } })
  for (const time of [{ from: '2025' }, { to: '2024' }, { from: '2024', to: '2025' }, { last: 2 }]) await query(city, { metrics: ['fit_n', 'fit_avg'], by: ['school_year', 'sex'], time })
})

test('dashboards, the plan, datasets with their quality, and organisations', async () => {
  for (const account of ['city', 'leader', 'district', 'principal', 'teacher']) {
    const both = await signIn(account)
    const boards = (await get(both, '/dashboards')).body.items ?? []
    for (const { id } of boards) await get(both, `/dashboards/${id}`)
    for (const path of ['/plan', '/datasets', '/orgs?limit=1000', '/quality?limit=1000', '/quality/rules', '/packs']) await get(both, path)
  }
})

test('rows by page, filter and order', async () => {
  for (const account of ['city', 'district', 'principal', 'teacher']) {
    const both = await signIn(account)
    for (const dataset of (await get(both, '/datasets')).body.items) {
      const { fields, grain } = (await get(both, `/datasets/${dataset.id}`)).body
      if (dataset.kind === 'event') continue // keyed by the instant at which each city stored them; their figures are compared above
      if (fields.some((field) => field.type === 'idno' && grain.includes(field.id))) continue // sealed: in the order of a hash under each city's own key
      const path = `/datasets/${dataset.id}/rows?limit=200`
      const rows = (await get(both, path)).body.items
      if (!rows?.length) continue
      for (const field of fields) {
        if (field.masked || ['ref', 'org', 'idno', 'phone'].includes(field.type)) continue
        const value = rows.map((row) => row[field.id]).find((cell) => cell !== undefined && cell !== null)
        if (value === undefined || String(value).match(kMoment)) continue // a moment is of each city's own clock
        for (const [op, given] of [['eq', value], ['ne', value], ['ge', value], ['null', '']])
          await get(both, `${path}&filter=${encodeURIComponent(`${field.id}:${op}:${given}`)}`)
        for (const order of [field.id, `-${field.id}`]) await get(both, `${path}&order=${order}`)
      }
    }
  }
})
