// SPDX-License-Identifier: Apache-2.0
// An admission in a browser: an officer runs a batch and compares mechanisms, a leader checks and publishes it, anyone recomputes a draw of lots without
// an account.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, clean, json, launch, open, base, settled, signedInState, visit as visitAs, watch } from './lib.mjs'

const at = 'admissions/senior_secondary'
let browser, year
const states = {}
before(async () => {
  browser = await launch()
  for (const account of ['city', 'leader', 'student']) states[account] = await signedInState(browser, account)
})
after(() => browser?.close())
const visit = (account, path, how) => visitAs(browser, states[account], path, how)
const rowOf = (page, state) => page.getByRole('region', { name: '投档记录' }).getByRole('row').filter({ hasText: state }).first()

test('an officer runs a batch, sees its certificate and cut-offs, and compares mechanisms', async () => {
  const { page, context, faults } = await visit('city', 'admissions')
  year = (await api(page, 'datasets/exam_candidate/rows?limit=1')).items[0].exam_year
  const runs = page.getByRole('region', { name: '投档记录' }).last()
  await page.getByRole('region', { name: '投档', exact: true }).getByRole('spinbutton').fill(String(year))
  await page.getByRole('button', { name: '开始投档' }).click()
  await runs.getByText('待复核').first().waitFor()
  await runs.getByText('稳定').first().waitFor()
  assert.equal(await page.getByRole('button', { name: '复核通过' }).count(), 0, 'not by who ran it')
  await page.getByRole('button', { name: /看录取线/ }).first().click()
  await page.getByText('稳定：没有任何考生和学校都更愿意选择对方。').waitFor()
  await settled(page)
  await clean(page, 'admission-cut-offs-1440')
  await page.getByRole('button', { name: '关闭' }).click()
  const compare = page.getByRole('region', { name: '比较录取机制' }).first()
  await compare.getByRole('spinbutton').fill(String(year))
  await compare.getByRole('button', { name: '比较' }).click()
  await compare.getByText('现行').waitFor()
  await clean(page, 'admission-city-1440')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a leader checks and publishes what the officer ran', async () => {
  const { page, context, faults } = await visit('leader', 'admissions')
  await rowOf(page, '待复核').getByRole('button', { name: '复核通过' }).click()
  await page.getByRole('button', { name: '公布', exact: true }).first().click()
  await page.locator('.ant-popconfirm').getByRole('button', { name: '公布' }).click()
  await page.getByRole('region', { name: '投档记录' }).last().getByText('已公布').first().waitFor()
  await clean(page, 'admission-leader-1440')
  assert.deepEqual(faults, [])
  await context.close()
})

for (const width of [1440, 390])
  test(`pages of a student stand at ${width} px, in both languages`, async () => {
    for (const language of ['zh', 'en']) {
      const { page, context, faults } = await visit('student', 'admissions', { width, language })
      await clean(page, `admission-student-${language}-${width}`)
      assert.deepEqual(faults, [])
      await context.close()
    }
  })

test('anyone recomputes a draw of lots in the browser, and sees what was changed', async () => {
  const officer = await visit('city', 'admissions')
  const known = (await api(officer.page, `${at}/lotteries`)).items.find((one) => one.year === year && one.batch === 'vocational') // of an earlier test
  const fixed = known ?? (await api(officer.page, `${at}/lotteries`, json({ year, batch: 'vocational' })))
  const said = json({ list_sha256: fixed.list_sha256, digits: '20260622' })
  if (fixed.state === 'listed') await api(officer.page, `admissions/lotteries/${fixed.id}/draw`, said)
  await officer.context.close()
  const leader = await visit('leader', 'admissions')
  if (fixed.state !== 'confirmed') assert.equal((await api(leader.page, `admissions/lotteries/${fixed.id}/confirm`, said)).state, 'confirmed')
  await leader.context.close()
  for (const width of [1440, 390]) {
    const { page, context } = await open(browser, { state: undefined, width }) // nobody is signed in
    const faults = watch(page)
    await page.goto(new URL('verify-lottery', base()).href)
    const text = await (await fetch(new URL(`api/v1/admissions/lotteries/${fixed.id}/file`, base()))).text()
    const choose = (name, content) => page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) })
    await choose('lottery.json', text)
    await page.getByText('重算一致').waitFor({ timeout: 60_000 })
    const file = JSON.parse(text)
    await page.getByRole('textbox').fill(file.order[4])
    await page.getByText('第 5 位').waitFor()
    await clean(page, `admission-verify-${width}`)
    ;[file.order[0], file.order[1]] = [file.order[1], file.order[0]]
    await choose('forged.json', JSON.stringify(file))
    await page.getByText('结果被改过：第 1 位不符').waitFor({ timeout: 60_000 })
    await choose('other.json', '{}')
    await page.getByText('这不是抽签文件').waitFor()
    assert.deepEqual(faults, [])
    await context.close()
  }
})
