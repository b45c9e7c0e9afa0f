// SPDX-License-Identifier: Apache-2.0
// What comes of a decision, in a browser: a refusal with its letter, printed and checked by a stranger; how content the applicant was; an appeal that somebody else hears and
// that ends the letter.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signIn } from '../http/client.mjs'
import { button, clean, cleanPaper, made, make, unexpected, visitor } from './cases.mjs'
import { base, launch, open, reads, settled, watch } from './lib.mjs'

const phone = { width: 390 }
const proof = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n')
let browser, visit, one, code

before(async () => {
  browser = await launch()
  visit = visitor(browser)
  const student = await signIn('student')
  one = (await student.post('/flows/student_aid/cases', { values: { need: 'sudden', sudden_on: '2026-10-20', situation: '家人住院', account: '6222000000007777' } })).body
  const file = await student.call('POST', `/api/v1/cases/${one.id}/files?file=proof&name=${encodeURIComponent('住院单据.pdf')}`, { raw: proof, headers: { 'content-type': 'application/pdf' } })
  assert.equal(file.status, 201, file.text)
  const { seq } = await student.ok(`/cases/${one.id}`)
  const sent = await student.post(`/cases/${one.id}/moves`, { seq, move: 'send' })
  assert.equal(sent.body.state, 'school', sent.text)
})
after(() => browser?.close())

// The check page as somebody without an account opens it.
async function verified(typed) {
  const { context, page } = await open(browser, { state: undefined })
  const faults = watch(page)
  await page.goto(new URL('letters/verify', base()).href)
  await page.fill('#code', typed)
  await page.keyboard.press('Enter')
  await page.locator('[role=status] p').waitFor()
  return { context, page, faults, said: await page.locator('main').innerText() }
}

test('the school opens what was handed in and refuses with a reason; the applicant reads it on a phone, with the letter and until when to appeal', async () => {
  const school = await visit('principal', `case?id=${one.id}`)
  const [file] = await Promise.all([school.page.waitForEvent('download'), school.page.getByRole('button', { name: '住院单据.pdf', exact: true }).click()])
  assert.equal(file.suggestedFilename(), '住院单据.pdf')
  await make(school.page, '不予资助', { note: '单据不是本人家庭的' })
  await made(school.page, '不予资助')
  await clean(school.page, 'papers-refused-1440')
  assert.deepEqual(school.faults, [])
  await school.context.close()
  const { context, page, faults } = await visit('student', `case?id=${one.id}`, phone)
  await reads(page.locator('main'), /如对结果有异议，可在 \d{4}-\d{2}-\d{2} 前提出申诉[\s\S]*打开不予资助告知书[\s\S]*单据不是本人家庭的/)
  await clean(page, 'papers-result-390')
  assert.deepEqual(faults, [])
  await context.close()
})

test('the letter opens as a page of its own, fits a phone, and prints on one sheet', async () => {
  const { context, page, faults } = await visit('student', `case?id=${one.id}`, phone)
  const [letter] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: '打开不予资助告知书（可打印）' }).click()])
  await letter.waitForLoadState()
  const said = await letter.locator('main').innerText()
  assert.match(said, /不予资助告知书[\s\S]*理由：单据不是本人家庭的[\s\S]*核验码/)
  code = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/.exec(said)[0]
  await cleanPaper(letter, 'papers-letter')
  const paper = (await letter.pdf({ preferCSSPageSize: true })).toString('latin1')
  assert.equal(paper.match(/\/Type\s*\/Page\b/g).length, 1)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a stranger checks the code: the letter stands, its reader is masked; a wrong code is told', async () => {
  const right = await verified(code.toLowerCase().replaceAll('-', ' '))
  assert.match(right.said, /属实：这份文书由本平台出具，现行有效[\s\S]*不予资助告知书[\s\S]*收件人\s+.\*/u)
  assert.ok(!right.said.includes('单据'), 'a stranger learns nothing of the content')
  await cleanPaper(right.page, 'papers-genuine')
  assert.deepEqual(right.faults, [])
  await right.context.close()
  const wrong = await verified(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`)
  assert.match(wrong.said, /没有这个核验码的文书；请核对后再输入/)
  await cleanPaper(wrong.page, 'papers-unknown')
  assert.deepEqual(wrong.faults, [])
  await wrong.context.close()
})

test('who applied says how it was, once; words stand after a reload until they are sent', async () => {
  const { context, page, faults } = await visit('student', `case?id=${one.id}`, phone)
  const box = page.getByRole('region', { name: '评价' })
  assert.ok(await button(box, '提交评价').isDisabled(), 'stars come first')
  await box.getByRole('radio', { name: '不满意', exact: true }).check()
  await box.getByRole('textbox').fill('理由写得清楚')
  await clean(page, 'papers-rating-390')
  await page.reload()
  await settled(page)
  assert.ok(await box.getByRole('radio', { name: '不满意', exact: true }).isChecked())
  await button(box, '提交评价').click()
  await reads(box, /^评价\s+不满意 · 理由写得清楚 \d{4}-\d{2}-\d{2}$/)
  assert.equal(await box.getByRole('button').count(), 0, 'it is not asked again')
  assert.deepEqual(faults, [])
  await context.close()
  const school = await visit('principal', `case?id=${one.id}`)
  assert.equal(await button(school.page, '提交评价').count(), 0, 'offices do not rate themselves')
  await school.context.close()
})

test('the applicant appeals once with a reason, and the city decides instead of the school', async () => {
  const student = await visit('student', `case?id=${one.id}`, phone)
  await button(student.page, '申诉').click()
  const confirm = student.page.locator('.bm-sheet').getByRole('button', { name: /^确定：申诉/ })
  await confirm.waitFor()
  assert.ok(await confirm.isDisabled(), 'a reason must be given')
  await student.page.locator('#move-note').fill('已补本人家庭的单据')
  await clean(student.page, 'papers-appeal-390')
  await confirm.click()
  await made(student.page, '申诉复核')
  await clean(student.page, 'papers-heard-390')
  assert.deepEqual(student.faults, [])
  await student.context.close()

  const city = await visit('city', `case?id=${one.id}`)
  await reads(city.page.locator('.bm-case-steps'), /单据不是本人家庭的[\s\S]*申诉[\s\S]*已补本人家庭的单据/)
  await make(city.page, '撤销原决定，批准', { note: '材料齐全', fields: { amount: '600' } })
  await made(city.page, '已批准待发放')
  await clean(city.page, 'papers-granted-1440')
  assert.deepEqual(unexpected(city.faults), [])
  await city.context.close()
})

test('the letter of the first decision is revoked for its reader and for strangers; a new one stands', async () => {
  const { context, page, faults } = await visit('student', `case?id=${one.id}`, { ...phone, language: 'en' })
  await reads(page.getByRole('region', { name: 'Letters' }), /Notice of refusal[\s\S]*\d{4}-\d{2}-\d{2} \d{2}:\d{2}[\s\S]*Notice of aid/)
  await clean(page, 'papers-revoked-en-390')
  assert.deepEqual(faults, [])
  await context.close()
  const { said, page: check, context: stranger } = await verified(code)
  assert.match(said, /这份文书已于 \d{4}-\d{2}-\d{2} 撤销，不再有效/)
  await cleanPaper(check, 'papers-void')
  await stranger.close()
})
