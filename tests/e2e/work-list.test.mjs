// SPDX-License-Identifier: Apache-2.0
// The work-list narrowed in a browser: conditions stand in the address and as chips, on a desk and on a phone; a street is chosen and not typed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clean, json, unexpected, visitor } from './cases.mjs'
import { choose, kStreet, phone } from './enrolment.mjs'
import { api, launch, reads, settled } from './lib.mjs'

let browser
let visit
let one
const wish = { wanted: '按条件查找的名册', sensitivity: 'inner', sharing_way: 'file', purpose: '入学资格核验' }

before(async () => {
  browser = await launch()
  visit = visitor(browser)
  const { context, page } = await visit('principal', 'services')
  const opened = await api(page, 'flows/data_sharing/cases', json({ values: wish }))
  one = await api(page, `cases/${opened.id}/moves`, json({ seq: opened.seq, move: 'send' }))
  await context.close()
})
after(() => browser?.close())

test('an officer finds a case by its number and by its words, and takes the conditions off again', async () => {
  const { context, page, faults } = await visit('district', 'work')
  await page.fill('#work-find', one.key)
  await page.getByRole('button', { name: /^查\s?找$/ }).click()
  await page.waitForURL(/q=DS/)
  await page.locator('.bm-chips', { hasText: one.key }).waitFor()
  await settled(page)
  await reads(page.locator('.bm-work-lines'), new RegExp(one.key))
  assert.equal(await page.locator('.bm-work-lines li').count(), 1)
  await page.fill('#work-find', '按条件查找')
  await page.keyboard.press('Enter')
  await page.locator('.bm-chips', { hasText: '含“按条件查找”' }).waitFor()
  await reads(page.locator('.bm-work-lines'), new RegExp(one.key))
  await clean(page, 'work-list-found-1440')
  await page.getByLabel('期限').selectOption('late')
  await page.waitForURL(/lamp=late/)
  await page.getByText('没有符合条件的办件').waitFor()
  await page.getByRole('button', { name: '去掉条件：已逾期' }).click()
  await reads(page.locator('.bm-work-lines'), new RegExp(one.key))
  await page.reload()
  await page.locator('.bm-chips', { hasText: '按条件查找' }).waitFor()
  await page.goBack()
  await page.waitForURL(/lamp=late/)
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

test('on a phone the list is narrowed by days and waiting, and cleared at once', async () => {
  const { context, page, faults } = await visit('district', 'work?waits=20&until=2020-01-01', phone)
  await page.getByText('没有符合条件的办件').waitFor()
  await reads(page.locator('.bm-chips'), /超过 20 个工作日[\s\S]*2020-01-01/)
  await clean(page, 'work-list-none-390')
  await page.getByRole('button', { name: '全部清除' }).click()
  await page.locator('.bm-work-lines li').first().waitFor()
  await settled(page)
  assert.equal(await page.locator('.bm-chips').count(), 0)
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

test('on a phone a guardian chooses the district, then a street of it by its initials; another district asks for the street again', async () => {
  const { context, page, faults } = await visit('guardian', 'services', phone)
  const draft = await api(page, 'flows/enrol/cases', json({ values: { stage: 'p1', kind: 'A', child_name: '选街道' } }))
  await page.goto(new URL(`case?id=${draft.id}`, page.url()).href)
  await choose(page, 'district', 'xhaxq', kStreet.district_name)
  await choose(page, 'street', 'hdjd', `${kStreet.name}（${kStreet.district_name}）`)
  await page.locator('.bm-saved', { hasText: /已保存/ }).waitFor()
  await settled(page)
  await clean(page, 'enrol-street-390')
  assert.equal((await api(page, `cases/${draft.id}`)).row.street, kStreet.code)
  await page.reload()
  await page.getByText(`${kStreet.name}（${kStreet.district_name}）`).waitFor()
  await choose(page, 'district', 'snq', '市南区')
  await page.getByText(`${kStreet.name}（${kStreet.district_name}）`).waitFor({ state: 'detached' })
  assert.equal((await api(page, `cases/${draft.id}`)).row.street, null)
  await page.locator('#field-street').click()
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '香港中路街道（市南区）' }).waitFor()
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})
