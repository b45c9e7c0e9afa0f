// SPDX-License-Identifier: Apache-2.0
// An officer's desk in a browser: somebody stands for an absent colleague, several cases go on together, and a case waits for another department's answer.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { signIn } from '../http/client.mjs'
import { Server, ownCity, program, work } from '../http/own-server.mjs'
import { button, clean, made, make, unexpected, visitor } from './cases.mjs'
import { base, launch, reads, settled } from './lib.mjs'

const phone = { width: 390 }
const mark = Date.now().toString(36)
const wish = { wanted: '学籍名册', sensitivity: 'inner', sharing_way: 'file', purpose: '入学资格核验' }
const cityDay = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
let browser, visit, simulator, server
before(async () => {
  browser = await launch()
  visit = visitor(browser)
})
after(async () => {
  await browser?.close()
  simulator?.kill('SIGKILL')
  await server?.stop()
})

async function done(answer, status) {
  const { body, status: got, text } = await answer
  assert.equal(got, status, text)
  return body
}
const opened = async (account, flow, values) => done((await signIn(account)).post(`/flows/${flow}/cases`, { values }), 201)
const moved = async (account, one, move) => done((await signIn(account)).post(`/cases/${one.id}/moves`, { seq: one.seq, move }), 200)
const line = (page, one) => page.locator('.bm-work-lines li', { hasText: one.key })

test('a colleague stands for who is away: it is said on the work-list, on the case and in its history, and ends', async () => {
  const one = await opened('principal', 'data_sharing', wish)
  const away = await visit('principal', 'delegations')
  await away.page.fill('#away-to', 'teacher')
  await away.page.fill('#away-until', cityDay)
  await away.page.getByRole('checkbox', { name: '数据共享申请' }).check()
  await away.page.fill('#away-note', `出差${mark}`)
  await button(away.page, '委托').click()
  const given = away.page.locator('.bm-table tbody tr', { hasText: `出差${mark}` })
  await reads(given, /我委托 teacher[\s\S]*数据共享申请[\s\S]*有效/)
  assert.equal(await away.page.inputValue('#away-to'), '', 'what was sent does not stand for the next')
  await clean(away.page, 'desk-away-1440')

  const { context, page, faults } = await visit('teacher', 'work?flow=data_sharing', phone)
  await reads(line(page, one), /代 principal 办理/)
  await clean(page, 'desk-stands-in-390')
  await line(page, one).getByRole('link').click()
  await page.waitForURL(/case\?id=/)
  await reads(page.locator('.bm-page-note'), /请您办理[\s\S]*代 principal 办理/)
  await make(page, '提交')
  await made(page, '待区市初审')
  await reads(page.locator('.bm-case-steps'), /提交[\s\S]*（代 ?principal ?办理）/)
  await clean(page, 'desk-stood-in-390')
  assert.deepEqual(unexpected(faults), [])

  await given.getByRole('button', { name: /提前结束/ }).click()
  await reads(given, /已提前结束/)
  assert.equal(await given.getByRole('button').count(), 0)
  await clean(away.page, 'desk-ended-1440')
  assert.deepEqual(unexpected(away.faults), [])
  await away.context.close()
  await page.reload()
  await reads(page.locator('main'), /现在由区市教体局办理，您不用操作/)
  assert.equal(await button(page, '撤回').filter({ visible: true }).count(), 0, 'whoever stood in does nothing more')
  await context.close()
})

test('only cases of one step go together; what was handled is chosen no more, however the sheet is closed', async () => {
  const cases = []
  for (let i = 0; i < 2; ++i) cases.push(await moved('principal', await opened('principal', 'data_sharing', wish), 'send'))
  const other = await moved('student', await withProof(), 'send')
  const granted = await done((await signIn('principal')).post(`/cases/${other.id}/moves`, { seq: other.seq, move: 'district', values: { opinion: '情况属实' } }), 200)
  const { context, page, faults } = await visit('district', 'work', phone)
  await page.getByRole('checkbox', { name: `选中 ${cases[0].key}` }).check()
  assert.ok(await page.getByRole('checkbox', { name: `选中 ${granted.key}` }).isDisabled(), 'a case of another service stays out')
  await page.getByRole('checkbox', { name: `选中 ${cases[1].key}` }).check()
  await clean(page, 'desk-chosen-390')
  await button(page, '批量办理').click()
  const sheet = page.locator('.bm-sheet')
  await sheet.locator('select').selectOption({ label: '初审通过' })
  await sheet.locator('#move-district_opinion').fill('同意上报')
  await button(sheet, '先看看结果').click()
  await sheet.getByText('可以办 2 件，不能办 0 件；现在还没有办理。').waitFor()
  await sheet.locator('#move-note').fill('一并上报')
  assert.equal(await sheet.getByText('可以办 2 件').count(), 0, 'another note asks for another look')
  await button(sheet, '先看看结果').click()
  await clean(page, 'desk-preview-390')
  await sheet.getByRole('button', { name: '确定“初审通过” 2 件' }).click()
  await sheet.getByText('已办 2 件，没有办成 0 件。').waitFor()
  await clean(page, 'desk-handled-390')
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  await settled(page)
  assert.equal(await page.getByText(/^已选/).count(), 0)
  assert.equal(await line(page, cases[0]).count(), 0)
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

const pdf = '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'
async function withProof() {
  const student = await signIn('student')
  const one = await opened('student', 'student_aid', { need: 'sudden', sudden_on: '2026-10-20', account: '6222000000007777' })
  await done(student.call('POST', `/api/v1/cases/${one.id}/files?file=proof&name=a.pdf`, { raw: pdf, headers: { 'content-type': 'application/pdf' } }), 201)
  return student.ok(`/cases/${one.id}`)
}

// Sends an application whose family agrees to be checked with another department.
async function agreed(caller, more = {}) {
  const one = await done(caller.post('/flows/student_aid/cases', { values: { need: 'allowance', agreed: true, account: '6222000000007777', ...more } }), 201)
  return done(caller.post(`/cases/${one.id}/moves`, { seq: one.seq, move: 'send' }), 200)
}
// What the family reads of the answer, and that it is asked for a proof instead.
async function proofAsked(page, result, name) {
  await page.locator('.bm-page-note', { hasText: '待补正' }).waitFor()
  await reads(page.locator('.bm-case-facts'), new RegExp(`民政比对\\s+${result}`))
  await reads(page.locator('.bm-case-steps'), /民政部门未查到，请补交证明\s+系统自动/)
  await page.locator('.bm-case-papers').getByText('必交').waitFor()
  await clean(page, name)
}

test('where nobody can be asked the family is told at once and asked for a proof', async () => {
  const one = await agreed(await signIn('student'))
  const { context, page, faults } = await visit('student', `case?id=${one.id}`, phone)
  await proofAsked(page, '查询失败', 'desk-lookup-failed-390')
  assert.deepEqual(faults, [])
  await context.close()
})

// A city of its own, whose other department hears the question and says nothing, until it answers for one child of two.
test('a case waits for another department on the page, goes on by itself when it answers, and says what the answer was', async () => {
  const held = new Set()
  const mute = createServer((socket) => held.add(socket.unref())).unref()
  const port = await new Promise((heard) => mute.listen(0, '127.0.0.1', () => heard(mute.address().port)))
  server = await Server.start(ownCity('desk-lookups'), { env: { BANMO_LOOKUPS: `relief http://127.0.0.1:${port}/ask secret` } })
  const [student, guardian] = [await server.signIn('student'), await server.signIn('guardian')]
  const { code } = (await student.ok('/people?limit=5')).items[0]
  const sibling = (await guardian.ok('/people?limit=10')).items.find((person) => person.roles.includes('student') && person.code !== code)
  const answers = join(work, 'desk-answers.csv')
  writeFileSync(answers, `lookup,key,result,need\nrelief,${code},hit,orphan\nrelief,${sibling.code},miss,\n`)
  const shared = base()
  process.env.BANMO_URL = server.url
  try {
    const here = visitor(browser)
    const { context, page, faults } = await here('student', 'cases', phone)
    const one = await agreed(student)
    await page.goto(new URL(`case?id=${one.id}`, base()).href)
    await reads(page.locator('.bm-case-steps'), /自动核对[\s\S]*等待民政社会救助答复/)
    await clean(page, 'desk-lookup-waits-390')
    for (const socket of held) socket.destroy()
    await new Promise((closed) => mute.close(closed))
    simulator = spawn(program, ['simulate-lookups', '--listen', `127.0.0.1:${port}`, '--answers', answers, '--key', 'secret'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((ready) => simulator.stdout.once('data', ready))
    await page.locator('.bm-page-note', { hasText: '待区市审定' }).waitFor({ timeout: 30_000 }) // nobody pressed anything
    await reads(page.locator('.bm-case-facts'), /困难类型\s+孤儿[\s\S]*民政比对\s+一致/)
    assert.equal(await page.getByText('等待民政社会救助答复').count(), 0)
    await clean(page, 'desk-lookup-hit-390')
    assert.deepEqual(faults, [])
    await context.close()
    const family = await here('guardian', `case?id=${(await agreed(guardian, { student_id: sibling.code })).id}`, phone)
    await proofAsked(family.page, '不一致', 'desk-lookup-miss-390')
    assert.deepEqual(family.faults, [])
    await family.context.close()
  } finally {
    process.env.BANMO_URL = shared
  }
})
