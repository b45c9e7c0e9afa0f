// SPDX-License-Identifier: Apache-2.0
// Papers of a case on the real server: a proof that is handed in, checked by another program and opened by an office; a letter that is printed and checked
// by a stranger; an appeal that somebody else hears.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { Caller, done, refused } from './client.mjs'
import { Server, eventually, ownCity } from './own-server.mjs'

const pdf = `%PDF-1.4\n% proof of ${process.pid}\n`
// The program that looks for viruses: down until it is told what to say.
let says = null
const seen = []
const checker = createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    seen.push(Buffer.concat(parts).toString())
    response.writeHead(says ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(says ?? {}))
  })
})
await new Promise((listening) => checker.listen(0, '127.0.0.1', listening))
const server = await Server.start(ownCity('papers'), { env: { BANMO_FILE_CHECK_URL: `http://127.0.0.1:${checker.address().port}/scan`, BANMO_PUBLIC_ADDRESS: 'https://edu.example.cn' } })
after(async () => {
  await server.stop()
  checker.close()
})
const names = ['student', 'principal', 'district', 'city', 'expert1', 'auditor']
const as = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.signIn(name)])))
const nobody = new Caller('nobody', undefined, server.url)

const at = (one) => `/cases/${one.id}`
const fresh = (caller, one) => done(caller.get(at(one)))
const move = async (caller, one, name, more = {}) => caller.post(`${at(one)}/moves`, { seq: (await fresh(caller, one)).seq, move: name, ...more })
const upload = (caller, one, bytes, name = '诊断证明.pdf') =>
  caller.call('POST', `/api/v1${at(one)}/files?file=proof&name=${encodeURIComponent(name)}`, { raw: bytes, headers: { 'content-type': 'application/octet-stream' } })
const open = () => done(as.student.post('/flows/student_aid/cases', { values: { need: 'sudden', sudden_on: '2026-10-20', situation: '家人住院', account: '6222000000007777' } }), 201)

test('a proof is asked for by name, taken by its content, checked by the other program, and opened by the office', async () => {
  const one = await open()
  await refused(move(as.student, one, 'send'), 422, 'flows.file_missing', /请先上传“困难情况证明”/)
  await refused(upload(as.student, one, 'MZ\u0000'), 422, 'flows.file_type', /“困难情况证明”须是 pdf、jpg、png/)
  await refused(upload(as.student, one, pdf.padEnd(5 * 1024 * 1024 + 1)), 413, 'flows.file_too_large', /最大 5 MB/)
  await refused(upload(as.principal, one, pdf), 404, 'flows.no_such_case', /没有这个办件/)
  const file = await done(upload(as.student, one, pdf), 201)
  assert.deepEqual([file.name, file.type, file.verdict, file.sha256], ['诊断证明.pdf', 'application/pdf', 'waiting', createHash('sha256').update(pdf).digest('hex')])
  await done(move(as.student, one, 'send'))
  await refused(as.principal.get(`${at(one)}/files/${file.id}`), 409, 'flows.file_unchecked', /还没有通过安全检查/)
  const own = await as.student.get(`${at(one)}/files/${file.id}`)
  assert.equal(own.text, pdf, 'who put it may open it')
  await eventually(() => seen.includes(pdf), { what: 'the first question to the checker' })
  says = { infected: false }
  const second = await open()
  const clean = await done(upload(as.student, second, pdf), 201)
  await eventually(async () => (await as.student.ok(`${at(second)}/files`)).items[0].verdict === 'clean', { what: 'the check' })
  await done(move(as.student, second, 'send'))
  const got = await as.principal.get(`${at(second)}/files/${clean.id}`)
  assert.equal(got.text, pdf)
  assert.match(got.headers.get('content-disposition'), /^attachment; filename\*=UTF-8''%E8%AF%8A/)
  assert.equal(got.headers.get('x-content-type-options'), 'nosniff')
  assert.match(got.headers.get('content-security-policy'), /default-src 'none'; sandbox/)
  assert.equal((await as.expert1.get(`${at(second)}/files/${clean.id}`)).status, 404, 'a teacher of another school')
  await eventually(async () => (await as.auditor.ok('/audit?actor=principal&limit=50')).items.some((entry) => JSON.stringify(entry).includes(clean.id)), { what: 'the note of the download' })
})

test('an infected file is opened by nobody and serves for nothing', async () => {
  says = { infected: true, name: 'EICAR' }
  const one = await open()
  const file = await done(upload(as.student, one, pdf), 201)
  await eventually(async () => (await as.student.ok(`${at(one)}/files`)).items[0].verdict === 'infected', { what: 'the check' })
  await refused(as.student.get(`${at(one)}/files/${file.id}`), 409, 'flows.file_infected', /未通过安全检查/)
  await refused(move(as.student, one, 'send'), 422, 'flows.file_missing', /请先上传/)
  assert.ok((await as.student.ok('/notices')).items.some((notice) => notice.kind === 'flow.file_infected'))
  assert.equal((await as.student.call('DELETE', `/api/v1${at(one)}/files/${file.id}`)).status, 204)
  assert.deepEqual((await as.student.ok(`${at(one)}/files`)).items, [])
  says = { infected: false }
})

test('a letter is printed without scripts, checked by a stranger, and revoked when the appeal succeeds', async () => {
  const one = await open()
  await done(upload(as.student, one, pdf), 201)
  await done(move(as.student, one, 'send'))
  const note = '单据<script>alert(1)</script>不全'
  const ended = await done(move(as.principal, one, 'refused', { note }))
  assert.equal(ended.state, 'refused')
  const letter = (await as.student.ok(`${at(one)}/letters`)).items[0]
  assert.deepEqual([letter.no, letter.title.zh, letter.can_read], [1, '不予资助告知书', true])
  const page = await as.student.get(`${at(one)}/letters/1`)
  assert.match(page.headers.get('content-type'), /^text\/html/)
  assert.match(page.headers.get('content-security-policy'), /^default-src 'none'/)
  assert.ok(!/<script/i.test(page.text) && page.text.includes('单据&lt;script&gt;'), page.text)
  assert.match(page.text, /核验地址 Check at: https:\/\/edu\.example\.cn\/letters\/verify/)
  const code = /<strong>([0-9A-Z-]{19})<\/strong>/.exec(page.text)[1]
  const verify = (typed) => nobody.get(`/letters/verify?code=${encodeURIComponent(typed)}`)
  const found = await done(verify(code.toLowerCase().replaceAll('-', ' ')))
  assert.deepEqual([found.valid, found.title.zh, found.number], [true, '不予资助告知书', `${one.key}-1`])
  assert.match(found.name, /^.\*+$/u, 'the name is masked')
  assert.deepEqual(await done(verify(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`)), { valid: false })
  const public_page = await nobody.call('GET', `/letters/verify?code=${code}`)
  assert.match(public_page.text, /现行有效/)
  assert.ok(!public_page.text.includes('单据'), 'a stranger learns nothing of the content')

  await refused(move(as.principal, one, 'appeal', { note: '不服' }), 403, 'flows.not_your_move', /由监护人、学生本人办理/)
  assert.ok((await fresh(as.student, one)).appeal_until)
  const heard = await done(move(as.student, one, 'appeal', { note: '已补单据' }))
  assert.deepEqual([heard.state, heard.closed_at ?? null], ['heard', null])
  const granted = await done(move(as.city, one, 'granted', { note: '材料齐全', values: { amount: 600 } }))
  assert.equal(granted.state, 'granted')
  assert.deepEqual((await as.student.ok(`${at(one)}/letters`)).items.map((item) => Boolean(item.revoked_at)), [true, false])
  assert.equal((await done(verify(code))).valid, false)
  await refused(move(as.city, one, 'paid', { values: { paid_on: new Date().toISOString().slice(0, 10), paid_amount: 700 } }), 422, 'records.bad_row', /发放金额超过批准金额/)
})

test('whoever tries a code again and again has to wait', async () => {
  const answers = []
  for (let i = 0; i < 8; ++i) answers.push(await nobody.call('GET', '/letters/verify?code=0000-0000-0000-0000'))
  assert.equal(answers.at(-1).status, 429)
  assert.match(answers.at(-1).text, /核验次数过多/)
})

test('a child in the register brings no papers', async () => {
  const me = (await as.student.ok('/people?limit=5')).items[0]
  const [school] = (await as.principal.ok('/orgs')).items
  const row = { student_id: me.code, school_id: school.code, need: 'orphan', valid_until: '2099-12-31' }
  await done(as.city.post('/datasets/aid_register/rows', row), 201)
  const one = await eventually(async () => {
    const made = await done(as.student.post('/flows/student_aid/cases', { values: { account: '6222000000007777' } }), 201)
    return made.row.registered ? made : null
  }, { what: 'the register' })
  assert.equal(one.row.need, 'orphan')
  assert.equal((await as.student.ok(`${at(one)}/files`)).wanted[0].is_required, false)
  assert.equal((await done(move(as.student, one, 'send'))).state, 'district')
})
