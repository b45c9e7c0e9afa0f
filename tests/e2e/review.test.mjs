// SPDX-License-Identifier: Apache-2.0
// A panel's whole life in a browser: the office sends a work to review, reviewers are drawn, one withdraws and one is replaced, each fills in a sheet without knowing whose
// work it is, and the office sees the points only when all are in.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Caller, signIn } from '../http/client.mjs'
import { button, clean, made, make, unexpected, visitor } from './cases.mjs'
import { base, launch, reads, settled } from './lib.mjs'

const experts = ['expert1', 'expert2', 'expert3', 'expert4', 'expert5']
const mark = Date.now().toString(36)
const [helper, spare] = [`review.a${mark}`, `review.b${mark}`]
const entry = { contest_kind: 'lesson', entry_title: `圆的面积${mark}`, entry_subject: '数学', summary: '学生经历切割、拼合与比较，推导圆的面积公式，并比较两种推导的异同。', is_own: true }
const own = 'Lao-Shan-2027!'
let browser, visit, one, author, drawn

async function done(answer, ...fits) {
  const { body, status, text } = await answer
  assert.ok(fits.includes(status), `${status} ${text}`)
  return body
}
const move = (caller, name, more = {}) => done(caller.post(`/cases/${one.id}/moves`, { seq: one.seq, move: name, ...more }), 200)

// A teacher of the same school as `like`, with a password of their own.
async function teacherLike(like, account) {
  const { password } = await done((await signIn('sysadmin')).post('/accounts', { account }), 201)
  const org = (await (await signIn(like)).ok('/me')).roles[0].org.id
  await done((await signIn('secadmin')).call('PUT', `/api/v1/accounts/${account}/grants`, { body: { grants: [{ role: 'teacher', org }] } }), 204)
  const { token } = await done(new Caller(account).post('/session', { account, password }), 201)
  const caller = new Caller(account, token)
  await done(caller.call('PUT', '/api/v1/me/password', { body: { old_password: password, new_password: own } }), 204)
  return caller
}

// Whom a seed draws: in the order of SHA-256 over seed, case and account, as the guide says.
function drawnBy(seed, pool, n) {
  const lot = (account) => createHash('sha256').update(`${seed}\n${one.id}\n${account}`).digest('hex')
  return [...pool].sort((a, b) => (lot(a) < lot(b) ? -1 : 1)).slice(0, n)
}
const seat = (page, account) => page.locator('.bm-table tbody tr', { hasText: account })
const reviewOf = async (account) => (await (await signIn('city')).ok(`/cases/${one.id}/panel`)).seats.find((seat) => seat.account === account).id
const linkTo = async (page, account) => page.locator(`.bm-case-card a[href$="review?id=${await reviewOf(account)}"]`)

let helperCaller
before(async () => {
  browser = await launch()
  visit = visitor(browser)
  helperCaller = await teacherLike('expert1', helper)
  await teacherLike('expert2', spare)
  const teacher = await signIn('teacher')
  author = await teacher.ok('/me')
  one = await done(teacher.post('/flows/contest/cases', { values: entry }), 201)
  one = await move(teacher, 'send')
  one = await move(await signIn('principal'), 'eligible', { values: { recommended_as: '同意推荐' } })
})
after(() => browser?.close())

test('the office sends a work to review and names the panel on the same page: who will not do is told, a longer list is drawn by a public seed', async () => {
  const { context, page, faults } = await visit('city', `case?id=${one.id}`)
  assert.equal(await page.locator('#panel-pool').count(), 0, 'before the review there is no panel to name')
  await make(page, '符合条件，送评审')
  await made(page, '专家评审')
  await page.fill('#panel-pool', 'teacher')
  await button(page, '确定评审').click()
  await page.locator('.bm-problem', { hasText: '不合适：teacher' }).waitFor()
  const pool = [...experts, helper, spare]
  await page.fill('#panel-pool', pool.join('\n'))
  await button(page, '确定评审').click()
  await page.locator('.bm-problem', { hasText: '须给出抽签种子' }).waitFor()
  await page.reload()
  await settled(page)
  assert.equal(await page.inputValue('#panel-pool'), pool.join('\n'), 'a reload keeps the list')
  let seed = 0
  do drawn = drawnBy(String(++seed), pool, 5)
  while (!drawn.includes('expert2') || !drawn.includes(spare))
  await page.fill('#panel-seed', String(seed))
  await button(page, '确定评审').click()
  await page.locator('#panel-pool').waitFor({ state: 'detached' })
  assert.deepEqual((await page.locator('.bm-table tbody tr td:first-child').allInnerTexts()).map((text) => text.split(/\s/)[0]).sort(), [...drawn].sort(), 'anybody can draw again')
  await clean(page, 'review-panel-1440')
  await page.getByRole('button', { name: `撤换 ${spare}` }).click()
  await reads(seat(page, spare), /已撤换/)
  await page.locator('#panel-pool').waitFor()
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

test('a reviewer is led to the work, reads no author on a phone, and withdraws with a reason', async () => {
  const { context, page, faults } = await visit('expert2', 'cases', { width: 390 })
  const link = await linkTo(page, 'expert2')
  await link.click()
  await page.waitForURL(/review\?id=/)
  await page.locator('#points-design').waitFor()
  const said = await page.locator('main').innerText()
  for (const told of [author.name, author.roles[0].org.title, one.key, '同意推荐']) assert.ok(!said.includes(told), told)
  assert.match(said, /作者信息已隐去[\s\S]*作品名称[\s\S]*评分表[\s\S]*每一项都打分后才能交/)
  await clean(page, 'review-blind-390')
  await page.getByText('有利害关系，申请回避').click()
  assert.ok(await button(page, '确定回避').isDisabled(), 'a reason must be given')
  await page.fill('#review-reason', '与作者同组教研')
  await clean(page, 'review-decline-390')
  await button(page, '确定回避').click()
  await page.waitForURL(/work$/)
  await settled(page)
  assert.equal(await link.count(), 0, 'who withdrew is asked no more')
  await clean(page, 'review-work-390')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a sheet is kept as it is typed, goes in when it is whole, and may be changed until all are in', async () => {
  const office = await visit('city', `case?id=${one.id}`)
  await reads(seat(office.page, 'expert2'), /已回避[\s\S]*与作者同组教研/)
  const left = [...experts, helper, spare].filter((account) => !drawn.includes(account))
  await office.page.fill('#panel-pool', left.join('，'))
  await button(office.page, '确定评审').click()
  await office.page.locator('#panel-pool').waitFor({ state: 'detached' })
  assert.deepEqual(unexpected(office.faults), [])
  await office.context.close()

  const { context, page, faults } = await visit('expert1', 'work')
  await (await linkTo(page, 'expert1')).click()
  await page.waitForURL(/review\?id=/)
  await page.locator('#points-design').waitFor()
  await page.fill('#points-design', '31')
  for (const [item, points] of [['process', '26'], ['effect', '20'], ['craft', '12']]) await page.fill(`#points-${item}`, points)
  assert.ok(await button(page, '交评分表').isDisabled(), '31 of 30 is no sheet')
  await page.fill('#points-design', '24')
  await page.fill('#review-note', '探究充分')
  await page.reload()
  await settled(page)
  assert.deepEqual([await page.inputValue('#points-design'), await page.inputValue('#review-note')], ['24', '探究充分'], 'a reload keeps the sheet')
  await page.getByText('合计 82 / 100 分').waitFor()
  await clean(page, 'review-sheet-1440')
  await button(page, '交评分表').click()
  await page.getByText('已交。全部评审交齐之前还可以修改。').waitFor()
  await page.fill('#points-design', '25')
  assert.equal(await page.getByText('已交。全部评审交齐之前还可以修改。').count(), 0, 'what is typed anew is not in yet')
  await button(page, '交评分表').click()
  await page.getByText('已交。全部评审交齐之前还可以修改。').waitFor()
  await clean(page, 'review-in-1440')
  assert.deepEqual(faults, [])
  await context.close()
  const english = await visit('expert1', new URL(page.url()).pathname.slice(1) + new URL(page.url()).search, { language: 'en', width: 390 })
  assert.equal(await english.page.inputValue('#points-design'), '25')
  await clean(english.page, 'review-en-390')
  await english.context.close()
})

test('the office sees the points when the last sheet is in, ranks the work, and its author reads the score and no reviewer', async () => {
  const office = await visit('city', `case?id=${one.id}`)
  await reads(seat(office.page, 'expert1'), /已交评分表/)
  assert.equal(await office.page.getByRole('columnheader', { name: '得分' }).count(), 0, 'no points before all are in')
  const sheets = [[helper, 60], ['expert3', 70], ['expert4', 80], ['expert5', 90]]
  for (const [account, sum] of sheets) {
    const caller = account === helper ? helperCaller : await signIn(account)
    const points = { design: 0.3 * sum, process: 0.3 * sum, effect: 0.25 * sum, craft: 0.15 * sum }
    await done(caller.call('PUT', `/api/v1/reviews/${await reviewOf(account)}`, { body: { points, note: '' } }), 200)
  }
  await office.page.reload()
  await settled(office.page)
  await reads(office.page.locator('.bm-page-note'), /待定等次/)
  assert.match(await seat(office.page, 'expert1').innerText(), /83\s+探究充分/)
  await reads(office.page.locator('.bm-case-facts'), /评审得分\s+77\.67/) // of 60, 70, 80, 83, 90 the middle three
  await clean(office.page, 'review-scored-1440')
  await button(office.page, '定等次并公示').click()
  await office.page.locator('#move-prize').click()
  await office.page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '三等奖' }).click()
  await office.page.locator('.bm-sheet').getByRole('button', { name: /^确定：/ }).click()
  await made(office.page, '公示中')
  assert.deepEqual(unexpected(office.faults), [])
  await office.context.close()

  const { context, page, faults } = await visit('teacher', `case?id=${one.id}`, { width: 390 })
  const said = await page.locator('main').innerText()
  assert.match(said, /公示中[\s\S]*77\.67[\s\S]*三等奖/)
  for (const account of [...experts, helper]) assert.ok(!said.includes(account), account)
  await clean(page, 'review-author-390')
  assert.deepEqual(faults, [])
  await page.goto(new URL(`review?id=${await reviewOf('expert1')}`, base()).href)
  await page.getByText('没有这份评审，或评审已经结束').waitFor()
  await clean(page, 'review-over-390')
  await context.close()
})
