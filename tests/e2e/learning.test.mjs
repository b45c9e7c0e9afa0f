// SPDX-License-Identifier: Apache-2.0
// Learning records in a browser: a tool is connected, real clients (@xapi/xapi, tincanjs) send, what they sent is read in the stream, by person and class, and by the family on a
// phone; an unknown actor is mapped; the key is revoked.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { api, base, clean, json, launch, reads, settled, shoot, signedInState, visit as visitAs } from './lib.mjs'

const require = createRequire(new URL('../../portal/package.json', import.meta.url))
const XAPI = require('@xapi/xapi').default
const TinCan = require('tincanjs')

const title = `课堂工具 ${process.pid}`
const lesson = (name) => ({ objectType: 'Activity', id: `http://tool.example/lesson/${process.pid}`, definition: { name: { 'zh-CN': name, en: 'Refraction of light' }, type: 'http://adlnet.gov/expapi/activities/lesson' } })
const completed = { id: 'http://adlnet.gov/expapi/verbs/completed', display: { 'zh-CN': '完成了', en: 'completed' } }
const stranger = { objectType: 'Agent', name: '工具里的小明', account: { homePage: 'https://tool.example', name: `ming-${process.pid}` } }
let browser
const states = {}
let key
let child
let account

const visit = (who, path, how) => visitAs(browser, states[who], path, how)
const client = () => new XAPI({ endpoint: new URL('xapi/', base()).href, auth: XAPI.toBasicAuth(key.user, key.secret), version: '2.0.0' })

before(async () => {
  browser = await launch()
  for (const who of ['city', 'guardian', 'sysadmin']) states[who] = await signedInState(browser, who)
  const { context, page } = await visit('guardian', '')
  child = (await api(page, 'people?limit=50')).items.find((person) => person.roles.includes('student'))
  await context.close()
})
after(() => browser?.close())

test('a tool is connected from the page: its secret is shown once, and its line stands in the list', async () => {
  const { context, page, faults } = await visit('city', 'tools')
  await page.getByRole('button', { name: '接入工具' }).click()
  await page.fill('#tool-title', title)
  await page.getByRole('checkbox', { name: '读自己写的记录' }).check()
  await page.reload()
  await settled(page)
  await page.getByRole('button', { name: '接入工具' }).click()
  assert.equal(await page.inputValue('#tool-title'), title, 'what was typed is still there')
  await clean(page, 'learning-tool-form')
  await page.getByRole('button', { name: '建立密钥' }).click()
  await page.waitForSelector('.bm-secret')
  const [, user] = await page.locator('.bm-learning-secret code').allTextContents()
  key = { user, secret: await page.locator('.bm-secret').textContent() }
  assert.equal(await page.locator('.bm-learning-secret code').first().textContent(), new URL('xapi/', base()).href)
  await clean(page, 'learning-tool-secret')
  await page.keyboard.press('Escape')
  await settled(page)
  const line = page.locator('tbody tr', { hasText: title })
  await reads(line, /写学习记录[\s\S]*读自己写的记录[\s\S]*从未使用/)
  assert.ok(!(await page.content()).includes(key.secret), 'the secret is gone')
  assert.deepEqual(faults, [])
  await context.close()
})

test('what real clients send is in the stream within seconds, as a sentence that opens to the whole', async () => {
  const { context, page, faults } = await visit('city', `learning?key=${key.user}`)
  const accounts = await api(page, 'learning/accounts', json({ purpose: 'e2e', within: child.org.id, role: 'student', limit: 500 }))
  let found = accounts
  while (!found.items.some((one) => one.person.id === child.id) && found.next) found = await api(page, 'learning/accounts', json({ purpose: 'e2e', within: child.org.id, role: 'student', limit: 500, after: found.next }))
  const mine = found.items.find((one) => one.person.id === child.id)
  account = { homePage: mine.home_page, name: mine.name }
  await client().sendStatement({ statement: { actor: { objectType: 'Agent', account }, verb: completed, object: lesson('光的折射'), result: { score: { raw: 85, max: 100 }, success: true, completion: true, duration: 'PT12M30S' } } })
  await client().sendStatements({ statements: [1, 2, 3].map((n) => ({ actor: stranger, verb: completed, object: lesson(`第 ${n} 节`) })) })
  const tincan = new TinCan.LRS({ endpoint: new URL('xapi/', base()).href, username: key.user, password: key.secret, version: '1.0.2', allowFail: false })
  await new Promise((done, refuse) => tincan.saveStatement(new TinCan.Statement({ actor: { account, objectType: 'Agent' }, verb: completed, object: lesson('声音的传播') }), { callback: (error) => (error ? refuse(new Error(String(error))) : done()) }))
  assert.equal((await client().getStatements({ limit: 10 })).data.statements.length, 5)
  const began = Date.now()
  for (;;) {
    await page.getByRole('button', { name: '刷新' }).click()
    await settled(page)
    if ((await page.locator('.bm-learning-lines li').count()) === 5) break
    assert.ok(Date.now() - began < 5000, 'the records are there within five seconds')
  }
  console.log(`# in the stream ${Date.now() - began} ms after they were sent`)
  const line = page.locator('.bm-learning-lines li', { hasText: '光的折射' })
  await reads(line, new RegExp(`${child.name} 完成了“光的折射”，得分 85（满分 100），达标，用时 12 分 30 秒。`))
  await clean(page, 'learning-stream-1440')
  await line.getByRole('button').click()
  await page.waitForSelector('.bm-learning-sentence')
  await page.locator('.bm-sheet summary').click()
  await reads(page.locator('.bm-learning-json'), /"raw": 85/)
  await clean(page, 'learning-record-1440')
  await page.keyboard.press('Escape')
  await page.locator('.bm-sheet').waitFor({ state: 'detached' })
  await page.getByRole('searchbox', { name: '学习内容名称' }).fill('声音')
  await page.getByRole('searchbox', { name: '学习内容名称' }).press('Enter')
  await page.waitForURL(/q=/)
  await settled(page)
  await page.waitForFunction(() => document.querySelectorAll('.bm-learning-lines li').length === 1)
  await reads(page.locator('.bm-learning-lines li'), /声音的传播/)
  await page.getByRole('button', { name: '清除条件' }).click()
  assert.deepEqual(faults, [])
  await context.close()
})

for (const [language, width] of [['zh', 390], ['en', 1440], ['en', 390]])
  test(`the stream and a record are readable in ${language} at ${width} px`, async () => {
    const { context, page, faults } = await visit('city', `learning?key=${key.user}`, { language, width })
    await page.waitForSelector('.bm-learning-lines li')
    await clean(page, `learning-stream-${language}-${width}`)
    await page.locator('.bm-learning-lines li button').first().click()
    await page.waitForSelector('.bm-learning-sentence')
    if (language === 'en') await reads(page.locator('.bm-learning-sentence'), /completed “Refraction of light”/)
    await clean(page, `learning-record-${language}-${width}`)
    for (const path of ['tools', 'actors']) {
      await page.goto(new URL(path, base()).href)
      await page.waitForSelector('table tbody tr')
      await settled(page)
      await clean(page, `learning-${path}-${language}-${width}`)
    }
    assert.deepEqual(faults, [])
    await context.close()
  })

test('the stream goes back to its oldest record as it is scrolled, and draws only what is seen', async () => {
  const many = Array.from({ length: 120 }, (_, n) => ({ actor: { ...stranger, account: { ...stranger.account, name: `crowd-${process.pid}` } }, verb: completed, object: lesson(`练习 ${n}`) }))
  await client().sendStatements({ statements: many })
  const { context, page, faults } = await visit('city', `learning?key=${key.user}`)
  await page.waitForSelector('.bm-learning-lines li')
  const frame = page.locator('.bm-learning-frame')
  for (let end = Date.now() + 20_000; !(await page.locator('.bm-more').innerText()).includes('共 125 条'); ) {
    await frame.evaluate((box) => box.scrollTo(0, box.scrollHeight))
    await settled(page)
    assert.ok(Date.now() < end, await page.locator('.bm-more').innerText())
  }
  await frame.evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await page.waitForFunction(() => [...document.querySelectorAll('.bm-learning-lines li')].some((line) => line.textContent.includes('光的折射')))
  assert.ok((await page.locator('.bm-learning-lines li').count()) < 60, 'not all lines are drawn')
  assert.deepEqual(faults, [])
  await context.close()
})

test('an unknown actor is mapped: the records become the person\'s, and are not when it is undone', async () => {
  const { context, page, faults } = await visit('city', 'actors')
  const line = page.locator('tbody tr', { hasText: stranger.account.name })
  await line.getByRole('button', { name: '对应' }).click()
  await page.locator('#actor-person').click()
  await page.locator('#actor-person').pressSequentially(child.name)
  await page.locator('.ant-select-item-option', { hasText: child.name }).first().click()
  await clean(page, 'learning-map')
  await page.getByRole('button', { name: '确定对应' }).click()
  await line.waitFor({ state: 'detached' })
  await page.getByLabel('状态').selectOption('mapped')
  await settled(page)
  const mapped = page.locator('tbody tr', { hasText: stranger.account.name })
  const href = await mapped.getByRole('link').getAttribute('href')
  const person = new URL(href, base()).searchParams.get('person')
  const sentences = async () => (await api(page, `learning/people/${person}/timeline`)).items.map((one) => one.sentence.zh)
  const eventually = async (wanted) => {
    for (const end = Date.now() + 5000; (await sentences()).some((text) => text.includes('第 1 节')) !== wanted; ) assert.ok(Date.now() < end, `the earlier records ${wanted ? 'came' : 'left'}`)
  }
  await eventually(true)
  await mapped.getByRole('link').click()
  await page.waitForSelector('.bm-learning-day li')
  await reads(page.locator('.bm-learning-day').first(), new RegExp(`${child.name} 完成了“第 1 节”`))
  await clean(page, 'learning-person-timeline')
  await page.goto(new URL('actors?state=mapped', base()).href)
  await page.locator('tbody tr', { hasText: stranger.account.name }).getByRole('button', { name: '撤销' }).click()
  await page.locator('tbody tr', { hasText: stranger.account.name }).waitFor({ state: 'detached' })
  await eventually(false)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a person\'s page and a class\'s page lead to their time-lines', async () => {
  const { context, page, faults } = await visit('city', `person?id=${child.id}`)
  await page.locator('.bm-links').getByRole('link', { name: '学习记录' }).click()
  await page.waitForSelector('.bm-learning-day li')
  await page.locator('.bm-learning-day li button').first().click()
  await page.waitForSelector('.bm-learning-sentence')
  const { items } = await api(page, `learning/people/${child.id}/timeline`)
  await page.goto(new URL(`org?id=${items[0].class.id}`, base()).href)
  await settled(page)
  await page.locator('.bm-links').getByRole('link', { name: '学习记录' }).click()
  await page.waitForSelector('.bm-learning-day li')
  await clean(page, 'learning-class-timeline')
  assert.deepEqual(faults, [])
  await context.close()
})

for (const language of ['zh', 'en'])
  test(`a family reads a plain time-line on a phone of 360 px (${language})`, async () => {
    const { context, page, faults } = await visit('guardian', 'learning', { language, width: 360 })
    await page.waitForSelector('.bm-learning-day li')
    await reads(page.locator('.bm-learning-day').first(), language === 'zh' ? /完成了“光的折射”/ : /completed “Refraction of light”/)
    assert.equal(await page.locator('.bm-learning-filters').count(), 0)
    await clean(page, `learning-family-${language}-360`)
    await page.locator('.bm-learning-day li button').first().click()
    await page.waitForSelector('.bm-learning-sentence')
    assert.equal(await page.locator('.bm-learning-json').count(), 0)
    await clean(page, `learning-family-record-${language}-360`)
    assert.deepEqual(faults, [])
    await context.close()
  })

test('an administrator connects tools and sees no records; a revoked key is refused at once', async () => {
  const { context, page, faults } = await visit('sysadmin', 'learning')
  await reads(page.locator('main'), /您没有查看这里的权限/)
  await page.goto(new URL('tools', base()).href)
  await settled(page)
  const line = page.locator('tbody tr', { hasText: title })
  await line.getByRole('button', { name: '撤销' }).click()
  await shoot(page, 'learning-revoke')
  await page.locator('.ant-popconfirm .ant-btn-primary').click()
  await line.waitFor({ state: 'detached' })
  await page.getByRole('checkbox', { name: '也显示已撤销的' }).check()
  await reads(line, /已撤销/)
  await assert.rejects(client().sendStatement({ statement: { actor: stranger, verb: completed, object: lesson('已撤销') } }))
  assert.deepEqual(faults, [])
  await context.close()
})

test('the system administrator enters another store, the officer releases it, sees that it is not reached, and pauses it', async () => {
  const name = `省级记录库 ${process.pid}`
  const admin = await visit('sysadmin', 'tools')
  await admin.page.getByRole('link', { name: '转发' }).click()
  await admin.page.getByRole('button', { name: '新建转发' }).click()
  for (const [label, text] of [['名称', name], ['地址（Endpoint）', 'http://127.0.0.1:9/xapi/'], ['对方给的用户名', 'k'], ['对方给的口令', 's']]) await admin.page.getByLabel(label, { exact: true }).fill(text)
  await admin.page.getByRole('checkbox', { name: '已有的记录也从头转发' }).check()
  await clean(admin.page, 'forward-form')
  await admin.page.getByRole('button', { name: '建立，等待放行' }).click()
  const made = admin.page.locator('tbody tr', { hasText: name })
  await made.getByText('等待放行').waitFor()
  assert.equal(await made.getByRole('button', { name: '放行' }).count(), 0, 'not by who made it')

  for (const width of [1440, 390]) {
    const { context, page, faults } = await visit('city', 'forwards', { width })
    const line = page.locator('tbody tr', { hasText: name })
    if (width === 1440) {
      await line.getByRole('button', { name: '放行' }).click()
      await page.locator('.ant-popconfirm .ant-btn-primary').click()
    }
    await line.getByText(/连不上对方/).waitFor()
    await clean(page, `forwards-${width}`)
    assert.deepEqual(faults, [])
    if (width === 390) {
      await line.getByRole('button', { name: '暂停' }).click()
      await line.getByText('已暂停').waitFor()
    }
    await context.close()
  }
  await made.getByRole('button', { name: '试连' }).click()
  await made.getByRole('status').waitFor()
  await made.getByRole('button', { name: '删除' }).click()
  await admin.page.locator('.ant-popconfirm .ant-btn-primary').click()
  await made.waitFor({ state: 'detached' })
  assert.deepEqual(admin.faults, [])
  await admin.context.close()
})
