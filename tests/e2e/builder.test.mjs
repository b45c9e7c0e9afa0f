// SPDX-License-Identifier: Apache-2.0
// The dashboard builder in a browser: a dashboard built by mouse and by keyboard alone, its text, another role's eyes, saved and taken away; a subscription made and ended.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, axe, base, launch, open, settled, shoot, signedInState, watch } from './lib.mjs'

let browser
let state
before(async () => {
  browser = await launch()
  state = await signedInState(browser, 'city')
})
after(() => browser?.close())

async function visit(path, { language = 'zh', width = 1440 } = {}) {
  const opened = await open(browser, { state, language, width })
  const faults = watch(opened.page)
  await opened.page.goto(new URL(path, base()).href)
  await settled(opened.page)
  return { ...opened, faults }
}
const tiles = (page) => page.locator('.bm-slot')
const names = (page) => page.locator('.bm-slot h3').allTextContents()
const checked = (page) => page.waitForFunction(() => document.querySelector('.bm-builder-board')?.getAttribute('aria-busy') === 'false')
async function forget(page, id) {
  const { items } = await api(page, 'dashboard-sources')
  const own = items.find((one) => one.id === id)
  if (own) await api(page, `dashboards/${id}?version=${own.version}`, { method: 'DELETE' })
}

test('a dashboard is built, moved about, seen as a principal, saved, opened and deleted', async () => {
  const { page, context, faults } = await visit('builder?new=1')
  await forget(page, 'e2e_board')
  await page.getByLabel('中文名称').fill('浏览器里建的看板')
  await page.getByLabel('标识').fill('e2e_board')
  for (const kind of ['数字', '柱形', '表格']) await page.getByRole('button', { name: `添加${kind}卡片` }).click()
  await checked(page)
  assert.equal(await tiles(page).count(), 3)
  assert.equal(await page.locator('.bm-slot-blank').count(), 0, 'every card is drawn')
  const before = await page.locator('.bm-slot').evaluateAll((all) => all.map((one) => one.className.match(/bm-card-(\w+)/)[1]))
  assert.deepEqual(before, ['kpi', 'bar', 'table'])
  // by keyboard: the handle and its arrows
  await tiles(page).nth(2).locator('.bm-handle').focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  const kindsNow = () => page.locator('.bm-slot').evaluateAll((all) => all.map((one) => one.className.match(/bm-card-(\w+)/)[1]))
  assert.deepEqual(await kindsNow(), ['table', 'kpi', 'bar'])
  assert.equal(await page.evaluate(() => document.activeElement.closest('.bm-slot')?.className.includes('bm-card-table')), true, 'the handle keeps the focus')
  // by mouse
  await tiles(page).nth(0).dragTo(tiles(page).nth(2))
  assert.deepEqual(await kindsNow(), ['kpi', 'bar', 'table'])
  await page.getByRole('button', { name: /前移/ }).nth(1).click()
  assert.deepEqual(await kindsNow(), ['bar', 'kpi', 'table'])
  // a kind from the palette is let go where it shall stand, and taken away again
  await page.getByRole('button', { name: '添加折线卡片' }).dragTo(tiles(page).nth(1))
  assert.deepEqual(await kindsNow(), ['bar', 'line', 'kpi', 'table'])
  await tiles(page).nth(1).getByRole('button', { name: '移除' }).click()
  // a reload loses nothing
  await page.reload()
  await settled(page)
  await checked(page)
  assert.deepEqual(await kindsNow(), ['bar', 'kpi', 'table'])
  // another role
  await page.getByLabel('按谁的身份预览').selectOption('principal')
  await page.getByText('请选择机构后预览').waitFor()
  const school = (await api(page, 'orgs?kind=school&limit=1')).items[0]
  await page.locator('#look-org').fill(school.title)
  await page.locator('.ant-select-item-option').first().click()
  await checked(page)
  assert.deepEqual(await axe(page), [])
  await shoot(page, 'builder-1440')
  await page.getByLabel('按谁的身份预览').selectOption('')
  await checked(page)
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText(/第 \d+ 版已保存并生效/).waitFor()
  await page.getByRole('link', { name: '打开看板' }).click()
  await page.getByRole('heading', { name: '浏览器里建的看板' }).waitFor()
  await page.getByRole('link', { name: '在构建器中编辑' }).click()
  await page.getByRole('button', { name: '删除' }).click()
  await page.getByRole('button', { name: '确认删除这个看板' }).click()
  await page.getByText('还没有自建看板').or(page.locator('.bm-table')).first().waitFor()
  assert.ok(!(await api(page, 'dashboard-sources')).items.some((one) => one.id === 'e2e_board'))
  assert.deepEqual(faults, [])
  await context.close()
})

test('the text is what a pack would hold; a fault is told by its line and mended there', async () => {
  const { page, context, faults } = await visit('builder')
  await page.locator('.bm-inline a').first().click()
  await settled(page)
  await checked(page)
  const drawn = await names(page)
  assert.ok(drawn.length > 2)
  await page.getByRole('button', { name: '看文本' }).click()
  const text = page.getByLabel('看板文本（YAML）').last()
  await text.waitFor()
  const good = await text.inputValue()
  assert.match(good, /^dashboards:\n {2}- id: \w+_copy\n/)
  await text.fill(good.replace(/\n {2}- id: /, '\n  - idd: '))
  await page.getByText(/没有键 'idd'/).first().waitFor()
  assert.equal(await page.getByRole('button', { name: '保存' }).isDisabled(), true)
  await text.fill(good)
  await page.getByText('检查通过').waitFor()
  await page.getByRole('button', { name: '看表单' }).click()
  await page.getByRole('region', { name: '看板设置' }).waitFor()
  assert.deepEqual(await names(page), drawn)
  assert.deepEqual(faults, [])
  await context.close()
})

for (const language of ['zh', 'en'])
  test(`the builder passes axe and does not scroll sideways on a phone in ${language}`, async () => {
    const { page, context, faults } = await visit('builder', { language, width: 390 })
    assert.deepEqual(await axe(page), [])
    await page.locator('.bm-inline a').first().click()
    await settled(page)
    await checked(page)
    await page.locator('.bm-slot').first().getByRole('button', { name: language === 'zh' ? '设置' : 'Settings' }).click()
    assert.deepEqual([...faults, ...(await axe(page))], [])
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0)
    await shoot(page, `builder-390-${language}`)
    await context.close()
  })

test('a subscription is made and ended on the dashboard', async () => {
  const { page, context, faults } = await visit('dashboards')
  for (const { id } of (await api(page, 'subscriptions')).items) await api(page, `subscriptions/${id}`, { method: 'DELETE' })
  await page.locator('.bm-dashboard-link a').first().click()
  await settled(page)
  await page.getByRole('button', { name: '订阅', exact: true }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('多久一次').selectOption('day')
  await sheet.getByRole('button', { name: '订阅', exact: true }).click()
  const end = sheet.getByRole('button', { name: /^退订/ })
  await end.first().waitFor()
  assert.deepEqual(await axe(page), [])
  await shoot(page, 'subscribe-1440')
  await end.first().click()
  await sheet.getByText('还没有订阅').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
