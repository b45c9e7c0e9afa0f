// SPDX-License-Identifier: Apache-2.0
// Shared data in a browser: the city grants on its desk what a school asked for, choosing dataset and fields; the school's CIO makes a key on a phone and a program reads with it; the city sees that it
// was read; the school hands it back, and the key is dead. A file is taken; a share is ended at once with a reason.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { button, clean, confirm, dayFromNow, fillGrant, json, make, made, unexpected, visitor } from './cases.mjs'
import { api, base, launch, reads, settled, views } from './lib.mjs'

let browser
let visit
const phone = { width: 390 }
const wish = { wanted: '全市区市名录', sensitivity: 'inner', sharing_way: 'api', purpose: '教务系统下拉列表', safeguards: '专人保管' }

before(async () => {
  browser = await launch()
  visit = visitor(browser)
})
after(() => browser?.close())

// A case that waits for the city, as its school and district bring it there.
async function atCity(values = wish) {
  const school = await visit('principal', 'cases')
  const one = await api(school.page, 'flows/data_sharing/cases', json({ values }))
  const sent = await api(school.page, `cases/${one.id}/moves`, json({ seq: one.seq, move: 'send' }))
  await school.context.close()
  const district = await visit('district', 'work')
  await api(district.page, `cases/${one.id}/moves`, json({ seq: sent.seq, move: 'city', values: { district_opinion: '同意' } }))
  await district.context.close()
  return one
}
// Granted by the API: which part of which dataset.
async function granted(more) {
  const one = await atCity({ ...wish, sharing_way: more.sharing_way ?? 'api' })
  const city = await visit('city', 'work')
  const top = (await api(city.page, 'orgs')).items[0]
  const now = await api(city.page, `cases/${one.id}`)
  await api(city.page, `cases/${one.id}/moves`, json({ seq: now.seq, move: 'granted', values: { granted_dataset: 'core_district', granted_fields: 'code,name', granted_org: top.id, granted_until: dayFromNow(60), ...more } }))
  await city.context.close()
  return one
}
const cardOf = (page, number) => page.locator('section.bm-panel', { hasText: number })

let one
let secret

test('the city grants on its desk what a school asked for: dataset and fields are chosen, a wrong end is told at its field', async () => {
  one = await atCity()
  const { context, page, faults } = await visit('city', `case?id=${one.id}`)
  await fillGrant(page, '同意共享', dayFromNow(900))
  await confirm(page, '同意共享')
  await page.getByText(/截止日期可填/).first().waitFor()
  await clean(page, 'shares-grant-1440')
  await page.fill('#move-granted_until', dayFromNow(60))
  await confirm(page, '同意共享')
  await made(page, '已授权')
  await reads(page.locator('main'), /开放的共享[\s\S]*区市[\s\S]*使用中[\s\S]*名称[\s\S]*还没有读过/)
  await clean(page, 'shares-case-1440')
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

test('the CIO of the school makes a key on a phone, and a program reads with it', async () => {
  const { context, page, faults } = await visit('cio', 'shares', phone)
  const card = cardOf(page, one.key)
  await reads(card, /区市[\s\S]*使用中[\s\S]*字段\s+名称[\s\S]*方式\s+接口[\s\S]*还有 \d+ 天/)
  await clean(page, 'shares-held-390')
  await button(card, '密钥与调用方法').click()
  await page.fill('#share-key-title', '教务系统')
  await page.locator('.bm-sheet').getByRole('button', { name: '新建密钥' }).click()
  await page.getByText('请现在复制密钥，关闭后不再显示。').waitFor()
  const codes = await page.locator('.bm-share-secret code').allInnerTexts()
  secret = codes[0]
  const [, header, address] = codes[1].match(/^curl -H 'Authorization: (.+)' '(.+)'$/)
  await clean(page, 'shares-key-390')
  const answer = await fetch(address, { headers: { authorization: header } })
  const body = await answer.json()
  assert.equal(answer.status, 200, JSON.stringify(body))
  assert.ok(body.items.length >= 7 && body.items.every((row) => Object.keys(row).join() === 'name'), JSON.stringify(body.items[0]))
  await page.reload()
  await settled(page)
  assert.equal((await page.locator('body').innerText()).includes(secret), false, 'a secret is shown once')
  await reads(cardOf(page, one.key), /共 1 次、\d+ 行/)
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

test('the principal sees the share and no way to make a key, and hands it back; the key is dead', async () => {
  const { context, page, faults } = await visit('principal', 'shares')
  const card = cardOf(page, one.key)
  await button(card, '密钥与调用方法').click()
  await page.getByText('密钥由本单位的首席信息官或区市管理员建立和撤销。').waitFor()
  assert.equal(await page.locator('#share-key-title').count(), 0)
  await clean(page, 'shares-keys-1440')
  await page.goto(new URL(`case?id=${one.id}`, base()).href)
  await settled(page)
  await make(page, '提前交还')
  await made(page, '已收回')
  await reads(page.locator('main'), /开放的共享[\s\S]*已结束/)
  const share = (await api(page, `cases/${one.id}/shares`)).items[0]
  const answer = await fetch(new URL(`api/v1/shared/${share.id}/rows`, base()), { headers: { authorization: `Bearer ${secret}` } })
  const body = await answer.json()
  assert.deepEqual([answer.status, body.code], [403, 'shares.ended'])
  assert.match(body.detail.zh, /请删除已取得的数据/)
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

test('a file is taken by the holder, and the city ends the share at once with a reason that stands in the case', async () => {
  const two = await granted({ sharing_way: 'file' })
  const school = await visit('principal', 'shares', phone)
  const card = cardOf(school.page, two.key)
  const [file] = await Promise.all([school.page.waitForEvent('download'), button(card, '下载 CSV').click()])
  assert.match(file.suggestedFilename(), /\.csv$/)
  await clean(school.page, 'shares-file-390')
  assert.deepEqual(unexpected(school.faults), [])
  await school.context.close()

  const { context, page, faults } = await visit('city', 'shares')
  const given = cardOf(page, two.key)
  await reads(given, /使用单位[\s\S]*共 1 次/)
  await clean(page, 'shares-given-1440')
  await given.getByRole('button', { name: /结束共享/ }).click()
  const sheet = page.locator('.bm-sheet')
  assert.ok(await button(sheet, '确定结束').isDisabled(), 'a reason must be given')
  await page.fill('#share-end-note', '目的已达到')
  await clean(page, 'shares-end-1440')
  await button(sheet, '确定结束').click()
  await page.getByText(/已结束，.*不能再读取/).waitFor()
  await given.waitFor({ state: 'detached' })
  await page.goto(new URL(`case?id=${two.id}`, base()).href)
  await settled(page)
  await reads(page.locator('.bm-case-steps'), /收回授权[\s\S]*目的已达到/)
  assert.deepEqual(unexpected(faults), [])
  await context.close()
})

test('both views fit their widths in both languages', async () => {
  for (const [language, width] of views)
    for (const [who, view] of [['cio', 'held'], ['city', 'given'], ['principal', 'given']]) {
      const { context, page, faults } = await visit(who, `shares?view=${view}`, { language, width })
      await clean(page, `shares-${who}-${view}-${language}-${width}`)
      assert.deepEqual(faults, [])
      await context.close()
    }
})
