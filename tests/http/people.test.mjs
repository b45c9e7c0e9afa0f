// SPDX-License-Identifier: Apache-2.0
// Roles to act under, search, notices, home, organisations and people with their moves, accounts and the three administrators.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Caller, accounts, importText, password, signIn } from './client.mjs'

const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)

// A session of its own, so that what it does with its role disturbs no other test.
async function ownSession(account, secret = password) {
  const answer = await new Caller(account).post('/session', { account, password: secret })
  assert.equal(answer.status, 201, answer.text)
  return Object.assign(new Caller(account, answer.body.token), { me: answer.body.me })
}

test('a teacher who leads a class acts under one role, and the server narrows rights and rows', async () => {
  const teacher = await ownSession('teacher')
  assert.ok(teacher.me.held.length > 1, 'the demonstration teacher holds several roles')
  assert.equal(teacher.me.acting, undefined)
  assert.deepEqual(teacher.me.roles, teacher.me.held)
  const homeroom = teacher.me.held.find((role) => role.role === 'homeroom_teacher')
  const plain = teacher.me.held.find((role) => role.role === 'teacher')
  const put = (body) => teacher.call('PUT', '/api/v1/session/acting', { body })
  const narrowed = await put({ role: plain.role, org: plain.org.id })
  assert.equal(narrowed.status, 200, narrowed.text)
  assert.deepEqual(narrowed.body.roles, [plain])
  assert.ok(!narrowed.body.rights.includes('quality.read'), 'quality.read belongs to the homeroom teacher')
  assert.equal((await teacher.get('/quality')).status, 403)
  const leading = await put({ role: homeroom.role, org: homeroom.org.id })
  assert.ok(leading.body.rights.includes('quality.read'))
  assert.equal((await teacher.ok('/me')).acting.org.id, homeroom.org.id)
  const all = await put({})
  assert.equal(all.body.acting, undefined)
  const log = await (await signIn('auditor')).ok('/audit?actor=teacher&action=session.act_as&limit=3')
  assert.deepEqual(log.items.map((entry) => entry.detail.role), ['', 'homeroom_teacher', 'teacher'])
})

test('a role that is not held is refused with a sentence', async () => {
  const teacher = await ownSession('teacher')
  const city = await signIn('city')
  const top = (await city.ok('/orgs')).items[0]
  const refused = await teacher.call('PUT', '/api/v1/session/acting', { body: { role: 'city_officer', org: top.id } })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.code, 'session.role_not_held')
  assert.equal(refused.body.detail.zh, '您没有这个身份，请从自己的身份中选择')
  const half = await teacher.call('PUT', '/api/v1/session/acting', { body: { role: 'teacher' } })
  assert.equal(half.body.code, 'session.half_role')
  const unknown = await teacher.call('PUT', '/api/v1/session/acting', { body: { role: 'king', org: top.id } })
  assert.equal(unknown.body.code, 'directory.unknown_role')
})

test('search finds what the caller may open and nothing else', async () => {
  const find = async (account, q) => (await (await signIn(account)).ok(`/search?q=${encodeURIComponent(q)}`)).items
  const city = await find('city', '体质')
  assert.ok(city.some((hit) => hit.kind === 'dashboard'), JSON.stringify(city))
  const metric = (await find('city', '优良率')).find((hit) => hit.kind === 'metric')
  assert.match(metric.link, /^\/dashboards\//)
  assert.deepEqual((await find('student', '优良率')).filter((hit) => hit.kind === 'metric'), [])
  assert.ok((await find('city', 'fitness_raw')).some((hit) => hit.kind === 'dataset' && hit.link === '/datasets/fitness_raw'))
  const schools = await (await signIn('city')).all('/orgs?kind=school')
  const own = (await (await signIn('principal')).ok('/orgs')).items[0]
  const foreign = schools.find((school) => school.id !== own.id)
  assert.ok((await find('city', foreign.title)).some((hit) => hit.link === `/orgs/${foreign.id}`))
  assert.ok(!(await find('principal', foreign.title)).some((hit) => hit.link === `/orgs/${foreign.id}`))
  assert.ok((await find('principal', own.title)).some((hit) => hit.link === `/orgs/${own.id}`))
  assert.deepEqual(await find('auditor', '学校'), [])
  assert.deepEqual((await (await signIn('city')).ok('/search?q=')).items, [])
})

test('a finished import is told to whoever sent it, and read marks are kept', async () => {
  const city = await signIn('city')
  const before = await city.ok('/notices?limit=1')
  const template = await city.call('GET', '/api/v1/datasets/info_system/template?format=csv')
  const job = await importText(city, 'info_system', 'systems.csv', `${template.text.split(/\r?\n/)[0]}\n`)
  const notices = await city.ok('/notices?limit=5')
  const mine = notices.items.find((notice) => notice.link === `/jobs/${job.id}`)
  assert.ok(mine, JSON.stringify(notices))
  assert.equal(mine.kind, job.state === 'done' ? 'import.done' : 'import.failed')
  assert.equal(mine.read, false)
  assert.equal(notices.n_unread, before.n_unread + 1)
  assert.equal((await city.post('/notices/read', { id: mine.id })).status, 204)
  assert.equal((await city.ok('/notices?limit=5')).items.find((notice) => notice.id === mine.id).read, true)
  assert.ok(!(await city.ok('/notices?unread=true')).items.some((notice) => notice.id === mine.id))
  const other = await (await signIn('district')).ok('/notices?limit=1000')
  assert.ok(!other.items.some((notice) => notice.id === mine.id))
  assert.equal((await city.post('/notices/read', {})).body.code, 'notice.which')
  const log = await (await signIn('auditor')).ok('/audit?actor=city&action=notice.read&limit=1')
  assert.equal(log.items[0].object, mine.id)
})

test('every role has a home of its own, and each figure tells n, period, source and date', async () => {
  const faces = new Map()
  for (const account of accounts) {
    const home = await (await signIn(account)).ok('/home')
    for (const figure of home.figures) {
      assert.ok(figure.title_en && figure.source.zh && figure.source.en && figure.data_at, `${account} ${figure.metric}`)
      assert.ok(figure.suppressed || figure.value === undefined || figure.n > 0, `${account} ${figure.metric} has n`)
    }
    assert.ok(home.shortcuts.length > 0, `${account} has ways in`)
    faces.set(account, JSON.stringify([home.figures.map((figure) => [figure.metric, figure.value]), home.shortcuts.map((shortcut) => shortcut.link), home.todo.map((todo) => todo.kind)]))
  }
  for (const account of ['city', 'leader', 'district', 'principal', 'teacher']) assert.notEqual(JSON.parse(faces.get(account))[0].length, 0, `${account} has figures`)
  const different = new Set(['city', 'leader', 'district', 'principal', 'teacher', 'student', 'sysadmin', 'secadmin', 'auditor'].map((account) => faces.get(account)))
  assert.equal(different.size, 9, 'homes differ by role')
  const figure = async (account) => (await (await signIn(account)).ok('/home')).figures.find((one) => one.metric === 'enr_students').value
  assert.ok((await figure('leader')) > (await figure('district')))
  assert.ok((await figure('district')) > (await figure('principal')))
})

test('a school has one page: heads by role and the figures that packs declare for it', async () => {
  const principal = await signIn('principal')
  const own = (await principal.ok('/orgs')).items[0]
  const page = await principal.ok(`/orgs/${own.id}/page`)
  assert.ok(page.people.find((head) => head.role === 'student').n > 0)
  assert.ok(page.boards.length >= 3, JSON.stringify(page.boards))
  for (const board of page.boards) {
    const dashboard = await principal.ok(`/dashboards/${board.id}?filter=${encodeURIComponent(board.filter)}`)
    for (const card of dashboard.cards) assert.equal(card.error, undefined, `${board.id} ${card.id}: ${JSON.stringify(card.error)}`)
  }
  const listed = (await principal.ok('/dashboards')).items.map((board) => board.id)
  assert.ok(page.boards.every((board) => !listed.includes(board.id)), 'they stand on the page of organisations, not in the list')
  const foreign = (await (await signIn('city')).all('/orgs?kind=school')).find((school) => school.id !== own.id)
  assert.equal((await principal.get(`/orgs/${foreign.id}/page`)).status, 404)
  assert.deepEqual((await (await signIn('leader')).ok(`/orgs/${own.id}/page`)).people, [], 'a leader sees figures, no heads')
})

test('a move and a merger of schools are previewed with counts, codes and accounts, then done on a day', async () => {
  const city = await signIn('city')
  const top = (await city.ok('/orgs')).items[0]
  const districts = await city.all(`/orgs?parent=${top.id}&kind=district`)
  const schools = await city.all(`/orgs?parent=${districts[0].id}&kind=school`)
  const [school, neighbour] = schools.filter((one) => one.n_students > 0)
  const body = { parent: districts[1].id, on: today }
  const preview = await city.post(`/orgs/${school.id}/move/preview`, body)
  assert.equal(preview.status, 200, preview.text)
  assert.equal(preview.body.n_students, school.n_students)
  assert.ok(preview.body.n_orgs > 1 && preview.body.effects.length >= 2)
  assert.equal((await city.ok(`/orgs/${school.id}`)).parent, districts[0].id, 'a preview changes nothing')
  const late = await city.post(`/orgs/${school.id}/move/preview`, { ...body, on: '2999-01-01' })
  assert.equal(late.body.code, 'directory.bad_date')
  assert.equal((await city.post(`/orgs/${school.id}/move`, body)).body.parent, districts[1].id)
  assert.match((await city.ok(`/orgs/${school.id}/history`)).items[0].detail.zh, /划归/)
  assert.equal((await city.post(`/orgs/${school.id}/move`, { parent: districts[0].id, on: today })).status, 200)
  const merger = await city.post(`/orgs/${school.id}/merge/preview`, { into: neighbour.id, on: today })
  assert.equal(merger.status, 200, merger.text)
  assert.deepEqual(merger.body.codes, [school.code])
  const district = await signIn('district')
  const own = (await district.ok('/orgs')).items[0]
  const elsewhere = districts.find((one) => one.id !== own.id)
  const outside = (await city.all(`/orgs?parent=${elsewhere.id}&kind=school`))[0]
  assert.equal((await district.post(`/orgs/${outside.id}/move/preview`, { parent: own.id, on: today })).status, 404)
  assert.equal((await (await signIn('principal')).post(`/orgs/${school.id}/move/preview`, body)).status, 403)
})

test('a contact is seen by level, and kept by whoever manages the school', async () => {
  const city = await signIn('city')
  const teacher = await ownSession('teacher')
  const act = (role) => teacher.call('PUT', '/api/v1/session/acting', { body: { role: role.role, org: role.org.id } })
  await act(teacher.me.held.find((role) => role.role === 'homeroom_teacher'))
  const [pupil] = (await teacher.ok('/people?role=student&limit=1')).items
  const set = await city.call('PUT', `/api/v1/people/${pupil.id}/contact`, { body: { phone: '13812345678', email: 'a@example.cn' } })
  assert.equal(set.status, 200, set.text)
  const whole = await city.ok(`/people/${pupil.id}`)
  assert.deepEqual(whole.contact, { phone: '13812345678', email: 'a@example.cn', masked: false })
  assert.equal(whole.can_manage, true)
  const seen = await teacher.ok(`/people/${pupil.id}`)
  assert.deepEqual(seen.contact, whole.contact, 'whoever leads the class sees its level')
  assert.equal(seen.can_manage, false)
  assert.deepEqual(seen.accounts, [])
  await act(teacher.me.held.find((role) => role.role === 'teacher'))
  assert.equal((await teacher.get(`/people/${pupil.id}`)).status, 404, 'who teaches a subject does not')
  assert.equal((await teacher.call('PUT', `/api/v1/people/${pupil.id}/contact`, { body: { phone: '', email: '' } })).status, 403)
  const bad = await city.call('PUT', `/api/v1/people/${pupil.id}/contact`, { body: { phone: 'x', email: '' } })
  assert.equal(bad.status, 422)
  assert.equal(bad.body.code, 'directory.bad_phone')
})

test('a student moves between schools of a district, and the officers of another district cannot', async () => {
  const district = await signIn('district')
  const own = (await district.ok('/orgs')).items[0]
  const schools = (await district.all(`/orgs?parent=${own.id}&kind=school`)).filter((school) => school.n_students > 5)
  const [from, to] = schools.slice(-2)
  const [student] = (await district.ok(`/people?org=${from.id}&role=student&limit=1`)).items
  const move = { role: 'student', from: from.id, to: to.id, on: today }
  const preview = await district.post(`/people/${student.id}/move/preview`, move)
  assert.equal(preview.status, 200, preview.text)
  assert.ok(preview.body.ends.some((one) => one.org.id === from.id) && preview.body.begins.some((one) => one.org.id === to.id))
  assert.equal((await district.ok(`/people/${student.id}`)).org.id, from.id, 'a preview changes nothing')
  assert.equal((await district.post(`/people/${student.id}/move`, move)).status, 204)
  const moved = await district.ok(`/people/${student.id}`)
  assert.equal(moved.org.id, to.id)
  assert.equal(moved.memberships.find((one) => one.org.id === from.id && one.role === 'student').to, today)
  const again = await district.post(`/people/${student.id}/move`, move)
  assert.equal(again.body.code, 'directory.no_such_membership')
  const city = await signIn('city')
  const far = (await city.all('/orgs?kind=school')).find((school) => school.parent !== own.id)
  assert.equal((await district.post(`/people/${student.id}/move/preview`, { ...move, from: to.id, to: far.id })).status, 404)
  assert.equal((await (await signIn('principal')).post(`/people/${student.id}/move/preview`, move)).status, 403)
})

test('a move carries nobody to a higher office', async () => {
  const district = await signIn('district')
  const own = (await district.ok('/orgs')).items[0]
  const schools = await district.all(`/orgs?parent=${own.id}&kind=school`)
  const city = await signIn('city')
  for (const role of ['principal', 'student']) {
    let found
    for (const school of schools) {
      const [person] = (await city.ok(`/people?org=${school.id}&role=${role}&limit=1`)).items
      if (person) found = { person, school }
      if (found) break
    }
    const move = { role, from: found.school.id, to: own.id, on: today }
    for (const path of ['move/preview', 'move']) {
      const refused = await district.post(`/people/${found.person.id}/${path}`, move)
      assert.equal(refused.status, 422, refused.text)
      assert.equal(refused.body.code, 'directory.role_does_not_fit')
      assert.match(refused.body.detail.zh, /^“(校长|学生)”只能转到学校；/)
    }
    const after = await city.ok(`/people/${found.person.id}`)
    assert.ok(!after.memberships.some((one) => one.org.id === own.id), 'nothing has changed')
  }
})

test('system opens and closes accounts, security grants and resets, audit reads, and nobody does two of these', async () => {
  const [system, security, audit] = [await signIn('sysadmin'), await signIn('secadmin'), await signIn('auditor')]
  const name = `test.${Date.now().toString(36)}`
  const opened = await system.post('/accounts', { account: name })
  assert.equal(opened.status, 201, opened.text)
  assert.match(opened.body.password, /^[A-Za-z2-9]{4}(-[A-Za-z2-9]{4}){3}$/)
  const fresh = await ownSession(name, opened.body.password)
  assert.equal(fresh.me.must_change_password, true)
  assert.equal((await fresh.get('/home')).body.code, 'session.password_must_change')
  assert.equal((await fresh.call('PUT', '/api/v1/me/password', { body: { old_password: opened.body.password, new_password: 'Lao-Shan-2027!' } })).status, 204)
  for (const other of [security, audit]) assert.equal((await other.post('/accounts', { account: `${name}2` })).body.code, 'directory.no_right')
  const school = (await security.ok('/orgs?kind=school&limit=1')).items[0]
  const grants = { grants: [{ role: 'school_cio', org: school.id }] }
  const grant = (caller, body = grants) => caller.call('PUT', `/api/v1/accounts/${name}/grants`, { body })
  for (const other of [system, audit]) assert.equal((await grant(other)).status, 403)
  const two = await grant(security, { grants: [{ role: 'system_admin', org: school.id }, { role: 'audit_admin', org: school.id }] })
  assert.equal(two.status, 422)
  assert.equal(two.body.code, 'account.administrators_apart')
  assert.equal(two.body.detail.zh, '系统管理员、安全管理员、审计管理员三员分立，不能授予同一账号；请另建账号')
  const district = (await security.ok('/orgs?kind=district&limit=1')).items[0]
  const grown = await grant(security, { grants: [{ role: 'principal', org: district.id }] })
  assert.deepEqual([grown.status, grown.body.code, grown.body.detail?.zh], [422, 'directory.role_does_not_fit', '“校长”只能设在学校；请改正角色或单位'])
  assert.equal((await grant(security)).status, 204)
  assert.ok((await fresh.ok('/me')).rights.includes('datasets.import'), 'a grant works at once')
  const listed = (await audit.ok(`/accounts?q=${name}`)).items[0]
  assert.deepEqual(listed.grants, [{ role: 'school_cio', org: { id: school.id, title: school.title, kind: 'school' } }])
  const sessions = (await security.ok(`/accounts/${name}/sessions`)).items
  assert.equal(sessions.length, 1)
  assert.equal((await security.call('DELETE', `/api/v1/accounts/${name}/sessions/${sessions[0].id}`)).status, 204)
  assert.equal((await fresh.get('/me')).status, 401)
  const reset = await security.post(`/accounts/${name}/reset-password`)
  assert.equal(reset.status, 200, reset.text)
  assert.equal((await new Caller(name).post('/session', { account: name, password: 'Lao-Shan-2027!' })).status, 401)
  assert.equal((await security.post(`/accounts/${name}/unlock`)).status, 204)
  assert.equal((await ownSession(name, reset.body.password)).me.must_change_password, true)
  for (const other of [security, audit]) assert.equal((await other.post(`/accounts/${name}/disable`)).status, 403)
  assert.equal((await system.post(`/accounts/${name}/disable`)).status, 204)
  assert.equal((await new Caller(name).post('/session', { account: name, password: reset.body.password })).status, 401)
  assert.equal((await security.post('/accounts/secadmin/reset-password')).body.code, 'account.own')
})

test('my sessions and tokens are mine to end', async () => {
  const one = await ownSession('leader')
  const two = await ownSession('leader')
  const sessions = (await one.ok('/me/sessions')).items
  assert.ok(sessions.length >= 2)
  assert.equal(sessions.filter((session) => session.current).length, 1)
  const made = await one.post('/me/tokens', { title: '测试', rights: ['metrics.read'], days: 7 })
  assert.equal(made.status, 201, made.text)
  const program = new Caller('program', made.body.token)
  assert.deepEqual((await program.ok('/me')).rights, ['metrics.read'])
  assert.equal((await program.get('/plan')).status, 403)
  assert.equal((await one.post('/me/tokens', { title: 'x', rights: ['audit.read'], days: 7 })).body.code, 'token.right_not_held')
  const token = (await one.ok('/me/tokens')).items.find((each) => each.title === '测试')
  for (const path of ['/me/sessions', '/me/tokens']) assert.equal((await program.get(path)).status, 403, path)
  const foreign = sessions.find((session) => session.current)
  const ended = await program.call('DELETE', `/api/v1/me/sessions/${foreign.id}`)
  assert.equal(ended.status, 403)
  assert.equal(ended.body.code, 'session.needs_session')
  assert.equal(ended.body.detail.zh, '接口令牌不能查看或结束会话，请登录后再操作')
  assert.equal((await program.call('DELETE', `/api/v1/me/tokens/${token.id}`)).body.code, 'token.needs_session')
  assert.equal((await one.call('DELETE', `/api/v1/me/tokens/${token.id}`)).status, 204)
  assert.equal((await program.get('/me')).status, 401)
  const current = (await two.ok('/me/sessions')).items.find((session) => session.current)
  assert.equal((await one.call('DELETE', `/api/v1/me/sessions/${current.id}`)).status, 204)
  assert.equal((await two.get('/me')).status, 401)
  assert.equal((await one.call('DELETE', '/api/v1/me/sessions/abc')).status, 404)
})
