// SPDX-License-Identifier: Apache-2.0
// A form whose part comes with what is chosen, on a phone; and a year that the city closes and opens again on the page of figures.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signIn } from '../http/client.mjs'
import { caseOf, clean, pick, visitor } from './cases.mjs'
import { launch, reads } from './lib.mjs'

const year = String(2060 + (process.pid % 30)) // of a year that no other test touches
let browser, visit, one

before(async () => {
  browser = await launch()
  visit = visitor(browser)
  one = (await (await signIn('student')).post('/flows/student_aid/cases', { values: { need: 'orphan', account: '6222000000005555' } })).body
})
after(() => browser?.close())

test('what is chosen brings its part into the form, tells it, and takes it away without losing what was typed', async () => {
  const { context, page, faults } = await visit('student', `case?id=${one.id}`, { width: 390 })
  assert.equal(caseOf(page), one.id)
  const part = page.getByRole('group', { name: '突发困难' })
  assert.equal(await part.count(), 0)
  await pick(page, 'need', '突发困难')
  await part.waitFor()
  await page.locator('[role=status]', { hasText: '现在还要填：突发情况发生日期、已发生费用。' }).waitFor({ state: 'attached' })
  await page.locator('#field-sudden_cost').fill('5200')
  await page.locator('.bm-saved', { hasText: /已保存/ }).waitFor()
  await clean(page, 'forms-part-390')
  await pick(page, 'need', '孤儿')
  await part.waitFor({ state: 'detached' })
  await page.locator('[role=status]', { hasText: '不用再填：突发情况发生日期、已发生费用' }).waitFor({ state: 'attached' })
  await pick(page, 'need', '突发困难')
  await part.waitFor()
  assert.equal(await page.locator('#field-sudden_cost').inputValue(), '5200')
  assert.deepEqual(faults, [])
  await context.close()
})

test('the city closes a year for families and schools with a reason, reads how it stands, and opens it again', async () => {
  const { context, page, faults } = await visit('city', 'figures?flow=student_aid')
  const locks = page.getByRole('region', { name: '期间封账', exact: true }).first()
  await page.locator('#lock-period').fill(year)
  await page.locator('#lock-reason').fill('年度发放已结清')
  await page.getByRole('button', { name: /^确\s?定$/ }).click()
  const line = page.locator('tr', { hasText: year })
  await reads(line, /家庭和学校\s+已关闭[\s\S]*年度发放已结清/)
  await clean(page, 'forms-locks-1440')
  await page.locator('#lock-period').fill(year)
  await page.locator('.bm-labelled', { hasText: '操作' }).locator('select').selectOption({ label: '重新开放' })
  await page.locator('#lock-reason').fill('补一件漏报的')
  await page.getByRole('button', { name: /^确\s?定$/ }).click()
  await reads(line, /已重新开放[\s\S]*补一件漏报的/)
  assert.ok(await locks.isVisible())
  assert.deepEqual(faults, [])
  await context.close()
  const phone = await visit('city', 'figures?flow=student_aid', { width: 390 })
  await reads(phone.page.locator('main'), /按承诺办出[\s\S]*每件承诺与实用/)
  await clean(phone.page, 'forms-figures-390')
  assert.deepEqual(phone.faults, [])
  await phone.context.close()
})
