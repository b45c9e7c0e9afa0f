// SPDX-License-Identifier: Apache-2.0
// The city's own dashboards and subscriptions over HTTP: written as a pack's text or as a form, in force at once and after kill -9; who may, what is wrong where, as whom it is seen.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller, accounts } from './client.mjs'
import { Server, ownCity } from './own-server.mjs'

const folder = ownCity('builder')
let server = await Server.start(folder)
after(() => server.stop())
let city = await server.signIn('city')
const put = (caller, id, body) => caller.call('PUT', `/api/v1/dashboards/${id}`, { body })
const remove = (caller, id, version) => caller.call('DELETE', `/api/v1/dashboards/${id}?version=${version}`)
const preview = (caller, body) => caller.post('/dashboards/preview', body)
const said = (answer) => `${answer.status} ${answer.text.slice(0, 400)}`
const metric = (await city.ok('/metrics')).items.find((one) => one.min_cell && one.kind === 'aggregate' && one.dims.some((dim) => dim.id === 'district'))
const delivered = (await city.ok('/dashboards')).items.find((one) => !one.screen)
const yaml = (id, { title = '自建', more = '', card = `kpi: [${metric.id}]` } = {}) => `dashboards:\n  - id: ${id}\n    title: ${title}\n${more}    cards:\n      - ${card}\n`
const form = (id, cards) => ({ id, title: '表单', title_en: 'Form', roles: [], filters: [], org_page: [], defaults: {}, screen: false, cards })
const card = (changes) => ({ kind: 'kpi', id: '', title: '', title_en: '', metrics: [metric.id], by: [], compare: '', top: 0, drill: '', main: false, ...changes })

test('a dashboard is in force with the answer that keeps it, and only its last version can be changed', async () => {
  const made = await put(city, 'first', { yaml: yaml('first'), version: 0 })
  assert.equal(made.status, 200, said(made))
  assert.equal(made.body.version, 1)
  const leader = await server.signIn('leader')
  const seen = await leader.ok('/dashboards/first')
  assert.equal(seen.title, '自建')
  assert.equal(typeof seen.cards[0].result.rows[0][0], 'number')
  assert.deepEqual((await leader.ok('/dashboards')).items.find((one) => one.id === 'first').pack, '')
  assert.ok((await leader.ok('/search?q=自建')).items.some((hit) => hit.link === '/dashboards/first'))
  const stale = await put(city, 'first', { yaml: yaml('first', { title: '再来' }), version: 0 })
  assert.equal(stale.status, 409)
  assert.equal(stale.body.code, 'metrics.dashboard_changed')
  assert.match(stale.body.detail.zh, /第 1 版/)
  assert.equal((await put(city, 'first', { yaml: yaml('first', { title: '第二版' }), version: 1 })).body.version, 2)
  assert.equal((await remove(city, 'first', 1)).status, 409)
  assert.equal((await remove(city, 'first', 2)).status, 204)
  assert.equal((await leader.get('/dashboards/first')).body.code, 'metrics.no_such_dashboard')
})

test('form and text say the same, both ways', async () => {
  const cards = [card({ kind: 'bar', by: ['district'], title: '各区: "一"', top: 3 }), card({ id: 'second', compare: 'prior' })]
  const asked = await preview(city, { form: form('both', cards) })
  assert.equal(asked.status, 200, said(asked))
  assert.deepEqual(asked.body.findings, [])
  assert.deepEqual(asked.body.form, form('both', cards))
  const again = await preview(city, { yaml: asked.body.yaml })
  assert.deepEqual(again.body.form, form('both', cards))
  assert.deepEqual(again.body.dashboard.cards.map((one) => [one.kind, one.id]), [['bar', 'both.1'], ['kpi', 'second']])
  for (const body of [{}, { yaml: 'x', form: form('both', cards) }]) assert.equal((await preview(city, body)).body.code, 'metrics.yaml_or_form')
})

test('a delivered dashboard is not overwritten, and can be copied', async () => {
  const source = await city.ok(`/dashboards/${delivered.id}/source`)
  assert.equal(source.delivered, true)
  assert.equal(source.version, 0)
  const refused = await put(city, delivered.id, { form: source.form, version: 0 })
  assert.equal(refused.status, 409)
  assert.equal(refused.body.code, 'metrics.delivered_dashboard')
  const copied = await put(city, 'copied', { form: { ...source.form, id: 'copied' }, version: 0 })
  assert.equal(copied.status, 200, said(copied))
  const [one, two] = [await city.ok(`/dashboards/${delivered.id}`), await city.ok('/dashboards/copied')]
  assert.deepEqual(two.cards.map((each) => each.result.rows), one.cards.map((each) => each.result.rows))
  assert.equal((await remove(city, delivered.id, 1)).status, 404)
})

test('what is wrong is told by line, field and code in both languages, and nothing is kept', async () => {
  const faults = [
    [yaml('bad', { card: 'kpi: [no_such_metric]' }), 'dashboard.yaml:5:15', '$.cards[0].metrics[0]', 'pack.unknown_metric'],
    [yaml('bad', { card: `map: [${metric.id}]` }), 'dashboard.yaml:5:9', '$.cards[0]', 'pack.card_shape'],
    [yaml('bad', { more: '    filters: [no_such_thing]\n' }), 'dashboard.yaml:4:15', '$.filters[0]', 'pack.unknown_dimension'],
    [`metrics: []\n${yaml('bad')}`, 'dashboard.yaml:1:1', '$', 'pack.only_dashboards'],
    [yaml('bad', { more: '    audience: {roles: [king]}\n' }), 'dashboard.yaml:4:24', '$.audience.roles[0]', 'pack.unknown_role'],
    ['dashboards: [', 'dashboard.yaml:1:14', '$', 'yaml.syntax'],
  ]
  for (const [text, where, field, code] of faults) {
    const found = (await preview(city, { yaml: text })).body
    const fault = found.findings.find((one) => one.code === code)
    assert.ok(fault, `${code}: ${JSON.stringify(found.findings)}`)
    assert.ok(fault.detail.zh && fault.detail.en)
    if (code !== 'yaml.syntax') assert.deepEqual([fault.where, fault.field], [where, field])
    assert.equal(found.dashboard, undefined)
    const refused = await put(city, 'bad', { yaml: text, version: 0 })
    assert.equal(refused.status, 422, said(refused))
    assert.equal(refused.body.code, 'metrics.bad_dashboard')
    assert.ok(refused.body.errors.some((one) => one.code === code))
  }
  assert.equal((await put(city, 'other', { yaml: yaml('this'), version: 0 })).body.code, 'metrics.other_dashboard')
  assert.equal((await put(city, 'bad', { form: { ...form('bad', []), unknown: 1 }, version: 0 })).status, 422)
  assert.equal((await preview(city, { yaml: `${' '.repeat(70_000)}` })).body.findings[0].code, 'pack.board_size')
  assert.ok(!(await city.ok('/dashboard-sources')).items.some((one) => one.id === 'bad' || one.id === 'other'))
})

test('only who may write dashboards reads their text, sees previews, saves and deletes', async () => {
  for (const account of accounts.filter((one) => one !== 'city')) {
    const caller = await server.signIn(account)
    for (const answer of [await caller.get('/dashboard-sources'), await caller.get('/dashboards/copied/source'), await preview(caller, { yaml: yaml('x') }), await put(caller, 'x', { yaml: yaml('x'), version: 0 }), await remove(caller, 'copied', 1)])
      assert.equal(answer.status, 403, `${account}: ${said(answer)}`)
  }
})

test('a preview as a role is what that role is answered in that place', async () => {
  const principal = await server.signIn('principal')
  const district = await server.signIn('district')
  const text = yaml('as_role', { card: `table: [${metric.id}]\n        by: [school]` })
  assert.equal((await put(city, 'as_role', { yaml: text, version: 0 })).status, 200)
  for (const [caller, role] of [[principal, 'principal'], [district, 'district_officer']]) {
    const { org } = await caller.ok('/me')
    const seen = await preview(city, { yaml: text, as: { role, org: org.id } })
    assert.equal(seen.status, 200, said(seen))
    assert.deepEqual(seen.body.dashboard.cards[0].result.rows, (await caller.ok('/dashboards/as_role')).cards[0].result.rows)
    assert.ok(seen.body.dashboard.cards[0].result.rows.length < (await city.ok('/dashboards/as_role')).cards[0].result.rows.length)
  }
  const { org } = await principal.ok('/me')
  const apart = await preview(city, { yaml: yaml('as_role', { more: '    audience: {roles: [city_leader]}\n' }), as: { role: 'principal', org: org.id } })
  assert.equal(apart.body.in_audience, false)
  assert.equal(apart.body.dashboard, undefined)
  assert.equal((await preview(city, { yaml: text, as: { role: 'student', org: org.id } })).body.code, 'metrics.preview_role')
  assert.equal((await preview(city, { yaml: text, as: { role: 'city_leader', org: org.id } })).body.code, 'metrics.preview_role')
  assert.equal((await preview(city, { yaml: text, as: { role: 'nobody', org: org.id } })).body.code, 'directory.no_such_role')
  assert.equal((await preview(city, { yaml: text, as: { role: 'principal', org: '00000000-0000-7000-8000-000000000000' } })).status, 404)
})

test('subscriptions are one\'s own, one a rhythm, and need a session that sees the dashboard', async () => {
  const principal = await server.signIn('principal')
  const made = await principal.post('/subscriptions', { dashboard: 'copied', every: 'week', hour: 8 })
  const seesIt = (await principal.get('/dashboards/copied')).status === 200
  assert.equal(made.status, seesIt ? 201 : 404, said(made))
  const mine = await city.post('/subscriptions', { dashboard: 'copied', every: 'week', hour: 7 })
  assert.equal(mine.status, 201, said(mine))
  assert.equal(new Date(mine.body.due_at).getUTCHours(), 23, '7:00 in the city')
  assert.equal(new Date(mine.body.due_at).getUTCDay(), 0, 'a Monday in the city')
  assert.equal((await city.post('/subscriptions', { dashboard: 'copied', every: 'week', hour: 9 })).body.code, 'metrics.subscribed_already')
  assert.equal((await city.post('/subscriptions', { dashboard: 'nothing', every: 'day', hour: 9 })).body.code, 'metrics.no_such_dashboard')
  for (const bad of [{ every: 'hour' }, { hour: 24 }, { hour: -1 }]) assert.equal((await city.post('/subscriptions', { dashboard: 'copied', every: 'day', hour: 9, ...bad })).status, 422)
  const token = await city.post('/me/tokens', { title: '测试', rights: ['metrics.read'], days: 1 })
  const machine = new Caller('a token', token.body.token, server.url)
  assert.equal((await machine.post('/subscriptions', { dashboard: 'copied', every: 'day', hour: 9 })).body.code, 'metrics.needs_session')
  const leader = await server.signIn('leader')
  assert.equal((await leader.call('DELETE', `/api/v1/subscriptions/${mine.body.id}`)).body.code, 'metrics.no_such_subscription')
  assert.equal((await (await server.signIn('student')).get('/subscriptions')).status, 403)
  assert.deepEqual((await leader.ok('/subscriptions')).items, [])
  assert.equal((await city.ok('/subscriptions')).items.length, 1)
})

test('what was answered is there after kill -9, with its place in the audit log', async () => {
  const kept = await put(city, 'kept', { yaml: yaml('kept', { title: '还在' }), version: 0 })
  assert.equal(kept.status, 200, said(kept))
  await server.kill()
  server = await Server.start(folder)
  city = await server.signIn('city')
  assert.equal((await city.ok('/dashboards/kept')).title, '还在')
  assert.equal((await city.ok('/dashboards/kept/source')).yaml, yaml('kept', { title: '还在' }))
  assert.equal((await city.get('/dashboards/first')).status, 404, 'what was deleted stays deleted')
  const [subscription] = (await city.ok('/subscriptions')).items
  assert.equal(subscription.dashboard, 'copied')
  assert.equal((await city.call('DELETE', `/api/v1/subscriptions/${subscription.id}`)).status, 204)
  const actions = (await (await server.signIn('auditor')).ok('/audit?limit=200')).items.map((entry) => `${entry.action} ${entry.object ?? ''}`)
  for (const action of ['dashboard.save', 'dashboard.delete', 'subscription.create', 'subscription.delete']) assert.ok(actions.some((one) => one.startsWith(action)), action)
})

test('killed while dashboards are being saved, the server has every version that it answered and none that is half', async () => {
  let answered = 0
  for (let round = 0; round < 4; ++round) {
    const killed = new Promise((end) => setTimeout(() => end(server.kill()), 40 + 60 * round))
    for (;;) {
      const answer = await put(city, 'hammered', { yaml: yaml('hammered', { title: `第${answered + 1}次` }), version: answered }).catch(() => null)
      if (answer === null) break
      assert.equal(answer.status, 200, said(answer))
      answered = answer.body.version
    }
    await killed
    server = await Server.start(folder)
    city = await server.signIn('city')
    const { version, yaml: text } = await city.ok('/dashboards/hammered/source')
    assert.ok(version === answered || version === answered + 1, `${version} stands, ${answered} was answered`)
    assert.equal(text, yaml('hammered', { title: `第${version}次` }))
    answered = version
  }
  console.log(`kill -9 while saving: 4 rounds, ${answered} versions`)
})
