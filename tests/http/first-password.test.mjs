// SPDX-License-Identifier: Apache-2.0
// A password that an administrator gave opens nothing but the door to set one's own: walked over every operation of /openapi.json.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller, base, signIn } from './client.mjs'

const kNobodysId = '00000000-0000-7000-8000-000000000000'
const kOwn = 'Lao-Shan-2027!'
const document = await (await fetch(`${base}/openapi.json`)).json()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map(([method, operation]) => ({ path: path.replace(/\{\w+\}/g, kNobodysId), method: method.toUpperCase(), id: operation.operationId, right: operation['x-permission'] ?? 'signed_in' })),
)
const account = `first.${Date.now().toString(36)}`
const sign = (password) => new Caller(account).post('/session', { account, password })
const change = (caller, old_password, new_password) => caller.call('PUT', '/api/v1/me/password', { body: { old_password, new_password } })

// Every operation that needs a session; sign-out last.
async function walk(caller) {
  const answers = new Map()
  for (const { path, method, id, right } of operations) {
    if (right === 'public' || id === 'delete_session') continue
    answers.set(id, await caller.call(method, path, ['POST', 'PUT', 'PATCH'].includes(method) ? { body: {} } : {}))
  }
  return answers
}
function assertShut(answers) {
  assert.ok(answers.size > 60, `${answers.size} operations were walked`)
  for (const [id, answer] of answers) {
    if (id === 'get_me') assert.deepEqual([answer.status, answer.body.must_change_password], [200, true])
    else if (id === 'change_password') assert.equal(answer.status, 422, 'its body was looked at')
    else assert.deepEqual([id, answer.status, answer.body.code, answer.body.detail?.zh], [id, 403, 'session.password_must_change', '首次登录须先修改密码'])
  }
}

test('with a one-time password nothing works but to change it, to see who one is, and to leave', async () => {
  const opened = await (await signIn('sysadmin')).post('/accounts', { account })
  assert.equal(opened.status, 201, opened.text)
  const secadmin = await signIn('secadmin')
  const school = (await secadmin.ok('/orgs?kind=school&limit=1')).items[0]
  assert.equal((await secadmin.call('PUT', `/api/v1/accounts/${account}/grants`, { body: { grants: [{ role: 'school_cio', org: school.id }] } })).status, 204)
  const once = opened.body.password
  const signed = await sign(once)
  assert.equal(signed.body.me.must_change_password, true)
  const caller = new Caller(account, signed.body.token)
  assertShut(await walk(caller))
  const by_cookie = await fetch(`${base}/api/v1/home`, { headers: { cookie: signed.headers.get('set-cookie').split(';')[0] } })
  assert.equal((await by_cookie.json()).code, 'session.password_must_change')

  assert.equal((await change(caller, once, once)).body.code, 'password.used_before')
  assert.equal((await change(caller, 'not-this-one', kOwn)).body.code, 'password.old_wrong')
  assert.equal((await change(caller, once, 'banmo-demo')).status, 422)
  const second = new Caller(account, (await sign(once)).body.token)
  assert.equal((await change(caller, once, kOwn)).status, 204)
  assert.equal((await caller.ok('/me')).must_change_password, false)
  await caller.ok('/home')
  assert.equal((await second.get('/me')).status, 401, 'sessions of the one-time password end with it')
  assert.equal((await sign(once)).status, 401)
})

test('a reset ends sessions and tokens, and shuts everything again until the new password is set', async () => {
  const caller = new Caller(account, (await sign(kOwn)).body.token)
  const token = await caller.post('/me/tokens', { title: '测试', rights: ['datasets.read'], days: 7 })
  assert.equal(token.status, 201, token.text)
  const reset = await (await signIn('secadmin')).post(`/accounts/${account}/reset-password`)
  assert.equal(reset.status, 200, reset.text)
  for (const dead of [caller, new Caller(account, token.body.token)]) assert.equal((await dead.get('/me')).status, 401)
  assert.equal((await sign(kOwn)).status, 401)
  const again = new Caller(account, (await sign(reset.body.password)).body.token)
  assertShut(await walk(again))
  assert.equal((await change(again, reset.body.password, kOwn)).body.code, 'password.used_before', 'the one before it is no new one')
  assert.equal((await again.call('DELETE', '/api/v1/session')).status, 204)
  assert.equal((await again.get('/me')).status, 401)
})
