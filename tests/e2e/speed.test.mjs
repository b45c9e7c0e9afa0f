// SPDX-License-Identifier: Apache-2.0
// How fast a dashboard answers a press on a slow computer: the time from the event to the next paint (Event Timing API), at a processor throttled four times.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { base, launch, open, settled, signedInState, watch } from './lib.mjs'

const slowdown = 4
const limit_ms = Number(process.env.BANMO_PAINT_MS ?? Infinity) // a test fails for no clock: `tools/bench portal` asks for 200

async function collect(page) {
  await page.evaluate(() => {
    globalThis.presses = []
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.interactionId) globalThis.presses.push({ id: entry.interactionId, name: entry.name, ms: entry.duration })
    }).observe({ type: 'event', durationThreshold: 16, buffered: false })
  })
}

/** The longest event of the presses since the last call. */
async function longest(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100)))))
  return page.evaluate(() => globalThis.presses.splice(0).reduce((most, press) => Math.max(most, press.ms), 0))
}

const presses = [
  ['table view of a chart', (page) => page.locator('.bm-card-bar').first().getByRole('button', { name: '看表格' }).click()],
  ['back to the chart', (page) => page.locator('.bm-card-bar').first().getByRole('button', { name: '看表格' }).click()],
  ['choose a value of a filter: all cards change', async (page) => { await page.locator('.bm-query .bm-select').first().focus(); await page.keyboard.press('ArrowUp') }],
  ['compare with the period before', (page) => page.getByRole('button', { name: '与上期比' }).click()],
  ['compare with another: the row opens', (page) => page.getByRole('button', { name: '对比…' }).click()],
  ['how computed', (page) => page.locator('.bm-kpi-value').first().click()],
  ['close the drawer', (page) => page.keyboard.press('Escape')],
  ['down the map', (page) => page.locator('.bm-tiles button').first().click()],
  ['back up', (page) => page.locator('.bm-card-map .bm-crumbs button').first().click()],
]

test(`a dashboard answers each press within ${limit_ms} ms at ${slowdown}x processor throttling`, async () => {
  const browser = await launch()
  try {
    const { page, context } = await open(browser, { state: await signedInState(browser, 'city') })
    const faults = watch(page)
    await page.goto(`${base()}dashboards`)
    await settled(page)
    await page.locator('.bm-dashboard-link a[href*="fit_city"]').first().click()
    await page.waitForSelector('.bm-card-map')
    await settled(page)
    const protocol = await context.newCDPSession(page)
    await collect(page)
    await protocol.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    const measured = []
    for (const [name, press] of presses) {
      await press(page)
      measured.push([name, await longest(page)])
      await settled(page)
      await longest(page)
    }
    for (const [name, ms] of measured) console.log(`${String(Math.round(ms)).padStart(5)} ms  ${name}`)
    for (const [name, ms] of measured) assert.ok(ms <= limit_ms, `${name}: ${ms} ms`)
    assert.deepEqual(faults, [])
  } finally {
    await browser.close()
  }
})
