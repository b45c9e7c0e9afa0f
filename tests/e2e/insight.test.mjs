// SPDX-License-Identifier: Apache-2.0
// Dashboards of every kind of card, comparison, drill, screens, portraits, the plan's papers and packs, in Chinese and English, wide and on a phone.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { api, axe, base, launch, settled, shoot, signedInState, visit as visitAs, views } from './lib.mjs'

let browser
const states = new Map()
const kinds = ['kpi', 'line', 'bar', 'stacked', 'rank', 'heat', 'box', 'scatter', 'radar', 'sankey', 'map', 'table']
const url = (path) => new URL(path, base()).href

before(async () => {
  browser = await launch()
  for (const account of ['city', 'leader', 'guardian', 'student', 'sysadmin']) states.set(account, await signedInState(browser, account))
})
after(() => browser?.close())

const visit = (account, path, how) => visitAs(browser, states.get(account), path, how)

// A dashboard for each kind of card, so that all are drawn.
async function dashboardsWithAllKinds() {
  const { page, context } = await visit('city', 'dashboards')
  const { items } = await api(page, 'dashboards')
  const chosen = []
  const seen = new Set()
  for (const { id, screen } of items) {
    if (screen) continue
    const { cards } = await api(page, `dashboards/${id}`)
    if (cards.some((card) => !seen.has(card.kind))) chosen.push(id)
    for (const card of cards) seen.add(card.kind)
  }
  await context.close()
  assert.deepEqual(kinds.filter((kind) => !seen.has(kind)), [], 'kinds that no dashboard has')
  return chosen
}

for (const [language, width] of views)
  test(`pages are drawn without a fault and pass axe in ${language} at ${width} px`, async () => {
    const pages = [
      ...(await dashboardsWithAllKinds()).map((id) => ['city', `dashboard?id=${id}`]), ['leader', 'dashboards'], ['leader', 'screen'], ['guardian', 'portrait'], ['student', 'portrait'],
      ['city', 'plan'], ['city', 'plan?view=report'], ['sysadmin', 'packs'], ['city', 'packs'],
    ]
    for (const [account, path] of pages) {
      const { page, context, faults } = await visit(account, path, { language, width })
      assert.deepEqual([...faults, ...(await axe(page))], [], `${account} ${path}`)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.ok(wide <= 0, `${account} ${path} scrolls sideways by ${wide} px`)
      if (language === 'zh') await shoot(page, `${path.replace(/\W+/g, '-')}-${account}-${width}`)
      await context.close()
    }
  })

test('every chart has a table that a keyboard reaches, and its figures come as XLSX', async () => {
  for (const id of await dashboardsWithAllKinds()) {
    const { page, context } = await visit('city', `dashboard?id=${id}`)
    for (const card of await page.locator('.bm-card:not(.bm-card-table)').all()) {
      const button = card.getByRole('button', { name: '看表格' })
      await button.focus()
      await page.keyboard.press('Enter')
      await card.locator('table.bm-table td').first().waitFor()
      await button.press('Enter')
    }
    const card = page.locator('.bm-card').first()
    const [download] = await Promise.all([page.waitForEvent('download'), card.getByRole('button', { name: '下载 XLSX' }).click()])
    assert.match(download.suggestedFilename(), /\.xlsx$/)
    assert.equal(readFileSync(await download.path()).subarray(0, 4).toString('latin1'), 'PK\u0003\u0004')
    await context.close()
  }
})

test('a dashboard goes down the organisation tree and back by its trail, and the address tells where it stands', async () => {
  const { page, context, faults } = await visit('city', 'dashboards')
  await page.locator('.bm-dashboard-link a').first().click()
  await page.waitForSelector('.bm-trail .ant-select')
  await page.locator('.bm-trail .ant-select').click()
  await page.locator('.ant-select-item-option').first().click()
  await page.waitForURL(/f\.district=/)
  const here = page.locator('.bm-trail li').nth(1)
  await here.waitFor()
  const place = await here.innerText()
  await page.reload()
  await here.waitFor()
  assert.equal(await here.innerText(), place, 'the address alone is enough')
  await page.locator('.bm-trail li button').first().click()
  await page.waitForURL((address) => !address.searchParams.has('f.district'))
  assert.deepEqual(faults, [])
  await context.close()
})

test('two organisations stand beside each other, and two years', async () => {
  const { page, context, faults } = await visit('city', 'dashboards')
  const { items } = await api(page, 'orgs?kind=district&limit=2')
  const link = await page.locator('.bm-dashboard-link a[href*="fit_city"]').first().getAttribute('href')
  await page.goto(url(`${link.replace(/^.*\/dashboard/, 'dashboard')}&f.district=${items[0].id}&vs.district=${items[1].id}`))
  await settled(page)
  await page.locator('.bm-kpi-other').first().waitFor()
  assert.ok((await page.locator('.bm-kpi-other').first().innerText()).includes(items[1].title))
  assert.equal(await page.locator('.bm-card-map .bm-sides section').count(), 2)
  assert.deepEqual([...faults, ...(await axe(page))], [])
  await shoot(page, 'compare')
  await context.close()
})

test('a screen fills 1920x1080 without a scroll bar, tells unit, date and source of every tile, and takes turns', async () => {
  const { page, context, faults } = await visit('leader', 'screen?every=5')
  await page.setViewportSize({ width: 1920, height: 1080 })
  await settled(page)
  const tiles = await page.locator('.bm-tile').count()
  assert.ok(tiles >= 6 && tiles <= 9, `${tiles} tiles`)
  for (const foot of await page.locator('.bm-tile .bm-card-foot').allInnerTexts()) for (const word of [/单位/, /数据截至/, /来源/, /n = /]) assert.match(foot, word)
  const [height, width] = await page.evaluate(() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth])
  assert.deepEqual([height, width], [1080, 1920])
  assert.equal(await page.locator('.bm-shell').count(), 0, 'no frame around it')
  const question = await page.locator('h1').innerText()
  await page.waitForFunction((before) => document.querySelector('h1')?.textContent !== before, question, { timeout: 15000 })
  assert.deepEqual(faults, [])
  await context.close()
})

test('a family reads the portrait on a phone of 360 px', async () => {
  const { page, context, faults } = await visit('guardian', 'portrait', { width: 360 })
  assert.ok((await page.locator('.bm-result').count()) >= 3)
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
  const children = page.locator('.bm-choice .bm-chip')
  await children.last().click()
  await settled(page)
  assert.deepEqual([...faults, ...(await axe(page))], [])
  const text = await page.locator('main').innerText()
  for (const word of ['第一名', '排名', '名次', '倒数']) assert.ok(!text.includes(word), `no ranking of children: ${word}`)
  await context.close()
})
