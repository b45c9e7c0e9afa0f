// SPDX-License-Identifier: Apache-2.0
// Fields that are graded anew: raised at once, lowered by two people of whom one is the security administrator; in effect at once and after a restart.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Server, ownCity } from './own-server.mjs'

const folder = ownCity('levels')
let server = await Server.start(folder)
after(() => server.stop())
let city = await server.signIn('city')
let principal = await server.signIn('principal')
let secadmin = await server.signIn('secadmin')
const dataset = 'fitness_raw'
const at = '/classification/changes'
const reason = '核定后调整'
const wish = (field, level) => ({ dataset, field, level, reason })
const levelOf = async (caller, field) => (await caller.ok('/classification')).fields.find((one) => one.dataset === dataset && one.field === field).level
const firstRow = async (caller) => (await caller.ok(`/datasets/${dataset}/rows?limit=1`)).items[0]

test('a higher level takes effect at once: rows, filters and files no longer have the field', async () => {
  assert.ok((await firstRow(principal)).raw !== undefined)
  const raised = await secadmin.post(at, wish('raw', 'L4'))
  assert.equal(raised.status, 201, raised.text)
  assert.equal(raised.body.state, 'applied')
  assert.equal((await firstRow(principal)).raw, undefined)
  assert.equal((await principal.get(`/datasets/${dataset}/rows?filter=raw:gt:1`)).body.code, 'records.field_hidden')
  const file = await fetch(`${server.url}/api/v1/datasets/${dataset}/export?format=csv`, { headers: { authorization: `Bearer ${principal.token}` } })
  assert.doesNotMatch((await file.text()).split('\n').slice(0, 3).join('\n'), /实测值/)
  assert.equal(await levelOf(secadmin, 'raw'), 'L4')
  const student = await server.signIn('student')
  assert.ok((await firstRow(student)).raw !== undefined, 'who may see L4 still does')
})

test('a lower level waits; nobody approves their own; one of the two is the security administrator', async () => {
  const proposed = await city.post(at, wish('raw', 'L3'))
  assert.equal(proposed.body.state, 'open', proposed.text)
  assert.equal((await firstRow(principal)).raw, undefined, 'nothing has changed yet')
  assert.equal((await secadmin.post(at, wish('raw', 'L2'))).body.code, 'records.level_pending')
  assert.equal((await city.post(`${at}/${proposed.body.id}/approve`, {})).body.code, 'records.level_four_eyes')
  const queue = await secadmin.ok(`${at}?state=open`)
  assert.deepEqual(queue.items.map((one) => [one.id, one.by, one.own]), [[proposed.body.id, 'city', false]])
  const approved = await secadmin.post(`${at}/${proposed.body.id}/approve`, { note: '同意' })
  assert.equal(approved.body.state, 'applied', approved.text)
  assert.ok((await firstRow(principal)).raw !== undefined)
  assert.equal((await secadmin.post(`${at}/${proposed.body.id}/refuse`, { note: '再想想' })).body.code, 'records.level_decided')
})

test('a proposal is refused with a reason, or withdrawn by whoever made it', async () => {
  const first = await city.post(at, wish('tested_on', 'L2'))
  assert.equal((await secadmin.post(`${at}/${first.body.id}/refuse`, {})).body.code, 'records.level_reason')
  const refused = await secadmin.post(`${at}/${first.body.id}/refuse`, { note: '日期可定位到个人' })
  assert.deepEqual([refused.body.state, refused.body.note, refused.body.decided_by], ['refused', '日期可定位到个人', 'secadmin'])
  const second = await city.post(at, wish('tested_on', 'L2'))
  assert.equal((await city.post(`${at}/${second.body.id}/refuse`, { note: '提错了' })).body.state, 'withdrawn')
  assert.equal(await levelOf(city, 'tested_on'), 'L3')
})

test('what cannot be is said in words', async () => {
  assert.equal((await city.post(at, wish('raw', 'L3'))).body.code, 'records.same_level')
  assert.equal((await city.post(at, wish('nothing', 'L3'))).body.code, 'records.no_such_field')
  assert.equal((await city.post(at, { ...wish('raw', 'L2'), reason: ' ' })).body.code, 'records.level_reason')
  assert.equal((await city.post(`${at}/999999/approve`, {})).body.code, 'records.no_such_level_change')
  for (const account of ['principal', 'sysadmin', 'auditor', 'district']) assert.equal((await (await server.signIn(account)).get(at)).status, 403, account)
})

test('a derived field follows its source upwards, and is not below it', async () => {
  const derived = async () => (await city.ok('/classification')).fields.find((one) => one.dataset === 'fitness_year' && one.field === 'sex').level
  assert.equal(await derived(), 'L3')
  assert.equal((await secadmin.post(at, wish('sex', 'L4'))).body.state, 'applied')
  assert.equal(await derived(), 'L4')
  assert.equal((await city.post(at, { ...wish('sex', 'L3'), dataset: 'fitness_year' })).body.code, 'records.level_below_sources')
})

test('figures follow a raised level: who sees the other fields of the rows does not count by it, who sees no rows still does under the smallest cell', async () => {
  const bySex = { metrics: ['fit_n'], by: ['sex'] }
  const refused = await principal.post('/metrics/query', bySex)
  assert.deepEqual([refused.status, refused.body.code], [403, 'metrics.field_above_level'], refused.text)
  assert.equal((await principal.post('/metrics/query', { metrics: ['fit_n'], where: { sex: '1' } })).status, 403)
  assert.equal((await principal.post('/metrics/query', { metrics: ['fit_n'], by: ['grade'] })).status, 200)
  const leader = await server.signIn('leader')
  assert.equal((await leader.query(bySex)).rows.length, 2)
})

test('a decision survives a restart, and every step is in the audit log', async () => {
  await server.stop()
  server = await Server.start(folder)
  city = await server.signIn('city')
  secadmin = await server.signIn('secadmin')
  principal = await server.signIn('principal')
  assert.equal(await levelOf(city, 'sex'), 'L4')
  assert.equal((await firstRow(principal)).sex, undefined)
  const auditor = await server.signIn('auditor')
  const { items } = await auditor.ok('/audit?limit=200&action=level.')
  const steps = items.map((one) => `${one.action} ${one.object ?? ''} ${one.actor}`)
  for (const step of ['level.raise fitness_raw.raw secadmin', 'level.propose fitness_raw.raw city', 'level.approve fitness_raw.raw secadmin', 'level.refuse fitness_raw.tested_on secadmin', 'level.withdraw fitness_raw.tested_on city'])
    assert.ok(steps.some((one) => one.includes(step)), `${step} in ${steps.join('; ')}`)
})
