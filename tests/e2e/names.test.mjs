// People in the grid by name and code, copied and pasted back; a deleted row brought back; a person found by name in a form; a figure walked down to its files; charts in dark colours.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, axe, base, json, launch, open, reads, settled, shoot, signedInState, watch } from './lib.mjs'

const dataset = 'fitness_raw'
const kYear = 2012 // a year that nobody else has figures of
let browser
let state
let row
before(async () => {
  browser = await launch()
  state = await signedInState(browser, 'city')
})
after(() => browser.close())

const grid = (query = '') => new URL(`dataset?id=${dataset}&filter=school_year%3Aeq%3A${kYear}${query}`, base()).href

// One row of one pupil in the year; what a test before left there is taken up again.
async function makeRow(page) {
  const student = (await api(page, 'people?role=student&limit=20')).items.find((person) => person.code)
  const school = await api(page, `orgs/${student.org.id}`)
  const values = { school_year: kYear, student_id: student.code, school_id: school.code, grade: 3, sex: student.sex, item: '肺活量', raw: 1800, exempt: false, tested_on: `${kYear}-10-10` }
  const block = await api(page, `datasets/${dataset}/rows/bulk`, json({ rows: [{ values }] }))
  row = { ...block.items[0].row, student, school }
}
const clipboardOf = (page) => page.evaluate(() => {
  const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true })
  ;(getSelection().isCollapsed ? document.activeElement : getSelection().anchorNode.parentElement).dispatchEvent(event)
  return event.clipboardData.getData('text/plain')
})

for (const width of [1440, 390])
  test(`the grid and the row name a person by name and code (${width} px)`, async () => {
    const { context, page } = await open(browser, { state, width })
    const faults = watch(page)
    await page.goto(base())
    await settled(page)
    await makeRow(page)
    await page.goto(grid())
    await page.waitForSelector('.bm-grid-row')
    await settled(page)
    const text = await page.locator('.bm-grid-row').first().innerText()
    assert.ok(text.includes(row.student.name) && text.includes(row.student.code), text)
    await shoot(page, `names-grid-${width}`)
    assert.deepEqual(await axe(page), [])
    await page.locator('.bm-grid-row').first().locator('.bm-link').click()
    await page.waitForSelector('.ant-drawer .bm-facts')
    await settled(page)
    await reads(page.locator('.ant-drawer'), new RegExp(`${row.student.name} ${row.student.code}`))
    await shoot(page, `names-row-${width}`)
    assert.deepEqual(await axe(page), [])
    assert.deepEqual(faults, [])
    await context.close()
  })

test('cells are copied as codes, one or a block, and the block goes in again', async () => {
  const { context, page } = await open(browser, { state })
  await page.goto(grid('&edit=1&column=school_year&column=student_id&column=school_id&column=grade&column=sex&column=item&column=raw'))
  await page.waitForSelector('.bm-grid-row')
  await settled(page)
  await page.locator('[data-cell="0.1"]').click()
  assert.equal(await clipboardOf(page), row.student.code)
  await page.evaluate(() => {
    const cells = document.querySelector('.bm-grid-row').children
    getSelection().setBaseAndExtent(cells[0], 0, cells[6], cells[6].childNodes.length)
  })
  const block = await clipboardOf(page)
  assert.deepEqual(block.split('\t'), [String(kYear), row.student.code, row.school.code, '3', row.sex_title, '肺活量', '1800'])
  await page.evaluate(() => getSelection().removeAllRanges())
  await page.locator('.bm-edit-bar button').nth(0).click()
  await page.fill('#paste-text', `school_year\tstudent_id\tschool_id\tgrade\tsex\titem\traw\n${block}`)
  await page.locator('.ant-modal .bm-form-foot button').first().click()
  await page.waitForSelector('.bm-paste tbody tr')
  await reads(page.locator('.bm-paste tbody tr'), /无变化|不变|相同/)
  await context.close()
})

test('a deleted row is brought back by a button', async () => {
  const { context, page } = await open(browser, { state })
  const faults = watch(page)
  await page.goto(grid())
  await page.waitForSelector('.bm-grid-row')
  await page.locator('.bm-grid-row').first().locator('.bm-link').click()
  await page.locator('.ant-drawer .ant-btn-dangerous').click()
  await page.locator('.ant-popconfirm .ant-btn-primary').click()
  await page.waitForSelector('.bm-edit-bar')
  await page.waitForSelector('.bm-grid-row', { state: 'detached' })
  await settled(page)
  await shoot(page, 'names-removed')
  assert.deepEqual(await axe(page), [])
  await page.locator('.bm-edit-bar .ant-btn-primary').click()
  await page.waitForSelector('.bm-grid-row')
  await reads(page.locator('.bm-grid-row').first(), new RegExp(row.student.code))
  assert.equal(await page.locator('.bm-edit-bar').count(), 0)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a form finds a person by name and keeps the code', async () => {
  const { context, page } = await open(browser, { state })
  await page.goto(grid())
  await settled(page)
  await page.locator('.bm-query-end button', { hasText: '新增' }).first().click()
  const field = page.locator('#field-student_id')
  await field.click()
  await field.pressSequentially(row.student.code)
  await page.locator('.ant-select-item-option', { hasText: row.student.name }).first().click()
  await settled(page)
  await reads(page.locator('.bm-form'), new RegExp(`${row.student.name} ${row.student.code}`))
  await shoot(page, 'names-form')
  assert.deepEqual(await axe(page), [])
  await context.close()
})

test('from a figure of a dashboard down to the files that this very figure came from, and charts in dark colours', async () => {
  const { context, page } = await open(browser, { state })
  const faults = watch(page)
  await page.goto(new URL('dashboard?id=fit_city', base()).href)
  await settled(page)
  await page.locator('.bm-kpi-value').first().click()
  await page.locator('.bm-sheet a[href*="lineage?metric="]').click()
  await page.waitForURL(/lineage\?metric=.*cell=/)
  await page.waitForSelector('#lineage-figure')
  await settled(page)
  assert.ok(await page.locator('[aria-labelledby=lineage-figure] tbody tr').count() > 0, 'files stand there')
  await shoot(page, 'names-lineage')
  assert.deepEqual(await axe(page), [])
  await page.evaluate(() => localStorage.setItem('banmo.prefs', JSON.stringify({ dark: true })))
  await page.goto(new URL('dashboard?id=fit_city', base()).href)
  await settled(page)
  await page.waitForSelector('.bm-chart svg text')
  const drawn = await page.evaluate(() => ({
    filter: getComputedStyle(document.querySelector('.bm-chart svg')).filter,
    inks: [...new Set([...document.querySelectorAll('.bm-chart svg text')].map((text) => text.getAttribute('fill')))],
  }))
  assert.equal(drawn.filter, 'none')
  assert.ok(drawn.inks.every((ink) => ['#e6e9ef', '#b9c0cc'].includes(ink)), JSON.stringify(drawn.inks))
  await shoot(page, 'names-dark')
  assert.deepEqual(await axe(page), [])
  assert.deepEqual(faults, [])
  await context.close()
})

after(async () => {
  const { context, page } = await open(await launch(), { state })
  await page.goto(base())
  await api(page, `datasets/${dataset}/rows/${encodeURIComponent(row._key)}`, { method: 'DELETE' })
  await context.browser().close()
})
