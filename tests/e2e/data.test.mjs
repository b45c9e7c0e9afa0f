// Working with data in the browser: the import wizard with headings that must be mapped, left and come back to; the work-list of bad rows with return
// and fix; catalogue, lineage, quality and classification pages, each at 1440 and 390 px.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, axe, base, launch, open, settled, shoot, signedInState, watch } from './lib.mjs'

const dataset = 'fitness_raw'
const year = 2014 // a year that the demonstration has no figures of
let browser
let state
before(async () => {
  browser = await launch()
  state = await signedInState(browser, 'city')
})
after(() => browser.close())
const at = (path) => new URL(path, base()).href

async function student(page, n) {
  const [school] = (await api(page, 'orgs?kind=school&limit=1')).items
  const students = (await api(page, `people?org=${school.id}&role=student&limit=50`)).items.filter((one) => one.code)
  return { school, person: students[n] }
}
const line = ({ school, person }, raw) => `${year},${person.code},${school.code},3,${person.sex === '2' ? '女' : '男'},肺活量,${raw},否,${year}-10-10`

test('the wizard maps an unknown heading, checks, is left and come back to, writes, and remembers the choice', async () => {
  const { context, page } = await open(browser, { state })
  const faults = watch(page)
  await page.goto(base())
  await settled(page)
  const who = await student(page, 10)
  const mine = `测得${Date.now()}`
  const text = `学年,学生,学校,年级,性别,项目,${mine},免测,测试日期\n${line(who, 1000 + (Date.now() % 900))}\n`
  const file = { name: `wizard-${Date.now()}.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) }
  await page.goto(at(`import?id=${dataset}`))
  await settled(page)
  await page.setInputFiles('#import-file', file)
  await page.waitForSelector('.bm-map-select')
  await settled(page)
  await shoot(page, 'wizard-columns')
  assert.deepEqual(await axe(page), [])
  const row = page.locator('.bm-table tbody tr', { hasText: mine })
  await row.locator('.ant-select').click()
  await page.keyboard.type('实测')
  await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option').first().click()
  await page.locator('.bm-form-foot button.ant-btn-primary').click()
  await page.waitForSelector('[data-testid=job-state][data-state=done][data-dry=true]')
  const address = page.url()

  await page.goto(at('datasets'))
  await settled(page)
  await page.goto(at(`import?id=${dataset}`))
  await page.locator('.bm-plain-list a', { hasText: file.name }).first().click()
  await page.waitForURL(address)
  await page.waitForSelector('[data-testid=job-state][data-state=done][data-dry=true]')
  await shoot(page, 'wizard-back')
  await page.locator('.bm-form-foot button.ant-btn-primary').click()
  await page.waitForSelector('[data-testid=job-state][data-state=done][data-dry=false]')

  await page.goto(at(`import?id=${dataset}`))
  await settled(page)
  await page.setInputFiles('#import-file', { ...file, name: `wizard-again-${Date.now()}.csv` })
  await page.waitForSelector('[data-testid=job-state][data-state=done][data-dry=true]')
  assert.deepEqual(faults, [], 'the same heading needs no choice the second time')
  await context.close()
})

test('a bad row is sent back, mended in its form, and leaves the list', async () => {
  const { context, page } = await open(browser, { state })
  const faults = watch(page)
  await page.goto(base())
  await settled(page)
  const who = await student(page, 11)
  const text = `学年,学生,学校,年级,性别,项目,实测值,免测,测试日期\n${line(who, 777777)}\n`
  let job = await api(page, `datasets/${dataset}/import?name=bad-${Date.now()}.csv`, { method: 'POST', body: text, headers: { 'Content-Type': 'text/csv' } })
  while (job.state !== 'done') {
    await page.waitForTimeout(100)
    job = await api(page, `jobs/${job.id}`)
  }
  assert.equal(job.n_bad, 1)
  const bad = (await api(page, `datasets/${dataset}/quarantine?batch=${job.batch}`)).items[0]
  await page.goto(at(`quarantine?id=${dataset}&org=${who.school.id}`))
  await settled(page)
  await page.locator('.bm-links button', { hasText: /退回/ }).first().click()
  await page.fill('#return-note', '请核对')
  await shoot(page, 'work-return')
  assert.deepEqual(await axe(page), [])
  await page.locator('.ant-modal button[type=submit]').click()
  await page.waitForSelector('.ant-modal', { state: 'hidden' })
  await settled(page)
  assert.ok(await page.locator('.bm-tone-blue').count() > 0, 'the line says that it was sent back')
  await shoot(page, 'work-list')
  await page.locator('.bm-table tbody tr', { hasText: job.file }).first().locator('button').click()
  await page.waitForSelector('#field-raw')
  assert.equal(await page.inputValue('#field-raw'), '777777')
  await page.fill('#field-raw', '666666')
  await page.locator('.ant-drawer button[type=submit]').click()
  await page.waitForSelector('.ant-drawer .bm-problem')
  await settled(page)
  await shoot(page, 'work-fix')
  assert.deepEqual(await axe(page), [])
  await page.fill('#field-raw', '1234')
  await page.locator('.ant-drawer button[type=submit]').click()
  await page.waitForSelector('.ant-drawer', { state: 'hidden' })
  const open_ = (await api(page, `datasets/${dataset}/quarantine?org=${who.school.id}&limit=1000`)).items
  assert.equal(open_.some((one) => one.id === bad.id), false)
  assert.deepEqual(faults.filter((fault) => !/422/.test(fault)), [])
  await context.close()
})

const pages = [
  ['catalogue', 'datasets'], ['contract', `dataset?id=${dataset}&tab=contract`], ['lineage', `lineage?dataset=${dataset}`], ['rows', `dataset?id=${dataset}`], ['editing', `dataset?id=${dataset}&edit=1`],
  ['quality', 'quality'], ['matrix', `quality?tab=rules&dataset=${dataset}`], ['trend', `quality?tab=trend&dataset=${dataset}`], ['calendar', `quality?tab=calendar&dataset=${dataset}`],
  ['classification', 'classification'], ['worklist', 'quarantine'], ['import', `import?id=${dataset}`],
]
for (const width of [1440, 390]) {
  test(`the pages of data stand at ${width} px without a violation`, async () => {
    const { context, page } = await open(browser, { state, width, language: width === 390 ? 'en' : 'zh' })
    const faults = watch(page)
    const found = []
    for (const [name, path] of pages) {
      await page.goto(at(path))
      await settled(page)
      await page.waitForSelector('h1')
      await shoot(page, `data-${name}-${width}`)
      found.push(...(await axe(page)).map((one) => `${name}: ${one}`))
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1)) found.push(`${name}: the page is wider than the window`)
    }
    assert.deepEqual([...faults, ...found], [])
    await context.close()
  })
}
