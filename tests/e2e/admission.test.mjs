// SPDX-License-Identifier: Apache-2.0
// An admission in a browser: an officer runs a batch and compares mechanisms, a leader checks and publishes it, families read why, two people take a
// result back, two people draw lots, anyone recomputes them without an account.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { done, signIn } from '../http/client.mjs'
import { api, clean, launch, open, base, settled, signedInState, visit as visitAs, watch } from './lib.mjs'

const at = 'admissions/senior_secondary'
let browser, year
const states = {}
before(async () => {
  browser = await launch()
  for (const account of ['city', 'leader', 'student', 'candidate', 'candidate_parent']) states[account] = await signedInState(browser, account)
})
after(() => browser?.close())
const visit = (account, path, how) => visitAs(browser, states[account], path, how)
const rowOf = (page, state) => page.getByRole('region', { name: '投档记录' }).getByRole('row').filter({ hasText: state }).first()

test('an officer runs a batch, sees its certificate and cut-offs, and compares mechanisms', async () => {
  const { page, context, faults } = await visit('city', 'admissions')
  const known = (await api(page, `${at}/runs`)).items.filter((one) => one.state === 'published')
  year = Math.min(...known.map((one) => one.year)) + 1 // the year after the one that the demonstration has published
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
  await compare.getByText('现行', { exact: true }).waitFor()
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

for (const account of ['candidate', 'candidate_parent'])
  test(`${account} reads the place and why a dearer choice was not given`, async () => {
    for (const width of [1440, 390]) {
      const { page, context, faults } = await visit(account, 'admissions', { width })
      await page.getByText('录取到').first().waitFor()
      await page.getByText(/须在第 \d+ 以内/).first().waitFor()
      assert.equal(await page.getByRole('link', { name: '抽签' }).count(), 0, 'lots are for those who run and publish')
      await clean(page, `admission-${account}-${width}`)
      assert.deepEqual(faults, [])
      await context.close()
    }
  })

test('a published batch is taken back: what rests on it is in the way, one asks, another decides, the family is told', async () => {
  const [city, leader] = [await signIn('city'), await signIn('leader')]
  const shown = year - 1 // the demonstration's published admission
  const published = async (batch) => (await leader.ok(`/${at}/runs`)).items.find((one) => one.year === shown && one.batch === batch && one.state === 'published')
  const again = []
  const takeBack = async (batch) => {
    const one = await published(batch)
    await done(leader.post(`/admissions/runs/${one.id}/recall`, { reason: '计划录错，须重新投档' }))
    await done(city.post(`/admissions/runs/${one.id}/recall/confirm`))
    again.unshift(batch)
  }
  const row = (page, batch) => page.getByRole('region', { name: '投档记录' }).getByRole('row').filter({ hasText: `${shown} ${batch}` }).first()
  const open = async (page, batch) => {
    await row(page, batch).getByRole('button', { name: new RegExp(`^撤回：${batch}`) }).click()
    await page.getByRole('dialog').getByRole('cell', { name: '结果数据' }).waitFor()
  }
  const asking = await visit('leader', 'admissions')
  await open(asking.page, '普通高中批')
  await asking.page.getByRole('dialog').getByText('不能撤回').first().waitFor()
  await asking.page.getByLabel('撤回理由').fill('普通批计划名额录错，须更正')
  assert.ok(await asking.page.getByRole('button', { name: '提出撤回' }).isDisabled())
  await settled(asking.page)
  await clean(asking.page, 'admission-recall-blocked-1440')
  await takeBack('vocational')
  await takeBack('five_year')
  await asking.page.reload()
  await open(asking.page, '普通高中批')
  assert.ok(await asking.page.getByRole('button', { name: '提出撤回' }).isDisabled(), 'not without a reason')
  await asking.page.getByLabel('撤回理由').fill('普通批计划名额录错，须更正')
  await asking.page.getByRole('button', { name: '提出撤回' }).click()
  await row(asking.page, '普通高中批').getByText('已提出撤回，待另一人确认').waitFor()
  await open(asking.page, '普通高中批')
  await asking.page.getByText('须由另一人确认。').waitFor()
  assert.equal(await asking.page.getByRole('button', { name: '确认撤回' }).count(), 0, 'not by who asked')
  const deciding = await visit('city', 'admissions', { width: 390 })
  await open(deciding.page, '普通高中批')
  await deciding.page.getByText('普通批计划名额录错，须更正').waitFor()
  await settled(deciding.page)
  await clean(deciding.page, 'admission-recall-decide-390')
  await deciding.page.getByRole('dialog').getByRole('button', { name: '确认撤回' }).click()
  await deciding.page.locator('.ant-popconfirm').getByRole('button', { name: '确认撤回' }).click()
  await row(deciding.page, '普通高中批').getByText('已撤回').waitFor()
  again.unshift('general')
  for (const language of ['zh', 'en']) {
    const family = await visit('candidate_parent', 'admissions', { width: 390, language })
    await family.page.getByText(language === 'zh' ? '结果已撤回，等待重新公布' : /The result was taken back/).waitFor()
    const told = family.page.getByRole('region', { name: language === 'zh' ? / 普通高中批 / : / General schools / })
    assert.equal(await told.count(), 1)
    assert.equal(await told.getByRole('row').count(), 0, 'nothing of the stale result')
    await clean(family.page, `admission-recalled-${language}-390`)
    assert.deepEqual(family.faults, [])
    await family.context.close()
  }
  assert.deepEqual([asking.faults, deciding.faults], [[], []])
  await asking.context.close()
  await deciding.context.close()
  for (const batch of again) {
    const run = await done(city.post(`/${at}/runs`, { year: shown, batch }), 201)
    await done(leader.post(`/admissions/runs/${run.id}/check`))
    await done(leader.post(`/admissions/runs/${run.id}/publish`))
  }
  const family = await visit('candidate_parent', 'admissions')
  await family.page.getByRole('region', { name: / 普通高中批 / }).getByRole('row').first().waitFor()
  assert.equal(await family.page.getByText('结果已撤回').count(), 0)
  await family.context.close()
})

test('lots: the list is published, digits are typed by two people, and sent back once', async () => {
  const draw = (page) => page.getByRole('region', { name: `${year} 中等职业学校批`, exact: true })
  const type = async (page, hash, digits, button) => {
    const form = draw(page)
    await form.getByLabel('抽签前公布的名单校验值').fill(hash)
    await form.getByLabel('抽出的数字').fill(digits)
    await form.getByRole('button', { name: button }).click()
  }
  const officer = await visit('city', '')
  await officer.page.getByRole('link', { name: '抽签' }).click()
  const page = officer.page
  await page.getByRole('region', { name: '公布抽签名单' }).getByRole('spinbutton').fill(String(year))
  await page.getByRole('button', { name: '固定名单并公布校验值' }).click()
  await page.locator('.ant-popconfirm').getByRole('button', { name: '固定名单并公布校验值' }).click()
  await draw(page).getByText('名单已公布', { exact: true }).waitFor()
  const [fixed] = (await api(page, `${at}/lotteries`)).items.filter((one) => one.year === year)
  await draw(page).getByText(fixed.list_sha256).waitFor()
  await type(page, '00', '20260622', '录入数字')
  await draw(page).getByText('models.list_differs').waitFor()
  await type(page, fixed.list_sha256, '20260226', '录入数字')
  await draw(page).getByText('数字已录入，须由另一人核对。').waitFor()
  const leader = await visit('leader', 'lots')
  await draw(leader.page).getByRole('button', { name: '数字录错，退回' }).click()
  await leader.page.locator('.ant-popconfirm').getByRole('button', { name: '数字录错，退回' }).click()
  await draw(leader.page).getByText('等待录入抽出的数字。').waitFor()
  await page.reload()
  await type(page, fixed.list_sha256, '20260622', '录入数字')
  await draw(page).getByText('数字已录入，须由另一人核对。').waitFor()
  await clean(page, 'admission-lots-city-1440')
  await leader.page.reload()
  await type(leader.page, fixed.list_sha256, '20260622', '核对一致')
  await draw(leader.page).getByText('已抽签').waitFor()
  const download = leader.page.waitForEvent('download')
  await draw(leader.page).getByRole('button', { name: '下载公开文件' }).click()
  assert.equal((await download).suggestedFilename(), 'lottery.json')
  await clean(leader.page, 'admission-lots-leader-1440')
  await leader.page.setViewportSize({ width: 390, height: 844 })
  await clean(leader.page, 'admission-lots-leader-390')
  assert.deepEqual(leader.faults, [])
  await leader.context.close()
  await officer.context.close()
})

test('anyone recomputes a draw of lots in the browser, and sees what was changed', async () => {
  const officer = await visit('city', 'admissions')
  const fixed = (await api(officer.page, `${at}/lotteries`)).items.find((one) => one.year === year && one.state === 'confirmed')
  await officer.context.close()
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
