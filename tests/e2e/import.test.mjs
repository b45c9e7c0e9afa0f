// From a CSV file to a figure on a dashboard: template, dry run with a bad row, write, count, and the way back from the figure to the file.
// BANMO_IMPORT_METRIC names the counting metric (fit_n); BANMO_IMPORT_DATASET and BANMO_IMPORT_FILE give a file of good rows with one bad
// row, otherwise rows are copied from the dataset with new keys.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { after, before, test } from 'node:test'
import { api, axe, base, launch, open, settled, shoot, signedInState, watch } from './lib.mjs'

const metricId = process.env.BANMO_IMPORT_METRIC ?? 'fit_n'
let browser
before(async () => { browser = await launch() })
after(() => browser.close())

async function aim(page) {
  const metric = (await api(page, 'metrics')).items.find((one) => one.id === metricId)
  assert.ok(metric, `the server has the metric ${metricId}`)
  for (const { id } of (await api(page, 'dashboards')).items) {
    const dashboard = await api(page, `dashboards/${id}`)
    const card = dashboard.cards.find((one) => one.kind === 'kpi' && one.metrics.includes(metricId))
    if (card) return { metric, dashboard, card }
  }
  return assert.fail(`a dashboard shows ${metricId} as a figure`)
}

async function makeFile(page, { metric, dashboard }) {
  if (process.env.BANMO_IMPORT_FILE) {
    return { id: process.env.BANMO_IMPORT_DATASET ?? metric.dataset, file: { name: basename(process.env.BANMO_IMPORT_FILE), mimeType: 'text/csv', buffer: readFileSync(process.env.BANMO_IMPORT_FILE) } }
  }
  const id = process.env.BANMO_IMPORT_DATASET ?? metric.dataset
  const dataset = await api(page, `datasets/${id}`)
  const filters = dashboard.filters.filter((filter) => filter.current !== undefined && dataset.fields.some((field) => field.id === filter.id)).map((filter) => `&filter=${filter.id}:eq:${filter.current}`)
  if (process.env.BANMO_IMPORT_FILTER) filters.push(`&filter=${process.env.BANMO_IMPORT_FILTER}`) // rows that the metric counts
  const [row] = (await api(page, `datasets/${id}/rows?limit=1${filters.join('')}`)).items
  const key = dataset.fields.find((field) => dataset.grain.includes(field.id) && field.type === 'text')
  assert.ok(key, 'the dataset has a key of text; otherwise give BANMO_IMPORT_FILE')
  const cell = (value) => (value === null || value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`)
  // An organisation is named in a file by its title, never by its id.
  const line = (change) => dataset.fields.map((field) => cell({ ...row, ...change }[field.type === 'org' ? `${field.id}_title` : field.id])).join(',')
  const stamp = Date.now()
  const lines = [dataset.fields.map((field) => field.id).join(','), ...[1, 2, 3].map((n) => line({ [key.id]: `E2E${stamp}${n}` })), line({ [key.id]: null })]
  return { id, file: { name: `e2e-${stamp}.csv`, mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) } }
}

async function figure(page, { dashboard, card }) {
  const now = await api(page, `dashboards/${dashboard.id}`)
  const { result } = now.cards.find((one) => one.id === card.id)
  return result.rows[0]?.[result.columns.findIndex((column) => column.id === metricId)]
}

test('an imported CSV changes the figure on the dashboard, and the figure leads back to the file', async () => {
  const state = await signedInState(browser, process.env.BANMO_IMPORT_ACCOUNT ?? 'city')
  const { context, page } = await open(browser, { state })
  const faults = watch(page)
  await page.goto(base())
  await settled(page)
  const goal = await aim(page)
  const { id, file } = await makeFile(page, goal)
  const before = await figure(page, goal)

  await page.goto(new URL(`import?id=${id}`, base()).href)
  const waiting = page.waitForEvent('download')
  await page.locator('.bm-links button').nth(1).click()
  assert.match((await waiting).suggestedFilename(), /\.csv$/)

  await page.setInputFiles('#import-file', file)
  await page.waitForSelector('[data-testid=job-state][data-state=done][data-dry=true]')
  await page.waitForSelector('.bm-table tbody tr')
  await settled(page)
  await shoot(page, 'import-checked')
  assert.deepEqual(await axe(page), [])
  assert.equal(await figure(page, goal), before, 'a dry run changes nothing')

  await page.locator('.bm-form-foot button.ant-btn-primary').click()
  await page.waitForSelector('[data-testid=job-state][data-state=done][data-dry=false]')
  const job = await api(page, `jobs/${new URL(page.url()).searchParams.get('job')}`)
  assert.ok(job.n_new > 0 && job.n_bad > 0, `new and bad rows: ${job.n_new}, ${job.n_bad}`)
  await shoot(page, 'import-written')

  const deadline = Date.now() + 10_000
  let now = await figure(page, goal)
  while (now !== before + job.n_new && Date.now() < deadline) {
    await page.waitForTimeout(250)
    now = await figure(page, goal)
  }
  assert.equal(now, before + job.n_new)

  await page.goto(new URL(`dashboard?id=${goal.dashboard.id}`, base()).href)
  await settled(page)
  const index = goal.card.metrics.indexOf(metricId)
  const value = page.locator(`[data-card="${goal.card.id}"] .bm-kpi-value`).nth(index)
  assert.equal((await value.innerText()).replace(/[^\d]/g, ''), String(now))
  await value.click()
  await page.waitForSelector('.bm-sql')
  await settled(page)
  assert.ok((await page.locator('.bm-sheet').innerText()).includes(file.name), 'the drawer names the file')
  await shoot(page, 'how-computed')
  assert.deepEqual([...faults, ...(await axe(page))], [])
  await context.close()
})
