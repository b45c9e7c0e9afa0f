// SPDX-License-Identifier: Apache-2.0
// The contract that other programs rely on (docs/dev/api.md).
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller, accounts, base, password, signIn } from './client.mjs'

const nobody = new Caller('nobody')

test('every demonstration account signs in and knows its rights', async () => {
  for (const account of accounts) {
    const caller = await signIn(account)
    const me = await caller.ok('/me')
    assert.equal(me.account, account)
    assert.ok(me.rights.length > 0 && me.roles.length > 0, account)
    assert.equal(me.demo, true)
  }
})

test('a wrong password and an unknown account get the same answer', async () => {
  const wrong = await nobody.post('/session', { account: 'guardian', password: 'wrong' })
  const unknown = await nobody.post('/session', { account: 'nobody-here', password: 'wrong' })
  for (const answer of [wrong, unknown]) {
    assert.equal(answer.status, 401)
    assert.equal(answer.body.code, 'session.bad_credentials')
    assert.match(answer.headers.get('content-type'), /application\/problem\+json/)
  }
  assert.deepEqual({ ...wrong.body, request_id: '' }, { ...unknown.body, request_id: '' })
})

test('without a session nothing is told', async () => {
  for (const path of ['/me', '/orgs', '/datasets', '/metrics', '/plan', '/audit']) {
    const answer = await nobody.get(path)
    assert.equal(answer.status, 401, path)
    assert.equal(answer.body.code, 'session.none')
  }
})

test('a change with the cookie needs the header that a foreign page cannot send', async () => {
  const signedIn = await fetch(`${base}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ account: 'city', password }) })
  const cookie = signedIn.headers.get('set-cookie')
  assert.match(cookie, /HttpOnly; SameSite=Strict/)
  const headers = { cookie: cookie.split(';')[0], 'content-type': 'application/json' }
  const body = JSON.stringify({ metrics: ['fit_n'] })
  assert.equal((await fetch(`${base}/api/v1/metrics/query`, { method: 'POST', headers, body })).status, 403)
  assert.equal((await fetch(`${base}/api/v1/metrics/query`, { method: 'POST', headers: { ...headers, 'x-requested-with': 'banmo' }, body })).status, 200)
  assert.equal((await fetch(`${base}/api/v1/me`, { headers })).status, 200)
})

test('the tree of organisations is read level by level and by cursor', async () => {
  const city = await signIn('city')
  const [top] = (await city.ok('/orgs')).items
  assert.equal(top.kind, 'city')
  const districts = await city.all(`/orgs?parent=${top.id}&kind=district`)
  assert.equal(districts.length, 10)
  const first = await city.ok(`/orgs?parent=${top.id}&limit=3`)
  assert.equal(first.items.length, 3)
  const second = await city.ok(`/orgs?parent=${top.id}&limit=3&after=${first.next}`)
  assert.notEqual(second.items[0].id, first.items[2].id)
  assert.ok(districts.every((district) => district.n_students > 0))
  const detail = await city.ok(`/orgs/${districts[0].id}`)
  assert.deepEqual(detail.path.map((step) => step.kind), ['city', 'district'])
})

test('datasets, rows and cursors', async () => {
  const city = await signIn('city')
  const datasets = await city.ok('/datasets')
  const ids = datasets.items.map((dataset) => dataset.id)
  for (const id of ['fitness_raw', 'fitness_year', 'fitness_band']) assert.ok(ids.includes(id), id)
  const first = await city.ok('/datasets/fitness_raw/rows?limit=5')
  assert.equal(first.items.length, 5)
  const second = await city.ok(`/datasets/fitness_raw/rows?limit=5&after=${encodeURIComponent(first.next)}`)
  const keys = new Set([...first.items, ...second.items].map((row) => row._key))
  assert.equal(keys.size, 10)
  const one = await city.ok(`/datasets/fitness_raw/rows/${encodeURIComponent(first.items[0]._key)}`)
  assert.equal(one._key, first.items[0]._key)
  assert.ok(one._file && one._line > 0, 'a row knows its file and line')
})

test('dashboards answer all their cards in one request', async () => {
  const city = await signIn('city')
  const list = await city.ok('/dashboards')
  assert.ok(list.items.length >= 4)
  for (const { id } of list.items) {
    const dashboard = await city.ok(`/dashboards/${id}`)
    assert.ok(dashboard.cards.length > 0)
    for (const card of dashboard.cards) assert.equal(card.error, undefined, `${id} ${card.id}: ${JSON.stringify(card.error)}`)
  }
})

test('unknown fields, parameters and paths are refused by name', async () => {
  const city = await signIn('city')
  const extra = await city.post('/metrics/query', { metrics: ['fit_n'], bye: [] })
  assert.equal(extra.status, 422)
  assert.match(JSON.stringify(extra.body), /bye/)
  const parameter = await city.get('/orgs?parnet=x')
  assert.equal(parameter.status, 422)
  assert.match(JSON.stringify(parameter.body), /parnet/)
  assert.equal((await city.get('/nothing')).status, 404)
  assert.equal((await city.call('DELETE', '/api/v1/orgs')).status, 405)
  const metric = await city.post('/metrics/query', { metrics: ['fit_nn'] })
  assert.equal(metric.body.code, 'metrics.unknown_metric')
  const malformed = await city.call('POST', '/api/v1/metrics/query', { raw: '{"metrics": [', headers: { 'content-type': 'application/json' } })
  assert.ok([400, 422].includes(malformed.status))
})

test('a plan has targets with lamps, and a report needs evidence', async () => {
  const city = await signIn('city')
  const plan = await city.ok('/plan')
  assert.ok(plan.items.length >= 30, `${plan.items.length} targets`)
  const lamps = new Set(plan.items.flatMap((target) => target.years.map((year) => year.lamp)))
  assert.ok(lamps.size >= 2)
  const reported = plan.items.find((target) => target.source === 'reported')
  const year = reported.years[0].year
  const refused = await city.post(`/plan/targets/${reported.id}/reports`, { year, value: 1, evidence: '' })
  assert.equal(refused.status, 422)
  const taken = await city.post(`/plan/targets/${reported.id}/reports`, { year, value: reported.years[0].target, evidence: '测试依据' })
  assert.equal(taken.status, 200, taken.text)
  assert.equal(taken.body.years[0].lamp, 'green')
})

test('the server speaks IPv6 too, and says that it lives', async () => {
  const six = base.replace('127.0.0.1', '[::1]')
  assert.equal((await fetch(`${six}/livez`)).status, 200)
  const ready = await (await fetch(`${six}/readyz`)).json()
  assert.deepEqual(ready, { ready: true, writable: true, mode: 'normal' })
  assert.match(await (await fetch(`${base}/metrics`)).text(), /banmo_http_requests_total \d+/)
})
