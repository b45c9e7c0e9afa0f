// Walks that people take: filter and edit a row, drill down and back, report a target, sign out, wrong password, deep addresses.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, axe, base, launch, open, reads, settled, shoot, signedInState, watch } from './lib.mjs'

let browser
let state
before(async () => {
  browser = await launch()
  state = await signedInState(browser, 'city')
})
after(() => browser.close())

async function start(path, options = {}) {
  const { context, page } = await open(browser, { state, ...options })
  const faults = watch(page)
  await page.goto(new URL(path, base()).href)
  await page.waitForSelector('#content')
  await settled(page)
  return { context, page, faults }
}

test('a wrong password is refused with a sentence and a code', async () => {
  const { context, page } = await open(browser, {})
  await page.goto(base())
  await page.fill('#account', 'city')
  await page.fill('#password', 'not-this-one')
  await page.click('button[type=submit]')
  const alert = page.locator('[role=alert]')
  await alert.waitFor()
  await reads(alert, /session\.bad_credentials/)
  assert.deepEqual(await axe(page), [])
  await context.close()
})

test('a grid sorts, filters, opens a row with its history, and keeps all that in the address', async () => {
  const { context, page, faults } = await start('datasets')
  const { items } = await api(page, 'datasets')
  const dataset = items.find((one) => one.can.edit && one.n_rows > 0)
  const { fields } = await api(page, `datasets/${dataset.id}`)
  const numeric = fields.find((field) => ['int', 'decimal', 'year'].includes(field.type))
  await page.goto(new URL(`dataset?id=${dataset.id}`, base()).href)
  await page.waitForSelector('.bm-grid-row')
  const head = page.locator('.bm-grid-head [role=columnheader]').nth(fields.indexOf(numeric))
  await head.locator('.bm-sort').click()
  await page.waitForURL(/order=/)
  await head.locator('.bm-icon-button').click()
  await page.locator('.bm-filter-form input[type=text]').last().fill('1901')
  await page.locator('.bm-filter-form button[type=submit]').click()
  await page.waitForSelector('.bm-plate-empty')
  assert.match(new URL(page.url()).searchParams.get('filter'), new RegExp(`^${numeric.id}:eq:1901$`))
  await page.locator('.bm-chip').click()
  await page.waitForSelector('.bm-grid-row')
  await page.locator('.bm-grid-row .bm-link').first().click()
  await page.waitForSelector('.ant-drawer .bm-timeline li')
  await settled(page)
  await shoot(page, 'row-drawer')
  assert.deepEqual([...faults, ...(await axe(page))], [])
  await context.close()
})

test('a long grid fetches further pages while it scrolls and draws few rows', async () => {
  const { context, page, faults } = await start('datasets')
  const dataset = (await api(page, 'datasets')).items.sort((a, b) => b.n_rows - a.n_rows)[0]
  await page.goto(new URL(`dataset?id=${dataset.id}`, base()).href)
  await page.waitForSelector('.bm-grid-row')
  const seen = () => page.locator('.bm-grid-row').last().getAttribute('aria-rowindex').then(Number)
  for (let i = 0; i < 6; i += 1) {
    await page.locator('.bm-grid').evaluate((grid) => { grid.scrollTop = grid.scrollHeight })
    await page.waitForTimeout(200)
    await settled(page)
  }
  assert.ok((await seen()) > Math.min(dataset.n_rows, 400), `row ${await seen()} of ${dataset.n_rows}`)
  assert.ok((await page.locator('.bm-grid-row').count()) < 60)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a card opens level by level and comes back, and the address keeps the place', async () => {
  const { context, page, faults } = await start('dashboards')
  let found
  for (const { id } of (await api(page, 'dashboards')).items) {
    const dashboard = await api(page, `dashboards/${id}`)
    const card = dashboard.cards.find((one) => one.drill && ['map', 'rank'].includes(one.kind) && one.result.rows.length > 0)
    if (card) { found = { id, card }; break }
  }
  assert.ok(found, 'a dashboard has a map or rank card that drills')
  await page.goto(new URL(`dashboard?id=${found.id}`, base()).href)
  const card = page.locator(`[data-card="${found.card.id}"]`)
  await card.waitFor()
  await card.locator(found.card.kind === 'map' ? '.bm-tiles button' : '.bm-rank button').first().click()
  await page.waitForURL(/drill\./)
  await card.locator('.bm-crumbs').waitFor()
  await settled(page)
  await shoot(page, 'drilled')
  assert.deepEqual(await axe(page), [])
  await page.reload()
  await card.locator('.bm-crumbs').waitFor()
  await card.locator('.bm-crumbs button').first().click()
  await page.waitForFunction(() => !location.search.includes('drill.'))
  await card.locator('.bm-card-tools button').first().click()
  await card.locator('table').waitFor()
  const waiting = page.waitForEvent('download')
  await card.locator('.bm-card-tools button').nth(1).click()
  assert.match((await waiting).suggestedFilename(), /\.csv$/)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a card leads to the dashboard that it names, narrowed to the value that was opened', async () => {
  const { context, page, faults } = await start('dashboards')
  const ids = (await api(page, 'dashboards')).items.map((dashboard) => dashboard.id)
  let found
  for (const id of ids) {
    const dashboard = await api(page, `dashboards/${id}`)
    const card = dashboard.cards.find((one) => ids.includes(one.drill) && one.kind === 'rank' && one.by[0] === 'school' && one.result.rows.length > 0)
    if (card) { found = { id, card }; break }
  }
  if (found) {
    await page.goto(new URL(`dashboard?id=${found.id}`, base()).href)
    await page.locator(`[data-card="${found.card.id}"] .bm-rank button`).first().click()
    await page.waitForURL((url) => url.searchParams.get('id') === found.card.drill && url.searchParams.has('f.school'))
    await settled(page)
    await shoot(page, 'narrowed')
    assert.deepEqual([...faults, ...(await axe(page))], [])
  }
  await context.close()
})

test('the phone menu opens, closes and leads on', async () => {
  const { context, page, faults } = await start('', { width: 390 })
  await page.locator('.bm-menu-button').click()
  await page.locator('.bm-drawer[open]').waitFor()
  await shoot(page, 'phone-menu')
  assert.deepEqual(await axe(page), [])
  await page.locator('.bm-drawer a').nth(1).click()
  await page.waitForSelector('.bm-drawer:not([open])', { state: 'attached' })
  await settled(page)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a reported target takes a value with evidence', async () => {
  const { context, page, faults } = await start('plan')
  const report = page.locator('.bm-target-head button').first()
  if ((await report.count()) === 0) { await context.close(); return }
  await report.click()
  await page.fill('#report-value', '123')
  await page.fill('#report-evidence', 'e2e')
  await settled(page)
  await shoot(page, 'report')
  assert.deepEqual(await axe(page), [])
  await page.locator('.ant-drawer button[type=submit]').click()
  await page.waitForSelector('#report-value', { state: 'detached' })
  await settled(page)
  assert.match(await page.locator('.bm-evidence').allInnerTexts().then((texts) => texts.join(' ')), /e2e/)
  assert.deepEqual(faults, [])
  await context.close()
})

test('signing out ends at the door', async () => {
  const { context, page } = await open(browser, { state: await signedInState(browser, 'leader') })
  await page.goto(base())
  await page.waitForSelector('#content')
  await page.locator('.bm-account summary').click()
  await settled(page)
  assert.deepEqual(await axe(page), [])
  await page.locator('.bm-account-sheet button:not([aria-pressed])').click()
  await page.waitForSelector('#account')
  await context.close()
})
