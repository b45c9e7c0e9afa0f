// SPDX-License-Identifier: Apache-2.0
// Entry to school in a browser, from the draft to the first day: a guardian on a phone, the school and the district on a desk; a letter that is printed and checked. How it ends
// otherwise is in enrol-ends.test.mjs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { button, clean, cleanPaper, make, made, unexpected, visitor } from './cases.mjs'
import { applyRenting, begin, child, handIn, phone } from './enrolment.mjs'
import { launch, reads } from './lib.mjs'

let browser
let visit
before(async () => {
  browser = await launch()
  visit = visitor(browser)
})
after(() => browser?.close())

test('the guide tells a guardian who may apply, what is needed and how long it takes; a draft that is not wanted is given up', async () => {
  const { context, page, faults } = await visit('guardian', 'services', phone)
  await page.getByRole('heading', { name: '上学入园' }).waitFor()
  await clean(page, 'enrol-hall-390')
  await page.goto(new URL('service?id=enrol', page.url()).href)
  await reads(page.locator('main'), /不用交材料[\s\S]*录取通知书[\s\S]*申诉/)
  await clean(page, 'enrol-guide-390')
  await begin(page, child(), '租赁')
  await reads(page.locator('.bm-case-papers'), /租赁合同或备案证明[\s\S]*必/)
  await clean(page, 'enrol-draft-390')
  await reads(page.locator('.bm-closed-moves'), /提\s?交\s+请先上传“租赁合同或备案证明/)
  await make(page, '放弃')
  await made(page, '未提交')
  await clean(page, 'enrol-given-up-390')
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

let id

test('a guardian who rents sends the lease along; the school sends it back once, the guardian mends it, school and district pass it', async () => {
  const family = await visit('guardian', 'services', phone)
  id = await applyRenting(family.page)
  await made(family.page, '待学校初审')
  await reads(family.page.locator('main'), /与登记比对 系统自动[\s\S]*转学校初审 系统自动/)
  await clean(family.page, 'enrol-sent-390')

  const school = await visit('principal', `case?id=${id}`)
  await reads(school.page.locator('.bm-case-facts'), /户籍比对[\s\S]*房产比对/)
  await reads(school.page.locator('.bm-case-papers'), /证明材料\.pdf/)
  await clean(school.page, 'enrol-school-1440')
  await make(school.page, '一次性告知补正', { note: '请核对门牌号' })
  await made(school.page, '待补正')

  await family.page.reload()
  await family.page.locator('#field-house_no').waitFor()
  await reads(family.page.locator('.bm-page-note'), /待补正[\s\S]*请您办理/)
  await clean(family.page, 'enrol-fix-390')
  await family.page.fill('#field-house_no', '71')
  await family.page.locator('.bm-saved', { hasText: /已保存/ }).waitFor()
  await make(family.page, '补正后再提交')
  await made(family.page, '待学校初审')
  await school.page.reload()
  await make(school.page, '初审通过', { fields: { opinion: '材料齐全，同意上报' } })
  await made(school.page, '待区市复审')
  assert.deepEqual(unexpected(school.faults), [])
  await school.context.close()

  const office = await visit('district', `case?id=${id}`)
  await reads(office.page.locator('.bm-case-facts'), /初审意见\s+材料齐全/)
  await clean(office.page, 'enrol-district-1440')
  await make(office.page, '录取')
  await made(office.page, '已录取待确认')
  await reads(office.page.locator('.bm-done'), /由监护人办理/)
  assert.deepEqual(unexpected(office.faults), [])
  await office.context.close()
  assert.deepEqual(unexpected(family.faults), [])
  await family.context.close()
})

test('the guardian finds the offer as theirs to take, with its deadline; the letter of admission is printed and can be checked by anyone', async () => {
  const family = await visit('guardian', 'work?flow=enrol', phone)
  await reads(family.page.locator('main'), /已录取待确认/)
  await clean(family.page, 'enrol-work-390')
  await family.page.goto(new URL(`case?id=${id}`, family.page.url()).href)
  await reads(family.page.locator('.bm-page-note'), /已录取待确认[\s\S]*请您办理，\d{4}-\d{2}-\d{2} 前/)
  await clean(family.page, 'enrol-offered-390')
  await make(family.page, '确认入学')
  await made(family.page, '已确认待报到')
  await clean(family.page, 'enrol-done-390')

  const [letter] = await Promise.all([family.context.waitForEvent('page'), family.page.getByRole('link', { name: /录取通知书/ }).click()])
  await letter.waitForLoadState()
  await reads(letter.locator('body'), /录取通知书[\s\S]*小学一年级新生/)
  const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/.exec(await letter.locator('body').innerText())[0]
  await cleanPaper(letter, 'enrol-letter')
  assert.ok((await letter.pdf({ format: 'A4' })).length > 1000, 'it prints')
  await letter.goto(new URL(`letters/verify?code=${code}`, family.page.url()).href)
  await reads(letter.locator('body'), /录取通知书[\s\S]*现行有效|现行有效[\s\S]*录取通知书/)
  await letter.close()

  const school = await visit('principal', `case?id=${id}`)
  await make(school.page, '已报到')
  await made(school.page, '已报到入学')
  assert.deepEqual(unexpected(school.faults), [])
  await school.context.close()
  await family.page.reload()
  await family.page.getByText(/办结/).first().waitFor()
  await clean(family.page, 'enrol-entered-390')
  assert.deepEqual(unexpected(family.faults), [])
  await family.context.close()
})

test('where the registers do not show it a guardian is asked for the proof at once, and the school gets it', async () => {
  const { context, page, faults } = await visit('guardian', 'services', phone)
  await begin(page, child(), '户籍房产一致')
  await button(page, '提交').waitFor()
  await make(page, '提交')
  await made(page, '待补正')
  await reads(page.locator('.bm-case-papers'), /户口簿与房产证明/)
  await reads(page.locator('main'), /登记核对不上，请补交证明/)
  await clean(page, 'enrol-proof-390')
  await handIn(page, 'home')
  await make(page, '补正后再提交')
  await made(page, '待学校初审')
  await make(page, '撤回')
  await made(page, '已撤回')
  await clean(page, 'enrol-withdrawn-390')
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})
