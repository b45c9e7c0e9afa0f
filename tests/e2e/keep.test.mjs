// SPDX-License-Identifier: Apache-2.0
// Learning records leave in a browser: the stream as a file; a person is erased after counting, with a reason and the name typed; old records go; the list tells how far it is.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { api, base, clean, json, launch, reads, settled, signedInState, visit as visitAs } from './lib.mjs'

let browser
const states = {}
let pupil
let school
const activity = `http://tool.example/keep-e2e/${process.pid}`

const visit = (who, path, how) => visitAs(browser, states[who], path, how)
const choose = async (page, id, text) => {
  await page.locator(id).click()
  await page.locator(id).pressSequentially(text)
  await page.locator('.ant-select-item-option', { hasText: text }).first().click()
}

before(async () => {
  browser = await launch()
  for (const who of ['city', 'teacher']) states[who] = await signedInState(browser, who)
  const { context, page } = await visit('city', '')
  school = (await api(page, 'orgs?kind=school&limit=1')).items[0]
  const key = await api(page, 'xapi/keys', json({ title: '删除走查', scopes: ['all'], org: school.id }))
  const [given] = (await api(page, 'learning/accounts', json({ purpose: `keep-${process.pid}`, role: 'student', org: school.id, limit: 1 }))).items
  pupil = given.person
  const said = (more) => ({ actor: { account: { homePage: given.home_page, name: given.name } }, verb: { id: 'http://adlnet.gov/expapi/verbs/completed' }, object: { id: activity, definition: { name: { 'zh-CN': '将删除的课' } } }, ...more })
  const sent = await fetch(new URL('xapi/statements', base()), {
    method: 'POST', body: JSON.stringify([said(), said(), said({ timestamp: '2011-05-01T08:00:00Z', actor: { account: { homePage: 'https://tool.example', name: 'old' } } })]),
    headers: { 'content-type': 'application/json', 'x-experience-api-version': '2.0.0', authorization: `Basic ${btoa(`${key.key}:${key.secret}`)}` },
  })
  assert.equal(sent.status, 200, await sent.text())
  await context.close()
})
after(() => browser?.close())

test('the stream leaves as a file in the format that is chosen, by what is asked for', async () => {
  const { context, page, faults } = await visit('city', `learning?activity=${encodeURIComponent(activity)}`)
  await page.waitForSelector('text=将删除的课')
  await page.getByLabel('导出格式').selectOption('jsonl')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^导\s?出$/ }).click()])
  assert.equal(file.suggestedFilename(), '学习记录.jsonl')
  const lines = readFileSync(await file.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line))
  assert.deepEqual([...new Set(lines.map((line) => line.object))], [activity])
  assert.equal(lines.length, 3)
  await clean(page, 'keep-stream')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a person is erased after counting, with a reason and the name typed, and the list follows it to its end', async () => {
  const { context, page, faults } = await visit('city', 'actors')
  await page.getByRole('link', { name: '保留与删除' }).click()
  await settled(page)
  await choose(page, '#erase-person', pupil.name)
  const panel = page.locator('section', { hasText: '删除一个人的学习记录' })
  await panel.getByRole('button', { name: '先计数' }).click()
  await panel.getByText(/条记录/).first().waitFor()
  const act = panel.getByRole('button', { name: '删除此人的学习记录' })
  assert.ok(await act.isDisabled())
  await panel.getByLabel('原因').fill('监护人书面申请')
  await panel.getByLabel(/以确认/).fill(pupil.name)
  await clean(page, 'keep-erase')
  await act.click()
  await page.getByText('已开始，进度见下方。').waitFor()
  await page.locator('tbody tr', { hasText: '监护人书面申请' }).getByText('已完成').waitFor({ timeout: 30_000 })
  await clean(page, 'keep-erased')
  assert.deepEqual((await api(page, `learning/people/${pupil.id}/timeline`)).items, [])
  assert.deepEqual(faults, [])
  await context.close()
})

test('old records are counted by school and go', async () => {
  const { context, page, faults } = await visit('city', 'retention')
  await choose(page, '#purge-org', school.title)
  await page.locator('#purge-before').fill('2012-01-01')
  const panel = page.locator('section', { hasText: '清除过期的学习记录' })
  await panel.getByRole('button', { name: '先计数' }).click()
  await panel.getByText('2011-05-01 – 2011-05-01').waitFor()
  await panel.getByLabel('原因').fill('超过保存期限')
  await panel.getByLabel(/以确认/).fill(school.title)
  await panel.getByRole('button', { name: '清除这些记录' }).click()
  const line = page.locator('tbody tr', { hasText: '超过保存期限' })
  await line.getByText('已完成').waitFor({ timeout: 30_000 })
  await reads(line, /2012-01-01 以前的记录[\s\S]*保留/)
  assert.deepEqual(faults, [])
  await context.close()
})

test('nobody without the right finds the page, and it fits a phone in both languages', async () => {
  const refused = await visit('teacher', 'retention')
  assert.equal(await refused.page.locator('#erase-person').count(), 0)
  await refused.context.close()
  for (const language of ['zh', 'en']) {
    const { context, page, faults } = await visit('city', 'retention', { language, width: 390 })
    await clean(page, `keep-phone-${language}`)
    assert.deepEqual(faults, [])
    await context.close()
  }
})
