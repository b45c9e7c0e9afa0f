// SPDX-License-Identifier: Apache-2.0
// The life of an organisation: made, renamed with its history, reached at an address, closed with what is in it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { signIn } from './client.mjs'

const city = await signIn('city')
const district = await signIn('district')
const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)
const own = (await district.ok('/me')).org
const foreign = (await city.all('/orgs?kind=district')).find((one) => one.id !== own.id)
const unique = String(Date.now()).slice(-6)
const make = (caller, parent, kind, title, code) => caller.post('/orgs', { parent, kind, title, code })

test('an officer makes a school with a grade and a class, in the own district only', async () => {
  const made = await make(district, own.id, 'school', `新建小学${unique}`, `9${unique}001`)
  assert.equal(made.status, 201, made.text)
  assert.equal((await make(district, own.id, 'school', '又一所', `9${unique}001`)).body.code, 'directory.code_taken')
  assert.equal((await make(district, foreign.id, 'school', '别区的学校')).status, 404)
  assert.equal((await make(district, own.id, 'class', '没有学校的班')).body.code, 'directory.wrong_parent')
  assert.equal((await make(district, own.id, 'school', ' ')).body.code, 'directory.bad_title')
  const detail = await district.ok(`/orgs/${made.body.id}`)
  assert.deepEqual([detail.can_manage, detail.can_close, detail.may_contain], [true, true, ['grade', 'class', 'college']])
  const principal = await signIn('principal')
  assert.equal((await make(principal, (await principal.ok('/me')).org.id, 'class', '一班')).status, 403)
})

test('a new name is everywhere at once, and the history keeps the old one', async () => {
  const made = (await make(district, own.id, 'school', `旧名小学${unique}`)).body
  const renamed = await district.post(`/orgs/${made.id}/rename`, { title: `新名小学${unique}` })
  assert.equal(renamed.body.title, `新名小学${unique}`)
  assert.ok((await district.ok(`/orgs?q=${encodeURIComponent(`新名小学${unique}`)}`)).items.length === 1)
  const { items } = await district.ok(`/orgs/${made.id}/history`)
  assert.ok(items[0].detail.zh.includes(`旧名小学${unique}`) && items[0].what === 'renamed')
})

test('address, phone and position are checked and kept', async () => {
  const made = (await make(district, own.id, 'school', `有地址小学${unique}`)).body
  const put = (body) => district.call('PUT', `/api/v1/orgs/${made.id}/contact`, { body })
  const contact = { address: '演示路 1 号', phone: '0532-12345678', longitude: 120.38, latitude: 36.07 }
  assert.deepEqual((await put(contact)).body, contact)
  assert.deepEqual((await district.ok(`/orgs/${made.id}`)).contact, contact)
  assert.equal((await put({ longitude: 120 })).body.code, 'directory.bad_position')
  assert.equal((await put({ longitude: 120, latitude: 91 })).body.code, 'directory.bad_position')
  assert.equal((await put({ phone: 'call me' })).body.code, 'directory.bad_phone')
  const stranger = await signIn('principal')
  assert.equal((await stranger.call('PUT', `/api/v1/orgs/${made.id}/contact`, { body: contact })).status, 403)
})

test('closing tells first what it ends; then the school and its classes are past', async () => {
  const school = (await make(district, own.id, 'school', `将撤小学${unique}`)).body
  const grade = (await make(district, school.id, 'grade', '一年级')).body
  const one = (await make(district, grade.id, 'class', '一班')).body
  const preview = await district.post(`/orgs/${school.id}/close/preview`, { on: today })
  assert.equal(preview.body.n_orgs, 2, preview.text)
  assert.equal((await district.post(`/orgs/${own.id}/close/preview`, { on: today })).status, 404, 'the own district is the city\'s to close')
  assert.equal((await city.post(`/orgs/${own.id}/close`, { on: today })).body.code, 'directory.orgs_below')
  assert.equal((await district.post(`/orgs/${school.id}/close`, { on: '2999-01-01' })).body.code, 'directory.bad_date')
  const closed = await district.post(`/orgs/${school.id}/close`, { on: today })
  assert.equal(closed.body.valid_to, today, closed.text)
  assert.equal((await district.ok(`/orgs/${one.id}`)).valid_to, today)
  assert.ok(!(await district.all(`/orgs?parent=${own.id}`)).some((child) => child.id === school.id))
  assert.equal((await district.post(`/orgs/${school.id}/close`, { on: today })).body.code, 'directory.org_closed')
  assert.equal((await make(district, school.id, 'class', '二班')).status, 404)
})
