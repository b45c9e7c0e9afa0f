// Every menu route of every demonstration account, in Chinese and English, at 1440 and 390 pixels: no console error, no answer >= 500,
// no request to another host, no sideways scroll of the page, no axe violation. Set BANMO_E2E_ACCOUNTS=city,student or
// BANMO_E2E_VIEWS=zh-1440,en-390 to shorten a run, BANMO_E2E_PLACES='^(org|people)' to see some places only.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accounts, api, axe, base, launch, open, settled, shoot, signedInState, watch, views } from './lib.mjs'

const chosen = process.env.BANMO_E2E_ACCOUNTS?.split(',') ?? accounts
let browser
let visits = 0
before(async () => { browser = await launch() })
after(async () => { await browser.close(); console.log(`# ${visits} visits`) })

/** The places of the menu, and below them the first dataset and dashboard that the account may see. */
async function places(page) {
  const found = await page.$$eval('.bm-menu a', (links) => [...new Set(links.map((link) => link.href))])
  const has = (name) => found.some((href) => new URL(href).pathname.endsWith(`/${name}`))
  const more = []
  if (has('datasets')) {
    const { items } = await api(page, 'datasets')
    const first = items.find((dataset) => dataset.n_rows > 0) ?? items[0]
    const entry = items.find((dataset) => dataset.can.import)
    if (first) more.push(`dataset?id=${first.id}`, `dataset?id=${first.id}&tab=contract`, `dataset?id=${first.id}&tab=batches`, `quarantine?id=${(entry ?? first).id}`, `lineage?dataset=${first.id}`)
    if (entry) more.push(`import?id=${entry.id}`, `dataset?id=${entry.id}&edit=1`)
    if (has('quality')) for (const tab of ['rules', 'trend', 'calendar']) more.push(`quality?tab=${tab}&dataset=${(entry ?? first).id}`)
  }
  if (has('dashboards')) more.push(...(await api(page, 'dashboards')).items.map((dashboard) => `dashboard?id=${dashboard.id}&compare=prior`))
  if (has('orgs')) {
    const { items } = await api(page, 'orgs')
    if (items[0]) more.push(`org?id=${items[0].id}`)
  }
  if (has('people')) {
    const { items } = await api(page, 'people?limit=1')
    if (items[0]) more.push(`person?id=${items[0].id}`)
  }
  if (has('tools')) more.push('recipes', 'forwards')
  if (has('actors')) more.push('retention')
  if (has('courses')) {
    const { items } = await api(page, 'courses')
    if (items[0]) more.push(`course?id=${items[0].id}`)
  }
  if (has('services')) {
    more.push('cases', ...(await api(page, 'flows')).items.slice(0, 1).map((flow) => `service?id=${flow.id}`), ...(await api(page, 'cases?limit=1')).items.map((one) => `case?id=${one.id}`))
    if (has('work')) more.push('figures', 'delegations')
  }
  const all = [...found, ...[...more, 'notices', 'me', 'password'].map((path) => new URL(path, base()).href)]
  const only = process.env.BANMO_E2E_PLACES && new RegExp(process.env.BANMO_E2E_PLACES)
  return only ? all.filter((href) => only.test(href.slice(base().length))) : all
}

test('the sign-in page is clean in both languages and widths', async () => {
  for (const language of ['zh', 'en']) {
    for (const width of [1440, 390]) {
      const { context, page } = await open(browser, { language, width })
      const faults = watch(page)
      await page.goto(base())
      await page.waitForSelector('#account')
      await settled(page)
      await shoot(page, `sign-in-${language}-${width}`)
      assert.deepEqual([...faults, ...(await axe(page))], [])
      await context.close()
    }
  }
})

for (const account of chosen) {
  describe(`as ${account}`, () => {
    let state
    before(async () => { state = await signedInState(browser, account) })
    for (const [language, width] of views) {
      test(`every place is clean in ${language} at ${width} pixels`, async () => {
        const { context, page } = await open(browser, { state, language, width })
        const problems = []
        await page.goto(base())
        await page.waitForSelector('#content')
        await settled(page)
        const look = async (href) => {
          const where = href.slice(base().length) || 'home'
          const visit = await context.newPage()
          const faults = watch(visit)
          await visit.goto(href)
          await visit.waitForSelector('#content')
          await settled(visit)
          visits += 1
          const wide = await visit.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          const alerts = await visit.$$eval('.bm-plate-error', (plates) => plates.map((plate) => plate.textContent))
          await shoot(visit, `${account}-${where.replace(/[^\w.-]+/g, '_')}-${language}-${width}`)
          problems.push(...[...faults, ...(await axe(visit)), ...alerts.map((text) => `error state: ${text}`), ...(wide > 0 ? [`the page is ${wide} px too wide`] : [])].map((fault) => `${where}: ${fault}`))
          await visit.close()
        }
        const queue = await places(page)
        const worker = async () => { while (queue.length > 0) await look(queue.shift()) }
        await Promise.all([worker(), worker()])
        await context.close()
        assert.deepEqual(problems, [])
      })
    }
  })
}
